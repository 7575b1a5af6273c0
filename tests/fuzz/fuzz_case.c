// fuzz_case.c -- any bytes as a case file: it is refused, or it is a case whose points can be made
// and read back. The deck of a circuit is one, or is refused at one of its lines.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/case.h"
#include "fluxoid/circuit.h"
#include "fuzz.h"

// A path of a deck would read the machine's files.
static void read_deck(flx_ctx *ctx, const flx_case *c)
{
    const flx_case_circuit *circuit = &c->circuit;
    if (strcmp(c->engine, "circuit") != 0 || circuit->deck_line == 0 || circuit->inductance ||
        has_include(circuit->deck))
        return;
    const flx_deck_source source = {.path = "fuzz.yaml",
                                    .text = circuit->deck,
                                    .length = strlen(circuit->deck),
                                    .first_line = circuit->deck_line,
                                    .sets = circuit->set,
                                    .n_set = circuit->n_set,
                                    .max_element = 2000};
    flx_deck *deck = NULL;
    flx_status status = flx_deck_create(ctx, &source, &deck);
    if ((status < 0) != (deck == NULL) || (status < 0 && flx_ctx_error(ctx)[0] == '\0'))
        abort();
    flx_deck_free(deck);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    flx_ctx *ctx = flx_ctx_create();
    flx_case *c = NULL;
    if (flx_case_parse(ctx, (const char *)data, size, "fuzz.yaml", &c) == FLX_OK) {
        // What was used must be a case again.
        flx_case *again = NULL;
        if (flx_case_parse(ctx, c->used, strlen(c->used), "used.yaml", &again) != FLX_OK) {
            fprintf(stderr, "%s\n%s\n", flx_ctx_error(ctx), c->used);
            abort();
        }
        flx_case_free(again);
        read_deck(ctx, c);

        flx_case *point = NULL;
        if (flx_case_point(ctx, c, flx_case_points(c) - 1, NULL, &point) == FLX_OK)
            flx_case_free(point);
    } else if (c || flx_ctx_error(ctx)[0] == '\0') {
        abort(); // a refusal leaves nothing behind and says why
    }
    flx_case_free(c);
    flx_ctx_free(ctx);
    return 0;
}
