// tdgl/screen.h -- the field of the currents closed with psi.
//
// Faces are the triangles and the holes; C is the oriented sum of line integrals round each. With
// fluxes phi = C a, g the currents circulating in the faces (total current through the dual faces:
// I = C^T g + I_T, I_T the part that terminals feed), and no scalar potential,
//
//   w da/dt = w js - I                        Ohm's law on each edge, w = s_e/e_e
//   C a = phi_applied + L g                   Maxwell: what flux the currents make
//
// w js = w Im[psi_i* exp(-i a) psi_j] is minus half the gradient in a of the kinetic part of the
// energy, so that F_psi + g^T L g falls at the rate 2 sum w (da/dt)^2 beside that of psi: exactly,
// on any mesh, in any gauge. A long body has L = A_f/kappa^2 on the diagonal (g = kappa^2 (B -
// B_applied)), a film the non-local operator M of src/selffield, L = C M C^T. Where currents are fed
// in, the flux has a part C M I_T, and the energy of the field is I.M I. The sum of I times the
// induced part of a is not: that has a gradient which grows with the voltage, and I has sources.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_TDGL_SCREEN_H
#define FLX_TDGL_SCREEN_H

#include "tdgl/faces.h"
#include "tdgl/tdgl_internal.h"

// Factors of K + s D, K = C w^-1 C^T, D the areas of the faces.
enum { FLX_RUNGS = 7 };
typedef struct tdgl_rungs {
    int32_t n; // n, half and shift are given to init
    bool half;
    double shift[FLX_RUNGS];
    flx_spd *factor[FLX_RUNGS];
} tdgl_rungs;
flx_status flx_rungs_init(flx_tdgl *sim, const tdgl_faces *faces, tdgl_rungs *rungs);
void flx_rungs_clear(tdgl_rungs *rungs);
int32_t flx_rungs_nearest(const tdgl_rungs *rungs, double shift); // in the logarithm

// sum_j weight_j (K + s_j D)^-1 over one rung or two in place of the inverse of K + b (K D)^(1/2).
// Where currents vary as exp(ikr) it is 1 - error to 1 + error times as large, for all k above low.
// On the scale of the mesh, near high, b counts less: there the currents of neighbours cancel.
typedef struct tdgl_blend {
    int32_t rung[2];
    double weight[2], error; // the second weight is 0 where one will do
} tdgl_blend;
tdgl_blend flx_rungs_blend(const tdgl_rungs *rungs, double b, double low, double high);

// The long waves of a film (coarse.c): P H P^T, to be added to the blend F, so that the sum has the
// (P^T (beta L + K) P)^-1 of the true L in place of F where currents are combinations of the columns
// of P. H = (P^T (beta L + K) P)^-1 - sum_j weight_j (P^T (K + s_j D) P)^-1; F - P (..) P^T >= 0, so
// the sum is positive.
typedef struct tdgl_coarse {
    const tdgl_faces *faces;  // borrowed
    double spacing;           // [xi] of the grid
    int32_t n;                // functions
    int32_t n_grid, stride;   // places of the grids, of one line
    struct tdgl_place *place; // [n_face], while it is made
    // The faces cell by cell of the grids, each filled up to whole lanes: where they lie in it, and
    // what their splines are multiplied with; the functions of holes.
    int32_t n_cell, *cell_start, *cell_end, *cell_node, *face;
    float *x, *y, *scale;
    int32_t n_shared, *shared_face, *shared_place;
    float *share;
    int32_t *node;           // [n] place of a function
    float *grid;             // [places] scratch
    double *lambda;          // [n] eigenvalues of (P^T L P, P^T K P)
    float *vector;           // [n][n] eigenvectors
    float *of_rung;          // [rungs][n][n] (P^T (K + s D) P)^-1
    float *in, *modes, *out; // [n] scratch
} tdgl_coarse;
// z [n_film] [xi]: NULL: 0. What is there after a failure is to be cleared.
flx_status flx_coarse_init(flx_ctx *ctx, tdgl_sheet *sheet, const double *z,
                           const tdgl_rungs *rungs, tdgl_coarse *coarse);
void flx_coarse_clear(tdgl_coarse *coarse);
// H P^T r, kept; x = factor x + P of it. Both [n_face + 1], the last one 0.
void flx_coarse_solve(tdgl_coarse *coarse, double beta, const tdgl_blend *blend, const float *r);
void flx_coarse_add(const tdgl_coarse *coarse, flx_pool *pool, float factor, float *x);

// js is linear in a - a* to first order, with a density |psi|^2 <= 1: this much of it is taken with
// the new a, which keeps long steps stable.
#define FLX_SCREEN_DENSITY 1.0

// Currents of a state, all [n_face]. Changes are in single precision, as those of a.
typedef struct tdgl_currents {
    double *g;         // circulating
    double *flux;      // L g, but that it has owed_flux in place of L owed, if it owes
    float *change;     // of g in the last step
    float *owed;       // currents whose flux was only estimated,
    double *owed_flux; // as this
    bool owes;
} tdgl_currents;

// (beta L + C w^-1 C^T) x = r for what the currents differ from their guess, g + ahead change, by. The
// guess of their flux goes ahead of that of the last two states as far.
typedef struct tdgl_system {
    double beta, target, ahead;
    float *r;                 // destroyed
    float *x;                 // left
    const tdgl_currents *now; // of the last state
    const double *flux_before;
    tdgl_currents *next; // left
} tdgl_system;

