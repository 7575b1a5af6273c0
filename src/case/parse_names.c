// case/parse_names.c -- what other values are made of: units.length, let, layers and their units.
//
// let values are computed when they are asked for, so that they may use each other and the units of
// the case, in any order; a layer that needs itself that way is refused.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/engine.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

static const char *const scale_name[] = {"xi",  "lambda", "Lambda", "tau0", "Phi0",
                                         "Bc2", "J0",     "K0",     "V0",   "Tc"};

// Quantities of the whole device, in the order of FLX_MEASURED_VORTICES ..., and those of things.
static const char *const measured_whole[] = {"n_vortices", "psi_min", "psi_max",
                                             "energy",     "change",  "dt"};
static const char *const measured_of[] = {"voltage", "winding", "current"};

// -- names of values ------------------------------------------------------------------------------

static flx_status evaluate_let(flx_parser *p, int32_t k)
{
    const flx_node *node = p->let_node[k];
    if (p->let_state[k] == FLX_LET_BUSY)
        return flx_parser_fail(p, node, "its value needs itself");
    if (++p->let_depth > FLX_LET_DEPTH)
        return flx_parser_fail(p, node, "a chain of more than %d names", FLX_LET_DEPTH);
    if (node->kind != FLX_NODE_SCALAR)
        return flx_parser_fail(p, node, "wanted is a value");
    char path[FLX_PATH_SIZE];
    flx_node_path(node, path, sizeof path);
    p->let_state[k] = FLX_LET_BUSY;
    const flx_expr *expr = NULL;
    flx_dim dim;
    FLX_TRY(flx_expr_compile(p->ctx, p->arena, &p->names, node, path, (flx_want){.any = true}, &dim,
                             &expr));
    p->let_value[k] = (flx_unit){flx_expr_eval(expr, (const double[3]){0, 0, 0}, 0), dim};
    p->let_state[k] = FLX_LET_DONE;
    p->let_depth--;
    return FLX_OK;
}

static flx_status find_let(void *user, const char *name, flx_unit *out, bool *found)
{
    flx_parser *p = user;
    for (int32_t k = 0; k < p->c->n_let; k++) {
        if (strcmp(p->let_node[k]->key, name) != 0)
            continue;
        if (p->let_state[k] != FLX_LET_DONE)
            FLX_TRY(evaluate_let(p, k));
        *out = p->let_value[k];
        *found = true;
        return FLX_OK;
    }
    *found = false;
    return FLX_OK;
}

static flx_unit unit_of(double factor, const char *dim)
{
    return (flx_unit){factor > 0 ? factor : NAN, flx_dim_of(dim)};
}

// tau0 is a base of its own where no conductivity says how many seconds it has.
static flx_unit time_unit(const flx_parser *p, bool voltage)
{
    const flx_scales *s = &p->c->scales;
    if (!p->scales_known)
        return (flx_unit){.factor = NAN};
    if (s->tau0 > 0)
        return voltage ? unit_of(s->V0, "V") : unit_of(s->tau0, "s");
    flx_unit unit = {1, FLX_DIM_TIME_TAU0};
    if (voltage) { // hbar/q* for each tau0
        unit.factor = FLX_SI_H / (2 * 3.14159265358979323846 * p->pair_charge);
        (void)flx_dim_times(flx_dim_of("Wb"), FLX_DIM_TIME_TAU0, -1, &unit.dim);
    }
    return unit;
}

static flx_status find_scale(void *user, const char *name, flx_unit *out, bool *found)
{
    const flx_parser *p = user;
    const flx_scales *s = &p->c->scales;
    double known = p->xi_known; // what xi is part of
    const flx_unit unit[] = {unit_of(known * s->xi, "m"),
                             unit_of(s->lambda, "m"),
                             unit_of(s->Lambda, "m"),
                             time_unit(p, false),
                             unit_of(FLX_SI_H / p->pair_charge, "Wb"),
                             unit_of(known * s->Bc2, "T"),
                             unit_of(known * s->J0, "A/m^2"),
                             unit_of(known * s->K0, "A/m"),
                             time_unit(p, true),
                             unit_of(p->Tc, "K")};
    *found = false;
    for (size_t k = 0; k < sizeof unit / sizeof *unit; k++)
        if (strcmp(name, scale_name[k]) == 0) {
            *out = unit[k];
            *found = true;
        }
    return FLX_OK;
}

