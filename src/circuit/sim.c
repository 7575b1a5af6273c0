// circuit/sim.c -- from a circuit to unknowns and branches by kind (sim.h).
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// -- groups of nodes ------------------------------------------------------------------------------

typedef struct link {
    int32_t node, other, drive;
    double sign;
} link;

static int compare_links(const void *a, const void *b)
{
    const link *p = a, *q = b;
    return p->node != q->node ? (p->node > q->node) - (p->node < q->node)
                              : (p->drive > q->drive) - (p->drive < q->drive);
}

// Sources make trees of nodes; each tree gets a head, the ground where it is in it.
static flx_status tie_nodes(builder *b)
{
    const flx_circuit *c = b->c;
    const drives *d = &b->sim->phase;
    link *links = FLX_NEW_ARRAY(b->ctx, link, 2 * d->n);
    int32_t *stack = FLX_NEW_ARRAY(b->ctx, int32_t, c->n_node);
    int32_t *first = FLX_NEW_ARRAY(b->ctx, int32_t, c->n_node + 1);
    if (!links || !stack || !first) {
        flx_free(links);
        flx_free(stack);
        flx_free(first);
        return FLX_ERR_MEMORY;
    }
    int32_t n = 0;
    for (int32_t k = 0; k < d->n; k++) {
        const flx_element *e = &c->element[d->element[k]];
        if (e->kind == FLX_INDUCTOR)
            continue;
        // phase(node 0) = phase(node 1) + drive
        links[n++] = (link){e->node[1], e->node[0], k, 1};
        links[n++] = (link){e->node[0], e->node[1], k, -1};
    }
    qsort(links, (size_t)n, sizeof *links, compare_links);
    for (int32_t k = 0; k < n; k++)
        first[links[k].node + 1]++;
    for (int32_t k = 0; k < c->n_node; k++) {
        first[k + 1] += first[k];
        b->head[k] = -1;
    }
    for (int32_t k = 0; k < c->n_node; k++) {
        if (b->head[k] >= 0)
            continue;
        int32_t depth = 0;
        b->head[k] = k;
        b->tie[k].parent = -1;
        stack[depth++] = k;
        while (depth > 0) {
            int32_t at = stack[--depth];
            for (int32_t p = first[at]; p < first[at + 1]; p++)
                if (b->head[links[p].other] < 0) {
                    b->head[links[p].other] = k;
                    b->tie[links[p].other] = (tie){at, links[p].drive, links[p].sign};
                    stack[depth++] = links[p].other;
                }
        }
    }
    flx_free(links);
    flx_free(stack);
    flx_free(first);
    return FLX_OK;
}

// -- offsets --------------------------------------------------------------------------------------

static flx_status add_term(builder *b, int32_t drive, double sign)
{
    flx_circuit_sim *s = b->sim;
    int32_t at = s->slot_at[s->n_slot + 1];
    if (at == b->room_term) {
        int32_t room = at > 0 ? 2 * at : 64;
        int32_t *d = flx_realloc(b->ctx, s->slot_drive, (size_t)at, (size_t)room, sizeof *d);
        if (!d)
            return FLX_ERR_MEMORY;
        s->slot_drive = d;
        double *g = flx_realloc(b->ctx, s->slot_sign, (size_t)at, (size_t)room, sizeof *g);
        if (!g)
            return FLX_ERR_MEMORY;
        s->slot_sign = g;
        b->room_term = room;
    }
    s->slot_drive[at] = drive;
    s->slot_sign[at] = sign;
    s->slot_at[s->n_slot + 1] = at + 1;
    return FLX_OK;
}

// The slot of the offset of node a over node b, less a flux (-1: none); 0 if nothing is in it.
static flx_status slot_of(builder *b, int32_t node_a, int32_t node_b, int32_t flux, int32_t *slot)
{
    flx_circuit_sim *s = b->sim;
    *slot = 0;
    if (b->tie[node_a].parent < 0 && b->tie[node_b].parent < 0 && flux < 0)
        return FLX_OK;
    s->slot_at[s->n_slot + 1] = s->slot_at[s->n_slot];
    for (int32_t k = node_a; b->tie[k].parent >= 0; k = b->tie[k].parent)
        FLX_TRY(add_term(b, b->tie[k].drive, b->tie[k].sign));
    for (int32_t k = node_b; b->tie[k].parent >= 0; k = b->tie[k].parent)
        FLX_TRY(add_term(b, b->tie[k].drive, -b->tie[k].sign));
    if (flux >= 0)
        FLX_TRY(add_term(b, flux, -1));
    *slot = s->n_slot++;
    return FLX_OK;
}

