// cli/bench_screen.c -- fluxoid bench selffield --step: a step of a film with the field of its
// currents beside one without, against the size of the film.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench_screen.h"

#include "fluxoid/measure.h"
#include "fluxoid/source.h"
#include "fluxoid/tdgl.h"

#include "bench.h"
#include "cli.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

typedef struct tally {
    double until; // [tau0], given
    bool london;  // |psi| is held at 1
    int32_t steps, applications;
    double create, steps_seconds, field_seconds; // [s] the last: in applications of the operator
    double moment;                               // at the end [K0 xi^2]
} tally;

static double moment_of(flx_tdgl *sim)
{
    flx_frame f = flx_tdgl_frame(sim);
    double *js = cli_alloc((size_t)f.mesh->n_edge, sizeof *js);
    double *jn = cli_alloc((size_t)f.mesh->n_edge, sizeof *jn);
    double *site = cli_alloc(2 * (size_t)f.mesh->n_site, sizeof *site);
    flx_measure_edges(&f, js, jn);
    for (int32_t e = 0; e < f.mesh->n_edge; e++)
        js[e] += jn[e];
    flx_measure_sites(f.mesh, js, site);
    double moment = flx_measure_moment(f.mesh, site);
    free(js);
    free(jn);
    free(site);
    return moment;
}

static flx_status time_steps(flx_ctx *ctx, const flx_tdgl_problem *problem, tally *out)
{
    flx_tdgl_opts opts = flx_tdgl_opts_default();
    opts.frozen_amplitude = out->london;
    flx_tdgl *sim = NULL;
    double begin = bench_now();
    flx_status status = flx_tdgl_create(ctx, problem, &opts, &sim);
    out->create = bench_now() - begin;
    flx_tdgl_report report = {0};
    while (status >= 0 && report.time < out->until) {
        begin = bench_now();
        status = flx_tdgl_step(sim, out->until, &report);
        out->steps_seconds += bench_now() - begin;
        out->field_seconds += report.field_seconds;
        out->applications += report.field_iterations;
        out->steps++;
    }
    if (status >= 0)
        out->moment = moment_of(sim);
    flx_tdgl_free(sim);
    return status;
}

// Steps of a disk in a field that is there at once, u and gamma of a dirty film.
static flx_status time_disk(flx_ctx *ctx, const flx_mesh *mesh, double field, flx_tdgl_problem p,
                            tally *out)
{
    flx_field_term term = {.kind = FLX_FIELD_UNIFORM, .amplitude = field};
    flx_source_problem applied = {.mesh = mesh, .field = &term, .n_field = 1};
    flx_source *source = NULL;
    flx_status status = flx_source_create(ctx, &applied, &source);
    p.mesh = mesh;
    p.u = 5.79;
    p.gamma = 1;
    p.drive = flx_source_drive(source);
    if (status >= 0)
        status = time_steps(ctx, &p, out);
    flx_source_free(source);
    return status;
}

// A row: edges stay 0.63 xi or less, the disk grows, and Lambda with it.
static flx_status bench_size(flx_ctx *ctx, int n_site, double until)
{
    // In the London limit currents are linear in the field if it turns the phase little along an edge.
    const double b = 0.05, weak = 0.001;
    // -m/(pi R^4 B/(8 mu0 Lambda)) of a disk with Lambda/R = 0.2, from the radial integral equation.
    const double exact = 0.54744, pi = 3.14159265358979323846;
    double radius = 0.5 * sqrt((double)n_site / pi);
    flx_mesh *mesh = NULL;
    flx_status status = bench_film_of(ctx, FLX_SHAPE_CIRCLE, radius, 0.625, &mesh);
    flx_tdgl_problem alone = {0};
    flx_tdgl_problem screened = {.screening = FLX_SCREENING_FILM, .pearl_length = radius / 5};
    tally bare = {.until = until}, full = {.until = until}, london = {.until = 20, .london = true};
    if (status >= 0)
        status = time_disk(ctx, mesh, b, alone, &bare);
    if (status >= 0)
        status = time_disk(ctx, mesh, b, screened, &full);
    if (status >= 0)
        status = time_disk(ctx, mesh, weak, screened, &london);
    if (status >= 0) {
        double step = bare.steps_seconds / bare.steps;
        double outside = (full.steps_seconds - full.field_seconds) / full.steps;
        double limit = -exact * pi * pow(radius, 4) * weak / 8;
        struct rusage used;
        getrusage(RUSAGE_SELF, &used);
        printf("%8d %8.2f %6.0f %6d %8.2f %6d %8.2f %6.2f %8.2f %8.2f %6.2f %8.3f\n", mesh->n_site,
               full.create, (double)used.ru_maxrss / 1024, bare.steps, 1e3 * step, full.steps,
               1e3 * full.steps_seconds / full.steps, (double)full.applications / full.steps,
               1e3 * full.field_seconds / full.applications, 1e3 * outside, outside / step,
               100 * (london.moment / limit - 1));
        fflush(stdout);
    }
    flx_mesh_free(mesh);
    return status;
}

flx_status bench_screen(flx_ctx *ctx, int largest)
{
    static const int sizes[] = {1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000};
    printf(
        "tdgl.selffield: a disk of edges below 0.63 xi, Lambda a tenth of its diameter, 0.05 Bc2 "
        "at once,\nto 100 tau0 (above 20000 sites: 20), tolerance 1e-4; error: of the moment in "
        "the London limit\n"
        "%8s %8s %6s %15s %15s %6s %8s %8s %6s %8s\n"
        "%8s %8s %6s %6s %8s %6s %8s %6s %8s %8s %6s %8s\n",
        "sites", "create", "most", "without field", "with field", "appl.", "each", "rest of",
        "rest/", "error", "", "s", "MB", "steps", "ms each", "steps", "ms each", "a step", "ms",
        "step ms", "bare", "%");
    flx_status status = FLX_OK;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes && status >= 0; i++)
        if (sizes[i] <= largest)
            status = bench_size(ctx, sizes[i], sizes[i] > 20000 ? 20 : 100);
    return status;
}
