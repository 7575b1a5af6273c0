// cli/lab/run.c -- runs the case of an experiment, and reads numbers from what came out.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "lab.h"

#include "../report.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void lab_use(lab *l, const char *name)
{
    l->text = lab_case_text(name);
    if (l->text)
        return;
    cli_wrong("lab", "there is no case '%s' in this program", name);
    l->failed = true;
}

void lab_set(lab *l, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (l->n_set < (int32_t)(sizeof l->set / sizeof *l->set)) {
        char *copy = cli_alloc(strlen(text) + 1, 1);
        l->set[l->n_set++] = strcpy(copy, text);
    }
}

static void forget_sets(lab *l)
{
    while (l->n_set > 0)
        free(l->set[--l->n_set]);
}

static flx_status load(lab *l, flx_case **out)
{
    int32_t n = l->user->n + l->n_set;
    const char **sets = cli_alloc((size_t)n + 1, sizeof *sets);
    for (int32_t k = 0; k < l->user->n; k++)
        sets[k] = l->user->item[k];
    for (int32_t k = 0; k < l->n_set; k++)
        sets[l->user->n + k] = l->set[k];
    flx_case_source source = {
        .text = l->text, .length = strlen(l->text), .name = l->name, .sets = sets, .n_set = n};
    flx_status status = flx_case_create(l->ctx, &source, out);
    free((void *)sets);
    return status;
}

// A failure is told once; nothing is run after it.
static bool tell(lab *l, flx_status status)
{
    if (status >= 0)
        return true;
    if (!l->failed)
        cli_end(l->ctx, "lab", status);
    l->failed = true;
    return false;
}

flx_case *lab_case(lab *l)
{
    flx_case *c = NULL;
    if (!l->failed)
        tell(l, load(l, &c));
    return c;
}

double lab_let(const flx_case *c, const char *name)
{
    for (int32_t k = 0; k < c->n_let; k++)
        if (strcmp(c->lets[k].name, name) == 0)
            return c->lets[k].value;
    return (double)NAN;
}

static const json_t *keep(lab *l, const char *json)
{
    json_t *root = json_loads(json, 0, NULL);
    if (!root || l->n_done == LAB_RUNS) {
        json_decref(root);
        cli_wrong("lab", "no memory for the summaries of %s", l->name);
        l->failed = true;
        return NULL;
    }
    return l->done[l->n_done++] = root;
}

static const json_t *run(lab *l, const char *output)
{
    flx_case *c = NULL;
    flx_run_result *result = NULL;
    const json_t *summary = NULL;
    if (!l->failed && tell(l, load(l, &c))) {
        flx_run_opts opts = flx_run_opts_default();
        opts.output = output;
        opts.jobs = flx_ctx_threads(l->ctx); // of its sweep, if it has one
        if (tell(l, flx_run(l->ctx, c, &opts, &result)))
            summary = keep(l, result->json);
        flx_run_result_free(result);
    }
    flx_case_free(c);
    forget_sets(l);
    return summary;
}

const json_t *lab_run(lab *l)
{
    return run(l, NULL);
}

const char *lab_run_kept(lab *l)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%d.h5", l->folder, (int)l->n_done);
    return run(l, path) ? path : NULL;
}

const json_t *lab_measure(lab *l, const char *file, int32_t point,
                          const flx_measure_request *request)
{
    if (!file || l->failed)
        return NULL;
    char group[32], *json = NULL;
    flx_measure_request own = *request;
    snprintf(group, sizeof group, "/points/%03d", (int)point);
    own.group = point < 0 ? "/" : group;
    const json_t *summary = NULL;
    if (tell(l, flx_measure_file(l->ctx, file, &own, &json)))
        summary = keep(l, json);
    flx_text_free(json);
    return summary;
}

const json_t *lab_quantum(lab *l, const char *file, const char *of)
{
    char *json = NULL;
    const json_t *summary = NULL;
    if (file && !l->failed && tell(l, flx_measure_file_quantum(l->ctx, file, of, &json)))
        summary = keep(l, json);
    flx_text_free(json);
    return summary;
}

const json_t *lab_last(const lab *l)
{
    return l->failed || l->n_done == 0 ? NULL : l->done[l->n_done - 1];
}

int32_t lab_points(const json_t *sweep)
{
    return (int32_t)json_array_size(json_object_get(sweep, "points"));
}

double lab_at(const json_t *sweep, int32_t point, const char *path)
{
    return lab_number(json_array_get(json_object_get(sweep, "points"), (size_t)point), path);
}

// The member of an object that a path begins with, whose name may have dots in it ("drive.field"):
// the shortest. Its length.
static size_t step_down(const json_t **at, const char *path)
{
    char word[128];
    for (size_t n = strcspn(path, ".");; n += 1 + strcspn(path + n + 1, ".")) {
        snprintf(word, sizeof word, "%.*s", (int)n, path);
        const json_t *next = json_is_array(*at) ? json_array_get(*at, strtoul(word, NULL, 10))
                                                : json_object_get(*at, word);
        if (next || path[n] == '\0' || n >= sizeof word) {
            *at = next;
            return n;
        }
    }
}

double lab_number(const json_t *summary, const char *path)
{
    while (summary && *path) {
        path += step_down(&summary, path);
        path += *path == '.';
    }
    return json_is_number(summary) ? json_number_value(summary) : (double)NAN;
}
