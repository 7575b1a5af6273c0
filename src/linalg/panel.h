// linalg/panel.h -- products with the dense panel of a supernode.
//
// A panel of n_row rows and n_col columns is kept in tiles of 8 rows: columns in groups of eight
// (the last may be narrower), group g from row 8g down, because a panel is lower triangular at its
// top. What a product streams is contiguous, eight rows fill a vector register, and no element waits
// for another. Rows are padded with zeros to a whole number of tiles.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_LINALG_PANEL_H
#define FLX_LINALG_PANEL_H

#include "base/base.h"

enum { FLX_TILE = 8 };

static inline int32_t flx_panel_tiles(int32_t n_row)
{
    return (n_row + FLX_TILE - 1) / FLX_TILE;
}

int64_t flx_panel_size(int32_t n_col, int32_t n_row); // numbers

// fill: from a matrix stored by columns with n_row rows each.
// times: y = M x; y is written in whole tiles.
// transposed_times: x = M^T y; y is read in whole tiles.
// gather: y_r = x[rows[r]] in whole tiles; rows is [whole tiles].
// KEPT is how the panel is kept: in h the upper half of each float, which has 8 bits of 24, two
// columns of a tile side by side.
#define FLX_PANEL_OF(REAL, KEPT, suffix)                                                           \
    void flx_panel_fill_##suffix(int32_t n_col, int32_t n_row, const double *matrix, KEPT *panel); \
    void flx_panel_times_##suffix(int32_t n_col, int32_t n_row, const KEPT *panel, const REAL *x,  \
                                  REAL *y);                                                        \
    void flx_panel_transposed_times_##suffix(int32_t n_col, int32_t n_row, const KEPT *panel,      \
                                             const REAL *y, REAL *x);                              \
    void flx_panel_gather_##suffix(int32_t n_row, const int32_t *rows, const REAL *x, REAL *y);
FLX_PANEL_OF(double, double, d)
FLX_PANEL_OF(float, float, f)
FLX_PANEL_OF(float, uint16_t, h)

#endif
