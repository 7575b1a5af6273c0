// measure/thermal.c -- means of fluctuating quantities, and the helicity modulus by a test field.
//
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/thermal.h"
#include "base/binning.h"
#include "linalg/spd.h"
#include "measure/measure.h"

flx_thermal flx_thermal_mean(const double *value, int64_t n)
{
    flx_binning b = {0};
    for (int64_t k = 0; k < n; k++)
        if (!isnan(value[k]))
            flx_binning_add(&b, value[k]);
    flx_binned e = flx_binning_estimate(&b);
    return (flx_thermal){e.mean, e.error, e.tau, e.resolved};
}

struct flx_twist {
    const flx_mesh *mesh;
    double *a;  // [n_edge] a'
    double sum; // G
};

static double weight(const flx_mesh *m, int32_t e)
{
    return m->dual[e] / m->length[e];
}

// Laplacian of the mesh with one site of each film grounded. Arrays have room for every half-edge.
static void neumann_matrix(const flx_mesh *m, const bool *grounded, int32_t *row, int32_t *col,
                           double *val)
{
    int32_t n = 0;
    for (int32_t i = 0; i < m->n_site; i++) {
        double own = 0;
        for (int32_t k = m->row[i]; k < m->row[i + 1]; k++)
            own += weight(m, m->half_edge[k]);
        bool placed = false;
        for (int32_t k = m->row[i]; k <= m->row[i + 1]; k++) {
            int32_t j = k < m->row[i + 1] ? m->neighbour[k] : INT32_MAX;
            if (!placed && j > i) { // the diagonal keeps the columns sorted
                col[n] = i;
                val[n++] = grounded[i] ? 1 : own;
                placed = true;
            }
            if (k == m->row[i + 1] || grounded[i] || grounded[j])
                continue;
            col[n] = j;
            val[n++] = -weight(m, m->half_edge[k]);
        }
        row[i + 1] = n;
    }
}

// chi with sum_j w (a_ij - chi_j + chi_i) = 0; then a' = a - (chi_j - chi_i).
static flx_status remove_gradient(flx_ctx *ctx, flx_twist *t)
{
    const flx_mesh *m = t->mesh;
    size_t n = (size_t)m->n_site, places = n + 2 * (size_t)m->n_edge;
    bool *grounded = FLX_NEW_ARRAY(ctx, bool, n), *known = FLX_NEW_ARRAY(ctx, bool, m->n_film);
    int32_t *row = FLX_NEW_ARRAY(ctx, int32_t, n + 1), *col = FLX_NEW_ARRAY(ctx, int32_t, places);
    double *val = FLX_NEW_ARRAY(ctx, double, places), *chi = FLX_NEW_ARRAY(ctx, double, n);
    flx_spd *spd = NULL;
    flx_status status = FLX_ERR_MEMORY;
    if (grounded && known && row && col && val && chi) {
        for (int32_t i = 0; i < m->n_site; i++) {
            grounded[i] = !known[m->film[i]];
            known[m->film[i]] = true;
        }
        neumann_matrix(m, grounded, row, col, val);
        flx_csr matrix = {.n = m->n_site, .row = row, .col = col, .val = val};
        status = flx_spd_create(ctx, "cholmod", &matrix, NULL, &spd);
    }
    if (status == FLX_OK) {
        for (int32_t e = 0; e < m->n_edge; e++) {
            chi[m->tail[e]] -= weight(m, e) * t->a[e];
            chi[m->head[e]] += weight(m, e) * t->a[e];
        }
        for (int32_t i = 0; i < m->n_site; i++)
            chi[i] = grounded[i] ? 0 : chi[i];
        flx_spd_solve(spd, chi, chi);
        for (int32_t e = 0; e < m->n_edge; e++)
            t->a[e] -= chi[m->head[e]] - chi[m->tail[e]];
    }
    flx_spd_free(spd);
    flx_free(grounded);
    flx_free(known);
    flx_free(row);
    flx_free(col);
    flx_free(val);
    flx_free(chi);
    return status;
}

flx_status flx_twist_create(flx_ctx *ctx, const flx_mesh *mesh, flx_twist **out)
{
    *out = NULL;
    flx_twist *t = FLX_NEW(ctx, flx_twist);
    if (!t)
        return FLX_ERR_MEMORY;
    t->mesh = mesh;
    t->a = FLX_NEW_ARRAY(ctx, double, mesh->n_edge);
    flx_status status = t->a ? FLX_OK : FLX_ERR_MEMORY;
    // Field 1 in the symmetric gauge: exact along straight edges.
    for (int32_t e = 0; e < mesh->n_edge && status == FLX_OK; e++) {
        int32_t i = mesh->tail[e], j = mesh->head[e];
        t->a[e] = (mesh->x[i] * mesh->y[j] - mesh->x[j] * mesh->y[i]) / 2;
    }
    if (status == FLX_OK)
        status = remove_gradient(ctx, t);
    for (int32_t e = 0; e < mesh->n_edge && status == FLX_OK; e++)
        t->sum += weight(mesh, e) * t->a[e] * t->a[e];
    if (status == FLX_OK && !(t->sum > 0))
        status = flx_fail(ctx, FLX_ERR_INPUT, "a film without area does not feel a field");
    if (status < 0) {
        flx_twist_free(t);
        return status;
    }
    *out = t;
    return FLX_OK;
}

void flx_twist_free(flx_twist *t)
{
    if (!t)
        return;
    flx_free(t->a);
    flx_free(t);
}

flx_twist_sample flx_twist_measure(const flx_twist *t, const flx_frame *f)
{
    const flx_mesh *m = t->mesh;
    double stiffness = 0, current = 0;
    for (int32_t e = 0; e < m->n_edge; e++) {
        flx_cplx p = f->psi[m->tail[e]], q = f->psi[m->head[e]];
        // Without a field the link is 1: no angles to compute.
        flx_cplx link = f->a && f->a[e] != 0
                            ? flx_link(p, q, f->a[e])
                            : (flx_cplx){p.re * q.re + p.im * q.im, p.re * q.im - p.im * q.re};
        double wa = weight(m, e) * t->a[e];
        stiffness += wa * t->a[e] * link.re;
        current += wa * link.im;
    }
    return (flx_twist_sample){stiffness / t->sum, current / sqrt(t->sum)};
}

flx_status flx_thermal_helicity(flx_ctx *ctx, const double *stiffness, const double *current,
                                int64_t n, double temperature, flx_thermal *out)
{
    if (!(temperature > 0))
        return flx_fail(ctx, FLX_ERR_INPUT, "the temperature is %g E_s, allowed is > 0",
                        temperature);
    double mean = flx_thermal_mean(current, n).mean;
    flx_binning b = {0};
    for (int64_t k = 0; k < n; k++) {
        double c = current[k] - mean;
        if (!isnan(c) && !isnan(stiffness[k]))
            flx_binning_add(&b, stiffness[k] - c * c / temperature);
    }
    flx_binned e = flx_binning_estimate(&b);
    *out = (flx_thermal){e.mean, e.error, e.tau, e.resolved};
    return FLX_OK;
}

double flx_thermal_density(const flx_frame *f)
{
    double sum = 0, area = 0;
    for (int32_t i = 0; i < f->mesh->n_site; i++) {
        flx_cplx p = f->psi[i];
        sum += f->mesh->area[i] * (p.re * p.re + p.im * p.im);
        area += f->mesh->area[i];
    }
    return sum / area;
}
