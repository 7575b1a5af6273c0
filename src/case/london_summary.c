// case/london_summary.c -- what a run of the engine london found, as JSON and as arrays.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/london.h"

#include <math.h>
#include <string.h>

static const double PICO = 1e12;

// -- lists ----------------------------------------------------------------------------------------

static flx_status put_numbers(flx_london_run_state *r, json_t *root, const char *key,
                              const double *value, int32_t n, double unit)
{
    json_t *list = json_array();
    FLX_TRY(flx_json_put(r->ctx, root, key, list));
    for (int32_t k = 0; k < n; k++)
        if (json_array_append_new(list, flx_json_real(value[k] * unit)) != 0)
            return flx_fail(r->ctx, FLX_ERR_MEMORY, "no memory for the summary");
    return FLX_OK;
}

static flx_status put_names(flx_london_run_state *r, json_t *root, const char *key, int32_t first,
                            int32_t n)
{
    json_t *list = json_array();
    FLX_TRY(flx_json_put(r->ctx, root, key, list));
    for (int32_t k = first; k < first + n; k++)
        if (json_array_append_new(list, json_string(r->name[k])) != 0)
            return flx_fail(r->ctx, FLX_ERR_MEMORY, "no memory for the summary");
    return FLX_OK;
}

static flx_status put_matrix(flx_london_run_state *r, json_t *root, const char *key,
                             const double *value)
{
    int32_t n = r->n_current;
    json_t *list = json_array();
    FLX_TRY(flx_json_put(r->ctx, root, key, list));
    for (int32_t i = 0; i < n; i++) {
        json_t *row = json_array();
        if (!row || json_array_append_new(list, row) != 0)
            return flx_fail(r->ctx, FLX_ERR_MEMORY, "no memory for the summary");
        for (int32_t j = 0; j < n; j++)
            if (json_array_append_new(row, flx_json_real(value[i * n + j])) != 0)
                return flx_fail(r->ctx, FLX_ERR_MEMORY, "no memory for the summary");
    }
    return FLX_OK;
}

// -- inductances ----------------------------------------------------------------------------------

// What the finer mesh says of L: a bound of its error, and its limit to a third of their difference.
static flx_status put_study(flx_london_run_state *r, json_t *root, const double *own, double unit)
{
    size_t n = (size_t)r->n_current * (size_t)r->n_current;
    double *bound = FLX_NEW_ARRAY(r->ctx, double, 2 * n), *limit = bound ? bound + n : NULL;
    if (!bound)
        return FLX_ERR_MEMORY;
    for (size_t k = 0; k < n; k++) {
        double step = own[k] - r->finer[k];
        bound[k] = 2.5 * fabs(step) * unit;
        limit[k] = (own[k] - step * 5 / 3) * unit;
    }
    flx_status status = put_matrix(r, root, "inductance_error_pH", bound);
    if (status == FLX_OK)
        status = put_matrix(r, root, "inductance_limit_pH", limit);
    flx_free(bound);
    return status;
}

static flx_status put_inductance(flx_london_run_state *r, json_t *root)
{
    size_t n = (size_t)r->n_current * (size_t)r->n_current;
    double unit = FLX_SI_MU0 * r->c->scales.xi * PICO;
    const double *l = flx_london_inductance(r->l);
    double *scaled = FLX_NEW_ARRAY(r->ctx, double, n);
    if (!scaled)
        return FLX_ERR_MEMORY;
    for (size_t k = 0; k < n; k++)
        scaled[k] = l[k] * unit;
    flx_status status = put_matrix(r, root, "inductance_pH", scaled);
    flx_free(scaled);
    if (status == FLX_OK && r->finer)
        status = put_study(r, root, l, unit);
    return status;
}

