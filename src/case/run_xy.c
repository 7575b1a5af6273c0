// case/run_xy.c -- a run of the engine xy: the lattice of the case at its temperatures, then, if the
// transition is wanted, square lattices of several sizes around where it must be; summary and file.
//
// The stages follow each other. OUTPUT-checkpoint holds which stage is on and what the finished ones
// gave, OUTPUT-checkpoint-lattice the lattice of the present one.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/xy_run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { STAGE_BLOCKS = 8 };
static const double spacing = 0.01; // of the temperatures of a size, relative
static const double progress_seconds = 0.2;

// -- stages ---------------------------------------------------------------------------------------

// Half of the shortest periodic axis.
static int32_t reach_of(const flx_case_xy *xy)
{
    int32_t reach = INT32_MAX;
    for (int a = 0; a < (xy->lattice == FLX_XY_CUBIC ? 3 : 2); a++)
        if (!xy->open[a] && xy->size[a] / 2 < reach)
            reach = xy->size[a] / 2;
    return reach;
}

static int32_t n_stage(const xy_run *r)
{
    return r->xy->find_transition ? 1 + r->xy->n_size : 1;
}

// Site updates of a stage.
static double work_of(const xy_run *r, int64_t stage)
{
    if (stage == 0)
        return (double)r->xy->opts.sweeps * r->xy->n_temperature * flx_xy_sites(r->xy);
    double size = r->xy->sizes[stage - 1];
    return (double)r->xy->transition_sweeps * XY_AROUND * size * size;
}

static flx_status create_stage(xy_run *r)
{
    flx_xy_problem problem = flx_case_xy_problem(r->xy);
    flx_xy_opts opts = r->xy->opts;
    double temperature[XY_AROUND];
    problem.coupling = r->bonds.coupling;
    problem.phase = r->bonds.phase;
    problem.absent = r->bonds.absent;
    if (r->stage > 0) {
        int32_t size = r->xy->sizes[r->stage - 1];
        for (int k = 0; k < XY_AROUND; k++)
            temperature[k] = r->middle * (1 + spacing * (k - XY_AROUND / 2));
        problem = (flx_xy_problem){.model = r->xy->model,
                                   .size = {size, size},
                                   .temperature = temperature,
                                   .n_temperature = XY_AROUND};
        opts.sweeps = r->xy->transition_sweeps;
        opts.thermalisation = opts.overrelaxation = -1;
        opts.replicas = 0;
        opts.tune_temperatures = opts.correlations = false;
    }
    return flx_xy_create(r->ctx, &problem, &opts, &r->sim);
}

// -- checkpoints ----------------------------------------------------------------------------------

static flx_checkpoint_key key_of(const xy_run *r)
{
    return (flx_checkpoint_key){flx_hash(r->c->used, strlen(r->c->used), 1),
                                (uint64_t)r->stage + 1};
}

static int32_t stage_blocks(xy_run *r, flx_state_block *blocks)
{
    int32_t n = 0;
    size_t sizes = (size_t)(r->xy->find_transition ? r->xy->n_size : 0);
    blocks[n++] = (flx_state_block){"stage", &r->stage, sizeof r->stage};
    blocks[n++] = (flx_state_block){"wall", &r->wall, sizeof r->wall};
    blocks[n++] = (flx_state_block){"middle", &r->middle, sizeof r->middle};
    blocks[n++] =
        (flx_state_block){"result", r->result, (size_t)r->xy->n_temperature * sizeof *r->result};
    blocks[n++] =
        (flx_state_block){"stiffness", r->stiffness, sizes * XY_AROUND * sizeof *r->stiffness};
    blocks[n++] = (flx_state_block){"vortex", r->vortex, (size_t)r->n_vortex};
    blocks[n++] =
        (flx_state_block){"correlation", r->correlation,
                          (size_t)(r->xy->n_temperature * (r->reach + 1)) * sizeof *r->correlation};
    blocks[n++] = (flx_state_block){"theta", r->theta, (size_t)r->n_theta * sizeof *r->theta};
    return n;
}

