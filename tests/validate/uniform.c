// Uniform states and thin rings: relaxation, depairing current, rings in a field and the limit of
// their stability, the fluxoid of a loop.
//   J = q (1 - q^2), |psi|^2 = 1 - q^2 with q = (n - phi)/R: Tinkham, Introduction to Superconductivity, ch. 4.
//   Stability: Kramer and Zimmermann, Physica D 16, 221 (1985); Tuckerman and Barkley, Physica D 46, 57 (1990).
// SPDX-License-Identifier: GPL-3.0-or-later
#include "validate.h"

// -- relaxation -----------------------------------------------------------------------------------

// u sqrt(1 + g^2 f^2) f' = (1 - f^2) f, as the time to get from f0 to f: Simpson in ln f.
static double relaxation_time(double u, double gamma, double f0, double f)
{
    const int n = 4000;
    double a = log(f0), step = (log(f) - a) / n, sum = 0;
    for (int k = 0; k <= n; k++) {
        double g = exp(a + k * step), weight = k == 0 || k == n ? 1 : k % 2 ? 4 : 2;
        sum += weight * u * sqrt(1 + gamma * gamma * g * g) / (1 - g * g);
    }
    return sum * step / 3;
}

static double relax(double gamma, int32_t order, double dt, double t_end)
{
    flx_ctx *ctx = flx_ctx_create();
    lattice l = lattice_make(4, 4, 1, 1, true);
    flx_tdgl_problem p = {.mesh = &l.mesh, .u = 5.79, .gamma = gamma};
    flx_tdgl_opts o = flx_tdgl_opts_default();
    o.adaptive = false;
    o.order = order;
    o.dt = dt;
    o.tolerance = 1e-10;
    flx_tdgl *sim;
    must(ctx, flx_tdgl_create(ctx, &p, &o, &sim));
    flx_cplx psi[16];
    for (int i = 0; i < 16; i++)
        psi[i] = (flx_cplx){0.3 * cos(1), 0.3 * sin(1)};
    must(ctx, flx_tdgl_set_psi(sim, psi, 0));
    settle(ctx, sim, t_end, 0);
    flx_frame f = flx_tdgl_frame(sim);
    double reached = sqrt(abs2(f.psi[7]));
    flx_tdgl_free(sim);
    lattice_clear(&l);
    flx_ctx_free(ctx);
    return reached;
}

static void relaxation(void)
{
    printf("# Uniform relaxation from |psi| = 0.3 (u = 5.79): the time the differential equation "
           "takes to the |psi| that was "
           "reached. The tolerance is the error of the step at its order, 1e-5 of the time.\n");
    const char *source = "u sqrt(1 + g^2 f^2) f' = (1 - f^2) f, by quadrature";
    double f = relax(0, 3, 0.02, 8);
    row("gamma = 0, t = 8 tau0, |psi|", f, sqrt(1 / (1 - (1 - 1 / 0.09) * exp(-16 / 5.79))), "1e-6",
        "closed form");
    row("gamma = 0, t", relaxation_time(5.79, 0, 0.3, f), 8, "1e-3%", source);
    row("gamma = 10, t", relaxation_time(5.79, 10, 0.3, relax(10, 3, 0.02, 30)), 30, "1e-3%",
        source);
    for (int32_t order = 2; order <= 3; order++) {
        double error[2];
        for (int k = 0; k < 2; k++)
            error[k] = relaxation_time(5.79, 1, 0.3, relax(1, order, 0.1 / (1 + k), 8)) - 8;
        char name[64];
        snprintf(name, sizeof name, "gamma = 1, order in time of bdf %d", (int)order);
        row(name, log2(error[0] / error[1]), order, "0.15",
            "next order of the expansion at dt = 0.1, 0.05");
    }
}

// -- depairing ------------------------------------------------------------------------------------

typedef struct twist {
    const lattice *l;
    double q;
} twist;

static void twist_a(void *user, double t, double *a, double *a_dot)
{
    const twist *s = user;
    (void)t;
    for (int32_t e = 0; e < s->l->mesh.n_edge; e++) {
        a[e] = s->q * s->l->dx[e];
        a_dot[e] = 0;
    }
}

