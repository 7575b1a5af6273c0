// tdgl/faces.c -- faces of a mesh, what is on both sides of each edge, and the matrix C w^-1 C^T.
//
// On well-shaped meshes a face has as many neighbours as sides; a hole has one for each edge of its
// rim. Where four sites lie on a circle the dual face between them has no length, w = 0: the floor
// stands in for it. It is an added normal conductance of a millionth of that of a square, and
// changes no stationary state.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tdgl/faces.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double floor_of_w = 1e-6;

// Area inside loop l.
static double loop_area(const flx_mesh *m, const flx_mesh_loop *l)
{
    double sum = 0;
    for (int32_t k = 0; k < l->n; k++) {
        int32_t i = m->loop_site[l->start + k], j = m->loop_site[l->start + (k + 1) % l->n];
        sum += 0.5 * (m->x[i] * m->y[j] - m->x[j] * m->y[i]);
    }
    return sum;
}

static bool inside(const flx_mesh *m, const flx_mesh_loop *l, double x, double y)
{
    bool in = false;
    for (int32_t k = 0; k < l->n; k++) {
        int32_t i = m->loop_site[l->start + k], j = m->loop_site[l->start + (k + 1) % l->n];
        if ((m->y[i] > y) != (m->y[j] > y) &&
            x < m->x[i] + (y - m->y[i]) / (m->y[j] - m->y[i]) * (m->x[j] - m->x[i]))
            in = !in;
    }
    return in;
}

// Face beyond an outer loop: the smallest hole round it, -1 if there is none.
static int32_t around(const flx_mesh *m, const flx_mesh_loop *outer)
{
    int32_t face = -1, n_hole = 0, at = m->loop_site[outer->start];
    double smallest = INFINITY;
    for (int32_t l = 0; l < m->n_loop; l++) {
        if (m->loop[l].outer)
            continue;
        int32_t hole = m->n_tri + n_hole++;
        double area = loop_area(m, &m->loop[l]);
        if (area < smallest && inside(m, &m->loop[l], m->x[at], m->y[at])) {
            smallest = area;
            face = hole;
        }
    }
    return face;
}

static void set_sides(const flx_mesh *m, bool nested, tdgl_faces *f)
{
    for (int32_t e = 0; e < m->n_edge; e++) {
        f->side[2 * e] = m->edge_tri[2 * e];
        f->side[2 * e + 1] = m->edge_tri[2 * e + 1];
    }
    for (int32_t t = 0; t < m->n_tri; t++) {
        const int32_t *c = m->tri + 3 * (ptrdiff_t)t;
        f->area[t] = 0.5 * ((m->x[c[1]] - m->x[c[0]]) * (m->y[c[2]] - m->y[c[0]]) -
                            (m->x[c[2]] - m->x[c[0]]) * (m->y[c[1]] - m->y[c[0]]));
    }
    int32_t n_hole = 0;
    for (int32_t l = 0; l < m->n_loop; l++) {
        const flx_mesh_loop *loop = &m->loop[l];
        int32_t beyond = !loop->outer ? m->n_tri + n_hole++ : nested ? around(m, loop) : -1;
        if (beyond >= 0)
            f->area[beyond] += loop->outer ? -loop_area(m, loop) : loop_area(m, loop);
        // Loops run counter-clockwise: a hole is on their left, what is beyond a rim on their
        // right.
        for (int32_t k = 0; k < loop->n; k++) {
            int32_t i = m->loop_site[loop->start + k];
            int32_t e = flx_mesh_edge(m, i, m->loop_site[loop->start + (k + 1) % loop->n]);
            bool left = (m->tail[e] == i) == !loop->outer;
            f->side[2 * e + (left ? 0 : 1)] = beyond;
        }
    }
}

typedef struct entry {
    int32_t row, col;
    double value;
} entry;

static int by_place(const void *pa, const void *pb)
{
    const entry *a = pa, *b = pb;
    return a->row != b->row ? (a->row > b->row) - (a->row < b->row)
                            : (a->col > b->col) - (a->col < b->col);
}

// Sorts entries and adds those at the same place.
static void set_matrix(tdgl_faces *f, entry *list, int32_t n)
{
    qsort(list, (size_t)n, sizeof *list, by_place);
    int32_t count = 0;
    for (int32_t k = 0; k < n; k++) {
        if (k > 0 && list[k].row == list[k - 1].row && list[k].col == list[k - 1].col) {
            f->value[count - 1] += list[k].value;
            continue;
        }
        if (list[k].row == list[k].col)
            f->diagonal[list[k].row] = count;
        f->col[count] = list[k].col;
        f->value[count++] = list[k].value;
        f->row[list[k].row + 1] = count;
    }
}

