// fvm/kernels.c -- reference kernels. Complex numbers are interleaved pairs (re, im).
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fvm/kernels.h"

#include <math.h>
#include <string.h>

static void links_ref(int32_t begin, int32_t end, const int32_t *restrict row,
                      const int32_t *restrict neighbour, const int32_t *restrict half_edge,
                      const double *restrict weight, const double *restrict a,
                      double *restrict link)
{
    for (int32_t i = begin; i < end; i++)
        for (int32_t k = row[i]; k < row[i + 1]; k++) {
            int32_t e = half_edge[k];
            double a_ij = neighbour[k] > i ? a[e] : -a[e];
            link[2 * k] = weight[e] * cos(a_ij);
            link[2 * k + 1] = -weight[e] * sin(a_ij);
        }
}

static void laplacian_ref(int32_t begin, int32_t end, const int32_t *restrict row,
                          const int32_t *restrict neighbour, const double *restrict link,
                          const double *restrict diag, const double *restrict psi,
                          double *restrict y)
{
    for (int32_t i = begin; i < end; i++) {
        double re = -diag[i] * psi[2 * i], im = -diag[i] * psi[2 * i + 1];
        for (int32_t k = row[i]; k < row[i + 1]; k++) {
            const double *x = &psi[2 * (size_t)neighbour[k]];
            re += link[2 * k] * x[0] - link[2 * k + 1] * x[1];
            im += link[2 * k] * x[1] + link[2 * k + 1] * x[0];
        }
        y[2 * i] = re;
        y[2 * i + 1] = im;
    }
}

static const flx_kernels table[] = {
    {"ref", NULL, links_ref, laplacian_ref},
    {"cuda", "kernels for graphics processors are not part of this version", NULL, NULL},
};

flx_status flx_kernels_find(flx_ctx *ctx, const char *name, const flx_kernels **out)
{
    *out = NULL;
    for (size_t k = 0; k < sizeof table / sizeof table[0]; k++) {
        if (strcmp(table[k].name, name) != 0)
            continue;
        if (table[k].how)
            return flx_fail(ctx, FLX_ERR_UNAVAILABLE, "kernels '%s': %s", name, table[k].how);
        *out = &table[k];
        return FLX_OK;
    }
    return flx_fail(ctx, FLX_ERR_INPUT, "there are no kernels '%s'; allowed: ref, cuda", name);
}
