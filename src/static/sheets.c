// static/sheets.c -- what stands in for D of a film (field.c) in its preconditioner.
//
// D acts on currents g in the faces through the sheet currents T g of the triangles alone. To first
// order T sees of g in a triangle only the neighbours, so the currents have two branches: g that
// varies slowly, and g of alternating sign times what varies slowly, whose sheet currents alternate.
// Where T g = kg, D is D_f (1 + 2 Lambda k)/(2 Lambda)^2 on the first, and on the second, which only
// feels its own and next triangles, k^2 (1 + 2 Lambda k2)/(2 Lambda k2)^2 with k2 that of the mesh.
// Both are nearly proportional to
//
//   T^T A T + s R^T A R + small A,     R: mean of the faces round each site
//
// which knows the second branch because R g = 0 there; without that conjugate gradients take hundreds
// of steps for it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "static/sheets.h"

#include <stdlib.h>

typedef struct entry {
    int32_t row, col;
    double value;
} entry;

typedef struct entries {
    entry *list;
    int64_t n, room;
    flx_ctx *ctx;
    flx_status status;
} entries;

static int by_place(const void *pa, const void *pb)
{
    const entry *a = pa, *b = pb;
    return a->row != b->row ? (a->row > b->row) - (a->row < b->row)
                            : (a->col > b->col) - (a->col < b->col);
}

static void add(entries *e, int32_t row, int32_t col, double value)
{
    if (e->n == e->room) {
        int64_t room = e->room ? 2 * e->room : 4096;
        entry *list = flx_realloc(e->ctx, e->list, (size_t)e->n, (size_t)room, sizeof *list);
        if (!list) {
            e->status = FLX_ERR_MEMORY;
            return;
        }
        e->list = list;
        e->room = room;
    }
    e->list[e->n++] = (entry){row, col, value};
}

// A_t K_t^2 of the currents in a triangle and beyond its three sides.
static void add_triangle(entries *e, const tdgl_faces *f, const double *share, int32_t t)
{
    const flx_mesh *m = f->mesh;
    int32_t face[4] = {t, -1, -1, -1};
    double x[4] = {0}, y[4] = {0};
    for (int32_t k = f->ring_start[t], n = 1; k < f->ring_start[t + 1]; k++, n++) {
        bool left = f->ring[k] >= 0;
        int32_t edge = left ? f->ring[k] : ~f->ring[k], p = m->tail[edge], q = m->head[edge];
        double part = left ? share[edge] : share[edge] - 1; // g here counts along the edge
        face[n] = f->side[2 * edge + (left ? 1 : 0)];
        x[n] = -part * (m->x[q] - m->x[p]);
        y[n] = -part * (m->y[q] - m->y[p]);
        x[0] -= x[n];
        y[0] -= y[n];
    }
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
            if (face[i] >= 0 && face[j] >= 0)
                add(e, face[i], face[j], (x[i] * x[j] + y[i] * y[j]) / f->area[t]);
}

// Triangles by site: start [n_site + 1], list [3 n_tri].
static flx_status find_fans(flx_ctx *ctx, const flx_mesh *m, int32_t **start, int32_t **list)
{
    *start = FLX_NEW_ARRAY(ctx, int32_t, m->n_site + 2);
    *list = FLX_NEW_ARRAY(ctx, int32_t, 3 * (size_t)m->n_tri);
    if (!*start || !*list)
        return FLX_ERR_MEMORY;
    int32_t *at = *start + 1; // one place ahead while the lists grow
    for (int32_t k = 0; k < 3 * m->n_tri; k++)
        at[m->tri[k] + 1]++;
    for (int32_t i = 0; i < m->n_site; i++)
        at[i + 1] += at[i];
    for (int32_t k = 0; k < 3 * m->n_tri; k++)
        (*list)[at[m->tri[k]]++] = k / 3;
    return FLX_OK;
}

static flx_status add_all(entries *e, const tdgl_sheet *sheet, double shift)
{
    const double small = 1e-3; // of the shift: for what all else leaves undetermined
    const tdgl_faces *f = sheet->faces;
    const flx_mesh *m = f->mesh;
    int32_t *start, *list;
    flx_status status = find_fans(e->ctx, m, &start, &list);
    for (int32_t t = 0; status == FLX_OK && t < m->n_tri; t++)
        add_triangle(e, f, sheet->share, t);
    for (int32_t t = 0; status == FLX_OK && t < f->n_face; t++)
        add(e, t, t, (t < m->n_tri ? small : 1) * shift * f->area[t]);
    for (int32_t i = 0; status == FLX_OK && i < m->n_site; i++) {
        double all = 0;
        for (int32_t k = start[i]; k < start[i + 1]; k++)
            all += f->area[list[k]];
        for (int32_t k = start[i]; k < start[i + 1]; k++)
            for (int32_t l = start[i]; l < start[i + 1]; l++)
                add(e, list[k], list[l], shift / 3 * f->area[list[k]] * f->area[list[l]] / all);
    }
    flx_free(start);
    flx_free(list);
    return status == FLX_OK ? e->status : status;
}

flx_status flx_static_sheet_factor(flx_ctx *ctx, const tdgl_sheet *sheet, double shift,
                                   flx_spd **out)
{
    int32_t n = sheet->faces->n_face, *row = NULL, *col = NULL, at = 0;
    double *val = NULL;
    entries e = {.ctx = ctx};
    flx_status status = add_all(&e, sheet, shift);
    *out = NULL;
    if (status == FLX_OK) {
        qsort(e.list, (size_t)e.n, sizeof *e.list, by_place);
        row = FLX_NEW_ARRAY(ctx, int32_t, n + 1);
        col = FLX_NEW_ARRAY(ctx, int32_t, e.n);
        val = FLX_NEW_ARRAY(ctx, double, e.n);
        status = row && col && val ? FLX_OK : FLX_ERR_MEMORY;
    }
    for (int64_t k = 0; status == FLX_OK && k < e.n; k++) {
        const entry *one = &e.list[k];
        if (k == 0 || one->row != one[-1].row || one->col != one[-1].col) {
            col[at++] = one->col;
            row[one->row + 1] = at;
        }
        val[at - 1] += one->value;
    }
    flx_csr matrix = {.n = n, .row = row, .col = col, .val = val};
    if (status == FLX_OK)
        status = flx_spd_create(ctx, "cholmod", &matrix, sheet->pool, out);
    flx_free(e.list);
    flx_free(row);
    flx_free(col);
    flx_free(val);
    return status;
}
