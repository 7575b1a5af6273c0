// circuit/consistent.c -- the start of a run where only inductors meet: there Kirchhoff's law decides
// the phase from those of the other nodes at once, K_SS dx = I - K x over the set S of such nodes.
// Left to the first step, the phase would ramp over it, an impulse of first order in the step.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/sim.h"

#include <string.h>

static bool decided(const flx_circuit_sim *s, int32_t u)
{
    return u < s->n && s->share[u] == 0.5;
}

static void add(const flx_circuit_sim *s, int32_t i, int32_t j, int32_t place, double value)
{
    if (place >= 0 && decided(s, i) && decided(s, j))
        s->base[place] += value;
}

// K over S; 1 in the diagonal of the others.
static void fill(flx_circuit_sim *s)
{
    memset(s->base, 0, (size_t)flx_ldl_places(s->ldl) * sizeof *s->base);
    for (int32_t u = 0; u < s->n; u++)
        s->base[flx_ldl_place(s->ldl, u, u)] = decided(s, u) ? 0 : 1;
    for (int32_t k = 0; k < s->l.n; k++) {
        const int32_t a = s->l.a[k], b = s->l.b[k], *place = s->l.place[k];
        if (a == b)
            continue;
        add(s, a, a, place[0], s->l.value[k]);
        add(s, b, b, place[1], s->l.value[k]);
        add(s, a, b, place[2], -s->l.value[k]);
    }
    for (int32_t i = 0; i < s->k.n; i++)
        for (int32_t q = s->k_at[i]; q < s->k_at[i + 1]; q++) {
            const int32_t j = s->k_to[q], *place = s->k_place[q];
            const int32_t end[4][2] = {{s->k.a[i], s->k.a[j]},
                                       {s->k.b[i], s->k.b[j]},
                                       {s->k.a[i], s->k.b[j]},
                                       {s->k.b[i], s->k.a[j]}};
            for (int p = 0; p < 4; p++) // an entry of the triangle stands for both of its signs
                if (end[p][0] >= end[p][1])
                    add(s, end[p][0], end[p][1], place[p], p < 2 ? s->k_value[q] : -s->k_value[q]);
        }
}

static double across(const flx_circuit_sim *s, const branches *b, int32_t k, int32_t lane)
{
    int32_t w = s->w;
    return s->x[b->a[k] * w + lane] - s->x[b->b[k] * w + lane] + s->off[b->o[k] * w + lane];
}

static void give(const flx_circuit_sim *s, const branches *b, int32_t k, int32_t lane,
                 double current)
{
    s->rhs[b->a[k] * s->w + lane] -= current;
    s->rhs[b->b[k] * s->w + lane] += current;
}

void flx_sim_settle(flx_circuit_sim *s)
{
    bool any = false;
    for (int32_t u = 0; u < s->n; u++)
        any = any || decided(s, u);
    if (!any || s->border || s->josim)
        return;
    const int32_t w = s->w;
    fill(s);
    for (int32_t p = 0; p < flx_ldl_places(s->ldl); p++)
        for (int32_t l = 0; l < w; l++)
            s->values[p * w + l] = s->base[p];
    s->factor_h = 0; // the matrix of a step has to be made again
    memset(s->rhs, 0, (size_t)(s->n + 1) * (size_t)w * sizeof *s->rhs);
    for (int32_t l = 0; l < w; l++) {
        for (int32_t k = 0; k < s->i.n; k++)
            give(s, &s->i, k, l, flx_wave_at(s->lane[l]->element[s->i.element[k]].wave, 0));
        for (int32_t k = 0; k < s->l.n; k++)
            give(s, &s->l, k, l, s->l.value[k] * across(s, &s->l, k, l));
        for (int32_t k = 0; k < s->k.n; k++)
            for (int32_t q = s->k_at[k]; q < s->k_at[k + 1]; q++)
                give(s, &s->k, k, l, s->k_value[q] * across(s, &s->k, s->k_to[q], l));
    }
    for (int32_t u = 0; u < s->n; u++)
        for (int32_t l = 0; l < w && !decided(s, u); l++)
            s->rhs[u * w + l] = 0;
    if (flx_ldl_factor(s->ldl, s->values) != 0)
        return;
    flx_ldl_solve(s->ldl, s->rhs);
    for (int32_t p = 0; p < s->n * w; p++)
        s->x[p] += s->rhs[p];
}
