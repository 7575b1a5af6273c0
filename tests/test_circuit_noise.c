// Thermal noise of circuits: equipartition, the rounded I-V curve of a junction. Seeds are fixed, so
// these tests do not fail by chance; tolerances are four standard errors of the quantity.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_circuit.h"

// <x^2> of a probe in eight lanes over n steps of the circuit, the first tenth left out.
static double mean_square(flx_ctx *ctx, const flx_deck *d, double h, int64_t n,
                          double (*x)(const flx_circuit_sim *sim, int32_t lane))
{
    flx_circuit_lane lane[8];
    for (int l = 0; l < 8; l++)
        lane[l] = (flx_circuit_lane){&d->circuit, (uint64_t)(100 + l)};
    flx_circuit_opts opts = flx_circuit_opts_default();
    opts.dt = h;
    flx_circuit_sim *s = NULL;
    if (flx_circuit_create(ctx, lane, 8, &opts, &s) < 0)
        fail_msg("%s", flx_ctx_error(ctx));
    flx_circuit_report report;
    double sum = 0;
    int64_t count = 0;
    for (int64_t k = 0; k < n; k++) {
        assert_int_equal(flx_circuit_step(s, &report), FLX_OK);
        if (k < n / 10)
            continue;
        for (int l = 0; l < 8; l++, count++)
            sum += x(s, l) * x(s, l);
    }
    flx_circuit_free(s);
    return sum / (double)count;
}

static double node_one(const flx_circuit_sim *s, int32_t lane)
{
    return flx_circuit_phase(s, 1, lane);
}

static double capacitor_energy(const flx_circuit_sim *s, int32_t lane)
{
    return sqrt(flx_circuit_energy(s, lane));
}

// Energy kT/2 of a capacitor, of an inductor, kT of both, for steps far below and far above RC and
// L/R. Relative error of <x^2>: sqrt(2 memory/N), N = 8 lanes times n.
static void linear_circuits_have_their_temperature_at_any_step(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double unit; // [s] RC or L/R
        double kt;   // <E> in kT
    } rows[] = {{".temp 4.2\nR1 1 0 10\nC1 1 0 1p\n", 10e-12, 0.5},
                {".temp 4.2\nR1 1 0 10\nL1 1 0 100p\n", 10e-12, 0.5},
                {".temp 4.2\nR1 1 0 10\nL1 1 0 100p\nC1 1 0 1p\n", 10e-12, 1}};
    static const double steps[] = {0.1, 0.5, 2, 10};
    flx_ctx *ctx = flx_ctx_create();
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        for (size_t j = 0; j < sizeof steps / sizeof *steps; j++) {
            flx_deck *d = deck_of(ctx, "%s", rows[k].text);
            // x is multiplied by rho = (1 - a)/(1 + a), a = h/2RC, in a step; x^2 remembers
            // (1 + rho^2)/(1 - rho^2) steps, twice that where energy is shared.
            double a = steps[j] / 2, rho = fabs((1 - a) / (1 + a)),
                   memory = 2 * (1 + rho * rho) / (1 - rho * rho);
            int64_t n = (int64_t)(20000 * memory);
            double e = mean_square(ctx, d, steps[j] * rows[k].unit, n, capacitor_energy);
            double error = sqrt(2 * memory / (8.0 * 0.9 * (double)n));
            assert_true(error < 0.0100);
            assert_near(e / (FLX_SI_KB * 4.2 * rows[k].kt), 1, fmin(4 * error, 0.01));
            flx_deck_free(d);
        }
    flx_ctx_free(ctx);
}

// A junction at Gamma = kT/E_J = 0.01: <phi^2> = Gamma (1 + Gamma/2 + ...), at omega_p h = 0.5 and
// 0.1; the mean over exp(cos phi/Gamma) by quadrature.
static void junction_wells_have_their_temperature(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    const double gamma = 0.01, ic = 10e-6;
    double t = gamma * ic * sigma / FLX_SI_KB, above = 0, below = 0;
    for (int k = -1000; k <= 1000; k++) {
        double x = k * 1e-3, w = exp((cos(x) - 1) / gamma);
        above += x * x * w;
        below += w;
    }
    for (double wh = 0.1; wh < 0.6; wh += 0.4) {
        const double cap = 0.3e-12;
        double h = wh * sqrt(sigma * cap / ic);
        // Q = 2: memory of phi^2 is Q/omega_p
        flx_deck *d = deck_of(ctx,
                              ".temp %.17g\n.model j jj(rtype=0, rn=%.17g, icrit=10u, cap=0.3p)\n"
                              "B1 1 0 j\n",
                              t, 2 * sqrt(sigma / (ic * cap)));
        int64_t n = (int64_t)(60000 / wh);
        double seen = mean_square(ctx, d, h, n, node_one);
        // 8 n h omega_p/(2 Q) independent values: 0.9 8 60000/4 -> relative error 0.43 %
        assert_near(seen / (above / below), 1, 0.01);
        flx_deck_free(d);
    }
    flx_ctx_free(ctx);
}

