// Arrays of shunted junctions at the Kosterlitz-Thouless transition, with fluctuating twist: how the
// resistance falls with the size of the array (exponent z) and the voltage with the current (exponent a).
//
// Let x = pi Y/T - 2 at a distance r, y the fugacity of vortices there. At the transition both fall as the
// inverse of ln r (Kosterlitz, J. Phys. C 7, 1046 (1974)): d ln y/d ln r = -x. Vortices that are not bound
// within r have a density y/r^2, so that
//     R ~ L^-2 y(L),  z = 2 + x = pi Y/T,        V ~ I r^-2 y(r) with r ~ 1/I,  a = 3 + x = 1 + pi Y/T
// to first order in x (Ambegaokar, Halperin, Nelson, Siggia, Phys. Rev. Lett. 40, 783 (1978)); of the next
// order, x^2, nothing is known, a constant beside ln r among it. x is taken from the helicity modulus of
// lattices of the same sizes. Kim, Minnhagen, Olsson, Phys. Rev. B 59, 11506 (1999): z = 2, large sizes.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/rsj.h"
#include "fluxoid/xy.h"
#include "validate.h"

static const double transition = 0.893;
// Rates are of first order in it, by some per cent, and alike at all sizes and currents.
static const double step = 0.2;

// pi Y/T - 2 of an L x L lattice; its error is below 0.002.
static double excess(int32_t size)
{
    flx_ctx *ctx = flx_ctx_create();
    flx_xy_problem p = {.size = {size, size}, .temperature = &transition, .n_temperature = 1};
    flx_xy_opts o = flx_xy_opts_default();
    flx_xy_result r;
    flx_xy *sim;
    o.sweeps = 200000000 / (size * size);
    must(ctx, flx_xy_create(ctx, &p, &o, &sim));
    while (flx_xy_step(sim, 100000) == FLX_OK)
        ;
    must(ctx, flx_xy_result_of(sim, 0, &r));
    flx_xy_free(sim);
    flx_ctx_free(ctx);
    return pi * r.helicity_mean.value / transition - 2;
}

// An exponent beside first-order theory, and beside what it must be at large distances.
static void exponent(const char *name, double value, double error, double limit, double x)
{
    char text[80], tolerance[32];
    snprintf(tolerance, sizeof tolerance, "%.2g", x * x + 3 * error);
    printf("# %s = %.3f(%.3f), pi Y/T - 2 = %.3f there: to first order %.3f, and what is left is "
           "%+.3f, %.2f of the next order\n",
           name, value, error, x, limit + x, value - limit - x, (value - limit - x) / (x * x));
    snprintf(text, sizeof text, "%s at these distances", name);
    row(text, value, limit + x, tolerance,
        "Ambegaokar and others 1978, Y/T of these sizes; next order, (pi Y/T - 2)^2, and 3 errors");
    snprintf(text, sizeof text, "%s at large distances, less pi Y/T - 2", name);
    row(text, value - x, limit, tolerance, "Y/T = 2/pi there");
    row("its statistical error", error, 0, "0.05", "wanted");
}

static flx_rsj *start(flx_ctx *ctx, int32_t size, double current, int32_t seed)
{
    flx_rsj_problem p = {.size = {size, size}, .temperature = transition, .current = {current, 0}};
    flx_rsj_opts o = flx_rsj_opts_default();
    flx_rsj *sim;
    o.seed = seed;
    o.dt = step;
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
                flx_rsj_step(sim, lround(1 / step));
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
    static const int32_t size[N] = {6, 8, 12, 16};
    static const double time[N] = {1.5e6, 2.5e6, 3e6, 4e6};
    double x[N], y[N], e[N], error;
    printf(
        "# Resistance of arrays of L x L junctions at T_KT, without current, from the diffusion of "
        "their twist: R ~ L^-z\n");
    for (int k = 0; k < N; k++) {
        double r = resistance(ctx, size[k], time[k], &e[k]);
        printf("# L = %d: R = %.4g(%.2g)\n", size[k], r, e[k]);
        x[k] = log(size[k]);
        y[k] = log(r);
        e[k] /= r;
    }
    double z = -slope_of(x, y, e, N, &error);
    exponent("z", z, error, 2, excess(10)); // 9.8: their geometric mean
}

// ---- Voltage -------------------------------------------------------------------------------------

// Free vortices, V L^2/(4 pi^2 I) of them at a mobility of 1, meet others before they are across the
// array if there are more than one, which sets the smallest current: with fewer each pair meets itself,
// and V ~ L I^4 y^2.
static void voltages(flx_ctx *ctx)
{
    enum { N = 3, SIZE = 96 };
    static const double current[N] = {0.085, 0.12, 0.17}, time[N] = {8e4, 3e4, 1.2e4};
    double x[N], y[N], e[N], error;
    printf("# Voltage of an array of %d x %d junctions at T_KT: V ~ I^a. A current I pulls pairs "
           "apart that are wider than Y/I, as wide as they are on a lattice of twice that\n",
           SIZE, SIZE);
    for (int k = 0; k < N; k++) {
        flx_rsj *sim = start(ctx, SIZE, current[k], 100 + k);
        flx_rsj_step(sim, (int64_t)(time[k] / step));
        flx_rsj_report r = flx_rsj_report_of(sim);
        printf("# I = %g: V = %.4g(%.2g)\n", current[k], r.voltage[0], r.voltage_error[0]);
        x[k] = log(current[k]);
        y[k] = log(r.voltage[0]);
        e[k] = r.voltage_error[0] / r.voltage[0];
        flx_rsj_free(sim);
    }
    double a = slope_of(x, y, e, N, &error);
    exponent("a", a, error, 3, excess(11)); // 2 Y/I of the middle one
}

int main(void)
{
    flx_ctx *ctx = flx_ctx_create();
    resistances(ctx);
    voltages(ctx);
    flx_ctx_free(ctx);
    return 0;
}
