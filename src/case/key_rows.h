// case/key_rows.h -- how rows of the table of keys are written; for the files that hold such rows.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CASE_KEY_ROWS_H
#define FLX_CASE_KEY_ROWS_H

#include "case/keys.h"
#include "fluxoid/case.h"

#include <math.h>

#define ANY -INFINITY, INFINITY, false
#define POSITIVE 0, INFINITY, true
#define NOT_NEGATIVE 0, INFINITY, false

#define MAP(path, text)                                                                            \
    {                                                                                              \
        path, FLX_KEY_MAP, "1", NULL, ANY, NULL, 0, text, NULL                                     \
    }
#define NAMED(path, form, text)                                                                    \
    {                                                                                              \
        path, FLX_KEY_NAMED, "1", NULL, ANY, form, 0, text, NULL                                   \
    }
#define SHAPE(path, preset, text)                                                                  \
    {                                                                                              \
        path, FLX_KEY_SHAPE, "m", preset, ANY, NULL, 0, text, NULL                                 \
    }
#define TEXT(path, preset, text)                                                                   \
    {                                                                                              \
        path, FLX_KEY_TEXT, "1", preset, ANY, NULL, 0, text, NULL                                  \
    }
#define PAIR(path, unit, preset, text)                                                             \
    {                                                                                              \
        path, FLX_KEY_PAIR, unit, preset, ANY, NULL, 0, text, NULL                                 \
    }
#define VALUE(path, unit, preset, range, text)                                                     \
    {                                                                                              \
        path, FLX_KEY_VALUE, unit, preset, range, NULL, 0, text, NULL                              \
    }
#define INT(path, preset, min, max, text)                                                          \
    {                                                                                              \
        path, FLX_KEY_INT, "1", preset, min, max, false, NULL, 0, text, NULL                       \
    }
#define FUNCTION(path, unit, preset, uses, text)                                                   \
    {                                                                                              \
        path, FLX_KEY_FUNCTION, unit, preset, ANY, NULL, uses, text, NULL                          \
    }

#endif
