// case/engine_tdgl.c -- the engine tdgl in a case: its keys and what they mean.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/engine.h"
#include "case/key_rows.h"

#include <stdio.h>
#include <string.h>

static const flx_key keys[] = {
    VALUE("tdgl.time", "tau0", "required", POSITIVE, "How long to run."),
    {"tdgl.stop_when_steady", FLX_KEY_OTHER, "1", "false", POSITIVE,
     "true (1e-6), false, or a threshold", 0,
     "Stop when the largest |d psi/dt| [1/tau0], apart from a common rotation, is below.", NULL},
    FUNCTION("tdgl.stop_when", "1", NULL, FLX_EXPR_T | FLX_EXPR_MEASURED,
             "Stop when this holds: a condition on t, voltage.PROBE, winding.HOLE, winding.LOOP, "
             "current.TERMINAL, n_vortices, psi_min, psi_max, energy, change, dt."),
    {"tdgl.temperature_noise", FLX_KEY_OTHER, "K", "0", NOT_NEGATIVE,
     "a temperature, or a number: k_B T/E_s", 0,
     "Temperature of the thermal noise; bare in units of E_s = hbar^2/(4 e^2 mu0 Lambda), the "
     "stiffness of the film. Steps are then those of the integrator langevin.",
     NULL},
    VALUE("tdgl.average_from", "tau0", "0 tau0", NOT_NEGATIVE, "Means of voltages begin here."),
    {"tdgl.frames", FLX_KEY_OTHER, "tau0", "100; in sweeps 1", POSITIVE,
     "a number of frames, or an interval", 0,
     "How many frames are kept after the first, at equal times, or their distance in time.", NULL},
    VALUE("tdgl.checkpoint", "tau0", "only at the end", POSITIVE, "Time between checkpoints."),
    {"tdgl.selffield", FLX_KEY_BOOL, "1", "false; true for long bodies", ANY, NULL, 0,
     "Whether the field of the currents acts back on them.", NULL},
};

static const double STEADY = 1e-6; // [1/tau0] what `stop_when_steady: true` means
static const double FRAMES = 100;

static flx_status parse_steady(flx_parser *p, const flx_node *node, double *out)
{
    *out = 0;
    if (flx_absent(node))
        return FLX_OK;
    bool yes = false;
    if (node->kind == FLX_NODE_SCALAR &&
        (strcmp(node->text, "true") == 0 || strcmp(node->text, "false") == 0)) {
        FLX_TRY(flx_get_bool(p, node, &yes));
        *out = yes ? STEADY : 0;
        return FLX_OK;
    }
    FLX_TRY(flx_get_constant(p, node, FLX_DIM_NONE, out));
    return *out > 0 ? FLX_OK : flx_parser_wrong(p, node);
}

// A bare number counts frames, a time is their distance. Points of a sweep are many, and seldom
// looked at on the way: they keep their first and last frame.
static flx_status parse_frames(flx_parser *p, const flx_node *node, double *interval)
{
    *interval = p->c->run.time / (flx_absent(flx_node_get(p->root, "sweep")) ? FRAMES : 1);
    if (flx_absent(node))
        return FLX_OK;
    if (node->kind != FLX_NODE_SCALAR)
        return flx_parser_wrong(p, node);
    char path[FLX_PATH_SIZE];
    flx_node_path(node, path, sizeof path);
    const flx_expr *expr;
    flx_dim dim;
    FLX_TRY(flx_expr_compile(p->ctx, p->arena, &p->names, node, path, (flx_want){.any = true}, &dim,
                             &expr));
    if (flx_dim_is_none(dim)) {
        double n = flx_expr_eval(expr, (const double[3]){0, 0, 0}, 0);
        if (!(n >= 1 && n <= 1e7) || n != rint(n))
            return flx_parser_fail(p, node,
                                   "'%.80s' was given; wanted is a number of frames, 1 to 1e7, or "
                                   "a time between them",
                                   node->text);
        *interval = p->c->run.time / n;
        return FLX_OK;
    }
    FLX_TRY(flx_get_constant(p, node, FLX_DIM_TIME_TAU0, interval));
    return *interval > 0 ? FLX_OK : flx_parser_wrong(p, node);
}

static flx_status parse_stop_when(flx_parser *p, const flx_node *node)
{
    if (flx_absent(node))
        return FLX_OK;
    return flx_get_function(p, node, &p->c->run.stop_when);
}

