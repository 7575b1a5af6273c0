// mesh/create.c -- a mesh from sites and triangles: checks, numbering, and the stages in order.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mesh/mesh.h"

#include <math.h>

enum { MAX_TRI = INT32_MAX / 6 }; // half-edges are counted in int32_t

void flx_mesh_free(flx_mesh *mesh)
{
    if (!mesh)
        return;
    flx_free(mesh->x);
    flx_free(mesh->y);
    flx_free(mesh->area);
    flx_free(mesh->film);
    flx_free(mesh->tail);
    flx_free(mesh->head);
    flx_free(mesh->length);
    flx_free(mesh->dual);
    flx_free(mesh->edge_tri);
    flx_free(mesh->tri);
    flx_free(mesh->row);
    flx_free(mesh->neighbour);
    flx_free(mesh->half_edge);
    flx_free(mesh->loop);
    flx_free(mesh->loop_site);
    flx_free(mesh);
}

static flx_status check_sites(flx_ctx *ctx, const flx_mesh_input *in)
{
    if (in->n_site < 3 || in->n_tri < 1)
        return flx_fail(ctx, FLX_ERR_GEOMETRY,
                        "a mesh needs at least 3 sites and 1 triangle; it has %d and %d",
                        in->n_site, in->n_tri);
    if (in->n_tri > MAX_TRI)
        return flx_fail(ctx, FLX_ERR_GEOMETRY, "a mesh has %d triangles, at most %d are allowed",
                        in->n_tri, MAX_TRI);
    for (int32_t i = 0; i < in->n_site; i++)
        if (!isfinite(in->x[i]) || !isfinite(in->y[i]))
            return flx_fail(ctx, FLX_ERR_GEOMETRY, "site %d lies at (%g, %g)", i, in->x[i],
                            in->y[i]);
    return FLX_OK;
}

// Indices in range, all corners different, an area that is more than rounding.
static flx_status check_triangles(flx_ctx *ctx, const flx_mesh_input *in)
{
    for (int32_t t = 0; t < in->n_tri; t++) {
        const int32_t *v = &in->tri[3 * (size_t)t];
        for (int c = 0; c < 3; c++)
            if (v[c] < 0 || v[c] >= in->n_site)
                return flx_fail(ctx, FLX_ERR_GEOMETRY,
                                "triangle %d names site %d, allowed is 0 to %d", t, v[c],
                                in->n_site - 1);
        double p[3][2], longest = 0;
        for (int c = 0; c < 3; c++) {
            p[c][0] = in->x[v[c]];
            p[c][1] = in->y[v[c]];
        }
        for (int c = 0; c < 3; c++) {
            const double *a = p[c], *b = p[(c + 1) % 3];
            longest = fmax(longest, hypot(b[0] - a[0], b[1] - a[1]));
        }
        if (!(fabs(flx_twice_area(p[0], p[1], p[2])) > 1e-12 * longest * longest))
            return flx_fail(ctx, FLX_ERR_GEOMETRY,
                            "triangle %d at (%.9g, %.9g) has no area: its corners lie on a line", t,
                            p[0][0], p[0][1]);
    }
    return FLX_OK;
}

