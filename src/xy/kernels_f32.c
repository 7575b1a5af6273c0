// xy/kernels_f32.c -- the loops over spins in single precision, 16 lanes.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/rng.h"
#include "xy/kernels.h"
#include "xy/words.h"

#include <math.h>

#define REAL float
#define BITS uint32_t
#define SIGNED int32_t
#define LANES 16
#define AT_ONCE 4 // words of one draw
#define V512 __m512
#define V256 __m256
#define MASK __mmask16
#define SIMD(name) _mm512_##name##_ps
#define SIMD_LESS _mm512_cmp_ps_mask
#define MADD256 _mm256_fmadd_ps
#define MIN256 _mm256_min_ps
#define MAX256 _mm256_max_ps
#define SQRT256 _mm256_sqrt_ps
#define TINY 1e-18f
#define SMALL 1e-18f
#define REACH 90
#define LOG2_E 1.4426950408889634
#define LANE_NUMBERS                                                                               \
    {                                                                                              \
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15                                       \
    }

#include "xy/vector_impl.h"

static inline vreal sine_of_turns(vreal x) // sin(pi x), |x| <= 1/2; 7e-9
{
    vreal z = x * x, a = madd(z, all(0.077655912f), all(-0.59829041f));
    a = madd(z, madd(z, a, all(2.5500774f)), all(-5.1677101f));
    return x * madd(z, a, all(3.1415926f));
}

static inline void draw_words(const xy_source *source, int part, uint32_t place,
                              vbits word[AT_ONCE])
{
    flx_xy_words(source, part, place, word);
}

// A word of random bits for each spin: the sense of its rotation from the first bit, u as a whole number
// from the others.
enum { UNIFORM_BITS = 31 };
static inline vreal uniform(vbits word)
{
    return __builtin_convertvector((vsigned)(word & INT32_MAX), vreal);
}

static inline vreal with_sense(vreal v, vbits word)
{
    return (vreal)((vbits)v ^ (word & 0x80000000u));
}

// The whole word, in (-1, 1).
static inline vreal whole(vbits word)
{
    return __builtin_convertvector((vsigned)word, vreal) * 0x1p-31f;
}

// 2^(beta d + UNIFORM_BITS) within 8e-8, by Horner's rule. `cold`: beta d may lie beyond +-REACH, where the
// exponents of numbers end; what is above 1, where every answer is yes, counts as 1.
static inline vreal weight(vreal beta, vreal d, const bool cold)
{
    if (cold) {
        d = clamp(beta * d, -REACH, 1);
        beta = all(1);
    }
    const vreal shifted = madd(beta, d, all(0x1.8p23f)), x = madd(beta, d, -(shifted - 0x1.8p23f));
    vreal p =
        madd(x, all(0.00132764726319508761f * 0x1p31f), all(0.00967554134312132739f * 0x1p31f));
    p = madd(x, p, all(0.055507132718556442f * 0x1p31f));
    p = madd(x, p, all(0.240221197237107196f * 0x1p31f));
    p = madd(x, p, all(0.693146967065035214f * 0x1p31f));
    p = madd(x, p, all(1.00000007165471414f * 0x1p31f));
    return (vreal)((vbits)p + ((vbits)shifted << 23));
}

#include "xy/cluster_impl.h"
#include "xy/kernels_impl.h"
#include "xy/measure_impl.h"

const xy_kernels flx_xy_kernels_f32 = {.name = "float",
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
