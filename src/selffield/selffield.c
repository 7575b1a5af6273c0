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
    enum { STRIP = 64 };
    const flx_tree *tree = &op->tree;
    double p[STRIP];
    a[0] = a[1] = 0;
    for (int32_t l = 0; l < tree->n_leaf; l++)
        for (int32_t t = 0; t < tree->leaf[l].n; t += STRIP) {
            int32_t left = tree->leaf[l].n - t, n = left < STRIP ? left : STRIP;
            flx_pair_block(f, 1, tree->facet + tree->leaf[l].first + t, n, accuracy, p, STRIP);
            for (int32_t j = 0; j < n; j++)
                for (int d = 0; d < 2; d++)
                    a[d] += p[j] * op->x[d][tree->leaf[l].place + t + j];
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

void flx_selffield_copy_in(flx_selffield *op, const double *k)
{
    copying c = {op, k, NULL};
    flx_pool_for(op->pool, op->tree.n_facet, copy_in, &c);
}

void flx_selffield_apply(flx_selffield *op, const double *k, double *a)
{
    copying c = {op, k, a};
    bool far = op->report.method == FLX_SELFFIELD_HIERARCHICAL;
    flx_selffield_copy_in(op, k);
    for (int d = 0; d < 2; d++)
        memset(op->y[d], 0, (size_t)op->n_place * sizeof *op->y[d]);
    if (op->report.method == FLX_SELFFIELD_DIRECT)
        flx_pool_parts(op->pool, op->tree.n_facet, 16, sum_pairs, op);
    else {
        if (far)
            flx_far_up(op);
        flx_near_apply(op);
        if (far) {
            flx_far_across(op);
            flx_far_down(op);
        }
    }
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
    op->n_place = op->tree.n_place + op->far.width * op->tree.n_box;
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

// Close and far pairs with what each needs. nodes = 0: all are close.
static flx_status connect(flx_selffield *op, int32_t nodes, double tolerance, bool full)
{
    flx_pairs pairs = {0};
    flx_status status = flx_pairs_find(op->ctx, &op->tree, nodes * nodes, &pairs);
    if (status >= 0)
        status = flx_near_create(op, &pairs, full);
    if (status >= 0 && nodes > 0)
        status = flx_far_connect(op, tolerance, &pairs);
    flx_pairs_clear(&pairs);
    return status;
}

static const double SINGLE = 2e-6; // tolerance above which values are kept in single precision
enum { FIELD_DIRECT = 500 };       // up to so many triangles fields are summed without boxes

// Nearest far boxes: seen from the middle of one, in halves of its widened side, the other begins at
// x = (4 - wide)/wide; Chebyshev interpolation of 1/r there has the error ~ (x + sqrt(x^2 - 1))^-n.
// The factor was measured on even and graded films.
static int32_t nodes_for(double tolerance, double wide)
{
    double x = (4 - wide) / wide, n = ceil(log(0.2 / tolerance) / log(x + sqrt(x * x - 1)));
    return n < 3 ? 3 : n > FLX_NODES_MAX ? FLX_NODES_MAX : (int32_t)n;
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
    // More nodes pay for fuller boxes.
    int32_t facets = (int32_t)(16 - 8 * log10(o->tolerance));
    FLX_TRY(flx_tree_create(op->ctx, p, facets, &op->tree));
    bool far = method == FLX_SELFFIELD_HIERARCHICAL, single = o->tolerance >= SINGLE;
    if (far || p->n_tri > FIELD_DIRECT)
        FLX_TRY(flx_far_create(op, nodes_for(o->tolerance, op->tree.wide), single));
    FLX_TRY(allocate_vectors(op));
    if (method != FLX_SELFFIELD_DIRECT)
        FLX_TRY(connect(op, far ? op->far.nodes : 0, o->tolerance, !far || !single));
    op->report.nodes = op->far.nodes;
    op->report.near_per_tri = (double)op->near.n_value / p->n_tri;
    op->report.bytes = flx_near_bytes(&op->near) + flx_far_bytes(op) + 32.0 * op->n_place +
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
    if (status >= 0 && op->report.method == FLX_SELFFIELD_HIERARCHICAL)
        status = flx_selffield_verify(op, opts->tolerance);
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
    flx_far_clear(&op->far);
    flx_tree_clear(&op->tree);
    for (int d = 0; d < 2; d++) {
        flx_free(op->x[d]);
        flx_free(op->y[d]);
    }
    flx_free(op->sorted);
    flx_pool_free(op->pool);
    flx_free(op);
}
