// units/dim.c -- arithmetic and names of dimensions.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "units/dim.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const base_name[FLX_DIM_COUNT] = {"m",   "kg", "s",   "A",   "K",
                                                     "mol", "cd", "rad", "tau0"};

// Names for messages, the units keys are documented with first. Exponents of m, kg, s, A, K.
static const struct {
    const char *name;
    int8_t power[5];
} named[] = {
    {"m", {1}},
    {"T", {0, 1, -2, -1}},
    {"A", {0, 0, 0, 1}},
    {"s", {0, 0, 1}},
    {"K", {0, 0, 0, 0, 1}},
    {"A/m", {-1, 0, 0, 1}},
    {"A/m^2", {-2, 0, 0, 1}},
    {"A m^2", {2, 0, 0, 1}},
    {"S/m", {-3, -1, 3, 2}},
    {"S", {-2, -1, 3, 2}},
    {"ohm", {2, 1, -3, -2}},
    {"ohm m", {3, 1, -3, -2}},
    {"V", {2, 1, -3, -1}},
    {"Wb", {2, 1, -2, -1}},
    {"T/m", {-1, 1, -2, -1}},
    {"H", {2, 1, -2, -2}},
    {"J", {2, 1, -2}},
    {"W", {2, 1, -3}},
    {"C", {0, 0, 1, 1}},
    {"F", {-2, -1, 4, 2}},
    {"N", {1, 1, -2}},
    {"Hz", {0, 0, -1}},
};

bool flx_dim_equal(flx_dim a, flx_dim b)
{
    return memcmp(a.power, b.power, sizeof a.power) == 0;
}

bool flx_dim_is_none(flx_dim a)
{
    return flx_dim_equal(a, FLX_DIM_NONE);
}

flx_dim flx_dim_without(flx_dim a, int base)
{
    a.power[base] = 0;
    return a;
}

bool flx_dim_only(flx_dim a, int base)
{
    return flx_dim_is_none(flx_dim_without(a, base));
}

bool flx_dim_times(flx_dim a, flx_dim b, double n, flx_dim *out)
{
    for (int k = 0; k < FLX_DIM_COUNT; k++) {
        double power = a.power[k] + b.power[k] * n;
        // 1/3 in double, times twelve, is an integer to rounding
        if (!(fabs(power) <= 100 * FLX_DIM_ONE) || fabs(power - rint(power)) > 1e-9)
            return false;
        out->power[k] = (int16_t)rint(power);
    }
    return true;
}

static flx_dim dim_of_named(size_t k)
{
    flx_dim dim = FLX_DIM_NONE;
    for (int j = 0; j < 5; j++)
        dim.power[j] = (int16_t)(named[k].power[j] * FLX_DIM_ONE);
    return dim;
}

flx_dim flx_dim_of(const char *unit)
{
    for (size_t k = 0; k < sizeof named / sizeof *named; k++)
        if (strcmp(named[k].name, unit) == 0)
            return dim_of_named(k);
    if (strcmp(unit, "tau0") == 0)
        return FLX_DIM_TIME_TAU0;
    if (strcmp(unit, "degree") == 0)
        return FLX_DIM_ANGLE;
    assert(strcmp(unit, "1") == 0);
    return FLX_DIM_NONE;
}

const char *flx_dim_text(flx_dim dim, char *buffer, size_t size)
{
    if (flx_dim_is_none(dim)) {
        snprintf(buffer, size, "a bare number");
        return buffer;
    }
    for (size_t k = 0; k < sizeof named / sizeof *named; k++)
        if (flx_dim_equal(dim, dim_of_named(k))) {
            snprintf(buffer, size, "%s", named[k].name);
            return buffer;
        }
    flx_dim volt = dim; // V0 where nothing says how long tau0 is
    volt.power[FLX_DIM_S] = (int16_t)(volt.power[FLX_DIM_S] - FLX_DIM_ONE);
    volt.power[FLX_DIM_TAU0] = (int16_t)(volt.power[FLX_DIM_TAU0] + FLX_DIM_ONE);
    if (flx_dim_equal(volt, flx_dim_of("V"))) {
        snprintf(buffer, size, "V0");
        return buffer;
    }
    size_t used = 0;
    buffer[0] = 0;
    for (int k = 0; k < FLX_DIM_COUNT; k++) {
        int power = dim.power[k];
        if (power == 0 || used >= size)
            continue;
        const char *space = used ? " " : "";
        int n;
        if (power == FLX_DIM_ONE)
            n = snprintf(buffer + used, size - used, "%s%s", space, base_name[k]);
        else if (power % FLX_DIM_ONE == 0)
            n = snprintf(buffer + used, size - used, "%s%s^%d", space, base_name[k],
                         power / FLX_DIM_ONE);
        else
            n = snprintf(buffer + used, size - used, "%s%s^(%d/12)", space, base_name[k], power);
        used += n > 0 ? (size_t)n : 0;
    }
    return buffer;
}
