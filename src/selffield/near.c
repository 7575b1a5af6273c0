// selffield/near.c -- the close part of P: dense blocks between leaves, each stored once and used
// in both directions.
//
// Every block writes what it gives to a slot of its own; then each range adds its slots in order.
// So the bits do not depend on which thread takes which block. Values are kept in single precision
// where the tolerance allows; sums are always in double.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "selffield/lanes.h"
#include "selffield/operator.h"

#include <stdlib.h>
#include <string.h>

// What goes through a block of n_row (a multiple of 4) times width (of 8) values v:
//   row += v col_x (both components),   back = v^T row_x.
typedef struct passage {
    int32_t n_row, width;
    const double *row_x[2], *col_x[2]; // [n_row], [width]
    double *row[2], *back[2];          // [n_row], [width]; back is set
} passage;

// Values are read once, from memory: what comes in 2 kB, behind them or in the next block, is sent for.
enum { AHEAD = 2048 };

#define BLOCK_KERNEL(NAME, TYPE, LOAD)                                                             \
    static void NAME(const passage *p, const TYPE *v)                                              \
    {                                                                                              \
        int32_t w = p->width;                                                                      \
        const double *restrict cx = p->col_x[0], *restrict cy = p->col_x[1];                       \
        double *restrict bx = p->back[0], *restrict by = p->back[1];                               \
        memset(bx, 0, (size_t)w * sizeof *bx);                                                     \
        memset(by, 0, (size_t)w * sizeof *by);                                                     \
        for (int32_t i = 0; i < p->n_row; i += 4) {                                                \
            flx_wide rx[4], ry[4];                                                                 \
            for (int32_t q = 0; q < 4; q++) {                                                      \
                rx[q] = flx_all(p->row_x[0][i + q]);                                               \
                ry[q] = flx_all(p->row_x[1][i + q]);                                               \
            }                                                                                      \
            const TYPE *v0 = v + (int64_t)i * w, *v1 = v0 + w, *v2 = v1 + w, *v3 = v2 + w;         \
            flx_wide x0 = {0}, x1 = {0}, x2 = {0}, x3 = {0}, y0 = {0}, y1 = {0}, y2 = {0},         \
                     y3 = {0};                                                                     \
            for (int32_t j = 0; j < w; j += FLX_WIDE) {                                            \
                for (size_t k = 0; k < 4 * FLX_WIDE * sizeof(TYPE); k += 64)                       \
                    __builtin_prefetch((void *)((uintptr_t)(v0 + 4 * j) + AHEAD + k), 0, 3);       \
                flx_wide a = LOAD(v0 + j), b = LOAD(v1 + j), c = LOAD(v2 + j), d = LOAD(v3 + j);   \
                flx_wide x = flx_load(cx + j), y = flx_load(cy + j);                               \
                flx_wide back_x = flx_load(bx + j), back_y = flx_load(by + j);                     \
                x0 = flx_fma(a, x, x0);                                                            \
                y0 = flx_fma(a, y, y0);                                                            \
                x1 = flx_fma(b, x, x1);                                                            \
                y1 = flx_fma(b, y, y1);                                                            \
                x2 = flx_fma(c, x, x2);                                                            \
                y2 = flx_fma(c, y, y2);                                                            \
                x3 = flx_fma(d, x, x3);                                                            \
                y3 = flx_fma(d, y, y3);                                                            \
                back_x = flx_fma(b, rx[1], flx_fma(a, rx[0], back_x));                             \
                back_y = flx_fma(b, ry[1], flx_fma(a, ry[0], back_y));                             \
                flx_store(bx + j, flx_fma(d, rx[3], flx_fma(c, rx[2], back_x)));                   \
                flx_store(by + j, flx_fma(d, ry[3], flx_fma(c, ry[2], back_y)));                   \
            }                                                                                      \
            double *rowx = p->row[0] + i, *rowy = p->row[1] + i;                                   \
            rowx[0] += flx_sum(x0);                                                                \
            rowx[1] += flx_sum(x1);                                                                \
            rowx[2] += flx_sum(x2);                                                                \
            rowx[3] += flx_sum(x3);                                                                \
            rowy[0] += flx_sum(y0);                                                                \
            rowy[1] += flx_sum(y1);                                                                \
            rowy[2] += flx_sum(y2);                                                                \
            rowy[3] += flx_sum(y3);                                                                \
        }                                                                                          \
    }

BLOCK_KERNEL(pass_full, double, flx_load)
BLOCK_KERNEL(pass_single, float, flx_load_single)

static int32_t rows_of(const flx_selffield *op, int32_t leaf)
{
    return (op->tree.leaf[leaf].n + 3) / 4 * 4;
}

