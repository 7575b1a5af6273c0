// Applied fields, drives, starting states, random numbers.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/base.h"
#include "base/rng.h"
#include "fluxoid/measure.h"
#include "fluxoid/source.h"
#include "test.h"
#include "test_measure_mesh.h"

static const double pi = 3.14159265358979323846;

static void random_numbers_are_those_of_philox(void **state)
{
    (void)state;
    // Known answer of Philox 4x32-10 for key 0 and counter 0: 6627e8d5 e169c58d bc57ac4c 9b00dbd8.
    double u[2];
    flx_rng_uniform(0, 0, 0, u);
    assert_true(u[0] == ((double)(0xe169c58d6627e8d5u >> 12) + 0.5) * 0x1p-52);
    assert_true(u[1] == ((double)(0x9b00dbd8bc57ac4cu >> 12) + 0.5) * 0x1p-52);
    double mean = 0, square = 0;
    const int n = 20000;
    for (int k = 0; k < n; k++) {
        double g[2];
        flx_rng_gauss(7, 3, (uint64_t)k, g);
        mean += (g[0] + g[1]) / (2 * n);
        square += (g[0] * g[0] + g[1] * g[1]) / (2 * n);
    }
    // Four standard errors of 40000 values: 4/200 and 4 sqrt(2)/200.
    assert_near(mean, 0, 0.02);
    assert_near(square, 1, 0.029);
}

static flx_source *source_of(const flx_mesh *mesh, const flx_field_term *term, int32_t n)
{
    flx_ctx *ctx = flx_ctx_create();
    flx_source_problem problem = {.mesh = mesh, .field = term, .n_field = n};
    flx_source *source;
    if (flx_source_create(ctx, &problem, &source) != FLX_OK)
        fail_msg("%s", flx_ctx_error(ctx));
    flx_ctx_free(ctx);
    return source;
}

static void a_uniform_field_has_the_flux_of_every_triangle(void **state)
{
    (void)state;
    flx_mesh *mesh = test_rectangle(9, 7, 5, 4, 0.15);
    flx_field_term term = {.kind = FLX_FIELD_UNIFORM, .amplitude = 0.7};
    flx_source *source = source_of(mesh, &term, 1);
    double *a = calloc((size_t)mesh->n_edge, sizeof *a);
    flx_source_vector_potential(source, 0, a, NULL);
    for (int32_t t = 0; t < mesh->n_tri; t++) {
        const int32_t *c = mesh->tri + 3 * t;
        double area = 0.5 * ((mesh->x[c[1]] - mesh->x[c[0]]) * (mesh->y[c[2]] - mesh->y[c[0]]) -
                             (mesh->x[c[2]] - mesh->x[c[0]]) * (mesh->y[c[1]] - mesh->y[c[0]]));
        // Rounding of sums of terms of order 10.
        assert_near(test_circulation(mesh, a, c, 3), 0.7 * area, 2e-15);
    }
    assert_near(test_loop_circulation(mesh, a, 0), 0.7 * 20, 1e-13);
    assert_false(flx_source_varies(source));
    assert_near(flx_source_field(source, (double[3]){1, 2, 3}, 9), 0.7, 0);
    free(a);
    flx_source_free(source);
    flx_mesh_free(mesh);
}

static double bump(void *user, const double r[3], double t)
{
    (void)user;
    (void)t;
    return exp(-(r[0] - 2) * (r[0] - 2) - (r[1] - 1.5) * (r[1] - 1.5) - r[2] * r[2]);
}

static void a_field_function_has_the_exact_flux(void **state)
{
    (void)state;
    flx_mesh *mesh = test_rectangle(10, 8, 5, 4, 0.15);
    flx_field_term term = {.kind = FLX_FIELD_FUNCTION, .amplitude = 3, .field = bump};
    double z = 0.5;
    flx_source_problem problem = {.mesh = mesh, .z = &z, .field = &term, .n_field = 1};
    flx_source *source;
    assert_int_equal(flx_source_create(NULL, &problem, &source), FLX_OK);
    double *a = calloc((size_t)mesh->n_edge, sizeof *a);
    flx_source_vector_potential(source, 0, a, NULL);
    double exact = 3 * exp(-0.25) * 0.25 * pi * (erf(2) + erf(3)) * (erf(1.5) + erf(2.5));
    // The promise of the quadrature, for a flux of about 7.
    assert_near(test_loop_circulation(mesh, a, 0), exact, 1e-11);
    free(a);
    flx_source_free(source);
    flx_mesh_free(mesh);
}

