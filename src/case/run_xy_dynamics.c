// case/run_xy_dynamics.c -- an array of shunted junctions driven by currents: voltages at each
// temperature and current of the case, the exponent of V ~ I^a at each temperature.
//
// Every point is an array of its own with its own noise; the points share the threads. OUTPUT-checkpoint
// holds them all.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/pool.h"
#include "case/summary.h"
#include "case/xy.h"
#include "fluxoid/rsj.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct dynamics {
    flx_ctx *ctx;
    const flx_case *c;
    const flx_case_xy *xy;
    const flx_run_opts *opts;
    flx_pool *pool;
    int32_t n;     // temperatures times currents
    flx_rsj **sim; // [n] currents of the first temperature, then of the next
    flx_xy_arrays bonds;
    int64_t done, settle, steps; // steps of each
    double wall, wall_start;

    flx_state_block *block; // of a checkpoint
    char (*name)[24];
    int32_t n_block;
    char *checkpoint;
    flx_file *file; // open from the beginning; NULL without output
} dynamics;

static double temperature_of(const dynamics *d, int32_t k)
{
    return d->xy->temperature[k / d->xy->n_current];
}

static double current_of(const dynamics *d, int32_t k)
{
    return d->xy->current[k % d->xy->n_current];
}

// -- checkpoint -----------------------------------------------------------------------------------

static flx_status create_blocks(dynamics *d)
{
    d->block = FLX_NEW_ARRAY(d->ctx, flx_state_block, d->n * FLX_RSJ_STATE_MAX + 2);
    d->name = flx_alloc(d->ctx, (size_t)d->n * FLX_RSJ_STATE_MAX, sizeof *d->name);
    if (!d->block || !d->name)
        return FLX_ERR_MEMORY;
    int32_t at = 0;
    d->block[at++] = (flx_state_block){"done", &d->done, sizeof d->done};
    d->block[at++] = (flx_state_block){"wall", &d->wall, sizeof d->wall};
    for (int32_t k = 0; k < d->n; k++)
        for (int32_t b = flx_rsj_state(d->sim[k], d->block + at); b > 0; b--, at++) {
            snprintf(d->name[at - 2], sizeof *d->name, "%d.%s", k, d->block[at].name);
            d->block[at].name = d->name[at - 2];
        }
    d->n_block = at;
    return FLX_OK;
}

static flx_checkpoint_key key_of(const dynamics *d)
{
    return (flx_checkpoint_key){flx_hash(d->c->used, strlen(d->c->used), 1), 1};
}

static flx_status save(dynamics *d)
{
    flx_checkpoint_key key = key_of(d);
    d->wall = flx_wtime() - d->wall_start;
    return d->checkpoint ? flx_checkpoint_write(d->ctx, d->checkpoint, &key, d->block, d->n_block)
                         : FLX_OK;
}

static flx_status resume(dynamics *d)
{
    if (!d->checkpoint || !d->opts->resume || access(d->checkpoint, F_OK) != 0)
        return FLX_OK;
    flx_checkpoint_key key = key_of(d);
    FLX_TRY(flx_checkpoint_read(d->ctx, d->checkpoint, &key, d->block, d->n_block));
    d->wall_start = flx_wtime() - d->wall;
    if (d->done >= 0 && d->done <= d->steps)
        return FLX_OK;
    return flx_fail(d->ctx, FLX_ERR_FILE, "%s: the saved state is damaged", d->checkpoint);
}

// -- run ------------------------------------------------------------------------------------------

static flx_status create(dynamics *d)
{
    const flx_case_xy *xy = d->xy;
    d->n = xy->n_temperature * xy->n_current;
    d->settle = (int64_t)ceil(xy->settle / xy->dt);
    d->steps = d->settle + (int64_t)ceil(xy->time / xy->dt);
    d->sim = FLX_NEW_ARRAY(d->ctx, flx_rsj *, d->n);
    if (!d->sim)
        return FLX_ERR_MEMORY;
    FLX_TRY(flx_case_xy_arrays(d->ctx, xy, &d->bonds));
    for (int32_t k = 0; k < d->n; k++) {
        flx_rsj_problem problem = {.size = {xy->size[0], xy->size[1]},
                                   .flux = xy->flux,
                                   .temperature = temperature_of(d, k),
                                   .current = {current_of(d, k), 0},
                                   .critical = d->bonds.coupling,
                                   .phase = d->bonds.phase};
        flx_rsj_opts opts = flx_rsj_opts_default();
        opts.dt = xy->dt;
        opts.capacitance = xy->capacitance;
        opts.twist = !xy->periodic;
        opts.seed = (int32_t)(((uint32_t)xy->opts.seed + (uint32_t)k * 7919u) & 0x7fffffffu);
        FLX_TRY(flx_rsj_create(d->ctx, &problem, &opts, &d->sim[k]));
    }
    int32_t threads = xy->opts.threads > 0 ? xy->opts.threads : flx_ctx_threads(d->ctx);
    FLX_TRY(flx_pool_create(d->ctx, threads < d->n ? threads : d->n, 1, &d->pool));
    if (d->opts->output) {
        d->checkpoint = flx_checkpoint_path(d->ctx, d->opts->output);
        if (!d->checkpoint)
            return FLX_ERR_MEMORY;
    }
    return create_blocks(d);
}

