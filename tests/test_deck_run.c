// Decks from the command line's side: measures, SQUID cards, sweeps that are killed and resumed.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/run.h"
#include "test_circuit.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// -- measures -------------------------------------------------------------------------------------

static double measure_of(const flx_deck *deck, const flx_circuit_result *r, const char *name)
{
    for (int32_t k = 0; k < deck->n_measure; k++)
        if (strcmp(deck->measure[k].name, name) == 0)
            return r->measure[k].mean;
    fail_msg("no measure %s", name);
    return NAN;
}

// 1 mV + 2 mV sin(2 pi 10 GHz t) at 1 kohm. Values are means of steps of a thousandth of a period,
// which are smaller than the wave by (omega h)^2/24 = 1.6e-6 of its amplitude; an extremum between
// two of them is missed by (omega h)^2/8 = 5e-6; a passage is put between two by a straight line.
static void measures_have_their_values(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_deck *d = deck_of(ctx, "I1 0 1 sin(1u 2u 10g)\nR1 1 0 1k\n.tran 0.1p 1n\n"
                               ".print v(1)\n.options tolerance=0\n"
                               ".measure mean avg v(1) from=100p to=700p\n"
                               ".measure half avg v(1) from=100p to=150p\n"
                               ".measure low min v(1) from=100p\n"
                               ".measure high max v(1) from=100p\n"
                               ".measure swing pp v(1) from=100p\n"
                               ".measure size rms v(1) from=100p to=700p\n"
                               ".measure area integ v(1) from=100p to=150p\n"
                               ".measure then find v(1) at=325p\n"
                               ".measure t period v(1) from=100p\n"
                               ".measure twice param='2*swing/high + 1/(mean-1)'\n");
    flx_circuit_result r = run_deck(ctx, d);
    const double v0 = 1e-3, v1 = 2e-3, f = 10e9;
    assert_near(measure_of(d, &r, "mean"), v0, 1e-12);
    assert_near(measure_of(d, &r, "half"), v0 + v1 * 2 / pi, 1e-8);
    assert_near(measure_of(d, &r, "low"), v0 - v1, 2e-8);
    assert_near(measure_of(d, &r, "high"), v0 + v1, 2e-8);
    assert_near(measure_of(d, &r, "swing"), 2 * v1, 4e-8);
    assert_near(measure_of(d, &r, "size"), sqrt(v0 * v0 + v1 * v1 / 2), 1e-8);
    assert_near(measure_of(d, &r, "area"), (v0 + v1 * 2 / pi) * 50e-12, 1e-18);
    assert_near(measure_of(d, &r, "then"), v0 + v1, 2e-8);
    assert_near(measure_of(d, &r, "t"), 1 / f, 1e-17);
    assert_near(measure_of(d, &r, "twice"), 2 * 4.0 / 3 + 1 / (1e-3 - 1), 4e-5);
    flx_circuit_result_clear(&r);
    flx_deck_free(d);
    flx_ctx_free(ctx);
}

// -- .squid ---------------------------------------------------------------------------------------

// Two junctions joined by so little inductance (beta_L = 0.001) that they are one of the critical
// current 2 I0 |cos pi f|, without capacitance: V = R/2 sqrt(I^2 - Ic^2).
static const char squid[] = ".param f=0.25 bias=30u\n"
                            ".model j jj(rtype=0, icrit=10u, rn=8, cap=0)\n"
                            "B1 1 0 j\nB2 2 0 j\nL1 1 2 0.1034p\n.flux L1 'f'\n"
                            "I1 0 1 'bias/2'\nI2 0 2 'bias/2'\n"
                            ".squid v(1) flux=f step=0.01 inductance=0.1034p\n";

