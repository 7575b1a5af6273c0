// selffield/field.c -- A and B of the currents at points:
//   A = (1/4 pi) sum_t K_t phi_t,   B = curl A,
//   B_x = -dA_y/dz,  B_y = dA_x/dz,  B_z = dA_y/dx - dA_x/dy.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "selffield/operator.h"

#include <math.h>

typedef struct field_job {
    const flx_selffield *op;
    const double *k;
    const flx_selffield_points *points;
} field_job;

// Sums of K_x phi and K_y phi with their gradients.
typedef struct potential {
    double x[4], y[4];
} potential;

static void add_facets(const flx_selffield *op, const double *k, const double r[3], potential *sum)
{
    const flx_tree *tree = &op->tree;
    for (int32_t t = 0; t < tree->n_facet; t++) {
        double phi[4];
        const double *kt = k + 2 * (int64_t)tree->from[t];
        flx_facet_potential(&tree->facet[t], r, phi);
        for (int c = 0; c < 4; c++) {
            sum->x[c] += kt[0] * phi[c];
            sum->y[c] += kt[1] * phi[c];
        }
    }
}

static void field_at(void *arg, int32_t begin, int32_t end)
{
    field_job *job = arg;
    const flx_selffield_points *at = job->points;
    for (int32_t m = begin; m < end; m++) {
        potential p = {{0}, {0}};
        add_facets(job->op, job->k, at->xyz + 3 * (int64_t)m, &p);
        if (at->a) {
            at->a[2 * (int64_t)m] = p.x[0] / flx_four_pi;
            at->a[2 * (int64_t)m + 1] = p.y[0] / flx_four_pi;
        }
        if (at->b) {
            double *b = at->b + 3 * (int64_t)m;
            b[0] = -p.y[3] / flx_four_pi;
            b[1] = p.x[3] / flx_four_pi;
            b[2] = (p.y[1] - p.x[2]) / flx_four_pi;
        }
    }
}

flx_status flx_selffield_field(flx_ctx *ctx, flx_selffield *op, const double *k,
                               const flx_selffield_points *points)
{
    for (int64_t m = 0; m < 3 * (int64_t)points->n; m++)
        if (!isfinite(points->xyz[m]))
            return flx_fail(ctx, FLX_ERR_INPUT, "self-field: point %d is at (%g, %g, %g)",
                            (int32_t)(m / 3), points->xyz[m / 3 * 3], points->xyz[m / 3 * 3 + 1],
                            points->xyz[m / 3 * 3 + 2]);
    field_job job = {op, k, points};
    flx_pool_parts(op->pool, points->n, 16, field_at, &job);
    return FLX_OK;
}
