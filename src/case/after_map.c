// case/after_map.c -- the field over films at a height: applied, and that of the currents of a frame
// or of a file of the engine london.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/after.h"
#include "case/drive.h"
#include "case/london.h"

#include <math.h>

static const double BEYOND = 0.2; // [1] of the longer side: what is seen round the films
enum { PLACES = 96 };

static flx_field_plane lay_grid(const flx_mesh *mesh, double z, int32_t n)
{
    double box[4];
    flx_mesh_bounds(mesh, box);
    double side[2] = {box[2] - box[0], box[3] - box[1]};
    double beyond = BEYOND * fmax(side[0], side[1]);
    double step = (fmax(side[0], side[1]) + 2 * beyond) / (n - 1);
    int32_t count[2];
    for (int d = 0; d < 2; d++)
        count[d] = (int32_t)ceil((side[d] + 2 * beyond) / step * (1 - 1e-12)) + 1;
    return (flx_field_plane){.x0 = 0.5 * (box[0] + box[2] - (count[0] - 1) * step),
                             .y0 = 0.5 * (box[1] + box[3] - (count[1] - 1) * step),
                             .dx = step,
                             .dy = step,
                             .z = z,
                             .nx = count[0],
                             .ny = count[1]};
}

// -- the currents' field [Bc2] at the places [n][3] of the grid -----------------------------------

static flx_status of_london(flx_after *a, const double *at, int32_t n, double *bz)
{
    double *b = FLX_NEW_ARRAY(a->ctx, double, 3 * (size_t)n);
    if (!b)
        return FLX_ERR_MEMORY;
    flx_status status = flx_london_smooth_field(a->ctx, a->london->l, a->london->k,
                                                &(flx_selffield_points){.n = n, .xyz = at, .b = b});
    for (int32_t k = 0; k < n; k++)
        bz[k] = b[3 * (size_t)k + 2];
    flx_free(b);
    return status;
}

static flx_status of_frame(flx_after *a, const flx_field_plane *plane, double *bz)
{
    double *current = flx_after_sheet_current(a);
    if (!current)
        return FLX_ERR_MEMORY;
    const flx_scales *s = &a->c->scales;
    flx_sheet sheet = {.mesh = a->device->mesh,
                       .site_current = current,
                       .z = a->device->z,
                       .pearl_length = s->Lambda / s->xi};
    flx_status status = flx_measure_field_plane(a->ctx, &sheet, plane, bz);
    flx_free(current);
    return status;
}

// -- both fields, in SI ---------------------------------------------------------------------------

static flx_status fill(flx_after *a, const flx_field_plane *p, const flx_source *source,
                       flx_field_map *out)
{
    const flx_scales *s = &a->c->scales;
    int32_t n = p->nx * p->ny;
    double time = a->frame ? a->frame->frame.time : 0;
    double *at = FLX_NEW_ARRAY(a->ctx, double, 3 * (size_t)n);
    if (!at)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < n; k++) {
        int32_t row = k / p->nx;
        double *r = &at[3 * (size_t)k];
        r[0] = p->x0 + (k % p->nx) * p->dx;
        r[1] = p->y0 + row * p->dy;
        r[2] = p->z;
        out->x.value[k % p->nx] = r[0] * s->xi;
        out->y.value[row] = r[1] * s->xi;
    }
    flx_status status =
        a->london ? of_london(a, at, n, out->b.value) : of_frame(a, p, out->b.value);
    for (int32_t k = 0; k < n; k++)
        out->b.value[k] =
            s->Bc2 * (out->b.value[k] + flx_source_field(source, &at[3 * (size_t)k], time));
    flx_free(at);
    return status;
}

static flx_status fill_grid(flx_after *a, const flx_field_plane *p, flx_field_map *out)
{
    flx_case_drive drive = {0};
    out->x = (flx_array){p->nx, 1, FLX_NEW_ARRAY(a->ctx, double, p->nx)};
    out->y = (flx_array){p->ny, 1, FLX_NEW_ARRAY(a->ctx, double, p->ny)};
    out->b = (flx_array){p->ny, p->nx, FLX_NEW_ARRAY(a->ctx, double, p->nx * p->ny)};
    if (!out->x.value || !out->y.value || !out->b.value)
        return FLX_ERR_MEMORY;
    flx_status status = flx_case_drive_init(a->ctx, a->device, a->c, &drive);
    if (status == FLX_OK)
        status = fill(a, p, drive.source, out);
    flx_case_drive_clear(&drive);
    return status;
}

// -- the request ----------------------------------------------------------------------------------

static flx_status height_of(flx_after *a, const char *text, double *z)
{
    FLX_TRY(flx_after_height(a, text, z));
    for (int32_t f = 0; f < a->c->n_film; f++)
        if (*z == a->device->z[f])
            return flx_fail(a->ctx, FLX_ERR_INPUT,
                            "film '%s' lies at the height %.40s: the field in films is the picture "
                            "without a height",
                            a->c->films[f].name, text);
    return FLX_OK;
}

static flx_status open_currents(flx_after *a)
{
    FLX_TRY(flx_after_open(a));
    if (flx_after_is_london(a))
        return flx_after_london_open(a);
    if (a->c->run.screening == FLX_SCREENING_LONG)
        return flx_fail(a->ctx, FLX_ERR_INPUT,
                        "%s is of a long body, whose field is the same at all heights", a->path);
    FLX_TRY(flx_case_inputs_check(a->ctx, a->c, a->file, true));
    return flx_after_frame(a);
}

static flx_status map(flx_after *a, const flx_map_request *request, flx_field_map *out)
{
    double z = 0;
    FLX_TRY(open_currents(a));
    FLX_TRY(height_of(a, request->z, &z));
    flx_field_plane plane = lay_grid(a->device->mesh, z, request->n > 1 ? request->n : PLACES);
    return fill_grid(a, &plane, out);
}

flx_status flx_measure_file_map(flx_ctx *ctx, const char *path, const flx_map_request *request,
                                flx_field_map *out)
{
    *out = (flx_field_map){{0}, {0}, {0}};
    const flx_measure_request plain = {.group = request->group, .time = request->time};
    flx_after a = {.ctx = ctx, .request = &plain, .path = path};
    flx_status status = map(&a, request, out);
    flx_after_close(&a);
    if (status < 0) {
        flx_array_clear(&out->x);
        flx_array_clear(&out->y);
        flx_array_clear(&out->b);
    }
    return status;
}
