// cli/bench_film.c -- fluxoid bench film [CASE]: time of a run and of its steps, nothing written.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/run.h"

#include "bench.h"
#include "cli.h"

#include <stdio.h>

static flx_status measure(flx_ctx *ctx, const char *path, const cli_list *sets)
{
    flx_case *c = NULL;
    flx_run_result *result = NULL;
    const flx_run_opts opts = flx_run_opts_default();
    flx_status status = flx_case_load(ctx, path, sets->item, sets->n, &c);
    if (status >= 0)
        status = flx_run(ctx, c, &opts, &result);
    if (status >= 0)
        printf("%s: %lld steps to %g tau0 in %.3f s, %.4f ms a step (mesh and measuring "
               "included), %d threads\n",
               path, (long long)result->step, result->time, result->wall,
               1e3 * result->wall / (double)(result->step ? result->step : 1),
               (int)flx_ctx_threads(ctx));
    flx_run_result_free(result);
    flx_case_free(c);
    return status;
}

int bench_film(int argc, char **argv)
{
    static const cli_command command = {
        .name = "bench film", .words = "[CASE]", .text = "time of a run and of its steps"};
    cli_list sets = {NULL, 0};
    int threads = 0;
    const cli_option options[] = {
        {"--set", NULL, "KEY=VALUE", CLI_LIST, &sets, "changes a key of the case; repeatable"},
        {"--threads", NULL, "N", CLI_COUNT, &threads, "default: all processors"},
    };
    cli_words words = {.max = 1};
    int code = cli_parse(&command, options, 2, &words, argc, argv);
    if (code == CLI_GO_ON) {
        flx_ctx *ctx = cli_context(threads);
        const char *path = words.n ? words.word[0] : "examples/weak-link.yaml";
        code = cli_end(ctx, command.name, measure(ctx, path, &sets));
        flx_ctx_free(ctx);
    }
    cli_list_clear(&sets);
    return code;
}
