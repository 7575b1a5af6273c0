// tdgl/noise.c -- unit Gaussians for every site and edge of a step, keyed by seed, step and place.
//
// Philox 4x32-10 (Salmon, Moraes, Dror, Shaw, SC11, 2011) turns the counter (place, kind, step)
// into four words; two words make two Gaussians by Box and Muller,
//     g = sqrt(-2 ln u) (cos, sin)(2 pi v),  u = (m + 1/2) 2^-23 with 23 bits m,  v of 32 bits,
// in single precision, which ends the tails at 5.8 standard deviations (6e-9 of them are beyond).
// A block of counters is worked on at a time, in loops without branches that become vector
// instructions: integers and single roundings, so the same bits on any processor.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tdgl/noise.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 128 }; // counters at a time: two sites or four edges each

typedef struct words {
    uint32_t v[4][BLOCK];
} words;

// The ten rounds for counters first .. first + BLOCK - 1.
static void philox(const flx_noise_key *key, uint32_t kind, uint32_t first, words *out)
{
    const uint32_t m0 = 0xD2511F53u, m1 = 0xCD9E8D57u, w0 = 0x9E3779B9u, w1 = 0xBB67AE85u;
    const uint32_t low = (uint32_t)key->step, high = (uint32_t)(key->step >> 32);
    const uint32_t seed0 = (uint32_t)key->seed, seed1 = (uint32_t)(key->seed >> 32);
    uint32_t *restrict v0 = out->v[0], *restrict v1 = out->v[1];
    uint32_t *restrict v2 = out->v[2], *restrict v3 = out->v[3];
    for (uint32_t k = 0; k < BLOCK; k++) {
        uint32_t a = first + k, b = kind, c = low, d = high, k0 = seed0, k1 = seed1;
        for (int round = 0; round < 10; round++) {
            uint64_t p = (uint64_t)m0 * a, q = (uint64_t)m1 * c;
            uint32_t a_new = (uint32_t)(q >> 32) ^ b ^ k0, c_new = (uint32_t)(p >> 32) ^ d ^ k1;
            b = (uint32_t)q;
            d = (uint32_t)p;
            a = a_new;
            c = c_new;
            k0 += w0;
            k1 += w1;
        }
        v0[k] = a;
        v1[k] = b;
        v2[k] = c;
        v3[k] = d;
    }
}

static inline float float_of_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline uint32_t bits_of_float(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

// ln x of a normal number within 1e-7 (1 + |ln x|): x = 2^e m with m in [sqrt 1/2, sqrt 2), ln m
// from the series of artanh (m - 1)/(m + 1), whose next term is below 1e-9.
static inline float logarithm(float x)
{
    uint32_t bits = bits_of_float(x) + (0x3F800000u - 0x3F3504F3u);
    float e = (float)((int32_t)(bits >> 23) - 127);
    float m = float_of_bits((bits & 0x007FFFFFu) + 0x3F3504F3u);
    float s = (m - 1) / (m + 1), q = s * s;
    return e * 0.693147181f + 2 * s * (1 + q * (1.0f / 3 + q * (0.2f + q * (1.0f / 7 + q / 9))));
}

// Gaussians of the words a, b. The angle b 2^-32 turns is a whole number of quarters and a rest r
// within an eighth, where the Taylor series end below 1e-8.
static void gauss(const uint32_t *restrict a, const uint32_t *restrict b, float *restrict g0,
                  float *restrict g1)
{
    for (int k = 0; k < BLOCK; k++) {
        float u = ((float)(int32_t)(a[k] >> 9) + 0.5f) * 0x1p-23f;
        float radius = sqrtf(-2 * logarithm(u));
        uint32_t quarter = (b[k] + 0x20000000u) >> 30;
        float r = (float)(int32_t)(b[k] - (quarter << 30)) * 1.46291807927e-9f; // pi 2^-31
        float q = r * r;
        float c = 1 + q * (-0.5f + q * (1.0f / 24 + q * (-1.0f / 720 + q / 40320)));
        float s = r * (1 + q * (-1.0f / 6 + q * (1.0f / 120 + q * (-1.0f / 5040))));
        uint32_t odd = 0u - (quarter & 1u); // odd quarters swap the two, and signs follow
        uint32_t cb = bits_of_float(c), sb = bits_of_float(s);
        uint32_t x = (cb & ~odd) | (sb & odd), y = (sb & ~odd) | (cb & odd);
        x ^= ((quarter + 1u) & 2u) << 30;
        y ^= (quarter & 2u) << 30;
        g0[k] = radius * float_of_bits(x);
        g1[k] = radius * float_of_bits(y);
    }
}

// The words of places 4 first .. of either kind, as four Gaussians a counter.
static void four(const words *w, float g[4][BLOCK])
{
    gauss(w->v[0], w->v[1], g[0], g[1]);
    gauss(w->v[2], w->v[3], g[2], g[3]);
}

void flx_noise_fill(const flx_noise_key *key, flx_noise_kind kind, int32_t begin, int32_t end,
                    float *out)
{
    words w;
    float g[4][BLOCK];
    for (int32_t at = begin - begin % 4; at < end; at += 4 * BLOCK) {
        philox(key, (uint32_t)kind, (uint32_t)at / 4, &w);
        four(&w, g);
        if (at >= begin && at + 4 * BLOCK <= end) {
            float *restrict to = out + at;
            for (int k = 0; k < BLOCK; k++)
                for (int c = 0; c < 4; c++)
                    to[4 * k + c] = g[c][k];
            continue;
        }
        for (int32_t k = 0; k < 4 * BLOCK; k++)
            if (at + k >= begin && at + k < end)
                out[at + k] = g[k % 4][k / 4];
    }
}
