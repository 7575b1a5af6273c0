// units/law.c -- xi and lambda against temperature, t = T/Tc; each relative to its value at T = 0.
//
// gl         xi = lambda = (1 - t)^-1/2: exact near Tc, where the values "at 0" are amplitudes.
//            Tinkham, Introduction to Superconductivity, 2nd ed., section 4.2.
// two-fluid  lambda = (1 - t^4)^-1/2 (Gorter and Casimir), Bc = 1 - t^2, and xi from
//            Bc = Phi0/(2 sqrt2 pi lambda xi): xi^2 = (1 + t^2)/(1 - t^2). Tinkham, section 4.2.
// dirty-bcs  lambda^-2 = (Delta/Delta0) tanh(Delta/2kT), Tinkham (3.128), with the gap from
//              -ln t = sum_n 1/(n + 1/2) - 1/sqrt((n + 1/2)^2 + (Delta/2 pi kT)^2);
//            xi^-2 from Bc2 of the dirty limit, -ln t = digamma(1/2 + x) - digamma(1/2), Bc2
//            proportional to t x (de Gennes 1964, Maki 1964).
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/units.h"

#include <math.h>
#include <stddef.h>

static const double PI = 3.14159265358979323846;
static const double EULER = 0.57721566490153286061;
static const double DIGAMMA_HALF = -1.96351002602142347944; // -gamma - 2 ln 2

// Recurrence to x > 12, then the asymptotic series: Abramowitz and Stegun 6.3.5, 6.3.18.
static double digamma(double x)
{
    double sum = 0;
    for (; x < 12; x++)
        sum -= 1 / x;
    double y = 1 / (x * x);
    return sum + log(x) - 0.5 / x -
           y * (1. / 12 - y * (1. / 120 - y * (1. / 252 - y * (1. / 240 - y * (1. / 132)))));
}

// The root of an increasing function between 0 and high, to rounding.
static double root_of(double (*f)(double x), double value, double high)
{
    double low = 0;
    for (int k = 0; k < 200 && high - low > 1e-16 * high; k++) {
        double middle = 0.5 * (low + high);
        *(f(middle) < value ? &low : &high) = middle;
    }
    return 0.5 * (low + high);
}

static double pair_breaking(double x)
{
    return digamma(0.5 + x) - DIGAMMA_HALF;
}

// sum_n 1/(n + 1/2) - 1/sqrt((n + 1/2)^2 + y^2): the first terms, and the rest as an integral from
// N with the first correction of the midpoint rule, f'(N)/24.
static double gap_sum(double y)
{
    double sum = 0;
    int n_term = 64 + (int)(16 * y);
    for (int n = 0; n < n_term; n++)
        sum += 1 / (n + 0.5) - 1 / sqrt((n + 0.5) * (n + 0.5) + y * y);
    double N = n_term, r = sqrt(N * N + y * y);
    return sum + log((N + r) / (2 * N)) + (N / (r * r * r) - 1 / (N * N)) / 24;
}

static void dirty_bcs(double t, double *xi, double *lambda)
{
    static const double coldest = 0.01; // below it all is as at 0 to 1e-4 and better
    double u = fmax(t, coldest);
    // Delta/2 pi kT is at most Delta0/2 pi kT = e^-gamma/(2t).
    double y = root_of(gap_sum, -log(u), exp(-EULER) / (2 * u) * 1.01);
    double gap = 2 * u * y * exp(EULER); // Delta/Delta0, Delta0 = pi e^-gamma kTc
    double x = root_of(pair_breaking, -log(u), 1 / u);
    *lambda = 1 / sqrt(gap * tanh(PI * y));
    *xi = sqrt(exp(DIGAMMA_HALF) / (u * x));
}

void flx_law_at(flx_law law, double t, double *xi, double *lambda)
{
    *xi = *lambda = 1;
    if (!(t > 0))
        return;
    switch (law) {
    case FLX_LAW_GL:
        *xi = *lambda = 1 / sqrt(1 - t);
        break;
    case FLX_LAW_TWO_FLUID:
        *xi = sqrt((1 + t * t) / (1 - t * t));
        *lambda = 1 / sqrt(1 - t * t * t * t);
        break;
    case FLX_LAW_DIRTY_BCS:
        dirty_bcs(t, xi, lambda);
        break;
    }
}
