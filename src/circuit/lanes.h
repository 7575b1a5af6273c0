// circuit/lanes.h -- functions of vectors as wide as the processor's registers (compilers take wider
// ones to pieces), without branches: every number goes through the same operations whatever its
// neighbours are and however wide a vector is. Eight numbers are FLX_PARTS vectors.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CIRCUIT_LANES_H
#define FLX_CIRCUIT_LANES_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__)
enum { FLX_WIDE = 8 };
#else
enum { FLX_WIDE = 4 };
#endif
enum { FLX_PARTS = 8 / FLX_WIDE };
typedef double flx_vd __attribute__((vector_size(8 * FLX_WIDE), aligned(8), may_alias));
typedef int64_t flx_vi __attribute__((vector_size(8 * FLX_WIDE)));
typedef uint64_t flx_vu __attribute__((vector_size(8 * FLX_WIDE)));

#define FLX_LANES_INLINE static inline __attribute__((always_inline))

FLX_LANES_INLINE flx_vd flx_select_v(flx_vi which, flx_vd yes, flx_vd no)
{
    return (flx_vd)((which & (flx_vi)yes) | (~which & (flx_vi)no));
}

FLX_LANES_INLINE flx_vd flx_abs_v(flx_vd x)
{
    return (flx_vd)((flx_vi)x & INT64_MAX);
}

FLX_LANES_INLINE flx_vd flx_max_v(flx_vd a, flx_vd b)
{
    return flx_select_v(a > b, a, b);
}

FLX_LANES_INLINE double flx_largest_v(flx_vd x)
{
    double most = x[0];
    for (int l = 1; l < FLX_WIDE; l++)
        most = x[l] > most ? x[l] : most;
    return most;
}

FLX_LANES_INLINE flx_vd flx_sqrt_v(flx_vd x)
{
    for (int l = 0; l < FLX_WIDE; l++)
        x[l] = sqrt(x[l]);
    return x;
}

// 1.5 * 2^52: added to a number below 2^51 it rounds it, and the last bits are the whole number.
static const double flx_round_by = 6755399441055744.0;

// *c = cos x, *s = sin x, within 4e-16 for |x| < 1e5: |r| <= pi/4 is left of x by a multiple of pi/2
// in two parts (Cody and Waite), then best polynomials (Remez), errors below 8e-17, in two halves
// (Estrin).
FLX_LANES_INLINE void flx_rotation_v(flx_vd x, flx_vd *c, flx_vd *s)
{
    const double two_over_pi = 0.63661977236758134308;
    const double p1 = 1.57079632673412561417, p2 = 6.07710050650619224932e-11;
    flx_vd shifted = x * two_over_pi + flx_round_by, n = shifted - flx_round_by;
    flx_vd r = (x - n * p1) - n * p2, q = r * r, q2 = q * q, q4 = q2 * q2;
    flx_vd c0 = 0.04166666666660194 - q * 0.001388888887823194;
    flx_vd c2 = 2.4801580952728715e-05 - q * 2.755556363999113e-07;
    flx_vd cosine = (1 - q * 0.5) + q2 * ((c0 + q2 * c2) + q4 * 2.0647510210738102e-09);
    flx_vd s0 = q * 0.008333333333316397 - 0.166666666666666;
    flx_vd s2 = q * 2.755731252477114e-06 - 0.0001984126982587282;
    flx_vd s4 = q * 1.5888416366606326e-10 - 2.5050597231501193e-08;
    flx_vd sine = r + r * q * ((s0 + q2 * s2) + q4 * s4);
    // Quarter turns: odd ones swap the two, and signs follow.
    flx_vi quarter = (flx_vi)shifted, odd = -(quarter & 1);
    *c = (flx_vd)((flx_vi)flx_select_v(odd, sine, cosine) ^ (((quarter + 1) & 2) << 62));
    *s = (flx_vd)((flx_vi)flx_select_v(odd, cosine, sine) ^ ((quarter & 2) << 62));
}

// ln u for normal u > 0: 2 artanh((m - 1)/(m + 1)) of the mantissa in [1/sqrt 2, sqrt 2], its best
// polynomial (Remez) with an error below 4e-17.
FLX_LANES_INLINE flx_vd flx_log_v(flx_vd u)
{
    // Exponent such that the mantissa starts at 1/sqrt 2 (0x3fe6a09e...).
    flx_vu bits = (flx_vu)u, e = (bits + (0x4000000000000000 - 0x3fe6a09e00000000)) >> 52; // + 1024
    flx_vd m = (flx_vd)(bits - (e << 52) + 0x4000000000000000), s = (m - 1) / (m + 1), z = s * s,
           z2 = z * z;
    flx_vd l0 = 0.3333333333325646 + z * 0.20000000040737134;
    flx_vd l2 = 0.1428570656463966 + z * 0.11111810136392374;
    flx_vd l4 = 0.09058231374441218 + z * 0.08449091117507226;
    flx_vd power = (flx_vd)(e + 0x4338000000000000) - (flx_round_by + 1024);
    return power * 0.69314718055994530942 + 2 * s * (1 + z * ((l0 + z2 * l2) + z2 * z2 * l4));
}

#endif
