// circuit/sim.c -- from a circuit to equation (1): unknowns, branches by kind, the matrix.
//
// One step h of the midpoint rule has the matrix 2 M/h^2 + D/h + K/2.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/border.h"

#include "fluxoid/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// A node as its group's unknown and the sources on the way to it.
typedef struct tie {
    int32_t parent; // node, -1: heads its group
    int32_t drive;  // of the source that ties it to the parent
    double sign;    // phase(node) = phase(parent) + sign * drive
} tie;

typedef struct builder {
    flx_circuit_sim *sim;
    flx_ctx *ctx;
    const flx_circuit *c;
    tie *tie;       // [n_node]
    int32_t *head;  // [n_node] of its group
    int32_t *group; // [n_element] of coupled inductors, -1: alone
    int32_t room_term;
} builder;

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

static void add_drive(flx_circuit_sim *s, drives *d, int32_t element)
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
        add_drive(s, &s->current, i);
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
    s->j_row = FLX_NEW_ARRAY(b->ctx, flx_junction_row, flx_sim_room(n_j) / 8);
    s->j_resistor = FLX_NEW_ARRAY(b->ctx, int32_t, n_j);
    s->j_capacitor = FLX_NEW_ARRAY(b->ctx, int32_t, n_j);
    s->branch = FLX_NEW_ARRAY(b->ctx, int32_t, c->n_element);
    if (!s->junction || !s->j_row || !s->j_resistor || !s->j_capacitor || !s->branch)
        return FLX_ERR_MEMORY;
    int32_t flux_at = 0; // fluxes come behind the sources among the drives, in order of elements
    while (flux_at < s->phase.n && c->element[s->phase.element[flux_at]].kind != FLX_INDUCTOR)
        flux_at++;
    // Junctions last: what they have of resistors and capacitors comes behind the others.
    for (int pass = 0; pass < 2; pass++) {
        for (int32_t i = 0; i < c->n_element; i++)
            if ((c->element[i].kind == FLX_JUNCTION) == (pass == 1))
                FLX_TRY(add_element(b, i, &flux_at));
        if (pass == 0) {
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
                add_drive(s, &s->phase, i);
        }
    return FLX_OK;
}

// -- coupled inductors ----------------------------------------------------------------------------

static flx_status group_inductors(builder *b)
{
    const flx_circuit *c = b->c;
    for (int32_t i = 0; i < c->n_element; i++)
        b->group[i] = i;
    for (int32_t i = 0; i < c->n_coupling; i++) {
        int32_t p = flx_root_of(b->group, c->coupling[i].a),
                q = flx_root_of(b->group, c->coupling[i].b);
        b->group[p > q ? p : q] = p > q ? q : p;
    }
    bool *coupled = FLX_NEW_ARRAY(b->ctx, bool, c->n_element);
    if (!coupled)
        return FLX_ERR_MEMORY;
    for (int32_t i = 0; i < c->n_coupling; i++)
        coupled[c->coupling[i].a] = coupled[c->coupling[i].b] = true;
    for (int32_t i = 0; i < c->n_element; i++)
        b->group[i] = flx_root_of(b->group, i);
    for (int32_t i = 0; i < c->n_element; i++)
        if (!coupled[i])
            b->group[i] = -1;
    flx_free(coupled);
    return FLX_OK;
}

// Inverse of a symmetric positive definite matrix [n x n] by Gauss-Jordan.
static void invert(double *a, int32_t n)
{
    for (int32_t k = 0; k < n; k++) {
        double p = 1 / a[k * n + k];
        a[k * n + k] = 1;
        for (int32_t j = 0; j < n; j++)
            a[k * n + j] *= p;
        for (int32_t i = 0; i < n; i++) {
            if (i == k)
                continue;
            double f = a[i * n + k];
            a[i * n + k] = 0;
            for (int32_t j = 0; j < n; j++)
                a[i * n + j] -= f * a[k * n + j];
        }
    }
}

