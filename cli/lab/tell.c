// cli/lab/tell.c -- the table and the picture of an experiment.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "lab.h"

#include "../data.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int32_t square_side = 520; // [px]

void lab_expect(lab *l, double measured, double theory, double allowed, const char *what, ...)
{
    if (l->failed)
        return;
    if (l->n_row == l->row_capacity) {
        lab_row *grown = cli_alloc((size_t)l->row_capacity + 32, sizeof *grown);
        if (l->n_row > 0)
            memcpy(grown, l->row, (size_t)l->n_row * sizeof *grown);
        free(l->row);
        l->row = grown;
        l->row_capacity += 32;
    }
    lab_row *row = &l->row[l->n_row++];
    *row = (lab_row){.measured = measured, .theory = theory, .allowed = allowed};
    va_list args;
    va_start(args, what);
    vsnprintf(row->what, sizeof row->what, what, args);
    va_end(args);
}

void lab_name_curve(lab *l, int32_t curve, const char *name, flx_plot_style style)
{
    l->curve[curve].name = name;
    l->curve[curve].style = style;
}

void lab_point(lab *l, int32_t curve, double x, double y)
{
    lab_curve *c = &l->curve[curve];
    if (c->n == c->capacity) {
        int64_t capacity = c->capacity + 256;
        double *grown = cli_alloc(2 * (size_t)capacity, sizeof *grown);
        if (c->n > 0) {
            memcpy(grown, c->x, (size_t)c->n * sizeof *grown);
            memcpy(grown + capacity, c->y, (size_t)c->n * sizeof *grown);
        }
        free(c->x);
        c->x = grown;
        c->y = grown + capacity;
        c->capacity = capacity;
    }
    c->x[c->n] = x;
    c->y[c->n++] = y;
}

void lab_show_frame(lab *l, const char *file, int32_t point, const char *panels)
{
    if (l->failed || !file || !l->picture)
        return;
    cli_data data;
    cli_scene scene = {0};
    flx_status status = cli_data_open(l->ctx, file, point, &data);
    if (status >= 0)
        status = cli_scene_read(&data, flx_file_frame_count(data.file) - 1, panels, &scene);
    if (status >= 0) {
        flx_plot_opts opts = flx_plot_opts_default();
        opts.panels = panels;
        opts.title = "";
        status = flx_plot_frame(l->ctx, &scene.scene, &opts, l->picture);
    }
    cli_scene_clear(&scene);
    cli_data_close(&data);
    l->failed = cli_end(l->ctx, "lab", status) != CLI_DONE;
    l->drawn = !l->failed;
}

static void draw_curves(lab *l)
{
    flx_plot_curve curves[LAB_CURVES];
    flx_plot_panel panel = {.y = l->y, .curves = curves};
    for (int32_t k = 0; k < LAB_CURVES; k++)
        if (l->curve[k].n > 0)
            curves[panel.n_curve++] = (flx_plot_curve){.name = l->curve[k].name,
                                                       .x = l->curve[k].x,
                                                       .y = l->curve[k].y,
                                                       .n = l->curve[k].n,
                                                       .style = l->curve[k].style};
    if (panel.n_curve == 0 || !l->picture || l->drawn)
        return;
    flx_plot_lines lines = {.x = l->x, .panels = &panel, .n_panel = 1};
    flx_plot_opts opts = flx_plot_opts_default();
    if (l->square)
        opts.width = opts.height = square_side;
    l->drawn =
        cli_end(l->ctx, "lab", flx_plot_series(l->ctx, &lines, &opts, l->picture)) == CLI_DONE;
    l->failed = !l->drawn;
}

static bool is_off(const lab_row *row)
{
    return !(fabs(row->measured - row->theory) <= row->allowed);
}

// Letters of UTF-8.
static int32_t letters(const char *text)
{
    int32_t n = 0;
    for (; *text; text++)
        n += (*text & 0xc0) != 0x80;
    return n;
}

static int32_t print_table(const lab *l)
{
    int32_t off = 0, width = 20;
    for (int32_t k = 0; k < l->n_row; k++)
        if (letters(l->row[k].what) > width)
            width = letters(l->row[k].what);
    printf("%-*s  %14s  %14s  %12s  %10s\n", width, "", "measured", "theory", "deviation",
           "allowed");
    for (int32_t k = 0; k < l->n_row; k++) {
        const lab_row *row = &l->row[k];
        printf("%s%*s  %14.9g  %14.9g  %+12.2g  %10.2g%s\n", row->what, width - letters(row->what),
               "", row->measured, row->theory, row->measured - row->theory, row->allowed,
               is_off(row) ? "  off" : "");
        off += is_off(row);
    }
    return off;
}

bool lab_perform(flx_ctx *ctx, const lab_experiment *e, const cli_list *user, const char *picture,
                 lab *l)
{
    char folder[] = "/tmp/fluxoid-lab-XXXXXX";
    *l = (lab){.ctx = ctx, .name = e->name, .user = user, .picture = picture};
    l->folder = mkdtemp(folder);
    if (!l->folder) {
        cli_wrong("lab", "no folder for its data in /tmp");
        return false;
    }
    printf("%s: %s\n\n", e->name, e->title);
    fflush(stdout);
    lab_use(l, e->name);
    if (!l->failed)
        e->run(l);
    if (!l->failed)
        draw_curves(l);
    for (int32_t k = 0; k < l->n_done; k++) { // data files are numbered like summaries
        char path[512];
        static const char *const ending[] = {".h5", ".xdmf"};
        for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) {
            snprintf(path, sizeof path, "%s/%d%s", folder, (int)k, ending[i]);
            unlink(path);
        }
    }
    rmdir(folder);
    l->folder = NULL;
    if (l->failed)
        return false;
    int32_t off = print_table(l);
    if (l->drawn)
        printf("\npicture   %s\n", picture);
    if (off > 0)
        printf("\n%d of %d rows are off\n", (int)off, (int)l->n_row);
    return off == 0 && l->n_row > 0;
}

void lab_clear(lab *l)
{
    while (l->n_set > 0)
        free(l->set[--l->n_set]);
    for (int32_t k = 0; k < l->n_done; k++)
        json_decref(l->done[k]);
    for (int32_t k = 0; k < LAB_CURVES; k++)
        free(l->curve[k].x);
    free(l->row);
    *l = (lab){0};
}