// Names of holes and loops share one list.
static bool find_winding(const flx_parser *p, const char *of, flx_measured *out)
{
    const flx_case *c = p->c;
    for (int32_t f = 0; f < c->n_film; f++) {
        int32_t h = flx_index_of(c->films[f].holes, c->films[f].n_hole, sizeof(flx_case_hole), of);
        if (h >= 0) {
            *out = (flx_measured){FLX_MEASURED_HOLE_WINDING, f, h};
            return true;
        }
    }
    int32_t l = flx_index_of(c->loops, c->n_loop, sizeof(flx_case_loop), of);
    *out = (flx_measured){FLX_MEASURED_LOOP_WINDING, 0, l};
    return l >= 0;
}

static bool find_quantity(const flx_parser *p, const char *what, const char *of, flx_measured *out,
                          flx_unit *unit)
{
    const flx_case *c = p->c;
    *unit = (flx_unit){.factor = 1};
    for (int k = 0; k < 6 && of[0] == 0; k++)
        if (strcmp(what, measured_whole[k]) == 0) {
            *out = (flx_measured){(flx_measured_kind)(FLX_MEASURED_VORTICES + k), 0, 0};
            return true;
        }
    if (strcmp(what, "winding") == 0)
        return find_winding(p, of, out);
    if (strcmp(what, "voltage") == 0) {
        int32_t k = flx_index_of(c->probes, c->n_probe, sizeof(flx_case_probe), of);
        *out = (flx_measured){FLX_MEASURED_VOLTAGE, 0, k};
        *unit = time_unit(p, true);
        return k >= 0;
    }
    if (strcmp(what, "current") == 0) {
        int32_t k = flx_index_of(c->terminals, c->n_terminal, sizeof(flx_case_terminal), of);
        *out = (flx_measured){FLX_MEASURED_CURRENT, 0, k};
        *unit = unit_of(c->scales.K0 * c->scales.xi, "A");
        return k >= 0;
    }
    return false;
}

static flx_measured_found find_measured(void *user, const char *what, const char *of,
                                        flx_unit *unit, int32_t *index)
{
    flx_parser *p = user;
    flx_measured m;
    if (!find_quantity(p, what, of, &m, unit)) {
        for (size_t k = 0; k < sizeof measured_of / sizeof *measured_of; k++)
            if (strcmp(what, measured_of[k]) == 0)
                return FLX_MEASURED_OF_NOTHING;
        return FLX_MEASURED_UNKNOWN;
    }
    int32_t k = 0;
    while (k < p->c->n_measured &&
           (p->measured[k].kind != m.kind || p->measured[k].film != m.film ||
            p->measured[k].index != m.index))
        k++;
    if (k == FLX_MEASURED_MAX)
        return FLX_MEASURED_UNKNOWN;
    p->measured[k] = m;
    p->c->n_measured += k == p->c->n_measured;
    *index = k;
    return FLX_MEASURED_FOUND;
}

static void offer_things(const flx_case *c, flx_nearest *nearest, const char *what)
{
    for (int32_t k = 0; k < c->n_probe && strcmp(what, "voltage") == 0; k++)
        flx_nearest_offer(nearest, c->probes[k].name);
    for (int32_t k = 0; k < c->n_terminal && strcmp(what, "current") == 0; k++)
        flx_nearest_offer(nearest, c->terminals[k].name);
    if (strcmp(what, "winding") != 0)
        return;
    for (int32_t f = 0; f < c->n_film; f++)
        for (int32_t h = 0; h < c->films[f].n_hole; h++)
            flx_nearest_offer(nearest, c->films[f].holes[h].name);
    for (int32_t k = 0; k < c->n_loop; k++)
        flx_nearest_offer(nearest, c->loops[k].name);
}

