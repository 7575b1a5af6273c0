// plot/colour.h -- colour maps, built in OKLab.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_PLOT_COLOUR_H
#define FLX_PLOT_COLOUR_H

#include "base/base.h"

typedef enum flx_colours {
    FLX_COLOURS_DEPTH,     // sequential, dark to light: amounts such as |psi|
    FLX_COLOURS_EMBER,     // sequential, dark to half light: light lines stay visible on it
    FLX_COLOURS_DIVERGING, // blue - white - red, the same lightness on both sides
    FLX_COLOURS_CYCLIC     // one lightness and chroma, hue goes round once
} flx_colours;

enum { FLX_COLOURS_KINDS = 4, FLX_COLOURS_N = 1024 };

// Linear light (not gamma-encoded) r, g, b in [0, 1] at t = (k + 1/2)/N.
typedef struct flx_colour_map {
    float rgb[FLX_COLOURS_N][3];
} flx_colour_map;

void flx_colour_map_init(flx_colour_map *map, flx_colours kind);

// Index of t in [0, 1] in the map; outside is clamped, or wrapped by the caller for the cyclic map.
static inline int flx_colour_index(double t)
{
    int k = t > 0 ? (int)(t * FLX_COLOURS_N) : 0;
    return k < FLX_COLOURS_N ? k : FLX_COLOURS_N - 1;
}

// sRGB transfer function; values in [0, 1].
double flx_srgb_encode(double linear);

// OKLab lightness, a, b of linear sRGB and back; false if the colour is outside of sRGB.
void flx_oklab(const double rgb[3], double lab[3]);
bool flx_oklab_rgb(const double lab[3], double rgb[3]);

#endif
