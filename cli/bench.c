// cli/bench.c -- fluxoid bench [NAME]: lists the benchmarks, or runs one.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench.h"
#include "cli.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct {
    const char *name, *text;
    int (*main)(int argc, char **argv);
} benches[] = {
    {"circuit", "a noisy SQUID in a batch, a string of 3900 junctions: time per step, by method",
     bench_circuit},
    {"film", "a current-driven film: time per step, error against wall time", bench_film},
    {"selffield", "the field of sheet currents: time, memory and error against size",
     bench_selffield},
    {"xy", "phases on a lattice: time of an update, independent samples of the helicity a second",
     bench_xy},
    {"london", "inductance of a ring: time, memory and error against the size of its mesh",
     bench_london},
    {"noise", "thermal noise in a film: time of a step with it and without", bench_noise},
    {"static", "stationary states of a case: time to one by both engines, time of a sweep",
     bench_static},
};

enum { N_BENCH = sizeof benches / sizeof *benches };

double bench_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void bench_print_machine(void)
{
    char line[256], model[200] = "unknown processor";
    FILE *info = fopen("/proc/cpuinfo", "r");
    while (info && fgets(line, sizeof line, info))
        if (sscanf(line, "model name : %199[^\n]", model) == 1)
            break;
    if (info)
        fclose(info);
    printf("fluxoid %s on %s, %ld processors\n", flx_version(), model,
           sysconf(_SC_NPROCESSORS_ONLN));
}

static int unknown(const char *word)
{
    const char *names[N_BENCH + 1];
    for (int i = 0; i < N_BENCH; i++)
        names[i] = benches[i].name;
    names[N_BENCH] = NULL;
    const char *near = cli_nearest(word, names);
    if (near)
        return cli_wrong("bench", "unknown benchmark '%s'; did you mean '%s'?", word, near);
    return cli_wrong("bench", "unknown benchmark '%s'; 'fluxoid bench' lists them", word);
}

static int bench_main(int argc, char **argv)
{
    // A benchmark reads its own options.
    if (argc > 1 && argv[1][0] != '-') {
        for (int i = 0; i < N_BENCH; i++)
            if (strcmp(argv[1], benches[i].name) == 0)
                return benches[i].main(argc - 1, argv + 1);
        return unknown(argv[1]);
    }
    cli_words words = {.max = 0};
    int code = cli_parse(&cli_bench, NULL, 0, &words, argc, argv);
    for (int i = 0; i < N_BENCH && code == CLI_GO_ON; i++)
        printf("%-10s %s\n", benches[i].name, benches[i].text);
    return code == CLI_GO_ON ? CLI_DONE : code;
}

const cli_command cli_bench = {.name = "bench",
                               .words = "[NAME]",
                               .text = "lists the benchmarks, or runs one",
                               .main = bench_main};
