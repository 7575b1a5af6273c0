// circuit/run.h -- what the files of transient runs share.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CIRCUIT_RUN_H
#define FLX_CIRCUIT_RUN_H

#include "circuit/sim.h"

enum { RUN_BLOCKS = 32 };

// Of a probe, for each lane: under the windows, and in blocks, evenly and under Hann's window.
typedef double run_value[FLX_CIRCUIT_LANES];
typedef struct run_sum {
    run_value windowed, late, block[RUN_BLOCKS], smooth[RUN_BLOCKS];
    run_value min, max, last;
} run_sum;

// The same of 1.
typedef struct run_weights {
    double windowed, late, block[RUN_BLOCKS], smooth[RUN_BLOCKS];
} run_weights;

typedef struct run_measure {
    double sum, square, time, min, max, at;
    bool seen;
} run_measure;

typedef struct run_span {
    double begin, end; // [s]
} run_span;

// The part of a step in the means: its weights in the windows, or its times in n blocks from `first`.
typedef struct run_share {
    double window, late, block[RUN_BLOCKS], smooth[RUN_BLOCKS];
    int32_t first, n;
} run_share;

typedef struct run_pack run_pack;

typedef struct run_lane {
    const run_pack *pack;
    int32_t at; // among its lanes
    const flx_deck *deck;
    int32_t number; // of the deck among those to be run
    uint64_t seed;
    bool rows;
    run_measure *measure;    // [n_measure]
    double *mean, *next_row; // [n_probe] of the last step; row that waits for the next step
    double h, next_time, next_print;
    bool pending, first;
    double *time, *row;
    int64_t n_row, room_row;
} run_lane;

// Lanes that are stepped together.
struct run_pack {
    flx_ctx *ctx;         // its own
    const flx_deck *deck; // of lane 0
    const flx_deck_run_opts *opts;
    run_lane lane[FLX_CIRCUIT_LANES];
    int32_t n_lane;
    flx_circuit_sim *sim;
    run_span span;
    run_share now; // of the last step
    run_weights weights;
    run_sum *sum;          // [n_probe]
    run_value *mean, *end; // [n_probe] of the last step
    bool josim, noisy, tells;
    double share_begin, share; // of the progress of all packs
    int64_t steps, rejected, factored, iterations;
    double dt;
    flx_status status;
};

flx_status flx_run_pack(run_pack *pack);
bool flx_circuit_is_noisy(const flx_circuit *circuit); // in any of its elements

// Phases and voltages at t = 0 [n_node] each; given: false, nothing was asked for.
flx_status flx_deck_start_of(flx_ctx *ctx, const flx_deck *deck, double *phase, double *voltage,
                             bool *given);

// The static state that a deck's start asks for: fluxoid numbers, then phases and currents held.
flx_status flx_static_start(flx_circuit_static *st, const flx_circuit_start *start, int32_t n,
                            double *phase);
// Takes a current source out.
void flx_static_silence(flx_circuit_static *st, int32_t source);
// The critical current of a source with the others at their values of a time.
flx_status flx_deck_critical(flx_ctx *ctx, const flx_deck *deck, int32_t source, double time,
                             double *critical);

#endif
