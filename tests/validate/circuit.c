// tests/validate/circuit.c -- Josephson circuits beside exact and published numbers: I-V curves,
// return currents, Shapiro steps, critical currents and voltages of dc SQUIDs, thermal rounding,
// noise of SQUIDs, switching currents, the energy of a lossless ring.
//
// Units: i = I/I0, v = V/(I0 R), tau = t 2 pi I0 R/Phi0, beta_c = 2 pi I0 R^2 C/Phi0,
// beta_L = 2 L I0/Phi0, Gamma = 2 pi k T/(I0 Phi0). All decks have I0 = 10 uA and R = 1 ohm.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fokker_planck.h"

#include "fluxoid/circuit.h"
#include "fluxoid/units.h"

#include <stdarg.h>
#include <stdbool.h>

static const double I0 = 1e-5, R = 1, Phi0 = FLX_SI_PHI0;
enum { THREADS = 2, MOST = 64 };

static double tau(double n)
{
    return n * Phi0 / (2 * pi * I0 * R);
}

static double capacitance(double beta_c)
{
    return beta_c * Phi0 / (2 * pi * I0 * R * R);
}

static double temperature(double gamma)
{
    return gamma * I0 * Phi0 / (2 * pi * FLX_SI_KB);
}

__attribute__((format(printf, 2, 3))) static flx_deck *deck(flx_ctx *ctx, const char *format, ...)
{
    static char text[1 << 14];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const flx_deck_source source = {.path = "deck", .text = text, .length = strlen(text)};
    flx_deck *d = NULL;
    must(ctx, flx_deck_create(ctx, &source, &d));
    return d;
}

// Runs decks together and frees them. The results are owned.
static void run(flx_ctx *ctx, flx_deck **decks, int32_t n, flx_circuit_result *results)
{
    const flx_deck_run_opts opts = {.threads = THREADS};
    must(ctx, flx_deck_run(ctx, (const flx_deck *const *)decks, n, &opts, results));
    for (int32_t k = 0; k < n; k++)
        flx_deck_free(decks[k]);
}

// What the first measure or, without one, the first probe of a deck gave.
static double value(flx_ctx *ctx, flx_deck *d)
{
    flx_circuit_result r;
    run(ctx, &d, 1, &r);
    double x = r.n_measure > 0 ? r.measure[0].mean : r.probe[0].mean;
    flx_circuit_result_clear(&r);
    return x;
}

// -- one junction ---------------------------------------------------------------------------------

// Started fast enough to run, then for `time`.
static flx_deck *junction(flx_ctx *ctx, double beta_c, double i, double time)
{
    return deck(ctx,
                ".model j jj(rtype=0, rn=1, icrit=10u, cap=%.17g)\nB1 1 0 j\nI1 0 1 %.17g\n"
                ".ic v(1)=%.17g\n.tran %.17g %.17g\n.print v(1)\n.options tolerance=1e-8\n"
                ".measure end avg v(1) from=%.17g\n",
                capacitance(beta_c), i * I0, (i + 3 / sqrt(fmax(1, beta_c))) * I0 * R,
                tau(0.1 * fmax(1, sqrt(beta_c))), tau(time), tau(0.9 * time));
}

static double voltage(flx_ctx *ctx, double beta_c, double i)
{
    flx_deck *d = junction(ctx, beta_c, i, 3000 * fmax(1, beta_c / 5));
    flx_circuit_result r;
    run(ctx, &d, 1, &r);
    double v = r.probe[0].mean / (I0 * R);
    flx_circuit_result_clear(&r);
    return v;
}

