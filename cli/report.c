// cli/report.c -- summaries (JSON objects) as short readable tables.
//
// The table is made from the JSON alone, so that both always tell the same.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "report.h"

#include "cli.h"
#include "deck.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CELL = CLI_CELL };

const char *cli_si(double value, const char *unit, char *buffer, size_t size)
{
    static const char *const prefix[] = {"a", "f", "p", "n", "u", "m", "", "k", "M", "G", "T"};
    int k = 6; // of the prefix ""
    double magnitude = fabs(value);
    if (magnitude > 0 && isfinite(magnitude)) {
        // 999.95 is shown as 1.000 of the next.
        k += (int)floor(log10(magnitude * (1 + 5e-5)) / 3);
        if (k < 0 || k > 10) {
            snprintf(buffer, size, "%.4g %s", value, unit);
            return buffer;
        }
    }
    snprintf(buffer, size, "%.4g %s%s", value / pow(10, 3 * (k - 6)), prefix[k], unit);
    return buffer;
}

// -- cells ----------------------------------------------------------------------------------------

// A number of an object as text, "-" if it is null or missing.
static const char *cell(const json_t *object, const char *key, const char *format, char *buffer)
{
    const json_t *value = json_object_get(object, key);
    if (json_is_integer(value))
        snprintf(buffer, CELL, "%lld", (long long)json_integer_value(value));
    else if (json_is_number(value))
        snprintf(buffer, CELL, format, json_number_value(value));
    else if (json_is_string(value))
        snprintf(buffer, CELL, "%.*s", CELL - 1, json_string_value(value));
    else
        snprintf(buffer, CELL, "-");
    return buffer;
}

const char *cli_si_cell(const json_t *value, const char *unit, char *buffer)
{
    if (json_is_number(value))
        return cli_si(json_number_value(value), unit, buffer, CELL);
    snprintf(buffer, CELL, "-");
    return buffer;
}

static int longest_key(const json_t *object, int width)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        if ((int)strlen(key) > width)
            width = (int)strlen(key);
    }
    return width;
}

// -- one run --------------------------------------------------------------------------------------

static void print_loops(const json_t *loops)
{
    const char *name;
    json_t *loop;
    char a[CELL], b[CELL], c[CELL], d[CELL];
    if (json_object_size(loops) == 0)
        return;
    int width = longest_key(loops, 8);
    printf("\n%-*s  winding   fluxoid  =    flux  + supercurrent  (Phi0)\n", width, "loop");
    json_object_foreach((json_t *)loops, name, loop)
    {
        printf("%-*s  %7s  %8s  %8s  %13s\n", width, name, cell(loop, "winding", "%g", a),
               cell(loop, "fluxoid_Phi0", "%.4f", b), cell(loop, "flux_Phi0", "%.4f", c),
               cell(loop, "supercurrent_Phi0", "%.4f", d));
    }
}

static void print_voltages(const json_t *voltages)
{
    const char *name;
    json_t *v;
    char mean[CELL], error[CELL], volt[CELL], period[CELL];
    if (json_object_size(voltages) == 0)
        return;
    int width = longest_key(voltages, 8);
    printf("\n%-*s  %12s  %12s  %12s  %14s\n", width, "voltage", "mean (V0)", "error (V0)", "mean",
           "period (tau0)");
    json_object_foreach((json_t *)voltages, name, v)
    {
        printf("%-*s  %12s  %12s  %12s  %14s\n", width, name, cell(v, "mean_V0", "%.6g", mean),
               cell(v, "error_V0", "%.2g", error),
               cli_si_cell(json_object_get(v, "mean"), "V", volt),
               cell(v, "period_tau0", "%.5g", period));
    }
}

// " (strip 1 uA, ring 2 uA)": what a path carries in each film.
void cli_print_films(const json_t *films)
{
    const char *name, *gap = "  (";
    json_t *value;
    char text[CELL];
    json_object_foreach((json_t *)films, name, value)
    {
        printf("%s%s %s", gap, name, cli_si_cell(value, "A", text));
        gap = ", ";
    }
    if (json_object_size(films) > 0)
        printf(")");
}

// Paths of `measure --along`: what they carry.
static void print_paths(const json_t *paths)
{
    const char *name;
    json_t *path;
    char phase[CELL], current[CELL];
    if (json_object_size(paths) == 0)
        return;
    int width = longest_key(paths, 8);
    printf("\n%-*s  %12s  %14s\n", width, "path", "phase (rad)", "current");
    json_object_foreach((json_t *)paths, name, path)
    {
        printf("%-*s  %12s  %14s", width, name, cell(path, "phase", "%.6g", phase),
               cli_si_cell(json_object_get(path, "current"), "A", current));
        cli_print_films(json_object_get(path, "films"));
        printf("\n");
    }
}

