// Circuits in time: conservation, order of convergence, junctions against exact and published
// values, lines, coupled inductors, JoSIM's step against a plain implementation of its equations.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_circuit.h"
#include "base/rng.h"
#include "circuit/noise.h"
#include "circuit/sim.h"

static flx_circuit_sim *sim_of(flx_ctx *ctx, const flx_deck *deck, double dt, double tolerance)
{
    flx_circuit_opts opts = flx_circuit_opts_default();
    opts.dt = dt;
    opts.tolerance = tolerance;
    opts.newton = 1e-12;
    const flx_circuit_lane lane = {&deck->circuit, deck->seed};
    flx_circuit_sim *sim = NULL;
    if (flx_circuit_create(ctx, &lane, 1, &opts, &sim) < 0)
        fail_msg("%s", flx_ctx_error(ctx));
    return sim;
}

static void steps(flx_circuit_sim *sim, int64_t n)
{
    flx_circuit_report report;
    for (int64_t k = 0; k < n; k++)
        assert_int_equal(flx_circuit_step(sim, &report), FLX_OK);
}

// -- what is conserved ----------------------------------------------------------------------------

// 1 nH, 1 pF; omega h = 0.5, where JoSIM's step loses 11 % of the amplitude in each period.
static void a_lossless_ring_keeps_its_energy(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_deck *d = deck_of(ctx, "L1 1 0 1n\nC1 1 0 1p\n");
    double omega = 1 / sqrt(1e-9 * 1e-12), h = 0.5 / omega;
    flx_circuit_sim *s = sim_of(ctx, d, h, 0);
    const double phase[2] = {0, 1}, voltage[2] = {0, 0};
    assert_int_equal(flx_circuit_set(s, phase, voltage), FLX_OK);
    double begin = flx_circuit_energy(s, 0);
    assert_near(begin / (sigma * sigma / 2e-9), 1, 1e-14);
    // 10^4 periods, 126 000 steps. Rounding: sqrt(126000) 2e-16 = 1e-13 if it were random.
    double most = 0;
    for (int k = 0; k < 1257; k++) {
        steps(s, 100);
        most = fmax(most, fabs(flx_circuit_energy(s, 0) / begin - 1));
    }
    assert_near(most, 0, 1e-10);
    flx_circuit_free(s);
    flx_deck_free(d);
    flx_ctx_free(ctx);
}

// Junctions too: a large swing in an rf SQUID beside coupled inductors. Each step solves to 1e-12
// rad; 20000 of them at random move the energy by 1e-10 at most.
static void lossless_junctions_keep_their_energy(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_deck *d = deck_of(ctx, ".model j jj(rtype=0, rn=1e20, icrit=10u, cap=0.3p, cpr={1,0.3})\n"
                               "B1 1 0 j\nL1 1 0 80p\nL2 2 0 50p\nK1 L1 L2 0.4\nC2 2 0 0.2p\n");
    flx_circuit_sim *s = sim_of(ctx, d, 0.2e-12, 0);
    const double phase[3] = {0, 2.5, -0.7}, voltage[3] = {0, 20e-6, 0};
    assert_int_equal(flx_circuit_set(s, phase, voltage), FLX_OK);
    double begin = flx_circuit_energy(s, 0), most = 0;
    for (int k = 0; k < 200; k++) {
        steps(s, 100);
        most = fmax(most, fabs(flx_circuit_energy(s, 0) / begin - 1));
    }
    assert_near(most, 0, 1e-9);
    flx_circuit_free(s);
    flx_deck_free(d);
    flx_ctx_free(ctx);
}

// Currents into every node sum to zero in each step, sources and noise included: rounding of 100 uA
// (1e-20 A) and of phases up to 30 rad times s/L (4e-15 1e-4 A).
static void currents_are_conserved_at_every_node(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_deck *d = deck_of(
        ctx, ".temp 4.2\n.model j jj(rtype=1, vg=2.8m, rn=16, r0=160, icrit=0.1m, cap=70f)\n"
             "I1 0 1 pwl(0 0 5p 150u)\nB1 1 2 j\nR2 2 0 3\nL1 1 3 2p\nL3 3 4 1p\nC1 3 0 0.1p\n"
             "R4 4 0 5\nL5 5 0 3p\nK1 L1 L5 0.3\nR5 5 6 2\nV1 6 0 sin(0 0.2m 100g)\nI2 6 0 10u\n");
    flx_circuit_sim *s = sim_of(ctx, d, 0.1e-12, 0);
    for (int k = 0; k < 300; k++) {
        steps(s, 1);
        double sum[7] = {0};
        for (int32_t e = 0; e < d->circuit.n_element; e++) {
            double i = flx_circuit_current(s, e, 0);
            assert_true(isfinite(i));
            sum[d->circuit.element[e].node[0]] += i;
            sum[d->circuit.element[e].node[1]] -= i;
        }
        for (int n = 1; n < 7; n++)
            assert_near(sum[n], 0, 1e-15);
    }
    flx_circuit_free(s);
    flx_deck_free(d);
    flx_ctx_free(ctx);
}

