// linalg/cholesky.c -- A = P^T L L^T P with CHOLMOD; triangular solves of our own.
//
// A run solves with one factor many thousand times, each time one right-hand side, so a solve is a
// matter of streaming L once forward and once back. L is kept by supernodes (columns of equal
// pattern, L11 on top of L21) as panels M = [L11^{-1}; -L21 L11^{-1}]: both solves become products
// with M, without recurrences. The elimination tree is cut into subtrees that know nothing of each
// other and a small top. Each subtree gathers what it owes to the top in a vector of its own; the
// top adds these in order: the bits do not depend on the number of threads. Davis, Rajamanickam,
// Sid-Lakhdar, Acta Numerica 25, 383 (2016), sections 5 and 9.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "linalg/cholesky.h"

#include "linalg/frontal.h"
#include "linalg/panel.h"

#include <cblas.h>
#include <cholmod.h>
#include <string.h>

enum { N_SUBTREE = 16 };

typedef struct subtree {
    int32_t begin, end; // supernodes, in order
    int32_t col_end;    // columns of the subtree are below this one
    void *x;            // [height] rows of the present supernode
    void *owed;         // [n_top_col] what the forward solve subtracts from columns of the top
} subtree;

typedef struct super {
    int32_t col, n_col, n_row;
    int64_t row_at; // into rows
    int64_t val_at; // into val
} super;

// CHOLMOD's own factor.
typedef struct symbols {
    cholmod_common cm;
    cholmod_factor *l;
} symbols;

typedef struct factor {
    flx_precision precision; // of the numbers below that stand as void: vectors; panels
    int32_t n, n_super;
    int32_t *perm; // [n] row of A at place k
    super *super;  // [n_super]
    int64_t n_entry, n_val;
    int32_t *rows; // [n_entry] rows of each supernode, its own columns first, then n to fill tiles
    void *val;     // [n_val] panels [L11^{-1}; -L21 L11^{-1}] of the supernodes
    int32_t *top_col; // [n] place of a column among those of the top
    int32_t n_top_col, height;
    int32_t n_tree, n_top;
    subtree tree[N_SUBTREE];
    int32_t *top;         // [n_top] supernodes of the top, in order
    void *x;              // [n + 1] permuted; the last stays 0
    void *top_x;          // [height]
    flx_frontal *frontal; // for other matrices of the pattern; NULL: none will come
    void *spare;          // [n_val] panels that become val when they are whole
    flx_pool *pool;
} factor;

#define REAL double
#define KEPT double
#define NAMED(name) name##_d
#include "linalg/substitution.h"
#undef REAL
#undef KEPT
#undef NAMED

#define REAL float
#define KEPT float
#define NAMED(name) name##_f
#include "linalg/substitution.h"
#undef KEPT
#undef NAMED

#define KEPT uint16_t
#define NAMED(name) name##_h
#include "linalg/substitution.h"

void flx_cholesky_solve(void *factor_, const double *b, const double *z, double *x)
{
    factor *f = factor_;
    if (f->precision == FLX_HALF)
        solve_h(f, b, z, x);
    else if (f->precision == FLX_SINGLE)
        solve_f(f, b, z, x);
    else
        solve_d(f, b, z, x);
}

const int32_t *flx_cholesky_order(const void *factor_)
{
    return ((const factor *)factor_)->perm;
}

float *flx_cholesky_vector(void *factor_)
{
    return ((factor *)factor_)->x;
}

void flx_cholesky_solve_vector(void *factor_, const double *z)
{
    assert(((factor *)factor_)->precision == FLX_HALF);
    substitute_h(factor_, z);
}

static void *new_reals(flx_ctx *ctx, const factor *f, int64_t n)
{
    return f->precision == FLX_DOUBLE ? (void *)FLX_NEW_ARRAY(ctx, double, n)
                                      : (void *)FLX_NEW_ARRAY(ctx, float, n);
}

