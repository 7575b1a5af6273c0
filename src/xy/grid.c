// xy/grid.c -- lattices cut into strips of lanes.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "xy/grid.h"

#include <string.h>

enum { CACHE = 512 << 10 }; // spins beyond this many bytes fall out of the second-level cache

static void describe(xy_grid *g, const flx_xy_problem *p)
{
    bool cubic = p->lattice == FLX_XY_CUBIC, triangular = p->lattice == FLX_XY_TRIANGULAR;
    g->n_axis = cubic ? 3 : 2;
    g->n_bond = cubic || triangular ? 3 : 2;
    g->n_face = cubic ? 3 : triangular ? 2 : 1;
    for (int a = 0; a < XY_AXES; a++) {
        g->size[a] = a < g->n_axis ? p->size[a] : 1;
        g->open[a] = a < g->n_axis && p->open[a];
        g->step[a][a] = 1;
    }
    if (triangular) {
        g->step[2][0] = -1;
        g->step[2][1] = 1;
        g->step[2][2] = 0;
    }
}

// As few replicas as the cache holds, at least as many as wanted; a strip is two or more sites wide.
static void share_lanes(xy_grid *g, int32_t real_size, int32_t wanted)
{
    int64_t bytes = (int64_t)g->size[0] * g->size[1] * g->size[2] * 2 * real_size;
    for (g->strips = g->lanes; g->strips > 1; g->strips /= 2) {
        int32_t replicas = g->lanes / g->strips;
        bool fits = wanted ? replicas >= wanted : 2 * replicas * bytes > CACHE;
        if (fits && g->size[0] % g->strips == 0 && g->size[0] / g->strips >= 2)
            break;
    }
    g->replicas = g->lanes / g->strips;
    g->width = g->size[0] / g->strips;
    g->rows = g->size[1] * g->size[2];
    g->n_element = g->rows * g->width;
    g->n_place = (g->rows + 1) * (g->width + 2);
}

int32_t flx_xy_grid_sites(const xy_grid *g)
{
    return g->size[0] * g->size[1] * g->size[2];
}

xy_spot flx_xy_grid_spot(const xy_grid *g, int32_t site, int32_t replica)
{
    int32_t x = site % g->size[0], row = site / g->size[0];
    return (xy_spot){row * g->width + x % g->width, x / g->width * g->replicas + replica};
}

int32_t flx_xy_grid_site(const xy_grid *g, int32_t element, int32_t lane)
{
    int32_t x = lane / g->replicas * g->width + element % g->width;
    return element / g->width * g->size[0] + x;
}

int32_t flx_xy_neighbour(const xy_grid *g, int32_t site, int32_t kind, bool backward,
                         int32_t wrapped[XY_AXES])
{
    int32_t at[XY_AXES] = {site % g->size[0], site / g->size[0] % g->size[1],
                           site / g->size[0] / g->size[1]};
    for (int a = 0; a < XY_AXES; a++) {
        wrapped[a] = 0;
        at[a] += backward ? -g->step[kind][a] : g->step[kind][a];
        if (at[a] >= 0 && at[a] < g->size[a])
            continue;
        if (g->open[a])
            return -1;
        wrapped[a] = at[a] < 0 ? -1 : 1;
        at[a] -= wrapped[a] * g->size[a];
    }
    return at[0] + g->size[0] * (at[1] + g->size[1] * at[2]);
}

// The row in which neighbour q of the elements of a row stands.
static int32_t row_of(const xy_grid *g, int32_t row, int32_t q)
{
    int32_t at[XY_AXES] = {0, row % g->size[1], row / g->size[1]}, kind = q % g->n_bond;
    for (int a = 1; a < XY_AXES; a++) {
        at[a] += q < g->n_bond ? g->step[kind][a] : -g->step[kind][a];
        if (at[a] >= 0 && at[a] < g->size[a])
            continue;
        if (g->open[a])
            return g->rows;
        at[a] += at[a] < 0 ? g->size[a] : -g->size[a];
    }
    return at[1] + g->size[1] * at[2];
}

flx_status flx_xy_grid_init(flx_ctx *ctx, const flx_xy_problem *problem, int32_t lanes,
                            int32_t real_size, int32_t replicas_wanted, xy_grid *g)
{
    *g = (xy_grid){.lanes = lanes};
    describe(g, problem);
    share_lanes(g, real_size, replicas_wanted);
    int32_t n_site = flx_xy_grid_sites(g);
    for (int q = 0; q < 2 * g->n_bond; q++) {
        g->row[q] = FLX_NEW_ARRAY(ctx, int32_t, g->rows + 1);
        if (!g->row[q])
            return FLX_ERR_MEMORY;
        for (int32_t row = 0; row < g->rows; row++)
            g->row[q][row] = row_of(g, row, q);
        g->row[q][g->rows] = g->rows; // beyond zeros there are zeros
        g->shift[q] = q < g->n_bond ? g->step[q][0] : -g->step[q - g->n_bond][0];
    }
    g->n_spin = n_site;
    if (problem->absent) {
        uint8_t *absent = FLX_NEW_ARRAY(ctx, uint8_t, n_site);
        if (!absent)
            return FLX_ERR_MEMORY;
        for (int32_t i = 0; i < n_site; i++) {
            absent[i] = problem->absent[i] != 0;
            g->n_spin -= absent[i];
        }
        g->absent = absent;
    }
    return FLX_OK;
}

void flx_xy_grid_clear(xy_grid *g)
{
    for (int q = 0; q < XY_NEIGHBOURS_MAX; q++)
        flx_free(g->row[q]);
    flx_free((void *)g->absent);
    memset(g, 0, sizeof *g);
}
