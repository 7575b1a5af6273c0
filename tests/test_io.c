// Data files: what is written is read back bit for bit; resuming, merging, sidecar, errors.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_io_sample.h"

#include <hdf5.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define assert_ok(call)                                                                            \
    do {                                                                                           \
        flx_status status_ = (call);                                                               \
        if (status_ != FLX_OK)                                                                     \
            fail_msg("%s: %s", #call, flx_ctx_error(ctx));                                         \
    } while (0)

static void write_frames(const char *path, int32_t from, int32_t to)
{
    flx_file *file;
    if (from == 0) {
        assert_ok(sample_create(ctx, path, &s, &file));
    } else {
        assert_ok(flx_file_open(ctx, path, FLX_FILE_APPEND, &file));
        assert_ok(flx_file_begin_series(file, sample_columns, 3));
    }
    for (int32_t k = from; k < to; k++)
        assert_ok(sample_write(file, &s, k));
    assert_ok(flx_file_close(file));
}

static void frames_and_series_come_back_bit_for_bit(void **state)
{
    (void)state;
    write_frames("io_frames.h5", 0, 6);
    flx_file *file;
    assert_ok(flx_file_open(ctx, "io_frames.h5", FLX_FILE_READ, &file));
    assert_true(sample_file_holds(file, &s, 6));
    assert_int_equal(flx_file_frame_at(file, 0.31), 3);
    assert_int_equal(flx_file_frame_at(file, 1e9), 5);
    assert_int_equal(flx_file_frame_info(file, 2).step, 20);
    assert_int_equal(flx_file_write_text(file, "summary", "{}"), FLX_ERR_FILE);
    assert_ok(flx_file_close(file));
}

// Frames 0-3 share a: three of four arrays of n_edge doubles must not be in the file.
static void an_unchanged_array_is_stored_once(void **state)
{
    (void)state;
    struct stat before, after;
    write_frames("io_once.h5", 0, 1);
    assert_int_equal(stat("io_once.h5", &before), 0);
    write_frames("io_once.h5", 0, 4);
    assert_int_equal(stat("io_once.h5", &after), 0);
    size_t n = (size_t)s.mesh->n_site, e = (size_t)s.mesh->n_edge;
    size_t frame = 8 * (8 * n + 4 * e) + 4 * 5 * n; // doubles without a, and the viewer's floats
    // Groups, headers and the first chunk of the series: less than 16 kB a frame.
    assert_in_range((size_t)(after.st_size - before.st_size), 3 * frame, 3 * (frame + 16384));
}

static void absent_arrays_stay_absent(void **state)
{
    (void)state;
    flx_file *file;
    flx_frame_data *data;
    sample_fill(&s, 0);
    s.frame.a_dot = NULL;
    s.frame.eps = NULL;
    assert_ok(sample_create(ctx, "io_absent.h5", &s, &file));
    assert_ok(flx_file_write_frame(file, &s.frame, NULL));
    assert_ok(flx_file_read_frame(file, s.mesh, 0, &data));
    assert_null(data->frame.eps);
    assert_null(data->frame.a_dot);
    assert_null(data->extra.supercurrent);
    assert_non_null(data->frame.a);
    flx_frame_data_free(data);
    assert_int_equal(flx_file_read_frame(file, s.mesh, 1, &data), FLX_ERR_INPUT);
    assert_ok(flx_file_close(file));
}

static void a_mesh_comes_back_bit_for_bit(void **state)
{
    (void)state;
    flx_file *file;
    flx_mesh *mesh;
    // As if taken from a program with unsigned duals: the file's numbers count.
    s.mesh->dual[3] = -s.mesh->dual[3];
    assert_ok(sample_create(ctx, "io_mesh.h5", &s, &file));
    assert_ok(flx_file_close(file));
    assert_ok(flx_file_open(ctx, "io_mesh.h5", FLX_FILE_READ, &file));
    assert_ok(flx_file_read_mesh(file, &mesh));
    assert_int_equal(mesh->n_site, s.mesh->n_site);
    assert_int_equal(mesh->n_edge, s.mesh->n_edge);
    assert_int_equal(mesh->n_loop, s.mesh->n_loop);
    size_t n = (size_t)mesh->n_site * 8, e = (size_t)mesh->n_edge * 8;
    assert_memory_equal(mesh->x, s.mesh->x, n);
    assert_memory_equal(mesh->y, s.mesh->y, n);
    assert_memory_equal(mesh->area, s.mesh->area, n);
    assert_memory_equal(mesh->dual, s.mesh->dual, e);
    assert_memory_equal(mesh->length, s.mesh->length, e);
    assert_memory_equal(mesh->tail, s.mesh->tail, e / 2);
    assert_int_equal(flx_mesh_hash(mesh), flx_mesh_hash(s.mesh));
    for (int32_t k = 0; k < mesh->n_loop; k++)
        assert_int_equal(mesh->loop[k].hole, s.mesh->loop[k].hole);
    assert_string_equal(flx_file_hole_name(file, 0), "middle");
    assert_null(flx_file_hole_name(file, 1));
    assert_ok(flx_file_close(file));
    flx_mesh_free(mesh);
    assert_ok(flx_mesh_read_hdf5(ctx, "io_mesh.h5", false, &mesh));
    assert_memory_equal(mesh->dual, s.mesh->dual, e);
    flx_mesh_free(mesh);
    s.mesh->dual[3] = -s.mesh->dual[3];
}

// Stopped at step 30 after having written to 55: the rest is written again.
static void a_resumed_file_equals_an_uninterrupted_one(void **state)
{
    (void)state;
    flx_file *file;
    write_frames("io_resumed.h5", 0, 6);
    assert_ok(flx_file_open(ctx, "io_resumed.h5", FLX_FILE_APPEND, &file));
    assert_ok(flx_file_begin_series(file, sample_columns, 3));
    assert_ok(flx_file_truncate(file, 30));
    assert_true(sample_file_holds(file, &s, 4));
    for (int64_t k = 4; k < 9; k++)
        assert_ok(sample_write(file, &s, k));
    assert_ok(flx_file_close(file));
    assert_ok(flx_file_open(ctx, "io_resumed.h5", FLX_FILE_READ, &file));
    assert_true(sample_file_holds(file, &s, 9));
    assert_ok(flx_file_close(file));
}

static void rows_must_follow_each_other_and_columns_keep_their_names(void **state)
{
    (void)state;
    flx_file *file;
    const double row[3] = {0};
    const char *const other[] = {"time", "dt", "energy"};
    write_frames("io_rows.h5", 0, 2);
    assert_ok(flx_file_open(ctx, "io_rows.h5", FLX_FILE_APPEND, &file));
    assert_int_equal(flx_file_add_row(file, 11, row), FLX_ERR_INTERNAL);
    assert_int_equal(flx_file_begin_series(file, other, 3), FLX_ERR_FILE);
    assert_string_equal(flx_ctx_error(ctx),
                        "io_rows.h5: /series: column 2 is 'voltage.v', this run "
                        "has 'energy'; write to a new file");
    assert_int_equal(flx_file_begin_series(file, other, 0), FLX_ERR_INPUT);
    assert_ok(flx_file_begin_series(file, sample_columns, 3));
    assert_int_equal(flx_file_add_row(file, 10, row), FLX_ERR_INTERNAL);
    assert_ok(flx_file_add_row(file, 11, row));
    assert_ok(flx_file_close(file));
}

// The second writer is refused and does no harm; a reader sees the last flush.
static void a_file_has_one_writer_at_a_time(void **state)
{
    (void)state;
    flx_file *file, *other;
    assert_ok(sample_create(ctx, "io_one.h5", &s, &file));
    assert_ok(sample_write(file, &s, 0));
    assert_int_equal(flx_file_create(ctx, "io_one.h5", &other), FLX_ERR_FILE);
    assert_int_equal(flx_file_open(ctx, "io_one.h5", FLX_FILE_APPEND, &other), FLX_ERR_FILE);
    assert_string_equal(flx_ctx_error(ctx), "io_one.h5: is being written by another run; wait for "
                                            "its end or name another file");
    pid_t child = fork();
    if (child == 0) {
        bool good = flx_file_open(ctx, "io_one.h5", FLX_FILE_READ, &other) == FLX_OK &&
                    sample_file_holds(other, &s, 1);
        _exit(good ? 0 : 1);
    }
    int how;
    waitpid(child, &how, 0);
    assert_int_equal(how, 0);
    assert_ok(sample_write(file, &s, 1));
    assert_ok(flx_file_close(file));
    assert_int_equal(access("io_one.h5-journal", F_OK), -1);
    assert_ok(flx_file_open(ctx, "io_one.h5", FLX_FILE_APPEND, &file));
    assert_true(sample_file_holds(file, &s, 2));
    assert_ok(flx_file_close(file));
}

static void points_of_a_sweep_are_written_merged_and_listed(void **state)
{
    (void)state;
    flx_file *file, *part;
    assert_ok(sample_create(ctx, "io_sweep.h5", &s, &file));
    assert_ok(flx_file_enter(file, "/points/000"));
    assert_ok(flx_file_begin_series(file, sample_columns, 3));
    for (int64_t k = 0; k < 3; k++)
        assert_ok(sample_write(file, &s, k));
    assert_ok(flx_file_write_text(file, "summary", "{\"point\": 0}"));
    write_frames("io_part.h5", 0, 5);
    assert_ok(flx_file_open(ctx, "io_part.h5", FLX_FILE_READ, &part));
    assert_ok(flx_file_merge(file, "/points/001", part, "/"));
    assert_ok(flx_file_merge(file, "/points/001", part, "/"));
    assert_int_equal(flx_file_merge(file, "/points/002", part, "/nothing"), FLX_ERR_FILE);
    assert_ok(flx_file_close(part));
    assert_ok(flx_file_close(file));

    assert_ok(flx_file_open(ctx, "io_sweep.h5", FLX_FILE_READ, &file));
    assert_int_equal(flx_file_point_count(file), 2);
    assert_string_equal(flx_file_point_name(file, 1), "/points/001");
    assert_null(flx_file_point_name(file, 2));
    assert_true(flx_file_has(file, "/points/000/summary"));
    assert_false(flx_file_has(file, "/points/001/summary"));
    assert_int_equal(flx_file_enter(file, "/points/007"), FLX_ERR_FILE);
    assert_string_equal(flx_ctx_error(ctx), "io_sweep.h5: /points/007: there is no such group");
    const char *text;
    flx_mesh *mesh;
    assert_ok(flx_file_enter(file, "/points/000"));
    assert_true(sample_file_holds(file, &s, 3));
    assert_ok(flx_file_text(file, "summary", &text));
    assert_string_equal(text, "{\"point\": 0}");
    assert_ok(flx_file_read_mesh(file, &mesh)); // that of the whole file
    flx_mesh_free(mesh);
    assert_ok(flx_file_enter(file, "/points/001"));
    assert_true(sample_file_holds(file, &s, 5));
    assert_ok(flx_file_close(file));
}

static void texts_options_and_scales_come_back(void **state)
{
    (void)state;
    typedef struct opts {
        double step;
        int32_t kind, count;
        bool fast;
    } opts;
    static const flx_option rows[] = {
        {"step", FLX_OPTION_DOUBLE, offsetof(opts, step), 0, 0, 9, "tau0", NULL, "Step."},
        {"kind", FLX_OPTION_CHOICE, offsetof(opts, kind), 0, 0, 0, "1", "round|square", "Kind."},
        {"count", FLX_OPTION_INT, offsetof(opts, count), 0, 0, 9, "1", NULL, "Count."},
        {"fast", FLX_OPTION_BOOL, offsetof(opts, fast), 0, 0, 1, "1", NULL, "Fast."},
    };
    static const flx_option_table table = {"sample", sizeof(opts), rows, 4};
    const opts given = {0.1, 1, 7, true};
    opts got = {0};
    const flx_scales scales = {.xi = 5e-7, .V0 = 1.25e-4, .energy = 3};
    flx_scales scales_got = {0};
    flx_file *file;
    const char *text;
    assert_ok(flx_file_create(ctx, "io_texts.h5", &file));
    assert_ok(flx_file_write_options(file, &table, &given));
    assert_ok(flx_file_write_options(file, &table, &given));
    assert_ok(flx_file_write_scales(file, &scales));
    assert_ok(flx_file_write_text(file, "case/given", "first"));
    assert_ok(flx_file_write_text(file, "case/given", "L: 3 \xc2\xb5m\n"));
    assert_ok(flx_file_write_text(file, "case/used", ""));
    assert_ok(flx_file_close(file));
    assert_ok(flx_file_open(ctx, "io_texts.h5", FLX_FILE_READ, &file));
    assert_ok(flx_file_text(file, "case/given", &text));
    assert_string_equal(text, "L: 3 \xc2\xb5m\n");
    assert_ok(flx_file_text(file, "case/used", &text));
    assert_string_equal(text, "");
    assert_int_equal(flx_file_text(file, "summary", &text), FLX_ERR_FILE);
    assert_ok(flx_file_read_options(file, &table, &got));
    assert_true(got.step == 0.1 && got.kind == 1 && got.count == 7 && got.fast);
    assert_ok(flx_file_read_scales(file, &scales_got));
    assert_memory_equal(&scales_got, &scales, sizeof scales);
    assert_ok(flx_file_close(file));
}

static void the_sidecar_names_every_frame(void **state)
{
    (void)state;
    flx_file *file;
    write_frames("io_view.h5", 0, 3);
    assert_ok(flx_file_open(ctx, "io_view.h5", FLX_FILE_READ, &file));
    assert_ok(flx_file_write_xdmf(file, "io_view.xdmf"));
    assert_int_equal(flx_file_write_xdmf(file, "no/such/folder.xdmf"), FLX_ERR_FILE);
    assert_ok(flx_file_close(file));
    char text[20000];
    FILE *in = fopen("io_view.xdmf", "r");
    assert_non_null(in);
    text[fread(text, 1, sizeof text - 1, in)] = 0;
    fclose(in);
    for (int k = 0; k < 3; k++) {
        char part[100];
        snprintf(part, sizeof part, ">io_view.h5:/frames/%d/view/abs_psi<", k);
        assert_non_null(strstr(text, part));
    }
    assert_non_null(strstr(text, "</Xdmf>\n"));
}

static void read_array(hid_t file, const char *name, hid_t type, void *data)
{
    hid_t set = H5Dopen2(file, name, H5P_DEFAULT);
    assert_true(set >= 0 && H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0);
    H5Dclose(set);
}

// Sites and edges are numbered as in pyTDGL, and lengths, dual faces and cells are its own. Those
// are sums of few terms of order 1: equal to 1e-12.
static void a_mesh_of_pytdgl_is_imported(void **state)
{
    (void)state;
    const char *path = FLX_SOURCE_DIR "/tests/data/pytdgl_bar.h5";
    flx_mesh *mesh;
    assert_ok(flx_mesh_read_hdf5(ctx, path, true, &mesh));
    assert_in_range(mesh->n_site, 200, 2000);
    assert_int_equal(mesh->n_site - mesh->n_edge + mesh->n_tri, 0); // Euler: one hole
    assert_int_equal(mesh->n_loop, 2);
    size_t n = (size_t)mesh->n_site, e = (size_t)mesh->n_edge;
    int32_t *edges = calloc(2 * e, sizeof *edges);
    double *number = calloc(n + e, sizeof *number);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    read_array(file, "mesh/edges", H5T_NATIVE_INT32, edges);
    for (size_t k = 0; k < e; k++) {
        assert_int_equal(mesh->tail[k], edges[2 * k]);
        assert_int_equal(mesh->head[k], edges[2 * k + 1]);
    }
    read_array(file, "mesh/edge_lengths", H5T_NATIVE_DOUBLE, number);
    for (size_t k = 0; k < e; k++)
        assert_near(mesh->length[k], number[k], 1e-12);
    read_array(file, "mesh/dual_edge_lengths", H5T_NATIVE_DOUBLE, number);
    for (size_t k = 0; k < e; k++)
        assert_near(mesh->dual[k], number[k], 1e-12);
    read_array(file, "mesh/areas", H5T_NATIVE_DOUBLE, number);
    for (size_t i = 0; i < n; i++)
        assert_near(mesh->area[i], number[i], 1e-12);
    H5Fclose(file);
    free(edges);
    free(number);
    flx_mesh_free(mesh);
}

static void results_come_back_and_are_replaced(void **state)
{
    (void)state;
    double list[3] = {1, 2.5, -3}, table[6] = {1, 2, 3, 4, 5, 6};
    flx_file *file;
    flx_array got;
    assert_ok(flx_file_create(ctx, "io_results.h5", &file));
    assert_ok(flx_file_write_array(file, "list", &(flx_array){3, 1, table}));
    assert_ok(flx_file_write_array(file, "list", &(flx_array){3, 1, list}));
    assert_ok(flx_file_write_array(file, "table", &(flx_array){2, 3, table}));
    assert_ok(flx_file_close(file));
    assert_ok(flx_file_open(ctx, "io_results.h5", FLX_FILE_READ, &file));
    assert_ok(flx_file_read_array(file, "list", &got));
    assert_true(got.n_row == 3 && got.n_column == 1);
    assert_memory_equal(got.value, list, sizeof list);
    flx_array_clear(&got);
    assert_ok(flx_file_read_array(file, "table", &got));
    assert_true(got.n_row == 2 && got.n_column == 3);
    assert_memory_equal(got.value, table, sizeof table);
    flx_array_clear(&got);
    assert_int_equal(flx_file_read_array(file, "other", &got), FLX_ERR_FILE);
    assert_string_equal(flx_ctx_error(ctx),
                        "io_results.h5: /results/other: is missing or cannot be "
                        "read; the file is damaged or was not finished");
    assert_ok(flx_file_close(file));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_and_series_come_back_bit_for_bit),
        cmocka_unit_test(an_unchanged_array_is_stored_once),
        cmocka_unit_test(absent_arrays_stay_absent),
        cmocka_unit_test(a_mesh_comes_back_bit_for_bit),
        cmocka_unit_test(a_resumed_file_equals_an_uninterrupted_one),
        cmocka_unit_test(rows_must_follow_each_other_and_columns_keep_their_names),
        cmocka_unit_test(a_file_has_one_writer_at_a_time),
        cmocka_unit_test(points_of_a_sweep_are_written_merged_and_listed),
        cmocka_unit_test(texts_options_and_scales_come_back),
        cmocka_unit_test(the_sidecar_names_every_frame),
        cmocka_unit_test(a_mesh_of_pytdgl_is_imported),
        cmocka_unit_test(results_come_back_and_are_replaced),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
