// measure/vortices.c -- where the vortices are.
//
// A vortex is in every triangle round which psi winds. Its place is the zero of psi, interpolated
// in the gauge of the triangle's centroid c: corner k carries phi_k = psi_k exp(i integral from k
// to c of A), by the Whitney form of A: sum_j a_kj/3. First the zero of the linear interpolant;
// then, with the three corners opposite to the triangle's sides, that of the quadratic one
// (Newton's iteration), which is right to third order, where it stays close to the first. A site
// that carries psi = 0 exactly is a vortex if psi winds round its neighbours.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "measure/measure.h"

#include <complex.h>

static double line_from(const flx_frame *f, int32_t i, int32_t j)
{
    int32_t e = flx_mesh_edge(f->mesh, i, j);
    return f->mesh->tail[e] == i ? flx_line_of(f, e) : -flx_line_of(f, e);
}

static flx_z rotated(flx_cplx psi, double phase)
{
    return (psi.re + psi.im * I) * cexp(I * phase);
}

// The corner opposite to side c[k] c[k+1] in the triangle beyond it; -1 at the rim.
static int32_t corner_beyond(const flx_mesh *mesh, int32_t t, int32_t i, int32_t j)
{
    int32_t e = flx_mesh_edge(mesh, i, j);
    int32_t other = mesh->edge_tri[2 * e] == t ? mesh->edge_tri[2 * e + 1] : mesh->edge_tri[2 * e];
    for (int k = 0; other >= 0 && k < 3; k++) {
        int32_t c = mesh->tri[3 * (ptrdiff_t)other + k];
        if (c != i && c != j)
            return c;
    }
    return -1;
}

// Values in the gauge of the centroid, with places counted from it.
typedef struct patch {
    double x[6], y[6];
    flx_z phi[6];
    int32_t n; // 3, or 6 if there is a triangle beyond each side
} patch;

static patch patch_of(const flx_frame *f, int32_t t)
{
    const flx_mesh *mesh = f->mesh;
    const int32_t *c = mesh->tri + 3 * (ptrdiff_t)t;
    patch p = {.n = 3};
    double xc = (mesh->x[c[0]] + mesh->x[c[1]] + mesh->x[c[2]]) / 3;
    double yc = (mesh->y[c[0]] + mesh->y[c[1]] + mesh->y[c[2]]) / 3;
    double to_centre[3];
    for (int k = 0; k < 3; k++) {
        int32_t i = c[k], next = c[(k + 1) % 3], last = c[(k + 2) % 3];
        to_centre[k] = (line_from(f, i, next) + line_from(f, i, last)) / 3;
        p.x[k] = mesh->x[i] - xc;
        p.y[k] = mesh->y[i] - yc;
        p.phi[k] = rotated(f->psi[i], to_centre[k]);
    }
    for (int k = 0; k < 3; k++) {
        int next = (k + 1) % 3;
        int32_t beyond = corner_beyond(mesh, t, c[k], c[next]);
        if (beyond < 0)
            return p;
        // Half of the way over each end of the side: the mean of two paths.
        double over = 0.5 * (line_from(f, beyond, c[k]) + to_centre[k] +
                             line_from(f, beyond, c[next]) + to_centre[next]);
        p.x[3 + k] = mesh->x[beyond] - xc;
        p.y[3 + k] = mesh->y[beyond] - yc;
        p.phi[3 + k] = rotated(f->psi[beyond], over);
    }
    p.n = 6;
    return p;
}

// Barycentric coordinates of the zero of the linear interpolant, kept inside the triangle.
static void linear_zero(const patch *p, double *x, double *y)
{
    double l[3], sum = 0;
    for (int k = 0; k < 3; k++) {
        flx_z a = p->phi[(k + 1) % 3], b = p->phi[(k + 2) % 3];
        l[k] = cimag(conj(a) * b); // twice the area seen from 0
        sum += l[k];
    }
    double kept = 0;
    for (int k = 0; k < 3; k++) {
        l[k] = sum != 0 ? fmax(l[k] / sum, 0) : 1.0 / 3;
        kept += l[k];
    }
    *x = *y = 0;
    for (int k = 0; k < 3; k++) {
        *x += l[k] / kept * p->x[k];
        *y += l[k] / kept * p->y[k];
    }
}

// Solves the 6 x 6 system for the quadratic through the patch; false if it is singular.
static bool quadratic_of(const patch *p, double scale, flx_z c[6])
{
    double m[6][6];
    for (int k = 0; k < 6; k++) {
        double x = p->x[k] / scale, y = p->y[k] / scale;
        const double row[6] = {1, x, y, x * x, x * y, y * y};
        for (int q = 0; q < 6; q++)
            m[k][q] = row[q];
        c[k] = p->phi[k];
    }
    for (int col = 0; col < 6; col++) {
        int best = col;
        for (int k = col + 1; k < 6; k++)
            if (fabs(m[k][col]) > fabs(m[best][col]))
                best = k;
        if (fabs(m[best][col]) < 1e-6)
            return false;
        for (int q = 0; q < 6; q++) {
            double swap = m[col][q];
            m[col][q] = m[best][q];
            m[best][q] = swap;
        }
        flx_z swap = c[col];
        c[col] = c[best];
        c[best] = swap;
        for (int k = 0; k < 6; k++) {
            if (k == col)
                continue;
            double factor = m[k][col] / m[col][col];
            for (int q = col; q < 6; q++)
                m[k][q] -= factor * m[col][q];
            c[k] -= factor * c[col];
        }
    }
    for (int k = 0; k < 6; k++)
        c[k] /= m[k][k];
    return true;
}

