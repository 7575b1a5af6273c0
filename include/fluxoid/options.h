// fluxoid/options.h -- one table for each options struct: it feeds defaults, checks, case keys,
// `explain`, file attributes.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLUXOID_OPTIONS_H
#define FLUXOID_OPTIONS_H

#include "fluxoid/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum flx_option_type {
    FLX_OPTION_DOUBLE, // double
    FLX_OPTION_INT,    // int32_t
    FLX_OPTION_BOOL,   // bool
    FLX_OPTION_CHOICE  // int32_t: index into choices
} flx_option_type;

typedef struct flx_option {
    const char *name; // field and case key
    flx_option_type type;
    size_t offset;       // of the field in its struct
    double preset;       // default
    double min, max;     // allowed, both inclusive; choices ignore them
    const char *unit;    // "tau0", "xi", "1" ... the unit the field is counted in
    const char *choices; // "a|b|c" for FLX_OPTION_CHOICE, else NULL
    const char *text;    // one sentence
} flx_option;

typedef struct flx_option_table {
    const char *name; // "tdgl"
    size_t size;      // of the struct
    const flx_option *rows;
    int32_t n_row;
} flx_option_table;

// Fills the struct with its defaults. Fields that no row names are left as they are.
FLX_API void flx_options_default(const flx_option_table *table, void *options);

// Checks every field against its row; the message names field, value, range.
FLX_API flx_status flx_options_check(flx_ctx *ctx, const flx_option_table *table,
                                     const void *options);

// Text of choice `index` copied into buffer ("?" if there is none); returns buffer.
FLX_API const char *flx_option_choice(const flx_option *row, int32_t index, char *buffer,
                                      size_t size);

// Index of a choice by name, -1 if there is none.
FLX_API int32_t flx_option_choice_index(const flx_option *row, const char *name);

#ifdef __cplusplus
}
#endif
#endif