static size_t kept_size(const factor *f)
{
    static const size_t size[] = {
        [FLX_DOUBLE] = sizeof(double), [FLX_SINGLE] = sizeof(float), [FLX_HALF] = sizeof(uint16_t)};
    return size[f->precision];
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
        for (int32_t j = 0; j < f->super[s].n_col; j++)
            of_col[f->super[s].col + j] = s;
    }
    for (int32_t s = 0; s < n; s++) {
        const super *me = &f->super[s];
        parent[s] = me->n_row > me->n_col ? of_col[f->rows[me->row_at + me->n_col]] : -1;
        work[s] += (double)me->n_row * me->n_col;
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
        f->tree[k].col_end = f->super[r].col + f->super[r].n_col;
    }
    for (int32_t s = 0; s < n; s++)
        if (in_top[s]) {
            f->top[f->n_top++] = s;
            for (int32_t j = 0; j < f->super[s].n_col; j++)
                f->top_col[f->super[s].col + j] = f->n_top_col++;
        }
    status = FLX_OK;
    for (int32_t k = 0; k < f->n_tree; k++) {
        f->tree[k].x = new_reals(ctx, f, f->height);
        f->tree[k].owed = new_reals(ctx, f, f->n_top_col);
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

// Panels from the columns of CHOLMOD's factor.
static flx_status fill_panels(flx_ctx *ctx, const cholmod_factor *l, factor *f)
{
    const int *px = l->px;
    int64_t largest = 0;
    for (int32_t k = 0; k < f->n_super; k++) {
        int64_t size = (int64_t)f->super[k].n_row * f->super[k].n_col;
        largest = size > largest ? size : largest;
    }
    double *matrix = FLX_NEW_ARRAY(ctx, double, largest);
    if (!matrix)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < f->n_super; k++) {
        const super *s = &f->super[k];
        const double *from = (const double *)l->x + px[k];
        int64_t n_row = s->n_row;
        for (int32_t j = 0; j < s->n_col; j++)
            for (int32_t r = 0; r < n_row; r++)
                matrix[j * n_row + r] = r < s->n_col ? r == j : -from[j * n_row + r];
        cblas_dtrsm(CblasColMajor, CblasRight, CblasLower, CblasNoTrans, CblasNonUnit, s->n_row,
                    s->n_col, 1, from, s->n_row, matrix, s->n_row);
        if (f->precision == FLX_HALF)
            flx_panel_fill_h(s->n_col, s->n_row, matrix, (uint16_t *)f->val + s->val_at);
        else if (f->precision == FLX_SINGLE)
            flx_panel_fill_f(s->n_col, s->n_row, matrix, (float *)f->val + s->val_at);
        else
            flx_panel_fill_d(s->n_col, s->n_row, matrix, (double *)f->val + s->val_at);
    }
    flx_free(matrix);
    return FLX_OK;
}

static flx_status copy_symbols(flx_ctx *ctx, const cholmod_factor *l, factor *f)
{
    const int *first_col = l->super, *pi = l->pi, *rows = l->s;
    f->n = (int32_t)l->n;
    f->n_super = (int32_t)l->nsuper;
    f->perm = FLX_NEW_ARRAY(ctx, int32_t, f->n);
    f->super = FLX_NEW_ARRAY(ctx, super, f->n_super);
    f->x = new_reals(ctx, f, f->n + 1);
    if (!f->perm || !f->super || !f->x)
        return FLX_ERR_MEMORY;
    memcpy(f->perm, l->Perm, (size_t)f->n * sizeof *f->perm);
    for (int32_t k = 0; k < f->n_super; k++) {
        super *s = &f->super[k];
        *s = (super){.col = first_col[k],
                     .n_col = first_col[k + 1] - first_col[k],
                     .n_row = pi[k + 1] - pi[k],
                     .row_at = f->n_entry,
                     .val_at = f->n_val};
        int32_t padded = flx_panel_tiles(s->n_row) * FLX_TILE;
        f->n_entry += padded;
        f->n_val += flx_panel_size(s->n_col, s->n_row);
        f->height = padded > f->height ? padded : f->height;
    }
    f->rows = FLX_NEW_ARRAY(ctx, int32_t, f->n_entry);
    f->val = FLX_NEW_ARRAY(ctx, char, f->n_val *(int64_t)kept_size(f));
    f->top_x = new_reals(ctx, f, f->height);
    if (!f->rows || !f->val || !f->top_x)
        return FLX_ERR_MEMORY;
    int32_t *to = f->rows;
    for (int32_t k = 0; k < f->n_super; k++)
        for (int32_t r = 0; r < flx_panel_tiles(f->super[k].n_row) * FLX_TILE; r++)
            *to++ = r < f->super[k].n_row ? rows[pi[k] + r] : f->n;
    return cut_tree(ctx, f);
}

