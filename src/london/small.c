// london/small.c -- the few equations of the currents, and whole fluxoids of least energy.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "london/london.h"

#include <math.h>

// L I = b by Cholesky; a is overwritten by its factor, b by I.
flx_status flx_london_small(flx_ctx *ctx, int32_t n, double *a, double *b)
{
    for (int32_t i = 0; i < n; i++)
        for (int32_t j = 0; j <= i; j++) {
            double sum = a[i * n + j];
            for (int32_t k = 0; k < j; k++)
                sum -= a[i * n + k] * a[j * n + k];
            if (i == j && !(sum > 0))
                return flx_fail(ctx, FLX_ERR_SOLVER,
                                "the inductance matrix is not positive definite (current %d)", i);
            a[i * n + j] = i == j ? sqrt(sum) : sum / a[j * n + j];
        }
    for (int32_t i = 0; i < n; i++) {
        for (int32_t k = 0; k < i; k++)
            b[i] -= a[i * n + k] * b[k];
        b[i] /= a[i * n + i];
    }
    for (int32_t i = n - 1; i >= 0; i--) {
        for (int32_t k = i + 1; k < n; k++)
            b[i] -= a[k * n + i] * b[k];
        b[i] /= a[i * n + i];
    }
    return FLX_OK;
}
