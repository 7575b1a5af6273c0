// What is measured in a data file after the run: energy, power, voltages, tracks.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_run_after.h"
#include "test_run_tiny.h"

#include <unistd.h>

static const double mu0 = FLX_SI_MU0, pi = 3.14159265358979323846;

// -- power and energy -----------------------------------------------------------------------------

static void a_normal_bar_dissipates_current_times_voltage(void **state)
{
    (void)state;
    const char *points[] = {"0.7, -1.1"}, *along[] = {"[[-3, 0.2], [3, 0.4]]"};
    make_file("after-normal.h5",
              BAR "drive: {current: {top: 12 uA, bottom: -12 uA}}\n"
                  "tdgl: {time: 1 tau0}\n",
              (const char *const[]){"layers.base.epsilon=-1"}, 1);
    flx_measure_request request = {
        .time = NAN, .at_point = points, .n_point = 1, .along = along, .n_along = 1};
    json_t *root = measure("after-normal.h5", &request);
    double volts = number(root, "voltage", "v", "value", NULL);
    // Linear potentials are exact on any mesh; the solver's residual is 1e-13. The probe spans
    // half of the bar.
    double watts = 12e-6 * 2 * volts;
    assert_near(number(root, "power", "total", NULL) / watts, 1, 1e-10);
    assert_near(number(root, "power", "normal", NULL) / watts, 1, 1e-10);
    assert_near(number(root, "power", "order_parameter", NULL), 0, 0);
    // E = I/(sigma W d), downwards, and a sheet current of I/W.
    double e = 12e-6 / (5e6 * 4e-6 * 0.1e-6);
    assert_near(listed(root, "points", "point-1", "electric_field", 1) / -e, 1, 1e-10);
    assert_near(listed(root, "points", "point-1", "electric_field", 0) / e, 0, 1e-10);
    assert_near(listed(root, "points", "point-1", "normal_current", 1) / (-12e-6 / 4e-6), 1, 1e-10);
    assert_near(number(root, "points", "point-1", "abs_psi", NULL), 0, 0);
    assert_true(json_is_null(
        json_object_get(json_object_get(json_object_get(root, "points"), "point-1"), "phase")));
    // From left to right the path has the current on its right: downwards counts as positive.
    assert_near(number(root, "paths", "path-1", "current", NULL), 12e-6, 12e-6 * 1e-10);
    assert_near(number(root, "paths", "path-1", "normal_current", NULL), 12e-6, 12e-6 * 1e-10);
    assert_near(number(root, "paths", "path-1", "supercurrent", NULL), 0, 0);
    // No phase without psi.
    const json_t *path = json_object_get(json_object_get(root, "paths"), "path-1");
    assert_true(json_is_null(json_object_get(path, "phase")));
    assert_string_equal(json_string_value(json_object_get(path, "reason")), "psi is 0 on the path");
    const json_t *v = json_object_get(json_object_get(root, "voltage"), "v");
    assert_true(json_is_null(json_object_get(v, "phase")));
    assert_true(number(root, "current_residual", NULL) < 12e-6 * 1e-12);
    json_decref(root);
}

static void a_film_left_alone_loses_the_energy_that_it_dissipates(void **state)
{
    (void)state;
    // The state of a bar in a field relaxes; contacts and gamma included.
    make_file("after-relax.h5",
              BAR "drive: {field: 0.5 mT}\n"
                  "tdgl: {time: 3 tau0, frames: 0.1 tau0, tolerance: 1e-5}\n",
              (const char *const[]){"layers.base.epsilon=1"}, 1);
    double tau0 = 4e-7 * pi * 5e6 * 4e-12, energy[3], power = 0;
    for (int k = 0; k < 3; k++) {
        flx_measure_request request = {.time = 1.4 + 0.1 * k};
        json_t *root = measure("after-relax.h5", &request);
        assert_near(number(root, "time_tau0", NULL), request.time, 1e-9);
        energy[k] = number(root, "energy", "total", NULL);
        if (k == 1)
            power = number(root, "power", "total", NULL);
        // One sum in two orders.
        assert_near(number(root, "energy", "condensation", NULL) +
                        number(root, "energy", "kinetic", NULL),
                    energy[k], 1e-14 * fabs(energy[k]));
        assert_near(number(root, "energy", "total_F0", NULL), number(root, "energy_F0", NULL), 0);
        // F0 = Bc^2/2 mu0 times the volume of the bar; mu0 is known to 1e-9.
        double Bc = FLX_SI_PHI0 / (2 * sqrt(2) * pi * 2e-6 * 0.5e-6);
        double F0 = Bc * Bc / (2 * mu0) * 4e-6 * 10e-6 * 0.1e-6;
        assert_near(energy[k] / F0 / number(root, "energy_F0", NULL), 1, 1e-8);
        json_decref(root);
    }
    // The central difference is off by (0.1 tau0)^2/6 times the third derivative, of rates about
    // u^-1 ... 1 per tau0: below 1 %.
    double lost = (energy[0] - energy[2]) / (0.2 * tau0);
    assert_true(power > 0);
    assert_near(power / lost, 1, 0.01);
}

