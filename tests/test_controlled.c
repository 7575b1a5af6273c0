// Controlled sources against circuits with an exact solution, by both methods.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_circuit.h"

static const char *const methods[] = {"midpoint", "josim"};

// Last values of the probes of a deck.
static void last_of(flx_ctx *ctx, flx_deck *d, int32_t n, double *last)
{
    flx_circuit_result r = run_deck(ctx, d);
    for (int32_t k = 0; k < n; k++)
        last[k] = r.probe[k].last;
    flx_circuit_result_clear(&r);
    flx_deck_free(d);
}

// RC = 5 ps, an amplifier, RC again: 1 mV switched on at 0 (in one step) gives V(1 - exp(-t/RC)),
// then 10 V (1 - (1 + t/RC) exp(-t/RC)). The step of 0.02 ps delays the start by half of itself, and
// RC/h = 250 leaves 1e-5 of the curve.
static void voltage_amplifier_between_two_low_passes(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    for (int m = 0; m < 2; m++) {
        double v[4], h = 0.02, t = 12;
        last_of(ctx,
                deck_of(ctx,
                        "V1 1 0 pwl(0 0 %gp 1m)\nR1 1 2 50\nC1 2 0 0.1p\nE1 3 0 2 0 10\nR2 3 4 50\n"
                        "C2 4 0 0.1p\nR3 3 0 100\n.tran %gp %gp\n.options tolerance=0 method=%s\n"
                        ".print v(2) v(3) v(4) i(E1)\n",
                        h, h, t, methods[m]),
                4, v);
        // Voltages of the midpoint rule are means over the last step, of JoSIM's its end (and its
        // last step begins where the run ends).
        double x = (t - h) / 5;
        assert_near(v[0], 1e-3 * (1 - exp(-x)), 2e-6);
        assert_near(v[1], 10 * v[0], 1e-12);
        assert_near(v[2], 10e-3 * (1 - (1 + x) * exp(-x)), 2e-5);
        assert_near(v[3], -v[1] / 100 - (v[1] - v[2]) / 50, 1e-12); // Kirchhoff's law at 3
    }
    flx_ctx_free(ctx);
}

// A current through a short is mirrored 2.5 times, and makes a voltage of 2 ohm elsewhere: constants
// to rounding, although only inductors meet at nodes 1, 2 and 5.
static void current_mirror_and_transresistance(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    for (int m = 0; m < 2; m++) {
        double v[6];
        last_of(ctx,
                deck_of(ctx,
                        "I1 0 1 pwl(0 0 5p 1m)\nL1 1 2 10p\nF1 0 3 2 0 2.5\nR1 3 0 7\n"
                        "H1 4 0 3 5 2\nR2 4 0 1\nL2 5 0 3p\n.tran 0.05p 300p\n"
                        ".options tolerance=0 method=%s\n"
                        ".print i(F1) i(L2) i(R1) v(4) i(H1) i(L1)\n",
                        methods[m]),
                6, v);
        assert_near(v[0], 2.5e-3, 1e-14);
        assert_near(v[1], 2.5e-3, 1e-14);
        assert_near(v[2], 0, 1e-14); // 300 ps are 700 L/R
        assert_near(v[3], 5e-3, 1e-12);
        assert_near(v[4], -5e-3, 1e-12);
        assert_near(v[5], 1e-3, 1e-14);
    }
    flx_ctx_free(ctx);
}

// Two transconductances make a gyrator: C2 behind it is an inductance C2/g^2, which rings with C1.
// The midpoint rule neither gives nor takes energy: 1000 periods leave the amplitude to rounding.
static void gyrator_of_two_transconductances(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    // g = 10 mS, C1 = 1 pF, C2 = 4 pF: omega = g/sqrt(C1 C2) = 5e9/s; h = 0.1/omega.
    flx_deck *d = deck_of(ctx,
                          "C1 1 0 1p\nC2 2 0 4p\nG1 1 0 2 0 10m\nG2 0 2 1 0 10m\n.ic v(1)=1m\n"
                          ".tran 20p %gn\n.options tolerance=0\n.print v(1) v(2)\n",
                          2e9 * pi / 5e9 * 1000);
    flx_circuit_result r = run_deck(ctx, d);
    double early[2] = {0}, late[2] = {0};
    for (int64_t k = 0; k < 100; k++)
        for (int p = 0; p < 2; p++) {
            early[p] = fmax(early[p], fabs(r.row[2 * (k + 2) + p]));
            late[p] = fmax(late[p], fabs(r.row[2 * (r.n_row - 3 - k) + p]));
        }
    assert_near(early[0], 1e-3, 6e-6);   // a sample meets the peak within h/2 = 0.05 rad, twice
    assert_near(early[1], 0.5e-3, 3e-6); // sqrt(C1/C2)
    assert_near(late[0], early[0], 6e-6);
    assert_near(late[1], early[1], 3e-6);
    // Phase of the rotation: tan(omega' h/2) = omega h/2 turns 2 pi 1000 less 0.0833 % of it.
    int64_t turns = 0;
    for (int64_t k = 2; k < r.n_row - 1; k++)
        turns += r.row[2 * k] < 0 && r.row[2 * k + 2] >= 0;
    assert_true(turns == 999 || turns == 1000);
    flx_circuit_result_clear(&r);
    flx_deck_free(d);
    flx_ctx_free(ctx);
}

