// tdgl/equation.c -- the right-hand side of the film equations: potential, slope, largest values.
//
// Conservation at site i: sum_j s_ij J_ij = inflow_i with J_ij = Js_ij - (mu_j - mu_i)/e_ij -
// a_dot_ij/e_ij. Because sum_j s_ij Js_ij = Im[psi_i* (a Lap psi)_i], one application of the
// Laplacian serves both psi and mu.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/magnitude.h"
#include "tdgl/screen.h"

#include <math.h>

void flx_tdgl_drive_at(flx_tdgl *sim, double t)
{
    const flx_drive *drive = &sim->p.drive;
    bool first = isnan(sim->drive_time);
    if (sim->drive_time == t)
        return;
    if (drive->vector_potential && (first || drive->vector_potential_varies)) {
        drive->vector_potential(drive->user, t, sim->a, sim->a_dot);
        if (!sim->screen)
            flx_operator_set_links(&sim->op, sim->pool, sim->a);
    }
    if (drive->epsilon && (first || drive->epsilon_varies))
        drive->epsilon(drive->user, t, sim->eps);
    if (drive->current)
        drive->current(drive->user, t, sim->current);
    if (sim->screen)
        flx_screen_inputs(sim);
    sim->drive_time = t;
}

typedef struct job {
    flx_tdgl *sim;
    const double *psi, *y, *mu;
    double *out;
} job;

// b_i = -Im[psi_i* y_i]
static void charge(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const double *restrict psi = j->psi, *restrict y = j->y;
    double *restrict b = j->out;
    for (int32_t i = begin; i < end; i++)
        b[i] = -(psi[2 * i] * y[2 * i + 1] - psi[2 * i + 1] * y[2 * i]);
}

// b_i += sum_j w_ij a_dot_ij
static void induced_charge(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const flx_mesh *m = j->sim->mesh;
    const double *restrict weight = j->sim->op.weight, *restrict a_dot = j->sim->a_dot;
    double *restrict b = j->out;
    for (int32_t i = begin; i < end; i++)
        for (int32_t k = m->row[i]; k < m->row[i + 1]; k++) {
            int32_t e = m->half_edge[k];
            b[i] += m->neighbour[k] > i ? weight[e] * a_dot[e] : -weight[e] * a_dot[e];
        }
}

// In eight parts: one sum would wait for each addition.
static double weighted_sum(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const double *restrict area = j->sim->mesh->area, *restrict mu = j->mu;
    double part[8] = {0}, sum = 0;
    int32_t i = begin;
    for (; i + 8 <= end; i += 8)
        for (int32_t k = 0; k < 8; k++)
            part[k] += area[i + k] * mu[i + k];
    for (int32_t k = 0; k < 8; k++)
        sum += part[k];
    for (; i < end; i++)
        sum += area[i] * mu[i];
    return sum;
}

typedef struct shift {
    double *mu, by;
} shift;

static void subtract(void *arg, int32_t begin, int32_t end)
{
    const shift *s = arg;
    double *restrict mu = s->mu, by = s->by;
    for (int32_t i = begin; i < end; i++)
        mu[i] -= by;
}

// Makes the mean of mu over each film zero.
static void remove_mean(flx_tdgl *sim, double *mu)
{
    int32_t n = sim->mesh->n_site, n_film = sim->mesh->n_film;
    const int32_t *film = sim->mesh->film;
    if (n_film == 1) {
        double mean = flx_pool_sum(sim->pool, n, weighted_sum, &(job){sim, .mu = mu}) / sim->area;
        flx_pool_for(sim->pool, n, subtract, &(shift){mu, mean});
        return;
    }
    for (int32_t f = 0; f < n_film; f++)
        sim->film_sum[f] = 0;
    for (int32_t i = 0; i < n; i++)
        sim->film_sum[film[i]] += sim->mesh->area[i] * mu[i];
    for (int32_t i = 0; i < n; i++)
        mu[i] -= sim->film_sum[film[i]] / sim->film_area[film[i]];
}

