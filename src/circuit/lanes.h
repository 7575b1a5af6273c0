// circuit/lanes.h -- functions of eight numbers at a time, without branches: every number goes
// through the same operations whatever its neighbours are.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CIRCUIT_LANES_H
#define FLX_CIRCUIT_LANES_H

#include <math.h>
#include <stdint.h>
#include <string.h>

typedef double flx_d8 __attribute__((vector_size(64), aligned(8), may_alias));
typedef int64_t flx_i8 __attribute__((vector_size(64)));
typedef uint64_t flx_u8 __attribute__((vector_size(64)));

#define FLX_LANES_INLINE static inline __attribute__((always_inline))

FLX_LANES_INLINE flx_d8 flx_select8(flx_i8 which, flx_d8 yes, flx_d8 no)
{
    return (flx_d8)((which & (flx_i8)yes) | (~which & (flx_i8)no));
}

FLX_LANES_INLINE flx_d8 flx_abs8(flx_d8 x)
{
    return (flx_d8)((flx_i8)x & INT64_MAX);
}

FLX_LANES_INLINE flx_d8 flx_max8(flx_d8 a, flx_d8 b)
{
    return flx_select8(a > b, a, b);
}

FLX_LANES_INLINE double flx_largest8(flx_d8 x)
{
    double most = x[0];
    for (int l = 1; l < 8; l++)
        most = x[l] > most ? x[l] : most;
    return most;
}

FLX_LANES_INLINE flx_d8 flx_sqrt8(flx_d8 x)
{
    for (int l = 0; l < 8; l++)
        x[l] = sqrt(x[l]);
    return x;
}

// 1.5 * 2^52: added to a number below 2^51 it rounds it, and the last bits are the whole number.
static const double flx_round_by = 6755399441055744.0;

// *c = cos x, *s = sin x, within 4e-16 for |x| < 1e5: |r| <= pi/4 is left of x by a multiple of pi/2
// in three parts (Cody and Waite), then Taylor series to r^16 and r^17, their remainders below
// 1e-17, in two halves (Estrin).
FLX_LANES_INLINE void flx_rotation8(flx_d8 x, flx_d8 *c, flx_d8 *s)
{
    const double two_over_pi = 0.63661977236758134308;
    const double p1 = 1.57079632673412561417, p2 = 6.07710050630396597660e-11,
                 p3 = 2.02226624879595063154e-21;
    flx_d8 shifted = x * two_over_pi + flx_round_by, n = shifted - flx_round_by;
    flx_d8 r = ((x - n * p1) - n * p2) - n * p3, q = r * r, q2 = q * q, q4 = q2 * q2;
    flx_d8 c0 = (1.0 / 24 - q * (1.0 / 720)) + q2 * (1.0 / 40320 - q * (1.0 / 3628800));
    flx_d8 c4 = (1.0 / 479001600 - q * (1.0 / 87178291200)) + q2 * (1.0 / 20922789888000);
    flx_d8 cosine = (1 - q * 0.5) + q2 * (c0 + q4 * c4);
    flx_d8 s0 = (1.0 / 120 - q * (1.0 / 5040)) + q2 * (1.0 / 362880 - q * (1.0 / 39916800));
    flx_d8 s4 = (1.0 / 6227020800 - q * (1.0 / 1307674368000)) + q2 * (1.0 / 355687428096000);
    flx_d8 sine = r + r * q * ((s0 + q4 * s4) * q - 1.0 / 6);
    // Quarter turns: odd ones swap the two, and signs follow.
    flx_i8 quarter = (flx_i8)shifted, odd = -(quarter & 1);
    *c = (flx_d8)((flx_i8)flx_select8(odd, sine, cosine) ^ (((quarter + 1) & 2) << 62));
    *s = (flx_d8)((flx_i8)flx_select8(odd, cosine, sine) ^ ((quarter & 2) << 62));
}

// ln u for normal u > 0: 2 artanh((m - 1)/(m + 1)) of the mantissa in [1/sqrt 2, sqrt 2], to z^10;
// the remainder is below 1e-17.
FLX_LANES_INLINE flx_d8 flx_log8(flx_d8 u)
{
    // Exponent such that the mantissa starts at 1/sqrt 2 (0x3fe6a09e...).
    flx_i8 bits = (flx_i8)u, e = (bits - 0x3fe6a09e00000000) >> 52;
    flx_d8 m = (flx_d8)(bits - (e << 52)), s = (m - 1) / (m + 1), z = s * s, z2 = z * z;
    flx_d8 low = (1.0 / 3 + z * (1.0 / 5)) + z2 * (1.0 / 7 + z * (1.0 / 9));
    flx_d8 high = (1.0 / 11 + z * (1.0 / 13)) + z2 * (1.0 / 15 + z * (1.0 / 17)) +
                  z2 * z2 * (1.0 / 19 + z * (1.0 / 21));
    flx_d8 power = (flx_d8)(e + (int64_t)0x4338000000000000) - flx_round_by;
    return power * 0.69314718055994530942 + 2 * s * (1 + z * (low + z2 * z2 * high));
}

#endif
