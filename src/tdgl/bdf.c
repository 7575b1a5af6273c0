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
#include "base/magnitude.h"
#include "base/rotation.h"
#include "tdgl/screen.h"

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
    int32_t n_psi, n_mu;
    double predict[LEVELS], turn[LEVELS], difference[LEVELS],
        alpha; // alpha: weight of the new state
    double predict_mu[LEVELS];
    double interpolate[LEVELS]; // of the new mu and the history, for the error of turn
    double share;               // of the distance to the prediction that is error
} stage;

// Turns the history (if there is a mu to turn it by), predicts, and fills blocks and the local part of
// the residual of psi*. Returns 1 if p <= diag somewhere: there the system may be indefinite. (Counted
// in integers: a maximum of doubles would keep the loop from being vectorised.)
static inline __attribute__((always_inline)) double assemble_sites(const stage *st, int32_t begin,
                                                                   int32_t end, bool turns)
{
    flx_tdgl *sim = st->sim;
    const double *restrict area = sim->mesh->area, *restrict eps = sim->eps;
    const double *restrict diag = sim->op.diag;
    double *restrict turned = sim->turn, *restrict predicted = sim->predicted;
    double *restrict residual = sim->rhs, *restrict predicted_mu = sim->next_mu;
    float *restrict inverse = sim->blocks.inverse, *restrict shrink = sim->blocks.shrink;
    float *restrict v = sim->blocks.v;
    const double *restrict psi0 = sim->psi[0], *restrict psi1 = sim->psi[1];
    const double *restrict psi2 = sim->psi[2], *restrict psi3 = sim->psi[3];
    const double *restrict mu0 = sim->mu[0], *restrict mu1 = sim->mu[1], *restrict mu2 = sim->mu[2];
    // Weights of levels that are not used are 0.
    const double p0 = st->predict[0], p1 = st->predict[1], p2 = st->predict[2], p3 = st->predict[3];
    const double d0 = -st->difference[0], d1 = -st->difference[1], d2 = -st->difference[2],
                 d3 = -st->difference[3];
    const double t0 = st->turn[0], t1 = st->turn[1], t2 = st->turn[2];
    const double m0 = st->predict_mu[0], m1 = st->predict_mu[1], m2 = st->predict_mu[2];
    const double alpha = st->alpha;
    double u = sim->p.u, g2 = sim->p.gamma * sim->p.gamma;
    int32_t indefinite = 0;
    FLX_INDEPENDENT
    for (int32_t i = begin; i < end; i++) {
        double turn = 0, c = 1, s = 0;
        if (turns) {
            turn = t0 * mu0[i] + t1 * mu1[i] + t2 * mu2[i];
            flx_rotation(-turn, &c, &s);
        }
        double star_re = p0 * psi0[2 * i] + p1 * psi1[2 * i] + p2 * psi2[2 * i] + p3 * psi3[2 * i];
        double star_im = p0 * psi0[2 * i + 1] + p1 * psi1[2 * i + 1] + p2 * psi2[2 * i + 1] +
                         p3 * psi3[2 * i + 1];
        double h_re = d0 * psi0[2 * i] + d1 * psi1[2 * i] + d2 * psi2[2 * i] + d3 * psi3[2 * i];
        double h_im = d0 * psi0[2 * i + 1] + d1 * psi1[2 * i + 1] + d2 * psi2[2 * i + 1] +
                      d3 * psi3[2 * i + 1];
        double t_re = turns ? c * star_re - s * star_im : star_re;
        double t_im = turns ? c * star_im + s * star_re : star_im;
        double k_re = turns ? c * h_re - s * h_im : h_re, k_im = turns ? c * h_im + s * h_re : h_im;
        double n2 = t_re * t_re + t_im * t_im;
        double mass = area[i] * u / sqrt(1 + g2 * n2);
        double p = mass * alpha + area[i] * (n2 - eps[i]) + diag[i];
        double r = mass * g2 * alpha + 2 * area[i];
        // right-hand side: M h + 2|psi*|^2 psi*;  minus the diagonal block times psi*
        double along = mass * g2 * (t_re * k_re + t_im * k_im) + 2 * area[i] * n2;
        double own = along - (p - diag[i]) - r * n2;
        if (turns) {
            turned[i] = turn;
            predicted_mu[i] = m0 * mu0[i] + m1 * mu1[i] + m2 * mu2[i];
        }
        predicted[2 * i] = t_re;
        predicted[2 * i + 1] = t_im;
        residual[2 * i] = mass * k_re + own * t_re;
        residual[2 * i + 1] = mass * k_im + own * t_im;
        inverse[i] = (float)(1 / p);
        shrink[i] = (float)(r / (p + r * n2));
        v[2 * i] = (float)t_re;
        v[2 * i + 1] = (float)t_im;
        indefinite |= !(p > diag[i]);
    }
    return indefinite;
}

