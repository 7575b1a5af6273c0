// cli/main.c -- the program: finds the subcommand and runs it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli.h"

#include <stdio.h>
#include <string.h>

const cli_command *const cli_commands[] = {&cli_run,  &cli_check, &cli_mesh,    &cli_measure,
                                           &cli_plot, &cli_movie, &cli_info,    &cli_explain,
                                           &cli_lab,  &cli_bench, &cli_version, NULL};

enum { N_COMMAND = sizeof cli_commands / sizeof *cli_commands - 1 };

static const cli_command *find(const char *name)
{
    for (int i = 0; i < N_COMMAND; i++)
        if (strcmp(cli_commands[i]->name, name) == 0)
            return cli_commands[i];
    return NULL;
}

static int unknown(const char *word)
{
    const char *names[N_COMMAND + 2];
    for (int i = 0; i < N_COMMAND; i++)
        names[i] = cli_commands[i]->name;
    names[N_COMMAND] = "help";
    names[N_COMMAND + 1] = NULL;
    const char *near = cli_nearest(word, names);
    if (near)
        return cli_wrong("", "unknown command '%s'; did you mean '%s'?", word, near);
    return cli_wrong("", "unknown command '%s'; 'fluxoid help' lists them", word);
}

static void list_commands(FILE *file)
{
    fprintf(file, "fluxoid simulates macroscopic phase coherence in superconductors.\n\n"
                  "usage: fluxoid COMMAND ...\n\n");
    for (int i = 0; i < N_COMMAND; i++) {
        char left[40];
        snprintf(left, sizeof left, "%s %s", cli_commands[i]->name, cli_commands[i]->words);
        fprintf(file, "  %-24s %s\n", left, cli_commands[i]->text);
    }
    fprintf(file, "\n'fluxoid help COMMAND' tells more.\n");
}

static int help(int argc, char **argv)
{
    if (argc < 2 || argv[1][0] == '-') {
        list_commands(stdout);
        return CLI_DONE;
    }
    const cli_command *command = find(argv[1]);
    char option[] = "--help", *words[] = {argv[1], option, NULL};
    return command ? command->main(2, words) : unknown(argv[1]);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        list_commands(stderr);
        return CLI_WRONG;
    }
    const char *word = argv[1];
    if (strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return help(argc - 1, argv + 1);
    if (strcmp(word, "--version") == 0)
        word = "version";
    const cli_command *command = find(word);
    return command ? command->main(argc - 1, argv + 1) : unknown(word);
}
