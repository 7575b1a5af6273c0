// xy/correlate.c -- correlation functions of phases and vortices along the periodic axes:
//
//   G(r) = <cos(theta_0 - theta_r)>,   C(r) = <n_0 n_r>
//
// with n the vortices of the plaquettes of the x-y plane (of the triangular lattice: of those that point
// up). By Fourier transforms of all lines of the lattice (Wiener and Khinchin), of every eighth cycle;
// their sums stand in the bins behind the other moments, and are divided by the number of samples there.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "xy/correlate.h"

#include "xy/planner.h"

#include <fftw3.h>
#include <math.h>

typedef double pair[2]; // real and imaginary part

struct xy_correlator {
    int32_t reach; // farthest distance
    int32_t n_site, stride[XY_AXES];
    fftw_plan plan[XY_AXES]; // of all lines along a periodic axis; NULL: an open one
    double *pairs[XY_AXES];  // [reach + 1] both of whose sites are there
    // Of each vector: the field, its transforms, the vortices.
    pair *field, *line;
    int8_t *vortex;
    size_t per_vector;
};

// ---- Life ----------------------------------------------------------------------------------------

static flx_status create_plan(flx_ctx *ctx, const xy_grid *g, xy_correlator *c, int32_t axis)
{
    fftw_iodim along = {g->size[axis], c->stride[axis], c->stride[axis]}, other[2];
    int32_t n = 0;
    for (int32_t a = 0; a < g->n_axis; a++)
        if (a != axis)
            other[n++] = (fftw_iodim){g->size[a], c->stride[a], c->stride[a]};
    // The estimate, as what a measurement chooses would depend on the moment.
    pthread_mutex_lock(&flx_xy_planner);
    c->plan[axis] = fftw_plan_guru_dft(1, &along, n, other, (void *)c->field, (void *)c->line,
                                       FFTW_FORWARD, FFTW_ESTIMATE);
    pthread_mutex_unlock(&flx_xy_planner);
    return c->plan[axis] ? FLX_OK : flx_fail(ctx, FLX_ERR_MEMORY, "no memory for the transforms");
}

static void count_pairs(const xy_grid *g, const xy_correlator *c, int32_t axis)
{
    for (int32_t r = 0; r <= c->reach; r++) {
        c->pairs[axis][r] = c->n_site;
        for (int32_t i = 0; i < c->n_site && g->absent; i++) {
            int32_t at = i / c->stride[axis] % g->size[axis];
            int32_t j = i + ((at + r) % g->size[axis] - at) * c->stride[axis];
            c->pairs[axis][r] -= g->absent[i] || g->absent[j];
        }
    }
}

flx_status flx_xy_correlator_create(flx_ctx *ctx, const xy_grid *g, int32_t vectors,
                                    xy_correlator **out)
{
    xy_correlator *c = *out = FLX_NEW(ctx, xy_correlator);
    if (!c)
        return FLX_ERR_MEMORY;
    c->n_site = flx_xy_grid_sites(g);
    c->reach = INT32_MAX;
    for (int32_t a = 0, stride = 1; a < g->n_axis; stride *= g->size[a++]) {
        c->stride[a] = stride;
        if (!g->open[a] && g->size[a] / 2 < c->reach)
            c->reach = g->size[a] / 2;
    }
    // Every vector's place is aligned as the plans expect.
    c->per_vector = ((size_t)c->n_site + 63) / 64 * 64;
    c->field = flx_alloc(ctx, (size_t)vectors * c->per_vector, sizeof(pair));
    c->line = flx_alloc(ctx, (size_t)vectors * c->per_vector, sizeof(pair));
    c->vortex = flx_alloc(ctx, (size_t)vectors, c->per_vector);
    if (!c->field || !c->line || !c->vortex)
        return FLX_ERR_MEMORY;
    for (int32_t a = 0; a < g->n_axis; a++) {
        if (g->open[a])
            continue;
        if (!(c->pairs[a] = FLX_NEW_ARRAY(ctx, double, c->reach + 1)))
            return FLX_ERR_MEMORY;
        FLX_TRY(create_plan(ctx, g, c, a));
        count_pairs(g, c, a);
    }
    return FLX_OK;
}

void flx_xy_correlator_free(xy_correlator *c)
{
    if (!c)
        return;
    pthread_mutex_lock(&flx_xy_planner);
    for (int32_t a = 0; a < XY_AXES; a++)
        if (c->plan[a])
            fftw_destroy_plan(c->plan[a]);
    pthread_mutex_unlock(&flx_xy_planner);
    for (int32_t a = 0; a < XY_AXES; a++)
        flx_free(c->pairs[a]);
    flx_free(c->field);
    flx_free(c->line);
    flx_free(c->vortex);
    flx_free(c);
}

int32_t flx_xy_correlator_reach(const xy_correlator *c)
{
    return c->reach;
}

// ---- A sample ------------------------------------------------------------------------------------

