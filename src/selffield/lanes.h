// selffield/lanes.h -- vectors of doubles as wide as the processor's registers: wider ones would be
// kept in memory. Rows of values are filled up to multiples of 8, so that both widths divide them.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_SELFFIELD_LANES_H
#define FLX_SELFFIELD_LANES_H

#include <string.h>

#if defined(__AVX512F__) || defined(__FMA__)
#include <immintrin.h>
#endif

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
#if defined(__AVX512F__) // which gcc 12 takes to pieces
    return (flx_wide)_mm512_cvtps_pd(_mm256_loadu_ps(from));
#else
    flx_wide_single v;
    memcpy(&v, from, sizeof v);
    return __builtin_convertvector(v, flx_wide);
#endif
}

// a b + c, rounded once where the processor can: by name, since compilers are told to fuse nothing of
// their own accord.
static inline flx_wide flx_fma(flx_wide a, flx_wide b, flx_wide c)
{
#if defined(__AVX512F__)
    return (flx_wide)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#elif defined(__FMA__)
    return (flx_wide)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
#else
    return a * b + c;
#endif
}

static inline flx_wide flx_all(double a)
{
    const flx_wide zero = {0};
    return zero + a;
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
