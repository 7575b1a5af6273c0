// circuit/step_one.c -- the stages of a step of one circuit. Junctions are taken a vector at a time.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/noise.h"

typedef double V;
enum { PARTS = 1 };
#define NAME(function) function##_one
#define LARGER(a, b) ((b) > (a) ? (b) : (a))
#define SIZE(x) fabs(x)
#define LARGEST(x) (x)
#include "circuit/step_impl.h"

static void draw(flx_circuit_sim *s, uint64_t index, double *now, double *next)
{
    const flx_vu seed = (flx_vu){0} + s->seed[0];
    for (int32_t k = 0; k < s->r.n; k += FLX_WIDE) {
        uint64_t number[FLX_WIDE];
        flx_vu stream;
        for (int32_t l = 0; l < FLX_WIDE; l++)
            number[l] = (uint64_t)s->r.element[k + l];
        memcpy(&stream, number, sizeof stream);
        flx_normals(seed, stream, index, (flx_vd *)(now + k), (flx_vd *)(next + k));
    }
}

static void evaluate(const flx_circuit_sim *s, double h, bool first, double *f, double *slope)
{
    const double per_step = s->sigma / h;
    for (int32_t k = 0; k < s->j.n; k += FLX_WIDE) {
        flx_vd d = *(const flx_vd *)(s->j_turn + k) + *(const flx_vd *)(s->j_move + k);
        const flx_junction_row *row = &s->j_row[k / FLX_WIDE];
        flx_vd *i = (flx_vd *)(f + k), *g = (flx_vd *)(slope + k);
        flx_vd x = *(const flx_vd *)(s->j_at + k) - row->phi;
        *i = s->noisy
                 ? flx_junction_ends(row->ic, x, d, first, row->moves, (flx_vd *)(s->j_sine + k), g)
                 : flx_junction_sine(row->ic, x, d, g);
        if (row->gaps)
            flx_junction_gap(row, d, per_step, i, g);
        for (int32_t l = 0; row->others && l < FLX_WIDE; l++)
            if (row->others >> l & 1)
                f[k + l] = flx_junction_any(&s->junction[k + l], s->noisy, s->j_at[k + l], d[l],
                                            per_step, &slope[k + l]);
    }
}
