// Shapes: areas, placement, Boolean operations, refusals, relations.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/base.h"
#include "fluxoid/geom.h"
#include "test.h"

static const double PI = 3.14159265358979323846;
// Areas come from short sums of products of numbers near 1: a few roundings.
static const double ROUNDING = 1e-12;

static flx_ctx *ctx;

static int open_ctx(void **state)
{
    (void)state;
    ctx = flx_ctx_create();
    return ctx ? 0 : -1;
}

static int close_ctx(void **state)
{
    (void)state;
    flx_ctx_free(ctx);
    return 0;
}

static flx_region *made(const flx_shape_item *items, int32_t n, double max_edge)
{
    flx_region *region = NULL;
    if (flx_region_create(ctx, items, n, max_edge, &region) < 0)
        fail_msg("%s", flx_ctx_error(ctx));
    return region;
}

static void refused(const flx_shape_item *items, int32_t n, const char *reason)
{
    flx_region *region = NULL;
    flx_status status = flx_region_create(ctx, items, n, 0, &region);
    assert_true(status == FLX_ERR_GEOMETRY || status == FLX_ERR_INPUT);
    assert_null(region);
    if (!strstr(flx_ctx_error(ctx), reason))
        fail_msg("'%s' does not say '%s'", flx_ctx_error(ctx), reason);
}

static void a_circle_has_its_area_and_at_least_64_sides(void **state)
{
    (void)state;
    flx_shape_item circle = {.kind = FLX_SHAPE_CIRCLE, .size = {2, 2}, .at = {3, 1}};
    for (int k = 0; k < 2; k++) {
        double max_edge = k ? 0.01 : 1;
        flx_region *region = made(&circle, 1, max_edge);
        assert_near(flx_region_area(region), 4 * PI, ROUNDING * 100);
        flx_rings rings = flx_region_rings(region);
        assert_int_equal(rings.n_ring, 1);
        assert_true(rings.start[1] >= 64);
        for (int32_t p = 0; p + 1 < rings.start[1]; p++) {
            const double *a = &rings.xy[2 * p];
            assert_true(hypot(a[2] - a[0], a[3] - a[1]) <= max_edge);
        }
        flx_region_free(region);
    }
    flx_shape_item ellipse = {.kind = FLX_SHAPE_ELLIPSE, .size = {3, 0.5}, .rotate = 30};
    flx_region *region = made(&ellipse, 1, 0.1);
    assert_near(flx_region_area(region), 1.5 * PI, ROUNDING * 100);
    flx_region_free(region);
}

static void shapes_are_mirrored_scaled_rotated_then_moved(void **state)
{
    (void)state;
    const double triangle[] = {0, 0, 1, 0, 0, 2};
    flx_shape_item item = {.kind = FLX_SHAPE_POLYGON,
                           .points = triangle,
                           .n_point = 3,
                           .mirror_x = true,
                           .scale = {2, 3},
                           .rotate = 90,
                           .at = {10, 20}};
    // (1,0) -> (-1,0) -> (-2,0) -> (0,-2) -> (10,18); (0,2) -> (0,6) -> (-6,0) -> (4,20)
    flx_region *region = made(&item, 1, 0);
    double box[4];
    flx_region_bounds(region, box);
    assert_true(box[0] == 4 && box[1] == 18 && box[2] == 10 && box[3] == 20);
    assert_near(flx_region_area(region), 6, ROUNDING);
    assert_true(flx_region_contains(region, 9, 19.5));
    assert_false(flx_region_contains(region, 5, 18.5));
    flx_region_free(region);
}

