// circuit/josim.c -- the step of JoSIM 2.7, so that decks can be compared one to one: fixed-step
// BDF2, the supercurrent and the branch of the quasiparticles taken at an extrapolated phase.
// J. A. Delport et al., IEEE Trans. Appl. Supercond. 29, 1300905 (2019).
//
// JoSIM solves for node phases and branch currents; here the currents are eliminated, which leaves
// the same numbers. With phi0 .. phi4 the last phases of a branch,
//   resistor   (3s/2hR) (phi - 4/3 phi1 + 1/3 phi2)
//   capacitor  (9sC/4h^2) (phi - 8/3 phi1 + 22/9 phi2 - 8/9 phi3 + 1/9 phi4)
//   junction   (1/Rx + 3C/2h) V + C (V2/2h - 2 V1/h) + Is(phi*) + It,
//              V* = 5/2 V1 - 2 V2 + 1/2 V3, phi* = 4/3 phi1 - 1/3 phi2 + 2h V*/3s.
// Its constants and its jump of the quasiparticle current at the gap are kept.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/border.h"

#include <math.h>
#include <string.h>

enum { R_PAST = 3, C_PAST = 5, J_PAST = 3 };

struct josim_state {
    double *r[R_PAST], *c[C_PAST]; // [n] phases of branches, newest first
    double *j[J_PAST], *v[4];      // [j.n] phases and voltages of junctions; v[0]: of this step
    double *source[3];             // [phase.n] phases of sources
    double *x[3], *off[3];         // [n + 1], [n_slot]
    double *i;                     // [j.n] currents of junctions
    // Of junctions: conductances below the gap, and what they gain at its borders; capacitance; the
    // conductance that stands in the matrix, capacitance and all.
    double *ic, *phi, *v1, *v2, *g0, *rise, *fall, *cap, *g, *whole;
    bool offsets;      // at some inductor
    int64_t index;     // of the next solution; time is index h
    double guard_from; // [s] from here the phase of a step is watched
};

double flx_josim_sigma(void)
{
    return 3.291059757e-16; // the value in its source
}

static flx_status past(flx_circuit_sim *s, double **array, int count, int64_t n)
{
    for (int k = 0; k < count; k++)
        if (!(array[k] = FLX_NEW_ARRAY(s->ctx, double, n)))
            return FLX_ERR_MEMORY;
    return FLX_OK;
}

flx_status flx_josim_create(flx_circuit_sim *s)
{
    if (s->noisy)
        return flx_fail(s->ctx, FLX_ERR_INPUT,
                        "method=josim is there for comparisons without noise; leave it out, or "
                        "set the temperature to 0");
    josim_state *q = s->josim = FLX_NEW(s->ctx, josim_state);
    if (!q)
        return FLX_ERR_MEMORY;
    int32_t room = flx_sim_room(s->j.n);
    FLX_TRY(past(s, q->r, R_PAST, s->r.n_plain));
    FLX_TRY(past(s, q->c, C_PAST, s->c.n_plain));
    FLX_TRY(past(s, q->j, J_PAST, room));
    FLX_TRY(past(s, q->v, 4, room));
    FLX_TRY(past(s, q->source, 3, s->phase.n));
    FLX_TRY(past(s, q->x, 3, s->n + 1));
    FLX_TRY(past(s, q->off, 3, s->n_slot));
    double **of_junctions[] = {&q->i,    &q->ic,   &q->phi, &q->v1, &q->v2,   &q->g0,
                               &q->rise, &q->fall, &q->cap, &q->g,  &q->whole};
    for (size_t k = 0; k < sizeof of_junctions / sizeof *of_junctions; k++)
        FLX_TRY(past(s, of_junctions[k], 1, room));
    for (int32_t k = 0; k < s->j.n; k++) {
        const flx_junction *j = &s->junction[k];
        q->ic[k] = j->ic;
        q->phi[k] = j->phi;
        q->g[k] = q->g0[k] = j->g0;
        q->cap[k] = s->j_capacitor[k] < 0 ? 0 : s->c.value[s->j_capacitor[k]] / s->sigma;
        if (!j->nonlinear)
            continue;
        q->v1[k] = j->v1;
        q->v2[k] = j->v2;
        q->rise[k] = j->gl - j->g0;
        q->fall[k] = j->gn - j->gl;
    }
    for (int32_t k = 0; k < s->l.n; k++)
        q->offsets = q->offsets || s->l.o[k] > 0;
    // So many solutions before t = 0.
    double h = s->opts.dt, start = 2 * pow(10, 2 * (fabs(log10(h)) - 12) + 1);
    q->index = -(int64_t)fmin(1000, start);
    return FLX_OK;
}

