// fuzz_hdf5.c -- damaged data files, journals and checkpoints.
//
// A good file is written once. Each input is a list of changes to it, made through HDF5 itself:
// objects and attributes are taken away, replaced by others of another type and shape, or given
// other numbers; or the file is cut. So what is tried is how our readers take what is in a file;
// damage below that level is HDF5's to find. Journals and checkpoints have a format of our own:
// their bytes are changed directly. Every reader must refuse with a text or succeed.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/io.h"
#include "fuzz.h"

#include <hdf5.h>

enum { SIDE = 4, N_SITE = SIDE * SIDE, N_TRI = 2 * (SIDE - 1) * (SIDE - 1), PATH = 256 };

static char good[PATH], bad[PATH], journal[PATH], checkpoint[PATH];
static uint8_t *good_checkpoint;
static size_t good_checkpoint_size;
static double state_a[8];
static int64_t state_b[3];
static const flx_state_block blocks[] = {{"a", state_a, sizeof state_a},
                                         {"b", state_b, sizeof state_b}};
static const flx_checkpoint_key key = {1, 2};

static void must(flx_ctx *ctx, flx_status status)
{
    if (status != FLX_OK) {
        fprintf(stderr, "the good file cannot be made: %s\n", flx_ctx_error(ctx));
        abort();
    }
}

static void refused_or_done(flx_ctx *ctx, flx_status status)
{
    if (status < 0 && flx_ctx_error(ctx)[0] == '\0')
        abort();
}

// -- the good files -------------------------------------------------------------------------------

static flx_mesh *square(flx_ctx *ctx)
{
    double x[N_SITE], y[N_SITE];
    int32_t tri[N_TRI][3], n = 0;
    for (int32_t i = 0; i < N_SITE; i++) {
        x[i] = i % SIDE;
        y[i] = (double)(i / SIDE);
    }
    for (int32_t r = 0; r + 1 < SIDE; r++) {
        for (int32_t c = 0; c + 1 < SIDE; c++) {
            int32_t i = r * SIDE + c;
            const int32_t two[2][3] = {{i, i + 1, i + SIDE}, {i + 1, i + SIDE + 1, i + SIDE}};
            memcpy(tri[n], two, sizeof two);
            n += 2;
        }
    }
    const flx_mesh_input input = {
        .n_site = N_SITE, .n_tri = N_TRI, .x = x, .y = y, .tri = &tri[0][0]};
    flx_mesh *mesh = NULL;
    must(ctx, flx_mesh_create(ctx, &input, &mesh));
    return mesh;
}

static void write_good(flx_ctx *ctx)
{
    flx_mesh *mesh = square(ctx);
    flx_cplx psi[N_SITE];
    double mu[N_SITE], *a = calloc((size_t)mesh->n_edge, sizeof *a);
    for (int i = 0; i < N_SITE; i++) {
        psi[i] = (flx_cplx){1, 0.1 * i};
        mu[i] = 0.01 * i;
    }
    flx_file *file = NULL;
    must(ctx, flx_file_create(ctx, good, &file));
    must(ctx, flx_file_write_text(file, "case/given", "fluxoid: 1\n"));
    must(ctx, flx_file_write_text(file, "summary", "{}"));
    const flx_tdgl_opts opts = flx_tdgl_opts_default();
    must(ctx, flx_file_write_options(file, &flx_tdgl_option_table, &opts));
    const flx_scales scales = {.xi = 1, .lambda = 2, .Phi0 = 3};
    must(ctx, flx_file_write_scales(file, &scales));
    const char *hole[] = {"hole"};
    must(ctx, flx_file_write_mesh(file, mesh, hole, 1));
    const char *column[] = {"time", "dt"};
    must(ctx, flx_file_begin_series(file, column, 2));
    for (int k = 0; k < 2; k++) {
        const double row[] = {k, 1};
        must(ctx, flx_file_add_row(file, k, row));
        const flx_frame frame = {.mesh = mesh,
                                 .time = k,
                                 .step = k,
                                 .psi = psi,
                                 .mu = mu,
                                 .a = a,
                                 .u = 5.79,
                                 .gamma = 1};
        must(ctx, flx_file_write_frame(file, &frame, NULL));
    }
    must(ctx, flx_file_close(file));
    must(ctx, flx_checkpoint_write(ctx, checkpoint, &key, blocks, 2));
    free(a);
    flx_mesh_free(mesh);
}

static uint8_t *slurp(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END) != 0)
        abort();
    *size = (size_t)ftell(f);
    rewind(f);
    uint8_t *data = malloc(*size + 1);
    if (!data || fread(data, 1, *size, f) != *size)
        abort();
    fclose(f);
    return data;
}

