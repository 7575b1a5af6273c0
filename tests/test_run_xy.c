// Cases of the engine xy: runs that were interrupted or killed and resumed tell the same numbers; wrong
// cases are refused with the line.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_run.h"
#include "test_run_context.h"

#include <signal.h>
#include <sys/wait.h>

#define PHASES                                                                                     \
    "fluxoid: 1\n"                                                                                 \
    "engine: xy\n"                                                                                 \
    "xy:\n"                                                                                        \
    "  size: 32\n"                                                                                 \
    "  temperature: [0.7, 0.9, 1.2]\n"                                                             \
    "  sweeps: 200000\n"                                                                           \
    "  correlations: true\n"                                                                       \
    "  heat_bath: 1\n"                                                                             \
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

#define XY "fluxoid: 1\nengine: xy\nxy:\n  temperature: 1\n  "

// Threads of a pool do not survive fork(), so that the parent keeps to one.

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
    json_t *root = json_of(result), *point;
    size_t k;
    json_object_del(root, "wall_s");
    json_array_foreach(json_object_get(root, "points"), k, point)
    {
        json_object_del(point, "wall_s");
    }
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

// What is interrupted lies beside a file of its own case, also where an older run had ended there,
// and in a sweep also where an older one was interrupted later.
static void an_edited_case_is_resumed_over_an_older_file(void **state)
{
    (void)state;
    static const struct {
        const char *older, *edited;
        bool older_stops;
    } rows[] = {{PHASES, PHASES "  seed: 5\n", false},
                {ARRAY, ARRAY "  flux: 0.25\n", false},
                {ARRAY, ARRAY "  flux: 0.25\n", true},
                {PHASES "sweep: {xy.seed: [1, 2]}\n", ARRAY "sweep: {xy.seed: [1, 2]}\n", true}};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        const char *path = "xy-edited.h5";
        flx_run_result *result = NULL;
        assert_int_equal(run_to(path, rows[k].older, rows[k].older_stops, false, &result),
                         rows[k].older_stops ? FLX_INTERRUPTED : FLX_OK);
        flx_run_result_free(result);
        assert_int_equal(run_to(path, rows[k].edited, false, false, &result), FLX_OK);
        json_t *whole = without_time(result);
        assert_int_equal(run_to(path, rows[k].older, rows[k].older_stops, false, &result),
                         rows[k].older_stops ? FLX_INTERRUPTED : FLX_OK);
        flx_run_result_free(result);
        assert_int_equal(run_to(path, rows[k].edited, true, false, &result), FLX_INTERRUPTED);
        flx_run_result_free(result);
        assert_int_equal(run_to(path, rows[k].edited, false, true, &result), FLX_OK);
        assert_same(whole, result);
        json_decref(whole);
        unlink(path);
    }
}

// The voltage of a driven array lies between nothing and that of its shunts alone.
static void an_array_has_a_voltage(void **state)
{
    (void)state;
    json_t *root = summary_of(ctx, ARRAY), *points = json_object_get(root, "dynamics");
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
}

// Value and error of an average of the first temperature of a case.
static flx_xy_estimate average_of(const char *text, const char *name)
{
    json_t *root = summary_of(ctx, text), *list = json_object_get(root, "temperatures");
    json_t *item = json_object_get(json_array_get(list, 0), name);
    flx_xy_estimate e = {number(item, "value", NULL), number(item, "error", NULL), 0};
    json_decref(root);
    return e;
}

