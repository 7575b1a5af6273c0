// io/mesh_file.c -- meshes in HDF5: our own /mesh, bit for bit, and those of other programs.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/file.h"
#include "io/journal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LOOP_COLUMNS = 5 }; // start, n, film, hole, outer

static flx_shape shape1(flx_number type, int64_t n)
{
    return (flx_shape){type, 1, {(hsize_t)n, 1}};
}

static flx_shape shape2(flx_number type, int64_t n, int64_t m)
{
    return (flx_shape){type, 2, {(hsize_t)n, (hsize_t)m}};
}

// ---- Writing ----

static flx_status write_sites(flx_file *file, hid_t at, const flx_mesh *mesh)
{
    double *xy = FLX_NEW_ARRAY(file->ctx, double, 2 * (size_t)mesh->n_site);
    if (!xy)
        return FLX_ERR_MEMORY;
    for (int32_t i = 0; i < mesh->n_site; i++) {
        xy[2 * i] = mesh->x[i];
        xy[2 * i + 1] = mesh->y[i];
    }
    flx_status status = flx_h5_write(file, at, "xy", shape2(FLX_F64, mesh->n_site, 2), xy);
    flx_free(xy);
    return status;
}

static flx_status write_loops(flx_file *file, hid_t at, const flx_mesh *mesh)
{
    size_t n = (size_t)mesh->n_loop;
    int32_t sites = 0;
    int32_t *loop = FLX_NEW_ARRAY(file->ctx, int32_t, n * LOOP_COLUMNS);
    if (!loop)
        return FLX_ERR_MEMORY;
    for (size_t k = 0; k < n; k++) {
        const flx_mesh_loop *l = &mesh->loop[k];
        const int32_t row[LOOP_COLUMNS] = {l->start, l->n, l->film, l->hole, l->outer};
        memcpy(loop + k * LOOP_COLUMNS, row, sizeof row);
        sites += l->n;
    }
    flx_status status =
        flx_h5_write(file, at, "loop", shape2(FLX_I32, mesh->n_loop, LOOP_COLUMNS), loop);
    flx_free(loop);
    return status < 0
               ? status
               : flx_h5_write(file, at, "loop_site", shape1(FLX_I32, sites), mesh->loop_site);
}

static flx_status write_holes(flx_file *file, hid_t at, const char *const *name, int32_t n)
{
    FLX_TRY(flx_h5_put_integer(file, at, "n_hole", n));
    char key[64];
    for (int32_t k = 0; k < n; k++) {
        snprintf(key, sizeof key, "hole_%d", (int)k);
        FLX_TRY(flx_h5_put_label(file, at, key, name[k]));
    }
    return FLX_OK;
}

static flx_status write_mesh(flx_file *file, hid_t at, const flx_mesh *m)
{
    FLX_TRY(write_sites(file, at, m));
    FLX_TRY(flx_h5_write(file, at, "tri", shape2(FLX_I32, m->n_tri, 3), m->tri));
    FLX_TRY(flx_h5_write(file, at, "film", shape1(FLX_I32, m->n_site), m->film));
    FLX_TRY(flx_h5_write(file, at, "area", shape1(FLX_F64, m->n_site), m->area));
    FLX_TRY(flx_h5_write(file, at, "tail", shape1(FLX_I32, m->n_edge), m->tail));
    FLX_TRY(flx_h5_write(file, at, "head", shape1(FLX_I32, m->n_edge), m->head));
    FLX_TRY(flx_h5_write(file, at, "length", shape1(FLX_F64, m->n_edge), m->length));
    FLX_TRY(flx_h5_write(file, at, "dual", shape1(FLX_F64, m->n_edge), m->dual));
    return write_loops(file, at, m);
}

