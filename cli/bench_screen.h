// cli/bench_screen.h -- the parts of fluxoid bench selffield.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CLI_BENCH_SCREEN_H
#define FLX_CLI_BENCH_SCREEN_H

#include "fluxoid/mesh.h"

// A square or circular film of this side or radius.
flx_status bench_film_of(flx_ctx *ctx, flx_shape_kind kind, double size, double max_edge,
                         flx_mesh **out);

// Steps of the tdgl engine with and without the field of the currents, for films up to so many
// sites.
flx_status bench_screen(flx_ctx *ctx, int largest);

#endif
