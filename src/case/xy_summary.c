// case/xy_summary.c -- what a run of the engine xy found, as JSON.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/xy_run.h"

static flx_status put_estimate(flx_ctx *ctx, json_t *object, const char *key, flx_xy_estimate e)
{
    json_t *item = json_object();
    FLX_TRY(flx_json_put(ctx, object, key, item));
    FLX_TRY(flx_json_put(ctx, item, "value", flx_json_real(e.value)));
    FLX_TRY(flx_json_put(ctx, item, "error", flx_json_real(e.error)));
    return e.tau > 0 ? flx_json_put(ctx, item, "tau_cycles", flx_json_real(e.tau)) : FLX_OK;
}

static const char *trust_text(flx_xy_trust trust)
{
    switch (trust) {
    case FLX_XY_TOO_SHORT:
        return "run too short for an error: fewer than 20 autocorrelation times";
    case FLX_XY_WINDING:
        return "windings were not sampled: replicas disagree";
    case FLX_XY_NOTHING:
        return "nothing was measured";
    case FLX_XY_TRUSTED:
        break;
    }
    return NULL;
}

static flx_status put_list(flx_ctx *ctx, json_t *object, const char *key, const double *value,
                           int32_t n)
{
    json_t *list = json_array();
    FLX_TRY(flx_json_put(ctx, object, key, list));
    for (int32_t k = 0; k < n; k++)
        if (json_array_append_new(list, flx_json_real(value[2 * k])) != 0)
            return flx_fail(ctx, FLX_ERR_MEMORY, "no memory for the summary");
    return FLX_OK;
}

static flx_status put_correlations(xy_run *r, json_t *item, int32_t t)
{
    const int32_t n = r->reach + 1;
    double *pairs = FLX_NEW_ARRAY(r->ctx, double, 2 * n);
    json_t *all = json_object(), *part[2] = {json_object(), json_object()};
    static const char *const name[2] = {"phase", "vortex"};
    flx_status status = pairs ? flx_json_put(r->ctx, item, "correlations", all) : FLX_ERR_MEMORY;
    for (int j = 0; j < 2 && status == FLX_OK; j++) {
        for (int32_t k = 0; k < n; k++) {
            const flx_xy_correlation *c = &r->correlation[t * n + k];
            flx_xy_estimate e = j ? c->vortex : c->phase;
            pairs[2 * k] = e.value;
            pairs[2 * k + 1] = e.error;
        }
        status = flx_json_put(r->ctx, all, name[j], part[j]);
        if (status == FLX_OK)
            status = put_list(r->ctx, part[j], "value", pairs, n);
        if (status == FLX_OK)
            status = put_list(r->ctx, part[j], "error", pairs + 1, n);
    }
    flx_free(pairs);
    return status;
}

static flx_status put_moves(flx_ctx *ctx, json_t *object, const flx_xy_result *r)
{
    json_t *item = json_object();
    FLX_TRY(flx_json_put(ctx, object, "accepted", item));
    FLX_TRY(flx_json_put(ctx, item, "metropolis", flx_json_real(r->metropolis)));
    FLX_TRY(flx_json_put(ctx, item, "twists", flx_json_real(r->twists)));
    return flx_json_put(ctx, item, "exchanges", flx_json_real(r->exchanges));
}

