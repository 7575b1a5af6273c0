// fluxoid/tdgl.h -- generalised time-dependent Ginzburg-Landau (gTDGL) engine for films and
// long bodies.
//
//   u/sqrt(1 + g^2|psi|^2) (d/dt + i mu + (g^2/2) d|psi|^2/dt) psi
//     = (eps - |psi|^2) psi + (grad - iA)^2 psi                          (1)
//   div J = 0,   J = Im[psi* (grad - iA) psi] - grad mu - dA/dt          (2)
//
// with n.(grad - iA)psi = 0 at the film edge, and at terminal k a uniform inflow of its current
// I_k. Kramer and Watts-Tobin, Phys. Rev. Lett. 40, 1041 (1978). Discretised by finite volumes with
// link variables exp(-i a_e) on the Voronoi cells of a flx_mesh. Numbers are natural
// (fluxoid/frame.h); brackets say what each is counted in.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLUXOID_TDGL_H
#define FLUXOID_TDGL_H

#include "fluxoid/frame.h"

#ifdef __cplusplus
extern "C" {
#endif

// What psi does on the sites of a terminal.
typedef enum flx_terminal_psi {
    FLX_TERMINAL_NORMAL, // psi = 0: normal metal contact
    FLX_TERMINAL_FREE,   // natural: n.(grad - iA)psi = 0
    FLX_TERMINAL_HELD    // |psi| held; the phase follows d theta/dt = -mu, as in a bulk bank
} flx_terminal_psi;

typedef struct flx_terminal {
    const int32_t *site;  // [n_site] boundary sites that carry the current
    const double *length; // [n_site] [xi] length of film edge that belongs to each
    int32_t n_site;
    int32_t n_outside; // the last n_outside sites are ends of terminal edges outside the terminal:
                       // they carry current, but psi is left alone there
    flx_terminal_psi psi;
    double amplitude; // [1] |psi| where it is held
} flx_terminal;

// Inputs that may depend on time. Each function may be NULL (constant: A = 0, eps = 1, no current).
// `user` is borrowed.
typedef struct flx_drive {
    void *user;
    // a [n_edge] [A0 xi] and its time derivative a_dot [A0 xi/tau0] at time t [tau0].
    void (*vector_potential)(void *user, double t, double *a, double *a_dot);
    void (*epsilon)(void *user, double t, double *eps); // [n_site] [1]
    void (*current)(
        void *user, double t,
        double *current);         // [n_terminal] [K0 xi] positive into the film; sum 0 in each film
    bool vector_potential_varies; // false: asked for once
    bool epsilon_varies;
} flx_drive;

// Whether the field of the currents acts back on psi.
typedef enum flx_screening {
    FLX_SCREENING_NONE, // A is the applied one
    FLX_SCREENING_FILM, // thin films: A = A_applied + (1/4 pi Lambda) integral of K/|r - r'|
    FLX_SCREENING_LONG  // bodies that do not depend on z: kappa^2 curl B = J, holes of uniform B,
                        // outside B is the applied one, which must be uniform
} flx_screening;

typedef struct flx_tdgl_problem {
    const flx_mesh *mesh;          // lengths in xi
    const flx_terminal *terminals; // [n_terminal]
    int32_t n_terminal;
    double u;           // [1] > 0; 5.79 dirty limit, exactly pi^4/(14 zeta(3))
    double gamma;       // [1] >= 0; inelastic pair breaking
    double temperature; // [1] >= 0; of thermal noise, k_B T/E_s, E_s = hbar^2/(4 e^2 mu0 Lambda)
    flx_drive drive;
    flx_screening screening;
    double kappa;        // [1] > 0, lambda/xi of long bodies
    double pearl_length; // [xi] > 0, Lambda of films
    const double *z; // [n_film] [xi] heights of the films; NULL: 0. Borrowed until create returns
} flx_tdgl_problem;

typedef enum flx_integrator {
    FLX_BDF,  // variable-step BDF of order 2 or 3, linearly implicit, rotation by mu exact
    FLX_RK32, // explicit Bogacki-Shampine 3(2)
    FLX_EULER_EXPLICIT, // the step of pyTDGL, for comparisons
    FLX_LANGEVIN // explicit, of one length, with thermal noise: averages of second order in dt
} flx_integrator;

typedef struct flx_tdgl_opts {
    int32_t integrator;    // flx_integrator
    int32_t order;         // [1] of the BDF: 2 or 3
    double tolerance;      // [1] error of psi allowed per step, at any site
    double dt;             // [tau0] first step; the fixed step if dt_max = dt
    double dt_max;         // [tau0] largest step
    double dt_min;         // [tau0] below it the run fails
    bool adaptive;         // false: every step is dt; langevin: true is a length by the mesh
    bool counterterm;      // langevin: fluctuations do not depend on the mesh (docs/noise.md)
    int32_t seed;          // [1] of the noise
    bool frozen_amplitude; // |psi| is held at 1 (bdf, rk32): the London limit
    int32_t threads;       // [1] 0: those of the context, if the film is large enough to gain
    uint32_t cookie;       // set by flx_tdgl_opts_default
} flx_tdgl_opts;

FLX_API flx_tdgl_opts flx_tdgl_opts_default(void);
FLX_API extern const flx_option_table flx_tdgl_option_table;

typedef struct flx_tdgl_report {
    double time;              // [tau0] reached
    double dt;                // [tau0] of this step
    double error;             // [1] largest estimated error of psi in this step
    int32_t rejected;         // step sizes tried in vain
    int32_t iterations;       // of the psi system
    int32_t field_iterations; // of the system of the field of the currents, over all step sizes
                              // tried; in films each applies the operator of src/selffield once
    double field_seconds;     // [s] in films, of these applications
} flx_tdgl_report;

typedef struct flx_tdgl flx_tdgl;

// Checks everything, allocates everything the run will need, factorises the operator of mu. psi
// starts at sqrt(max(eps, 0)) without winding; flx_tdgl_set_psi changes it. On failure sets *out to
// NULL and leaves the reason in flx_ctx_error(ctx). The problem's arrays stay borrowed. Free with
// flx_tdgl_free().
FLX_API flx_status flx_tdgl_create(flx_ctx *ctx, const flx_tdgl_problem *problem,
                                   const flx_tdgl_opts *opts, flx_tdgl **out);
FLX_API void flx_tdgl_free(flx_tdgl *sim);

// Starts afresh from psi [n_site] at time t [tau0]; mu follows from it.
FLX_API flx_status flx_tdgl_set_psi(flx_tdgl *sim, const flx_cplx *psi, double t);

// The same with the line integrals of A that the currents have made [n_edge] [A0 xi] (a - a_applied
// of a frame); NULL: none yet, all of the field is the applied one. Without screening they are not
// used.
FLX_API flx_status flx_tdgl_set_state(flx_tdgl *sim, const flx_cplx *psi, const double *a_induced,
                                      double t);

// One accepted step, ending at t_end at the latest [tau0]. Never allocates. On FLX_ERR_DIVERGED the
// fields are as before.
FLX_API flx_status flx_tdgl_step(flx_tdgl *sim, double t_end, flx_tdgl_report *report);

// The present state; pointers are borrowed until the next step.
FLX_API flx_frame flx_tdgl_frame(const flx_tdgl *sim);

// Largest |d psi/dt| [1/tau0] apart from a rotation common to the whole film: how far from a
// stationary state.
FLX_API double flx_tdgl_change(flx_tdgl *sim);

// What the stages of a step cost on this machine: seconds (best of the repetitions) and the bytes
// that each moves if every array is read or written once. The state is left as it is.
typedef struct flx_tdgl_costs {
    int32_t threads;
    double laplacian_seconds, laplacian_bytes; // covariant Laplacian: twice a step (bdf)
    double sweep_seconds, sweep_bytes;         // of the implicit system: some times a step (bdf)
    double solve_seconds, solve_bytes;         // for mu: once a step (bdf), three times (rk32)
} flx_tdgl_costs;
FLX_API flx_tdgl_costs flx_tdgl_costs_of(flx_tdgl *sim, int32_t repetitions);

// Everything a restart needs, as named blocks of memory of the simulation itself: a checkpoint
// writes them, a restart overwrites them and then calls flx_tdgl_restored. At most
// FLX_TDGL_STATE_MAX blocks; returns their number.
enum { FLX_TDGL_STATE_MAX = 32 };
typedef struct flx_state_block {
    const char *name; // static text
    void *data;       // owned by the simulation
    size_t bytes;
} flx_state_block;
FLX_API int32_t flx_tdgl_state(flx_tdgl *sim, flx_state_block *blocks);
FLX_API flx_status flx_tdgl_restored(flx_tdgl *sim);

#ifdef __cplusplus
}
#endif
#endif
