// cli/sweep_result.c -- which numbers the summaries of a sweep have, by their names.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "sweep_result.h"

#include "cli.h"
#include "report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = CLI_RESULT_NAME, ROWS_MAX = 256 };

typedef enum shape {
    WHOLE,   // summary[member]
    NAMED,   // summary[group][NAME][member], or summary[group][NAME]
    CURRENT, // summary[member][k] of the k-th hole or port of the engine london
    SELF,    // summary[member][k][k] of the same
    ROW      // summary[group][k][member]: at a temperature, and of an array at a current
} shape;

// Where a kind of result stands in a summary, and how it is shown. The same name may stand for several
// kinds, of different engines.
typedef struct cli_result_kind {
    const char *kind;
    shape shape;
    const char *group, *member;
    const char *title, *unit; // title NULL: the name of each
    bool si;
} kind_row;

static const kind_row kinds[] = {
    {"voltage", NAMED, "voltage", "mean", "V", "V", true},
    {"voltage", ROW, "dynamics", "voltage_IcR", "V", "I_{c}R", false},
    {"exponent", ROW, "exponents", "a", "a of V ~ I^{a}", NULL, false},
    {"T_KT", WHOLE, NULL, "T_KT", "T_{KT}", "J/k_{B}", false},
    {"helicity", ROW, "temperatures", "helicity", "helicity modulus", "J", false},
    {"specific_heat", ROW, "temperatures", "specific_heat", "specific heat a site", "k_{B}", false},
    {"vortex_density", ROW, "temperatures", "vortex_density", "vortices a site", NULL, false},
    {"magnetisation", ROW, "temperatures", "magnetisation", "magnetisation", NULL, false},
    {"susceptibility", ROW, "temperatures", "susceptibility", "<M^{2}>/N", NULL, false},
    {"correlation_length", ROW, "temperatures", "correlation_length", "correlation length", "a",
     false},
    {"film", NAMED, "film", NULL, NULL, "K", false},
    {"circulating_current", CURRENT, NULL, "circulating_current", "current around the hole", "A",
     true},
    {"inductance", SELF, NULL, "inductance_pH", "inductance", "pH", false},
    {"effective_area", CURRENT, NULL, "effective_area", "effective area", "m^{2}", false},
    {"winding", NAMED, "loops", "winding", "winding", NULL, false},
    {"fluxoid", NAMED, "loops", "fluxoid_Phi0", "fluxoid", "\u03a6_{0}", false},
    {"flux", NAMED, "loops", "flux_Phi0", "flux", "\u03a6_{0}", false},
    {"current", NAMED, "current", NULL, "I", "A", true},
    {"moment", WHOLE, NULL, "moment", "moment", "A m^{2}", false},
    {"energy", WHOLE, NULL, "energy_F0", "energy", "F_{0}", false},
    {"energy", WHOLE, NULL, "energy", "energy", "J", false},
    {"energy", ROW, "temperatures", "energy", "energy a site", "J", false},
    {"gibbs_energy", WHOLE, NULL, "gibbs_energy", "Gibbs energy", "J", false},
    {"vortices", WHOLE, NULL, "vortices", "vortices", NULL, false},
    {"eigenvalue", WHOLE, NULL, "eigenvalue", "\u03bb", NULL, false},
    {"Tc", WHOLE, NULL, "Tc_Tc0", "T_{c}/T_{c0}", NULL, false},
    {"limit", NAMED, "limit", NULL, NULL, NULL, false},
    {"barrier", NAMED, "barrier", NULL, NULL, NULL, false},
    {"noise", NAMED, "noise", "value", NULL, NULL, false}, // noise.psi2, noise.helicity
    {"probe", NAMED, "probes", "mean", NULL, NULL, false},
    {"measure", NAMED, "measures", "value", NULL, NULL, false},
    {"squid", NAMED, "squid", "value", NULL, NULL, false},
    {"time", WHOLE, NULL, "time_tau0", "time", "\u03c4_{0}", false},
    {"steps", WHOLE, NULL, "steps", "steps", NULL, false},
};
enum { N_KIND = sizeof kinds / sizeof *kinds };

