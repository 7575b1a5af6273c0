// xy/words.h -- keyed random words for the loops over spins, a vector of them at once. Where the machine
// has instructions for AES in its vectors: ARS, AES with seven rounds and simple keys; elsewhere Philox
// 4x32 with seven rounds. Both pass BigCrush with fewer: Salmon, Moraes, Dror, Shaw, SC11, 2011.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_XY_WORDS_H
#define FLX_XY_WORDS_H

#include "xy/kernels.h"

#if defined(__FMA__)
#include <immintrin.h>
#endif

// Bytes of a vector that the machine works on at once; the 64 bytes of an element (grid.h) are so many
// of them. Compilers make poor code of vectors that are wider than the machine's.
#if defined(__AVX512F__)
enum { XY_WIDE = 64 };
#else
enum { XY_WIDE = 32 };
#endif
enum { XY_PARTS = 64 / XY_WIDE, XY_WORDS = XY_WIDE / 4, XY_ROUNDS = 7 };
typedef uint32_t xy_u32 __attribute__((vector_size(XY_WIDE), may_alias));
typedef uint64_t xy_u64 __attribute__((vector_size(XY_WIDE), may_alias));

// The words depend on seed, lattice, sweep, place, part and lane alone. Here is what the words of a
// sweep share. draw_words gives four vectors of words for a part of a place.
#if defined(__VAES__) && defined(__AVX2__)

#define XY_NUMBERS "numbers of AES" // a saved state has a block of this name

typedef struct xy_source {
    xy_u32 counter[XY_PARTS][4]; // but for the place, with the first key
    xy_u32 key[XY_ROUNDS];
    xy_u32 place; // all bits where it stands
} xy_source;

// Counter: (place; lattice, vector, part, block; sweep). Key: the seed.
static inline void flx_xy_source(const xy_draw *draw, xy_source *s)
{
    uint64_t k0 = draw->seed, k1 = 0;
    const uint32_t sweep[2] = {(uint32_t)draw->sweep, (uint32_t)(draw->sweep >> 32)};
    for (uint32_t k = 0; k < XY_WORDS; k++) {
        const uint32_t block = k / 4, column = k % 4;
        uint64_t key = column < 2 ? k0 : k1;
        uint32_t half = (uint32_t)(key >> (column % 2 ? 32 : 0));
        for (uint32_t part = 0; part < XY_PARTS; part++)
            for (uint32_t j = 0; j < 4; j++) {
                uint32_t which = draw->vector << 4 | j << 2 | part * XY_WORDS / 4 | block;
                s->counter[part][j][k] = half ^ (column == 0   ? 0
                                                 : column == 1 ? which
                                                               : sweep[column - 2]);
            }
        s->place[k] = column == 0 ? UINT32_MAX : 0;
    }
    for (int round = 0; round < XY_ROUNDS; round++) {
        k0 += UINT64_C(0x9E3779B97F4A7C15);
        k1 += UINT64_C(0xBB67AE8584CAA73B);
        for (int k = 0; k < XY_WORDS; k += 4) {
            s->key[round][k] = (uint32_t)k0;
            s->key[round][k + 1] = (uint32_t)(k0 >> 32);
            s->key[round][k + 2] = (uint32_t)k1;
            s->key[round][k + 3] = (uint32_t)(k1 >> 32);
        }
    }
}

static inline xy_u32 flx_xy_aes(xy_u32 state, xy_u32 key, const bool last)
{
#if defined(__AVX512F__)
    __m512i s = (__m512i)state, k = (__m512i)key;
    return (xy_u32)(last ? _mm512_aesenclast_epi128(s, k) : _mm512_aesenc_epi128(s, k));
#else
    __m256i s = (__m256i)state, k = (__m256i)key;
    return (xy_u32)(last ? _mm256_aesenclast_epi128(s, k) : _mm256_aesenc_epi128(s, k));
#endif
}