// B of a loop by summing straight Biot-Savart elements; the sum over a circle of a smooth function
// converges exponentially.
static double loop_by_sum(double R, const double r[3], double a[2])
{
    const int n = 4000;
    double bz = 0;
    a[0] = a[1] = 0;
    for (int k = 0; k < n; k++) {
        double angle = 2 * pi * k / n, c = cos(angle), s = sin(angle), dl = 2 * pi * R / n;
        double x = r[0] - R * c, y = r[1] - R * s;
        double d = sqrt(x * x + y * y + r[2] * r[2]);
        bz += dl * (-s * y - c * x) / (4 * pi * d * d * d);
        a[0] -= dl * s / (4 * pi * d);
        a[1] += dl * c / (4 * pi * d);
    }
    return bz;
}

static void a_current_loop_agrees_with_biot_and_savart(void **state)
{
    (void)state;
    const double centre[3] = {0.5, -1, 2}, R = 1.5;
    const double at[][3] = {{0, 0, 0.7},  {1, 0.3, 0.5},   {1.5, 0, 0.1},
                            {3, -2, 0.1}, {1e-9, 0, -2.0}, {20, 10, 5}};
    for (size_t k = 0; k < sizeof at / sizeof at[0]; k++) {
        double r[3] = {at[k][0] + centre[0], at[k][1] + centre[1], at[k][2] + centre[2]};
        double a[2], expected[2];
        double b = flx_field_of_loop(centre, R, r, a);
        double b_expected = loop_by_sum(R, at[k], expected);
        // Rounding of the sum of 4000 terms.
        assert_near(b, b_expected, 1e-13);
        assert_near(a[0], expected[0], 1e-13);
        assert_near(a[1], expected[1], 1e-13);
    }
    double a[2], axis[3] = {0.5, -1, 5};
    double b = flx_field_of_loop(centre, R, axis, a);
    assert_near(b, R * R / (2 * pow(R * R + 9, 1.5)), 1e-16);
}

static void a_small_loop_is_a_dipole(void **state)
{
    (void)state;
    const double centre[3] = {0, 0, 0}, R = 1e-4, r[3] = {0.3, 0.4, 0.6};
    double a[2], a_dipole[2];
    const double moment[3] = {0, 0, pi * R * R};
    double b = flx_field_of_loop(centre, R, r, a);
    double b_dipole = flx_field_of_dipole(centre, moment, r, a_dipole);
    // The next multipole is smaller by (R/r)^2 ~ 2e-8.
    assert_near(b / b_dipole, 1, 1e-6);
    assert_near(a[0] / a_dipole[0], 1, 1e-7);
    assert_near(a[1] / a_dipole[1], 1, 1e-7);
}

