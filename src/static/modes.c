// static/modes.c -- lowest eigenpairs of the second variation, H v = lambda M v, by the
// Rayleigh-Ritz method on a growing space.
//
// The space gains P^-1 (H v - lambda M v) for each pair that is not yet right (Davidson, J. Comput.
// Phys. 17, 87 (1975)). For P = H + shift M this is the space of shift-and-invert Lanczos, block by
// block, so that degenerate modes are found together.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "static/static_internal.h"

#include "base/rng.h"

#include <math.h>
#include <string.h>

enum { CYCLES = 400 };

static double *basis(flx_static *st, int32_t k)
{
    return st->basis + 2 * (size_t)st->n * (size_t)k;
}

static double *image(flx_static *st, int32_t k)
{
    return st->image + 2 * (size_t)st->n * (size_t)k;
}

// Vector m of the basis, orthonormal to the earlier ones; false: it lies in their span.
static bool add_vector(flx_static *st, int32_t m, const double *x)
{
    double *v = basis(st, m);
    if (v != x)
        memcpy(v, x, 2 * (size_t)st->n * sizeof *v);
    flx_static_hold(st, v);
    flx_static_project(st, v);
    double before = sqrt(flx_static_mdot(st, v, v)), after = before;
    for (int pass = 0; pass < 2; pass++) {
        for (int32_t k = 0; k < m; k++)
            flx_static_axpy(st, -flx_static_mdot(st, basis(st, k), v), basis(st, k), v);
        after = sqrt(flx_static_mdot(st, v, v));
    }
    if (!(after > 1e-10 * before))
        return false;
    for (int32_t i = 0; i < 2 * st->n; i++)
        v[i] /= after;
    flx_static_hessian(st, v, image(st, m));
    return true;
}

// Modes known from before, then smooth noise.
static int32_t start(flx_static *st, int32_t n_want)
{
    int32_t m = 0;
    for (int32_t k = 0; k < st->n_mode && k < n_want + 1; k++)
        m += add_vector(st, m, st->mode + 2 * (size_t)st->n * (size_t)k);
    for (uint64_t k = 0; m < n_want + 1 && k < 2 * MODES_MAX; k++) {
        double *r = st->work[W_VECTOR];
        for (int32_t i = 0; i < st->n; i++) {
            flx_rng_gauss(0x57a71c, k, (uint64_t)i, &r[2 * i]);
            r[2 * i] *= st->mesh->area[i];
            r[2 * i + 1] *= st->mesh->area[i];
        }
        flx_static_hold(st, r);
        flx_static_project_dual(st, r);
        flx_static_precondition(st, r, st->work[W_DEFECT]);
        m += add_vector(st, m, st->work[W_DEFECT]);
    }
    return m;
}

// Eigenpairs of the projected matrix, in ascending order: values w, columns order[k] of v.
static void rayleigh_ritz(flx_static *st, int32_t m, double *v, double *w, int32_t *order)
{
    double *a = st->dense + (size_t)st->n_basis * (size_t)st->n_basis;
    const double *h = st->dense; // the products, [n_basis][n_basis]
    for (int32_t i = 0; i < m; i++)
        for (int32_t j = 0; j < m; j++)
            a[i * m + j] = h[i > j ? i * st->n_basis + j : j * st->n_basis + i];
    flx_static_jacobi(m, a, v);
    for (int32_t k = 0; k < m; k++) {
        int32_t at = k;
        for (; at > 0 && w[at - 1] > a[k * m + k]; at--) {
            w[at] = w[at - 1];
            order[at] = order[at - 1];
        }
        w[at] = a[k * m + k];
        order[at] = k;
    }
}

static void products(flx_static *st, int32_t from, int32_t to)
{
    for (int32_t i = from; i < to; i++)
        for (int32_t j = 0; j <= i; j++)
            st->dense[i * st->n_basis + j] = flx_static_dot(st, basis(st, j), image(st, i));
}

static void combine(flx_static *st, int32_t m, const double *v, int32_t column, double *x,
                    double *hx)
{
    size_t bytes = 2 * (size_t)st->n * sizeof *x;
    memset(x, 0, bytes);
    if (hx)
        memset(hx, 0, bytes);
    for (int32_t k = 0; k < m; k++) {
        flx_static_axpy(st, v[k * m + column], basis(st, k), x);
        if (hx)
            flx_static_axpy(st, v[k * m + column], image(st, k), hx);
    }
}

