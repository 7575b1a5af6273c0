// plot/series.c -- curves y(x): panels one above the other with one x axis.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "plot/curve.h"

#include "plot/figure.h"
#include "plot/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 800, PANEL_HEIGHT = 260 }; // [px]

static const double line_width = 0.06; // [em] of axes
static const double small = 0.86;      // size of numbers, in em
static const double legend_row = 1.25;

// ---- Ranges

// Least and largest finite value; with error bars.
static void widen(const double *v, const double *error, int64_t n, double range[2])
{
    for (int64_t k = 0; k < n; k++) {
        double e = error && isfinite(error[k]) ? fabs(error[k]) : 0;
        if (isfinite(v[k])) {
            range[0] = fmin(range[0], v[k] - e);
            range[1] = fmax(range[1], v[k] + e);
        }
    }
}

static flx_curve_axis scale_of(const flx_plot_axis *axis, const double data[2], double margin,
                               bool whole_steps)
{
    double min = axis->min, max = axis->max;
    if (!(min < max)) {
        bool any = data[0] <= data[1];
        min = any ? data[0] : 0;
        max = any ? data[1] : 1;
        // A constant, up to rounding, gets room around it.
        double size = fmax(fabs(min), fabs(max));
        if (max - min <= 1e-12 * size || max == min) {
            double room = size > 0 ? 0.5 * size : 1;
            min -= room;
            max += room;
        }
        double pad = margin * (max - min);
        min -= pad;
        max += pad;
    }
    flx_curve_axis s = {.unit = flx_axis_unit_of(fmax(fabs(min), fabs(max)), 1, axis->unit,
                                                 axis->prefix && axis->unit)};
    s.min = min * s.unit.factor;
    s.max = max * s.unit.factor;
    s.min_step = whole_steps && s.unit.factor == 1 ? 1 : 0;
    return s;
}

static void set_scales(flx_curves *plot)
{
    const flx_plot_lines *lines = plot->lines;
    double across[2] = {INFINITY, -INFINITY};
    for (int32_t p = 0; p < lines->n_panel; p++) {
        const flx_plot_panel *panel = &lines->panels[p];
        double up[2] = {INFINITY, -INFINITY};
        bool steps = panel->n_curve > 0;
        for (int32_t c = 0; c < panel->n_curve; c++) {
            const flx_plot_curve *curve = &panel->curves[c];
            widen(curve->x, NULL, curve->n, across);
            widen(curve->y, curve->error, curve->n, up);
            steps = steps && curve->style == FLX_PLOT_STEPS;
        }
        plot->y[p] = scale_of(&panel->y, up, 0.06, steps);
    }
    plot->x = scale_of(&lines->x, across, 0.02, false);
}

static flx_status check_lines(flx_ctx *ctx, const flx_plot_lines *lines)
{
    if (!lines || lines->n_panel < 1 || lines->n_panel > FLX_CURVES_PANELS)
        return flx_fail(ctx, FLX_ERR_INPUT, "a plot of curves has %d panels, allowed is 1 to %d",
                        lines ? (int)lines->n_panel : 0, FLX_CURVES_PANELS);
    for (int32_t p = 0; p < lines->n_panel; p++)
        for (int32_t c = 0; c < lines->panels[p].n_curve; c++) {
            const flx_plot_curve *curve = &lines->panels[p].curves[c];
            if (curve->n < 0 || (curve->n > 0 && (!curve->x || !curve->y)))
                return flx_fail(ctx, FLX_ERR_INPUT, "curve %d ('%s') of panel %d has no data",
                                (int)c, curve->name ? curve->name : "", (int)p);
        }
    return FLX_OK;
}

// ---- Axes and legend

static void ink(cairo_t *cr)
{
    cairo_set_source_rgb(cr, 0.12, 0.12, 0.14);
}