static void closed_forms_and_their_fluxes_agree(void **state)
{
    (void)state;
    flx_mesh *mesh = test_annulus(0.5, 3, 12, 64, 0.7);
    flx_field_term term[] = {
        {.kind = FLX_FIELD_LOOP, .amplitude = 4, .centre = {0.2, 0.1, 0.8}, .radius = 1},
        {.kind = FLX_FIELD_DIPOLE,
         .amplitude = 5,
         .centre = {0, 0.3, 1.5},
         .moment = {1, -2, 0.5}}};
    for (int k = 0; k < 2; k++) {
        flx_source *source = source_of(mesh, &term[k], 1);
        double *a = calloc((size_t)mesh->n_edge, sizeof *a);
        flx_source_vector_potential(source, 0, a, NULL);
        // Flux through every triangle by its corners, middles of sides and centroid (degree 3).
        double worst = 0;
        for (int32_t t = 0; t < mesh->n_tri; t++) {
            const int32_t *c = mesh->tri + 3 * t;
            double x[3], y[3], sum = 0;
            for (int m = 0; m < 3; m++) {
                x[m] = mesh->x[c[m]];
                y[m] = mesh->y[c[m]];
            }
            double area = 0.5 * ((x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0]));
            for (int m = 0; m < 3; m++) {
                int n = (m + 1) % 3;
                double corner[3] = {x[m], y[m], 0};
                double middle[3] = {(x[m] + x[n]) / 2, (y[m] + y[n]) / 2, 0};
                sum += flx_source_field(source, corner, 0) / 20;
                sum += flx_source_field(source, middle, 0) * 2 / 15;
            }
            double centre[3] = {(x[0] + x[1] + x[2]) / 3, (y[0] + y[1] + y[2]) / 3, 0};
            sum += flx_source_field(source, centre, 0) * 9 / 20;
            worst = fmax(worst, fabs(test_circulation(mesh, a, c, 3) - sum * area));
        }
        // Rule of degree 3, triangles of 0.2, fields that vary over 0.8: (0.25)^4 * area * 1e-1.
        assert_near(worst, 0, 1e-5);
        free(a);
        flx_source_free(source);
    }
    flx_mesh_free(mesh);
}

static void a_grid_has_exactly_the_flux_of_its_interpolant(void **state)
{
    (void)state;
    flx_mesh *mesh = test_rectangle(7, 6, 5, 4, 0.15);
    double b[8 * 9];
    for (int k = 0; k < 72; k++)
        b[k] = test_scatter(k);
    for (int cubic = 0; cubic < 2; cubic++) {
        flx_field_term term = {.kind = FLX_FIELD_GRID,
                               .amplitude = 2,
                               .grid = {b, 9, 8, 0, 0, 5.0 / 8, 4.0 / 7, cubic}};
        flx_source *source = source_of(mesh, &term, 1);
        double *a = calloc((size_t)mesh->n_edge, sizeof *a);
        flx_source_vector_potential(source, 0, a, NULL);
        // Two Gauss points a direction are exact for cubics.
        const double g = 0.5 / sqrt(3);
        double sum = 0;
        for (int k = 0; k < 8 * 7 * 4; k++) {
            double x = k / 4 % 8 + 0.5 + (k % 2 ? g : -g), y = k / 32 + 0.5 + (k % 4 / 2 ? g : -g);
            double r[3] = {x * 5 / 8, y * 4 / 7, 0};
            sum += flx_source_field(source, r, 0) * 20 / 224;
        }
        // Rounding.
        assert_near(test_loop_circulation(mesh, a, 0), sum, 1e-13);
        // On the grid's points the interpolant is the data.
        assert_near(flx_source_field(source, (double[3]){5.0 / 8 * 3, 4.0 / 7 * 2, 0}, 0),
                    2 * b[2 * 9 + 3], 1e-14);
        free(a);
        flx_source_free(source);
    }
    flx_mesh_free(mesh);
}

static double swing(void *user, double t)
{
    return sin(*(double *)user * t);
}

static double moving(void *user, const double r[3], double t)
{
    (void)user;
    return r[0] * t * t + cos(t);
}

static void shear(void *user, const double r[3], double t, double a[2])
{
    (void)user;
    a[0] = -r[1] * exp(-t);
    a[1] = 0;
}

