// The xy engine against a separate Monte Carlo program, the transition of the cubic lattice, and that
// of the fully frustrated square lattice.
//   Hasenbusch, Phys. Rev. B 100, 224517 (2019): beta_c = 0.45416474(10) of the cubic lattice; of its class
//   xi/L = 0.59238(7) at the transition, nu = 0.67169(7), omega = 0.789(4). Olsson, Phys. Rev. Lett. 75,
//   2758 (1995): two transitions of the frustrated lattice, at 0.446 and 0.452.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/xy.h"
#include "validate.h"
#include "wolff.h"

enum { T_MAX = 8 };

static void sample_by(const flx_xy_problem *p, flx_xy_opts o, flx_xy_result *result)
{
    flx_ctx *ctx = flx_ctx_create();
    flx_xy *sim;
    o.threads = 2; // no result depends on it
    must(ctx, flx_xy_create(ctx, p, &o, &sim));
    while (flx_xy_step(sim, 100000) == FLX_OK)
        ;
    for (int32_t t = 0; t < p->n_temperature; t++) {
        must(ctx, flx_xy_result_of(sim, t, &result[t]));
        if (result[t].trust != FLX_XY_TRUSTED)
            exit(1);
    }
    flx_xy_free(sim);
    flx_ctx_free(ctx);
}

static void sample(const flx_xy_problem *p, double sweeps, flx_xy_result *result)
{
    flx_xy_opts o = flx_xy_opts_default();
    o.sweeps = (int32_t)sweeps;
    sample_by(p, o, result);
}

// ---- Table ---------------------------------------------------------------------------------------

// Energy, specific heat, helicity, susceptibility, vortex density, each beside its error. In one place
// the susceptibility is not of that program: 2709.84(84) for L = 64, T = 0.5 was three errors off, and
// 4 million single clusters (wolff.h) give 2707.36(25).
static const struct {
    int32_t size;
    double t, value[5][2], sweeps;
} table[] = {
    {32,
     0.5,
     {{-1.729747, 9.6e-5}, {0.5992, 4.5e-3}, {0.856780, 6.7e-5}, {722.31, 0.21}, {1.4e-5, 6.7e-7}},
     6e5},
    {32,
     0.8,
     {{-1.52768, 1.9e-4}, {0.7996, 7.7e-3}, {0.72015, 2.9e-4}, {529.86, 0.30}, {3.067e-3, 1.3e-5}},
     6e5},
    {32,
     0.8929,
     {{-1.44658, 2.5e-4}, {0.9603, 9.5e-3}, {0.63221, 7.3e-4}, {452.05, 0.38}, {8.32e-3, 2.7e-5}},
     6e5},
    {32,
     1.0,
     {{-1.32688, 4e-4}, {1.329, 0.020}, {0.3977, 2.3e-3}, {312.08, 0.77}, {0.022411, 6.6e-5}},
     6e5},
    {32,
     1.1,
     {{-1.17865, 5.4e-4}, {1.434, 0.017}, {0.0676, 2.7e-3}, {119.17, 0.73}, {0.04806, 1.1e-4}},
     6e5},
    {32,
     1.5,
     {{-0.77886, 4.6e-4}, {0.6642, 7.6e-3}, {-0.0007, 1.6e-3}, {9.85, 0.043}, {0.13724, 1.3e-4}},
     6e5},
    {64,
     0.5,
     {{-1.729597, 5.3e-5}, {0.5976, 4.5e-3}, {0.85663, 4.8e-5}, {2707.36, 0.25}, {1.4e-5, 3.8e-7}},
     6e5},
    {64,
     0.8929,
     {{-1.44552, 1.4e-4}, {0.961, 0.011}, {0.6239, 6.9e-4}, {1536.9, 1.3}, {8.464e-3, 1.5e-5}},
     6e5},
    {64,
     1.04,
     {{-1.2617, 3.2e-4}, {1.51, 0.022}, {0.061, 3.4e-3}, {388.3, 2.8}, {0.033197, 5.7e-5}},
     6e5},
    {64,
     1.2,
     {{-1.04666, 3.2e-4}, {1.165, 0.017}, {-0.0012, 2.4e-3}, {42.08, 0.23}, {0.074929, 7.2e-5}},
     6e5},
    {128,
     0.8,
     {{-1.526637, 8.6e-5}, {0.795, 0.011}, {0.71807, 3.5e-4}, {6618.6, 5.9}, {3.129e-3, 5.7e-6}},
     6e5},
    {128,
     0.8929,
     {{-1.44531, 1.1e-4}, {0.957, 0.017}, {0.6178, 1e-3}, {5218.5, 6.4}, {8.491e-3, 1.2e-5}},
     6e5},
    {128,
     1.04,
     {{-1.26062, 2.5e-4}, {1.474, 0.038}, {-0.0017, 4.9e-3}, {433.1, 5.3}, {0.03344, 4.7e-5}},
     6e5},
};

