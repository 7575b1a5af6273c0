// mesh/rim.c -- cutting the rims of a film into edges.
//
// A rim edge has a dual face >= 0 if no site lies in its diametral circle (J. Ruppert, J.
// Algorithms 18, 548 (1995)); among the rim points alone this is arranged here, before the inside
// is meshed. Near acute corners edges are split on concentric shells (ibid., sec. 5), else two arms
// would split each other without end. Across a neck the circle is taken larger, so that its
// triangles are sound.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mesh/rim.h"

#include <math.h>
#include <string.h>

static const double GABRIEL = 0.5 * (1 - 1e-9); // [1] of the edge: radius that must be empty
static const double NECK = 0.75;                // [1] the same across a neck
// [1] of the target: longest edge left alone. Above 2, or halves shorter than their neighbours
// would make these split in turn, round and round.
static const double JUMP = 2.1;
static const double HALF_PI = 1.57079632679489662;
enum { MAX_ROUNDS = 200 };

void flx_rim_clear(flx_rim *rim)
{
    flx_free(rim->xy);
    flx_free(rim->next);
    flx_free(rim->prev);
    flx_free(rim->side);
    flx_free(rim->acute);
    flx_free(rim->side_next);
    flx_free(rim->side_prev);
    flx_free(rim->first);
    *rim = (flx_rim){0};
}

static flx_status grow(flx_ctx *ctx, flx_rim *rim)
{
    if (rim->n < rim->room)
        return FLX_OK;
    size_t n = (size_t)rim->n, room = 2 * n + 256;
    void *xy = flx_realloc(ctx, rim->xy, n, room, sizeof *rim->xy);
    rim->xy = xy ? xy : rim->xy;
    void *next = xy ? flx_realloc(ctx, rim->next, n, room, sizeof *rim->next) : NULL;
    rim->next = next ? next : rim->next;
    void *prev = next ? flx_realloc(ctx, rim->prev, n, room, sizeof *rim->prev) : NULL;
    rim->prev = prev ? prev : rim->prev;
    void *side = prev ? flx_realloc(ctx, rim->side, n, room, sizeof *rim->side) : NULL;
    rim->side = side ? side : rim->side;
    void *acute = side ? flx_realloc(ctx, rim->acute, n, room, sizeof *rim->acute) : NULL;
    rim->acute = acute ? acute : rim->acute;
    if (!acute)
        return FLX_ERR_MEMORY;
    rim->room = (int32_t)room;
    return FLX_OK;
}

// Puts a point between p and next[p].
static flx_status insert(flx_ctx *ctx, flx_rim *rim, int32_t p, const double at[2], int32_t *made)
{
    FLX_TRY(grow(ctx, rim));
    int32_t q = rim->n++;
    memcpy(rim->xy[q], at, sizeof rim->xy[q]);
    rim->side[q] = rim->side[p];
    rim->acute[q] = 0;
    rim->next[q] = rim->next[p];
    rim->prev[q] = p;
    rim->prev[rim->next[p]] = q;
    rim->next[p] = q;
    *made = q;
    return FLX_OK;
}

static double edge_length(const flx_rim *rim, int32_t p)
{
    const double *a = rim->xy[p], *b = rim->xy[rim->next[p]];
    return hypot(b[0] - a[0], b[1] - a[1]);
}

// Points on the side from p on, equally spaced when measured in target lengths. The first pass
// measures the side (n = 0), the second places n - 1 points.
static flx_status march(flx_ctx *ctx, flx_rim *rim, const flx_size *target, int32_t p, int32_t n,
                        double *total)
{
    double a[2] = {rim->xy[p][0], rim->xy[p][1]};
    const double *end = rim->xy[rim->next[p]];
    double u[2] = {end[0] - a[0], end[1] - a[1]}, length = hypot(u[0], u[1]);
    double done = 0, s = 0;
    int32_t placed = 1;
    while (s < length * (1 - 1e-12)) {
        double step =
            0.25 * flx_size_at(target, a[0] + u[0] * s / length, a[1] + u[1] * s / length);
        step = s + step > length ? length - s : step;
        double mid = (s + 0.5 * step) / length;
        double part = step / flx_size_at(target, a[0] + u[0] * mid, a[1] + u[1] * mid);
        for (; placed < n && *total * placed / n <= done + part; placed++) {
            double t = (s + step * (*total * placed / n - done) / part) / length;
            FLX_TRY(insert(ctx, rim, p, (double[2]){a[0] + t * u[0], a[1] + t * u[1]}, &p));
        }
        done += part;
        s += step;
    }
    if (n == 0)
        *total = done;
    return FLX_OK;
}

