// plot/raster.c -- triangles to pixels.
//
// The picture is sampled on a regular grid, FLX_RASTER_SUB^2 samples to a pixel. Each sample knows
// its triangle; a field that is linear on triangles is then evaluated exactly at the sample, turned
// into a colour, and the colours of a pixel are averaged in linear light. The share of samples on
// the film is the pixel's opacity: rims come out smooth. Inside of the film, one sample does for a
// pixel where the triangles are larger than that: the field has no more detail there.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "plot/raster.h"

#include "plot/canvas.h"

#include <math.h>

static const double pi = 3.14159265358979323846;
enum { SUB2 = FLX_RASTER_SUB * FLX_RASTER_SUB };

// Samples inside one triangle: for each row the interval between its edges.
static void cover(flx_raster *raster, int32_t t)
{
    const flx_mesh *mesh = raster->mesh;
    double u[3], v[3]; // corners counted in samples; sample (c, r) is at (c, r)
    for (int k = 0; k < 3; k++) {
        int32_t i = mesh->tri[3 * t + k];
        u[k] = (mesh->x[i] - raster->x0) / raster->step - 0.5;
        v[k] = (raster->y1 - mesh->y[i]) / raster->step - 0.5;
    }
    double top = fmin(v[0], fmin(v[1], v[2])), bottom = fmax(v[0], fmax(v[1], v[2]));
    if (!(bottom >= 0 && top <= raster->height - 1))
        return;
    int32_t first = (int32_t)ceil(fmax(top, 0));
    int32_t last = (int32_t)floor(fmin(bottom, raster->height - 1));
    for (int32_t row = first; row <= last; row++) {
        double left = INFINITY, right = -INFINITY;
        for (int k = 0; k < 3; k++) {
            double va = v[k], vb = v[(k + 1) % 3], ua = u[k], ub = u[(k + 1) % 3];
            if ((va < row && vb < row) || (va > row && vb > row))
                continue;
            double s = va == vb ? 0 : (row - va) / (vb - va);
            double cut = ua + s * (ub - ua), other = va == vb ? ub : cut;
            left = fmin(left, fmin(cut, other));
            right = fmax(right, fmax(cut, other));
        }
        // Closed intervals, a hair wider than the triangle: neighbours leave no gap.
        left = fmax(ceil(left - 1e-9), 0);
        right = fmin(floor(right + 1e-9), raster->width - 1);
        int32_t *line = raster->tri + (size_t)row * (size_t)raster->width;
        for (double c = left; c <= right; c++)
            line[(int32_t)c] = t;
    }
}

// Samples of a pixel that are on the film; *middle: the triangle in its middle.
static int covered(const flx_raster *raster, int32_t column, int32_t row, int32_t *middle)
{
    const int32_t *tri = raster->tri + FLX_RASTER_SUB * (ptrdiff_t)row * raster->width +
                         FLX_RASTER_SUB * (ptrdiff_t)column;
    int n = 0;
    for (int r = 0; r < FLX_RASTER_SUB; r++)
        for (int c = 0; c < FLX_RASTER_SUB; c++)
            n += tri[(ptrdiff_t)r * raster->width + c] >= 0;
    *middle = tri[(FLX_RASTER_SUB / 2) * (ptrdiff_t)raster->width + FLX_RASTER_SUB / 2];
    return n;
}

// Whether a triangle has four pixels or more, in the mean.
static bool resolved(const flx_raster *raster)
{
    const flx_mesh *mesh = raster->mesh;
    double twice = 0, pixel = FLX_RASTER_SUB * raster->step;
    for (int32_t t = 0; t < mesh->n_tri; t++) {
        const int32_t *c = mesh->tri + 3 * (size_t)t;
        twice += fabs((mesh->x[c[1]] - mesh->x[c[0]]) * (mesh->y[c[2]] - mesh->y[c[0]]) -
                      (mesh->x[c[2]] - mesh->x[c[0]]) * (mesh->y[c[1]] - mesh->y[c[0]]));
    }
    return twice > 8 * mesh->n_tri * pixel * pixel;
}

static void sort_pixels(flx_raster *raster)
{
    int32_t columns = raster->width / FLX_RASTER_SUB, rows = raster->height / FLX_RASTER_SUB;
    bool fine = resolved(raster);
    for (int32_t r = 0; r < rows; r++) {
        for (int32_t c = 0; c < columns; c++) {
            int32_t middle, n = covered(raster, c, r, &middle);
            raster->whole[(ptrdiff_t)r * columns + c] = n == 0              ? FLX_RASTER_EMPTY
                                                        : fine && n == SUB2 ? middle
                                                                            : FLX_RASTER_MIXED;
        }
    }
}

