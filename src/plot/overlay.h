// plot/overlay.h -- what is drawn over the colours of a panel.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_PLOT_OVERLAY_H
#define FLX_PLOT_OVERLAY_H

#include "plot/figure.h"
#include "plot/stream.h"

// Position on the page of a point of the film, for panel k.
void flx_figure_place(const flx_figure *figure, int k, const double xy[2], double out[2]);

void flx_draw_mesh(const flx_figure *figure, cairo_t *cr, int k);
void flx_draw_rim(const flx_figure *figure, cairo_t *cr, int k);
void flx_draw_streams(const flx_figure *figure, cairo_t *cr, int k, const flx_streams *streams);
flx_status flx_draw_terminals(const flx_figure *figure, cairo_t *cr, int k);
void flx_draw_blanks(const flx_figure *figure, cairo_t *cr, int k);
void flx_draw_vortices(const flx_figure *figure, cairo_t *cr, int k);

// The mark of one vortex, also for the legend.
void flx_draw_vortex(cairo_t *cr, const double at[2], double em, int32_t winding);

#endif
