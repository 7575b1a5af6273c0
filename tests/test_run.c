// One run from case to summary: states, volts, currents, stops, failures, measurements of its file.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_run.h"
#include "test_run_context.h"

static void a_ring_keeps_its_winding_and_its_fluxoid_is_near_it(void **state)
{
    (void)state;
    flx_run_result *r = run_text(ctx,
                                 RING "drive: {field: 1.2 mT}\n"
                                      "start: {winding: {hole: 1}}\n"
                                      "loops: {middle: [circle: {radius: 0.8}]}\n"
                                      "tdgl: {time: 20 tau0}\n",
                                 NULL, FLX_OK);
    json_t *root = json_of(r);
    const char *const loops[] = {"middle", "hole"};
    for (int k = 0; k < 2; k++) {
        assert_int_equal(number(root, "loops", loops[k], "winding", NULL), 1);
        // Two independent integrals on a mesh of h = 0.6 xi round R = 3-4 xi: error ~ (h/R)^2.
        assert_near(number(root, "loops", loops[k], "fluxoid_Phi0", NULL), 1, 0.03);
        assert_near(number(root, "loops", loops[k], "flux_Phi0", NULL) +
                        number(root, "loops", loops[k], "supercurrent_Phi0", NULL),
                    number(root, "loops", loops[k], "fluxoid_Phi0", NULL), 1e-12);
    }
    // B pi R^2/Phi0 of the polygon that the hole is; its rim is on it: only rounding of the sum.
    // A circle becomes a polygon of equal area.
    assert_near(number(root, "loops", "hole", "flux_Phi0", NULL),
                1.2e-3 * 3.14159265358979 * 0.36e-12 / FLX_SI_PHI0, 1e-9);
    assert_near(number(root, "time_tau0", NULL), 20, 0);
    assert_int_equal(json_array_size(json_object_get(root, "vortices")), 0);
    json_decref(root);
    flx_run_result_free(r);
}

static char *with_epsilon(const char *text, const char *epsilon)
{
    static char buffer[4000];
    const char *at = strstr(text, "EPSILON");
    snprintf(buffer, sizeof buffer, "%.*s%s%s", (int)(at - text), text, epsilon, at + 7);
    return buffer;
}

static void a_normal_bar_obeys_ohms_law_in_volts(void **state)
{
    (void)state;
    flx_run_result *r = run_text(ctx,
                                 with_epsilon(BAR "drive: {current: {top: 12 uA, bottom: -12 uA}}\n"
                                                  "tdgl: {time: 1 tau0}\n",
                                              "-1"),
                                 NULL, FLX_OK);
    json_t *root = json_of(r);
    // V = I L/(sigma W d); linear potentials are exact on any mesh, the solver's residual is 1e-13.
    double volts = 12e-6 * 5e-6 / (5e6 * 4e-6 * 0.1e-6);
    assert_near(number(root, "voltage", "v", "mean", NULL) / volts, 1, 1e-10);
    assert_near(number(root, "current", "top", NULL), 12e-6, 12e-6 * 1e-10);
    assert_near(number(root, "current", "bottom", NULL), -12e-6, 12e-6 * 1e-10);
    json_decref(root);
    flx_run_result_free(r);
}

static void measured_currents_are_those_applied_while_vortices_may_move(void **state)
{
    (void)state;
    flx_run_result *r = run_text(ctx,
                                 with_epsilon(BAR "let: {I: 20}\n"
                                                  "drive:\n"
                                                  "  field: 0.3 mT\n"
                                                  "  current:\n"
                                                  "    top: I uA * ramp(t, 0, 5)\n"
                                                  "    bottom: -I uA * ramp(t, 0, 5)\n"
                                                  "tdgl: {time: 12 tau0}\n",
                                              "1"),
                                 NULL, FLX_OK);
    json_t *root = json_of(r);
    // Conserved cell by cell to the residual of the Poisson solver, ~1e-13 of the largest current.
    assert_near(number(root, "current", "top", NULL), 20e-6, 20e-6 * 1e-10);
    assert_near(number(root, "current", "bottom", NULL), -20e-6, 20e-6 * 1e-10);
    json_decref(root);
    flx_run_result_free(r);
}

static void a_condition_of_measured_quantities_stops_the_run(void **state)
{
    (void)state;
    flx_run_result *r = run_text(ctx,
                                 with_epsilon(BAR "drive: {current: {top: 1 uA * t, "
                                                  "bottom: -1 uA * t}}\n"
                                                  "tdgl: {time: 50 tau0, stop_when: current.top > "
                                                  "8 uA}\n",
                                              "-1"),
                                 NULL, FLX_STOPPED);
    json_t *root = json_of(r);
    assert_string_equal(r->reason, "condition");
    // Currents are looked at every fourth step, none longer than dt_max = 0.5 tau0.
    assert_true(number(root, "time_tau0", NULL) > 8 && number(root, "time_tau0", NULL) < 10.1);
    assert_true(json_is_false(json_object_get(root, "steady")));
    json_decref(root);
    flx_run_result_free(r);
}