// s inv(L) of every group, as rows of couplings.
static flx_status couple(builder *b)
{
    flx_circuit_sim *s = b->sim;
    const flx_circuit *c = b->c;
    int32_t n = s->k.n;
    s->k_at = FLX_NEW_ARRAY(b->ctx, int32_t, n + 1);
    int32_t *size = FLX_NEW_ARRAY(b->ctx, int32_t, c->n_element);
    int32_t *place = FLX_NEW_ARRAY(b->ctx, int32_t, c->n_element); // branch of an element
    int32_t *member = FLX_NEW_ARRAY(b->ctx, int32_t, n);
    double *m = NULL;
    flx_status status = s->k_at && size && place && member ? FLX_OK : FLX_ERR_MEMORY;
    int64_t total = 0;
    int32_t largest = 0;
    for (int32_t k = 0; status == FLX_OK && k < n; k++)
        size[b->group[s->k.element[k]]]++;
    for (int32_t k = 0; status == FLX_OK && k < n; k++) {
        int32_t g = size[b->group[s->k.element[k]]];
        s->k_at[k + 1] = s->k_at[k] + g;
        total += g;
        largest = g > largest ? g : largest;
        place[s->k.element[k]] = k;
    }
    if (status == FLX_OK) {
        s->k_to = FLX_NEW_ARRAY(b->ctx, int32_t, total);
        s->k_value = FLX_NEW_ARRAY(b->ctx, double, total);
        s->k_place = flx_alloc(b->ctx, (size_t)total, sizeof *s->k_place);
        m = FLX_NEW_ARRAY(b->ctx, double, (int64_t)largest *largest);
        if (!s->k_to || !s->k_value || !s->k_place || !m)
            status = FLX_ERR_MEMORY;
    }
    for (int32_t g = 0; status == FLX_OK && g < c->n_element; g++) {
        if (b->group[g] != g)
            continue;
        int32_t w = 0;
        for (int32_t k = 0; k < n; k++)
            if (b->group[s->k.element[k]] == g)
                member[w++] = k;
        memset(m, 0, (size_t)w * (size_t)w * sizeof *m);
        for (int32_t i = 0; i < w; i++)
            m[i * w + i] = c->element[s->k.element[member[i]]].value / s->sigma;
        for (int32_t p = 0; p < c->n_coupling; p++) {
            const flx_coupling *q = &c->coupling[p];
            if (b->group[q->a] != g)
                continue;
            int32_t i = 0, j = 0;
            while (member[i] != place[q->a])
                i++;
            while (member[j] != place[q->b])
                j++;
            double mutual = q->k * sqrt(c->element[q->a].value * c->element[q->b].value) / s->sigma;
            m[i * w + j] += mutual;
            m[j * w + i] += mutual;
        }
        invert(m, w);
        for (int32_t i = 0; i < w; i++)
            for (int32_t j = 0; j < w; j++) {
                s->k_to[s->k_at[member[i]] + j] = member[j];
                s->k_value[s->k_at[member[i]] + j] = m[i * w + j];
            }
    }
    flx_free(size);
    flx_free(place);
    flx_free(member);
    flx_free(m);
    return status;
}

// -- the matrix -----------------------------------------------------------------------------------

typedef struct pairs {
    int64_t *key; // i * 2^32 + j
    int64_t n, room;
} pairs;

static int compare_keys(const void *a, const void *b)
{
    int64_t p = *(const int64_t *)a, q = *(const int64_t *)b;
    return (p > q) - (p < q);
}

static void add_pair(pairs *p, int32_t i, int32_t j, int32_t n)
{
    if (i == n || j == n)
        return;
    p->key[p->n++] = (int64_t)i << 32 | j;
    p->key[p->n++] = (int64_t)j << 32 | i;
}

// Rows of sorted columns from the pairs.
static void to_rows(pairs *p, int32_t n, int32_t *row, int32_t *col)
{
    qsort(p->key, (size_t)p->n, sizeof *p->key, compare_keys);
    int32_t at = 0;
    for (int64_t k = 0; k < p->n; k++)
        if (k == 0 || p->key[k] != p->key[k - 1]) {
            col[at++] = (int32_t)(p->key[k] & 0x7fffffff);
            row[(p->key[k] >> 32) + 1] = at;
        }
    for (int32_t k = 0; k < n; k++)
        if (row[k + 1] < row[k])
            row[k + 1] = row[k];
}

