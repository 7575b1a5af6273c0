// circuit/build.h -- what the files share that make a simulation from a circuit.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CIRCUIT_BUILD_H
#define FLX_CIRCUIT_BUILD_H

#include "circuit/sim.h"

// A node as its group's unknown and the sources on the way to it.
typedef struct tie {
    int32_t parent; // node, -1: heads its group
    int32_t drive;  // of the source that ties it to the parent
    double sign;    // phase(node) = phase(parent) + sign * drive
} tie;

typedef struct builder {
    flx_circuit_sim *sim;
    flx_ctx *ctx;
    const flx_circuit *c;
    tie *tie;       // [n_node]
    int32_t *head;  // [n_node] of its group
    int32_t *group; // [n_element] of coupled inductors, -1: alone
    int32_t room_term;
} builder;

// Coupled inductors: their groups, and, when their branches are there, s inv(L) of every group.
flx_status flx_build_groups(builder *b);
flx_status flx_build_couplings(builder *b);
// Renumbers the unknowns in the order of elimination and analyses the pattern of the matrix.
flx_status flx_build_matrix(builder *b);
// The next of the drives d.
void flx_build_drive(flx_circuit_sim *s, drives *d, int32_t element);

#endif
