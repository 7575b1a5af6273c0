// cli/bench_circuit.c -- fluxoid bench circuit: time of a step of a noisy SQUID in a batch, and of a
// string of Josephson transmission lines or of a deck, by each method; error against work on a string.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/circuit.h"

#include "bench.h"
#include "cli.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// A dc SQUID of beta_L = 1 and beta_c = 0.5 at a quarter of a flux quantum, at 4.2 K: eight seeds,
// which are the lanes of one batch.
static const char squid[] = ".model jj1 jj(rtype=0, icrit=10u, rn=8, cap=0.25711p)\n"
                            "B1 1 0 jj1\n"
                            "B2 2 0 jj1\n"
                            "L1 1 3 51.696p\n"
                            "L2 4 2 51.696p\n"
                            "P1 3 4 pwl(0 0 10p 1.5707963)\n"
                            "IB 0 3 pwl(0 0 10p 21u)\n"
                            ".temp 4.2\n"
                            ".noise seeds=8\n"
                            ".tran 0.1p 20n 0 10p\n"
                            ".print v(3)\n";
enum { SQUID_LANES = 8 };

// Cells of two junctions with bias, parasitic inductance and shunts; a pulse every 100 ps enters at
// the left, and a resistor takes it at the right.
static const char cell[] = ".model jj1 jj(rtype=1, vg=2.8m, cap=0.07p, r0=160, rn=16, icrit=0.1m)\n"
                           ".subckt jtl 4 5\n"
                           "B1 3 7 jj1 area=2.16\n"
                           "B2 6 8 jj1 area=2.16\n"
                           "I1 0 1 pwl(0 0 5p 280u)\n"
                           "L1 4 3 2p\n"
                           "L2 3 2 2.4p\n"
                           "L3 2 6 2.4p\n"
                           "L4 6 5 2p\n"
                           "L5 0 7 0.1p\n"
                           "L6 0 8 0.1p\n"
                           "L7 2 1 0.3p\n"
                           "L8 7 9 1p\n"
                           "L9 8 10 1p\n"
                           "R1 9 3 5.2\n"
                           "R2 10 6 5.2\n"
                           ".ends\n"
                           "I1 0 1 pulse(0 600u 50p 4p 4p 4p 100p)\n"
                           "R1 out 0 2\n";
// The string that is timed, and the one whose error is measured.
typedef struct string_of {
    int n_cell;
    double step, stop; // [s]
    const char *rest;  // further cards
} string_of;
static const string_of timed = {1950, 0.25e-12, 1e-9, ""};

static void write_string(FILE *out, const string_of *s)
{
    const int n_cell = s->n_cell;
    fprintf(out, "* a string of %d cells of two junctions\n%s", n_cell, cell);
    for (int k = 1; k < n_cell; k++)
        fprintf(out, "X%d jtl %d %d\n", k, k, k + 1);
    fprintf(out,
            "X%d jtl %d out\n.tran %.17g %.17g 0 5p\n.print p(B1|X1) p(B2|X%d) p(B2|X%d)\n%s.end\n",
            n_cell, n_cell, s->step, s->stop, n_cell / 2, n_cell, s->rest);
}

// CPU seconds of a run by one thread.
static flx_status run(flx_ctx *ctx, const flx_deck *deck, double *seconds,
                      flx_circuit_result *result)
{
    const flx_deck_run_opts opts = {.threads = 1, .rows = deck->circuit.n_element < 10000};
    clock_t begin = clock();
    flx_status status = flx_deck_run(ctx, &deck, 1, &opts, result);
    *seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
    return status;
}

static flx_status bench_squid(flx_ctx *ctx, int repeat)
{
    const flx_deck_source source = {.path = "squid", .text = squid, .length = strlen(squid)};
    flx_deck *deck = NULL;
    flx_status status = flx_deck_create(ctx, &source, &deck);
    double best = INFINITY;
    flx_circuit_result r = {0};
    for (int k = 0; k < repeat && status >= 0; k++) {
        double seconds = 0;
        flx_circuit_result_clear(&r);
        status = run(ctx, deck, &seconds, &r);
        best = fmin(best, seconds);
    }
    if (status >= 0)
        printf("noisy dc SQUID, %d lanes: %.1f ns per step and lane, %.2f iterations a step\n",
               SQUID_LANES, 1e9 * best / (double)r.steps, (double)r.iterations / (double)r.steps);
    flx_circuit_result_clear(&r);
    flx_deck_free(deck);
    return status;
}

// The deck at its own step by the midpoint rule and by JoSIM's, then with steps as they come.
static flx_status bench_deck(flx_ctx *ctx, const flx_deck_source *source, int repeat)
{
    static const char *const name[] = {"midpoint, fixed steps", "josim, fixed steps",
                                       "midpoint, chosen steps"};
    for (int m = 0; m < 3; m++) {
        flx_deck *deck = NULL;
        flx_status status = flx_deck_create(ctx, source, &deck);
        if (status < 0)
            return status;
        deck->josim = m == 1;
        deck->tolerance = m == 2 ? deck->tolerance : 0;
        int32_t n_junction = 0;
        for (int32_t k = 0; k < deck->circuit.n_element; k++)
            n_junction += deck->circuit.element[k].kind == FLX_JUNCTION;
        if (m == 0)
            printf("%s: %d junctions, %d nodes, %g s in steps of %g s\n%-24s %9s %9s %11s %10s "
                   "%15s\n",
                   source->path, n_junction, deck->circuit.n_node - 1, deck->stop, deck->step, "",
                   "CPU s", "steps", "iterations", "factored", "ns/junction");
        double best = INFINITY;
        flx_circuit_result r = {0};
        for (int k = 0; k < repeat && status >= 0; k++) {
            double seconds = 0;
            flx_circuit_result_clear(&r);
            status = run(ctx, deck, &seconds, &r);
            best = fmin(best, seconds);
        }
        if (status >= 0)
            printf("%-24s %9.3f %9lld %11.2f %10lld %15.1f\n", name[m], best, (long long)r.steps,
                   (double)r.iterations / (double)r.steps, (long long)r.factored,
                   1e9 * best / (double)r.steps / (n_junction > 0 ? n_junction : 1));
        flx_circuit_result_clear(&r);
        flx_deck_free(deck);
        if (status < 0)
            return status;
    }
    return FLX_OK;
}

