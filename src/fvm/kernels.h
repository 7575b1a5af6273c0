// fvm/kernels.h -- the loops over neighbours, as a table: "ref" is plain C and always there.
//
// Sites are taken eight at a time (a slice). Neighbour q of the sites of slice s stands at places
// 8*(start[s] + q) .. +7, padded with links of 0 to the largest number of neighbours in the slice,
// so that eight sites share vector instructions. Kreutzer et al., SIAM J. Sci. Comput. 36, C401
// (2014).
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_FVM_KERNELS_H
#define FLX_FVM_KERNELS_H

#include "base/base.h"

enum { FLX_LANES = 8 };

// link_ij = (s_ij/e_ij) exp(-i a_ij), (re, im) pairs, in double and in single precision.
typedef struct flx_stencil {
    int32_t n_site, n_slice;
    int32_t *start;  // [n_slice + 1]
    uint32_t *place; // [8 start[n_slice]] twice the neighbour: where its pair begins
    double *weight;  // [8 start[n_slice]] s_ij/e_ij
    double *link;    // [8 start[n_slice]][2]
    float *link32;   // the same, rounded
} flx_stencil;

// Blocks (p + r v v^T) of a diagonal, inverted: D^{-1} x = inverse (x - shrink v (v.x)).
typedef struct flx_blocks {
    float *inverse, *shrink; // [whole slices]; inverse 0: x is held
    float *v;                // [whole slices][2]
} flx_blocks;

// Where an iteration for (D - links) x = right + Lap psi begins.
typedef struct flx_begin {
    const flx_blocks *blocks;
    const double *psi, *right; // [whole slices][2]
    const double *diag;        // [whole slices]
    const float *area;         // [whole slices] weights of the norm
    float *g;                  // [whole slices][2]
    // Links that are not set yet: those of the edges, and where each comes from (fvm/operator.h). NULL:
    // they are.
    const double *turned;
    const uint32_t *from;
} flx_begin;

// What flows into the cells. Vectors are of whole slices.
typedef struct flx_inflow {
    const double *psi; // [][2]
    const double *mu, *diag;
    double *b;
} flx_inflow;

// One sweep of a Chebyshev iteration for (D - links) x = D g. Vectors are [whole slices][2].
typedef struct flx_sweep {
    const flx_blocks *blocks;
    const float *g, *x, *direction;
    float *x_new, *direction_new; // the latter may be direction
    float first, second;
} flx_sweep;

typedef struct flx_kernels {
    const char *name;
    const char *how; // how to get it where it is missing; NULL: it is there

    // y_i = sum_j link_ij psi_j - diag_i psi_i: the covariant Laplacian times the cell area. psi, y
    // [n_site][2].
    void (*laplacian)(int32_t begin, int32_t end, const flx_stencil *stencil,
                      const double *restrict diag, const double *restrict psi, double *restrict y);

    // b_i = -Im(psi_i* sum_j link_ij psi_j) + sum_j weight_ij mu_j - diag_i mu_i: minus the super- and
    // normal current that leaves a cell.
    void (*inflow)(int32_t begin, int32_t end, const flx_stencil *stencil, const flx_inflow *job);

    // g = D^{-1} (right_i + sum_j link_ij psi_j - diag_i psi_i); returns sum_i area_i |g_i|^2. Of links
    // that are not set yet it sets those in single precision.
    double (*begin)(int32_t begin, int32_t end, const flx_stencil *stencil, const flx_begin *job);

    // z = g + D^{-1} sum_j link_ij x_j - x;  direction_new = first direction + second z;
    // x_new = x + direction_new
    void (*sweep)(int32_t begin, int32_t end, const flx_stencil *stencil, const flx_sweep *job);
} flx_kernels;

flx_status flx_kernels_find(flx_ctx *ctx, const char *name, const flx_kernels **out);

#endif
