// mesh/order.c -- numbering of sites along a Hilbert curve, so that neighbours are near in memory.
//
// D. Hilbert, Math. Ann. 38, 459 (1891); the state table walks the quadrants from coarse to fine.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mesh/mesh.h"

#include <math.h>
#include <string.h>

enum { LEVELS = 24 };

uint64_t flx_hilbert_key(const double bounds[4], double x, double y)
{
    double extent = fmax(bounds[2] - bounds[0], bounds[3] - bounds[1]);
    double scale = extent > 0 ? (double)((1 << LEVELS) - 1) / extent : 0;
    uint32_t u = (uint32_t)fmax(0, (x - bounds[0]) * scale);
    uint32_t v = (uint32_t)fmax(0, (y - bounds[1]) * scale);
    uint64_t key = 0;
    for (int level = LEVELS - 1; level >= 0; level--) {
        uint32_t a = u >> level & 1, b = v >> level & 1;
        key = key << 2 | ((3 * a) ^ b);
        if (b == 0) {
            // Enter the quadrant in the frame in which its curve looks like the whole one.
            if (a == 1) {
                u = ~u;
                v = ~v;
            }
            uint32_t swap = u;
            u = v;
            v = swap;
        }
    }
    return key;
}

flx_status flx_sort_by_key(flx_ctx *ctx, const uint64_t *key, int32_t n, int32_t *order)
{
    enum { BITS = 11, BINS = 1 << BITS };
    int32_t *from = order, *to = FLX_NEW_ARRAY(ctx, int32_t, n), *spare = to;
    if (!to)
        return FLX_ERR_MEMORY;
    uint64_t used = 0;
    for (int32_t i = 0; i < n; i++) {
        order[i] = i;
        used |= key[i];
    }
    for (int shift = 0; shift < 64 && used >> shift; shift += BITS) {
        int32_t count[BINS + 1] = {0};
        for (int32_t i = 0; i < n; i++)
            count[(key[i] >> shift & (BINS - 1)) + 1]++;
        for (int32_t b = 0; b < BINS; b++)
            count[b + 1] += count[b];
        for (int32_t i = 0; i < n; i++)
            to[count[key[from[i]] >> shift & (BINS - 1)]++] = from[i];
        int32_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != order)
        memcpy(order, from, (size_t)n * sizeof *order);
    flx_free(spare);
    return FLX_OK;
}

flx_status flx_mesh_order_sites(flx_ctx *ctx, const flx_mesh_input *input, const int32_t *film,
                                int32_t *new_of_old)
{
    int32_t n = input->n_site;
    if (input->keep_order) {
        for (int32_t i = 0; i < n; i++)
            new_of_old[i] = i;
        return FLX_OK;
    }
    double box[4] = {input->x[0], input->y[0], input->x[0], input->y[0]};
    for (int32_t i = 0; i < n; i++) {
        box[0] = fmin(box[0], input->x[i]);
        box[1] = fmin(box[1], input->y[i]);
        box[2] = fmax(box[2], input->x[i]);
        box[3] = fmax(box[3], input->y[i]);
    }
    uint64_t *key = FLX_NEW_ARRAY(ctx, uint64_t, n);
    int32_t *order = FLX_NEW_ARRAY(ctx, int32_t, n);
    flx_status status = key && order ? FLX_OK : FLX_ERR_MEMORY;
    if (status == FLX_OK) {
        // The film above the 48 bits of the curve; films beyond 2^16 share their last place.
        for (int32_t i = 0; i < n; i++) {
            uint64_t f = (uint64_t)(film[i] < 0xffff ? film[i] : 0xffff);
            key[i] = f << (2 * LEVELS) | flx_hilbert_key(box, input->x[i], input->y[i]);
        }
        status = flx_sort_by_key(ctx, key, n, order);
    }
    if (status == FLX_OK)
        for (int32_t i = 0; i < n; i++)
            new_of_old[order[i]] = i;
    flx_free(key);
    flx_free(order);
    return status;
}
