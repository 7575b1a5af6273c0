// xy/kernels.h -- the loops over spins, as a table for each precision.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_XY_KERNELS_H
#define FLX_XY_KERNELS_H

#include "xy/grid.h"

// What the loops read besides the spins; numbers are of the kernel's precision.
typedef struct xy_tables {
    const xy_grid *grid;
    // J (cos A, sin A) of each bond as its site sees it, [neighbour][n_element][2][lanes], the
    // neighbour's spin is turned by it; NULL: J = 1, A = 0 everywhere.
    void *bond;
    void *curl;   // [face][n_element][lanes] -sum of A around a plaquette, in turns, in [-1/2, 1/2)
    void *wave_x; // [width][2][lanes] cos, sin of 2 pi x/nx
    double *wave[XY_AXES]; // [size][2] cos, sin of 2 pi x/n of each axis
    bool villain;
} xy_tables;

// What a Metropolis sweep needs and tells.
typedef struct xy_draw {
    const double *beta;  // [lanes]
    const double *width; // [lanes] of tan(angle/2)
    void *series;        // Villain: [terms + 1][lanes] the weight by powers of cos phi - 1
    int32_t terms;
    uint64_t seed;
    uint64_t sweep;    // counts sweeps since the start
    uint32_t vector;   // distinguishes lattices
    int64_t *accepted; // [lanes]
} xy_draw;

// Sums over the lattice, for each lane apart.
typedef struct xy_sums {
    // XY: sum of J cos phi, J sin phi of each kind of bond. Villain: first to fourth derivative of
    // ln w, by the phase difference.
    double bond[XY_AXES][4][XY_LANES_MAX];
    double energy[XY_LANES_MAX], slope[XY_LANES_MAX]; // Villain: -d ln w/d beta and its derivative
    double spin[2][XY_LANES_MAX];
    double wave[XY_AXES][4][XY_LANES_MAX];  // sum of x cos kr, y cos kr, x sin kr, y sin kr
    double crossing[XY_AXES][XY_LANES_MAX]; // of the cut at theta = pi, of each kind of bond
    double vortices[XY_LANES_MAX];          // plaquettes weighted with |n|
} xy_sums;

typedef struct xy_kernels {
    const char *name;
    int32_t lanes, size;
    // Ghosts from the elements they copy.
    void (*refresh)(const xy_grid *grid, void *spin);
    // Gives every spin its length again, to first order in what is wrong with it.
    void (*normalise)(const xy_grid *grid, void *spin);
    // Reflects every spin n times about the field of its neighbours; Villain: accepted by its weight.
    void (*overrelax)(const xy_tables *t, void *spin, xy_draw *draw, int32_t n);
    void (*metropolis)(const xy_tables *t, void *spin, xy_draw *draw);
    void (*heat_bath)(const xy_tables *t, void *spin, xy_draw *draw); // XY
    void (*measure)(const xy_tables *t, const void *spin, const xy_draw *draw, xy_sums *sums);
    // Turns the spins by angle * 2 pi x/n along an axis in the lanes where turn is not 0 (+1, -1).
    void (*twist)(const xy_tables *t, void *spin, int32_t axis, const double *turn);
    // Villain: ln of the weights' change if it were done in every lane.
    void (*twist_gain)(const xy_tables *t, const void *spin, const xy_draw *draw, int32_t axis,
                       const double *turn, double *gain);
    // One cluster of replica r from a site: what reflection along (nx, ny) turns; returns its size.
    int32_t (*cluster)(const xy_tables *t, void *spin, const xy_draw *draw, int32_t r,
                       int32_t *stack);
} xy_kernels;

extern const xy_kernels flx_xy_kernels_f32, flx_xy_kernels_f64;

#endif
