// london/london.c -- the engine: made once for its films, then asked for states.
//
// A state is g = g0 + sum_c I_c W_c with Auu g0 = -(moments and vortices), and the currents from
//   sum_c' L_cc' I_c' = Phi_c - Phi_eff_c,    Phi_eff_c = W_c . (moments - vortices).
// The cross terms of the energy vanish, for A W_c has no part inside the films.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "london/london.h"

#include "fluxoid/mesh.h"
#include "linalg/dense.h"

#include <math.h>
#include <string.h>

#define AT(field) offsetof(flx_london_opts, field)

static const flx_option rows[] = {
    {"method", FLX_OPTION_CHOICE, AT(method), FLX_LONDON_AUTO, 0, 0, "1", "auto|dense|iterative",
     "How the currents are solved for: by a dense factor, by iterations, or as the size asks for."},
    {"dense_max", FLX_OPTION_INT, AT(dense_max), 1500, 0, 100000, "1", NULL,
     "Unknowns up to which auto is dense (scans with a coil: 12000); the factor takes 8 n^2 "
     "bytes."},
    {"tolerance", FLX_OPTION_DOUBLE, AT(tolerance), 1e-9, 1e-14, 1e-2, "1", NULL,
     "Residual at which iterations end, relative to the right-hand side."},
    {"accuracy", FLX_OPTION_DOUBLE, AT(accuracy), 1e-5, 1e-8, 1e-2, "1", NULL,
     "Error allowed in the field of the currents, relative to the largest."},
};

const flx_option_table flx_london_option_table = {"london", sizeof(flx_london_opts), rows,
                                                  sizeof rows / sizeof rows[0]};

flx_london_opts flx_london_opts_default(void)
{
    flx_london_opts opts = {.cookie = FLX_LONDON_COOKIE};
    flx_options_default(&flx_london_option_table, &opts);
    return opts;
}

// -- life -----------------------------------------------------------------------------------------

static flx_status check_lambda(flx_ctx *ctx, const flx_mesh *m, const double *lambda)
{
    for (int32_t t = 0; t < m->n_tri; t++)
        if (!(lambda[t] >= 0 && isfinite(lambda[t]))) {
            int32_t i = m->tri[3 * (size_t)t];
            return flx_fail(ctx, FLX_ERR_INPUT,
                            "the Pearl length is %g near (%g, %g); it must be >= 0 and finite: "
                            "cut out what does not superconduct",
                            lambda[t], m->x[i], m->y[i]);
        }
    return FLX_OK;
}

static flx_status check(flx_ctx *ctx, const flx_london_problem *p, const flx_london_opts *opts)
{
    if (opts->cookie != FLX_LONDON_COOKIE)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "flx_london_opts does not come from flx_london_opts_default()");
    FLX_TRY(flx_options_check(ctx, &flx_london_option_table, opts));
    return check_lambda(ctx, p->mesh, p->lambda);
}

static flx_status make_operator(flx_ctx *ctx, flx_london *l)
{
    const flx_mesh *m = l->mesh;
    flx_selffield_problem problem = {.n_site = m->n_site,
                                     .n_tri = m->n_tri,
                                     .n_film = m->n_film,
                                     .x = m->x,
                                     .y = m->y,
                                     .tri = m->tri,
                                     .film = m->film,
                                     .z = l->z};
    flx_selffield_opts opts = flx_selffield_opts_default();
    // A matrix must stay positive definite where films lie close over each other: integrated finer.
    opts.tolerance = l->report.method == FLX_LONDON_DENSE ? fmax(0.1 * l->opts.accuracy, 1e-8)
                                                          : l->opts.accuracy;
    opts.method = l->report.method == FLX_LONDON_DENSE ? FLX_SELFFIELD_DIRECT : FLX_SELFFIELD_AUTO;
    FLX_TRY(flx_selffield_create(ctx, &problem, &opts, &l->op));
    l->report.bytes = l->op_bytes = flx_selffield_report_of(l->op).bytes;
    return FLX_OK;
}