// "3, antivortices 1" of a film; NULL: of all.
static void print_count(const json_t *vortices, const char *film)
{
    int count[2] = {0, 0};
    size_t k;
    json_t *vortex;
    json_array_foreach((json_t *)vortices, k, vortex)
    {
        const char *in = json_string_value(json_object_get(vortex, "film"));
        if (!film || (in && strcmp(in, film) == 0))
            count[!(json_number_value(json_object_get(vortex, "winding")) > 0)]++;
    }
    printf("%d", count[0]);
    if (count[1])
        printf(", antivortices %d", count[1]);
    printf("\n");
}

// The first vortex in its film.
static bool is_first(const json_t *vortices, size_t k, const char *film)
{
    while (k-- > 0) {
        const char *in = json_string_value(json_object_get(json_array_get(vortices, k), "film"));
        if (in && strcmp(in, film) == 0)
            return false;
    }
    return true;
}

static void print_vortices(const json_t *vortices)
{
    size_t k;
    json_t *vortex;
    printf("\nvortices  ");
    print_count(vortices, NULL);
    json_array_foreach((json_t *)vortices, k, vortex)
    {
        const char *film = json_string_value(json_object_get(vortex, "film"));
        if (!film || !is_first(vortices, k, film))
            continue;
        printf("  in %s  ", film);
        print_count(vortices, film);
    }
}

void cli_print_currents(const json_t *currents)
{
    const char *name, *gap = "current   ";
    json_t *value;
    char text[CELL];
    json_object_foreach((json_t *)currents, name, value)
    {
        printf("%s%s %s", gap, name, cli_si_cell(value, "A", text));
        gap = ", ";
    }
    if (json_object_size(currents) > 0)
        printf("\n");
}

static void print_head(const json_t *run)
{
    char sites[CELL], steps[CELL], time[CELL], wall[CELL];
    printf("%s: %s sites, %s steps to %s tau0", json_string_value(json_object_get(run, "case")),
           cell(run, "sites", "%g", sites), cell(run, "steps", "%g", steps),
           cell(run, "time_tau0", "%.6g", time));
    if (json_is_number(json_object_get(run, "wall_s")))
        printf(" in %s s", cell(run, "wall_s", "%.3g", wall));
    if (json_is_true(json_object_get(run, "steady")))
        printf(", steady");
    printf("\n");
}

static void print_run(const json_t *run)
{
    char energy[CELL], moment[CELL];
    print_head(run);
    print_loops(json_object_get(run, "loops"));
    print_voltages(json_object_get(run, "voltage"));
    print_paths(json_object_get(run, "paths"));
    print_vortices(json_object_get(run, "vortices"));
    cli_print_currents(json_object_get(run, "current"));
    printf("energy    %s F0\n", cell(run, "energy_F0", "%.6g", energy));
    if (json_is_number(json_object_get(run, "moment")))
        printf("moment    %s A m^2\n", cell(run, "moment", "%.4g", moment));
}

// -- a sweep --------------------------------------------------------------------------------------

// The value of a swept key; SI where the key tells the unit.
static const char *set_cell(const json_t *set, const char *key, char *buffer)
{
    const json_t *value = json_object_get(set, key);
    if (json_is_number(value) && strcmp(key, "drive.field") == 0)
        return cli_si_cell(value, "T", buffer);
    if (json_is_number(value) && strncmp(key, "drive.current.", 14) == 0)
        return cli_si_cell(value, "A", buffer);
    return cell(set, key, "%.6g", buffer);
}

// A mean voltage, in V where volts are known.
static const char *voltage_cell(const json_t *voltage, char *buffer)
{
    const json_t *volt = json_object_get(voltage, "mean");
    if (json_is_number(volt))
        return cli_si_cell(volt, "V", buffer);
    char number[CELL];
    if (!json_is_number(json_object_get(voltage, "mean_V0")))
        return cell(voltage, "mean_V0", "", buffer);
    snprintf(buffer, CELL, "%.30s V0", cell(voltage, "mean_V0", "%.5g", number));
    return buffer;
}

// The columns that lines of sweeps begin with: values swept; without a point their titles.
static void print_set(const json_t *pattern, const json_t *point)
{
    const char *key;
    json_t *value;
    char text[CELL];
    json_object_foreach(json_object_get(pattern, "set"), key, value)
    {
        const char *shown = point ? set_cell(json_object_get(point, "set"), key, text) : key;
        printf("%*s  ", (int)strlen(key) > 12 ? (int)strlen(key) : 12, shown);
    }
}