flx_status flx_file_write_mesh(flx_file *file, const flx_mesh *mesh, const char *const *hole_name,
                               int32_t n_hole)
{
    FLX_TRY(flx_file_may_write(file));
    if (flx_h5_has(file->group, "mesh") && H5Ldelete(file->group, "mesh", H5P_DEFAULT) < 0)
        return flx_file_write_failed(file, "mesh");
    hid_t at = flx_h5_group(file->group, "mesh", true);
    if (at < 0)
        return flx_file_write_failed(file, "mesh");
    flx_status status = write_mesh(file, at, mesh);
    if (status == FLX_OK)
        status = write_holes(file, at, hole_name, n_hole);
    H5Gclose(at);
    return status;
}

// ---- Reading ----

// What is read of a mesh before it is rebuilt. All owned.
typedef struct raw_mesh {
    int32_t n_site, n_tri;
    double *xy, *x, *y; // [n_site][2], [n_site]
    int32_t *tri;       // [n_tri][3]
    int32_t *film;      // [n_tri]; NULL: not told
} raw_mesh;

static void free_raw(raw_mesh *raw)
{
    flx_free(raw->xy);
    flx_free(raw->x);
    flx_free(raw->y);
    flx_free(raw->tri);
    flx_free(raw->film);
}

static flx_status check_counts(flx_file *file, const char *name, const flx_shape *shape, hsize_t n)
{
    if (shape->n[1] != n || shape->n[0] < 3 - (n == 3 ? 2 : 0) || shape->n[0] > INT32_MAX / 8)
        return flx_file_fail(file, name, "is %llu x %llu, expected n x %llu; it holds no mesh",
                             (unsigned long long)shape->n[0], (unsigned long long)shape->n[1],
                             (unsigned long long)n);
    return FLX_OK;
}

static flx_status read_raw(flx_file *file, hid_t at, const char *sites, const char *triangles,
                           raw_mesh *raw)
{
    flx_shape points = {.type = FLX_F64, .rank = 2}, tri = {.type = FLX_I32, .rank = 2};
    FLX_TRY(flx_h5_shape_of(file, at, sites, &points));
    FLX_TRY(flx_h5_shape_of(file, at, triangles, &tri));
    FLX_TRY(check_counts(file, sites, &points, 2));
    FLX_TRY(check_counts(file, triangles, &tri, 3));
    size_t n = (size_t)points.n[0], m = (size_t)tri.n[0];
    raw->n_site = (int32_t)n;
    raw->n_tri = (int32_t)m;
    raw->xy = FLX_NEW_ARRAY(file->ctx, double, 2 * n);
    raw->x = FLX_NEW_ARRAY(file->ctx, double, n);
    raw->y = FLX_NEW_ARRAY(file->ctx, double, n);
    raw->tri = FLX_NEW_ARRAY(file->ctx, int32_t, 3 * m);
    if (!raw->xy || !raw->x || !raw->y || !raw->tri)
        return FLX_ERR_MEMORY;
    FLX_TRY(flx_h5_read(file, at, sites, points, raw->xy));
    FLX_TRY(flx_h5_read(file, at, triangles, tri, raw->tri));
    for (size_t i = 0; i < n; i++) {
        raw->x[i] = raw->xy[2 * i];
        raw->y[i] = raw->xy[2 * i + 1];
        if (!isfinite(raw->x[i]) || !isfinite(raw->y[i]))
            return flx_file_fail(file, sites, "site %zu is not finite; the file is damaged", i);
    }
    for (size_t k = 0; k < 3 * m; k++)
        if (raw->tri[k] < 0 || (size_t)raw->tri[k] >= n)
            return flx_file_fail(file, triangles,
                                 "triangle %zu names site %d, there are %zu; the file is damaged",
                                 k / 3, raw->tri[k], n);
    return FLX_OK;
}

// Triangles take the film of their sites.
static flx_status read_films(flx_file *file, hid_t at, raw_mesh *raw)
{
    int32_t *site = FLX_NEW_ARRAY(file->ctx, int32_t, raw->n_site);
    raw->film = FLX_NEW_ARRAY(file->ctx, int32_t, raw->n_tri);
    flx_status status = site && raw->film ? FLX_OK : FLX_ERR_MEMORY;
    if (status == FLX_OK)
        status = flx_h5_read(file, at, "film", shape1(FLX_I32, raw->n_site), site);
    for (int32_t i = 0; status == FLX_OK && i < raw->n_site; i++)
        if (site[i] < 0 || site[i] >= raw->n_site)
            status = flx_file_fail(file, "mesh/film", "site %d is in film %d; the file is damaged",
                                   i, site[i]);
    for (int32_t t = 0; status == FLX_OK && t < raw->n_tri; t++)
        raw->film[t] = site[raw->tri[3 * t]];
    flx_free(site);
    return status;
}

