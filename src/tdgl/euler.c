// tdgl/euler.c -- the explicit first-order step of pyTDGL (L. Bishop-Van Horn, Comput. Phys.
// Commun. 291, 108799 (2023), section 2), for comparisons on one mesh: only the rate of |psi|^2 is
// implicit, through a quadratic equation per site.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tdgl/tdgl_internal.h"

#include <math.h>
#include <string.h>

// Solves psi + z|psi|^2 = w for every site; false where some discriminant is negative.
static bool solve_sites(flx_tdgl *sim, double dt)
{
    const double *psi = sim->psi[0], *mu = sim->mu[0], *y = sim->y;
    double g2 = sim->p.gamma * sim->p.gamma;
    for (int32_t i = 0; i < sim->mesh->n_site; i++) {
        double re = psi[2 * i], im = psi[2 * i + 1], n2 = re * re + im * im;
        double rate = dt / sim->p.u * sqrt(1 + g2 * n2), area = sim->mesh->area[i];
        double v_re = re + rate * ((sim->eps[i] - n2) * re + y[2 * i] / area);
        double v_im = im + rate * ((sim->eps[i] - n2) * im + y[2 * i + 1] / area);
        double c = cos(mu[i] * dt), s = -sin(mu[i] * dt);
        double z_re = g2 / 2 * (c * re - s * im), z_im = g2 / 2 * (c * im + s * re);
        double w_re = z_re * n2 + c * v_re - s * v_im;
        double w_im = z_im * n2 + c * v_im + s * v_re;
        double b = 2 * (z_re * w_re + z_im * w_im) + 1, w2 = w_re * w_re + w_im * w_im;
        double d = b * b - 4 * (z_re * z_re + z_im * z_im) * w2;
        if (!(d >= 0))
            return false;
        double x = 2 * w2 / (b + sqrt(d));
        sim->next[2 * i] = w_re - z_re * x;
        sim->next[2 * i + 1] = w_im - z_im * x;
    }
    return true;
}

tdgl_attempt flx_tdgl_try_euler(flx_tdgl *sim, double *dt)
{
    enum { RETRIES = 10 };
    int32_t n = sim->mesh->n_site, n_edge = sim->mesh->n_edge;
    tdgl_clock *clock = &sim->clock;
    flx_tdgl_drive_at(sim, clock->t);
    flx_operator_apply(&sim->op, sim->pool, sim->psi[0], sim->y);
    int32_t tries = 0;
    while (!solve_sites(sim, *dt)) {
        if (!sim->o.adaptive || ++tries > RETRIES)
            return (tdgl_attempt){.error = INFINITY, .order = 1};
        *dt /= 4;
    }
    for (int32_t k = 0; k < sim->n_fixed; k++)
        memcpy(&sim->next[2 * sim->fixed[k]], &sim->psi[0][2 * sim->fixed[k]], 2 * sizeof(double));
    // The electric field of a changing A is a backward difference here.
    if (sim->p.drive.vector_potential_varies) {
        for (int32_t e = 0; e < n_edge; e++)
            sim->a_dot[e] =
                clock->dt_last > 0 ? (sim->a[e] - sim->a_before[e]) / clock->dt_last : 0;
        memcpy(sim->a_before, sim->a, (size_t)n_edge * sizeof *sim->a);
    }
    flx_tdgl_potential(sim, sim->next, sim->y, sim->next_mu);
    double largest = 0;
    for (int32_t i = 0; i < n; i++) {
        const double *p = &sim->psi[0][2 * i], *q = &sim->next[2 * i];
        double d = fabs(q[0] * q[0] + q[1] * q[1] - p[0] * p[0] - p[1] * p[1]);
        largest = d > largest ? d : largest;
    }
    if (clock->n_recent < 10)
        clock->recent[clock->n_recent++] = largest;
    else
        memmove(clock->recent, clock->recent + 1, 9 * sizeof largest), clock->recent[9] = largest;
    for (int32_t i = 0; i < n; i++)
        sim->turn[i] = *dt * sim->mu[0][i];
    return (tdgl_attempt){.error = 0, .order = 1};
}