static void ground(flx_tdgl *sim)
{
    for (int32_t f = 0; f < sim->mesh->n_film; f++)
        sim->b[sim->ground[f]] = 0;
}

void flx_tdgl_solve_potential(flx_tdgl *sim, double *mu)
{
    ground(sim);
    flx_spd_solve(sim->poisson, sim->b, mu);
    remove_mean(sim, mu);
}

// Such currents charge the sites with the covariance of the operator itself, so mu has that of its
// inverse. One pass in single precision: 1e-6 is far below what the noise, or a step, does.
void flx_tdgl_solve_noisy(flx_tdgl *sim, const double *z, double *mu)
{
    ground(sim);
    flx_spd_solve_random(sim->poisson, sim->b, z, mu);
    for (int32_t f = 0; f < sim->mesh->n_film; f++)
        mu[sim->ground[f]] = 0;
    remove_mean(sim, mu);
}

// What the terminals and the changing A bring to the cells.
static void add_drive(flx_tdgl *sim)
{
    if (sim->p.drive.vector_potential_varies)
        flx_pool_for(sim->pool, sim->mesh->n_site, induced_charge, &(job){sim, .out = sim->b});
    for (int32_t k = 0; k < sim->n_inflow; k++)
        sim->b[sim->inflow_site[k]] += sim->current[sim->inflow_terminal[k]] * sim->inflow_share[k];
}

void flx_tdgl_charge(flx_tdgl *sim, const double *psi, double *y)
{
    flx_operator_apply(&sim->op, sim->pool, psi, y);
    flx_pool_for(sim->pool, sim->mesh->n_site, charge, &(job){sim, psi, y, NULL, sim->b});
    add_drive(sim);
}

void flx_tdgl_potential(flx_tdgl *sim, const double *psi, double *y, double *mu)
{
    flx_tdgl_charge(sim, psi, y);
    flx_tdgl_solve_potential(sim, mu);
}

static double largest(void *arg, int32_t begin, int32_t end)
{
    const double *v = arg;
    int64_t max = 0;
    for (int32_t i = begin; i < end; i++) {
        int64_t v2 = flx_magnitude(v[i] * v[i]);
        max = v2 > max ? v2 : max;
    }
    return flx_of_magnitude(max);
}

static void add_charge_potential(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const double *restrict correction = j->sim->b;
    double *restrict mu = j->out;
    for (int32_t i = begin; i < end; i++)
        mu[i] += correction[i];
}

void flx_tdgl_refine_potential(flx_tdgl *sim, const double *psi, double *mu)
{
    enum { AT_MOST = 5 };
    const double small = 1e-3;
    int32_t n = sim->mesh->n_site;
    for (int32_t pass = 0; pass < AT_MOST; pass++) {
        flx_operator_inflow(&sim->op, sim->pool, psi, mu, sim->b);
        add_drive(sim);
        ground(sim);
        flx_spd_approximate(sim->poisson, sim->b, sim->b);
        flx_pool_for(sim->pool, n, add_charge_potential, &(job){sim, .out = mu});
        double correction = flx_pool_max(sim->pool, n, largest, sim->b);
        if (correction <= small * small * flx_pool_max(sim->pool, n, largest, mu))
            break;
    }
    remove_mean(sim, mu);
}

