// fvm/kernels.h -- the loops over neighbours, as a table: "ref" is plain C and always there.
//
// Sites are taken four at a time (a slice). Neighbour q of the sites of slice s stands at places
// 4*(start[s] + q) .. +3, padded with links of 0 to the largest number of neighbours in the slice,
// so that four sites share one vector instruction. Kreutzer et al., SIAM J. Sci. Comput. 36, C401
// (2014).
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_FVM_KERNELS_H
#define FLX_FVM_KERNELS_H

#include "base/base.h"

enum { FLX_LANES = 4 };

// link_ij = (s_ij/e_ij) exp(-i a_ij), (re, im) pairs, in double and in single precision.
typedef struct flx_stencil {
    int32_t n_site, n_slice;
    int32_t *start;     // [n_slice + 1]
    int32_t *neighbour; // [4 start[n_slice]]
    double *link;       // [4 start[n_slice]][2]
    float *link32;      // the same, rounded
} flx_stencil;

// Blocks (p + r v v^T) of a diagonal, inverted: D^{-1} x = inverse (x - shrink v (v.x)).
typedef struct flx_blocks {
    float *inverse, *shrink; // [4 n_slice]; inverse 0: x is held
    float *v;                // [4 n_slice][2]
} flx_blocks;

// One sweep of a Chebyshev iteration for (D - links) x = D g. Vectors are [4 n_slice][2].
typedef struct flx_sweep {
    const flx_blocks *blocks;
    const float *g, *x;
    float *direction, *x_new;
    float first, second;
} flx_sweep;

typedef struct flx_kernels {
    const char *name;
    const char *how; // how to get it where it is missing; NULL: it is there

    // y_i = sum_j link_ij psi_j - diag_i psi_i: the covariant Laplacian times the cell area. psi, y
    // [n_site][2].
    void (*laplacian)(int32_t begin, int32_t end, const flx_stencil *stencil,
                      const double *restrict diag, const double *restrict psi, double *restrict y);

    // z = g + D^{-1} sum_j link_ij x_j - x;  direction = first direction + second z;  x_new = x +
    // direction
    void (*sweep)(int32_t begin, int32_t end, const flx_stencil *stencil, const flx_sweep *sweep);
} flx_kernels;

flx_status flx_kernels_find(flx_ctx *ctx, const char *name, const flx_kernels **out);

#endif
