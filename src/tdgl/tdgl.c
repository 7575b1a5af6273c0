// tdgl/tdgl.c -- the life of a simulation: created from a problem, stepped under error control,
// saved and restored.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/rotation.h"
#include "tdgl/langevin.h"
#include "tdgl/poisson.h"
#include "tdgl/screen.h"
#include "tdgl/terminals.h"

#include <math.h>
#include <string.h>

enum { SITES_PER_THREAD = 10000 }; // below this a second thread costs more than it gives

// One step ----------------------------------------------------------------------------------------

typedef struct turn_job {
    flx_tdgl *sim;
    int32_t first;
} turn_job;

static inline void turn_site(double *psi, double c, double s)
{
    double re = psi[0], im = psi[1];
    psi[0] = c * re - s * im;
    psi[1] = c * im + s * re;
}

static void turn_history(void *arg, int32_t begin, int32_t end)
{
    const turn_job *job = arg;
    const double *restrict turn = job->sim->turn;
    double **psi = job->sim->psi + job->first;
    double *restrict psi0 = psi[0], *restrict psi1 = psi[1], *restrict psi2 = psi[2];
    FLX_INDEPENDENT
    for (int32_t i = begin; i < end; i++) {
        double c, s;
        flx_rotation(-turn[i], &c, &s);
        turn_site(psi0 + 2 * i, c, s);
        turn_site(psi1 + 2 * i, c, s);
        turn_site(psi2 + 2 * i, c, s);
    }
}

void flx_tdgl_accept(flx_tdgl *sim, double dt, bool replace)
{
    tdgl_clock *clock = &sim->clock;
    if (clock->n_history == LEVELS && !replace) // the oldest will be overwritten
        clock->n_history--;
    if (!sim->screen && !sim->langevin) // there is no mu to turn by; there is no history
        flx_pool_for(sim->pool, sim->mesh->n_site, turn_history, &(turn_job){sim, replace ? 1 : 0});
    if (!replace) {
        int32_t last = LEVELS - 1;
        double *psi = sim->psi[last], *mu = sim->mu[last];
        for (int32_t j = last; j > 0; j--) {
            sim->psi[j] = sim->psi[j - 1];
            sim->mu[j] = sim->mu[j - 1];
            clock->times[j] = clock->times[j - 1];
        }
        sim->psi[0] = psi;
        sim->mu[0] = mu;
        if (clock->n_history < LEVELS)
            clock->n_history++;
    }
    double *psi = sim->psi[0], *mu = sim->mu[0];
    sim->psi[0] = sim->next;
    sim->mu[0] = sim->next_mu;
    sim->next = psi;
    sim->next_mu = mu;
    clock->t += dt;
    clock->times[0] = clock->t;
    clock->dt_last = dt;
    if (sim->screen)
        flx_screen_accept(sim);
}

// Steps of equal length for the first states of a multistep run: small Runge-Kutta steps that its
// stability allows.
static flx_status start_up(flx_tdgl *sim, double dt)
{
    double pieces = ceil(fmax(4, 2 * dt / sim->stable_dt));
    double begin = sim->clock.t;
    for (double k = 0; k < pieces; k++) {
        double end = k + 1 < pieces ? begin + dt * (k + 1) / pieces : begin + dt;
        tdgl_attempt attempt = flx_tdgl_try_rk32(sim, end - sim->clock.t);
        if (!isfinite(attempt.error))
            return flx_fail(
                sim->ctx, FLX_ERR_DIVERGED,
                "the first steps of %g tau0 diverge at t = %g tau0; give a smaller tdgl.dt", dt,
                sim->clock.t);
        flx_tdgl_accept(sim, end - sim->clock.t, k > 0);
        double *slope = sim->slope[0];
        sim->slope[0] = sim->slope[STAGES - 1];
        sim->slope[STAGES - 1] = slope;
    }
    return FLX_OK;
}

