// linalg/ldl.c -- up-looking L D L^T with the pattern found once.
//
// Row k of L solves L_k l = a_k; its pattern is what the elimination tree reaches from the entries
// of row k of A, and is kept. L is stored by columns.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "linalg/ldl.h"

#include <cholmod.h>
#include <string.h>

struct flx_ldl {
    int32_t n, lanes;
    int32_t *a_row;   // [n + 1] entries (k, j <= k) of A by rows, columns sorted
    int32_t *a_col;   // [a_row[n]]
    int32_t *l_at;    // [n + 1] columns of L
    int32_t *l_row;   // [l_at[n]]
    int32_t *r_at;    // [n + 1] rows of L: their columns, ascending
    int32_t *r_col;   // [l_at[n]]
    int32_t *r_place; // [l_at[n]] where these stand in the columns
    double *l;        // [l_at[n]][lanes]
    double *d;        // [n][lanes] 1/D
    double *y;        // [n][lanes]
};

flx_status flx_ldl_order(flx_ctx *ctx, int32_t n, const int32_t *row, const int32_t *col,
                         int32_t *order)
{
    if (n < 1)
        return FLX_OK;
    cholmod_common cm;
    cholmod_start(&cm);
    cm.print = 0;
    cholmod_sparse a = {
        .nrow = (size_t)n,
        .ncol = (size_t)n,
        .nzmax = (size_t)row[n],
        .p = (void *)(uintptr_t)row,
        .i = (void *)(uintptr_t)col,
        .stype = -1,
        .itype = CHOLMOD_INT,
        .xtype = CHOLMOD_PATTERN,
        .dtype = CHOLMOD_DOUBLE,
        .sorted = 1,
        .packed = 1,
    };
    cm.method[0].ordering = CHOLMOD_AMD;
    cm.nmethods = 1;
    cm.postorder = 1; // neighbours in the tree become neighbours in memory
    cm.supernodal = CHOLMOD_SIMPLICIAL;
    cholmod_factor *f = cholmod_analyze(&a, &cm);
    flx_status status = FLX_OK;
    if (f)
        memcpy(order, f->Perm, (size_t)n * sizeof *order);
    else
        status = flx_fail(ctx, FLX_ERR_MEMORY, "no memory to order %d unknowns", n);
    cholmod_free_factor(&f, &cm);
    cholmod_finish(&cm);
    return status;
}

// The lower triangle of the pattern, the diagonal always in it.
static flx_status copy_pattern(flx_ctx *ctx, flx_ldl *f, const int32_t *row, const int32_t *col)
{
    f->a_row = FLX_NEW_ARRAY(ctx, int32_t, f->n + 1);
    f->a_col = FLX_NEW_ARRAY(ctx, int32_t, row[f->n] + f->n);
    if (!f->a_row || !f->a_col)
        return FLX_ERR_MEMORY;
    int32_t at = 0;
    for (int32_t k = 0; k < f->n; k++) {
        for (int32_t p = row[k]; p < row[k + 1]; p++)
            if (col[p] < k)
                f->a_col[at++] = col[p];
        f->a_col[at++] = k;
        f->a_row[k + 1] = at;
    }
    return FLX_OK;
}

// Columns that row k of L has, ascending; mark is [n].
static int32_t reach(const flx_ldl *f, int32_t k, const int32_t *parent, int32_t *mark,
                     int32_t *found)
{
    int32_t n = 0;
    mark[k] = k;
    for (int32_t p = f->a_row[k]; p < f->a_row[k + 1] - 1; p++)
        for (int32_t i = f->a_col[p]; mark[i] != k; i = parent[i]) {
            mark[i] = k;
            found[n++] = i;
        }
    // Insertion sort: the lists are short.
    for (int32_t a = 1; a < n; a++) {
        int32_t x = found[a], b = a;
        for (; b > 0 && found[b - 1] > x; b--)
            found[b] = found[b - 1];
        found[b] = x;
    }
    return n;
}

