// selffield/facet.c -- triangles, Gauss rules on them (Dunavant, Int. J. Numer. Methods Eng. 21,
// 1129 (1985)), and the potential of a uniformly charged triangle (Wilton et al., IEEE Trans.
// Antennas Propag. 32, 276 (1984)):
//   phi = sum_k { h_k L_k - |z| [atan(h_k s2/(h_k^2 + z^2 + |z| R2)) - atan(... s1 ... R1)] }
//   L_k = ln[(s2 + R2)/(s1 + R1)],  grad phi = -sum_k m_k L_k - sign(z) e_z Omega,
// with, for edge k seen from r, the distances s1, s2 along it, h_k outwards across it, and
// R = sqrt(s^2 + h^2 + z^2); m_k is the outward normal and Omega the sum of the brackets. For a
// density q + g.(r' - r) that is linear, with u_k along the edges and z the height of r,
//   phi = q phi_1 + g.sum_k m_k (s2 R2 - s1 R1 + (h_k^2 + z^2) L_k)/2,
//   grad phi = -sum_k m_k [(q + h_k g.m_k) L_k + g.u_k (R2 - R1)] + g phi_1  in the plane,
//   d phi/dz = q d phi_1/dz + z g.sum_k m_k L_k,
// phi_1 that of the density 1, by Gauss' theorem.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "selffield/facet.h"

#include "selffield/edges.h"

#include <math.h>

bool flx_facet_init(flx_facet *f, const double x[3], const double y[3], double z)
{
    double twice = (x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0]);
    f->z = z;
    f->area = fabs(twice) / 2;
    f->cx = f->cy = f->radius = 0;
    for (int k = 0; k < 3; k++) {
        int from = twice < 0 ? (3 - k) % 3 : k;
        f->x[k] = x[from];
        f->y[k] = y[from];
        f->cx += x[k] / 3;
        f->cy += y[k] / 3;
    }
    for (int k = 0; k < 3; k++) {
        double dx = f->x[(k + 1) % 3] - f->x[k], dy = f->y[(k + 1) % 3] - f->y[k];
        f->length[k] = sqrt(dx * dx + dy * dy);
        f->ux[k] = dx / f->length[k];
        f->uy[k] = dy / f->length[k];
        f->radius = fmax(f->radius, hypot(f->x[k] - f->cx, f->y[k] - f->cy));
    }
    return f->area > 1e-14 * f->radius * f->radius;
}

#define ORBIT3(a, b)                                                                               \
    {a, b, b}, {b, a, b},                                                                          \
    {                                                                                              \
        b, b, a                                                                                    \
    }
#define ORBIT6(a, b, c)                                                                            \
    {a, b, c}, {b, c, a}, {c, a, b}, {b, a, c}, {a, c, b},                                         \
    {                                                                                              \
        c, b, a                                                                                    \
    }

const flx_gauss_rule flx_gauss[FLX_GAUSS_RULES] = {
    {1, 1, {{1.0 / 3, 1.0 / 3, 1.0 / 3}}, {1}},
    {2, 3, {ORBIT3(2.0 / 3, 1.0 / 6)}, {1.0 / 3, 1.0 / 3, 1.0 / 3}},
    {4,
     6,
     {ORBIT3(0.10810301816807023, 0.44594849091596489),
      ORBIT3(0.81684757298045851, 0.09157621350977073)},
     {0.22338158967801147, 0.22338158967801147, 0.22338158967801147, 0.10995174365532187,
      0.10995174365532187, 0.10995174365532187}},
    {8,
     16,
     {{1.0 / 3, 1.0 / 3, 1.0 / 3},
      ORBIT3(0.08141482341455361, 0.45929258829272320),
      ORBIT3(0.65886138449647956, 0.17056930775176022),
      ORBIT3(0.89890554336593804, 0.05054722831703098),
      ORBIT6(0.00839477740995761, 0.26311282963463812, 0.72849239295540427)},
     {0.14431560767778717, 0.09509163426728462, 0.09509163426728462, 0.09509163426728462,
      0.10321737053471825, 0.10321737053471825, 0.10321737053471825, 0.03245849762319808,
      0.03245849762319808, 0.03245849762319808, 0.02723031417443499, 0.02723031417443499,
      0.02723031417443499, 0.02723031417443499, 0.02723031417443499, 0.02723031417443499}},
};

static double power(double x, int32_t n)
{
    double value = 1;
    for (int32_t k = 0; k < n; k++)
        value *= x;
    return value;
}

int32_t flx_gauss_for(double ratio, double accuracy)
{
    // Error of rule k: at most factor[k] ratio^(degree + 1); measured on triangles of many shapes.
    static const double factor[FLX_GAUSS_RULES] = {0.11, 6e-3, 8e-4, 5.5e-5};
    for (int32_t k = 0; k < FLX_GAUSS_RULES; k++)
        if (factor[k] * power(ratio, flx_gauss[k].degree + 1) <= accuracy)
            return k;
    return FLX_GAUSS_RULES;
}

enum { LANES = 8 };

// Points of a rule, up to a multiple of LANES; those beyond it repeat the first.
static void place(const flx_facet *f, const flx_gauss_rule *g, double *x, double *y)
{
    for (int32_t k = 0; k < (g->n + LANES - 1) / LANES * LANES; k++) {
        const double *at = g->at[k < g->n ? k : 0];
        x[k] = at[0] * f->x[0] + at[1] * f->x[1] + at[2] * f->x[2];
        y[k] = at[0] * f->y[0] + at[1] * f->y[1] + at[2] * f->y[2];
    }
}

