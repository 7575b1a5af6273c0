// xy/kernels_f64.c -- the loops over spins in double precision, 8 lanes.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/rng.h"
#include "xy/kernels.h"
#include "xy/words.h"

#include <math.h>

#define REAL double
#define BITS uint64_t
#define SIGNED int64_t
#define LANES 8
#define AT_ONCE 8 // words of 32 bits of one draw
#define V512 __m512d
#define V256 __m256d
#define MASK __mmask8
#define SIMD(name) _mm512_##name##_pd
#define SIMD_LESS _mm512_cmp_pd_mask
#define MADD256 _mm256_fmadd_pd
#define MIN256 _mm256_min_pd
#define MAX256 _mm256_max_pd
#define SQRT256 _mm256_sqrt_pd
#define TINY 1e-150
#define SMALL 1e-18
#define REACH 900
#define LOG2_E 1.4426950408889634
#define LANE_NUMBERS                                                                               \
    {                                                                                              \
        0, 1, 2, 3, 4, 5, 6, 7                                                                     \
    }

#include "xy/vector_impl.h"

static inline vreal sine_of_turns(vreal x) // sin(pi x), |x| <= 1/2; 1e-13
{
    vreal z = x * x, a = madd(z, all(0.0004474920849077101), all(-0.007364005472115722));
    a = madd(z, madd(z, a, all(0.08214479467064854)), all(-0.5992644339357286));
    a = madd(z, madd(z, a, all(2.550164035906745)), all(-5.167712779987959));
    return x * madd(z, a, all(3.141592653589635));
}

static inline void draw_words(const xy_source *source, int part, uint32_t place,
                              vbits word[AT_ONCE])
{
    const vbits zero = {0}, low = zero + UINT32_MAX, magic = zero + UINT64_C(0x4330000000000001);
    xy_u32 pairs[4];
    flx_xy_words(source, part, place, pairs);
    for (int j = 0; j < 4; j++) {
        word[2 * j] = ((vbits)pairs[j] & low) | magic;
        word[2 * j + 1] = (vbits)pairs[j] >> 32 | magic;
    }
}

// One odd word of random bits for each spin, in the lowest bits of 2^52, which it makes larger by itself:
// the sense of its rotation from the first bit, u as a whole number from the others.
enum { UNIFORM_BITS = 31 };
static inline vreal uniform(vbits word)
{
    return (vreal)(word & UINT64_C(0x433000007fffffff)) - 0x1p52;
}

static inline vreal with_sense(vreal v, vbits word)
{
    return (vreal)((vbits)v ^ (word << 32 & UINT64_C(1) << 63));
}

// The whole word, in (-1, 1).
static inline vreal whole(vbits word)
{
    return ((vreal)word - (0x1p52 + 0x1p31)) * 0x1p-31;
}

// 2^(beta d + UNIFORM_BITS) within 4e-11, by Horner's rule. `cold`: beta d may lie beyond +-REACH, where the
// exponents of numbers end; what is above 1, where every answer is yes, counts as 1.
static inline vreal weight(vreal beta, vreal d, const bool cold)
{
    if (cold) {
        d = clamp(beta * d, -REACH, 1);
        beta = all(1);
    }
    const vreal shifted = madd(beta, d, all(0x1.8p52)), x = madd(beta, d, -(shifted - 0x1.8p52));
    vreal p =
        madd(x, all(0.0000152019232278869171 * 0x1p31), all(0.000154692911488946333 * 0x1p31));
    p = madd(x, p, all(0.00133339225562943514 * 0x1p31));
    p = madd(x, p, all(0.00961802725364381069 * 0x1p31));
    p = madd(x, p, all(0.055504103534569235 * 0x1p31));
    p = madd(x, p, all(0.240226511981578894 * 0x1p31));
    p = madd(x, p, all(0.693147180728444573 * 0x1p31));
    p = madd(x, p, all(0.999999999961681759 * 0x1p31));
    return (vreal)((vbits)p + ((vbits)shifted << 52));
}

#include "xy/cluster_impl.h"
#include "xy/kernels_impl.h"
#include "xy/measure_impl.h"

const xy_kernels flx_xy_kernels_f64 = {.name = "double",
                                       .lanes = LANES,
                                       .size = sizeof(REAL),
                                       .refresh = refresh,
                                       .normalise = normalise,
                                       .overrelax = overrelax,
                                       .metropolis = metropolis,
                                       .heat_bath = heat_bath,
                                       .measure = measure,
                                       .twist = twist,
                                       .twist_gain = twist_gain,
                                       .cluster = cluster};