static void curves(flx_ctx *ctx)
{
    static const struct {
        double beta_c, i, v;
    } rows[] = {{1, 1.0, .52647304},  {1, 1.2, .97687900},  {1, 1.5, 1.38447581},
                {1, 2.0, 1.94778635}, {1, 3.0, 2.98316732}, {4, .6, .29399306},
                {4, .8, .73574264},   {4, 1.0, .96887377},  {4, 1.5, 1.49088933},
                {4, 2.0, 1.99614002}, {25, .3, .26328971},  {25, .5, .49348359},
                {25, 1.0, .99920008}};
    printf("# Voltage of a junction (RSJ: Stewart 1968; RCSJ: Runge-Kutta maps of the phase)\n");
    for (double i = 1.1; i < 2.2; i += 0.3) {
        char name[64];
        snprintf(name, sizeof name, "v, beta_c = 0, i = %.1f", i);
        row(name, voltage(ctx, 0, i), sqrt(i * i - 1), "1e-5", "sqrt(i^2 - 1)");
    }
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        char name[64];
        snprintf(name, sizeof name, "v, beta_c = %g, i = %g", rows[k].beta_c, rows[k].i);
        row(name, voltage(ctx, rows[k].beta_c, rows[k].i), rows[k].v, "1e-5", "computed map");
    }
}

// The least current at which a running junction goes on, by bisection. It takes some RC to decide.
static double return_current(flx_ctx *ctx, double beta_c)
{
    double low = 0, high = 1.1;
    while (high - low > 1e-6) {
        double i = (low + high) / 2;
        double v = value(ctx, junction(ctx, beta_c, i, 60 * fmax(50, beta_c)));
        if (v > 1e-6 * I0 * R)
            high = i;
        else
            low = i;
    }
    return high;
}

// The same from the equation: at the return current the way out of one saddle of the washboard ends
// in the next. Runge and Kutta's steps along it decide whether it gets beyond.
static bool gets_over(double beta_c, double i)
{
    double saddle = pi - asin(i), e = 1e-8, h = 0.002 * fmax(1, sqrt(beta_c));
    double p = saddle + e, v = e * (sqrt(1 - 4 * beta_c * cos(saddle)) - 1) / (2 * beta_c);
    while (v >= 0 && p <= saddle + 2 * pi) {
        double dp[4], dv[4], at = 0, to = 0;
        for (int k = 0; k < 4; k++) {
            dp[k] = v + to;
            dv[k] = (i - sin(p + at) - dp[k]) / beta_c;
            double step = k < 2 ? h / 2 : h;
            at = step * dp[k];
            to = step * dv[k];
        }
        p += h / 6 * (dp[0] + 2 * dp[1] + 2 * dp[2] + dp[3]);
        v += h / 6 * (dv[0] + 2 * dv[1] + 2 * dv[2] + dv[3]);
    }
    return v >= 0;
}

static void returns(flx_ctx *ctx)
{
    static const double rows[] = {0.8, 1, 2, 4, 10, 25, 100, 1000};
    printf("# Return current of a junction\n");
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        char name[64];
        double low = 0, high = 0.999999;
        while (high - low > 1e-7) {
            double i = (low + high) / 2;
            *(gets_over(rows[k], i) ? &high : &low) = i;
        }
        snprintf(name, sizeof name, "i_r, beta_c = %g", rows[k]);
        row(name, return_current(ctx, rows[k]), high, "3e-6",
            "the orbit from saddle to saddle, Runge-Kutta");
    }
}

// -- Shapiro steps --------------------------------------------------------------------------------

// Voltage bias n h f/2e + V1 sin: the mean supercurrent is I0 J_n(x) sin of a phase; two phases a
// quarter of a turn apart give its amplitude.
static double bessel_step(flx_ctx *ctx, int n, double x)
{
    const double f = 10e9, unit = f * Phi0;
    double part[2];
    for (int k = 0; k < 2; k++) {
        flx_deck *d = deck(ctx,
                           ".model j jj(rtype=0, rn=1meg, icrit=10u, cap=0)\nB1 2 0 j\n"
                           "V1 1 0 sin(%.17g %.17g 10g)\nP1 2 1 %.17g\n.tran 0.05p 8n\n"
                           ".print i(B1)\n.options tolerance=1e-8\n",
                           n * unit, x * unit, k * pi / 2);
        part[k] = value(ctx, d) / I0 - n * unit / 1e6 / I0;
    }
    return 2 * hypot(part[0], part[1]);
}

