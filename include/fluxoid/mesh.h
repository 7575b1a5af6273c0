// fluxoid/mesh.h -- triangulation of films with its Voronoi dual.
//
// Sites i are the vertices; the cell a_i of a site is its Voronoi cell cut by the film. Edge e
// joins sites tail < head and crosses the dual face s_e, the signed distance between the
// circumcentres on both sides (at the rim: between the circumcentre and the middle of the edge). On
// a Delaunay mesh whose rim triangles are not obtuse all s_e >= 0. SPDX-License-Identifier:
// GPL-3.0-or-later
#ifndef FLUXOID_MESH_H
#define FLUXOID_MESH_H

#include "fluxoid/base.h"
#include "fluxoid/options.h"

#ifdef __cplusplus
extern "C" {
#endif

// A closed chain of boundary sites. The film lies on the left of outer loops and on the right of
// holes: every loop is listed counter-clockwise.
typedef struct flx_mesh_loop {
    int32_t start,
        n;        // sites are loop_site[start .. start + n - 1]; the last is joined to the first
    int32_t film; // index of the film it bounds
    int32_t hole; // index of the hole in the description of the film, -1: outer rim (or a hole
                  // nobody named)
    bool outer;
} flx_mesh_loop;

// All arrays are owned by the mesh and constant. Lengths are in units of the mesh (the engines use
// xi).
typedef struct flx_mesh {
    int32_t n_site, n_edge, n_tri;
    int32_t
        n_owned; // sites this process updates; the rest are ghosts (one process: n_owned = n_site)
    int32_t n_film;

    double *x, *y;     // [n_site] [length]
    double *area;      // [n_site] [length^2] Voronoi cell a_i; sums to the area of the film
    int32_t *film;     // [n_site] index of the film the site belongs to
    int32_t *tail;     // [n_edge] site with the smaller index; edges are sorted by (tail, head)
    int32_t *head;     // [n_edge]
    double *length;    // [n_edge] [length] e_ij
    double *dual;      // [n_edge] [length] s_ij
    int32_t *edge_tri; // [n_edge][2] triangle to the left of tail -> head, triangle to the right;
                       // -1: none (rim)
    int32_t *tri;      // [n_tri][3] counter-clockwise

    // Half-edges of site i are k = row[i] .. row[i+1]-1, sorted by neighbour.
    int32_t *row;       // [n_site + 1]
    int32_t *neighbour; // [2 n_edge]
    int32_t *half_edge; // [2 n_edge] edge e of half-edge k

    int32_t n_loop;
    flx_mesh_loop *loop; // [n_loop]
    int32_t *loop_site;  // [sum of n]
} flx_mesh;

// What describes a mesh completely. All arrays are borrowed for the call.
typedef struct flx_mesh_input {
    int32_t n_site, n_tri;
    const double *x, *y; // [n_site] [length]
    const int32_t *tri;  // [n_tri][3], any orientation
    const int32_t *film; // [n_tri] film of each triangle; NULL: connected parts are numbered from 0
    bool unsigned_duals; // take |s_ij|, as some programs do; only to match their meshes
    bool keep_order;     // keep the numbering of sites (else: along a space-filling curve)
} flx_mesh_input;

// Builds dual, edges, loops (hole = -1 in all). *out is owned: free with flx_mesh_free. Fails on
// inverted, repeated or degenerate triangles, sites without a triangle, and rims that touch
// themselves in a site.
FLX_API flx_status flx_mesh_create(flx_ctx *ctx, const flx_mesh_input *input, flx_mesh **out);
FLX_API void flx_mesh_free(flx_mesh *mesh);

// Multiplies all lengths by factor [1] > 0, e.g. to count them in xi.
FLX_API void flx_mesh_scale(flx_mesh *mesh, double factor);

// How good the triangles are.
typedef struct flx_mesh_quality {
    double min_angle;                     // [degree] smallest angle of all triangles
    double min_edge, max_edge, mean_edge; // [length]
    double obtuse_share;                  // [1] share of triangles with an angle above 90 degrees
    int32_t n_negative_dual;              // edges with s_ij < -1e-12 e_ij
    int32_t n_non_delaunay; // inner edges whose opposite angles sum to more than 180 degrees
} flx_mesh_quality;
FLX_API flx_mesh_quality flx_mesh_quality_of(const flx_mesh *mesh);

// Edge joining two sites, -1 if they are not neighbours.
FLX_API int32_t flx_mesh_edge(const flx_mesh *mesh, int32_t i, int32_t j);

// Site nearest to a point.
FLX_API int32_t flx_mesh_nearest_site(const flx_mesh *mesh, double x, double y);

#ifdef __cplusplus
}
#endif
#endif
