// tdgl/sheet.c -- line integrals of A that currents through the dual faces of thin films make
// (faces.h), by the operator of src/selffield.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tdgl/faces.h"

#include <math.h>
#include <string.h>

typedef struct job {
    tdgl_sheet *s;
    const double *flow;
    double *line;
} job;

// K_t = (1/A_t) sum_e f_et I_e e
static void sheet_of(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const tdgl_faces *f = j->s->faces;
    const flx_mesh *mesh = f->mesh;
    for (int32_t t = begin; t < end; t++) {
        double sum[2] = {0, 0};
        for (int32_t k = f->ring_start[t]; k < f->ring_start[t + 1]; k++) {
            bool left = f->ring[k] >= 0;
            int32_t e = left ? f->ring[k] : ~f->ring[k], p = mesh->tail[e], q = mesh->head[e];
            double part = (left ? j->s->share[e] : 1 - j->s->share[e]) * j->flow[e] / f->area[t];
            sum[0] += part * (mesh->x[q] - mesh->x[p]);
            sum[1] += part * (mesh->y[q] - mesh->y[p]);
        }
        j->s->current[2 * t] = sum[0];
        j->s->current[2 * t + 1] = sum[1];
    }
}

// a_e = e.(sum_t f_et integral_t A/A_t)/Lambda
static void line_of(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const tdgl_faces *f = j->s->faces;
    const flx_mesh *mesh = f->mesh;
    for (int32_t e = begin; e < end; e++) {
        double a[2] = {0, 0};
        for (int side = 0; side < 2; side++) {
            int32_t t = f->side[2 * e + side];
            if (t < 0 || t >= mesh->n_tri)
                continue;
            double part = (side == 0 ? j->s->share[e] : 1 - j->s->share[e]) / f->area[t];
            a[0] += part * j->s->potential[2 * t];
            a[1] += part * j->s->potential[2 * t + 1];
        }
        int32_t p = mesh->tail[e], q = mesh->head[e];
        j->line[e] = (a[0] * (mesh->x[q] - mesh->x[p]) + a[1] * (mesh->y[q] - mesh->y[p])) /
                     j->s->pearl_length;
    }
}

double flx_sheet_lines(tdgl_sheet *s, const double *flow, double *line)
{
    job j = {s, flow, line};
    flx_pool_for(s->pool, s->faces->mesh->n_tri, sheet_of, &j);
    double begin = flx_wtime();
    flx_selffield_apply(s->op, s->current, s->potential);
    double seconds = flx_wtime() - begin;
    flx_pool_for(s->pool, s->faces->mesh->n_edge, line_of, &j);
    return seconds;
}

// Which side of triangle t edge e is.
static int side_of(const tdgl_faces *f, int32_t t, int32_t e)
{
    const int32_t *ring = f->ring + f->ring_start[t];
    int k = 0;
    while (ring[k] != e && ring[k] != ~e)
        k++;
    return k;
}

// Three faces around a triangle, itself where there is none, and what the currents in it and in them
// are multiplied with. Single precision, the same numbers for a record and its transpose: the operator
// is as symmetric, and as linear, as with more.
typedef struct tdgl_spread {
    int32_t other[3];
    float own[2], around[3][2];
} tdgl_spread;

static void current_of(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const double *restrict g = j->flow;
    double *restrict current = j->s->current;
    for (int32_t t = begin; t < end; t++) {
        const tdgl_spread *m = &j->s->spread[t];
        double g0 = g[m->other[0]], g1 = g[m->other[1]], g2 = g[m->other[2]];
        for (int d = 0; d < 2; d++)
            current[2 * t + d] = (double)m->own[d] * g[t] +
                                 ((double)m->around[0][d] * g0 + (double)m->around[1][d] * g1 +
                                  (double)m->around[2][d] * g2);
    }
}

static void flux_of(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const double *restrict a = j->s->potential;
    double *restrict flux = j->line;
    for (int32_t t = begin; t < end; t++) {
        const tdgl_spread *m = &j->s->collect[t];
        double sum = (double)m->own[0] * a[2 * t] + (double)m->own[1] * a[2 * t + 1];
        for (int k = 0; k < 3; k++)
            sum += (double)m->around[k][0] * a[2 * m->other[k]] +
                   (double)m->around[k][1] * a[2 * m->other[k] + 1];
        flux[t] = sum / j->s->pearl_length;
    }
}

double flx_sheet_flux(tdgl_sheet *s, const double *g, double *flux)
{
    const tdgl_faces *f = s->faces;
    int32_t n_tri = f->mesh->n_tri;
    job j = {s, g, flux};
    flx_pool_for(s->pool, n_tri, current_of, &j);
    double begin = flx_wtime();
    flx_selffield_apply(s->op, s->current, s->potential);
    double seconds = flx_wtime() - begin;
    flx_pool_for(s->pool, n_tri, flux_of, &j);
    for (int32_t h = n_tri; h < f->n_face; h++) {
        flux[h] = 0;
        for (int32_t k = f->ring_start[h]; k < f->ring_start[h + 1]; k++) {
            int32_t e = f->ring[k] >= 0 ? f->ring[k] : ~f->ring[k];
            int32_t t = f->side[2 * e] == h ? f->side[2 * e + 1] : f->side[2 * e];
            if (t < 0 || t >= n_tri)
                continue;
            const tdgl_spread *m = &s->spread[t];
            int c = side_of(f, t, e);
            flux[h] += ((double)m->around[c][0] * s->potential[2 * t] +
                        (double)m->around[c][1] * s->potential[2 * t + 1]) /
                       s->pearl_length;
        }
    }
    return seconds;
}

