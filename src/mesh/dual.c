// mesh/dual.c -- the Voronoi dual of a triangulation, and how good the triangles are.
//
// With alpha, beta the angles opposite to edge e on its two sides (at the rim: one side),
//     s_e = (e/2) (cot alpha + cot beta),      a_i = (1/4) sum_{e at i} e s_e,
// which is the signed distance of the circumcentres and a cell whose sum over sites is the area.
// U. Pinkall and K. Polthier, Exp. Math. 2, 15 (1993).
//
// unsigned_duals: |s_e| as the distance of the circumcentres, and as cell the convex hull of the
// circumcentres around a site; at the rim the middles of the two rim edges and the site belong to
// it, and if the hull leaves a point inside, the triangle (middle, site, middle) is taken off.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mesh/mesh.h"

#include <math.h>
#include <stdlib.h>

static const double DEGREE = 57.29577951308232;

static const double *point(const flx_mesh *mesh, int32_t i, double xy[2])
{
    xy[0] = mesh->x[i];
    xy[1] = mesh->y[i];
    return xy;
}

// Cotangent of the angle of triangle t opposite to the edge (i, j).
static double opposite_cot(const flx_mesh *mesh, int32_t t, int32_t i, int32_t j)
{
    const int32_t *v = &mesh->tri[3 * (size_t)t];
    int32_t apex = v[0] != i && v[0] != j ? v[0] : v[1] != i && v[1] != j ? v[1] : v[2];
    double ax = mesh->x[i] - mesh->x[apex], ay = mesh->y[i] - mesh->y[apex];
    double bx = mesh->x[j] - mesh->x[apex], by = mesh->y[j] - mesh->y[apex];
    return (ax * bx + ay * by) / fabs(ax * by - ay * bx);
}

static double signed_dual(const flx_mesh *mesh, int32_t e)
{
    double cot = 0;
    for (int c = 0; c < 2; c++)
        if (mesh->edge_tri[2 * e + c] >= 0)
            cot += opposite_cot(mesh, mesh->edge_tri[2 * e + c], mesh->tail[e], mesh->head[e]);
    return 0.5 * mesh->length[e] * cot;
}

static flx_status build_signed(flx_ctx *ctx, flx_mesh *mesh)
{
    for (int32_t e = 0; e < mesh->n_edge; e++)
        mesh->dual[e] = signed_dual(mesh, e);
    for (int32_t i = 0; i < mesh->n_site; i++) {
        for (int32_t k = mesh->row[i]; k < mesh->row[i + 1]; k++) {
            int32_t e = mesh->half_edge[k];
            mesh->area[i] += 0.25 * mesh->length[e] * mesh->dual[e];
        }
        if (!(mesh->area[i] > 0))
            return flx_fail(ctx, FLX_ERR_GEOMETRY,
                            "the Voronoi cell of the site at (%.9g, %.9g) has area %g: the "
                            "triangles around it are too flat; make the mesh Delaunay",
                            mesh->x[i], mesh->y[i], mesh->area[i]);
    }
    return FLX_OK;
}

static void circumcentre(const flx_mesh *mesh, int32_t t, double centre[2])
{
    const int32_t *v = &mesh->tri[3 * (size_t)t];
    double ox = mesh->x[v[0]], oy = mesh->y[v[0]];
    double bx = mesh->x[v[1]] - ox, by = mesh->y[v[1]] - oy;
    double cx = mesh->x[v[2]] - ox, cy = mesh->y[v[2]] - oy;
    double d = 2 * (bx * cy - by * cx), b = bx * bx + by * by, c = cx * cx + cy * cy;
    centre[0] = ox + (cy * b - by * c) / d;
    centre[1] = oy + (bx * c - cx * b) / d;
}

static int by_place(const void *left, const void *right)
{
    const double *a = left, *b = right;
    if (a[0] != b[0])
        return a[0] < b[0] ? -1 : 1;
    return a[1] < b[1] ? -1 : a[1] > b[1];
}

