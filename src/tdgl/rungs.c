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

// Largest over least of (1 - share) first + share second; the largest too.
static double spread_of(const double *first, const double *second, double share, double *most)
{
    double low = INFINITY, high = 0;
    for (int32_t i = 0; i < SAMPLES; i++) {
        double v = (1 - share) * first[i] + share * second[i];
        low = fmin(low, v);
        high = fmax(high, v);
    }
    *most = high;
    return high / low;
}

tdgl_blend flx_rungs_blend(const tdgl_rungs *rungs, double b, double low, double high)
{
    // (k^2 + b k (1 - 0.14 low/k) (1 - 0.9 (k/high)^2))/(k^2 + s), over its mean. In a film that ends
    // the longest waves make less flux: of sines in a square, 14 % less, 6 % for the next but one.
    double term[FLX_RUNGS][SAMPLES], mean[FLX_RUNGS] = {0};
    for (int32_t r = 0; r < rungs->n; r++) {
        for (int32_t i = 0; i < SAMPLES; i++) {
            double k = low * pow(high / low, (double)i / (SAMPLES - 1));
            double ratio = k / high;
            double flux = b * (1 - 0.14 * low / k) * (1 - 0.9 * ratio * ratio);
            term[r][i] = k * (k + flux) / (k * k + rungs->shift[r]);
            mean[r] += term[r][i] / SAMPLES;
        }
        for (int32_t i = 0; i < SAMPLES; i++)
            term[r][i] /= mean[r];
    }
    tdgl_blend best = {.error = INFINITY};
    double least = INFINITY;
    for (int32_t p = 0; p < rungs->n; p++)
        for (int32_t q = p + 1; q < rungs->n; q++)
            for (int32_t n = 0; n <= SHARES; n++) {
                double share = (double)n / SHARES, most;
                double spread = spread_of(term[p], term[q], share, &most);
                if (!(spread < least))
                    continue;
                least = spread;
                most *= (1 + 1 / spread) / 2; // 1 is in the middle
                best = (tdgl_blend){{p, q},
                                    {(1 - share) / (most * mean[p]), share / (most * mean[q])},
                                    (spread - 1) / (spread + 1)};
            }
    return best;
}
