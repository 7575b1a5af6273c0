// linalg/ldl_impl.h -- factorisation and solution for numbers that are PARTS of V, included by ldl.c:
// one double, or eight, a lane each. Part p of number k stands at k * PARTS + p.
// SPDX-License-Identifier: GPL-3.0-or-later

#define EACH(p) for (int p = 0; p < PARTS; p++)

// L l = a_k row by row: l_ki = y_i/d_i, where y loses what earlier columns owe.
static int32_t NAME(factor)(flx_ldl *f, const V *restrict a)
{
    V *restrict l = (V *)f->l, *restrict d = (V *)f->d, *restrict y = (V *)f->y;
    const int32_t *restrict a_row = f->a_row, *restrict a_col = f->a_col, *restrict l_at = f->l_at,
                            *restrict l_row = f->l_row, n = f->n;
    enum { LANES = PARTS * sizeof(V) / sizeof(double) };
    memset(y, 0, (size_t)n * PARTS * sizeof *y);
    for (int32_t k = 0; k < n; k++) {
        for (int32_t q = a_row[k]; q < a_row[k + 1]; q++)
            EACH(p)
        y[a_col[q] * PARTS + p] = a[q * PARTS + p];
        V pivot[PARTS];
        EACH(p)
        {
            pivot[p] = y[k * PARTS + p];
            y[k * PARTS + p] = (V){0};
        }
        for (int32_t r = f->r_at[k]; r < f->r_at[k + 1]; r++) {
            int32_t i = f->r_col[r], place = f->r_place[r];
            V yi[PARTS];
            EACH(p)
            {
                yi[p] = y[i * PARTS + p];
                y[i * PARTS + p] = (V){0};
            }
            for (int32_t q = l_at[i]; q < place; q++)
                EACH(p)
            y[l_row[q] * PARTS + p] -= l[q * PARTS + p] * yi[p];
            EACH(p)
            {
                V lki = yi[p] * d[i * PARTS + p];
                pivot[p] -= lki * yi[p];
                l[place * PARTS + p] = lki;
            }
        }
        EACH(p)
        d[k * PARTS + p] = 1 / pivot[p];
    }
    return pivots(f, (const double *)a, (const double *)d, LANES);
}

static void NAME(solve)(const flx_ldl *f, V *restrict x)
{
    const V *restrict l = (const V *)f->l, *restrict d = (const V *)f->d;
    const int32_t *restrict at = f->l_at, *restrict row = f->l_row, n = f->n;
    for (int32_t j = 0; j < n; j++) {
        V xj[PARTS];
        EACH(p)
        xj[p] = x[j * PARTS + p];
        for (int32_t q = at[j]; q < at[j + 1]; q++)
            EACH(p)
        x[row[q] * PARTS + p] -= l[q * PARTS + p] * xj[p];
    }
    for (int32_t j = n - 1; j >= 0; j--) {
        V xj[PARTS];
        EACH(p)
        xj[p] = x[j * PARTS + p] * d[j * PARTS + p];
        for (int32_t q = at[j]; q < at[j + 1]; q++)
            EACH(p)
        xj[p] -= l[q * PARTS + p] * x[row[q] * PARTS + p];
        EACH(p)
        x[j * PARTS + p] = xj[p];
    }
}

#undef EACH
#undef PARTS
#undef V
#undef NAME
