// case/sweep.c -- the points of a sweep, one after the other or side by side.
//
// Points that continue from one another form a chain; chains are independent.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/sweep.h"
#include "case/engine.h"
#include "case/summary.h"

#include <math.h>
#include <string.h>

// -- chains ---------------------------------------------------------------------------------------

// The state that the next point of a chain goes on from, and what it lies on.
typedef struct carry {
    flx_carried state;  // psi NULL: none
    flx_mesh *mesh;     // owned, if read from a file
    flx_device *device; // owned, if it serves no more
    flx_case *c;
} carry;

static void carry_clear(carry *x)
{
    flx_carried_clear(&x->state);
    flx_device_free(x->device);
    flx_mesh_free(x->mesh);
    flx_case_free(x->c);
    *x = (carry){0};
}

// The last state of a point that was done before.
static flx_status carry_read(flx_sweep *s, const char *path, const char *group, carry *out)
{
    flx_file *file = NULL;
    FLX_TRY(flx_file_open(s->ctx, path, FLX_FILE_READ, &file));
    flx_status status = flx_file_enter(file, group);
    if (status == FLX_OK)
        status = flx_carried_read(s->ctx, file, NAN, &out->state, &out->mesh);
    flx_file_close(file);
    return status;
}

// That of the last good point of a chain before its present one.
static flx_status carry_begin(flx_sweep *s, const flx_chain_of_points *chain, carry *out)
{
    char group[FLX_SWEEP_GROUP];
    for (int64_t k = chain->first + chain->done - 1; k >= chain->first; k--) {
        if (!s->result[k] || json_object_get(s->result[k], "error"))
            continue;
        flx_sweep_group(k, group);
        return carry_read(s, s->opts->output, group, out);
    }
    return FLX_OK;
}

static flx_status say_why(flx_sweep *s, flx_status failed, char **json)
{
    json_t *root = json_object();
    flx_status status = flx_json_put(s->ctx, root, "error", json_string(flx_ctx_error(s->ctx)));
    if (status == FLX_OK)
        status = flx_summary_text(s->ctx, root, json);
    json_decref(root);
    return status < 0 ? status : failed;
}

// The device of a point that shares none with all others: that of the point before where it is the
// same, else a new one. It keeps the case.
static flx_status take_device(flx_sweep *s, flx_case *c, carry *x)
{
    if (s->latest && flx_device_same(s->latest_case, c)) {
        flx_log(s->ctx, FLX_LOG_INFO, "the mesh of the point before serves again");
        flx_device_take_case(s->latest, c);
        flx_case_free(s->latest_case);
        s->latest_case = c;
        return flx_device_check_vortices(s->ctx, s->latest, c);
    }
    flx_device *device;
    FLX_TRY(flx_device_create(s->ctx, c, &device));
    if (s->latest && x->state.psi && x->state.mesh == s->latest->mesh) {
        x->device = s->latest;
        x->c = s->latest_case;
    } else {
        flx_device_free(s->latest);
        flx_case_free(s->latest_case);
    }
    s->latest = device;
    s->latest_case = c;
    return FLX_OK;
}

// One point on its device; the state it ends in becomes the one to go on from.
static flx_status run_point(flx_sweep *s, const flx_run_opts *opts, flx_case *c, carry *x,
                            flx_run_result **out)
{
    carry next = {0};
    flx_status status = FLX_OK;
    if (opts->resume && opts->output)
        FLX_TRY(flx_runner_finished(s->ctx, c, opts->output, &status, out));
    if (*out) { // finished, but not moved yet
        if (status >= 0)
            FLX_TRY(carry_read(s, opts->output, "/", &next));
    } else {
        if (!s->device && flx_engine_named(c->engine)->device)
            FLX_TRY(take_device(s, c, x));
        flx_run_point point = {.c = c,
                               .device = s->device ? s->device : s->latest,
                               .from = x->state.psi ? &x->state : NULL,
                               .last = &next.state};
        status = flx_run_one(s->ctx, &point, opts, out);
    }
    if (next.state.psi) {
        carry_clear(x);
        *x = next;
    } else {
        carry_clear(&next);
    }
    return status;
}

