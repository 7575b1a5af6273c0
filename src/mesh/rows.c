// mesh/rows.c -- rows of flat triangles along rims, for what changes across a rim far faster than
// along it.
//
// Every side that leaves a rim is divided at the shares q^n ... q^2, q of it, seen from the rim, q
// being the ratio, and the triangles at the rim with it: the outermost row is q^n of a triangle
// high at the full length. A row adds about two sites for each one of the rim, where even triangles
// as small as its own would take q^-n times the sites. Sides that lead from rim to rim through
// the film are halved before, so that each has one end inside.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mesh/rows.h"

#include <math.h>
#include <string.h>

typedef struct rows {
    const flx_tris *from;
    int32_t n;       // rows
    double ratio;    // height of one over that of the next one inwards
    double (*xy)[2]; // sites: the old ones, then those on sides
    int32_t *on;     // [3 n_tri] first new site of a side, the nearest to the rim; -1: none
    int32_t *tri;    // [n_tri][3] made
    int32_t n_site, n_tri;
} rows;

// Is side s one through the film between two sites of its rims?
static bool is_chord(const flx_tris *t, int32_t s)
{
    return t->twin[s] >= 0 && t->rim[t->v[s]] && t->rim[t->v[flx_next(s)]];
}

static flx_status halve_chords(flx_tris *t)
{
    bool found = true;
    while (found) { // a split may renumber sides that were passed already
        found = false;
        for (int32_t s = 0; s < 3 * t->n_tri; s++) {
            if (!is_chord(t, s))
                continue;
            const double *a = t->xy[t->v[s]], *b = t->xy[t->v[flx_next(s)]];
            const double middle[2] = {0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1])};
            int32_t site;
            FLX_TRY(flx_tris_split(t, s, middle, &site));
            found = true;
        }
    }
    t->n_todo = 0; // they stay where they are
    return FLX_OK;
}

// New sites on the sides that leave a rim.
static void divide_sides(rows *r)
{
    const flx_tris *t = r->from;
    for (int32_t s = 0; s < 3 * t->n_tri; s++) {
        int32_t a = t->v[s], b = t->v[flx_next(s)];
        r->on[s] = t->twin[s] >= 0 && t->twin[s] < s ? r->on[t->twin[s]] : -1;
        if (t->rim[a] == t->rim[b] || r->on[s] >= 0)
            continue;
        const double *out = t->xy[t->rim[a] ? a : b], *in = t->xy[t->rim[a] ? b : a];
        r->on[s] = r->n_site;
        for (int32_t k = r->n; k > 0; k--) {
            double share = pow(r->ratio, k);
            for (int c = 0; c < 2; c++)
                r->xy[r->n_site][c] = out[c] + share * (in[c] - out[c]);
            r->n_site++;
        }
    }
}

static void add(rows *r, int32_t a, int32_t b, int32_t c)
{
    const int32_t v[3] = {a, b, c};
    memcpy(&r->tri[3 * (size_t)r->n_tri++], v, sizeof v);
}

// Four corners, counter-clockwise, cut along the shorter diagonal.
static void add_four(rows *r, int32_t a, int32_t b, int32_t c, int32_t d)
{
    double ac = hypot(r->xy[c][0] - r->xy[a][0], r->xy[c][1] - r->xy[a][1]);
    double bd = hypot(r->xy[d][0] - r->xy[b][0], r->xy[d][1] - r->xy[b][1]);
    if (ac <= bd) {
        add(r, a, b, c);
        add(r, a, c, d);
    } else {
        add(r, a, b, d);
        add(r, b, c, d);
    }
}

// One site of the rim, the corner of side s: rows between its two sides.
static void divide_at_corner(rows *r, int32_t s)
{
    const flx_tris *t = r->from;
    int32_t right = r->on[s], left = r->on[flx_prev(s)];
    add(r, t->v[s], right, left);
    for (int32_t k = 0; k + 1 < r->n; k++)
        add_four(r, right + k, right + k + 1, left + k + 1, left + k);
    add_four(r, right + r->n - 1, t->v[flx_next(s)], t->v[flx_prev(s)], left + r->n - 1);
}

// Side s lies on the rim.
static void divide_at_side(rows *r, int32_t s)
{
    const flx_tris *t = r->from;
    int32_t right = r->on[flx_next(s)], left = r->on[flx_prev(s)];
    add_four(r, t->v[s], t->v[flx_next(s)], right, left);
    for (int32_t k = 0; k + 1 < r->n; k++)
        add_four(r, left + k, right + k, right + k + 1, left + k + 1);
    add(r, left + r->n - 1, right + r->n - 1, t->v[flx_prev(s)]);
}

static void divide_triangles(rows *r)
{
    const flx_tris *t = r->from;
    for (int32_t k = 0; k < t->n_tri; k++) {
        const int32_t *v = &t->v[3 * (size_t)k];
        int32_t n_rim = t->rim[v[0]] + t->rim[v[1]] + t->rim[v[2]], s = 3 * k;
        if (n_rim == 0 || n_rim == 3) {
            add(r, v[0], v[1], v[2]);
            continue;
        }
        while (!(t->rim[t->v[s]] && t->rim[t->v[flx_next(s)]] == (n_rim == 2)))
            s++;
        if (n_rim == 1)
            divide_at_corner(r, s);
        else
            divide_at_side(r, s);
    }
}

flx_status flx_rows_run(flx_tris *t, int32_t n, double ratio)
{
    FLX_TRY(halve_chords(t));
    int64_t n_side = 0, n_flat = 0; // sides that leave a rim, each seen twice; triangles there
    for (int32_t s = 0; s < 3 * t->n_tri; s++)
        n_side += t->rim[t->v[s]] != t->rim[t->v[flx_next(s)]];
    for (int32_t k = 0; k < t->n_tri; k++)
        n_flat += t->rim[t->v[3 * k]] || t->rim[t->v[3 * k + 1]] || t->rim[t->v[3 * k + 2]];
    rows r = {.from = t, .n = n, .ratio = ratio, .n_site = t->n_site};
    r.xy = flx_alloc(t->ctx, (size_t)(t->n_site + n_side / 2 * n), sizeof *r.xy);
    r.on = FLX_NEW_ARRAY(t->ctx, int32_t, 3 * (size_t)t->n_tri);
    r.tri = FLX_NEW_ARRAY(t->ctx, int32_t, 3 * (size_t)(t->n_tri + 2 * n * n_flat));
    flx_tris made = {0};
    flx_status status = r.xy && r.on && r.tri ? FLX_OK : FLX_ERR_MEMORY;
    if (status == FLX_OK) {
        memcpy(r.xy, t->xy, (size_t)t->n_site * sizeof *r.xy);
        divide_sides(&r);
        divide_triangles(&r);
        status = flx_tris_init(t->ctx, (const double *)r.xy, r.n_site, r.tri, r.n_tri, &made);
    }
    flx_free(r.xy);
    flx_free(r.on);
    flx_free(r.tri);
    if (status < 0) {
        flx_tris_clear(&made);
        return status;
    }
    flx_tris_clear(t);
    *t = made;
    return FLX_OK;
}
