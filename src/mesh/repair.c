// mesh/repair.c -- Delaunay, even edge lengths, acute rims, no edge too long.
//
// The dual face of an inner edge is >= 0 if the edge is Delaunay (flips), that of a rim edge if the
// angle opposite to it is not obtuse: the corner is moved away from the rim, or, if it is a rim
// site itself, the rim edge is split (J. Ruppert, J. Algorithms 18, 548 (1995)). A site is smoothed
// to the mean of the places at which its edges would have their mean length.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mesh/repair.h"

#include "mesh/rim.h"

#include <math.h>

enum { STAR = 64, MAX_ROUNDS = 60, MOVE_ROUNDS = 8 };
static const double HALF_PI = 1.57079632679489662;
static const double RAISE = 0.7;   // [1] of the rim edge: height to which an obtuse corner is moved
static const double RELAX = 0.7;   // [1] part of the way a site is smoothed
static const double ENOUGH = 0.02; // [1] of the mean edge: smaller moves are not made
static const double SLACK = 1e-12; // [1] cotangents above -SLACK count as zero: rounding

// Where site i would have edges of equal length.
static bool even_place(const flx_tris *tris, int32_t i, double to[2], double *mean)
{
    int32_t star[STAR], n = flx_tris_star(tris, i, star, STAR);
    if (n < 3)
        return false;
    const double *at = tris->xy[i];
    double sum = 0, length[STAR];
    for (int32_t k = 0; k < n; k++) {
        const double *b = tris->xy[tris->v[flx_next(star[k])]];
        length[k] = hypot(b[0] - at[0], b[1] - at[1]);
        sum += length[k];
    }
    *mean = sum / n;
    to[0] = to[1] = 0;
    for (int32_t k = 0; k < n; k++) {
        const double *b = tris->xy[tris->v[flx_next(star[k])]];
        double t = *mean / length[k];
        to[0] += (b[0] + t * (at[0] - b[0])) / n;
        to[1] += (b[1] + t * (at[1] - b[1])) / n;
    }
    return true;
}

// One sweep over the inner sites (all, or those marked) in their order, then flips.
static flx_status smooth(flx_tris *tris, const bool *marked)
{
    for (int32_t i = 0; i < tris->n_site; i++) {
        double to[2], mean;
        if (tris->rim[i] || (marked && !marked[i]) || !even_place(tris, i, to, &mean))
            continue;
        double dx = RELAX * (to[0] - tris->xy[i][0]), dy = RELAX * (to[1] - tris->xy[i][1]);
        bool moved;
        if (hypot(dx, dy) > ENOUGH * mean)
            FLX_TRY(flx_tris_move(tris, i, (double[2]){tris->xy[i][0] + dx, tris->xy[i][1] + dy},
                                  &moved));
    }
    return flx_tris_legalise(tris);
}

// Does the film fill less than 90 degrees at this rim site?
static bool acute_corner(const flx_tris *tris, int32_t i)
{
    int32_t star[STAR], n = flx_tris_star(tris, i, star, STAR);
    double angle = 0;
    for (int32_t k = 0; k < n; k++)
        angle += atan2(1, flx_tris_cot(tris, flx_next(star[k])));
    return n > 0 && angle < HALF_PI * (1 - 1e-9);
}

static flx_status split(flx_tris *tris, int32_t s, const flx_repair *repair, int32_t *site)
{
    if (tris->n_site >= repair->max_sites)
        return flx_fail(tris->ctx, FLX_ERR_GEOMETRY,
                        "the mesh needs more than mesh.max_sites = %d sites, last near (%.9g, "
                        "%.9g); choose a larger max_edge or raise max_sites",
                        repair->max_sites, tris->xy[tris->v[s]][0], tris->xy[tris->v[s]][1]);
    int32_t a = tris->v[s], b = tris->v[flx_next(s)];
    bool rim = tris->twin[s] < 0;
    double at[2];
    flx_split_point(tris->xy[a], tris->xy[b], rim && acute_corner(tris, a),
                    rim && acute_corner(tris, b), at);
    FLX_TRY(flx_tris_split(tris, s, at, site));
    return flx_tris_legalise(tris);
}

// Moves the corner opposite to rim side s away from it. *moved: it is no longer obtuse.
static flx_status raise_corner(flx_tris *tris, int32_t s, bool *moved)
{
    int32_t o = tris->v[flx_prev(s)];
    *moved = false;
    if (tris->rim[o])
        return FLX_OK;
    const double *a = tris->xy[tris->v[s]], *b = tris->xy[tris->v[flx_next(s)]];
    double ux = b[0] - a[0], uy = b[1] - a[1], length2 = ux * ux + uy * uy;
    double t = ((tris->xy[o][0] - a[0]) * ux + (tris->xy[o][1] - a[1]) * uy) / length2;
    t = fmin(fmax(t, 0.3), 0.7);
    double to[2] = {a[0] + t * ux - RAISE * uy, a[1] + t * uy + RAISE * ux};
    FLX_TRY(flx_tris_move(tris, o, to, moved));
    return flx_tris_legalise(tris);
}

