// tdgl/noise.c -- unit Gaussians for every site and edge of a step, keyed by seed, step and place.
//
// The counter (place, kind, step) is turned into four words by AES with seven rounds and simple keys
// (ARS), where the machine has instructions for that, elsewhere by Philox 4x32 with seven rounds; both
// pass BigCrush with fewer (Salmon, Moraes, Dror, Shaw, SC11, 2011). Two words make two Gaussians by Box
// and Muller,
//     g = sqrt(-2 ln u) (cos, sin)(2 pi v),  u = (m + 1/2) 2^-23 with 23 bits m,  v of 32 bits,
// in single precision, which ends the tails at 5.8 standard deviations (6e-9 of them are beyond).
// A block of counters is worked on at a time, in loops without branches that are vector
// instructions: integers and single roundings, so the same Gaussians of the same words on any processor.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tdgl/noise.h"

#include <math.h>
#include <string.h>

#if FLX_NOISE_ARS
#include <immintrin.h>
#endif

enum { BLOCK = 128, ROUNDS = 7 }; // counters of a block

// Word c of counter k of a block: at 4k + c from AES, at BLOCK c + k from Philox.
typedef struct words {
    uint32_t v[4 * BLOCK];
} words;

#if FLX_NOISE_ARS

// Bytes of a vector that the machine works on at once. No number depends on it.
#if defined(__VAES__) && defined(__AVX512F__)
enum { WIDE = 64 };
#elif defined(__VAES__) && defined(__AVX2__)
enum { WIDE = 32 };
#else
enum { WIDE = 16 };
#endif
typedef uint32_t wide __attribute__((vector_size(WIDE), may_alias));

static inline wide aes(wide state, wide key, const bool last)
{
#if defined(__VAES__) && defined(__AVX512F__)
    __m512i s = (__m512i)state, k = (__m512i)key;
    return (wide)(last ? _mm512_aesenclast_epi128(s, k) : _mm512_aesenc_epi128(s, k));
#elif defined(__VAES__) && defined(__AVX2__)
    __m256i s = (__m256i)state, k = (__m256i)key;
    return (wide)(last ? _mm256_aesenclast_epi128(s, k) : _mm256_aesenc_epi128(s, k));
#else
    __m128i s = (__m128i)state, k = (__m128i)key;
    return (wide)(last ? _mm_aesenclast_si128(s, k) : _mm_aesenc_si128(s, k));
#endif
}

// The same 128 bits all over a vector.
static inline wide repeat(uint64_t low, uint64_t high)
{
    wide v;
    for (int k = 0; k < WIDE / 4; k += 4) {
        v[k] = (uint32_t)low;
        v[k + 1] = (uint32_t)(low >> 32);
        v[k + 2] = (uint32_t)high;
        v[k + 3] = (uint32_t)(high >> 32);
    }
    return v;
}

// Words of counters first .. first + BLOCK - 1.
static void random_words(const flx_noise_key *key, uint32_t kind, uint32_t first, words *out)
{
    enum { CHAINS = 4 };
    const wide zero = {0}, counter = repeat(UINT32_MAX, 0); // all bits where the counter stands
    wide round_key[ROUNDS], count = zero;
    uint64_t k0 = key->seed, k1 = 0;
    const wide start = repeat((uint64_t)kind << 32 ^ k0, key->step ^ k1);
    for (int round = 0; round < ROUNDS; round++) {
        k0 += UINT64_C(0x9E3779B97F4A7C15);
        k1 += UINT64_C(0xBB67AE8584CAA73B);
        round_key[round] = repeat(k0, k1);
    }
    for (uint32_t k = 0; k < WIDE / 16; k++)
        count[4 * k] = first + k;
    for (uint32_t k = 0; k < BLOCK; k += CHAINS * WIDE / 16) {
        wide state[CHAINS];
        for (uint32_t h = 0; h < CHAINS; h++)
            state[h] = start ^ ((count + (k + h * WIDE / 16)) & counter);
        for (int round = 0; round < ROUNDS; round++)
            for (uint32_t h = 0; h < CHAINS; h++)
                state[h] = aes(state[h], round_key[round], round == ROUNDS - 1);
        memcpy(out->v + 4 * k, state, sizeof state);
    }
}

#else

enum { LANES = 4, CHAINS = 2 }; // of a vector; vectors at a time
typedef uint32_t half __attribute__((vector_size(4 * LANES)));
typedef uint64_t wide __attribute__((vector_size(8 * LANES)));

// Words of counters first .. first + BLOCK - 1.
static void random_words(const flx_noise_key *key, uint32_t kind, uint32_t first, words *out)
{
    const wide zero = {0}, low = zero + 0xFFFFFFFFu;
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
        for (int round = 0; round < ROUNDS; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u)
            for (uint32_t h = 0; h < CHAINS; h++) {
                // What the high halves of b and d hold is dropped in the end.
                wide p = (a[h] & low) * 0xD2511F53u, q = (c[h] & low) * 0xCD9E8D57u;
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
                memcpy(out->v + w * BLOCK + k + LANES * h, &all[w], sizeof all[w]);
        }
    }
}

#endif

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
        random_words(key, (uint32_t)kind, (uint32_t)at / 4, &w);
        gauss(w.v, w.v + BLOCK, g, g + BLOCK);
        gauss(w.v + 2 * BLOCK, w.v + 3 * BLOCK, g + 2 * BLOCK, g + 3 * BLOCK);
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
        random_words(key, (uint32_t)kind, (uint32_t)at / 16, &w);
        int32_t from = at > begin ? at : begin, to = at + PLACES < end ? at + PLACES : end;
        memcpy(out + from, (const uint8_t *)&w + (from - at), (size_t)(to - from));
    }
}
