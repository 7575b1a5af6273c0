// circuit/noise.h -- normal numbers of several lanes at a time: Philox 4x32-10 and Box-Muller as in
// base/rng.h, without branches. Lane l of (seed[l], stream, index) has the numbers of
// flx_rng_gauss(seed[l], stream, index) to rounding.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CIRCUIT_NOISE_H
#define FLX_CIRCUIT_NOISE_H

#include "base/rotation.h"

#include <stdint.h>
#include <string.h>

// ln u for normal u > 0: 2 artanh((m - 1)/(m + 1)) of the mantissa in [1/sqrt 2, sqrt 2], to z^10;
// the remainder is below 1e-17.
static inline double flx_log_positive(double u)
{
    uint64_t bits;
    memcpy(&bits, &u, sizeof bits);
    // Exponent such that the mantissa starts at 1/sqrt 2 (0x3fe6a09e...).
    int64_t e = ((int64_t)(bits - 0x3fe6a09e00000000u)) >> 52;
    bits -= (uint64_t)e << 52;
    double m;
    memcpy(&m, &bits, sizeof m);
    double s = (m - 1) / (m + 1), z = s * s;
    double series =
        1 + z * (1.0 / 3 +
                 z * (1.0 / 5 +
                      z * (1.0 / 7 +
                           z * (1.0 / 9 +
                                z * (1.0 / 11 +
                                     z * (1.0 / 13 +
                                          z * (1.0 / 15 +
                                               z * (1.0 / 17 + z * (1.0 / 19 + z / 21)))))))));
    return (double)e * 0.69314718055994530942 + 2 * s * series;
}

// Two normal numbers for each of w lanes.
static inline __attribute__((always_inline)) void flx_normals(const uint64_t *seed, uint64_t stream,
                                                              uint64_t index, const int w,
                                                              double *restrict g0,
                                                              double *restrict g1)
{
    uint64_t c0[8], c1[8], c2[8], c3[8], k0[8], k1[8];
    const uint64_t low = 0xffffffffu;
    for (int l = 0; l < w; l++) {
        c0[l] = index & low;
        c1[l] = index >> 32;
        c2[l] = stream & low;
        c3[l] = stream >> 32;
        k0[l] = seed[l] & low;
        k1[l] = seed[l] >> 32;
    }
    for (int round = 0; round < 10; round++)
        for (int l = 0; l < w; l++) {
            uint64_t p0 = c0[l] * 0xD2511F53u, p1 = c2[l] * 0xCD9E8D57u;
            c0[l] = (p1 >> 32) ^ c1[l] ^ k0[l];
            c1[l] = p1 & low;
            c2[l] = (p0 >> 32) ^ c3[l] ^ k1[l];
            c3[l] = p0 & low;
            k0[l] = (k0[l] + 0x9E3779B9u) & low;
            k1[l] = (k1[l] + 0xBB67AE85u) & low;
        }
    for (int l = 0; l < w; l++) {
        double u0 = ((double)((c0[l] | c1[l] << 32) >> 12) + 0.5) * 0x1p-52;
        double u1 = ((double)((c2[l] | c3[l] << 32) >> 12) + 0.5) * 0x1p-52;
        double radius = sqrt(-2 * flx_log_positive(u0)), c, s;
        flx_rotation(6.28318530717958647692 * u1, &c, &s);
        g0[l] = radius * c;
        g1[l] = radius * s;
    }
}

#endif
