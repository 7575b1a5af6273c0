// tdgl/sheet.c -- line integrals of A that currents through the dual faces of thin films make
// (faces.h), by the operator of src/selffield.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tdgl/faces.h"

#include <math.h>

typedef struct job {
    tdgl_sheet *s;
    const double *flow;
    double *line;
    const tdgl_carried *carried;
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
    job j = {.s = s, .flow = flow, .line = line};
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

// The currents of a face, from one array or two: a loop for each is made of this.
typedef enum kind { DOUBLE, CHANGE, CHANGE_AND_OWED } kind;
#define OF_KIND static inline __attribute__((always_inline))

OF_KIND void currents_of(const job *j, int32_t begin, int32_t end, kind of)
{
    const tdgl_spread m = j->s->spread;
    const int32_t *restrict other0 = m.other[0], *restrict other1 = m.other[1];
    const int32_t *restrict other2 = m.other[2];
    const float *restrict own_x = m.own[0], *restrict own_y = m.own[1];
    const float *restrict x0 = m.around[0][0], *restrict y0 = m.around[0][1];
    const float *restrict x1 = m.around[1][0], *restrict y1 = m.around[1][1];
    const float *restrict x2 = m.around[2][0], *restrict y2 = m.around[2][1];
    const double *restrict flow = j->flow;
    const float *restrict change = of == DOUBLE ? NULL : j->carried->change;
    const float *restrict owed = of == CHANGE_AND_OWED ? j->carried->owed : NULL;
    double *restrict sheet = j->s->current;
#define CURRENT(f)                                                                                 \
    (of == DOUBLE   ? flow[f]                                                                      \
     : of == CHANGE ? (double)change[f]                                                            \
                    : (double)change[f] + (double)owed[f])
    FLX_INDEPENDENT
    for (int32_t t = begin; t < end; t++) {
        double g = CURRENT(t), g0 = CURRENT(other0[t]), g1 = CURRENT(other1[t]),
               g2 = CURRENT(other2[t]);
        sheet[2 * t] =
            (double)own_x[t] * g + ((double)x0[t] * g0 + (double)x1[t] * g1 + (double)x2[t] * g2);
        sheet[2 * t + 1] =
            (double)own_y[t] * g + ((double)y0[t] * g0 + (double)y1[t] * g1 + (double)y2[t] * g2);
    }
#undef CURRENT
}

static void current_of(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    if (!j->carried)
        currents_of(j, begin, end, DOUBLE);
    else if (!j->carried->owed)
        currents_of(j, begin, end, CHANGE);
    else
        currents_of(j, begin, end, CHANGE_AND_OWED);
}

OF_KIND void fluxes_of(const job *j, int32_t begin, int32_t end, bool based, bool less_owed)
{
    const tdgl_spread m = j->s->collect;
    const int32_t *restrict other0 = m.other[0], *restrict other1 = m.other[1];
    const int32_t *restrict other2 = m.other[2];
    const float *restrict own_x = m.own[0], *restrict own_y = m.own[1];
    const float *restrict x0 = m.around[0][0], *restrict y0 = m.around[0][1];
    const float *restrict x1 = m.around[1][0], *restrict y1 = m.around[1][1];
    const float *restrict x2 = m.around[2][0], *restrict y2 = m.around[2][1];
    const double *restrict a = j->s->potential, pearl_length = j->s->pearl_length;
    const double *restrict base = based ? j->carried->base : NULL;
    const double *restrict less = less_owed ? j->carried->less : NULL;
    double *restrict flux = j->line;
    FLX_INDEPENDENT
    for (int32_t t = begin; t < end; t++) {
        double sum = (double)own_x[t] * a[2 * t] + (double)own_y[t] * a[2 * t + 1];
        sum += (double)x0[t] * a[2 * other0[t]] + (double)y0[t] * a[2 * other0[t] + 1];
        sum += (double)x1[t] * a[2 * other1[t]] + (double)y1[t] * a[2 * other1[t] + 1];
        sum += (double)x2[t] * a[2 * other2[t]] + (double)y2[t] * a[2 * other2[t] + 1];
        sum /= pearl_length;
        if (based)
            sum += base[t];
        flux[t] = less_owed ? sum - less[t] : sum;
    }
}

static void flux_of(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    bool based = j->carried && j->carried->base, less = j->carried && j->carried->less;
    if (based && less)
        fluxes_of(j, begin, end, true, true);
    else if (based)
        fluxes_of(j, begin, end, true, false);
    else if (less)
        fluxes_of(j, begin, end, false, true);
    else
        fluxes_of(j, begin, end, false, false);
}

static double apply(job *j)
{
    tdgl_sheet *s = j->s;
    flx_pool_for(s->pool, s->faces->mesh->n_tri, current_of, j);
    double begin = flx_wtime();
    flx_selffield_apply(s->op, s->current, s->potential);
    return flx_wtime() - begin;
}

static double flux_in_hole(const tdgl_sheet *s, int32_t h)
{
    const tdgl_faces *f = s->faces;
    int32_t n_tri = f->mesh->n_tri;
    double flux = 0;
    for (int32_t k = f->ring_start[h]; k < f->ring_start[h + 1]; k++) {
        int32_t e = f->ring[k] >= 0 ? f->ring[k] : ~f->ring[k];
        int32_t t = f->side[2 * e] == h ? f->side[2 * e + 1] : f->side[2 * e];
        if (t < 0 || t >= n_tri)
            continue;
        float *const *around = s->spread.around[side_of(f, t, e)];
        flux += ((double)around[0][t] * s->potential[2 * t] +
                 (double)around[1][t] * s->potential[2 * t + 1]) /
                s->pearl_length;
    }
    return flux;
}

double flx_sheet_flux(tdgl_sheet *s, const double *g, double *flux)
{
    int32_t n_tri = s->faces->mesh->n_tri;
    job j = {.s = s, .flow = g, .line = flux};
    double seconds = apply(&j);
    flx_pool_for(s->pool, n_tri, flux_of, &j);
    for (int32_t h = n_tri; h < s->faces->n_face; h++)
        flux[h] = flux_in_hole(s, h);
    return seconds;
}

double flx_sheet_carry(tdgl_sheet *s, const tdgl_carried *c)
{
    int32_t n_tri = s->faces->mesh->n_tri, n_face = s->faces->n_face;
    job j = {.s = s, .line = c->flux, .carried = c};
    double seconds = apply(&j);
    flx_pool_for(s->pool, n_tri, flux_of, &j);
    for (int32_t h = n_tri; h < n_face; h++)
        c->flux[h] = (c->base ? c->base[h] : 0) + flux_in_hole(s, h) - (c->less ? c->less[h] : 0);
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
    const tdgl_spread *to = &s->spread, *back = &s->collect;
    for (int32_t t = 0; t < m->n_tri; t++) {
        double own[2] = {0, 0};
        for (int k = 0; k < 3; k++) {
            int32_t e = f->ring[f->ring_start[t] + k];
            bool left = e >= 0;
            e = left ? e : ~e;
            int32_t other = f->side[2 * e + left], p = m->tail[e], q = m->head[e];
            double part = (left ? s->share[e] : -(1 - s->share[e])) / f->area[t];
            double along[2] = {part * (m->x[q] - m->x[p]), part * (m->y[q] - m->y[p])};
            for (int d = 0; d < 2; d++) {
                own[d] += along[d];
                to->around[k][d][t] = other >= 0 ? (float)-along[d] : 0;
            }
            to->other[k][t] = other >= 0 ? other : t;
        }
        for (int d = 0; d < 2; d++)
            to->own[d][t] = back->own[d][t] = (float)own[d];
    }
    // the transpose among triangles
    for (int32_t t = 0; t < m->n_tri; t++)
        for (int k = 0; k < 3; k++) {
            int32_t e = f->ring[f->ring_start[t] + k], other = to->other[k][t];
            e = e >= 0 ? e : ~e;
            bool there = other != t && other < m->n_tri;
            back->other[k][t] = there ? other : t;
            for (int d = 0; d < 2; d++)
                back->around[k][d][t] = there ? to->around[side_of(f, other, e)][d][other] : 0;
        }
}

static flx_status create_spread(flx_ctx *ctx, int32_t n, tdgl_spread *m)
{
    float **all[] = {&m->own[0],       &m->own[1],       &m->around[0][0], &m->around[0][1],
                     &m->around[1][0], &m->around[1][1], &m->around[2][0], &m->around[2][1]};
    for (int k = 0; k < 3; k++)
        if (!(m->other[k] = FLX_NEW_ARRAY(ctx, int32_t, n)))
            return FLX_ERR_MEMORY;
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        if (!(*all[k] = FLX_NEW_ARRAY(ctx, float, n)))
            return FLX_ERR_MEMORY;
    return FLX_OK;
}

static void free_spread(tdgl_spread *m)
{
    for (int k = 0; k < 3; k++) {
        flx_free(m->other[k]);
        flx_free(m->around[k][0]);
        flx_free(m->around[k][1]);
    }
    flx_free(m->own[0]);
    flx_free(m->own[1]);
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
    FLX_TRY(create_spread(ctx, mesh->n_tri, &s->spread));
    FLX_TRY(create_spread(ctx, mesh->n_tri, &s->collect));
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
    free_spread(&s->spread);
    free_spread(&s->collect);
    *s = (tdgl_sheet){0};
}
