// case/run.c -- runs a case by its engine, once or for each point of its sweep.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/engine.h"

enum { RUN_COOKIE = 0x5eed20c1 };

flx_run_opts flx_run_opts_default(void)
{
    return (flx_run_opts){.jobs = 1, .checkpoint_seconds = 30, .cookie = RUN_COOKIE};
}

void flx_run_result_free(flx_run_result *result)
{
    if (!result)
        return;
    flx_free(result->json);
    flx_free(result->reason);
    flx_free(result);
}

flx_status flx_run_one(flx_ctx *ctx, const flx_run_point *point, const flx_run_opts *opts,
                       flx_run_result **out)
{
    return flx_engine_named(point->c->engine)->run(ctx, point, opts, out);
}

flx_status flx_case_describe(flx_ctx *ctx, const flx_case *c, char **out)
{
    return flx_engine_named(c->engine)->describe(ctx, c, out);
}

static flx_status check_opts(flx_ctx *ctx, const flx_run_opts *opts)
{
    if (opts->cookie != RUN_COOKIE)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "flx_run_opts does not come from flx_run_opts_default()");
    if (opts->jobs < 1)
        return flx_fail(ctx, FLX_ERR_INPUT, "jobs is %d, allowed is >= 1", opts->jobs);
    if (opts->output && !opts->output[0])
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "the path of the data file is empty; name one, as in -o out.h5");
    if (opts->resume && !opts->output)
        return flx_fail(ctx, FLX_ERR_INPUT, "only a run with an output file can be resumed");
    return FLX_OK;
}

flx_status flx_run(flx_ctx *ctx, const flx_case *c, const flx_run_opts *opts, flx_run_result **out)
{
    *out = NULL;
    FLX_TRY(check_opts(ctx, opts));
    if (c->n_axis > 0)
        return flx_run_sweep(ctx, c, opts, out);
    flx_status status = FLX_OK;
    if (opts->resume)
        FLX_TRY(flx_runner_finished(ctx, c, opts->output, &status, out));
    if (*out)
        return status < 0 ? flx_fail(ctx, status, "%s", (*out)->reason) : status;
    flx_run_point point = {.c = c, .sidecar = true};
    flx_device *device = NULL;
    if (flx_engine_named(c->engine)->device)
        FLX_TRY(flx_device_create(ctx, c, &device));
    point.device = device;
    status = flx_run_one(ctx, &point, opts, out);
    flx_device_free(device);
    return status;
}