// Fluxoid per field at which no current flows round a hole: W . moment of a uniform field.
static flx_status put_areas(flx_london_run_state *r, json_t *root)
{
    const flx_mesh *m = r->device->mesh;
    double *area = FLX_NEW_ARRAY(r->ctx, double, r->n_hole);
    if (!area)
        return FLX_ERR_MEMORY;
    for (int32_t h = 0; h < r->n_hole; h++) {
        const double *g = flx_london_mode(r->l, h);
        for (int32_t t = 0; t < m->n_tri; t++) {
            const int32_t *v = &m->tri[3 * (size_t)t];
            double twice = (m->x[v[1]] - m->x[v[0]]) * (m->y[v[2]] - m->y[v[0]]) -
                           (m->x[v[2]] - m->x[v[0]]) * (m->y[v[1]] - m->y[v[0]]);
            area[h] += twice / 6 * (g[v[0]] + g[v[1]] + g[v[2]]);
        }
        // every hole that the mode fills with current counts
        for (int32_t o = 0; o < r->n_hole; o++) {
            const flx_mesh_loop *other = &m->loop[flx_london_hole_loop(r->l, o)];
            const int32_t *site = &m->loop_site[other->start];
            double inner = 0;
            for (int32_t s = 0; s < other->n; s++) {
                int32_t i = site[s], j = site[s + 1 < other->n ? s + 1 : 0];
                inner += 0.5 * (m->x[i] * m->y[j] - m->x[j] * m->y[i]);
            }
            area[h] += g[site[0]] * inner;
        }
    }
    flx_status status =
        put_numbers(r, root, "effective_area", area, r->n_hole, r->c->scales.xi * r->c->scales.xi);
    flx_free(area);
    return status;
}

// -- the state ------------------------------------------------------------------------------------

static flx_status put_loop(flx_london_run_state *r, json_t *all, const char *name,
                           const flx_london_parts *part)
{
    json_t *item = json_object();
    double unit = 1 / FLX_LONDON_PHI0;
    FLX_TRY(flx_json_put(r->ctx, all, name, item));
    FLX_TRY(flx_json_put(r->ctx, item, "fluxoid_Phi0", flx_json_real(part->fluxoid * unit)));
    FLX_TRY(flx_json_put(r->ctx, item, "flux_Phi0", flx_json_real(part->flux * unit)));
    return flx_json_put(r->ctx, item, "supercurrent_Phi0",
                        flx_json_real((part->fluxoid - part->flux) * unit));
}

// Loops of the case, then the rims of holes, which are borrowed.
static void list_loops(const flx_london_run_state *r, flx_chain *loop)
{
    const flx_mesh *m = r->device->mesh;
    for (int32_t k = 0; k < r->c->n_loop; k++)
        *loop++ = r->device->loop[k];
    for (int32_t h = 0; h < r->n_hole; h++) {
        const flx_mesh_loop *rim = &m->loop[flx_london_hole_loop(r->l, h)];
        *loop++ = (flx_chain){&m->loop_site[rim->start], rim->n};
    }
}

flx_status flx_london_put_loops(flx_london_run_state *r, json_t *root)
{
    int32_t n_loop = r->c->n_loop, n = n_loop + r->n_hole;
    flx_chain *loop = FLX_NEW_ARRAY(r->ctx, flx_chain, n);
    flx_london_parts *part = FLX_NEW_ARRAY(r->ctx, flx_london_parts, n);
    json_t *all = json_object();
    flx_status status = flx_json_put(r->ctx, root, "loops", all);
    if (status == FLX_OK && !(loop && part))
        status = FLX_ERR_MEMORY;
    if (status == FLX_OK) {
        list_loops(r, loop);
        status = flx_london_loops(r, loop, n, part);
    }
    for (int32_t k = 0; status == FLX_OK && k < n; k++)
        status = put_loop(r, all, k < n_loop ? r->c->loops[k].name : r->name[k - n_loop], &part[k]);
    flx_free(loop);
    flx_free(part);
    return status;
}

