// case/run_london.c -- a run of the engine london: engine, drive, state, what was asked for.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/engine.h"
#include "case/london.h"

#include <math.h>
#include <string.h>

// -- what is driven -------------------------------------------------------------------------------

static flx_status name_currents(flx_london_run_state *r)
{
    const flx_mesh *m = r->device->mesh;
    flx_london_report report = flx_london_report_of(r->l);
    r->report = report;
    r->n_hole = report.n_hole;
    r->n_current = report.n_hole + report.n_port;
    r->name = FLX_NEW_ARRAY(r->ctx, char *, r->n_current);
    if (!r->name)
        return FLX_ERR_MEMORY;
    for (int32_t c = 0; c < r->n_current; c++) {
        int32_t from = 0, to = 0, site = 0;
        if (c < r->n_hole)
            site = m->loop_site[m->loop[flx_london_hole_loop(r->l, c)].start];
        else
            flx_london_port(r->l, c - r->n_hole, &from, &to);
        r->name[c] = c < r->device->n_hole ? flx_strdup(r->ctx, r->device->hole_name[c])
                     : c < r->n_hole
                         ? flx_format(r->ctx, "hole at (%g, %g)", m->x[site], m->y[site])
                         : flx_strdup(r->ctx, r->c->terminals[from].name);
        if (!r->name[c])
            return FLX_ERR_MEMORY;
    }
    return FLX_OK;
}

static flx_status make_drive(flx_london_run_state *r)
{
    const flx_case *c = r->c;
    flx_case plain = *c; // offsets of the phase are no line integrals of A: they go to the holes
    plain.n_phase = 0;
    FLX_TRY(flx_case_drive_init(r->ctx, r->device, &plain, &r->drive));
    if (flx_source_varies(r->drive.source))
        return flx_device_fail(
            r->ctx, c, c->n_field > 0 ? c->fields[0].line : c->london.line,
            "something driven depends on t, but the engine london knows no time; "
            "sweep over its values instead");
    r->unit = c->scales.A0 / FLX_SI_MU0;
    r->moment = FLX_NEW_ARRAY(r->ctx, double, r->device->mesh->n_site + r->n_hole);
    r->terminal = FLX_NEW_ARRAY(r->ctx, double, c->n_terminal);
    if (!r->moment || !r->terminal)
        return FLX_ERR_MEMORY;
    flx_source_current(r->drive.source, 0, r->terminal);
    for (int32_t k = 0; k < c->n_terminal; k++)
        r->terminal[k] *= c->scales.K0 * c->scales.xi / r->unit;
    return flx_london_moments(r->ctx, r->l, r->drive.source, 0, r->moment);
}

// Takes the phase offsets of drive.phase round each hole off its fluxoid: n Phi0 less their sum.
// What crosses no hole is worth nothing: the phases of a film turn along.
static flx_status take_offsets(flx_london_run_state *r)
{
    const flx_mesh *m = r->device->mesh;
    if (r->c->n_phase == 0)
        return FLX_OK;
    FLX_TRY(flx_case_phase_check(r->ctx, r->device, r->c));
    for (int32_t h = 0; h < r->n_hole; h++) {
        const flx_mesh_loop *rim = &m->loop[flx_london_hole_loop(r->l, h)];
        if (r->condition[h].given != FLX_LONDON_CURRENT)
            r->condition[h].value -=
                flx_case_phase_around(r->c, m, &m->loop_site[rim->start], rim->n);
    }
    return FLX_OK;
}

static flx_status make_conditions(flx_london_run_state *r)
{
    r->condition = FLX_NEW_ARRAY(r->ctx, flx_london_condition, r->n_current);
    if (!r->condition)
        return FLX_ERR_MEMORY;
    for (int32_t c = 0; c < r->n_current; c++) {
        flx_london_condition *to = &r->condition[c];
        if (c < r->device->n_hole) {
            *to = r->c->london.hole[c];
            to->value *= to->given == FLX_LONDON_CURRENT ? 1 / r->unit : FLX_LONDON_PHI0;
        } else if (c >= r->n_hole) {
            int32_t from, other;
            flx_london_port(r->l, c - r->n_hole, &from, &other);
            *to = (flx_london_condition){FLX_LONDON_CURRENT, r->terminal[from]};
        }
    }
    return take_offsets(r);
}

