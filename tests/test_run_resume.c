// A run that was interrupted, or killed, and resumed leaves the bits of one that was not.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_run.h"
#include "test_run_context.h"

#include <signal.h>
#include <sys/wait.h>

// A bar in which vortices move; wall-clock and simulated checkpoints both on.
#define MOVING                                                                                     \
    "fluxoid: 1\n"                                                                                 \
    "units: {length: um}\n"                                                                        \
    "layers:\n"                                                                                    \
    "  base: {coherence_length: 0.5 um, penetration_depth: 2 um, thickness: 0.1 um, gamma: 1}\n"   \
    "films: {bar: {layer: base, shape: [box: {size: [4, 8]}],\n"                                   \
    "              holes: {hole: [circle: {radius: 0.7}]}}}\n"                                     \
    "terminals:\n"                                                                                 \
    "  top: {film: bar, shape: [box: {size: [4.4, 0.2], at: [0, 4]}]}\n"                           \
    "  bottom: {film: bar, shape: [box: {size: [4.4, 0.2], at: [0, -4]}]}\n"                       \
    "probes: {v: [[0.1, 3], [0, -3]]}\n"                                                           \
    "mesh: {max_edge: 1 xi}\n"                                                                     \
    "drive:\n"                                                                                     \
    "  field: 0.5 mT * (1 + 0.1 sin(t))\n"                                                         \
    "  current: {top: 12 uA, bottom: -12 uA}\n"                                                    \
    "tdgl: {time: 40 tau0, frames: 7 tau0, checkpoint: 3 tau0, average_from: 10 tau0}\n"

// Stops after a number of steps; the wall-clock checkpoints fall anywhere.
static bool stop_after(void *user)
{
    int *left = user;
    return --*left == 0;
}

static flx_status run_to(const char *path, const char *text, int steps, bool resume,
                         flx_run_result **out)
{
    flx_case *c = case_of(ctx, text, NULL, 0);
    flx_run_opts opts = flx_run_opts_default();
    opts.output = path;
    opts.resume = resume;
    opts.checkpoint_seconds = 0.01;
    opts.should_stop = steps > 0 ? stop_after : NULL;
    opts.user = &steps;
    flx_status status = flx_run(ctx, c, &opts, out);
    if (status < 0)
        fail_msg("%s", flx_ctx_error(ctx));
    flx_case_free(c);
    return status;
}

static void assert_same_frames(flx_file *a, flx_file *b)
{
    flx_mesh *mesh = NULL;
    assert_int_equal(flx_file_read_mesh(a, &mesh), FLX_OK);
    assert_int_equal(flx_file_frame_count(a), flx_file_frame_count(b));
    for (int32_t k = 0; k < flx_file_frame_count(a); k++) {
        flx_frame_data *p = NULL, *q = NULL;
        assert_int_equal(flx_file_read_frame(a, mesh, k, &p), FLX_OK);
        assert_int_equal(flx_file_read_frame(b, mesh, k, &q), FLX_OK);
        assert_true(p->frame.time == q->frame.time && p->frame.step == q->frame.step);
        size_t n = (size_t)mesh->n_site, n_edge = (size_t)mesh->n_edge;
        assert_memory_equal(p->frame.psi, q->frame.psi, n * sizeof *p->frame.psi);
        assert_memory_equal(p->frame.mu, q->frame.mu, n * sizeof *p->frame.mu);
        assert_memory_equal(p->frame.a, q->frame.a, n_edge * sizeof *p->frame.a);
        assert_int_equal(p->frame.a_dot == NULL, q->frame.a_dot == NULL);
        if (p->frame.a_dot)
            assert_memory_equal(p->frame.a_dot, q->frame.a_dot, n_edge * sizeof *p->frame.a_dot);
        assert_memory_equal(p->extra.supercurrent, q->extra.supercurrent, n_edge * sizeof(double));
        flx_frame_data_free(p);
        flx_frame_data_free(q);
    }
    flx_mesh_free(mesh);
}

