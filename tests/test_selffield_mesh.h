// tests/test_selffield_mesh.h -- small films for tests of the self-field, without a mesh program.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_TEST_SELFFIELD_MESH_H
#define FLX_TEST_SELFFIELD_MESH_H

#include "fluxoid/selffield.h"

typedef struct film {
    int32_t n_site, n_tri, n_film;
    double *x, *y, z[8];
    int32_t *tri, *of;
} film;

static double noise(uint32_t k) // in (-1, 1)
{
    k = (k ^ 61u) ^ (k >> 16);
    k *= 9u;
    k ^= k >> 4;
    k *= 0x27d4eb2du;
    k ^= k >> 15;
    return k / 2147483648.0 - 1;
}

// n x n squares, each cut in two, in n_layer squares of side 1, one above the other; inner sites
// are displaced at random by up to jitter times the side of a square; grading > 1 crowds them at
// the rim: the first square is that many times smaller than the middle one.
static film make_film(int32_t n, int32_t n_layer, double jitter, double grading)
{
    int32_t m = n + 1;
    film f = {.n_site = n_layer * m * m, .n_tri = n_layer * 2 * n * n, .n_film = n_layer};
    f.x = calloc((size_t)f.n_site, sizeof(double));
    f.y = calloc((size_t)f.n_site, sizeof(double));
    f.of = calloc((size_t)f.n_site, sizeof(int32_t));
    f.tri = calloc(3 * (size_t)f.n_tri, sizeof(int32_t));
    double *c = calloc((size_t)m, sizeof(double));
    for (int32_t i = 0; i < n; i++) {
        double from_rim = (i < n - 1 - i ? i : n - 1 - i) / (n / 2.0);
        c[i + 1] = c[i] + pow(grading, from_rim);
    }
    int32_t t = 0;
    for (int32_t layer = 0; layer < n_layer; layer++)
        for (int32_t j = 0; j < m; j++)
            for (int32_t i = 0; i < m; i++) {
                int32_t s = (layer * m + j) * m + i;
                bool inner = i > 0 && j > 0 && i < n && j < n;
                double hx = i < n ? c[i + 1] - c[i] : 0, hy = j < n ? c[j + 1] - c[j] : 0;
                f.x[s] = (c[i] + (inner ? jitter * hx * noise(2 * (uint32_t)s) : 0)) / c[n];
                f.y[s] = (c[j] + (inner ? jitter * hy * noise(2 * (uint32_t)s + 1) : 0)) / c[n];
                f.of[s] = layer;
                if (i == n || j == n)
                    continue;
                const int32_t corner[2][3] = {{s, s + 1, s + m + 1}, {s, s + m + 1, s + m}};
                memcpy(f.tri + 3 * (size_t)t, corner, sizeof corner);
                t += 2;
            }
    free(c);
    return f;
}

static void free_film(film *f)
{
    free(f->x);
    free(f->y);
    free(f->of);
    free(f->tri);
}

static flx_selffield_problem problem_of(const film *f)
{
    return (flx_selffield_problem){f->n_site, f->n_tri, f->n_film, f->x, f->y, f->tri, f->of, f->z};
}

static flx_selffield *make_operator(flx_ctx *ctx, const film *f, int32_t method, double tolerance)
{
    flx_selffield_problem p = problem_of(f);
    flx_selffield_opts o = flx_selffield_opts_default();
    o.method = method;
    o.tolerance = tolerance;
    flx_selffield *op = NULL;
    if (flx_selffield_create(ctx, &p, &o, &op) < 0)
        fail_msg("%s", flx_ctx_error(ctx));
    return op;
}

#endif
