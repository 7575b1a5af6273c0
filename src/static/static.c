// static/static.c -- the life of a static engine: created from a problem, given states and inputs.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "static/static_internal.h"
#include "tdgl/terminals.h"

#include <math.h>
#include <string.h>

enum { SITES_PER_THREAD = 20000 }; // below this a second thread costs more than it gives

// -- creation -------------------------------------------------------------------------------------

static flx_status check(flx_ctx *ctx, const flx_static_problem *p, const flx_static_opts *o)
{
    if (o->cookie != FLX_STATIC_COOKIE)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "flx_static_opts does not come from flx_static_opts_default()");
    FLX_TRY(flx_options_check(ctx, &flx_static_option_table, o));
    if (!p->mesh)
        return flx_fail(ctx, FLX_ERR_INPUT, "the problem has no mesh");
    return flx_terminals_check(ctx, p->mesh, p->terminals, p->n_terminal);
}

static bool is_normal(const flx_terminal *terminal)
{
    return terminal->psi == FLX_TERMINAL_NORMAL ||
           (terminal->psi == FLX_TERMINAL_HELD && terminal->amplitude == 0);
}

static flx_status create_terminals(flx_static *st)
{
    int32_t total = 0;
    for (int32_t k = 0; k < st->p.n_terminal; k++)
        total += st->p.terminals[k].n_site;
    st->inflow = FLX_NEW_ARRAY(st->ctx, static_inflow, total);
    st->fixed = FLX_NEW_ARRAY(st->ctx, bool, st->n);
    st->held = FLX_NEW_ARRAY(st->ctx, double, st->n);
    st->force = FLX_NEW_ARRAY(st->ctx, double, st->n);
    st->current = FLX_NEW_ARRAY(st->ctx, double, st->p.n_terminal);
    if (!st->inflow || !st->fixed || !st->held || !st->force || !st->current)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < st->p.n_terminal; k++) {
        const flx_terminal *terminal = &st->p.terminals[k];
        double length = 0;
        for (int32_t s = 0; s < terminal->n_site; s++)
            length += terminal->length[s];
        for (int32_t s = 0; s < terminal->n_site; s++) {
            int32_t i = terminal->site[s];
            bool inside = s < terminal->n_site - terminal->n_outside;
            if (!is_normal(terminal)) {
                st->inflow[st->n_inflow++] = (static_inflow){i, k, terminal->length[s] / length, 0};
                if (inside && terminal->psi == FLX_TERMINAL_HELD)
                    st->held[i] = terminal->amplitude;
            } else if (inside && !st->fixed[i]) {
                st->fixed[i] = true;
                st->n_fixed++;
            }
        }
    }
    for (int32_t i = 0; i < st->n; i++) {
        st->held[i] = st->fixed[i] ? 0 : st->held[i];
        st->n_held += st->held[i] > 0;
    }
    return FLX_OK;
}

static flx_status create_arrays(flx_static *st)
{
    const flx_mesh *m = st->mesh;
    flx_ctx *ctx = st->ctx;
    size_t n = 2 * (size_t)m->n_site;
    size_t modes = (size_t)(2 * st->o.modes > NEAR ? 2 * st->o.modes : NEAR);
    st->n_basis = BASIS_MORE + BASIS_PER_MODE * (int32_t)modes;
    double **vectors[] = {&st->psi, &st->lap, &st->g, &st->phase};
    for (size_t k = 0; k < sizeof vectors / sizeof vectors[0]; k++)
        if (!(*vectors[k] = FLX_NEW_ARRAY(ctx, double, n)))
            return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < WORK; k++)
        if (!(st->work[k] = FLX_NEW_ARRAY(ctx, double, n)))
            return FLX_ERR_MEMORY;
    st->eps = FLX_NEW_ARRAY(ctx, double, m->n_site);
    st->mu = FLX_NEW_ARRAY(ctx, double, m->n_site);
    st->a = FLX_NEW_ARRAY(ctx, double, m->n_edge);
    st->a_dot = FLX_NEW_ARRAY(ctx, double, m->n_edge);
    st->film_norm = FLX_NEW_ARRAY(ctx, double, 2 * m->n_film);
    st->pin = FLX_NEW_ARRAY(ctx, int32_t, m->n_film);
    st->basis = FLX_NEW_ARRAY(ctx, double, n *(size_t)st->n_basis);
    st->image = FLX_NEW_ARRAY(ctx, double, n *(size_t)st->n_basis);
    st->mode = FLX_NEW_ARRAY(ctx, double, n *modes);
    st->value = FLX_NEW_ARRAY(ctx, double, modes);
    st->dense = FLX_NEW_ARRAY(ctx, double, 4 * (size_t)st->n_basis * (size_t)st->n_basis);
    return st->eps && st->mu && st->a && st->a_dot && st->film_norm && st->pin && st->basis &&
                   st->image && st->mode && st->value && st->dense
               ? FLX_OK
               : FLX_ERR_MEMORY;
}

static int32_t choose_threads(const flx_ctx *ctx, const flx_static_opts *o, int32_t n_site)
{
    int32_t useful = n_site / SITES_PER_THREAD, given = flx_ctx_threads(ctx);
    if (o->threads > 0)
        return o->threads;
    return useful < 1 ? 1 : useful < given ? useful : given;
}