static double driven(flx_ctx *ctx, double omega, double i1, double i0)
{
    double f = omega / (2 * pi) / tau(1);
    flx_deck *d = deck(ctx,
                       ".model j jj(rtype=0, rn=1, icrit=10u, cap=0)\nB1 1 0 j\n"
                       "I1 0 1 sin(%.17g %.17g %.17g)\n.tran %.17g %.17g\n.print v(1)\n"
                       ".options tolerance=1e-5\n",
                       i0 * I0, i1 * I0, f, tau(0.05), tau(2000));
    flx_circuit_result r;
    run(ctx, &d, 1, &r);
    double v = r.probe[0].mean / (I0 * R);
    flx_circuit_result_clear(&r);
    return v;
}

// Where v leaves n Omega upwards, between a current inside the step and one above it.
static double upper_edge(flx_ctx *ctx, double omega, double i1, int n, double inside, double above)
{
    while (above - inside > 2e-5) {
        double i = (inside + above) / 2;
        if (driven(ctx, omega, i1, i) < n * omega + 1e-4)
            inside = i;
        else
            above = i;
    }
    return inside;
}

static void shapiro(flx_ctx *ctx)
{
    static const double height[] = {1.530395, .880101, .229807, .039127};
    static const struct {
        double omega, i1;
        int n;
        double inside, edge;
    } edges[] = {{0.5, 1, 0, 0.2, .4863}, {1, 1, 0, 0.5, .7827}, {1, 1, 1, 1.3, 1.6537},
                 {2, 1, 1, 2.2, 2.4364},  {1, 2, 0, 0.1, .3279}, {1, 2, 1, 1.1, 1.6136}};
    char name[80];
    printf(
        "# Shapiro steps: heights 2 |J_n(x)| at x = 1 under a voltage (Shapiro 1963), edges of a "
        "current-driven junction\n");
    for (int n = 0; n < 4; n++) {
        snprintf(name, sizeof name, "height of step %d", n);
        row(name, bessel_step(ctx, n, 1), height[n], "2e-6", "2 J_n(1)");
    }
    for (size_t k = 0; k < sizeof edges / sizeof *edges; k++) {
        snprintf(name, sizeof name, "upper edge of step %d, Omega = %g, i1 = %g", edges[k].n,
                 edges[k].omega, edges[k].i1);
        row(name,
            upper_edge(ctx, edges[k].omega, edges[k].i1, edges[k].n, edges[k].inside,
                       edges[k].edge + 0.05),
            edges[k].edge, "2e-4", "computed map, four digits");
    }
}

// -- dc SQUIDs ------------------------------------------------------------------------------------

static flx_deck *squid(flx_ctx *ctx, double beta_l, double beta_c, double flux, double i,
                       const char *more)
{
    double l = beta_l * Phi0 / (2 * I0);
    return deck(ctx,
                ".param f=%.17g\n.model j jj(rtype=0, rn=1, icrit=10u, cap=%.17g)\nB1 1 0 j\n"
                "B2 2 0 j\nL1 1 3 %.17g\nL2 3 2 %.17g\n.flux L1 f\nI1 0 3 pwl(0 0 %.17g %.17g)\n%s",
                flux, capacitance(beta_c), l / 2, l / 2, tau(5), i * I0, more);
}

static double critical(flx_ctx *ctx, double beta_l, double flux)
{
    return value(ctx, squid(ctx, beta_l, 0, flux, 0, ".measure c critical I1\n")) / (2 * I0);
}