static void monte_carlo_table(void)
{
    static const char *const what[] = {"energy", "specific heat", "helicity", "susceptibility",
                                       "vortex density"};
    printf("# Square lattices against a separate program (Metropolis, over-relaxation, a cluster): "
           "the "
           "tolerance is three errors of both together\n");
    for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
        flx_xy_problem p = {
            .size = {table[k].size, table[k].size}, .temperature = &table[k].t, .n_temperature = 1};
        flx_xy_result r;
        sample(&p, table[k].sweeps, &r);
        const flx_xy_estimate got[] = {r.energy, r.specific_heat, r.helicity_mean, r.susceptibility,
                                       r.vortex_density};
        for (int j = 0; j < 5; j++) {
            char name[64], tolerance[32];
            snprintf(name, sizeof name, "%s, L = %d, T = %g", what[j], table[k].size, table[k].t);
            snprintf(tolerance, sizeof tolerance, "%.2g",
                     3 * hypot(got[j].error, table[k].value[j][1]));
            row(name, got[j].value, table[k].value[j][0], tolerance,
                j == 3 && table[k].size == 64 && table[k].t == 0.5
                    ? "4e6 clusters, 2707.36(25); the separate program says 2709.84(84)"
                    : "separate Monte Carlo program");
        }
    }
}

// ---- Clusters ------------------------------------------------------------------------------------

// What two programs of two algorithms, written apart, say of the same lattices.
static void clusters(void)
{
    static const double t[] = {0.5, 0.8929};
    printf(
        "# Square lattice of 64 against single clusters in plain loops, run here: three errors of "
        "both\n");
    for (int k = 0; k < 2; k++) {
        flx_xy_problem p = {.size = {64, 64}, .temperature = &t[k], .n_temperature = 1};
        flx_xy_result r;
        double value[2], error[2];
        sample(&p, 4e6, &r);
        wolff_sample(64, t[k], 300000, value, error);
        const flx_xy_estimate got[] = {r.energy, r.susceptibility};
        for (int j = 0; j < 2; j++) {
            char name[64], tolerance[32];
            snprintf(name, sizeof name, "%s, T = %g", j ? "susceptibility" : "energy", t[k]);
            snprintf(tolerance, sizeof tolerance, "%.2g", 3 * hypot(got[j].error, error[j]));
            row(name, got[j].value, value[j], tolerance, "clusters (tests/validate/wolff.h)");
        }
    }
}

// ---- Crossings -----------------------------------------------------------------------------------

// Where the straight line through values (least squares, weights of the errors) meets 0.
static double zero_of(const double *t, const double *value, const double *error, int n, double *off)
{
    double s[3] = {0}, b[2] = {0}, middle = t[n / 2];
    for (int k = 0; k < n; k++) {
        double w = 1 / (error[k] * error[k]), x = t[k] - middle;
        s[0] += w;
        s[1] += w * x;
        s[2] += w * x * x;
        b[0] += w * value[k];
        b[1] += w * x * value[k];
    }
    double det = s[0] * s[2] - s[1] * s[1], slope = (s[0] * b[1] - s[1] * b[0]) / det;
    double at = -(s[2] * b[0] - s[1] * b[1]) / det / slope;
    // Variance of the line at its zero.
    *off = sqrt((s[2] - 2 * s[1] * at + s[0] * at * at) / det) / fabs(slope);
    return middle + at;
}

