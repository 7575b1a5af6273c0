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

int64_t flx_panel_size(int32_t n_col, int32_t n_row); // doubles
// From a matrix stored by columns with n_row rows each.
void flx_panel_fill(int32_t n_col, int32_t n_row, const double *matrix, double *panel);

// y = M x; y is written in whole tiles.
void flx_panel_times(int32_t n_col, int32_t n_row, const double *panel, const double *x, double *y);
// x = M^T y; y is read in whole tiles.
void flx_panel_transposed_times(int32_t n_col, int32_t n_row, const double *panel, const double *y,
                                double *x);

// y_r = x[rows[r]] in whole tiles; rows is [whole tiles].
void flx_panel_gather(int32_t n_row, const int32_t *rows, const double *x, double *y);

#endif
