// case/parse_device.c -- films with their holes, terminals, probes, loops, mesh.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/engine.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// Index of the item that a key names; where the key is missing and there is but one, that one.
static flx_status find_item(flx_parser *p, const flx_node *map, const char *key, const void *list,
                            int32_t n, size_t stride, int32_t *out)
{
    flx_node *node = flx_node_get(map, key);
    *out = 0;
    if (flx_absent(node) && n == 1)
        return FLX_OK;
    const char *name = "";
    if (!flx_absent(node))
        FLX_TRY(flx_get_text(p, node, &name));
    *out = flx_index_of(list, n, stride, name);
    if (*out >= 0)
        return FLX_OK;
    flx_known known = flx_known_for(name);
    flx_known_add(&known, list, n, stride);
    if (flx_absent(node))
        return flx_parser_fail(p, map, "'%s' is missing; there are: %s", key, known.text);
    return flx_parser_no_such(p, node, key, &known);
}

flx_status flx_find_film(flx_parser *p, const flx_node *map, int32_t *out)
{
    const flx_node *node = flx_node_get(map, "film");
    const char *name = NULL;
    *out = -1;
    if (flx_absent(node))
        return FLX_OK;
    FLX_TRY(flx_get_text(p, node, &name));
    *out = flx_index_of(p->c->films, p->c->n_film, sizeof *p->c->films, name);
    if (*out >= 0)
        return FLX_OK;
    flx_known known = flx_known_for(name);
    flx_known_add(&known, p->c->films, p->c->n_film, sizeof *p->c->films);
    return flx_parser_no_such(p, node, "film", &known);
}

// -- films ----------------------------------------------------------------------------------------

static flx_status parse_holes(flx_parser *p, const flx_node *node, flx_case_film *film)
{
    int32_t n;
    FLX_TRY(flx_count_map(p, node, &n));
    flx_case_hole *holes = FLX_PARSER_ARRAY(p, flx_case_hole, n);
    if (!holes)
        return FLX_ERR_MEMORY;
    film->holes = holes;
    for (const flx_node *child = n ? node->first : NULL; child; child = child->next) {
        flx_case_hole *hole = &holes[film->n_hole];
        hole->line = child->key_line;
        FLX_TRY(flx_get_name(p, child, &hole->name));
        for (int32_t f = 0; f < p->c->n_film; f++)
            if (flx_index_of(p->c->films[f].holes, p->c->films[f].n_hole, sizeof *hole,
                             hole->name) >= 0)
                return flx_parser_fail(p, child,
                                       "film '%s' has a hole of this name too; holes are measured "
                                       "by name, so each needs its own",
                                       p->c->films[f].name);
        FLX_TRY(flx_parse_shape(p, child, &hole->shape));
        film->n_hole++;
    }
    return FLX_OK;
}

static flx_status parse_films(flx_parser *p)
{
    flx_node *node;
    int32_t n;
    FLX_TRY(flx_need(p, p->root, "films", &node));
    FLX_TRY(flx_count_map(p, node, &n));
    flx_case_film *films = FLX_PARSER_ARRAY(p, flx_case_film, n);
    if (!films)
        return FLX_ERR_MEMORY;
    p->c->films = films;
    if (n == 0)
        return flx_parser_fail(p, node, "no film at all");
    for (const flx_node *child = node->first; child; child = child->next) {
        flx_case_film *film = &films[p->c->n_film];
        flx_node *shape;
        if (child->kind != FLX_NODE_MAP)
            return flx_parser_wrong(p, child);
        film->line = child->key_line;
        FLX_TRY(flx_get_name(p, child, &film->name));
        FLX_TRY(find_item(p, child, "layer", p->c->layers, p->c->n_layer, sizeof(flx_case_layer),
                          &film->layer));
        FLX_TRY(flx_need(p, child, "shape", &shape));
        FLX_TRY(flx_parse_shape(p, shape, &film->shape));
        FLX_TRY(parse_holes(p, flx_node_get(child, "holes"), film));
        p->c->n_film++;
    }
    return FLX_OK;
}

// -- terminals, probes, loops ---------------------------------------------------------------------

