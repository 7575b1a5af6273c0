// case/after_flux.c -- the flux through a closed curve at any height, also outside of films.
//
// Of the currents it is the integral of A round the curve, by five points on each piece: A is steady
// also where the curve crosses a rim. The applied field is integrated over the triangles from the
// middle o of the curve to each of its sides p q,
//   D integral_0^1 du integral_0^1 s ds B_z(o + s (p - o + u (q - p))),   D = (p - o) x (q - o).
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/after.h"
#include "case/drive.h"
#include "fluxoid/geom.h"
#include "source/quadrature.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { GAUSS = 5, POINTS_MAX = 10000000 };
static const double PHI0 = 6.28318530717958647692; // [Bc2 xi^2]

typedef struct curve {
    const double *xy; // [n][2] [xi] counter-clockwise
    int32_t n;
    double z, t;
    const flx_source *source;
} curve;

// -- the applied field ----------------------------------------------------------------------------

enum { DEPTH = 6 }; // jumps are located to a hundredth of the way

typedef struct wedge {
    const curve *c;
    double o[2], p[2], side[2]; // p counts from o
    double u;                   // along the side
} wedge;

static void along_ray(void *user, double s, double out[2])
{
    const wedge *w = user;
    double r[3] = {w->o[0] + s * (w->p[0] + w->u * w->side[0]),
                   w->o[1] + s * (w->p[1] + w->u * w->side[1]), w->c->z};
    out[0] = s * flx_source_field(w->c->source, r, w->c->t);
    out[1] = 0;
}

static void along_side(void *user, double u, double out[2])
{
    wedge *w = user;
    w->u = u;
    flx_quad_integrate(FLX_QUAD_K7, DEPTH, along_ray, w, out);
}

static double applied_flux(const curve *c)
{
    wedge w = {.c = c};
    double flux = 0;
    for (int32_t k = 0; k < 2 * c->n; k++)
        w.o[k % 2] += c->xy[k] / c->n;
    for (int32_t k = 0; k < c->n; k++) {
        const double *p = &c->xy[2 * (size_t)k], *q = &c->xy[2 * (size_t)((k + 1) % c->n)];
        double part[2];
        for (int d = 0; d < 2; d++) {
            w.p[d] = p[d] - w.o[d];
            w.side[d] = q[d] - p[d];
        }
        flx_quad_integrate(FLX_QUAD_K7, DEPTH, along_side, &w, part);
        flux += (w.p[0] * w.side[1] - w.p[1] * w.side[0]) * part[0];
    }
    return flux;
}

// -- the currents ---------------------------------------------------------------------------------

// Where films are, for lengths of pieces: A varies over the distance from them, but in one, or close
// to it, not over less than its edges.
typedef struct films {
    double box[4], gap, edge; // gap: in height, to the nearest
} films;

static films films_of(const flx_device *d, double z)
{
    films f = {.gap = INFINITY, .edge = flx_mesh_quality_of(d->mesh).mean_edge};
    flx_mesh_bounds(d->mesh, f.box);
    for (int32_t k = 0; k < d->mesh->n_film; k++)
        f.gap = fmin(f.gap, fabs(z - d->z[k]));
    return f;
}

static double distance_to(const films *f, double x, double y)
{
    double dx = fmax(fmax(f->box[0] - x, x - f->box[2]), 0);
    double dy = fmax(fmax(f->box[1] - y, y - f->box[3]), 0);
    return hypot(hypot(dx, dy), f->gap);
}

// Cuts a side p q at `cut` [n + 1] shares of it, NULL: counts; each piece is no longer than it is
// away from the films, or than an edge. Returns n, or -1 if there would be too many.
static int32_t cut_side(const films *f, const double *p, const double *q, double *cut)
{
    double length = hypot(q[0] - p[0], q[1] - p[1]), at = 0;
    int32_t n = 0;
    while (at < 1) {
        double d = distance_to(f, p[0] + at * (q[0] - p[0]), p[1] + at * (q[1] - p[1]));
        // d falls by as much as the piece is long: half of it, so that at its end it is the same
        at = fmin(1, at + fmax(f->edge, 0.5 * d) / length);
        if (n++ >= POINTS_MAX / GAUSS)
            return -1;
        if (cut)
            cut[n] = at;
    }
    return n;
}

