// cli/plot.c -- fluxoid plot OUT.h5 -o FIG: a frame, a series over time, or a sweep.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli.h"
#include "curves.h"
#include "data.h"
#include "plot_circuit.h"
#include "plot_london.h"
#include "plot_map.h"
#include "plot_xy.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct plot_args {
    const char *what, *series, *time, *point, *x, *out, *title, *height;
    int width;
} plot_args;

static bool is_panel(const char *name)
{
    int32_t q = 0;
    while (q < FLX_PLOT_QUANTITIES && strcmp(flx_plot_quantity_name(q), name) != 0)
        q++;
    return q < FLX_PLOT_QUANTITIES;
}

// Whether a name is a column of the series ("voltage.v"), or a group of them ("voltage").
static bool is_column(const flx_series *series, const char *name)
{
    size_t n = strlen(name);
    for (int32_t c = 0; series && c < series->n_column; c++) {
        const char *column = series->name[c];
        if (strncmp(column, name, n) == 0 && (column[n] == '\0' || column[n] == '.'))
            return true;
    }
    return false;
}

// Names the nearest of panels and columns.
static int unknown_quantity(const flx_series *series, const char *name)
{
    int32_t n_column = series ? series->n_column : 0;
    const char **names = cli_alloc((size_t)(FLX_PLOT_QUANTITIES + n_column) + 1, sizeof *names);
    for (int32_t q = 0; q < FLX_PLOT_QUANTITIES; q++)
        names[q] = flx_plot_quantity_name(q);
    for (int32_t c = 0; c < n_column; c++)
        names[FLX_PLOT_QUANTITIES + c] = series->name[c];
    const char *near = cli_nearest(name, names);
    fprintf(stderr, "fluxoid plot: nothing to plot is called '%s'", name);
    if (near)
        fprintf(stderr, "; did you mean '%s'?", near);
    fprintf(stderr, "\nA frame has");
    for (int32_t k = 0; names[k]; k++)
        fprintf(stderr, "%s%s",
                k == FLX_PLOT_QUANTITIES ? "; the series has "
                : k                      ? ", "
                                         : " ",
                names[k]);
    fputc('\n', stderr);
    free((void *)names);
    return CLI_WRONG;
}

// Sorts out whether a list means panels of a frame or columns of the series. Returns an exit code
// if it means neither.
static int read_quantities(cli_data *data, const char *list, bool *columns)
{
    flx_series *series = NULL;
    if (flx_file_has(data->file, "series")) {
        int code = cli_end(data->ctx, "plot", flx_file_read_series(data->file, &series));
        if (code != CLI_DONE)
            return code;
    }
    char name[64];
    int n_panel = 0, n_column = 0, code = CLI_GO_ON;
    while (code == CLI_GO_ON && (list = cli_next_name(list, name, sizeof name))) {
        if (is_panel(name))
            n_panel++;
        else if (is_column(series, name))
            n_column++;
        else
            code = unknown_quantity(series, name);
        if (n_panel && n_column)
            code = cli_wrong("plot",
                             "a picture shows a frame or curves over time, not both: "
                             "'%s' does not fit the others",
                             name);
    }
    flx_series_free(series);
    *columns = n_column > 0;
    return code;
}

static int plot_frame(cli_data *data, const plot_args *args)
{
    double time = NAN;
    if (args->time && !cli_time("plot", args->time, &time))
        return CLI_WRONG;
    int32_t k = cli_data_frame("plot", data, time);
    if (k < 0)
        return CLI_WRONG;
    const char *panels = args->what ? args->what : cli_default_panels(data, true);
    cli_scene scene = {0};
    flx_status status = flx_plot_check_panels(data->ctx, panels);
    if (status >= 0)
        status = cli_scene_read(data, k, panels, &scene);
    if (status >= 0) {
        flx_plot_opts opts = flx_plot_opts_default();
        opts.panels = panels;
        opts.title = args->title;
        opts.width = args->width;
        status = flx_plot_frame(data->ctx, &scene.scene, &opts, args->out);
    }
    cli_scene_clear(&scene);
    return cli_end(data->ctx, "plot", status);
}

static int plot_london(cli_data *data, const plot_args *args)
{
    if (args->series || args->time)
        return cli_wrong("plot", "%s is of currents at rest: it has no time", data->path);
    return cli_plot_london(
        data, &(cli_london_plot){.panels = args->what, .title = args->title, .width = args->width},
        args->out);
}

static int plot_map(cli_data *data, int point, const plot_args *args)
{
    char group[32] = "/";
    double time = NAN;
    if (args->series || args->x)
        return cli_wrong("plot", "--z is of the field at one time: %s does not go with it",
                         args->series ? "--series" : "--x");
    if (args->time && cli_is_london(data))
        return cli_wrong("plot", "%s is of currents at rest: it has no time", data->path);
    if (args->time && !cli_time("plot", args->time, &time))
        return CLI_WRONG;
    if (point >= 0)
        snprintf(group, sizeof group, "/points/%03d", point);
    return cli_plot_map(data,
                        &(cli_map_plot){.panels = args->what,
                                        .title = args->title,
                                        .map = {.group = group, .time = time, .z = args->height},
                                        .width = args->width},
                        args->out);
}