static void assert_same_series(flx_file *a, flx_file *b)
{
    flx_series *p = NULL, *q = NULL;
    assert_int_equal(flx_file_read_series(a, &p), FLX_OK);
    assert_int_equal(flx_file_read_series(b, &q), FLX_OK);
    assert_int_equal(p->n_row, q->n_row);
    assert_int_equal(p->n_column, q->n_column);
    assert_memory_equal(p->step, q->step, (size_t)p->n_row * sizeof *p->step);
    for (int32_t k = 0; k < p->n_column; k++)
        assert_memory_equal(p->column[k], q->column[k], (size_t)p->n_row * sizeof(double));
    flx_series_free(p);
    flx_series_free(q);
}

static void assert_same_files(const char *a, const char *b)
{
    flx_file *p = NULL, *q = NULL;
    assert_int_equal(flx_file_open(ctx, a, FLX_FILE_READ, &p), FLX_OK);
    assert_int_equal(flx_file_open(ctx, b, FLX_FILE_READ, &q), FLX_OK);
    assert_same_frames(p, q);
    assert_same_series(p, q);
    flx_file_close(p);
    flx_file_close(q);
}

static void assert_same_summary(const flx_run_result *a, const flx_run_result *b)
{
    json_t *p = json_of(a), *q = json_of(b);
    json_object_del(p, "wall_s");
    json_object_del(q, "wall_s");
    assert_true(json_equal(p, q));
    json_decref(p);
    json_decref(q);
}

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

static void an_interrupted_run_ends_with_the_same_bits(void **state)
{
    (void)state;
    flx_run_result *whole = NULL, *part = NULL;
    assert_int_equal(run_to("whole.h5", MOVING, 0, false, &whole), FLX_OK);
    assert_false(is_there("whole.h5-checkpoint"));
    // At the first steps, where the multistep formula has no history yet, and anywhere.
    const int stops[] = {1, 2, 3, 5, 17, 40};
    flx_status status = run_to("parts.h5", MOVING, stops[0], false, &part);
    for (size_t k = 1; k <= sizeof stops / sizeof *stops; k++) {
        assert_int_equal(status, FLX_INTERRUPTED);
        assert_true(is_there("parts.h5-checkpoint"));
        flx_run_result_free(part);
        status = run_to("parts.h5", MOVING, k < sizeof stops / sizeof *stops ? stops[k] : 0, true,
                        &part);
    }
    assert_int_equal(status, FLX_OK);
    assert_same_files("whole.h5", "parts.h5");
    assert_same_summary(whole, part);
    flx_run_result_free(whole);
    flx_run_result_free(part);
}

static void every_integrator_resumes_with_the_same_bits(void **state)
{
    (void)state;
    static const char *const kinds[] = {"integrator: rk32", "integrator: euler-explicit",
                                        "integrator: bdf, order: 2",
                                        "integrator: bdf, adaptive: false, dt: 0.1 tau0"};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        char text[2000];
        flx_run_result *whole = NULL, *part = NULL;
        snprintf(text, sizeof text,
                 RING "start: {normal: {noise: 0.1, seed: 5}}\n"
                      "drive: {field: 1 mT}\n"
                      "tdgl: {time: 4 tau0, frames: 1.5 tau0, dt: 1e-3 tau0, "
                      "%s}\n",
                 kinds[k]);
        if (strstr(kinds[k], "dt:")) // given twice otherwise
            memcpy(strstr(text, "dt: 1e-3 tau0, "), "               ", 15);
        assert_int_equal(run_to("whole.h5", text, 0, false, &whole), FLX_OK);
        assert_int_equal(run_to("parts.h5", text, 13, false, &part), FLX_INTERRUPTED);
        flx_run_result_free(part);
        assert_int_equal(run_to("parts.h5", text, 0, true, &part), FLX_OK);
        assert_same_files("whole.h5", "parts.h5");
        assert_same_summary(whole, part);
        flx_run_result_free(whole);
        flx_run_result_free(part);
    }
}

