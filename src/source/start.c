// source/start.c -- states a run starts from.
//
// Windings are products of phase factors ((z - z_k)/|z - z_k|)^n of z = x + iy: for z_k inside a
// hole, exactly n round that hole and 0 round every other. A vortex also has its core, for which
// tanh(f'(0) r) with the slope f'(0) = 0.58318950 of the Ginzburg-Landau vortex is right within
// 0.025. Frames of other meshes are interpolated in the gauge of each point: with the Whitney form
// of A, the way from corner k of a triangle to the point with barycentric coordinates l carries the
// phase sum_j a_kj l_j.
//
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/base.h"
#include "base/rng.h"
#include "fluxoid/source.h"

#include <math.h>
#include <stdlib.h>

static const double half_root = 0.70710678118654752440;
static const double core_slope = 0.58318950;

void flx_start_uniform(const flx_mesh *mesh, const double *eps, flx_cplx *psi)
{
    for (int32_t i = 0; i < mesh->n_site; i++)
        psi[i] = (flx_cplx){eps ? sqrt(fmax(eps[i], 0)) : 1, 0};
}

void flx_start_noise(const flx_mesh *mesh, double amplitude, uint64_t seed, flx_cplx *psi)
{
    for (int32_t i = 0; i < mesh->n_site; i++) {
        double g[2];
        flx_rng_gauss(seed, 0, (uint64_t)i, g);
        psi[i] = (flx_cplx){amplitude * half_root * g[0], amplitude * half_root * g[1]};
    }
}

// psi *= factor (z/|z|)^n, by powers rather than angles so that right angles stay exact.
static void multiply(flx_cplx *psi, double x, double y, int32_t n, double factor)
{
    double r = hypot(x, y);
    double c = r > 0 ? x / r : 1, s = r > 0 ? y / r : 0;
    if (n < 0)
        s = -s;
    for (int32_t k = 0; k < (n < 0 ? -n : n); k++)
        *psi = (flx_cplx){c * psi->re - s * psi->im, s * psi->re + c * psi->im};
    psi->re *= factor;
    psi->im *= factor;
}

// x of the next crossing of the loop with the horizontal line at y to the right of x0.
static double next_crossing(const flx_mesh *mesh, const flx_mesh_loop *loop, double y, double x0)
{
    const int32_t *site = mesh->loop_site + loop->start;
    double best = INFINITY;
    for (int32_t k = 0; k < loop->n; k++) {
        int32_t i = site[k], j = site[(k + 1) % loop->n];
        if ((mesh->y[i] > y) == (mesh->y[j] > y))
            continue;
        double u = (y - mesh->y[i]) / (mesh->y[j] - mesh->y[i]);
        double x = mesh->x[i] + u * (mesh->x[j] - mesh->x[i]);
        if (x > x0)
            best = fmin(best, x);
    }
    return best;
}

// A point well inside a loop: the middle of the longest chord on some horizontal lines, which lie
// between its sites because their fractions of the height are unlikely heights of sites.
static void point_inside(const flx_mesh *mesh, const flx_mesh_loop *loop, double point[2])
{
    static const double fraction[] = {0.4998, 0.3503, 0.6497, 0.2001, 0.7999};
    const int32_t *site = mesh->loop_site + loop->start;
    double low = INFINITY, high = -INFINITY, longest = 0;
    for (int32_t k = 0; k < loop->n; k++) {
        low = fmin(low, mesh->y[site[k]]);
        high = fmax(high, mesh->y[site[k]]);
    }
    for (size_t m = 0; m < sizeof fraction / sizeof fraction[0]; m++) {
        double y = low + fraction[m] * (high - low);
        double left = next_crossing(mesh, loop, y, -INFINITY);
        while (isfinite(left)) {
            double right = next_crossing(mesh, loop, y, left);
            if (!isfinite(right))
                break;
            if (right - left > longest) {
                longest = right - left;
                point[0] = 0.5 * (left + right);
                point[1] = y;
            }
            left = next_crossing(mesh, loop, y, right);
        }
    }
}