static flx_status analyse(flx_ctx *ctx, flx_ldl *f)
{
    int32_t n = f->n;
    int32_t *parent = FLX_NEW_ARRAY(ctx, int32_t, n), *root = FLX_NEW_ARRAY(ctx, int32_t, n);
    int32_t *mark = FLX_NEW_ARRAY(ctx, int32_t, n), *found = FLX_NEW_ARRAY(ctx, int32_t, n);
    int32_t *fill = FLX_NEW_ARRAY(ctx, int32_t, n);
    f->l_at = FLX_NEW_ARRAY(ctx, int32_t, n + 1);
    f->r_at = FLX_NEW_ARRAY(ctx, int32_t, n + 1);
    flx_status status = FLX_ERR_MEMORY;
    if (!parent || !root || !mark || !found || !fill || !f->l_at || !f->r_at)
        goto end;
    // Elimination tree with path compression.
    for (int32_t k = 0; k < n; k++) {
        parent[k] = root[k] = -1;
        for (int32_t p = f->a_row[k]; p < f->a_row[k + 1] - 1; p++)
            for (int32_t i = f->a_col[p]; i >= 0 && i < k;) {
                int32_t next = root[i];
                root[i] = k;
                if (next < 0)
                    parent[i] = k;
                i = next;
            }
    }
    for (int32_t k = 0; k < n; k++)
        mark[k] = -1;
    for (int32_t k = 0; k < n; k++) {
        int32_t m = reach(f, k, parent, mark, found);
        f->r_at[k + 1] = f->r_at[k] + m;
        for (int32_t p = 0; p < m; p++)
            f->l_at[found[p] + 1]++;
    }
    for (int32_t k = 0; k < n; k++)
        f->l_at[k + 1] += f->l_at[k];
    size_t entries = (size_t)f->l_at[n];
    f->l_row = FLX_NEW_ARRAY(ctx, int32_t, entries);
    f->r_col = FLX_NEW_ARRAY(ctx, int32_t, entries);
    f->r_place = FLX_NEW_ARRAY(ctx, int32_t, entries);
    f->l = flx_alloc(ctx, entries * (size_t)f->lanes, sizeof(double));
    f->d = flx_alloc(ctx, (size_t)n * (size_t)f->lanes, sizeof(double));
    f->y = flx_alloc(ctx, (size_t)n * (size_t)f->lanes, sizeof(double));
    if (!f->l_row || !f->r_col || !f->r_place || !f->l || !f->d || !f->y)
        goto end;
    for (int32_t k = 0; k < n; k++)
        mark[k] = -1;
    for (int32_t k = 0; k < n; k++) {
        int32_t m = reach(f, k, parent, mark, found);
        for (int32_t p = 0; p < m; p++) {
            int32_t place = f->l_at[found[p]] + fill[found[p]]++;
            f->l_row[place] = k;
            f->r_col[f->r_at[k] + p] = found[p];
            f->r_place[f->r_at[k] + p] = place;
        }
    }
    status = FLX_OK;
end:
    flx_free(parent);
    flx_free(root);
    flx_free(mark);
    flx_free(found);
    flx_free(fill);
    return status;
}

flx_status flx_ldl_create(flx_ctx *ctx, int32_t n, const int32_t *row, const int32_t *col,
                          int32_t lanes, flx_ldl **out)
{
    *out = NULL;
    assert(lanes == 1 || lanes == FLX_LDL_LANES);
    flx_ldl *f = FLX_NEW(ctx, flx_ldl);
    if (!f)
        return FLX_ERR_MEMORY;
    f->n = n;
    f->lanes = lanes;
    flx_status status = copy_pattern(ctx, f, row, col);
    if (status == FLX_OK)
        status = analyse(ctx, f);
    if (status < 0) {
        flx_ldl_free(f);
        return status;
    }
    *out = f;
    return FLX_OK;
}

void flx_ldl_free(flx_ldl *f)
{
    if (!f)
        return;
    flx_free(f->a_row);
    flx_free(f->a_col);
    flx_free(f->l_at);
    flx_free(f->l_row);
    flx_free(f->r_at);
    flx_free(f->r_col);
    flx_free(f->r_place);
    flx_free(f->l);
    flx_free(f->d);
    flx_free(f->y);
    flx_free(f);
}

int32_t flx_ldl_place(const flx_ldl *f, int32_t i, int32_t j)
{
    int32_t k = i > j ? i : j, c = i > j ? j : i;
    for (int32_t p = f->a_row[k]; p < f->a_row[k + 1]; p++)
        if (f->a_col[p] == c)
            return p;
    return -1;
}

int32_t flx_ldl_places(const flx_ldl *f)
{
    return f->a_row[f->n];
}

int64_t flx_ldl_entries(const flx_ldl *f)
{
    return f->l_at[f->n];
}

// The number of negative pivots 1/d of the lane with most; -1: one vanishes beside its entry of a.
static inline int32_t pivots(const flx_ldl *f, const double *a, const double *d, int32_t lanes)
{
    double doubtful = 0;
    for (int32_t k = 0; k < f->n; k++) {
        const double *entry = a + (int64_t)(f->a_row[k + 1] - 1) * lanes,
                     *dk = d + (int64_t)k * lanes;
        for (int32_t l = 0; l < lanes; l++)
            doubtful += dk[l] > 0 && dk[l] * __builtin_fabs(entry[l]) < 1e14 ? 0 : 1;
    }
    int32_t most = 0;
    for (int32_t l = 0; doubtful > 0 && l < lanes; l++) {
        int32_t negative = 0;
        for (int32_t k = 0; k < f->n; k++) {
            double inverse = d[k * lanes + l], entry = a[(f->a_row[k + 1] - 1) * lanes + l];
            if (!(__builtin_fabs(inverse * entry) < 1e14))
                return -1;
            negative += inverse < 0;
        }
        most = negative > most ? negative : most;
    }
    return most;
}

#define V double
#define PARTS 1
#define NAME(function) function##_one
#include "linalg/ldl_impl.h"

// As wide as the processor's registers: compilers take wider vectors to pieces.
#if defined(__AVX512F__)
enum { WIDE = 8 };
#else
enum { WIDE = 4 };
#endif
typedef double wide __attribute__((vector_size(8 * WIDE), aligned(8), may_alias));
#define V wide
#define PARTS (FLX_LDL_LANES / WIDE)
#define NAME(function) function##_lanes
#include "linalg/ldl_impl.h"

int32_t flx_ldl_factor(flx_ldl *f, const double *values)
{
    return f->lanes == 1 ? factor_one(f, values) : factor_lanes(f, (const wide *)values);
}

void flx_ldl_solve(const flx_ldl *f, double *x)
{
    if (f->lanes == 1)
        solve_one(f, x);
    else
        solve_lanes(f, (wide *)x);
}