static void get_spins(const flx_xy *sim, int32_t v, int32_t r, pair *field)
{
    const xy_grid *g = &sim->grid;
    const void *spin = sim->spin + (size_t)v * sim->spin_bytes;
    const bool single = sim->kernels->size == (int32_t)sizeof(float);
    for (int32_t row = 0; row < g->rows; row++)
        for (int32_t c = 0; c < g->width; c++)
            for (int32_t strip = 0; strip < g->strips; strip++) {
                size_t at = flx_xy_column(g, row, c) + (size_t)(strip * g->replicas + r);
                size_t up = at + (size_t)g->lanes;
                double *z = field[row * g->size[0] + strip * g->width + c];
                z[0] = single ? (double)((const float *)spin)[at] : ((const double *)spin)[at];
                z[1] = single ? (double)((const float *)spin)[up] : ((const double *)spin)[up];
            }
}

// Does the shorter arc from a to b cross the angle pi? See measure_impl.h.
static int crossing(const double *a, const double *b)
{
    bool below = a[1] < 0, other = b[1] < 0, right = a[0] * b[1] - a[1] * b[0] < 0;
    return (below && !other && right) - (!below && other && !right);
}

static void get_vortices(const flx_xy *sim, pair *z, int8_t *vortex)
{
    const xy_grid *g = &sim->grid;
    const bool triangles = g->n_bond == 3 && g->n_axis == 2;
    const int32_t nx = g->size[0], ny = g->size[1], n = flx_xy_grid_sites(g);
    for (int32_t i = 0; i < n; i++) {
        int32_t x = i % nx, y = i / nx % ny, right = x + 1 < nx ? 1 : 1 - nx,
                up = y + 1 < ny ? nx : nx - nx * ny;
        vortex[i] = 0;
        if ((x + 1 == nx && g->open[0]) || (y + 1 == ny && g->open[1]))
            continue;
        const int32_t corner[4] = {i, i + right, triangles ? i + up : i + right + up, i + up};
        const int32_t corners = triangles ? 3 : 4;
        bool there = true;
        for (int32_t k = 0; k < corners && g->absent; k++)
            there = there && !g->absent[corner[k]];
        for (int32_t k = 0; k < corners && there; k++)
            vortex[i] = (int8_t)(vortex[i] + crossing(z[corner[k]], z[corner[(k + 1) % corners]]));
    }
}

// Sum over all sites of f*(i) f(i + r) along an axis: of the power of all lines.
static void correlate(const flx_xy *sim, pair *line, int32_t axis, double *power, double *out)
{
    const xy_correlator *c = sim->correlator;
    const int32_t n = sim->grid.size[axis];
    const double *wave = sim->tables.wave[axis];
    for (int32_t k = 0; k < n; k++)
        power[k] = 0;
    for (int32_t i = 0; i < c->n_site; i++)
        power[i / c->stride[axis] % n] += line[i][0] * line[i][0] + line[i][1] * line[i][1];
    for (int32_t r = 0; r <= c->reach; r++) {
        double sum = 0;
        for (int32_t k = 0, turn = 0; k < n; k++, turn = (turn + r) % n)
            sum += power[k] * wave[2 * turn];
        out[r] = sum / n;
    }
}

void flx_xy_correlations(const flx_xy *sim, int32_t v, int32_t r, double *moment)
{
    enum { LONGEST = 16384 };
    const xy_correlator *c = sim->correlator;
    const xy_grid *g = &sim->grid;
    const size_t at = (size_t)v * c->per_vector;
    pair *field = c->field + at, *line = c->line + at;
    int8_t *vortex = c->vortex + at;
    double power[LONGEST], sum[LONGEST / 2 + 1], *phases = moment + 1,
                                                 *vortices = phases + c->reach + 1;
    int32_t periodic = 0, any = 0;
    for (int32_t k = 0; k < 2 * c->reach + 3; k++)
        moment[k] = 0;
    for (int32_t a = 0; a < g->n_axis; a++)
        periodic += !g->open[a];
    moment[0] = 1;
    get_spins(sim, v, r, field);
    get_vortices(sim, field, vortex);
    for (int32_t a = 0; a < g->n_axis; a++) {
        if (!c->plan[a])
            continue;
        fftw_execute_dft(c->plan[a], (void *)field, (void *)line);
        correlate(sim, line, a, power, sum);
        for (int32_t d = 0; d <= c->reach; d++)
            phases[d] += sum[d] / (periodic * fmax(c->pairs[a][d], 1));
    }
    for (int32_t i = 0; i < c->n_site; i++) {
        field[i][0] = vortex[i];
        field[i][1] = 0;
        any |= vortex[i];
    }
    for (int32_t a = 0; a < g->n_axis && any; a++) {
        if (!c->plan[a])
            continue;
        fftw_execute_dft(c->plan[a], (void *)field, (void *)line);
        correlate(sim, line, a, power, sum);
        for (int32_t d = 0; d <= c->reach; d++)
            vortices[d] += sum[d] / (periodic * c->n_site);
    }
}
