// circuit/static.c -- states without voltage: minima of U, the currents at which they end, saddles.
//
// Gradient and matrix of second derivatives over s are
//   g = K x + sum b (I_s(b.x + off) - I),   H = K + sum b b^T I_s'(b.x + off).
// A minimum is found by Newton's steps with H + mu diag(H0) made positive and a search along them; the
// number of negative pivots of H is the number of directions in which the state is unstable. A path
// of states x(s), i(s) is followed by steps of its length with the corrector
//   H dx - b di = -g,   t.dx + t_i di = 0,
// and ends where di/ds = 0.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/run.h"

#include <math.h>
#include <string.h>

// A phase difference that is held: stiffness/2 (delta - target - shift)^2; the shift grows by what is
// missing until nothing is (augmented Lagrangian; Hestenes, J. Optim. Theory Appl. 4, 303 (1969)).
typedef struct hold {
    int32_t a, b, o, place[3];
    double target, shift;
} hold;

struct flx_circuit_static {
    flx_ctx *ctx;
    const flx_circuit *circuit;
    flx_circuit_sim *sim;
    double *constant; // [places] K
    double *values;
    double *x, *g, *step, *try, *b, *tangent; // [n + 1]
    double *force;                            // [n + 1] of the current sources at the time
    bool *loose;                              // [n] nothing holds this phase
    hold *held;                               // [n_held]
    int32_t n_held, room_held;
    double stiffness;
};

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

static void take_phases(flx_circuit_static *st, const double *phase)
{
    const flx_circuit_sim *s = st->sim;
    memset(st->x, 0, (size_t)(s->n + 1) * sizeof *st->x);
    for (int32_t k = 1; k < s->circuit->n_node; k++)
        if (s->unknown[k] < s->n)
            st->x[s->unknown[k]] = phase[k] - s->off[s->node_slot[k]];
}

static void give_phases(const flx_circuit_static *st, const double *x, double *phase)
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

// U over s, its gradient into g (NULL: not wanted); `more` flows through the b of the source.
static double energy(const flx_circuit_static *st, const double *x, double more, double *g)
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

// Factorises H + mu |H0|; returns the number of negative pivots, -1: singular.
static int32_t factor(flx_circuit_static *st, const double *x, double mu)
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

static double largest(const double *v, int32_t n)
{
    double most = 0;
    for (int32_t k = 0; k < n; k++)
        most = fmax(most, fabs(v[k]));
    return most;
}

// What counts as no current.
static double grain(const flx_circuit_static *st)
{
    const flx_circuit_sim *s = st->sim;
    double most = largest(st->force, s->n);
    for (int32_t k = 0; k < s->j.n; k++)
        most = fmax(most, s->junction[k].ic);
    for (int32_t k = 0; k < s->l.n; k++)
        most = fmax(most, s->l.value[k]);
    return 1e-13 * most;
}

enum { MAX_NEWTON = 500 };

static flx_status relax(flx_circuit_static *st, double more, flx_circuit_state *state)
{
    flx_circuit_sim *s = st->sim;
    int32_t n = s->n;
    double small = grain(st), last = INFINITY;
    for (int32_t it = 0; it < MAX_NEWTON; it++) {
        double u = energy(st, st->x, more, st->g), size = largest(st->g, n);
        int32_t bad = factor(st, st->x, 0);
        if (size <= small && bad == 0) {
            state->energy = u * s->sigma;
            state->unstable = bad;
            state->iterations = it;
            return FLX_OK;
        }
        for (double mu = 0.1; bad != 0 && mu < 1e4; mu *= 3)
            bad = factor(st, st->x, mu);
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
            double v = energy(st, st->try, more, NULL);
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
            state->unstable = factor(st, st->x, 0);
            state->iterations = it;
            return FLX_OK;
        }
        last = size;
        // Running down a washboard: there is no minimum.
        if (largest(st->x, n) > 1e5)
            break;
    }
    return flx_fail(st->ctx, FLX_ERR_DIVERGED,
                    "there is no static state: the sources drive more current than the junctions "
                    "carry without voltage");
}

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
        FLX_TRY(relax(st, 0, &state));
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
    FLX_TRY(st->n_held > 0 ? relax_held(st) : relax(st, 0, &state));
    st->n_held = 0;
    give_phases(st, st->x, phase);
    return FLX_OK;
}

flx_status flx_circuit_relax(flx_circuit_static *st, double *phase, flx_circuit_state *state)
{
    memset(st->b, 0, (size_t)(st->sim->n + 1) * sizeof *st->b);
    take_phases(st, phase);
    FLX_TRY(relax(st, 0, state));
    give_phases(st, st->x, phase);
    return FLX_OK;
}

// -- paths ----------------------------------------------------------------------------------------