static flx_squid_result squid_of(flx_ctx *ctx, const char *more)
{
    flx_deck *d[3];
    flx_circuit_result r[3];
    for (int k = 0; k < 3; k++) {
        char text[1024], set[32];
        const char *sets[] = {set};
        snprintf(text, sizeof text, "%s%s", squid, more);
        snprintf(set, sizeof set, "f=%g", 0.25 + 0.01 * (k - 1));
        const flx_deck_source source = {
            .path = "squid.cir", .text = text, .length = strlen(text), .sets = sets, .n_set = 1};
        if (flx_deck_create(ctx, &source, &d[k]) < 0)
            fail_msg("%s", flx_ctx_error(ctx));
        assert_true(d[k]->has_squid);
        r[k] = run_deck(ctx, d[k]);
    }
    const flx_circuit_result *const all[3] = {&r[0], &r[1], &r[2]};
    flx_squid_result result = flx_squid_of(all, &d[1]->squid);
    for (int k = 0; k < 3; k++) {
        flx_circuit_result_clear(&r[k]);
        flx_deck_free(d[k]);
    }
    return result;
}

static double squid_voltage(double f)
{
    double ic = 20e-6 * fabs(cos(pi * f));
    return 4 * sqrt(30e-6 * 30e-6 - ic * ic);
}

// Without noise: the steps are good to 1e-4, the inductance changes Ic by about beta_L/4.
static void a_squid_without_noise_has_its_transfer(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_squid_result q = squid_of(ctx, ".tran 0.05p 2n\n.options tolerance=1e-6\n");
    double v = squid_voltage(0.25), slope = (squid_voltage(0.26) - squid_voltage(0.24)) / 0.02;
    assert_near(q.voltage.value, v, 1e-3 * v);
    assert_near(q.transfer.value, slope, 3e-3 * slope);
    assert_near(q.s_v.value, 0, 0);
    assert_near(q.s_phi.value, 0, 0);
    flx_ctx_free(ctx);
}

// With noise, far above Ic: S_V = (4 k T/R) R_d^2 (1 + Ic^2/(2 I^2)) of one junction of R/2
// (Likharev and Semenov, JETP Lett. 15, 442 (1972)) at Gamma = 2 pi k T/(Ic Phi0) = 0.0025, which
// changes it by as much. 24 seeds of 32 blocks: an error of 5 %; within 4 of them.
static void a_squid_has_the_noise_of_its_resistors(void **state)
{
    (void)state;
    const double t = 0.1, k_b = FLX_SI_KB, r = 4, i = 30e-6, ic = 20e-6 * cos(pi / 4);
    flx_ctx *ctx = flx_ctx_create();
    flx_squid_result q = squid_of(ctx, ".tran 0.2p 20n\n.temp 0.1\n.noise seeds=24 seed=5\n");
    double rd = r * i / sqrt(i * i - ic * ic);
    double s_v = 4 * k_b * t / r * rd * rd * (1 + ic * ic / (2 * i * i));
    double slope = (squid_voltage(0.26) - squid_voltage(0.24)) / 0.02;
    assert_near(q.s_v.error / q.s_v.value, sqrt(2.0 / 767), 1e-12);
    assert_near(q.s_v.value, s_v, 4 * q.s_v.error);
    assert_near(q.transfer.value, slope, 4 * q.transfer.error + 3e-3 * slope);
    assert_true(q.transfer.error > 0 && q.transfer.error < 0.05 * slope);
    assert_near(q.s_phi.value, q.s_v.value / pow(q.transfer.value, 2), 1e-12 * q.s_phi.value);
    assert_near(q.energy.value, q.s_phi.value * Phi0 * Phi0 / (2 * 0.1034e-12),
                1e-12 * q.energy.value);
    flx_ctx_free(ctx);
}

// -- sweeps ---------------------------------------------------------------------------------------

// 11 x 31 points with noise, some milliseconds each.
static const char sweep[] = ".param f=0 bias=20u\n"
                            ".model j jj(rtype=0, icrit=10u, rn=8, cap=0.2p)\n"
                            "B1 1 0 j\nB2 2 0 j\nL1 1 2 100p\n.flux L1 'f'\n"
                            "I1 0 1 'bias/2'\nI2 0 2 'bias/2'\n.temp 4.2\n.noise seeds=2\n"
                            ".tran 0.2p 0.4n\n.print v(1)\n.measure top max v(1)\n"
                            ".sweep f 0 1 11\n.sweep bias 15u 30u 31\n";