static flx_status create_rings(flx_ctx *ctx, tdgl_faces *f)
{
    int32_t n_edge = f->mesh->n_edge;
    f->ring_start = FLX_NEW_ARRAY(ctx, int32_t, f->n_face + 1);
    f->ring = FLX_NEW_ARRAY(ctx, int32_t, 2 * (size_t)n_edge);
    if (!f->ring_start || !f->ring)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < 2 * n_edge; k++)
        if (f->side[k] >= 0)
            f->ring_start[f->side[k] + 1]++;
    for (int32_t k = 0; k < f->n_face; k++)
        f->ring_start[k + 1] += f->ring_start[k];
    // ring_start[k] runs to the end of its ring while it is filled, and is put back.
    for (int32_t k = 0; k < 2 * n_edge; k++)
        if (f->side[k] >= 0)
            f->ring[f->ring_start[f->side[k]]++] = k % 2 ? ~(k / 2) : k / 2;
    for (int32_t k = f->n_face; k > 0; k--)
        f->ring_start[k] = f->ring_start[k - 1];
    f->ring_start[0] = 0;
    return FLX_OK;
}

flx_status flx_faces_init(flx_ctx *ctx, const flx_mesh *m, bool nested, tdgl_faces *f)
{
    *f = (tdgl_faces){.mesh = m, .n_face = m->n_tri};
    for (int32_t l = 0; l < m->n_loop; l++)
        f->n_face += !m->loop[l].outer;
    size_t most = 4 * (size_t)m->n_edge;
    entry *list = FLX_NEW_ARRAY(ctx, entry, most);
    f->side = FLX_NEW_ARRAY(ctx, int32_t, 2 * (size_t)m->n_edge);
    f->area = FLX_NEW_ARRAY(ctx, double, f->n_face);
    f->conductance = FLX_NEW_ARRAY(ctx, double, m->n_edge);
    f->row = FLX_NEW_ARRAY(ctx, int32_t, f->n_face + 1);
    f->col = FLX_NEW_ARRAY(ctx, int32_t, most);
    f->diagonal = FLX_NEW_ARRAY(ctx, int32_t, f->n_face);
    f->value = FLX_NEW_ARRAY(ctx, double, most);
    if (!list || !f->side || !f->area || !f->conductance || !f->row || !f->col || !f->diagonal ||
        !f->value) {
        flx_free(list);
        return FLX_ERR_MEMORY;
    }
    set_sides(m, nested, f);
    int32_t n = 0;
    for (int32_t e = 0; e < m->n_edge; e++) {
        f->conductance[e] = fmax(m->dual[e] / m->length[e], floor_of_w);
        double r = 1 / f->conductance[e];
        int32_t left = f->side[2 * e], right = f->side[2 * e + 1];
        if (left >= 0)
            list[n++] = (entry){left, left, r};
        if (right >= 0)
            list[n++] = (entry){right, right, r};
        if (left >= 0 && right >= 0) {
            list[n++] = (entry){left, right, -r};
            list[n++] = (entry){right, left, -r};
        }
    }
    set_matrix(f, list, n);
    flx_free(list);
    return create_rings(ctx, f);
}

void flx_faces_clear(tdgl_faces *f)
{
    flx_free(f->side);
    flx_free(f->area);
    flx_free(f->conductance);
    flx_free(f->ring_start);
    flx_free(f->ring);
    flx_free(f->row);
    flx_free(f->col);
    flx_free(f->diagonal);
    flx_free(f->value);
    *f = (tdgl_faces){0};
}

// values of K + shift D
static double *shifted(flx_ctx *ctx, const tdgl_faces *f, double shift)
{
    int32_t n = f->row[f->n_face];
    double *value = FLX_NEW_ARRAY(ctx, double, n);
    if (!value)
        return NULL;
    memcpy(value, f->value, (size_t)n * sizeof *value);
    for (int32_t i = 0; i < f->n_face; i++)
        value[f->diagonal[i]] += shift * f->area[i];
    return value;
}

flx_status flx_faces_factor(flx_ctx *ctx, flx_pool *pool, const tdgl_faces *f, double shift,
                            flx_spd **out)
{
    double *value = shifted(ctx, f, shift);
    *out = NULL;
    if (!value)
        return FLX_ERR_MEMORY;
    flx_csr matrix = {.n = f->n_face, .row = f->row, .col = f->col, .val = value};
    flx_status status = flx_spd_create(ctx, "cholmod", &matrix, pool, out);
    flx_free(value);
    return status;
}

flx_status flx_faces_factor_half(flx_ctx *ctx, flx_pool *pool, const tdgl_faces *f, double shift,
                                 flx_spd **out)
{
    double *value = shifted(ctx, f, shift);
    *out = NULL;
    if (!value)
        return FLX_ERR_MEMORY;
    flx_csr matrix = {.n = f->n_face, .row = f->row, .col = f->col, .val = value};
    flx_status status = flx_spd_create(ctx, "cholmod-half", &matrix, pool, out);
    flx_free(value);
    return status;
}