static void a_steady_state_stops_the_run_but_not_before_the_drive_is_settled(void **state)
{
    (void)state;
    // psi = 1 is stationary from the first step; the field comes at t = 5 only.
    flx_run_result *r = run_text(ctx,
                                 RING "drive: {field: \"0.2 mT * ramp(t, 5, 6)\"}\n"
                                      "tdgl: {time: 400 tau0, stop_when_steady: 1e-5}\n",
                                 NULL, FLX_STOPPED);
    json_t *root = json_of(r);
    assert_true(json_is_true(json_object_get(root, "steady")));
    assert_true(number(root, "time_tau0", NULL) > 6 && number(root, "time_tau0", NULL) < 400);
    assert_true(number(root, "loops", "hole", "flux_Phi0", NULL) > 0.1);
    json_decref(root);
    flx_run_result_free(r);
}

static void a_run_that_diverges_keeps_its_state_and_says_why(void **state)
{
    (void)state;
    flx_run_opts opts = flx_run_opts_default();
    opts.output = "run-diverged.h5";
    // Explicit Euler beyond its limit of stability, dt ~ 0.1 tau0 here, grows without bound.
    flx_run_result *r = run_text(ctx,
                                 RING "drive: {field: 1 mT}\n"
                                      "start: {normal: {noise: 0.5, seed: 3}}\n"
                                      "tdgl: {time: 4000 tau0, integrator: rk32, adaptive: false, "
                                      "dt: 20 tau0, dt_max: 20 tau0, frames: 1000 tau0}\n",
                                 &opts, FLX_ERR_DIVERGED);
    assert_non_null(r);
    json_t *root = json_of(r);
    assert_true(strlen(json_string_value(json_object_get(root, "error"))) > 10);
    assert_string_equal(json_string_value(json_object_get(root, "error")), flx_ctx_error(ctx));
    flx_file *file = NULL;
    assert_int_equal(flx_file_open(ctx, opts.output, FLX_FILE_READ, &file), FLX_OK);
    int32_t n = flx_file_frame_count(file);
    assert_true(n >= 1);
    assert_true(flx_file_frame_info(file, n - 1).step == r->step);
    assert_true(flx_file_has(file, "summary"));
    flx_file_close(file);
    json_decref(root);
    flx_run_result_free(r);
}

static void a_file_is_measured_as_the_run_was(void **state)
{
    (void)state;
    flx_run_opts opts = flx_run_opts_default();
    opts.output = "run-measured.h5";
    flx_run_result *r = run_text(ctx,
                                 RING "drive: {field: 0.6 mT}\n"
                                      "start: {winding: {hole: 1}}\n"
                                      "tdgl: {time: 10 tau0, frames: 5 tau0}\n",
                                 &opts, FLX_OK);
    const char *const loops[] = {"{circle: {radius: 0.8}}"};
    const char *const along[] = {"[[0.3, 0], [1.3, 0]]", "[[0.8, 0], [0.6, 0.6], [0, 0.8]]"};
    flx_measure_request request = {
        .time = NAN, .loop = loops, .n_loop = 1, .along = along, .n_along = 2};
    char *text = NULL;
    flx_status status = flx_measure_file(ctx, opts.output, &request, &text);
    if (status < 0)
        fail_msg("%s", flx_ctx_error(ctx));
    json_t *root = json_of(r), *after = json_loads(text, 0, NULL);
    assert_non_null(after);
    // The same frame, the same functions: the same bits.
    assert_true(json_equal(json_object_get(json_object_get(root, "loops"), "hole"),
                           json_object_get(json_object_get(after, "loops"), "hole")));
    assert_true(number(root, "energy_F0", NULL) == number(after, "energy_F0", NULL));
    assert_true(number(root, "moment", NULL) == number(after, "moment", NULL));
    assert_int_equal(number(after, "loops", "loop-1", "winding", NULL), 1);
    // The whole ring current crosses the first path, and gives a moment of a current at r ~ 0.8 um.
    double current = number(after, "paths", "path-1", "current", NULL);
    double moment = number(after, "moment", NULL);
    assert_true(fabs(moment / current) > 0.36 * 3.14e-12 && fabs(moment / current) < 3.15e-12);
    // A quarter of the loop's 2 pi n - flux, gauge-invariant: (1 - phi)/4 turns.
    double quarter = number(after, "paths", "path-2", "phase", NULL) / 6.283185307179586;
    double whole = number(after, "loops", "loop-1", "supercurrent_Phi0", NULL);
    assert_true(quarter * whole > 0);
    assert_near(quarter, whole / 4, 0.1 * fabs(whole)); // its ends are snapped to sites, h/R ~ 0.15
    request.time = 0;
    flx_text_free(text);
    assert_int_equal(flx_measure_file(ctx, opts.output, &request, &text), FLX_OK);
    json_decref(after);
    after = json_loads(text, 0, NULL);
    assert_near(number(after, "time_tau0", NULL), 0, 0);
    flx_text_free(text);
    json_decref(root);
    json_decref(after);
    flx_run_result_free(r);
}

