// The static engine where terminals hold |psi|: derivatives along the circles, the profile next to
// a contact, the critical current of a bridge between banks, states of the time integration.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_static.h"
#include "validate/bridge.h"

static bar held_bar(flx_ctx *ctx, double length, double width, int32_t nx, int32_t ny,
                    const double psi[2])
{
    bar b = bar_make(ctx, length, width, nx, ny);
    for (int k = 0; k < 2; k++) {
        b.terminal[k].psi = FLX_TERMINAL_HELD;
        b.terminal[k].amplitude = psi[k];
    }
    return b;
}

static void the_second_variation_is_that_along_the_circles(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    bar b = held_bar(ctx, 3, 1, 9, 3, (double[]){0.7, 1.2});
    film f = {.mesh = b.mesh, .field = 0.3, .current = 0.1};
    flx_static *st = film_static(ctx, &f, b.terminal, 1);
    int32_t n = 2 * b.mesh->n_site;
    double *p = get(n, sizeof *p), *hp = get(n, sizeof *hp), *psi = get(n, sizeof *psi);
    flx_cplx *start = get(b.mesh->n_site, sizeof *start);
    for (int32_t i = 0; i < b.mesh->n_site; i++)
        start[i] = (flx_cplx){0.8 + 0.1 * sin(3.0 * i), 0.3 * cos(1.3 * i)};
    must(ctx, flx_static_set_psi(st, start));
    flx_static_gradient(st);
    for (int32_t k = 0; k < b.terminal[1].n_site; k++) {
        const double *at = &st->psi[2 * b.terminal[1].site[k]];
        assert_near(hypot(at[0], at[1]), 1.2, 1e-15);
    }
    memcpy(psi, st->psi, (size_t)n * sizeof *psi);
    for (int32_t i = 0; i < n; i++)
        p[i] = sin(1.7 * i);
    flx_static_hold(st, p);
    flx_static_hessian(st, p, hp);
    double first = 2 * flx_static_dot(st, st->g, p), second = 2 * flx_static_dot(st, hp, p), e[3];
    const double d = 1e-3;
    for (int k = 0; k < 3; k++) { // flx_static_gradient goes round the circles, as -d^2/2 psi there
        for (int32_t i = 0; i < n; i++)
            st->psi[i] = psi[i] + (k - 1) * d * p[i];
        flx_static_gradient(st);
        e[k] = flx_static_energy(st) + flx_static_work(st, psi);
    }
    // d^2 times further derivatives of order 10, rounding 1e-15/d^2
    assert_near((e[2] - e[0]) / (2 * d) / first, 1, 1e-5);
    assert_near((e[2] - 2 * e[1] + e[0]) / (d * d) / second, 1, 1e-5);
    // the minimum along the line is one
    memcpy(st->psi, psi, (size_t)n * sizeof *psi);
    flx_static_gradient(st);
    for (int32_t i = 0; i < n; i++)
        p[i] = -st->g[i] / b.mesh->area[i / 2];
    flx_static_hessian(st, p, hp);
    double slope, s = flx_static_line(st, p, hp, &slope), best[3];
    for (int k = 0; k < 3; k++) {
        memcpy(st->psi, psi, (size_t)n * sizeof *psi);
        flx_static_axpy(st, s * (0.5 + 0.5 * k), p, st->psi);
        flx_static_gradient(st);
        best[k] = flx_static_energy(st) + flx_static_work(st, psi);
    }
    assert_true(slope < 0 && best[1] < best[0] && best[1] < best[2]);
    free(p);
    free(hp);
    free(psi);
    free(start);
    flx_static_free(st);
    bar_clear(&b);
    flx_ctx_free(ctx);
}

