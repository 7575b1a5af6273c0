// linalg/panel_loops.h -- the products of panel.c for one precision: REAL, with vectors V8 of eight,
// panels of KEPT, and names NAMED(...). Included once for each.
// SPDX-License-Identifier: GPL-3.0-or-later

static inline V8 NAMED(load)(const REAL *from)
{
    V8 v;
    memcpy(&v, from, sizeof v);
    return v;
}

void NAMED(flx_panel_fill)(int32_t n_col, int32_t n_row, const double *matrix, KEPT *panel)
{
    for (int32_t j = 0; j < n_col; j += T) {
        int32_t width = n_col - j < T ? n_col - j : T;
        for (int32_t r = j; r < n_row; r += T, panel += width * T)
            for (int32_t c = j; c < j + width; c++)
                for (int32_t i = r; i < r + T; i++)
                    panel[NAMED(place)(width, c - j, i - r)] =
                        NAMED(keep)(i < n_row && i >= c ? matrix[(int64_t)c * n_row + i] : 0);
    }
}

// A tile of a later panel: at every supernode the processor's own reading ahead begins anew.
static inline __attribute__((always_inline)) void NAMED(ask_for)(int32_t width, const char *tile)
{
    for (int32_t at = 0; at < (int32_t)sizeof(KEPT) * width * T; at += 64)
        __builtin_prefetch(tile + at);
}

// y += tiles x, or = for the first group. Even and odd columns are summed apart.
static inline __attribute__((always_inline)) void NAMED(times)(int32_t width, int32_t n_tile,
                                                               bool first, const KEPT *tile,
                                                               const REAL *x, REAL *y)
{
    REAL x_c[T];
    for (int32_t c = 0; c < width; c++)
        x_c[c] = x[c];
    for (int32_t k = 0; k < n_tile; k++, tile += width * T, y += T) {
        NAMED(ask_for)(width, (const char *)tile + AHEAD);
        V8 sum[2] = {{0}}, column[2];
        for (int32_t c = 0; c + 1 < width; c += 2) {
            NAMED(unpack_two)(tile + c * T, column);
            sum[0] = c > 0 ? sum[0] + column[0] * x_c[c] : column[0] * x_c[c];
            sum[1] += column[1] * x_c[c + 1];
        }
        if (width % 2) {
            V8 last = NAMED(unpack)(tile + (width - 1) * T) * x_c[width - 1];
            sum[0] = width > 1 ? sum[0] + last : last;
        }
        V8 all = sum[0] + sum[1];
        if (!first)
            all += NAMED(load)(y);
        memcpy(y, &all, sizeof all);
    }
}

// The sums of the elements of eight vectors.
static inline V8 NAMED(sums)(const V8 *v)
{
    V8 pair[4], quad[2];
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
static inline __attribute__((always_inline)) void NAMED(transposed)(int32_t width, int32_t n_tile,
                                                                    const KEPT *tile, const REAL *y,
                                                                    REAL *x)
{
    V8 sum[T] = {{0}};
    tile += (int64_t)n_tile * width * T;
    y += (int64_t)n_tile * T;
    for (int32_t k = 0; k < n_tile; k++) {
        tile -= width * T;
        y -= T;
        NAMED(ask_for)(width, (const char *)tile - AHEAD);
        V8 y8 = NAMED(load)(y), column[2];
        if (width % 2)
            sum[width - 1] += NAMED(unpack)(tile + (width - 1) * T) * y8;
        for (int32_t c = width / 2 * 2 - 2; c >= 0; c -= 2) {
            NAMED(unpack_two)(tile + c * T, column);
            sum[c + 1] += column[1] * y8;
            sum[c] += column[0] * y8;
        }
    }
    V8 all = NAMED(sums)(sum);
    memcpy(x, &all, (size_t)width * sizeof *x);
}

void NAMED(flx_panel_times)(int32_t n_col, int32_t n_row, const KEPT *panel, const REAL *x, REAL *y)
{
    for (int32_t j = 0; j < n_col; j += T) {
        int32_t n_tile = flx_panel_tiles(n_row) - j / T, width = n_col - j < T ? n_col - j : T;
#define TIMES(w) NAMED(times)(w, n_tile, j == 0, panel, x + j, y + j)
        FOR_WIDTH(width, TIMES)
        panel += (int64_t)width * n_tile * T;
    }
}

// From the last group to the first: a backward solve reads all panels as one descending stream.
void NAMED(flx_panel_transposed_times)(int32_t n_col, int32_t n_row, const KEPT *panel,
                                       const REAL *y, REAL *x)
{
    panel += flx_panel_size(n_col, n_row);
    for (int32_t j = (n_col - 1) / T * T; j >= 0; j -= T) {
        int32_t n_tile = flx_panel_tiles(n_row) - j / T, width = n_col - j < T ? n_col - j : T;
        panel -= (int64_t)width * n_tile * T;
#define TRANSPOSED(w) NAMED(transposed)(w, n_tile, panel, y + j, x + j)
        FOR_WIDTH(width, TRANSPOSED)
    }
}

// Put together in registers: through memory the wide loads of the product would wait for narrow
// stores.
void NAMED(flx_panel_gather)(int32_t n_row, const int32_t *rows, const REAL *x, REAL *y)
{
    for (int32_t r = 0; r < n_row; r += T) {
        const int32_t *j = rows + r;
        V8 v = {x[j[0]], x[j[1]], x[j[2]], x[j[3]], x[j[4]], x[j[5]], x[j[6]], x[j[7]]};
        memcpy(y + r, &v, sizeof v);
    }
}
