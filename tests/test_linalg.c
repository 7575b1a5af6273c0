// Sparse Cholesky against matrices whose solution is known; pool sums; same bits for any number of
// threads.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/base.h"
#include "base/pool.h"
#include "linalg/dissect.h"
#include "linalg/spd.h"

// Five-point Laplacian + shift on an n x n grid, Dirichlet outside.
typedef struct grid {
    int32_t row[40001], col[200000], n;
    double val[200000];
} grid;

static grid *laplacian(int32_t n)
{
    grid *g = calloc(1, sizeof *g);
    int32_t k = 0;
    g->n = n * n;
    for (int32_t y = 0; y < n; y++)
        for (int32_t x = 0; x < n; x++) {
            const int32_t dx[] = {0, -1, 0, 1, 0}, dy[] = {-1, 0, 0, 0, 1};
            for (int32_t d = 0; d < 5; d++) {
                int32_t u = x + dx[d], v = y + dy[d];
                if (u < 0 || v < 0 || u >= n || v >= n)
                    continue;
                g->col[k] = v * n + u;
                g->val[k++] = d == 2 ? 4.01 : -1;
            }
            g->row[y * n + x + 1] = k;
        }
    return g;
}

// By the named solver; what it keeps must refine to the same accuracy whatever its precision.
static void solve(const char *name, int32_t n, int32_t threads, double *x, double *x_true)
{
    flx_ctx *ctx = flx_ctx_create();
    grid *g = laplacian(n);
    flx_csr a = {.n = g->n, .row = g->row, .col = g->col, .val = g->val};
    flx_pool *pool;
    flx_spd *spd;
    assert_int_equal(flx_pool_create(ctx, threads, g->n, &pool), FLX_OK);
    assert_int_equal(flx_spd_create(ctx, name, &a, pool, &spd), FLX_OK);
    double *b = calloc((size_t)g->n, sizeof *b);
    for (int32_t i = 0; i < g->n; i++)
        x_true[i] = sin(0.37 * i) + 0.01 * i;
    for (int32_t i = 0; i < g->n; i++)
        for (int32_t k = g->row[i]; k < g->row[i + 1]; k++)
            b[i] += g->val[k] * x_true[g->col[k]];
    flx_spd_solve(spd, b, x);
    flx_spd_solve(spd, b, b); // in place
    assert_memory_equal(x, b, (size_t)g->n * sizeof *b);
    free(b);
    free(g);
    flx_spd_free(spd);
    flx_pool_free(pool);
    flx_ctx_free(ctx);
}

static const char *const solver[] = {"cholmod", "cholmod-single", "cholmod-half"};

static void cholesky_solves_grids_of_any_size(void **state)
{
    (void)state;
    const int32_t sizes[] = {1, 2, 3, 7, 20, 63, 150};
    for (size_t s = 0; s < 3 * sizeof sizes / sizeof sizes[0]; s++) {
        int32_t side = sizes[s / 3], n = side * side;
        double *x = calloc((size_t)n, sizeof *x), *expected = calloc((size_t)n, sizeof *x);
        solve(solver[s % 3], side, 1, x, expected);
        // condition number <= 800 for this shift, values up to 225: rounding stays below 1e-9
        for (int32_t i = 0; i < n; i++)
            assert_near(x[i], expected[i], 1e-9);
        free(x);
        free(expected);
    }
}

