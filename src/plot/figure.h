// plot/figure.h -- panels of a film on a page.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_PLOT_FIGURE_H
#define FLX_PLOT_FIGURE_H

#include "fluxoid/plot.h"
#include "plot/canvas.h"
#include "plot/quantity.h"

#define FLX_BAR_SIDE 5.0 // [em] right of a panel: gap, colour bar, its numbers

// Where everything goes; lengths in px from the upper left corner of the page.
typedef struct flx_figure {
    flx_ctx *ctx;
    const flx_plot_scene *scene; // borrowed
    const flx_plot_opts *opts;   // borrowed
    flx_panel_list list;
    double size[2];                // of the page
    double panel[2];               // of a panel
    double at[FLX_PANEL_MAX][2];   // upper left corner of each
    bool left_most[FLX_PANEL_MAX]; // has the numbers of the y axis
    bool lowest[FLX_PANEL_MAX];    // has those of the x axis
    double box[4];                 // [xi] shown by each panel
    double left;                   // from the left end of the y axis' name to the panel
    flx_axis_unit length;          // of the axes
    double em;                     // size of the text
} flx_figure;

flx_status flx_plot_opts_check(flx_ctx *ctx, const flx_plot_opts *opts);

// Checks the scene and lays out the page.
flx_status flx_figure_init(flx_ctx *ctx, flx_figure *figure, const flx_plot_scene *scene,
                           const flx_plot_opts *opts);

// What pictures of the same films share; made when first needed, so begin with {0}.
typedef struct flx_easel {
    flx_raster raster; // mesh NULL: not made yet
    flx_colour_map *map[FLX_COLOURS_KINDS];
} flx_easel;
void flx_easel_clear(flx_easel *easel);

// Draws everything; embedded rasters have `resolution` pixels per px.
flx_status flx_figure_draw(const flx_figure *figure, flx_easel *easel, cairo_t *cr,
                           double resolution);

#endif
