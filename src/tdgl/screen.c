// tdgl/screen.c -- the stages of a step with the field of the currents (screen.h).
//
// psi is advanced with the links of the extrapolated a*; then, with beta = alpha + n, n = 1 standing
// for the density,
//     beta w a = w (h + n a*) + w js(psi, a*) - C^T g - I_T
//     (beta L + C w^-1 C^T) g = C [h + n a* + w^-1 (w js - I_T)] - beta phi_applied
// is solved for what g differs from its own extrapolation. Both lag a by an error of the order of
// the formula; where nothing moves the result is exact.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tdgl/screen.h"

#include "base/rotation.h"

#include <math.h>
#include <string.h>

typedef struct job {
    flx_tdgl *sim;
    const tdgl_formula *formula;
    const double *psi;
    double beta;
    double star[CHANGES], past[CHANGES], check[CHANGES]; // formulas over the changes
} job;

// sum_j w_j a_j = (sum_j w_j) a + sum_i over_i change_i
static void over_changes(const double w[LEVELS], double over[CHANGES])
{
    double sum = 0;
    for (int32_t i = CHANGES - 1; i >= 0; i--) {
        sum += w[i + 1];
        over[i] = -sum;
    }
}

static inline double along(const double over[CHANGES], float *const change[CHANGES], int32_t e)
{
    return over[0] * (double)change[0][e] + over[1] * (double)change[1][e] +
           over[2] * (double)change[2][e];
}

// -- inputs ---------------------------------------------------------------------------------------

static void applied_flux(void *arg, int32_t begin, int32_t end)
{
    flx_tdgl *sim = ((const job *)arg)->sim;
    for (int32_t f = begin; f < end; f++)
        sim->screen->applied[f] = flx_faces_curl(&sim->screen->faces, sim->a, f);
}

void flx_screen_inputs(flx_tdgl *sim)
{
    if (sim->p.drive.vector_potential_varies || isnan(sim->drive_time) || sim->n_inflow > 0)
        flx_pool_for(sim->pool, sim->screen->faces.n_face, applied_flux, &(job){.sim = sim});
    tdgl_screen *s = sim->screen;
    flx_feed(sim, s->fed);
    if (sim->n_inflow == 0 || !s->induction->ops->fed)
        return;
    s->fed_energy = s->induction->ops->fed(s->induction, s->fed, s->fed_flux);
    for (int32_t f = 0; f < s->faces.n_face; f++)
        s->applied[f] += s->fed_flux[f];
}

// -- one step -------------------------------------------------------------------------------------

static void extrapolate_edges(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const tdgl_screen *s = j->sim->screen;
    const double *restrict a = s->a;
    double *restrict edge = s->edge;
    for (int32_t e = begin; e < end; e++)
        edge[e] = a[e] + along(j->star, s->change, e);
}

void flx_screen_predict(flx_tdgl *sim, const tdgl_formula *formula)
{
    job j = {.sim = sim};
    over_changes(formula->predict, j.star);
    flx_pool_for(sim->pool, sim->mesh->n_edge, extrapolate_edges, &j);
    // |psi| is held by more than a sweep.
    (sim->o.frozen_amplitude ? flx_operator_set_links
                             : flx_operator_turn_links)(&sim->op, sim->pool, sim->screen->edge);
}

static void extrapolate_faces(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const tdgl_screen *s = j->sim->screen;
    const double p0 = j->formula->guess[0], p1 = j->formula->guess[1];
    for (int32_t f = begin; f < end; f++) {
        s->g_next[f] = p0 * s->g[0][f] + p1 * s->g[1][f];
        s->flux_next[f] = p0 * s->flux[0][f] + p1 * s->flux[1][f];
    }
    if (!s->owes_next)
        return;
    const double o0 = s->owes[0] ? p0 : 0, o1 = s->owes[1] ? p1 : 0;
    for (int32_t f = begin; f < end; f++) {
        s->owed_next[f] = o0 * s->owed[0][f] + o1 * s->owed[1][f];
        s->owed_flux_next[f] = o0 * s->owed_flux[0][f] + o1 * s->owed_flux[1][f];
    }
}

