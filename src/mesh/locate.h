// mesh/locate.h -- the inside of a locator.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_MESH_LOCATE_H
#define FLX_MESH_LOCATE_H

#include "mesh/mesh.h"

struct flx_locator {
    const flx_mesh *mesh; // borrowed
    double x0, y0, cell;
    int32_t nx, ny;
    int64_t *tri_start; // [nx ny + 1]
    int32_t *tri;
    int64_t *site_start; // [nx ny + 1]
    int32_t *site;
};

#endif