// Area of the convex hull of n points (sorted in place), and the number of its corners.
// A. M. Andrew, Inf. Process. Lett. 9, 216 (1979). hull has room for n + 1 points.
static double hull_area(double (*p)[2], int32_t n, double (*hull)[2], int32_t *n_corner)
{
    qsort(p, (size_t)n, sizeof *p, by_place);
    int32_t h = 0;
    for (int pass = 0; pass < 2; pass++) {
        int32_t base = h;
        for (int32_t q = 0; q < n; q++) {
            const double *next = p[pass ? n - 1 - q : q];
            while (h - base >= 2 && flx_twice_area(hull[h - 2], hull[h - 1], next) <= 0)
                h--;
            hull[h][0] = next[0];
            hull[h][1] = next[1];
            h++;
        }
        h--; // the last point begins the other chain
    }
    double twice = 0;
    for (int32_t q = 1; q + 1 < h; q++)
        twice += flx_twice_area(hull[0], hull[q], hull[q + 1]);
    *n_corner = h;
    return 0.5 * twice;
}

// Cell of site i as the hull described above. p and hull have room for degree + 4 points.
static double hull_cell(const flx_mesh *mesh, int32_t i, const double (*centre)[2], double (*p)[2],
                        double (*hull)[2])
{
    double site[2], middle[2][2];
    int32_t n = 0, n_middle = 0;
    point(mesh, i, site);
    // Of the two triangles at a half-edge take the one to the left as seen from the site.
    for (int32_t k = mesh->row[i]; k < mesh->row[i + 1]; k++) {
        int32_t e = mesh->half_edge[k], j = mesh->neighbour[k];
        int32_t t = mesh->edge_tri[2 * e + (mesh->tail[e] != i)];
        if (t >= 0) {
            p[n][0] = centre[t][0];
            p[n++][1] = centre[t][1];
        }
        if ((mesh->edge_tri[2 * e] < 0 || mesh->edge_tri[2 * e + 1] < 0) && n_middle < 2) {
            middle[n_middle][0] = 0.5 * (site[0] + mesh->x[j]);
            middle[n_middle++][1] = 0.5 * (site[1] + mesh->y[j]);
        }
    }
    int32_t n_corner;
    if (n_middle < 2)
        return hull_area(p, n, hull, &n_corner);
    for (int c = 0; c < 2; c++) {
        p[n][0] = middle[c][0];
        p[n++][1] = middle[c][1];
    }
    p[n][0] = site[0];
    p[n++][1] = site[1];
    double area = hull_area(p, n, hull, &n_corner);
    if (n_corner < n)
        area -= 0.5 * fabs(flx_twice_area(middle[0], site, middle[1]));
    return area;
}

static flx_status build_unsigned(flx_ctx *ctx, flx_mesh *mesh)
{
    int32_t degree = 0;
    for (int32_t i = 0; i < mesh->n_site; i++) {
        int32_t d = mesh->row[i + 1] - mesh->row[i];
        degree = d > degree ? d : degree;
    }
    double(*centre)[2] = flx_alloc(ctx, (size_t)mesh->n_tri, sizeof *centre);
    double(*p)[2] = flx_alloc(ctx, (size_t)degree + 4, sizeof *p);
    double(*hull)[2] = flx_alloc(ctx, 2 * (size_t)degree + 8, sizeof *hull);
    flx_status status = centre && p && hull ? FLX_OK : FLX_ERR_MEMORY;
    if (status == FLX_OK) {
        for (int32_t t = 0; t < mesh->n_tri; t++)
            circumcentre(mesh, t, centre[t]);
        for (int32_t e = 0; e < mesh->n_edge; e++) {
            int32_t a = mesh->edge_tri[2 * e], b = mesh->edge_tri[2 * e + 1];
            double mx = 0.5 * (mesh->x[mesh->tail[e]] + mesh->x[mesh->head[e]]);
            double my = 0.5 * (mesh->y[mesh->tail[e]] + mesh->y[mesh->head[e]]);
            if (a >= 0 && b >= 0)
                mesh->dual[e] = hypot(centre[a][0] - centre[b][0], centre[a][1] - centre[b][1]);
            else
                mesh->dual[e] = hypot(centre[a < 0 ? b : a][0] - mx, centre[a < 0 ? b : a][1] - my);
        }
        for (int32_t i = 0; i < mesh->n_site && status == FLX_OK; i++) {
            mesh->area[i] = hull_cell(mesh, i, (const double(*)[2])centre, p, hull);
            if (!(mesh->area[i] > 0))
                status = flx_fail(ctx, FLX_ERR_GEOMETRY,
                                  "the cell of the site at (%.9g, %.9g) has no area", mesh->x[i],
                                  mesh->y[i]);
        }
    }
    flx_free(centre);
    flx_free(p);
    flx_free(hull);
    return status;
}

