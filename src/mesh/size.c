// mesh/size.c -- the edge length wanted at a point: the least of many cones, by a kd-tree.
//
//     h(r) = min(h_max, min_p [h_p + g max(0, |r - r_p| - d_p)])
//
// h is Lipschitz with constant g, so that neighbouring triangles differ little. A subtree is passed
// over when even its least h_p at the distance of its box cannot win.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mesh/size.h"

#include <math.h>

flx_status flx_size_add(flx_ctx *ctx, flx_size *size, flx_size_source source)
{
    if (size->n == size->room) {
        size_t room = 2 * (size_t)size->room + 64;
        flx_size_source *grown =
            flx_realloc(ctx, size->source, (size_t)size->n, room, sizeof *grown);
        if (!grown)
            return FLX_ERR_MEMORY;
        size->source = grown;
        size->room = (int32_t)room;
    }
    size->source[size->n++] = source;
    return FLX_OK;
}

void flx_size_clear(flx_size *size)
{
    flx_free(size->source);
    flx_free(size->box);
    flx_free(size->least);
    *size = (flx_size){0};
}

static double coordinate(const flx_size_source *s, int axis)
{
    return axis ? s->y : s->x;
}

// Moves the k-th smallest along the axis to place k. C. A. R. Hoare, Commun. ACM 4, 321 (1961).
static void select_place(flx_size_source *s, int32_t low, int32_t high, int32_t k, int axis)
{
    while (low < high) {
        double pivot = coordinate(&s[low + (high - low) / 2], axis);
        int32_t i = low, j = high;
        while (i <= j) {
            while (coordinate(&s[i], axis) < pivot)
                i++;
            while (coordinate(&s[j], axis) > pivot)
                j--;
            if (i <= j) {
                flx_size_source swap = s[i];
                s[i++] = s[j];
                s[j--] = swap;
            }
        }
        if (k <= j)
            high = j;
        else if (k >= i)
            low = i;
        else
            return;
    }
}

// The middle of low .. high-1 is the node, its halves are the subtrees.
static void build(flx_size *size, int32_t low, int32_t high)
{
    if (low >= high)
        return;
    double box[4] = {INFINITY, INFINITY, -INFINITY, -INFINITY}, least[2] = {INFINITY, 0};
    for (int32_t k = low; k < high; k++) {
        const flx_size_source *s = &size->source[k];
        box[0] = fmin(box[0], s->x);
        box[1] = fmin(box[1], s->y);
        box[2] = fmax(box[2], s->x);
        box[3] = fmax(box[3], s->y);
        least[0] = fmin(least[0], s->edge);
        least[1] = fmax(least[1], s->reach);
    }
    int32_t mid = low + (high - low) / 2;
    select_place(size->source, low, high - 1, mid, box[3] - box[1] > box[2] - box[0]);
    for (int c = 0; c < 4; c++)
        size->box[mid][c] = box[c];
    size->least[mid][0] = least[0];
    size->least[mid][1] = least[1];
    build(size, low, mid);
    build(size, mid + 1, high);
}

flx_status flx_size_build(flx_ctx *ctx, flx_size *size)
{
    flx_free(size->box);
    flx_free(size->least);
    size->box = flx_alloc(ctx, (size_t)size->n, sizeof *size->box);
    size->least = flx_alloc(ctx, (size_t)size->n, sizeof *size->least);
    if (!size->box || !size->least)
        return FLX_ERR_MEMORY;
    build(size, 0, size->n);
    return FLX_OK;
}

// The least the subtree of node mid could give at (x, y).
static double bound(const flx_size *size, int32_t mid, double x, double y)
{
    const double *b = size->box[mid];
    double dx = fmax(0, fmax(b[0] - x, x - b[2])), dy = fmax(0, fmax(b[1] - y, y - b[3]));
    return size->least[mid][0] +
           size->grading * fmax(0, sqrt(dx * dx + dy * dy) - size->least[mid][1]);
}

static double search(const flx_size *size, int32_t low, int32_t high, const double at[2],
                     double best)
{
    while (low < high) {
        int32_t mid = low + (high - low) / 2;
        if (bound(size, mid, at[0], at[1]) >= best)
            return best;
        const flx_size_source *s = &size->source[mid];
        double dx = at[0] - s->x, dy = at[1] - s->y;
        double h = s->edge + size->grading * fmax(0, sqrt(dx * dx + dy * dy) - s->reach);
        best = fmin(best, h);
        // The half that promises more first.
        int32_t left = low + (mid - low) / 2, right = mid + 1 + (high - mid - 1) / 2;
        double to_left = low < mid ? bound(size, left, at[0], at[1]) : INFINITY;
        double to_right = mid + 1 < high ? bound(size, right, at[0], at[1]) : INFINITY;
        if (to_left <= to_right) {
            best = search(size, low, mid, at, best);
            low = mid + 1;
        } else {
            best = search(size, mid + 1, high, at, best);
            high = mid;
        }
    }
    return best;
}

double flx_size_at(const flx_size *size, double x, double y)
{
    return search(size, 0, size->n, (double[2]){x, y}, size->max_edge);
}