static void draw_ticks(const flx_curves *plot, cairo_t *cr, int32_t p, bool x_axis)
{
    double em = plot->em, top = flx_curves_top(plot, p), bottom = top + plot->panel_height;
    const flx_curve_axis *s = x_axis ? &plot->x : &plot->y[p];
    double length = x_axis ? plot->right - plot->left : plot->panel_height;
    int n_max = (int)fmin(fmax(length / ((x_axis ? 5 : 2.6) * em), 2), 10);
    flx_ticks ticks = flx_ticks_of(s->min, s->max, n_max, s->min_step);
    bool numbered = !x_axis || p == plot->lines->n_panel - 1;
    for (int t = 0; t < ticks.n; t++) {
        double along = length * (flx_tick(&ticks, t) - s->min) / (s->max - s->min);
        double x = x_axis ? plot->left + along : plot->left, y = x_axis ? bottom : bottom - along;
        cairo_move_to(cr, x, y);
        cairo_rel_line_to(cr, x_axis ? 0 : -0.3 * em, x_axis ? 0.3 * em : 0);
        ink(cr);
        cairo_stroke(cr);
        cairo_move_to(cr, x, y);
        cairo_rel_line_to(cr, x_axis ? 0 : plot->right - plot->left,
                          x_axis ? -plot->panel_height : 0);
        cairo_set_source_rgba(cr, 0, 0, 0, 0.09);
        cairo_stroke(cr);
        ink(cr);
        char text[FLX_LABEL_MAX];
        flx_text_at at = x_axis ? (flx_text_at){x, y + 0.55 * em, 0.5, 1}
                                : (flx_text_at){x - 0.5 * em, y, 1, 0.5};
        if (numbered)
            flx_text_draw(cr, at, small * em, flx_tick_text(&ticks, t, text));
    }
}

static void axis_label(char *label, size_t size, const flx_plot_axis *axis, const flx_curve_axis *s)
{
    const char *name = axis->name ? axis->name : "";
    if (*s->unit.label)
        snprintf(label, size, "%s%s(%s)", name, *name ? " " : "", s->unit.label);
    else
        snprintf(label, size, "%s", name);
}

static void draw_axes(const flx_curves *plot, cairo_t *cr, int32_t p)
{
    double em = plot->em, top = flx_curves_top(plot, p);
    char label[256];
    cairo_set_line_width(cr, line_width * em);
    draw_ticks(plot, cr, p, true);
    draw_ticks(plot, cr, p, false);
    ink(cr);
    cairo_rectangle(cr, plot->left, top, plot->right - plot->left, plot->panel_height);
    cairo_stroke(cr);
    axis_label(label, sizeof label, &plot->lines->panels[p].y, &plot->y[p]);
    flx_text_draw_up(cr, (flx_text_at){0.5 * em, top + 0.5 * plot->panel_height, 0.5, 1}, em,
                     label);
    if (p < plot->lines->n_panel - 1)
        return;
    axis_label(label, sizeof label, &plot->lines->x, &plot->x);
    flx_text_draw(cr,
                  (flx_text_at){0.5 * (plot->left + plot->right),
                                top + plot->panel_height + 2.0 * em, 0.5, 1},
                  em, label);
}

// Data points inside a rectangle; long curves are sampled.
static int64_t points_in(const flx_curves *plot, int32_t p, const double rect[4])
{
    int64_t count = 0;
    const flx_plot_panel *panel = &plot->lines->panels[p];
    for (int32_t c = 0; c < panel->n_curve; c++) {
        const flx_plot_curve *curve = &panel->curves[c];
        int64_t stride = 1 + curve->n / 4000;
        for (int64_t k = 0; k < curve->n; k += stride) {
            double x = flx_curves_x(plot, curve->x[k]) - rect[0];
            double y = flx_curves_y(plot, p, curve->y[k]) - rect[1];
            count += x >= 0 && x <= rect[2] && y >= 0 && y <= rect[3];
        }
    }
    return count;
}

// In the corner with the fewest points.
static void draw_legend(const flx_curves *plot, cairo_t *cr, int32_t p)
{
    const flx_plot_panel *panel = &plot->lines->panels[p];
    double em = plot->em, width = 0, top = flx_curves_top(plot, p), pad = 0.6 * em;
    int n = 0;
    for (int32_t c = 0; c < panel->n_curve; c++) {
        if (!panel->curves[c].name)
            continue;
        width = fmax(width, flx_text_width(cr, small * em, panel->curves[c].name));
        n++;
    }
    if (n == 0)
        return;
    double rect[4] = {0, 0, width + 3.2 * em, legend_row * em * n + 0.5 * em}, best[2] = {0, 0};
    int64_t least = INT64_MAX;
    for (int corner = 0; corner < 4; corner++) {
        rect[0] = corner % 2 ? plot->left + pad : plot->right - pad - rect[2];
        rect[1] = corner / 2 ? top + plot->panel_height - pad - rect[3] : top + pad;
        int64_t count = points_in(plot, p, rect);
        if (count < least) {
            least = count;
            best[0] = rect[0];
            best[1] = rect[1];
        }
    }
    cairo_set_source_rgba(cr, 1, 1, 1, 0.85);
    cairo_rectangle(cr, best[0], best[1], rect[2], rect[3]);
    cairo_fill(cr);
    double y = best[1] + 0.25 * em + 0.5 * legend_row * em;
    for (int32_t c = 0; c < panel->n_curve; c++) {
        const flx_plot_curve *curve = &panel->curves[c];
        if (!curve->name)
            continue;
        flx_curves_colour(cr, c);
        cairo_set_line_width(cr, FLX_CURVE_WIDTH * em);
        if (curve->style != FLX_PLOT_POINTS) {
            cairo_move_to(cr, best[0] + 0.4 * em, y);
            cairo_rel_line_to(cr, 1.8 * em, 0);
            cairo_stroke(cr);
        }
        if (curve->style == FLX_PLOT_POINTS || curve->style == FLX_PLOT_LINE_POINTS) {
            cairo_arc(cr, best[0] + 1.3 * em, y, 0.22 * em, 0, 6.28318530717958647692);
            cairo_fill(cr);
        }
        ink(cr);
        flx_text_draw(cr, (flx_text_at){best[0] + 2.6 * em, y, 0, 0.5}, small * em, curve->name);
        y += legend_row * em;
    }
}

