// Files that are missing, foreign, cut off, damaged, from the future or cannot be written: each
// gives an error that names the file, and none a crash.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_io_sample.h"

#include <hdf5.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void write_sample(const char *path, int32_t frames)
{
    flx_file *file;
    assert_int_equal(sample_create(ctx, path, &s, &file), FLX_OK);
    for (int32_t k = 0; k < frames; k++)
        assert_int_equal(sample_write(file, &s, k), FLX_OK);
    assert_int_equal(flx_file_close(file), FLX_OK);
}

static void put_bytes(const char *path, const void *data, size_t size)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(data, 1, size, out), size);
    fclose(out);
}

static void assert_refused(const char *path, const char *text)
{
    flx_file *file;
    assert_int_equal(flx_file_open(ctx, path, FLX_FILE_READ, &file), FLX_ERR_FILE);
    assert_null(file);
    assert_string_equal(flx_ctx_error(ctx), text);
}

static void what_is_no_data_file_is_refused_with_the_reason(void **state)
{
    (void)state;
    flx_file *file;
    flx_mesh *mesh;
    assert_refused("io_none.h5",
                   "io_none.h5: cannot be opened: No such file or directory; give the "
                   "path of a data file that fluxoid wrote");
    assert_refused("/tmp", "/tmp: cannot be opened: not a regular file; give the path of a data "
                           "file that fluxoid wrote");
    put_bytes("io_text.h5", "not HDF5", 8);
    assert_refused("io_text.h5", "io_text.h5: is not an HDF5 file, or it is truncated or damaged; "
                                 "run the case again to make it anew");
    hid_t bare = H5Fcreate("io_bare.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(bare);
    assert_refused("io_bare.h5", "io_bare.h5: is an HDF5 file, but not a data file of fluxoid; to "
                                 "use another program's mesh set mesh.import");
    assert_int_equal(flx_mesh_read_hdf5(ctx, "io_bare.h5", true, &mesh), FLX_ERR_FILE);
    assert_string_equal(flx_ctx_error(ctx),
                        "io_bare.h5: holds no mesh: neither /mesh of fluxoid nor sites and "
                        "elements of pyTDGL in /mesh, /solution/device/mesh, /device/mesh or /");
    assert_int_equal(flx_file_create(ctx, "no/folder/x.h5", &file), FLX_ERR_FILE);
    assert_string_equal(flx_ctx_error(ctx),
                        "no/folder/x.h5: cannot be created: No such file or directory; name a file "
                        "in a folder that exists and may be written");
    assert_int_equal(flx_file_create(ctx, "/dev/full", &file), FLX_ERR_FILE);
    assert_string_equal(flx_ctx_error(ctx),
                        "/dev/full: cannot be created: not a regular file; name "
                        "a file in a folder that exists and may be written");
}

static void a_file_from_the_future_is_refused(void **state)
{
    (void)state;
    write_sample("io_future.h5", 1);
    hid_t file = H5Fopen("io_future.h5", H5F_ACC_RDWR, H5P_DEFAULT);
    hid_t format = H5Aopen(file, "format", H5P_DEFAULT);
    int64_t later = 7;
    H5Awrite(format, H5T_NATIVE_INT64, &later);
    H5Aclose(format);
    H5Fclose(file);
    assert_refused("io_future.h5",
                   "io_future.h5: written by fluxoid 0.1.0 in format 7, this is "
                   "fluxoid 0.1.0, which reads formats 1 to 1; use a newer fluxoid");
}

// Puts other data in the place of a data set of frame 0.
static void replace_set(const char *path, const char *name, hid_t type, hsize_t n)
{
    write_sample(path, 1);
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT), space = H5Screate_simple(1, &n, NULL);
    H5Ldelete(file, name, H5P_DEFAULT);
    hid_t set = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    static const double zeros[100];
    H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, zeros);
    H5Dclose(set);
    H5Sclose(space);
    H5Fclose(file);
}

