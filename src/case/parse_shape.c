// case/parse_shape.c -- shapes: lists of add / cut / common with box, circle, ellipse, polygon,
// path.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/parse.h"

#include <string.h>

static const char *const verb_name[] = {"add", "cut", "common"};
static const char *const kind_name[] = {"box", "circle", "ellipse", "polygon", "path"};

static int word_index(const char *const *words, int n, const char *word)
{
    for (int k = 0; k < n; k++)
        if (strcmp(words[k], word) == 0)
            return k;
    return -1;
}

// A number for both directions, or [x, y].
static flx_status get_both(flx_parser *p, const flx_node *node, double *out)
{
    if (node->kind == FLX_NODE_LIST)
        return flx_get_numbers(p, node, 2, out);
    FLX_TRY(flx_get_length(p, node, out));
    out[1] = out[0];
    return FLX_OK;
}

static flx_status need_positive(flx_parser *p, const flx_node *node, const double *value)
{
    return value[0] > 0 && value[1] > 0
               ? FLX_OK
               : flx_parser_fail(p, node, "must be > 0 in both directions");
}

static flx_status parse_sizes(flx_parser *p, const flx_node *node, flx_shape_item *item)
{
    static const char *const word[] = {"size", "radius", "radii"};
    static const int32_t least[] = {3, 2}; // corners of polygons and paths
    flx_node *child;
    if (item->kind <= FLX_SHAPE_ELLIPSE) {
        FLX_TRY(flx_need(p, node, word[item->kind], &child));
        FLX_TRY(get_both(p, child, item->size));
        return need_positive(p, child, item->size);
    }
    FLX_TRY(flx_need(p, node, "points", &child));
    FLX_TRY(flx_get_points(p, child, &item->points, &item->n_point));
    if (item->n_point < least[item->kind - FLX_SHAPE_POLYGON])
        return flx_parser_fail(p, child, "%d points; a %s has %d at least", (int)item->n_point,
                               kind_name[item->kind], (int)least[item->kind - FLX_SHAPE_POLYGON]);
    if (item->kind == FLX_SHAPE_PATH) {
        FLX_TRY(flx_need(p, node, "width", &child));
        FLX_TRY(flx_get_length(p, child, &item->width));
    }
    return FLX_OK;
}

static flx_status parse_place(flx_parser *p, const flx_node *node, flx_shape_item *item)
{
    const flx_node *at = flx_node_get(node, "at"), *scale = flx_node_get(node, "scale");
    if (!flx_absent(at))
        FLX_TRY(flx_get_numbers(p, at, 2, item->at));
    FLX_TRY(flx_get_si(p, flx_node_get(node, "rotate"), &item->rotate));
    item->scale[0] = item->scale[1] = 1;
    if (!flx_absent(scale)) {
        if (scale->kind == FLX_NODE_LIST) {
            FLX_TRY(flx_get_numbers(p, scale, 2, item->scale));
        } else {
            FLX_TRY(flx_get_constant(p, scale, FLX_DIM_NONE, item->scale));
            item->scale[1] = item->scale[0];
        }
        FLX_TRY(need_positive(p, scale, item->scale));
    }
    int32_t mirror = 0;
    FLX_TRY(flx_get_choice(p, flx_node_get(node, "mirror"), &mirror));
    item->mirror_x = mirror == 1 || mirror == 3;
    item->mirror_y = mirror == 2 || mirror == 3;
    return FLX_OK;
}

// {circle: {...}}: the one key of a map is the kind.
static flx_status parse_kind(flx_parser *p, const flx_node *map, flx_shape_item *item)
{
    if (map->kind != FLX_NODE_MAP || map->n != 1)
        return flx_parser_fail(p, map,
                               "wanted is one shape: {box: {...}}, circle, ellipse, polygon or "
                               "path");
    const flx_node *node = map->first;
    int kind = word_index(kind_name, 5, node->key);
    if (kind < 0)
        return flx_parser_fail(p, node,
                               "'%s' within another verb; wanted is one shape: {box: "
                               "{...}}, circle, ellipse, polygon or path",
                               node->key);
    if (node->kind != FLX_NODE_MAP)
        return flx_parser_wrong(p, node);
    item->kind = (flx_shape_kind)kind;
    FLX_TRY(parse_sizes(p, node, item));
    return parse_place(p, node, item);
}

static flx_status parse_item(flx_parser *p, const flx_node *node, bool first, flx_shape_item *item)
{
    if (node->kind != FLX_NODE_MAP || node->n != 1)
        return flx_parser_fail(p, node,
                               "an item of a shape has one key: add, cut or common (the first may "
                               "be a shape itself)");
    *item = (flx_shape_item){.line = node->line};
    int verb = word_index(verb_name, 3, node->first->key);
    if (verb >= 0) {
        item->verb = (flx_shape_verb)verb;
        if (first && verb != FLX_SHAPE_ADD)
            return flx_parser_fail(p, node->first,
                                   "there is nothing yet to apply it to: the first "
                                   "item must add");
        return parse_kind(p, node->first, item);
    }
    if (!first)
        return flx_parser_fail(p, node->first,
                               "add, cut or common it? Only the first item of a "
                               "shape may do without a verb");
    return parse_kind(p, node, item);
}

flx_status flx_parse_shape(flx_parser *p, const flx_node *node, flx_case_shape *out)
{
    bool list = node->kind == FLX_NODE_LIST;
    if ((!list && node->kind != FLX_NODE_MAP) || node->n == 0)
        return flx_parser_wrong(p, node);
    int32_t n = list ? node->n : 1, k = 0;
    flx_shape_item *items = FLX_PARSER_ARRAY(p, flx_shape_item, n);
    if (!items)
        return FLX_ERR_MEMORY;
    for (const flx_node *item = list ? node->first : node; item && k < n; item = item->next, k++)
        FLX_TRY(parse_item(p, item, k == 0, &items[k]));
    *out = (flx_case_shape){items, n, node->line};
    return FLX_OK;
}
