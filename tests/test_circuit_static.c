// Static states: critical currents, fluxoid states, barriers, switching currents.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/run.h"
#include "test_circuit.h"

static double critical_of(flx_ctx *ctx, double beta_l, double flux)
{
    flx_deck *d = deck_of(ctx,
                          ".model j jj(rtype=0, rn=1, icrit=10u, cap=0)\nB1 1 0 j\nB2 2 0 j\n"
                          "L1 3 1 %.17g\nL2 4 2 %.17g\nP1 3 4 %.17g\nIB 0 3 0\n",
                          beta_l * Phi0 / 4e-5, beta_l * Phi0 / 4e-5, 2 * pi * flux);
    double ic = NAN;
    if (flx_deck_critical(ctx, d, element_at(d, "IB"), 0, &ic) < 0)
        fail_msg("%s", flx_ctx_error(ctx));
    flx_deck_free(d);
    return ic / 20e-6;
}

// beta_L = 1: maximum of sin s cos d over d = pi f - (pi beta_L/2) cos s sin d, to the digits given
// (SQUID Handbook I, ch. 2).
static void critical_currents_of_a_squid_are_the_published_ones(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    static const struct {
        double f, i;
    } rows[] = {{0, 1},         {0.1, .958417}, {0.2, .869560}, {0.25, .817166},
                {0.3, .761650}, {0.4, .644700}, {0.5, .523582}};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        assert_near(critical_of(ctx, 1, rows[k].f), rows[k].i, 1e-6);
    // periodic, whatever the number of flux quanta
    assert_near(critical_of(ctx, 1, 3.3), .761650, 1e-6);
    assert_near(critical_of(ctx, 1, -0.7), .761650, 1e-6);
    static const struct {
        double beta_l, depth;
    } depths[] = {{0.01, .992147}, {0.1, .922094}, {0.5, .664009},
                  {2, .303479},    {5, .147882},   {10, .081133}};
    for (size_t k = 0; k < sizeof depths / sizeof *depths; k++)
        assert_near(1 - critical_of(ctx, depths[k].beta_l, 0.5), depths[k].depth, 1e-6);
    flx_ctx_free(ctx);
}

static flx_deck *rf_squid(flx_ctx *ctx, double beta, double flux, double offset, const char *more)
{
    return deck_of(ctx,
                   ".model j jj(rtype=0, rn=1, icrit=10u, cap=0.1p, phi=%.17g)\nB1 1 0 j\n"
                   "L1 1 0 %.17g\n.flux L1 %.17g\nIS 0 1 0\n%s",
                   offset, beta * sigma / 10e-6, flux, more);
}

static double relaxed(flx_ctx *ctx, flx_deck *d, double *energy)
{
    double phase[8] = {0};
    flx_circuit_static *st = NULL;
    flx_circuit_state state;
    assert_int_equal(flx_circuit_static_create(ctx, &d->circuit, 0, &st), FLX_OK);
    flx_status status = flx_static_start(st, d->start, d->n_start, phase);
    if (status == FLX_OK)
        status = flx_circuit_relax(st, phase, &state);
    if (status < 0)
        fail_msg("%s", flx_ctx_error(ctx));
    assert_int_equal(state.unstable, 0);
    if (energy)
        *energy = state.energy;
    flx_circuit_static_free(st);
    flx_deck_free(d);
    return phase[1];
}

// phi + beta sin phi = phi_e: screening of a loop at beta = 0.5, and Newton's residual is rounding.
static void rf_squid_screens_its_flux(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    static const double rows[][2] = {{0.1, .067330}, {0.25, .178351}, {0.4, .330350}};
    for (int k = 0; k < 3; k++) {
        double x = relaxed(ctx, rf_squid(ctx, 0.5, rows[k][0], 0, ""), NULL);
        assert_near(x / (2 * pi), rows[k][1], 1e-6);
        assert_near(x + 0.5 * sin(x), 2 * pi * rows[k][0], 1e-11);
    }
    flx_ctx_free(ctx);
}