// Largest current over q: the top of the parabola through three q.
static double depairing(double h, double *q_top)
{
    flx_ctx *ctx = flx_ctx_create();
    lattice l = lattice_make((int32_t)lround(4 / h), 4, h, h * sqrt(0.75), false);
    double current[3];
    double *j = get(l.mesh.n_edge, sizeof *j);
    for (int k = 0; k < 3; k++) {
        twist s = {&l, 0.57 + 0.01 * k};
        flx_tdgl_problem p = {
            .mesh = &l.mesh, .u = 1, .drive = {.user = &s, .vector_potential = twist_a}};
        flx_tdgl_opts o = flx_tdgl_opts_default();
        flx_tdgl *sim;
        must(ctx, flx_tdgl_create(ctx, &p, &o, &sim));
        settle(ctx, sim, 1000, 1e-9);
        flx_frame f = flx_tdgl_frame(sim);
        flx_measure_edges(&f, j, NULL);
        current[k] = 0;
        for (int32_t e = 0; e < l.mesh.n_edge; e++) // integral of J_x
            current[k] -= l.mesh.dual[e] * j[e] * l.dx[e] / (l.lx * l.ly);
        flx_tdgl_free(sim);
    }
    double slope = (current[2] - current[0]) / 2, curve = current[2] - 2 * current[1] + current[0];
    *q_top = 0.58 - 0.01 * slope / curve;
    free(j);
    lattice_clear(&l);
    flx_ctx_free(ctx);
    return current[1] - slope * slope / (2 * curve);
}

static void depairings(void)
{
    printf("# Depairing current of a strip closed on itself, triangular lattice of spacing h\n");
    double jc[3], q[3];
    for (int k = 0; k < 3; k++) {
        double h = 0.5 / (1 << k);
        jc[k] = depairing(h, &q[k]);
        char name[64];
        snprintf(name, sizeof name, "J_c, h = %g xi", h);
        row(name, jc[k], 2 / (3 * sqrt(3)),
            k == 2   ? "0.1%"
            : k == 1 ? "0.4%"
                     : "1.6%",
            "2/(3 sqrt 3); error of order h^2");
    }
    row("J_c, extrapolated", limit_of(jc[1], jc[2], 2), 2 / (3 * sqrt(3)), "0.005%",
        "2/(3 sqrt 3)");
    row("q at J_c, extrapolated", limit_of(q[1], q[2], 2), 1 / sqrt(3), "0.05%", "1/sqrt 3");
    row("order in h", order_of(jc[0], jc[1], jc[2]), 2, "0.1", "next order of the expansion");
}

// -- thin rings -----------------------------------------------------------------------------------

#define WIDTH 0.02 // [xi]

typedef struct ring {
    flx_ctx *ctx;
    flx_mesh *mesh;
    uniform field;
    double radius, eps;
    int32_t n;
} ring;

// n trapezoids of width w around; their corners lie on circles, so the diagonals carry no weight.
static ring ring_make(double radius, double w, int32_t n)
{
    ring r = {.ctx = flx_ctx_create(), .radius = radius, .eps = 1, .n = n};
    double *x = get(2 * n, sizeof *x), *y = get(2 * n, sizeof *y);
    int32_t *tri = get(6 * n, sizeof *tri);
    for (int32_t i = 0; i < 2 * n; i++) {
        double at = radius + (i % 2 ? 0.5 : -0.5) * w;
        x[i] = at * cos(2 * pi * (i / 2) / n);
        y[i] = at * sin(2 * pi * (i / 2) / n);
    }
    for (int32_t k = 0; k < n; k++) {
        int32_t a = 2 * k, b = 2 * ((k + 1) % n), corner[6] = {a, a + 1, b + 1, a, b + 1, b};
        memcpy(&tri[6 * k], corner, sizeof corner);
    }
    flx_mesh_input input = {
        .n_site = 2 * n, .n_tri = 2 * n, .x = x, .y = y, .tri = tri, .keep_order = true};
    must(r.ctx, flx_mesh_create(r.ctx, &input, &r.mesh));
    r.field.mesh = r.mesh;
    free(x);
    free(y);
    free(tri);
    return r;
}

