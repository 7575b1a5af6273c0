// linalg/frontal.c -- sparse Cholesky by fronts.
//
// The front of a supernode is a dense lower triangle: what the matrix has in its columns, and what
// its children in the tree of elimination subtract from its rows. Its own columns are eliminated,
// the rest is the update that its parent takes. All loops run over blocks of 8 rows and 4 columns
// that stay in registers; only what is left of large fronts goes to BLAS. One thread, in a fixed
// order: the bits depend on nothing else.
//
// Duff, Reid, ACM Trans. Math. Softw. 9, 302 (1983); Davis, Rajamanickam, Sid-Lakhdar, Acta Numerica
// 25, 383 (2016), section 11.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "linalg/frontal.h"

#include "linalg/panel.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

enum {
    T = FLX_TILE,
    W = 4,      // columns of a block
    STRIP = 96, // columns eliminated before the rest of the front hears of them
    LARGE = 192 // rows of the rest from which BLAS takes it
};

#ifdef __AVX512F__
enum { LANES = 8 };
#else
enum { LANES = 4 };
#endif
enum { PARTS = T / LANES };
typedef double vec __attribute__((vector_size(8 * LANES), aligned(8), may_alias));

typedef struct node {
    int32_t n_col, n_row, stride; // of columns of the front: whole tiles, but no power of two
    int32_t child, sibling;       // first child, next child of the same parent; -1: none
    int64_t entry, n_entry;       // what the matrix puts in
    int64_t to_parent;            // into f->to_parent: for each row below, its row in the parent
    int64_t update_at;            // of its update, packed by columns, on the stack
} node;

struct flx_frontal {
    int32_t n_super;
    node *node;
    int32_t *from, *to; // [entries] place among the values, place in the front
    int32_t *to_parent;
    double *front, *panel, *stack;
    double *inverse, *strip; // of the diagonal; eight rows of a panel
};

// -- the plan -------------------------------------------------------------------------------------

static int32_t tiled(int32_t n)
{
    return flx_panel_tiles(n) * T;
}

// Parents, children in order; where updates lie on a stack that children leave when their parent
// is made. False: the supernodes are in no postorder.
static bool plan_tree(const flx_supernodes *in, flx_frontal *f, const int32_t *of_place,
                      int64_t *deepest)
{
    int64_t below = 0, top = 0;
    *deepest = 0;
    for (int32_t s = 0; s < f->n_super; s++) {
        node *me = &f->node[s];
        *me = (node){.n_col = in->first[s + 1] - in->first[s],
                     .n_row = in->start[s + 1] - in->start[s],
                     .child = -1,
                     .sibling = -1,
                     .to_parent = below};
        me->stride = (flx_panel_tiles(me->n_row) | 1) * T;
        below += me->n_row - me->n_col;
    }
    for (int32_t s = f->n_super - 1; s >= 0; s--) {
        const node *me = &f->node[s];
        if (me->n_row == me->n_col)
            continue;
        int32_t parent = of_place[in->rows[in->start[s] + me->n_col]];
        f->node[s].sibling = f->node[parent].child;
        f->node[parent].child = s;
    }
    for (int32_t s = 0; s < f->n_super; s++) {
        node *me = &f->node[s];
        int64_t n = me->n_row - me->n_col, size = n * (n + 1) / 2;
        for (int32_t c = me->child, last = -1; c >= 0; last = c, c = f->node[c].sibling)
            if (last >= 0 && c < last)
                return false;
        if (me->child >= 0 && f->node[me->child].update_at > top)
            return false;
        top = me->child >= 0 ? f->node[me->child].update_at : top;
        me->update_at = top;
        top += size;
        *deepest = top > *deepest ? top : *deepest;
    }
    return true;
}

