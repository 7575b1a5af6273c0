// tdgl/langevin.c -- steps of fixed length with the noise that makes exp(-F/k_B T) stationary.
//
// With F the free energy in units of E_s, T = k_B T/E_s and S = sqrt(1 + g^2|psi|^2), psi_i as a
// vector of two components, equations (1), (2) of fluxoid/tdgl.h are
//   d psi_i/dt = -Gamma_i dF/d psi_i + T div Gamma_i + sqrt(2 T Gamma_i) noise - i (d Phi_i/dt) psi_i
//   sum_j w_ij (dPhi_i/dt - dPhi_j/dt) = dF/d theta_i + inflow_i + sum_j sqrt(2 T w_ij) noise_ij
//   Gamma = (1/u a) (S - g^2 psi psi^T/S),   div Gamma = -(1/u a) g^2 (1 + S^2)/S^3 psi
// (docs/noise.md derives div Gamma from detailed balance). Seen from the frame that turns with Phi
// (the gauge without a scalar potential), (psi, Phi) is a Langevin system in which the mobility of
// Phi is constant. The step is
//   X_n+1 = X_n + h f(Y_n) + K(X_n + h f(Y_n-1)/4; xi_n),   Y_n = X_n + (1/2) sqrt(h) B(X_n) xi_n,
// B B^T = 2 T Gamma, and the state is Y: of second order for stationary averages with one force a
// step. For constant B it is B. Leimkuhler, C. Matthews, Appl. Math. Res. Express 2013, 34
// (arXiv:1102.4139); in general E. Bronasco, B. Leimkuhler, D. Phillips, G. Vilmart
// (arXiv:2501.02943), with K a step of dX = B dW of weak order 2. The currents noise_ij charge the
// sites with the covariance 2 T L, L = C C^T the operator of Phi: their part of dPhi/dt is
// sqrt(2 T) C^-T z with one Gaussian z a site, and joins between the two triangular solves.
// All arrays are turned with Phi, so that the rotation by mu is exact, as in the other integrators.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tdgl/langevin.h"

#include "base/rotation.h"
#include "tdgl/counterterm.h"
#include "tdgl/noise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double DT_MOST = 0.75; // [tau0] the normal current damps the phase at 1/tau0

struct tdgl_langevin {
    double dt;                // [tau0] of every step
    double *base, *base_next; // [n_site][2] X
    double *drift;            // [n_site][2] f of the step before; g > 0
    double *rate;             // [n_site] 1/u, less where the cell is too stiff for the step
    double *amplitude;        // [n_site] sqrt(2 T rate_i/a_i)
    double *shift, *core;     // [n_site] of the counterterm (counterterm.h); NULL: without
    float *kick;              // [n_site][2] xi
    float *jolt, *jolt_next;  // [n_site] Gaussians of the normal currents, this step's and the next
    double *shake;            // [n_site] what they add up to in a step
    float *spin;              // [n_site] xi of the angle; g > 0
    uint8_t *sign;            // [n_site] two bits are used; g > 0
    float *thin;              // [n_site] S^(-1/2) of X; g > 0
    double *push;             // [n_site][2] K; g > 0
    double *angle;            // [n_site] what the angle advances by itself in a step; g > 0
};

typedef struct job {
    flx_tdgl *sim;
    double dt;
    flx_noise_key key;
} job;

// -- stages of the step ---------------------------------------------------------------------------

// -dV/d psi of cell i is this times psi, n2 = |psi|^2.
static inline double own_of(const tdgl_langevin *l, const double *eps, double n2, int32_t i)
{
    double own = eps[i] - n2;
    return l->core ? own + l->shift[i] + l->core[i] * own * (3 * n2 - eps[i]) : own;
}

