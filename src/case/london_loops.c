// case/london_loops.c -- fluxes and fluxoids of loops, fields at triangles.
//
// With phi = 1 inside and on a loop, falling to 0 over the triangles outside of it, whose current is
// K_phi,
//   fluxoid = int (A + Lambda K).K_phi,
// the mean of its integral round the loops phi = const. The equations of the sites with phi > 0 say
// that it is the fluxoids of the holes and vortices inside; it is computed anew, with A from the
// currents, so that it is a check. It is the same for each of these loops, but its parts are not:
// the flux is the integral of A along the edges of the loop itself, the rest is the supercurrent.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/london.h"

#include <math.h>
#include <string.h>

// -- averages -------------------------------------------------------------------------------------

// Degree 2 at three points inside: near triangles may not be asked on their rims.
static const double inner[3][3] = {
    {2.0 / 3, 1.0 / 6, 1.0 / 6}, {1.0 / 6, 2.0 / 3, 1.0 / 6}, {1.0 / 6, 1.0 / 6, 2.0 / 3}};

static bool inside(const flx_mesh *m, const int32_t *site, int32_t n, double x, double y)
{
    bool in = false;
    for (int32_t s = 0, t = n - 1; s < n; t = s++) {
        double xs = m->x[site[s]], ys = m->y[site[s]], xt = m->x[site[t]], yt = m->y[site[t]];
        if ((ys > y) != (yt > y) && x < xs + (y - ys) / (yt - ys) * (xt - xs))
            in = !in;
    }
    return in;
}

// phi [n_site]: 1 on the chain and inside it, on its film.
static void mark(const flx_mesh *m, const int32_t *site, int32_t n, double *phi)
{
    memset(phi, 0, (size_t)m->n_site * sizeof *phi);
    for (int32_t i = 0; i < m->n_site; i++)
        phi[i] = m->film[i] == m->film[site[0]] && inside(m, site, n, m->x[i], m->y[i]);
    for (int32_t s = 0; s < n; s++)
        phi[site[s]] = 1;
}

typedef struct ring {
    double *phi, *k, *xyz, *a; // phi [n_site]; K_phi [n_tri][2]; points [3 n][3], A there
    int32_t *tri, n;           // triangles with K_phi
} ring;

static void list_ring(const flx_mesh *m, ring *w)
{
    w->n = 0;
    for (int32_t t = 0; t < m->n_tri; t++) {
        const int32_t *v = &m->tri[3 * (size_t)t];
        double sum = w->phi[v[0]] + w->phi[v[1]] + w->phi[v[2]];
        if (sum > 0 && sum < 3)
            w->tri[w->n++] = t;
    }
}

static void place_points(const flx_london_run_state *r, ring *w)
{
    const flx_mesh *m = r->device->mesh;
    for (int32_t q = 0; q < 3 * w->n; q++) {
        const int32_t *v = &m->tri[3 * (size_t)w->tri[q / 3]];
        const double *b = inner[q % 3];
        double *p = &w->xyz[3 * (size_t)q];
        p[0] = b[0] * m->x[v[0]] + b[1] * m->x[v[1]] + b[2] * m->x[v[2]];
        p[1] = b[0] * m->y[v[0]] + b[1] * m->y[v[1]] + b[2] * m->y[v[2]];
        p[2] = r->device->z[m->film[v[0]]];
    }
}

static double area_of(const flx_mesh *m, int32_t t)
{
    const int32_t *v = &m->tri[3 * (size_t)t];
    return 0.5 * ((m->x[v[1]] - m->x[v[0]]) * (m->y[v[2]] - m->y[v[0]]) -
                  (m->x[v[2]] - m->x[v[0]]) * (m->y[v[1]] - m->y[v[0]]));
}

static flx_status average(flx_london_run_state *r, const flx_chain *loop, ring *w, double *fluxoid)
{
    const flx_mesh *m = r->device->mesh;
    mark(m, loop->site, loop->n, w->phi);
    list_ring(m, w);
    place_points(r, w);
    flx_london_sheet(r->l, w->phi, w->k);
    FLX_TRY(flx_london_field(r->ctx, r->l, r->k,
                             &(flx_selffield_points){.n = 3 * w->n, .xyz = w->xyz, .a = w->a}));
    *fluxoid = flx_london_flux(r->l, w->phi, r->moment);
    for (int32_t q = 0; q < 3 * w->n; q++) {
        int32_t t = w->tri[q / 3];
        double third = area_of(m, t) / 3;
        for (int d = 0; d < 2; d++) {
            double k = w->k[2 * (size_t)t + (size_t)d];
            *fluxoid += third * k * w->a[2 * (size_t)q + (size_t)d];
            *fluxoid += third * k * r->lambda[t] * r->k[2 * (size_t)t + (size_t)d];
        }
    }
    return FLX_OK;
}

static flx_status find_fluxoids(flx_london_run_state *r, const flx_chain *loop, int32_t n,
                                flx_london_parts *out)
{
    size_t n_tri = (size_t)r->device->mesh->n_tri;
    ring w = {.phi = FLX_NEW_ARRAY(r->ctx, double, r->device->mesh->n_site),
              .k = FLX_NEW_ARRAY(r->ctx, double, 2 * n_tri),
              .xyz = FLX_NEW_ARRAY(r->ctx, double, 9 * n_tri),
              .a = FLX_NEW_ARRAY(r->ctx, double, 6 * n_tri),
              .tri = FLX_NEW_ARRAY(r->ctx, int32_t, n_tri)};
    flx_status status = w.phi && w.k && w.xyz && w.a && w.tri ? FLX_OK : FLX_ERR_MEMORY;
    for (int32_t k = 0; status == FLX_OK && k < n; k++)
        status = average(r, &loop[k], &w, &out[k].fluxoid);
    flx_free(w.phi);
    flx_free(w.k);
    flx_free(w.xyz);
    flx_free(w.a);
    flx_free(w.tri);
    return status;
}

