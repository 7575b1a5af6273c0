// linalg/spd.h -- solvers for symmetric positive definite systems A x = b with one matrix and many
// right-hand sides, as a table chosen by name. Always there are "cholmod" (sparse Cholesky) and
// "cholmod-single": the same factor in half the memory, for those who have a good guess and correct
// it; "cholmod-half": in a quarter, to 1 %, for preconditioners (iterative refinement; Higham, Accuracy and Stability of Numerical Algorithms, ch. 12).
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_LINALG_SPD_H
#define FLX_LINALG_SPD_H

#include "base/pool.h"

// Symmetric sparse matrix, both triangles stored by rows, columns sorted. Borrowed for the call
// that takes it.
typedef struct flx_csr {
    int32_t n;
    const int32_t *row;   // [n + 1]
    const int32_t *col;   // [row[n]]
    const double *val;    // [row[n]]
    const int32_t *order; // [n] the row that is eliminated first, and so on; NULL: METIS finds one
} flx_csr;

typedef struct flx_spd flx_spd;

typedef struct flx_spd_ops {
    const char *name;
    const char *how; // how to get it where it is missing; NULL: it is there
    bool refined;    // solve is only approximate: flx_spd_solve corrects it
    flx_status (*factor)(flx_ctx *ctx, const flx_csr *matrix, flx_pool *pool, void **factor);
    // For several matrices of one pattern: orders; the numbers come with refactor. NULL: it cannot.
    flx_status (*prepare)(flx_ctx *ctx, const flx_csr *matrix, flx_pool *pool, void **factor);
    flx_status (*refactor)(flx_ctx *ctx, const flx_csr *matrix, void *factor);
    void (*solve)(void *factor, const double *b, const double *z, double *x); // z may be NULL
    void (*solve_single)(void *factor, const float *b, float *x);             // NULL: it cannot
    void (*free)(void *factor);
    double (*bytes)(const void *factor); // memory read by one solve
} flx_spd_ops;

// Orders and factorises. The pool is borrowed until the solver is freed.
flx_status flx_spd_create(flx_ctx *ctx, const char *name, const flx_csr *matrix, flx_pool *pool,
                          flx_spd **out);
void flx_spd_free(flx_spd *spd);

// Orders a pattern for the matrices of flx_spd_refactor ("cholmod"); before the first of them nothing
// can be solved.
flx_status flx_spd_prepare(flx_ctx *ctx, const char *name, const flx_csr *pattern, flx_pool *pool,
                           flx_spd **out);
// Factorises a matrix of the pattern that was prepared. FLX_ERR_SOLVER if it is not positive
// definite; then the solver is as before.
flx_status flx_spd_refactor(flx_ctx *ctx, flx_spd *spd, const flx_csr *matrix);

// Solves in place or not (b may be x). Never allocates.
void flx_spd_solve(flx_spd *spd, const double *b, double *x);
// One pass with the factor as it is kept: with "cholmod" the solution; with "cholmod-single" the
// solution to some 1e-6 of its largest element (measured: Laplacians of 5000 to 100 000 sites).
void flx_spd_approximate(flx_spd *spd, const double *b, double *x);
void flx_spd_approximate_single(flx_spd *spd, const float *b, float *x); // "cholmod-half" alone

// x = A^{-1} b + R z with R R^T = A^{-1}: of the covariance A^{-1} about the solution when z [n] are
// independent numbers of variance 1. Free: z joins between the two triangular solves, L^{-T} z in
// the order of the factor. An unknown that A ties to no other one gets a multiple of one z. One pass
// with the factor as it is kept.
void flx_spd_solve_random(flx_spd *spd, const double *b, const double *z, double *x);
double flx_spd_bytes(const flx_spd *spd);

#endif
