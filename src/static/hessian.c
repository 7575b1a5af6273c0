// static/hessian.c -- the second variation as a matrix, made definite: the preconditioner P.
//
// H has the phase of each film as null vector. Adding b (i psi_k)(i psi_k)^T at one site k of each
// film takes it away and makes nothing else positive: the matrix is positive definite exactly if H
// has no negative eigenvalue (its lowest two eigenvalues interlace). So a Cholesky factorisation
// that succeeds proves stability, and gives the exact Newton step. If it fails, P = H + shift M; at
// last the positive part of H, -a Lap + a (max(|psi|^2 - eps, 0) + 1/2) + 2 a psi psi^T. A step of
// -(-a Lap + 2 a)^-1 g, whatever psi, never raises F where |psi|^2 <= 1 (H lies below).
// SPDX-License-Identifier: GPL-3.0-or-later
#include "static/static_internal.h"

#include "linalg/dissect.h"

#include <math.h>

#define FLOW -2.0                   // for shift: the matrix of flx_static_factor_flow
static const double normal = 1e-12; // [1] |psi|^2 of a film without phase

// -- the phases of films --------------------------------------------------------------------------

void flx_static_phases(flx_static *st)
{
    const flx_mesh *m = st->mesh;
    for (int32_t f = 0; f < m->n_film; f++) {
        st->film_norm[f] = 0;
        st->pin[f] = -1;
    }
    double *best = st->film_norm + m->n_film;
    for (int32_t f = 0; f < m->n_film; f++)
        best[f] = normal;
    for (int32_t i = 0; i < m->n_site; i++) {
        double n2 = st->psi[2 * i] * st->psi[2 * i] + st->psi[2 * i + 1] * st->psi[2 * i + 1];
        int32_t f = m->film[i];
        st->film_norm[f] += m->area[i] * n2;
        if (n2 > best[f]) {
            best[f] = n2;
            st->pin[f] = i;
        }
    }
    for (int32_t i = 0; i < m->n_site; i++) {
        int32_t f = m->film[i];
        double scale = st->pin[f] >= 0 ? 1 / sqrt(st->film_norm[f]) : 0;
        st->phase[2 * i] = -scale * st->psi[2 * i + 1];
        st->phase[2 * i + 1] = scale * st->psi[2 * i];
    }
}

// sum over each film of weight phase.x, in film_norm; weight NULL: 1
static void overlaps(flx_static *st, const double *weight, const double *x)
{
    for (int32_t f = 0; f < st->mesh->n_film; f++)
        st->film_norm[f] = 0;
    for (int32_t i = 0; i < st->n; i++) {
        double w = weight ? weight[i] : 1;
        st->film_norm[st->mesh->film[i]] +=
            w * (st->phase[2 * i] * x[2 * i] + st->phase[2 * i + 1] * x[2 * i + 1]);
    }
}

void flx_static_project(flx_static *st, double *x)
{
    overlaps(st, st->mesh->area, x);
    for (int32_t i = 0; i < st->n; i++) {
        double c = st->film_norm[st->mesh->film[i]];
        x[2 * i] -= c * st->phase[2 * i];
        x[2 * i + 1] -= c * st->phase[2 * i + 1];
    }
}

void flx_static_project_dual(flx_static *st, double *r)
{
    overlaps(st, NULL, r);
    for (int32_t i = 0; i < st->n; i++) {
        double c = st->film_norm[st->mesh->film[i]] * st->mesh->area[i];
        r[2 * i] -= c * st->phase[2 * i];
        r[2 * i + 1] -= c * st->phase[2 * i + 1];
    }
}

// -- the matrix -----------------------------------------------------------------------------------