// w js = w Im[psi_i* exp(-i a) psi_j] from turned = w exp(-i a)
static inline double supercurrent(const double *p, const double *q, const double *turned)
{
    return turned[0] * (p[0] * q[1] - p[1] * q[0]) + turned[1] * (p[0] * q[0] + p[1] * q[1]);
}

// edge = h + n a* + w^-1 (w js - I_T - C^T g*), where h + n a* is beta a and some of the changes; the
// links are those of a*.
static void push_edges(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const tdgl_screen *s = j->sim->screen;
    const flx_mesh *m = j->sim->mesh;
    const double *restrict psi = j->psi, *restrict turned = j->sim->op.turned;
    const double *restrict fed = j->sim->n_inflow > 0 ? s->fed : NULL;
    for (int32_t e = begin; e < end; e++) {
        double flow = supercurrent(psi + 2 * m->tail[e], psi + 2 * m->head[e], turned + 2 * e);
        flow -= flx_faces_flow(&s->faces, s->g_next, e);
        if (fed)
            flow -= fed[e];
        s->edge[e] =
            j->beta * s->a[e] + along(j->past, s->change, e) + flow * (double)s->resistance[e];
    }
}

static void face_residual(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const tdgl_screen *s = j->sim->screen;
    for (int32_t f = begin; f < end; f++)
        s->residual[f] =
            flx_faces_curl(&s->faces, s->edge, f) - j->beta * (s->applied[f] + s->flux_next[f]);
}

// The new a; returns its largest error per length: that of the formula, and what psi and js have
// from a* in place of a, which reaches the new state with 1/beta.
static double pull_edges(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const tdgl_screen *s = j->sim->screen;
    const double inverse = 1 / j->beta, share = j->formula->share;
    double largest = 0;
    for (int32_t e = begin; e < end; e++) {
        double flow = flx_faces_flow(&s->faces, s->correction, e);
        double a = (s->edge[e] - flow * (double)s->resistance[e]) * inverse, change = a - s->a[e];
        double miss = share * fabs(change - along(j->check, s->change, e));
        double lag = inverse * fabs(change - along(j->star, s->change, e));
        double error = (double)s->weigh[e] * (miss < lag ? lag : miss); // (fmax is a call)
        s->a_next[e] = a;
        s->change_next[e] = (float)change;
        largest = !(error <= largest) ? error : largest; // keeps NaN
    }
    return largest;
}

static job make_job(flx_tdgl *sim, const tdgl_formula *formula)
{
    job j = {sim, formula, .psi = sim->next, .beta = formula->alpha + FLX_SCREEN_DENSITY};
    over_changes(formula->predict, j.star);
    over_changes(formula->check, j.check);
    over_changes(formula->difference, j.past);
    for (int32_t i = 0; i < CHANGES; i++)
        j.past[i] = FLX_SCREEN_DENSITY * j.star[i] - j.past[i];
    return j;
}

double flx_screen_close(flx_tdgl *sim, const tdgl_formula *formula)
{
    const double algebra = 0.05; // error of the linear system, as a share of the tolerance
    tdgl_screen *s = sim->screen;
    int32_t n_edge = sim->mesh->n_edge, n_face = s->faces.n_face;
    job j = make_job(sim, formula);
    s->owes_next = s->owes[0] || s->owes[1];
    flx_pool_for(sim->pool, n_face, extrapolate_faces, &j);
    flx_pool_for(sim->pool, n_edge, push_edges, &j);
    flx_pool_for(sim->pool, n_face, face_residual, &j);
    // An error x of g is one of w^-1 C^T x/beta in a: as large as that of psi, in the mean square.
    tdgl_system system = {.beta = j.beta,
                          .target = algebra * sim->o.tolerance * j.beta * sqrt(sim->area),
                          .r = s->residual,
                          .x = s->correction,
                          .g = s->g_next,
                          .flux = s->flux_next,
                          .owed = s->owed_next,
                          .owed_flux = s->owed_flux_next,
                          .owes = &s->owes_next};
    int32_t iterations = s->induction->ops->solve(s->induction, &system);
    if (iterations < 0)
        return INFINITY;
    s->iterations += iterations;
    return flx_pool_max(sim->pool, n_edge, pull_edges, &j);
}