// The stage that begins now, and what the finished ones gave.
static flx_status save_stage(xy_run *r)
{
    if (!r->checkpoint)
        return FLX_OK;
    flx_state_block blocks[STAGE_BLOCKS];
    flx_checkpoint_key key = {key_of(r).case_hash, 0};
    r->wall = flx_wtime() - r->wall_start;
    int32_t n = stage_blocks(r, blocks);
    FLX_TRY(flx_checkpoint_write(r->ctx, r->checkpoint, &key, blocks, n));
    unlink(r->lattice); // of the stage before
    return FLX_OK;
}

static flx_status save_lattice(xy_run *r)
{
    if (!r->checkpoint)
        return FLX_OK;
    flx_state_block blocks[FLX_XY_STATE_MAX];
    flx_checkpoint_key key = key_of(r);
    return flx_checkpoint_write(r->ctx, r->lattice, &key, blocks, flx_xy_state(r->sim, blocks));
}

static flx_status resume_stage(xy_run *r)
{
    if (!r->checkpoint || !r->opts->resume || access(r->checkpoint, F_OK) != 0)
        return FLX_OK;
    flx_state_block blocks[STAGE_BLOCKS];
    flx_checkpoint_key key = {key_of(r).case_hash, 0};
    FLX_TRY(flx_checkpoint_read(r->ctx, r->checkpoint, &key, blocks, stage_blocks(r, blocks)));
    r->wall_start = flx_wtime() - r->wall;
    if (r->stage >= 0 && r->stage <= n_stage(r))
        return FLX_OK;
    return flx_fail(r->ctx, FLX_ERR_FILE, "%s: the saved state is damaged", r->checkpoint);
}

// A lattice of another stage is one whose results are in the other file already.
static flx_status resume_lattice(xy_run *r)
{
    if (!r->checkpoint || !r->opts->resume || access(r->lattice, F_OK) != 0)
        return FLX_OK;
    flx_state_block blocks[FLX_XY_STATE_MAX];
    flx_checkpoint_key key = key_of(r);
    int32_t n = flx_xy_state(r->sim, blocks);
    flx_status status = flx_checkpoint_read(r->ctx, r->lattice, &key, blocks, n);
    if (status == FLX_ERR_INPUT)
        return FLX_OK;
    return status == FLX_OK ? flx_xy_restored(r->sim) : status;
}

// -- the loop -------------------------------------------------------------------------------------

static void tell_progress(xy_run *r, double now)
{
    if (!r->opts->progress || now - r->last_progress < progress_seconds)
        return;
    r->last_progress = now;
    flx_xy_progress p = flx_xy_progress_of(r->sim);
    double done = r->work_done + work_of(r, r->stage) * (double)p.cycle / (double)p.cycles;
    double spent = now - r->wall_start;
    flx_progress progress = {.time = done,
                             .time_end = r->work,
                             .left = done > 0 ? spent * (r->work / done - 1) : (double)NAN,
                             .n_point = 1};
    r->opts->progress(r->opts->user, &progress);
}

// Cycles between looks at the clock: about as many as take a twentieth of a second.
static int32_t chunk(double *seconds, int32_t n, double begin)
{
    *seconds = flx_wtime() - begin;
    if (*seconds < 0.025 && n < 1 << 20)
        return 2 * n;
    return *seconds > 0.1 && n > 1 ? n / 2 : n;
}

static flx_status run_lattice(xy_run *r)
{
    int32_t n = 1;
    for (flx_status status = FLX_OK; status != FLX_STOPPED;) {
        double begin = flx_wtime(), seconds;
        status = flx_xy_step(r->sim, n);
        if (status < 0)
            return status;
        n = chunk(&seconds, n, begin);
        double now = begin + seconds;
        tell_progress(r, now);
        if (status == FLX_STOPPED)
            break;
        bool stop = r->opts->should_stop && r->opts->should_stop(r->opts->user);
        bool due =
            r->opts->checkpoint_seconds > 0 && now - r->last_save >= r->opts->checkpoint_seconds;
        if (stop || due)
            FLX_TRY(save_lattice(r));
        if (due)
            r->last_save = now;
        if (stop)
            return FLX_INTERRUPTED;
    }
    return FLX_OK;
}

