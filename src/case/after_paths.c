// case/after_paths.c -- what is measured along a path: the phase difference from its first point to
// its last, and the current across it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/after.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// -- the sites along a path -----------------------------------------------------------------------

typedef struct walk {
    int32_t *site;
    int32_t n, capacity;
    int32_t film;       // it goes through, -1: not known yet
    const char *reason; // why there is no walk from end to end
} walk;

static flx_status step_to(flx_ctx *ctx, const flx_mesh *mesh, walk *w, int32_t site)
{
    int32_t *chain = NULL, n = 0;
    if (w->n == 0) {
        w->site[w->n++] = site;
        return FLX_OK;
    }
    FLX_TRY(flx_mesh_shortest_path(ctx, mesh, w->site[w->n - 1], site, &chain, &n));
    if (w->n + n > w->capacity) {
        int32_t capacity = 2 * (w->n + n);
        int32_t *grown =
            flx_realloc(ctx, w->site, (size_t)w->capacity, (size_t)capacity, sizeof *grown);
        if (!grown) {
            flx_mesh_sites_free(chain);
            return FLX_ERR_MEMORY;
        }
        w->site = grown;
        w->capacity = capacity;
    }
    for (int32_t k = 1; k < n; k++)
        w->site[w->n++] = chain[k];
    flx_mesh_sites_free(chain);
    return FLX_OK;
}

// The film that the walk begins in, at its first place in any.
static flx_status choose_film(flx_ctx *ctx, const flx_device *d, const double at[2], walk *w)
{
    double bary[3];
    if (w->film >= 0 || flx_locator_find(d->locator, at[0], at[1], bary) < 0)
        return FLX_OK;
    flx_status status = flx_device_film_of(ctx, d, &(flx_places){at, 1, -1}, &w->film);
    if (status == FLX_ERR_INPUT)
        w->reason = "the path begins in several films; name one";
    return status == FLX_ERR_INPUT ? FLX_OK : status;
}

// The sites along a curve, as it is walked in steps of half an edge.
static flx_status walk_along(flx_ctx *ctx, const flx_device *d, const double *xy, int32_t n,
                             walk *w)
{
    const flx_mesh *m = d->mesh;
    double step = 0.5 * flx_mesh_quality_of(m).mean_edge;
    bool left = false;
    w->capacity = 1024;
    if (!(w->site = FLX_NEW_ARRAY(ctx, int32_t, w->capacity)))
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k + 1 < n; k++) {
        const double *p = xy + 2 * k, *q = p + 2;
        int32_t pieces = (int32_t)fmin(ceil(hypot(q[0] - p[0], q[1] - p[1]) / step) + 1, 1e6);
        for (int32_t s = 0; s <= pieces; s++) {
            double u = (double)s / pieces, bary[3];
            const double at[2] = {p[0] + u * (q[0] - p[0]), p[1] + u * (q[1] - p[1])};
            FLX_TRY(choose_film(ctx, d, at, w));
            if (w->reason)
                return FLX_OK;
            int32_t tri =
                w->film < 0 ? -1 : flx_locator_find_in(d->locator, w->film, at[0], at[1], bary);
            left |= tri < 0 && w->n > 0;
            // back in it or in another: there may be no way over
            if (left && flx_locator_find(d->locator, at[0], at[1], bary) >= 0) {
                w->reason = "the path leaves the film on its way";
                return FLX_OK;
            }
            if (tri < 0)
                continue;
            int32_t best = bary[0] >= bary[1] ? 0 : 1;
            best = bary[best] >= bary[2] ? best : 2;
            FLX_TRY(step_to(ctx, m, w, m->tri[3 * tri + best]));
        }
    }
    return FLX_OK;
}

flx_status flx_after_phase(flx_after *a, const int32_t *site, int32_t n, double *phase)
{
    const flx_cplx *psi = a->frame->frame.psi;
    *phase = NAN;
    for (int32_t k = 0; k < n; k++)
        if (hypot(psi[site[k]].re, psi[site[k]].im) < FLX_AFTER_ABS_MIN)
            return FLX_OK;
    return flx_measure_phase(a->ctx, &a->frame->frame, site, n, phase);
}

static flx_status put_phase(flx_after *a, const double *xy, int32_t n, json_t *item)
{
    walk w = {.film = a->film};
    double phase = NAN;
    flx_status status = walk_along(a->ctx, a->device, xy, n, &w);
    if (status == FLX_OK && !w.reason && w.n < 2)
        w.reason = "the path leaves the film on its way";
    if (status == FLX_OK && !w.reason)
        status = flx_after_phase(a, w.site, w.n, &phase);
    flx_free(w.site);
    FLX_TRY(status);
    FLX_TRY(flx_json_put(a->ctx, item, "phase", flx_json_real(phase)));
    if (isfinite(phase))
        return FLX_OK;
    return flx_json_put(a->ctx, item, "reason",
                        json_string(w.reason ? w.reason : "psi is 0 on the path"));
}

