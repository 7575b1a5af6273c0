// tests/test_run.h -- cases in a few lines, runs, and their summaries.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_TEST_RUN_H
#define FLX_TEST_RUN_H

#include "base/base.h"
#include "fluxoid/run.h"
#include "test.h"

#include <jansson.h>
#include <unistd.h>

// A small ring: outer radius 5 xi, inner radius 3 xi.
#define RING                                                                                       \
    "fluxoid: 1\n"                                                                                 \
    "units: {length: um}\n"                                                                        \
    "layers: {al: {coherence_length: 0.2 um, penetration_depth: 0.4 um, thickness: 0.04 um}}\n"    \
    "films:\n"                                                                                     \
    "  ring: {layer: al, shape: [circle: {radius: 1}], holes: {hole: [circle: {radius: 0.6}]}}\n"  \
    "mesh: {max_edge: 0.7 xi}\n"

// A bar of 4 x 10 um with contacts at both ends.
#define BAR                                                                                        \
    "fluxoid: 1\n"                                                                                 \
    "units: {length: um}\n"                                                                        \
    "layers:\n"                                                                                    \
    "  base: {coherence_length: 0.5 um, penetration_depth: 2 um, thickness: 0.1 um,\n"             \
    "         conductivity: 5e6 S/m, gamma: 1, epsilon: EPSILON}\n"                                \
    "films: {bar: {layer: base, shape: [box: {size: [4, 10]}]}}\n"                                 \
    "terminals:\n"                                                                                 \
    "  top: {film: bar, shape: [box: {size: [4.4, 0.2], at: [0, 5]}]}\n"                           \
    "  bottom: {film: bar, shape: [box: {size: [4.4, 0.2], at: [0, -5]}]}\n"                       \
    "probes: {v: [[0.3, 2], [-0.4, -3]]}\n"                                                        \
    "mesh: {max_edge: 1 xi}\n"

static inline flx_case *case_of(flx_ctx *ctx, const char *text, const char *const *sets, int32_t n)
{
    flx_case *c = NULL;
    flx_case_source source = {
        .text = text, .length = strlen(text), .name = "test.yaml", .sets = sets, .n_set = n};
    if (flx_case_create(ctx, &source, &c) < 0)
        fail_msg("%s", flx_ctx_error(ctx));
    return c;
}

// For children of fork(): the threads of GNU OpenMP stay with the parent, so the child must not
// wait for them.
extern void omp_set_max_active_levels(int levels) __attribute__((weak));
static inline void forget_threads(void)
{
    if (omp_set_max_active_levels)
        omp_set_max_active_levels(0);
}

// Runs a text; the result is the caller's.
static inline flx_run_result *run_text(flx_ctx *ctx, const char *text, const flx_run_opts *opts,
                                       flx_status expected)
{
    flx_case *c = case_of(ctx, text, NULL, 0);
    flx_run_opts preset = flx_run_opts_default();
    flx_run_result *result = NULL;
    flx_status status = flx_run(ctx, c, opts ? opts : &preset, &result);
    if (status != expected)
        fail_msg("status %d, expected %d: %s", status, expected, flx_ctx_error(ctx));
    flx_case_free(c);
    return result;
}

static inline json_t *json_of(const flx_run_result *result)
{
    json_t *root = json_loads(result->json, 0, NULL);
    assert_non_null(root);
    return root;
}

// The summary of a run of a text; the caller's.
static inline json_t *summary_of(flx_ctx *ctx, const char *text)
{
    flx_run_result *result = run_text(ctx, text, NULL, FLX_OK);
    json_t *root = json_of(result);
    flx_run_result_free(result);
    return root;
}

// A number by its path: number(root, "loops", "hole", "winding", NULL).
static inline double number(const json_t *at, ...)
{
    va_list keys;
    va_start(keys, at);
    for (const char *key = va_arg(keys, const char *); key; key = va_arg(keys, const char *)) {
        at = json_object_get(at, key);
        if (!at)
            fail_msg("the summary has no '%s'", key);
    }
    va_end(keys);
    assert_true(json_is_number(at));
    return json_number_value(at);
}

#endif
