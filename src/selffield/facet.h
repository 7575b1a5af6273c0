// selffield/facet.h -- a flat triangle at a height, and integrals of 1/|r - r'| over it.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_SELFFIELD_FACET_H
#define FLX_SELFFIELD_FACET_H

#include "base/base.h"

typedef struct flx_facet {
    double x[3], y[3], z;           // corners, counter-clockwise
    double ux[3], uy[3], length[3]; // unit vector and length of edge k, from corner k to k + 1
    double cx, cy, area;            // centroid
    double radius;                  // largest distance of a corner from the centroid
} flx_facet;

// False if the triangle has no area.
bool flx_facet_init(flx_facet *f, const double x[3], const double y[3], double z);

// Gauss rules on a triangle; rule k is exact for polynomials of degree flx_gauss[k].degree.
enum { FLX_GAUSS_RULES = 4, FLX_GAUSS_MAX = 16 };
typedef struct flx_gauss_rule {
    int32_t degree, n;
    double at[FLX_GAUSS_MAX][3];  // barycentric coordinates
    double weight[FLX_GAUSS_MAX]; // sum 1
} flx_gauss_rule;
extern const flx_gauss_rule flx_gauss[FLX_GAUSS_RULES];

// The rule with which a pair at the ratio (radius + radius')/distance is integrated to a relative
// accuracy; FLX_GAUSS_RULES: none, integrate exactly.
int32_t flx_gauss_for(double ratio, double accuracy);

// integral_s integral_t dA dA'/|r - r'| to a relative accuracy.
double flx_facet_pair(const flx_facet *s, const flx_facet *t, double accuracy);

// The same without Gauss rules on triangles, from line integrals over the edges.
double flx_facet_pair_exact(const flx_facet *s, const flx_facet *t, double accuracy);

// phi[0] = integral_t dA'/|r - r'|, phi[1..3] = its gradient with respect to r (on the plane of
// the triangle d/dz is the mean of both sides, 0).
void flx_facet_potential(const flx_facet *t, const double r[3], double phi[4]);

// Adds 4 pi (A_x, A_y, B_x, B_y, B_z) of a current K_c = k[c] + sum_d slope[2 c + d] (x - centroid)_d.
void flx_facet_field(const flx_facet *t, const double r[3], const double k[2],
                     const double slope[4], double sum[5]);

#endif