// What a sweep is drawn by: the first that it has.
static const char *const best[] = {"voltage",   "T_KT",   "helicity", "circulating_current",
                                   "winding",   "probe",  "limit.t",  "barrier.height_F0",
                                   "Tc",        "moment", "vortices", "energy",
                                   "inductance"};

// -- values ---------------------------------------------------------------------------------------

static const json_t *row_of(const json_t *point, const cli_result *r)
{
    return json_array_get(json_object_get(point, r->kind->group), r->index);
}

// The item a result stands in: a number, a list, or an object with its parts.
static const json_t *item_of(const json_t *point, const cli_result *r)
{
    const kind_row *kind = r->kind;
    const json_t *item = NULL;
    if (!kind)
        return json_object_get(json_object_get(point, "set"), r->name);
    switch (kind->shape) {
    case WHOLE:
        return json_object_get(point, kind->member);
    case NAMED:
        return json_object_get(json_object_get(point, kind->group), r->key);
    case CURRENT:
        return json_array_get(json_object_get(point, kind->member), r->index);
    case SELF:
        item = json_array_get(json_object_get(point, kind->member), r->index);
        return json_array_get(item, r->index);
    case ROW:
        return json_object_get(row_of(point, r), kind->member);
    }
    return NULL;
}

static double number(const json_t *value)
{
    return json_is_number(value) ? json_number_value(value) : NAN;
}

double cli_result_value(const json_t *point, const cli_result *r)
{
    const json_t *item = item_of(point, r);
    if (r->kind && r->kind->shape == WHOLE && json_is_array(item))
        return (double)json_array_size(item);
    if (!json_is_object(item))
        return number(item);
    bool of_group = r->kind && r->kind->shape == NAMED && r->kind->member;
    return number(json_object_get(item, r->natural ? "mean_V0"
                                        : of_group ? r->kind->member
                                                   : "value"));
}

double cli_result_error(const json_t *point, const cli_result *r)
{
    const json_t *item = item_of(point, r);
    double error = number(json_object_get(item, "error"));
    if (r->kind && strcmp(r->kind->kind, "voltage") == 0 && r->kind->shape == ROW)
        error = number(json_object_get(row_of(point, r), "voltage_error_IcR"));
    else if (r->kind && strcmp(r->kind->kind, "exponent") == 0)
        error = number(json_object_get(row_of(point, r), "error"));
    else if (r->kind && strcmp(r->kind->kind, "voltage") == 0)
        error = number(json_object_get(item, "error_V0")) * cli_result_value(point, r) /
                number(json_object_get(item, "mean_V0"));
    return isfinite(error) ? fabs(error) : 0;
}

flx_plot_axis cli_result_axis(const cli_result *r)
{
    if (!r->kind) {
        bool field = strcmp(r->name, "drive.field") == 0;
        bool current = strncmp(r->name, "drive.current.", 14) == 0;
        return (flx_plot_axis){.name = field     ? "field"
                                       : current ? "I"
                                                 : r->name,
                               .unit = field     ? "T"
                                       : current ? "A"
                                                 : NULL,
                               .prefix = field || current};
    }
    if (strcmp(r->kind->kind, "noise") == 0)
        return strcmp(r->name, "psi2") == 0
                   ? (flx_plot_axis){.name = "mean of |\u03c8|^{2}"}
                   : (flx_plot_axis){.name = "helicity modulus", .unit = "E_{s}"};
    return (flx_plot_axis){.name = r->kind->title ? r->kind->title : r->name,
                           .unit = r->natural ? "V_{0}" : r->kind->unit,
                           .prefix = r->kind->si && !r->natural};
}

// -- names ----------------------------------------------------------------------------------------

// Adds a result if some point has a number of it.
static void offer(const cli_sweep *s, cli_result r, cli_result *out, int32_t max, int32_t *n)
{
    bool has = false;
    for (int32_t k = 0; k < s->n && !has; k++) {
        const json_t *value = r.kind ? NULL : item_of(s->point[k], &r);
        has = value || isfinite(cli_result_value(s->point[k], &r)); // a key may be a text
    }
    // Volts are known for all points or for none.
    if (!has && r.kind && strcmp(r.kind->kind, "voltage") == 0 && !r.natural) {
        r.natural = true;
        offer(s, r, out, max, n);
    } else if (has && *n < max) {
        out[(*n)++] = r;
    }
}

