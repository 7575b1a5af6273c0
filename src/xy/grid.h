// xy/grid.h -- where the phases of a lattice lie in memory.
//
// A vector instruction works on LANES numbers. The lanes are shared out as strips x replicas: the
// lattice is cut along x into strips of equal width, and as many independent copies of it stand
// beside each other as fill the rest. Lane strip*replicas + r holds strip `strip` of replica r, so
// that the neighbour beyond the edge of a strip is the same vector turned by `replicas` lanes;
// such turned copies are kept as ghosts at both ends of each row, so that every neighbour stands at
// a fixed distance. An element is one vector of spins (cos, sin): the sites (strip*width + c, y, z)
// of all replicas. Rows of elements follow each other in memory, after them one of zeros.
//
// A sweep goes row by row, in each row over the even c and then over the odd ones, and ghosts are
// copied before they are read: neighbours are never updated at the same time, whatever the lattice,
// and the row stays in cache. (Square lattices: two rows at once, woven_impl.h.)
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_XY_GRID_H
#define FLX_XY_GRID_H

#include "base/base.h"
#include "fluxoid/xy.h"

enum { XY_LANES_MAX = 16, XY_NEIGHBOURS_MAX = 6, XY_AXES = 3 };

typedef struct xy_grid {
    int32_t size[XY_AXES];
    bool open[XY_AXES];
    int32_t n_axis; // 2 or 3
    int32_t n_bond; // kinds of bonds of a site, forward: 2, or 3 of the triangular and the cubic
    int32_t step[XY_AXES][XY_AXES]; // [kind][axis] where a bond leads
    int32_t n_face;                 // kinds of plaquettes of a site
    int32_t lanes, strips, replicas;
    int32_t width, rows;
    int32_t n_element; // rows*width
    int32_t n_place;   // (rows + 1)*(width + 2): with ghosts and zeros
    // Neighbours over the forward bonds, then over the backward ones: their row (number `rows`, of
    // zeros, where the lattice ends) and how many columns further they stand there.
    int32_t *row[XY_NEIGHBOURS_MAX]; // [rows + 1]
    int32_t shift[XY_NEIGHBOURS_MAX];
    int32_t n_spin;        // sites that are there
    const uint8_t *absent; // [n_site], owned; NULL: all are there
} xy_grid;

// Fills the grid; replicas_wanted 0: as many as stay in the cache. Free with flx_xy_grid_clear.
flx_status flx_xy_grid_init(flx_ctx *ctx, const flx_xy_problem *problem, int32_t lanes,
                            int32_t real_size, int32_t replicas_wanted, xy_grid *grid);
void flx_xy_grid_clear(xy_grid *grid);

int32_t flx_xy_grid_sites(const xy_grid *grid);

// Element and lane of a site (x + nx (y + ny z)) of a replica.
typedef struct xy_spot {
    int32_t element, lane;
} xy_spot;
xy_spot flx_xy_grid_spot(const xy_grid *grid, int32_t site, int32_t replica);
int32_t flx_xy_grid_site(const xy_grid *grid, int32_t element, int32_t lane);

// Where column c, -1 to width, of a row begins in the array of spins.
static inline size_t flx_xy_column(const xy_grid *grid, int32_t row, int32_t c)
{
    return (size_t)(row * (grid->width + 2) + 1 + c) * 2 * (size_t)grid->lanes;
}

// Place of the two numbers of a spin in the array of spins: x there, y `lanes` further.
static inline size_t flx_xy_at(const xy_grid *grid, xy_spot spot)
{
    return flx_xy_column(grid, spot.element / grid->width, spot.element % grid->width) +
           (size_t)spot.lane;
}

// Neighbour of a site over forward bond `kind` (or backward); -1 where the lattice ends. wrapped
// counts how often each periodic border was crossed, with sign.
int32_t flx_xy_neighbour(const xy_grid *grid, int32_t site, int32_t kind, bool backward,
                         int32_t wrapped[XY_AXES]);

#endif
