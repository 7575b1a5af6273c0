// The vortex lattice of a long body: from disordered places to triangles in the middle of a large
// sample (A. A. Abrikosov, Sov. Phys. JETP 5, 1174 (1957); Kleiner, Roth and Autler, Phys. Rev. 133,
// A1226 (1964)).
// SPDX-License-Identifier: GPL-3.0-or-later
#include "validate.h"

static const double kappa = 2, field = 0.35, radius = 28; // [Bc2], [xi] of the hexagon
enum { SHELLS = 5, N = 1 + 3 * SHELLS * (SHELLS + 1) };

// Order of the vortices in the middle, at p [n][2].
typedef struct order {
    int32_t n;       // of those within 3.5 distances
    double distance; // [xi] mean to the six neighbours
    double bond;     // |mean of exp(6 i phi)| over all bonds to them: 1 for triangles
    double bragg;    // least of |sum exp(i G r)|^2/n^2 over the six shortest G: 1 for a lattice
} order;

// The six nearest to vortex k: adds up their distances and exp(6 i phi).
static void six_bonds(double (*p)[2], int32_t n, int32_t k, double sum[3])
{
    double before = 0;
    for (int32_t b = 0; b < 6; b++) {
        double best = INFINITY, x = 0, y = 0;
        for (int32_t q = 0; q < n; q++) {
            double dx = p[q][0] - p[k][0], dy = p[q][1] - p[k][1], d = hypot(dx, dy);
            if (q != k && d > before && d < best) {
                best = d;
                x = dx;
                y = dy;
            }
        }
        before = best;
        sum[0] += best;
        sum[1] += cos(6 * atan2(y, x));
        sum[2] += sin(6 * atan2(y, x));
    }
}

static order arranged(double (*p)[2], int32_t n)
{
    order o = {.bragg = INFINITY};
    double sum[3] = {0}, within = 3.5 * sqrt(4 * pi / (sqrt(3) * field));
    for (int32_t k = 0; k < n; k++)
        if (hypot(p[k][0], p[k][1]) < within) {
            six_bonds(p, n, k, sum);
            o.n++;
        }
    o.distance = sum[0] / (6 * o.n);
    o.bond = hypot(sum[1], sum[2]) / (6 * o.n);
    for (int g = 0; g < 3; g++) { // S(-G) = S(G)
        double along = atan2(sum[2], sum[1]) / 6 + pi / 6 + g * pi / 3;
        double gx = 4 * pi / (sqrt(3) * o.distance) * cos(along), re = 0,
               gy = 4 * pi / (sqrt(3) * o.distance) * sin(along), im = 0;
        for (int32_t k = 0; k < n; k++)
            if (hypot(p[k][0], p[k][1]) < within) {
                re += cos(gx * p[k][0] + gy * p[k][1]);
                im += sin(gx * p[k][0] + gy * p[k][1]);
            }
        o.bragg = fmin(o.bragg, (re * re + im * im) / ((double)o.n * o.n));
    }
    return o;
}

// Mean B in the middle [Bc2].
static double mean_field(const flx_frame *f, double within)
{
    const flx_mesh *m = f->mesh;
    double flux = 0, area = 0;
    for (int32_t t = 0; t < m->n_tri; t++) {
        const int32_t *c = m->tri + 3 * t;
        double x = (m->x[c[0]] + m->x[c[1]] + m->x[c[2]]) / 3,
               y = (m->y[c[0]] + m->y[c[1]] + m->y[c[2]]) / 3;
        if (hypot(x, y) > within)
            continue;
        for (int k = 0; k < 3; k++) {
            int32_t i = c[k], j = c[(k + 1) % 3], e = flx_mesh_edge(m, i, j);
            flux += i < j ? f->a[e] : -f->a[e];
        }
        area += ((m->x[c[1]] - m->x[c[0]]) * (m->y[c[2]] - m->y[c[0]]) -
                 (m->x[c[2]] - m->x[c[0]]) * (m->y[c[1]] - m->y[c[0]])) /
                2;
    }
    return flux / area;
}