static flx_status build(flx_ctx *ctx, const flx_london_problem *p, flx_london *l)
{
    const flx_mesh *m = l->mesh;
    l->z = FLX_NEW_ARRAY(ctx, double, m->n_film);
    l->lambda = FLX_NEW_ARRAY(ctx, double, m->n_tri);
    if (!l->z || !l->lambda)
        return FLX_ERR_MEMORY;
    if (p->z)
        memcpy(l->z, p->z, (size_t)m->n_film * sizeof *l->z);
    memcpy(l->lambda, p->lambda, (size_t)m->n_tri * sizeof *l->lambda);
    FLX_TRY(flx_london_number(ctx, p, l));
    l->report.n_free = l->n_free;
    l->report.n_hole = l->n_hole;
    l->report.n_port = l->n_port;
    size_t n_current = (size_t)l->n_current;
    l->mode = FLX_NEW_ARRAY(ctx, double, n_current *(size_t)m->n_site);
    l->inductance = FLX_NEW_ARRAY(ctx, double, n_current *n_current);
    if (!l->mode || !l->inductance)
        return FLX_ERR_MEMORY;
    bool dense = l->opts.method == FLX_LONDON_DENSE ||
                 (l->opts.method == FLX_LONDON_AUTO && l->n_free <= l->opts.dense_max);
    // Fields alone need no more of the operator than the dense way does.
    dense = dense || p->fields_only;
    l->report.method = dense ? FLX_LONDON_DENSE : FLX_LONDON_ITERATIVE;
    FLX_TRY(flx_pool_create(ctx, flx_ctx_threads(ctx), l->n, &l->pool));
    double start = flx_wtime();
    FLX_TRY(make_operator(ctx, l));
    double made = flx_wtime() - start;
    l->fields_only = p->fields_only;
    if (!l->fields_only)
        FLX_TRY(flx_london_factor(ctx, l));
    l->report.assemble_seconds += made;
    return FLX_OK;
}

flx_status flx_london_create(flx_ctx *ctx, const flx_london_problem *problem,
                             const flx_london_opts *opts, flx_london **out)
{
    *out = NULL;
    FLX_TRY(check(ctx, problem, opts));
    flx_london *l = FLX_NEW(ctx, flx_london);
    if (!l)
        return FLX_ERR_MEMORY;
    l->mesh = problem->mesh;
    l->opts = *opts;
    flx_status status = build(ctx, problem, l);
    if (status < 0) {
        flx_london_free(l);
        return status;
    }
    *out = l;
    return FLX_OK;
}

flx_status flx_london_set_lambda(flx_ctx *ctx, flx_london *l, const double *lambda)
{
    FLX_TRY(check_lambda(ctx, l->mesh, lambda));
    memcpy(l->lambda, lambda, (size_t)l->mesh->n_tri * sizeof *lambda);
    l->report.bytes = l->op_bytes;
    l->report.iterations = 0;
    return l->fields_only ? FLX_OK : flx_london_factor_again(ctx, l);
}

void flx_london_free(flx_london *l)
{
    if (!l)
        return;
    void *arrays[] = {l->z,
                      l->lambda,
                      l->area,
                      l->hole_loop,
                      l->port,
                      l->column,
                      l->lift,
                      l->matrix,
                      l->field,
                      l->kt,
                      l->at,
                      l->cg,
                      l->mode,
                      l->inductance,
                      (void *)(uintptr_t)l->basis.row,
                      (void *)(uintptr_t)l->basis.col,
                      (void *)(uintptr_t)l->basis.k};
    flx_spd_free(l->precond);
    flx_selffield_free(l->op);
    flx_pool_free(l->pool);
    for (size_t k = 0; k < sizeof arrays / sizeof arrays[0]; k++)
        flx_free(arrays[k]);
    flx_free(l);
}

flx_london_report flx_london_report_of(const flx_london *l)
{
    return l->report;
}

int32_t flx_london_hole_loop(const flx_london *l, int32_t h)
{
    return l->hole_loop[h];
}

void flx_london_port(const flx_london *l, int32_t p, int32_t *from, int32_t *to)
{
    *from = l->port[p].from;
    *to = l->port[p].to;
}

const double *flx_london_inductance(const flx_london *l)
{
    return l->inductance;
}

const double *flx_london_mode(const flx_london *l, int32_t c)
{
    return &l->mode[(size_t)c * (size_t)l->mesh->n_site];
}