static void draw_panel(const flx_curves *plot, cairo_t *cr, int32_t p)
{
    const flx_plot_panel *panel = &plot->lines->panels[p];
    draw_axes(plot, cr, p);
    cairo_save(cr);
    cairo_rectangle(cr, plot->left, flx_curves_top(plot, p), plot->right - plot->left,
                    plot->panel_height);
    cairo_clip(cr);
    for (int32_t c = 0; c < panel->n_curve; c++)
        flx_curves_draw(plot, cr, p, c);
    cairo_restore(cr);
    draw_legend(plot, cr, p);
}

// ---- Page

static flx_status lay_out(flx_ctx *ctx, flx_curves *plot, const flx_plot_opts *opts, double size[2])
{
    int32_t n = plot->lines->n_panel;
    double em = plot->em, gap = 0.8 * em, bottom = 3.6 * em;
    bool titled = plot->lines->title && *plot->lines->title;
    // Room for the longest number of a y axis.
    double longest = 0;
    for (int32_t p = 0; p < n; p++) {
        const flx_curve_axis *y = &plot->y[p];
        flx_ticks ticks = flx_ticks_of(y->min, y->max, 8, y->min_step);
        for (int t = 0; t < ticks.n; t++) {
            char text[FLX_LABEL_MAX];
            flx_tick_text(&ticks, t, text);
            longest = fmax(longest, (double)strlen(text) - (text[0] == '\xe2' ? 2 : 0));
        }
    }
    plot->left = em * (2.8 + 0.56 * longest);
    plot->top = titled ? 2.2 * em : 0.8 * em;
    size[0] = opts->width > 0 ? opts->width : WIDTH;
    size[1] = opts->height > 0 ? opts->height
                               : plot->top + bottom + n * PANEL_HEIGHT * em / 14 + (n - 1) * gap;
    size[1] = ceil(size[1]);
    plot->right = size[0] - 1.4 * em;
    plot->panel_height = (size[1] - plot->top - bottom - (n - 1) * gap) / n;
    plot->pitch = plot->panel_height + gap;
    if (plot->right - plot->left < 4 * em || plot->panel_height < 2 * em)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "%d panels of curves do not fit on %g x %g px; allow a larger width and "
                        "height, or set them to 0",
                        (int)n, size[0], size[1]);
    return FLX_OK;
}

flx_status flx_plot_series(flx_ctx *ctx, const flx_plot_lines *lines, const flx_plot_opts *opts,
                           const char *path)
{
    flx_canvas_kind kind;
    double size[2];
    FLX_TRY(flx_canvas_kind_of(ctx, path, &kind));
    FLX_TRY(flx_plot_opts_check(ctx, opts));
    FLX_TRY(check_lines(ctx, lines));
    flx_curves plot = {.lines = lines, .em = opts->font_size};
    set_scales(&plot);
    FLX_TRY(lay_out(ctx, &plot, opts, size));
    flx_canvas canvas;
    flx_status status = flx_canvas_init(ctx, &canvas, kind, size, opts->scale);
    if (status == FLX_OK) {
        flx_text_face(canvas.cr, false);
        for (int32_t p = 0; p < lines->n_panel; p++)
            draw_panel(&plot, canvas.cr, p);
        ink(canvas.cr);
        if (lines->title)
            flx_text_draw(canvas.cr, (flx_text_at){plot.left, 1.2 * plot.em, 0, 0.5}, 1.1 * plot.em,
                          lines->title);
        status = flx_canvas_write(&canvas, path);
    }
    flx_canvas_clear(&canvas);
    return status;
}