static void offer_names(void *user, flx_nearest *nearest, const char *what)
{
    static const char *const units[] = {"um", "nm", "mm", "mT", "uT", "T",  "G",  "Oe", "uA",
                                        "mA", "nA", "K",  "mK", "S",  "ps", "ns", "uV", "deg"};
    const flx_parser *p = user;
    if (what && what[0]) {
        offer_things(p->c, nearest, what);
        return;
    }
    for (int32_t k = 0; k < p->c->n_let; k++)
        flx_nearest_offer(nearest, p->let_node[k]->key);
    for (size_t k = 0; k < sizeof scale_name / sizeof *scale_name; k++)
        flx_nearest_offer(nearest, scale_name[k]);
    for (size_t k = 0; what && k < sizeof measured_whole / sizeof *measured_whole; k++)
        flx_nearest_offer(nearest, measured_whole[k]);
    for (size_t k = 0; what && k < sizeof measured_of / sizeof *measured_of; k++)
        flx_nearest_offer(nearest, measured_of[k]);
    for (size_t k = 0; k < sizeof units / sizeof *units; k++)
        flx_nearest_offer(nearest, units[k]);
}

// -- let ------------------------------------------------------------------------------------------

static flx_status list_lets(flx_parser *p)
{
    const flx_node *let = flx_node_get(p->root, "let");
    int32_t n;
    FLX_TRY(flx_count_map(p, let, &n));
    p->let_node = FLX_PARSER_ARRAY(p, flx_node *, n);
    p->let_value = FLX_PARSER_ARRAY(p, flx_unit, n);
    p->let_state = FLX_PARSER_ARRAY(p, flx_let_state, n);
    if (!p->let_node || !p->let_value || !p->let_state)
        return FLX_ERR_MEMORY;
    for (flx_node *node = n ? let->first : NULL; node; node = node->next) {
        const char *name;
        FLX_TRY(flx_get_name(p, node, &name));
        if (strchr(name, '-') || flx_expr_reserved(name))
            return flx_parser_fail(p, node, "'%s' cannot be the name of a value: %s", name,
                                   strchr(name, '-') ? "- would subtract" : "it is an operator");
        p->let_node[p->c->n_let++] = node;
    }
    return FLX_OK;
}

static flx_status keep_lets(flx_parser *p)
{
    flx_case_let *lets = FLX_PARSER_ARRAY(p, flx_case_let, p->c->n_let);
    if (!lets)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < p->c->n_let; k++) {
        const flx_node *node = p->let_node[k];
        if (p->let_state[k] != FLX_LET_DONE)
            FLX_TRY(evaluate_let(p, k));
        lets[k] = (flx_case_let){node->key, node->text, p->let_value[k].factor, node->key_line};
    }
    p->c->lets = lets;
    return FLX_OK;
}

// -- layers ---------------------------------------------------------------------------------------

// A long body is counted for each metre of its length, unless it has one.
static flx_status parse_long(flx_parser *p, const flx_node *node, flx_material *m)
{
    if (m->pearl_length > 0 || m->lambda <= 0)
        return flx_parser_fail(p, node,
                               "a long body needs its penetration_depth, and has no pearl_length");
    if (m->thickness <= 0)
        m->thickness = 1;
    m->pearl_length = m->lambda * m->lambda / m->thickness;
    return FLX_OK;
}

