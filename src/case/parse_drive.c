// case/parse_drive.c -- applied fields, currents of terminals, the state to start from.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/parse.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// -- fields ---------------------------------------------------------------------------------------

// at: [x, y] with z beside it, or [x, y, z].
static flx_status parse_place(flx_parser *p, const flx_node *map, double out[3])
{
    const flx_node *at = flx_node_get(map, "at"), *z = flx_node_get(map, "z");
    if (!flx_absent(at)) {
        bool three = at->kind == FLX_NODE_LIST && at->n == 3;
        FLX_TRY(flx_get_numbers(p, at, three ? 3 : 2, out));
        if (three && !flx_absent(z))
            return flx_parser_fail(p, z, "the height was given in 'at' already");
    }
    return flx_get_length(p, z, &out[2]);
}

static flx_status parse_moment(flx_parser *p, const flx_node *node, const flx_expr **out)
{
    if (node->kind != FLX_NODE_LIST)
        return flx_get_function(p, node, &out[2]);
    if (node->n != 3)
        return flx_parser_wrong(p, node);
    for (const flx_node *child = node->first; child; child = child->next)
        FLX_TRY(flx_get_function(p, child, out++));
    return FLX_OK;
}

static flx_status parse_source(flx_parser *p, const flx_node *node, flx_case_field *field)
{
    static const char *const names[] = {"uniform", "loop", "dipole", "file"};
    if (node->kind == FLX_NODE_SCALAR)
        return flx_get_function(p, node, &field->value);
    if (node->kind != FLX_NODE_MAP || node->n != 1)
        return flx_parser_fail(p, node, "a source has one key: uniform, loop, dipole or file");
    const flx_node *map = node->first;
    int kind = 0;
    while (strcmp(map->key, names[kind]) != 0)
        kind++; // the check of keys lets no other through
    field->kind = (flx_case_field_kind)kind;
    flx_node *child;
    if (kind == FLX_CASE_UNIFORM) {
        if (flx_absent(map))
            return flx_parser_wrong(p, map);
        return flx_get_function(p, map, &field->value);
    }
    if (map->kind != FLX_NODE_MAP)
        return flx_parser_wrong(p, map);
    if (kind == FLX_CASE_FILE) {
        FLX_TRY(flx_need(p, map, "path", &child));
        FLX_TRY(flx_get_path(p, child, &field->path));
        return flx_get_function(p, flx_node_get(map, "factor"), &field->value);
    }
    FLX_TRY(parse_place(p, map, field->at));
    FLX_TRY(flx_need(p, map, kind == FLX_CASE_LOOP ? "current" : "moment", &child));
    if (kind == FLX_CASE_DIPOLE)
        return parse_moment(p, child, field->moment);
    FLX_TRY(flx_get_function(p, child, &field->value));
    FLX_TRY(flx_need(p, map, "radius", &child));
    return flx_get_length(p, child, &field->radius);
}

static flx_status parse_fields(flx_parser *p, const flx_node *node)
{
    int32_t n = flx_absent(node) ? 0 : node->kind == FLX_NODE_LIST ? node->n : 1;
    flx_case_field *list = FLX_PARSER_ARRAY(p, flx_case_field, n);
    if (!list)
        return FLX_ERR_MEMORY;
    p->c->fields = list;
    const flx_node *child = n == 0 ? NULL : node->kind == FLX_NODE_LIST ? node->first : node;
    for (; child && p->c->n_field < n; child = child->next) {
        list[p->c->n_field].line = child->line;
        if (child->kind == FLX_NODE_NULL)
            return flx_parser_wrong(p, child);
        FLX_TRY(parse_source(p, child, &list[p->c->n_field]));
        p->c->n_field++;
    }
    return FLX_OK;
}

// -- currents -------------------------------------------------------------------------------------

static flx_status no_terminal(flx_parser *p, const flx_node *node)
{
    flx_known known = flx_known_for(node->key);
    flx_known_add(&known, p->c->terminals, p->c->n_terminal, sizeof *p->c->terminals);
    return flx_parser_no_such(p, node, "terminal", &known);
}

