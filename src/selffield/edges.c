// selffield/edges.c -- the mutual integral of two parallel triangles from line integrals.
//
// With rho = |(x - x', y - y')|, z the difference of heights and R = sqrt(rho^2 + z^2), the function
//   W = R - |z| ln(R + |z|)   obeys   (d^2/dx^2 + d^2/dy^2) W = 1/R,                        (1)
// so that Gauss' theorem, once on each triangle, leaves
//   int_s int_t dA dA'/R = - sum_{e of s, f of t} (u_e.u_f) int_e int_f W dl dl'            (2)
// with the unit vectors u along the edges. At one height W = R is homogeneous of degree 1 in the
// distances a, b from the point where the lines of e and f meet, R^2 = a^2 + b^2 - 2 a b cos, so
// that Euler's theorem turns the double integral into four simple ones:
//   3 int int R da db = [a int R db]_{a1}^{a2} + [b int R da]_{b1}^{b2}.                    (3)
// Parallel lines at distance h: the second antiderivative of R in the difference of abscissae,
//   F(s) = R^3/6 + (h^2/2) [s asinh(s/h) - R].                                              (4)
// Everything else: the inner integral in closed form, the outer one by adaptive quadrature.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "selffield/edges.h"

#include "selffield/facet.h"

typedef struct line {
    double x, y, ux, uy, length; // from (x, y) along (ux, uy)
} line;

static line edge_of(const flx_facet *f, int k)
{
    return (line){f->x[k], f->y[k], f->ux[k], f->uy[k], f->length[k]};
}

// integral_{s1}^{s2} sqrt(s^2 + c2) ds
static double integral_of_r(double s1, double s2, double c2)
{
    double value = s2 * sqrt(s2 * s2 + c2) - s1 * sqrt(s1 * s1 + c2);
    return (value + (c2 > 0 ? c2 * flx_edge_log(s1, s2, c2) : 0)) / 2;
}

// (3): a in [a1, a2], b in [b1, b2] along the two lines from their common point.
static double crossing(const double a[2], const double b[2], double cosine, double sine)
{
    double sum = 0;
    for (int k = 0; k < 2; k++) {
        double ha = a[k] * sine, hb = b[k] * sine, sign = k ? 1 : -1;
        sum += sign * a[k] * integral_of_r(b[0] - a[k] * cosine, b[1] - a[k] * cosine, ha * ha);
        sum += sign * b[k] * integral_of_r(a[0] - b[k] * cosine, a[1] - b[k] * cosine, hb * hb);
    }
    return sum / 3;
}

// (4)
static double second_antiderivative(double s, double h)
{
    double r = sqrt(s * s + h * h);
    return r * r * r / 6 + (h > 0 ? h * h / 2 * (s * asinh(s / h) - r) : 0);
}

// Lines in one direction at distance h; f begins at abscissa s on the line of e.
static double parallel(double length_e, double s, double length_f, double h)
{
    return second_antiderivative(s + length_f, h) - second_antiderivative(s, h) -
           second_antiderivative(s + length_f - length_e, h) +
           second_antiderivative(s - length_e, h);
}

// integral over f of W seen from a point: abscissae s1, s2 of its ends, distance h, height z > 0.
static double inner(double s1, double s2, double h, double z)
{
    double c2 = h * h + z * z, log_f = flx_edge_log(s1, s2, c2);
    double r1 = sqrt(s1 * s1 + c2), r2 = sqrt(s2 * s2 + c2);
    double value = (s2 * r2 - s1 * r1 + c2 * log_f) / 2;
    if (z == 0)
        return value;
    double turn = h * (atan(s2 * h * (r2 - z) / (h * h * r2 + s2 * s2 * z)) -
                       atan(s1 * h * (r1 - z) / (h * h * r1 + s1 * s1 * z)));
    if (h == 0)
        turn = 0;
    return value - z * (s2 * log(r2 + z) - s1 * log(r1 + z) - (s2 - s1) + z * log_f + turn);
}

// The outer integrand: the point at abscissa a on e.
typedef struct outer {
    line e, f;
    double z;
} outer;

static double outer_at(const outer *o, double a)
{
    double dx = o->f.x - o->e.x - a * o->e.ux, dy = o->f.y - o->e.y - a * o->e.uy;
    double s = dx * o->f.ux + dy * o->f.uy, h = fabs(dx * o->f.uy - dy * o->f.ux);
    return inner(s, s + o->f.length, h, o->z);
}

