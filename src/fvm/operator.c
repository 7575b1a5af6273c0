// fvm/operator.c -- weights, links and application of the covariant Laplacian.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fvm/operator.h"

#include "base/rotation.h"

enum { L = FLX_LANES, SLICES_PER_PART = 128 };

// Where neighbour q of site i stands.
static inline size_t place(const flx_stencil *st, int32_t i, int32_t q)
{
    return (size_t)(st->start[i / L] + q) * L + (size_t)(i % L);
}

// Places of the half-edges in slices; links of 0 to the site itself fill the rest.
static flx_status init_stencil(flx_ctx *ctx, const flx_mesh *m, flx_stencil *st)
{
    st->n_site = m->n_site;
    st->n_slice = (m->n_site + L - 1) / L;
    st->start = FLX_NEW_ARRAY(ctx, int32_t, st->n_slice + 1);
    if (!st->start)
        return FLX_ERR_MEMORY;
    for (int32_t s = 0; s < st->n_slice; s++) {
        int32_t longest = 0;
        for (int32_t i = s * L; i < (s + 1) * L && i < m->n_site; i++)
            if (m->row[i + 1] - m->row[i] > longest)
                longest = m->row[i + 1] - m->row[i];
        st->start[s + 1] = st->start[s] + longest;
    }
    size_t n = (size_t)st->start[st->n_slice] * L;
    st->place = FLX_NEW_ARRAY(ctx, uint32_t, n);
    st->weight = FLX_NEW_ARRAY(ctx, double, n);
    st->link = FLX_NEW_ARRAY(ctx, double, 2 * n);
    st->link32 = FLX_NEW_ARRAY(ctx, float, 2 * n);
    if (!st->place || !st->weight || !st->link || !st->link32)
        return FLX_ERR_MEMORY;
    for (int32_t s = 0; s < st->n_slice; s++)
        for (int32_t q = st->start[s]; q < st->start[s + 1]; q++)
            for (int32_t l = 0; l < L; l++) {
                int32_t i = s * L + l, last = m->n_site - 1;
                int32_t k = i <= last ? m->row[i] + q - st->start[s] : 0;
                bool there = i <= last && k < m->row[i + 1];
                int32_t j = there ? m->neighbour[k] : i < last ? i : last;
                st->place[(size_t)q * L + (size_t)l] = 2 * (uint32_t)j;
            }
    return FLX_OK;
}

flx_status flx_operator_init(flx_ctx *ctx, const flx_mesh *mesh, const char *kernels,
                             flx_operator *op)
{
    *op = (flx_operator){.mesh = mesh};
    FLX_TRY(flx_kernels_find(ctx, kernels, &op->kernels));
    FLX_TRY(init_stencil(ctx, mesh, &op->stencil));
    op->weight = FLX_NEW_ARRAY(ctx, double, mesh->n_edge);
    op->turned = FLX_NEW_ARRAY(ctx, double, 2 * ((int64_t)mesh->n_edge + 1));
    size_t places = (size_t)op->stencil.start[op->stencil.n_slice] * L;
    op->from = FLX_NEW_ARRAY(ctx, uint32_t, places);
    op->diag = FLX_NEW_ARRAY(ctx, double, op->stencil.n_slice *L);
    if (!op->weight || !op->turned || !op->from || !op->diag)
        return FLX_ERR_MEMORY;
    for (size_t at = 0; at < places; at++)
        op->from[at] = 2 * (uint32_t)mesh->n_edge;
    for (int32_t e = 0; e < mesh->n_edge; e++)
        op->weight[e] = mesh->dual[e] / mesh->length[e];
    for (int32_t i = 0; i < mesh->n_site; i++)
        for (int32_t k = mesh->row[i]; k < mesh->row[i + 1]; k++) {
            int32_t e = mesh->half_edge[k];
            size_t at = place(&op->stencil, i, k - mesh->row[i]);
            op->diag[i] += op->weight[e];
            op->stencil.weight[at] = op->stencil.link[2 * at] = op->weight[e];
            op->stencil.link32[2 * at] = (float)op->weight[e];
            op->from[at] = 2 * (uint32_t)e + (mesh->tail[e] != i);
        }
    return FLX_OK;
}