// -- junctions ------------------------------------------------------------------------------------

// A single junction, 100 uA and 1 ohm, so that v = V/(Ic R) and tau = t 2 pi Ic R/Phi0.
static double mean_voltage(flx_ctx *ctx, double beta_c, double i, double dtau, double tau)
{
    double unit = Phi0 / (2 * pi * 1e-4); // [s] of tau
    double cap = beta_c * Phi0 / (2 * pi * 1e-4);
    flx_deck *d = deck_of(ctx,
                          ".model j jj(rtype=0, rn=1, icrit=100u, cap=%.17g)\n"
                          "B1 1 0 j\nI1 0 1 %.17g\n.ic v(1)=%.17g\n.options tolerance=0\n"
                          ".tran %.17g %.17g\n.print v(1)\n",
                          cap, i * 1e-4, (i + 1) * 1e-4, dtau * unit, tau * unit);
    return probe_of(ctx, d, 0).mean / 1e-4;
}

// v = sqrt(i^2 - 1) exactly (Aslamazov and Larkin, JETP Lett. 9, 87 (1969)). The step has error
// O(dtau^2): 0.02^2/12 v^3 ~ 2e-4 at i = 3 and less below.
static void overdamped_junctions_follow_the_exact_curve(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    static const double i[] = {1.05, 1.2, 1.5, 2, 3};
    for (int k = 0; k < 5; k++)
        assert_near(mean_voltage(ctx, 0, i[k], 0.01, 400), sqrt(i[k] * i[k] - 1), 5e-5);
    flx_ctx_free(ctx);
}

// Second order: errors of steps 0.2, 0.1, 0.05 in tau fall by 4. The ratio itself has an error of
// order dtau^2.
static void the_step_is_of_second_order(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    double e[3], exact = sqrt(1.5 * 1.5 - 1);
    for (int k = 0; k < 3; k++)
        e[k] = fabs(mean_voltage(ctx, 0, 1.5, 0.2 / (1 << k), 2000) - exact);
    assert_near(log2(e[0] / e[1]), 2, 0.05);
    assert_near(log2(e[1] / e[2]), 2, 0.02);
    double c[3], fine = 1.38447581; // beta_c = 1, Runge-Kutta of order 4 at 1e-8
    for (int k = 0; k < 3; k++)
        c[k] = fabs(mean_voltage(ctx, 1, 1.5, 0.2 / (1 << k), 2000) - fine);
    assert_near(log2(c[0] / c[1]), 2, 0.05);
    assert_near(log2(c[1] / c[2]), 2, 0.05);
    flx_ctx_free(ctx);
}

// Running branches of McCumber, J. Appl. Phys. 39, 3113 (1968), computed to 1e-8 by Runge-Kutta of
// order 4. Steps of 0.02 leave dtau^2/12 times second derivatives of order 1.
static void rcsj_curves_are_the_published_ones(void **state)
{
    (void)state;
    static const struct {
        double beta_c, i, v;
    } rows[] = {{1, 1.2, 0.97687900},  {1, 2, 1.94778635},    {1, 3, 2.98316732},
                {4, 0.8, 0.73574264},  {4, 1, 0.96887377},    {4, 2, 1.99614002},
                {25, 0.3, 0.26328971}, {25, 0.5, 0.49348359}, {25, 1, 0.99920008}};
    flx_ctx *ctx = flx_ctx_create();
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        assert_near(mean_voltage(ctx, rows[k].beta_c, rows[k].i, 0.02, 2000), rows[k].v, 5e-5);
    flx_ctx_free(ctx);
}

// i = Omega + sin Omega tau drives phi = Omega tau exactly: the voltage is constant.
static void driven_junction_has_its_exact_solution(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    double unit = Phi0 / (2 * pi * 1e-4), f = 1 / (2 * pi * unit);
    flx_deck *d = deck_of(ctx,
                          ".model j jj(rtype=0, rn=1, icrit=100u, cap=0)\nB1 1 0 j\n"
                          "I1 0 1 100u\nI2 0 1 sin(0 100u %.17g)\n.options tolerance=0\n"
                          ".tran %.17g %.17g\n.print v(1) p(B1)\n",
                          f, 0.01 * unit, 50 * unit);
    flx_circuit_result r = run_deck(ctx, d);
    // The average of a sine over its own path is exact, so only rounding of the source is left.
    for (int64_t k = 0; k < r.n_row; k += 100)
        assert_near(r.row[2 * k + 1], r.time[k] / unit, 1e-8);
    flx_circuit_result_clear(&r);
    flx_deck_free(d);
    flx_ctx_free(ctx);
}