enum { N_POINT = 341 };

static flx_status run_sweep(flx_ctx *ctx, const char *path, bool resume, flx_run_result **out)
{
    const flx_deck_source source = {.path = "sweep.cir", .text = sweep, .length = strlen(sweep)};
    flx_run_opts opts = flx_run_opts_default();
    opts.output = path;
    opts.resume = resume;
    return flx_run_deck(ctx, &source, &opts, out);
}

// The summary without the time it took.
static void take_wall_out(char *json)
{
    char *wall = strstr(json, "\"wall_s\"");
    assert_non_null(wall);
    *wall = 0;
}

static int64_t rows_of(flx_ctx *ctx, const char *path)
{
    flx_file *file = NULL;
    flx_series *series = NULL;
    if (flx_file_open(ctx, path, FLX_FILE_READ, &file) < 0)
        return 0;
    int64_t n = flx_file_read_series(file, &series) == FLX_OK ? series->n_row : 0;
    flx_series_free(series);
    flx_file_close(file);
    return n;
}

// Killed at five moments, each time resumed by the next, at last to the end: what is summed up is
// what a run gives that was left alone.
static void a_killed_sweep_goes_on(void **state)
{
    (void)state;
    static const char path[] = "killed-sweep.h5";
    flx_ctx *ctx = flx_ctx_create();
    flx_run_result *whole = NULL, *resumed = NULL;
    unlink(path);
    assert_int_equal(run_sweep(ctx, NULL, false, &whole), FLX_OK);
    int64_t before = 0;
    int in_the_middle = 0;
    for (int k = 0; k < 5; k++) {
        pid_t child = fork();
        if (child == 0) {
            flx_run_result *unused = NULL;
            _exit(run_sweep(ctx, path, true, &unused) == FLX_OK ? 0 : 1);
        }
        const struct timespec pause = {0, (30 + 37 * k) * 1000000L};
        nanosleep(&pause, NULL);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        int64_t now = rows_of(ctx, path);
        assert_true(now >= before); // nothing is lost
        in_the_middle += now > before && now < N_POINT;
        before = now;
    }
    if (in_the_middle == 0)
        print_message("every kill came before the first points or behind the last\n");
    assert_int_equal(run_sweep(ctx, path, true, &resumed), FLX_OK);
    assert_int_equal(resumed->n_point, N_POINT);
    assert_int_equal(rows_of(ctx, path), N_POINT);
    take_wall_out(whole->json);
    take_wall_out(resumed->json);
    assert_string_equal(resumed->json, whole->json);
    flx_run_result_free(resumed);
    flx_run_result_free(whole);
    unlink(path);
    flx_ctx_free(ctx);
}

static void a_file_of_another_sweep_is_refused(void **state)
{
    (void)state;
    static const char path[] = "other-sweep.h5";
    static const char text[] = ".param r=1\nR1 1 0 r\nI1 0 1 1u\n.tran 1p 10p\n.print v(1)\n";
    flx_ctx *ctx = flx_ctx_create();
    flx_run_opts opts = flx_run_opts_default();
    opts.output = path;
    for (int k = 0; k < 3; k++) { // others are swept over, or an element is another
        char all[256];
        snprintf(all, sizeof all, "%s.sweep r %d 5 3\n%s", text, k == 1 ? 2 : 1,
                 k == 2 ? "R2 1 0 3\n" : "");
        const flx_deck_source source = {.path = "r.cir", .text = all, .length = strlen(all)};
        flx_run_result *out = NULL;
        opts.resume = k > 0;
        flx_status status = flx_run_deck(ctx, &source, &opts, &out);
        assert_int_equal(status, k == 0 ? FLX_OK : FLX_ERR_INPUT);
        flx_run_result_free(out);
        if (k > 0)
            assert_string_equal(flx_ctx_error(ctx),
                                "other-sweep.h5 holds the points of another sweep, or the deck was "
                                "changed since; name another file or run without --resume");
    }
    unlink(path);
    flx_ctx_free(ctx);
}

