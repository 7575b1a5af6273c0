// fvm/operator.h -- the covariant Laplacian of a mesh with its link variables.
//
//   (a Lap psi)_i = sum_j (s_ij/e_ij) (exp(-i a_ij) psi_j - psi_i)
//
// Finite volumes on Voronoi cells; gauge-exact for any a. Du, Gunzburger, Peterson, SIAM Rev. 34,
// 54 (1992); Du, Nicolaides and Wu, SIAM J. Numer. Anal. 35, 1049 (1998).
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_FVM_OPERATOR_H
#define FLX_FVM_OPERATOR_H

#include "base/pool.h"
#include "fluxoid/mesh.h"
#include "fvm/kernels.h"

typedef struct flx_operator {
    const flx_mesh *mesh; // borrowed
    const flx_kernels *kernels;
    double *weight; // [n_edge] [1] s_e/e_e
    double *turned; // [n_edge + 1][2] scratch: weight exp(-i a), and 0
    uint32_t
        *from;    // [places of the stencil] twice the edge of a link, 1 more where it is the head's
    double *diag; // [n_site, whole slices] [1] sum of the weights of a site
    flx_stencil stencil;
    bool waiting; // links have been turned, and not been set
} flx_operator;

// Links start at a = 0. Clear with flx_operator_clear, also after a failure.
flx_status flx_operator_init(flx_ctx *ctx, const flx_mesh *mesh, const char *kernels,
                             flx_operator *op);
void flx_operator_clear(flx_operator *op);

void flx_operator_set_links(flx_operator *op, flx_pool *pool, const double *a); // [n_edge]
// The same for flx_operator_begin and then flx_operator_sweep, not for the others: of edges begin ..
// end-1, with a [end - begin]. Whoever has turned all of them sets op->waiting.
void flx_operator_turn_edges(flx_operator *op, int32_t begin, int32_t end, const double *a);

// y = a Lap psi; both [n_site][2].
void flx_operator_apply(const flx_operator *op, flx_pool *pool, const double *psi, double *y);

// Stages of a step, with arrays of whole slices (fvm/kernels.h has the formulas).
void flx_operator_inflow(const flx_operator *op, flx_pool *pool, const double *psi,
                         const double *mu, double *b);
double flx_operator_begin(const flx_operator *op, flx_pool *pool, const flx_begin *begin);
void flx_operator_sweep(const flx_operator *op, flx_pool *pool, const flx_sweep *sweep);

// Bytes that an application moves if every array is read or written once.
double flx_operator_bytes(const flx_operator *op);

#endif