// Triangles 4.6 xi apart, each vortex displaced by up to 0.4 of that along x and y.
static void start(double (*p)[2])
{
    const double apart = 4.6;
    uint32_t seed = 1;
    int32_t n = 0;
    for (int32_t r = -SHELLS; r <= SHELLS; r++)
        for (int32_t c = -SHELLS; c <= SHELLS; c++) {
            if (abs(r + c) > SHELLS)
                continue;
            double by[2];
            for (int k = 0; k < 2; k++) {
                seed = seed * 1664525u + 1013904223u; // Numerical Recipes
                by[k] = 0.8 * (seed / 4294967296.0 - 0.5);
            }
            p[n][0] = apart * (c + 0.5 * r + by[0]);
            p[n++][1] = apart * (sqrt(0.75) * r + by[1]);
        }
}

int main(void)
{
    flx_ctx *ctx = flx_ctx_create();
    double corner[12], place[N][2];
    for (int k = 0; k < 6; k++) {
        corner[2 * k] = radius * cos(k * pi / 3);
        corner[2 * k + 1] = radius * sin(k * pi / 3);
    }
    flx_shape_item hexagon = {.kind = FLX_SHAPE_POLYGON, .points = corner, .n_point = 6};
    flx_mesh *mesh = mesh_of(ctx, &hexagon, 1, NULL, 0.6, NULL);
    uniform b = {mesh, field};
    flx_tdgl_problem p = {.mesh = mesh,
                          .u = 1,
                          .drive = {.user = &b, .vector_potential = uniform_a},
                          .screening = FLX_SCREENING_LONG,
                          .kappa = kappa};
    flx_tdgl_opts o = flx_tdgl_opts_default();
    flx_tdgl *sim;
    flx_cplx *psi = get(mesh->n_site, sizeof *psi);
    start(place);
    flx_start_uniform(mesh, NULL, psi);
    for (int32_t k = 0; k < N; k++) {
        flx_start_vortex v = {.x = place[k][0], .y = place[k][1], .winding = 1};
        must(ctx, flx_start_vortices(ctx, mesh, &v, 1, psi));
    }
    must(ctx, flx_tdgl_create(ctx, &p, &o, &sim));
    must(ctx, flx_tdgl_set_psi(sim, psi, 0));
    order before = arranged(place, N);
    settle(ctx, sim, 1000, 1e-5);
    flx_frame f = flx_tdgl_frame(sim);
    flx_vortices all;
    must(ctx, flx_measure_vortices(ctx, &f, 0, &all));
    double(*found)[2] = get(all.n, sizeof *found);
    for (int32_t k = 0; k < all.n; k++) {
        found[k][0] = all.list[k].x;
        found[k][1] = all.list[k].y;
    }
    order after = arranged(found, all.n);
    printf("# A long hexagon of 28 xi, kappa = 2, in 0.35 Bc2: 91 vortices, started up to 0.4 of "
           "their distance away from the places of a lattice, and the %d in the middle after 1000 "
           "tau0. At the start the bonds have an order of %.2f, the weakest of the six Bragg peaks "
           "a height of %.2f\n",
           (int)after.n, before.bond, before.bragg);
    row("vortices", all.n, N, "0", "started with");
    row("order of bonds, |mean of exp(6 i phi)|", after.bond, 1, "0.01", "triangles");
    row("weakest of the six Bragg peaks, S(G)/N", after.bragg, 1, "0.02", "triangles");
    double mean = mean_field(&f, 3 * after.distance);
    row("distance of neighbours [xi]", after.distance, sqrt(4 * pi / (sqrt(3) * mean)), "1%",
        "(2 Phi0/sqrt 3 B)^(1/2), B the mean there");
    free(found);
    free(psi);
    flx_vortices_clear(&all);
    flx_tdgl_free(sim);
    flx_mesh_free(mesh);
    flx_ctx_free(ctx);
    return 0;
}
