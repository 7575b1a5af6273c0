// cli/lab/persistent_current.c -- J(n, Phi) of a narrow ring, its life, its limit.
//
// With q = (n - phi)/R: |psi|^2 = 1 - q^2, J = q (1 - q^2), F/F0 = -(1 - q^2)^2.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "lab.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

typedef struct ring {
    double radius, width; // [xi]
    double quantum;       // [T] field of one flux quantum through the middle circle
    double unit;          // [A m^2] moment of the ring with J = 1
} ring;

// The moment of a narrow ring is its current times the area: the mean of r^2 over the width is
// R^2 + w^2/12.
static bool read_ring(lab *l, ring *r)
{
    flx_case *c = lab_case(l);
    if (!c)
        return false;
    const flx_scales *s = &c->scales;
    r->radius = lab_let(c, "R") / s->xi;
    r->width = lab_let(c, "w") / s->xi;
    double area = pi * (r->radius * r->radius + r->width * r->width / 12);
    r->quantum = 2 * pi * s->Bc2 / (pi * r->radius * r->radius);
    r->unit = s->K0 * pow(s->xi, 3) * area * r->width;
    flx_case_free(c);
    return true;
}

// Currents of windings 0 and 1 against flux.
static void currents(lab *l, const ring *r)
{
    for (int n = 0; n <= 1; n++) {
        lab_name_curve(l, n, n ? "winding 1" : "winding 0", FLX_PLOT_POINTS);
        lab_name_curve(l, 2 + n, n ? NULL : "q (1 - q^{2})", FLX_PLOT_LINE);
        double worst = 0;
        for (int k = -4; k <= 4 && !l->failed; k++) {
            double phi = n + 0.5 * k, q = (n - phi) / r->radius, J = q * (1 - q * q);
            lab_set(l, "start.winding.hole=%d", n);
            lab_set(l, "drive.field=%.12g T", phi * r->quantum);
            double measured = lab_number(lab_run(l), "moment") / r->unit;
            worst = fmax(worst, fabs(measured - J));
            lab_point(l, n, phi, measured);
        }
        for (int k = -20; k <= 20; k++) {
            double q = -0.1 * k / r->radius;
            lab_point(l, 2 + n, n + 0.1 * k, q * (1 - q * q));
        }
        // The rim is 0.4 xi wide: inner and outer circles have other q, 2e-3 of J_c.
        lab_expect(l, worst, 0, 2e-3, "winding %d: largest |J - q(1 - q^2)|", n);
    }
}

static void life(lab *l, const ring *r)
{
    double moment[2];
    for (int k = 0; k < 2; k++) {
        lab_set(l, "start.winding.hole=1");
        lab_set(l, "tdgl.time=%g tau0", k ? 1e5 : 1e3);
        lab_set(l, "tdgl.stop_when_steady=false");
        lab_set(l, "tdgl.frames=1");
        lab_set(l, "mesh.max_edge=0.4 xi"); // 10^5 tau0 are 10^5 steps and more
        moment[k] = lab_number(lab_run(l), "moment");
    }
    double q = 1 / r->radius;
    lab_expect(l, moment[0] / r->unit, q * (1 - q * q), 2e-3, "J of winding 1 without a field");
    // Steady to rounding: what is left is the tolerance of the steps.
    lab_expect(l, moment[1] / moment[0], 1, 1e-6, "J after 10^5 tau0 / J after 10^3 tau0");
}

// Winding 0 holds until q = sqrt((1 + 1/(2 R^2))/3): Eckhaus. Bracketed by two runs.
static void limit(lab *l, const ring *r)
{
    double most = r->radius * sqrt((1 + 1 / (2 * r->radius * r->radius)) / 3);
    static const double side[] = {0.98, 1.02};
    for (int k = 0; k < 2; k++) {
        lab_set(l, "start.winding.hole=0");
        lab_set(l, "drive.field=%.12g T", side[k] * most * r->quantum);
        double winding = lab_number(lab_run(l), "loops.hole.winding");
        lab_expect(l, winding > 0, k, 0, "has slipped at %g of the Eckhaus flux", side[k]);
    }
}

void lab_persistent_current(lab *l)
{
    ring r = {0};
    if (!read_ring(l, &r))
        return;
    l->x = (flx_plot_axis){.name = "\u03a6/\u03a6_{0}"};
    l->y = (flx_plot_axis){.name = "J", .unit = "J_{0}"};
    currents(l, &r);
    life(l, &r);
    limit(l, &r);
}