static uint8_t *good_file;
static size_t good_size;

static void clean(void)
{
    remove(good);
    remove(bad);
    remove(journal);
    remove(checkpoint);
    free(good_file);
    free(good_checkpoint);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    strcpy(good, fuzz_path("good.h5"));
    strcpy(bad, fuzz_path("bad.h5"));
    strcpy(checkpoint, fuzz_path("checkpoint"));
    snprintf(journal, sizeof journal, "%.200s-journal", bad);
    atexit(clean);
    flx_ctx *ctx = flx_ctx_create();
    write_good(ctx);
    flx_ctx_free(ctx);
    good_file = slurp(good, &good_size);
    good_checkpoint = slurp(checkpoint, &good_checkpoint_size);
    return 0;
}

// -- changes --------------------------------------------------------------------------------------

// The names of all objects, in the order of a visit.
typedef struct names {
    char name[128][64];
    int n;
} names;

static herr_t note(hid_t at, const char *name, const H5O_info_t *info, void *user)
{
    (void)at;
    (void)info;
    names *all = user;
    if (all->n < 128 && strlen(name) < 64 && strcmp(name, ".") != 0)
        strcpy(all->name[all->n++], name);
    return 0;
}

static hid_t some_type(fuzz_bytes *b)
{
    const hid_t types[] = {H5T_NATIVE_DOUBLE, H5T_NATIVE_FLOAT, H5T_NATIVE_INT64, H5T_NATIVE_INT32,
                           H5T_NATIVE_UINT8};
    uint8_t k = fuzz_byte(b) % 7;
    if (k < 5)
        return H5Tcopy(types[k]);
    hid_t text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, k == 5 ? H5T_VARIABLE : 1 + fuzz_byte(b) % 8u);
    return text;
}

static hid_t some_space(fuzz_bytes *b)
{
    hsize_t n[3];
    int rank = fuzz_byte(b) % 4;
    for (int k = 0; k < rank; k++)
        n[k] = fuzz_byte(b) % 40;
    return rank == 0 ? H5Screate(fuzz_byte(b) % 2 ? H5S_NULL : H5S_SCALAR)
                     : H5Screate_simple(rank, n, NULL);
}

// Other numbers in the first elements of a data set.
static void change_numbers(fuzz_bytes *b, hid_t set)
{
    hid_t space = H5Dget_space(set), type = H5Dget_type(set);
    hssize_t n = H5Sget_simple_extent_npoints(space);
    H5T_class_t kind = H5Tget_class(type);
    if (n > 0 && n < 4096 && (kind == H5T_FLOAT || kind == H5T_INTEGER)) {
        double *value = calloc((size_t)n, sizeof *value);
        if (H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0) {
            for (int k = 1 + fuzz_byte(b) % 4; k > 0; k--) {
                size_t at = (size_t)(fuzz_byte(b) % n);
                value[at] = kind == H5T_FLOAT
                                ? fuzz_double(b)
                                : (double)((int8_t)fuzz_byte(b)) * (fuzz_byte(b) % 2 ? 1 : 1e7);
            }
            H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value);
        }
        free(value);
    }
    H5Tclose(type);
    H5Sclose(space);
}

static void change_attribute(fuzz_bytes *b, hid_t object)
{
    char name[64];
    hsize_t k = fuzz_byte(b) % 8;
    if (H5Aget_name_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, k, name, sizeof name,
                           H5P_DEFAULT) <= 0)
        return;
    H5Adelete(object, name);
    if (fuzz_byte(b) % 2 == 0)
        return;
    hid_t type = some_type(b), space = some_space(b);
    hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5T_class_t kind = H5Tget_class(type);
    double value[40 * 40 * 4] = {fuzz_double(b)};
    hssize_t n = H5Sget_simple_extent_npoints(space);
    if (attribute >= 0 && kind != H5T_STRING && n > 0 &&
        n <= (hssize_t)(sizeof value / sizeof *value))
        H5Awrite(attribute, H5T_NATIVE_DOUBLE, value);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
}

