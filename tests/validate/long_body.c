// Long bodies: kappa^2 curl curl A = J closed with psi on the same mesh.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "validate.h"

// A body of some shape and what is done to it.
typedef struct body {
    flx_ctx *ctx;
    flx_mesh *mesh;
    uniform field;
    double kappa;
    bool frozen;
    flx_tdgl *sim;
    flx_cplx *psi;
} body;

// A disk of radius b, with a hole of radius a if a > 0, fine within `distance` of the middle.
static body body_make(double a, double b, double h, const flx_mesh_refine *near)
{
    body d = {.ctx = flx_ctx_create()};
    flx_shape_item disk = {.kind = FLX_SHAPE_CIRCLE, .size = {b, b}},
                   hole = {.kind = FLX_SHAPE_CIRCLE, .size = {a, a}};
    d.mesh = mesh_of(d.ctx, &disk, 1, a > 0 ? &hole : NULL, h, near);
    d.field.mesh = d.mesh;
    d.psi = get(d.mesh->n_site, sizeof *d.psi);
    return d;
}

static void body_clear(body *d)
{
    flx_tdgl_free(d->sim);
    free(d->psi);
    flx_mesh_free(d->mesh);
    flx_ctx_free(d->ctx);
}

// Begins from d->psi, without induced field.
static void body_start(body *d)
{
    flx_tdgl_problem p = {.mesh = d->mesh,
                          .u = 1,
                          .drive = {.user = &d->field, .vector_potential = uniform_a},
                          .screening = FLX_SCREENING_LONG,
                          .kappa = d->kappa};
    flx_tdgl_opts o = flx_tdgl_opts_default();
    o.frozen_amplitude = d->frozen;
    flx_tdgl_free(d->sim);
    must(d->ctx, flx_tdgl_create(d->ctx, &p, &o, &d->sim));
    must(d->ctx, flx_tdgl_set_psi(d->sim, d->psi, 0));
}

static double energy(const body *d)
{
    flx_frame f = flx_tdgl_frame(d->sim);
    double area = 0;
    for (int32_t i = 0; i < d->mesh->n_site; i++)
        area += d->mesh->area[i];
    return flx_measure_energy(&f).total_F0 * area / 2; // [Bc^2/mu0 xi^2]
}

// -- hollow cylinders -----------------------------------------------------------------------------

static double loop_flux(const body *d, bool outer)
{
    flx_frame f = flx_tdgl_frame(d->sim);
    flx_fluxoid x;
    int32_t l = 0;
    while (d->mesh->loop[l].outer != outer)
        l++;
    const flx_mesh_loop *loop = &d->mesh->loop[l];
    must(d->ctx, flx_measure_fluxoid(d->ctx, &f, &d->mesh->loop_site[loop->start], loop->n, &x));
    return x.flux_Phi0;
}

static void cylinder(double a, double w, double h, double kappa, bool frozen, double out[3])
{
    body d = body_make(a * kappa, (a + w) * kappa, h * kappa, NULL);
    d.kappa = kappa;
    d.frozen = frozen;
    flx_start_uniform(d.mesh, NULL, d.psi);
    int32_t inner = 0;
    while (d.mesh->loop[inner].outer)
        inner++;
    flx_start_hole start = {inner, 1};
    must(d.ctx, flx_start_holes(d.ctx, d.mesh, &start, 1, d.psi));
    body_start(&d);
    settle(d.ctx, d.sim, 1000, 1e-7);
    out[0] = loop_flux(&d, false);
    out[1] = loop_flux(&d, true);
    d.field.field = 0.01;
    flx_start_uniform(d.mesh, NULL, d.psi);
    body_start(&d);
    settle(d.ctx, d.sim, 1000, 1e-7);
    double polygon = 0;
    const flx_mesh_loop *loop = &d.mesh->loop[inner];
    for (int32_t k = 0; k < loop->n; k++) {
        int32_t i = d.mesh->loop_site[loop->start + k],
                j = d.mesh->loop_site[loop->start + (k + 1) % loop->n];
        polygon += (d.mesh->x[i] * d.mesh->y[j] - d.mesh->x[j] * d.mesh->y[i]) / 2;
    }
    out[2] = loop_flux(&d, false) * 2 * pi / polygon / 0.01;
    body_clear(&d);
}

