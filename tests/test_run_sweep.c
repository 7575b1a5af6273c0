// Sweeps: continuation, processes, resumption, failing points.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_run.h"
#include "test_run_context.h"

#include <signal.h>
#include <sys/wait.h>

// The summaries of all points without what the clock says.
static json_t *points_of(const flx_run_result *result)
{
    json_t *root = json_of(result), *points = json_incref(json_object_get(root, "points")), *point;
    size_t k;
    json_array_foreach(points, k, point)
    {
        json_object_del(point, "wall_s");
    }
    json_decref(root);
    assert_true(json_is_array(points));
    return points;
}

static flx_run_result *sweep(const char *text, const char *output, int32_t jobs, bool resume,
                             flx_status expected)
{
    flx_run_opts opts = flx_run_opts_default();
    opts.output = output;
    opts.jobs = jobs;
    opts.resume = resume;
    return run_text(ctx, text, &opts, expected);
}

// Cooled from noise: each point chooses its winding.
#define COOLING                                                                                    \
    RING "start: {normal: {noise: 0.1, seed: 1}}\n"                                                \
         "drive: {field: 1 mT}\n"                                                                  \
         "tdgl: {time: 6 tau0}\n"                                                                  \
         "sweep: {drive.field: [0 mT, 1 mT, 2 mT], start.normal.seed: [1, 2]}\n"

// Ramped: each point goes on from the one before.
#define RAMPED                                                                                     \
    RING "start: {winding: {hole: 1}}\n"                                                           \
         "drive: {field: 0 mT}\n"                                                                  \
         "tdgl: {time: 8 tau0, frames: 8 tau0}\n"                                                  \
         "sweep: {drive.field: {from: 0 mT, to: 1.2 mT, steps: 4, continue: true}}\n"

static void the_grid_is_run_with_the_last_axis_fastest(void **state)
{
    (void)state;
    flx_run_result *r = sweep(COOLING, NULL, 1, false, FLX_OK);
    json_t *points = points_of(r);
    assert_int_equal(json_array_size(points), 6);
    assert_int_equal(r->n_point, 6);
    for (size_t k = 0; k < 6; k++) {
        const json_t *set = json_object_get(json_array_get(points, k), "set");
        void *first = json_object_iter((json_t *)(uintptr_t)set); // in the order of the case
        assert_string_equal(json_object_iter_key(first), "drive.field");
        assert_near(number(set, "drive.field", NULL), 1e-3 * (double)(k / 2), 1e-18);
        assert_int_equal(number(set, "start.normal.seed", NULL), (int)(k % 2) + 1);
    }
    // Different seeds give different states, the same seed the same one.
    assert_true(number(json_array_get(points, 0), "energy_F0", NULL) !=
                number(json_array_get(points, 1), "energy_F0", NULL));
    json_decref(points);
    flx_run_result_free(r);
}

static void processes_change_no_number(void **state)
{
    (void)state;
    flx_run_result *one = sweep(COOLING, "sweep-1.h5", 1, false, FLX_OK);
    flx_run_result *two = sweep(COOLING, "sweep-2.h5", 2, false, FLX_OK);
    json_t *p = points_of(one), *q = points_of(two);
    assert_true(json_equal(p, q));
    json_decref(p);
    json_decref(q);
    flx_run_result_free(one);
    flx_run_result_free(two);
    // The output holds all points with their frames, and no file of a point is left.
    flx_file *file = NULL;
    assert_int_equal(flx_file_open(ctx, "sweep-2.h5", FLX_FILE_READ, &file), FLX_OK);
    assert_int_equal(flx_file_point_count(file), 6);
    assert_int_equal(flx_file_enter(file, "/points/005"), FLX_OK);
    // Points keep their first and last frame unless the case says more.
    assert_int_equal(flx_file_frame_count(file), 2);
    assert_true(flx_file_has(file, "summary"));
    flx_file_close(file);
    assert_int_not_equal(access("sweep-2.h5.p005", F_OK), 0);
    char *text = NULL;
    flx_measure_request request = {.group = "/points/005", .time = NAN};
    assert_int_equal(flx_measure_file(ctx, "sweep-2.h5", &request, &text), FLX_OK);
    flx_text_free(text);
}

