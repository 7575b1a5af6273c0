// Field of the sheet currents.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/base.h"
#include "fluxoid/measure.h"
#include "test.h"
#include "test_measure_mesh.h"

// An annulus 1 < r < 2 with K_phi = r.
static double *turning(const flx_mesh *mesh)
{
    double *K = calloc(2 * (size_t)mesh->n_site, sizeof *K);
    for (int32_t i = 0; i < mesh->n_site; i++) {
        K[2 * i] = -mesh->y[i];
        K[2 * i + 1] = mesh->x[i];
    }
    return K;
}

static double axis_error(int32_t nr, int32_t nt, double z)
{
    flx_mesh *mesh = test_annulus(1, 2, nr, nt, 0);
    double *K = turning(mesh), r[3] = {0, 0, z}, b[3], a[3];
    flx_sheet sheet = {.mesh = mesh, .site_current = K, .pearl_length = 5};
    assert_int_equal(flx_measure_field(NULL, &sheet, r, 1, b, a), FLX_OK);
    // (1/2 Lambda) integral of K r^2/(r^2 + z^2)^(3/2) dr = [s + z^2/s]/(2 Lambda), s^2 = r^2 +
    // z^2.
    double s1 = hypot(1, z), s2 = hypot(2, z);
    double exact = (s2 - s1 + z * z / s2 - z * z / s1) / 10;
    assert_near(b[0], 0, 1e-14);
    assert_near(b[1], 0, 1e-14);
    assert_near(a[0], 0, 1e-14);
    assert_near(a[2], 0, 0);
    free(K);
    flx_mesh_free(mesh);
    return fabs(b[2] / exact - 1);
}

static void the_field_on_the_axis_of_an_annulus_is_right(void **state)
{
    (void)state;
    const double z[] = {0.02, 0.5, 3, 30};
    for (int k = 0; k < 4; k++) {
        double coarse = axis_error(5, 40, z[k]), fine = axis_error(10, 80, z[k]);
        // Polygons and currents constant on triangles: second order, (2 pi/80)^2/2.
        assert_near(fine, 0, 6e-3);
        assert_true(coarse / fine > 3.5 && coarse / fine < 4.5);
    }
}

static void the_field_is_the_curl_of_the_potential_at_any_distance(void **state)
{
    (void)state;
    flx_mesh *mesh = test_annulus(1, 2, 4, 30, 0.2);
    double *K = turning(mesh);
    for (int32_t i = 0; i < mesh->n_site; i++)
        K[2 * i] += 0.3;
    double height = 0.1;
    flx_sheet sheet = {.mesh = mesh, .site_current = K, .z = &height, .pearl_length = 2};
    const double at[][3] = {{1.6, 0.3, 0.4}, {0.1, 1.4, -0.5}, {3, 1, 0.1}, {-4, 2, 3}, {9, 9, 9}};
    const double h = 1e-3;
    for (size_t k = 0; k < sizeof at / sizeof at[0]; k++) {
        double r[13][3], a[13][3], b[13][3], d[3][2];
        memcpy(r[12], at[k], sizeof r[12]);
        for (int m = 0; m < 12; m++) {
            static const double shift[4] = {-2, -1, 1, 2};
            memcpy(r[m], at[k], sizeof r[m]);
            r[m][m / 4] += shift[m % 4] * h;
        }
        assert_int_equal(flx_measure_field(NULL, &sheet, r[0], 13, b[0], a[0]), FLX_OK);
        for (int axis = 0; axis < 3; axis++)
            for (int c = 0; c < 2; c++)
                d[axis][c] = (8 * (a[4 * axis + 2][c] - a[4 * axis + 1][c]) - a[4 * axis + 3][c] +
                              a[4 * axis][c]) /
                             (12 * h);
        // Differences of fourth order: 1e-12; where quadratures change over, 1e-7/h of a triangle's
        // share (1/100) of the potential (0.1).
        assert_near(b[12][0], -d[2][1], 1e-6);
        assert_near(b[12][1], d[2][0], 1e-6);
        assert_near(b[12][2], d[0][1] - d[1][0], 1e-6);
    }
    free(K);
    flx_mesh_free(mesh);
}

