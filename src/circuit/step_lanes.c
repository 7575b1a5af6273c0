// circuit/step_lanes.c -- the stages of a step of eight circuits that differ in sources and noise.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/noise.h"

typedef flx_vd V;
enum { PARTS = FLX_PARTS };
#define NAME(function) function##_lanes
#define LARGER(a, b) flx_max_v(b, a)
#define SIZE(x) flx_abs_v(x)
#define LARGEST(x) flx_largest_v(x)
#include "circuit/step_impl.h"

static void draw(flx_circuit_sim *s, uint64_t index, flx_vd *now, flx_vd *next)
{
    flx_vu seed[PARTS];
    memcpy(seed, s->seed, sizeof seed);
    for (int32_t k = 0; k < s->r.n; k++)
        EACH_PART (p)
            flx_normals(seed[p], (flx_vu){0} + (uint64_t)s->r.element[k], index,
                        &now[k * PARTS + p], &next[k * PARTS + p]);
}

static void evaluate(const flx_circuit_sim *s, double h, bool first, flx_vd *f, flx_vd *slope)
{
    const double per_step = s->sigma / h;
    const flx_vd *at = (const flx_vd *)s->j_at, *turn = (const flx_vd *)s->j_turn,
                 *move = (const flx_vd *)s->j_move;
    flx_vd *sine = (flx_vd *)s->j_sine;
    const flx_junction *junction = s->junction;
    const int32_t *o = s->j.o;
    const bool noisy = s->noisy;
    for (int32_t k = 0, n = s->j.n; k < n; k++) {
        const flx_junction *j = &junction[k];
        const flx_vd ic = (flx_vd){0} + j->ic;
        EACH_PART (p) {
            int32_t q = k * PARTS + p;
            flx_vd d = turn[q] + move[q], x = at[q] - j->phi;
            if (j->simple && !j->nonlinear) {
                f[q] = noisy ? flx_junction_ends(ic, x, d, first, o[k] > 0, &sine[q], &slope[q])
                             : flx_junction_sine(ic, x, d, &slope[q]);
                continue;
            }
            for (int32_t l = 0; l < FLX_WIDE; l++) {
                double g = 0;
                f[q][l] = flx_junction_any(j, noisy, at[q][l], d[l], per_step, &g);
                slope[q][l] = g;
            }
        }
    }
}
