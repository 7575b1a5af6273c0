// io/frame_file.c -- frames: the state of a film at one time.
//
// Arrays that seldom change (a, a_dot, eps) are written once; the later frames link to them.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/file.h"
#include "io/posix.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const link_name[FLX_N_LINK] = {"a", "a_dot", "eps"};

// Arrays of flx_frame_extra by name.
static const struct {
    const char *name;
    size_t offset;
    bool on_sites; // [n_site][2], else [n_edge]
} extra_rows[] = {
    {"supercurrent", offsetof(flx_frame_extra, supercurrent), false},
    {"normal_current", offsetof(flx_frame_extra, normal_current), false},
    {"site_supercurrent", offsetof(flx_frame_extra, site_supercurrent), true},
    {"site_normal_current", offsetof(flx_frame_extra, site_normal_current), true},
    {"a_induced", offsetof(flx_frame_extra, a_induced), false},
};
enum { N_EXTRA = sizeof extra_rows / sizeof *extra_rows };

static const double **extra_array(flx_frame_extra *extra, int k)
{
    return (const double **)(void *)((char *)extra + extra_rows[k].offset);
}

static flx_shape per_site(const flx_mesh *mesh, int columns)
{
    return (flx_shape){FLX_F64,
                       columns == 1 ? 1 : 2,
                       {(hsize_t)mesh->n_site, columns == 1 ? 1 : (hsize_t)columns}};
}

static flx_shape per_edge(const flx_mesh *mesh)
{
    return (flx_shape){FLX_F64, 1, {(hsize_t)mesh->n_edge, 1}};
}

// ---- List ----

static flx_status list_one(flx_file *file, hid_t frames, const char *name)
{
    char *end;
    errno = 0;
    long long number = strtoll(name, &end, 10);
    if (*end || end == name || number < 0 || errno)
        return flx_file_fail(file, "frames", "holds '%s', expected numbers; the file is damaged",
                             name);
    hid_t at = H5Gopen2(frames, name, H5P_DEFAULT);
    if (at < 0)
        return flx_file_fail(file, "frames", "frame %s cannot be read; the file is damaged", name);
    flx_frame_entry entry = {.number = number};
    flx_status status = flx_h5_get_real(file, at, "time", &entry.info.time);
    if (status == FLX_OK)
        status = flx_h5_get_integer(file, at, "step", &entry.info.step);
    H5Gclose(at);
    if (status == FLX_OK)
        file->frames[file->n_frame++] = entry;
    return status;
}

static int by_number(const void *a, const void *b)
{
    int64_t p = ((const flx_frame_entry *)a)->number, q = ((const flx_frame_entry *)b)->number;
    return p < q ? -1 : p > q;
}

static flx_status reserve(flx_file *file, int64_t n)
{
    if (n <= file->frame_capacity)
        return FLX_OK;
    if (n > INT32_MAX / 4)
        return flx_file_fail(file, "frames", "too many frames; the file is damaged");
    size_t capacity = 2 * (size_t)n + 16;
    flx_frame_entry *grown =
        flx_realloc(file->ctx, file->frames, (size_t)file->n_frame, capacity, sizeof *grown);
    if (!grown)
        return FLX_ERR_MEMORY;
    file->frames = grown;
    file->frame_capacity = (int32_t)capacity;
    return FLX_OK;
}

flx_status flx_frames_list(flx_file *file)
{
    file->n_frame = 0;
    hid_t frames = flx_h5_group(file->group, "frames", false);
    if (frames < 0)
        return FLX_OK;
    int64_t n = flx_h5_count(frames);
    hsize_t bytes = 0;
    H5Fget_filesize(file->id, &bytes);
    flx_status status = FLX_OK;
    if ((uint64_t)n > bytes / 8)
        status = flx_file_fail(file, "frames", "announces %lld frames; the file is damaged",
                               (long long)n);
    if (status == FLX_OK)
        status = reserve(file, n);
    char name[FLX_NAME_MAX];
    for (int64_t k = 0; k < n && status == FLX_OK; k++)
        status = flx_h5_name(frames, k, false, name)
                     ? list_one(file, frames, name)
                     : flx_file_fail(file, "frames", "cannot be listed; the file is damaged");
    H5Gclose(frames);
    if (status < 0)
        file->n_frame = 0;
    if (file->n_frame > 1)
        qsort(file->frames, (size_t)file->n_frame, sizeof *file->frames, by_number);
    return status;
}

