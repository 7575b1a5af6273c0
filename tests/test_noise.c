// Thermal noise: the random numbers, and the engine against exact distributions.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/binning.h"
#include "base/rng.h"
#include "fluxoid/tdgl.h"
#include "tdgl/counterterm.h"
#include "tdgl/noise.h"
#include "test_lattice.h"
#include "test_measure_mesh.h"
#include "test_thermal.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wpedantic"
#include <Random123/ars.h>
#include <Random123/philox.h>
#pragma GCC diagnostic pop

static const double pi = 3.14159265358979323846;

static flx_tdgl *start(flx_ctx *ctx, const flx_tdgl_problem *p, const flx_tdgl_opts *o)
{
    flx_tdgl *sim;
    if (flx_tdgl_create(ctx, p, o, &sim) != FLX_OK)
        fail_msg("%s", flx_ctx_error(ctx));
    return sim;
}

static void steps(flx_ctx *ctx, flx_tdgl *sim, int64_t n)
{
    flx_tdgl_report report;
    for (int64_t k = 0; k < n; k++)
        if (flx_tdgl_step(sim, 1e30, &report) != FLX_OK)
            fail_msg("%s", flx_ctx_error(ctx));
}

static flx_tdgl_opts langevin(double dt)
{
    flx_tdgl_opts o = flx_tdgl_opts_default();
    o.integrator = FLX_LANGEVIN;
    o.adaptive = false;
    o.dt = dt;
    o.threads = 1;
    return o;
}

// Within 4 errors of the mean, which must be known to `at_most`: one of 16 000 such tests fails by
// chance, and the numbers are the same in every run.
static void assert_mean(const flx_binning *b, double exact, double at_most)
{
    flx_binned e = flx_binning_estimate(b);
    if (!e.resolved || !(e.error <= at_most) || !(fabs(e.mean - exact) <= 4 * e.error))
        fail_msg("%.6f(%.6f) against %.6f, tau %.1f, %g bins", e.mean, e.error, exact, e.tau,
                 e.n_bin);
}

// ---- Random numbers -----------------------------------------------------------------------------

// Four words of a counter by Random123; where word w of counter k of a block of 128 stands in the block.
#if FLX_NOISE_ARS
enum { PER_COUNTER = 4, PER_WORD = 1 };
static void four_words(uint32_t k, uint32_t w[4])
{
    ars4x32_ctr_t counter = {{k, FLX_NOISE_JOLT, 0x76543210u, 0xfedcba98u}};
    ars4x32_key_t key = ars4x32keyinit((ars4x32_ukey_t){{0x9abcdef0u, 0x12345678u, 0, 0}});
    ars4x32_ctr_t r = ars4x32_R(7, counter, key);
    memcpy(w, r.v, sizeof r.v);
}
#else
enum { PER_COUNTER = 1, PER_WORD = 128 };
static void four_words(uint32_t k, uint32_t w[4])
{
    philox4x32_ctr_t counter = {{k, FLX_NOISE_JOLT, 0x76543210u, 0xfedcba98u}};
    philox4x32_ctr_t r = philox4x32_R(7, counter, (philox4x32_key_t){{0x9abcdef0u, 0x12345678u}});
    memcpy(w, r.v, sizeof r.v);
}
#endif

static void gaussians_are_keyed_words_by_box_and_muller(void **state)
{
    (void)state;
    enum { N = 5120, BLOCK = 512, PAIR = 128 }; // a Gaussian and its partner stand PAIR apart
    static float g[N];
    static uint32_t word[N];
    flx_noise_key key = {0x123456789abcdef0u, 0xfedcba9876543210u};
    flx_noise_fill(&key, FLX_NOISE_JOLT, 0, N, g);
    for (uint32_t k = 0; k < N / 4; k++) {
        uint32_t w[4];
        four_words(k, w);
        for (uint32_t j = 0; j < 4; j++)
            word[k / PAIR * BLOCK + k % PAIR * PER_COUNTER + j * PER_WORD] = w[j];
    }
    for (int k = 0; k < N; k++)
        if (k / PAIR % 2 == 0) {
            double u = ((word[k] >> 9) + 0.5) / 8388608, v = word[k + PAIR] / 4294967296.0;
            double r = sqrt(-2 * log(u));
            // single precision: logarithm 1e-7, angle 6e-8 pi, radius up to 5.8
            assert_near((double)g[k], r * cos(2 * pi * v), 3e-6);
            assert_near((double)g[k + PAIR], r * sin(2 * pi * v), 3e-6);
        }
}

