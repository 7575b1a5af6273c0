// cli/sweep.c -- curves over swept keys: I-V, windings against field, M(H).
//
// A result has a name like "voltage.v", "winding.hole", "current.source", "moment"; a group
// ("voltage") stands for all of its kind. Each combination of the keys that are not on the x axis
// is a curve of its own; points that differ only in a seed become their mean with its error.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "curves.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 96, PANEL_MAX = 8, CURVE_MAX = 256 };

// Where a kind of result stands in a summary, and how it is shown.
typedef struct result_kind {
    const char *kind;
    const char *group, *member; // summary[group][NAME][member]; no group: summary[kind]
    const char *title, *unit;
    bool si;
} result_kind;

static const result_kind kinds[] = {
    {"voltage", "voltage", "mean", "V", "V", true},
    {"winding", "loops", "winding", "winding", NULL, false},
    {"fluxoid", "loops", "fluxoid_Phi0", "fluxoid", "\u03a6_{0}", false},
    {"flux", "loops", "flux_Phi0", "flux", "\u03a6_{0}", false},
    {"current", "current", NULL, "I", "A", true},
    {"moment", NULL, "moment", "moment", "A m^{2}", false},
    {"energy", NULL, "energy_F0", "energy", "F_{0}", false},
    {"vortices", NULL, "vortices", "vortices", NULL, false},
    {"eigenvalue", NULL, "eigenvalue", "\u03bb", NULL, false},
    {"Tc", NULL, "Tc_Tc0", "T_{c}/T_{c0}", NULL, false},
    {"limit", "limit", NULL, NULL, NULL, false},
    {"barrier", "barrier", NULL, NULL, NULL, false},
    {"noise", "noise", "value", NULL, NULL, false}, // noise.psi2, noise.helicity
    {"time", NULL, "time_tau0", "time", "\u03c4_{0}", false},
    {"steps", NULL, "steps", "steps", NULL, false},
};
enum { N_KIND = sizeof kinds / sizeof *kinds };

// A result of a point: its kind and whose it is. kind NULL: a swept key.
typedef struct result {
    const result_kind *kind;
    char name[NAME]; // "v", "" for those of the whole film; a key
    bool natural;    // a voltage in V0, where volts are not known
} result;

typedef struct sweep {
    json_t *root;   // owned
    json_t **point; // [n] of root
    int32_t n;
    json_t *pattern; // the fullest of them
} sweep;

static double number(const json_t *value)
{
    if (json_is_array(value))
        return (double)json_array_size(value);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static double value_of(const json_t *point, const result *r)
{
    if (!r->kind)
        return number(json_object_get(json_object_get(point, "set"), r->name));
    if (!r->kind->group)
        return number(json_object_get(point, r->kind->member));
    const json_t *of = json_object_get(json_object_get(point, r->kind->group), r->name);
    if (!r->kind->member)
        return number(of);
    return number(json_object_get(of, r->natural ? "mean_V0" : r->kind->member));
}

// Standard error of a mean of fluctuations, in the unit of the value; 0 where none is known.
static double error_of(const json_t *point, const result *r)
{
    if (!r->kind || !r->kind->group || !r->kind->member)
        return 0;
    const json_t *of = json_object_get(json_object_get(point, r->kind->group), r->name);
    double natural = number(json_object_get(of, "mean_V0")), error = 0;
    if (strcmp(r->kind->kind, "noise") == 0)
        error = number(json_object_get(of, "error"));
    else if (strcmp(r->kind->kind, "voltage") == 0)
        error = number(json_object_get(of, "error_V0")) * value_of(point, r) / natural;
    return isfinite(error) ? fabs(error) : 0;
}

static result make_result(const sweep *s, const result_kind *kind, const char *name)
{
    result r = {.kind = kind};
    snprintf(r.name, sizeof r.name, "%s", name);
    // Volts are known for all points or for none.
    r.natural = kind && strcmp(kind->kind, "voltage") == 0 && isnan(value_of(s->pattern, &r));
    return r;
}

// All results that a name stands for, out [max]; their number.
static int32_t find_results(const sweep *s, const char *name, result *out, int32_t max)
{
    int32_t n = 0;
    if (json_object_get(json_object_get(s->pattern, "set"), name))
        out[n++] = make_result(s, NULL, name);
    size_t stem = strcspn(name, ".");
    for (int k = 0; k < N_KIND && n == 0; k++) {
        const result_kind *kind = &kinds[k];
        if (strlen(kind->kind) != stem || strncmp(kind->kind, name, stem) != 0)
            continue;
        if (!kind->group && name[stem] == '\0')
            out[n++] = make_result(s, kind, "");
        json_t *group = kind->group ? json_object_get(s->pattern, kind->group) : NULL;
        const char *key;
        json_t *member;
        json_object_foreach(group, key, member)
        {
            bool has = !kind->member || json_is_object(member); // besides what it was made with
            if (n < max && has && (name[stem] == '\0' || strcmp(name + stem + 1, key) == 0))
                out[n++] = make_result(s, kind, key);
        }
    }
    return n;
}

static flx_plot_axis axis_of(const result *r)
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
    // a kind without a title has members of different kinds: their names
    return (flx_plot_axis){.name = r->kind->title ? r->kind->title : r->name,
                           .unit = r->natural ? "V_{0}" : r->kind->unit,
                           .prefix = r->kind->si && !r->natural};
}

