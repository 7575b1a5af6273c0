// The xy engine as a program: the same bits for any number of threads and after a restart, updates
// that must agree with each other, refusals, wrong input.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/base.h"
#include "base/rng.h"
#include "fluxoid/xy.h"
#include "test.h"
#include "xy/words.h"
#include "xy/xy_internal.h"

#if defined(__VAES__) && defined(__AVX2__)
#include <Random123/ars.h>
#else
#include <Random123/philox.h>
#endif

static flx_xy *start(flx_ctx *ctx, const flx_xy_problem *p, const flx_xy_opts *o)
{
    flx_xy *sim;
    if (flx_xy_create(ctx, p, o, &sim) != FLX_OK)
        fail_msg("%s", flx_ctx_error(ctx));
    return sim;
}

static void finish(flx_xy *sim)
{
    while (flx_xy_step(sim, 1000) == FLX_OK)
        ;
}

static const double warm[3] = {0.8, 0.95, 1.1};

// Everything that moves at once, apart from clusters where there is a flux.
static flx_xy_problem busy_problem(bool flux)
{
    return (flx_xy_problem){
        .size = {32, 12}, .flux = flux ? 0.25 : 0, .temperature = warm, .n_temperature = 3};
}

static flx_xy_opts busy_opts(bool flux, bool exchange)
{
    flx_xy_opts o = flx_xy_opts_default();
    o.replicas = 1;
    o.sweeps = 1200;
    o.thermalisation = 300;
    o.clusters = flux ? 0 : 2;
    o.heat_bath = 1;
    o.correlations = !flux;
    o.tune_temperatures = exchange;
    o.exchange = exchange;
    return o;
}

static bool same_state(flx_xy *a, flx_xy *b)
{
    flx_state_block block[2][FLX_XY_STATE_MAX];
    int32_t n = flx_xy_state(a, block[0]);
    bool same = n == flx_xy_state(b, block[1]);
    for (int32_t k = 0; k < n && same; k++)
        same = block[0][k].bytes == block[1][k].bytes &&
               memcmp(block[0][k].data, block[1][k].data, block[0][k].bytes) == 0;
    return same;
}

static void threads_do_not_change_a_bit(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    for (int kind = 0; kind < 4; kind++) {
        flx_xy_problem p = busy_problem(kind & 1);
        flx_xy_opts o = busy_opts(kind & 1, kind & 2);
        flx_xy *sim[3];
        for (int k = 0; k < 3; k++) {
            o.threads = k + 1;
            sim[k] = start(ctx, &p, &o);
            finish(sim[k]);
        }
        assert_true(same_state(sim[0], sim[1]));
        assert_true(same_state(sim[0], sim[2]));
        for (int k = 0; k < 3; k++)
            flx_xy_free(sim[k]);
    }
    flx_ctx_free(ctx);
}

static void a_restart_ends_in_the_same_bits(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_xy_problem p = busy_problem(false);
    flx_xy_opts o = busy_opts(false, true);
    flx_xy *whole = start(ctx, &p, &o), *half = start(ctx, &p, &o), *rest = start(ctx, &p, &o);
    finish(whole);
    flx_xy_progress plan = flx_xy_progress_of(whole);
    // In the thermalisation, and in the measured part.
    const int64_t stops[] = {plan.thermalisation / 2, plan.thermalisation + plan.cycles / 4};
    for (int k = 0; k < 2; k++) {
        flx_xy_step(half, (int32_t)(stops[k] - flx_xy_progress_of(half).cycle));
        flx_state_block from[FLX_XY_STATE_MAX], to[FLX_XY_STATE_MAX];
        int32_t n = flx_xy_state(half, from);
        flx_xy_state(rest, to);
        for (int32_t b = 0; b < n; b++)
            memcpy(to[b].data, from[b].data, from[b].bytes);
        assert_int_equal(flx_xy_restored(rest), FLX_OK);
        finish(rest);
        assert_true(same_state(whole, rest));
    }
    // What no run leaves behind is refused.
    half->vector[0].temperature[0] = 7;
    assert_int_equal(flx_xy_restored(half), FLX_ERR_FILE);
    assert_string_equal(flx_ctx_error(ctx), "the saved state of the xy engine is damaged");
    flx_xy_free(whole);
    flx_xy_free(half);
    flx_xy_free(rest);
    flx_ctx_free(ctx);
}

