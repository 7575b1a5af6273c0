// circuit/border.h -- controlled sources as a border of the symmetric matrix.
//
// Their currents and the phases that control them are unknowns y beside the phases:
//   [A B; C D] [dx; y] = [r; q],
// solved by the factor of A: (D - C Z) y = q - C A^-1 r, dx = A^-1 r - Z y, Z = A^-1 B. Across the
// branches whose voltage a source decides (outputs of E and H; controls of F and H, which are shorts)
// A has a stiffness of its own, taken out again through the row that decides the voltage: so A stays
// positive definite where nothing else joins two nodes, and the solution does not know of it.
//
// With dc, do the phases that control and output turn in a step, and v = s/h:
//   E: do - mu m = 0, dc - m = 0          unknowns: current, m
//   F: dc = 0, output beta i              control current i
//   G: dc - m = 0, output g v m           m
//   H: dc = 0, do - (r/v) i = 0           control current i, output current
// Currents are means over the step. Where Kirchhoff's law holds at its end (nodes of inductors alone)
// they are carried there: end = c mean - past. From the mean of the last step this is BDF2, which
// does not ring; in a first step what flowed at its beginning is the past, c = 2.
// In JoSIM's step all are values at its end, dc and do whole phases and v = 3s/2h.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CIRCUIT_BORDER_H
#define FLX_CIRCUIT_BORDER_H

#include "circuit/sim.h"

// For the sources of a simulation whose branches and matrix are there.
flx_status flx_border_create(flx_circuit_sim *sim);
void flx_border_free(flx_border *border);
void flx_border_reset(flx_circuit_sim *sim); // at rest

// Adds the stiffness across decided branches.
void flx_border_base(flx_circuit_sim *sim, double *base);
// Z and the factor of D - C Z from that of A. False: the sources leave no solution, or many.
bool flx_border_factor(flx_circuit_sim *sim, double volt, double carry);
// What is known before the step, into r and q; behind flx_border_base.
void flx_border_right(flx_circuit_sim *sim, double *r);
// x = A^-1 r becomes dx.
void flx_border_solve(flx_circuit_sim *sim, double *x);
void flx_border_keep(flx_circuit_sim *sim);

// Mean current over the last step through output or control of a controlled source.
double flx_border_current(const flx_circuit_sim *sim, int32_t element, bool control, int32_t lane);

#endif
