// No memory at any moment: every allocation from the case file to the picture fails once with all
// that come after it, and once alone. Each time the call says so, and leaves nothing behind (the
// leaks are counted by the address sanitizer) but files that can still be read.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/plot.h"
#include "test_run_tiny.h"

static flx_ctx *ctx;

// The first allocations of an attempt are all tried, of the others so many that the test stays
// below ten seconds. With FLUXOID_TEST_EVERY=1 in the environment all are (scripts/sanitize.sh).
enum { ALL_UP_TO = 40, OTHERS = 60 };

static int64_t stride_of(int64_t n)
{
    return getenv("FLUXOID_TEST_EVERY") ? 1 : 1 + n / OTHERS;
}

// What is tried: returns the status, having freed whatever it got. Begins from the same state each
// time it is called.
typedef flx_status attempt_fn(void);

static void fail_allocation(attempt_fn *attempt, int64_t k, int64_t n)
{
    flx_ctx_fail_allocation(ctx, k);
    flx_status status = attempt();
    flx_ctx_fail_allocation(ctx, 0);
    if (status != FLX_ERR_MEMORY || !strstr(flx_ctx_error(ctx), "no memory"))
        fail_msg("allocation %lld of %lld: status %d, '%s'", (long long)k, (long long)n, status,
                 flx_ctx_error(ctx));
}

// Fails the first allocation, then the second ... until the attempt needs no more.
static void fail_each_allocation(attempt_fn *attempt)
{
    int64_t before = flx_ctx_allocations(ctx);
    flx_status status = attempt();
    if (status < 0)
        fail_msg("with all the memory: status %d, %s", status, flx_ctx_error(ctx));
    int64_t n = flx_ctx_allocations(ctx) - before;
    assert_true(n > 0);
    for (int64_t k = 1; k <= n; k += k < ALL_UP_TO ? 1 : stride_of(n)) {
        fail_allocation(attempt, k, n);
        fail_allocation(attempt, -k, n);
    }
}

// Everything a case may hold that needs memory of its own.
static const char FULL[] =
    TINY "title: Everything\n"
         "let: {B: 0.2 mT}\n"
         "drive:\n"
         "  field:\n"
         "    - B * (1 + 0.1 sin(t))\n"
         "    - loop: {current: 1 uA * cos(t), radius: 2, at: [0, 0, 1]}\n"
         "    - dipole: {moment: [0 A m^2, 0 A m^2, 1e-15 A m^2], at: [1, 1, 2]}\n"
         "    - file: {path: tiny.dat, factor: \"0.5\"}\n"
         "  current: {top: \"1 uA * ramp(t, 0, 1)\", bottom: \"-1 uA * ramp(t, 0, 1)\"}\n"
         "start: {winding: {hole: 1}, vortices: [{at: [2, 2], winding: -1}]}\n"
         "tdgl: {time: 1 tau0, frames: 0.5 tau0, checkpoint: 0.2 tau0, dt: 0.1 tau0,\n"
         "       stop_when: voltage.v > 100 V0 and winding.hole > 5}\n";

static flx_case *loaded;

static int begin(void **state)
{
    (void)state;
    ctx = flx_ctx_create();
    if (!ctx)
        return -1;
    write_tiny_msh("tiny.msh");
    write_text("tiny.dat", "-9 -9 1e-4\n9 -9 2e-4\n-9 9 1e-4\n9 9 2e-4\n");
    write_text("tiny.yaml", FULL);
    loaded = case_of(ctx, FULL, NULL, 0);
    return 0;
}

static int end(void **state)
{
    (void)state;
    flx_case_free(loaded);
    flx_ctx_free(ctx);
    return 0;
}

static flx_status load(void)
{
    const char *const sets[] = {"drive.current.top=0.5 uA", "drive.current.bottom=-0.5 uA",
                                "sweep={let.B: [1 mT, 2 mT]}"};
    flx_case *c = NULL, *point = NULL;
    flx_status status = flx_case_load(ctx, "tiny.yaml", sets, 3, &c);
    if (status == FLX_OK)
        status = flx_case_point(ctx, c, 1, NULL, &point);
    assert_true(status == FLX_OK || !point);
    flx_case_free(point);
    flx_case_free(c);
    return status;
}

static void a_case_is_not_loaded(void **state)
{
    (void)state;
    fail_each_allocation(load);
}

