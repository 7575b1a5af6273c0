// circuit/start.c -- where a run begins.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/run.h"

#include <string.h>

flx_status flx_deck_start_of(flx_ctx *ctx, const flx_deck *deck, double *phase, double *voltage,
                             bool *given)
{
    (void)ctx;
    *given = deck->n_start > 0;
    memset(phase, 0, (size_t)deck->circuit.n_node * sizeof *phase);
    memset(voltage, 0, (size_t)deck->circuit.n_node * sizeof *voltage);
    for (int32_t k = 0; k < deck->n_start; k++) {
        const flx_circuit_start *s = &deck->start[k];
        if (s->kind == FLX_CIRCUIT_START_NODE)
            phase[s->node] = s->value;
        else if (s->kind == FLX_CIRCUIT_START_VOLTAGE)
            voltage[s->node] = s->value;
    }
    return FLX_OK;
}