// The source's own current leaves the forces; b is what 1 A of it does.
static void free_source(flx_circuit_static *st, int32_t element)
{
    flx_circuit_sim *s = st->sim;
    memset(st->b, 0, (size_t)(s->n + 1) * sizeof *st->b);
    memset(st->force, 0, (size_t)(s->n + 1) * sizeof *st->force);
    for (int32_t k = 0; k < s->i.n; k++) {
        double i = s->i.element[k] == element ? 0 : s->current.end[k];
        st->force[s->i.a[k]] -= i;
        st->force[s->i.b[k]] += i;
        if (s->i.element[k] == element) {
            st->b[s->i.a[k]] -= 1;
            st->b[s->i.b[k]] += 1;
        }
    }
    st->b[s->n] = 0;
}

// Unit tangent at x: H dx = b di. Phases and i/scale count alike. The sign goes on from the old one.
static double tangent(flx_circuit_static *st, double scale, double old_i, int32_t *negative)
{
    flx_circuit_sim *s = st->sim;
    *negative = factor(st, st->x, 0);
    for (int32_t k = 0; k < s->n; k++)
        st->step[k] = scale * st->b[k];
    flx_ldl_solve(s->ldl, st->step);
    double size = 1, along = old_i;
    for (int32_t k = 0; k < s->n; k++) {
        size += st->step[k] * st->step[k];
        along += st->step[k] * st->tangent[k];
    }
    double unit = (along < 0 ? -1 : 1) / sqrt(size);
    for (int32_t k = 0; k < s->n; k++)
        st->tangent[k] = unit * st->step[k];
    return unit; // d(i/scale)/ds
}

void flx_static_silence(flx_circuit_static *st, int32_t source)
{
    free_source(st, source);
}

// From the predicted x, *i back onto the path, across the tangent. Current in units of scale.
static bool correct(flx_circuit_static *st, double scale, double t_i, double *i)
{
    flx_circuit_sim *s = st->sim;
    double small = 10 * grain(st);
    for (int it = 0; it < 20; it++) {
        energy(st, st->x, *i * scale, st->g);
        double size = largest(st->g, s->n);
        if (size <= small)
            return true;
        if (factor(st, st->x, 0) < 0)
            return false;
        for (int32_t k = 0; k < s->n; k++) {
            st->step[k] = -st->g[k];
            st->try[k] = scale * st->b[k];
        }
        flx_ldl_solve(s->ldl, st->step);
        flx_ldl_solve(s->ldl, st->try);
        double p = 0, q = t_i;
        for (int32_t k = 0; k < s->n; k++) {
            p += st->tangent[k] * st->step[k];
            q += st->tangent[k] * st->try[k];
        }
        if (q == 0)
            return false;
        double di = -p / q;
        for (int32_t k = 0; k < s->n; k++)
            st->x[k] += st->step[k] + di * st->try[k];
        *i += di;
        if (it > 8 && size < 1e4 * small)
            return true; // rounding
    }
    return false;
}

typedef struct path {
    flx_circuit_static *st;
    double scale;  // [A]
    double i, t_i; // in scale; its slope
    double ds;
    int32_t negative;
    double *x0, *t0; // where the last step began
    double i0, t_i0;
} path;

static void save(path *p)
{
    size_t bytes = (size_t)(p->st->sim->n + 1) * sizeof(double);
    memcpy(p->x0, p->st->x, bytes);
    memcpy(p->t0, p->st->tangent, bytes);
    p->i0 = p->i;
    p->t_i0 = p->t_i;
}

static void restore(path *p)
{
    size_t bytes = (size_t)(p->st->sim->n + 1) * sizeof(double);
    memcpy(p->st->x, p->x0, bytes);
    memcpy(p->st->tangent, p->t0, bytes);
    p->i = p->i0;
    p->t_i = p->t_i0;
}

// One step of length ds from where save() was; false: it must be shorter.
static bool advance(path *p, double ds)
{
    flx_circuit_static *st = p->st;
    restore(p);
    for (int32_t k = 0; k < st->sim->n; k++)
        st->x[k] += ds * st->tangent[k];
    p->i += ds * p->t_i;
    if (!correct(st, p->scale, p->t_i, &p->i))
        return false;
    // A step that goes elsewhere than it was sent has jumped to another path.
    double moved = 0;
    for (int32_t k = 0; k < st->sim->n; k++)
        moved += pow(st->x[k] - p->x0[k], 2);
    moved = sqrt(moved + pow(p->i - p->i0, 2));
    if (moved > 2 * ds)
        return false;
    p->t_i = tangent(st, p->scale, p->t_i0, &p->negative);
    return true;
}

