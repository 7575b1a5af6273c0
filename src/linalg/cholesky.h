// linalg/cholesky.h -- sparse Cholesky: ordered and factorised by CHOLMOD, solved here.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_LINALG_CHOLESKY_H
#define FLX_LINALG_CHOLESKY_H

#include "linalg/spd.h"

typedef enum flx_precision { FLX_DOUBLE, FLX_SINGLE, FLX_HALF } flx_precision;

// As in flx_spd_ops.
flx_status flx_cholesky_factor(flx_ctx *ctx, const flx_csr *matrix, flx_pool *pool, void **out);
flx_status flx_cholesky_prepare(flx_ctx *ctx, const flx_csr *matrix, flx_pool *pool, void **out);
flx_status flx_cholesky_prepare_single(flx_ctx *ctx, const flx_csr *matrix, flx_pool *pool,
                                       void **out);
flx_status flx_cholesky_refactor(flx_ctx *ctx, const flx_csr *matrix, void *factor);
// The same, kept and solved with in single precision; kept in half of it.
flx_status flx_cholesky_factor_single(flx_ctx *ctx, const flx_csr *matrix, flx_pool *pool,
                                      void **out);
flx_status flx_cholesky_factor_half(flx_ctx *ctx, const flx_csr *matrix, flx_pool *pool,
                                    void **out);
// z joins after the forward solve: x = A^{-1} b + P^T L^{-T} z. NULL: none.
void flx_cholesky_solve(void *factor, const double *b, const double *z, double *x);
// Of a factor in half precision: the row of A at each place of its order; a vector [n] in this order,
// and the solution there in its stead.
const int32_t *flx_cholesky_order(const void *factor);
float *flx_cholesky_vector(void *factor);
void flx_cholesky_solve_vector(void *factor, const double *z);
void flx_cholesky_free(void *factor);
double flx_cholesky_bytes(const void *factor);

#endif
