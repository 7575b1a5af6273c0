// io/image.c -- PNG files, read by Cairo.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/image.h"

#include <cairo.h>

// Of a pixel 0xrrggbb, by the weights of ITU-R BT.601, which convert NTSC and JPEG.
static double grey_of(uint32_t pixel)
{
    double red = (pixel >> 16) & 0xff, green = (pixel >> 8) & 0xff, blue = pixel & 0xff;
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
}

// On white paper, whatever the file holds.
static cairo_surface_t *on_white(cairo_surface_t *from)
{
    cairo_surface_t *to =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, cairo_image_surface_get_width(from),
                                   cairo_image_surface_get_height(from));
    cairo_t *pen = cairo_create(to);
    cairo_set_source_rgb(pen, 1, 1, 1);
    cairo_paint(pen);
    cairo_set_source_surface(pen, from, 0, 0);
    cairo_paint(pen);
    cairo_destroy(pen);
    cairo_surface_flush(to);
    return to;
}

static flx_status take_grey(flx_ctx *ctx, cairo_surface_t *from, flx_image *image)
{
    image->nx = cairo_image_surface_get_width(from);
    image->ny = cairo_image_surface_get_height(from);
    image->grey = FLX_NEW_ARRAY(ctx, double, (size_t)image->nx *(size_t)image->ny);
    if (!image->grey)
        return FLX_ERR_MEMORY;
    ptrdiff_t stride = cairo_image_surface_get_stride(from);
    for (int32_t y = 0; y < image->ny; y++) { // Cairo has the highest row first
        const void *row = cairo_image_surface_get_data(from) + (image->ny - 1 - y) * stride;
        for (int32_t x = 0; x < image->nx; x++)
            image->grey[(ptrdiff_t)y * image->nx + x] = grey_of(((const uint32_t *)row)[x]);
    }
    return FLX_OK;
}

flx_status flx_image_read(flx_ctx *ctx, const char *path, flx_image *image)
{
    *image = (flx_image){0};
    cairo_surface_t *file = cairo_image_surface_create_from_png(path), *paper = NULL;
    cairo_status_t why = cairo_surface_status(file);
    flx_status status = FLX_OK;
    if (why == CAIRO_STATUS_SUCCESS) {
        paper = on_white(file);
        why = cairo_surface_status(paper);
    }
    // Cairo calls all that libpng complains of a lack of memory.
    if (why == CAIRO_STATUS_FILE_NOT_FOUND)
        status = flx_fail(ctx, FLX_ERR_FILE, "%s: cannot be opened: no such file", path);
    else if (why != CAIRO_STATUS_SUCCESS)
        status = flx_fail(ctx, FLX_ERR_FILE, "%s: is no PNG image, or a damaged one", path);
    else
        status = take_grey(ctx, paper, image);
    cairo_surface_destroy(file);
    cairo_surface_destroy(paper);
    return status;
}

void flx_image_clear(flx_image *image)
{
    flx_free(image->grey);
    *image = (flx_image){0};
}
