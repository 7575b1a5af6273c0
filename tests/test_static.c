// The static engine: its gradient and second variation, minima beside those of the time
// integration, modes with closed forms, saddles it must leave, failures it must tell.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_static.h"

#include "base/rng.h"

// A disk of R = 3 with everything at once: field, uneven eps, a noisy psi.
static double uneven(double x, double y)
{
    return 1 - 0.3 * exp(-x * x - 2 * y * y);
}

static void noisy(const flx_mesh *m, flx_cplx *psi)
{
    for (int32_t i = 0; i < m->n_site; i++) {
        double g[2];
        flx_rng_gauss(1, 0, (uint64_t)i, g);
        psi[i] = (flx_cplx){0.8 + 0.1 * g[0], 0.3 + 0.1 * g[1]};
    }
}

static void gradient_and_second_variation_are_derivatives_of_the_energy(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    bar b = bar_make(ctx, 4, 2, 12, 6);
    b.terminal[0].psi = b.terminal[1].psi = FLX_TERMINAL_FREE;
    film f = {.mesh = b.mesh, .field = 0.3, .current = 0.2, .eps = uneven};
    flx_static *st = film_static(ctx, &f, b.terminal, 1);
    int32_t n = 2 * b.mesh->n_site;
    double *p = get(n, sizeof *p), *hp = get(n, sizeof *hp), *psi = get(n, sizeof *psi),
           *g = get(n, sizeof *g), e[2];
    flx_cplx *start = get(b.mesh->n_site, sizeof *start);
    noisy(b.mesh, start);
    must(ctx, flx_static_set_psi(st, start));
    memcpy(psi, st->psi, (size_t)n * sizeof *psi);
    for (int32_t i = 0; i < n; i++)
        p[i] = sin(1.7 * i);
    flx_static_gradient(st);
    flx_static_hessian(st, p, hp);
    double first = 2 * flx_static_dot(st, st->g, p);
    const double d = 1e-4;
    for (int k = 0; k < 2; k++) {
        for (int32_t i = 0; i < n; i++)
            st->psi[i] = psi[i] + (k ? d : -d) * p[i];
        flx_static_gradient(st);
        e[k] = flx_static_energy(st) + flx_static_work(st, psi);
        for (int32_t i = 0; i < n; i++)
            g[i] += (k ? 1 : -1) * st->g[i] / (2 * d);
    }
    // central differences: d^2 times third derivatives of order 100 (from theta), rounding 1e-15/d
    assert_near((e[1] - e[0]) / (2 * d) / first, 1, 1e-6);
    for (int32_t i = 0; i < n; i++)
        assert_near(g[i], hp[i], 1e-5);
    // the line: slope at 0, and the derivative along p vanishes where it says
    memcpy(st->psi, psi, (size_t)n * sizeof *psi);
    flx_static_gradient(st);
    for (int32_t i = 0; i < n; i++)
        p[i] = -st->g[i] / b.mesh->area[i / 2];
    flx_static_hessian(st, p, hp);
    double slope, s = flx_static_line(st, p, hp, &slope);
    assert_near(slope, flx_static_dot(st, st->g, p), 1e-12 * fabs(slope));
    flx_static_axpy(st, s, p, st->psi);
    flx_static_gradient(st);
    assert_near(flx_static_dot(st, st->g, p) / slope, 0, 1e-11); // rounding of a sum of 182 terms
    free(p);
    free(hp);
    free(psi);
    free(g);
    free(start);
    flx_static_free(st);
    bar_clear(&b);
    flx_ctx_free(ctx);
}

