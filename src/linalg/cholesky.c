// linalg/cholesky.c -- A = P^T L L^T P with CHOLMOD (nested dissection by METIS); triangular solves
// of our own.
//
// A run solves with one factor many thousand times, each time one right-hand side, so a solve is a
// matter of streaming L once forward and once back. L is kept by supernodes (columns of equal
// pattern, dense trapezoids). The elimination tree is cut into subtrees that know nothing of each
// other and a small top. Each subtree gathers what it owes to the top in a vector of its own; the
// top adds these in order: the bits do not depend on the number of threads. Davis, Rajamanickam,
// Sid-Lakhdar, Acta Numerica 25, 383 (2016), sections 5 and 9.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "linalg/cholesky.h"

#include <cblas.h>
#include <cholmod.h>
#include <string.h>

enum { N_SUBTREE = 16 };

typedef struct subtree {
    int32_t begin, end; // supernodes, in order
    int32_t col_end;    // columns of the subtree are below this one
    double *x;          // [height] rows of the present supernode
    double *owed;       // [n_top_col] what the forward solve subtracts from columns of the top
} subtree;

typedef struct factor {
    int32_t n, n_super;
    int32_t *perm;    // [n] row of A at place k
    int32_t *col;     // [n_super + 1] first column of each supernode
    int64_t *row_at;  // [n_super + 1] into rows
    int64_t *val_at;  // [n_super + 1] into val
    int32_t *rows;    // rows of each supernode, its own columns first
    double *val;      // columns of each supernode from the diagonal down; the diagonal holds 1/L_jj
    int32_t *top_col; // [n] place of a column among those of the top
    int32_t n_top_col, height;
    int32_t n_tree, n_top;
    subtree tree[N_SUBTREE];
    int32_t *top;  // [n_top] supernodes of the top, in order
    double *x;     // [n] permuted
    double *top_x; // [height]
    flx_pool *pool;
} factor;

// x_s = L_ss^{-1} x_s, then the rows below lose L_rs x_s. x holds the rows of the supernode.
static void forward_panel(int32_t n_col, int32_t n_row, const double *restrict val,
                          double *restrict x)
{
    const double *restrict c0 = val;
    int32_t j = 0;
    for (; j + 1 < n_col; j += 2) {
        int32_t below = n_row - j - 2;
        const double *restrict c1 = c0 + (n_row - j);
        double x0 = x[j] * c0[0];
        double x1 = (x[j + 1] - c0[1] * x0) * c1[0];
        x[j] = x0;
        x[j + 1] = x1;
        for (int32_t r = 0; r < below; r++)
            x[j + 2 + r] -= c0[2 + r] * x0 + c1[1 + r] * x1;
        c0 = c1 + (n_row - j - 1);
    }
    if (j < n_col) {
        double x0 = x[j] *= c0[0];
        for (int32_t r = 1; r < n_row - j; r++)
            x[j + r] -= c0[r] * x0;
    }
}

typedef double d8 __attribute__((vector_size(64)));

static inline d8 load_d8(const double *from)
{
    d8 v;
    memcpy(&v, from, sizeof v);
    return v;
}

static inline double sum_d8(d8 s)
{
    return ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7]));
}

// x_s = L_ss^{-T} (x_s - L_rs^T x_r), two columns at a time. end: behind the last column.
static void backward_panel(int32_t n_col, int32_t n_row, const double *end, double *x)
{
    const double *c = end;
    int32_t j = n_col - 1;
    for (; j > 0; j -= 2) {
        int32_t below = n_row - j - 1, r = 0;
        const double *c1 = c - (below + 1), *c0 = c1 - (below + 2);
        const double *l1 = c1 + 1, *l0 = c0 + 2, *y = x + j + 1;
        d8 v1 = {0}, v0 = {0};
        for (; r + 8 <= below; r += 8) {
            d8 x8 = load_d8(y + r);
            v1 += load_d8(l1 + r) * x8;
            v0 += load_d8(l0 + r) * x8;
        }
        double s1 = sum_d8(v1), s0 = sum_d8(v0);
        for (; r < below; r++) {
            s1 += l1[r] * y[r];
            s0 += l0[r] * y[r];
        }
        x[j] = (x[j] - s1) * c1[0];
        x[j - 1] = (x[j - 1] - s0 - c0[1] * x[j]) * c0[0];
        c = c0;
    }
    if (j == 0) {
        double s0 = 0;
        c -= n_row;
        for (int32_t r = 1; r < n_row; r++)
            s0 += c[r] * x[r];
        x[0] = (x[0] - s0) * c[0];
    }
}

