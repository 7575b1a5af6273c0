// Cases of the engine static: from text to summary and file, what is refused, and how failures of
// the numerics are told.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/drive.h"
#include "test_run.h"
#include "test_run_context.h"

#define STATIC RING "engine: static\n"

// A wire 10 xi long, 1 xi wide, that takes a current of 1 K0 xi times t.
#define WIRE                                                                                       \
    "fluxoid: 1\n"                                                                                 \
    "units: {length: um}\n"                                                                        \
    "layers: {al: {coherence_length: 1 um, penetration_depth: 2 um, thickness: 0.1 um}}\n"         \
    "films: {wire: {layer: al, shape: [box: {size: [10, 1]}]}}\n"                                  \
    "terminals:\n"                                                                                 \
    "  left: {film: wire, psi: free, shape: [box: {size: [0.1, 2], at: [-5, 0]}]}\n"               \
    "  right: {film: wire, psi: free, shape: [box: {size: [0.1, 2], at: [5, 0]}]}\n"               \
    "mesh: {max_edge: 0.5 xi}\n"                                                                   \
    "drive: {current: {left: 1 K0*um * t, right: -1 K0*um * t}}\n"                                 \
    "engine: static\n"

// -- what is found --------------------------------------------------------------------------------

static void a_state_has_its_energy_and_eigenvalue(void **state)
{
    (void)state;
    json_t *root = summary_of(ctx, STATIC "start: {winding: {hole: 1}}\n");
    assert_string_equal(json_string_value(json_object_get(root, "find")), "state");
    assert_true(json_is_true(json_object_get(root, "stable")));
    assert_true(number(root, "residual", NULL) <= 1e-10);
    assert_near(number(root, "loops", "hole", "winding", NULL), 1, 0);
    assert_true(number(root, "eigenvalue", NULL) > 0);
    json_decref(root);
}

static void a_wire_ends_in_a_fold_at_its_critical_current(void **state)
{
    (void)state;
    json_t *root = summary_of(ctx, WIRE "static: {find: limit}\n");
    const json_t *limit = json_object_get(root, "limit");
    assert_true(json_is_true(json_object_get(limit, "found")));
    assert_true(json_is_true(json_object_get(limit, "fold")));
    assert_near(number(root, "limit", "t", NULL), 2 / (3 * sqrt(3)), 0.01); // h^2/32 at h = 0.5
    json_decref(root);
}

static void a_long_body_feels_its_own_field(void **state)
{
    (void)state;
    // the tube of 1.5 to 2.5 lambda: its field is that of the currents alone
    flx_run_result *r =
        run_text(ctx,
                 "fluxoid: 1\nunits: {length: um}\n"
                 "layers: {al: {coherence_length: 0.2 um, penetration_depth: 0.4 um, body: long}}\n"
                 "films: {tube: {layer: al, shape: [circle: {radius: 1}], holes: {hole: [circle: "
                 "{radius: 0.6}]}}}\n"
                 "mesh: {max_edge: 0.6 xi}\nengine: static\nstart: {winding: {hole: 1}}\n",
                 NULL, FLX_OK);
    json_t *root = json_of(r);
    assert_true(json_is_true(json_object_get(root, "stable")));
    assert_near(number(root, "loops", "hole", "fluxoid_Phi0", NULL), 1, 0.02); // mesh
    double flux = number(root, "loops", "hole", "flux_Phi0", NULL);
    assert_true(flux > 0.2 && flux < 0.4); // London, Lipkin et al.: 0.32 at a = 1.5, w = 1
    json_decref(root);
    flx_run_result_free(r);
}

// A ring with a phase offset across a cut.
#define HALF(offset)                                                                               \
    STATIC "drive: {phase: [{along: [[0.5, 0.01], [1.1, 0.02]], offset: " offset "}]}\n"

