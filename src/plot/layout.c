// plot/layout.c -- finds the place of each panel.
//
// All panels show the same box of the film at the same scale, in rows of equal length; numbers of
// the axes stand at the left and lower rim of the grid alone. The number of columns is the one that
// uses the page best.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "plot/figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double digit = 0.56;     // [em] width of a digit in tick numbers, which are smaller
static const double head = 1.9;       // [em] above a panel: its name
static const double title_head = 2.0; // [em] above all: the title
static const double below = 3.6;      // [em] numbers and name of the x axis
static const double widest = 6, tallest = 0.35; // limits of the aspect of a panel
static const double good_shape = 0.68; // height over width of a page that is free to choose

enum { NARROW = 640, WIDE = 1200, LEAST = 40 }; // [px] pages of one and of more panels; least panel

typedef struct margins {
    double left, right, top, bottom, column, row;
} margins;

static flx_status check_scene(flx_ctx *ctx, const flx_plot_scene *scene)
{
    if (!scene || !scene->frame || !scene->frame->mesh)
        return flx_fail(ctx, FLX_ERR_INPUT, "a plot needs a frame with its mesh");
    const flx_mesh *mesh = scene->frame->mesh;
    if (mesh->n_site < 3 || mesh->n_tri < 1)
        return flx_fail(ctx, FLX_ERR_INPUT, "the mesh of the plot has %d sites and %d triangles",
                        (int)mesh->n_site, (int)mesh->n_tri);
    for (int32_t i = 0; i < mesh->n_site; i++)
        if (!isfinite(mesh->x[i]) || !isfinite(mesh->y[i]))
            return flx_fail(ctx, FLX_ERR_INPUT, "site %d of the mesh is at (%g, %g)", (int)i,
                            mesh->x[i], mesh->y[i]);
    return FLX_OK;
}

static bool names_terminals(const flx_figure *figure)
{
    const flx_plot_scene *scene = figure->scene;
    for (int32_t k = 0; k < scene->n_terminal && figure->opts->terminals; k++)
        if (scene->terminals[k].name)
            return true;
    return false;
}

// What the panels show: the view asked for, or the film with a margin, a share of its extent.
static void set_box(flx_figure *figure, double share)
{
    const double *view = figure->opts->view;
    double *box = figure->box;
    if (view[0] < view[2]) {
        memcpy(box, view, sizeof figure->box);
    } else {
        flx_mesh_bounds(figure->scene->frame->mesh, box);
        double margin = share * fmax(box[2] - box[0], box[3] - box[1]);
        box[0] -= margin;
        box[1] -= margin;
        box[2] += margin;
        box[3] += margin;
    }
    // Strips get empty page around them, lest the colour bar be too short to read.
    double width = box[2] - box[0], height = box[3] - box[1];
    double wider = 0.5 * fmax(tallest * height - width, 0);
    double higher = 0.5 * fmax(width / widest - height, 0);
    box[0] -= wider;
    box[2] += wider;
    box[1] -= higher;
    box[3] += higher;
}

// The unit of the axes: the one asked for, or that with numbers from 1 to 1000.
static void set_length_unit(flx_figure *figure)
{
    static const char *const names[] = {"", "m", "mm", "\u00b5m", "nm"};
    static const double metres[] = {0, 1, 1e-3, 1e-6, 1e-9};
    enum { AUTO, METRE, NANOMETRE = 4, XI };
    const flx_scales *scales = figure->scene->scales;
    const double *box = figure->box;
    int unit = figure->opts->length_unit;
    double xi = scales ? scales->xi : 0;
    if (!(xi > 0))
        unit = XI;
    if (unit == XI) {
        const char *name = figure->scene->length_name ? figure->scene->length_name : "\u03be";
        figure->length = (flx_axis_unit){1, ""};
        snprintf(figure->length.label, sizeof figure->length.label, "%s", name);
        return;
    }
    if (unit == AUTO) {
        double extent = xi * fmax(box[2] - box[0], box[3] - box[1]);
        for (unit = METRE; unit < NANOMETRE && extent < metres[unit]; unit++) {
        }
    }
    figure->length = (flx_axis_unit){xi / metres[unit], ""};
    snprintf(figure->length.label, sizeof figure->length.label, "%s", names[unit]);
}

static margins margins_of(const flx_figure *figure)
{
    // Room for the longest number of the y axis.
    double factor = figure->length.factor;
    flx_ticks ticks = flx_ticks_of(factor * figure->box[1], factor * figure->box[3], 7, 0);
    size_t longest = 1;
    for (int k = 0; k < ticks.n; k++) {
        char text[FLX_LABEL_MAX];
        size_t n = strlen(flx_tick_text(&ticks, k, text));
        n -= text[0] == '\xe2' ? 2 : 0; // the minus sign has three bytes
        longest = n > longest ? n : longest;
    }
    double em = figure->em;
    const char *title = figure->opts->title;
    bool titled = !title || *title;
    return (margins){
        .left = em * (2.4 + digit * (double)longest),
        .right = 0.4 * em,
        .top = em * (titled ? title_head : 0.4),
        .bottom = below * em,
        .column = 1.2 * em,
        .row = 0.7 * em,
    };
}