// The same with the field of the currents, whose diffusion is too stiff for Runge-Kutta: the order
// rises with the number of states, in steps that double.
static flx_status start_up_screened(flx_tdgl *sim, double dt)
{
    enum { PIECES = 8 };
    double begin = sim->clock.t;
    for (int k = 0; k < PIECES; k++) {
        double end = begin + ldexp(dt, k + 1 - PIECES);
        tdgl_attempt attempt = flx_tdgl_try_bdf(sim, end - sim->clock.t);
        if (!isfinite(attempt.error))
            return flx_fail(
                sim->ctx, FLX_ERR_DIVERGED,
                "the first steps of %g tau0 diverge at t = %g tau0; give a smaller tdgl.dt", dt,
                sim->clock.t);
        flx_tdgl_accept(sim, end - sim->clock.t, false);
    }
    return FLX_OK;
}

// Under error control: a state dt before the first, on the tangent there. The formula of order 2
// begins with it, and the error is how far the step leaves the tangent. (Without it the first state
// is predicted to stay as it is, and in a field that is there at once steps begin as short as the
// tolerance over the rate, a tenth of what they are so.)
static void imagine_past(flx_tdgl *sim, double dt)
{
    tdgl_clock *clock = &sim->clock;
    int32_t n = sim->mesh->n_site;
    double *psi = sim->psi[0], *past = sim->psi[1], *rate = sim->slope[0], *mu = sim->next_mu;
    flx_tdgl_drive_at(sim, clock->t);
    flx_screen_imagine(sim, dt);
    flx_operator_set_links(&sim->op, sim->pool, sim->screen->a);
    flx_operator_apply(&sim->op, sim->pool, psi, sim->y);
    memset(mu, 0, (size_t)n * sizeof *mu);
    flx_tdgl_slope(sim, psi, sim->y, mu, rate);
    for (int32_t k = 0; k < 2 * n; k++)
        past[k] = psi[k] - dt * rate[k];
    clock->times[1] = clock->t - dt;
    clock->n_history = 2;
}

// The multistep formula begins with Runge-Kutta steps.
static bool by_runge_kutta(const flx_tdgl *sim)
{
    if (sim->screen)
        return false;
    return sim->o.integrator == FLX_RK32 ||
           (sim->o.integrator == FLX_BDF && sim->clock.n_history <= sim->o.order);
}

// May shorten dt (euler-explicit).
static tdgl_attempt attempt_step(flx_tdgl *sim, double *dt, bool runge_kutta)
{
    if (sim->o.integrator == FLX_EULER_EXPLICIT)
        return flx_tdgl_try_euler(sim, dt);
    return runge_kutta ? flx_tdgl_try_rk32(sim, *dt) : flx_tdgl_try_bdf(sim, *dt);
}

// The rule of pyTDGL: follow the mean of the last ten changes of |psi|^2.
static double next_dt_euler(const flx_tdgl *sim, double dt)
{
    const tdgl_clock *clock = &sim->clock;
    if (clock->n_recent < 10 || clock->step <= 10)
        return dt;
    double mean = 0;
    for (int32_t k = 0; k < 10; k++)
        mean += clock->recent[k] / 10;
    return 0.5 * (dt + sim->o.dt / fmax(1e-10, mean));
}

// Proportional-integral control of the error per step. Soderlind, ACM Trans. Math. Softw. 29, 1
// (2003).
static double next_dt(const flx_tdgl *sim, double dt, double error, int32_t order)
{
    const double safety = 0.85, largest = 1.6, smallest = 0.2, settled = 0.1;
    double before = sim->clock.last_error > 0 ? sim->clock.last_error : error;
    error = fmax(error, 1e-8);
    before = fmax(before, 1e-8);
    double factor = safety * pow(error, -0.7 / (order + 1)) * pow(before, 0.4 / (order + 1));
    if (sim->screen) // short steps are dear: they grow at once to what this settles at
        factor = fmax(factor, pow(settled / error, 1.0 / (order + 1)));
    return dt * fmin(largest, fmax(smallest, factor));
}