static flx_status parse_material(flx_parser *p, const flx_node *node, flx_material *m)
{
    flx_node *xi = flx_node_get(node, "coherence_length");
    const flx_node *pearl = flx_node_get(node, "pearl_length");
    int32_t body = 0;
    if (node->kind != FLX_NODE_MAP)
        return flx_parser_wrong(p, node);
    *m = (flx_material){.u = 5.79, .gamma = 10, .pair_charge = p->pair_charge};
    if (!p->engine->lambda_alone)
        FLX_TRY(flx_need(p, node, "coherence_length", &xi));
    FLX_TRY(flx_get_si(p, xi, &m->xi));
    FLX_TRY(flx_get_si(p, flx_node_get(node, "penetration_depth"), &m->lambda));
    FLX_TRY(flx_get_si(p, flx_node_get(node, "thickness"), &m->thickness));
    FLX_TRY(flx_get_si(p, pearl, &m->pearl_length));
    FLX_TRY(flx_get_si(p, flx_node_get(node, "z"), &m->z));
    FLX_TRY(flx_get_si(p, flx_node_get(node, "u"), &m->u));
    FLX_TRY(flx_get_si(p, flx_node_get(node, "gamma"), &m->gamma));
    FLX_TRY(flx_get_si(p, flx_node_get(node, "conductivity"), &m->conductivity));
    FLX_TRY(flx_get_choice(p, flx_node_get(node, "body"), &body));
    FLX_TRY(flx_parse_temperature(p, node, m));
    if (body == 1)
        return parse_long(p, node, m);
    bool both = m->lambda > 0 && m->thickness > 0, given = !flx_absent(pearl);
    if (given && !(m->pearl_length > 0) && !(p->engine->lambda_alone && !(m->lambda > 0)))
        return flx_parser_fail(p, pearl,
                               "'%.80s' is out of range; wanted is a length, > 0 (0, perfect "
                               "screening, is for the engine london, without penetration_depth)",
                               pearl->text);
    if (given && both)
        return flx_parser_fail(p, node,
                               "pearl_length is lambda^2/d: give either it or penetration_depth "
                               "and thickness, not all three");
    if (!given && !both)
        return flx_parser_fail(p, node,
                               "penetration_depth and thickness are needed, or pearl_length "
                               "instead of them");
    if (both)
        m->pearl_length = m->lambda * m->lambda / m->thickness;
    else if (m->lambda > 0)
        m->thickness = m->lambda * m->lambda / m->pearl_length;
    else if (m->thickness > 0 && m->pearl_length > 0)
        m->lambda = sqrt(m->pearl_length * m->thickness);
    return FLX_OK;
}

static flx_status parse_body(flx_parser *p, const flx_node *node, flx_case_layer *layer)
{
    const flx_node *body = flx_node_get(node, "body");
    int32_t kind = 0;
    FLX_TRY(flx_get_choice(p, body, &kind));
    layer->long_body = kind == 1;
    if (layer->long_body && p->engine != &flx_engine_tdgl && p->engine != &flx_engine_static)
        return flx_parser_fail(p, body, "long bodies are for the engines tdgl and static");
    return FLX_OK;
}

// Without a coherence length, lengths of the case are counted in units.length, else in Lambda, else
// in metres; fields in Phi0/2 pi of that length squared.
static void set_scales(flx_parser *p, const flx_material *material)
{
    flx_material m = *material;
    flx_scales *s = &p->c->scales;
    p->xi_known = m.xi > 0;
    if (!p->xi_known)
        m.xi = p->c->length > 0 ? p->c->length : m.pearl_length > 0 ? m.pearl_length : 1;
    *s = flx_scales_of(&m);
    if (!(s->K0 > 0))
        s->K0 = s->A0 / (FLX_SI_MU0 * s->xi);
    p->c->unit = p->xi_known          ? "xi"
                 : p->c->length > 0   ? p->length_text
                 : m.pearl_length > 0 ? "Lambda"
                                      : "m";
    p->names.unit = s->xi;
    p->c->u = m.u;
    p->c->gamma = m.gamma;
    p->scales_known = true;
}

