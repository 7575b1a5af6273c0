// case/london_scan.c -- images of a scanning SQUID.
//
// The flux of the currents through the pickup loop is, by reciprocity, sum_t K_t . int_t A with A of
// a unit current in the loop: no field of the currents is needed. With a field coil round the loop,
// the films answer its field by -A^-1 of it; what they send through the pickup loop is -r A^-1 s for
// all places with one factor. Kirtley et al., Rev. Sci. Instrum. 87, 093702 (2016).
//
// A of a round loop has only a part round its axis, which depends on the distance from it and the
// height alone: a table of it, cubic between its points, serves all places.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/pool.h"
#include "case/london.h"

#include <math.h>
#include <string.h>

enum { BATCH = 128, TABLE_MAX = 1 << 18 };
static const double TABLE_STEP = 0.02; // [1] of the loop's radius or height: error below 1e-7

// A_phi/rho of a unit current at distances k step, for each film.
typedef struct loop_table {
    double step;
    int32_t n;
    double **value; // [n_film][n + 3], shifted by one
} loop_table;

typedef struct scanner {
    flx_london_run_state *r;
    const flx_case_scan *scan;
    flx_pool *pool;
    loop_table pickup, coil;
    int32_t (*side)[3];     // [n_tri] its edges
    int32_t first, n;       // places of the present batch
    int32_t width;          // n_site + n_hole
    double *a;              // [BATCH][n_edge + n_tri][2]
    double *receive, *send; // [BATCH][width]
    double *flux;
} scanner;

static void place_of(const scanner *s, int32_t k, double at[2])
{
    const flx_case_scan *scan = s->scan;
    int32_t i[2] = {k % scan->n[0], k / scan->n[0]};
    for (int d = 0; d < 2; d++)
        at[d] = scan->at[d] + scan->size[d] * (i[d] / (scan->n[d] - 1.0) - 0.5);
}

// -- tables ---------------------------------------------------------------------------------------

static void clear_table(loop_table *t, int32_t n_film)
{
    for (int32_t f = 0; t->value && f < n_film; f++)
        flx_free(t->value[f]);
    flx_free(t->value);
}

static flx_status fill_table(const scanner *s, double radius, loop_table *t)
{
    const flx_device *d = s->r->device;
    double box[4], low = INFINITY, reach = 0;
    flx_mesh_bounds(d->mesh, box);
    for (int32_t f = 0; f < d->mesh->n_film; f++)
        low = fmin(low, fabs(s->scan->z - d->z[f]));
    if (!(low > 0))
        return flx_device_fail(s->r->ctx, s->r->c, s->scan->line,
                               "london.scan.z: the loops lie in the plane of a film; scan above or "
                               "below it");
    for (int k = 0; k < 2; k++) {
        double end[2] = {s->scan->at[k] - s->scan->size[k] / 2,
                         s->scan->at[k] + s->scan->size[k] / 2};
        double far = fmax(fmax(box[k + 2], end[1]) - fmin(box[k], end[0]), 0);
        reach += far * far;
    }
    t->step = TABLE_STEP * fmin(low, hypot(low, radius));
    double n = ceil(sqrt(reach) / t->step) + 2;
    if (n > TABLE_MAX) {
        t->step *= n / TABLE_MAX;
        n = TABLE_MAX;
    }
    t->n = (int32_t)n;
    t->value = FLX_NEW_ARRAY(s->r->ctx, double *, d->mesh->n_film);
    if (!t->value)
        return FLX_ERR_MEMORY;
    const double centre[3] = {0, 0, s->scan->z};
    for (int32_t f = 0; f < d->mesh->n_film; f++) {
        t->value[f] = FLX_NEW_ARRAY(s->r->ctx, double, t->n + 3);
        if (!t->value[f])
            return FLX_ERR_MEMORY;
        for (int32_t k = -1; k < t->n + 2; k++) {
            // even in the distance; at 0 the limit
            double rho = fmax(fabs(k * t->step), 1e-6 * t->step), a[2];
            flx_field_of_loop(centre, radius, (const double[3]){rho, 0, d->z[f]}, a);
            t->value[f][k + 1] = a[1] / rho;
        }
    }
    return FLX_OK;
}

static double look_up(const loop_table *t, int32_t film, double rho)
{
    double u = rho / t->step;
    int32_t k = (int32_t)fmin(u, t->n - 1);
    const double *v = &t->value[film][k];
    u -= k;
    return v[1] + u * (0.5 * (v[2] - v[0]) + u * (v[0] - 2.5 * v[1] + 2 * v[2] - 0.5 * v[3] +
                                                  u * (1.5 * (v[1] - v[2]) + 0.5 * (v[3] - v[0]))));
}

// -- places ---------------------------------------------------------------------------------------