void flx_josim_free(flx_circuit_sim *s)
{
    josim_state *q = s->josim;
    if (!q)
        return;
    for (int k = 0; k < R_PAST; k++)
        flx_free(q->r[k]);
    for (int k = 0; k < C_PAST; k++)
        flx_free(q->c[k]);
    for (int k = 0; k < J_PAST; k++)
        flx_free(q->j[k]);
    for (int k = 0; k < 4; k++)
        flx_free(q->v[k]);
    for (int k = 0; k < 3; k++) {
        flx_free(q->source[k]);
        flx_free(q->x[k]);
        flx_free(q->off[k]);
    }
    double *of_junctions[] = {q->i,    q->ic,   q->phi, q->v1, q->v2,   q->g0,
                              q->rise, q->fall, q->cap, q->g,  q->whole};
    for (size_t k = 0; k < sizeof of_junctions / sizeof *of_junctions; k++)
        flx_free(of_junctions[k]);
    flx_free(q);
}

void flx_josim_guard(flx_circuit_sim *s, double from)
{
    s->josim->guard_from = from;
}

static flx_status factor(flx_circuit_sim *s, double h)
{
    double *a = s->values;
    memset(a, 0, (size_t)flx_ldl_places(s->ldl) * sizeof *a);
    for (int32_t k = 0; k < s->l.n; k++)
        flx_sim_add(&s->l, k, s->l.value[k], a);
    for (int32_t k = 0; k < s->r.n_plain; k++)
        flx_sim_add(&s->r, k, 1.5 / h * s->r.value[k], a);
    for (int32_t k = 0; k < s->c.n_plain; k++)
        flx_sim_add(&s->c, k, 2.25 / (h * h) * s->c.value[k], a);
    for (int32_t k = 0; k < s->t.n; k++)
        flx_sim_add(&s->t, k, 1.5 / h * s->t.value[k], a);
    for (int32_t k = 0; k < s->j.n; k++)
        flx_sim_add(&s->j, k, 1.5 * s->sigma / h * s->josim->whole[k], a);
    flx_sim_couple(s, 1, a);
    flx_border_base(s, a);
    s->have_factor = true;
    if (flx_sim_factor(s, 1.5 * s->sigma / h) != 0)
        return flx_fail(s->ctx, FLX_ERR_SOLVER, "the matrix of the circuit is singular%s",
                        s->border ? "; its controlled sources may contradict each other" : "");
    return FLX_OK;
}

static void rotate(double **array, int count)
{
    double *last = array[count - 1];
    for (int k = count - 1; k > 0; k--)
        array[k] = array[k - 1];
    array[0] = last;
}

// PWL and pulses are 0 before t = 0, constants are not.
static double source_at(const drives *d, int32_t k, const flx_wave *wave, double t)
{
    if (t < 0 && wave->kind != FLX_WAVE_DC)
        return 0;
    return t >= d->steady_from[k] ? d->steady[k] : flx_wave_at(wave, t);
}

static void drive(flx_circuit_sim *s, double t, double h)
{
    josim_state *q = s->josim;
    rotate(q->source, 3);
    for (int32_t k = 0; k < s->phase.n; k++) {
        const flx_element *e = &s->circuit->element[s->phase.element[k]];
        double x = source_at(&s->phase, k, e->wave, t);
        q->source[0][k] =
            e->kind == FLX_VOLTAGE_SOURCE
                ? 2 * h / (3 * s->sigma) * x + 4.0 / 3 * q->source[1][k] - q->source[2][k] / 3
                : x;
    }
    rotate(q->off, 3);
    for (int32_t k = 1; k < s->n_slot; k++) {
        double sum = 0;
        for (int32_t p = s->slot_at[k]; p < s->slot_at[k + 1]; p++)
            sum += s->slot_sign[p] * q->source[0][s->slot_drive[p]];
        q->off[0][k] = s->off[k] = sum;
    }
}

static void give(double *r, const branches *b, int32_t k, double current)
{
    r[b->a[k]] -= current;
    r[b->b[k]] += current;
}