// Sizes cross each other at T_c only when they are large: xi/L = R + a t L^(1/nu) + b L^(-omega). Where
// L = 12 and 24 cross is 0.0003 above T_c. Where xi/L of one size has the value R that all models of
// this kind have in common is T(L) = T_c - c L^(-1/nu - omega), with smaller errors than a crossing, as
// the whole slope counts and not what two sizes differ by. T_c and c from three sizes.
static void cubic(void)
{
    enum { N = 3, SIZES = 3 };
    static const double t[N] = {2.199, 2.202, 2.205}, sweeps[SIZES] = {4e6, 4e6, 2.5e6};
    static const int32_t size[SIZES] = {8, 12, 16};
    const double universal = 0.59238, nu = 0.67169, omega = 0.789;
    double at[SIZES], off[SIZES], s[3] = {0}, b[2] = {0};
    printf(
        "# Cubic lattice: where xi/L = 0.59238 on lattices of 8, 12, 16, and the limit of that by "
        "its correction L^(-1/nu - omega)\n");
    for (int k = 0; k < SIZES; k++) {
        flx_xy_problem p = {.lattice = FLX_XY_CUBIC,
                            .size = {size[k], size[k], size[k]},
                            .temperature = t,
                            .n_temperature = N};
        flx_xy_opts o = flx_xy_opts_default();
        flx_xy_result r[N];
        double d[N], error[N];
        o.sweeps = (int32_t)sweeps[k];
        o.metropolis = 4; // energies forget slowly, and measuring takes as long as ten updates
        o.overrelaxation = size[k] / 2;
        sample_by(&p, o, r);
        for (int j = 0; j < N; j++) {
            d[j] = r[j].xi.value / size[k] - universal;
            error[j] = r[j].xi.error / size[k];
        }
        at[k] = zero_of(t, d, error, N, &off[k]);
        printf("# L = %d: T = %.5f(%.5f)\n", size[k], at[k], off[k]);
        double w = 1 / (off[k] * off[k]), x = pow(size[k], -1 / nu - omega);
        s[0] += w;
        s[1] += w * x;
        s[2] += w * x * x;
        b[0] += w * (at[k] - t[1]);
        b[1] += w * x * (at[k] - t[1]);
    }
    double det = s[0] * s[2] - s[1] * s[1], tc = t[1] + (s[2] * b[0] - s[1] * b[1]) / det,
           slope = (s[0] * b[1] - s[1] * b[0]) / det, chi2 = 0;
    for (int k = 0; k < SIZES; k++)
        chi2 += pow((at[k] - tc - slope * pow(size[k], -1 / nu - omega)) / off[k], 2);
    row("T_c of the cubic lattice", tc, 2.201844, "0.0005", "Hasenbusch 2019");
    row("its statistical error", sqrt(s[2] / det), 0, "0.0005", "wanted");
    row("chi squared, one degree of freedom", chi2, 0, "6.6", "one in a hundred is larger");
}

static void frustrated(void)
{
    enum { N = 6 };
    static const double t[N] = {0.43, 0.437, 0.444, 0.451, 0.458, 0.465};
    printf("# Fully frustrated square lattice: helicity against 2 T/pi. Finite lattices cross it "
           "above "
           "the transition; the two transitions, 0.006 apart, are not told from each other here\n");
    for (int32_t size = 32; size <= 64; size *= 2) {
        flx_xy_problem p = {
            .size = {size, size}, .flux = 0.5, .temperature = t, .n_temperature = N};
        flx_xy_result r[T_MAX];
        double d[N], error[N], off;
        sample(&p, 5e5, r);
        for (int k = 0; k < N; k++) {
            d[k] = r[k].helicity_mean.value - 2 / pi * t[k];
            error[k] = r[k].helicity_mean.error;
        }
        // The three temperatures around the change of sign.
        int first = 0;
        while (first + 3 < N && d[first + 1] > 0)
            first++;
        char name[64];
        double at = zero_of(t + first, d + first, error + first, 3, &off);
        snprintf(name, sizeof name, "helicity = 2 T/pi, L = %d", size);
        row(name, at, 0.45, "0.01", "between 0.440 and 0.460: Olsson 1995 and later");
        snprintf(name, sizeof name, "its statistical error, L = %d", size);
        row(name, off, 0, "0.002", "wanted");
    }
}

int main(void)
{
    monte_carlo_table();
    clusters();
    cubic();
    frustrated();
    return 0;
}