static void a_ring_with_a_phase_of_pi_holds_half_a_quantum(void **state)
{
    (void)state;
    // Tsuei et al., Phys. Rev. Lett. 73, 593 (1994): in no field the states +1/2 and -1/2 are the
    // lowest, and mirror images of each other
    double energy[4], fluxoid[4];
    for (int n = -1; n <= 2; n++) {
        char text[1024];
        snprintf(text, sizeof text, HALF("180") "start: {winding: {hole: %d}}\n", n);
        json_t *root = summary_of(ctx, text);
        assert_near(number(root, "loops", "hole", "winding", NULL), n, 0);
        assert_near(number(root, "loops", "hole", "flux_Phi0", NULL), 0, 1e-12); // no field
        energy[n + 1] = number(root, "energy_F0", NULL);
        fluxoid[n + 1] = number(root, "loops", "hole", "fluxoid_Phi0", NULL);
        json_decref(root);
    }
    assert_near(energy[1], energy[2], 1e-10); // exact on any mesh: complex conjugates
    assert_near(energy[0], energy[3], 1e-10);
    assert_true(energy[0] > energy[1] + 0.05);
    for (int k = 0; k < 4; k++) // second order in h = 0.7 xi
        assert_near(fluxoid[k], k - 1.5, 0.05);
}

// The film engine comes to the same state, and what is measured in the files is what the runs said.
static void half_a_quantum_is_the_same_in_time_and_after_the_fact(void **state)
{
    (void)state;
    const char *const engine[] = {"engine: static\n",
                                  "tdgl: {time: 400 tau0, stop_when_steady: 1e-7}\n"};
    const char *const loop[] = {"{circle: {radius: 0.8}}"};
    flx_measure_request request = {.loop = loop, .n_loop = 1, .time = NAN};
    double energy[2], fluxoid[2];
    for (int k = 0; k < 2; k++) {
        char text[1024], *said;
        snprintf(text, sizeof text,
                 RING "%sdrive: {field: 0.2 mT, phase: [{along: [[0.5, 0.01], [1.1, 0.02]], "
                      "offset: 180}]}\nstart: {winding: {hole: 0}}\n",
                 engine[k]);
        flx_run_opts o = flx_run_opts_default();
        o.output = "half.h5";
        flx_run_result *r = run_text(ctx, text, &o, k == 0 ? FLX_OK : FLX_STOPPED);
        if (flx_measure_file(ctx, o.output, &request, &said) < 0)
            fail_msg("%s", flx_ctx_error(ctx));
        json_t *root = json_of(r), *after = json_loads(said, 0, NULL);
        flx_text_free(said);
        energy[k] = number(root, "energy_F0", NULL);
        fluxoid[k] = number(after, "loops", "loop-1", "fluxoid_Phi0", NULL);
        assert_near(number(after, "energy_F0", NULL), energy[k], 1e-12);
        assert_near(number(after, "loops", "hole", "fluxoid_Phi0", NULL),
                    number(root, "loops", "hole", "fluxoid_Phi0", NULL), 1e-12);
        json_decref(root);
        json_decref(after);
        flx_run_result_free(r);
    }
    assert_near(energy[1], energy[0], 1e-6); // what is left of the steady state
    assert_near(fluxoid[1], fluxoid[0], 1e-4);
    assert_near(fluxoid[0], -0.5, 0.02); // mesh
}

static void an_offset_is_worth_its_part_of_a_quantum(void **state)
{
    (void)state;
    // 90 degrees in no field, or a quarter of a quantum less in the hole of a thin ring: the same
    // up to the width; a whole turn is nothing at all
    const char *const offset[] = {"0", "360", "90"};
    double energy[3], fluxoid = 0;
    for (int k = 0; k < 3; k++) {
        char text[1024];
        snprintf(text, sizeof text,
                 STATIC "drive: {phase: [{along: [[0.5, 0.01], [1.1, 0.02]], offset: %s}]}\n"
                        "start: {winding: {hole: %d}}\n",
                 offset[k], k == 1);
        json_t *root = summary_of(ctx, text);
        energy[k] = number(root, "energy_F0", NULL);
        fluxoid = number(root, "loops", "hole", "fluxoid_Phi0", NULL);
        json_decref(root);
    }
    assert_near(energy[0], -1, 1e-12);
    assert_near(energy[1], -1, 1e-10);
    assert_near(fluxoid, -0.25, 0.03);
}

// -- what is refused ------------------------------------------------------------------------------