static void forward_subtree(void *arg, int32_t t, int32_t unused)
{
    (void)unused;
    factor *f = arg;
    subtree *tree = &f->tree[t];
    double *restrict x = f->x, *restrict work = tree->x, *restrict owed = tree->owed;
    memset(owed, 0, (size_t)f->n_top_col * sizeof *owed);
    for (int32_t s = tree->begin; s < tree->end; s++) {
        const int32_t *rows = f->rows + f->row_at[s];
        int32_t n_row = (int32_t)(f->row_at[s + 1] - f->row_at[s]);
        int32_t n_col = f->col[s + 1] - f->col[s];
        memcpy(work, x + f->col[s], (size_t)n_col * sizeof *x);
        memset(work + n_col, 0, (size_t)(n_row - n_col) * sizeof *x);
        forward_panel(n_col, n_row, f->val + f->val_at[s], work);
        memcpy(x + f->col[s], work, (size_t)n_col * sizeof *x);
        int32_t r = n_col;
        for (; r < n_row && rows[r] < tree->col_end; r++)
            x[rows[r]] += work[r];
        for (; r < n_row; r++)
            owed[f->top_col[rows[r]]] += work[r];
    }
}

static void backward_super(const factor *f, int32_t s, double *restrict work)
{
    double *restrict x = f->x;
    const int32_t *rows = f->rows + f->row_at[s];
    int32_t n_row = (int32_t)(f->row_at[s + 1] - f->row_at[s]);
    int32_t n_col = f->col[s + 1] - f->col[s];
    for (int32_t r = 0; r < n_row; r++)
        work[r] = x[rows[r]];
    backward_panel(n_col, n_row, f->val + f->val_at[s + 1], work);
    memcpy(x + f->col[s], work, (size_t)n_col * sizeof *x);
}

static void backward_subtree(void *arg, int32_t t, int32_t unused)
{
    (void)unused;
    const factor *f = arg;
    for (int32_t s = f->tree[t].end - 1; s >= f->tree[t].begin; s--)
        backward_super(f, s, f->tree[t].x);
}

static void forward_top(factor *f)
{
    for (int32_t k = 0; k < f->n_top; k++) {
        int32_t s = f->top[k];
        const int32_t *rows = f->rows + f->row_at[s];
        int32_t n_row = (int32_t)(f->row_at[s + 1] - f->row_at[s]);
        int32_t n_col = f->col[s + 1] - f->col[s];
        double *restrict x = f->x, *restrict work = f->top_x;
        // What the subtrees owe to these columns, in order.
        for (int32_t t = 0; t < f->n_tree; t++)
            for (int32_t j = 0; j < n_col; j++)
                x[f->col[s] + j] += f->tree[t].owed[f->top_col[f->col[s] + j]];
        memcpy(work, x + f->col[s], (size_t)n_col * sizeof *x);
        memset(work + n_col, 0, (size_t)(n_row - n_col) * sizeof *x);
        forward_panel(n_col, n_row, f->val + f->val_at[s], work);
        memcpy(x + f->col[s], work, (size_t)n_col * sizeof *x);
        for (int32_t r = n_col; r < n_row; r++)
            x[rows[r]] += work[r];
    }
}

static void permute(void *arg, int32_t begin, int32_t end)
{
    const void **a = arg;
    const factor *f = a[0];
    const double *b = a[1];
    for (int32_t k = begin; k < end; k++)
        f->x[k] = b[f->perm[k]];
}

static void permute_back(void *arg, int32_t begin, int32_t end)
{
    void **a = arg;
    const factor *f = a[0];
    double *x = a[1];
    for (int32_t k = begin; k < end; k++)
        x[f->perm[k]] = f->x[k];
}

void flx_cholesky_solve(void *factor_, const double *b, double *x)
{
    factor *f = factor_;
    const void *from[] = {f, b};
    void *to[] = {f, x};
    flx_pool_for(f->pool, f->n, permute, (void *)from);
    flx_pool_each(f->pool, f->n_tree, forward_subtree, f);
    forward_top(f);
    for (int32_t k = f->n_top - 1; k >= 0; k--)
        backward_super(f, f->top[k], f->top_x);
    flx_pool_each(f->pool, f->n_tree, backward_subtree, f);
    flx_pool_for(f->pool, f->n, permute_back, to);
}