int32_t flx_file_frame_count(const flx_file *file)
{
    return file->n_frame;
}

flx_frame_info flx_file_frame_info(const flx_file *file, int32_t k)
{
    assert(k >= 0 && k < file->n_frame);
    return file->frames[k].info;
}

int32_t flx_file_frame_at(const flx_file *file, double time)
{
    int32_t best = -1;
    for (int32_t k = 0; k < file->n_frame; k++)
        if (best < 0 ||
            fabs(file->frames[k].info.time - time) < fabs(file->frames[best].info.time - time))
            best = k;
    return best;
}

// ---- Writing ----

// An array that seldom changes: a link if an earlier frame of this run holds the same.
static flx_status write_linked(flx_file *file, hid_t at, int which, flx_shape shape,
                               const double *data)
{
    flx_frame_link *last = &file->link[which];
    uint64_t hash = flx_hash_bytes(data, (size_t)shape.n[0] * sizeof *data, 0);
    if (last->number >= 0 && last->hash == hash) {
        char target[64];
        snprintf(target, sizeof target, "frames/%lld/%s", (long long)last->number,
                 link_name[which]);
        if (H5Lcreate_hard(file->group, target, at, link_name[which], H5P_DEFAULT, H5P_DEFAULT) < 0)
            return flx_file_write_failed(file, link_name[which]);
        return FLX_OK;
    }
    *last = (flx_frame_link){hash, file->n_frame ? file->frames[file->n_frame - 1].number + 1 : 0};
    return flx_h5_write(file, at, link_name[which], shape, data);
}

static bool all_equal(const double *data, int32_t n, double value)
{
    for (int32_t k = 0; k < n; k++)
        if (data[k] != value)
            return false;
    return true;
}

static flx_status write_arrays(flx_file *file, hid_t at, const flx_frame *f)
{
    const flx_mesh *mesh = f->mesh;
    FLX_TRY(flx_h5_write(file, at, "psi", per_site(mesh, 2), f->psi));
    FLX_TRY(flx_h5_write(file, at, "mu", per_site(mesh, 1), f->mu));
    if (f->a)
        FLX_TRY(write_linked(file, at, FLX_LINK_A, per_edge(mesh), f->a));
    if (f->a_dot && !all_equal(f->a_dot, mesh->n_edge, 0))
        FLX_TRY(write_linked(file, at, FLX_LINK_A_DOT, per_edge(mesh), f->a_dot));
    if (f->eps && !all_equal(f->eps, mesh->n_site, 1))
        FLX_TRY(write_linked(file, at, FLX_LINK_EPS, per_site(mesh, 1), f->eps));
    return FLX_OK;
}

// What viewers draw, in single precision: |psi|, phase, total current with z = 0.
static flx_status write_view(flx_file *file, hid_t at, const flx_frame *f,
                             const flx_frame_extra *extra)
{
    const int32_t n = f->mesh->n_site;
    const double *js = extra->site_supercurrent, *jn = extra->site_normal_current;
    float *buffer = FLX_NEW_ARRAY(file->ctx, float, 3 * (size_t)n);
    if (!buffer)
        return FLX_ERR_MEMORY;
    hid_t view = flx_h5_group(at, "view", true);
    flx_shape shape = {FLX_F32, 1, {(hsize_t)n, 1}};
    for (int32_t i = 0; i < n; i++)
        buffer[i] = (float)hypot(f->psi[i].re, f->psi[i].im);
    flx_status status = view < 0 ? flx_file_write_failed(file, "view")
                                 : flx_h5_write(file, view, "abs_psi", shape, buffer);
    for (int32_t i = 0; i < n; i++)
        buffer[i] = (float)atan2(f->psi[i].im, f->psi[i].re);
    if (status == FLX_OK)
        status = flx_h5_write(file, view, "phase", shape, buffer);
    for (int32_t i = 0; i < n; i++) {
        for (int c = 0; c < 2; c++)
            buffer[3 * i + c] = (float)((js ? js[2 * i + c] : 0) + (jn ? jn[2 * i + c] : 0));
        buffer[3 * i + 2] = 0;
    }
    shape = (flx_shape){FLX_F32, 2, {(hsize_t)n, 3}};
    if (status == FLX_OK && (js || jn))
        status = flx_h5_write(file, view, "current", shape, buffer);
    if (view >= 0)
        H5Gclose(view);
    flx_free(buffer);
    return status;
}

