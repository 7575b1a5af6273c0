// case/run_tdgl.c -- a run of the engine tdgl: start, steps, frames, stops, checkpoints, summary.
//
// The steps of a run depend on the case alone: they end at the times of frames, which the case
// gives, and never at checkpoints, which the clock on the wall gives. So a run that was interrupted
// leaves the same data as one that was not.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/engine.h"
#include "case/summary.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

enum { STEADY_EVERY = 8 }; // steps between looks for steadiness
static const double progress_seconds = 0.2;
static const double small_psi = 0.01; // [1] below it a growing psi is a state still to come

// -- stops ----------------------------------------------------------------------------------------

// Whether the inputs stay what they are until the end, by samples.
static bool inputs_settled(flx_runner *r, double t)
{
    enum { SAMPLES = 8 };
    const flx_mesh *m = r->device->mesh;
    flx_source *source = r->drive.source;
    if (!flx_source_varies(source))
        return true;
    double *now = r->edge, *then = r->edge + m->n_edge;
    double *eps_now = r->site, *eps_then = r->site + m->n_site;
    double *in_now = r->site + 2 * (size_t)m->n_site, *in_then = in_now + m->n_site;
    flx_source_vector_potential(source, t, now, NULL);
    flx_source_epsilon(source, t, eps_now);
    flx_source_current(source, t, in_now);
    for (int s = 1; s <= SAMPLES; s++) {
        double later = t + (r->c->run.time - t) * s / SAMPLES;
        double change = 0;
        flx_source_vector_potential(source, later, then, NULL);
        flx_source_epsilon(source, later, eps_then);
        flx_source_current(source, later, in_then);
        for (int32_t e = 0; e < m->n_edge; e++)
            change = fmax(change, fabs(then[e] - now[e]));
        for (int32_t i = 0; i < m->n_site; i++)
            change = fmax(change, fabs(eps_then[i] - eps_now[i]));
        for (int32_t k = 0; k < r->c->n_terminal; k++)
            change = fmax(change, fabs(in_then[k] - in_now[k]));
        if (change > r->c->run.stop_steady)
            return false;
    }
    return true;
}

static bool is_steady(flx_runner *r)
{
    flx_frame frame = flx_tdgl_frame(r->sim);
    if (!(r->c->run.stop_steady > 0) || frame.step % STEADY_EVERY != 0)
        return false;
    double largest = 0, before = r->state.largest_psi;
    for (int32_t i = 0; i < frame.mesh->n_site; i++)
        largest = fmax(largest, hypot(frame.psi[i].re, frame.psi[i].im));
    r->state.largest_psi = largest;
    bool growing = largest < small_psi && !(largest < before);
    return flx_tdgl_change(r->sim) < r->c->run.stop_steady && !growing &&
           inputs_settled(r, frame.time);
}

static flx_status check_stops(flx_runner *r, double dt)
{
    bool stops = false;
    if (is_steady(r)) {
        r->steady = true;
        r->stopped = "steady";
        return FLX_STOPPED;
    }
    if (r->c->run.stop_when)
        FLX_TRY(flx_measuring_stops(r->ctx, &r->measuring, r->c, r->sim, dt, &stops));
    if (stops)
        r->stopped = "condition";
    return stops ? FLX_STOPPED : FLX_OK;
}

// -- the loop -------------------------------------------------------------------------------------

static double time_of_frame(const flx_runner *r, int64_t k)
{
    double end = r->c->run.time, t = (double)k * r->c->run.frame_interval;
    return end - t > 1e-9 * r->c->run.frame_interval ? t : end; // the last falls on the end
}

static flx_status write_due_frame(flx_runner *r, double time)
{
    double slack = 1e-9 * r->c->run.frame_interval; // fixed steps add up to rounding
    if (time < time_of_frame(r, r->state.next_frame) - slack)
        return FLX_OK;
    double next;
    while ((next = time_of_frame(r, r->state.next_frame)) - slack <= time && next < r->c->run.time)
        r->state.next_frame++;
    return flx_runner_write_frame(r);
}

// What the clock on the wall decides; it must not touch the state.
typedef struct wall_clock {
    double checkpoint, progress; // [s] when each was made last
    double checkpoint_time;      // [tau0] of the last checkpoint
    int64_t progress_step;
} wall_clock;

static void tell_progress(flx_runner *r, wall_clock *w, double now, double dt)
{
    if (!r->opts->progress || now - w->progress < progress_seconds)
        return;
    flx_frame frame = flx_tdgl_frame(r->sim);
    double rate = (double)(frame.step - w->progress_step) / (now - w->progress);
    double pace = frame.time / (now - r->wall_start); // [tau0/s]
    flx_progress progress = {.time = frame.time,
                             .time_end = r->c->run.time,
                             .dt = dt,
                             .step = frame.step,
                             .rate = rate,
                             .left = pace > 0 ? (r->c->run.time - frame.time) / pace : (double)NAN,
                             .n_point = 1};
    r->opts->progress(r->opts->user, &progress);
    w->progress = now;
    w->progress_step = frame.step;
}

