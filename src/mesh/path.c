// mesh/path.c -- chains of edges: the shortest between two sites, and the cycle nearest a curve.
//
// A curve is snapped by walking along it in steps of a fraction of an edge: each step's triangle
// gives its nearest corner, successive corners are joined, through the shared neighbour where they
// are not neighbours themselves. What the walk repeats is cut out: if it returns to a site, the
// piece between is a contractible excursion of a few triangles and is dropped.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mesh/locate.h"

#include <math.h>
#include <string.h>

void flx_mesh_sites_free(int32_t *sites)
{
    flx_free(sites);
}

// A binary heap of sites by distance. E. W. Dijkstra, Numer. Math. 1, 269 (1959).
typedef struct heap {
    int32_t *site, *place; // place[i]: where site i is in the heap, -1 not, -2 done
    double *distance;
    int32_t n;
} heap;

static bool before(const heap *h, int32_t a, int32_t b)
{
    double da = h->distance[a], db = h->distance[b];
    return da < db || (da == db && a < b);
}

static void put(heap *h, int32_t k, int32_t site)
{
    h->site[k] = site;
    h->place[site] = k;
}

static void rise(heap *h, int32_t k)
{
    int32_t site = h->site[k];
    for (; k > 0 && before(h, site, h->site[(k - 1) / 2]); k = (k - 1) / 2)
        put(h, k, h->site[(k - 1) / 2]);
    put(h, k, site);
}

static int32_t take_first(heap *h)
{
    int32_t first = h->site[0], last = h->site[--h->n], k = 0;
    h->place[first] = -2;
    if (h->n == 0)
        return first;
    for (;;) {
        int32_t child = 2 * k + 1;
        if (child >= h->n)
            break;
        if (child + 1 < h->n && before(h, h->site[child + 1], h->site[child]))
            child++;
        if (!before(h, h->site[child], last))
            break;
        put(h, k, h->site[child]);
        k = child;
    }
    put(h, k, last);
    return first;
}

static void search(const flx_mesh *mesh, int32_t from, int32_t to, heap *h, int32_t *parent)
{
    for (int32_t i = 0; i < mesh->n_site; i++) {
        h->place[i] = parent[i] = -1;
        h->distance[i] = INFINITY;
    }
    h->distance[from] = 0;
    put(h, h->n++, from);
    while (h->n > 0) {
        int32_t i = take_first(h);
        if (i == to)
            return;
        for (int32_t k = mesh->row[i]; k < mesh->row[i + 1]; k++) {
            int32_t j = mesh->neighbour[k];
            double d = h->distance[i] + mesh->length[mesh->half_edge[k]];
            if (h->place[j] == -2 || d >= h->distance[j])
                continue;
            h->distance[j] = d;
            parent[j] = i;
            if (h->place[j] < 0)
                put(h, h->n++, j);
            rise(h, h->place[j]);
        }
    }
}

flx_status flx_mesh_shortest_path(flx_ctx *ctx, const flx_mesh *mesh, int32_t from, int32_t to,
                                  int32_t **sites, int32_t *n_sites)
{
    *sites = NULL;
    *n_sites = 0;
    if (from < 0 || from >= mesh->n_site || to < 0 || to >= mesh->n_site)
        return flx_fail(ctx, FLX_ERR_INPUT, "a path from site %d to %d, allowed is 0 to %d", from,
                        to, mesh->n_site - 1);
    heap h = {.site = FLX_NEW_ARRAY(ctx, int32_t, mesh->n_site),
              .place = FLX_NEW_ARRAY(ctx, int32_t, mesh->n_site),
              .distance = FLX_NEW_ARRAY(ctx, double, mesh->n_site)};
    int32_t *parent = FLX_NEW_ARRAY(ctx, int32_t, mesh->n_site);
    flx_status status = h.site && h.place && h.distance && parent ? FLX_OK : FLX_ERR_MEMORY;
    if (status == FLX_OK) {
        search(mesh, from, to, &h, parent);
        if (h.distance[to] == INFINITY)
            status =
                flx_fail(ctx, FLX_ERR_GEOMETRY,
                         "no path joins (%.9g, %.9g) xi and (%.9g, %.9g) xi: they lie in different "
                         "films or parts",
                         mesh->x[from], mesh->y[from], mesh->x[to], mesh->y[to]);
    }
    int32_t n = 0;
    if (status == FLX_OK) {
        for (int32_t i = to; i >= 0; i = parent[i])
            n++;
        *sites = FLX_NEW_ARRAY(ctx, int32_t, n);
        status = *sites ? FLX_OK : FLX_ERR_MEMORY;
    }
    if (status == FLX_OK) {
        *n_sites = n;
        for (int32_t i = to; i >= 0; i = parent[i])
            (*sites)[--n] = i;
    }
    flx_free(h.site);
    flx_free(h.place);
    flx_free(h.distance);
    flx_free(parent);
    return status;
}

