// linalg/frontal.h -- numbers of a sparse Cholesky factor whose supernodes are known, for many
// matrices of one pattern.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_LINALG_FRONTAL_H
#define FLX_LINALG_FRONTAL_H

#include "linalg/spd.h"

// Columns of equal pattern, in postorder of the tree of elimination.
typedef struct flx_supernodes {
    int32_t n, n_super;
    const int32_t *perm;  // [n] row of the matrix at place k
    const int32_t *first; // [n_super + 1] first place of each
    const int32_t *start; // [n_super + 1] where its rows begin
    const int32_t *rows;  // places: its own first, then those below, ascending
} flx_supernodes;

typedef struct flx_frontal flx_frontal;

// What is borrowed is read now only.
flx_status flx_frontal_create(flx_ctx *ctx, const flx_supernodes *super, const flx_csr *pattern,
                              flx_frontal **out);
void flx_frontal_free(flx_frontal *f);

// Takes [L11^{-1}; -L21 L11^{-1}] of a supernode, stored by columns of n_row, which is a multiple of
// FLX_TILE: rows beyond its own are 0.
typedef void (*flx_frontal_take)(void *user, int32_t super, int32_t n_col, int32_t n_row,
                                 const double *matrix);

// False: the matrix with these values is not positive definite; some supernodes were taken.
bool flx_frontal_factor(flx_frontal *f, const double *val, flx_frontal_take take, void *user);

#endif