// "T = 0.9" of a row; nothing where the points differ in it.
static void name_row(const cli_sweep *s, cli_result *r)
{
    static const struct {
        const char *key, *name;
    } parts[] = {{"T", "T"}, {"current_Ic", "I"}};
    size_t at = 0;
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
        const json_t *first = json_object_get(row_of(s->pattern, r), parts[p].key);
        bool same = json_is_number(first);
        for (int32_t k = 0; k < s->n && same; k++) {
            const json_t *row = row_of(s->point[k], r);
            same = !row || json_equal(first, json_object_get(row, parts[p].key));
        }
        if (same && at < NAME)
            at += (size_t)snprintf(r->name + at, NAME - at, "%s%s = %.4g", at ? ", " : "",
                                   parts[p].name, json_number_value(first));
    }
}

// All of a kind; `which`: whose, NULL: everybody's.
static int32_t find_kind(const cli_sweep *s, const kind_row *kind, const char *which,
                         cli_result *out, int32_t max)
{
    int32_t n = 0;
    cli_result r = {.kind = kind};
    const json_t *group = json_object_get(s->pattern, kind->group ? kind->group : kind->member);
    const char *key;
    json_t *member;
    char *end;
    size_t size = json_array_size(group);
    if (kind->shape == WHOLE && !which)
        offer(s, r, out, max, &n);
    if (kind->shape == NAMED)
        json_object_foreach((json_t *)(uintptr_t)group, key, member)
        {
            snprintf(r.name, NAME, "%s", key);
            snprintf(r.key, NAME, "%s", key);
            if (!which || strcmp(which, key) == 0)
                offer(s, r, out, max, &n);
        }
    for (r.index = 0; kind->shape >= CURRENT && r.index < size; r.index++) {
        bool wanted = !which;
        r.name[0] = '\0';
        if (kind->shape == ROW) {
            const json_t *t = json_object_get(row_of(s->pattern, &r), "T");
            wanted = wanted || (strtod(which, &end) == json_number_value(t) && !*end);
            name_row(s, &r);
        } else {
            snprintf(r.name, NAME, "%s", cli_london_name(s->pattern, r.index));
            wanted = wanted || strcmp(which, r.name) == 0;
        }
        if (wanted)
            offer(s, r, out, max, &n);
    }
    return n;
}

int32_t cli_results_find(const cli_sweep *s, const char *name, cli_result *out, int32_t max)
{
    int32_t n = 0;
    size_t stem = strcspn(name, ".");
    if (json_object_get(json_object_get(s->pattern, "set"), name)) {
        cli_result r = {.kind = NULL};
        snprintf(r.name, NAME, "%s", name);
        offer(s, r, out, max, &n);
    }
    for (int k = 0; k < N_KIND && n == 0; k++)
        if (strlen(kinds[k].kind) == stem && strncmp(kinds[k].kind, name, stem) == 0)
            n = find_kind(s, &kinds[k], name[stem] ? name + stem + 1 : NULL, out, max);
    return n;
}

const char *cli_results_default(const cli_sweep *s)
{
    cli_result unused;
    for (size_t k = 0; k < sizeof best / sizeof *best; k++)
        if (cli_results_find(s, best[k], &unused, 1) > 0)
            return best[k];
    return NULL;
}

void cli_results_unknown(const cli_sweep *s, const char *name)
{
    cli_result unused;
    const char *key, *gap = " ";
    json_t *value;
    fprintf(stderr, "fluxoid plot: the sweep has no '%s'; it has", name);
    for (int k = 0; k < N_KIND; k++) {
        if (find_kind(s, &kinds[k], NULL, &unused, 1) == 0)
            continue;
        fprintf(stderr, "%s%s", gap, kinds[k].kind);
        gap = ", ";
    }
    fprintf(stderr, "; its keys are");
    json_object_foreach(json_object_get(s->pattern, "set"), key, value)
    {
        fprintf(stderr, " %s", key);
    }
    fputc('\n', stderr);
}
