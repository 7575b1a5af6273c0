// The static engine with the field of the currents: tubes of any wall beside the exact solution of
// London's equation, films beside the time integration, the line energy of a vortex, and the second
// variation beside differences of gradients.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_static.h"

static flx_static *field_static(flx_ctx *ctx, film *f, flx_screening screening, double length,
                                int32_t modes)
{
    flx_static_problem p = film_problem(f, NULL);
    flx_static_opts o = flx_static_opts_default();
    p.screening = screening;
    p.kappa = p.pearl_length = length;
    o.modes = modes;
    flx_static *st;
    must(ctx, flx_static_create(ctx, &p, &o, &st));
    return st;
}

// Flux through the hole in quanta, of a tube with inner radius a and wall w in lambda, winding 1.
static double flux_in_tube(flx_ctx *ctx, double a, double w, double kappa, double h)
{
    flx_mesh *m = ring_mesh(ctx, (a + w) * kappa, a * kappa, h * kappa);
    film f = {.mesh = m};
    flx_static *st = field_static(ctx, &f, FLX_SCREENING_LONG, kappa, 0);
    start_winding(ctx, st, m, 1);
    flx_static_report r = minimum(ctx, st);
    assert_true(r.stable && r.residual <= 1e-10);
    flx_frame frame = flx_static_frame(st);
    int32_t hole = m->loop[0].outer ? 1 : 0;
    double flux = 0;
    for (int32_t k = 0; k < m->loop[hole].n; k++) {
        const int32_t *site = m->loop_site + m->loop[hole].start;
        int32_t i = site[k], j = site[(k + 1) % m->loop[hole].n];
        int32_t e = flx_mesh_edge(m, i, j);
        flux += m->tail[e] == i ? frame.a[e] : -frame.a[e];
    }
    flx_static_free(st);
    flx_mesh_free(m);
    return flux / (2 * pi);
}

static void a_tube_of_any_wall_holds_the_flux_of_london(void **state)
{
    (void)state;
    // B = c1 I0(r) + c2 K0(r), B(b) = 0, fluxoid 1 (Lipkin, Peshkin and Tassie, Phys. Rev. 126, 116
    // (1962)): |psi| = 1, which large kappa comes to
    const struct {
        double a, w, flux;
    } all[] = {{0.5, 0.3, 0.054282814}, {0.5, 1, 0.104205584}, {2, 1, 0.392470623}};
    flx_ctx *ctx = flx_ctx_create();
    for (int k = 0; k < 3; k++) {
        double off[2];
        for (int s = 0; s < 2; s++) {
            double kappa = s ? 50 : 10, step = k ? 0.1 : 0.06;
            double coarse = flux_in_tube(ctx, all[k].a, all[k].w, kappa, step);
            double fine = flux_in_tube(ctx, all[k].a, all[k].w, kappa, step / 2);
            off[s] = limit_of(coarse, fine, 2) / all[k].flux - 1;
        }
        // what a current takes from |psi| goes as 1/kappa^2; the mesh leaves 2e-4
        assert_near(off[1], off[0] / 25, 3e-4);
        assert_near(off[1], 0, 1.2e-3);
        if (k == 0) { // the radial problem of both fields, to its last digit
            assert_near(all[k].flux * (1 + off[0]), 0.0532, 6e-5);
            assert_near(all[k].flux * (1 + off[1]), 0.05424, 2e-5);
        }
    }
    flx_ctx_free(ctx);
}

static void a_thin_tube_of_small_kappa_cannot_hold_a_quantum(void **state)
{
    (void)state;
    // a = 0.5, w = 0.3 lambda at kappa = 1: q would be above 1/sqrt3 all over the wall
    flx_ctx *ctx = flx_ctx_create();
    flx_mesh *m = ring_mesh(ctx, 0.8, 0.5, 0.08);
    film f = {.mesh = m};
    flx_static *st = field_static(ctx, &f, FLX_SCREENING_LONG, 1, 0);
    start_winding(ctx, st, m, 1);
    flx_static_report r = minimum(ctx, st);
    assert_true(r.stable);
    assert_int_equal(winding_of(ctx, st, 0), 0); // it slips, and is full again
    assert_near(r.energy, -st->area / 2, 1e-9 * st->area);
    flx_static_free(st);
    flx_mesh_free(m);
    flx_ctx_free(ctx);
}

static void a_vortex_costs_what_bogomolny_found_at_kappa_1_over_sqrt_2(void **state)
{
    (void)state;
    // E. B. Bogomolny, Sov. J. Nucl. Phys. 24, 449 (1976): 2 pi exactly, so Hc1 = Hc2. psi = 0 is
    // held in the middle of the cylinder, which the vortex would leave without a field; R = 7 lambda
    // leaves exp(-14).
    flx_ctx *ctx = flx_ctx_create();
    double energy[2];
    for (int k = 0; k < 2; k++) {
        flx_mesh *m = rings_mesh(ctx, 5, 16 << k);
        film f = {.mesh = m};
        flx_static_problem p = film_problem(&f, NULL);
        const double one = 1;
        int32_t middle = 0;
        for (int32_t i = 0; i < m->n_site; i++)
            if (hypot(m->x[i], m->y[i]) < hypot(m->x[middle], m->y[middle]))
                middle = i;
        flx_terminal pin = {.site = &middle, .length = &one, .n_site = 1};
        p.terminals = &pin;
        p.n_terminal = 1;
        p.screening = FLX_SCREENING_LONG;
        p.kappa = sqrt(0.5);
        flx_static_opts o = flx_static_opts_default();
        flx_static *st;
        must(ctx, flx_static_create(ctx, &p, &o, &st));
        flx_cplx *psi = get(m->n_site, sizeof *psi);
        flx_start_uniform(m, NULL, psi);
        must(ctx, flx_start_vortices(ctx, m, &(flx_start_vortex){.winding = 1}, 1, psi));
        must(ctx, flx_static_set_psi(st, psi));
        energy[k] = minimum(ctx, st).energy + st->area / 2;
        free(psi);
        flx_static_free(st);
        flx_mesh_free(m);
    }
    assert_near(limit_of(energy[0], energy[1], 2), 2 * pi, 1e-3 * 2 * pi); // h^4 at h = 0.16
    flx_ctx_free(ctx);
}

