// fvm/kernels.c -- reference kernels, over slices begin .. end-1, with the vector types that gcc
// and clang share: (re, im) of the eight sites of a slice fill one vector of floats or two of
// doubles.
//
// A complex product u x is u_re (x_re, x_im) + u_im (-x_im, x_re): the two parts are summed apart,
// swap and sign come last.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fvm/kernels.h"

#include <string.h>

enum { L = FLX_LANES };
typedef float f8 __attribute__((vector_size(32)));
typedef float f16 __attribute__((vector_size(64)));
typedef double d2 __attribute__((vector_size(16)));
typedef double d4 __attribute__((vector_size(32)));
typedef double d8 __attribute__((vector_size(64)));
typedef struct d16 {
    d8 low, high;
} d16;

#define REAL_PARTS(u) __builtin_shufflevector(u, u, 0, 0, 2, 2, 4, 4, 6, 6)
#define IMAGINARY_PARTS(u) __builtin_shufflevector(u, u, 1, 1, 3, 3, 5, 5, 7, 7)
#define SWAPPED(u) __builtin_shufflevector(u, u, 1, 0, 3, 2, 5, 4, 7, 6)
#define TWICE(u) __builtin_shufflevector(u, u, 0, 0, 1, 1, 2, 2, 3, 3)
// The same of sixteen numbers.
#define REAL_PARTS_16(u)                                                                           \
    __builtin_shufflevector(u, u, 0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10, 12, 12, 14, 14)
#define IMAGINARY_PARTS_16(u)                                                                      \
    __builtin_shufflevector(u, u, 1, 1, 3, 3, 5, 5, 7, 7, 9, 9, 11, 11, 13, 13, 15, 15)
#define SWAPPED_16(u)                                                                              \
    __builtin_shufflevector(u, u, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)
#define TWICE_16(u) __builtin_shufflevector(u, u, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7)
#define JOINED(a, b)                                                                               \
    __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)

#define LOADER(type, element)                                                                      \
    static inline type load_##type(const element *from)                                            \
    {                                                                                              \
        type v;                                                                                    \
        memcpy(&v, from, sizeof v);                                                                \
        return v;                                                                                  \
    }
LOADER(f8, float)
LOADER(f16, float)
LOADER(d4, double)
LOADER(d8, double)

// Pairs of neighbours, put together in registers: through memory the wide load would wait for the
// narrow stores.
static inline f16 gather_f16(const float *x, const uint32_t *place)
{
    double pair[L];
    for (int32_t l = 0; l < L; l++)
        memcpy(&pair[l], x + place[l], sizeof pair[l]);
    return (f16)(d8){pair[0], pair[1], pair[2], pair[3], pair[4], pair[5], pair[6], pair[7]};
}

static inline d8 gather_d8(const double *x, const uint32_t *place)
{
    d2 pair[4];
    for (int32_t l = 0; l < 4; l++)
        memcpy(&pair[l], x + place[l], sizeof pair[l]);
    d4 low = __builtin_shufflevector(pair[0], pair[1], 0, 1, 2, 3);
    d4 high = __builtin_shufflevector(pair[2], pair[3], 0, 1, 2, 3);
    return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
}

// sum_j link_ij x_j of the sites of slice s.
static inline f16 links_times_f16(const flx_stencil *st, int32_t s, const float *x)
{
    const f16 sign = {-1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1};
    f16 direct = {0}, crossed = {0};
    for (size_t q = (size_t)st->start[s] * L; q < (size_t)st->start[s + 1] * L; q += L) {
        f16 x_j = gather_f16(x, st->place + q), u = load_f16(st->link32 + 2 * q);
        direct += REAL_PARTS_16(u) * x_j;
        crossed += IMAGINARY_PARTS_16(u) * x_j;
    }
    return direct + sign * SWAPPED_16(crossed);
}

static inline d16 links_times_d16(const flx_stencil *st, int32_t s, const double *x)
{
    const d8 sign = {-1, 1, -1, 1, -1, 1, -1, 1};
    d8 direct0 = {0}, crossed0 = {0}, direct1 = {0}, crossed1 = {0};
    for (size_t q = (size_t)st->start[s] * L; q < (size_t)st->start[s + 1] * L; q += L) {
        d8 x0 = gather_d8(x, st->place + q), u0 = load_d8(st->link + 2 * q);
        d8 x1 = gather_d8(x, st->place + q + 4), u1 = load_d8(st->link + 2 * q + 8);
        direct0 += REAL_PARTS(u0) * x0;
        crossed0 += IMAGINARY_PARTS(u0) * x0;
        direct1 += REAL_PARTS(u1) * x1;
        crossed1 += IMAGINARY_PARTS(u1) * x1;
    }
    return (d16){direct0 + sign * SWAPPED(crossed0), direct1 + sign * SWAPPED(crossed1)};
}

// D^{-1} x
static inline f16 solve_blocks(const flx_blocks *blocks, size_t i, f16 x)
{
    f16 inverse = TWICE_16(load_f8(blocks->inverse + i));
    f16 shrink = TWICE_16(load_f8(blocks->shrink + i));
    f16 v = load_f16(blocks->v + 2 * i), product = v * x;
    return inverse * (x - shrink * (product + SWAPPED_16(product)) * v);
}

