// selffield/tree.c -- layers, sorted facets and their quadtrees.
//
// A box is divided while it holds many facets that are small beside its children; the others stay
// with it. So one large facet among small ones does not keep these together, and of those that stay
// no more than a few dozen fit in beside each other. The grid is chosen such that on an even mesh the
// leaves hold the number of facets asked for.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "selffield/operator.h"

#include <math.h>
#include <string.h>

enum { LEVEL_MAX = 24 };

// Heights in ascending order without repetition; the layer of each film.
static flx_status find_layers(flx_ctx *ctx, const flx_selffield_problem *p, flx_tree *tree,
                              int32_t *layer)
{
    int32_t n = p->z ? p->n_film : 1, m = 0;
    tree->z = FLX_NEW_ARRAY(ctx, double, n);
    if (!tree->z)
        return FLX_ERR_MEMORY;
    for (int32_t f = 0; f < n; f++) {
        double z = p->z ? p->z[f] : 0;
        int32_t at = 0;
        while (at < m && tree->z[at] < z)
            at++;
        if (at < m && tree->z[at] == z)
            continue;
        memmove(tree->z + at + 1, tree->z + at, (size_t)(m - at) * sizeof *tree->z);
        tree->z[at] = z;
        m++;
    }
    tree->n_layer = m;
    for (int32_t f = 0; f < n; f++)
        for (int32_t k = 0; k < m; k++)
            if (tree->z[k] == (p->z ? p->z[f] : 0))
                layer[f] = k;
    return FLX_OK;
}

static flx_status make_facets(flx_ctx *ctx, const flx_selffield_problem *p, const int32_t *layer,
                              flx_tree *tree, int32_t *facet_layer)
{
    for (int32_t t = 0; t < p->n_tri; t++) {
        double x[3], y[3];
        int32_t film = 0;
        for (int c = 0; c < 3; c++) {
            int32_t i = p->tri[3 * (int64_t)t + c];
            if (i < 0 || i >= p->n_site)
                return flx_fail(ctx, FLX_ERR_INPUT,
                                "self-field: triangle %d has the corner %d, there are %d sites", t,
                                i, p->n_site);
            x[c] = p->x[i];
            y[c] = p->y[i];
            int32_t of = p->film ? p->film[i] : 0;
            if (c > 0 && of != film)
                return flx_fail(ctx, FLX_ERR_INPUT, "self-field: triangle %d joins films %d and %d",
                                t, film, of);
            film = of;
            if (!isfinite(x[c]) || !isfinite(y[c]))
                return flx_fail(ctx, FLX_ERR_INPUT, "self-field: site %d is at (%g, %g)", i, x[c],
                                y[c]);
        }
        if (film < 0 || (p->z && film >= p->n_film))
            return flx_fail(ctx, FLX_ERR_INPUT,
                            "self-field: triangle %d is of film %d, there are %d", t, film,
                            p->n_film);
        facet_layer[t] = p->z ? layer[film] : 0;
        if (!flx_facet_init(&tree->facet[t], x, y, tree->z[facet_layer[t]]))
            return flx_fail(ctx, FLX_ERR_INPUT, "self-field: triangle %d has no area", t);
        tree->from[t] = t;
    }
    return FLX_OK;
}

// The grid: a square around all centroids whose side is a power of two times that of good leaves.
static void place_grid(flx_tree *tree)
{
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY}, area = 0;
    for (int32_t t = 0; t < tree->n_facet; t++) {
        const flx_facet *f = &tree->facet[t];
        low[0] = fmin(low[0], f->cx);
        low[1] = fmin(low[1], f->cy);
        high[0] = fmax(high[0], f->cx);
        high[1] = fmax(high[1], f->cy);
        area += f->area / tree->n_facet;
    }
    double side = 1.0001 * fmax(high[0] - low[0], high[1] - low[1]),
           good = sqrt(tree->facets * area);
    tree->size = good;
    while (tree->size < side)
        tree->size *= 2;
    tree->x0 = (low[0] + high[0] - tree->size) / 2;
    tree->y0 = (low[1] + high[1] - tree->size) / 2;
}

double flx_box_size(const flx_tree *tree, int32_t level)
{
    return ldexp(tree->size, -level);
}

void flx_box_centre(const flx_tree *tree, const flx_box *b, double centre[3])
{
    double size = flx_box_size(tree, b->level);
    centre[0] = tree->x0 + (b->ix + 0.5) * size;
    centre[1] = tree->y0 + (b->iy + 0.5) * size;
    centre[2] = tree->z[b->layer];
}