static void a_frozen_amplitude_dissipates_by_its_phase_alone(void **state)
{
    (void)state;
    make_file("after-frozen.h5",
              RING "drive: {field: 0.6 mT}\n"
                   "tdgl: {time: 20 tau0, frames: 0.025 tau0, tolerance: 1e-5,\n"
                   "       frozen_amplitude: true}\n",
              (const char *const[]){"mesh.max_edge=0.8 xi", "layers.al.conductivity=5e6 S/m",
                                    "layers.al.gamma=2"},
              3);
    double energy[3], power = 0, early = 0;
    for (int k = 0; k < 4; k++) {
        flx_measure_request request = {.time = k < 3 ? 0.475 + 0.025 * k : NAN};
        json_t *root = measure("after-frozen.h5", &request);
        power = number(root, "power", "total", NULL);
        if (k < 3)
            energy[k] = number(root, "energy", "total", NULL);
        if (k == 1)
            early = power;
        json_decref(root);
    }
    // The central difference again, of faster rates. In the end nothing moves: what is left of the
    // transient is the tolerance, whose square is dissipated.
    double tau0 = 4e-7 * pi * 5e6 * 0.16e-12;
    assert_near(early / ((energy[0] - energy[2]) / (0.05 * tau0)), 1, 0.01);
    assert_near(power, 0, 1e-7 * early);
}

static void voltages_of_a_frame_are_those_of_the_series(void **state)
{
    (void)state;
    make_file("after-volts.h5",
              BAR "drive: {current: {top: 20 uA, bottom: -20 uA}}\n"
                  "tdgl: {time: 20 tau0, frames: 4}\n",
              (const char *const[]){"layers.base.epsilon=1"}, 1);
    flx_file *file = NULL;
    flx_series *series = NULL;
    assert_int_equal(flx_file_open(ctx, "after-volts.h5", FLX_FILE_READ, &file), FLX_OK);
    assert_int_equal(flx_file_read_series(file, &series), FLX_OK);
    flx_measure_request request = {.time = 10};
    json_t *root = measure("after-volts.h5", &request);
    int64_t step = json_integer_value(json_object_get(root, "steps")), row = 0;
    while (series->step[row] != step)
        row++;
    // The same function of the same numbers.
    double value = flx_series_column(series, "voltage.v")[row];
    assert_near(number(root, "voltage", "v", "value_V0", NULL), value, 0);
    // V0 = hbar/(2 e tau0)
    double V0 = FLX_SI_PHI0 / (2 * pi * mu0 * 5e6 * 4e-12);
    assert_near(number(root, "voltage", "v", "value", NULL), value * V0, 1e-12 * fabs(value * V0));
    assert_near(number(root, "voltage", "v", "error", NULL),
                number(root, "voltage", "v", "error_V0", NULL) * V0, 1e-12 * V0);
    assert_true(isfinite(number(root, "voltage", "v", "phase", NULL)));
    json_decref(root);
    flx_series_free(series);
    flx_file_close(file);
}

// Integral of a column over the time of a run.
static double integral_of(const char *path, const char *column)
{
    flx_file *file = NULL;
    flx_series *series = NULL;
    assert_int_equal(flx_file_open(ctx, path, FLX_FILE_READ, &file), FLX_OK);
    assert_int_equal(flx_file_read_series(file, &series), FLX_OK);
    const double *t = flx_series_column(series, "time"), *v = flx_series_column(series, column);
    double sum = 0;
    for (int64_t k = 1; k < series->n_row; k++)
        sum += 0.5 * (v[k] + v[k - 1]) * (t[k] - t[k - 1]);
    flx_series_free(series);
    flx_file_close(file);
    return sum;
}