static void terms_are_summed_with_their_rates(void **state)
{
    (void)state;
    flx_mesh *mesh = test_rectangle(4, 4, 2, 2, 0.2);
    double omega = 3;
    flx_field_term term[] = {
        {.kind = FLX_FIELD_UNIFORM, .amplitude = 0.5, .factor = swing, .factor_user = &omega},
        {.kind = FLX_FIELD_FUNCTION, .amplitude = 2, .field = moving, .varies = true},
        {.kind = FLX_FIELD_VECTOR, .amplitude = 1, .vector = shear, .varies = true}};
    flx_source *source = source_of(mesh, term, 3);
    double *a = calloc((size_t)mesh->n_edge, sizeof *a);
    double *a_dot = calloc((size_t)mesh->n_edge, sizeof *a_dot);
    double t = 1.3;
    flx_source_vector_potential(source, t, a, a_dot);
    double flux = 4 * 0.5 * sin(omega * t) + 2 * (4 * t * t + 4 * cos(t)) + 4 * exp(-t);
    double rate = 4 * 0.5 * omega * cos(omega * t) + 2 * (8 * t - 4 * sin(t)) - 4 * exp(-t);
    assert_near(test_loop_circulation(mesh, a, 0), flux, 1e-12);
    // Differences over 1e-3: (1e-3)^4 omega^5/30 ~ 1e-11 and rounding 1e-16/1e-3 of some tens.
    assert_near(test_loop_circulation(mesh, a_dot, 0), rate, 1e-10);
    assert_true(flx_source_varies(source));
    double b = 0.5 * sin(omega * t) + 2 * (0.4 * t * t + cos(t)) + exp(-t);
    assert_near(flx_source_field(source, (double[3]){0.4, 1.1, 0}, t), b, 1e-12);
    flx_drive drive = flx_source_drive(source);
    assert_true(drive.vector_potential_varies && !drive.epsilon && !drive.current);
    free(a);
    free(a_dot);
    flx_source_free(source);
    flx_mesh_free(mesh);
}

static double hot_spot(void *user, double x, double y, double t)
{
    (void)user;
    return 1 - x * y * t;
}

static void epsilon_and_currents_follow_their_functions(void **state)
{
    (void)state;
    flx_mesh *mesh = test_rectangle(3, 3, 1, 1, 0);
    double omega = 2;
    flx_epsilon epsilon = {hot_spot, NULL, true};
    flx_current current[] = {{0.4, NULL, NULL}, {-0.4, swing, &omega}};
    flx_source_problem problem = {
        .mesh = mesh, .epsilon = &epsilon, .current = current, .n_current = 2};
    flx_source *source;
    assert_int_equal(flx_source_create(NULL, &problem, &source), FLX_OK);
    flx_drive drive = flx_source_drive(source);
    double eps[16], I_of[2];
    drive.epsilon(drive.user, 0.5, eps);
    drive.current(drive.user, 0.3, I_of);
    assert_near(eps[15], 0.5, 1e-15);
    assert_near(eps[0], 1, 0);
    assert_near(I_of[0], 0.4, 0);
    assert_near(I_of[1], -0.4 * sin(0.6), 1e-16);
    assert_true(drive.epsilon_varies && !drive.vector_potential);
    flx_source_free(source);
    flx_mesh_free(mesh);
}

static double broken(void *user, const double r[3], double t)
{
    (void)user;
    (void)t;
    return sqrt(r[0] - 1);
}

static void wrong_input_is_refused_with_its_place(void **state)
{
    (void)state;
    flx_mesh *mesh = test_rectangle(2, 2, 2, 2, 0);
    flx_ctx *ctx = flx_ctx_create();
    double b[4] = {1, 1, 1, 1};
    struct {
        flx_field_term term;
        const char *text;
    } wrong[] = {
        {{.kind = FLX_FIELD_FUNCTION, .amplitude = 1, .field = broken}, "near x = 0, y = 0 xi"},
        {{.kind = FLX_FIELD_FUNCTION, .amplitude = 1}, "field term 0 has no function"},
        {{.kind = FLX_FIELD_UNIFORM, .amplitude = NAN}, "amplitude of field term 0 is"},
        {{.kind = FLX_FIELD_LOOP, .amplitude = 1}, "radius of the loop in field term 0 is 0 xi"},
        {{.kind = FLX_FIELD_GRID, .amplitude = 1, .grid = {b, 2, 2, 0, 0, 1, 1, false}},
         "give the field on a larger grid"},
        {{.kind = FLX_FIELD_GRID, .amplitude = 1, .grid = {b, 1, 4, 0, 0, 1, 1, false}},
         "at least 2 x 2"},
        {{.kind = FLX_FIELD_UNIFORM, .amplitude = 1, .varies = true}, "give its factor instead"},
    };
    for (size_t k = 0; k < sizeof wrong / sizeof wrong[0]; k++) {
        flx_source_problem problem = {.mesh = mesh, .field = &wrong[k].term, .n_field = 1};
        flx_source *source = (flx_source *)ctx;
        assert_int_equal(flx_source_create(ctx, &problem, &source), FLX_ERR_INPUT);
        assert_null(source);
        if (!strstr(flx_ctx_error(ctx), wrong[k].text))
            fail_msg("case %zu: %s", k, flx_ctx_error(ctx));
    }
    flx_ctx_free(ctx);
    flx_mesh_free(mesh);
}