static void assert_frame_refused(const char *path, const char *text)
{
    flx_file *file;
    flx_frame_data *data;
    assert_int_equal(flx_file_open(ctx, path, FLX_FILE_READ, &file), FLX_OK);
    assert_int_equal(flx_file_read_frame(file, s.mesh, 0, &data), FLX_ERR_FILE);
    assert_string_equal(flx_ctx_error(ctx), text);
    flx_file_close(file);
}

static void wrong_shapes_and_types_are_refused(void **state)
{
    (void)state;
    replace_set("io_shape.h5", "/frames/0/mu", H5T_IEEE_F64LE, 5);
    assert_frame_refused("io_shape.h5", "io_shape.h5: /mu: is 5 x 1, expected 81 x 1; the file is "
                                        "damaged or belongs to another mesh");
    replace_set("io_type.h5", "/frames/0/mu", H5T_STD_I32LE, 81);
    assert_frame_refused("io_type.h5",
                         "io_type.h5: /mu: holds no real numbers; the file is damaged "
                         "or not of fluxoid");
    replace_set("io_rank.h5", "/frames/0/psi", H5T_IEEE_F64LE, 81);
    assert_frame_refused("io_rank.h5",
                         "io_rank.h5: /psi: has 1 dimensions, expected 2; the file is "
                         "damaged or not of fluxoid");
    flx_mesh *mesh;
    replace_set("io_tri.h5", "/mesh/tri", H5T_STD_I32LE, 6);
    assert_int_equal(flx_mesh_read_hdf5(ctx, "io_tri.h5", false, &mesh), FLX_ERR_FILE);
}

// A file may grow to `limit` bytes, then the disk is full. Leaves the frames that fitted.
static void a_full_disk_keeps_what_fitted(void **state)
{
    (void)state;
    const char *path = "io_full.h5";
    struct stat info;
    write_sample(path, 3);
    assert_int_equal(stat(path, &info), 0);
    int most = 0;
    for (int cut = 0; cut < 20; cut++) {
        pid_t child = fork();
        if (child == 0) {
            signal(SIGXFSZ, SIG_IGN);
            const rlim_t bytes = (rlim_t)info.st_size * (rlim_t)(cut + 1) / 22;
            const struct rlimit limit = {bytes, bytes};
            setrlimit(RLIMIT_FSIZE, &limit);
            flx_file *file;
            flx_status status = sample_create(ctx, path, &s, &file);
            int32_t k = 0;
            while (status == FLX_OK && k < 3) {
                status = sample_write(file, &s, k);
                k += status == FLX_OK;
            }
            bool told = strstr(flx_ctx_error(ctx), "File too large") != NULL ||
                        strstr(flx_ctx_error(ctx), "HDF5 refused") != NULL;
            // Nothing more is written, and closing is quiet.
            bool stopped = !file || flx_file_flush(file) == FLX_ERR_FILE;
            flx_file_close(file);
            _exit(status == FLX_ERR_FILE && told && stopped ? (int)k : 100);
        }
        int how;
        waitpid(child, &how, 0);
        assert_true(WIFEXITED(how));
        int kept = WEXITSTATUS(how);
        assert_in_range(kept, 0, 2);
        // Without a frame even making the file may have failed.
        if (kept == 0)
            continue;
        flx_file *file;
        assert_int_equal(flx_file_open(ctx, path, FLX_FILE_READ, &file), FLX_OK);
        assert_true(sample_file_holds(file, &s, kept));
        flx_file_close(file);
        most = kept;
    }
    assert_true(most > 0); // the limits do reach into the frames
}

