// base/arena.c -- chunks of memory, filled from the front.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { CHUNK = 16384, ALIGN = 16 };

typedef struct flx_arena_chunk {
    struct flx_arena_chunk *next;
    size_t used, size;
    _Alignas(ALIGN) char data[];
} flx_arena_chunk;

void *flx_arena_alloc(flx_ctx *ctx, flx_arena *arena, size_t count, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 4) {
        flx_fail(ctx, FLX_ERR_MEMORY, "no memory for %zu objects of %zu bytes", count, size);
        return NULL;
    }
    bytes = (bytes + ALIGN) / ALIGN * ALIGN; // never 0
    flx_arena_chunk *chunk = arena->first;
    if (!chunk || chunk->size - chunk->used < bytes) {
        size_t room = bytes > CHUNK ? bytes : CHUNK;
        chunk = flx_alloc(ctx, sizeof *chunk + room, 1);
        if (!chunk)
            return NULL;
        *chunk = (flx_arena_chunk){.next = arena->first, .size = room};
        arena->first = chunk;
    }
    void *memory = chunk->data + chunk->used;
    chunk->used += bytes;
    return memory;
}

char *flx_arena_text(flx_ctx *ctx, flx_arena *arena, const char *text, size_t length)
{
    char *copy = flx_arena_alloc(ctx, arena, length + 1, 1);
    if (copy && length > 0)
        memcpy(copy, text, length);
    return copy;
}

char *flx_arena_format(flx_ctx *ctx, flx_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = n < 0 ? NULL : flx_arena_alloc(ctx, arena, (size_t)n + 1, 1);
    if (!text)
        return NULL;
    va_start(args, format);
    vsnprintf(text, (size_t)n + 1, format, args);
    va_end(args);
    return text;
}

void flx_arena_clear(flx_arena *arena)
{
    for (flx_arena_chunk *chunk = arena->first; chunk;) {
        flx_arena_chunk *next = chunk->next;
        flx_free(chunk);
        chunk = next;
    }
    arena->first = NULL;
}
