// The quantum of a staircase: exact values, noisy ones, coverage of the interval, refusals.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/base.h"
#include "base/rng.h"
#include "fluxoid/measure.h"
#include "fluxoid/units.h"
#include "test.h"

static flx_ctx *ctx;

static int setup(void **state)
{
    (void)state;
    ctx = flx_ctx_create();
    return ctx ? 0 : -1;
}
static int teardown(void **state)
{
    (void)state;
    flx_ctx_free(ctx);
    return 0;
}

enum { N = 48 };

// A ring cooled in fields of -3 to 3 quanta keeps the nearest whole number of them.
static void staircase(double quantum, double noise, uint64_t seed, double *y)
{
    for (int k = 0; k < N; k++) {
        double g[2], x = -3 + 6.0 * k / (N - 1);
        flx_rng_gauss(seed, 7, (uint64_t)k, g);
        y[k] = quantum * (rint(x) + noise * g[0]);
    }
}

static void an_exact_staircase_gives_its_step_to_rounding(void **state)
{
    (void)state;
    double y[N];
    flx_quantum q;
    staircase(FLX_SI_PHI0, 0, 1, y);
    assert_int_equal(flx_measure_quantum(ctx, y, N, &q), FLX_OK);
    assert_near(q.step / FLX_SI_PHI0, 1, 1e-14); // sums of 48 numbers
    assert_near(q.offset / FLX_SI_PHI0, 0, 1e-14);
    assert_int_equal(q.n_step, 6);
    for (int k = 0; k < N; k++)
        y[k] = -3 * y[k] + 0.2 * FLX_SI_PHI0; // any sign and offset
    assert_int_equal(flx_measure_quantum(ctx, y, N, &q), FLX_OK);
    assert_near(q.step / FLX_SI_PHI0, 3, 1e-13);
    assert_near(q.offset / FLX_SI_PHI0, 0.2, 1e-13);
}

// 100 seeds, noise of a tenth of a step: a 95 % interval must hold the truth 90 to 99 times; less
// or more often happens to a right one in 3 % of all choices of seeds (binomial), to this one not.
static void the_interval_holds_the_true_step_95_times_in_100(void **state)
{
    (void)state;
    static const double charge[] = {2, 4};
    for (int c = 0; c < 2; c++) {
        int held = 0;
        double quantum = FLX_SI_H / (charge[c] * FLX_SI_E), worst = 0;
        for (uint64_t seed = 1; seed <= 100; seed++) {
            double y[N];
            flx_quantum q;
            staircase(quantum, 0.1, seed, y);
            assert_int_equal(flx_measure_quantum(ctx, y, N, &q), FLX_OK);
            held += fabs(q.step - quantum) <= q.interval95;
            worst = fmax(worst, fabs(q.step / quantum - 1));
            // The spread of 48 values is known to 1/sqrt(92) = 10 %: within 4 of these.
            assert_near(q.noise / quantum, 0.1, 0.042);
        }
        assert_in_range(held, 90, 99);
        // error of a slope: 0.1/sqrt(48 * 3.5) = 0.8 %; largest of 100 within 4 of them.
        assert_near(worst, 0, 0.031);
    }
}

static void values_without_steps_are_refused(void **state)
{
    (void)state;
    double y[N];
    flx_quantum q;
    for (int k = 0; k < N; k++)
        y[k] = 3;
    assert_int_equal(flx_measure_quantum(ctx, y, N, &q), FLX_ERR_INPUT);
    assert_string_equal(flx_ctx_error(ctx), "no step can be told: all values are the same; give "
                                            "values on several steps, with noise of less than a "
                                            "sixth of one");
    int refused = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        for (int k = 0; k < N; k++) {
            double u[2];
            flx_rng_uniform(seed, 8, (uint64_t)k, u);
            y[k] = u[0];
        }
        refused += flx_measure_quantum(ctx, y, N, &q) == FLX_ERR_INPUT;
    }
    assert_int_equal(refused, 20);
    assert_int_equal(flx_measure_quantum(ctx, y, 3, &q), FLX_ERR_INPUT);
    y[5] = NAN;
    assert_int_equal(flx_measure_quantum(ctx, y, N, &q), FLX_ERR_INPUT);
    assert_string_equal(flx_ctx_error(ctx), "value 5 is not finite");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_exact_staircase_gives_its_step_to_rounding),
        cmocka_unit_test(the_interval_holds_the_true_step_95_times_in_100),
        cmocka_unit_test(values_without_steps_are_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