// With R = (eps - |psi|^2) psi + Lap psi and S = sqrt(1 + g^2|psi|^2), the mass (u/S)(1 + g^2 psi
// psi^T) of equation (1) is inverted in closed form:  d psi/dt = (S/u)(R - g^2 psi (psi.R)/S^2) - i
// mu psi.
static void slope(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const double *restrict psi = j->psi, *restrict y = j->y, *restrict mu = j->mu;
    const double *restrict area = j->sim->mesh->area, *restrict eps = j->sim->eps;
    double *restrict out = j->out;
    double u = j->sim->p.u, g2 = j->sim->p.gamma * j->sim->p.gamma;
    for (int32_t i = begin; i < end; i++) {
        double re = psi[2 * i], im = psi[2 * i + 1], n2 = re * re + im * im;
        double r_re = (eps[i] - n2) * re + y[2 * i] / area[i];
        double r_im = (eps[i] - n2) * im + y[2 * i + 1] / area[i];
        double s2 = 1 + g2 * n2, rate = sqrt(s2) / u;
        double radial = g2 * (re * r_re + im * r_im) / s2;
        out[2 * i] = rate * (r_re - radial * re) + mu[i] * im;
        out[2 * i + 1] = rate * (r_im - radial * im) - mu[i] * re;
    }
}

void flx_tdgl_slope(flx_tdgl *sim, const double *psi, const double *y, const double *mu,
                    double *rate)
{
    flx_pool_for(sim->pool, sim->mesh->n_site, slope, &(job){sim, psi, y, mu, rate});
    if (sim->o.frozen_amplitude)
        flx_tdgl_freeze_rate(sim, psi, rate);
    // Where |psi| is held only the phase moves.
    for (int32_t k = 0; k < sim->n_fixed; k++) {
        int32_t i = sim->fixed[k];
        rate[2 * i] = mu[i] * psi[2 * i + 1];
        rate[2 * i + 1] = -mu[i] * psi[2 * i];
    }
}

static double square(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const double *restrict area = j->sim->mesh->area, *restrict v = j->psi;
    double sum = 0;
    for (int32_t i = begin; i < end; i++)
        sum += area[i] * (v[2 * i] * v[2 * i] + v[2 * i + 1] * v[2 * i + 1]);
    return sum;
}

static double largest_square(void *arg, int32_t begin, int32_t end)
{
    const double *v = ((const job *)arg)->psi;
    int64_t largest = 0;
    for (int32_t i = begin; i < end; i++) {
        int64_t v2 = flx_magnitude(v[2 * i] * v[2 * i] + v[2 * i + 1] * v[2 * i + 1]);
        largest = v2 > largest ? v2 : largest;
    }
    return flx_of_magnitude(largest);
}

double flx_tdgl_largest(flx_tdgl *sim, const double *v)
{
    double largest = flx_pool_max(sim->pool, sim->mesh->n_owned, largest_square, &(job){.psi = v});
    return sqrt(sim->comm.ops->max(&sim->comm, largest));
}

static double condensate_mu(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    double sum = 0;
    for (int32_t i = begin; i < end; i++)
        sum += j->mu[i] * j->sim->mesh->area[i] *
               (j->psi[2 * i] * j->psi[2 * i] + j->psi[2 * i + 1] * j->psi[2 * i + 1]);
    return sum;
}

double flx_tdgl_change(flx_tdgl *sim)
{
    int32_t n = sim->mesh->n_site;
    double *psi = sim->psi[0], *mu = sim->mu[0], *rate = sim->slope[1];
    flx_tdgl_drive_at(sim, sim->clock.t);
    if (sim->screen) {
        flx_screen_observe(sim->screen);
        flx_operator_set_links(&sim->op, sim->pool, sim->screen->a);
    }
    flx_operator_apply(&sim->op, sim->pool, psi, sim->y);
    flx_tdgl_slope(sim, psi, sim->y, mu, rate);
    job j = {sim, psi, sim->y, mu, NULL};
    double weight = flx_pool_sum(sim->pool, n, square, &j);
    double common = weight > 0 ? flx_pool_sum(sim->pool, n, condensate_mu, &j) / weight : 0;
    for (int32_t i = 0; i < n; i++) {
        rate[2 * i] -= common * psi[2 * i + 1];
        rate[2 * i + 1] += common * psi[2 * i];
    }
    double field = sim->screen ? flx_screen_change(sim->screen) : 0;
    return fmax(flx_tdgl_largest(sim, rate), field);
}
