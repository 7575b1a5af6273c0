// case/summary.c -- the summary of a run: every number measured from the state it ended in.
//
// SI, but where a suffix of the name says otherwise; null where a number is not known, never NaN.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/summary.h"
#include "case/drive.h"
#include "fluxoid/thermal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// -- JSON -----------------------------------------------------------------------------------------

static flx_status no_memory(flx_ctx *ctx)
{
    return flx_fail(ctx, FLX_ERR_MEMORY, "no memory for the summary");
}

flx_status flx_json_put(flx_ctx *ctx, json_t *object, const char *key, json_t *value)
{
    return value && json_object_set_new(object, key, value) == 0 ? FLX_OK : no_memory(ctx);
}

json_t *flx_json_real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *flx_json_scaled(double value, double unit)
{
    return unit > 0 ? flx_json_real(value * unit) : json_null();
}

// A text of the case that may not be UTF-8 becomes "?".
static json_t *json_name(const char *text)
{
    json_t *value = json_string(text);
    return value ? value : json_string("?");
}

flx_status flx_summary_text(flx_ctx *ctx, const json_t *json, char **out)
{
    char *text = json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    *out = text ? flx_strdup(ctx, text) : NULL;
    free(text);
    return *out ? FLX_OK : no_memory(ctx);
}

flx_status flx_summary_head(flx_ctx *ctx, const flx_case *c, json_t *root)
{
    const char *slash = strrchr(c->name, '/');
    FLX_TRY(flx_json_put(ctx, root, "fluxoid", json_string(flx_version())));
    FLX_TRY(flx_json_put(ctx, root, "case", json_name(slash ? slash + 1 : c->name)));
    return flx_json_put(ctx, root, "engine", json_string(c->engine));
}

// -- parts ----------------------------------------------------------------------------------------

static flx_status put_vortices(flx_ctx *ctx, const flx_summary_input *in, json_t *root)
{
    flx_vortices vortices = {0};
    FLX_TRY(flx_measure_vortices(ctx, &in->frame, 0, &vortices));
    double xi = in->c->scales.xi;
    json_t *list = json_array();
    flx_status status = list ? FLX_OK : no_memory(ctx);
    for (int32_t k = 0; k < vortices.n && status == FLX_OK; k++) {
        const flx_vortex *v = &vortices.list[k];
        json_t *item = json_object();
        if (!item || json_array_append_new(list, item) != 0) {
            status = no_memory(ctx);
            break;
        }
        status = flx_json_put(ctx, item, "x", flx_json_scaled(v->x, xi));
        if (status == FLX_OK)
            status = flx_json_put(ctx, item, "y", flx_json_scaled(v->y, xi));
        if (status == FLX_OK)
            status = flx_json_put(ctx, item, "winding", json_integer(v->winding));
        if (status == FLX_OK && in->c->n_film > 1)
            status = flx_json_put(ctx, item, "film", json_string(in->c->films[v->film].name));
    }
    flx_vortices_clear(&vortices);
    if (status < 0) {
        json_decref(list);
        return status;
    }
    return flx_json_put(ctx, root, "vortices", list);
}

// Mean voltage. A state that has become steady has the voltage it ended with; else the mean over
// what comes after average_from.
static flx_status average(flx_ctx *ctx, const flx_summary_input *in, const double *v,
                          flx_average *out)
{
    int64_t n = in->n_row;
    *out = (flx_average){.mean = NAN, .error = NAN};
    if (n < 1 || n > INT32_MAX)
        return FLX_OK;
    double last = in->time[n - 1], from = in->c->run.average_from;
    if (in->steady || n < 3 || !(last > from)) {
        out->mean = v[n - 1];
        out->error = in->steady && n > 1 ? fabs(v[n - 1] - v[n - 2]) : NAN;
        return FLX_OK;
    }
    if (in->thermal) { // steps of one length, and no period
        int64_t first = 0;
        while (first < n - 2 && in->time[first] < from)
            first++;
        flx_thermal mean = flx_thermal_mean(v + first, n - first);
        *out = (flx_average){.mean = mean.mean, .error = mean.resolved ? mean.error : NAN};
        return FLX_OK;
    }
    flx_status status = flx_measure_average(ctx, in->time, v, (int32_t)n, from, out);
    if (status == FLX_ERR_INPUT) { // too few values after average_from
        *out = (flx_average){.mean = v[n - 1], .error = NAN};
        status = FLX_OK;
    }
    return status;
}

