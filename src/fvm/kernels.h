// fvm/kernels.h -- the loops over half-edges, as a table: "ref" is plain C and always there.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_FVM_KERNELS_H
#define FLX_FVM_KERNELS_H

#include "base/base.h"

typedef struct flx_kernels {
    const char *name;
    const char *how; // how to get it where it is missing; NULL: it is there

    // link_k = w_e exp(-i a_ij), half-edges k of sites begin .. end-1; a_ij = +-a_e.
    void (*links)(int32_t begin, int32_t end, const int32_t *restrict row,
                  const int32_t *restrict neighbour, const int32_t *restrict half_edge,
                  const double *restrict weight, const double *restrict a, double *restrict link);

    // y_i = sum_j link_ij psi_j - diag_i psi_i: the covariant Laplacian times the cell area.
    void (*laplacian)(int32_t begin, int32_t end, const int32_t *restrict row,
                      const int32_t *restrict neighbour, const double *restrict link,
                      const double *restrict diag, const double *restrict psi, double *restrict y);
} flx_kernels;

flx_status flx_kernels_find(flx_ctx *ctx, const char *name, const flx_kernels **out);

#endif
