// Small structured meshes for tests of sources and measurements.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_TEST_MEASURE_MESH_H
#define FLX_TEST_MEASURE_MESH_H

#include "fluxoid/mesh.h"
#include "test.h"

static inline flx_mesh *test_mesh_of(int32_t n_site, double *x, double *y, int32_t n_tri,
                                     int32_t *tri)
{
    flx_mesh_input input = {
        .n_site = n_site, .n_tri = n_tri, .x = x, .y = y, .tri = tri, .keep_order = true};
    flx_mesh *mesh = NULL;
    flx_ctx *ctx = flx_ctx_create();
    if (flx_mesh_create(ctx, &input, &mesh) != FLX_OK)
        fail_msg("%s", flx_ctx_error(ctx));
    flx_ctx_free(ctx);
    free(x);
    free(y);
    free(tri);
    return mesh;
}

// A number in (-1, 1) that looks random.
static inline double test_scatter(int32_t k)
{
    return sin(12.9898 * k + 78.233 * sin(0.37 * k));
}

// [0, w] x [0, h] in nx x ny squares, each cut in two; site j (nx + 1) + i. Inner sites are moved
// by up to `jitter` of a square.
static inline flx_mesh *test_rectangle(int32_t nx, int32_t ny, double w, double h, double jitter)
{
    int32_t n = (nx + 1) * (ny + 1), t = 0;
    double *x = malloc(sizeof *x * (size_t)n), *y = malloc(sizeof *y * (size_t)n);
    int32_t *tri = malloc(sizeof *tri * 6 * (size_t)(nx * ny));
    for (int32_t j = 0; j <= ny; j++) {
        for (int32_t i = 0; i <= nx; i++) {
            int32_t k = j * (nx + 1) + i;
            bool inner = i > 0 && j > 0 && i < nx && j < ny;
            x[k] = w * (i + (inner ? jitter * test_scatter(2 * k) : 0)) / nx;
            y[k] = h * (j + (inner ? jitter * test_scatter(2 * k + 1) : 0)) / ny;
        }
    }
    for (int32_t j = 0; j < ny; j++) {
        for (int32_t i = 0; i < nx; i++) {
            int32_t a = j * (nx + 1) + i, b = a + 1, c = a + nx + 1, d = c + 1;
            int32_t even[6] = {a, b, d, a, d, c}, odd[6] = {a, b, c, b, d, c};
            memcpy(tri + t, (i + j) % 2 ? odd : even, sizeof even);
            t += 6;
        }
    }
    return test_mesh_of(n, x, y, t / 3, tri);
}

// r0 <= r <= r1 about (xc, yc) in nr rings of nt sites, staggered; site i nt + k.
static inline flx_mesh *test_annulus(double r0, double r1, int32_t nr, int32_t nt, double xc)
{
    const double two_pi = 6.28318530717958647692;
    int32_t n = (nr + 1) * nt, t = 0;
    double *x = malloc(sizeof *x * (size_t)n), *y = malloc(sizeof *y * (size_t)n);
    int32_t *tri = malloc(sizeof *tri * 6 * (size_t)(nr * nt));
    for (int32_t i = 0; i <= nr; i++) {
        for (int32_t k = 0; k < nt; k++) {
            double r = r0 + (r1 - r0) * i / nr, angle = two_pi * (k + 0.5 * (i % 2)) / nt;
            x[i * nt + k] = xc + r * cos(angle);
            y[i * nt + k] = r * sin(angle);
        }
    }
    for (int32_t i = 0; i < nr; i++) {
        for (int32_t k = 0; k < nt; k++) {
            int32_t next = (k + 1) % nt;
            int32_t a = i * nt + k, b = i * nt + next, c = (i + 1) * nt + k;
            int32_t d = (i + 1) * nt + next;
            int32_t even[6] = {a, c, b, b, c, d}, odd[6] = {a, d, b, a, c, d};
            memcpy(tri + t, i % 2 ? odd : even, sizeof even);
            t += 6;
        }
    }
    return test_mesh_of(n, x, y, t / 3, tri);
}

// Index of the hole's (or the outer) loop of a mesh with one.
static inline int32_t test_loop(const flx_mesh *mesh, bool outer)
{
    for (int32_t l = 0; l < mesh->n_loop; l++)
        if (mesh->loop[l].outer == outer)
            return l;
    fail_msg("no such loop");
    return -1;
}

// Sum of a [n_edge] round a closed chain.
static inline double test_circulation(const flx_mesh *mesh, const double *a, const int32_t *site,
                                      int32_t n)
{
    double sum = 0;
    for (int32_t k = 0; k < n; k++) {
        int32_t e = flx_mesh_edge(mesh, site[k], site[(k + 1) % n]);
        sum += mesh->tail[e] == site[k] ? a[e] : -a[e];
    }
    return sum;
}

// The same round loop l of the mesh.
static inline double test_loop_circulation(const flx_mesh *mesh, const double *a, int32_t l)
{
    const flx_mesh_loop *loop = &mesh->loop[l];
    return test_circulation(mesh, a, mesh->loop_site + loop->start, loop->n);
}

#endif