static void the_field_jumps_by_the_current_at_the_film(void **state)
{
    (void)state;
    flx_mesh *mesh = test_rectangle(8, 8, 2, 2, 0.1);
    double *K = calloc(2 * (size_t)mesh->n_site, sizeof *K);
    for (int32_t i = 0; i < mesh->n_site; i++) {
        K[2 * i] = 0.3;
        K[2 * i + 1] = -0.8;
    }
    flx_sheet sheet = {.mesh = mesh, .site_current = K, .pearl_length = 4};
    const double r[2][3] = {{0.93, 1.21, 1e-9}, {0.93, 1.21, -1e-9}};
    double b[2][3];
    assert_int_equal(flx_measure_field(NULL, &sheet, r[0], 2, b[0], NULL), FLX_OK);
    // z x (B+ - B-) = K/Lambda; the rest of the film changes over 2e-9 by 1e-9.
    assert_near(b[0][0] - b[1][0], -0.8 / 4, 1e-8);
    assert_near(b[0][1] - b[1][1], -0.3 / 4, 1e-8);
    assert_near(b[0][2] - b[1][2], 0, 1e-8);
    // The same points as a plane, with any number of threads to the bit.
    flx_ctx *ctx = flx_ctx_create();
    flx_field_plane plane = {-1, -1, 0.31, 0.37, 0.2, 11, 9};
    double one[99], two[99], point[3] = {-1 + 0.31 * 4, -1 + 0.37 * 5, 0.2}, bp[3];
    assert_int_equal(flx_measure_field_plane(ctx, &sheet, &plane, one), FLX_OK);
    flx_ctx_set_threads(ctx, 2);
    assert_int_equal(flx_measure_field_plane(ctx, &sheet, &plane, two), FLX_OK);
    assert_memory_equal(one, two, sizeof one);
    assert_int_equal(flx_measure_field(ctx, &sheet, point, 1, bp, NULL), FLX_OK);
    // Rules of quadrature good for 2e-6 a triangle.
    assert_near(one[5 * 11 + 4], bp[2], 1e-5 * fabs(bp[2]));
    flx_ctx_free(ctx);
    free(K);
    flx_mesh_free(mesh);
}

// In the plane of the film: currents that are linear in each triangle and continuous make a field that
// is continuous too, over edges, sites, and however near to the plane.
static void the_field_in_the_film_is_continuous(void **state)
{
    (void)state;
    flx_mesh *mesh = test_annulus(1, 2, 6, 48, 0);
    double *K = turning(mesh);
    for (int32_t i = 0; i < mesh->n_site; i++)
        K[2 * i] += sin(2 * mesh->x[i]);
    flx_sheet sheet = {.mesh = mesh, .site_current = K, .pearl_length = 2};
    const double near = 1e-7;
    for (int32_t e = 0; e < mesh->n_edge; e += 7) {
        int32_t i = mesh->tail[e], j = mesh->head[e];
        double middle = hypot(mesh->x[i] + mesh->x[j], mesh->y[i] + mesh->y[j]) / 2;
        double least = fmin(hypot(mesh->x[i], mesh->y[i]), middle);
        double most = fmax(hypot(mesh->x[i], mesh->y[i]), middle);
        if (least < 1.1 || most > 1.9)
            continue;
        double r[8][3] = {{mesh->x[i], mesh->y[i], 0},
                          {(mesh->x[i] + mesh->x[j]) / 2, (mesh->y[i] + mesh->y[j]) / 2, 0}};
        double b[8][3];
        for (int p = 0; p < 6; p++) {
            memcpy(r[2 + p], r[p % 2], sizeof r[0]);
            r[2 + p][p / 2] += near;
        }
        assert_int_equal(flx_measure_field(NULL, &sheet, r[0], 8, b[0], NULL), FLX_OK);
        // The field varies by 10 per unit of length, and more by the logarithm of the distance to a site:
        // 1e-5 is far below one current's jump, 0.1.
        for (int p = 0; p < 6; p++)
            assert_near(b[2 + p][2], b[p % 2][2], 1e-5);
    }
    free(K);
    flx_mesh_free(mesh);
}