// Currents into each film must sum to zero, at the start and at times spread over the run.
static flx_status check_sum(flx_parser *p, const flx_node *node, int32_t film, double t)
{
    static const double origin[3] = {0, 0, 0};
    double sum = 0, size = 0;
    for (int32_t k = 0; k < p->c->n_terminal; k++) {
        const flx_case_terminal *terminal = &p->c->terminals[k];
        if (terminal->film != film || !terminal->current)
            continue;
        double value = flx_expr_eval(terminal->current, origin, t);
        if (!isfinite(value))
            return flx_parser_fail(p, node, "the current of '%s' is %g at t = %g tau0",
                                   terminal->name, value, t);
        sum += value;
        size += fabs(value);
    }
    // rounding of the expressions, generously: 1e-9 of the currents
    if (fabs(sum) <= 1e-9 * size)
        return FLX_OK;
    return flx_parser_fail(p, node,
                           "the currents into film '%s' sum to %.6g A at t = %g tau0, not to zero; "
                           "what goes in must come out",
                           p->c->films[film].name, sum, t);
}

static flx_status check_currents(flx_parser *p, const flx_node *node)
{
    // Times without a common measure, so that no periodic current is met in its zeros alone.
    const double duration = p->c->run.time;
    for (int32_t film = 0; film < p->c->n_film; film++)
        for (int k = 0; k <= 32; k++) {
            double part = 0.6180339887498949 * k;
            double t = k == 0 ? 0 : k == 32 ? duration : (part - floor(part)) * duration;
            FLX_TRY(check_sum(p, node, film, t));
        }
    return FLX_OK;
}

static flx_status parse_currents(flx_parser *p, const flx_node *node)
{
    int32_t n;
    FLX_TRY(flx_count_map(p, node, &n));
    for (const flx_node *child = n ? node->first : NULL; child; child = child->next) {
        int32_t k = flx_index_of(p->terminals, p->c->n_terminal, sizeof *p->terminals, child->key);
        if (k < 0)
            return no_terminal(p, child);
        if (flx_absent(child))
            return flx_parser_wrong(p, child);
        FLX_TRY(flx_get_function(p, child, &p->terminals[k].current));
    }
    return n ? check_currents(p, node) : FLX_OK;
}

// -- phases ---------------------------------------------------------------------------------------

static flx_status parse_phases(flx_parser *p, const flx_node *node)
{
    int32_t n;
    FLX_TRY(flx_count_list(p, node, &n));
    flx_case_phase *list = FLX_PARSER_ARRAY(p, flx_case_phase, n);
    if (!list)
        return FLX_ERR_MEMORY;
    p->c->phases = list;
    for (const flx_node *child = n ? node->first : NULL; child; child = child->next) {
        flx_case_phase *phase = &list[p->c->n_phase++];
        flx_node *along;
        const double *xy;
        int32_t n_point;
        double degree = 180;
        if (child->kind != FLX_NODE_MAP)
            return flx_parser_wrong(p, child);
        FLX_TRY(flx_need(p, child, "along", &along));
        FLX_TRY(flx_get_points(p, along, &xy, &n_point));
        if (n_point != 2 || (xy[0] == xy[2] && xy[1] == xy[3]))
            return flx_parser_fail(p, along,
                                   "a cut goes from one point to another: [[x, y], [x, y]]");
        memcpy(phase->along, xy, sizeof phase->along);
        FLX_TRY(flx_get_si(p, flx_node_get(child, "offset"), &degree));
        phase->offset = degree * 3.14159265358979323846 / 180;
        FLX_TRY(flx_find_film(p, child, &phase->film));
        phase->line = child->line;
    }
    return FLX_OK;
}

// Outside of a long body the field is the applied one, the same everywhere.
static flx_status check_uniform(flx_parser *p, const flx_node *node)
{
    for (int32_t k = 0; p->c->run.screening == FLX_SCREENING_LONG && k < p->c->n_field; k++)
        if (p->c->fields[k].kind != FLX_CASE_UNIFORM ||
            (flx_expr_uses(p->c->fields[k].value) & FLX_EXPR_SPACE))
            return flx_parser_fail(p, node,
                                   "a long body that feels its own field (layers.*.body: long) "
                                   "stands in a uniform one, which may depend on t alone");
    return FLX_OK;
}

flx_status flx_parse_drive(flx_parser *p)
{
    const flx_node *node = flx_node_get(p->root, "drive");
    int32_t n;
    FLX_TRY(flx_count_map(p, node, &n));
    FLX_TRY(parse_fields(p, flx_node_get(node, "field")));
    FLX_TRY(check_uniform(p, flx_node_get(node, "field")));
    FLX_TRY(parse_phases(p, flx_node_get(node, "phase")));
    return parse_currents(p, flx_node_get(node, "current"));
}

