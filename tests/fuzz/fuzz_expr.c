// fuzz_expr.c -- any text as a value of a small case: as the field (x, y, z, t and tesla), as a
// stop condition and in `let`. What is accepted is evaluated, at one point and at many, and split
// in time; the ways must agree.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/case.h"
#include "fuzz.h"

#include <math.h>

static const char device[] =
    "fluxoid: 1\n"
    "let: {W: 5, L: '2*W'}\n"
    "units: {length: um}\n"
    "layers: {a: {coherence_length: 0.5 um, penetration_depth: 2 um, thickness: 0.1 um, u: 5.79}}\n"
    "films: {f: {layer: a, shape: [add: {box: {size: [W, L]}}]}}\n"
    "probes: {v: [[0, 1], [0, -1]]}\n"
    "mesh: {max_edge: 0.5 xi}\n"
    "engine: tdgl\n"
    "tdgl: {time: 10 tau0}\n";

// The text between double quotes of YAML.
static void quote(const uint8_t *data, size_t size, const char *key, char *out)
{
    out += sprintf(out, "%s=\"", key);
    for (size_t k = 0; k < size; k++)
        out += sprintf(
            out,
            data[k] < ' ' || data[k] == '"' || data[k] == '\\' || data[k] > '~' ? "\\x%02x" : "%c",
            data[k]);
    strcpy(out, "\"");
}

static void evaluate(const flx_expr *expr)
{
    enum { N = 3 };
    static const double r[N][3] = {{0, 0, 0}, {1, -2, 0.5}, {-3e8, 1e-9, 7}};
    double many[N];
    for (int it = 0; it < 3; it++) {
        double t = it == 0 ? 0 : it == 1 ? 12.5 : 1e9;
        flx_expr_eval_many(expr, &r[0][0], N, t, many);
        for (int k = 0; k < N; k++) {
            double one = flx_expr_eval(expr, r[k], t);
            if (!(one == many[k] || (isnan(one) && isnan(many[k])))) {
                fprintf(stderr, "'%s' is %.17g alone and %.17g among many\n", flx_expr_text(expr),
                        one, many[k]);
                abort();
            }
        }
    }
    const flx_expr *factor = NULL, *shape = NULL;
    if (flx_expr_split_time(expr, &factor, &shape)) {
        if (factor && (flx_expr_uses(factor) & FLX_EXPR_SPACE))
            abort();
        if (shape && (flx_expr_uses(shape) & FLX_EXPR_T))
            abort();
    }
}

static flx_case *read_with(flx_ctx *ctx, const uint8_t *data, size_t size, const char *key)
{
    char set[4 * 256 + 64];
    quote(data, size, key, set);
    const char *sets[] = {set};
    const flx_case_source source = {device, sizeof device - 1, "fuzz.yaml", sets, 1};
    flx_case *c = NULL;
    if (flx_case_create(ctx, &source, &c) != FLX_OK && (c || flx_ctx_error(ctx)[0] == '\0'))
        abort();
    return c;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 256)
        return -1;
    flx_ctx *ctx = flx_ctx_create();

    flx_case *field = read_with(ctx, data, size, "drive.field");
    for (int32_t k = 0; field && k < field->n_field; k++)
        if (field->fields[k].value)
            evaluate(field->fields[k].value);
    flx_case_free(field);

    flx_case *stop = read_with(ctx, data, size, "tdgl.stop_when");
    if (stop && stop->run.stop_when) {
        double value[64];
        for (int k = 0; k < 64; k++)
            value[k] = k;
        if (stop->n_measured <= 64)
            flx_expr_holds(stop->run.stop_when, 3, value);
    }
    flx_case_free(stop);

    flx_case_free(read_with(ctx, data, size, "let.q"));
    flx_ctx_free(ctx);
    return 0;
}