static void a_read_only_folder_is_refused(void **state)
{
    (void)state;
    mkdir("io_locked", 0555);
    pid_t child = fork();
    if (child == 0) {
        // Root may write everywhere: be nobody.
        if (geteuid() == 0 && setuid(65534) != 0)
            _exit(1);
        flx_file *file;
        flx_status status = flx_file_create(ctx, "io_locked/x.h5", &file);
        _exit(status == FLX_ERR_FILE && strstr(flx_ctx_error(ctx), "Permission denied") ? 0 : 2);
    }
    int how;
    waitpid(child, &how, 0);
    assert_int_equal(how, 0);
    rmdir("io_locked");
}

// A journal left by a killed writer must not be applied to a file that took the place of its own.
static void a_journal_of_another_file_is_ignored(void **state)
{
    (void)state;
    write_sample("io_other.h5", 2);
    put_bytes("io_other.h5-journal", "FLXJRNL1 and then nothing of the kind", 37);
    flx_file *file;
    assert_int_equal(flx_file_open(ctx, "io_other.h5", FLX_FILE_READ, &file), FLX_OK);
    assert_true(sample_file_holds(file, &s, 2));
    flx_file_close(file);
    assert_int_equal(access("io_other.h5-journal", F_OK), -1);
}

// Reads everything a file offers; the result does not matter, only that it ends.
static void read_everything(const char *path)
{
    flx_file *file;
    flx_mesh *mesh;
    const char *text;
    if (flx_mesh_read_hdf5(ctx, path, true, &mesh) == FLX_OK)
        flx_mesh_free(mesh);
    if (flx_file_open(ctx, path, FLX_FILE_READ, &file) < 0)
        return;
    flx_file_text(file, "case/given", &text);
    flx_file_hole_name(file, 0);
    flx_file_point_count(file);
    for (int32_t k = 0; k < flx_file_frame_count(file); k++) {
        flx_frame_data *data;
        if (flx_file_read_frame(file, s.mesh, k, &data) == FLX_OK)
            flx_frame_data_free(data);
    }
    flx_series *series;
    if (flx_file_read_series(file, &series) == FLX_OK)
        flx_series_free(series);
    flx_file_write_xdmf(file, "io_fuzzed.xdmf");
    flx_file_close(file);
}

static unsigned char *load(const char *path, size_t *size)
{
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    unsigned char *data = malloc((size_t)info.st_size);
    FILE *in = fopen(path, "rb");
    *size = fread(data, 1, (size_t)info.st_size, in);
    fclose(in);
    return data;
}

// Number of lengths of a file at which it is not refused as it should be.
static int cuts_not_refused(const unsigned char *data, size_t size)
{
    int bad = 0;
    for (size_t k = 0; k < 50; k++) {
        flx_file *file;
        put_bytes("io_cut.h5", data, k < 10 ? k * 10 : size * k / 50);
        bool refused =
            flx_file_open(ctx, "io_cut.h5", FLX_FILE_READ, &file) == FLX_ERR_FILE &&
            strstr(flx_ctx_error(ctx), "io_cut.h5: is not an HDF5 file, or it is ") != NULL;
        flx_file_close(file);
        bad += !refused;
    }
    return bad;
}

// In a child, since HDF5 itself loses some memory over a file without an end.
static void a_file_cut_at_any_length_is_an_error(void **state)
{
    (void)state;
    size_t size;
    write_sample("io_whole.h5", 2);
    unsigned char *data = load("io_whole.h5", &size);
    pid_t child = fork();
    if (child == 0)
        _exit(cuts_not_refused(data, size));
    int how;
    waitpid(child, &how, 0);
    assert_int_equal(how, 0);
    free(data);
}

