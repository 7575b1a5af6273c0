// case/engine_static.c -- the engine static in a case: its keys and what they mean.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/engine.h"
#include "case/key_rows.h"

static const flx_key keys[] = {
    {"static.find", FLX_KEY_CHOICE, "1", "state", ANY, "state|limit|nucleation|barrier", 0,
     "A stationary state; the t up to which it is stable; where superconductivity nucleates; the "
     "saddle between two states.",
     NULL},
    VALUE(
        "static.at", "1", "0", ANY,
        "The t of the drive, in tau0, at which the state is wanted, or from which it is followed."),
    VALUE("static.to", "1", "1", ANY, "limit: the t, in tau0, up to which the state is followed."),
    {"static.selffield", FLX_KEY_BOOL, "1", "false; true for long bodies", ANY, NULL, 0,
     "Whether the field of the currents acts back on them.", NULL},
    MAP("static.other", "barrier: the state at the other end, said as in start."),
    NAMED("static.other.winding", "HOLE: n", "Windings round holes."),
    INT("static.other.winding.*", "0", -10000, 10000, "Winding of psi round this hole."),
    {"static.other.vortices", FLX_KEY_LIST, "1", NULL, ANY, "a list of {at, winding}", 0,
     "Vortices in the film.", NULL},
    PAIR("static.other.vortices.at", "m", "required", "Where."),
    INT("static.other.vortices.winding", "1", -100, 100, "Winding; -1 is an antivortex."),
};

static flx_status parse(flx_parser *p, const flx_node *node)
{
    flx_case_static *s = &p->c->statics;
    int32_t find = FLX_FIND_STATE;
    FLX_TRY(flx_parse_one_material(p));
    s->opts = flx_static_opts_default();
    s->to = 1;
    s->line = node ? node->key_line : 0;
    FLX_TRY(flx_get_options(p, node, &flx_static_option_table, &s->opts));
    FLX_TRY(flx_get_choice(p, flx_node_get(node, "find"), &find));
    FLX_TRY(flx_get_si(p, flx_node_get(node, "at"), &s->at));
    FLX_TRY(flx_get_si(p, flx_node_get(node, "to"), &s->to));
    FLX_TRY(flx_parse_selffield(p, flx_node_get(node, "selffield")));
    s->find = (flx_case_find)find;
    const flx_node *to = flx_node_get(node, "to"), *other = flx_node_get(node, "other");
    if (s->find == FLX_FIND_LIMIT && s->to == s->at)
        return flx_parser_fail(p, to, "the state is followed from t = %g (static.at) to t = %g",
                               s->at, s->to);
    if (!flx_absent(to) && s->find != FLX_FIND_LIMIT)
        return flx_parser_fail(p, to, "only find: limit follows a state");
    if (flx_absent(other) != (s->find != FLX_FIND_BARRIER))
        return flx_parser_fail(p, flx_absent(other) ? node : other,
                               "find: barrier, and only it, needs static.other, the state at the "
                               "other end, e.g. other: {winding: {hole: 1}}");
    FLX_TRY(flx_parse_start_of(p, other, &s->other));
    // Currents are checked up to the largest t that is asked for.
    p->c->run.time = fmax(s->at, s->find == FLX_FIND_LIMIT ? s->to : s->at);
    p->c->run.frame_interval = 1;
    return FLX_OK;
}

static flx_status describe(flx_ctx *ctx, const flx_case *c, char **out)
{
    const flx_case_static *s = &c->statics;
    static const char *const what[] = {"stationary state", "limit of stability",
                                       "nucleation of superconductivity",
                                       "saddle between two states"};
    *out = s->find == FLX_FIND_LIMIT
               ? flx_format(ctx, "%s, t from %g to %g", what[s->find], s->at, s->to)
               : flx_format(ctx, "%s at t = %g", what[s->find], s->at);
    return *out ? FLX_OK : FLX_ERR_MEMORY;
}

const flx_engine flx_engine_static = {.name = "static",
                                      .device = true,
                                      .carries = true,
                                      .keys = keys,
                                      .n_key = sizeof keys / sizeof *keys,
                                      .options = &flx_static_option_table,
                                      .parse = parse,
                                      .describe = describe,
                                      .run = flx_static_run};
