// case/xy_run.h -- a run of the engine xy as its files in case/ share it: run_xy.c runs, xy_summary.c and
// xy_file.c write down.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CASE_XY_RUN_H
#define FLX_CASE_XY_RUN_H

#include "case/summary.h"
#include "case/xy.h"

enum { XY_AROUND = 5 }; // temperatures of each size, around the transition

typedef struct xy_run {
    flx_ctx *ctx;
    const flx_case *c;
    const flx_case_xy *xy;
    const flx_run_opts *opts;
    // State of the run.
    int64_t stage;
    double wall, middle;
    flx_xy_result *result;       // [n_temperature]
    flx_xy_stiffness *stiffness; // [n_size][XY_AROUND]
    double *theta;               // [n_temperature][n_site] phases of replica 0, if they are kept
    int8_t *vortex;              // [n_temperature][n_plaquette] of the same
    int64_t n_theta, n_vortex;
    flx_xy_correlation *correlation; // [n_temperature][reach + 1]
    int32_t reach;                   // -1: none
    flx_xy *sim;                     // of the present stage

    flx_xy_arrays bonds;
    char *checkpoint, *lattice; // paths; NULL without output
    flx_file *file;             // open from the beginning; NULL without output
    double wall_start, last_save, last_progress;
    double work, work_done; // site updates of all stages, of those that are done
} xy_run;

static inline int32_t flx_xy_sites(const flx_case_xy *xy)
{
    return xy->size[0] * xy->size[1] * (xy->lattice == FLX_XY_CUBIC ? xy->size[2] : 1);
}

// Everything that was found, as an object of JSON.
flx_status flx_xy_summarise(xy_run *r, json_t *root);
// The same, and phases, as arrays of a file.
flx_status flx_xy_write(xy_run *r, flx_file *file);

#endif