static double assemble(void *arg, int32_t begin, int32_t end)
{
    return assemble_sites(arg, begin, end, true);
}

static double assemble_at_rest(void *arg, int32_t begin, int32_t end)
{
    return assemble_sites(arg, begin, end, false);
}

// Held sites: the turned present state, and no correction.
static void hold(flx_tdgl *sim)
{
    for (int32_t k = 0; k < sim->n_fixed; k++) {
        int32_t i = sim->fixed[k];
        double re = sim->psi[0][2 * i], im = sim->psi[0][2 * i + 1];
        double n = sqrt(re * re + im * im), scale = n > 0 ? sim->fixed_psi[k] / n : 0;
        double c, s;
        flx_rotation(-sim->turn[i], &c, &s);
        sim->predicted[2 * i] = scale * (c * re - s * im);
        sim->predicted[2 * i + 1] = scale * (c * im + s * re);
        sim->blocks.inverse[i] = 0;
    }
}

static void add_correction(void *arg, int32_t begin, int32_t end)
{
    const flx_tdgl *sim = arg;
    const double *restrict predicted = sim->predicted;
    const float *restrict x = sim->correction;
    double *restrict next = sim->next;
    for (int32_t k = 2 * begin; k < 2 * end; k++)
        next[k] = predicted[k] + (double)x[k];
}

// Fills correction until its error is below target (root mean square); returns the number of
// sweeps, -1 if it failed.
static int32_t solve(flx_tdgl *sim, double rho, double target)
{
    enum { AT_MOST = 400 };
    // The predictor of order 3 multiplies errors of earlier states by up to 1 + 4 + 6 + 4: each
    // solve must shrink what it is given by more, else they live on for ever.
    const double shrink = 50;
    if (sim->o.frozen_amplitude) {
        flx_operator_apply(&sim->op, sim->pool, sim->predicted, sim->y);
        flx_tdgl_freeze_residual(sim);
    }
    flx_begin begin = {.blocks = &sim->blocks,
                       .psi = sim->predicted,
                       .right = sim->rhs,
                       .diag = sim->op.diag,
                       .area = sim->area32,
                       .g = sim->g};
    double sum = flx_operator_begin(&sim->op, sim->pool, &begin);
    // The error falls as 1/T_n(1/rho) from at most |g|/(1 - rho).
    double start = sqrt(sim->comm.ops->sum(&sim->comm, sum) / sim->area) / (1 - rho);
    double need = acosh(fmax(start / target, shrink)) / acosh(1 / rho);
    if (!(need <= AT_MOST))
        return -1;
    int32_t sweeps = (int32_t)ceil(need);
    // The first correction is g itself.
    const float *x = sim->g, *direction = sim->g;
    double ratio = rho;
    for (int32_t k = 1; k < sweeps; k++) {
        double next = 1 / (2 / rho - ratio);
        flx_sweep sweep = {.blocks = &sim->blocks,
                           .g = sim->g,
                           .x = x,
                           .direction = direction,
                           .x_new = sim->correction_new,
                           .direction_new = sim->direction,
                           .first = (float)(next * ratio),
                           .second = (float)(2 * next / rho)};
        flx_operator_sweep(&sim->op, sim->pool, &sweep);
        ratio = next;
        float *swap = sim->correction;
        x = sim->correction = sim->correction_new;
        sim->correction_new = swap;
        direction = sim->direction;
    }
    if (sweeps == 1) {
        float *swap = sim->correction;
        sim->correction = sim->g;
        sim->g = swap;
    }
    return sweeps;
}

// A few power iterations from x = 1, for steps of several lengths. The same bound, (diag_i +
// spread_i)/a_i, of the largest eigenvalue of -Lap tells where an explicit step (stable to 2.5 on
// the negative axis) ends.
static const double typical[SPREADS] = {0.01, 0.025, 0.05, 0.1, 0.2,     0.4,
                                        0.8,  1.5,   3,    6,   INFINITY}; // [tau0]

