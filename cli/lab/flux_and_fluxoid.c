// cli/lab/flux_and_fluxoid.c -- of the fluxoid of a tube, how much is flux?
// SPDX-License-Identifier: GPL-3.0-or-later
#include "lab.h"

#include "tube.h"

// Tubes of radius a, wall w [lambda], with errors of second order in edges of w/6 and 0.2 lambda.
static void one(lab *l, int32_t curve, double a, double w)
{
    const double error = 4e-3;
    tube_london t = tube_with(a, w);
    lab_set(l, "let.a=%g*depth", a);
    lab_set(l, "let.w=%g*depth", w);
    const json_t *s = lab_run(l);
    double hole = lab_number(s, "loops.hole.flux_Phi0");
    double current = lab_number(s, "loops.hole.supercurrent_Phi0");
    lab_point(l, curve, w, hole);
    lab_expect(l, hole, t.hole, error, "a = %g, w = %g lambda: flux in the hole / Phi0", a, w);
    lab_expect(l, lab_number(s, "loops.rim.flux_Phi0"), t.out, error, "  flux within the rim");
    // Where a is small J changes within a few edges: 0.7 % at a = 0.5.
    lab_expect(l, hole + current, 1, a < 1 ? 1e-2 : error, "  flux and current of the hole");
}

// Winding 0 in a field: what the wall lets through is what it does not hold.
static void shield(lab *l, double a, double w)
{
    tube_london t = tube_with(a, w);
    flx_case *c = lab_case(l);
    if (!c)
        return;
    double area = 3.14159265358979323846 * a * a * c->scales.lambda * c->scales.lambda;
    double B = 0.01 * c->scales.Bc2, Phi0 = c->scales.Phi0;
    flx_case_free(c);
    lab_set(l, "let.a=%g*depth", a);
    lab_set(l, "let.w=%g*depth", w);
    lab_set(l, "start.winding.hole=0");
    lab_set(l, "drive.field=%.12g T", B);
    double inside = lab_number(lab_run(l), "loops.hole.flux_Phi0") * Phi0 / (area * B);
    // The field is that of the hole's polygon, 1e-3 smaller than the circle.
    lab_expect(l, inside, t.shielded, 4e-3, "winding 0 in a field: B in the hole / B outside");
    lab_expect(l, t.shielded + t.out, 1, 1e-12, "  and with the flux within the rim above");
}

// The tube of 1961: what its wall takes from the step of the flux.
static void deaver_fairbank(lab *l)
{
    lab_use(l, "flux-and-fluxoid-tin");
    flx_case *c = lab_case(l);
    if (!c)
        return;
    double a = lab_let(c, "a"), b = lab_let(c, "b"), lambda = c->scales.lambda;
    flx_case_free(c);
    tube_london t = tube_with(a / lambda, (b - a) / lambda);
    const json_t *s = lab_run(l);
    // Edges of 0.4 lambda in the layer that carries the current.
    lab_expect(l, 1 - lab_number(s, "loops.hole.flux_Phi0"), 1 - t.hole, 3e-4,
               "Deaver and Fairbank: 1 - flux in the hole / Phi0");
    lab_expect(l, lab_number(s, "loops.middle.flux_Phi0"), 1, 1e-4, "  flux within their wall");
}

void lab_flux_and_fluxoid(lab *l)
{
    static const double radius[] = {0.5, 2, 10}, wall[] = {0.3, 1, 2};
    static const char *const name[] = {"radius 0.5 \u03bb", "radius 2 \u03bb", "radius 10 \u03bb"};
    l->x = (flx_plot_axis){.name = "thickness of the wall", .unit = "\u03bb"};
    l->y = (flx_plot_axis){.name = "flux in the hole", .unit = "\u03a6_{0}", .min = 0, .max = 1};
    for (int32_t i = 0; i < 3; i++) {
        lab_name_curve(l, i, name[i], FLX_PLOT_POINTS);
        for (int k = 0; k < 3; k++)
            one(l, i, radius[i], wall[k]);
        for (int k = 1; k <= 60; k++)
            lab_point(l, 3 + i, 0.05 * k, tube_with(radius[i], 0.05 * k).hole);
    }
    shield(l, 2, 1);
    deaver_fairbank(l);
}
