// fvm/kernels.c -- reference kernels, over slices begin .. end-1.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fvm/kernels.h"

#include <string.h>

enum { L = FLX_LANES };

static void laplacian_ref(int32_t begin, int32_t end, const flx_stencil *stencil,
                          const double *restrict diag, const double *restrict psi,
                          double *restrict y)
{
    for (int32_t s = begin; s < end; s++) {
        double re[L] = {0}, im[L] = {0};
        for (int32_t q = stencil->start[s]; q < stencil->start[s + 1]; q++) {
            const int32_t *restrict j = stencil->neighbour + (size_t)q * L;
            const double *restrict u = stencil->re + (size_t)q * L;
            const double *restrict v = stencil->im + (size_t)q * L;
            for (int32_t l = 0; l < L; l++) {
                double x_re = psi[2 * j[l]], x_im = psi[2 * j[l] + 1];
                re[l] += u[l] * x_re - v[l] * x_im;
                im[l] += u[l] * x_im + v[l] * x_re;
            }
        }
        int32_t i = s * L, lanes = stencil->n_site - i < L ? stencil->n_site - i : L;
        for (int32_t l = 0; l < lanes; l++) {
            y[2 * (i + l)] = re[l] - diag[i + l] * psi[2 * (i + l)];
            y[2 * (i + l) + 1] = im[l] - diag[i + l] * psi[2 * (i + l) + 1];
        }
    }
}

static void sweep_ref(int32_t begin, int32_t end, const flx_stencil *stencil,
                      const flx_sweep *sweep)
{
    const float *restrict x_re = sweep->x.re, *restrict x_im = sweep->x.im;
    for (int32_t s = begin; s < end; s++) {
        float re[L] = {0}, im[L] = {0};
        for (int32_t q = stencil->start[s]; q < stencil->start[s + 1]; q++) {
            const int32_t *restrict j = stencil->neighbour + (size_t)q * L;
            const float *restrict u = stencil->re32 + (size_t)q * L;
            const float *restrict v = stencil->im32 + (size_t)q * L;
            for (int32_t l = 0; l < L; l++) {
                re[l] += u[l] * x_re[j[l]] - v[l] * x_im[j[l]];
                im[l] += u[l] * x_im[j[l]] + v[l] * x_re[j[l]];
            }
        }
        size_t i = (size_t)s * L;
        const float *restrict inverse = sweep->blocks->inverse + i;
        const float *restrict shrink = sweep->blocks->shrink + i;
        const float *restrict v_re = sweep->blocks->v.re + i;
        const float *restrict v_im = sweep->blocks->v.im + i;
        const float *restrict g_re = sweep->g.re + i, *restrict g_im = sweep->g.im + i;
        float *restrict d_re = sweep->direction.re + i, *restrict d_im = sweep->direction.im + i;
        float *restrict n_re = sweep->x_new.re + i, *restrict n_im = sweep->x_new.im + i;
        float first = sweep->first, second = sweep->second;
        for (int32_t l = 0; l < L; l++) {
            float along = shrink[l] * (v_re[l] * re[l] + v_im[l] * im[l]);
            float z_re = g_re[l] + inverse[l] * (re[l] - along * v_re[l]) - x_re[i + (size_t)l];
            float z_im = g_im[l] + inverse[l] * (im[l] - along * v_im[l]) - x_im[i + (size_t)l];
            d_re[l] = first * d_re[l] + second * z_re;
            d_im[l] = first * d_im[l] + second * z_im;
            n_re[l] = x_re[i + (size_t)l] + d_re[l];
            n_im[l] = x_im[i + (size_t)l] + d_im[l];
        }
    }
}

static const flx_kernels table[] = {
    {"ref", NULL, laplacian_ref, sweep_ref},
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
