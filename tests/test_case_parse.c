// Right cases: the examples, every section, edits, sweeps, documentation of keys.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/keys.h"
#include "fluxoid/case.h"
#include "test.h"

static flx_ctx *ctx;

static int setup(void **state)
{
    (void)state;
    ctx = flx_ctx_create();
    return ctx ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    flx_ctx_free(ctx);
    return 0;
}

static flx_case *load(const char *name, const char *const *sets, int32_t n_set)
{
    char path[512];
    flx_case *c;
    snprintf(path, sizeof path, FLX_SOURCE_DIR "/examples/%s", name);
    if (flx_case_load(ctx, path, sets, n_set, &c) != FLX_OK)
        fail_msg("%s", flx_ctx_error(ctx));
    return c;
}

static flx_case *parse(const char *text)
{
    flx_case *c;
    if (flx_case_parse(ctx, text, strlen(text), "dir/c.yaml", &c) != FLX_OK)
        fail_msg("%s", flx_ctx_error(ctx));
    return c;
}

static double at_zero(const flx_expr *expr)
{
    return flx_expr_eval(expr, (const double[3]){0, 0, 0}, 0);
}

static void the_weak_link_is_read(void **state)
{
    (void)state;
    flx_case *c = load("weak-link.yaml", NULL, 0);
    assert_string_equal(c->title, "Weak link with two holes");
    assert_string_equal(c->engine, "tdgl");
    assert_int_equal(c->n_let, 3);
    assert_near(c->lets[1].value, 17.5, 0);
    assert_near(c->scales.Lambda, 40e-6, 1e-20);
    assert_near(c->u, 5.79, 0);
    assert_near(c->gamma, 1, 0);
    // 5 um are 10 xi; W and L are names of ours, not watt and litre
    const flx_case_film *film = &c->films[0];
    assert_int_equal(film->shape.n_item, 3);
    assert_near(film->shape.item[0].size[0], 10, 0);
    assert_near(film->shape.item[0].size[1], 35, 0);
    assert_int_equal(film->shape.item[1].verb, FLX_SHAPE_CUT);
    assert_near(film->shape.item[1].rotate, 45, 0);
    assert_near(film->shape.item[2].at[0], -(sqrt(2) * 5 + 5.0 / 3) / 2 / 0.5, 1e-13);
    assert_int_equal(film->shape.item[1].line, 14);
    assert_int_equal(film->n_hole, 2);
    assert_string_equal(film->holes[1].name, "square");
    assert_near(film->holes[0].shape.item[0].size[0], 5.0 / 3, 1e-14);
    assert_int_equal(c->n_terminal, 2);
    assert_near(at_zero(c->terminals[0].current), 12e-6, 1e-20);
    assert_near(at_zero(c->terminals[1].current), -12e-6, 1e-20);
    assert_int_equal(c->terminals[0].psi, FLX_TERMINAL_NORMAL);
    assert_near(c->probes[0].point[1][1], -14, 1e-13);
    assert_near(c->mesh.opts.max_edge, 0.5, 0);
    assert_int_equal(c->n_field, 1);
    assert_near(at_zero(c->fields[0].value), 4e-4, 1e-19);
    assert_near(c->run.time, 250, 0);
    assert_near(c->run.average_from, 100, 0);
    assert_near(c->run.opts.tolerance, 1e-3, 0);
    assert_near(c->run.frame_interval, 2.5, 0);
    assert_int_equal(flx_case_points(c), 1);
    flx_case_free(c);
}

static void the_ring_sweeps_its_field(void **state)
{
    (void)state;
    flx_case *c = load("ring.yaml", NULL, 0), *point;
    assert_int_equal(flx_case_points(c), 41);
    assert_true(c->axes[0].carry);
    assert_near(c->axes[0].value[3], 3e-4, 1e-19);
    assert_string_equal(c->axes[0].text[40], "4 mT");
    assert_int_equal(c->start.winding[0].winding, 1);
    assert_string_equal(c->loops[0].name, "middle");
    assert_near(c->run.stop_steady, 1e-8, 0);
    int32_t index[1];
    assert_int_equal(flx_case_point(ctx, c, 7, index, &point), FLX_OK);
    assert_int_equal(index[0], 7);
    assert_near(at_zero(point->fields[0].value), 7e-4, 1e-18);
    assert_int_equal(point->n_axis, 0);
    assert_int_equal(flx_case_points(point), 1);
    flx_case_free(point);
    assert_int_equal(flx_case_point(ctx, c, 41, NULL, &point), FLX_ERR_INPUT);
    flx_case_free(c);
}

