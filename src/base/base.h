// base/base.h -- errors, memory, logging for the inside of the library.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_BASE_BASE_H
#define FLX_BASE_BASE_H

#include "fluxoid/base.h"

#include <assert.h>
#include <complex.h>

typedef double _Complex flx_z; // the same bytes as flx_cplx

// The one place where an error is born: keeps the text in ctx and returns status.
__attribute__((format(printf, 3, 4))) flx_status flx_fail(flx_ctx *ctx, flx_status status,
                                                          const char *format, ...);
// Puts "prefix: " before the text of the present error; returns status.
__attribute__((format(printf, 3, 4))) flx_status flx_fail_in(flx_ctx *ctx, flx_status status,
                                                             const char *format, ...);
#ifdef __clang_analyzer__ // which does not see across files that they return their status
#define flx_fail(ctx, status, ...) ((flx_fail)((ctx), (status), __VA_ARGS__), (status))
#define flx_fail_in(ctx, status, ...) ((flx_fail_in)((ctx), (status), __VA_ARGS__), (status))
#endif
__attribute__((format(printf, 3, 4))) void flx_log(flx_ctx *ctx, flx_log_level level,
                                                   const char *format, ...);

// Zeroed memory aligned to 64 bytes for count objects; NULL (with the error set) when there is
// none. count 0 gives a valid pointer. Free with flx_free.
void *flx_alloc(flx_ctx *ctx, size_t count, size_t size);
void *flx_realloc(flx_ctx *ctx, void *memory, size_t old_count, size_t count, size_t size);
char *flx_strdup(flx_ctx *ctx, const char *text);
__attribute__((format(printf, 2, 3))) char *flx_format(flx_ctx *ctx, const char *format, ...);
void flx_free(void *memory);

#define FLX_NEW(ctx, type) ((type *)flx_alloc((ctx), 1, sizeof(type)))
#define FLX_NEW_ARRAY(ctx, type, count) ((type *)flx_alloc((ctx), (size_t)(count), sizeof(type)))

// Tests: let the n-th allocation from now (1 = the next) and all later ones fail; -n: the n-th
// alone;
// 0: none.
void flx_ctx_fail_allocation(flx_ctx *ctx, int64_t n);
int64_t flx_ctx_allocations(const flx_ctx *ctx); // number of allocations tried so far

// Returns from the calling function when a step fails.
#define FLX_TRY(call)                                                                              \
    do {                                                                                           \
        flx_status flx_try_ = (call);                                                              \
        if (flx_try_ < 0)                                                                          \
            return flx_try_;                                                                       \
    } while (0)

// Before a loop whose passes are independent though they go through many pointers: compilers give
// up counting what might overlap. A pass must not load what it has stored itself: clang 14 takes
// the old value.
#if defined(__clang__)
#define FLX_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define FLX_INDEPENDENT _Pragma("GCC ivdep")
#endif

double flx_wtime(void); // seconds of a steady clock

#endif