static flx_status put_temperature(flx_ctx *ctx, json_t *list, const flx_case_xy *xy,
                                  const flx_xy_result *r)
{
    static const char *const axis[] = {"x", "y", "z"};
    json_t *item = json_object();
    if (!item || json_array_append_new(list, item) != 0)
        return flx_fail(ctx, FLX_ERR_MEMORY, "no memory for the summary");
    FLX_TRY(flx_json_put(ctx, item, "T", json_real(r->temperature)));
    const struct {
        const char *key;
        flx_xy_estimate value;
    } rows[] = {{"helicity", r->helicity_mean},      {"energy", r->energy},
                {"specific_heat", r->specific_heat}, {"vortex_density", r->vortex_density},
                {"magnetisation", r->magnetisation}, {"susceptibility", r->susceptibility},
                {"correlation_length", r->xi},       {"binder", r->binder}};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        FLX_TRY(put_estimate(ctx, item, rows[k].key, rows[k].value));
    for (int a = 0; a < (xy->lattice == FLX_XY_CUBIC ? 3 : 2); a++) {
        json_t *along = json_object();
        FLX_TRY(flx_json_put(ctx, item, axis[a], along));
        FLX_TRY(put_estimate(ctx, along, "helicity", r->helicity[a]));
        FLX_TRY(put_estimate(ctx, along, "fourth_order", r->fourth[a]));
        FLX_TRY(put_estimate(ctx, along, "winding_squared", r->winding2[a]));
        FLX_TRY(put_estimate(ctx, along, "unwound", r->unwound[a]));
    }
    FLX_TRY(put_moves(ctx, item, r));
    FLX_TRY(flx_json_put(ctx, item, "sweeps", json_integer(r->sweeps)));
    FLX_TRY(flx_json_put(ctx, item, "replicas", json_integer(r->replicas)));
    const char *refusal = trust_text(r->trust);
    return refusal ? flx_json_put(ctx, item, "no_error_because", json_string(refusal)) : FLX_OK;
}

static flx_status put_transition(xy_run *r, json_t *root)
{
    flx_xy_transition t;
    if (!r->xy->find_transition)
        return FLX_OK;
    FLX_TRY(flx_xy_transition_of(r->ctx, r->stiffness, r->xy->n_size * XY_AROUND, &t));
    json_t *item = json_object();
    FLX_TRY(flx_json_put(r->ctx, root, "T_KT", item));
    FLX_TRY(flx_json_put(r->ctx, item, "value", json_real(t.t)));
    FLX_TRY(flx_json_put(r->ctx, item, "error", json_real(t.error)));
    FLX_TRY(flx_json_put(r->ctx, item, "statistical", json_real(t.statistical)));
    FLX_TRY(flx_json_put(r->ctx, item, "without_smallest", json_real(t.systematic)));
    FLX_TRY(flx_json_put(r->ctx, item, "form", json_real(t.form)));
    FLX_TRY(flx_json_put(r->ctx, item, "C", json_real(t.c)));
    FLX_TRY(flx_json_put(r->ctx, item, "chi2", json_real(t.chi2)));
    return flx_json_put(r->ctx, item, "degrees_of_freedom", json_integer(t.n_free));
}

static flx_status put_film(xy_run *r, json_t *root)
{
    const flx_case_xy *xy = r->xy;
    if (!(xy->film_tc > 0))
        return FLX_OK;
    double t = flx_film_transition(xy->film_tc, xy->film_stiffness, xy->film_dielectric);
    json_t *item = json_object();
    FLX_TRY(flx_json_put(r->ctx, root, "film", item));
    FLX_TRY(flx_json_put(r->ctx, item, "stiffness_K", flx_json_real(xy->film_stiffness)));
    return flx_json_put(r->ctx, item, "T_KT_K", flx_json_real(t));
}

flx_status flx_xy_summarise(xy_run *r, json_t *root)
{
    FLX_TRY(flx_summary_head(r->ctx, r->c, root));
    FLX_TRY(flx_json_put(r->ctx, root, "sites", json_integer(flx_xy_sites(r->xy))));
    FLX_TRY(flx_json_put(r->ctx, root, "wall_s", flx_json_real(flx_wtime() - r->wall_start)));
    json_t *list = json_array();
    FLX_TRY(flx_json_put(r->ctx, root, "temperatures", list));
    for (int32_t t = 0; t < r->xy->n_temperature; t++) {
        FLX_TRY(put_temperature(r->ctx, list, r->xy, &r->result[t]));
        if (r->reach >= 0)
            FLX_TRY(put_correlations(r, json_array_get(list, (size_t)t), t));
    }
    FLX_TRY(put_transition(r, root));
    return put_film(r, root);
}
