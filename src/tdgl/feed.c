// tdgl/feed.c -- what terminals feed in: I_T, a flow with the inflow of every cell as its divergence.
//
// In a film it is that of a normal metal. In a long body it runs along the outer rim: on the rim
// edges from one terminal to the next it is the current fed in so far, kappa^2 times what the field outside differs from the applied one (Ampere). The leads
// go straight away from the body, so the difference is as large on either side: its largest and
// least value have the sum 0.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tdgl/screen.h"

#include <math.h>

// Edge k of a loop, and whether it runs along it.
static int32_t rim_edge(const flx_mesh *m, const flx_mesh_loop *loop, int32_t k, double *sign)
{
    int32_t i = m->loop_site[loop->start + k];
    int32_t e = flx_mesh_edge(m, i, m->loop_site[loop->start + (k + 1) % loop->n]);
    *sign = m->tail[e] == i ? 1 : -1;
    return e;
}

static bool is_exterior(const tdgl_faces *f, const flx_mesh_loop *loop)
{
    double sign;
    int32_t e = rim_edge(f->mesh, loop, 0, &sign);
    return loop->outer && f->side[2 * e + (sign > 0)] < 0;
}

int32_t flx_feed_off_rim(const tdgl_faces *f, const int32_t *site, int32_t n, double *scratch)
{
    const flx_mesh *m = f->mesh;
    for (int32_t i = 0; i < m->n_site; i++)
        scratch[i] = 0;
    for (int32_t l = 0; l < m->n_loop; l++)
        for (int32_t k = 0; k < m->loop[l].n && is_exterior(f, &m->loop[l]); k++)
            scratch[m->loop_site[m->loop[l].start + k]] = 1;
    for (int32_t k = 0; k < n; k++)
        if (scratch[site[k]] == 0)
            return k;
    return -1;
}

void flx_feed_rim(const tdgl_faces *f, const double *inflow, double *flow)
{
    const flx_mesh *m = f->mesh;
    double sign;
    for (int32_t l = 0; l < m->n_loop; l++) {
        const flx_mesh_loop *loop = &m->loop[l];
        if (!is_exterior(f, loop))
            continue;
        double sum = 0, least = INFINITY, largest = -INFINITY;
        for (int32_t k = 0; k < loop->n; k++) {
            sum += inflow[m->loop_site[loop->start + k]];
            int32_t e = rim_edge(m, loop, k, &sign);
            flow[e] = sign * sum;
            least = fmin(least, sum);
            largest = fmax(largest, sum);
        }
        for (int32_t k = 0; k < loop->n; k++) {
            int32_t e = rim_edge(m, loop, k, &sign);
            flow[e] -= sign * 0.5 * (least + largest);
        }
    }
}

flx_status flx_feed_check(flx_tdgl *sim)
{
    if (sim->p.screening == FLX_SCREENING_FILM)
        return FLX_OK;
    int32_t k = flx_feed_off_rim(&sim->screen->faces, sim->inflow_site, sim->n_inflow, sim->b);
    return k < 0 ? FLX_OK
                 : flx_fail(sim->ctx, FLX_ERR_INPUT, FLX_FEED_OFF_RIM, sim->inflow_terminal[k]);
}

void flx_feed(flx_tdgl *sim, double *flow)
{
    const flx_mesh *m = sim->mesh;
    double *fed = sim->b;
    if (sim->n_inflow == 0)
        return;
    for (int32_t i = 0; i < m->n_site; i++)
        fed[i] = 0;
    for (int32_t k = 0; k < sim->n_inflow; k++)
        fed[sim->inflow_site[k]] += sim->current[sim->inflow_terminal[k]] * sim->inflow_share[k];
    if (sim->p.screening == FLX_SCREENING_LONG) {
        flx_feed_rim(&sim->screen->faces, fed, flow);
        return;
    }
    double *potential = sim->next_mu; // scratch here: there is no mu
    flx_tdgl_solve_potential(sim, potential);
    for (int32_t e = 0; e < m->n_edge; e++)
        flow[e] = sim->op.weight[e] * (potential[m->tail[e]] - potential[m->head[e]]);
}