// The dc SQUID of examples/dc-squid.cir at beta_L = 1, beta_c = 0.5, i = 2.1, Phi = Phi0/4:
// v = 0.595433 I0 R. Of order 1e-5: steps of 0.012 in tau.
static void dc_squid_has_its_voltage(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    const flx_deck_source source = {.path = FLX_SOURCE_DIR "/examples/dc-squid.cir"};
    flx_deck *d = NULL;
    assert_int_equal(flx_deck_create(ctx, &source, &d), FLX_OK);
    flx_circuit_value v = probe_of(ctx, d, 0);
    assert_near(v.mean / 80e-6, 0.595433, 1e-5);
    assert_true(v.error / 80e-6 < 1e-5);
    flx_ctx_free(ctx);
}

// A pulse through a line of 12 cells turns each junction by 2 pi, and its area is Phi0: both to the
// exponentially small rest 300 ps later.
static void single_flux_quanta_travel(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    char text[4096];
    int n = snprintf(text, sizeof text,
                     ".model j jj(rtype=0, rn=2, icrit=0.1m, cap=70f)\n.tran 0.1p 400p\n"
                     "IT 0 1 pulse(0 250u 100p 2p 2p 3p)\n.print p(B1) p(B12) v(12)\n"
                     ".measure area integ v(12)\nRE 12 0 4\n");
    for (int k = 1; k <= 12; k++)
        n += snprintf(text + n, sizeof text - (size_t)n, "B%d %d 0 j\nI%d 0 %d pwl(0 0 50p 70u)\n",
                      k, k, k, k);
    for (int k = 1; k < 12; k++)
        n += snprintf(text + n, sizeof text - (size_t)n, "L%d %d %d 4p\n", k, k, k + 1);
    flx_deck *d = deck_of(ctx, "%s", text);
    flx_circuit_result r = run_deck(ctx, d);
    int64_t before = 0;
    while (r.time[before] < 98e-12)
        before++;
    for (int k = 0; k < 2; k++)
        assert_near(r.probe[k].last - r.row[3 * before + k], 2 * pi, 1e-6);
    assert_near(r.measure[0].mean / Phi0 - r.row[3 * before + 1] / (2 * pi), 1, 1e-6);
    flx_circuit_result_clear(&r);
    flx_deck_free(d);
    flx_ctx_free(ctx);
}

// The current of quasiparticles against its three slopes, continuous at both ends of the gap.
static void quasiparticle_branches_are_continuous(void **state)
{
    (void)state;
    for (int32_t rtype = 1; rtype <= 2; rtype++) {
        flx_junction_model m = {.rtype = rtype,
                                .vg = 2.8e-3,
                                .delv = 1e-4,
                                .icrit = 1e-4,
                                .rn = 16,
                                .r0 = 160,
                                .icfact = pi / 4,
                                .cpr = {1},
                                .n_cpr = 1};
        flx_junction j = flx_junction_of(&m, 2);
        double slope = 0, last = 0, rise = 2e-4 / (pi / 4);
        for (int k = -4000; k <= 4000; k++) {
            double v = k * 1e-6, i = j.g0 * v + flx_junction_excess(&j, v, &slope);
            if (k > -4000) // no step is larger than the steepest slope allows
                assert_true(i > last && i - last <= 1.001 * j.gl * 1e-6);
            last = i;
            // The slope is the derivative: differences over 2 nV, sharp corners left out.
            double a = flx_junction_excess(&j, v + 1e-9, &(double){0}),
                   b = flx_junction_excess(&j, v - 1e-9, &(double){0});
            if (rtype == 2)
                assert_near((a - b) / 2e-9, slope, 1e-4 * j.gl);
        }
        double at = flx_junction_excess(&j, 2.7e-3, &slope) + j.g0 * 2.7e-3;
        assert_near(at, 2.7e-3 * 2 / 160, rtype == 1 ? 1e-18 : 2e-7); // gl w e^-5
        at = flx_junction_excess(&j, 3.5e-3, &slope) + j.g0 * 3.5e-3;
        assert_near(at, 2.75e-3 * 2 / 160 + rise + 0.65e-3 * 2 / 16, 1e-12);
        assert_near(slope + j.g0, 2.0 / 16, 1e-12);
    }
}

