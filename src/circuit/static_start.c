// circuit/static_start.c -- the static state with phases, currents and fluxoid numbers that are asked
// for.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/static.h"

#include <math.h>
#include <string.h>

// Holds the phase of an element, or of a node (element < 0) over the ground, at a target.
static flx_status add_hold(flx_circuit_static *st, int32_t element, int32_t node, double target)
{
    flx_circuit_sim *s = st->sim;
    if (st->n_held == st->room_held) {
        int32_t room = st->room_held > 0 ? 2 * st->room_held : 8;
        hold *more = flx_realloc(st->ctx, st->held, (size_t)st->n_held, (size_t)room, sizeof *more);
        if (!more)
            return FLX_ERR_MEMORY;
        st->held = more;
        st->room_held = room;
    }
    hold h = {.target = target, .place = {-1, -1, -1}};
    if (element < 0) {
        h.a = s->unknown[node];
        h.b = s->n;
        h.o = s->node_slot[node];
        h.place[0] = h.a < s->n ? flx_ldl_place(s->ldl, h.a, h.a) : -1;
    } else {
        int32_t k = s->branch[element];
        bool junction = s->circuit->element[element].kind == FLX_JUNCTION;
        bool coupled = !junction && k < s->k.n && s->k.element[k] == element;
        const branches *b = junction ? &s->j : coupled ? &s->k : &s->l;
        h.a = b->a[k];
        h.b = b->b[k];
        h.o = b->o[k];
        memcpy(h.place, b->place[k], sizeof h.place);
    }
    if (h.a != h.b)
        st->held[st->n_held++] = h;
    return FLX_OK;
}

// The minimum of U with all holds kept to rounding.
static flx_status relax_held(flx_circuit_static *st)
{
    flx_circuit_sim *s = st->sim;
    flx_circuit_state state;
    double unit = 0;
    for (int32_t k = 0; k < s->j.n; k++)
        unit = fmax(unit, s->junction[k].ic);
    for (int32_t k = 0; k < s->l.n; k++)
        unit = fmax(unit, s->l.value[k]);
    st->stiffness = 100 * unit;
    for (int round = 0; round < 40; round++) {
        FLX_TRY(flx_circuit_static_relax(st, 0, &state));
        double missing = 0;
        for (int32_t k = 0; k < st->n_held; k++) {
            hold *q = &st->held[k];
            double d = q->target - (st->x[q->a] - st->x[q->b] + s->off[q->o]);
            q->shift += d;
            missing = fmax(missing, fabs(d));
        }
        if (missing < 1e-12)
            break;
    }
    return FLX_OK;
}

// The element that a fluxoid number without an element means: the first junction of the only loop.
static flx_status loop_element(flx_circuit_static *st, const flx_circuit_start *start, int32_t *out)
{
    const flx_circuit *c = st->circuit;
    int32_t *root = FLX_NEW_ARRAY(st->ctx, int32_t, c->n_node), loops = 0, count = 0;
    if (!root)
        return FLX_ERR_MEMORY;
    *out = -1;
    // Loops of inductors, junctions and phase sources; then the first junction that closes one.
    for (int32_t skip = -1; skip < c->n_element && *out < 0; skip++) {
        if (skip >= 0 && c->element[skip].kind != FLX_JUNCTION)
            continue;
        for (int32_t k = 0; k < c->n_node; k++)
            root[k] = k;
        loops = 0;
        for (int32_t k = 0; k < c->n_element; k++) {
            const flx_element *e = &c->element[k];
            if (k == skip ||
                (e->kind != FLX_JUNCTION && e->kind != FLX_INDUCTOR && e->kind != FLX_PHASE_SOURCE))
                continue;
            int32_t a = e->node[0], b = e->node[1];
            while (root[a] != a)
                a = root[a] = root[root[a]];
            while (root[b] != b)
                b = root[b] = root[root[b]];
            if (a == b)
                loops++;
            root[a > b ? a : b] = a > b ? b : a;
        }
        if (skip < 0 && (count = loops) != 1)
            break;
        if (skip >= 0 && loops == 0)
            *out = skip;
    }
    flx_free(root);
    if (*out >= 0)
        return FLX_OK;
    return flx_fail(
        st->ctx, FLX_ERR_INPUT,
        "%s:%d: n= needs exactly one superconducting loop with a junction, here are %d; "
        "name elements: .state Bname=NUMBER",
        start->file ? start->file : "circuit", start->line, count);
}

flx_status flx_static_start(flx_circuit_static *st, const flx_circuit_start *start, int32_t n,
                            double *phase)
{
    const flx_circuit *c = st->circuit;
    flx_circuit_state state;
    const double two_pi = 6.28318530717958647692;
    bool states = false;
    memset(st->x, 0, (size_t)(st->sim->n + 1) * sizeof *st->x);
    for (int32_t k = 0; k < n; k++)
        states = states || start[k].kind == FLX_CIRCUIT_START_WINDING;
    // Fluxoid numbers: first with every junction at its whole turns, then free.
    int32_t only = -1;
    for (int32_t k = 0; states && k < n; k++) {
        int32_t e = start[k].element;
        if (start[k].kind == FLX_CIRCUIT_START_WINDING && e < 0)
            FLX_TRY(loop_element(st, &start[k], &only));
        else if (start[k].kind == FLX_CIRCUIT_START_WINDING && c->element[e].kind == FLX_INDUCTOR)
            FLX_TRY(add_hold(st, e, 0, two_pi * start[k].value));
    }
    for (int32_t k = 0; states && k < c->n_element; k++) {
        double turns = 0;
        if (c->element[k].kind != FLX_JUNCTION)
            continue;
        for (int32_t j = 0; j < n; j++)
            if (start[j].kind == FLX_CIRCUIT_START_WINDING &&
                (start[j].element < 0 ? only : start[j].element) == k)
                turns = start[j].value;
        FLX_TRY(add_hold(st, k, 0, two_pi * turns));
    }
    if (states)
        FLX_TRY(relax_held(st));
    st->n_held = 0;
    for (int32_t k = 0; k < n; k++) {
        const flx_circuit_start *q = &start[k];
        double unit = st->sim->sigma;
        if (q->kind == FLX_CIRCUIT_START_PHASE)
            FLX_TRY(add_hold(st, q->element, 0, q->value));
        else if (q->kind == FLX_CIRCUIT_START_CURRENT)
            FLX_TRY(add_hold(st, q->element, 0, q->value * c->element[q->element].value / unit));
        else if (q->kind == FLX_CIRCUIT_START_NODE)
            FLX_TRY(add_hold(st, -1, q->node, q->value));
    }
    FLX_TRY(st->n_held > 0 ? relax_held(st) : flx_circuit_static_relax(st, 0, &state));
    st->n_held = 0;
    flx_circuit_static_give(st, st->x, phase);
    return FLX_OK;
}
