// mesh/rim.h -- the rims of one film, cut into edges.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_MESH_RIM_H
#define FLX_MESH_RIM_H

#include "mesh/size.h"

// Rim points in rings: the film lies on the left of p -> next[p].
typedef struct flx_rim {
    int32_t n, room;
    double (*xy)[2];
    int32_t *next, *prev;
    int32_t *side; // side of the outline on which the edge p -> next[p] lies
    double *acute; // 0, or the angle [rad] < pi/2 that the film fills at this corner
    int32_t n_side;
    int32_t *side_next, *side_prev; // sides that share a corner
    int32_t n_ring;
    int32_t *first; // [n_ring] a point of each ring of the outline
} flx_rim;

// Corners of the outline, then points on its sides so that edges are about as long as target says.
flx_status flx_rim_init(flx_ctx *ctx, const flx_rings *outline, const flx_size *target,
                        flx_rim *rim);
void flx_rim_clear(flx_rim *rim);

// Splits edges until none has a rim point of the film in its diametral circle (so that the triangle
// on it can be acute), necks are no narrower than about an edge, and lengths change gradually. Adds
// the lengths so found to target.
flx_status flx_rim_refine(flx_ctx *ctx, flx_rim *rim, flx_size *target, int32_t max_points);

// Where to split the edge p -> next[p]: in the middle; next to an acute corner on a circle around
// it whose radius is a power of two, so that both arms are split alike.
void flx_split_point(const double a[2], const double b[2], bool acute_a, bool acute_b,
                     double at[2]);

#endif
