// fuzz_case.c -- any bytes as a case file: it is refused, or it is a case whose points can be made
// and read back.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/case.h"
#include "fuzz.h"

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
