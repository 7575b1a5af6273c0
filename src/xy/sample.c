// xy/sample.c -- the numbers of one cycle, put into bins whose length doubles when they are full.
//
// With z(D) the integrand of Z under a twist D per unit of length along a Cartesian axis, the sums
// over the bonds of f = ln w and its derivatives give z'/z = S1, z''/z = S2 + S1^2,
// z''''/z = S4 + 4 S3 S1 + 3 S2^2 + 6 S2 S1^2 + S1^4; their means are the derivatives of Z itself.
// XY: f = beta J cos(phi).
// SPDX-License-Identifier: GPL-3.0-or-later
#include "xy/correlate.h"

#include <math.h>
#include <string.h>

// One number for each replica; those beyond grid.replicas mean nothing.
typedef double replicas[XY_LANES_MAX];

#define EACH for (int r = 0; r < XY_LANES_MAX; r++)

// First to fourth derivative of ln w, summed over the bonds of a kind.
static void derivatives(const flx_xy *sim, const xy_sums *sums, int32_t b, const double *beta,
                        replicas f[4])
{
    const double(*sum)[XY_LANES_MAX] = sums->bond[b];
    if (sim->tables.villain)
        for (int j = 0; j < 4; j++)
            EACH f[j][r] = sum[j][r];
    else
        EACH
        {
            double c = beta[r] * sum[0][r], s = beta[r] * sum[1][r];
            f[0][r] = -s;
            f[1][r] = -c;
            f[2][r] = s;
            f[3][r] = c;
        }
}

static void twist_moments(const flx_xy *sim, const xy_sums *sums, const double *beta, replicas *m)
{
    const xy_grid *g = &sim->grid;
    replicas f[XY_AXES][4];
    for (int32_t b = 0; b < g->n_bond; b++)
        derivatives(sim, sums, b, beta, f[b]);
    for (int32_t a = 0; a < g->n_axis; a++) {
        replicas s[4] = {{0}}, *out = m + XY_AXIS_FIRST + a * XY_AXIS_MOMENTS;
        for (int32_t b = 0; b < g->n_bond; b++) {
            double e = sim->direction[b][a], power = e;
            for (int j = 0; j < 4 && e != 0; j++, power *= e)
                EACH s[j][r] += power * f[b][j][r];
        }
        double lines = (double)flx_xy_grid_sites(g) / g->size[a];
        EACH
        {
            double s1 = s[0][r], s2 = s[1][r], square = s1 * s1,
                   winding = sums->crossing[a][r] / lines;
            out[XY_A][r] = s1;
            out[XY_Q2][r] = s2 + square;
            out[XY_Q4][r] =
                s[3][r] + 4 * s[2][r] * s1 + 3 * s2 * s2 + 6 * s2 * square + square * square;
            out[XY_Q22][r] = (s2 + square) * (s2 + square);
            out[XY_W2][r] = winding * winding;
            out[XY_W0][r] = fabs(winding) < 0.5;
        }
    }
}

static void moments(const flx_xy *sim, const xy_sums *sums, const double *beta, replicas *m)
{
    const xy_grid *g = &sim->grid;
    const double n = g->n_spin;
    replicas energy = {0}, wave = {0};
    if (sim->tables.villain)
        memcpy(energy, sums->energy, sizeof energy);
    else
        for (int32_t b = 0; b < g->n_bond; b++)
            EACH energy[r] -= sums->bond[b][0][r];
    for (int32_t a = 0; a < g->n_axis; a++)
        for (int j = 0; j < 4; j++)
            EACH wave[r] += sums->wave[a][j][r] * sums->wave[a][j][r];
    EACH
    {
        double mx = sums->spin[0][r], my = sums->spin[1][r], m2 = (mx * mx + my * my) / n;
        m[XY_E][r] = energy[r] / n;
        m[XY_E2][r] = energy[r] * energy[r] / n;
        m[XY_SLOPE][r] = sums->slope[r] / n;
        m[XY_M][r] = sqrt(m2 / n);
        m[XY_M2][r] = m2;
        m[XY_M4][r] = m2 * m2;
        m[XY_WAVE][r] = wave[r] / (n * g->n_axis);
        m[XY_V][r] = sums->vortices[r] / n;
        m[XY_V2][r] = m[XY_V][r] * m[XY_V][r];
    }
    twist_moments(sim, sums, beta, m);
}

// The bin that the samples of a replica go to: of its temperature.
static double *filling_of(const flx_xy *sim, int32_t v, int32_t r)
{
    int32_t row = sim->vector[v].temperature[r] * sim->copies + v % sim->copies;
    return flx_xy_bin(sim, row, XY_BINS);
}

void flx_xy_record(flx_xy *sim, int32_t v, const xy_sums *sums)
{
    const int32_t n = sim->grid.replicas;
    replicas m[XY_MOMENTS] = {{0}}, beta = {0};
    for (int32_t r = 0; r < n; r++)
        beta[r] = 1 / sim->temperature[sim->vector[v].temperature[r]];
    moments(sim, sums, beta, m);
    for (int32_t r = 0; r < n; r++) {
        double *filling = filling_of(sim, v, r);
        for (int k = 0; k < XY_MOMENTS; k++)
            filling[k * n + r] += m[k][r];
    }
}

void flx_xy_record_correlations(flx_xy *sim, int32_t v)
{
    const int32_t n = sim->grid.replicas, n_more = sim->n_moment - XY_MOMENTS;
    for (int32_t r = 0; r < n; r++) {
        double *moment = sim->correlated + (size_t)v * (size_t)n_more;
        double *filling = filling_of(sim, v, r) + XY_MOMENTS * n;
        flx_xy_correlations(sim, v, r, moment);
        for (int32_t k = 0; k < n_more; k++)
            filling[k * n + r] += moment[k];
    }
}

void flx_xy_advance(flx_xy *sim, int32_t at)
{
    xy_row *row = &sim->row[at];
    if (++row->filled < row->length)
        return;
    const int32_t n = sim->n_moment * sim->grid.replicas;
    double *filling = flx_xy_bin(sim, at, XY_BINS), *bin = flx_xy_bin(sim, at, row->n_bin++);
    for (int32_t k = 0; k < n; k++) {
        bin[k] = filling[k] / (double)row->length;
        filling[k] = 0;
    }
    row->filled = 0;
    if (row->n_bin < XY_BINS)
        return;
    // Full: pairs of bins become one each.
    for (int32_t j = 0; j < XY_BINS / 2; j++) {
        double *to = flx_xy_bin(sim, at, j);
        const double *a = flx_xy_bin(sim, at, 2 * j), *b = flx_xy_bin(sim, at, 2 * j + 1);
        for (int32_t k = 0; k < n; k++)
            to[k] = 0.5 * (a[k] + b[k]);
    }
    row->n_bin = XY_BINS / 2;
    row->length *= 2;
}
