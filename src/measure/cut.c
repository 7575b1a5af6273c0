// measure/cut.c -- current through a polyline.
//
// I = sum_e n_e s_e j_e, with n_e the signed number of times that edge e, walked from tail to head,
// crosses the polyline from its left to its right. If the polyline is moved across a site, n_e of
// all edges of that site changes by the same amount (outward), which adds nothing if the currents
// out of its cell sum to zero; so I depends on where the polyline ends outside the film alone.
// Ties are broken by half-open sides, with the same predicate for all edges that share a site and
// for both pieces that share a point, so that a polyline may go through sites.
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

static bool inside_film(const flx_mesh *mesh, const double p[2])
{
    for (int32_t t = 0; t < mesh->n_tri; t++) {
        const int32_t *c = mesh->tri + 3 * (ptrdiff_t)t;
        double v[3][2];
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

flx_status flx_measure_cut(flx_ctx *ctx, const flx_mesh *mesh, const double *j,
                           const double *points, int32_t n_point, double *current)
{
    if (n_point < 2)
        return flx_fail(ctx, FLX_ERR_INPUT, "a cut has %d points, at least 2 are needed", n_point);
    for (int32_t k = 0; k < n_point; k += n_point - 1) {
        const double *end = points + 2 * (ptrdiff_t)k;
        if (!isfinite(end[0]) || !isfinite(end[1]) || inside_film(mesh, end))
            return flx_fail(ctx, FLX_ERR_INPUT,
                            "a cut ends at x = %g, y = %g xi inside the film: the current through "
                            "it is only defined if both ends lie outside; make it longer",
                            end[0], end[1]);
    }
    double sum = 0;
    for (int32_t e = 0; e < mesh->n_edge; e++) {
        int32_t a = mesh->tail[e], b = mesh->head[e], count = 0;
        const double tail[2] = {mesh->x[a], mesh->y[a]}, head[2] = {mesh->x[b], mesh->y[b]};
        for (int32_t k = 0; k + 1 < n_point; k++)
            count += crossing(tail, head, points + 2 * (ptrdiff_t)k, points + 2 * (ptrdiff_t)k + 2);
        if (count != 0)
            sum += count * mesh->dual[e] * j[e];
    }
    *current = sum;
    return FLX_OK;
}
