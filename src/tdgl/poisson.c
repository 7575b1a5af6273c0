// tdgl/poisson.c -- the matrix of a scalar potential.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tdgl/poisson.h"

flx_status flx_poisson_create(flx_ctx *ctx, flx_pool *pool, const flx_operator *op,
                              const int32_t *ground, flx_spd **out)
{
    const flx_mesh *m = op->mesh;
    int32_t *row = FLX_NEW_ARRAY(ctx, int32_t, m->n_site + 1);
    int32_t *col = FLX_NEW_ARRAY(ctx, int32_t, m->n_site + 2 * m->n_edge);
    double *val = FLX_NEW_ARRAY(ctx, double, m->n_site + 2 * m->n_edge);
    flx_status status = FLX_ERR_MEMORY;
    *out = NULL;
    if (!row || !col || !val)
        goto end;
    int32_t n = 0;
    for (int32_t i = 0; i < m->n_site; i++) {
        bool grounded = ground[m->film[i]] == i, placed = false;
        for (int32_t k = m->row[i]; k <= m->row[i + 1]; k++) {
            int32_t j = k < m->row[i + 1] ? m->neighbour[k] : INT32_MAX;
            if (!placed && j > i) { // the diagonal keeps the columns sorted
                col[n] = i;
                val[n++] = grounded ? 1 : op->diag[i];
                placed = true;
            }
            if (k == m->row[i + 1] || grounded || ground[m->film[j]] == j)
                continue;
            col[n] = j;
            val[n++] = -op->weight[m->half_edge[k]];
        }
        row[i + 1] = n;
    }
    flx_csr matrix = {.n = m->n_site, .row = row, .col = col, .val = val};
    status = flx_spd_create(ctx, "cholmod-single", &matrix, pool, out);
end:
    flx_free(row);
    flx_free(col);
    flx_free(val);
    return status;
}
