// linalg/ldl.c -- up-looking L D L^T with the pattern found once.
//
// Row k of L solves L_k l = a_k; its pattern is what the elimination tree reaches from the entries
// of row k of A, and is kept. L is stored by columns.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "linalg/ldl.h"

#include <cholmod.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct run {
    int32_t begin, end, n_entry;
} run;

typedef struct pair {
    int32_t u, l;
} pair;

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
    // Few products make an entry of L: they are listed. Entry q of the rows is
    //   u_q = a[a_at[q]] - sum of u[p.u] l[p.l] over its pairs p, l_q = u_q/d.
    int32_t *a_at;    // [l_at[n]] place in A, -1: none
    int32_t *pair_at; // [l_at[n] + 1]; NULL: not listed
    pair *pairs;
    double *u; // [l_at[n]][lanes]
    double *r; // [l_at[n]][lanes] L by rows
    // Rows and columns in runs of equal numbers of entries.
    run *row_run, *col_run;
    int32_t n_row_run, n_col_run;
};

// -- order ----------------------------------------------------------------------------------------

// A column of L: its height in the tree, entries of L left of it in its row and below it.
typedef struct column {
    int32_t height, n_row, n_col, index;
} column;

// What a solution costs: entries, and heights, since the columns of a branch wait for each other [ns].
static double cost_of(const column *c, int32_t n)
{
    const double per_entry = 3, per_height = 12;
    double entries = 0, height = 0;
    for (int32_t k = 0; k < n; k++) {
        entries += c[k].n_col;
        height = c[k].height > height ? c[k].height : height;
    }
    return per_entry * entries + per_height * height;
}

static void describe(int32_t n, const int32_t *row, const int32_t *col, const int32_t *order,
                     int32_t *work, column *c)
{
    int32_t *place = work, *root = work + n, *parent = work + 2 * n, *mark = work + 3 * n;
    for (int32_t k = 0; k < n; k++)
        place[order[k]] = k;
    for (int32_t k = 0; k < n; k++) {
        c[k] = (column){.index = order[k]};
        root[k] = parent[k] = -1;
        // Children come before their parents: their heights are known.
        for (int32_t p = row[order[k]]; p < row[order[k] + 1]; p++)
            for (int32_t i = place[col[p]]; i >= 0 && i < k;) {
                int32_t next = root[i];
                root[i] = k;
                if (next < 0) {
                    parent[i] = k;
                    c[k].height = c[i].height >= c[k].height ? c[i].height + 1 : c[k].height;
                }
                i = next;
            }
        mark[k] = k;
        for (int32_t p = row[order[k]]; p < row[order[k] + 1]; p++)
            for (int32_t i = place[col[p]]; i < k && mark[i] != k; i = parent[i]) {
                mark[i] = k;
                c[k].n_row++;
                c[i].n_col++;
            }
    }
}

static int compare_columns(const void *a, const void *b)
{
    const column *p = a, *q = b;
    if (p->height != q->height)
        return p->height < q->height ? -1 : 1;
    if (p->n_row != q->n_row)
        return p->n_row < q->n_row ? -1 : 1;
    if (p->n_col != q->n_col)
        return p->n_col < q->n_col ? -1 : 1;
    return (p->index > q->index) - (p->index < q->index);
}

static flx_status find_order(flx_ctx *ctx, int32_t method, cholmod_sparse *a, int32_t *order)
{
    cholmod_common cm;
    cholmod_start(&cm);
    cm.print = 0;
    cm.method[0].ordering = method;
    cm.nmethods = 1;
    cm.postorder = 1;
    cm.supernodal = CHOLMOD_SIMPLICIAL;
    cholmod_factor *f = cholmod_analyze(a, &cm);
    flx_status status = FLX_OK;
    if (f)
        memcpy(order, f->Perm, a->nrow * sizeof *order);
    else
        status = flx_fail(ctx, FLX_ERR_MEMORY, "no memory to order %d unknowns", (int)a->nrow);
    cholmod_free_factor(&f, &cm);
    cholmod_finish(&cm);
    return status;
}