flx_status flx_static_davidson(flx_static *st, int32_t n_want, double tolerance, double *residual)
{
    size_t n = 2 * (size_t)st->n, square = (size_t)st->n_basis * (size_t)st->n_basis;
    double *v = st->dense + 2 * square, *w = st->dense + 3 * square;
    int32_t order[BASIS_MORE + BASIS_PER_MODE * MODES_MAX];
    double *x = st->work[W_VECTOR], *r = st->work[W_DEFECT], *z = st->work[W_GAIN];
    if (!st->factored)
        FLX_TRY(flx_static_factor(st, false));
    flx_static_phases(st);
    int32_t m = start(st, n_want), fresh = 0;
    if (m < n_want)
        n_want = m;
    for (int32_t cycle = 0;; cycle++) {
        products(st, fresh, m);
        rayleigh_ritz(st, m, v, w, order);
        fresh = m;
        *residual = 0;
        int32_t added = 0;
        for (int32_t k = 0; k < n_want; k++) {
            combine(st, m, v, order[k], x, r);
            memcpy(st->mode + n * (size_t)k, x, n * sizeof *x);
            st->value[k] = w[k];
            for (int32_t i = 0; i < st->n; i++) {
                r[2 * i] -= w[k] * st->mesh->area[i] * x[2 * i];
                r[2 * i + 1] -= w[k] * st->mesh->area[i] * x[2 * i + 1];
            }
            // away from stationary states the phase is no eigenvector, and r has a part along it
            flx_static_project_dual(st, r);
            double size = 0;
            for (int32_t i = 0; i < st->n; i++)
                size += (r[2 * i] * r[2 * i] + r[2 * i + 1] * r[2 * i + 1]) / st->mesh->area[i];
            size = sqrt(size);
            *residual = fmax(*residual, size);
            if (size < tolerance || m + added >= st->n_basis)
                continue;
            flx_static_precondition(st, r, z);
            added += add_vector(st, m + added, z);
        }
        st->n_mode = n_want;
        if (*residual < tolerance)
            return FLX_OK;
        if (cycle == CYCLES || (added == 0 && m < st->n_basis))
            return flx_fail(st->ctx, FLX_ERR_SOLVER,
                            "the lowest %d eigenpairs of the second variation were not found: "
                            "after %d rounds a residual of %.3g is left (allowed %g); allow a "
                            "larger static.mode_tolerance",
                            n_want, cycle, *residual, tolerance);
        m += added;
        if (m + n_want > st->n_basis) { // begin again from the pairs found
            int32_t kept = 0;
            for (int32_t k = 0; k < n_want; k++)
                kept += add_vector(st, kept, st->mode + n * (size_t)k);
            m = kept;
            fresh = 0;
        }
    }
}

static flx_status want_modes(flx_static *st)
{
    if (st->o.modes > 0)
        return FLX_OK;
    return flx_fail(st->ctx, FLX_ERR_INPUT, "static.modes is 0: no eigenpairs are wanted");
}

flx_status flx_static_modes(flx_static *st, double *values, const flx_cplx **vectors,
                            double *residual)
{
    flx_status status = want_modes(st);
    if (st->field && !st->fresh)
        flx_static_gradient(st);
    if (status == FLX_OK)
        status = flx_static_factor(st, false);
    if (status == FLX_OK)
        status = flx_static_davidson(st, st->o.modes, st->o.mode_tolerance, residual);
    else
        st->n_mode = 0;
    for (int32_t k = 0; k < st->n_mode; k++)
        values[k] = st->value[k];
    if (vectors)
        *vectors = (const flx_cplx *)(const void *)st->mode;
    return status;
}

// Every eigenvalue of the covariant Laplacian is one of the real matrix twice, with v and i v: of
// what was found, vectors that are new to the complex numbers.
static int32_t complex_vectors(flx_static *st, int32_t n_want)
{
    int32_t n = st->n, kept = 0;
    for (int32_t k = 0; k < st->n_mode && kept < n_want; k++) {
        double *v = st->mode + 2 * (size_t)n * (size_t)k;
        for (int32_t j = 0; j < kept; j++) {
            const double *u = st->mode + 2 * (size_t)n * (size_t)j;
            double re = 0, im = 0;
            for (int32_t i = 0; i < n; i++) {
                double a = st->mesh->area[i];
                re += a * (u[2 * i] * v[2 * i] + u[2 * i + 1] * v[2 * i + 1]);
                im += a * (u[2 * i] * v[2 * i + 1] - u[2 * i + 1] * v[2 * i]);
            }
            for (int32_t i = 0; i < n; i++) {
                v[2 * i] -= re * u[2 * i] - im * u[2 * i + 1];
                v[2 * i + 1] -= re * u[2 * i + 1] + im * u[2 * i];
            }
        }
        double norm = sqrt(flx_static_mdot(st, v, v));
        if (norm < 0.5) // v was i times an earlier one
            continue;
        double *to = st->mode + 2 * (size_t)n * (size_t)kept;
        for (int32_t i = 0; i < 2 * n; i++)
            to[i] = v[i] / norm;
        st->value[kept++] = st->value[k];
    }
    return kept;
}

flx_status flx_static_nucleation(flx_static *st, double *values, const flx_cplx **vectors,
                                 double *residual)
{
    size_t bytes = 2 * (size_t)st->n * sizeof *st->psi;
    FLX_TRY(want_modes(st));
    if (st->n_held)
        return flx_fail(st->ctx, FLX_ERR_INPUT,
                        "a terminal holds |psi|: next to it there is always superconductivity, and "
                        "nothing that nucleates");
    memcpy(st->work[W_SAVED], st->psi, bytes);
    memset(st->psi, 0, bytes);
    flx_static_gradient(st);
    flx_status status = flx_static_factor(st, false);
    if (status == FLX_OK)
        status = flx_static_davidson(st, 2 * st->o.modes, st->o.mode_tolerance, residual);
    st->n_mode = complex_vectors(st, st->o.modes);
    memcpy(st->psi, st->work[W_SAVED], bytes);
    st->fresh = false;
    for (int32_t k = 0; k < st->n_mode; k++)
        values[k] = st->value[k];
    for (int32_t k = st->n_mode; k < st->o.modes; k++)
        values[k] = NAN;
    if (vectors)
        *vectors = (const flx_cplx *)(const void *)st->mode;
    return status;
}
