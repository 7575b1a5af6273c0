// tests/validate/bridge.h -- a line of length L between banks that hold |psi| = 1, with the current J
// in it, by quadrature. f'' = f^3 - f + J^2/f^3 has a first integral; in u = f^2, u0 in the middle,
//   u'^2 = (u - u0) q(u),  q = 2u (u + u0) - 4u + 4 J^2/u0.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_BRIDGE_H
#define FLX_BRIDGE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct bridge {
    double length; // [xi]
    double phase;  // between the banks
    double
        energy; // [(Bc^2/mu0) xi for each unit of cross-section] with the current's work -2 J phase
} bridge;

static inline bridge bridge_of(double u0, double j2)
{
    enum { N = 20000 };
    bridge b = {0};
    double end = sqrt(1 - u0);
    for (int32_t k = 0; k < N; k++) { // u = u0 + s^2, middle points
        double s = end * (k + 0.5) / N, u = u0 + s * s;
        double q = 2 * u * (u + u0) - 4 * u + 4 * j2 / u0, dx = 4 * end / N / sqrt(q);
        b.length += dx;
        b.phase += sqrt(j2) / u * dx;
        b.energy += (-u + u * u / 2 + s * s * q / (4 * u) - j2 / u) * dx;
    }
    return b;
}

// The current of the line of this length that has u0 in its middle.
static inline double bridge_current(double u0, double length)
{
    // as long as one likes: q vanishes in the middle, or where it is least
    double low = u0 > 2.0 / 3 ? u0 * u0 * (1 - u0) : u0 * (1 - u0 / 2) * (1 - u0 / 2) / 2;
    double high = 1e3;
    for (int32_t k = 0; k < 60; k++) {
        double middle = (low + high) / 2;
        if (bridge_of(u0, middle).length > length)
            low = middle;
        else
            high = middle;
    }
    return sqrt(low);
}

// The largest current and its u0, which lies between 0 and 1: golden section.
static inline double bridge_critical(double length, double *u0)
{
    const double golden = (sqrt(5) - 1) / 2;
    double a = 1e-3, b = 1 - 1e-3;
    double c = b - golden * (b - a), d = a + golden * (b - a);
    double at_c = bridge_current(c, length), at_d = bridge_current(d, length);
    while (b - a > 1e-5) { // an error of its square in the current
        if (at_c > at_d) {
            b = d, d = c, at_d = at_c;
            at_c = bridge_current(c = b - golden * (b - a), length);
        } else {
            a = c, c = d, at_c = at_d;
            at_d = bridge_current(d = a + golden * (b - a), length);
        }
    }
    *u0 = (a + b) / 2;
    return bridge_current(*u0, length);
}

// The state that carries j, below the critical current: stable where u0 is above that of the
// critical state, the saddle of a phase slip where it is below.
static inline bridge bridge_state(double j, double length, double critical_u0, bool stable)
{
    double side = stable ? 1 - 1e-9 : 1e-9,
           middle = critical_u0; // I falls from the middle to a side
    for (int32_t k = 0; k < 50; k++) {
        double u0 = (side + middle) / 2;
        if (bridge_current(u0, length) > j)
            middle = u0;
        else
            side = u0;
    }
    return bridge_of(middle, j * j);
}

#endif