static void another_seed_gives_another_run(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_xy_problem p = busy_problem(false);
    flx_xy_opts o = busy_opts(false, false);
    flx_xy *a = start(ctx, &p, &o);
    o.seed = 2;
    flx_xy *b = start(ctx, &p, &o);
    finish(a);
    finish(b);
    assert_false(same_state(a, b));
    flx_xy_free(a);
    flx_xy_free(b);
    flx_ctx_free(ctx);
}

// Against Random123's own.
static void the_words_are_those_of_their_generator(void **state)
{
    (void)state;
    const xy_draw draw = {.seed = 0x123456789abcdef, .sweep = 0xfedcba9876543210, .vector = 77};
    const uint32_t seed[2] = {0x89abcdef, 0x1234567}, sweep[2] = {0x76543210, 0xfedcba98},
                   place = 0x31415926;
    xy_source source;
    flx_xy_source(&draw, &source);
    for (int part = 0; part < XY_PARTS; part++) {
        xy_u32 word[4];
        flx_xy_words(&source, part, place, word);
        for (uint32_t j = 0; j < 4; j++)
            for (uint32_t k = 0; k < XY_WORDS; k++) {
                const uint32_t lane = (uint32_t)part * XY_WORDS + k;
#if defined(__VAES__) && defined(__AVX2__)
                ars4x32_ctr_t c = {{place, 77 << 4 | j << 2 | lane / 4, sweep[0], sweep[1]}};
                ars4x32_key_t key = ars4x32keyinit((ars4x32_ukey_t){{seed[0], seed[1], 0, 0}});
                assert_int_equal(word[j][k], ars4x32_R(7, c, key).v[lane % 4]);
#else
                philox4x32_ctr_t c = {{place, 77 * XY_LANES_MAX + lane, sweep[0], sweep[1]}};
                philox4x32_key_t key = {{seed[0], seed[1]}};
                assert_int_equal(word[j][k], philox4x32_R(7, c, key).v[j]);
#endif
            }
    }
}

// ---- Updates agree -------------------------------------------------------------------------------

static flx_xy_result at_middle(const flx_xy_opts *o, const flx_xy_problem *p)
{
    flx_ctx *ctx = flx_ctx_create();
    flx_xy *sim = start(ctx, p, o);
    finish(sim);
    flx_xy_result r;
    assert_int_equal(flx_xy_result_of(sim, 1, &r), FLX_OK);
    assert_int_equal(r.trust, FLX_XY_TRUSTED);
    flx_xy_free(sim);
    flx_ctx_free(ctx);
    return r;
}

static void assert_agree(flx_xy_estimate a, flx_xy_estimate b, double largest)
{
    double error = hypot(a.error, b.error);
    assert_true(error < largest);
    // Three errors of the difference; six comparisons.
    if (fabs(a.value - b.value) > 3 * error)
        fail_msg("%.6f and %.6f differ by %.1f errors", a.value, b.value,
                 (a.value - b.value) / error);
}

// What the lattice has in all its lanes together [J].
static double energy_of(flx_xy *sim, const xy_draw *draw)
{
    xy_sums sums;
    sim->kernels->measure(&sim->tables, sim->spin, draw, &sums);
    double energy = 0;
    for (int b = 0; b < sim->grid.n_bond; b++)
        for (int32_t k = 0; k < sim->grid.replicas; k++) {
            for (int32_t j = k + sim->grid.replicas; j < sim->grid.lanes; j += sim->grid.replicas)
                sums.bond[b][0][k] += sums.bond[b][0][j];
            energy -= sums.bond[b][0][k];
        }
    return energy;
}