// It takes the place of an older file before the run does anything, as in run_xy.c.
static flx_status begin_file(dynamics *d, const flx_run_point *point)
{
    if (!d->opts->output)
        return FLX_OK;
    FLX_TRY(flx_engine_file(d->ctx, point, d->opts, &d->file));
    if (!d->opts->resume)
        unlink(d->checkpoint);
    return flx_file_flush(d->file);
}

typedef struct chunk {
    dynamics *d;
    int64_t n;
} chunk;

static void run_points(void *arg, int32_t begin, int32_t end)
{
    chunk *c = arg;
    for (int32_t k = begin; k < end; k++) {
        flx_rsj_step(c->d->sim[k], c->n);
        if (c->d->done + c->n == c->d->settle)
            flx_rsj_reset(c->d->sim[k]);
    }
}

static flx_status run(dynamics *d)
{
    int64_t n = 1;
    double last_save = flx_wtime(), last_progress = last_save;
    while (d->done < d->steps) {
        double begin = flx_wtime();
        int64_t end = d->done < d->settle ? d->settle : d->steps;
        chunk c = {d, n < end - d->done ? n : end - d->done};
        flx_pool_each(d->pool, d->n, run_points, &c);
        d->done += c.n;
        double now = flx_wtime(), spent = now - d->wall_start;
        n = now - begin < 0.05 ? 2 * n : now - begin > 0.2 && n > 1 ? n / 2 : n;
        if (d->opts->progress && now - last_progress > 0.2) {
            last_progress = now;
            flx_progress progress = {.time = (double)d->done,
                                     .time_end = (double)d->steps,
                                     .left = spent * ((double)d->steps / (double)d->done - 1),
                                     .n_point = 1};
            d->opts->progress(d->opts->user, &progress);
        }
        bool stop =
            d->done < d->steps && d->opts->should_stop && d->opts->should_stop(d->opts->user);
        bool due =
            d->opts->checkpoint_seconds > 0 && now - last_save >= d->opts->checkpoint_seconds;
        if (stop || due)
            FLX_TRY(save(d));
        if (due)
            last_save = now;
        if (stop)
            return FLX_INTERRUPTED;
    }
    return FLX_OK;
}

// -- results --------------------------------------------------------------------------------------

typedef struct slope {
    double a, error, from, to; // the exponent, and the currents that it is of [I_c]
} slope;

// Slope of ln V against ln I of the three smallest currents whose voltage is five times its error. V ~
// I^a is what pairs of vortices do that a current tears apart at the distance Upsilon/I: it holds where
// that is more than a junction, and not near I_c, where junctions slip one by one. False if there are
// fewer than three such currents.
static bool exponent(const dynamics *d, int32_t t, slope *out)
{
    const double largest = 1.0 / 3; // [I_c] Upsilon is 2/3 to 1 up to the transition: two junctions
    double s[3] = {0}, b[2] = {0};
    int32_t used = 0;
    for (int32_t k = 0; k < d->xy->n_current && used < 3; k++) {
        flx_rsj_report r = flx_rsj_report_of(d->sim[t * d->xy->n_current + k]);
        double i = d->xy->current[k], v = r.voltage[0], e = r.voltage_error[0] / v;
        if (!(i > 0 && i <= largest && v > 0 && e < 0.2))
            continue;
        double x = log(i), w = 1 / (e * e);
        s[0] += w;
        s[1] += w * x;
        s[2] += w * x * x;
        b[0] += w * log(v);
        b[1] += w * x * log(v);
        out->from = used++ == 0 ? i : out->from;
        out->to = i;
    }
    double det = s[0] * s[2] - s[1] * s[1];
    out->a = (s[0] * b[1] - s[1] * b[0]) / det;
    out->error = sqrt(s[0] / det);
    return used == 3;
}

