// circuit/observe.c -- what is seen of a simulation: phases, voltages, currents, energy.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/border.h"

#include <math.h>

double flx_circuit_phase(const flx_circuit_sim *s, int32_t node, int32_t lane)
{
    int32_t at = s->unknown[node] * s->w + lane;
    return s->x[at] + 6.28318530717958647692 * s->turn[at] +
           s->off[s->node_slot[node] * s->w + lane];
}

double flx_circuit_voltage(const flx_circuit_sim *s, int32_t node, int32_t lane)
{
    return s->josim ? flx_josim_voltage(s, node) : flx_sim_voltage(s, node, lane);
}

typedef struct seen {
    double rate;     // of the phase difference over the last step
    double middle;   // phase difference half a step ago, less whole turns
    double off_rate; // change of the offset's rate over the step
} seen;

static seen look(const flx_circuit_sim *s, const branches *b, int32_t k, int32_t lane)
{
    int32_t w = s->w, a = b->a[k] * w + lane, c = b->b[k] * w + lane, o = b->o[k] * w + lane;
    double h = s->last_h, dx = s->rate[a] - s->rate[c], moved = s->off[o] - s->off_next[o];
    return (seen){.rate = dx + moved / h,
                  .middle = s->x[a] - s->x[c] + s->off[o] - (dx * h + moved) / 2,
                  .off_rate = s->off_rate[o] - s->off_rate_next[o]};
}

static double resistor_current(const flx_circuit_sim *s, int32_t k, int32_t lane)
{
    return s->r.value[k] * look(s, &s->r, k, lane).rate +
           (s->noisy ? s->noise[k * s->w + lane] : 0);
}

static double capacitor_current(const flx_circuit_sim *s, int32_t k, int32_t lane)
{
    int32_t w = s->w;
    double h = s->last_h;
    double dx = s->rate[s->c.a[k] * w + lane] - s->rate[s->c.b[k] * w + lane];
    double change = 2 * (s->c_rate[k * w + lane] - dx);
    if (s->c_driven && s->c_driven[k])
        change = s->c_rate[k * w + lane] - s->c_past[k * w + lane];
    return s->c.value[k] / h * (change + look(s, &s->c, k, lane).off_rate);
}

static double inductor_current(const flx_circuit_sim *s, const branches *b, int32_t k, int32_t lane)
{
    if (b == &s->l)
        return b->value[k] * (look(s, b, k, lane).middle + s->l_turn[k * s->w + lane]);
    double sum = 0;
    for (int32_t q = s->k_at[k]; q < s->k_at[k + 1]; q++)
        sum += s->k_value[q] *
               (look(s, b, s->k_to[q], lane).middle + s->k_turn[s->k_to[q] * s->w + lane]);
    return sum;
}

static bool is_tie(const flx_element *e)
{
    return e->kind == FLX_VOLTAGE_SOURCE || e->kind == FLX_PHASE_SOURCE;
}

// Kirchhoff's law at one end of a source; NAN if that end knows another source or a line.
static double left_over(const flx_circuit_sim *s, int32_t element, int32_t node, int32_t lane)
{
    double sum = 0;
    for (int32_t p = s->touch_at[node]; p < s->touch_at[node + 1]; p++) {
        const flx_element *e = &s->circuit->element[s->touch[p]];
        if (s->touch[p] == element)
            continue;
        if (is_tie(e) || e->kind == FLX_LINE)
            return NAN;
        bool sensed = e->kind == FLX_CCCS || e->kind == FLX_CCVS;
        if (e->node[0] != e->node[1] && (e->node[0] == node || e->node[1] == node))
            sum += (e->node[0] == node ? 1 : -1) * flx_circuit_current(s, s->touch[p], lane);
        if (sensed && (e->node[2] == node || e->node[3] == node))
            sum += (e->node[2] == node ? 1 : -1) * flx_border_current(s, s->touch[p], true, lane);
    }
    return sum;
}

double flx_circuit_current(const flx_circuit_sim *s, int32_t element, int32_t lane)
{
    const flx_element *e = &s->circuit->element[element];
    if (is_tie(e)) {
        double first = e->node[0] ? left_over(s, element, e->node[0], lane) : NAN;
        return !isnan(first) || e->node[1] == 0 ? -first : left_over(s, element, e->node[1], lane);
    }
    if (flx_is_controlled(e->kind))
        return flx_border_current(s, element, false, lane);
    if (s->josim)
        return flx_josim_current(s, element);
    if (s->n_step == 0)
        return 0;
    int32_t k = s->branch[element];
    switch (e->kind) {
    case FLX_RESISTOR:
        return resistor_current(s, k, lane);
    case FLX_CAPACITOR:
        return capacitor_current(s, k, lane);
    case FLX_INDUCTOR: {
        bool coupled = k < s->k.n && s->k.element[k] == element;
        return inductor_current(s, coupled ? &s->k : &s->l, k, lane);
    }
    case FLX_CURRENT_SOURCE:
        return s->current.mean[k * s->w + lane];
    case FLX_JUNCTION:
        return s->j_current[k * s->w + lane] + resistor_current(s, s->j_resistor[k], lane) +
               (s->j_capacitor[k] >= 0 ? capacitor_current(s, s->j_capacitor[k], lane) : 0);
    default:
        return NAN;
    }
}

double flx_circuit_energy(const flx_circuit_sim *s, int32_t lane)
{
    double sum = 0;
    int32_t w = s->w;
    for (int32_t k = 0; k < s->c.n; k++) {
        double u = s->c_rate[k * w + lane] + s->off_rate[s->c.o[k] * w + lane];
        sum += s->c.value[k] / 2 * u * u;
    }
    for (int32_t k = 0; k < s->j.n; k++) {
        double d =
            s->x[s->j.a[k] * w + lane] - s->x[s->j.b[k] * w + lane] + s->off[s->j.o[k] * w + lane];
        sum += flx_junction_potential(&s->junction[k], d);
    }
    for (int32_t k = 0; k < s->l.n; k++) {
        double d = s->x[s->l.a[k] * w + lane] - s->x[s->l.b[k] * w + lane] +
                   s->l_turn[k * w + lane] + s->off[s->l.o[k] * w + lane];
        sum += s->l.value[k] / 2 * d * d;
    }
    for (int32_t i = 0; i < s->k.n; i++)
        for (int32_t q = s->k_at[i]; q < s->k_at[i + 1]; q++) {
            int32_t j = s->k_to[q];
            double di = s->x[s->k.a[i] * w + lane] - s->x[s->k.b[i] * w + lane] +
                        s->k_turn[i * w + lane] + s->off[s->k.o[i] * w + lane];
            double dj = s->x[s->k.a[j] * w + lane] - s->x[s->k.b[j] * w + lane] +
                        s->k_turn[j * w + lane] + s->off[s->k.o[j] * w + lane];
            sum += s->k_value[q] / 2 * di * dj;
        }
    return s->sigma * sum;
}

double flx_circuit_flux_unit(const flx_circuit_sim *s)
{
    return s->sigma;
}