// base_next = X + h f(Y) + K, with the constant noise of g = 0.
static void move_plain(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const flx_tdgl *sim = j->sim;
    const tdgl_langevin *l = sim->langevin;
    const double *restrict area = sim->mesh->area, *restrict eps = sim->eps;
    const double *restrict psi = sim->psi[0], *restrict y = sim->y, *restrict base = l->base;
    const double *restrict amplitude = l->amplitude, *restrict mobility = l->rate;
    const float *restrict kick = l->kick;
    double *restrict out = l->base_next;
    double h = j->dt, root_dt = sqrt(h);
    FLX_INDEPENDENT
    for (int32_t i = begin; i < end; i++) {
        double re = psi[2 * i], im = psi[2 * i + 1], b = root_dt * amplitude[i];
        double own = own_of(l, eps, re * re + im * im, i), a = 1 / area[i];
        double rate = h * mobility[i];
        out[2 * i] = base[2 * i] + rate * (own * re + a * y[2 * i]) + b * (double)kick[2 * i];
        out[2 * i + 1] =
            base[2 * i + 1] + rate * (own * im + a * y[2 * i + 1]) + b * (double)kick[2 * i + 1];
    }
}

// K and the angle's share of it for g > 0: the step of weak order 2 of d psi = b S^(-1/2) dW,
// d angle = g b S^(-1/2) dW' from p = X + h f(Y_n-1)/4, b with sqrt(h) in it. With v = S^(-1/2),
//   grad v = -(g^2/2) v p/S^2,   lap v = (g^2/S^2) (5/4 g^2 p^2/S^2 - 1) v,
// component a gets b (v + (b v)^2 lap v/4) xi_a + b^2 v sum_c d_c v I_ca,  2 I_ca = xi_c xi_a -
// delta_ca +- chi: signs chi stand for the areas of Levy. P. E. Kloeden and E. Platen, Numerical
// Solution of Stochastic Differential Equations (Springer 1992), section 14.2; chi as in A.
// Roessler, SIAM J. Numer. Anal. 47, 1713 (2009).
static void push_coupled(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const flx_tdgl *sim = j->sim;
    const tdgl_langevin *l = sim->langevin;
    const double *restrict base = l->base, *restrict drift = l->drift;
    const double *restrict amplitude = l->amplitude;
    const float *restrict kick = l->kick, *restrict spin = l->spin, *restrict thin = l->thin;
    const uint8_t *restrict sign = l->sign;
    double *restrict push = l->push, *restrict angle = l->angle;
    double g = sim->p.gamma, g2 = g * g, quarter = j->dt / 4, root_dt = sqrt(j->dt);
    FLX_INDEPENDENT
    for (int32_t i = begin; i < end; i++) {
        double x = base[2 * i], y = base[2 * i + 1], b = root_dt * amplitude[i];
        x += quarter * drift[2 * i];
        y += quarter * drift[2 * i + 1];
        double p2 = x * x + y * y;
        float s = 1 / sqrtf((float)(1 + g2 * p2));
        double s2 = (double)(s * s), here = b * (double)sqrtf(s);
        double xi = (double)kick[2 * i], eta = (double)kick[2 * i + 1], zeta = (double)spin[i];
        double chi = 1 - 2 * (sign[i] & 1), chi2 = 1 - (sign[i] & 2);
        double mean = here + here * here * here * 0.25 * g2 * s2 * (1.25 * g2 * p2 * s2 - 1);
        double slope = -0.25 * here * here * g2 * s2;
        push[2 * i] = mean * xi + slope * (x * (xi * xi - 1) + y * (xi * eta - chi));
        push[2 * i + 1] = mean * eta + slope * (x * (xi * eta + chi) + y * (eta * eta - 1));
        double turned = mean * zeta + slope * (x * (zeta * xi + chi) + y * (zeta * eta + chi2));
        angle[i] = g * (turned - 0.5 * b * (double)thin[i] * zeta); // half of it was in Y already
    }
}