static void shift(int32_t n, double **level, double **next)
{
    double *last = level[n - 1];
    for (int32_t k = n - 1; k > 0; k--)
        level[k] = level[k - 1];
    level[0] = *next;
    *next = last;
}

void flx_screen_accept(flx_tdgl *sim)
{
    tdgl_screen *s = sim->screen;
    double *a = s->a;
    float *change = s->change[CHANGES - 1];
    s->a = s->a_next;
    s->a_next = a;
    for (int32_t k = CHANGES - 1; k > 0; k--)
        s->change[k] = s->change[k - 1];
    s->change[0] = s->change_next;
    s->change_next = change;
    shift(GUESS, s->g, &s->g_next);
    shift(GUESS, s->flux, &s->flux_next);
    shift(GUESS, s->owed, &s->owed_next);
    shift(GUESS, s->owed_flux, &s->owed_flux_next);
    s->owes[1] = s->owes[0];
    s->owes[0] = s->owes_next;
    s->observed = false;
}

// -- the present state ----------------------------------------------------------------------------

// da/dt = w^-1 (w js - I)
static void edge_rate(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const tdgl_screen *s = j->sim->screen;
    const flx_mesh *m = j->sim->mesh;
    const double *restrict psi = j->psi, *restrict a = s->a;
    const double *restrict weight = j->sim->op.weight;
    for (int32_t e = begin; e < end; e++) {
        double c, n;
        flx_rotation(-a[e], &c, &n);
        double turned[2] = {weight[e] * c, weight[e] * n};
        double js = supercurrent(psi + 2 * m->tail[e], psi + 2 * m->head[e], turned);
        s->a_dot[e] =
            (js - s->fed[e] - flx_faces_flow(&s->faces, s->g[0], e)) / s->faces.conductance[e];
    }
}

static void divergence(void *arg, int32_t begin, int32_t end)
{
    flx_tdgl *sim = ((const job *)arg)->sim;
    const flx_mesh *m = sim->mesh;
    const double *weight = sim->op.weight, *a_dot = sim->screen->a_dot;
    for (int32_t i = begin; i < end; i++) {
        sim->b[i] = 0;
        for (int32_t k = m->row[i]; k < m->row[i + 1]; k++) {
            int32_t e = m->half_edge[k];
            sim->b[i] -= m->neighbour[k] > i ? weight[e] * a_dot[e] : -weight[e] * a_dot[e];
        }
    }
}

static void report_edges(void *arg, int32_t begin, int32_t end)
{
    flx_tdgl *sim = ((const job *)arg)->sim;
    tdgl_screen *s = sim->screen;
    for (int32_t e = begin; e < end; e++) {
        s->a_dot[e] -= sim->mu[0][sim->mesh->head[e]] - sim->mu[0][sim->mesh->tail[e]];
        s->a_induced[e] = s->a[e] - sim->a[e];
    }
}

// The engine has no potential: E = -da/dt. What is reported is split so that the rest of da/dt has
// no divergence, and mu is what a voltmeter far from the changing flux reads.
void flx_screen_observe(tdgl_screen *s)
{
    flx_tdgl *sim = s->sim;
    if (s->observed)
        return;
    job j = {.sim = sim, .psi = sim->psi[0]};
    flx_pool_for(sim->pool, sim->mesh->n_edge, edge_rate, &j);
    flx_pool_for(sim->pool, sim->mesh->n_site, divergence, &j);
    flx_tdgl_solve_noisy(sim, NULL, sim->mu[0]);
    flx_pool_for(sim->pool, sim->mesh->n_edge, report_edges, &j);
    s->observed = true;
}

// (C^T g + I_T).M (C^T g + I_T)
double flx_screen_energy(const tdgl_screen *s)
{
    double sum = s->fed_energy;
    for (int32_t f = 0; f < s->faces.n_face; f++)
        sum += s->g[0][f] * (s->flux[0][f] + 2 * s->fed_flux[f]);
    return sum;
}

double flx_screen_change(tdgl_screen *s)
{
    const flx_mesh *m = s->sim->mesh;
    double largest = 0;
    flx_screen_observe(s);
    for (int32_t e = 0; e < m->n_edge; e++)
        largest = fmax(largest, fabs(s->a_dot[e]) / m->length[e]);
    return largest;
}