// The London limit, lambda the unit of length.
static void cylinders(void)
{
    static const struct {
        double a, w, hole, out;
    } all[] = {{.5, .3, .054282814, .089808973}, {.5, 2, .119776802, .677898612},
               {.5, 3, .122063848, .856389324},  {.5, 5, .122429606, .975182435},
               {2, .1, .088642416, .093107735},  {2, 1, .392470623, .588346925},
               {2, 2, .441138015, .825192214},   {2, 3, .447773064, .927639427},
               {2, 5, .448806030, .988312857},   {10, .3, .589449212, .607088739},
               {10, 1, .785875417, .859679159},  {10, 2, .821518967, .950318791},
               {50, 1, .949739551, .967351815},  {50, 2, .959793441, .989204419},
               {100, 1, .974316473, .983335964}};
    const char *source = "c1 I0 + c2 K0 with the fluxoid Phi0 (Lipkin, Peshkin, Tassie 1962)";
    printf("# Hollow cylinders a < r < a + w (in lambda) with |psi| held at 1: flux of one fluxoid "
           "quantum in the hole and outside, and what an applied field leaves in the hole; two "
           "meshes and their extrapolation\n");
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        double coarse[3], fine[3], exact[3] = {all[k].hole, all[k].out, 1 - all[k].out};
        static const char *const what[] = {"flux in the hole/Phi0", "flux outside/Phi0", "B_i/B_a"};
        double h = all[k].a < 50 ? fmin(all[k].w / 4, .2) : .3; // some 10^4 sites at most
        char name[128];
        cylinder(all[k].a, all[k].w, h, 1, true, coarse);
        cylinder(all[k].a, all[k].w, h / 2, 1, true, fine);
        for (int m = 0; m < 3; m++) {
            snprintf(name, sizeof name, "a = %g, w = %g: %s, h <= %.3g", all[k].a, all[k].w,
                     what[m], h / 2);
            row(name, fine[m], exact[m], "0.3%", source);
            snprintf(name, sizeof name, "a = %g, w = %g: %s, extrapolated", all[k].a, all[k].w,
                     what[m]);
            row(name, limit_of(coarse[m], fine[m], 2), exact[m], "0.15%", source);
        }
    }
    printf("# The same with psi free, a = 0.5, w = 0.3 lambda: the flux of one fluxoid quantum "
           "approaches the London limit as kappa grows; h <= 0.4 xi\n");
    static const struct {
        double kappa, hole;
    } free_psi[] = {{10, .0532}, {50, .05424}};
    for (int k = 0; k < 2; k++) {
        double v[3];
        char name[128];
        cylinder(.5, .3, .4 / free_psi[k].kappa, free_psi[k].kappa, false, v);
        snprintf(name, sizeof name, "kappa = %g: flux in the hole/Phi0", free_psi[k].kappa);
        row(name, v[0], free_psi[k].hole, "0.3%", "radial Ginzburg-Landau equations, 3 digits");
    }
}

// -- a slab ---------------------------------------------------------------------------------------

// B = 0.01 beyond both rims of a lattice closed along x.
static void outside_field(void *user, double t, double *a, double *a_dot)
{
    const lattice *l = user;
    (void)t;
    for (int32_t e = 0; e < l->mesh.n_edge; e++) {
        double y = (l->mesh.y[l->mesh.tail[e]] + l->mesh.y[l->mesh.head[e]] - l->ly) / 2;
        a[e] = -0.01 * y * l->dx[e];
        a_dot[e] = 0;
    }
}

// B over that outside between rows r and r + 1 of a slab of n + 1 rows, b [n]: the flux there.
static void slab(double width, int32_t n, double *b)
{
    enum { COLUMNS = 4 };
    flx_ctx *ctx = flx_ctx_create();
    lattice l = lattice_make(COLUMNS, n + 1, width / n, width / n, false);
    lattice_faces(&l, COLUMNS);
    flx_tdgl_problem p = {.mesh = &l.mesh,
                          .u = 1,
                          .drive = {.user = &l, .vector_potential = outside_field},
                          .screening = FLX_SCREENING_LONG,
                          .kappa = 1};
    flx_tdgl_opts o = flx_tdgl_opts_default();
    o.frozen_amplitude = true;
    flx_tdgl *sim;
    flx_cplx *psi = get(l.mesh.n_site, sizeof *psi);
    flx_start_uniform(&l.mesh, NULL, psi);
    must(ctx, flx_tdgl_create(ctx, &p, &o, &sim));
    must(ctx, flx_tdgl_set_psi(sim, psi, 0));
    settle(ctx, sim, 1000, 1e-9);
    flx_frame f = flx_tdgl_frame(sim);
    double *along = get(n + 1, sizeof *along); // round the slab, on each row
    for (int32_t e = 0; e < l.mesh.n_edge; e++)
        if (l.mesh.tail[e] / COLUMNS == l.mesh.head[e] / COLUMNS)
            along[l.mesh.tail[e] / COLUMNS] += l.dx[e] > 0 ? f.a[e] : -f.a[e];
    for (int32_t r = 0; r < n; r++)
        b[r] = (along[r] - along[r + 1]) / (l.lx * width / n) / 0.01;
    free(along);
    free(psi);
    flx_tdgl_free(sim);
    lattice_clear(&l);
    flx_ctx_free(ctx);
}

