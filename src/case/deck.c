// case/deck.c -- a deck from the command line: its run or its sweep, the summary, the data file.
//
// A run writes a series of what it prints. A sweep writes one row for each point, which holds all
// the summary says of it: a sweep that was stopped goes on behind the last row.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/circuit.h"
#include "case/drive.h"
#include "case/summary.h"
#include "fluxoid/circuit.h"
#include "fluxoid/io.h"
#include "fluxoid/run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { BATCH = 60, N_OF_PROBE = 5, N_OF_MEASURE = 2, N_OF_SQUID = 5 };
static const char *const of_squid[N_OF_SQUID] = {"voltage", "transfer_V_Phi0", "noise_V2_Hz",
                                                 "flux_noise_Phi02_Hz", "energy_J_Hz"};
static const int64_t max_points = 1000000;

typedef struct deck_run {
    flx_ctx *ctx;
    const flx_deck_source *source;
    const flx_case *c; // NULL: a deck by itself
    json_t *numbers;   // borrowed, of the summary; NULL: none
    const flx_run_opts *opts;
    flx_deck *deck; // as given, without a value of its sweep
    flx_file *file; // NULL: none
    json_t *root, *points;
    int64_t n_point, n_done;
    int32_t width; // numbers of a point
    double begin;  // [s] of the clock
} deck_run;

// -- one point as numbers -------------------------------------------------------------------------

// results: of the deck; with .squid of less flux, the flux, more flux.
static void pack(const flx_deck *d, const flx_circuit_result *results, double *row)
{
    const flx_circuit_result *r = d->has_squid ? &results[1] : results;
    for (int32_t k = 0; k < r->n_probe; k++) {
        const flx_circuit_value *v = &r->probe[k];
        const double all[N_OF_PROBE] = {v->mean, v->error, v->min, v->max, v->last};
        memcpy(row, all, sizeof all);
        row += N_OF_PROBE;
    }
    for (int32_t k = 0; k < r->n_measure; k++) {
        *row++ = r->measure[k].mean;
        *row++ = r->measure[k].error;
    }
    if (!d->has_squid)
        return;
    const flx_circuit_result *const three[3] = {&results[0], &results[1], &results[2]};
    flx_squid_result q = flx_squid_of(three, &d->squid);
    const flx_squid_value all[N_OF_SQUID] = {q.voltage, q.transfer, q.s_v, q.s_phi, q.energy};
    for (int32_t k = 0; k < N_OF_SQUID; k++) {
        *row++ = all[k].value;
        *row++ = all[k].error;
    }
}

static flx_status put_values(deck_run *d, json_t *object, const double *row)
{
    static const char *const names[N_OF_PROBE] = {"mean", "error", "min", "max", "last"};
    json_t *probes = json_object(), *measures = json_object();
    flx_status status = flx_json_put(d->ctx, object, "probes", probes);
    if (status == FLX_OK)
        status = flx_json_put(d->ctx, object, "measures", measures);
    else
        json_decref(measures);
    for (int32_t k = 0; k < d->deck->n_probe && status == FLX_OK; k++) {
        json_t *one = json_object();
        status = flx_json_put(d->ctx, probes, d->deck->probe[k].name, one);
        for (int32_t j = 0; j < N_OF_PROBE && status == FLX_OK; j++)
            status = flx_json_put(d->ctx, one, names[j], flx_json_real(*row++));
    }
    for (int32_t k = 0; k < d->deck->n_measure && status == FLX_OK; k++) {
        json_t *one = json_object();
        status = flx_json_put(d->ctx, measures, d->deck->measure[k].name, one);
        if (status == FLX_OK)
            status = flx_json_put(d->ctx, one, "value", flx_json_real(*row++));
        if (status == FLX_OK)
            status = flx_json_put(d->ctx, one, "error", flx_json_real(*row++));
    }
    if (!d->deck->has_squid || status < 0)
        return status;
    json_t *squid = json_object();
    status = flx_json_put(d->ctx, object, "squid", squid);
    for (int32_t k = 0; k < N_OF_SQUID && status == FLX_OK; k++) {
        json_t *one = json_object();
        status = flx_json_put(d->ctx, squid, of_squid[k], one);
        if (status == FLX_OK)
            status = flx_json_put(d->ctx, one, "value", flx_json_real(*row++));
        if (status == FLX_OK)
            status = flx_json_put(d->ctx, one, "error", flx_json_real(*row++));
    }
    return status;
}

