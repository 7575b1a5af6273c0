// tdgl/rk32.c -- explicit Runge-Kutta of order 3 with an embedded second-order one. P. Bogacki, L.
// F. Shampine, Appl. Math. Lett. 2, 321 (1989). Each stage solves for its own mu.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tdgl/tdgl_internal.h"

typedef struct combination {
    const double *base; // NULL: 0
    const double *term[STAGES];
    double weight[STAGES];
    double *out;
} combination;

static void combine(void *arg, int32_t begin, int32_t end)
{
    const combination *c = arg;
    double *restrict out = c->out;
    for (int32_t i = begin; i < end; i++) {
        double sum = 0;
        for (int32_t s = 0; s < STAGES; s++)
            if (c->term[s])
                sum += c->weight[s] * c->term[s][i];
        out[i] = c->base ? c->base[i] + sum : sum;
    }
}

// Held sites keep their |psi|: the stages move them along the tangent only.
static void hold(flx_tdgl *sim, double *psi)
{
    if (sim->o.frozen_amplitude)
        flx_tdgl_normalise(sim, psi);
    for (int32_t k = 0; k < sim->n_fixed; k++) {
        double *x = &psi[2 * sim->fixed[k]];
        double n2 = x[0] * x[0] + x[1] * x[1];
        double scale = n2 > 0 ? sim->fixed_psi[k] / __builtin_sqrt(n2) : 0;
        x[0] *= scale;
        x[1] *= scale;
    }
}

tdgl_attempt flx_tdgl_try_rk32(flx_tdgl *sim, double dt)
{
    static const double node[STAGES] = {0, 1.0 / 2, 3.0 / 4, 1};
    static const double stage[STAGES][STAGES] = {
        {0}, {1.0 / 2}, {0, 3.0 / 4}, {2.0 / 9, 1.0 / 3, 4.0 / 9}};
    static const double error[STAGES] = {-5.0 / 72, 1.0 / 12, 1.0 / 9, -1.0 / 8};
    const double *weight = stage[STAGES - 1];
    double t = sim->clock.t, *psi = sim->psi[0];
    int32_t n = sim->mesh->n_site;
    const double *k[STAGES] = {sim->slope[0], sim->slope[1], sim->slope[2], sim->slope[3]};
    double *mu[STAGES] = {sim->mu[0], sim->next_mu, sim->next_mu, sim->next_mu};

    if (!sim->have_slope) {
        flx_tdgl_drive_at(sim, t);
        flx_operator_apply(&sim->op, sim->pool, psi, sim->y);
        flx_tdgl_slope(sim, psi, sim->y, mu[0], sim->slope[0]);
        sim->have_slope = true;
    }
    for (int32_t i = 0; i < n; i++)
        sim->turn[i] = dt * weight[0] * mu[0][i];
    for (int32_t s = 1; s < STAGES; s++) {
        combination c = {.base = psi, .out = sim->next};
        for (int32_t r = 0; r < s; r++) {
            c.term[r] = stage[s][r] != 0 ? k[r] : NULL;
            c.weight[r] = dt * stage[s][r];
        }
        flx_pool_for(sim->pool, 2 * n, combine, &c);
        hold(sim, sim->next);
        flx_tdgl_drive_at(sim, t + node[s] * dt);
        flx_tdgl_potential(sim, sim->next, sim->y, mu[s]);
        flx_tdgl_slope(sim, sim->next, sim->y, mu[s], sim->slope[s]);
        if (s < STAGES - 1)
            for (int32_t i = 0; i < n; i++)
                sim->turn[i] += dt * weight[s] * mu[s][i];
    }
    combination e = {.out = sim->rhs};
    for (int32_t s = 0; s < STAGES; s++) {
        e.term[s] = k[s];
        e.weight[s] = dt * error[s];
    }
    flx_pool_for(sim->pool, 2 * n, combine, &e);
    return (tdgl_attempt){.error = flx_tdgl_largest(sim, sim->rhs), .order = 2};
}