flx_status flx_static_pattern(flx_static *st)
{
    const flx_mesh *m = st->mesh;
    size_t n_block = (size_t)m->n_site + 2 * (size_t)m->n_edge;
    st->row = FLX_NEW_ARRAY(st->ctx, int32_t, 2 * (size_t)m->n_site + 1);
    st->col = FLX_NEW_ARRAY(st->ctx, int32_t, 4 * n_block);
    st->val = FLX_NEW_ARRAY(st->ctx, double, 4 * n_block);
    if (!st->row || !st->col || !st->val)
        return FLX_ERR_MEMORY;
    int32_t at = 0;
    for (int32_t i = 0; i < m->n_site; i++)
        for (int32_t r = 0; r < 2; r++) {
            st->row[2 * i + r] = at;
            bool placed = false;
            for (int32_t k = m->row[i]; k <= m->row[i + 1]; k++) {
                int32_t j = k < m->row[i + 1] ? m->neighbour[k] : INT32_MAX;
                if (!placed && j > i) { // the diagonal keeps the columns sorted
                    st->col[at++] = 2 * i;
                    st->col[at++] = 2 * i + 1;
                    placed = true;
                }
                if (k < m->row[i + 1]) {
                    st->col[at++] = 2 * j;
                    st->col[at++] = 2 * j + 1;
                }
            }
        }
    st->row[2 * m->n_site] = at;
    int32_t *order = FLX_NEW_ARRAY(st->ctx, int32_t, 2 * (size_t)m->n_site);
    flx_graph graph = {m->n_site, m->row, m->neighbour, m->x, m->y};
    flx_status status = order ? flx_dissect(st->ctx, &graph, order) : FLX_ERR_MEMORY;
    for (int32_t i = m->n_site - 1; status == FLX_OK && i >= 0; i--) { // both numbers of a site
        int32_t site = order[i];
        order[2 * i] = 2 * site;
        order[2 * i + 1] = 2 * site + 1;
    }
    flx_csr csr = {.n = 2 * st->n, .row = st->row, .col = st->col, .val = st->val};
    csr.order = order;
    if (status == FLX_OK)
        status = flx_spd_prepare(st->ctx, "cholmod-single", &csr, st->pool, &st->factor);
    flx_free(order);
    return status;
}

// The diagonal block of site i: a (|psi|^2 - eps + shift) + 2 a psi psi^T + theta, and the pin.
static void diagonal(const flx_static *st, int32_t i, double shift, double d[3])
{
    double re = st->psi[2 * i], im = st->psi[2 * i + 1], area = st->mesh->area[i];
    double own = re * re + im * im - st->eps[i];
    if (shift == FLOW) {
        d[0] = d[2] = st->op.diag[i] + 2 * area;
        d[1] = 0;
        return;
    }
    own = st->op.diag[i] + area * (shift < 0 ? fmax(own, 0) + 0.5 : own + shift);
    d[0] = own + 2 * area * re * re;
    d[1] = 2 * area * re * im;
    d[2] = own + 2 * area * im * im;
    int32_t pin = st->pin[st->mesh->film[i]];
    if (shift == 0 && pin == i) {
        double b = st->op.diag[i] / (re * re + im * im);
        d[0] += b * im * im;
        d[1] -= b * re * im;
        d[2] += b * re * re;
    }
}

// Of a 2 x 2 block, stored in rows of `width`, what the circle of site i leaves: rows (or columns).
static void on_circle(const flx_static *st, int32_t i, bool rows, int32_t width, double *block)
{
    if (!(st->held[i] > 0))
        return;
    double x = -st->psi[2 * i + 1] / st->held[i], y = st->psi[2 * i] / st->held[i];
    int32_t other = rows ? width : 1, step = rows ? 1 : width;
    for (int32_t k = 0; k < 2; k++) {
        double *b = block + k * step, along = x * b[0] + y * b[other];
        b[0] = along * x;
        b[other] = along * y;
    }
}