static void critical_currents(flx_ctx *ctx)
{
    static const double depth[][2] = {{.01, .992147}, {.1, .922094}, {.5, .664009}, {1, .476418},
                                      {2, .303479},   {5, .147882},  {10, .081133}, {50, .018255}};
    static const double at[][2] = {{.1, .958417}, {.2, .869560}, {.25, .817166},
                                   {.3, .761650}, {.4, .644700}, {.5, .523582}};
    char name[64];
    printf("# Critical current of a symmetric dc SQUID, in 2 I0\n");
    for (size_t k = 0; k < sizeof depth / sizeof *depth; k++) {
        snprintf(name, sizeof name, "modulation, beta_L = %g", depth[k][0]);
        row(name, critical(ctx, depth[k][0], 0) - critical(ctx, depth[k][0], 0.5), depth[k][1],
            "1e-6", "maximum of i = 2 sin s cos d");
    }
    for (size_t k = 0; k < sizeof at / sizeof *at; k++) {
        snprintf(name, sizeof name, "beta_L = 1, Phi = %g Phi0", at[k][0]);
        row(name, critical(ctx, 1, at[k][0]), at[k][1], "1e-6", "maximum of i = 2 sin s cos d");
    }
}

static void voltages(flx_ctx *ctx)
{
    static const double flux[] = {0, .1, .2, .25, .35, .4, .45, .5};
    static const double bias[] = {1.2, 1.5, 1.8, 2.1, 2.5};
    static const double table[8][5] = {{0, 0, 0, .361307, .850375},
                                       {0, 0, 0, .446177, .828948},
                                       {0, 0, .243021, .555754, .823568},
                                       {0, 0, .371146, .595433, .829394},
                                       {0, .263135, .491868, .648323, .842988},
                                       {0, .349758, .521630, .663723, .848088},
                                       {.144999, .388856, .538235, .672720, .851290},
                                       {.219686, .400541, .543584, .675679, .852378}};
    char more[200], name[64];
    snprintf(more, sizeof more, ".tran %.17g %.17g\n.print v(3)\n.options tolerance=3e-8\n",
             tau(0.1), tau(4000));
    printf("# Voltage of a dc SQUID without noise, beta_L = 1, beta_c = 0.5\n");
    for (int k = 0; k < 8; k++)
        for (int j = 0; j < 5; j++) {
            double v = value(ctx, squid(ctx, 1, 0.5, flux[k], bias[j], more)) / (I0 * R);
            snprintf(name, sizeof name, "v, Phi = %g Phi0, i = %g", flux[k], bias[j]);
            row(name, v, table[k][j], "1e-5", "computed, Runge-Kutta");
        }
}

// -- noise ----------------------------------------------------------------------------------------

// Ambegaokar and Halperin's continued fraction.
static double rounded(double i, double gamma)
{
    double re = 0, im = 0; // r_n = 1/2 / (gamma n + j i + r_(n+1)/2)
    for (int n = 4000; n >= 1; n--) {
        double a = gamma * n + re / 2, b = i + im / 2, size = a * a + b * b;
        re = 0.5 * a / size;
        im = -0.5 * b / size;
    }
    return i + im;
}

static void rounding(flx_ctx *ctx)
{
    static const double gammas[] = {0.05, 0.1, 0.2, 0.5, 1}, biases[] = {0.9, 1, 1.2, 1.5};
    double worst = 0;
    char name[64];
    printf("# Thermal rounding (Ambegaokar and Halperin 1969), 64 seeds, steps of 0.05 tau\n");
    for (int g = 0; g < 5; g++)
        for (int k = 0; k < 4; k++) {
            flx_deck *d = deck(ctx,
                               ".temp %.17g\n.noise seeds=64 seed=1\n"
                               ".model j jj(rtype=0, rn=1, icrit=10u, cap=0)\nB1 1 0 j\n"
                               "I1 0 1 %.17g\n.tran %.17g %.17g\n.print v(1)\n",
                               temperature(gammas[g]), biases[k] * I0, tau(0.05), tau(6000));
            flx_circuit_result r;
            run(ctx, &d, 1, &r);
            double v = r.probe[0].mean / (I0 * R), exact = rounded(biases[k], gammas[g]);
            worst = fmax(worst, fabs(v - exact) / (r.probe[0].error / (I0 * R)));
            flx_circuit_result_clear(&r);
            snprintf(name, sizeof name, "v, Gamma = %g, i = %g", gammas[g], biases[k]);
            row(name, v, exact, "1%", "continued fraction");
        }
    row("largest deviation in standard errors", worst, 0, "3.5", "twenty normal numbers");
}

