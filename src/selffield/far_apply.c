// selffield/far_apply.c -- the distant part at work: up the tree, across, and down.
//
// Every box is written by one thread, which adds what it gets in a fixed order.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "selffield/lanes.h"
#include "selffield/operator.h"

#include <string.h>

// ---- Up -----------------------------------------------------------------------------------------

// From facets [n] to weights [width], and from potentials [width] to facets.
#define LEAF_KERNELS(UP, DOWN, REAL, LOAD)                                                         \
    static void UP(const REAL *m, int32_t width, int32_t n, const double *k, double *weight)       \
    {                                                                                              \
        memset(weight, 0, (size_t)width * sizeof *weight);                                         \
        for (int32_t t = 0; t < n; t++, m += width)                                                \
            for (int32_t i = 0; i < width; i += FLX_WIDE)                                          \
                flx_store(weight + i, flx_fma(LOAD(m + i), flx_all(k[t]), flx_load(weight + i)));  \
    }                                                                                              \
    static void DOWN(const REAL *m, int32_t width, int32_t n, const double *v, double *a)          \
    {                                                                                              \
        for (int32_t t = 0; t < n; t++, m += width) {                                              \
            flx_wide s = {0};                                                                      \
            for (int32_t i = 0; i < width; i += FLX_WIDE)                                          \
                s = flx_fma(LOAD(m + i), flx_load(v + i), s);                                      \
            a[t] += flx_sum(s);                                                                    \
        }                                                                                          \
    }

LEAF_KERNELS(up_full, down_full, double, flx_load)
LEAF_KERNELS(up_single, down_single, float, flx_load_single)

static void leaf_up(void *arg, int32_t begin, int32_t end)
{
    flx_selffield *op = arg;
    const flx_far *far = &op->far;
    for (int32_t l = begin; l < end; l++) {
        const flx_leaf *leaf = &op->tree.leaf[l];
        int64_t at = (int64_t)leaf->place * far->width;
        for (int d = 0; d < 2; d++) {
            const double *k = op->x[d] + leaf->place;
            double *weight = op->x[d] + flx_far_place(op, leaf->box);
            if (far->single)
                up_single((const float *)far->moment + at, far->width, leaf->n, k, weight);
            else
                up_full((const double *)far->moment + at, far->width, leaf->n, k, weight);
        }
    }
}

// to [n][n] += Y^T from X, y and x [n][n]. Made for each n by itself: the loops are short.
static inline __attribute__((always_inline)) void pass_on_for(int32_t n, const double *restrict x,
                                                              const double *restrict y,
                                                              const double *restrict from,
                                                              double *restrict to)
{
    double spare[FLX_NODES_MAX * FLX_NODES_MAX];
    for (int32_t j = 0; j < n; j++) {
        for (int32_t i = 0; i < n; i++)
            spare[j * n + i] = 0;
        for (int32_t k = 0; k < n; k++)
            for (int32_t i = 0; i < n; i++)
                spare[j * n + i] += from[j * n + k] * x[k * n + i];
    }
    for (int32_t j = 0; j < n; j++)
        for (int32_t k = 0; k < n; k++)
            for (int32_t i = 0; i < n; i++)
                to[k * n + i] += y[j * n + k] * spare[j * n + i];
}

static void pass_on(int32_t n, const double *x, const double *y, const double *from, double *to)
{
#define CASE(N)                                                                                    \
    case N:                                                                                        \
        pass_on_for(N, x, y, from, to);                                                            \
        return
    switch (n) {
        CASE(4);
        CASE(5);
        CASE(6);
        CASE(7);
        CASE(8);
        CASE(9);
        CASE(10);
    default:
        pass_on_for(n, x, y, from, to);
    }
#undef CASE
}

// With the matrices of the halves in x and y: weights of a quarter to its box, and the transpose, what the
// box knows at its nodes to those of the quarter.
static void raise(const flx_far *far, int32_t quadrant, const double *from, double *to)
{
    double *const *up = far->up_turned;
    pass_on(far->nodes, up[quadrant % 2], up[quadrant / 2], from, to);
}

static void lower(const flx_far *far, int32_t quadrant, const double *from, double *to)
{
    double *const *up = far->up;
    pass_on(far->nodes, up[quadrant % 2], up[quadrant / 2], from, to);
}

