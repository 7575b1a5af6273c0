// fluxoid/selffield.h -- vector potential and field of sheet currents: the non-local operator.
//
// Films are flat sheets of triangles at any heights z; in triangle t flows the constant sheet
// current K_t = (kx, ky). In units without mu0,
//
//   A(r) = (1/4 pi) sum_t K_t integral_t dA'/|r - r'|,   B = curl A                          (1)
//   a_s  = integral_s A dA = (1/4 pi) sum_t P_st K_t,    P_st = int_s int_t dA dA'/|r - r'|  (2)
//
// so that a length counted in l and K in k give A in k l and B in k; multiply by mu0 in SI (in the
// units of the engines of fluxoid, lengths in xi and K in K0, A in A0 and B in Bc2, multiply by
// 1/Lambda [xi]). P is symmetric and positive definite: sum_s K_s.a_s / 2 is the energy of the
// field. Close pairs are integrated exactly (src/selffield/pair.c), distant ones through
// interpolation between boxes of a tree, with O(n) memory and time.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLUXOID_SELFFIELD_H
#define FLUXOID_SELFFIELD_H

#include "fluxoid/base.h"
#include "fluxoid/options.h"

#ifdef __cplusplus
extern "C" {
#endif

// All arrays are borrowed for the call that takes them. The fields of a flx_mesh fit as they are.
// Films at one height must not overlap (not checked: it would only add their currents).
typedef struct flx_selffield_problem {
    int32_t n_site, n_tri, n_film;
    const double *x, *y; // [n_site] [length]
    const int32_t *tri;  // [n_tri][3] corners, in any direction
    const int32_t *film; // [n_site] film of each site; NULL: 0
    const double *z;     // [n_film] [length] heights of the films; NULL: 0
} flx_selffield_problem;

typedef enum flx_selffield_method {
    FLX_SELFFIELD_AUTO,         // dense up to dense_max triangles, hierarchical above
    FLX_SELFFIELD_DENSE,        // keeps all of P: 4 n_tri^2 bytes
    FLX_SELFFIELD_HIERARCHICAL, // keeps close pairs and a tree
    FLX_SELFFIELD_DIRECT        // keeps nothing; apply sums all pairs afresh, slowly. For those who
                                // want flx_selffield_assemble, _pairs and _field alone
} flx_selffield_method;

typedef struct flx_selffield_opts {
    double tolerance;  // [1] error of A allowed anywhere, relative to the largest |A|
    int32_t method;    // flx_selffield_method
    int32_t dense_max; // triangles up to which `auto` is dense
    int32_t threads;   // [1] 0: those of the context
    uint32_t cookie;   // set by flx_selffield_opts_default
} flx_selffield_opts;

FLX_API flx_selffield_opts flx_selffield_opts_default(void);
FLX_API extern const flx_option_table flx_selffield_option_table;

// One operator serves one caller at a time: its calls share work arrays.
typedef struct flx_selffield flx_selffield;

// Builds all that apply will need and then checks it: random and smooth currents, on triangles
// drawn at random, against exact sums. An operator that misses the tolerance fails with
// FLX_ERR_SOLVER and the error found. Free with flx_selffield_free.
FLX_API flx_status flx_selffield_create(flx_ctx *ctx, const flx_selffield_problem *problem,
                                        const flx_selffield_opts *opts, flx_selffield **out);
FLX_API void flx_selffield_free(flx_selffield *op);

typedef struct flx_selffield_report {
    int32_t method;      // flx_selffield_method in use, never AUTO
    int32_t n_tri;       //
    int32_t nodes;       // interpolation nodes in a direction of a box; 0: no tree
    double bytes;        // memory held
    double seconds;      // taken by create
    double error;        // [1] found by the check in create; 0: nothing to check
    double near_per_tri; // stored close pairs per triangle
} flx_selffield_report;
FLX_API flx_selffield_report flx_selffield_report_of(const flx_selffield *op);

// (2): k [n_tri][2] -> a [n_tri][2], which may not overlap. Never allocates; the same bits for any
// number of threads. a_s divided by the area of s is the mean of A over the triangle.
FLX_API void flx_selffield_apply(flx_selffield *op, const double *k, double *a);

// P_st/(4 pi) [length^3] for n pairs {s, t}, integrated afresh: diagonals and close blocks for
// preconditioners.
FLX_API void flx_selffield_pairs(flx_selffield *op, int64_t n, const int32_t (*pair)[2], double *p);

// Basis currents: a unit of unknown col[m] flows as k[m] in triangle t, for m = row[t] .. row[t+1]
// - 1. For a P1 stream function, col are the corners and k = (d phi/dy, -d phi/dx); corners of one
// hole share an unknown, corners where g = 0 are left out.
typedef struct flx_selffield_basis {
    int32_t n;          // unknowns
    const int32_t *row; // [n_tri + 1]
    const int32_t *col; // [row[n_tri]] 0 .. n - 1
    const double *k;    // [row[n_tri]][2]
} flx_selffield_basis;

// matrix [n][n]: M_ij = (1/4 pi) sum_st k_si.k_tj P_st, both halves, for dense factorisation.
// Entries are as good as the tolerance, symmetric bit by bit, the same for any number of threads.
FLX_API flx_status flx_selffield_assemble(flx_ctx *ctx, flx_selffield *op,
                                          const flx_selffield_basis *basis, double *matrix);

// Points at which A and B are asked for; either may be NULL.
typedef struct flx_selffield_points {
    int32_t n;
    const double *xyz; // [n][3] [length] anywhere, films included
    double *a;         // [n][2] A_x, A_y; A_z = 0
    double *b;         // [n][3]
    // [n_tri][2][2] dK_x/dx, dK_x/dy, dK_y/dx, dK_y/dy of currents that are linear in triangles, with k
    // their means: what near triangles make is then the field of these. NULL: constant
    const double *slope;
} flx_selffield_points;

// (1) for currents k [n_tri][2]. B of a constant current is infinite (as a logarithm) on the rim of
// its triangle: ask inside triangles, and expect an error of the order of their size in a film. That
// of linear currents is of second order, and so large only on the rim of the film. On a film, B_x and
// B_y are the mean of both sides.
FLX_API flx_status flx_selffield_field(flx_ctx *ctx, flx_selffield *op, const double *k,
                                       const flx_selffield_points *points);

#ifdef __cplusplus
}
#endif
#endif
