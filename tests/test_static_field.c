// The static engine with the field of the currents: tubes of any wall beside the exact solution of
// London's equation, films beside the time integration, the line energy of a vortex, and the second
// variation beside differences of gradients.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_static.h"

static flx_static *fed_static(flx_ctx *ctx, film *f, const flx_terminal *terminals,
                              flx_screening screening, double length)
{
    flx_static_problem p = film_problem(f, terminals);
    flx_static_opts o = flx_static_opts_default();
    p.screening = screening;
    p.kappa = p.pearl_length = length;
    o.modes = 1;
    flx_static *st;
    must(ctx, flx_static_create(ctx, &p, &o, &st));
    return st;
}

static flx_static *field_static(flx_ctx *ctx, film *f, flx_screening screening, double length)
{
    return fed_static(ctx, f, NULL, screening, length);
}

// Flux through the hole in quanta, of a tube with inner radius a and wall w in lambda, winding 1.
static double flux_in_tube(flx_ctx *ctx, double a, double w, double kappa, double h)
{
    flx_mesh *m = ring_mesh(ctx, (a + w) * kappa, a * kappa, h * kappa);
    film f = {.mesh = m};
    flx_static *st = field_static(ctx, &f, FLX_SCREENING_LONG, kappa);
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
    flx_static *st = field_static(ctx, &f, FLX_SCREENING_LONG, 1);
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
    flx_mesh *ring = ring_mesh(ctx, 4, 1.5, 0.7);
    bar b = bar_make(ctx, 3, 2, 6, 4);
    b.terminal[0].psi = b.terminal[1].psi = FLX_TERMINAL_FREE;
    for (int k = 0; k < 4; k++) { // a ring; a strip whose terminals bring a current
        flx_mesh *m = k < 2 ? ring : b.mesh;
        film f = {.mesh = m, .field = 0.3, .current = 0.5};
        flx_static *st = fed_static(ctx, &f, k < 2 ? NULL : b.terminal,
                                    k % 2 ? FLX_SCREENING_FILM : FLX_SCREENING_LONG, 1.5);
        if (k < 2)
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
            e[s] = flx_static_energy(st) + flx_static_work(st, psi);
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
    bar_clear(&b);
    flx_mesh_free(ring);
    flx_ctx_free(ctx);
}

// Velocity of the pairs along the middle of a bar, [ny + 1] across it.
static void velocity_across(const flx_static *st, const bar *b, int32_t ny, double *v)
{
    flx_frame f = flx_static_frame(st);
    for (int32_t j = 0; j <= ny; j++) {
        int32_t from = b->nx / 2 * (ny + 1) + j, to = from + ny + 1;
        flx_cplx p = f.psi[from], q = f.psi[to];
        double turn = atan2(p.re * q.im - p.im * q.re, p.re * q.re + p.im * q.im);
        v[j] = (turn - f.a[flx_mesh_edge(b->mesh, from, to)]) / b->h;
    }
}

static void a_current_through_a_slab_flows_within_lambda_of_its_sides(void **state)
{
    (void)state;
    // |psi| = 1 - 1e-4: J = I/(2 lambda) cosh(y/lambda)/sinh(w/2 lambda); F. and H. London, Proc. R.
    // Soc. A 149, 71 (1935). Of w = 3 lambda, with terminals 4 lambda away: exp(-4) of what they
    // bring evenly.
    enum { NY = 12 };
    flx_ctx *ctx = flx_ctx_create();
    const double kappa = 10, w = 3 * kappa;
    bar b = bar_make(ctx, 9 * kappa, w, 36, NY);
    b.terminal[0].psi = b.terminal[1].psi = FLX_TERMINAL_FREE;
    film f = {.mesh = b.mesh, .current = 0.01 * w};
    flx_static *st = fed_static(ctx, &f, b.terminal, FLX_SCREENING_LONG, kappa);
    flx_static_report r = minimum(ctx, st);
    assert_true(r.stable && r.residual <= 1e-10);
    double v[NY + 1];
    velocity_across(st, &b, NY, v);
    for (int32_t j = 0; j <= NY; j++) {
        double y = w * (j / (double)NY - 0.5);
        double exact = f.current / (2 * kappa) * cosh(y / kappa) / sinh(w / (2 * kappa));
        assert_near(v[j], exact, 8e-3 * exact); // (h/lambda)^2/8
    }
    flx_static_free(st);
    bar_clear(&b);
    flx_ctx_free(ctx);
}

// K(y) - (1/2 pi Lambda) int K(y') asinh(length/2|y - y'|) dy' = c all over a strip whose sheet
// currents do not vary along it; c for a current of 1. n equal intervals, the own one in closed form.
static void strip_currents(double length, double w, double pearl, int32_t n, double *k)
{
    double h = w / n, sum = 0, *a = get((int64_t)n * n, sizeof *a);
    for (int32_t i = 0; i < n; i++) {
        k[i] = 1;
        for (int32_t j = 0; j < n; j++)
            a[i * n + j] = (i == j) + h / (2 * pi * pearl) *
                                          (i == j ? 1 + log(2 * length / h)
                                                  : asinh(length / (2 * h * abs(i - j))));
    }
    assert_true(flx_static_solve_small(n, a, k));
    for (int32_t i = 0; i < n; i++)
        sum += h * k[i];
    for (int32_t i = 0; i < n; i++)
        k[i] /= sum;
    free(a);
}

static void a_current_through_a_film_crowds_at_its_edges(void **state)
{
    (void)state;
    enum { NY = 12, N = 10 * NY };
    flx_ctx *ctx = flx_ctx_create();
    const double w = 3, length = 9, pearl[] = {0.5, 1e6};
    bar b = bar_make(ctx, length, w, 36, NY);
    b.terminal[0].psi = b.terminal[1].psi = FLX_TERMINAL_FREE;
    for (int k = 0; k < 2; k++) {
        film f = {.mesh = b.mesh, .current = 0.01 * w};
        flx_static *st = fed_static(ctx, &f, b.terminal, FLX_SCREENING_FILM, pearl[k]);
        flx_static_report r = minimum(ctx, st);
        assert_true(r.stable && r.residual <= 1e-10);
        double v[NY + 1], exact[N];
        velocity_across(st, &b, NY, v);
        strip_currents(length, w, pearl[k], N, exact);
        for (int32_t j = 1; j < NY; j++) {
            double there = (exact[N / NY * j - 1] + exact[N / NY * j]) / 2;
            double h2 = j == 1 || j == NY - 1 ? 1.2e-2 : 4e-3; // K rises as a root to the edges
            assert_near(v[j], f.current * there, (k ? 2e-4 : h2) * f.current * there); // |psi|^2
        }
        double crowded = v[0] / v[NY / 2]; // its cell averages over half a side
        assert_true(k ? fabs(crowded - 1) < 1e-4
                      : crowded > 1.4 && crowded < exact[0] / exact[N / 2]);
        flx_static_free(st);
    }
    bar_clear(&b);
    flx_ctx_free(ctx);
}

static double limit_of_current(flx_ctx *ctx, const bar *b, flx_screening screening, double length)
{
    film f = {.mesh = b->mesh, .current_rate = 2}; // 2 wide: t is the mean current density
    flx_static *st = fed_static(ctx, &f, b->terminal, screening, length);
    flx_static_limit limit;
    flx_static_report report;
    minimum(ctx, st);
    must(ctx, flx_static_follow(st, 1, &limit, &report));
    assert_true(limit.found && limit.fold && report.residual <= 1e-10);
    flx_static_free(st);
    return limit.t;
}

static void a_current_that_crowds_breaks_down_earlier(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    bar b = bar_make(ctx, 5, 2, 10, 4);
    b.terminal[0].psi = b.terminal[1].psi = FLX_TERMINAL_FREE;
    double even = limit_of_current(ctx, &b, FLX_SCREENING_NONE, 0);
    double weak = limit_of_current(ctx, &b, FLX_SCREENING_FILM, 1e5);
    double strong = limit_of_current(ctx, &b, FLX_SCREENING_FILM, 0.5);
    double slab = limit_of_current(ctx, &b, FLX_SCREENING_LONG, 1e3);
    double thick = limit_of_current(ctx, &b, FLX_SCREENING_LONG, 1);
    assert_near(even, 2 / (3 * sqrt(3)), 1e-2); // h^2/32
    assert_near(weak, even, 1e-5);              // width/Lambda
    assert_near(slab, even, 1e-5);              // (width/lambda)^2
    // J(q) is flat where it is largest, so that little of what crowds is lost
    assert_true(strong < 0.9999 * even && strong > 0.9 * even);
    assert_true(thick < 0.9999 * even && thick > 0.9 * even);
    bar_clear(&b);
    flx_ctx_free(ctx);
}

static double limit_of_field(flx_ctx *ctx, const flx_mesh *m, flx_screening screening,
                             double length)
{
    film f = {.mesh = m, .field_rate = 1};
    flx_static *st = field_static(ctx, &f, screening, length);
    flx_static_limit limit;
    flx_static_report report;
    minimum(ctx, st);
    must(ctx, flx_static_follow(st, 0.8, &limit, &report));
    assert_true(limit.found && fabs(limit.value) < 1e-6 && report.residual <= 1e-10);
    flx_static_free(st);
    return limit.t;
}

static void the_field_of_entry_goes_to_that_without_field_of_the_currents(void **state)
{
    (void)state;
    // What the currents of a disk add to the field goes as (R/lambda)^2 in a long body, as R/Lambda
    // in a film; the next order is as much again.
    flx_ctx *ctx = flx_ctx_create();
    flx_mesh *m = disk_mesh(ctx, 4, 0.8);
    double alone = limit_of_field(ctx, m, FLX_SCREENING_NONE, 0);
    double body[2], sheet[2];
    for (int k = 0; k < 2; k++) {
        body[k] = limit_of_field(ctx, m, FLX_SCREENING_LONG, 20 << k) - alone;
        sheet[k] = limit_of_field(ctx, m, FLX_SCREENING_FILM, 200 << k) - alone;
    }
    assert_true(body[0] > 0 && sheet[0] > 0); // it is screened
    assert_near(body[0] / body[1], 4, 4 * 16 / 400.0);
    assert_near(sheet[0] / sheet[1], 2, 2 * 4 / 200.0);
    flx_mesh_free(m);
    flx_ctx_free(ctx);
}

// Saddle above the state without vortex, on the way to one in the middle of a disk.
static double barrier_of(flx_ctx *ctx, const flx_mesh *m, flx_screening screening, double length)
{
    film f = {.mesh = m, .field = 0.3};
    flx_static *st = field_static(ctx, &f, screening, length);
    flx_cplx *none = get(m->n_site, sizeof *none), *one = get(m->n_site, sizeof *one);
    flx_start_uniform(m, NULL, none);
    flx_start_uniform(m, NULL, one);
    must(ctx, flx_start_vortices(ctx, m, &(flx_start_vortex){.winding = 1}, 1, one));
    flx_static_barrier b;
    flx_static_report report;
    must(ctx, flx_static_saddle(st, none, one, &b, &report));
    assert_true(b.connects && b.value < 0 && report.residual <= 1e-10);
    free(none);
    free(one);
    flx_static_free(st);
    return b.energy_saddle - b.energy_from;
}

static void a_vortex_enters_over_a_barrier_that_its_own_field_changes(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_mesh *m = disk_mesh(ctx, 4, 0.8);
    double alone = barrier_of(ctx, m, FLX_SCREENING_NONE, 0);
    double body[2];
    for (int k = 0; k < 2; k++)
        body[k] = barrier_of(ctx, m, FLX_SCREENING_LONG, 20 << k) - alone;
    double sheet = barrier_of(ctx, m, FLX_SCREENING_FILM, 200) - alone;
    assert_true(alone > 0.1 && body[0] > 0 && sheet > 0); // less field to drive the vortex in
    assert_near(body[0] / body[1], 4, 4 * 16 / 400.0);    // (R/lambda)^2, and the next order
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
        flx_static *st = field_static(ctx, &f, screening, 2);
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
        cmocka_unit_test(a_current_through_a_slab_flows_within_lambda_of_its_sides),
        cmocka_unit_test(a_current_through_a_film_crowds_at_its_edges),
        cmocka_unit_test(a_current_that_crowds_breaks_down_earlier),
        cmocka_unit_test(the_field_of_entry_goes_to_that_without_field_of_the_currents),
        cmocka_unit_test(a_vortex_enters_over_a_barrier_that_its_own_field_changes),
        cmocka_unit_test(a_tube_of_any_wall_holds_the_flux_of_london),
        cmocka_unit_test(a_thin_tube_of_small_kappa_cannot_hold_a_quantum),
        cmocka_unit_test(a_vortex_costs_what_bogomolny_found_at_kappa_1_over_sqrt_2),
        cmocka_unit_test(films_end_where_their_time_integration_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
