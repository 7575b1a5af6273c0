// linalg/condense.h -- the factor in half precision of a matrix, some rows of which were eliminated
// first. As in flx_spd_ops.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_LINALG_CONDENSE_H
#define FLX_LINALG_CONDENSE_H

#include "linalg/spd.h"

flx_status flx_condensed_factor(flx_ctx *ctx, const flx_csr *matrix, flx_pool *pool, void **out);
void flx_condensed_solve(void *condensed, const double *b, const double *z, double *x);
void flx_condensed_solve_single(void *condensed, const float *b, float *x);
void flx_condensed_free(void *condensed);
double flx_condensed_bytes(const void *condensed);

#endif
