// The hierarchical operator against the dense one: accuracy asked for and reached, symmetry, graded
// meshes, layers close to each other and far apart, the same bits for any number of threads.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "selffield/operator.h"
#include "test_selffield_mesh.h"

static double triangle_area(const film *f, int32_t t)
{
    const int32_t *c = f->tri + 3 * t;
    return fabs((f->x[c[1]] - f->x[c[0]]) * (f->y[c[2]] - f->y[c[0]]) -
                (f->x[c[2]] - f->x[c[0]]) * (f->y[c[1]] - f->y[c[0]])) /
           2;
}

// 0: noise; 1: around the middle of the film; 2: one way, crowded towards a rim
static void set_currents(const film *f, int kind, double *k)
{
    for (int32_t t = 0; t < f->n_tri; t++) {
        double x = -0.5, y = -0.5;
        for (int c = 0; c < 3; c++) {
            x += f->x[f->tri[3 * t + c]] / 3;
            y += f->y[f->tri[3 * t + c]] / 3;
        }
        k[2 * t] = kind == 0 ? noise(2 * (uint32_t)t) : kind == 1 ? -y : 1 / (0.51 + x);
        k[2 * t + 1] = kind == 0 ? noise(2 * (uint32_t)t + 1) : kind == 1 ? x : 0.2;
    }
}

// Largest difference of the mean A of a triangle, relative to the largest.
static double error_of(const film *f, const double *a, const double *exact)
{
    double largest = 0, error = 0;
    for (int32_t m = 0; m < 2 * f->n_tri; m++) {
        largest = fmax(largest, fabs(exact[m]) / triangle_area(f, m / 2));
        error = fmax(error, fabs(a[m] - exact[m]) / triangle_area(f, m / 2));
    }
    return error / largest;
}

static double dot(const double *a, const double *b, int32_t n)
{
    double sum = 0;
    for (int32_t k = 0; k < n; k++)
        sum += a[k] * b[k];
    return sum;
}

// Every tolerance is kept by A everywhere, and by the energy, which is a mean of squares.
static void keeps(const film *f, const double *tolerances) // ends with 0
{
    flx_ctx *ctx = flx_ctx_create();
    int32_t n = 2 * f->n_tri;
    double *k = calloc((size_t)n, sizeof *k), *a = calloc((size_t)n, sizeof *a);
    double *exact = calloc(3 * (size_t)n, sizeof *exact);
    flx_selffield *dense = make_operator(ctx, f, FLX_SELFFIELD_DENSE, 1e-8);
    for (int kind = 0; kind < 3; kind++) {
        set_currents(f, kind, k);
        flx_selffield_apply(dense, k, exact + kind * n);
    }
    flx_selffield_free(dense);
    for (int m = 0; tolerances[m] > 0; m++) {
        flx_selffield *op = make_operator(ctx, f, FLX_SELFFIELD_HIERARCHICAL, tolerances[m]);
        flx_selffield_report report = flx_selffield_report_of(op);
        assert_true(report.nodes > 0 && report.error > 0 && report.error <= tolerances[m]);
        for (int kind = 0; kind < 3; kind++) {
            set_currents(f, kind, k);
            flx_selffield_apply(op, k, a);
            assert_near(error_of(f, a, exact + kind * n), 0, tolerances[m]);
            assert_near(dot(k, a, n) / dot(k, exact + kind * n, n), 1, tolerances[m]);
        }
        flx_selffield_free(op);
    }
    free(k);
    free(a);
    free(exact);
    flx_ctx_free(ctx);
}

static void an_even_film_keeps_every_tolerance(void **state)
{
    (void)state;
    film f = make_film(40, 1, 0.2, 1);
    keeps(&f, (double[]){1e-2, 1e-3, 1e-5, 1e-7, 0});
    free_film(&f);
}

static void a_film_refined_a_hundred_times_keeps_its_tolerance(void **state)
{
    (void)state;
    film f = make_film(36, 1, 0.1, 100);
    keeps(&f, (double[]){1e-3, 1e-6, 0});
    free_film(&f);
}

static void add_triangle(film *f, int32_t a, int32_t b, int32_t c)
{
    memcpy(f->tri + 3 * (size_t)f->n_tri++, (int32_t[]){a, b, c}, 3 * sizeof(int32_t));
}

static film make_room(int32_t n_site, int32_t n_tri)
{
    film f = {.n_film = 1};
    f.x = calloc((size_t)n_site, sizeof(double));
    f.y = calloc((size_t)n_site, sizeof(double));
    f.of = calloc((size_t)n_site, sizeof(int32_t));
    f.tri = calloc(3 * (size_t)n_tri, sizeof(int32_t));
    return f;
}

