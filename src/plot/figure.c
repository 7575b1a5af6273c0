// plot/figure.c -- draws the panels of a film: colours, overlays, axes, colour bars, title.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "plot/figure.h"

#include "plot/overlay.h"
#include "plot/text.h"

#include <math.h>
#include <stdio.h>

enum { BAR_PIXELS = 8 }; // width of the image of a colour bar

static const double small = 0.86;      // size of numbers, in em
static const double bar_gap = 0.7;     // [em] between panel and colour bar
static const double bar_width = 0.95;  // [em]
static const double tick_length = 0.3; // [em]
static const double line_width = 0.06; // [em] of axes

static void ink(cairo_t *cr)
{
    cairo_set_source_rgb(cr, 0.12, 0.12, 0.14);
}

// An image stretched over a rectangle of the page.
static void paint_image(cairo_t *cr, cairo_surface_t *image, const double rect[4],
                        cairo_filter_t filter)
{
    cairo_save(cr);
    cairo_rectangle(cr, rect[0], rect[1], rect[2], rect[3]);
    cairo_clip(cr);
    cairo_translate(cr, rect[0], rect[1]);
    cairo_scale(cr, rect[2] / cairo_image_surface_get_width(image),
                rect[3] / cairo_image_surface_get_height(image));
    cairo_set_source_surface(cr, image, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cr), filter);
    cairo_paint(cr);
    cairo_restore(cr);
}

// ---- Axes

// Ticks and, at the rim of the grid, numbers of axis 0 (x) or 1 (y).
static void draw_ticks(const flx_figure *figure, cairo_t *cr, int k, int axis)
{
    double em = figure->em, factor = figure->length.factor;
    double low = factor * figure->box[axis], high = factor * figure->box[axis + 2];
    double left = figure->at[k][0], bottom = figure->at[k][1] + figure->panel[1];
    double room = axis == 0 ? 3.6 * em : 2.2 * em; // for one number
    int n_max = (int)fmin(fmax(figure->panel[axis] / room, 3), axis == 0 ? 9 : 7);
    flx_ticks ticks = flx_ticks_of(low, high, n_max, 0);
    bool numbered = axis == 0 ? figure->lowest[k] : figure->left_most[k];
    for (int t = 0; t < ticks.n; t++) {
        double along = figure->panel[axis] * (flx_tick(&ticks, t) - low) / (high - low);
        double x = axis == 0 ? left + along : left, y = axis == 0 ? bottom : bottom - along;
        cairo_move_to(cr, x, y);
        cairo_rel_line_to(cr, axis == 0 ? 0 : -tick_length * em, axis == 0 ? tick_length * em : 0);
        cairo_stroke(cr);
        char text[FLX_LABEL_MAX];
        flx_text_at at = axis == 0 ? (flx_text_at){x, y + 0.55 * em, 0.5, 1}
                                   : (flx_text_at){x - 0.5 * em, y, 1, 0.5};
        if (numbered)
            flx_text_draw(cr, at, small * em, flx_tick_text(&ticks, t, text));
    }
}

static void draw_axes(const flx_figure *figure, cairo_t *cr, int k)
{
    double em = figure->em, left = figure->at[k][0], top = figure->at[k][1];
    double width = figure->panel[0], height = figure->panel[1];
    char label[FLX_LABEL_MAX + 8];
    ink(cr);
    cairo_set_line_width(cr, line_width * em);
    cairo_rectangle(cr, left, top, width, height);
    cairo_stroke(cr);
    draw_ticks(figure, cr, k, 0);
    draw_ticks(figure, cr, k, 1);
    if (figure->lowest[k]) {
        snprintf(label, sizeof label, "x (%s)", figure->length.label);
        flx_text_draw(cr, (flx_text_at){left + 0.5 * width, top + height + 2.0 * em, 0.5, 1}, em,
                      label);
    }
    if (figure->left_most[k]) {
        snprintf(label, sizeof label, "y (%s)", figure->length.label);
        flx_text_draw_up(cr,
                         (flx_text_at){left - figure->left + 0.4 * em, top + 0.5 * height, 0.5, 1},
                         em, label);
    }
}

// ---- Colour bar

