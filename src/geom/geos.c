// geom/geos.c -- the bridge to GEOS: sessions, messages, conversion of rings.
//
// GEOS computes Boolean operations robustly but leaves crumbs of rounding: points on straight
// lines, repeated points, parts without thickness. The export removes what is thinner than
// 1e-9 of the region's extent.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "geom/geom.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double CRUMB = 1e-9; // [1] of the extent

static void keep_message(const char *message, void *user)
{
    flx_geos *geos = user;
    snprintf(geos->message, sizeof geos->message, "%s", message);
}

flx_status flx_geos_init(flx_ctx *ctx, flx_geos *geos)
{
    *geos = (flx_geos){.ctx = ctx, .h = GEOS_init_r()};
    if (!geos->h)
        return flx_fail(ctx, FLX_ERR_MEMORY, "no memory for a geometry session");
    GEOSContext_setErrorMessageHandler_r(geos->h, keep_message, geos);
    GEOSContext_setNoticeMessageHandler_r(geos->h, keep_message, geos);
    return FLX_OK;
}

void flx_geos_clear(flx_geos *geos)
{
    if (geos->h)
        GEOS_finish_r(geos->h);
    geos->h = NULL;
}

flx_status flx_geos_fail(flx_geos *geos, const char *action)
{
    return flx_fail(geos->ctx, FLX_ERR_GEOMETRY, "cannot %s: %s", action,
                    geos->message[0] ? geos->message : "GEOS gives no reason");
}

// Closed ring as GEOS wants it: the first point repeated at the end.
static GEOSGeometry *linear_ring(flx_geos *geos, const double *xy, int32_t n)
{
    GEOSCoordSequence *seq = GEOSCoordSeq_create_r(geos->h, (unsigned)n + 1, 2);
    if (!seq)
        return NULL;
    for (int32_t p = 0; p <= n; p++) {
        const double *at = &xy[2 * (p < n ? p : 0)];
        GEOSCoordSeq_setXY_r(geos->h, seq, (unsigned)p, at[0], at[1]);
    }
    return GEOSGeom_createLinearRing_r(geos->h, seq); // takes seq, also on failure
}

flx_status flx_geos_polygon(flx_geos *geos, const double *xy, int32_t n, GEOSGeometry **out)
{
    GEOSGeometry *ring = linear_ring(geos, xy, n);
    *out = ring ? GEOSGeom_createPolygon_r(geos->h, ring, NULL, 0) : NULL;
    return *out ? FLX_OK : flx_geos_fail(geos, "make a polygon");
}

// Polygon whose outer ring is r and whose holes are the rings up to (not including) end.
static flx_status import_part(flx_geos *geos, const flx_region *region, int32_t r, int32_t end,
                              GEOSGeometry **out)
{
    int32_t n_hole = end - r - 1, made = 0;
    *out = NULL;
    GEOSGeometry **holes = FLX_NEW_ARRAY(geos->ctx, GEOSGeometry *, n_hole);
    if (!holes)
        return FLX_ERR_MEMORY;
    GEOSGeometry *rim = linear_ring(geos, &region->xy[2 * region->start[r]],
                                    region->start[r + 1] - region->start[r]);
    for (; rim && made < n_hole; made++) {
        int32_t q = r + 1 + made;
        holes[made] = linear_ring(geos, &region->xy[2 * region->start[q]],
                                  region->start[q + 1] - region->start[q]);
        if (!holes[made])
            break;
    }
    if (rim && made == n_hole) {
        *out = GEOSGeom_createPolygon_r(geos->h, rim, holes, (unsigned)n_hole); // takes the rings
    } else {
        for (int32_t q = 0; q < made; q++)
            GEOSGeom_destroy_r(geos->h, holes[q]);
        if (rim)
            GEOSGeom_destroy_r(geos->h, rim);
    }
    flx_free(holes);
    return *out ? FLX_OK : flx_geos_fail(geos, "make a polygon with holes");
}

