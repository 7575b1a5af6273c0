// fvm/kernels.c -- reference kernels, over slices begin .. end-1, with the vector types that gcc
// and clang share: a vector holds (re, im) of the four sites of a slice.
//
// A complex product u x is u_re (x_re, x_im) + u_im (-x_im, x_re): the two parts are summed apart,
// the sign comes last.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fvm/kernels.h"

#include <string.h>

enum { L = FLX_LANES };
typedef float f2 __attribute__((vector_size(8)));
typedef float f4 __attribute__((vector_size(16)));
typedef float f8 __attribute__((vector_size(32)));
typedef double d2 __attribute__((vector_size(16)));
typedef double d4 __attribute__((vector_size(32)));
typedef double d8 __attribute__((vector_size(64)));

#define REAL_PARTS(u) __builtin_shufflevector(u, u, 0, 0, 2, 2, 4, 4, 6, 6)
#define IMAGINARY_PARTS(u) __builtin_shufflevector(u, u, 1, 1, 3, 3, 5, 5, 7, 7)
#define SWAPPED(u) __builtin_shufflevector(u, u, 1, 0, 3, 2, 5, 4, 7, 6)
#define TWICE(u) __builtin_shufflevector(u, u, 0, 0, 1, 1, 2, 2, 3, 3)

static inline f8 load_f8(const float *from)
{
    f8 v;
    memcpy(&v, from, sizeof v);
    return v;
}

static inline f4 load_f4(const float *from)
{
    f4 v;
    memcpy(&v, from, sizeof v);
    return v;
}

static inline d8 load_d8(const double *from)
{
    d8 v;
    memcpy(&v, from, sizeof v);
    return v;
}

// The pairs of four sites, put together in registers: through memory the wide load would wait for
// the narrow stores.
static inline f8 gather_f8(const float *x, const int32_t *j)
{
    f2 p[L];
    for (int32_t l = 0; l < L; l++)
        memcpy(&p[l], x + 2 * (size_t)j[l], sizeof p[l]);
    f4 low = __builtin_shufflevector(p[0], p[1], 0, 1, 2, 3);
    f4 high = __builtin_shufflevector(p[2], p[3], 0, 1, 2, 3);
    return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
}

static inline d8 gather_d8(const double *x, const int32_t *j)
{
    d2 p[L];
    for (int32_t l = 0; l < L; l++)
        memcpy(&p[l], x + 2 * (size_t)j[l], sizeof p[l]);
    d4 low = __builtin_shufflevector(p[0], p[1], 0, 1, 2, 3);
    d4 high = __builtin_shufflevector(p[2], p[3], 0, 1, 2, 3);
    return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
}

static void laplacian_ref(int32_t begin, int32_t end, const flx_stencil *stencil,
                          const double *restrict diag, const double *restrict psi,
                          double *restrict y)
{
    const d8 sign = {-1, 1, -1, 1, -1, 1, -1, 1};
    for (int32_t s = begin; s < end; s++) {
        d8 direct = {0}, crossed = {0};
        for (int32_t q = stencil->start[s]; q < stencil->start[s + 1]; q++) {
            d8 x = gather_d8(psi, stencil->neighbour + (size_t)q * L);
            d8 u = load_d8(stencil->link + (size_t)q * 2 * L);
            direct += REAL_PARTS(u) * x;
            crossed += IMAGINARY_PARTS(u) * SWAPPED(x);
        }
        d8 sum = direct + sign * crossed;
        int32_t i = s * L, lanes = stencil->n_site - i < L ? stencil->n_site - i : L;
        for (int32_t l = 0; l < lanes; l++) {
            y[2 * (i + l)] = sum[2 * l] - diag[i + l] * psi[2 * (i + l)];
            y[2 * (i + l) + 1] = sum[2 * l + 1] - diag[i + l] * psi[2 * (i + l) + 1];
        }
    }
}

static void sweep_ref(int32_t begin, int32_t end, const flx_stencil *stencil,
                      const flx_sweep *sweep)
{
    const f8 sign = {-1, 1, -1, 1, -1, 1, -1, 1};
    const float *restrict x = sweep->x, *restrict g = sweep->g;
    float *restrict direction = sweep->direction, *restrict x_new = sweep->x_new;
    for (int32_t s = begin; s < end; s++) {
        f8 direct = {0}, crossed = {0};
        for (int32_t q = stencil->start[s]; q < stencil->start[s + 1]; q++) {
            f8 xj = gather_f8(x, stencil->neighbour + (size_t)q * L);
            f8 u = load_f8(stencil->link32 + (size_t)q * 2 * L);
            direct += REAL_PARTS(u) * xj;
            crossed += IMAGINARY_PARTS(u) * SWAPPED(xj);
        }
        f8 sum = direct + sign * crossed;
        size_t i = (size_t)s * L;
        f4 inverse = load_f4(sweep->blocks->inverse + i);
        f4 shrink = load_f4(sweep->blocks->shrink + i);
        f8 v = load_f8(sweep->blocks->v + 2 * i), own = load_f8(x + 2 * i);
        f8 product = v * sum, along = TWICE(shrink) * (product + SWAPPED(product)) * v;
        f8 z = load_f8(g + 2 * i) + TWICE(inverse) * (sum - along) - own;
        f8 d = sweep->first * load_f8(direction + 2 * i) + sweep->second * z;
        own += d;
        memcpy(direction + 2 * i, &d, sizeof d);
        memcpy(x_new + 2 * i, &own, sizeof own);
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