static void ring_clear(ring *r)
{
    flx_mesh_free(r->mesh);
    flx_ctx_free(r->ctx);
}

static void ring_a(void *user, double t, double *a, double *a_dot)
{
    ring *r = user;
    uniform_a(&r->field, t, a, a_dot);
}

static void ring_eps(void *user, double t, double *eps)
{
    const ring *r = user;
    (void)t;
    for (int32_t i = 0; i < r->mesh->n_site; i++)
        eps[i] = r->eps;
}

// A run at winding n and flux phi [Phi0] through the middle circle.
static flx_tdgl *ring_start(ring *r, int32_t n, double phi, double dt)
{
    r->field.field = 2 * phi / (r->radius * r->radius);
    flx_tdgl_problem p = {.mesh = r->mesh,
                          .u = 1,
                          .drive = {.user = r, .vector_potential = ring_a, .epsilon = ring_eps}};
    flx_tdgl_opts o = flx_tdgl_opts_default();
    o.adaptive = dt == 0;
    o.dt = dt > 0 ? dt : o.dt;
    o.tolerance = dt > 0 ? 1e-10 : o.tolerance;
    flx_tdgl *sim;
    must(r->ctx, flx_tdgl_create(r->ctx, &p, &o, &sim));
    flx_cplx *psi = get(2 * r->n, sizeof *psi);
    for (int32_t i = 0; i < 2 * r->n; i++) {
        double phase = 2 * pi * n * (i / 2) / r->n, size = sqrt(r->eps);
        psi[i] = (flx_cplx){size * cos(phase), size * sin(phase)};
    }
    must(r->ctx, flx_tdgl_set_psi(sim, psi, 0));
    free(psi);
    return sim;
}

static void ring_state(ring *r, int32_t n, double phi, double *density, double *energy)
{
    flx_tdgl *sim = ring_start(r, n, phi, 0);
    settle(r->ctx, sim, 2000, 1e-9);
    flx_frame f = flx_tdgl_frame(sim);
    *density = mean_abs2(&f);
    *energy = flx_measure_energy(&f).total_F0;
    flx_tdgl_free(sim);
}

// Growth rate of the slowest modulation, exp(i theta), of a state of flux phi without winding:
// density and phase are disturbed by 1e-4 and followed.
static double ring_growth(ring *r, double phi)
{
    flx_tdgl *sim = ring_start(r, 0, phi, 0);
    settle(r->ctx, sim, 500, 1e-9);
    flx_frame f = flx_tdgl_frame(sim);
    flx_cplx *psi = get(2 * r->n, sizeof *psi);
    for (int32_t i = 0; i < 2 * r->n; i++) {
        double angle = 2 * pi * (i / 2) / r->n, size = 1 + 1e-4 * cos(angle),
               turn = 1e-4 * sin(angle);
        flx_cplx z = f.psi[i];
        psi[i] = (flx_cplx){size * (z.re - turn * z.im), size * (z.im + turn * z.re)};
    }
    flx_tdgl_free(sim);
    sim = ring_start(r, 0, phi, 0.25);
    must(r->ctx, flx_tdgl_set_psi(sim, psi, 0));
    free(psi);
    double log_size[2];
    for (int k = 0; k < 2; k++) {
        settle(r->ctx, sim, 60 + 30 * k, 0);
        f = flx_tdgl_frame(sim);
        double re = 0, im = 0;
        for (int32_t i = 0; i < 2 * r->n; i++) {
            re += abs2(f.psi[i]) * cos(2 * pi * (i / 2) / r->n);
            im += abs2(f.psi[i]) * sin(2 * pi * (i / 2) / r->n);
        }
        log_size[k] = log(hypot(re, im));
    }
    flx_tdgl_free(sim);
    return (log_size[1] - log_size[0]) / 30;
}

// Flux at which the growth rate passes zero: a line through two rates near the limit.
static double ring_limit(double radius, double h, double guess)
{
    ring r = ring_make(radius, WIDTH, (int32_t)lround(2 * pi * radius / h));
    double low = 0.997 * guess, high = 1.003 * guess, a = ring_growth(&r, low),
           b = ring_growth(&r, high);
    ring_clear(&r);
    return low - a * (high - low) / (b - a);
}