static void modes_of_the_uniform_film_are_cosines(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    bar b = bar_make(ctx, 12, 7, 48, 28);
    film f = {.mesh = b.mesh};
    flx_static *st = film_static(ctx, &f, NULL, 6);
    flx_static_report r = minimum(ctx, st);
    assert_int_equal(r.steps, 0);
    assert_true(r.stable);
    double value[6], residual;
    const flx_cplx *mode;
    must(ctx, flx_static_modes(st, value, &mode, &residual));
    // psi = 1: phase waves k^2, amplitude waves 2 + k^2; three-point differences give k^2 = (4/h^2)
    // sin^2(pi m h/2L) along each side, h = 1/4. All six below 2 are phase waves.
    double exact[64];
    int n = 0;
    for (int m = 0; m < 6; m++)
        for (int l = 0; l < 4; l++)
            if (m + l > 0)
                exact[n++] = 64 * (pow(sin(pi * m / 96), 2) + pow(sin(pi * l / 56), 2));
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            if (exact[j] < exact[i]) {
                double swap = exact[i];
                exact[i] = exact[j];
                exact[j] = swap;
            }
    for (int k = 0; k < 6; k++) {
        assert_near(value[k], exact[k], 1e-10); // residual^2 over the gaps, 1e-12/1e-2
        double norm = 0, real = 0;
        for (int32_t i = 0; i < b.mesh->n_site; i++) {
            flx_cplx v = mode[(size_t)k * (size_t)b.mesh->n_site + (size_t)i];
            norm += b.mesh->area[i] * abs2(v);
            real = fmax(real, fabs(v.re));
        }
        assert_near(norm, 1, 1e-12);
        assert_near(real, 0, 1e-5); // the residual over the distance to the amplitude waves
    }
    flx_static_free(st);
    bar_clear(&b);
    flx_ctx_free(ctx);
}

static void a_kink_is_left_along_its_unstable_mode(void **state)
{
    (void)state;
    // tanh(x/sqrt 2) is stationary; antisymmetry keeps the descent on it until the factorisation
    // tells that it is a saddle.
    flx_ctx *ctx = flx_ctx_create();
    bar b = bar_make(ctx, 16, 1, 64, 2);
    film f = {.mesh = b.mesh};
    flx_static *st = film_static(ctx, &f, NULL, 1);
    flx_cplx *psi = get(b.mesh->n_site, sizeof *psi);
    for (int32_t i = 0; i < b.mesh->n_site; i++)
        psi[i].re = b.mesh->x[i] > 0 ? 1 : b.mesh->x[i] < 0 ? -1 : 0;
    must(ctx, flx_static_set_psi(st, psi));
    flx_static_report r = minimum(ctx, st);
    assert_true(r.escapes >= 1);
    assert_true(r.stable);
    assert_near(r.energy, -16 / 2., 1e-12); // psi = 1 on an area of 16, to rounding
    free(psi);
    flx_static_free(st);
    bar_clear(&b);
    flx_ctx_free(ctx);
}

static void minima_are_the_states_in_which_time_integration_ends(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_mesh *m = ring_mesh(ctx, 4, 2, 0.4);
    for (int32_t n = 0; n < 3; n++) {
        film f = {.mesh = m, .field = 0.2, .eps = uneven};
        flx_static *st = film_static(ctx, &f, NULL, 1);
        start_winding(ctx, st, m, n);
        flx_frame before = flx_static_frame(st);
        flx_tdgl_problem p = {.mesh = m, .u = 1, .drive = film_problem(&f, NULL).drive};
        p.drive.vector_potential_varies = false;
        flx_tdgl_opts o = flx_tdgl_opts_default();
        flx_tdgl *sim;
        must(ctx, flx_tdgl_create(ctx, &p, &o, &sim));
        must(ctx, flx_tdgl_set_psi(sim, before.psi, 0));
        assert_true(settle(ctx, sim, 1000, 1e-8));
        flx_static_report r = minimum(ctx, st);
        assert_true(r.stable);
        assert_true(r.residual <= 1e-10);
        flx_frame end = flx_tdgl_frame(sim);
        // what is left of the slowest mode, 1e-8 over its rate of 0.05; its square in the energy
        double change;
        flx_frame min = flx_static_frame(st);
        must(ctx, flx_measure_change(ctx, m, end.psi, min.psi, 1, &change));
        assert_near(change, 0, 1e-6);
        assert_near(energy_F0(st), flx_measure_energy(&end).total_F0, 1e-11);
        assert_int_equal(winding_of(ctx, st, 0), n);
        assert_int_equal(winding_of(ctx, st, 1), n);
        flx_tdgl_free(sim);
        flx_static_free(st);
    }
    flx_mesh_free(m);
    flx_ctx_free(ctx);
}