static const double gauss_at[GAUSS] = {0.04691007703066800, 0.23076534494715845, 0.5,
                                       0.76923465505284155, 0.95308992296933200};
static const double gauss_weight[GAUSS] = {0.11846344252809454, 0.23931433524968324,
                                           0.28444444444444444, 0.23931433524968324,
                                           0.11846344252809454};

// Points r [n][3] and the steps dl [n][2] that belong to them.
static void place_points(const curve *c, const films *f, double *cut, double *r, double *dl)
{
    for (int32_t k = 0; k < c->n; k++) {
        const double *p = &c->xy[2 * (size_t)k], *q = &c->xy[2 * (size_t)((k + 1) % c->n)];
        int32_t n = cut_side(f, p, q, cut);
        for (int32_t piece = 0; piece < n; piece++)
            for (int g = 0; g < GAUSS; g++, r += 3, dl += 2) {
                double share = cut[piece + 1] - cut[piece];
                double u = cut[piece] + gauss_at[g] * share;
                for (int d = 0; d < 2; d++) {
                    r[d] = p[d] + u * (q[d] - p[d]);
                    dl[d] = gauss_weight[g] * share * (q[d] - p[d]);
                }
                r[2] = c->z;
            }
    }
}

static flx_status count_points(flx_after *a, const curve *c, const films *f, int32_t *n,
                               int32_t *most)
{
    *n = *most = 0;
    for (int32_t k = 0; k < c->n; k++) {
        int32_t part =
            cut_side(f, &c->xy[2 * (size_t)k], &c->xy[2 * (size_t)((k + 1) % c->n)], NULL);
        if (part < 0 || *n + GAUSS * part > POINTS_MAX)
            return flx_fail(a->ctx, FLX_ERR_INPUT,
                            "the curve would take more than %d points, %d on each edge of the mesh "
                            "that it is long; measure a shorter one",
                            POINTS_MAX, GAUSS);
        *n += GAUSS * part;
        *most = part > *most ? part : *most;
    }
    return FLX_OK;
}

static flx_status currents_flux(flx_after *a, const curve *c, double *flux)
{
    films f = films_of(a->device, c->z);
    int32_t n, most;
    FLX_TRY(count_points(a, c, &f, &n, &most));
    double *r = FLX_NEW_ARRAY(a->ctx, double, 3 * (size_t)n);
    double *dl = FLX_NEW_ARRAY(a->ctx, double, 2 * (size_t)n);
    double *pot = FLX_NEW_ARRAY(a->ctx, double, 3 * (size_t)n);
    double *cut = FLX_NEW_ARRAY(a->ctx, double, (size_t)most + 1);
    flx_status status = r && dl && pot && cut ? FLX_OK : FLX_ERR_MEMORY;
    if (status == FLX_OK) {
        place_points(c, &f, cut, r, dl);
        status = flx_after_induced(a, r, n, NULL, pot);
    }
    *flux = 0;
    for (int32_t k = 0; status == FLX_OK && k < n; k++)
        *flux +=
            pot[3 * (size_t)k] * dl[2 * (size_t)k] + pot[3 * (size_t)k + 1] * dl[2 * (size_t)k + 1];
    flx_free(r);
    flx_free(dl);
    flx_free(pot);
    flx_free(cut);
    return status;
}

// -- the request ----------------------------------------------------------------------------------

static flx_status put_flux(flx_after *a, const curve *c, json_t *item)
{
    double currents;
    FLX_TRY(currents_flux(a, c, &currents));
    double applied = applied_flux(c);
    FLX_TRY(flx_json_put(a->ctx, item, "z", flx_json_scaled(c->z, a->c->scales.xi)));
    FLX_TRY(flx_json_put(a->ctx, item, "flux_Phi0", flx_json_real((applied + currents) / PHI0)));
    FLX_TRY(flx_json_put(a->ctx, item, "applied_Phi0", flx_json_real(applied / PHI0)));
    return flx_json_put(a->ctx, item, "currents_Phi0", flx_json_real(currents / PHI0));
}