// Predicts junctions, a vector at a time: voltage, phase, what they carry beside the conductance that
// the matrix has. One whose conductance changes asks for a new factor.
static double predict(flx_circuit_sim *s, double h, double *r, bool *changed)
{
    josim_state *q = s->josim;
    const flx_vd zero = {0};
    const double per_step = 1 / h, phase = 2 * h / (3 * s->sigma);
    flx_vd most = zero, other = zero;
    for (int32_t k = 0; k < s->j.n; k += FLX_WIDE) {
#define AT(array) (*(flx_vd *)((array) + k))
        flx_vd v = 2.5 * AT(q->v[1]) - 2 * AT(q->v[2]) + 0.5 * AT(q->v[3]);
        flx_vd p1 = AT(q->j[0]), guess = 4.0 / 3 * p1 - AT(q->j[1]) / 3 + phase * v;
        most = flx_max_v(most, flx_abs_v(guess - p1));
        flx_vi above1 = flx_abs_v(v) >= AT(q->v1), above2 = flx_abs_v(v) >= AT(q->v2);
        flx_vd rise = AT(q->rise);
        flx_vd g =
            AT(q->g0) + flx_select_v(above1, rise, zero) + flx_select_v(above2, AT(q->fall), zero);
        other = flx_max_v(other, flx_abs_v(g - AT(q->g)));
        AT(q->g) = g;
        flx_vd cosine, sine, jump = rise * AT(q->v1);
        flx_rotation_v(guess - AT(q->phi), &cosine, &sine);
        flx_vd past = AT(q->ic) * sine -
                      flx_select_v(above1 & ~above2, flx_select_v(v < 0, -jump, jump), zero);
        for (int32_t l = 0; s->j_row[k / FLX_WIDE].others && l < FLX_WIDE; l++) {
            double slope = 0;
            if (k + l < s->j.n && !s->junction[k + l].simple)
                past[l] += flx_junction_current(&s->junction[k + l], guess[l], &slope) -
                           q->ic[k + l] * sine[l];
        }
        flx_vd c = AT(q->cap);
        AT(q->i) = past + c * (AT(q->v[2]) * 0.5 - 2 * AT(q->v[1])) * per_step;
        AT(q->whole) = g + 1.5 * per_step * c;
#undef AT
    }
    *changed = *changed || flx_largest_v(other) > 0;
    for (int32_t k = 0; k < s->j.n; k++) {
        // What the new phase does not decide: its last values and the sources around it.
        double base = s->off[s->j.o[k]] - 4.0 / 3 * q->j[0][k] + q->j[1][k] / 3;
        give(r, &s->j, k, q->i[k] + q->whole[k] * (1.5 * s->sigma * per_step * base));
    }
    return flx_largest_v(most);
}

static void right_side(flx_circuit_sim *s, double t, double h, double *r)
{
    const josim_state *q = s->josim;
    const double *off = s->off;
    for (int32_t k = 0; k < s->i.n; k++) {
        double x = t >= s->current.steady_from[k] && t >= 0
                       ? s->current.steady[k]
                       : source_at(&s->current, k, s->circuit->element[s->i.element[k]].wave, t);
        s->current.mean[k] = x;
        give(r, &s->i, k, x);
    }
    for (int32_t k = 0; q->offsets && k < s->l.n; k++)
        if (s->l.o[k] > 0)
            give(r, &s->l, k, s->l.value[k] * off[s->l.o[k]]);
    for (int32_t k = 0; k < s->k.n; k++)
        for (int32_t p = s->k_at[k]; p < s->k_at[k + 1]; p++)
            give(r, &s->k, k, s->k_value[p] * off[s->k.o[s->k_to[p]]]);
    for (int32_t k = 0; k < s->r.n_plain; k++)
        give(r, &s->r, k,
             1.5 / h * s->r.value[k] * (off[s->r.o[k]] - 4.0 / 3 * q->r[0][k] + q->r[1][k] / 3));
    for (int32_t k = 0; k < s->c.n_plain; k++)
        give(r, &s->c, k,
             2.25 / (h * h) * s->c.value[k] *
                 (off[s->c.o[k]] - 8.0 / 3 * q->c[0][k] + 22.0 / 9 * q->c[1][k] -
                  8.0 / 9 * q->c[2][k] + q->c[3][k] / 9));
    for (int32_t k = 0; k < s->t.n; k++) {
        int64_t late = (int64_t)rint(s->circuit->element[s->t.element[k]].delay / h);
        int64_t at = s->n_step - late;
        s->line.coming[k] =
            at >= 0 ? s->line.wave[(int64_t)(k ^ 1) * s->line.room + at % s->line.room] : 0;
        give(
            r, &s->t, k,
            1.5 / h * s->t.value[k] *
                    (off[s->t.o[k]] - 4.0 / 3 * s->line.past[2 * k] + s->line.past[2 * k + 1] / 3) -
                s->t.value[k] / s->sigma * s->line.coming[k]);
    }
}

static double difference(const flx_circuit_sim *s, const branches *b, int32_t k)
{
    return s->x[b->a[k]] - s->x[b->b[k]] + s->off[b->o[k]];
}

