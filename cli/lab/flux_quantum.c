// cli/lab/flux_quantum.c -- rings are cooled in fields; the fluxoids they keep have one step, h/2e.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "lab.h"

#include "tube.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

typedef struct ring {
    const char *name, *set[4]; // edits of the case
    double to;                 // [mT] last field
    double area;               // [m^2] that a field makes flux through
} ring;

// Cools it in all fields, draws the stairs, and measures their step.
static void cool(lab *l, const ring *r, int32_t curve)
{
    for (int k = 0; k < 4 && r->set[k]; k++)
        lab_set(l, "%s", r->set[k]);
    lab_set(l, "sweep={drive.field: {from: 0 mT, to: %g mT, steps: 13}}", r->to);
    const char *file = lab_run_kept(l);
    const json_t *sweep = lab_last(l);
    int32_t n = lab_points(sweep);
    lab_name_curve(l, curve, r->name, FLX_PLOT_POINTS);
    for (int32_t k = 0; k < n; k++)
        lab_point(l, curve, lab_at(sweep, k, "set.drive.field") * r->area / FLX_SI_PHI0,
                  lab_at(sweep, k, "loops.middle.fluxoid") / FLX_SI_PHI0);
    const json_t *q = lab_quantum(l, file, "middle");
    // What the mesh does to the currents: up to 0.1 % on these paths.
    lab_expect(l, lab_number(q, "pair_charge_e.value"), 2, 0.005, "%s: q*/e (+- %.1g of the fit)",
               r->name, lab_number(q, "pair_charge_e.error"));
}

// The tube lies in its own field: of the fluxoid only a part is flux.
static void tube(lab *l)
{
    lab_use(l, "flux-quantum-tube");
    flx_case *c = lab_case(l);
    if (!c)
        return;
    double a = lab_let(c, "a"), w = lab_let(c, "w"), lambda = c->scales.lambda;
    flx_case_free(c);
    const char *file = lab_run_kept(l);
    const json_t *sweep = lab_last(l);
    lab_name_curve(l, 4, "tube", FLX_PLOT_POINTS);
    for (int32_t k = 0; k < lab_points(sweep); k++)
        lab_point(l, 4, lab_at(sweep, k, "set.let.B") * pi * a * (a + w) / FLX_SI_PHI0,
                  lab_at(sweep, k, "loops.hole.fluxoid") / FLX_SI_PHI0);
    const json_t *q = lab_quantum(l, file, "hole");
    lab_expect(l, lab_number(q, "pair_charge_e.value"), 2, 0.005, "tube: q*/e (+- %.1g of the fit)",
               lab_number(q, "pair_charge_e.error"));
    q = lab_quantum(l, file, "hole.flux");
    tube_london t = tube_with(a / lambda, w / lambda);
    // psi is a little below 1 where the currents flow, and the mesh: 0.2 % here.
    lab_expect(l, lab_number(q, "flux_quantum.value") / FLX_SI_PHI0, t.hole, 5e-3,
               "tube: step of its flux alone / (h/2e)");
}

void lab_flux_quantum(lab *l)
{
    static const ring rings[] = {
        {.name = "round", .to = 6, .area = 2.011e-12},
        {.name = "large, square",
         .set = {"films.ring={layer: al, shape: [box: {size: 3}], holes: {hole: [box: {size: "
                 "1.6}]}}",
                 "loops.middle=[box: {size: 2.3}]"},
         .to = 2.5,
         .area = 5.29e-12},
        {.name = "warm", .set = {"T=0.8 K", "mesh.max_edge=0.15 xi"}, .to = 6, .area = 2.011e-12},
        {.name = "uneven",
         .set =
             {"layers.al.disorder={kind: grains, length: 0.4 um, spread: 0.2, depth: 0.6, width: "
              "0.1 um, seed: 3}"},
         .to = 6,
         .area = 2.011e-12}};
    l->x = (flx_plot_axis){.name = "applied flux", .unit = "h/2e"};
    l->y = (flx_plot_axis){.name = "trapped fluxoid", .unit = "h/2e"};
    for (int32_t k = 0; k < 4; k++)
        cool(l, &rings[k], k);
    tube(l);
}