static bool is_own(const flx_tree *tree, const flx_box *b, const flx_facet *f)
{
    return f->radius > flx_reach_max * flx_box_size(tree, b->level) / 4;
}

static bool may_divide(const flx_tree *tree, flx_box *b)
{
    int32_t small = 0;
    b->reach = 0;
    for (int32_t t = b->first; t < b->first + b->n; t++) {
        b->reach = fmax(b->reach, tree->facet[t].radius);
        small += !is_own(tree, b, &tree->facet[t]);
    }
    return small > tree->facets * 8 / 5 && b->level < LEVEL_MAX;
}

// 0: stays in the box; 1 to 4: goes to a child
static int32_t part_of(const flx_tree *tree, const flx_box *b, const flx_facet *f)
{
    double c[3];
    flx_box_centre(tree, b, c);
    return is_own(tree, b, f) ? 0 : 1 + (f->cx >= c[0]) + 2 * (f->cy >= c[1]);
}

typedef struct sorting {
    flx_facet *facet;
    int32_t *from;
} sorting;

// Sorts the facets of a box, its own first, then by quadrant, and appends its children.
static flx_status divide(flx_ctx *ctx, flx_tree *tree, int32_t parent, int32_t *room,
                         const sorting *spare)
{
    if (tree->n_box + 4 > *room) {
        flx_box *more = flx_realloc(ctx, tree->box, (size_t)*room, 2 * (size_t)*room, sizeof *more);
        if (!more)
            return FLX_ERR_MEMORY;
        tree->box = more;
        *room *= 2;
    }
    flx_box *b = &tree->box[parent];
    int32_t count[6] = {0}, end[5];
    for (int32_t t = b->first; t < b->first + b->n; t++)
        count[part_of(tree, b, &tree->facet[t]) + 1]++;
    for (int p = 0; p < 5; p++)
        end[p] = count[p + 1] += count[p];
    for (int32_t t = b->first; t < b->first + b->n; t++) {
        int32_t to = count[part_of(tree, b, &tree->facet[t])]++;
        spare->facet[to] = tree->facet[t];
        spare->from[to] = tree->from[t];
    }
    memcpy(tree->facet + b->first, spare->facet, (size_t)b->n * sizeof *spare->facet);
    memcpy(tree->from + b->first, spare->from, (size_t)b->n * sizeof *spare->from);
    b->divided = true;
    b->n_own = end[0];
    for (int q = 0; q < 4; q++) {
        if (end[q + 1] == end[q])
            continue;
        b->child[q] = tree->n_box;
        tree->box[tree->n_box++] = (flx_box){.level = b->level + 1,
                                             .ix = 2 * b->ix + q % 2,
                                             .iy = 2 * b->iy + q / 2,
                                             .layer = b->layer,
                                             .first = b->first + end[q],
                                             .n = end[q + 1] - end[q],
                                             .n_own = end[q + 1] - end[q],
                                             .child = {-1, -1, -1, -1},
                                             .parent = parent,
                                             .leaf = -1};
    }
    return FLX_OK;
}

// Facets by layer, a root for each.
static void make_roots(flx_tree *tree, const int32_t *facet_layer, const sorting *spare)
{
    int32_t n = 0;
    for (int32_t k = 0; k < tree->n_layer; k++) {
        int32_t first = n;
        for (int32_t t = 0; t < tree->n_facet; t++)
            if (facet_layer[t] == k) {
                spare->facet[n] = tree->facet[t];
                spare->from[n++] = tree->from[t];
            }
        tree->box[tree->n_box++] = (flx_box){.layer = k,
                                             .first = first,
                                             .n = n - first,
                                             .n_own = n - first,
                                             .child = {-1, -1, -1, -1},
                                             .parent = -1,
                                             .leaf = -1};
    }
    memcpy(tree->facet, spare->facet, (size_t)n * sizeof *spare->facet);
    memcpy(tree->from, spare->from, (size_t)n * sizeof *spare->from);
}

