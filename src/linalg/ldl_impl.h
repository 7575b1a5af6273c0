// linalg/ldl_impl.h -- factorisation and solution for numbers V, included by ldl.c: one double, or
// eight, a lane each.
// SPDX-License-Identifier: GPL-3.0-or-later

// L l = a_k row by row: l_ki = y_i/d_i, where y loses what earlier columns owe.
static int32_t NAME(factor)(flx_ldl *f, const V *restrict a)
{
    V *restrict l = (V *)f->l, *restrict d = (V *)f->d, *restrict y = (V *)f->y;
    enum { LANES = sizeof(V) / sizeof(double) };
    int32_t negative[LANES] = {0}, most = 0;
    bool vanished = false;
    memset(y, 0, (size_t)f->n * sizeof *y);
    for (int32_t k = 0; k < f->n; k++) {
        for (int32_t p = f->a_row[k]; p < f->a_row[k + 1]; p++)
            y[f->a_col[p]] = a[p];
        V pivot = y[k], scale = pivot;
        y[k] = (V){0};
        for (int32_t q = f->r_at[k]; q < f->r_at[k + 1]; q++) {
            int32_t i = f->r_col[q], place = f->r_place[q];
            V yi = y[i];
            y[i] = (V){0};
            for (int32_t p = f->l_at[i]; p < place; p++)
                y[f->l_row[p]] -= l[p] * yi;
            V lki = yi * d[i];
            pivot -= lki * yi;
            l[place] = lki;
        }
        d[k] = 1 / pivot;
        const double *sizes = (const double *)&pivot, *scales = (const double *)&scale;
        for (int s = 0; s < LANES; s++) {
            vanished |= !(__builtin_fabs(sizes[s]) > 1e-14 * __builtin_fabs(scales[s]));
            negative[s] += sizes[s] < 0;
        }
    }
    for (int s = 0; s < LANES; s++)
        most = negative[s] > most ? negative[s] : most;
    return vanished ? -1 : most;
}

static void NAME(solve)(const flx_ldl *f, V *restrict x)
{
    const V *restrict l = (const V *)f->l, *restrict d = (const V *)f->d;
    const int32_t *restrict at = f->l_at, *restrict row = f->l_row;
    for (int32_t j = 0; j < f->n; j++) {
        V xj = x[j];
        for (int32_t p = at[j]; p < at[j + 1]; p++)
            x[row[p]] -= l[p] * xj;
    }
    for (int32_t j = f->n - 1; j >= 0; j--) {
        V xj = x[j] * d[j];
        for (int32_t p = at[j]; p < at[j + 1]; p++)
            xj -= l[p] * x[row[p]];
        x[j] = xj;
    }
}

#undef V
#undef NAME