static double step_of(const double box[4], const int32_t pixels[2])
{
    return (box[2] - box[0]) / (FLX_RASTER_SUB * pixels[0]);
}

flx_status flx_raster_init(flx_ctx *ctx, flx_raster *raster, const flx_mesh *mesh,
                           const double box[4], const int32_t pixels[2])
{
    *raster = (flx_raster){
        .mesh = mesh,
        .width = FLX_RASTER_SUB * pixels[0],
        .height = FLX_RASTER_SUB * pixels[1],
        .x0 = box[0],
        .y1 = box[3],
        .step = step_of(box, pixels),
    };
    size_t n = (size_t)raster->width * (size_t)raster->height;
    raster->tri = FLX_NEW_ARRAY(ctx, int32_t, n);
    raster->whole = FLX_NEW_ARRAY(ctx, int32_t, n / SUB2);
    raster->encode = FLX_NEW_ARRAY(ctx, unsigned char, FLX_RASTER_LEVELS);
    if (!raster->tri || !raster->whole || !raster->encode) {
        flx_raster_clear(raster);
        return FLX_ERR_MEMORY;
    }
    for (size_t k = 0; k < n; k++)
        raster->tri[k] = -1;
    for (int32_t t = 0; t < mesh->n_tri; t++)
        cover(raster, t);
    sort_pixels(raster);
    for (int k = 0; k < FLX_RASTER_LEVELS; k++)
        raster->encode[k] =
            (unsigned char)lround(255 * flx_srgb_encode(k / (FLX_RASTER_LEVELS - 1.0)));
    return FLX_OK;
}

void flx_raster_clear(flx_raster *raster)
{
    flx_free(raster->tri);
    flx_free(raster->whole);
    flx_free(raster->encode);
    *raster = (flx_raster){0};
}

bool flx_raster_is_of(const flx_raster *raster, const flx_mesh *mesh, const double box[4],
                      const int32_t pixels[2])
{
    return raster->mesh == mesh && raster->width == FLX_RASTER_SUB * pixels[0] &&
           raster->height == FLX_RASTER_SUB * pixels[1] && raster->x0 == box[0] &&
           raster->y1 == box[3] && raster->step == step_of(box, pixels);
}

int32_t flx_raster_find(const flx_raster *raster, double x, double y)
{
    double c = floor((x - raster->x0) / raster->step), r = floor((raster->y1 - y) / raster->step);
    if (!(c >= 0 && c < raster->width && r >= 0 && r < raster->height))
        return -1;
    return raster->tri[(size_t)r * (size_t)raster->width + (size_t)c];
}

void flx_plane(const flx_mesh *mesh, int32_t t, const double *v, int stride, double plane[3])
{
    const int32_t *tri = mesh->tri + 3 * (size_t)t;
    double x0 = mesh->x[tri[0]], y0 = mesh->y[tri[0]];
    double ux = mesh->x[tri[1]] - x0, uy = mesh->y[tri[1]] - y0;
    double wx = mesh->x[tri[2]] - x0, wy = mesh->y[tri[2]] - y0;
    double v0 = v[(size_t)tri[0] * (size_t)stride];
    double du = v[(size_t)tri[1] * (size_t)stride] - v0;
    double dw = v[(size_t)tri[2] * (size_t)stride] - v0;
    double det = ux * wy - uy * wx;
    plane[1] = (du * wy - dw * uy) / det;
    plane[2] = (dw * ux - du * wx) / det;
    plane[0] = v0 - plane[1] * x0 - plane[2] * y0;
}

// The values on one triangle as planes.
typedef struct patch {
    int32_t tri; // -1: none
    double plane[3][3];
} patch;

static void set_patch(const flx_raster *raster, const flx_shade *shade, int32_t t, patch *p)
{
    if (p->tri == t)
        return;
    p->tri = t;
    for (int k = 0; k < 3 && shade->value[k]; k++)
        flx_plane(raster->mesh, t, shade->value[k], shade->stride[k], p->plane[k]);
}