static flx_status put_point(const dynamics *d, json_t *list, int32_t k)
{
    flx_rsj_report r = flx_rsj_report_of(d->sim[k]);
    json_t *item = json_object();
    if (!item || json_array_append_new(list, item) != 0)
        return flx_fail(d->ctx, FLX_ERR_MEMORY, "no memory for the summary");
    const struct {
        const char *key;
        double value;
    } rows[] = {{"T", temperature_of(d, k)},        {"current_Ic", current_of(d, k)},
                {"voltage_IcR", r.voltage[0]},      {"voltage_error_IcR", r.voltage_error[0]},
                {"hall_voltage_IcR", r.voltage[1]}, {"energy_EJ", r.energy},
                {"energy_error_EJ", r.energy_error}};
    for (size_t j = 0; j < sizeof rows / sizeof *rows; j++)
        FLX_TRY(flx_json_put(d->ctx, item, rows[j].key, flx_json_real(rows[j].value)));
    return FLX_OK;
}

static flx_status summarise(const dynamics *d, json_t *root)
{
    FLX_TRY(flx_summary_head(d->ctx, d->c, root));
    FLX_TRY(flx_json_put(d->ctx, root, "sites", json_integer(d->xy->size[0] * d->xy->size[1])));
    FLX_TRY(flx_json_put(d->ctx, root, "wall_s", flx_json_real(flx_wtime() - d->wall_start)));
    json_t *points = json_array(), *exponents = json_array();
    FLX_TRY(flx_json_put(d->ctx, root, "dynamics", points));
    FLX_TRY(flx_json_put(d->ctx, root, "exponents", exponents));
    for (int32_t k = 0; k < d->n; k++)
        FLX_TRY(put_point(d, points, k));
    for (int32_t t = 0; t < d->xy->n_temperature; t++) {
        slope found = {0};
        if (!exponent(d, t, &found))
            continue;
        json_t *item = json_object();
        if (!item || json_array_append_new(exponents, item) != 0)
            return flx_fail(d->ctx, FLX_ERR_MEMORY, "no memory for the summary");
        FLX_TRY(flx_json_put(d->ctx, item, "T", json_real(d->xy->temperature[t])));
        FLX_TRY(flx_json_put(d->ctx, item, "a", flx_json_real(found.a)));
        FLX_TRY(flx_json_put(d->ctx, item, "error", flx_json_real(found.error)));
        FLX_TRY(flx_json_put(d->ctx, item, "from_Ic", flx_json_real(found.from)));
        FLX_TRY(flx_json_put(d->ctx, item, "to_Ic", flx_json_real(found.to)));
    }
    return FLX_OK;
}

// Temperature, current, voltage and its error, one row for each point.
static flx_status write_points(const dynamics *d, flx_file *file)
{
    double *value = FLX_NEW_ARRAY(d->ctx, double, 4 * d->n);
    if (!value)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < d->n; k++) {
        flx_rsj_report r = flx_rsj_report_of(d->sim[k]);
        value[4 * k] = temperature_of(d, k);
        value[4 * k + 1] = current_of(d, k);
        value[4 * k + 2] = r.voltage[0];
        value[4 * k + 3] = r.voltage_error[0];
    }
    flx_status status =
        flx_file_write_array(file, "junction_voltage", &(flx_array){d->n, 4, value});
    flx_free(value);
    return status;
}

static flx_status end(dynamics *d, flx_run_result **out)
{
    json_t *root = json_object();
    flx_status status = root ? summarise(d, root) : FLX_ERR_MEMORY;
    if (status == FLX_OK && d->file)
        status = write_points(d, d->file);
    if (status == FLX_OK) {
        status = flx_engine_end(d->ctx, root, d->file, out);
        d->file = NULL;
    }
    json_decref(root);
    if (status >= 0 && d->checkpoint)
        unlink(d->checkpoint);
    return status;
}

flx_status flx_xy_run_dynamics(flx_ctx *ctx, const flx_run_point *point, const flx_run_opts *opts,
                               flx_run_result **out)
{
    dynamics d = {
        .ctx = ctx, .c = point->c, .xy = &point->c->xy, .opts = opts, .wall_start = flx_wtime()};
    flx_status status = create(&d);
    if (status == FLX_OK)
        status = begin_file(&d, point);
    if (status == FLX_OK)
        status = resume(&d);
    if (status == FLX_OK)
        status = run(&d);
    if (status == FLX_OK)
        status = end(&d, out);
    for (int32_t k = 0; k < d.n && d.sim; k++)
        flx_rsj_free(d.sim[k]);
    flx_case_xy_arrays_clear(&d.bonds);
    flx_pool_free(d.pool);
    flx_file_close(d.file);
    void *arrays[] = {d.sim, d.block, d.name, d.checkpoint};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        flx_free(arrays[k]);
    return status;
}
