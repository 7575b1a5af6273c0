// case/london.h -- a run of the engine london: its state, and what it is asked for.
//
// Lengths in xi, fields in Bc2, so that Phi0 is 2 pi and currents count in A0/mu0 (the natural K0
// would need Lambda > 0).
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CASE_LONDON_H
#define FLX_CASE_LONDON_H

#include "case/runner.h"
#include "case/summary.h"
#include "fluxoid/london.h"

#define FLX_LONDON_PHI0 6.28318530717958647692 // [Bc2 xi^2]

typedef struct flx_london_run_state {
    flx_ctx *ctx;
    const flx_case *c;
    const flx_device *device;
    flx_case_drive drive;
    flx_london *l; // kept by the device
    flx_london_report report;
    int32_t n_hole, n_current; // n_hole: with those that no name was given to
    char **name;               // [n_current] of holes, then of ports
    double *lambda;            // [n_tri]
    double *moment;            // [n_site + n_hole]
    double *terminal;          // [n_terminal] [A0/mu0] currents
    flx_london_condition *condition;
    flx_london_vortex *vortices;
    flx_london_state s;
    double *k, *site; // [n_tri][2], [n_site][2] [Bc2/mu0] sheet current
    double unit;      // [A] A0/mu0
    double wall;      // [s]
    bool fields_only; // the currents are known already, from a file
    double *image[2]; // [scan.n[1]][scan.n[0]] flux [Phi0], response [Phi0/A]; NULL: none
    double *finer;    // [n_current][n_current] inductances on a finer mesh; NULL: none
} flx_london_run_state;

// Pearl lengths, vortices, engine, names of currents, applied field (run_london.c); what it made
// goes with flx_london_clear, also where it failed.
flx_status flx_london_begin(flx_london_run_state *r);
void flx_london_clear(flx_london_run_state *r);

flx_london_drive flx_london_drive_of(const flx_london_run_state *r);

// Engine for a device: made, or taken from the device if it fits (london_make.c).
flx_status flx_london_make(flx_london_run_state *r);
// Pearl length of each triangle [n_tri] in xi, >= 0.
flx_status flx_london_lambda(flx_ctx *ctx, const flx_case *c, const flx_mesh *mesh, double *lambda);

// L on a mesh twice as fine (london_study.c).
flx_status flx_london_study(flx_london_run_state *r);

// Images of the scan (london_scan.c).
flx_status flx_london_scan(flx_london_run_state *r);

// Of n loops along edges, each in one film: the fluxoid, averaged over the triangles just outside,
// and the flux, by A on the edges; what is between them is the supercurrent (london_loops.c).
typedef struct flx_london_parts {
    double fluxoid, flux; // [Bc2 xi^2] counter-clockwise
} flx_london_parts;
flx_status flx_london_loops(flx_london_run_state *r, const flx_chain *loop, int32_t n,
                            flx_london_parts *out);

// Field B_z [Bc2] at the middle of each triangle, of the currents alone.
flx_status flx_london_triangle_field(flx_london_run_state *r, double *b);

// Adds "loops" to root: those of the case, then the rims of holes.
flx_status flx_london_put_loops(flx_london_run_state *r, json_t *root);
flx_status flx_london_summary(flx_london_run_state *r, json_t *root);
flx_status flx_london_write(flx_london_run_state *r, flx_file *file);

#endif
