// case/engine_london.c -- the engine london in a case: its keys and what they mean.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/engine.h"
#include "case/key_rows.h"

#include <stdio.h>
#include <string.h>

// Edges at corners where the film fills more than 200 degrees, in those elsewhere; at holes, in their
// size (flx_mesh_spec); and their growth: a hole a tenth as wide as its film is then right to 0.3 %
// on edges of a seventh of what is around it.
// On edges of a fourteenth of the width all inductances, moments and effective areas are right to
// 0.3 %: the moment of a ring that carries no current, where K changes its sign within the width, to
// 0.25 %.
#define EDGES_ACROSS 14
static const double CORNER_EDGE = 0.25, HOLE_EDGE = 0.15, GRADING = 0.2;

static const flx_key keys[] = {
    NAMED("london.fluxoids", "HOLE: n", "Fluxoids of holes; those not named have 0."),
    {"london.fluxoids.*", FLX_KEY_OTHER, "1", "0", ANY, "a number of Phi0, or free", 0,
     "Fluxoid of this hole in Phi0 (1/2 for a loop with a pi junction), or free: the whole numbers "
     "of least energy.",
     NULL},
    NAMED("london.currents", "HOLE: current", "Currents held round holes, whose fluxoids follow."),
    VALUE("london.currents.*", "A", NULL, ANY, "Current round this hole, counter-clockwise."),
    {"london.vortices", FLX_KEY_LIST, "1", NULL, ANY, "a list of {at, winding, film}", 0,
     "Vortices pinned in the films.", NULL},
    PAIR("london.vortices.at", "m", "required", "Where."),
    VALUE("london.vortices.winding", "1", "1", ANY, "Its fluxoid in Phi0; -1 is an antivortex."),
    TEXT("london.vortices.film", "the one that has the place", "Film it is in."),
    {"london.sheet", FLX_KEY_CHOICE, "1", "thin", ANY, "thin|alone|screened", 0,
     "Lambda of a film of thickness d: thin, lambda^2/d, for d << lambda; alone, (lambda/2) "
     "coth(d/2 lambda) - d/4, for a film by itself, d << its width; screened, lambda "
     "coth(d/lambda), "
     "for field on one face only, as over a ground plane, z being the height of that face.",
     NULL},
    {"london.rim_rows", FLX_KEY_OTHER, "1", "as Lambda asks for", ANY, "a whole number, 0 to 12", 0,
     "Rows of flat triangles along rims, each half as high as the next one inwards.", NULL},
    {"london.error", FLX_KEY_BOOL, "1", "false", ANY, NULL, 0,
     "Solve on a mesh twice as fine as well, and bound the error of each inductance.", NULL},
    MAP("london.scan", "Image of a scanning SQUID: flux through a pickup loop over a grid of "
                       "places."),
    PAIR("london.scan.size", "m", "required", "Width and height of the grid of places."),
    PAIR("london.scan.at", "m", "[0, 0]", "Its middle."),
    {"london.scan.points", FLX_KEY_PAIR, "1", "[101, 101]", ANY,
     "[NX, NY], 2 to 100000 each, 1e8 places at most", 0, "Number of places along x and y.", NULL},
    VALUE("london.scan.z", "m", "required", ANY, "Height of the loops."),
    VALUE("london.scan.pickup", "m", "required", POSITIVE, "Radius of the pickup loop."),
    VALUE("london.scan.coil", "m", "none", POSITIVE,
          "Radius of a field coil round it: the image of the flux per ampere that the films take "
          "away is made too."),
};

// -- holes ----------------------------------------------------------------------------------------

// Number of a hole over all films by its name.
static flx_status find_hole(flx_parser *p, const flx_node *node, int32_t *out)
{
    int32_t film = 0;
    FLX_TRY(flx_find_hole(p, node, &film, out));
    while (film-- > 0)
        *out += p->c->films[film].n_hole;
    return FLX_OK;
}

static flx_status parse_fluxoids(flx_parser *p, const flx_node *node, flx_london_condition *hole)
{
    int32_t n, h = 0;
    FLX_TRY(flx_count_map(p, node, &n));
    for (const flx_node *child = n ? node->first : NULL; child; child = child->next) {
        FLX_TRY(find_hole(p, child, &h));
        if (child->kind == FLX_NODE_SCALAR && strcmp(child->text, "free") == 0)
            hole[h].given = FLX_LONDON_FREE;
        else
            FLX_TRY(flx_get_constant(p, child, FLX_DIM_NONE, &hole[h].value));
    }
    return FLX_OK;
}

