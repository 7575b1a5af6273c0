// tdgl/counterterm.h -- what a mesh makes of a fluctuating film, and what undoes it.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_TDGL_COUNTERTERM_H
#define FLX_TDGL_COUNTERTERM_H

#include "fluxoid/mesh.h"

// For each site [n_site], weight [n_edge] = dual/length: `core` = eta, with which the potential V of
// a cell becomes V + eta/2 V'^2, V' = (|psi|^2 - eps) psi; `shift`, to be added to eps, at temperature
// k_B T/E_s.
void flx_counterterm(const flx_mesh *mesh, const double *weight, double temperature, double *core,
                     double *shift);

// The square and the triangular lattice of edge h [xi] with eta = h^2/16: how much less than T x this
// the modulus of a film is than in the ordered phase without fluctuations, to first order in T.
double flx_counterterm_bracket(bool triangular, double h);

#endif
