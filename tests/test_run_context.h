// tests/test_run_context.h -- the context that the tests of one file share.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_TEST_RUN_CONTEXT_H
#define FLX_TEST_RUN_CONTEXT_H

#include "fluxoid/base.h"

static flx_ctx *ctx;

// Set-up and tear-down of a group of tests.
static inline int begin(void **state)
{
    (void)state;
    ctx = flx_ctx_create();
    return ctx ? 0 : -1;
}

static inline int end(void **state)
{
    (void)state;
    flx_ctx_free(ctx);
    return 0;
}

#endif
