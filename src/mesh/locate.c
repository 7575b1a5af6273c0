// mesh/locate.c -- which triangle holds a point, which site is nearest: a grid of buckets.
//
// The grid has about one cell for each two triangles; a triangle is listed in every cell its box
// meets, a site in its own cell.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mesh/locate.h"

#include <math.h>

static const double RIM = 1e-12; // [1] barycentric coordinate that still counts as inside

void flx_locator_free(flx_locator *locator)
{
    if (!locator)
        return;
    flx_free(locator->tri_start);
    flx_free(locator->tri);
    flx_free(locator->site_start);
    flx_free(locator->site);
    flx_free(locator);
}

static int32_t clamp_cell(double v, int32_t n)
{
    return v < 0 ? 0 : v >= n ? n - 1 : (int32_t)v;
}

static int32_t column(const flx_locator *l, double x)
{
    return clamp_cell((x - l->x0) / l->cell, l->nx);
}

static int32_t line_of(const flx_locator *l, double y)
{
    return clamp_cell((y - l->y0) / l->cell, l->ny);
}

// Calls the cells of triangle t's box: counts them, or writes t into them.
static void visit(flx_locator *l, int32_t t, bool write)
{
    const flx_mesh *m = l->mesh;
    const int32_t *v = &m->tri[3 * (size_t)t];
    double x0 = fmin(m->x[v[0]], fmin(m->x[v[1]], m->x[v[2]]));
    double x1 = fmax(m->x[v[0]], fmax(m->x[v[1]], m->x[v[2]]));
    double y0 = fmin(m->y[v[0]], fmin(m->y[v[1]], m->y[v[2]]));
    double y1 = fmax(m->y[v[0]], fmax(m->y[v[1]], m->y[v[2]]));
    for (int32_t r = line_of(l, y0); r <= line_of(l, y1); r++)
        for (int32_t c = column(l, x0); c <= column(l, x1); c++) {
            int32_t cell = r * l->nx + c;
            if (write)
                l->tri[l->tri_start[cell]++] = t;
            else
                l->tri_start[cell + 1]++;
        }
}

static void to_starts(int64_t *start, int32_t n)
{
    for (int32_t c = 0; c < n; c++)
        start[c + 1] += start[c];
}

static void shift_back(int64_t *start, int32_t n)
{
    for (int32_t c = n; c > 0; c--)
        start[c] = start[c - 1];
    start[0] = 0;
}

static void set_grid(flx_locator *l)
{
    const flx_mesh *m = l->mesh;
    double box[4];
    flx_mesh_bounds(m, box);
    l->x0 = box[0];
    l->y0 = box[1];
    double w = box[2] - box[0], h = box[3] - box[1], cells = 0.5 * m->n_tri + 1;
    l->cell = fmax(sqrt(w * h / cells), fmax(w, h) / cells);
    l->nx = (int32_t)(w / l->cell) + 1;
    l->ny = (int32_t)(h / l->cell) + 1;
}

flx_status flx_locator_create(flx_ctx *ctx, const flx_mesh *mesh, flx_locator **out)
{
    *out = NULL;
    flx_locator *l = FLX_NEW(ctx, flx_locator);
    if (!l)
        return FLX_ERR_MEMORY;
    l->mesh = mesh;
    set_grid(l);
    int32_t n = l->nx * l->ny;
    l->tri_start = FLX_NEW_ARRAY(ctx, int64_t, (size_t)n + 1);
    l->site_start = FLX_NEW_ARRAY(ctx, int64_t, (size_t)n + 1);
    l->site = FLX_NEW_ARRAY(ctx, int32_t, mesh->n_site);
    if (l->tri_start && l->site_start && l->site) {
        for (int32_t t = 0; t < mesh->n_tri; t++)
            visit(l, t, false);
        to_starts(l->tri_start, n);
        l->tri = FLX_NEW_ARRAY(ctx, int32_t, l->tri_start[n]);
    }
    if (!l->tri) {
        flx_locator_free(l);
        return FLX_ERR_MEMORY;
    }
    for (int32_t t = 0; t < mesh->n_tri; t++)
        visit(l, t, true);
    shift_back(l->tri_start, n);
    for (int32_t i = 0; i < mesh->n_site; i++)
        l->site_start[line_of(l, mesh->y[i]) * l->nx + column(l, mesh->x[i]) + 1]++;
    to_starts(l->site_start, n);
    for (int32_t i = 0; i < mesh->n_site; i++)
        l->site[l->site_start[line_of(l, mesh->y[i]) * l->nx + column(l, mesh->x[i])]++] = i;
    shift_back(l->site_start, n);
    *out = l;
    return FLX_OK;
}