void flx_tdgl_find_spread(flx_tdgl *sim)
{
    enum { ITERATIONS = 12 };
    const flx_mesh *m = sim->mesh;
    double slowest = INFINITY;
    for (int32_t c = 0; c < SPREADS; c++) {
        double *x = sim->b, *x_new = sim->turn, shift = 1.5 * sim->p.u / typical[c];
        for (int32_t i = 0; i < m->n_site; i++)
            x[i] = 1;
        for (int32_t it = 0; it <= ITERATIONS; it++) {
            for (int32_t i = 0; i < m->n_site; i++) {
                double sum = 0;
                for (int32_t k = m->row[i]; k < m->row[i + 1]; k++)
                    sum += fabs(sim->op.weight[m->half_edge[k]]) * x[m->neighbour[k]];
                sim->spread[c][i] = (float)(sum / x[i]);
                x_new[i] = sum / (sim->op.diag[i] + shift * m->area[i]);
            }
            double *swap = x;
            x = x_new;
            x_new = swap;
        }
        double largest = 0;
        for (int32_t i = 0; i < m->n_site; i++)
            largest = fmax(largest, (sim->op.diag[i] + (double)sim->spread[c][i]) / m->area[i]);
        slowest = fmin(slowest, largest);
    }
    memset(sim->turn, 0, (size_t)m->n_site * sizeof *sim->turn); // it stays so without a mu
    sim->stable_dt = 2.5 * sim->p.u / (sqrt(1 + sim->p.gamma * sim->p.gamma) * slowest);
}

typedef struct bound_job {
    const float *spread, *inverse;
} bound_job;

static double bound(void *arg, int32_t begin, int32_t end)
{
    const bound_job *job = arg;
    const float *restrict spread = job->spread, *restrict inverse = job->inverse;
    int32_t largest = 0;
    for (int32_t i = begin; i < end; i++) {
        int32_t ratio = flx_magnitude_f(spread[i] * inverse[i]);
        largest = ratio > largest ? ratio : largest;
    }
    return (double)flx_of_magnitude_f(largest);
}

// Any spread gives a bound of the spectrum; that of the next longer step is nearly the best. Single
// precision is made up for.
static double spectral_bound(flx_tdgl *sim, double alpha)
{
    int32_t c = 0;
    // Where |psi| = 1 the mass is u/S: a step counts as one that is S times as long.
    while (typical[c] < 1.5 * sqrt(1 + sim->p.gamma * sim->p.gamma) / alpha)
        c++;
    bound_job job = {sim->spread[c], sim->blocks.inverse};
    double rho = flx_pool_max(sim->pool, sim->mesh->n_site, bound, &job);
    return 1.000001 * sim->comm.ops->max(&sim->comm, rho);
}

// Largest square of a site's error: `share` of the distance to the prediction, and |psi d|, where d
// is what the integral of mu interpolated through its new value differs from the extrapolated one
// that was used.
static double site_error(void *arg, int32_t begin, int32_t end)
{
    const stage *st = arg;
    const flx_tdgl *sim = st->sim;
    const double *restrict psi = sim->next, *restrict turn = sim->turn;
    const double *restrict next_mu = sim->next_mu;
    const double *restrict mu0 = sim->mu[0], *restrict mu1 = sim->mu[1], *restrict mu2 = sim->mu[2];
    const float *restrict x = sim->correction;
    const double w = st->interpolate[0], w0 = st->interpolate[1], w1 = st->interpolate[2],
                 w2 = st->interpolate[3], share2 = st->share * st->share;
    int64_t largest = 0;
    for (int32_t i = begin; i < end; i++) {
        double d = w * next_mu[i] + w0 * mu0[i] + w1 * mu1[i] + w2 * mu2[i] - turn[i];
        double n2 = psi[2 * i] * psi[2 * i] + psi[2 * i + 1] * psi[2 * i + 1];
        double x_re = (double)x[2 * i], x_im = (double)x[2 * i + 1];
        int64_t e2 = flx_magnitude(share2 * (x_re * x_re + x_im * x_im) + n2 * d * d);
        largest = e2 > largest ? e2 : largest;
    }
    return flx_of_magnitude(largest);
}

