// mesh/mesh.h -- what the files of the mesh layer share.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_MESH_MESH_H
#define FLX_MESH_MESH_H

#include "base/base.h"
#include "fluxoid/mesh.h"

// Twice the signed area of the triangle a b c.
static inline double flx_twice_area(const double *a, const double *b, const double *c)
{
    return (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]);
}

// Place of a point on a Hilbert curve through the box (bounds: xmin, ymin, xmax, ymax).
uint64_t flx_hilbert_key(const double bounds[4], double x, double y);

// order[0 .. n-1]: the indices 0 .. n-1 sorted by key, equal keys by index. Radix sort; scratch is
// allocated.
flx_status flx_sort_by_key(flx_ctx *ctx, const uint64_t *key, int32_t n, int32_t *order);

// Site numbering: new_of_old for the input, by film and then along a Hilbert curve (mesh/order.c).
flx_status flx_mesh_order_sites(flx_ctx *ctx, const flx_mesh_input *input, const int32_t *film,
                                int32_t *new_of_old);

// Stages of flx_mesh_create, in this order; each fills its arrays of the mesh.
flx_status flx_mesh_build_edges(flx_ctx *ctx, flx_mesh *mesh);
flx_status flx_mesh_build_loops(flx_ctx *ctx, flx_mesh *mesh);
flx_status flx_mesh_build_dual(flx_ctx *ctx, flx_mesh *mesh, const flx_mesh_input *input);

#endif