// -- start ----------------------------------------------------------------------------------------

static flx_status parse_windings(flx_parser *p, const flx_node *node, flx_case_start *start)
{
    int32_t n;
    FLX_TRY(flx_count_map(p, node, &n));
    flx_case_winding *list = FLX_PARSER_ARRAY(p, flx_case_winding, n);
    if (!list)
        return FLX_ERR_MEMORY;
    start->winding = list;
    for (const flx_node *child = n ? node->first : NULL; child; child = child->next) {
        flx_case_winding *winding = &list[start->n_winding++];
        FLX_TRY(flx_find_hole(p, child, &winding->film, &winding->hole));
        double value = 0;
        FLX_TRY(flx_get_int(p, child, &value));
        winding->winding = (int32_t)value;
        winding->line = child->key_line;
    }
    return FLX_OK;
}

static flx_status parse_vortices(flx_parser *p, const flx_node *node, flx_case_start *start)
{
    int32_t n;
    FLX_TRY(flx_count_list(p, node, &n));
    flx_case_vortex *list = FLX_PARSER_ARRAY(p, flx_case_vortex, n);
    if (!list)
        return FLX_ERR_MEMORY;
    start->vortex = list;
    for (const flx_node *child = n ? node->first : NULL; child; child = child->next) {
        flx_case_vortex *vortex = &list[start->n_vortex++];
        flx_node *at;
        double winding = 1;
        if (child->kind != FLX_NODE_MAP)
            return flx_parser_wrong(p, child);
        FLX_TRY(flx_need(p, child, "at", &at));
        FLX_TRY(flx_get_numbers(p, at, 2, vortex->at));
        const flx_node *winding_node = flx_node_get(child, "winding");
        FLX_TRY(flx_get_int(p, winding_node, &winding));
        if (winding == 0)
            return flx_parser_fail(p, winding_node, "a winding of 0 is no vortex");
        FLX_TRY(flx_find_film(p, child, &vortex->film));
        vortex->winding = winding;
        vortex->line = child->line;
    }
    return FLX_OK;
}

static flx_status parse_normal(flx_parser *p, const flx_node *node, flx_case_start *start)
{
    double seed = 1;
    start->noise = 1e-3;
    start->seed = 1;
    if (!node)
        return FLX_OK;
    start->normal = true;
    if (node->kind != FLX_NODE_NULL && node->kind != FLX_NODE_MAP)
        return flx_parser_wrong(p, node);
    FLX_TRY(flx_get_si(p, flx_node_get(node, "noise"), &start->noise));
    FLX_TRY(flx_get_int(p, flx_node_get(node, "seed"), &seed));
    start->seed = (uint64_t)seed;
    return FLX_OK;
}

flx_status flx_parse_start(flx_parser *p)
{
    return flx_parse_start_of(p, flx_node_get(p->root, "start"), &p->c->start);
}

flx_status flx_parse_start_of(flx_parser *p, const flx_node *node, flx_case_start *start)
{
    start->from_time = NAN;
    start->line = node ? node->key_line : 0;
    bool uniform = !node || flx_absent(node) ||
                   (node->kind == FLX_NODE_SCALAR && strcmp(node->text, "uniform") == 0);
    if (!uniform && node->kind != FLX_NODE_MAP)
        return flx_parser_fail(p, node,
                               "wanted is 'uniform', or keys: winding, vortices, normal, "
                               "from");
    FLX_TRY(parse_windings(p, flx_node_get(node, "winding"), start));
    FLX_TRY(parse_vortices(p, flx_node_get(node, "vortices"), start));
    FLX_TRY(parse_normal(p, flx_node_get(node, "normal"), start));
    const flx_node *from = flx_node_get(node, "from");
    if (flx_absent(from))
        return FLX_OK;
    flx_node *file;
    if (from->kind != FLX_NODE_MAP)
        return flx_parser_wrong(p, from);
    if (start->normal)
        return flx_parser_fail(p, from,
                               "the state comes from a file or from normal noise, not "
                               "from both");
    FLX_TRY(flx_need(p, from, "file", &file));
    FLX_TRY(flx_get_path(p, file, &start->from));
    return flx_get_si(p, flx_node_get(from, "time"), &start->from_time);
}
