// cli/cli.h -- what the subcommands share: their table, exit codes, the library's context, signals.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CLI_H
#define FLX_CLI_H

#include "fluxoid.h"

#include "args.h"

#include <signal.h>
#include <stdbool.h>

enum {
    CLI_DONE = 0,
    CLI_FAILED = 1,       // physics or numerics failed; the state is kept
    CLI_WRONG = 2,        // what the user gave is wrong
    CLI_INTERRUPTED = 75, // with a checkpoint: run again with --resume
    CLI_GO_ON = -1        // no exit yet
};

extern const cli_command cli_run, cli_check, cli_mesh, cli_measure, cli_plot, cli_movie, cli_info,
    cli_explain, cli_lab, cli_bench, cli_version;

// All subcommands in the order of `fluxoid help`; ends with NULL.
extern const cli_command *const cli_commands[];

// Set by SIGINT and SIGTERM once cli_catch_signals was called. A second one ends the program.
extern volatile sig_atomic_t cli_stop;
void cli_catch_signals(void);

// A context that writes the library's warnings to standard error and uses `threads` threads
// (0: one for each processor). Ends the program if there is no memory.
flx_ctx *cli_context(int threads);

// Prints "fluxoid COMMAND: what went wrong" if status is a failure; returns the exit code.
int cli_end(const flx_ctx *ctx, const char *command, flx_status status);

// Prints "fluxoid COMMAND: message" to standard error; returns CLI_WRONG.
__attribute__((format(printf, 2, 3))) int cli_wrong(const char *command, const char *format, ...);

// Zeroed memory, or the end of the program.
void *cli_alloc(size_t count, size_t size);

// Whether --json may write to path: "-", a new file, or one that holds JSON; says so if not. A case
// or a data file that is named by mistake is not replaced.
bool cli_json_allowed(const char *command, const char *path);

// Writes JSON to a file, or to standard output if path is "-". Returns an exit code.
int cli_json_write(const char *command, const char *path, const char *json);

#endif