flx_status flx_start_holes(flx_ctx *ctx, const flx_mesh *mesh, const flx_start_hole *holes,
                           int32_t n, flx_cplx *psi)
{
    for (int32_t h = 0; h < n; h++) {
        int32_t l = holes[h].loop;
        if (l < 0 || l >= mesh->n_loop || mesh->loop[l].outer)
            return flx_fail(ctx, FLX_ERR_INPUT,
                            "loop %d of the mesh (it has %d) is not the rim of a hole: only holes "
                            "can be given a winding",
                            l, mesh->n_loop);
    }
    for (int32_t h = 0; h < n; h++) {
        const flx_mesh_loop *loop = &mesh->loop[holes[h].loop];
        double p[2] = {0, 0};
        point_inside(mesh, loop, p);
        for (int32_t i = 0; i < mesh->n_site; i++)
            if (mesh->film[i] == loop->film)
                multiply(&psi[i], mesh->x[i] - p[0], mesh->y[i] - p[1], holes[h].winding, 1);
    }
    return FLX_OK;
}

flx_status flx_start_vortices(flx_ctx *ctx, const flx_mesh *mesh, const flx_start_vortex *vortices,
                              int32_t n, flx_cplx *psi)
{
    for (int32_t v = 0; v < n; v++)
        if (!isfinite(vortices[v].x) || !isfinite(vortices[v].y) || vortices[v].film < 0 ||
            vortices[v].film >= mesh->n_film)
            return flx_fail(
                ctx, FLX_ERR_INPUT,
                "vortex %d is at x = %g, y = %g xi in film %d: the place must be finite "
                "and the film one of 0 to %d",
                v, vortices[v].x, vortices[v].y, vortices[v].film, mesh->n_film - 1);
    for (int32_t v = 0; v < n; v++) {
        for (int32_t i = 0; i < mesh->n_site; i++) {
            if (mesh->film[i] != vortices[v].film)
                continue;
            double x = mesh->x[i] - vortices[v].x, y = mesh->y[i] - vortices[v].y;
            double core = pow(tanh(core_slope * hypot(x, y)), abs(vortices[v].winding));
            multiply(&psi[i], x, y, vortices[v].winding, core);
        }
    }
    return FLX_OK;
}

// Line integral of A from site i to its neighbour j.
static double along(const flx_frame *f, int32_t i, int32_t j)
{
    int32_t e = f->a ? flx_mesh_edge(f->mesh, i, j) : -1;
    if (e < 0)
        return 0;
    return f->mesh->tail[e] == i ? f->a[e] : -f->a[e];
}

static flx_cplx interpolate(const flx_frame *f, const int32_t corner[3], const double l[3])
{
    flx_cplx sum = {0, 0};
    for (int k = 0; k < 3; k++) {
        int p = (k + 1) % 3, q = (k + 2) % 3;
        double phase =
            along(f, corner[k], corner[p]) * l[p] + along(f, corner[k], corner[q]) * l[q];
        double c = cos(phase), s = sin(phase);
        flx_cplx psi = f->psi[corner[k]];
        sum.re += l[k] * (c * psi.re - s * psi.im);
        sum.im += l[k] * (s * psi.re + c * psi.im);
    }
    return sum;
}

flx_status flx_start_from(flx_ctx *ctx, const flx_frame *from, const flx_mesh *mesh, flx_cplx *psi)
{
    flx_locator *locator = NULL;
    FLX_TRY(flx_locator_create(ctx, from->mesh, &locator));
    for (int32_t i = 0; i < mesh->n_site; i++) {
        double x = mesh->x[i], y = mesh->y[i], bary[3];
        // Films keep their numbers; one that is new takes its values from any.
        int32_t film = mesh->film[i] < from->mesh->n_film ? mesh->film[i] : -1;
        int32_t tri = flx_locator_find_in(locator, film, x, y, bary);
        if (tri >= 0)
            psi[i] = interpolate(from, from->mesh->tri + 3 * (ptrdiff_t)tri, bary);
        else
            psi[i] = from->psi[flx_locator_nearest(locator, film, x, y)];
    }
    flx_locator_free(locator);
    return FLX_OK;
}
