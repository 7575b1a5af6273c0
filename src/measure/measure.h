// measure/measure.h -- what the files of this layer share.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_MEASURE_MEASURE_H
#define FLX_MEASURE_MEASURE_H

#include "base/base.h"
#include "fluxoid/measure.h"

#include <math.h>

#define FLX_TWO_PI 6.28318530717958647692

// Below it a phase says nothing.
#define FLX_ABS_MIN 1e-8

// Line integral of A along edge e from tail to head.
static inline double flx_line_of(const flx_frame *f, int32_t e)
{
    return f->a ? f->a[e] : 0;
}

// psi_i* exp(-i a_ij) psi_j for the edge with line integral a: its angle is the gauge-invariant
// phase difference.
static inline flx_cplx flx_link(flx_cplx psi_i, flx_cplx psi_j, double a)
{
    double re = psi_i.re * psi_j.re + psi_i.im * psi_j.im;
    double im = psi_i.re * psi_j.im - psi_i.im * psi_j.re;
    double c = cos(a), s = sin(a);
    return (flx_cplx){c * re + s * im, c * im - s * re};
}

// Supercurrent density along edge e.
static inline double flx_super_of(const flx_frame *f, int32_t e)
{
    const flx_mesh *m = f->mesh;
    return flx_link(f->psi[m->tail[e]], f->psi[m->head[e]], flx_line_of(f, e)).im / m->length[e];
}

static inline double flx_abs_of(flx_cplx psi)
{
    return hypot(psi.re, psi.im);
}

// Value of the current along edge e.
typedef double (*flx_edge_value)(const void *user, int32_t e);

// Current vector at site i from those along the edges around it, by least squares.
void flx_site_vector(const flx_mesh *mesh, int32_t i, flx_edge_value value, const void *user,
                     double out[2]);

#endif