static flx_status save_if_due(flx_runner *r, wall_clock *w, double now, double time)
{
    bool by_wall =
        r->opts->checkpoint_seconds > 0 && now - w->checkpoint >= r->opts->checkpoint_seconds;
    bool by_time = r->c->run.checkpoint > 0 && time - w->checkpoint_time >= r->c->run.checkpoint;
    if (!by_wall && !by_time)
        return FLX_OK;
    w->checkpoint = now;
    w->checkpoint_time = time;
    return flx_runner_save(r);
}

static flx_status run_steps(flx_runner *r)
{
    const flx_case_run *run = &r->c->run;
    flx_frame start = flx_tdgl_frame(r->sim);
    wall_clock w = {flx_wtime(), flx_wtime(), start.time, start.step};
    for (double time = start.time; time < run->time;) {
        // Steps of fixed length are not cut for frames: these come at the next step's end.
        bool cut = run->opts.adaptive && run->opts.integrator != FLX_LANGEVIN;
        double t_end = cut ? time_of_frame(r, r->state.next_frame) : run->time;
        flx_tdgl_report report;
        FLX_TRY(flx_tdgl_step(r->sim, fmin(t_end, run->time), &report));
        time = report.time;
        FLX_TRY(flx_runner_add_row(r, report.dt));
        FLX_TRY(write_due_frame(r, time));
        flx_status stops = check_stops(r, report.dt);
        if (stops != FLX_OK)
            return stops;
        if (!(time < run->time))
            break;
        double now = flx_wtime();
        FLX_TRY(save_if_due(r, &w, now, time));
        tell_progress(r, &w, now, report.dt);
        if (r->opts->should_stop && r->opts->should_stop(r->opts->user)) {
            FLX_TRY(flx_runner_save(r));
            return FLX_INTERRUPTED;
        }
    }
    return FLX_OK;
}

// -- begin and end --------------------------------------------------------------------------------

static void clear(flx_runner *r)
{
    flx_tdgl_free(r->sim);
    flx_measuring_clear(&r->measuring);
    flx_case_drive_clear(&r->drive);
    for (int32_t k = 0; r->column && k < r->n_column; k++)
        flx_free(r->column[k]);
    for (int32_t k = 0; r->kept && k < r->n_kept; k++)
        flx_free(r->kept[k]);
    flx_free(r->column);
    flx_free(r->row);
    flx_free(r->kept);
    flx_site_currents_free(r->fits);
    flx_twist_free(r->twist);
    flx_free(r->edge);
    flx_free(r->site);
    flx_free(r->checkpoint);
    flx_file_close(r->file);
}

static flx_status create_engine(flx_runner *r)
{
    const flx_case *c = r->c;
    const flx_mesh *m = r->device->mesh;
    FLX_TRY(flx_case_drive_init(r->ctx, r->device, c, &r->drive));
    flx_tdgl_problem problem = {.mesh = m,
                                .terminals = r->device->terminals,
                                .n_terminal = c->n_terminal,
                                .u = c->u,
                                .gamma = c->gamma,
                                .temperature = c->run.temperature,
                                .drive = flx_source_drive(r->drive.source),
                                .screening = c->run.screening,
                                .kappa = c->scales.lambda / c->scales.xi,
                                .pearl_length = c->scales.Lambda / c->scales.xi,
                                .z = r->device->z};
    FLX_TRY(flx_tdgl_create(r->ctx, &problem, &c->run.opts, &r->sim));
    FLX_TRY(flx_measuring_init(r->ctx, r->device, c, &r->measuring));
    FLX_TRY(flx_runner_series_init(r));
    r->edge = FLX_NEW_ARRAY(r->ctx, double, 2 * (size_t)m->n_edge);
    r->site = FLX_NEW_ARRAY(r->ctx, double, 4 * (size_t)m->n_site);
    r->key = (flx_checkpoint_key){flx_hash(c->used, strlen(c->used), 1), flx_mesh_hash(m)};
    if (!r->edge || !r->site)
        return FLX_ERR_MEMORY;
    if (!r->opts->output)
        return FLX_OK;
    r->checkpoint = flx_checkpoint_path(r->ctx, r->opts->output);
    return r->checkpoint ? flx_site_currents_create(r->ctx, m, &r->fits) : FLX_ERR_MEMORY;
}

