// tests/validate/tearing.h -- at which distance a pair of vortices is torn, and which distance a periodic
// lattice shows: the constants beside ln r in the exponents of arrays of junctions.
//
// A pair at r has the energy lambda ln r in units of T, lambda = 2 pi Y/T, and the density e^-U in
// equilibrium. Where it is torn, that density leaks over a saddle: with q the share of pairs that come
// back, div e^-U grad q = 0 and the rate is the least of int e^-U |grad q|^2. A small change of U changes
// its logarithm by -<change>, averaged with the weight e^-U |grad q|^2, so that the slope of the rate sees
// Y at the distance exp <ln r>.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_TEARING_H
#define FLX_TEARING_H

#include "validate.h"

#include <complex.h>

typedef struct tearing {
    double rate;     // int e^-U |grad q|^2
    double distance; // exp <ln r>
    double spread;   // of ln r, rms
    double shift;    // <x>
} tearing;

// ---- By a current --------------------------------------------------------------------------------

// U = lambda (ln r - x), distances in Y/I. As U is harmonic, with f = lambda (z - 1 - ln z) the saddle is
// f = 0, and q = (1 - erf Re sqrt f)/2, the root positive beyond the saddle, solves the equation but for a
// kink upstream where nothing flows, and gives the rate e^lambda, by which <ln r> = 0. Finite differences
// agree to 1e-4. <x> = 1, as the rate goes with the power lambda of the current.
static tearing by_current(double lambda)
{
    enum { N = 600, ANGLES = 180 };
    tearing t = {0};
    double log_r = 0;
    for (int k = 0; k < N; k++)
        for (int j = 0; j < ANGLES; j++) {
            double s = -4 + 6.5 * (k + 0.5) / N, r = exp(s), angle = pi * (j + 0.5) / ANGLES;
            double complex z = r * cexp(I * angle), f = lambda * (z - 1 - s - I * angle);
            double xi = creal(csqrt(f)), slope = cabs(lambda * (z - 1)) / 2;
            double w = exp(lambda * (creal(z) - s) - 2 * xi * xi) * slope * slope / (pi * cabs(f)) *
                       2 * pi / ANGLES * 6.5 / N;
            t.rate += w;
            log_r += w * s;
            t.spread += w * s * s;
            t.shift += w * creal(z);
        }
    t.distance = exp(log_r / t.rate);
    t.spread = sqrt(t.spread / t.rate - pow(log_r / t.rate, 2));
    t.shift /= t.rate;
    return t;
}

// ---- Periodic lattices ---------------------------------------------------------------------------

// Potential of a vortex on the unit torus, ln r near it: theta function less the energy of its dipole.
static double torus_log(double x, double y)
{
    x -= rint(x);
    y -= rint(y);
    double complex turn = cexp(2 * pi * I * (x + I * y));
    double v = log(cabs(csin(pi * (x + I * y))) / pi) - pi * y * y;
    for (int n = 1; n < 6; n++) {
        double p = exp(-2 * pi * n);
        v += log(cabs((1 - p * turn) * (1 - p / turn)) / ((1 - p) * (1 - p)));
    }
    return v;
}

// The helicity modulus of an L x L lattice whose windings are sampled: with t = D/L + m, D the dipole of the
// pairs and m the winding, Y/T = K (1 - 4 pi^2 K <t^2>), as in an infinite system whose pairs are no wider
// than r: at lambda = 4 the integral over a pair, int r^-4 x^2, is pi ln r. Returns r/L.
static double helicity_distance(void)
{
    enum { N = 40, WINDINGS = 3 };
    // int x^2 r^-4 exp -(r/core)^2 from a small r on is pi (ln core/r - euler/2): what the sum is beside.
    const double lambda = 4, core = 0.1, euler = 0.57721566490153286;
    double sum = pi * (log(core) - euler / 2), vacuum[2] = {0};
    for (int m = -WINDINGS; m <= WINDINGS; m++)
        for (int n = -WINDINGS; n <= WINDINGS; n++) {
            double w = exp(-pi * lambda * (m * m + n * n));
            vacuum[0] += w;
            vacuum[1] += w * m * m;
        }
    for (int k = 0; k < 2 * N; k++)
        for (int j = 0; j < 2 * N; j++) {
            double x = (k + 0.5) / (2 * N) - 0.5, y = (j + 0.5) / (2 * N) - 0.5, s = 0;
            for (int m = -WINDINGS; m <= WINDINGS; m++)
                for (int n = -WINDINGS; n <= WINDINGS; n++)
                    s += ((x + m) * (x + m) - vacuum[1] / vacuum[0]) *
                         exp(-pi * lambda * ((x + m) * (x + m) + (y + n) * (y + n))) / vacuum[0];
            double r = hypot(x, y), inner = x * x / pow(r, lambda) * exp(-r * r / (core * core));
            sum += (exp(-lambda * torus_log(x, y)) * s - inner) / (4 * N * N);
        }
    return exp(sum / pi);
}

// A pair torn around the torus with its twist free, so that its dipole costs nothing: U = lambda torus_log.
// A quarter of it is enough, q = 0 at x = 0 and 1/2 at x = 1/2; relaxation on N x N cells. Distances are
// those of the torus' logarithm, in L.
static tearing around_torus(double lambda)
{
    enum { N = 48 };
    static double q[N][N + 1], wx[N][N], wy[N + 1][N + 1];
    const double h = 0.5 / N, over = 2 / (1 + sin(pi / N));
    tearing t = {0};
    for (int j = 0; j < N; j++)
        for (int i = 0; i <= N; i++) {
            q[j][i] = i * h;
            if (i < N)
                wx[j][i] = exp(-lambda * torus_log((i + 0.5) * h, (j + 0.5) * h));
            if (j > 0 && i > 0)
                wy[j][i] = exp(-lambda * torus_log(i * h, j * h));
        }
    for (int sweep = 0; sweep < 12 * N; sweep++)
        for (int j = 0; j < N; j++)
            for (int i = 1; i < N; i++) {
                double down = wy[j][i], up = wy[j + 1][i], left = wx[j][i - 1], right = wx[j][i];
                double sum = left * q[j][i - 1] + right * q[j][i + 1];
                sum += (j > 0 ? down * q[j - 1][i] : 0) + (j + 1 < N ? up * q[j + 1][i] : 0);
                double all = left + right + (j > 0 ? down : 0) + (j + 1 < N ? up : 0);
                q[j][i] += over * (sum / all - q[j][i]);
            }
    double log_r = 0;
    for (int j = 0; j < N; j++)
        for (int i = 0; i < N; i++) {
            double x = 4 * wx[j][i] * pow(q[j][i + 1] - q[j][i], 2);
            double y = j > 0 && i > 0 ? 4 * wy[j][i] * pow(q[j][i] - q[j - 1][i], 2) : 0;
            t.rate += x + y;
            log_r += x * torus_log((i + 0.5) * h, (j + 0.5) * h);
            log_r += y > 0 ? y * torus_log(i * h, j * h) : 0;
        }
    t.distance = exp(log_r / t.rate);
    return t;
}
#endif