// -- along the edges ------------------------------------------------------------------------------

enum { GAUSS = 3 };

// Points of the edges of a loop in its film, where A is finite and steady but its slope is not.
static void place_edges(const flx_london_run_state *r, const flx_chain *loop, double *xyz)
{
    static const double at[GAUSS] = {0.1127016653792583, 0.5, 0.8872983346207417};
    const flx_mesh *m = r->device->mesh;
    for (int32_t s = 0; s < loop->n; s++) {
        int32_t i = loop->site[s], j = loop->site[s + 1 < loop->n ? s + 1 : 0];
        for (int q = 0; q < GAUSS; q++, xyz += 3) {
            xyz[0] = m->x[i] + at[q] * (m->x[j] - m->x[i]);
            xyz[1] = m->y[i] + at[q] * (m->y[j] - m->y[i]);
            xyz[2] = r->device->z[m->film[i]];
        }
    }
}

// a: that of the currents at the points of place_edges; applied [n_edge].
static double sum_edges(const flx_mesh *m, const flx_chain *loop, const double *a,
                        const double *applied)
{
    static const double weight[GAUSS] = {5.0 / 18, 4.0 / 9, 5.0 / 18};
    double sum = 0, area = 0;
    for (int32_t s = 0; s < loop->n; s++) {
        int32_t i = loop->site[s], j = loop->site[s + 1 < loop->n ? s + 1 : 0];
        int32_t e = flx_mesh_edge(m, i, j);
        area += m->x[i] * m->y[j] - m->x[j] * m->y[i];
        sum += m->tail[e] == i ? applied[e] : -applied[e];
        for (int q = 0; q < GAUSS; q++, a += 2)
            sum += weight[q] * (a[0] * (m->x[j] - m->x[i]) + a[1] * (m->y[j] - m->y[i]));
    }
    return area < 0 ? -sum : sum;
}

// All loops at once: the currents are prepared for the field once. Linear between sites: in the row at
// a rim constant ones make too little of their growth towards it.
static flx_status find_fluxes(flx_london_run_state *r, const flx_chain *loop, int32_t n,
                              flx_london_parts *out)
{
    const flx_mesh *m = r->device->mesh;
    int32_t n_point = 0, at = 0;
    for (int32_t k = 0; k < n; k++)
        n_point += GAUSS * loop[k].n;
    double *xyz = FLX_NEW_ARRAY(r->ctx, double, 3 * (size_t)n_point);
    double *a = FLX_NEW_ARRAY(r->ctx, double, 2 * (size_t)n_point);
    double *applied = FLX_NEW_ARRAY(r->ctx, double, m->n_edge);
    flx_status status = xyz && a && applied ? FLX_OK : FLX_ERR_MEMORY;
    for (int32_t k = 0; status == FLX_OK && k < n; at += GAUSS * loop[k++].n)
        place_edges(r, &loop[k], &xyz[3 * (size_t)at]);
    if (status == FLX_OK)
        status = flx_london_smooth_field(r->ctx, r->l, r->k,
                                         &(flx_selffield_points){.n = n_point, .xyz = xyz, .a = a});
    if (status == FLX_OK)
        flx_source_vector_potential(r->drive.source, 0, applied, NULL);
    at = 0;
    for (int32_t k = 0; status == FLX_OK && k < n; at += GAUSS * loop[k++].n)
        out[k].flux = sum_edges(m, &loop[k], &a[2 * (size_t)at], applied);
    flx_free(xyz);
    flx_free(a);
    flx_free(applied);
    return status;
}

flx_status flx_london_loops(flx_london_run_state *r, const flx_chain *loop, int32_t n,
                            flx_london_parts *out)
{
    if (n == 0) // a film without holes
        return FLX_OK;
    FLX_TRY(find_fluxoids(r, loop, n, out));
    return find_fluxes(r, loop, n, out);
}

// -- triangles ------------------------------------------------------------------------------------

flx_status flx_london_triangle_field(flx_london_run_state *r, double *b)
{
    const flx_mesh *m = r->device->mesh;
    double *xyz = FLX_NEW_ARRAY(r->ctx, double, 3 * (size_t)m->n_tri);
    double *all = FLX_NEW_ARRAY(r->ctx, double, 3 * (size_t)m->n_tri);
    flx_status status = xyz && all ? FLX_OK : FLX_ERR_MEMORY;
    for (int32_t t = 0; status == FLX_OK && t < m->n_tri; t++) {
        const int32_t *v = &m->tri[3 * (size_t)t];
        xyz[3 * (size_t)t] = (m->x[v[0]] + m->x[v[1]] + m->x[v[2]]) / 3;
        xyz[3 * (size_t)t + 1] = (m->y[v[0]] + m->y[v[1]] + m->y[v[2]]) / 3;
        xyz[3 * (size_t)t + 2] = r->device->z[m->film[v[0]]];
    }
    if (status == FLX_OK)
        status = flx_london_smooth_field(
            r->ctx, r->l, r->k, &(flx_selffield_points){.n = m->n_tri, .xyz = xyz, .b = all});
    for (int32_t t = 0; status == FLX_OK && t < m->n_tri; t++)
        b[t] = all[3 * (size_t)t + 2];
    flx_free(xyz);
    flx_free(all);
    return status;
}