static flx_status path_begin(path *p, flx_circuit_static *st, int32_t source, double i)
{
    flx_circuit_sim *s = st->sim;
    *p = (path){.st = st, .ds = 0.05};
    for (int32_t k = 0; k < s->j.n; k++)
        p->scale = fmax(p->scale, s->junction[k].ic);
    if (s->circuit->element[source].kind != FLX_CURRENT_SOURCE)
        return flx_fail(st->ctx, FLX_ERR_INPUT, "%s is no current source",
                        s->circuit->element[source].name);
    if (!(p->scale > 0))
        return flx_fail(st->ctx, FLX_ERR_INPUT, "without junctions there is no critical current");
    p->x0 = FLX_NEW_ARRAY(st->ctx, double, s->n + 1);
    p->t0 = FLX_NEW_ARRAY(st->ctx, double, s->n + 1);
    if (!p->x0 || !p->t0)
        return FLX_ERR_MEMORY;
    free_source(st, source);
    p->i = i / p->scale;
    return FLX_OK;
}

static void path_end(path *p)
{
    flx_free(p->x0);
    flx_free(p->t0);
}

// Where d i/ds = 0 between the saved point and one behind it: regula falsi of Illinois.
static void find_fold(path *p, double ds)
{
    double a = 0, b = ds, fa = p->t_i0, fb = p->t_i;
    for (int it = 0; it < 60 && b - a > 1e-9; it++) {
        double c = (a * fb - b * fa) / (fb - fa);
        if (!(c > a && c < b) || !advance(p, c))
            break;
        if (p->t_i == 0 || fabs(p->t_i) < 1e-9)
            break;
        if ((p->t_i > 0) == (fa > 0)) {
            a = c;
            fa = p->t_i;
            fb /= 2;
        } else {
            b = c;
            fb = p->t_i;
            fa /= 2;
        }
    }
}

flx_status flx_circuit_follow(flx_circuit_static *st, double *phase, flx_circuit_critical *look)
{
    path p;
    flx_circuit_state state;
    flx_status status = path_begin(&p, st, look->source, look->from);
    if (status == FLX_OK) {
        take_phases(st, phase);
        status = relax(st, look->from, &state);
    }
    double direction = look->limit >= look->from ? 1 : -1;
    if (status == FLX_OK) {
        memset(st->tangent, 0, (size_t)(st->sim->n + 1) * sizeof(double));
        p.t_i = tangent(st, p.scale, direction, &p.negative);
    }
    bool found = false;
    while (status == FLX_OK && !found) {
        save(&p);
        double ds = p.ds;
        while (!advance(&p, ds) && ds > 1e-9)
            ds /= 2;
        if (ds <= 1e-9) {
            status = flx_fail(st->ctx, FLX_ERR_DIVERGED,
                              "the static state cannot be followed beyond %g A", p.i0 * p.scale);
        } else if (p.t_i * direction <= 0 || p.negative > 0) {
            find_fold(&p, ds);
            found = true;
        } else if ((p.i * p.scale - look->limit) * direction > 0) {
            status = FLX_STOPPED;
        }
        p.ds = fmin(0.05, 2 * ds);
    }
    look->critical = p.i * p.scale;
    if (status >= 0)
        give_phases(st, st->x, phase);
    path_end(&p);
    return status;
}

flx_status flx_circuit_barrier(flx_circuit_static *st, const double *phase, int32_t source,
                               double i, double *saddle, double *barrier)
{
    path p;
    flx_circuit_state state = {0};
    *barrier = 0;
    flx_status status = path_begin(&p, st, source, i);
    if (status == FLX_OK) {
        take_phases(st, phase);
        status = relax(st, i, &state);
    }
    if (status == FLX_OK) {
        memset(st->tangent, 0, (size_t)(st->sim->n + 1) * sizeof(double));
        p.t_i = tangent(st, p.scale, 1, &p.negative);
    }
    // Up to the fold and back down to i on its other side.
    bool turned = false, done = false;
    for (int n = 0; status == FLX_OK && !done && n < 100000; n++) {
        save(&p);
        double ds = p.ds;
        while (!advance(&p, ds) && ds > 1e-9)
            ds /= 2;
        if (ds <= 1e-9)
            status = flx_fail(st->ctx, FLX_ERR_DIVERGED,
                              "the saddle cannot be followed beyond %g A", p.i0 * p.scale);
        turned = turned || p.t_i < 0;
        done = turned && p.i * p.scale <= i;
    }
    if (status == FLX_OK && !done)
        status = flx_fail(st->ctx, FLX_ERR_DIVERGED, "the state has no saddle at %g A", i);
    if (status == FLX_OK) { // exactly at i: Newton at a fixed current
        for (int it = 0; it < 30; it++) {
            energy(st, st->x, i, st->g);
            if (largest(st->g, st->sim->n) <= 10 * grain(st) || factor(st, st->x, 0) < 0)
                break;
            for (int32_t k = 0; k < st->sim->n; k++)
                st->step[k] = -st->g[k];
            flx_ldl_solve(st->sim->ldl, st->step);
            for (int32_t k = 0; k < st->sim->n; k++)
                st->x[k] += st->step[k];
        }
        *barrier = energy(st, st->x, i, NULL) * st->sim->sigma - state.energy;
        give_phases(st, st->x, saddle);
    }
    path_end(&p);
    return status;
}
