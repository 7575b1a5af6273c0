// xy/tables.c -- what the loops over spins read: couplings, phases, waves.
//
// A uniform flux of f quanta through each plaquette (2f through a cell of the triangular lattice)
// in the gauge A = 2 pi F u dv, F the flux of a cell, u and v counted in lattice vectors. Where a
// bond crosses the border at u = n the phases differ by 2 pi F n v.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "xy/xy_internal.h"

#include <math.h>

static const double two_pi = 6.28318530717958647692;

static void put(const flx_xy *sim, void *array, size_t at, double value)
{
    if (sim->kernels->size == (int32_t)sizeof(float))
        ((float *)array)[at] = (float)value;
    else
        ((double *)array)[at] = value;
}

// A of the forward bond `kind` of a site [rad].
static double bond_phase(const flx_xy *sim, const flx_xy_problem *p, int32_t site, int32_t kind)
{
    const xy_grid *g = &sim->grid;
    int32_t wrapped[XY_AXES];
    int32_t other = flx_xy_neighbour(g, site, kind, false, wrapped);
    double phase = p->phase ? p->phase[(int64_t)site * g->n_bond + kind] : 0;
    if (other < 0)
        return phase;
    double cell = p->flux * (p->lattice == FLX_XY_TRIANGULAR ? 2 : 1);
    double u = site % g->size[0], v = site / g->size[0] % g->size[1];
    double du = g->step[kind][0], dv = g->step[kind][1];
    phase += two_pi * cell * (u + du / 2) * dv;
    return phase - two_pi * cell * g->size[0] * wrapped[0] * (v + dv);
}

static flx_status create_bonds(flx_xy *sim, const flx_xy_problem *p)
{
    const xy_grid *g = &sim->grid;
    const size_t lanes = (size_t)g->lanes;
    sim->tables.bond =
        flx_alloc(sim->ctx, (size_t)(2 * g->n_bond) * (size_t)g->n_element * 2 * lanes,
                  (size_t)sim->kernels->size);
    if (!sim->tables.bond)
        return FLX_ERR_MEMORY;
    for (int32_t e = 0; e < g->n_element; e++)
        for (int32_t k = 0; k < g->lanes; k++)
            for (int32_t q = 0; q < 2 * g->n_bond; q++) {
                bool backward = q >= g->n_bond;
                int32_t kind = q % g->n_bond, site = flx_xy_grid_site(g, e, k), wrapped[XY_AXES];
                int32_t other = flx_xy_neighbour(g, site, kind, backward, wrapped);
                int32_t tail = backward ? other : site;
                if (other < 0)
                    continue;
                double j = p->coupling ? p->coupling[(int64_t)tail * g->n_bond + kind] : 1;
                double a = bond_phase(sim, p, tail, kind) * (backward ? 1 : -1);
                size_t at =
                    (((size_t)q * (size_t)g->n_element + (size_t)e) * 2) * lanes + (size_t)k;
                put(sim, sim->tables.bond, at, j * cos(a));
                put(sim, sim->tables.bond, at + lanes, j * sin(a));
            }
    return FLX_OK;
}

// The bonds around a face of a site: A along each in the direction of the path; false where the
// lattice ends.
static bool face_phases(const flx_xy *sim, const flx_xy_problem *p, int32_t site, int32_t face,
                        double a[4])
{
    const xy_grid *g = &sim->grid;
    int32_t w[XY_AXES];
    bool triangles = p->lattice == FLX_XY_TRIANGULAR;
    int32_t u = triangles ? face : face == 2 ? 1 : 0;
    int32_t v = triangles ? face + 1 : face == 0 ? 1 : 2;
    int32_t to_u = flx_xy_neighbour(g, site, u, false, w);
    int32_t to_v = flx_xy_neighbour(g, site, v, false, w);
    if (to_u < 0 || to_v < 0)
        return false;
    a[0] = bond_phase(sim, p, site, u);
    a[3] = 0;
    if (!triangles) {
        a[1] = bond_phase(sim, p, to_u, v);
        a[2] = -bond_phase(sim, p, to_v, u);
        a[3] = -bond_phase(sim, p, site, v);
    } else { // up: a1, a2 - a1, -a2; down: a2, -a1, -(a2 - a1)
        a[1] = face == 0 ? bond_phase(sim, p, to_u, 2) : -bond_phase(sim, p, to_v, 0);
        a[2] = -bond_phase(sim, p, site, v);
    }
    return true;
}