// The blocks of one share of the work, run by run of equal rows.
static void pass_part(void *arg, int32_t part, int32_t unused)
{
    (void)unused;
    flx_selffield *op = arg;
    const flx_near *near = &op->near;
    for (int64_t k = near->part[part]; k < near->part[part + 1]; k++) {
        const flx_block *b = &near->block[k];
        const flx_range *row = &near->range[b->row], *col = &near->range[b->col];
        passage p = {.n_row = rows_of(op, b->row), .width = col->width};
        double *row_slot = near->slot + b->row_slot, *col_slot = near->slot + b->col_slot;
        if (k == near->part[part] || near->block[k - 1].row != b->row)
            memset(row_slot, 0, 2 * (size_t)row->width * sizeof *row_slot);
        for (int c = 0; c < 2; c++) {
            p.row_x[c] = op->x[c] + row->place;
            p.col_x[c] = op->x[c] + col->place;
            p.row[c] = row_slot + (int64_t)c * row->width;
            p.back[c] = col_slot + (int64_t)c * col->width;
        }
        if (near->full)
            pass_full(&p, near->full + b->at);
        else
            pass_single(&p, near->single + b->at);
    }
}

// Ranges collect what was given to them.
static void collect(void *arg, int32_t begin, int32_t end)
{
    flx_selffield *op = arg;
    const flx_near *near = &op->near;
    for (int32_t r = begin; r < end; r++) {
        int32_t place = near->range[r].place, width = near->range[r].width;
        for (int64_t g = near->give_row[r]; g < near->give_row[r + 1]; g++)
            for (int c = 0; c < 2; c++) {
                const double *restrict from = near->slot + near->give[g] + (int64_t)c * width;
                double *restrict to = op->y[c] + place;
                for (int32_t j = 0; j < width; j++)
                    to[j] += from[j];
            }
    }
}

void flx_near_apply(flx_selffield *op)
{
    flx_pool_each(op->pool, op->near.n_part, pass_part, op);
    flx_pool_parts(op->pool, op->near.n_range, 16, collect, op);
}

// ---- Making ------------------------------------------------------------------------------------

static int by_row(const void *p, const void *q)
{
    const flx_pairing *a = p, *b = q;
    if (a->row != b->row)
        return a->row < b->row ? -1 : 1;
    return (a->col > b->col) - (a->col < b->col);
}

// Shares of nearly equal numbers of values, cut where the row changes.
static void share_out(flx_near *near)
{
    int32_t parts = near->n_part;
    near->n_part = 0;
    near->part[0] = 0;
    for (int64_t k = 1; k <= near->n_block; k++) {
        bool last = k == near->n_block;
        if (!last && near->block[k].row == near->block[k - 1].row)
            continue;
        int64_t done = last ? near->n_value : near->block[k].at;
        if (last || done * parts >= near->n_value * (near->n_part + 1))
            near->part[++near->n_part] = k;
    }
}

// Places of values and slots, and the list of slots of each range.
static flx_status lay_out(flx_selffield *op, const flx_pairing *pair, int64_t n_pair)
{
    flx_near *near = &op->near;
    near->n_block = n_pair;
    near->n_part = 64;
    near->block = FLX_NEW_ARRAY(op->ctx, flx_block, n_pair);
    near->part = FLX_NEW_ARRAY(op->ctx, int64_t, near->n_part + 1);
    near->give = FLX_NEW_ARRAY(op->ctx, int64_t, 2 * n_pair);
    near->give_row = FLX_NEW_ARRAY(op->ctx, int64_t, near->n_range + 2);
    if (!near->block || !near->part || !near->give || !near->give_row)
        return FLX_ERR_MEMORY;
    // Counts stand two places late, so that filling the lists leaves their borders behind.
    for (int64_t k = 0; k < n_pair; k++) {
        flx_block *b = &near->block[k];
        bool new_row = k == 0 || pair[k].row != pair[k - 1].row;
        *b = (flx_block){pair[k].row, pair[k].col, near->n_value, 0, 0};
        near->n_value += (int64_t)rows_of(op, b->row) * near->range[b->col].width;
        if (new_row) {
            b->row_slot = near->n_slot;
            near->n_slot += 2 * (int64_t)near->range[b->row].width;
            near->give_row[b->row + 2]++;
        } else {
            b->row_slot = near->block[k - 1].row_slot;
        }
        b->col_slot = near->n_slot;
        near->n_slot += 2 * (int64_t)near->range[b->col].width;
        if (b->col != b->row) // what a leaf gives to itself is all in the row
            near->give_row[b->col + 2]++;
    }
    for (int32_t r = 0; r < near->n_range; r++)
        near->give_row[r + 2] += near->give_row[r + 1];
    for (int64_t k = 0; k < n_pair; k++) {
        const flx_block *b = &near->block[k];
        if (k == 0 || b->row != near->block[k - 1].row)
            near->give[near->give_row[b->row + 1]++] = b->row_slot;
        if (b->col != b->row)
            near->give[near->give_row[b->col + 1]++] = b->col_slot;
    }
    share_out(near);
    return FLX_OK;
}

