// geom/shape.c -- one item of a shape list as a polygon in its place.
//
// A circle of radius r becomes the regular polygon of n sides with the circle's area: its corners
// lie at R = r sqrt(x / sin x), x = 2 pi / n. An ellipse is the same polygon stretched.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "geom/geom.h"

#include <math.h>
#include <stdio.h>

static const double PI = 3.14159265358979323846;
enum { MIN_SIDES = 64, MAX_SIDES = 1 << 20 };

static bool positive(double v)
{
    return v > 0 && isfinite(v);
}

// Box or arc, centred.
static flx_status box(flx_geos *geos, const double size[2], GEOSGeometry **out)
{
    if (!positive(size[0]) || !positive(size[1]))
        return flx_fail(geos->ctx, FLX_ERR_GEOMETRY,
                        "a box of size %g, %g has no area; both sizes must be > 0", size[0],
                        size[1]);
    double x = 0.5 * size[0], y = 0.5 * size[1];
    return flx_geos_polygon(geos, (double[]){-x, -y, x, -y, x, y, -x, y}, 4, out);
}

static flx_status ellipse(flx_geos *geos, const double size[2], double max_side, GEOSGeometry **out)
{
    if (!positive(size[0]) || !positive(size[1]))
        return flx_fail(geos->ctx, FLX_ERR_GEOMETRY,
                        "a circle or ellipse of radius %g, %g has no area; it must be > 0", size[0],
                        size[1]);
    double sides = MIN_SIDES;
    if (max_side > 0)
        sides = fmax(sides, ceil(1.001 * 2 * PI * fmax(size[0], size[1]) / max_side));
    if (!(sides <= MAX_SIDES))
        return flx_fail(
            geos->ctx, FLX_ERR_GEOMETRY,
            "an arc of radius %g xi would need %.3g sides of %g xi; choose a larger edge "
            "length",
            fmax(size[0], size[1]), sides, max_side);
    int32_t n = ((int32_t)sides + 3) / 4 * 4; // the same in all four quadrants
    double step = 2 * PI / n, stretch = sqrt(step / sin(step));
    double *xy = FLX_NEW_ARRAY(geos->ctx, double, 2 * (size_t)n);
    if (!xy)
        return FLX_ERR_MEMORY;
    for (int32_t p = 0; p < n; p++) {
        xy[2 * p] = stretch * size[0] * cos(step * p);
        xy[2 * p + 1] = stretch * size[1] * sin(step * p);
    }
    flx_status status = flx_geos_polygon(geos, xy, n, out);
    flx_free(xy);
    return status;
}

static flx_status check_points(flx_geos *geos, const flx_shape_item *item, int32_t min,
                               const char *what)
{
    if (item->n_point < min || !item->points)
        return flx_fail(geos->ctx, FLX_ERR_GEOMETRY, "a %s needs at least %d points, it has %d",
                        what, min, item->n_point);
    for (int32_t p = 0; p < item->n_point; p++)
        if (!isfinite(item->points[2 * p]) || !isfinite(item->points[2 * p + 1]))
            return flx_fail(geos->ctx, FLX_ERR_GEOMETRY, "point %d of a %s is not a number", p + 1,
                            what);
    return FLX_OK;
}

// A closing point that repeats the first is dropped.
static flx_status polygon(flx_geos *geos, const flx_shape_item *item, GEOSGeometry **out)
{
    FLX_TRY(check_points(geos, item, 3, "polygon"));
    const double *xy = item->points;
    int32_t n = item->n_point;
    if (n > 3 && xy[0] == xy[2 * n - 2] && xy[1] == xy[2 * n - 1])
        n--;
    double twice = 0, reach = 0;
    for (int32_t p = 0; p < n; p++) {
        const double *a = &xy[2 * p], *b = &xy[2 * (p + 1 < n ? p + 1 : 0)];
        twice += (a[0] - xy[0]) * (b[1] - xy[1]) - (b[0] - xy[0]) * (a[1] - xy[1]);
        reach = fmax(reach, hypot(a[0] - xy[0], a[1] - xy[1]));
    }
    FLX_TRY(flx_geos_polygon(geos, xy, n, out));
    flx_status status = flx_geos_check(geos, *out);
    if (status == FLX_OK && fabs(twice) <= 1e-9 * reach * reach)
        status = flx_fail(geos->ctx, FLX_ERR_GEOMETRY,
                          "a polygon of %d points has no area: they lie on a line", n);
    if (status < 0) {
        GEOSGeom_destroy_r(geos->h, *out);
        *out = NULL;
    }
    return status;
}

