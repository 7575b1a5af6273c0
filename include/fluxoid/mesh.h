// fluxoid/mesh.h -- triangulation of films with its Voronoi dual.
//
// Sites i are the vertices; the cell a_i of a site is its Voronoi cell cut by the film. Edge e
// joins sites tail < head and crosses the dual face s_e, the signed distance between the
// circumcentres on both sides (at the rim: between the circumcentre and the middle of the edge). On
// a Delaunay mesh whose rim triangles are not obtuse all s_e >= 0.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLUXOID_MESH_H
#define FLUXOID_MESH_H

#include "fluxoid/base.h"
#include "fluxoid/geom.h"
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
    bool flat;           // triangles may be flat, as those of rows along rims: duals are signed and
                         // the cell of a site is a third of the triangles around it
    bool keep_order;     // keep the numbering of sites (else: along a space-filling curve)
} flx_mesh_input;

// Builds dual, edges, loops (hole = -1 in all). *out is owned: free with flx_mesh_free. Fails on
// repeated, folded or degenerate triangles, sites without a triangle, cells without area, films
// that share a site, and rims that touch themselves in a site.
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

// Bounding box of all sites, of those of a film: least x, least y, largest x, largest y.
FLX_API void flx_mesh_bounds(const flx_mesh *mesh, double box[4]);
FLX_API void flx_mesh_film_bounds(const flx_mesh *mesh, int32_t film, double box[4]);

// Edge joining two sites, -1 if they are not neighbours.
FLX_API int32_t flx_mesh_edge(const flx_mesh *mesh, int32_t i, int32_t j);

// Site nearest to a point.
FLX_API int32_t flx_mesh_nearest_site(const flx_mesh *mesh, double x, double y);

// --- Making a mesh from shapes (by gmsh, repaired so that no dual face is negative) ---

// A film: its shape with the holes taken out. A hole must lie inside the shape without touching its
// rim or another hole (to open the rim, cut the shape). What a hole leaves standing inside itself
// is an island and belongs to the film.
typedef struct flx_mesh_film {
    const flx_region *shape;        // borrowed
    const flx_region *const *holes; // [n_hole] borrowed
    int32_t n_hole;
    double z;                      // [length] films at the same height must not touch
    const char *name;              // for messages; may be NULL
    const char *const *hole_names; // [n_hole] for messages; may be NULL
} flx_mesh_film;

typedef enum flx_mesh_near {
    FLX_NEAR_EDGES,   // all rims
    FLX_NEAR_HOLES,   // rims of holes
    FLX_NEAR_CORNERS, // corners where the film fills more than 200 degrees
    FLX_NEAR_POINT
} flx_mesh_near;

// Edges no longer than max_edge within distance of something.
typedef struct flx_mesh_refine {
    flx_mesh_near near;
    double at[2];    // [length] for FLX_NEAR_POINT
    double distance; // [length]
    double max_edge; // [length]
} flx_mesh_refine;

typedef struct flx_mesh_spec {
    const flx_mesh_film *films; // [n_film] borrowed
    int32_t n_film;
    const flx_mesh_refine *refine; // [n_refine] borrowed
    int32_t n_refine;
    // 0 to 24: the triangles at rims are divided into as many more rows along them, each rim_ratio
    // times as high as the next one inwards: for currents at rest, which crowd there. The mesh is
    // then flat as in flx_mesh_input.
    int32_t rim_rows;
    double rim_ratio; // [1] 0: 1/2
    double
        hole_edge; // [1] edges at a hole are at most this part of 2 area/circumference of it, the
                   // radius of a round one, the width of a slot; 0: no such bound
} flx_mesh_spec;

typedef struct flx_mesh_opts {
    double max_edge;   // [length] no edge is longer
    double grading;    // [1] growth of the edge length per length away from a refinement
    int32_t smooth;    // sweeps that even out the edge lengths
    int32_t max_sites; // refuse to make more
} flx_mesh_opts;
FLX_API const flx_option_table *flx_mesh_option_table(void);
FLX_API flx_mesh_opts flx_mesh_opts_default(void); // max_edge = 0: must be set

// Triangulates the films; film k of the spec is film k of the mesh and loops carry the index of
// their hole. Every edge is <= max_edge (and <= the refinements), every dual face >= 0 (but with
// rim_rows). The same
// spec gives the same mesh, bit by bit. Needs libgmsh at run time (FLX_ERR_UNAVAILABLE without).
FLX_API flx_status flx_mesh_make(flx_ctx *ctx, const flx_mesh_spec *spec, const flx_mesh_opts *opts,
                                 flx_mesh **out);

// --- Files ---

// Triangles of a Gmsh file, MSH 2.2 or 4.1, ASCII; each surface (elementary tag, in ascending
// order) is a film if film_by_surface, else connected parts are films. Lengths are multiplied by
// scale.
typedef struct flx_msh_opts {
    double scale;         // [1] 0: 1
    bool film_by_surface; //
    bool unsigned_duals;  // as in flx_mesh_input
    bool keep_order;      // as in flx_mesh_input; sites in ascending order of their tags
} flx_msh_opts;
FLX_API flx_status flx_mesh_read_msh(flx_ctx *ctx, const char *path, const flx_msh_opts *opts,
                                     flx_mesh **out);

// Writes MSH 4.1 ASCII: film f is surface f + 1. Lengths are multiplied by scale.
FLX_API flx_status flx_mesh_write_msh(flx_ctx *ctx, const flx_mesh *mesh, const char *path,
                                      double scale);

// --- Finding points and paths ---

// Finds triangles and sites by a grid of buckets. Keeps the mesh (borrowed until freed).
typedef struct flx_locator flx_locator;
FLX_API flx_status flx_locator_create(flx_ctx *ctx, const flx_mesh *mesh, flx_locator **out);
FLX_API void flx_locator_free(flx_locator *locator);

// Triangle that holds the point (rim included), with its barycentric coordinates; -1 if none does.
// film -1: any (the lowest triangle). May be called from several threads.
FLX_API int32_t flx_locator_find(const flx_locator *locator, double x, double y, double bary[3]);
FLX_API int32_t flx_locator_find_in(const flx_locator *locator, int32_t film, double x, double y,
                                    double bary[3]);

// Site nearest to a point; film -1: any.
FLX_API int32_t flx_locator_nearest(const flx_locator *locator, int32_t film, double x, double y);

// Shortest chain of edges from one site to another (both included); *sites is owned by the caller,
// free with flx_mesh_sites_free. Fails if they are not connected.
FLX_API flx_status flx_mesh_shortest_path(flx_ctx *ctx, const flx_mesh *mesh, int32_t from,
                                          int32_t to, int32_t **sites, int32_t *n_sites);

// A curve of straight pieces.
typedef struct flx_polyline {
    const double *xy; // [n][2] [length] borrowed
    int32_t n;
} flx_polyline;

// A closed curve (first point not repeated) as a simple cycle of sites near it, around the same
// holes, in the direction of the curve. Fails if the curve leaves its film (film -1: the film at
// its first point) or crosses itself, or if the mesh is too coarse to follow it.
FLX_API flx_status flx_mesh_snap_loop(flx_ctx *ctx, const flx_locator *locator, int32_t film,
                                      const flx_polyline *curve, int32_t **sites, int32_t *n_sites);
FLX_API void flx_mesh_sites_free(int32_t *sites);

#ifdef __cplusplus
}
#endif
#endif
