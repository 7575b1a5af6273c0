// circuit/static.c -- states without voltage: minima of the energy U of a circuit.
//
// Gradient and matrix of second derivatives over s are
//   g = K x + sum b (I_s(b.x + off) - I),   H = K + sum b b^T I_s'(b.x + off).
// A minimum is found by Newton's steps with H + mu diag(H0) made positive and a search along them; the
// number of negative pivots of H is the number of directions in which the state is unstable.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/static.h"

#include <math.h>
#include <string.h>

// -- creation -------------------------------------------------------------------------------------

static flx_status find_loose(flx_circuit_static *st)
{
    flx_circuit_sim *s = st->sim;
    for (int32_t u = 0; u < s->n; u++)
        st->loose[u] = true;
    const branches *held[] = {&s->l, &s->k, &s->j};
    for (int q = 0; q < 3; q++)
        for (int32_t k = 0; k < held[q]->n; k++) {
            if (held[q]->a[k] < s->n)
                st->loose[held[q]->a[k]] = false;
            if (held[q]->b[k] < s->n)
                st->loose[held[q]->b[k]] = false;
        }
    return FLX_OK;
}

// A source that feeds a node from which only resistors lead away has no static answer.
static flx_status check_feeds(flx_circuit_static *st)
{
    flx_circuit_sim *s = st->sim;
    for (int32_t k = 0; k < s->i.n; k++) {
        int32_t ends[2] = {s->i.a[k], s->i.b[k]};
        for (int j = 0; j < 2; j++)
            if (ends[j] < s->n && st->loose[ends[j]] && s->current.end[k] != 0) {
                const flx_element *e = &s->circuit->element[s->i.element[k]];
                return flx_fail(st->ctx, FLX_ERR_INPUT,
                                "%s:%d: the current of %s leaves node %s through resistors alone, "
                                "so there is no static state",
                                e->file ? e->file : "circuit", e->line, e->name,
                                s->circuit->node_name[e->node[j]]);
            }
    }
    return FLX_OK;
}

flx_status flx_circuit_static_create(flx_ctx *ctx, const flx_circuit *circuit, double time,
                                     flx_circuit_static **out)
{
    *out = NULL;
    for (int32_t i = 0; i < circuit->n_element; i++) {
        const flx_element *e = &circuit->element[i];
        if (flx_is_controlled(e->kind))
            return flx_fail(ctx, FLX_ERR_INPUT,
                            "%s:%d: %s is a controlled source: with it a circuit has no energy, so "
                            "there are no static states (.state, .ic of phases and currents, "
                            "critical currents); take it out, or start from rest",
                            e->file ? e->file : "circuit", e->line, e->name);
    }
    flx_circuit_static *st = FLX_NEW(ctx, flx_circuit_static);
    if (!st)
        return FLX_ERR_MEMORY;
    st->ctx = ctx;
    st->circuit = circuit;
    flx_circuit_opts opts = flx_circuit_opts_default();
    opts.dt = 1e-30; // no step is ever taken
    const flx_circuit_lane lane = {circuit, 0};
    flx_status status = flx_circuit_create(ctx, &lane, 1, &opts, &st->sim);
    if (status == FLX_OK) {
        flx_circuit_sim *s = st->sim;
        int32_t n = s->n + 1, places = flx_ldl_places(s->ldl);
        double **arrays[] = {&st->x, &st->g, &st->step, &st->try, &st->b, &st->tangent, &st->force};
        for (size_t k = 0; k < sizeof arrays / sizeof *arrays && status == FLX_OK; k++)
            status = (*arrays[k] = FLX_NEW_ARRAY(ctx, double, n)) ? FLX_OK : FLX_ERR_MEMORY;
        st->constant = FLX_NEW_ARRAY(ctx, double, places);
        st->values = FLX_NEW_ARRAY(ctx, double, places);
        st->loose = FLX_NEW_ARRAY(ctx, bool, n);
        if (!st->constant || !st->values || !st->loose)
            status = FLX_ERR_MEMORY;
    }
    if (status == FLX_OK) {
        flx_circuit_sim *s = st->sim;
        flx_sim_hold(s, time);
        for (int32_t k = 0; k < s->l.n; k++)
            flx_sim_add(&s->l, k, s->l.value[k], st->constant);
        flx_sim_couple(s, 1, st->constant);
        find_loose(st);
        for (int32_t u = 0; u < s->n; u++)
            if (st->loose[u])
                st->constant[flx_ldl_place(s->ldl, u, u)] = 1;
        for (int32_t k = 0; k < s->i.n; k++) {
            st->force[s->i.a[k]] -= s->current.end[k];
            st->force[s->i.b[k]] += s->current.end[k];
        }
        status = check_feeds(st);
    }
    if (status < 0) {
        flx_circuit_static_free(st);
        return status;
    }
    *out = st;
    return FLX_OK;
}

