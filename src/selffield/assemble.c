// selffield/assemble.c -- dense matrices M = K^T P K/(4 pi) for basis currents K.
//
// Leaf by leaf: for leaf a and all leaves b >= a the block of P is integrated and contracted,
// C = K_a^T P_ab K_b, with the unknowns of each leaf numbered by themselves. Then the rows of a take
// their shares, C for b > a and C/2 for b = a, in order; at the end M = G + G^T. So M is symmetric
// bit by bit and does not depend on the threads.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "selffield/operator.h"

#include <string.h>

// The unknowns that flow in a leaf, and the basis in these numbers.
typedef struct local_basis {
    int32_t n_unknown, n_entry;
    int32_t *unknown; // [n_unknown]
    int32_t *row;     // [leaf.n + 1]
    int32_t *col;     // [n_entry] 0 .. n_unknown - 1
    const double **k; // [n_entry]
} local_basis;

typedef struct assembly {
    flx_selffield *op;
    const flx_selffield_basis *basis;
    local_basis *local; // [n_leaf]
    double *matrix;
    double *product;     // contracted blocks of the present leaf a, one after the other
    int64_t *product_at; // [n_leaf + 1]
    double *scratch;     // [n_part][scratch_size]
    int64_t scratch_size;
    int32_t a, n_part, unknown_max;
} assembly;

static void clear_local(local_basis *l)
{
    flx_free(l->unknown);
    flx_free(l->row);
    flx_free(l->col);
    flx_free(l->k);
}

// seen[u]: 1 + local number of unknown u in the present leaf, 0 elsewhere.
static flx_status make_local(assembly *s, int32_t leaf, int32_t *seen)
{
    const flx_tree *tree = &s->op->tree;
    const flx_leaf *f = &tree->leaf[leaf];
    local_basis *l = &s->local[leaf];
    flx_ctx *ctx = s->op->ctx;
    for (int32_t t = f->first; t < f->first + f->n; t++)
        l->n_entry += s->basis->row[tree->from[t] + 1] - s->basis->row[tree->from[t]];
    l->unknown = FLX_NEW_ARRAY(ctx, int32_t, l->n_entry);
    l->row = FLX_NEW_ARRAY(ctx, int32_t, f->n + 1);
    l->col = FLX_NEW_ARRAY(ctx, int32_t, l->n_entry);
    l->k = FLX_NEW_ARRAY(ctx, const double *, l->n_entry);
    if (!l->unknown || !l->row || !l->col || !l->k)
        return FLX_ERR_MEMORY;
    int32_t m = 0;
    for (int32_t t = 0; t < f->n; t++) {
        int32_t from = tree->from[f->first + t];
        for (int32_t e = s->basis->row[from]; e < s->basis->row[from + 1]; e++, m++) {
            int32_t u = s->basis->col[e];
            if (!seen[u]) {
                l->unknown[l->n_unknown] = u;
                seen[u] = ++l->n_unknown;
            }
            l->col[m] = seen[u] - 1;
            l->k[m] = s->basis->k + 2 * (int64_t)e;
        }
        l->row[t + 1] = m;
    }
    for (int32_t u = 0; u < l->n_unknown; u++)
        seen[l->unknown[u]] = 0;
    if (l->n_unknown > s->unknown_max)
        s->unknown_max = l->n_unknown;
    return FLX_OK;
}

// C [n_unknown of a][n_unknown of b]. p: P_ba [n_b][width of a]; t: [n_unknown of b][width of a] for
// each component; both parts of the scratch.
static void contract(const assembly *s, int32_t a, int32_t b, double *scratch, double *c)
{
    const flx_tree *tree = &s->op->tree;
    const flx_leaf *la = &tree->leaf[a], *lb = &tree->leaf[b];
    const local_basis *ka = &s->local[a], *kb = &s->local[b];
    int32_t w = la->width, nb = kb->n_unknown;
    double *p = scratch, *t = p + (int64_t)lb->n * w;
    flx_pair_block(tree->facet + lb->first, lb->n, tree->facet + la->first, la->n, s->op->accuracy,
                   p, w);
    memset(c, 0, (size_t)ka->n_unknown * (size_t)nb * sizeof *c);
    for (int d = 0; d < 2; d++) {
        memset(t, 0, (size_t)nb * (size_t)w * sizeof *t);
        for (int32_t j = 0; j < lb->n; j++)
            for (int32_t e = kb->row[j]; e < kb->row[j + 1]; e++) {
                double k = kb->k[e][d], *restrict to = t + (int64_t)kb->col[e] * w;
                const double *restrict from = p + (int64_t)j * w;
                for (int32_t i = 0; i < la->n; i++)
                    to[i] += k * from[i];
            }
        // Turned over, so that the last sum runs along rows again.
        double *turned = t + (int64_t)nb * w;
        for (int32_t i = 0; i < la->n; i++)
            for (int32_t u = 0; u < nb; u++)
                turned[(int64_t)i * nb + u] = t[(int64_t)u * w + i];
        for (int32_t i = 0; i < la->n; i++)
            for (int32_t e = ka->row[i]; e < ka->row[i + 1]; e++) {
                double k = ka->k[e][d], *restrict to = c + (int64_t)ka->col[e] * nb;
                const double *restrict from = turned + (int64_t)i * nb;
                for (int32_t u = 0; u < nb; u++)
                    to[u] += k * from[u];
            }
    }
}

