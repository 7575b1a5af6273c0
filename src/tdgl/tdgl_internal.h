// tdgl/tdgl_internal.h -- the simulation's state and the stages of a step.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_TDGL_INTERNAL_H
#define FLX_TDGL_INTERNAL_H

#include "base/pool.h"
#include "comm/comm.h"
#include "fluxoid/tdgl.h"
#include "fvm/operator.h"
#include "linalg/spd.h"

enum { FLX_TDGL_COOKIE = 0x7d61c0de };
enum {
    LEVELS = 4,
    STAGES = 4,
    SPREADS = 11
}; // states kept for the multistep formula; slopes of the Runge-Kutta step

// Everything besides the arrays that a restart needs.
typedef struct tdgl_clock {
    double t;             // [tau0] of the present state
    double dt;            // [tau0] next step to try
    double times[LEVELS]; // [tau0] of the states in history, newest first
    int32_t n_history;
    int32_t n_recent; // euler-explicit: entries of recent
    int64_t step;
    double last_error; // of the last accepted step, in units of the tolerance; 0: none
    double recent[10]; // euler-explicit: largest changes of |psi|^2
    double dt_last;    // [tau0] of the last accepted step
} tdgl_clock;

typedef struct tdgl_screen tdgl_screen;     // screen.h
typedef struct tdgl_langevin tdgl_langevin; // langevin.c

struct flx_tdgl {
    flx_ctx *ctx;
    flx_tdgl_problem p; // arrays borrowed
    flx_tdgl_opts o;
    const flx_mesh *mesh;
    flx_comm comm;
    flx_pool *pool;
    flx_operator op;
    flx_spd *poisson;
    double area;             // of all cells
    tdgl_screen *screen;     // closes A with the currents; NULL: A is the applied one
    tdgl_langevin *langevin; // of the integrator langevin, else NULL

    // Terminals, as lists over sites.
    int32_t n_fixed;
    int32_t *fixed;    // [n_fixed] sites whose |psi| is held
    double *fixed_psi; // [n_fixed] its value
    int32_t n_inflow;
    int32_t *inflow_site;     // [n_inflow]
    int32_t *inflow_terminal; // [n_inflow]
    double *inflow_share;     // [n_inflow] share of the terminal's current
    double *current;          // [n_terminal] [K0 xi]
    int32_t *ground;          // [n_film] site where the operator of mu is grounded
    double *film_area;        // [n_film]
    double *film_sum;         // [n_film]

    // Inputs at time drive_time.
    double drive_time;
    double *a, *a_dot, *eps; // [n_edge], [n_edge], [n_site]; eps is all 1 without a function
    double *a_before;        // [n_edge] euler-explicit: a one step earlier

    // Arrays over sites are as long as whole slices of the stencil, filled with 0.
    // State. psi[0] is the present, psi[1..] the history *turned into the present frame*:
    // multiplied by exp(-i integral of mu dt) up to now.
    tdgl_clock clock;
    double *psi[LEVELS]; // [n_site][2]
    double *mu[LEVELS];  // [n_site]

    // Scratch.
    double *next, *next_mu;                             // the state a step tries
    double *y;                                          // [n_site][2] covariant Laplacian
    double *b;                                          // [n_site]
    double *slope[STAGES];                              // [n_site][2]
    double *predicted, *rhs;                            // [n_site][2]
    flx_blocks blocks;                                  // of the implicit system
    float *g, *direction, *correction, *correction_new; // [whole slices][2]
    float *area32;                                      // [whole slices]
    float *spread[SPREADS]; // [n_site] bounds of the spectrum of the implicit system
    double *turn;           // [n_site] [1] integral of mu dt over the step tried
    double stable_dt;       // [tau0] an explicit step is stable below it
    bool have_slope;        // slope[0] belongs to the present state
};

// Inputs at time t: a, a_dot, eps, currents, links.
void flx_tdgl_drive_at(flx_tdgl *sim, double t);

// mu from div J = 0. y: filled with a Lap psi.
void flx_tdgl_potential(flx_tdgl *sim, const double *psi, double *y, double *mu);

// The charges sim->b that it solves for: of psi and of the inflow. y: filled with a Lap psi.
void flx_tdgl_charge(flx_tdgl *sim, const double *psi, double *y);

// The same from a good guess in mu, by corrections (each in single precision, from the residual in
// double) until one is below 1e-3 of the largest |mu|: what it leaves is some 1e-6 of itself.
void flx_tdgl_refine_potential(flx_tdgl *sim, const double *psi, double *mu);

// Solves for the potential of the charges sim->b, which is lost; its mean over each film is 0.
void flx_tdgl_solve_potential(flx_tdgl *sim, double *mu);

// The same to 1e-6 in one pass, with what normal currents of covariance w_e on the edges add, from
// independent z [n_site] of variance 1; NULL: none.
void flx_tdgl_solve_noisy(flx_tdgl *sim, const double *z, double *mu);

// d psi/dt of equation (1) from psi, y, mu.
void flx_tdgl_slope(flx_tdgl *sim, const double *psi, const double *y, const double *mu,
                    double *rate);

// Puts next, next_mu at the front of the history, after turning the history by the integral of mu
// dt. replace: the present state gives way instead of becoming history.
void flx_tdgl_accept(flx_tdgl *sim, double dt, bool replace);

// The three steps. Each makes one attempt with step dt: fills next, next_mu, turn, and tells the
// error; nothing but scratch and the inputs (which belong to a time) is changed.
typedef struct tdgl_attempt {
    double error;       // largest of all sites [1]
    int32_t iterations; // of the psi system
    int32_t order;      // error ~ dt^(order + 1)
} tdgl_attempt;
tdgl_attempt flx_tdgl_try_rk32(flx_tdgl *sim, double dt);
tdgl_attempt flx_tdgl_try_bdf(flx_tdgl *sim, double dt);
void flx_tdgl_find_spread(flx_tdgl *sim);                   // also stable_dt
tdgl_attempt flx_tdgl_try_euler(flx_tdgl *sim, double *dt); // may shorten dt as pyTDGL does

// |psi| held at 1 (frozen.c): psi made so; the implicit system of difference formula alpha psi +
// sum difference_j psi_j projected so; a rate of psi made so.
void flx_tdgl_normalise(flx_tdgl *sim, double *psi);
void flx_tdgl_freeze(flx_tdgl *sim, double alpha, const double *difference);
void flx_tdgl_freeze_residual(flx_tdgl *sim); // once y = a Lap psi* is there
void flx_tdgl_freeze_rate(flx_tdgl *sim, const double *psi, double *rate);

// Largest |v_i| of an array [n_site][2].
double flx_tdgl_largest(flx_tdgl *sim, const double *v);

#endif
