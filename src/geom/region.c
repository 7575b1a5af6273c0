// geom/region.c -- regions: built from items, combined, compared, asked.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "geom/geom.h"

#include <math.h>

void flx_region_free(flx_region *region)
{
    if (!region)
        return;
    flx_free(region->start);
    flx_free(region->part);
    flx_free(region->outer);
    flx_free(region->xy);
    flx_free(region);
}

// shape = shape (verb) item; the old shape is destroyed, also on failure.
static flx_status apply_item(flx_geos *geos, const flx_shape_item *item, double max_edge,
                             GEOSGeometry **shape)
{
    GEOSGeometry *next = NULL, *result = NULL;
    flx_status status = flx_geos_shape(geos, item, max_edge, &next);
    if (status == FLX_OK && !*shape) {
        *shape = next;
        return FLX_OK;
    }
    if (status == FLX_OK)
        status = flx_geos_apply(geos, item->verb, *shape, next, &result);
    if (next)
        GEOSGeom_destroy_r(geos->h, next);
    if (*shape)
        GEOSGeom_destroy_r(geos->h, *shape);
    *shape = result;
    return status;
}

flx_status flx_region_create(flx_ctx *ctx, const flx_shape_item *items, int32_t n_item,
                             double max_edge, flx_region **out)
{
    *out = NULL;
    if (n_item < 1)
        return flx_fail(ctx, FLX_ERR_GEOMETRY, "a shape needs at least one item");
    if (items[0].verb != FLX_SHAPE_ADD)
        return flx_fail(ctx, FLX_ERR_GEOMETRY,
                        "the first item of a shape must add: there is nothing yet to %s",
                        items[0].verb == FLX_SHAPE_CUT ? "cut" : "have in common");
    flx_geos geos;
    FLX_TRY(flx_geos_init(ctx, &geos));
    GEOSGeometry *shape = NULL;
    flx_status status = FLX_OK;
    for (int32_t k = 0; k < n_item && status == FLX_OK; k++) {
        status = apply_item(&geos, &items[k], max_edge, &shape);
        if (status == FLX_OK && GEOSisEmpty_r(geos.h, shape) != 0)
            status = flx_fail(ctx, FLX_ERR_GEOMETRY, "nothing is left of the shape");
        if (status < 0 && status != FLX_ERR_MEMORY) {
            if (items[k].line > 0)
                flx_fail_in(ctx, status, "line %d", items[k].line);
            else
                flx_fail_in(ctx, status, "item %d of the shape", k + 1);
        }
    }
    if (status == FLX_OK)
        status = flx_geos_export(&geos, shape, out);
    if (shape)
        GEOSGeom_destroy_r(geos.h, shape);
    flx_geos_clear(&geos);
    return status;
}

flx_status flx_region_from_rings(flx_ctx *ctx, const double *xy, const int32_t *start,
                                 int32_t n_ring, flx_region **out)
{
    *out = NULL;
    flx_geos geos;
    FLX_TRY(flx_geos_init(ctx, &geos));
    GEOSGeometry *shape = NULL;
    flx_status status = FLX_OK;
    for (int32_t r = 0; r < n_ring && status == FLX_OK; r++) {
        GEOSGeometry *ring = NULL, *result = NULL;
        flx_shape_item item = {.kind = FLX_SHAPE_POLYGON,
                               .points = &xy[2 * start[r]],
                               .n_point = start[r + 1] - start[r]};
        status = flx_geos_shape(&geos, &item, 0, &ring);
        if (status == FLX_OK && shape) {
            result = GEOSSymDifference_r(geos.h, shape, ring);
            status = result ? FLX_OK : flx_geos_fail(&geos, "nest rings");
            GEOSGeom_destroy_r(geos.h, ring);
            GEOSGeom_destroy_r(geos.h, shape);
            shape = result;
        } else {
            shape = shape ? shape : ring;
        }
        if (status < 0 && status != FLX_ERR_MEMORY)
            flx_fail_in(ctx, status, "ring %d", r);
    }
    if (status == FLX_OK && !shape)
        status = flx_fail(ctx, FLX_ERR_GEOMETRY, "a region needs at least one ring");
    if (status == FLX_OK)
        status = flx_geos_export(&geos, shape, out);
    if (shape)
        GEOSGeom_destroy_r(geos.h, shape);
    flx_geos_clear(&geos);
    return status;
}

// Both regions as GEOS geometries in one session; on failure nothing is left open.
static flx_status open_pair(flx_ctx *ctx, const flx_region *a, const flx_region *b, flx_geos *geos,
                            GEOSGeometry *pair[2])
{
    pair[0] = pair[1] = NULL;
    FLX_TRY(flx_geos_init(ctx, geos));
    flx_status status = flx_geos_import(geos, a, &pair[0]);
    if (status == FLX_OK)
        status = flx_geos_import(geos, b, &pair[1]);
    if (status < 0) {
        if (pair[0])
            GEOSGeom_destroy_r(geos->h, pair[0]);
        flx_geos_clear(geos);
    }
    return status;
}

