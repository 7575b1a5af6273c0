// circuit/static.h -- what the files of static states share: static.c finds minima of U,
// static_start.c those with phases, currents or fluxoid numbers that are asked for, static_path.c
// follows them to where they end, and finds saddles.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CIRCUIT_STATIC_H
#define FLX_CIRCUIT_STATIC_H

#include "circuit/run.h"

// A phase difference that is held: stiffness/2 (delta - target - shift)^2; the shift grows by what is
// missing until nothing is (augmented Lagrangian; Hestenes, J. Optim. Theory Appl. 4, 303 (1969)).
typedef struct hold {
    int32_t a, b, o, place[3];
    double target, shift;
} hold;

struct flx_circuit_static {
    flx_ctx *ctx;
    const flx_circuit *circuit;
    flx_circuit_sim *sim;
    double *constant; // [places] K
    double *values;
    double *x, *g, *step, *try, *b, *tangent; // [n + 1]
    double *force;                            // [n + 1] of the current sources at the time
    bool *loose;                              // [n] nothing holds this phase
    hold *held;                               // [n_held]
    int32_t n_held, room_held;
    double stiffness;
};

// From the phases of the nodes, and to them.
void flx_circuit_static_take(flx_circuit_static *st, const double *phase);
void flx_circuit_static_give(const flx_circuit_static *st, const double *x, double *phase);

// U over s, its gradient into g (NULL: not wanted); `more` flows through the b of the source.
double flx_circuit_static_energy(const flx_circuit_static *st, const double *x, double more,
                                 double *g);
// Factorises H + mu |H0|; returns the number of negative pivots, -1: singular.
int32_t flx_circuit_static_factor(flx_circuit_static *st, const double *x, double mu);
// The minimum of U that is reached from st->x.
flx_status flx_circuit_static_relax(flx_circuit_static *st, double more, flx_circuit_state *state);

double flx_circuit_static_largest(const double *v, int32_t n); // of their sizes
double flx_circuit_static_grain(const flx_circuit_static *st); // what counts as no current [A]

#endif
