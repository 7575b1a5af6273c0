// plot/text.c -- sets text run by run: plain, _{lower} and ^{higher}.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "plot/text.h"

#include <string.h>

enum { RUN_MAX = 256 }; // bytes of one run; longer texts become several runs

static const double capital_height = 0.73; // of DejaVu Sans, in font sizes
static const double small = 0.72;          // size of raised and lowered text

typedef struct run {
    char text[RUN_MAX];
    double size;  // relative
    double raise; // in font sizes
} run;

void flx_text_face(cairo_t *cr, bool bold)
{
    cairo_select_font_face(cr, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                           bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(cr, options);
    cairo_font_options_destroy(options);
}

// Takes the next run off the text; false at its end.
static bool next_run(const char **rest, run *out)
{
    const char *at = *rest;
    if (!*at)
        return false;
    bool lower = at[0] == '_' && at[1] == '{', higher = at[0] == '^' && at[1] == '{';
    bool braced = lower || higher;
    out->size = braced ? small : 1;
    out->raise = lower ? -0.18 : higher ? 0.36 : 0;
    at += braced ? 2 : 0;
    size_t n = 0;
    while (at[n] && n < RUN_MAX - 1) {
        if (braced ? at[n] == '}' : (n > 0 && (at[n] == '_' || at[n] == '^') && at[n + 1] == '{'))
            break;
        n++;
    }
    // Do not cut a UTF-8 sequence in two.
    while (n == RUN_MAX - 1 && ((unsigned char)at[n] & 0xC0) == 0x80)
        n--;
    memcpy(out->text, at, n);
    out->text[n] = 0;
    at += n;
    *rest = braced && *at == '}' ? at + 1 : at;
    return true;
}

double flx_text_width(cairo_t *cr, double size, const char *text)
{
    double width = 0;
    run part;
    while (next_run(&text, &part)) {
        cairo_text_extents_t extents;
        cairo_set_font_size(cr, size * part.size);
        cairo_text_extents(cr, part.text, &extents);
        width += extents.x_advance;
    }
    return width;
}

void flx_text_draw(cairo_t *cr, flx_text_at at, double size, const char *text)
{
    double x = at.x, y = at.y + at.rise * capital_height * size;
    if (at.align != 0)
        x -= at.align * flx_text_width(cr, size, text);
    run part;
    while (next_run(&text, &part)) {
        cairo_text_extents_t extents;
        cairo_set_font_size(cr, size * part.size);
        cairo_text_extents(cr, part.text, &extents);
        cairo_move_to(cr, x, y - part.raise * size);
        cairo_show_text(cr, part.text);
        x += extents.x_advance;
    }
    cairo_new_path(cr);
}

void flx_text_draw_up(cairo_t *cr, flx_text_at at, double size, const char *text)
{
    cairo_save(cr);
    cairo_translate(cr, at.x, at.y);
    cairo_rotate(cr, -1.57079632679489661923);
    flx_text_draw(cr, (flx_text_at){0, 0, at.align, at.rise}, size, text);
    cairo_restore(cr);
}