// One point from its case to its end.
static flx_status do_point(flx_sweep *s, const flx_run_opts *opts, int64_t point, carry *x,
                           flx_point_end *end, char **json)
{
    flx_run_result *result = NULL;
    flx_run_opts own = *opts;
    flx_case *c = NULL;
    char *path = opts->output ? flx_sweep_file(s, point) : NULL;
    own.output = path;
    flx_status status = opts->output && !path ? FLX_ERR_MEMORY : FLX_OK;
    if (status == FLX_OK)
        status = flx_case_point(s->ctx, s->c, point, NULL, &c);
    if (status == FLX_OK)
        status = run_point(s, &own, c, x, &result);
    // A run may fail when its summary is made already, e.g. when the disk is full at its end.
    if (result && (status >= 0 || result->n_failed > 0)) {
        *json = result->json;
        result->json = NULL;
    } else {
        status = say_why(s, status, json);
    }
    flx_run_result_free(result);
    flx_free(path);
    if (c != s->latest_case)
        flx_case_free(c);
    *end = (flx_point_end){point, status, *json};
    return *json ? FLX_OK : FLX_ERR_MEMORY;
}

flx_status flx_sweep_run_chain(flx_sweep *s, const flx_run_opts *opts,
                               const flx_chain_of_points *chain, flx_point_fn ended, void *user)
{
    carry x = {0};
    flx_status status = chain->done > 0 ? carry_begin(s, chain, &x) : FLX_OK;
    for (int64_t k = chain->done; k < chain->n && status == FLX_OK; k++) {
        flx_point_end end;
        char *json = NULL;
        status = do_point(s, opts, chain->first + k, &x, &end, &json);
        if (status == FLX_OK)
            status = ended(user, &end);
        flx_free(json);
        if (end.status == FLX_INTERRUPTED)
            break;
    }
    carry_clear(&x);
    return status;
}

// -- the sweep ------------------------------------------------------------------------------------

