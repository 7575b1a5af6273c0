// plot/text.h -- text with subscripts and superscripts.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_PLOT_TEXT_H
#define FLX_PLOT_TEXT_H

#include "base/base.h"

#include <cairo.h>

// Sets the typeface: DejaVu Sans, or what fontconfig finds next to it. No hinting: letters sit
// where the layout puts them, on every surface alike.
void flx_text_face(cairo_t *cr, bool bold);

// Width [user units] of a text. "_{...}" is set lower and "^{...}" higher, both smaller.
double flx_text_width(cairo_t *cr, double size, const char *text);

// Draws at (x, y) in the present colour. align 0: x is the left end, 0.5: the middle, 1: the right
// end. rise 0: y is the baseline, 0.5: the middle of the capitals, 1: their top.
typedef struct flx_text_at {
    double x, y, align, rise;
} flx_text_at;
void flx_text_draw(cairo_t *cr, flx_text_at at, double size, const char *text);

// The same, turned by 90 degrees to read upwards.
void flx_text_draw_up(cairo_t *cr, flx_text_at at, double size, const char *text);

#endif