// A gyrator between two inductors: phi1' = phi2/(g L2), phi2' = -phi1/(g L1) once the source is
// constant; only inductors and controlled currents meet at 1 and 2. BDF2 there: no ringing from step
// to step, and an amplitude that falls by (omega h)^4/4 of itself in a step.
static void gyrator_between_inductors_does_not_ring(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    // g = 0.1 S, L = 1 nH: omega = 1/(g L) = 1e10/s; I makes phi1 = L I (1 - cos(omega t)).
    flx_deck *d = deck_of(ctx, "I1 0 1 pwl(0 0 1p 1u)\nL1 1 0 1n\nL2 2 0 1n\nG1 1 0 2 0 0.1\n"
                               "G2 0 2 1 0 0.1\n.tran 1p 20n\n.options tolerance=0\n"
                               ".print i(L1) i(L2)\n");
    flx_circuit_result r = run_deck(ctx, d);
    // i1 = I (1 - cos), i2 = I sin of a turn that began with the ramp.
    double most = 0, rough = 0;
    for (int64_t k = 10; k < r.n_row - 3; k++) { // the last row is a mean
        const double *i = &r.row[2 * k];
        most = fmax(most, hypot(i[0], i[1]));
        rough = fmax(rough, fabs(i[0] - 2 * i[2] + i[4]));
    }
    assert_near(most, 2e-6, 1e-10);
    assert_true(rough < 1.01e-10); // (omega h)^2 I of the curve; ringing would be 4 I
    flx_circuit_result_clear(&r);
    flx_deck_free(d);
    flx_ctx_free(ctx);
}

// Feedback through R with gain A: V' = (A - 1) V/RC, falling below A = 1 and growing above; an
// unstable circuit has a solution as good as a stable one.
static void feedback_changes_the_time_constant(void **state)
{
    (void)state;
    static const double gains[] = {-3, 0.5, 1, 1.5};
    flx_ctx *ctx = flx_ctx_create();
    for (size_t k = 0; k < sizeof gains / sizeof *gains; k++) {
        double v[2];
        last_of(ctx,
                deck_of(ctx,
                        "C1 1 0 1p\nR1 1 2 10\nE1 2 0 1 0 %g\n.ic v(1)=1u\n.tran 0.05p 30p\n"
                        ".options tolerance=0\n.print v(1) v(2)\n",
                        gains[k]),
                2, v);
        double exact = 1e-6 * exp((gains[k] - 1) * (30 - 0.025) / 10);
        assert_near(v[0] / exact, 1, 5e-4); // t (A - 1)^3 h^2/12 (RC)^3 = 4e-4 for A = -3
        assert_near(v[1], gains[k] * v[0], 1e-15);
    }
    flx_ctx_free(ctx);
}

// Twice the critical current through a mirror: V = Ic R sqrt(3), the exact curve of an overdamped
// junction; its voltage, amplified, is felt by nothing.
static void junction_biased_through_a_mirror(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_deck *d = deck_of(ctx, ".model j jj(rtype=0, rn=2, icrit=100u, cap=0)\nI1 0 1 20u\n"
                               "F1 0 2 1 0 10\nB1 2 0 j\nE1 3 0 2 0 1000\nR1 3 0 50\n"
                               ".tran 0.05p 400p\n.print v(2) v(3)\n");
    flx_circuit_result r = run_deck(ctx, d);
    assert_near(r.probe[0].mean, 200e-6 * sqrt(3), 2e-9);
    assert_near(r.probe[1].mean, 0.2 * sqrt(3), 2e-6);
    flx_circuit_result_clear(&r);
    flx_deck_free(d);
    flx_ctx_free(ctx);
}

