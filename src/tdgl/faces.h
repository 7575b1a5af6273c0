// tdgl/faces.h -- faces of a mesh, the currents that circulate in them, and what line integrals of A
// sheet currents make. Shared with the static engine; notation as in tdgl/screen.h.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_TDGL_FACES_H
#define FLX_TDGL_FACES_H

#include "fluxoid/selffield.h"

#include "base/pool.h"
#include "fluxoid/mesh.h"
#include "linalg/spd.h"

// Faces of a mesh: triangles, then the holes.
typedef struct tdgl_faces {
    const flx_mesh *mesh; // borrowed
    int32_t n_face;
    int32_t *side;       // [n_edge][2] face left and right of tail -> head; -1: outside
    double *area;        // [n_face] [xi^2]
    int32_t *ring_start; // [n_face + 1]
    int32_t *ring;       // edges round a face: e if it is on the left of e, ~e if on the right
    double *conductance; // [n_edge] [1] w, not below a floor that keeps its inverse
    // C w^-1 C^T, columns sorted; the diagonal of row f stands at diagonal[f].
    int32_t *row, *col, *diagonal;
    double *value;
} tdgl_faces;

// nested: an outer rim inside a hole has that hole, not the outside, beyond it.
flx_status flx_faces_init(flx_ctx *ctx, const flx_mesh *mesh, bool nested, tdgl_faces *faces);
void flx_faces_clear(tdgl_faces *faces);
// a along the edge of an entry of a ring. Signs are random: a branch would be foretold half of the time.
static inline double flx_faces_along(const double *a, int32_t entry)
{
    int32_t sign = -(entry < 0);
    return (double)(sign | 1) * a[entry ^ sign];
}
// Sum of a [n_edge] round face f, counter-clockwise.
static inline double flx_faces_curl(const tdgl_faces *faces, const double *a, int32_t f)
{
    double sum = 0;
    for (int32_t k = faces->ring_start[f]; k < faces->ring_start[f + 1]; k++)
        sum += flx_faces_along(a, faces->ring[k]);
    return sum;
}
// (C^T g)_e
static inline double flx_faces_flow(const tdgl_faces *faces, const double *g, int32_t e)
{
    int32_t left = faces->side[2 * e], right = faces->side[2 * e + 1];
    return (left >= 0 ? g[left] : 0) - (right >= 0 ? g[right] : 0);
}
// A factor of K + shift D, K = C w^-1 C^T, D the areas of the faces.
flx_status flx_faces_factor(flx_ctx *ctx, flx_pool *pool, const tdgl_faces *faces, double shift,
                            flx_spd **out);
// The same, kept in 16 bits a number: for flx_spd_approximate.
flx_status flx_faces_factor_half(flx_ctx *ctx, flx_pool *pool, const tdgl_faces *faces,
                                 double shift, flx_spd **out);

// Long bodies (feed.c): the first of n sites that is not on the outer rim, where leads end; -1: none.
// scratch [n_site].
int32_t flx_feed_off_rim(const tdgl_faces *faces, const int32_t *site, int32_t n, double *scratch);
#define FLX_FEED_OFF_RIM                                                                           \
    "terminal %d is not on the outer rim: in a long body the current of a lead that ends in a "    \
    "hole would have to come along z"
// The flow [n_edge] along the outer rim whose divergence is inflow [n_site]; 0 elsewhere already.
void flx_feed_rim(const tdgl_faces *faces, const double *inflow, double *flow);

// Thin films: the currents I_e through the dual faces make a sheet current in each triangle, K_t A_t
// = sum_e f_et I_e e, with f_et the share of the dual face that lies in t (an even flow is met
// exactly, and all that is lost of I in one triangle is found in its neighbour); and the vector
// potential of a triangle makes line integrals by the transpose. So M = P^T O P/Lambda is symmetric.
// Three faces around each triangle, itself where there is none, and what the currents in it and in
// them are multiplied with; all [n_tri]. Single precision, the same numbers in an operator and its
// transpose: they are as symmetric, and as linear, as with more.
typedef struct tdgl_spread {
    int32_t *other[3];
    float *own[2], *around[3][2];
} tdgl_spread;

typedef struct tdgl_sheet {
    const tdgl_faces *faces; // borrowed
    flx_pool *pool;          // borrowed
    flx_selffield *op;
    double pearl_length; // [xi]
    double *share;       // [n_edge] of the dual face, left of the edge
    double *current;     // [n_tri][2] K_t
    double *potential;   // [n_tri][2] integral of A
    // K_t from the currents that circulate in it and in the faces around it, and the transpose; what
    // holes get is in the first, where they are named.
    tdgl_spread spread, collect;
} tdgl_sheet;

// z [n_film] [xi] heights of the films; NULL: 0.
flx_status flx_sheet_init(flx_ctx *ctx, flx_pool *pool, const tdgl_faces *faces,
                          double pearl_length, const double *z, tdgl_sheet *sheet);
void flx_sheet_clear(tdgl_sheet *sheet);
// line = M flow, both [n_edge]; returns the seconds that its operator took.
double flx_sheet_lines(tdgl_sheet *sheet, const double *flow, double *line);
// flux = C M C^T g, both [n_face]: the same without the edges in between.
double flx_sheet_flux(tdgl_sheet *sheet, const double *g, double *flux);
// The same of change + owed, added to base, all [n_face]; less is taken off. NULL: 0.
typedef struct tdgl_carried {
    const float *change, *owed;
    const double *base, *less;
    double *flux;
} tdgl_carried;
double flx_sheet_carry(tdgl_sheet *sheet, const tdgl_carried *what);

#endif