// Where the modulus of the lattice of the case crosses the law with C = 1, by straight lines.
static flx_status find_middle(xy_run *r)
{
    double length = log(r->xy->size[0]) + 1, law = 0.63650817819 + 0.318899454 / length;
    for (int32_t k = 0; k + 1 < r->xy->n_temperature; k++) {
        const flx_xy_result *a = &r->result[k], *b = &r->result[k + 1];
        double below = a->helicity_mean.value - law * a->temperature;
        double above = b->helicity_mean.value - law * b->temperature;
        if (below >= 0 && above < 0) {
            r->middle =
                a->temperature + (b->temperature - a->temperature) * below / (below - above);
            return FLX_OK;
        }
    }
    return flx_fail(r->ctx, FLX_ERR_INPUT,
                    "%s:%d: xy.temperature: the helicity modulus does not cross that of a "
                    "transition between %g and %g J; give temperatures on both sides of it",
                    r->c->name, r->xy->line, r->xy->temperature[0],
                    r->xy->temperature[r->xy->n_temperature - 1]);
}

static flx_status keep_results(xy_run *r)
{
    int32_t n = r->stage == 0 ? r->xy->n_temperature : XY_AROUND;
    for (int32_t t = 0; t < n; t++) {
        flx_xy_result result;
        FLX_TRY(flx_xy_result_of(r->sim, t, &result));
        if (r->stage == 0) {
            r->result[t] = result;
            if (r->n_theta > 0) {
                FLX_TRY(flx_xy_phases(r->sim, t, 0, r->theta + (int64_t)t * flx_xy_sites(r->xy)));
                FLX_TRY(flx_xy_vortices(r->sim, t, 0, r->vortex + r->n_vortex / n * t));
            }
            if (r->reach >= 0)
                FLX_TRY(flx_xy_correlations_of(r->sim, t, r->correlation + t * (r->reach + 1)));
            continue;
        }
        if (result.trust == FLX_XY_WINDING || result.trust == FLX_XY_NOTHING)
            return flx_fail(r->ctx, FLX_ERR_DIVERGED,
                            "windings of the lattice of %d sites at %g J were not sampled; give "
                            "more xy.transition_sweeps",
                            r->xy->sizes[r->stage - 1], result.temperature);
        r->stiffness[(r->stage - 1) * XY_AROUND + t] =
            (flx_xy_stiffness){.size = r->xy->sizes[r->stage - 1],
                               .temperature = result.temperature,
                               .helicity = result.helicity_mean.value,
                               .error = result.helicity_mean.error};
    }
    return r->stage == 0 && r->xy->find_transition ? find_middle(r) : FLX_OK;
}

static flx_status run_stages(xy_run *r)
{
    FLX_TRY(resume_stage(r));
    for (int64_t k = 0; k < n_stage(r); k++) {
        r->work += work_of(r, k);
        r->work_done += k < r->stage ? work_of(r, k) : 0;
    }
    for (; r->stage < n_stage(r);) {
        FLX_TRY(create_stage(r));
        FLX_TRY(resume_lattice(r));
        flx_status status = run_lattice(r);
        if (status != FLX_OK) // stopped: what there is of it waits for a restart
            return status;
        FLX_TRY(keep_results(r));
        r->work_done += work_of(r, r->stage);
        flx_xy_free(r->sim);
        r->sim = NULL;
        r->stage++;
        FLX_TRY(save_stage(r));
    }
    return FLX_OK;
}

// -- begin and end --------------------------------------------------------------------------------

