// case/disorder.c -- uneven material of a case: its keys, and what they add to epsilon on a mesh.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/drive.h"
#include "case/parse.h"
#include "io/image.h"

#include <math.h>

flx_status flx_parse_disorder(flx_parser *p, const flx_node *node, flx_case_disorder *out)
{
    *out = (flx_case_disorder){.kind = FLX_CASE_EVEN};
    if (flx_absent(node))
        return FLX_OK;
    if (node->kind != FLX_NODE_MAP)
        return flx_parser_wrong(p, node);
    *out = (flx_case_disorder){
        .spread = 0.1, .length = 2, .depth = 0.5, .width = 0.5, .line = node->key_line};
    int32_t kind = 0;
    double seed = 1;
    FLX_TRY(flx_get_choice(p, flx_node_get(node, "kind"), &kind));
    out->kind = (flx_case_disorder_kind)(FLX_CASE_RANDOM + kind);
    FLX_TRY(flx_get_si(p, flx_node_get(node, "spread"), &out->spread));
    FLX_TRY(flx_get_length(p, flx_node_get(node, "length"), &out->length));
    FLX_TRY(flx_get_si(p, flx_node_get(node, "depth"), &out->depth));
    FLX_TRY(flx_get_length(p, flx_node_get(node, "width"), &out->width));
    FLX_TRY(flx_get_int(p, flx_node_get(node, "seed"), &seed));
    out->seed = (uint64_t)seed;
    const flx_node *path = flx_node_get(node, "path");
    if ((out->kind >= FLX_CASE_MAP) != !flx_absent(path))
        return flx_parser_fail(p, flx_absent(path) ? node : path,
                               "a path goes with kind: file and kind: image, and with no other");
    return flx_absent(path) ? FLX_OK : flx_get_path(p, path, &out->path);
}

// Bilinear between the points of the grid.
static flx_status fill_from_file(flx_ctx *ctx, const flx_case *c, const flx_case_disorder *d,
                                 const flx_mesh *mesh, int32_t film, double *delta)
{
    flx_field_grid g;
    FLX_TRY(flx_plane_file_read(ctx, c, &(flx_plane_file){d->path, "disorder", 1, d->line}, &g));
    flx_status status = FLX_OK;
    for (int32_t i = 0; i < mesh->n_site && status == FLX_OK; i++) {
        if (mesh->film[i] != film)
            continue;
        double x = (mesh->x[i] - g.x0) / g.dx, y = (mesh->y[i] - g.y0) / g.dy;
        double slack = 1e-6; // coordinates printed with some digits
        if (!(x > -slack && y > -slack && x < g.nx - 1 + slack && y < g.ny - 1 + slack)) {
            status = flx_device_fail(ctx, c, d->line, "disorder: '%s' does not cover the film '%s'",
                                     d->path, c->films[film].name);
            break;
        }
        int32_t a = (int32_t)fmin(fmax(x, 0), g.nx - 2), b = (int32_t)fmin(fmax(y, 0), g.ny - 2);
        const double *v = g.b + (ptrdiff_t)b * g.nx + a;
        x -= a;
        y -= b;
        delta[i] =
            (1 - y) * ((1 - x) * v[0] + x * v[1]) + y * ((1 - x) * v[g.nx] + x * v[g.nx + 1]);
    }
    flx_free((void *)(uintptr_t)g.b);
    return status;
}

// Delta between pixels whose middles stand as in the box [4] round the film; beyond the outermost as
// there.
static double of_image(const flx_image *image, const double box[4], double x, double y)
{
    double u = (x - box[0]) / (box[2] - box[0]) * image->nx - 0.5;
    double v = (y - box[1]) / (box[3] - box[1]) * image->ny - 0.5;
    u = fmin(fmax(u, 0), image->nx - 1);
    v = fmin(fmax(v, 0), image->ny - 1);
    int32_t a = (int32_t)fmin(u, image->nx - 2), b = (int32_t)fmin(v, image->ny - 2);
    a = a < 0 ? 0 : a; // of one pixel only
    b = b < 0 ? 0 : b;
    const double *g = image->grey + (ptrdiff_t)b * image->nx + a;
    int32_t right = image->nx > 1, up = image->ny > 1 ? image->nx : 0;
    u -= a;
    v -= b;
    return (1 - v) * ((1 - u) * g[0] + u * g[right]) + v * ((1 - u) * g[up] + u * g[up + right]);
}

// The image lies over the box round the film: white is the layer's own material, black lower by
// depth.
static flx_status fill_from_image(flx_ctx *ctx, const flx_case *c, const flx_case_disorder *d,
                                  const flx_mesh *mesh, int32_t film, double *delta)
{
    flx_image image;
    double box[4] = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    char *path = flx_case_path(ctx, c, d->path);
    if (!path)
        return FLX_ERR_MEMORY;
    flx_status status = flx_image_read(ctx, path, &image);
    for (int32_t i = 0; i < mesh->n_site; i++)
        if (mesh->film[i] == film) {
            box[0] = fmin(box[0], mesh->x[i]);
            box[1] = fmin(box[1], mesh->y[i]);
            box[2] = fmax(box[2], mesh->x[i]);
            box[3] = fmax(box[3], mesh->y[i]);
        }
    for (int32_t i = 0; status == FLX_OK && i < mesh->n_site; i++)
        if (mesh->film[i] == film)
            delta[i] = d->depth * (of_image(&image, box, mesh->x[i], mesh->y[i]) - 1);
    flx_image_clear(&image);
    flx_free(path);
    return status == FLX_OK || status == FLX_ERR_MEMORY
               ? status
               : flx_device_blame(ctx, c, d->line, flx_fail_in(ctx, status, "disorder"));
}

static flx_status fill_film(flx_ctx *ctx, const flx_case *c, const flx_mesh *mesh, int32_t film,
                            double *delta)
{
    const flx_case_disorder *d = &c->layers[c->films[film].layer].disorder;
    if (d->kind == FLX_CASE_EVEN)
        return FLX_OK;
    if (d->kind == FLX_CASE_MAP)
        return fill_from_file(ctx, c, d, mesh, film, delta);
    if (d->kind == FLX_CASE_IMAGE)
        return fill_from_image(ctx, c, d, mesh, film, delta);
    flx_disorder made = {.kind =
                             d->kind == FLX_CASE_RANDOM ? FLX_DISORDER_RANDOM : FLX_DISORDER_GRAINS,
                         .spread = d->spread,
                         .length = d->length,
                         .depth = d->depth,
                         .width = d->width,
                         .seed = d->seed};
    for (int32_t i = 0, last; i < mesh->n_site; i = last) { // runs of sites of this film
        for (last = i + 1; last < mesh->n_site && mesh->film[last] == mesh->film[i];)
            last++;
        if (mesh->film[i] == film)
            flx_disorder_fill(&made, mesh->x + i, mesh->y + i, last - i, delta + i);
    }
    return FLX_OK;
}

flx_status flx_case_disorder_fill(flx_ctx *ctx, const flx_case *c, const flx_mesh *mesh,
                                  double *delta)
{
    for (int32_t f = 0; f < c->n_film; f++)
        FLX_TRY(fill_film(ctx, c, mesh, f, delta));
    return FLX_OK;
}
