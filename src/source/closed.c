// source/closed.c -- fields of a round current loop and of a magnetic dipole in closed form.
//
// Loop of radius R about the z axis, rho^2 = x^2 + y^2, q = (R + rho)^2 + z^2, m = 4 R rho/q
// (Jackson, Classical Electrodynamics, 3rd ed., 5.5):
//   A_phi = (mu0 I/pi) (R/sqrt q) [(2 - m) K - 2 E]/m
//   B_z   = (mu0 I/2 pi sqrt q) [K + (R^2 - rho^2 - z^2)/((R - rho)^2 + z^2) E]
// with the complete elliptic integrals by the arithmetic-geometric mean (Abramowitz and Stegun
// 17.6): E = K (1 - sum_{n>=0} 2^{n-1} c_n^2), so that (2 - m) K - 2 E = K sum_{n>=1} 2^n c_n^2 has
// no cancellation, and A_phi/rho none on the axis.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/base.h"
#include "fluxoid/source.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

typedef struct elliptic {
    double K, E;
    double tail; // [(2 - m) K - 2 E]/m^2
} elliptic;

// m in [0, 1), m1 = 1 - m given apart because it may be tiny.
static elliptic elliptic_of(double m, double m1)
{
    double a = 1, b = sqrt(m1);
    double c = 0.5 * m / (1 + b), d = 0.5 / (1 + b); // c_1 and c_1/m
    double sum = 0.5 * m, tail = 0, power = 1;       // sum of 2^{n-1} c_n^2
    for (int n = 1; n < 60; n++) {
        double mean = 0.5 * (a + b);
        b = sqrt(a * b);
        a = mean;
        sum += power * c * c;
        power *= 2;
        tail += power * d * d;
        double next = 0.5 * (a + b); // a_{n+1}
        d = d * c / (4 * next);
        c = c * c / (4 * next);
        if (c < 1e-17 * a)
            break;
    }
    double K = 0.5 * pi / a;
    return (elliptic){K, K * (1 - sum), K * tail};
}

double flx_field_of_loop(const double centre[3], double radius, const double r[3], double a[2])
{
    double x = r[0] - centre[0], y = r[1] - centre[1], z = r[2] - centre[2];
    double rho = hypot(x, y);
    double q = (radius + rho) * (radius + rho) + z * z;
    double near = (radius - rho) * (radius - rho) + z * z;
    double root = sqrt(q);
    elliptic e = elliptic_of(4 * radius * rho / q, near / q);
    double turn = radius / (pi * root) * e.tail * (4 * radius / q); // A_phi/rho
    a[0] = -turn * y;
    a[1] = turn * x;
    return (e.K + (radius * radius - rho * rho - z * z) / near * e.E) / (2 * pi * root);
}

double flx_field_of_dipole(const double centre[3], const double moment[3], const double r[3],
                           double a[2])
{
    double x = r[0] - centre[0], y = r[1] - centre[1], z = r[2] - centre[2];
    double r2 = x * x + y * y + z * z;
    double r3 = 4 * pi * r2 * sqrt(r2);
    a[0] = (moment[1] * z - moment[2] * y) / r3;
    a[1] = (moment[2] * x - moment[0] * z) / r3;
    double along = moment[0] * x + moment[1] * y + moment[2] * z;
    return (3 * along * z / r2 - moment[2]) / r3;
}