static flx_status create_curl(flx_xy *sim, const flx_xy_problem *p)
{
    const xy_grid *g = &sim->grid;
    const size_t lanes = (size_t)g->lanes, stride = 9 * lanes;
    sim->tables.curl = flx_alloc(sim->ctx, (size_t)(g->n_face * g->n_element) * stride,
                                 (size_t)sim->kernels->size);
    if (!sim->tables.curl)
        return FLX_ERR_MEMORY;
    for (int32_t f = 0; f < g->n_face; f++)
        for (int32_t e = 0; e < g->n_element; e++)
            for (int32_t k = 0; k < g->lanes; k++) {
                size_t at = ((size_t)f * (size_t)g->n_element + (size_t)e) * stride + (size_t)k;
                double a[4] = {0};
                if (!face_phases(sim, p, flx_xy_grid_site(g, e, k), f, a))
                    continue;
                double turns = -(a[0] + a[1] + a[2] + a[3]) / two_pi;
                turns -= rint(turns);
                for (int j = 0; j < 4; j++) {
                    put(sim, sim->tables.curl, at + (size_t)(2 * j) * lanes, cos(a[j]));
                    put(sim, sim->tables.curl, at + (size_t)(2 * j + 1) * lanes, sin(a[j]));
                }
                // Half a quantum: rounding must not choose the side.
                put(sim, sim->tables.curl, at + 8 * lanes, fabs(turns) > 0.499 ? -0.5 : turns);
            }
    return FLX_OK;
}

static flx_status create_waves(flx_xy *sim)
{
    const xy_grid *g = &sim->grid;
    const size_t lanes = (size_t)g->lanes;
    sim->tables.wave_x =
        flx_alloc(sim->ctx, (size_t)g->width * 2 * lanes, (size_t)sim->kernels->size);
    if (!sim->tables.wave_x)
        return FLX_ERR_MEMORY;
    for (int a = 0; a < XY_AXES; a++) {
        sim->tables.wave[a] = FLX_NEW_ARRAY(sim->ctx, double, 2 * (g->size[a] + 1));
        if (!sim->tables.wave[a])
            return FLX_ERR_MEMORY;
        for (int32_t i = 0; i <= g->size[a]; i++) {
            sim->tables.wave[a][2 * i] = cos(two_pi * i / g->size[a]);
            sim->tables.wave[a][2 * i + 1] = sin(two_pi * i / g->size[a]);
        }
    }
    for (int32_t c = 0; c < g->width; c++)
        for (int32_t k = 0; k < g->lanes; k++) {
            int32_t x = flx_xy_grid_site(g, c, k);
            size_t at = (size_t)c * 2 * lanes + (size_t)k;
            put(sim, sim->tables.wave_x, at, sim->tables.wave[0][2 * x]);
            put(sim, sim->tables.wave_x, at + lanes, sim->tables.wave[0][2 * x + 1]);
        }
    return FLX_OK;
}

flx_status flx_xy_tables_create(flx_xy *sim, const flx_xy_problem *p)
{
    sim->tables.grid = &sim->grid;
    sim->tables.villain = p->model == FLX_XY_VILLAIN;
    FLX_TRY(create_waves(sim));
    if (p->coupling || sim->phases)
        FLX_TRY(create_bonds(sim, p));
    if (sim->phases)
        FLX_TRY(create_curl(sim, p));
    return FLX_OK;
}

void flx_xy_tables_free(flx_xy *sim)
{
    flx_free(sim->tables.bond);
    flx_free(sim->tables.curl);
    flx_free(sim->tables.wave_x);
    for (int a = 0; a < XY_AXES; a++)
        flx_free(sim->tables.wave[a]);
}