// Spins that see each other are never moved at the same time, wherever rows and stretches of rows end:
// reflections keep the energy, and Metropolis near T = 0 never raises it. Rows of one stretch and of
// several, of an odd number of columns, two of them, open ends, three axes.
static void updates_see_their_neighbours_as_they_are(void **state)
{
    (void)state;
    const double cold = 1e-4;
    const flx_xy_problem cases[] = {
        {.size = {64, 10}},
        {.size = {512, 6}},
        {.size = {96, 2}},
        {.size = {24, 9}},
        {.size = {32, 8}, .open = {true, false}},
        {.size = {32, 8}, .open = {false, true}},
        {.size = {32, 7}, .lattice = FLX_XY_TRIANGULAR},
        {.size = {16, 5, 4}, .lattice = FLX_XY_CUBIC},
    };
    flx_ctx *ctx = flx_ctx_create();
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++)
        for (int precision = 0; precision < 2; precision++)
            for (int32_t replicas = 1; replicas <= 8; replicas += 7) {
                flx_xy_problem p = cases[c];
                p.temperature = &cold;
                p.n_temperature = 1;
                flx_xy_opts o = flx_xy_opts_default();
                o.precision = precision;
                o.replicas = replicas;
                o.start = FLX_XY_HOT;
                flx_xy *sim = start(ctx, &p, &o);
                double beta[XY_LANES_MAX], width[XY_LANES_MAX];
                int64_t accepted[XY_LANES_MAX] = {0};
                for (int k = 0; k < XY_LANES_MAX; k++) {
                    beta[k] = 1 / cold;
                    width[k] = 0.5;
                }
                xy_draw draw = {.beta = beta, .width = width, .seed = 5, .accepted = accepted};
                // Of one spin: rounding of some 5e-8 in single precision, 30 sweeps, a sum at random.
                const double n = sim->grid.n_spin * (double)sim->grid.replicas,
                             rounding = (precision ? 1e-14 : 1e-6) * sqrt(n) + 1e-12;
                double before = energy_of(sim, &draw);
                sim->kernels->overrelax(&sim->tables, sim->spin, &draw, 30);
                assert_near(energy_of(sim, &draw), before, 30 * rounding);
                for (draw.sweep = 0; draw.sweep < 30; draw.sweep++) {
                    before = energy_of(sim, &draw);
                    sim->kernels->metropolis(&sim->tables, sim->spin, &draw);
                    assert_true(energy_of(sim, &draw) < before + rounding + 10 * cold);
                }
                assert_true(energy_of(sim, &draw) < -0.5 * n);
                flx_xy_free(sim);
            }
    flx_ctx_free(ctx);
}

// Metropolis alone, with clusters, with exchange: one distribution.
static void clusters_and_exchange_sample_the_same_distribution(void **state)
{
    (void)state;
    flx_xy_problem p = {.size = {12, 12}, .temperature = warm, .n_temperature = 3};
    flx_xy_opts o = flx_xy_opts_default();
    o.sweeps = 600000;
    o.overrelaxation = 1;
    o.metropolis = 3;
    flx_xy_result plain = at_middle(&o, &p);
    o.clusters = 2;
    o.sweeps = 200000;
    flx_xy_result wolff = at_middle(&o, &p);
    assert_true(wolff.susceptibility.tau < plain.susceptibility.tau);
    o.clusters = 0;
    o.exchange = true;
    o.sweeps = 600000;
    flx_xy_result exchange = at_middle(&o, &p);
    assert_true(exchange.exchanges > 0.1 && exchange.exchanges < 0.9);
    for (int k = 0; k < 2; k++) {
        const flx_xy_result *other = k ? &exchange : &wolff;
        assert_agree(plain.energy, other->energy, 2e-3);
        assert_agree(plain.susceptibility, other->susceptibility, 0.5);
        assert_agree(plain.helicity_mean, other->helicity_mean, 5e-3);
    }
}

// e = -(z/4) beta at high temperature; the next term, of order beta^3, is 1e-6 here. Independent
// spins have a vortex in one of three squares (a random walk of three more angles closes around
// the circle with that probability); beta = 0.01 changes that by less than beta.
static void a_hot_cubic_lattice_follows_the_series(void **state)
{
    (void)state;
    const double hot = 100;
    flx_ctx *ctx = flx_ctx_create();
    flx_xy_problem p = {
        .lattice = FLX_XY_CUBIC, .size = {16, 4, 6}, .temperature = &hot, .n_temperature = 1};
    flx_xy_opts o = flx_xy_opts_default();
    o.sweeps = 1200000;
    flx_xy *sim = start(ctx, &p, &o);
    finish(sim);
    flx_xy_result r;
    flx_xy_result_of(sim, 0, &r);
    assert_true(r.energy.error < 2.4e-4);
    assert_near(r.energy.value, -1.5 / hot, 3 * r.energy.error + 2e-6);
    assert_near(r.vortex_density.value, 3 * (1.0 / 3), 0.01);
    flx_xy_free(sim);
    flx_ctx_free(ctx);
}

