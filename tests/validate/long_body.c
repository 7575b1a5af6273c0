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
    printf("# %d sites, %lld steps, t = %g\n", d.mesh->n_site, (long long)flx_tdgl_frame(d.sim).step, flx_tdgl_frame(d.sim).time);
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

static void cylinders(void)
{
    static const struct {
        double a, w, hole, out;
    } all[] = {{.5, .3, .054282814, .089808973}, {2, 1, .392470623, .588346925}, {10, 1, .785875417, .859679159}, {2, .1, .088642416, .093107735}};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        double v[3];
        char name[128];
        cylinder(all[k].a, all[k].w, fmin(all[k].w / 6, .1), 1, true, v);
        snprintf(name, sizeof name, "a = %g, w = %g: flux in the hole", all[k].a, all[k].w);
        row(name, v[0], all[k].hole, "0.5%", "Bessel");
        row("flux out", v[1], all[k].out, "0.5%", "Bessel");
        row("B_i/B_a", v[2], 1 - all[k].out, "0.5%", "Bessel");
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
                   (m->x[c[2]] - m->x[c[0]]) * (m->y[c[1]] - m->y[c[0]])) / 2;
    return flux / area;
}

static void vortex(double kappa, double h, double out[2])
{
    flx_mesh_refine near = {.near = FLX_NEAR_POINT, .distance = 2.5, .max_edge = h};
    body d = body_make(0, 6 * kappa + 3, 4*h, &near);
    d.kappa = kappa;
    flx_start_uniform(d.mesh, NULL, d.psi);
    body_start(&d);
    settle(d.ctx, d.sim, 200, 1e-6);
    double base = energy(&d);
    flx_start_vortex v = {.winding = 1};
    must(d.ctx, flx_start_vortices(d.ctx, d.mesh, &v, 1, d.psi));
    body_start(&d);
    settle(d.ctx, d.sim, 200, 1e-6);
    flx_frame f = flx_tdgl_frame(d.sim);
    printf("# %d sites, %lld steps, t = %g\n", d.mesh->n_site, (long long)f.step, f.time);
    flx_vortices all;
    must(d.ctx, flx_measure_vortices(d.ctx, &f, 0, &all));
    if (all.n != 1) printf("# %d vortices\n", all.n);
    else printf("# at %g %g\n", all.list[0].x, all.list[0].y);
    out[0] = (energy(&d) - base) / (4 * pi * kappa * kappa);
    out[1] = all.n ? field_of_triangle(&f, all.list[0].tri) : 0;
    flx_vortices_clear(&all);
    body_clear(&d);
}

static void vortices(void)
{
    static const double table[][3] = {{0.7071067811865476, 1, 1}, {1, 0.57838047, 0.6165733}, {2, 0.19408454, 0.2330724}, {3, 0.10199591, 0.1303716}};
    for (int k = 0; k < 4; k++) {
        char name[128];
        double c[2], v[2];
        vortex(table[k][0], 0.2, c);
        vortex(table[k][0], 0.1, v);
        snprintf(name, sizeof name, "kappa = %.3g: Hc1/Hc2", table[k][0]);
        row(name, c[0], table[k][1], "1%", "table");
        row(name, v[0], table[k][1], "0.3%", "table");
        row("B(0)/Bc2", c[1], table[k][2], "1%", "table");
        row("B(0)/Bc2", v[1], table[k][2], "1%", "table");
    }
}

int main(void)
{
    cylinders();
    vortices();
    return 0;
}