// Spontaneous flux of a pi ring and its current; below beta = 1 there is none.
static void pi_rings_carry_spontaneous_currents(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    static const double rows[][3] = {{1.2, .163410, .855615},
                                     {2, .301677, .947747},
                                     {5, .413125, .519148},
                                     {10, .453964, .285234}};
    for (int k = 0; k < 4; k++) {
        double x = relaxed(ctx, rf_squid(ctx, rows[k][0], 0, pi, ".ic p(B1)=0.3\n"), NULL);
        x = relaxed(ctx, rf_squid(ctx, rows[k][0], 0, pi, ".state n=0\n"), NULL);
        assert_near(fabs(x) / (2 * pi), rows[k][1], 1e-6);
        assert_near(fabs(sin(x)), rows[k][2], 1e-6);
    }
    assert_near(relaxed(ctx, rf_squid(ctx, 0.9, 0, pi, ".state n=0\n"), NULL), 0, 1e-8);
    flx_ctx_free(ctx);
}

// Fluxoid states of a loop with beta = 30 without field: phi_n + 30 sin phi_n = 0 near 2 pi n, and
// energies in order.
static void fluxoid_numbers_choose_the_state(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    double last = -1;
    for (int n = 0; n <= 3; n++) {
        char card[40];
        snprintf(card, sizeof card, ".state n=%d\n", n);
        double energy = 0, x = relaxed(ctx, rf_squid(ctx, 30, 0, 0, card), &energy);
        assert_near(x + 30 * sin(x), 0, 1e-10);
        assert_near(x / (2 * pi), n, 0.05 * n + 1e-12);
        double expected = 10e-6 * sigma * (1 - cos(x) + x * x / 60);
        assert_near(energy / (10e-6 * sigma), expected / (10e-6 * sigma), 1e-12);
        assert_true(energy > last);
        last = energy;
    }
    flx_ctx_free(ctx);
}

// Where the state of a hysteretic rf SQUID ends: arccos(-1/beta) + sqrt(beta^2 - 1). A current
// source across the loop is the same as flux: i L = s phi_e.
static void states_end_where_they_should(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    static const double rows[][2] = {{1.2, .512357}, {1.5, .544080}, {2, .608998},
                                     {3, .754245},   {5, 1.061744},  {10, 1.849514}};
    for (int k = 0; k < 6; k++) {
        flx_deck *d = rf_squid(ctx, rows[k][0], 0, 0, ".state n=0\n");
        double ic = 0;
        assert_int_equal(flx_deck_critical(ctx, d, element_at(d, "IS"), 0, &ic), FLX_OK);
        double beta = rows[k][0], unit = 10e-6 / beta; // s/L
        assert_near(ic / unit / (2 * pi), rows[k][1], 1e-6);
        assert_near(ic / unit, acos(-1 / beta) + sqrt(beta * beta - 1), 1e-8);
        flx_deck_free(d);
    }
    flx_ctx_free(ctx);
}

// Barriers at half a flux quantum, in E_J.
static void barriers_are_the_published_ones(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    static const double rows[][2] = {{1.2, .043141}, {1.5, .179268}, {2, .420798},
                                     {3, .784830},   {5, 1.180898},  {10, 1.551665}};
    for (int k = 0; k < 6; k++) {
        flx_deck *d = rf_squid(ctx, rows[k][0], 0, 0, "");
        flx_circuit_static *st = NULL;
        double phase[2] = {0}, saddle[2], barrier = 0;
        assert_int_equal(flx_circuit_static_create(ctx, &d->circuit, 0, &st), FLX_OK);
        if (flx_circuit_barrier(st, phase, element_at(d, "IS"), pi * 10e-6 / rows[k][0], saddle,
                                &barrier) < 0)
            fail_msg("%s", flx_ctx_error(ctx));
        assert_near(barrier / (10e-6 * sigma), rows[k][1], 1e-6);
        assert_near(saddle[1], pi, 1e-9); // by symmetry
        flx_circuit_static_free(st);
        flx_deck_free(d);
    }
    flx_ctx_free(ctx);
}

