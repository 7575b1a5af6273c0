// tdgl/sheet.c -- line integrals of A that currents through the dual faces of thin films make
// (faces.h), by the operator of src/selffield.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tdgl/faces.h"

#include <math.h>

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

void flx_sheet_lines(tdgl_sheet *s, const double *flow, double *line)
{
    job j = {s, flow, line};
    flx_pool_for(s->pool, s->faces->mesh->n_tri, sheet_of, &j);
    flx_selffield_apply(s->op, s->current, s->potential);
    flx_pool_for(s->pool, s->faces->mesh->n_edge, line_of, &j);
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

flx_status flx_sheet_init(flx_ctx *ctx, flx_pool *pool, const tdgl_faces *faces,
                          double pearl_length, const double *z, tdgl_sheet *s)
{
    const flx_mesh *mesh = faces->mesh;
    *s = (tdgl_sheet){.faces = faces, .pool = pool, .pearl_length = pearl_length};
    s->share = FLX_NEW_ARRAY(ctx, double, mesh->n_edge);
    s->current = FLX_NEW_ARRAY(ctx, double, 2 * (size_t)mesh->n_tri);
    s->potential = FLX_NEW_ARRAY(ctx, double, 2 * (size_t)mesh->n_tri);
    if (!s->share || !s->current || !s->potential)
        return FLX_ERR_MEMORY;
    set_shares(s);
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
    *s = (tdgl_sheet){0};
}
