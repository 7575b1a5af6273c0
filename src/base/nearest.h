// base/nearest.h -- "did you mean ...?"
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_BASE_NEAREST_H
#define FLX_BASE_NEAREST_H

#include <stddef.h>

// The name nearest to a given one, of those offered so far; the first of equals.
typedef struct flx_nearest {
    const char *given;
    const char *best; // borrowed from who offered it; NULL: none is near
    int distance;
} flx_nearest;

flx_nearest flx_nearest_to(const char *given);
void flx_nearest_offer(flx_nearest *nearest, const char *name);

// "; did you mean 'add'?" or "".
const char *flx_nearest_hint(const flx_nearest *nearest, char *buffer, size_t size);

#endif
