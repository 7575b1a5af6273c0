// tdgl/rungs.c -- factors of K + s D for a few shifts s, K = C w^-1 C^T, D the areas of the faces.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tdgl/screen.h"

#include <math.h>

flx_status flx_rungs_init(flx_tdgl *sim, const tdgl_faces *f, int32_t n, const double *shift,
                          tdgl_rungs *rungs)
{
    *rungs = (tdgl_rungs){.n = n};
    for (int32_t k = 0; k < n; k++) {
        rungs->shift[k] = shift[k];
        FLX_TRY(flx_faces_factor(sim->ctx, sim->pool, f, shift[k], &rungs->factor[k]));
    }
    return FLX_OK;
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