static void random_solutions_have_the_covariance_of_the_inverse(void **state)
{
    (void)state;
    // Column k of R is what the k-th z alone adds; A R R^T = 1. In pieces: two grids that do not
    // touch, beside each other in one matrix.
    enum { SIDE = 9, N = 2 * SIDE * SIDE };
    static double r[N][N], product[N][N];
    flx_ctx *ctx = flx_ctx_create();
    grid *g = laplacian(SIDE);
    int32_t half = g->n, entries = g->row[half];
    static int32_t row[N + 1], col[10 * N];
    static double val[10 * N];
    for (int32_t k = 0; k < 2 * entries; k++) {
        col[k] = g->col[k % entries] + (k < entries ? 0 : half);
        val[k] = g->val[k % entries] * (k < entries ? 1 : 3);
    }
    for (int32_t i = 0; i <= N; i++)
        row[i] = i <= half ? g->row[i] : entries + g->row[i - half];
    flx_csr a = {.n = N, .row = row, .col = col, .val = val};
    flx_spd *spd;
    assert_int_equal(flx_spd_create(ctx, "cholmod", &a, NULL, &spd), FLX_OK);
    double b[N] = {0}, z[N] = {0}, x[N], shifted[N];
    for (int32_t k = 0; k < N; k++) {
        z[k] = 1;
        flx_spd_solve_random(spd, b, z, x);
        z[k] = 0;
        for (int32_t i = 0; i < N; i++)
            r[i][k] = x[i];
    }
    for (int32_t i = 0; i < N; i++)
        for (int32_t q = row[i]; q < row[i + 1]; q++)
            for (int32_t j = 0; j < N; j++)
                for (int32_t k = 0; k < N; k++)
                    product[i][j] += val[q] * r[col[q]][k] * r[j][k];
    // rounding of sums of 162 terms of size 1, times a condition number below 800
    for (int32_t i = 0; i < N; i++)
        for (int32_t j = 0; j < N; j++)
            assert_near(product[i][j], i == j ? 1 : 0, 1e-10);
    // About the solution: the two parts add up.
    for (int32_t i = 0; i < N; i++)
        b[i] = cos(0.3 * i);
    z[5] = 2;
    flx_spd_solve(spd, b, x);
    flx_spd_solve_random(spd, b, z, shifted);
    for (int32_t i = 0; i < N; i++)
        assert_near(shifted[i], x[i] + 2 * r[i][5], 1e-12);
    free(g);
    flx_spd_free(spd);
    flx_ctx_free(ctx);
}

// Fronts of all sizes: 150^2 has some that BLAS takes part in.
static void a_pattern_takes_many_matrices(void **state)
{
    (void)state;
    const int32_t sizes[] = {1, 2, 5, 19, 64, 150};
    const double shift[] = {0, 0.7, -3.9, -5,
                            2}; // of the diagonal; at the fourth nothing is positive
    for (size_t s = 0; s < 2 * sizeof sizes / sizeof sizes[0]; s++) {
        flx_ctx *ctx = flx_ctx_create();
        grid *g = laplacian(sizes[s / 2]);
        flx_csr a = {.n = g->n, .row = g->row, .col = g->col, .val = g->val};
        flx_pool *pool;
        flx_spd *many, *one;
        double *b = calloc((size_t)g->n, sizeof *b), *x = calloc((size_t)g->n, sizeof *b);
        double *y = calloc((size_t)g->n, sizeof *b);
        assert_int_equal(flx_pool_create(ctx, 1, g->n, &pool), FLX_OK);
        assert_int_equal(flx_spd_prepare(ctx, solver[s % 2], &a, pool, &many), FLX_OK);
        for (int32_t i = 0; i < g->n; i++)
            b[i] = cos(0.2 * i);
        double before = 0;
        for (size_t k = 0; k < sizeof shift / sizeof *shift; k++) {
            for (int32_t i = 0; i < g->n; i++)
                for (int32_t q = g->row[i]; q < g->row[i + 1]; q++)
                    if (g->col[q] == i) // varies, so that a value in a wrong place shows
                        g->val[q] = 4.01 + shift[k] + 0.3 * sin(i);
            flx_status is = flx_spd_create(ctx, "cholmod", &a, pool, &one);
            assert_int_equal(flx_spd_refactor(ctx, many, &a), is);
            if (is == FLX_OK) {
                flx_spd_solve(one, b, x);
                flx_spd_solve(many, b, y);
                // rounding times a condition number below 1e4, of solutions up to 100
                for (int32_t i = 0; i < g->n; i++)
                    assert_near(y[i], x[i], 1e-9);
                before = y[0];
            } else {
                assert_int_equal(is, FLX_ERR_SOLVER);
                flx_spd_approximate(many, b, y); // is as it was
                assert_near(y[0], before, 1e-4 * fabs(before));
            }
            flx_spd_free(one);
        }
        flx_spd_free(many);
        flx_pool_free(pool);
        free(b);
        free(x);
        free(y);
        free(g);
        flx_ctx_free(ctx);
    }
}

