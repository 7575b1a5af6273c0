// units/dim.h -- physical dimensions and the units that have them.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_UNITS_DIM_H
#define FLX_UNITS_DIM_H

#include "base/base.h"

// tau0 is a base of its own while no conductivity says how many seconds it is.
enum { FLX_DIM_M, FLX_DIM_KG, FLX_DIM_S, FLX_DIM_A, FLX_DIM_K, FLX_DIM_MOL, FLX_DIM_CD };
enum { FLX_DIM_RAD = 7, FLX_DIM_TAU0 = 8, FLX_DIM_COUNT = 9, FLX_DIM_ONE = 12 };

// Exponents in twelfths, so that square and cube roots stay exact.
typedef struct flx_dim {
    int16_t power[FLX_DIM_COUNT];
} flx_dim;

// A unit: its size in SI (and in tau0, rad) and its dimension.
typedef struct flx_unit {
    double factor;
    flx_dim dim;
} flx_unit;

#define FLX_DIM_NONE ((flx_dim){{0}})
#define FLX_DIM_LENGTH ((flx_dim){{FLX_DIM_ONE}})
#define FLX_DIM_ANGLE ((flx_dim){{0, 0, 0, 0, 0, 0, 0, FLX_DIM_ONE}})
#define FLX_DIM_TIME_TAU0 ((flx_dim){{0, 0, 0, 0, 0, 0, 0, 0, FLX_DIM_ONE}})

bool flx_dim_equal(flx_dim a, flx_dim b);
bool flx_dim_is_none(flx_dim a);
flx_dim flx_dim_without(flx_dim a, int base); // exponent of base set to 0
bool flx_dim_only(flx_dim a, int base);       // no other exponent than that of base

// a b^n; false if an exponent is no twelfth or too large.
bool flx_dim_times(flx_dim a, flx_dim b, double n, flx_dim *out);

// The dimension of a key by the unit it is documented with: "m", "T", "A", "S/m", "A m^2", ...;
// "1": none. Internal names only: asserts that it is known.
flx_dim flx_dim_of(const char *unit);

// "T", "A/m", or "kg m^2 s^-3" where there is no name; "a bare number". Returns buffer.
const char *flx_dim_text(flx_dim dim, char *buffer, size_t size);

typedef enum flx_unit_found {
    FLX_UNIT_NONE, // no such unit
    FLX_UNIT_OK,
    FLX_UNIT_ORIGIN, // a known unit with an origin of its own, as degC: products mean nothing
    FLX_UNIT_BROKEN  // the database of units cannot be read
} flx_unit_found;

// SI units and those used with them, with prefixes: "um", "mT", "kOe". Thread-safe.
flx_unit_found flx_unit_find(const char *name, size_t length, flx_unit *out);

#endif
