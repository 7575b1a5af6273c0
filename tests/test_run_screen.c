// Cases whose currents feel their own field: long bodies and films from a case to its summary, sweeps
// and files that carry the field on.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_run.h"

#define CYLINDER                                                                                   \
    "fluxoid: 1\n"                                                                                 \
    "units: {length: um}\n"                                                                        \
    "layers: {nb: {coherence_length: 0.1 um, penetration_depth: 0.1 um, body: long, gamma: 0}}\n"  \
    "films: {tube: {shape: [circle: {radius: 0.3}], holes: {hole: [circle: {radius: 0.2}]}}}\n"    \
    "mesh: {max_edge: 0.25 xi}\n"

static void a_tube_in_the_london_limit_holds_less_than_a_quantum_of_flux(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_run_result *r = run_text(ctx,
                                 CYLINDER "start: {winding: {hole: 1}}\n"
                                          "tdgl: {time: 200 tau0, stop_when_steady: 1e-6, "
                                          "frozen_amplitude: true}\n",
                                 NULL, FLX_STOPPED);
    json_t *root = json_of(r);
    // a = 2, w = 1 lambda: Bessel functions; h/w = 1/4 costs 0.5 % (second order)
    assert_near(number(root, "loops", "hole", "flux_Phi0", NULL), 0.392470623, 3e-3);
    assert_near(number(root, "loops", "hole", "winding", NULL), 1, 0);
    assert_near(number(root, "loops", "hole", "fluxoid_Phi0", NULL), 1, 1e-2);
    // the field alone: nothing condenses or breaks, and E_field + E_kinetic - 1 is what is left
    assert_true(number(root, "energy_F0", NULL) > -1);
    json_decref(root);
    flx_run_result_free(r);
    flx_ctx_free(ctx);
}

// From a normal state in a field that is there at once, the first steps are so short that L outweighs
// K ten thousand times.
static void the_shortest_steps_are_solved(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
#define AT_ONCE(tolerance)                                                                         \
    CYLINDER "drive: {field: 10 mT}\n"                                                             \
             "start: {normal: {noise: 1e-2, seed: 1}}\n"                                           \
             "tdgl: {time: 0.1 tau0, tolerance: " tolerance "}\n"
    const char *text[] = {AT_ONCE("1e-4"), AT_ONCE("1e-8")};
    double energy[2];
    for (int k = 0; k < 2; k++) {
        json_t *root = summary_of(ctx, text[k]);
        energy[k] = number(root, "energy_F0", NULL);
        json_decref(root);
    }
    assert_near(energy[0], energy[1], 1e-4 * energy[1]);
    flx_ctx_free(ctx);
}

static void a_sweep_carries_the_field_on(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_run_result *r = run_text(ctx,
                                 CYLINDER "drive: {field: 0 mT}\n"
                                          "tdgl: {time: 200 tau0, stop_when_steady: 1e-6}\n"
                                          "sweep: {drive.field: {values: [4 mT, 4 mT], continue: "
                                          "true}}\n",
                                 NULL, FLX_OK);
    json_t *root = json_of(r);
    const json_t *points = json_object_get(root, "points");
    const json_t *first = json_array_get(points, 0), *second = json_array_get(points, 1);
    // The second begins where the first was steady, and is so at its first look.
    assert_near(number(second, "steps", NULL), 8, 0);
    assert_near(number(second, "energy_F0", NULL), number(first, "energy_F0", NULL), 1e-7);
    json_decref(root);
    flx_run_result_free(r);
    flx_ctx_free(ctx);
}

// Each film has its own gauge and its own grid: one a thousand sizes away changes neither the state nor
// the cost. (In a common gauge A is so large at either that psi breaks down at the start.)
static void films_far_apart_are_as_each_alone(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
#define DISK(more)                                                                                 \
    "fluxoid: 1\n"                                                                                 \
    "units: {length: um}\n"                                                                        \
    "layers: {al: {coherence_length: 0.2 um, penetration_depth: 0.2 um, thickness: 0.1 um}}\n"     \
    "films: {a: {shape: [circle: {radius: 0.6}]}" more "}\n"                                       \
    "mesh: {max_edge: 0.7 xi}\n"                                                                   \
    "drive: {field: 1 mT}\n"                                                                       \
    "tdgl: {time: 10 tau0, selffield: true}\n"
    const char *text[] = {DISK(""), DISK(", b: {shape: [circle: {radius: 0.6, at: [1000, 500]}]}")};
    double energy[2], moment[2], steps[2];
    for (int k = 0; k < 2; k++) {
        json_t *root = summary_of(ctx, text[k]);
        energy[k] = number(root, "energy_F0", NULL);
        moment[k] = number(root, "moment", NULL);
        steps[k] = number(root, "steps", NULL);
        json_decref(root);
    }
    // The meshes differ, and by as much the moments.
    assert_near(energy[1], energy[0], 1e-3);
    assert_near(moment[1], 2 * moment[0], 0.01 * fabs(moment[1]));
    assert_near(steps[1], steps[0], 0.1 * steps[0]);
    flx_ctx_free(ctx);
}