static int32_t root_of(int32_t *parent, int32_t i)
{
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

// Film of each site from that of its triangles; without input, connected parts in the order of
// their lowest site. -1: a site without a triangle.
static flx_status number_films(flx_ctx *ctx, const flx_mesh_input *in, int32_t *film, int32_t *n)
{
    *n = 0;
    for (int32_t i = 0; i < in->n_site; i++)
        film[i] = -1;
    if (in->film) {
        for (int32_t k = 0; k < 3 * in->n_tri; k++) {
            int32_t i = in->tri[k], f = in->film[k / 3];
            if (f < 0)
                return flx_fail(ctx, FLX_ERR_GEOMETRY, "triangle %d belongs to film %d", k / 3, f);
            if (film[i] >= 0 && film[i] != f)
                return flx_fail(ctx, FLX_ERR_GEOMETRY,
                                "films %d and %d share the site at (%.9g, %.9g); films must be "
                                "apart or at different heights",
                                film[i], f, in->x[i], in->y[i]);
            film[i] = f;
            *n = f + 1 > *n ? f + 1 : *n;
        }
        return FLX_OK;
    }
    int32_t *parent = FLX_NEW_ARRAY(ctx, int32_t, in->n_site);
    if (!parent)
        return FLX_ERR_MEMORY;
    for (int32_t i = 0; i < in->n_site; i++)
        parent[i] = i;
    for (int32_t t = 0; t < in->n_tri; t++)
        for (int c = 1; c < 3; c++) {
            int32_t a = root_of(parent, in->tri[3 * t]), b = root_of(parent, in->tri[3 * t + c]);
            if (a != b)
                parent[a > b ? a : b] = a < b ? a : b;
        }
    // The root is the lowest site of its part. Sites without a triangle are sorted out below.
    for (int32_t k = 0; k < 3 * in->n_tri; k++)
        film[in->tri[k]] = 0;
    for (int32_t i = 0; i < in->n_site; i++)
        if (film[i] >= 0)
            film[i] = parent[i] == i ? (*n)++ : film[root_of(parent, i)];
    flx_free(parent);
    return FLX_OK;
}

// Triangles by their lowest site (new numbers), each counter-clockwise from its lowest corner.
static flx_status place_triangles(flx_ctx *ctx, const flx_mesh_input *in, const int32_t *new_of_old,
                                  flx_mesh *mesh)
{
    uint64_t *key = FLX_NEW_ARRAY(ctx, uint64_t, in->n_tri);
    int32_t *order = FLX_NEW_ARRAY(ctx, int32_t, in->n_tri);
    flx_status status = key && order ? FLX_OK : FLX_ERR_MEMORY;
    if (status == FLX_OK) {
        for (int32_t t = 0; t < in->n_tri; t++) {
            int32_t low = INT32_MAX;
            for (int c = 0; c < 3; c++) {
                int32_t i = new_of_old[in->tri[3 * t + c]];
                low = i < low ? i : low;
            }
            key[t] = in->keep_order ? (uint64_t)t : (uint64_t)low;
        }
        status = flx_sort_by_key(ctx, key, in->n_tri, order);
    }
    for (int32_t t = 0; t < in->n_tri && status == FLX_OK; t++) {
        const int32_t *old = &in->tri[3 * (size_t)order[t]];
        int32_t *v = &mesh->tri[3 * (size_t)t];
        double p[3][2];
        for (int c = 0; c < 3; c++) {
            v[c] = new_of_old[old[c]];
            p[c][0] = in->x[old[c]];
            p[c][1] = in->y[old[c]];
        }
        if (flx_twice_area(p[0], p[1], p[2]) < 0) {
            int32_t swap = v[1];
            v[1] = v[2];
            v[2] = swap;
        }
    }
    flx_free(key);
    flx_free(order);
    return status;
}

// Sites and triangles of the mesh, in their final order.
static flx_status place(flx_ctx *ctx, const flx_mesh_input *in, const int32_t *film, flx_mesh *mesh)
{
    mesh->n_site = mesh->n_owned = in->n_site;
    mesh->n_tri = in->n_tri;
    mesh->x = FLX_NEW_ARRAY(ctx, double, in->n_site);
    mesh->y = FLX_NEW_ARRAY(ctx, double, in->n_site);
    mesh->film = FLX_NEW_ARRAY(ctx, int32_t, in->n_site);
    mesh->tri = FLX_NEW_ARRAY(ctx, int32_t, 3 * (size_t)in->n_tri);
    int32_t *new_of_old = FLX_NEW_ARRAY(ctx, int32_t, in->n_site);
    flx_status status = mesh->x && mesh->y && mesh->film && mesh->tri && new_of_old
                            ? flx_mesh_order_sites(ctx, in, film, new_of_old)
                            : FLX_ERR_MEMORY;
    if (status == FLX_OK) {
        for (int32_t i = 0; i < in->n_site; i++) {
            mesh->x[new_of_old[i]] = in->x[i];
            mesh->y[new_of_old[i]] = in->y[i];
            mesh->film[new_of_old[i]] = film[i];
        }
        status = place_triangles(ctx, in, new_of_old, mesh);
    }
    flx_free(new_of_old);
    return status;
}

flx_status flx_mesh_create(flx_ctx *ctx, const flx_mesh_input *in, flx_mesh **out)
{
    *out = NULL;
    FLX_TRY(check_sites(ctx, in));
    FLX_TRY(check_triangles(ctx, in));
    flx_mesh *mesh = FLX_NEW(ctx, flx_mesh);
    int32_t *film = FLX_NEW_ARRAY(ctx, int32_t, in->n_site);
    flx_status status = mesh && film ? number_films(ctx, in, film, &mesh->n_film) : FLX_ERR_MEMORY;
    for (int32_t i = 0; status == FLX_OK && i < in->n_site; i++)
        if (film[i] < 0)
            status =
                flx_fail(ctx, FLX_ERR_GEOMETRY, "site %d at (%.9g, %.9g) belongs to no triangle", i,
                         in->x[i], in->y[i]);
    if (status == FLX_OK)
        status = place(ctx, in, film, mesh);
    if (status == FLX_OK)
        status = flx_mesh_build_edges(ctx, mesh);
    if (status == FLX_OK)
        status = flx_mesh_build_loops(ctx, mesh);
    if (status == FLX_OK)
        status = flx_mesh_build_dual(ctx, mesh, in);
    flx_free(film);
    if (status == FLX_OK)
        *out = mesh;
    else
        flx_mesh_free(mesh);
    return status;
}

void flx_mesh_scale(flx_mesh *mesh, double factor)
{
    for (int32_t i = 0; i < mesh->n_site; i++) {
        mesh->x[i] *= factor;
        mesh->y[i] *= factor;
        mesh->area[i] *= factor * factor;
    }
    for (int32_t e = 0; e < mesh->n_edge; e++) {
        mesh->length[e] *= factor;
        mesh->dual[e] *= factor;
    }
}
