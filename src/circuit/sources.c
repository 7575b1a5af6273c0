// circuit/sources.c -- sources over a step: means and ends, the offsets they make of phases, corners.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/build.h"

#include <math.h>

// A wave is constant from here on.
static double steady_from(const flx_wave *w)
{
    if (w->kind == FLX_WAVE_DC)
        return -INFINITY;
    if (w->kind != FLX_WAVE_PWL && w->kind != FLX_WAVE_PWS)
        return INFINITY;
    int32_t k = w->n - 1;
    while (k > 0 && w->x[k - 1] == w->x[k]) // corners that change nothing
        k--;
    return k > 0 ? w->t[k] : -INFINITY;
}

void flx_build_drive(flx_circuit_sim *s, drives *d, int32_t element)
{
    int32_t k = d->n++;
    d->element[k] = element;
    d->steady_from[k] = -INFINITY;
    for (int32_t l = 0; l < s->w; l++) {
        const flx_wave *w = s->lane[l]->element[element].wave;
        d->steady_from[k] = fmax(d->steady_from[k], steady_from(w));
        d->steady[k * s->w + l] = flx_wave_at(w, fmax(d->steady_from[k], 0));
        // A voltage moves its phase for ever.
        bool moves = s->circuit->element[element].kind == FLX_VOLTAGE_SOURCE;
        s->steady_from = fmax(s->steady_from, moves ? INFINITY : d->steady_from[k]);
    }
}

// The first corner of any source behind t.
double flx_sim_next_corner(const flx_circuit_sim *s, double t)
{
    double next = INFINITY;
    const drives *all[2] = {&s->current, &s->phase};
    for (int q = 0; q < 2; q++)
        for (int32_t k = 0; k < all[q]->n; k++)
            for (int32_t l = 0; l < s->n_lane; l++)
                next = fmin(next,
                            flx_wave_next_corner(s->lane[l]->element[all[q]->element[k]].wave, t));
    return next;
}

static void drive_all(flx_circuit_sim *s, drives *d, double t, double h, bool phases)
{
    int32_t w = s->w, left = 0;
    for (int32_t p = 0; p < d->n_live; p++) {
        int32_t k = d->live[p];
        double *mean = &d->mean[k * w], *end = &d->end[k * w];
        const double *now = &d->now[k * w];
        int32_t kind = s->circuit->element[d->element[k]].kind;
        bool integrate = phases && kind == FLX_VOLTAGE_SOURCE;
        if (t >= d->steady_from[k]) {
            const double *x = &d->steady[k * w];
            for (int32_t l = 0; l < w; l++) {
                mean[l] = x[l];
                end[l] = integrate ? now[l] + x[l] * h / s->sigma : x[l];
            }
            if (phases) // their values before the step are told apart from those behind it
                d->live[left++] = k;
            continue;
        }
        d->live[left++] = k;
        for (int32_t l = 0; l < w; l++) {
            const flx_wave *v = s->lane[l]->element[d->element[k]].wave;
            mean[l] = phases && !integrate ? 0 : flx_wave_integral(v, t, t + h) / h;
            end[l] = integrate ? now[l] + mean[l] * h / s->sigma : flx_wave_at(v, t + h);
        }
    }
    d->n_live = left;
}

// Rates are what capacitors ask for: the voltage of sources, the slope over the step of phases.
void flx_sim_drive(flx_circuit_sim *s, double t, double h)
{
    int32_t w = s->w;
    if (s->still > 1) // neither values nor rates have changed in the last two steps
        return;
    s->still = t >= s->steady_from ? s->still + 1 : 0;
    drive_all(s, &s->current, t, h, false);
    drive_all(s, &s->phase, t, h, true);
    for (int32_t k = 1; k < s->n_slot; k++)
        for (int32_t l = 0; l < w; l++) {
            double sum = 0, rate = 0;
            for (int32_t p = s->slot_at[k]; p < s->slot_at[k + 1]; p++) {
                const drives *d = &s->phase;
                int32_t at = s->slot_drive[p];
                const flx_element *e = &s->lane[l]->element[d->element[at]];
                double slope = (d->end[at * w + l] - d->now[at * w + l]) / h;
                if (e->kind == FLX_VOLTAGE_SOURCE)
                    slope = (t < d->steady_from[at] ? flx_wave_at(e->wave, t + h)
                                                    : d->steady[at * w + l]) /
                            s->sigma;
                sum += s->slot_sign[p] * d->end[at * w + l];
                rate += s->slot_sign[p] * slope;
            }
            s->off_next[k * w + l] = sum;
            s->off_rate_next[k * w + l] = rate;
        }
}

// Sources at their values of a time, nothing moving: phases of voltages stay where they are.
void flx_sim_hold(flx_circuit_sim *s, double t)
{
    int32_t w = s->w;
    for (int32_t k = 0; k < s->current.n; k++)
        for (int32_t l = 0; l < w; l++)
            s->current.end[k * w + l] =
                flx_wave_at(s->lane[l]->element[s->current.element[k]].wave, t);
    for (int32_t k = 1; k < s->n_slot; k++)
        for (int32_t l = 0; l < w; l++) {
            double sum = 0;
            for (int32_t p = s->slot_at[k]; p < s->slot_at[k + 1]; p++) {
                const flx_element *e = &s->lane[l]->element[s->phase.element[s->slot_drive[p]]];
                sum +=
                    e->kind == FLX_VOLTAGE_SOURCE ? 0 : s->slot_sign[p] * flx_wave_at(e->wave, t);
            }
            s->off[k * w + l] = s->off_next[k * w + l] = sum;
        }
}