// s sin x/sqrt(1 - D s_half^2) of Haberkorn et al. at T = 0, D = 0.8: slope by differences.
static void transparent_junctions_have_their_relation(void **state)
{
    (void)state;
    flx_junction_model m = {.rtype = 0,
                            .icrit = 1e-6,
                            .rn = 1,
                            .transparency = 0.8,
                            .tc = 9,
                            .temperature = 0.01,
                            .microscopic = true,
                            .cpr = {1},
                            .n_cpr = 1};
    flx_junction j = flx_junction_of(&m, 1);
    for (double x = -3; x <= 3; x += 0.25) {
        double slope = 0, unused = 0, i = flx_junction_current(&j, x, &slope);
        double sine = sin(x / 2);
        assert_near(i, 1e-6 * sin(x) / sqrt(1 - 0.8 * sine * sine), 1e-18);
        double numeric = (flx_junction_current(&j, x + 1e-5, &unused) -
                          flx_junction_current(&j, x - 1e-5, &unused)) /
                         2e-5;
        assert_near(slope, numeric, 1e-14); // 1e-10 of third derivatives of order Ic
        // the potential is its integral
        double u =
            (flx_junction_potential(&j, x + 1e-5) - flx_junction_potential(&j, x - 1e-5)) / 2e-5;
        assert_near(u, i, 1e-14);
    }
}

// Averages along a path: Simpson's rule with 200 parts.
static void currents_are_averaged_along_the_path(void **state)
{
    (void)state;
    flx_junction_model m = {
        .rtype = 0, .icrit = 1e-6, .rn = 1, .phi = 0.4, .cpr = {1, -0.4, 0.1}, .n_cpr = 3};
    flx_junction j = flx_junction_of(&m, 1);
    for (double d = -1.5; d <= 1.5; d += 0.5) {
        double sum = 0, unused = 0, slope = 0;
        for (int k = 0; k < 200; k++)
            sum += (flx_junction_current(&j, 0.3 + d * k / 200, &unused) +
                    4 * flx_junction_current(&j, 0.3 + d * (k + 0.5) / 200, &unused) +
                    flx_junction_current(&j, 0.3 + d * (k + 1) / 200, &unused)) /
                   1200;
        // Five points of Gauss and Legendre: 1e-7 3^10 d^11 5!^4/(11 10!^3) = 1.3e-13
        assert_near(flx_junction_path(&j, 0.3, d, &slope), sum, 2e-13);
        double a = flx_junction_path(&j, 0.3, d + 1e-5, &unused),
               b = flx_junction_path(&j, 0.3, d - 1e-5, &unused);
        assert_near(slope, (a - b) / 2e-5, 1e-15);
        flx_vd slopes,
            sines = flx_junction_sine((flx_vd){1e-6}, (flx_vd){0.3 - 0.4}, (flx_vd){d}, &slopes);
        double sine = sines[0];
        double exact =
            fabs(d) > 0 ? 1e-6 * (cos(0.3 - 0.4) - cos(0.3 - 0.4 + d)) / d : 1e-6 * sin(0.3 - 0.4);
        assert_near(sine, exact, 1e-16);
    }
}

// -- elements -------------------------------------------------------------------------------------

// A step of 1 mV through 50 ohm into a line of 50 ohm, open at its end: 0.5 mV after no time, 1 mV
// at the end after one delay, 1 mV at the start after two.
static void lines_delay_and_reflect(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_deck *d = deck_of(ctx, "V1 1 0 pwl(0 0 1p 1m)\nR1 1 2 50\nT1 2 0 3 0 z0=50 td=20p\n"
                               "R2 3 0 1e9\n.tran 0.5p 60p\n.print v(2) v(3)\n");
    flx_circuit_result r = run_deck(ctx, d);
    static const struct {
        double t, near, far;
    } rows[] = {{10e-12, 0.5e-3, 0},    {19e-12, 0.5e-3, 0},  {30e-12, 0.5e-3, 1e-3},
                {38e-12, 0.5e-3, 1e-3}, {45e-12, 1e-3, 1e-3}, {59e-12, 1e-3, 1e-3}};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        int64_t at = (int64_t)rint(rows[k].t / 0.5e-12);
        assert_near(r.row[2 * at], rows[k].near, 1e-10); // R2 takes 5e-8 of the far end
        assert_near(r.row[2 * at + 1], rows[k].far, 1e-10);
    }
    flx_circuit_result_clear(&r);
    flx_deck_free(d);
    flx_ctx_free(ctx);
}