// The same without a mu.
static double site_error_at_rest(void *arg, int32_t begin, int32_t end)
{
    const stage *st = arg;
    const float *restrict x = st->sim->correction;
    const double share2 = st->share * st->share;
    int64_t largest = 0;
    for (int32_t i = begin; i < end; i++) {
        double x_re = (double)x[2 * i], x_im = (double)x[2 * i + 1];
        int64_t e2 = flx_magnitude(share2 * (x_re * x_re + x_im * x_im));
        largest = e2 > largest ? e2 : largest;
    }
    return flx_of_magnitude(largest);
}

tdgl_attempt flx_tdgl_try_bdf(flx_tdgl *sim, double dt)
{
    const double algebra = 0.05; // error of the linear system, as a share of the tolerance
    const tdgl_clock *clock = &sim->clock;
    int32_t n = sim->mesh->n_site, q = sim->o.order;
    double t = clock->t + dt;
    if (sim->screen && q > clock->n_history)
        q = clock->n_history;
    // Where |psi| = 1 mu follows the phase at the rate 1/tau0, so extrapolating it is stable for dt
    // < 6/11 from three values and for dt < 1 from two.
    const double cautious = 0.25;
    stage st = {.sim = sim, .n_psi = q + 1, .n_mu = dt > cautious ? 2 : q};
    if (st.n_psi > clock->n_history)
        st.n_psi = clock->n_history;
    // The predictor passes through one state more than the formula: its distance to the result
    // measures the error.
    extrapolation(st.n_psi, clock->times, t, st.predict);
    const double nodes[LEVELS] = {t, clock->times[0], clock->times[1], clock->times[2]};
    if (!sim->screen) { // with it there is no mu
        extrapolation(clock->n_history < 3 ? clock->n_history : 3, clock->times, t, st.predict_mu);
        integration(st.n_mu, clock->times, clock->t, t, st.turn);
        integration(st.n_mu + 1, nodes, clock->t, t, st.interpolate);
    }
    st.alpha = differentiation(q, clock->times, t, st.difference);

    flx_tdgl_drive_at(sim, t);
    st.share = 1; // where the predictor has no more states than the formula
    if (st.n_psi > q) {
        double lag = 1 / (st.alpha * (t - clock->times[q]));
        st.share = lag / (1 + lag);
    }
    tdgl_formula field = {.alpha = st.alpha, .share = st.share};
    if (sim->screen) {
        for (int32_t j = 0; j < st.n_psi; j++)
            field.check[j] = st.predict[j];
        extrapolation(clock->n_history < 3 ? clock->n_history : 3, clock->times, t, field.predict);
        if (clock->n_history > 1)
            field.ahead = (t - clock->times[0]) / (clock->times[0] - clock->times[1]);
        for (int32_t j = 0; j < q; j++)
            field.difference[j] = st.difference[j];
        flx_screen_predict(sim, &field);
    }
    flx_sum_fn assembly = sim->screen ? assemble_at_rest : assemble;
    bool indefinite = flx_pool_max(sim->pool, n, assembly, &st) > 0 && !sim->o.frozen_amplitude;
    if (sim->o.frozen_amplitude)
        flx_tdgl_freeze(sim, st.alpha, st.difference);
    hold(sim);
    double rho = indefinite ? 1 : spectral_bound(sim, st.alpha);
    if (!(rho < 1))
        return (tdgl_attempt){.error = INFINITY, .order = q};
    int32_t sweeps = solve(sim, rho, algebra * sim->o.tolerance);
    if (sweeps < 0)
        return (tdgl_attempt){.error = INFINITY, .order = q};
    flx_pool_for(sim->pool, n, add_correction, sim);
    if (sim->o.frozen_amplitude)
        flx_tdgl_normalise(sim, sim->next);
    double field_error = 0;
    if (sim->screen)
        field_error = flx_screen_close(sim, &field);
    else
        flx_tdgl_refine_potential(sim, sim->next, sim->next_mu);
    flx_sum_fn errs = sim->screen ? site_error_at_rest : site_error;
    double error = sqrt(flx_pool_max(sim->pool, n, errs, &st));
    return (tdgl_attempt){
        .error = !(field_error <= error) ? field_error : error, .iterations = sweeps, .order = q};
}
