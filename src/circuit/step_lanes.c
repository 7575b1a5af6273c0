// circuit/step_lanes.c -- the stages of a step of eight circuits that differ in sources and noise.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/noise.h"

typedef flx_d8 V;
#define NAME(function) function##_lanes
#define LARGER(a, b) flx_max8(b, a)
#define SIZE(x) flx_abs8(x)
#define LARGEST(x) flx_largest8(x)
#include "circuit/step_impl.h"

static void draw(flx_circuit_sim *s, uint64_t index, flx_d8 *now, flx_d8 *next)
{
    flx_u8 seed;
    memcpy(&seed, s->seed, sizeof seed);
    for (int32_t k = 0; k < s->r.n; k++)
        flx_normals(seed, (flx_u8){0} + (uint64_t)s->r.element[k], index, &now[k], &next[k]);
}

static void evaluate(const flx_circuit_sim *s, double h, flx_d8 *f, flx_d8 *slope)
{
    const double per_step = s->sigma / h;
    const flx_d8 *at = (const flx_d8 *)s->j_at, *turn = (const flx_d8 *)s->j_turn,
                 *move = (const flx_d8 *)s->j_move;
    for (int32_t k = 0; k < s->j.n; k++) {
        const flx_junction *j = &s->junction[k];
        flx_d8 d = turn[k] + move[k];
        if (j->simple && !j->nonlinear)
            f[k] = s->noisy ? flx_junction_ends((flx_d8){0} + j->ic, at[k] - j->phi, d, &slope[k])
                            : flx_junction_sine((flx_d8){0} + j->ic, at[k] - j->phi, d, &slope[k]);
        for (int32_t l = 0; !(j->simple && !j->nonlinear) && l < 8; l++) {
            double g = 0;
            f[k][l] = flx_junction_any(j, s->noisy, at[k][l], d[l], per_step, &g);
            slope[k][l] = g;
        }
    }
}