// ---- Gauge field and vortices --------------------------------------------------------------------

// -f in turns around each plaquette, in (-1/2, 1/2], on the torus with its seams, in strips.
static void the_flux_is_that_through_every_plaquette(void **state)
{
    (void)state;
    const double t = 0.1;
    const struct {
        int32_t lattice, nx, ny;
        double flux;
    } cases[] = {{FLX_XY_SQUARE, 32, 3, 1.0 / 3},
                 {FLX_XY_SQUARE, 8, 4, 0.21875},
                 {FLX_XY_TRIANGULAR, 32, 4, 0.125},
                 {FLX_XY_TRIANGULAR, 6, 5, -0.25 / 3}};
    for (size_t k = 0; k < 4; k++) {
        flx_ctx *ctx = flx_ctx_create();
        flx_xy_problem p = {.lattice = cases[k].lattice,
                            .size = {cases[k].nx, cases[k].ny},
                            .flux = cases[k].flux,
                            .temperature = &t,
                            .n_temperature = 1};
        flx_xy_opts o = flx_xy_opts_default();
        o.precision = FLX_XY_DOUBLE;
        o.replicas = 1;
        flx_xy *sim = start(ctx, &p, &o);
        int32_t n = sim->grid.n_face * sim->grid.n_element * sim->grid.lanes;
        for (int32_t i = 0; i < n; i++) {
            int32_t lanes = sim->grid.lanes;
            const double *face = (const double *)sim->tables.curl + i / lanes * 9 * lanes;
            assert_near(face[8 * lanes + i % lanes], -cases[k].flux, 1e-12);
        }
        flx_xy_free(sim);
        flx_ctx_free(ctx);
    }
}

// What goes around each plaquette by the numbering of fluxoid/xy.h alone, less its flux: whole turns.
static double turns_less_flux(const flx_xy_problem *p, const double *phase, const double *flux)
{
    const int32_t nx = p->size[0], ny = p->size[1], n = nx * ny,
                  planes = p->lattice == FLX_XY_CUBIC ? p->size[2] : 1;
    const int32_t kinds = p->lattice == FLX_XY_SQUARE ? 2 : 3;
    const bool triangles = p->lattice == FLX_XY_TRIANGULAR;
    double worst = 0;
    for (int32_t k = 0; k < (triangles ? 2 : planes) * n; k++) {
        int32_t plane = triangles ? 0 : k / n, x = k % n % nx, y = k % n / nx,
                down = triangles && k >= n;
        if ((p->open[1] && y + 1 == ny) || (p->open[0] && (down ? x == 0 : x + 1 == nx)))
            continue;
        int32_t left = (x + nx - 1) % nx, right = (x + 1) % nx, up = (y + 1) % ny;
        const double *at = phase + (size_t)plane * (size_t)(n * kinds);
        // a: at (x, y), b: right of it, c: above, d: above and left
        const double *a = at + (y * nx + x) * kinds, *b = at + (y * nx + right) * kinds,
                     *c = at + (up * nx + x) * kinds, *d = at + (up * nx + left) * kinds;
        double sum = !triangles ? a[0] + b[1] - c[0] - a[1]
                     : down     ? a[1] - d[0] - a[2]
                                : a[0] + b[2] - a[1];
        double turns = sum / 6.28318530717958647692 - flux[triangles ? k : k % n];
        worst = fmax(worst, fabs(turns - rint(turns)));
    }
    return worst;
}

