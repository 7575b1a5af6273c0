// source/grid.h -- B_z given on a rectangular grid, with the exact vector potential of its
// interpolant.
//
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_SOURCE_GRID_H
#define FLX_SOURCE_GRID_H

#include "fluxoid/source.h"

typedef struct flx_grid {
    int32_t nx, ny;
    double x0, y0, dx, dy; // [xi]
    bool cubic;
    double *b; // [ny + 2][nx + 2] [Bc2] with one ghost row and column on each side
    double *p; // [ny + 2][nx] [Bc2 xi] integral of b along each row, from its first point
} flx_grid;

flx_status flx_grid_init(flx_ctx *ctx, const flx_field_grid *given, flx_grid *grid);
void flx_grid_clear(flx_grid *grid);

// B_z at a point; outside, the value at the nearest point of the grid.
double flx_grid_field(const flx_grid *grid, double x, double y);

// Integral of A from r0 to r1 with A_x = 0, A_y = integral of B_z dx; inside the grid.
double flx_grid_line(const flx_grid *grid, const double r0[2], const double r1[2]);

#endif
