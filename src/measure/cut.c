// measure/cut.c -- current through a polyline.
//
// I = sum_e n_e s_e j_e, with n_e the signed number of times that edge e, walked from tail to head,
// crosses the polyline from its left to its right. If the polyline is moved across a site, n_e of
// all edges of that site changes by the same amount (outward), which adds nothing if the currents
// out of its cell sum to zero; so I depends on where the polyline ends outside the film alone.
// Ties are broken by half-open sides, with the same predicate for all edges that share a site, so
// that a polyline may go through sites.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "measure/measure.h"

// Is c to the left of a -> b, or on it?
static bool left_of(const double a[2], const double b[2], const double c[2])
{
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) >= 0;
}

// +1: the edge from t to h crosses the piece p -> q from left to right; -1: from right to left.
static int32_t crossing(const double t[2], const double h[2], const double p[2], const double q[2])
{
    bool tail_left = left_of(p, q, t), head_left = left_of(p, q, h);
    if (tail_left == head_left || left_of(t, h, p) == left_of(t, h, q))
        return 0;
    return tail_left ? 1 : -1;
}

static bool counts(const flx_mesh *mesh, const flx_cut *cut, int32_t site)
{
    return cut->film < 0 || mesh->film[site] == cut->film;
}

static bool inside_film(const flx_mesh *mesh, const flx_cut *cut, const double p[2])
{
    for (int32_t t = 0; t < mesh->n_tri; t++) {
        const int32_t *c = mesh->tri + 3 * (ptrdiff_t)t;
        double v[3][2];
        if (!counts(mesh, cut, c[0]))
            continue;
        for (int k = 0; k < 3; k++) {
            v[k][0] = mesh->x[c[k]];
            v[k][1] = mesh->y[c[k]];
        }
        // Strictly: the end of a polyline may touch the rim from outside.
        if (!left_of(v[1], v[0], p) && !left_of(v[2], v[1], p) && !left_of(v[0], v[2], p))
            return true;
    }
    return false;
}

// Distance from the first site to the farthest.
static double size_of(const flx_mesh *mesh)
{
    double size = 0;
    for (int32_t i = 0; i < mesh->n_site; i++)
        size = fmax(size, hypot(mesh->x[i] - mesh->x[0], mesh->y[i] - mesh->y[0]));
    return size;
}

// Point k of the polyline, put off by very little: ends are drawn out, so that they may lie on the
// rim itself; the others go aside, so that none falls together with a site within rounding.
static void point_of(const flx_cut *cut, int32_t k, double size, double out[2])
{
    const double *q = cut->points + 2 * (ptrdiff_t)k;
    double step[2] = {29e-9 * size, 17e-9 * size};
    if (k == 0 || k == cut->n_point - 1) {
        const double *p = k == 0 ? q + 2 : q - 2;
        double length = hypot(q[0] - p[0], q[1] - p[1]);
        for (int axis = 0; axis < 2; axis++)
            step[axis] = length > 0 ? 1e-9 * size * (q[axis] - p[axis]) / length : 0;
    }
    out[0] = q[0] + step[0];
    out[1] = q[1] + step[1];
}

static flx_status check_end(flx_ctx *ctx, const flx_mesh *mesh, const flx_cut *cut,
                            const double end[2])
{
    if (isfinite(end[0]) && isfinite(end[1]) && !inside_film(mesh, cut, end))
        return FLX_OK;
    return flx_fail(
        ctx, FLX_ERR_INPUT,
        "a cut ends at x = %g, y = %g xi inside the film: the current through it is only "
        "defined if both ends lie outside; make it longer",
        end[0], end[1]);
}

flx_status flx_measure_cut(flx_ctx *ctx, const flx_mesh *mesh, const double *j, const flx_cut *cut,
                           double *current)
{
    int32_t n_point = cut->n_point;
    if (n_point < 2)
        return flx_fail(ctx, FLX_ERR_INPUT, "a cut has %d points, at least 2 are needed", n_point);
    double size = size_of(mesh), p[2], q[2], sum = 0;
    point_of(cut, 0, size, p);
    point_of(cut, n_point - 1, size, q);
    FLX_TRY(check_end(ctx, mesh, cut, p));
    FLX_TRY(check_end(ctx, mesh, cut, q));
    for (int32_t k = 0; k + 1 < n_point; k++) {
        point_of(cut, k, size, p);
        point_of(cut, k + 1, size, q);
        for (int32_t e = 0; e < mesh->n_edge; e++) {
            int32_t a = mesh->tail[e], b = mesh->head[e];
            const double tail[2] = {mesh->x[a], mesh->y[a]}, head[2] = {mesh->x[b], mesh->y[b]};
            int32_t count = crossing(tail, head, p, q);
            if (count != 0 && counts(mesh, cut, a))
                sum += count * mesh->dual[e] * j[e];
        }
    }
    *current = sum;
    return FLX_OK;
}