// -- branches -------------------------------------------------------------------------------------

static flx_status room_for(flx_ctx *ctx, branches *b, int32_t n)
{
    n = flx_sim_room(n);
    b->a = FLX_NEW_ARRAY(ctx, int32_t, n);
    b->b = FLX_NEW_ARRAY(ctx, int32_t, n);
    b->o = FLX_NEW_ARRAY(ctx, int32_t, n);
    b->element = FLX_NEW_ARRAY(ctx, int32_t, n);
    b->value = FLX_NEW_ARRAY(ctx, double, n);
    b->place = flx_alloc(ctx, (size_t)n, sizeof *b->place);
    return b->a && b->b && b->o && b->element && b->value && b->place ? FLX_OK : FLX_ERR_MEMORY;
}

static flx_status drives_for(flx_circuit_sim *s, drives *d, int32_t n)
{
    d->element = FLX_NEW_ARRAY(s->ctx, int32_t, n);
    d->steady_from = FLX_NEW_ARRAY(s->ctx, double, n);
    d->mean = flx_alloc(s->ctx, (size_t)n * (size_t)s->w, sizeof(double));
    d->end = flx_alloc(s->ctx, (size_t)n * (size_t)s->w, sizeof(double));
    d->now = flx_alloc(s->ctx, (size_t)n * (size_t)s->w, sizeof(double));
    d->steady = flx_alloc(s->ctx, (size_t)n * (size_t)s->w, sizeof(double));
    d->live = FLX_NEW_ARRAY(s->ctx, int32_t, n);
    return d->live && d->element && d->steady_from && d->mean && d->end && d->now && d->steady
               ? FLX_OK
               : FLX_ERR_MEMORY;
}

static flx_status add_branch(builder *b, branches *to, int32_t element, const int32_t node[2],
                             int32_t flux)
{
    const flx_circuit_sim *s = b->sim;
    int32_t k = to->n;
    to->element[k] = element;
    FLX_TRY(slot_of(b, node[0], node[1], flux, &to->o[k]));
    to->a[k] = s->unknown[node[0]];
    to->b[k] = s->unknown[node[1]];
    to->n++;
    return FLX_OK;
}

enum { COUPLED = FLX_N_ELEMENT_KIND, N_COUNT };
static void count_kinds(const flx_circuit *c, const int32_t *group, int32_t n[N_COUNT],
                        int32_t *caps)
{
    for (int32_t i = 0; i < c->n_element; i++) {
        const flx_element *e = &c->element[i];
        n[e->kind]++;
        if (e->kind == FLX_INDUCTOR && group[i] >= 0)
            n[COUPLED]++;
        *caps += e->kind == FLX_CAPACITOR || e->kind == FLX_JUNCTION;
    }
}

