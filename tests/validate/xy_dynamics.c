// Arrays of shunted junctions at the Kosterlitz-Thouless transition and below, with fluctuating twist: how
// the resistance falls with the size of the array and the voltage with the current (exponent a).
//
// Let x = pi Y/T - 2 at a distance r, and y^2/r^4 the density of pairs as wide as that, d ln y/d ln r = -x.
// At the transition x = 4 pi y falls as the inverse of ln r (Kosterlitz, J. Phys. C 7, 1046 (1974)).
//
// Without current a pair is torn around the array: N ~ y(L)^2 vortices are free, R = 4 pi^2 N mobility/L^2,
//     N ~ L^-2x,    z = 2 + 2x = 2 pi Y/T - 2 but for the mobility
// (Minnhagen, Westman, Jonsson, Olsson, Phys. Rev. Lett. 74, 3672 (1995)). The mobility shows in an array
// with one flux quantum, in which one vortex is always free.
//
// A current I tears pairs at r = Y/I, at a rate as I^(4+2x); vortices that are enough to meet each other
// recombine as their density squared,
//     V ~ I n,  n ~ sqrt rate,    a = 3 + x = 1 + pi Y/T but for the mobility
// (Ambegaokar, Halperin, Nelson, Siggia, Phys. Rev. Lett. 40, 783 (1978)).
//
// Both are the first order in x; tearing.h has the constants beside ln r. Of the next order, (4 pi y)^2, not
// all is known: the mobility and the other free vortices near a pair belong to it. Were r = Y/I the only
// length, V would go as r^-(1+z), a = 1 + z; docs/xy.md has how that differs below the transition. x is
// taken from the helicity modulus.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/rsj.h"
#include "fluxoid/xy.h"
#include "tearing.h"
#include "validate.h"

static const double transition = 0.893;
// Rates are of first order in it, by some per cent, and alike at all sizes and currents.
static const double step = 0.2;

// pi Y/T - 2 of an L x L lattice; its error is below 0.002.
static double excess(int32_t size, double temperature)
{
    flx_ctx *ctx = flx_ctx_create();
    flx_xy_problem p = {.size = {size, size}, .temperature = &temperature, .n_temperature = 1};
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
    return pi * r.helicity_mean.value / temperature - 2;
}

// An exponent beside first-order theory; next is the size of the next order.
static void exponent(const char *name, double value, double error, double theory, double next,
                     const char *source)
{
    char tolerance[32];
    snprintf(tolerance, sizeof tolerance, "%.2g", next + 3 * error);
    printf("# %s = %.3f(%.3f), to first order %.3f; what is left is %+.3f, the next order of the "
           "size %.2f\n",
           name, value, error, theory, value - theory, next);
    row(name, value, theory, tolerance, source);
    row("its statistical error", error, 0, "0.05", "wanted");
}

