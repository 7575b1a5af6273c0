// case/blame.c -- messages about a device, with the line of the case and in its units.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/device.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

flx_status flx_device_fail(flx_ctx *ctx, const flx_case *c, int32_t line, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return flx_device_blame(ctx, c, line, flx_fail(ctx, FLX_ERR_INPUT, "%s", text));
}

// Where the number that ends before text[end] begins; end if there is none ("K0" is none).
static size_t number_before(const char *text, size_t end)
{
    size_t begin = end;
    while (begin > 0 && strchr("0123456789.eE+-", text[begin - 1]))
        begin--;
    char *stop;
    while (begin < end && (strtod(text + begin, &stop), stop != text + end))
        begin++;
    return begin > 0 && !strchr(" (", text[begin - 1]) ? end : begin;
}

// The same of all numbers of a place or range: "(1, 2)", "x = 1, y = 2", "1 to 2" before its unit.
static size_t place_before(const char *text, size_t end)
{
    static const char *const between[] = {", ", " to ", ", y = ", ", z = "};
    size_t begin = number_before(text, end);
    for (size_t k = 0; begin < end && k < sizeof between / sizeof *between; k++) {
        size_t n = strlen(between[k]);
        if (begin < n || strncmp(text + begin - n, between[k], n) != 0)
            continue;
        size_t before = number_before(text, begin - n);
        if (before < begin - n) {
            begin = before;
            k = (size_t)-1; // and what is before that
        }
    }
    return begin;
}

static bool is_xi(const char *at)
{
    return strncmp(at, " xi", 3) == 0 && at[3] != '_' && at[3] != '.' &&
           !isalnum((unsigned char)at[3]);
}

// Adds to text; returns the new length.
__attribute__((format(printf, 4, 5))) static size_t add(char *text, size_t size, size_t used,
                                                        const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text + used, size - used, format, args);
    va_end(args);
    used += n > 0 ? (size_t)n : 0;
    return used < size ? used : size - 1;
}

// Everything counts in xi, and says so behind the numbers of a place or length. Who reads it counts
// in units.length of the case; one that has no xi at all may call it otherwise.
static void name_unit(flx_ctx *ctx, const flx_case *c, flx_status status)
{
    const double least = 1e-12; // what rounding leaves of 0
    const char *from = flx_ctx_error(ctx);
    const char *unit = c->length_unit ? c->length_unit : c->unit ? c->unit : "xi";
    double factor = c->length_unit ? c->scales.xi / c->length : 1;
    char text[1024] = "";
    size_t used = 0, done = 0, n = strlen(from);
    for (size_t k = 0; k < n; k++) {
        if (!is_xi(from + k))
            continue;
        size_t end = k > 0 && from[k - 1] == ')' ? k - 1 : k, at = place_before(from, end);
        if (at == end)
            continue;
        used = add(text, sizeof text, used, "%.*s", (int)(at - done), from + done);
        while (at < k) {
            char *stop;
            double value = strtod(from + at, &stop) * factor;
            bool number = stop > from + at && !strchr(" ,=", from[at]);
            used = number ? add(text, sizeof text, used, "%g", fabs(value) < least ? 0 : value)
                          : add(text, sizeof text, used, "%c", from[at]);
            at = number ? (size_t)(stop - from) : at + 1;
        }
        used = add(text, sizeof text, used, " %s", unit);
        done = k + 3;
    }
    add(text, sizeof text, used, "%s", from + done);
    (void)flx_fail(ctx, status, "%s", text);
}

flx_status flx_device_blame(flx_ctx *ctx, const flx_case *c, int32_t line, flx_status status)
{
    if (status == FLX_ERR_MEMORY)
        return status;
    name_unit(ctx, c, status);
    return line > 0 ? flx_fail_in(ctx, status, "%s:%d", c->name, (int)line)
                    : flx_fail_in(ctx, status, "%s", c->name);
}
