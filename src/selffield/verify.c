// selffield/verify.c -- does the operator keep its promise?
//
// Currents in two pairs (each apply carries two components that know nothing of each other): random
// and uniform, one way around and another. On ROWS triangles drawn at random A is summed exactly;
// the error is the largest difference over these, relative to the largest |A| among all.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/rng.h"
#include "selffield/operator.h"

#include <math.h>

enum { ROWS = 24, SEED = 20251 };

static void set_currents(const flx_selffield *op, int round, double *k)
{
    const flx_tree *tree = &op->tree;
    for (int32_t t = 0; t < tree->n_facet; t++) {
        const flx_facet *f = &tree->facet[t];
        double *kt = k + 2 * (int64_t)tree->from[t], u[2];
        flx_rng_uniform(SEED, (uint64_t)round, (uint64_t)t, u);
        double x = (f->cx - tree->x0) / tree->size - 0.5, y = (f->cy - tree->y0) / tree->size - 0.5;
        kt[0] = round == 0 ? 2 * u[0] - 1 : -y;
        kt[1] = round == 0 ? 1 : x * y + 0.25;
    }
}

typedef struct row_job {
    const flx_selffield *op;
    const double *a;
    double error[ROWS][2];
} row_job;

static void check_row(void *arg, int32_t row, int32_t unused)
{
    (void)unused;
    row_job *job = arg;
    const flx_tree *tree = &job->op->tree;
    double u[2], exact[2];
    flx_rng_uniform(SEED, 2, (uint64_t)row, u);
    int32_t t = (int32_t)(u[0] * tree->n_facet);
    const flx_facet *f = &tree->facet[t];
    flx_pair_sum(job->op, f, job->op->accuracy / 10, exact);
    for (int d = 0; d < 2; d++)
        job->error[row][d] = fabs(job->a[2 * (int64_t)tree->from[t] + d] - exact[d]) / f->area;
}

flx_status flx_selffield_verify(flx_selffield *op, double tolerance)
{
    const flx_tree *tree = &op->tree;
    double *k = FLX_NEW_ARRAY(op->ctx, double, 2 * (int64_t)tree->n_facet);
    double *a = FLX_NEW_ARRAY(op->ctx, double, 2 * (int64_t)tree->n_facet), worst = 0;
    for (int round = 0; round < 2 && k && a; round++) {
        set_currents(op, round, k);
        flx_selffield_apply(op, k, a);
        row_job job = {.op = op, .a = a};
        flx_pool_each(op->pool, ROWS, check_row, &job);
        for (int d = 0; d < 2; d++) {
            double largest = 0;
            for (int32_t t = 0; t < tree->n_facet; t++)
                largest =
                    fmax(largest, fabs(a[2 * (int64_t)tree->from[t] + d]) / tree->facet[t].area);
            for (int row = 0; row < ROWS; row++)
                worst = fmax(worst, job.error[row][d] / largest);
        }
    }
    bool there = k && a;
    flx_free(k);
    flx_free(a);
    if (!there)
        return FLX_ERR_MEMORY;
    op->report.error = worst;
    if (!(worst <= tolerance))
        return flx_fail(
            op->ctx, FLX_ERR_SOLVER,
            "self-field: the hierarchical operator errs by %.2g of the largest A, %.2g is "
            "allowed (%d triangles, %d nodes per box side); allow more, or use the dense "
            "method",
            worst, tolerance, tree->n_facet, op->far.nodes);
    return FLX_OK;
}