static flx_status head(deck_run *d)
{
    const char *path = d->c ? d->c->name : d->source->path, *slash = strrchr(path, '/');
    d->root = json_object();
    if (!d->root)
        return flx_fail(d->ctx, FLX_ERR_MEMORY, "no memory for the summary");
    FLX_TRY(flx_json_put(d->ctx, d->root, "fluxoid", json_string(flx_version())));
    FLX_TRY(flx_json_put(d->ctx, d->root, "case", json_string(slash ? slash + 1 : path)));
    FLX_TRY(flx_json_put(d->ctx, d->root, "engine", json_string("circuit")));
    return d->numbers ? flx_json_put(d->ctx, d->root, "inductance_pH", json_incref(d->numbers))
                      : FLX_OK;
}

// -- data file ------------------------------------------------------------------------------------

static flx_status column(deck_run *d, char **names, int32_t *n, const char *name, const char *of)
{
    names[*n] = flx_format(d->ctx, "%s%s", name, of);
    return names[(*n)++] ? FLX_OK : FLX_ERR_MEMORY;
}

static flx_status name_columns(deck_run *d, bool sweep, char **names, int32_t *n)
{
    static const char *const of_probe[N_OF_PROBE] = {"", ".error", ".min", ".max", ".last"};
    const flx_deck *k = d->deck;
    if (!sweep)
        FLX_TRY(column(d, names, n, "time", ""));
    for (int32_t j = 0; sweep && j < k->n_sweep; j++)
        FLX_TRY(column(d, names, n, k->sweep[j].name, ""));
    for (int32_t p = 0; p < k->n_probe; p++)
        for (int32_t j = 0; j < (sweep ? N_OF_PROBE : 1); j++)
            FLX_TRY(column(d, names, n, k->probe[p].name, of_probe[j]));
    for (int32_t p = 0; sweep && p < k->n_measure; p++)
        for (int32_t j = 0; j < N_OF_MEASURE; j++)
            FLX_TRY(column(d, names, n, k->measure[p].name, of_probe[j]));
    for (int32_t p = 0; sweep && k->has_squid && p < N_OF_SQUID; p++)
        for (int32_t j = 0; j < N_OF_MEASURE; j++) {
            char name[64];
            snprintf(name, sizeof name, "squid.%s", of_squid[p]);
            FLX_TRY(column(d, names, n, name, of_probe[j]));
        }
    return FLX_OK;
}

static flx_status of_another_sweep(const deck_run *d)
{
    return flx_fail(d->ctx, FLX_ERR_INPUT,
                    "%s holds the points of another sweep, or the deck was changed since; name "
                    "another file or run without --resume",
                    d->opts->output);
}

// A file that holds points says of which deck.
static flx_status mark_file(deck_run *d, bool old)
{
    char hash[32];
    const char *there = "";
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)d->deck->hash);
    if (!old)
        return flx_file_write_text(d->file, "case/deck_hash", hash);
    if (flx_file_has(d->file, "case") && flx_file_has(d->file, "case/deck_hash"))
        FLX_TRY(flx_file_text(d->file, "case/deck_hash", &there));
    return strcmp(there, hash) == 0 ? FLX_OK : of_another_sweep(d);
}

static flx_status begin_file(deck_run *d, bool sweep, bool *old)
{
    struct stat info;
    *old = false;
    if (!d->opts->output)
        return FLX_OK;
    // An empty file is one that was killed before its first flush.
    *old = sweep && d->opts->resume && stat(d->opts->output, &info) == 0 && info.st_size > 0;
    FLX_TRY(*old ? flx_file_open(d->ctx, d->opts->output, FLX_FILE_APPEND, &d->file)
                 : flx_file_create(d->ctx, d->opts->output, &d->file));
    FLX_TRY(mark_file(d, *old));
    if (d->c && !*old)
        FLX_TRY(flx_case_write(d->ctx, d->c, d->file));
    int32_t n = 0, room = 1 + d->deck->n_sweep + N_OF_PROBE * d->deck->n_probe +
                          N_OF_MEASURE * (d->deck->n_measure + N_OF_SQUID);
    char **names = FLX_NEW_ARRAY(d->ctx, char *, room);
    flx_status status = names ? name_columns(d, sweep, names, &n) : FLX_ERR_MEMORY;
    if (status == FLX_OK)
        status = flx_file_begin_series(d->file, (const char *const *)names, n);
    for (int32_t k = 0; k < n; k++)
        flx_free(names[k]);
    flx_free(names);
    return status;
}

