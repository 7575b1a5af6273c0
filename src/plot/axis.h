// plot/axis.h -- round ticks, their numbers, and the unit in which they read best.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_PLOT_AXIS_H
#define FLX_PLOT_AXIS_H

#include "base/base.h"

enum { FLX_LABEL_MAX = 96 };

// Multiples of step from first; step is 1, 2 or 5 times a power of ten.
typedef struct flx_ticks {
    double first, step;
    int n, decimals;
} flx_ticks;

// At most n_max ticks inside [min, max], min < max, with steps of at least min_step.
flx_ticks flx_ticks_of(double min, double max, int n_max, double min_step);
static inline double flx_tick(const flx_ticks *ticks, int k)
{
    return ticks->first + k * ticks->step;
}

// Number of a tick with a true minus sign; returns buffer.
const char *flx_tick_text(const flx_ticks *ticks, int k, char buffer[FLX_LABEL_MAX]);

// How values are shown: shown = factor * value.
typedef struct flx_axis_unit {
    double factor;
    char label[FLX_LABEL_MAX]; // "mV", "10^{-3} V_{0}", "" ...
} flx_axis_unit;

// The unit for values up to `largest` [1], each of `scale` units: an SI prefix where `prefix` says
// so, else a power of ten if the numbers were long. name NULL: a pure number.
flx_axis_unit flx_axis_unit_of(double largest, double scale, const char *name, bool prefix);

#endif