static void items_add_cut_and_keep_in_order(void **state)
{
    (void)state;
    flx_shape_item items[] = {
        {.kind = FLX_SHAPE_BOX, .size = {4, 4}},
        {.verb = FLX_SHAPE_CUT, .kind = FLX_SHAPE_BOX, .size = {2, 2}},
        {.verb = FLX_SHAPE_ADD, .kind = FLX_SHAPE_BOX, .size = {1, 1}},
        {.verb = FLX_SHAPE_COMMON, .kind = FLX_SHAPE_BOX, .size = {4, 2}},
    };
    flx_region *region = made(items, 3, 0);
    assert_near(flx_region_area(region), 16 - 4 + 1, ROUNDING);
    flx_rings rings = flx_region_rings(region);
    assert_int_equal(rings.n_ring, 3); // frame, its hole, the island
    int32_t outer = 0;
    for (int32_t r = 0; r < 3; r++) {
        double twice = 0;
        for (int32_t p = rings.start[r]; p < rings.start[r + 1]; p++) {
            int32_t q = p + 1 < rings.start[r + 1] ? p + 1 : rings.start[r];
            twice += rings.xy[2 * p] * rings.xy[2 * q + 1] - rings.xy[2 * q] * rings.xy[2 * p + 1];
        }
        assert_true((twice > 0) == rings.outer[r]);
        outer += rings.outer[r];
    }
    assert_int_equal(outer, 2);
    assert_true(flx_region_contains(region, 0, 0));
    assert_false(flx_region_contains(region, 0.75, 0));
    double inner[2];
    flx_region_inner_point(region, inner);
    assert_true(flx_region_contains(region, inner[0], inner[1]));
    flx_region_free(region);
    region = made(items, 4, 0); // two bars left and right, and the island
    assert_near(flx_region_area(region), 2 * 2 + 1, ROUNDING);
    flx_region_free(region);
}

static void boxes_that_share_a_side_leave_no_points_on_it(void **state)
{
    (void)state;
    flx_shape_item items[] = {
        {.kind = FLX_SHAPE_BOX, .size = {1.0 / 3, 1}, .at = {0.1, 0}},
        {.kind = FLX_SHAPE_BOX, .size = {1.0 / 3, 1}, .at = {0.1 + 1.0 / 3, 0}},
    };
    flx_region *region = made(items, 2, 0);
    assert_int_equal(flx_region_rings(region).start[1], 4);
    assert_near(flx_region_area(region), 2.0 / 3, ROUNDING);
    flx_region_free(region);
}

static void a_path_has_flat_ends_and_mitred_corners(void **state)
{
    (void)state;
    const double bend[] = {0, 0, 4, 0, 4, 3};
    flx_shape_item item = {.kind = FLX_SHAPE_PATH, .points = bend, .n_point = 3, .width = 1};
    flx_region *region = made(&item, 1, 0);
    assert_near(flx_region_area(region), 4.5 + 2.5, ROUNDING); // 4.5 x 1 and 1 x 2.5
    assert_true(flx_region_contains(region, 4.49, -0.49));
    assert_false(flx_region_contains(region, -0.01, 0));
    flx_region_free(region);
    const double round_trip[] = {0, 0, 4, 0, 4, 4, 0, 4, 0, 0};
    item.points = round_trip;
    item.n_point = 5;
    region = made(&item, 1, 0);
    assert_near(flx_region_area(region), 25 - 9, ROUNDING);
    assert_int_equal(flx_region_rings(region).n_ring, 2);
    flx_region_free(region);
}

static void wrong_shapes_are_refused_with_the_reason(void **state)
{
    (void)state;
    const double bow[] = {0, 0, 2, 2, 2, 0, 0, 2};
    refused(&(flx_shape_item){.kind = FLX_SHAPE_POLYGON, .points = bow, .n_point = 4, .line = 7}, 1,
            "line 7: the outline crosses or touches itself at (1, 1)");
    const double flat[] = {0, 0, 1, 1, 2, 2};
    refused(&(flx_shape_item){.kind = FLX_SHAPE_POLYGON, .points = flat, .n_point = 3}, 1, "");
    refused(&(flx_shape_item){.kind = FLX_SHAPE_POLYGON, .points = flat, .n_point = 2}, 1,
            "at least 3 points");
    refused(&(flx_shape_item){.kind = FLX_SHAPE_BOX, .size = {0, 1}}, 1, "no area");
    refused(&(flx_shape_item){.kind = FLX_SHAPE_CIRCLE, .size = {-1, -1}}, 1, "no area");
    refused(&(flx_shape_item){.kind = FLX_SHAPE_PATH, .points = flat, .n_point = 3}, 1, "width");
    refused(&(flx_shape_item){.kind = FLX_SHAPE_BOX, .size = {1, 1}, .scale = {0, 1}}, 1, "scaled");
    refused(&(flx_shape_item){.kind = FLX_SHAPE_BOX, .size = {1, 1}, .at = {NAN, 1}}, 1, "finite");
    refused(&(flx_shape_item){.verb = FLX_SHAPE_CUT, .kind = FLX_SHAPE_BOX, .size = {1, 1}}, 1,
            "must add");
    flx_shape_item gone[] = {{.kind = FLX_SHAPE_BOX, .size = {1, 1}},
                             {.verb = FLX_SHAPE_CUT, .kind = FLX_SHAPE_BOX, .size = {2, 2}}};
    refused(gone, 2, "item 2 of the shape: nothing is left");
}