static void a_continued_point_starts_from_the_last_state_of_the_one_before(void **state)
{
    (void)state;
    flx_run_result *r = sweep(RAMPED, "sweep-3.h5", 2, false, FLX_OK);
    flx_file *file = NULL;
    flx_mesh *mesh = NULL;
    assert_int_equal(flx_file_open(ctx, "sweep-3.h5", FLX_FILE_READ, &file), FLX_OK);
    assert_int_equal(flx_file_read_mesh(file, &mesh), FLX_OK);
    flx_frame_data *last = NULL;
    for (int k = 0; k < 4; k++) {
        char group[32];
        flx_frame_data *data = NULL;
        snprintf(group, sizeof group, "/points/%03d", k);
        assert_int_equal(flx_file_enter(file, group), FLX_OK);
        assert_int_equal(flx_file_read_frame(file, mesh, 0, &data), FLX_OK);
        if (last)
            assert_memory_equal(data->frame.psi, last->frame.psi,
                                (size_t)mesh->n_site * sizeof *data->frame.psi);
        flx_frame_data_free(data);
        flx_frame_data_free(last);
        assert_int_equal(flx_file_read_frame(file, mesh, flx_file_frame_count(file) - 1, &last),
                         FLX_OK);
    }
    flx_frame_data_free(last);
    flx_mesh_free(mesh);
    flx_file_close(file);
    flx_run_result_free(r);
}

static void a_new_mesh_for_each_point_carries_the_state_too(void **state)
{
    (void)state;
    flx_run_result *r =
        sweep(RING "start: {winding: {hole: 1}}\n"
                   "drive: {field: 0 mT}\n"
                   "tdgl: {time: 3 tau0, frames: 3 tau0}\n"
                   "sweep: {mesh.max_edge: {from: 0.8 xi, to: 0.6 xi, steps: 3, continue: true}}\n",
              "sweep-4.h5", 1, false, FLX_OK);
    json_t *points = points_of(r);
    for (size_t k = 0; k < 3; k++)
        assert_int_equal(number(json_array_get(points, k), "loops", "hole", "winding", NULL), 1);
    assert_true(number(json_array_get(points, 2), "sites", NULL) >
                number(json_array_get(points, 0), "sites", NULL));
    json_decref(points);
    flx_run_result_free(r);
}

typedef struct countdown {
    int left;
    bool kill;
} countdown;

static bool count_down(void *user)
{
    countdown *c = user;
    if (--c->left > 0)
        return false;
    if (c->kill)
        kill(getpid(), SIGKILL);
    return true;
}

static void a_sweep_that_was_interrupted_or_killed_is_resumed(void **state)
{
    (void)state;
    flx_run_result *whole = sweep(RAMPED, "sweep-5.h5", 1, false, FLX_OK);
    unlink("sweep-6.h5");
    const int steps[] = {5, 40, 30, 25};
    for (int k = 0; k < 4; k++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            forget_threads();
            flx_case *c = case_of(ctx, RAMPED, NULL, 0);
            countdown count = {steps[k], k % 2 == 1};
            flx_run_opts opts = flx_run_opts_default();
            flx_run_result *part = NULL;
            opts.output = "sweep-6.h5";
            opts.resume = k > 0;
            opts.should_stop = count_down;
            opts.checkpoint_seconds = 0.01;
            opts.user = &count;
            _exit(flx_run(ctx, c, &opts, &part) == FLX_INTERRUPTED ? 75 : 0);
        }
        int how = 0;
        assert_int_equal(waitpid(pid, &how, 0), pid);
        if (k % 2 == 1)
            assert_true(WIFSIGNALED(how));
        else
            assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 75);
    }
    flx_run_result *parts = sweep(RAMPED, "sweep-6.h5", 1, true, FLX_OK);
    json_t *p = points_of(whole), *q = points_of(parts);
    assert_true(json_equal(p, q));
    json_decref(p);
    json_decref(q);
    flx_run_result_free(whole);
    flx_run_result_free(parts);
}

