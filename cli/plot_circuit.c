// cli/plot_circuit.c -- fluxoid plot of circuits. A run draws what it printed over time; a sweep a
// column against an axis, one curve for each value of the other axes.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "plot_circuit.h"

#include "cli.h"
#include "curves.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 96, PANELS = 6, CURVES = 24, AXES = 16 };

typedef struct picture {
    cli_data *data;
    flx_series *series;
    json_t *summary;
    const char *axis[AXES]; // of the sweep, outermost first
    int n_axis;
    const double *x;
    flx_plot_panel panel[PANELS];
    int32_t n_panel;
} picture;

bool cli_is_circuit(const cli_data *data)
{
    const char *text = NULL;
    if (!flx_file_has(data->file, "summary") || flx_file_text(data->file, "summary", &text) < 0)
        return false;
    json_t *root = json_loads(text, 0, NULL);
    const char *engine = json_string_value(json_object_get(root, "engine"));
    bool yes = engine && strcmp(engine, "circuit") == 0;
    json_decref(root);
    return yes;
}

static void read_axes(picture *p)
{
    const json_t *set =
        json_object_get(json_array_get(json_object_get(p->summary, "points"), 0), "set");
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)set, name, value)
    {
        if (p->n_axis < AXES)
            p->axis[p->n_axis++] = name;
    }
}

// Unit of what a probe is called.
static const char *unit_of(const char *name)
{
    return strncmp(name, "v(", 2) == 0   ? "V"
           : strncmp(name, "i(", 2) == 0 ? "A"
           : strncmp(name, "p(", 2) == 0 ? "rad"
           : strcmp(name, "time") == 0   ? "s"
                                         : NULL;
}

static flx_plot_axis axis_of(const char *name)
{
    const char *unit = unit_of(name);
    return (flx_plot_axis){.name = name, .unit = unit, .prefix = unit && *unit != 'r'};
}

// A curve through the rows that have the values of the outer axes which row `first` has.
static flx_plot_curve curve_of(const picture *p, const double *y, const double *error,
                               const char *along, int64_t first)
{
    int64_t all = p->series->n_row, n = 0;
    double *at = cli_alloc((size_t)(3 * all), sizeof *at), *value = at + all, *bar = value + all;
    for (int64_t k = 0; k < all; k++) {
        bool same = true;
        for (int a = 0; a < p->n_axis && same; a++) {
            const double *column = flx_series_column(p->series, p->axis[a]);
            same = strcmp(p->axis[a], along) == 0 || !column || column[k] == column[first];
        }
        if (!same)
            continue;
        at[n] = p->x[k];
        bar[n] = error ? error[k] : 0;
        value[n++] = y[k];
    }
    return (flx_plot_curve){.x = at, .y = value, .error = error ? bar : NULL, .n = n};
}

static char *legend(const picture *p, const char *along, int64_t row)
{
    char text[NAME] = "";
    size_t used = 0;
    for (int a = 0; a < p->n_axis && used < sizeof text - 1; a++)
        if (strcmp(p->axis[a], along) != 0) {
            int n = snprintf(text + used, sizeof text - used, "%s%s = %.4g", used ? ", " : "",
                             p->axis[a], flx_series_column(p->series, p->axis[a])[row]);
            used += n > 0 ? (size_t)n : 0;
        }
    char *copy = cli_alloc(sizeof text, 1);
    return memcpy(copy, text, sizeof text);
}

static bool seen_before(const picture *p, const char *along, int64_t row)
{
    for (int64_t k = 0; k < row; k++) {
        bool same = true;
        for (int a = 0; a < p->n_axis && same; a++) {
            const double *column = flx_series_column(p->series, p->axis[a]);
            same = strcmp(p->axis[a], along) == 0 || column[k] == column[row];
        }
        if (same)
            return true;
    }
    return false;
}

// Things of a run that are counted in the same unit share a panel.
static bool join_panel(picture *p, const char *name)
{
    const char *unit = unit_of(name);
    for (int32_t k = 0; k < p->n_panel && unit; k++) {
        flx_plot_panel *panel = &p->panel[k];
        flx_plot_curve *curves = (flx_plot_curve *)(uintptr_t)panel->curves;
        if (!panel->y.unit || strcmp(panel->y.unit, unit) != 0 || panel->n_curve == CURVES)
            continue;
        for (int32_t c = 0; c < 2; c++) { // the first curve gets its name too
            const char *own = c == 0 ? panel->y.name : name;
            flx_plot_curve *curve = &curves[c == 0 ? 0 : panel->n_curve];
            if (c == 1)
                *curve = curve_of(p, flx_series_column(p->series, name), NULL, "time", 0);
            if (!curve->name)
                curve->name = strcpy(cli_alloc(strlen(own) + 1, 1), own);
        }
        panel->n_curve++;
        return true;
    }
    return false;
}

