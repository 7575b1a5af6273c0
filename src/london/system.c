// london/system.c -- the linear system: dense, or applied and solved by conjugate gradients.
//
// With u the values inside and c the currents, A = [Auu Auc; Acu Acc]. Eliminating u leaves
//   L = Acc - Acu Auu^-1 Auc,    modes W_c = [-Auu^-1 Auc; 1],    A W_c = [0; L_c].
// Iterative: conjugate gradients; the preconditioner is the film part with Lambda_t + c h_t for
// Lambda_t, since the field of a current of wave number k adds 1/2k to Lambda and the shortest
// waves, k ~ pi/h, are those that are many. h_t is the least height of the triangle, whose waves
// run across.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "linalg/dense.h"
#include "london/london.h"

#include <math.h>
#include <string.h>

static const double FIELD_LENGTH = 0.2; // [1] c: the field of the shortest waves in heights
enum { MAX_ITERATIONS = 2000 };

// -- the operator ---------------------------------------------------------------------------------

void flx_london_apply(flx_london *l, const double *x, double *y)
{
    const flx_selffield_basis *b = &l->basis;
    for (int32_t t = 0; t < l->mesh->n_tri; t++) {
        double kx = 0, ky = 0;
        for (int32_t m = b->row[t]; m < b->row[t + 1]; m++) {
            kx += b->k[2 * (size_t)m] * x[b->col[m]];
            ky += b->k[2 * (size_t)m + 1] * x[b->col[m]];
        }
        l->kt[2 * (size_t)t] = kx;
        l->kt[2 * (size_t)t + 1] = ky;
    }
    flx_selffield_apply(l->op, l->kt, l->at);
    memset(y, 0, (size_t)l->n * sizeof *y);
    for (int32_t t = 0; t < l->mesh->n_tri; t++) {
        double film = l->lambda[t] * l->area[t];
        double ax = l->at[2 * (size_t)t] + film * l->kt[2 * (size_t)t];
        double ay = l->at[2 * (size_t)t + 1] + film * l->kt[2 * (size_t)t + 1];
        for (int32_t m = b->row[t]; m < b->row[t + 1]; m++)
            y[b->col[m]] += b->k[2 * (size_t)m] * ax + b->k[2 * (size_t)m + 1] * ay;
    }
}