// By minimum degree and, where the tree is high, by dissection. Of the same elimination columns are
// sorted by height, so that neighbours are independent of each other and the processor overlaps them,
// and by their numbers of entries, so that loops over these are alike.
flx_status flx_ldl_order(flx_ctx *ctx, int32_t n, const int32_t *row, const int32_t *col,
                         int32_t *order)
{
    if (n < 1)
        return FLX_OK;
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
    static const int32_t methods[] = {CHOLMOD_AMD, CHOLMOD_METIS};
    int32_t *work = FLX_NEW_ARRAY(ctx, int32_t, 4 * (int64_t)n);
    column *c[2] = {FLX_NEW_ARRAY(ctx, column, n), FLX_NEW_ARRAY(ctx, column, n)};
    double cost[2] = {0, INFINITY};
    flx_status status = work && c[0] && c[1] ? FLX_OK : FLX_ERR_MEMORY;
    for (int k = 0; k < 2 && status == FLX_OK && (k == 0 || n > 100); k++) {
        status = find_order(ctx, methods[k], &a, order);
        if (status < 0)
            break;
        describe(n, row, col, order, work, c[k]);
        cost[k] = cost_of(c[k], n);
    }
    if (status == FLX_OK) {
        column *best = cost[1] < cost[0] ? c[1] : c[0];
        qsort(best, (size_t)n, sizeof *best, compare_columns);
        for (int32_t k = 0; k < n; k++)
            order[k] = best[k].index;
    }
    flx_free(work);
    flx_free(c[0]);
    flx_free(c[1]);
    return status;
}

// -- pattern --------------------------------------------------------------------------------------

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
    f->r = flx_alloc(ctx, entries * (size_t)f->lanes, sizeof(double));
    if (!f->l_row || !f->r_col || !f->r_place || !f->l || !f->d || !f->y || !f->r)
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

// Rows (or columns) in runs of equal numbers of entries, at[k + 1] - at[k].
static run *runs_of(flx_ctx *ctx, int32_t n, const int32_t *at, int32_t *n_run)
{
    *n_run = 0;
    for (int32_t k = 0; k < n; k++)
        *n_run += k == 0 || at[k + 1] - at[k] != at[k] - at[k - 1];
    run *runs = FLX_NEW_ARRAY(ctx, run, *n_run);
    for (int32_t k = 0, r = -1; runs && k < n; k++) {
        if (k == 0 || at[k + 1] - at[k] != at[k] - at[k - 1])
            runs[++r] = (run){k, k, at[k + 1] - at[k]};
        runs[r].end = k + 1;
    }
    return runs;
}

// The products, unless there are many: then rows are long, and are made as such.
static flx_status list_products(flx_ctx *ctx, flx_ldl *f)
{
    int32_t n = f->n, entries = f->l_at[n];
    int64_t count = 0;
    for (int32_t j = 0; j < n; j++) {
        int64_t m = f->l_at[j + 1] - f->l_at[j];
        count += m * (m - 1) / 2;
    }
    if (count > 4 * (int64_t)entries + 64)
        return FLX_OK;
    int32_t *at = FLX_NEW_ARRAY(ctx, int32_t, n); // where column j stands in this row, plus 1
    f->a_at = FLX_NEW_ARRAY(ctx, int32_t, entries);
    f->pair_at = FLX_NEW_ARRAY(ctx, int32_t, entries + 1);
    f->pairs = FLX_NEW_ARRAY(ctx, pair, count);
    f->u = flx_alloc(ctx, (size_t)entries * (size_t)f->lanes, sizeof(double));
    if (!at || !f->a_at || !f->pair_at || !f->pairs || !f->u) {
        flx_free(at);
        return FLX_ERR_MEMORY;
    }
    int32_t m = 0;
    for (int32_t k = 0; k < n; k++) {
        for (int32_t q = f->r_at[k]; q < f->r_at[k + 1]; q++) {
            int32_t i = f->r_col[q];
            for (int32_t p = f->r_at[i]; p < f->r_at[i + 1]; p++)
                if (at[f->r_col[p]] > f->r_at[k])
                    f->pairs[m++] = (pair){at[f->r_col[p]] - 1, p};
            f->pair_at[q + 1] = m;
            f->a_at[q] = flx_ldl_place(f, k, i);
            at[i] = q + 1;
        }
    }
    assert(m == count);
    flx_free(at);
    return FLX_OK;
}

