// tdgl/terminals.h -- what every engine asks of the terminals it is given.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_TDGL_TERMINALS_H
#define FLX_TDGL_TERMINALS_H

#include "base/base.h"
#include "fluxoid/tdgl.h"

// Their sites are of the mesh, each has a piece of the edge, and what one holds |psi| at is not negative.
flx_status flx_terminals_check(flx_ctx *ctx, const flx_mesh *mesh, const flx_terminal *terminals,
                               int32_t n);

#endif