static double dot(const double *a, const double *b, int32_t n)
{
    double sum = 0;
    for (int32_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

// -- dense ----------------------------------------------------------------------------------------

static void add_films(const flx_london *l, double *matrix)
{
    const flx_selffield_basis *b = &l->basis;
    for (int32_t t = 0; t < l->mesh->n_tri; t++) {
        double film = l->lambda[t] * l->area[t];
        for (int32_t m = b->row[t]; m < b->row[t + 1]; m++)
            for (int32_t q = b->row[t]; q < b->row[t + 1]; q++)
                matrix[(size_t)b->col[m] * (size_t)l->n + (size_t)b->col[q]] +=
                    film * (b->k[2 * (size_t)m] * b->k[2 * (size_t)q] +
                            b->k[2 * (size_t)m + 1] * b->k[2 * (size_t)q + 1]);
    }
}

// L is what is left of the matrix; W_c comes from the rows that were eliminated with it.
static flx_status dense_modes(flx_ctx *ctx, flx_london *l)
{
    double *x = FLX_NEW_ARRAY(ctx, double, (size_t)l->n_current *(size_t)l->n);
    if (!x)
        return FLX_ERR_MEMORY;
    for (int32_t c = 0; c < l->n_current; c++) {
        const double *row = &l->matrix[(size_t)(l->n_free + c) * (size_t)l->n];
        double *w = &x[(size_t)c * (size_t)l->n];
        for (int32_t i = 0; i < l->n_free; i++)
            w[i] = -row[i];
        w[l->n_free + c] = 1;
        for (int32_t d = 0; d <= c; d++)
            l->inductance[c * l->n_current + d] = l->inductance[d * l->n_current + c] =
                row[l->n_free + d];
    }
    flx_dense_backward(&(flx_dense){l->matrix, l->n, l->n_free}, l->n_current, l->n, x);
    for (int32_t c = 0; c < l->n_current; c++)
        flx_london_to_sites(l, &x[(size_t)c * (size_t)l->n],
                            &l->mode[(size_t)c * (size_t)l->mesh->n_site]);
    flx_free(x);
    return FLX_OK;
}

// Both triangles from one, or one from both.
static void copy_field(const flx_london *l, bool back)
{
    size_t n = (size_t)l->n;
    double *kept = l->field;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++, kept++) {
            if (back)
                l->matrix[i * n + j] = l->matrix[j * n + i] = *kept;
            else
                *kept = l->matrix[i * n + j];
        }
}

static flx_status factor_dense(flx_ctx *ctx, flx_london *l, bool again)
{
    double start = flx_wtime();
    size_t n = (size_t)l->n;
    if (!l->matrix && !(l->matrix = FLX_NEW_ARRAY(ctx, double, n *n)))
        return FLX_ERR_MEMORY;
    if (l->field) {
        copy_field(l, true);
    } else {
        memset(l->matrix, 0, n * n * sizeof *l->matrix);
        FLX_TRY(flx_selffield_assemble(ctx, l->op, &l->basis, l->matrix));
        if (again && !(l->field = FLX_NEW_ARRAY(ctx, double, n *(n + 1) / 2)))
            return FLX_ERR_MEMORY;
        if (again)
            copy_field(l, false);
    }
    add_films(l, l->matrix);
    double assembled = flx_wtime();
    FLX_TRY(flx_dense_eliminate(ctx, l->n, l->n_free, l->matrix));
    double factored = flx_wtime();
    flx_status status = dense_modes(ctx, l);
    l->report.assemble_seconds = assembled - start;
    l->report.factor_seconds = factored - assembled;
    l->report.mode_seconds = flx_wtime() - factored;
    l->report.bytes += 8.0 * l->n * l->n + (l->field ? 4.0 * l->n * (l->n + 1.0) : 0);
    return status;
}

// -- iterative ------------------------------------------------------------------------------------

// Neighbours of each free unknown, sorted: those that share a triangle with it.
static flx_status film_pattern(flx_ctx *ctx, const flx_london *l, int32_t **row_, int32_t **col_)
{
    const flx_mesh *m = l->mesh;
    int32_t *row = FLX_NEW_ARRAY(ctx, int32_t, (size_t)l->n_free + 1);
    int32_t *col = FLX_NEW_ARRAY(ctx, int32_t, (size_t)m->n_site + 2 * (size_t)m->n_edge);
    *row_ = row;
    *col_ = col;
    if (!row || !col)
        return FLX_ERR_MEMORY;
    int32_t n = 0;
    // Free unknowns are numbered as sites are, so rows and columns come in order.
    for (int32_t i = 0; i < m->n_site; i++) {
        int32_t own = l->column[i];
        if (own < 0 || own >= l->n_free)
            continue;
        bool placed = false;
        for (int32_t k = m->row[i]; k < m->row[i + 1]; k++) {
            int32_t other = l->column[m->neighbour[k]];
            if (other < 0 || other >= l->n_free)
                continue;
            if (!placed && other > own) {
                col[n++] = own;
                placed = true;
            }
            col[n++] = other;
        }
        if (!placed)
            col[n++] = own;
        row[own + 1] = n;
    }
    return FLX_OK;
}

static double *entry(const flx_csr *a, double *val, int32_t i, int32_t j)
{
    int32_t low = a->row[i], high = a->row[i + 1];
    while (high - low > 1) {
        int32_t mid = low + (high - low) / 2;
        if (a->col[mid] <= j)
            low = mid;
        else
            high = mid;
    }
    return &val[low];
}

static double least_height(const flx_london *l, int32_t t)
{
    const flx_mesh *m = l->mesh;
    const int32_t *v = &m->tri[3 * (size_t)t];
    double longest = 0;
    for (int c = 0; c < 3; c++) {
        int32_t i = v[c], j = v[(c + 1) % 3];
        longest = fmax(longest, hypot(m->x[j] - m->x[i], m->y[j] - m->y[i]));
    }
    return 2 * l->area[t] / longest;
}

static flx_status make_preconditioner(flx_ctx *ctx, flx_london *l)
{
    const flx_selffield_basis *b = &l->basis;
    int32_t *row = NULL, *col = NULL;
    flx_status status = film_pattern(ctx, l, &row, &col);
    double *val = status == FLX_OK ? FLX_NEW_ARRAY(ctx, double, row[l->n_free]) : NULL;
    if (!val)
        status = FLX_ERR_MEMORY;
    flx_csr a = {.n = l->n_free, .row = row, .col = col, .val = val};
    for (int32_t t = 0; status == FLX_OK && t < l->mesh->n_tri; t++) {
        double film = (l->lambda[t] + FIELD_LENGTH * least_height(l, t)) * l->area[t];
        for (int32_t m = b->row[t]; m < b->row[t + 1]; m++)
            for (int32_t q = b->row[t]; q < b->row[t + 1]; q++)
                if (b->col[m] < l->n_free && b->col[q] < l->n_free)
                    *entry(&a, val, b->col[m], b->col[q]) +=
                        film * (b->k[2 * (size_t)m] * b->k[2 * (size_t)q] +
                                b->k[2 * (size_t)m + 1] * b->k[2 * (size_t)q + 1]);
    }
    if (status == FLX_OK)
        status = flx_spd_create(ctx, "cholmod", &a, l->pool, &l->precond);
    flx_free(row);
    flx_free(col);
    flx_free(val);
    if (status == FLX_OK)
        l->report.bytes += flx_spd_bytes(l->precond);
    return status;
}

// Hestenes and Stiefel (1952), with M = precond. Holds x_c = 0.
static flx_status conjugate_gradients(flx_ctx *ctx, flx_london *l, const double *b, double *x)
{
    int32_t n = l->n_free;
    double *r = l->cg, *z = r + l->n, *p = z + l->n, *q = p + l->n;
    memcpy(r, b, (size_t)n * sizeof *r);
    memset(x, 0, (size_t)n * sizeof *x);
    memset(p, 0, (size_t)l->n * sizeof *p);
    double goal = l->opts.tolerance * sqrt(dot(r, r, n)), before = 0;
    for (int k = 0; sqrt(dot(r, r, n)) > goal; k++) {
        if (k == MAX_ITERATIONS)
            return flx_fail(ctx, FLX_ERR_SOLVER,
                            "the currents did not converge: residual %g of %g after %d iterations; "
                            "ask for less than london.tolerance = %g, or for a better "
                            "london.accuracy",
                            sqrt(dot(r, r, n)), goal, k, l->opts.tolerance);
        flx_spd_solve(l->precond, r, z);
        double now = dot(r, z, n), beta = k > 0 ? now / before : 0;
        for (int32_t i = 0; i < n; i++)
            p[i] = z[i] + beta * p[i];
        flx_london_apply(l, p, q);
        double alpha = now / dot(p, q, n);
        for (int32_t i = 0; i < n; i++) {
            x[i] += alpha * p[i];
            r[i] -= alpha * q[i];
        }
        before = now;
        l->report.iterations++;
    }
    return FLX_OK;
}

// W_c by one solve each. L = W^T A W: its error is the square of that of W.
static flx_status iterative_modes(flx_ctx *ctx, flx_london *l)
{
    size_t n = (size_t)l->n;
    double *w = FLX_NEW_ARRAY(ctx, double, (size_t)l->n_current *n);
    double *aw = FLX_NEW_ARRAY(ctx, double, n), *x = FLX_NEW_ARRAY(ctx, double, n);
    flx_status status = w && aw && x ? FLX_OK : FLX_ERR_MEMORY;
    for (int32_t c = 0; status == FLX_OK && c < l->n_current; c++) {
        double *own = &w[(size_t)c * n];
        own[l->n_free + c] = 1;
        flx_london_apply(l, own, aw);
        status = conjugate_gradients(ctx, l, aw, x);
        for (int32_t i = 0; i < l->n_free; i++)
            own[i] = -x[i];
        flx_london_to_sites(l, own, &l->mode[(size_t)c * (size_t)l->mesh->n_site]);
    }
    for (int32_t c = 0; status == FLX_OK && c < l->n_current; c++) {
        flx_london_apply(l, &w[(size_t)c * n], aw);
        for (int32_t d = 0; d <= c; d++)
            l->inductance[c * l->n_current + d] = l->inductance[d * l->n_current + c] =
                dot(&w[(size_t)d * n], aw, l->n);
    }
    flx_free(w);
    flx_free(aw);
    flx_free(x);
    return status;
}

static flx_status prepare_iterative(flx_ctx *ctx, flx_london *l)
{
    double start = flx_wtime();
    if (!l->kt)
        l->kt = FLX_NEW_ARRAY(ctx, double, 2 * (size_t)l->mesh->n_tri);
    if (!l->at)
        l->at = FLX_NEW_ARRAY(ctx, double, 2 * (size_t)l->mesh->n_tri);
    if (!l->cg)
        l->cg = FLX_NEW_ARRAY(ctx, double, 4 * (size_t)l->n);
    flx_spd_free(l->precond);
    l->precond = NULL;
    if (!l->kt || !l->at || !l->cg)
        return FLX_ERR_MEMORY;
    FLX_TRY(make_preconditioner(ctx, l));
    double prepared = flx_wtime();
    FLX_TRY(iterative_modes(ctx, l));
    l->report.factor_seconds = prepared - start;
    l->report.mode_seconds = flx_wtime() - prepared;
    return FLX_OK;
}

// -- both -----------------------------------------------------------------------------------------

flx_status flx_london_factor(flx_ctx *ctx, flx_london *l)
{
    return l->report.method == FLX_LONDON_DENSE ? factor_dense(ctx, l, false)
                                                : prepare_iterative(ctx, l);
}

flx_status flx_london_factor_again(flx_ctx *ctx, flx_london *l)
{
    return l->report.method == FLX_LONDON_DENSE ? factor_dense(ctx, l, true)
                                                : prepare_iterative(ctx, l);
}

flx_status flx_london_solve_free(flx_ctx *ctx, flx_london *l, const double *b, double *x)
{
    if (l->report.method != FLX_LONDON_DENSE)
        return conjugate_gradients(ctx, l, b, x);
    if (b != x)
        memcpy(x, b, (size_t)l->n_free * sizeof *x);
    const flx_dense factor = {l->matrix, l->n, l->n_free};
    flx_dense_forward(&factor, 1, l->n, x);
    flx_dense_backward(&factor, 1, l->n, x);
    return FLX_OK;
}