static int plot_file(cli_data *data, int point, const plot_args *args)
{
    if (args->height && (cli_is_xy(data) || cli_is_circuit(data)))
        return cli_wrong("plot", "--z belongs to files of films; %s has none", data->path);
    if (args->height)
        return plot_map(data, point, args);
    if (cli_is_xy(data))
        return cli_plot_xy(data,
                           &(cli_xy_plot){.what = args->what,
                                          .title = args->title,
                                          .temperature = args->time,
                                          .width = args->width},
                           args->out);
    if (cli_is_london(data))
        return plot_london(data, args);
    if (cli_is_circuit(data))
        return cli_plot_circuit(data, args->what ? args->what : args->series, args->x, args->width,
                                args->out);
    if (cli_data_is_sweep(data))
        return cli_plot_sweep(data, args->what ? args->what : args->series, args->x, args->width,
                              args->out);
    if (args->x)
        return cli_wrong("plot", "--x belongs to sweeps; %s is a single run", data->path);
    if (args->series)
        return cli_plot_series(data, args->series, args->width, args->out);
    bool columns = false;
    int code = args->what ? read_quantities(data, args->what, &columns) : CLI_GO_ON;
    if (code != CLI_GO_ON)
        return code;
    return columns ? cli_plot_series(data, args->what, args->width, args->out)
                   : plot_frame(data, args);
}

static int plot_main(int argc, char **argv)
{
    plot_args args = {.what = NULL};
    const cli_option options[] = {
        {"-o", "--output", "FIG", CLI_TEXT, &args.out, "picture: .png, .svg or .pdf"},
        {"-q", "--quantity", "LIST", CLI_TEXT, &args.what, "what to draw, see below"},
        {"-t", "--time", "TIME", CLI_TEXT, &args.time, "time of the frame in tau0; default: last"},
        {"--series", NULL, "LIST", CLI_TEXT, &args.series, "columns over time: v, winding, dt ..."},
        {"--point", NULL, "N", CLI_TEXT, &args.point, "a point of a sweep by itself"},
        {"--x", NULL, "NAME", CLI_TEXT, &args.x, "x axis of a sweep: a swept key or a result"},
        {"--z", NULL, "HEIGHT", CLI_TEXT, &args.height,
         "the field at a height above films, as in 500 nm"},
        {"--title", NULL, "TEXT", CLI_TEXT, &args.title, "title of the picture"},
        {"--width", NULL, "PX", CLI_COUNT, &args.width, "width of the picture"},
    };
    cli_words words = {.min = 1, .max = 1};
    int point = -1;
    int code = cli_parse(&cli_plot, options, sizeof options / sizeof *options, &words, argc, argv);
    if (code == CLI_GO_ON && !args.out)
        code = cli_wrong("plot", "tell where to: -o FIG.png, .svg or .pdf");
    if (code == CLI_GO_ON && args.point && !cli_point("plot", args.point, &point))
        code = CLI_WRONG;
    if (code != CLI_GO_ON)
        return code;

    flx_ctx *ctx = cli_context(0);
    cli_data data;
    code = cli_end(ctx, "plot", cli_data_open(ctx, words.word[0], point, &data));
    if (code == CLI_DONE)
        code = plot_file(&data, point, &args);
    cli_data_close(&data);
    flx_ctx_free(ctx);
    return code;
}

const cli_command cli_plot = {
    .name = "plot",
    .words = "OUT.h5",
    .text = "draws a frame, a series over time, or a sweep",
    .more = "A frame shows psi, phase, current, supercurrent, normal, vorticity, mu, field:\n"
            "  fluxoid plot out.h5 -q psi,current -t 20 -o fig.png\n"
            "  fluxoid plot out.h5 --z 0.5 -o above.png\n"
            "Of the engine london current, stream, field; flux, response of its scan:\n"
            "  fluxoid plot washer.h5 -q current -o k.png\n"
            "Of the engine xy averages against temperature, or phases, collapse, voltage:\n"
            "  fluxoid plot kt.h5 -q helicity,vortex_density -o fig.png\n"
            "  fluxoid plot kt.h5 -q phases -t 0.9 -o snapshot.png\n"
            "A series shows columns over time: voltage, winding, energy, dt, or one by its name:\n"
            "  fluxoid plot out.h5 -q voltage -o v.svg\n"
            "A sweep shows voltage, winding, moment, energy, helicity ... against a swept key or\n"
            "another result:\n"
            "  fluxoid plot iv.h5 -q voltage --x current.source -o iv.pdf",
    .main = plot_main};