static void the_last_axis_runs_fastest(void **state)
{
    (void)state;
    flx_case *c = load("field-cool.yaml", NULL, 0), *point;
    assert_int_equal(flx_case_points(c), 25);
    int32_t index[2];
    assert_int_equal(flx_case_point(ctx, c, 8, index, &point), FLX_OK);
    assert_int_equal(index[0], 1);
    assert_int_equal(index[1], 3);
    assert_near(at_zero(point->fields[0].value), 5e-4, 1e-19);
    assert_int_equal(point->start.seed, 4);
    assert_true(point->start.normal);
    assert_near(point->start.noise, 1e-3, 0);
    // epsilon rises from -1 to 1 in 50 tau0
    const flx_expr *eps = point->layers[0].epsilon;
    assert_near(flx_expr_eval(eps, (const double[3]){0, 0, 0}, 25), 0, 0);
    assert_int_equal(flx_expr_uses(eps), FLX_EXPR_T);
    flx_case_free(point);
    flx_case_free(c);
}

static const char everything[] =
    "fluxoid: 1\n"
    "units: {length: 500 nm}\n"
    "let: {I: 2*J, J: 1 uA, size: 10 xi}\n"
    "reference_layer: top\n"
    "layers:\n"
    "  low: {coherence_length: 0.1 um, pearl_length: 4 um, thickness: 10 nm, z: 1 um, u: 1, gamma: "
    "0, "
    "conductivity: 1e7 S/m}\n"
    "  top: {coherence_length: 0.1 um, penetration_depth: 200 nm, thickness: 10 nm, u: 1, gamma: "
    "0, "
    "conductivity: 1e7 S/m, Tc: 1.2 K}\n"
    "films:\n"
    "  a: {layer: top, shape: [{ellipse: {radii: [size, 20 xi]}}, {common: {polygon: {points: [[0, "
    "0], [1, 0], [0, 1]], scale: 2, mirror: x}}}]}\n"
    "  b: {layer: low, shape: {path: {points: [[0, 0], [4, 0]], width: 1, scale: [1, 3]}}, holes: "
    "{h: "
    "{circle: {radius: 0.1}}}}\n"
    "terminals:\n"
    "  p: {film: a, shape: [box: {size: 1}], psi: free}\n"
    "  q: {film: a, shape: [box: {size: 1}], psi: 0.5}\n"
    "  r: {film: a, shape: [box: {size: 1}]}\n"
    "mesh: {max_edge: 0.2, grading: 0.5, refine: [{near: point, at: [1, 0], distance: 1, max_edge: "
    "0.1}, {near: holes, distance: 2 xi, max_edge: 0.3 xi}]}\n"
    "drive:\n"
    "  field:\n"
    "  - {uniform: '1 mT*ramp(t, 0, 5)*x'}\n"
    "  - {loop: {radius: 2, at: [1, 0], z: 3, current: 1 mA*t}}\n"
    "  - {dipole: {at: [0, 0, 2], moment: [0 A m^2, 0 A m^2, 1e-15 A m^2]}}\n"
    "  - {file: {path: map.h5, factor: sin(t)}}\n"
    "  current: {p: I, q: -J, r: -J}\n"
    "start: {winding: {h: -2}, vortices: [{at: [0, 0.2], winding: -1}], from: {file: old.h5, time: "
    "3 "
    "tau0}}\n"
    "tdgl: {time: 50 tau0, frames: 5 tau0, checkpoint: 10 tau0, integrator: rk32, "
    "stop_when_steady: "
    "true, stop_when: 'winding.h != -2 or abs(current.p) > 3 uA'}\n"
    "loops: {l: [circle: {radius: 0.2}]}\n";

