// cli/bench_static.c -- fluxoid bench static CASE: the time from a cold start to a stationary state
// of equal residual, by the static engine and by the time integrators; and a sweep of states.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/run.h"

#include "bench.h"
#include "cli.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SETS = 32 };

typedef struct bench {
    flx_ctx *ctx;
    const char *path;
    const cli_list *given;
} bench;

// Seconds of a run with these changes of the case (after those given), and its residual.
static flx_status time_run(bench *b, const char *const *set, int n_set, int jobs, double out[3],
                           bool *steady)
{
    const char *sets[MOST_SETS];
    int n = 0;
    for (int k = 0; k < b->given->n && n < MOST_SETS; k++)
        sets[n++] = b->given->item[k];
    for (int k = 0; k < n_set && n < MOST_SETS; k++)
        sets[n++] = set[k];
    flx_case *c = NULL;
    flx_run_result *result = NULL;
    flx_run_opts opts = flx_run_opts_default();
    opts.jobs = jobs;
    flx_status status = flx_case_load(b->ctx, b->path, sets, n, &c);
    if (status >= 0)
        status = flx_run(b->ctx, c, &opts, &result);
    if (result) {
        json_t *root = json_loads(result->json, 0, NULL);
        const json_t *residual = json_object_get(root, "residual");
        *steady = strcmp(result->reason, "steady") == 0;
        out[0] = result->wall;
        out[1] = (double)result->step;
        out[2] = json_is_number(residual) ? json_number_value(residual) : (double)NAN;
        json_decref(root);
    }
    flx_run_result_free(result);
    flx_case_free(c);
    return status;
}

// One state, to the same residual by both engines. That of a time integration is u |d psi/dt| (gamma =
// 0), which stops it.
static flx_status one_state(bench *b)
{
    static const double tolerance[] = {1e-4, 1e-6, 1e-8, 1e-10};
    const double u = 5.79;
    char text[192];
    double own[3], other[3];
    bool steady;
    printf("%-9s %12s %12s %12s %12s %8s\n", "residual", "static steps", "s", "bdf steps", "s",
           "ratio");
    for (size_t k = 0; k < sizeof tolerance / sizeof *tolerance; k++) {
        flx_status status;
        snprintf(text, sizeof text, "static={tolerance: %g, modes: 0}", tolerance[k]);
        const char *with[] = {"engine=static", "tdgl=null", "sweep=null", text};
        if ((status = time_run(b, with, 4, 1, own, &steady)) < 0)
            return status;
        // Order 2 and the longest steps that are stable: the fastest way to rest. Explicit steps are
        // bound by the mesh and not in the race.
        snprintf(
            text, sizeof text,
            "tdgl={time: 4000 tau0, stop_when_steady: %g, order: 2, dt_max: 1 tau0, tolerance: "
            "1e-2, frames: 1}",
            tolerance[k] / u);
        const char *by_time[] = {"engine=tdgl", "static=null", "sweep=null", text};
        if ((status = time_run(b, by_time, 4, 1, other, &steady)) < 0)
            return status;
        printf("%-9.0e %12.0f %12.3f %12.0f %12.3f %7.0f%s\n", tolerance[k], own[1], own[0],
               other[1], other[0], other[0] / own[0], steady ? "" : "  not reached in 4000 tau0");
        fflush(stdout);
    }
    return FLX_OK;
}

static flx_status sweep(bench *b, const char *windings, const char *fields, int jobs)
{
    char set[240];
    flx_status status;
    double out[3];
    bool steady;
    snprintf(set, sizeof set, "sweep={start.winding.hole: %s, drive.field: %s}", windings, fields);
    const char *all[] = {"engine=static", "tdgl=null", "static={modes: 1}", set};
    if ((status = time_run(b, all, 4, jobs, out, &steady)) < 0)
        return status;
    printf("windings %s, fields %s: %.1f s with %d jobs\n", windings, fields, out[0], jobs);
    return FLX_OK;
}

int bench_static(int argc, char **argv)
{
    cli_list sets = {0};
    int jobs = 2;
    const char *windings = NULL, *fields = "{from: 0 mT, to: 4 mT, steps: 41}";
    const cli_option options[] = {
        {"--set", NULL, "KEY=VALUE", CLI_LIST, &sets, "changes a key of the case; repeatable"},
        {"--jobs", "-j", "N", CLI_COUNT, &jobs, "processes of the sweep (2)"},
        {"--windings", NULL, "LIST", CLI_TEXT, &windings,
         "a sweep of states instead: windings round the hole named 'hole', e.g. [-1,0,1,2,3,4]"},
        {"--fields", NULL, "LIST", CLI_TEXT, &fields,
         "and the fields of the sweep ({from: 0 mT, to: 4 mT, steps: 41})"},
    };
    static const cli_command command = {
        .name = "bench static",
        .words = "CASE",
        .text = "time to a stationary state of a case by the engines static and tdgl"};
    cli_words words = {.min = 1, .max = 1};
    int code = cli_parse(&command, options, sizeof options / sizeof options[0], &words, argc, argv);
    if (code == CLI_GO_ON) {
        bench_print_machine();
        bench b = {cli_context(1), words.word[0], &sets};
        flx_status status = windings ? sweep(&b, windings, fields, jobs) : one_state(&b);
        code = cli_end(b.ctx, "bench static", status);
        flx_ctx_free(b.ctx);
    }
    cli_list_clear(&sets);
    return code;
}