// The same as move_plain for g > 0; drift gets f, angle what f turns.
static void move_coupled(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const flx_tdgl *sim = j->sim;
    const tdgl_langevin *l = sim->langevin;
    const double *restrict area = sim->mesh->area, *restrict eps = sim->eps;
    const double *restrict psi = sim->psi[0], *restrict y = sim->y, *restrict base = l->base;
    const double *restrict amplitude = l->amplitude;
    const double *restrict mobility = l->rate, *restrict push = l->push;
    double *restrict drift = l->drift, *restrict out = l->base_next, *restrict angle = l->angle;
    double g2 = sim->p.gamma * sim->p.gamma, h = j->dt;
    FLX_INDEPENDENT
    for (int32_t i = begin; i < end; i++) {
        double re = psi[2 * i], im = psi[2 * i + 1], n2 = re * re + im * im;
        double own = own_of(l, eps, n2, i), a = 1 / area[i];
        double s = 1 / sqrt(1 + g2 * n2), rate = mobility[i] * s;
        double spurious = amplitude[i] * amplitude[i] * 0.5 * g2 * s * s * s;
        double f_re = rate * (own * re + a * y[2 * i]) - spurious * re;
        double f_im = rate * (own * im + a * y[2 * i + 1]) - spurious * im;
        out[2 * i] = base[2 * i] + h * f_re + push[2 * i];
        out[2 * i + 1] = base[2 * i + 1] + h * f_im + push[2 * i + 1];
        drift[2 * i] = f_re;
        drift[2 * i + 1] = f_im;
        angle[i] += h * g2 * rate * a * (re * y[2 * i + 1] - im * y[2 * i]);
    }
}

static void draw_sites(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const tdgl_langevin *l = j->sim->langevin;
    flx_noise_fill(&j->key, FLX_NOISE_KICK, 2 * begin, 2 * end, l->kick);
    flx_noise_fill(&j->key, FLX_NOISE_JOLT, begin, end, l->jolt_next);
    if (!l->spin)
        return;
    flx_noise_fill(&j->key, FLX_NOISE_SPIN, begin, end, l->spin);
    flx_noise_bytes(&j->key, FLX_NOISE_SIGN, begin, end, l->sign);
}

// sqrt(2 T/h) (old + new)/2: the normal currents' part of mu comes from it.
static void add_jolts(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const tdgl_langevin *l = j->sim->langevin;
    const float *restrict old = l->jolt, *restrict new = l->jolt_next;
    double *restrict shake = l->shake, half = 0.5 * sqrt(2 * j->sim->p.temperature / j->dt);
    for (int32_t i = begin; i < end; i++)
        shake[i] = half * (double)(old[i] + new[i]);
}

// Turns X by Phi's advance and adds half of the new kick: the next Y.
static void turn_plain(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const flx_tdgl *sim = j->sim;
    const double *restrict mu = sim->next_mu, *restrict amplitude = sim->langevin->amplitude;
    const float *restrict kick = sim->langevin->kick;
    double *restrict base = sim->langevin->base_next, *restrict next = sim->next;
    double h = j->dt, half = 0.5 * sqrt(h);
    FLX_INDEPENDENT
    for (int32_t i = begin; i < end; i++) {
        double c, s, re = base[2 * i], im = base[2 * i + 1], b = half * amplitude[i];
        flx_rotation(-h * mu[i], &c, &s);
        double x = c * re - s * im, y = c * im + s * re;
        base[2 * i] = x;
        base[2 * i + 1] = y;
        next[2 * i] = x + b * (double)kick[2 * i];
        next[2 * i + 1] = y + b * (double)kick[2 * i + 1];
    }
}