static flx_status make_device(void)
{
    flx_device *device = NULL;
    flx_status status = flx_device_create(ctx, loaded, &device);
    assert_true((status == FLX_OK) == (device != NULL));
    if (status == FLX_OK) {
        assert_string_equal(flx_device_hole_name(device, 0), "hole");
        assert_null(flx_device_hole_name(device, flx_device_info_of(device).n_hole));
        status = flx_device_write_msh(ctx, device, "tiny-out.msh");
    }
    flx_device_free(device);
    return status;
}

static void a_device_is_not_made(void **state)
{
    (void)state;
    fail_each_allocation(make_device);
}

static flx_status run_with(const char *text, const flx_run_opts *opts)
{
    flx_case *c = NULL;
    flx_run_result *result = NULL;
    flx_case_source source = {.text = text, .length = strlen(text), .name = "tiny.yaml"};
    flx_status status = flx_case_create(ctx, &source, &c);
    if (status == FLX_OK)
        status = flx_run(ctx, c, opts, &result);
    flx_run_result_free(result);
    flx_case_free(c);
    return status;
}

// Whatever the run of this file came to: it is none yet, or it can be read.
static void assert_readable(const char *path)
{
    flx_file *file = NULL;
    FILE *there = fopen(path, "r");
    bool empty = !there || fgetc(there) == EOF;
    if (there)
        fclose(there);
    if (!empty && flx_file_open(NULL, path, FLX_FILE_READ, &file) != FLX_OK)
        fail_msg("%s cannot be read any more", path);
    flx_file_close(file);
}

static flx_status run_to_file(void)
{
    flx_run_opts opts = flx_run_opts_default();
    opts.output = "memory-run.h5";
    flx_status status = run_with(FULL, &opts);
    assert_readable(opts.output);
    return status;
}

static void a_run_ends(void **state)
{
    (void)state;
    fail_each_allocation(run_to_file);
}

static bool stop_at_third(void *user)
{
    int *steps = user;
    return ++*steps == 3;
}

static void copy(const char *from, const char *to)
{
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    assert_true(in && out);
    for (int byte = fgetc(in); byte != EOF; byte = fgetc(in))
        fputc(byte, out);
    fclose(in);
    assert_int_equal(fclose(out), 0);
}

static flx_status resume(void)
{
    copy("memory-stopped.h5", "memory-resumed.h5");
    copy("memory-stopped.h5-checkpoint", "memory-resumed.h5-checkpoint");
    flx_run_opts opts = flx_run_opts_default();
    opts.output = "memory-resumed.h5";
    opts.resume = true;
    flx_status status = run_with(FULL, &opts);
    assert_readable(opts.output);
    return status;
}

static void a_run_is_not_resumed(void **state)
{
    (void)state;
    int steps = 0;
    flx_run_opts opts = flx_run_opts_default();
    opts.output = "memory-stopped.h5";
    opts.should_stop = stop_at_third;
    opts.user = &steps;
    assert_int_equal(run_with(FULL, &opts), FLX_INTERRUPTED);
    fail_each_allocation(resume);
}

static flx_status start_from_file(void)
{
    flx_run_opts opts = flx_run_opts_default();
    return run_with(TINY "start: {from: {file: memory-start.h5}}\ntdgl: {time: 0.2 tau0}\n", &opts);
}

static void a_run_does_not_start_from_a_file(void **state)
{
    (void)state;
    flx_run_opts opts = flx_run_opts_default();
    opts.output = "memory-start.h5";
    assert_int_equal(run_with(TINY "tdgl: {time: 0.2 tau0}\n", &opts), FLX_OK);
    fail_each_allocation(start_from_file);
}

static flx_status sweep(void)
{
    flx_run_opts opts = flx_run_opts_default();
    opts.output = "memory-sweep.h5";
    flx_status status = run_with(
        TINY "drive: {field: 0.1 mT}\ntdgl: {time: 0.2 tau0}\n"
             "sweep: {drive.field: {from: 0.1 mT, to: 0.2 mT, steps: 2, continue: true}}\n",
        &opts);
    assert_readable(opts.output);
    return status;
}

static void a_sweep_ends(void **state)
{
    (void)state;
    fail_each_allocation(sweep);
}

static flx_status measure(void)
{
    const char *const loops[] = {"{box: {size: 4}}"};
    const char *const along[] = {"[[0, -3], [0, -1]]"};
    flx_measure_request request = {.time = NAN,
                                   .loop = loops,
                                   .n_loop = 1,
                                   .along = along,
                                   .n_along = 1,
                                   .flux = loops,
                                   .n_flux = 1,
                                   .flux_z = "1"};
    char *text = NULL;
    flx_status status = flx_measure_file(ctx, "memory-measured.h5", &request, &text);
    assert_true((status == FLX_OK) == (text != NULL));
    flx_text_free(text);
    return status;
}

