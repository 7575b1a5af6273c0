// fvm/kernels.c -- reference kernels, over slices begin .. end-1, with the vector types that gcc
// and clang share: (re, im) of the eight sites of a slice fill one, two or four vectors as wide as
// the processor's registers. Compilers take wider ones to pieces, and shuffles number by number.
//
// A complex product u x is u_re (x_re, x_im) + u_im (-x_im, x_re): the two parts are summed apart,
// swap and sign come last.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fvm/kernels.h"

#include <string.h>

#define SHUFFLE __builtin_shufflevector
#define REAL_4(u) SHUFFLE(u, u, 0, 0, 2, 2)
#define REAL_8(u) SHUFFLE(u, u, 0, 0, 2, 2, 4, 4, 6, 6)
#define REAL_16(u) SHUFFLE(u, u, 0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10, 12, 12, 14, 14)
#define IMAGINARY_4(u) SHUFFLE(u, u, 1, 1, 3, 3)
#define IMAGINARY_8(u) SHUFFLE(u, u, 1, 1, 3, 3, 5, 5, 7, 7)
#define IMAGINARY_16(u) SHUFFLE(u, u, 1, 1, 3, 3, 5, 5, 7, 7, 9, 9, 11, 11, 13, 13, 15, 15)
#define SWAPPED_4(u) SHUFFLE(u, u, 1, 0, 3, 2)
#define SWAPPED_8(u) SHUFFLE(u, u, 1, 0, 3, 2, 5, 4, 7, 6)
#define SWAPPED_16(u) SHUFFLE(u, u, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)
#define TWICE_4(u) SHUFFLE(u, u, 0, 0, 1, 1)
#define TWICE_8(u) SHUFFLE(u, u, 0, 0, 1, 1, 2, 2, 3, 3)
#define TWICE_16(u) SHUFFLE(u, u, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7)
#define JOINED_4(a, b) SHUFFLE(a, b, 0, 1, 2, 3)
#define JOINED_8(a, b) SHUFFLE(a, b, 0, 1, 2, 3, 4, 5, 6, 7)
#define JOINED_16(a, b) SHUFFLE(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
#define EVEN_4(a, b) SHUFFLE(a, b, 0, 2, 4, 6)
#define EVEN_8(a, b) SHUFFLE(a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#define ODD_4(a, b) SHUFFLE(a, b, 1, 3, 5, 7)
#define ODD_8(a, b) SHUFFLE(a, b, 1, 3, 5, 7, 9, 11, 13, 15)

// Of floats (F) and doubles (D).
#ifdef __AVX512F__
enum { WIDE = 64 };
#define F(name) name##_16
#define D(name) name##_8
#else
enum { WIDE = 32 };
#define F(name) name##_8
#define D(name) name##_4
#endif

typedef float vf __attribute__((vector_size(WIDE)));     // (re, im) of a part of a slice
typedef float hf __attribute__((vector_size(WIDE / 2))); // a number for each of its sites
typedef double vd __attribute__((vector_size(WIDE)));
typedef double hd __attribute__((vector_size(WIDE / 2)));
typedef double d2 __attribute__((vector_size(16)));
typedef uint64_t vu __attribute__((vector_size(WIDE)));

// Sites of a part, and parts of a slice.
enum { L = FLX_LANES, SITES_F = WIDE / 8, SITES_D = WIDE / 16 };
enum { PARTS_F = L / SITES_F, PARTS_D = L / SITES_D };

typedef struct slice_f {
    vf part[PARTS_F];
} slice_f;

typedef struct slice_d {
    vd part[PARTS_D];
} slice_d;

#define LOADER(type, element)                                                                      \
    static inline type load_##type(const element *from)                                            \
    {                                                                                              \
        type v;                                                                                    \
        memcpy(&v, from, sizeof v);                                                                \
        return v;                                                                                  \
    }
LOADER(vf, float)
LOADER(hf, float)
LOADER(vd, double)
LOADER(hd, double)
LOADER(d2, double)

// Pairs of neighbours, put together in registers: through memory the wide load would wait for the
// narrow stores.
static inline vf gather_f(const float *x, const uint32_t *place)
{
    double pair[SITES_F];
    for (int32_t l = 0; l < SITES_F; l++)
        memcpy(&pair[l], x + place[l], sizeof pair[l]);
#ifdef __AVX512F__
    return (vf)(vd){pair[0], pair[1], pair[2], pair[3], pair[4], pair[5], pair[6], pair[7]};
#else
    return (vf)(vd){pair[0], pair[1], pair[2], pair[3]};
#endif
}

static inline vd gather_d(const double *x, const uint32_t *place)
{
#ifdef __AVX512F__
    return JOINED_8(JOINED_4(load_d2(x + place[0]), load_d2(x + place[1])),
                    JOINED_4(load_d2(x + place[2]), load_d2(x + place[3])));
#else
    return JOINED_4(load_d2(x + place[0]), load_d2(x + place[1]));
#endif
}

