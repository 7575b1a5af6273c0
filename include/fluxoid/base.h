// fluxoid/base.h -- status, context, complex numbers: what every other header needs.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLUXOID_BASE_H
#define FLUXOID_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(FLX_BUILD)
#define FLX_API __attribute__((visibility("default")))
#else
#define FLX_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

// A complex number in public structs; laid out as C's double _Complex.
typedef struct flx_cplx {
    double re, im;
} flx_cplx;

// < 0: failure, nothing was changed; 0: done; > 0: stopped early, state valid.
typedef enum flx_status {
    FLX_OK = 0,
    FLX_STOPPED = 1,     // a stop condition was met
    FLX_INTERRUPTED = 2, // a signal asked to stop; a checkpoint was written
    FLX_ERR_MEMORY = -1,
    FLX_ERR_INPUT = -2,       // what the user or caller gave is wrong
    FLX_ERR_FILE = -3,        // a file cannot be read or written, or is damaged
    FLX_ERR_GEOMETRY = -4,    // a shape or mesh cannot be made
    FLX_ERR_DIVERGED = -5,    // no step size was accepted
    FLX_ERR_SOLVER = -6,      // a linear system could not be solved
    FLX_ERR_UNAVAILABLE = -7, // a known part that this machine or build lacks
    FLX_ERR_INTERNAL = -8     // a defect of fluxoid itself
} flx_status;

// One sentence for a status; static text.
FLX_API const char *flx_status_text(flx_status status);

// "0.1.0"; static text.
FLX_API const char *flx_version(void);

typedef enum flx_log_level { FLX_LOG_INFO, FLX_LOG_WARNING } flx_log_level;
typedef void (*flx_log_fn)(void *user, flx_log_level level, const char *text);

// Everything a call may need besides its data: the text of the last error, the log, the number of
// threads. A context serves one thread of the caller at a time. NULL is allowed wherever a context
// is asked for: no text, no log, one thread.
typedef struct flx_ctx flx_ctx;

FLX_API flx_ctx *flx_ctx_create(void); // owned; NULL if there is no memory
FLX_API void flx_ctx_free(flx_ctx *ctx);

// Text of the last failure, "" if none; borrowed until the next call with this context.
FLX_API const char *flx_ctx_error(const flx_ctx *ctx);

FLX_API void flx_ctx_set_log(flx_ctx *ctx, flx_log_fn fn, void *user);
FLX_API void flx_ctx_set_threads(flx_ctx *ctx,
                                 int32_t threads); // >= 1; results do not depend on it
FLX_API int32_t flx_ctx_threads(const flx_ctx *ctx);

#ifdef __cplusplus
}
#endif
#endif
