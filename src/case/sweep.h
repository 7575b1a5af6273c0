// case/sweep.h -- inside of sweeps: chains of points, and the processes that run them.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CASE_SWEEP_H
#define FLX_CASE_SWEEP_H

#include "case/runner.h"

#include <jansson.h>

// Points that must be run one after the other: each goes on from the one before.
typedef struct flx_chain_of_points {
    int64_t first, n;
    int64_t done; // of them, from the first on
    bool taken;   // by a worker
} flx_chain_of_points;

typedef struct flx_sweep {
    flx_ctx *ctx;
    const flx_case *c;
    const flx_run_opts *opts;
    int64_t n_point;
    flx_case *first;    // case of point 0, which the shared device belongs to
    flx_device *device; // of all points, NULL: each makes its own, or takes that of
    flx_device *latest; // the point before, whose case is
    flx_case *latest_case;
    flx_chain_of_points *chain;
    int64_t n_chain;
    json_t **result; // [n_point] NULL: not yet
    int64_t n_done, n_failed;
    bool interrupted;
    flx_status worst; // first failure
    char *failure;    // its text
} flx_sweep;

// How a point ended.
typedef struct flx_point_end {
    int64_t point;
    flx_status status;
    const char *json; // its summary, or {"error": ...}; borrowed
} flx_point_end;
// Takes a point that ended; what it returns < 0 ends the sweep.
typedef flx_status (*flx_point_fn)(void *user, const flx_point_end *end);

// Runs the rest of a chain; stops after a point that was interrupted.
flx_status flx_sweep_run_chain(flx_sweep *s, const flx_run_opts *opts,
                               const flx_chain_of_points *chain, flx_point_fn ended, void *user);

// Group of a point in the output; the file that it is in before; owned.
enum { FLX_SWEEP_GROUP = 48 };
void flx_sweep_group(int64_t point, char group[FLX_SWEEP_GROUP]);
char *flx_sweep_file(const flx_sweep *s, int64_t point);

// Makes the output, or takes what is done from one that is there.
flx_status flx_sweep_begin_output(flx_sweep *s);
// Summaries of all points that are done; owned.
flx_status flx_sweep_results(flx_sweep *s, char **text);
// Takes a point into the results and the output.
flx_status flx_sweep_take(flx_sweep *s, const flx_point_end *end);

// Runs all chains in opts->jobs processes (workers.c).
flx_status flx_sweep_run_workers(flx_sweep *s);

#endif
