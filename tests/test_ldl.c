// Sparse L D L^T: solutions, lanes, inertia, patterns with fill.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/rng.h"
#include "linalg/ldl.h"
#include "test.h"

enum { N = 120 };

typedef struct system {
    int32_t row[N + 1], col[N * N];
    double a[N][N];
} system_of;

// A random pattern of about 4 entries in a row, diagonally dominant but for `shift`.
static void make(system_of *s, uint64_t seed, double shift)
{
    double u[2];
    memset(s, 0, sizeof *s);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < 2; k++) {
            flx_rng_uniform(seed, (uint64_t)i, (uint64_t)k, u);
            int j = (int)(u[0] * N);
            if (j != i)
                s->a[i][j] = s->a[j][i] = u[1] - 0.5;
        }
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++)
            s->a[i][i] += j != i ? fabs(s->a[i][j]) : 0;
        s->a[i][i] += 0.1 - shift;
        s->row[i + 1] = s->row[i];
        for (int j = 0; j < N; j++)
            if (s->a[i][j] != 0)
                s->col[s->row[i + 1]++] = j;
    }
}

static flx_ldl *factored(const system_of *s, const double *scale, int32_t lanes, int32_t *negative)
{
    flx_ldl *f = NULL;
    assert_int_equal(flx_ldl_create(NULL, N, s->row, s->col, lanes, &f), FLX_OK);
    double *values = calloc((size_t)flx_ldl_places(f) * (size_t)lanes, sizeof *values);
    for (int i = 0; i < N; i++)
        for (int j = 0; j <= i; j++)
            for (int l = 0; l < lanes && s->a[i][j] != 0; l++)
                values[flx_ldl_place(f, i, j) * lanes + l] = scale[l] * s->a[i][j];
    *negative = flx_ldl_factor(f, values);
    free(values);
    return f;
}

static void systems_are_solved_in_every_lane(void **state)
{
    (void)state;
    static system_of s;
    const double scale[8] = {1, 2, 0.5, 3, 1e-6, 1e6, 7, 9};
    for (int32_t lanes = 1; lanes <= 8; lanes += 7) {
        make(&s, 3, 0);
        int32_t negative = 0;
        flx_ldl *f = factored(&s, scale, lanes, &negative);
        assert_int_equal(negative, 0);
        assert_true(flx_ldl_entries(f) > s.row[N] / 2 - N); // there is fill
        double x[N * 8], b[N * 8];
        for (int k = 0; k < N * lanes; k++)
            x[k] = b[k] = sin(k);
        flx_ldl_solve(f, x);
        for (int i = 0; i < N; i++)
            for (int l = 0; l < lanes; l++) {
                double sum = 0;
                for (int j = 0; j < N; j++)
                    sum += scale[l] * s.a[i][j] * x[j * lanes + l];
                assert_near(sum, b[i * lanes + l], 1e-13); // condition number below 100
            }
        flx_ldl_free(f);
    }
}

// Negative pivots are as many as negative eigenvalues (Sylvester); here those of a dense elimination.
static void negative_pivots_are_counted(void **state)
{
    (void)state;
    static system_of s;
    const double one = 1;
    for (int k = 1; k < 6; k++) {
        make(&s, (uint64_t)k, 0.37 * k);
        int32_t negative = 0, expected = 0;
        flx_ldl *f = factored(&s, &one, 1, &negative);
        flx_ldl_free(f);
        for (int p = N - 1; p >= 0; p--) { // from the other end: another order, the same inertia
            expected += s.a[p][p] < 0;
            for (int i = 0; i < p; i++)
                for (int j = 0; j < p; j++)
                    s.a[i][j] -= s.a[i][p] * s.a[p][j] / s.a[p][p];
        }
        assert_int_equal(negative, expected);
    }
}

static void vanishing_pivots_are_told(void **state)
{
    (void)state;
    const int32_t row[3] = {0, 2, 4}, col[4] = {0, 1, 0, 1};
    const double values[3] = {1, 1, 1};
    flx_ldl *f = NULL;
    assert_int_equal(flx_ldl_create(NULL, 2, row, col, 1, &f), FLX_OK);
    assert_int_equal(flx_ldl_factor(f, values), -1);
    flx_ldl_free(f);
}

static void orders_are_permutations_that_save_fill(void **state)
{
    (void)state;
    // A star: eliminating its centre first fills everything, last nothing.
    enum { M = 50 };
    int32_t row[M + 1] = {0}, col[3 * M], order[M], seen[M] = {0}, at = 0;
    for (int i = 0; i < M; i++) {
        for (int j = 0; j < M; j++)
            if (i == j || i == 0 || j == 0)
                col[at++] = j;
        row[i + 1] = at;
    }
    assert_int_equal(flx_ldl_order(NULL, M, row, col, order), FLX_OK);
    for (int k = 0; k < M; k++)
        seen[order[k]]++;
    for (int k = 0; k < M; k++)
        assert_int_equal(seen[k], 1);
    assert_true(order[M - 1] == 0 || order[M - 2] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(systems_are_solved_in_every_lane),
        cmocka_unit_test(negative_pivots_are_counted),
        cmocka_unit_test(vanishing_pivots_are_told),
        cmocka_unit_test(orders_are_permutations_that_save_fill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
