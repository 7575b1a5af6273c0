// selffield/selffield.c -- the operator: what is asked of it, and which part answers.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "selffield/operator.h"

#include <math.h>
#include <string.h>

// The caller's currents into places, moments back out of them.
typedef struct copying {
    flx_selffield *op;
    const double *k;
    double *a;
} copying;

static void copy_in(void *arg, int32_t begin, int32_t end)
{
    copying *c = arg;
    const flx_tree *tree = &c->op->tree;
    for (int32_t t = begin; t < end; t++)
        for (int d = 0; d < 2; d++)
            c->op->x[d][tree->place[t]] = c->k[2 * (int64_t)tree->from[t] + d];
}

static void copy_out(void *arg, int32_t begin, int32_t end)
{
    copying *c = arg;
    const flx_tree *tree = &c->op->tree;
    for (int32_t t = begin; t < end; t++)
        for (int d = 0; d < 2; d++)
            c->a[2 * (int64_t)tree->from[t] + d] = c->op->y[d][tree->place[t]];
}

void flx_pair_sum(const flx_selffield *op, const flx_facet *f, double accuracy, double a[2])
{
    const flx_tree *tree = &op->tree;
    double p[64];
    a[0] = a[1] = 0;
    for (int32_t t = 0; t < tree->n_facet; t += 64) {
        int32_t n = tree->n_facet - t < 64 ? tree->n_facet - t : 64;
        flx_pair_block(f, 1, tree->facet + t, n, accuracy, p, 64);
        for (int32_t j = 0; j < n; j++)
            for (int d = 0; d < 2; d++)
                a[d] += p[j] * op->x[d][tree->place[t + j]];
    }
}

static void sum_pairs(void *arg, int32_t begin, int32_t end)
{
    flx_selffield *op = arg;
    for (int32_t t = begin; t < end; t++) {
        double a[2];
        flx_pair_sum(op, &op->tree.facet[t], op->accuracy, a);
        for (int d = 0; d < 2; d++)
            op->y[d][op->tree.place[t]] = a[d];
    }
}

void flx_selffield_apply(flx_selffield *op, const double *k, double *a)
{
    copying c = {op, k, a};
    flx_pool_for(op->pool, op->tree.n_facet, copy_in, &c);
    for (int d = 0; d < 2; d++)
        memset(op->y[d], 0, (size_t)op->n_place * sizeof *op->y[d]);
    if (op->report.method == FLX_SELFFIELD_DIRECT)
        flx_pool_parts(op->pool, op->tree.n_facet, 16, sum_pairs, op);
    else
        flx_near_apply(op);
    flx_pool_for(op->pool, op->tree.n_facet, copy_out, &c);
}

typedef struct pairs_job {
    const flx_selffield *op;
    const int32_t (*pair)[2];
    double *p;
    int64_t n;
} pairs_job;

enum { PAIRS_PART = 256 };

static void pairs_part(void *arg, int32_t begin, int32_t end)
{
    pairs_job *job = arg;
    int64_t last = (int64_t)end * PAIRS_PART;
    for (int64_t m = (int64_t)begin * PAIRS_PART; m < last && m < job->n; m++) {
        int32_t s = job->op->sorted[job->pair[m][0]], t = job->op->sorted[job->pair[m][1]];
        const flx_facet *facet = job->op->tree.facet;
        job->p[m] =
            flx_facet_pair(&facet[s < t ? s : t], &facet[s < t ? t : s], job->op->accuracy) /
            flx_four_pi;
    }
}

void flx_selffield_pairs(flx_selffield *op, int64_t n, const int32_t (*pair)[2], double *p)
{
    pairs_job job = {op, pair, p, n};
    flx_pool_parts(op->pool, (int32_t)((n + PAIRS_PART - 1) / PAIRS_PART), 1, pairs_part, &job);
}

flx_selffield_report flx_selffield_report_of(const flx_selffield *op)
{
    return op->report;
}

// ---- Making -------------------------------------------------------------------------------------