// Flux through a closed superconducting secondary stays 0: I2 = -M I1/L2, at the end of every step.
static void coupled_inductors_share_their_flux(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_deck *d = deck_of(ctx, "I1 0 1 pwl(0 0 10p 1m)\nL1 1 0 10p\nR1 1 0 1\nL2 2 0 40p\n"
                               "L3 2 0 60p\nK1 L1 L2 0.5\n.tran 0.1p 300p\n"
                               ".print i(L1) i(L2) i(L3)\n.options tolerance=0\n");
    flx_circuit_result r = run_deck(ctx, d);
    double m = 0.5 * sqrt(10e-12 * 40e-12);
    const double *last = &r.row[3 * (r.n_row - 1)];
    // M I1 + L2 I2 = L3 I3 and I2 = -I3 around the loop of L2 and L3
    for (int64_t k = 100; k < r.n_row; k += 50)
        assert_near(r.row[3 * k + 1], -m * r.row[3 * k] / 100e-12, 1e-12);
    assert_near(last[1], -last[2], 1e-15);
    assert_near(last[0], 1e-3, 1e-8); // 300 ps are 33 times L/R
    flx_circuit_result_clear(&r);
    flx_deck_free(d);
    flx_ctx_free(ctx);
}

// External flux in a closed loop of inductance L makes the current that cancels it; n Phi0 would be
// the phase source of 2 pi n.
static void flux_through_an_inductor_drives_its_loop(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_deck *d = deck_of(ctx, "L1 1 0 30p\nL2 1 0 20p\n.flux L1 pwl(0 0 10p 0.5)\n"
                               "R1 1 0 1\n.tran 1p 2n\n.print i(L2) i(L1)\n");
    flx_circuit_value v = probe_of(ctx, d, 0);
    assert_near(v.last, 0.5 * Phi0 / 50e-12, 1e-4 * 0.5 * Phi0 / 50e-12 * 1e-4);
    flx_ctx_free(ctx);
}

// 10^9 turns later a loop still knows its flux: what is tied to the turning node through junctions
// alone must not lose digits. Two inductors in a ring hang on the running junction.
static void phases_keep_their_digits_over_many_turns(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_deck *d = deck_of(ctx, ".model j jj(rtype=0, rn=1, icrit=100u, cap=0)\nB1 1 0 j\n"
                               "I1 0 1 300u\nL1 1 2 10p\nL2 1 2 10p\nR2 2 1 1\n"
                               ".flux L1 0.25\n.tran 0.01p 1p\n.print i(L2)\n");
    flx_circuit_sim *s = sim_of(ctx, d, 0.05e-12, 0);
    const double turns = 1e9, phase[3] = {0, 2 * pi * turns, 2 * pi * turns};
    assert_int_equal(flx_circuit_set(s, phase, NULL), FLX_OK);
    steps(s, 40000); // the ring settles, whole turns go over to the windings
    double i = flx_circuit_current(s, element_at(d, "L2"), 0);
    // 0.25 Phi0 over 20 pH, to 1e-9: the start itself, 6e9 rad, is given to 1e-6 rad only, and what
    // was lost there decays in R2
    assert_near(fabs(i) / (0.25 * Phi0 / 20e-12), 1, 1e-9);
    assert_true(flx_circuit_phase(s, 1, 0) > 2 * pi * turns + 1000);
    flx_circuit_free(s);
    flx_deck_free(d);
    flx_ctx_free(ctx);
}

// -- step control, lanes --------------------------------------------------------------------------

// The same pulse with 0.1 ps allowed, 2 ps allowed and a tolerance: the latter must find the small
// steps itself.
static void steps_are_found_where_they_are_needed(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    static const char text[] = ".model j jj(rtype=0, rn=2, icrit=0.1m, cap=70f)\nB1 1 0 j\n"
                               "I1 0 1 pwl(0 0 50p 70u)\nI2 0 1 pulse(0 180u 100p 2p 2p 3p)\n"
                               "L1 1 2 4p\nR2 2 0 4\n.tran %s 200p\n.print p(B1)\n"
                               ".options tolerance=%s\n.measure at find p(B1) at=%s\n";
    char copy[1024];
    double value[3];
    int64_t count[3], refused[3];
    static const char *const how[3][2] = {{"0.005p", "0"}, {"2p", "1e-5"}, {"2p", "1e-3"}};
    for (int k = 0; k < 3; k++) {
        snprintf(copy, sizeof copy, text, how[k][0], how[k][1], "106p");
        flx_deck *d = deck_of(ctx, "%s", copy);
        flx_circuit_result r = run_deck(ctx, d);
        value[k] = r.probe[0].last;
        count[k] = r.steps;
        refused[k] = r.rejected;
        flx_circuit_result_clear(&r);
        flx_deck_free(d);
    }
    assert_near(value[1], value[0], 1e-5);
    assert_near(value[2], value[0], 1e-3);
    assert_true(count[1] < count[0] / 20 && count[2] < count[1] && count[2] > 100);
    assert_true(refused[0] == 0 && refused[1] > 0);
    flx_ctx_free(ctx);
}

