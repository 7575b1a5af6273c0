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
#define V512 __m512
#define V256 __m256
#define MASK __mmask16
#define SIMD(name) _mm512_##name##_ps
#define SIMD_LESS _mm512_cmp_ps_mask
#define MADD256 _mm256_fmadd_ps
#define MIN256 _mm256_min_ps
#define MAX256 _mm256_max_ps
#define SQRT256 _mm256_sqrt_ps
#define TINY 1e-30f
#define SMALL 1e-18f
#define EXP_RANGE 120.0f
#define EXP_MAGIC 12582912.0f
#define EXP_SHIFT 23
#define LANE_NUMBERS                                                                               \
    {                                                                                              \
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15                                       \
    }

#include "xy/vector_impl.h"

static inline vreal power_of_2(vreal f) // |f| <= 1/2
{
    vreal f2 = f * f, a = madd(all(0.69314719f), f, all(1));
    vreal b = madd(all(0.055503571f), f, all(0.24022107f));
    vreal c = madd(all(0.0013390863f), f, all(0.009676032f));
    return madd(f2, madd(f2, c, b), a);
}

static inline vreal sine_of_turns(vreal x) // sin(pi x), |x| <= 1/2; 7e-9
{
    vreal z = x * x, a = madd(z, all(0.077655912f), all(-0.59829041f));
    a = madd(z, madd(z, a, all(2.5500774f)), all(-5.1677101f));
    return x * madd(z, a, all(3.1415926f));
}

enum { AT_ONCE = 4 }; // words of one draw
static inline void draw_words(const xy_source *source, int part, uint32_t place,
                              vbits word[AT_ONCE])
{
    flx_xy_words(source, part, place, word);
    for (int j = 0; j < AT_ONCE; j++)
        word[j] |= 1;
}

// One odd word of random bits for each spin: u as a whole number, t from the nine lowest bits, symmetric,
// in (-SYMMETRIC_UNIT, SYMMETRIC_UNIT). That u shares these with t shifts its grid by a part of itself.
#if defined(__AVX512F__)
enum { UNIFORM_BITS = 32 };
static inline vreal uniform(vbits word)
{
    return __builtin_convertvector(word, vreal);
}
#else // which converts signed numbers alone
enum { UNIFORM_BITS = 31 };
static inline vreal uniform(vbits word)
{
    return __builtin_convertvector((vsigned)(word & INT32_MAX), vreal);
}
#endif

#define SYMMETRIC_UNIT 0x1p31f
static inline vreal symmetric(vbits word)
{
    return __builtin_convertvector((vsigned)(word << 23), vreal);
}

// The whole word, in (-1, 1).
static inline vreal whole(vbits word)
{
    return __builtin_convertvector((vsigned)word, vreal) * 0x1p-31f;
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