// The chain of sites being walked.
typedef struct walk {
    flx_ctx *ctx;
    const flx_locator *locator;
    int32_t film;
    int32_t *site;
    int32_t n, room;
    int32_t tri; // triangle of the last step
} walk;

static flx_status append(walk *w, int32_t site)
{
    if (w->n > 0 && w->site[w->n - 1] == site)
        return FLX_OK;
    if (w->n == w->room) {
        int32_t room = 2 * w->room + 256;
        int32_t *grown = flx_realloc(w->ctx, w->site, (size_t)w->n, (size_t)room, sizeof *grown);
        if (!grown)
            return FLX_ERR_MEMORY;
        w->site = grown;
        w->room = room;
    }
    w->site[w->n++] = site;
    return FLX_OK;
}

// From the last site to the next one: along their edge, or by a site that neighbours both and is
// nearest to the curve's point.
static bool join(walk *w, int32_t site, const double at[2], flx_status *status)
{
    const flx_mesh *m = w->locator->mesh;
    *status = FLX_OK;
    if (w->n == 0 || w->site[w->n - 1] == site || flx_mesh_edge(m, w->site[w->n - 1], site) >= 0) {
        *status = append(w, site);
        return true;
    }
    int32_t last = w->site[w->n - 1], via = -1;
    double best = INFINITY;
    for (int32_t k = m->row[last]; k < m->row[last + 1]; k++) {
        int32_t j = m->neighbour[k];
        double d = hypot(m->x[j] - at[0], m->y[j] - at[1]);
        if (d < best && flx_mesh_edge(m, j, site) >= 0) {
            best = d;
            via = j;
        }
    }
    if (via < 0)
        return false;
    *status = append(w, via);
    if (*status == FLX_OK)
        *status = append(w, site);
    return true;
}

static bool shares_site(const flx_mesh *m, int32_t t, int32_t u)
{
    for (int k = 0; k < 9; k++)
        if (m->tri[3 * (size_t)t + (size_t)(k / 3)] == m->tri[3 * (size_t)u + (size_t)(k % 3)])
            return true;
    return false;
}

// One step to the point b. If its triangle does not touch the last one the step is too long.
static flx_status step_to(walk *w, const double a[2], const double b[2], int depth)
{
    const flx_mesh *m = w->locator->mesh;
    double bary[3];
    int32_t t = flx_locator_find_in(w->locator, w->film, b[0], b[1], bary);
    if (t < 0)
        return flx_fail(w->ctx, FLX_ERR_GEOMETRY, "the loop leaves the film at (%.9g, %.9g) xi",
                        b[0], b[1]);
    int c = bary[0] >= bary[1] ? (bary[0] >= bary[2] ? 0 : 2) : (bary[1] >= bary[2] ? 1 : 2);
    flx_status status = FLX_OK;
    if (w->tri < 0 || t == w->tri || shares_site(m, w->tri, t)) {
        if (join(w, m->tri[3 * (size_t)t + (size_t)c], b, &status)) {
            w->tri = t;
            return status;
        }
    }
    if (depth == 0)
        return flx_fail(
            w->ctx, FLX_ERR_GEOMETRY,
            "the loop cannot be followed near (%.9g, %.9g) xi: it grazes the rim; move it "
            "into the film",
            b[0], b[1]);
    double mid[2] = {0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1])};
    FLX_TRY(step_to(w, a, mid, depth - 1));
    return step_to(w, mid, b, depth - 1);
}