// V, dV/dPhi L/R, S_V/kTR and eps/(kTL/R) at a quarter of a flux quantum. Tesche and Clarke's own
// parameters are held to two standard errors, of the reference and of what is measured together, in
// four and twelve times as long a run; the others to three. Without capacitance voltage and slope are known
// exactly (fokker_planck.h), and are held to two standard errors of what is measured: with steps of
// 0.1 tau the error of the step is as large.
static const double flux_step = 0.01;

static void exact_voltage(const char *of, double beta_l, double gamma, double i,
                          const flx_squid_result *q)
{
    char name[128], tolerance[40];
    double volt = I0 * R, slope = beta_l / 2 / (I0 * R);
    double v = fp_voltage(beta_l, gamma, i, 0.25);
    double rise = (fp_voltage(beta_l, gamma, i, 0.25 + flux_step) -
                   fp_voltage(beta_l, gamma, i, 0.25 - flux_step)) /
                  (2 * flux_step) * beta_l / 2;
    snprintf(name, sizeof name, "v, %s", of);
    snprintf(tolerance, sizeof tolerance, "%.3g", 2 * q->voltage.error / volt);
    row(name, q->voltage.value / volt, v, tolerance, "Fokker-Planck equation");
    snprintf(name, sizeof name, "V_Phi L/R, %s", of);
    snprintf(tolerance, sizeof tolerance, "%.3g", 2 * q->transfer.error * slope);
    row(name, q->transfer.value * slope, rise, tolerance,
        "Fokker-Planck equation, same difference");
}

static void tesche_clarke(flx_ctx *ctx)
{
    static const struct {
        double beta_l, beta_c, gamma, i;
        double v, dv, slope, dslope, s_v, ds_v, eps, deps;
        int seeds, sigmas;
    } rows[] = {
        {1, 0, .05, 1.6, .21005, .00042, 1.001, .007, 16.8, .3, 8.36, .20, 768, 2},
        {1, 0, .05, 1.7, .30665, .00038, .914, .007, 13.6, .2, 8.13, .19, 2304, 2},
        {1, 1, .05, 1.6, .20696, .00056, 1.068, .010, 20.1, .4, 8.8, .3, 192, 3},
        {.5, 0, .05, 1.6, .30758, .00047, .724, .007, 13.9, .3, 13.3, .3, 192, 3},
        {1, 0, .1, 1.6, .27456, .00063, .729, .010, 9.5, .2, 9.0, .4, 192, 3},
    };
    static const char source[] = "Langevin; Tesche and Clarke 1977";
    printf("# Noise of a dc SQUID at Phi0/4 (32 parts of 400 tau of each seed; Tesche and Clarke's "
           "own parameters within two standard errors, 768 and 2304 seeds; others three, 192 "
           "seeds; the exact voltages within two of what is measured)\n");
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        double l = rows[k].beta_l * Phi0 / (2 * I0), t = temperature(rows[k].gamma);
        char more[300], of[100], name[128], tolerance[40];
        snprintf(more, sizeof more,
                 ".temp %.17g\n.noise seeds=%d seed=11\n.tran %.17g %.17g\n"
                 ".squid v(3) flux=f step=%.17g inductance=%.17g\n",
                 t, rows[k].seeds, tau(0.05), tau(16000), flux_step, l);
        snprintf(of, sizeof of, "beta_L = %g, beta_c = %g, Gamma = %g, i = %g", rows[k].beta_l,
                 rows[k].beta_c, rows[k].gamma, rows[k].i);
        flx_deck *d[3];
        flx_circuit_result r[3];
        flx_squid_card card = {0};
        for (int j = 0; j < 3; j++) {
            d[j] = squid(ctx, rows[k].beta_l, rows[k].beta_c, 0.25 + flux_step * (j - 1), rows[k].i,
                         more);
            card = d[j]->squid;
        }
        run(ctx, d, 3, r);
        const flx_circuit_result *const all[3] = {&r[0], &r[1], &r[2]};
        flx_squid_result q = flx_squid_of(all, &card);
        double unit = FLX_SI_KB * t, slope = l / (Phi0 * R);
        const struct {
            const char *what;
            double value, error, reference, sigma;
        } out[] = {
            {"v", q.voltage.value / (I0 * R), q.voltage.error / (I0 * R), rows[k].v, rows[k].dv},
            {"V_Phi L/R", q.transfer.value * slope, q.transfer.error * slope, rows[k].slope,
             rows[k].dslope},
            {"S_V/kTR", q.s_v.value / (unit * R), q.s_v.error / (unit * R), rows[k].s_v,
             rows[k].ds_v},
            {"eps/(kTL/R)", q.energy.value / (unit * l / R), q.energy.error / (unit * l / R),
             rows[k].eps, rows[k].deps}};
        for (int j = 0; j < 4; j++) {
            snprintf(name, sizeof name, "%s, %s", out[j].what, of);
            snprintf(tolerance, sizeof tolerance, "%.3g",
                     rows[k].sigmas * hypot(out[j].error, out[j].sigma));
            row(name, out[j].value, out[j].reference, tolerance, source);
        }
        if (rows[k].beta_c == 0)
            exact_voltage(of, rows[k].beta_l, rows[k].gamma, rows[k].i, &q);
        for (int j = 0; j < 3; j++)
            flx_circuit_result_clear(&r[j]);
    }
}