static flx_status prepare(xy_run *r)
{
    enum { KEPT = 1 << 22 }; // numbers of phases that a file takes at most
    int32_t n = r->xy->n_temperature, sizes = r->xy->find_transition ? r->xy->n_size : 0;
    int64_t n_theta = (int64_t)n * flx_xy_sites(r->xy);
    r->n_theta = r->opts->output && n_theta <= KEPT ? n_theta : 0;
    r->result = FLX_NEW_ARRAY(r->ctx, flx_xy_result, n);
    r->stiffness = FLX_NEW_ARRAY(r->ctx, flx_xy_stiffness, sizes * XY_AROUND);
    r->theta = FLX_NEW_ARRAY(r->ctx, double, r->n_theta);
    r->n_vortex = r->n_theta * (r->xy->lattice == FLX_XY_TRIANGULAR ? 2 : 1);
    r->vortex = FLX_NEW_ARRAY(r->ctx, int8_t, r->n_vortex);
    r->reach = r->xy->opts.correlations ? reach_of(r->xy) : -1;
    r->correlation = FLX_NEW_ARRAY(r->ctx, flx_xy_correlation, n * (r->reach + 1));
    if (!r->result || !r->stiffness || !r->theta || !r->vortex || !r->correlation)
        return FLX_ERR_MEMORY;
    if (r->opts->output) {
        r->checkpoint = flx_checkpoint_path(r->ctx, r->opts->output);
        r->lattice = r->checkpoint ? flx_format(r->ctx, "%s-lattice", r->checkpoint) : NULL;
        if (!r->lattice)
            return FLX_ERR_MEMORY;
    }
    return flx_case_xy_arrays(r->ctx, r->xy, &r->bonds);
}

static void remove_checkpoints(const xy_run *r)
{
    unlink(r->checkpoint);
    unlink(r->lattice);
}

// The file takes the place of an older one before the run does anything: checkpoints always lie
// beside a file of their own case, with which they are taken up again.
static flx_status begin_file(xy_run *r, const flx_run_point *point)
{
    if (!r->opts->output)
        return FLX_OK;
    FLX_TRY(flx_engine_file(r->ctx, point, r->opts, &r->file));
    if (!r->opts->resume)
        remove_checkpoints(r);
    return flx_file_flush(r->file);
}

static void clear(xy_run *r)
{
    flx_xy_free(r->sim);
    flx_file_close(r->file);
    void *arrays[] = {r->result,     r->stiffness, r->theta,      r->vortex,
                      r->checkpoint, r->lattice,   r->correlation};
    flx_case_xy_arrays_clear(&r->bonds);
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        flx_free(arrays[k]);
}

static flx_status end(xy_run *r, flx_run_result **out)
{
    json_t *root = json_object();
    flx_status status = root ? flx_xy_summarise(r, root) : FLX_ERR_MEMORY;
    if (status == FLX_OK && r->file)
        status = flx_xy_write(r, r->file);
    if (status == FLX_OK) {
        status = flx_engine_end(r->ctx, root, r->file, out);
        r->file = NULL;
    }
    json_decref(root);
    if (status >= 0 && r->checkpoint)
        remove_checkpoints(r);
    return status;
}

flx_status flx_xy_run(flx_ctx *ctx, const flx_run_point *point, const flx_run_opts *opts,
                      flx_run_result **out)
{
    if (point->c->xy.n_current > 0)
        return flx_xy_run_dynamics(ctx, point, opts, out);
    double now = flx_wtime();
    xy_run r = {.ctx = ctx,
                .c = point->c,
                .xy = &point->c->xy,
                .opts = opts,
                .wall_start = now,
                .last_save = now,
                .last_progress = now};
    *out = NULL;
    flx_status status = prepare(&r);
    if (status == FLX_OK)
        status = begin_file(&r, point);
    if (status == FLX_OK)
        status = run_stages(&r);
    if (status == FLX_OK)
        status = end(&r, out);
    clear(&r);
    return status;
}
