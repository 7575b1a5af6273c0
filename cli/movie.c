// cli/movie.c -- fluxoid movie OUT.h5 -o MOVIE.mp4: all frames, with the same colours throughout.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli.h"
#include "data.h"
#include "progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct movie_args {
    const char *what, *rate, *point, *out;
    int width;
} movie_args;

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Colour ranges that hold for all frames. A current that is switched on at once makes values for an
// instant beside which all later ones would look alike: of the extremes of the frames the outermost
// twentieth does not count.
static flx_status widen(cli_data *data, flx_plot_opts *opts)
{
    int32_t n = flx_file_frame_count(data->file), found[FLX_PLOT_QUANTITIES] = {0};
    double *min = cli_alloc((size_t)n * FLX_PLOT_QUANTITIES, sizeof *min);
    double *max = cli_alloc((size_t)n * FLX_PLOT_QUANTITIES, sizeof *max);
    flx_status status = FLX_OK;
    for (int32_t k = 0; k < n && status >= 0; k++) {
        cli_scene scene;
        flx_plot_opts frame = *opts;
        cli_progress_count("reads frame", k + 1, n);
        status = cli_scene_values(data, k, opts->panels, &scene);
        if (status < 0)
            break;
        status = flx_plot_widen(data->ctx, &scene.scene, &frame);
        cli_scene_clear(&scene);
        for (int q = 0; q < FLX_PLOT_QUANTITIES && status >= 0; q++)
            if (frame.range[q].min < frame.range[q].max) {
                min[q * n + found[q]] = frame.range[q].min;
                max[q * n + found[q]++] = frame.range[q].max;
            }
    }
    for (int q = 0; q < FLX_PLOT_QUANTITIES && status >= 0; q++)
        if (found[q] > 0) {
            qsort(&min[q * n], (size_t)found[q], sizeof *min, ascending);
            qsort(&max[q * n], (size_t)found[q], sizeof *max, ascending);
            opts->range[q].min = min[q * n + found[q] / 20];
            opts->range[q].max = max[q * n + found[q] - 1 - found[q] / 20];
        }
    free(min);
    free(max);
    return status;
}

// A film of all frames; one that fails leaves no file. Returns an exit code.
static int draw(cli_data *data, const flx_plot_opts *opts, double rate, const char *path)
{
    flx_movie *movie;
    flx_status status = flx_movie_open(data->ctx, opts, rate, path, &movie);
    if (status < 0)
        return cli_end(data->ctx, "movie", status);
    int32_t n = flx_file_frame_count(data->file);
    for (int32_t k = 0; k < n && !cli_stop; k++) {
        cli_scene scene;
        cli_progress_count("draws frame", k + 1, n);
        status = cli_scene_read(data, k, opts->panels, &scene);
        if (status < 0)
            break;
        flx_status added = flx_movie_add(movie, &scene.scene);
        cli_scene_clear(&scene);
        if (added < 0)
            break; // closing tells why
    }
    cli_progress_end();
    if (status >= 0)
        return cli_end(data->ctx, "movie", flx_movie_close(movie));
    int code = cli_end(data->ctx, "movie", status);
    flx_movie_close(movie);
    remove(path);
    return code;
}

// As many frames a second as make ten seconds, within what the eye follows.
static double default_rate(int32_t n)
{
    return fmin(fmax(n / 10.0, 5), 30);
}

static int make_movie(cli_data *data, const movie_args *args)
{
    int32_t n = flx_file_frame_count(data->file);
    if (cli_data_frame("movie", data, NAN) < 0)
        return CLI_WRONG;
    double rate = default_rate(n);
    if (args->rate && (!cli_number(args->rate, &rate) || !(rate >= 0.1 && rate <= 240)))
        return cli_wrong("movie", "--rate is 0.1 to 240 frames a second, not '%s'", args->rate);

    flx_plot_opts opts = flx_plot_opts_default();
    opts.panels = args->what ? args->what : cli_default_panels(data, false);
    opts.width = args->width;
    flx_status status = flx_plot_check_panels(data->ctx, opts.panels);
    if (status >= 0)
        status = widen(data, &opts);
    if (status < 0) {
        cli_progress_end();
        return cli_end(data->ctx, "movie", status);
    }
    return draw(data, &opts, rate, args->out);
}

static int movie_main(int argc, char **argv)
{
    movie_args args = {.what = NULL};
    const cli_option options[] = {
        {"-o", "--output", "MOVIE", CLI_TEXT, &args.out, "film: .mp4, .mkv or .mov"},
        {"-q", "--quantity", "LIST", CLI_TEXT, &args.what, "panels, as for plot"},
        {"--rate", NULL, "N", CLI_TEXT, &args.rate, "frames a second"},
        {"--point", NULL, "N", CLI_TEXT, &args.point, "a point of a sweep"},
        {"--width", NULL, "PX", CLI_COUNT, &args.width, "width of the film"},
    };
    cli_words words = {.min = 1, .max = 1};
    int point = -1;
    int code = cli_parse(&cli_movie, options, sizeof options / sizeof *options, &words, argc, argv);
    if (code == CLI_GO_ON && !args.out)
        code = cli_wrong("movie", "tell where to: -o MOVIE.mp4");
    if (code == CLI_GO_ON && args.point && !cli_point("movie", args.point, &point))
        code = CLI_WRONG;
    if (code != CLI_GO_ON)
        return code;

    cli_catch_signals();
    flx_ctx *ctx = cli_context(0);
    cli_data data;
    code = cli_end(ctx, "movie", cli_data_open(ctx, words.word[0], point, &data));
    if (code == CLI_DONE)
        code = make_movie(&data, &args);
    cli_data_close(&data);
    flx_ctx_free(ctx);
    return code;
}

const cli_command cli_movie = {
    .name = "movie", .words = "OUT.h5", .text = "makes a film of all frames", .main = movie_main};
