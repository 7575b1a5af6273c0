// Bodies and films that feel the field of their own currents, for tests of the tdgl engine.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_TEST_SCREEN_H
#define FLX_TEST_SCREEN_H

#include "base/base.h"
#include "fluxoid/geom.h"
#include "fluxoid/measure.h"
#include "fluxoid/source.h"
#include "fluxoid/tdgl.h"
#include "test_measure_mesh.h"

#define TWO_PI 6.28318530717958647692

// A disk of radius b with a hole of radius a (0: none).
typedef struct body {
    flx_ctx *ctx;
    flx_mesh *mesh;
    flx_tdgl_problem p;
    flx_tdgl_opts o;
    double field, ramp; // B = field + ramp t [Bc2], [Bc2/tau0]
    double *chi;        // [n_site] change of gauge; NULL: none
    flx_tdgl *sim;
} body;

static inline void uniform(void *user, double t, double *a, double *a_dot)
{
    const body *b = user;
    const flx_mesh *m = b->mesh;
    for (int32_t e = 0; e < m->n_edge; e++) {
        int32_t i = m->tail[e], j = m->head[e];
        double half = (m->x[i] * m->y[j] - m->x[j] * m->y[i]) / 2;
        a[e] = (b->field + b->ramp * t) * half + (b->chi ? b->chi[j] - b->chi[i] : 0);
        a_dot[e] = b->ramp * half;
    }
}

static inline void must(const body *b, flx_status status)
{
    if (status < 0)
        fail_msg("%s", flx_ctx_error(b->ctx));
}

static inline void body_init(body *b, double inner, double outer, double h, double kappa)
{
    *b = (body){.ctx = flx_ctx_create(), .o = flx_tdgl_opts_default()};
    const flx_shape_item circle[2] = {{.kind = FLX_SHAPE_CIRCLE, .size = {outer, outer}},
                                      {.kind = FLX_SHAPE_CIRCLE, .size = {inner, inner}}};
    flx_region *shape, *hole = NULL;
    must(b, flx_region_create(b->ctx, &circle[0], 1, h, &shape));
    if (inner > 0)
        must(b, flx_region_create(b->ctx, &circle[1], 1, h, &hole));
    const flx_region *holes[] = {hole};
    flx_mesh_film film = {.shape = shape, .holes = holes, .n_hole = inner > 0};
    flx_mesh_spec spec = {.films = &film, .n_film = 1};
    flx_mesh_opts opts = flx_mesh_opts_default();
    opts.max_edge = h;
    must(b, flx_mesh_make(b->ctx, &spec, &opts, &b->mesh));
    flx_region_free(shape);
    flx_region_free(hole);
    b->p = (flx_tdgl_problem){.mesh = b->mesh,
                              .u = 5.79,
                              .gamma = 1,
                              .drive = {.user = b, .vector_potential = uniform},
                              .screening = FLX_SCREENING_LONG,
                              .kappa = kappa};
}

static inline void body_clear(body *b)
{
    flx_tdgl_free(b->sim);
    free(b->chi);
    flx_mesh_free(b->mesh);
    flx_ctx_free(b->ctx);
}

static inline int32_t loop_of(const body *b, bool outer)
{
    int32_t l = 0;
    while (b->mesh->loop[l].outer != outer)
        l++;
    return l;
}

// Begins with winding n round the hole.
static inline void begin(body *b, int32_t n)
{
    flx_cplx *psi = calloc((size_t)b->mesh->n_site, sizeof *psi);
    flx_tdgl_free(b->sim);
    b->p.drive.vector_potential_varies = b->ramp != 0;
    must(b, flx_tdgl_create(b->ctx, &b->p, &b->o, &b->sim));
    flx_start_uniform(b->mesh, NULL, psi);
    flx_start_hole hole = {n ? loop_of(b, false) : 0, n};
    must(b, flx_start_holes(b->ctx, b->mesh, &hole, n != 0, psi));
    for (int32_t i = 0; b->chi && i < b->mesh->n_site; i++) {
        double c = cos(b->chi[i]), s = sin(b->chi[i]), re = psi[i].re;
        psi[i].re = c * re - s * psi[i].im;
        psi[i].im = s * re + c * psi[i].im;
    }
    must(b, flx_tdgl_set_psi(b->sim, psi, 0));
    free(psi);
}

static inline void run_to(body *b, double t_end)
{
    flx_tdgl_report report;
    while (flx_tdgl_frame(b->sim).time < t_end)
        must(b, flx_tdgl_step(b->sim, t_end, &report));
}

// A run of c, begun otherwise, that takes up the state of a run of b ends in the same bits as that. Both are
// cleared.
static inline void assert_restarts(body *b, body *c)
{
    flx_state_block from[FLX_TDGL_STATE_MAX], to[FLX_TDGL_STATE_MAX];
    b->ramp = c->ramp = 0.05;
    begin(b, 1);
    begin(c, 0);
    run_to(b, 1);
    int32_t n = flx_tdgl_state(b->sim, from);
    assert_int_equal(flx_tdgl_state(c->sim, to), n);
    for (int32_t k = 0; k < n; k++) {
        assert_string_equal(from[k].name, to[k].name);
        memcpy(to[k].data, from[k].data, from[k].bytes);
    }
    must(c, flx_tdgl_restored(c->sim));
    run_to(b, 3);
    run_to(c, 3);
    flx_frame f = flx_tdgl_frame(b->sim), g = flx_tdgl_frame(c->sim);
    assert_memory_equal(f.psi, g.psi, (size_t)b->mesh->n_site * sizeof *f.psi);
    assert_memory_equal(f.a, g.a, (size_t)b->mesh->n_edge * sizeof *f.a);
    assert_memory_equal(f.mu, g.mu, (size_t)b->mesh->n_site * sizeof *f.mu);
    body_clear(b);
    body_clear(c);
}

static inline void settle(body *b, double small)
{
    flx_tdgl_report report;
    for (int k = 0; k < 4000; k++) {
        must(b, flx_tdgl_step(b->sim, 1e6, &report));
        if (k % 8 == 7 && flx_tdgl_change(b->sim) < small)
            return;
    }
    fail_msg("change is %g still", flx_tdgl_change(b->sim));
}

static inline double flux_of(const body *b, int32_t loop)
{
    flx_frame f = flx_tdgl_frame(b->sim);
    const flx_mesh_loop *l = &b->mesh->loop[loop];
    double sum = 0;
    for (int32_t k = 0; k < l->n; k++) {
        int32_t i = b->mesh->loop_site[l->start + k];
        int32_t j = b->mesh->loop_site[l->start + (k + 1) % l->n];
        double a = f.a[flx_mesh_edge(b->mesh, i, j)];
        sum += i < j ? a : -a;
    }
    return sum / TWO_PI;
}

#endif