static void a_gaussian_depends_on_its_place_alone(void **state)
{
    (void)state;
    enum { N = 3000 };
    static float all[N], parts[N];
    flx_noise_key key = {7, 9};
    flx_noise_fill(&key, FLX_NOISE_KICK, 0, N, all);
    const int32_t border[] = {0, 1, 2, 515, 1024, 1027, 2999, N};
    for (int k = 0; k < 7; k++)
        flx_noise_fill(&key, FLX_NOISE_KICK, border[k], border[k + 1], parts);
    assert_memory_equal(all, parts, sizeof all);
    static uint8_t bytes[N], pieces[N];
    flx_noise_bytes(&key, FLX_NOISE_SIGN, 0, N, bytes);
    for (int k = 0; k < 7; k++)
        flx_noise_bytes(&key, FLX_NOISE_SIGN, border[k], border[k + 1], pieces);
    assert_memory_equal(bytes, pieces, sizeof bytes);
    int ones = 0; // of 2 bits each, a mean of 3000 with a standard deviation of sqrt(1500)
    for (int k = 0; k < N; k++)
        ones += (bytes[k] & 1) + (bytes[k] >> 1 & 1);
    assert_in_range(ones, N - 155, N + 155);
}

static void gaussians_have_the_moments_and_no_correlation(void **state)
{
    (void)state;
    enum { N = 1 << 16, STEPS = 64 };
    static float g[N], before[N], other[N];
    double m[7] = {0}, step = 0, kind = 0, next = 0;
    const double n = (double)N * STEPS;
    for (uint64_t s = 0; s < STEPS; s++) {
        flx_noise_key key = {3, s};
        memcpy(before, g, sizeof g);
        flx_noise_fill(&key, FLX_NOISE_KICK, 0, N, g);
        flx_noise_fill(&key, FLX_NOISE_JOLT, 0, N, other);
        for (int i = 0; i < N; i++) {
            double x = (double)g[i], power = 1;
            for (int k = 0; k < 7; k++, power *= x)
                m[k] += power / n;
            step += x * (double)before[i] / n;
            kind += x * (double)other[i] / n;
            next += x * (double)g[(i + 1) % N] / n;
        }
    }
    // Standard deviations of the sums: sqrt(var(x^k)/n), k = 1 .. 6
    const double exact[7] = {1, 0, 1, 0, 3, 0, 15}, variance[7] = {0, 1, 2, 15, 96, 945, 10170};
    for (int k = 1; k < 7; k++)
        assert_near(m[k], exact[k], 4 * sqrt(variance[k] / n));
    assert_near(step, 0, 4 / sqrt(n));
    assert_near(kind, 0, 4 / sqrt(n));
    assert_near(next, 0, 4 / sqrt(n));
}

// ---- Binning ------------------------------------------------------------------------------------

static void binning_finds_the_error_of_a_correlated_series(void **state)
{
    (void)state;
    // x' = c x + sqrt(1 - c^2) g: variance 1, tau = (1 + c)/(2(1 - c)), error sqrt(2 tau/n)
    const double c = 0.9, tau = 9.5;
    enum { N = 1 << 18 };
    flx_binning b = {0};
    double x = 0, g[2];
    for (uint64_t k = 0; k < N; k++) {
        flx_rng_gauss(5, 0, k, g);
        x = c * x + sqrt(1 - c * c) * g[0];
        flx_binning_add(&b, x);
    }
    flx_binned e = flx_binning_estimate(&b);
    assert_true(e.resolved);
    // bins of 2^10 values: 256 of them know the variance to sqrt(2/256) = 9 %, 3 standard deviations
    assert_near(e.tau, tau, 0.27 * tau);
    assert_near(e.mean, 0, 4 * sqrt(2 * tau / N));
    assert_near(e.error, sqrt(2 * e.tau / N), 0.01 * e.error);
}

