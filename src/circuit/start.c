// circuit/start.c -- where a run begins: at rest, at voltages given, or in a static state that keeps
// the phases, currents and fluxoid numbers asked for; and the critical current of a deck.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/run.h"

#include <math.h>
#include <string.h>

flx_status flx_deck_start_of(flx_ctx *ctx, const flx_deck *deck, double *phase, double *voltage,
                             bool *given)
{
    *given = deck->n_start > 0;
    memset(phase, 0, (size_t)deck->circuit.n_node * sizeof *phase);
    memset(voltage, 0, (size_t)deck->circuit.n_node * sizeof *voltage);
    bool still = false;
    for (int32_t k = 0; k < deck->n_start; k++) {
        const flx_circuit_start *s = &deck->start[k];
        if (s->kind == FLX_CIRCUIT_START_VOLTAGE)
            voltage[s->node] = s->value;
        else
            still = true;
    }
    if (!still)
        return FLX_OK;
    flx_circuit_static *st = NULL;
    FLX_TRY(flx_circuit_static_create(ctx, &deck->circuit, 0, &st));
    flx_status status = flx_static_start(st, deck->start, deck->n_start, phase);
    flx_circuit_static_free(st);
    return status;
}

// The largest critical current of those of the states that .state names, or, of a circuit with one
// loop and no .state, of all fluxoid numbers up to MOST.
enum { MOST = 8 };
flx_status flx_deck_critical(flx_ctx *ctx, const flx_deck *deck, int32_t source, double time,
                             double *critical)
{
    *critical = NAN;
    double *phase = FLX_NEW_ARRAY(ctx, double, deck->circuit.n_node);
    if (!phase)
        return FLX_ERR_MEMORY;
    flx_status status = FLX_OK;
    bool named = false;
    for (int32_t k = 0; k < deck->n_start; k++)
        named = named || deck->start[k].kind == FLX_CIRCUIT_START_WINDING;
    int32_t most = named ? 0 : MOST;
    for (int32_t n = -most; n <= most && status >= 0; n++) {
        flx_circuit_static *st = NULL;
        // Without its source: the state the current starts from.
        status = flx_circuit_static_create(ctx, &deck->circuit, time, &st);
        if (status < 0)
            break;
        flx_static_silence(st, source);
        const flx_circuit_start ring = {
            .kind = FLX_CIRCUIT_START_WINDING, .element = -1, .value = n};
        flx_status found = named ? flx_static_start(st, deck->start, deck->n_start, phase)
                                 : flx_static_start(st, &ring, 1, phase);
        if (found == FLX_ERR_INPUT && !named) { // no single loop: the state next to rest
            memset(phase, 0, (size_t)deck->circuit.n_node * sizeof *phase);
            n = most;
            found = FLX_OK;
        }
        flx_circuit_critical look = {.source = source, .limit = INFINITY};
        if (found >= 0)
            found = flx_circuit_follow(st, phase, &look);
        if (found == FLX_OK && !(look.critical <= *critical))
            *critical = look.critical;
        else if (found < 0 && found != FLX_ERR_DIVERGED)
            status = found;
        flx_circuit_static_free(st);
    }
    flx_free(phase);
    return status;
}
