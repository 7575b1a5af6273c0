// fuzz_deck.c -- any text as a deck. What is accepted must have been checked, what is refused must
// have a reason.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/circuit.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    flx_ctx *ctx = flx_ctx_create();
    // Includes would read the machine's files.
    char *text = malloc(size + 1);
    if (!text)
        abort();
    memcpy(text, data, size);
    text[size] = 0;
    const flx_deck_source source = {
        .path = "fuzz.cir", .text = text, .length = size, .max_element = 2000};
    flx_deck *deck = NULL;
    bool includes = strstr(text, ".inc") || strstr(text, ".INC") || strstr(text, ".Inc");
    if (!includes) {
        flx_status status = flx_deck_create(ctx, &source, &deck);
        if ((status < 0) != (deck == NULL) || (status < 0 && flx_ctx_error(ctx)[0] == '\0'))
            abort();
        if (deck && flx_circuit_check(ctx, &deck->circuit) < 0)
            abort();
    }
    flx_deck_free(deck);
    flx_ctx_free(ctx);
    free(text);
    return 0;
}