static flx_status parse_terminal_psi(flx_parser *p, const flx_node *node, flx_case_terminal *out)
{
    out->psi = FLX_TERMINAL_NORMAL;
    if (flx_absent(node))
        return FLX_OK;
    if (node->kind == FLX_NODE_SCALAR && strcmp(node->text, "free") == 0) {
        out->psi = FLX_TERMINAL_FREE;
        return FLX_OK;
    }
    FLX_TRY(flx_get_constant(p, node, FLX_DIM_NONE, &out->amplitude));
    if (out->amplitude < 0)
        return flx_parser_wrong(p, node);
    if (out->amplitude > 0)
        out->psi = FLX_TERMINAL_HELD;
    return FLX_OK;
}

static flx_status parse_terminals(flx_parser *p)
{
    const flx_node *node = flx_node_get(p->root, "terminals");
    int32_t n;
    FLX_TRY(flx_count_map(p, node, &n));
    flx_case_terminal *list = FLX_PARSER_ARRAY(p, flx_case_terminal, n);
    if (!list)
        return FLX_ERR_MEMORY;
    p->c->terminals = p->terminals = list;
    for (const flx_node *child = n ? node->first : NULL; child; child = child->next) {
        flx_case_terminal *terminal = &list[p->c->n_terminal];
        flx_node *shape;
        if (child->kind != FLX_NODE_MAP)
            return flx_parser_wrong(p, child);
        terminal->line = child->key_line;
        FLX_TRY(flx_get_name(p, child, &terminal->name));
        FLX_TRY(find_item(p, child, "film", p->c->films, p->c->n_film, sizeof(flx_case_film),
                          &terminal->film));
        FLX_TRY(flx_need(p, child, "shape", &shape));
        FLX_TRY(flx_parse_shape(p, shape, &terminal->shape));
        FLX_TRY(parse_terminal_psi(p, flx_node_get(child, "psi"), terminal));
        p->c->n_terminal++;
    }
    return FLX_OK;
}

static flx_status parse_probes(flx_parser *p)
{
    const flx_node *node = flx_node_get(p->root, "probes");
    int32_t n;
    FLX_TRY(flx_count_map(p, node, &n));
    flx_case_probe *list = FLX_PARSER_ARRAY(p, flx_case_probe, n);
    if (!list)
        return FLX_ERR_MEMORY;
    p->c->probes = list;
    for (flx_node *child = n ? node->first : NULL; child; child = child->next) {
        flx_case_probe *probe = &list[p->c->n_probe];
        flx_node *points = child;
        const double *xy;
        int32_t n_point;
        probe->line = child->key_line;
        FLX_TRY(flx_get_name(p, child, &probe->name));
        FLX_TRY(flx_find_film(p, child, &probe->film));
        if (child->kind == FLX_NODE_MAP)
            FLX_TRY(flx_need(p, child, "points", &points));
        FLX_TRY(flx_get_points(p, points, &xy, &n_point));
        if (n_point != 2)
            return flx_parser_fail(p, points,
                                   "%d point%s; a voltage is between two: [[x, y], [x, "
                                   "y]]",
                                   (int)n_point, n_point == 1 ? "" : "s");
        memcpy(probe->point, xy, sizeof probe->point);
        if (xy[0] == xy[2] && xy[1] == xy[3])
            return flx_parser_fail(p, points, "both points are the same: the voltage is always 0");
        p->c->n_probe++;
    }
    return FLX_OK;
}

static flx_status parse_loops(flx_parser *p)
{
    const flx_node *node = flx_node_get(p->root, "loops");
    int32_t n;
    FLX_TRY(flx_count_map(p, node, &n));
    flx_case_loop *list = FLX_PARSER_ARRAY(p, flx_case_loop, n);
    if (!list)
        return FLX_ERR_MEMORY;
    p->c->loops = list;
    for (flx_node *child = n ? node->first : NULL; child; child = child->next) {
        flx_case_loop *loop = &list[p->c->n_loop];
        loop->line = child->key_line;
        FLX_TRY(flx_get_name(p, child, &loop->name));
        for (int32_t f = 0; f < p->c->n_film; f++)
            if (flx_index_of(p->c->films[f].holes, p->c->films[f].n_hole, sizeof(flx_case_hole),
                             loop->name) >= 0)
                return flx_parser_fail(p, child,
                                       "a hole has this name, and is measured on its rim "
                                       "without being asked; give the loop another");
        FLX_TRY(flx_find_film(p, child, &loop->film));
        flx_node *shape = child;
        if (flx_node_get(child, "film") || flx_node_get(child, "shape"))
            FLX_TRY(flx_need(p, child, "shape", &shape));
        FLX_TRY(flx_parse_shape(p, shape, &loop->shape));
        p->c->n_loop++;
    }
    return FLX_OK;
}