// Bytes turned over in many places, in a child each, so that one crash shows where. HDF5 itself may
// allocate what a damaged header asks for: the child's memory is limited.
static void a_file_with_damaged_bytes_never_crashes_the_reader(void **state)
{
    (void)state;
    const char *wish = getenv("FLX_FLIPS"); // more than the usual number
    size_t size, flips = wish ? (size_t)atoll(wish) : 400;
    write_sample("io_whole.h5", 2);
    unsigned char *data = load("io_whole.h5", &size);
    uint32_t seed = 1;
    int crashes = 0;
    for (size_t k = 0; k < flips; k++) {
        seed = seed * 1664525u + 1013904223u;
        // Half of them in the head of the file, where the structure is dense.
        size_t at = (seed >> 4) % (k % 2 ? size : size < 8192 ? size : 8192);
        unsigned char old = data[at];
        unsigned other = k % 3 == 0 ? 0xffu : k % 3 == 1 ? old ^ (1u << (k / 3 % 8)) : 0u;
        data[at] = (unsigned char)other;
        put_bytes("io_flip.h5", data, size);
        data[at] = old;
        pid_t child = fork();
        if (child == 0) {
            alarm(20);
            read_everything("io_flip.h5");
            _exit(0);
        }
        int how;
        waitpid(child, &how, 0);
        if (!WIFEXITED(how) || WEXITSTATUS(how) != 0) {
            print_message("byte %zu (flip %zu): signal %d\n", at, k, WTERMSIG(how));
            crashes++;
        }
    }
    free(data);
    assert_int_equal(crashes, 0);
}

// Writes and reads everything once, with the n-th allocation failing.
static flx_status use_everything(void)
{
    flx_file *file;
    flx_status status = sample_create(ctx, "io_memory.h5", &s, &file);
    for (int64_t k = 0; k < 2 && status == FLX_OK; k++)
        status = sample_write(file, &s, k);
    flx_status closed = flx_file_close(file);
    if (status == FLX_OK)
        status = closed;
    if (status < 0)
        return status;
    FLX_TRY(flx_file_open(ctx, "io_memory.h5", FLX_FILE_APPEND, &file));
    flx_mesh *mesh = NULL;
    flx_frame_data *data = NULL;
    flx_series *series = NULL;
    const char *text;
    status = flx_file_begin_series(file, sample_columns, 3);
    if (status == FLX_OK)
        status = flx_file_truncate(file, 0);
    if (status == FLX_OK)
        status = flx_file_read_mesh(file, &mesh);
    if (status == FLX_OK)
        status = flx_file_read_frame(file, mesh, 0, &data);
    if (status == FLX_OK)
        status = flx_file_read_series(file, &series);
    if (status == FLX_OK)
        status = flx_file_text(file, "case/given", &text);
    if (status == FLX_OK)
        status = flx_file_write_xdmf(file, "io_memory.xdmf");
    if (status == FLX_OK)
        status = flx_file_enter(file, "/points/000");
    flx_series_free(series);
    flx_frame_data_free(data);
    flx_mesh_free(mesh);
    closed = flx_file_close(file);
    return status < 0 ? status : closed;
}

static void no_memory_is_an_error_everywhere(void **state)
{
    (void)state;
    flx_status status = FLX_ERR_MEMORY;
    int64_t n;
    for (n = 1; status == FLX_ERR_MEMORY && n < 10000; n++) {
        flx_ctx_fail_allocation(ctx, n);
        status = use_everything();
        flx_ctx_fail_allocation(ctx, 0);
    }
    if (status != FLX_OK)
        fail_msg("allocation %lld: %s", (long long)n - 1, flx_ctx_error(ctx));
    assert_true(n > 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_data_file_is_refused_with_the_reason),
        cmocka_unit_test(a_file_from_the_future_is_refused),
        cmocka_unit_test(wrong_shapes_and_types_are_refused),
        cmocka_unit_test(a_full_disk_keeps_what_fitted),
        cmocka_unit_test(a_read_only_folder_is_refused),
        cmocka_unit_test(a_journal_of_another_file_is_ignored),
        cmocka_unit_test(a_file_cut_at_any_length_is_an_error),
        cmocka_unit_test(a_file_with_damaged_bytes_never_crashes_the_reader),
        cmocka_unit_test(no_memory_is_an_error_everywhere),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
