// measure/probe.c -- values at a point of a film.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "measure/measure.h"

flx_status flx_probe_at(flx_ctx *ctx, const flx_mesh *mesh, int32_t film, const double at[2],
                        flx_probe *out)
{
    flx_locator *locator = NULL;
    FLX_TRY(flx_locator_create(ctx, mesh, &locator));
    double bary[3];
    int32_t tri = flx_locator_find_in(locator, film, at[0], at[1], bary);
    int32_t i = tri < 0 ? flx_locator_nearest(locator, film, at[0], at[1]) : 0;
    flx_locator_free(locator);
    if (i < 0)
        return flx_fail(ctx, FLX_ERR_INPUT, "a probe at x = %g, y = %g xi is nowhere", at[0],
                        at[1]);
    if (tri < 0)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "the probe at x = %g, y = %g xi is %s film; the nearest point of one is "
                        "about x = %g, y = %g xi",
                        at[0], at[1], film < 0 ? "in no" : "outside the", mesh->x[i], mesh->y[i]);
    for (int k = 0; k < 3; k++) {
        out->site[k] = mesh->tri[3 * (ptrdiff_t)tri + k];
        out->weight[k] = bary[k];
    }
    return FLX_OK;
}

double flx_probe_value(const flx_probe *probe, const double *value)
{
    double sum = 0;
    for (int k = 0; k < 3; k++)
        sum += probe->weight[k] * value[probe->site[k]];
    return sum;
}