// sum_j link_ij psi_j - diag_i psi_i of the sites of slice s.
static inline d16 laplacian_d16(const flx_stencil *st, int32_t s, const double *diag,
                                const double *psi)
{
    d16 sum = links_times_d16(st, s, psi);
    size_t i = (size_t)s * L;
    sum.low -= TWICE(load_d4(diag + i)) * load_d8(psi + 2 * i);
    sum.high -= TWICE(load_d4(diag + i + 4)) * load_d8(psi + 2 * i + 8);
    return sum;
}

static void laplacian_ref(int32_t begin, int32_t end, const flx_stencil *stencil,
                          const double *restrict diag, const double *restrict psi,
                          double *restrict y)
{
    int32_t whole = stencil->n_site / L < end ? stencil->n_site / L : end;
    for (int32_t s = begin; s < whole; s++) {
        d16 sum = laplacian_d16(stencil, s, diag, psi);
        memcpy(y + 2 * (size_t)s * L, &sum, sizeof sum);
    }
    if (whole < end) { // the sites that do not fill a slice
        d16 sum = links_times_d16(stencil, whole, psi);
        double left[2 * L];
        memcpy(left, &sum, sizeof sum);
        for (int32_t k = 2 * whole * L; k < 2 * stencil->n_site; k++)
            y[k] = left[k - 2 * whole * L] - diag[k / 2] * psi[k];
    }
}

// sum_j w_ij mu_j of the sites of slice s.
static inline d8 weights_times_d8(const flx_stencil *st, int32_t s, const double *mu)
{
    d8 sum = {0};
    for (size_t q = (size_t)st->start[s] * L; q < (size_t)st->start[s + 1] * L; q += L) {
        const uint32_t *place = st->place + q;
        d8 mu_j = {mu[place[0] / 2], mu[place[1] / 2], mu[place[2] / 2], mu[place[3] / 2],
                   mu[place[4] / 2], mu[place[5] / 2], mu[place[6] / 2], mu[place[7] / 2]};
        sum += load_d8(st->weight + q) * mu_j;
    }
    return sum;
}

static void inflow_ref(int32_t begin, int32_t end, const flx_stencil *stencil,
                       const flx_inflow *job)
{
    for (int32_t s = begin; s < end; s++) {
        d16 sum = links_times_d16(stencil, s, job->psi);
        size_t i = (size_t)s * L;
        // (re sum_im, im sum_re)
        d8 low = load_d8(job->psi + 2 * i) * SWAPPED(sum.low);
        d8 high = load_d8(job->psi + 2 * i + 8) * SWAPPED(sum.high);
        d8 inflow = __builtin_shufflevector(low, high, 1, 3, 5, 7, 9, 11, 13, 15) -
                    __builtin_shufflevector(low, high, 0, 2, 4, 6, 8, 10, 12, 14);
        inflow +=
            weights_times_d8(stencil, s, job->mu) - load_d8(job->diag + i) * load_d8(job->mu + i);
        memcpy(job->b + i, &inflow, sizeof inflow);
    }
}

static double begin_ref(int32_t begin, int32_t end, const flx_stencil *stencil,
                        const flx_begin *job)
{
    f16 squares = {0};
    for (int32_t s = begin; s < end; s++) {
        d16 sum = laplacian_d16(stencil, s, job->diag, job->psi);
        size_t i = (size_t)s * L;
        f8 low = __builtin_convertvector(sum.low + load_d8(job->right + 2 * i), f8);
        f8 high = __builtin_convertvector(sum.high + load_d8(job->right + 2 * i + 8), f8);
        f16 g = solve_blocks(job->blocks, i, JOINED(low, high));
        squares += TWICE_16(load_f8(job->area + i)) * g * g;
        memcpy(job->g + 2 * i, &g, sizeof g);
    }
    double sum = 0;
    for (int32_t k = 0; k < 2 * L; k++)
        sum += (double)squares[k];
    return sum;
}

static void sweep_ref(int32_t begin, int32_t end, const flx_stencil *stencil, const flx_sweep *job)
{
    const flx_sweep w = *job; // whose pointers no store can change
    const flx_stencil st = *stencil;
    const flx_blocks blocks = *w.blocks;
    for (int32_t s = begin; s < end; s++) {
        size_t i = (size_t)s * L;
        f16 own = load_f16(w.x + 2 * i);
        f16 z =
            load_f16(w.g + 2 * i) + solve_blocks(&blocks, i, links_times_f16(&st, s, w.x)) - own;
        f16 direction = w.first * load_f16(w.direction + 2 * i) + w.second * z;
        own += direction;
        memcpy(w.direction_new + 2 * i, &direction, sizeof direction);
        memcpy(w.x_new + 2 * i, &own, sizeof own);
    }
}

static const flx_kernels table[] = {
    {"ref", NULL, laplacian_ref, inflow_ref, begin_ref, sweep_ref},
    {"cuda", "kernels for graphics processors are not part of this version", NULL, NULL, NULL,
     NULL},
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
