// cli/export.c -- the inductance matrix of a file as a table and as a subcircuit.
//
// The subcircuit has one inductor for each hole and port, coupled by K = M/sqrt(L1 L2), as SPICE,
// JoSIM and `fluxoid run DECK.cir` read them.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli.h"
#include "data.h"
#include "report.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static double entry(const json_t *matrix, size_t i, size_t j)
{
    return json_number_value(json_array_get(json_array_get(matrix, i), j));
}

static void print_table(const json_t *run, const json_t *matrix)
{
    size_t n = json_array_size(matrix);
    printf("\"L (pH)\"");
    for (size_t j = 0; j < n; j++)
        printf(",\"%s\"", cli_london_name(run, j));
    printf("\n");
    for (size_t i = 0; i < n; i++) {
        printf("\"%s\"", cli_london_name(run, i));
        for (size_t j = 0; j < n; j++)
            printf(",%.12g", entry(matrix, i, j));
        printf("\n");
    }
}

static void print_subcircuit(const json_t *run, const json_t *matrix)
{
    size_t n = json_array_size(matrix);
    printf("* inductances in pH of %s, by fluxoid %s\n",
           json_string_value(json_object_get(run, "case")),
           json_string_value(json_object_get(run, "fluxoid")));
    for (size_t i = 0; i < n; i++)
        printf("* L%zu, nodes %zua %zub: %s\n", i + 1, i + 1, i + 1, cli_london_name(run, i));
    printf(".subckt films");
    for (size_t i = 0; i < n; i++)
        printf(" %zua %zub", i + 1, i + 1);
    printf("\n");
    for (size_t i = 0; i < n; i++)
        printf("L%zu %zua %zub %.12gp\n", i + 1, i + 1, i + 1, entry(matrix, i, i));
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            printf("K%zu_%zu L%zu L%zu %.12g\n", i + 1, j + 1, i + 1, j + 1,
                   entry(matrix, i, j) / sqrt(entry(matrix, i, i) * entry(matrix, j, j)));
    printf(".ends films\n");
}

static const char *why_none(const cli_data *data, const json_t *run)
{
    const char *engine = json_string_value(json_object_get(run, "engine"));
    if (cli_data_is_sweep(data))
        return "choose a point with --point";
    return engine && strcmp(engine, "london") == 0
               ? "its films have neither holes nor terminals, whose currents they belong to"
               : "they come from the engine london";
}

int cli_export(cli_data *data, bool spice)
{
    const char *text = NULL;
    if (flx_file_has(data->file, "summary")) {
        int code = cli_end(data->ctx, "info", flx_file_text(data->file, "summary", &text));
        if (code != CLI_DONE)
            return code;
    }
    json_t *run = text ? json_loads(text, 0, NULL) : NULL;
    const json_t *matrix = json_object_get(run, "inductance_pH");
    int code = CLI_DONE;
    if (json_array_size(matrix) == 0)
        code = cli_wrong("info", "%s holds no inductances; %s", data->path, why_none(data, run));
    else if (spice)
        print_subcircuit(run, matrix);
    else
        print_table(run, matrix);
    json_decref(run);
    return code;
}