// CHOLMOD only reads the matrix; its fields are not const. Of the two triangles that are there the
// upper one is permuted in one go.
static cholmod_sparse as_sparse(const flx_csr *matrix)
{
    return (cholmod_sparse){
        .nrow = (size_t)matrix->n,
        .ncol = (size_t)matrix->n,
        .nzmax = (size_t)matrix->row[matrix->n],
        .p = (void *)(uintptr_t)matrix->row,
        .i = (void *)(uintptr_t)matrix->col,
        .x = (void *)(uintptr_t)matrix->val,
        .stype = 1,
        .itype = CHOLMOD_INT,
        .xtype = CHOLMOD_REAL,
        .dtype = CHOLMOD_DOUBLE,
        .sorted = 1,
        .packed = 1,
    };
}

static void forget(symbols *k)
{
    cholmod_free_factor(&k->l, &k->cm);
    cholmod_finish(&k->cm);
}

static flx_status analyse(flx_ctx *ctx, const flx_csr *matrix, symbols *k)
{
    cholmod_start(&k->cm);
    k->cm.print = 0;
    k->cm.nmethods = 1;
    k->cm.method[0].ordering = matrix->order ? CHOLMOD_GIVEN : CHOLMOD_METIS;
    k->cm.postorder = 1;
    k->cm.quick_return_if_not_posdef = 1;
    k->cm.supernodal = CHOLMOD_SUPERNODAL;
    cholmod_sparse a = as_sparse(matrix);
    k->l = cholmod_analyze_p(&a, (void *)(uintptr_t)matrix->order, NULL, 0, &k->cm);
    if (k->l)
        return FLX_OK;
    if (k->cm.status == CHOLMOD_OUT_OF_MEMORY)
        return flx_fail(ctx, FLX_ERR_MEMORY, "no memory to order a system of %d unknowns",
                        matrix->n);
    return flx_fail(ctx, FLX_ERR_SOLVER, "CHOLMOD refuses a system of %d unknowns (%d)", matrix->n,
                    k->cm.status);
}

// By one thread: the bits must not depend on the machine's load. And CHOLMOD would divide its small
// loops among four threads of OpenMP, however many processors there are, which takes twice the
// processor time and more. Where CHOLMOD does without OpenMP, these symbols are missing.
extern int omp_get_max_active_levels(void) __attribute__((weak));
extern void omp_set_max_active_levels(int) __attribute__((weak));

static flx_status indefinite(flx_ctx *ctx, int32_t n)
{
    return flx_fail(ctx, FLX_ERR_SOLVER,
                    "a system of %d unknowns is not positive definite; the mesh may have negative "
                    "co-volumes",
                    n);
}

static flx_status factorise(flx_ctx *ctx, const flx_csr *matrix, symbols *k)
{
    cholmod_sparse a = as_sparse(matrix);
    bool threads = omp_get_max_active_levels && omp_set_max_active_levels;
    int levels = threads ? omp_get_max_active_levels() : 0;
    if (threads)
        omp_set_max_active_levels(0);
    openblas_set_num_threads(1);
    cholmod_factorize(&a, k->l, &k->cm);
    if (threads)
        omp_set_max_active_levels(levels);
    if (k->cm.status == CHOLMOD_OUT_OF_MEMORY)
        return flx_fail(ctx, FLX_ERR_MEMORY, "no memory to factorise a system of %d unknowns",
                        matrix->n);
    return k->cm.status == CHOLMOD_OK ? FLX_OK : indefinite(ctx, matrix->n);
}

// One matrix: CHOLMOD's numbers.
static flx_status numbers(flx_ctx *ctx, const flx_csr *matrix, symbols *k, factor *f)
{
    flx_status status = factorise(ctx, matrix, k);
    if (status == FLX_OK)
        status = copy_symbols(ctx, k->l, f);
    return status == FLX_OK ? fill_panels(ctx, k->l, f) : status;
}

