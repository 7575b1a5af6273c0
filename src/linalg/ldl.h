// linalg/ldl.h -- sparse L D L^T of symmetric matrices that are small or almost trees, as circuits
// are: no supernodes, the same pattern for several matrices at a time ("lanes"), which become
// vector instructions. Indefinite matrices are allowed as long as no pivot vanishes.
//
// Davis, Direct Methods for Sparse Linear Systems (2006), ch. 4.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_LINALG_LDL_H
#define FLX_LINALG_LDL_H

#include "base/base.h"

enum { FLX_LDL_LANES = 8 }; // number of lanes: 1 or this

typedef struct flx_ldl flx_ldl;

// Approximate minimum degree: order[k] is the row that comes k-th. Pattern by rows, both triangles;
// the diagonal may be missing.
flx_status flx_ldl_order(flx_ctx *ctx, int32_t n, const int32_t *row, const int32_t *col,
                         int32_t *order);

// The pattern in the order of elimination: n rows, both triangles, columns sorted.
flx_status flx_ldl_create(flx_ctx *ctx, int32_t n, const int32_t *row, const int32_t *col,
                          int32_t lanes, flx_ldl **out);
void flx_ldl_free(flx_ldl *ldl);

// Where entry (i, j) stands among the values; -1: not in the pattern.
int32_t flx_ldl_place(const flx_ldl *ldl, int32_t i, int32_t j);
int32_t flx_ldl_places(const flx_ldl *ldl);

// Factorises values [places][lanes]. Returns the number of negative pivots of the lane with most,
// -1 if a pivot vanishes.
int32_t flx_ldl_factor(flx_ldl *ldl, const double *values);
// x [n][lanes], in place.
void flx_ldl_solve(const flx_ldl *ldl, double *x);
int64_t flx_ldl_entries(const flx_ldl *ldl); // of L

#endif
