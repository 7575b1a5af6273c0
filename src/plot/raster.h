// plot/raster.h -- which triangle covers which point of a picture, and colours from it.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_PLOT_RASTER_H
#define FLX_PLOT_RASTER_H

#include "fluxoid/mesh.h"
#include "plot/colour.h"

#include <cairo.h>

enum { FLX_RASTER_SUB = 3 }; // samples of a pixel along each side

// tri holds one triangle per sample, row by row from the top; -1: no film there.
enum { FLX_RASTER_LEVELS = 4096 };

// What a pixel shows, but for the triangle that one sample in its middle says enough about: where
// all of the pixel is on the film, and triangles are larger than pixels.
enum { FLX_RASTER_EMPTY = -2, FLX_RASTER_MIXED = -1 };

typedef struct flx_raster {
    const flx_mesh *mesh;  // borrowed
    int32_t width, height; // [samples], FLX_RASTER_SUB times the pixels
    double x0, y1;         // [length] left and upper rim
    double step;           // [length] between samples
    int32_t *tri;          // [height][width] triangle of each sample, -1: none
    int32_t *whole;        // [pixels] see FLX_RASTER_EMPTY
    unsigned char *encode; // [FLX_RASTER_LEVELS] linear light to sRGB
} flx_raster;

// Covers box (xmin, ymin, xmax, ymax) with width x height pixels; its aspect must match.
flx_status flx_raster_init(flx_ctx *ctx, flx_raster *raster, const flx_mesh *mesh,
                           const double box[4], const int32_t pixels[2]);
void flx_raster_clear(flx_raster *raster);
// Whether flx_raster_init of these would make the same; false for {0}.
bool flx_raster_is_of(const flx_raster *raster, const flx_mesh *mesh, const double box[4],
                      const int32_t pixels[2]);

// Triangle at a point, -1 outside.
int32_t flx_raster_find(const flx_raster *raster, double x, double y);

// Linear function on triangle t with the values v [n_site * stride] at its corners:
// out = plane[0] + plane[1] x + plane[2] y.
void flx_plane(const flx_mesh *mesh, int32_t t, const double *v, int stride, double plane[3]);

// How n_value linear fields become a colour.
typedef enum flx_shading {
    FLX_SHADE_SCALAR, // value[0]
    FLX_SHADE_NORM,   // length of (value[0], value[1])
    FLX_SHADE_ANGLE // angle of (value[0], value[1]); value[2], if there, is the lightness in [0, 1]
} flx_shading;

typedef struct flx_shade {
    flx_shading kind;
    const flx_colour_map *map;
    const double *value[3]; // [n_site * stride[.]]; NULL: none
    int stride[3];
    double min, max; // of the map; the angle has -pi to pi
} flx_shade;

// A picture of the raster's size in pixels, transparent where there is no film, grey where a value
// is not finite. Owned by the caller: cairo_surface_destroy.
flx_status flx_raster_shade(flx_ctx *ctx, const flx_raster *raster, const flx_shade *shade,
                            cairo_surface_t **out);

#endif
