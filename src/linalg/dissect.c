// linalg/dissect.c -- nested dissection of a mesh by straight lines.
//
// A line across x or y cuts a part in two; the sites of one side that have a neighbour on the other
// separate the two and come last; so on in both. With points in the plane this takes a fifth of the
// time in which their graph is ordered, for a factor with a few per cent more entries (measured: the
// second variation of a ring with 9558 sites, METIS). George, SIAM J. Numer. Anal. 10, 345 (1973);
// Heath, Raghavan, SIAM J. Matrix Anal. Appl. 16, 235 (1995).
// SPDX-License-Identifier: GPL-3.0-or-later
#include "linalg/dissect.h"

enum { SMALL = 12, SEPARATOR = -1 };

typedef struct dissection {
    const flx_graph *g;
    int32_t *order;
    int32_t *part;  // [n] of a site: where its part begins in order; or SEPARATOR
    double *place;  // [n] scratch
    int32_t *moved; // [n] scratch
    int8_t *side;   // [n] scratch
} dissection;

typedef struct cut {
    const double *along; // x or y
    double at;
    bool beyond; // the sites that separate are those beyond the line
    int32_t n;   // sites that separate
} cut;

// The k-th smallest of v, which is rearranged (Hoare, Comm. ACM 4, 321 (1961)).
static double find_smallest(double *v, int32_t n, int32_t k)
{
    int32_t low = 0, high = n - 1;
    while (low < high) {
        double pivot = v[low + (high - low) / 2];
        int32_t i = low, j = high;
        while (i <= j) {
            while (v[i] < pivot)
                i++;
            while (v[j] > pivot)
                j--;
            if (i <= j) {
                double swapped = v[i];
                v[i++] = v[j];
                v[j--] = swapped;
            }
        }
        if (k <= j)
            high = j;
        else if (k >= i)
            low = i;
        else
            break;
    }
    return v[k];
}

// A neighbour in the same part is on the other side.
static bool at_line(const dissection *d, int32_t i, const cut *c)
{
    const flx_graph *g = d->g;
    bool beyond = c->along[i] >= c->at;
    for (int32_t k = g->row[i]; k < g->row[i + 1]; k++) {
        int32_t j = g->neighbour[k];
        if ((c->along[j] >= c->at) != beyond && d->part[j] == d->part[i])
            return true;
    }
    return false;
}

// The better side of a cut, if it is better than the best so far.
static void try_cut(const dissection *d, int32_t begin, int32_t end, cut c, cut *best)
{
    int32_t count[2] = {0, 0};
    for (int32_t p = begin; p < end; p++)
        if (at_line(d, d->order[p], &c))
            count[c.along[d->order[p]] >= c.at]++;
    c.beyond = count[1] < count[0];
    c.n = count[c.beyond];
    if (c.n < best->n)
        *best = c;
}

// The line near the middle, across x or y, that crosses least.
static cut find_cut(const dissection *d, int32_t begin, int32_t end)
{
    static const double beside[2] = {0.44, 0.56};
    const double *axis[2] = {d->g->x, d->g->y};
    int32_t n = end - begin;
    cut best = {.n = n};
    for (int k = 1; k >= 0; k--) {
        for (int32_t p = 0; p < n; p++)
            d->place[p] = axis[k][d->order[begin + p]];
        double at = find_smallest(d->place, n, n / 2);
        try_cut(d, begin, end, (cut){.along = axis[k], .at = at}, &best);
    }
    const double *along = best.along;
    for (int32_t p = 0; along && p < n; p++)
        d->place[p] = along[d->order[begin + p]];
    for (int k = 0; along && k < 2; k++) {
        double at = find_smallest(d->place, n, (int32_t)(beside[k] * n));
        try_cut(d, begin, end, (cut){.along = along, .at = at}, &best);
    }
    return best;
}

// Both sides of a cut, then what separates them: where each begins.
static void divide(const dissection *d, int32_t begin, int32_t end, const cut *c, int32_t first[3])
{
    enum { BETWEEN = 2 };
    int32_t n[3] = {0, 0, 0};
    for (int32_t p = begin; p < end; p++) {
        int32_t i = d->order[p], side = c->along[i] >= c->at;
        if (side == c->beyond && at_line(d, i, c))
            side = BETWEEN;
        d->moved[p] = i;
        d->side[p] = (int8_t)side;
        n[side]++;
    }
    first[0] = begin;
    first[1] = begin + n[0];
    first[2] = begin + n[0] + n[1];
    int32_t to[3] = {first[0], first[1], first[2]};
    for (int32_t p = begin; p < end; p++) {
        int32_t i = d->moved[p], side = d->side[p];
        d->order[to[side]++] = i;
        d->part[i] = side == BETWEEN ? SEPARATOR : first[side];
    }
}

// Orders the part that holds the places from begin to end.
static void dissect(const dissection *d, int32_t begin, int32_t end)
{
    while (end - begin > SMALL) {
        cut c = find_cut(d, begin, end);
        if (!c.along) // every site has a neighbour beyond each line
            return;
        int32_t first[3];
        divide(d, begin, end, &c, first);
        if (first[1] == begin || first[1] == first[2]) // all at one place
            return;
        dissect(d, begin, first[1]);
        begin = first[1];
        end = first[2];
    }
}

flx_status flx_dissect(flx_ctx *ctx, const flx_graph *graph, int32_t *order)
{
    dissection d = {.g = graph,
                    .order = order,
                    .part = FLX_NEW_ARRAY(ctx, int32_t, graph->n),
                    .place = FLX_NEW_ARRAY(ctx, double, graph->n),
                    .moved = FLX_NEW_ARRAY(ctx, int32_t, graph->n),
                    .side = FLX_NEW_ARRAY(ctx, int8_t, graph->n)};
    flx_status status = d.part && d.place && d.moved && d.side ? FLX_OK : FLX_ERR_MEMORY;
    for (int32_t i = 0; i < graph->n; i++)
        order[i] = i;
    if (status == FLX_OK)
        dissect(&d, 0, graph->n);
    flx_free(d.part);
    flx_free(d.place);
    flx_free(d.moved);
    flx_free(d.side);
    return status;
}