static void every_section_arrives(void **state)
{
    (void)state;
    flx_case *c = parse(everything);
    assert_near(c->length, 5e-7, 1e-21); // tolerances here: a few roundings
    assert_int_equal(c->reference, 1);
    assert_near(c->layers[0].material.lambda, 2e-7, 1e-21); // sqrt(Lambda d)
    assert_near(c->layers[0].material.z, 1e-6, 0);
    assert_true(c->scales.tau0 > 0);
    const flx_case_film *a = &c->films[0], *b = &c->films[1];
    assert_near(a->shape.item[0].size[0], 10, 0);
    assert_int_equal(a->shape.item[1].verb, FLX_SHAPE_COMMON);
    assert_near(a->shape.item[1].points[2], 5, 1e-14);
    assert_true(a->shape.item[1].mirror_x && !a->shape.item[1].mirror_y);
    assert_near(a->shape.item[1].scale[1], 2, 0);
    assert_near(b->shape.item[0].scale[1], 3, 0);
    assert_near(b->shape.item[0].width, 5, 1e-14);
    assert_int_equal(b->layer, 0);
    assert_int_equal(c->terminals[0].psi, FLX_TERMINAL_FREE);
    assert_int_equal(c->terminals[1].psi, FLX_TERMINAL_HELD);
    assert_near(c->terminals[1].amplitude, 0.5, 0);
    assert_near(at_zero(c->terminals[0].current), 2e-6, 1e-20);
    assert_near(c->mesh.opts.grading, 0.5, 0);
    assert_near(c->mesh.opts.max_edge, 1, 1e-14);
    assert_int_equal(c->mesh.refine[0].near, FLX_NEAR_POINT);
    assert_near(c->mesh.refine[0].at[0], 5, 1e-14);
    assert_near(c->mesh.refine[1].max_edge, 0.3, 0);
    assert_int_equal(c->n_field, 4);
    assert_near(flx_expr_eval(c->fields[0].value, (const double[3]){5, 0, 0}, 2.5), 5e-4, 1e-18);
    assert_int_equal(c->fields[1].kind, FLX_CASE_LOOP);
    assert_near(c->fields[1].at[2], 15, 1e-13);
    assert_near(c->fields[1].radius, 10, 1e-13);
    assert_near(c->fields[2].at[2], 10, 1e-13);
    assert_near(at_zero(c->fields[2].moment[2]), 1e-15, 1e-30);
    assert_string_equal(c->fields[3].path, "dir/map.h5");
    assert_int_equal(c->start.winding[0].film, 1);
    assert_int_equal(c->start.winding[0].winding, -2);
    assert_near(c->start.vortex[0].at[1], 1, 1e-14);
    assert_string_equal(c->start.from, "dir/old.h5");
    assert_near(c->start.from_time, 3, 0);
    assert_near(c->run.frame_interval, 5, 0);
    assert_near(c->run.checkpoint, 10, 0);
    assert_int_equal(c->run.opts.integrator, FLX_RK32);
    assert_near(c->run.stop_steady, 1e-6, 0);
    assert_int_equal(c->n_measured, 2);
    assert_int_equal(c->measured[0].kind, FLX_MEASURED_HOLE_WINDING);
    assert_int_equal(c->measured[0].film, 1);
    assert_int_equal(c->measured[1].kind, FLX_MEASURED_CURRENT);
    double unit = c->scales.K0 * c->scales.xi; // values measured are natural
    assert_true(flx_expr_holds(c->run.stop_when, 0, (const double[]){-2, 3.1e-6 / unit}));
    assert_false(flx_expr_holds(c->run.stop_when, 0, (const double[]){-2, 2.9e-6 / unit}));
    assert_int_equal(c->loops[0].shape.n_item, 1);
    flx_case_free(c);
}

static void edits_change_add_and_remove(void **state)
{
    (void)state;
    const char *const sets[] = {"drive.field=2 mT",
                                "sweep=null",
                                "tdgl.order=2",
                                "films.ring.shape.0.add.circle.radius=2",
                                "films.ring.shape.1={cut: {box: {size: [0.1, 9]}}}",
                                "start.normal={seed: 7}",
                                "start.winding=null"};
    flx_case *c = load("ring.yaml", sets, 7);
    assert_near(at_zero(c->fields[0].value), 2e-3, 1e-18);
    assert_int_equal(c->n_axis, 0);
    assert_int_equal(c->run.opts.order, 2);
    assert_near(c->films[0].shape.item[0].size[0], 10, 1e-14);
    assert_int_equal(c->films[0].shape.n_item, 2);
    assert_int_equal(c->start.seed, 7);
    assert_int_equal(c->start.n_winding, 0);
    // As used, it is the same case again.
    flx_case *again = parse(c->used);
    assert_string_equal(again->used, c->used);
    assert_near(again->films[0].shape.item[0].size[0], 10, 1e-14);
    flx_case_free(again);
    flx_case_free(c);
}