static void print_set_and_loops(const json_t *pattern, const json_t *point)
{
    const char *key;
    json_t *value;
    char text[CELL];
    print_set(pattern, point);
    json_object_foreach(json_object_get(pattern, "loops"), key, value)
    {
        const json_t *loop = json_object_get(json_object_get(point, "loops"), key);
        printf("%*s  ", (int)strlen(key) > 7 ? (int)strlen(key) : 7,
               point ? cell(loop, "winding", "%g", text) : key);
    }
}

// One line of a sweep; without a point the titles.
static void print_point(const json_t *pattern, const json_t *point)
{
    const char *key;
    json_t *value;
    char text[CELL];
    print_set_and_loops(pattern, point);
    json_object_foreach(json_object_get(pattern, "voltage"), key, value)
    {
        const json_t *v = json_object_get(json_object_get(point, "voltage"), key);
        printf("%12s  ", point ? voltage_cell(v, text) : key);
    }
    if (point)
        snprintf(text, sizeof text, "%zu", json_array_size(json_object_get(point, "vortices")));
    printf("%8s  ", point ? text : "vortices");
    printf("%11s  ", point ? cell(point, "energy_F0", "%.6f", text) : "energy (F0)");
    printf("%7s", point ? cell(point, "steps", "%g", text) : "steps");
    const char *error = json_string_value(json_object_get(point, "error"));
    printf("%s%s\n", error ? "  " : "", error ? error : "");
}

// -- engines that have no report of their own -----------------------------------------------------

// Numbers of a summary by name; lists and tables of numbers are for --json.
static void print_plain(const json_t *run)
{
    const char *key;
    json_t *value;
    char text[CELL];
    printf("%s: %s\n", json_string_value(json_object_get(run, "case")),
           json_string_value(json_object_get(run, "engine")));
    int width = longest_key(run, 8);
    json_object_foreach((json_t *)run, key, value)
    {
        if (json_is_number(value))
            printf("%-*s  %s\n", width, key, cell(run, key, "%.8g", text));
    }
}

// One line of a sweep; without a point the titles.
static void print_plain_point(const json_t *pattern, const json_t *point)
{
    const char *key;
    json_t *value;
    char text[CELL];
    print_set(pattern, point);
    json_object_foreach((json_t *)pattern, key, value)
    {
        if (json_is_number(value))
            printf("%*s  ", (int)strlen(key) > 12 ? (int)strlen(key) : 12,
                   point ? cell(point, key, "%.8g", text) : key);
    }
    const char *error = json_string_value(json_object_get(point, "error"));
    printf("%s\n", error ? error : "");
}

static void print_london_point(const json_t *pattern, const json_t *point)
{
    print_set(pattern, point);
    cli_report_london_point(pattern, point);
}

// A point of the engine xy has a line for each temperature, and of an array for each current.
static void print_xy_point(const json_t *pattern, const json_t *point)
{
    size_t n = point ? cli_report_xy_lines(point) : 1;
    for (size_t k = 0; k < n; k++) {
        print_set(pattern, point);
        cli_report_xy_line(pattern, point, k);
    }
}

// -- the engine static ----------------------------------------------------------------------------

// What the engine static has found.
static void print_found(const json_t *run)
{
    const json_t *limit = json_object_get(run, "limit"), *barrier = json_object_get(run, "barrier");
    const json_t *field = json_object_get(limit, "field");
    char a[CELL], b[CELL], c[CELL];
    if (limit && json_is_true(json_object_get(limit, "found")))
        printf("limit     %s at t = %s%s%s\n",
               json_is_true(json_object_get(limit, "fold")) ? "the branch of states ends"
                                                            : "the states lose their stability",
               cell(limit, "t", "%.7g", a), json_is_number(field) ? ", field " : "",
               json_is_number(field) ? cli_si_cell(field, "T", b) : "");
    else if (limit)
        printf("limit     none: stable to the end\n");
    if (barrier)
        printf("barrier   %s F0 = %s, back %s%s\n", cell(barrier, "height_F0", "%.6g", a),
               cli_si_cell(json_object_get(barrier, "height"), "J", b),
               cli_si_cell(json_object_get(barrier, "back"), "J", c),
               json_is_true(json_object_get(barrier, "connects"))
                   ? ""
                   : "; downhill of it lie other states than those given");
    if (json_is_number(json_object_get(run, "Tc_Tc0")))
        printf("Tc/Tc0    %s\n", cell(run, "Tc_Tc0", "%.7g", a));
    if (json_is_number(json_object_get(run, "eigenvalue")))
        printf("lowest    eigenvalue %s\n", cell(run, "eigenvalue", "%.6g", a));
    if (json_is_number(json_object_get(run, "residual")))
        printf("residual  %s, %s\n", cell(run, "residual", "%.2g", a),
               json_is_true(json_object_get(run, "stable")) ? "stable" : "not stable");
}