typedef struct level_job {
    flx_selffield *op;
    int32_t first;
} level_job;

static void box_up(void *arg, int32_t begin, int32_t end)
{
    level_job *job = arg;
    flx_selffield *op = job->op;
    for (int32_t b = job->first + begin; b < job->first + end; b++) {
        const flx_box *box = &op->tree.box[b];
        for (int d = 0; d < 2 && box->divided; d++) {
            double *to = op->x[d] + flx_far_place(op, b);
            if (box->leaf < 0) // else those of its own facets are there
                memset(to, 0, (size_t)op->far.width * sizeof *to);
            for (int q = 0; q < 4; q++)
                if (box->child[q] >= 0)
                    raise(&op->far, q, op->x[d] + flx_far_place(op, box->child[q]), to);
        }
    }
}

void flx_far_up(flx_selffield *op)
{
    flx_pool_parts(op->pool, op->tree.n_leaf, 4, leaf_up, op);
    for (int32_t l = op->tree.n_level - 2; l >= 0; l--) {
        level_job job = {op, op->far.level[l]};
        flx_pool_parts(op->pool, op->far.level[l + 1] - job.first, 8, box_up, &job);
    }
}

// ---- Across -------------------------------------------------------------------------------------

// y += scale * (table^T x): V vectors of those that take, both components.
#define STRIP_KERNEL(NAME, V)                                                                      \
    static void NAME(int32_t n_row, int32_t width, const double *table, const double *const x[2],  \
                     double *const y[2], double scale)                                             \
    {                                                                                              \
        flx_wide sx[V] = {{0}}, sy[V] = {{0}};                                                     \
        for (int32_t j = 0; j < n_row; j++) {                                                      \
            const double *row = table + (int64_t)j * width;                                        \
            flx_wide xj = flx_all(x[0][j]), yj = flx_all(x[1][j]);                                 \
            for (int v = 0; v < V; v++) {                                                          \
                flx_wide t = flx_load(row + FLX_WIDE * v);                                         \
                sx[v] = flx_fma(t, xj, sx[v]);                                                     \
                sy[v] = flx_fma(t, yj, sy[v]);                                                     \
            }                                                                                      \
        }                                                                                          \
        for (int v = 0; v < V; v++) {                                                              \
            flx_store(y[0] + FLX_WIDE * v, flx_load(y[0] + FLX_WIDE * v) + sx[v] * scale);         \
            flx_store(y[1] + FLX_WIDE * v, flx_load(y[1] + FLX_WIDE * v) + sy[v] * scale);         \
        }                                                                                          \
    }

STRIP_KERNEL(strip_1, 1)
STRIP_KERNEL(strip_2, 2)
STRIP_KERNEL(strip_3, 3)
STRIP_KERNEL(strip_4, 4)
STRIP_KERNEL(strip_5, 5)
STRIP_KERNEL(strip_6, 6)
STRIP_KERNEL(strip_7, 7)
STRIP_KERNEL(strip_8, 8)

// table [n_row][width], in strips whose sums fill half of the registers.
static void transfer(int32_t n_row, int32_t width, const double *table, const double *const x[2],
                     double *const y[2], double scale)
{
    static void (*const kernel[])(int32_t, int32_t, const double *, const double *const[2],
                                  double *const[2], double) = {
        NULL, strip_1, strip_2, strip_3, strip_4, strip_5, strip_6, strip_7, strip_8};
    for (int32_t i = 0, left = width / FLX_WIDE, now; left > 0; left -= now) {
        now = left < FLX_WIDE ? left : FLX_WIDE; // 8 registers of 16, 16 of 32
        kernel[now](n_row, width, table + i, x, (double *[2]){y[0] + i, y[1] + i}, scale);
        i += FLX_WIDE * now;
    }
}