// Where |psi| is held: the second variation along the circle; along psi the identity, so to say.
static void fill_circles(flx_static *st, double shift)
{
    const flx_mesh *m = st->mesh;
    for (int32_t i = 0; i < m->n_site; i++) {
        int32_t at = st->row[2 * i], width = st->row[2 * i + 1] - at;
        for (; at < st->row[2 * i] + width; at += 2) {
            int32_t j = st->col[at] / 2;
            double *block = st->val + at;
            if (j == i && st->held[i] > 0 && shift >= 0)
                for (int32_t k = 0; k < 2; k++)
                    block[k * (width + 1)] -= st->force[i];
            on_circle(st, i, true, width, block);
            on_circle(st, j, false, width, block);
            if (j != i || !(st->held[i] > 0))
                continue;
            double x = st->psi[2 * i] / st->held[i], y = st->psi[2 * i + 1] / st->held[i];
            block[0] += st->op.diag[i] * x * x;
            block[1] += st->op.diag[i] * x * y;
            block[width] += st->op.diag[i] * x * y;
            block[width + 1] += st->op.diag[i] * y * y;
        }
    }
}

static void fill(flx_static *st, double shift)
{
    const flx_mesh *m = st->mesh;
    for (int32_t i = 0; i < m->n_site; i++) {
        int32_t at = st->row[2 * i], width = st->row[2 * i + 1] - at;
        bool placed = false;
        for (int32_t k = m->row[i]; k <= m->row[i + 1]; k++) {
            int32_t j = k < m->row[i + 1] ? m->neighbour[k] : INT32_MAX;
            if (!placed && j > i) {
                double d[3];
                diagonal(st, i, shift, d);
                if (st->fixed[i])
                    d[0] = d[2] = 1, d[1] = 0;
                st->val[at] = d[0];
                st->val[at + 1] = st->val[at + width] = d[1];
                st->val[at + width + 1] = d[2];
                at += 2;
                placed = true;
            }
            if (k == m->row[i + 1])
                break;
            // -link as it multiplies (re, im) of the neighbour
            int32_t e = m->half_edge[k];
            double a = j > i ? st->a[e] : -st->a[e], w = st->op.weight[e];
            bool held = st->fixed[i] || st->fixed[j];
            double c = held ? 0 : -w * cos(a), s = held ? 0 : w * sin(a);
            st->val[at] = c;
            st->val[at + 1] = -s;
            st->val[at + width] = s;
            st->val[at + width + 1] = c;
            at += 2;
        }
    }
    for (int32_t k = 0; shift >= 0 && k < st->n_inflow; k++) {
        int32_t i = st->inflow[k].site, at = st->row[2 * i], width = st->row[2 * i + 1] - at;
        double h[3];
        flx_static_theta_block(&st->psi[2 * i], st->inflow[k].current, h);
        while (st->col[at] != 2 * i)
            at++;
        st->val[at] += h[0];
        st->val[at + 1] += h[1];
        st->val[at + width] += h[1];
        st->val[at + width + 1] += h[2];
    }
    if (st->n_held)
        fill_circles(st, shift);
}

static flx_status try_factor(flx_static *st, double shift)
{
    fill(st, shift);
    flx_csr csr = {.n = 2 * st->n, .row = st->row, .col = st->col, .val = st->val};
    st->report.factors++;
    return flx_spd_refactor(st->ctx, st->factor, &csr);
}

flx_status flx_static_factor(flx_static *st, bool indefinite)
{
    static const double shifts[] = {0, 0.03, 0.3, -1}; // the last always has a factor
    flx_static_phases(st);
    st->age = 0;
    for (size_t k = indefinite; !st->fresh && k < sizeof shifts / sizeof shifts[0]; k++) {
        flx_status status = try_factor(st, shifts[k]);
        if (status < 0 && status != FLX_ERR_SOLVER)
            return status;
        st->shift = shifts[k];
        st->exact = shifts[k] == 0;
        st->fresh = st->factored = status == FLX_OK;
    }
    return st->fresh ? FLX_OK : FLX_ERR_SOLVER;
}

flx_status flx_static_factor_flow(flx_static *st)
{
    flx_static_phases(st);
    st->exact = st->fresh = false;
    st->factored = true;
    st->shift = FLOW;
    return try_factor(st, FLOW);
}

void flx_static_precondition(flx_static *st, const double *r, double *z)
{
    st->report.solves++;
    flx_spd_approximate(st->factor, r, z);
    flx_static_hold(st, z); // P may be that of other circles
    flx_static_project(st, z);
}
