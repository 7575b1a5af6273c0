// mesh/gmsh.h -- the few functions of libgmsh that are used, loaded when the first mesh is made.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_MESH_GMSH_H
#define FLX_MESH_GMSH_H

#include "mesh/rim.h"

// Sites and triangles being collected.
typedef struct flx_soup {
    int32_t n_site, site_room;
    double *xy; // [n_site][2]
    int32_t n_tri, tri_room;
    int32_t *tri; // [n_tri][3]
} flx_soup;
void flx_soup_clear(flx_soup *soup);
flx_status flx_soup_reserve(flx_ctx *ctx, flx_soup *soup, int64_t n_site, int64_t n_tri);

// Tests: another name for the library, which is then loaded anew; NULL: its own.
void flx_gmsh_set_library(const char *name);

// gmsh is one per process: open waits for its turn; close always follows a successful open.
flx_status flx_gmsh_open(flx_ctx *ctx);
void flx_gmsh_close(void);

// Triangulates the inside of rings r0 .. r1-1 of the rim (the first is the outer one) with edges
// about as long as target says, and adds it to the soup: rim points first, as they are.
flx_status flx_gmsh_triangulate(flx_ctx *ctx, const flx_rim *rim, int32_t r0, int32_t r1,
                                const flx_size *target, flx_soup *soup);

#endif
