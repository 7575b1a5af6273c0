// Arrays of shunted junctions at the Kosterlitz-Thouless transition, with fluctuating twist: how the
// resistance falls with the size of the array (exponent z) and the voltage with the current (exponent a).
//   Ambegaokar, Halperin, Nelson, Siggia, Phys. Rev. Lett. 40, 783 (1978): z = pi Y/T, a = 1 + pi Y/T, with
//   the stiffness Y at the distance that matters. At the transition Y/T is 2/pi at large distances, so
//   that z = 2 and a = 3; at smaller ones it is larger, and so are the exponents: that bounds what the
//   sizes and currents here may be off by.
//   Kim, Minnhagen, Olsson, Phys. Rev. B 59, 11506 (1999): z = 2 with fluctuating twist
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/rsj.h"
#include "validate.h"

static const double transition = 0.893;

// pi Y/T at a distance at the transition, less 2: from Y/T = 0.6365 + 0.3189/(ln L + C), Hasenbusch, J.
// Phys. A 38, 5869 (2005), with C = 0.98 of lattices of 32 and 64.
static double excess(double distance)
{
    return pi * (0.63650817819 + 0.318899454 / (log(distance) + 0.98)) - 2;
}

static flx_rsj *start(flx_ctx *ctx, int32_t size, double current, int32_t seed)
{
    flx_rsj_problem p = {.size = {size, size}, .temperature = transition, .current = {current, 0}};
    flx_rsj_opts o = flx_rsj_opts_default();
    flx_rsj *sim;
    o.seed = seed;
    must(ctx, flx_rsj_create(ctx, &p, &o, &sim));
    flx_rsj_step(sim, 200 * size);
    flx_rsj_reset(sim);
    return sim;
}

// Straight line through (x, y) by weighted least squares: its slope.
static double slope_of(const double *x, const double *y, const double *e, int n, double *error)
{
    double s[3] = {0}, b[2] = {0};
    for (int k = 0; k < n; k++) {
        double w = 1 / (e[k] * e[k]);
        s[0] += w;
        s[1] += w * x[k];
        s[2] += w * x[k] * x[k];
        b[0] += w * y[k];
        b[1] += w * x[k] * y[k];
    }
    double det = s[0] * s[2] - s[1] * s[1];
    *error = sqrt(s[0] / det);
    return (s[0] * b[1] - s[1] * b[0]) / det;
}

// ---- Resistance ----------------------------------------------------------------------------------

// R of an array without current, in that of a junction's shunt: the voltage V = -L dDelta/dt across it has
// int V dt diffuse with 2 T R t (Nyquist). The lag is L^2, over which vortices cross the array, and its
// double: the difference of the two is free of what happens at once. Both axes; error from blocks.
static double resistance(flx_ctx *ctx, int32_t size, double time, double *error)
{
    enum { BLOCKS = 40 };
    const int32_t lag = size * size, samples = (int32_t)(time / BLOCKS);
    double *x = calloc((size_t)samples + 1, 2 * sizeof *x), mean = 0, square = 0;
    flx_rsj *sim = start(ctx, size, 0, size);
    for (int32_t b = 0; b < BLOCKS; b++) {
        double msd[2] = {0};
        for (int32_t k = 0; k <= samples; k++) {
            flx_rsj_report r = flx_rsj_report_of(sim);
            for (int a = 0; a < 2; a++)
                x[2 * k + a] = size * r.twist[a];
            if (k < samples)
                flx_rsj_step(sim, 10);
        }
        for (int32_t k = 0; k + 2 * lag <= samples; k++)
            for (int a = 0; a < 2; a++)
                for (int j = 0; j < 2; j++)
                    msd[j] += pow(x[2 * (k + (1 + j) * lag) + a] - x[2 * k + a], 2) /
                              (2.0 * (samples - 2 * lag + 1));
        double value = (msd[1] - msd[0]) / (2 * transition * lag);
        mean += value / BLOCKS;
        square += value * value / BLOCKS;
    }
    *error = sqrt((square - mean * mean) / (BLOCKS - 1));
    flx_rsj_free(sim);
    free(x);
    return mean;
}

static void resistances(flx_ctx *ctx)
{
    enum { N = 4 };
    static const int32_t size[N] = {5, 7, 10, 13};
    static const double time[N] = {6e5, 1e6, 8e5, 8e5};
    double x[N], y[N], e[N], error, middle = 0;
    char tolerance[32];
    printf(
        "# Resistance of arrays of L x L junctions at T_KT, without current, from the diffusion of "
        "their twist: R ~ L^-z. Lattices so small are stiffer than the jump: z lies between 2 and "
        "pi Y/T\n");
    for (int k = 0; k < N; k++) {
        double r = resistance(ctx, size[k], time[k], &e[k]);
        printf("# L = %d: R = %.4g(%.2g)\n", size[k], r, e[k]);
        x[k] = log(size[k]);
        y[k] = log(r);
        e[k] /= r;
        middle += x[k] / N;
    }
    double z = -slope_of(x, y, e, N, &error), more = excess(exp(middle));
    snprintf(tolerance, sizeof tolerance, "%.2g", more);
    printf("# z = %.3f(%.3f), pi Y/T = %.2f there\n", z, error, 2 + more);
    row("z", z, 2, tolerance, "Kim, Minnhagen, Olsson 1999; pi Y/T - 2 there");
    row("its statistical error", error, 0, "0.1", "wanted");
}

// ---- Voltage -------------------------------------------------------------------------------------

static void voltages(flx_ctx *ctx)
{
    enum { N = 3, SIZE = 32 };
    static const double current[N] = {0.12, 0.16, 0.22}, time[N] = {150000, 40000, 20000};
    double x[N], y[N], e[N], error, middle = 0;
    char tolerance[32];
    printf("# Voltage of an array of %d x %d junctions at T_KT: V ~ I^a. A current I pulls pairs "
           "apart that are wider than Y/I, and the stiffness there is above the jump: a lies "
           "between 3 "
           "and 1 + pi Y/T\n",
           SIZE, SIZE);
    for (int k = 0; k < N; k++) {
        flx_rsj *sim = start(ctx, SIZE, current[k], 100 + k);
        flx_rsj_step(sim, (int64_t)(10 * time[k]));
        flx_rsj_report r = flx_rsj_report_of(sim);
        printf("# I = %g: V = %.4g(%.2g)\n", current[k], r.voltage[0], r.voltage_error[0]);
        x[k] = log(current[k]);
        y[k] = log(r.voltage[0]);
        e[k] = r.voltage_error[0] / r.voltage[0];
        middle += x[k] / N;
        flx_rsj_free(sim);
    }
    double a = slope_of(x, y, e, N, &error), more = excess(0.66 / exp(middle));
    snprintf(tolerance, sizeof tolerance, "%.2g", more);
    printf("# a = %.3f(%.3f), 1 + pi Y/T = %.2f there\n", a, error, 3 + more);
    row("a", a, 3, tolerance, "Ambegaokar and others 1978; pi Y/T - 2 there");
    row("its statistical error", error, 0, "0.1", "wanted");
}

int main(void)
{
    flx_ctx *ctx = flx_ctx_create();
    resistances(ctx);
    voltages(ctx);
    flx_ctx_free(ctx);
    return 0;
}