static void a_steady_bar_between_normal_contacts_obeys_its_balances(void **state)
{
    (void)state;
    // The current is less than critical: no vortex crosses, the phase winds up and stays.
    const char *along[] = {"[[-3, 0.2], [3, 0.4]]", "[[-3, -2], [0, 3], [3, -1]]"};
    make_file("after-steady.h5",
              BAR "drive: {current: {top: 8 uA, bottom: -8 uA}}\n"
                  "tdgl: {time: 300 tau0, frames: 1}\n",
              (const char *const[]){"layers.base.epsilon=1", "probes.v=[[0, 3], [0, -3]]",
                                    "probes.ends=[[0, 5], [0, -5]]"},
              3);
    flx_measure_request request = {.time = NAN, .along = along, .n_along = 2};
    json_t *root = measure("after-steady.h5", &request);
    // What goes in is dissipated: I V, the voltage being the same all over a contact but for the
    // unevenness of the mesh, and the state within some 1e-4 of the steady one.
    double watts = 8e-6 * number(root, "voltage", "ends", "value", NULL);
    assert_near(number(root, "power", "total", NULL) / watts, 1, 2e-3);
    assert_true(number(root, "power", "order_parameter", NULL) > 0.1 * watts);
    double phase = number(root, "voltage", "v", "phase", NULL);
    assert_true(fabs(phase) > 1);
    // It is taken between the sites nearest to the points, up to 0.5 of 12 xi away from each.
    assert_near(phase / integral_of("after-steady.h5", "voltage.v"), 1, 0.09);
    for (int k = 0; k < 2; k++) {
        const char *name = k ? "path-2" : "path-1";
        double super = number(root, "paths", name, "supercurrent", NULL);
        double normal = number(root, "paths", name, "normal_current", NULL);
        // Conserved to the residual of the Poisson solver.
        assert_near(number(root, "paths", name, "current", NULL), 8e-6, 8e-6 * 1e-10);
        assert_near(super + normal, 8e-6, 8e-6 * 1e-10);
        assert_true(super > 6e-6);
    }
    json_decref(root);
}

// -- tracks ---------------------------------------------------------------------------------------

static void tracks_tell_how_vortices_end(void **state)
{
    (void)state;
    // A pair 2 xi apart, and a vortex 1 xi from the rim.
    make_file("after-tracks.h5",
              BAR "start: {vortices: [{at: [0, 0.5]}, {at: [0, -0.5], winding: -1},"
                  " {at: [1.5, 3]}]}\n"
                  "tdgl: {time: 20 tau0, frames: 0.25 tau0}\n",
              (const char *const[]){"layers.base.epsilon=1", "mesh.max_edge=0.7 xi"}, 2);
    flx_measure_request request = {.time = 0, .tracks = true, .reach = "1 um"};
    json_t *root = measure("after-tracks.h5", &request);
    const json_t *tracks = json_object_get(root, "tracks"), *list = json_object_get(tracks, "list");
    assert_int_equal(json_integer_value(json_object_get(tracks, "frames")), 81);
    assert_near(number(tracks, "reach", NULL), 1e-6, 1e-18);
    assert_int_equal(json_array_size(list), 3);
    for (size_t k = 0; k < 3; k++) {
        const json_t *t = json_array_get(list, k), *x = json_object_get(t, "x");
        const json_t *y = json_object_get(t, "y"), *time = json_object_get(t, "time_tau0");
        size_t n = json_array_size(time);
        assert_true(n > 1 && n < 81);
        assert_int_equal(json_array_size(x), n);
        assert_int_equal(json_array_size(y), n);
        assert_string_equal(json_string_value(json_object_get(t, "birth")), "open");
        assert_near(number(t, "birth_tau0", NULL), 0, 0);
        assert_near(number(t, "death_tau0", NULL), json_number_value(json_array_get(time, n - 1)),
                    0);
        // The places given, but for half a mesh edge (0.35 xi).
        double x0 = json_number_value(json_array_get(x, 0));
        double y0 = json_number_value(json_array_get(y, 0));
        if (x0 > 1e-6) {
            assert_true(hypot(x0 - 1.5e-6, y0 - 3e-6) < 0.2e-6);
            assert_string_equal(json_string_value(json_object_get(t, "death")), "rim");
            assert_true(json_is_null(json_object_get(t, "death_partner")));
        } else {
            int64_t other = json_integer_value(json_object_get(t, "death_partner"));
            const json_t *with = json_array_get(list, (size_t)other);
            assert_string_equal(json_string_value(json_object_get(t, "death")), "pair");
            assert_int_equal(number(t, "winding", NULL), -number(with, "winding", NULL));
            assert_int_equal(json_integer_value(json_object_get(with, "death_partner")), k);
            assert_true(hypot(x0, y0 - 0.5e-6 * number(t, "winding", NULL)) < 0.2e-6);
        }
    }
    json_decref(root);
}

// -- what goes wrong ------------------------------------------------------------------------------