static flx_status check(flx_ctx *ctx, const flx_selffield_problem *p, const flx_selffield_opts *o)
{
    if (o->cookie != FLX_SELFFIELD_COOKIE)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "self-field: options must start from flx_selffield_opts_default");
    FLX_TRY(flx_options_check(ctx, &flx_selffield_option_table, o));
    if (p->n_tri < 1 || p->n_site < 3)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "self-field: %d triangles on %d sites; at least one triangle is needed",
                        p->n_tri, p->n_site);
    if (p->z && p->n_film < 1)
        return flx_fail(ctx, FLX_ERR_INPUT, "self-field: heights for %d films", p->n_film);
    for (int32_t f = 0; p->z && f < p->n_film; f++)
        if (!isfinite(p->z[f]))
            return flx_fail(ctx, FLX_ERR_INPUT, "self-field: film %d is at height %g", f, p->z[f]);
    return FLX_OK;
}

static flx_status allocate_vectors(flx_selffield *op)
{
    int32_t n = op->tree.n_facet;
    op->n_place = op->tree.n_place;
    op->sorted = FLX_NEW_ARRAY(op->ctx, int32_t, n);
    for (int d = 0; d < 2; d++) {
        op->x[d] = FLX_NEW_ARRAY(op->ctx, double, op->n_place);
        op->y[d] = FLX_NEW_ARRAY(op->ctx, double, op->n_place);
    }
    if (!op->sorted || !op->x[0] || !op->x[1] || !op->y[0] || !op->y[1])
        return FLX_ERR_MEMORY;
    for (int32_t t = 0; t < n; t++)
        op->sorted[op->tree.from[t]] = t;
    return FLX_OK;
}

// Every pair of leaves.
static flx_status make_dense(flx_selffield *op)
{
    int64_t n = op->tree.n_leaf, m = 0;
    flx_pairing *pair = FLX_NEW_ARRAY(op->ctx, flx_pairing, n * (n + 1) / 2);
    if (!pair)
        return FLX_ERR_MEMORY;
    for (int32_t a = 0; a < n; a++)
        for (int32_t b = a; b < n; b++)
            pair[m++] = (flx_pairing){a, b};
    flx_status status = flx_near_create(op, pair, m, true);
    flx_free(pair);
    return status;
}

static flx_status build(flx_selffield *op, const flx_selffield_problem *p,
                        const flx_selffield_opts *o)
{
    int32_t threads = o->threads > 0 ? o->threads : flx_ctx_threads(op->ctx), method = o->method;
    if (method == FLX_SELFFIELD_AUTO)
        method = p->n_tri <= o->dense_max ? FLX_SELFFIELD_DENSE : FLX_SELFFIELD_HIERARCHICAL;
    op->report.method = method;
    op->report.n_tri = p->n_tri;
    op->accuracy = fmax(o->tolerance / 10, 1e-9);
    FLX_TRY(flx_pool_create(op->ctx, threads, p->n_tri, &op->pool));
    FLX_TRY(flx_tree_create(op->ctx, p, &op->tree));
    FLX_TRY(allocate_vectors(op));
    if (method != FLX_SELFFIELD_DIRECT)
        FLX_TRY(make_dense(op));
    op->report.near_per_tri = (double)op->near.n_value / p->n_tri;
    op->report.bytes = flx_near_bytes(&op->near) + 32.0 * op->n_place +
                       (double)(sizeof(flx_facet) + 12) * p->n_tri;
    return FLX_OK;
}

flx_status flx_selffield_create(flx_ctx *ctx, const flx_selffield_problem *problem,
                                const flx_selffield_opts *opts, flx_selffield **out)
{
    double begin = flx_wtime();
    *out = NULL;
    FLX_TRY(check(ctx, problem, opts));
    flx_selffield *op = FLX_NEW(ctx, flx_selffield);
    if (!op)
        return FLX_ERR_MEMORY;
    op->ctx = ctx;
    flx_status status = build(op, problem, opts);
    if (status < 0) {
        flx_selffield_free(op);
        return status;
    }
    op->report.seconds = flx_wtime() - begin;
    *out = op;
    return FLX_OK;
}

void flx_selffield_free(flx_selffield *op)
{
    if (!op)
        return;
    flx_near_clear(&op->near);
    flx_tree_clear(&op->tree);
    for (int d = 0; d < 2; d++) {
        flx_free(op->x[d]);
        flx_free(op->y[d]);
    }
    flx_free(op->sorted);
    flx_pool_free(op->pool);
    flx_free(op);
}
