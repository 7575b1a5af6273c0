// plot/canvas.c -- a page of cairo that ends in a file.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "plot/canvas.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static const double point = 0.75; // [pt] of one px: 96 px are an inch

flx_status flx_canvas_kind_of(flx_ctx *ctx, const char *path, flx_canvas_kind *kind)
{
    static const char *const endings[] = {".png", ".svg", ".pdf"};
    size_t n = path ? strlen(path) : 0;
    for (int k = 0; k < 3; k++) {
        if (n > 4 && strcasecmp(path + n - 4, endings[k]) == 0) {
            *kind = (flx_canvas_kind)k;
            return FLX_OK;
        }
    }
    return flx_fail(ctx, FLX_ERR_INPUT,
                    "picture '%s': the ending says the format, allowed is .png, .svg or .pdf",
                    path ? path : "");
}

flx_status flx_cairo_check(flx_ctx *ctx, cairo_status_t status)
{
    switch (status) {
    case CAIRO_STATUS_SUCCESS:
        return FLX_OK;
    case CAIRO_STATUS_NO_MEMORY:
        return flx_fail(ctx, FLX_ERR_MEMORY, "no memory for the picture; make it smaller");
    case CAIRO_STATUS_INVALID_STRING:
        return flx_fail(ctx, FLX_ERR_INPUT, "a title or name in the picture is not valid UTF-8");
    case CAIRO_STATUS_INVALID_SIZE:
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "the picture is too large: at most 32767 pixels a side");
    default:
        return flx_fail(ctx, FLX_ERR_INTERNAL, "cairo: %s", cairo_status_to_string(status));
    }
}

// Called by cairo with the next bytes of the file.
static cairo_status_t gather(void *user, const unsigned char *data, unsigned int length)
{
    flx_canvas *canvas = user;
    if (canvas->room - canvas->n_byte < length) {
        size_t room = 2 * canvas->room + length + 65536;
        unsigned char *bytes = flx_realloc(canvas->ctx, canvas->bytes, canvas->room, room, 1);
        if (!bytes) {
            canvas->no_memory = true;
            return CAIRO_STATUS_NO_MEMORY;
        }
        canvas->bytes = bytes;
        canvas->room = room;
    }
    memcpy(canvas->bytes + canvas->n_byte, data, length);
    canvas->n_byte += length;
    return CAIRO_STATUS_SUCCESS;
}

flx_status flx_canvas_init(flx_ctx *ctx, flx_canvas *canvas, flx_canvas_kind kind,
                           const double size[2], double scale)
{
    *canvas = (flx_canvas){.ctx = ctx, .kind = kind, .resolution = scale};
    double unit = scale;
    if (kind == FLX_CANVAS_PNG) {
        canvas->surface = cairo_image_surface_create(
            CAIRO_FORMAT_RGB24, (int)lround(size[0] * scale), (int)lround(size[1] * scale));
    } else {
        unit = point;
        canvas->resolution = 2; // 192 dots per inch
        if (kind == FLX_CANVAS_SVG) {
            canvas->surface =
                cairo_svg_surface_create_for_stream(gather, canvas, size[0] * unit, size[1] * unit);
            cairo_svg_surface_set_document_unit(canvas->surface, CAIRO_SVG_UNIT_PT);
        } else {
            canvas->surface =
                cairo_pdf_surface_create_for_stream(gather, canvas, size[0] * unit, size[1] * unit);
            cairo_pdf_surface_set_metadata(canvas->surface, CAIRO_PDF_METADATA_CREATOR, "fluxoid");
            // No date: the same data give the same file.
            cairo_pdf_surface_set_metadata(canvas->surface, CAIRO_PDF_METADATA_CREATE_DATE, NULL);
        }
    }
    canvas->cr = cairo_create(canvas->surface);
    cairo_scale(canvas->cr, unit, unit);
    cairo_set_source_rgb(canvas->cr, 1, 1, 1);
    cairo_paint(canvas->cr);
    cairo_set_line_cap(canvas->cr, CAIRO_LINE_CAP_BUTT);
    cairo_set_line_join(canvas->cr, CAIRO_LINE_JOIN_ROUND);
    return flx_cairo_check(ctx, cairo_status(canvas->cr));
}

