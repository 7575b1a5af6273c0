// linalg/panel.c -- products with the dense panel of a supernode, with the vector types that gcc and
// clang share. Each width of a column group has its own loops, whose columns the compiler unrolls.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "linalg/panel.h"

#include <string.h>

enum { T = FLX_TILE };

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
#define REAL double
#define V8 d8
#define NAMED(name) name##_d
#include "linalg/panel_loops.h"
#undef REAL
#undef V8
#undef NAMED

typedef float f8 __attribute__((vector_size(32)));
#define REAL float
#define V8 f8
#define NAMED(name) name##_f
#include "linalg/panel_loops.h"