// kind: unsigned_duals and flat are read.
static flx_status build(flx_file *file, const raw_mesh *raw, flx_mesh_input kind, flx_mesh **out)
{
    const flx_mesh_input input = {.n_site = raw->n_site,
                                  .n_tri = raw->n_tri,
                                  .x = raw->x,
                                  .y = raw->y,
                                  .tri = raw->tri,
                                  .film = raw->film,
                                  .unsigned_duals = kind.unsigned_duals,
                                  .flat = kind.flat,
                                  .keep_order = true};
    flx_status status = flx_mesh_create(file->ctx, &input, out);
    return status == FLX_ERR_MEMORY || status >= 0
               ? status
               : flx_fail_in(file->ctx, FLX_ERR_FILE, "%s", file->path);
}

// Takes an array as the file has it instead of as it was rebuilt.
static flx_status take_doubles(flx_file *file, hid_t at, const char *name, double *array, int32_t n)
{
    FLX_TRY(flx_h5_read(file, at, name, shape1(FLX_F64, n), array));
    for (int32_t k = 0; k < n; k++)
        if (!isfinite(array[k]))
            return flx_file_fail(file, name, "number %d is not finite; the file is damaged", k);
    return FLX_OK;
}

static flx_status check_edges(flx_file *file, hid_t at, const flx_mesh *mesh, int32_t *buffer)
{
    size_t bytes = (size_t)mesh->n_edge * sizeof *buffer;
    FLX_TRY(flx_h5_read(file, at, "tail", shape1(FLX_I32, mesh->n_edge), buffer));
    bool same = memcmp(buffer, mesh->tail, bytes) == 0;
    FLX_TRY(flx_h5_read(file, at, "head", shape1(FLX_I32, mesh->n_edge), buffer));
    return same && memcmp(buffer, mesh->head, bytes) == 0
               ? FLX_OK
               : flx_file_fail(file, "mesh",
                               "its edges are not those of its triangles; the file is "
                               "damaged");
}

// Marks the loops that go around named holes.
static flx_status take_loops(flx_file *file, hid_t at, flx_mesh *mesh)
{
    flx_shape shape = shape2(FLX_I32, mesh->n_loop, LOOP_COLUMNS);
    int32_t *loop = FLX_NEW_ARRAY(file->ctx, int32_t, (size_t)mesh->n_loop * LOOP_COLUMNS);
    if (!loop)
        return FLX_ERR_MEMORY;
    flx_status status = flx_h5_read(file, at, "loop", shape, loop);
    for (int32_t k = 0; status == FLX_OK && k < mesh->n_loop; k++) {
        const int32_t *row = loop + (size_t)k * LOOP_COLUMNS;
        flx_mesh_loop *l = &mesh->loop[k];
        if (row[0] != l->start || row[1] != l->n || row[3] < -1)
            status = flx_file_fail(file, "mesh/loop",
                                   "loop %d is not that of the triangles; the "
                                   "file is damaged",
                                   k);
        l->hole = row[3];
    }
    flx_free(loop);
    return status;
}

static flx_status restore(flx_file *file, hid_t at, flx_mesh *mesh)
{
    int32_t *buffer = FLX_NEW_ARRAY(file->ctx, int32_t, mesh->n_edge);
    if (!buffer)
        return FLX_ERR_MEMORY;
    flx_status status = check_edges(file, at, mesh, buffer);
    flx_free(buffer);
    FLX_TRY(status);
    FLX_TRY(take_doubles(file, at, "area", mesh->area, mesh->n_site));
    FLX_TRY(take_doubles(file, at, "length", mesh->length, mesh->n_edge));
    FLX_TRY(take_doubles(file, at, "dual", mesh->dual, mesh->n_edge));
    return take_loops(file, at, mesh);
}

