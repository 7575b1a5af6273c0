// cli/args.h -- command lines: one table for each subcommand feeds parsing and --help.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CLI_ARGS_H
#define FLX_CLI_ARGS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct cli_command {
    const char *name;
    const char *words; // "CASE", "[KEY]": what comes without a dash
    const char *text;  // one sentence
    const char *more;  // paragraphs for --help; NULL: none
    int (*main)(int argc, char **argv);
} cli_command;

// Texts given by a repeated option, in their order; points into argv.
typedef struct cli_list {
    const char **item;
    int32_t n;
} cli_list;

typedef enum cli_kind {
    CLI_FLAG, // bool
    CLI_TEXT, // const char *
    CLI_LIST, // cli_list; free with cli_list_clear
    CLI_COUNT // int, >= 1
} cli_kind;

typedef struct cli_option {
    const char *name, *alias; // "-o", "--output"; alias may be NULL
    const char *value;        // "FILE" in the help; NULL for flags
    cli_kind kind;
    void *target;
    const char *text; // one sentence
} cli_option;

// What comes without a dash.
typedef struct cli_words {
    const char *word[2];
    int min, max; // allowed
    int n;        // given
} cli_words;

// Reads argv[1..]: fills the targets of options [n] and words. `--help` prints the help. Returns
// CLI_GO_ON or an exit code, with the reason printed.
int cli_parse(const cli_command *command, const cli_option *options, int n, cli_words *words,
              int argc, char **argv);
void cli_list_clear(cli_list *list);

// The candidate (list that ends with NULL) nearest to word, NULL if none is near.
const char *cli_nearest(const char *word, const char *const *candidates);

// A number and nothing else; false if text is not one.
bool cli_number(const char *text, double *value);

#endif
