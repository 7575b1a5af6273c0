// cli/series.c -- curves over time from a run's series: voltages, windings, energy, steps.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "curves.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 64, PANEL_MAX = 8 };

const char *cli_next_name(const char *list, char *name, size_t size)
{
    list += strspn(list, ", ");
    size_t n = strcspn(list, ", ");
    if (n == 0)
        return NULL;
    snprintf(name, size, "%.*s", (int)n, list);
    return list + n;
}

// What the columns of a kind ("voltage" of "voltage.v") are counted in.
typedef struct series_kind {
    const char *kind, *title;
    const char *unit; // natural
    const char *si;   // NULL: stays natural
    double scale;     // natural unit in SI; 0: not known
    flx_plot_style style;
} series_kind;

static series_kind kind_of(const char *column, const flx_scales *s)
{
    const series_kind kinds[] = {
        {"voltage", "V", "V_{0}", "V", s->V0, FLX_PLOT_LINE},
        {"winding", "winding", NULL, NULL, 0, FLX_PLOT_STEPS},
        {"current", "I", "K_{0}\u03be", "A", s->K0 * s->xi, FLX_PLOT_LINE},
        {"energy", "energy", "F_{0}", NULL, 0, FLX_PLOT_LINE},
        {"dt", "step", "\u03c4_{0}", NULL, 0, FLX_PLOT_LINE},
        {"vortices", "vortices", NULL, NULL, 0, FLX_PLOT_STEPS},
    };
    size_t n = strcspn(column, ".");
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        if (strlen(kinds[k].kind) == n && strncmp(column, kinds[k].kind, n) == 0)
            return kinds[k];
    return (series_kind){column, column, NULL, NULL, 0, FLX_PLOT_LINE};
}

// "voltage" and "v" both mean "voltage.v".
static bool matches(const char *column, const char *name)
{
    size_t n = strlen(name);
    const char *dot = strchr(column, '.');
    return strcmp(column, name) == 0 ||
           (dot && ((size_t)(dot - column) == n && strncmp(column, name, n) == 0)) ||
           (dot && strcmp(dot + 1, name) == 0);
}

// A column against time. Values that were not computed at a step (the energy at most of them) are
// passed over. x and y are owned.
static flx_plot_curve make_curve(const flx_series *series, const double *value, double tau0,
                                 double scale)
{
    const double *time = flx_series_column(series, "time");
    double *x = cli_alloc((size_t)series->n_row, sizeof *x);
    double *y = cli_alloc((size_t)series->n_row, sizeof *y);
    int64_t n = 0;
    for (int64_t k = 0; k < series->n_row; k++)
        if (isfinite(value[k])) {
            x[n] = time[k] * (tau0 > 0 ? tau0 : 1);
            y[n++] = value[k] * (scale > 0 ? scale : 1);
        }
    return (flx_plot_curve){.x = x, .y = y, .n = n};
}

// All columns of one name in one panel. The curves are owned.
static flx_plot_panel make_panel(const cli_data *data, const flx_series *series, const char *name)
{
    flx_plot_curve *curves = cli_alloc((size_t)series->n_column, sizeof *curves);
    flx_plot_panel panel = {.curves = curves};
    for (int32_t c = 0; c < series->n_column; c++) {
        if (!matches(series->name[c], name))
            continue;
        series_kind kind = kind_of(series->name[c], &data->scales);
        bool si = kind.si && kind.scale > 0;
        const char *dot = strchr(series->name[c], '.');
        panel.y =
            (flx_plot_axis){.name = kind.title, .unit = si ? kind.si : kind.unit, .prefix = si};
        flx_plot_curve *curve = &curves[panel.n_curve++];
        *curve = make_curve(series, series->column[c], data->scales.tau0, si ? kind.scale : 0);
        curve->name = dot ? dot + 1 : NULL;
        curve->style = kind.style;
    }
    return panel;
}

static void clear_panels(flx_plot_panel *panels, int32_t n)
{
    for (int32_t p = 0; p < n; p++) {
        for (int32_t c = 0; c < panels[p].n_curve; c++) {
            free((void *)panels[p].curves[c].x);
            free((void *)panels[p].curves[c].y);
        }
        free((void *)panels[p].curves);
    }
}

static int unknown_column(const flx_series *series, const char *name)
{
    const char **names = cli_alloc((size_t)series->n_column + 1, sizeof *names);
    for (int32_t c = 0; c < series->n_column; c++)
        names[c] = series->name[c];
    const char *near = cli_nearest(name, names);
    fprintf(stderr, "fluxoid plot: no series is called '%s'", name);
    if (near)
        fprintf(stderr, "; did you mean '%s'?", near);
    fprintf(stderr, "\nThere are");
    for (int32_t c = 0; c < series->n_column; c++)
        fprintf(stderr, "%s %s", c ? "," : "", names[c]);
    fputc('\n', stderr);
    free((void *)names);
    return CLI_WRONG;
}

static int draw(cli_data *data, const flx_series *series, const char *names, int width,
                const char *path)
{
    flx_plot_panel panels[PANEL_MAX];
    int32_t n = 0;
    char name[NAME];
    int code = CLI_DONE;
    bool si = data->scales.tau0 > 0;
    while (code == CLI_DONE && n < PANEL_MAX && (names = cli_next_name(names, name, sizeof name))) {
        panels[n] = make_panel(data, series, name);
        if (panels[n++].n_curve == 0)
            code = unknown_column(series, name);
    }
    if (code == CLI_DONE) {
        const flx_plot_lines lines = {
            .x = {.name = "time", .unit = si ? "s" : "\u03c4_{0}", .prefix = si},
            .panels = panels,
            .n_panel = n};
        flx_plot_opts opts = flx_plot_opts_default();
        opts.width = width;
        code = cli_end(data->ctx, "plot", flx_plot_series(data->ctx, &lines, &opts, path));
    }
    clear_panels(panels, n);
    return code;
}

// What there is of voltages and windings.
static const char *default_names(const flx_series *series)
{
    bool voltage = false, winding = false;
    for (int32_t c = 0; c < series->n_column; c++) {
        voltage = voltage || strncmp(series->name[c], "voltage.", 8) == 0;
        winding = winding || strncmp(series->name[c], "winding.", 8) == 0;
    }
    return voltage && winding ? "voltage,winding"
           : voltage          ? "voltage"
           : winding          ? "winding"
                              : "energy";
}

int cli_plot_series(cli_data *data, const char *names, int width, const char *path)
{
    flx_series *series = NULL;
    flx_status status = flx_file_read_series(data->file, &series);
    int code = cli_end(data->ctx, "plot", status);
    if (code == CLI_DONE && (series->n_row == 0 || !flx_series_column(series, "time")))
        code = cli_wrong("plot", "%s has no series to plot", data->path);
    if (code == CLI_DONE)
        code = draw(data, series, names ? names : default_names(series), width, path);
    flx_series_free(series);
    return code;
}
