// circuit/check.c -- what makes equation (1) of fluxoid/circuit.h unsolvable, in words.
//
// Its matrix is positive definite if every node is joined to the ground by elements that answer to
// a phase difference (all but current sources), and every group of coupled inductors has a positive
// energy. Sources of voltage and phase must form trees.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/sim.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct checker {
    flx_ctx *ctx;
    const flx_circuit *c;
    int32_t *root;  // [n_node] union-find
    int32_t *at;    // [n_element] place in its coupled group
    double *matrix; // of a group
} checker;

__attribute__((format(printf, 4, 5))) static flx_status fail_at(flx_ctx *ctx, const char *file,
                                                                int32_t line, const char *format,
                                                                ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return file ? flx_fail(ctx, FLX_ERR_INPUT, "%s:%d: %s", file, line, text)
                : flx_fail(ctx, FLX_ERR_INPUT, "%s", text);
}

// False: they were joined already.
static bool join(int32_t *root, int32_t a, int32_t b)
{
    a = flx_root_of(root, a);
    b = flx_root_of(root, b);
    if (a == b)
        return false;
    root[a > b ? a : b] = a > b ? b : a; // the ground stays a root
    return true;
}

static flx_status values(checker *k)
{
    for (int32_t i = 0; i < k->c->n_element; i++) {
        const flx_element *e = &k->c->element[i];
        bool source = e->kind == FLX_VOLTAGE_SOURCE || e->kind == FLX_CURRENT_SOURCE ||
                      e->kind == FLX_PHASE_SOURCE;
        bool controlled = e->kind > FLX_LINE;
        int32_t n = e->kind >= FLX_LINE ? 4 : 2;
        bool right = e->kind >= FLX_RESISTOR && e->kind < FLX_N_ELEMENT_KIND &&
                     (!source || e->wave) &&
                     (source || ((e->value > 0 || controlled) && isfinite(e->value))) &&
                     (e->kind != FLX_LINE || e->delay > 0) &&
                     (e->kind != FLX_JUNCTION || (e->model >= 0 && e->model < k->c->n_model));
        for (int32_t j = 0; right && j < n; j++)
            right = e->node[j] >= 0 && e->node[j] < k->c->n_node;
        if (!right)
            return fail_at(k->ctx, e->file, e->line, "element %s has no sensible value or nodes",
                           e->name);
    }
    return FLX_OK;
}

// The nodes of an output that answers to no phase difference.
static bool gives_current(const flx_element *e)
{
    return e->kind == FLX_CURRENT_SOURCE || e->kind == FLX_CCCS || e->kind == FLX_VCCS;
}

static bool senses_current(const flx_element *e)
{
    return e->kind == FLX_CCCS || e->kind == FLX_CCVS;
}

// A node that nothing but current sources joins to the ground.
static flx_status floating(checker *k, int32_t group)
{
    char names[160] = "";
    size_t at = 0;
    int32_t n = 0, inside = 0;
    for (int32_t i = 1; i < k->c->n_node; i++)
        if (flx_root_of(k->root, i) == group && n++ < 5 && at < sizeof names - 1)
            at += (size_t)snprintf(names + at, sizeof names - at, "%s%.24s", n > 1 ? ", " : "",
                                   k->c->node_name[i]);
    const flx_element *first = NULL, *feed = NULL;
    for (int32_t i = 0; i < k->c->n_element; i++) {
        const flx_element *e = &k->c->element[i];
        int32_t n_node = e->kind >= FLX_LINE ? 4 : 2, touching = 0;
        for (int32_t j = 0; j < n_node; j++)
            touching += e->node[j] > 0 && flx_root_of(k->root, e->node[j]) == group;
        if (touching == 0)
            continue;
        first = first ? first : e;
        bool at_output = false;
        for (int32_t j = 0; j < 2; j++)
            at_output = at_output || (e->node[j] > 0 && flx_root_of(k->root, e->node[j]) == group);
        bool sees = e->kind == FLX_VCVS || e->kind == FLX_VCCS; // its control carries no current
        inside += at_output ? !gives_current(e) : !sees;
        if (gives_current(e) || e->kind == FLX_LINE || sees)
            feed = feed ? feed : e;
    }
    if (inside == 0)
        return fail_at(k->ctx, feed ? feed->file : NULL, feed ? feed->line : 0,
                       "node%s %s%s: only current sources and controls (%s) reach it, so its phase "
                       "has no "
                       "reference; add a resistor, inductor or junction to node 0",
                       n > 1 ? "s" : "", names, n > 5 ? ", ..." : "", feed ? feed->name : "");
    return fail_at(k->ctx, first->file, first->line,
                   "node%s %s%s float%s: nothing but current sources joins %s to node 0 (first "
                   "element: %s); connect one node of the island to 0",
                   n > 1 ? "s" : "", names, n > 5 ? ", ..." : "", n > 1 ? "" : "s",
                   n > 1 ? "them" : "it", first->name);
}

static flx_status connections(checker *k)
{
    const flx_circuit *c = k->c;
    for (int32_t i = 0; i < c->n_node; i++)
        k->root[i] = i;
    for (int32_t i = 0; i < c->n_element; i++) {
        const flx_element *e = &c->element[i];
        if (!gives_current(e))
            join(k->root, e->node[0], e->node[1]);
        if (e->kind == FLX_LINE || senses_current(e))
            join(k->root, e->node[2], e->node[3]);
    }
    for (int32_t i = 1; i < c->n_node; i++)
        if (flx_root_of(k->root, i) != 0)
            return floating(k, flx_root_of(k->root, i));
    return FLX_OK;
}

