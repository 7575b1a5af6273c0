// case/run_static.c -- a run of the engine static: start, what is to be found, frame, summary.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/engine.h"
#include "case/summary.h"

#include <math.h>
#include <string.h>

typedef struct static_run {
    flx_ctx *ctx;
    const flx_run_point *point;
    const flx_case *c;
    const flx_case_static *s;
    const flx_device *device;
    flx_case_drive drive;
    flx_static *st;
    const flx_site_currents *fits;
    flx_cplx *psi; // [n_site] start; at the end the state to show
    flx_cplx *other;
    flx_static_report report;
    flx_static_limit limit;
    flx_static_barrier barrier;
    double *value; // [n_value] eigenvalues
    int32_t n_value;
    bool shown; // psi is shown instead of the engine's
    double wall_start;
} static_run;

// -- what is to be found --------------------------------------------------------------------------

static flx_status find_modes(static_run *r)
{
    double residual;
    if (r->s->opts.modes == 0)
        return FLX_OK;
    flx_status status = flx_static_modes(r->st, r->value, NULL, &residual);
    r->n_value = status < 0 ? 0 : r->s->opts.modes;
    return status;
}

static flx_status find_state(static_run *r)
{
    FLX_TRY(flx_static_minimise(r->st, &r->report));
    return find_modes(r);
}

static flx_status find_limit(static_run *r)
{
    FLX_TRY(flx_static_minimise(r->st, &r->report));
    FLX_TRY(flx_static_follow(r->st, r->s->to, &r->limit, &r->report));
    return find_modes(r);
}

// The frame shows the lowest mode, with a largest |psi| of 1.
static flx_status find_nucleation(static_run *r)
{
    const flx_cplx *mode;
    double residual, largest = 0;
    FLX_TRY(flx_static_nucleation(r->st, r->value, &mode, &residual));
    r->n_value = r->s->opts.modes;
    int32_t n = r->device->mesh->n_site;
    for (int32_t i = 0; i < n; i++)
        largest = fmax(largest, hypot(mode[i].re, mode[i].im));
    for (int32_t i = 0; i < n; i++)
        r->psi[i] = (flx_cplx){mode[i].re / largest, mode[i].im / largest};
    r->shown = true;
    return FLX_OK;
}

static flx_status find_barrier(static_run *r)
{
    flx_case end = *r->c; // the same case but for its start
    end.start = r->s->other;
    FLX_TRY(flx_case_start_psi(r->ctx, r->device, &end, r->drive.source, NULL, r->other));
    FLX_TRY(flx_static_saddle(r->st, r->psi, r->other, &r->barrier, &r->report));
    return FLX_OK;
}

static flx_status find(static_run *r)
{
    switch (r->s->find) {
    case FLX_FIND_STATE:
        return find_state(r);
    case FLX_FIND_LIMIT:
        return find_limit(r);
    case FLX_FIND_NUCLEATION:
        return find_nucleation(r);
    case FLX_FIND_BARRIER:
        return find_barrier(r);
    }
    return flx_fail(r->ctx, FLX_ERR_INTERNAL, "static finds nothing of kind %d", (int)r->s->find);
}

// -- summary --------------------------------------------------------------------------------------

static flx_frame shown_frame(const static_run *r)
{
    flx_frame frame = flx_static_frame(r->st);
    if (r->shown)
        frame.psi = r->psi;
    return frame;
}

