// case/engine_circuit.c -- the engine circuit in a case: a deck, and inductances that come from films.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/circuit.h"
#include "case/engine.h"
#include "case/key_rows.h"

#include <string.h>

static const flx_key keys[] = {
    TEXT("circuit.deck", "required",
         "Lines of a deck as docs/circuit.md describes them (circuit.deck: | and the lines below), "
         "or "
         "the path of one from the folder of the case."),
    NAMED("circuit.parameters", "NAME: value", "What --set would give a deck that stands alone."),
    {"circuit.parameters.*", FLX_KEY_OTHER, "1", NULL, ANY, "an expression of the deck", 0,
     "Value of a parameter or an element of the deck.", NULL},
    MAP("circuit.inductance", "Coupled inductors of the deck that come from films."),
    TEXT(
        "circuit.inductance.from", "required",
        "Where their matrix is, from the folder of the case: a data file of the engine london, a "
        "table written by fluxoid info --csv, or a case of the engine london, which is run first."),
    NAMED("circuit.inductance.at", "NAME: [node, node]",
          "Holes and ports that are inductors of the deck, called LNAME; its parameters L_NAME and "
          "M_NAME_OTHER [H] say how large they are and what they share."),
    {"circuit.inductance.at.*", FLX_KEY_OTHER, "1", NULL, ANY, "a list of two nodes of the deck", 0,
     "Nodes between which it lies; its current flows from the first to the second.", NULL},
};

static flx_status parse_node(flx_parser *p, const flx_node *node, const char **out)
{
    if (node->kind != FLX_NODE_SCALAR || !node->text[0] || strpbrk(node->text, " \t,=(){}'\";*"))
        return flx_parser_fail(p, node, "wanted is the name of a node of the deck");
    *out = node->text;
    return FLX_OK;
}

static flx_status parse_inductance(flx_parser *p, const flx_node *node)
{
    flx_case_circuit *circuit = &p->c->circuit;
    flx_node *from, *at;
    int32_t n = 0;
    if (flx_absent(node))
        return FLX_OK;
    FLX_TRY(flx_need(p, node, "from", &from));
    FLX_TRY(flx_get_path(p, from, &circuit->inductance));
    FLX_TRY(flx_need(p, node, "at", &at));
    circuit->inductance_line = at->key_line;
    FLX_TRY(flx_count_map(p, at, &n));
    flx_case_inductor *list = FLX_PARSER_ARRAY(p, flx_case_inductor, n);
    if (!list)
        return FLX_ERR_MEMORY;
    circuit->inductors = list;
    for (const flx_node *child = n ? at->first : NULL; child; child = child->next) {
        flx_case_inductor *to = &list[circuit->n_inductor++];
        int32_t n_node = 0;
        FLX_TRY(flx_get_name(p, child, &to->name));
        FLX_TRY(flx_count_list(p, child, &n_node));
        if (n_node != 2)
            return flx_parser_fail(p, child, "%d nodes were given; an inductor lies between two",
                                   n_node);
        FLX_TRY(parse_node(p, child->first, &to->node[0]));
        FLX_TRY(parse_node(p, child->last, &to->node[1]));
        to->line = child->key_line;
    }
    return FLX_OK;
}

static flx_status parse_parameters(flx_parser *p, const flx_node *node)
{
    flx_case_circuit *circuit = &p->c->circuit;
    int32_t n = 0;
    FLX_TRY(flx_count_map(p, node, &n));
    const char **set = FLX_PARSER_ARRAY(p, const char *, n);
    if (!set)
        return FLX_ERR_MEMORY;
    circuit->set = set;
    for (const flx_node *child = n ? node->first : NULL; child; child = child->next) {
        if (child->kind != FLX_NODE_SCALAR || !child->text[0])
            return flx_parser_wrong(p, child);
        set[circuit->n_set] = flx_arena_format(p->ctx, p->arena, "%s=%s", child->key, child->text);
        if (!set[circuit->n_set++])
            return FLX_ERR_MEMORY;
    }
    return FLX_OK;
}

static flx_status parse(flx_parser *p, const flx_node *section)
{
    flx_case_circuit *circuit = &p->c->circuit;
    flx_node *deck;
    if (!section)
        return flx_parser_fail(p, p->root, "'circuit' is missing, e.g. circuit: {deck: squid.cir}");
    FLX_TRY(flx_need(p, section, "deck", &deck));
    FLX_TRY(flx_get_text(p, deck, &circuit->deck));
    circuit->deck_line = deck->line + 1; // of a text of several lines: behind its |
    if (!strchr(circuit->deck, '\n')) {
        FLX_TRY(flx_get_path(p, deck, &circuit->deck));
        circuit->deck_line = 0;
    }
    FLX_TRY(parse_parameters(p, flx_node_get(section, "parameters")));
    return parse_inductance(p, flx_node_get(section, "inductance"));
}

static flx_status describe(flx_ctx *ctx, const flx_case *c, char **out)
{
    *out = c->circuit.inductance
               ? flx_format(ctx, "a circuit with the inductances of %s", c->circuit.inductance)
               : flx_strdup(ctx, "a circuit");
    return *out ? FLX_OK : FLX_ERR_MEMORY;
}

const flx_engine flx_engine_circuit = {.name = "circuit",
                                       .keys = keys,
                                       .n_key = sizeof keys / sizeof *keys,
                                       .parse = parse,
                                       .describe = describe,
                                       .run = flx_circuit_run};
