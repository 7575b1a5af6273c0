// circuit/noise.h -- normal numbers of a vector of lanes: Philox 4x32-10 and Box-Muller as in
// base/rng.h, to rounding: lane l has those of flx_rng_gauss(seed[l], stream[l], index).
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CIRCUIT_NOISE_H
#define FLX_CIRCUIT_NOISE_H

#include "circuit/lanes.h"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

// Products of numbers below 2^32. Compilers may not see that half of a whole product is enough.
FLX_LANES_INLINE flx_vu flx_products(flx_vu a, uint32_t b)
{
#if defined(__AVX512F__)
    return (flx_vu)_mm512_mul_epu32((__m512i)a, _mm512_set1_epi64(b));
#elif defined(__AVX2__)
    return (flx_vu)_mm256_mul_epu32((__m256i)a, _mm256_set1_epi64x(b));
#else
    return a * b;
#endif
}

// 52 bits as the middle of their part of the unit interval.
FLX_LANES_INLINE flx_vd flx_unit_v(flx_vu bits)
{
    flx_vd whole = (flx_vd)((bits >> 12) | 0x4330000000000000) - 0x1p52;
    return (whole + 0.5) * 0x1p-52;
}

// Two normal numbers for each lane.
FLX_LANES_INLINE void flx_normals(flx_vu seed, flx_vu stream, uint64_t index, flx_vd *g0,
                                  flx_vd *g1)
{
    const flx_vu low = (flx_vu){0} + 0xffffffffu;
    flx_vu c0 = (flx_vu){0} + (index & 0xffffffffu), c1 = (flx_vu){0} + (index >> 32);
    flx_vu c2 = stream & low, c3 = stream >> 32, k0 = seed & low, k1 = seed >> 32;
    for (int round = 0; round < 10; round++) {
        flx_vu p0 = flx_products(c0, 0xD2511F53u), p1 = flx_products(c2, 0xCD9E8D57u);
        c0 = (p1 >> 32) ^ c1 ^ k0;
        c1 = p1 & low;
        c2 = (p0 >> 32) ^ c3 ^ k1;
        c3 = p0 & low;
        k0 = (k0 + 0x9E3779B9u) & low;
        k1 = (k1 + 0xBB67AE85u) & low;
    }
    flx_vd c, s, radius = flx_sqrt_v(-2 * flx_log_v(flx_unit_v(c0 | c1 << 32)));
    flx_rotation_v(6.28318530717958647692 * flx_unit_v(c2 | c3 << 32), &c, &s);
    *g0 = radius * c;
    *g1 = radius * s;
}

#endif