// Leaves b = a + part, a + part + n_part, ...
static void contract_part(void *arg, int32_t part, int32_t unused)
{
    (void)unused;
    assembly *s = arg;
    for (int32_t b = s->a + part; b < s->op->tree.n_leaf; b += s->n_part)
        contract(s, s->a, b, s->scratch + part * s->scratch_size, s->product + s->product_at[b]);
}

// Unknowns of leaf a take what all b give to their rows.
static void take_rows(void *arg, int32_t begin, int32_t end)
{
    assembly *s = arg;
    const local_basis *la = &s->local[s->a];
    for (int32_t i = begin; i < end; i++) {
        double *row = s->matrix + (size_t)la->unknown[i] * (size_t)s->basis->n;
        for (int32_t b = s->a; b < s->op->tree.n_leaf; b++) {
            const local_basis *lb = &s->local[b];
            const double *c = s->product + s->product_at[b] + (int64_t)i * lb->n_unknown;
            double share = b == s->a ? 0.5 : 1;
            for (int32_t u = 0; u < lb->n_unknown; u++)
                row[lb->unknown[u]] += share * c[u];
        }
    }
}

enum { TILE = 64 };

// M = G + G^T, tile by tile.
static void symmetrise(void *arg, int32_t begin, int32_t end)
{
    assembly *s = arg;
    size_t n = (size_t)s->basis->n;
    for (size_t i0 = (size_t)begin * TILE; i0 < (size_t)end * TILE && i0 < n; i0 += TILE)
        for (size_t j0 = 0; j0 <= i0; j0 += TILE)
            for (size_t i = i0; i < i0 + TILE && i < n; i++)
                for (size_t j = j0; j < j0 + TILE && j <= i; j++) {
                    double value = s->matrix[i * n + j] + s->matrix[j * n + i];
                    s->matrix[i * n + j] = s->matrix[j * n + i] = value;
                }
}

static flx_status prepare(assembly *s)
{
    const flx_tree *tree = &s->op->tree;
    flx_ctx *ctx = s->op->ctx;
    s->local = FLX_NEW_ARRAY(ctx, local_basis, tree->n_leaf);
    s->product_at = FLX_NEW_ARRAY(ctx, int64_t, tree->n_leaf + 1);
    int32_t *seen = FLX_NEW_ARRAY(ctx, int32_t, s->basis->n);
    flx_status status = s->local && s->product_at && seen ? FLX_OK : FLX_ERR_MEMORY;
    int32_t width_max = 0;
    int64_t unknowns = 0;
    for (int32_t a = 0; a < tree->n_leaf && status >= 0; a++) {
        status = make_local(s, a, seen);
        unknowns += s->local[a].n_unknown;
        if (tree->leaf[a].width > width_max)
            width_max = tree->leaf[a].width;
    }
    flx_free(seen);
    FLX_TRY(status);
    s->n_part = 4 * flx_pool_threads(s->op->pool);
    s->scratch_size = (int64_t)width_max * (width_max + 2 * s->unknown_max);
    s->scratch = FLX_NEW_ARRAY(ctx, double, s->n_part * s->scratch_size);
    s->product = FLX_NEW_ARRAY(ctx, double, s->unknown_max *unknowns);
    return s->scratch && s->product ? FLX_OK : FLX_ERR_MEMORY;
}

static flx_status check(flx_ctx *ctx, const flx_selffield *op, const flx_selffield_basis *basis)
{
    for (int32_t m = 0; m < basis->row[op->tree.n_facet]; m++)
        if (basis->col[m] < 0 || basis->col[m] >= basis->n)
            return flx_fail(ctx, FLX_ERR_INPUT, "self-field: the basis names unknown %d of %d",
                            basis->col[m], basis->n);
    return FLX_OK;
}

flx_status flx_selffield_assemble(flx_ctx *ctx, flx_selffield *op, const flx_selffield_basis *basis,
                                  double *matrix)
{
    FLX_TRY(check(ctx, op, basis));
    assembly s = {.op = op, .basis = basis, .matrix = matrix};
    flx_status status = prepare(&s);
    if (status >= 0) {
        memset(matrix, 0, (size_t)basis->n * (size_t)basis->n * sizeof *matrix);
        for (s.a = 0; s.a < op->tree.n_leaf; s.a++) {
            for (int32_t b = s.a; b < op->tree.n_leaf; b++)
                s.product_at[b + 1] = (b == s.a ? 0 : s.product_at[b]) +
                                      (int64_t)s.local[s.a].n_unknown * s.local[b].n_unknown;
            s.product_at[s.a] = 0;
            flx_pool_each(op->pool, s.n_part, contract_part, &s);
            flx_pool_parts(op->pool, s.local[s.a].n_unknown, 4, take_rows, &s);
        }
        flx_pool_parts(op->pool, (basis->n + TILE - 1) / TILE, 1, symmetrise, &s);
    }
    for (int32_t a = 0; s.local && a < op->tree.n_leaf; a++)
        clear_local(&s.local[a]);
    flx_free(s.local);
    flx_free(s.product_at);
    flx_free(s.scratch);
    flx_free(s.product);
    return status;
}