static flx_status bench_string(flx_ctx *ctx, int repeat)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        return FLX_ERR_MEMORY;
    write_string(out, &timed);
    fclose(out);
    const flx_deck_source source = {.path = "string", .text = text, .length = length};
    flx_status status = bench_deck(ctx, &source, repeat);
    free(text);
    return status;
}

static int write_file(const char *path)
{
    FILE *out = fopen(path, "w");
    if (!out)
        return cli_wrong("bench circuit", "cannot write %s", path);
    write_string(out, &timed);
    fclose(out);
    return CLI_DONE;
}

// A run of a string of 60 cells over 200 ps; rows, every 5 ps, are kept.
static flx_status run_short(flx_ctx *ctx, const string_of *s, double *seconds,
                            flx_circuit_result *r)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        return FLX_ERR_MEMORY;
    write_string(out, s);
    fclose(out);
    const flx_deck_source source = {.path = "string", .text = text, .length = length};
    flx_deck *deck = NULL;
    flx_status status = flx_deck_create(ctx, &source, &deck);
    if (status >= 0)
        status = run(ctx, deck, seconds, r);
    flx_deck_free(deck);
    free(text);
    return status;
}

// Largest difference of the phases in the rows of two runs.
static double difference(const flx_circuit_result *a, const flx_circuit_result *b)
{
    double most = 0;
    int64_t n = a->n_row < b->n_row ? a->n_row : b->n_row;
    for (int64_t k = 0; k < n; k++)
        for (int32_t p = 0; p < a->n_probe; p++)
            most = fmax(most, fabs(a->row[k * a->n_probe + p] - b->row[k * b->n_probe + p]));
    return most;
}

// Error against work: fixed steps by both methods and steps chosen by a tolerance, compared with
// steps of 1/512 ps (whose own error is 1/16 of that of 1/128 ps).
static flx_status bench_precision(flx_ctx *ctx, int repeat)
{
    static const char *const name[] = {"midpoint, step [ps]", "josim, step [ps]",
                                       "midpoint, tolerance"};
    flx_circuit_result exact = {0};
    double seconds = 0;
    const string_of finest = {60, 1e-12 / 512, 200e-12, ".options tolerance=0\n"};
    flx_status status = run_short(ctx, &finest, &seconds, &exact);
    printf("string of 120 junctions, 200 ps\n%-20s %9s %9s %9s %12s\n", "", "", "CPU s", "steps",
           "error [rad]");
    for (int m = 0; m < 3 && status >= 0; m++)
        for (int k = 0; k < 6 && status >= 0; k++) {
            char rest[64];
            double setting = m < 2 ? ldexp(0.25, -k) : 1e-2 * pow(10, -k);
            snprintf(rest, sizeof rest, ".options tolerance=%g%s\n", m < 2 ? 0 : setting,
                     m == 1 ? " method=josim" : "");
            const string_of s = {60, m < 2 ? setting * 1e-12 : 1e-12, 200e-12, rest};
            double best = INFINITY;
            flx_circuit_result r = {0};
            for (int j = 0; j < repeat && status >= 0; j++) {
                flx_circuit_result_clear(&r);
                status = run_short(ctx, &s, &seconds, &r);
                best = fmin(best, seconds);
            }
            if (status >= 0)
                printf("%-20s %9.5g %9.4f %9lld %12.2e\n", name[m], setting, best,
                       (long long)r.steps, difference(&r, &exact));
            flx_circuit_result_clear(&r);
        }
    flx_circuit_result_clear(&exact);
    return status;
}

int bench_circuit(int argc, char **argv)
{
    int repeat = 3;
    const char *file = NULL;
    bool precision = false;
    const cli_option options[] = {
        {"--repeat", NULL, "N", CLI_COUNT, &repeat, "the best of N runs (3)"},
        {"--precision", NULL, NULL, CLI_FLAG, &precision,
         "error against work, for fixed and chosen steps"},
        {"--write", NULL, "OUT.cir", CLI_TEXT, &file, "writes the string as a deck, runs nothing"},
    };
    static const cli_command command = {
        .name = "bench circuit",
        .words = "[DECK]",
        .text = "time of a step of a noisy SQUID and of a string of 3900 junctions, or of a DECK"};
    cli_words words = {.max = 1};
    int code = cli_parse(&command, options, sizeof options / sizeof options[0], &words, argc, argv);
    if (code != CLI_GO_ON)
        return code;
    if (file)
        return write_file(file);
    flx_ctx *ctx = cli_context(1);
    flx_status status = FLX_OK;
    bench_print_machine();
    const flx_deck_source source = {.path = words.n ? words.word[0] : NULL};
    if (precision) {
        status = bench_precision(ctx, repeat);
    } else if (words.n) {
        status = bench_deck(ctx, &source, repeat);
    } else {
        status = bench_squid(ctx, repeat);
        if (status >= 0)
            status = bench_string(ctx, repeat);
    }
    code = cli_end(ctx, "bench circuit", status);
    flx_ctx_free(ctx);
    return code;
}
