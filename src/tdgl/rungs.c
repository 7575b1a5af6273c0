// tdgl/rungs.c -- factors of K + s D for a few shifts s, K = C w^-1 C^T, D the areas of the faces.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tdgl/screen.h"

#include <math.h>

flx_status flx_rungs_init(flx_tdgl *sim, const tdgl_faces *f, int32_t n, const double *shift,
                          tdgl_rungs *rungs)
{
    *rungs = (tdgl_rungs){.n = n};
    double *value = FLX_NEW_ARRAY(sim->ctx, double, f->row[f->n_face]);
    flx_status status = value ? FLX_OK : FLX_ERR_MEMORY;
    for (int32_t k = 0; k < n && status == FLX_OK; k++) {
        rungs->shift[k] = shift[k];
        for (int32_t j = 0; j < f->row[f->n_face]; j++)
            value[j] = f->value[j];
        for (int32_t i = 0; i < f->n_face; i++)
            value[f->diagonal[i]] += shift[k] * f->area[i];
        flx_csr matrix = {f->n_face, f->row, f->col, value};
        status = flx_spd_create(sim->ctx, "cholmod", &matrix, sim->pool, &rungs->factor[k]);
    }
    flx_free(value);
    return status;
}

void flx_rungs_clear(tdgl_rungs *rungs)
{
    for (int32_t k = 0; k < FLX_RUNGS; k++)
        flx_spd_free(rungs->factor[k]);
    *rungs = (tdgl_rungs){0};
}

int32_t flx_rungs_nearest(const tdgl_rungs *rungs, double shift)
{
    int32_t best = 0;
    for (int32_t k = 1; k < rungs->n; k++)
        if (fabs(log(rungs->shift[k] / shift)) < fabs(log(rungs->shift[best] / shift)))
            best = k;
    return best;
}
