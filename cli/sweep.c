// cli/sweep.c -- curves over swept keys: I-V, windings against field, M(H).
//
// A result has a name like "voltage.v", "winding.hole", "helicity.0.9", "moment"; a group ("voltage")
// stands for all of its kind (sweep_result.c). Each combination of the keys that are not on the x axis
// is a curve of its own; points that differ only in a seed become their mean with its error.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "curves.h"
#include "sweep_result.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = CLI_RESULT_NAME, PANEL_MAX = 8, CURVE_MAX = 256 };

// -- reading --------------------------------------------------------------------------------------

static void clear_sweep(cli_sweep *s)
{
    json_decref(s->root);
    free(s->point);
}

// The summary of the file has the summaries of all points with what was set for each.
static int read_sweep(cli_data *data, cli_sweep *s)
{
    const char *text;
    *s = (cli_sweep){0};
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

static bool has_seeds(const cli_sweep *s)
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
static flx_plot_curve make_curve(const cli_sweep *s, const cli_result *x, const cli_result *y,
                                 const char *others)
{
    double *px = cli_alloc((size_t)s->n, sizeof *px), *py = cli_alloc((size_t)s->n, sizeof *py);
    double *error = cli_alloc((size_t)s->n, sizeof *error);
    bool seeds = has_seeds(s), noisy = seeds;
    char text[NAME], *name = cli_alloc(2 * NAME, 1);
    int64_t n = 0;
    for (int32_t k = 0; k < s->n; k++) {
        other_keys(s->point[k], x->name, text, sizeof text);
        if (others && strcmp(text, others) != 0)
            continue;
        error[n] = cli_result_error(s->point[k], y);
        noisy |= error[n] > 0;
        px[n] = cli_result_value(s->point[k], x);
        py[n++] = cli_result_value(s->point[k], y);
    }
    if (seeds)
        n = average(px, py, error, n);
    if (!noisy) {
        free(error);
        error = NULL;
    }
    snprintf(name, 2 * NAME, "%s%s%s", y->name, *y->name && others && *others ? ", " : "",
             others ? others : "");
    return (flx_plot_curve){
        .name = name, .x = px, .y = py, .error = error, .n = n, .style = FLX_PLOT_LINE_POINTS};
}

// Whether an earlier point has the same other keys.
static bool seen(const cli_sweep *s, int32_t k, const char *x, const char *others)
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
static flx_plot_axis own_axis_of(const cli_result *r)
{
    flx_plot_axis axis = cli_result_axis(r);
    char *name = cli_alloc(strlen(axis.name) + 1, 1);
    strcpy(name, axis.name);
    axis.name = name;
    return axis;
}

static flx_plot_panel make_panel(const cli_sweep *s, const cli_result *x, const cli_result *y,
                                 int32_t n_y)
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
static const char *default_x(const cli_sweep *s)
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

static int unknown_result(const cli_sweep *s, const char *name)
{
    cli_results_unknown(s, name);
    return CLI_WRONG;
}

static int draw(cli_data *data, const cli_sweep *s, const char *names, const char *x_name,
                int width, const char *path)
{
    flx_plot_panel panels[PANEL_MAX];
    cli_result x, y[CURVE_MAX];
    char name[NAME];
    int32_t n = 0;
    int code = CLI_DONE;
    if (!x_name || cli_results_find(s, x_name, &x, 1) == 0)
        return unknown_result(s, x_name ? x_name : "x");
    while (code == CLI_DONE && n < PANEL_MAX && (names = cli_next_name(names, name, sizeof name))) {
        int32_t n_y = cli_results_find(s, name, y, CURVE_MAX);
        if (n_y == 0)
            code = unknown_result(s, name);
        else
            panels[n++] = make_panel(s, &x, y, n_y);
    }
    if (code == CLI_DONE) {
        const flx_plot_lines lines = {.x = cli_result_axis(&x), .panels = panels, .n_panel = n};
        flx_plot_opts opts = flx_plot_opts_default();
        opts.width = width;
        code = cli_end(data->ctx, "plot", flx_plot_series(data->ctx, &lines, &opts, path));
    }
    clear_panels(panels, n);
    return code;
}

int cli_plot_sweep(cli_data *data, const char *names, const char *x, int width, const char *path)
{
    cli_sweep s;
    int code = read_sweep(data, &s);
    if (code == CLI_DONE && !names && !(names = cli_results_default(&s)))
        code =
            cli_wrong("plot", "%s has no numbers to draw; choose a point with --point", data->path);
    if (code == CLI_DONE)
        code = draw(data, &s, names, x ? x : default_x(&s), width, path);
    clear_sweep(&s);
    return code;
}