// Points that need each other's noise or lanes would differ here.
static void a_point_does_not_depend_on_the_sweep(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_run_result *out = NULL;
    assert_int_equal(run_sweep(ctx, NULL, false, &out), FLX_OK);
    // the last point by itself
    const char *sets[] = {"f=1", "bias=30u"};
    char alone[1024];
    snprintf(alone, sizeof alone, "%s", sweep);
    *strstr(alone, ".sweep") = 0;
    const flx_deck_source source = {
        .path = "sweep.cir", .text = alone, .length = strlen(alone), .sets = sets, .n_set = 2};
    flx_deck *d = NULL;
    if (flx_deck_create(ctx, &source, &d) < 0)
        fail_msg("%s", flx_ctx_error(ctx));
    flx_circuit_result r = run_deck(ctx, d);
    const char *last = strstr(strrchr(strstr(out->json, "\"points\""), '{') - 400, "\"v(1)\"");
    const char *mean = NULL;
    for (; last; last = strstr(last + 1, "\"v(1)\""))
        mean = strstr(last, "\"mean\"");
    assert_non_null(mean);
    // Newton's iteration of a lane may go on for the sake of another: 1e-8 rad each of 2000 steps
    assert_near(strtod(strchr(mean, ':') + 1, NULL), r.probe[0].mean, 1e-5 * r.probe[0].mean);
    flx_circuit_result_clear(&r);
    flx_deck_free(d);
    flx_run_result_free(out);
    flx_ctx_free(ctx);
}

// -- cases ----------------------------------------------------------------------------------------

static const char case_text[] =
    "fluxoid: 1\n"
    "engine: circuit\n"
    "circuit:\n"
    "  inductance: {from: films.csv, at: {loop: [1, 2], coil: [3, 0]}}\n"
    "  deck: |\n"
    "    .model j jj(rtype=0, icrit=10u, rn=8, cap=0.2p)\n"
    "    B1 1 0 j\n"
    "    B2 2 0 j\n"
    "    I1 0 1 pwl(0 0 10p 'L_loop/10p*1.1u')\n"
    "    I2 0 2 11u\n"
    "    I3 0 3 pwl(0 0 10p 'phi_zero/4/M_loop_coil')\n"
    "    .tran 0.1p 1n\n"
    "    .print v(1) i(Lloop) i(Lcoil)\n";

static const char csv[] = "\"L (pH)\",\"coil\",\"loop\"\n"
                          "\"coil\",30,12\n"
                          "\"loop\",12,100\n";

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static flx_status run_text(flx_ctx *ctx, const char *text, char **json)
{
    flx_case *c = NULL;
    const flx_case_source source = {.text = text, .length = strlen(text), .name = "squid.yaml"};
    flx_status status = flx_case_create(ctx, &source, &c);
    flx_run_result *out = NULL;
    flx_run_opts opts = flx_run_opts_default();
    if (status == FLX_OK)
        status = flx_run(ctx, c, &opts, &out);
    if (status == FLX_OK && json)
        *json = strdup(out->json);
    flx_run_result_free(out);
    flx_case_free(c);
    return status;
}

// The number behind "probe" ... "mean" in a summary.
static double mean_in(const char *json, const char *probe)
{
    const char *at = strstr(json, probe), *mean = at ? strstr(at, "\"mean\"") : NULL;
    assert_non_null(mean);
    return strtod(strchr(mean, ':') + 1, NULL);
}