static void print_static(const json_t *run)
{
    char a[CELL], b[CELL], c[CELL];
    printf("%s: %s sites, %s steps in %s s\n", json_string_value(json_object_get(run, "case")),
           cell(run, "sites", "%g", a), cell(run, "steps", "%g", b),
           cell(run, "wall_s", "%.3g", c));
    print_loops(json_object_get(run, "loops"));
    print_vortices(json_object_get(run, "vortices"));
    cli_print_currents(json_object_get(run, "current"));
    printf("energy    %s F0\n", cell(run, "energy_F0", "%.8g", a));
    printf("moment    %s A m^2\n", cell(run, "moment", "%.4g", a));
    print_found(run);
}

// Columns of what was looked for, behind the values swept and the windings.
static void print_static_point(const json_t *pattern, const json_t *point)
{
    static const struct {
        const char *group, *key, *title, *unit; // unit NULL: a plain number
    } columns[] = {
        {NULL, "energy_F0", "energy (F0)", NULL}, {NULL, "eigenvalue", "eigenvalue", NULL},
        {NULL, "Tc_Tc0", "Tc/Tc0", NULL},         {"limit", "t", "limit t", NULL},
        {"limit", "field", "limit field", "T"},   {"barrier", "height_F0", "barrier (F0)", NULL},
        {"barrier", "height", "barrier", "J"},    {"barrier", "back", "back", "J"}};
    char text[CELL];
    print_set_and_loops(pattern, point);
    for (size_t k = 0; k < sizeof columns / sizeof *columns; k++) {
        const char *group = columns[k].group;
        const json_t *at = group ? json_object_get(pattern, group) : pattern;
        const json_t *of = group ? json_object_get(point, group) : point;
        if (!json_object_get(at, columns[k].key))
            continue;
        const char *shown = !point            ? columns[k].title
                            : columns[k].unit ? cli_si_cell(json_object_get(of, columns[k].key),
                                                            columns[k].unit, text)
                                              : cell(of, columns[k].key, "%.8g", text);
        printf("%13s  ", shown);
    }
    const char *error = json_string_value(json_object_get(point, "error"));
    const json_t *stable = json_object_get(point, "stable");
    printf("%s\n", error ? error : json_is_false(stable) ? "not stable" : "");
}

// -- the report of each engine --------------------------------------------------------------------

static const struct report {
    const char *engine;
    void (*run)(const json_t *run);
    void (*point)(const json_t *pattern, const json_t *point); // a line of a sweep
} reports[] = {
    {"tdgl", print_run, print_point},
    {"static", print_static, print_static_point},
    {"xy", cli_report_xy, print_xy_point},
    {"london", cli_report_london, print_london_point},
};

static struct report report_of(const json_t *summary)
{
    const char *engine = json_string_value(json_object_get(summary, "engine"));
    for (size_t k = 0; k < sizeof reports / sizeof *reports; k++)
        if (!engine || strcmp(reports[k].engine, engine) == 0)
            return reports[k];
    return (struct report){NULL, print_plain, print_plain_point};
}

static void print_sweep(const json_t *points)
{
    // Titles are those of the point with the most to tell: a failed one may lack some.
    const json_t *pattern = json_array_get(points, 0);
    size_t k;
    json_t *point;
    json_array_foreach((json_t *)points, k, point)
    {
        if (json_object_size(point) > json_object_size(pattern))
            pattern = point;
    }
    if (!pattern)
        return;
    struct report report = report_of(pattern);
    report.point(pattern, NULL);
    json_array_foreach((json_t *)points, k, point)
    {
        report.point(pattern, point);
    }
}

void cli_report(const char *json)
{
    json_error_t error;
    json_t *root = json_loads(json, 0, &error);
    const char *engine = json_string_value(json_object_get(root, "engine"));
    if (engine && strcmp(engine, "circuit") == 0) {
        json_decref(root);
        cli_report_deck(json);
        return;
    }
    const json_t *points = json_object_get(root, "points");
    if (json_is_array(points))
        print_sweep(points);
    else if (root)
        report_of(root).run(root);
    json_decref(root);
}