// The number of an id of cairo's at `at`, as in "image12", "surface3" or "#image12"; n: its digits.
static unsigned long id_number(const unsigned char *at, size_t left, size_t *begin, size_t *n)
{
    static const char *const words[] = {"\"image", "\"surface", "\"#image", "\"#surface"};
    for (int k = 0; k < 4; k++) {
        size_t length = strlen(words[k]);
        if (left <= length || memcmp(at, words[k], length) != 0)
            continue;
        unsigned long number = 0;
        *begin = length;
        for (*n = 0;
             *n < 9 && length + *n < left && at[length + *n] >= '0' && at[length + *n] <= '9'; ++*n)
            number = 10 * number + (unsigned long)(at[length + *n] - '0');
        if (*n > 0)
            return number;
    }
    return 0;
}

// Cairo's SVG names parts by a counter of the whole program. Counted from the first of this picture
// they depend on the picture alone; numbers only get shorter, so the text shrinks in place.
static void renumber(flx_canvas *canvas)
{
    unsigned char *bytes = canvas->bytes;
    unsigned long least = 0;
    size_t n = canvas->n_byte, out = 0, begin, digits;
    for (size_t k = 0; k < n; k++) {
        unsigned long number = bytes[k] == '"' ? id_number(bytes + k, n - k, &begin, &digits) : 0;
        least = number && (!least || number < least) ? number : least;
    }
    for (size_t k = 0; k < n;) {
        unsigned long number = bytes[k] == '"' ? id_number(bytes + k, n - k, &begin, &digits) : 0;
        if (!number) {
            bytes[out++] = bytes[k++];
            continue;
        }
        char text[16];
        size_t length = (size_t)snprintf(text, sizeof text, "%lu", number - least + 1);
        memmove(bytes + out, bytes + k, begin);
        memcpy(bytes + out + begin, text, length);
        out += begin + length;
        k += begin + digits;
    }
    canvas->n_byte = out;
}

static flx_status finish(flx_canvas *canvas)
{
    FLX_TRY(flx_cairo_check(canvas->ctx, cairo_status(canvas->cr)));
    cairo_status_t status;
    if (canvas->kind == FLX_CANVAS_PNG) {
        status = cairo_surface_write_to_png_stream(canvas->surface, gather, canvas);
    } else {
        cairo_show_page(canvas->cr);
        cairo_surface_finish(canvas->surface);
        status = cairo_surface_status(canvas->surface);
    }
    FLX_TRY(flx_cairo_check(canvas->ctx, canvas->no_memory ? CAIRO_STATUS_NO_MEMORY : status));
    if (canvas->kind == FLX_CANVAS_SVG)
        renumber(canvas);
    return FLX_OK;
}

static flx_status file_error(flx_ctx *ctx, const char *path, int error)
{
    const char *remedy = error == ENOSPC   ? "free some space or choose another disk"
                         : error == ENOENT ? "make its directory first"
                                           : "choose a path that can be written";
    return flx_fail(ctx, FLX_ERR_FILE, "picture '%s' cannot be written: %s; %s", path,
                    strerror(error), remedy);
}

flx_status flx_canvas_write(flx_canvas *canvas, const char *path)
{
    FLX_TRY(finish(canvas));
    FILE *file = fopen(path, "wb");
    if (!file)
        return file_error(canvas->ctx, path, errno);
    int error = 0;
    if (fwrite(canvas->bytes, 1, canvas->n_byte, file) != canvas->n_byte)
        error = errno;
    if (fclose(file) != 0 && !error)
        error = errno;
    if (!error)
        return FLX_OK;
    // Half a picture is worse than none; devices and links stay.
    struct stat info;
    if (lstat(path, &info) == 0 && S_ISREG(info.st_mode))
        unlink(path);
    return file_error(canvas->ctx, path, error);
}

void flx_canvas_clear(flx_canvas *canvas)
{
    if (canvas->cr)
        cairo_destroy(canvas->cr);
    if (canvas->surface)
        cairo_surface_destroy(canvas->surface);
    flx_free(canvas->bytes);
    *canvas = (flx_canvas){0};
}
