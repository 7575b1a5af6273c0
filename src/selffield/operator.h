// selffield/operator.h -- the inside of the operator: sorted facets, tree of boxes, close blocks,
// transfers between distant boxes.
//
// Each height is a layer with a quadtree of square boxes of its own; all layers share one grid.
// Facets are sorted so that a box holds consecutive ones. Vectors of the operator have a range of
// places for each leaf (currents and moments of its facets) and, behind these, one for each box
// (weights and potentials at its nodes); ranges are padded to multiples of 8.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_SELFFIELD_OPERATOR_H
#define FLX_SELFFIELD_OPERATOR_H

#include "base/pool.h"
#include "fluxoid/selffield.h"
#include "selffield/facet.h"

enum { FLX_SELFFIELD_COOKIE = 0x5e1ff1e1, FLX_NODES_MAX = 14 };

static const double flx_four_pi = 12.566370614359172954;

// A facet goes down to a smaller box unless it reaches farther from its centroid than this share of
// half the side of that box. With 0.5 one node more is needed, with 0.3 a fourth more near pairs on
// graded meshes; even ones do not see it.
static const double flx_reach_max = 0.4;

typedef struct flx_box {
    int32_t level, ix, iy, layer;
    int32_t first, n; // facets, in sorted order; its own come before those of the children
    int32_t n_own;    // those too large for the children, or all if it is not divided
    int32_t child[4]; // by lower/upper half in x, then y; -1: none
    int32_t parent;   // -1: root
    int32_t leaf;     // number of the leaf of its own facets, -1: it has none
    bool divided;
    double reach; // largest radius of its facets
} flx_box;

// The own facets of a box.
typedef struct flx_leaf {
    int32_t box, first, n;  // facets, in sorted order
    int32_t place, width;   // of its range
    double low[2], high[2]; // corners of all facets lie between
} flx_leaf;

typedef struct flx_tree {
    int32_t n_facet, n_layer, n_box, n_leaf, n_place, n_level;
    int32_t facets;      // wanted in a leaf
    flx_facet *facet;    // [n_facet] sorted
    int32_t *from;       // [n_facet] index of the sorted facet as the caller gave it
    int32_t *place;      // [n_facet] place of the sorted facet
    double *z;           // [n_layer] ascending
    flx_box *box;        // [n_box] by level; the roots [n_layer] first
    flx_leaf *leaf;      // [n_leaf] in the order of their facets
    double x0, y0, size; // lower left corner of the root boxes, their side
    double wide; // side of the square of the polynomials of a box, in its own sides: in it lie
                 // all its facets, though a box is only certain to hold their centroids
} flx_tree;

// Leaves of an even mesh hold about `facets` facets.
flx_status flx_tree_create(flx_ctx *ctx, const flx_selffield_problem *problem, int32_t facets,
                           flx_tree *tree);
void flx_tree_clear(flx_tree *tree);
double flx_box_size(const flx_tree *tree, int32_t level);
void flx_box_centre(const flx_tree *tree, const flx_box *b, double centre[3]);

// ---- Pairs --------------------------------------------------------------------------------------

// Two leaves, row <= col, or a leaf and the nodes of box col - n_leaf.
typedef struct flx_pairing {
    int32_t row, col;
} flx_pairing;

// Box `from` acts on box `to` of its level.
typedef struct flx_transfer {
    int32_t table, to, from;
} flx_transfer;

typedef struct flx_pairs {
    flx_pairing *close;
    flx_transfer *far; // both ways; table is left 0
    int64_t n_close, n_far, room_close, room_far;
} flx_pairs;

// All pairs of facets, each in one close pair or one far pair (of boxes above them). n_node = 0:
// all are close.
flx_status flx_pairs_find(flx_ctx *ctx, const flx_tree *tree, int32_t n_node, flx_pairs *pairs);
void flx_pairs_clear(flx_pairs *pairs);

// ---- Close --------------------------------------------------------------------------------------

typedef struct flx_range {
    int32_t place, width;
} flx_range;

// A block of P/(4 pi), row by row, used in both directions.
typedef struct flx_block {
    int32_t row, col;           // ranges
    int64_t at;                 // first value
    int64_t row_slot, col_slot; // where the results go; a run of blocks shares its row_slot
} flx_block;