void flx_operator_clear(flx_operator *op)
{
    flx_free(op->weight);
    flx_free(op->turned);
    flx_free(op->from);
    flx_free(op->diag);
    flx_free(op->stencil.start);
    flx_free(op->stencil.place);
    flx_free(op->stencil.weight);
    flx_free(op->stencil.link);
    flx_free(op->stencil.link32);
    *op = (flx_operator){0};
}

typedef struct job {
    const flx_operator *op;
    const double *x;
    double *y;
    const flx_inflow *inflow;
    const flx_begin *begin;
    const flx_sweep *sweep;
} job;

void flx_operator_turn_edges(flx_operator *op, int32_t begin, int32_t end, const double *restrict a)
{
    const double *restrict weight = op->weight + begin;
    double *restrict turned = op->turned + 2 * (size_t)begin;
    FLX_INDEPENDENT
    for (int32_t k = 0; k < end - begin; k++) {
        double c, s;
        flx_rotation(a[k], &c, &s);
        turned[2 * k] = weight[k] * c;
        turned[2 * k + 1] = -weight[k] * s;
    }
}

// To both ends of an edge: a_ji = -a_ij. begin, end: slices.
static void set_links(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const flx_stencil *st = &j->op->stencil;
    const uint32_t *restrict from = j->op->from;
    const double *restrict turned = j->op->turned;
    double *restrict link = st->link;
    float *restrict link32 = st->link32;
    for (size_t at = (size_t)st->start[begin] * L; at < (size_t)st->start[end] * L; at++) {
        const double *edge = turned + (from[at] & ~1u);
        double re = edge[0], im = from[at] & 1 ? -edge[1] : edge[1];
        link[2 * at] = re;
        link[2 * at + 1] = im;
        link32[2 * at] = (float)re;
        link32[2 * at + 1] = (float)im;
    }
}

typedef struct turning {
    flx_operator *op;
    const double *a;
} turning;

static void turn_part(void *arg, int32_t begin, int32_t end)
{
    const turning *j = arg;
    flx_operator_turn_edges(j->op, begin, end, j->a + begin);
}

void flx_operator_set_links(flx_operator *op, flx_pool *pool, const double *a)
{
    flx_pool_for(pool, op->mesh->n_edge, turn_part, &(turning){op, a});
    flx_pool_parts(pool, op->stencil.n_slice, SLICES_PER_PART, set_links, &(job){.op = op});
    op->waiting = false;
}

static void apply(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    j->op->kernels->laplacian(begin, end, &j->op->stencil, j->op->diag, j->x, j->y);
}

void flx_operator_apply(const flx_operator *op, flx_pool *pool, const double *psi, double *y)
{
    assert(!op->waiting);
    flx_pool_parts(pool, op->stencil.n_slice, SLICES_PER_PART, apply,
                   &(job){.op = op, .x = psi, .y = y});
}

static void inflow(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    j->op->kernels->inflow(begin, end, &j->op->stencil, j->inflow);
}

void flx_operator_inflow(const flx_operator *op, flx_pool *pool, const double *psi,
                         const double *mu, double *b)
{
    assert(!op->waiting);
    flx_inflow what = {.psi = psi, .mu = mu, .diag = op->diag, .b = b};
    flx_pool_parts(pool, op->stencil.n_slice, SLICES_PER_PART, inflow,
                   &(job){.op = op, .inflow = &what});
}

// begin, end: sites, a block of the sum.
static double begin_block(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    return j->op->kernels->begin(begin / L, (end + L - 1) / L, &j->op->stencil, j->begin);
}

double flx_operator_begin(const flx_operator *op, flx_pool *pool, const flx_begin *begin)
{
    flx_begin with_links = *begin;
    with_links.turned = op->waiting ? op->turned : NULL;
    with_links.from = op->from;
    return flx_pool_sum(pool, op->stencil.n_site, begin_block,
                        &(job){.op = op, .begin = &with_links});
}

static void sweep_part(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    j->op->kernels->sweep(begin, end, &j->op->stencil, j->sweep);
}

void flx_operator_sweep(const flx_operator *op, flx_pool *pool, const flx_sweep *sweep)
{
    flx_pool_parts(pool, op->stencil.n_slice, SLICES_PER_PART, sweep_part,
                   &(job){.op = op, .sweep = sweep});
}

double flx_operator_bytes(const flx_operator *op)
{
    double places = (double)op->stencil.start[op->stencil.n_slice] * L;
    return places * (2 * sizeof(double) + sizeof(int32_t)) +
           op->mesh->n_site * 5.0 * sizeof(double);
}
