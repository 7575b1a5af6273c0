// plot/curve.c -- one curve: line, steps, points, error bars.
//
// Colours: M. Okabe and K. Ito, "Color Universal Design" (2008), told apart by everybody. A curve
// with many more points than the panel has pixels is drawn by the range of each pixel column: the
// same picture at a hundredth of the cost.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "plot/curve.h"

#include <math.h>

enum { CURVE_COLOURS = 8 };

static const double colours[CURVE_COLOURS][3] = {
    {0.000, 0.447, 0.698}, {0.835, 0.369, 0.000}, {0.000, 0.620, 0.451}, {0.800, 0.475, 0.655},
    {0.902, 0.624, 0.000}, {0.337, 0.706, 0.914}, {0.000, 0.000, 0.000}, {0.580, 0.404, 0.141}};

double flx_curves_x(const flx_curves *plot, double x)
{
    const flx_curve_axis *s = &plot->x;
    // Far outside is as good as outside, and cairo counts in 24 bits.
    double along = (x * s->unit.factor - s->min) / (s->max - s->min);
    return plot->left + (plot->right - plot->left) * fmin(fmax(along, -20), 20);
}

double flx_curves_top(const flx_curves *plot, int32_t p)
{
    return plot->top + p * plot->pitch;
}

double flx_curves_y(const flx_curves *plot, int32_t p, double y)
{
    const flx_curve_axis *s = &plot->y[p];
    double up = (y * s->unit.factor - s->min) / (s->max - s->min);
    return flx_curves_top(plot, p) + plot->panel_height * (1 - fmin(fmax(up, -20), 20));
}

// Points of one pixel column: first, least, largest, last.
typedef struct column {
    double x, y[4];
    bool any;
} column;

static void flush_column(cairo_t *cr, column *col)
{
    for (int k = 0; col->any && k < 4; k++)
        cairo_line_to(cr, col->x, col->y[k]);
    col->any = false;
}

static void trace_dense(const flx_curves *plot, cairo_t *cr, int32_t p, const flx_plot_curve *curve)
{
    column col = {0};
    for (int64_t k = 0; k < curve->n; k++) {
        if (!isfinite(curve->x[k]) || !isfinite(curve->y[k])) {
            flush_column(cr, &col);
            cairo_new_sub_path(cr);
            continue;
        }
        double x = floor(4 * flx_curves_x(plot, curve->x[k])) / 4,
               y = flx_curves_y(plot, p, curve->y[k]);
        if (col.any && x != col.x)
            flush_column(cr, &col);
        if (!col.any)
            col = (column){x, {y, y, y, y}, true};
        col.y[1] = fmin(col.y[1], y);
        col.y[2] = fmax(col.y[2], y);
        col.y[3] = y;
    }
    flush_column(cr, &col);
}

static void trace_line(const flx_curves *plot, cairo_t *cr, int32_t p, const flx_plot_curve *curve)
{
    bool steps = curve->style == FLX_PLOT_STEPS, broken = true;
    double last = 0;
    for (int64_t k = 0; k < curve->n; k++) {
        if (!isfinite(curve->x[k]) || !isfinite(curve->y[k])) {
            broken = true;
            continue;
        }
        double x = flx_curves_x(plot, curve->x[k]), y = flx_curves_y(plot, p, curve->y[k]);
        if (broken)
            cairo_new_sub_path(cr);
        else if (steps)
            cairo_line_to(cr, x, last);
        cairo_line_to(cr, x, y);
        last = y;
        broken = false;
    }
}

static void draw_errors(const flx_curves *plot, cairo_t *cr, int32_t p, const flx_plot_curve *curve)
{
    double cap = 0.22 * plot->em;
    for (int64_t k = 0; k < curve->n; k++) {
        double e = curve->error[k];
        if (!isfinite(curve->x[k]) || !isfinite(curve->y[k]) || !(e > 0) || !isfinite(e))
            continue;
        double x = flx_curves_x(plot, curve->x[k]);
        double low = flx_curves_y(plot, p, curve->y[k] - e),
               high = flx_curves_y(plot, p, curve->y[k] + e);
        cairo_move_to(cr, x, low);
        cairo_line_to(cr, x, high);
        for (int end = 0; end < 2; end++) {
            cairo_move_to(cr, x - cap, end ? high : low);
            cairo_rel_line_to(cr, 2 * cap, 0);
        }
    }
    cairo_set_line_width(cr, 0.08 * plot->em);
    cairo_stroke(cr);
}

static void draw_points(const flx_curves *plot, cairo_t *cr, int32_t p, const flx_plot_curve *curve)
{
    for (int64_t k = 0; k < curve->n; k++) {
        if (!isfinite(curve->x[k]) || !isfinite(curve->y[k]))
            continue;
        cairo_new_sub_path(cr);
        cairo_arc(cr, flx_curves_x(plot, curve->x[k]), flx_curves_y(plot, p, curve->y[k]),
                  0.22 * plot->em, 0, 6.28318530717958647692);
    }
    cairo_fill(cr);
}

void flx_curves_colour(cairo_t *cr, int32_t c)
{
    const double *rgb = colours[c % CURVE_COLOURS];
    cairo_set_source_rgb(cr, rgb[0], rgb[1], rgb[2]);
}

void flx_curves_draw(const flx_curves *plot, cairo_t *cr, int32_t p, int32_t c)
{
    const flx_plot_curve *curve = &plot->lines->panels[p].curves[c];
    bool dense = (double)curve->n > 8 * (plot->right - plot->left);
    flx_curves_colour(cr, c);
    if (curve->error)
        draw_errors(plot, cr, p, curve);
    if (curve->style != FLX_PLOT_POINTS) {
        (dense ? trace_dense : trace_line)(plot, cr, p, curve);
        cairo_set_line_width(cr, FLX_CURVE_WIDTH * plot->em);
        cairo_stroke(cr);
    }
    if (curve->style == FLX_PLOT_POINTS || curve->style == FLX_PLOT_LINE_POINTS)
        draw_points(plot, cr, p, curve);
}
