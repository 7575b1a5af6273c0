// linalg/spd.c -- the table of solvers for symmetric positive definite systems.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "linalg/spd.h"

#include "linalg/cholesky.h"

#include <string.h>

struct flx_spd {
    const flx_spd_ops *ops;
    void *factor;
    flx_pool *pool;
};

static const flx_spd_ops table[] = {
    {"cholmod", NULL, flx_cholesky_factor, flx_cholesky_solve, flx_cholesky_free,
     flx_cholesky_bytes},
    {"petsc", "the distributed solver is a separate module that this version does not have", NULL,
     NULL, NULL, NULL},
};

flx_status flx_spd_create(flx_ctx *ctx, const char *name, const flx_csr *matrix, flx_pool *pool,
                          flx_spd **out)
{
    *out = NULL;
    for (size_t k = 0; k < sizeof table / sizeof table[0]; k++) {
        if (strcmp(table[k].name, name) != 0)
            continue;
        if (table[k].how)
            return flx_fail(ctx, FLX_ERR_UNAVAILABLE, "linear solver '%s': %s", name, table[k].how);
        flx_spd *spd = FLX_NEW(ctx, flx_spd);
        if (!spd)
            return FLX_ERR_MEMORY;
        spd->ops = &table[k];
        spd->pool = pool;
        flx_status status = spd->ops->factor(ctx, matrix, pool, NULL, &spd->factor);
        if (status < 0) {
            flx_spd_free(spd);
            return status;
        }
        *out = spd;
        return FLX_OK;
    }
    return flx_fail(ctx, FLX_ERR_INPUT, "there is no linear solver '%s'; allowed: cholmod, petsc",
                    name);
}

flx_status flx_spd_refactor(flx_ctx *ctx, flx_spd *spd, const flx_csr *matrix)
{
    void *factor;
    FLX_TRY(spd->ops->factor(ctx, matrix, spd->pool, spd->factor, &factor));
    spd->ops->free(spd->factor);
    spd->factor = factor;
    return FLX_OK;
}

void flx_spd_free(flx_spd *spd)
{
    if (!spd)
        return;
    if (spd->factor)
        spd->ops->free(spd->factor);
    flx_free(spd);
}

void flx_spd_solve(flx_spd *spd, const double *b, double *x)
{
    spd->ops->solve(spd->factor, b, NULL, x);
}

void flx_spd_solve_random(flx_spd *spd, const double *b, const double *z, double *x)
{
    spd->ops->solve(spd->factor, b, z, x);
}

double flx_spd_bytes(const flx_spd *spd)
{
    return spd->ops->bytes(spd->factor);
}