// Integral over each triangle of A of a loop round `at`: of degree 2, by the middles of its sides.
static void integrate(const scanner *s, const loop_table *table, const double at[2], double *edge,
                      double *tri)
{
    const flx_mesh *m = s->r->device->mesh;
    for (int32_t e = 0; e < m->n_edge; e++) {
        int32_t i = m->tail[e], j = m->head[e];
        double x = 0.5 * (m->x[i] + m->x[j]) - at[0], y = 0.5 * (m->y[i] + m->y[j]) - at[1];
        double turn = look_up(table, m->film[i], sqrt(x * x + y * y));
        edge[2 * (size_t)e] = -turn * y;
        edge[2 * (size_t)e + 1] = turn * x;
    }
    for (int32_t t = 0; t < m->n_tri; t++) {
        const int32_t *v = &m->tri[3 * (size_t)t];
        double sixth = ((m->x[v[1]] - m->x[v[0]]) * (m->y[v[2]] - m->y[v[0]]) -
                        (m->x[v[2]] - m->x[v[0]]) * (m->y[v[1]] - m->y[v[0]])) /
                       6;
        for (int d = 0; d < 2; d++)
            tri[2 * (size_t)t + (size_t)d] = sixth * (edge[2 * (size_t)s->side[t][0] + (size_t)d] +
                                                      edge[2 * (size_t)s->side[t][1] + (size_t)d] +
                                                      edge[2 * (size_t)s->side[t][2] + (size_t)d]);
    }
}

static void scan_places(void *arg, int32_t begin, int32_t end)
{
    scanner *s = arg;
    const flx_mesh *m = s->r->device->mesh;
    for (int32_t b = begin; b < end; b++) {
        double at[2], flux = 0;
        double *edge = &s->a[2 * (size_t)b * (size_t)(m->n_edge + m->n_tri)];
        double *tri = edge + 2 * (size_t)m->n_edge;
        place_of(s, s->first + b, at);
        integrate(s, &s->pickup, at, edge, tri);
        for (int32_t t = 0; t < 2 * m->n_tri; t++)
            flux += tri[t] * s->r->k[t];
        s->r->image[0][s->first + b] = flux / FLX_LONDON_PHI0;
        if (!s->send)
            continue;
        flx_london_moments_of_a(s->r->l, tri, &s->receive[(size_t)b * (size_t)s->width]);
        integrate(s, &s->coil, at, edge, tri);
        flx_london_moments_of_a(s->r->l, tri, &s->send[(size_t)b * (size_t)s->width]);
    }
}

static flx_status prepare(scanner *s)
{
    flx_ctx *ctx = s->r->ctx;
    const flx_mesh *m = s->r->device->mesh;
    size_t n = (size_t)s->scan->n[0] * (size_t)s->scan->n[1];
    s->width = m->n_site + s->r->n_hole;
    s->side = flx_alloc(ctx, (size_t)m->n_tri, sizeof *s->side);
    s->a = FLX_NEW_ARRAY(ctx, double, 2 * BATCH * (size_t)(m->n_edge + m->n_tri));
    s->flux = FLX_NEW_ARRAY(ctx, double, BATCH);
    s->r->image[0] = FLX_NEW_ARRAY(ctx, double, n);
    if (!s->side || !s->a || !s->flux || !s->r->image[0])
        return FLX_ERR_MEMORY;
    for (int32_t t = 0; t < m->n_tri; t++)
        for (int c = 0; c < 3; c++)
            s->side[t][c] = flx_mesh_edge(m, m->tri[3 * (size_t)t + (size_t)c],
                                          m->tri[3 * (size_t)t + (size_t)((c + 1) % 3)]);
    FLX_TRY(flx_pool_create(ctx, flx_ctx_threads(ctx), BATCH, &s->pool));
    FLX_TRY(fill_table(s, s->scan->pickup, &s->pickup));
    if (!(s->scan->coil > 0))
        return FLX_OK;
    s->receive = FLX_NEW_ARRAY(ctx, double, BATCH *(size_t)s->width);
    s->send = FLX_NEW_ARRAY(ctx, double, BATCH *(size_t)s->width);
    s->r->image[1] = FLX_NEW_ARRAY(ctx, double, n);
    if (!s->receive || !s->send || !s->r->image[1])
        return FLX_ERR_MEMORY;
    return fill_table(s, s->scan->coil, &s->coil);
}

static flx_status scan_all(scanner *s)
{
    FLX_TRY(prepare(s));
    int32_t all = s->scan->n[0] * s->scan->n[1];
    for (s->first = 0; s->first < all; s->first += BATCH) {
        s->n = all - s->first < BATCH ? all - s->first : BATCH;
        flx_pool_each(s->pool, s->n, scan_places, s);
        if (!s->send)
            continue;
        FLX_TRY(flx_london_responses(s->r->ctx, s->r->l, s->n, s->send, s->receive, s->flux));
        for (int32_t b = 0; b < s->n; b++)
            s->r->image[1][s->first + b] = s->flux[b] / FLX_LONDON_PHI0 / s->r->unit;
    }
    return FLX_OK;
}

flx_status flx_london_scan(flx_london_run_state *r)
{
    if (r->c->london.scan.n[0] == 0)
        return FLX_OK;
    scanner s = {.r = r, .scan = &r->c->london.scan};
    flx_status status = scan_all(&s);
    int32_t n_film = r->device->mesh->n_film;
    flx_pool_free(s.pool);
    clear_table(&s.pickup, n_film);
    clear_table(&s.coil, n_film);
    flx_free(s.side);
    flx_free(s.a);
    flx_free(s.receive);
    flx_free(s.send);
    flx_free(s.flux);
    return status;
}