// Rings of 24 squares cut in two around a hole, each a quarter larger than the one inside it.
static film make_pinhole(int32_t n_ring)
{
    enum { AROUND = 24 };
    film f = make_room((n_ring + 1) * AROUND, 2 * n_ring * AROUND);
    for (int32_t ring = 0; ring <= n_ring; ring++)
        for (int32_t i = 0; i < AROUND; i++) {
            double r = pow(1.25, ring - n_ring), angle = 2 * 3.14159265358979323846 * i / AROUND;
            int32_t s = f.n_site++, next = ring * AROUND + (i + 1) % AROUND;
            f.x[s] = r * cos(angle);
            f.y[s] = r * sin(angle);
            if (ring == n_ring)
                continue;
            add_triangle(&f, s, s + AROUND, next + AROUND);
            add_triangle(&f, s, next + AROUND, next);
        }
    return f;
}

// Rows of n squares from side to side, n = 2, 4, ... 2^n_half, three rows of each: two of squares cut
// in two, one that joins twice as many. So a film is refined towards a long straight rim.
static film make_slit_side(int32_t n_half)
{
    film f = make_room((8 << n_half) + 3 * n_half, 14 << n_half);
    double y = 0;
    for (int32_t n = 2; n <= 1 << n_half; n *= 2)
        for (int32_t row = 0; row < 3; row++, y += 1.0 / n) {
            bool joins = row == 2, last = joins && n == 1 << n_half;
            int32_t above = f.n_site + n + 1, step = joins ? 2 : 1;
            for (int32_t i = 0; i <= n; i++) {
                int32_t s = f.n_site++, up = above + step * i;
                f.x[s] = (double)i / n;
                f.y[s] = y;
                if (i == n)
                    continue;
                add_triangle(&f, s, s + 1, up + 1);
                add_triangle(&f, s, up + 1, up);
                if (joins)
                    add_triangle(&f, s + 1, up + 2, up + 1);
            }
            for (int32_t i = 0; last && i <= 2 * n; i++) {
                f.x[f.n_site] = i / (2.0 * n);
                f.y[f.n_site++] = y + 1.0 / n;
            }
        }
    return f;
}

static void triangles_from_one_to_a_hundred_thousand_keep_their_tolerance(void **state)
{
    (void)state;
    film f = make_pinhole(52);
    keeps(&f, (double[]){1e-3, 1e-6, 0});
    free_film(&f);
}

// Even films have 220 to 340 at this tolerance; here it is 548, 295 and 470. Twice that of an even
// film is allowed. Boxes that are not divided because of one large triangle made it 1560 (all pairs),
// 831 and 1044.
static void near_pairs_are_few_however_much_triangles_grow(void **state)
{
    (void)state;
    film film_of[] = {make_pinhole(52), make_slit_side(7), make_slit_side(10)};
    for (int m = 0; m < 3; m++) {
        flx_ctx *ctx = flx_ctx_create();
        flx_selffield *op = make_operator(ctx, &film_of[m], FLX_SELFFIELD_HIERARCHICAL, 1e-4);
        flx_selffield_report report = flx_selffield_report_of(op);
        assert_true(report.error > 0 && report.error <= 1e-4);
        assert_in_range((int32_t)report.near_per_tri, 100, 680);
        flx_selffield_free(op);
        flx_ctx_free(ctx);
        free_film(&film_of[m]);
    }
}

static void layers_a_thousandth_and_ten_sides_apart_keep_their_tolerance(void **state)
{
    (void)state;
    for (int graded = 0; graded < 2; graded++) {
        film f = make_film(18, 3, 0.2, graded ? 300 : 2);
        f.z[1] = 1e-3;
        f.z[2] = 10;
        keeps(&f, (double[]){1e-3, 1e-5, 0});
        free_film(&f);
    }
}

static void it_is_linear_and_symmetric_to_rounding(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    film f = make_film(36, 2, 0.2, 20);
    f.z[1] = 0.3;
    int32_t n = 2 * f.n_tri;
    double *k = calloc(6 * (size_t)n, sizeof *k), *l = k + n, *pk = l + n, *pl = pk + n;
    double *both = pl + n, *p_both = both + n;
    set_currents(&f, 0, k);
    set_currents(&f, 2, l);
    for (int32_t i = 0; i < n; i++)
        both[i] = k[i] + l[i];
    // Whatever the tolerance, though values are kept in single precision at 1e-4: those who add up
    // what changes of currents do, step by step, would see errors grow that do not cancel.
    for (int m = 0; m < 2; m++) {
        flx_selffield *op = make_operator(ctx, &f, FLX_SELFFIELD_HIERARCHICAL, m ? 1e-4 : 1e-6);
        flx_selffield_apply(op, k, pk);
        flx_selffield_apply(op, l, pl);
        flx_selffield_apply(op, both, p_both);
        // Sums of 10^4 terms.
        double scale = sqrt(dot(k, pk, n) * dot(l, pl, n)), largest = 0, error = 0;
        assert_near((dot(l, pk, n) - dot(k, pl, n)) / scale, 0, 1e-13);
        assert_true(dot(k, pk, n) > 0);
        for (int32_t i = 0; i < n; i++) {
            largest = fmax(largest, fabs(p_both[i]));
            error = fmax(error, fabs(p_both[i] - pk[i] - pl[i]));
        }
        assert_near(error / largest, 0, 1e-13);
        flx_selffield_free(op);
    }
    free(k);
    free_film(&f);
    flx_ctx_free(ctx);
}

