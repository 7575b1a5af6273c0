// circuit/matrix.c -- the matrix of a step: its pattern and order, its values, its solution.
//
// One step h of the midpoint rule has the matrix 2 M/h^2 + D/h + K/2.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/border.h"
#include "circuit/build.h"

#include <stdlib.h>
#include <string.h>

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
flx_status flx_build_matrix(builder *b)
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