static flx_status put_voltages(flx_ctx *ctx, const flx_summary_input *in, json_t *root)
{
    json_t *all = json_object();
    FLX_TRY(flx_json_put(ctx, root, "voltage", all));
    for (int32_t p = 0; p < in->c->n_probe; p++) {
        flx_average a;
        json_t *item = json_object();
        FLX_TRY(flx_json_put(ctx, all, in->c->probes[p].name, item));
        FLX_TRY(average(ctx, in, in->voltage[p], &a));
        FLX_TRY(flx_json_put(ctx, item, "mean_V0", flx_json_real(a.mean)));
        FLX_TRY(flx_json_put(ctx, item, "error_V0", flx_json_real(a.error)));
        FLX_TRY(flx_json_put(ctx, item, "mean", flx_json_scaled(a.mean, in->c->scales.V0)));
        FLX_TRY(flx_json_put(ctx, item, "period_tau0",
                             a.period > 0 ? flx_json_real(a.period) : json_null()));
    }
    return FLX_OK;
}

static flx_status put_loop(flx_ctx *ctx, const flx_summary_input *in, json_t *item,
                           const int32_t *site, int32_t n)
{
    flx_winding w;
    flx_fluxoid f = {.flux_Phi0 = NAN, .supercurrent_Phi0 = NAN, .fluxoid_Phi0 = NAN};
    FLX_TRY(flx_measure_winding(ctx, &in->frame, site, n, &w));
    if (w.defined)
        FLX_TRY(flx_case_fluxoid(ctx, in->c, &in->frame, site, n, &f));
    FLX_TRY(flx_json_put(ctx, item, "winding", w.defined ? json_integer(w.winding) : json_null()));
    FLX_TRY(flx_json_put(ctx, item, "fluxoid_Phi0", flx_json_real(f.fluxoid_Phi0)));
    FLX_TRY(flx_json_put(ctx, item, "flux_Phi0", flx_json_real(f.flux_Phi0)));
    FLX_TRY(flx_json_put(ctx, item, "supercurrent_Phi0", flx_json_real(f.supercurrent_Phi0)));
    double Phi0 = in->c->scales.Phi0;
    FLX_TRY(flx_json_put(ctx, item, "fluxoid", flx_json_scaled(f.fluxoid_Phi0, Phi0)));
    FLX_TRY(flx_json_put(ctx, item, "flux", flx_json_scaled(f.flux_Phi0, Phi0)));
    if (w.defined)
        return FLX_OK;
    return flx_json_put(ctx, item, "reason", json_string("psi is 0 on the path"));
}

// The loops of the case, and the rims of the holes that no loop has the name of.
static flx_status put_loops(flx_ctx *ctx, const flx_summary_input *in, json_t *root)
{
    const flx_device *d = in->device;
    json_t *all = json_object();
    FLX_TRY(flx_json_put(ctx, root, "loops", all));
    for (int32_t k = 0; k < in->c->n_loop; k++) {
        json_t *item = json_object();
        FLX_TRY(flx_json_put(ctx, all, in->c->loops[k].name, item));
        FLX_TRY(put_loop(ctx, in, item, d->loop[k].site, d->loop[k].n));
    }
    for (int32_t h = 0; h < d->n_hole; h++) {
        if (json_object_get(all, d->hole_name[h]))
            continue;
        const flx_mesh_loop *rim = &d->mesh->loop[d->hole_loop[h]];
        json_t *item = json_object();
        FLX_TRY(flx_json_put(ctx, all, d->hole_name[h], item));
        FLX_TRY(put_loop(ctx, in, item, &d->mesh->loop_site[rim->start], rim->n));
    }
    return FLX_OK;
}

