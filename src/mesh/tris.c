// mesh/tris.c -- a triangulation that can be changed.
//
// Local Delaunay by flips: C. L. Lawson, in Mathematical Software III (1977). A side is flipped
// when the cotangents of its two opposite angles sum to less than zero by more than rounding, so
// that squares do not flip back and forth.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mesh/tris.h"

#include <math.h>
#include <string.h>

enum { STAR = 64 };                   // more triangles around a site than any sound mesh has
static const double THIN = 1e-3;      // [1] least twice-area of a moved triangle / longest side^2
static const double FLIP_EPS = 5e-13; // [1] sum of cotangents below which rounding is to blame

void flx_tris_clear(flx_tris *tris)
{
    flx_free(tris->xy);
    flx_free(tris->rim);
    flx_free(tris->at);
    flx_free(tris->v);
    flx_free(tris->twin);
    flx_free(tris->todo);
    *tris = (flx_tris){0};
}

// Twins by sorting the sides by their two sites.
static flx_status join(flx_tris *tris)
{
    int32_t n = 3 * tris->n_tri;
    uint64_t *key = FLX_NEW_ARRAY(tris->ctx, uint64_t, n);
    int32_t *order = FLX_NEW_ARRAY(tris->ctx, int32_t, n);
    flx_status status = key && order ? FLX_OK : FLX_ERR_MEMORY;
    if (status == FLX_OK) {
        for (int32_t s = 0; s < n; s++) {
            uint64_t a = (uint64_t)tris->v[s], b = (uint64_t)tris->v[flx_next(s)];
            key[s] = (a < b ? a : b) * (uint64_t)tris->n_site + (a < b ? b : a);
            tris->twin[s] = -1;
        }
        status = flx_sort_by_key(tris->ctx, key, n, order);
    }
    for (int32_t k = 0; status == FLX_OK && k + 1 < n; k++) {
        int32_t s = order[k], q = order[k + 1];
        if (key[s] != key[q])
            continue;
        if (tris->v[s] == tris->v[q] || (k + 2 < n && key[order[k + 2]] == key[s])) {
            status = flx_fail(tris->ctx, FLX_ERR_GEOMETRY, "the mesh is folded at (%.9g, %.9g)",
                              tris->xy[tris->v[s]][0], tris->xy[tris->v[s]][1]);
            break;
        }
        tris->twin[s] = q;
        tris->twin[q] = s;
        k++;
    }
    flx_free(key);
    flx_free(order);
    return status;
}

flx_status flx_tris_init(flx_ctx *ctx, const double *xy, int32_t n_site, const int32_t *tri,
                         int32_t n_tri, flx_tris *tris)
{
    *tris = (flx_tris){.ctx = ctx, .n_site = n_site, .n_tri = n_tri};
    tris->site_room = n_site + n_site / 16 + 64;
    tris->tri_room = n_tri + n_tri / 16 + 128;
    tris->xy = flx_alloc(ctx, (size_t)tris->site_room, sizeof *tris->xy);
    tris->rim = FLX_NEW_ARRAY(ctx, bool, tris->site_room);
    tris->at = FLX_NEW_ARRAY(ctx, int32_t, tris->site_room);
    tris->v = FLX_NEW_ARRAY(ctx, int32_t, 3 * (size_t)tris->tri_room);
    tris->twin = FLX_NEW_ARRAY(ctx, int32_t, 3 * (size_t)tris->tri_room);
    if (!tris->xy || !tris->rim || !tris->at || !tris->v || !tris->twin)
        return FLX_ERR_MEMORY;
    memcpy(tris->xy, xy, (size_t)n_site * sizeof *tris->xy);
    memcpy(tris->v, tri, 3 * (size_t)n_tri * sizeof *tri);
    for (int32_t t = 0; t < n_tri; t++) {
        int32_t *v = &tris->v[3 * t];
        if (flx_twice_area(tris->xy[v[0]], tris->xy[v[1]], tris->xy[v[2]]) < 0) {
            int32_t swap = v[1];
            v[1] = v[2];
            v[2] = swap;
        }
    }
    FLX_TRY(join(tris));
    for (int32_t s = 0; s < 3 * n_tri; s++) {
        tris->at[tris->v[s]] = s;
        if (tris->twin[s] < 0)
            tris->rim[tris->v[s]] = tris->rim[tris->v[flx_next(s)]] = true;
    }
    return FLX_OK;
}

double flx_tris_length(const flx_tris *tris, int32_t s)
{
    const double *a = tris->xy[tris->v[s]], *b = tris->xy[tris->v[flx_next(s)]];
    return hypot(b[0] - a[0], b[1] - a[1]);
}