// The same system said in two ways; energies differ by chance alone. Five standard errors happen once in
// two million comparisons.
static void the_same_lattice_said_otherwise_is_the_same(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        // one flux as a number and as a function: other gauges
        {"flux: 0.25", "flux: \"if(x > 0, 0.25, 0)\""},
        {"flux: 0.125, lattice: triangular", "flux: \"if(x > 0, 0.125, 0)\", lattice: triangular"},
        {"flux: 0.1, open: xy", "flux: \"if(x > 0, 0.1, 0)\", open: xy"},
        // two rows of half a quantum a plaquette, and the bonds between them turned by 180 degrees
        {"flux: \"if(abs(y - 3.5) < 0.5 or y > 7, 0.5, 0)\", open: x",
         "phase: {x: \"if(y > 3.5, 180, 0)\"}, open: x"},
        // what can be gauged away: theta = 20 degrees x y
        {"open: xy", "phase: {x: 20 y, y: 20 x}, open: xy"},
        // an axis called otherwise
        {"lattice: cubic, size: [4, 4, 6], open: z", "lattice: cubic, size: [6, 4, 4], open: x"},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        flx_xy_estimate e[2];
        for (int j = 0; j < 2; j++) {
            char text[512];
            bool sized = strstr(rows[k][j], "size") != NULL;
            snprintf(text, sizeof text,
                     "fluxoid: 1\nengine: xy\nxy: {%stemperature: 0.9, sweeps: 100000, %s}\n",
                     sized ? "" : "size: 8, ", rows[k][j]);
            e[j] = average_of(text, "energy");
        }
        if (fabs(e[0].value - e[1].value) > 5 * hypot(e[0].error, e[1].error))
            fail_msg("%s: %g +- %g, %s: %g +- %g", rows[k][0], e[0].value, e[0].error, rows[k][1],
                     e[1].value, e[1].error);
    }
}

