// case/measured.c -- evaluates stop_when during a run.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/measured.h"

#include <math.h>

enum { EVERY_IF_DEAR = 4 };

static bool is_dear(flx_measured_kind kind)
{
    return kind == FLX_MEASURED_VORTICES || kind == FLX_MEASURED_ENERGY ||
           kind == FLX_MEASURED_CHANGE || kind == FLX_MEASURED_CURRENT;
}

flx_status flx_measuring_init(flx_ctx *ctx, const flx_device *device, const flx_case *c,
                              flx_measuring *m)
{
    *m = (flx_measuring){.device = device, .every = 1};
    bool currents = false;
    for (int32_t k = 0; k < c->n_measured; k++) {
        currents |= c->measured[k].kind == FLX_MEASURED_CURRENT;
        if (is_dear(c->measured[k].kind))
            m->every = EVERY_IF_DEAR;
    }
    size_t n_edge = currents ? (size_t)device->mesh->n_edge : 0;
    m->edge = FLX_NEW_ARRAY(ctx, double, 2 * n_edge);
    m->outflow = FLX_NEW_ARRAY(ctx, double, currents ? device->mesh->n_site : 0);
    m->value = FLX_NEW_ARRAY(ctx, double, c->n_measured);
    if (m->edge && m->outflow && m->value)
        return FLX_OK;
    flx_measuring_clear(m);
    return FLX_ERR_MEMORY;
}

void flx_measuring_clear(flx_measuring *m)
{
    flx_free(m->edge);
    flx_free(m->outflow);
    flx_free(m->value);
    *m = (flx_measuring){0};
}

static double terminal_current(flx_measuring *m, const flx_frame *frame, int32_t terminal)
{
    const flx_mesh *mesh = m->device->mesh;
    double *js = m->edge, *jn = m->edge + mesh->n_edge;
    flx_measure_edges(frame, js, jn);
    for (int32_t e = 0; e < mesh->n_edge; e++)
        js[e] += jn[e];
    flx_measure_outflow(mesh, js, m->outflow);
    return flx_measure_terminal(&m->device->terminals[terminal], m->outflow);
}

static double extreme_psi(const flx_frame *frame, bool largest)
{
    double best = largest ? 0 : INFINITY;
    for (int32_t i = 0; i < frame->mesh->n_site; i++) {
        double re = frame->psi[i].re, im = frame->psi[i].im, n2 = re * re + im * im;
        best = largest ? fmax(best, n2) : fmin(best, n2);
    }
    return sqrt(best);
}

// A winding that |psi| = 0 on the path makes meaningless is NaN: no comparison with it holds.
static flx_status winding(flx_ctx *ctx, const flx_frame *frame, const int32_t *site, int32_t n,
                          double *value)
{
    flx_winding w;
    FLX_TRY(flx_measure_winding(ctx, frame, site, n, &w));
    *value = w.defined ? (double)w.winding : (double)NAN;
    return FLX_OK;
}

static flx_status evaluate(flx_ctx *ctx, flx_measuring *m, flx_measured what, flx_tdgl *sim,
                           double *value)
{
    const flx_device *d = m->device;
    flx_frame frame = flx_tdgl_frame(sim);
    flx_vortices vortices = {0};
    const flx_mesh_loop *rim;
    switch (what.kind) {
    case FLX_MEASURED_VOLTAGE:
        *value = flx_probe_value(&d->probe[what.index][0], frame.mu) -
                 flx_probe_value(&d->probe[what.index][1], frame.mu);
        return FLX_OK;
    case FLX_MEASURED_HOLE_WINDING:
        rim = &d->mesh->loop[d->hole_loop[d->first_hole[what.film] + what.index]];
        return winding(ctx, &frame, &d->mesh->loop_site[rim->start], rim->n, value);
    case FLX_MEASURED_LOOP_WINDING:
        return winding(ctx, &frame, d->loop[what.index].site, d->loop[what.index].n, value);
    case FLX_MEASURED_CURRENT:
        *value = terminal_current(m, &frame, what.index);
        return FLX_OK;
    case FLX_MEASURED_VORTICES:
        FLX_TRY(flx_measure_vortices(ctx, &frame, 0, &vortices));
        *value = vortices.n;
        flx_vortices_clear(&vortices);
        return FLX_OK;
    case FLX_MEASURED_PSI_MIN:
    case FLX_MEASURED_PSI_MAX:
        *value = extreme_psi(&frame, what.kind == FLX_MEASURED_PSI_MAX);
        return FLX_OK;
    case FLX_MEASURED_ENERGY:
        *value = flx_measure_energy(&frame).total_F0;
        return FLX_OK;
    case FLX_MEASURED_CHANGE:
        *value = flx_tdgl_change(sim);
        return FLX_OK;
    case FLX_MEASURED_DT:
        return FLX_OK; // put there by the caller
    }
    return flx_fail(ctx, FLX_ERR_INTERNAL, "measured quantity of unknown kind %d", (int)what.kind);
}

flx_status flx_measuring_stops(flx_ctx *ctx, flx_measuring *m, const flx_case *c, flx_tdgl *sim,
                               double dt, bool *stops)
{
    flx_frame frame = flx_tdgl_frame(sim);
    *stops = false;
    if (frame.step % m->every != 0)
        return FLX_OK;
    for (int32_t k = 0; k < c->n_measured; k++) {
        m->value[k] = dt;
        FLX_TRY(evaluate(ctx, m, c->measured[k], sim, &m->value[k]));
    }
    *stops = flx_expr_holds(c->run.stop_when, frame.time, m->value);
    return FLX_OK;
}