// -- reading --------------------------------------------------------------------------------------

static void clear_sweep(sweep *s)
{
    json_decref(s->root);
    free(s->point);
}

// The summary of the file has the summaries of all points with what was set for each.
static int read_sweep(cli_data *data, sweep *s)
{
    const char *text;
    *s = (sweep){0};
    if (!flx_file_has(data->file, "summary"))
        return cli_wrong("plot",
                         "%s holds no summary yet: the sweep goes on, or was broken off "
                         "(run it again with --resume)",
                         data->path);
    flx_status status = flx_file_text(data->file, "summary", &text);
    if (status < 0)
        return cli_end(data->ctx, "plot", status);
    s->root = json_loads(text, 0, NULL);
    const json_t *points = json_object_get(s->root, "points");
    s->point = cli_alloc(json_array_size(points), sizeof *s->point);
    for (size_t k = 0; k < json_array_size(points); k++) {
        json_t *point = json_array_get(points, k);
        s->point[s->n++] = point;
        if (json_object_size(point) > json_object_size(s->pattern))
            s->pattern = point;
    }
    return s->n ? CLI_DONE : cli_wrong("plot", "no point of %s has finished", data->path);
}

// -- curves ---------------------------------------------------------------------------------------

// Points that differ only in a seed are repetitions of one.
static bool is_seed(const char *key)
{
    const char *dot = strrchr(key, '.');
    return strcmp(dot ? dot + 1 : key, "seed") == 0;
}

// "field = 0.001": the keys of a point that are neither on the x axis nor seeds.
static void other_keys(const json_t *point, const char *x, char *text, size_t size)
{
    const char *key;
    json_t *value;
    size_t n = 0;
    text[0] = '\0';
    json_object_foreach(json_object_get(point, "set"), key, value)
    {
        if (strcmp(key, x) == 0 || is_seed(key) || n >= size)
            continue;
        const char *dot = strrchr(key, '.');
        n += (size_t)snprintf(text + n, size - n, "%s%s = ", n ? ", " : "", dot ? dot + 1 : key);
        if (n < size && json_is_number(value))
            n += (size_t)snprintf(text + n, size - n, "%.4g", json_number_value(value));
        else if (n < size)
            n += (size_t)snprintf(text + n, size - n, "%s", json_string_value(value));
    }
}

static bool has_seeds(const sweep *s)
{
    const char *key;
    json_t *value;
    json_object_foreach(json_object_get(s->pattern, "set"), key, value)
    {
        if (is_seed(key))
            return true;
    }
    return false;
}

// Replaces the points with the same x by their mean, with its standard error; their new number.
static int64_t average(double *x, double *y, double *error, int64_t n)
{
    int64_t n_mean = 0;
    for (int64_t k = 0; k < n; k++) {
        double sum = 0, squares = 0;
        int64_t count = 0;
        for (int64_t i = k; i < n; i++)
            if (x[i] == x[k] && isfinite(y[i])) {
                sum += y[i];
                squares += y[i] * y[i];
                count++;
                y[i] = i > k ? NAN : y[i]; // counted once
            }
        if (count == 0)
            continue;
        double mean = sum / (double)count, variance = squares / (double)count - mean * mean;
        x[n_mean] = x[k];
        y[n_mean] = mean;
        error[n_mean++] = count > 1 ? sqrt(fmax(variance, 0) / (double)(count - 1)) : 0;
    }
    return n_mean;
}

// The points of one combination of the other keys, for one result.
static flx_plot_curve make_curve(const sweep *s, const result *x, const result *y,
                                 const char *others)
{
    double *px = cli_alloc((size_t)s->n, sizeof *px), *py = cli_alloc((size_t)s->n, sizeof *py);
    bool noisy = json_object_get(s->pattern, "noise") != NULL, seeds = has_seeds(s);
    double *error = seeds || noisy ? cli_alloc((size_t)s->n, sizeof *error) : NULL;
    char text[NAME], *name = cli_alloc(2 * NAME, 1);
    int64_t n = 0;
    for (int32_t k = 0; k < s->n; k++) {
        other_keys(s->point[k], x->name, text, sizeof text);
        if (others && strcmp(text, others) != 0)
            continue;
        if (error)
            error[n] = error_of(s->point[k], y);
        px[n] = value_of(s->point[k], x);
        py[n++] = value_of(s->point[k], y);
    }
    if (seeds)
        n = average(px, py, error, n);
    snprintf(name, 2 * NAME, "%s%s%s", y->name, *y->name && others && *others ? ", " : "",
             others ? others : "");
    return (flx_plot_curve){
        .name = name, .x = px, .y = py, .error = error, .n = n, .style = FLX_PLOT_LINE_POINTS};
}

