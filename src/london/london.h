// london/london.h -- inside of the London engine.
//
// A vector over the unknowns x [n] holds the n_free values of g inside the films, then the currents
// round the n_hole holes, then those through the n_port ports.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_LONDON_LONDON_H
#define FLX_LONDON_LONDON_H

#include "base/pool.h"
#include "fluxoid/london.h"
#include "linalg/spd.h"

enum { FLX_LONDON_COOKIE = 0x10dd041 };

typedef struct flx_london_rim_port {
    int32_t from, to; // terminals
    int32_t loop;     // of the mesh
} flx_london_rim_port;

struct flx_london {
    const flx_mesh *mesh;
    flx_london_opts opts;
    flx_london_report report;
    double *z, *lambda; // [n_film], [n_tri]
    double *area;       // [n_tri]
    int32_t n_free, n_hole, n_port, n_current, n;
    int32_t *hole_loop;        // [n_hole]
    flx_london_rim_port *port; // [n_port]
    int32_t *column;           // [n_site] unknown that g of the site is; -1: on an outer rim
    double *lift;              // [n_port][n_site] g on outer rims for a unit current

    flx_selffield_basis basis; // currents of the unknowns; row, col, k are owned
    flx_selffield *op;
    flx_pool *pool;

    double op_bytes;
    bool fields_only;

    double *matrix;   // [n][n] eliminated up to n_free; NULL: iterative
    double *field;    // [n (n + 1)/2] what op gives to its lower triangle, once other Pearl lengths
                      // were asked for; NULL: not kept
    flx_spd *precond; // of the n_free, where iterative
    double *kt, *at;  // [n_tri][2] of an application
    double *cg;       // [4][n] of conjugate gradients
    double *mode;     // [n_current][n_site]
    double *inductance; // [n_current][n_current]
};

// numbering.c: holes, ports, unknowns, basis currents.
flx_status flx_london_number(flx_ctx *ctx, const flx_london_problem *problem, flx_london *l);
void flx_london_from_sites(const flx_london *l, const double *moment, double *x);
void flx_london_to_sites(const flx_london *l, const double *x, double *g);

// system.c: A x = b for the free unknowns, modes and inductances.
flx_status flx_london_factor(flx_ctx *ctx, flx_london *l);
flx_status flx_london_factor_again(flx_ctx *ctx, flx_london *l); // with other Pearl lengths
// x [n_free] = A_uu^-1 b; b may be x.
flx_status flx_london_solve_free(flx_ctx *ctx, flx_london *l, const double *b, double *x);
// y [n] = A x.
void flx_london_apply(flx_london *l, const double *x, double *y);

// small.c: a symmetric positive definite system of the currents; a [n][n] and b are overwritten.
flx_status flx_london_small(flx_ctx *ctx, int32_t n, double *a, double *b);

// levels.c: changes the free fluxoids of a state whose currents and fluxoids are known to those of least
// energy. drive->condition is there.
flx_status flx_london_least(flx_ctx *ctx, const flx_london *l, const flx_london_drive *drive,
                            flx_london_state *state);

#endif
