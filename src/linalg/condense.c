// linalg/condense.c -- rows with few neighbours eliminated before a factor is made of the rest.
//
// Rows i that are not neighbours of each other ("inner") are eliminated at once, the rest r keeps
//   S = A_rr - A_ri D_i^-1 A_ir,
// so that A^-1 b is x_r = S^-1 (b_r - A_ri D_i^-1 b_i), x_i = D_i^-1 (b_i - A_ir x_r). The triangles of
// a mesh have three neighbours each, and more than two in five are inner: what would be thousands of
// supernodes with one column each, which cost a hundred cycles however small they are, becomes two
// loops, and the tree that is left is half as large.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "linalg/condense.h"

#include "linalg/cholesky.h"

#include <math.h>

enum { FEW = 3 }; // neighbours of an inner row, and inner neighbours of one of the rest

// Of the rest, in the order of the factor: b_r - sum a/d b_i, rows i, a/d the weights, 0 where there
// is nothing.
typedef struct reduction {
    int32_t *row, *other[FEW];
    float *weight[FEW];
} reduction;

// Of all rows, in order: 1/d b less a/d x_r over places in the rest; one of the rest is found there.
typedef struct expansion {
    int32_t *other[FEW];
    float *inverse, *weight[FEW];
} expansion;

typedef struct condensed {
    int32_t n, n_rest;
    reduction reduction; // [n_rest] each
    expansion expansion; // [n]
    void *factor;
    flx_pool *pool;
} condensed;

// Vectors of all rows in double or in single precision: the others are NULL.
typedef struct job {
    const condensed *c;
    const double *b, *z;
    double *x;
    const float *b_single;
    float *x_single;
    float *rest; // b, then x of the rest
} job;

// One of them: a loop for each is made of this.
#define EITHER inline __attribute__((always_inline))

#define B(i) (single ? b_single[i] : (float)b[i])

static EITHER void reduce_from(const job *j, int32_t begin, int32_t end, bool single)
{
    const reduction to = j->c->reduction;
    const int32_t *restrict row = to.row, *restrict other0 = to.other[0];
    const int32_t *restrict other1 = to.other[1], *restrict other2 = to.other[2];
    const float *restrict w0 = to.weight[0], *restrict w1 = to.weight[1];
    const float *restrict w2 = to.weight[2], *restrict b_single = j->b_single;
    const double *restrict b = j->b;
    float *restrict rest = j->rest;
    FLX_INDEPENDENT
    for (int32_t k = begin; k < end; k++)
        rest[k] = B(row[k]) - w0[k] * B(other0[k]) - w1[k] * B(other1[k]) - w2[k] * B(other2[k]);
}

static void reduce(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    if (j->b_single)
        reduce_from(j, begin, end, true);
    else
        reduce_from(j, begin, end, false);
}

// b may be x.
static EITHER void expand_to(const job *j, int32_t begin, int32_t end, bool single)
{
    const expansion to = j->c->expansion;
    const int32_t *restrict other0 = to.other[0], *restrict other1 = to.other[1];
    const int32_t *restrict other2 = to.other[2];
    const float *restrict inverse = to.inverse, *restrict w0 = to.weight[0];
    const float *restrict w1 = to.weight[1], *restrict w2 = to.weight[2];
    const float *restrict rest = j->rest, *b_single = j->b_single;
    const double *b = j->b;
    double *x = j->x;
    float *x_single = j->x_single;
    FLX_INDEPENDENT
    for (int32_t i = begin; i < end; i++) {
        float value = inverse[i] * B(i) - w0[i] * rest[other0[i]] - w1[i] * rest[other1[i]] -
                      w2[i] * rest[other2[i]];
        if (single)
            x_single[i] = value;
        else
            x[i] = (double)value;
    }
}

static void expand(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    if (j->b_single)
        expand_to(j, begin, end, true);
    else
        expand_to(j, begin, end, false);
}

// The first n_rest of z have joined the rest.
static void join(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const float *inverse = j->c->expansion.inverse;
    int32_t next = j->c->n_rest;
    for (int32_t i = begin; i < end; i++)
        if (inverse[i] > 0)
            j->x[i] += sqrt((double)inverse[i]) * j->z[next++];
}