static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    flx_mesh *mesh = test_rectangle(2, 2, 2, 2, 0);
    flx_ctx *ctx = flx_ctx_create();
    double b[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    flx_epsilon epsilon = {hot_spot, NULL, true};
    flx_field_term term[] = {
        {.kind = FLX_FIELD_GRID, .amplitude = 1, .grid = {b, 3, 3, 0, 0, 1, 1, true}},
        {.kind = FLX_FIELD_UNIFORM, .amplitude = 1}};
    flx_source_problem problem = {.mesh = mesh, .field = term, .n_field = 2, .epsilon = &epsilon};
    flx_source *source = NULL;
    int n = 0;
    flx_status status;
    do {
        flx_ctx_fail_allocation(ctx, ++n);
        status = flx_source_create(ctx, &problem, &source);
        assert_true(status == FLX_OK || (status == FLX_ERR_MEMORY && !source));
    } while (status != FLX_OK);
    assert_int_equal(n, 11); // ten allocations
    flx_source_free(source);
    flx_ctx_free(ctx);
    flx_mesh_free(mesh);
}

static void holes_and_vortices_start_with_their_windings(void **state)
{
    (void)state;
    flx_mesh *mesh = test_annulus(1, 4, 12, 60, 0.3);
    flx_cplx *psi = calloc((size_t)mesh->n_site, sizeof *psi);
    int32_t hole = test_loop(mesh, false), rim = test_loop(mesh, true);
    flx_start_uniform(mesh, NULL, psi);
    flx_start_hole winding = {hole, -3};
    assert_int_equal(flx_start_holes(NULL, mesh, &winding, 1, psi), FLX_OK);
    flx_start_vortex vortices[] = {{2.8, 0.1, 1, 0}, {-2.2, 0.05, 1, 0}};
    assert_int_equal(flx_start_vortices(NULL, mesh, vortices, 2, psi), FLX_OK);
    flx_frame frame = {.mesh = mesh, .psi = psi};
    flx_winding w;
    assert_int_equal(flx_measure_loop_winding(NULL, &frame, hole, &w), FLX_OK);
    assert_int_equal(w.winding, -3);
    assert_int_equal(flx_measure_loop_winding(NULL, &frame, rim, &w), FLX_OK);
    assert_int_equal(w.winding, -1);
    flx_vortices found;
    assert_int_equal(flx_measure_vortices(NULL, &frame, 0, &found), FLX_OK);
    assert_int_equal(found.n, 2);
    flx_vortices_clear(&found);
    winding.loop = rim;
    assert_int_equal(flx_start_holes(NULL, mesh, &winding, 1, psi), FLX_ERR_INPUT);
    free(psi);
    flx_mesh_free(mesh);
}

