// The fit of the transition on made-up stiffness, and the formulas for films against published numbers.
//   Beasley, Mooij, Orlando, Phys. Rev. Lett. 42, 1165 (1979): T_KT of dirty films.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/rng.h"
#include "fluxoid/xy.h"
#include "test.h"

enum { SIZES = 6, T = 5 };
static const int32_t sizes[SIZES] = {12, 16, 24, 32, 64, 128};

// Stiffness that obeys the law at 0.9 with C = 1.2, falling with temperature as the flow says: the
// steeper, the larger the lattice. Noise in units of `error`.
static void make(flx_xy_stiffness *p, double error, double noise, uint64_t seed)
{
    for (int k = 0; k < SIZES * T; k++) {
        double u = log(sizes[k / T]) + 1.2, length = u + 0.5 * log(u),
               t = 0.9 * (1 + 0.01 * (k % T - 2.3)), g[2];
        flx_rng_gauss(seed, 1, (uint64_t)k, g);
        double y = 0.9 * (0.63650817819 + 0.318899454 / length) - 0.5 * (t - 0.9) * length;
        p[k] = (flx_xy_stiffness){sizes[k / T], t, y + noise * error * g[0], error};
    }
}

static void the_transition_that_was_put_in_is_found(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_xy_stiffness p[SIZES * T];
    flx_xy_transition t;
    make(p, 1e-4, 0, 1);
    assert_int_equal(flx_xy_transition_of(ctx, p, SIZES * T, &t), FLX_OK);
    // The scan has steps of 9e-6; C follows T by some 30 for each unit.
    assert_near(t.t, 0.9, 2e-5);
    assert_near(t.c, 1.2, 2e-3);
    assert_true(t.chi2 < 0.05);
    assert_int_equal(t.n_free, SIZES - 2);
    flx_ctx_free(ctx);
}

// Of 60 made-up experiments some two thirds lie within one error (the binomial distribution puts less
// than half or more than nine in ten of 60 below 0.3 %), and their chi squared is that of four degrees.
static void its_error_is_what_experiments_scatter_by(void **state)
{
    (void)state;
    enum { N = 60 };
    flx_ctx *ctx = flx_ctx_create();
    int within = 0;
    double chi2 = 0;
    for (int k = 0; k < N; k++) {
        flx_xy_stiffness p[SIZES * T];
        flx_xy_transition t;
        make(p, 4e-4, 1, (uint64_t)k);
        assert_int_equal(flx_xy_transition_of(ctx, p, SIZES * T, &t), FLX_OK);
        within += fabs(t.t - 0.9) < t.statistical;
        chi2 += t.chi2 / N;
    }
    assert_true(within > N / 2 && within < N * 9 / 10);
    assert_near(chi2, SIZES - 2, 4 * sqrt(2.0 * (SIZES - 2) / N)); // four standard errors
    flx_ctx_free(ctx);
}

static void what_cannot_be_fitted_is_refused(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_xy_stiffness p[SIZES * T];
    flx_xy_transition t;
    make(p, 1e-4, 0, 1);
    assert_int_equal(flx_xy_transition_of(ctx, p, 3 * T, &t), FLX_ERR_INPUT);
    assert_string_equal(flx_ctx_error(ctx),
                        "3 sizes are given; the law has two unknowns and its own test needs two "
                        "more: four are the least");
    for (int k = 0; k < SIZES * T; k++)
        p[k].temperature += 0.05; // the transition lies below all
    assert_int_equal(flx_xy_transition_of(ctx, p, SIZES * T, &t), FLX_OK);
    for (int k = 0; k < SIZES * T; k++)
        p[k].helicity += 0.2;
    assert_int_equal(flx_xy_transition_of(ctx, p, SIZES * T, &t), FLX_ERR_INPUT);
    assert_string_equal(
        flx_ctx_error(ctx),
        "no temperature between 0.9293 and 0.9653 J obeys the law of the transition "
        "best; give temperatures around it");
    p[3].error = NAN;
    assert_int_equal(flx_xy_transition_of(ctx, p, SIZES * T, &t), FLX_ERR_INPUT);
    flx_ctx_free(ctx);
}

// J_s = hbar^2 d/(4 e^2 mu0 lambda^2) and hbar^2/(4 e^2 L_k), hbar = 1.054571817e-34, e =
// 1.602176634e-19, k_B = 1.380649e-23: 6.2428e-3 K m d/lambda^2, 7.845 K nH/L_k.
static void films_have_the_stiffness_of_their_depth_and_inductance(void **state)
{
    (void)state;
    assert_near(flx_film_stiffness(1e-6, 1e-10), 0.62428, 1e-5);
    assert_near(flx_film_stiffness_of_inductance(1e-9), 7.845, 1e-3);
    // Jump: T_KT L_k(T_KT) = (pi/2) 7.845 K nH = 12.32.
    assert_near(M_PI / 2 * flx_film_stiffness_of_inductance(12.32e-9), 1, 1e-3);
    // (pi/4) Delta(0)/k_B (4108.2 Ohm/R), Delta(0) = 1.7639 k_B Tc.
    assert_near(flx_film_stiffness_dirty(10, 1000), M_PI / 4 * 17.639 * 4.1082, 0.03);
}

// 1/(1 + 0.1728 R/4108 Ohm) near Tc: 0.960 at 1 kOhm. Anywhere t/f(t) = 2.176 x 4108 Ohm/R with
// f = Delta tanh(Delta/2 k_B T)/Delta(0).
static void dirty_films_have_the_transition_of_beasley_mooij_orlando(void **state)
{
    (void)state;
    const double resistance[] = {100, 1000, 4100}, allowed[] = {1e-4, 1e-3, 0.015};
    for (int k = 0; k < 3; k++) {
        double t = flx_film_transition(10, flx_film_stiffness_dirty(10, resistance[k]), 1) / 10;
        double gap = flx_film_gap(t), f = gap * tanh(1.7639 * gap / (2 * t));
        assert_near(t, 1 / (1 + 0.1728 * resistance[k] / 4108.2), allowed[k]);
        assert_near(t / f * resistance[k] / 4108.2, 2.176, 2e-3);
    }
    double plain = flx_film_transition(10, flx_film_stiffness_dirty(10, 1000), 1);
    double screened = flx_film_transition(10, flx_film_stiffness_dirty(10, 1000), 2);
    assert_near(screened, flx_film_transition(10, flx_film_stiffness_dirty(10, 2000), 1), 1e-9);
    assert_true(screened < plain);
    // At the jump k_B T = (pi/2) J_s(T).
    double gap = flx_film_gap(plain / 10);
    double js = flx_film_stiffness_dirty(10, 1000) * gap * tanh(1.7639 * gap * 10 / (2 * plain));
    assert_near(plain, M_PI / 2 * js, 2e-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_transition_that_was_put_in_is_found),
        cmocka_unit_test(its_error_is_what_experiments_scatter_by),
        cmocka_unit_test(what_cannot_be_fitted_is_refused),
        cmocka_unit_test(films_have_the_stiffness_of_their_depth_and_inductance),
        cmocka_unit_test(dirty_films_have_the_transition_of_beasley_mooij_orlando),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