// flux_at: the next flux among the drives.
static flx_status add_element(builder *b, int32_t i, int32_t *flux_at)
{
    flx_circuit_sim *s = b->sim;
    const flx_circuit *c = b->c;
    const flx_element *e = &c->element[i];
    branches *to = NULL;
    int32_t flux = -1;
    double value = 0;
    switch (e->kind) {
    case FLX_RESISTOR:
        to = &s->r;
        value = s->sigma / e->value;
        break;
    case FLX_INDUCTOR:
        to = b->group[i] >= 0 ? &s->k : &s->l;
        value = s->sigma / e->value;
        flux = e->wave ? (*flux_at)++ : -1;
        break;
    case FLX_CAPACITOR:
        to = &s->c;
        value = s->sigma * e->value;
        break;
    case FLX_JUNCTION: {
        const flx_junction_model *m = &c->model[e->model];
        s->junction[s->j.n] = flx_junction_of(m, e->value);
        s->j_resistor[s->j.n] = s->r.n;
        s->r.value[s->r.n] = s->sigma * s->junction[s->j.n].g0;
        FLX_TRY(add_branch(b, &s->r, i, e->node, -1));
        s->j_capacitor[s->j.n] = m->cap > 0 ? s->c.n : -1;
        if (m->cap > 0) {
            s->c.value[s->c.n] = s->sigma * m->cap * e->value;
            FLX_TRY(add_branch(b, &s->c, i, e->node, -1));
        }
        to = &s->j;
        break;
    }
    case FLX_LINE:
        s->t.value[s->t.n] = s->t.value[s->t.n + 1] = s->sigma / e->value;
        FLX_TRY(add_branch(b, &s->t, i, e->node, -1));
        FLX_TRY(add_branch(b, &s->t, i, e->node + 2, -1));
        break;
    case FLX_CURRENT_SOURCE:
        to = &s->i;
        flx_build_drive(s, &s->current, i);
        break;
    case FLX_VCVS:
    case FLX_CCCS:
    case FLX_VCCS:
    case FLX_CCVS: {
        bool volts = e->kind == FLX_VCVS || e->kind == FLX_CCVS;
        bool sensed = e->kind == FLX_CCCS || e->kind == FLX_CCVS;
        FLX_TRY(add_branch(b, volts ? &s->e : &s->q, i, e->node, -1));
        FLX_TRY(add_branch(b, sensed ? &s->e : &s->q, i, e->node + 2, -1));
        break;
    }
    default:
        break;
    }
    if (!to)
        return FLX_OK;
    to->value[to->n] = value;
    s->branch[i] = to->n;
    return add_branch(b, to, i, e->node, flux);
}

// Inductors with an offset come behind the others; then junctions: what they have of resistors and
// capacitors comes behind those elements.
enum { N_PASS = 3 };
static int pass_of(const builder *b, const flx_element *e)
{
    bool offset = e->wave || b->tie[e->node[0]].parent >= 0 || b->tie[e->node[1]].parent >= 0;
    return e->kind == FLX_JUNCTION ? 2 : e->kind == FLX_INDUCTOR && offset ? 1 : 0;
}

static flx_status make_branches(builder *b)
{
    flx_circuit_sim *s = b->sim;
    const flx_circuit *c = b->c;
    int32_t n[N_COUNT] = {0}, n_cap = 0;
    count_kinds(c, b->group, n, &n_cap);
    int32_t n_j = n[FLX_JUNCTION];
    FLX_TRY(room_for(b->ctx, &s->l, n[FLX_INDUCTOR]));
    FLX_TRY(room_for(b->ctx, &s->k, n[COUPLED]));
    FLX_TRY(room_for(b->ctx, &s->c, n_cap));
    FLX_TRY(room_for(b->ctx, &s->r, n[FLX_RESISTOR] + n_j));
    FLX_TRY(room_for(b->ctx, &s->j, n_j));
    FLX_TRY(room_for(b->ctx, &s->t, 2 * n[FLX_LINE]));
    FLX_TRY(room_for(b->ctx, &s->i, n[FLX_CURRENT_SOURCE]));
    FLX_TRY(room_for(b->ctx, &s->e, n[FLX_VCVS] + n[FLX_CCCS] + 2 * n[FLX_CCVS]));
    FLX_TRY(room_for(b->ctx, &s->q, n[FLX_VCVS] + n[FLX_CCCS] + 2 * n[FLX_VCCS]));
    FLX_TRY(drives_for(s, &s->current, n[FLX_CURRENT_SOURCE]));
    s->junction = FLX_NEW_ARRAY(b->ctx, flx_junction, n_j);
    s->j_row = FLX_NEW_ARRAY(b->ctx, flx_junction_row, flx_sim_room(n_j) / FLX_WIDE);
    s->j_resistor = FLX_NEW_ARRAY(b->ctx, int32_t, n_j);
    s->j_capacitor = FLX_NEW_ARRAY(b->ctx, int32_t, n_j);
    s->branch = FLX_NEW_ARRAY(b->ctx, int32_t, c->n_element);
    if (!s->junction || !s->j_row || !s->j_resistor || !s->j_capacitor || !s->branch)
        return FLX_ERR_MEMORY;
    int32_t flux_at = 0; // fluxes come behind the sources among the drives, in order of elements
    while (flux_at < s->phase.n && c->element[s->phase.element[flux_at]].kind != FLX_INDUCTOR)
        flux_at++;
    for (int pass = 0; pass < N_PASS; pass++) {
        for (int32_t i = 0; i < c->n_element; i++)
            if (pass_of(b, &c->element[i]) == pass)
                FLX_TRY(add_element(b, i, &flux_at));
        if (pass == 0)
            s->l.n_plain = s->l.n;
        if (pass == 1) {
            s->r.n_plain = s->r.n;
            s->c.n_plain = s->c.n;
        }
    }
    return FLX_OK;
}

