// cli/bench_noise.c -- fluxoid bench noise: time of a step with thermal noise and without, of equal
// length, and what the noise adds.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/run.h"

#include "bench.h"
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 21 };

static int ascending(const void *p, const void *q)
{
    double a = *(const double *)p, b = *(const double *)q;
    return (a > b) - (a < b);
}

static double median(double *seconds)
{
    qsort(seconds, ROUNDS, sizeof *seconds, ascending);
    return seconds[ROUNDS / 2];
}

static flx_status make_square(flx_ctx *ctx, double side, double max_edge, flx_mesh **mesh)
{
    flx_region *region = NULL;
    flx_shape_item box = {.kind = FLX_SHAPE_BOX, .size = {side, side}, .scale = {1, 1}};
    flx_status status = flx_region_create(ctx, &box, 1, max_edge, &region);
    flx_mesh_film film = {.shape = region, .name = "square"};
    flx_mesh_spec spec = {.films = &film, .n_film = 1};
    flx_mesh_opts opts = flx_mesh_opts_default();
    opts.max_edge = max_edge;
    if (status >= 0)
        status = flx_mesh_make(ctx, &spec, &opts, mesh);
    flx_region_free(region);
    return status;
}

static flx_status go(flx_tdgl *sim, int n)
{
    flx_tdgl_report report;
    flx_status status = FLX_OK;
    for (int k = 0; k < n && status >= 0; k++)
        status = flx_tdgl_step(sim, 1e9, &report);
    return status;
}

// The two films take turns, so that what else the machine does meets both alike.
static flx_status time_pair(flx_ctx *ctx, const flx_mesh *mesh, double gamma, int threads)
{
    flx_tdgl *sim[2] = {NULL, NULL};
    double seconds[2][ROUNDS];
    int n = 2000000 / mesh->n_site / ROUNDS + 1;
    flx_status status = FLX_OK;
    for (int k = 0; k < 2 && status >= 0; k++) {
        flx_tdgl_problem problem = {
            .mesh = mesh, .u = 5.79, .gamma = gamma, .temperature = 0.4 * k};
        flx_tdgl_opts opts = flx_tdgl_opts_default();
        opts.integrator = FLX_LANGEVIN;
        opts.threads = threads;
        status = flx_tdgl_create(ctx, &problem, &opts, &sim[k]);
        if (status >= 0)
            status = go(sim[k], 200);
    }
    for (int r = 0; r < ROUNDS && status >= 0; r++)
        for (int k = 0; k < 2 && status >= 0; k++) {
            double begin = bench_now();
            status = go(sim[k], n);
            seconds[k][r] = (bench_now() - begin) / n;
        }
    if (status >= 0) {
        double without = median(seconds[0]), with = median(seconds[1]);
        printf("%8d %7d %6g %9.1f %9.1f %8.1f%% %11.2f\n", mesh->n_site, threads, gamma,
               1e6 * without, 1e6 * with, 100 * (with / without - 1),
               1e9 * (with - without) / mesh->n_site);
        fflush(stdout);
    }
    flx_tdgl_free(sim[0]);
    flx_tdgl_free(sim[1]);
    return status;
}

int bench_noise(int argc, char **argv)
{
    int threads = 2;
    const cli_option options[] = {
        {"--threads", NULL, "N", CLI_COUNT, &threads, "compare 1 to N threads (2)"},
    };
    static const cli_command command = {.name = "bench noise",
                                        .text = "time of a step with thermal noise and without"};
    cli_words words = {.max = 0};
    int code = cli_parse(&command, options, sizeof options / sizeof options[0], &words, argc, argv);
    if (code != CLI_GO_ON)
        return code;
    bench_print_machine();
    printf("A square of edges <= 0.9 xi, steps of the integrator langevin, k_B T = 0.4 E_s.\n"
           "%8s %7s %6s %9s %9s %9s %11s\n",
           "sites", "threads", "gamma", "without", "with us", "more", "ns per site");
    static const double side[] = {30, 60, 120};
    flx_ctx *ctx = cli_context(1);
    flx_status status = FLX_OK;
    for (int k = 0; k < 3 && status >= 0; k++) {
        flx_mesh *mesh = NULL;
        status = make_square(ctx, side[k], 0.9, &mesh);
        for (int g = 0; g < 2 && status >= 0; g++)
            for (int t = 1; t <= threads && status >= 0; t++)
                status = time_pair(ctx, mesh, 10 * g, t);
        flx_mesh_free(mesh);
    }
    code = cli_end(ctx, "bench noise", status);
    flx_ctx_free(ctx);
    return code;
}