// What the matrix and the children put into the front of s; row_of: work, by places.
static void plan_front(const flx_supernodes *in, const flx_csr *a, const int32_t *place,
                       int32_t *row_of, int32_t s, flx_frontal *f, int64_t *n_entry)
{
    node *me = &f->node[s];
    const int32_t *rows = in->rows + in->start[s];
    for (int32_t r = 0; r < me->n_row; r++)
        row_of[rows[r]] = r;
    me->entry = *n_entry;
    for (int32_t j = 0; j < me->n_col; j++) {
        int32_t i = in->perm[in->first[s] + j];
        for (int32_t k = a->row[i]; k < a->row[i + 1]; k++)
            if (place[a->col[k]] >= in->first[s] + j) {
                f->from[*n_entry] = k;
                f->to[(*n_entry)++] = j * me->stride + row_of[place[a->col[k]]];
            }
    }
    me->n_entry = *n_entry - me->entry;
    for (int32_t c = me->child; c >= 0; c = f->node[c].sibling) {
        const node *child = &f->node[c];
        const int32_t *below = in->rows + in->start[c] + child->n_col;
        for (int32_t r = 0; r < child->n_row - child->n_col; r++)
            f->to_parent[child->to_parent + r] = row_of[below[r]];
    }
}

static flx_status plan(flx_ctx *ctx, const flx_supernodes *in, const flx_csr *a, flx_frontal *f,
                       int32_t *place, int32_t *of_place)
{
    int64_t deepest, n_entry = 0, n_below = 0, front = 0, panel = 0;
    int32_t widest = 0;
    for (int32_t k = 0; k < in->n; k++)
        place[in->perm[k]] = k;
    for (int32_t s = 0; s < in->n_super; s++)
        for (int32_t k = in->first[s]; k < in->first[s + 1]; k++)
            of_place[k] = s;
    if (!plan_tree(in, f, of_place, &deepest))
        return flx_fail(ctx, FLX_ERR_INTERNAL, "supernodes are not in postorder");
    for (int32_t s = 0; s < f->n_super; s++) {
        const node *me = &f->node[s];
        int64_t size = (int64_t)me->stride * me->n_row;
        front = size > front ? size : front;
        size = (int64_t)tiled(me->n_row) * me->n_col;
        panel = size > panel ? size : panel;
        widest = me->n_col > widest ? me->n_col : widest;
        n_below += me->n_row - me->n_col;
    }
    f->from = FLX_NEW_ARRAY(ctx, int32_t, (size_t)(a->row[a->n] + in->n) / 2 + 1);
    f->to = FLX_NEW_ARRAY(ctx, int32_t, (size_t)(a->row[a->n] + in->n) / 2 + 1);
    f->to_parent = FLX_NEW_ARRAY(ctx, int32_t, (size_t)n_below);
    f->front = FLX_NEW_ARRAY(ctx, double, (size_t)front);
    f->panel = FLX_NEW_ARRAY(ctx, double, (size_t)panel);
    f->stack = FLX_NEW_ARRAY(ctx, double, (size_t)deepest);
    f->inverse = FLX_NEW_ARRAY(ctx, double, (size_t)widest);
    f->strip = FLX_NEW_ARRAY(ctx, double, (size_t)widest *T);
    if (!f->from || !f->to || !f->to_parent || !f->front || !f->panel || !f->stack || !f->inverse ||
        !f->strip)
        return FLX_ERR_MEMORY;
    int32_t *row_of = of_place; // read no more
    for (int32_t s = 0; s < f->n_super; s++)
        plan_front(in, a, place, row_of, s, f, &n_entry);
    return FLX_OK;
}

flx_status flx_frontal_create(flx_ctx *ctx, const flx_supernodes *super, const flx_csr *pattern,
                              flx_frontal **out)
{
    flx_frontal *f = *out = NULL;
    int32_t *place = FLX_NEW_ARRAY(ctx, int32_t, super->n);
    int32_t *of_place = FLX_NEW_ARRAY(ctx, int32_t, super->n);
    flx_status status = FLX_ERR_MEMORY;
    if (!place || !of_place || !(f = FLX_NEW(ctx, flx_frontal)))
        goto end;
    f->n_super = super->n_super;
    f->node = FLX_NEW_ARRAY(ctx, node, super->n_super);
    if (f->node)
        status = plan(ctx, super, pattern, f, place, of_place);
end:
    flx_free(place);
    flx_free(of_place);
    if (status == FLX_OK)
        *out = f;
    else
        flx_frontal_free(f);
    return status;
}