// -- states ---------------------------------------------------------------------------------------

// Takes the vortices off moment [n_site + n_hole]: the test functions at their true places.
static flx_status add_vortices(flx_ctx *ctx, const flx_london *l, const flx_london_drive *drive,
                               double *moment)
{
    if (drive->n_vortex == 0)
        return FLX_OK;
    flx_locator *locator = NULL;
    FLX_TRY(flx_locator_create(ctx, l->mesh, &locator));
    flx_status status = FLX_OK;
    for (int32_t v = 0; status == FLX_OK && v < drive->n_vortex; v++) {
        const flx_london_vortex *vortex = &drive->vortices[v];
        double bary[3];
        int32_t t = flx_locator_find_in(locator, vortex->film, vortex->x, vortex->y, bary);
        if (t < 0)
            status = flx_fail(ctx, FLX_ERR_INPUT, "the vortex at (%g, %g) lies outside of film %d",
                              vortex->x, vortex->y, vortex->film);
        for (int c = 0; status == FLX_OK && c < 3; c++)
            moment[l->mesh->tri[3 * (size_t)t + (size_t)c]] -= bary[c] * vortex->fluxoid;
    }
    flx_locator_free(locator);
    return status;
}

static double dot(const double *a, const double *b, int32_t n)
{
    double sum = 0;
    for (int32_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static flx_london_condition condition_of(const flx_london *l, const flx_london_drive *drive,
                                         int32_t c)
{
    if (drive->condition)
        return drive->condition[c];
    return (flx_london_condition){c < l->n_hole ? FLX_LONDON_FLUXOID : FLX_LONDON_CURRENT, 0};
}

// Currents that are not given from the fluxoids that are. fluxoid holds those wanted; work
// [n^2 + n].
static flx_status find_currents(flx_ctx *ctx, const flx_london *l, const flx_london_drive *drive,
                                const flx_london_state *s, double *work)
{
    int32_t n = l->n_current, n_open = 0;
    double *a = work, *b = work + (size_t)n * (size_t)n;
    for (int32_t c = 0; c < n; c++)
        if (condition_of(l, drive, c).given == FLX_LONDON_CURRENT)
            s->current[c] = condition_of(l, drive, c).value;
    for (int32_t c = 0; c < n; c++)
        n_open += condition_of(l, drive, c).given != FLX_LONDON_CURRENT;
    for (int32_t c = 0, i = 0; c < n; c++) {
        if (condition_of(l, drive, c).given == FLX_LONDON_CURRENT)
            continue;
        b[i] = s->fluxoid[c] - s->effective[c];
        for (int32_t d = 0, j = 0; d < n; d++) {
            if (condition_of(l, drive, d).given == FLX_LONDON_CURRENT)
                b[i] -= l->inductance[c * n + d] * s->current[d];
            else
                a[i * n_open + j++] = l->inductance[c * n + d];
        }
        i++;
    }
    FLX_TRY(flx_london_small(ctx, n_open, a, b));
    for (int32_t c = 0, i = 0; c < n; c++)
        if (condition_of(l, drive, c).given != FLX_LONDON_CURRENT)
            s->current[c] = b[i++];
    for (int32_t c = 0; c < n; c++)
        s->fluxoid[c] = s->effective[c] + dot(&l->inductance[(size_t)c * (size_t)n], s->current, n);
    return FLX_OK;
}

// I.L.I/2 less the work of the sources that hold currents.
static double energy_of_currents(const flx_london *l, const flx_london_drive *drive,
                                 const flx_london_state *s)
{
    double energy = 0;
    for (int32_t c = 0; c < l->n_current; c++) {
        energy += 0.5 * s->current[c] * (s->fluxoid[c] - s->effective[c]);
        if (condition_of(l, drive, c).given == FLX_LONDON_CURRENT)
            energy -= s->current[c] * s->fluxoid[c];
    }
    return energy;
}

// Free ones begin at the nearest whole numbers.
static flx_status choose_fluxoids(flx_ctx *ctx, const flx_london *l, const flx_london_drive *drive,
                                  flx_london_state *s, double *work)
{
    bool any = false;
    for (int32_t c = 0; c < l->n_current; c++) {
        flx_london_condition given = condition_of(l, drive, c);
        bool free = given.given == FLX_LONDON_FREE;
        double turns = rint((s->effective[c] - given.value) / drive->quantum);
        s->fluxoid[c] = given.value + (free ? turns * drive->quantum : 0);
        any |= free;
    }
    FLX_TRY(find_currents(ctx, l, drive, s, work));
    if (!any)
        return FLX_OK;
    FLX_TRY(flx_london_least(ctx, l, drive, s));
    return find_currents(ctx, l, drive, s, work);
}

// (1/2) of the kinetic part of a(g, g).
static double kinetic_of(const flx_london *l, const double *g)
{
    const flx_mesh *m = l->mesh;
    double sum = 0;
    for (int32_t t = 0; t < m->n_tri; t++) {
        const int32_t *v = &m->tri[3 * (size_t)t];
        double kx = 0, ky = 0, twice = 2 * l->area[t];
        for (int c = 0; c < 3; c++) {
            int32_t a = v[(c + 1) % 3], b = v[(c + 2) % 3];
            kx += g[v[c]] * (m->x[b] - m->x[a]) / twice;
            ky += g[v[c]] * (m->y[b] - m->y[a]) / twice;
        }
        sum += 0.5 * l->lambda[t] * l->area[t] * (kx * kx + ky * ky);
    }
    return sum;
}

typedef struct state_work {
    double *moment, *x, *g0, *small;
} state_work;

static flx_status solve_state(flx_ctx *ctx, flx_london *l, const flx_london_drive *drive,
                              flx_london_state *s, state_work *w)
{
    int32_t n_site = l->mesh->n_site;
    bool driven = drive->moment || drive->n_vortex > 0;
    if (drive->moment)
        memcpy(w->moment, drive->moment, (size_t)(n_site + l->n_hole) * sizeof *w->moment);
    FLX_TRY(add_vortices(ctx, l, drive, w->moment));
    flx_london_from_sites(l, w->moment, w->x);
    double inside = 0; // g0 A g0
    if (driven) {
        for (int32_t i = 0; i < l->n_free; i++)
            w->x[i] = -w->x[i];
        FLX_TRY(flx_london_solve_free(ctx, l, w->x, w->g0));
        inside = dot(w->x, w->g0, l->n_free);
    }
    for (int32_t c = 0; c < l->n_current; c++) {
        const double *mode = flx_london_mode(l, c);
        s->effective[c] = dot(mode, w->moment, n_site);
        if (c < l->n_hole)
            s->effective[c] += w->moment[n_site + c];
    }
    FLX_TRY(choose_fluxoids(ctx, l, drive, s, w->small));
    flx_london_to_sites(l, w->g0, s->g);
    for (int32_t c = 0; c < l->n_current; c++) {
        const double *mode = flx_london_mode(l, c);
        for (int32_t i = 0; i < n_site; i++)
            s->g[i] += s->current[c] * mode[i];
    }
    double currents = 0;
    for (int32_t c = 0; c < l->n_current; c++)
        currents += 0.5 * s->current[c] * (s->fluxoid[c] - s->effective[c]);
    s->energy = 0.5 * inside + currents;
    s->kinetic = kinetic_of(l, s->g);
    s->gibbs = 0.5 * inside + energy_of_currents(l, drive, s);
    return FLX_OK;
}

flx_status flx_london_solve(flx_ctx *ctx, flx_london *l, const flx_london_drive *drive,
                            flx_london_state *state)
{
    size_t n = (size_t)l->n_current;
    state_work w = {.moment = FLX_NEW_ARRAY(ctx, double, l->mesh->n_site + l->n_hole),
                    .x = FLX_NEW_ARRAY(ctx, double, l->n),
                    .g0 = FLX_NEW_ARRAY(ctx, double, l->n),
                    .small = FLX_NEW_ARRAY(ctx, double, n *n + 2 * n)};
    flx_status status =
        w.moment && w.x && w.g0 && w.small ? solve_state(ctx, l, drive, state, &w) : FLX_ERR_MEMORY;
    flx_free(w.moment);
    flx_free(w.x);
    flx_free(w.g0);
    flx_free(w.small);
    return status;
}
