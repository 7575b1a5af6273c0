// linalg/spd.c -- the table of solvers for symmetric positive definite systems.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "linalg/spd.h"

#include "linalg/cholesky.h"
#include "linalg/condense.h"

#include <math.h>
#include <string.h>

struct flx_spd {
    const flx_spd_ops *ops;
    void *factor;
    flx_pool *pool;
    // What corrections need: the matrix, and vectors.
    flx_csr matrix;
    int32_t *row, *col;
    double *val, *right, *residual;
};

static const flx_spd_ops table[] = {
    {"cholmod", NULL, false, flx_cholesky_factor, flx_cholesky_prepare, flx_cholesky_refactor,
     flx_cholesky_solve, NULL, flx_cholesky_free, flx_cholesky_bytes},
    {"cholmod-single", NULL, true, flx_cholesky_factor_single, flx_cholesky_prepare_single,
     flx_cholesky_refactor, flx_cholesky_solve, NULL, flx_cholesky_free, flx_cholesky_bytes},
    {"cholmod-half", NULL, true, flx_condensed_factor, NULL, NULL, flx_condensed_solve,
     flx_condensed_solve_single, flx_condensed_free, flx_condensed_bytes},
    {"petsc", "the distributed solver is a separate module that this version does not have", false,
     NULL, NULL, NULL, NULL, NULL, NULL, NULL},
};

static flx_status keep_matrix(flx_ctx *ctx, flx_spd *spd, const flx_csr *a)
{
    int32_t n_val = a->row[a->n];
    spd->row = FLX_NEW_ARRAY(ctx, int32_t, a->n + 1);
    spd->col = FLX_NEW_ARRAY(ctx, int32_t, n_val);
    spd->val = FLX_NEW_ARRAY(ctx, double, n_val);
    spd->right = FLX_NEW_ARRAY(ctx, double, a->n);
    spd->residual = FLX_NEW_ARRAY(ctx, double, a->n);
    if (!spd->row || !spd->col || !spd->val || !spd->right || !spd->residual)
        return FLX_ERR_MEMORY;
    memcpy(spd->row, a->row, (size_t)(a->n + 1) * sizeof *spd->row);
    memcpy(spd->col, a->col, (size_t)n_val * sizeof *spd->col);
    memcpy(spd->val, a->val, (size_t)n_val * sizeof *spd->val);
    spd->matrix = (flx_csr){.n = a->n, .row = spd->row, .col = spd->col, .val = spd->val};
    return FLX_OK;
}

static flx_status create(flx_ctx *ctx, const char *name, const flx_csr *matrix, flx_pool *pool,
                         bool prepare, flx_spd **out)
{
    *out = NULL;
    for (size_t k = 0; k < sizeof table / sizeof table[0]; k++) {
        if (strcmp(table[k].name, name) != 0)
            continue;
        if (table[k].how)
            return flx_fail(ctx, FLX_ERR_UNAVAILABLE, "linear solver '%s': %s", name, table[k].how);
        if (prepare && !table[k].prepare)
            return flx_fail(ctx, FLX_ERR_UNAVAILABLE, "linear solver '%s' takes one matrix", name);
        flx_spd *spd = FLX_NEW(ctx, flx_spd);
        if (!spd)
            return FLX_ERR_MEMORY;
        spd->ops = &table[k];
        spd->pool = pool;
        flx_status status =
            (prepare ? spd->ops->prepare : spd->ops->factor)(ctx, matrix, pool, &spd->factor);
        if (status == FLX_OK && spd->ops->refined)
            status = keep_matrix(ctx, spd, matrix);
        if (status < 0) {
            flx_spd_free(spd);
            return status;
        }
        *out = spd;
        return FLX_OK;
    }
    return flx_fail(ctx, FLX_ERR_INPUT,
                    "there is no linear solver '%s'; allowed: cholmod, "
                    "cholmod-single, cholmod-half, petsc",
                    name);
}

flx_status flx_spd_create(flx_ctx *ctx, const char *name, const flx_csr *matrix, flx_pool *pool,
                          flx_spd **out)
{
    return create(ctx, name, matrix, pool, false, out);
}

flx_status flx_spd_prepare(flx_ctx *ctx, const char *name, const flx_csr *pattern, flx_pool *pool,
                           flx_spd **out)
{
    return create(ctx, name, pattern, pool, true, out);
}

flx_status flx_spd_refactor(flx_ctx *ctx, flx_spd *spd, const flx_csr *matrix)
{
    if (!spd->ops->refactor)
        return flx_fail(ctx, FLX_ERR_UNAVAILABLE, "linear solver '%s' takes one matrix",
                        spd->ops->name);
    FLX_TRY(spd->ops->refactor(ctx, matrix, spd->factor));
    if (spd->ops->refined)
        memcpy(spd->val, matrix->val, (size_t)matrix->row[matrix->n] * sizeof *spd->val);
    return FLX_OK;
}

void flx_spd_free(flx_spd *spd)
{
    if (!spd)
        return;
    if (spd->factor)
        spd->ops->free(spd->factor);
    flx_free(spd->row);
    flx_free(spd->col);
    flx_free(spd->val);
    flx_free(spd->right);
    flx_free(spd->residual);
    flx_free(spd);
}

void flx_spd_approximate(flx_spd *spd, const double *b, double *x)
{
    spd->ops->solve(spd->factor, b, NULL, x);
}

void flx_spd_approximate_single(flx_spd *spd, const float *b, float *x)
{
    assert(spd->ops->solve_single);
    spd->ops->solve_single(spd->factor, b, x);
}

typedef struct residual_job {
    flx_spd *spd;
    const double *x;
} residual_job;

static void find_residual(void *arg, int32_t begin, int32_t end)
{
    const residual_job *job = arg;
    const flx_csr *a = &job->spd->matrix;
    for (int32_t i = begin; i < end; i++) {
        double r = job->spd->right[i];
        for (int32_t k = a->row[i]; k < a->row[i + 1]; k++)
            r -= a->val[k] * job->x[a->col[k]];
        job->spd->residual[i] = r;
    }
}

static double largest(const double *x, int32_t n)
{
    double max = 0;
    for (int32_t i = 0; i < n; i++)
        max = fmax(max, fabs(x[i]));
    return max;
}

void flx_spd_solve(flx_spd *spd, const double *b, double *x)
{
    if (!spd->ops->refined) {
        spd->ops->solve(spd->factor, b, NULL, x);
        return;
    }
    // Until the next correction, shrunk as much as this one, would be below the rounding of x, or
    // they no longer shrink.
    const double rounding = 1e-14;
    int32_t n = spd->matrix.n;
    memcpy(spd->right, b, (size_t)n * sizeof *b);
    spd->ops->solve(spd->factor, b, NULL, x);
    for (double before = largest(x, n);;) {
        flx_pool_for(spd->pool, n, find_residual, &(residual_job){spd, x});
        spd->ops->solve(spd->factor, spd->residual, NULL, spd->residual);
        double correction = largest(spd->residual, n);
        if (!(correction < before / 2))
            return;
        for (int32_t i = 0; i < n; i++)
            x[i] += spd->residual[i];
        if (correction * (correction / before) <= rounding * largest(x, n))
            return;
        before = correction;
    }
}

void flx_spd_solve_random(flx_spd *spd, const double *b, const double *z, double *x)
{
    spd->ops->solve(spd->factor, b, z, x);
}

double flx_spd_bytes(const flx_spd *spd)
{
    return spd->ops->bytes(spd->factor);
}