static void psi_zero_on_a_path_leaves_its_fluxoid_undefined_with_the_reason(void **state)
{
    (void)state;
    flx_case *c = case_of(ctx, RING "tdgl: {time: 1 tau0}\n",
                          (const char *const[]){"layers.al.epsilon=-1"}, 1);
    flx_run_opts opts = flx_run_opts_default();
    flx_run_result *r = NULL;
    assert_int_equal(flx_run(ctx, c, &opts, &r), FLX_OK);
    json_t *root = json_of(r), *hole = json_object_get(json_object_get(root, "loops"), "hole");
    assert_true(json_is_null(json_object_get(hole, "winding")));
    assert_true(json_is_null(json_object_get(hole, "fluxoid_Phi0")));
    assert_string_equal(json_string_value(json_object_get(hole, "reason")), "psi is 0 on the path");
    json_decref(root);
    flx_run_result_free(r);
    flx_case_free(c);
}

static void keep_warnings(void *user, flx_log_level level, const char *text)
{
    char *all = user;
    if (level == FLX_LOG_WARNING)
        strncat(all, text, 1000 - strlen(all));
}

static void a_mesh_that_cannot_show_the_physics_is_warned_of(void **state)
{
    (void)state;
    const struct {
        const char *text, *warning;
    } all[] = {
        {RING "drive: {field: 1 mT}\ntdgl: {time: 0.1 tau0}\n", ""},
        {RING "drive: {field: 2 T}\ntdgl: {time: 0.1 tau0}\n", "the field puts"},
        {"fluxoid: 1\n"
         "units: {length: um}\n"
         "layers: {al: {coherence_length: 0.2 um, pearl_length: 4 um}}\n"
         "films: {disk: {layer: al, shape: [circle: {radius: 1}]}}\n"
         "mesh: {max_edge: 3 xi}\ntdgl: {time: 0.1 tau0}\n",
         "edges of the mesh reach"},
    };
    for (size_t k = 0; k < sizeof all / sizeof all[0]; k++) {
        char warnings[1001] = "";
        flx_ctx_set_log(ctx, keep_warnings, warnings);
        flx_run_result_free(run_text(ctx, all[k].text, NULL, FLX_OK));
        flx_ctx_set_log(ctx, NULL, NULL);
        if (all[k].warning[0] == 0)
            assert_string_equal(warnings, "");
        else
            assert_non_null(strstr(warnings, all[k].warning));
    }
}

static flx_device_info info_of(const char *text, const char *set)
{
    flx_case *c = case_of(ctx, text, (const char *const[]){set}, set ? 1 : 0);
    flx_device *device = NULL;
    if (flx_device_create(ctx, c, &device) < 0)
        fail_msg("%s", flx_ctx_error(ctx));
    flx_device_info info = flx_device_info_of(device);
    flx_device_free(device);
    flx_case_free(c);
    return info;
}

// What a step costs says whether the field of the currents acts back: a film with it takes 9 to 13
// times as long (docs/selffield.md), and its operator is made first.
static void estimated_costs_know_the_field_of_the_currents(void **state)
{
    (void)state;
    static const char text[] = RING "tdgl: {time: 10 tau0}\n";
    flx_device_info bare = info_of(text, NULL), film = info_of(text, "tdgl.selffield=true");
    assert_true(bare.step_seconds > 0 && bare.create_seconds == 0);
    assert_true(film.step_seconds > 5 * bare.step_seconds);
    assert_true(film.create_seconds > film.step_seconds);
    assert_true(film.memory > 3 * bare.memory);
    static const char london[] = RING "engine: london\n";
    flx_device_info dense = info_of(london, "london.method=dense");
    flx_device_info iterative = info_of(london, "london.method=iterative");
    assert_true(dense.memory > 0 && dense.create_seconds > 0);
    assert_true(iterative.memory > 0 && iterative.create_seconds > 0);
    assert_true(dense.step_seconds == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(estimated_costs_know_the_field_of_the_currents),
        cmocka_unit_test(a_ring_keeps_its_winding_and_its_fluxoid_is_near_it),
        cmocka_unit_test(a_normal_bar_obeys_ohms_law_in_volts),
        cmocka_unit_test(measured_currents_are_those_applied_while_vortices_may_move),
        cmocka_unit_test(a_condition_of_measured_quantities_stops_the_run),
        cmocka_unit_test(a_steady_state_stops_the_run_but_not_before_the_drive_is_settled),
        cmocka_unit_test(a_run_that_diverges_keeps_its_state_and_says_why),
        cmocka_unit_test(a_file_is_measured_as_the_run_was),
        cmocka_unit_test(a_mesh_that_cannot_show_the_physics_is_warned_of),
        cmocka_unit_test(psi_zero_on_a_path_leaves_its_fluxoid_undefined_with_the_reason),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