// A current that is there from the start kicks a junction: the first steps, and those behind corners
// that lie between steps, are held to the tolerance, too. The error of the run follows h^2, the
// tolerance h^3; unchecked first steps leave 0.05 rad at any tolerance.
static void first_steps_are_held_to_the_tolerance(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    double value[4];
    static const char *const how[4][2] = {
        {"0.002p", "0"}, {"2p", "1e-4"}, {"2p", "1e-5"}, {"2p", "1e-6"}};
    for (int k = 0; k < 4; k++) {
        flx_deck *d = deck_of(ctx,
                              ".model j jj(rtype=0, rn=20, icrit=0.1m, cap=70f)\nB1 1 0 j\n"
                              "I1 0 1 60u\nI2 0 1 pulse(0 30u 4.33p 0.41p 0.37p 1.1p)\n"
                              ".tran %s 8p\n.print p(B1)\n.options tolerance=%s\n",
                              how[k][0], how[k][1]);
        flx_circuit_result r = run_deck(ctx, d);
        value[k] = r.probe[0].last;
        flx_circuit_result_clear(&r);
        flx_deck_free(d);
    }
    for (int k = 1; k < 4; k++)
        assert_near(value[k], value[0], 1e-3 * pow(10, -2.0 / 3 * (k - 1)));
    flx_ctx_free(ctx);
}

// What jumps at the start is no error of a step, however short it is: the rate of a junction without
// capacitance, which .ic gives too large, and the phase where only inductors meet, when a flux is there
// at once.
static void jumps_at_the_start_are_stepped_over(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_deck *d = deck_of(ctx, ".model j jj(rtype=0, rn=1, icrit=10u, cap=0)\nB1 1 0 j\n"
                               "I1 0 1 15u\n.ic v(1)=45u\n.tran 3p 33n\n.print v(1)\n"
                               ".options tolerance=1e-8\n");
    double rsj = 10e-6 * sqrt(1.5 * 1.5 - 1);
    assert_near(probe_of(ctx, d, 0).mean, rsj, 1e-4 * rsj); // the smooth window's share
    // Equal steps know of it, too: their error is of second order, and none of it is left in the limit.
    static const char *const how[4][2] = {
        {"40f", "0"}, {"20f", "0"}, {"10f", "0"}, {"100f", "1e-6"}};
    double phase[4];
    for (int k = 0; k < 4; k++) {
        d = deck_of(ctx,
                    ".model j jj(rtype=0, rn=8, icrit=10u, cap=0.26p)\nB1 1 0 j\nB2 2 0 j\n"
                    "L1 1 3 52p\nL2 3 2 52p\n.flux L1 0.3\n.tran %s 4p\n.print p(B1)\n"
                    ".options tolerance=%s\n",
                    how[k][0], how[k][1]);
        flx_circuit_result r = run_deck(ctx, d);
        phase[k] = r.probe[0].last;
        flx_circuit_result_clear(&r);
        flx_deck_free(d);
    }
    assert_near(log2((phase[0] - phase[1]) / (phase[1] - phase[2])), 2, 0.05);
    // 1e-6 a step, some tens of long steps
    assert_near(phase[3], phase[2] + (phase[2] - phase[1]) / 3, 2e-5);
    flx_ctx_free(ctx);
}

// Eight lanes give what each gives alone, bit for bit.
static void lanes_do_not_know_of_each_other(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_deck *d[8];
    flx_circuit_lane lane[8];
    for (int k = 0; k < 8; k++) {
        d[k] = deck_of(ctx,
                       ".temp %g\n.model j jj(rtype=0, rn=5, icrit=10u, cap=0.1p)\n"
                       "B1 1 0 j\nB2 2 0 j\nL1 1 3 50p\nL2 4 2 50p\nP1 3 4 %g\nI1 0 3 %gu\n",
                       1.0 * k, 0.3 * k, 18.0 + k);
        lane[k] = (flx_circuit_lane){&d[k]->circuit, (uint64_t)(7 * k)};
    }
    flx_circuit_opts opts = flx_circuit_opts_default();
    opts.dt = 0.1e-12;
    opts.tolerance = 0;
    flx_circuit_sim *all = NULL, *one = NULL;
    assert_int_equal(flx_circuit_create(ctx, lane, 8, &opts, &all), FLX_OK);
    steps(all, 500);
    for (int k = 0; k < 8; k += 3) {
        assert_int_equal(flx_circuit_create(ctx, &lane[k], 1, &opts, &one), FLX_OK);
        steps(one, 500);
        for (int32_t node = 1; node < d[k]->circuit.n_node; node++)
            // Newton's iteration of a lane may go on for the sake of another: 1e-8 rad each step
            assert_near(flx_circuit_phase(all, node, k), flx_circuit_phase(one, node, 0), 1e-6);
        flx_circuit_free(one);
    }
    flx_circuit_free(all);
    for (int k = 0; k < 8; k++)
        flx_deck_free(d[k]);
    flx_ctx_free(ctx);
}

