// base/options.c -- defaults and checks from option tables.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/options.h"

#include "base/base.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void flx_options_default(const flx_option_table *table, void *options)
{
    for (int32_t k = 0; k < table->n_row; k++) {
        const flx_option *row = &table->rows[k];
        char *field = (char *)options + row->offset;
        switch (row->type) {
        case FLX_OPTION_DOUBLE:
            *(double *)(void *)field = row->preset;
            break;
        case FLX_OPTION_INT:
        case FLX_OPTION_CHOICE:
            *(int32_t *)(void *)field = (int32_t)row->preset;
            break;
        case FLX_OPTION_BOOL:
            *(bool *)(void *)field = row->preset != 0;
            break;
        }
    }
}

static int32_t n_choice(const flx_option *row)
{
    int32_t n = 1;
    for (const char *c = row->choices; *c; c++)
        n += *c == '|';
    return n;
}

flx_status flx_options_check(flx_ctx *ctx, const flx_option_table *table, const void *options)
{
    for (int32_t k = 0; k < table->n_row; k++) {
        const flx_option *row = &table->rows[k];
        const char *field = (const char *)options + row->offset;
        double value = 0, min = row->min, max = row->max;
        switch (row->type) {
        case FLX_OPTION_DOUBLE:
            value = *(const double *)(const void *)field;
            break;
        case FLX_OPTION_INT:
            value = *(const int32_t *)(const void *)field;
            break;
        case FLX_OPTION_CHOICE:
            value = *(const int32_t *)(const void *)field;
            min = 0;
            max = n_choice(row) - 1;
            break;
        case FLX_OPTION_BOOL:
            continue;
        }
        if (!(value >= min && value <= max))
            return flx_fail(ctx, FLX_ERR_INPUT, "%s.%s is %g, allowed is %g to %g [%s]",
                            table->name, row->name, value, min, max, row->unit);
    }
    return FLX_OK;
}

const char *flx_option_choice(const flx_option *row, int32_t index, char *buffer, size_t size)
{
    const char *start = row->choices;
    for (int32_t k = 0; k < index && start; k++) {
        start = strchr(start, '|');
        start = start ? start + 1 : NULL;
    }
    if (!start || index < 0)
        snprintf(buffer, size, "?");
    else
        snprintf(buffer, size, "%.*s", (int)strcspn(start, "|"), start);
    return buffer;
}

int32_t flx_option_choice_index(const flx_option *row, const char *name)
{
    int32_t n = n_choice(row);
    for (int32_t k = 0; k < n; k++) {
        char text[64];
        if (strcmp(flx_option_choice(row, k, text, sizeof text), name) == 0)
            return k;
    }
    return -1;
}