static flx_status source_loops(checker *k)
{
    const flx_circuit *c = k->c;
    for (int32_t i = 0; i < c->n_node; i++)
        k->root[i] = i;
    for (int32_t i = 0; i < c->n_element; i++) {
        const flx_element *e = &c->element[i];
        bool volts = e->kind == FLX_VOLTAGE_SOURCE || e->kind == FLX_PHASE_SOURCE ||
                     e->kind == FLX_VCVS || e->kind == FLX_CCVS;
        const bool decided[2] = {volts, senses_current(e)};
        for (int j = 0; j < 2; j++) {
            const int32_t *node = e->node + 2 * j;
            const char *what = j == 1 ? "the control (a short) of source" : "source";
            if (!decided[j] || join(k->root, node[0], node[1]))
                continue;
            if (node[0] == node[1])
                return fail_at(k->ctx, e->file, e->line, "%s %s has both ends at node %s", what,
                               e->name, c->node_name[node[0]]);
            return fail_at(k->ctx, e->file, e->line,
                           "%s %s closes a loop of voltage and phase sources between nodes %s and "
                           "%s; put a resistor or inductor into the loop",
                           what, e->name, c->node_name[node[0]], c->node_name[node[1]]);
        }
    }
    return FLX_OK;
}

// Cholesky of the inductances of a group [n x n]; false: not positive definite.
static bool positive(double *a, int32_t n)
{
    for (int32_t j = 0; j < n; j++) {
        for (int32_t i = 0; i < j; i++)
            a[j * n + j] -= a[j * n + i] * a[j * n + i];
        if (!(a[j * n + j] > 1e-12))
            return false;
        a[j * n + j] = sqrt(a[j * n + j]);
        for (int32_t r = j + 1; r < n; r++) {
            for (int32_t i = 0; i < j; i++)
                a[r * n + j] -= a[r * n + i] * a[j * n + i];
            a[r * n + j] /= a[j * n + j];
        }
    }
    return true;
}

enum { MAX_GROUP = 2000 };

static flx_status couplings(checker *k)
{
    const flx_circuit *c = k->c;
    if (c->n_coupling == 0)
        return FLX_OK;
    int32_t *root = FLX_NEW_ARRAY(k->ctx, int32_t, c->n_element);
    flx_status status = root ? FLX_OK : FLX_ERR_MEMORY;
    for (int32_t i = 0; root && i < c->n_element; i++)
        root[i] = i;
    for (int32_t i = 0; root && i < c->n_coupling; i++)
        join(root, c->coupling[i].a, c->coupling[i].b);
    for (int32_t g = 0; status == FLX_OK && g < c->n_element; g++) {
        int32_t n = 0;
        if (root[g] != g)
            continue;
        for (int32_t i = g; i < c->n_element; i++)
            if (flx_root_of(root, i) == g)
                k->at[i] = n++;
        if (n < 2)
            continue;
        const flx_coupling *first = NULL;
        for (int32_t i = 0; i < c->n_coupling && !first; i++)
            if (flx_root_of(root, c->coupling[i].a) == g)
                first = &c->coupling[i];
        if (n > MAX_GROUP) {
            status = fail_at(k->ctx, first->file, first->line,
                             "%d inductors are coupled to one another; at most %d are allowed", n,
                             MAX_GROUP);
            break;
        }
        double *m = FLX_NEW_ARRAY(k->ctx, double, n *n);
        if (!m) {
            status = FLX_ERR_MEMORY;
            break;
        }
        for (int32_t i = 0; i < n; i++)
            m[i * n + i] = 1;
        for (int32_t i = 0; i < c->n_coupling; i++)
            if (flx_root_of(root, c->coupling[i].a) == g) {
                int32_t a = k->at[c->coupling[i].a], b = k->at[c->coupling[i].b];
                m[a * n + b] += c->coupling[i].k;
                m[b * n + a] += c->coupling[i].k;
            }
        if (!positive(m, n))
            status = fail_at(
                k->ctx, first->file, first->line,
                "the %d inductors coupled by %s and others (%s, %s ...) would have a negative "
                "energy: their coupling factors contradict each other; make them smaller",
                n, first->name, c->element[first->a].name, c->element[first->b].name);
        flx_free(m);
    }
    flx_free(root);
    return status;
}

flx_status flx_circuit_check(flx_ctx *ctx, const flx_circuit *circuit)
{
    checker k = {.ctx = ctx, .c = circuit};
    if (circuit->n_element < 1 || circuit->n_node < 2)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "the circuit has no element between two nodes; nothing can be computed");
    k.root = FLX_NEW_ARRAY(ctx, int32_t, circuit->n_node);
    k.at = FLX_NEW_ARRAY(ctx, int32_t, circuit->n_element);
    flx_status status = k.root && k.at ? values(&k) : FLX_ERR_MEMORY;
    if (status == FLX_OK)
        status = source_loops(&k);
    if (status == FLX_OK)
        status = connections(&k);
    if (status == FLX_OK)
        status = couplings(&k);
    flx_free(k.root);
    flx_free(k.at);
    return status;
}
