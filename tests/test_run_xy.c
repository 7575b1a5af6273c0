// Cases of the engine xy: runs that were interrupted or killed and resumed tell the same numbers; wrong
// cases are refused with the line.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_run.h"

#include <signal.h>
#include <sys/wait.h>

#define PHASES                                                                                     \
    "fluxoid: 1\n"                                                                                 \
    "engine: xy\n"                                                                                 \
    "xy:\n"                                                                                        \
    "  size: 32\n"                                                                                 \
    "  temperature: [0.7, 0.9, 1.2]\n"                                                             \
    "  sweeps: 200000\n"                                                                           \
    "  find_transition: true\n"                                                                    \
    "  sizes: [8, 12, 16, 24]\n"                                                                   \
    "  transition_sweeps: 400000\n"

#define ARRAY                                                                                      \
    "fluxoid: 1\n"                                                                                 \
    "engine: xy\n"                                                                                 \
    "xy:\n"                                                                                        \
    "  size: [16, 12]\n"                                                                           \
    "  temperature: [0.5, 1.0]\n"                                                                  \
    "  dynamics: {current: [0.2, 0.6, 1.4], time: 400, capacitance: 0.5}\n"

// Threads of a pool do not survive fork(), so that the parent keeps to one.
static flx_ctx *ctx;

// Asks to stop at every look, so that each call goes on by one stretch only.
static bool at_once(void *user)
{
    (void)user;
    return true;
}

static flx_status run_to(const char *path, const char *text, bool stop, bool resume,
                         flx_run_result **out)
{
    flx_case *c = case_of(ctx, text, NULL, 0);
    flx_run_opts opts = flx_run_opts_default();
    opts.output = path;
    opts.resume = resume;
    opts.checkpoint_seconds = 0.005;
    opts.should_stop = stop ? at_once : NULL;
    flx_status status = flx_run(ctx, c, &opts, out);
    if (status < 0)
        fail_msg("%s", flx_ctx_error(ctx));
    flx_case_free(c);
    return status;
}

static json_t *without_time(flx_run_result *result)
{
    json_t *root = json_of(result);
    json_object_del(root, "wall_s");
    flx_run_result_free(result);
    return root;
}

static void assert_same(json_t *whole, flx_run_result *result)
{
    json_t *other = without_time(result);
    if (!json_equal(whole, other))
        fail_msg("%s\n%s", json_dumps(whole, JSON_INDENT(1)), json_dumps(other, JSON_INDENT(1)));
    json_decref(other);
}

static void a_resumed_run_tells_the_same(void **state)
{
    (void)state;
    const char *texts[] = {PHASES, ARRAY};
    for (int k = 0; k < 2; k++) {
        flx_run_result *result;
        assert_int_equal(run_to("xy-whole.h5", texts[k], false, false, &result), FLX_OK);
        json_t *whole = without_time(result);
        // Stopped again and again; the stretches get longer by themselves.
        int stops = 0;
        flx_status status = run_to("xy-part.h5", texts[k], true, false, &result);
        while (status == FLX_INTERRUPTED && stops++ < 10000)
            status = run_to("xy-part.h5", texts[k], stops < 8, true, &result);
        assert_int_equal(status, FLX_OK);
        assert_true(stops >= 2);
        assert_same(whole, result);
        // Killed at some moment.
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) {
            forget_threads();
            run_to("xy-killed.h5", texts[k], false, false, &result);
            _exit(0);
        }
        usleep(60000);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        assert_int_equal(run_to("xy-killed.h5", texts[k], false, true, &result), FLX_OK);
        assert_same(whole, result);
        json_decref(whole);
        unlink("xy-whole.h5");
        unlink("xy-part.h5");
        unlink("xy-killed.h5");
    }
}

// The voltage of a driven array lies between nothing and that of its shunts alone.
static void an_array_has_a_voltage(void **state)
{
    (void)state;
    flx_run_result *result = run_text(ctx, ARRAY, NULL, FLX_OK);
    json_t *root = json_of(result), *points = json_object_get(root, "dynamics");
    assert_int_equal(json_array_size(points), 6);
    double before = 0;
    for (size_t k = 3; k < 6; k++) { // the warm one
        json_t *p = json_array_get(points, k);
        double i = number(p, "current_Ic", NULL), v = number(p, "voltage_IcR", NULL);
        assert_near(number(p, "T", NULL), 1, 0);
        assert_true(v > before && v < i);
        before = v;
    }
    json_decref(root);
    flx_run_result_free(result);
}

static void wrong_cases_are_refused_with_the_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"fluxoid: 1\nengine: xy\n",
         "test.yaml:1: 'xy' is missing, e.g. xy: {size: 64, temperature: 0.9}"},
        {"fluxoid: 1\nengine: xy\nxy:\n  size: 8\n  temperature: [1, 0.9]\n",
         "test.yaml:5: xy.temperature: 0.9 follows 1; temperatures must rise"},
        {"fluxoid: 1\nengine: xy\nxy:\n  size: 8\n  temperature: 1\n  dynamics: {time: 5}\n",
         "test.yaml:6: xy.dynamics: 'current' is missing: a number, a list, or {from, to, steps}"},
        {"fluxoid: 1\nengine: xy\nxy:\n  size: 8\n  temperature: 1\n  lattice: triangular\n"
         "  dynamics: {current: 0.1}\n",
         "test.yaml:7: xy.dynamics: the dynamics are those of a square lattice of equal junctions, "
         "periodic, and find no transition by themselves"},
        {"fluxoid: 1\nengine: xy\nxy:\n  size: 8\n  temperature: 1\n"
         "  dynamics: {current: [0.2, 0.1]}\n",
         "test.yaml:6: xy.dynamics.current: 0.1 follows 0.2; currents must rise"},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        flx_case *c = NULL;
        flx_case_source source = {
            .text = rows[k].text, .length = strlen(rows[k].text), .name = "test.yaml"};
        assert_int_equal(flx_case_create(ctx, &source, &c), FLX_ERR_INPUT);
        assert_string_equal(flx_ctx_error(ctx), rows[k].message);
    }
}

static int begin(void **state)
{
    (void)state;
    ctx = flx_ctx_create();
    return ctx ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    flx_ctx_free(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_resumed_run_tells_the_same),
        cmocka_unit_test(an_array_has_a_voltage),
        cmocka_unit_test(wrong_cases_are_refused_with_the_line),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
