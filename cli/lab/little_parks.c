// cli/lab/little_parks.c -- T_c of a ring and of a disk against field.
//
// Of -(grad - iA)^2 v = lambda v on a narrow ring a < r < b, v = exp(i n theta):
//   lambda_n = n^2 <1/r^2> - n B + B^2 <r^2>/4,  T_c/T_c0 = 1 - min_n lambda_n,
// with means over the ring's area; what v does across the rim changes lambda by (w/R)^4.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "lab.h"

#include <math.h>

typedef struct ring {
    double inverse, square; // <1/r^2> [xi^-2], <r^2> [xi^2]
    double Bc2;             // [T]
} ring;

static bool read_ring(lab *l, ring *r)
{
    flx_case *c = lab_case(l);
    if (!c)
        return false;
    double R = lab_let(c, "R") / c->scales.xi, w = lab_let(c, "w") / c->scales.xi;
    double a = R - w / 2, b = R + w / 2;
    r->inverse = 2 * log(b / a) / (b * b - a * a);
    r->square = (a * a + b * b) / 2;
    r->Bc2 = c->scales.Bc2;
    flx_case_free(c);
    return true;
}

// B [Bc2].
static double critical(const ring *r, double B)
{
    double n = rint(B / (2 * r->inverse));
    return 1 - (n * n * r->inverse - n * B + B * B * r->square / 4);
}

// Cusps: where the two lowest eigenvalues meet. Their distance is linear in B on both sides, so
// that its sum over the ends of an interval is smallest where a cusp is inside.
static int32_t cusps(lab *l, const ring *r, const json_t *sweep, int32_t n)
{
    int32_t found = 0;
    double before = INFINITY;
    for (int32_t k = 0; k + 2 < n; k++) {
        double gap[3];
        for (int32_t i = 0; i < 3; i++)
            gap[i] = lab_at(sweep, k + i, "eigenvalues.1") - lab_at(sweep, k + i, "eigenvalues.0");
        double sum = gap[0] + gap[1];
        if (sum < before && sum <= gap[1] + gap[2]) {
            double B0 = lab_at(sweep, k, "set.drive.field") / r->Bc2,
                   B1 = lab_at(sweep, k + 1, "set.drive.field") / r->Bc2;
            double B = B0 + (B1 - B0) * gap[0] / sum;
            // Of a circle that became a polygon 1e-4 of the field is left, and of the mesh.
            lab_expect(l, B / (2 * r->inverse), found + 0.5, 1e-3, "cusp %d at flux / Phi0",
                       (int)found + 1);
            found++;
        }
        before = sum;
    }
    return found;
}

static void oscillation(lab *l, const ring *r)
{
    const json_t *sweep = lab_run(l);
    int32_t n = lab_points(sweep);
    double worst = 0, deepest = 1;
    for (int32_t k = 0; k < n; k++) {
        double B = lab_at(sweep, k, "set.drive.field") / r->Bc2,
               T = -lab_at(sweep, k, "eigenvalues.0");
        lab_point(l, 0, B / (2 * r->inverse), T);
        worst = fmax(worst, fabs(T - critical(r, B)));
        if (B < 2 * r->inverse)
            deepest = fmin(deepest, T);
    }
    double end = lab_at(sweep, n - 1, "set.drive.field") / r->Bc2;
    for (int32_t k = 0; k <= 400; k++)
        lab_point(l, 1, end * k / 400 / (2 * r->inverse), critical(r, end * k / 400));
    lab_expect(l, -lab_at(sweep, 0, "eigenvalues.0"), 1, 1e-8, "T_c / T_c0 without a field");
    lab_expect(l, cusps(l, r, sweep, n), floor(end / (2 * r->inverse) + 0.5), 0, "cusps");
    lab_expect(l, worst, 0, 2e-4, "largest |T_c - theory| / T_c0 of %d fields", (int)n);
}

// Half a quantum: the states of windings 0 and 1 nucleate together.
static void half(lab *l, const ring *r)
{
    lab_set(l, "sweep=null");
    lab_set(l, "drive.field=%.12g T", r->inverse * r->Bc2);
    const json_t *s = lab_run(l);
    double first = lab_number(s, "eigenvalues.0"), second = lab_number(s, "eigenvalues.1");
    double theory = r->inverse * r->inverse * r->square / 4;
    lab_expect(l, 1 + first, theory, 2e-5, "1 - T_c / T_c0 at half a quantum");
    lab_expect(l, second - first, 0, 2e-5, "its two states: difference of T_c / T_c0");
}

// A disk without a hole: v is a Kummer function, the cusps are not equally far from each other.
static void disk(lab *l, const ring *r)
{
    static const struct {
        double flux, value; // [Phi0] through pi R^2; lambda (R/xi)^2
    } cusp[] = {{1.92376936, 1.77711918}, {3.39234500, 3.33096958}};
    for (int k = 0; k < 2; k++) {
        lab_set(l, "sweep=null");
        lab_set(l, "films={disk: {layer: al, shape: [circle: {radius: 2 xi}]}}");
        lab_set(l, "drive.field=%.12g T", cusp[k].flux / 2 * r->Bc2); // Phi = pi R^2 B
        const json_t *s = lab_run(l);
        for (int i = 0; i < 2; i++) // errors of second order, 0.1 % at edges of R/10
            lab_expect(l, 4 * (1 + lab_number(s, i ? "eigenvalues.1" : "eigenvalues.0")),
                       cusp[k].value, 2e-3 * cusp[k].value,
                       "disk, %.4f Phi0: (1 - T_c/T_c0) (R/xi)^2, winding %d", cusp[k].flux, k + i);
    }
}

void lab_little_parks(lab *l)
{
    ring r;
    if (!read_ring(l, &r))
        return;
    l->x = (flx_plot_axis){.name = "\u03a6/\u03a6_{0}"};
    l->y = (flx_plot_axis){.name = "T_{c}/T_{c0}"};
    lab_name_curve(l, 0, "measured", FLX_PLOT_POINTS);
    lab_name_curve(l, 1, "narrow ring", FLX_PLOT_LINE);
    oscillation(l, &r);
    half(l, &r);
    disk(l, &r);
}
