// xy/flux.c -- phases of the bonds for any flux through the plaquettes.
//
// Along a row the sum of A around each plaquette is met by the bonds along y, A_y(x) = 2 pi times the
// flux left of x; where x is periodic, what a whole row has is met by the bonds along x that cross the
// border, A_x(y + 1) = A_x(y) - 2 pi R(y). Where y is periodic too, the last row fits the first if the
// sum of all is an integer. Of a triangular lattice this gives the cells, of an upper and a lower
// triangle; the third bond divides them. Integers are left out: they turn nothing.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/base.h"
#include "fluxoid/xy.h"

#include <math.h>

static const double two_pi = 6.28318530717958647692;

typedef struct plane {
    int32_t nx, ny, kinds;
    bool triangular;
    const bool *open;
    const double *flux;
} plane;

// Through the cell at (x, y). The lower triangle of a cell belongs to the next site.
static double cell(const plane *p, int32_t x, int32_t y)
{
    double sum = p->flux[y * p->nx + x];
    if (p->triangular)
        sum += p->flux[(p->ny + y) * p->nx + (x + 1) % p->nx];
    return sum;
}

// Cells there are.
static int32_t columns(const plane *p)
{
    return p->nx - p->open[0];
}
static int32_t rows(const plane *p)
{
    return p->ny - p->open[1];
}

// Adds 2 pi times a number to a bond of the plane.
static void add(const plane *p, double *phase, int64_t site, int32_t kind, double turns)
{
    phase[site * p->kinds + kind] += two_pi * (turns - rint(turns));
}

static void add_plane(const plane *p, double *phase)
{
    double across = 0; // of the bonds over the border of x
    for (int32_t y = 0; y < p->ny; y++) {
        double left = 0;
        for (int32_t x = 0; x < p->nx; x++) {
            const int64_t site = (int64_t)y * p->nx + x;
            const double ax = x + 1 == p->nx ? across : 0;
            if (x + 1 == p->nx && !p->open[0])
                add(p, phase, site, 0, across);
            if (y >= rows(p))
                continue;
            add(p, phase, site, 1, left);
            if (x >= columns(p))
                continue;
            if (p->triangular) // a1, a2 - a1 from its end, -a2
                add(p, phase, site - x + (x + 1) % p->nx, 2, p->flux[site] + left - ax);
            left += cell(p, x, y);
            left -= rint(left);
        }
        across -= left;
        across -= rint(across);
    }
}

flx_status flx_xy_flux_phases(flx_ctx *ctx, const flx_xy_problem *problem, const double *flux,
                              double *phase)
{
    const plane p = {.nx = problem->size[0],
                     .ny = problem->size[1],
                     .kinds = problem->lattice == FLX_XY_SQUARE ? 2 : 3,
                     .triangular = problem->lattice == FLX_XY_TRIANGULAR,
                     .open = problem->open,
                     .flux = flux};
    const int32_t planes = problem->lattice == FLX_XY_CUBIC ? problem->size[2] : 1;
    double total = 0;
    for (int32_t y = 0; y < rows(&p); y++)
        for (int32_t x = 0; x < columns(&p); x++)
            total += cell(&p, x, y);
    if (!isfinite(total))
        return flx_fail(ctx, FLX_ERR_INPUT, "the flux through some plaquette is not a number");
    if (!p.open[0] && !p.open[1] && fabs(total - rint(total)) > 1e-6)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "the flux through the periodic lattice is %g Phi0, allowed is an integer; "
                        "change flux or size, or open a border",
                        total);
    for (int32_t z = 0; z < planes; z++)
        add_plane(&p, phase + (int64_t)z * p.nx * p.ny * p.kinds);
    return FLX_OK;
}