static flx_status end(deck_run *d, flx_run_result **out)
{
    double wall = flx_wtime() - d->begin;
    char *text = NULL;
    FLX_TRY(flx_json_put(d->ctx, d->root, "wall_s", json_real(wall)));
    flx_run_result *r = FLX_NEW(d->ctx, flx_run_result);
    flx_status status = r ? flx_summary_text(d->ctx, d->root, &text) : FLX_ERR_MEMORY;
    if (status == FLX_OK && d->file)
        status = flx_file_write_text(d->file, "summary", text);
    if (status == FLX_OK) {
        *r = (flx_run_result){.json = text, .wall = wall, .n_point = d->n_point};
        r->reason = flx_strdup(d->ctx, "");
        status = r->reason ? FLX_OK : FLX_ERR_MEMORY;
    } else {
        flx_free(text);
    }
    if (status < 0) {
        flx_run_result_free(r);
        return status;
    }
    *out = r;
    return FLX_OK;
}

// -- a run ----------------------------------------------------------------------------------------

static flx_status write_rows(deck_run *d, const flx_circuit_result *r)
{
    double *row = FLX_NEW_ARRAY(d->ctx, double, 1 + r->n_probe);
    flx_status status = row ? FLX_OK : FLX_ERR_MEMORY;
    for (int64_t k = 0; k < r->n_row && status == FLX_OK; k++) {
        row[0] = r->time[k];
        memcpy(row + 1, r->row + k * r->n_probe, (size_t)r->n_probe * sizeof *row);
        status = flx_file_add_row(d->file, k, row);
    }
    flx_free(row);
    return status;
}

static flx_status decks_at(deck_run *d, const double *value, flx_deck **out);

static flx_status run_one(deck_run *d)
{
    bool old = false;
    flx_deck *deck[3] = {NULL};
    flx_circuit_result result[3] = {{0}};
    int32_t n = d->deck->has_squid ? 3 : 1;
    if (d->opts->resume)
        flx_log(d->ctx, FLX_LOG_WARNING,
                "%s: a single run of a deck keeps no checkpoint, so that it begins anew",
                d->source->path);
    flx_deck_run_opts opts = {.rows = d->opts->output != NULL,
                              .threads = flx_ctx_threads(d->ctx),
                              .user = d->opts->user,
                              .should_stop = d->opts->should_stop};
    double *row = FLX_NEW_ARRAY(d->ctx, double, d->width);
    flx_status status = row ? decks_at(d, NULL, deck) : FLX_ERR_MEMORY;
    if (status == FLX_OK)
        status = flx_deck_run(d->ctx, (const flx_deck *const *)deck, n, &opts, result);
    if (status == FLX_OK)
        status = begin_file(d, false, &old);
    if (status == FLX_OK && d->file)
        status = write_rows(d, &result[n / 2]);
    if (status == FLX_OK)
        status = flx_json_put(d->ctx, d->root, "time_s", json_real(d->deck->stop));
    if (status == FLX_OK)
        status =
            flx_json_put(d->ctx, d->root, "steps", json_integer((json_int_t)result[n / 2].steps));
    if (status == FLX_OK) {
        pack(d->deck, result, row);
        status = put_values(d, d->root, row);
    }
    flx_free(row);
    for (int32_t k = 0; k < 3; k++) {
        flx_circuit_result_clear(&result[k]);
        flx_deck_free(deck[k]);
    }
    return status;
}

// -- a sweep --------------------------------------------------------------------------------------

