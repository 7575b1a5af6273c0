// Time averages with errors and periods; tracks of vortices.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/base.h"
#include "base/rng.h"
#include "fluxoid/measure.h"
#include "test.h"
#include "test_measure_mesh.h"

static const double pi = 3.14159265358979323846;
enum { N = 4000 };

// Steps between 0.02 and 0.08.
static void irregular_times(double *t)
{
    t[0] = 0;
    for (int k = 1; k < N; k++)
        t[k] = t[k - 1] + 0.05 + 0.03 * test_scatter(k);
}

static flx_average average_of(double (*f)(double), double from)
{
    static double t[N], v[N];
    irregular_times(t);
    for (int k = 0; k < N; k++)
        v[k] = f(t[k]);
    flx_average a;
    assert_int_equal(flx_measure_average(NULL, t, v, N, from, &a), FLX_OK);
    return a;
}

static double constant(double t)
{
    (void)t;
    return 0.1;
}
static double wave(double t)
{
    return 2.5 + 0.7 * sin(2 * pi * t / 4.1 + 1);
}
// Pulses of a resistively shunted junction: mean 1/sqrt(1.3^2 - 1).
static double pulses(double t)
{
    return 1 / (1.3 - cos(2 * pi * t / 3.7));
}
// Every other pulse is smaller: the period is two pulses.
static double uneven_pulses(double t)
{
    return pulses(t) * (1 + 0.3 * cos(pi * t / 3.7));
}
static double settling(double t)
{
    return pulses(t) + 5 * exp(-t / 3);
}
static double settling_slowly(double t)
{
    return pulses(t) + 5 * exp(-t / 10);
}

static void periodic_series_are_averaged_over_whole_periods(void **state)
{
    (void)state;
    flx_average a = average_of(constant, 0);
    assert_near(a.mean, 0.1, 1e-15);
    assert_near(a.error, 0, 0);
    assert_near(a.period, 0, 0);
    // Linear interpolation of steps of 0.05 on average: dt^2 v''/12 ~ (0.05 * 2 pi/4)^2/12 ~ 5e-4
    // of the variation, and less for the period.
    a = average_of(wave, 0);
    assert_near(a.mean, 2.5, 2e-4);
    assert_near(a.period, 4.1, 1e-3);
    assert_true(a.n_period >= 45 && a.error < 1e-4);
    const double exact = 1 / sqrt(0.69);
    a = average_of(pulses, 0);
    assert_near(a.mean, exact, 1e-3 * exact);
    assert_near(a.mean, exact, 4 * a.error + 1e-3);
    assert_near(a.period, 3.7, 1e-3);
    a = average_of(uneven_pulses, 0);
    assert_near(a.period, 7.4, 2e-3);
    a = average_of(settling, 40);
    assert_near(a.mean, exact, 1e-3 * exact);
    assert_near(a.period, 3.7, 1e-3);
    assert_true(a.from >= 40);
    // Not told where it has settled, it takes the later half.
    a = average_of(settling_slowly, 0);
    assert_near(a.mean, exact, 1e-3 * exact);
    assert_near(a.period, 3.7, 1e-3);
    assert_true(a.from > 80);
}

// Gaussian noise with correlation time 20 values: x' = c x + sqrt(1 - c^2) g.
static void the_error_of_noise_is_that_of_its_correlation(void **state)
{
    (void)state;
    static double t[N], white[N], red[N];
    irregular_times(t);
    double c = exp(-1.0 / 20), x = 0, square[2] = {0, 0}, error[2] = {0, 0};
    enum { RUNS = 40 };
    for (int run = 0; run < RUNS; run++) {
        for (int k = 0; k < N; k++) {
            double g[2];
            flx_rng_gauss(5, (uint64_t)run, (uint64_t)k, g);
            white[k] = 1 + g[0];
            x = c * x + sqrt(1 - c * c) * g[1];
            red[k] = 1 + x;
        }
        const double *series[2] = {white, red};
        for (int m = 0; m < 2; m++) {
            flx_average a;
            assert_int_equal(flx_measure_average(NULL, t, series[m], N, 0, &a), FLX_OK);
            assert_near(a.period, 0, 0);
            square[m] += (a.mean - 1) * (a.mean - 1) / RUNS;
            error[m] += a.error / RUNS;
        }
    }
    // Of 40 runs the scatter itself is known to 11 %; the largest of several blockings is above it.
    for (int m = 0; m < 2; m++)
        assert_true(error[m] > 0.8 * sqrt(square[m]) && error[m] < 1.9 * sqrt(square[m]));
    assert_true(error[1] > 4 * error[0]); // sqrt(2 * 20) = 6.3 by theory
}