static flx_status cut_side(flx_ctx *ctx, flx_rim *rim, const flx_size *target, int32_t p)
{
    double total = 0;
    FLX_TRY(march(ctx, rim, target, p, 0, &total));
    double n = ceil(total - 1e-6);
    if (!(n < 1e8))
        return flx_fail(ctx, FLX_ERR_GEOMETRY,
                        "the rim at (%.9g, %.9g) would need %.3g edges; choose a larger max_edge",
                        rim->xy[p][0], rim->xy[p][1], n);
    return n > 1 ? march(ctx, rim, target, p, (int32_t)n, &total) : FLX_OK;
}

// Angle that the film fills at a corner, if it is acute.
static double acute_angle(const double *before, const double *at, const double *after)
{
    double ux = after[0] - at[0], uy = after[1] - at[1];
    double vx = before[0] - at[0], vy = before[1] - at[1];
    double angle = atan2(ux * vy - uy * vx, ux * vx + uy * vy);
    return angle > 0 && angle < HALF_PI * (1 - 1e-9) ? angle : 0;
}

static flx_status copy_outline(flx_ctx *ctx, const flx_rings *outline, flx_rim *rim)
{
    rim->n_ring = outline->n_ring;
    rim->n_side = outline->start[outline->n_ring];
    rim->first = FLX_NEW_ARRAY(ctx, int32_t, rim->n_ring);
    rim->side_next = FLX_NEW_ARRAY(ctx, int32_t, rim->n_side);
    rim->side_prev = FLX_NEW_ARRAY(ctx, int32_t, rim->n_side);
    if (!rim->first || !rim->side_next || !rim->side_prev)
        return FLX_ERR_MEMORY;
    for (int32_t p = 0; p < rim->n_side; p++) {
        FLX_TRY(grow(ctx, rim));
        memcpy(rim->xy[p], &outline->xy[2 * p], sizeof rim->xy[p]);
        rim->n++;
    }
    for (int32_t r = 0; r < rim->n_ring; r++) {
        int32_t begin = outline->start[r], end = outline->start[r + 1];
        rim->first[r] = begin;
        for (int32_t p = begin; p < end; p++) {
            rim->side[p] = p;
            rim->next[p] = rim->side_next[p] = p + 1 < end ? p + 1 : begin;
            rim->prev[p] = rim->side_prev[p] = p > begin ? p - 1 : end - 1;
        }
    }
    for (int32_t p = 0; p < rim->n_side; p++)
        rim->acute[p] = acute_angle(rim->xy[rim->prev[p]], rim->xy[p], rim->xy[rim->next[p]]);
    return FLX_OK;
}

flx_status flx_rim_init(flx_ctx *ctx, const flx_rings *outline, const flx_size *target,
                        flx_rim *rim)
{
    *rim = (flx_rim){0};
    FLX_TRY(copy_outline(ctx, outline, rim));
    for (int32_t p = 0; p < rim->n_side; p++)
        FLX_TRY(cut_side(ctx, rim, target, p));
    return FLX_OK;
}

void flx_split_point(const double a[2], const double b[2], bool acute_a, bool acute_b, double at[2])
{
    double t = 0.5;
    if (acute_a != acute_b) {
        double length = hypot(b[0] - a[0], b[1] - a[1]);
        double shell = exp2(round(log2(0.5 * length))) / length;
        t = acute_a ? shell : 1 - shell;
    }
    at[0] = a[0] + t * (b[0] - a[0]);
    at[1] = a[1] + t * (b[1] - a[1]);
}

