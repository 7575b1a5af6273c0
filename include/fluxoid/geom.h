// fluxoid/geom.h -- plane shapes: lists of add / cut / common applied in order, by GEOS.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLUXOID_GEOM_H
#define FLUXOID_GEOM_H

#include "fluxoid/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum flx_shape_verb { FLX_SHAPE_ADD, FLX_SHAPE_CUT, FLX_SHAPE_COMMON } flx_shape_verb;
typedef enum flx_shape_kind {
    FLX_SHAPE_BOX,
    FLX_SHAPE_CIRCLE,
    FLX_SHAPE_ELLIPSE,
    FLX_SHAPE_POLYGON,
    FLX_SHAPE_PATH
} flx_shape_kind;

// One shape: made around the origin, then mirrored, scaled, rotated about the origin and moved, in
// this order. Box and ellipse are centred. A polygon's or path's points are given where they are
// (at = 0, 0 moves nothing).
typedef struct flx_shape_item {
    flx_shape_verb verb;
    flx_shape_kind kind;
    double size[2];       // [length] box: widths; circle: radius, radius; ellipse: semi-axes
    const double *points; // [n_point][2] [length] polygon (not closed) or path; borrowed
    int32_t n_point;
    double width;    // [length] of a path (flat ends, mitred corners)
    double at[2];    // [length]
    double rotate;   // [degree] counter-clockwise
    double scale[2]; // [1] 1, 1: none; 0, 0 (a struct of zeros): none as well
    bool mirror_x;   // x -> -x
    bool mirror_y;   // y -> -y
    int32_t line;    // of the case file, for messages; 0: unknown
} flx_shape_item;

// A region of the plane: one or more polygons with holes. Opaque, owned by its creator.
typedef struct flx_region flx_region;

// Applies the items in order. Arcs become polygons of equal area with at least 64 sides and sides
// no longer than max_edge [length]. Refuses shapes that are empty, have no area, or cross
// themselves.
FLX_API flx_status flx_region_create(flx_ctx *ctx, const flx_shape_item *items, int32_t n_item,
                                     double max_edge, flx_region **out);
FLX_API void flx_region_free(flx_region *region);

FLX_API double flx_region_area(const flx_region *region);                       // [length^2]
FLX_API bool flx_region_contains(const flx_region *region, double x, double y); // rim included
FLX_API void flx_region_bounds(const flx_region *region,
                               double bounds[4]); // xmin, ymin, xmax, ymax
FLX_API void flx_region_inner_point(const flx_region *region, double point[2]); // some point inside

// Copies of the rings: ring r has points [start[r] .. start[r+1]-1], not closed, outer rings
// counter-clockwise and holes clockwise; part[r] numbers the polygon it belongs to. Arrays are
// owned by the region.
typedef struct flx_rings {
    int32_t n_ring;
    const int32_t *start; // [n_ring + 1]
    const int32_t *part;  // [n_ring]
    const bool *outer;    // [n_ring]
    const double *xy;     // [start[n_ring]][2]
} flx_rings;
FLX_API flx_rings flx_region_rings(const flx_region *region);

// A region from rings, e.g. one read from a file: ring r is points [start[r] .. start[r+1]-1], and
// what an odd number of rings surrounds is inside. *out is owned. Refuses rings that cross.
FLX_API flx_status flx_region_from_rings(flx_ctx *ctx, const double *xy, const int32_t *start,
                                         int32_t n_ring, flx_region **out);

// a with b added, cut away or kept in common. *out is owned. Refuses a result without area.
FLX_API flx_status flx_region_combine(flx_ctx *ctx, const flx_region *a, flx_shape_verb verb,
                                      const flx_region *b, flx_region **out);

// How two regions lie.
typedef struct flx_relation {
    bool overlap;    // they share area
    bool within;     // a lies in the interior of b: their rims share no point
    bool touch;      // their rims share points
    double distance; // [length] between the two regions, 0 if they share a point
    double at[2];    // [length] a point they share; if apart, the point of a nearest to b
} flx_relation;
FLX_API flx_status flx_region_relate(flx_ctx *ctx, const flx_region *a, const flx_region *b,
                                     flx_relation *out);

#ifdef __cplusplus
}
#endif
#endif