static void wrong_cases_say_what_is_wrong(void **state)
{
    (void)state;
    const struct {
        const char *text, *set, *message;
    } rows[] = {
        {STATIC, "static.find=ground",
         "--set static.find=ground: static.find: 'ground' is none of "
         "state/limit/nucleation/barrier"},
        {STATIC, "static.fnd=state",
         "--set static.fnd=state: static: unknown key 'fnd'; did you mean 'find'? Allowed: find, "
         "at, to, selffield, other, tolerance, max_steps, modes, mode_tolerance, limit_tolerance, "
         "images, threads"},
        {STATIC, "static.tolerance=2",
         "--set static.tolerance=2: static.tolerance: '2' is out of range; wanted is a bare "
         "number, 1e-14 to 1"},
        {STATIC, "static.modes=1.5",
         "--set static.modes=1.5: static.modes: '1.5' was given; wanted is a whole number, 0 to "
         "16"},
        {STATIC, "static.to=2", "--set static.to=2: static.to: only find: limit follows a state"},
        {STATIC, "static={find: limit, at: 1, to: 1}",
         "--set static={find: limit, at: 1, to: 1}: static.to: the state is followed from t = 1 "
         "(static.at) to t = 1"},
        {STATIC, "static.find=barrier",
         "--set static.find=barrier: static: find: barrier, and only it, needs static.other, the "
         "state at the other end, e.g. other: {winding: {hole: 1}}"},
        {STATIC, "static.other={winding: {hole: 1}}",
         "--set static.other={winding: {hole: 1}}: static.other: find: barrier, and only it, needs "
         "static.other, the state at the other end, e.g. other: {winding: {hole: 1}}"},
        {STATIC, "static={find: barrier, other: {winding: {hloe: 1}}}",
         "--set static={find: barrier, other: {winding: {hloe: 1}}}: static.other.winding.hloe: "
         "there is no hole 'hloe'; did you mean 'hole'? There are: hole"},
        {STATIC, "static.selffield=perhaps",
         "--set static.selffield=perhaps: static.selffield: 'perhaps' was given; wanted is true or "
         "false"},
        {STATIC, "drive.phase=[{along: [[0, 0], [0.8, 0]]}]",
         "test.yaml: a cut of drive.phase ends inside a film, near (0.7758, 0.06216) um; it must "
         "go "
         "from rim to rim, or through"},
        {STATIC, "drive.phase=[{along: [[0, 0]]}]",
         "--set drive.phase=[{along: [[0, 0]]}]: drive.phase.along: a cut goes from one point "
         "to another: [[x, y], [x, y]]"},
        {WIRE, "terminals.left.psi=0",
         "test.yaml:6: terminal 'left': a current without voltage enters where psi is not 0; give "
         "psi: free, or a number, or use the engine tdgl"},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        flx_case *c = NULL;
        flx_run_result *r = NULL;
        flx_run_opts opts = flx_run_opts_default();
        flx_case_source source = {.text = rows[k].text,
                                  .length = strlen(rows[k].text),
                                  .name = "test.yaml",
                                  .sets = &rows[k].set,
                                  .n_set = 1};
        flx_status status = flx_case_create(ctx, &source, &c);
        if (status == FLX_OK)
            status = flx_run(ctx, c, &opts, &r);
        assert_int_equal(status, FLX_ERR_INPUT);
        assert_string_equal(flx_ctx_error(ctx), rows[k].message);
        flx_run_result_free(r);
        flx_case_free(c);
    }
}

// -- material from an image -----------------------------------------------------------------------

#define PATCHES FLX_SOURCE_DIR "/tests/data/patches.png"

static void an_image_lies_over_the_box_round_the_film(void **state)
{
    (void)state;
    const char *set = "layers.al.disorder={kind: image, depth: 0.4, path: " PATCHES "}";
    flx_case *c = case_of(ctx, WIRE, &set, 1);
    flx_device *device;
    assert_int_equal(flx_device_create(ctx, c, &device), FLX_OK);
    const flx_mesh *m = device->mesh;
    double *delta = calloc((size_t)m->n_site, sizeof *delta);
    assert_int_equal(flx_case_disorder_fill(ctx, c, m, delta), FLX_OK);
    // middles of pixels are at x = -10/3, 0, 10/3 and y = -1/4, 1/4
    const double grey[2][3] = {{1, 128.0 / 255, 1}, {0, 1, 0.299}};
    int32_t seen = 0;
    for (int32_t i = 0; i < m->n_site; i++) {
        double x = fmin(fmax((m->x[i] + 10.0 / 3) / (10.0 / 3), 0), 2);
        double y = fmin(fmax((m->y[i] + 0.25) / 0.5, 0), 1);
        int a = x < 1 ? 0 : 1;
        x -= a;
        double low = (1 - x) * grey[0][a] + x * grey[0][a + 1];
        double high = (1 - x) * grey[1][a] + x * grey[1][a + 1];
        assert_near(delta[i], 0.4 * ((1 - y) * low + y * high - 1), 1e-12);
        seen += delta[i] < -0.39; // the black corner
    }
    assert_true(seen > 0);
    free(delta);
    flx_device_free(device);
    flx_case_free(c);
}