static flx_status put_currents(flx_london_run_state *r, json_t *root)
{
    json_t *all = json_object();
    FLX_TRY(flx_json_put(r->ctx, root, "current", all));
    for (int32_t k = 0; k < r->c->n_terminal; k++)
        FLX_TRY(flx_json_put(r->ctx, all, r->c->terminals[k].name,
                             flx_json_real(r->terminal[k] * r->unit)));
    return FLX_OK;
}

static flx_status put_vortices(flx_london_run_state *r, json_t *root)
{
    json_t *list = json_array();
    FLX_TRY(flx_json_put(r->ctx, root, "vortices", list));
    for (int32_t v = 0; v < r->c->london.n_vortex; v++) {
        const flx_london_vortex *vortex = &r->vortices[v];
        json_t *item = json_object();
        if (!item || json_array_append_new(list, item) != 0)
            return flx_fail(r->ctx, FLX_ERR_MEMORY, "no memory for the summary");
        FLX_TRY(flx_json_put(r->ctx, item, "x", flx_json_scaled(vortex->x, r->c->scales.xi)));
        FLX_TRY(flx_json_put(r->ctx, item, "y", flx_json_scaled(vortex->y, r->c->scales.xi)));
        FLX_TRY(flx_json_put(r->ctx, item, "winding",
                             flx_json_real(vortex->fluxoid / FLX_LONDON_PHI0)));
        if (r->c->n_film > 1)
            FLX_TRY(
                flx_json_put(r->ctx, item, "film", json_string(r->c->films[vortex->film].name)));
    }
    return FLX_OK;
}

// The fluxoid states of least energy.
static flx_status put_levels(flx_london_run_state *r, json_t *root, double energy)
{
    enum { LEVELS = 9 };
    flx_london_level level[LEVELS];
    int32_t n = LEVELS;
    const flx_london_drive drive = flx_london_drive_of(r);
    json_t *list = json_array();
    double *fluxoid = FLX_NEW_ARRAY(r->ctx, double, LEVELS *(size_t)r->n_hole);
    flx_status status = flx_json_put(r->ctx, root, "energies", list);
    if (status == FLX_OK && !fluxoid)
        status = FLX_ERR_MEMORY;
    for (int32_t k = 0; k < LEVELS && fluxoid; k++)
        level[k].fluxoid = &fluxoid[k * r->n_hole];
    if (status == FLX_OK)
        status = flx_london_levels(r->ctx, r->l, &drive, &r->s, &n, level);
    for (int32_t k = 0; status == FLX_OK && k < n; k++) {
        json_t *item = json_object();
        if (!item || json_array_append_new(list, item) != 0)
            status = flx_fail(r->ctx, FLX_ERR_MEMORY, "no memory for the summary");
        if (status == FLX_OK)
            status = put_numbers(r, item, "fluxoid_Phi0", level[k].fluxoid, r->n_hole,
                                 1 / FLX_LONDON_PHI0);
        if (status == FLX_OK)
            status =
                flx_json_put(r->ctx, item, "gibbs_energy", flx_json_real(level[k].gibbs * energy));
    }
    flx_free(fluxoid);
    return status;
}

// Where the sheet current is largest.
static flx_status put_crowding(flx_london_run_state *r, json_t *root)
{
    const flx_mesh *m = r->device->mesh;
    json_t *item = json_object();
    int32_t at = 0;
    double most = 0;
    for (int32_t t = 0; t < m->n_tri; t++) {
        double k = hypot(r->k[2 * (size_t)t], r->k[2 * (size_t)t + 1]);
        if (k > most) {
            most = k;
            at = m->tri[3 * (size_t)t];
        }
    }
    FLX_TRY(flx_json_put(r->ctx, root, "largest_sheet_current", item));
    FLX_TRY(flx_json_put(r->ctx, item, "K", flx_json_real(most * r->unit / r->c->scales.xi)));
    FLX_TRY(flx_json_put(r->ctx, item, "x", flx_json_scaled(m->x[at], r->c->scales.xi)));
    return flx_json_put(r->ctx, item, "y", flx_json_scaled(m->y[at], r->c->scales.xi));
}

