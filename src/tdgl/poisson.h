// tdgl/poisson.h -- the Laplacian of a scalar potential with one site of each film grounded, so that
// it can be inverted: no current flows from there, and none to it.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_TDGL_POISSON_H
#define FLX_TDGL_POISSON_H

#include "fvm/operator.h"
#include "linalg/spd.h"

// ground [n_film]: site of each film, where the right-hand side is to be 0.
flx_status flx_poisson_create(flx_ctx *ctx, flx_pool *pool, const flx_operator *op,
                              const int32_t *ground, flx_spd **out);

#endif
