// case/start.c -- the state a run starts from: as the case says, from a file, or carried over from
// the run before.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/drive.h"

#include <math.h>
#include <string.h>

flx_status flx_carried_init(flx_ctx *ctx, const flx_frame *frame, flx_mesh *mesh, double xi,
                            flx_carried *out)
{
    *out = (flx_carried){.mesh = mesh, .xi = xi};
    out->psi = FLX_NEW_ARRAY(ctx, flx_cplx, mesh->n_site);
    out->a = FLX_NEW_ARRAY(ctx, double, mesh->n_edge);
    if (frame->a_induced)
        out->a_induced = FLX_NEW_ARRAY(ctx, double, mesh->n_edge);
    if (!out->psi || !out->a || (frame->a_induced && !out->a_induced)) {
        flx_carried_clear(out);
        return FLX_ERR_MEMORY;
    }
    memcpy(out->psi, frame->psi, (size_t)mesh->n_site * sizeof *out->psi);
    if (frame->a)
        memcpy(out->a, frame->a, (size_t)mesh->n_edge * sizeof *out->a);
    if (frame->a_induced)
        memcpy(out->a_induced, frame->a_induced, (size_t)mesh->n_edge * sizeof *out->a_induced);
    return FLX_OK;
}

void flx_carried_clear(flx_carried *carried)
{
    flx_free(carried->psi);
    flx_free(carried->a);
    flx_free(carried->a_induced);
    *carried = (flx_carried){0};
}

// psi of another run: as it is on the same mesh, else interpolated. Line integrals of A count in
// Phi0/2 pi whatever xi, so only the lengths of the mesh are converted.
static flx_status take(flx_ctx *ctx, const flx_device *device, const flx_case *c,
                       const flx_carried *from, flx_cplx *psi)
{
    const flx_mesh *mesh = device->mesh;
    if (from->mesh == mesh || flx_mesh_hash(from->mesh) == flx_mesh_hash(mesh)) {
        memcpy(psi, from->psi, (size_t)mesh->n_site * sizeof *psi);
        return FLX_OK;
    }
    if (from->xi > 0 && from->xi != c->scales.xi)
        flx_mesh_scale(from->mesh, from->xi / c->scales.xi);
    flx_frame frame = {.mesh = from->mesh, .psi = from->psi, .a = from->a, .u = c->u};
    flx_status status = flx_start_from(ctx, &frame, mesh, psi);
    if (from->xi > 0 && from->xi != c->scales.xi)
        flx_mesh_scale(from->mesh, c->scales.xi / from->xi);
    return status;
}

flx_status flx_carried_read(flx_ctx *ctx, flx_file *file, double time, flx_carried *out,
                            flx_mesh **mesh)
{
    *mesh = NULL;
    flx_frame_data *data = NULL;
    flx_scales scales;
    int32_t n = flx_file_frame_count(file);
    int32_t k = isnan(time) ? n - 1 : flx_file_frame_at(file, time);
    if (k < 0)
        return flx_fail(ctx, FLX_ERR_INPUT, "the file holds no frame there");
    FLX_TRY(flx_file_read_scales(file, &scales));
    FLX_TRY(flx_file_read_mesh(file, mesh));
    flx_status status = flx_file_read_frame(file, *mesh, k, &data);
    if (status == FLX_OK)
        status = flx_carried_init(ctx, &data->frame, *mesh, scales.xi, out);
    flx_frame_data_free(data);
    if (status < 0) {
        flx_mesh_free(*mesh);
        *mesh = NULL;
    }
    return status;
}

// What a state gives: psi and, where it is wanted, a_induced.
typedef struct given {
    flx_cplx *psi;
    double *a_induced;
} given;

static flx_status take_induced(flx_ctx *ctx, const flx_device *device, const flx_carried *from,
                               double *a_induced)
{
    const flx_mesh *mesh = device->mesh;
    if (!from->a_induced)
        return FLX_OK;
    if (from->mesh != mesh && flx_mesh_hash(from->mesh) != flx_mesh_hash(mesh))
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "the state has a field of its currents and is on another mesh; start from "
                        "one on the same mesh");
    memcpy(a_induced, from->a_induced, (size_t)mesh->n_edge * sizeof *a_induced);
    return FLX_OK;
}