static void wrong_edits_are_refused(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"drive.field", "--set drive.field: no 'path.to.key=VALUE', e.g. --set drive.field='1 mT'"},
        {"=1", "--set =1: no 'path.to.key=VALUE', e.g. --set drive.field='1 mT'"},
        {"films.ring.shape.9=1", "--set films.ring.shape.9=1: '9' is no place in a list of 1; "
                                 "allowed: 0 to 1 (1 appends)"},
        {"title.a=1", "--set title.a=1: 'title' holds the value 'Fluxoid states of a ring in a "
                      "ramped field', not keys"},
        {"drive..field=1", "--set drive..field=1: an empty word in the path"},
        {"drive.field=[", "--set drive.field=[: not valid YAML: did not find expected node content "
                          "while parsing a flow node"},
        {"mesh.max_edge=1 mT", "--set mesh.max_edge=1 mT: mesh.max_edge: '1 mT' is in T; wanted is "
                               "a length, e.g. 0.5 um"},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        flx_case *c;
        assert_int_equal(
            flx_case_load(ctx, FLX_SOURCE_DIR "/examples/ring.yaml", &rows[k][0], 1, &c),
            FLX_ERR_INPUT);
        assert_string_equal(flx_ctx_error(ctx), rows[k][1]);
    }
}

static void every_key_is_explained(void **state)
{
    (void)state;
    char *all, *one;
    assert_int_equal(flx_explain(ctx, NULL, &all), FLX_OK);
    for (int32_t k = 0; k < flx_key_count(); k++) {
        flx_key_buffer buffer;
        char line[128];
        flx_key key = flx_key_at(k, &buffer);
        snprintf(line, sizeof line, "%s\n    %s\n", key.path, key.text);
        if (!strstr(all, line))
            fail_msg("%s is not explained", key.path);
        assert_int_equal(flx_key_find(key.path), k); // once
        assert_int_equal(flx_explain(ctx, key.path, &one), FLX_OK);
        assert_memory_equal(one, key.path, strlen(key.path));
        flx_text_free(one);
    }
    flx_text_free(all);
    assert_int_equal(flx_explain(ctx, "layers.al.gamma", &one), FLX_OK);
    assert_string_equal(one, "layers.*.gamma\n    Strength of inelastic pair breaking, 2 tau_E "
                             "Delta_0/hbar.\n    Takes a bare number, >= 0. Default: 10.\n");
    flx_text_free(one);
    assert_int_equal(flx_explain(ctx, "drive.feild", &one), FLX_ERR_INPUT);
    assert_string_equal(flx_ctx_error(ctx),
                        "there is no key 'drive.feild'; did you mean 'drive.field'?");
}

static void every_failed_allocation_is_an_error(void **state)
{
    (void)state;
    char *text = NULL;
    flx_case *c;
    for (int64_t n = 1;; n++) {
        flx_ctx_fail_allocation(ctx, n);
        flx_status status = flx_case_parse(ctx, everything, sizeof everything - 1, "c.yaml", &c);
        if (status == FLX_OK)
            status = flx_explain(ctx, "mesh", &text);
        flx_ctx_fail_allocation(ctx, 0);
        flx_text_free(text);
        flx_case_free(c);
        if (status == FLX_OK)
            break;
        assert_int_equal(status, FLX_ERR_MEMORY);
        assert_true(n < 2000);
    }
}

// Bytes of a good case changed, cut and doubled at random: nothing but a case or an error.
static void damaged_texts_are_cases_or_errors(void **state)
{
    (void)state;
    static char text[sizeof everything + 64];
    uint64_t random = 99;
    int good = 0;
    for (int k = 0; k < 1500; k++) {
        size_t length = sizeof everything - 1;
        memcpy(text, everything, length);
        for (int j = 0; j < 1 + k % 4; j++) {
            random = random * 6364136223846793005U + 1442695040888963407U;
            size_t at = (size_t)(random >> 33) % length;
            if (random & 1 << 20)
                text[at] = "{}[]:,-\n 0(a*&|\"'#\xc3"[(random >> 50) % 19];
            else
                memmove(text + at, text + at + 1, --length - at);
        }
        flx_case *c;
        flx_status status = flx_case_parse(ctx, text, length, "c.yaml", &c);
        good += status == FLX_OK;
        assert_true(status == FLX_OK || status == FLX_ERR_INPUT || status == FLX_ERR_UNAVAILABLE);
        flx_case_free(c);
    }
    assert_true(good > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_weak_link_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(the_ring_sweeps_its_field, setup, teardown),
        cmocka_unit_test_setup_teardown(the_last_axis_runs_fastest, setup, teardown),
        cmocka_unit_test_setup_teardown(every_section_arrives, setup, teardown),
        cmocka_unit_test_setup_teardown(edits_change_add_and_remove, setup, teardown),
        cmocka_unit_test_setup_teardown(wrong_edits_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(every_key_is_explained, setup, teardown),
        cmocka_unit_test_setup_teardown(every_failed_allocation_is_an_error, setup, teardown),
        cmocka_unit_test_setup_teardown(damaged_texts_are_cases_or_errors, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