// Order-preserving integer of a double.
static uint64_t sortable(double v)
{
    uint64_t bits;
    v += 0.0; // -0 -> 0
    memcpy(&bits, &v, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

// Rim points sorted by x, to find those near a place.
typedef struct strip {
    int32_t n;
    int32_t *order;
    uint64_t *key;
} strip;

static void strip_clear(strip *s)
{
    flx_free(s->order);
    flx_free(s->key);
}

static flx_status strip_init(flx_ctx *ctx, const flx_rim *rim, strip *s)
{
    *s = (strip){.n = rim->n};
    s->order = FLX_NEW_ARRAY(ctx, int32_t, rim->n);
    s->key = FLX_NEW_ARRAY(ctx, uint64_t, rim->n);
    if (!s->order || !s->key)
        return FLX_ERR_MEMORY;
    for (int32_t p = 0; p < rim->n; p++)
        s->key[p] = sortable(rim->xy[p][0]);
    return flx_sort_by_key(ctx, s->key, rim->n, s->order);
}

static bool on_side_next_to(const flx_rim *rim, int32_t q, int32_t side)
{
    int32_t near[] = {side, rim->side_next[side], rim->side_prev[side]};
    for (int k = 0; k < 3; k++)
        if (rim->side[q] == near[k] || rim->side[rim->prev[q]] == near[k])
            return true;
    return false;
}

// Is a rim point in the way of the triangle on the edge at p?
static bool encroached(const flx_rim *rim, const strip *s, int32_t p)
{
    const double *a = rim->xy[p], *b = rim->xy[rim->next[p]];
    double mx = 0.5 * (a[0] + b[0]), my = 0.5 * (a[1] + b[1]);
    double length = hypot(b[0] - a[0], b[1] - a[1]), reach = NECK * length;
    int32_t low = 0, high = s->n;
    while (low < high) {
        int32_t mid = low + (high - low) / 2;
        if (rim->xy[s->order[mid]][0] < mx - reach)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < s->n && rim->xy[s->order[low]][0] <= mx + reach; low++) {
        int32_t q = s->order[low];
        const double *c = rim->xy[q];
        double d = hypot(c[0] - mx, c[1] - my);
        if (q == p || q == rim->next[p] || d >= reach)
            continue;
        // Only what lies on the film's side of the edge can be a corner of its triangle.
        if (!(flx_twice_area(a, b, c) > 1e-9 * length * length))
            continue;
        if (d < GABRIEL * length || !on_side_next_to(rim, q, rim->side[p]))
            return true;
    }
    return false;
}

// Target with the lengths of the rim edges themselves as sources.
static flx_status add_rim(flx_ctx *ctx, const flx_rim *rim, int32_t n_rule, flx_size *target)
{
    target->n = n_rule;
    for (int32_t p = 0; p < rim->n; p++) {
        double edge = fmin(edge_length(rim, p), edge_length(rim, rim->prev[p]));
        if (edge < 0.8 * target->max_edge)
            FLX_TRY(flx_size_add(ctx, target,
                                 (flx_size_source){rim->xy[p][0], rim->xy[p][1], edge, 0}));
    }
    return flx_size_build(ctx, target);
}

static flx_status round_of_splits(flx_ctx *ctx, flx_rim *rim, const flx_size *target,
                                  const strip *s, int32_t *n_split)
{
    int32_t n = rim->n;
    bool *marked = FLX_NEW_ARRAY(ctx, bool, n);
    if (!marked)
        return FLX_ERR_MEMORY;
    for (int32_t p = 0; p < n; p++) {
        const double *a = rim->xy[p], *b = rim->xy[rim->next[p]];
        double h = flx_size_at(target, 0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1]));
        marked[p] = edge_length(rim, p) > JUMP * h || encroached(rim, s, p);
    }
    flx_status status = FLX_OK;
    *n_split = 0;
    for (int32_t p = 0; p < n && status == FLX_OK; p++)
        if (marked[p]) {
            double at[2];
            int32_t q, end = rim->next[p];
            flx_split_point(rim->xy[p], rim->xy[end], rim->acute[p] > 0, rim->acute[end] > 0, at);
            status = insert(ctx, rim, p, at, &q);
            ++*n_split;
        }
    flx_free(marked);
    return status;
}

flx_status flx_rim_refine(flx_ctx *ctx, flx_rim *rim, flx_size *target, int32_t max_points)
{
    flx_size rules = *target;
    int32_t n_rule = target->n;
    // The sources of the rules come first; the tree shuffles, so keep them aside.
    flx_size_source *kept = FLX_NEW_ARRAY(ctx, flx_size_source, n_rule);
    if (!kept)
        return FLX_ERR_MEMORY;
    if (n_rule > 0)
        memcpy(kept, rules.source, (size_t)n_rule * sizeof *kept);
    flx_status status = FLX_OK;
    int32_t n_split = 1;
    for (int32_t round = 0; status == FLX_OK && n_split > 0; round++) {
        if (round == MAX_ROUNDS || rim->n > max_points) {
            status = flx_fail(ctx, FLX_ERR_GEOMETRY,
                              "the rim needs more than %d points, last near (%.9g, %.9g): parts of "
                              "it come too close to each other; widen or remove them, or raise "
                              "mesh.max_sites",
                              rim->n, rim->xy[rim->n - 1][0], rim->xy[rim->n - 1][1]);
            break;
        }
        strip s = {0};
        if (n_rule > 0)
            memcpy(target->source, kept, (size_t)n_rule * sizeof *kept);
        status = add_rim(ctx, rim, n_rule, target);
        if (status == FLX_OK)
            status = strip_init(ctx, rim, &s);
        if (status == FLX_OK)
            status = round_of_splits(ctx, rim, target, &s, &n_split);
        strip_clear(&s);
    }
    flx_free(kept);
    return status;
}
