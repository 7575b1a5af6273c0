// Checkpoints: bit for bit, all or nothing, and only for the run they belong to.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/base.h"
#include "fluxoid/io.h"
#include "test.h"

#include <sys/stat.h>
#include <unistd.h>

static const char path[] = "io_state.ckpt";
static const flx_checkpoint_key key = {11, 22};
static double psi[500];
static int32_t order;
static const flx_state_block blocks[] = {
    {"psi", psi, sizeof psi}, {"order", &order, sizeof order}, {"nothing", NULL, 0}};
static flx_ctx *ctx;

static int setup(void **state)
{
    (void)state;
    ctx = flx_ctx_create();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    flx_ctx_free(ctx);
    return 0;
}

static void fill(double scale)
{
    for (int i = 0; i < 500; i++)
        psi[i] = scale * (i + 0.1);
    order = (int32_t)scale;
}

static bool holds(double scale)
{
    bool same = order == (int32_t)scale;
    for (int i = 0; i < 500; i++)
        same = same && psi[i] == scale * (i + 0.1);
    return same;
}

static void a_state_comes_back_bit_for_bit(void **state)
{
    (void)state;
    fill(3);
    assert_int_equal(flx_checkpoint_write(ctx, path, &key, blocks, 3), FLX_OK);
    fill(4);
    assert_int_equal(flx_checkpoint_write(ctx, path, &key, blocks, 3), FLX_OK);
    fill(0);
    assert_int_equal(flx_checkpoint_read(ctx, path, &key, blocks, 3), FLX_OK);
    assert_true(holds(4));
    assert_int_equal(access("io_state.ckpt.part", F_OK), -1);
}

static void a_checkpoint_of_another_run_is_refused_with_the_reason(void **state)
{
    (void)state;
    fill(5);
    assert_int_equal(flx_checkpoint_write(ctx, path, &key, blocks, 3), FLX_OK);
    fill(6);
    flx_state_block other[3];
    memcpy(other, blocks, sizeof other);
    other[1].name = "step";
    const flx_checkpoint_key another_case = {12, 22}, another_mesh = {11, 23};
    assert_int_equal(flx_checkpoint_read(ctx, path, &another_case, blocks, 3), FLX_ERR_FILE);
    assert_string_equal(flx_ctx_error(ctx),
                        "io_state.ckpt: belongs to another case, or the case was changed since; "
                        "remove it and start the run again without --resume");
    assert_int_equal(flx_checkpoint_read(ctx, path, &another_mesh, blocks, 3), FLX_ERR_FILE);
    assert_non_null(strstr(flx_ctx_error(ctx), "belongs to another mesh"));
    assert_int_equal(flx_checkpoint_read(ctx, path, &key, other, 3), FLX_ERR_FILE);
    assert_non_null(
        strstr(flx_ctx_error(ctx), "holds 'order' of 4 bytes where this run has 'step'"));
    assert_int_equal(flx_checkpoint_read(ctx, path, &key, blocks, 2), FLX_ERR_FILE);
    assert_int_equal(flx_checkpoint_read(ctx, "io_none.ckpt", &key, blocks, 3), FLX_ERR_FILE);
    assert_string_equal(flx_ctx_error(ctx),
                        "io_none.ckpt: cannot be read: No such file or directory; without a "
                        "checkpoint a run cannot be resumed");
    assert_true(holds(6)); // nothing was touched
}

// Every byte turned over, every length: refused, state untouched.
static void a_damaged_checkpoint_is_refused(void **state)
{
    (void)state;
    static unsigned char text[8192];
    fill(7);
    assert_int_equal(flx_checkpoint_write(ctx, path, &key, blocks, 3), FLX_OK);
    FILE *in = fopen(path, "rb");
    size_t size = fread(text, 1, sizeof text, in);
    fclose(in);
    assert_in_range(size, 4000, 5000);
    fill(8);
    for (size_t at = 0; at < 2 * size; at += at < 400 ? 1 : 97) {
        bool flip = at < size;
        FILE *out = fopen("io_damaged.ckpt", "wb");
        if (flip)
            text[at] ^= 0x55;
        fwrite(text, 1, flip ? size : at - size, out);
        if (flip)
            text[at] ^= 0x55;
        fclose(out);
        assert_int_equal(flx_checkpoint_read(ctx, "io_damaged.ckpt", &key, blocks, 3),
                         FLX_ERR_FILE);
    }
    assert_true(holds(8));
}

static void a_checkpoint_that_cannot_be_written_leaves_the_old_one(void **state)
{
    (void)state;
    assert_int_equal(flx_checkpoint_write(ctx, "no/folder/x.ckpt", &key, blocks, 3), FLX_ERR_FILE);
    assert_string_equal(flx_ctx_error(ctx), "no/folder/x.ckpt: cannot be created: No such file or "
                                            "directory; the file is as it was before");
    // A folder in the way of the rename.
    mkdir("io_folder.ckpt", 0777);
    assert_int_equal(flx_checkpoint_write(ctx, "io_folder.ckpt", &key, blocks, 3), FLX_ERR_FILE);
    assert_int_equal(access("io_folder.ckpt.part", F_OK), -1);
    rmdir("io_folder.ckpt");
}

// Each allocation fails in turn: an error, no leak (the sanitizer watches), the state untouched.
static void no_memory_is_an_error(void **state)
{
    (void)state;
    fill(9);
    assert_int_equal(flx_checkpoint_write(ctx, path, &key, blocks, 3), FLX_OK);
    flx_status status = FLX_ERR_MEMORY;
    int n;
    for (n = 1; status == FLX_ERR_MEMORY && n < 100; n++) {
        flx_ctx_fail_allocation(ctx, n);
        status = flx_checkpoint_write(ctx, path, &key, blocks, 3);
        if (status == FLX_OK)
            status = flx_checkpoint_read(ctx, path, &key, blocks, 3);
        flx_ctx_fail_allocation(ctx, 0);
    }
    assert_int_equal(status, FLX_OK);
    assert_true(n > 2 && holds(9));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_state_comes_back_bit_for_bit),
        cmocka_unit_test(a_checkpoint_of_another_run_is_refused_with_the_reason),
        cmocka_unit_test(a_damaged_checkpoint_is_refused),
        cmocka_unit_test(a_checkpoint_that_cannot_be_written_leaves_the_old_one),
        cmocka_unit_test(no_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
