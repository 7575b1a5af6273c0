// tdgl/rungs.c -- factors of K + s D for a few shifts s, K = C w^-1 C^T, D the areas of the faces;
// their blends.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tdgl/screen.h"

#include <math.h>

flx_status flx_rungs_init(flx_tdgl *sim, const tdgl_faces *f, tdgl_rungs *rungs)
{
    for (int32_t k = 0; k < rungs->n; k++)
        FLX_TRY((rungs->half ? flx_faces_factor_half : flx_faces_factor)(
            sim->ctx, sim->pool, f, rungs->shift[k], &rungs->factor[k]));
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

enum { SAMPLES = 32, SHARES = 32 };

// The best shares of two terms; with p == q, of one.
static void try_terms(double term[FLX_RUNGS][SAMPLES], int32_t p, int32_t q, tdgl_blend *best)
{
    for (int32_t n = 0; n <= (p == q ? 0 : SHARES); n++) {
        // of the value in the middle
        double share = (double)n / SHARES, wp = (1 - share) / term[p][SAMPLES / 2],
               wq = share / term[q][SAMPLES / 2], low = INFINITY, high = 0;
        for (int32_t i = 0; i < SAMPLES; i++) {
            double v = wp * term[p][i] + wq * term[q][i];
            low = fmin(low, v);
            high = fmax(high, v);
        }
        double error = (high - low) / (high + low);
        if (error < best->error)
            *best = (tdgl_blend){{p, q}, {2 * wp / (low + high), 2 * wq / (low + high)}, error};
    }
}

tdgl_blend flx_rungs_blend(const tdgl_rungs *rungs, double b, double low, double high)
{
    // One solve less is worth this error: long waves, which matter most, are not left to the blend.
    const double enough = 0.15;
    // (k^2 + b k (1 - 0.9 (k/high)^2))/(k^2 + s); triangles in pairs with hardly a dual face between
    // them vary faster than the mesh.
    double term[FLX_RUNGS][SAMPLES];
    for (int32_t r = 0; r < rungs->n; r++)
        for (int32_t i = 0; i < SAMPLES; i++) {
            double k = low * pow(4 * high / low, (double)i / (SAMPLES - 1));
            double ratio = fmin(k / high, 1);
            double flux = b * (1 - 0.9 * ratio * ratio);
            term[r][i] = k * (k + flux) / (k * k + rungs->shift[r]);
        }
    tdgl_blend best = {.error = INFINITY};
    for (int32_t p = 0; p < rungs->n; p++)
        try_terms(term, p, p, &best);
    if (best.error < enough)
        return best;
    for (int32_t p = 0; p < rungs->n; p++)
        for (int32_t q = p + 1; q < rungs->n; q++)
            try_terms(term, p, q, &best);
    return best;
}