static flx_status find_runs(flx_ctx *ctx, flx_ldl *f)
{
    f->row_run = runs_of(ctx, f->n, f->r_at, &f->n_row_run);
    f->col_run = runs_of(ctx, f->n, f->l_at, &f->n_col_run);
    return f->row_run && f->col_run ? FLX_OK : FLX_ERR_MEMORY;
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
    if (status == FLX_OK)
        status = list_products(ctx, f);
    if (status == FLX_OK)
        status = find_runs(ctx, f);
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
    flx_free(f->a_at);
    flx_free(f->pair_at);
    flx_free(f->pairs);
    flx_free(f->u);
    flx_free(f->r);
    flx_free(f->row_run);
    flx_free(f->col_run);
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
    int64_t doubtful = 0;
    for (int32_t k = 0; k < f->n; k++) {
        const double *entry = a + (int64_t)(f->a_row[k + 1] - 1) * lanes,
                     *dk = d + (int64_t)k * lanes;
        for (int32_t l = 0; l < lanes; l++)
            doubtful |= !(dk[l] > 0) | !(dk[l] * fabs(entry[l]) < 1e14);
    }
    int32_t most = 0;
    for (int32_t l = 0; doubtful > 0 && l < lanes; l++) {
        int32_t negative = 0;
        for (int32_t k = 0; k < f->n; k++) {
            double inverse = d[k * lanes + l], entry = a[(f->a_row[k + 1] - 1) * lanes + l];
            if (!(fabs(inverse * entry) < 1e14))
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
enum { LANE_PARTS = FLX_LDL_LANES / WIDE };
#define PARTS LANE_PARTS
#define NAME(function) function##_lanes
#include "linalg/ldl_impl.h"

// L x' = x by rows and L^T x = D^-1 x' by columns: sums of one, two or three products in loops of
// their own.
static void solve_one(const flx_ldl *f, double *restrict x)
{
    const double *restrict d = f->d, *restrict r = f->r, *restrict l = f->l;
    for (int32_t q = 0; q < f->n_row_run; q++) {
        const run u = f->row_run[q];
        const int32_t *restrict c = f->r_col + f->r_at[u.begin];
        r = f->r + f->r_at[u.begin];
        switch (u.n_entry) {
        case 0:
            break;
        case 1:
            for (int32_t k = u.begin; k < u.end; k++, r += 1, c += 1)
                x[k] -= r[0] * x[c[0]];
            break;
        case 2:
            for (int32_t k = u.begin; k < u.end; k++, r += 2, c += 2)
                x[k] -= r[0] * x[c[0]] + r[1] * x[c[1]];
            break;
        case 3:
            for (int32_t k = u.begin; k < u.end; k++, r += 3, c += 3)
                x[k] -= r[0] * x[c[0]] + r[1] * x[c[1]] + r[2] * x[c[2]];
            break;
        default:
            for (int32_t k = u.begin; k < u.end; k++, r += u.n_entry, c += u.n_entry) {
                double sum = 0;
                for (int32_t p = 0; p < u.n_entry; p++)
                    sum += r[p] * x[c[p]];
                x[k] -= sum;
            }
        }
    }
    for (int32_t q = f->n_col_run - 1; q >= 0; q--) {
        const run u = f->col_run[q];
        const int32_t *restrict c = f->l_row + f->l_at[u.end];
        l = f->l + f->l_at[u.end];
        switch (u.n_entry) {
        case 0:
            for (int32_t k = u.end - 1; k >= u.begin; k--)
                x[k] *= d[k];
            break;
        case 1:
            for (int32_t k = u.end - 1; k >= u.begin; k--) {
                l -= 1, c -= 1;
                x[k] = x[k] * d[k] - l[0] * x[c[0]];
            }
            break;
        case 2:
            for (int32_t k = u.end - 1; k >= u.begin; k--) {
                l -= 2, c -= 2;
                x[k] = x[k] * d[k] - (l[0] * x[c[0]] + l[1] * x[c[1]]);
            }
            break;
        case 3:
            for (int32_t k = u.end - 1; k >= u.begin; k--) {
                l -= 3, c -= 3;
                x[k] = x[k] * d[k] - (l[0] * x[c[0]] + l[1] * x[c[1]] + l[2] * x[c[2]]);
            }
            break;
        default:
            for (int32_t k = u.end - 1; k >= u.begin; k--) {
                l -= u.n_entry, c -= u.n_entry;
                double sum = 0;
                for (int32_t p = 0; p < u.n_entry; p++)
                    sum += l[p] * x[c[p]];
                x[k] = x[k] * d[k] - sum;
            }
        }
    }
}

static void solve_lanes(const flx_ldl *f, wide *restrict x)
{
    const wide *restrict l = (const wide *)f->l, *restrict d = (const wide *)f->d;
    const int32_t *restrict at = f->l_at, *restrict row = f->l_row, n = f->n;
    for (int32_t j = 0; j < n; j++) {
        wide xj[LANE_PARTS];
        for (int p = 0; p < LANE_PARTS; p++)
            xj[p] = x[j * LANE_PARTS + p];
        for (int32_t q = at[j]; q < at[j + 1]; q++)
            for (int p = 0; p < LANE_PARTS; p++)
                x[row[q] * LANE_PARTS + p] -= l[q * LANE_PARTS + p] * xj[p];
    }
    for (int32_t j = n - 1; j >= 0; j--) {
        wide xj[LANE_PARTS];
        for (int p = 0; p < LANE_PARTS; p++)
            xj[p] = x[j * LANE_PARTS + p] * d[j * LANE_PARTS + p];
        for (int32_t q = at[j]; q < at[j + 1]; q++)
            for (int p = 0; p < LANE_PARTS; p++)
                xj[p] -= l[q * LANE_PARTS + p] * x[row[q] * LANE_PARTS + p];
        for (int p = 0; p < LANE_PARTS; p++)
            x[j * LANE_PARTS + p] = xj[p];
    }
}

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