// Values of the k-th point, the last axis fastest.
static void values_of(const flx_deck *d, int64_t k, double *value)
{
    for (int32_t j = d->n_sweep - 1; j >= 0; j--) {
        value[j] = d->sweep[j].value[k % d->sweep[j].n];
        k /= d->sweep[j].n;
    }
}

static flx_status add_point(deck_run *d, const double *value, const double *row)
{
    json_t *point = json_object(), *set = json_object();
    if (!point || !set || json_array_append_new(d->points, point) != 0) {
        json_decref(point);
        json_decref(set);
        return flx_fail(d->ctx, FLX_ERR_MEMORY, "no memory for the summary");
    }
    FLX_TRY(flx_json_put(d->ctx, point, "set", set));
    for (int32_t j = 0; j < d->deck->n_sweep; j++)
        FLX_TRY(flx_json_put(d->ctx, set, d->deck->sweep[j].name, flx_json_real(value[j])));
    return put_values(d, point, row);
}

// The deck with the values of a point (NULL: as given) and, if flux is not 0, with more of it.
static flx_status deck_at(deck_run *d, const double *value, double flux, flx_deck **out)
{
    int32_t n = d->source->n_set, m = value ? d->deck->n_sweep : 0, at = n + m;
    char **set = FLX_NEW_ARRAY(d->ctx, char *, n + m + 1);
    flx_status status = set ? FLX_OK : FLX_ERR_MEMORY;
    for (int32_t k = 0; k < n && status == FLX_OK; k++)
        status = (set[k] = flx_strdup(d->ctx, d->source->sets[k])) ? FLX_OK : FLX_ERR_MEMORY;
    for (int32_t k = 0; k < m && status == FLX_OK; k++)
        status = (set[n + k] = flx_format(d->ctx, "%s=%.17g", d->deck->sweep[k].name, value[k]))
                     ? FLX_OK
                     : FLX_ERR_MEMORY;
    flx_deck_source source = *d->source;
    source.sets = (const char *const *)set;
    source.n_set = at;
    if (status == FLX_OK)
        status = flx_deck_create(d->ctx, &source, out);
    if (status == FLX_OK && flux != 0) {
        double now = 0;
        status = flx_deck_evaluate(d->ctx, *out, d->deck->squid.flux, NULL, &now, NULL);
        set[at] = flx_format(d->ctx, "%s=%.17g", d->deck->squid.flux, now + flux);
        source.n_set = at + 1;
        flx_deck_free(*out);
        *out = NULL;
        if (status == FLX_OK)
            status = set[at] ? flx_deck_create(d->ctx, &source, out) : FLX_ERR_MEMORY;
    }
    for (int32_t k = 0; set && k <= at; k++)
        flx_free(set[k]);
    flx_free(set);
    return status;
}

// The decks of a point: one, or three of a SQUID.
static flx_status decks_at(deck_run *d, const double *value, flx_deck **out)
{
    double step = d->deck->squid.step;
    if (!d->deck->has_squid)
        return deck_at(d, value, 0, out);
    FLX_TRY(deck_at(d, value, -step, &out[0]));
    FLX_TRY(deck_at(d, value, 0, &out[1]));
    return deck_at(d, value, step, &out[2]);
}

static flx_status take_old(deck_run *d)
{
    flx_series *old = NULL;
    FLX_TRY(flx_file_read_series(d->file, &old));
    int32_t m = d->deck->n_sweep;
    double *row = FLX_NEW_ARRAY(d->ctx, double, m + d->width);
    double *value = FLX_NEW_ARRAY(d->ctx, double, m);
    flx_status status = row && value ? FLX_OK : FLX_ERR_MEMORY;
    for (int64_t k = 0; k < old->n_row && status == FLX_OK; k++) {
        for (int32_t j = 0; j < m + d->width; j++)
            row[j] = old->column[j][k];
        values_of(d->deck, k, value);
        if (k >= d->n_point || memcmp(row, value, (size_t)m * sizeof *row) != 0)
            status = of_another_sweep(d);
        else
            status = add_point(d, value, row + m);
    }
    d->n_done = status == FLX_OK ? old->n_row : 0;
    flx_free(row);
    flx_free(value);
    flx_series_free(old);
    return status;
}

