// fluxoid/frame.h -- the state of a film at one time, as engines give it, files keep it and
// measurements read it.
//
// Natural units throughout: lengths xi, vector potential A0 = xi Bc2, time tau0, potential V0,
// current density J0, sheet current K0 = J0 d, flux quantum 2 pi (in units of xi^2 Bc2).
// fluxoid/units.h turns them into SI.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLUXOID_FRAME_H
#define FLUXOID_FRAME_H

#include "fluxoid/mesh.h"

#ifdef __cplusplus
extern "C" {
#endif

// Arrays are borrowed from whoever filled the frame, until its next step or its end.
typedef struct flx_frame {
    const flx_mesh *mesh;
    double time;         // [tau0]
    int64_t step;        // accepted steps so far
    const flx_cplx *psi; // [n_site] [1]
    const double *mu;    // [n_site] [V0] electric potential, zero mean over each film
    const double *a;     // [n_edge] [A0 xi] line integral of A, tail to head
    const double
        *a_induced;      // [n_edge] [A0 xi] its part that the currents of the film make; NULL: 0
    const double *a_dot; // [n_edge] [A0 xi/tau0] its time derivative; NULL: 0
    const double *eps;   // [n_site] [1] condensation coefficient; NULL: 1
    double u, gamma;     // [1] material
    // [(Bc^2/mu0) xi^2 d] of the field that the currents make, if there is a_induced: the engine knows
    // it in the gauge in which it is the currents' own, whatever that of a_induced. NAN: unknown
    double field_energy;
} flx_frame;

#ifdef __cplusplus
}
#endif
#endif