void flx_screen_begin(flx_tdgl *sim, const double *a_induced)
{
    tdgl_screen *s = sim->screen;
    for (int32_t e = 0; e < sim->mesh->n_edge; e++) {
        s->edge[e] = a_induced ? a_induced[e] : 0;
        s->a[e] = sim->a[e] + s->edge[e];
    }
    for (int32_t f = 0; f < s->faces.n_face; f++)
        s->flux[0][f] = flx_faces_curl(&s->faces, s->edge, f);
    for (int32_t f = 0; f < s->faces.n_face; f++)
        s->g[0][f] = 0;
    s->owes[0] = s->owes[1] = false;
    edge_rate(&(job){.sim = sim, .psi = sim->psi[0]}, 0, sim->mesh->n_edge); // with g = 0
    for (int32_t f = 0; f < s->faces.n_face; f++)
        s->residual[f] = flx_faces_curl(&s->faces, s->a_dot, f);
    if (a_induced)
        s->induction->ops->guess(s->induction, s->residual, s->g[0], s->flux[0]);
    s->observed = false;
}

void flx_screen_imagine(flx_tdgl *sim, double dt)
{
    tdgl_screen *s = sim->screen;
    size_t on_faces = (size_t)s->faces.n_face * sizeof(double);
    flx_pool_for(sim->pool, sim->mesh->n_edge, edge_rate, &(job){.sim = sim, .psi = sim->psi[0]});
    for (int32_t e = 0; e < sim->mesh->n_edge; e++)
        s->change[0][e] = (float)(dt * s->a_dot[e]);
    memcpy(s->g[1], s->g[0], on_faces);
    memcpy(s->flux[1], s->flux[0], on_faces);
    s->owes[1] = false;
    s->observed = false;
}

int32_t flx_screen_state(flx_tdgl *sim, flx_state_block *blocks)
{
    static const char *const change_name[CHANGES] = {"change0", "change1", "change2"};
    static const char *const name[GUESS][4] = {{"g0", "flux0", "owed0", "owed_flux0"},
                                               {"g1", "flux1", "owed1", "owed_flux1"}};
    tdgl_screen *s = sim->screen;
    size_t n_edge = (size_t)sim->mesh->n_edge;
    size_t on_faces = (size_t)s->faces.n_face * sizeof(double);
    int32_t n = 0;
    blocks[n++] = (flx_state_block){"a", s->a, n_edge * sizeof *s->a};
    for (int32_t j = 0; j < CHANGES; j++)
        blocks[n++] = (flx_state_block){change_name[j], s->change[j], n_edge * sizeof(float)};
    for (int32_t j = 0; j < GUESS; j++) {
        double *data[] = {s->g[j], s->flux[j], s->owed[j], s->owed_flux[j]};
        for (int k = 0; k < 4; k++)
            blocks[n++] = (flx_state_block){name[j][k], data[k], on_faces};
    }
    blocks[n++] = (flx_state_block){"owes", s->owes, sizeof s->owes};
    if (s->induction->ops->state)
        blocks[n++] = s->induction->ops->state(s->induction);
    return n;
}

// -- life -----------------------------------------------------------------------------------------

flx_status flx_screen_check(flx_ctx *ctx, const flx_tdgl_problem *p, const flx_tdgl_opts *o)
{
    if (p->screening == FLX_SCREENING_NONE)
        return FLX_OK;
    if (p->screening != FLX_SCREENING_LONG && p->screening != FLX_SCREENING_FILM)
        return flx_fail(ctx, FLX_ERR_INPUT, "screening is %d, which is none", (int)p->screening);
    if (p->screening == FLX_SCREENING_LONG && !(p->kappa > 0 && isfinite(p->kappa)))
        return flx_fail(ctx, FLX_ERR_INPUT, "kappa is %g, allowed is > 0", p->kappa);
    if (p->screening == FLX_SCREENING_FILM && !(p->pearl_length > 0 && isfinite(p->pearl_length)))
        return flx_fail(ctx, FLX_ERR_INPUT, "the Pearl length is %g xi, allowed is > 0",
                        p->pearl_length);
    if (o->integrator != FLX_BDF)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "the field of the currents needs the bdf integrator: its diffusion is too "
                        "stiff for explicit steps");
    for (int32_t e = 0; e < p->mesh->n_edge; e++)
        if (p->mesh->dual[e] < -1e-9 * p->mesh->length[e])
            return flx_fail(ctx, FLX_ERR_INPUT,
                            "the dual face of edge %d has length %g xi: with the field of the "
                            "currents the mesh must be Delaunay",
                            e, p->mesh->dual[e]);
    return FLX_OK;
}