static void a_change_of_gauge_changes_nothing(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_mesh *m = disk_mesh(ctx, 4, 0.4);
    double *chi = get(m->n_site, sizeof *chi), energy[2], value[2][3], residual;
    flx_cplx *psi = get(m->n_site, sizeof *psi);
    for (int k = 0; k < 2; k++) {
        for (int32_t i = 0; i < m->n_site; i++) {
            chi[i] = k * (3 * sin(m->x[i]) + m->x[i] * m->y[i]);
            psi[i] = (flx_cplx){cos(chi[i]), sin(chi[i])};
        }
        film f = {.mesh = m, .field = 0.4, .eps = uneven, .chi = chi};
        flx_static *st = film_static(ctx, &f, NULL, 3);
        must(ctx, flx_static_set_psi(st, psi));
        energy[k] = minimum(ctx, st).energy;
        must(ctx, flx_static_modes(st, value[k], NULL, &residual));
        flx_static_free(st);
    }
    // residuals of 1e-10 and 1e-6, squared, over eigenvalues of 0.1
    assert_near(energy[1], energy[0], 1e-11);
    for (int k = 0; k < 3; k++)
        assert_near(value[1][k], value[0][k], 1e-10);
    free(psi);
    free(chi);
    flx_mesh_free(m);
    flx_ctx_free(ctx);
}

static void any_number_of_threads_gives_the_same_bits(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_mesh *m = disk_mesh(ctx, 5, 0.25);
    film f = {.mesh = m, .field = 0.5};
    flx_static_problem p = film_problem(&f, NULL);
    flx_static_opts o = flx_static_opts_default();
    flx_cplx *first = get(m->n_site, sizeof *first);
    for (o.threads = 1; o.threads <= 3; o.threads++) {
        flx_static *st;
        must(ctx, flx_static_create(ctx, &p, &o, &st));
        minimum(ctx, st);
        if (o.threads == 1)
            memcpy(first, flx_static_frame(st).psi, (size_t)m->n_site * sizeof *first);
        else
            assert_memory_equal(first, flx_static_frame(st).psi, (size_t)m->n_site * sizeof *first);
        flx_static_free(st);
    }
    free(first);
    flx_mesh_free(m);
    flx_ctx_free(ctx);
}

