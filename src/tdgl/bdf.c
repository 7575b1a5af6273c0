// tdgl/bdf.c -- variable-step backward differentiation, linearly implicit, with the rotation by mu
// exact.
//
// In the frame that turns with mu the time derivative of psi is an ordinary one. So the history is
// turned by exp(-i integral of mu dt) (mu extrapolated), and the difference formula of order q
// through the turned states gives
//     M(psi*) (alpha_0 psi - h)/1 = (eps - |psi|^2) psi + Lap psi,   M = (u/S)(1 + g^2 psi psi^T),
// with M at the extrapolated psi* and |psi|^2 psi expanded about it to first order. Times the cell
// area this is a symmetric positive definite system with 2x2 blocks p + r psi* psi*^T on the
// diagonal, solved by Chebyshev iteration from psi*: the spectrum of the block-scaled matrix lies
// in [1 - rho, 1 + rho] with rho = max diag_i/p_i < 1 (Gershgorin). Hairer, Wanner, Solving
// Ordinary Differential Equations II, ch. V; Golub, Varga, Numer. Math. 3, 147 (1961).
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tdgl/tdgl_internal.h"

#include <math.h>
#include <string.h>

// Values at x of the n Lagrange polynomials through the nodes.
static void extrapolation(int32_t n, const double *node, double x, double *weight)
{
    for (int32_t j = 0; j < n; j++) {
        weight[j] = 1;
        for (int32_t k = 0; k < n; k++)
            if (k != j)
                weight[j] *= (x - node[k]) / (node[j] - node[k]);
    }
}

// Integrals of the Lagrange polynomials from a to b, by the Gauss formula with three points (exact
// to degree 5).
static void integration(int32_t n, const double *node, double a, double b, double *weight)
{
    static const double place[] = {-0.7745966692414834, 0, 0.7745966692414834};
    static const double share[] = {5.0 / 18, 4.0 / 9, 5.0 / 18};
    double value[LEVELS];
    for (int32_t j = 0; j < n; j++)
        weight[j] = 0;
    for (int32_t g = 0; g < 3; g++) {
        extrapolation(n, node, (a + b) / 2 + place[g] * (b - a) / 2, value);
        for (int32_t j = 0; j < n; j++)
            weight[j] += share[g] * (b - a) * value[j];
    }
}

// Derivative at x of the polynomial through x and the n nodes: weight of the value at x is
// returned, of the others filled.
static double differentiation(int32_t n, const double *node, double x, double *weight)
{
    double at_x = 0;
    for (int32_t j = 0; j < n; j++) {
        at_x += 1 / (x - node[j]);
        weight[j] = 1 / (node[j] - x);
        for (int32_t k = 0; k < n; k++)
            if (k != j)
                weight[j] *= (x - node[k]) / (node[j] - node[k]);
    }
    return at_x;
}

typedef struct stage {
    flx_tdgl *sim;
    int32_t n_psi, n_mu, order;
    double predict[LEVELS], turn[LEVELS], difference[LEVELS],
        alpha;            // alpha: weight of the new state
    double first, second; // coefficients of the Chebyshev recurrence
    double *x, *x_new;
} stage;