// The same for g > 0, where psi also has an angle of its own, and f must be turned.
static void turn_coupled(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const flx_tdgl *sim = j->sim;
    const tdgl_langevin *l = sim->langevin;
    const double *restrict mu = sim->next_mu, *restrict amplitude = l->amplitude;
    const double *restrict angle = l->angle;
    const float *restrict kick = l->kick, *restrict spin = l->spin;
    double *restrict base = l->base_next, *restrict next = sim->next, *restrict drift = l->drift;
    float *restrict thin = l->thin;
    double h = j->dt, half = 0.5 * sqrt(h), g = sim->p.gamma, g2 = g * g;
    FLX_INDEPENDENT
    for (int32_t i = begin; i < end; i++) {
        double re = base[2 * i], im = base[2 * i + 1], n2 = re * re + im * im;
        thin[i] = sqrtf(1 / sqrtf((float)(1 + g2 * n2)));
        double b = half * amplitude[i] * (double)thin[i], c, s;
        flx_rotation(angle[i] + g * b * (double)spin[i] - h * mu[i], &c, &s);
        double f_re = drift[2 * i], f_im = drift[2 * i + 1];
        double x = c * re - s * im, y = c * im + s * re;
        base[2 * i] = x;
        base[2 * i + 1] = y;
        drift[2 * i] = c * f_re - s * f_im;
        drift[2 * i + 1] = c * f_im + s * f_re;
        next[2 * i] = x + b * (double)kick[2 * i];
        next[2 * i + 1] = y + b * (double)kick[2 * i + 1];
    }
}

// Held sites: the turned present state.
static void hold(flx_tdgl *sim, double dt)
{
    for (int32_t k = 0; k < sim->n_fixed; k++) {
        int32_t i = sim->fixed[k];
        double re = sim->psi[0][2 * i], im = sim->psi[0][2 * i + 1];
        double n = sqrt(re * re + im * im), scale = n > 0 ? sim->fixed_psi[k] / n : 0, c, s;
        flx_rotation(-dt * sim->next_mu[i], &c, &s);
        double *base = sim->langevin->base_next;
        base[2 * i] = sim->next[2 * i] = scale * (c * re - s * im);
        base[2 * i + 1] = sim->next[2 * i + 1] = scale * (c * im + s * re);
    }
}

// -- the step -------------------------------------------------------------------------------------

// What drives the step that ends as number `step`, and half of the one after it.
static void draw(flx_tdgl *sim, int64_t step)
{
    job j = {.sim = sim, .key = {(uint64_t)sim->o.seed, (uint64_t)step}};
    flx_pool_for(sim->pool, sim->mesh->n_site, draw_sites, &j);
}

// K of the kicks behind X; the first step has none behind it.
static void push(flx_tdgl *sim, job *j)
{
    int32_t n = sim->mesh->n_site;
    if (sim->p.temperature > 0 && sim->clock.step > 0) {
        flx_pool_for(sim->pool, n, push_coupled, j);
        return;
    }
    memset(sim->langevin->push, 0, 2 * (size_t)n * sizeof(double));
    memset(sim->langevin->angle, 0, (size_t)n * sizeof(double));
}

flx_status flx_langevin_step(flx_tdgl *sim, double t_end, flx_tdgl_report *report)
{
    tdgl_langevin *l = sim->langevin;
    tdgl_clock *clock = &sim->clock;
    int32_t n = sim->mesh->n_site;
    const double near = 1e-6; // a step this much too short is made long enough
    double left = t_end - clock->t, dt = l->dt;
    if (!(left > 0))
        return flx_fail(sim->ctx, FLX_ERR_INPUT,
                        "the step should end at %g tau0, but it is %g tau0 now", t_end, clock->t);
    bool last = dt >= left * (1 - near);
    dt = last ? left : dt;
    job j = {.sim = sim, .dt = dt};

    flx_tdgl_charge(sim, sim->psi[0], sim->y);
    if (l->drift)
        push(sim, &j);
    flx_pool_for(sim->pool, n, l->drift ? move_coupled : move_plain, &j);
    bool noisy = sim->p.temperature > 0;
    if (noisy) {
        draw(sim, clock->step + 1);
        flx_pool_for(sim->pool, n, add_jolts, &j);
    }
    flx_tdgl_solve_noisy(sim, noisy ? l->shake : NULL, sim->next_mu);
    flx_pool_for(sim->pool, n, l->drift ? turn_coupled : turn_plain, &j);
    hold(sim, dt);
    double largest = flx_tdgl_largest(sim, sim->next);
    if (!(largest < 1e8))
        return flx_fail(sim->ctx, FLX_ERR_DIVERGED,
                        "at t = %g tau0 a step of %g tau0 diverges; give a smaller tdgl.dt",
                        clock->t, dt);
    flx_tdgl_accept(sim, dt, true);
    double *base = l->base;
    float *jolt = l->jolt;
    l->base = l->base_next;
    l->base_next = base;
    l->jolt = l->jolt_next;
    l->jolt_next = jolt;
    if (last)
        clock->t = clock->times[0] = t_end;
    clock->step++;
    flx_tdgl_drive_at(sim, clock->t);
    *report = (flx_tdgl_report){.time = clock->t, .dt = dt};
    return FLX_OK;
}