static void run_measured_file(void)
{
    flx_run_opts opts = flx_run_opts_default();
    opts.output = "memory-measured.h5";
    assert_int_equal(run_with(FULL, &opts), FLX_OK);
}

static void a_file_is_not_measured(void **state)
{
    (void)state;
    run_measured_file();
    fail_each_allocation(measure);
}

// What the program does for a picture: the last frame, its currents and vortices.
static flx_status draw(flx_file *file, const flx_mesh *mesh)
{
    flx_frame_data *data = NULL;
    flx_vortices vortices = {0};
    double edge[256], super[2 * 48], normal[2 * 48];
    assert_true(mesh->n_edge <= 256 && mesh->n_site == 48);
    flx_status status = flx_file_read_frame(file, mesh, flx_file_frame_count(file) - 1, &data);
    if (status < 0)
        return status;
    flx_measure_edges(&data->frame, edge, NULL);
    flx_measure_sites(mesh, edge, super);
    flx_measure_edges(&data->frame, NULL, edge);
    flx_measure_sites(mesh, edge, normal);
    flx_plot_opts opts = flx_plot_opts_default();
    opts.panels = "psi,phase,supercurrent,normal,vorticity,mu";
    opts.width = 400; // px: enough for every part of a picture
    opts.mesh = true;
    flx_plot_scene scene = {
        .frame = &data->frame, .current = super, .supercurrent = super, .normal = normal};
    status = flx_measure_vortices(ctx, &data->frame, 0, &vortices);
    if (status == FLX_OK)
        status = flx_plot_widen(ctx, &scene, &opts);
    if (status == FLX_OK)
        status = flx_plot_frame(ctx, &scene, &opts, "memory.png");
    flx_vortices_clear(&vortices);
    flx_frame_data_free(data);
    return status;
}

static flx_status picture(void)
{
    flx_file *file = NULL;
    flx_mesh *mesh = NULL;
    flx_status status = flx_file_open(ctx, "memory-measured.h5", FLX_FILE_READ, &file);
    if (status == FLX_OK)
        status = flx_file_read_mesh(file, &mesh);
    if (status == FLX_OK)
        status = draw(file, mesh);
    flx_mesh_free(mesh);
    flx_file_close(file);
    return status;
}

static void a_picture_is_not_drawn(void **state)
{
    (void)state;
    run_measured_file();
    fail_each_allocation(picture);
}

static flx_status curves(void)
{
    flx_file *file = NULL;
    flx_series *series = NULL;
    flx_status status = flx_file_open(ctx, "memory-measured.h5", FLX_FILE_READ, &file);
    if (status == FLX_OK)
        status = flx_file_read_series(file, &series);
    if (status == FLX_OK) {
        flx_plot_curve curve = {.name = "v",
                                .x = flx_series_column(series, "time"),
                                .y = flx_series_column(series, "voltage.v"),
                                .n = series->n_row,
                                .style = FLX_PLOT_LINE_POINTS};
        flx_plot_panel panel = {
            .y = {.name = "V", .unit = "V", .prefix = true}, .curves = &curve, .n_curve = 1};
        flx_plot_lines lines = {
            .title = "Curves", .x = {.name = "t"}, .panels = &panel, .n_panel = 1};
        flx_plot_opts opts = flx_plot_opts_default();
        opts.width = 300; // px
        status = flx_plot_series(ctx, &lines, &opts, "memory.svg");
    }
    if (status == FLX_OK)
        status = flx_file_write_xdmf(file, "memory.xdmf");
    flx_series_free(series);
    flx_file_close(file);
    return status;
}

static void curves_are_not_drawn(void **state)
{
    (void)state;
    run_measured_file();
    fail_each_allocation(curves);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_case_is_not_loaded),
        cmocka_unit_test(a_device_is_not_made),
        cmocka_unit_test(a_run_ends),
        cmocka_unit_test(a_run_is_not_resumed),
        cmocka_unit_test(a_run_does_not_start_from_a_file),
        cmocka_unit_test(a_sweep_ends),
        cmocka_unit_test(a_file_is_not_measured),
        cmocka_unit_test(a_picture_is_not_drawn),
        cmocka_unit_test(curves_are_not_drawn),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