double flx_tris_cot(const flx_tris *tris, int32_t s)
{
    const double *a = tris->xy[tris->v[s]], *b = tris->xy[tris->v[flx_next(s)]];
    const double *o = tris->xy[tris->v[flx_prev(s)]];
    double ax = a[0] - o[0], ay = a[1] - o[1], bx = b[0] - o[0], by = b[1] - o[1];
    return (ax * bx + ay * by) / (ax * by - ay * bx);
}

flx_status flx_tris_push(flx_tris *tris, int32_t s)
{
    if (tris->n_todo == tris->todo_room) {
        int32_t room = 2 * tris->todo_room + 256;
        int32_t *grown =
            flx_realloc(tris->ctx, tris->todo, (size_t)tris->n_todo, (size_t)room, sizeof *grown);
        if (!grown)
            return FLX_ERR_MEMORY;
        tris->todo = grown;
        tris->todo_room = room;
    }
    tris->todo[tris->n_todo++] = s;
    return FLX_OK;
}

static void set_twin(flx_tris *tris, int32_t s, int32_t q)
{
    tris->twin[s] = q;
    if (q >= 0)
        tris->twin[q] = s;
}

static void set_tri(flx_tris *tris, int32_t t, int32_t a, int32_t b, int32_t c)
{
    int32_t *v = &tris->v[3 * t];
    v[0] = a;
    v[1] = b;
    v[2] = c;
    for (int k = 0; k < 3; k++)
        tris->at[v[k]] = 3 * t + k;
}

// The side a b of triangles a b o and b a p becomes o p: triangles t = (p o a), u = (o p b).
static flx_status flip(flx_tris *tris, int32_t s)
{
    int32_t q = tris->twin[s], t = s / 3, u = q / 3;
    int32_t a = tris->v[s], b = tris->v[q], o = tris->v[flx_prev(s)], p = tris->v[flx_prev(q)];
    int32_t bo = tris->twin[flx_next(s)], oa = tris->twin[flx_prev(s)];
    int32_t ap = tris->twin[flx_next(q)], pb = tris->twin[flx_prev(q)];
    set_tri(tris, t, p, o, a);
    set_tri(tris, u, o, p, b);
    set_twin(tris, 3 * t, 3 * u);
    set_twin(tris, 3 * t + 1, oa);
    set_twin(tris, 3 * t + 2, ap);
    set_twin(tris, 3 * u + 1, pb);
    set_twin(tris, 3 * u + 2, bo);
    for (int k = 1; k < 3; k++) {
        FLX_TRY(flx_tris_push(tris, 3 * t + k));
        FLX_TRY(flx_tris_push(tris, 3 * u + k));
    }
    return FLX_OK;
}

flx_status flx_tris_legalise(flx_tris *tris)
{
    // Each flip lowers the empty-circle count; only rounding in needles could go round in circles.
    int64_t left = 1000 + 100 * (int64_t)tris->n_tri;
    while (tris->n_todo > 0) {
        int32_t s = tris->todo[--tris->n_todo], q = tris->twin[s];
        if (q < 0 || !(flx_tris_cot(tris, s) + flx_tris_cot(tris, q) < -FLIP_EPS))
            continue;
        if (left-- == 0)
            return flx_fail(tris->ctx, FLX_ERR_GEOMETRY,
                            "triangles near (%.9g, %.9g) are too thin to be made Delaunay",
                            tris->xy[tris->v[s]][0], tris->xy[tris->v[s]][1]);
        FLX_TRY(flip(tris, s));
    }
    return FLX_OK;
}

flx_status flx_tris_delaunay(flx_tris *tris)
{
    for (int32_t s = 0; s < 3 * tris->n_tri; s++)
        if (tris->twin[s] > s)
            FLX_TRY(flx_tris_push(tris, s));
    return flx_tris_legalise(tris);
}

