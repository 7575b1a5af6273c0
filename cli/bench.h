// cli/bench.h -- the benchmarks of `fluxoid bench`. Each is called with its own arguments (argv[0]
// is its name) and returns an exit code.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CLI_BENCH_H
#define FLX_CLI_BENCH_H

int bench_circuit(int argc, char **argv);
int bench_film(int argc, char **argv);
int bench_selffield(int argc, char **argv);
int bench_static(int argc, char **argv);
int bench_xy(int argc, char **argv);
int bench_london(int argc, char **argv);
int bench_noise(int argc, char **argv);

// Seconds of a steady clock; the processor, on standard output.
double bench_now(void);
void bench_print_machine(void);

#endif