// Cuts the forest of supernodes: the heaviest subtree is replaced by its children until there are
// enough of them.
static flx_status cut_tree(flx_ctx *ctx, factor *f)
{
    int32_t n = f->n_super;
    int32_t *parent = FLX_NEW_ARRAY(ctx, int32_t, n);
    int32_t *first = FLX_NEW_ARRAY(ctx, int32_t, n); // first supernode of the subtree
    int32_t *of_col = FLX_NEW_ARRAY(ctx, int32_t, f->n);
    double *work = FLX_NEW_ARRAY(ctx, double, n);
    bool *in_top = FLX_NEW_ARRAY(ctx, bool, n);
    f->top = FLX_NEW_ARRAY(ctx, int32_t, n);
    f->top_col = FLX_NEW_ARRAY(ctx, int32_t, f->n);
    flx_status status = FLX_ERR_MEMORY;
    if (!parent || !first || !of_col || !work || !in_top || !f->top || !f->top_col)
        goto end;

    for (int32_t s = 0; s < n; s++) {
        first[s] = s;
        for (int32_t j = f->col[s]; j < f->col[s + 1]; j++)
            of_col[j] = s;
    }
    for (int32_t s = 0; s < n; s++) {
        int32_t n_col = f->col[s + 1] - f->col[s];
        int64_t n_row = f->row_at[s + 1] - f->row_at[s];
        parent[s] = n_row > n_col ? of_col[f->rows[f->row_at[s] + n_col]] : -1;
        work[s] += (double)n_row * n_col;
        if (parent[s] >= 0) {
            work[parent[s]] += work[s];
            if (first[s] < first[parent[s]])
                first[parent[s]] = first[s];
        }
    }
    int32_t roots[N_SUBTREE], n_root = 0;
    bool whole = true; // every root of the forest found a place
    for (int32_t s = n - 1; s >= 0; s--)
        if (parent[s] < 0) {
            if (n_root < N_SUBTREE / 2)
                roots[n_root++] = s;
            else
                whole = false;
        }
    while (whole && n_root > 0) {
        int32_t heavy = 0, children = 0;
        for (int32_t k = 1; k < n_root; k++)
            if (work[roots[k]] > work[roots[heavy]])
                heavy = k;
        int32_t s = roots[heavy];
        for (int32_t c = first[s]; c < s; c++)
            children += parent[c] == s;
        if (children == 0 || n_root - 1 + children > N_SUBTREE)
            break;
        in_top[s] = true;
        roots[heavy] = roots[--n_root];
        for (int32_t c = first[s]; c < s; c++)
            if (parent[c] == s)
                roots[n_root++] = c;
    }
    // Too many separate pieces to name: one subtree holds all.
    f->n_tree = whole ? n_root : 1;
    for (int32_t k = 0; k < f->n_tree; k++) {
        int32_t r = whole ? roots[k] : n - 1;
        f->tree[k].begin = whole ? first[r] : 0;
        f->tree[k].end = r + 1;
        f->tree[k].col_end = f->col[r + 1];
    }
    for (int32_t s = 0; s < n; s++)
        if (in_top[s]) {
            f->top[f->n_top++] = s;
            for (int32_t j = f->col[s]; j < f->col[s + 1]; j++)
                f->top_col[j] = f->n_top_col++;
        }
    status = FLX_OK;
    for (int32_t k = 0; k < f->n_tree; k++) {
        f->tree[k].x = FLX_NEW_ARRAY(ctx, double, f->height);
        f->tree[k].owed = FLX_NEW_ARRAY(ctx, double, f->n_top_col);
        if (!f->tree[k].x || !f->tree[k].owed)
            status = FLX_ERR_MEMORY;
    }
end:
    flx_free(parent);
    flx_free(first);
    flx_free(of_col);
    flx_free(work);
    flx_free(in_top);
    return status;
}

// Copies CHOLMOD's supernodal factor without what lies above the diagonal, with inverted diagonals.
static flx_status copy_factor(flx_ctx *ctx, const cholmod_factor *l, factor *f)
{
    const int *super = l->super, *pi = l->pi, *px = l->px;
    const double *from = l->x;
    f->n = (int32_t)l->n;
    f->n_super = (int32_t)l->nsuper;
    f->perm = FLX_NEW_ARRAY(ctx, int32_t, f->n);
    f->col = FLX_NEW_ARRAY(ctx, int32_t, f->n_super + 1);
    f->row_at = FLX_NEW_ARRAY(ctx, int64_t, f->n_super + 1);
    f->val_at = FLX_NEW_ARRAY(ctx, int64_t, f->n_super + 1);
    f->rows = FLX_NEW_ARRAY(ctx, int32_t, l->ssize);
    f->x = FLX_NEW_ARRAY(ctx, double, f->n);
    if (!f->perm || !f->col || !f->row_at || !f->val_at || !f->rows || !f->x)
        return FLX_ERR_MEMORY;
    memcpy(f->perm, l->Perm, (size_t)f->n * sizeof *f->perm);
    memcpy(f->rows, l->s, l->ssize * sizeof *f->rows);
    for (int32_t s = 0; s < f->n_super; s++) {
        int64_t n_row = pi[s + 1] - pi[s], n_col = super[s + 1] - super[s];
        f->col[s + 1] = super[s + 1];
        f->row_at[s + 1] = pi[s + 1];
        f->val_at[s + 1] = f->val_at[s] + n_row * n_col - n_col * (n_col - 1) / 2;
        if (n_row > f->height)
            f->height = (int32_t)n_row;
    }
    f->val = FLX_NEW_ARRAY(ctx, double, f->val_at[f->n_super]);
    f->top_x = FLX_NEW_ARRAY(ctx, double, f->height);
    if (!f->val || !f->top_x)
        return FLX_ERR_MEMORY;
    double *to = f->val;
    for (int32_t s = 0; s < f->n_super; s++) {
        int64_t n_row = pi[s + 1] - pi[s];
        for (int64_t j = 0; j < super[s + 1] - super[s]; j++) {
            memcpy(to, from + px[s] + j * n_row + j, (size_t)(n_row - j) * sizeof *to);
            *to = 1 / *to;
            to += n_row - j;
        }
    }
    return FLX_OK;
}

