// selffield/field.c -- A and B of the currents at points:
//   A = (1/4 pi) sum_t K_t phi_t,   B = curl A,
//   B_x = -dA_y/dz,  B_y = dA_x/dz,  B_z = dA_y/dx - dA_x/dy.
// Facets near a point act by the potential of a triangle, boxes that are farther away than 0.9 of
// their side by their weights: phi = sum_m w_m/|r - r_m|, which makes no use of slopes.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "selffield/operator.h"

#include <math.h>

// 4 pi times A_x, A_y, B_x, B_y, B_z.
typedef struct field_sum {
    double v[5];
} field_sum;

typedef struct field_job {
    const flx_selffield *op;
    const flx_selffield_points *points;
} field_job;

static void add_facets(const field_job *job, const flx_leaf *leaf, const double r[3],
                       field_sum *sum)
{
    const flx_selffield *op = job->op;
    for (int32_t t = 0; t < leaf->n; t++) {
        double phi[4], kx = op->x[0][leaf->place + t], ky = op->x[1][leaf->place + t];
        if (job->points->slope) {
            const double *slope = job->points->slope + 4 * (int64_t)op->tree.from[leaf->first + t];
            flx_facet_field(&op->tree.facet[leaf->first + t], r, (double[]){kx, ky}, slope, sum->v);
            continue;
        }
        flx_facet_potential(&op->tree.facet[leaf->first + t], r, phi);
        sum->v[0] += kx * phi[0];
        sum->v[1] += ky * phi[0];
        sum->v[2] -= ky * phi[3];
        sum->v[3] += kx * phi[3];
        sum->v[4] += ky * phi[1] - kx * phi[2];
    }
}

enum { LANES = 8 };

// From the nodes of a box; d: from its centre to the point. Lanes are summed apart, so that they can
// be vectors.
static void add_nodes(const flx_selffield *op, int32_t box, const double d[3], field_sum *sum)
{
    const flx_far *far = &op->far;
    double half = op->tree.wide * flx_box_size(&op->tree, op->tree.box[box].level) / 2;
    const double *wx = op->x[0] + flx_far_place(op, box), *wy = op->x[1] + flx_far_place(op, box);
    double lane[5][LANES] = {{0}};
    for (int32_t m = 0; m < far->width; m += LANES)
        for (int l = 0; l < LANES; l++) {
            double x = d[0] - half * far->node_xy[0][m + l];
            double y = d[1] - half * far->node_xy[1][m + l];
            double inverse = 1 / sqrt(x * x + y * y + d[2] * d[2]);
            double cube = inverse * inverse * inverse;
            lane[0][l] += wx[m + l] * inverse;
            lane[1][l] += wy[m + l] * inverse;
            lane[2][l] += wy[m + l] * cube * d[2];
            lane[3][l] -= wx[m + l] * cube * d[2];
            lane[4][l] += cube * (wx[m + l] * y - wy[m + l] * x);
        }
    for (int c = 0; c < 5; c++)
        for (int l = 0; l < LANES; l++)
            sum->v[c] += lane[c][l];
}

static void add_box(const field_job *job, int32_t box, const double r[3], field_sum *sum)
{
    const flx_selffield *op = job->op;
    const flx_tree *tree = &op->tree;
    const flx_box *b = &tree->box[box];
    double size = flx_box_size(tree, b->level), d[3];
    flx_box_centre(tree, b, d);
    for (int c = 0; c < 3; c++)
        d[c] = r[c] - d[c];
    double flat = fmax(fabs(d[0]), fabs(d[1])) - size / 2, gap = fmax(flat, fabs(d[2]));
    if (op->far.nodes > 0 && gap >= 0.9 * size && b->reach <= flx_reach_max * size / 2 &&
        (b->divided || 4 * b->n > op->far.n_node)) {
        add_nodes(op, box, d, sum);
        return;
    }
    if (b->leaf >= 0)
        add_facets(job, &tree->leaf[b->leaf], r, sum);
    for (int q = 0; q < 4; q++)
        if (b->child[q] >= 0)
            add_box(job, b->child[q], r, sum);
}

static void field_at(void *arg, int32_t begin, int32_t end)
{
    field_job *job = arg;
    const flx_selffield_points *at = job->points;
    for (int32_t m = begin; m < end; m++) {
        field_sum sum = {{0}};
        for (int32_t root = 0; root < job->op->tree.n_layer; root++)
            if (job->op->tree.box[root].n > 0)
                add_box(job, root, at->xyz + 3 * (int64_t)m, &sum);
        for (int c = 0; c < 2 && at->a; c++)
            at->a[2 * (int64_t)m + c] = sum.v[c] / flx_four_pi;
        for (int c = 0; c < 3 && at->b; c++)
            at->b[3 * (int64_t)m + c] = sum.v[2 + c] / flx_four_pi;
    }
}

flx_status flx_selffield_field(flx_ctx *ctx, flx_selffield *op, const double *k,
                               const flx_selffield_points *points)
{
    for (int32_t m = 0; m < points->n; m++) {
        const double *r = points->xyz + 3 * (int64_t)m;
        if (!isfinite(r[0]) || !isfinite(r[1]) || !isfinite(r[2]))
            return flx_fail(ctx, FLX_ERR_INPUT, "self-field: point %d is at (%g, %g, %g)", m, r[0],
                            r[1], r[2]);
    }
    flx_selffield_copy_in(op, k);
    if (op->far.nodes > 0)
        flx_far_up(op);
    field_job job = {op, points};
    flx_pool_parts(op->pool, points->n, 16, field_at, &job);
    return FLX_OK;
}