static flx_status write_frame(flx_file *file, hid_t at, const flx_frame *f, flx_frame_extra *extra)
{
    FLX_TRY(flx_h5_put_real(file, at, "time", f->time));
    FLX_TRY(flx_h5_put_integer(file, at, "step", f->step));
    FLX_TRY(flx_h5_put_real(file, at, "u", f->u));
    FLX_TRY(flx_h5_put_real(file, at, "gamma", f->gamma));
    if (extra->a_induced)
        FLX_TRY(flx_h5_put_real(file, at, "field_energy", f->field_energy));
    FLX_TRY(write_arrays(file, at, f));
    for (int k = 0; k < N_EXTRA; k++) {
        const double *data = *extra_array(extra, k);
        if (data)
            FLX_TRY(flx_h5_write(file, at, extra_rows[k].name,
                                 extra_rows[k].on_sites ? per_site(f->mesh, 2) : per_edge(f->mesh),
                                 data));
    }
    return write_view(file, at, f, extra);
}

flx_status flx_file_write_frame(flx_file *file, const flx_frame *frame,
                                const flx_frame_extra *extra)
{
    FLX_TRY(flx_file_may_write(file));
    FLX_TRY(reserve(file, file->n_frame + 1));
    flx_frame_extra given = extra ? *extra : (flx_frame_extra){0};
    int64_t number = file->n_frame ? file->frames[file->n_frame - 1].number + 1 : 0;
    char name[64];
    snprintf(name, sizeof name, "frames/%lld", (long long)number);
    hid_t at = flx_h5_group(file->group, name, true);
    if (at < 0)
        return flx_file_write_failed(file, name);
    flx_status status = write_frame(file, at, frame, &given);
    H5Gclose(at);
    if (status == FLX_OK)
        status = flx_file_settle(file);
    if (status < 0) {
        // Half a frame must not be flushed by a later call.
        char reason[1024];
        snprintf(reason, sizeof reason, "%s", flx_ctx_error(file->ctx));
        if (!file->failed)
            flx_file_write_failed(file, name);
        return flx_fail(file->ctx, status, "%s", reason);
    }
    file->frames[file->n_frame++] =
        (flx_frame_entry){number, {.time = frame->time, .step = frame->step}};
    return FLX_OK;
}

static flx_status drop_frames(flx_file *file, hid_t frames, int64_t step)
{
    char name[64];
    int32_t kept = 0;
    for (int32_t k = 0; k < file->n_frame; k++) {
        if (file->frames[k].info.step <= step) {
            file->frames[kept++] = file->frames[k];
            continue;
        }
        snprintf(name, sizeof name, "%lld", (long long)file->frames[k].number);
        if (H5Ldelete(frames, name, H5P_DEFAULT) < 0)
            return flx_file_write_failed(file, "frames");
    }
    file->n_frame = kept;
    for (int k = 0; k < FLX_N_LINK; k++)
        file->link[k].number = -1;
    return FLX_OK;
}

flx_status flx_file_truncate(flx_file *file, int64_t step)
{
    FLX_TRY(flx_file_settle(file));
    hid_t frames = flx_h5_group(file->group, "frames", false);
    flx_status status = frames < 0 ? FLX_OK : drop_frames(file, frames, step);
    if (frames >= 0)
        H5Gclose(frames);
    FLX_TRY(status);
    FLX_TRY(flx_series_truncate(file, step));
    return flx_file_flush(file);
}