static flx_status make_vortices(flx_london_run_state *r)
{
    int32_t n = r->c->london.n_vortex;
    r->vortices = FLX_NEW_ARRAY(r->ctx, flx_london_vortex, n);
    if (!r->vortices)
        return FLX_ERR_MEMORY;
    for (int32_t v = 0; v < n; v++) {
        const flx_case_vortex *from = &r->c->london.vortices[v];
        r->vortices[v] =
            (flx_london_vortex){from->at[0], from->at[1], -1, from->winding * FLX_LONDON_PHI0};
        FLX_TRY(flx_device_film_of_vortex(r->ctx, r->device, r->c, from, &r->vortices[v].film));
    }
    return FLX_OK;
}

// -- the run --------------------------------------------------------------------------------------

flx_london_drive flx_london_drive_of(const flx_london_run_state *r)
{
    return (flx_london_drive){.moment = r->c->n_field > 0 ? r->moment : NULL,
                              .vortices = r->vortices,
                              .n_vortex = r->c->london.n_vortex,
                              .condition = r->condition,
                              .quantum = FLX_LONDON_PHI0};
}

static flx_status solve(flx_london_run_state *r)
{
    const flx_mesh *m = r->device->mesh;
    size_t n = (size_t)r->n_current;
    r->s = (flx_london_state){.g = FLX_NEW_ARRAY(r->ctx, double, m->n_site),
                              .current = FLX_NEW_ARRAY(r->ctx, double, n),
                              .fluxoid = FLX_NEW_ARRAY(r->ctx, double, n),
                              .effective = FLX_NEW_ARRAY(r->ctx, double, n)};
    r->k = FLX_NEW_ARRAY(r->ctx, double, 2 * (size_t)m->n_tri);
    r->site = FLX_NEW_ARRAY(r->ctx, double, 2 * (size_t)m->n_site);
    if (!r->s.g || !r->s.current || !r->s.fluxoid || !r->s.effective || !r->k || !r->site)
        return FLX_ERR_MEMORY;
    flx_london_drive drive = flx_london_drive_of(r);
    FLX_TRY(flx_london_solve(r->ctx, r->l, &drive, &r->s));
    flx_london_sheet(r->l, r->s.g, r->k);
    flx_london_site_current(r->l, r->k, r->site);
    return FLX_OK;
}

flx_status flx_london_begin(flx_london_run_state *r)
{
    r->lambda = FLX_NEW_ARRAY(r->ctx, double, r->device->mesh->n_tri);
    if (!r->lambda)
        return FLX_ERR_MEMORY;
    FLX_TRY(flx_london_lambda(r->ctx, r->c, r->device->mesh, r->lambda));
    FLX_TRY(make_vortices(r)); // before the work, for what may be wrong
    FLX_TRY(flx_london_make(r));
    FLX_TRY(name_currents(r));
    return make_drive(r);
}

static flx_status run(flx_london_run_state *r)
{
    FLX_TRY(flx_london_begin(r));
    FLX_TRY(make_conditions(r));
    FLX_TRY(solve(r));
    FLX_TRY(flx_london_study(r));
    return flx_london_scan(r);
}

void flx_london_clear(flx_london_run_state *r)
{
    for (int32_t c = 0; r->name && c < r->n_current; c++)
        flx_free(r->name[c]);
    void *arrays[] = {r->name,     r->lambda, r->moment,    r->terminal,  r->condition,
                      r->vortices, r->s.g,    r->s.current, r->s.fluxoid, r->s.effective,
                      r->k,        r->site,   r->image[0],  r->image[1],  r->finer};
    for (size_t k = 0; k < sizeof arrays / sizeof arrays[0]; k++)
        flx_free(arrays[k]);
    flx_case_drive_clear(&r->drive);
}

flx_status flx_london_run(flx_ctx *ctx, const flx_run_point *point, const flx_run_opts *opts,
                          flx_run_result **out)
{
    *out = NULL;
    flx_london_run_state r = {.ctx = ctx, .c = point->c, .device = point->device};
    double start = flx_wtime();
    json_t *root = json_object();
    flx_file *file = NULL;
    flx_status status = root ? run(&r) : FLX_ERR_MEMORY;
    r.wall = flx_wtime() - start;
    if (status == FLX_OK)
        status = flx_london_summary(&r, root);
    if (status == FLX_OK)
        status = flx_engine_file(ctx, point, opts, &file);
    if (status == FLX_OK && file)
        status = flx_london_write(&r, file);
    if (status == FLX_OK) {
        status = flx_engine_end(ctx, root, file, out);
        file = NULL;
    }
    flx_file_close(file);
    json_decref(root);
    flx_london_clear(&r);
    return status;
}