static void rings(void)
{
    printf("# Thin rings of width w = 0.02 xi in a uniform field, trapezoids around, two sites "
           "across: q^2 is larger than on "
           "the middle circle by a share of 3 w^2/4R^2 < 1e-4, which the tolerances of the "
           "extrapolated values cover\n");
    double density[3], energy[3];
    const double q2 = (3 - 1.2) * (3 - 1.2) / 25;
    char name[96];
    for (int k = 0; k < 3; k++) {
        double h = 0.4 / (1 << k);
        ring r = ring_make(5, WIDTH, (int32_t)lround(10 * pi / h));
        ring_state(&r, 3, 1.2, &density[k], &energy[k]);
        ring_clear(&r);
        snprintf(name, sizeof name, "R = 5, n = 3, phi = 1.2 Phi0: |psi|^2, h = %g", h);
        row(name, density[k], 1 - q2, k == 2 ? "0.1%" : "0.3%", "1 - ((n - phi)/R)^2");
    }
    row("|psi|^2, extrapolated", limit_of(density[1], density[2], 2), 1 - q2, "0.02%",
        "1 - ((n - phi)/R)^2");
    row("F/F0, h = 0.1", energy[2], -(1 - q2) * (1 - q2), "0.1%", "-|psi|^4");
    row("F/F0, extrapolated", limit_of(energy[1], energy[2], 2), -(1 - q2) * (1 - q2), "0.02%",
        "-|psi|^4");
    row("order of |psi|^2 in h", order_of(density[0], density[1], density[2]), 2, "0.1",
        "next order");

    // The chords and their dual faces shift the flux by h^2/R^2: two rings, extrapolated.
    ring r;
    double even[2], difference[2], unused;
    for (int m = 0; m < 2; m++) {
        r = ring_make(5, WIDTH, 157 << m);
        for (int k = 0; k < 2; k++) {
            double one, zero;
            ring_state(&r, 0, 0.45 + 0.1 * k, &unused, &zero);
            ring_state(&r, 1, 0.45 + 0.1 * k, &unused, &one);
            difference[k] = zero - one;
        }
        even[m] = 0.45 - 0.1 * difference[0] / (difference[1] - difference[0]);
        ring_clear(&r);
    }
    row("R = 5: flux of equal energy of n = 0 and 1, extrapolated", limit_of(even[0], even[1], 2),
        0.5, "0.02%", "n + 1/2");
    double critical[2];
    for (int k = 0; k < 2; k++) {
        r = ring_make(2, WIDTH, 63 << k);
        r.eps = 0.3;
        ring_state(&r, 0, 0.5, &density[k], &unused);
        critical[k] = 0.3 - density[k];
        ring_clear(&r);
    }
    row("R = 2, phi = Phi0/2: depression of T_c", limit_of(critical[0], critical[1], 2), 1.0 / 16,
        "0.1%", "(xi/2R)^2, Little and Parks");

    printf("# Limit of stability of a current state: |n - phi| where the growth rate of a "
           "modulation passes zero; the line "
           "through two rates 0.3 %% on either side is straight to 1e-4\n");
    const double radius[] = {2, 3, 5, 10};
    for (int k = 0; k < 4; k++) {
        double exact = radius[k] * sqrt((1 + 1 / (2 * radius[k] * radius[k])) / 3);
        double h = fmin(0.2, radius[k] / 20); // flatter trapezoids would not be Delaunay
        double coarse = ring_limit(radius[k], 2 * h, exact), fine = ring_limit(radius[k], h, exact);
        snprintf(name, sizeof name, "R = %g, h = %g", radius[k], h);
        row(name, fine, exact, "0.5%", "R sqrt((1 + 1/2R^2)/3); error of order h^2");
        snprintf(name, sizeof name, "R = %g, extrapolated", radius[k]);
        row(name, limit_of(coarse, fine, 2), exact, "0.1%", "R sqrt((1 + 1/2R^2)/3)");
    }
}

// -- fluxoid --------------------------------------------------------------------------------------