flx_status flx_cholesky_factor(flx_ctx *ctx, const flx_csr *matrix, flx_pool *pool,
                               const void *like, void **out)
{
    *out = NULL;
    openblas_set_num_threads(1); // the factor's bits must not depend on the machine's load
    cholmod_common cm;
    cholmod_start(&cm);
    cm.print = 0;
    cm.nmethods = 1;
    // The ordering is a third of the work; the one of a matrix of the same pattern is kept.
    const int32_t *order = like ? ((const factor *)like)->perm : NULL;
    cm.method[0].ordering = order ? CHOLMOD_GIVEN : CHOLMOD_METIS;
    cm.postorder = 1;
    cm.supernodal = CHOLMOD_SUPERNODAL;

    // CHOLMOD only reads the matrix; its fields are not const.
    cholmod_sparse a = {
        .nrow = (size_t)matrix->n,
        .ncol = (size_t)matrix->n,
        .nzmax = (size_t)matrix->row[matrix->n],
        .p = (void *)(uintptr_t)matrix->row,
        .i = (void *)(uintptr_t)matrix->col,
        .x = (void *)(uintptr_t)matrix->val,
        .stype = -1,
        .itype = CHOLMOD_INT,
        .xtype = CHOLMOD_REAL,
        .dtype = CHOLMOD_DOUBLE,
        .sorted = 1,
        .packed = 1,
    };
    flx_status status = FLX_OK;
    factor *f = NULL;
    cholmod_factor *l = cholmod_analyze_p(&a, (int32_t *)(uintptr_t)order, NULL, 0, &cm);
    if (l)
        cholmod_factorize(&a, l, &cm);
    if (cm.status == CHOLMOD_OUT_OF_MEMORY)
        status = flx_fail(ctx, FLX_ERR_MEMORY, "no memory to factorise a system of %d unknowns",
                          matrix->n);
    else if (!l)
        status = flx_fail(ctx, FLX_ERR_SOLVER, "CHOLMOD refuses a system of %d unknowns (%d)",
                          matrix->n, cm.status);
    else if (cm.status != CHOLMOD_OK)
        status = flx_fail(ctx, FLX_ERR_SOLVER,
                          "a system of %d unknowns is not positive definite (column %zu); the mesh "
                          "may have negative co-volumes",
                          matrix->n, l->minor);
    if (status == FLX_OK && !(f = FLX_NEW(ctx, factor)))
        status = FLX_ERR_MEMORY;
    if (l && f) {
        f->pool = pool;
        status = copy_factor(ctx, l, f);
        if (status == FLX_OK)
            status = cut_tree(ctx, f);
    }
    cholmod_free_factor(&l, &cm);
    cholmod_finish(&cm);
    if (status < 0) {
        flx_cholesky_free(f);
        return status;
    }
    *out = f;
    return FLX_OK;
}

void flx_cholesky_free(void *factor_)
{
    factor *f = factor_;
    if (!f)
        return;
    for (int32_t t = 0; t < N_SUBTREE; t++) {
        flx_free(f->tree[t].x);
        flx_free(f->tree[t].owed);
    }
    flx_free(f->perm);
    flx_free(f->col);
    flx_free(f->row_at);
    flx_free(f->val_at);
    flx_free(f->rows);
    flx_free(f->val);
    flx_free(f->top_col);
    flx_free(f->top);
    flx_free(f->x);
    flx_free(f->top_x);
    flx_free(f);
}

double flx_cholesky_bytes(const void *factor_)
{
    const factor *f = factor_;
    return 2 * (double)f->val_at[f->n_super] * sizeof(double) +
           2 * (double)f->row_at[f->n_super] * sizeof(int32_t) + 6.0 * f->n * sizeof(double);
}
