// cli/report_london.c -- the summary of the engine london as a table.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CELL = CLI_CELL, NAMES = 12 };

static const json_t *entry(const json_t *run, const char *key, size_t i, size_t j)
{
    return json_array_get(json_array_get(json_object_get(run, key), i), j);
}

const char *cli_london_name(const json_t *run, size_t k)
{
    const json_t *holes = json_object_get(run, "holes"), *ports = json_object_get(run, "ports");
    size_t n = json_array_size(holes);
    const char *name =
        json_string_value(k < n ? json_array_get(holes, k) : json_array_get(ports, k - n));
    return name ? name : "?";
}

// What rounding adds to a whole number of quanta is not shown.
static double quanta(const json_t *value)
{
    double x = json_number_value(value), whole = rint(x);
    return fabs(x - whole) < 1e-9 ? whole + 0.0 : x;
}

static void print_inductance(const json_t *run)
{
    size_t n = json_array_size(json_object_get(run, "inductance_pH"));
    int width = 8;
    if (n == 0)
        return;
    if (n > NAMES) {
        printf("\ninductances of %zu currents: see --json\n", n);
        return;
    }
    for (size_t i = 0; i < n; i++)
        width = (int)strlen(cli_london_name(run, i)) > width ? (int)strlen(cli_london_name(run, i))
                                                             : width;
    printf("\n%-*s", width, "L (pH)");
    for (size_t j = 0; j < n; j++)
        printf("  %*s", width > 10 ? width : 10, cli_london_name(run, j));
    printf("\n");
    for (size_t i = 0; i < n; i++) {
        printf("%-*s", width, cli_london_name(run, i));
        for (size_t j = 0; j < n; j++)
            printf("  %*.6g", width > 10 ? width : 10,
                   json_number_value(entry(run, "inductance_pH", i, j)));
        const json_t *error = entry(run, "inductance_error_pH", i, i);
        if (error)
            printf("   error <= %.2g, limit %.6g", json_number_value(error),
                   json_number_value(entry(run, "inductance_limit_pH", i, i)));
        printf("\n");
    }
}

static void print_holes(const json_t *run)
{
    const json_t *holes = json_object_get(run, "holes");
    size_t n = json_array_size(holes);
    char a[CELL];
    if (n == 0)
        return;
    printf("\n%-12s  %10s  %14s  %12s  %14s\n", "hole", "fluxoid", "without current", "current",
           "area (m^2)");
    for (size_t h = 0; h < n; h++)
        printf("%-12s  %10.5g  %15.5g  %12s  %14.6g\n", cli_london_name(run, h),
               quanta(json_array_get(json_object_get(run, "fluxoid_Phi0"), h)),
               quanta(json_array_get(json_object_get(run, "fluxoid_without_current_Phi0"), h)),
               cli_si_cell(json_array_get(json_object_get(run, "circulating_current"), h), "A", a),
               json_number_value(json_array_get(json_object_get(run, "effective_area"), h)));
}

static void print_loops(const json_t *loops)
{
    const char *name;
    json_t *loop;
    if (json_object_size(loops) > 0)
        printf("\n%-12s  %10s  = %10s  + %12s  (Phi0)\n", "loop", "fluxoid", "flux",
               "supercurrent");
    json_object_foreach((json_t *)loops, name, loop)
    {
        printf("%-12s  %10.5f    %10.5f    %12.5f\n", name,
               json_number_value(json_object_get(loop, "fluxoid_Phi0")),
               json_number_value(json_object_get(loop, "flux_Phi0")),
               json_number_value(json_object_get(loop, "supercurrent_Phi0")));
    }
    printf("\n");
}

// Fluxoid states: the least energies, and what lies between them.
static void print_energies(const json_t *run)
{
    enum { SHOWN = 5 };
    const json_t *list = json_object_get(run, "energies");
    size_t n_hole = json_array_size(json_object_get(run, "holes"));
    char text[CELL];
    if (json_array_size(list) == 0 || n_hole > NAMES)
        return;
    printf("fluxoids of least energy (Phi0)\n");
    for (size_t k = 0; k < json_array_size(list) && k < SHOWN; k++) {
        const json_t *item = json_array_get(list, k);
        for (size_t h = 0; h < n_hole; h++)
            printf("%s%.5g", h ? ", " : "  ",
                   quanta(json_array_get(json_object_get(item, "fluxoid_Phi0"), h)));
        printf(": %s\n", cli_si_cell(json_object_get(item, "gibbs_energy"), "J", text));
    }
}

static void print_scan(const json_t *run, const char *key, const char *what)
{
    const json_t *image = json_object_get(run, key);
    if (image)
        printf("%s %.5g to %.5g\n", what, json_number_value(json_object_get(image, "min")),
               json_number_value(json_object_get(image, "max")));
}

void cli_report_london(const json_t *run)
{
    char a[CELL], b[CELL];
    printf("%s: %lld sites, %lld unknowns (%s) in %.3g s\n",
           json_string_value(json_object_get(run, "case")),
           (long long)json_integer_value(json_object_get(run, "sites")),
           (long long)json_integer_value(json_object_get(run, "unknowns")),
           json_string_value(json_object_get(run, "method")),
           json_number_value(json_object_get(run, "wall_s")));
    print_inductance(run);
    print_holes(run);
    print_loops(json_object_get(run, "loops"));
    cli_print_currents(json_object_get(run, "current"));
    printf("energy    %s, kinetic %s\n", cli_si_cell(json_object_get(run, "energy"), "J", a),
           cli_si_cell(json_object_get(run, "kinetic_energy"), "J", b));
    print_energies(run);
    printf("moment    %.6g A m^2\n", json_number_value(json_object_get(run, "moment")));
    const json_t *most = json_object_get(run, "largest_sheet_current");
    printf("largest K %s\n", cli_si_cell(json_object_get(most, "K"), "A/m", a));
    print_scan(run, "scan_flux_Phi0", "scan      flux (Phi0)");
    print_scan(run, "scan_response_Phi0_per_A", "scan      response (Phi0/A)");
}

void cli_report_london_point(const json_t *pattern, const json_t *point)
{
    char text[CELL];
    size_t n = json_array_size(json_object_get(pattern, "holes"));
    for (size_t h = 0; h < n && h < NAMES; h++) {
        if (point)
            printf("%10.5g  %12s  ",
                   quanta(json_array_get(json_object_get(point, "fluxoid_Phi0"), h)),
                   cli_si_cell(json_array_get(json_object_get(point, "circulating_current"), h),
                               "A", text));
        else
            printf("%10s  %12s  ", cli_london_name(pattern, h), "current");
    }
    printf("%12s", point ? cli_si_cell(json_object_get(point, "energy"), "J", text) : "energy");
    if (point)
        printf("  %14.6g", json_number_value(json_object_get(point, "moment")));
    else
        printf("  %14s", "moment (A m^2)");
    const char *error = json_string_value(json_object_get(point, "error"));
    printf("%s%s\n", error ? "  " : "", error ? error : "");
}