void flx_frontal_free(flx_frontal *f)
{
    if (!f)
        return;
    flx_free(f->node);
    flx_free(f->from);
    flx_free(f->to);
    flx_free(f->to_parent);
    flx_free(f->front);
    flx_free(f->panel);
    flx_free(f->stack);
    flx_free(f->inverse);
    flx_free(f->strip);
    flx_free(f);
}

// -- a front --------------------------------------------------------------------------------------

static inline vec load(const double *from)
{
    return *(const vec *)(const void *)from;
}

static inline void store(double *to, vec x)
{
    *(vec *)(void *)to = x;
}

// c -= sum_k a_k b_k^T for eight rows (of a and c) and w columns.
static inline __attribute__((always_inline)) void block(int32_t w, int32_t n_k, int64_t stride,
                                                        const double *a, const double *b, double *c)
{
    vec sum[W][PARTS];
    for (int32_t q = 0; q < w; q++)
        for (int32_t p = 0; p < PARTS; p++)
            sum[q][p] = load(c + q * stride + p * LANES);
    for (int32_t k = 0; k < n_k; k++, a += stride, b += stride)
        for (int32_t p = 0; p < PARTS; p++) {
            vec x = load(a + p * LANES);
            for (int32_t q = 0; q < w; q++)
                sum[q][p] -= x * b[q];
        }
    for (int32_t q = 0; q < w; q++)
        for (int32_t p = 0; p < PARTS; p++)
            store(c + q * stride + p * LANES, sum[q][p]);
}

// Columns [j, j + w) of a front, less what columns [k, k_end) say.
static void update_columns(double *front, int64_t stride, int32_t j, int32_t w, int32_t k,
                           int32_t k_end, int32_t n_row)
{
    const double *b = front + k * stride + j;
    for (int32_t r = j / T * T; r < n_row; r += T) {
        const double *a = front + k * stride + r;
        double *c = front + j * stride + r;
        if (w == 4)
            block(4, k_end - k, stride, a, b, c);
        else if (w == 3)
            block(3, k_end - k, stride, a, b, c);
        else if (w == 2)
            block(2, k_end - k, stride, a, b, c);
        else
            block(1, k_end - k, stride, a, b, c);
    }
}

// Columns [j, j + w), which only wait for each other, become those of L.
static bool finish_columns(double *front, int64_t stride, int32_t j, int32_t w, int32_t n_row,
                           double *inverse)
{
    for (int32_t q = j; q < j + w; q++) {
        double *restrict column = front + q * stride;
        for (int32_t k = j; k < q; k++) {
            const double *restrict known = front + k * stride;
            double factor = known[q];
            for (int32_t r = q; r < n_row; r++)
                column[r] -= known[r] * factor;
        }
        if (!(column[q] > 0) || !isfinite(column[q]))
            return false;
        double root = sqrt(column[q]), scale = 1 / root;
        inverse[q] = scale;
        column[q] = root;
        for (int32_t r = q + 1; r < n_row; r++)
            column[r] *= scale;
    }
    return true;
}

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static bool eliminate(flx_frontal *f, const node *me)
{
    int64_t stride = me->stride;
    for (int32_t k = 0; k < me->n_col; k += STRIP) {
        int32_t end = least(k + STRIP, me->n_col), rest = me->n_row - end;
        for (int32_t j = k; j < end; j += W) {
            int32_t w = least(W, end - j);
            update_columns(f->front, stride, j, w, k, j, me->n_row);
            if (!finish_columns(f->front, stride, j, w, me->n_row, f->inverse))
                return false;
        }
        if (rest >= LARGE)
            cblas_dsyrk(CblasColMajor, CblasLower, CblasNoTrans, rest, end - k, -1,
                        f->front + k * stride + end, me->stride, 1, f->front + end * stride + end,
                        me->stride);
        for (int32_t j = end; rest < LARGE && j < me->n_row; j += W)
            update_columns(f->front, stride, j, least(W, me->n_row - j), k, end, me->n_row);
    }
    return true;
}