// Weights at the nodes as combinations of what boxes give each other.
static void give(void *arg, int32_t begin, int32_t end)
{
    flx_selffield *op = arg;
    const flx_far *far = &op->far;
    for (int32_t b = begin; b < end; b++) {
        const double *x[2];
        double *y[2];
        for (int d = 0; d < 2; d++) {
            x[d] = op->x[d] + flx_far_place(op, b);
            y[d] = far->given[d] + (int64_t)b * far->rank_width;
            memset(y[d], 0, (size_t)far->rank_width * sizeof *y[d]);
            memset(far->taken[d] + (int64_t)b * far->rank_width, 0,
                   (size_t)far->rank_width * sizeof *y[d]);
        }
        transfer(far->n_node, far->rank_width, far->give, x, y, 1);
    }
}

static void take(void *arg, int32_t begin, int32_t end)
{
    flx_selffield *op = arg;
    const flx_far *far = &op->far;
    for (int32_t b = begin; b < end; b++) {
        int64_t at = (int64_t)b * far->rank_width;
        const double *x[2] = {far->taken[0] + at, far->taken[1] + at};
        double *y[2] = {op->y[0] + flx_far_place(op, b), op->y[1] + flx_far_place(op, b)};
        transfer(far->rank, far->width, far->take, x, y, 1);
    }
}

static void chunk_across(void *arg, int32_t chunk, int32_t unused)
{
    (void)unused;
    flx_selffield *op = arg;
    const flx_far *far = &op->far;
    const double *given[2];
    double *taken[2];
    for (int d = 0; d < 2; d++) {
        given[d] = far->give ? far->given[d] : op->x[d] + op->tree.n_place;
        taken[d] = far->give ? far->taken[d] : op->y[d] + op->tree.n_place;
    }
    for (int64_t k = far->chunk[chunk]; k < far->chunk[chunk + 1]; k++) {
        const flx_transfer *v = &far->transfer[k];
        const flx_box *to_box = &op->tree.box[v->to], *from_box = &op->tree.box[v->from];
        int64_t to = (int64_t)v->to * far->rank_width, from = (int64_t)v->from * far->rank_width;
        const double *x[2] = {given[0] + from, given[1] + from};
        double *y[2] = {taken[0] + to, taken[1] + to};
        bool flat = to_box->layer == from_box->layer;
        transfer(far->rank, far->rank_width,
                 far->table + (int64_t)v->table * far->rank * far->rank_width, x, y,
                 flat ? 1 / flx_box_size(&op->tree, to_box->level) : 1);
    }
}

void flx_far_across(flx_selffield *op)
{
    if (op->far.give)
        flx_pool_parts(op->pool, op->tree.n_box, 16, give, op);
    flx_pool_each(op->pool, op->far.n_chunk, chunk_across, op);
    if (op->far.give)
        flx_pool_parts(op->pool, op->tree.n_box, 16, take, op);
}

// ---- Down ---------------------------------------------------------------------------------------

static void box_down(void *arg, int32_t begin, int32_t end)
{
    level_job *job = arg;
    flx_selffield *op = job->op;
    for (int32_t b = job->first + begin; b < job->first + end; b++) {
        const int32_t *child = op->tree.box[b].child;
        for (int q = 0; q < 4; q++)
            for (int d = 0; d < 2 && child[q] >= 0; d++)
                lower(&op->far, q, op->y[d] + flx_far_place(op, b),
                      op->y[d] + flx_far_place(op, child[q]));
    }
}

static void leaf_down(void *arg, int32_t begin, int32_t end)
{
    flx_selffield *op = arg;
    const flx_far *far = &op->far;
    for (int32_t l = begin; l < end; l++) {
        const flx_leaf *leaf = &op->tree.leaf[l];
        int64_t at = (int64_t)leaf->place * far->width;
        for (int d = 0; d < 2; d++) {
            double *a = op->y[d] + leaf->place;
            const double *v = op->y[d] + flx_far_place(op, leaf->box);
            if (far->single)
                down_single((const float *)far->moment + at, far->width, leaf->n, v, a);
            else
                down_full((const double *)far->moment + at, far->width, leaf->n, v, a);
        }
    }
}

void flx_far_down(flx_selffield *op)
{
    for (int32_t l = 0; l < op->tree.n_level - 1; l++) {
        level_job job = {op, op->far.level[l]};
        flx_pool_parts(op->pool, op->far.level[l + 1] - job.first, 8, box_down, &job);
    }
    flx_pool_parts(op->pool, op->tree.n_leaf, 4, leaf_down, op);
}
