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

#include "base/magnitude.h"
#include "base/rotation.h"

#include <math.h>
#include <string.h>

typedef struct job {
    flx_tdgl *sim;
    const tdgl_formula *formula;
    const double *psi;
    double beta;
    double star[CHANGES], past[CHANGES], check[CHANGES]; // formulas over the changes
    double ahead;                                        // the guess of g is g + ahead change
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

// Links of a*, which itself is not kept.
static void turn_edges(void *arg, int32_t begin, int32_t end)
{
    enum { PART = 512 };
    const job *j = arg;
    const tdgl_screen *s = j->sim->screen;
    double star[PART];
    for (int32_t from = begin; from < end; from += PART) {
        int32_t to = end - from < PART ? end : from + PART;
        for (int32_t e = from; e < to; e++)
            star[e - from] = s->a[e] + along(j->star, s->change, e);
        flx_operator_turn_edges(&j->sim->op, from, to, star);
    }
}

static void extrapolate_edges(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    tdgl_screen *s = j->sim->screen;
    for (int32_t e = begin; e < end; e++)
        s->edge[e] = s->a[e] + along(j->star, s->change, e);
}

void flx_screen_predict(flx_tdgl *sim, const tdgl_formula *formula)
{
    job j = {.sim = sim};
    over_changes(formula->predict, j.star);
    if (sim->o.frozen_amplitude) { // |psi| is held by more than a sweep
        flx_pool_for(sim->pool, sim->mesh->n_edge, extrapolate_edges, &j);
        flx_operator_set_links(&sim->op, sim->pool, sim->screen->edge);
        return;
    }
    flx_pool_for(sim->pool, sim->mesh->n_edge, turn_edges, &j);
    sim->op.waiting = true;
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
    const int32_t *restrict tail = j->sim->mesh->tail, *restrict head = j->sim->mesh->head;
    const int32_t *restrict left = s->left, *restrict right = s->right;
    const double *restrict psi = j->psi, *restrict turned = j->sim->op.turned;
    const double *restrict g = s->now.g, *restrict a = s->a;
    const float *restrict g_change = s->now.change, *restrict resistance = s->resistance;
    const float *restrict change0 = s->change[0], *restrict change1 = s->change[1];
    const float *restrict change2 = s->change[2];
    const double beta = j->beta, ahead = j->ahead;
    const double w0 = j->past[0], w1 = j->past[1], w2 = j->past[2];
    double *restrict edge = s->edge;
    FLX_INDEPENDENT
    for (int32_t e = begin; e < end; e++) {
        double p_re = psi[2 * tail[e]], p_im = psi[2 * tail[e] + 1];
        double q_re = psi[2 * head[e]], q_im = psi[2 * head[e] + 1];
        double flow = turned[2 * e] * (p_re * q_im - p_im * q_re) +
                      turned[2 * e + 1] * (p_re * q_re + p_im * q_im);
        flow -= (g[left[e]] - g[right[e]]) +
                ahead * ((double)g_change[left[e]] - (double)g_change[right[e]]);
        double past = w0 * (double)change0[e] + w1 * (double)change1[e] + w2 * (double)change2[e];
        edge[e] = beta * a[e] + past + flow * (double)resistance[e];
    }
    const double *restrict fed = j->sim->n_inflow > 0 ? s->fed : NULL;
    for (int32_t e = begin; e < end && fed; e++)
        edge[e] -= fed[e] * (double)resistance[e];
}

static void face_residual(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const tdgl_screen *s = j->sim->screen;
    const double *restrict flux = s->now.flux, *restrict before = s->flux_before;
    const double *restrict applied = s->applied, *restrict edge = s->edge;
    const int32_t *restrict r0 = s->ring[0], *restrict r1 = s->ring[1], *restrict r2 = s->ring[2];
    const double beta = j->beta, ahead = j->ahead;
    float *restrict residual = s->residual;
    int32_t n_tri = j->sim->mesh->n_tri, whole = end < n_tri ? end : n_tri;
    FLX_INDEPENDENT
    for (int32_t f = begin; f < whole; f++) {
        double curl = flx_faces_along(edge, r0[f]) + flx_faces_along(edge, r1[f]) +
                      flx_faces_along(edge, r2[f]);
        double guess = flux[f] + ahead * (flux[f] - before[f]);
        residual[f] = (float)(curl - beta * (applied[f] + guess));
    }
    for (int32_t f = begin > n_tri ? begin : n_tri; f < end; f++) {
        double guess = flux[f] + ahead * (flux[f] - before[f]);
        residual[f] = (float)(flx_faces_curl(&s->faces, edge, f) - beta * (applied[f] + guess));
    }
}

// The new a; returns its largest error per length: that of the formula, and what psi and js have
// from a* in place of a, which reaches the new state with 1/beta.
static double pull_edges(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const tdgl_screen *s = j->sim->screen;
    const int32_t *restrict left = s->left, *restrict right = s->right;
    const double *restrict edge = s->edge, *restrict a = s->a;
    const float *restrict x = s->correction, *restrict resistance = s->resistance;
    const float *restrict change0 = s->change[0], *restrict change1 = s->change[1];
    const float *restrict change2 = s->change[2], *restrict weigh = s->weigh;
    double *restrict a_next = s->a_next;
    float *restrict change_next = s->change_next;
    const double inverse = 1 / j->beta, share = j->formula->share;
    const double c0 = j->check[0], c1 = j->check[1], c2 = j->check[2];
    const double s0 = j->star[0], s1 = j->star[1], s2 = j->star[2];
    int64_t largest = 0;
    FLX_INDEPENDENT
    for (int32_t e = begin; e < end; e++) {
        double flow = (double)x[left[e]] - (double)x[right[e]];
        double next = (edge[e] - flow * (double)resistance[e]) * inverse, change = next - a[e];
        double d0 = (double)change0[e], d1 = (double)change1[e], d2 = (double)change2[e];
        double miss = share * fabs(change - (c0 * d0 + c1 * d1 + c2 * d2));
        double lag = inverse * fabs(change - (s0 * d0 + s1 * d1 + s2 * d2));
        int64_t error = flx_magnitude((double)weigh[e] * (miss < lag ? lag : miss));
        a_next[e] = next;
        change_next[e] = (float)change;
        largest = error > largest ? error : largest;
    }
    return flx_of_magnitude(largest);
}

static job make_job(flx_tdgl *sim, const tdgl_formula *formula)
{
    job j = {.sim = sim,
             .formula = formula,
             .psi = sim->next,
             .beta = formula->alpha + FLX_SCREEN_DENSITY,
             .ahead = formula->ahead};
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
    flx_pool_for(sim->pool, n_edge, push_edges, &j);
    flx_pool_for(sim->pool, n_face, face_residual, &j);
    // An error x of g is one of w^-1 C^T x/beta in a: as large as that of psi, in the mean square.
    tdgl_system system = {.beta = j.beta,
                          .target = algebra * sim->o.tolerance * j.beta * sqrt(sim->area),
                          .ahead = j.ahead,
                          .r = s->residual,
                          .x = s->correction,
                          .now = &s->now,
                          .flux_before = s->flux_before,
                          .next = &s->next};
    int32_t iterations = s->induction->ops->solve(s->induction, &system);
    if (iterations < 0)
        return INFINITY;
    s->iterations += iterations;
    return flx_pool_max(sim->pool, n_edge, pull_edges, &j);
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
    tdgl_currents last = s->now;
    s->now = s->next;
    s->next = last;
    s->next.flux = s->flux_before;
    s->flux_before = last.flux;
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
            (js - s->fed[e] - flx_faces_flow(&s->faces, s->now.g, e)) / s->faces.conductance[e];
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
        sum += s->now.g[f] * (s->now.flux[f] + 2 * s->fed_flux[f]);
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

// The currents have been as they are now.
static void stay(tdgl_screen *s)
{
    size_t n = (size_t)s->faces.n_face;
    memset(s->now.change, 0, n * sizeof *s->now.change);
    memcpy(s->flux_before, s->now.flux, n * sizeof *s->flux_before);
}

void flx_screen_begin(flx_tdgl *sim, const double *a_induced)
{
    tdgl_screen *s = sim->screen;
    for (int32_t e = 0; e < sim->mesh->n_edge; e++) {
        s->edge[e] = a_induced ? a_induced[e] : 0;
        s->a[e] = sim->a[e] + s->edge[e];
    }
    double *drive = s->next.flux; // until there is one
    tdgl_currents *now = &s->now;
    for (int32_t f = 0; f < s->faces.n_face; f++) {
        now->flux[f] = flx_faces_curl(&s->faces, s->edge, f);
        now->g[f] = 0;
    }
    now->owes = false;
    edge_rate(&(job){.sim = sim, .psi = sim->psi[0]}, 0, sim->mesh->n_edge); // with g = 0
    for (int32_t f = 0; f < s->faces.n_face; f++)
        drive[f] = flx_faces_curl(&s->faces, s->a_dot, f);
    if (a_induced)
        s->induction->ops->guess(s->induction, drive, now->g, now->flux);
    stay(s);
    s->observed = false;
}

void flx_screen_imagine(flx_tdgl *sim, double dt)
{
    tdgl_screen *s = sim->screen;
    flx_pool_for(sim->pool, sim->mesh->n_edge, edge_rate, &(job){.sim = sim, .psi = sim->psi[0]});
    for (int32_t e = 0; e < sim->mesh->n_edge; e++)
        s->change[0][e] = (float)(dt * s->a_dot[e]);
    stay(s);
    s->observed = false;
}

int32_t flx_screen_state(flx_tdgl *sim, flx_state_block *blocks)
{
    tdgl_screen *s = sim->screen;
    tdgl_currents *now = &s->now;
    size_t n_edge = (size_t)sim->mesh->n_edge, n_face = (size_t)s->faces.n_face;
    const flx_state_block all[] = {
        {"a", s->a, n_edge * sizeof(double)},
        {"change0", s->change[0], n_edge * sizeof(float)},
        {"change1", s->change[1], n_edge * sizeof(float)},
        {"change2", s->change[2], n_edge * sizeof(float)},
        {"g", now->g, n_face * sizeof(double)},
        {"g_change", now->change, n_face * sizeof(float)},
        {"flux", now->flux, n_face * sizeof(double)},
        {"flux_before", s->flux_before, n_face * sizeof(double)},
        {"owed", now->owed, n_face * sizeof(float)},
        {"owed_flux", now->owed_flux, n_face * sizeof(double)},
        {"owes", &now->owes, sizeof now->owes},
    };
    int32_t n = sizeof all / sizeof *all;
    memcpy(blocks, all, sizeof all);
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

// Arrays over faces that edges read end with a 0, for what is outside.
static flx_status create_sides(flx_ctx *ctx, const flx_mesh *m, tdgl_screen *s)
{
    const tdgl_faces *f = &s->faces;
    int32_t **lists[] = {&s->left, &s->right, &s->ring[0], &s->ring[1], &s->ring[2]};
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
        if (!(*lists[k] = FLX_NEW_ARRAY(ctx, int32_t, k < 2 ? m->n_edge : m->n_tri)))
            return FLX_ERR_MEMORY;
    for (int32_t e = 0; e < m->n_edge; e++) {
        s->left[e] = f->side[2 * e] < 0 ? f->n_face : f->side[2 * e];
        s->right[e] = f->side[2 * e + 1] < 0 ? f->n_face : f->side[2 * e + 1];
    }
    for (int32_t t = 0; t < m->n_tri; t++)
        for (int32_t k = 0; k < 3; k++)
            s->ring[k][t] = f->ring[f->ring_start[t] + k];
    return FLX_OK;
}

static flx_status create_on_faces(flx_ctx *ctx, tdgl_screen *s)
{
    tdgl_currents *now = &s->now, *next = &s->next;
    double **twofold[] = {&now->g,         &now->flux,  &now->owed_flux,
                          &next->g,        &next->flux, &next->owed_flux,
                          &s->flux_before, &s->applied, &s->fed_flux};
    float **single[] = {&now->change, &now->owed,   &next->change,
                        &next->owed,  &s->residual, &s->correction};
    for (size_t k = 0; k < sizeof twofold / sizeof *twofold; k++)
        if (!(*twofold[k] = FLX_NEW_ARRAY(ctx, double, s->faces.n_face + 1)))
            return FLX_ERR_MEMORY;
    for (size_t k = 0; k < sizeof single / sizeof *single; k++)
        if (!(*single[k] = FLX_NEW_ARRAY(ctx, float, s->faces.n_face + 1)))
            return FLX_ERR_MEMORY;
    return FLX_OK;
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
    for (size_t k = 0; k < sizeof on_edges / sizeof *on_edges; k++)
        if (!(*on_edges[k] = FLX_NEW_ARRAY(sim->ctx, double, n_edge)))
            return FLX_ERR_MEMORY;
    for (size_t k = 0; k < sizeof single / sizeof *single; k++)
        if (!(*single[k] = FLX_NEW_ARRAY(sim->ctx, float, n_edge)))
            return FLX_ERR_MEMORY;
    FLX_TRY(create_on_faces(sim->ctx, s));
    FLX_TRY(create_sides(sim->ctx, sim->mesh, s));
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
    tdgl_currents both[] = {s->now, s->next};
    for (int k = 0; k < 2; k++) {
        flx_free(both[k].g);
        flx_free(both[k].flux);
        flx_free(both[k].owed_flux);
        flx_free(both[k].change);
        flx_free(both[k].owed);
    }
    double *arrays[] = {s->a,    s->a_next,  s->fed,      s->a_dot,      s->a_induced,
                        s->edge, s->applied, s->fed_flux, s->flux_before};
    float *single[] = {s->change[0],  s->change[1], s->change[2], s->change_next,
                       s->resistance, s->weigh,     s->residual,  s->correction};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        flx_free(arrays[k]);
    for (size_t k = 0; k < sizeof single / sizeof *single; k++)
        flx_free(single[k]);
    int32_t *lists[] = {s->left, s->right, s->ring[0], s->ring[1], s->ring[2]};
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
        flx_free(lists[k]);
    if (s->induction)
        s->induction->ops->free(s->induction);
    flx_faces_clear(&s->faces);
    flx_free(s);
    sim->screen = NULL;
}