// Columns [j, j + w) of eight rows of M = [1; -L21] L11^{-1}, from those up to `end`: M L11 =
// [1; -L21]. m: the rows, by columns of eight.
static inline __attribute__((always_inline)) void invert_block(int32_t w, const flx_frontal *f,
                                                               const node *me, int32_t row,
                                                               int32_t j, int32_t end, double *m)
{
    int64_t stride = me->stride;
    const double *l = f->front + j * stride;
    vec sum[W][PARTS];
    for (int32_t q = 0; q < w; q++) {
        double right[T];
        for (int32_t i = 0; i < T; i++)
            right[i] = row + i >= me->n_col ? -l[q * stride + row + i] : row + i == j + q;
        for (int32_t p = 0; p < PARTS; p++)
            sum[q][p] = load(right + p * LANES);
    }
    for (int32_t k = j + w; k < end; k++)
        for (int32_t p = 0; p < PARTS; p++) {
            vec x = load(m + k * T + p * LANES);
            for (int32_t q = 0; q < w; q++)
                sum[q][p] -= x * l[q * stride + k];
        }
    for (int32_t q = w - 1; q >= 0; q--)
        for (int32_t p = 0; p < PARTS; p++) {
            sum[q][p] *= f->inverse[j + q];
            for (int32_t k = 0; k < q; k++)
                sum[k][p] -= sum[q][p] * l[k * stride + j + q];
            store(m + (j + q) * T + p * LANES, sum[q][p]);
        }
}

static void invert(flx_frontal *f, const node *me)
{
    int32_t height = tiled(me->n_row);
    for (int32_t row = 0; row < height; row += T) {
        int32_t end = least(me->n_col, row + T), odd = end % W;
        if (odd == 1)
            invert_block(1, f, me, row, end - 1, end, f->strip);
        else if (odd == 2)
            invert_block(2, f, me, row, end - 2, end, f->strip);
        else if (odd == 3)
            invert_block(3, f, me, row, end - 3, end, f->strip);
        for (int32_t j = end - odd - W; j >= 0; j -= W)
            invert_block(4, f, me, row, j, end, f->strip);
        for (int32_t k = 0; k < end; k++)
            memcpy(f->panel + (int64_t)k * height + row, f->strip + k * T, T * sizeof *f->panel);
    }
}

// Both are packed by columns as lower triangles.
static void take_update(const flx_frontal *f, const node *child, double *front, int64_t stride)
{
    const int32_t *to = f->to_parent + child->to_parent;
    const double *from = f->stack + child->update_at;
    int32_t n = child->n_row - child->n_col;
    for (int32_t j = 0; j < n; j++) {
        double *column = front + to[j] * stride;
        for (int32_t r = j; r < n; r++)
            column[to[r]] += *from++;
    }
}

static void leave_update(flx_frontal *f, const node *me)
{
    double *to = f->stack + me->update_at;
    for (int32_t j = me->n_col; j < me->n_row; j++) {
        size_t n = (size_t)(me->n_row - j);
        memcpy(to, f->front + j * (int64_t)me->stride + j, n * sizeof *to);
        to += n;
    }
}

bool flx_frontal_factor(flx_frontal *f, const double *val, flx_frontal_take take, void *user)
{
    for (int32_t s = 0; s < f->n_super; s++) {
        const node *me = &f->node[s];
        for (int32_t j = 0; j < me->n_row; j++) {
            int32_t above = j / T * T;
            memset(f->front + j * (int64_t)me->stride + above, 0,
                   (size_t)(me->stride - above) * sizeof *f->front);
        }
        for (int64_t k = me->entry; k < me->entry + me->n_entry; k++)
            f->front[f->to[k]] = val[f->from[k]];
        for (int32_t c = me->child; c >= 0; c = f->node[c].sibling)
            take_update(f, &f->node[c], f->front, me->stride);
        if (!eliminate(f, me))
            return false;
        leave_update(f, me);
        invert(f, me);
        take(user, s, me->n_col, tiled(me->n_row), f->panel);
    }
    return true;
}
