// cli/bench_screen.c -- fluxoid bench selffield --step: a step of a film with the field of its
// currents beside one without, against the size of the film.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench_screen.h"

#include "fluxoid/source.h"
#include "fluxoid/tdgl.h"

#include "bench.h"
#include "cli.h"

#include <math.h>
#include <stdio.h>

typedef struct tally {
    int32_t steps, applications;
    double create, steps_seconds, field_seconds; // [s] the last: in applications of the operator
} tally;

static flx_status time_steps(flx_ctx *ctx, const flx_tdgl_problem *problem, double until,
                             tally *out)
{
    flx_tdgl_opts opts = flx_tdgl_opts_default();
    opts.tolerance = 1e-4;
    flx_tdgl *sim = NULL;
    double begin = bench_now();
    flx_status status = flx_tdgl_create(ctx, problem, &opts, &sim);
    *out = (tally){.create = bench_now() - begin};
    flx_tdgl_report report = {0};
    while (status >= 0 && report.time < until) {
        begin = bench_now();
        status = flx_tdgl_step(sim, until, &report);
        out->steps_seconds += bench_now() - begin;
        out->field_seconds += report.field_seconds;
        out->applications += report.field_iterations;
        out->steps++;
    }
    flx_tdgl_free(sim);
    return status;
}

// A row: edges stay 0.63 xi or less, the film grows, and Lambda with it.
static flx_status bench_size(flx_ctx *ctx, int n_site, double until)
{
    double side = 0.5 * sqrt((double)n_site);
    flx_mesh *mesh = NULL;
    flx_source *source = NULL;
    flx_status status = bench_square(ctx, n_site, side, &mesh);
    flx_field_term field = {.kind = FLX_FIELD_UNIFORM, .amplitude = 0.05};
    flx_source_problem applied = {.mesh = mesh, .field = &field, .n_field = 1};
    if (status >= 0)
        status = flx_source_create(ctx, &applied, &source);
    if (status >= 0) {
        flx_tdgl_problem problem = {
            .mesh = mesh, .u = 5.79, .gamma = 1, .drive = flx_source_drive(source)};
        tally bare, full;
        status = time_steps(ctx, &problem, until, &bare);
        problem.screening = FLX_SCREENING_FILM;
        problem.pearl_length = side / 10;
        if (status >= 0)
            status = time_steps(ctx, &problem, until, &full);
        if (status >= 0) {
            double step = bare.steps_seconds / bare.steps;
            double outside = (full.steps_seconds - full.field_seconds) / full.steps;
            printf("%8d %8.2f %7d %9.2f %7d %9.2f %12.2f %9.2f %9.2f %7.2f\n", mesh->n_site,
                   full.create, bare.steps, 1e3 * step, full.steps,
                   1e3 * full.steps_seconds / full.steps, (double)full.applications / full.steps,
                   1e3 * full.field_seconds / full.applications, 1e3 * outside, outside / step);
            fflush(stdout);
        }
    }
    flx_source_free(source);
    flx_mesh_free(mesh);
    return status;
}

flx_status bench_screen(flx_ctx *ctx, int largest)
{
    static const int sizes[] = {1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000};
    printf("tdgl.selffield: a square film of edges below 0.63 xi, Lambda a tenth of its side, 0.05 "
           "Bc2 at once,\nto 100 tau0 (above 20000 sites: 20), tolerance 1e-4\n"
           "%8s %8s %17s %17s %12s %9s %9s %7s\n%8s %8s %7s %9s %7s %9s %12s %9s %9s %7s\n",
           "sites", "create", "without field", "with field", "applications", "each", "rest of",
           "rest/", "", "s", "steps", "ms a step", "steps", "ms a step", "a step", "ms",
           "a step ms", "without");
    flx_status status = FLX_OK;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes && status >= 0; i++)
        if (sizes[i] <= largest)
            status = bench_size(ctx, sizes[i], sizes[i] > 20000 ? 20 : 100);
    return status;
}