// The shape as a case has it, in which it is the loop of this name.
static flx_status case_of_curve(flx_after *a, const char *text, flx_case **out)
{
    char **sets = FLX_NEW_ARRAY(a->ctx, char *, 1);
    bool list = text[strspn(text, " \t\n")] == '[';
    if (!sets)
        return FLX_ERR_MEMORY;
    sets[0] =
        flx_format(a->ctx, "loops.measured-flux=%s%s%s", list ? "" : "[", text, list ? "" : "]");
    if (!sets[0]) {
        flx_free(sets);
        return FLX_ERR_MEMORY;
    }
    return flx_after_case(a, sets, 1, out);
}

static flx_status region_of(flx_after *a, const char *text, flx_region **out)
{
    flx_case *c = NULL;
    flx_status status = case_of_curve(a, text, &c);
    const char *whole = "loops.measured-flux: ";
    if (status < 0 || !c)
        return flx_after_wrong(
            a, status,
            &(flx_after_text){"flux through", text, "shapes, as in {circle: {radius: 2}}"},
            strstr(flx_ctx_error(a->ctx), whole) ? whole : "loops.measured-flux.");
    int32_t k = 0;
    while (strcmp(c->loops[k].name, "measured-flux") != 0)
        k++;
    const flx_case_shape *shape = &c->loops[k].shape;
    status = flx_region_create(a->ctx, shape->item, shape->n_item, c->mesh.opts.max_edge, out);
    flx_case_free(c);
    return status < 0 ? flx_fail_in(a->ctx, status, "flux through '%.80s'", text) : FLX_OK;
}

static flx_status measure_flux(flx_after *a, const char *text, curve *c, json_t *item)
{
    flx_region *region = NULL;
    FLX_TRY(region_of(a, text, &region));
    flx_rings rings = flx_region_rings(region);
    c->xy = rings.xy;
    c->n = rings.start[1];
    flx_status status =
        rings.n_ring == 1
            ? put_flux(a, c, item)
            : flx_fail(a->ctx, FLX_ERR_INPUT,
                       "flux through '%.80s': the shape has %d rims, wanted is one closed curve",
                       text, rings.n_ring);
    flx_region_free(region);
    return status;
}

static flx_status put_all(flx_after *a, curve *c, json_t *all)
{
    for (int32_t k = 0; k < a->request->n_flux; k++) {
        char name[32];
        json_t *item;
        snprintf(name, sizeof name, "flux-%d", (int)k + 1);
        FLX_TRY(flx_json_put_object(a->ctx, all, name, &item));
        FLX_TRY(measure_flux(a, a->request->flux[k], c, item));
    }
    return FLX_OK;
}

flx_status flx_after_fluxes(flx_after *a, json_t *root)
{
    json_t *all;
    flx_case_drive drive = {0};
    if (a->request->n_flux == 0)
        return FLX_OK;
    if (!a->london && a->c->run.screening == FLX_SCREENING_LONG)
        return flx_fail(a->ctx, FLX_ERR_INPUT,
                        "%s is of a long body, whose field has no unique A outside of it; measure "
                        "the flux of a loop in it",
                        a->path);
    curve c = {.t = a->frame ? a->frame->frame.time : 0};
    if (a->request->flux_z)
        FLX_TRY(flx_after_height(a, a->request->flux_z, &c.z));
    FLX_TRY(flx_json_put_object(a->ctx, root, "fluxes", &all));
    FLX_TRY(flx_case_inputs_check(a->ctx, a->c, a->file, true));
    flx_status status = flx_case_drive_init(a->ctx, a->device, a->c, &drive);
    c.source = drive.source;
    if (status == FLX_OK)
        status = put_all(a, &c, all);
    flx_case_drive_clear(&drive);
    return status;
}
