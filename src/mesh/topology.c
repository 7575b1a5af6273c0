// mesh/topology.c -- edges, half-edges and rims of a triangulation.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mesh/mesh.h"

#include <math.h>
#include <stdlib.h>

// One side of a triangle, kept in the bucket of its lower site.
typedef struct side {
    int32_t high;
    int32_t corner; // 3 t + c: the side runs from corner c to the next
} side;

static int by_high(const void *left, const void *right)
{
    const side *a = left, *b = right;
    if (a->high != b->high)
        return a->high < b->high ? -1 : 1;
    return a->corner < b->corner ? -1 : a->corner > b->corner;
}

static int32_t next_corner(int32_t corner)
{
    return corner % 3 == 2 ? corner - 2 : corner + 1;
}

// A bucket holds about six sides: insertion beats the call of a library sort.
static void sort_bucket(side *sides, int32_t n)
{
    if (n > 32) {
        qsort(sides, (size_t)n, sizeof *sides, by_high);
        return;
    }
    for (int32_t k = 1; k < n; k++) {
        side moved = sides[k];
        int32_t q = k;
        for (; q > 0 && by_high(&sides[q - 1], &moved) > 0; q--)
            sides[q] = sides[q - 1];
        sides[q] = moved;
    }
}

// All sides in buckets by lower site; bucket[i] .. bucket[i+1]-1 are those of site i.
static void fill_buckets(const flx_mesh *mesh, int32_t *bucket, side *sides)
{
    for (int32_t k = 0; k < 3 * mesh->n_tri; k++) {
        int32_t a = mesh->tri[k], b = mesh->tri[next_corner(k)];
        bucket[(a < b ? a : b) + 1]++;
    }
    for (int32_t i = 0; i < mesh->n_site; i++)
        bucket[i + 1] += bucket[i];
    for (int32_t k = 0; k < 3 * mesh->n_tri; k++) {
        int32_t a = mesh->tri[k], b = mesh->tri[next_corner(k)];
        sides[bucket[a < b ? a : b]++] = (side){a < b ? b : a, k};
    }
    for (int32_t i = mesh->n_site; i > 0; i--)
        bucket[i] = bucket[i - 1];
    bucket[0] = 0;
    for (int32_t i = 0; i < mesh->n_site; i++)
        sort_bucket(&sides[bucket[i]], bucket[i + 1] - bucket[i]);
}

// Counts the edges, and fails where three triangles meet or two lie on the same side.
static flx_status count_edges(flx_ctx *ctx, flx_mesh *mesh, const int32_t *bucket,
                              const side *sides)
{
    mesh->n_edge = 0;
    for (int32_t i = 0; i < mesh->n_site; i++)
        for (int32_t k = bucket[i], n; k < bucket[i + 1]; k += n, mesh->n_edge++) {
            n = 1;
            while (k + n < bucket[i + 1] && sides[k + n].high == sides[k].high)
                n++;
            int32_t j = sides[k].high;
            if (n > 2)
                return flx_fail(ctx, FLX_ERR_GEOMETRY,
                                "%d triangles meet at the edge from (%.9g, %.9g) to (%.9g, %.9g); "
                                "at most 2 may",
                                n, mesh->x[i], mesh->y[i], mesh->x[j], mesh->y[j]);
            if (n == 2 && mesh->tri[sides[k].corner] == mesh->tri[sides[k + 1].corner])
                return flx_fail(ctx, FLX_ERR_GEOMETRY,
                                "triangles %d and %d lie on the same side of the edge from (%.9g, "
                                "%.9g) to (%.9g, %.9g): one is repeated or the mesh is folded",
                                sides[k].corner / 3, sides[k + 1].corner / 3, mesh->x[i],
                                mesh->y[i], mesh->x[j], mesh->y[j]);
        }
    return FLX_OK;
}

