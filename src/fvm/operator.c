// fvm/operator.c -- weights, links and application of the covariant Laplacian.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fvm/operator.h"

flx_status flx_operator_init(flx_ctx *ctx, const flx_mesh *mesh, const char *kernels,
                             flx_operator *op)
{
    *op = (flx_operator){.mesh = mesh};
    FLX_TRY(flx_kernels_find(ctx, kernels, &op->kernels));
    op->weight = FLX_NEW_ARRAY(ctx, double, mesh->n_edge);
    op->diag = FLX_NEW_ARRAY(ctx, double, mesh->n_site);
    op->link = FLX_NEW_ARRAY(ctx, double, 4 * (size_t)mesh->n_edge);
    if (!op->weight || !op->diag || !op->link)
        return FLX_ERR_MEMORY;
    for (int32_t e = 0; e < mesh->n_edge; e++)
        op->weight[e] = mesh->dual[e] / mesh->length[e];
    for (int32_t i = 0; i < mesh->n_site; i++)
        for (int32_t k = mesh->row[i]; k < mesh->row[i + 1]; k++) {
            double w = op->weight[mesh->half_edge[k]];
            op->diag[i] += w;
            op->link[2 * k] = w;
        }
    return FLX_OK;
}

void flx_operator_clear(flx_operator *op)
{
    flx_free(op->weight);
    flx_free(op->diag);
    flx_free(op->link);
    *op = (flx_operator){0};
}

typedef struct job {
    const flx_operator *op;
    const double *x;
    double *y;
} job;

static void set_links(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const flx_mesh *m = j->op->mesh;
    j->op->kernels->links(begin, end, m->row, m->neighbour, m->half_edge, j->op->weight, j->x,
                          j->y);
}

void flx_operator_set_links(flx_operator *op, flx_pool *pool, const double *a)
{
    flx_pool_for(pool, op->mesh->n_site, set_links, &(job){op, a, op->link});
}

static void apply(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const flx_mesh *m = j->op->mesh;
    j->op->kernels->laplacian(begin, end, m->row, m->neighbour, j->op->link, j->op->diag, j->x,
                              j->y);
}

void flx_operator_apply(const flx_operator *op, flx_pool *pool, const double *psi, double *y)
{
    flx_pool_for(pool, op->mesh->n_site, apply, &(job){op, psi, y});
}