// Solves it, as a table of functions.
typedef struct tdgl_induction tdgl_induction;
typedef struct tdgl_induction_ops {
    // Until the error of x, sqrt(x^T C w^-1 C^T x), is below target and a fortieth of what it was.
    // Returns the number of iterations, -1 if it failed.
    int32_t (*solve)(tdgl_induction *, const tdgl_system *);
    // The currents x of a state that is taken up, with flux = L x: those that have made the flux
    // given, or those that leave no normal current, K x = drive = C w^-1 (w js - I_T).
    void (*guess)(tdgl_induction *, double *drive, double *x, double *flux);
    // The flux [n_face] that I_T [n_edge] makes; returns its energy, I_T.M I_T. NULL: none.
    double (*fed)(tdgl_induction *, const double *fed, double *flux);
    flx_state_block (*state)(tdgl_induction *); // what a restart needs; NULL: nothing
    void (*free)(tdgl_induction *);
} tdgl_induction_ops;
struct tdgl_induction {
    const tdgl_induction_ops *ops;
    double seconds; // in applications of an operator of films, since the last step began
};
flx_status flx_film_create(flx_tdgl *sim, const tdgl_faces *faces, tdgl_induction **out);
double flx_screen_least_beta(const flx_tdgl *sim); // of the longest steps
flx_status flx_long_body_create(flx_tdgl *sim, const tdgl_faces *faces, tdgl_induction **out);

// I_T [n_edge] of the present currents of the terminals (feed.c); whether there can be one.
flx_status flx_feed_check(flx_tdgl *sim);
void flx_feed(flx_tdgl *sim, double *flow);

enum { CHANGES = LEVELS - 1 };

// The state of the field and the scratch of its step.
struct tdgl_screen {
    tdgl_faces faces;
    tdgl_induction *induction;
    int32_t iterations; // since the last step began
    double *a;          // [n_edge] total line integrals
    // [n_edge] How they changed in the last steps, newest first. The rounding of single precision is
    // a share of the change: it is forgotten with it, and at rest there is none.
    float *change[CHANGES];
    tdgl_currents now, next;
    double *flux_before; // [n_face] of the state before
    double *a_next;
    float *change_next;
    // What a step reads, array by array: faces on both sides of an edge, n_face for the outside, where
    // currents are 0; the edges round a triangle, as in faces.ring.
    int32_t *left, *right; // [n_edge]
    int32_t *ring[3];      // [n_tri]
    float *resistance;     // [n_edge] 1/w
    float *weigh;          // [n_edge] what an error of a counts
    double *fed;           // [n_edge] I_T
    flx_tdgl *sim;
    bool observed;     // mu, a_dot and a_induced are those of the present state
    double *a_dot;     // [n_edge] reported: with mu it gives the electric field
    double *a_induced; // [n_edge] reported: a without the applied part
    double *edge;      // [n_edge] scratch: beta a but for what g is corrected by
    // At the time of the inputs: flux of the applied field and of I_T, its own part, its energy.
    double *applied, *fed_flux; // [n_face]
    double fed_energy;
    float *residual;   // [n_face]
    float *correction; // [n_face]
};

flx_status flx_screen_check(flx_ctx *ctx, const flx_tdgl_problem *p, const flx_tdgl_opts *o);
flx_status flx_screen_create(flx_tdgl *sim);
void flx_screen_free(flx_tdgl *sim);

// What depends on the inputs at the time of the drive: flux applied, current fed.
void flx_screen_inputs(flx_tdgl *sim);

// Begins with the line integrals that the currents have made so far, a_induced [n_edge]; NULL: 0.
void flx_screen_begin(flx_tdgl *sim, const double *a_induced);

// A state dt before the present one, on the tangent at this, becomes its past.
void flx_screen_imagine(flx_tdgl *sim, double dt);

// Weights of the levels in a step to a new time.
typedef struct tdgl_formula {
    double predict[LEVELS]; // a* = sum_j predict_j a_j, a_j a state j steps ago
    double ahead;           // of g and its flux: a straight line, which multiplies errors less
    double check[LEVELS];   // through one state more than the formula: `share` of its distance
    double share;           // to the result is error
    double alpha;           // da/dt = alpha a + sum_j difference_j a_j
    double difference[LEVELS];
} tdgl_formula;

// Extrapolates a to the end of the step and sets the links.
void flx_screen_predict(flx_tdgl *sim, const tdgl_formula *formula);

// Closes A with the psi of the step, sim->next. Fills a_next and next; returns the
// largest |a - a*|/e_e, INFINITY if it failed.
double flx_screen_close(flx_tdgl *sim, const tdgl_formula *formula);

// Appends what a restart needs; returns the number of blocks.
int32_t flx_screen_state(flx_tdgl *sim, flx_state_block *blocks);

void flx_screen_accept(flx_tdgl *sim); // puts the new level in front

// mu, a_dot and a_induced of the present state, if they are not there.
void flx_screen_observe(tdgl_screen *screen);

// Energy of the field of the currents in the present state.
double flx_screen_energy(const tdgl_screen *screen);

// Largest electric field that no potential makes [V0/xi]: how fast the flux moves.
double flx_screen_change(tdgl_screen *screen);

#endif