// -- currents -------------------------------------------------------------------------------------

// Super and normal current through the path in a film (-1: all); NAN if it ends inside.
static flx_status cut_of(flx_after *a, const flx_cut *cut, double part[2])
{
    flx_status status = flx_measure_cut(a->ctx, a->device->mesh, a->js, cut, &part[0]);
    if (status == FLX_OK)
        status = flx_measure_cut(a->ctx, a->device->mesh, a->jn, cut, &part[1]);
    if (status == FLX_ERR_INPUT)
        part[0] = part[1] = NAN;
    return status == FLX_ERR_INPUT ? FLX_OK : status;
}

// Currents through the path; null if it ends inside the film.
static flx_status put_currents(flx_after *a, const double *xy, int32_t n, json_t *item)
{
    static const char *const key[] = {"current", "supercurrent", "normal_current"};
    const flx_scales *s = &a->c->scales;
    double part[2];
    FLX_TRY(cut_of(a, &(flx_cut){xy, n, a->film}, part));
    const double value[] = {part[0] + part[1], part[0], part[1]};
    for (int k = 0; k < 3; k++)
        FLX_TRY(flx_json_put(a->ctx, item, key[k], flx_json_scaled(value[k], s->K0 * s->xi)));
    return isfinite(value[0]) ? FLX_OK
                              : flx_json_put(a->ctx, item, "current_reason",
                                             json_string("the path ends inside the film"));
}

// Those of each film, where there are several and none is named.
static flx_status put_films(flx_after *a, const double *xy, int32_t n, json_t *item)
{
    const flx_scales *s = &a->c->scales;
    int32_t n_film = a->c->n_film;
    json_t *each;
    if (n_film == 1 || a->film >= 0)
        return FLX_OK;
    FLX_TRY(flx_json_put_object(a->ctx, item, "films", &each));
    for (int32_t f = 0; f < n_film; f++) {
        double part[2];
        FLX_TRY(cut_of(a, &(flx_cut){xy, n, f}, part));
        FLX_TRY(flx_json_put(a->ctx, each, a->c->films[f].name,
                             flx_json_scaled(part[0] + part[1], s->K0 * s->xi)));
    }
    return FLX_OK;
}

// -- the paths ------------------------------------------------------------------------------------

// The path as a shape of a case, in which it is the loop of this name.
static flx_status case_of_path(flx_after *a, const char *text, flx_case **out)
{
    char **sets = FLX_NEW_ARRAY(a->ctx, char *, 1);
    if (!sets)
        return FLX_ERR_MEMORY;
    sets[0] = flx_format(a->ctx, "loops.measured-path=[{path: {points: %s, width: 1 um}}]", text);
    if (!sets[0]) {
        flx_free(sets);
        return FLX_ERR_MEMORY;
    }
    return flx_after_case(a, sets, 1, out);
}

static flx_status put_path(flx_after *a, const char *text, json_t *item)
{
    flx_case *c = NULL;
    flx_status status = case_of_path(a, text, &c);
    if (status < 0 || !c)
        return flx_after_wrong(a, status,
                               &(flx_after_text){"path", text, "points, as in [[0, -1], [0, 1]]"},
                               "loops.measured-path.path.points: ");
    int32_t k = 0;
    while (strcmp(c->loops[k].name, "measured-path") != 0)
        k++;
    const flx_shape_item *path = &c->loops[k].shape.item[0];
    if (a->london)
        status = flx_after_london_cut(a, path->points, path->n_point, item);
    else
        status = put_phase(a, path->points, path->n_point, item);
    if (status == FLX_OK && !a->london)
        status = put_currents(a, path->points, path->n_point, item);
    if (status == FLX_OK && !a->london)
        status = put_films(a, path->points, path->n_point, item);
    flx_case_free(c);
    return status;
}

flx_status flx_after_paths(flx_after *a, json_t *root)
{
    json_t *all, *item;
    if (a->request->n_along == 0)
        return FLX_OK;
    FLX_TRY(flx_json_put_object(a->ctx, root, "paths", &all));
    for (int32_t k = 0; k < a->request->n_along; k++) {
        char name[32];
        snprintf(name, sizeof name, "path-%d", (int)k + 1);
        FLX_TRY(flx_json_put_object(a->ctx, all, name, &item));
        FLX_TRY(put_path(a, a->request->along[k], item));
    }
    return FLX_OK;
}