static void expulsion(void)
{
    enum { N = 240 }; // rows: h = 0.05 lambda in the broadest
    static const double depth[] = {0, 0.5, 1, 2, 3, 5};
    double b[N];
    char name[96];
    printf("# Meissner effect: B in a slab in a field along it, with |psi| held at 1; lambda the "
           "unit, error of order h^2\n");
    slab(12, N, b);
    for (size_t k = 0; k < sizeof depth / sizeof *depth; k++) {
        int32_t r = (int32_t)lround(depth[k] * N / 12);
        double x = (r + 0.5) * 12 / N, both = exp(-12) * exp(x); // from the other side
        snprintf(name, sizeof name, "12 lambda wide, %g lambda below the surface: B/B_a", x);
        row(name, b[r], (exp(-x) + both) / (1 + exp(-12)), "0.1%",
            "exp(-x/lambda), and from the other side");
    }
    double low = log(b[0] / b[N / 12]); // over 1 lambda
    row("12 lambda wide: lambda from the decay over the first of them", 1 / low, 1, "0.1%",
        "exp(-x/lambda)");
    const double width[] = {0.5, 2, 6};
    for (int k = 0; k < 3; k++) {
        double flux = 0;
        slab(width[k], N, b);
        for (int32_t r = 0; r < N; r++)
            flux += b[r] / N;
        snprintf(name, sizeof name, "%g lambda wide, in the middle: B/B_a", width[k]);
        row(name, (b[N / 2 - 1] + b[N / 2]) / 2, 1 / cosh(width[k] / 2), "0.1%",
            "1/cosh(w/2 lambda)");
        snprintf(name, sizeof name, "%g lambda wide: mean B/B_a", width[k]);
        row(name, flux, tanh(width[k] / 2) * 2 / width[k], "0.1%", "tanh(w/2 lambda) 2 lambda/w");
    }
}

// -- one vortex -----------------------------------------------------------------------------------

static double field_of_triangle(const flx_frame *f, int32_t t)
{
    const flx_mesh *m = f->mesh;
    const int32_t *c = m->tri + 3 * t;
    double flux = 0;
    for (int k = 0; k < 3; k++) {
        int32_t i = c[k], j = c[(k + 1) % 3], e = flx_mesh_edge(m, i, j);
        flux += i < j ? f->a[e] : -f->a[e];
    }
    double area = ((m->x[c[1]] - m->x[c[0]]) * (m->y[c[2]] - m->y[c[0]]) -
                   (m->x[c[2]] - m->x[c[0]]) * (m->y[c[1]] - m->y[c[0]])) /
                  2;
    return flux / area;
}

// Begins with n vortices at x [n] on the x axis, and relaxes; returns the energy.
static double relaxed(body *d, const double *x, int32_t n, double time)
{
    flx_start_uniform(d->mesh, NULL, d->psi);
    for (int32_t k = 0; k < n; k++) {
        flx_start_vortex v = {.x = x[k], .winding = 1};
        must(d->ctx, flx_start_vortices(d->ctx, d->mesh, &v, 1, d->psi));
    }
    body_start(d);
    settle(d->ctx, d->sim, time, 1e-7);
    return energy(d);
}