static void a_file_carries_the_field_on(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    char path[] = "/tmp/flx_screen_XXXXXX";
    int fd = mkstemp(path);
    close(fd);
    flx_run_opts opts = flx_run_opts_default();
    opts.output = path;
    flx_run_result *r = run_text(ctx,
                                 CYLINDER "drive: {field: 4 mT}\n"
                                          "tdgl: {time: 200 tau0, stop_when_steady: 1e-6}\n",
                                 &opts, FLX_STOPPED);
    json_t *first = json_of(r);
    flx_run_result_free(r);
    char text[1024];
    snprintf(text, sizeof text,
             CYLINDER "drive: {field: 4 mT}\nstart: {from: {file: %s}}\n"
                      "tdgl: {time: 200 tau0, stop_when_steady: 1e-6}\n",
             path);
    r = run_text(ctx, text, NULL, FLX_STOPPED);
    json_t *second = json_of(r);
    assert_near(number(second, "steps", NULL), 8, 0);
    assert_near(number(second, "loops", "hole", "flux_Phi0", NULL),
                number(first, "loops", "hole", "flux_Phi0", NULL), 1e-6);
    flx_run_result_free(r);

    // B is measured inside, in the hole and outside.
    const char *places[] = {"0.25 um, 0 um, 0 um", "0 um, 0 um, 0 um", "1 um, 0 um, 0 um"};
    flx_measure_request request = {.time = NAN, .field = places, .n_field = 3};
    char *json = NULL;
    if (flx_measure_file(ctx, path, &request, &json) < 0)
        fail_msg("%s", flx_ctx_error(ctx));
    json_t *root = json_loads(json, 0, NULL);
    double inside = number(root, "fields", "field-1", "Bz", NULL);
    double hole = number(root, "fields", "field-2", "Bz", NULL);
    assert_near(number(root, "fields", "field-3", "Bz", NULL), 4e-3, 1e-12);
    assert_true(hole < inside && inside < 4e-3);
    // flux of the hole over its area (a polygon of equal area)
    double flux = number(first, "loops", "hole", "flux_Phi0", NULL) * FLX_SI_PHI0;
    assert_near(hole, flux / (3.14159265358979 * 0.04e-12), 1e-3 * hole);
    double field = number(root, "energy", "field_F0", NULL);
    assert_true(field > 0);
    json_decref(root);
    json_decref(first);
    json_decref(second);
    flx_text_free(json);
    const char *curve = "{circle: {radius: 2}}";
    request = (flx_measure_request){.time = NAN, .flux = &curve, .n_flux = 1};
    assert_int_equal(flx_measure_file(ctx, path, &request, &json), FLX_ERR_INPUT);
    assert_non_null(strstr(flx_ctx_error(ctx), "is of a long body, whose field has no unique A"));

    // Another mesh cannot take the field over.
    snprintf(text, sizeof text,
             CYLINDER "drive: {field: 4 mT}\nstart: {from: {file: %s}}\n"
                      "tdgl: {time: 200 tau0}\n",
             path);
    char *edge = strstr(text, "0.25 xi");
    memcpy(edge, "0.30 xi", 7);
    flx_case *c = case_of(ctx, text, NULL, 0);
    flx_run_opts preset = flx_run_opts_default();
    assert_int_equal(flx_run(ctx, c, &preset, &r), FLX_ERR_INPUT);
    assert_non_null(strstr(flx_ctx_error(ctx), "start.from: the state has a field of its currents "
                                               "and is on another mesh; start from one on the "
                                               "same mesh"));
    flx_case_free(c);
    unlink(path);
    flx_ctx_free(ctx);
}

static void a_film_screens_itself(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    // London disk: -m/(pi R^4 B/(8 mu0 Lambda)) = 0.85569 at Lambda = R.
    flx_run_result *r =
        run_text(ctx,
                 "fluxoid: 1\nunits: {length: um}\n"
                 "layers: {al: {coherence_length: 0.2 um, pearl_length: 1 um}}\n"
                 "films: {disk: {shape: [circle: {radius: 1}]}}\n"
                 "mesh: {max_edge: 0.5 xi}\n"
                 "drive: {field: 0.1 mT}\n"
                 "tdgl: {time: 200 tau0, stop_when_steady: 1e-6, frozen_amplitude: true, "
                 "selffield: true}\n",
                 NULL, FLX_STOPPED);
    json_t *root = json_of(r);
    double unit = 3.14159265358979 * 1e-24 * 1e-4 / (8 * FLX_SI_MU0 * 1e-6);
    assert_near(-number(root, "moment", NULL) / unit, 0.85569, 0.012); // h/R = 0.1, second order
    json_decref(root);
    flx_run_result_free(r);
    flx_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tube_in_the_london_limit_holds_less_than_a_quantum_of_flux),
        cmocka_unit_test(the_shortest_steps_are_solved),
        cmocka_unit_test(a_sweep_carries_the_field_on),
        cmocka_unit_test(films_far_apart_are_as_each_alone),
        cmocka_unit_test(a_file_carries_the_field_on),
        cmocka_unit_test(a_film_screens_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
