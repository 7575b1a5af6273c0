// case/after_london.c -- measures a file of the engine london: its currents are known, so that only
// fields of them need to be summed.
//
// The current across a path, from its left to its right, is the sum over the triangles it goes
// through of K.n times its length there; K = curl(g z) makes it g(end) - g(start) within one film.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/after.h"
#include "case/drive.h"
#include "case/london.h"

#include <math.h>
#include <string.h>

// -- the run as it was ----------------------------------------------------------------------------

// An array of the file in other units.
static flx_status read_scaled(flx_after *a, const char *name, int64_t n_row, double unit,
                              double **out)
{
    flx_array array;
    FLX_TRY(flx_file_read_array(a->file, name, &array));
    if (array.n_row != n_row) {
        int64_t found = array.n_row;
        flx_array_clear(&array);
        return flx_fail(a->ctx, FLX_ERR_FILE, "%s: %s has %lld rows, its mesh wants %lld", a->path,
                        name, (long long)found, (long long)n_row);
    }
    for (int64_t k = 0; k < array.n_row * array.n_column; k++)
        array.value[k] /= unit;
    *out = array.value;
    return FLX_OK;
}

flx_status flx_after_london_open(flx_after *a)
{
    FLX_TRY(flx_case_inputs_check(a->ctx, a->c, a->file, true));
    flx_london_run_state *r = FLX_NEW(a->ctx, flx_london_run_state);
    const flx_mesh *m = a->device->mesh;
    if (!r)
        return FLX_ERR_MEMORY;
    a->london = r;
    *r = (flx_london_run_state){.ctx = a->ctx, .c = a->c, .device = a->device, .fields_only = true};
    FLX_TRY(flx_london_begin(r));
    double sheet = r->unit / a->c->scales.xi;
    FLX_TRY(read_scaled(a, "stream", m->n_site, r->unit, &r->s.g));
    FLX_TRY(read_scaled(a, "sheet_current", m->n_tri, sheet, &r->k));
    return read_scaled(a, "site_current", m->n_site, sheet, &r->site);
}

void flx_after_london_clear(flx_after *a)
{
    if (a->london)
        flx_london_clear(a->london);
    flx_free(a->london);
    a->london = NULL;
}

flx_status flx_after_london(flx_after *a, json_t **root)
{
    FLX_TRY(flx_after_london_open(a));
    FLX_TRY(flx_after_said(a, root));
    if (!*root)
        return flx_fail(a->ctx, FLX_ERR_FILE, "%s holds no summary", a->path);
    return flx_london_put_loops(a->london, *root);
}

// -- places ---------------------------------------------------------------------------------------

flx_status flx_after_london_field(flx_after *a, const double *r, int32_t n, double *b, double *pot)
{
    double *plane = FLX_NEW_ARRAY(a->ctx, double, 2 * (size_t)n);
    if (!plane)
        return FLX_ERR_MEMORY;
    flx_status status =
        flx_london_smooth_field(a->ctx, a->london->l, a->london->k,
                                &(flx_selffield_points){.n = n, .xyz = r, .a = plane, .b = b});
    for (int32_t k = 0; k < n; k++) {
        pot[3 * (size_t)k] = plane[2 * (size_t)k];
        pot[3 * (size_t)k + 1] = plane[2 * (size_t)k + 1];
        pot[3 * (size_t)k + 2] = 0;
    }
    flx_free(plane);
    return status;
}

flx_status flx_after_london_place(flx_after *a, const double r[3], int32_t tri,
                                  const double weight[3], json_t *item)
{
    flx_london_run_state *l = a->london;
    const flx_scales *s = &a->c->scales;
    const flx_mesh *m = a->device->mesh;
    const int32_t *site = &m->tri[3 * (size_t)tri];
    double at[3] = {r[0], r[1], a->device->z[m->film[site[0]]]}, k[2] = {0, 0}, g = 0, b[3], pot[3];
    for (int c = 0; c < 3; c++) {
        g += weight[c] * l->s.g[site[c]];
        k[0] += weight[c] * l->site[2 * (size_t)site[c]];
        k[1] += weight[c] * l->site[2 * (size_t)site[c] + 1];
    }
    FLX_TRY(flx_after_london_field(a, at, 1, b, pot));
    double applied = flx_source_field(l->drive.source, at, 0);
    FLX_TRY(flx_json_put(a->ctx, item, "x", flx_json_scaled(r[0], s->xi)));
    FLX_TRY(flx_json_put(a->ctx, item, "y", flx_json_scaled(r[1], s->xi)));
    FLX_TRY(flx_json_put(a->ctx, item, "film", json_string(a->c->films[m->film[site[0]]].name)));
    FLX_TRY(flx_json_put_list(a->ctx, item, "sheet_current", k, 2, l->unit / s->xi));
    FLX_TRY(flx_json_put(a->ctx, item, "stream", flx_json_real(g * l->unit)));
    return flx_json_put(a->ctx, item, "Bz", flx_json_scaled(applied + b[2], s->Bc2));
}

// -- cuts -----------------------------------------------------------------------------------------

// Length of the piece p -> q within a triangle, as a share of it.
static double share_inside(const flx_mesh *m, int32_t t, const double p[2], const double q[2])
{
    const int32_t *v = &m->tri[3 * (size_t)t];
    double from = 0, to = 1, weight = 1;
    for (int c = 0; c < 3; c++) {
        int32_t i = v[c], j = v[(c + 1) % 3];
        double ex = m->x[j] - m->x[i], ey = m->y[j] - m->y[i];
        double at_p = ex * (p[1] - m->y[i]) - ey * (p[0] - m->x[i]);
        double at_q = ex * (q[1] - m->y[i]) - ey * (q[0] - m->x[i]);
        if (at_p < 0 && at_q < 0)
            return 0;
        // A piece along a side belongs to both of its triangles, by halves.
        if (at_p == at_q) {
            weight = at_p == 0 ? 0.5 : weight;
            continue;
        }
        double cross = at_p / (at_p - at_q);
        if (at_p < 0)
            from = fmax(from, cross);
        else if (at_q < 0)
            to = fmin(to, cross);
    }
    return weight * fmax(0, to - from);
}

flx_status flx_after_london_cut(flx_after *a, const double *xy, int32_t n, json_t *item)
{
    const flx_mesh *m = a->device->mesh;
    const flx_london_run_state *l = a->london;
    double *film = FLX_NEW_ARRAY(a->ctx, double, m->n_film), sum = 0;
    json_t *each;
    if (!film)
        return FLX_ERR_MEMORY;
    for (int32_t t = 0; t < m->n_tri; t++)
        for (int32_t p = 0; p + 1 < n; p++) {
            const double *from = &xy[2 * (size_t)p], *to = from + 2;
            const double *k = &l->k[2 * (size_t)t];
            film[m->film[m->tri[3 * (size_t)t]]] +=
                share_inside(m, t, from, to) *
                (k[0] * (to[1] - from[1]) - k[1] * (to[0] - from[0]));
        }
    bool all = m->n_film > 1 && a->film < 0;
    for (int32_t f = 0; f < m->n_film; f++)
        sum += all || m->n_film == 1 || f == a->film ? film[f] : 0;
    flx_status status = flx_json_put(a->ctx, item, "current", flx_json_real(sum * l->unit));
    if (status == FLX_OK && all)
        status = flx_json_put_object(a->ctx, item, "films", &each);
    for (int32_t f = 0; status == FLX_OK && all && f < m->n_film; f++)
        status = flx_json_put(a->ctx, each, a->c->films[f].name, flx_json_real(film[f] * l->unit));
    flx_free(film);
    return status;
}
