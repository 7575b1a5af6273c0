// Correlation functions of phases and vortices, windings, the heat bath and tuned temperatures of the xy
// engine: a ladder of six sites by direct integration, spin waves, an identity.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/xy.h"
#include "test.h"

static flx_xy *finished(flx_ctx *ctx, const flx_xy_problem *p, const flx_xy_opts *o)
{
    flx_xy *sim;
    if (flx_xy_create(ctx, p, o, &sim) != FLX_OK)
        fail_msg("%s", flx_ctx_error(ctx));
    while (flx_xy_step(sim, 10000) == FLX_OK)
        ;
    return sim;
}

// Four standard errors, of some fifty comparisons: chance lets one lie beyond in 300 runs. `off` is what
// the reference itself may be wrong by, `largest` bounds the error: a comparison with a wide one is none.
static void assert_estimate(const char *what, flx_xy_estimate e, const double reference[2],
                            double largest)
{
    if (!(e.error <= largest))
        fail_msg("%s: error %g, wanted %g", what, e.error, largest);
    if (!(fabs(e.value - reference[0]) <= 4 * e.error + reference[1]))
        fail_msg("%s is %.7f +- %.1g, wanted %.7f", what, e.value, e.error, reference[0]);
}

// ---- A ladder ------------------------------------------------------------------------------------

// A ring of three sites beside another one: 3 x 2 sites, open along y. Five angles by the midpoint
// rule; what is smooth converges exponentially, windings and vortices jump, and two numbers of points
// tell how far they are.
typedef struct ladder {
    double e, g, vortex[2], unwound;
} ladder;

static int crossings(const double *theta, int a, int b)
{
    return (int)lround((remainder(theta[b] - theta[a], 2 * M_PI) - (theta[b] - theta[a])) /
                       (2 * M_PI));
}

static ladder integrate(double t, int n)
{
    ladder sum = {0};
    double z = 0;
    const int n5 = n * n * n * n * n;
    for (int k = 0; k < n5; k++) {
        double theta[6] = {0}, cosine = 0, rungs = 0;
        for (int j = 1, rest = k; j < 6; j++, rest /= n)
            theta[j] = 2 * M_PI * (rest % n + 0.5 + 0.07 * j) / n;
        int turns[6], rung[3], number[3], zero = 0, pairs[2] = {0};
        for (int i = 0; i < 6; i++) {
            int next = i / 3 * 3 + (i + 1) % 3;
            cosine += cos(theta[next] - theta[i]);
            turns[i] = crossings(theta, i, next);
        }
        for (int i = 0; i < 3; i++) {
            rungs += cos(theta[i + 3] - theta[i]);
            rung[i] = crossings(theta, i, i + 3);
        }
        for (int i = 0; i < 3; i++)
            number[i] = turns[i] + rung[(i + 1) % 3] - turns[i + 3] - rung[i];
        for (int i = 0; i < 6; i++)
            zero += turns[i];
        for (int i = 0; i < 3; i++)
            for (int r = 0; r < 2; r++)
                pairs[r] += number[i] * number[(i + r) % 3];
        double w = exp((cosine + rungs) / t);
        z += w;
        sum.e -= w * (cosine + rungs) / 6;
        sum.g += w * cosine / 6;
        for (int r = 0; r < 2; r++)
            sum.vortex[r] += w * pairs[r] / 6.0;
        sum.unwound += w * (zero == 0); // the two rings' mean winding is below 1/2
    }
    return (ladder){sum.e / z, sum.g / z, {sum.vortex[0] / z, sum.vortex[1] / z}, sum.unwound / z};
}

static void a_ladder_of_six_sites_agrees_with_direct_integration(void **state)
{
    (void)state;
    const double t = 1.2;
    const ladder want = integrate(t, 18), coarse = integrate(t, 13);
    flx_xy_problem p = {
        .size = {3, 2}, .open = {false, true}, .temperature = &t, .n_temperature = 1};
    for (int kind = 0; kind < 4; kind++) {
        flx_ctx *ctx = flx_ctx_create();
        flx_xy_opts o = flx_xy_opts_default();
        o.sweeps = 6000000;
        o.precision = kind & 1;
        o.metropolis = kind & 2 ? 0 : 2;
        o.heat_bath = kind & 2 ? 2 : 0;
        o.correlations = true;
        flx_xy *sim = finished(ctx, &p, &o);
        flx_xy_result r;
        flx_xy_correlation c[2];
        assert_int_equal(flx_xy_progress_of(sim).reach, 1);
        assert_int_equal(flx_xy_result_of(sim, 0, &r), FLX_OK);
        assert_int_equal(flx_xy_correlations_of(sim, 0, c), FLX_OK);
        assert_near(c[0].phase.value, 1, 1e-6); // of unit vectors
        assert_estimate("energy", r.energy, (const double[]){want.e, 1e-9}, 1e-3);
        assert_estimate("G(1)", c[1].phase, (const double[]){want.g, 1e-9}, 2e-3);
        for (int d = 0; d < 2; d++)
            assert_estimate(
                d ? "C(1)" : "C(0)", c[d].vortex,
                (const double[]){want.vortex[d], 2 * fabs(want.vortex[d] - coarse.vortex[d])},
                1e-3);
        assert_estimate("unwound", r.unwound[0],
                        (const double[]){want.unwound, 2 * fabs(want.unwound - coarse.unwound)},
                        1e-3);
        assert_true(isnan(r.unwound[1].value)); // nothing winds around an open axis
        flx_xy_free(sim);
        flx_ctx_free(ctx);
    }
    // The reference itself is known well enough to tell.
    assert_true(fabs(want.vortex[1] - coarse.vortex[1]) < 1e-3);
    assert_true(want.vortex[0] > 0.02 && want.vortex[1] < -0.01);
}

