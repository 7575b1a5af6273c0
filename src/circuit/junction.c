// circuit/junction.c -- junctions with harmonics, transparency and a gap.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/junction.h"

#include "base/base.h"
#include "fluxoid/units.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

static double gap_of(const flx_junction_model *m)
{
    double t = m->temperature / m->tc;
    return 1.76 * FLX_SI_KB * m->tc * sqrt(cos(pi / 2 * t * t));
}

flx_junction flx_junction_of(const flx_junction_model *m, double area)
{
    flx_junction j = {.ic = m->icrit * area, .phi = m->phi, .model = m, .scale = 1};
    double rn = m->rn;
    if (m->microscopic) {
        double gap = gap_of(m);
        j.gap_over_2kt = m->temperature > 0 ? gap / (2 * FLX_SI_KB * m->temperature) : 1e6;
        j.scale = 1 / tanh(j.gap_over_2kt);
        // Ambegaokar and Baratoff, Phys. Rev. Lett. 10, 486 (1963)
        if (m->icrit > 0)
            rn = pi * gap / (2 * FLX_SI_E * m->icrit) * tanh(j.gap_over_2kt);
    }
    j.simple = !m->microscopic && m->n_cpr == 1 && m->cpr[0] == 1;
    j.gn = area / rn;
    j.g0 = m->rtype == 0 ? j.gn : area / m->r0;
    j.nonlinear = m->rtype != 0;
    if (j.nonlinear) {
        j.v1 = m->vg - m->delv / 2;
        j.v2 = m->vg + m->delv / 2;
        j.gl = j.ic / (m->icfact * m->delv);
        j.width = m->rtype == 2 ? m->delv / 10 : 0;
    }
    return j;
}

double flx_junction_current(const flx_junction *j, double delta, double *slope)
{
    double x = delta - j->phi;
    const flx_junction_model *m = j->model;
    double s = 0, ds = 0, h = 0, dh = 0;
    for (int32_t k = 0; k < m->n_cpr; k++) {
        double order = k + 1, c = m->cpr[k];
        s += c * sin(order * x);
        ds += c * order * cos(order * x);
        if (m->microscopic) {
            h += c * sin(order * x / 2);
            dh += c * order / 2 * cos(order * x / 2);
        }
    }
    if (!m->microscopic) {
        *slope = j->ic * ds;
        return j->ic * s;
    }
    double q = sqrt(fmax(1 - m->transparency * h * h, 1e-12));
    double dq = -m->transparency * h * dh / q;
    double g = j->gap_over_2kt, th = tanh(g * q), sech2 = 1 - th * th;
    double scale = j->ic * j->scale;
    *slope = scale * (ds / q * th - s * dq / (q * q) * th + s / q * sech2 * g * dq);
    return scale * s / q * th;
}

// Gauss-Legendre points of order 5 on [0, 1].
static const double at5[5] = {0.046910077030668, 0.230765344947158, 0.5, 0.769234655052842,
                              0.953089922969332};
static const double weight5[5] = {0.118463442528095, 0.239314335249683, 0.284444444444444,
                                  0.239314335249683, 0.118463442528095};

double flx_junction_path(const flx_junction *j, double delta, double d, double *slope)
{
    double sum = 0, sum_slope = 0;
    for (int k = 0; k < 5; k++) {
        double local = 0;
        sum += weight5[k] * flx_junction_current(j, delta + at5[k] * d, &local);
        sum_slope += weight5[k] * at5[k] * local;
    }
    *slope = sum_slope;
    return sum;
}

double flx_junction_ends_of(const flx_junction *j, double delta, double d, double *slope)
{
    double unused = 0, first = flx_junction_current(j, delta, &unused);
    double last = flx_junction_current(j, delta + d, slope);
    *slope /= 2;
    return (first + last) / 2;
}

double flx_junction_potential(const flx_junction *j, double delta)
{
    double x = delta - j->phi, u = 0;
    const flx_junction_model *m = j->model;
    for (int32_t k = 0; !m->microscopic && k < m->n_cpr; k++)
        u += j->ic * m->cpr[k] * (1 - cos((k + 1) * x)) / (k + 1);
    if (!m->microscopic)
        return u;
    // By quadrature over 16 parts of the way from 0, the phase taken modulo 2 pi.
    double y = x - 2 * pi * rint(x / (2 * pi)), unused = 0;
    for (int k = 0; k < 16; k++)
        for (int p = 0; p < 5; p++)
            u += weight5[p] * y / 16 *
                 flx_junction_current(j, j->phi + y / 16 * (k + at5[p]), &unused);
    return u;
}

// w ln(1 + exp(v/w)) and its derivative; w = 0: max(v, 0).
static double bend(double v, double w, double *slope)
{
    if (w <= 0 || fabs(v) > 40 * w) {
        *slope = v > 0;
        return v > 0 ? v : 0;
    }
    double e = exp(-v / w);
    *slope = 1 / (1 + e);
    return w * log1p(1 / e);
}

double flx_junction_excess(const flx_junction *j, double v, double *slope)
{
    double s1 = 0, s2 = 0, size = fabs(v);
    double b1 = bend(size - j->v1, j->width, &s1), b2 = bend(size - j->v2, j->width, &s2);
    double value = (j->gl - j->g0) * b1 + (j->gn - j->gl) * b2;
    *slope = (j->gl - j->g0) * s1 + (j->gn - j->gl) * s2;
    return v < 0 ? -value : value;
}

void flx_junction_put(flx_junction_row *row, int32_t l, const flx_junction *j)
{
    row->ic[l] = j->ic;
    row->phi[l] = j->phi;
    if (!j->simple || j->width > 0) {
        row->others |= (uint8_t)(1 << l);
    } else if (j->nonlinear) {
        row->v1[l] = j->v1;
        row->v2[l] = j->v2;
        row->rise[l] = j->gl - j->g0;
        row->fall[l] = j->gn - j->gl;
        row->gaps = true;
    }
}