// -- temperature ---------------------------------------------------------------------------------

// Mean over time and eight lanes of what x says of a circuit.
static double mean_of(flx_ctx *ctx, flx_deck *d, double h, int64_t n,
                      double (*x)(const flx_circuit_sim *sim, int32_t lane))
{
    flx_circuit_lane lane[8];
    for (int l = 0; l < 8; l++)
        lane[l] = (flx_circuit_lane){&d->circuit, (uint64_t)(100 + l)};
    flx_circuit_opts opts = flx_circuit_opts_default();
    opts.dt = h;
    flx_circuit_sim *s = NULL;
    must(ctx, flx_circuit_create(ctx, lane, 8, &opts, &s));
    flx_circuit_report report;
    double sum = 0;
    for (int64_t k = 0; k < n + n / 10; k++) {
        must(ctx, flx_circuit_step(s, &report));
        for (int l = 0; k >= n / 10 && l < 8; l++)
            sum += x(s, l);
    }
    flx_circuit_free(s);
    flx_deck_free(d);
    return sum / (8.0 * (double)n);
}

static double energy(const flx_circuit_sim *s, int32_t lane)
{
    return flx_circuit_energy(s, lane);
}

static double square_of_phase(const flx_circuit_sim *s, int32_t lane)
{
    double phase = flx_circuit_phase(s, 1, lane);
    return phase * phase;
}