static void fill_edges(flx_mesh *mesh, const int32_t *bucket, const side *sides)
{
    int32_t e = 0;
    for (int32_t i = 0; i < mesh->n_site; i++)
        for (int32_t k = bucket[i]; k < bucket[i + 1]; e++) {
            int32_t j = sides[k].high;
            mesh->tail[e] = i;
            mesh->head[e] = j;
            mesh->length[e] = hypot(mesh->x[j] - mesh->x[i], mesh->y[j] - mesh->y[i]);
            mesh->edge_tri[2 * e] = mesh->edge_tri[2 * e + 1] = -1;
            for (; k < bucket[i + 1] && sides[k].high == j; k++) {
                bool left = mesh->tri[sides[k].corner] == i;
                mesh->edge_tri[2 * e + !left] = sides[k].corner / 3;
            }
        }
}

// Edges come sorted by (tail, head): taken in order they fill each row sorted by neighbour.
static void fill_half_edges(flx_mesh *mesh)
{
    for (int32_t e = 0; e < mesh->n_edge; e++) {
        mesh->row[mesh->tail[e] + 1]++;
        mesh->row[mesh->head[e] + 1]++;
    }
    for (int32_t i = 0; i < mesh->n_site; i++)
        mesh->row[i + 1] += mesh->row[i];
    for (int32_t e = 0; e < mesh->n_edge; e++) {
        int32_t i = mesh->tail[e], j = mesh->head[e];
        int32_t k = mesh->row[i]++, q = mesh->row[j]++;
        mesh->neighbour[k] = j;
        mesh->neighbour[q] = i;
        mesh->half_edge[k] = mesh->half_edge[q] = e;
    }
    for (int32_t i = mesh->n_site; i > 0; i--)
        mesh->row[i] = mesh->row[i - 1];
    mesh->row[0] = 0;
}

flx_status flx_mesh_build_edges(flx_ctx *ctx, flx_mesh *mesh)
{
    int32_t *bucket = FLX_NEW_ARRAY(ctx, int32_t, (size_t)mesh->n_site + 1);
    side *sides = FLX_NEW_ARRAY(ctx, side, 3 * (size_t)mesh->n_tri);
    flx_status status = bucket && sides ? FLX_OK : FLX_ERR_MEMORY;
    if (status == FLX_OK) {
        fill_buckets(mesh, bucket, sides);
        status = count_edges(ctx, mesh, bucket, sides);
    }
    if (status == FLX_OK) {
        size_t n = (size_t)mesh->n_edge;
        mesh->tail = FLX_NEW_ARRAY(ctx, int32_t, n);
        mesh->head = FLX_NEW_ARRAY(ctx, int32_t, n);
        mesh->length = FLX_NEW_ARRAY(ctx, double, n);
        mesh->edge_tri = FLX_NEW_ARRAY(ctx, int32_t, 2 * n);
        mesh->row = FLX_NEW_ARRAY(ctx, int32_t, (size_t)mesh->n_site + 1);
        mesh->neighbour = FLX_NEW_ARRAY(ctx, int32_t, 2 * n);
        mesh->half_edge = FLX_NEW_ARRAY(ctx, int32_t, 2 * n);
        if (!mesh->tail || !mesh->head || !mesh->length || !mesh->edge_tri || !mesh->row ||
            !mesh->neighbour || !mesh->half_edge)
            status = FLX_ERR_MEMORY;
    }
    if (status == FLX_OK) {
        fill_edges(mesh, bucket, sides);
        fill_half_edges(mesh);
    }
    flx_free(bucket);
    flx_free(sides);
    return status;
}

// next[i]: the rim site after i with the film on the left, -1 for inner sites.
static flx_status link_rim(flx_ctx *ctx, const flx_mesh *mesh, int32_t *next, int32_t *n_rim)
{
    *n_rim = 0;
    for (int32_t i = 0; i < mesh->n_site; i++)
        next[i] = -1;
    for (int32_t e = 0; e < mesh->n_edge; e++) {
        bool left = mesh->edge_tri[2 * e] >= 0, right = mesh->edge_tri[2 * e + 1] >= 0;
        if (left && right)
            continue;
        int32_t from = left ? mesh->tail[e] : mesh->head[e];
        int32_t to = left ? mesh->head[e] : mesh->tail[e];
        if (next[from] >= 0)
            return flx_fail(ctx, FLX_ERR_GEOMETRY,
                            "the rim of the film touches itself at (%.9g, %.9g); separate the two "
                            "parts or join them with some width",
                            mesh->x[from], mesh->y[from]);
        next[from] = to;
        ++*n_rim;
    }
    return FLX_OK;
}

