// selffield/pairs.c -- which boxes see each other through polynomials, and which facets one by one.
//
// Boxes of one level are far if at least one box lies between them, or if their layers are 1.5 sides
// apart. From the roots downwards, pairs that are not far are handed to the children; the own facets
// of a box see all of the other, and smaller boxes at a distance of their own size by their nodes.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "selffield/operator.h"

#include <math.h>
#include <stdlib.h>

typedef struct search {
    flx_ctx *ctx;
    const flx_tree *tree;
    int32_t n_node;
    flx_pairs *pairs;
} search;

static flx_status add_close(search *s, int32_t row, int32_t col)
{
    flx_pairs *p = s->pairs;
    if (p->n_close == p->room_close) {
        size_t room = (size_t)p->room_close, more = 2 * room + 1024;
        flx_pairing *grown = flx_realloc(s->ctx, p->close, room, more, sizeof *grown);
        if (!grown)
            return FLX_ERR_MEMORY;
        p->close = grown;
        p->room_close = (int64_t)more;
    }
    p->close[p->n_close++] = (flx_pairing){row, col};
    return FLX_OK;
}

static flx_status add_far(search *s, int32_t a, int32_t b)
{
    flx_pairs *p = s->pairs;
    if (p->n_far + 2 > p->room_far) {
        size_t room = (size_t)p->room_far, more = 2 * room + 1024;
        flx_transfer *grown = flx_realloc(s->ctx, p->far, room, more, sizeof *grown);
        if (!grown)
            return FLX_ERR_MEMORY;
        p->far = grown;
        p->room_far = (int64_t)more;
    }
    p->far[p->n_far++] = (flx_transfer){0, a, b};
    p->far[p->n_far++] = (flx_transfer){0, b, a};
    return FLX_OK;
}

static bool are_far(const search *s, const flx_box *a, const flx_box *b)
{
    double size = flx_box_size(s->tree, a->level);
    if (s->n_node == 0 || fmax(a->reach, b->reach) > flx_reach_max * size / 2)
        return false;
    // A few facets on both sides are cheaper one by one.
    if (!a->divided && !b->divided && (int64_t)a->n * b->n < s->n_node * s->n_node / 4)
        return false;
    double dz = fabs(s->tree->z[a->layer] - s->tree->z[b->layer]);
    return abs(a->ix - b->ix) >= 2 || abs(a->iy - b->iy) >= 2 || dz >= 1.5 * size;
}

// How far a square lies from the corners of facets, in x or y, whichever is more: at least.
static double gap_between(const double c[2], double size, const double low[2], const double high[2])
{
    double gap = 0;
    for (int d = 0; d < 2; d++)
        gap = fmax(gap, fmax(low[d] - c[d], c[d] - high[d]) - size / 2);
    return gap;
}

// A box below the level of a leaf, seen from the facets of the leaf: these may lie all around it.
static bool seen_by_nodes(const search *s, const flx_leaf *leaf, const flx_box *b)
{
    double size = flx_box_size(s->tree, b->level), c[3];
    if (s->n_node == 0 || b->n < s->n_node || b->reach > flx_reach_max * size / 2)
        return false;
    flx_box_centre(s->tree, b, c);
    double dz = fabs(s->tree->z[s->tree->box[leaf->box].layer] - c[2]);
    if (dz >= 1.5 * size || gap_between(c, size, leaf->low, leaf->high) >= size)
        return true;
    for (int32_t t = leaf->first; t < leaf->first + leaf->n; t++) {
        const flx_facet *f = &s->tree->facet[t];
        const double low[2] = {fmin(fmin(f->x[0], f->x[1]), f->x[2]),
                               fmin(fmin(f->y[0], f->y[1]), f->y[2])};
        const double high[2] = {fmax(fmax(f->x[0], f->x[1]), f->x[2]),
                                fmax(fmax(f->y[0], f->y[1]), f->y[2])};
        if (gap_between(c, size, low, high) < size)
            return false;
    }
    return true;
}

// The facets of a leaf and all of a box of its level or below.
static flx_status visit_from_leaf(search *s, int32_t l, int32_t b)
{
    const flx_leaf *leaf = &s->tree->leaf[l];
    const flx_box *q = &s->tree->box[b];
    if (s->tree->box[leaf->box].level < q->level && seen_by_nodes(s, leaf, q))
        return add_close(s, l, s->tree->n_leaf + b);
    if (q->leaf >= 0)
        FLX_TRY(l <= q->leaf ? add_close(s, l, q->leaf) : add_close(s, q->leaf, l));
    for (int c = 0; c < 4; c++)
        if (q->child[c] >= 0)
            FLX_TRY(visit_from_leaf(s, l, q->child[c]));
    return FLX_OK;
}

static flx_status visit_children_from_leaf(search *s, int32_t l, const flx_box *b)
{
    for (int c = 0; c < 4; c++)
        if (b->child[c] >= 0)
            FLX_TRY(visit_from_leaf(s, l, b->child[c]));
    return FLX_OK;
}

// Two boxes of one level, or one and itself.
static flx_status visit(search *s, int32_t a, int32_t b)
{
    const flx_box *p = &s->tree->box[a], *q = &s->tree->box[b];
    if (p->n == 0 || q->n == 0)
        return FLX_OK;
    if (a != b && are_far(s, p, q))
        return add_far(s, a, b);
    if (p->leaf >= 0)
        FLX_TRY(visit_from_leaf(s, p->leaf, b));
    if (a != b && q->leaf >= 0)
        FLX_TRY(visit_children_from_leaf(s, q->leaf, p));
    for (int c = 0; c < 4; c++)
        for (int d = a == b ? c : 0; d < 4; d++)
            if (p->child[c] >= 0 && q->child[d] >= 0)
                FLX_TRY(visit(s, p->child[c], q->child[d]));
    return FLX_OK;
}

flx_status flx_pairs_find(flx_ctx *ctx, const flx_tree *tree, int32_t n_node, flx_pairs *pairs)
{
    search s = {ctx, tree, n_node, pairs};
    for (int32_t a = 0; a < tree->n_layer; a++)
        for (int32_t b = a; b < tree->n_layer; b++)
            FLX_TRY(visit(&s, a, b));
    return FLX_OK;
}

void flx_pairs_clear(flx_pairs *pairs)
{
    flx_free(pairs->close);
    flx_free(pairs->far);
    *pairs = (flx_pairs){0};
}
