// source/quadrature.h -- adaptive Gauss-Kronrod quadrature over [0, 1] of two functions at once.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_SOURCE_QUADRATURE_H
#define FLX_SOURCE_QUADRATURE_H

#include "base/base.h"

// A quantity and its time derivative at s.
typedef void (*flx_integrand)(void *user, double s, double out[2]);

typedef enum flx_quad_rule {
    FLX_QUAD_K7, // 7 points; for short paths, on which the integrand hardly varies
    FLX_QUAD_K15 // 15 points
} flx_quad_rule;

// Integrals of both parts over [0, 1]; relative error about 1e-12 for smooth integrands. Parts of
// the interval are halved up to max_depth times where the first of the two needs it.
void flx_quad_integrate(flx_quad_rule rule, int32_t max_depth, flx_integrand fn, void *user,
                        double out[2]);

#endif