// Those that are in the matrix, then the others.
enum { IN_MATRIX = 7, N_KIND = 9 };
static branches *kind_of(flx_circuit_sim *s, int k)
{
    branches *all[] = {&s->l, &s->k, &s->c, &s->r, &s->j, &s->t, &s->e, &s->i, &s->q};
    return k < N_KIND ? all[k] : NULL;
}

static void collect(flx_circuit_sim *s, pairs *p)
{
    p->n = 0;
    for (int32_t i = 0; i < s->n; i++)
        p->key[p->n++] = (int64_t)i << 32 | i;
    for (int q = 0; q < IN_MATRIX; q++) {
        const branches *b = kind_of(s, q);
        for (int32_t k = 0; k < b->n; k++)
            add_pair(p, b->a[k], b->b[k], s->n);
    }
    for (int32_t i = 0; i < s->k.n; i++)
        for (int32_t q = s->k_at[i]; q < s->k_at[i + 1]; q++) {
            int32_t j = s->k_to[q];
            add_pair(p, s->k.a[i], s->k.a[j], s->n);
            add_pair(p, s->k.a[i], s->k.b[j], s->n);
            add_pair(p, s->k.b[i], s->k.a[j], s->n);
            add_pair(p, s->k.b[i], s->k.b[j], s->n);
        }
}

static int32_t place_of(const flx_circuit_sim *s, int32_t i, int32_t j)
{
    return i == s->n || j == s->n ? -1 : flx_ldl_place(s->ldl, i, j);
}

static void find_places(flx_circuit_sim *s)
{
    for (int q = 0; q < IN_MATRIX; q++) {
        branches *b = kind_of(s, q);
        for (int32_t k = 0; k < b->n; k++) {
            b->place[k][0] = place_of(s, b->a[k], b->a[k]);
            b->place[k][1] = place_of(s, b->b[k], b->b[k]);
            b->place[k][2] = b->a[k] == b->b[k] ? -1 : place_of(s, b->a[k], b->b[k]);
        }
    }
    for (int32_t i = 0; i < s->k.n; i++)
        for (int32_t q = s->k_at[i]; q < s->k_at[i + 1]; q++) {
            int32_t j = s->k_to[q];
            s->k_place[q][0] = place_of(s, s->k.a[i], s->k.a[j]);
            s->k_place[q][1] = place_of(s, s->k.b[i], s->k.b[j]);
            s->k_place[q][2] = place_of(s, s->k.a[i], s->k.b[j]);
            s->k_place[q][3] = place_of(s, s->k.b[i], s->k.a[j]);
        }
}

// Renumbers the unknowns in the order of elimination and analyses the pattern.
static flx_status make_matrix(builder *b)
{
    flx_circuit_sim *s = b->sim;
    int64_t n_pair = s->n;
    for (int q = 0; q < IN_MATRIX; q++)
        n_pair += 2 * (int64_t)kind_of(s, q)->n;
    n_pair += 8 * (int64_t)(s->k.n > 0 ? s->k_at[s->k.n] : 0);
    pairs p = {.key = FLX_NEW_ARRAY(b->ctx, int64_t, n_pair)};
    int32_t *row = FLX_NEW_ARRAY(b->ctx, int32_t, s->n + 1);
    int32_t *col = FLX_NEW_ARRAY(b->ctx, int32_t, n_pair);
    int32_t *order = FLX_NEW_ARRAY(b->ctx, int32_t, s->n);
    int32_t *new_of = FLX_NEW_ARRAY(b->ctx, int32_t, s->n + 1);
    flx_status status = p.key && row && col && order && new_of ? FLX_OK : FLX_ERR_MEMORY;
    if (status == FLX_OK) {
        collect(s, &p);
        to_rows(&p, s->n, row, col);
        status = flx_ldl_order(b->ctx, s->n, row, col, order);
    }
    if (status == FLX_OK) {
        for (int32_t k = 0; k < s->n; k++)
            new_of[order[k]] = k;
        new_of[s->n] = s->n;
        for (int q = 0; q < N_KIND; q++) {
            branches *v = kind_of(s, q);
            for (int32_t k = 0; k < v->n; k++) {
                v->a[k] = new_of[v->a[k]];
                v->b[k] = new_of[v->b[k]];
            }
        }
        for (int32_t k = 0; k < b->c->n_node; k++)
            s->unknown[k] = new_of[s->unknown[k]];
        collect(s, &p);
        memset(row, 0, (size_t)(s->n + 1) * sizeof *row);
        to_rows(&p, s->n, row, col);
        status = flx_ldl_create(b->ctx, s->n, row, col, s->w, &s->ldl);
    }
    if (status == FLX_OK)
        find_places(s);
    flx_free(p.key);
    flx_free(row);
    flx_free(col);
    flx_free(order);
    flx_free(new_of);
    return status;
}

