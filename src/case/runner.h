// case/runner.h -- one run: its engine, its file, its checkpoint.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CASE_RUNNER_H
#define FLX_CASE_RUNNER_H

#include "case/drive.h"
#include "case/measured.h"
#include "fluxoid/thermal.h"

// What a restart needs besides the state of the engine. No padding: it is written as it is.
typedef struct flx_runner_state {
    int64_t next_frame; // number of the next frame due
    double wall;        // [s] that the run took so far
    double largest_psi; // [1] at the last look for steadiness
} flx_runner_state;

typedef struct flx_runner {
    flx_ctx *ctx;
    const flx_case *c;
    const flx_device *device;
    const flx_run_opts *opts;
    flx_case_drive drive;
    flx_tdgl *sim;
    flx_measuring measuring;
    flx_runner_state state;
    double wall_start; // of the steady clock, so that wall = now - wall_start
    bool steady;
    const char *stopped; // as in flx_summary_input

    // The series: a row of columns for the file, and what means need in memory.
    char **column; // [n_column] time, dt, energy, voltage.*, winding.*
    int32_t n_column;
    double *row;
    double **kept; // [n_kept][capacity] time, voltages, and of noise |psi|^2 and the twist
    int32_t n_kept;
    flx_twist *twist; // NULL: no noise
    int64_t n_row, capacity;

    // Where it is written; all NULL without an output.
    flx_file *file;
    char *checkpoint; // path
    flx_checkpoint_key key;
    flx_site_currents *fits;
    double *edge; // [2][n_edge] currents of a frame
    double *site; // [2][n_site][2]
} flx_runner;

// XDMF beside a data file.
flx_status flx_runner_sidecar(flx_ctx *ctx, flx_file *file, const char *output);
// Warns of a field that the mesh of a frame does not resolve.
void flx_runner_warn_of_field(flx_ctx *ctx, const flx_frame *frame);

// Names the columns.
flx_status flx_runner_series_init(flx_runner *r);
// Takes a row of the present state, after a step of dt [tau0].
flx_status flx_runner_add_row(flx_runner *r, double dt);

// A new file with everything but frames and rows.
flx_status flx_runner_create_file(flx_runner *r);
flx_status flx_runner_write_frame(flx_runner *r);
// File and checkpoint on disk agree with the present state.
flx_status flx_runner_save(flx_runner *r);
// Goes back to the state of the checkpoint, in memory and in the file. *resumed: false if there is
// none.
flx_status flx_runner_resume(flx_runner *r, bool *resumed);

// The result of a run that a file holds already, NULL if it is not finished; refuses the file of
// another case.
flx_status flx_runner_finished(flx_ctx *ctx, const flx_case *c, const char *path,
                               flx_status *status, flx_run_result **out);
// The result from its summary; json is copied.
flx_status flx_runner_result(flx_ctx *ctx, const char *json, flx_status *status,
                             flx_run_result **out);

char *flx_checkpoint_path(flx_ctx *ctx, const char *output);

// One run: a case without a sweep on its device.
typedef struct flx_run_point {
    const flx_case *c;
    const flx_device *device; // NULL: the engine has no films
    const flx_carried *from;  // state it goes on from; NULL: the start of the case
    flx_carried *last;        // receives the state it ends in; NULL: not wanted
    bool sidecar;             // writes XDMF beside the output
} flx_run_point;
// Runs it by the engine of the case.
flx_status flx_run_one(flx_ctx *ctx, const flx_run_point *point, const flx_run_opts *opts,
                       flx_run_result **out);

// Runs a sweep (sweep.c).
flx_status flx_run_sweep(flx_ctx *ctx, const flx_case *c, const flx_run_opts *opts,
                         flx_run_result **out);

#endif
