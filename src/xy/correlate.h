// xy/correlate.h -- samples of the correlation functions.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_XY_CORRELATE_H
#define FLX_XY_CORRELATE_H

#include "xy/xy_internal.h"

enum { XY_CORRELATE_EVERY = 8 }; // cycles; a power of 2, as bins are

flx_status flx_xy_correlator_create(flx_ctx *ctx, const xy_grid *grid, int32_t vectors,
                                    xy_correlator **out); // free *out also if this fails
void flx_xy_correlator_free(xy_correlator *correlator);
int32_t flx_xy_correlator_reach(const xy_correlator *correlator);

// Moments of replica r of vector v: 1, G(0) to G(reach), C(0) to C(reach).
void flx_xy_correlations(const flx_xy *sim, int32_t v, int32_t r, double *moment);

#endif