// Facets against the nodes of a box.
static void fill_nodes(const flx_selffield *op, const flx_block *b, double *value)
{
    const flx_leaf *row = &op->tree.leaf[b->row];
    const flx_box *box = &op->tree.box[b->col - op->tree.n_leaf];
    for (int32_t j = 0; j < op->far.n_node; j++) {
        double r[3], phi[4];
        flx_far_node(op, box, j, r);
        for (int32_t i = 0; i < row->n; i++) {
            flx_facet_potential(&op->tree.facet[row->first + i], r, phi);
            value[(int64_t)i * op->far.width + j] = phi[0] / flx_four_pi;
        }
    }
}

// One block in double precision, rows of stride `width`; what is beyond the facets is left.
static void fill(const flx_selffield *op, const flx_block *b, double *value)
{
    const flx_tree *tree = &op->tree;
    const flx_leaf *row = &tree->leaf[b->row];
    int32_t width = op->near.range[b->col].width;
    if (b->col >= tree->n_leaf) {
        fill_nodes(op, b, value);
        return;
    }
    const flx_leaf *col = &tree->leaf[b->col];
    flx_pair_block(tree->facet + row->first, row->n, tree->facet + col->first, col->n, op->accuracy,
                   value, width);
    if (b->row == b->col) // the lower half is the upper one
        for (int32_t i = 0; i < row->n; i++)
            for (int32_t j = 0; j < i; j++)
                value[(int64_t)i * width + j] = value[(int64_t)j * width + i];
}

typedef struct filling {
    flx_selffield *op;
    double *scratch; // [threads at most n_part][longest block]
    int64_t longest;
} filling;

static void fill_part(void *arg, int32_t part, int32_t unused)
{
    (void)unused;
    filling *f = arg;
    flx_near *near = &f->op->near;
    double *scratch = near->full ? NULL : f->scratch + part * f->longest;
    for (int64_t k = near->part[part]; k < near->part[part + 1]; k++) {
        const flx_block *b = &near->block[k];
        int64_t n = (int64_t)rows_of(f->op, b->row) * near->range[b->col].width;
        if (near->full) {
            fill(f->op, b, near->full + b->at);
            continue;
        }
        memset(scratch, 0, (size_t)n * sizeof *scratch);
        fill(f->op, b, scratch);
        for (int64_t m = 0; m < n; m++)
            near->single[b->at + m] = (float)scratch[m];
    }
}

static flx_status find_ranges(flx_selffield *op)
{
    flx_near *near = &op->near;
    int32_t n_leaf = op->tree.n_leaf;
    near->n_range = n_leaf + (op->far.nodes > 0 ? op->tree.n_box : 0);
    near->range = FLX_NEW_ARRAY(op->ctx, flx_range, near->n_range);
    if (!near->range)
        return FLX_ERR_MEMORY;
    for (int32_t r = 0; r < near->n_range; r++)
        near->range[r] = r < n_leaf ? (flx_range){op->tree.leaf[r].place, op->tree.leaf[r].width}
                                    : (flx_range){flx_far_place(op, r - n_leaf), op->far.width};
    return FLX_OK;
}

flx_status flx_near_create(flx_selffield *op, flx_pairs *pairs, bool full)
{
    flx_pairing *pair = pairs->close;
    int64_t n_pair = pairs->n_close;
    flx_near *near = &op->near;
    flx_ctx *ctx = op->ctx;
    qsort(pair, (size_t)n_pair, sizeof *pair, by_row);
    FLX_TRY(find_ranges(op));
    FLX_TRY(lay_out(op, pair, n_pair));
    filling f = {.op = op};
    near->slot = FLX_NEW_ARRAY(ctx, double, near->n_slot);
    if (full)
        near->full = FLX_NEW_ARRAY(ctx, double, near->n_value);
    else
        near->single = FLX_NEW_ARRAY(ctx, float, near->n_value);
    if (!near->slot || (!near->full && !near->single))
        return FLX_ERR_MEMORY;
    for (int64_t k = 0; k < near->n_block; k++) {
        int64_t end = k + 1 < near->n_block ? near->block[k + 1].at : near->n_value;
        if (end - near->block[k].at > f.longest)
            f.longest = end - near->block[k].at;
    }
    if (!full && !(f.scratch = FLX_NEW_ARRAY(ctx, double, near->n_part *f.longest)))
        return FLX_ERR_MEMORY;
    flx_pool_each(op->pool, near->n_part, fill_part, &f);
    flx_free(f.scratch);
    return FLX_OK;
}

double flx_near_bytes(const flx_near *near)
{
    return (double)near->n_value * (near->full ? 8 : 4) + (double)near->n_slot * 8 +
           (double)near->n_block * (double)(sizeof *near->block + 16);
}

void flx_near_clear(flx_near *near)
{
    flx_free(near->range);
    flx_free(near->block);
    flx_free(near->single);
    flx_free(near->full);
    flx_free(near->slot);
    flx_free(near->give);
    flx_free(near->give_row);
    flx_free(near->part);
    *near = (flx_near){0};
}
