// Square lattices without a rim for tests of thermal fluctuations: flx_mesh by hand, of which the
// engine reads sites, edges and neighbours only.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_TEST_LATTICE_H
#define FLX_TEST_LATTICE_H

#include "fluxoid/mesh.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct squares {
    flx_mesh mesh;
    int32_t nx, ny;
} squares;

// nx x ny cells of side h, bound to their neighbours along x and y as asked, periodically. Without
// bonds at all every cell is a film of its own. Site y nx + x.
static inline squares squares_of(int32_t nx, int32_t ny, double h, bool along_x, bool along_y)
{
    int32_t n = nx * ny, z = 2 * along_x + 2 * along_y;
    squares l = {.nx = nx, .ny = ny};
    flx_mesh *m = &l.mesh;
    *m = (flx_mesh){.n_site = n, .n_owned = n, .n_edge = n * z / 2, .n_film = z ? 1 : n};
    size_t sites = (size_t)n, edges = (size_t)m->n_edge + 1;
    m->x = calloc(sites, sizeof(double));
    m->y = calloc(sites, sizeof(double));
    m->area = calloc(sites, sizeof(double));
    m->film = calloc(sites, sizeof(int32_t));
    m->tail = calloc(edges, sizeof(int32_t));
    m->head = calloc(edges, sizeof(int32_t));
    m->length = calloc(edges, sizeof(double));
    m->dual = calloc(edges, sizeof(double));
    m->row = calloc(sites + 1, sizeof(int32_t));
    m->neighbour = calloc(2 * edges, sizeof(int32_t));
    m->half_edge = calloc(2 * edges, sizeof(int32_t));
    for (int32_t i = 0; i < n; i++) {
        int32_t x = i % nx, y = i / nx, k = m->row[i] = i * z;
        m->x[i] = h * x;
        m->y[i] = h * y;
        m->area[i] = h * h;
        m->film[i] = z ? 0 : i;
        int32_t near[4], degree = 0;
        if (along_x) {
            near[degree++] = y * nx + (x + 1) % nx;
            near[degree++] = y * nx + (x + nx - 1) % nx;
        }
        if (along_y) {
            near[degree++] = (y + 1) % ny * nx + x;
            near[degree++] = (y + ny - 1) % ny * nx + x;
        }
        for (int32_t a = 0; a < degree; a++)
            for (int32_t b = a + 1; b < degree; b++)
                if (near[b] < near[a]) {
                    int32_t swap = near[a];
                    near[a] = near[b];
                    near[b] = swap;
                }
        memcpy(m->neighbour + k, near, (size_t)degree * sizeof *near);
    }
    m->row[n] = n * z;
    // Edges in the order of (tail, head).
    int32_t e = 0;
    for (int32_t i = 0; i < n; i++)
        for (int32_t k = m->row[i]; k < m->row[i + 1]; k++) {
            int32_t j = m->neighbour[k];
            if (j < i) { // found before
                for (int32_t q = m->row[j]; q < m->row[j + 1]; q++)
                    if (m->neighbour[q] == i)
                        m->half_edge[k] = m->half_edge[q];
                continue;
            }
            m->tail[e] = i;
            m->head[e] = j;
            m->length[e] = h;
            m->dual[e] = h;
            m->half_edge[k] = e++;
        }
    return l;
}

// A torus, a ring of cells, cells on their own.
static inline squares squares_torus(int32_t nx, int32_t ny, double h)
{
    return squares_of(nx, ny, h, true, true);
}
static inline squares squares_ring(int32_t n, double h)
{
    return squares_of(n, 1, h, true, false);
}
static inline squares squares_cells(int32_t n, double h)
{
    return squares_of(n, 1, h, false, false);
}

static inline void squares_clear(squares *l)
{
    flx_mesh *m = &l->mesh;
    void *arrays[] = {m->x,      m->y,    m->area, m->film,      m->tail,     m->head,
                      m->length, m->dual, m->row,  m->neighbour, m->half_edge};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        free(arrays[k]);
}

// +1, -1, 0: edge e goes along x in its own direction, against it (round the end), not at all.
static inline int squares_along_x(const squares *l, int32_t e)
{
    int32_t d = l->mesh.head[e] - l->mesh.tail[e],
            same = l->mesh.head[e] / l->nx == l->mesh.tail[e] / l->nx;
    return !same ? 0 : d == 1 ? 1 : -1;
}

#endif
