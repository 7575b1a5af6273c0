// measure/probe.c -- values at a point of a film.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "measure/measure.h"

flx_status flx_probe_at(flx_ctx *ctx, const flx_mesh *mesh, double x, double y, flx_probe *out)
{
    flx_locator *locator = NULL;
    FLX_TRY(flx_locator_create(ctx, mesh, &locator));
    double bary[3];
    int32_t tri = flx_locator_find(locator, x, y, bary);
    flx_locator_free(locator);
    if (tri < 0) {
        int32_t i = flx_mesh_nearest_site(mesh, x, y);
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "the probe at x = %g, y = %g xi is in no film; the nearest point of one is "
                        "about x = %g, y = %g xi",
                        x, y, mesh->x[i], mesh->y[i]);
    }
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