// Share of the dual face of each edge on its left: from the middle of the edge to the centre of the
// circle round the triangle there. Kept within 0 and 1, where a triangle is obtuse.
static void set_shares(tdgl_sheet *s)
{
    const flx_mesh *mesh = s->faces->mesh;
    for (int32_t e = 0; e < mesh->n_edge; e++) {
        double part[2] = {0, 0};
        for (int side = 0; side < 2; side++) {
            int32_t t = mesh->edge_tri[2 * e + side];
            if (t < 0)
                continue;
            int32_t i = mesh->tail[e], j = mesh->head[e], k = 0;
            for (int c = 0; c < 3; c++)
                if (mesh->tri[3 * t + c] != i && mesh->tri[3 * t + c] != j)
                    k = mesh->tri[3 * t + c];
            double ax = mesh->x[i] - mesh->x[k], ay = mesh->y[i] - mesh->y[k];
            double bx = mesh->x[j] - mesh->x[k], by = mesh->y[j] - mesh->y[k];
            // half the cotangent of the opposite angle
            part[side] = fmax(0, 0.5 * (ax * bx + ay * by) / fabs(ax * by - ay * bx));
        }
        double sum = part[0] + part[1];
        bool rim = mesh->edge_tri[2 * e] < 0 || mesh->edge_tri[2 * e + 1] < 0;
        s->share[e] = rim ? (mesh->edge_tri[2 * e] < 0 ? 0 : 1) : sum > 0 ? part[0] / sum : 0.5;
    }
}

// Around t, edge after edge of its ring: K_t A_t gains f_et e (g_left - g_right).
static void set_spread(const tdgl_sheet *s)
{
    const tdgl_faces *f = s->faces;
    const flx_mesh *m = f->mesh;
    for (int32_t t = 0; t < m->n_tri; t++) {
        tdgl_spread *to = &s->spread[t];
        double own[2] = {0, 0};
        *to = (tdgl_spread){.other = {t, t, t}};
        for (int k = 0; k < 3; k++) {
            int32_t e = f->ring[f->ring_start[t] + k];
            bool left = e >= 0;
            e = left ? e : ~e;
            int32_t other = f->side[2 * e + left], p = m->tail[e], q = m->head[e];
            double part = (left ? s->share[e] : -(1 - s->share[e])) / f->area[t];
            double along[2] = {part * (m->x[q] - m->x[p]), part * (m->y[q] - m->y[p])};
            for (int d = 0; d < 2; d++) {
                own[d] += along[d];
                to->around[k][d] = other >= 0 ? (float)-along[d] : 0;
            }
            to->other[k] = other >= 0 ? other : t;
        }
        for (int d = 0; d < 2; d++)
            to->own[d] = (float)own[d];
    }
    // the transpose among triangles
    for (int32_t t = 0; t < m->n_tri; t++) {
        tdgl_spread *to = &s->collect[t];
        *to = (tdgl_spread){.other = {t, t, t}};
        memcpy(to->own, s->spread[t].own, sizeof to->own);
        for (int k = 0; k < 3; k++) {
            int32_t e = f->ring[f->ring_start[t] + k], other = s->spread[t].other[k];
            e = e >= 0 ? e : ~e;
            if (other == t || other >= m->n_tri)
                continue;
            to->other[k] = other;
            memcpy(to->around[k], s->spread[other].around[side_of(f, other, e)],
                   sizeof to->around[k]);
        }
    }
}

flx_status flx_sheet_init(flx_ctx *ctx, flx_pool *pool, const tdgl_faces *faces,
                          double pearl_length, const double *z, tdgl_sheet *s)
{
    const flx_mesh *mesh = faces->mesh;
    *s = (tdgl_sheet){.faces = faces, .pool = pool, .pearl_length = pearl_length};
    s->share = FLX_NEW_ARRAY(ctx, double, mesh->n_edge);
    s->current = FLX_NEW_ARRAY(ctx, double, 2 * (size_t)mesh->n_tri);
    s->potential = FLX_NEW_ARRAY(ctx, double, 2 * (size_t)mesh->n_tri);
    s->spread = FLX_NEW_ARRAY(ctx, tdgl_spread, mesh->n_tri);
    s->collect = FLX_NEW_ARRAY(ctx, tdgl_spread, mesh->n_tri);
    if (!s->share || !s->current || !s->potential || !s->spread || !s->collect)
        return FLX_ERR_MEMORY;
    set_shares(s);
    set_spread(s);
    flx_selffield_problem problem = {.n_site = mesh->n_site,
                                     .n_tri = mesh->n_tri,
                                     .n_film = mesh->n_film,
                                     .x = mesh->x,
                                     .y = mesh->y,
                                     .tri = mesh->tri,
                                     .film = mesh->film,
                                     .z = z};
    flx_selffield_opts opts = flx_selffield_opts_default();
    opts.tolerance = 1e-4; // of the largest A: below what the mesh makes of it
    opts.threads = flx_pool_threads(pool);
    return flx_selffield_create(ctx, &problem, &opts, &s->op);
}

void flx_sheet_clear(tdgl_sheet *s)
{
    flx_selffield_free(s->op);
    flx_free(s->share);
    flx_free(s->current);
    flx_free(s->potential);
    flx_free(s->spread);
    flx_free(s->collect);
    *s = (tdgl_sheet){0};
}