static flx_rsj *start(flx_ctx *ctx, int32_t size, double temperature, int quanta, double current,
                      int32_t seed)
{
    flx_rsj_problem p = {.size = {size, size},
                         .flux = (double)quanta / (size * size),
                         .temperature = temperature,
                         .current = {current, 0}};
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

// ---- Constants -----------------------------------------------------------------------------------

// Returns r/L of the helicity modulus.
static double constants(void)
{
    const double lambda = 4;
    tearing by = by_current(lambda), around = around_torus(lambda), dual = around_torus(-lambda);
    double mean = 0, helicity = helicity_distance();
    enum { N = 200 };
    for (int k = 0; k < N * N; k++)
        mean += torus_log((k % N + 0.5) / N, (k / N + 0.5) / N) / (N * N);
    printf(
        "# Distances: a current I tears pairs at %.4f Y/I, from 1/%.2f to %.2f of it; the helicity "
        "modulus of L x L junctions counts pairs up to %.3f L; around the torus they are torn at "
        "%.3f L\n",
        by.distance, exp(by.spread), exp(by.spread), helicity, around.distance);
    row("rate of tearing by a current, in e^(2 pi Y/T)", by.rate / exp(lambda), 1, "0.0001",
        "saddle of a harmonic potential");
    row("distance of tearing by a current, in Y/I", by.distance, 1, "0.0001",
        "slope of that rate with Y");
    row("mean of x, in Y/I", by.shift, 1, "0.0001", "the rate goes as the power 2 pi Y/T of I");
    row("mean of the torus' logarithm", mean,
        -log(2 * pi * pow(tgamma(0.25) / 2, 2) / pow(pi, 1.5)), "0.0001",
        "Kronecker's limit formula, Dedekind's eta of i");
    row("flow around the torus, times that of 1/density", around.rate * dual.rate, 1, "0.0001",
        "A. M. Dykhne, JETP 32, 63 (1971)");
    row("distance of tearing around the torus, in that of the helicity modulus",
        around.distance / helicity, 1, "0.02",
        "R and Y of one size have the same x, to second order");
    return helicity;
}

// ---- Resistance ----------------------------------------------------------------------------------

// R of an array without current, in that of a junction's shunt: the voltage V = -L dDelta/dt across it has
// int V dt diffuse with 2 T R t (Nyquist). The lag is L^2, over which vortices cross the array, and its
// double: the difference of the two is free of what happens at once. Both axes; error from blocks.
static double resistance(flx_ctx *ctx, int32_t size, double temperature, int quanta, double time,
                         double *error)
{
    enum { BLOCKS = 40 };
    const int32_t lag = size * size, samples = (int32_t)(time / BLOCKS);
    double *x = calloc((size_t)samples + 1, 2 * sizeof *x), mean = 0, square = 0;
    flx_rsj *sim = start(ctx, size, temperature, quanta, 0, size);
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
        double value = (msd[1] - msd[0]) / (2 * temperature * lag);
        mean += value / BLOCKS;
        square += value * value / BLOCKS;
    }
    *error = sqrt((square - mean * mean) / (BLOCKS - 1));
    flx_rsj_free(sim);
    free(x);
    return mean;
}

// N vortices of the mobility m, were the twist fixed to them, have the resistance N s, s = 4 pi^2 m/L^2. The
// shunts of the array are passed by what moves, and brake it: of one vortex 1/R = 1/s + 1, of N that are
// pairs, whose vortices move against each other, N/R = 1/s + 2.
// time: of each size; the share of it that the array with a flux quantum takes. Returns z.
static double resistances(flx_ctx *ctx, double temperature, int n, const int32_t *size,
                          const double *time, double share, double *error)
{
    double l[8], r[8], free_[8], e_r[8], e[8], theory[8], x[8], e_p, ignored;
    printf("# Resistance of arrays of L x L junctions at T = %g, without current, from the "
           "diffusion of "
           "their twist, and with one flux quantum\n",
           temperature);
    for (int k = 0; k < n; k++) {
        double e_one, value = resistance(ctx, size[k], temperature, 0, time[k], &e_r[k]);
        double one = resistance(ctx, size[k], temperature, 1, share * time[k], &e_one);
        x[k] = excess(size[k], temperature);
        l[k] = log(size[k]);
        r[k] = log(value);
        free_[k] = log(value * (1 / one + 1));
        theory[k] = k ? theory[k - 1] - (x[k] + x[k - 1]) * (l[k] - l[k - 1]) : 0;
        printf("# L = %d: R = %.4g(%.2g), with a flux quantum %.4g(%.2g); free vortices %.3g, "
               "mobility "
               "%.3g, pi Y/T - 2 = %.4f\n",
               size[k], value, e_r[k], one, e_one, value * (1 / one + 1),
               size[k] * size[k] / (1 / one - 1) / (4 * pi * pi), x[k]);
        e_r[k] /= value;
        e[k] = hypot(e_r[k], e_one / one);
    }
    double z = -slope_of(l, r, e_r, n, error);
    printf("# R ~ L^-z: z = %.3f(%.3f)\n", z, *error);
    double p = -slope_of(l, free_, e, n, &e_p), first = -slope_of(l, theory, e, n, &ignored);
    double next = fmin(first * first / 4, (x[0] - x[n - 1]) / (l[n - 1] - l[0]));
    char name[80];
    snprintf(name, sizeof name, "p of free vortices, N ~ L^-p, at T = %g", temperature);
    exponent(name, p, e_p, first, next,
             "2 (pi Y/T - 2) of these sizes; next order, -dx/d ln L or x^2, and 3 errors");
    return z;
}