void flx_circuit_static_free(flx_circuit_static *st)
{
    if (!st)
        return;
    void *arrays[] = {st->constant, st->values,  st->x,     st->g,     st->step, st->try,
                      st->b,        st->tangent, st->force, st->loose, st->held};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        flx_free(arrays[k]);
    flx_circuit_free(st->sim);
    flx_free(st);
}

void flx_circuit_static_take(flx_circuit_static *st, const double *phase)
{
    const flx_circuit_sim *s = st->sim;
    memset(st->x, 0, (size_t)(s->n + 1) * sizeof *st->x);
    for (int32_t k = 1; k < s->circuit->n_node; k++)
        if (s->unknown[k] < s->n)
            st->x[s->unknown[k]] = phase[k] - s->off[s->node_slot[k]];
}

void flx_circuit_static_give(const flx_circuit_static *st, const double *x, double *phase)
{
    const flx_circuit_sim *s = st->sim;
    for (int32_t k = 0; k < s->circuit->n_node; k++)
        phase[k] = x[s->unknown[k]] + s->off[s->node_slot[k]];
}

// -- U and its derivatives ------------------------------------------------------------------------

static double across(const flx_circuit_sim *s, const branches *b, int32_t k, const double *x)
{
    return x[b->a[k]] - x[b->b[k]] + s->off[b->o[k]];
}

double flx_circuit_static_energy(const flx_circuit_static *st, const double *x, double more,
                                 double *g)
{
    const flx_circuit_sim *s = st->sim;
    double u = 0;
    for (int32_t k = 0; k <= s->n; k++) {
        double i = st->force[k] + more * st->b[k];
        u -= i * x[k];
        if (g)
            g[k] = -i;
    }
    for (int32_t k = 0; k < s->l.n; k++) {
        double d = across(s, &s->l, k, x), i = s->l.value[k] * d;
        u += i * d / 2;
        if (g) {
            g[s->l.a[k]] += i;
            g[s->l.b[k]] -= i;
        }
    }
    for (int32_t k = 0; k < s->k.n; k++)
        for (int32_t p = s->k_at[k]; p < s->k_at[k + 1]; p++) {
            double i = s->k_value[p] * across(s, &s->k, s->k_to[p], x);
            u += i * across(s, &s->k, k, x) / 2;
            if (g) {
                g[s->k.a[k]] += i;
                g[s->k.b[k]] -= i;
            }
        }
    for (int32_t k = 0; k < s->j.n; k++) {
        double slope = 0, d = across(s, &s->j, k, x);
        u += flx_junction_potential(&s->junction[k], d);
        if (g) {
            double i = flx_junction_current(&s->junction[k], d, &slope);
            g[s->j.a[k]] += i;
            g[s->j.b[k]] -= i;
        }
    }
    for (int32_t k = 0; k < st->n_held; k++) {
        const hold *q = &st->held[k];
        double d = x[q->a] - x[q->b] + s->off[q->o] - q->target - q->shift;
        u += st->stiffness / 2 * d * d;
        if (g) {
            g[q->a] += st->stiffness * d;
            g[q->b] -= st->stiffness * d;
        }
    }
    if (g) {
        g[s->n] = 0;
        for (int32_t k = 0; k < s->n; k++)
            if (st->loose[k])
                g[k] = 0;
    }
    return u;
}

