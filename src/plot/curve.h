// plot/curve.h -- curves on a page.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_PLOT_CURVE_H
#define FLX_PLOT_CURVE_H

#include "fluxoid/plot.h"
#include "plot/axis.h"

#include <cairo.h>

#define FLX_CURVE_WIDTH 0.11 // [em]

enum { FLX_CURVES_PANELS = 32 }; // panels

// An axis made ready: range and unit as shown.
typedef struct flx_curve_axis {
    double min, max; // in shown units
    flx_axis_unit unit;
    double min_step;
} flx_curve_axis;

typedef struct flx_curves {
    const flx_plot_lines *lines;
    double em;
    double left, right, top, panel_height, pitch; // [px]
    flx_curve_axis x, y[FLX_CURVES_PANELS];
} flx_curves;

// Place on the page of a value of x, of a value of y in panel p, and of the upper rim of panel p.
double flx_curves_x(const flx_curves *plot, double x);
double flx_curves_y(const flx_curves *plot, int32_t p, double y);
double flx_curves_top(const flx_curves *plot, int32_t p);

// Sets the colour of curve c.
void flx_curves_colour(cairo_t *cr, int32_t c);

// Line, points and error bars of curve c of panel p.
void flx_curves_draw(const flx_curves *plot, cairo_t *cr, int32_t p, int32_t c);

#endif
