// case/summary_noise.c -- what a run with thermal noise amounts to: means with their errors.
//
// An error that the length of the run does not carry is null.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/summary.h"
#include "fluxoid/thermal.h"

#include <math.h>

static flx_status put_mean(flx_ctx *ctx, json_t *object, const char *key, const flx_thermal *mean,
                           double spacing)
{
    json_t *item = json_object();
    FLX_TRY(flx_json_put(ctx, object, key, item));
    FLX_TRY(flx_json_put(ctx, item, "value", flx_json_real(mean->mean)));
    FLX_TRY(flx_json_put(ctx, item, "error",
                         mean->resolved ? flx_json_real(mean->error) : json_null()));
    return flx_json_put(ctx, item, "correlation_tau0",
                        mean->resolved ? flx_json_real(mean->tau * spacing) : json_null());
}

flx_status flx_summary_noise(flx_ctx *ctx, const flx_summary_input *in, json_t *root)
{
    const flx_case_run *run = &in->c->run;
    int64_t n = in->n_row, first = 0, samples = 0;
    while (first < n && in->time[first] < run->average_from)
        first++;
    const double *density = in->thermal[0] + first, *stiffness = in->thermal[1] + first;
    const double *twist = in->thermal[2] + first;
    for (int64_t k = 0; k < n - first; k++)
        samples += !isnan(density[k]);
    double spacing =
        samples > 0 && n > 0 ? (in->time[n - 1] - run->average_from) / (double)samples : 0;
    double unit = in->c->scales.stiffness / FLX_SI_KB;
    flx_thermal mean = flx_thermal_mean(density, n - first), helicity;
    FLX_TRY(flx_thermal_helicity(ctx, stiffness, twist, n - first, run->temperature, &helicity));
    json_t *noise = json_object();
    FLX_TRY(flx_json_put(ctx, root, "noise", noise));
    FLX_TRY(flx_json_put(ctx, noise, "temperature_E_s", flx_json_real(run->temperature)));
    FLX_TRY(flx_json_put(ctx, noise, "temperature_K", flx_json_scaled(run->temperature, unit)));
    FLX_TRY(flx_json_put(ctx, noise, "dt_tau0",
                         flx_json_real(n > 1 ? in->time[1] - in->time[0] : (double)NAN)));
    FLX_TRY(flx_json_put(ctx, noise, "samples", json_integer(samples)));
    FLX_TRY(put_mean(ctx, noise, "psi2", &mean, spacing));
    return put_mean(ctx, noise, "helicity", &helicity, spacing);
}
