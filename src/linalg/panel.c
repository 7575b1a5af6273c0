// linalg/panel.c -- products with the dense panel of a supernode, with the vector types that gcc and
// clang share. Each width of a column group has its own loops, whose columns the compiler unrolls.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "linalg/panel.h"

#include <math.h>
#include <string.h>

enum { T = FLX_TILE, AHEAD = 3072 }; // AHEAD: bytes

int64_t flx_panel_size(int32_t n_col, int32_t n_row)
{
    int64_t size = 0;
    for (int32_t j = 0; j < n_col; j += T)
        size += (int64_t)(n_col - j < T ? n_col - j : T) * (flx_panel_tiles(n_row) - j / T) * T;
    return size;
}

// A copy of the loop for each width of a group: DO(w) for the w that is the width.
#define FOR_WIDTH(width, DO)                                                                       \
    switch (width) {                                                                               \
    case 1:                                                                                        \
        DO(1);                                                                                     \
        break;                                                                                     \
    case 2:                                                                                        \
        DO(2);                                                                                     \
        break;                                                                                     \
    case 3:                                                                                        \
        DO(3);                                                                                     \
        break;                                                                                     \
    case 4:                                                                                        \
        DO(4);                                                                                     \
        break;                                                                                     \
    case 5:                                                                                        \
        DO(5);                                                                                     \
        break;                                                                                     \
    case 6:                                                                                        \
        DO(6);                                                                                     \
        break;                                                                                     \
    case 7:                                                                                        \
        DO(7);                                                                                     \
        break;                                                                                     \
    default:                                                                                       \
        DO(8);                                                                                     \
    }

typedef double d8 __attribute__((vector_size(64)));
typedef float f8 __attribute__((vector_size(32)));
typedef uint32_t u8 __attribute__((vector_size(32)));
typedef uint16_t h8 __attribute__((vector_size(16)));

static inline double keep_d(double x)
{
    return x;
}

static inline float keep_f(double x)
{
    return (float)x;
}

// To the nearest number with 8 bits. Inverses fall off with distance: what is tiny beside the largest
// numbers, near 1, is left out before its products become subnormal, which take a hundred times as long.
static inline uint16_t keep_h(double x)
{
    float single = fabs(x) < 1e-12 ? 0 : (float)x;
    uint32_t bits;
    memcpy(&bits, &single, sizeof bits);
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static inline d8 unpack_d(const double *from)
{
    d8 v;
    memcpy(&v, from, sizeof v);
    return v;
}

static inline f8 unpack_f(const float *from)
{
    f8 v;
    memcpy(&v, from, sizeof v);
    return v;
}

static inline f8 unpack_h(const uint16_t *from)
{
    h8 v;
    memcpy(&v, from, sizeof v);
    return (f8)(__builtin_convertvector(v, u8) << 16);
}

// Two columns of a tile.
static inline void unpack_two_d(const double *from, d8 *to)
{
    to[0] = unpack_d(from);
    to[1] = unpack_d(from + T);
}

static inline void unpack_two_f(const float *from, f8 *to)
{
    to[0] = unpack_f(from);
    to[1] = unpack_f(from + T);
}

// Row after row, both numbers of a row in one word: a shift and a mask take them apart.
static inline void unpack_two_h(const uint16_t *from, f8 *to)
{
    u8 v;
    memcpy(&v, from, sizeof v);
    to[0] = (f8)(v << 16);
    to[1] = (f8)(v & 0xffff0000u);
}

// Where row i of column c of a tile stands.
static inline int32_t place_d(int32_t width, int32_t c, int32_t i)
{
    (void)width;
    return c * T + i;
}

static inline int32_t place_f(int32_t width, int32_t c, int32_t i)
{
    (void)width;
    return c * T + i;
}

static inline int32_t place_h(int32_t width, int32_t c, int32_t i)
{
    enum { LOW_FIRST = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ };
    if (c == width - 1 && c % 2 == 0)
        return c * T + i;
    return c / 2 * 2 * T + 2 * i + (LOW_FIRST ? c % 2 : 1 - c % 2);
}

#define REAL double
#define KEPT double
#define V8 d8
#define NAMED(name) name##_d
#include "linalg/panel_loops.h"
#undef REAL
#undef KEPT
#undef V8
#undef NAMED

#define REAL float
#define KEPT float
#define V8 f8
#define NAMED(name) name##_f
#include "linalg/panel_loops.h"
#undef KEPT
#undef NAMED

#define KEPT uint16_t
#define NAMED(name) name##_h
#include "linalg/panel_loops.h"
