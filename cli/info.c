// cli/info.c -- fluxoid info OUT.h5: what is in a data file, with the case that made it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli.h"
#include "data.h"
#include "report.h"

#include <stdio.h>
#include <string.h>

// A case that knows no coherence length counts in another unit of length (a case of the engine
// london), which then stands for xi in the scales: not shown as one.
static bool knows_xi(const cli_data *data)
{
    const char *text = NULL;
    return !flx_file_has(data->file, "case/used") ||
           flx_file_text(data->file, "case/used", &text) < 0 || strstr(text, "coherence_length");
}

static void print_scales(const cli_data *data)
{
    const flx_scales *s = &data->scales;
    bool bulk = flx_scales_per_metre(s);
    const struct {
        const char *name, *unit;
        double value;
    } rows[] = {{"xi", "m", s->xi},
                {"lambda", "m", bulk ? s->lambda : 0},
                {"Lambda", "m", bulk ? 0 : s->Lambda},
                {"Bc2", "T", s->Bc2},
                {"J0", "A/m^2", bulk ? s->J0 : 0},
                {"K0", "A/m", bulk ? 0 : s->K0},
                {"tau0", "s", s->tau0},
                {"V0", "V", s->V0}};
    char text[40];
    const char *gap = "units     ";
    bool xi = knows_xi(data);
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        if (rows[k].value > 0 && (xi || strcmp(rows[k].name, "Lambda") == 0)) {
            printf("%s%s %s", gap, rows[k].name,
                   cli_si(rows[k].value, rows[k].unit, text, sizeof text));
            gap = ", ";
        }
    if (gap[0] == ',')
        printf("\n");
}

static void print_frames(const cli_data *data)
{
    int32_t n = flx_file_frame_count(data->file);
    if (n == 0)
        return;
    flx_frame_info first = flx_file_frame_info(data->file, 0);
    flx_frame_info last = flx_file_frame_info(data->file, n - 1);
    printf("frames    %d, t = %.6g to %.6g tau0, steps %lld to %lld\n", (int)n, first.time,
           last.time, (long long)first.step, (long long)last.step);
}

static flx_status print_series(const cli_data *data)
{
    flx_series *series;
    if (!flx_file_has(data->file, "series"))
        return FLX_OK;
    flx_status status = flx_file_read_series(data->file, &series);
    if (status < 0)
        return status;
    printf("series    %lld rows:", (long long)series->n_row);
    for (int32_t c = 0; c < series->n_column; c++)
        printf(" %s", series->name[c]);
    printf("\n");
    flx_series_free(series);
    return FLX_OK;
}

// The text of a name of the file, if it is there.
static flx_status read_text(const cli_data *data, const char *name, const char **text)
{
    *text = NULL;
    return flx_file_has(data->file, name) ? flx_file_text(data->file, name, text) : FLX_OK;
}

static flx_status print_file(const cli_data *data)
{
    const char *text;
    int32_t points = flx_file_point_count(data->file);
    printf("%s\n", data->path);
    if (data->mesh)
        printf("mesh      %d sites, %d edges, %d triangles, films %d\n", (int)data->mesh->n_site,
               (int)data->mesh->n_edge, (int)data->mesh->n_tri, (int)data->mesh->n_film);
    if (data->scales.xi > 0)
        print_scales(data);
    print_frames(data);
    flx_status status = print_series(data);
    if (points > 0)
        printf("sweep     %d points\n", (int)points);

    // A sweep's own summary repeats its points: shown as one table.
    if (status >= 0)
        status = read_text(data, "summary", &text);
    if (status >= 0 && text) {
        printf("\n");
        cli_report(text);
    }
    if (status >= 0)
        status = read_text(data, "case/given", &text);
    if (status >= 0 && text)
        printf("\n%s%s", text, *text && text[strlen(text) - 1] == '\n' ? "" : "\n");
    return status;
}

static int info_main(int argc, char **argv)
{
    const char *which = NULL;
    bool csv = false, spice = false;
    const cli_option options[] = {
        {"--point", NULL, "N", CLI_TEXT, &which, "a point of a sweep"},
        {"--csv", NULL, NULL, CLI_FLAG, &csv, "the inductance matrix alone, as CSV"},
        {"--spice", NULL, NULL, CLI_FLAG, &spice, "the same as a subcircuit"},
    };
    cli_words words = {.min = 1, .max = 1};
    int point = -1;
    int code = cli_parse(&cli_info, options, 3, &words, argc, argv);
    if (code == CLI_GO_ON && which && !cli_point("info", which, &point))
        code = CLI_WRONG;
    if (code != CLI_GO_ON)
        return code;

    flx_ctx *ctx = cli_context(0);
    cli_data data;
    flx_status status = cli_data_open(ctx, words.word[0], point, &data);
    if (status >= 0 && (csv || spice)) {
        code = cli_export(&data, spice);
    } else {
        if (status >= 0)
            status = print_file(&data);
        code = cli_end(ctx, "info", status);
    }
    cli_data_close(&data);
    flx_ctx_free(ctx);
    return code;
}

const cli_command cli_info = {.name = "info",
                              .words = "OUT.h5",
                              .text = "tells what is in a data file, with the case that made it",
                              .main = info_main};