// The line widened to both sides; a line that returns to its start is a closed band.
static flx_status path(flx_geos *geos, const flx_shape_item *item, GEOSGeometry **out)
{
    FLX_TRY(check_points(geos, item, 2, "path"));
    if (!positive(item->width))
        return flx_fail(geos->ctx, FLX_ERR_GEOMETRY, "a path is %g wide; its width must be > 0",
                        item->width);
    *out = NULL;
    GEOSGeometry *line = NULL;
    GEOSCoordSequence *seq = GEOSCoordSeq_create_r(geos->h, (unsigned)item->n_point, 2);
    GEOSBufferParams *params = GEOSBufferParams_create_r(geos->h);
    if (seq) {
        for (int32_t p = 0; p < item->n_point; p++)
            GEOSCoordSeq_setXY_r(geos->h, seq, (unsigned)p, item->points[2 * p],
                                 item->points[2 * p + 1]);
        line = GEOSGeom_createLineString_r(geos->h, seq);
    }
    if (line && params && GEOSBufferParams_setEndCapStyle_r(geos->h, params, GEOSBUF_CAP_FLAT) &&
        GEOSBufferParams_setJoinStyle_r(geos->h, params, GEOSBUF_JOIN_MITRE))
        *out = GEOSBufferWithParams_r(geos->h, line, params, 0.5 * item->width);
    if (line)
        GEOSGeom_destroy_r(geos->h, line);
    if (params)
        GEOSBufferParams_destroy_r(geos->h, params);
    if (!*out)
        return flx_geos_fail(geos, "widen a path");
    if (GEOSisEmpty_r(geos->h, *out) != 0) {
        GEOSGeom_destroy_r(geos->h, *out);
        *out = NULL;
        return flx_fail(geos->ctx, FLX_ERR_GEOMETRY, "a path of %d points has no length",
                        item->n_point);
    }
    return FLX_OK;
}

typedef struct affine {
    double xx, xy, yx, yy, x, y;
} affine;

static int transform(double *x, double *y, void *user)
{
    const affine *m = user;
    double u = *x, v = *y;
    *x = m->xx * u + m->xy * v + m->x;
    *y = m->yx * u + m->yy * v + m->y;
    return 1;
}

// Mirror, scale, rotate, move; multiples of 90 degrees exactly.
static affine placement(const flx_shape_item *item, const double scale[2])
{
    double sx = (item->mirror_x ? -1 : 1) * scale[0], sy = (item->mirror_y ? -1 : 1) * scale[1];
    double turn = fmod(item->rotate, 360);
    double c = cos(turn * PI / 180), s = sin(turn * PI / 180);
    if (fmod(turn, 90) == 0) {
        c = round(c);
        s = round(s);
    }
    return (affine){c * sx, -s * sy, s * sx, c * sy, item->at[0], item->at[1]};
}

flx_status flx_geos_shape(flx_geos *geos, const flx_shape_item *item, double max_edge,
                          GEOSGeometry **out)
{
    *out = NULL;
    double scale[2] = {item->scale[0], item->scale[1]};
    if (scale[0] == 0 && scale[1] == 0)
        scale[0] = scale[1] = 1;
    if (scale[0] == 0 || scale[1] == 0 || !isfinite(scale[0]) || !isfinite(scale[1]))
        return flx_fail(geos->ctx, FLX_ERR_GEOMETRY,
                        "a shape is scaled by %g, %g; both must differ from 0", scale[0], scale[1]);
    if (!isfinite(item->at[0]) || !isfinite(item->at[1]) || !isfinite(item->rotate))
        return flx_fail(geos->ctx, FLX_ERR_GEOMETRY,
                        "a shape's place (%g, %g) turned by %g is not "
                        "finite",
                        item->at[0], item->at[1], item->rotate);

    // Sides are counted after scaling.
    double max_side = max_edge / fmax(fabs(scale[0]), fabs(scale[1]));
    GEOSGeometry *made = NULL;
    flx_status status = FLX_OK;
    switch (item->kind) {
    case FLX_SHAPE_BOX:
        status = box(geos, item->size, &made);
        break;
    case FLX_SHAPE_CIRCLE:
        status = ellipse(geos, (double[2]){item->size[0], item->size[0]}, max_side, &made);
        break;
    case FLX_SHAPE_ELLIPSE:
        status = ellipse(geos, item->size, max_side, &made);
        break;
    case FLX_SHAPE_POLYGON:
        status = polygon(geos, item, &made);
        break;
    case FLX_SHAPE_PATH:
        status = path(geos, item, &made);
        break;
    default:
        return flx_fail(geos->ctx, FLX_ERR_INPUT, "a shape's kind is %d, which is unknown",
                        (int)item->kind);
    }
    if (status < 0)
        return status;
    affine place = placement(item, scale);
    *out = GEOSGeom_transformXY_r(geos->h, made, transform, &place);
    GEOSGeom_destroy_r(geos->h, made);
    return *out ? FLX_OK : flx_geos_fail(geos, "move a shape");
}