// -- mesh -----------------------------------------------------------------------------------------

static flx_status parse_refine(flx_parser *p, const flx_node *node)
{
    int32_t n;
    FLX_TRY(flx_count_list(p, node, &n));
    flx_mesh_refine *list = FLX_PARSER_ARRAY(p, flx_mesh_refine, n);
    if (!list)
        return FLX_ERR_MEMORY;
    p->c->mesh.refine = list;
    for (const flx_node *child = n ? node->first : NULL; child; child = child->next) {
        flx_mesh_refine *refine = &list[p->c->mesh.n_refine++];
        flx_node *near, *at, *distance, *max_edge;
        int32_t kind = 0;
        if (child->kind != FLX_NODE_MAP)
            return flx_parser_wrong(p, child);
        FLX_TRY(flx_need(p, child, "near", &near));
        FLX_TRY(flx_get_choice(p, near, &kind));
        refine->near = (flx_mesh_near)kind;
        at = flx_node_get(child, "at");
        if (kind == FLX_NEAR_POINT) {
            FLX_TRY(flx_need(p, child, "at", &at));
            FLX_TRY(flx_get_numbers(p, at, 2, refine->at));
        } else if (!flx_absent(at)) {
            return flx_parser_fail(p, at, "only near: point has a place");
        }
        FLX_TRY(flx_need(p, child, "distance", &distance));
        FLX_TRY(flx_get_length(p, distance, &refine->distance));
        FLX_TRY(flx_need(p, child, "max_edge", &max_edge));
        FLX_TRY(flx_get_length(p, max_edge, &refine->max_edge));
    }
    return FLX_OK;
}

static double length_of_rims(const flx_region *region)
{
    flx_rings rings = flx_region_rings(region);
    double length = 0;
    for (int32_t r = 0; r < rings.n_ring; r++)
        for (int32_t k = rings.start[r]; k < rings.start[r + 1]; k++) {
            const double *a = rings.xy + 2 * (size_t)k,
                         *b = k + 1 < rings.start[r + 1] ? a + 2
                                                         : rings.xy + 2 * (size_t)rings.start[r];
            length += hypot(b[0] - a[0], b[1] - a[1]);
        }
    return length;
}

// Adds what a shape has; sign -1: it is a hole.
static flx_status add_sizes(flx_parser *p, const flx_case_shape *shape, double sign, double *area,
                            double *rims)
{
    flx_region *region = NULL;
    flx_status status = flx_region_create(p->ctx, shape->item, shape->n_item, 1e300, &region);
    if (status < 0)
        return flx_device_blame(p->ctx, p->c, shape->line, status);
    *area += sign * flx_region_area(region);
    *rims += length_of_rims(region);
    flx_region_free(region);
    return FLX_OK;
}

// Twice the area of a film over the length of its rims: the width of a ring or of a long strip.
static flx_status mean_width(flx_parser *p, const flx_case_film *film, double *width, double *area)
{
    double rims = 0;
    *area = 0;
    FLX_TRY(add_sizes(p, &film->shape, 1, area, &rims));
    double whole = *area;
    for (int32_t h = 0; h < film->n_hole; h++)
        FLX_TRY(add_sizes(p, &film->holes[h].shape, -1, area, &rims));
    if (!(*area > 0)) // holes that leave nothing are refused later
        *area = whole;
    *width = 2 * *area / rims;
    return FLX_OK;
}

// Where a case gives no edge, and its engine knows what it needs.
static flx_status edge_from_widths(flx_parser *p, double *edge)
{
    const double most = 2e5; // sites that nobody has asked for
    const flx_case_film *narrowest = NULL;
    double least = INFINITY, total = 0;
    for (int32_t f = 0; f < p->c->n_film; f++) {
        double width, area;
        FLX_TRY(mean_width(p, &p->c->films[f], &width, &area));
        total += area;
        if (width < least) {
            least = width;
            narrowest = &p->c->films[f];
        }
    }
    *edge = least / p->engine->edges_across;
    double sites = 1.5 * total / (*edge * *edge);
    if (sites > most)
        return flx_parser_fail(
            p, p->root,
            "'mesh' is missing: edges of 1/%g of the width of film '%s' would make "
            "about %.2g sites in all; give mesh.max_edge, and mesh.refine where it matters",
            p->engine->edges_across, narrowest->name, sites);
    return FLX_OK;
}