void flx_sim_add(const branches *b, int32_t k, double value, double *base)
{
    const int32_t *place = b->place[k];
    if (b->a[k] == b->b[k])
        return; // both ends at one node: no current in the nodes' balance
    if (place[0] >= 0)
        base[place[0]] += value;
    if (place[1] >= 0)
        base[place[1]] += value;
    if (place[2] >= 0)
        base[place[2]] -= value;
}

void flx_sim_couple(const flx_circuit_sim *s, double scale, double *base)
{
    for (int32_t i = 0; i < s->k.n; i++)
        for (int32_t q = s->k_at[i]; q < s->k_at[i + 1]; q++) {
            // (a_i - b_i)(a_j - b_j): an entry of the triangle stands for both of its signs.
            int32_t ends[4][2] = {{s->k.a[i], s->k.a[s->k_to[q]]},
                                  {s->k.b[i], s->k.b[s->k_to[q]]},
                                  {s->k.a[i], s->k.b[s->k_to[q]]},
                                  {s->k.b[i], s->k.a[s->k_to[q]]}};
            for (int p = 0; p < 4; p++)
                if (s->k_place[q][p] >= 0 && ends[p][0] >= ends[p][1])
                    base[s->k_place[q][p]] += (p < 2 ? scale : -scale) * s->k_value[q];
        }
}

void flx_sim_base(flx_circuit_sim *s, double h)
{
    double *base = s->base;
    memset(base, 0, (size_t)flx_ldl_places(s->ldl) * sizeof *base);
    for (int32_t k = 0; k < s->l.n; k++)
        flx_sim_add(&s->l, k, s->l.value[k] / 2, base);
    for (int32_t k = 0; k < s->r.n; k++)
        flx_sim_add(&s->r, k, s->r.value[k] / h, base);
    for (int32_t k = 0; k < s->c.n; k++)
        flx_sim_add(&s->c, k,
                    (s->c_driven && s->c_driven[k] ? s->factor_carry : 2) * s->c.value[k] / (h * h),
                    base);
    for (int32_t k = 0; k < s->t.n; k++)
        flx_sim_add(&s->t, k, s->t.value[k] / h, base);
    flx_sim_couple(s, 0.5, base);
    flx_border_base(s, base);
}

int32_t flx_sim_factor(flx_circuit_sim *s, double volt)
{
    int32_t negative = flx_ldl_factor(s->ldl, s->values);
    return negative == 0 && s->border && !flx_border_factor(s, volt, s->factor_carry) ? -1
                                                                                      : negative;
}

void flx_sim_solve(flx_circuit_sim *s, double *x)
{
    flx_ldl_solve(s->ldl, x);
    if (s->border)
        flx_border_solve(s, x);
}

double flx_sim_carry(const flx_circuit_sim *s, double h)
{
    return s->border && s->known > 0 ? 1 + h / (h + s->h_old) : 2;
}

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
        status = group_inductors(&b);
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
        status = couple(&b);
    if (status == FLX_OK)
        status = make_matrix(&b);
    flx_free(b.tie);
    flx_free(b.head);
    flx_free(b.group);
    return status;
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

// -- sources --------------------------------------------------------------------------------------

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
