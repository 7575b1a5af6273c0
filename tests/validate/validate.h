// tests/validate/validate.h -- what the validation programs share: rows of the report, meshes with
// known symmetry, runs to a steady state, Richardson extrapolation. A program that cannot go on
// ends with status 1 and the reason.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_VALIDATE_H
#define FLX_VALIDATE_H

#include "fluxoid/geom.h"
#include "fluxoid/measure.h"
#include "fluxoid/mesh.h"
#include "fluxoid/source.h"
#include "fluxoid/tdgl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

// -- report ---------------------------------------------------------------------------------------

// Columns are separated by |, so that one in a text is written as in HTML.
static inline void cell(const char *text, char end)
{
    for (; *text; text++)
        if (*text == '|')
            fputs("&#124;", stdout);
        else
            putchar(*text);
    putchar(end);
}

static inline void row(const char *name, double value, double reference, const char *tolerance,
                       const char *source)
{
    cell(name, '|');
    printf("%.10g|%.10g|%s|", value, reference, tolerance);
    cell(source, '\n');
    fflush(stdout);
}

static inline void must(flx_ctx *ctx, flx_status status)
{
    if (status < 0) {
        fprintf(stderr, "%s\n", flx_ctx_error(ctx));
        exit(1);
    }
}

static inline void *get(int64_t n, size_t size)
{
    void *data = calloc(n > 0 ? (size_t)n : 1, size);
    if (!data) {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }
    return data;
}

// Order seen between three values on steps h, h/2, h/4 without knowing the limit, and the limit
// itself from the two finest if the order is `order`.
static inline double order_of(double coarse, double middle, double fine)
{
    return log2(fabs((coarse - middle) / (middle - fine)));
}
static inline double limit_of(double coarse, double fine, double order)
{
    return fine + (fine - coarse) / (pow(2, order) - 1);
}

// -- meshes from shapes ---------------------------------------------------------------------------

static inline flx_mesh *mesh_of(flx_ctx *ctx, const flx_shape_item *items, int32_t n_item,
                                const flx_shape_item *hole, double h, const flx_mesh_refine *near)
{
    flx_region *shape, *cut = NULL;
    must(ctx, flx_region_create(ctx, items, n_item, h, &shape));
    if (hole)
        must(ctx, flx_region_create(ctx, hole, 1, h, &cut));
    const flx_region *holes[1] = {cut};
    flx_mesh_film film = {.shape = shape, .holes = holes, .n_hole = hole ? 1 : 0, .name = "film"};
    flx_mesh_spec spec = {.films = &film, .n_film = 1, .refine = near, .n_refine = near ? 1 : 0};
    flx_mesh_opts opts = flx_mesh_opts_default();
    opts.max_edge = h;
    flx_mesh *mesh;
    must(ctx, flx_mesh_make(ctx, &spec, &opts, &mesh));
    flx_region_free(shape);
    flx_region_free(cut);
    return mesh;
}

static inline flx_mesh *disk_mesh(flx_ctx *ctx, double radius, double h)
{
    flx_shape_item circle = {.kind = FLX_SHAPE_CIRCLE, .size = {radius, radius}};
    return mesh_of(ctx, &circle, 1, NULL, h, NULL);
}