// Ambegaokar and Halperin, Phys. Rev. Lett. 22, 1364 (1969): v(i) of an overdamped junction at
// Gamma = 2 pi k T/(I0 Phi0), from their continued fraction.
static double rounded_curve(double i, double gamma)
{
    double re = 0, im = 0; // r_n = 1/2 / (gamma n + j i + r_(n+1)/2)
    for (int n = 4000; n >= 1; n--) {
        double a = gamma * n + re / 2, b = i + im / 2, size = a * a + b * b;
        re = 0.5 * a / size;
        im = -0.5 * b / size;
    }
    return i + im;
}

static void rounded_curves_are_those_of_ambegaokar_and_halperin(void **state)
{
    (void)state;
    static const struct {
        double gamma, i, v;
    } rows[] = {{0.1, 0.9, 0.21011},  {0.1, 1.0, 0.368953}, {0.5, 0.9, 0.519804},
                {0.5, 1.0, 0.626523}, {1, 0.6, 0.417585},   {2, 1.2, 1.09494}};
    flx_ctx *ctx = flx_ctx_create();
    double unit = Phi0 / (2 * pi * 1e-5);
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        assert_near(rounded_curve(rows[k].i, rows[k].gamma), rows[k].v, 1e-5);
        double t = rows[k].gamma * 1e-5 * Phi0 / (2 * pi * FLX_SI_KB);
        flx_deck *d = deck_of(ctx,
                              ".temp %.17g\n.noise seeds=32 seed=1\n"
                              ".model j jj(rtype=0, rn=1, icrit=10u, cap=0)\nB1 1 0 j\n"
                              "I1 0 1 %.17g\n.tran %.17g %.17g\n.print v(1)\n",
                              t, rows[k].i * 1e-5, 0.1 * unit, 16000 * unit);
        flx_circuit_value v = probe_of(ctx, d, 0);
        double seen = v.mean / 1e-5, error = v.error / 1e-5;
        assert_true(error < 0.01 * rows[k].v);
        assert_near(seen, rows[k].v, 3 * error + 0.002 * rows[k].v); // dtau^2/12 of the step
    }
    flx_ctx_free(ctx);
}

// The same curve at a step of half a tau, where noise moves the phase by sqrt(2 Gamma h) = 0.45 rad in
// a step: the mean of a second-order rule is off by 0.004 (a quarter of 0.018 at twice the step), that
// of the current along the path, of first order, would be by 0.015. One standard error is 0.0011.
static void steps_with_noise_are_of_second_order(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    double gamma = 0.2, unit = sigma / 10e-6; // tau = 1 [s] at 1 ohm
    flx_deck *d = deck_of(ctx,
                          ".model j jj(rtype=0, rn=1, icrit=10u, cap=0)\nB1 1 0 j\n"
                          "I1 0 1 pwl(0 0 %.17g 10u)\n.temp %.17g\n.noise seeds=32 seed=5\n"
                          ".tran %.17g %.17g 0 %.17g\n.print v(1)\n",
                          5 * unit, gamma * 10e-6 * sigma / FLX_SI_KB, 0.5 * unit, 40000 * unit,
                          40000 * unit);
    flx_circuit_value v = probe_of(ctx, d, 0);
    assert_near(v.mean / 10e-6, rounded_curve(1, gamma), 0.0044 + 4 * 0.0011);
    assert_true(v.error / 10e-6 < 0.0014);
    flx_ctx_free(ctx);
}

// The same seed gives the same run, another one another.
static void seeds_decide_the_noise(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    double last[3];
    for (int k = 0; k < 3; k++) {
        flx_deck *d = deck_of(ctx,
                              ".temp 1\n.noise seed=%d\nR1 1 0 1\nC1 1 0 1p\n.tran 1p 50p\n"
                              ".print v(1)\n",
                              k / 2);
        last[k] = probe_of(ctx, d, 0).last;
    }
    assert_true(last[0] == last[1] && last[0] != last[2]);
    flx_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linear_circuits_have_their_temperature_at_any_step),
        cmocka_unit_test(junction_wells_have_their_temperature),
        cmocka_unit_test(rounded_curves_are_those_of_ambegaokar_and_halperin),
        cmocka_unit_test(steps_with_noise_are_of_second_order),
        cmocka_unit_test(seeds_decide_the_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
