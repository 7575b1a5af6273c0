// london/moments.c -- what an applied field does to each site, and what the currents do to others.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "linalg/dense.h"
#include "london/london.h"

#include <math.h>
#include <string.h>

// Seven points of degree 5 (Radon 1948): barycentric coordinates a, b, b and weights.
static const double rule[7][4] = {
    {1.0 / 3, 1.0 / 3, 1.0 / 3, 0.225},
    {0.059715871789769820, 0.470142064105115090, 0.470142064105115090, 0.132394152788506181},
    {0.470142064105115090, 0.059715871789769820, 0.470142064105115090, 0.132394152788506181},
    {0.470142064105115090, 0.470142064105115090, 0.059715871789769820, 0.132394152788506181},
    {0.797426985353087322, 0.101286507323456339, 0.101286507323456339, 0.125939180544827153},
    {0.101286507323456339, 0.797426985353087322, 0.101286507323456339, 0.125939180544827153},
    {0.101286507323456339, 0.101286507323456339, 0.797426985353087322, 0.125939180544827153},
};

// Line integral of A from i to j by those of the edges.
static double along(const flx_mesh *m, const double *a, int32_t i, int32_t j)
{
    int32_t e = flx_mesh_edge(m, i, j);
    return m->tail[e] == i ? a[e] : -a[e];
}

static double around(const flx_mesh *m, const double *a, const int32_t *site, int32_t n)
{
    double flux = 0;
    for (int32_t s = 0; s < n; s++)
        flux += along(m, a, site[s], site[s + 1 < n ? s + 1 : 0]);
    return flux;
}

flx_status flx_london_moments(flx_ctx *ctx, const flx_london *l, flx_source *source, double t,
                              double *moment)
{
    const flx_mesh *m = l->mesh;
    double *a = FLX_NEW_ARRAY(ctx, double, m->n_edge);
    if (!a)
        return FLX_ERR_MEMORY;
    flx_source_vector_potential(source, t, a, NULL);
    memset(moment, 0, (size_t)(m->n_site + l->n_hole) * sizeof *moment);
    for (int32_t k = 0; k < m->n_tri; k++) {
        const int32_t *v = &m->tri[3 * (size_t)k];
        double part[3] = {0, 0, 0}, sum = 0;
        for (int p = 0; p < 7; p++) {
            const double *w = rule[p];
            double r[3] = {w[0] * m->x[v[0]] + w[1] * m->x[v[1]] + w[2] * m->x[v[2]],
                           w[0] * m->y[v[0]] + w[1] * m->y[v[1]] + w[2] * m->y[v[2]],
                           l->z[m->film[v[0]]]};
            double b = w[3] * l->area[k] * flx_source_field(source, r, t);
            for (int c = 0; c < 3; c++)
                part[c] += w[c] * b;
            sum += b;
        }
        double rest = (around(m, a, v, 3) - sum) / 3;
        for (int c = 0; c < 3; c++)
            moment[v[c]] += part[c] + rest;
    }
    for (int32_t h = 0; h < l->n_hole; h++) {
        const flx_mesh_loop *loop = &m->loop[l->hole_loop[h]];
        moment[m->n_site + h] = around(m, a, &m->loop_site[loop->start], loop->n);
    }
    flx_free(a);
    return FLX_OK;
}

// int phi_i B over the film and its holes is int A.K_i, the current of the hat of i; no hole needs
// a term of its own.
void flx_london_moments_of_a(const flx_london *l, const double *a, double *moment)
{
    const flx_mesh *m = l->mesh;
    memset(moment, 0, (size_t)(m->n_site + l->n_hole) * sizeof *moment);
    for (int32_t t = 0; t < m->n_tri; t++) {
        const int32_t *v = &m->tri[3 * (size_t)t];
        double ax = a[2 * (size_t)t] / (2 * l->area[t]),
               ay = a[2 * (size_t)t + 1] / (2 * l->area[t]);
        for (int c = 0; c < 3; c++) {
            int32_t p = v[(c + 1) % 3], q = v[(c + 2) % 3];
            moment[v[c]] += (m->x[q] - m->x[p]) * ax + (m->y[q] - m->y[p]) * ay;
        }
    }
}

double flx_london_flux(const flx_london *l, const double *g, const double *moment)
{
    const flx_mesh *m = l->mesh;
    double flux = 0;
    for (int32_t i = 0; i < m->n_site; i++)
        flux += g[i] * moment[i];
    for (int32_t h = 0; h < l->n_hole; h++)
        flux += g[m->loop_site[m->loop[l->hole_loop[h]].start]] * moment[m->n_site + h];
    return flux;
}

// -- many at once ---------------------------------------------------------------------------------