// Relative error of the mean of a squared normal number from n values that are remembered over m
// steps: sqrt(2 m/n); n is such that four of it are below the tolerance of 1 %.
static void equipartition(flx_ctx *ctx)
{
    static const struct {
        const char *what, *element;
    } linear[] = {{"kT/2 of a capacitor", "C1 1 0 1p\n"}, {"kT/2 of an inductor", "L1 1 0 100p\n"}};
    static const double steps[] = {0.1, 1, 10}; // of RC, L/R = 10 ps
    char name[100];
    printf(
        "# Equipartition: linear circuits at any step, wells of junctions up to omega_p h = 0.5\n");
    for (int k = 0; k < 2; k++)
        for (int j = 0; j < 3; j++) {
            double a = steps[j] / 2, rho = (1 - a) / (1 + a);
            double memory = (1 + rho * rho) / (1 - rho * rho);
            int64_t n = (int64_t)(2 * memory / (8 * 0.0025 * 0.0025)) + 1;
            double seen = mean_of(ctx, deck(ctx, ".temp 4.2\nR1 1 0 10\n%s", linear[k].element),
                                  10e-12 * steps[j], n, energy);
            snprintf(name, sizeof name, "%s, step %g %s", linear[k].what, steps[j],
                     k == 0 ? "RC" : "L/R");
            row(name, seen / (FLX_SI_KB * 4.2 / 2), 1, "1%", "equipartition");
        }
    const double gamma = 0.01, ic = 10e-6, cap = 0.3e-12, sigma = Phi0 / (2 * pi);
    double above = 0, below = 0; // <phi^2> in the well of a cosine
    for (int k = -1000; k <= 1000; k++) {
        double x = k * 1e-3, w = exp((cos(x) - 1) / gamma);
        above += x * x * w;
        below += w;
    }
    for (int j = 0; j < 2; j++) {
        double wh = j == 0 ? 0.1 : 0.5, h = wh * sqrt(sigma * cap / ic);
        flx_deck *d = deck(ctx,
                           ".temp %.17g\n.model j jj(rtype=0, rn=%.17g, icrit=10u, cap=0.3p)\n"
                           "B1 1 0 j\n",
                           gamma * ic * sigma / FLX_SI_KB, 2 * sqrt(sigma / (ic * cap)));
        // Q = 2 remembers 2/omega_p h steps.
        int64_t n = (int64_t)(2 * 2 / wh / (8 * 0.0025 * 0.0025)) + 1;
        double seen = mean_of(ctx, d, h, n, square_of_phase);
        snprintf(name, sizeof name, "<phi^2> in a well, Gamma = %g, omega_p h = %g", gamma, wh);
        row(name, seen / (above / below), 1, "1%", "Boltzmann's integral");
    }
}

// -- rf SQUIDs and pi rings -----------------------------------------------------------------------

// phi + beta sin phi = phi_e has these exact turning points; barriers and pi rings by Newton here.
static void rf_squids(flx_ctx *ctx)
{
    static const double betas[] = {1.2, 1.5, 2, 3, 5, 10};
    char name[80];
    printf("# rf SQUIDs and rings with a pi junction: phi + beta sin phi = 2 pi Phi_e/Phi0\n");
    for (size_t k = 0; k < sizeof betas / sizeof *betas; k++) {
        double beta = betas[k], l = beta * Phi0 / (2 * pi * I0);
        // A source across the junction turns the ring as a flux of L I does; it jumps at the fold.
        flx_deck *d = deck(ctx,
                           ".model j jj(rtype=0, rn=1, icrit=10u)\nB1 1 0 j\nL1 1 0 %.17g\n"
                           "I1 0 1 0\n.tran 1p 1n\n",
                           l);
        flx_circuit_static *st = NULL;
        must(ctx, flx_circuit_static_create(ctx, &d->circuit, 0, &st));
        double phase[2] = {0}, saddle[2] = {0}, barrier = 0;
        flx_circuit_critical look = {.source = 2, .limit = INFINITY};
        must(ctx, flx_circuit_follow(st, phase, &look));
        snprintf(name, sizeof name, "flux of the jump [Phi0], beta = %g", beta);
        row(name, look.critical * l / Phi0, (acos(-1 / beta) + sqrt(beta * beta - 1)) / (2 * pi),
            "1e-6", "arccos(-1/beta) + sqrt(beta^2 - 1)");
        double half = Phi0 / (2 * l);
        phase[0] = phase[1] = 0;
        must(ctx, flx_circuit_barrier(st, phase, 2, half, saddle, &barrier));
        double x = 0.1; // at half a quantum: pi - phi = beta sin phi, the saddle at pi
        for (int it = 0; it < 100; it++)
            x -= (x + beta * sin(x) - pi) / (1 + beta * cos(x));
        double exact = 1 + cos(x) - (pi - x) * (pi - x) / (2 * beta);
        snprintf(name, sizeof name, "barrier [E_J] at Phi0/2, beta = %g", beta);
        row(name, barrier / (Phi0 / (2 * pi) * I0), exact, "1e-6",
            "roots of phi + beta sin phi = pi");
        flx_circuit_static_free(st);
        flx_deck_free(d);
        d = deck(ctx,
                 ".model p jj(rtype=0, rn=1, icrit=10u, phi=3.14159265358979312)\nB1 1 0 p\n"
                 "L1 1 0 %.17g\n.tran 1p 1n\n",
                 l);
        must(ctx, flx_circuit_static_create(ctx, &d->circuit, 0, &st));
        double spontaneous[2] = {0, 1};
        flx_circuit_state state;
        must(ctx, flx_circuit_relax(st, spontaneous, &state));
        double y = fmin(beta, pi - 0.1); // beta sin y = y
        for (int it = 0; it < 100; it++)
            y -= (y - beta * sin(y)) / (1 - beta * cos(y));
        snprintf(name, sizeof name, "flux of a pi ring [Phi0], beta = %g", beta);
        row(name, fabs(spontaneous[1]) / (2 * pi), y / (2 * pi), "1e-6", "root of y = beta sin y");
        flx_circuit_static_free(st);
        flx_deck_free(d);
    }
}