flx_status flx_parse_mesh(flx_parser *p)
{
    flx_case_mesh *mesh = &p->c->mesh;
    const flx_node *node = flx_node_get(p->root, "mesh");
    int32_t n, duals = 0;
    mesh->opts = flx_mesh_opts_default();
    FLX_TRY(flx_count_map(p, node, &n));
    mesh->line = node ? node->key_line : 0;
    FLX_TRY(flx_get_path(p, flx_node_get(node, "import"), &mesh->import));
    bool from_widths =
        !mesh->import && p->engine->edges_across > 0 && flx_absent(flx_node_get(node, "max_edge"));
    if (from_widths) {
        FLX_TRY(edge_from_widths(p, &mesh->opts.max_edge));
    } else if (!mesh->import) {
        flx_node *max_edge;
        if (flx_absent(node))
            return flx_parser_fail(p, p->root, "'mesh' is missing, e.g. mesh: {max_edge: 0.5 xi}");
        FLX_TRY(flx_need(p, node, "max_edge", &max_edge));
    }
    FLX_TRY(flx_get_options(p, node, flx_mesh_option_table(), &mesh->opts));
    mesh->arc_edge = mesh->opts.max_edge;
    FLX_TRY(parse_refine(p, flx_node_get(node, "refine")));
    const flx_node *duals_node = flx_node_get(node, "duals");
    FLX_TRY(flx_get_choice(p, duals_node, &duals));
    mesh->unsigned_duals = duals == 1;
    if (mesh->unsigned_duals && !mesh->import)
        return flx_parser_fail(p, duals_node,
                               "unsigned is only for an imported mesh (mesh.import), to match the "
                               "program that made it");
    return FLX_OK;
}

flx_status flx_parse_device(flx_parser *p)
{
    FLX_TRY(parse_films(p));
    FLX_TRY(parse_terminals(p));
    FLX_TRY(parse_probes(p));
    FLX_TRY(parse_loops(p));
    return flx_parse_mesh(p);
}

// -- one material ---------------------------------------------------------------------------------

// Up to the rounding with which lambda, Lambda and d follow from each other.
static bool equal(double a, double b)
{
    return fabs(a - b) <= 1e-12 * fabs(a);
}

static flx_status check_material(flx_parser *p, const flx_node *node, const flx_case_film *film)
{
    const flx_case_layer *own = &p->c->layers[film->layer];
    const flx_case_layer *reference = &p->c->layers[p->c->reference];
    flx_material a = own->material, b = reference->material;
    bool same = equal(a.xi, b.xi) && equal(a.pearl_length, b.pearl_length) &&
                equal(a.thickness, b.thickness) && equal(a.conductivity, b.conductivity) &&
                equal(a.u, b.u) && equal(a.gamma, b.gamma) &&
                own->long_body == reference->long_body;
    if (same)
        return FLX_OK;
    return flx_parser_fail(p, node,
                           "layer '%s' is another material than '%s', whose units the engine %s "
                           "counts in: all its films need one material (z and epsilon may differ); "
                           "set reference_layer: %s if it is that of all films",
                           own->name, reference->name, p->engine->name, own->name);
}

flx_status flx_parse_selffield(flx_parser *p, const flx_node *node)
{
    bool is_long = p->c->layers[p->c->reference].long_body, wanted = is_long;
    FLX_TRY(flx_get_bool(p, node, &wanted));
    p->c->run.screening = !wanted   ? FLX_SCREENING_NONE
                          : is_long ? FLX_SCREENING_LONG
                                    : FLX_SCREENING_FILM;
    return FLX_OK;
}

flx_status flx_parse_one_material(flx_parser *p)
{
    const flx_node *node = flx_node_get(p->root, "films")->first;
    for (int32_t k = 0; k < p->c->n_film; k++, node = node->next)
        FLX_TRY(check_material(p, node, &p->c->films[k]));
    return FLX_OK;
}
