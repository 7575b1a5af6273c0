// static/solve.c -- linear systems with the second variation H, near and beyond its singular points.
//
// On the complement of the lowest modes V H is definite and well conditioned: conjugate gradients
// do for it. What happens along V, where H may be singular or negative, is left to a small dense
// system (Lyapunov and Schmidt), with a further equation if a parameter s is free too:
//
//   H p + b sigma = -r,   <d, p> + e sigma = f,   p = w + V c,   <x, y> = x.My/area            (1)
//
// H. B. Keller, in: Applications of Bifurcation Theory (1977), p. 359.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "static/static_internal.h"

#include <math.h>
#include <string.h>

static double *mode(flx_static *st, int32_t k)
{
    return st->mode + 2 * (size_t)st->n * (size_t)k;
}

static void deflate(flx_static *st, int32_t n, double *x)
{
    for (int32_t k = 0; k < n; k++)
        flx_static_axpy(st, -flx_static_mdot(st, mode(st, k), x), mode(st, k), x);
}

static void deflate_dual(flx_static *st, int32_t n, double *r)
{
    for (int32_t k = 0; k < n; k++) {
        const double *v = mode(st, k), *area = st->mesh->area;
        double c = flx_static_dot(st, v, r);
        for (int32_t i = 0; i < st->n; i++) {
            r[2 * i] -= c * area[i] * v[2 * i];
            r[2 * i + 1] -= c * area[i] * v[2 * i + 1];
        }
    }
}

static_cg flx_static_cg(flx_static *st, const double *b, const static_cg_opts *o, double *x)
{
    enum { ITERATIONS = 200 };
    size_t bytes = 2 * (size_t)st->n * sizeof *x;
    double *r = st->work[W_RESIDUAL], *z = st->work[W_SOLVED];
    double *d = st->work[W_SEARCH], *hd = st->work[W_SEARCH_IMAGE];
    static_cg result = {0, false};
    memset(x, 0, bytes);
    if (o->image)
        memset(o->image, 0, bytes);
    memcpy(r, b, bytes);
    deflate_dual(st, o->n_deflated, r);
    flx_static_precondition(st, r, z);
    deflate(st, o->n_deflated, z);
    memcpy(d, z, bytes);
    double rz = flx_static_dot(st, r, z), first = rz;
    for (; result.iterations < ITERATIONS && rz > o->small * o->small * first && rz > o->least;
         result.iterations++) {
        flx_static_hessian(st, d, hd);
        deflate_dual(st, o->n_deflated, hd);
        double curvature = flx_static_dot(st, d, hd);
        result.negative = !(curvature > 1e-12 * fabs(rz));
        if (result.negative) {
            if (result.iterations == 0 && o->image) {
                memcpy(x, d, bytes);
                memcpy(o->image, hd, bytes);
            }
            return result;
        }
        double alpha = rz / curvature;
        flx_static_axpy(st, alpha, d, x);
        if (o->image)
            flx_static_axpy(st, alpha, hd, o->image);
        flx_static_axpy(st, -alpha, hd, r);
        flx_static_precondition(st, r, z);
        deflate(st, o->n_deflated, z);
        double next = flx_static_dot(st, r, z), beta = next / rz;
        for (int32_t i = 0; i < 2 * st->n; i++)
            d[i] = beta * d[i] + z[i];
        rz = next;
    }
    return result;
}

// Modes found where psi was another point along the present circles, orthonormal again.
static void turn_modes(flx_static *st)
{
    for (int32_t k = 0; st->n_held && k < st->n_mode; k++) {
        double *v = mode(st, k);
        flx_static_hold(st, v);
        deflate(st, k, v);
        double size = sqrt(flx_static_mdot(st, v, v));
        for (int32_t i = 0; i < 2 * st->n; i++)
            v[i] /= size;
    }
}

bool flx_static_bordered(flx_static *st, const static_border *border, double *p, double *sigma)
{
    enum { SIZE = MODES_MAX + 1 };
    const double small = 1e-4, apart = 0.1; // modes above it are no trouble
    size_t n = 2 * (size_t)st->n;
    int32_t k_mode = 1;
    while (k_mode < st->n_mode && st->value[k_mode] < apart)
        k_mode++;
    int32_t size = k_mode + 1;
    double *w0 = st->basis, *wb = st->basis + n, *w = st->basis + 2 * n; // [k_mode]
    double *h = st->image + n;                                           // [k_mode] H V
    double *rhs = st->image;
    double a[SIZE * SIZE] = {0}, f[SIZE] = {0};
    static_cg_opts o = {.small = small, .n_deflated = k_mode};
    bool definite = true;
    turn_modes(st);

    // complement: w0 for r, wb for b, w_k for what H makes of mode k outside the modes
    const double *source[2] = {border->r, border->b};
    for (int32_t k = 0; k < 2 + k_mode; k++) {
        double *x = k == 0 ? w0 : k == 1 ? wb : w + n * (size_t)(k - 2);
        double *image = h + n * (size_t)(k > 1 ? k - 2 : 0);
        if (k > 1)
            flx_static_hessian(st, mode(st, k - 2), image);
        const double *from = k > 1 ? image : source[k];
        for (size_t i = 0; i < n; i++)
            rhs[i] = from ? -from[i] : 0;
        o.least = k > 1 ? small * small : 0; // next to a mode, whose norm is 1
        definite = definite && !flx_static_cg(st, rhs, &o, x).negative;
    }
    // along the modes: v_j.H(w0 + wb sigma + sum_k (w_k + v_k) c_k) + v_j.b sigma = -v_j.r
    for (int32_t j = 0; j < k_mode; j++) {
        const double *hv = h + n * (size_t)j; // v_j.H x = (H v_j).x
        for (int32_t k = 0; k < k_mode; k++)
            a[j * size + k] =
                flx_static_dot(st, hv, w + n * (size_t)k) + flx_static_dot(st, hv, mode(st, k));
        f[j] = -flx_static_dot(st, hv, w0);
        if (border->r)
            f[j] -= flx_static_dot(st, mode(st, j), border->r);
        a[j * size + k_mode] =
            flx_static_dot(st, hv, wb) + flx_static_dot(st, mode(st, j), border->b);
    }
    // across the tangent; without d, at the parameter given
    double *last = &a[k_mode * size];
    last[k_mode] = border->e;
    f[k_mode] = border->f;
    for (int32_t k = 0; border->d && k < k_mode; k++)
        last[k] = (flx_static_mdot(st, border->d, w + n * (size_t)k) +
                   flx_static_mdot(st, border->d, mode(st, k))) /
                  st->area;
    if (border->d) {
        last[k_mode] += flx_static_mdot(st, border->d, wb) / st->area;
        f[k_mode] -= flx_static_mdot(st, border->d, w0) / st->area;
    }
    if (!flx_static_solve_small(size, a, f))
        return false;
    *sigma = f[k_mode];
    memcpy(p, w0, n * sizeof *p);
    flx_static_axpy(st, *sigma, wb, p);
    for (int32_t k = 0; k < k_mode; k++) {
        flx_static_axpy(st, f[k], w + n * (size_t)k, p);
        flx_static_axpy(st, f[k], mode(st, k), p);
    }
    flx_static_project(st, p);
    return definite;
}
