// mesh/size.h -- how long edges should be at each point.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_MESH_SIZE_H
#define FLX_MESH_SIZE_H

#include "mesh/mesh.h"

// At distance d from the source edges should be no longer than edge + grading max(0, d - reach).
typedef struct flx_size_source {
    double x, y, edge, reach;
} flx_size_source;

typedef struct flx_size {
    double max_edge, grading;
    flx_size_source *source; // [n] ordered as a kd-tree
    double (*box)[4];        // [n] bounds of the subtree
    double (*least)[2];      // [n] least edge and greatest reach in the subtree
    int32_t n, room;
} flx_size;

// Adds a source; call flx_size_build before asking.
flx_status flx_size_add(flx_ctx *ctx, flx_size *size, flx_size_source source);
flx_status flx_size_build(flx_ctx *ctx, flx_size *size);
void flx_size_clear(flx_size *size);

// min(max_edge, all sources).
double flx_size_at(const flx_size *size, double x, double y);

#endif
