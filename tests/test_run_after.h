// tests/test_run_after.h -- data files, and what is measured in them.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_TEST_RUN_AFTER_H
#define FLX_TEST_RUN_AFTER_H

#include "test_run.h"
#include "test_run_context.h"

// Runs a case into a file.
static inline void make_file(const char *path, const char *text, const char *const *sets, int32_t n)
{
    flx_case *c = case_of(ctx, text, sets, n);
    flx_run_opts opts = flx_run_opts_default();
    flx_run_result *r = NULL;
    opts.output = path;
    if (flx_run(ctx, c, &opts, &r) < 0)
        fail_msg("%s", flx_ctx_error(ctx));
    flx_run_result_free(r);
    flx_case_free(c);
}

static inline json_t *measure(const char *path, const flx_measure_request *request)
{
    char *text = NULL;
    if (flx_measure_file(ctx, path, request, &text) < 0)
        fail_msg("%s", flx_ctx_error(ctx));
    json_t *root = json_loads(text, 0, NULL);
    assert_non_null(root);
    flx_text_free(text);
    return root;
}

// Number k of the list at a path of keys.
static inline double listed(const json_t *root, const char *group, const char *name,
                            const char *key, size_t k)
{
    const json_t *at = json_object_get(json_object_get(json_object_get(root, group), name), key);
    if (!json_is_number(json_array_get(at, k)))
        fail_msg("%s.%s.%s[%zu] is no number", group, name, key, k);
    return json_number_value(json_array_get(at, k));
}

#endif
