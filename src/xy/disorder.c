// xy/disorder.c -- couplings, phases and missing sites drawn once from keyed random numbers.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/rng.h"
#include "fluxoid/xy.h"

enum { COUPLING = 0x10, PHASE, DILUTION }; // streams

static double uniform(int32_t seed, uint64_t stream, int64_t k)
{
    double u[2];
    flx_rng_uniform((uint64_t)seed, stream, (uint64_t)k, u);
    return u[0];
}

void flx_xy_disorder_draw(const flx_xy_disorder *d, int64_t n_site, int64_t n_bond,
                          const flx_xy_arrays *arrays)
{
    for (int64_t b = 0; b < n_bond && arrays->coupling; b++)
        arrays->coupling[b] = 1 + d->coupling * (2 * uniform(d->seed, COUPLING, b) - 1);
    for (int64_t b = 0; b < n_bond && arrays->phase; b++) {
        double g[2];
        flx_rng_gauss((uint64_t)d->seed, PHASE, (uint64_t)b, g);
        arrays->phase[b] = d->phase * g[0];
    }
    for (int64_t i = 0; i < n_site && arrays->absent; i++)
        arrays->absent[i] = uniform(d->seed, DILUTION, i) < d->dilution;
}