static flx_status start_afresh(flx_runner *r, const flx_carried *from)
{
    const flx_mesh *m = r->device->mesh;
    flx_cplx *psi = FLX_NEW_ARRAY(r->ctx, flx_cplx, m->n_site);
    double *a_induced = FLX_NEW_ARRAY(r->ctx, double, m->n_edge);
    flx_status status = FLX_ERR_MEMORY;
    if (psi && a_induced)
        status = flx_case_start_psi(r->ctx, r->device, r->c, r->drive.source, from, psi);
    if (status == FLX_OK && r->c->run.screening != FLX_SCREENING_NONE)
        status = flx_case_start_induced(r->ctx, r->device, r->c, from, a_induced);
    if (status == FLX_OK)
        status = flx_tdgl_set_state(r->sim, psi, a_induced, 0);
    flx_free(psi);
    flx_free(a_induced);
    if (status == FLX_OK && r->opts->output)
        status = flx_runner_create_file(r);
    if (status == FLX_OK)
        status = flx_runner_add_row(r, 0);
    if (status == FLX_OK)
        status = flx_runner_write_frame(r);
    r->state.next_frame = 1;
    return status;
}

static flx_status write_end(flx_runner *r, const char *json, bool sidecar)
{
    int32_t n = flx_file_frame_count(r->file);
    if (n == 0 || flx_file_frame_info(r->file, n - 1).step != flx_tdgl_frame(r->sim).step)
        FLX_TRY(flx_runner_write_frame(r));
    FLX_TRY(flx_file_write_text(r->file, "summary", json));
    FLX_TRY(flx_file_flush(r->file));
    unlink(r->checkpoint);
    if (!sidecar)
        return FLX_OK;
    return flx_runner_sidecar(r->ctx, r->file, r->opts->output);
}

static flx_status summarise(flx_runner *r, const char *error, flx_run_result **out)
{
    json_t *root = NULL;
    char *text = NULL;
    flx_status ignored;
    flx_summary_input in = {.c = r->c,
                            .device = r->device,
                            .frame = flx_tdgl_frame(r->sim),
                            .time = r->kept[0],
                            .voltage = (const double *const *)&r->kept[1],
                            .thermal = r->twist ? (const double *const *)&r->kept[1 + r->c->n_probe]
                                                : NULL,
                            .imposed = r->twist ? r->site : NULL,
                            .n_row = r->n_row,
                            .wall = flx_wtime() - r->wall_start,
                            .steady = r->steady,
                            .stopped = r->stopped,
                            .error = error};
    if (in.imposed)
        flx_source_current(r->drive.source, in.frame.time, r->site);
    FLX_TRY(flx_summary_make(r->ctx, &in, &root));
    flx_status status = flx_summary_text(r->ctx, root, &text);
    json_decref(root);
    if (status == FLX_OK)
        status = flx_runner_result(r->ctx, text, &ignored, out);
    flx_free(text);
    return status;
}

// Whatever happened, the summary of the state reached; the file ends with it unless the run is to
// go on later.
static flx_status finish(flx_runner *r, flx_status status, const flx_run_point *point,
                         flx_run_result **out)
{
    char *error = status < 0 ? flx_strdup(r->ctx, flx_ctx_error(r->ctx)) : NULL;
    flx_frame reached = flx_tdgl_frame(r->sim);
    flx_runner_warn_of_field(r->ctx, &reached);
    flx_status ended = summarise(r, error, out);
    bool failed_outside = status == FLX_ERR_FILE || status == FLX_ERR_MEMORY;
    if (ended == FLX_OK && point->last && status >= 0) {
        flx_frame frame = flx_tdgl_frame(r->sim);
        ended = flx_carried_init(r->ctx, &frame, r->device->mesh, r->c->scales.xi, point->last);
    }
    if (ended == FLX_OK && r->file && status != FLX_INTERRUPTED && !failed_outside)
        ended = write_end(r, (*out)->json, point->sidecar);
    if (status < 0 && error)
        flx_fail(r->ctx, status, "%s", error);
    flx_free(error);
    return status < 0 ? status : ended < 0 ? ended : status;
}

flx_status flx_tdgl_run(flx_ctx *ctx, const flx_run_point *point, const flx_run_opts *opts,
                        flx_run_result **out)
{
    *out = NULL;
    flx_runner r = {.ctx = ctx,
                    .c = point->c,
                    .device = point->device,
                    .opts = opts,
                    .wall_start = flx_wtime()};
    bool resumed = false;
    flx_status status = create_engine(&r);
    if (status == FLX_OK && opts->resume && opts->output)
        status = flx_runner_resume(&r, &resumed);
    if (status == FLX_OK && !resumed)
        status = start_afresh(&r, point->from);
    if (status == FLX_OK)
        status = finish(&r, run_steps(&r), point, out);
    clear(&r);
    return status;
}