// The own facets of a box become a leaf.
static void add_leaf(flx_tree *tree, int32_t box)
{
    flx_box *b = &tree->box[box];
    b->leaf = tree->n_leaf;
    int32_t width = (b->n_own + 7) / 8 * 8;
    flx_leaf *leaf = &tree->leaf[tree->n_leaf++];
    *leaf = (flx_leaf){box, b->first, b->n_own, tree->n_place, width, {INFINITY, INFINITY}, {0}};
    leaf->high[0] = leaf->high[1] = -INFINITY;
    for (int32_t t = b->first; t < b->first + b->n_own; t++)
        for (int c = 0; c < 3; c++) {
            const flx_facet *f = &tree->facet[t];
            leaf->low[0] = fmin(leaf->low[0], f->x[c]);
            leaf->low[1] = fmin(leaf->low[1], f->y[c]);
            leaf->high[0] = fmax(leaf->high[0], f->x[c]);
            leaf->high[1] = fmax(leaf->high[1], f->y[c]);
        }
    for (int32_t t = 0; t < b->n_own; t++)
        tree->place[b->first + t] = tree->n_place + t;
    tree->n_place += width;
}

// Numbers the leaves of a box and below in the order of their facets.
static void number_leaves(flx_tree *tree, int32_t box)
{
    const flx_box *b = &tree->box[box];
    if (b->n_own > 0)
        add_leaf(tree, box);
    for (int q = 0; q < 4; q++)
        if (b->child[q] >= 0)
            number_leaves(tree, b->child[q]);
}

// How far facets stick out of their boxes, where boxes may be far from each other at all.
static void widen(flx_tree *tree)
{
    tree->wide = 1;
    for (int32_t l = 0; l < tree->n_leaf; l++) {
        const flx_leaf *leaf = &tree->leaf[l];
        const flx_box *b = &tree->box[leaf->box];
        double size = flx_box_size(tree, b->level), c[3];
        flx_box_centre(tree, b, c);
        if (b->reach > flx_reach_max * size / 2)
            continue;
        for (int d = 0; d < 2; d++)
            tree->wide =
                fmax(tree->wide, 2 * fmax(leaf->high[d] - c[d], c[d] - leaf->low[d]) / size);
    }
}

static flx_status grow(flx_ctx *ctx, flx_tree *tree, const int32_t *facet_layer,
                       const sorting *spare)
{
    int32_t room = tree->n_layer + 64;
    tree->box = FLX_NEW_ARRAY(ctx, flx_box, room);
    if (!tree->box)
        return FLX_ERR_MEMORY;
    make_roots(tree, facet_layer, spare);
    for (int32_t b = 0; b < tree->n_box; b++) {
        if (may_divide(tree, &tree->box[b]))
            FLX_TRY(divide(ctx, tree, b, &room, spare));
        if (tree->box[b].level >= tree->n_level)
            tree->n_level = tree->box[b].level + 1;
    }
    tree->leaf = FLX_NEW_ARRAY(ctx, flx_leaf, tree->n_box);
    tree->place = FLX_NEW_ARRAY(ctx, int32_t, tree->n_facet);
    if (!tree->leaf || !tree->place)
        return FLX_ERR_MEMORY;
    for (int32_t b = 0; b < tree->n_layer; b++)
        number_leaves(tree, b);
    widen(tree);
    return FLX_OK;
}

flx_status flx_tree_create(flx_ctx *ctx, const flx_selffield_problem *p, int32_t facets,
                           flx_tree *tree)
{
    int32_t n = p->n_tri;
    int32_t *layer = FLX_NEW_ARRAY(ctx, int32_t, p->z ? p->n_film : 1);
    int32_t *facet_layer = FLX_NEW_ARRAY(ctx, int32_t, n);
    sorting spare = {FLX_NEW_ARRAY(ctx, flx_facet, n), FLX_NEW_ARRAY(ctx, int32_t, n)};
    tree->n_facet = n;
    tree->facets = facets;
    tree->facet = FLX_NEW_ARRAY(ctx, flx_facet, n);
    tree->from = FLX_NEW_ARRAY(ctx, int32_t, n);
    flx_status status = FLX_ERR_MEMORY;
    if (layer && facet_layer && spare.facet && spare.from && tree->facet && tree->from)
        status = find_layers(ctx, p, tree, layer);
    if (status >= 0)
        status = make_facets(ctx, p, layer, tree, facet_layer);
    if (status >= 0) {
        place_grid(tree);
        status = grow(ctx, tree, facet_layer, &spare);
    }
    flx_free(layer);
    flx_free(facet_layer);
    flx_free(spare.facet);
    flx_free(spare.from);
    return status;
}

void flx_tree_clear(flx_tree *tree)
{
    flx_free(tree->facet);
    flx_free(tree->from);
    flx_free(tree->place);
    flx_free(tree->z);
    flx_free(tree->box);
    flx_free(tree->leaf);
    *tree = (flx_tree){0};
}