static void binning_says_when_a_series_is_too_short(void **state)
{
    (void)state;
    flx_binning b = {0};
    assert_true(isnan(flx_binning_estimate(&b).mean));
    for (int k = 0; k < 200; k++)
        flx_binning_add(&b, k); // a drift: one correlation time
    assert_false(flx_binning_estimate(&b).resolved);
    b = (flx_binning){0};
    for (int k = 0; k < 100; k++)
        flx_binning_add(&b, 3);
    assert_true(flx_binning_estimate(&b).error == 0);
}

// ---- One cell -----------------------------------------------------------------------------------

static void cell_case(double h, double temperature, double gamma, double dt, bool counterterm,
                      flx_binning *b)
{
    enum { CELLS = 16384, EVERY = 5 };
    squares l = squares_cells(CELLS, h);
    flx_ctx *ctx = flx_ctx_create();
    flx_tdgl_problem p = {.mesh = &l.mesh, .u = 5.79, .gamma = gamma, .temperature = temperature};
    flx_tdgl_opts o = langevin(dt * p.u);
    o.counterterm = counterterm;
    flx_tdgl *sim = start(ctx, &p, &o);
    // |psi| relaxes in u S/2 with S = sqrt(1 + g^2): eight of these are left out
    double slow = sqrt(1 + gamma * gamma) / dt;
    steps(ctx, sim, (int64_t)(4 * slow));
    int32_t n = (int32_t)(fmax(20 * slow, 600) / EVERY);
    double *mean = calloc(CELLS, sizeof *mean);
    for (int32_t k = 0; k < n; k++) {
        steps(ctx, sim, EVERY);
        flx_frame f = flx_tdgl_frame(sim);
        for (int32_t i = 0; i < CELLS; i++)
            mean[i] += (f.psi[i].re * f.psi[i].re + f.psi[i].im * f.psi[i].im) / n;
    }
    *b = (flx_binning){0}; // cells are independent
    for (int32_t i = 0; i < CELLS; i++)
        flx_binning_add(b, mean[i]);
    free(mean);
    flx_tdgl_free(sim);
    flx_ctx_free(ctx);
    squares_clear(&l);
}

static void a_cell_has_its_exact_mean_for_every_gamma(void **state)
{
    (void)state;
    // The integral itself, to the digits of its Gaussian form.
    assert_near(mean_of_cell(1, 1, 0.3), 1.1489487919, 1e-9);
    assert_near(mean_of_cell(1, 1, 0.1), 1.0148329706, 1e-9);
    const struct {
        double temperature, gamma;
    } all[] = {{0.3, 0}, {0.3, 1}, {0.3, 10}, {0.1, 0}, {0.1, 3}};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        flx_binning b;
        cell_case(1, all[k].temperature, all[k].gamma, 0.1, false, &b);
        assert_mean(&b, mean_of_cell(1, 1, all[k].temperature), 2e-3);
    }
}

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void the_distribution_of_a_cell_does_not_depend_on_gamma(void **state)
{
    (void)state;
    enum { CELLS = 20000 };
    const double temperature = 0.3;
    static double x[CELLS];
    for (int g = 0; g < 3; g++) {
        const double gamma = (const double[]){0, 1, 10}[g];
        squares l = squares_cells(CELLS, 1);
        flx_ctx *ctx = flx_ctx_create();
        flx_tdgl_problem p = {
            .mesh = &l.mesh, .u = 5.79, .gamma = gamma, .temperature = temperature};
        flx_tdgl_opts o = langevin(0.05 * p.u);
        flx_tdgl *sim = start(ctx, &p, &o);
        steps(ctx, sim, (int64_t)(4 * sqrt(1 + gamma * gamma) / 0.05));
        flx_frame f = flx_tdgl_frame(sim);
        for (int32_t i = 0; i < CELLS; i++)
            x[i] = f.psi[i].re * f.psi[i].re + f.psi[i].im * f.psi[i].im;
        qsort(x, CELLS, sizeof *x, rising);
        // P(|psi|^2 < x) of exp(-(1 - x)^2/4T) on x >= 0, against the share of the cells: Kolmogorov
        // and Smirnov allow 1.95/sqrt(N) with a chance of 1 in 1000 to fail.
        double s = 2 * sqrt(temperature), below = erf(-1 / s), distance = 0;
        for (int32_t i = 0; i < CELLS; i++) {
            double exact = (erf((x[i] - 1) / s) - below) / (1 - below);
            distance = fmax(distance, fabs(exact - (i + 0.5) / CELLS));
        }
        assert_in_range((int)(1e6 * distance), 0, (int)(1e6 * 1.95 / sqrt(CELLS)));
        flx_tdgl_free(sim);
        flx_ctx_free(ctx);
        squares_clear(&l);
    }
}

