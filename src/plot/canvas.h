// plot/canvas.h -- a page of cairo that ends in a file: PNG, SVG or PDF.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_PLOT_CANVAS_H
#define FLX_PLOT_CANVAS_H

#include "base/base.h"

#include <cairo.h>

typedef enum flx_canvas_kind { FLX_CANVAS_PNG, FLX_CANVAS_SVG, FLX_CANVAS_PDF } flx_canvas_kind;

// Kind by the ending of the path; the error lists what is allowed.
flx_status flx_canvas_kind_of(flx_ctx *ctx, const char *path, flx_canvas_kind *kind);

// Bytes of the file to be, gathered in memory, so that a picture is written whole or not at all.
typedef struct flx_canvas {
    flx_ctx *ctx;
    flx_canvas_kind kind;
    cairo_surface_t *surface;
    cairo_t *cr;       // white page, 1 unit = 1 px
    double resolution; // image pixels per unit that embedded rasters should have
    unsigned char *bytes;
    size_t n_byte, room;
    bool no_memory;
} flx_canvas;

// A page of width x height [px]; scale: image pixels per px of a PNG. Always clear it.
flx_status flx_canvas_init(flx_ctx *ctx, flx_canvas *canvas, flx_canvas_kind kind,
                           const double size[2], double scale);
flx_status flx_canvas_write(flx_canvas *canvas, const char *path);
void flx_canvas_clear(flx_canvas *canvas);

// What cairo says as a status of ours.
flx_status flx_cairo_check(flx_ctx *ctx, cairo_status_t status);

#endif