static void the_bits_do_not_depend_on_threads(void **state)
{
    (void)state;
    enum { N = 120 };
    double *x = calloc(3 * N * N, sizeof *x), *expected = calloc(N * N, sizeof *x);
    for (int32_t k = 0; k < 3; k++) {
        for (int32_t t = 0; t < 3; t++)
            solve(solver[k], N, t + 1, x + t * N * N, expected);
        assert_memory_equal(x, x + N * N, N * N * sizeof *x);
        assert_memory_equal(x, x + 2 * N * N, N * N * sizeof *x);
    }
    free(x);
    free(expected);
}

static void one_pass_in_less_precision_is_nearly_right(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    grid *g = laplacian(100);
    flx_csr a = {.n = g->n, .row = g->row, .col = g->col, .val = g->val};
    flx_pool *pool;
    flx_spd *spd[3];
    double *x[3], *b = calloc((size_t)g->n, sizeof *b);
    assert_int_equal(flx_pool_create(ctx, 1, g->n, &pool), FLX_OK);
    for (int32_t i = 0; i < g->n; i++)
        b[i] = 1 + sin(0.37 * i);
    for (int32_t k = 0; k < 3; k++) {
        assert_int_equal(flx_spd_create(ctx, solver[k], &a, pool, &spd[k]), FLX_OK);
        x[k] = calloc((size_t)g->n, sizeof *b);
        flx_spd_approximate(spd[k], b, x[k]);
    }
    double largest = 0, error = 0, half = 0;
    for (int32_t i = 0; i < g->n; i++) {
        largest = fmax(largest, fabs(x[0][i]));
        error = fmax(error, fabs(x[1][i] - x[0][i]));
        half = fmax(half, fabs(x[2][i] - x[0][i]));
    }
    // condition number 800 times the rounding of a float, 6e-8, were all roundings of one sign
    assert_true(error < 5e-5 * largest);
    assert_true(error > 0); // else it is not the single one
    // 8 bits err by 1/512, mostly of different signs; there are places and vectors besides
    assert_true(half < 2e-2 * largest && half > 100 * error);
    assert_true(flx_spd_bytes(spd[2]) < 0.75 * flx_spd_bytes(spd[1]));
    assert_true(flx_spd_bytes(spd[1]) < 0.6 * flx_spd_bytes(spd[0]));
    assert_int_equal(flx_spd_refactor(ctx, spd[1], &a), FLX_ERR_UNAVAILABLE);
    assert_string_equal(flx_ctx_error(ctx), "a solver made for one matrix takes no other");
    for (int32_t k = 0; k < 3; k++) {
        free(x[k]);
        flx_spd_free(spd[k]);
    }
    free(b);
    free(g);
    flx_pool_free(pool);
    flx_ctx_free(ctx);
}

// Bytes of a factor of a grid whose rows are eliminated in this order; NULL: METIS finds one.
static double bytes_of_factor(const grid *g, const int32_t *order)
{
    flx_ctx *ctx = flx_ctx_create();
    flx_csr a = {.n = g->n, .row = g->row, .col = g->col, .val = g->val, .order = order};
    flx_pool *pool;
    flx_spd *spd;
    assert_int_equal(flx_pool_create(ctx, 1, g->n, &pool), FLX_OK);
    assert_int_equal(flx_spd_create(ctx, "cholmod", &a, pool, &spd), FLX_OK);
    double bytes = flx_spd_bytes(spd), *x = calloc((size_t)g->n, sizeof *x);
    x[7] = 1;
    flx_spd_solve(spd, x, x);
    for (int32_t i = 0; i < g->n; i++) {
        double r = i == 7 ? -1 : 0;
        for (int32_t k = g->row[i]; k < g->row[i + 1]; k++)
            r += g->val[k] * x[g->col[k]];
        assert_true(fabs(r) < 1e-13); // rounding, elements up to 4
    }
    free(x);
    flx_spd_free(spd);
    flx_pool_free(pool);
    flx_ctx_free(ctx);
    return bytes;
}

