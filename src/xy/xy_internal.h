// xy/xy_internal.h -- the engine's state and the stages of a cycle.
//
// A vector is one lattice of vectors: grid.replicas copies beside each other. Each temperature has
// `copies` vectors; a slot is one replica's place at one temperature, a row is what a vector holds
// of them. Replicas that are exchanged swap temperatures, not spins.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_XY_INTERNAL_H
#define FLX_XY_INTERNAL_H

#include "base/pool.h"
#include "base/rng.h"
#include "xy/kernels.h"

enum { FLX_XY_COOKIE = 0x78795f31, XY_BINS = 64 };

// What is averaged of each cycle. Energies per site, E2 = E^2/N, M in units that make M2 = M^2/N.
enum {
    XY_E,
    XY_E2,
    XY_SLOPE, // Villain: d(sum of -d ln w/d beta)/d beta per site
    XY_M,
    XY_M2,
    XY_M4, // M2^2
    XY_WAVE,
    XY_V,
    XY_V2, // V^2
    XY_AXIS_FIRST,
    // for each axis
    XY_A = 0, // first derivative of ln Z's integrand by the twist per length
    XY_Q2,    // second, without the square of the mean
    XY_Q4,
    XY_Q22, // Q2^2
    XY_W2,  // square of the winding number
    XY_W0,  // 1 where it rounds to 0
    XY_AXIS_MOMENTS,
    XY_MOMENTS = XY_AXIS_FIRST + XY_AXES * XY_AXIS_MOMENTS
};

// One replica's place at one temperature.
typedef struct xy_slot {
    double width; // of the Metropolis rotations
    int64_t accepted, tried;
    int64_t twists_accepted, twists_tried;
    int64_t exchanges_accepted, exchanges_tried; // with the next temperature
} xy_slot;

// How far the bins of a row are: the replicas of one vector's worth at one temperature.
typedef struct xy_row {
    int64_t length; // samples of a bin
    int64_t filled; // of the bin being filled
    int64_t n_bin;  // full ones
} xy_row;

typedef struct xy_vector {
    uint64_t sweep;
    int32_t temperature[XY_LANES_MAX]; // [replicas]
    double energy[XY_LANES_MAX];       // [replicas] total, at the end of the cycle; for exchanges
} xy_vector;

typedef struct xy_correlator xy_correlator;

typedef struct xy_clock {
    int64_t cycle;
} xy_clock;

struct flx_xy {
    flx_ctx *ctx;
    flx_xy_opts o;
    flx_pool *pool;
    const xy_kernels *kernels;
    xy_grid grid;
    xy_tables tables;
    double area;                           // [1] of a site: sqrt 3/2 of the triangular lattice
    double direction[XY_AXES][XY_AXES];    // [kind][Cartesian axis] of a bond
    bool phases;                           // some A is not 0
    int32_t n_temperature, copies, n_slot; // slots at each temperature: copies * grid.replicas
    xy_correlator *correlator;             // NULL: none
    int32_t n_moment;                      // XY_MOMENTS and those of the correlations
    int32_t overrelaxation;
    int64_t thermalisation, cycles;
    int32_t terms; // of the Villain series

    // State of the run.
    xy_clock clock;
    double *temperature; // those of the problem, unless they are tuned
    char *spin;          // [n_temperature * copies] lattices
    size_t spin_bytes;   // of one
    xy_vector *vector;   // [n_temperature * copies]
    xy_slot *slot;       // [n_temperature][n_slot]
    xy_row *row;         // [n_temperature * copies]
    double *bins;        // [n_temperature * copies][XY_BINS + 1][n_moment][replicas], the last of
                         // them is filling
    char *series;        // Villain: [n_temperature * copies][terms + 1][lanes]
    size_t series_bytes;
    int32_t *stack;     // [n_temperature * copies][n_site] of clusters
    double *correlated; // [vectors][n_moment - XY_MOMENTS] a sample
    double *merged;     // [slots * XY_BINS][n_moment] for results
};

flx_status flx_xy_tables_create(flx_xy *sim, const flx_xy_problem *problem);
void flx_xy_tables_free(flx_xy *sim);

// Cycle number `cycle` of vector v.
void flx_xy_cycle(flx_xy *sim, int32_t v, int64_t cycle);
void flx_xy_exchange(flx_xy *sim);
// Moves the temperatures to where, by the exchanges since the last time, neighbours accept equally.
void flx_xy_tune_temperatures(flx_xy *sim);
void flx_xy_put_start(flx_xy *sim, int32_t v);

// Adds the sums of a cycle, of strips joined, to the bins of the replicas' slots.
void flx_xy_record(flx_xy *sim, int32_t v, const xy_sums *sums);
// The same of the correlations.
void flx_xy_record_correlations(flx_xy *sim, int32_t v);
// After each replica of a row has got its sample.
void flx_xy_advance(flx_xy *sim, int32_t row);

// Lanes of the strips of each replica are added up in lane r.
static inline void flx_xy_join_strips(const xy_grid *grid, double lane[XY_LANES_MAX])
{
    for (int32_t k = grid->replicas; k < grid->lanes; k++)
        lane[k % grid->replicas] += lane[k];
}

static inline int32_t flx_xy_slot_of(const flx_xy *sim, int32_t v, int32_t r)
{
    return sim->vector[v].temperature[r] * sim->n_slot + v % sim->copies * sim->grid.replicas + r;
}

// (cos, sin) at a spot of lattice v.
static inline void flx_xy_spin(const flx_xy *sim, int32_t v, xy_spot spot, double s[2])
{
    const void *spin = sim->spin + (size_t)v * sim->spin_bytes;
    const size_t at = flx_xy_at(&sim->grid, spot), up = at + (size_t)sim->grid.lanes;
    const bool single = sim->kernels->size == (int32_t)sizeof(float);
    s[0] = single ? (double)((const float *)spin)[at] : ((const double *)spin)[at];
    s[1] = single ? (double)((const float *)spin)[up] : ((const double *)spin)[up];
}

// The moments of a bin, [n_moment][replicas].
static inline double *flx_xy_bin(const flx_xy *sim, int32_t row, int64_t bin)
{
    return sim->bins + ((size_t)row * (XY_BINS + 1) + (size_t)bin) * (size_t)sim->n_moment *
                           (size_t)sim->grid.replicas;
}

#endif
