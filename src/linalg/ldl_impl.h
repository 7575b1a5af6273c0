// linalg/ldl_impl.h -- factorisation and solution for numbers that are PARTS of V, included by ldl.c:
// one double, or eight, a lane each. Part p of number k stands at k * PARTS + p.
// SPDX-License-Identifier: GPL-3.0-or-later

#define EACH_PART(p) for (int p = 0; p < PARTS; p++)

enum { NAME(LANES) = PARTS * sizeof(V) / sizeof(double) };

// L l = a_k row by row, l_ki = u_ki/d_i, by the products that are listed. The first entry of a row has
// none.
static inline __attribute__((always_inline)) void NAME(factor_run)(flx_ldl *f, const V *restrict a,
                                                                   int32_t begin, int32_t end,
                                                                   int32_t n_entry)
{
    V *restrict l = (V *)f->l, *restrict d = (V *)f->d, *restrict u = (V *)f->u;
    V *restrict by_row = (V *)f->r;
    const int32_t *restrict a_row = f->a_row, *restrict a_at = f->a_at, *restrict r_at = f->r_at,
                            *restrict r_col = f->r_col, *restrict r_place = f->r_place,
                            *restrict pair_at = f->pair_at;
    const pair *restrict pairs = f->pairs;
    for (int32_t k = begin, first = r_at[begin]; k < end; k++, first += n_entry) {
        V pivot[PARTS];
        EACH_PART (p)
            pivot[p] = a[(a_row[k + 1] - 1) * PARTS + p];
        for (int32_t j = 0; j < n_entry; j++) {
            const int32_t q = first + j;
            V sum[PARTS] = {0};
            for (int p = 0; a_at[q] >= 0 && p < PARTS; p++)
                sum[p] = a[a_at[q] * PARTS + p];
            for (int32_t m = pair_at[q]; j > 0 && m < pair_at[q + 1]; m++)
                EACH_PART (p)
                    sum[p] -= u[pairs[m].u * PARTS + p] * by_row[pairs[m].l * PARTS + p];
            EACH_PART (p) {
                V lki = sum[p] * d[r_col[q] * PARTS + p];
                u[q * PARTS + p] = sum[p];
                by_row[q * PARTS + p] = l[r_place[q] * PARTS + p] = lki;
                pivot[p] -= lki * sum[p];
            }
        }
        EACH_PART (p)
            d[k * PARTS + p] = 1 / pivot[p];
    }
}

static void NAME(factor_listed)(flx_ldl *f, const V *a)
{
    for (int32_t q = 0; q < f->n_row_run; q++) {
        const run u = f->row_run[q];
        switch (u.n_entry) {
        case 0:
            NAME(factor_run)(f, a, u.begin, u.end, 0);
            break;
        case 1:
            NAME(factor_run)(f, a, u.begin, u.end, 1);
            break;
        case 2:
            NAME(factor_run)(f, a, u.begin, u.end, 2);
            break;
        default:
            NAME(factor_run)(f, a, u.begin, u.end, u.n_entry);
        }
    }
}

// The same in long rows: y loses what earlier columns owe.
static void NAME(factor_rows)(flx_ldl *f, const V *restrict a)
{
    V *restrict l = (V *)f->l, *restrict d = (V *)f->d, *restrict y = (V *)f->y;
    V *restrict by_row = (V *)f->r;
    const int32_t *restrict a_row = f->a_row, *restrict a_col = f->a_col, *restrict l_at = f->l_at,
                            *restrict l_row = f->l_row, n = f->n;
    memset(y, 0, (size_t)n * PARTS * sizeof *y);
    for (int32_t k = 0; k < n; k++) {
        for (int32_t q = a_row[k]; q < a_row[k + 1]; q++)
            EACH_PART (p)
                y[a_col[q] * PARTS + p] = a[q * PARTS + p];
        V pivot[PARTS];
        EACH_PART (p) {
            pivot[p] = y[k * PARTS + p];
            y[k * PARTS + p] = (V){0};
        }
        for (int32_t r = f->r_at[k]; r < f->r_at[k + 1]; r++) {
            int32_t i = f->r_col[r], place = f->r_place[r];
            V yi[PARTS];
            EACH_PART (p) {
                yi[p] = y[i * PARTS + p];
                y[i * PARTS + p] = (V){0};
            }
            for (int32_t q = l_at[i]; q < place; q++)
                EACH_PART (p)
                    y[l_row[q] * PARTS + p] -= l[q * PARTS + p] * yi[p];
            EACH_PART (p) {
                V lki = yi[p] * d[i * PARTS + p];
                pivot[p] -= lki * yi[p];
                by_row[r * PARTS + p] = l[place * PARTS + p] = lki;
            }
        }
        EACH_PART (p)
            d[k * PARTS + p] = 1 / pivot[p];
    }
}

static int32_t NAME(factor)(flx_ldl *f, const V *a)
{
    if (f->pair_at)
        NAME(factor_listed)(f, a);
    else
        NAME(factor_rows)(f, a);
    return pivots(f, (const double *)a, f->d, NAME(LANES));
}

#undef EACH_PART
#undef PARTS
#undef V
#undef NAME