// sum += weight/R from the point p = {x, y, z^2, weight}
static void add_lanes(int32_t n, const double p[4], const double *restrict x,
                      const double *restrict y, double *restrict sum)
{
    double px = p[0], py = p[1], z2 = p[2], weight = p[3];
    for (int32_t j = 0; j < n; j++) {
        double dx = px - x[j], dy = py - y[j];
        sum[j] += weight / sqrt(dx * dx + dy * dy + z2);
    }
}

// Points of t run in lanes, which are vectors; their weights are 0 beyond the rule.
static double pair_gauss(const flx_facet *s, const flx_facet *t, const flx_gauss_rule *g)
{
    double xs[FLX_GAUSS_MAX], ys[FLX_GAUSS_MAX], xt[FLX_GAUSS_MAX], yt[FLX_GAUSS_MAX];
    double sum[FLX_GAUSS_MAX] = {0}, total = 0, z2 = (s->z - t->z) * (s->z - t->z);
    place(s, g, xs, ys);
    place(t, g, xt, yt);
    int32_t n = (g->n + LANES - 1) / LANES * LANES;
    for (int32_t i = 0; i < g->n; i++)
        add_lanes(n, (double[]){xs[i], ys[i], z2, g->weight[i]}, xt, yt, sum);
    for (int32_t j = 0; j < g->n; j++)
        total += g->weight[j] * sum[j];
    return s->area * t->area * total;
}

double flx_facet_pair(const flx_facet *s, const flx_facet *t, double accuracy)
{
    double dx = s->cx - t->cx, dy = s->cy - t->cy, dz = s->z - t->z;
    double distance = sqrt(dx * dx + dy * dy + dz * dz), size = s->radius + t->radius;
    int32_t rule = size < distance ? flx_gauss_for(size / distance, accuracy) : FLX_GAUSS_RULES;
    if (rule < FLX_GAUSS_RULES)
        return pair_gauss(s, t, &flx_gauss[rule]);
    return flx_facet_pair_exact(s, t, accuracy);
}

void flx_facet_potential(const flx_facet *t, const double r[3], double phi[4])
{
    double z = r[2] - t->z, height = fabs(z), omega = 0;
    phi[0] = phi[1] = phi[2] = 0;
    for (int k = 0; k < 3; k++) {
        double ux = t->ux[k], uy = t->uy[k];
        double dx = t->x[k] - r[0], dy = t->y[k] - r[1];
        double s1 = dx * ux + dy * uy, s2 = s1 + t->length[k], h = dx * uy - dy * ux;
        double c2 = h * h + z * z, r1 = sqrt(s1 * s1 + c2), r2 = sqrt(s2 * s2 + c2);
        double log_k = flx_edge_log(s1, s2, c2);
        phi[0] += h * log_k;
        phi[1] -= uy * log_k;
        phi[2] += ux * log_k;
        if (height > 0)
            omega += atan2(h * s2, c2 + height * r2) - atan2(h * s1, c2 + height * r1);
    }
    phi[0] -= height * omega;
    phi[3] = z > 0 ? -omega : z < 0 ? omega : 0;
}

// On the line of an edge L_k is infinite. Its parts from both sides cancel where the density is
// continuous, if they are the same: c2 is kept above what rounding makes of it.
void flx_facet_field(const flx_facet *t, const double r[3], const double k[2],
                     const double slope[4], double sum[5])
{
    double z = r[2] - t->z, height = fabs(z), omega = 0, phi = 0;
    double first[2] = {0, 0}, value[2] = {0, 0}, second[2][2] = {{0}}; // moments of the edges
    for (int e = 0; e < 3; e++) {
        double u[2] = {t->ux[e], t->uy[e]}, m[2] = {u[1], -u[0]};
        double dx = t->x[e] - r[0], dy = t->y[e] - r[1];
        double s1 = dx * u[0] + dy * u[1], s2 = s1 + t->length[e], h = dx * m[0] + dy * m[1];
        double c2 = fmax(h * h + z * z, 1e-16 * t->length[e] * t->length[e]);
        double r1 = sqrt(s1 * s1 + c2), r2 = sqrt(s2 * s2 + c2), log_e = flx_edge_log(s1, s2, c2);
        phi += h * log_e;
        for (int d = 0; d < 2; d++) {
            first[d] += m[d] * log_e;
            value[d] += m[d] * 0.5 * (s2 * r2 - s1 * r1 + c2 * log_e);
            for (int c = 0; c < 2; c++)
                second[d][c] += m[d] * (h * log_e * m[c] + (r2 - r1) * u[c]);
        }
        if (height > 0)
            omega += atan2(h * s2, c2 + height * r2) - atan2(h * s1, c2 + height * r1);
    }
    phi -= height * omega;
    double dz = z > 0 ? -omega : z < 0 ? omega : 0, along[2][3]; // d K_c/R by x, y, z
    for (int c = 0; c < 2; c++) {
        const double *g = slope + 2 * c;
        double q = k[c] + g[0] * (r[0] - t->cx) + g[1] * (r[1] - t->cy);
        sum[c] += q * phi + g[0] * value[0] + g[1] * value[1];
        for (int d = 0; d < 2; d++)
            along[c][d] = g[d] * phi - q * first[d] - (second[d][0] * g[0] + second[d][1] * g[1]);
        along[c][2] = q * dz + z * (g[0] * first[0] + g[1] * first[1]);
    }
    sum[2] -= along[1][2];
    sum[3] += along[0][2];
    sum[4] += along[1][0] - along[0][1];
}
