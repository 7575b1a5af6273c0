// cli/bench_selffield.c -- fluxoid bench selffield: building and applying the non-local operator
// against the size of the film, its memory and its error, and the field above the film.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench.h"
#include "bench_screen.h"
#include "cli.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

flx_status bench_film_of(flx_ctx *ctx, flx_shape_kind kind, double size, double max_edge,
                         flx_mesh **out)
{
    flx_region *region = NULL;
    flx_shape_item box = {.kind = kind, .size = {size, size}, .scale = {1, 1}};
    flx_mesh_film film = {.name = "film"};
    flx_mesh_spec spec = {.films = &film, .n_film = 1};
    flx_mesh_opts opts = flx_mesh_opts_default();
    opts.max_edge = max_edge;
    flx_status status = flx_region_create(ctx, &box, 1, opts.max_edge, &region);
    film.shape = region;
    if (status >= 0)
        status = flx_mesh_make(ctx, &spec, &opts, out);
    flx_region_free(region);
    return status;
}

// Around the middle of the film.
static double *make_currents(const flx_mesh *mesh)
{
    double *k = cli_alloc(2 * (size_t)mesh->n_tri, sizeof *k);
    for (int32_t t = 0; t < mesh->n_tri; t++) {
        const int32_t *c = mesh->tri + 3 * (size_t)t;
        k[2 * t] = -(mesh->y[c[0]] + mesh->y[c[1]] + mesh->y[c[2]]) / 3;
        k[2 * t + 1] = (mesh->x[c[0]] + mesh->x[c[1]] + mesh->x[c[2]]) / 3;
    }
    return k;
}

// Best of some, in seconds.
static double time_apply(flx_selffield *op, const double *k, double *a)
{
    double best = INFINITY, total = 0;
    for (int round = 0; round < 40 && (round < 3 || total < 1); round++) {
        double begin = bench_now();
        flx_selffield_apply(op, k, a);
        double seconds = bench_now() - begin;
        best = fmin(best, seconds);
        total += seconds;
    }
    return best;
}

// A grid of 100 x 100 points a twentieth of the side above the film: seconds.
static flx_status time_field(flx_ctx *ctx, flx_selffield *op, const double *k, double *seconds)
{
    enum { N = 100 };
    double *xyz = cli_alloc(3 * N * N, sizeof *xyz), *b = cli_alloc(3 * N * N, sizeof *b);
    for (int m = 0; m < N * N; m++) {
        xyz[3 * m] = (m % N + 0.5) / N - 0.5;
        xyz[3 * m + 1] = (m / N + 0.5) / N - 0.5;
        xyz[3 * m + 2] = 0.05;
    }
    flx_selffield_points points = {.n = N * N, .xyz = xyz, .b = b};
    double begin = bench_now();
    flx_status status = flx_selffield_field(ctx, op, k, &points);
    *seconds = bench_now() - begin;
    free(xyz);
    free(b);
    return status;
}

static flx_status bench_size(flx_ctx *ctx, int n_site, flx_selffield_opts opts)
{
    flx_mesh *mesh = NULL;
    // edges come out below their limit
    flx_status status = bench_film_of(ctx, FLX_SHAPE_BOX, 1, 1.25 / sqrt((double)n_site), &mesh);
    if (status < 0)
        return status;
    flx_selffield_problem problem = {.n_site = mesh->n_site,
                                     .n_tri = mesh->n_tri,
                                     .n_film = mesh->n_film,
                                     .x = mesh->x,
                                     .y = mesh->y,
                                     .tri = mesh->tri,
                                     .film = mesh->film};
    flx_selffield *op = NULL;
    status = flx_selffield_create(ctx, &problem, &opts, &op);
    if (status >= 0) {
        double *k = make_currents(mesh), *a = cli_alloc(2 * (size_t)mesh->n_tri, sizeof *a);
        double apply = time_apply(op, k, a), field;
        status = time_field(ctx, op, k, &field);
        flx_selffield_report r = flx_selffield_report_of(op);
        printf("%8d %9d %5d %8.2f %10.3f %8.1f %9.1f %9.1e %8.2f\n", mesh->n_site, r.n_tri, r.nodes,
               r.seconds, 1e3 * apply, 1e9 * apply / r.n_tri, r.bytes / 1e6, r.error, field);
        fflush(stdout);
        free(k);
        free(a);
    }
    flx_selffield_free(op);
    flx_mesh_free(mesh);
    return status;
}

int bench_selffield(int argc, char **argv)
{
    flx_selffield_opts opts = flx_selffield_opts_default();
    const char *tolerance = NULL;
    int threads = 2;
    bool large = false, step = false;
    const cli_option options[] = {
        {"--threads", NULL, "N", CLI_COUNT, &threads, "threads (2)"},
        {"--tolerance", NULL, "X", CLI_TEXT, &tolerance, "error of A allowed (1e-5)"},
        {"--step", NULL, NULL, CLI_FLAG, &step,
         "steps of the tdgl engine with and without the field, instead"},
        {"--large", NULL, NULL, CLI_FLAG, &large, "films of 100 000 and 200 000 sites too"},
    };
    static const cli_command command = {
        .name = "bench selffield",
        .words = "",
        .text = "time, memory and error of the non-local operator against size"};
    cli_words words = {.max = 0};
    int code = cli_parse(&command, options, sizeof options / sizeof options[0], &words, argc, argv);
    if (code != CLI_GO_ON)
        return code;
    if (tolerance && !cli_number(tolerance, &opts.tolerance))
        return cli_wrong("bench selffield", "--tolerance '%s' is not a number", tolerance);
    flx_ctx *ctx = cli_context(threads);
    bench_print_machine();
    if (step) {
        code = cli_end(ctx, "bench selffield", bench_screen(ctx, large ? 200000 : 20000));
        flx_ctx_free(ctx);
        return code;
    }
    printf("square film, tolerance %g, %d threads; field: 10000 points above the film\n"
           "%8s %9s %5s %8s %10s %8s %9s %9s %8s\n%8s %9s %5s %8s %10s %8s %9s %9s %8s\n",
           opts.tolerance, threads, "sites", "triangles", "nodes", "create", "apply", "per tri",
           "memory", "error", "field", "", "", "", "s", "ms", "ns", "MB", "", "s");
    static const int sizes[] = {1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000};
    flx_status status = FLX_OK;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes && status >= 0; i++)
        if (large || sizes[i] < 100000)
            status = bench_size(ctx, sizes[i], opts);
    code = cli_end(ctx, "bench selffield", status);
    flx_ctx_free(ctx);
    return code;
}