// Winding round the hole, and how far the fluxoids of its rim and (the mean of the moduli) of five
// circles are from it.
static int32_t fluxoid_error(double h, double *rim, double *circles)
{
    flx_ctx *ctx = flx_ctx_create();
    flx_shape_item disk = {.kind = FLX_SHAPE_CIRCLE, .size = {6, 6}},
                   hole = {.kind = FLX_SHAPE_CIRCLE, .size = {2, 2}, .at = {0.5, 0}};
    flx_mesh *m = mesh_of(ctx, &disk, 1, &hole, h, NULL);
    uniform s = {m, 0.08};
    flx_tdgl_problem p = {.mesh = m, .u = 1, .drive = {.user = &s, .vector_potential = uniform_a}};
    flx_tdgl_opts o = flx_tdgl_opts_default();
    flx_tdgl *sim;
    must(ctx, flx_tdgl_create(ctx, &p, &o, &sim));
    flx_cplx *psi = get(m->n_site, sizeof *psi);
    flx_start_uniform(m, NULL, psi);
    int32_t inner = 0;
    while (m->loop[inner].outer)
        inner++;
    flx_start_hole start = {inner, 2};
    must(ctx, flx_start_holes(ctx, m, &start, 1, psi));
    must(ctx, flx_tdgl_set_psi(sim, psi, 0));
    settle(ctx, sim, 400, 1e-7);
    flx_frame f = flx_tdgl_frame(sim);
    flx_winding w;
    must(ctx, flx_measure_loop_winding(ctx, &f, inner, &w));
    flx_fluxoid x;
    must(ctx,
         flx_measure_fluxoid(ctx, &f, &m->loop_site[m->loop[inner].start], m->loop[inner].n, &x));
    *rim = fabs(x.fluxoid_Phi0 - x.winding);

    flx_locator *locator;
    must(ctx, flx_locator_create(ctx, m, &locator));
    *circles = 0;
    for (int c = 0; c < 5; c++) {
        double circle[2 * 64];
        for (int k = 0; k < 64; k++) {
            circle[2 * k] = 0.2 + (3.6 + 0.3 * c) * cos(2 * pi * k / 64);
            circle[2 * k + 1] = (3.6 + 0.3 * c) * sin(2 * pi * k / 64);
        }
        flx_polyline curve = {circle, 64};
        int32_t *sites, n;
        must(ctx, flx_mesh_snap_loop(ctx, locator, -1, &curve, &sites, &n));
        must(ctx, flx_measure_fluxoid(ctx, &f, sites, n, &x));
        *circles += fabs(x.fluxoid_Phi0 - x.winding) / 5;
        flx_mesh_sites_free(sites);
    }
    flx_locator_free(locator);
    free(psi);
    flx_tdgl_free(sim);
    flx_mesh_free(m);
    flx_ctx_free(ctx);
    return w.winding;
}

static void fluxoids(void)
{
    printf(
        "# Fluxoid of a disk of R = 6 xi with an off-centre hole of R = 2 xi, B = 0.08 Bc2: the "
        "winding is exact on any "
        "mesh; flux plus loop integral of J_s/|psi|^2, from reconstructed currents, tends to it\n");
    double rim[3], circles[3];
    char name[96];
    for (int k = 0; k < 3; k++) {
        double h = 0.4 / (1 << k);
        const char *allowed = k == 0 ? "3.2e-2" : k == 1 ? "8e-3" : "2e-3";
        int32_t winding = fluxoid_error(h, &rim[k], &circles[k]);
        snprintf(name, sizeof name, "h <= %g xi: winding", h);
        row(name, winding, 2, "0", "started with 2");
        snprintf(name, sizeof name, "h <= %g xi: |fluxoid/Phi0 - 2| of the rim of the hole", h);
        row(name, rim[k], 0, allowed, "0; error of order h^2");
        snprintf(name, sizeof name, "h <= %g xi: the same of five circles, mean", h);
        row(name, circles[k], 0, allowed, "0; error of order h^2");
    }
    const char *blur = "trapezoidal rule; meshes are not similar to one another";
    row("order in h, rim", log2(rim[0] / rim[2]) / 2, 2, "0.2", blur);
    row("order in h, circles", log2(circles[0] / circles[2]) / 2, 2, "0.2", blur);
}

int main(void)
{
    relaxation();
    depairings();
    rings();
    fluxoids();
    return 0;
}