static void bad_series_are_refused(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    double t[3] = {0, 1, 2}, v[3] = {1, 2, 3};
    flx_average a;
    assert_int_equal(flx_measure_average(ctx, t, v, 3, 1.5, &a), FLX_ERR_INPUT);
    assert_non_null(strstr(flx_ctx_error(ctx), "1 values lie at or after t = 1.5 tau0"));
    assert_int_equal(flx_measure_average(ctx, t, v, 3, 0, &a), FLX_OK);
    assert_near(a.mean, 2, 1e-15);
    assert_true(a.error > 0.5); // three values of a drift say little
    v[1] = NAN;
    assert_int_equal(flx_measure_average(ctx, t, v, 3, 0, &a), FLX_ERR_INPUT);
    v[1] = 2;
    t[2] = 1;
    assert_int_equal(flx_measure_average(ctx, t, v, 3, 0, &a), FLX_ERR_INPUT);
    t[2] = 2;
    for (int n = 1; n <= 2; n++) {
        flx_ctx_fail_allocation(ctx, n);
        assert_int_equal(flx_measure_average(ctx, t, v, 3, 0, &a), FLX_ERR_MEMORY);
    }
    flx_ctx_free(ctx);
}

// -- tracks ---------------------------------------------------------------------------------------

// Frame k of a film 10 x 4: one vortex crosses it, another stays, and a pair is made at x = 5 in
// frame 4, parts, comes back and annihilates after frame 10.
static flx_vortices frame_of(int k, flx_vortex list[4])
{
    int32_t n = 0;
    list[n++] = (flx_vortex){2, 3, 1, 0, 0};
    if (k >= 2 && k <= 11)
        list[n++] = (flx_vortex){7, 0.2 + 0.4 * (k - 2), 1, 0, 0};
    if (k >= 4 && k <= 10) {
        double apart = 0.2 + 0.35 * (3 - abs(k - 7));
        list[n++] = (flx_vortex){4 - apart, 1.5, 1, 0, 0};
        list[n++] = (flx_vortex){4 + apart, 1.5, -1, 0, 0};
    }
    return (flx_vortices){list, n};
}

static void vortices_are_followed_from_birth_to_death(void **state)
{
    (void)state;
    flx_mesh *mesh = test_rectangle(10, 4, 10, 4, 0);
    flx_tracker *tracker;
    assert_int_equal(flx_tracker_create(NULL, mesh, 0.5, &tracker), FLX_OK);
    for (int k = 0; k < 14; k++) {
        flx_vortex list[4];
        flx_vortices v = frame_of(k, list);
        assert_int_equal(flx_tracker_add(NULL, tracker, 0.5 * k, &v), FLX_OK);
    }
    flx_tracks tracks;
    assert_int_equal(flx_tracker_tracks(NULL, tracker, &tracks), FLX_OK);
    assert_int_equal(tracks.n_track, 4);
    const flx_track *t = tracks.track;
    assert_int_equal(t[0].n, 14);
    assert_int_equal(t[0].birth, FLX_TRACK_OPEN);
    assert_int_equal(t[0].death, FLX_TRACK_OPEN);
    assert_int_equal(t[1].n, 10);
    assert_int_equal(t[1].birth, FLX_TRACK_RIM);
    assert_int_equal(t[1].death, FLX_TRACK_RIM);
    const double *last = tracks.point + 3 * (t[1].start + t[1].n - 1);
    assert_near(last[0], 5.5, 0);
    assert_near(last[2], 3.8, 1e-12);
    for (int k = 2; k < 4; k++) {
        assert_int_equal(t[k].n, 7);
        assert_int_equal(t[k].birth, FLX_TRACK_PAIR);
        assert_int_equal(t[k].death, FLX_TRACK_PAIR);
        assert_int_equal(t[k].partner_birth, 5 - k);
        assert_int_equal(t[k].partner_death, 5 - k);
        assert_int_equal(t[k].winding, k == 2 ? 1 : -1);
    }
    flx_vortices none = {NULL, 0};
    assert_int_equal(flx_tracker_add(NULL, tracker, 1, &none), FLX_ERR_INPUT);
    flx_tracker_free(tracker);
    flx_mesh_free(mesh);
}

static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    flx_mesh *mesh = test_rectangle(10, 4, 10, 4, 0);
    flx_ctx *ctx = flx_ctx_create();
    int n = 0;
    flx_status status;
    do {
        flx_ctx_fail_allocation(ctx, ++n);
        flx_tracker *tracker = NULL;
        flx_tracks tracks;
        status = flx_tracker_create(ctx, mesh, 0.5, &tracker);
        for (int k = 0; k < 6 && status == FLX_OK; k++) {
            flx_vortex list[4];
            flx_vortices v = frame_of(k, list);
            status = flx_tracker_add(ctx, tracker, k, &v);
        }
        if (status == FLX_OK)
            status = flx_tracker_tracks(ctx, tracker, &tracks);
        flx_tracker_free(tracker);
        assert_true(status == FLX_OK || status == FLX_ERR_MEMORY);
    } while (status != FLX_OK);
    assert_true(n > 15);
    flx_ctx_free(ctx);
    flx_mesh_free(mesh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(periodic_series_are_averaged_over_whole_periods),
        cmocka_unit_test(the_error_of_noise_is_that_of_its_correlation),
        cmocka_unit_test(bad_series_are_refused),
        cmocka_unit_test(vortices_are_followed_from_birth_to_death),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