static void lanes_with_other_values_are_refused(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_deck *a = deck_of(ctx, "R1 1 0 1\nI1 0 1 1u\n"), *b = deck_of(ctx, "R1 1 0 2\nI1 0 1 1u\n");
    const flx_circuit_lane lane[2] = {{&a->circuit, 0}, {&b->circuit, 0}};
    flx_circuit_opts opts = flx_circuit_opts_default();
    flx_circuit_sim *sim = NULL;
    assert_int_equal(flx_circuit_create(ctx, lane, 2, &opts, &sim), FLX_ERR_INPUT);
    assert_string_equal(flx_ctx_error(ctx),
                        "lane 1 differs in more than sources, temperatures and seed");
    opts.dt = -1;
    assert_int_equal(flx_circuit_create(ctx, lane, 1, &opts, &sim), FLX_ERR_INPUT);
    assert_string_equal(flx_ctx_error(ctx), "circuit.dt is -1, allowed is 1e-30 to 1e+06 [s]");
    flx_deck_free(a);
    flx_deck_free(b);
    flx_ctx_free(ctx);
}

static void numbers_of_lanes_are_those_of_the_generator(void **state)
{
    (void)state;
    const uint64_t seed[8] = {0, 1, 2, 3, 1u << 31, 77, UINT64_MAX, 12345678901234567u};
    const uint64_t number[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    for (uint64_t index = 0; index < 16000; index++) {
        flx_vu seeds, stream;
        flx_vd a, b;
        double g[2];
        int first = (int)(index % FLX_PARTS) * FLX_WIDE;
        memcpy(&seeds, seed + first, sizeof seeds);
        memcpy(&stream, number + first, sizeof stream);
        flx_normals(seeds, stream + 5 + index * 3, index, &a, &b);
        for (int l = 0; l < FLX_WIDE; l++) {
            flx_rng_gauss(seeds[l], stream[l] + 5 + index * 3, index, g);
            assert_near(a[l], g[0], 4e-15); // a few roundings of numbers up to 6
            assert_near(b[l], g[1], 4e-15);
        }
    }
}

// -- JoSIM's step ---------------------------------------------------------------------------------

// The equations as JoSIM has them, with branch currents, dense: R and L in series from a voltage
// source to a junction with a capacitor beside it. Unknowns: phases a, b, c; currents of R, L, C, V.
static void josim_plain(double h, int n, double *phase, double *volt)
{
    const double s = 3.291059757e-16, r = 5, l = 3e-12, cap = 0.2e-12;
    const double ic = 1e-4, rn = 4, cj = 70e-15;
    double pa[3] = {0}, pb[3] = {0}, pc[5] = {0}, v[4] = {0};
    int start = (int)fmin(1000, 2 * pow(10, 2 * (fabs(log10(h)) - 12) + 1));
    for (int i = -start; i < n; i++) {
        double t = i * h, vt = t < 0 ? 0 : t < 10e-12 ? 2e-3 * t / 10e-12 : 2e-3;
        double guess_v = 2.5 * v[0] - 2 * v[1] + 0.5 * v[2];
        double guess = 4.0 / 3 * pc[0] - pc[1] / 3 + 2 * h / (3 * s) * guess_v;
        double is = ic * sin(guess);
        // a: phase of the source, known; I of R and L are equal: phi_a - phi_c = R and L in series
        double a = 2 * h / (3 * s) * vt + 4.0 / 3 * pa[0] - pa[1] / 3;
        // R: a - b = (2h/3)(R/s) I + past_r; L: b - c = (L/s) I
        double past_r = 4.0 / 3 * (pa[0] - pb[0]) - (pa[1] - pb[1]) / 3;
        // node c: I = I_C + I_J
        double kc = 2.25 * s * cap / (h * h), kj = 1.5 * s / h * (1 / rn + 1.5 * cj / h);
        double past_c = kc * (-8.0 / 3 * pc[0] + 22.0 / 9 * pc[1] - 8.0 / 9 * pc[2] + pc[3] / 9);
        double past_j = (1 / rn + 1.5 * cj / h) * 1.5 * s / h * (-4.0 / 3 * pc[0] + pc[1] / 3) +
                        cj * (-2 / h * v[0] + v[1] / (2 * h)) + is;
        // (a - c - past_r)/((2h R/3s) + L/s) = (kc + kj) c + past_c + past_j
        double z = 2 * h * r / (3 * s) + l / s;
        double c = ((a - past_r) / z - past_c - past_j) / (1 / z + kc + kj);
        double current = (a - c - past_r) / z, b = c + l / s * current;
        double vj = 1.5 * s / h * (c - 4.0 / 3 * pc[0] + pc[1] / 3);
        for (int k = 4; k > 0; k--)
            pc[k] = pc[k - 1];
        pc[0] = c;
        pa[1] = pa[0];
        pa[0] = a;
        pb[1] = pb[0];
        pb[0] = b;
        for (int k = 3; k > 0; k--)
            v[k] = v[k - 1];
        v[0] = i > 0 ? vj : 0;
        if (i >= 0) {
            phase[i] = c;
            volt[i] = vj;
        }
    }
}

static void josims_step_is_reproduced(void **state)
{
    (void)state;
    enum { N = 400 };
    static double phase[N], volt[N];
    flx_ctx *ctx = flx_ctx_create();
    flx_deck *d =
        deck_of(ctx, ".model j jj(rtype=0, rn=4, icrit=0.1m, cap=70f)\n"
                     "V1 1 0 pwl(0 0 10p 2m)\nR1 1 2 5\nL1 2 3 3p\nC1 3 0 0.2p\nB1 3 0 j\n"
                     ".tran 0.1p 39.9p\n.options method=josim\n.print p(B1) v(3)\n");
    flx_circuit_result r = run_deck(ctx, d);
    josim_plain(0.1e-12, N, phase, volt);
    assert_int_equal(r.n_row, N);
    for (int k = 0; k < N; k++) {
        assert_near(r.row[2 * k], phase[k], 1e-9 * fmax(1, fabs(phase[k])));
        assert_near(r.row[2 * k + 1], volt[k], 1e-9 * 1e-3);
    }
    assert_true(phase[N - 1] > 6); // it has turned
    flx_circuit_result_clear(&r);
    flx_deck_free(d);
    flx_ctx_free(ctx);
}

// Its numerical damping, Q = 2/(omega h)^3 for small omega h, and 11.4 % of amplitude in a period at
// omega h = 0.5: what the default step is compared with.
static void josims_step_damps_a_ring(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    double omega = 1 / sqrt(1e-9 * 1e-12), h = 0.5 / omega;
    double amplitude[2];
    for (int method = 0; method < 2; method++) {
        // A pulse of current starts the ring; its peaks are compared ten periods apart.
        flx_deck *d = deck_of(ctx,
                              "L1 1 0 1n\nC1 1 0 1p\nI1 0 1 pwl(0 0 %g 1u %g 0)\n"
                              ".tran %.17g %.17g\n.options tolerance=0 method=%s\n.print p(1)\n",
                              2 * h, 4 * h, h, 400 * h, method ? "josim" : "midpoint");
        flx_circuit_result r = run_deck(ctx, d);
        double early = 0, late = 0; // sums of squares over 5 periods (63 steps), 10 apart (126)
        for (int64_t k = 60; k < 123; k++) {
            early += r.row[k] * r.row[k];
            late += r.row[k + 126] * r.row[k + 126];
        }
        amplitude[method] = pow(late / early, 0.05); // of one period
        flx_circuit_result_clear(&r);
        flx_deck_free(d);
    }
    assert_near(amplitude[0], 1, 2e-3); // windows are not whole periods
    assert_near(1 - amplitude[1], 0.114, 0.003);
    flx_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lossless_ring_keeps_its_energy),
        cmocka_unit_test(lossless_junctions_keep_their_energy),
        cmocka_unit_test(currents_are_conserved_at_every_node),
        cmocka_unit_test(overdamped_junctions_follow_the_exact_curve),
        cmocka_unit_test(the_step_is_of_second_order),
        cmocka_unit_test(rcsj_curves_are_the_published_ones),
        cmocka_unit_test(driven_junction_has_its_exact_solution),
        cmocka_unit_test(dc_squid_has_its_voltage),
        cmocka_unit_test(single_flux_quanta_travel),
        cmocka_unit_test(quasiparticle_branches_are_continuous),
        cmocka_unit_test(transparent_junctions_have_their_relation),
        cmocka_unit_test(currents_are_averaged_along_the_path),
        cmocka_unit_test(lines_delay_and_reflect),
        cmocka_unit_test(coupled_inductors_share_their_flux),
        cmocka_unit_test(flux_through_an_inductor_drives_its_loop),
        cmocka_unit_test(phases_keep_their_digits_over_many_turns),
        cmocka_unit_test(steps_are_found_where_they_are_needed),
        cmocka_unit_test(first_steps_are_held_to_the_tolerance),
        cmocka_unit_test(jumps_at_the_start_are_stepped_over),
        cmocka_unit_test(lanes_do_not_know_of_each_other),
        cmocka_unit_test(lanes_with_other_values_are_refused),
        cmocka_unit_test(numbers_of_lanes_are_those_of_the_generator),
        cmocka_unit_test(josims_step_is_reproduced),
        cmocka_unit_test(josims_step_damps_a_ring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