// Turns the history, predicts, and fills blocks and right-hand side. Returns max diag/p, or 2 where
// p <= diag.
static double assemble(void *arg, int32_t begin, int32_t end)
{
    const stage *st = arg;
    flx_tdgl *sim = st->sim;
    const double *area = sim->mesh->area, *eps = sim->eps, *diag = sim->op.diag;
    double u = sim->p.u, g2 = sim->p.gamma * sim->p.gamma, rho = 0;
    for (int32_t i = begin; i < end; i++) {
        double turn = 0;
        for (int32_t j = 0; j < st->n_mu; j++)
            turn += st->turn[j] * sim->mu[j][i];
        double c = cos(turn), s = -sin(turn);
        double star_re = 0, star_im = 0, h_re = 0, h_im = 0;
        for (int32_t j = 0; j < st->n_psi; j++) {
            double re = sim->psi[j][2 * i], im = sim->psi[j][2 * i + 1];
            star_re += st->predict[j] * re;
            star_im += st->predict[j] * im;
            h_re -= st->difference[j] * re;
            h_im -= st->difference[j] * im;
        }
        double t_re = c * star_re - s * star_im, t_im = c * star_im + s * star_re;
        double k_re = c * h_re - s * h_im, k_im = c * h_im + s * h_re;
        double n2 = t_re * t_re + t_im * t_im;
        double mass = area[i] * u / sqrt(1 + g2 * n2);
        double p = mass * st->alpha + area[i] * (n2 - eps[i]) + diag[i];
        double along = mass * g2 * (t_re * k_re + t_im * k_im) + 2 * area[i] * n2;
        sim->turn[i] = turn;
        sim->predicted[2 * i] = t_re;
        sim->predicted[2 * i + 1] = t_im;
        sim->rhs[2 * i] = mass * k_re + along * t_re;
        sim->rhs[2 * i + 1] = mass * k_im + along * t_im;
        double r = mass * g2 * st->alpha + 2 * area[i];
        sim->rank1[i] = r / (p + r * n2);
        sim->diagonal[i] = p;
        double ratio = p > diag[i] ? diag[i] / p : 2;
        rho = ratio > rho ? ratio : rho;
    }
    return rho;
}

// Held sites: the turned present state, and no correction.
static void hold(flx_tdgl *sim)
{
    for (int32_t k = 0; k < sim->n_fixed; k++) {
        int32_t i = sim->fixed[k];
        double re = sim->psi[0][2 * i], im = sim->psi[0][2 * i + 1];
        double n = sqrt(re * re + im * im), scale = n > 0 ? sim->fixed_psi[k] / n : 0;
        double c = scale * cos(sim->turn[i]), s = -scale * sin(sim->turn[i]);
        sim->predicted[2 * i] = c * re - s * im;
        sim->predicted[2 * i + 1] = c * im + s * re;
        sim->diagonal[i] = INFINITY;
        sim->rank1[i] = 0;
    }
}

// One Chebyshev sweep: z = D^{-1}(rhs - A x), direction <- first*direction + second*z, x_new = x +
// direction. Returns the sum of a_i |z_i|^2.
static double sweep(void *arg, int32_t begin, int32_t end)
{
    const stage *st = arg;
    flx_tdgl *sim = st->sim;
    const flx_mesh *m = sim->mesh;
    const int32_t *restrict row = m->row, *restrict neighbour = m->neighbour;
    const double *restrict link = sim->op.link, *restrict x = st->x, *restrict area = m->area;
    const double *restrict star = sim->predicted, *restrict rhs = sim->rhs;
    double *restrict direction = sim->direction, *restrict x_new = st->x_new;
    double sum = 0, first = st->first, second = st->second;
    for (int32_t i = begin; i < end; i++) {
        double p = sim->diagonal[i], inv = 1 / p, shrink = sim->rank1[i];
        double t_re = star[2 * i], t_im = star[2 * i + 1];
        // D^{-1} = (1 - shrink psi* psi*^T)/p
        double z_re = 0, z_im = 0;
        if (inv > 0) {
            double re = rhs[2 * i], im = rhs[2 * i + 1];
            for (int32_t k = row[i]; k < row[i + 1]; k++) {
                const double *xj = &x[2 * (size_t)neighbour[k]];
                re += link[2 * k] * xj[0] - link[2 * k + 1] * xj[1];
                im += link[2 * k] * xj[1] + link[2 * k + 1] * xj[0];
            }
            double along = shrink * (t_re * re + t_im * im);
            z_re = inv * (re - along * t_re) - x[2 * i];
            z_im = inv * (im - along * t_im) - x[2 * i + 1];
        }
        double d_re = first * direction[2 * i] + second * z_re;
        double d_im = first * direction[2 * i + 1] + second * z_im;
        direction[2 * i] = d_re;
        direction[2 * i + 1] = d_im;
        x_new[2 * i] = x[2 * i] + d_re;
        x_new[2 * i + 1] = x[2 * i + 1] + d_im;
        sum += area[i] * (z_re * z_re + z_im * z_im);
    }
    return sum;
}