// A disk of n rings about its middle, 6k sites on ring k: the hexagonal lattice with its hexagons
// drawn round. The mesh of 2n holds that of n, so that errors are a power series in 1/n^2; those of
// meshes made by a mesher are so only on the average.
static inline flx_mesh *rings_mesh(flx_ctx *ctx, double radius, int32_t n)
{
    int32_t n_site = 1 + 3 * n * (n + 1), n_tri = 0;
    double *x = get(n_site, sizeof *x), *y = get(n_site, sizeof *y);
    int32_t *tri = get(18 * (int64_t)n * n, sizeof *tri);
    for (int32_t k = 0, i = 1; k < n; k++) {
        int32_t inner = k ? 1 + 3 * k * (k - 1) : 0, outer = i, n_in = k ? 6 * k : 1;
        for (int32_t j = 0; j < 6 * (k + 1); j++, i++) {
            x[i] = radius * (k + 1) / n * cos(pi * j / (3 * (k + 1)));
            y[i] = radius * (k + 1) / n * sin(pi * j / (3 * (k + 1)));
        }
        for (int32_t sector = 0; sector < 6; sector++)
            for (int32_t j = 0; j <= k; j++) {
                int32_t p = inner + (sector * k + j) % n_in,
                        q = inner + (sector * k + j + 1) % n_in;
                int32_t to = sector * (k + 1) + j, next = outer + (to + 1) % (6 * (k + 1));
                memcpy(&tri[3 * n_tri++], (int32_t[3]){p, outer + to, next}, 3 * sizeof *tri);
                if (j < k)
                    memcpy(&tri[3 * n_tri++], (int32_t[3]){p, next, q}, 3 * sizeof *tri);
            }
    }
    flx_mesh_input input = {.n_site = n_site, .n_tri = n_tri, .x = x, .y = y, .tri = tri};
    flx_mesh *mesh;
    must(ctx, flx_mesh_create(ctx, &input, &mesh));
    free(x);
    free(y);
    free(tri);
    return mesh;
}

// -- a bar between two contacts -------------------------------------------------------------------

// x from -length/2 to length/2 in nx cells, ny cells across; the diagonals of the rectangles carry
// no weight, so that states uniform across see the three-point differences of the line.
typedef struct bar {
    flx_mesh *mesh;
    flx_terminal terminal[2]; // at -length/2, at length/2
    int32_t *site;            // [nx + 1] a line along it
    int32_t nx;
    double h;
} bar;

static inline bar bar_make(flx_ctx *ctx, double length, double width, int32_t nx, int32_t ny)
{
    int32_t n_site = (nx + 1) * (ny + 1), n_tri = 0;
    double *x = get(n_site, sizeof *x), *y = get(n_site, sizeof *y);
    int32_t *tri = get(6 * (int64_t)nx * ny, sizeof *tri);
    for (int32_t i = 0; i < n_site; i++) {
        x[i] = length * ((i / (ny + 1)) / (double)nx - 0.5);
        y[i] = width * ((i % (ny + 1)) / (double)ny - 0.5);
    }
    for (int32_t k = 0; k < nx * ny; k++) {
        int32_t a = k / ny * (ny + 1) + k % ny, b = a + ny + 1;
        const int32_t corner[6] = {a, b, b + 1, a, b + 1, a + 1};
        memcpy(&tri[6 * k], corner, sizeof corner);
        n_tri += 2;
    }
    flx_mesh_input input = {
        .n_site = n_site, .n_tri = n_tri, .x = x, .y = y, .tri = tri, .keep_order = true};
    bar b = {.nx = nx, .h = length / nx};
    must(ctx, flx_mesh_create(ctx, &input, &b.mesh));
    free(x);
    free(y);
    free(tri);
    b.site = get(nx + 1, sizeof *b.site);
    for (int32_t i = 0; i <= nx; i++)
        b.site[i] = i * (ny + 1);
    for (int k = 0; k < 2; k++) {
        int32_t *site = get(ny + 1, sizeof *site);
        double *share = get(ny + 1, sizeof *share);
        for (int32_t j = 0; j <= ny; j++) {
            site[j] = (k ? nx * (ny + 1) : 0) + j;
            share[j] = width / ny * (j == 0 || j == ny ? 0.5 : 1);
        }
        b.terminal[k] = (flx_terminal){.site = site, .length = share, .n_site = ny + 1};
    }
    return b;
}

static inline void bar_clear(bar *b)
{
    for (int k = 0; k < 2; k++) {
        free((void *)(uintptr_t)b->terminal[k].site);
        free((void *)(uintptr_t)b->terminal[k].length);
    }
    free(b->site);
    flx_mesh_free(b->mesh);
}

// -- lattices without ends ------------------------------------------------------------------------

// A triangular lattice closed on itself along x (a cylinder: a strip without ends) and, if torus,
// along y as well. The plane cannot hold it, so the mesh is filled in here: for the engine a film
// is its edges (and faces, lattice_faces). Distances along x are hx, between rows hy; nx and, for a torus, ny rows, even.
typedef struct lattice {
    flx_mesh mesh;   // loops are absent, tri too until lattice_faces
    double *dx, *dy; // [n_edge] tail to head
    double lx, ly;   // periods; ly is the width of a cylinder
} lattice;