static void make_tiny(const char *path)
{
    write_tiny_msh("tiny.msh");
    make_file(path,
              TINY "drive: {field: 10 uT, current: {top: 20 uA, bottom: -20 uA}}\n"
                   "tdgl: {time: 1 tau0, frames: 2}\n",
              NULL, 0);
}

static void wrong_places_are_refused_with_the_reason(void **state)
{
    (void)state;
    make_tiny("after-tiny.h5");
    const struct {
        const char *point, *field, *reach, *message, *path;
    } wrong[] = {
        {NULL, NULL, NULL, "path '[[0, 0]]': 1 points; a path has 2 at least", "[[0, 0]]"},
        {NULL, NULL, NULL, "path '[[0, 0]': wanted are points", "[[0, 0]"},
        {NULL, NULL, NULL, "path '[[0, 0], [1, 1 s]]': '1 s' is in s", "[[0, 0], [1, 1 s]]"},
        {"0.2, 0", NULL, NULL, "lies in no film", NULL},
        {"2, 2, 1", NULL, NULL, "a place in a film is X, Y", NULL},
        {"2", NULL, NULL, "point '2': wanted are lengths with commas between", NULL},
        {"2,,2", NULL, NULL, "wanted are lengths with commas between", NULL},
        {"2, 2 mT", NULL, NULL, "point '2, 2 mT': '2 mT' is in T; wanted is a length", NULL},
        {NULL, "1, 2, 3, 4", NULL, "field at '1, 2, 3, 4': wanted are lengths", NULL},
        {NULL, "1, 2, hight", NULL, "field at '1, 2, hight': 'hight' is no name", NULL},
        {NULL, NULL, "-1", "the reach of a tracker is -1 xi, it must be positive", NULL},
        {NULL, NULL, "1 T", "reach '1 T, 0': '1 T' is in T", NULL},
    };
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        char *text = NULL;
        flx_measure_request request = {.time = NAN,
                                       .along = &wrong[k].path,
                                       .n_along = wrong[k].path != NULL,
                                       .at_point = &wrong[k].point,
                                       .n_point = wrong[k].point != NULL,
                                       .field = &wrong[k].field,
                                       .n_field = wrong[k].field != NULL,
                                       .tracks = wrong[k].reach != NULL,
                                       .reach = wrong[k].reach};
        assert_int_equal(flx_measure_file(ctx, "after-tiny.h5", &request, &text), FLX_ERR_INPUT);
        assert_null(text);
        if (!strstr(flx_ctx_error(ctx), wrong[k].message))
            fail_msg("'%s' is not in '%s'", wrong[k].message, flx_ctx_error(ctx));
    }
}

static void lack_of_memory_anywhere_is_reported(void **state)
{
    (void)state;
    make_tiny("after-tiny.h5");
    const char *loops[] = {"{box: {size: 4}}"}, *along[] = {"[[-4, 0], [4, 0]]"};
    const char *points[] = {"2, 2"}, *fields[] = {"1, 1, 1"};
    flx_measure_request request = {.time = NAN,
                                   .loop = loops,
                                   .n_loop = 1,
                                   .along = along,
                                   .n_along = 1,
                                   .at_point = points,
                                   .n_point = 1,
                                   .field = fields,
                                   .n_field = 1,
                                   .tracks = true,
                                   .reach = "2"};
    int64_t before = flx_ctx_allocations(ctx);
    json_decref(measure("after-tiny.h5", &request));
    int64_t n = flx_ctx_allocations(ctx) - before;
    assert_true(n > 50);
    for (int64_t k = 1; k <= n; k++) {
        char *text = NULL;
        flx_ctx_fail_allocation(ctx, k);
        flx_status status = flx_measure_file(ctx, "after-tiny.h5", &request, &text);
        flx_ctx_fail_allocation(ctx, 0);
        assert_null(text);
        if (status != FLX_ERR_MEMORY)
            fail_msg("allocation %d of %d failed: status %d, %s", (int)k, (int)n, status,
                     flx_ctx_error(ctx));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_normal_bar_dissipates_current_times_voltage),
        cmocka_unit_test(a_film_left_alone_loses_the_energy_that_it_dissipates),
        cmocka_unit_test(a_frozen_amplitude_dissipates_by_its_phase_alone),
        cmocka_unit_test(voltages_of_a_frame_are_those_of_the_series),
        cmocka_unit_test(a_steady_bar_between_normal_contacts_obeys_its_balances),
        cmocka_unit_test(tracks_tell_how_vortices_end),
        cmocka_unit_test(wrong_places_are_refused_with_the_reason),
        cmocka_unit_test(lack_of_memory_anywhere_is_reported),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