// Room for one more site and two more triangles.
static flx_status grow(flx_tris *tris)
{
    if (tris->n_site + 1 > tris->site_room) {
        size_t n = (size_t)tris->n_site, room = n + n / 2 + 64;
        void *xy = flx_realloc(tris->ctx, tris->xy, n, room, sizeof *tris->xy);
        tris->xy = xy ? xy : tris->xy;
        void *rim = xy ? flx_realloc(tris->ctx, tris->rim, n, room, sizeof *tris->rim) : NULL;
        tris->rim = rim ? rim : tris->rim;
        void *at = rim ? flx_realloc(tris->ctx, tris->at, n, room, sizeof *tris->at) : NULL;
        tris->at = at ? at : tris->at;
        if (!at)
            return FLX_ERR_MEMORY;
        tris->site_room = (int32_t)room;
    }
    if (tris->n_tri + 2 > tris->tri_room) {
        size_t n = 3 * (size_t)tris->n_tri, room = n + n / 2 + 192;
        void *v = flx_realloc(tris->ctx, tris->v, n, room, sizeof *tris->v);
        tris->v = v ? v : tris->v;
        void *twin = v ? flx_realloc(tris->ctx, tris->twin, n, room, sizeof *tris->twin) : NULL;
        tris->twin = twin ? twin : tris->twin;
        if (!twin)
            return FLX_ERR_MEMORY;
        tris->tri_room = (int32_t)(room / 3);
    }
    return FLX_OK;
}

// Triangle a b o of side s = a b becomes t = (a m o) and u = (m b o), where u is new.
static void halve(flx_tris *tris, int32_t s, int32_t m, int32_t u)
{
    int32_t t = s / 3, a = tris->v[s], b = tris->v[flx_next(s)], o = tris->v[flx_prev(s)];
    int32_t bo = tris->twin[flx_next(s)], oa = tris->twin[flx_prev(s)];
    set_tri(tris, u, m, b, o);
    set_tri(tris, t, a, m, o);
    set_twin(tris, 3 * t + 1, 3 * u + 2);
    set_twin(tris, 3 * t + 2, oa);
    set_twin(tris, 3 * u + 1, bo);
}

flx_status flx_tris_split(flx_tris *tris, int32_t s, const double at[2], int32_t *site)
{
    FLX_TRY(grow(tris));
    int32_t q = tris->twin[s], m = tris->n_site++;
    memcpy(tris->xy[m], at, sizeof tris->xy[m]);
    tris->rim[m] = q < 0;
    int32_t t = s / 3, u = tris->n_tri++;
    halve(tris, s, m, u);
    tris->twin[3 * t] = tris->twin[3 * u] = -1;
    int32_t sides[] = {3 * t + 1, 3 * t + 2, 3 * u + 1, -1, -1, -1};
    if (q >= 0) {
        int32_t p = q / 3, w = tris->n_tri++;
        halve(tris, q, m, w);
        // Side of p is b m, of w is m a; side of t is a m, of u is m b.
        set_twin(tris, 3 * t, 3 * w);
        set_twin(tris, 3 * u, 3 * p);
        sides[3] = 3 * p + 1;
        sides[4] = 3 * p + 2;
        sides[5] = 3 * w + 1;
    }
    for (int k = 0; k < 6; k++)
        if (sides[k] >= 0)
            FLX_TRY(flx_tris_push(tris, sides[k]));
    *site = m;
    return FLX_OK;
}

int32_t flx_tris_star(const flx_tris *tris, int32_t site, int32_t *corners, int32_t room)
{
    // Back (clockwise) to the rim, or once around.
    int32_t first = tris->at[site], n = 0;
    for (int32_t s = first; tris->twin[s] >= 0;) {
        s = flx_next(tris->twin[s]);
        if (s == tris->at[site])
            break;
        first = s;
        if (++n > room)
            return -1;
    }
    n = 0;
    for (int32_t s = first;;) {
        if (n == room)
            return -1;
        corners[n++] = s;
        int32_t q = tris->twin[flx_prev(s)];
        if (q < 0 || q == first)
            break;
        s = q;
    }
    return n;
}

flx_status flx_tris_move(flx_tris *tris, int32_t site, const double to[2], bool *moved)
{
    int32_t star[STAR], n = flx_tris_star(tris, site, star, STAR);
    *moved = false;
    for (int32_t k = 0; k < n; k++) {
        const double *b = tris->xy[tris->v[flx_next(star[k])]];
        const double *c = tris->xy[tris->v[flx_prev(star[k])]];
        double longest =
            fmax(hypot(b[0] - to[0], b[1] - to[1]),
                 fmax(hypot(c[0] - to[0], c[1] - to[1]), hypot(b[0] - c[0], b[1] - c[1])));
        if (!(flx_twice_area(to, b, c) > THIN * longest * longest))
            return FLX_OK;
    }
    if (n <= 0)
        return FLX_OK;
    memcpy(tris->xy[site], to, sizeof tris->xy[site]);
    *moved = true;
    for (int32_t k = 0; k < n; k++)
        for (int32_t c = 0; c < 3; c++)
            FLX_TRY(flx_tris_push(tris, star[k] / 3 * 3 + c));
    return FLX_OK;
}
