// case/disorder.c -- uneven material of a case: its keys, and what they add to epsilon on a mesh.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/drive.h"
#include "case/parse.h"

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
    if ((out->kind == FLX_CASE_MAP) != !flx_absent(path))
        return flx_parser_fail(p, flx_absent(path) ? node : path,
                               "a path goes with kind: file, and with no other");
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

static flx_status fill_film(flx_ctx *ctx, const flx_case *c, const flx_mesh *mesh, int32_t film,
                            double *delta)
{
    const flx_case_disorder *d = &c->layers[c->films[film].layer].disorder;
    if (d->kind == FLX_CASE_EVEN)
        return FLX_OK;
    if (d->kind == FLX_CASE_MAP)
        return fill_from_file(ctx, c, d, mesh, film, delta);
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
