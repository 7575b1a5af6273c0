// tests/test_london.h -- films for the London engine, lengths in um.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_TEST_LONDON_H
#define FLX_TEST_LONDON_H

#include "fluxoid/geom.h"
#include "fluxoid/london.h"
#include "fluxoid/mesh.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double PI = 3.14159265358979323846;
static const double MU0 = 4e-1 * 3.14159265358979323846; // [pH/um]

static inline void give_up(flx_ctx *ctx, flx_status status)
{
    if (status < 0) {
        fprintf(stderr, "%s\n", flx_ctx_error(ctx));
        exit(1);
    }
}

// Round films with a hole or without (inner 0).
typedef struct round_film {
    double inner, outer, z;
} round_film;

// Edges up to h, at rims a share `rim` of it.
static inline flx_mesh *rings_mesh(flx_ctx *ctx, const round_film *films, int32_t n, double h,
                                   double rim)
{
    enum { MOST = 4 };
    flx_region *shape[MOST], *hole[MOST] = {NULL};
    const flx_region *holes[MOST][1];
    flx_mesh_film film[MOST];
    for (int32_t k = 0; k < n; k++) {
        flx_shape_item outer = {.kind = FLX_SHAPE_CIRCLE, .size = {films[k].outer, films[k].outer}};
        flx_shape_item inner = {.kind = FLX_SHAPE_CIRCLE, .size = {films[k].inner, films[k].inner}};
        give_up(ctx, flx_region_create(ctx, &outer, 1, rim * h, &shape[k]));
        if (films[k].inner > 0)
            give_up(ctx, flx_region_create(ctx, &inner, 1, rim * h, &hole[k]));
        holes[k][0] = hole[k];
        film[k] = (flx_mesh_film){
            .shape = shape[k], .holes = holes[k], .n_hole = films[k].inner > 0, .z = films[k].z};
    }
    flx_mesh_refine near = {.near = FLX_NEAR_EDGES, .max_edge = rim * h};
    flx_mesh_spec spec = {.films = film, .n_film = n, .refine = &near, .n_refine = rim < 1};
    flx_mesh_opts opts = flx_mesh_opts_default();
    opts.max_edge = h;
    flx_mesh *mesh;
    give_up(ctx, flx_mesh_make(ctx, &spec, &opts, &mesh));
    for (int32_t k = 0; k < n; k++) {
        flx_region_free(shape[k]);
        flx_region_free(hole[k]);
    }
    return mesh;
}

// An engine with one Pearl length for all triangles.
static inline flx_london *london_of(flx_ctx *ctx, const flx_mesh *mesh, const double *z,
                                    double lambda, const flx_london_opts *opts)
{
    double *each = malloc((size_t)mesh->n_tri * sizeof *each);
    for (int32_t t = 0; t < mesh->n_tri; t++)
        each[t] = lambda;
    flx_london_opts preset = flx_london_opts_default();
    flx_london *l;
    give_up(ctx, flx_london_create(ctx, &(flx_london_problem){.mesh = mesh, .z = z, .lambda = each},
                                   opts ? opts : &preset, &l));
    free(each);
    return l;
}

#endif
