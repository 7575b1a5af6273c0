// circuit/sim.h -- the inside of a simulation: unknowns, branches by kind, state.
//
// Sources of voltage and phase tie nodes together: a tied group has one unknown phase, and a node is
// that plus an offset known in time. A branch between unknowns a and b has the phase difference
//   delta = x[a] - x[b] + off[o],
// o = 0 being no offset; flux through an inductor is such an offset too. The ground is unknown n,
// which stays 0. Every array of state has a last index for the lane: [k * w + lane];
// those over resistors and junctions have room for a multiple of eight.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CIRCUIT_SIM_H
#define FLX_CIRCUIT_SIM_H

#include "circuit/junction.h"
#include "fluxoid/circuit.h"
#include "linalg/ldl.h"

#define FLX_CIRCUIT_COOKIE 0x63697263u

// Branches of one kind.
typedef struct branches {
    int32_t n;
    int32_t n_plain; // resistors, capacitors: junctions' come behind; inductors: without offset
    int32_t *a, *b, *o;
    int32_t *element;
    double *value;       // s/R, s/L, s C: current over d_delta, delta, dd_delta
    int32_t (*place)[3]; // of aa, bb, ab among the values of the matrix; -1: ground
} branches;

// What a source gives in a step, for each lane.
typedef struct drives {
    int32_t n;
    int32_t *element;
    double *steady_from;      // [n] from here all lanes are constant
    double *mean, *now, *end; // [n][w] over the step, before and behind it; phases of voltages
    double *steady;           // [n][w] the constants
    int32_t *live, n_live;    // those that may still change
} drives;

typedef struct line_state {
    int32_t room;   // steps kept
    double *wave;   // [n][2 ends][room][w] V + Z0 I that left the end [V]
    double *coming; // [n][2][w] what arrives in this step
    double *past;   // [n][2][2] last phases of the ports (josim)
} line_state;

typedef struct josim_state josim_state;
typedef struct flx_border flx_border;

struct flx_circuit_sim {
    flx_ctx *ctx;
    const flx_circuit *circuit; // of lane 0; the others differ in sources and temperatures
    const flx_circuit *lane[FLX_CIRCUIT_LANES];
    uint64_t seed[FLX_CIRCUIT_LANES];
    int32_t n_lane, w;
    flx_circuit_opts opts;
    double sigma; // Phi0/2 pi [Wb]

    int32_t n;        // unknowns
    int32_t *unknown; // [n_node]
    // Offsets: slot s is the sum of its terms.
    int32_t n_slot;
    int32_t *node_slot; // [n_node]
    int32_t *slot_at;   // [n_slot + 1]
    int32_t *slot_drive;
    double *slot_sign;
    double *off, *off_next, *off_rate, *off_rate_next; // [n_slot][w]

    bool r_moves;              // some resistor has an offset
    branches l, k, c, r, j, t; // inductors, coupled ones, capacitors, resistors, junctions, ports
    int32_t *k_at, *k_to;      // couplings: branch i feels branch k_to[p], k_at[i] <= p < k_at[i+1]
    double *k_value;
    int32_t (*k_place)[4];
    branches i; // current sources; place unused
    branches e; // ports of controlled sources between which the voltage is decided; value unused
    branches q; // the other ports of these; value and place unused
    drives current, phase;
    double steady_from;        // [s] no source changes after it
    int32_t still;             // steps since
    double *l_turn, *k_turn;   // [n][w] 2 pi times the difference of windings
    double *c_rate;            // [n][w] d delta/dt without the offset
    bool *c_driven;            // [c.n] a controlled source decides its voltage; NULL: none
    double *c_mean, *c_past;   // [c.n][w] mean rate of the last step, past of this one; driven ones
    flx_border *border;        // controlled sources; NULL: none
    flx_junction *junction;    // [j.n]
    int32_t *j_resistor;       // [j.n] its branch of r
    int32_t *j_capacitor;      // [j.n] its branch of c, -1: none
    int32_t *branch;           // [n_element] number among its kind
    int32_t *touch_at, *touch; // elements at a node: touch[touch_at[k]] ..
    double *j_factor;          // [j.n][w] slope of the current in the factor
    double *j_rate;            // [j.n][w] voltage of the last step over s
    double *j_current;         // [j.n][w] supercurrent and nonlinear part of the last step
    double *j_at, *j_move;     // [j.n][w] phase before the step, what offsets turn in it
    double *j_turn, *j_last;   // [j.n][w] turned beside that: at this guess, at the one before
    double *j_slope;           // [j.n][w] of no use
    double *j_sine;            // [j.n][w] at the beginning of the step (noise)
    flx_junction_row *j_row;   // [j.n/FLX_WIDE] of the junctions of one circuit
    double *share;             // [n] 1, or 1/2 where only inductors meet
    line_state line;

    flx_ldl *ldl;
    double *base, *values; // [places], [places][w]
    bool have_factor;
    double factor_h, factor_carry;

