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
    } all[] = {{.5, .3, .054282814, .089808973}, {.5, 3, .122063848, .856389324},
               {2, .1, .088642416, .093107735},  {2, 1, .392470623, .588346925},
               {2, 3, .447773064, .927639427},   {10, .3, .589449212, .607088739},
               {10, 1, .785875417, .859679159}};
    const char *source = "c1 I0 + c2 K0 with the fluxoid Phi0 (Lipkin, Peshkin, Tassie 1962)";
    printf("# Hollow cylinders a < r < a + w (in lambda) with |psi| held at 1: flux of one fluxoid "
           "quantum in the hole and outside, and what an applied field leaves in the hole; two "
           "meshes and their extrapolation\n");
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        double coarse[3], fine[3], exact[3] = {all[k].hole, all[k].out, 1 - all[k].out};
        static const char *const what[] = {"flux in the hole/Phi0", "flux outside/Phi0", "B_i/B_a"};
        double h = fmin(all[k].w / 4, .2);
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
    cylinders();
    vortices();
    pairs();
    return 0;
}