static void noise_has_its_strength_and_depends_on_the_seed_alone(void **state)
{
    (void)state;
    flx_mesh *mesh = test_rectangle(60, 60, 1, 1, 0);
    flx_cplx *psi = calloc((size_t)mesh->n_site, sizeof *psi);
    flx_cplx *again = calloc((size_t)mesh->n_site, sizeof *again);
    flx_start_noise(mesh, 0.1, 42, psi);
    flx_start_noise(mesh, 0.1, 42, again);
    assert_memory_equal(psi, again, (size_t)mesh->n_site * sizeof *psi);
    flx_start_noise(mesh, 0.1, 43, again);
    assert_memory_not_equal(psi, again, sizeof *psi);
    double square = 0;
    for (int32_t i = 0; i < mesh->n_site; i++)
        square += (psi[i].re * psi[i].re + psi[i].im * psi[i].im) / mesh->n_site;
    // |psi|^2 is exponential: four standard errors of 3721 values are 7 %.
    assert_near(square / 0.01, 1, 0.07);
    free(psi);
    free(again);
    flx_mesh_free(mesh);
}

// psi = f exp(i chi) with A = grad chi, chi = 40 x + 15 y: its phase turns by many radians per
// edge, yet interpolation in the gauge of the point is exact for a linear f.
static void a_frame_is_carried_to_another_mesh_in_the_right_gauge(void **state)
{
    (void)state;
    flx_mesh *old = test_rectangle(10, 10, 2, 2, 0.2), *new = test_rectangle(13, 9, 2, 2, 0.1);
    flx_cplx *psi = calloc((size_t)old->n_site, sizeof *psi);
    flx_cplx *out = calloc((size_t) new->n_site, sizeof *out);
    double *a = calloc((size_t)old->n_edge, sizeof *a);
    double *chi = calloc((size_t)old->n_site, sizeof *chi);
    for (int32_t i = 0; i < old->n_site; i++) {
        double x = old->x[i], y = old->y[i], f = 1 + 0.2 * x - 0.1 * y;
        chi[i] = 40 * x + 15 * y;
        psi[i] = (flx_cplx){f * cos(chi[i]), f * sin(chi[i])};
    }
    for (int32_t e = 0; e < old->n_edge; e++)
        a[e] = chi[old->head[e]] - chi[old->tail[e]];
    flx_frame frame = {.mesh = old, .psi = psi, .a = a};
    flx_ctx *ctx = flx_ctx_create();
    assert_int_equal(flx_start_from(ctx, &frame, new, out), FLX_OK);
    for (int32_t i = 0; i < new->n_site; i++) {
        double x = new->x[i], y = new->y[i], f = 1 + 0.2 * x - 0.1 * y, c = 40 * x + 15 * y;
        // Rounding of phases of order 100.
        assert_near(out[i].re, f * cos(c), 1e-12);
        assert_near(out[i].im, f * sin(c), 1e-12);
    }
    flx_ctx_fail_allocation(ctx, 1);
    assert_int_equal(flx_start_from(ctx, &frame, new, out), FLX_ERR_MEMORY);
    flx_ctx_free(ctx);
    free(psi);
    free(out);
    free(a);
    free(chi);
    flx_mesh_free(old);
    flx_mesh_free(new);
}

// Averages over 4000 seeds: standard errors 1/63 of a standard deviation, times 4.
static void random_disorder_has_its_spread_and_its_length(void **state)
{
    (void)state;
    enum { SEEDS = 4000 };
    const double x[3] = {0.3, 0.3 + 1.5, 0.3}, y[3] = {-2, -2, -2 + 4.5};
    double mean = 0, square = 0, near = 0, far = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        flx_disorder d = {FLX_DISORDER_RANDOM, .spread = 0.2, .length = 1.5, .seed = seed};
        double v[3];
        flx_disorder_fill(&d, x, y, 3, v);
        mean += v[0] / 0.2 / SEEDS;
        square += v[0] * v[0] / 0.04 / SEEDS;
        near += v[0] * v[1] / 0.04 / SEEDS;
        far += v[0] * v[2] / 0.04 / SEEDS;
    }
    assert_near(mean, 0, 4 / 63.);
    assert_near(square, 1, 4 * sqrt(2) / 63.);
    assert_near(near, exp(-0.5), 4 * 1.2 / 63.);
    assert_near(far, exp(-4.5), 4 / 63.);
}