// At rest an array samples what Monte Carlo samples, also where every junction differs. The step of 0.1
// leaves less than 2e-4 (test_rsj.c).
static void an_uneven_array_rests_as_its_lattice_does(void **state)
{
    (void)state;
    static const char *const uneven[] = {
        "flux: \"if(x < 2, 0.25, 0)\"", "disorder: {coupling: 0.6, phase: 0.7, seed: 4}",
        "flux: 0.125, disorder: {coupling: 0.3}, phase: {x: 40 y degree}"};
    for (size_t k = 0; k < sizeof uneven / sizeof *uneven; k++) {
        char text[320];
        snprintf(text, sizeof text,
                 "fluxoid: 1\nengine: xy\nxy: {size: 4, temperature: 0.6, sweeps: 100000, %s}\n",
                 uneven[k]);
        flx_xy_estimate lattice = average_of(text, "energy");
        snprintf(text, sizeof text,
                 "fluxoid: 1\nengine: xy\nxy: {size: 4, temperature: 0.6, %s,\n"
                 "  dynamics: {current: 0, boundary: periodic, time: 100000}}\n",
                 uneven[k]);
        json_t *root = summary_of(ctx, text);
        const json_t *point = json_array_get(json_object_get(root, "dynamics"), 0);
        double error = number(point, "energy_error_EJ", NULL);
        assert_true(error < 4e-3);
        assert_near(number(point, "energy_EJ", NULL), lattice.value,
                    4 * hypot(error, lattice.error) + 2e-4);
        json_decref(root);
    }
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
         "test.yaml:7: xy.dynamics: the dynamics are those of a square lattice with all its sites, "
         "periodic, and find no transition by themselves"},
        {"fluxoid: 1\nengine: xy\nxy:\n  size: 8\n  temperature: 1\n"
         "  dynamics: {current: [0.2, 0.1]}\n",
         "test.yaml:6: xy.dynamics.current: 0.1 follows 0.2; currents must rise"},
        {XY "size: [8]\n", "test.yaml:5: xy.size: 1 numbers were given; this lattice has 2 axes"},
        {XY "size: 8.5\n",
         "test.yaml:5: xy.size: '8.5' was given; wanted is a whole number, 2 to 16384"},
        {XY "size: 8\n  lattice: hexagonal\n",
         "test.yaml:6: xy.lattice: 'hexagonal' is none of square/triangular/cubic"},
        {XY "size: 8\n  open: w\n", "test.yaml:6: xy.open: 'w' is none of none/x/y/z/xy/xz/yz/xyz"},
        {XY "size: 8\n  open: z\n",
         "test.yaml:6: xy.open: 'z' was given; a square lattice has no axis z"},
        {XY "size: 8\n  open: xyz\n",
         "test.yaml:6: xy.open: 'xyz' was given; a square lattice has no axis z"},
        {XY "size: 8\n  phase: {z: 90}\n",
         "test.yaml:6: xy.phase.z: a square lattice has no bonds of it"},
        {XY "size: 8\n  flux: if(x < 1, 0.3, 0)\n",
         "test.yaml:4: xy: the flux through the periodic lattice is 2.4 Phi0, allowed is an "
         "integer; "
         "change flux or size, or open a border"},
        {XY "size: 8\n  phase: {x: 10 y}\n  clusters: 1\n",
         "test.yaml:4: xy: clusters is 1, but clusters are right for the XY model without flux and "
         "phases alone; leave it 0"},
        {XY "size: 8\n  dynamics: {current: 0.1, boundary: periodic}\n",
         "test.yaml:6: xy.dynamics.boundary: a periodic array carries no current, and 0.1 I_c was "
         "given; write current: 0, or boundary: fluctuating"},
        {XY "size: 8\n  flux: 0.3\n",
         "test.yaml:4: xy: the flux through the periodic lattice is 19.2 Phi0, allowed is an "
         "integer; change flux or size, or open a border"},
        {XY "size: 32\n  find_transition: true\n  lattice: triangular\n",
         "test.yaml:6: xy.find_transition: the law of the transition is that of a square lattice, "
         "as long as wide, periodic, without flux and phases"},
        {XY "size: 32\n  find_transition: true\n",
         "test.yaml:4: xy.temperature: 1 temperatures were given; three or more around the "
         "transition are needed to find it"},
        {XY "size: 8\n  film: {critical_temperature: 9 K}\n",
         "test.yaml:6: xy.film: wanted is one of sheet_resistance, kinetic_inductance, or "
         "penetration_depth with thickness"},
        {XY "size: 8\n  film: {critical_temperature: 9 K, sheet_resistance: 1 T}\n",
         "test.yaml:6:55: xy.film.sheet_resistance: '1 T' is in T; wanted is a resistance, e.g. 2 "
         "kohm"},
        {XY "size: 8\n  film: {critical_temperature: 9}\n",
         "test.yaml:6:32: xy.film.critical_temperature: '9' has no unit; wanted is a temperature, "
         "e.g. 4.2 K"},
        {XY "size: 8\n  disorder: {coupling: 2}\n",
         "test.yaml:6: xy.disorder.coupling: '2' is out of range; wanted is a bare number, 0 to 1"},
        {XY "size: 8\n  disorder: {phase: 1}\n  correlations: true\n",
         "test.yaml:6: xy.disorder: there are neither clusters nor correlations where bonds have "
         "phases of their own; leave those off, or xy.disorder.phase 0"},
        {XY "size: 8\n  open: xy\n  correlations: true\n",
         "test.yaml:4: xy: correlations are those along periodic axes, of which there is none"},
        {XY "size: 8\n  sweeps: 0\n",
         "test.yaml:6: xy.sweeps: '0' is out of range; wanted is a whole number, 1 to 2000000000"},
        {XY "size: 8\n  dynamics: {current: 0.1, dt: 2}\n",
         "test.yaml:6: xy.dynamics.dt: '2' is out of range; wanted is a bare number, 1e-06 to 1"},
        {"fluxoid: 1\nengine: xy\nxy:\n  size: 8\n  temperature: {from: 1, to: 2}\n",
         "test.yaml:5: xy.temperature: 'steps' is missing: a whole number, 1 to 1000"},
        {"fluxoid: 1\nengine: xy\nxy:\n  size: 48\n  temperature: [0.8, 0.9, 1]\n"
         "  find_transition: true\n  sizes: [8, 16, 24]\n",
         "test.yaml:7: xy.sizes: 3 sizes were given; wanted are four or more"},
        {"fluxoid: 1\nengine: xy\nxy:\n  size: 32\n  temperature: [0.8, 0.9, 1]\n"
         "  find_transition: true\n",
         "test.yaml:4: xy: a lattice of 32 sites gives fewer than four sizes from 16 on; make it "
         "48 "
         "or larger, or give xy.sizes"},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        flx_case *c = NULL;
        flx_case_source source = {
            .text = rows[k].text, .length = strlen(rows[k].text), .name = "test.yaml"};
        assert_int_equal(flx_case_create(ctx, &source, &c), FLX_ERR_INPUT);
        assert_string_equal(flx_ctx_error(ctx), rows[k].message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_resumed_run_tells_the_same),
        cmocka_unit_test(an_edited_case_is_resumed_over_an_older_file),
        cmocka_unit_test(an_array_has_a_voltage),
        cmocka_unit_test(the_same_lattice_said_otherwise_is_the_same),
        cmocka_unit_test(an_uneven_array_rests_as_its_lattice_does),
        cmocka_unit_test(wrong_cases_are_refused_with_the_line),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