static const float sign_f[16] = {-1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1};
static const double sign_d[8] = {-1, 1, -1, 1, -1, 1, -1, 1};

// sum_j link_ij x_j of the sites of slice s.
static inline slice_f links_times_f(const flx_stencil *st, int32_t s, const float *x)
{
    slice_f direct = {0}, crossed = {0};
    for (size_t q = (size_t)st->start[s] * L; q < (size_t)st->start[s + 1] * L; q += L)
        for (int32_t p = 0; p < PARTS_F; p++) {
            size_t at = q + (size_t)p * SITES_F;
            vf x_j = gather_f(x, st->place + at), u = load_vf(st->link32 + 2 * at);
            direct.part[p] += F(REAL)(u) * x_j;
            crossed.part[p] += F(IMAGINARY)(u) * x_j;
        }
    for (int32_t p = 0; p < PARTS_F; p++)
        direct.part[p] += load_vf(sign_f) * F(SWAPPED)(crossed.part[p]);
    return direct;
}

static inline slice_d links_times_d(const flx_stencil *st, int32_t s, const double *x)
{
    slice_d direct = {0}, crossed = {0};
    for (size_t q = (size_t)st->start[s] * L; q < (size_t)st->start[s + 1] * L; q += L)
        for (int32_t p = 0; p < PARTS_D; p++) {
            size_t at = q + (size_t)p * SITES_D;
            vd x_j = gather_d(x, st->place + at), u = load_vd(st->link + 2 * at);
            direct.part[p] += D(REAL)(u) * x_j;
            crossed.part[p] += D(IMAGINARY)(u) * x_j;
        }
    for (int32_t p = 0; p < PARTS_D; p++)
        direct.part[p] += load_vd(sign_d) * D(SWAPPED)(crossed.part[p]);
    return direct;
}

// Links of a part from those of edges: their conjugates where the lowest bit is set.
static inline vd turned_links(const double *turned, const uint32_t *from)
{
    uint32_t place[SITES_D];
    uint64_t sign[2 * SITES_D] = {0};
    for (int32_t l = 0; l < SITES_D; l++) {
        place[l] = from[l] & ~1u;
        sign[2 * l + 1] = (uint64_t)from[l] << 63;
    }
#ifdef __AVX512F__
    vu flip = {sign[0], sign[1], sign[2], sign[3], sign[4], sign[5], sign[6], sign[7]};
#else
    vu flip = {sign[0], sign[1], sign[2], sign[3]};
#endif
    return (vd)((vu)gather_d(turned, place) ^ flip);
}

// The same while links are being set.
static inline slice_d new_links_times(const flx_stencil *st, int32_t s, const flx_begin *job)
{
    slice_d direct = {0}, crossed = {0};
    for (size_t q = (size_t)st->start[s] * L; q < (size_t)st->start[s + 1] * L; q += L)
        for (int32_t p = 0; p < PARTS_D; p++) {
            size_t at = q + (size_t)p * SITES_D;
            vd x_j = gather_d(job->psi, st->place + at),
               u = turned_links(job->turned, job->from + at);
            hf rounded = __builtin_convertvector(u, hf);
            memcpy(st->link32 + 2 * at, &rounded, sizeof rounded);
            direct.part[p] += D(REAL)(u) * x_j;
            crossed.part[p] += D(IMAGINARY)(u) * x_j;
        }
    for (int32_t p = 0; p < PARTS_D; p++)
        direct.part[p] += load_vd(sign_d) * D(SWAPPED)(crossed.part[p]);
    return direct;
}

// D^{-1} x of the part from site i on.
static inline vf solve_blocks(const flx_blocks *blocks, size_t i, vf x)
{
    vf inverse = F(TWICE)(load_hf(blocks->inverse + i));
    vf shrink = F(TWICE)(load_hf(blocks->shrink + i));
    vf v = load_vf(blocks->v + 2 * i), product = v * x;
    return inverse * (x - shrink * (product + F(SWAPPED)(product)) * v);
}

// sum_j link_ij psi_j - diag_i psi_i of the sites of slice s, from the first sum.
static inline slice_d laplacian(int32_t s, slice_d sum, const double *diag, const double *psi)
{
    for (int32_t p = 0; p < PARTS_D; p++) {
        size_t i = (size_t)s * L + (size_t)p * SITES_D;
        sum.part[p] -= D(TWICE)(load_hd(diag + i)) * load_vd(psi + 2 * i);
    }
    return sum;
}