static void change(fuzz_bytes *b, hid_t file)
{
    names all = {.n = 0};
    H5Ovisit(file, H5_INDEX_NAME, H5_ITER_INC, note, &all);
    const char *name = all.n ? all.name[fuzz_byte(b) % all.n] : "/";
    uint8_t what = fuzz_byte(b) % 5;
    if (what == 0) {
        H5Ldelete(file, name, H5P_DEFAULT);
    } else if (what == 1) { // another data set in its place
        H5Ldelete(file, name, H5P_DEFAULT);
        hid_t type = some_type(b), space = some_space(b);
        hid_t set = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        if (set >= 0) {
            change_numbers(b, set);
            H5Dclose(set);
        }
        H5Sclose(space);
        H5Tclose(type);
    } else if (what == 2) { // a group in its place
        H5Ldelete(file, name, H5P_DEFAULT);
        hid_t group = H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        if (group >= 0)
            H5Gclose(group);
    } else {
        hid_t object = H5Oopen(file, fuzz_byte(b) % 4 ? name : "/", H5P_DEFAULT);
        if (object >= 0 && what == 3 && H5Iget_type(object) == H5I_DATASET)
            change_numbers(b, object);
        else if (object >= 0)
            change_attribute(b, object);
        if (object >= 0)
            H5Oclose(object);
    }
}

// Other bytes, and perhaps fewer.
static size_t change_bytes(fuzz_bytes *b, uint8_t *data, size_t size)
{
    if (fuzz_byte(b) % 4 == 0)
        size = (size_t)(fuzz_byte(b) << 8 | fuzz_byte(b)) % (size + 1);
    while (b->size > 0 && size > 0) {
        size_t at = (size_t)(fuzz_byte(b) << 8 | fuzz_byte(b)) % size;
        data[at] = fuzz_byte(b);
    }
    return size;
}

// -- readers --------------------------------------------------------------------------------------

static void read_all(flx_ctx *ctx, flx_file *file)
{
    const char *text;
    refused_or_done(ctx, flx_file_text(file, "case/given", &text));
    refused_or_done(ctx, flx_file_text(file, "summary", &text));
    flx_tdgl_opts opts = flx_tdgl_opts_default();
    refused_or_done(ctx, flx_file_read_options(file, &flx_tdgl_option_table, &opts));
    flx_scales scales;
    refused_or_done(ctx, flx_file_read_scales(file, &scales));
    flx_file_hole_name(file, 0);
    flx_file_point_count(file);

    flx_mesh *mesh = NULL;
    refused_or_done(ctx, flx_file_read_mesh(file, &mesh));
    for (int32_t k = 0; mesh && k < flx_file_frame_count(file); k++) {
        flx_frame_data *data = NULL;
        refused_or_done(ctx, flx_file_read_frame(file, mesh, k, &data));
        flx_frame_data_free(data);
    }
    flx_mesh_free(mesh);

    flx_series *series = NULL;
    refused_or_done(ctx, flx_file_read_series(file, &series));
    flx_series_free(series);
}

static void data_file(fuzz_bytes *b)
{
    fuzz_write(bad, good_file, good_size);
    hid_t file = H5Fopen(bad, H5F_ACC_RDWR, H5P_DEFAULT);
    for (int k = 0; k < 6 && b->size > 0; k++)
        change(b, file);
    H5Fclose(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t input_size)
{
    fuzz_bytes b = {input, input_size};
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    flx_ctx *ctx = flx_ctx_create();
    uint8_t mode = fuzz_byte(&b) % 8;

    if (mode == 0) { // a checkpoint
        uint8_t *data = malloc(good_checkpoint_size + 1);
        memcpy(data, good_checkpoint, good_checkpoint_size);
        fuzz_write(checkpoint, data, change_bytes(&b, data, good_checkpoint_size));
        free(data);
        refused_or_done(
            ctx, flx_checkpoint_read(ctx, checkpoint, fuzz_byte(&b) % 2 ? &key : NULL, blocks, 2));
        flx_ctx_free(ctx);
        return 0;
    }
    if (mode == 1) // a file that was cut
        fuzz_write(bad, good_file, (size_t)(fuzz_byte(&b) << 8 | fuzz_byte(&b)) % (good_size + 1));
    else
        data_file(&b);
    if (mode == 2) // with a journal beside it
        fuzz_write(journal, b.data, b.size);

    flx_file *file = NULL;
    flx_status status = flx_file_open(ctx, bad, mode == 3 ? FLX_FILE_APPEND : FLX_FILE_READ, &file);
    refused_or_done(ctx, status);
    if (status == FLX_OK) {
        read_all(ctx, file);
        if (mode == 3)
            refused_or_done(ctx, flx_file_truncate(file, 0));
        refused_or_done(ctx, flx_file_close(file));
    } else if (file) {
        abort();
    }
    flx_mesh *mesh = NULL;
    refused_or_done(ctx, flx_mesh_read_hdf5(ctx, bad, false, &mesh));
    flx_mesh_free(mesh);
    remove(journal);
    flx_ctx_free(ctx);
    return 0;
}