static flx_status paint_map(flx_ctx *ctx, cairo_t *cr, const flx_colour_map *map,
                            const double rect[4])
{
    cairo_surface_t *image =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, BAR_PIXELS, FLX_COLOURS_N);
    flx_status status = flx_cairo_check(ctx, cairo_surface_status(image));
    unsigned char *data = status == FLX_OK ? cairo_image_surface_get_data(image) : NULL;
    for (int r = 0; data && r < FLX_COLOURS_N; r++) {
        const float *rgb = map->rgb[FLX_COLOURS_N - 1 - r];
        uint32_t *row =
            (uint32_t *)(void *)(data + (ptrdiff_t)r * cairo_image_surface_get_stride(image));
        uint32_t pixel = 0;
        for (int c = 0; c < 3; c++)
            pixel = pixel << 8 | (uint32_t)lround(255 * flx_srgb_encode(rgb[c]));
        for (int x = 0; x < BAR_PIXELS; x++)
            row[x] = pixel;
    }
    cairo_surface_mark_dirty(image);
    if (status == FLX_OK)
        paint_image(cr, image, rect, CAIRO_FILTER_NEAREST);
    cairo_surface_destroy(image);
    return status;
}

// The phase counts in parts of pi.
static void phase_numbers(cairo_t *cr, const double rect[4], double em)
{
    static const char *const names[] = {"\u2212\u03c0", "\u2212\u03c0/2", "0", "\u03c0/2",
                                        "\u03c0"};
    bool few = rect[3] < 5 * 1.4 * em;
    for (int k = 0; k < 5; k += few ? 2 : 1) {
        double y = rect[1] + rect[3] * (1 - 0.25 * k);
        cairo_move_to(cr, rect[0] + rect[2], y);
        cairo_rel_line_to(cr, tick_length * em, 0);
        cairo_stroke(cr);
        flx_text_draw(cr, (flx_text_at){rect[0] + rect[2] + 0.5 * em, y, 0, 0.5}, small * em,
                      names[k]);
    }
}

static void bar_numbers(cairo_t *cr, const double rect[4], double em, const flx_quantity *quantity,
                        double factor)
{
    double low = factor * quantity->shade.min, high = factor * quantity->shade.max;
    int n_max = (int)fmin(fmax(rect[3] / (1.6 * em), 3), 9);
    flx_ticks ticks = flx_ticks_of(low, high, n_max, 0);
    for (int t = 0; t < ticks.n; t++) {
        double y = rect[1] + rect[3] * (1 - (flx_tick(&ticks, t) - low) / (high - low));
        char text[FLX_LABEL_MAX];
        cairo_move_to(cr, rect[0] + rect[2], y);
        cairo_rel_line_to(cr, tick_length * em, 0);
        cairo_stroke(cr);
        flx_text_draw(cr, (flx_text_at){rect[0] + rect[2] + 0.5 * em, y, 0, 0.5}, small * em,
                      flx_tick_text(&ticks, t, text));
    }
}

// Bar and its numbers; above it symbol and unit, flush right, and the name of the panel, flush
// left.
static flx_status draw_bar(const flx_figure *figure, cairo_t *cr, int k,
                           const flx_quantity *quantity)
{
    double em = figure->em, top = figure->at[k][1];
    double right = figure->at[k][0] + figure->panel[0];
    double rect[4] = {right + bar_gap * em, top, bar_width * em, figure->panel[1]};
    double largest = fmax(fabs(quantity->shade.min), fabs(quantity->shade.max));
    bool phase = quantity->what == FLX_PLOT_PHASE;
    flx_axis_unit unit = {1, ""};
    if (!phase)
        unit = flx_axis_unit_of(largest, quantity->scale, quantity->unit, quantity->prefix);
    FLX_TRY(paint_map(figure->ctx, cr, quantity->shade.map, rect));
    ink(cr);
    cairo_set_line_width(cr, line_width * em);
    cairo_rectangle(cr, rect[0], rect[1], rect[2], rect[3]);
    cairo_stroke(cr);
    if (phase)
        phase_numbers(cr, rect, em);
    else
        bar_numbers(cr, rect, em, quantity, unit.factor);
    char label[2 * FLX_LABEL_MAX];
    snprintf(label, sizeof label, *unit.label ? "%s (%s)" : "%s", quantity->symbol, unit.label);
    double end = right + FLX_BAR_SIDE * em, used = flx_text_width(cr, em, label);
    flx_text_draw(cr, (flx_text_at){end, top - 0.6 * em, 1, 0}, em, label);
    // A narrow panel does without its name: the symbol says the same.
    flx_text_face(cr, true);
    if (flx_text_width(cr, em, quantity->title) + used + em < end - figure->at[k][0])
        flx_text_draw(cr, (flx_text_at){figure->at[k][0], top - 0.6 * em, 0, 0}, em,
                      quantity->title);
    flx_text_face(cr, false);
    return FLX_OK;
}

// ---- Panels

