// linalg/dissect.h -- the order of elimination of a mesh in the plane.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_LINALG_DISSECT_H
#define FLX_LINALG_DISSECT_H

#include "base/base.h"

// Sites, where they are, and their neighbours.
typedef struct flx_graph {
    int32_t n;
    const int32_t *row;       // [n + 1]
    const int32_t *neighbour; // [row[n]] symmetric, with or without the site itself
    const double *x, *y;      // [n]
} flx_graph;

// order [n]: the site that is eliminated first, and so on.
flx_status flx_dissect(flx_ctx *ctx, const flx_graph *graph, int32_t *order);

#endif