static inline int lattice_compare(const void *a, const void *b)
{
    const double *p = a, *q = b;
    return p[0] != q[0] ? (p[0] > q[0] ? 1 : -1) : (p[1] > q[1]) - (p[1] < q[1]);
}

static inline lattice lattice_make(int32_t nx, int32_t ny, double hx, double hy, bool torus)
{
    lattice l = {.lx = nx * hx, .ly = (torus ? ny : ny - 1) * hy};
    flx_mesh *m = &l.mesh;
    m->n_site = m->n_owned = nx * ny;
    m->n_film = 1;
    m->x = get(m->n_site, sizeof *m->x);
    m->y = get(m->n_site, sizeof *m->y);
    m->area = get(m->n_site, sizeof *m->area);
    m->film = get(m->n_site, sizeof *m->film);
    // tail, head, length, dual, dx, dy
    double(*edge)[6] = get(3 * (int64_t)m->n_site, sizeof *edge);
    double slant = hypot(hx / 2, hy),
           base = hy / hx - hx / (4 * hy); // cot of the angle opposite to hx
    for (int32_t i = 0; i < m->n_site; i++) {
        int32_t r = i / nx, c = i % nx;
        bool rim = !torus && (r == 0 || r == ny - 1);
        m->x[i] = (c + 0.5 * (r % 2)) * hx;
        m->y[i] = r * hy;
        m->area[i] = hx * hy * (rim ? 0.5 : 1);
        for (int k = 0; k < 3; k++) {
            if (k > 0 && !torus && r == ny - 1)
                continue;
            int32_t to = k == 0 ? r * nx + (c + 1) % nx
                                : (r + 1) % ny * nx + (c + r % 2 + (k == 1 ? 0 : nx - 1)) % nx;
            double dx = k == 0 ? hx : k == 1 ? hx / 2 : -hx / 2, sign = i < to ? 1 : -1;
            double weight = k == 0 ? base * (rim ? 0.5 : 1) : hx / (2 * hy);
            double length = k == 0 ? hx : slant;
            double e[6] = {i < to ? i : to, i < to ? to : i, length,
                           weight * length, sign * dx,       k ? sign * hy : 0};
            memcpy(edge[m->n_edge++], e, sizeof e);
        }
    }
    qsort(edge, (size_t)m->n_edge, sizeof *edge, lattice_compare);
    m->tail = get(m->n_edge, sizeof *m->tail);
    m->head = get(m->n_edge, sizeof *m->head);
    m->length = get(m->n_edge, sizeof *m->length);
    m->dual = get(m->n_edge, sizeof *m->dual);
    m->row = get(m->n_site + 1, sizeof *m->row);
    m->neighbour = get(2 * m->n_edge, sizeof *m->neighbour);
    m->half_edge = get(2 * m->n_edge, sizeof *m->half_edge);
    l.dx = get(m->n_edge, sizeof *l.dx);
    l.dy = get(m->n_edge, sizeof *l.dy);
    for (int32_t e = 0; e < m->n_edge; e++) {
        m->tail[e] = (int32_t)edge[e][0];
        m->head[e] = (int32_t)edge[e][1];
        m->length[e] = edge[e][2];
        m->dual[e] = edge[e][3];
        l.dx[e] = edge[e][4];
        l.dy[e] = edge[e][5];
        m->row[m->tail[e] + 1]++;
        m->row[m->head[e] + 1]++;
    }
    free(edge);
    for (int32_t i = 0; i < m->n_site; i++)
        m->row[i + 1] += m->row[i];
    // Sorted edges give every site its lower neighbours first, if heads are dealt with before
    // tails.
    int32_t *at = get(m->n_site, sizeof *at);
    memcpy(at, m->row, (size_t)m->n_site * sizeof *at);
    for (int pass = 0; pass < 2; pass++)
        for (int32_t e = 0; e < m->n_edge; e++) {
            int32_t i = pass ? m->tail[e] : m->head[e], j = pass ? m->head[e] : m->tail[e];
            m->neighbour[at[i]] = j;
            m->half_edge[at[i]++] = e;
        }
    free(at);
    return l;
}

