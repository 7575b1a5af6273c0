// Arrays of shunted junctions: averages at rest against exact ones, the voltage without noise, restart,
// refusals.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/base.h"
#include "fluxoid/rsj.h"
#include "test.h"

static flx_rsj *start(flx_ctx *ctx, flx_rsj_problem p, flx_rsj_opts o)
{
    flx_rsj *sim;
    if (flx_rsj_create(ctx, &p, &o, &sim) != FLX_OK)
        fail_msg("%s", flx_ctx_error(ctx));
    return sim;
}

static flx_rsj_report run(flx_rsj_problem p, flx_rsj_opts o, double settle, double time)
{
    flx_ctx *ctx = flx_ctx_create();
    flx_rsj *sim = start(ctx, p, o);
    flx_rsj_step(sim, (int64_t)(settle / o.dt));
    flx_rsj_reset(sim);
    flx_rsj_step(sim, (int64_t)(time / o.dt));
    flx_rsj_report r = flx_rsj_report_of(sim);
    flx_rsj_free(sim);
    flx_ctx_free(ctx);
    return r;
}

// Energy a site of 2 x 2 sites with any twist: three angles and the twist along both axes, by the
// midpoint rule, which converges exponentially.
static double exact_with_twist(double t)
{
    enum { N = 16 };
    double z = 0, e1 = 0;
    for (int k = 0; k < N * N * N * N * N; k++) {
        double v[5];
        for (int j = 0, rest = k; j < 5; j++, rest /= N)
            v[j] = 2 * M_PI * (rest % N) / N;
        const double theta[4] = {0, v[0], v[1], v[2]};
        double e = 0;
        for (int i = 0; i < 4; i++)
            e -= cos(theta[i ^ 1] - theta[i] - v[3]) + cos(theta[i ^ 2] - theta[i] - v[4]);
        double w = exp(-e / t);
        z += w;
        e1 += w * e;
    }
    return e1 / z / 4;
}

// Periodic: by the transfer matrices of test_xy.c. Steps of 0.4 leave less than 0.003 behind (measured),
// so that those of 0.1, of second order, leave less than 2e-4.
static void averages_at_rest_are_those_of_the_lattice(void **state)
{
    (void)state;
    const double t = 0.8929, with_twist = exact_with_twist(t);
    for (int kind = 0; kind < 4; kind++) {
        flx_rsj_opts o = flx_rsj_opts_default();
        int32_t size = kind & 1 ? 2 : 4;
        o.twist = kind & 1;
        o.capacitance = kind & 2 ? 1 : 0;
        flx_rsj_report r =
            run((flx_rsj_problem){.size = {size, size}, .temperature = t}, o, 100, 80000);
        assert_true(r.energy_error < 4e-3);
        assert_near(r.energy, kind & 1 ? with_twist : -1.4987607886, 3 * r.energy_error + 2e-4);
    }
}

// Half a quantum in each plaquette: -1.1435782196 at T = 0.45 by transfer matrices.
static void flux_frustrates(void **state)
{
    (void)state;
    flx_rsj_opts o = flx_rsj_opts_default();
    o.twist = false;
    flx_rsj_report r =
        run((flx_rsj_problem){.size = {4, 4}, .flux = 0.5, .temperature = 0.45}, o, 100, 80000);
    assert_true(r.energy_error < 3e-3);
    assert_near(r.energy, -1.1435782196, 3 * r.energy_error + 2e-4);
}

// V = sqrt(J^2 - 1) of one junction, as all turn together. The beginning and the end of the window are
// worth 2 pi/20000, the step 5e-5 (measured at 0.1, 0.05, 0.025).
static void without_noise_all_junctions_turn_together(void **state)
{
    (void)state;
    flx_rsj_opts o = flx_rsj_opts_default();
    o.dt = 0.05;
    flx_rsj_report r = run((flx_rsj_problem){.size = {3, 5}, .current = {1.5, 0.5}}, o, 20, 20000);
    assert_near(r.voltage[0], sqrt(1.25), 4e-4);
    assert_near(r.voltage[1], 0, 4e-4);
    assert_near(remainder(r.twist[1] + asin(0.5), 2 * M_PI), 0, 1e-9); // sin(-Delta) = J
}

// Rows of different critical currents, all with one phase: what leaves a site comes in on the other side,
// so that all sites turn alike and the mean critical current counts; a phase is a twist.
static void rows_without_noise_share_the_current(void **state)
{
    (void)state;
    double critical[2 * 12], phase[2 * 12];
    for (int i = 0; i < 12; i++) {
        critical[2 * i] = i / 4 == 1 ? 0.3 : 1.2; // mean 0.9
        critical[2 * i + 1] = 0.1 * i;
        phase[2 * i] = 1.3;
        phase[2 * i + 1] = 0;
    }
    flx_rsj_opts o = flx_rsj_opts_default();
    o.dt = 0.05;
    flx_rsj_report r = run(
        (flx_rsj_problem){
            .size = {4, 3}, .current = {1.5, 0}, .critical = critical, .phase = phase},
        o, 20, 20000);
    assert_near(r.voltage[0], sqrt(1.5 * 1.5 - 0.9 * 0.9), 4e-4);
    r = run(
        (flx_rsj_problem){
            .size = {4, 3}, .current = {0.45, 0}, .critical = critical, .phase = phase},
        o, 100, 100);
    assert_near(remainder(r.twist[0] + 1.3 + asin(0.5), 2 * M_PI), 0, 1e-9);
}

