// tdgl/costs.c -- what the stages of a step cost, measured on the simulation itself.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tdgl/screen.h"

#include <math.h>

// Best of the repetitions: what disturbs a measurement only makes it longer.
static double fastest(double best, double begin)
{
    return fmin(best, flx_wtime() - begin);
}

flx_tdgl_costs flx_tdgl_costs_of(flx_tdgl *sim, int32_t repetitions)
{
    const flx_stencil *st = &sim->op.stencil;
    double places = (double)st->start[st->n_slice] * FLX_LANES, n = sim->mesh->n_site;
    flx_tdgl_costs c = {
        .threads = flx_pool_threads(sim->pool),
        .laplacian_seconds = INFINITY,
        .sweep_seconds = INFINITY,
        .solve_seconds = INFINITY,
        .laplacian_bytes = flx_operator_bytes(&sim->op),
        // links and neighbours; g, x, v, direction twice, x_new, inverse and shrink
        .sweep_bytes = places * (2 * sizeof(float) + sizeof(uint32_t)) + n * 14.0 * sizeof(float),
        .solve_bytes = flx_spd_bytes(sim->poisson),
    };
    flx_sweep sweep = {.blocks = &sim->blocks,
                       .g = sim->g,
                       .x = sim->correction,
                       .direction = sim->direction,
                       .x_new = sim->correction_new,
                       .direction_new = sim->direction,
                       .first = 0.5f,
                       .second = 0.5f};
    if (sim->screen)
        flx_operator_set_links(&sim->op, sim->pool, sim->screen->a);
    for (int32_t k = 0; k < repetitions; k++) {
        double begin = flx_wtime();
        flx_operator_apply(&sim->op, sim->pool, sim->psi[0], sim->y);
        c.laplacian_seconds = fastest(c.laplacian_seconds, begin);
        begin = flx_wtime();
        flx_operator_sweep(&sim->op, sim->pool, &sweep);
        c.sweep_seconds = fastest(c.sweep_seconds, begin);
        begin = flx_wtime();
        flx_spd_approximate(sim->poisson, sim->b, sim->next_mu);
        c.solve_seconds = fastest(c.solve_seconds, begin);
    }
    return c;
}
