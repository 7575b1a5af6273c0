// Fields of sheet currents at points: boxes against the sum over all triangles, a ring against the
// closed form on its axis, the flux through a film against the line integral around it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "selffield/operator.h"
#include "test_selffield_mesh.h"

static const double pi = 3.14159265358979323846;

enum { N_POINT = 200 };

static void fields_by_boxes_agree_with_the_sum_over_triangles(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    film f = make_film(40, 2, 0.2, 10);
    f.z[1] = 0.3;
    double *k = calloc(2 * (size_t)f.n_tri, sizeof *k);
    for (int32_t t = 0; t < f.n_tri; t++) {
        k[2 * t] = noise((uint32_t)t) - f.y[f.tri[3 * t]];
        k[2 * t + 1] = f.x[f.tri[3 * t]];
    }
    static const double tolerances[] = {1e-3, 1e-5, 1e-7}, heights[] = {0, 1e-3, 0.1, 0.6, 4};
    for (int m = 0; m < 3; m++) {
        flx_selffield *op = make_operator(ctx, &f, FLX_SELFFIELD_DIRECT, tolerances[m]);
        for (int h = 0; h < 5; h++) {
            static double xyz[N_POINT][3], a[2][N_POINT][2], b[2][N_POINT][3];
            for (uint32_t i = 0; i < N_POINT; i++) {
                xyz[i][0] = 0.5 + 0.7 * noise(2 * i);
                xyz[i][1] = 0.5 + 0.7 * noise(2 * i + 1);
                xyz[i][2] = heights[h];
            }
            int32_t nodes = op->far.nodes;
            for (int way = 0; way < 2; way++) {
                flx_selffield_points p = {N_POINT, xyz[0], a[way][0], b[way][0], NULL};
                op->far.nodes = way ? 0 : nodes; // without boxes: every triangle
                assert_int_equal(flx_selffield_field(ctx, op, k, &p), FLX_OK);
            }
            op->far.nodes = nodes;
            double a_error = 0, a_max = 0, b_error = 0, b_max = 0;
            for (int i = 0; i < N_POINT; i++) {
                for (int c = 0; c < 2; c++) {
                    a_error = fmax(a_error, fabs(a[0][i][c] - a[1][i][c]));
                    a_max = fmax(a_max, fabs(a[1][i][c]));
                }
                for (int c = 0; c < 3; c++) {
                    b_error = fmax(b_error, fabs(b[0][i][c] - b[1][i][c]));
                    b_max = fmax(b_max, fabs(b[1][i][c]));
                }
            }
            assert_true(a_max > 0 && b_max > 0);
            // A keeps the tolerance; a derivative of interpolation loses a factor of some nodes.
            assert_near(a_error / a_max, 0, tolerances[m]);
            assert_near(b_error / b_max, 0, 10 * tolerances[m]);
        }
        flx_selffield_free(op);
    }
    free(k);
    free_film(&f);
    flx_ctx_free(ctx);
}

// The field on the axis of a ring a < r < b of 2 n triangles in which the stream function falls
// linearly from 1 at its inner rim to 0.
static double ring_field(int32_t n, double a, double b, double z)
{
    flx_ctx *ctx = flx_ctx_create();
    double *x = calloc(2 * (size_t)n, sizeof *x), *y = calloc(2 * (size_t)n, sizeof *y);
    double *k = calloc(4 * (size_t)n, sizeof *k), at[3] = {0, 0, z}, field[3];
    int32_t *tri = calloc(6 * (size_t)n, sizeof *tri);
    for (int32_t i = 0; i < n; i++) {
        int32_t j = (i + 1) % n;
        const int32_t corner[2][3] = {{i, n + i, n + j}, {i, n + j, j}};
        memcpy(tri + 6 * (size_t)i, corner, sizeof corner);
        x[i] = a * cos(2 * pi * i / n);
        y[i] = a * sin(2 * pi * i / n);
        x[n + i] = b * cos(2 * pi * i / n);
        y[n + i] = b * sin(2 * pi * i / n);
    }
    for (int32_t t = 0; t < 2 * n; t++) {
        const int32_t *c = tri + 3 * t;
        double twice =
            (x[c[1]] - x[c[0]]) * (y[c[2]] - y[c[0]]) - (x[c[2]] - x[c[0]]) * (y[c[1]] - y[c[0]]);
        for (int q = 0; q < 3; q++) {
            double g = c[q] < n;
            k[2 * t] += g * (x[c[(q + 2) % 3]] - x[c[(q + 1) % 3]]) / twice;
            k[2 * t + 1] += g * (y[c[(q + 2) % 3]] - y[c[(q + 1) % 3]]) / twice;
        }
    }
    flx_selffield_problem p = {2 * n, 2 * n, 1, x, y, tri, NULL, NULL};
    flx_selffield_opts o = flx_selffield_opts_default();
    o.method = FLX_SELFFIELD_DIRECT;
    flx_selffield *op;
    assert_int_equal(flx_selffield_create(ctx, &p, &o, &op), FLX_OK);
    flx_selffield_points points = {1, at, NULL, field, NULL};
    assert_int_equal(flx_selffield_field(ctx, op, k, &points), FLX_OK);
    // n-fold symmetry
    assert_near(field[0], 0, 1e-14);
    assert_near(field[1], 0, 1e-14);
    free(x);
    free(y);
    free(k);
    free(tri);
    flx_selffield_free(op);
    flx_ctx_free(ctx);
    return field[2];
}

