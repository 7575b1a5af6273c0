// plot/quantity.h -- what a panel shows: its numbers, colours, range, unit and name.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_PLOT_QUANTITY_H
#define FLX_PLOT_QUANTITY_H

#include "fluxoid/plot.h"
#include "plot/axis.h"
#include "plot/raster.h"

enum { FLX_PANEL_MAX = 16 };

// opts->panels (or the panels a scene can fill) as a list.
typedef struct flx_panel_list {
    int32_t n;
    flx_plot_quantity quantity[FLX_PANEL_MAX];
} flx_panel_list;
flx_status flx_panel_list_of(flx_ctx *ctx, const flx_plot_scene *scene, const char *panels,
                             flx_panel_list *list);

// Numbers of one panel. owned is freed by flx_quantity_clear.
typedef struct flx_quantity {
    flx_plot_quantity what;
    const char *title;  // "Current"
    const char *symbol; // "|K|"
    flx_colours colours;
    flx_shade shade;      // values and range; map not yet set
    const double *vector; // [n_site][2] to trace streamlines; NULL: none
    double *owned;
    double scale;     // SI size of the natural unit; 1 if natural units are shown
    const char *unit; // its name
    bool prefix;
} flx_quantity;

// Fails if the scene lacks the array. The range is that of the data.
flx_status flx_quantity_init(flx_ctx *ctx, flx_quantity *quantity, const flx_plot_scene *scene,
                             flx_plot_quantity what);
void flx_quantity_clear(flx_quantity *quantity);

// Chooses range and colours: `given` if it is not empty, else that of the data, rounded off to be
// told apart: amounts from zero, signed quantities symmetric about zero.
void flx_quantity_set_range(flx_quantity *quantity, flx_plot_range given);

#endif
