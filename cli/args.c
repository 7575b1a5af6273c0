// cli/args.c -- command lines and their help.
//
// Options stand anywhere; `--name=value` and `--name value` are the same; `--` ends options; a lone
// `-` and a negative number are words.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_MAX = 48 };

// Edits (insert, delete, replace, swap neighbours) that turn a into b; Damerau 1964.
static int distance(const char *a, const char *b)
{
    int d[WORD_MAX + 1][WORD_MAX + 1];
    int na = (int)strlen(a), nb = (int)strlen(b);
    if (na > WORD_MAX || nb > WORD_MAX)
        return WORD_MAX;
    for (int i = 0; i <= na; i++)
        d[i][0] = i;
    for (int j = 0; j <= nb; j++)
        d[0][j] = j;
    for (int i = 1; i <= na; i++)
        for (int j = 1; j <= nb; j++) {
            int best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (d[i - 1][j] + 1 < best)
                best = d[i - 1][j] + 1;
            if (d[i][j - 1] + 1 < best)
                best = d[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    return d[na][nb];
}

const char *cli_nearest(const char *word, const char *const *candidates)
{
    const char *best = NULL;
    int best_distance = 1 + (int)strlen(word) / 2; // half of it may be wrong
    for (; *candidates; candidates++) {
        int d = distance(word, *candidates);
        if (d < best_distance) {
            best_distance = d;
            best = *candidates;
        }
    }
    return best;
}

bool cli_number(const char *text, double *value)
{
    char *end;
    *value = strtod(text, &end);
    return end != text && *end == '\0';
}

static void print_help(const cli_command *command, const cli_option *options, int n)
{
    printf("usage: fluxoid %s%s%s%s\n\n%s\n", command->name, *command->words ? " " : "",
           command->words, n ? " [options]" : "", command->text);
    if (n)
        printf("\n");
    for (int i = 0; i < n; i++) {
        const cli_option *o = &options[i];
        char left[64];
        snprintf(left, sizeof left, "%s%s%s%s%s", o->name, o->alias ? ", " : "",
                 o->alias ? o->alias : "", o->value ? " " : "", o->value ? o->value : "");
        printf("  %-26s %s\n", left, o->text);
    }
    if (command->more)
        printf("\n%s\n", command->more);
}

// Says which option was probably meant.
static int unknown_option(const cli_command *command, const cli_option *options, int n,
                          const char *word)
{
    const char **names = cli_alloc(2 * (size_t)n + 2, sizeof *names);
    int n_name = 0;
    for (int i = 0; i < n; i++) {
        names[n_name++] = options[i].name;
        if (options[i].alias)
            names[n_name++] = options[i].alias;
    }
    names[n_name++] = "--help";
    const char *near = cli_nearest(word, names);
    if (near)
        cli_wrong(command->name, "unknown option '%s'; did you mean '%s'?", word, near);
    else
        cli_wrong(command->name, "unknown option '%s'; 'fluxoid %s --help' lists them", word,
                  command->name);
    free((void *)names);
    return CLI_WRONG;
}

static int set_target(const cli_command *command, const cli_option *option, const char *name,
                      const char *value, int argc)
{
    if (option->kind == CLI_FLAG) {
        *(bool *)option->target = true;
    } else if (option->kind == CLI_TEXT) {
        *(const char **)option->target = value;
    } else if (option->kind == CLI_LIST) {
        cli_list *list = option->target;
        if (!list->item)
            list->item = cli_alloc((size_t)argc, sizeof *list->item);
        list->item[list->n++] = value;
    } else {
        double number;
        if (!cli_number(value, &number) || number < 1 || number > 4096 ||
            number != (double)(int)number)
            return cli_wrong(command->name, "%s wants a whole number from 1 to 4096, not '%s'",
                             name, value);
        *(int *)option->target = (int)number;
    }
    return CLI_GO_ON;
}

// One option at argv[*k]; moves *k on if the value is the next argument.
static int parse_option(const cli_command *command, const cli_option *options, int n, int argc,
                        char **argv, int *k)
{
    char name[WORD_MAX + 1];
    const char *arg = argv[*k], *equals = strncmp(arg, "--", 2) == 0 ? strchr(arg, '=') : NULL;
    snprintf(name, sizeof name, "%.*s", equals ? (int)(equals - arg) : (int)strlen(arg), arg);
    const cli_option *option = NULL;
    for (int i = 0; i < n && !option; i++)
        if (strcmp(name, options[i].name) == 0 ||
            (options[i].alias && strcmp(name, options[i].alias) == 0))
            option = &options[i];
    if (!option)
        return unknown_option(command, options, n, name);

    if (option->kind == CLI_FLAG && equals)
        return cli_wrong(command->name, "%s takes no value", name);
    const char *value = equals ? equals + 1 : NULL;
    if (option->kind != CLI_FLAG && !value) {
        if (*k + 1 >= argc)
            return cli_wrong(command->name, "%s wants a value: %s %s", name, name, option->value);
        value = argv[++*k];
    }
    return set_target(command, option, name, value, argc);
}

int cli_parse(const cli_command *command, const cli_option *options, int n, cli_words *words,
              int argc, char **argv)
{
    bool only_words = false;
    for (int k = 1; k < argc; k++) {
        double number;
        const char *arg = argv[k];
        bool is_word = only_words || arg[0] != '-' || arg[1] == '\0' || cli_number(arg, &number);
        if (!is_word && strcmp(arg, "--") == 0) {
            only_words = true;
        } else if (!is_word && (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0)) {
            print_help(command, options, n);
            return CLI_DONE;
        } else if (!is_word) {
            int code = parse_option(command, options, n, argc, argv, &k);
            if (code != CLI_GO_ON)
                return code;
        } else if (words->n < words->max) {
            words->word[words->n++] = arg;
        } else {
            return cli_wrong(command->name, "'%s' is one word too many; usage: fluxoid %s %s", arg,
                             command->name, command->words);
        }
    }
    if (words->n < words->min)
        return cli_wrong(command->name, "%s is missing; usage: fluxoid %s %s", command->words,
                         command->name, command->words);
    return CLI_GO_ON;
}

void cli_list_clear(cli_list *list)
{
    free((void *)list->item);
    *list = (cli_list){NULL, 0};
}
