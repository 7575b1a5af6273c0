// case/summary.h -- what a frame amounts to, as JSON.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CASE_SUMMARY_H
#define FLX_CASE_SUMMARY_H

#include "case/device.h"

#include <jansson.h>

typedef struct flx_summary_input {
    const flx_case *c;
    const flx_device *device;
    flx_frame frame;
    const double *time;            // [n_row] [tau0] of the series
    const double *const *voltage;  // [n_probe][n_row] [V0]
    const double *const *thermal;  // [3][n_row] |psi|^2, stiffness, twist, or NAN; NULL: no noise
    const double *imposed;         // [n_terminal] [K0 xi] currents fed in; NULL: they are measured
    const flx_site_currents *fits; // of the mesh; NULL: none were kept
    int64_t n_row;
    double wall;         // [s]; NAN: not known
    bool steady;         // ended because it was
    const char *stopped; // "steady", "condition"; NULL: it was not
    const char *error;   // why it failed; NULL: it did not
} flx_summary_input;

// *out is owned by the caller: json_decref.
flx_status flx_summary_make(flx_ctx *ctx, const flx_summary_input *in, json_t **out);

// What every summary begins with: version, case, engine.
flx_status flx_summary_head(flx_ctx *ctx, const flx_case *c, json_t *root);

// Text of a JSON value; owned: flx_free.
flx_status flx_summary_text(flx_ctx *ctx, const json_t *json, char **out);

// Means of a run with thermal noise, under "noise".
flx_status flx_summary_noise(flx_ctx *ctx, const flx_summary_input *in, json_t *root);

// Puts value (whose reference is taken over, NULL: no memory) into an object.
flx_status flx_json_put(flx_ctx *ctx, json_t *object, const char *key, json_t *value);
json_t *flx_json_real(double value);                // null unless it is finite
json_t *flx_json_scaled(double value, double unit); // null unless the unit is known

#endif
