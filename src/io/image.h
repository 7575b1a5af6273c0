// io/image.h -- pictures as numbers.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_IO_IMAGE_H
#define FLX_IO_IMAGE_H

#include "base/base.h"

typedef struct flx_image {
    int32_t nx, ny;
    double *grey; // [ny][nx] 0 black to 1 white, the lowest row first; owned
} flx_image;

// A PNG file; colours become grey, what is transparent is white. Clear with flx_image_clear, also
// after a failure.
flx_status flx_image_read(flx_ctx *ctx, const char *path, flx_image *image);
void flx_image_clear(flx_image *image);

#endif