// The triangles of a lattice closed along x, for the field of the currents in a long body: it needs
// their areas and which lie left and right of an edge. Columns are laid to and fro, so that rows
// have their sides hx in the plane, and triangles their areas; nx even, at least 4. What depends on
// other places of the sites (A of the field) comes from dx, dy.
static inline void lattice_faces(lattice *l, int32_t nx)
{
    flx_mesh *m = &l->mesh;
    double hx = l->lx / nx;
    m->n_tri = 2 * (m->n_site - nx);
    m->tri = get(3 * (int64_t)m->n_tri, sizeof *m->tri);
    m->edge_tri = get(2 * (int64_t)m->n_edge, sizeof *m->edge_tri);
    for (int32_t k = 0; k < 2 * m->n_edge; k++)
        m->edge_tri[k] = -1;
    for (int32_t i = 0; i < m->n_site; i++)
        m->x[i] = i % nx % 2 * hx;
    for (int32_t t = 0; t < m->n_tri; t++) {
        // on a side of row r to the right (even t) the apex is above, on one of row r + 1 below
        int32_t r = t / 2 / nx, c = t / 2 % nx, up = t % 2 == 0, row = up ? r : r + 1;
        int32_t a = row * nx + c, b = row * nx + (c + 1) % nx;
        int32_t apex =
            (up ? r + 1 : r) * nx + (c + row % 2) % nx; // odd rows stand hx/2 to the right
        // counter-clockwise on the cylinder
        const int32_t corner[3] = {a, up ? b : apex, up ? apex : b};
        for (int32_t k = 0; k < 3; k++) {
            int32_t i = corner[k], j = corner[(k + 1) % 3], e = flx_mesh_edge(m, i, j);
            m->edge_tri[2 * e + (m->tail[e] == i ? 0 : 1)] = t;
        }
        // and in the plane
        bool turned = m->x[a] > m->x[b];
        m->tri[3 * t] = corner[0];
        m->tri[3 * t + 1] = corner[turned ? 2 : 1];
        m->tri[3 * t + 2] = corner[turned ? 1 : 2];
    }
}

static inline void lattice_clear(lattice *l)
{
    flx_mesh *m = &l->mesh;
    void *arrays[] = {m->x,         m->y,      m->area, m->film, m->tail,
                      m->head,      m->length, m->dual, m->row,  m->neighbour,
                      m->half_edge, l->dx,     l->dy,   m->tri,  m->edge_tri};
    for (size_t k = 0; k < sizeof arrays / sizeof arrays[0]; k++)
        free(arrays[k]);
}

// -- runs -----------------------------------------------------------------------------------------

static inline double abs2(flx_cplx z)
{
    return z.re * z.re + z.im * z.im;
}

// Steps until `change` < small (a stationary state) or t_end.
static inline bool settle(flx_ctx *ctx, flx_tdgl *sim, double t_end, double small)
{
    for (int64_t step = 1; flx_tdgl_frame(sim).time < t_end; step++) {
        flx_tdgl_report report;
        must(ctx, flx_tdgl_step(sim, t_end, &report));
        if (step % 10 == 0 && flx_tdgl_change(sim) < small)
            return true;
    }
    return false;
}

static inline double mean_abs2(const flx_frame *f)
{
    double sum = 0, area = 0;
    for (int32_t i = 0; i < f->mesh->n_site; i++) {
        sum += f->mesh->area[i] * abs2(f->psi[i]);
        area += f->mesh->area[i];
    }
    return sum / area;
}

// Uniform field B: a_e in the gauge A = B/2 (-y, x), exact for straight edges. `user` points to
// one.
typedef struct uniform {
    const flx_mesh *mesh;
    double field;
} uniform;

static inline void uniform_a(void *user, double t, double *a, double *a_dot)
{
    const uniform *s = user;
    const flx_mesh *m = s->mesh;
    (void)t;
    for (int32_t e = 0; e < m->n_edge; e++) {
        int32_t i = m->tail[e], j = m->head[e];
        a[e] = s->field / 2 * (m->x[i] * m->y[j] - m->x[j] * m->y[i]);
        a_dot[e] = 0;
    }
}

#endif