    double *x, *turn; // [n + 1][w] phases: remainder, winding
    double *dx;       // [n + 1][w] change in this step
    double *rhs, *sum, *right;
    double *rate, *rate_old, *rate_older; // [n + 1][w] dx/dt of the last three steps
    double *noise, *spare; // [n_noise][w] currents of this step; normal numbers kept for the next
    double *noise_size;    // [r.n][w] sqrt(2 k T/R)
    bool noisy;

    int64_t tick;  // time in units of dt/2^MAX_LEVEL
    int32_t level; // step is dt/2^level
    int32_t calm;  // steps since the last refusal or growth
    int32_t known; // steps that these hold
    double h_old, h_older, h_oldest;
    double contraction;
    int64_t n_step;
    bool adaptive;
    bool whole_newton; // a new factor each step
    int32_t hard;      // so many steps more with a new factor each
    double last_h;
    double corner; // [s] the next of a source
    josim_state *josim;
};

enum { MAX_LEVEL = 20 };

// Who heads the set of k: union-find with halved paths.
static inline int32_t flx_root_of(int32_t *root, int32_t k)
{
    while (root[k] != k)
        k = root[k] = root[root[k]];
    return k;
}

static inline bool flx_is_controlled(int32_t kind)
{
    return kind >= FLX_VCVS && kind <= FLX_CCVS;
}

// n, rounded up to a multiple of eight.
static inline int32_t flx_sim_room(int32_t n)
{
    return (n + 7) / 8 * 8;
}

// Whether two circuits differ in sources and temperatures alone.
bool flx_circuit_alike(const flx_circuit *a, const flx_circuit *b);

flx_status flx_sim_build(flx_circuit_sim *sim);
// The linear part of the matrix for step h, into base.
void flx_sim_base(flx_circuit_sim *sim, double h);
// Sources from t to t + h: drives and next offsets.
void flx_sim_hold(flx_circuit_sim *sim, double t);
void flx_sim_drive(flx_circuit_sim *sim, double t, double h);
double flx_sim_next_corner(const flx_circuit_sim *sim, double t);
void flx_sim_add(const branches *b, int32_t k, double value, double *base);
// Phases where only inductors meet, from those of the others at the start (consistent.c).
void flx_sim_settle(flx_circuit_sim *sim);
// Factorises values; solves in place. With the border of controlled sources, whose volts over phases
// are `volt`. -1: singular; else negative pivots.
int32_t flx_sim_factor(flx_circuit_sim *sim, double volt);
void flx_sim_solve(flx_circuit_sim *sim, double *x);
// A mean over the step times this, less its past, is the value at the end (border.h).
double flx_sim_carry(const flx_circuit_sim *sim, double h);
void flx_sim_couple(const flx_circuit_sim *sim, double scale, double *base);

flx_status flx_midpoint_step(flx_circuit_sim *sim, flx_circuit_report *report);
// Solves a step of length h; false: in vain. Then what follows from it for branches and phases.
bool flx_midpoint_try_one(flx_circuit_sim *sim, double h, flx_circuit_report *report);
bool flx_midpoint_try_lanes(flx_circuit_sim *sim, double h, flx_circuit_report *report);
void flx_midpoint_keep_one(flx_circuit_sim *sim, double h);
void flx_midpoint_keep_lanes(flx_circuit_sim *sim, double h);

double flx_josim_sigma(void); // Phi0/2 pi as JoSIM has it
void flx_josim_guard(flx_circuit_sim *sim, double from);
flx_status flx_josim_create(flx_circuit_sim *sim);
void flx_josim_free(flx_circuit_sim *sim);
flx_status flx_josim_step(flx_circuit_sim *sim, flx_circuit_report *report);
double flx_josim_voltage(const flx_circuit_sim *sim, int32_t node);
double flx_josim_current(const flx_circuit_sim *sim, int32_t element);

// Mean voltages of a node over the last step (midpoint).
static inline void flx_sim_voltages(const flx_circuit_sim *s, int32_t node, double *restrict v)
{
    int32_t w = s->w, o = s->node_slot[node] * w;
    const double *restrict rate = s->rate + (int64_t)s->unknown[node] * w;
    for (int32_t l = 0; l < w; l++)
        v[l] = s->sigma * rate[l];
    for (int32_t l = 0; o > 0 && l < w; l++)
        v[l] += s->sigma * (s->off[o + l] - s->off_next[o + l]) / s->last_h;
}

// Of one lane.
static inline double flx_sim_voltage(const flx_circuit_sim *s, int32_t node, int32_t lane)
{
    if (s->n_step == 0)
        return 0;
    int32_t o = s->node_slot[node] * s->w + lane;
    double moved = s->node_slot[node] > 0 ? (s->off[o] - s->off_next[o]) / s->last_h : 0;
    return s->sigma * (s->rate[s->unknown[node] * s->w + lane] + moved);
}

#endif