flx_status flx_geos_import(flx_geos *geos, const flx_region *region, GEOSGeometry **out)
{
    *out = NULL;
    GEOSGeometry **parts = FLX_NEW_ARRAY(geos->ctx, GEOSGeometry *, region->n_ring);
    if (!parts)
        return FLX_ERR_MEMORY;
    flx_status status = FLX_OK;
    int32_t n = 0;
    for (int32_t r = 0; r < region->n_ring && status == FLX_OK;) {
        int32_t end = r + 1;
        while (end < region->n_ring && !region->outer[end])
            end++;
        status = import_part(geos, region, r, end, &parts[n]);
        n += status == FLX_OK;
        r = end;
    }
    if (status == FLX_OK) {
        *out = GEOSGeom_createCollection_r(geos->h, GEOS_MULTIPOLYGON, parts, (unsigned)n);
        status = *out ? FLX_OK : flx_geos_fail(geos, "collect polygons");
    } else {
        for (int32_t k = 0; k < n; k++)
            GEOSGeom_destroy_r(geos->h, parts[k]);
    }
    flx_free(parts);
    return status;
}

flx_status flx_geos_check(flx_geos *geos, const GEOSGeometry *shape)
{
    char *reason = NULL;
    GEOSGeometry *where = NULL;
    char valid = GEOSisValidDetail_r(geos->h, shape, 0, &reason, &where);
    flx_status status = FLX_OK;
    if (valid == 2) {
        status = flx_geos_fail(geos, "check a shape");
    } else if (!valid) {
        double x = NAN, y = NAN;
        if (where) {
            GEOSGeomGetX_r(geos->h, where, &x);
            GEOSGeomGetY_r(geos->h, where, &y);
        }
        status = flx_fail(geos->ctx, FLX_ERR_GEOMETRY,
                          "the outline crosses or touches itself at (%.9g, %.9g) xi (%s); list its "
                          "points in order around the shape, or build it from several shapes",
                          x, y, reason ? reason : "no reason given");
    }
    if (where)
        GEOSGeom_destroy_r(geos->h, where);
    if (reason)
        GEOSFree_r(geos->h, reason);
    return status;
}

flx_status flx_geos_apply(flx_geos *geos, flx_shape_verb verb, const GEOSGeometry *a,
                          const GEOSGeometry *b, GEOSGeometry **out)
{
    switch (verb) {
    case FLX_SHAPE_ADD:
        *out = GEOSUnion_r(geos->h, a, b);
        return *out ? FLX_OK : flx_geos_fail(geos, "add shapes");
    case FLX_SHAPE_CUT:
        *out = GEOSDifference_r(geos->h, a, b);
        return *out ? FLX_OK : flx_geos_fail(geos, "cut shapes");
    case FLX_SHAPE_COMMON:
        *out = GEOSIntersection_r(geos->h, a, b);
        return *out ? FLX_OK : flx_geos_fail(geos, "intersect shapes");
    }
    *out = NULL;
    return flx_fail(geos->ctx, FLX_ERR_INPUT, "a shape's verb is %d, allowed: add, cut, common",
                    (int)verb);
}

// Distance of b from the line through a and c.
static double off_line(const double *a, const double *b, const double *c)
{
    double ux = c[0] - a[0], uy = c[1] - a[1], vx = b[0] - a[0], vy = b[1] - a[1];
    double length = hypot(ux, uy);
    return length > 0 ? fabs(ux * vy - uy * vx) / length : hypot(vx, vy);
}