// psi = tanh((x + x0)/sqrt 2) next to a contact that holds less than 1, coth where it holds more;
// the energy of the profile is sqrt 2 times the integral of |1 - f^2| df (de Gennes, Superconductivity
// of Metals and Alloys (1966), ch. 7). The errors of two lattices go as h^2.
static void next_to_a_contact_psi_is_a_hyperbolic_tangent(void **state)
{
    (void)state;
    const double held[] = {0, 0.5, 1, 1.3}, length = 16;
    flx_ctx *ctx = flx_ctx_create();
    for (size_t k = 0; k < sizeof held / sizeof *held; k++) {
        double at_2[2], energy[2], a = held[k];
        for (int32_t fine = 0; fine < 2; fine++) {
            int32_t nx = fine ? 320 : 160;
            bar b = held_bar(ctx, length, 0.5, nx, 1, (double[]){a, 1});
            b.terminal[1].psi = FLX_TERMINAL_FREE;
            film f = {.mesh = b.mesh};
            flx_static *st = film_static(ctx, &f, b.terminal, 1);
            flx_static_report r = minimum(ctx, st);
            double value, residual;
            assert_true(r.stable && r.residual <= 1e-10);
            must(ctx, flx_static_modes(st, &value, NULL, &residual));
            if (a == 1) // psi = 1, and the phase a cosine; 1e-3: the lattice
                assert_near(value, pow(acos(-1) / length, 2), 1e-3 * value);
            assert_true(value > 0);
            at_2[fine] = hypot(st->psi[2 * b.site[nx / 8]], st->psi[2 * b.site[nx / 8] + 1]);
            energy[fine] = (r.energy + 0.5 * length * 0.5) / 0.5;
            flx_static_free(st);
            bar_clear(&b);
        }
        double there = a < 1 ? tanh((2 + sqrt(2) * atanh(a)) / sqrt(2)) : 1;
        there = a > 1 ? 1 / tanh((2 + sqrt(2) * atanh(1 / a)) / sqrt(2)) : there;
        double cost = sqrt(2) * fabs(2.0 / 3 - a + a * a * a / 3);
        assert_near((4 * at_2[1] - at_2[0]) / 3, there, 1e-6); // h^4 times a tenth
        assert_near((4 * energy[1] - energy[0]) / 3, cost, 1e-5);
    }
    flx_ctx_free(ctx);
}

static void a_bridge_between_banks_has_the_critical_current_of_the_line(void **state)
{
    (void)state;
    const double length[] = {1, 4};
    flx_ctx *ctx = flx_ctx_create();
    for (int k = 0; k < 2; k++) {
        double u0, exact = bridge_critical(length[k], &u0), found[2];
        for (int32_t fine = 0; fine < 2; fine++) {
            int32_t nx = (fine ? 80 : 40);
            bar b = held_bar(ctx, length[k], 0.5, nx, 2, (double[]){1, 1});
            film f = {.mesh = b.mesh, .current_rate = 0.5}; // 0.5 wide: J = t
            flx_static *st = film_static(ctx, &f, b.terminal, 1);
            flx_static_limit limit;
            flx_static_report r;
            minimum(ctx, st);
            must(ctx, flx_static_follow(st, 2, &limit, &r));
            assert_true(limit.found && limit.fold && r.residual <= 1e-10);
            assert_in_range(limit.points, 3, 25); // steps are as long as between free terminals
            found[fine] = limit.t;
            flx_static_free(st);
            bar_clear(&b);
        }
        // h^4 times a hundredth
        assert_near((4 * found[1] - found[0]) / 3, exact, 1e-5 * exact);
        // Aslamazov and Larkin, JETP Lett. 9, 87 (1969): 1/L for short ones
        assert_true(k > 0 || fabs(exact - 1) < 0.15);
    }
    flx_ctx_free(ctx);
}

static void the_state_is_that_of_the_time_integration(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    bar b = held_bar(ctx, 4, 2, 16, 8, (double[]){1, 0.8});
    film f = {.mesh = b.mesh, .field = 0.4, .current = 0.3};
    flx_static *st = film_static(ctx, &f, b.terminal, 1);
    flx_static_report r = minimum(ctx, st);
    assert_true(r.stable && r.residual <= 1e-10);
    flx_tdgl_problem p = {.mesh = b.mesh,
                          .u = 1,
                          .terminals = b.terminal,
                          .n_terminal = 2,
                          .drive = film_problem(&f, b.terminal).drive};
    p.drive.vector_potential_varies = false;
    flx_tdgl_opts o = flx_tdgl_opts_default();
    flx_tdgl *sim;
    must(ctx, flx_tdgl_create(ctx, &p, &o, &sim));
    assert_true(settle(ctx, sim, 1000, 1e-8));
    flx_frame end = flx_tdgl_frame(sim), min = flx_static_frame(st);
    double change; // 1e-8 over the rate of the slowest mode, 0.1
    must(ctx, flx_measure_change(ctx, b.mesh, end.psi, min.psi, 1, &change));
    assert_near(change, 0, 1e-6);
    flx_tdgl_free(sim);
    flx_static_free(st);
    bar_clear(&b);
    flx_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_second_variation_is_that_along_the_circles),
        cmocka_unit_test(next_to_a_contact_psi_is_a_hyperbolic_tangent),
        cmocka_unit_test(a_bridge_between_banks_has_the_critical_current_of_the_line),
        cmocka_unit_test(the_state_is_that_of_the_time_integration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
