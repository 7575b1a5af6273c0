// cli/lab/tube.c -- Bessel's functions, and a hollow cylinder made of them.
//
//   I_n(x) = 1/pi integral_0^pi exp(x cos t) cos nt dt
//   K_n(x) = integral_0^inf exp(-x cosh t) cosh nt dt
//
// (Abramowitz and Stegun 9.6.19, 9.6.24). The trapezoidal rule converges exponentially for both.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tube.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

double bessel_i(int n, double x)
{
    enum { STEPS = 400 };
    double sum = 0;
    for (int k = 0; k <= STEPS; k++) {
        double t = pi * k / STEPS;
        sum += (k % STEPS ? 1 : 0.5) * exp(x * cos(t)) * cos(n * t);
    }
    return sum / STEPS;
}

double bessel_k(int n, double x)
{
    const double step = 1.0 / 64;
    double sum = 0.5 * exp(-x);
    for (int k = 1; k < 64 * 20; k++) {
        double t = k * step;
        sum += exp(-x * cosh(t)) * cosh(n * t);
    }
    return sum * step;
}

static double combine(int n, double c1, double c2, double x)
{
    return c1 * bessel_i(n, x) + c2 * bessel_k(n, x);
}

// The fluxoid of the hole is pi a^2 (c1 I2(a) + c2 K2(a)), by a I0 - 2 I1 = a I2, a K0 + 2 K1 = a
// K2.
tube_london tube_with(double a, double w)
{
    tube_london t = {.a = a, .b = a + w};
    double i0 = bessel_i(0, t.b), k0 = bessel_k(0, t.b), i2 = bessel_i(2, a), k2 = bessel_k(2, a);
    double det = i2 * k0 - k2 * i0;
    t.c1 = k0 / det / (pi * a * a);
    t.c2 = -i0 / det / (pi * a * a);
    t.s1 = -k2 / det;
    t.s2 = i2 / det;
    t.hole = tube_flux(&t, a);
    t.out = tube_flux(&t, t.b);
    t.shielded = combine(0, t.s1, t.s2, a);
    return t;
}

double tube_current(const tube_london *t, double r)
{
    return -2 * pi * r * (t->c1 * bessel_i(1, r) - t->c2 * bessel_k(1, r));
}

double tube_flux(const tube_london *t, double r)
{
    return 1 - tube_current(t, r);
}

double tube_flux_of_field(const tube_london *t, double r)
{
    return 2 * pi * r * (t->s1 * bessel_i(1, r) - t->s2 * bessel_k(1, r));
}