// Half of the shortest edge of the triangle at the last point: no triangle is stepped over.
static double stride(const walk *w)
{
    const flx_mesh *m = w->locator->mesh;
    double shortest = INFINITY;
    for (int c = 0; c < 3; c++) {
        int32_t i = m->tri[3 * (size_t)w->tri + (size_t)c];
        int32_t j = m->tri[3 * (size_t)w->tri + (size_t)((c + 1) % 3)];
        shortest = fmin(shortest, hypot(m->x[j] - m->x[i], m->y[j] - m->y[i]));
    }
    return 0.4 * shortest;
}

static flx_status walk_curve(walk *w, const flx_polyline *curve)
{
    enum { HALVINGS = 20 };
    const double *xy = curve->xy;
    FLX_TRY(step_to(w, xy, xy, HALVINGS));
    for (int32_t p = 0; p < curve->n; p++) {
        const double *a = &xy[2 * p], *b = &xy[2 * (p + 1 < curve->n ? p + 1 : 0)];
        double length = hypot(b[0] - a[0], b[1] - a[1]), s = 0;
        double last[2] = {a[0], a[1]};
        while (s < length) {
            s = fmin(s + stride(w), length);
            double t = s / length, at[2] = {a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])};
            if (s == length)
                memcpy(at, b, sizeof at); // the end must close on the beginning, bit by bit
            FLX_TRY(step_to(w, last, at, HALVINGS));
            memcpy(last, at, sizeof last);
        }
    }
    return FLX_OK;
}

// Cuts out the pieces between two visits of the same site. A piece longer than half the chain is
// the loop itself: then the rest goes.
static flx_status simplify(walk *w)
{
    const flx_mesh *m = w->locator->mesh;
    int32_t *seen = FLX_NEW_ARRAY(w->ctx, int32_t, m->n_site); // place in the chain + 1
    if (!seen)
        return FLX_ERR_MEMORY;
    if (w->n > 1 && w->site[0] == w->site[w->n - 1])
        w->n--;
    int32_t total = w->n, n = 0;
    flx_status status = FLX_OK;
    for (int32_t k = 0; k < total && status == FLX_OK; k++) {
        int32_t i = w->site[k];
        if (seen[i] > 0) {
            int32_t keep = seen[i];
            if (2 * (n - keep + 1) > total) {
                // From the first visit to now is the loop; what came before is the excursion.
                memmove(w->site, &w->site[keep - 1], (size_t)(n - keep + 1) * sizeof *w->site);
                n -= keep - 1;
                break;
            }
            // The chain crosses itself if what is cut out is more than a few steps.
            if (n - keep > 6)
                status = flx_fail(w->ctx, FLX_ERR_GEOMETRY,
                                  "the loop meets itself at (%.9g, %.9g) xi; use a curve that goes "
                                  "round once, or a finer mesh",
                                  m->x[i], m->y[i]);
            while (n > keep)
                seen[w->site[--n]] = 0;
            continue;
        }
        w->site[n++] = i;
        seen[i] = n;
    }
    w->n = n;
    flx_free(seen);
    return status;
}

