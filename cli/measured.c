// cli/measured.c -- tables of what `measure` adds to a summary, from the JSON alone.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "measured.h"

#include "report.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CELL = CLI_CELL, PAIR = 2 * CELL + 8 };

static const char *si_of(const json_t *object, const char *key, const char *unit, char *buffer)
{
    return cli_si_cell(json_object_get(object, key), unit, buffer);
}

static const char *number_of(const json_t *object, const char *key, char *buffer)
{
    const json_t *value = json_object_get(object, key);
    if (json_is_number(value))
        snprintf(buffer, CELL, "%.6g", json_number_value(value));
    else
        snprintf(buffer, CELL, "-");
    return buffer;
}

// The vector of a list as "(x, y)".
static const char *vector_of(const json_t *object, const char *key, const char *unit, char *buffer)
{
    const json_t *list = json_object_get(object, key);
    char x[CELL], y[CELL];
    snprintf(buffer, PAIR, "(%s, %s)", cli_si_cell(json_array_get(list, 0), unit, x),
             cli_si_cell(json_array_get(list, 1), unit, y));
    return buffer;
}

static void print_state(const json_t *root)
{
    const json_t *energy = json_object_get(root, "energy"), *power = json_object_get(root, "power");
    char a[CELL], b[CELL], c[CELL], d[CELL];
    printf("energy    condensation %s, kinetic %s, field %s F0; in all %s\n",
           number_of(energy, "condensation_F0", a), number_of(energy, "kinetic_F0", b),
           number_of(energy, "field_F0", d), si_of(energy, "total", "J", c));
    if (json_is_number(json_object_get(power, "total")))
        printf("power     %s: normal current %s, order parameter %s\n",
               si_of(power, "total", "W", a), si_of(power, "normal", "W", b),
               si_of(power, "order_parameter", "W", c));
    else if (power)
        printf("power     %s K0 V0 xi: normal current %s, order parameter %s\n",
               number_of(power, "total_K0V0xi", a), number_of(power, "normal_K0V0xi", b),
               number_of(power, "order_parameter_K0V0xi", c));
    printf("residual  %s, the largest current that a cell does not hand on\n",
           si_of(root, "current_residual", "A", a));
}

static void print_voltages(const json_t *all)
{
    const char *name;
    json_t *v;
    char a[CELL], b[CELL], c[CELL];
    if (json_object_size(all) == 0)
        return;
    printf("\nat this time      value (V0)         value   phase (rad)\n");
    json_object_foreach((json_t *)all, name, v)
    {
        printf("%-14s  %12s  %12s  %12s\n", name, number_of(v, "value_V0", a),
               si_of(v, "value", "V", b), number_of(v, "phase", c));
    }
}

static void print_points(const json_t *all)
{
    const char *name;
    json_t *p;
    char a[PAIR], b[PAIR], c[CELL], d[CELL];
    json_object_foreach((json_t *)all, name, p)
    {
        printf("\n%s at (%s, %s) in %s\n", name, si_of(p, "x", "m", a), si_of(p, "y", "m", b),
               json_string_value(json_object_get(p, "film")));
        printf("  |psi| %s, phase %s rad, mu %s V0", number_of(p, "abs_psi", a),
               number_of(p, "phase", b), number_of(p, "mu_V0", c));
        if (json_is_number(json_object_get(p, "mu")))
            printf(" = %s", si_of(p, "mu", "V", d));
        printf("\n");
        printf("  supercurrent %s, normal current %s\n", vector_of(p, "supercurrent", "A/m", a),
               vector_of(p, "normal_current", "A/m", b));
        if (json_is_number(json_array_get(json_object_get(p, "electric_field"), 0)))
            printf("  electric field %s\n", vector_of(p, "electric_field", "V/m", a));
    }
}

// Of the engine london: current across paths, what is at places of its films.
static void print_cuts(const json_t *all)
{
    const char *name;
    json_t *path;
    char a[CELL];
    json_object_foreach((json_t *)all, name, path)
    {
        printf("\n%s  current %s", name, si_of(path, "current", "A", a));
        cli_print_films(json_object_get(path, "films"));
    }
    if (json_object_size(all) > 0)
        printf("\n");
}

static void print_places(const json_t *all)
{
    const char *name;
    json_t *p;
    char a[PAIR], b[PAIR], c[CELL];
    json_object_foreach((json_t *)all, name, p)
    {
        printf("\n%s at (%s, %s) in %s\n", name, si_of(p, "x", "m", a), si_of(p, "y", "m", b),
               json_string_value(json_object_get(p, "film")));
        printf("  sheet current %s", vector_of(p, "sheet_current", "A/m", a));
        printf(", stream function %s, B_z %s\n", si_of(p, "stream", "A", b),
               si_of(p, "Bz", "T", c));
    }
}

