// plot/axis.c -- round ticks, their numbers, units.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "plot/axis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

flx_ticks flx_ticks_of(double min, double max, int n_max, double min_step)
{
    static const double leads[] = {1, 2, 5, 10};
    assert(min < max);
    double span = max - min;
    if (n_max < 2)
        n_max = 2;
    // The smallest round step that gives no more than n_max ticks; ends count if hit to rounding.
    double slack = 1e-9 * span;
    double power = pow(10, floor(log10(fmax(span / n_max, min_step)) - 1e-9));
    flx_ticks ticks = {min, span, 0, 0};
    for (int k = 0; k < 4; k++) {
        ticks.step = leads[k] * power;
        if (ticks.step < min_step * (1 - 1e-9))
            continue;
        double first = ceil((min - slack) / ticks.step), last = floor((max + slack) / ticks.step);
        ticks.first = first * ticks.step;
        ticks.n = (int)(last - first) + 1;
        if (ticks.n <= n_max)
            break;
    }
    double digits = -floor(log10(ticks.step) + 1e-9);
    ticks.decimals = digits > 0 ? (int)digits : 0;
    return ticks;
}

const char *flx_tick_text(const flx_ticks *ticks, int k, char buffer[FLX_LABEL_MAX])
{
    double value = flx_tick(ticks, k);
    if (fabs(value) < 1e-6 * ticks->step)
        value = 0;
    snprintf(buffer, FLX_LABEL_MAX, "%s%.*f", value < 0 ? "\u2212" : "", ticks->decimals,
             fabs(value));
    return buffer;
}

static flx_axis_unit prefixed(double largest, double scale, const char *name)
{
    static const char *const names[] = {"f", "p", "n", "\u00b5", "m", "", "k", "M", "G", "T"};
    int k = 5;
    double size = largest * scale;
    if (size > 0 && isfinite(size))
        k += (int)floor(log10(size) / 3 + 1e-9);
    k = k < 0 ? 0 : k > 9 ? 9 : k;
    flx_axis_unit unit = {scale * pow(10, -3.0 * (k - 5)), ""};
    snprintf(unit.label, sizeof unit.label, "%s%s", names[k], name);
    return unit;
}

flx_axis_unit flx_axis_unit_of(double largest, double scale, const char *name, bool prefix)
{
    if (prefix)
        return prefixed(largest, scale, name);
    flx_axis_unit unit = {scale, ""};
    double size = largest * scale;
    int power = size > 0 && isfinite(size) ? (int)floor(log10(size) + 1e-9) : 0;
    if (power < -2 || power > 3) {
        unit.factor = scale * pow(10, -power);
        snprintf(unit.label, sizeof unit.label, "10^{%s%d}%s%s", power < 0 ? "\u2212" : "",
                 power < 0 ? -power : power, name ? " " : "", name ? name : "");
    } else {
        snprintf(unit.label, sizeof unit.label, "%s", name ? name : "");
    }
    return unit;
}