static void what_cannot_be_is_told(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    bar b = bar_make(ctx, 6, 1, 24, 4);
    film f = {.mesh = b.mesh, .current = 0.1};
    flx_static_problem p = film_problem(&f, b.terminal);
    flx_static_opts o = flx_static_opts_default();
    flx_static *st;
    assert_int_equal(flx_static_create(ctx, &p, &o, &st), FLX_ERR_INPUT);
    assert_string_equal(
        flx_ctx_error(ctx),
        "terminal 0 is normal (psi = 0) and carries 0.1 K0 xi: near it a voltage drives the "
        "current, which no stationary state of the free energy has; make its psi free or hold it "
        "above 0, or use the tdgl engine");
    assert_null(st);
    b.terminal[1].psi = FLX_TERMINAL_HELD;
    b.terminal[1].amplitude = -0.5;
    assert_int_equal(flx_static_create(ctx, &p, &o, &st), FLX_ERR_INPUT);
    assert_string_equal(flx_ctx_error(ctx), "terminal 1 holds |psi| = -0.5, allowed is >= 0");
    b.terminal[0].psi = FLX_TERMINAL_FREE;
    b.terminal[1].amplitude = 0; // as if normal
    assert_int_equal(flx_static_create(ctx, &p, &o, &st), FLX_ERR_INPUT);
    assert_non_null(strstr(flx_ctx_error(ctx), "terminal 1 is normal (psi = 0) and carries -0.1"));
    b.terminal[1].amplitude = 0.9;
    must(ctx, flx_static_create(ctx, &p, &o, &st));
    double value, residual;
    assert_int_equal(flx_static_nucleation(st, &value, NULL, &residual), FLX_ERR_INPUT);
    assert_string_equal(flx_ctx_error(ctx),
                        "a terminal holds |psi|: next to it there is always superconductivity, and "
                        "nothing that nucleates");
    flx_static_free(st);
    o.modes = 17;
    assert_int_equal(flx_static_create(ctx, &p, &o, &st), FLX_ERR_INPUT);
    assert_string_equal(flx_ctx_error(ctx), "static.modes is 17, allowed is 0 to 16 [1]");

    // three steps do not do: the state is kept and the residual told
    film disk = {.mesh = b.mesh, .field = 0.5};
    p = film_problem(&disk, NULL);
    o.modes = 1;
    o.max_steps = 1;
    must(ctx, flx_static_create(ctx, &p, &o, &st));
    flx_static_report r;
    assert_int_equal(flx_static_minimise(st, &r), FLX_ERR_DIVERGED);
    char text[400];
    snprintf(text, sizeof text,
             "no stationary state was reached: given up after 1 Newton steps, with a residual of "
             "%.3g (allowed 1e-10); the last state is kept. Does the current exceed the critical "
             "one? Else start nearer, or allow more static.max_steps",
             r.residual);
    assert_string_equal(flx_ctx_error(ctx), text);
    assert_int_equal(r.steps, 1);
    assert_true(r.residual < 1 && isfinite(energy_F0(st)));
    flx_cplx *psi = get(b.mesh->n_site, sizeof *psi);
    psi[3].im = NAN;
    assert_int_equal(flx_static_set_psi(st, psi), FLX_ERR_INPUT);
    assert_string_equal(flx_ctx_error(ctx), "psi is not finite at site 3");
    free(psi);
    flx_static_free(st);
    bar_clear(&b);
    flx_ctx_free(ctx);
}

static void every_failing_allocation_is_survived(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    bar b = bar_make(ctx, 3, 1, 6, 2);
    b.terminal[0].psi = FLX_TERMINAL_FREE;
    film f = {.mesh = b.mesh, .field = 0.2};
    flx_static_problem p = film_problem(&f, b.terminal);
    flx_static_opts o = flx_static_opts_default();
    flx_status status = FLX_ERR_MEMORY;
    int64_t n = 0;
    while (status == FLX_ERR_MEMORY) {
        flx_static *st;
        flx_static_report r;
        flx_ctx_fail_allocation(ctx, ++n);
        status = flx_static_create(ctx, &p, &o, &st);
        if (status == FLX_OK)
            status = flx_static_minimise(st, &r);
        flx_static_free(st);
    }
    flx_ctx_fail_allocation(ctx, 0);
    assert_int_equal(status, FLX_OK);
    assert_true(n > 40); // the arrays, the operator, the factors
    bar_clear(&b);
    flx_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradient_and_second_variation_are_derivatives_of_the_energy),
        cmocka_unit_test(modes_of_the_uniform_film_are_cosines),
        cmocka_unit_test(a_kink_is_left_along_its_unstable_mode),
        cmocka_unit_test(minima_are_the_states_in_which_time_integration_ends),
        cmocka_unit_test(a_change_of_gauge_changes_nothing),
        cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
        cmocka_unit_test(what_cannot_be_is_told),
        cmocka_unit_test(every_failing_allocation_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