static void keep(flx_circuit_sim *s, double h)
{
    josim_state *q = s->josim;
    rotate(q->r, R_PAST);
    for (int32_t k = 0; k < s->r.n_plain; k++)
        q->r[0][k] = difference(s, &s->r, k);
    rotate(q->c, C_PAST);
    for (int32_t k = 0; k < s->c.n_plain; k++)
        q->c[0][k] = difference(s, &s->c, k);
    for (int32_t k = 0; k < s->t.n; k++) {
        double *p = &s->line.past[2 * k], d = difference(s, &s->t, k);
        double v = 1.5 * s->sigma / h * (d - 4.0 / 3 * p[0] + p[1] / 3);
        s->line.wave[(int64_t)k * s->line.room + s->n_step % s->line.room] =
            2 * v - s->line.coming[k];
        p[1] = p[0];
        p[0] = d;
    }
    rotate(q->j, J_PAST);
    double *restrict d = q->j[0], *restrict v = q->v[0], *restrict current = q->i;
    const double *restrict d1 = q->j[1], *restrict d2 = q->j[2], *restrict whole = q->whole;
    const double begun = q->index > 0 ? 1 : 0; // history of voltages begins behind t = 0
    for (int32_t k = 0; k < s->j.n; k++)
        d[k] = difference(s, &s->j, k);
    for (int32_t k = 0; k < s->j.n; k++) {
        double volt = 1.5 * s->sigma / h * (d[k] - 4.0 / 3 * d1[k] + d2[k] / 3);
        current[k] += whole[k] * volt;
        v[k] = begun * volt;
    }
    rotate(q->v, 4); // v[1] is now the last one
    if (s->border)
        flx_border_keep(s);
    rotate(q->x, 3);
    memcpy(q->x[0], s->x, (size_t)(s->n + 1) * sizeof(double));
}

static flx_status solve(flx_circuit_sim *s)
{
    josim_state *q = s->josim;
    double h = s->opts.dt, t = (double)q->index * h, *r = s->rhs;
    memset(r, 0, (size_t)(s->n + 1) * sizeof *r);
    drive(s, t, h);
    right_side(s, t, h, r);
    bool changed = !s->have_factor;
    double most = predict(s, h, r, &changed);
    if (q->index > 0 && t >= q->guard_from && most > 0.4 * 3.14159265358979323846)
        return flx_fail(
            s->ctx, FLX_ERR_DIVERGED,
            "at t = %g s a junction would turn by %.2f rad in a step of %g s, more than "
            "JoSIM allows; make the step of .tran smaller",
            t, most, h);
    if (changed)
        FLX_TRY(factor(s, h));
    if (s->border)
        flx_border_right(s, r);
    flx_sim_solve(s, r);
    r[s->n] = 0;
    memcpy(s->x, r, (size_t)(s->n + 1) * sizeof *r);
    keep(s, h);
    s->tick = q->index * ((int64_t)1 << MAX_LEVEL);
    s->n_step++;
    q->index++;
    return FLX_OK;
}

// The first call solves up to t = 0.
flx_status flx_josim_step(flx_circuit_sim *s, flx_circuit_report *report)
{
    do
        FLX_TRY(solve(s));
    while (s->josim->index <= 0);
    s->last_h = s->opts.dt;
    report->time = flx_circuit_time(s);
    report->dt = s->opts.dt;
    report->iterations = 1;
    return FLX_OK;
}

double flx_josim_voltage(const flx_circuit_sim *s, int32_t node)
{
    const josim_state *q = s->josim;
    double phase[3];
    for (int k = 0; k < 3; k++)
        phase[k] = q->x[k][s->unknown[node]] + q->off[k][s->node_slot[node]];
    return 1.5 * s->sigma / s->opts.dt * (phase[0] - 4.0 / 3 * phase[1] + phase[2] / 3);
}

double flx_josim_current(const flx_circuit_sim *s, int32_t element)
{
    const josim_state *q = s->josim;
    int32_t k = s->branch[element];
    double h = s->opts.dt, sum = 0;
    switch (s->circuit->element[element].kind) {
    case FLX_RESISTOR:
        return 1.5 / h * s->r.value[k] * (q->r[0][k] - 4.0 / 3 * q->r[1][k] + q->r[2][k] / 3);
    case FLX_CAPACITOR:
        return 2.25 / (h * h) * s->c.value[k] *
               (q->c[0][k] - 8.0 / 3 * q->c[1][k] + 22.0 / 9 * q->c[2][k] - 8.0 / 9 * q->c[3][k] +
                q->c[4][k] / 9);
    case FLX_INDUCTOR:
        if (!(k < s->k.n && s->k.element[k] == element))
            return s->l.value[k] * difference(s, &s->l, k);
        for (int32_t p = s->k_at[k]; p < s->k_at[k + 1]; p++)
            sum += s->k_value[p] * difference(s, &s->k, s->k_to[p]);
        return sum;
    case FLX_JUNCTION:
        return q->i[k];
    case FLX_CURRENT_SOURCE:
        return s->current.mean[k];
    default:
        return NAN;
    }
}
