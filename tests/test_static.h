// tests/test_static.h -- films, fields and currents for the tests of the static engine.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_TEST_STATIC_H
#define FLX_TEST_STATIC_H

#include "base/base.h"
#include "fluxoid/static.h"
#include "static/static_internal.h"
#include "test.h"
#include "validate/validate.h"

// B = field + field_rate t; current between the first two terminals likewise; eps by a function.
typedef struct film {
    const flx_mesh *mesh;
    double field, field_rate, current, current_rate;
    double (*eps)(double x, double y);
    const double *chi; // [n_site] change of gauge
} film;

static inline void film_a(void *user, double t, double *a, double *a_dot)
{
    const film *f = user;
    uniform field = {f->mesh, f->field + t * f->field_rate};
    uniform_a(&field, t, a, a_dot);
    for (int32_t e = 0; f->chi && e < f->mesh->n_edge; e++)
        a[e] += f->chi[f->mesh->head[e]] - f->chi[f->mesh->tail[e]];
}

static inline void film_eps(void *user, double t, double *eps)
{
    const film *f = user;
    (void)t;
    for (int32_t i = 0; i < f->mesh->n_site; i++)
        eps[i] = f->eps ? f->eps(f->mesh->x[i], f->mesh->y[i]) : 1;
}

static inline void film_current(void *user, double t, double *current)
{
    const film *f = user;
    current[0] = f->current + t * f->current_rate;
    current[1] = -current[0];
}

static inline flx_static_problem film_problem(film *f, const flx_terminal *terminals)
{
    return (flx_static_problem){.mesh = f->mesh,
                                .terminals = terminals,
                                .n_terminal = terminals ? 2 : 0,
                                .drive = {.user = f,
                                          .vector_potential = film_a,
                                          .vector_potential_varies = true,
                                          .epsilon = film_eps,
                                          .current = terminals ? film_current : NULL},
                                .u = 5.79};
}

static inline flx_static *film_static(flx_ctx *ctx, film *f, const flx_terminal *terminals,
                                      int32_t modes)
{
    flx_static_problem p = film_problem(f, terminals);
    flx_static_opts o = flx_static_opts_default();
    o.modes = modes;
    flx_static *st;
    must(ctx, flx_static_create(ctx, &p, &o, &st));
    return st;
}

static inline flx_static_report minimum(flx_ctx *ctx, flx_static *st)
{
    flx_static_report report;
    must(ctx, flx_static_minimise(st, &report));
    return report;
}

static inline double energy_F0(const flx_static *st)
{
    flx_frame f = flx_static_frame(st);
    return flx_measure_energy(&f).total_F0;
}

static inline int32_t winding_of(flx_ctx *ctx, const flx_static *st, int32_t loop)
{
    flx_frame f = flx_static_frame(st);
    flx_winding w;
    must(ctx, flx_measure_loop_winding(ctx, &f, loop, &w));
    return w.winding;
}

static inline flx_mesh *ring_mesh(flx_ctx *ctx, double outer, double inner, double h)
{
    flx_shape_item disk = {.kind = FLX_SHAPE_CIRCLE, .size = {outer, outer}},
                   hole = {.kind = FLX_SHAPE_CIRCLE, .size = {inner, inner}};
    return mesh_of(ctx, &disk, 1, &hole, h, NULL);
}

static inline void start_winding(flx_ctx *ctx, flx_static *st, const flx_mesh *m, int32_t n)
{
    flx_cplx *psi = get(m->n_site, sizeof *psi);
    flx_start_uniform(m, NULL, psi);
    must(ctx, flx_start_holes(ctx, m, &(flx_start_hole){m->loop[0].outer ? 1 : 0, n}, 1, psi));
    must(ctx, flx_static_set_psi(st, psi));
    free(psi);
}

#endif
