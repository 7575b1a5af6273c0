// cli/check.c -- fluxoid check CASE: what a run would consist of and cost; runs nothing.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/rsj.h"
#include "fluxoid/run.h"

#include "bench.h"
#include "cli.h"
#include "deck.h"
#include "report.h"

#include <stdio.h>
#include <string.h>

static void print_units(const flx_scales *s)
{
    char xi[40], b[40], k[40], t[40], v[40];
    bool bulk = flx_scales_per_metre(s);
    printf("units     xi %s, Bc2 %s, %s %s", cli_si(s->xi, "m", xi, sizeof xi),
           cli_si(s->Bc2, "T", b, sizeof b), bulk ? "J0" : "K0",
           cli_si(bulk ? s->J0 : s->K0, bulk ? "A/m^2" : "A/m", k, sizeof k));
    if (s->tau0 > 0)
        printf(", tau0 %s, V0 %s", cli_si(s->tau0, "s", t, sizeof t),
               cli_si(s->V0, "V", v, sizeof v));
    printf("\n");
}

static void print_title(const flx_case *c)
{
    printf("%s%s%s\n", c->name, *c->title ? ": " : "", c->title);
}

static void print_info(const flx_case *c, const flx_device_info *d)
{
    const flx_mesh_quality *q = &d->quality;
    print_title(c);
    printf("device    films %d, holes %d, terminals %d, probes %d, loops %d\n", (int)d->n_film,
           (int)d->n_hole, (int)d->n_terminal, (int)d->n_probe, (int)d->n_loop);
    if (strcmp(c->unit, "xi") == 0)
        print_units(&c->scales);
    printf("film      area %.6g %s^2\n", d->area, c->unit);
    printf("mesh      %d sites, %d edges, %d triangles\n", (int)d->n_site, (int)d->n_edge,
           (int)d->n_tri);
    printf(
        "          edges %.3g to %.3g %s, mean %.3g; smallest angle %.1f degrees, obtuse %.2f %%, "
        "negative duals %d\n",
        q->min_edge, q->max_edge, c->unit, q->mean_edge, q->min_angle, 100 * q->obtuse_share,
        (int)q->n_negative_dual);
}

// What time integration costs, and currents at rest.
static void print_costs(const flx_case *c, const flx_device_info *d)
{
    char create[40], step[40], memory[40], file[40];
    cli_si(d->create_seconds, "s", create, sizeof create);
    cli_si(d->memory, "B", memory, sizeof memory);
    if (strcmp(c->engine, "london") == 0) {
        printf("costs     about %s on one core%s, memory %s\n", create,
               c->london.scan.n[0] > 0 ? " before the scan" : "", memory);
        return;
    }
    printf("costs     a step about %s on one core",
           cli_si(d->step_seconds, "s", step, sizeof step));
    if (d->create_seconds > 0)
        printf(", %s before the first", create);
    printf(", memory %s, data file %s\n", memory, cli_si(d->file_bytes, "B", file, sizeof file));
}

// Updates are timed here, on a lattice of the same kind that fits into the cache.
static flx_status print_lattice_costs(flx_ctx *ctx, const flx_case *c)
{
    enum { SIDE = 64 };
    const flx_case_xy *xy = &c->xy;
    flx_xy_problem problem = {.lattice = xy->lattice,
                              .model = xy->model,
                              .temperature = xy->temperature,
                              .n_temperature = 1};
    flx_xy_opts opts = xy->opts;
    double n_site = 1;
    for (int k = 0; k < 3; k++) {
        problem.size[k] = xy->size[k] > SIDE ? SIDE : xy->size[k];
        problem.open[k] = xy->open[k];
        n_site *= xy->size[k] > 0 ? xy->size[k] : 1;
    }
    opts.exchange = opts.tune_temperatures = opts.correlations = false;
    flx_xy *sim = NULL;
    flx_xy_costs costs = {0};
    flx_status status = flx_xy_create(ctx, &problem, &opts, &sim);
    if (status >= 0)
        status = flx_xy_costs_of(sim, 3, &costs);
    if (status >= 0) {
        flx_xy_progress p = flx_xy_progress_of(sim);
        int32_t longest = xy->size[0] > xy->size[1] ? xy->size[0] : xy->size[1];
        double over = opts.overrelaxation >= 0 ? opts.overrelaxation
                      : longest >= 12          ? longest / 6
                                               : 1;
        double sweeps = over + opts.metropolis + opts.heat_bath;
        double cycle = over * costs.overrelaxation + opts.metropolis * costs.metropolis +
                       opts.heat_bath * costs.heat_bath + costs.measurement;
        double before =
            opts.thermalisation < 0 ? 0.25 * opts.sweeps : (double)opts.thermalisation * p.replicas;
        double updates = (opts.sweeps + before) * n_site * xy->n_temperature;
        double bytes = opts.precision == FLX_XY_FLOAT ? 8 : 16; // two components
        char time[40], memory[40];
        printf("costs     about %s on one core%s, memory %s\n",
               cli_si(1e-9 * updates * cycle / sweeps, "s", time, sizeof time),
               xy->find_transition ? " before the transition" : "",
               cli_si(bytes * n_site * p.replicas * xy->n_temperature, "B", memory, sizeof memory));
    }
    flx_xy_free(sim);
    return status;
}