static void the_counterterm_of_a_cell_is_the_logarithm_of_its_size(void **state)
{
    (void)state;
    // r = 1 + (2 T/pi) ln(1/h)
    flx_binning b;
    cell_case(0.5, 0.1, 0, 0.1, true, &b);
    assert_mean(&b, mean_of_cell(0.25, 1 + 0.2 / pi * log(2), 0.1), 2e-3);
    cell_case(0.5, 0.1, 0, 0.1, false, &b);
    assert_mean(&b, mean_of_cell(0.25, 1, 0.1), 2e-3);
}

// int d^2k/(2 pi)^2 1/(K + M) over the square lattice is an elliptic integral,
// 1/agm(4 + M, sqrt((4 + M)^2 - 16)); with K_i = 4 sin^2(k_i/2), sum_i 4 sin^2 k_i = 4 K - K_x^2 - K_y^2.
static double bracket_of_squares(double h)
{
    enum { N = 600 };
    double eta = h * h / 16, m2 = h * h * (2 + 4 * eta), x = 4 + m2, y = sqrt(x * x - 16), c = 0;
    for (int i = 0; i < 40; i++) {
        double mean = (x + y) / 2;
        y = sqrt(x * y);
        x = mean;
    }
    double g = 1 / x;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            double kx = 4 * pow(sin(pi * (i + 0.5) / N), 2),
                   ky = 4 * pow(sin(pi * (j + 0.5) / N), 2);
            c -= (kx * kx + ky * ky) / (kx + ky) / (kx + ky + m2) / 2 / N / N;
        }
    c += 2 * g;
    return ((3 + 18 * eta) / (1 + 2 * eta) - 1 - m2 / 4) * g + 0.5 + c;
}

static void the_counterterm_of_a_lattice_is_the_sum_over_its_waves(void **state)
{
    (void)state;
    const double h[] = {1, 0.5, 0.25, 0.125};
    for (int k = 0; k < 4; k++) {
        assert_near(flx_counterterm_bracket(false, h[k]), bracket_of_squares(h[k]), 2e-5);
        // on fine meshes (1/pi) ln(C/32 a) + (ln 16 + 1/2)/pi: what is left is of order h^2 ln h
        double rest[2], limit = (log(16) + 0.5) / pi, order = h[k] * h[k] * log(4 / h[k]);
        for (int t = 0; t < 2; t++) {
            rest[t] = flx_counterterm_bracket(t, h[k]) - log((t ? 1.5 : 1) / (h[k] * h[k])) / pi;
            assert_near(rest[t], limit, 0.02 * order);
        }
    }
}

// ---- Lattices -----------------------------------------------------------------------------------