// Applied B_z in the middle of the device [T].
static double field_at(const static_run *r, double t)
{
    double box[4];
    flx_mesh_bounds(r->device->mesh, box);
    const double middle[3] = {(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, 0};
    return flx_source_field(r->drive.source, middle, t) * r->c->scales.Bc2;
}

static flx_status put_limit(static_run *r, json_t *root)
{
    json_t *item = json_object();
    const flx_static_limit *l = &r->limit;
    FLX_TRY(flx_json_put(r->ctx, root, "limit", item));
    FLX_TRY(flx_json_put(r->ctx, item, "found", json_boolean(l->found)));
    FLX_TRY(flx_json_put(r->ctx, item, "t", flx_json_real(l->found ? l->t : (double)NAN)));
    FLX_TRY(flx_json_put(r->ctx, item, "field",
                         flx_json_real(l->found ? field_at(r, l->t) : (double)NAN)));
    FLX_TRY(flx_json_put(r->ctx, item, "fold", json_boolean(l->fold)));
    FLX_TRY(flx_json_put(r->ctx, item, "eigenvalue", flx_json_real(l->value)));
    return flx_json_put(r->ctx, item, "points", json_integer(l->points));
}

static flx_status put_barrier(static_run *r, json_t *root)
{
    const flx_static_barrier *b = &r->barrier;
    const flx_mesh *m = r->device->mesh;
    double area = 0, joule = r->c->scales.energy;
    for (int32_t i = 0; i < m->n_site; i++)
        area += m->area[i];
    double there = b->energy_saddle - b->energy_from, back = b->energy_saddle - b->energy_to;
    json_t *item = json_object();
    FLX_TRY(flx_json_put(r->ctx, root, "barrier", item));
    FLX_TRY(flx_json_put(r->ctx, item, "height_F0", flx_json_real(2 / area * there)));
    FLX_TRY(flx_json_put(r->ctx, item, "back_F0", flx_json_real(2 / area * back)));
    FLX_TRY(flx_json_put(r->ctx, item, "height", flx_json_scaled(there, joule)));
    FLX_TRY(flx_json_put(r->ctx, item, "back", flx_json_scaled(back, joule)));
    FLX_TRY(flx_json_put(r->ctx, item, "eigenvalue", flx_json_real(b->value)));
    return flx_json_put(r->ctx, item, "connects", json_boolean(b->connects));
}

static flx_status put_values(static_run *r, json_t *root)
{
    if (r->n_value < 1)
        return FLX_OK;
    json_t *list = json_array();
    FLX_TRY(flx_json_put(r->ctx, root, "eigenvalue", flx_json_real(r->value[0])));
    FLX_TRY(flx_json_put(r->ctx, root, "eigenvalues", list));
    for (int32_t k = 0; k < r->n_value; k++)
        if (json_array_append_new(list, flx_json_real(r->value[k])) != 0)
            return flx_fail(r->ctx, FLX_ERR_MEMORY, "no memory for the summary");
    return FLX_OK;
}

static flx_status put_found(static_run *r, bool failed, json_t *root)
{
    static const char *const name[] = {"state", "limit", "nucleation", "barrier"};
    FLX_TRY(flx_json_put(r->ctx, root, "find", json_string(name[r->s->find])));
    FLX_TRY(put_values(r, root));
    if (r->s->find == FLX_FIND_NUCLEATION)
        return r->n_value ? flx_json_put(r->ctx, root, "Tc_Tc0", flx_json_real(-r->value[0]))
                          : FLX_OK;
    FLX_TRY(flx_json_put(r->ctx, root, "residual", flx_json_real(r->report.residual)));
    FLX_TRY(flx_json_put(r->ctx, root, "stable", json_boolean(r->report.stable)));
    if (r->s->find == FLX_FIND_LIMIT && !failed)
        return put_limit(r, root);
    return r->s->find == FLX_FIND_BARRIER && !failed ? put_barrier(r, root) : FLX_OK;
}

static flx_status summarise(static_run *r, const char *error, json_t **out)
{
    flx_summary_input in = {.c = r->c,
                            .device = r->device,
                            .frame = shown_frame(r),
                            .fits = r->fits,
                            .wall = flx_wtime() - r->wall_start,
                            .steady = !error,
                            .error = error};
    FLX_TRY(flx_summary_make(r->ctx, &in, out));
    flx_status status = put_found(r, error != NULL, *out);
    if (status < 0)
        json_decref(*out);
    return status;
}

// -- the whole ------------------------------------------------------------------------------------

static flx_status check_terminals(static_run *r)
{
    for (int32_t k = 0; k < r->c->n_terminal; k++) {
        const flx_case_terminal *t = &r->c->terminals[k];
        if (t->psi == FLX_TERMINAL_NORMAL && t->current)
            return flx_device_fail(r->ctx, r->c, t->line,
                                   "terminal '%s': a current without voltage enters where psi is "
                                   "not 0; give psi: free, or a number, or use the engine tdgl",
                                   t->name);
        if (t->psi == FLX_TERMINAL_HELD && r->s->find == FLX_FIND_NUCLEATION)
            return flx_device_fail(r->ctx, r->c, t->line,
                                   "terminal '%s' holds |psi|: next to it there is always "
                                   "superconductivity, and nothing that nucleates",
                                   t->name);
    }
    return FLX_OK;
}

// -- the engine stays with the device -------------------------------------------------------------

typedef struct kept_engine {
    flx_static *st;
    flx_site_currents *fits; // of the mesh
    flx_static_problem problem;
    flx_static_opts opts;
} kept_engine;

static void free_kept(void *what)
{
    kept_engine *k = what;
    flx_static_free(k->st);
    flx_site_currents_free(k->fits);
    flx_free(k);
}

static bool fits(const kept_engine *k, const flx_static_problem *p, const flx_static_opts *o)
{
    const flx_static_problem *q = &k->problem;
    const flx_static_opts *a = &k->opts;
    return q->mesh == p->mesh && q->terminals == p->terminals && q->n_terminal == p->n_terminal &&
           q->u == p->u && q->gamma == p->gamma && q->screening == p->screening &&
           q->kappa == p->kappa && q->pearl_length == p->pearl_length &&
           a->tolerance == o->tolerance && a->max_steps == o->max_steps && a->modes == o->modes &&
           a->mode_tolerance == o->mode_tolerance && a->limit_tolerance == o->limit_tolerance &&
           a->images == o->images && a->threads == o->threads;
}

static flx_status take_engine(static_run *r)
{
    flx_kept *kept = r->device->kept;
    kept_engine *k = kept->what;
    flx_static_problem problem = {.mesh = r->device->mesh,
                                  .terminals = r->device->terminals,
                                  .n_terminal = r->c->n_terminal,
                                  .drive = flx_source_drive(r->drive.source),
                                  .u = r->c->u,
                                  .gamma = r->c->gamma,
                                  .screening = r->c->run.screening,
                                  .kappa = r->c->scales.lambda / r->c->scales.xi,
                                  .pearl_length = r->c->scales.Lambda / r->c->scales.xi,
                                  .z = r->device->z};
    if (k && fits(k, &problem, &r->s->opts)) {
        r->st = k->st;
        r->fits = k->fits;
        return flx_static_renew(r->st, &problem.drive);
    }
    if (k)
        free_kept(k);
    *kept = (flx_kept){0};
    k = FLX_NEW(r->ctx, kept_engine);
    if (!k)
        return FLX_ERR_MEMORY;
    *k = (kept_engine){.problem = problem, .opts = r->s->opts};
    flx_status status = flx_static_create(r->ctx, &k->problem, &k->opts, &k->st);
    if (status == FLX_OK)
        status = flx_site_currents_create(r->ctx, r->device->mesh, &k->fits);
    if (status < 0) {
        free_kept(k);
        return status;
    }
    *kept = (flx_kept){k, free_kept};
    r->st = k->st;
    r->fits = k->fits;
    return FLX_OK;
}

static flx_status create(static_run *r)
{
    const flx_mesh *m = r->device->mesh;
    FLX_TRY(check_terminals(r));
    FLX_TRY(flx_case_drive_init(r->ctx, r->device, r->c, &r->drive));
    r->psi = FLX_NEW_ARRAY(r->ctx, flx_cplx, m->n_site);
    r->other = FLX_NEW_ARRAY(r->ctx, flx_cplx, m->n_site);
    r->value = FLX_NEW_ARRAY(r->ctx, double, r->s->opts.modes + 1);
    if (!r->psi || !r->other || !r->value)
        return FLX_ERR_MEMORY;
    FLX_TRY(take_engine(r));
    FLX_TRY(flx_case_start_psi(r->ctx, r->device, r->c, r->drive.source, r->point->from, r->psi));
    FLX_TRY(flx_static_set_psi(r->st, r->psi));
    return flx_static_set_drive(r->st, r->s->at);
}

static flx_status write_frame(static_run *r, flx_file *file)
{
    const flx_mesh *m = r->device->mesh;
    flx_frame frame = shown_frame(r);
    double *edge = FLX_NEW_ARRAY(r->ctx, double, 2 * (size_t)m->n_edge);
    double *site = FLX_NEW_ARRAY(r->ctx, double, 4 * (size_t)m->n_site);
    flx_status status = edge && site ? FLX_OK : FLX_ERR_MEMORY;
    if (status == FLX_OK) {
        flx_measure_edges(&frame, edge, edge + m->n_edge);
        flx_site_currents_apply(r->fits, edge, site);
        flx_frame_extra extra = {.supercurrent = edge,
                                 .normal_current = edge + m->n_edge,
                                 .a_induced = frame.a_induced,
                                 .site_supercurrent = site,
                                 .site_normal_current = site + 2 * (size_t)m->n_site};
        status = flx_file_write_frame(file, &frame, &extra);
    }
    flx_free(edge);
    flx_free(site);
    return status;
}

// The file of the state, with its summary at the end.
static flx_status write(static_run *r, const flx_run_opts *opts, const char *json)
{
    flx_file *file;
    FLX_TRY(flx_engine_file(r->ctx, r->point, opts, &file));
    if (!file)
        return FLX_OK;
    flx_status status = flx_file_write_options(file, &flx_static_option_table, &r->s->opts);
    if (status == FLX_OK)
        status = write_frame(r, file);
    if (status == FLX_OK)
        status = flx_file_write_text(file, "summary", json);
    if (status == FLX_OK && r->point->sidecar)
        status = flx_runner_sidecar(r->ctx, file, opts->output);
    flx_status closed = flx_file_close(file);
    return status < 0 ? status : closed;
}

// Whatever happened, the summary and the file of the state reached.
static flx_status finish(static_run *r, flx_status status, const flx_run_opts *opts,
                         flx_run_result **out)
{
    char *error = status < 0 ? flx_strdup(r->ctx, flx_ctx_error(r->ctx)) : NULL, *text = NULL;
    json_t *root = NULL;
    flx_status ignored, ended = summarise(r, error, &root);
    flx_frame frame = flx_static_frame(r->st);
    flx_runner_warn_of_field(r->ctx, &frame);
    if (ended == FLX_OK) {
        ended = flx_summary_text(r->ctx, root, &text);
        json_decref(root);
    }
    if (ended == FLX_OK)
        ended = flx_runner_result(r->ctx, text, &ignored, out);
    if (ended == FLX_OK && status != FLX_ERR_MEMORY)
        ended = write(r, opts, text);
    if (ended == FLX_OK && r->point->last && status >= 0)
        ended = flx_carried_init(r->ctx, &frame, r->device->mesh, r->c->scales.xi, r->point->last);
    if (status < 0 && error)
        flx_fail(r->ctx, status, "%s", error);
    flx_free(error);
    flx_free(text);
    return status < 0 ? status : ended;
}

flx_status flx_static_run(flx_ctx *ctx, const flx_run_point *point, const flx_run_opts *opts,
                          flx_run_result **out)
{
    *out = NULL;
    static_run r = {.ctx = ctx,
                    .point = point,
                    .c = point->c,
                    .s = &point->c->statics,
                    .device = point->device,
                    .wall_start = flx_wtime()};
    flx_status status = create(&r);
    if (status == FLX_OK)
        status = finish(&r, find(&r), opts, out);
    flx_case_drive_clear(&r.drive);
    flx_free(r.psi);
    flx_free(r.other);
    flx_free(r.value);
    return status;
}
