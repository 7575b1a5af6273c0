// Exact values that thermal fluctuations are compared with, by quadrature.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_TEST_THERMAL_H
#define FLX_TEST_THERMAL_H

#include <math.h>

// <x> of x = |psi|^2 with weight exp(a (r x/2 - x^2/4)/T) on x >= 0, by Simpson's rule.
static inline double mean_of_cell(double area, double r, double temperature)
{
    enum { N = 4000 };
    double sum = 0, mean = 0, top = r + 20 * sqrt(2 * temperature / area);
    for (int k = 0; k <= N; k++) {
        double x = top * k / N, w = (k == 0 || k == N ? 1 : k % 2 ? 4 : 2);
        w *= exp(-area * (r - x) * (r - x) / (4 * temperature));
        sum += w;
        mean += w * x;
    }
    return mean / sum;
}

// <V>/(I_c R) of a junction without capacitance at current i I_c and k_B T/E_J = t: the mean drift
// in a tilted washboard U = -i x - cos x. V. Ambegaokar and B. I. Halperin, Phys. Rev. Lett. 22,
// 1364 (1969), eq. (9); the double integral as R. L. Stratonovich has it.
static inline double washboard(double i, double t)
{
    enum { N = 1024 };
    const double turn = 6.28318530717958647692;
    double outer = 0, u[2 * N + 1];
    for (int k = 0; k <= 2 * N; k++)
        u[k] = -i * turn * k / N - cos(turn * k / N);
    for (int k = 0; k < N; k++) { // periodic: the rectangle rule converges as fast as any
        double inner = 0;
        for (int s = 0; s <= N; s++)
            inner += (s == 0 || s == N ? 0.5 : 1) * exp((u[k + s] - u[k]) / t);
        outer += inner;
    }
    double h = turn / N;
    return turn * t * (1 - exp(-turn * i / t)) / (outer * h * h);
}

#endif
