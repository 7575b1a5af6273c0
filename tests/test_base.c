// Status texts, context, memory, option tables.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/base.h"
#include "fluxoid/options.h"
#include "test.h"

static void every_status_has_a_text(void **state)
{
    (void)state;
    for (int s = FLX_ERR_INTERNAL; s <= FLX_INTERRUPTED; s++)
        assert_string_not_equal(flx_status_text((flx_status)s), "unknown status");
}

static void an_error_is_kept_and_can_be_put_in_context(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    assert_int_equal(flx_fail(ctx, FLX_ERR_INPUT, "radius is %d", -1), FLX_ERR_INPUT);
    flx_fail_in(ctx, FLX_ERR_INPUT, "case.yaml:%d", 7);
    assert_string_equal(flx_ctx_error(ctx), "case.yaml:7: radius is -1");
    assert_int_equal(flx_fail(NULL, FLX_ERR_FILE, "no context"), FLX_ERR_FILE);
    flx_ctx_free(ctx);
}

static void allocation_is_zeroed_aligned_and_can_be_made_to_fail(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    double *x = FLX_NEW_ARRAY(ctx, double, 17);
    assert_int_equal((uintptr_t)x % 64, 0);
    for (int i = 0; i < 17; i++)
        assert_true(x[i] == 0);
    flx_free(x);
    assert_null(flx_alloc(ctx, SIZE_MAX / 4, 8));
    flx_ctx_fail_allocation(ctx, 2);
    void *first = flx_alloc(ctx, 1, 1);
    assert_non_null(first);
    assert_null(flx_alloc(ctx, 1, 1));
    flx_free(first);
    flx_ctx_free(ctx);
}

typedef struct sample_opts {
    double step;
    int32_t kind;
    bool fast;
} sample_opts;

static const flx_option rows[] = {
    {"step", FLX_OPTION_DOUBLE, offsetof(sample_opts, step), 0.5, 0, 1, "tau0", NULL, "Step."},
    {"kind", FLX_OPTION_CHOICE, offsetof(sample_opts, kind), 1, 0, 0, "1", "round|square", "Kind."},
    {"fast", FLX_OPTION_BOOL, offsetof(sample_opts, fast), 1, 0, 1, "1", NULL, "Fast."},
};
static const flx_option_table table = {"sample", sizeof(sample_opts), rows, 3};

static void options_have_defaults_and_ranges(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    sample_opts o;
    flx_options_default(&table, &o);
    assert_true(o.step == 0.5 && o.kind == 1 && o.fast);
    assert_int_equal(flx_options_check(ctx, &table, &o), FLX_OK);
    o.step = 2;
    assert_int_equal(flx_options_check(ctx, &table, &o), FLX_ERR_INPUT);
    assert_string_equal(flx_ctx_error(ctx), "sample.step is 2, allowed is 0 to 1 [tau0]");
    o.step = 0.0 / 0.0;
    assert_int_equal(flx_options_check(ctx, &table, &o), FLX_ERR_INPUT);
    assert_int_equal(flx_option_choice_index(&rows[1], "square"), 1);
    assert_int_equal(flx_option_choice_index(&rows[1], "oval"), -1);
    flx_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_text),
        cmocka_unit_test(an_error_is_kept_and_can_be_put_in_context),
        cmocka_unit_test(allocation_is_zeroed_aligned_and_can_be_made_to_fail),
        cmocka_unit_test(options_have_defaults_and_ranges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