// Hc1/Hc2, B(0)/Bc2 and |psi|/r near the middle of one vortex in a disk of 6 lambda + 3 xi.
static void vortex(double kappa, double h, double out[3])
{
    flx_mesh_refine near = {.near = FLX_NEAR_POINT, .distance = 2.5, .max_edge = h};
    body d = body_make(0, 6 * kappa + 3, 4 * h, &near);
    const double middle = 0;
    d.kappa = kappa;
    double base = relaxed(&d, NULL, 0, 100);
    out[0] = (relaxed(&d, &middle, 1, 100) - base) / (4 * pi * kappa * kappa);
    flx_frame f = flx_tdgl_frame(d.sim);
    flx_vortices all;
    must(d.ctx, flx_measure_vortices(d.ctx, &f, 0, &all));
    if (all.n != 1) {
        fprintf(stderr, "%d vortices\n", all.n);
        exit(1);
    }
    out[1] = field_of_triangle(&f, all.list[0].tri);
    // f = f' r - c r^3: least squares within 0.5 xi of the core.
    double rr = 0, r4 = 0, r6 = 0, fr = 0, fr3 = 0;
    for (int32_t i = 0; i < d.mesh->n_site; i++) {
        double r = hypot(d.mesh->x[i] - all.list[0].x, d.mesh->y[i] - all.list[0].y);
        if (r > 0.5)
            continue;
        double v = sqrt(abs2(f.psi[i]));
        rr += r * r;
        r4 += pow(r, 4);
        r6 += pow(r, 6);
        fr += v * r;
        fr3 += v * r * r * r;
    }
    out[2] = (fr * r6 - fr3 * r4) / (rr * r6 - r4 * r4);
    flx_vortices_clear(&all);
    body_clear(&d);
}

static void vortices(void)
{
    static const struct {
        const char *kappa;
        double value, v[3];
    } table[] = {{"1/sqrt 2", 0.7071067811865476, {1, 1, 0.8531779}},
                 {"0.85", 0.85, {0.74740761, 0.7734484, 0.8104843}},
                 {"1", 1, {0.57838047, 0.6165733, 0.7773595}},
                 {"1.2", 1.2, {0.43402286, 0.4780202, 0.7448402}},
                 {"2", 2, {0.19408454, 0.2330724, 0.6760936}},
                 {"3", 3, {0.10199591, 0.1303716, 0.6404102}}};
    static const char *const what[] = {"Hc1/Hc2", "B(0)/Bc2", "slope of |psi| at the core [1/xi]"};
    // The energy has an error of order h^2; B is that of the triangle round the core, and the slope
    // a fit, so their errors scatter with the place of the core in its triangle.
    static const char *const coarse_tolerance[] = {"0.3%", "0.5%", "1%"};
    static const char *const fine_tolerance[] = {"0.1%", "0.2%", "0.5%"};
    printf("# One vortex in the middle of a cylinder of radius 6 lambda + 3 xi, against the radial "
           "Ginzburg-Landau equations (E. H. Brandt, Phys. Rev. B 68, 054506 (2003))\n");
    for (size_t k = 0; k < sizeof table / sizeof *table; k++)
        for (int fine = 0; fine < 2; fine++) {
            double v[3], h = fine ? 0.1 : 0.2;
            char name[128];
            vortex(table[k].value, h, v);
            for (int m = 0; m < 3; m++) {
                snprintf(name, sizeof name, "kappa = %s: %s, h <= %g", table[k].kappa, what[m], h);
                row(name, v[m], table[k].v[m], fine ? fine_tolerance[m] : coarse_tolerance[m],
                    "radial equations");
            }
        }
}

static void pairs(void)
{
    printf("# kappa = 1/sqrt 2: two vortices at any distance cost 2 x 2 pi Bc^2/mu0 xi^2; cylinder "
           "of radius 12 xi, h <= 0.2 xi\n");
    flx_mesh_refine near = {.near = FLX_NEAR_POINT, .distance = 5, .max_edge = 0.2};
    body d = body_make(0, 12, 0.4, &near);
    d.kappa = 0.7071067811865476;
    double base = relaxed(&d, NULL, 0, 100);
    for (int k = 0; k < 4; k++) {
        double distance = 1 + 2 * k, x[] = {-distance / 2, distance / 2};
        char name[64];
        snprintf(name, sizeof name, "distance %g xi", distance);
        row(name, relaxed(&d, x, 2, 60) - base, 4 * pi, "0.2%",
            "4 pi (Bogomolny 1976); mesh 0.1% at this h");
    }
    body_clear(&d);
}

int main(void)
{
    expulsion();
    cylinders();
    vortices();
    pairs();
    return 0;
}