// Random numbers are made again, for either kind of noise; the helicity is that of all steps.
static void a_fluctuating_run_resumes_with_the_same_bits(void **state)
{
    (void)state;
    for (int gamma = 0; gamma < 2; gamma++) {
        char text[sizeof MOVING + 100] = "";
        const char *tdgl = strstr(MOVING, "tdgl: {") + 7;
        snprintf(text, sizeof text, "%.*stemperature_noise: 0.1, seed: 7, %s", (int)(tdgl - MOVING),
                 MOVING, tdgl);
        *(strstr(text, "gamma: 1") + 7) = (char)('0' + gamma);
        flx_run_result *whole = NULL, *part = NULL;
        assert_int_equal(run_to("whole.h5", text, 0, false, &whole), FLX_OK);
        assert_int_equal(run_to("parts.h5", text, 1, false, &part), FLX_INTERRUPTED);
        flx_run_result_free(part);
        assert_int_equal(run_to("parts.h5", text, 64, true, &part), FLX_INTERRUPTED);
        flx_run_result_free(part);
        assert_int_equal(run_to("parts.h5", text, 0, true, &part), FLX_OK);
        assert_same_files("whole.h5", "parts.h5");
        assert_same_summary(whole, part);
        json_t *json = json_of(whole), *noise = json_object_get(json, "noise");
        assert_true(json_number_value(json_object_get(noise, "temperature_E_s")) == 0.1);
        json_decref(json);
        flx_run_result_free(whole);
        flx_run_result_free(part);
    }
}

// Kills itself without a word after a number of steps.
static bool die_after(void *user)
{
    int *left = user;
    if (--*left == 0)
        kill(getpid(), SIGKILL);
    return false;
}

static void a_killed_run_ends_with_the_same_bits(void **state)
{
    (void)state;
    flx_run_result *whole = NULL, *part = NULL;
    assert_int_equal(run_to("whole.h5", MOVING, 0, false, &whole), FLX_OK);
    unlink("killed.h5");
    unlink("killed.h5-checkpoint");
    const int kills[] = {1, 20, 25, 22};
    for (size_t k = 0; k < sizeof kills / sizeof *kills; k++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            forget_threads();
            flx_case *c = case_of(ctx, MOVING, NULL, 0);
            flx_run_opts opts = flx_run_opts_default();
            int left = kills[k];
            opts.output = "killed.h5";
            opts.resume = true;
            opts.should_stop = die_after;
            opts.user = &left;
            flx_run(ctx, c, &opts, &part);
            _exit(0); // not reached while there are steps left
        }
        int how = 0;
        assert_int_equal(waitpid(pid, &how, 0), pid);
        assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);
    }
    assert_int_equal(run_to("killed.h5", MOVING, 0, true, &part), FLX_OK);
    assert_same_files("whole.h5", "killed.h5");
    assert_same_summary(whole, part);
    flx_run_result_free(part);
    // Once more: it is done, nothing is run.
    assert_int_equal(run_to("killed.h5", MOVING, 1, true, &part), FLX_OK);
    assert_same_summary(whole, part);
    flx_run_result_free(whole);
    flx_run_result_free(part);
}

static void the_file_of_another_case_is_not_resumed(void **state)
{
    (void)state;
    flx_run_result *part = NULL;
    assert_int_equal(run_to("parts.h5", MOVING, 4, false, &part), FLX_INTERRUPTED);
    flx_run_result_free(part);
    flx_case *c = case_of(ctx, MOVING, (const char *const[]){"tdgl.tolerance=2e-3"}, 1);
    flx_run_opts opts = flx_run_opts_default();
    opts.output = "parts.h5";
    opts.resume = true;
    assert_int_equal(flx_run(ctx, c, &opts, &part), FLX_ERR_INPUT);
    assert_null(part);
    assert_string_equal(flx_ctx_error(ctx),
                        "parts.h5: was made by another case, or the case was changed since; resume "
                        "with the case it holds or write to a new file");
    flx_case_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_interrupted_run_ends_with_the_same_bits),
        cmocka_unit_test(every_integrator_resumes_with_the_same_bits),
        cmocka_unit_test(a_fluctuating_run_resumes_with_the_same_bits),
        cmocka_unit_test(a_killed_run_ends_with_the_same_bits),
        cmocka_unit_test(the_file_of_another_case_is_not_resumed),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