// k_B T in units of the stiffness of the layer, from a bare number or kelvin; and what follows from
// noise for the other keys.
static flx_status parse_noise(flx_parser *p, const flx_node *section)
{
    flx_case_run *run = &p->c->run;
    const flx_node *node = flx_node_get(section, "temperature_noise");
    const flx_node *integrator = flx_node_get(section, "integrator");
    if (!flx_absent(node)) {
        if (node->kind != FLX_NODE_SCALAR)
            return flx_parser_wrong(p, node);
        char path[FLX_PATH_SIZE];
        flx_node_path(node, path, sizeof path);
        const flx_expr *expr;
        flx_dim dim, kelvin = flx_dim_of("K");
        FLX_TRY(flx_expr_compile(p->ctx, p->arena, &p->names, node, path, (flx_want){.any = true},
                                 &dim, &expr));
        if (!flx_dim_is_none(dim) && !flx_dim_equal(dim, kelvin))
            return flx_parser_fail(p, node,
                                   "'%.80s' was given; wanted is a temperature, as 4.2 K, or a "
                                   "number: k_B T in units of the stiffness of the film",
                                   node->text);
        double unit = flx_dim_is_none(dim) ? 1 : FLX_SI_KB / p->c->scales.stiffness;
        run->temperature = unit * flx_expr_eval(expr, (const double[3]){0, 0, 0}, 0);
        if (!(run->temperature >= 0 && isfinite(run->temperature)))
            return flx_parser_wrong(p, node);
    }
    if (run->temperature > 0 && flx_absent(integrator))
        run->opts.integrator = FLX_LANGEVIN;
    if (run->opts.integrator != FLX_LANGEVIN) {
        if (run->temperature > 0)
            return flx_parser_fail(
                p, integrator,
                "'%.40s' has no noise; with tdgl.temperature_noise leave it out, "
                "or give langevin",
                integrator->text);
        return FLX_OK;
    }
    if (!flx_absent(flx_node_get(section, "dt")) && flx_absent(flx_node_get(section, "adaptive")))
        run->opts.adaptive = false;
    if (run->temperature > 0 && run->stop_steady > 0)
        return flx_parser_fail(p, flx_node_get(section, "stop_when_steady"),
                               "a film with thermal noise is never steady; leave this out");
    return FLX_OK;
}

static flx_status parse(flx_parser *p, const flx_node *node)
{
    flx_case_run *run = &p->c->run;
    flx_node *time;
    FLX_TRY(flx_parse_one_material(p));
    if (!node)
        return flx_parser_fail(p, p->root, "'tdgl' is missing, e.g. tdgl: {time: 100 tau0}");
    run->opts = flx_tdgl_opts_default();
    run->line = node->key_line;
    FLX_TRY(flx_need(p, node, "time", &time));
    FLX_TRY(flx_get_si(p, time, &run->time));
    FLX_TRY(flx_get_options(p, node, &flx_tdgl_option_table, &run->opts));
    if (run->opts.dt_max < run->opts.dt)
        run->opts.dt_max =
            flx_absent(flx_node_get(node, "dt_max")) ? run->opts.dt : run->opts.dt_max;
    if (run->opts.dt_max < run->opts.dt)
        return flx_parser_fail(p, flx_node_get(node, "dt_max"),
                               "the largest step, %g tau0, is below the first, %g tau0 (tdgl.dt)",
                               run->opts.dt_max, run->opts.dt);
    FLX_TRY(parse_steady(p, flx_node_get(node, "stop_when_steady"), &run->stop_steady));
    FLX_TRY(parse_stop_when(p, flx_node_get(node, "stop_when")));
    FLX_TRY(parse_noise(p, node));
    const flx_node *average = flx_node_get(node, "average_from");
    FLX_TRY(flx_get_si(p, average, &run->average_from));
    if (run->average_from >= run->time)
        return flx_parser_fail(p, average, "%g tau0 is not before the end, %g tau0 (tdgl.time)",
                               run->average_from, run->time);
    FLX_TRY(parse_frames(p, flx_node_get(node, "frames"), &run->frame_interval));
    FLX_TRY(flx_get_si(p, flx_node_get(node, "checkpoint"), &run->checkpoint));
    FLX_TRY(flx_parse_selffield(p, flx_node_get(node, "selffield")));
    if (run->screening != FLX_SCREENING_NONE && run->temperature > 0)
        return flx_parser_fail(p, flx_node_get(node, "temperature_noise"),
                               "there is no thermal noise yet where the field of the currents acts "
                               "back (tdgl.selffield, which long bodies have unless it is false); "
                               "leave one of them out");
    if (run->screening != FLX_SCREENING_NONE && run->opts.integrator != FLX_BDF)
        return flx_parser_fail(p, flx_node_get(node, "integrator"),
                               "the field of the currents needs bdf: its diffusion is too stiff "
                               "for explicit steps");
    return FLX_OK;
}

static flx_status describe(flx_ctx *ctx, const flx_case *c, char **out)
{
    *out = c->run.temperature > 0
               ? flx_format(ctx,
                            "to %g tau0, with thermal noise of k_B T = %.4g E_s (E_s/k_B = %.4g K)",
                            c->run.time, c->run.temperature, c->scales.stiffness / FLX_SI_KB)
               : flx_format(ctx, "to %g tau0", c->run.time);
    return *out ? FLX_OK : FLX_ERR_MEMORY;
}

const flx_engine flx_engine_tdgl = {.name = "tdgl",
                                    .device = true,
                                    .carries = true,
                                    .keys = keys,
                                    .n_key = sizeof keys / sizeof *keys,
                                    .options = &flx_tdgl_option_table,
                                    .parse = parse,
                                    .describe = describe,
                                    .run = flx_tdgl_run};