// Points of a GEOS ring into xy, without the closing point, repetitions and points on straight
// lines; oriented as asked. Returns their number, < 3 for a ring without thickness, -1 on failure.
static int32_t read_ring(flx_geos *geos, const GEOSGeometry *ring, double crumb, bool outer,
                         double *xy)
{
    const GEOSCoordSequence *seq = GEOSGeom_getCoordSeq_r(geos->h, ring);
    unsigned size = 0;
    if (!seq || !GEOSCoordSeq_getSize_r(geos->h, seq, &size) || size < 4)
        return -1;
    int32_t n = 0;
    for (unsigned p = 0; p + 1 < size; p++) {
        double at[2];
        if (!GEOSCoordSeq_getXY_r(geos->h, seq, p, &at[0], &at[1]))
            return -1;
        if (n > 0 && hypot(at[0] - xy[2 * n - 2], at[1] - xy[2 * n - 1]) <= crumb)
            continue;
        // The previous point goes if it lies on the way from the one before to this one.
        if (n > 1 && off_line(&xy[2 * n - 4], &xy[2 * n - 2], at) <= crumb)
            n--;
        memcpy(&xy[2 * n], at, sizeof at);
        n++;
    }
    while (n > 1 && hypot(xy[0] - xy[2 * n - 2], xy[1] - xy[2 * n - 1]) <= crumb)
        n--;
    if (n > 2 && off_line(&xy[2 * n - 4], &xy[2 * n - 2], xy) <= crumb)
        n--;
    if (n > 2 && off_line(&xy[2 * n - 2], xy, &xy[2]) <= crumb) {
        memmove(xy, &xy[2], 2 * (size_t)(n - 1) * sizeof *xy);
        n--;
    }
    double twice = 0, length = 0;
    for (int32_t p = 0; p < n; p++) {
        const double *a = &xy[2 * p], *b = &xy[2 * (p + 1 < n ? p + 1 : 0)];
        twice += (a[0] - xy[0]) * (b[1] - xy[1]) - (b[0] - xy[0]) * (a[1] - xy[1]);
        length += hypot(b[0] - a[0], b[1] - a[1]);
    }
    if (n < 3 || fabs(twice) <= crumb * length)
        return 0;
    if ((twice > 0) != outer)
        for (int32_t p = 0, q = n - 1; p < q; p++, q--)
            for (int32_t c = 0; c < 2; c++) {
                double swap = xy[2 * p + c];
                xy[2 * p + c] = xy[2 * q + c];
                xy[2 * q + c] = swap;
            }
    return n;
}

// Room for everything: rings and points of all polygons of a geometry.
static void count_rings(flx_geos *geos, const GEOSGeometry *shape, int32_t *n_ring, int32_t *n_xy)
{
    int n_part = GEOSGetNumGeometries_r(geos->h, shape);
    for (int k = 0; k < n_part; k++) {
        const GEOSGeometry *part = GEOSGetGeometryN_r(geos->h, shape, k);
        if (GEOSGeomTypeId_r(geos->h, part) != GEOS_POLYGON)
            continue;
        *n_ring += 1 + GEOSGetNumInteriorRings_r(geos->h, part);
        *n_xy += GEOSGetNumCoordinates_r(geos->h, part);
    }
}

static flx_status read_rings(flx_geos *geos, const GEOSGeometry *shape, double crumb,
                             flx_region *region)
{
    int n_geometry = GEOSGetNumGeometries_r(geos->h, shape);
    int32_t n_part = 0;
    for (int k = 0; k < n_geometry; k++) {
        const GEOSGeometry *part = GEOSGetGeometryN_r(geos->h, shape, k);
        if (GEOSGeomTypeId_r(geos->h, part) != GEOS_POLYGON || GEOSisEmpty_r(geos->h, part) != 0)
            continue;
        int n_hole = GEOSGetNumInteriorRings_r(geos->h, part);
        for (int q = -1; q < n_hole; q++) {
            const GEOSGeometry *ring = q < 0 ? GEOSGetExteriorRing_r(geos->h, part)
                                             : GEOSGetInteriorRingN_r(geos->h, part, q);
            int32_t r = region->n_ring, begin = region->start[r];
            int32_t n = ring ? read_ring(geos, ring, crumb, q < 0, &region->xy[2 * begin]) : -1;
            if (n < 0)
                return flx_geos_fail(geos, "read a shape");
            if (n == 0 && q < 0)
                break; // a part without thickness: its holes go with it
            if (n == 0)
                continue;
            region->part[r] = n_part;
            region->outer[r] = q < 0;
            region->start[r + 1] = begin + n;
            region->n_ring++;
        }
        n_part = region->n_ring ? region->part[region->n_ring - 1] + 1 : 0;
    }
    return FLX_OK;
}

