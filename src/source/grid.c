// source/grid.c -- B_z on a rectangular grid: bilinear or bicubic (Catmull and Rom, 1974).
//
// In the gauge A = (0, integral of B_z dx) both A and its line integrals are piecewise polynomials:
// of degree 7 at most along a straight line within one grid cell, for which four Gauss points are
// exact. So the sum of a_e round any triangle is the flux of the interpolant to rounding.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "source/grid.h"

#include "base/base.h"

#include <math.h>

static double *row_of(const flx_grid *g, double *array, int32_t j)
{
    return array + (ptrdiff_t)(j + 1) * (array == g->b ? g->nx + 2 : g->nx);
}

// Weights of the values at -1, 0, 1, 2 for the interpolant at u in [0, 1].
static void weights_of(bool cubic, double u, double w[4])
{
    if (!cubic) {
        w[0] = w[3] = 0;
        w[1] = 1 - u;
        w[2] = u;
        return;
    }
    double u2 = u * u, u3 = u2 * u;
    w[0] = 0.5 * (-u + 2 * u2 - u3);
    w[1] = 0.5 * (2 - 5 * u2 + 3 * u3);
    w[2] = 0.5 * (u + 4 * u2 - 3 * u3);
    w[3] = 0.5 * (-u2 + u3);
}

// The same for its integral from 0 to u.
static void integral_weights_of(bool cubic, double u, double w[4])
{
    double u2 = u * u, u3 = u2 * u, u4 = u3 * u;
    if (!cubic) {
        w[0] = w[3] = 0;
        w[1] = u - 0.5 * u2;
        w[2] = 0.5 * u2;
        return;
    }
    w[0] = 0.5 * (-u2 / 2 + 2 * u3 / 3 - u4 / 4);
    w[1] = 0.5 * (2 * u - 5 * u3 / 3 + 3 * u4 / 4);
    w[2] = 0.5 * (u2 / 2 + 4 * u3 / 3 - 3 * u4 / 4);
    w[3] = 0.5 * (-u3 / 3 + u4 / 4);
}

// Copies the values; ghosts continue the first and last differences.
static void fill(flx_grid *g, const double *b)
{
    int32_t nx = g->nx, ny = g->ny;
    for (int32_t j = 0; j < ny; j++) {
        double *row = row_of(g, g->b, j);
        for (int32_t i = 0; i < nx; i++)
            row[i + 1] = b[(ptrdiff_t)j * nx + i];
        row[0] = 2 * row[1] - row[2];
        row[nx + 1] = 2 * row[nx] - row[nx - 1];
    }
    for (int32_t i = 0; i < nx + 2; i++) {
        row_of(g, g->b, -1)[i] = 2 * row_of(g, g->b, 0)[i] - row_of(g, g->b, 1)[i];
        row_of(g, g->b, ny)[i] = 2 * row_of(g, g->b, ny - 1)[i] - row_of(g, g->b, ny - 2)[i];
    }
    double w[4];
    integral_weights_of(g->cubic, 1, w);
    for (int32_t j = -1; j <= ny; j++) {
        const double *row = row_of(g, g->b, j);
        double *p = row_of(g, g->p, j);
        p[0] = 0;
        for (int32_t i = 0; i + 1 < nx; i++)
            p[i + 1] = p[i] + g->dx * (w[0] * row[i] + w[1] * row[i + 1] + w[2] * row[i + 2] +
                                       w[3] * row[i + 3]);
    }
}

flx_status flx_grid_init(flx_ctx *ctx, const flx_field_grid *given, flx_grid *grid)
{
    *grid = (flx_grid){.nx = given->nx,
                       .ny = given->ny,
                       .x0 = given->x0,
                       .y0 = given->y0,
                       .dx = given->dx,
                       .dy = given->dy,
                       .cubic = given->cubic};
    if (given->nx < 2 || given->ny < 2)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "a field grid has %d x %d points, at least 2 x 2 are needed", given->nx,
                        given->ny);
    if (!(given->dx > 0) || !(given->dy > 0) || !isfinite(given->x0 + given->dx * given->nx) ||
        !isfinite(given->y0 + given->dy * given->ny))
        return flx_fail(
            ctx, FLX_ERR_INPUT,
            "a field grid has steps %g, %g xi from %g, %g xi: steps must be positive and "
            "all finite",
            given->dx, given->dy, given->x0, given->y0);
    for (int64_t k = 0; k < (int64_t)given->nx * given->ny; k++)
        if (!isfinite(given->b[k]))
            return flx_fail(ctx, FLX_ERR_INPUT,
                            "a field grid has the value %g in column %d, row %d", given->b[k],
                            (int)(k % given->nx), (int)(k / given->nx));
    grid->b = FLX_NEW_ARRAY(ctx, double, ((size_t)given->nx + 2) * ((size_t)given->ny + 2));
    grid->p = FLX_NEW_ARRAY(ctx, double, (size_t)given->nx *((size_t)given->ny + 2));
    if (!grid->b || !grid->p) {
        flx_grid_clear(grid);
        return FLX_ERR_MEMORY;
    }
    fill(grid, given->b);
    return FLX_OK;
}

