// geom/geom.h -- regions as plain rings, and the bridge to GEOS.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_GEOM_GEOM_H
#define FLX_GEOM_GEOM_H

#include "base/base.h"
#include "fluxoid/geom.h"

#define GEOS_USE_ONLY_R_API
#include <geos_c.h>

// A region keeps no GEOS object, so that it may be read from several threads.
struct flx_region {
    int32_t n_ring;
    int32_t *start; // [n_ring + 1]
    int32_t *part;  // [n_ring]
    bool *outer;    // [n_ring]
    double *xy;     // [start[n_ring]][2]
    double area;
    double bounds[4];
    double inner[2];
};

// One session with GEOS: its handle and the last message.
typedef struct flx_geos {
    flx_ctx *ctx;
    GEOSContextHandle_t h;
    char message[256];
} flx_geos;

flx_status flx_geos_init(flx_ctx *ctx, flx_geos *geos);
void flx_geos_clear(flx_geos *geos);

// The failure of a GEOS call, with its message.
flx_status flx_geos_fail(flx_geos *geos, const char *action);

// *out: polygon of a closed line of n points (not repeated), without validity check.
flx_status flx_geos_polygon(flx_geos *geos, const double *xy, int32_t n, GEOSGeometry **out);
// *out: the region as a (multi-)polygon.
flx_status flx_geos_import(flx_geos *geos, const flx_region *region, GEOSGeometry **out);
// *out: a region from any geometry; lines, points and slivers are dropped. Fails if nothing is
// left.
flx_status flx_geos_export(flx_geos *geos, const GEOSGeometry *shape, flx_region **out);
// *out: a (+, -, common) b, new.
flx_status flx_geos_apply(flx_geos *geos, flx_shape_verb verb, const GEOSGeometry *a,
                          const GEOSGeometry *b, GEOSGeometry **out);
// Fails, saying where, if the shape crosses itself.
flx_status flx_geos_check(flx_geos *geos, const GEOSGeometry *shape);

// One item as a polygon in its place (geom/shape.c).
flx_status flx_geos_shape(flx_geos *geos, const flx_shape_item *item, double max_edge,
                          GEOSGeometry **out);

#endif
