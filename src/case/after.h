// case/after.h -- what the files that measure a frame of a data file share.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CASE_AFTER_H
#define FLX_CASE_AFTER_H

#include "case/device.h"
#include "case/summary.h"

typedef struct flx_after {
    flx_ctx *ctx;
    const flx_measure_request *request;
    const char *path;
    flx_file *file;
    flx_case *c; // with the loops of the request
    flx_device *device;
    int32_t film; // of the request; -1: any
    flx_frame_data *frame;
    flx_series *series;                  // NULL: of a stationary state
    const double **voltage;              // [n_probe] columns of the series
    double *js, *jn;                     // [n_edge] [J0] super and normal currents
    double *site_super, *site_normal;    // [n_site][2] [J0]
    struct flx_london_run_state *london; // the currents of the engine london, which has no frames
} flx_after;

// The case of the file with edits, which are freed.
flx_status flx_after_case(flx_after *a, char **sets, int32_t n, flx_case **out);

// What was given in the request, and what was wanted.
typedef struct flx_after_text {
    const char *what, *text, *wanted;
} flx_after_text;

// Turns the message about an edit, in which the case has `key`, into one about what was given.
flx_status flx_after_wrong(flx_after *a, flx_status status, const flx_after_text *given,
                           const char *key);

// Coordinates of a text "X, Y" or "X, Y, Z" as in a case, in xi; z is 0 if it is left out. what
// names them in messages.
flx_status flx_after_place(flx_after *a, const char *what, const char *text, double r[3]);

// The height of a text "Z" as in a case, in xi.
flx_status flx_after_height(flx_after *a, const char *text, double *z);

// B [n][3] [Bc2] (London files and films: or NULL) and A [n][3] [A0] of the currents, at r [n][3].
flx_status flx_after_induced(flx_after *a, const double *r, int32_t n, double *b, double *pot);

// Phase difference along a chain of neighbouring sites [rad]; NAN where psi is 0 on it.
#define FLX_AFTER_ABS_MIN 1e-8 // [1] |psi| that counts as 0
flx_status flx_after_phase(flx_after *a, const int32_t *site, int32_t n, double *phase);

// What the run said of itself: its summary, NULL if the file has none. *out is owned.
flx_status flx_after_said(flx_after *a, json_t **out);

// Each adds its part to the summary.
flx_status flx_after_state(flx_after *a, json_t *root);  // energy, power, voltages now
flx_status flx_after_paths(flx_after *a, json_t *root);  // request.along
flx_status flx_after_points(flx_after *a, json_t *root); // request.at_point
flx_status flx_after_fields(flx_after *a, json_t *root); // request.field
flx_status flx_after_fluxes(flx_after *a, json_t *root); // request.flux
flx_status flx_after_tracks(flx_after *a, json_t *root); // request.tracks

// The same for the engine london (after_london.c): its currents, the summary of the run with the
// loops of the request, current and field at a place of a film, the current across a path.
bool flx_after_is_london(const flx_after *a);
flx_status flx_after_london_open(flx_after *a);
flx_status flx_after_london(flx_after *a, json_t **root);
flx_status flx_after_london_place(flx_after *a, const double r[3], int32_t tri,
                                  const double weight[3], json_t *item);
flx_status flx_after_london_cut(flx_after *a, const double *xy, int32_t n, json_t *item);
flx_status flx_after_london_field(flx_after *a, const double *r, int32_t n, double *b, double *pot);
void flx_after_london_clear(flx_after *a);
// File, case with the loops of the request, and device; nothing of a frame.
flx_status flx_after_open(flx_after *a);
// The frame of the request, with the series and the currents.
flx_status flx_after_frame(flx_after *a);
// Sum of both sheet currents at sites [n_site][2] [K0]; owned, NULL: no memory.
double *flx_after_sheet_current(flx_after *a);
void flx_after_close(flx_after *a);

// An object that belongs to root, by key.
flx_status flx_json_put_object(flx_ctx *ctx, json_t *root, const char *key, json_t **out);
// Numbers in a unit as a list; null unless the unit is known.
flx_status flx_json_put_list(flx_ctx *ctx, json_t *object, const char *key, const double *value,
                             int32_t n, double unit);
// A number in natural units, and in SI.
typedef struct flx_json_names {
    const char *natural, *si;
    double unit; // 0: not known
} flx_json_names;
flx_status flx_json_put_both(flx_ctx *ctx, json_t *object, flx_json_names names, double value);

#endif