static void any_flux_can_be_put_through_the_plaquettes(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    for (int32_t k = 0; k < 12; k++) {
        enum { NX = 7, NY = 5, NZ = 2 };
        double flux[2 * NX * NY], phase[3 * NX * NY * NZ] = {0}, sum = 0;
        flx_xy_problem p = {
            .lattice = k % 3, .size = {NX, NY, NZ}, .open = {k / 3 % 2 == 1, k / 6 == 1}};
        for (int32_t i = 0; i < 2 * NX * NY; i++) {
            double u[2];
            flx_rng_uniform(1, (uint64_t)k, (uint64_t)i, u);
            flux[i] = 4 * u[0] - 2;
            sum += i == 0 || (i >= NX * NY && p.lattice != FLX_XY_TRIANGULAR) ? 0 : flux[i];
        }
        flx_status status = flx_xy_flux_phases(ctx, &p, flux, phase);
        assert_int_equal(status, p.open[0] || p.open[1] ? FLX_OK : FLX_ERR_INPUT);
        if (status != FLX_OK) {
            flux[0] = -sum; // now none in all
            assert_int_equal(flx_xy_flux_phases(ctx, &p, flux, phase), FLX_OK);
        }
        // Sums of up to 35 numbers of order 1.
        assert_true(turns_less_flux(&p, phase, flux) < 1e-13);
    }
    flx_ctx_free(ctx);
}

static void a_full_vortex_pair_is_counted(void **state)
{
    (void)state;
    const double t = 0.5;
    for (int precision = 0; precision < 2; precision++) {
        flx_ctx *ctx = flx_ctx_create();
        flx_xy_problem p = {.size = {32, 32}, .temperature = &t, .n_temperature = 1};
        flx_xy_opts o = flx_xy_opts_default();
        o.precision = precision;
        o.replicas = 1;
        flx_xy *sim = start(ctx, &p, &o);
        const xy_grid *g = &sim->grid;
        for (int32_t i = 0; i < 32 * 32; i++) {
            // Vortex at (10.5, 15.5), antivortex at (20.5, 15.5); smooth at the seams by images.
            double theta = 0, x = i % 32, y = i / 32;
            for (int image = -40; image <= 40; image++)
                theta +=
                    atan2(y - 15.5, x - 10.5 - 32 * image) - atan2(y - 15.5, x - 20.5 - 32 * image);
            size_t at = flx_xy_at(g, flx_xy_grid_spot(g, i, 0)), up = at + (size_t)g->lanes;
            if (precision == FLX_XY_DOUBLE) {
                ((double *)(void *)sim->spin)[at] = cos(theta);
                ((double *)(void *)sim->spin)[up] = sin(theta);
            } else {
                ((float *)(void *)sim->spin)[at] = (float)cos(theta);
                ((float *)(void *)sim->spin)[up] = (float)sin(theta);
            }
        }
        sim->kernels->refresh(g, sim->spin);
        xy_sums sums;
        sim->kernels->measure(&sim->tables, sim->spin, NULL, &sums);
        double vortices = 0;
        for (int32_t k = 0; k < g->lanes; k += g->replicas)
            vortices += sums.vortices[k];
        assert_near(vortices, 2, 0);
        double theta[32 * 32];
        assert_int_equal(flx_xy_phases(sim, 0, 0, theta), FLX_OK);
        assert_near(remainder(theta[33] - theta[34], 2 * M_PI), theta[33] - theta[34], 1e-12);
        int8_t n[32 * 32];
        assert_int_equal(flx_xy_vortices(sim, 0, 0, n), FLX_OK);
        for (int32_t i = 0; i < 32 * 32; i++)
            assert_int_equal(n[i], i == 15 * 32 + 10 ? 1 : i == 15 * 32 + 20 ? -1 : 0);
        flx_xy_free(sim);
        flx_ctx_free(ctx);
    }
}