static void laplacian_ref(int32_t begin, int32_t end, const flx_stencil *stencil,
                          const double *restrict diag, const double *restrict psi,
                          double *restrict y)
{
    int32_t whole = stencil->n_site / L < end ? stencil->n_site / L : end;
    for (int32_t s = begin; s < whole; s++) {
        slice_d sum = laplacian(s, links_times_d(stencil, s, psi), diag, psi);
        memcpy(y + 2 * (size_t)s * L, &sum, sizeof sum);
    }
    if (whole < end) { // the sites that do not fill a slice
        slice_d sum = links_times_d(stencil, whole, psi);
        double left[2 * L];
        memcpy(left, &sum, sizeof sum);
        for (int32_t k = 2 * whole * L; k < 2 * stencil->n_site; k++)
            y[k] = left[k - 2 * whole * L] - diag[k / 2] * psi[k];
    }
}

static inline vd gather_numbers(const double *mu, const uint32_t *place)
{
#ifdef __AVX512F__
    return (vd){mu[place[0] / 2], mu[place[1] / 2], mu[place[2] / 2], mu[place[3] / 2],
                mu[place[4] / 2], mu[place[5] / 2], mu[place[6] / 2], mu[place[7] / 2]};
#else
    return (vd){mu[place[0] / 2], mu[place[1] / 2], mu[place[2] / 2], mu[place[3] / 2]};
#endif
}

static void inflow_ref(int32_t begin, int32_t end, const flx_stencil *stencil,
                       const flx_inflow *job)
{
    enum { NUMBERS = 2 * SITES_D, VECTORS = L / NUMBERS };
    for (int32_t s = begin; s < end; s++) {
        slice_d sum = links_times_d(stencil, s, job->psi);
        vd flow[VECTORS] = {{0}}; // sum_j w_ij mu_j
        for (size_t q = (size_t)stencil->start[s] * L; q < (size_t)stencil->start[s + 1] * L;
             q += L)
            for (int32_t k = 0; k < VECTORS; k++) {
                size_t at = q + (size_t)k * NUMBERS;
                flow[k] +=
                    load_vd(stencil->weight + at) * gather_numbers(job->mu, stencil->place + at);
            }
        for (int32_t k = 0; k < VECTORS; k++) {
            size_t i = (size_t)s * L + (size_t)k * NUMBERS;
            // (re sum_im, im sum_re)
            vd low = load_vd(job->psi + 2 * i) * D(SWAPPED)(sum.part[2 * k]);
            vd high = load_vd(job->psi + 2 * (i + SITES_D)) * D(SWAPPED)(sum.part[2 * k + 1]);
            vd inflow = D(ODD)(low, high) - D(EVEN)(low, high);
            inflow += flow[k] - load_vd(job->diag + i) * load_vd(job->mu + i);
            memcpy(job->b + i, &inflow, sizeof inflow);
        }
    }
}

static double begin_ref(int32_t begin, int32_t end, const flx_stencil *stencil,
                        const flx_begin *job)
{
    slice_f squares = {0};
    for (int32_t s = begin; s < end; s++) {
        slice_d sum =
            job->turned ? new_links_times(stencil, s, job) : links_times_d(stencil, s, job->psi);
        sum = laplacian(s, sum, job->diag, job->psi);
        for (int32_t p = 0; p < PARTS_F; p++) {
            size_t i = (size_t)s * L + (size_t)p * SITES_F;
            const double *right = job->right + 2 * i;
            hf low = __builtin_convertvector(sum.part[2 * p] + load_vd(right), hf);
            hf high =
                __builtin_convertvector(sum.part[2 * p + 1] + load_vd(right + 2 * SITES_D), hf);
            vf g = solve_blocks(job->blocks, i, F(JOINED)(low, high));
            squares.part[p] += F(TWICE)(load_hf(job->area + i)) * g * g;
            memcpy(job->g + 2 * i, &g, sizeof g);
        }
    }
    float all[2 * L];
    memcpy(all, &squares, sizeof squares);
    double sum = 0;
    for (int32_t k = 0; k < 2 * L; k++)
        sum += (double)all[k];
    return sum;
}

static void sweep_ref(int32_t begin, int32_t end, const flx_stencil *stencil, const flx_sweep *job)
{
    const flx_sweep w = *job; // whose pointers no store can change
    const flx_stencil st = *stencil;
    const flx_blocks blocks = *w.blocks;
    for (int32_t s = begin; s < end; s++) {
        slice_f sum = links_times_f(&st, s, w.x);
        for (int32_t p = 0; p < PARTS_F; p++) {
            size_t i = (size_t)s * L + (size_t)p * SITES_F;
            vf own = load_vf(w.x + 2 * i);
            vf z = load_vf(w.g + 2 * i) + solve_blocks(&blocks, i, sum.part[p]) - own;
            vf direction = w.first * load_vf(w.direction + 2 * i) + w.second * z;
            own += direction;
            memcpy(w.direction_new + 2 * i, &direction, sizeof direction);
            memcpy(w.x_new + 2 * i, &own, sizeof own);
        }
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
