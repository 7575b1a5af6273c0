// tests/test_circuit.h -- decks in tests: texts with values put in, run to their results.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_TEST_CIRCUIT_H
#define FLX_TEST_CIRCUIT_H

#include "base/base.h"
#include "fluxoid/circuit.h"
#include "fluxoid/units.h"
#include "test.h"

static const double pi = 3.14159265358979323846;
static const double Phi0 = FLX_SI_PHI0;
static const double sigma = FLX_SI_PHI0 / 6.28318530717958647692;

__attribute__((format(printf, 2, 3))) static inline flx_deck *deck_of(flx_ctx *ctx,
                                                                      const char *format, ...)
{
    static char text[1 << 16];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const flx_deck_source source = {.path = "test.cir", .text = text, .length = strlen(text)};
    flx_deck *deck = NULL;
    if (flx_deck_create(ctx, &source, &deck) < 0)
        fail_msg("%s", flx_ctx_error(ctx));
    return deck;
}

static inline flx_circuit_result run_deck(flx_ctx *ctx, const flx_deck *deck)
{
    const flx_deck_run_opts opts = {.rows = true, .threads = 1};
    flx_circuit_result result;
    if (flx_deck_run(ctx, &deck, 1, &opts, &result) < 0)
        fail_msg("%s", flx_ctx_error(ctx));
    return result;
}

// Runs a deck and gives the value of its k-th probe.
static inline flx_circuit_value probe_of(flx_ctx *ctx, flx_deck *deck, int32_t k)
{
    flx_circuit_result result = run_deck(ctx, deck);
    flx_circuit_value value = result.probe[k];
    flx_circuit_result_clear(&result);
    flx_deck_free(deck);
    return value;
}

static inline int32_t element_at(const flx_deck *deck, const char *name)
{
    for (int32_t k = 0; k < deck->circuit.n_element; k++)
        if (strcmp(deck->circuit.element[k].name, name) == 0)
            return k;
    fail_msg("no element %s", name);
    return -1;
}

static inline int32_t node_at(const flx_deck *deck, const char *name)
{
    for (int32_t k = 0; k < deck->circuit.n_node; k++)
        if (strcmp(deck->circuit.node_name[k], name) == 0)
            return k;
    fail_msg("no node %s", name);
    return -1;
}

#endif