// T << 1: psi = (1 + r) exp(i theta) with <|r_k|^2> = T/(q^2 + 2), <|theta_k|^2> = T/q^2,
// q^2 = 4 - 2 cos kx - 2 cos ky: each mode of length and phase has its share, with gamma and
// through the normal current as well.
static void cold_modes_have_their_share(void **state)
{
    (void)state;
    enum { L = 16, N = L * L, MODES = 8 };
    const int mode[MODES][2] = {{1, 0}, {0, 1}, {1, 1}, {2, 1}, {4, 0}, {5, 7}, {8, 0}, {8, 8}};
    const double temperature = 1e-3;
    for (int g = 0; g < 2; g++) {
        squares l = squares_torus(L, L, 1);
        flx_ctx *ctx = flx_ctx_create();
        flx_tdgl_problem p = {
            .mesh = &l.mesh, .u = 5.79, .gamma = 2 * g, .temperature = temperature};
        // Half of what is stable: the fastest phase falls at 8 S/u + 1, S = sqrt(1 + g^2).
        flx_tdgl_opts o = langevin(1 / (8 * sqrt(1 + 4 * g) / p.u + 1));
        flx_tdgl *sim = start(ctx, &p, &o);
        flx_binning length = {0}, phase = {0};
        for (int k = 0; k < 12000; k++) {
            steps(ctx, sim, 1);
            if (k < 400 || k % 3)
                continue;
            flx_frame f = flx_tdgl_frame(sim);
            // The common phase turns freely.
            flx_cplx sum = {0, 0};
            for (int32_t i = 0; i < N; i++)
                sum = (flx_cplx){sum.re + f.psi[i].re, sum.im + f.psi[i].im};
            double share_r = 0, share_t = 0, common = atan2(sum.im, sum.re);
            for (int m = 0; m < MODES; m++) {
                double r[2] = {0}, t[2] = {0}, kx = 2 * pi * mode[m][0] / L,
                       ky = 2 * pi * mode[m][1] / L;
                for (int32_t i = 0; i < N; i++) {
                    double a = kx * (i % L) + ky * (i / L), c = cos(a), s = sin(a);
                    double abs = hypot(f.psi[i].re, f.psi[i].im);
                    double theta = remainder(atan2(f.psi[i].im, f.psi[i].re) - common, 2 * pi);
                    r[0] += (abs - 1) * c;
                    r[1] += (abs - 1) * s;
                    t[0] += theta * c;
                    t[1] += theta * s;
                }
                double q2 = 4 - 2 * cos(kx) - 2 * cos(ky);
                share_r += (r[0] * r[0] + r[1] * r[1]) / N * (q2 + 2) / temperature / MODES;
                share_t += (t[0] * t[0] + t[1] * t[1]) / N * q2 / temperature / MODES;
            }
            flx_binning_add(&length, share_r);
            flx_binning_add(&phase, share_t);
        }
        // Corrections of higher order are T times numbers of order 1 to 4.
        flx_binned a = flx_binning_estimate(&length), b = flx_binning_estimate(&phase);
        assert_true(a.resolved && b.resolved && a.error < 0.02 && b.error < 0.02);
        assert_near(a.mean, 1, 4 * a.error + 4 * temperature);
        assert_near(b.mean, 1, 4 * b.error + 4 * temperature);
        flx_tdgl_free(sim);
        flx_ctx_free(ctx);
        squares_clear(&l);
    }
}

// ---- Bits ---------------------------------------------------------------------------------------

static flx_tdgl *bar_start(flx_ctx *ctx, const flx_mesh *mesh, double gamma, int32_t threads,
                           int32_t seed)
{
    flx_tdgl_problem p = {.mesh = mesh, .u = 5.79, .gamma = gamma, .temperature = 0.05};
    flx_tdgl_opts o = langevin(0.02);
    o.threads = threads;
    o.seed = seed;
    return start(ctx, &p, &o);
}