static flx_status put_state(flx_london_run_state *r, json_t *root)
{
    const flx_scales *s = &r->c->scales;
    double energy = s->A0 * s->A0 * s->xi / FLX_SI_MU0;
    FLX_TRY(put_numbers(r, root, "circulating_current", r->s.current, r->n_hole, r->unit));
    FLX_TRY(put_numbers(r, root, "fluxoid_Phi0", r->s.fluxoid, r->n_hole, 1 / FLX_LONDON_PHI0));
    FLX_TRY(put_numbers(r, root, "fluxoid_without_current_Phi0", r->s.effective, r->n_hole,
                        1 / FLX_LONDON_PHI0));
    FLX_TRY(put_areas(r, root));
    FLX_TRY(put_currents(r, root));
    FLX_TRY(flx_json_put(r->ctx, root, "energy", flx_json_real(r->s.energy * energy)));
    FLX_TRY(flx_json_put(r->ctx, root, "kinetic_energy", flx_json_real(r->s.kinetic * energy)));
    FLX_TRY(flx_json_put(r->ctx, root, "gibbs_energy", flx_json_real(r->s.gibbs * energy)));
    FLX_TRY(flx_json_put(r->ctx, root, "moment",
                         flx_json_real(flx_london_moment(r->l, r->k) * r->unit * s->xi * s->xi)));
    FLX_TRY(put_levels(r, root, energy));
    FLX_TRY(put_crowding(r, root));
    FLX_TRY(put_vortices(r, root));
    return flx_london_put_loops(r, root);
}

static flx_status put_image(flx_london_run_state *r, json_t *root, const char *key,
                            const double *image)
{
    if (!image)
        return FLX_OK;
    json_t *item = json_object();
    double low = INFINITY, high = -INFINITY;
    for (int32_t k = 0; k < r->c->london.scan.n[0] * r->c->london.scan.n[1]; k++) {
        low = fmin(low, image[k]);
        high = fmax(high, image[k]);
    }
    FLX_TRY(flx_json_put(r->ctx, root, key, item));
    FLX_TRY(flx_json_put(r->ctx, item, "min", flx_json_real(low)));
    return flx_json_put(r->ctx, item, "max", flx_json_real(high));
}

flx_status flx_london_summary(flx_london_run_state *r, json_t *root)
{
    FLX_TRY(flx_summary_head(r->ctx, r->c, root));
    FLX_TRY(flx_json_put(r->ctx, root, "sites", json_integer(r->device->mesh->n_site)));
    FLX_TRY(flx_json_put(r->ctx, root, "unknowns", json_integer(r->report.n_free + r->n_current)));
    FLX_TRY(
        flx_json_put(r->ctx, root, "method",
                     json_string(r->report.method == FLX_LONDON_DENSE ? "dense" : "iterative")));
    FLX_TRY(flx_json_put(r->ctx, root, "wall_s", flx_json_real(r->wall)));
    FLX_TRY(put_names(r, root, "holes", 0, r->n_hole));
    FLX_TRY(put_names(r, root, "ports", r->n_hole, r->n_current - r->n_hole));
    FLX_TRY(put_inductance(r, root));
    FLX_TRY(put_state(r, root));
    FLX_TRY(put_image(r, root, "scan_flux_Phi0", r->image[0]));
    return put_image(r, root, "scan_response_Phi0_per_A", r->image[1]);
}

// -- the file -------------------------------------------------------------------------------------

static flx_status write(flx_file *file, const char *name, double *value, int64_t n_row,
                        int64_t n_column)
{
    return flx_file_write_array(file, name, &(flx_array){n_row, n_column, value});
}

