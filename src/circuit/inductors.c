// circuit/inductors.c -- coupled inductors: groups of them, and the inverse of each group's matrix of
// inductances, whose entries are the couplings of currents to phases.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/build.h"

#include <math.h>
#include <string.h>

flx_status flx_build_groups(builder *b)
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
flx_status flx_build_couplings(builder *b)
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