flx_status flx_static_create(flx_ctx *ctx, const flx_static_problem *problem,
                             const flx_static_opts *opts, flx_static **out)
{
    *out = NULL;
    FLX_TRY(check(ctx, problem, opts));
    flx_static *st = FLX_NEW(ctx, flx_static);
    if (!st)
        return FLX_ERR_MEMORY;
    const flx_mesh *mesh = problem->mesh;
    st->ctx = ctx;
    st->p = *problem;
    st->o = *opts;
    st->mesh = mesh;
    st->n = mesh->n_site;
    flx_status status =
        flx_pool_create(ctx, choose_threads(ctx, opts, mesh->n_site), mesh->n_site, &st->pool);
    if (status == FLX_OK)
        status = flx_operator_init(ctx, mesh, "ref", &st->op);
    if (status == FLX_OK)
        status = create_terminals(st);
    if (status == FLX_OK)
        status = create_arrays(st);
    if (status == FLX_OK)
        status = flx_static_pattern(st);
    if (status == FLX_OK)
        status = flx_static_field_create(st);
    for (int32_t i = 0; status == FLX_OK && i < st->n; i++)
        st->area += mesh->area[i];
    if (status == FLX_OK)
        status = flx_static_renew(st, &problem->drive);
    if (status < 0) {
        flx_static_free(st);
        return status;
    }
    *out = st;
    return FLX_OK;
}

flx_status flx_static_renew(flx_static *st, const flx_drive *drive)
{
    const flx_mesh *mesh = st->mesh;
    st->p.drive = *drive;
    st->report = (flx_static_report){0};
    st->t = NAN;
    st->factored = st->fresh = st->exact = false;
    st->n_mode = st->age = 0;
    memset(st->a, 0, (size_t)mesh->n_edge * sizeof *st->a);
    memset(st->a_dot, 0, (size_t)mesh->n_edge * sizeof *st->a_dot);
    flx_static_field_reset(st);
    memset(st->current, 0, (size_t)st->p.n_terminal * sizeof *st->current);
    flx_operator_set_links(&st->op, st->pool, st->a);
    for (int32_t i = 0; i < st->n; i++)
        st->eps[i] = 1;
    FLX_TRY(flx_static_set_drive(st, 0));
    for (int32_t i = 0; i < st->n; i++) {
        st->psi[2 * i] = st->fixed[i]      ? 0
                         : st->held[i] > 0 ? st->held[i]
                                           : sqrt(fmax(st->eps[i], 0));
        st->psi[2 * i + 1] = 0;
    }
    return FLX_OK;
}

void flx_static_free(flx_static *st)
{
    if (!st)
        return;
    double *arrays[] = {st->psi,   st->lap,   st->g,         st->phase,   st->eps,  st->mu,
                        st->a,     st->a_dot, st->basis,     st->image,   st->mode, st->value,
                        st->dense, st->val,   st->film_norm, st->current, st->held, st->force};
    for (size_t k = 0; k < sizeof arrays / sizeof arrays[0]; k++)
        flx_free(arrays[k]);
    for (int32_t k = 0; k < WORK; k++)
        flx_free(st->work[k]);
    flx_free(st->pin);
    flx_free(st->fixed);
    flx_free(st->inflow);
    flx_free(st->row);
    flx_free(st->col);
    flx_spd_free(st->factor);
    flx_static_field_free(st);
    flx_operator_clear(&st->op);
    flx_pool_free(st->pool);
    flx_free(st);
}

// -- state ----------------------------------------------------------------------------------------

flx_status flx_static_set_psi(flx_static *st, const flx_cplx *psi)
{
    for (int32_t i = 0; i < st->n; i++)
        if (!isfinite(psi[i].re) || !isfinite(psi[i].im))
            return flx_fail(st->ctx, FLX_ERR_INPUT, "psi is not finite at site %d", i);
    st->fresh = false;
    for (int32_t i = 0; i < st->n; i++) {
        st->psi[2 * i] = st->fixed[i] ? 0 : psi[i].re;
        st->psi[2 * i + 1] = st->fixed[i] ? 0 : psi[i].im;
    }
    return FLX_OK;
}

static flx_status take_currents(flx_static *st)
{
    for (int32_t k = 0; k < st->p.n_terminal; k++)
        if (st->current[k] != 0 && is_normal(&st->p.terminals[k]))
            return flx_fail(st->ctx, FLX_ERR_INPUT,
                            "terminal %d is normal (psi = 0) and carries %g K0 xi: near it a "
                            "voltage drives the current, which no stationary state of the free "
                            "energy has; make its psi free or hold it above 0, or use the tdgl "
                            "engine",
                            k, st->current[k]);
    for (int32_t k = 0; k < st->n_inflow; k++)
        st->inflow[k].current = st->current[st->inflow[k].terminal] * st->inflow[k].share;
    if (st->field && st->n_inflow > 0)
        flx_static_field_feed(st);
    return FLX_OK;
}

flx_status flx_static_set_drive(flx_static *st, double t)
{
    const flx_drive *drive = &st->p.drive;
    bool first = isnan(st->t);
    if (st->t == t)
        return FLX_OK;
    if (drive->vector_potential && (first || drive->vector_potential_varies)) {
        double *applied = st->field ? flx_static_field_applied(st) : st->a;
        drive->vector_potential(drive->user, t, applied, st->a_dot);
        flx_operator_set_links(&st->op, st->pool, applied);
    }
    if (drive->epsilon && (first || drive->epsilon_varies))
        drive->epsilon(drive->user, t, st->eps);
    if (drive->current)
        drive->current(drive->user, t, st->current);
    st->t = t;
    st->fresh = false;
    return take_currents(st);
}

flx_frame flx_static_frame(const flx_static *st)
{
    return (flx_frame){.mesh = st->mesh,
                       .time = st->t,
                       .step = st->report.steps,
                       .psi = (const flx_cplx *)(const void *)st->psi,
                       .mu = st->mu,
                       .a = st->a,
                       .a_induced = flx_static_field_induced(st),
                       .eps = st->p.drive.epsilon ? st->eps : NULL,
                       .u = st->p.u,
                       .gamma = st->p.gamma,
                       .field_energy = flx_static_field_energy(st)};
}
