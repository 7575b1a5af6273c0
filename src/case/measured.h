// case/measured.h -- the quantities that stop_when may ask for.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CASE_MEASURED_H
#define FLX_CASE_MEASURED_H

#include "case/device.h"

typedef struct flx_measuring {
    const flx_device *device;
    double *edge;    // [2][n_edge] scratch, where currents are asked for
    double *outflow; // [n_site]
    double *value;   // [n_measured] the last
    int64_t every;   // steps between evaluations: the dear ones are not made at every step
} flx_measuring;

flx_status flx_measuring_init(flx_ctx *ctx, const flx_device *device, const flx_case *c,
                              flx_measuring *m);
void flx_measuring_clear(flx_measuring *m);

// Whether stop_when holds now; dt [tau0] of the last step.
flx_status flx_measuring_stops(flx_ctx *ctx, flx_measuring *m, const flx_case *c, flx_tdgl *sim,
                               double dt, bool *stops);

#endif