static flx_status draw_streams_of(const flx_figure *figure, cairo_t *cr, int k,
                                  const flx_raster *raster, const flx_quantity *quantity)
{
    if (!quantity->vector || !(figure->opts->stream_gap > 0))
        return FLX_OK;
    // What is below a thousandth of the colour scale is noise of the solver, not a current.
    double gap = fmax(figure->opts->stream_gap, 4);
    flx_stream_task task = {raster, quantity->vector,
                            gap * (figure->box[2] - figure->box[0]) / figure->panel[0],
                            1e-3 * quantity->shade.max};
    flx_streams streams;
    FLX_TRY(flx_streams_init(figure->ctx, &streams, &task));
    flx_draw_streams(figure, cr, k, &streams);
    flx_streams_clear(&streams);
    return FLX_OK;
}

static flx_status draw_field(const flx_figure *figure, cairo_t *cr, int k, const flx_raster *raster,
                             const flx_quantity *quantity)
{
    cairo_surface_t *image;
    double rect[4] = {figure->at[k][0], figure->at[k][1], figure->panel[0], figure->panel[1]};
    FLX_TRY(flx_raster_shade(figure->ctx, raster, &quantity->shade, &image));
    bool exact = raster->width == FLX_RASTER_SUB * (int32_t)rect[2];
    paint_image(cr, image, rect, exact ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
    cairo_surface_destroy(image);
    cairo_save(cr);
    cairo_rectangle(cr, rect[0], rect[1], rect[2], rect[3]);
    cairo_clip(cr);
    if (figure->opts->mesh)
        flx_draw_mesh(figure, cr, k);
    flx_status status = draw_streams_of(figure, cr, k, raster, quantity);
    flx_draw_blanks(figure, cr, k);
    flx_draw_rim(figure, cr, k);
    if (status == FLX_OK && figure->opts->terminals)
        status = flx_draw_terminals(figure, cr, k);
    if (figure->opts->vortices)
        flx_draw_vortices(figure, cr, k);
    cairo_restore(cr);
    return status;
}

static flx_status take_map(const flx_figure *figure, flx_easel *easel, flx_colours colours,
                           const flx_colour_map **out)
{
    flx_colour_map **map = &easel->map[colours];
    if (!*map) {
        *map = FLX_NEW(figure->ctx, flx_colour_map);
        if (!*map)
            return FLX_ERR_MEMORY;
        flx_colour_map_init(*map, colours);
    }
    *out = *map;
    return FLX_OK;
}

// The raster of the panels, which is kept as long as they show the same.
static flx_status set_raster(const flx_figure *figure, flx_easel *easel, double resolution)
{
    const flx_mesh *mesh = figure->scene->frame->mesh;
    int32_t pixels[2] = {(int32_t)lround(figure->panel[0] * resolution),
                         (int32_t)lround(figure->panel[1] * resolution)};
    if (flx_raster_is_of(&easel->raster, mesh, figure->box, pixels))
        return FLX_OK;
    flx_raster_clear(&easel->raster);
    return flx_raster_init(figure->ctx, &easel->raster, mesh, figure->box, pixels);
}

static flx_status draw_panel(const flx_figure *figure, flx_easel *easel, cairo_t *cr, int k)
{
    flx_quantity quantity;
    flx_plot_quantity what = figure->list.quantity[k];
    FLX_TRY(flx_quantity_init(figure->ctx, &quantity, figure->scene, what));
    flx_quantity_set_range(&quantity, figure->opts->range[what]);
    if (what == FLX_PLOT_PHASE && !figure->opts->shade_phase)
        quantity.shade.value[2] = NULL;
    flx_status status = take_map(figure, easel, quantity.colours, &quantity.shade.map);
    if (status == FLX_OK)
        status = draw_field(figure, cr, k, &easel->raster, &quantity);
    if (status == FLX_OK)
        status = draw_bar(figure, cr, k, &quantity);
    if (status == FLX_OK)
        draw_axes(figure, cr, k);
    flx_quantity_clear(&quantity);
    return status;
}

// ---- Title

// "t = 12 tau0 = 3.4 ps"
static void time_text(const flx_plot_scene *scene, char *text, size_t size)
{
    double time = scene->frame->time, tau0 = scene->scales ? scene->scales->tau0 : 0;
    int n = snprintf(text, size, "t = %.5g \u03c4_{0}", time);
    if (tau0 > 0 && n > 0) {
        flx_axis_unit unit = flx_axis_unit_of(fabs(time), tau0, "s", true);
        snprintf(text + n, size - (size_t)n, " = %.4g %s", time * unit.factor, unit.label);
    }
}

// How many vortices of each sign, at the right end of the title line if there is room.
static void vortex_legend(const flx_figure *figure, cairo_t *cr, double y, double room)
{
    const flx_plot_scene *scene = figure->scene;
    double em = figure->em, width[2], x = figure->size[0] - em;
    int count[2] = {0, 0};
    char text[2][48];
    for (int32_t v = 0; v < scene->n_vortex; v++)
        count[scene->vortices[v].winding < 0]++;
    for (int sign = 0; sign < 2; sign++) {
        snprintf(text[sign], sizeof text[sign], "%d %s%s", count[sign], sign ? "antivort" : "vort",
                 count[sign] > 1 ? "ices" : "ex");
        width[sign] = count[sign] ? flx_text_width(cr, small * em, text[sign]) + 2.1 * em : 0;
    }
    if (width[0] + width[1] + em > room)
        return;
    for (int sign = 1; sign >= 0; sign--) {
        if (count[sign] == 0)
            continue;
        ink(cr);
        flx_text_draw(cr, (flx_text_at){x, y, 1, 0.5}, small * em, text[sign]);
        flx_draw_vortex(cr, (double[2]){x - width[sign] + 1.3 * em, y}, em, sign ? -1 : 1);
        x -= width[sign];
    }
}

static void draw_title(const flx_figure *figure, cairo_t *cr)
{
    const char *title = figure->opts->title;
    double em = figure->em, x = figure->at[0][0], y = 1.15 * em;
    char text[128];
    if (title && !*title)
        return;
    if (!title) {
        time_text(figure->scene, text, sizeof text);
        title = text;
    }
    ink(cr);
    flx_text_draw(cr, (flx_text_at){x, y, 0, 0.5}, 1.1 * em, title);
    if (figure->opts->vortices)
        vortex_legend(figure, cr, y, figure->size[0] - x - flx_text_width(cr, 1.1 * em, title));
}

flx_status flx_figure_draw(const flx_figure *figure, flx_easel *easel, cairo_t *cr,
                           double resolution)
{
    flx_text_face(cr, false);
    flx_status status = set_raster(figure, easel, resolution);
    for (int k = 0; k < figure->list.n && status == FLX_OK; k++)
        status = draw_panel(figure, easel, cr, k);
    if (status == FLX_OK)
        draw_title(figure, cr);
    return status == FLX_OK ? flx_cairo_check(figure->ctx, cairo_status(cr)) : status;
}

void flx_easel_clear(flx_easel *easel)
{
    flx_raster_clear(&easel->raster);
    for (int k = 0; k < FLX_COLOURS_KINDS; k++)
        flx_free(easel->map[k]);
    *easel = (flx_easel){0};
}

// ---- Public

flx_status flx_plot_frame(flx_ctx *ctx, const flx_plot_scene *scene, const flx_plot_opts *opts,
                          const char *path)
{
    flx_canvas_kind kind;
    flx_figure figure;
    FLX_TRY(flx_canvas_kind_of(ctx, path, &kind));
    FLX_TRY(flx_figure_init(ctx, &figure, scene, opts));
    flx_canvas canvas;
    flx_easel easel = {0};
    flx_status status = flx_canvas_init(ctx, &canvas, kind, figure.size, opts->scale);
    if (status == FLX_OK)
        status = flx_figure_draw(&figure, &easel, canvas.cr, canvas.resolution);
    if (status == FLX_OK)
        status = flx_canvas_write(&canvas, path);
    flx_easel_clear(&easel);
    flx_canvas_clear(&canvas);
    return status;
}

flx_status flx_plot_widen(flx_ctx *ctx, const flx_plot_scene *scene, flx_plot_opts *opts)
{
    flx_figure figure;
    FLX_TRY(flx_figure_init(ctx, &figure, scene, opts));
    for (int k = 0; k < figure.list.n; k++) {
        flx_plot_quantity what = figure.list.quantity[k];
        flx_quantity quantity;
        FLX_TRY(flx_quantity_init(ctx, &quantity, scene, what));
        bool empty = quantity.shade.min == 0 && quantity.shade.max == 0;
        flx_quantity_set_range(&quantity, (flx_plot_range){0, 0});
        flx_plot_range *range = &opts->range[what];
        bool first = range->min == range->max;
        if (what != FLX_PLOT_PHASE && !empty) {
            range->min = first ? quantity.shade.min : fmin(range->min, quantity.shade.min);
            range->max = first ? quantity.shade.max : fmax(range->max, quantity.shade.max);
        }
        flx_quantity_clear(&quantity);
    }
    return FLX_OK;
}
