// static/static_internal.h -- the engine's state and what its files share.
//
// Vectors are [n_site][2] and real: (re, im) of each site. M is the diagonal of cell areas, H half
// the second variation of F, g half its gradient; g/a is minus the residual. Where a terminal holds
// |psi| only the phase is free: gradients and variations point along the circle of psi there, and H
// has what the circle bends by: with f = g.psi/|psi|^2, the force along psi, -f on the circle.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_STATIC_INTERNAL_H
#define FLX_STATIC_INTERNAL_H

#include "base/pool.h"
#include "fluxoid/static.h"
#include "fvm/operator.h"
#include "linalg/spd.h"

enum { FLX_STATIC_COOKIE = 0x57a71c00 };
enum {
    MODES_MAX = 32, // real ones; nucleation counts each twice
    NEAR = 4,       // modes that following and saddles keep apart
    BASIS_PER_MODE = 6,
    BASIS_MORE = 20
};

// Vectors of work, by what they hold.
enum {
    W_STEP,
    W_IMAGE,
    W_RESIDUAL, // conjugate gradients
    W_SOLVED,
    W_SEARCH,
    W_SEARCH_IMAGE,
    W_VECTOR, // eigenproblem
    W_DEFECT,
    W_GAIN,
    W_SAVED, // following
    W_TANGENT,
    W_RATE,
    W_START, // lines on circles
    WORK
};

// A site whose phase is driven: current c = I_k share_i.
typedef struct static_inflow {
    int32_t site, terminal;
    double share, current;
} static_inflow;

typedef struct static_field static_field; // field.c

struct flx_static {
    flx_ctx *ctx;
    flx_static_problem p;
    flx_static_opts o;
    const flx_mesh *mesh;
    int32_t n; // sites
    flx_pool *pool;
    flx_operator op;
    double t, area;

    double *psi, *lap, *g; // state; a Lap psi and gradient there
    double *eps, *a, *a_dot, *mu, *current;
    double *phase; // i psi of each film, M-normalised; 0 where a film is normal
    double *film_norm;
    int32_t *pin;  // [n_film] site with the largest |psi|
    bool *fixed;   // [n_site] psi = 0 there
    double *held;  // [n_site] |psi| that a terminal holds; 0: none
    double *force; // [n_site] f where it does
    int32_t n_held;
    int32_t n_fixed;
    static_inflow *inflow;
    int32_t n_inflow;

    // P: H made definite
    flx_spd *factor;
    int32_t *row, *col;
    double *val;
    bool exact;    // P is H apart from the phase of each film: no negative eigenvalue
    double shift;  // P = H + shift M; < 0: the positive part of H
    int32_t age;   // Newton steps since P was made
    bool factored; // there is a P
    bool fresh;    // and it is that of the present psi: cleared by flx_static_gradient

    static_field *field; // of the currents; NULL: A is the applied one
    bool frozen;         // second variations leave A as it is

    double *work[WORK];
    double *basis, *image; // [n_basis][2 n] vectors and H times them
    int32_t n_basis;
    double *mode, *value; // [modes][2 n], [modes]: found last
    int32_t n_mode;
    double *dense; // small matrices of the eigenproblem
    flx_static_report report;
};

// energy.c
double flx_static_dot(flx_static *st, const double *x, const double *y);    // x.y
double flx_static_mdot(flx_static *st, const double *x, const double *y);   // x.My
void flx_static_axpy(flx_static *st, double s, const double *x, double *y); // y += s x
// lap, g, report.residual at psi, which it first puts back on the circles where |psi| is held.
void flx_static_gradient(flx_static *st);
// Leaves of x what psi is free to do.
void flx_static_hold(const flx_static *st, double *x);
double flx_static_energy(flx_static *st);
// What the currents add to F on the way from psi0 to psi, less than half a turn of any phase.
double flx_static_work(flx_static *st, const double *psi0);
// at psi, after the gradient
void flx_static_hessian(flx_static *st, const double *v, double *hv);
// Second derivatives xx, xy, yy of c theta.
void flx_static_theta_block(const double *psi, double c, double h[3]);
// Distance along p to the first minimum of F, for hp = H p; *along is the derivative at 0.
double flx_static_line(flx_static *st, const double *p, const double *hp, double *slope);

// field.c -- A as a function of psi
flx_status flx_static_field_create(flx_static *st); // nothing without screening
void flx_static_field_free(flx_static *st);
void flx_static_field_reset(flx_static *st);                  // no currents
double *flx_static_field_applied(flx_static *st);             // [n_edge] to be filled by the drive
const double *flx_static_field_induced(const flx_static *st); // [n_edge]; NULL: none
void flx_static_field_feed(flx_static *st);                   // the present currents of terminals
void flx_static_field_relax(flx_static *st);                  // a and links of the present psi
// What it adds to G, and the energy of the field: less by what I_T adds in a long body.
double flx_static_field_potential(const flx_static *st);
double flx_static_field_energy(const flx_static *st);
// hv -= what A takes back of H v.
void flx_static_field_hessian(flx_static *st, const double *v, double *hv);

// hessian.c
void flx_static_phases(flx_static *st);                  // phase, pin at psi
void flx_static_project(flx_static *st, double *x);      // x: M-orthogonal to the phases
void flx_static_project_dual(flx_static *st, double *r); // r: orthogonal to the phases
flx_status flx_static_pattern(flx_static *st);
// P at psi, as near to H as may be; H itself is not tried where it is known to be indefinite.
flx_status flx_static_factor(flx_static *st, bool indefinite);
flx_status flx_static_factor_flow(flx_static *st);                        // P = -a Lap + 2 a
void flx_static_precondition(flx_static *st, const double *r, double *z); // z = P^-1 r, projected

// solve.c
typedef struct static_cg {
    int32_t iterations;
    bool negative; // curvature was met, which ended it
} static_cg;
typedef struct static_cg_opts {
    double small, least; // ends when the residual, in the norm of P^-1, has fallen by small, or its
                         // square below least
    int32_t n_deflated;  // on the complement of so many modes
    double *image;       // H x, or NULL
} static_cg_opts;
// x = H^-1 b; at negative curvature what there is, at the first step (with image) P^-1 b.
static_cg flx_static_cg(flx_static *st, const double *b, const static_cg_opts *o, double *x);
typedef struct static_border {
    const double *r, *b, *d; // [2 n]; r NULL: 0; d NULL: 0
    double e, f;
} static_border;
// p and sigma as in static/solve.c. False: H is negative beyond the modes, or the system singular.
bool flx_static_bordered(flx_static *st, const static_border *border, double *p, double *sigma);

// modes.c
flx_status flx_static_davidson(flx_static *st, int32_t n_want, double tolerance, double *residual);
// dense.c
void flx_static_jacobi(int32_t n, double *a, double *v);      // eigenvalues to the diagonal of a
bool flx_static_solve_small(int32_t n, double *a, double *b); // b = a^-1 b; false: singular

#endif
