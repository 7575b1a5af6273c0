// case/xy.h -- what the files of the engine xy in case/ share.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CASE_XY_H
#define FLX_CASE_XY_H

#include "case/engine.h"

// Without disorder; arrays are borrowed from the case.
flx_xy_problem flx_case_xy_problem(const flx_case_xy *xy);

// Whether bonds have phases of their own: drawn, or given as functions of the place.
bool flx_case_xy_phases(const flx_case_xy *xy);

// Fills arrays of the lattice; NULL where not wanted. phase needs to be 0 before.
flx_status flx_case_xy_bonds(flx_ctx *ctx, const flx_case_xy *xy, const flx_xy_arrays *arrays);

// The arrays that the case asks for, filled; cleared by flx_case_xy_arrays_clear, also on failure.
flx_status flx_case_xy_arrays(flx_ctx *ctx, const flx_case_xy *xy, flx_xy_arrays *out);
void flx_case_xy_arrays_clear(flx_xy_arrays *arrays);

flx_status flx_xy_run(flx_ctx *ctx, const flx_run_point *point, const flx_run_opts *opts,
                      flx_run_result **out);

// The same for an array of shunted junctions (xy.dynamics).
flx_status flx_xy_run_dynamics(flx_ctx *ctx, const flx_run_point *point, const flx_run_opts *opts,
                               flx_run_result **out);

#endif
