// base/ctx.c -- the context: last error, log, threads, memory.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { ERROR_SIZE = 2048, ALIGNMENT = 64, HUGE_PAGE = 2 << 20 };

struct flx_ctx {
    char error[ERROR_SIZE];
    flx_log_fn log;
    void *log_user;
    int32_t threads;
    int64_t allocations;
    int64_t fail_at; // number of the first allocation that fails; 0: none
    bool fail_once;  // that one alone
};

flx_ctx *flx_ctx_create(void)
{
    flx_ctx *ctx = calloc(1, sizeof *ctx);
    if (ctx)
        ctx->threads = 1;
    return ctx;
}

void flx_ctx_free(flx_ctx *ctx)
{
    free(ctx);
}

const char *flx_ctx_error(const flx_ctx *ctx)
{
    return ctx ? ctx->error : "";
}

void flx_ctx_set_log(flx_ctx *ctx, flx_log_fn fn, void *user)
{
    ctx->log = fn;
    ctx->log_user = user;
}

void flx_ctx_set_threads(flx_ctx *ctx, int32_t threads)
{
    ctx->threads = threads < 1 ? 1 : threads;
}

int32_t flx_ctx_threads(const flx_ctx *ctx)
{
    return ctx ? ctx->threads : 1;
}

flx_status(flx_fail)(flx_ctx *ctx, flx_status status, const char *format, ...)
{
    if (ctx) {
        va_list args;
        va_start(args, format);
        vsnprintf(ctx->error, sizeof ctx->error, format, args);
        va_end(args);
    }
    return status;
}

flx_status(flx_fail_in)(flx_ctx *ctx, flx_status status, const char *format, ...)
{
    if (!ctx)
        return status;
    char prefix[ERROR_SIZE - 2]; // leaves room for ": "
    va_list args;
    va_start(args, format);
    vsnprintf(prefix, sizeof prefix, format, args);
    va_end(args);
    // What does not fit is lost at the end.
    size_t head = strlen(prefix), tail = strlen(ctx->error), room = ERROR_SIZE - head - 3;
    tail = tail < room ? tail : room;
    memmove(ctx->error + head + 2, ctx->error, tail);
    memcpy(ctx->error, prefix, head);
    memcpy(ctx->error + head, ": ", 2);
    ctx->error[head + 2 + tail] = '\0';
    return status;
}

void flx_log(flx_ctx *ctx, flx_log_level level, const char *format, ...)
{
    if (!ctx || !ctx->log)
        return;
    char text[ERROR_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ctx->log(ctx->log_user, level, text);
}

void flx_ctx_fail_allocation(flx_ctx *ctx, int64_t n)
{
    ctx->fail_once = n < 0;
    ctx->fail_at = n != 0 ? ctx->allocations + (n < 0 ? -n : n) : 0;
}

int64_t flx_ctx_allocations(const flx_ctx *ctx)
{
    return ctx->allocations;
}

void *flx_alloc(flx_ctx *ctx, size_t count, size_t size)
{
    bool refused = false;
    if (ctx) {
        ctx->allocations++;
        refused = ctx->fail_at > 0 && ctx->allocations >= ctx->fail_at &&
                  !(ctx->fail_once && ctx->allocations > ctx->fail_at);
    }
    size_t bytes = 0;
    void *memory = NULL;
    if (!refused && !__builtin_mul_overflow(count, size, &bytes) && bytes < SIZE_MAX / 2) {
        // Large arrays are read in scattered order: on huge pages far fewer address translations
        // miss.
        size_t unit = bytes >= HUGE_PAGE ? HUGE_PAGE : ALIGNMENT;
        bytes = bytes ? (bytes + unit - 1) / unit * unit : unit;
        memory = aligned_alloc(unit, bytes);
        if (memory && unit == HUGE_PAGE)
            madvise(memory, bytes, MADV_HUGEPAGE);
    }
    if (!memory) {
        flx_fail(ctx, FLX_ERR_MEMORY, "no memory for %zu objects of %zu bytes", count, size);
        return NULL;
    }
    return memset(memory, 0, bytes);
}

void *flx_realloc(flx_ctx *ctx, void *memory, size_t old_count, size_t count, size_t size)
{
    void *grown = flx_alloc(ctx, count, size);
    if (!grown)
        return NULL;
    if (memory)
        memcpy(grown, memory, (old_count < count ? old_count : count) * size);
    flx_free(memory);
    return grown;
}

char *flx_strdup(flx_ctx *ctx, const char *text)
{
    size_t n = strlen(text) + 1;
    char *copy = flx_alloc(ctx, n, 1);
    return copy ? memcpy(copy, text, n) : NULL;
}

char *flx_format(flx_ctx *ctx, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = n < 0 ? NULL : flx_alloc(ctx, (size_t)n + 1, 1);
    if (!text)
        return NULL;
    va_start(args, format);
    vsnprintf(text, (size_t)n + 1, format, args);
    va_end(args);
    return text;
}

void flx_free(void *memory)
{
    free(memory);
}

double flx_wtime(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
