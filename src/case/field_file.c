// case/field_file.c -- a field, or another quantity in the plane, from a text file.
//
// One line a point: x y value, separated by blanks or commas; x and y in units.length of the case,
// fields in tesla; what follows # is comment. The points form a rectangular grid with equal spacings, in any
// order.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/drive.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 512 };

typedef struct rows {
    double *xyb; // [n][3]
    size_t n, capacity;
} rows;

// Three numbers of a line; 0: an empty line, -1: something else.
static int parse_line(char *line, double value[3])
{
    int n = 0;
    line[strcspn(line, "#")] = 0;
    for (char *at = line;;) {
        at += strspn(at, " \t\r\n,;");
        if (!*at)
            return n == 0 || n == 3 ? n : -1;
        char *end;
        double v = strtod(at, &end);
        if (end == at || n == 3 || !isfinite(v))
            return -1;
        value[n++] = v;
        at = end;
    }
}

static flx_status read_rows(flx_ctx *ctx, FILE *file, const char *path, rows *r)
{
    char line[LINE];
    for (long number = 1; fgets(line, sizeof line, file); number++) {
        double value[3];
        int n = strlen(line) + 1 < sizeof line ? parse_line(line, value) : -1;
        if (n < 0)
            return flx_fail(ctx, FLX_ERR_INPUT, "%s:%ld: a line holds three numbers: x y B", path,
                            number);
        if (n == 0)
            continue;
        if (r->n == r->capacity) {
            size_t more = r->capacity ? 2 * r->capacity : 1024;
            double *grown = flx_realloc(ctx, r->xyb, 3 * r->capacity, 3 * more, sizeof(double));
            if (!grown)
                return FLX_ERR_MEMORY;
            r->xyb = grown;
            r->capacity = more;
        }
        memcpy(&r->xyb[3 * r->n++], value, sizeof value);
    }
    if (ferror(file))
        return flx_fail(ctx, FLX_ERR_FILE, "%s: cannot be read: %s", path, strerror(errno));
    return FLX_OK;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Number, first value and spacing of the distinct values of a coordinate; false if uneven.
static bool axis_of(const rows *r, int k, double *scratch, double *first, double *step, int32_t *n)
{
    for (size_t i = 0; i < r->n; i++)
        scratch[i] = r->xyb[3 * i + (size_t)k];
    qsort(scratch, r->n, sizeof *scratch, ascending);
    double width = scratch[r->n - 1] - scratch[0];
    size_t count = 1;
    for (size_t i = 1; i < r->n; i++)
        count += scratch[i] - scratch[i - 1] > 1e-6 * width / (double)r->n;
    if (count < 2 || count > INT32_MAX)
        return false;
    *n = (int32_t)count;
    *first = scratch[0];
    *step = width / (double)(count - 1);
    return true;
}

static flx_status make_grid(flx_ctx *ctx, const rows *r, const char *path, flx_field_grid *g)
{
    double *scratch = FLX_NEW_ARRAY(ctx, double, r->n);
    double *b = NULL;
    flx_status status = FLX_OK;
    if (!scratch)
        return FLX_ERR_MEMORY;
    bool even = r->n >= 4 && axis_of(r, 0, scratch, &g->x0, &g->dx, &g->nx) &&
                axis_of(r, 1, scratch, &g->y0, &g->dy, &g->ny) &&
                (size_t)g->nx * (size_t)g->ny == r->n;
    flx_free(scratch);
    if (even && !(b = FLX_NEW_ARRAY(ctx, double, r->n)))
        return FLX_ERR_MEMORY;
    for (size_t i = 0; even && i < r->n; i++)
        b[i] = NAN;
    for (size_t i = 0; even && i < r->n; i++) {
        double x = (r->xyb[3 * i] - g->x0) / g->dx, y = (r->xyb[3 * i + 1] - g->y0) / g->dy;
        int32_t ix = (int32_t)lround(x), iy = (int32_t)lround(y);
        // Coordinates printed with six digits or more are even enough.
        even = fabs(x - ix) < 1e-3 && fabs(y - iy) < 1e-3 &&
               isnan(b[(size_t)iy * (size_t)g->nx + (size_t)ix]);
        if (even)
            b[(size_t)iy * (size_t)g->nx + (size_t)ix] = r->xyb[3 * i + 2];
    }
    if (!even) {
        flx_free(b);
        b = NULL;
        status = flx_fail(ctx, FLX_ERR_INPUT,
                          "%s: the %zu points form no rectangular grid of equal spacings, at least "
                          "2 x 2",
                          path, r->n);
    }
    g->b = b;
    return status;
}

flx_status flx_plane_file_read(flx_ctx *ctx, const flx_case *c, const flx_plane_file *from,
                               flx_field_grid *out)
{
    *out = (flx_field_grid){.cubic = true};
    if (!(c->length > 0))
        return flx_device_fail(ctx, c, from->line,
                               "units.length is missing: the lengths in '%s' are counted in it",
                               from->path);
    char *path = flx_case_path(ctx, c, from->path);
    if (!path)
        return FLX_ERR_MEMORY;
    rows r = {0};
    FILE *file = fopen(path, "r");
    flx_status status = FLX_OK;
    if (!file)
        status = flx_fail(ctx, FLX_ERR_FILE, "%s: cannot be opened: %s", path, strerror(errno));
    if (status == FLX_OK)
        status = read_rows(ctx, file, path, &r);
    if (status == FLX_OK)
        status = make_grid(ctx, &r, path, out);
    if (file)
        fclose(file);
    flx_free(r.xyb);
    flx_free(path);
    if (status < 0)
        return status == FLX_ERR_MEMORY
                   ? status
                   : flx_device_blame(ctx, c, from->line,
                                      flx_fail_in(ctx, status, "%s", from->what));
    double unit = c->length / c->scales.xi, *b = (double *)(uintptr_t)out->b;
    for (int64_t i = 0; i < (int64_t)out->nx * out->ny; i++)
        b[i] /= from->unit;
    out->x0 *= unit;
    out->y0 *= unit;
    out->dx *= unit;
    out->dy *= unit;
    return FLX_OK;
}
