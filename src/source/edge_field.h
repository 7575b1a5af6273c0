// source/edge_field.h -- line integrals along edges of one term of an applied field.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_SOURCE_EDGE_FIELD_H
#define FLX_SOURCE_EDGE_FIELD_H

#include "fluxoid/source.h"
#include "source/grid.h"

// A term with what was prepared for it.
typedef struct flx_term {
    flx_field_term given; // its grid is not used: see below
    flx_grid grid;
    double *a; // [n_edge] its constant line integrals with the amplitude; NULL if given.varies
} flx_term;

// What all edges share.
typedef struct flx_edge_field {
    const flx_mesh *mesh;
    const double *z;      // [n_film] [xi]
    const double *origin; // [2 n_film] [xi] of the gauge: the middle of each film's bounding box
    double time_step;     // [tau0] of central differences
    const flx_term *term;
} flx_edge_field;

// Amplitude times the line integral of A of the term along edge e at time t, without factor; out[1]
// is the time derivative, 0 unless the term varies.
void flx_edge_field_line(const flx_edge_field *field, int32_t e, double t, double out[2]);

// B_z = (curl A)_z of a VECTOR term at r, by central differences of fourth order [Bc2].
double flx_edge_field_curl(const flx_field_term *term, const double r[3], double t);

// d/dt of a function by central differences of fourth order over `step`; one-sided where the
// function does not reach back.
double flx_derivative(flx_factor_fn fn, void *user, double t, double step);

#endif