// A copy in a unit.
static flx_status write_scaled(flx_london_run_state *r, flx_file *file, const char *name,
                               const flx_array *array, double unit)
{
    int64_t n = array->n_row * array->n_column;
    double *copy = FLX_NEW_ARRAY(r->ctx, double, n);
    if (!copy)
        return FLX_ERR_MEMORY;
    for (int64_t k = 0; k < n; k++)
        copy[k] = array->value[k] * unit;
    flx_status status = write(file, name, copy, array->n_row, array->n_column);
    flx_free(copy);
    return status;
}

// B_z at sites [T]: of the currents by the triangles round each, and applied.
static flx_status write_field(flx_london_run_state *r, flx_file *file)
{
    const flx_mesh *m = r->device->mesh;
    double *tri = FLX_NEW_ARRAY(r->ctx, double, m->n_tri);
    double *site = FLX_NEW_ARRAY(r->ctx, double, 2 * (size_t)m->n_site);
    flx_status status = tri && site ? flx_london_triangle_field(r, tri) : FLX_ERR_MEMORY;
    for (int32_t t = 0; status == FLX_OK && t < m->n_tri; t++) {
        const int32_t *v = &m->tri[3 * (size_t)t];
        double area = (m->x[v[1]] - m->x[v[0]]) * (m->y[v[2]] - m->y[v[0]]) -
                      (m->x[v[2]] - m->x[v[0]]) * (m->y[v[1]] - m->y[v[0]]);
        for (int c = 0; c < 3; c++) {
            site[v[c]] += area * tri[t];
            site[m->n_site + v[c]] += area;
        }
    }
    for (int32_t i = 0; status == FLX_OK && i < m->n_site; i++) {
        double at[3] = {m->x[i], m->y[i], r->device->z[m->film[i]]};
        site[i] = site[i] / site[m->n_site + i] + flx_source_field(r->drive.source, at, 0);
        site[i] *= r->c->scales.Bc2;
    }
    if (status == FLX_OK)
        status = write(file, "field", site, m->n_site, 1);
    flx_free(tri);
    flx_free(site);
    return status;
}

// Places of the scan along x or y [m].
static flx_status write_axis(flx_london_run_state *r, flx_file *file, int d)
{
    const flx_case_scan *scan = &r->c->london.scan;
    double *at = FLX_NEW_ARRAY(r->ctx, double, scan->n[d]);
    if (!at)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < scan->n[d]; k++)
        at[k] = r->c->scales.xi * (scan->at[d] + scan->size[d] * (k / (scan->n[d] - 1.0) - 0.5));
    flx_status status = write(file, d ? "scan_y" : "scan_x", at, scan->n[d], 1);
    flx_free(at);
    return status;
}

flx_status flx_london_write(flx_london_run_state *r, flx_file *file)
{
    const flx_mesh *m = r->device->mesh;
    const flx_case_scan *scan = &r->c->london.scan;
    int64_t n = r->n_current;
    double sheet = r->unit / r->c->scales.xi;
    FLX_TRY(flx_file_write_options(file, &flx_london_option_table, &r->c->london.opts));
    FLX_TRY(write_scaled(r, file, "stream", &(flx_array){m->n_site, 1, r->s.g}, r->unit));
    FLX_TRY(write_scaled(r, file, "sheet_current", &(flx_array){m->n_tri, 2, r->k}, sheet));
    FLX_TRY(write_scaled(r, file, "site_current", &(flx_array){m->n_site, 2, r->site}, sheet));
    FLX_TRY(write_field(r, file));
    if (n > 0) {
        flx_array l = {n, n, (double *)(uintptr_t)flx_london_inductance(r->l)};
        FLX_TRY(write_scaled(r, file, "inductance", &l, FLX_SI_MU0 * r->c->scales.xi));
    }
    for (int d = 0; d < 2 && r->image[0]; d++)
        FLX_TRY(write_axis(r, file, d));
    for (int k = 0; k < 2; k++)
        if (r->image[k])
            FLX_TRY(write(file, k ? "scan_response" : "scan_flux", r->image[k], scan->n[1],
                          scan->n[0]));
    return FLX_OK;
}
