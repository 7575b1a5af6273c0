// case/film_of.c -- which film something of a case is in: the one that it names, or the only one
// that has its place. Films one above another have places in common.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/device.h"

#include <stdio.h>
#include <string.h>

static bool has_all(const flx_device *d, const flx_places *p, int32_t film)
{
    double bary[3];
    for (int32_t k = 0; k < p->n; k++)
        if (flx_locator_find_in(d->locator, film, p->xy[2 * k], p->xy[2 * k + 1], bary) < 0)
            return false;
    return true;
}

flx_status flx_device_film_of(flx_ctx *ctx, const flx_device *d, const flx_places *p, int32_t *film)
{
    char names[256] = "";
    size_t used = 0;
    int32_t n = 0;
    *film = -1;
    for (int32_t f = 0; f < d->c->n_film; f++) {
        if ((p->film >= 0 && p->film != f) || !has_all(d, p, f))
            continue;
        if (used < sizeof names)
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", n++ ? ", " : "",
                                     d->c->films[f].name);
        *film = f;
    }
    if (n <= 1)
        return FLX_OK;
    return flx_fail(ctx, FLX_ERR_INPUT, "%d films have this place: %s; name one, as in film: %s", n,
                    names, d->c->films[*film].name);
}

// -- vortices -------------------------------------------------------------------------------------

// Whether the corners of a triangle that a point in it lies between are on the rim, and it with them.
static bool lies_on_rim(const flx_mesh *m, int32_t t, const double bary[3])
{
    static const double rounding = 1e-9; // of a place on the rim, in triangles
    int32_t on[3], n = 0;
    for (int k = 0; k < 3; k++)
        if (bary[k] > rounding)
            on[n++] = m->tri[3 * (size_t)t + (size_t)k];
    for (int32_t k = m->row[on[0]]; n < 3 && k < m->row[on[0] + 1]; k++) {
        const int32_t *tri = &m->edge_tri[2 * (size_t)m->half_edge[k]];
        if ((n == 1 || m->neighbour[k] == on[1]) && (tri[0] < 0 || tri[1] < 0))
            return true;
    }
    return false;
}

flx_status flx_device_film_of_vortex(flx_ctx *ctx, const flx_device *d, const flx_case *c,
                                     const flx_case_vortex *v, int32_t *film)
{
    double bary[3];
    flx_status status = flx_device_film_of(ctx, d, &(flx_places){v->at, 1, v->film}, film);
    if (status < 0)
        return flx_device_blame(
            ctx, c, v->line,
            flx_fail_in(ctx, status, "the vortex at (%g, %g) xi", v->at[0], v->at[1]));
    bool london = strcmp(c->engine, "london") == 0;
    if (*film < 0)
        return flx_device_fail(ctx, c, v->line,
                               "the vortex at (%g, %g) xi lies in no film%s%s; to let a hole hold "
                               "it give %s",
                               v->at[0], v->at[1], v->film < 0 ? "" : " called ",
                               v->film < 0 ? "" : c->films[v->film].name,
                               london ? "london.fluxoids" : "start.winding");
    int32_t t = flx_locator_find_in(d->locator, *film, v->at[0], v->at[1], bary);
    if (lies_on_rim(d->mesh, t, bary))
        return flx_device_fail(ctx, c, v->line,
                               "the vortex at (%g, %g) xi lies on the rim of film '%s', where it "
                               "has no effect; move it into the film",
                               v->at[0], v->at[1], c->films[*film].name);
    return FLX_OK;
}