typedef struct flx_near {
    int32_t n_range, n_part;
    int64_t n_block, n_value, n_slot;
    flx_range *range;  // [n_range] leaves, then boxes
    flx_block *block;  // [n_block] sorted by row, then column
    float *single;     // [n_value] or NULL
    double *full;      // [n_value] or NULL
    double *slot;      // [n_slot] results of the blocks: x of a range, then y
    int64_t *give;     // slots of each range, in order
    int64_t *give_row; // [n_range + 1]
    int64_t *part;     // [n_part + 1] blocks of each share of the work
} flx_near;

// ---- Far ----------------------------------------------------------------------------------------

// Potentials between distant boxes by polynomials through Chebyshev nodes, nodes^2 in each box, since
// a layer is flat. After Fong and Darve, J. Comput. Phys. 228, 8712 (2009): what boxes give each other
// is a combination of fewer functions than there are nodes, to the tolerance.
typedef struct flx_far {
    int32_t nodes, n_node, width; // in a direction, in a box, up to a multiple of 8
    bool single;                  // precision in which moments are kept
    int32_t n_table, n_chunk;
    int64_t n_transfer;
    double node[FLX_NODES_MAX];   // in [-1, 1]
    double *node_xy[2];           // [width] of each node; 0 beyond them
    double *up[2], *up_turned[2]; // [nodes of the box][nodes of its half]: its polynomials there
    void *moment; // [n_place of the leaves][width] polynomials integrated over facets
    // Functions that boxes give and take, up to a multiple of 8; of the nodes, and back.
    int32_t rank, rank_width;
    double *give, *take;    // [n_node][rank_width], [rank][width]; NULL: they are the nodes
    double *given[2];       // [n_box][rank_width] what boxes give; NULL: x and y of op have it
    double *taken[2];       // and get
    double *table;          // [n_table][rank that give][rank_width that take]
    flx_transfer *transfer; // [n_transfer] by chunk, then table, then box
    int64_t *chunk;         // [n_chunk + 1] transfers to each chunk of boxes
    int32_t *level;         // [n_level + 1] first box of each
} flx_far;

struct flx_selffield {
    flx_ctx *ctx;
    flx_pool *pool;
    flx_tree tree;
    flx_near near;
    flx_far far;         // nodes = 0: there is none (few facets); connected if hierarchical
    double accuracy;     // of pairs
    int32_t n_place;     // length of vectors
    double *x[2], *y[2]; // [n_place] currents and moments
    int32_t *sorted;     // [n_tri] where the caller's triangle stands in the sorted order
    flx_selffield_report report;
};

// Sorts the pairs, lays the blocks out and fills them, in single precision unless `full`.
flx_status flx_near_create(flx_selffield *op, flx_pairs *pairs, bool full);
void flx_near_clear(flx_near *near);
double flx_near_bytes(const flx_near *near);
// y += (blocks) x
void flx_near_apply(flx_selffield *op);

// Nodes, moments of facets (kept in single precision or not; sums are always in double) and the
// polynomials of boxes in larger boxes: what fields need.
flx_status flx_far_create(flx_selffield *op, int32_t nodes, bool single);
// Tables of the far pairs; the tolerance says how many functions boxes exchange.
flx_status flx_far_connect(flx_selffield *op, double tolerance, const flx_pairs *pairs);
void flx_far_clear(flx_far *far);
double flx_far_bytes(const flx_selffield *op);
int32_t flx_far_place(const flx_selffield *op, int32_t box);
// Position of a node of a box.
void flx_far_node(const flx_selffield *op, const flx_box *b, int32_t node, double r[3]);
// Currents to weights of all boxes.
void flx_far_up(flx_selffield *op);
// y of boxes += tables * weights
void flx_far_across(flx_selffield *op);
// Potentials of boxes to moments of facets, which are added to y.
void flx_far_down(flx_selffield *op);

// P/(4 pi) of two rows of facets, each of one height: value[i * stride + j].
void flx_pair_block(const flx_facet *row, int32_t n_row, const flx_facet *col, int32_t n_col,
                    double accuracy, double *value, int32_t stride);
// The caller's currents into op->x.
void flx_selffield_copy_in(flx_selffield *op, const double *k);
// A facet against all facets for the currents in op->x, from pairs to a relative accuracy.
void flx_pair_sum(const flx_selffield *op, const flx_facet *f, double accuracy, double a[2]);

// Compares apply with exact sums; fails if the error exceeds the tolerance. Leaves it in the report.
flx_status flx_selffield_verify(flx_selffield *op, double tolerance);

#endif