static flx_region *box_at(double width, double x)
{
    return made(&(flx_shape_item){.kind = FLX_SHAPE_BOX, .size = {width, width}, .at = {x, 0}}, 1,
                0);
}

static void relations_tell_apart_touch_overlap_within(void **state)
{
    (void)state;
    const struct {
        double width, x;
        bool overlap, within, touch;
        double distance;
    } rows[] = {
        {1, 0, true, true, false, 0},   // inside
        {1, 1.5, true, false, true, 0}, // inside, at the rim
        {1, 2, true, false, true, 0},   // across the rim
        {1, 2.5, false, false, true, 0}, {1, 3, false, false, false, 0.5},
        {8, 0, true, false, false, 0}, // around
    };
    flx_region *big = box_at(4, 0);
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        flx_region *a = box_at(rows[k].width, rows[k].x);
        flx_relation relation;
        assert_int_equal(flx_region_relate(ctx, a, big, &relation), FLX_OK);
        assert_true(relation.overlap == rows[k].overlap);
        assert_true(relation.within == rows[k].within);
        assert_true(relation.touch == rows[k].touch);
        assert_near(relation.distance, rows[k].distance, ROUNDING);
        flx_region_free(a);
    }
    flx_region *hole = box_at(2, 0), *ring = NULL, *none = NULL;
    assert_int_equal(flx_region_combine(ctx, big, FLX_SHAPE_CUT, hole, &ring), FLX_OK);
    assert_near(flx_region_area(ring), 12, ROUNDING);
    assert_int_equal(flx_region_combine(ctx, hole, FLX_SHAPE_CUT, big, &none), FLX_ERR_GEOMETRY);
    assert_null(none);
    flx_region_free(ring);
    flx_region_free(hole);
    flx_region_free(big);
}

static void rings_nest_by_parity(void **state)
{
    (void)state;
    const double xy[] = {0, 0, 6, 0, 6, 6, 0, 6, 1, 1, 5, 1, 5, 5, 1, 5, 2, 2, 4, 2, 4, 4, 2, 4};
    const int32_t start[] = {0, 4, 8, 12};
    flx_region *region = NULL;
    assert_int_equal(flx_region_from_rings(ctx, xy, start, 3, &region), FLX_OK);
    assert_near(flx_region_area(region), 36 - 16 + 4, ROUNDING);
    assert_true(flx_region_contains(region, 3, 3));
    assert_false(flx_region_contains(region, 1.5, 3));
    flx_region_free(region);
}

static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    flx_shape_item items[] = {
        {.kind = FLX_SHAPE_CIRCLE, .size = {2, 2}},
        {.verb = FLX_SHAPE_CUT, .kind = FLX_SHAPE_CIRCLE, .size = {1, 1}},
    };
    flx_region *region = NULL, *both = NULL;
    for (int64_t n = 1;; n++) {
        flx_ctx_fail_allocation(ctx, n);
        flx_status status = flx_region_create(ctx, items, 2, 0, &region);
        if (status == FLX_OK)
            status = flx_region_combine(ctx, region, FLX_SHAPE_ADD, region, &both);
        flx_ctx_fail_allocation(ctx, 0);
        flx_region_free(region);
        flx_region_free(both);
        if (status == FLX_OK)
            break;
        assert_int_equal(status, FLX_ERR_MEMORY);
        assert_true(n < 100);
        region = NULL;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_circle_has_its_area_and_at_least_64_sides),
        cmocka_unit_test(shapes_are_mirrored_scaled_rotated_then_moved),
        cmocka_unit_test(items_add_cut_and_keep_in_order),
        cmocka_unit_test(boxes_that_share_a_side_leave_no_points_on_it),
        cmocka_unit_test(a_path_has_flat_ends_and_mitred_corners),
        cmocka_unit_test(wrong_shapes_are_refused_with_the_reason),
        cmocka_unit_test(relations_tell_apart_touch_overlap_within),
        cmocka_unit_test(rings_nest_by_parity),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