// Steps of one array are timed here; those of its temperatures and currents cost the same.
static flx_status print_array_costs(flx_ctx *ctx, const flx_case *c)
{
    const flx_case_xy *xy = &c->xy;
    flx_rsj_problem problem = {.size = {xy->size[0], xy->size[1]},
                               .temperature = xy->temperature[0]};
    flx_rsj_opts opts = flx_rsj_opts_default();
    opts.dt = xy->dt;
    opts.capacitance = xy->capacitance;
    flx_rsj *sim = NULL;
    flx_status status = flx_rsj_create(ctx, &problem, &opts, &sim);
    if (status < 0)
        return status;
    int64_t n = 1;
    double begin = bench_now(), spent = 0;
    for (; spent < 0.01; n *= 2) {
        flx_rsj_step(sim, n);
        spent = bench_now() - begin;
    }
    flx_rsj_free(sim);
    double step = spent / (double)(n - 1); // 1 + 2 + 4 ...
    double steps = (xy->settle + xy->time) / xy->dt * xy->n_temperature * xy->n_current;
    double bytes = 16 * 8.0 * xy->size[0] * xy->size[1]; // numbers of a site
    char time[40], each[40], memory[40];
    printf("costs     about %s on one core, %s a step, memory %s\n",
           cli_si(steps * step, "s", time, sizeof time), cli_si(step, "s", each, sizeof each),
           cli_si(bytes * xy->n_temperature * xy->n_current, "B", memory, sizeof memory));
    return FLX_OK;
}

static flx_status print_device(flx_ctx *ctx, const flx_case *c)
{
    flx_device *device = NULL;
    flx_status status = flx_device_create(ctx, c, &device);
    if (status < 0)
        return status;
    const flx_device_info info = flx_device_info_of(device);
    print_info(c, &info);
    if (strcmp(c->engine, "tdgl") == 0 || strcmp(c->engine, "london") == 0)
        print_costs(c, &info);
    flx_device_free(device);
    return status;
}

static flx_status print_case(flx_ctx *ctx, const flx_case *c)
{
    char *text = NULL;
    flx_status status = flx_case_describe(ctx, c, &text);
    if (status < 0)
        return status;
    if (c->n_film > 0)
        status = print_device(ctx, c);
    else
        print_title(c);
    if (status >= 0)
        printf("run       %s\n", text);
    if (status >= 0 && strcmp(c->engine, "xy") == 0)
        status = c->xy.n_current > 0 ? print_array_costs(ctx, c) : print_lattice_costs(ctx, c);
    if (status >= 0 && flx_case_points(c) > 1)
        printf("sweep     %lld points\n", (long long)flx_case_points(c));
    flx_text_free(text);
    return status;
}

static int check_main(int argc, char **argv)
{
    cli_list sets = {NULL, 0};
    const cli_option options[] = {
        {"--set", NULL, "KEY=VALUE", CLI_LIST, &sets, "changes a key of the case; repeatable"},
    };
    cli_words words = {.min = 1, .max = 1};
    int code = cli_parse(&cli_check, options, 1, &words, argc, argv);
    if (code == CLI_GO_ON && cli_is_deck(words.word[0])) {
        flx_ctx *ctx = cli_context(1);
        code = cli_check_deck(ctx, words.word[0], sets.item, sets.n);
        flx_ctx_free(ctx);
    } else if (code == CLI_GO_ON) {
        flx_ctx *ctx = cli_context(0);
        flx_case *c = NULL;
        flx_status status = flx_case_load(ctx, words.word[0], sets.item, sets.n, &c);
        if (status >= 0)
            status = print_case(ctx, c);
        code = cli_end(ctx, "check", status);
        flx_case_free(c);
        flx_ctx_free(ctx);
    }
    cli_list_clear(&sets);
    return code;
}

const cli_command cli_check = {.name = "check",
                               .words = "CASE",
                               .text = "checks a case, makes its mesh, tells sizes and costs",
                               .main = check_main};