// Width of a panel if there are `columns`; the height of the page if that is free.
static double panel_width(const flx_figure *figure, const margins *m, int columns, double *height)
{
    int rows = (figure->list.n + columns - 1) / columns;
    double em = figure->em;
    double aspect =
        (figure->box[2] - figure->box[0]) / (figure->box[3] - figure->box[1]); // width over height
    double width = (figure->size[0] - m->left - m->right - (columns - 1) * m->column) / columns -
                   FLX_BAR_SIDE * em;
    double rest = m->top + m->bottom + rows * head * em + (rows - 1) * m->row;
    if (figure->opts->height > 0)
        width = fmin(width, aspect * (figure->opts->height - rest) / rows);
    width = floor(width);
    *height = rest + rows * floor(width / aspect);
    return width;
}

static int best_columns(const flx_figure *figure, const margins *m)
{
    int n = figure->list.n, best = 1;
    double least = INFINITY;
    if (figure->opts->columns > 0)
        return figure->opts->columns < n ? figure->opts->columns : n;
    for (int columns = 1; columns <= n; columns++) {
        double height, width = panel_width(figure, m, columns, &height);
        int empty = (n + columns - 1) / columns * columns - n;
        double cost = figure->opts->height > 0
                          ? -width
                          : fabs(log(height / figure->size[0] / good_shape)) + 2.5 * empty / n;
        if (width < LEAST)
            cost = 1e6 - width;
        if (cost < least) {
            least = cost;
            best = columns;
        }
    }
    return best;
}

static flx_status place_panels(flx_figure *figure)
{
    const flx_plot_opts *opts = figure->opts;
    int n = figure->list.n;
    margins m = margins_of(figure);
    figure->size[0] = opts->width > 0 ? opts->width : n == 1 ? NARROW : WIDE;
    int columns = best_columns(figure, &m);
    double height, width = panel_width(figure, &m, columns, &height);
    double *box = figure->box;
    figure->left = m.left;
    figure->panel[0] = width;
    figure->panel[1] = floor(width * (box[3] - box[1]) / (box[2] - box[0]));
    if (figure->panel[0] < LEAST || figure->panel[1] < 0.25 * LEAST)
        return flx_fail(figure->ctx, FLX_ERR_INPUT,
                        "%d panels do not fit on %d x %d px; allow a larger width and height, or "
                        "set them to 0",
                        n, (int)figure->size[0], (int)opts->height);
    figure->size[1] = opts->height > 0 ? opts->height : ceil(height);
    // Spare room goes around the grid.
    double em = figure->em;
    double across = width + FLX_BAR_SIDE * em, used = columns * across + (columns - 1) * m.column;
    double left = m.left + floor(0.5 * (figure->size[0] - m.left - m.right - used));
    double top = m.top + floor(0.5 * (figure->size[1] - height));
    for (int k = 0; k < n; k++) {
        int column = k % columns, row = k / columns;
        figure->at[k][0] = floor(left + column * (across + m.column));
        figure->at[k][1] = floor(top + head * em + row * (figure->panel[1] + head * em + m.row));
        figure->left_most[k] = k % columns == 0;
        figure->lowest[k] = k + columns >= n;
    }
    // Pixels are square: the box takes exactly the shape of the panel.
    double step = fmax((box[2] - box[0]) / figure->panel[0], (box[3] - box[1]) / figure->panel[1]);
    for (int c = 0; c < 2; c++) {
        double centre = 0.5 * (box[c] + box[c + 2]);
        box[c] = centre - 0.5 * step * figure->panel[c];
        box[c + 2] = centre + 0.5 * step * figure->panel[c];
    }
    return FLX_OK;
}

flx_status flx_figure_init(flx_ctx *ctx, flx_figure *figure, const flx_plot_scene *scene,
                           const flx_plot_opts *opts)
{
    FLX_TRY(flx_plot_opts_check(ctx, opts));
    FLX_TRY(check_scene(ctx, scene));
    *figure = (flx_figure){.ctx = ctx, .scene = scene, .opts = opts, .em = opts->font_size};
    FLX_TRY(flx_panel_list_of(ctx, scene, opts->panels, &figure->list));
    // Names of terminals stand outside of the film: they want a line of text around it.
    double share = names_terminals(figure) ? 0.08 : 0.03;
    for (;;) {
        set_box(figure, share);
        set_length_unit(figure);
        FLX_TRY(place_panels(figure));
        double room = share / (1 + 2 * share) * fmax(figure->panel[0], figure->panel[1]);
        if (!names_terminals(figure) || room > 1.5 * figure->em || share > 0.2)
            return FLX_OK;
        share += 0.04;
    }
}
