// circuit/noise.h -- normal numbers of eight lanes at a time: Philox 4x32-10 and Box-Muller as in
// base/rng.h, to rounding: lane l has those of flx_rng_gauss(seed[l], stream[l], index).
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CIRCUIT_NOISE_H
#define FLX_CIRCUIT_NOISE_H

#include "circuit/lanes.h"

// 52 bits as the middle of their part of the unit interval.
FLX_LANES_INLINE flx_d8 flx_unit8(flx_u8 bits)
{
    flx_d8 whole = (flx_d8)((bits >> 12) | 0x4330000000000000) - 0x1p52;
    return (whole + 0.5) * 0x1p-52;
}

// Two normal numbers for each lane.
FLX_LANES_INLINE void flx_normals(flx_u8 seed, flx_u8 stream, uint64_t index, flx_d8 *g0,
                                  flx_d8 *g1)
{
    const flx_u8 low = (flx_u8){0} + 0xffffffffu;
    flx_u8 c0 = (flx_u8){0} + (index & 0xffffffffu), c1 = (flx_u8){0} + (index >> 32);
    flx_u8 c2 = stream & low, c3 = stream >> 32, k0 = seed & low, k1 = seed >> 32;
    for (int round = 0; round < 10; round++) {
        flx_u8 p0 = c0 * 0xD2511F53u, p1 = c2 * 0xCD9E8D57u;
        c0 = (p1 >> 32) ^ c1 ^ k0;
        c1 = p1 & low;
        c2 = (p0 >> 32) ^ c3 ^ k1;
        c3 = p0 & low;
        k0 = (k0 + 0x9E3779B9u) & low;
        k1 = (k1 + 0xBB67AE85u) & low;
    }
    flx_d8 c, s, radius = flx_sqrt8(-2 * flx_log8(flx_unit8(c0 | c1 << 32)));
    flx_rotation8(6.28318530717958647692 * flx_unit8(c2 | c3 << 32), &c, &s);
    *g0 = radius * c;
    *g1 = radius * s;
}

#endif