static double dot(const double *a, const double *b, int32_t n)
{
    double sum = 0;
    for (int32_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

// W_c . moment for the holes.
static void reduce(const flx_london *l, const double *moment, double *out)
{
    for (int32_t h = 0; h < l->n_hole; h++)
        out[h] = dot(flx_london_mode(l, h), moment, l->mesh->n_site) + moment[l->mesh->n_site + h];
}

// -r_h S^-1 s_h over the holes; work [n_hole (n_hole + 2)].
static flx_status through_holes(flx_ctx *ctx, const flx_london *l, const double *source,
                                const double *receiver, double *work, double *out)
{
    int32_t n = l->n_hole;
    double *s = work, *r = s + n, *a = r + n;
    reduce(l, source, s);
    reduce(l, receiver, r);
    for (int32_t i = 0; i < n; i++)
        for (int32_t j = 0; j < n; j++)
            a[i * n + j] = l->inductance[i * l->n_current + j];
    FLX_TRY(flx_london_small(ctx, n, a, s));
    *out = -dot(r, s, n);
    return FLX_OK;
}

// r A^-1 s = (L^-1 r).(L^-1 s): half of a solve each.
static flx_status responses_dense(flx_ctx *ctx, flx_london *l, int32_t n, const double *source,
                                  const double *receiver, double *flux)
{
    size_t width = (size_t)(l->mesh->n_site + l->n_hole), stride = (size_t)l->n;
    int32_t copies = receiver ? 2 : 1;
    double *x = FLX_NEW_ARRAY(ctx, double, (size_t)(copies * n) * stride);
    if (!x)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < n; k++) {
        flx_london_from_sites(l, &source[(size_t)k * width], &x[(size_t)k * stride]);
        if (receiver)
            flx_london_from_sites(l, &receiver[(size_t)k * width], &x[(size_t)(n + k) * stride]);
    }
    flx_dense_forward(&(flx_dense){l->matrix, l->n, l->n_free}, copies * n, l->n, x);
    for (int32_t k = 0; k < n; k++)
        flux[k] -=
            dot(&x[(size_t)k * stride], &x[(size_t)((copies - 1) * n + k) * stride], l->n_free);
    flx_free(x);
    return FLX_OK;
}

static flx_status responses_iterative(flx_ctx *ctx, flx_london *l, int32_t n, const double *source,
                                      const double *receiver, double *flux)
{
    size_t width = (size_t)(l->mesh->n_site + l->n_hole), stride = (size_t)l->n;
    double *x = FLX_NEW_ARRAY(ctx, double, 3 * stride);
    flx_status status = x ? FLX_OK : FLX_ERR_MEMORY;
    for (int32_t k = 0; status == FLX_OK && k < n; k++) {
        flx_london_from_sites(l, &source[(size_t)k * width], x);
        flx_london_from_sites(l, &(receiver ? receiver : source)[(size_t)k * width], x + stride);
        status = flx_london_solve_free(ctx, l, x, x + 2 * stride);
        flux[k] -= dot(x + stride, x + 2 * stride, l->n_free);
    }
    flx_free(x);
    return status;
}

flx_status flx_london_responses(flx_ctx *ctx, flx_london *l, int32_t n, const double *source,
                                const double *receiver, double *flux)
{
    size_t width = (size_t)(l->mesh->n_site + l->n_hole);
    double *work = FLX_NEW_ARRAY(ctx, double, (size_t)l->n_hole *(size_t)(l->n_hole + 2));
    flx_status status = work ? FLX_OK : FLX_ERR_MEMORY;
    for (int32_t k = 0; status == FLX_OK && k < n; k++)
        status = through_holes(ctx, l, &source[(size_t)k * width],
                               &(receiver ? receiver : source)[(size_t)k * width], work, &flux[k]);
    flx_free(work);
    if (status < 0)
        return status;
    return l->matrix ? responses_dense(ctx, l, n, source, receiver, flux)
                     : responses_iterative(ctx, l, n, source, receiver, flux);
}

// -- what follows from g --------------------------------------------------------------------------

void flx_london_sheet(const flx_london *l, const double *g, double *k)
{
    const flx_mesh *m = l->mesh;
    for (int32_t t = 0; t < m->n_tri; t++) {
        const int32_t *v = &m->tri[3 * (size_t)t];
        double kx = 0, ky = 0;
        for (int c = 0; c < 3; c++) {
            int32_t a = v[(c + 1) % 3], b = v[(c + 2) % 3];
            kx += g[v[c]] * (m->x[b] - m->x[a]);
            ky += g[v[c]] * (m->y[b] - m->y[a]);
        }
        k[2 * (size_t)t] = kx / (2 * l->area[t]);
        k[2 * (size_t)t + 1] = ky / (2 * l->area[t]);
    }
}

void flx_london_site_current(const flx_london *l, const double *k, double *site)
{
    const flx_mesh *m = l->mesh;
    memset(site, 0, 2 * (size_t)m->n_site * sizeof *site);
    for (int32_t t = 0; t < m->n_tri; t++)
        for (int c = 0; c < 3; c++)
            for (int d = 0; d < 2; d++)
                site[2 * (size_t)m->tri[3 * (size_t)t + (size_t)c] + (size_t)d] +=
                    l->area[t] * k[2 * (size_t)t + (size_t)d];
    // A third of the area of each triangle belongs to its corners.
    for (int32_t i = 0; i < m->n_site; i++) {
        double around_it = 0;
        for (int32_t h = m->row[i]; h < m->row[i + 1]; h++) {
            // each triangle at the site is to the left of one of the edges that leave it
            int32_t e = m->half_edge[h];
            int32_t t = m->edge_tri[2 * (size_t)e + (m->tail[e] == i ? 0 : 1)];
            if (t >= 0)
                around_it += l->area[t];
        }
        site[2 * (size_t)i] /= around_it;
        site[2 * (size_t)i + 1] /= around_it;
    }
}

double flx_london_moment(const flx_london *l, const double *k)
{
    const flx_mesh *m = l->mesh;
    double sum = 0;
    for (int32_t t = 0; t < m->n_tri; t++) {
        const int32_t *v = &m->tri[3 * (size_t)t];
        double x = (m->x[v[0]] + m->x[v[1]] + m->x[v[2]]) / 3;
        double y = (m->y[v[0]] + m->y[v[1]] + m->y[v[2]]) / 3;
        sum += 0.5 * l->area[t] * (x * k[2 * (size_t)t + 1] - y * k[2 * (size_t)t]);
    }
    return sum;
}

flx_status flx_london_field(flx_ctx *ctx, flx_london *l, const double *k,
                            const flx_selffield_points *points)
{
    return flx_selffield_field(ctx, l->op, k, points);
}

// out: means in triangles of what is given at sites.
static void take_means(const flx_mesh *m, const double *site, double *out)
{
    for (int32_t t = 0; t < m->n_tri; t++)
        for (size_t d = 0; d < 2; d++) {
            double sum = 0;
            for (int c = 0; c < 3; c++)
                sum += site[2 * (size_t)m->tri[3 * (size_t)t + (size_t)c] + d];
            out[2 * (size_t)t + d] = sum / 3;
        }
}

static void take_slopes(const flx_mesh *m, const double *site, double *slope)
{
    for (int32_t t = 0; t < m->n_tri; t++) {
        const int32_t *v = &m->tri[3 * (size_t)t];
        double *to = &slope[4 * (size_t)t], twice = 0;
        for (int c = 0; c < 3; c++) {
            int32_t a = v[(c + 1) % 3], b = v[(c + 2) % 3];
            twice += m->x[a] * m->y[b] - m->x[b] * m->y[a];
            for (int d = 0; d < 2; d++) {
                double k = site[2 * (size_t)v[c] + (size_t)d];
                to[2 * d] += k * (m->y[a] - m->y[b]);
                to[2 * d + 1] += k * (m->x[b] - m->x[a]);
            }
        }
        for (int d = 0; d < 4; d++)
            to[d] /= twice;
    }
}

// Currents at sites whose means in triangles are nearest to k: steps of Richardson's iteration, each
// adds what site_current makes of the difference. The first alone would smooth, most at the rims.
static void fit_sites(const flx_london *l, const double *k, double *site, double *mean,
                      double *part)
{
    enum { STEPS = 4 };
    const flx_mesh *m = l->mesh;
    for (int step = 0; step < STEPS; step++) {
        take_means(m, site, mean);
        for (int32_t t = 0; t < 2 * m->n_tri; t++)
            mean[t] = k[t] - mean[t];
        flx_london_site_current(l, mean, part);
        for (int32_t i = 0; i < 2 * m->n_site; i++)
            site[i] += part[i];
    }
    take_means(m, site, mean);
}

flx_status flx_london_smooth_field(flx_ctx *ctx, flx_london *l, const double *k,
                                   const flx_selffield_points *points)
{
    const flx_mesh *m = l->mesh;
    double *site = FLX_NEW_ARRAY(ctx, double, 4 * (size_t)m->n_site);
    double *mean = FLX_NEW_ARRAY(ctx, double, 2 * (size_t)m->n_tri);
    double *slope = FLX_NEW_ARRAY(ctx, double, 4 * (size_t)m->n_tri);
    flx_status status = FLX_ERR_MEMORY;
    if (site && mean && slope) {
        flx_selffield_points smooth = *points;
        smooth.slope = slope;
        fit_sites(l, k, site, mean, site + 2 * (size_t)m->n_site);
        take_slopes(m, site, slope);
        status = flx_selffield_field(ctx, l->op, mean, &smooth);
    }
    flx_free(site);
    flx_free(mean);
    flx_free(slope);
    return status;
}
