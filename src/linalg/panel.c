// linalg/panel.c -- products with the dense panel of a supernode, with the vector types that gcc and
// clang share. Each width of a column group has its own loops, whose columns the compiler unrolls.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "linalg/panel.h"

#include <string.h>

enum { T = FLX_TILE };
typedef double d8 __attribute__((vector_size(64)));

static inline d8 load(const double *from)
{
    d8 v;
    memcpy(&v, from, sizeof v);
    return v;
}

int64_t flx_panel_size(int32_t n_col, int32_t n_row)
{
    int64_t size = 0;
    for (int32_t j = 0; j < n_col; j += T)
        size += (int64_t)(n_col - j < T ? n_col - j : T) * (flx_panel_tiles(n_row) - j / T) * T;
    return size;
}

void flx_panel_fill(int32_t n_col, int32_t n_row, const double *matrix, double *panel)
{
    for (int32_t j = 0; j < n_col; j += T)
        for (int32_t r = j; r < n_row; r += T)
            for (int32_t c = j; c < n_col && c < j + T; c++)
                for (int32_t i = r; i < r + T; i++)
                    *panel++ = i < n_row && i >= c ? matrix[(int64_t)c * n_row + i] : 0;
}

// y += tiles x, or = for the first group. Even and odd columns are summed apart.
static inline __attribute__((always_inline)) void times(int32_t width, int32_t n_tile, bool first,
                                                        const double *tile, const double *x,
                                                        double *y)
{
    double x_c[T];
    for (int32_t c = 0; c < width; c++)
        x_c[c] = x[c];
    for (int32_t k = 0; k < n_tile; k++, tile += width * T, y += T) {
        d8 sum[2] = {load(tile) * x_c[0]};
        for (int32_t c = 1; c < width; c++)
            sum[c % 2] += load(tile + c * T) * x_c[c];
        d8 all = sum[0] + sum[1];
        if (!first)
            all += load(y);
        memcpy(y, &all, sizeof all);
    }
}

// The sums of the elements of eight vectors.
static inline d8 sums(const d8 *v)
{
    d8 pair[4], quad[2];
    for (int32_t k = 0; k < 4; k++)
        pair[k] = __builtin_shufflevector(v[2 * k], v[2 * k + 1], 0, 8, 2, 10, 4, 12, 6, 14) +
                  __builtin_shufflevector(v[2 * k], v[2 * k + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    for (int32_t k = 0; k < 2; k++)
        quad[k] = __builtin_shufflevector(pair[2 * k], pair[2 * k + 1], 0, 1, 8, 9, 4, 5, 12, 13) +
                  __builtin_shufflevector(pair[2 * k], pair[2 * k + 1], 2, 3, 10, 11, 6, 7, 14, 15);
    return __builtin_shufflevector(quad[0], quad[1], 0, 1, 2, 3, 8, 9, 10, 11) +
           __builtin_shufflevector(quad[0], quad[1], 4, 5, 6, 7, 12, 13, 14, 15);
}

// x = tiles^T y
static inline __attribute__((always_inline)) void transposed(int32_t width, int32_t n_tile,
                                                             const double *tile, const double *y,
                                                             double *x)
{
    d8 sum[T] = {{0}};
    tile += (int64_t)n_tile * width * T;
    y += (int64_t)n_tile * T;
    for (int32_t k = 0; k < n_tile; k++) {
        tile -= width * T;
        y -= T;
        d8 y8 = load(y);
        for (int32_t c = width - 1; c >= 0; c--)
            sum[c] += load(tile + c * T) * y8;
    }
    d8 all = sums(sum);
    memcpy(x, &all, (size_t)width * sizeof *x);
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

void flx_panel_times(int32_t n_col, int32_t n_row, const double *panel, const double *x, double *y)
{
    for (int32_t j = 0; j < n_col; j += T) {
        int32_t n_tile = flx_panel_tiles(n_row) - j / T, width = n_col - j < T ? n_col - j : T;
#define TIMES(w) times(w, n_tile, j == 0, panel, x + j, y + j)
        FOR_WIDTH(width, TIMES)
        panel += (int64_t)width * n_tile * T;
    }
}

// From the last group to the first: a backward solve reads all panels as one descending stream.
void flx_panel_transposed_times(int32_t n_col, int32_t n_row, const double *panel, const double *y,
                                double *x)
{
    panel += flx_panel_size(n_col, n_row);
    for (int32_t j = (n_col - 1) / T * T; j >= 0; j -= T) {
        int32_t n_tile = flx_panel_tiles(n_row) - j / T, width = n_col - j < T ? n_col - j : T;
        panel -= (int64_t)width * n_tile * T;
#define TRANSPOSED(w) transposed(w, n_tile, panel, y + j, x + j)
        FOR_WIDTH(width, TRANSPOSED)
    }
}

// Put together in registers: through memory the wide loads of the product would wait for narrow
// stores.
void flx_panel_gather(int32_t n_row, const int32_t *rows, const double *x, double *y)
{
    for (int32_t r = 0; r < n_row; r += T) {
        const int32_t *j = rows + r;
        d8 v = {x[j[0]], x[j[1]], x[j[2]], x[j[3]], x[j[4]], x[j[5]], x[j[6]], x[j[7]]};
        memcpy(y + r, &v, sizeof v);
    }
}