static void the_second_variation_is_the_derivative_of_the_gradient(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_mesh *m = ring_mesh(ctx, 4, 1.5, 0.7);
    for (int k = 0; k < 2; k++) {
        film f = {.mesh = m, .field = 0.3};
        flx_static *st = field_static(ctx, &f, k ? FLX_SCREENING_FILM : FLX_SCREENING_LONG, 1.5, 1);
        start_winding(ctx, st, m, 1);
        int32_t n = 2 * m->n_site;
        double *psi = get(n, sizeof *psi), *v = get(n, sizeof *v), *hv = get(n, sizeof *hv),
               *g = get(n, sizeof *g), e[2];
        memcpy(psi, st->psi, (size_t)n * sizeof *psi);
        for (int32_t i = 0; i < n; i++)
            v[i] = sin(1.7 * i);
        flx_static_gradient(st);
        flx_static_hessian(st, v, hv);
        double slope = 2 * flx_static_dot(st, st->g, v), worst = 0, size = 0;
        const double d = 1e-4;
        for (int s = 0; s < 2; s++) {
            for (int32_t i = 0; i < n; i++)
                st->psi[i] = psi[i] + (s ? d : -d) * v[i];
            flx_static_gradient(st);
            e[s] = flx_static_energy(st);
            for (int32_t i = 0; i < n; i++)
                g[i] += (s ? 1 : -1) * st->g[i] / (2 * d);
        }
        for (int32_t i = 0; i < n; i++) {
            worst = fmax(worst, fabs(g[i] - hv[i]));
            size = fmax(size, fabs(hv[i]));
        }
        // central differences: d^2 times third derivatives, rounding 1e-16/d; v oscillates, so that
        // the slope is a hundredth of the sum of its terms
        assert_near((e[1] - e[0]) / (2 * d) / slope, 1, 1e-5);
        assert_near(worst / size, 0, 1e-8);
        free(psi);
        free(v);
        free(hv);
        free(g);
        flx_static_free(st);
    }
    flx_mesh_free(m);
    flx_ctx_free(ctx);
}

static void films_end_where_their_time_integration_ends(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_mesh *m = ring_mesh(ctx, 4, 2, 0.6);
    for (int k = 0; k < 2; k++) {
        film f = {.mesh = m, .field = 0.1};
        flx_screening screening = k ? FLX_SCREENING_FILM : FLX_SCREENING_LONG;
        flx_static *st = field_static(ctx, &f, screening, 2, 0);
        start_winding(ctx, st, m, 1);
        flx_frame before = flx_static_frame(st);
        flx_tdgl_problem p = {.mesh = m,
                              .u = 1,
                              .drive = film_problem(&f, NULL).drive,
                              .screening = screening,
                              .kappa = 2,
                              .pearl_length = 2};
        p.drive.vector_potential_varies = false;
        flx_tdgl_opts o = flx_tdgl_opts_default();
        flx_tdgl *sim;
        must(ctx, flx_tdgl_create(ctx, &p, &o, &sim));
        must(ctx, flx_tdgl_set_psi(sim, before.psi, 0));
        assert_true(settle(ctx, sim, 1000, 1e-8));
        flx_static_report r = minimum(ctx, st);
        assert_true(r.stable && r.residual <= 1e-10);
        flx_frame end = flx_tdgl_frame(sim);
        flx_energy a = flx_measure_energy(&end);
        flx_frame mine = flx_static_frame(st);
        flx_energy b = flx_measure_energy(&mine);
        // the square of what is left; the operator of films is good to 1e-4 and the same for both
        assert_near(b.total_F0, a.total_F0, 1e-8);
        assert_near(b.field_F0, a.field_F0, 1e-7);
        assert_true(b.field_F0 > 1e-3);
        assert_near(r.energy * 2 / st->area, b.total_F0, 1e-10);
        flx_tdgl_free(sim);
        flx_static_free(st);
    }
    flx_mesh_free(m);
    flx_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_second_variation_is_the_derivative_of_the_gradient),
        cmocka_unit_test(a_tube_of_any_wall_holds_the_flux_of_london),
        cmocka_unit_test(a_thin_tube_of_small_kappa_cannot_hold_a_quantum),
        cmocka_unit_test(a_vortex_costs_what_bogomolny_found_at_kappa_1_over_sqrt_2),
        cmocka_unit_test(films_end_where_their_time_integration_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