static void the_bits_do_not_depend_on_threads(void **state)
{
    (void)state;
    film f = make_film(40, 2, 0.2, 20);
    f.z[1] = 0.05;
    size_t bytes = 2 * (size_t)f.n_tri * sizeof(double);
    double *k = malloc(bytes), *a[3];
    set_currents(&f, 0, k);
    for (int round = 0; round < 3; round++) {
        flx_ctx *ctx = flx_ctx_create();
        flx_ctx_set_threads(ctx, 1 + round);
        flx_selffield *op = make_operator(ctx, &f, FLX_SELFFIELD_HIERARCHICAL, 1e-3);
        a[round] = malloc(bytes);
        flx_selffield_apply(op, k, a[round]);
        assert_memory_equal(a[0], a[round], bytes);
        flx_selffield_free(op);
        flx_ctx_free(ctx);
    }
    for (int round = 0; round < 3; round++)
        free(a[round]);
    free(k);
    free_film(&f);
}

static void small_problems_and_single_triangles_work_in_every_method(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    film f = make_film(1, 1, 0, 1);
    for (int32_t method = FLX_SELFFIELD_AUTO; method <= FLX_SELFFIELD_DIRECT; method++) {
        flx_selffield *op = make_operator(ctx, &f, method, 1e-6);
        double k[4] = {1, 0, 1, 0}, a[4], square = 4.0 / 3 * (1 - sqrt(2) + 3 * log(1 + sqrt(2)));
        flx_selffield_apply(op, k, a);
        assert_near(a[0] + a[2], square / (4 * 3.14159265358979323846), 1e-7);
        assert_near(a[1], 0, 0);
        flx_selffield_free(op);
    }
    free_film(&f);
    flx_ctx_free(ctx);
}

static void an_operator_that_misses_its_tolerance_says_so(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    film f = make_film(32, 1, 0.1, 1);
    flx_selffield *op = make_operator(ctx, &f, FLX_SELFFIELD_HIERARCHICAL, 1e-2);
    assert_int_equal(flx_selffield_verify(op, 1e-7), FLX_ERR_SOLVER);
    char text[256];
    flx_selffield_report report = flx_selffield_report_of(op);
    snprintf(
        text, sizeof text,
        "self-field: the hierarchical operator errs by %.2g of the largest A, 1e-07 is allowed "
        "(2048 triangles, %d nodes per box side); allow more, or use the dense method",
        report.error, report.nodes);
    assert_string_equal(flx_ctx_error(ctx), text);
    flx_selffield_free(op);
    free_film(&f);
    flx_ctx_free(ctx);
}

static void a_failing_allocation_leaves_nothing_behind(void **state)
{
    (void)state;
    film f = make_film(24, 2, 0.2, 1);
    f.z[1] = 0.1;
    flx_selffield_problem p = problem_of(&f);
    flx_selffield_opts o = flx_selffield_opts_default();
    o.method = FLX_SELFFIELD_HIERARCHICAL;
    o.tolerance = 1e-2;
    bool done = false;
    for (int64_t n = 1; !done; n++) {
        flx_ctx *ctx = flx_ctx_create();
        flx_selffield *op = NULL;
        flx_ctx_fail_allocation(ctx, n);
        flx_status status = flx_selffield_create(ctx, &p, &o, &op);
        done = status == FLX_OK;
        if (!done) {
            assert_int_equal(status, FLX_ERR_MEMORY);
            assert_null(op);
        }
        flx_selffield_free(op);
        flx_ctx_free(ctx);
    }
    free_film(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_even_film_keeps_every_tolerance),
        cmocka_unit_test(a_film_refined_a_hundred_times_keeps_its_tolerance),
        cmocka_unit_test(triangles_from_one_to_a_hundred_thousand_keep_their_tolerance),
        cmocka_unit_test(near_pairs_are_few_however_much_triangles_grow),
        cmocka_unit_test(layers_a_thousandth_and_ten_sides_apart_keep_their_tolerance),
        cmocka_unit_test(it_is_linear_and_symmetric_to_rounding),
        cmocka_unit_test(the_bits_do_not_depend_on_threads),
        cmocka_unit_test(small_problems_and_single_triangles_work_in_every_method),
        cmocka_unit_test(an_operator_that_misses_its_tolerance_says_so),
        cmocka_unit_test(a_failing_allocation_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
