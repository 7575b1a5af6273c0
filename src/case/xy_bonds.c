// case/xy_bonds.c -- what differs between the bonds and sites of a lattice of the engine xy: couplings,
// phases, missing sites, drawn or given as functions of the place.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/xy_run.h"

#include <math.h>

bool flx_case_xy_phases(const flx_case_xy *xy)
{
    return xy->phase > 0 || xy->flux_at || xy->offset[0] || xy->offset[1] || xy->offset[2];
}

// The place of lattice coordinates u, v, w.
static void place(const flx_case_xy *xy, double u, double v, double w, double r[3])
{
    bool triangular = xy->lattice == FLX_XY_TRIANGULAR;
    r[0] = triangular ? u + v / 2 : u;
    r[1] = triangular ? v * 0.86602540378443864676 : v;
    r[2] = w;
}

// Offsets are those at the middles of the bonds.
static void add_offsets(const flx_case_xy *xy, double *phase)
{
    const int32_t nx = xy->size[0], ny = xy->size[1], kinds = xy->lattice == FLX_XY_SQUARE ? 2 : 3;
    const double step[3][3] = {{1, 0, 0},
                               {0, 1, 0},
                               {xy->lattice == FLX_XY_TRIANGULAR ? -1 : 0,
                                xy->lattice == FLX_XY_TRIANGULAR ? 1 : 0,
                                xy->lattice == FLX_XY_TRIANGULAR ? 0 : 1}};
    for (int32_t i = 0; i < flx_xy_sites(xy); i++)
        for (int32_t k = 0; k < kinds; k++) {
            double r[3];
            if (!xy->offset[k])
                continue;
            place(xy, i % nx + step[k][0] / 2, i / nx % ny + step[k][1] / 2,
                  i / (nx * ny) + step[k][2] / 2, r);
            phase[(int64_t)kinds * i + k] +=
                3.14159265358979323846 / 180 * flx_expr_eval(xy->offset[k], r, 0);
        }
}

// Through each plaquette the flux at its middle.
static flx_status add_flux(flx_ctx *ctx, const flx_case_xy *xy, double *phase)
{
    const int32_t nx = xy->size[0], n = nx * xy->size[1];
    const bool triangular = xy->lattice == FLX_XY_TRIANGULAR;
    const flx_xy_problem problem = flx_case_xy_problem(xy);
    double *flux = FLX_NEW_ARRAY(ctx, double, (triangular ? 2 : 1) * n);
    if (!flux)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < (triangular ? 2 : 1) * n; k++) {
        // A lower triangle stands left of its site: of the first, beyond the border, that of the last.
        int32_t x = (k % n % nx + nx - k / n) % nx;
        double middle = triangular ? (1 + k / n) / 3.0 : 0.5, r[3];
        place(xy, x + middle, k % n / nx + middle, 0, r);
        flux[k] = flx_expr_eval(xy->flux_at, r, 0);
    }
    flx_status status = flx_xy_flux_phases(ctx, &problem, flux, phase);
    flx_free(flux);
    return status;
}

flx_status flx_case_xy_bonds(flx_ctx *ctx, const flx_case_xy *xy, const flx_xy_arrays *arrays)
{
    int64_t n_site = flx_xy_sites(xy), n_bond = n_site * (xy->lattice == FLX_XY_SQUARE ? 2 : 3);
    flx_xy_disorder d = {xy->coupling, xy->phase, xy->dilution, xy->disorder_seed};
    flx_xy_disorder_draw(&d, n_site, n_bond, arrays);
    if (!arrays->phase)
        return FLX_OK;
    add_offsets(xy, arrays->phase);
    return xy->flux_at ? add_flux(ctx, xy, arrays->phase) : FLX_OK;
}

flx_status flx_case_xy_arrays(flx_ctx *ctx, const flx_case_xy *xy, flx_xy_arrays *out)
{
    int64_t n_site = flx_xy_sites(xy), n_bond = n_site * (xy->lattice == FLX_XY_SQUARE ? 2 : 3);
    *out = (flx_xy_arrays){.coupling = NULL};
    if (xy->coupling > 0 && !(out->coupling = FLX_NEW_ARRAY(ctx, double, n_bond)))
        return FLX_ERR_MEMORY;
    if (flx_case_xy_phases(xy) && !(out->phase = FLX_NEW_ARRAY(ctx, double, n_bond)))
        return FLX_ERR_MEMORY;
    if (xy->dilution > 0 && !(out->absent = FLX_NEW_ARRAY(ctx, uint8_t, n_site)))
        return FLX_ERR_MEMORY;
    return flx_case_xy_bonds(ctx, xy, out);
}

void flx_case_xy_arrays_clear(flx_xy_arrays *arrays)
{
    flx_free(arrays->coupling);
    flx_free(arrays->phase);
    flx_free(arrays->absent);
    *arrays = (flx_xy_arrays){.coupling = NULL};
}