void flx_grid_clear(flx_grid *grid)
{
    flx_free(grid->b);
    flx_free(grid->p);
    grid->b = grid->p = NULL;
}

// Cell of a coordinate counted in grid steps.
static int32_t cell_of(double s, int32_t n)
{
    double cell = fmin(fmax(floor(s), 0), n - 2);
    return (int32_t)cell;
}

double flx_grid_field(const flx_grid *g, double x, double y)
{
    double s = fmin(fmax((x - g->x0) / g->dx, 0), g->nx - 1);
    double t = fmin(fmax((y - g->y0) / g->dy, 0), g->ny - 1);
    int32_t i = cell_of(s, g->nx), j = cell_of(t, g->ny);
    double wx[4], wy[4], sum = 0;
    weights_of(g->cubic, s - i, wx);
    weights_of(g->cubic, t - j, wy);
    for (int32_t m = 0; m < 4; m++) {
        const double *row = row_of(g, g->b, j + m - 1) + i;
        sum += wy[m] * (wx[0] * row[0] + wx[1] * row[1] + wx[2] * row[2] + wx[3] * row[3]);
    }
    return sum;
}

// A_y at grid coordinates s, t within cell i, j.
static double potential(const flx_grid *g, int32_t i, int32_t j, double s, double t)
{
    double wx[4], wy[4], sum = 0;
    integral_weights_of(g->cubic, s - i, wx);
    weights_of(g->cubic, t - j, wy);
    for (int32_t m = 0; m < 4; m++) {
        const double *row = row_of(g, g->b, j + m - 1) + i;
        double part = wx[0] * row[0] + wx[1] * row[1] + wx[2] * row[2] + wx[3] * row[3];
        sum += wy[m] * (row_of(g, g->p, j + m - 1)[i] + g->dx * part);
    }
    return sum;
}

// Where the line s0 + u ds (u >= 0) meets the next integer after it met `line`; first: line = NAN.
static double next_crossing(double s0, double ds, double *line)
{
    if (ds == 0)
        return INFINITY;
    double step = ds > 0 ? 1 : -1;
    *line = isnan(*line) ? (ds > 0 ? floor(s0) + 1 : ceil(s0) - 1) : *line + step;
    return (*line - s0) / ds;
}

double flx_grid_line(const flx_grid *g, const double r0[2], const double r1[2])
{
    static const double node[4] = {
        -0.861136311594052575223946488893, -0.339981043584856264802665759103,
        0.339981043584856264802665759103, 0.861136311594052575223946488893};
    static const double weight[4] = {
        0.347854845137453857373063949222, 0.652145154862546142626936050778,
        0.652145154862546142626936050778, 0.347854845137453857373063949222};
    double s0 = (r0[0] - g->x0) / g->dx, ds = (r1[0] - r0[0]) / g->dx;
    double t0 = (r0[1] - g->y0) / g->dy, dt = (r1[1] - r0[1]) / g->dy;
    double line_x = NAN, line_y = NAN, sum = 0, begin = 0;
    double cross_x = next_crossing(s0, ds, &line_x), cross_y = next_crossing(t0, dt, &line_y);
    // From one grid line to the next.
    while (begin < 1) {
        double end = fmin(fmin(cross_x, cross_y), 1);
        double middle = 0.5 * (begin + end), half = 0.5 * (end - begin);
        int32_t i = cell_of(s0 + middle * ds, g->nx), j = cell_of(t0 + middle * dt, g->ny);
        for (int k = 0; k < 4; k++) {
            double u = middle + half * node[k];
            sum += half * weight[k] * potential(g, i, j, s0 + u * ds, t0 + u * dt);
        }
        if (cross_x <= end)
            cross_x = next_crossing(s0, ds, &line_x);
        if (cross_y <= end)
            cross_y = next_crossing(t0, dt, &line_y);
        begin = end;
    }
    return sum * (r1[1] - r0[1]);
}