flx_status flx_tdgl_step(flx_tdgl *sim, double t_end, flx_tdgl_report *report)
{
    if (sim->langevin)
        return flx_langevin_step(sim, t_end, report);
    tdgl_clock *clock = &sim->clock;
    const flx_tdgl_opts *o = &sim->o;
    const double near = 1e-6; // a step this much too short is made long enough
    double left = t_end - clock->t;
    if (!(left > 0))
        return flx_fail(sim->ctx, FLX_ERR_INPUT,
                        "the step should end at %g tau0, but it is %g tau0 now", t_end, clock->t);
    int32_t rejected = 0;
    if (sim->screen) {
        sim->screen->iterations = 0;
        sim->screen->induction->seconds = 0;
    }
    for (double dt = clock->dt;;) {
        // Beyond its limit of stability an explicit step keeps noise of the size of the tolerance.
        bool runge_kutta = by_runge_kutta(sim);
        if (runge_kutta && o->adaptive)
            dt = fmin(dt, sim->stable_dt);
        // Land on t_end in equal steps, without leaving a crumb before it.
        bool last = dt >= left * (1 - near);
        double full = dt;
        if (last)
            dt = left;
        else if (o->adaptive && left < 3 * dt)
            dt = left / ceil(left / dt);

        if (!o->adaptive && o->integrator == FLX_BDF && clock->n_history <= o->order) {
            FLX_TRY(sim->screen ? start_up_screened(sim, dt) : start_up(sim, dt));
            clock->step++;
            *report = (flx_tdgl_report){.time = clock->t, .dt = dt};
            return FLX_OK;
        }
        double tried = dt;
        bool first = sim->screen && clock->n_history == 1;
        if (first)
            imagine_past(sim, dt);
        tdgl_attempt attempt = attempt_step(sim, &dt, runge_kutta);
        if (first) // it is no history
            clock->n_history = 1;
        last = last && dt == tried;
        double error = attempt.error / o->tolerance;
        bool accepted = o->adaptive ? error <= 1 : isfinite(attempt.error);
        if (!accepted) {
            double shrink = isfinite(error) ? pow(error, -1.0 / (attempt.order + 1)) : 0.25;
            dt *= fmin(0.7, fmax(0.2, 0.85 * shrink));
            rejected++;
            if (!o->adaptive || dt < o->dt_min) {
                flx_tdgl_drive_at(sim, clock->t);
                sim->have_slope = false;
                return flx_fail(
                    sim->ctx, FLX_ERR_DIVERGED,
                    "at t = %g tau0 even a step of %g tau0 fails (error %g, allowed %g); is "
                    "an input discontinuous? Else give a smaller tdgl.dt or another "
                    "tdgl.integrator",
                    clock->t, dt, attempt.error, o->tolerance);
            }
            continue;
        }
        flx_tdgl_accept(sim, dt, false);
        if (last)
            clock->t = clock->times[0] = t_end;
        if (runge_kutta) {
            double *slope = sim->slope[0];
            sim->slope[0] = sim->slope[STAGES - 1];
            sim->slope[STAGES - 1] = slope;
        }
        sim->have_slope = runge_kutta;
        clock->step++;
        if (o->adaptive) {
            double next = o->integrator == FLX_EULER_EXPLICIT
                              ? next_dt_euler(sim, dt)
                              : next_dt(sim, dt, error, attempt.order);
            if (rejected)
                next = fmin(next, dt);
            else if (full > dt) // a step cut short by t_end says nothing against longer ones
                next = fmax(next, fmin(full, 1.6 * dt));
            clock->dt = fmin(next, o->dt_max);
            clock->last_error = error;
        }
        *report =
            (flx_tdgl_report){.time = clock->t,
                              .dt = dt,
                              .error = attempt.error,
                              .rejected = rejected,
                              .iterations = attempt.iterations,
                              .field_iterations = sim->screen ? sim->screen->iterations : 0,
                              .field_seconds = sim->screen ? sim->screen->induction->seconds : 0};
        return FLX_OK;
    }
}