// -- life -----------------------------------------------------------------------------------------

flx_status flx_langevin_check(flx_ctx *ctx, const flx_tdgl_problem *p, const flx_tdgl_opts *o)
{
    if (!(p->temperature >= 0 && isfinite(p->temperature)))
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "the temperature of the noise is %g E_s, allowed is >= 0", p->temperature);
    if (o->integrator == FLX_LANGEVIN && !o->adaptive && o->dt > DT_MOST)
        return flx_fail(
            ctx, FLX_ERR_INPUT,
            "tdgl.dt is %g tau0; the integrator langevin takes steps of at most %g tau0", o->dt,
            DT_MOST);
    if (p->temperature > 0 && o->integrator != FLX_LANGEVIN)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "noise needs the integrator langevin, which makes steps of one length");
    if (o->integrator == FLX_LANGEVIN &&
        (p->screening != FLX_SCREENING_NONE || o->frozen_amplitude))
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "the integrator langevin works for films whose own field does not act back "
                        "and whose |psi| is free");
    return FLX_OK;
}

// Bound of the rate at which the phase of cell i falls by its own mobility, S (lambda_i + 2)/u with
// lambda_i = 2 sum_j w_ij/a_i (Gershgorin).
static double own_rate(const flx_tdgl *sim, int32_t i)
{
    double g2 = sim->p.gamma * sim->p.gamma;
    return sqrt(1 + g2) * (2 * sim->op.diag[i] / sim->mesh->area[i] + 2) / sim->p.u;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Half of what is stable for 9 cells of 10; the normal current adds 1 to the rate. base serves as
// scratch.
static void choose_dt(flx_tdgl *sim)
{
    double *rate = sim->langevin->base;
    int32_t n = sim->mesh->n_site;
    for (int32_t i = 0; i < n; i++)
        rate[i] = own_rate(sim, i);
    qsort(rate, (size_t)n, sizeof *rate, by_size);
    sim->langevin->dt =
        fmin(fmin(sim->o.dt_max, DT_MOST), 1 / (rate[(int32_t)(0.9 * (n - 1))] + 1));
}

// Cells that are faster than the step can follow get a smaller mobility: no average of equilibrium
// depends on it, and such a cell still follows its neighbours within a step.
static void set_rates(flx_tdgl *sim)
{
    tdgl_langevin *l = sim->langevin;
    for (int32_t i = 0; i < sim->mesh->n_site; i++) {
        double allowed = fmax(1 / l->dt - 1, 0.5 / l->dt);
        l->rate[i] = fmin(1, allowed / own_rate(sim, i)) / sim->p.u;
        l->amplitude[i] = sqrt(2 * sim->p.temperature * l->rate[i] / sim->mesh->area[i]);
    }
}

flx_status flx_langevin_create(flx_tdgl *sim)
{
    flx_ctx *ctx = sim->ctx;
    tdgl_langevin *l = sim->langevin = FLX_NEW(ctx, tdgl_langevin);
    if (!l)
        return FLX_ERR_MEMORY;
    const flx_mesh *m = sim->mesh;
    size_t n = (size_t)m->n_site;
    bool coupled = sim->p.gamma > 0;
    l->base = FLX_NEW_ARRAY(ctx, double, 2 * n);
    l->base_next = FLX_NEW_ARRAY(ctx, double, 2 * n);
    l->rate = FLX_NEW_ARRAY(ctx, double, n);
    l->amplitude = FLX_NEW_ARRAY(ctx, double, n);
    l->kick = FLX_NEW_ARRAY(ctx, float, 2 * n);
    l->jolt = FLX_NEW_ARRAY(ctx, float, n);
    l->jolt_next = FLX_NEW_ARRAY(ctx, float, n);
    l->shake = FLX_NEW_ARRAY(ctx, double, n);
    if (!l->base || !l->base_next || !l->rate || !l->amplitude || !l->kick || !l->jolt ||
        !l->jolt_next || !l->shake)
        return FLX_ERR_MEMORY;
    if (coupled &&
        !((l->drift = FLX_NEW_ARRAY(ctx, double, 2 * n)) &&
          (l->spin = FLX_NEW_ARRAY(ctx, float, n)) && (l->sign = FLX_NEW_ARRAY(ctx, uint8_t, n)) &&
          (l->thin = FLX_NEW_ARRAY(ctx, float, n)) &&
          (l->push = FLX_NEW_ARRAY(ctx, double, 2 * n)) &&
          (l->angle = FLX_NEW_ARRAY(ctx, double, n))))
        return FLX_ERR_MEMORY;
    l->dt = sim->o.dt;
    if (sim->o.adaptive)
        choose_dt(sim);
    set_rates(sim);
    if (!sim->o.counterterm)
        return FLX_OK;
    l->shift = FLX_NEW_ARRAY(ctx, double, n);
    l->core = FLX_NEW_ARRAY(ctx, double, n);
    if (!l->shift || !l->core)
        return FLX_ERR_MEMORY;
    flx_counterterm(m, sim->op.weight, sim->p.temperature, l->core, l->shift);
    return FLX_OK;
}

void flx_langevin_free(flx_tdgl *sim)
{
    tdgl_langevin *l = sim->langevin;
    if (!l)
        return;
    void *arrays[] = {l->base, l->base_next, l->rate, l->drift,     l->amplitude, l->shift,
                      l->core, l->kick,      l->jolt, l->jolt_next, l->shake,     l->spin,
                      l->thin, l->sign,      l->push, l->angle};
    for (size_t k = 0; k < sizeof arrays / sizeof arrays[0]; k++)
        flx_free(arrays[k]);
    flx_free(l);
    sim->langevin = NULL;
}

void flx_langevin_begin(flx_tdgl *sim)
{
    tdgl_langevin *l = sim->langevin;
    size_t n = (size_t)sim->mesh->n_site;
    memcpy(l->base, sim->psi[0], 2 * n * sizeof *l->base);
    memset(l->kick, 0, 2 * n * sizeof *l->kick);
    memset(l->jolt, 0, n * sizeof *l->jolt);
    if (l->drift)
        memset(l->drift, 0, 2 * n * sizeof *l->drift);
}

int32_t flx_langevin_state(flx_tdgl *sim, flx_state_block *blocks)
{
    tdgl_langevin *l = sim->langevin;
    size_t n = (size_t)sim->mesh->n_site, bytes = 2 * n * sizeof(double);
    int32_t count = 0;
    blocks[count++] = (flx_state_block){"base", l->base, bytes};
    if (sim->p.temperature > 0) // a build that draws other numbers refuses the state
        blocks[count++] =
            (flx_state_block){FLX_NOISE_ARS ? "numbers of AES" : "numbers of Philox", l->base, 0};
    if (l->drift) {
        blocks[count++] = (flx_state_block){"drift", l->drift, bytes};
        blocks[count++] = (flx_state_block){"thin", l->thin, n * sizeof *l->thin};
    }
    return count;
}

// Random numbers are keyed by the step: they are made again rather than saved.
void flx_langevin_restored(flx_tdgl *sim)
{
    tdgl_langevin *l = sim->langevin;
    if (sim->clock.step == 0 || !(sim->p.temperature > 0))
        return;
    draw(sim, sim->clock.step);
    float *jolt = l->jolt;
    l->jolt = l->jolt_next;
    l->jolt_next = jolt;
}