// A single junction ends at Ic, and its barrier is 2 E_J (sqrt(1 - s^2) - s arccos s).
static void washboard_has_its_barrier(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_deck *d =
        deck_of(ctx, ".model j jj(rtype=0, rn=1, icrit=10u, cap=0)\nB1 1 0 j\nI1 0 1 0\n");
    double ic = 0;
    assert_int_equal(flx_deck_critical(ctx, d, 1, 0, &ic), FLX_OK);
    assert_near(ic, 10e-6, 1e-15);
    for (double s = 0.1; s < 0.95; s += 0.2) {
        flx_circuit_static *st = NULL;
        double phase[2] = {0}, saddle[2], barrier = 0;
        assert_int_equal(flx_circuit_static_create(ctx, &d->circuit, 0, &st), FLX_OK);
        assert_int_equal(flx_circuit_barrier(st, phase, 1, s * 10e-6, saddle, &barrier), FLX_OK);
        assert_near(barrier / (10e-6 * sigma), 2 * (sqrt(1 - s * s) - s * acos(s)), 1e-9);
        flx_circuit_static_free(st);
    }
    flx_deck_free(d);
    flx_ctx_free(ctx);
}

// N equal junctions in a ring without inductance worth the name: fluxoid state n at flux f is
// I = Ic sin((2 pi f - 2 pi n)/N).
static void rings_of_junctions_have_their_states(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    for (int n = -1; n <= 1; n++) {
        flx_deck *d = deck_of(ctx,
                              ".model j jj(rtype=0, rn=1, icrit=10u, cap=0)\n"
                              "B1 1 2 j\nB2 2 3 j\nB3 3 4 j\nB4 4 5 j\nB5 5 6 j\nB6 6 0 j\n"
                              "P1 1 0 %.17g\nRG 1 0 1\n.state B1=%d\n",
                              2 * pi * 0.2, n);
        double x[8] = {0};
        flx_circuit_static *st = NULL;
        assert_int_equal(flx_circuit_static_create(ctx, &d->circuit, 0, &st), FLX_OK);
        if (flx_static_start(st, d->start, d->n_start, x) < 0)
            fail_msg("%s", flx_ctx_error(ctx));
        // the phase source winds the ring: sum of phases is 2 pi 0.2, B1 holds 2 pi n more
        double first = x[1] - x[2], second = x[2] - x[3];
        assert_near(first - second, 2 * pi * n, 1e-9);
        assert_near(sin(second), sin((2 * pi * 0.2 - 2 * pi * n) / 6), 1e-9);
        flx_circuit_static_free(st);
        flx_deck_free(d);
    }
    flx_ctx_free(ctx);
}

// Initial phases, currents and voltages are taken as they are asked for.
static void starts_are_as_given(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_deck *d =
        deck_of(ctx, ".model j jj(rtype=0, rn=10, icrit=10u, cap=0.1p)\nB1 1 0 j\n"
                     "L1 1 2 10p\nL2 2 0 20p\nC1 2 0 1p\n.ic p(B1)=0.7 i(L1)=3u v(1)=2m\n");
    double phase[3], voltage[3];
    bool given = false;
    assert_int_equal(flx_deck_start_of(ctx, d, phase, voltage, &given), FLX_OK);
    assert_true(given);
    assert_near(phase[1], 0.7, 1e-10);
    assert_near((phase[1] - phase[2]) * sigma / 10e-12, 3e-6, 1e-15);
    assert_near(voltage[1], 2e-3, 0);
    flx_deck_free(d);
    flx_ctx_free(ctx);
}