// The same circuit written as a deck with its inductors gives the same numbers.
static void a_case_holds_the_same_circuit(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    char *json = NULL;
    write_text("films.csv", csv);
    if (run_text(ctx, case_text, &json) < 0)
        fail_msg("%s", flx_ctx_error(ctx));
    flx_deck *d = deck_of(ctx,
                          ".model j jj(rtype=0, icrit=10u, rn=8, cap=0.2p)\n"
                          "B1 1 0 j\nB2 2 0 j\nLloop 1 2 100p\nLcoil 3 0 30p\n"
                          "K1 Lloop Lcoil %.17g\n"
                          "I1 0 1 pwl(0 0 10p 11u)\nI2 0 2 11u\n"
                          "I3 0 3 pwl(0 0 10p %.17g)\n.tran 0.1p 1n\n.print v(1)\n",
                          12 / sqrt(100 * 30.0), Phi0 / 4 / 12e-12);
    double v = probe_of(ctx, d, 0).mean;
    assert_true(v > 1e-6);
    assert_near(mean_in(json, "\"v(1)\""), v, 1e-9 * v); // roundings of the parameters
    assert_near(mean_in(json, "\"i(Lcoil)\""), Phi0 / 4 / 12e-12, 1e-9 * Phi0 / 12e-12);
    assert_non_null(strstr(json, "\"loop_coil\": 12.0"));
    free(json);
    unlink("films.csv");
    flx_ctx_free(ctx);
}

// With one part of the case replaced.
static void assert_case_fails(const char *part, const char *other, const char *table,
                              const char *message)
{
    char text[2048];
    const char *at = strstr(case_text, part);
    assert_non_null(at);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - case_text), case_text, other,
             at + strlen(part));
    write_text("films.csv", table);
    flx_ctx *ctx = flx_ctx_create();
    assert_int_equal(run_text(ctx, text, NULL), FLX_ERR_INPUT);
    assert_string_equal(flx_ctx_error(ctx), message);
    unlink("films.csv");
    flx_ctx_free(ctx);
}

static void wrong_cases_of_circuits_are_refused(void **state)
{
    (void)state;
    assert_case_fails("loop: [1, 2]", "lopp: [1, 2]", csv,
                      "squid.yaml:4: films.csv has no hole or port 'lopp'; did you mean 'loop'?");
    assert_case_fails("B2 2 0 j", "B2 2 0 jj", csv,
                      "squid.yaml:8: there is no model 'jj' for B2; did you mean 'j'?");
    assert_case_fails("[3, 0]", "[3, 0, 1]", csv,
                      "squid.yaml:4: circuit.inductance.at.coil: 3 nodes were given; an inductor "
                      "lies between two");
    assert_case_fails("films.csv", "nofilms.csv", csv,
                      "cannot read nofilms.csv: No such file or directory");
    assert_case_fails("", "", "\"L (pH)\",\"loop\"\n\"loop\",1OO\n",
                      "films.csv:2: '1OO' is no inductance in pH");
    assert_case_fails("", "", "\"L (pH)\",\"coil\",\"loop\"\n\"coil\",30,12\n",
                      "films.csv: 1 rows of a table with 2 columns");
    assert_case_fails("", "", "nothing\n",
                      "films.csv:1: wanted is a table as fluxoid info --csv writes it");
    assert_case_fails("engine: circuit\n", "engine: circuit\nlayers: {a: {pearl_length: 1 um}}\n",
                      csv,
                      "squid.yaml:3: layers: the engine circuit has no films: 'layers' means "
                      "nothing to it");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measures_have_their_values),
        cmocka_unit_test(a_squid_without_noise_has_its_transfer),
        cmocka_unit_test(a_squid_has_the_noise_of_its_resistors),
        cmocka_unit_test(a_killed_sweep_goes_on),
        cmocka_unit_test(a_file_of_another_sweep_is_refused),
        cmocka_unit_test(a_point_does_not_depend_on_the_sweep),
        cmocka_unit_test(a_case_holds_the_same_circuit),
        cmocka_unit_test(wrong_cases_of_circuits_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
