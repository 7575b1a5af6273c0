// linalg/dense.c -- dense Cholesky factorisation and Schur complement; inverses and pencils.
//
// One call of each of LAPACK and BLAS, of which the build we use serves one thread at a time. To
// BLAS, which counts by columns, a lower triangle by rows is an upper one. Golub and Van Loan,
// Matrix Computations, 4th ed., 4.2.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "linalg/dense.h"

#include <cblas.h>

extern void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info,
                    size_t uplo_length);

extern void dpotri_(const char *uplo, const int *n, double *a, const int *lda, int *info,
                    size_t uplo_length);
extern void dsygv_(const int *type, const char *job, const char *uplo, const int *n, double *a,
                   const int *lda, double *b, const int *ldb, double *w, double *work,
                   const int *n_work, int *info, size_t job_length, size_t uplo_length);

flx_status flx_dense_eliminate(flx_ctx *ctx, int32_t n, int32_t m, double *a)
{
    int info = 0;
    double *below = a + (size_t)m * (size_t)n;
    openblas_set_num_threads(1); // the bits must not depend on the machine's load
    if (m > 0)
        dpotrf_("U", &m, a, &n, &info, 1);
    if (info != 0)
        return flx_fail(ctx, FLX_ERR_SOLVER,
                        "a dense system of %d unknowns is not positive definite (row %d)", n, info);
    if (m == 0 || n == m)
        return FLX_OK;
    cblas_dtrsm(CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, n - m, m, 1, a, n,
                below, n);
    cblas_dsyrk(CblasRowMajor, CblasLower, CblasNoTrans, n - m, m, -1, below, n, 1, below + m, n);
    return FLX_OK;
}

static void solve(const flx_dense *f, bool backward, int32_t n_row, int32_t stride, double *x)
{
    if (f->m == 0)
        return;
    if (n_row == 1)
        cblas_dtrsv(CblasRowMajor, CblasLower, backward ? CblasTrans : CblasNoTrans, CblasNonUnit,
                    f->m, f->l, f->n, x, 1);
    else
        cblas_dtrsm(CblasRowMajor, CblasRight, CblasLower, backward ? CblasNoTrans : CblasTrans,
                    CblasNonUnit, n_row, f->m, 1, f->l, f->n, x, stride);
}

void flx_dense_forward(const flx_dense *f, int32_t n_row, int32_t stride, double *x)
{
    solve(f, false, n_row, stride, x);
}

void flx_dense_backward(const flx_dense *f, int32_t n_row, int32_t stride, double *x)
{
    solve(f, true, n_row, stride, x);
}

flx_status flx_dense_invert(flx_ctx *ctx, int32_t n, double *a)
{
    FLX_TRY(flx_dense_eliminate(ctx, n, n, a));
    int info = 0;
    dpotri_("U", &n, a, &n, &info, 1);
    for (int32_t i = 0; i < n; i++)
        for (int32_t j = 0; j < i; j++)
            a[(size_t)j * (size_t)n + (size_t)i] = a[(size_t)i * (size_t)n + (size_t)j];
    return FLX_OK;
}

flx_status flx_dense_pencil(flx_ctx *ctx, int32_t n, double *a, double *b, double *lambda)
{
    const int type = 1; // a v = lambda b v
    int n_work = 40 * n, info = 0;
    double *work = FLX_NEW_ARRAY(ctx, double, n_work);
    if (!work)
        return FLX_ERR_MEMORY;
    openblas_set_num_threads(1);
    dsygv_(&type, "V", "U", &n, a, &n, b, &n, lambda, work, &n_work, &info, 1, 1);
    flx_free(work);
    if (info != 0)
        return flx_fail(ctx, FLX_ERR_SOLVER,
                        "a dense pencil of %d unknowns has no eigenvalues (%d)", n, info);
    return FLX_OK;
}