static flx_status keep_point(deck_run *d, int64_t k, const flx_circuit_result *r, double *row)
{
    int32_t m = d->deck->n_sweep;
    values_of(d->deck, k, row);
    pack(d->deck, r, row + m);
    FLX_TRY(add_point(d, row, row + m));
    return d->file ? flx_file_add_row(d->file, k, row) : FLX_OK;
}

static flx_status run_batch(deck_run *d, int32_t n, double *row)
{
    flx_deck *deck[BATCH] = {NULL};
    flx_circuit_result result[BATCH] = {{0}};
    flx_status status = FLX_OK;
    int32_t each = d->deck->has_squid ? 3 : 1;
    for (int32_t k = 0; k < n && status == FLX_OK; k++) {
        values_of(d->deck, d->n_done + k, row);
        status = decks_at(d, row, &deck[each * k]);
    }
    if (status == FLX_OK) {
        int32_t threads = d->opts->jobs > 1 ? d->opts->jobs : flx_ctx_threads(d->ctx);
        flx_deck_run_opts opts = {
            .threads = threads, .user = d->opts->user, .should_stop = d->opts->should_stop};
        status = flx_deck_run(d->ctx, (const flx_deck *const *)deck, each * n, &opts, result);
    }
    for (int32_t k = 0; k < n && status == FLX_OK; k++)
        status = keep_point(d, d->n_done + k, &result[each * k], row);
    if (status == FLX_OK && d->file)
        status = flx_file_flush(d->file);
    if (status == FLX_OK)
        d->n_done += n;
    for (int32_t k = 0; k < BATCH; k++) {
        flx_circuit_result_clear(&result[k]);
        flx_deck_free(deck[k]);
    }
    return status;
}

static flx_status run_sweep(deck_run *d)
{
    bool old = false;
    for (int32_t k = 0; k < d->deck->n_sweep; k++)
        d->n_point *= d->deck->sweep[k].n;
    if (d->n_point > max_points)
        return flx_fail(d->ctx, FLX_ERR_INPUT,
                        "%s sweeps over %lld points; at most %lld are allowed", d->source->path,
                        (long long)d->n_point, (long long)max_points);
    FLX_TRY(flx_json_put(d->ctx, d->root, "points", d->points = json_array()));
    FLX_TRY(begin_file(d, true, &old));
    if (old)
        FLX_TRY(take_old(d));
    double *row = FLX_NEW_ARRAY(d->ctx, double, d->deck->n_sweep + d->width);
    flx_status status = row ? FLX_OK : FLX_ERR_MEMORY;
    const int32_t most = d->deck->has_squid ? BATCH / 3 : BATCH;
    while (d->n_done < d->n_point && status == FLX_OK) {
        int64_t left = d->n_point - d->n_done;
        status = run_batch(d, (int32_t)(left < most ? left : most), row);
    }
    flx_free(row);
    return status;
}

flx_status flx_run_deck(flx_ctx *ctx, const flx_deck_source *source, const flx_run_opts *opts,
                        flx_run_result **out)
{
    return flx_run_deck_of(ctx, source, NULL, NULL, opts, out);
}

flx_status flx_run_deck_of(flx_ctx *ctx, const flx_deck_source *source, const flx_case *c,
                           json_t *numbers, const flx_run_opts *opts, flx_run_result **out)
{
    *out = NULL;
    deck_run d = {.ctx = ctx,
                  .source = source,
                  .c = c,
                  .numbers = numbers,
                  .opts = opts,
                  .n_point = 1,
                  .begin = flx_wtime()};
    FLX_TRY(flx_deck_create(ctx, source, &d.deck));
    d.width = N_OF_PROBE * d.deck->n_probe +
              N_OF_MEASURE * (d.deck->n_measure + (d.deck->has_squid ? N_OF_SQUID : 0));
    flx_status status = head(&d);
    if (status == FLX_OK)
        status = d.deck->n_sweep > 0 ? run_sweep(&d) : run_one(&d);
    if (status == FLX_OK)
        status = end(&d, out);
    flx_status closed = flx_file_close(d.file);
    if (status == FLX_OK)
        status = closed;
    json_decref(d.root);
    flx_deck_free(d.deck);
    return status;
}
