// base/arena.h -- memory that is freed all at once: a case or a deck and what it was read from.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_BASE_ARENA_H
#define FLX_BASE_ARENA_H

#include "base/base.h"

typedef struct flx_arena {
    struct flx_arena_chunk *first;
} flx_arena;

// Zeroed memory for count objects; NULL (with the error set) when there is none.
void *flx_arena_alloc(flx_ctx *ctx, flx_arena *arena, size_t count, size_t size);
// Copy of length bytes with a 0 behind them.
char *flx_arena_text(flx_ctx *ctx, flx_arena *arena, const char *text, size_t length);
__attribute__((format(printf, 3, 4))) char *flx_arena_format(flx_ctx *ctx, flx_arena *arena,
                                                             const char *format, ...);
void flx_arena_clear(flx_arena *arena);

#define FLX_ARENA_NEW(ctx, arena, type, count)                                                     \
    ((type *)flx_arena_alloc((ctx), (arena), (size_t)(count), sizeof(type)))

#endif
