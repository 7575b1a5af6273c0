// linalg/substitution.h -- the triangular solves of cholesky.c for one precision: REAL, panels of
// KEPT, names NAMED(...). Included once for each.
// SPDX-License-Identifier: GPL-3.0-or-later

// y = L11^{-1} x, and the rows below gain -L21 y: both from one product, left in work.
static void NAMED(forward_super)(const factor *f, const super *s, REAL *restrict work)
{
    REAL *restrict x = (REAL *)f->x + s->col;
    NAMED(flx_panel_times)(s->n_col, s->n_row, (const KEPT *)f->val + s->val_at, x, work);
    for (int32_t j = 0; j < s->n_col; j++)
        x[j] = work[j];
}

// x = L11^{-T} (y - L21^T x below): the transposed product.
static void NAMED(backward_super)(const factor *f, const super *s, REAL *restrict work)
{
    REAL *restrict x = f->x;
    NAMED(flx_panel_gather)(s->n_row, f->rows + s->row_at, x, work);
    NAMED(flx_panel_transposed_times)
    (s->n_col, s->n_row, (const KEPT *)f->val + s->val_at, work, x + s->col);
}

static void NAMED(forward_subtree)(void *arg, int32_t t, int32_t unused)
{
    (void)unused;
    factor *f = arg;
    subtree *tree = &f->tree[t];
    REAL *restrict x = f->x, *restrict work = tree->x, *restrict owed = tree->owed;
    memset(owed, 0, (size_t)f->n_top_col * sizeof *owed);
    for (const super *s = f->super + tree->begin; s < f->super + tree->end; s++) {
        const int32_t *rows = f->rows + s->row_at;
        NAMED(forward_super)(f, s, work);
        int32_t r = s->n_col;
        for (; r < s->n_row && rows[r] < tree->col_end; r++)
            x[rows[r]] += work[r];
        for (; r < s->n_row; r++)
            owed[f->top_col[rows[r]]] += work[r];
    }
}

static void NAMED(backward_subtree)(void *arg, int32_t t, int32_t unused)
{
    (void)unused;
    const factor *f = arg;
    for (int32_t s = f->tree[t].end - 1; s >= f->tree[t].begin; s--)
        NAMED(backward_super)(f, &f->super[s], f->tree[t].x);
}

static void NAMED(forward_top)(factor *f)
{
    REAL *restrict x = f->x, *restrict work = f->top_x;
    for (int32_t k = 0; k < f->n_top; k++) {
        const super *s = &f->super[f->top[k]];
        const int32_t *rows = f->rows + s->row_at;
        // What the subtrees owe to these columns, in order.
        for (int32_t t = 0; t < f->n_tree; t++)
            for (int32_t j = 0; j < s->n_col; j++)
                x[s->col + j] += ((const REAL *)f->tree[t].owed)[f->top_col[s->col + j]];
        NAMED(forward_super)(f, s, work);
        for (int32_t r = s->n_col; r < s->n_row; r++)
            x[rows[r]] += work[r];
    }
}

static void NAMED(permute)(void *arg, int32_t begin, int32_t end)
{
    const void **a = arg;
    const factor *f = a[0];
    const double *b = a[1];
    REAL *restrict x = f->x;
    for (int32_t k = begin; k < end; k++)
        x[k] = (REAL)b[f->perm[k]];
}

static void NAMED(permute_back)(void *arg, int32_t begin, int32_t end)
{
    void **a = arg;
    const factor *f = a[0];
    double *x = a[1];
    const REAL *from = f->x;
    for (int32_t k = begin; k < end; k++)
        x[f->perm[k]] = (double)from[k];
}

static void NAMED(join)(void *arg, int32_t begin, int32_t end)
{
    const void **a = arg;
    const factor *f = a[0];
    const double *restrict z = a[1];
    REAL *restrict x = f->x;
    for (int32_t k = begin; k < end; k++)
        x[k] += (REAL)z[k];
}

// On x, in the order of the factor.
static void NAMED(substitute)(factor *f, const double *z)
{
    const void *random[] = {f, z};
    flx_pool_each(f->pool, f->n_tree, NAMED(forward_subtree), f);
    NAMED(forward_top)(f);
    if (z)
        flx_pool_for(f->pool, f->n, NAMED(join), (void *)random);
    for (int32_t k = f->n_top - 1; k >= 0; k--)
        NAMED(backward_super)(f, &f->super[f->top[k]], f->top_x);
    flx_pool_each(f->pool, f->n_tree, NAMED(backward_subtree), f);
}

static void NAMED(solve)(factor *f, const double *b, const double *z, double *x)
{
    const void *from[] = {f, b};
    void *to[] = {f, x};
    flx_pool_for(f->pool, f->n, NAMED(permute), (void *)from);
    NAMED(substitute)(f, z);
    flx_pool_for(f->pool, f->n, NAMED(permute_back), to);
}
