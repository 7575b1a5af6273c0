// fluxoid/static.h -- stationary states of the Ginzburg-Landau free energy, their stability, the
// limits of their existence, barriers between them, nucleation.
//
//   F = integral of -eps|psi|^2 + |psi|^4/2 + |(grad - iA) psi|^2  [Bc^2/mu0 xi^2 d]           (1)
//   0 = (eps - |psi|^2) psi + (grad - iA)^2 psi,  n.(grad - iA)psi = 0 at the film edge        (2)
//
// Discretised as in fluxoid/tdgl.h, so that the stationary states are those of that engine where
// mu = 0. A current I through terminals adds 2 sum_k I_k <theta>_k, the mean phase of psi over
// terminal k, to F: it enters as supercurrent. Where a terminal holds |psi| only the phase is varied.
// Stable is what has no negative eigenvalue of the
// second variation,
//
//   -(grad - iA)^2 v + (|psi|^2 - eps) v + 2 psi Re(psi* v) = lambda v                         (3)
//
// apart from the phase common to a film, which costs nothing. With the field of the currents A
// follows psi: F gains the energy of that field and is the least for each psi, and (3) what its
// second variation then is. Numbers are natural
// (fluxoid/frame.h). The time t of the drive is the parameter along which states are followed.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLUXOID_STATIC_H
#define FLUXOID_STATIC_H

#include "fluxoid/tdgl.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct flx_static_problem {
    const flx_mesh *mesh;          // lengths in xi
    const flx_terminal *terminals; // [n_terminal] normal ones carry no current
    int32_t n_terminal;
    flx_drive drive; // asked at the t that flx_static_set_drive gives
    double u, gamma; // [1] of the material; only handed on to frames
    // The field of the currents, as in flx_tdgl_problem.
    flx_screening screening;
    double kappa;        // [1] > 0, of long bodies
    double pearl_length; // [xi] > 0, of films
    const double *z; // [n_film] [xi] heights of the films; NULL: 0. Borrowed until create returns
} flx_static_problem;

typedef struct flx_static_opts {
    double tolerance;       // [1] largest residual of (2) at any site
    int32_t max_steps;      // [1] Newton steps before it is given up
    int32_t modes;          // [1] eigenpairs that flx_static_modes finds; may be 0
    double mode_tolerance;  // [1] residual of an eigenpair; its value is right to the square
    double limit_tolerance; // [1] of a limit, relative to the range of t
    int32_t images;         // [1] states on the way between two states
    int32_t threads;        // [1] 0: those of the context, if the film is large enough to gain
    uint32_t cookie;        // set by flx_static_opts_default
} flx_static_opts;

FLX_API flx_static_opts flx_static_opts_default(void);
FLX_API extern const flx_option_table flx_static_option_table;

typedef struct flx_static flx_static;

// Checks everything and allocates everything later calls need. psi starts at sqrt(max(eps, 0)), the
// drive at t = 0. On failure *out is NULL. The problem's arrays stay borrowed. Free with
// flx_static_free().
FLX_API flx_status flx_static_create(flx_ctx *ctx, const flx_static_problem *problem,
                                     const flx_static_opts *opts, flx_static **out);
FLX_API void flx_static_free(flx_static *st);

// Begins anew with another drive, as if created with it: to the same bits, but the memory and what
// depends on the mesh alone are there. On failure the engine can only be renewed or freed.
FLX_API flx_status flx_static_renew(flx_static *st, const flx_drive *drive);

FLX_API flx_status flx_static_set_psi(flx_static *st, const flx_cplx *psi); // [n_site]
FLX_API flx_status flx_static_set_drive(flx_static *st, double t);          // [tau0]

// The present state; time is the t of the drive, mu is 0. Borrowed until the next call.
FLX_API flx_frame flx_static_frame(const flx_static *st);

