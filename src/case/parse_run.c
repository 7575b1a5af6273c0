// case/parse_run.c -- the engine's section.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/parse.h"

#include <math.h>
#include <string.h>

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

flx_status flx_parse_run(flx_parser *p)
{
    flx_case_run *run = &p->c->run;
    flx_node *node, *time;
    node = flx_node_get(p->root, "tdgl");
    if (flx_absent(node))
        return flx_parser_fail(p, p->root, "'tdgl' is missing, e.g. tdgl: {time: 100 tau0}");
    if (node->kind != FLX_NODE_MAP)
        return flx_parser_wrong(p, node);
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
    const flx_node *average = flx_node_get(node, "average_from");
    FLX_TRY(flx_get_si(p, average, &run->average_from));
    if (run->average_from >= run->time)
        return flx_parser_fail(p, average, "%g tau0 is not before the end, %g tau0 (tdgl.time)",
                               run->average_from, run->time);
    FLX_TRY(parse_frames(p, flx_node_get(node, "frames"), &run->frame_interval));
    FLX_TRY(flx_get_si(p, flx_node_get(node, "checkpoint"), &run->checkpoint));
    const flx_node *selffield = flx_node_get(node, "selffield");
    bool wanted = false;
    FLX_TRY(flx_get_bool(p, selffield, &wanted));
    if (!wanted)
        return FLX_OK;
    (void)flx_parser_fail(p, selffield,
                          "the field of the film's own currents is not part of this build; "
                          "without it the film must be small against the Pearl length");
    return FLX_ERR_UNAVAILABLE;
}