static void a_restart_ends_in_the_same_bits(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    for (int kind = 0; kind < 2; kind++) {
        flx_rsj_opts o = flx_rsj_opts_default();
        o.capacitance = kind;
        flx_rsj_problem p = {
            .size = {6, 5}, .flux = 0.1, .temperature = 0.5, .current = {0.4, -0.1}};
        flx_rsj *whole = start(ctx, p, o), *half = start(ctx, p, o), *rest = start(ctx, p, o);
        flx_rsj_step(whole, 500);
        flx_rsj_step(half, 203);
        flx_state_block a[FLX_RSJ_STATE_MAX], b[FLX_RSJ_STATE_MAX];
        int32_t n = flx_rsj_state(half, a);
        flx_rsj_state(rest, b);
        for (int32_t k = 0; k < n; k++)
            memcpy(b[k].data, a[k].data, a[k].bytes);
        flx_rsj_step(rest, 297);
        flx_rsj_state(whole, a);
        for (int32_t k = 0; k < n; k++)
            assert_memory_equal(a[k].data, b[k].data, a[k].bytes);
        flx_rsj_free(whole);
        flx_rsj_free(half);
        flx_rsj_free(rest);
    }
    flx_ctx_free(ctx);
}

static void assert_refused(flx_rsj_problem p, flx_rsj_opts o, const char *text)
{
    flx_ctx *ctx = flx_ctx_create();
    flx_rsj *sim = NULL;
    assert_int_equal(flx_rsj_create(ctx, &p, &o, &sim), FLX_ERR_INPUT);
    assert_null(sim);
    assert_string_equal(flx_ctx_error(ctx), text);
    flx_ctx_free(ctx);
}

static void wrong_arrays_are_refused_with_the_reason(void **state)
{
    (void)state;
    flx_rsj_opts o = flx_rsj_opts_default(), bad = o;
    assert_refused((flx_rsj_problem){.size = {1, 4}}, o,
                   "size along x is 1, allowed is 2 to 4096 sites");
    assert_refused((flx_rsj_problem){.size = {4, 4}, .temperature = -1}, o,
                   "temperature is -1 E_J, allowed is 0 or more");
    assert_refused((flx_rsj_problem){.size = {3, 3}, .flux = 0.5}, o,
                   "the flux through the periodic lattice is 4.5 Phi0, allowed is an integer; "
                   "change flux or size");
    double phase[32] = {[5] = NAN};
    assert_refused((flx_rsj_problem){.size = {4, 4}, .phase = phase}, o,
                   "the phase of bond 5 is no number");
    bad.twist = false;
    assert_refused((flx_rsj_problem){.size = {4, 4}, .current = {0.1, 0}}, bad,
                   "current along x is 0.1, allowed without a twist that moves is 0");
    bad = o;
    bad.dt = 0;
    assert_refused((flx_rsj_problem){.size = {4, 4}}, bad,
                   "rsj.dt is 0, allowed is 1e-06 to 1 [1]");
    assert_refused((flx_rsj_problem){.size = {4, 4}}, (flx_rsj_opts){.dt = 0.1},
                   "flx_rsj_opts does not come from flx_rsj_opts_default()");
}

static void every_allocation_that_fails_is_survived(void **state)
{
    (void)state;
    for (int64_t n = 1;; n++) {
        flx_ctx *ctx = flx_ctx_create();
        flx_rsj_problem p = {.size = {4, 4}, .flux = 0.25, .temperature = 1};
        flx_rsj_opts o = flx_rsj_opts_default();
        flx_rsj *sim;
        flx_ctx_fail_allocation(ctx, n);
        flx_status status = flx_rsj_create(ctx, &p, &o, &sim);
        flx_rsj_free(sim);
        flx_ctx_free(ctx);
        if (status == FLX_OK) {
            assert_true(n > 10);
            return;
        }
        assert_int_equal(status, FLX_ERR_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(averages_at_rest_are_those_of_the_lattice),
        cmocka_unit_test(flux_frustrates),
        cmocka_unit_test(without_noise_all_junctions_turn_together),
        cmocka_unit_test(rows_without_noise_share_the_current),
        cmocka_unit_test(a_restart_ends_in_the_same_bits),
        cmocka_unit_test(wrong_arrays_are_refused_with_the_reason),
        cmocka_unit_test(every_allocation_that_fails_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