static void close_pair(flx_geos *geos, GEOSGeometry *pair[2])
{
    GEOSGeom_destroy_r(geos->h, pair[0]);
    GEOSGeom_destroy_r(geos->h, pair[1]);
    flx_geos_clear(geos);
}

flx_status flx_region_combine(flx_ctx *ctx, const flx_region *a, flx_shape_verb verb,
                              const flx_region *b, flx_region **out)
{
    *out = NULL;
    flx_geos geos;
    GEOSGeometry *pair[2], *result = NULL;
    FLX_TRY(open_pair(ctx, a, b, &geos, pair));
    flx_status status = flx_geos_apply(&geos, verb, pair[0], pair[1], &result);
    if (status == FLX_OK)
        status = flx_geos_export(&geos, result, out);
    if (result)
        GEOSGeom_destroy_r(geos.h, result);
    close_pair(&geos, pair);
    return status;
}

// The first point (of several) of a geometry.
static bool first_point(flx_geos *geos, const GEOSGeometry *shape, double at[2])
{
    GEOSGeometry *point = GEOSPointOnSurface_r(geos->h, shape);
    bool found = point && GEOSGeomGetX_r(geos->h, point, &at[0]) == 1 &&
                 GEOSGeomGetY_r(geos->h, point, &at[1]) == 1;
    if (point)
        GEOSGeom_destroy_r(geos->h, point);
    return found;
}

static flx_status relate(flx_geos *geos, const GEOSGeometry *a, const GEOSGeometry *b,
                         flx_relation *out)
{
    GEOSGeometry *rim_a = GEOSBoundary_r(geos->h, a), *rim_b = GEOSBoundary_r(geos->h, b);
    GEOSGeometry *common = NULL;
    flx_status status = FLX_OK;
    char meet = rim_a && rim_b ? GEOSIntersects_r(geos->h, rim_a, rim_b) : 2;
    char within = meet != 2 ? GEOSWithin_r(geos->h, a, b) : 2;
    // 2: the interiors share area ("T********" of the nine intersections).
    char overlap = within != 2 ? GEOSRelatePattern_r(geos->h, a, b, "T********") : 2;
    if (overlap == 2 || GEOSDistance_r(geos->h, a, b, &out->distance) != 1) {
        status = flx_geos_fail(geos, "compare shapes");
    } else {
        out->touch = meet == 1;
        out->within = within == 1 && meet == 0;
        out->overlap = overlap == 1;
        if (out->touch)
            common = GEOSIntersection_r(geos->h, rim_a, rim_b);
        else if (out->overlap)
            common = GEOSIntersection_r(geos->h, a, b);
        if (common && !first_point(geos, common, out->at))
            status = flx_geos_fail(geos, "find where shapes meet");
        GEOSCoordSequence *nearest =
            common || status < 0 ? NULL : GEOSNearestPoints_r(geos->h, a, b);
        if (nearest) {
            GEOSCoordSeq_getXY_r(geos->h, nearest, 0, &out->at[0], &out->at[1]);
            GEOSCoordSeq_destroy_r(geos->h, nearest);
        }
    }
    if (common)
        GEOSGeom_destroy_r(geos->h, common);
    if (rim_a)
        GEOSGeom_destroy_r(geos->h, rim_a);
    if (rim_b)
        GEOSGeom_destroy_r(geos->h, rim_b);
    return status;
}

flx_status flx_region_relate(flx_ctx *ctx, const flx_region *a, const flx_region *b,
                             flx_relation *out)
{
    *out = (flx_relation){0};
    flx_geos geos;
    GEOSGeometry *pair[2];
    FLX_TRY(open_pair(ctx, a, b, &geos, pair));
    flx_status status = relate(&geos, pair[0], pair[1], out);
    close_pair(&geos, pair);
    return status;
}

double flx_region_area(const flx_region *region)
{
    return region->area;
}

void flx_region_bounds(const flx_region *region, double bounds[4])
{
    for (int32_t c = 0; c < 4; c++)
        bounds[c] = region->bounds[c];
}

void flx_region_inner_point(const flx_region *region, double point[2])
{
    point[0] = region->inner[0];
    point[1] = region->inner[1];
}

flx_rings flx_region_rings(const flx_region *region)
{
    return (flx_rings){region->n_ring, region->start, region->part, region->outer, region->xy};
}

bool flx_region_contains(const flx_region *region, double x, double y)
{
    const double *box = region->bounds;
    if (!(x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3]))
        return false;
    // Crossings of the ray to the right: odd inside.
    bool inside = false;
    for (int32_t r = 0; r < region->n_ring; r++) {
        int32_t begin = region->start[r], end = region->start[r + 1];
        const double *a = &region->xy[2 * (end - 1)];
        for (int32_t p = begin; p < end; p++) {
            const double *b = &region->xy[2 * p];
            double cross = (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]);
            bool along = (x - a[0]) * (x - b[0]) <= 0 && (y - a[1]) * (y - b[1]) <= 0;
            if (cross == 0 && along)
                return true;
            if ((a[1] > y) != (b[1] > y) && (cross > 0) == (b[1] > a[1]))
                inside = !inside;
            a = b;
        }
    }
    return inside;
}
