// selffield/lanes.h -- vectors of doubles as wide as the processor's registers: wider ones would be
// kept in memory. Rows of values are filled up to multiples of 8, so that both widths divide them.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_SELFFIELD_LANES_H
#define FLX_SELFFIELD_LANES_H

#include <string.h>

#ifdef __AVX512F__
enum { FLX_WIDE = 8 };
typedef double flx_wide __attribute__((vector_size(64)));
typedef float flx_wide_single __attribute__((vector_size(32)));
#else
enum { FLX_WIDE = 4 };
typedef double flx_wide __attribute__((vector_size(32)));
typedef float flx_wide_single __attribute__((vector_size(16)));
#endif

static inline flx_wide flx_load(const double *from)
{
    flx_wide v;
    memcpy(&v, from, sizeof v);
    return v;
}

static inline flx_wide flx_load_single(const float *from)
{
    flx_wide_single v;
    memcpy(&v, from, sizeof v);
    return __builtin_convertvector(v, flx_wide);
}

static inline void flx_store(double *to, flx_wide v)
{
    memcpy(to, &v, sizeof v);
}

static inline double flx_sum(flx_wide v)
{
#ifdef __AVX512F__
    return ((v[0] + v[4]) + (v[1] + v[5])) + ((v[2] + v[6]) + (v[3] + v[7]));
#else
    return (v[0] + v[2]) + (v[1] + v[3]);
#endif
}

#endif
