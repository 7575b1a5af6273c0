// linalg/dense.h -- Cholesky factors of dense symmetric positive definite matrices, and their Schur
// complements; by LAPACK on one thread.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_LINALG_DENSE_H
#define FLX_LINALG_DENSE_H

#include "base/base.h"

// Eliminates the first m of n unknowns of a [n][n], of which the lower triangle is read and
// overwritten:
//   a = [A11 .; A21 A22]  ->  [L11 .; L21 S],  A11 = L11 L11^T,  L21 = A21 L11^-T,
//   S = A22 - A21 A11^-1 A12.
// FLX_ERR_SOLVER if A11 is not positive definite.
flx_status flx_dense_eliminate(flx_ctx *ctx, int32_t n, int32_t m, double *a);

// L11 of such a matrix, applied to the first m places of each of the rows of x [n_row][stride].
typedef struct flx_dense {
    const double *l; // [n][n]
    int32_t n, m;
} flx_dense;
void flx_dense_forward(const flx_dense *f, int32_t n_row, int32_t stride, double *x);  // L11^-1
void flx_dense_backward(const flx_dense *f, int32_t n_row, int32_t stride, double *x); // L11^-T

// a^-1 of a symmetric positive definite a [n][n], of which the lower triangle is read; all is written.
flx_status flx_dense_invert(flx_ctx *ctx, int32_t n, double *a);

// a v = lambda b v of symmetric a and positive definite b [n][n], of which the lower triangles are
// read: lambda [n], ascending; row j of a becomes v_j with v_j.b v_j = 1. b is destroyed.
flx_status flx_dense_pencil(flx_ctx *ctx, int32_t n, double *a, double *b, double *lambda);

#endif