// Many: CHOLMOD's symbols, and numbers by fronts.
static flx_status fronts(flx_ctx *ctx, const flx_csr *pattern, symbols *k, factor *f)
{
    flx_status status = copy_symbols(ctx, k->l, f);
    if (status < 0)
        return status;
    flx_supernodes known = {.n = f->n,
                            .n_super = f->n_super,
                            .perm = f->perm,
                            .first = k->l->super,
                            .start = k->l->pi,
                            .rows = k->l->s};
    status = flx_frontal_create(ctx, &known, pattern, &f->frontal);
    if (status < 0)
        return status;
    f->spare = FLX_NEW_ARRAY(ctx, char, f->n_val *(int64_t)kept_size(f));
    return f->spare ? FLX_OK : FLX_ERR_MEMORY;
}

static flx_status create(flx_ctx *ctx, const flx_csr *matrix, flx_pool *pool,
                         flx_precision precision, bool many, void **out)
{
    symbols k = {0};
    factor *f = *out = FLX_NEW(ctx, factor);
    if (!f)
        return FLX_ERR_MEMORY;
    *f = (factor){.precision = precision, .pool = pool};
    flx_status status = analyse(ctx, matrix, &k);
    if (status == FLX_OK)
        status = (many ? fronts : numbers)(ctx, matrix, &k, f);
    forget(&k);
    if (status < 0) {
        flx_cholesky_free(f);
        *out = NULL;
    }
    return status;
}

static void take_panel(void *user, int32_t k, int32_t n_col, int32_t n_row, const double *matrix)
{
    factor *f = user;
    int64_t at = f->super[k].val_at;
    if (f->precision == FLX_SINGLE)
        flx_panel_fill_f(n_col, n_row, matrix, (float *)f->spare + at);
    else
        flx_panel_fill_d(n_col, n_row, matrix, (double *)f->spare + at);
}

flx_status flx_cholesky_refactor(flx_ctx *ctx, const flx_csr *matrix, void *factor_)
{
    factor *f = factor_;
    if (!f->frontal)
        return flx_fail(ctx, FLX_ERR_UNAVAILABLE, "a solver made for one matrix takes no other");
    openblas_set_num_threads(1);
    if (!flx_frontal_factor(f->frontal, matrix->val, take_panel, f))
        return indefinite(ctx, matrix->n);
    void *before = f->val;
    f->val = f->spare;
    f->spare = before;
    return FLX_OK;
}

flx_status flx_cholesky_factor(flx_ctx *ctx, const flx_csr *matrix, flx_pool *pool, void **out)
{
    return create(ctx, matrix, pool, FLX_DOUBLE, false, out);
}

flx_status flx_cholesky_factor_single(flx_ctx *ctx, const flx_csr *matrix, flx_pool *pool,
                                      void **out)
{
    return create(ctx, matrix, pool, FLX_SINGLE, false, out);
}

flx_status flx_cholesky_factor_half(flx_ctx *ctx, const flx_csr *matrix, flx_pool *pool, void **out)
{
    return create(ctx, matrix, pool, FLX_HALF, false, out);
}

flx_status flx_cholesky_prepare(flx_ctx *ctx, const flx_csr *matrix, flx_pool *pool, void **out)
{
    return create(ctx, matrix, pool, FLX_DOUBLE, true, out);
}

flx_status flx_cholesky_prepare_single(flx_ctx *ctx, const flx_csr *matrix, flx_pool *pool,
                                       void **out)
{
    return create(ctx, matrix, pool, FLX_SINGLE, true, out);
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
    flx_free(f->super);
    flx_free(f->rows);
    flx_free(f->val);
    flx_free(f->top_col);
    flx_free(f->top);
    flx_free(f->x);
    flx_free(f->top_x);
    flx_free(f->spare);
    flx_frontal_free(f->frontal);
    flx_free(f);
}

double flx_cholesky_bytes(const void *factor_)
{
    const factor *f = factor_;
    return 2 * (double)f->n_val * (double)kept_size(f) + 2 * (double)f->n_entry * sizeof(int32_t) +
           6.0 * f->n * sizeof(double);
}