// Newton's iteration for the zero of the quadratic from x, y; leaves them if it runs away.
static void quadratic_zero(const patch *p, double *x, double *y)
{
    double scale = fmax(hypot(p->x[0], p->y[0]), hypot(p->x[1], p->y[1]));
    flx_z c[6];
    if (p->n < 6 || !quadratic_of(p, scale, c))
        return;
    double u = *x / scale, v = *y / scale;
    for (int k = 0; k < 20; k++) {
        flx_z f = c[0] + c[1] * u + c[2] * v + c[3] * (u * u) + c[4] * (u * v) + c[5] * (v * v);
        flx_z fu = c[1] + 2 * u * c[3] + v * c[4], fv = c[2] + u * c[4] + 2 * v * c[5];
        double det = cimag(conj(fu) * fv);
        double du = -cimag(conj(f) * fv) / det, dv = -cimag(conj(fu) * f) / det;
        u += du;
        v += dv;
        if (!(hypot(u - *x / scale, v - *y / scale) < 0.5))
            return;
        if (hypot(du, dv) < 1e-12) {
            *x = u * scale;
            *y = v * scale;
            return;
        }
    }
}

static flx_vortex vortex_in(const flx_frame *f, int32_t t, int32_t winding)
{
    const flx_mesh *mesh = f->mesh;
    const int32_t *c = mesh->tri + 3 * (ptrdiff_t)t;
    patch p = patch_of(f, t);
    double x, y;
    linear_zero(&p, &x, &y);
    quadratic_zero(&p, &x, &y);
    return (flx_vortex){.x = x + (mesh->x[c[0]] + mesh->x[c[1]] + mesh->x[c[2]]) / 3,
                        .y = y + (mesh->y[c[0]] + mesh->y[c[1]] + mesh->y[c[2]]) / 3,
                        .winding = winding,
                        .film = mesh->film[c[0]],
                        .tri = t};
}

static bool is_zero(const flx_frame *f, int32_t i)
{
    return flx_abs_of(f->psi[i]) <= FLX_ABS_MIN;
}

// Winding round the neighbours of a site with psi = 0: the opposite sides of its triangles, each
// once. 0 at the rim and where a neighbour is zero too. *tri is one of its triangles.
static int32_t winding_round_site(const flx_frame *f, int32_t i, double min_abs, int32_t *tri)
{
    const flx_mesh *mesh = f->mesh;
    double angle = 0, largest = 0;
    for (int32_t k = mesh->row[i]; k < mesh->row[i + 1]; k++) {
        int32_t e = mesh->half_edge[k];
        int32_t t = mesh->edge_tri[2 * e + (mesh->tail[e] == i ? 0 : 1)];
        if (t < 0 || is_zero(f, mesh->neighbour[k]))
            return 0;
        const int32_t *c = mesh->tri + 3 * (ptrdiff_t)t;
        int at = c[0] == i ? 0 : c[1] == i ? 1 : 2;
        int32_t p = c[(at + 1) % 3], q = c[(at + 2) % 3];
        double a = line_from(f, p, q);
        flx_cplx link = flx_link(f->psi[p], f->psi[q], a);
        angle += atan2(link.im, link.re) + a;
        largest = fmax(largest, flx_abs_of(f->psi[p]));
        *tri = t;
    }
    return largest < min_abs ? 0 : (int32_t)lround(angle / FLX_TWO_PI);
}

// Collects into list, or only counts if it is NULL.
static int32_t collect(const flx_frame *f, const int32_t *winding, double min_abs, flx_vortex *list)
{
    const flx_mesh *mesh = f->mesh;
    int32_t n = 0;
    for (int32_t t = 0; t < mesh->n_tri; t++) {
        double largest = 0;
        for (int k = 0; k < 3; k++)
            largest = fmax(largest, flx_abs_of(f->psi[mesh->tri[3 * (ptrdiff_t)t + k]]));
        if (winding[t] == 0 || largest < min_abs)
            continue;
        if (list)
            list[n] = vortex_in(f, t, winding[t]);
        n++;
    }
    for (int32_t i = 0; i < mesh->n_site; i++) {
        int32_t tri = -1, w = is_zero(f, i) ? winding_round_site(f, i, min_abs, &tri) : 0;
        if (w == 0)
            continue;
        if (list)
            list[n] = (flx_vortex){mesh->x[i], mesh->y[i], w, mesh->film[i], tri};
        n++;
    }
    return n;
}

flx_status flx_measure_vortices(flx_ctx *ctx, const flx_frame *frame, double min_abs,
                                flx_vortices *out)
{
    *out = (flx_vortices){NULL, 0};
    int32_t *winding = FLX_NEW_ARRAY(ctx, int32_t, frame->mesh->n_tri);
    if (!winding)
        return FLX_ERR_MEMORY;
    flx_measure_triangle_windings(frame, winding);
    double least = min_abs > 0 ? min_abs : 1e-3;
    int32_t n = collect(frame, winding, least, NULL);
    flx_vortex *list = FLX_NEW_ARRAY(ctx, flx_vortex, n);
    if (list) {
        collect(frame, winding, least, list);
        *out = (flx_vortices){list, n};
    }
    flx_free(winding);
    return list ? FLX_OK : FLX_ERR_MEMORY;
}

void flx_vortices_clear(flx_vortices *vortices)
{
    flx_free(vortices->list);
    *vortices = (flx_vortices){NULL, 0};
}