// Creation ----------------------------------------------------------------------------------------

static flx_status check(flx_ctx *ctx, const flx_tdgl_problem *p, const flx_tdgl_opts *o)
{
    if (o->cookie != FLX_TDGL_COOKIE)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "flx_tdgl_opts does not come from flx_tdgl_opts_default()");
    FLX_TRY(flx_options_check(ctx, &flx_tdgl_option_table, o));
    if (o->frozen_amplitude && o->integrator == FLX_EULER_EXPLICIT)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "|psi| can be held by the integrators bdf and rk32, not by euler-explicit");
    if (o->frozen_amplitude && p->drive.epsilon)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "frozen_amplitude holds |psi| at 1, so epsilon must be 1 everywhere: leave "
                        "epsilon and disorder of the layers out");
    if (!p->mesh)
        return flx_fail(ctx, FLX_ERR_INPUT, "the problem has no mesh");
    if (!(p->u > 0 && isfinite(p->u)))
        return flx_fail(ctx, FLX_ERR_INPUT, "u is %g, allowed is > 0", p->u);
    if (!(p->gamma >= 0 && isfinite(p->gamma)))
        return flx_fail(ctx, FLX_ERR_INPUT, "gamma is %g, allowed is >= 0", p->gamma);
    FLX_TRY(flx_screen_check(ctx, p, o));
    FLX_TRY(flx_langevin_check(ctx, p, o));
    return flx_terminals_check(ctx, p->mesh, p->terminals, p->n_terminal);
}

static flx_status create_terminals(flx_tdgl *sim)
{
    int32_t total = 0;
    for (int32_t k = 0; k < sim->p.n_terminal; k++)
        total += sim->p.terminals[k].n_site;
    sim->inflow_site = FLX_NEW_ARRAY(sim->ctx, int32_t, total);
    sim->inflow_terminal = FLX_NEW_ARRAY(sim->ctx, int32_t, total);
    sim->inflow_share = FLX_NEW_ARRAY(sim->ctx, double, total);
    sim->fixed = FLX_NEW_ARRAY(sim->ctx, int32_t, total);
    sim->fixed_psi = FLX_NEW_ARRAY(sim->ctx, double, total);
    sim->current = FLX_NEW_ARRAY(sim->ctx, double, sim->p.n_terminal);
    if (!sim->inflow_site || !sim->inflow_terminal || !sim->inflow_share || !sim->fixed ||
        !sim->fixed_psi || !sim->current)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < sim->p.n_terminal; k++) {
        const flx_terminal *terminal = &sim->p.terminals[k];
        double length = 0;
        for (int32_t s = 0; s < terminal->n_site; s++)
            length += terminal->length[s];
        for (int32_t s = 0; s < terminal->n_site; s++) {
            int32_t at = sim->n_inflow++;
            sim->inflow_site[at] = terminal->site[s];
            sim->inflow_terminal[at] = k;
            sim->inflow_share[at] = terminal->length[s] / length;
            if (terminal->psi != FLX_TERMINAL_FREE && s < terminal->n_site - terminal->n_outside) {
                sim->fixed[sim->n_fixed] = terminal->site[s];
                sim->fixed_psi[sim->n_fixed++] =
                    terminal->psi == FLX_TERMINAL_HELD ? terminal->amplitude : 0;
            }
        }
    }
    return FLX_OK;
}

// The operator of mu.
static flx_status create_poisson(flx_tdgl *sim)
{
    const flx_mesh *m = sim->mesh;
    flx_ctx *ctx = sim->ctx;
    sim->ground = FLX_NEW_ARRAY(ctx, int32_t, m->n_film);
    sim->film_area = FLX_NEW_ARRAY(ctx, double, m->n_film);
    sim->film_sum = FLX_NEW_ARRAY(ctx, double, m->n_film);
    if (!sim->ground || !sim->film_area || !sim->film_sum)
        return FLX_ERR_MEMORY;
    for (int32_t i = m->n_site - 1; i >= 0; i--) {
        sim->ground[m->film[i]] = i;
        sim->film_area[m->film[i]] += m->area[i];
        sim->area += m->area[i];
    }
    return flx_poisson_create(ctx, sim->pool, &sim->op, sim->ground, &sim->poisson);
}