// Gauss-Kronrod, 7 and 15 points; halves where they differ by more than the error allowed.
static double adaptive(const outer *o, double a, double b, double allowed, int depth)
{
    static const double node[8] = {0.991455371120812639207, 0.949107912342758524526,
                                   0.864864423359769072790, 0.741531185599394439864,
                                   0.586087235467691130294, 0.405845151377397166907,
                                   0.207784955007898467601, 0};
    static const double kronrod[8] = {0.022935322010529224964, 0.063092092629978553291,
                                      0.104790010322250183840, 0.140653259715525918745,
                                      0.169004726639267902827, 0.190350578064785409913,
                                      0.204432940075298892414, 0.209482141084727828013};
    static const double gauss[4] = {0.129484966168869693271, 0.279705391489276667901,
                                    0.381830050505118944950, 0.417959183673469387755};
    double middle = (a + b) / 2, half = (b - a) / 2, k15 = 0, g7 = 0;
    for (int k = 0; k < 8; k++) {
        double value = outer_at(o, middle + half * node[k]);
        if (k < 7)
            value += outer_at(o, middle - half * node[k]);
        k15 += kronrod[k] * value;
        if (k % 2)
            g7 += gauss[k / 2] * value;
    }
    // The difference is the error of the 7 points; that of the 15 is far smaller.
    double error = fabs(k15 - g7) * half;
    if (depth == 0 || error * sqrt(error / (fabs(k15) * half + 1e-300)) <= allowed)
        return k15 * half;
    return adaptive(o, a, middle, allowed / 2, depth - 1) +
           adaptive(o, middle, b, allowed / 2, depth - 1);
}

// Cut where e crosses the line of f and where it passes the ends of f: there the integrand is
// rough over lengths of about z.
static double by_quadrature(const outer *o, double allowed)
{
    const line *e = &o->e, *f = &o->f;
    double cross = e->ux * f->uy - e->uy * f->ux, dx = f->x - e->x, dy = f->y - e->y;
    double cut[5] = {0, 0, 0, 0, e->length};
    cut[1] = cross != 0 ? (dx * f->uy - dy * f->ux) / cross : 0;
    cut[2] = dx * e->ux + dy * e->uy;
    cut[3] = cut[2] + f->length * (f->ux * e->ux + f->uy * e->uy);
    for (int k = 1; k < 4; k++)
        cut[k] = fmin(fmax(cut[k], 0), e->length);
    for (int k = 1; k < 4; k++)
        for (int m = k; m > 1 && cut[m] < cut[m - 1]; m--) {
            double swap = cut[m];
            cut[m] = cut[m - 1];
            cut[m - 1] = swap;
        }
    double sum = 0;
    for (int k = 0; k < 4; k++)
        if (cut[k + 1] - cut[k] > 1e-12 * e->length)
            sum += adaptive(o, cut[k], cut[k + 1], allowed / 4, 30);
    return sum;
}

static double edge_pair(const line *e, const line *f, double z, double allowed)
{
    double cosine = e->ux * f->ux + e->uy * f->uy, sine = e->ux * f->uy - e->uy * f->ux;
    double dx = f->x - e->x, dy = f->y - e->y, size = e->length + f->length;
    if (z == 0) {
        // Middle of f against the line of e: what an angle of rounding size does cancels there.
        double mx = dx + f->length / 2 * f->ux, my = dy + f->length / 2 * f->uy;
        double h = fabs(mx * e->uy - my * e->ux);
        double s = mx * e->ux + my * e->uy - f->length / 2;
        // Nearly on one line, the place where they cross is not known; nor does it matter.
        if (fabs(sine) < 1e-11 || (fabs(sine) < 1e-5 && h < 1e-5 * size))
            return parallel(e->length, s, f->length, h);
        // Distances from the common point; the closer it is, the less cancels.
        double a = (dx * f->uy - dy * f->ux) / sine, b = (dx * e->uy - dy * e->ux) / sine;
        double ea[2] = {-a, e->length - a}, fb[2] = {-b, f->length - b};
        if (fabs(sine) >= 1e-5 && fabs(a) + fabs(b) < 1e3 * size)
            return crossing(ea, fb, cosine, fabs(sine));
    }
    outer o = {*e, *f, z};
    return by_quadrature(&o, allowed);
}

double flx_facet_pair_exact(const flx_facet *s, const flx_facet *t, double accuracy)
{
    double z = fabs(s->z - t->z), sum = 0;
    // About the value, and so the error that one of nine terms may have.
    double size = s->radius + t->radius + hypot(s->cx - t->cx, s->cy - t->cy) + z;
    double allowed = accuracy * s->area * t->area / size / 9;
    for (int k = 0; k < 3; k++)
        for (int m = 0; m < 3; m++) {
            line e = edge_of(s, k), f = edge_of(t, m);
            double cosine = e.ux * f.ux + e.uy * f.uy;
            if (fabs(cosine) > 1e-15)
                sum -= cosine * edge_pair(&e, &f, z, allowed);
        }
    return sum;
}
