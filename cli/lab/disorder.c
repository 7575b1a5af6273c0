// cli/lab/disorder.c -- disorder changes lambda, and never the quantum.
//
// Of a ring whose superfluid density is eps(r, phi) the inductance is mu0 Lambda_eff 2 pi/ln(b/a),
// where 1/Lambda is averaged as a conductivity is: its inverse along the current (pieces in a row),
// itself across it (pieces side by side), its logarithm on a checkerboard (Dykhne). In the
// coordinates ln r and phi the ring is a strip, so that all three hold for rings too.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "lab.h"

#include <math.h>

static double inductance(lab *l, const char *epsilon, double *fluxoid)
{
    if (epsilon)
        lab_set(l, "layers.film.epsilon=\"%s\"", epsilon);
    const json_t *s = lab_run(l);
    *fluxoid = lab_number(s, "loops.middle.fluxoid_Phi0");
    return lab_number(s, "inductance_pH.0.0");
}

// Uneven rings in London's theory against the even one.
static void averages(lab *l)
{
    static const struct {
        const char *name, *epsilon;
        double theory, allowed;
    } ring[] = {{"sectors", "1 + 0.6*cos(8*atan2(y, x))", 1.25, 2e-3}, // <1/(1 + 0.6 cos)>
                {"circles", "1 + 0.6*cos(2*pi*2*log(sqrt(x^2 + y^2))/log(2))", 1, 6e-3},
                // Triangles that two squares share, a quarter of all, are made of either at random.
                {"checkerboard",
                 "if(cos(9*atan2(y, x))*cos(2*pi*log(sqrt(x^2 + y^2))/log(2)) > 0, 1.5, 1/1.5)", 1,
                 0.012}};
    double fluxoid, even = inductance(l, NULL, &fluxoid);
    flx_case *c = lab_case(l);
    if (!c)
        return;
    double ratio = lab_let(c, "b") / lab_let(c, "a");
    double kinetic = 1e12 * FLX_SI_MU0 * c->scales.Lambda * 2 * 3.14159265358979323846 / log(ratio);
    flx_case_free(c);
    lab_expect(l, even / kinetic, 1, 1e-3, "even ring: L / (\u03bc0 \u039b 2\u03c0/ln(b/a))");
    for (size_t k = 0; k < sizeof ring / sizeof *ring; k++) {
        double L = inductance(l, ring[k].epsilon, &fluxoid);
        lab_expect(l, L / even, ring[k].theory, ring[k].allowed,
                   "%s: \u03bb\u00b2 / \u03bb\u00b2 of the even ring", ring[k].name);
        lab_expect(l, fluxoid, 1, 1e-6, "  fluxoid / \u03a60");
    }
}

// Grains whose boundaries get weaker: fluxoids of windings -1 and 1, and the current.
static void grains(lab *l)
{
    static const double depth[] = {0, 0.4, 0.8, 1.2, 1.6};
    double even = NAN;
    lab_use(l, "disorder-grains");
    for (size_t k = 0; k < sizeof depth / sizeof *depth; k++) {
        lab_set(l, "layers.film.disorder.depth=%g", depth[k]);
        lab_set(l, "layers.film.disorder.spread=%g", depth[k] / 5);
        const json_t *sweep = lab_run(l);
        double step = (lab_at(sweep, 1, "loops.middle.fluxoid_Phi0") -
                       lab_at(sweep, 0, "loops.middle.fluxoid_Phi0")) /
                      2;
        double current = lab_at(sweep, 1, "moment");
        if (k == 0)
            even = current;
        lab_point(l, 0, depth[k], step);
        lab_point(l, 1, depth[k], current / even);
        // J/|psi|^2 on a path through boundaries that edges of xi/2 hardly show.
        lab_expect(l, step, 1, 1e-2,
                   "grains, \u03b5 %g lower between: step of the fluxoid / \u03a60", depth[k]);
    }
}

void lab_disorder(lab *l)
{
    l->x = (flx_plot_axis){.name = "\u03b5 is lower by, where grains meet"};
    l->y = (flx_plot_axis){.name = "relative to the even ring", .min = 0, .max = 1.1};
    lab_name_curve(l, 0, "flux quantum", FLX_PLOT_LINE_POINTS);
    lab_name_curve(l, 1, "current of one quantum", FLX_PLOT_LINE_POINTS);
    averages(l);
    grains(l);
}