// A line through 4000 grain sizes: constant within grains, so only a few values; the share of
// boundaries is their width times the line's crossings (4/pi for each cell side of Voronoi cells).
static void grains_have_one_value_each_between_boundaries(void **state)
{
    (void)state;
    enum { N = 40000 };
    static double x[N], y[N], v[N], w[N];
    for (int k = 0; k < N; k++) {
        x[k] = 0.1 * k;
        y[k] = 0.05 * k;
    }
    flx_disorder d = {FLX_DISORDER_GRAINS, .spread = 0.2, .length = 2, .depth = 5, .width = 0.2};
    d.seed = 3;
    flx_disorder_fill(&d, x, y, N, v);
    flx_disorder_fill(&d, x + N / 2, y + N / 2, N / 2, w); // of place and seed alone
    assert_memory_equal(v + N / 2, w, sizeof(double) * N / 2);
    int rim = 0, same = 0;
    double mean = 0, square = 0;
    for (int k = 0; k < N; k++) {
        bool boundary = v[k] < -3;
        rim += boundary;
        same += k > 0 && !boundary && v[k] == v[k - 1];
        mean += (v[k] + (boundary ? 5 : 0)) / N;
        square += pow(v[k] + (boundary ? 5 : 0), 2) / N;
    }
    // Cells of random seeds have rims of length 2/size in each unit of area (Meijering 1953), those
    // of a jittered lattice a few percent less: with a width of 0.2 a fifth of it. Neighbours within
    // a grain (0.11 apart) are equal.
    assert_in_range(rim, N * 0.16, N * 0.21);
    assert_true(same > N - 2.2 * rim);
    // 2000 grains or so: 4 standard errors.
    assert_near(mean, 0, 0.2 * 4 / 45);
    assert_near(square, 0.04, 0.04 * 4 * sqrt(2) / 45);
}

static void disorder_adds_to_epsilon(void **state)
{
    (void)state;
    flx_mesh *mesh = test_rectangle(9, 7, 5, 4, 0.15);
    flx_ctx *ctx = flx_ctx_create();
    double *delta = calloc((size_t)mesh->n_site, sizeof *delta);
    double *eps = calloc((size_t)mesh->n_site, sizeof *eps);
    for (int32_t i = 0; i < mesh->n_site; i++)
        delta[i] = 0.01 * i;
    flx_source_problem problem = {.mesh = mesh, .disorder = delta};
    flx_source *source;
    assert_int_equal(flx_source_create(ctx, &problem, &source), FLX_OK);
    assert_non_null(flx_source_drive(source).epsilon);
    flx_source_epsilon(source, 0, eps);
    for (int32_t i = 0; i < mesh->n_site; i++)
        assert_near(eps[i], 1 + 0.01 * i, 1e-15);
    assert_false(flx_source_varies(source));
    flx_source_free(source);
    free(delta);
    free(eps);
    flx_mesh_free(mesh);
    flx_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_disorder_has_its_spread_and_its_length),
        cmocka_unit_test(grains_have_one_value_each_between_boundaries),
        cmocka_unit_test(disorder_adds_to_epsilon),
        cmocka_unit_test(random_numbers_are_those_of_philox),
        cmocka_unit_test(a_uniform_field_has_the_flux_of_every_triangle),
        cmocka_unit_test(a_field_function_has_the_exact_flux),
        cmocka_unit_test(a_current_loop_agrees_with_biot_and_savart),
        cmocka_unit_test(a_small_loop_is_a_dipole),
        cmocka_unit_test(closed_forms_and_their_fluxes_agree),
        cmocka_unit_test(a_grid_has_exactly_the_flux_of_its_interpolant),
        cmocka_unit_test(terms_are_summed_with_their_rates),
        cmocka_unit_test(epsilon_and_currents_follow_their_functions),
        cmocka_unit_test(wrong_input_is_refused_with_its_place),
        cmocka_unit_test(every_failed_allocation_is_reported),
        cmocka_unit_test(holes_and_vortices_start_with_their_windings),
        cmocka_unit_test(noise_has_its_strength_and_depends_on_the_seed_alone),
        cmocka_unit_test(a_frame_is_carried_to_another_mesh_in_the_right_gauge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