// Iterates from predicted to next until the error is below target; returns the number of sweeps, -1
// if it failed.
static int32_t solve(stage *st, double rho, double target)
{
    enum { AT_LEAST = 2, AT_MOST = 400 };
    flx_tdgl *sim = st->sim;
    int32_t n = sim->mesh->n_site, sweeps = AT_LEAST;
    double ratio = rho;
    double *x = sim->next, *x_new = sim->slope[1];
    memcpy(x, sim->predicted, 2 * (size_t)n * sizeof *x);
    memset(sim->direction, 0, 2 * (size_t)n * sizeof *x);
    for (int32_t k = 0; k < sweeps; k++) {
        if (k > 0) {
            double next = 1 / (2 / rho - ratio);
            st->first = next * ratio;
            st->second = 2 * next / rho;
            ratio = next;
        } else {
            st->first = 0;
            st->second = 1;
        }
        st->x = x;
        st->x_new = x_new;
        double sum = flx_pool_sum(sim->pool, n, sweep, st);
        double *swap = x;
        x = x_new;
        x_new = swap;
        if (k == 0) {
            // The error falls as 1/T_n(1/rho) from at most |z|/(1 - rho).
            double start = sqrt(sum / sim->area) / (1 - rho);
            if (!isfinite(start))
                return -1;
            double need = start > target ? acosh(start / target) / acosh(1 / rho) : 0;
            if (need > AT_MOST)
                return -1;
            sweeps = need > AT_LEAST ? (int32_t)ceil(need) : AT_LEAST;
        }
    }
    if (x != sim->next)
        memcpy(sim->next, x, 2 * (size_t)n * sizeof *x);
    return sweeps;
}

static double difference_from_prediction(void *arg, int32_t begin, int32_t end)
{
    const flx_tdgl *sim = arg;
    double sum = 0;
    for (int32_t i = begin; i < end; i++) {
        double re = sim->next[2 * i] - sim->predicted[2 * i];
        double im = sim->next[2 * i + 1] - sim->predicted[2 * i + 1];
        sum += sim->mesh->area[i] * (re * re + im * im);
    }
    return sum;
}

tdgl_attempt flx_tdgl_try_bdf(flx_tdgl *sim, double dt)
{
    const tdgl_clock *clock = &sim->clock;
    int32_t n = sim->mesh->n_site, q = sim->o.order;
    double t = clock->t + dt;
    stage st = {.sim = sim, .order = q, .n_psi = q + 1, .n_mu = q};
    // The predictor passes through one state more than the formula: its distance to the result
    // measures the error.
    extrapolation(st.n_psi, clock->times, t, st.predict);
    integration(st.n_mu, clock->times, clock->t, t, st.turn);
    st.alpha = differentiation(q, clock->times, t, st.difference);

    flx_tdgl_drive_at(sim, t);
    double rho = flx_pool_max(sim->pool, n, assemble, &st);
    hold(sim);
    if (!(rho < 1))
        return (tdgl_attempt){.error = INFINITY, .order = q};
    int32_t sweeps = solve(&st, rho, 0.01 * sim->o.tolerance);
    if (sweeps < 0)
        return (tdgl_attempt){.error = INFINITY, .order = q};
    flx_tdgl_potential(sim, sim->next, sim->y, sim->next_mu);

    double sum = flx_pool_sum(sim->pool, n, difference_from_prediction, sim);
    double lag = 1 / (st.alpha * (t - clock->times[q]));
    return (tdgl_attempt){
        .error = lag / (1 + lag) * sqrt(sum / sim->area), .iterations = sweeps, .order = q};
}