static flx_status create_arrays(flx_tdgl *sim)
{
    size_t n_edge = (size_t)sim->mesh->n_edge;
    size_t n = (size_t)sim->op.stencil.n_slice * FLX_LANES;
    bool euler = sim->o.integrator == FLX_EULER_EXPLICIT;
    double **complex_arrays[] = {&sim->next,     &sim->y,        &sim->predicted, &sim->rhs,
                                 &sim->slope[0], &sim->slope[1], &sim->slope[2],  &sim->slope[3],
                                 &sim->psi[0],   &sim->psi[1],   &sim->psi[2],    &sim->psi[3]};
    double **real_arrays[] = {&sim->next_mu, &sim->b,     &sim->turn,  &sim->eps,
                              &sim->mu[0],   &sim->mu[1], &sim->mu[2], &sim->mu[3]};
    for (size_t k = 0; k < sizeof complex_arrays / sizeof complex_arrays[0]; k++)
        if (!(*complex_arrays[k] = FLX_NEW_ARRAY(sim->ctx, double, 2 * n)))
            return FLX_ERR_MEMORY;
    for (size_t k = 0; k < sizeof real_arrays / sizeof real_arrays[0]; k++)
        if (!(*real_arrays[k] = FLX_NEW_ARRAY(sim->ctx, double, n)))
            return FLX_ERR_MEMORY;
    sim->a = FLX_NEW_ARRAY(sim->ctx, double, n_edge);
    sim->a_dot = FLX_NEW_ARRAY(sim->ctx, double, n_edge);
    sim->a_before = FLX_NEW_ARRAY(sim->ctx, double, euler ? n_edge : 0);
    if (!sim->a || !sim->a_dot || !sim->a_before)
        return FLX_ERR_MEMORY;
    for (size_t i = 0; i < n; i++)
        sim->eps[i] = 1;
    float **single[] = {
        &sim->g,        &sim->direction,      &sim->correction,    &sim->correction_new,
        &sim->blocks.v, &sim->blocks.inverse, &sim->blocks.shrink, &sim->area32};
    for (size_t k = 0; k < sizeof single / sizeof single[0]; k++)
        if (!(*single[k] = FLX_NEW_ARRAY(sim->ctx, float, 2 * n)))
            return FLX_ERR_MEMORY;
    for (size_t c = 0; c < SPREADS; c++)
        if (!(sim->spread[c] = FLX_NEW_ARRAY(sim->ctx, float, n)))
            return FLX_ERR_MEMORY;
    for (int32_t i = 0; i < sim->mesh->n_site; i++)
        sim->area32[i] = (float)sim->mesh->area[i];
    return FLX_OK;
}

static int32_t choose_threads(const flx_ctx *ctx, const flx_tdgl_opts *o, int32_t n_site)
{
    int32_t useful = n_site / SITES_PER_THREAD, given = flx_ctx_threads(ctx);
    if (o->threads > 0)
        return o->threads;
    return useful < 1 ? 1 : useful < given ? useful : given;
}