static inline __attribute__((always_inline)) void flx_xy_words(const xy_source *source, int part,
                                                               uint32_t place, xy_u32 word[4])
{
    const xy_u32 zero = {0}, at = (zero + place) & source->place;
    for (int j = 0; j < 4; j++)
        word[j] = source->counter[part][j] ^ at;
    for (int round = 0; round < XY_ROUNDS; round++)
        for (int j = 0; j < 4; j++)
            word[j] = flx_xy_aes(word[j], source->key[round], round == XY_ROUNDS - 1);
}

#else

// Product of the low 32 bits of each, as 64. Compilers that cannot see that the high ones do not
// matter multiply three times.
static inline xy_u64 flx_xy_product(xy_u64 a, uint32_t b)
{
    const xy_u64 zero = {0};
#if defined(__AVX512F__)
    return (xy_u64)_mm512_mul_epu32((__m512i)a, (__m512i)(zero + b));
#elif defined(__AVX2__)
    return (xy_u64)_mm256_mul_epu32((__m256i)a, (__m256i)(zero + b));
#else
    return (a & (zero + 0xffffffffu)) * b;
#endif
}

#define XY_NUMBERS "numbers of Philox"

typedef struct xy_source {
    xy_u64 key[XY_ROUNDS][2];        // of the rounds
    xy_u64 lane[XY_PARTS][2], sweep; // after the first round but for the place: words a and b
    uint64_t high;
} xy_source;

// Counter: (place, lattice and lane, sweep). flx_rng streams of the engine have the top bit of the last
// word set, a sweep has not.
static inline void flx_xy_source(const xy_draw *draw, xy_source *s)
{
    const xy_u64 zero = {0};
    const uint32_t k0 = (uint32_t)draw->seed, k1 = (uint32_t)(draw->seed >> 32);
    uint64_t q = (draw->sweep & 0xffffffffu) * 0xCD9E8D57u;
    s->sweep = zero + q;
    s->high = (draw->sweep >> 32) ^ k1;
    for (uint32_t lane = 0; lane < XY_LANES_MAX; lane++)
        s->lane[lane / XY_WORDS][lane % 2][lane % XY_WORDS / 2] =
            (uint64_t)(draw->vector * XY_LANES_MAX + lane) ^ (q >> 32) ^ k0;
    // Half after half: of both at once, gcc 12 without AVX makes k0 twice.
    for (uint32_t round = 0; round < XY_ROUNDS; round++)
        s->key[round][0] = zero + (k0 + round * 0x9E3779B9u);
    for (uint32_t round = 0; round < XY_ROUNDS; round++)
        s->key[round][1] = zero + (k1 + round * 0xBB67AE85u);
}

// Even and odd lanes apart, each word of 32 bits in 64.
static inline __attribute__((always_inline)) void flx_xy_words(const xy_source *source, int part,
                                                               uint32_t place, xy_u32 word[4])
{
    const xy_u64 zero = {0}, low = zero + 0xffffffffu;
    uint64_t p = (uint64_t)place * 0xD2511F53u;
    xy_u64 a[2], b[2], c[2], d[2];
    for (uint32_t h = 0; h < 2; h++) {
        a[h] = source->lane[part][h];
        b[h] = source->sweep;
        c[h] = zero + ((p >> 32) ^ source->high);
        d[h] = zero + p;
    }
    for (int round = 1; round < XY_ROUNDS; round++)
        for (uint32_t h = 0; h < 2; h++) {
            // What the high halves of b and d hold is dropped by the products and at the end.
            xy_u64 r = flx_xy_product(a[h], 0xD2511F53u), s = flx_xy_product(c[h], 0xCD9E8D57u);
            a[h] = (s >> 32) ^ b[h] ^ source->key[round][0];
            b[h] = s;
            c[h] = (r >> 32) ^ d[h] ^ source->key[round][1];
            d[h] = r;
        }
    word[0] = (xy_u32)((a[0] & low) | a[1] << 32);
    word[1] = (xy_u32)((b[0] & low) | b[1] << 32);
    word[2] = (xy_u32)((c[0] & low) | c[1] << 32);
    word[3] = (xy_u32)((d[0] & low) | d[1] << 32);
}

#endif
#endif