// ---- Voltage -------------------------------------------------------------------------------------

static double voltage(flx_ctx *ctx, int32_t size, int quanta, double current, double time,
                      int32_t seed, double *error)
{
    flx_rsj *sim = start(ctx, size, transition, quanta, current, seed);
    flx_rsj_step(sim, (int64_t)(time / step));
    flx_rsj_report r = flx_rsj_report_of(sim);
    flx_rsj_free(sim);
    *error = r.voltage_error[0];
    return r.voltage[0];
}

// Free vortices must meet others before they are across the array: 12 are free at the smallest current.
// With fewer than one each pair meets itself, and V ~ L I^4 y^2.
//
// Their density and mobility apart: with a flux f through the plaquettes n+ n- is the same, n+ - n- = f, so
// that n = n+ + n- grows to sqrt(n^2 + f^2) and V = 4 pi^2 I mobility n with it; f is chosen near n.
// Theory: the rate of tearing e^4 r^-4 y^2, recombination 8 pi n+ n-, both in units of the diffusion of r,
// r = Y/I, y = x/4 pi.
static void voltages(flx_ctx *ctx, double helicity, double z, double z_error)
{
    enum { N = 3, SIZE = 96 };
    static const double current[N] = {0.085, 0.12, 0.17}, time[N] = {8e4, 3e4, 1.2e4};
    static const int quanta[N] = {25, 50, 100};
    const double stiffness = transition / pi * (2 + excess(16, transition));
    double l[N], v[N], e[N], error, middle = 0;
    printf("# Voltage of an array of %d x %d junctions at T_KT: V ~ I^a\n", SIZE, SIZE);
    for (int k = 0; k < N; k++) {
        double value = voltage(ctx, SIZE, 0, current[k], time[k], 100 + k, &e[k]), e_flux;
        double flux = voltage(ctx, SIZE, quanta[k], current[k], time[k] / 2, 200 + k, &e_flux);
        int32_t size = (int32_t)lround(stiffness / current[k] / helicity);
        double x = excess(size, transition), r = stiffness / current[k];
        double f = (double)quanta[k] / (SIZE * SIZE);
        double n = f * value / sqrt(flux * flux - value * value);
        printf("# I = %g: V = %.4g(%.2g), with %d flux quanta %.4g(%.2g): %.3g free vortices of "
               "the mobility %.3g\n",
               current[k], value, e[k], quanta[k], flux, e_flux, n * SIZE * SIZE,
               value / (4 * pi * pi * current[k] * n));
        printf("# Pairs are torn at r = %.1f, as counts L = %d: pi Y/T - 2 = %.4f; n r^2 = %.3g, "
               "theory for few free vortices %.3g\n",
               r, size, x, n * r * r, exp(2) / sqrt(2 * pi) * x / (4 * pi));
        l[k] = log(current[k]);
        v[k] = log(value);
        e[k] /= value;
        middle = k == 1 ? x : middle;
    }
    double a = slope_of(l, v, e, N, &error);
    exponent("a of V ~ I^a at T_KT", a, error, 3 + middle, middle * middle,
             "1 + pi Y/T where pairs are torn; next order, (pi Y/T - 2)^2, and 3 errors");
    char tolerance[32];
    snprintf(tolerance, sizeof tolerance, "%.2g", middle * middle + 3 * hypot(error, z_error));
    row("a less z", a - z, 1, tolerance,
        "scaling, Minnhagen and others 1995; next order and 3 errors");
}

int main(void)
{
    static const int32_t at[] = {6, 8, 12, 16}, below[] = {4, 6, 8};
    static const double time_at[] = {1.5e6, 2.5e6, 3e6, 4e6}, time_below[] = {1e7, 1e7, 1.6e7};
    flx_ctx *ctx = flx_ctx_create();
    double helicity = constants();
    double z_error, ignored;
    double z = resistances(ctx, transition, 4, at, time_at, 0.75, &z_error);
    resistances(ctx, 0.8, 3, below, time_below, 0.125, &ignored);
    voltages(ctx, helicity, z, z_error);
    flx_ctx_free(ctx);
    return 0;
}