static void straight_cuts_order_a_mesh_about_as_well_as_its_graph(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    grid *g = laplacian(100);
    double *x = calloc((size_t)g->n, sizeof *x), *y = calloc((size_t)g->n, sizeof *y);
    int32_t *order = calloc((size_t)g->n, sizeof *order);
    bool *seen = calloc((size_t)g->n, sizeof *seen);
    for (int32_t i = 0; i < g->n; i++) {
        x[i] = i % 100;
        int32_t row = i / 100;
        y[i] = row;
    }
    flx_graph graph = {g->n, g->row, g->col, x, y};
    assert_int_equal(flx_dissect(ctx, &graph, order), FLX_OK);
    for (int32_t i = 0; i < g->n; i++) {
        assert_false(seen[order[i]]);
        seen[order[i]] = true;
    }
    double given = bytes_of_factor(g, order), metis = bytes_of_factor(g, NULL);
    assert_true(given < 1.25 * metis);
    for (int32_t i = 0; i < g->n; i++)
        order[i] = i;
    assert_true(given < 0.5 * bytes_of_factor(g, order)); // row by row: 100 entries in each column
    // nowhere to cut: all sites at one place
    for (int32_t i = 0; i < g->n; i++)
        x[i] = y[i] = 0;
    assert_int_equal(flx_dissect(ctx, &graph, order), FLX_OK);
    for (int32_t i = 0; i < g->n; i++)
        assert_int_equal(order[i], i);
    free(x);
    free(y);
    free(order);
    free(seen);
    free(g);
    flx_ctx_free(ctx);
}

static void wrong_matrices_and_names_are_refused(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_pool *pool;
    assert_int_equal(flx_pool_create(ctx, 1, 10, &pool), FLX_OK);
    const int32_t row[] = {0, 2, 4}, col[] = {0, 1, 0, 1};
    const double val[] = {1, 2, 2, 1};
    flx_csr a = {.n = 2, .row = row, .col = col, .val = val};
    flx_spd *spd;
    assert_int_equal(flx_spd_create(ctx, "cholmod", &a, pool, &spd), FLX_ERR_SOLVER);
    assert_null(spd);
    assert_int_equal(flx_spd_create(ctx, "petsc", &a, pool, &spd), FLX_ERR_UNAVAILABLE);
    assert_int_equal(flx_spd_create(ctx, "magic", &a, pool, &spd), FLX_ERR_INPUT);
    flx_pool_free(pool);
    flx_ctx_free(ctx);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_pool *pool;
    assert_int_equal(flx_pool_create(ctx, 1, 1000, &pool), FLX_OK);
    grid *g = laplacian(30);
    flx_csr a = {.n = g->n, .row = g->row, .col = g->col, .val = g->val};
    for (int32_t k = 0; k < 3; k++) {
        flx_status status = FLX_ERR_MEMORY;
        int32_t n = 0;
        while (status != FLX_OK) {
            flx_spd *spd;
            flx_ctx_fail_allocation(ctx, ++n);
            status = flx_spd_create(ctx, solver[k], &a, pool, &spd);
            assert_true(status == FLX_OK || status == FLX_ERR_MEMORY);
            flx_spd_free(spd);
        }
        assert_true(n > 10);
    }
    free(g);
    flx_pool_free(pool);
    flx_ctx_free(ctx);
}

static double one_over(void *arg, int32_t begin, int32_t end)
{
    (void)arg;
    double sum = 0;
    for (int32_t i = begin; i < end; i++)
        sum += 1.0 / (1 + i);
    return sum;
}

static void sums_of_a_pool_do_not_depend_on_threads(void **state)
{
    (void)state;
    double sum[4];
    for (int32_t t = 0; t < 4; t++) {
        flx_pool *pool;
        assert_int_equal(flx_pool_create(NULL, t + 1, 100000, &pool), FLX_OK);
        sum[t] = flx_pool_sum(pool, 100000, one_over, NULL);
        flx_pool_free(pool);
    }
    assert_near(sum[0], 12.090146129863428,
                1e-12); // harmonic number H_100000; rounding of 1e5 terms
    for (int32_t t = 1; t < 4; t++)
        assert_memory_equal(&sum[0], &sum[t], sizeof sum[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cholesky_solves_grids_of_any_size),
        cmocka_unit_test(random_solutions_have_the_covariance_of_the_inverse),
        cmocka_unit_test(one_pass_in_less_precision_is_nearly_right),
        cmocka_unit_test(a_pattern_takes_many_matrices),
        cmocka_unit_test(the_bits_do_not_depend_on_threads),
        cmocka_unit_test(straight_cuts_order_a_mesh_about_as_well_as_its_graph),
        cmocka_unit_test(wrong_matrices_and_names_are_refused),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(sums_of_a_pool_do_not_depend_on_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