double flx_screen_least_beta(const flx_tdgl *sim)
{
    double longest = sim->o.adaptive ? sim->o.dt_max : sim->o.dt;
    return FLX_SCREEN_DENSITY + (sim->o.order == 3 ? 11.0 / 6 : 3.0 / 2) / longest;
}

flx_status flx_screen_create(flx_tdgl *sim)
{
    size_t n_edge = (size_t)sim->mesh->n_edge;
    tdgl_screen *s = sim->screen = FLX_NEW(sim->ctx, tdgl_screen);
    if (!s)
        return FLX_ERR_MEMORY;
    FLX_TRY(flx_faces_init(sim->ctx, sim->mesh, sim->p.screening == FLX_SCREENING_LONG, &s->faces));
    s->sim = sim;
    double **on_edges[] = {&s->a, &s->a_next, &s->fed, &s->a_dot, &s->a_induced, &s->edge};
    float **single[] = {&s->change[0],   &s->change[1],  &s->change[2],
                        &s->change_next, &s->resistance, &s->weigh};
    double **on_faces[] = {&s->g[0],    &s->g[1],      &s->flux[0],      &s->flux[1],
                           &s->owed[0], &s->owed[1],   &s->owed_flux[0], &s->owed_flux[1],
                           &s->g_next,  &s->flux_next, &s->owed_next,    &s->owed_flux_next,
                           &s->applied, &s->fed_flux,  &s->residual,     &s->correction};
    for (size_t k = 0; k < sizeof on_edges / sizeof *on_edges; k++)
        if (!(*on_edges[k] = FLX_NEW_ARRAY(sim->ctx, double, n_edge)))
            return FLX_ERR_MEMORY;
    for (size_t k = 0; k < sizeof single / sizeof *single; k++)
        if (!(*single[k] = FLX_NEW_ARRAY(sim->ctx, float, n_edge)))
            return FLX_ERR_MEMORY;
    for (size_t k = 0; k < sizeof on_faces / sizeof *on_faces; k++)
        if (!(*on_faces[k] = FLX_NEW_ARRAY(sim->ctx, double, s->faces.n_face)))
            return FLX_ERR_MEMORY;
    // An edge without dual face acts on nothing: what it has counts the less, the smaller w is.
    for (size_t e = 0; e < n_edge; e++) {
        double w = s->faces.conductance[e];
        s->resistance[e] = (float)(1 / w);
        s->weigh[e] = (float)(fmin(10 * w, 1) / sim->mesh->length[e]);
    }
    FLX_TRY(flx_feed_check(sim));
    if (sim->p.screening == FLX_SCREENING_FILM)
        return flx_film_create(sim, &s->faces, &s->induction);
    return flx_long_body_create(sim, &s->faces, &s->induction);
}

void flx_screen_free(flx_tdgl *sim)
{
    tdgl_screen *s = sim->screen;
    if (!s)
        return;
    for (int32_t k = 0; k < GUESS; k++) {
        flx_free(s->g[k]);
        flx_free(s->flux[k]);
        flx_free(s->owed[k]);
        flx_free(s->owed_flux[k]);
    }
    double *arrays[] = {s->a,         s->a_next,         s->g_next,  s->flux_next,
                        s->owed_next, s->owed_flux_next, s->fed,     s->a_dot,
                        s->a_induced, s->edge,           s->applied, s->fed_flux,
                        s->residual,  s->correction};
    float *single[] = {s->change[0],   s->change[1],  s->change[2],
                       s->change_next, s->resistance, s->weigh};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        flx_free(arrays[k]);
    for (size_t k = 0; k < sizeof single / sizeof *single; k++)
        flx_free(single[k]);
    if (s->induction)
        s->induction->ops->free(s->induction);
    flx_faces_clear(&s->faces);
    flx_free(s);
    sim->screen = NULL;
}
