// cli/bench_xy.c -- fluxoid bench xy: time of an update of a spin, and what it buys: independent
// samples of the helicity modulus a second.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/xy.h"

#include "bench.h"
#include "cli.h"

#include <math.h>
#include <stdio.h>

static const double transition = 0.8929; // [J] T_KT of the square lattice

enum { MOST_THREADS = 64 };

// As many lattices side by side as there are threads, at one temperature.
static flx_xy *create(flx_ctx *ctx, int32_t size, const flx_xy_opts *opts, flx_status *status)
{
    double temperature[MOST_THREADS];
    int32_t lattices = opts->threads > 1 ? opts->threads : 1;
    for (int32_t k = 0; k < lattices; k++)
        temperature[k] = transition * (1 + 1e-9 * k); // they must rise
    flx_xy_problem problem = {
        .size = {size, size}, .temperature = temperature, .n_temperature = lattices};
    flx_xy *sim = NULL;
    *status = flx_xy_create(ctx, &problem, opts, &sim);
    return sim;
}

// ---- Updates -------------------------------------------------------------------------------------

static flx_status time_updates(flx_ctx *ctx, int32_t size)
{
    static const char *const name[] = {"float", "double"};
    printf("Square lattice of %d x %d, T = T_KT, one thread, ns for each spin\n%-8s %15s %12s "
           "%12s %12s %9s\n",
           size, size, "", "over-relaxation", "Metropolis", "heat bath", "measurement", "replicas");
    flx_status status = FLX_OK;
    for (int precision = 0; precision < 2 && status >= 0; precision++) {
        flx_xy_opts opts = flx_xy_opts_default();
        opts.precision = precision;
        opts.replicas = 1;
        opts.sweeps = 1000;
        flx_xy *sim = create(ctx, size, &opts, &status);
        flx_xy_costs costs;
        if (status >= 0) {
            flx_xy_step(sim, 20); // away from the start
            status = flx_xy_costs_of(sim, 100, &costs);
        }
        if (status >= 0)
            printf("%-8s %15.3f %12.3f %12.3f %12.3f %9d\n", name[precision], costs.overrelaxation,
                   costs.metropolis, costs.heat_bath, costs.measurement,
                   flx_xy_progress_of(sim).replicas);
        flx_xy_free(sim);
    }
    return status;
}

// ---- Statistics ----------------------------------------------------------------------------------

// Samples 2 tau cycles apart count as independent.
static flx_status time_samples(flx_ctx *ctx, int32_t size, int threads, double seconds, double *one)
{
    flx_status status;
    flx_xy_opts opts = flx_xy_opts_default();
    opts.sweeps = 2000000000;
    opts.thermalisation = 0;
    opts.threads = threads;
    opts.replicas = 4;
    flx_xy *sim = create(ctx, size, &opts, &status);
    if (status < 0)
        return status;
    flx_xy_step(sim, 100);
    int64_t first = flx_xy_progress_of(sim).cycle;
    double begin = bench_now(), spent = 0;
    while (spent < seconds) {
        flx_xy_step(sim, 20);
        spent = bench_now() - begin;
    }
    flx_xy_progress p = flx_xy_progress_of(sim);
    flx_xy_result r;
    status = flx_xy_result_of(sim, 0, &r);
    double cycles = (double)(p.cycle - first) * p.replicas * threads / spent,
           tau = r.helicity_mean.tau, rate = cycles / (2 * tau);
    if (threads == 1)
        *one = rate;
    if (status >= 0)
        printf("%6d %8d %9d %11.0f %9.2f %12.0f %9.2f\n", size, threads, p.replicas * threads,
               cycles, tau, rate, rate / *one);
    flx_xy_free(sim);
    return status;
}

static int run(int size, int threads, double seconds)
{
    bench_print_machine();
    flx_ctx *ctx = cli_context(1);
    flx_status status = time_updates(ctx, size);
    static const int32_t sizes[] = {64, 128, 256};
    if (status >= 0 && seconds > 0)
        printf("\nIndependent samples of the helicity modulus at T_KT, replicas side by side\n"
               "%6s %8s %9s %11s %9s %12s %9s\n",
               "size", "threads", "replicas", "cycles/s", "tau", "samples/s", "gain");
    for (size_t k = 0; k < 3 && seconds > 0; k++) {
        double one = NAN;
        for (int t = 1; t <= threads && status >= 0; t++)
            status = time_samples(ctx, sizes[k], t, seconds, &one);
    }
    int code = cli_end(ctx, "bench xy", status);
    flx_ctx_free(ctx);
    return code;
}

int bench_xy(int argc, char **argv)
{
    int size = 256, threads = 2, seconds = 5;
    const cli_option options[] = {
        {"--size", NULL, "L", CLI_COUNT, &size, "lattice of L x L for the time of an update (256)"},
        {"--threads", NULL, "N", CLI_COUNT, &threads, "compare 1 to N threads (2), at most 64"},
        {"--seconds", NULL, "S", CLI_COUNT, &seconds, "of sampling for each line (5)"},
    };
    static const cli_command command = {
        .name = "bench xy", .text = "time of an update, and independent samples a second"};
    cli_words words = {.max = 0};
    int code = cli_parse(&command, options, sizeof options / sizeof options[0], &words, argc, argv);
    if (code == CLI_GO_ON && threads > MOST_THREADS)
        return cli_wrong("bench xy", "--threads is %d, allowed is 1 to %d", threads, MOST_THREADS);
    return code == CLI_GO_ON ? run(size, threads, seconds) : code;
}