static flx_status find_reference(flx_parser *p, const flx_node *layers, flx_node **out)
{
    const flx_node *node = flx_node_get(p->root, "reference_layer");
    const char *name = NULL;
    FLX_TRY(flx_get_text(p, node, &name));
    *out = name ? flx_node_get(layers, name) : layers->first;
    if (*out)
        return FLX_OK;
    flx_known known = flx_known_for(name);
    for (const flx_node *layer = layers->first; layer; layer = layer->next)
        flx_known_add(&known, &layer->key, 1, 0);
    return flx_parser_no_such(p, node, "layer", &known);
}

static flx_status parse_layers(flx_parser *p)
{
    const flx_node *layers = flx_node_get(p->root, "layers");
    int32_t n;
    FLX_TRY(flx_count_map(p, layers, &n));
    if (!layers || n == 0)
        return flx_parser_fail(p, layers ? layers : p->root,
                               "'layers' is missing: the materials of the films, e.g. layers: {al: "
                               "{coherence_length: 0.2 um, ...}}");
    flx_case_layer *list = FLX_PARSER_ARRAY(p, flx_case_layer, n);
    if (!list)
        return FLX_ERR_MEMORY;
    // The reference layer first: its units may stand in all others.
    flx_node *reference;
    FLX_TRY(find_reference(p, layers, &reference));
    flx_material m = {0};
    FLX_TRY(parse_material(p, reference, &m));
    FLX_TRY(flx_get_si(p, flx_node_get(reference, "Tc"), &p->Tc));
    set_scales(p, &m);

    for (const flx_node *node = layers->first; node; node = node->next) {
        flx_case_layer *layer = &list[p->c->n_layer];
        layer->line = node->key_line;
        FLX_TRY(flx_get_name(p, node, &layer->name));
        if (node == reference) {
            p->c->reference = p->c->n_layer;
            layer->material = m;
        } else {
            double Tc;
            FLX_TRY(parse_material(p, node, &layer->material));
            FLX_TRY(flx_get_si(p, flx_node_get(node, "Tc"), &Tc));
        }
        FLX_TRY(flx_get_function(p, flx_node_get(node, "epsilon"), &layer->epsilon));
        FLX_TRY(flx_parse_disorder(p, flx_node_get(node, "disorder"), &layer->disorder));
        FLX_TRY(parse_body(p, node, layer));
        p->c->n_layer++;
    }
    p->c->layers = list;
    return FLX_OK;
}

static bool is_word(const char *text)
{
    for (const char *at = text; at && *at; at++)
        if (!isalpha((unsigned char)*at))
            return false;
    return text && *text;
}

flx_status flx_parse_names(flx_parser *p)
{
    p->names = (flx_names){.user = p,
                           .let = find_let,
                           .scale = find_scale,
                           .measured = find_measured,
                           .offer = offer_names,
                           .file = p->c->name};
    p->measured = FLX_PARSER_ARRAY(p, flx_measured, FLX_MEASURED_MAX);
    if (!p->measured)
        return FLX_ERR_MEMORY;
    p->c->measured = p->measured;
    FLX_TRY(list_lets(p));
    const flx_node *units = flx_node_get(p->root, "units");
    int32_t n;
    FLX_TRY(flx_count_map(p, units, &n));
    const flx_node *length = flx_node_get(units, "length");
    FLX_TRY(flx_get_si(p, length, &p->c->length));
    p->pair_charge = 2 * FLX_SI_E;
    const flx_node *material = flx_node_get(p->root, "material");
    FLX_TRY(flx_count_map(p, material, &n));
    FLX_TRY(flx_get_si(p, n ? flx_node_get(material, "pair_charge") : NULL, &p->pair_charge));
    p->names.length = p->c->length;
    p->length_text = length ? length->text : NULL;
    if (is_word(p->length_text))
        p->c->length_unit = p->length_text;
    if (p->engine->device)
        FLX_TRY(parse_layers(p));
    return keep_lets(p);
}