static void threads_and_restarts_do_not_change_a_bit(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_mesh *mesh = test_rectangle(40, 60, 12, 18, 0); // 2501 sites: parts for several threads
    size_t n = (size_t)mesh->n_site;
    for (int g = 0; g < 2; g++) {
        double gamma = 3 * g;
        flx_tdgl *one = bar_start(ctx, mesh, gamma, 1, 5),
                 *four = bar_start(ctx, mesh, gamma, 4, 5);
        flx_tdgl *again = bar_start(ctx, mesh, gamma, 1, 5),
                 *other = bar_start(ctx, mesh, gamma, 1, 6);
        steps(ctx, one, 15);
        // Memory of `one` after 15 steps, put into one that has made 3 of its own.
        flx_state_block from[FLX_TDGL_STATE_MAX], to[FLX_TDGL_STATE_MAX];
        steps(ctx, again, 3);
        int32_t n_block = flx_tdgl_state(one, from);
        assert_int_equal(flx_tdgl_state(again, to), n_block);
        for (int32_t k = 0; k < n_block; k++)
            memcpy(to[k].data, from[k].data, from[k].bytes);
        assert_int_equal(flx_tdgl_restored(again), FLX_OK);
        steps(ctx, one, 15);
        steps(ctx, again, 15);
        steps(ctx, four, 30);
        steps(ctx, other, 30);
        flx_frame f = flx_tdgl_frame(one);
        assert_memory_equal(f.psi, flx_tdgl_frame(again).psi, n * sizeof *f.psi);
        assert_memory_equal(f.mu, flx_tdgl_frame(again).mu, n * sizeof *f.mu);
        assert_memory_equal(f.psi, flx_tdgl_frame(four).psi, n * sizeof *f.psi);
        assert_memory_equal(f.mu, flx_tdgl_frame(four).mu, n * sizeof *f.mu);
        assert_memory_not_equal(f.psi, flx_tdgl_frame(other).psi, n * sizeof *f.psi);
        flx_tdgl_free(one);
        flx_tdgl_free(four);
        flx_tdgl_free(again);
        flx_tdgl_free(other);
    }
    flx_mesh_free(mesh);
    flx_ctx_free(ctx);
}

static void refusals_name_the_remedy(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_mesh *mesh = test_rectangle(4, 4, 2, 2, 0);
    flx_tdgl_problem p = {.mesh = mesh, .u = 5.79, .temperature = 0.05};
    flx_tdgl_opts o = flx_tdgl_opts_default();
    flx_tdgl *sim;
    assert_int_equal(flx_tdgl_create(ctx, &p, &o, &sim), FLX_ERR_INPUT);
    assert_string_equal(flx_ctx_error(ctx), "noise needs the integrator langevin, which makes "
                                            "steps of one length");
    p.temperature = -1;
    assert_int_equal(flx_tdgl_create(ctx, &p, &o, &sim), FLX_ERR_INPUT);
    assert_string_equal(flx_ctx_error(ctx),
                        "the temperature of the noise is -1 E_s, allowed is >= 0");
    p.temperature = 0.05;
    o = langevin(40);
    assert_int_equal(flx_tdgl_create(ctx, &p, &o, &sim), FLX_ERR_INPUT);
    assert_string_equal(flx_ctx_error(ctx), "tdgl.dt is 40 tau0; the integrator langevin takes "
                                            "steps of at most 0.75 tau0");
    p.temperature = 1e9; // |psi|^2 psi of a first kick of 1e4 throws psi out of sight
    o = langevin(0.5);
    assert_int_equal(flx_tdgl_create(ctx, &p, &o, &sim), FLX_OK);
    flx_tdgl_report report;
    flx_status status = FLX_OK;
    for (int k = 0; k < 100 && status == FLX_OK; k++)
        status = flx_tdgl_step(sim, 1e30, &report);
    assert_int_equal(status, FLX_ERR_DIVERGED);
    assert_non_null(
        strstr(flx_ctx_error(ctx), "a step of 0.5 tau0 diverges; give a smaller tdgl.dt"));
    flx_tdgl_free(sim);
    flx_mesh_free(mesh);
    flx_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gaussians_are_keyed_words_by_box_and_muller),
        cmocka_unit_test(a_gaussian_depends_on_its_place_alone),
        cmocka_unit_test(gaussians_have_the_moments_and_no_correlation),
        cmocka_unit_test(binning_finds_the_error_of_a_correlated_series),
        cmocka_unit_test(binning_says_when_a_series_is_too_short),
        cmocka_unit_test(a_cell_has_its_exact_mean_for_every_gamma),
        cmocka_unit_test(the_distribution_of_a_cell_does_not_depend_on_gamma),
        cmocka_unit_test(the_counterterm_of_a_cell_is_the_logarithm_of_its_size),
        cmocka_unit_test(the_counterterm_of_a_lattice_is_the_sum_over_its_waves),
        cmocka_unit_test(cold_modes_have_their_share),
        cmocka_unit_test(threads_and_restarts_do_not_change_a_bit),
        cmocka_unit_test(refusals_name_the_remedy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
