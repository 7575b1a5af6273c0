// mesh/tris.h -- a triangulation that can be changed: sides flipped and split, sites moved.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_MESH_TRIS_H
#define FLX_MESH_TRIS_H

#include "mesh/mesh.h"

// Side c of triangle t runs from corner c to corner c + 1; it is written s = 3 t + c.
typedef struct flx_tris {
    flx_ctx *ctx;
    int32_t n_site, site_room;
    double (*xy)[2];
    bool *rim;   // [n_site] lies on a rim
    int32_t *at; // [n_site] a corner 3 t + c that is the site
    int32_t n_tri, tri_room;
    int32_t *v;    // [n_tri][3] counter-clockwise
    int32_t *twin; // [n_tri][3] the same side as the neighbour counts it; -1: rim
    int32_t *todo; // sides that may have to be flipped
    int32_t n_todo, todo_room;
} flx_tris;

static inline int32_t flx_next(int32_t s)
{
    return s % 3 == 2 ? s - 2 : s + 1;
}

static inline int32_t flx_prev(int32_t s)
{
    return s % 3 == 0 ? s + 2 : s - 1;
}

// Copies sites and triangles (made counter-clockwise). Clear also after a failure.
flx_status flx_tris_init(flx_ctx *ctx, const double *xy, int32_t n_site, const int32_t *tri,
                         int32_t n_tri, flx_tris *tris);
void flx_tris_clear(flx_tris *tris);

double flx_tris_length(const flx_tris *tris, int32_t s);

// Cotangent of the angle opposite to side s in its triangle.
double flx_tris_cot(const flx_tris *tris, int32_t s);

// Puts a side on the list of those to look at.
flx_status flx_tris_push(flx_tris *tris, int32_t s);
// Flips sides from the list until all are locally Delaunay.
flx_status flx_tris_legalise(flx_tris *tris);
// The same for all sides.
flx_status flx_tris_delaunay(flx_tris *tris);

// Splits side s at a point on it and puts the sides around on the list. *site: the new one.
flx_status flx_tris_split(flx_tris *tris, int32_t s, const double at[2], int32_t *site);

// Corners around a site, counter-clockwise; at the rim from rim to rim. Returns their number; -1 if
// there are more than room.
int32_t flx_tris_star(const flx_tris *tris, int32_t site, int32_t *corners, int32_t room);

// Moves a site if no triangle around it turns over or gets thinner than min_cross (of the square of
// its longest side). Its sides go on the list. *moved tells.
flx_status flx_tris_move(flx_tris *tris, int32_t site, const double to[2], bool *moved);

#endif
