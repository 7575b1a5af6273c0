// cli/bench_screen.h -- the parts of fluxoid bench selffield.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CLI_BENCH_SCREEN_H
#define FLX_CLI_BENCH_SCREEN_H

#include "fluxoid/mesh.h"

// A square film with about n_site sites.
flx_status bench_square(flx_ctx *ctx, int n_site, double side, flx_mesh **out);

// Steps of the tdgl engine with and without the field of the currents, for films up to so many
// sites.
flx_status bench_screen(flx_ctx *ctx, int largest);

#endif