// Follows one rim from its lowest site; a hole's is turned so that all run counter-clockwise.
static void trace(flx_mesh *mesh, int32_t start, int32_t *next, flx_mesh_loop *loop, int32_t begin)
{
    int32_t *site = &mesh->loop_site[begin], n = 0;
    double twice = 0;
    for (int32_t i = start; i >= 0;) {
        int32_t j = next[i];
        if (j >= 0) {
            site[n++] = i;
            double ax = mesh->x[i] - mesh->x[start], ay = mesh->y[i] - mesh->y[start];
            double bx = mesh->x[j] - mesh->x[start], by = mesh->y[j] - mesh->y[start];
            twice += ax * by - bx * ay;
        }
        next[i] = -1;
        i = j;
    }
    *loop = (flx_mesh_loop){begin, n, mesh->film[start], -1, twice > 0};
    if (!loop->outer)
        for (int32_t p = 1, q = n - 1; p < q; p++, q--) {
            int32_t swap = site[p];
            site[p] = site[q];
            site[q] = swap;
        }
}

flx_status flx_mesh_build_loops(flx_ctx *ctx, flx_mesh *mesh)
{
    int32_t n_rim = 0;
    int32_t *next = FLX_NEW_ARRAY(ctx, int32_t, mesh->n_site);
    flx_status status = next ? link_rim(ctx, mesh, next, &n_rim) : FLX_ERR_MEMORY;
    if (status == FLX_OK) {
        mesh->loop_site = FLX_NEW_ARRAY(ctx, int32_t, n_rim);
        mesh->loop = FLX_NEW_ARRAY(ctx, flx_mesh_loop, n_rim / 3);
        status = mesh->loop_site && mesh->loop ? FLX_OK : FLX_ERR_MEMORY;
    }
    int32_t begin = 0;
    for (int32_t i = 0; status == FLX_OK && i < mesh->n_site; i++)
        if (next[i] >= 0) {
            trace(mesh, i, next, &mesh->loop[mesh->n_loop], begin);
            begin += mesh->loop[mesh->n_loop++].n;
        }
    flx_free(next);
    return status;
}

int32_t flx_mesh_edge(const flx_mesh *mesh, int32_t i, int32_t j)
{
    if (i < 0 || i >= mesh->n_site)
        return -1;
    int32_t low = mesh->row[i], high = mesh->row[i + 1];
    while (low < high) {
        int32_t mid = low + (high - low) / 2;
        if (mesh->neighbour[mid] < j)
            low = mid + 1;
        else
            high = mid;
    }
    return low < mesh->row[i + 1] && mesh->neighbour[low] == j ? mesh->half_edge[low] : -1;
}

void flx_mesh_bounds(const flx_mesh *mesh, double box[4])
{
    flx_mesh_film_bounds(mesh, -1, box);
}

void flx_mesh_film_bounds(const flx_mesh *mesh, int32_t film, double box[4])
{
    box[0] = box[1] = INFINITY;
    box[2] = box[3] = -INFINITY;
    for (int32_t i = 0; i < mesh->n_site; i++) {
        if (film >= 0 && mesh->film[i] != film)
            continue;
        box[0] = fmin(box[0], mesh->x[i]);
        box[1] = fmin(box[1], mesh->y[i]);
        box[2] = fmax(box[2], mesh->x[i]);
        box[3] = fmax(box[3], mesh->y[i]);
    }
}

int32_t flx_mesh_nearest_site(const flx_mesh *mesh, double x, double y)
{
    int32_t nearest = 0;
    double best = INFINITY;
    for (int32_t i = 0; i < mesh->n_site; i++) {
        double dx = mesh->x[i] - x, dy = mesh->y[i] - y, d = dx * dx + dy * dy;
        if (d < best) {
            best = d;
            nearest = i;
        }
    }
    return nearest;
}