// Around a torus the phase differences cancel: vortices make up the whole flux.
static void vortices_in_a_field_make_up_the_flux(void **state)
{
    (void)state;
    enum { N = 12 * 8 };
    const double t = 0.9;
    const struct {
        int32_t lattice;
        double flux;
        int total;
    } cases[] = {{FLX_XY_SQUARE, 0.25, N / 4},
                 {FLX_XY_SQUARE, 0.5, N / 2},
                 {FLX_XY_TRIANGULAR, -0.25, -N / 2},
                 {FLX_XY_TRIANGULAR, 0, 0}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        for (int precision = 0; precision < 2; precision++) {
            flx_ctx *ctx = flx_ctx_create();
            flx_xy_problem p = {.lattice = cases[k].lattice,
                                .size = {12, 8},
                                .flux = cases[k].flux,
                                .temperature = &t,
                                .n_temperature = 1};
            flx_xy_opts o = flx_xy_opts_default();
            o.precision = precision;
            o.sweeps = 2000;
            flx_xy *sim = start(ctx, &p, &o);
            finish(sim);
            int8_t n[2 * N];
            const int faces = cases[k].lattice == FLX_XY_TRIANGULAR ? 2 : 1;
            for (int32_t r = 0; r < sim->n_slot; r++) {
                assert_int_equal(flx_xy_vortices(sim, 0, r, n), FLX_OK);
                int total = 0;
                for (int i = 0; i < faces * N; i++)
                    total += n[i];
                assert_int_equal(total, cases[k].total);
            }
            assert_int_equal(flx_xy_vortices(sim, 0, sim->n_slot, n), FLX_ERR_INPUT);
            flx_xy_free(sim);
            flx_ctx_free(ctx);
        }
}

// ---- Refusals ------------------------------------------------------------------------------------

// Replicas start with different windings; without twists nothing at T = 0.3 unwinds them, and the
// helicity would be wrong by as much as 20 %, with a tiny error bar.
static void no_error_is_quoted_when_windings_were_not_sampled(void **state)
{
    (void)state;
    const double cold = 0.3;
    flx_xy_problem p = {.size = {16, 16}, .temperature = &cold, .n_temperature = 1};
    for (int twist = 0; twist < 2; twist++) {
        flx_ctx *ctx = flx_ctx_create();
        flx_xy_opts o = flx_xy_opts_default();
        o.sweeps = 60000;
        o.twist = twist;
        flx_xy *sim = start(ctx, &p, &o);
        finish(sim);
        flx_xy_result r;
        flx_xy_result_of(sim, 0, &r);
        assert_int_equal(r.trust, twist ? FLX_XY_TRUSTED : FLX_XY_WINDING);
        assert_true(isnan(r.helicity[0].error) == !twist);
        // Spin waves: 1 - T/4 - T^2/20 or so; 0.9194 in long runs of L = 32.
        if (twist)
            assert_near(r.helicity_mean.value, 0.9195, 3 * r.helicity_mean.error + 5e-4);
        flx_xy_free(sim);
        flx_ctx_free(ctx);
    }
}

static void a_short_run_says_so(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_xy_problem p = {.size = {32, 32}, .temperature = warm, .n_temperature = 3};
    flx_xy_opts o = flx_xy_opts_default();
    o.sweeps = 500;
    flx_xy *sim = start(ctx, &p, &o);
    flx_xy_result r;
    flx_xy_result_of(sim, 0, &r);
    assert_int_equal(r.trust, FLX_XY_NOTHING);
    finish(sim);
    flx_xy_result_of(sim, 0, &r);
    assert_int_equal(r.trust, FLX_XY_TOO_SHORT);
    assert_true(isnan(r.energy.error) && isfinite(r.energy.value));
    assert_int_equal(flx_xy_result_of(sim, 3, &r), FLX_ERR_INPUT);
    assert_string_equal(flx_ctx_error(ctx), "temperature 3 is asked for, there are 3");
    flx_xy_free(sim);
    flx_ctx_free(ctx);
}

// ---- Wrong input ---------------------------------------------------------------------------------

static void assert_refused(flx_xy_problem p, flx_xy_opts o, const char *text)
{
    flx_ctx *ctx = flx_ctx_create();
    flx_xy *sim = NULL;
    if (!p.temperature && p.n_temperature == 0) {
        p.temperature = warm;
        p.n_temperature = 3;
    }
    assert_int_equal(flx_xy_create(ctx, &p, &o, &sim), FLX_ERR_INPUT);
    assert_null(sim);
    assert_string_equal(flx_ctx_error(ctx), text);
    flx_ctx_free(ctx);
}

static void wrong_problems_and_options_are_refused_with_the_reason(void **state)
{
    (void)state;
    const double falling[2] = {1, 0.5}, low[1] = {0.2}, nan_bond[8] = {NAN};
    const uint8_t none[4] = {1, 1, 1, 1};
    flx_xy_opts o = flx_xy_opts_default(), bad = o;
    assert_refused((flx_xy_problem){.lattice = 3, .size = {4, 4}}, o,
                   "lattice is 3, allowed is square, triangular or cubic");
    assert_refused((flx_xy_problem){.model = 2, .size = {4, 4}}, o,
                   "model is 2, allowed is xy or villain");
    assert_refused((flx_xy_problem){.size = {4, 1}}, o,
                   "size along y is 1, allowed is 2 to 16384 sites");
    assert_refused((flx_xy_problem){.size = {16384, 16384}}, o,
                   "the lattice has 268435456 sites, allowed are 16777216; make it smaller");
    assert_refused((flx_xy_problem){.size = {3, 3}, .flux = 0.5}, o,
                   "the flux through the periodic lattice is 4.5 Phi0, allowed is an integer; "
                   "change flux or size, or open a border");
    assert_refused((flx_xy_problem){.size = {2, 2}, .coupling = nan_bond}, o,
                   "coupling or phase of bond 0 is not a number");
    assert_refused((flx_xy_problem){.size = {2, 2}, .absent = none}, o,
                   "no site is left of the diluted lattice");
    assert_refused((flx_xy_problem){.size = {4, 4}, .temperature = falling, .n_temperature = 2}, o,
                   "temperature 2 is 0.5 J, allowed is more than 1; they must rise");
    assert_refused(
        (flx_xy_problem){
            .model = FLX_XY_VILLAIN, .size = {4, 4}, .temperature = low, .n_temperature = 1},
        o,
        "the lowest temperature is 0.2 J, allowed for the Villain model is 0.4 in "
        "single precision; precision: double goes lower");
    bad.clusters = 1;
    assert_refused((flx_xy_problem){.size = {4, 4}, .flux = 0.5}, bad,
                   "clusters is 1, but clusters are right for the XY model without flux and phases "
                   "alone; leave it 0");
    bad = o;
    bad.sweeps = 0;
    assert_refused((flx_xy_problem){.size = {4, 4}}, bad,
                   "xy.sweeps is 0, allowed is 1 to 2e+09 [1]");
    assert_refused((flx_xy_problem){.size = {4, 4}}, (flx_xy_opts){.sweeps = 1},
                   "flx_xy_opts does not come from flx_xy_opts_default()");
}

static void every_allocation_that_fails_is_survived(void **state)
{
    (void)state;
    for (int64_t n = 1;; n++) {
        flx_ctx *ctx = flx_ctx_create();
        flx_xy_problem p = busy_problem(true);
        flx_xy_opts o = busy_opts(true, true);
        flx_xy *sim;
        flx_ctx_fail_allocation(ctx, n);
        flx_status status = flx_xy_create(ctx, &p, &o, &sim);
        flx_xy_free(sim);
        flx_ctx_free(ctx);
        if (status == FLX_OK) {
            assert_true(n > 20);
            return;
        }
        assert_int_equal(status, FLX_ERR_MEMORY);
        assert_null(sim);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(a_restart_ends_in_the_same_bits),
        cmocka_unit_test(another_seed_gives_another_run),
        cmocka_unit_test(the_words_are_those_of_their_generator),
        cmocka_unit_test(updates_see_their_neighbours_as_they_are),
        cmocka_unit_test(clusters_and_exchange_sample_the_same_distribution),
        cmocka_unit_test(a_hot_cubic_lattice_follows_the_series),
        cmocka_unit_test(the_flux_is_that_through_every_plaquette),
        cmocka_unit_test(any_flux_can_be_put_through_the_plaquettes),
        cmocka_unit_test(a_full_vortex_pair_is_counted),
        cmocka_unit_test(vortices_in_a_field_make_up_the_flux),
        cmocka_unit_test(no_error_is_quoted_when_windings_were_not_sampled),
        cmocka_unit_test(a_short_run_says_so),
        cmocka_unit_test(wrong_problems_and_options_are_refused_with_the_reason),
        cmocka_unit_test(every_allocation_that_fails_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
