// tests/test_plot_scene.h -- a ring with a slit of vortices, on a mesh written down here, so that
// plots are tested without a mesher.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_TEST_PLOT_SCENE_H
#define FLX_TEST_PLOT_SCENE_H

#include "base/base.h"
#include "fluxoid/plot.h"
#include "test.h"

#include <complex.h>

typedef struct ring_scene {
    flx_mesh mesh;
    flx_mesh_loop loop[2];
    flx_frame frame;
    flx_scales scales;
    flx_plot_scene scene;
    flx_cplx *psi;
    double *mu, *current, *field;
    flx_plot_vortex vortex[3];
    int32_t *terminal_site[2];
    flx_plot_terminal terminal[2];
} ring_scene;

enum { RING_INNER = 4, RING_OUTER = 10 }; // [xi]

static void ring_mesh(ring_scene *ring, int32_t n_angle, int32_t n_radius)
{
    flx_mesh *mesh = &ring->mesh;
    mesh->n_site = n_angle * (n_radius + 1);
    mesh->n_tri = 2 * n_angle * n_radius;
    mesh->x = calloc((size_t)mesh->n_site, sizeof(double));
    mesh->y = calloc((size_t)mesh->n_site, sizeof(double));
    mesh->tri = calloc(3 * (size_t)mesh->n_tri, sizeof(int32_t));
    mesh->loop_site = calloc(2 * (size_t)n_angle, sizeof(int32_t));
    mesh->loop = ring->loop;
    mesh->n_loop = 2;
    int32_t t = 0;
    for (int32_t r = 0; r <= n_radius; r++) {
        for (int32_t a = 0; a < n_angle; a++) {
            double radius = RING_INNER + (RING_OUTER - RING_INNER) * (double)r / n_radius;
            double angle = 2 * 3.14159265358979323846 * (a + 0.5 * (r % 2)) / n_angle;
            int32_t i = r * n_angle + a, next = r * n_angle + (a + 1) % n_angle;
            mesh->x[i] = radius * cos(angle);
            mesh->y[i] = radius * sin(angle);
            if (r == n_radius)
                continue;
            int32_t up = i + n_angle, up_next = next + n_angle;
            int32_t even[6] = {i, up, next, next, up, up_next};
            int32_t odd[6] = {i, up, up_next, i, up_next, next};
            memcpy(mesh->tri + 3 * (size_t)t, r % 2 ? odd : even, sizeof even);
            t += 2;
        }
    }
    for (int32_t a = 0; a < n_angle; a++) {
        mesh->loop_site[a] = a;
        mesh->loop_site[n_angle + a] = n_radius * n_angle + a;
    }
    ring->loop[0] = (flx_mesh_loop){0, n_angle, 0, -1, false};
    ring->loop[1] = (flx_mesh_loop){n_angle, n_angle, 0, -1, true};
}

// psi = e^{i n theta} times cores of winding s at the vortices; K = |psi|^2 grad arg psi.
static void ring_fields(ring_scene *ring)
{
    const flx_mesh *mesh = &ring->mesh;
    ring->psi = calloc((size_t)mesh->n_site, sizeof(flx_cplx));
    ring->mu = calloc((size_t)mesh->n_site, sizeof(double));
    ring->current = calloc(2 * (size_t)mesh->n_site, sizeof(double));
    ring->field = calloc((size_t)mesh->n_site, sizeof(double));
    for (int32_t i = 0; i < mesh->n_site; i++) {
        double x = mesh->x[i], y = mesh->y[i], square = x * x + y * y;
        double complex psi = (x + I * y) * (x + I * y) / square;
        double kx = -2 * y / square, ky = 2 * x / square;
        for (int v = 0; v < 3; v++) {
            double dx = x - ring->vortex[v].x, dy = y - ring->vortex[v].y;
            double d2 = dx * dx + dy * dy, s = ring->vortex[v].winding;
            psi *= (dx + (s > 0 ? 1 : -1) * I * dy) / sqrt(d2 + 2);
            kx -= s * dy / (d2 + 1e-9);
            ky += s * dx / (d2 + 1e-9);
        }
        double density = creal(psi * conj(psi));
        ring->psi[i] = (flx_cplx){creal(psi), cimag(psi)};
        ring->current[2 * i] = density * kx;
        ring->current[2 * i + 1] = density * ky;
        ring->mu[i] = 0.02 * x * exp(-0.05 * y * y);
        ring->field[i] = 0.1 + 0.05 * (density - 1);
    }
}

static void ring_terminals(ring_scene *ring, int32_t n_angle, int32_t n_radius)
{
    static const char *const names[2] = {"drain", "source"};
    int32_t n = n_angle / 12;
    for (int k = 0; k < 2; k++) {
        ring->terminal_site[k] = calloc((size_t)(2 * n + 1), sizeof(int32_t));
        for (int32_t s = -n; s <= n; s++)
            ring->terminal_site[k][s + n] =
                n_radius * n_angle + (s + k * n_angle / 2 + n_angle) % n_angle;
        ring->terminal[k] = (flx_plot_terminal){ring->terminal_site[k], 2 * n + 1, names[k]};
    }
}

static void ring_create(ring_scene *ring, int32_t n_angle, int32_t n_radius)
{
    memset(ring, 0, sizeof *ring);
    ring->vortex[0] = (flx_plot_vortex){.x = 6, .y = 3.5, .winding = 1};
    ring->vortex[1] = (flx_plot_vortex){.x = -5.5, .y = 4.5, .winding = -1};
    ring->vortex[2] = (flx_plot_vortex){.x = 0.3, .y = -7.2, .winding = 1};
    ring_mesh(ring, n_angle, n_radius);
    ring_fields(ring);
    ring_terminals(ring, n_angle, n_radius);
    ring->scales = flx_scales_of(&(flx_material){.xi = 50e-9,
                                                 .lambda = 200e-9,
                                                 .thickness = 20e-9,
                                                 .conductivity = 5e6,
                                                 .u = 5.79,
                                                 .gamma = 10});
    ring->frame = (flx_frame){.mesh = &ring->mesh, .time = 124.5, .psi = ring->psi, .mu = ring->mu};
    ring->scene = (flx_plot_scene){.frame = &ring->frame,
                                   .scales = &ring->scales,
                                   .current = ring->current,
                                   .supercurrent = ring->current,
                                   .normal = ring->current,
                                   .field = ring->field,
                                   .vortices = ring->vortex,
                                   .n_vortex = 3,
                                   .terminals = ring->terminal,
                                   .n_terminal = 2};
}

static void ring_free(ring_scene *ring)
{
    free(ring->mesh.x);
    free(ring->mesh.y);
    free(ring->mesh.tri);
    free(ring->mesh.loop_site);
    free(ring->psi);
    free(ring->mu);
    free(ring->current);
    free(ring->field);
    free(ring->terminal_site[0]);
    free(ring->terminal_site[1]);
}

#endif