// Adds the colour at sample (c, r) `times` times to a pixel's sum (r, g, b, samples).
static void add_sample(const flx_raster *raster, const flx_shade *shade, const patch *p,
                       const int32_t at[2], float times, float sum[4])
{
    double x = raster->x0 + (at[0] + 0.5) * raster->step;
    double y = raster->y1 - (at[1] + 0.5) * raster->step;
    double value[3] = {0}, t, light = 1;
    for (int k = 0; k < 3 && shade->value[k]; k++)
        value[k] = p->plane[k][0] + p->plane[k][2] * y + p->plane[k][1] * x;
    switch (shade->kind) {
    case FLX_SHADE_SCALAR:
        t = (value[0] - shade->min) / (shade->max - shade->min);
        break;
    case FLX_SHADE_NORM:
        t = (sqrt(value[0] * value[0] + value[1] * value[1]) - shade->min) /
            (shade->max - shade->min);
        break;
    default:
        t = 0.5 + atan2(value[1], value[0]) / (2 * pi);
        if (shade->value[2]) {
            // Light times s^3 is OKLab times s: same hue, lightness times s.
            double s = 0.2 + 0.8 * fmin(fmax(value[2], 0), 1);
            light = s * s * s;
        }
    }
    static const float grey[3] = {0.3f, 0.3f, 0.3f};
    bool finite = isfinite(t) && isfinite(light);
    const float *rgb = finite ? shade->map->rgb[flx_colour_index(t)] : grey;
    float factor = times * (finite ? (float)light : 1);
    sum[0] += factor * rgb[0];
    sum[1] += factor * rgb[1];
    sum[2] += factor * rgb[2];
    sum[3] += times;
}

// All samples of a pixel that are on the film.
static void add_mixed(const flx_raster *raster, const flx_shade *shade, const int32_t first[2],
                      float sum[4])
{
    patch p = {.tri = -1};
    for (int32_t r = first[1]; r < first[1] + FLX_RASTER_SUB; r++) {
        for (int32_t c = first[0]; c < first[0] + FLX_RASTER_SUB; c++) {
            int32_t t = raster->tri[(ptrdiff_t)r * raster->width + c];
            if (t < 0)
                continue;
            set_patch(raster, shade, t, &p);
            add_sample(raster, shade, &p, (int32_t[2]){c, r}, 1, sum);
        }
    }
}

// One row of pixels into their sums.
static void add_row(const flx_raster *raster, const flx_shade *shade, int32_t row, float (*sum)[4])
{
    int32_t n = raster->width / FLX_RASTER_SUB;
    const int32_t *whole = raster->whole + (ptrdiff_t)row * n;
    patch p = {.tri = -1};
    for (int32_t c = 0; c < n; c++) {
        int32_t first[2] = {FLX_RASTER_SUB * c, FLX_RASTER_SUB * row};
        if (whole[c] == FLX_RASTER_MIXED) {
            add_mixed(raster, shade, first, sum[c]);
        } else if (whole[c] >= 0) {
            int32_t middle[2] = {first[0] + FLX_RASTER_SUB / 2, first[1] + FLX_RASTER_SUB / 2};
            set_patch(raster, shade, whole[c], &p);
            add_sample(raster, shade, &p, middle, SUB2, sum[c]);
        }
    }
}

// Sums to premultiplied ARGB; clears them for the next row.
static void write_row(int32_t n, float (*sum)[4], const unsigned char *encode, uint32_t *pixel)
{
    for (int32_t p = 0; p < n; p++) {
        float samples = sum[p][3];
        uint32_t argb = 0;
        if (samples > 0) {
            uint32_t alpha = (uint32_t)(255 * samples / SUB2 + 0.5f);
            argb = alpha << 24;
            for (int c = 0; c < 3; c++) {
                uint32_t level =
                    encode[(int)(sum[p][c] / samples * (FLX_RASTER_LEVELS - 1) + 0.5f)];
                argb |= (level * alpha + 127) / 255 << (16 - 8 * c);
            }
        }
        pixel[p] = argb;
        sum[p][0] = sum[p][1] = sum[p][2] = sum[p][3] = 0;
    }
}

flx_status flx_raster_shade(flx_ctx *ctx, const flx_raster *raster, const flx_shade *shade,
                            cairo_surface_t **out)
{
    int32_t width = raster->width / FLX_RASTER_SUB, height = raster->height / FLX_RASTER_SUB;
    float(*sum)[4] = flx_alloc(ctx, (size_t)width, sizeof *sum);
    *out = NULL;
    if (sum)
        *out = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
    if (*out && cairo_surface_status(*out) == CAIRO_STATUS_SUCCESS) {
        unsigned char *data = cairo_image_surface_get_data(*out);
        int stride = cairo_image_surface_get_stride(*out);
        for (int32_t r = 0; r < height; r++) {
            add_row(raster, shade, r, sum);
            write_row(width, sum, raster->encode,
                      (uint32_t *)(void *)(data + (ptrdiff_t)r * stride));
        }
        cairo_surface_mark_dirty(*out);
    }
    flx_free(sum);
    if (!*out)
        return FLX_ERR_MEMORY;
    cairo_status_t status = cairo_surface_status(*out);
    if (status != CAIRO_STATUS_SUCCESS) {
        cairo_surface_destroy(*out);
        *out = NULL;
    }
    return *out ? FLX_OK : flx_cairo_check(ctx, status);
}