// Signed duals; a third of each triangle belongs to each of its corners.
static void build_flat(flx_mesh *mesh)
{
    for (int32_t e = 0; e < mesh->n_edge; e++)
        mesh->dual[e] = signed_dual(mesh, e);
    for (int32_t k = 0; k < 3 * mesh->n_tri; k++) {
        const int32_t *v = &mesh->tri[k / 3 * 3];
        double ax = mesh->x[v[1]] - mesh->x[v[0]], ay = mesh->y[v[1]] - mesh->y[v[0]];
        double bx = mesh->x[v[2]] - mesh->x[v[0]], by = mesh->y[v[2]] - mesh->y[v[0]];
        mesh->area[mesh->tri[k]] += (ax * by - ay * bx) / 6;
    }
}

flx_status flx_mesh_build_dual(flx_ctx *ctx, flx_mesh *mesh, const flx_mesh_input *input)
{
    mesh->dual = FLX_NEW_ARRAY(ctx, double, mesh->n_edge);
    mesh->area = FLX_NEW_ARRAY(ctx, double, mesh->n_site);
    if (!mesh->dual || !mesh->area)
        return FLX_ERR_MEMORY;
    if (input->flat)
        build_flat(mesh);
    else
        FLX_TRY(input->unsigned_duals ? build_unsigned(ctx, mesh) : build_signed(ctx, mesh));
    return FLX_OK;
}

flx_mesh_quality flx_mesh_quality_of(const flx_mesh *mesh)
{
    flx_mesh_quality q = {.min_angle = 180, .min_edge = INFINITY};
    int32_t obtuse = 0;
    for (int32_t t = 0; t < mesh->n_tri; t++) {
        bool blunt = false;
        for (int c = 0; c < 3; c++) {
            const int32_t *v = &mesh->tri[3 * (size_t)t];
            double cot = opposite_cot(mesh, t, v[c], v[(c + 1) % 3]);
            q.min_angle = fmin(q.min_angle, DEGREE * atan2(1, cot));
            blunt = blunt || cot < -1e-12;
        }
        obtuse += blunt;
    }
    q.obtuse_share = (double)obtuse / mesh->n_tri;
    double sum = 0;
    for (int32_t e = 0; e < mesh->n_edge; e++) {
        q.min_edge = fmin(q.min_edge, mesh->length[e]);
        q.max_edge = fmax(q.max_edge, mesh->length[e]);
        sum += mesh->length[e];
        q.n_negative_dual += mesh->dual[e] < -1e-12 * mesh->length[e];
        bool inner = mesh->edge_tri[2 * e] >= 0 && mesh->edge_tri[2 * e + 1] >= 0;
        q.n_non_delaunay += inner && signed_dual(mesh, e) < -1e-12 * mesh->length[e];
    }
    q.mean_edge = sum / mesh->n_edge;
    return q;
}