static flx_status parse_currents(flx_parser *p, const flx_node *node, const flx_node *fluxoids,
                                 flx_london_condition *hole)
{
    int32_t n, h = 0;
    FLX_TRY(flx_count_map(p, node, &n));
    for (const flx_node *child = n ? node->first : NULL; child; child = child->next) {
        FLX_TRY(find_hole(p, child, &h));
        if (fluxoids && flx_node_get(fluxoids, child->key))
            return flx_parser_fail(p, child,
                                   "its fluxoid is given too (london.fluxoids), and either follows "
                                   "from the other: give one");
        hole[h].given = FLX_LONDON_CURRENT;
        FLX_TRY(flx_get_si(p, child, &hole[h].value));
    }
    return FLX_OK;
}

static flx_status parse_holes(flx_parser *p, const flx_node *section)
{
    flx_case_london *london = &p->c->london;
    for (int32_t f = 0; f < p->c->n_film; f++)
        london->n_hole += p->c->films[f].n_hole;
    flx_london_condition *hole = FLX_PARSER_ARRAY(p, flx_london_condition, london->n_hole);
    if (!hole)
        return FLX_ERR_MEMORY;
    london->hole = hole;
    const flx_node *fluxoids = flx_node_get(section, "fluxoids");
    FLX_TRY(parse_fluxoids(p, fluxoids, hole));
    return parse_currents(p, flx_node_get(section, "currents"), fluxoids, hole);
}

// -- vortices -------------------------------------------------------------------------------------

static flx_status parse_vortices(flx_parser *p, const flx_node *node)
{
    int32_t n;
    FLX_TRY(flx_count_list(p, node, &n));
    flx_case_vortex *list = FLX_PARSER_ARRAY(p, flx_case_vortex, n);
    if (!list)
        return FLX_ERR_MEMORY;
    p->c->london.vortices = list;
    for (const flx_node *child = n ? node->first : NULL; child; child = child->next) {
        flx_case_vortex *vortex = &list[p->c->london.n_vortex++];
        flx_node *at;
        if (child->kind != FLX_NODE_MAP)
            return flx_parser_wrong(p, child);
        FLX_TRY(flx_need(p, child, "at", &at));
        FLX_TRY(flx_get_numbers(p, at, 2, vortex->at));
        vortex->winding = 1;
        FLX_TRY(flx_get_si(p, flx_node_get(child, "winding"), &vortex->winding));
        FLX_TRY(flx_find_film(p, child, &vortex->film));
        vortex->line = child->line;
    }
    return FLX_OK;
}

// -- scan -----------------------------------------------------------------------------------------

static flx_status parse_scan(flx_parser *p, const flx_node *node)
{
    enum { MOST = 100000, MOST_PLACES = 100000000 };
    flx_case_scan *scan = &p->c->london.scan;
    flx_node *size, *z, *pickup;
    double points[2] = {101, 101};
    if (flx_absent(node))
        return FLX_OK;
    if (node->kind != FLX_NODE_MAP)
        return flx_parser_wrong(p, node);
    scan->line = node->key_line;
    FLX_TRY(flx_need(p, node, "size", &size));
    FLX_TRY(flx_need(p, node, "z", &z));
    FLX_TRY(flx_need(p, node, "pickup", &pickup));
    FLX_TRY(flx_get_numbers(p, size, 2, scan->size));
    FLX_TRY(flx_get_length(p, z, &scan->z));
    FLX_TRY(flx_get_length(p, pickup, &scan->pickup));
    FLX_TRY(flx_get_length(p, flx_node_get(node, "coil"), &scan->coil));
    const flx_node *at = flx_node_get(node, "at"), *n = flx_node_get(node, "points");
    if (!flx_absent(at))
        FLX_TRY(flx_get_numbers(p, at, 2, scan->at));
    if (!flx_absent(n))
        FLX_TRY(flx_get_numbers(p, n, 2, points));
    for (int k = 0; k < 2; k++) {
        if (!(points[k] >= 2 && points[k] <= MOST && points[k] == rint(points[k])))
            return flx_parser_wrong(p, n);
        if (!(scan->size[k] > 0))
            return flx_parser_fail(p, size, "wanted are a width and a height, both > 0");
        scan->n[k] = (int32_t)points[k];
    }
    if (points[0] * points[1] > MOST_PLACES)
        return flx_parser_fail(p, n, "%g places; allowed are %g at most", points[0] * points[1],
                               (double)MOST_PLACES);
    return FLX_OK;
}

// -- the section ----------------------------------------------------------------------------------