static flx_status read_own(flx_file *file, hid_t at, flx_mesh **out)
{
    raw_mesh raw = {0};
    flx_status status = read_raw(file, at, "xy", "tri", &raw);
    if (status == FLX_OK)
        status = read_films(file, at, &raw);
    if (status == FLX_OK)
        status = build(file, &raw, (flx_mesh_input){.flat = true}, out); // any mesh of ours
    free_raw(&raw);
    if (status == FLX_OK)
        status = restore(file, at, *out);
    if (status < 0) {
        flx_mesh_free(*out);
        *out = NULL;
    }
    return status;
}

// The mesh of the present group, or else that of the whole file.
static hid_t mesh_group(flx_file *file)
{
    hid_t at = flx_h5_group(file->group, "mesh", false);
    return at >= 0 ? at : flx_h5_group(file->id, "/mesh", false);
}

flx_status flx_file_read_mesh(flx_file *file, flx_mesh **out)
{
    *out = NULL;
    hid_t at = mesh_group(file);
    if (at < 0)
        return flx_file_fail(file, "mesh", "is missing; the run did not get that far");
    flx_status status = read_own(file, at, out);
    H5Gclose(at);
    return status;
}

const char *flx_file_hole_name(flx_file *file, int32_t hole)
{
    char key[64], name[FLX_NAME_MAX];
    hid_t at = hole < 0 ? -1 : mesh_group(file);
    if (at < 0)
        return NULL;
    snprintf(key, sizeof key, "hole_%d", (int)hole);
    bool known = H5Aexists(at, key) > 0 && flx_h5_get_label(file, at, key, name) == FLX_OK;
    H5Gclose(at);
    if (!known)
        return NULL;
    flx_free(file->hole);
    file->hole = flx_strdup(file->ctx, name);
    return file->hole;
}

// ---- Import ----

// Where other programs keep sites and elements: pyTDGL's solutions, its devices, a bare mesh.
static const char *const places[] = {"mesh", "solution/device/mesh", "device/mesh", "."};

static flx_status read_foreign(flx_file *file, bool unsigned_duals, flx_mesh **out)
{
    for (size_t k = 0; k < sizeof places / sizeof *places; k++) {
        bool root = strcmp(places[k], ".") == 0;
        hid_t at =
            root ? H5Gopen2(file->id, "/", H5P_DEFAULT) : flx_h5_group(file->id, places[k], false);
        if (at < 0)
            continue;
        if (flx_h5_has(at, "sites") && flx_h5_has(at, "elements")) {
            raw_mesh raw = {0};
            flx_status status = read_raw(file, at, "sites", "elements", &raw);
            if (status == FLX_OK)
                status = build(file, &raw, (flx_mesh_input){.unsigned_duals = unsigned_duals}, out);
            free_raw(&raw);
            H5Gclose(at);
            return status;
        }
        H5Gclose(at);
    }
    return flx_file_fail(file, "",
                         "holds no mesh: neither /mesh of fluxoid nor sites and elements of pyTDGL "
                         "in /mesh, /solution/device/mesh, /device/mesh or /");
}

static flx_status read_any(flx_file *file, bool unsigned_duals, flx_mesh **out)
{
    hid_t at = flx_h5_group(file->id, "mesh", false);
    bool own = at >= 0 && flx_h5_has(at, "xy") && flx_h5_has(at, "tri");
    flx_status status = own ? read_own(file, at, out) : read_foreign(file, unsigned_duals, out);
    if (at >= 0)
        H5Gclose(at);
    return status;
}

flx_status flx_mesh_read_hdf5(flx_ctx *ctx, const char *path, bool unsigned_duals, flx_mesh **out)
{
    *out = NULL;
    flx_file *file;
    FLX_TRY(flx_file_open_any(ctx, path, &file));
    flx_status status = read_any(file, unsigned_duals, out);
    flx_file_close(file);
    return status;
}
