// cli/bench_london.c -- fluxoid bench london: work, memory and accuracy of the inductance of a ring
// against the size of its mesh, by the dense factor and by iterations.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/london.h"
#include "fluxoid/run.h"

#include "bench.h"
#include "cli.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The ring of 1 and 2 um: Lambda [um], L [pH] by the axisymmetric integral equation.
static const double exact[][2] = {{1, 14.9375067973}, {0.1, 4.5725252007}, {0, 3.20350267}};
enum { N_LAMBDA = sizeof exact / sizeof *exact };

typedef struct ring {
    flx_ctx *ctx;
    flx_case *c;
    flx_device *device;
    double seconds; // of the mesh
} ring;

static flx_status make_ring(ring *r, double lambda, double edge)
{
    char text[512];
    int n = snprintf(text, sizeof text,
                     "fluxoid: 1\nunits: {length: um}\nlayers: {nb: {pearl_length: %g um}}\n"
                     "films: {f: {layer: nb, shape: [circle: {radius: 2}], holes: {h: [circle: "
                     "{radius: 1}]}}}\nmesh: {max_edge: %g}\nengine: london\n",
                     lambda, edge);
    flx_status status = flx_case_parse(r->ctx, text, (size_t)n, "ring", &r->c);
    double begin = bench_now();
    if (status >= 0)
        status = flx_device_create(r->ctx, r->c, &r->device);
    r->seconds = bench_now() - begin;
    return status;
}

static void free_ring(ring *r)
{
    flx_device_free(r->device);
    flx_case_free(r->c);
    r->device = NULL;
    r->c = NULL;
}

// A state in a uniform field, its flux through each triangle and the hole shared out exactly; prints
// a row.
static flx_status solve_one(ring *r, int k, int method)
{
    const flx_mesh *mesh = flx_device_mesh(r->device);
    double *lambda = cli_alloc((size_t)mesh->n_tri, sizeof *lambda);
    double *g = cli_alloc(2 * (size_t)mesh->n_site + 2, sizeof *g), *moment = g + mesh->n_site;
    double one[3];
    for (int32_t t = 0; t < mesh->n_tri; t++)
        lambda[t] = exact[k][0]; // the case counts in um
    flx_london_opts opts = flx_london_opts_default();
    opts.method = method;
    flx_london *l = NULL;
    flx_london_problem problem = {.mesh = mesh, .lambda = lambda};
    flx_status status = flx_london_create(r->ctx, &problem, &opts, &l);
    flx_london_report made = {0}, after = {0};
    double begin = bench_now(), seconds = 0;
    if (status >= 0) {
        made = flx_london_report_of(l);
        flx_field_term field = {.kind = FLX_FIELD_UNIFORM, .amplitude = 1};
        flx_source *source = NULL;
        status = flx_source_create(
            r->ctx, &(flx_source_problem){.mesh = mesh, .field = &field, .n_field = 1}, &source);
        if (status >= 0)
            status = flx_london_moments(r->ctx, l, source, 0, moment);
        flx_source_free(source);
    }
    flx_london_state state = {.g = g, .current = one, .fluxoid = one + 1, .effective = one + 2};
    begin = bench_now();
    if (status >= 0)
        status = flx_london_solve(r->ctx, l, &(flx_london_drive){.moment = moment}, &state);
    seconds = bench_now() - begin;
    if (status >= 0) {
        after = flx_london_report_of(l);
        double found = flx_london_inductance(l)[0] * FLX_SI_MU0 * r->c->scales.xi * 1e12;
        printf("%7g %8d %-9s %8.2f %9.2f %8.2f %8.2f %9.3f %6d %8.0f %+9.3f\n", exact[k][0],
               mesh->n_site, made.method == FLX_LONDON_DENSE ? "dense" : "iterative", r->seconds,
               made.assemble_seconds, made.factor_seconds, made.mode_seconds, seconds,
               after.iterations, 1e-6 * made.bytes, 100 * (found / exact[k][1] - 1));
        fflush(stdout);
    }
    flx_london_free(l);
    free(lambda);
    free(g);
    return status;
}

static int bench_sizes(flx_ctx *ctx, double largest, double only)
{
    static const int size[] = {1000, 3000, 10000, 30000, 100000, 200000};
    enum { N_SIZE = sizeof size / sizeof *size, DENSE_MOST = 12000 };
    printf("A ring of 1 and 2 um with a hole as its one unknown current, options as they come.\n"
           "%7s %8s %-9s %8s %9s %8s %8s %9s %6s %8s %9s\n",
           "Lambda", "sites", "method", "mesh s", "operator", "factor", "modes s", "state s",
           "iter", "MB", "error %");
    for (int k = 0; k < N_LAMBDA; k++)
        for (int n = 0; n < N_SIZE && size[n] <= largest; n++) {
            if (!isnan(only) && exact[k][0] != only)
                continue;
            ring r = {.ctx = ctx};
            // sites without rows at the rims: 21.7/edge^2 on this ring
            flx_status status = make_ring(&r, exact[k][0], sqrt(21.7 / size[n]));
            if (status >= 0 && flx_device_mesh(r.device)->n_site <= DENSE_MOST)
                status = solve_one(&r, k, FLX_LONDON_DENSE);
            if (status >= 0)
                status = solve_one(&r, k, FLX_LONDON_ITERATIVE);
            free_ring(&r);
            if (status < 0)
                return cli_end(ctx, "bench london", status);
        }
    return CLI_DONE;
}

int bench_london(int argc, char **argv)
{
    int threads = 2;
    const char *largest_text = NULL;
    double largest = 200000;
    const char *lambda = NULL;
    double only = NAN;
    const cli_option options[] = {
        {"--threads", NULL, "N", CLI_COUNT, &threads, "threads (2)"},
        {"--largest", NULL, "N", CLI_TEXT, &largest_text, "sites of the largest mesh (200000)"},
        {"--lambda", NULL, "UM", CLI_TEXT, &lambda, "Pearl length: 1, 0.1 or 0 um; default: each"},
    };
    static const cli_command command = {
        .name = "bench london",
        .words = "",
        .text = "inductance of a ring: time, memory and error against the size of its mesh"};
    cli_words words = {.max = 0};
    int code = cli_parse(&command, options, sizeof options / sizeof options[0], &words, argc, argv);
    if (code == CLI_GO_ON && lambda) {
        bool known = cli_number(lambda, &only);
        for (int k = 0; k < N_LAMBDA && known; k++)
            if (exact[k][0] == only)
                break;
            else if (k == N_LAMBDA - 1)
                known = false;
        if (!known)
            code = cli_wrong("bench london",
                             "no exact inductance is known for Lambda = %s; there "
                             "are 1, 0.1 and 0 um",
                             lambda);
    }
    if (code != CLI_GO_ON)
        return code;
    if (largest_text && !cli_number(largest_text, &largest))
        return cli_wrong("bench london", "--largest '%s' is not a number", largest_text);
    flx_ctx *ctx = cli_context(threads);
    bench_print_machine();
    code = bench_sizes(ctx, largest, only);
    flx_ctx_free(ctx);
    return code;
}