static bool once_the_second_point_runs(void *user)
{
    (void)user;
    return access("sweep-8.h5.p001", F_OK) == 0;
}

// Its points have files of their own, which a sweep that is begun anew must not go on with.
static void an_edited_sweep_is_resumed_over_an_older_one(void **state)
{
    (void)state;
    static const char *const edited[] = {"tdgl.tolerance=2e-3"};
    flx_run_result *part = NULL, *whole = NULL;
    for (int k = 0; k < 4; k++) { // older, interrupted later; edited, sooner; its rest; whole
        flx_case *c = case_of(ctx, COOLING, edited, k > 0);
        countdown count = {5, false};
        flx_run_opts opts = flx_run_opts_default();
        opts.output = k < 3 ? "sweep-8.h5" : NULL;
        opts.resume = k == 2;
        opts.should_stop = k == 0 ? once_the_second_point_runs : k == 1 ? count_down : NULL;
        opts.user = &count;
        flx_status status = flx_run(ctx, c, &opts, k < 3 ? &part : &whole);
        if (k < 2) {
            assert_int_equal(status, FLX_INTERRUPTED);
            flx_run_result_free(part);
        } else if (status != FLX_OK) {
            fail_msg("%s", flx_ctx_error(ctx));
        }
        flx_case_free(c);
    }
    json_t *p = points_of(whole), *q = points_of(part);
    assert_true(json_equal(p, q));
    json_decref(p);
    json_decref(q);
    flx_run_result_free(whole);
    flx_run_result_free(part);
}

static void a_point_that_fails_does_not_stop_the_others(void **state)
{
    (void)state;
    const char *text = RING "start: {normal: {noise: 0.5, seed: 3}}\n"
                            "drive: {field: 1 mT}\n"
                            "tdgl: {time: 4 tau0, integrator: rk32, adaptive: false, "
                            "dt: 0.02 tau0, dt_max: 20 tau0, frames: 4 tau0}\n"
                            "sweep: {tdgl.dt: [0.005 tau0, 0.5 tau0, 0.004 tau0]}\n";
    for (int32_t jobs = 1; jobs <= 2; jobs++) {
        flx_run_result *r = sweep(text, "sweep-7.h5", jobs, false, FLX_ERR_DIVERGED);

        assert_non_null(r);
        assert_int_equal(r->n_failed, 1);
        json_t *points = points_of(r);
        assert_int_equal(json_array_size(points), 3);
        for (size_t k = 0; k < 3; k++) {
            const json_t *point = json_array_get(points, k);
            assert_int_equal(json_object_get(point, "error") != NULL, k == 1);
        }
        assert_non_null(strstr(flx_ctx_error(ctx), "1 of 3 points failed; point 1: "));
        json_decref(points);
        flx_run_result_free(r);
        // It is done, failure and all: a resume runs nothing and says the same.
        r = sweep(text, "sweep-7.h5", jobs, true, FLX_ERR_DIVERGED);
        assert_int_equal(r->n_failed, 1);
        flx_run_result_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_grid_is_run_with_the_last_axis_fastest),
        cmocka_unit_test(processes_change_no_number),
        cmocka_unit_test(a_continued_point_starts_from_the_last_state_of_the_one_before),
        cmocka_unit_test(a_new_mesh_for_each_point_carries_the_state_too),
        cmocka_unit_test(a_sweep_that_was_interrupted_or_killed_is_resumed),
        cmocka_unit_test(an_edited_sweep_is_resumed_over_an_older_one),
        cmocka_unit_test(a_point_that_fails_does_not_stop_the_others),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