int32_t flx_circuit_static_factor(flx_circuit_static *st, const double *x, double mu)
{
    flx_circuit_sim *s = st->sim;
    memcpy(st->values, st->constant, (size_t)flx_ldl_places(s->ldl) * sizeof *st->values);
    for (int32_t k = 0; k < s->j.n; k++) {
        double slope = 0;
        flx_junction_current(&s->junction[k], across(s, &s->j, k, x), &slope);
        flx_sim_add(&s->j, k, slope + mu * s->junction[k].ic, st->values);
    }
    for (int32_t k = 0; k < st->n_held; k++)
        for (int p = 0; p < 3; p++)
            if (st->held[k].place[p] >= 0)
                st->values[st->held[k].place[p]] += p < 2 ? st->stiffness : -st->stiffness;
    return flx_ldl_factor(s->ldl, st->values);
}

double flx_circuit_static_largest(const double *v, int32_t n)
{
    double most = 0;
    for (int32_t k = 0; k < n; k++)
        most = fmax(most, fabs(v[k]));
    return most;
}

double flx_circuit_static_grain(const flx_circuit_static *st)
{
    const flx_circuit_sim *s = st->sim;
    double most = flx_circuit_static_largest(st->force, s->n);
    for (int32_t k = 0; k < s->j.n; k++)
        most = fmax(most, s->junction[k].ic);
    for (int32_t k = 0; k < s->l.n; k++)
        most = fmax(most, s->l.value[k]);
    return 1e-13 * most;
}

enum { MAX_NEWTON = 500 };

flx_status flx_circuit_static_relax(flx_circuit_static *st, double more, flx_circuit_state *state)
{
    flx_circuit_sim *s = st->sim;
    int32_t n = s->n;
    double small = flx_circuit_static_grain(st), last = INFINITY;
    for (int32_t it = 0; it < MAX_NEWTON; it++) {
        double u = flx_circuit_static_energy(st, st->x, more, st->g),
               size = flx_circuit_static_largest(st->g, n);
        int32_t bad = flx_circuit_static_factor(st, st->x, 0);
        if (size <= small && bad == 0) {
            state->energy = u * s->sigma;
            state->unstable = bad;
            state->iterations = it;
            return FLX_OK;
        }
        for (double mu = 0.1; bad != 0 && mu < 1e4; mu *= 3)
            bad = flx_circuit_static_factor(st, st->x, mu);
        for (int32_t k = 0; k < n; k++)
            st->step[k] = -st->g[k];
        flx_ldl_solve(s->ldl, st->step);
        st->step[n] = 0;
        if (size <= small) // a saddle: leave it along some direction
            for (int32_t k = 0; k < n; k++)
                st->step[k] += 1e-3 * (1 + (k * 7) % 5);
        // At most a radian across a junction, and never uphill.
        double most = 0;
        for (int32_t k = 0; k < s->j.n; k++)
            most = fmax(most, fabs(st->step[s->j.a[k]] - st->step[s->j.b[k]]));
        double scale = most > 1 ? 1 / most : 1;
        bool down = size <= small;
        for (int t = 0; t < 40 && !down; t++, scale /= 2) {
            for (int32_t k = 0; k <= n; k++)
                st->try[k] = st->x[k] + scale * st->step[k];
            double v = flx_circuit_static_energy(st, st->try, more, NULL);
            down = v <= u + 1e-15 * fabs(u) || size < 1e3 * small;
            if (down)
                break;
        }
        for (int32_t k = 0; k < n; k++)
            st->x[k] += scale * st->step[k];
        if (!down || (size < 1e3 * small && size >= last)) { // rounding ends it
            if (size > 1e4 * small)
                break;
            state->energy = u * s->sigma;
            state->unstable = flx_circuit_static_factor(st, st->x, 0);
            state->iterations = it;
            return FLX_OK;
        }
        last = size;
        // Running down a washboard: there is no minimum.
        if (flx_circuit_static_largest(st->x, n) > 1e5)
            break;
    }
    return flx_fail(st->ctx, FLX_ERR_DIVERGED,
                    "there is no static state: the sources drive more current than the junctions "
                    "carry without voltage");
}

flx_status flx_circuit_relax(flx_circuit_static *st, double *phase, flx_circuit_state *state)
{
    memset(st->b, 0, (size_t)(st->sim->n + 1) * sizeof *st->b);
    flx_circuit_static_take(st, phase);
    FLX_TRY(flx_circuit_static_relax(st, 0, state));
    flx_circuit_static_give(st, st->x, phase);
    return FLX_OK;
}
