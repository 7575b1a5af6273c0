// xy/words.h -- keyed random words for the loops over spins: Philox 4x32 with seven rounds, the
// fewest that pass BigCrush, for eight counters at once. Salmon, Moraes, Dror, Shaw, SC11, 2011.
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
enum { XY_PARTS = 64 / XY_WIDE, XY_WORDS = XY_WIDE / 8, XY_ROUNDS = 7 };
typedef uint64_t xy_u64 __attribute__((vector_size(XY_WIDE), may_alias));

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

// What the words of a sweep share: the keys of the rounds, and the first round but for the place.
typedef struct xy_source {
    xy_u64 key[XY_ROUNDS][2];
    xy_u64 lane[XY_PARTS][2], sweep; // word a and b after the first round
    uint64_t high;
} xy_source;

// Counter: (place, lattice and lane, sweep). The numbers depend on seed, lattice, lane, sweep and place
// alone; flx_rng streams of the engine have the top bit of the last word set, a sweep has not.
static inline void flx_xy_source(const xy_draw *draw, uint32_t halves, xy_source *s)
{
    const xy_u64 zero = {0};
    uint32_t k0 = (uint32_t)draw->seed, k1 = (uint32_t)(draw->seed >> 32);
    uint64_t q = (draw->sweep & 0xffffffffu) * 0xCD9E8D57u;
    s->sweep = zero + q;
    s->high = (draw->sweep >> 32) ^ k1;
    for (uint32_t h = 0; h < halves; h++)
        for (uint32_t k = 0; k < 8; k++)
            s->lane[k / XY_WORDS][h][k % XY_WORDS] =
                (k * halves + (uint64_t)(draw->vector * XY_LANES_MAX + h)) ^ (q >> 32) ^ k0;
    for (int round = 0; round < XY_ROUNDS; round++) {
        s->key[round][0] = zero + k0;
        s->key[round][1] = zero + k1;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

// Four words of 32 bits, each in 64, for each lane of a part of a place: word[h][..][k] is of lane
// (XY_WORDS part + k) halves + h.
static inline __attribute__((always_inline)) void flx_xy_words(const xy_source *source, int part,
                                                               uint32_t place,
                                                               const uint32_t halves,
                                                               xy_u64 word[][4])
{
    const xy_u64 zero = {0}, low = zero + 0xffffffffu;
    uint64_t p = (uint64_t)place * 0xD2511F53u;
    xy_u64 a[2], b[2], c[2], d[2];
    for (uint32_t h = 0; h < halves; h++) {
        a[h] = source->lane[part][h];
        b[h] = source->sweep;
        c[h] = zero + ((p >> 32) ^ source->high);
        d[h] = zero + p;
    }
    for (int round = 1; round < XY_ROUNDS; round++)
        for (uint32_t h = 0; h < halves; h++) {
            // What the high halves of b and d hold is dropped by the products and at the end.
            xy_u64 r = flx_xy_product(a[h], 0xD2511F53u), s = flx_xy_product(c[h], 0xCD9E8D57u);
            a[h] = (s >> 32) ^ b[h] ^ source->key[round][0];
            b[h] = s;
            c[h] = (r >> 32) ^ d[h] ^ source->key[round][1];
            d[h] = r;
        }
    for (uint32_t h = 0; h < halves; h++) {
        word[h][0] = a[h] & low;
        word[h][1] = b[h] & low;
        word[h][2] = c[h] & low;
        word[h][3] = d[h] & low;
    }
}

#endif