// Sources of phase first, then fluxes: both are offsets.
static flx_status make_phase_drives(builder *b)
{
    flx_circuit_sim *s = b->sim;
    const flx_circuit *c = b->c;
    int32_t n = 0;
    for (int32_t i = 0; i < c->n_element; i++)
        n += c->element[i].kind == FLX_VOLTAGE_SOURCE || c->element[i].kind == FLX_PHASE_SOURCE ||
             (c->element[i].kind == FLX_INDUCTOR && c->element[i].wave);
    FLX_TRY(drives_for(s, &s->phase, n));
    for (int pass = 0; pass < 2; pass++)
        for (int32_t i = 0; i < c->n_element; i++) {
            int32_t kind = c->element[i].kind;
            if (pass == 0 ? kind == FLX_VOLTAGE_SOURCE || kind == FLX_PHASE_SOURCE
                          : kind == FLX_INDUCTOR && c->element[i].wave)
                flx_build_drive(s, &s->phase, i);
        }
    return FLX_OK;
}

// -- all of it ------------------------------------------------------------------------------------

flx_status flx_sim_build(flx_circuit_sim *s)
{
    builder b = {.sim = s, .ctx = s->ctx, .c = s->circuit};
    const flx_circuit *c = s->circuit;
    b.tie = FLX_NEW_ARRAY(s->ctx, tie, c->n_node);
    b.head = FLX_NEW_ARRAY(s->ctx, int32_t, c->n_node);
    b.group = FLX_NEW_ARRAY(s->ctx, int32_t, c->n_element);
    s->unknown = FLX_NEW_ARRAY(s->ctx, int32_t, c->n_node);
    s->node_slot = FLX_NEW_ARRAY(s->ctx, int32_t, c->n_node);
    // Slots: none, one for each branch (two of a line, three of a junction), one for each node.
    s->slot_at = FLX_NEW_ARRAY(s->ctx, int32_t, 3 * (int64_t)c->n_element + c->n_node + 3);
    flx_status status = b.tie && b.head && b.group && s->unknown && s->node_slot && s->slot_at
                            ? FLX_OK
                            : FLX_ERR_MEMORY;
    if (status == FLX_OK)
        status = make_phase_drives(&b);
    if (status == FLX_OK)
        status = tie_nodes(&b);
    if (status == FLX_OK)
        status = flx_build_groups(&b);
    if (status == FLX_OK) {
        for (int32_t k = 0; k < c->n_node; k++)
            if (b.head[k] == k && k > 0)
                s->unknown[k] = s->n++;
        s->unknown[0] = s->n;
        for (int32_t k = 0; k < c->n_node; k++)
            s->unknown[k] = s->unknown[b.head[k]];
        s->n_slot = 1;
        for (int32_t k = 0; k < c->n_node && status == FLX_OK; k++)
            status = slot_of(&b, k, 0, -1, &s->node_slot[k]);
    }
    if (status == FLX_OK)
        status = make_branches(&b);
    if (status == FLX_OK)
        status = flx_build_couplings(&b);
    if (status == FLX_OK)
        status = flx_build_matrix(&b);
    flx_free(b.tie);
    flx_free(b.head);
    flx_free(b.group);
    return status;
}