// ---- Spin waves ----------------------------------------------------------------------------------

// Cold phases are Gaussian with the stiffness Y: G(r) = exp(-(T/Y) g(r)), g(r) the lattice's own sum of
// (1 - cos k r)/k^2, which grows as ln(r)/2 pi. The next order in T of that is 2e-4 at T = 0.2.
static void cold_phases_have_the_correlations_of_spin_waves(void **state)
{
    (void)state;
    enum { L = 24 };
    const double t = 0.2;
    flx_ctx *ctx = flx_ctx_create();
    flx_xy_problem p = {.size = {L, L}, .temperature = &t, .n_temperature = 1};
    flx_xy_opts o = flx_xy_opts_default();
    o.sweeps = 150000;
    o.correlations = true;
    flx_xy *sim = finished(ctx, &p, &o);
    flx_xy_result r;
    flx_xy_correlation c[L / 2 + 1];
    flx_xy_result_of(sim, 0, &r);
    assert_int_equal(flx_xy_correlations_of(sim, 0, c), FLX_OK);
    // The energy of a bond is that of its ends.
    assert_near(c[1].phase.value, -r.energy.value / 2, 4 * c[1].phase.error + 1e-6);
    for (int d = 1; d <= L / 2; d++) {
        double g = 0;
        for (int k = 1; k < L * L; k++) {
            double kx = 2 * M_PI * (k % L) / L, ky = 2 * M_PI * (double)(k / L) / L;
            g += (1 - cos(kx * d)) / (4 - 2 * cos(kx) - 2 * cos(ky)) / (L * L);
        }
        assert_estimate("G of spin waves", c[d].phase,
                        (const double[]){exp(-t / r.helicity_mean.value * g), 5e-4}, 1e-3);
    }
    flx_xy_free(sim);
    flx_ctx_free(ctx);
}

// ---- Temperatures --------------------------------------------------------------------------------

// Six even steps through the specific heat's peak exchange unevenly; tuned ones alike: their counts
// scatter by a few hundredths.
static void tuned_temperatures_exchange_equally_often(void **state)
{
    (void)state;
    const double even[7] = {0.6, 0.8, 1, 1.2, 1.4, 1.6, 1.8};
    flx_xy_problem p = {.size = {12, 12}, .temperature = even, .n_temperature = 7};
    double spread[2];
    for (int tuned = 0; tuned < 2; tuned++) {
        flx_ctx *ctx = flx_ctx_create();
        flx_xy_opts o = flx_xy_opts_default();
        o.exchange = true;
        o.tune_temperatures = tuned;
        o.sweeps = 60000;
        o.thermalisation = 12000;
        flx_xy *sim = finished(ctx, &p, &o);
        double low = 1, high = 0, before = 0;
        for (int t = 0; t < 7; t++) {
            flx_xy_result r;
            assert_int_equal(flx_xy_result_of(sim, t, &r), FLX_OK);
            assert_true(r.temperature > before);
            before = r.temperature;
            if (t == 0 || t == 6)
                assert_near(r.temperature, even[t], 0); // the ends stay
            if (t < 6) {
                low = fmin(low, r.exchanges);
                high = fmax(high, r.exchanges);
            }
        }
        spread[tuned] = high - low;
        flx_xy_free(sim);
        flx_ctx_free(ctx);
    }
    assert_true(spread[0] > 0.15);
    assert_true(spread[1] < 0.05);
}

// ---- Wrong input ---------------------------------------------------------------------------------

static void assert_refused(flx_xy_problem p, flx_xy_opts o, const char *text)
{
    const double t = 1;
    flx_ctx *ctx = flx_ctx_create();
    flx_xy *sim = NULL;
    p.temperature = &t;
    p.n_temperature = 1;
    assert_int_equal(flx_xy_create(ctx, &p, &o, &sim), FLX_ERR_INPUT);
    assert_string_equal(flx_ctx_error(ctx), text);
    flx_ctx_free(ctx);
}

static void what_has_no_meaning_is_refused(void **state)
{
    (void)state;
    const flx_xy_opts o = flx_xy_opts_default();
    flx_xy_opts bad = o;
    bad.correlations = true;
    assert_refused((flx_xy_problem){.size = {4, 4}, .flux = 0.5}, bad,
                   "correlations of phases depend on the gauge where there is a flux or phases of "
                   "the bonds; leave them off");
    assert_refused((flx_xy_problem){.size = {4, 4}, .open = {true, true}}, bad,
                   "correlations are those along periodic axes, of which there is none");
    bad = o;
    bad.metropolis = 0;
    assert_refused((flx_xy_problem){.size = {4, 4}}, bad,
                   "metropolis and heat_bath are both 0; one of them must move the phases");
    bad.heat_bath = 1;
    assert_refused((flx_xy_problem){.size = {4, 4}, .model = FLX_XY_VILLAIN}, bad,
                   "heat_bath is 1, but there is one for the XY model alone; leave it 0");
    bad = o;
    bad.tune_temperatures = true;
    assert_refused((flx_xy_problem){.size = {4, 4}}, bad,
                   "tune_temperatures makes exchanges equally frequent; set exchange too");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ladder_of_six_sites_agrees_with_direct_integration),
        cmocka_unit_test(cold_phases_have_the_correlations_of_spin_waves),
        cmocka_unit_test(tuned_temperatures_exchange_equally_often),
        cmocka_unit_test(what_has_no_meaning_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
