// selffield/block.c -- P/(4 pi) between two rows of facets.
//
// If all of one row are far from all of the other, one Gauss rule serves them all and the loops run
// over whole vectors; else each pair chooses for itself.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "selffield/operator.h"

#include <math.h>
#include <string.h>

// Circle around the centroids of some facets, and their largest radius.
typedef struct cloud {
    double x, y, z, radius, facet_radius;
} cloud;

static cloud cloud_of(const flx_facet *f, int32_t n)
{
    cloud c = {.z = f[0].z};
    for (int32_t k = 0; k < n; k++) {
        c.x += f[k].cx / n;
        c.y += f[k].cy / n;
        c.facet_radius = fmax(c.facet_radius, f[k].radius);
    }
    for (int32_t k = 0; k < n; k++)
        c.radius = fmax(c.radius, hypot(f[k].cx - c.x, f[k].cy - c.y));
    return c;
}

static int32_t common_rule(const flx_facet *a, int32_t n_a, const flx_facet *b, int32_t n_b,
                           double accuracy)
{
    cloud p = cloud_of(a, n_a), q = cloud_of(b, n_b);
    double flat = fmax(hypot(p.x - q.x, p.y - q.y) - p.radius - q.radius, 0);
    double distance = hypot(flat, p.z - q.z), size = p.facet_radius + q.facet_radius;
    return size < distance ? flx_gauss_for(size / distance, accuracy) : FLX_GAUSS_RULES;
}

enum { STRIP = 64 }; // columns done together

typedef struct strip {
    double x[FLX_GAUSS_MAX][STRIP], y[FLX_GAUSS_MAX][STRIP], area[STRIP];
} strip;

static void fill_strip(strip *s, const flx_facet *f, int32_t n, const flx_gauss_rule *g)
{
    for (int32_t k = 0; k < g->n; k++)
        for (int32_t j = 0; j < n; j++) {
            s->x[k][j] =
                g->at[k][0] * f[j].x[0] + g->at[k][1] * f[j].x[1] + g->at[k][2] * f[j].x[2];
            s->y[k][j] =
                g->at[k][0] * f[j].y[0] + g->at[k][1] * f[j].y[1] + g->at[k][2] * f[j].y[2];
        }
    for (int32_t j = 0; j < n; j++)
        s->area[j] = f[j].area;
}

// One facet against a strip of n at the square z2 of the difference of heights.
static void one_row(const flx_facet *f, const strip *s, int32_t n, const flx_gauss_rule *g,
                    double z2, double *restrict value)
{
    double sum[STRIP] = {0};
    for (int32_t p = 0; p < g->n; p++) {
        double px = g->at[p][0] * f->x[0] + g->at[p][1] * f->x[1] + g->at[p][2] * f->x[2];
        double py = g->at[p][0] * f->y[0] + g->at[p][1] * f->y[1] + g->at[p][2] * f->y[2];
        for (int32_t k = 0; k < g->n; k++) {
            double weight = g->weight[p] * g->weight[k];
            const double *restrict sx = s->x[k], *restrict sy = s->y[k];
            for (int32_t j = 0; j < n; j++) {
                double dx = px - sx[j], dy = py - sy[j];
                sum[j] += weight / sqrt(dx * dx + dy * dy + z2);
            }
        }
    }
    for (int32_t j = 0; j < n; j++)
        value[j] = sum[j] * (f->area * s->area[j] / flx_four_pi);
}

void flx_pair_block(const flx_facet *row, int32_t n_row, const flx_facet *col, int32_t n_col,
                    double accuracy, double *value, int32_t stride)
{
    int32_t rule = common_rule(row, n_row, col, n_col, accuracy);
    if (rule >= FLX_GAUSS_RULES) {
        for (int32_t i = 0; i < n_row; i++)
            for (int32_t j = 0; j < n_col; j++)
                value[(int64_t)i * stride + j] =
                    flx_facet_pair(&row[i], &col[j], accuracy) / flx_four_pi;
        return;
    }
    const flx_gauss_rule *g = &flx_gauss[rule];
    double z2 = (row[0].z - col[0].z) * (row[0].z - col[0].z);
    strip s;
    for (int32_t j = 0; j < n_col; j += STRIP) {
        int32_t n = n_col - j < STRIP ? n_col - j : STRIP;
        fill_strip(&s, col + j, n, g);
        for (int32_t i = 0; i < n_row; i++)
            one_row(&row[i], &s, n, g, z2, value + (int64_t)i * stride + j);
    }
}
