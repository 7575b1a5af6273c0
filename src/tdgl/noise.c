// tdgl/noise.c -- unit Gaussians for every site and edge of a step, keyed by seed, step and place.
//
// Philox 4x32-10 (Salmon, Moraes, Dror, Shaw, SC11, 2011) turns the counter (place, kind, step)
// into four words; two words make two Gaussians by Box and Muller,
//     g = sqrt(-2 ln u) (cos, sin)(2 pi v),  u = (m + 1/2) 2^-23 with 23 bits m,  v of 32 bits,
// in single precision, which ends the tails at 5.8 standard deviations (6e-9 of them are beyond).
// A block of counters is worked on at a time, in loops without branches that are vector
// instructions: integers and single roundings, so the same bits on any processor.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tdgl/noise.h"

#include <math.h>
#include <string.h>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

// Bytes of a vector that the machine works on at once, and how many it keeps at a time: compilers make
// poor code of wider ones. No number depends on these.
#if defined(__AVX512F__)
enum { WIDE = 64, CHAINS = 4 };
#else
enum { WIDE = 32, CHAINS = 2 };
#endif
enum { BLOCK = 128, LANES = WIDE / 8 }; // counters of a block; in a vector

// Word c of counter k of block b stands for place 4 BLOCK b + BLOCK c + k.
typedef struct words {
    uint32_t v[4][BLOCK];
} words;

typedef uint32_t half __attribute__((vector_size(WIDE / 2)));
typedef uint64_t wide __attribute__((vector_size(WIDE), may_alias));

// Product of the low 32 bits of each, as 64. Compilers that cannot see that the high ones do not
// matter multiply three times.
static inline wide product(wide a, uint32_t b)
{
    const wide zero = {0};
#if defined(__AVX512F__)
    return (wide)_mm512_mul_epu32((__m512i)a, (__m512i)(zero + b));
#elif defined(__AVX2__)
    return (wide)_mm256_mul_epu32((__m256i)a, (__m256i)(zero + b));
#else
    return (a & (zero + 0xFFFFFFFFu)) * b;
#endif
}

// The ten rounds for counters first .. first + BLOCK - 1.
static void philox(const flx_noise_key *key, uint32_t kind, uint32_t first, words *out)
{
    const wide zero = {0};
    wide count = zero;
    for (int k = 0; k < LANES; k++)
        count[k] = (uint64_t)k;
    for (uint32_t k = 0; k < BLOCK; k += LANES * CHAINS) {
        wide a[CHAINS], b[CHAINS], c[CHAINS], d[CHAINS];
        for (uint32_t h = 0; h < CHAINS; h++) {
            a[h] = count + (uint64_t)(first + k + LANES * h);
            b[h] = zero + kind;
            c[h] = zero + (uint32_t)key->step;
            d[h] = zero + (key->step >> 32);
        }
        uint32_t k0 = (uint32_t)key->seed, k1 = (uint32_t)(key->seed >> 32);
        for (int round = 0; round < 10; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u)
            for (uint32_t h = 0; h < CHAINS; h++) {
                // What the high halves of b and d hold is dropped in the end.
                wide p = product(a[h], 0xD2511F53u), q = product(c[h], 0xCD9E8D57u);
                a[h] = (q >> 32) ^ b[h] ^ k0;
                b[h] = q;
                c[h] = (p >> 32) ^ d[h] ^ k1;
                d[h] = p;
            }
        for (uint32_t h = 0; h < CHAINS; h++) {
            const half all[4] = {
                __builtin_convertvector(a[h], half), __builtin_convertvector(b[h], half),
                __builtin_convertvector(c[h], half), __builtin_convertvector(d[h], half)};
            for (int w = 0; w < 4; w++)
                memcpy(out->v[w] + k + LANES * h, &all[w], sizeof all[w]);
        }
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
    return e * 0.693147181f +
           2 * s * (1 + q * (1.0f / 3 + q * (0.2f + q * (1.0f / 7 + q * (1.0f / 9)))));
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
        float c = 1 + q * (-0.5f + q * (1.0f / 24 + q * (-1.0f / 720 + q * (1.0f / 40320))));
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

void flx_noise_fill(const flx_noise_key *key, flx_noise_kind kind, int32_t begin, int32_t end,
                    float *out)
{
    enum { PLACES = 4 * BLOCK };
    words w;
    float part[PLACES];
    for (int32_t at = begin - begin % PLACES; at < end; at += PLACES) {
        bool whole = at >= begin && at + PLACES <= end;
        float *g = whole ? out + at : part;
        philox(key, (uint32_t)kind, (uint32_t)at / 4, &w);
        gauss(w.v[0], w.v[1], g, g + BLOCK);
        gauss(w.v[2], w.v[3], g + 2 * BLOCK, g + 3 * BLOCK);
        if (whole)
            continue;
        int32_t from = at > begin ? at : begin, to = at + PLACES < end ? at + PLACES : end;
        memcpy(out + from, part + (from - at), (size_t)(to - from) * sizeof *out);
    }
}

void flx_noise_bytes(const flx_noise_key *key, flx_noise_kind kind, int32_t begin, int32_t end,
                     uint8_t *out)
{
    enum { PLACES = sizeof(words) };
    words w;
    for (int32_t at = begin - begin % PLACES; at < end; at += PLACES) {
        philox(key, (uint32_t)kind, (uint32_t)at / 16, &w);
        int32_t from = at > begin ? at : begin, to = at + PLACES < end ? at + PLACES : end;
        memcpy(out + from, (const uint8_t *)&w + (from - at), (size_t)(to - from));
    }
}