static bool begins(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

// Whether a key leaves films, mesh, terminals, probes and loops as they are.
static bool keeps_device(const char *key)
{
    const char *last = strrchr(key, '.');
    if (begins(key, "drive.") || begins(key, "start."))
        return true;
    for (int32_t k = 0; flx_engine_at(k); k++)
        if (strcspn(key, ".") == strlen(flx_engine_at(k)->name) &&
            begins(key, flx_engine_at(k)->name))
            return true;
    return begins(key, "layers.") &&
           (strstr(key, ".disorder.") || strcmp(last, ".u") == 0 || strcmp(last, ".gamma") == 0 ||
            strcmp(last, ".epsilon") == 0 || strcmp(last, ".conductivity") == 0);
}

// Whether a point goes on from the one before: what the slowest of the axes that move says.
static bool continues(const flx_case *c, int64_t point)
{
    int32_t axis = c->n_axis - 1;
    while (axis > 0 && point % c->axes[axis].n == 0)
        point /= c->axes[axis--].n;
    return c->axes[axis].carry;
}

static flx_status prepare(flx_sweep *s)
{
    bool share = flx_engine_named(s->c->engine)->device;
    for (int32_t k = 0; k < s->c->n_axis; k++)
        share = share && keeps_device(s->c->axes[k].key);
    s->n_point = flx_case_points(s->c);
    s->result = FLX_NEW_ARRAY(s->ctx, json_t *, s->n_point);
    s->chain = FLX_NEW_ARRAY(s->ctx, flx_chain_of_points, s->n_point);
    if (!s->result || !s->chain)
        return FLX_ERR_MEMORY;
    for (int64_t k = 0; k < s->n_point; k++) {
        if (k == 0 || !continues(s->c, k))
            s->chain[s->n_chain++].first = k;
        s->chain[s->n_chain - 1].n++;
    }
    if (!share)
        return FLX_OK;
    FLX_TRY(flx_case_point(s->ctx, s->c, 0, NULL, &s->first));
    FLX_TRY(flx_device_create(s->ctx, s->first, &s->device));
    flx_log(s->ctx, FLX_LOG_INFO, "one mesh of %d sites for all %lld points",
            s->device->mesh->n_site, (long long)s->n_point);
    return FLX_OK;
}

// Progress of a point, as part of its sweep.
static void tell_progress(void *user, const flx_progress *progress)
{
    const flx_sweep *s = user;
    flx_progress mine = *progress;
    mine.point = s->n_done;
    mine.n_point = s->n_point;
    mine.n_done = s->n_done;
    s->opts->progress(s->opts->user, &mine);
}

static bool should_stop(void *user)
{
    const flx_sweep *s = user;
    return s->opts->should_stop && s->opts->should_stop(s->opts->user);
}

static flx_status take(void *user, const flx_point_end *end)
{
    return flx_sweep_take(user, end);
}

static flx_status run_here(flx_sweep *s)
{
    flx_run_opts opts = *s->opts;
    opts.progress = opts.progress ? tell_progress : NULL;
    opts.should_stop = should_stop;
    opts.user = s;
    for (int64_t k = 0; k < s->n_chain && !s->interrupted; k++) {
        if (should_stop(s))
            s->interrupted = true;
        else if (s->chain[k].done < s->chain[k].n)
            FLX_TRY(flx_sweep_run_chain(s, &opts, &s->chain[k], take, s));
    }
    return FLX_OK;
}

static flx_status write_end(flx_sweep *s, const char *json)
{
    flx_file *file = NULL;
    FLX_TRY(flx_file_open(s->ctx, s->opts->output, FLX_FILE_APPEND, &file));
    flx_status status = flx_file_write_text(file, "summary", json);
    flx_status closed = flx_file_close(file);
    return status < 0 ? status : closed;
}

static flx_status finish(flx_sweep *s, double wall_start, flx_run_result **out)
{
    char *json = NULL;
    flx_status status = FLX_OK;
    FLX_TRY(flx_sweep_results(s, &json));
    // Points that the machine failed are to be tried again by a resume.
    bool complete = s->n_done == s->n_point && s->worst != FLX_ERR_FILE &&
                    s->worst != FLX_ERR_MEMORY && s->worst != FLX_ERR_INTERNAL;
    if (s->opts->output && complete && !s->interrupted)
        status = write_end(s, json);
    flx_status ignored;
    if (status == FLX_OK)
        status = flx_runner_result(s->ctx, json, &ignored, out);
    flx_free(json);
    if (status < 0 || !*out)
        return status;
    (*out)->n_point = s->n_point;
    (*out)->wall = flx_wtime() - wall_start;
    if (s->interrupted)
        return FLX_INTERRUPTED;
    if (s->n_failed == 0)
        return FLX_OK;
    return flx_fail(s->ctx, s->worst < 0 ? s->worst : FLX_ERR_DIVERGED,
                    "%lld of %lld points failed; %s", (long long)s->n_failed, (long long)s->n_point,
                    s->failure ? s->failure : "");
}

static flx_status begin(flx_sweep *s)
{
    FLX_TRY(prepare(s));
    if (!s->opts->output)
        return FLX_OK;
    return flx_sweep_begin_output(s);
}

flx_status flx_run_sweep(flx_ctx *ctx, const flx_case *c, const flx_run_opts *opts,
                         flx_run_result **out)
{
    double wall_start = flx_wtime();
    flx_sweep s = {.ctx = ctx, .c = c, .opts = opts};
    flx_status status = FLX_OK;
    if (opts->resume)
        FLX_TRY(flx_runner_finished(ctx, c, opts->output, &status, out));
    if (*out)
        return status < 0 ? flx_fail(ctx, status, "%lld of %lld points failed",
                                     (long long)(*out)->n_failed, (long long)(*out)->n_point)
                          : status;
    status = begin(&s);
    if (status == FLX_OK)
        status = opts->jobs > 1 && s.n_chain > 1 ? flx_sweep_run_workers(&s) : run_here(&s);
    if (status == FLX_OK)
        status = finish(&s, wall_start, out);
    for (int64_t k = 0; s.result && k < s.n_point; k++)
        json_decref(s.result[k]);
    flx_free(s.result);
    flx_free(s.chain);
    flx_free(s.failure);
    flx_device_free(s.device);
    flx_case_free(s.first);
    flx_device_free(s.latest);
    flx_case_free(s.latest_case);
    return status;
}