flx_status flx_tdgl_create(flx_ctx *ctx, const flx_tdgl_problem *problem, const flx_tdgl_opts *opts,
                           flx_tdgl **out)
{
    *out = NULL;
    FLX_TRY(check(ctx, problem, opts));
    flx_tdgl *sim = FLX_NEW(ctx, flx_tdgl);
    if (!sim)
        return FLX_ERR_MEMORY;
    const flx_mesh *mesh = problem->mesh;
    sim->ctx = ctx;
    sim->p = *problem;
    sim->o = *opts;
    sim->mesh = mesh;
    sim->drive_time = NAN;
    flx_status status = flx_comm_init(ctx, "single", &sim->comm);
    if (status == FLX_OK)
        status = flx_pool_create(ctx, choose_threads(ctx, opts, mesh->n_site),
                                 mesh->n_edge + mesh->n_site, &sim->pool);
    if (status == FLX_OK)
        status = flx_operator_init(ctx, mesh, "ref", &sim->op);
    if (status == FLX_OK)
        status = create_terminals(sim);
    if (status == FLX_OK)
        status = create_arrays(sim);
    if (status == FLX_OK)
        status = create_poisson(sim);
    if (status == FLX_OK && problem->screening != FLX_SCREENING_NONE)
        status = flx_screen_create(sim);
    if (status == FLX_OK && opts->integrator == FLX_LANGEVIN)
        status = flx_langevin_create(sim);
    if (status == FLX_OK) {
        flx_tdgl_find_spread(sim);
        flx_tdgl_drive_at(sim, 0);
        for (int32_t i = 0; i < mesh->n_site; i++)
            sim->rhs[2 * i] = sqrt(fmax(sim->eps[i], 0));
        status = flx_tdgl_set_psi(sim, (const flx_cplx *)(void *)sim->rhs, 0);
    }
    if (status < 0) {
        flx_tdgl_free(sim);
        return status;
    }
    *out = sim;
    return FLX_OK;
}

void flx_tdgl_free(flx_tdgl *sim)
{
    if (!sim)
        return;
    flx_langevin_free(sim);
    float *single[] = {sim->g,        sim->direction,      sim->correction,    sim->correction_new,
                       sim->blocks.v, sim->blocks.inverse, sim->blocks.shrink, sim->area32};
    for (size_t k = 0; k < sizeof single / sizeof single[0]; k++)
        flx_free(single[k]);
    for (size_t c = 0; c < SPREADS; c++)
        flx_free(sim->spread[c]);
    double *arrays[] = {
        sim->next,     sim->y,         sim->predicted,    sim->rhs,     sim->next_mu,
        sim->b,        sim->turn,      sim->eps,          sim->a,       sim->a_dot,
        sim->a_before, sim->fixed_psi, sim->inflow_share, sim->current, sim->film_area,
        sim->film_sum};
    for (size_t k = 0; k < sizeof arrays / sizeof arrays[0]; k++)
        flx_free(arrays[k]);
    for (int32_t j = 0; j < LEVELS; j++) {
        flx_free(sim->psi[j]);
        flx_free(sim->mu[j]);
    }
    for (int32_t j = 0; j < STAGES; j++)
        flx_free(sim->slope[j]);
    flx_free(sim->fixed);
    flx_free(sim->inflow_site);
    flx_free(sim->inflow_terminal);
    flx_free(sim->ground);
    flx_screen_free(sim);
    flx_spd_free(sim->poisson);
    flx_operator_clear(&sim->op);
    flx_pool_free(sim->pool);
    flx_free(sim);
}

// State -------------------------------------------------------------------------------------------

flx_status flx_tdgl_set_psi(flx_tdgl *sim, const flx_cplx *psi, double t)
{
    return flx_tdgl_set_state(sim, psi, NULL, t);
}