// Thickness matters to two of the ways to a sheet.
static flx_status parse_sheet(flx_parser *p, const flx_node *node)
{
    int32_t sheet = 0;
    FLX_TRY(flx_get_choice(p, node, &sheet));
    p->c->london.sheet = (flx_case_sheet)sheet;
    for (int32_t f = 0; f < p->c->n_film && sheet != FLX_SHEET_THIN; f++) {
        const flx_case_layer *layer = &p->c->layers[p->c->films[f].layer];
        const flx_material *m = &layer->material;
        if (!(m->lambda > 0 && m->thickness > 0))
            return flx_parser_fail(p, node,
                                   "layer '%s' does not say how thick it is: give it "
                                   "penetration_depth and thickness",
                                   layer->name);
        if (sheet == FLX_SHEET_ALONE &&
            !(m->lambda / tanh(m->thickness / (2 * m->lambda)) > 0.5 * m->thickness))
            return flx_parser_fail(
                p, node,
                "layer '%s' is %.3g penetration depths thick; a sheet stands for "
                "a film by itself up to 2.4: give both faces a film of their own",
                layer->name, m->thickness / m->lambda);
    }
    return FLX_OK;
}

// Currents crowd at rims: rows along them, unless the case says how many, until the lowest is Lambda
// high; and at corners and holes, round which the mesh gets finer if nobody said more about it.
static flx_status refine_rims(flx_parser *p, const flx_node *rows)
{
    enum { MOST = 12, OWN = 5 };
    flx_case_mesh *mesh = &p->c->mesh;
    const flx_node *node = flx_node_get(p->root, "mesh");
    double lambda = INFINITY, edge = mesh->opts.max_edge, n = 0;
    if (mesh->import)
        return flx_absent(rows)
                   ? FLX_OK
                   : flx_parser_fail(p, rows, "an imported mesh is taken as it is (mesh.import)");
    for (int32_t f = 0; f < p->c->n_film; f++)
        lambda = fmin(lambda, p->c->layers[p->c->films[f].layer].material.pearl_length);
    while (n < OWN && edge * pow(0.5, n) > lambda / p->c->scales.xi)
        n++;
    if (!flx_absent(rows))
        FLX_TRY(flx_get_constant(p, rows, FLX_DIM_NONE, &n));
    if (!(n >= 0 && n <= MOST && n == rint(n)))
        return flx_parser_wrong(p, rows);
    mesh->rim_rows = (int32_t)n;
    if (flx_node_get(node, "refine"))
        return FLX_OK;
    flx_mesh_refine *rule = FLX_PARSER_ARRAY(p, flx_mesh_refine, 1);
    if (!rule)
        return FLX_ERR_MEMORY;
    *rule = (flx_mesh_refine){.near = FLX_NEAR_CORNERS, .max_edge = CORNER_EDGE * edge};
    mesh->refine = rule;
    mesh->n_refine = 1;
    mesh->hole_edge = HOLE_EDGE;
    if (!flx_node_get(node, "grading"))
        mesh->opts.grading = GRADING;
    return FLX_OK;
}

static flx_status parse(flx_parser *p, const flx_node *section)
{
    flx_case_london *london = &p->c->london;
    const flx_node *start = flx_node_get(p->root, "start");
    if (!flx_absent(start))
        return flx_parser_fail(p, start,
                               "the engine london starts from nothing: say london.fluxoids and "
                               "london.vortices");
    london->opts = flx_london_opts_default();
    london->line = section ? section->key_line : 0;
    FLX_TRY(flx_get_options(p, section, &flx_london_option_table, &london->opts));
    FLX_TRY(parse_holes(p, section));
    FLX_TRY(parse_vortices(p, flx_node_get(section, "vortices")));
    FLX_TRY(parse_sheet(p, flx_node_get(section, "sheet")));
    FLX_TRY(flx_get_bool(p, flx_node_get(section, "error"), &london->error));
    FLX_TRY(parse_scan(p, flx_node_get(section, "scan")));
    return refine_rims(p, flx_node_get(section, "rim_rows"));
}

static flx_status describe(flx_ctx *ctx, const flx_case *c, char **out)
{
    const flx_case_scan *scan = &c->london.scan;
    *out = flx_format(ctx, "currents at rest%s%s", c->london.error ? ", on two meshes" : "",
                      scan->n[0] > 0 ? ", then a scan" : "");
    return *out ? FLX_OK : FLX_ERR_MEMORY;
}

const flx_engine flx_engine_london = {.name = "london",
                                      .device = true,
                                      .lambda_alone = true,
                                      .edges_across = EDGES_ACROSS,
                                      .keys = keys,
                                      .n_key = sizeof keys / sizeof *keys,
                                      .options = &flx_london_option_table,
                                      .parse = parse,
                                      .describe = describe,
                                      .run = flx_london_run};
