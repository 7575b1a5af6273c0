// mesh/rows.h -- rows of flat triangles along rims.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_MESH_ROWS_H
#define FLX_MESH_ROWS_H

#include "mesh/tris.h"

// Divides the triangles at all rims into n >= 1 more rows, each `ratio` times as high as the next
// one inwards. On failure the triangles are sound, but may have been halved.
flx_status flx_rows_run(flx_tris *tris, int32_t n, double ratio);

#endif
