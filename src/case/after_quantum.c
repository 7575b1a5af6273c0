// case/after_quantum.c -- the flux quantum that the points of a sweep stand on.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/after.h"
#include "fluxoid/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct staircase {
    char loop[128], part[16]; // "hole", "fluxoid"
    double *value;            // [n] [Wb]
    int32_t n, n_point;
} staircase;

// "hole" or "hole.flux".
static flx_status read_name(flx_ctx *ctx, const char *of, staircase *s)
{
    const char *dot = strrchr(of, '.');
    size_t n = dot ? (size_t)(dot - of) : strlen(of);
    snprintf(s->part, sizeof s->part, "%s", dot ? dot + 1 : "fluxoid");
    snprintf(s->loop, sizeof s->loop, "%.*s", (int)n, of);
    if (n < sizeof s->loop && (strcmp(s->part, "fluxoid") == 0 || strcmp(s->part, "flux") == 0))
        return FLX_OK;
    return flx_fail(ctx, FLX_ERR_INPUT,
                    "'%.100s' was given; wanted is a loop or hole, as hole.fluxoid or hole.flux",
                    of);
}

static flx_status read_values(flx_ctx *ctx, const char *path, const json_t *root, staircase *s)
{
    const json_t *points = json_object_get(root, "points");
    s->n_point = (int32_t)json_array_size(points);
    if (s->n_point == 0)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "%s: holds no sweep; a flux quantum is measured from a sweep of the field",
                        path);
    s->value = FLX_NEW_ARRAY(ctx, double, s->n_point);
    if (!s->value)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < s->n_point; k++) {
        const json_t *loops = json_object_get(json_array_get(points, (size_t)k), "loops");
        const json_t *loop = json_object_get(loops, s->loop);
        const json_t *value = json_object_get(loop, s->part);
        if (loops && !loop)
            return flx_fail(ctx, FLX_ERR_INPUT, "%s: there is no loop or hole '%s'", path, s->loop);
        if (json_is_number(value)) // a point that failed, or psi = 0 on the loop, has none
            s->value[s->n++] = json_number_value(value);
    }
    return FLX_OK;
}

static flx_status put_pair(flx_ctx *ctx, json_t *root, const char *key, double value, double error)
{
    json_t *item;
    FLX_TRY(flx_json_put_object(ctx, root, key, &item));
    FLX_TRY(flx_json_put(ctx, item, "value", flx_json_real(value)));
    return flx_json_put(ctx, item, "error", flx_json_real(error));
}

static flx_status put_result(flx_ctx *ctx, const staircase *s, const flx_quantum *q, json_t *root)
{
    double charge = FLX_SI_H / q->step / FLX_SI_E, relative = q->error / q->step;
    char name[160];
    snprintf(name, sizeof name, "%s.%s", s->loop, s->part);
    FLX_TRY(flx_json_put(ctx, root, "of", json_string(name)));
    FLX_TRY(flx_json_put(ctx, root, "values", json_integer(s->n)));
    FLX_TRY(flx_json_put(ctx, root, "steps", json_integer(q->n_step)));
    FLX_TRY(put_pair(ctx, root, "flux_quantum", q->step, q->error));
    FLX_TRY(flx_json_put(ctx, root, "interval95", flx_json_real(q->interval95)));
    FLX_TRY(put_pair(ctx, root, "pair_charge_e", charge, charge * relative));
    FLX_TRY(flx_json_put(ctx, root, "offset", flx_json_real(q->offset)));
    return flx_json_put(ctx, root, "noise", flx_json_real(q->noise));
}

static flx_status measure(flx_ctx *ctx, flx_file *file, const char *path, staircase *s, char **json)
{
    const char *text = NULL;
    FLX_TRY(flx_file_text(file, "summary", &text));
    json_t *root = json_loads(text, 0, NULL), *result = json_object();
    flx_quantum q;
    flx_status status = root && result ? read_values(ctx, path, root, s) : FLX_ERR_MEMORY;
    if (status == FLX_OK)
        status = flx_measure_quantum(ctx, s->value, s->n, &q);
    if (status == FLX_OK)
        status = put_result(ctx, s, &q, result);
    if (status == FLX_OK)
        status = flx_summary_text(ctx, result, json);
    json_decref(root);
    json_decref(result);
    return status;
}

flx_status flx_measure_file_quantum(flx_ctx *ctx, const char *path, const char *of, char **json)
{
    *json = NULL;
    staircase s = {0};
    flx_file *file = NULL;
    FLX_TRY(read_name(ctx, of, &s));
    FLX_TRY(flx_file_open(ctx, path, FLX_FILE_READ, &file));
    flx_status status = measure(ctx, file, path, &s, json);
    flx_free(s.value);
    flx_file_close(file);
    return status;
}