static void a_ring_of_current_has_the_field_on_its_axis(void **state)
{
    (void)state;
    // K = 1/(b - a) around: B_z = (K/2) int r^2 dr/(r^2 + z^2)^{3/2}
    //                           = (K/2) [asinh(r/z) - r/sqrt(r^2 + z^2)]_a^b; at z = 0: ln(b/a) K/2
    double a = 0.7, b = 1.3;
    for (double z = 0; z < 3; z += 0.5) {
        double inner = asinh(a / z) - a / hypot(a, z), outer = asinh(b / z) - b / hypot(b, z);
        double exact = (z > 0 ? outer - inner : log(b / a)) / (2 * (b - a));
        double coarse = ring_field(60, a, b, z) - exact, fine = ring_field(120, a, b, z) - exact;
        // A polygon of n sides errs by c/n^2 + O(n^-4).
        assert_near(coarse / fine, 4, 0.02);
        assert_near(fine - (coarse - fine) / 3, 0, 1e-6 * exact);
    }
}

static void the_flux_through_a_square_is_the_line_integral_of_a(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    film f = make_film(16, 2, 0.2, 1);
    f.z[1] = 0.2;
    flx_selffield *op = make_operator(ctx, &f, FLX_SELFFIELD_HIERARCHICAL, 1e-6);
    double *k = calloc(2 * (size_t)f.n_tri, sizeof *k);
    for (int32_t t = 0; t < f.n_tri; t++) {
        k[2 * t] = -f.y[f.tri[3 * t]];
        k[2 * t + 1] = sin(3 * f.x[f.tri[3 * t]]);
    }
    // A square above the films, the midpoint rule with n and 2 n points a side: h^2, so Richardson.
    double flux[2], around[2];
    for (int m = 0; m < 2; m++) {
        int n = m ? 40 : 20;
        double(*xyz)[3] = calloc((size_t)(n * n + 4 * n), sizeof *xyz);
        double(*a)[2] = calloc((size_t)(n * n + 4 * n), sizeof *a);
        double(*b)[3] = calloc((size_t)(n * n + 4 * n), sizeof *b);
        const double corner[5][2] = {{0.2, 0.3}, {1.2, 0.3}, {1.2, 1.3}, {0.2, 1.3}, {0.2, 0.3}};
        for (int i = 0; i < n * n + 4 * n; i++) {
            xyz[i][2] = 0.4;
            int side = (i - n * n) / n;
            double s = (i % n + 0.5) / n;
            for (int d = 0; d < 2; d++)
                xyz[i][d] = i < n * n ? corner[0][d] + ((d ? i / n : i % n) + 0.5) / n
                                      : corner[side][d] * (1 - s) + corner[side + 1][d] * s;
        }
        flx_selffield_points p = {n * n + 4 * n, xyz[0], a[0], b[0], NULL};
        assert_int_equal(flx_selffield_field(ctx, op, k, &p), FLX_OK);
        flux[m] = around[m] = 0;
        for (int i = 0; i < n * n; i++)
            flux[m] += b[i][2] / (n * n);
        for (int side = 0; side < 4; side++)
            for (int i = 0; i < n; i++)
                for (int d = 0; d < 2; d++)
                    around[m] +=
                        a[n * n + side * n + i][d] * (corner[side + 1][d] - corner[side][d]) / n;
        free(xyz);
        free(a);
        free(b);
    }
    double by_b = (4 * flux[1] - flux[0]) / 3, by_a = (4 * around[1] - around[0]) / 3;
    assert_true(fabs(by_b) > 0.01);
    assert_near(by_b, by_a, 1e-5 * fabs(by_b)); // h^4 (1/40)^4 and the tolerance
    free(k);
    flx_selffield_free(op);
    free_film(&f);
    flx_ctx_free(ctx);
}

static void points_that_are_no_points_are_refused(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    film f = make_film(2, 1, 0, 1);
    flx_selffield *op = make_operator(ctx, &f, FLX_SELFFIELD_AUTO, 1e-5);
    double k[16] = {0}, xyz[6] = {0, 0, 0, 1, NAN, 2}, b[6];
    flx_selffield_points p = {2, xyz, NULL, b, NULL};
    assert_int_equal(flx_selffield_field(ctx, op, k, &p), FLX_ERR_INPUT);
    assert_string_equal(flx_ctx_error(ctx), "self-field: point 1 is at (1, nan, 2)");
    flx_selffield_free(op);
    free_film(&f);
    flx_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_by_boxes_agree_with_the_sum_over_triangles),
        cmocka_unit_test(a_ring_of_current_has_the_field_on_its_axis),
        cmocka_unit_test(the_flux_through_a_square_is_the_line_integral_of_a),
        cmocka_unit_test(points_that_are_no_points_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
