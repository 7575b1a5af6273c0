// base/magnitude.h -- magnitudes as integers: the bits of |x| compare as |x| does, and the largest
// of integers can be found by vector instructions. NaN is larger than all numbers.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_BASE_MAGNITUDE_H
#define FLX_BASE_MAGNITUDE_H

#include <stdint.h>
#include <string.h>

static inline int64_t flx_magnitude(double x)
{
    int64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits & INT64_MAX;
}

static inline double flx_of_magnitude(int64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline int32_t flx_magnitude_f(float x)
{
    int32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits & INT32_MAX;
}

static inline float flx_of_magnitude_f(int32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

#endif