static void solve(condensed *c, job *j)
{
    j->c = c;
    j->rest = flx_cholesky_vector(c->factor);
    flx_pool_for(c->pool, c->n_rest, reduce, j);
    flx_cholesky_solve_vector(c->factor, j->z);
    flx_pool_for(c->pool, c->n, expand, j);
}

void flx_condensed_solve(void *condensed_, const double *b, const double *z, double *x)
{
    condensed *c = condensed_;
    job j = {.b = b, .z = z, .x = x};
    solve(c, &j);
    if (z)
        join(&j, 0, c->n);
}

void flx_condensed_solve_single(void *condensed_, const float *b, float *x)
{
    solve(condensed_, &(job){.b_single = b, .x_single = x});
}

// -- making it ------------------------------------------------------------------------------------

// place[i]: in the rest; -1: inner. ties [n] scratch. Returns the number of the rest.
static int32_t choose_inner(const flx_csr *a, int32_t *place, int32_t *ties)
{
    int32_t n_rest = 0;
    for (int32_t i = 0; i < a->n; i++) {
        bool free = i > 0 && a->row[i + 1] - a->row[i] <= FEW + 1; // one row at least is left
        for (int32_t k = a->row[i]; free && k < a->row[i + 1]; k++) {
            int32_t o = a->col[k];
            free = o == i || (ties[o] < FEW && !(o < i && place[o] < 0));
        }
        place[i] = free ? -1 : n_rest++;
        for (int32_t k = a->row[i]; free && k < a->row[i + 1]; k++)
            ties[a->col[k]]++;
    }
    return n_rest;
}

static double diagonal(const flx_csr *a, int32_t i)
{
    for (int32_t k = a->row[i]; k < a->row[i + 1]; k++)
        if (a->col[k] == i)
            return a->val[k];
    return 0;
}

// Row i at place k of the rest.
static void set_reduction(const flx_csr *a, const int32_t *place, int32_t i, int32_t at,
                          const reduction *to)
{
    int32_t n = 0;
    to->row[at] = i;
    for (int32_t k = 0; k < FEW; k++)
        to->other[k][at] = i;
    for (int32_t k = a->row[i]; k < a->row[i + 1]; k++) {
        if (place[a->col[k]] >= 0)
            continue;
        to->other[n][at] = a->col[k];
        to->weight[n++][at] = (float)(a->val[k] / diagonal(a, a->col[k]));
    }
}

static void set_expansion(const flx_csr *a, const int32_t *place, int32_t i, const expansion *to)
{
    int32_t n = 0;
    if (place[i] >= 0) {
        for (int32_t k = 0; k < FEW; k++)
            to->other[k][i] = place[i];
        to->weight[0][i] = -1;
        return;
    }
    to->inverse[i] = (float)(1 / diagonal(a, i));
    for (int32_t k = a->row[i]; k < a->row[i + 1]; k++)
        if (a->col[k] != i) {
            to->other[n][i] = place[a->col[k]];
            to->weight[n++][i] = (float)(a->val[k] / diagonal(a, i));
        }
}

static flx_status create_arrays(flx_ctx *ctx, condensed *c)
{
    reduction *r = &c->reduction;
    expansion *e = &c->expansion;
    for (int32_t k = 0; k < FEW; k++) {
        r->other[k] = FLX_NEW_ARRAY(ctx, int32_t, c->n_rest);
        r->weight[k] = FLX_NEW_ARRAY(ctx, float, c->n_rest);
        e->other[k] = FLX_NEW_ARRAY(ctx, int32_t, c->n);
        e->weight[k] = FLX_NEW_ARRAY(ctx, float, c->n);
        if (!r->other[k] || !r->weight[k] || !e->other[k] || !e->weight[k])
            return FLX_ERR_MEMORY;
    }
    r->row = FLX_NEW_ARRAY(ctx, int32_t, c->n_rest);
    e->inverse = FLX_NEW_ARRAY(ctx, float, c->n);
    return r->row && e->inverse ? FLX_OK : FLX_ERR_MEMORY;
}

// Adds value in column col of a row whose columns are sorted.
static void add(int32_t col, double value, int32_t *n, int32_t *cols, double *vals)
{
    int32_t at = *n;
    while (at > 0 && cols[at - 1] >= col)
        at--;
    if (at < *n && cols[at] == col) {
        vals[at] += value;
        return;
    }
    for (int32_t k = (*n)++; k > at; k--) {
        cols[k] = cols[k - 1];
        vals[k] = vals[k - 1];
    }
    cols[at] = col;
    vals[at] = value;
}