// Terminal currents by what their cells take in, and the moment by currents on sites.
static flx_status put_currents(flx_ctx *ctx, const flx_summary_input *in, json_t *root,
                               double *edge, double *scratch)
{
    const flx_mesh *m = in->device->mesh;
    const flx_scales *s = &in->c->scales;
    double *other = edge + m->n_edge;
    flx_measure_edges(&in->frame, edge, other);
    for (int32_t e = 0; e < m->n_edge; e++)
        edge[e] += other[e];
    flx_measure_outflow(m, edge, scratch);
    json_t *currents = json_object();
    FLX_TRY(flx_json_put(ctx, root, "current", currents));
    for (int32_t k = 0; k < in->c->n_terminal; k++) {
        // With noise the frame lacks the random part of the normal current.
        double current =
            in->imposed ? in->imposed[k] : flx_measure_terminal(&in->device->terminals[k], scratch);
        FLX_TRY(flx_json_put(ctx, currents, in->c->terminals[k].name,
                             flx_json_scaled(current, s->K0 * s->xi)));
    }
    if (in->fits)
        flx_site_currents_apply(in->fits, edge, scratch);
    else
        flx_measure_sites(m, edge, scratch);
    double moment = flx_measure_moment(m, scratch);
    return flx_json_put(ctx, root, "moment", flx_json_scaled(moment, s->K0 * pow(s->xi, 3)));
}

// -- the whole ------------------------------------------------------------------------------------

static flx_status fill(flx_ctx *ctx, const flx_summary_input *in, json_t *root)
{
    const flx_mesh *m = in->device->mesh;
    FLX_TRY(flx_summary_head(ctx, in->c, root));
    FLX_TRY(flx_json_put(ctx, root, "sites", json_integer(m->n_site)));
    FLX_TRY(flx_json_put(ctx, root, "steps", json_integer(in->frame.step)));
    FLX_TRY(flx_json_put(ctx, root, "time_tau0", flx_json_real(in->frame.time)));
    FLX_TRY(flx_json_put(ctx, root, "wall_s", flx_json_real(in->wall)));
    FLX_TRY(flx_json_put(ctx, root, "energy_F0",
                         flx_json_real(flx_measure_energy(&in->frame).total_F0)));
    FLX_TRY(flx_json_put(ctx, root, "steady", json_boolean(in->steady)));
    if (in->stopped)
        FLX_TRY(flx_json_put(ctx, root, "stopped", json_string(in->stopped)));
    if (in->error)
        FLX_TRY(flx_json_put(ctx, root, "error", json_name(in->error)));
    FLX_TRY(put_vortices(ctx, in, root));
    FLX_TRY(put_voltages(ctx, in, root));
    if (in->thermal)
        FLX_TRY(flx_summary_noise(ctx, in, root));
    FLX_TRY(put_loops(ctx, in, root));
    double *edge = FLX_NEW_ARRAY(ctx, double, 2 * (size_t)m->n_edge);
    double *scratch = FLX_NEW_ARRAY(ctx, double, 2 * (size_t)m->n_site);
    flx_status status =
        edge && scratch ? put_currents(ctx, in, root, edge, scratch) : FLX_ERR_MEMORY;
    flx_free(edge);
    flx_free(scratch);
    return status;
}

flx_status flx_summary_make(flx_ctx *ctx, const flx_summary_input *in, json_t **out)
{
    *out = NULL;
    json_t *root = json_object();
    flx_status status = root ? fill(ctx, in, root) : no_memory(ctx);
    if (status < 0)
        json_decref(root);
    else
        *out = root;
    return status;
}
