// selffield/operator.h -- the inside of the operator: sorted facets, tree of boxes, close blocks.
//
// Each height is a layer with a quadtree of square boxes of its own; all layers share one grid.
// Facets are sorted so that a box holds consecutive ones. The facets of a leaf stand in "places"
// padded to a multiple of 8, so that blocks of P between leaves are loops over whole vectors.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_SELFFIELD_OPERATOR_H
#define FLX_SELFFIELD_OPERATOR_H

#include "base/pool.h"
#include "fluxoid/selffield.h"
#include "selffield/facet.h"

enum { FLX_SELFFIELD_COOKIE = 0x5e1ff1e1 };

typedef struct flx_box {
    int32_t level, ix, iy, layer;
    int32_t first, n; // facets, in sorted order
    int32_t child[4]; // -1: none
    int32_t parent;   // -1: root
    int32_t leaf;     // number among the leaves, -1: not a leaf
} flx_box;

typedef struct flx_leaf {
    int32_t box, first, n; // facets, in sorted order
    int32_t place;         // of the first, a multiple of 8
    int32_t width;         // n, up to a multiple of 8
} flx_leaf;

typedef struct flx_tree {
    int32_t n_facet, n_layer, n_box, n_leaf, n_place, n_level;
    flx_facet *facet;    // [n_facet] sorted
    int32_t *from;       // [n_facet] index of the sorted facet as the caller gave it
    int32_t *place;      // [n_facet] place of the sorted facet
    double *z;           // [n_layer] ascending
    flx_box *box;        // [n_box] parents before children, the roots [n_layer] first
    flx_leaf *leaf;      // [n_leaf] in the order of their facets
    double x0, y0, size; // lower left corner of the root boxes, their side
} flx_tree;

flx_status flx_tree_create(flx_ctx *ctx, const flx_selffield_problem *problem, flx_tree *tree);
void flx_tree_clear(flx_tree *tree);

// Vectors of the operator: a range of places for each leaf (currents and moments of its facets)
// and, behind them, one for each box (weights and values at its nodes).
typedef struct flx_range {
    int32_t place, width; // multiples of 8
} flx_range;

// A block of P/(4 pi) between a leaf and a range, row by row, used in both directions.
typedef struct flx_block {
    int32_t row, col;           // row: a leaf <= col; col: a range
    int64_t at;                 // first value
    int64_t row_slot, col_slot; // where the results go; a run of blocks shares its row_slot
} flx_block;

typedef struct flx_near {
    int32_t n_range, n_part;
    int64_t n_block, n_value, n_slot;
    flx_range *range;  // [n_range]
    flx_block *block;  // [n_block] sorted by row, then column
    float *single;     // [n_value] or NULL
    double *full;      // [n_value] or NULL
    double *slot;      // [n_slot] results of the blocks: x of a range, then y
    int64_t *give;     // slots of each range, in order
    int64_t *give_row; // [n_range + 1]
    int64_t *part;     // [n_part + 1] blocks of each share of the work
} flx_near;

struct flx_selffield {
    flx_ctx *ctx;
    flx_pool *pool;
    flx_tree tree;
    flx_near near;
    double accuracy;     // of pairs
    int32_t n_place;     // length of vectors
    double *x[2], *y[2]; // [n_place] currents and moments
    int32_t *sorted;     // [n_tri] where the caller's triangle stands in the sorted order
    flx_selffield_report report;
};

// What a block is filled from. Facets of the row leaf against facets of the column leaf, or against
// the nodes of a box.
typedef struct flx_pairing {
    int32_t row, col;
} flx_pairing;

// Sorts the pairs, lays the blocks out and fills them, in single precision unless `full`.
flx_status flx_near_create(flx_selffield *op, flx_pairing *pair, int64_t n_pair, bool full);
void flx_near_clear(flx_near *near);
double flx_near_bytes(const flx_near *near);
// y += (blocks) x
void flx_near_apply(flx_selffield *op);

// P/(4 pi) of two rows of facets: value[i * stride + j]; all pairs of leaves, for dense operators.
void flx_pair_block(const flx_facet *row, int32_t n_row, const flx_facet *col, int32_t n_col,
                    double accuracy, double *value, int32_t stride);

// A facet against all facets for the currents in op->x, from pairs to a relative accuracy.
void flx_pair_sum(const flx_selffield *op, const flx_facet *f, double accuracy, double a[2]);

static const double flx_four_pi = 12.566370614359172954;

#endif