// What it took and what came out.
typedef struct flx_static_report {
    double residual;                // [1] largest of (2) at any site
    double energy;                  // [Bc^2/mu0 xi^2 d] F without the term of the currents
    bool stable;                    // no negative eigenvalue; known after flx_static_minimise
    int32_t steps, solves, factors; // Newton steps; solutions with, and computations of, a factor
    int32_t escapes;                // saddles that were left on the way
} flx_static_report;

// To the local minimum that lies downhill of the present state: truncated Newton with an exact line
// search (F is a polynomial of degree 4 along a line) that stops at the first minimum of each line,
// and leaves saddles along their unstable mode. FLX_ERR_DIVERGED: the tolerance was not reached;
// psi is the last state.
FLX_API flx_status flx_static_minimise(flx_static *st, flx_static_report *report);

// Lowest opts.modes eigenpairs of (3) at the present state, in ascending order, without the phases
// of the films. values [modes] [1]; vectors [modes][n_site], normalised to sum a_i |v_i|^2 = 1,
// borrowed until the next call, NULL if not wanted. FLX_ERR_SOLVER: not all converged; *residual is
// the largest that is left.
FLX_API flx_status flx_static_modes(flx_static *st, double *values, const flx_cplx **vectors,
                                    double *residual);

// Lowest opts.modes eigenpairs of the normal state, -(grad - iA)^2 v - eps v = lambda v, in
// ascending order: where lambda < 0 superconductivity nucleates. With eps = 1, T_c(A) = T_c0 (1 -
// (1 + lambda) xi(0)^2). Arguments as of flx_static_modes; psi is left as it is.
FLX_API flx_status flx_static_nucleation(flx_static *st, double *values, const flx_cplx **vectors,
                                         double *residual);

// The saddle with one way down next to the present state, along whose lowest mode it goes uphill:
// *value is the negative eigenvalue. FLX_ERR_DIVERGED: none was found; psi is the last state.
FLX_API flx_status flx_static_saddle_near(flx_static *st, double *value, flx_static_report *report);

// A saddle between two minima.
typedef struct flx_static_barrier {
    double energy_from, energy_saddle, energy_to; // [Bc^2/mu0 xi^2 d], with the currents' work on
                                                  // the way from the first state
    double value;   // [1] negative eigenvalue of the saddle; it has one
    bool connects;  // downhill on its two sides lie the two states (as their energies tell)
    int32_t rounds; // of the string method
} flx_static_barrier;

// The saddle between the minima downhill of `from` and `to` [n_site]: simplified string method (E,
// Ren, Vanden-Eijnden, J. Chem. Phys. 126, 164103 (2007)) on opts.images states from the straight
// way, then as flx_static_saddle_near from the highest. Afterwards psi is the saddle.
// FLX_ERR_DIVERGED: none was found; psi is the highest state on the way.
FLX_API flx_status flx_static_saddle(flx_static *st, const flx_cplx *from, const flx_cplx *to,
                                     flx_static_barrier *barrier, flx_static_report *report);

// Where a branch of states ends or loses its stability.
typedef struct flx_static_limit {
    bool found;     // false: stable up to t_end
    double t;       // [tau0] of the drive, where the lowest eigenvalue is 0
    double value;   // [1] lowest eigenvalue there; what is left of 0
    bool fold;      // the branch turns back there; else it goes on, unstable
    int32_t points; // states computed on the way
} flx_static_limit;

// Follows the present state (a minimum, or nearly) from the t it has to t_end by pseudo-arclength
// steps, which pass folds, and finds the state whose lowest eigenvalue is 0. Afterwards psi and t
// are those of the limit, or of t_end; flx_static_modes gives the mode that takes over.
// FLX_ERR_DIVERGED: the branch was lost; psi and t are the last ones on it.
FLX_API flx_status flx_static_follow(flx_static *st, double t_end, flx_static_limit *limit,
                                     flx_static_report *report);

#ifdef __cplusplus
}
#endif
#endif
