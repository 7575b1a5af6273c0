// cli/run.c -- fluxoid run CASE: runs a case or its sweep and tells what came out.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/run.h"

#include "cli.h"
#include "deck.h"
#include "progress.h"
#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

typedef struct run_args {
    cli_list sets;
    const char *output, *json;
    int jobs, threads;
    bool resume, quiet;
} run_args;

static bool should_stop(void *user)
{
    (void)user;
    return cli_stop != 0;
}

// A run of an hour must not end in "cannot write": opened once before, without changing it.
static bool may_write(const char *path)
{
    if (strcmp(path, "-") == 0)
        return true;
    if (!cli_json_allowed("run", path))
        return false;
    FILE *file = fopen(path, "a");
    if (file)
        fclose(file);
    else
        cli_wrong("run", "cannot write %s: %s", path, strerror(errno));
    return file != NULL;
}

// The summary where it was asked for: as JSON, as a table, or both in different places.
static int tell(const run_args *args, const flx_run_result *result)
{
    bool json_here = args->json && strcmp(args->json, "-") == 0;
    if (result->json && !json_here && !args->quiet) {
        cli_report(result->json);
        if (result->reason && *result->reason)
            printf("ended     %s\n", result->reason);
    }
    return result->json && args->json ? cli_json_write("run", args->json, result->json) : CLI_DONE;
}

static int run_case(flx_ctx *ctx, const flx_case *c, const char *path, const run_args *args)
{
    flx_run_opts opts = flx_run_opts_default();
    opts.output = args->output;
    opts.resume = args->resume;
    opts.jobs = args->jobs;
    opts.progress = args->quiet ? NULL : cli_progress;
    opts.should_stop = should_stop;

    cli_catch_signals();
    flx_run_result *result = NULL;
    flx_status status = flx_run(ctx, c, &opts, &result);
    cli_progress_end();

    int written = result ? tell(args, result) : CLI_DONE;
    int code = cli_end(ctx, "run", status);
    char when[64] = "";
    if (result && result->n_point == 1)
        snprintf(when, sizeof when, " at t = %g tau0", result->time);
    if (status == FLX_INTERRUPTED && args->output)
        fprintf(stderr, "fluxoid run: interrupted%s; go on with: fluxoid run %s -o %s --resume\n",
                when, path, args->output);
    else if (status == FLX_INTERRUPTED)
        fprintf(stderr, "fluxoid run: interrupted; nothing is kept without -o\n");
    flx_run_result_free(result);
    return code == CLI_DONE ? written : code;
}

static int run_deck(flx_ctx *ctx, const char *path, const run_args *args)
{
    flx_run_opts opts = flx_run_opts_default();
    opts.output = args->output;
    opts.resume = args->resume;
    opts.jobs = args->jobs;
    opts.should_stop = should_stop;
    const flx_deck_source source = {.path = path, .sets = args->sets.item, .n_set = args->sets.n};

    cli_catch_signals();
    flx_run_result *result = NULL;
    flx_status status = flx_run_deck(ctx, &source, &opts, &result);
    int code = cli_end(ctx, "run", status);
    if (status == FLX_INTERRUPTED)
        fprintf(stderr, "fluxoid run: interrupted; finished points of a sweep are kept with -o\n");
    if (result && !args->quiet && !(args->json && strcmp(args->json, "-") == 0))
        cli_report_deck(result->json);
    if (result && args->json)
        code = cli_json_write("run", args->json, result->json);
    flx_run_result_free(result);
    return code;
}

static int run_main(int argc, char **argv)
{
    run_args args = {.jobs = 1};
    const cli_option options[] = {
        {"-o", "--output", "OUT.h5", CLI_TEXT, &args.output, "data file to write"},
        {"--set", NULL, "KEY=VALUE", CLI_LIST, &args.sets, "changes a key of the case; repeatable"},
        {"--json", NULL, "FILE", CLI_TEXT, &args.json, "writes the summary as JSON; - here"},
        {"-j", "--jobs", "N", CLI_COUNT, &args.jobs, "points of a sweep at a time"},
        {"--threads", NULL, "N", CLI_COUNT, &args.threads, "of a run; default: all processors"},
        {"--resume", NULL, NULL, CLI_FLAG, &args.resume, "goes on with what is in OUT.h5"},
        {"-q", "--quiet", NULL, CLI_FLAG, &args.quiet, "no table, no progress"},
    };
    cli_words words = {.min = 1, .max = 1};
    int code = cli_parse(&cli_run, options, sizeof options / sizeof *options, &words, argc, argv);
    const char *path = words.word[0];
    if (code == CLI_GO_ON && args.resume && !args.output)
        code = cli_wrong("run", "--resume needs the data file of the run: -o OUT.h5");
    if (code == CLI_GO_ON && args.json && !may_write(args.json))
        code = CLI_WRONG;
    if (code != CLI_GO_ON) {
        cli_list_clear(&args.sets);
        return code;
    }

    flx_ctx *ctx = cli_context(args.threads);
    flx_case *c = NULL;
    if (cli_is_deck(path)) {
        code = run_deck(ctx, path, &args);
    } else {
        flx_status status = flx_case_load(ctx, path, args.sets.item, args.sets.n, &c);
        code = status < 0 ? cli_end(ctx, "run", status) : run_case(ctx, c, path, &args);
    }
    flx_case_free(c);
    flx_ctx_free(ctx);
    cli_list_clear(&args.sets);
    return code;
}

const cli_command cli_run = {
    .name = "run",
    .words = "CASE",
    .text = "runs a case file or a deck, or every point of its sweep",
    .more = "--set drive.field='1 mT' changes a value, --set sweep=null removes a key.\n"
            "Exit code: 0 done; 1 physics or numerics failed, the state is kept; 2 the input is\n"
            "wrong; 75 interrupted with a checkpoint, run again with --resume.",
    .main = run_main};
