// cli/report_xy.c -- the summary of the engine xy as a table: averages at each temperature, or the
// voltages of an array at each temperature and current.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "report.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { CELL = CLI_CELL };

// Columns behind T: averages with their errors, or numbers of a driven array.
static const struct column {
    const char *key, *title, *error; // error NULL: of {"value", "error"}; "": none
} averages[] = {{"helicity", "helicity", NULL},
                {"energy", "energy", NULL},
                {"specific_heat", "specific_heat", NULL},
                {"vortex_density", "vortex_density", NULL}},
  driven[] = {{"current_Ic", "I (I_c)", ""},
              {"voltage_IcR", "V (I_c R)", "voltage_error_IcR"},
              {"energy_EJ", "energy (E_J)", "energy_error_EJ"}};
enum { N_AVERAGE = sizeof averages / sizeof *averages, N_DRIVEN = sizeof driven / sizeof *driven };

static const char *estimate(const json_t *value, const json_t *error, char *buffer)
{
    if (!json_is_number(value))
        snprintf(buffer, CELL, "-");
    else if (!json_is_number(error))
        snprintf(buffer, CELL, "%.6g +- ?", json_number_value(value));
    else
        snprintf(buffer, CELL, "%.6g +- %.1g", json_number_value(value), json_number_value(error));
    return buffer;
}

// "0.6234 +- 0.0012" of {"value", "error"}.
static const char *estimate_cell(const json_t *object, const char *key, char *buffer)
{
    const json_t *e = json_object_get(object, key);
    return estimate(json_object_get(e, "value"), json_object_get(e, "error"), buffer);
}

static const char *number_cell(const json_t *object, const char *key, char *buffer)
{
    const json_t *value = json_object_get(object, key);
    snprintf(buffer, CELL, "-");
    if (json_is_number(value))
        snprintf(buffer, CELL, "%.6g", json_number_value(value));
    return buffer;
}

static const json_t *rows_of(const json_t *run)
{
    const json_t *array = json_object_get(run, "dynamics");
    return array ? array : json_object_get(run, "temperatures");
}

// T and its columns; without a row the titles.
static void print_row(const json_t *run, const json_t *row)
{
    bool dynamics = json_object_get(run, "dynamics") != NULL;
    const struct column *column = dynamics ? driven : averages;
    char text[CELL];
    printf("%-8s", row ? number_cell(row, "T", text) : "T");
    for (int c = 0; c < (dynamics ? N_DRIVEN : N_AVERAGE); c++) {
        const struct column *of = &column[c];
        const char *shown = of->title;
        if (row && of->error && !*of->error)
            shown = number_cell(row, of->key, text);
        else if (row)
            shown = of->error ? estimate(json_object_get(row, of->key),
                                         json_object_get(row, of->error), text)
                              : estimate_cell(row, of->key, text);
        printf("  %*s", of->error && !*of->error ? 12 : 22, shown);
    }
}

static void print_exponents(const json_t *run)
{
    const json_t *exponents = json_object_get(run, "exponents");
    size_t k;
    json_t *item;
    char a[CELL], b[CELL], from[CELL], to[CELL];
    if (json_array_size(exponents) > 0)
        printf("\n%-8s  %22s  from the smallest currents that show a voltage, all well below I_c\n",
               "T", "a of V ~ I^a");
    json_array_foreach(exponents, k, item)
    {
        printf("%-8s  %22s  I = %s to %s I_c\n", number_cell(item, "T", a),
               estimate(json_object_get(item, "a"), json_object_get(item, "error"), b),
               number_cell(item, "from_Ic", from), number_cell(item, "to_Ic", to));
    }
}

static void print_film(const json_t *film)
{
    char a[CELL], b[CELL];
    if (film)
        printf("\nfilm      T_KT = %s K, stiffness at T = 0 %s K\n", number_cell(film, "T_KT_K", a),
               number_cell(film, "stiffness_K", b));
}

void cli_report_xy(const json_t *run)
{
    size_t k;
    json_t *row;
    char text[CELL], wall[CELL];
    printf("%s: %s%s sites in %s s\n\n", json_string_value(json_object_get(run, "case")),
           json_object_get(run, "dynamics") ? "array of " : "", number_cell(run, "sites", text),
           number_cell(run, "wall_s", wall));
    print_row(run, NULL);
    printf("\n");
    json_array_foreach(rows_of(run), k, row)
    {
        const char *refused = json_string_value(json_object_get(row, "no_error_because"));
        print_row(run, row);
        printf("%s%s\n", refused ? "  " : "", refused ? refused : "");
    }
    print_exponents(run);
    if (json_object_get(run, "T_KT"))
        printf("\nT_KT      %s J\n", estimate_cell(run, "T_KT", text));
    print_film(json_object_get(run, "film"));
}

size_t cli_report_xy_lines(const json_t *point)
{
    size_t n = json_array_size(rows_of(point));
    return n > 0 ? n : 1;
}

void cli_report_xy_line(const json_t *pattern, const json_t *point, size_t k)
{
    char text[CELL];
    print_row(pattern, point ? json_array_get(rows_of(point), k) : NULL);
    if (json_object_get(pattern, "T_KT"))
        printf("  %22s", point ? estimate_cell(point, "T_KT", text) : "T_KT (J)");
    if (json_object_get(pattern, "film"))
        printf("  %14s", point ? number_cell(json_object_get(point, "film"), "T_KT_K", text)
                               : "film T_KT (K)");
    const json_t *row = json_array_get(rows_of(point), k);
    const char *error = json_string_value(json_object_get(point, "error"));
    error = error ? error : json_string_value(json_object_get(row, "no_error_because"));
    printf("%s%s\n", error ? "  " : "", error ? error : "");
}
