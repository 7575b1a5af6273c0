// case/engine.c -- the table of engines, and what those share that keep no frames.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/engine.h"
#include "case/drive.h"
#include "case/summary.h"

#include <string.h>

static const flx_engine *const engines[] = {
    &flx_engine_tdgl, &flx_engine_london, &flx_engine_xy, &flx_engine_static, &flx_engine_circuit,
};
enum { N_ENGINE = sizeof engines / sizeof *engines };

const flx_engine *flx_engine_at(int32_t k)
{
    return k >= 0 && k < N_ENGINE ? engines[k] : NULL;
}

const flx_engine *flx_engine_named(const char *name)
{
    for (int32_t k = 0; k < N_ENGINE; k++)
        if (strcmp(engines[k]->name, name) == 0)
            return engines[k];
    return NULL;
}

flx_status flx_engine_file(flx_ctx *ctx, const flx_run_point *point, const flx_run_opts *opts,
                           flx_file **out)
{
    *out = NULL;
    if (!opts->output)
        return FLX_OK;
    FLX_TRY(flx_file_create(ctx, opts->output, out));
    const flx_device *d = point->device;
    flx_status status = flx_case_write(ctx, point->c, *out);
    if (status == FLX_OK && d)
        status = flx_file_write_mesh(*out, d->mesh, d->hole_name, d->n_hole);
    if (status == FLX_OK && d)
        status = flx_file_write_scales(*out, &point->c->scales);
    if (status == FLX_OK)
        return FLX_OK;
    flx_file_close(*out);
    *out = NULL;
    return status;
}

flx_status flx_engine_end(flx_ctx *ctx, const json_t *summary, flx_file *file, flx_run_result **out)
{
    char *text = NULL;
    flx_status ended = FLX_OK, status = flx_summary_text(ctx, summary, &text);
    if (status == FLX_OK && file)
        status = flx_file_write_text(file, "summary", text);
    flx_status closed = flx_file_close(file);
    if (status == FLX_OK)
        status = closed;
    if (status == FLX_OK)
        status = flx_runner_result(ctx, text, &ended, out);
    flx_free(text);
    return status < 0 ? status : ended;
}