// A capacitor right at an output: its current is C mu times the slope of the control also behind
// corners between steps, where the midpoint rule alone would ring for ever.
static void capacitor_at_an_output_does_not_ring(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    for (int m = 0; m < 2; m++) {
        double v[2];
        last_of(ctx,
                deck_of(ctx,
                        "V1 1 0 pwl(0 0 5.03p 1m 90p 3m)\nR1 1 0 1\nE1 2 0 1 0 20\nC1 2 0 1p\n"
                        ".tran 0.1p 60p\n.options tolerance=0 method=%s\n.print i(C1) i(E1)\n",
                        methods[m]),
                2, v);
        assert_near(v[0], 1e-12 * 20 * 2e-3 / 84.97e-12, 1e-12);
        assert_near(v[1], -v[0], 1e-12); // JoSIM's: differences of phases over h^2
    }
    flx_ctx_free(ctx);
}

// What an amplifier makes of Johnson noise, in eight lanes: 100 times the voltage of RC, whose mean
// energy is kT/2. Relative error of <V^2> from 3000 independent values: 2.6 %.
static void amplifier_shows_the_noise_of_its_input(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_deck *d = deck_of(ctx, ".temp 4.2\n.noise seeds=8\nR1 1 0 10\nC1 1 0 1p\nE1 2 0 1 0 100\n"
                               "R2 2 0 1e6\n.tran 1p 8n\n.print v(1) v(2)\n"
                               ".measure a rms v(1)\n.measure b rms v(2)\n");
    flx_circuit_result r = run_deck(ctx, d);
    // The mean over a step of h = RC/10 has the variance kT/C 2 (e^-u - 1 + u)/u^2 of u = h/RC.
    double u = 0.1, share = 2 * (exp(-u) - 1 + u) / (u * u);
    double exact = FLX_SI_KB * 4.2 / 1e-12 * share;
    assert_near(pow(r.measure[0].mean, 2) / exact, 1, 0.11); // 4 standard errors
    assert_near(r.measure[1].mean, 100 * r.measure[0].mean, 1e-12);
    flx_circuit_result_clear(&r);
    flx_deck_free(d);
    flx_ctx_free(ctx);
}

// Sources that leave no solution, or any; and what needs an energy.
static void what_has_no_solution_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *deck, *words;
    } rows[] = {
        {"R1 1 0 1\nE1 1 0 1 0 1\n.tran 1p 10p\n.print v(1)\n",
         "controlled sources may contradict"},
        {"R1 1 0 1\nR2 2 0 1\nE1 1 0 2 0 2\nE2 2 0 1 0 0.5\n.tran 1p 10p\n.print v(1)\n",
         "controlled sources may contradict"},
        {"R1 1 0 1\nE1 1 0 1 0 1\n.tran 1p 10p\n.print v(1)\n.options method=josim\n",
         "controlled sources may contradict"},
        {".model j jj(rtype=0, rn=2, icrit=100u)\nB1 1 0 j\nG1 1 0 1 0 1\n.state B1=1\n"
         ".tran 1p 10p\n.print v(1)\n",
         "test.cir:3: G1 is a controlled source: with it a circuit has no energy"},
    };
    flx_ctx *ctx = flx_ctx_create();
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        flx_deck *d = deck_of(ctx, "%s", rows[k].deck);
        const flx_deck_run_opts opts = {.threads = 1};
        flx_circuit_result r;
        assert_true(flx_deck_run(ctx, (const flx_deck *const *)&d, 1, &opts, &r) < 0);
        if (!strstr(flx_ctx_error(ctx), rows[k].words))
            fail_msg("row %zu: %s", k, flx_ctx_error(ctx));
        flx_deck_free(d);
    }
    flx_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(voltage_amplifier_between_two_low_passes),
        cmocka_unit_test(current_mirror_and_transresistance),
        cmocka_unit_test(gyrator_of_two_transconductances),
        cmocka_unit_test(gyrator_between_inductors_does_not_ring),
        cmocka_unit_test(feedback_changes_the_time_constant),
        cmocka_unit_test(junction_biased_through_a_mirror),
        cmocka_unit_test(capacitor_at_an_output_does_not_ring),
        cmocka_unit_test(amplifier_shows_the_noise_of_its_input),
        cmocka_unit_test(what_has_no_solution_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