// Area, bounds and an inner point from the rings.
static flx_status measure(flx_geos *geos, flx_region *region)
{
    double *b = region->bounds;
    b[0] = b[2] = region->xy[0];
    b[1] = b[3] = region->xy[1];
    region->area = 0;
    for (int32_t r = 0; r < region->n_ring; r++) {
        int32_t begin = region->start[r], end = region->start[r + 1];
        const double *o = &region->xy[2 * begin];
        for (int32_t p = begin; p < end; p++) {
            const double *a = &region->xy[2 * p], *c = p + 1 < end ? a + 2 : o;
            region->area += 0.5 * ((a[0] - o[0]) * (c[1] - o[1]) - (c[0] - o[0]) * (a[1] - o[1]));
            b[0] = fmin(b[0], a[0]);
            b[1] = fmin(b[1], a[1]);
            b[2] = fmax(b[2], a[0]);
            b[3] = fmax(b[3], a[1]);
        }
    }
    GEOSGeometry *shape = NULL;
    FLX_TRY(flx_geos_import(geos, region, &shape));
    GEOSGeometry *point = GEOSPointOnSurface_r(geos->h, shape);
    GEOSGeom_destroy_r(geos->h, shape);
    if (!point || GEOSGeomGetX_r(geos->h, point, &region->inner[0]) != 1 ||
        GEOSGeomGetY_r(geos->h, point, &region->inner[1]) != 1) {
        if (point)
            GEOSGeom_destroy_r(geos->h, point);
        return flx_geos_fail(geos, "find a point inside a shape");
    }
    GEOSGeom_destroy_r(geos->h, point);
    return FLX_OK;
}

flx_status flx_geos_export(flx_geos *geos, const GEOSGeometry *shape, flx_region **out)
{
    *out = NULL;
    int32_t n_ring = 0, n_xy = 0;
    count_rings(geos, shape, &n_ring, &n_xy);
    double box[4] = {0};
    if (n_ring > 0) {
        GEOSGeom_getXMin_r(geos->h, shape, &box[0]);
        GEOSGeom_getYMin_r(geos->h, shape, &box[1]);
        GEOSGeom_getXMax_r(geos->h, shape, &box[2]);
        GEOSGeom_getYMax_r(geos->h, shape, &box[3]);
    }
    double crumb = CRUMB * fmax(box[2] - box[0], box[3] - box[1]);

    flx_region *region = FLX_NEW(geos->ctx, flx_region);
    if (!region)
        return FLX_ERR_MEMORY;
    region->start = FLX_NEW_ARRAY(geos->ctx, int32_t, n_ring + 1);
    region->part = FLX_NEW_ARRAY(geos->ctx, int32_t, n_ring);
    region->outer = FLX_NEW_ARRAY(geos->ctx, bool, n_ring);
    region->xy = FLX_NEW_ARRAY(geos->ctx, double, 2 * (size_t)n_xy);
    flx_status status = region->start && region->part && region->outer && region->xy
                            ? read_rings(geos, shape, crumb, region)
                            : FLX_ERR_MEMORY;
    if (status == FLX_OK && region->n_ring == 0)
        status = flx_fail(geos->ctx, FLX_ERR_GEOMETRY, "the shape has no area");
    if (status == FLX_OK)
        status = measure(geos, region);
    if (status == FLX_OK)
        *out = region;
    else
        flx_region_free(region);
    return status;
}