static void print_fields(const json_t *all)
{
    const char *name;
    json_t *f;
    char a[PAIR], b[PAIR], c[CELL];
    json_object_foreach((json_t *)all, name, f)
    {
        printf("\n%s at (%s, %s, %s)\n", name, si_of(f, "x", "m", a), si_of(f, "y", "m", b),
               si_of(f, "z", "m", c));
        printf("  B_z %s: applied %s, induced %s\n", si_of(f, "Bz", "T", a),
               si_of(f, "Bz_applied", "T", b),
               cli_si_cell(json_array_get(json_object_get(f, "B_induced"), 2), "T", c));
        printf("  A applied %s, induced %s\n", vector_of(f, "A_applied", "T m", a),
               vector_of(f, "A_induced", "T m", b));
    }
}

static void print_fluxes(const json_t *all)
{
    const char *name;
    json_t *f;
    char a[CELL];
    if (json_object_size(all) > 0)
        printf("\n%-12s  %10s  = %10s  + %12s  (Phi0)\n", "flux", "in all", "applied",
               "of currents");
    json_object_foreach((json_t *)all, name, f)
    {
        printf("%-12s  %10.5f    %10.5f    %12.5f  at z = %s\n", name,
               json_number_value(json_object_get(f, "flux_Phi0")),
               json_number_value(json_object_get(f, "applied_Phi0")),
               json_number_value(json_object_get(f, "currents_Phi0")), si_of(f, "z", "m", a));
    }
}

// "pair 3" where the partner is known.
static const char *event_of(const json_t *track, const char *event, const char *partner,
                            char *buffer)
{
    const json_t *with = json_object_get(track, partner);
    const char *name = json_string_value(json_object_get(track, event));
    if (json_is_integer(with))
        snprintf(buffer, CELL, "%.20s %lld", name, (long long)json_integer_value(with));
    else
        snprintf(buffer, CELL, "%.20s", name ? name : "-");
    return buffer;
}

static void print_tracks(const json_t *tracks)
{
    const json_t *list = json_object_get(tracks, "list");
    size_t k;
    json_t *t;
    char a[CELL], b[CELL], c[CELL], d[CELL], e[PAIR], f[PAIR];
    if (!list)
        return;
    printf("\ntracks    %zu in %lld frames, reach %s\n", json_array_size(list),
           (long long)json_integer_value(json_object_get(tracks, "frames")),
           si_of(tracks, "reach", "m", a));
    if (json_array_size(list) > 0)
        printf("%5s  %7s  %-9s %12s  %-9s %12s  %s\n", "track", "winding", "begins", "tau0", "ends",
               "tau0", "from, to");
    json_array_foreach((json_t *)list, k, t)
    {
        const json_t *x = json_object_get(t, "x"), *y = json_object_get(t, "y");
        size_t last = json_array_size(x) - 1;
        char p[CELL], q[CELL];
        snprintf(e, sizeof e, "(%s, %s)", cli_si_cell(json_array_get(x, 0), "m", p),
                 cli_si_cell(json_array_get(y, 0), "m", q));
        snprintf(f, sizeof f, "(%s, %s)", cli_si_cell(json_array_get(x, last), "m", p),
                 cli_si_cell(json_array_get(y, last), "m", q));
        printf("%5zu  %+7lld  %-9s %12s  %-9s %12s  %s, %s\n", k,
               (long long)json_integer_value(json_object_get(t, "winding")),
               event_of(t, "birth", "birth_partner", a), number_of(t, "birth_tau0", b),
               event_of(t, "death", "death_partner", c), number_of(t, "death_tau0", d), e, f);
    }
}

void cli_report_measured(const char *json)
{
    json_error_t error;
    json_t *root = json_loads(json, 0, &error);
    if (!root)
        return;
    const char *engine = json_string_value(json_object_get(root, "engine"));
    if (engine && strcmp(engine, "london") == 0) {
        print_cuts(json_object_get(root, "paths"));
        print_places(json_object_get(root, "points"));
    } else {
        print_state(root);
        print_voltages(json_object_get(root, "voltage"));
        print_points(json_object_get(root, "points"));
    }
    print_fields(json_object_get(root, "fields"));
    print_fluxes(json_object_get(root, "fluxes"));
    print_tracks(json_object_get(root, "tracks"));
    json_decref(root);
}

void cli_report_quantum(const char *json)
{
    json_error_t error;
    json_t *root = json_loads(json, 0, &error);
    double value[2], spread[2];
    static const char *const key[] = {"flux_quantum", "pair_charge_e"};
    for (int k = 0; k < 2; k++) {
        const json_t *item = json_object_get(root, key[k]);
        value[k] = json_number_value(json_object_get(item, "value"));
        spread[k] = json_number_value(json_object_get(item, "error"));
    }
    printf("%s: %lld values on %lld steps\n", json_string_value(json_object_get(root, "of")),
           (long long)json_integer_value(json_object_get(root, "values")),
           (long long)json_integer_value(json_object_get(root, "steps")));
    printf("flux quantum  %.7g +- %.2g Wb (95 %%: +- %.2g)\n", value[0], spread[0],
           json_number_value(json_object_get(root, "interval95")));
    printf("pair charge   %.7g +- %.2g e\n", value[1], spread[1]);
    json_decref(root);
}
