// static/dense.c -- eigenvalues of small symmetric matrices by Jacobi's rotations (Golub and Van
// Loan, Matrix Computations, section 8.5), and small linear systems.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "static/static_internal.h"

#include <math.h>

static void rotate(double *x, double *y, double c, double s)
{
    double u = *x, w = *y;
    *x = c * u - s * w;
    *y = s * u + c * w;
}

void flx_static_jacobi(int32_t n, double *a, double *v)
{
    enum { SWEEPS = 60 };
    for (int32_t i = 0; i < n * n; i++)
        v[i] = i % (n + 1) == 0;
    for (int32_t sweep = 0; sweep < SWEEPS; sweep++) {
        double off = 0, all = 0;
        for (int32_t i = 0; i < n * n; i++) {
            all += a[i] * a[i];
            off += i % (n + 1) ? a[i] * a[i] : 0;
        }
        if (!(off > 1e-30 * all))
            break;
        for (int32_t p = 0; p < n; p++)
            for (int32_t q = p + 1; q < n; q++) {
                if (a[p * n + q] == 0)
                    continue;
                double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
                double t = copysign(1, theta) / (fabs(theta) + sqrt(theta * theta + 1));
                double c = 1 / sqrt(t * t + 1), s = t * c;
                for (int32_t k = 0; k < n; k++)
                    rotate(&a[k * n + p], &a[k * n + q], c, s);
                for (int32_t k = 0; k < n; k++)
                    rotate(&a[p * n + k], &a[q * n + k], c, s);
                for (int32_t k = 0; k < n; k++)
                    rotate(&v[k * n + p], &v[k * n + q], c, s);
            }
    }
}

bool flx_static_solve_small(int32_t n, double *a, double *b)
{
    for (int32_t k = 0; k < n; k++) {
        int32_t p = k;
        for (int32_t i = k + 1; i < n; i++)
            p = fabs(a[i * n + k]) > fabs(a[p * n + k]) ? i : p;
        if (!(fabs(a[p * n + k]) > 0))
            return false;
        for (int32_t j = 0; j < n; j++) {
            double x = a[k * n + j];
            a[k * n + j] = a[p * n + j];
            a[p * n + j] = x;
        }
        double x = b[k];
        b[k] = b[p];
        b[p] = x;
        for (int32_t i = k + 1; i < n; i++) {
            double f = a[i * n + k] / a[k * n + k];
            for (int32_t j = k; j < n; j++)
                a[i * n + j] -= f * a[k * n + j];
            b[i] -= f * b[k];
        }
    }
    for (int32_t k = n - 1; k >= 0; k--) {
        for (int32_t j = k + 1; j < n; j++)
            b[k] -= a[k * n + j] * b[j];
        b[k] /= a[k * n + k];
    }
    return true;
}