// All rim sides with an obtuse corner. Splits add sides, which the next round looks at.
static flx_status repair_rims(flx_tris *tris, const flx_repair *repair, bool may_move,
                              int32_t *n_change)
{
    int32_t n = 3 * tris->n_tri;
    for (int32_t s = 0; s < n; s++) {
        if (tris->twin[s] >= 0 || flx_tris_cot(tris, s) >= -SLACK)
            continue;
        bool moved = false;
        int32_t site;
        if (may_move)
            FLX_TRY(raise_corner(tris, s, &moved));
        if (!moved)
            FLX_TRY(split(tris, s, repair, &site));
        ++*n_change;
    }
    return FLX_OK;
}

static bool too_long(const flx_tris *tris, const flx_repair *repair, int32_t s)
{
    const double *a = tris->xy[tris->v[s]], *b = tris->xy[tris->v[flx_next(s)]];
    return flx_tris_length(tris, s) >
           flx_size_at(repair->bound, 0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1]));
}

// Marks the sites up to two edges from site i.
static void mark_around(const flx_tris *tris, int32_t i, bool *marked, int depth)
{
    int32_t star[STAR], n = flx_tris_star(tris, i, star, STAR);
    marked[i] = true;
    for (int32_t k = 0; k < n && depth > 0; k++) {
        mark_around(tris, tris->v[flx_next(star[k])], marked, depth - 1);
        mark_around(tris, tris->v[flx_prev(star[k])], marked, depth - 1);
    }
}

// Splits the edges that are too long and smooths around the new sites.
static flx_status shorten(flx_tris *tris, const flx_repair *repair, bool may_smooth,
                          int32_t *n_change)
{
    int32_t n = 3 * tris->n_tri, first = tris->n_site, site;
    for (int32_t s = 0; s < n; s++)
        if ((tris->twin[s] < 0 || tris->twin[s] > s) && too_long(tris, repair, s)) {
            FLX_TRY(split(tris, s, repair, &site));
            ++*n_change;
        }
    if (tris->n_site == first || !may_smooth)
        return FLX_OK;
    bool *marked = FLX_NEW_ARRAY(tris->ctx, bool, tris->n_site);
    if (!marked)
        return FLX_ERR_MEMORY;
    for (int32_t i = first; i < tris->n_site; i++)
        mark_around(tris, i, marked, 2);
    flx_status status = FLX_OK;
    for (int32_t k = 0; k < 3 && status == FLX_OK; k++)
        status = smooth(tris, marked);
    flx_free(marked);
    return status;
}

// The promise: no dual face below zero, no edge too long.
static flx_status check(const flx_tris *tris, const flx_repair *repair)
{
    for (int32_t s = 0; s < 3 * tris->n_tri; s++) {
        double cot = flx_tris_cot(tris, s);
        if (tris->twin[s] >= 0)
            cot += flx_tris_cot(tris, tris->twin[s]);
        const double *at = tris->xy[tris->v[s]];
        if (!(cot >= -2 * SLACK))
            return flx_fail(tris->ctx, FLX_ERR_GEOMETRY,
                            "the mesh near (%.9g, %.9g) keeps a negative dual face (%.3g of its "
                            "edge); choose a smaller max_edge there or blunt the corner",
                            at[0], at[1], 0.5 * cot);
        if (too_long(tris, repair, s))
            return flx_fail(tris->ctx, FLX_ERR_GEOMETRY,
                            "an edge near (%.9g, %.9g) stays longer than max_edge: %.9g", at[0],
                            at[1], flx_tris_length(tris, s));
    }
    return FLX_OK;
}

flx_status flx_repair_run(flx_tris *tris, const flx_repair *repair)
{
    FLX_TRY(flx_tris_delaunay(tris));
    for (int32_t k = 0; k < repair->smooth; k++)
        FLX_TRY(smooth(tris, NULL));
    int32_t n_change = 1;
    for (int32_t round = 0; round < MAX_ROUNDS && n_change > 0; round++) {
        n_change = 0;
        FLX_TRY(shorten(tris, repair, round < MOVE_ROUNDS, &n_change));
        FLX_TRY(repair_rims(tris, repair, round < MOVE_ROUNDS, &n_change));
    }
    return check(tris, repair);
}