flx_status flx_tdgl_set_state(flx_tdgl *sim, const flx_cplx *psi, const double *a_induced, double t)
{
    int32_t n = sim->mesh->n_site;
    for (int32_t e = 0; a_induced && e < sim->mesh->n_edge; e++)
        if (!isfinite(a_induced[e]))
            return flx_fail(sim->ctx, FLX_ERR_INPUT, "a_induced is not finite on edge %d", e);
    for (int32_t i = 0; i < n; i++)
        if (!isfinite(psi[i].re) || !isfinite(psi[i].im))
            return flx_fail(sim->ctx, FLX_ERR_INPUT, "psi is not finite at site %d", i);
    memcpy(sim->psi[0], psi, (size_t)n * sizeof *psi);
    if (sim->o.frozen_amplitude)
        flx_tdgl_normalise(sim, sim->psi[0]);
    for (int32_t k = 0; k < sim->n_fixed; k++) {
        double *x = &sim->psi[0][2 * sim->fixed[k]], n2 = x[0] * x[0] + x[1] * x[1];
        double held = sim->fixed_psi[k];
        x[0] = n2 > 0 ? x[0] * held / sqrt(n2) : held;
        x[1] = n2 > 0 ? x[1] * held / sqrt(n2) : 0;
    }
    sim->clock = (tdgl_clock){.t = t, .dt = sim->o.dt, .times = {t}, .n_history = 1};
    sim->have_slope = false;
    flx_tdgl_drive_at(sim, t);
    if (sim->screen)
        flx_screen_begin(sim, a_induced);
    else if (sim->o.integrator == FLX_EULER_EXPLICIT)
        memset(sim->mu[0], 0, (size_t)n * sizeof(double)); // as pyTDGL starts
    else
        flx_tdgl_potential(sim, sim->psi[0], sim->y, sim->mu[0]);
    if (sim->langevin)
        flx_langevin_begin(sim);
    return FLX_OK;
}

flx_frame flx_tdgl_frame(const flx_tdgl *sim)
{
    tdgl_screen *screen = sim->screen;
    if (screen)
        flx_screen_observe(screen);
    const double *a_dot = sim->p.drive.vector_potential_varies ? sim->a_dot : NULL;
    return (flx_frame){.mesh = sim->mesh,
                       .time = sim->clock.t,
                       .step = sim->clock.step,
                       .psi = (const flx_cplx *)(const void *)sim->psi[0],
                       .mu = sim->mu[0],
                       .a = screen ? screen->a : sim->a,
                       .a_dot = screen ? screen->a_dot : a_dot,
                       .a_induced = screen ? screen->a_induced : NULL,
                       .eps = sim->p.drive.epsilon ? sim->eps : NULL,
                       .u = sim->p.u,
                       .gamma = sim->p.gamma,
                       .field_energy = screen ? flx_screen_energy(screen) : 0};
}

int32_t flx_tdgl_state(flx_tdgl *sim, flx_state_block *blocks)
{
    static const char *const psi_name[] = {"psi0", "psi1", "psi2", "psi3"};
    static const char *const mu_name[] = {"mu0", "mu1", "mu2", "mu3"};
    size_t n = (size_t)sim->mesh->n_site, n_edge = (size_t)sim->mesh->n_edge;
    int32_t count = 0;
    blocks[count++] = (flx_state_block){"clock", &sim->clock, sizeof sim->clock};
    for (int32_t j = 0; j < LEVELS; j++) {
        blocks[count++] = (flx_state_block){psi_name[j], sim->psi[j], 2 * n * sizeof(double)};
        blocks[count++] = (flx_state_block){mu_name[j], sim->mu[j], n * sizeof(double)};
    }
    if (sim->o.integrator == FLX_EULER_EXPLICIT)
        blocks[count++] = (flx_state_block){"a_before", sim->a_before, n_edge * sizeof(double)};
    if (sim->screen)
        count += flx_screen_state(sim, blocks + count);
    if (sim->langevin)
        count += flx_langevin_state(sim, blocks + count);
    return count;
}

flx_status flx_tdgl_restored(flx_tdgl *sim)
{
    const tdgl_clock *clock = &sim->clock;
    if (!isfinite(clock->t) || !(clock->dt > 0) || clock->n_history < 1 ||
        clock->n_history > LEVELS || clock->n_recent < 0 || clock->n_recent > 10)
        return flx_fail(sim->ctx, FLX_ERR_FILE, "the saved state of the tdgl engine is damaged");
    sim->drive_time = NAN;
    sim->have_slope = false;
    flx_tdgl_drive_at(sim, clock->t);
    if (sim->screen)
        sim->screen->observed = false;
    if (sim->langevin)
        flx_langevin_restored(sim);
    return FLX_OK;
}