static bool add_panel(picture *p, const char *name, const char *along, bool sweep)
{
    char bar[NAME + 8];
    const double *y = flx_series_column(p->series, name);
    snprintf(bar, sizeof bar, "%s.error", name);
    if (!y || p->n_panel == PANELS)
        return y != NULL;
    flx_plot_curve *curves = cli_alloc(CURVES, sizeof *curves);
    flx_plot_panel *panel = &p->panel[p->n_panel++];
    *panel = (flx_plot_panel){.y = axis_of(name), .curves = curves};
    for (int64_t k = 0; k < p->series->n_row && panel->n_curve < CURVES; k++) {
        if (seen_before(p, along, k))
            continue;
        flx_plot_curve *curve = &curves[panel->n_curve++];
        *curve = curve_of(p, y, flx_series_column(p->series, bar), along, k);
        char *text = legend(p, along, k);
        curve->name = text;
        curve->style = sweep ? FLX_PLOT_LINE_POINTS : FLX_PLOT_LINE;
        if (!*text)
            curve->name = NULL;
        if (!curve->name)
            free(text);
        if (p->n_axis < 2) // one curve holds every row
            break;
    }
    return true;
}

static void clear(picture *p)
{
    for (int32_t k = 0; k < p->n_panel; k++) {
        for (int32_t c = 0; c < p->panel[k].n_curve; c++) {
            free((void *)(uintptr_t)p->panel[k].curves[c].x);
            free((void *)(uintptr_t)p->panel[k].curves[c].name);
        }
        free((void *)(uintptr_t)p->panel[k].curves);
    }
    flx_series_free(p->series);
    json_decref(p->summary);
}

static int unknown(const picture *p, const char *name)
{
    fprintf(stderr, "fluxoid plot: %s has nothing called '%s'; it has", p->data->path, name);
    for (int32_t c = 0; c < p->series->n_column; c++)
        if (!strstr(p->series->name[c], ".error"))
            fprintf(stderr, "%s %s", c ? "," : "", p->series->name[c]);
    fputc('\n', stderr);
    return CLI_WRONG;
}

static int draw(picture *p, const char *names, const char *x, int width, const char *path)
{
    bool sweep = p->n_axis > 0;
    const char *along = sweep ? p->axis[p->n_axis - 1] : "time", *drawn = x ? x : along;
    for (int a = 0; x && a < p->n_axis; a++)
        along = strcmp(p->axis[a], x) == 0 ? p->axis[a] : along;
    p->x = flx_series_column(p->series, drawn);
    if (!p->x)
        return unknown(p, drawn);
    char name[NAME];
    int32_t first = sweep ? p->n_axis : 1, last = sweep ? first + 1 : p->series->n_column;
    for (int32_t c = first; !names && c < last && c < p->series->n_column; c++)
        if (sweep || !join_panel(p, p->series->name[c]))
            add_panel(p, p->series->name[c], along, sweep);
    for (int32_t k = 0; k < p->n_panel; k++) // of several things: what they are, not the first
        if (!sweep && p->panel[k].n_curve > 1)
            p->panel[k].y.name = *p->panel[k].y.name == 'v'   ? "voltage"
                                 : *p->panel[k].y.name == 'i' ? "current"
                                                              : "phase";
    while (names && (names = cli_next_name(names, name, sizeof name))) {
        // Names of panels are kept by the series.
        int32_t c = 0;
        while (c < p->series->n_column && strcmp(p->series->name[c], name) != 0)
            c++;
        if (c == p->series->n_column || !add_panel(p, p->series->name[c], along, sweep))
            return unknown(p, name);
    }
    const flx_plot_lines lines = {.x = axis_of(drawn), .panels = p->panel, .n_panel = p->n_panel};
    flx_plot_opts opts = flx_plot_opts_default();
    opts.width = width;
    return cli_end(p->data->ctx, "plot", flx_plot_series(p->data->ctx, &lines, &opts, path));
}

int cli_plot_circuit(cli_data *data, const char *names, const char *x, int width, const char *path)
{
    picture p = {.data = data};
    const char *text = NULL;
    flx_status status = flx_file_text(data->file, "summary", &text);
    p.summary = status >= 0 ? json_loads(text, 0, NULL) : NULL;
    if (status >= 0)
        status = flx_file_read_series(data->file, &p.series);
    int code = cli_end(data->ctx, "plot", status);
    if (code == CLI_DONE && p.series->n_row == 0)
        code = cli_wrong("plot", "%s has no rows to draw; was it run with -o?", data->path);
    if (code == CLI_DONE) {
        read_axes(&p);
        code = draw(&p, names, x, width, path);
    }
    clear(&p);
    return code;
}