// S; row, col and val have room for the entries of A and nine more in each row.
static void set_rest(const flx_csr *a, const int32_t *place, int32_t *row, int32_t *col,
                     double *val)
{
    int32_t r = 0;
    for (int32_t i = 0; i < a->n; i++) {
        if (place[i] < 0)
            continue;
        int32_t n = 0, *cols = col + row[r];
        double *vals = val + row[r];
        for (int32_t k = a->row[i]; k < a->row[i + 1]; k++) {
            int32_t o = a->col[k];
            if (place[o] >= 0) {
                add(place[o], a->val[k], &n, cols, vals);
                continue;
            }
            double factor = -a->val[k] / diagonal(a, o);
            for (int32_t l = a->row[o]; l < a->row[o + 1]; l++)
                if (a->col[l] != o)
                    add(place[a->col[l]], factor * a->val[l], &n, cols, vals);
        }
        row[r + 1] = row[r] + n;
        r++;
    }
}

static flx_status make(flx_ctx *ctx, const flx_csr *a, condensed *c)
{
    size_t most = (size_t)a->row[a->n] + 9 * (size_t)a->n;
    int32_t *place = FLX_NEW_ARRAY(ctx, int32_t, a->n), *ties = FLX_NEW_ARRAY(ctx, int32_t, a->n);
    int32_t *row = FLX_NEW_ARRAY(ctx, int32_t, a->n + 1), *col = FLX_NEW_ARRAY(ctx, int32_t, most);
    double *val = FLX_NEW_ARRAY(ctx, double, most);
    flx_status status = FLX_ERR_MEMORY;
    if (!place || !ties || !row || !col || !val)
        goto end;
    c->n = a->n;
    c->n_rest = choose_inner(a, place, ties);
    if (create_arrays(ctx, c) < 0)
        goto end;
    set_rest(a, place, row, col, val);
    flx_csr rest = {.n = c->n_rest, .row = row, .col = col, .val = val};
    status = flx_cholesky_factor_half(ctx, &rest, c->pool, &c->factor);
    if (status < 0)
        goto end;
    // The rest in the order of the factor.
    int32_t *in_order = ties;
    for (int32_t k = 0; k < c->n_rest; k++)
        in_order[flx_cholesky_order(c->factor)[k]] = k;
    for (int32_t i = 0; i < a->n; i++)
        place[i] = place[i] < 0 ? place[i] : in_order[place[i]];
    for (int32_t i = 0; i < a->n; i++) {
        if (place[i] >= 0)
            set_reduction(a, place, i, place[i], &c->reduction);
        set_expansion(a, place, i, &c->expansion);
    }
end:
    flx_free(place);
    flx_free(ties);
    flx_free(row);
    flx_free(col);
    flx_free(val);
    return status;
}

flx_status flx_condensed_factor(flx_ctx *ctx, const flx_csr *matrix, flx_pool *pool, void **out)
{
    condensed *c = *out = FLX_NEW(ctx, condensed);
    if (!c)
        return FLX_ERR_MEMORY;
    c->pool = pool;
    flx_status status = make(ctx, matrix, c);
    if (status < 0) {
        flx_condensed_free(c);
        *out = NULL;
    }
    return status;
}

void flx_condensed_free(void *condensed_)
{
    condensed *c = condensed_;
    if (!c)
        return;
    flx_cholesky_free(c->factor);
    for (int32_t k = 0; k < FEW; k++) {
        flx_free(c->reduction.other[k]);
        flx_free(c->reduction.weight[k]);
        flx_free(c->expansion.other[k]);
        flx_free(c->expansion.weight[k]);
    }
    flx_free(c->reduction.row);
    flx_free(c->expansion.inverse);
    flx_free(c);
}

double flx_condensed_bytes(const void *condensed_)
{
    const condensed *c = condensed_;
    return flx_cholesky_bytes(c->factor) + 28.0 * c->n_rest + c->n * (28 + 3.0 * sizeof(double)) -
           6.0 * c->n_rest * sizeof(double);
}
