// fuzz_deck.c -- any text as a deck. What is accepted must have been checked and can be stepped, or
// gives a reason why not; what is refused must have a reason.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/circuit.h"
#include "fuzz.h"

// Three steps by each method; lines are left out, whose memory a delay can make as large as it likes.
static void step(flx_ctx *ctx, const flx_deck *deck)
{
    for (int32_t k = 0; k < deck->circuit.n_element; k++)
        if (deck->circuit.element[k].kind == FLX_LINE)
            return;
    for (int32_t method = FLX_CIRCUIT_MIDPOINT; method <= FLX_CIRCUIT_JOSIM; method++) {
        flx_circuit_opts opts = flx_circuit_opts_default();
        opts.method = method;
        const flx_circuit_lane lane = {&deck->circuit, 1};
        flx_circuit_sim *sim = NULL;
        flx_circuit_report report;
        flx_status status = flx_circuit_create(ctx, &lane, 1, &opts, &sim);
        for (int k = 0; k < 3 && status >= 0; k++)
            status = flx_circuit_step(sim, &report);
        if (status < 0 && flx_ctx_error(ctx)[0] == '\0')
            abort();
        flx_circuit_free(sim);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    flx_ctx *ctx = flx_ctx_create();
    char *text = malloc(size + 1);
    if (!text)
        abort();
    memcpy(text, data, size);
    text[size] = 0;
    const flx_deck_source source = {
        .path = "fuzz.cir", .text = text, .length = size, .max_element = 2000};
    flx_deck *deck = NULL;
    if (!has_include(text)) {
        flx_status status = flx_deck_create(ctx, &source, &deck);
        if ((status < 0) != (deck == NULL) || (status < 0 && flx_ctx_error(ctx)[0] == '\0'))
            abort();
        if (deck && flx_circuit_check(ctx, &deck->circuit) < 0)
            abort();
        if (deck && size < 4096)
            step(ctx, deck);
    }
    flx_deck_free(deck);
    flx_ctx_free(ctx);
    free(text);
    return 0;
}