// How often a closed chain of points goes around a point, counter-clockwise. Points are those of
// the curve, or of the sites if there are any.
static int32_t winding(const flx_mesh *m, const flx_polyline *curve, const walk *w,
                       const double o[2])
{
    int32_t n = w ? w->n : curve->n, turns = 0;
    double a[2], b[2];
    for (int32_t k = 0; k <= n; k++) {
        int32_t p = k < n ? k : 0;
        b[0] = w ? m->x[w->site[p]] : curve->xy[2 * p];
        b[1] = w ? m->y[w->site[p]] : curve->xy[2 * p + 1];
        if (k > 0 && (a[1] > o[1]) != (b[1] > o[1])) {
            bool left = flx_twice_area(a, b, o) > 0;
            turns += b[1] > a[1] ? left : -!left;
        }
        a[0] = b[0];
        a[1] = b[1];
    }
    return turns;
}

// Does the cycle go around the same holes as the curve, in the same sense?
static flx_status check_holes(const walk *w, const flx_polyline *curve)
{
    const flx_mesh *m = w->locator->mesh;
    for (int32_t l = 0; l < m->n_loop; l++) {
        const flx_mesh_loop *loop = &m->loop[l];
        if (loop->outer || loop->film != w->film)
            continue;
        // A point just inside the hole: left of its first edge.
        int32_t i = m->loop_site[loop->start], j = m->loop_site[loop->start + 1];
        double ux = m->x[j] - m->x[i], uy = m->y[j] - m->y[i];
        double o[2] = {m->x[i] + 0.5 * ux - 1e-4 * uy, m->y[i] + 0.5 * uy + 1e-4 * ux};
        if (winding(m, curve, NULL, o) != winding(m, NULL, w, o))
            return flx_fail(w->ctx, FLX_ERR_GEOMETRY,
                            "the loop cannot be followed around the hole at (%.9g, %.9g) xi: it "
                            "crosses itself or the hole, or the mesh is too coarse",
                            o[0], o[1]);
    }
    return FLX_OK;
}

static double chain_area(const walk *w)
{
    const flx_mesh *m = w->locator->mesh;
    double area = 0, o[2] = {m->x[w->site[0]], m->y[w->site[0]]};
    for (int32_t k = 1; k + 1 < w->n; k++) {
        int32_t i = w->site[k], j = w->site[k + 1];
        area += 0.5 * flx_twice_area(o, (double[]){m->x[i], m->y[i]}, (double[]){m->x[j], m->y[j]});
    }
    return area;
}

flx_status flx_mesh_snap_loop(flx_ctx *ctx, const flx_locator *locator, int32_t film,
                              const flx_polyline *curve, int32_t **sites, int32_t *n_sites)
{
    *sites = NULL;
    *n_sites = 0;
    const flx_mesh *m = locator->mesh;
    if (curve->n < 3)
        return flx_fail(ctx, FLX_ERR_GEOMETRY, "a loop needs at least 3 points, it has %d",
                        curve->n);
    for (int32_t k = 0; k < 2 * curve->n; k++)
        if (!isfinite(curve->xy[k]))
            return flx_fail(ctx, FLX_ERR_GEOMETRY, "point %d of a loop is not a number", k / 2);
    if (film < 0) {
        double bary[3];
        int32_t t = flx_locator_find(locator, curve->xy[0], curve->xy[1], bary);
        if (t < 0)
            return flx_fail(ctx, FLX_ERR_GEOMETRY, "the loop leaves the film at (%.9g, %.9g) xi",
                            curve->xy[0], curve->xy[1]);
        film = m->film[m->tri[3 * (size_t)t]];
    }
    walk w = {.ctx = ctx, .locator = locator, .film = film, .tri = -1};
    flx_status status = walk_curve(&w, curve);
    if (status == FLX_OK)
        status = simplify(&w);
    if (status == FLX_OK && (w.n < 3 || chain_area(&w) == 0))
        status = flx_fail(ctx, FLX_ERR_GEOMETRY,
                          "the loop at (%.9g, %.9g) xi is smaller than the mesh's edges",
                          curve->xy[0], curve->xy[1]);
    if (status == FLX_OK)
        status = check_holes(&w, curve);
    if (status < 0) {
        flx_free(w.site);
        return status;
    }
    *sites = w.site;
    *n_sites = w.n;
    return FLX_OK;
}