// Largest difference between a plane and the same points one by one, over the largest value.
static double plane_error(const flx_sheet *sheet, const flx_field_plane *plane)
{
    int32_t n = plane->nx * plane->ny;
    double *bz = calloc((size_t)n, sizeof *bz), worst = 0, most = 0;
    double(*r)[3] = calloc((size_t)n, sizeof *r), (*b)[3] = calloc((size_t)n, sizeof *b);
    for (int32_t k = 0; k < n; k++) {
        r[k][0] = plane->x0 + plane->dx * (k % plane->nx);
        r[k][1] = plane->y0 + plane->dy * (k / plane->nx);
        r[k][2] = plane->z;
    }
    assert_int_equal(flx_measure_field(NULL, sheet, r[0], n, b[0], NULL), FLX_OK);
    assert_int_equal(flx_measure_field_plane(NULL, sheet, plane, bz), FLX_OK);
    for (int32_t k = 0; k < n; k++) {
        worst = fmax(worst, fabs(bz[k] - b[k][2]));
        most = fmax(most, fabs(b[k][2]));
    }
    free(bz);
    free(r);
    free(b);
    return worst / most;
}

static void a_plane_has_the_field_of_its_points(void **state)
{
    (void)state;
    flx_mesh *mesh = test_annulus(1, 3, 12, 120, 0.3);
    double *K = turning(mesh);
    for (int32_t i = 0; i < mesh->n_site; i++) // currents that change from site to site too
        K[2 * i] += sin(7 * mesh->x[i]) + 0.3 * sin(1.0 * i);
    flx_sheet sheet = {.mesh = mesh, .site_current = K, .pearl_length = 2};
    const flx_field_plane planes[] = {
        {-3.2, -3.1, 0.2, 0.21, 0.1, 33, 31},  // over the film, nearer than its triangles are wide
        {3.2, -3.1, -0.2, 0.21, 0.01, 33, 31}, // from right to left, almost on it
        {-8, -8, 0.8, 0.8, 2, 21, 21},         // far
        {0.3, -3, 0, 0.2, 0.3, 2, 31},         // one column
    };
    for (size_t k = 0; k < sizeof planes / sizeof *planes; k++)
        assert_near(plane_error(&sheet, &planes[k]), 0, 1e-5); // what is promised
    free(K);
    flx_mesh_free(mesh);
}

static void wrong_input_and_failed_allocations_are_reported(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_mesh *mesh = test_rectangle(2, 2, 2, 2, 0);
    double K[18] = {0}, r[3] = {0, 0, 1}, b[3];
    flx_sheet sheet = {.mesh = mesh, .site_current = K};
    assert_int_equal(flx_measure_field(ctx, &sheet, r, 1, b, NULL), FLX_ERR_INPUT);
    assert_non_null(strstr(flx_ctx_error(ctx), "Pearl length is 0 xi"));
    sheet.pearl_length = 1;
    flx_field_plane plane = {.nx = 0, .ny = 3};
    assert_int_equal(flx_measure_field_plane(ctx, &sheet, &plane, b), FLX_ERR_INPUT);
    int n = 0;
    flx_status status;
    do {
        flx_ctx_fail_allocation(ctx, ++n);
        status = flx_measure_field(ctx, &sheet, r, 1, b, NULL);
        assert_true(status == FLX_OK || status == FLX_ERR_MEMORY);
    } while (status != FLX_OK);
    assert_true(n > 2);
    plane = (flx_field_plane){.dx = 1, .dy = 1, .z = 1, .nx = 1, .ny = 1};
    for (n = 1;; n++) {
        flx_ctx_fail_allocation(ctx, n);
        status = flx_measure_field_plane(ctx, &sheet, &plane, b);
        if (status == FLX_OK)
            break;
        assert_int_equal(status, FLX_ERR_MEMORY);
    }
    assert_true(n > 3);
    flx_ctx_fail_allocation(ctx, 0);
    flx_mesh_free(mesh);
    flx_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_field_on_the_axis_of_an_annulus_is_right),
        cmocka_unit_test(the_field_is_the_curl_of_the_potential_at_any_distance),
        cmocka_unit_test(the_field_jumps_by_the_current_at_the_film),
        cmocka_unit_test(the_field_in_the_film_is_continuous),
        cmocka_unit_test(a_plane_has_the_field_of_its_points),
        cmocka_unit_test(wrong_input_and_failed_allocations_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