static flx_status from_file(flx_ctx *ctx, const flx_device *device, const flx_case *c,
                            const given *out)
{
    flx_file *file = NULL;
    flx_mesh *mesh = NULL;
    flx_carried from = {0};
    char *path = flx_case_path(ctx, c, c->start.from);
    if (!path)
        return FLX_ERR_MEMORY;
    flx_status status = flx_file_open(ctx, path, FLX_FILE_READ, &file);
    if (status == FLX_OK)
        status = flx_carried_read(ctx, file, c->start.from_time, &from, &mesh);
    if (status == FLX_OK)
        status = out->psi ? take(ctx, device, c, &from, out->psi)
                          : take_induced(ctx, device, &from, out->a_induced);
    if (status < 0)
        status = flx_device_blame(ctx, c, c->start.line, flx_fail_in(ctx, status, "start.from"));
    flx_carried_clear(&from);
    flx_mesh_free(mesh);
    flx_file_close(file);
    flx_free(path);
    return status;
}

static flx_status add_windings(flx_ctx *ctx, const flx_device *device, const flx_case *c,
                               flx_cplx *psi)
{
    int32_t n = c->start.n_winding;
    flx_start_hole *holes = FLX_NEW_ARRAY(ctx, flx_start_hole, n);
    if (!holes)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < n; k++) {
        const flx_case_winding *w = &c->start.winding[k];
        int32_t hole = device->first_hole[w->film] + w->hole;
        holes[k] = (flx_start_hole){device->hole_loop[hole], w->winding};
    }
    flx_status status = flx_start_holes(ctx, device->mesh, holes, n, psi);
    flx_free(holes);
    return status;
}

static flx_status add_vortices(flx_ctx *ctx, const flx_device *device, const flx_case *c,
                               flx_cplx *psi)
{
    int32_t n = c->start.n_vortex;
    flx_start_vortex *vortices = FLX_NEW_ARRAY(ctx, flx_start_vortex, n);
    if (!vortices)
        return FLX_ERR_MEMORY;
    flx_status status = FLX_OK;
    for (int32_t k = 0; status == FLX_OK && k < n; k++) {
        const flx_case_vortex *v = &c->start.vortex[k];
        vortices[k] =
            (flx_start_vortex){.x = v->at[0], .y = v->at[1], .winding = (int32_t)v->winding};
        status = flx_device_film_of_vortex(ctx, device, c, v, &vortices[k].film);
    }
    if (status == FLX_OK)
        status = flx_start_vortices(ctx, device->mesh, vortices, n, psi);
    flx_free(vortices);
    return status;
}

flx_status flx_case_start_psi(flx_ctx *ctx, const flx_device *device, const flx_case *c,
                              flx_source *source, const flx_carried *from, flx_cplx *psi)
{
    if (from)
        return take(ctx, device, c, from, psi);
    if (c->start.from) {
        FLX_TRY(from_file(ctx, device, c, &(given){.psi = psi}));
    } else if (c->start.normal) {
        flx_start_noise(device->mesh, c->start.noise, c->start.seed, psi);
    } else {
        double *eps = FLX_NEW_ARRAY(ctx, double, device->mesh->n_site);
        if (!eps)
            return FLX_ERR_MEMORY;
        flx_source_epsilon(source, 0, eps);
        flx_start_uniform(device->mesh, eps, psi);
        flx_free(eps);
    }
    if (!c->start.from) // a state from a file has been turned
        flx_case_phase_turn(c, device->mesh, psi);
    FLX_TRY(add_windings(ctx, device, c, psi));
    return add_vortices(ctx, device, c, psi);
}

flx_status flx_case_start_induced(flx_ctx *ctx, const flx_device *device, const flx_case *c,
                                  const flx_carried *from, double *a_induced)
{
    memset(a_induced, 0, (size_t)device->mesh->n_edge * sizeof *a_induced);
    if (from)
        return take_induced(ctx, device, from, a_induced);
    if (c->start.from)
        return from_file(ctx, device, c, &(given){.a_induced = a_induced});
    return FLX_OK;
}
