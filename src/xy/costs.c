// xy/costs.c -- what updates cost on this machine.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "xy/xy_internal.h"

#include <math.h>
#include <string.h>

enum { OVERRELAXATION, METROPOLIS, HEAT_BATH, MEASUREMENT, N_KIND };

static void update(flx_xy *sim, char *spin, xy_draw *draw, int kind)
{
    xy_sums sums;
    if (kind == OVERRELAXATION)
        sim->kernels->overrelax(&sim->tables, spin, draw, sim->overrelaxation);
    else if (kind == METROPOLIS)
        sim->kernels->metropolis(&sim->tables, spin, draw);
    else if (kind == HEAT_BATH && !sim->tables.villain)
        sim->kernels->heat_bath(&sim->tables, spin, draw);
    else if (kind == MEASUREMENT)
        sim->kernels->measure(&sim->tables, spin, draw, &sums);
    draw->sweep++;
}

flx_status flx_xy_costs_of(flx_xy *sim, int32_t repetitions, flx_xy_costs *costs)
{
    const xy_grid *g = &sim->grid;
    double beta[XY_LANES_MAX], width[XY_LANES_MAX], best[N_KIND];
    int64_t accepted[XY_LANES_MAX] = {0};
    char *spin = flx_alloc(sim->ctx, 1, sim->spin_bytes);
    if (!spin)
        return FLX_ERR_MEMORY;
    memcpy(spin, sim->spin, sim->spin_bytes);
    for (int32_t k = 0; k < g->lanes; k++) {
        beta[k] = 1 / sim->temperature[0];
        width[k] = sim->slot[0].width;
    }
    xy_draw draw = {.beta = beta,
                    .width = width,
                    .series = sim->series,
                    .terms = sim->terms,
                    .seed = (uint64_t)sim->o.seed,
                    .sweep = sim->vector[0].sweep,
                    .accepted = accepted};
    for (int kind = 0; kind < N_KIND; kind++) {
        best[kind] = INFINITY;
        for (int32_t k = 0; k < repetitions; k++) {
            double begin = flx_wtime();
            update(sim, spin, &draw, kind);
            best[kind] = fmin(best[kind], flx_wtime() - begin);
        }
        best[kind] *= 1e9 / ((double)g->n_element * g->lanes);
    }
    int32_t sweeps = sim->overrelaxation > 0 ? sim->overrelaxation : 1;
    *costs = (flx_xy_costs){.overrelaxation = best[OVERRELAXATION] / sweeps,
                            .metropolis = best[METROPOLIS],
                            .heat_bath = sim->tables.villain ? 0 : best[HEAT_BATH],
                            .measurement = best[MEASUREMENT]};
    flx_free(spin);
    return FLX_OK;
}