static void images_that_are_none_are_named(void **state)
{
    (void)state;
    const char *const set[2] = {"layers.al.disorder={kind: image, path: nowhere.png}",
                                "layers.al.disorder={kind: image, path: " FLX_SOURCE_DIR
                                "/tests/data/README.md}"};
    const char *const message[2] = {
        "test.yaml: disorder: nowhere.png: cannot be opened: no such file",
        "test.yaml: disorder: " FLX_SOURCE_DIR
        "/tests/data/README.md: is no PNG image, or a damaged one"};
    for (int k = 0; k < 2; k++) {
        flx_case *c = case_of(ctx, WIRE, &set[k], 1);
        flx_run_result *r = NULL;
        flx_run_opts opts = flx_run_opts_default();
        assert_int_equal(flx_run(ctx, c, &opts, &r), FLX_ERR_FILE);
        assert_string_equal(flx_ctx_error(ctx), message[k]);
        flx_run_result_free(r);
        flx_case_free(c);
    }
}

// -- what does not converge -----------------------------------------------------------------------

// Status and text of a failed run, whose summary tells the same and keeps the state.
static void fails_with(const char *text, const char *message, bool state_kept)
{
    flx_run_result *r = run_text(ctx, text, NULL, state_kept ? FLX_ERR_DIVERGED : FLX_ERR_SOLVER);
    assert_non_null(strstr(flx_ctx_error(ctx), message));
    assert_non_null(r);
    json_t *root = json_of(r);
    const char *error = json_string_value(json_object_get(root, "error"));
    assert_non_null(error);
    assert_string_equal(error, flx_ctx_error(ctx));
    assert_true(isfinite(number(root, "energy_F0", NULL)));
    assert_true(isfinite(number(root, "residual", NULL)));
    json_decref(root);
    flx_run_result_free(r);
}

static void failures_of_the_numerics_are_told_plainly(void **state)
{
    (void)state;
    fails_with(
        STATIC "drive: {field: 2 mT}\nstatic: {max_steps: 1}\n",
        "no stationary state was reached: given up after 1 Newton steps, with a residual of ",
        true);
    fails_with(WIRE "static: {at: 0.5}\n",
               "(allowed 1e-10); the last state is kept. Does the current exceed the critical one? "
               "Else start nearer, or allow more static.max_steps",
               true);
    fails_with(STATIC "drive: {field: '3 mT * step(t, 0.5)'}\nstatic: {find: limit}\n",
               "the branch of states was lost after t = 0.49", true);
    fails_with(STATIC "static: {mode_tolerance: 1e-16, modes: 3}\n",
               "the lowest 3 eigenpairs of the second variation were not found: after 400 rounds a "
               "residual of ",
               false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_state_has_its_energy_and_eigenvalue),
        cmocka_unit_test(a_wire_ends_in_a_fold_at_its_critical_current),
        cmocka_unit_test(a_long_body_feels_its_own_field),
        cmocka_unit_test(a_ring_with_a_phase_of_pi_holds_half_a_quantum),
        cmocka_unit_test(half_a_quantum_is_the_same_in_time_and_after_the_fact),
        cmocka_unit_test(an_offset_is_worth_its_part_of_a_quantum),
        cmocka_unit_test(an_image_lies_over_the_box_round_the_film),
        cmocka_unit_test(images_that_are_none_are_named),
        cmocka_unit_test(wrong_cases_say_what_is_wrong),
        cmocka_unit_test(failures_of_the_numerics_are_told_plainly),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