// -- switching, energy ----------------------------------------------------------------------------

static void switching(flx_ctx *ctx)
{
    static const struct {
        double ic, c, t, rate, mean, sigma;
    } rows[] = {{1e-5, 1e-12, 4.2, 1e-3, .728567, .014582},
                {1e-5, 1e-12, 1, 1e-3, .900384, .005822},
                {1e-5, 1e-12, .3, 1e-3, .957355, .002680},
                {1e-6, 1e-13, .3, 1e-4, .785173, .011773},
                {1e-4, 7e-12, 4.2, 1e-2, .945445, .003316}};
    char name[80];
    printf("# Switching currents, in Ic (Fulton and Dunkleberger 1974)\n");
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        flx_switching s = {.ic = rows[k].ic,
                           .capacitance = rows[k].c,
                           .temperature = rows[k].t,
                           .rate = rows[k].rate};
        must(ctx, flx_switching_of(ctx, &s, 0, s.ic, 0, NULL));
        snprintf(name, sizeof name, "mean, Ic = %g A, T = %g K", s.ic, s.temperature);
        row(name, s.mean / s.ic, rows[k].mean, "1e-6", "quadrature");
        snprintf(name, sizeof name, "width, Ic = %g A, T = %g K", s.ic, s.temperature);
        row(name, s.sigma / s.ic, rows[k].sigma, "1e-6", "quadrature");
    }
}

static void ring(flx_ctx *ctx)
{
    flx_deck *d = deck(ctx, "L1 1 0 1n\nC1 1 0 1p\n");
    const flx_circuit_lane lane = {&d->circuit, 0};
    flx_circuit_opts opts = flx_circuit_opts_default();
    opts.dt = 0.5 * sqrt(1e-9 * 1e-12);
    opts.tolerance = 0;
    flx_circuit_sim *s = NULL;
    must(ctx, flx_circuit_create(ctx, &lane, 1, &opts, &s));
    const double phase[2] = {0, 1}, volt[2] = {0, 0};
    must(ctx, flx_circuit_set(s, phase, volt));
    double begin = flx_circuit_energy(s, 0), most = 0;
    flx_circuit_report report;
    for (int k = 0; k < 125664; k++) {
        must(ctx, flx_circuit_step(s, &report));
        most = fmax(most, fabs(flx_circuit_energy(s, 0) / begin - 1));
    }
    printf("# A lossless ring of L and C over 10^4 periods, omega h = 0.5 (JoSIM's step loses 11 "
           "%% of "
           "the amplitude in each)\n");
    row("largest change of its energy", most, 0, "1e-10", "exact");
    flx_circuit_free(s);
    flx_deck_free(d);
}

int main(void)
{
    flx_ctx *ctx = flx_ctx_create();
    curves(ctx);
    returns(ctx);
    shapiro(ctx);
    critical_currents(ctx);
    voltages(ctx);
    switching(ctx);
    ring(ctx);
    equipartition(ctx);
    rf_squids(ctx);
    rounding(ctx);
    tesche_clarke(ctx);
    flx_ctx_free(ctx);
    return 0;
}