static bool holds(const flx_mesh *m, int32_t t, double x, double y, double bary[3])
{
    const int32_t *v = &m->tri[3 * (size_t)t];
    double p[2] = {x, y}, c[3][2];
    for (int k = 0; k < 3; k++) {
        c[k][0] = m->x[v[k]];
        c[k][1] = m->y[v[k]];
    }
    double whole = flx_twice_area(c[0], c[1], c[2]);
    for (int k = 0; k < 3; k++) {
        bary[k] = flx_twice_area(p, c[(k + 1) % 3], c[(k + 2) % 3]) / whole;
        if (!(bary[k] >= -RIM))
            return false;
    }
    return true;
}

int32_t flx_locator_find_in(const flx_locator *l, int32_t film, double x, double y, double bary[3])
{
    double u = (x - l->x0) / l->cell, v = (y - l->y0) / l->cell;
    if (!(u >= -1 && v >= -1 && u <= l->nx + 1 && v <= l->ny + 1))
        return -1;
    int32_t cell = line_of(l, y) * l->nx + column(l, x);
    for (int64_t k = l->tri_start[cell]; k < l->tri_start[cell + 1]; k++) {
        int32_t t = l->tri[k];
        if ((film < 0 || l->mesh->film[l->mesh->tri[3 * (size_t)t]] == film) &&
            holds(l->mesh, t, x, y, bary))
            return t;
    }
    return -1;
}

int32_t flx_locator_find(const flx_locator *l, double x, double y, double bary[3])
{
    return flx_locator_find_in(l, -1, x, y, bary);
}

// Best site of one cell; ties go to the lower index.
static void look(const flx_locator *l, int32_t r, int32_t c, int32_t film, const double at[2],
                 double *best, int32_t *nearest)
{
    int32_t cell = r * l->nx + c;
    for (int64_t k = l->site_start[cell]; k < l->site_start[cell + 1]; k++) {
        int32_t i = l->site[k];
        if (film >= 0 && l->mesh->film[i] != film)
            continue;
        double d = hypot(l->mesh->x[i] - at[0], l->mesh->y[i] - at[1]);
        if (d < *best || (d == *best && i < *nearest)) {
            *best = d;
            *nearest = i;
        }
    }
}

int32_t flx_locator_nearest(const flx_locator *l, int32_t film, double x, double y)
{
    if (!isfinite(x) || !isfinite(y))
        return -1;
    int32_t c0 = column(l, x), r0 = line_of(l, y), nearest = -1;
    double best = INFINITY, at[2] = {x, y};
    int32_t rings = l->nx > l->ny ? l->nx : l->ny;
    // Square rings of cells around the point's (or the nearest) cell. A site outside ring d is at
    // least (d - 1) cells away.
    for (int32_t d = 0; d <= rings; d++) {
        if (nearest >= 0 && best <= (d - 1) * l->cell)
            break;
        for (int32_t r = r0 - d; r <= r0 + d; r++) {
            if (r < 0 || r >= l->ny)
                continue;
            int32_t step = r == r0 - d || r == r0 + d || d == 0 ? 1 : 2 * d;
            for (int32_t c = c0 - d; c <= c0 + d; c += step)
                if (c >= 0 && c < l->nx)
                    look(l, r, c, film, at, &best, &nearest);
        }
    }
    return nearest;
}