// Whether an earlier point has the same other keys.
static bool seen(const sweep *s, int32_t k, const char *x, const char *others)
{
    char text[NAME];
    for (int32_t i = 0; i < k; i++) {
        other_keys(s->point[i], x, text, sizeof text);
        if (strcmp(text, others) == 0)
            return true;
    }
    return false;
}

// Names of axes live as long as what r points to: those of panels are copied (clear_panels).
static flx_plot_axis own_axis_of(const result *r)
{
    flx_plot_axis axis = axis_of(r);
    char *name = cli_alloc(strlen(axis.name) + 1, 1);
    strcpy(name, axis.name);
    axis.name = name;
    return axis;
}

static flx_plot_panel make_panel(const sweep *s, const result *x, const result *y, int32_t n_y)
{
    flx_plot_curve *curves = cli_alloc(CURVE_MAX, sizeof *curves);
    flx_plot_panel panel = {.y = own_axis_of(&y[0]), .curves = curves};
    char others[NAME];
    for (int32_t r = 0; r < n_y; r++) {
        // Against another result all points are one curve.
        if (x->kind && panel.n_curve < CURVE_MAX)
            curves[panel.n_curve++] = make_curve(s, x, &y[r], NULL);
        for (int32_t k = 0; k < s->n && !x->kind && panel.n_curve < CURVE_MAX; k++) {
            other_keys(s->point[k], x->name, others, sizeof others);
            if (!seen(s, k, x->name, others))
                curves[panel.n_curve++] = make_curve(s, x, &y[r], others);
        }
    }
    // A single curve needs no legend.
    if (panel.n_curve == 1) {
        free((void *)curves[0].name);
        curves[0].name = NULL;
    }
    return panel;
}

static void clear_panels(flx_plot_panel *panels, int32_t n)
{
    for (int32_t p = 0; p < n; p++) {
        for (int32_t c = 0; c < panels[p].n_curve; c++) {
            free((void *)panels[p].curves[c].name);
            free((void *)panels[p].curves[c].x);
            free((void *)panels[p].curves[c].y);
            free((void *)panels[p].curves[c].error);
        }
        free((void *)panels[p].curves);
        free((void *)panels[p].y.name);
    }
}

// -- what is drawn --------------------------------------------------------------------------------

// The number that varies fastest; seeds tell nothing on an axis.
static const char *default_x(const sweep *s)
{
    const char *key, *best = NULL;
    if (s->n == 0)
        return NULL;
    json_t *value, *first = json_object_get(s->point[0], "set");
    const json_t *second = json_object_get(s->point[s->n > 1], "set");
    json_object_foreach(first, key, value)
    {
        bool usable = json_is_number(value) && !is_seed(key);
        if (usable && (!best || !json_equal(value, json_object_get(second, key))))
            best = key;
    }
    return best ? best : json_object_iter_key(json_object_iter(first));
}

static const char *default_names(const sweep *s)
{
    if (json_object_size(json_object_get(s->pattern, "voltage")) > 0)
        return "voltage";
    return json_object_size(json_object_get(s->pattern, "loops")) > 0 ? "winding" : "moment";
}

static int unknown_result(const sweep *s, const char *name)
{
    const char *key;
    json_t *value;
    fprintf(stderr, "fluxoid plot: the sweep has no '%s'; it has", name);
    for (int k = 0; k < N_KIND; k++)
        fprintf(stderr, "%s %s", k ? "," : "", kinds[k].kind);
    fprintf(stderr, "; its keys are");
    json_object_foreach(json_object_get(s->pattern, "set"), key, value)
    {
        fprintf(stderr, " %s", key);
    }
    fputc('\n', stderr);
    return CLI_WRONG;
}

static int draw(cli_data *data, const sweep *s, const char *names, const char *x_name, int width,
                const char *path)
{
    flx_plot_panel panels[PANEL_MAX];
    result x, y[CURVE_MAX];
    char name[NAME];
    int32_t n = 0;
    int code = CLI_DONE;
    if (!x_name || find_results(s, x_name, &x, 1) == 0)
        return unknown_result(s, x_name ? x_name : "x");
    while (code == CLI_DONE && n < PANEL_MAX && (names = cli_next_name(names, name, sizeof name))) {
        int32_t n_y = find_results(s, name, y, CURVE_MAX);
        if (n_y == 0)
            code = unknown_result(s, name);
        else
            panels[n++] = make_panel(s, &x, y, n_y);
    }
    if (code == CLI_DONE) {
        const flx_plot_lines lines = {.x = axis_of(&x), .panels = panels, .n_panel = n};
        flx_plot_opts opts = flx_plot_opts_default();
        opts.width = width;
        code = cli_end(data->ctx, "plot", flx_plot_series(data->ctx, &lines, &opts, path));
    }
    clear_panels(panels, n);
    return code;
}

int cli_plot_sweep(cli_data *data, const char *names, const char *x, int width, const char *path)
{
    sweep s;
    int code = read_sweep(data, &s);
    if (code == CLI_DONE)
        code =
            draw(data, &s, names ? names : default_names(&s), x ? x : default_x(&s), width, path);
    clear_sweep(&s);
    return code;
}
