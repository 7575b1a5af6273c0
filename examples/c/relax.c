// relax.c -- a square film with a round hole that holds one fluxoid, relaxed in a field.
//
// Shows the library from end to end: a shape, its mesh, the engine, two measurements. Lengths are
// in coherence lengths xi, the field is in Bc2, times are in tau0. Build: see CMakeLists.txt beside
// this file.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fluxoid/geom.h>
#include <fluxoid/measure.h>
#include <fluxoid/mesh.h>
#include <fluxoid/source.h>
#include <fluxoid/tdgl.h>

#include <stdio.h>
#include <stdlib.h>

typedef struct film {
    flx_region *square, *hole;
    flx_mesh *mesh;
    double field; // [Bc2]
} film;

// The uniform field in the gauge A = (B/2) (-y, x): its line integral along a straight edge is
// exact.
static void uniform_field(void *user, double t, double *a, double *a_dot)
{
    (void)t;
    const film *f = user;
    const flx_mesh *m = f->mesh;
    for (int32_t e = 0; e < m->n_edge; e++) {
        int32_t i = m->tail[e], j = m->head[e];
        a[e] = 0.5 * f->field * (m->x[i] * m->y[j] - m->x[j] * m->y[i]);
        a_dot[e] = 0;
    }
}

// 12 xi x 12 xi with a hole of radius 2 xi; edges of at most 0.5 xi.
static flx_status make_mesh(flx_ctx *ctx, film *f)
{
    const flx_shape_item box = {.kind = FLX_SHAPE_BOX, .size = {12, 12}};
    const flx_shape_item disk = {.kind = FLX_SHAPE_CIRCLE, .size = {2, 2}};
    flx_mesh_opts opts = flx_mesh_opts_default();
    opts.max_edge = 0.5;

    flx_status status = flx_region_create(ctx, &box, 1, opts.max_edge, &f->square);
    if (status == FLX_OK)
        status = flx_region_create(ctx, &disk, 1, opts.max_edge, &f->hole);
    if (status < 0)
        return status;
    const flx_region *holes[] = {f->hole};
    const flx_mesh_film shape = {.shape = f->square, .holes = holes, .n_hole = 1, .name = "square"};
    const flx_mesh_spec spec = {.films = &shape, .n_film = 1};
    return flx_mesh_make(ctx, &spec, &opts, &f->mesh);
}

static int32_t find_hole(const flx_mesh *mesh)
{
    int32_t l = 0;
    while (l < mesh->n_loop && mesh->loop[l].hole != 0)
        l++;
    return l;
}

// From winding 1 round the hole until nothing moves any more.
static flx_status relax(flx_ctx *ctx, film *f, flx_cplx *psi, flx_tdgl **sim)
{
    const flx_tdgl_problem problem = {
        .mesh = f->mesh,
        .u = 5.79,
        .gamma = 0,
        .drive = {.user = f, .vector_potential = uniform_field},
    };
    const flx_tdgl_opts opts = flx_tdgl_opts_default();
    const flx_start_hole start = {.loop = find_hole(f->mesh), .winding = 1};
    flx_start_uniform(f->mesh, NULL, psi);
    flx_status status = flx_start_holes(ctx, f->mesh, &start, 1, psi);
    if (status == FLX_OK)
        status = flx_tdgl_create(ctx, &problem, &opts, sim);
    if (status == FLX_OK)
        status = flx_tdgl_set_psi(*sim, psi, 0);

    flx_tdgl_report report = {.time = 0};
    while (status >= 0 && report.time < 200) {
        status = flx_tdgl_step(*sim, 200, &report);
        if (status >= 0 && flx_tdgl_change(*sim) < 1e-6)
            break;
    }
    return status;
}

static flx_status print_result(flx_ctx *ctx, const film *f, const flx_tdgl *sim)
{
    const flx_frame frame = flx_tdgl_frame(sim);
    const flx_mesh_loop *rim = &f->mesh->loop[find_hole(f->mesh)];
    flx_fluxoid fluxoid;
    flx_status status =
        flx_measure_fluxoid(ctx, &frame, f->mesh->loop_site + rim->start, rim->n, &fluxoid);
    if (status < 0)
        return status;
    printf("sites     %d\n", (int)f->mesh->n_site);
    printf("energy    %.6f F0\n", flx_measure_energy(&frame).total_F0);
    printf("winding   %d\n", (int)fluxoid.winding);
    printf("fluxoid   %.4f Phi0 = flux %.4f + supercurrent %.4f\n", fluxoid.fluxoid_Phi0,
           fluxoid.flux_Phi0, fluxoid.supercurrent_Phi0);
    return FLX_OK;
}

int main(void)
{
    flx_ctx *ctx = flx_ctx_create();
    film f = {.field = 0.05};
    flx_cplx *psi = NULL;
    flx_tdgl *sim = NULL;

    flx_status status = make_mesh(ctx, &f);
    if (status >= 0) {
        psi = malloc((size_t)f.mesh->n_site * sizeof *psi);
        status = psi ? relax(ctx, &f, psi, &sim) : FLX_ERR_MEMORY;
    }
    if (status >= 0)
        status = print_result(ctx, &f, sim);
    if (status < 0)
        fprintf(stderr, "relax: %s\n", flx_ctx_error(ctx));

    flx_tdgl_free(sim);
    free(psi);
    flx_mesh_free(f.mesh);
    flx_region_free(f.hole);
    flx_region_free(f.square);
    flx_ctx_free(ctx);
    return status < 0;
}