static void states_that_are_not_there_are_told(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    static const struct {
        const char *text;
        flx_status status;
        const char *message;
    } rows[] = {
        {".model j jj(icrit=10u)\nB1 1 0 j\nI1 0 1 20u\n.state B1=0\n", FLX_ERR_DIVERGED,
         "there is no static state: the sources drive more current than the junctions carry "
         "without "
         "voltage"},
        {".model j jj(icrit=10u)\nB1 1 0 j\nR1 2 0 1\nI1 0 2 20u\n.state B1=0\n", FLX_ERR_INPUT,
         "test.cir:4: the current of I1 leaves node 2 through resistors alone, so there is no "
         "static "
         "state"},
        {".model j jj(icrit=10u)\nB1 1 0 j\nB2 1 0 j\nL1 1 0 1p\n.state n=1\n", FLX_ERR_INPUT,
         "test.cir:5: n= needs exactly one superconducting loop with a junction, here are 2; name "
         "elements: .state Bname=NUMBER"},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        flx_deck *d = deck_of(ctx, "%s", rows[k].text);
        double phase[8], voltage[8];
        bool given = false;
        assert_int_equal(flx_deck_start_of(ctx, d, phase, voltage, &given), rows[k].status);
        assert_string_equal(flx_ctx_error(ctx), rows[k].message);
        flx_deck_free(d);
    }
    flx_ctx_free(ctx);
}

// Fulton and Dunkleberger (1974): mean and width of switching currents; digits as published.
static void switching_currents_are_the_published_ones(void **state)
{
    (void)state;
    static const double rows[][6] = {{10e-6, 1e-12, 4.2, 1e-3, .728567, .014582},
                                     {10e-6, 1e-12, 1, 1e-3, .900384, .005822},
                                     {10e-6, 1e-12, 0.3, 1e-3, .957355, .002680},
                                     {1e-6, 0.1e-12, 0.3, 1e-4, .785173, .011773},
                                     {100e-6, 7e-12, 4.2, 1e-2, .945445, .003316}};
    for (int k = 0; k < 5; k++) {
        const double *r = rows[k];
        enum { N = 2001 };
        static double p[N];
        flx_switching s = {.ic = r[0], .capacitance = r[1], .temperature = r[2], .rate = r[3]};
        assert_int_equal(flx_switching_of(NULL, &s, 0, r[0], N, p), FLX_OK);
        assert_near(s.mean / r[0], r[4], 2e-6);
        assert_near(s.sigma / r[0], r[5], 2e-6);
        double sum = 0, mean = 0;
        for (int j = 0; j < N; j++) {
            sum += p[j] * r[0] / (N - 1);
            mean += p[j] * r[0] / (N - 1) * r[0] * j / (N - 1);
        }
        assert_near(sum, 1, 1e-4); // the trapezoidal rule on a peak five points wide
        assert_near(mean / s.mean, 1, 1e-4);
    }
    flx_ctx *ctx = flx_ctx_create();
    flx_switching s = {.ic = 1, .capacitance = 1, .rate = 1};
    assert_int_equal(flx_switching_of(ctx, &s, 0, 1, 0, NULL), FLX_ERR_INPUT);
    assert_string_equal(flx_ctx_error(ctx),
                        "switching needs ic, capacitance, temperature and rate > 0; given are 1 A, "
                        "1 F, 0 K, 1 A/s");
    flx_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(critical_currents_of_a_squid_are_the_published_ones),
        cmocka_unit_test(rf_squid_screens_its_flux),
        cmocka_unit_test(pi_rings_carry_spontaneous_currents),
        cmocka_unit_test(fluxoid_numbers_choose_the_state),
        cmocka_unit_test(states_end_where_they_should),
        cmocka_unit_test(barriers_are_the_published_ones),
        cmocka_unit_test(washboard_has_its_barrier),
        cmocka_unit_test(rings_of_junctions_have_their_states),
        cmocka_unit_test(starts_are_as_given),
        cmocka_unit_test(states_that_are_not_there_are_told),
        cmocka_unit_test(switching_currents_are_the_published_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