// ---- Reading ----

// Room for everything a frame can hold, in one piece.
static size_t frame_doubles(const flx_mesh *mesh)
{
    return 8 * (size_t)mesh->n_site + 5 * (size_t)mesh->n_edge;
}

// Reads a data set into the next piece of memory; *out stays NULL if the frame has none.
static flx_status take(flx_file *file, hid_t at, const char *name, flx_shape shape, double **next,
                       const double **out)
{
    if (!flx_h5_has(at, name))
        return FLX_OK;
    FLX_TRY(flx_h5_read(file, at, name, shape, *next));
    *out = *next;
    *next += shape.n[0] * (shape.rank == 2 ? shape.n[1] : 1);
    return FLX_OK;
}

static flx_status read_frame(flx_file *file, hid_t at, flx_frame_data *data)
{
    flx_frame *f = &data->frame;
    const flx_mesh *mesh = f->mesh;
    double *next = data->owned;
    const double *psi = NULL;
    FLX_TRY(flx_h5_get_real(file, at, "time", &f->time));
    FLX_TRY(flx_h5_get_integer(file, at, "step", &f->step));
    FLX_TRY(flx_h5_get_real(file, at, "u", &f->u));
    FLX_TRY(flx_h5_get_real(file, at, "gamma", &f->gamma));
    f->field_energy = NAN;
    if (H5Aexists(at, "field_energy") > 0) // (frames of old have none)
        FLX_TRY(flx_h5_get_real(file, at, "field_energy", &f->field_energy));
    FLX_TRY(take(file, at, "psi", per_site(mesh, 2), &next, &psi));
    FLX_TRY(take(file, at, "mu", per_site(mesh, 1), &next, &f->mu));
    FLX_TRY(take(file, at, "a", per_edge(mesh), &next, &f->a));
    FLX_TRY(take(file, at, "a_dot", per_edge(mesh), &next, &f->a_dot));
    FLX_TRY(take(file, at, "eps", per_site(mesh, 1), &next, &f->eps));
    if (!psi || !f->mu)
        return flx_file_fail(file, "frames", "a frame lacks psi or mu; the file is damaged");
    f->psi = (const flx_cplx *)(const void *)psi;
    for (int k = 0; k < N_EXTRA; k++)
        FLX_TRY(take(file, at, extra_rows[k].name,
                     extra_rows[k].on_sites ? per_site(mesh, 2) : per_edge(mesh), &next,
                     extra_array(&data->extra, k)));
    f->a_induced = data->extra.a_induced;
    assert(next <= (double *)data->owned + frame_doubles(mesh));
    return FLX_OK;
}

flx_status flx_file_read_frame(flx_file *file, const flx_mesh *mesh, int32_t k,
                               flx_frame_data **out)
{
    *out = NULL;
    if (k < 0 || k >= file->n_frame)
        return flx_fail(file->ctx, FLX_ERR_INPUT, "%s: frame %d was asked for, there are %d",
                        file->path, k, file->n_frame);
    flx_frame_data *data = FLX_NEW(file->ctx, flx_frame_data);
    if (!data)
        return FLX_ERR_MEMORY;
    data->frame.mesh = mesh;
    data->owned = FLX_NEW_ARRAY(file->ctx, double, frame_doubles(mesh));
    flx_status status = data->owned ? FLX_OK : FLX_ERR_MEMORY;
    char name[64];
    snprintf(name, sizeof name, "frames/%lld", (long long)file->frames[k].number);
    hid_t at = status < 0 ? -1 : flx_h5_group(file->group, name, false);
    if (status == FLX_OK && at < 0)
        status = flx_file_fail(file, name, "cannot be read; the file is damaged");
    if (status == FLX_OK)
        status = read_frame(file, at, data);
    if (at >= 0)
        H5Gclose(at);
    if (status < 0)
        flx_frame_data_free(data);
    else
        *out = data;
    return status;
}

void flx_frame_data_free(flx_frame_data *data)
{
    if (!data)
        return;
    flx_free(data->owned);
    flx_free(data);
}
