// tdgl/frozen.c -- the London limit: |psi| held at 1, the phase alone moves.
//
// Equation (1) along i psi, the multiplier of |psi|^2 = 1 taking up the rest. In the implicit step
// the blocks of the diagonal are projected on the direction of i psi*, and what the step leaves of
// a change of |psi| is taken away at its end.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/rotation.h"
#include "tdgl/tdgl_internal.h"

#include <math.h>

typedef struct job {
    flx_tdgl *sim;
    double *psi, *rate;
    double alpha;
    const double *difference;
} job;

static void normalise(void *arg, int32_t begin, int32_t end)
{
    double *restrict psi = ((const job *)arg)->psi;
    for (int32_t i = begin; i < end; i++) {
        double n2 = psi[2 * i] * psi[2 * i] + psi[2 * i + 1] * psi[2 * i + 1];
        double scale = n2 > 0 ? 1 / sqrt(n2) : 0;
        psi[2 * i] = n2 > 0 ? scale * psi[2 * i] : 1;
        psi[2 * i + 1] *= scale;
    }
}

// Everywhere but where a terminal holds something else.
void flx_tdgl_normalise(flx_tdgl *sim, double *psi)
{
    flx_pool_for(sim->pool, sim->mesh->n_site, normalise, &(job){.psi = psi});
    for (int32_t k = 0; k < sim->n_fixed; k++) {
        psi[2 * sim->fixed[k]] *= sim->fixed_psi[k];
        psi[2 * sim->fixed[k] + 1] *= sim->fixed_psi[k];
    }
}

// Blocks and residual of psi* without what would change |psi|.
static void project(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    flx_tdgl *sim = j->sim;
    const double *d = j->difference;
    double u = sim->p.u / sqrt(1 + sim->p.gamma * sim->p.gamma);
    for (int32_t i = begin; i < end; i++) {
        double h_re = 0, h_im = 0, c, s;
        for (int32_t l = 0; l < LEVELS; l++) {
            h_re -= d[l] * sim->psi[l][2 * i];
            h_im -= d[l] * sim->psi[l][2 * i + 1];
        }
        flx_rotation(-sim->turn[i], &c, &s);
        double mass = sim->mesh->area[i] * u, *t = &sim->predicted[2 * i];
        double p = mass * j->alpha + sim->op.diag[i];
        sim->rhs[2 * i] = mass * (c * h_re - s * h_im - j->alpha * t[0]);
        sim->rhs[2 * i + 1] = mass * (c * h_im + s * h_re - j->alpha * t[1]);
        sim->blocks.inverse[i] = (float)(1 / p);
        sim->blocks.shrink[i] = 1;
        sim->blocks.v[2 * i] = (float)t[0];
        sim->blocks.v[2 * i + 1] = (float)t[1];
    }
}

void flx_tdgl_freeze(flx_tdgl *sim, double alpha, const double *difference)
{
    flx_tdgl_normalise(sim, sim->predicted);
    flx_pool_for(sim->pool, sim->mesh->n_site, project,
                 &(job){.sim = sim, .alpha = alpha, .difference = difference});
}

// The float blocks would leave some of what is along psi*: it is taken away in double.
static void project_residual(void *arg, int32_t begin, int32_t end)
{
    const flx_tdgl *sim = arg;
    const double *restrict t = sim->predicted, *restrict y = sim->y;
    double *restrict rhs = sim->rhs;
    for (int32_t i = begin; i < end; i++) {
        double re = rhs[2 * i] + y[2 * i], im = rhs[2 * i + 1] + y[2 * i + 1];
        double along = t[2 * i] * re + t[2 * i + 1] * im;
        rhs[2 * i] -= along * t[2 * i];
        rhs[2 * i + 1] -= along * t[2 * i + 1];
    }
}

void flx_tdgl_freeze_residual(flx_tdgl *sim)
{
    flx_pool_for(sim->pool, sim->mesh->n_site, project_residual, sim);
}

static void along_phase(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const double *restrict psi = j->psi;
    double *restrict rate = j->rate;
    for (int32_t i = begin; i < end; i++) {
        double n2 = psi[2 * i] * psi[2 * i] + psi[2 * i + 1] * psi[2 * i + 1];
        double radial = psi[2 * i] * rate[2 * i] + psi[2 * i + 1] * rate[2 * i + 1];
        double share = n2 > 0 ? radial / n2 : 0;
        rate[2 * i] -= share * psi[2 * i];
        rate[2 * i + 1] -= share * psi[2 * i + 1];
    }
}

void flx_tdgl_freeze_rate(flx_tdgl *sim, const double *psi, double *rate)
{
    job j = {.sim = sim, .psi = (double *)(uintptr_t)psi, .rate = rate};
    flx_pool_for(sim->pool, sim->mesh->n_site, along_phase, &j);
}
