// cli/lab/meissner.c -- the field is expelled; how deep it stays is lambda.
//
// In a cylinder of radius R along a weak field, lengths in lambda:
//   B(r) = B_a I0(r)/I0(R),  mu0 J(r) = B_a I1(r)/I0(R),
//   moment = -(pi R^2 B_a/mu0) (1 - 2 I1(R)/(R I0(R)))  for each length.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "lab.h"

#include "tube.h"

#include <math.h>
#include <stdio.h>

enum { PLACES = 25 };
static const double pi = 3.14159265358979323846;

typedef struct rod {
    double radius, lambda; // [m]; lambda at T = 0
    double field;          // [T]
} rod;

// 1 - the share of the flux that is left: x = R/lambda.
static double shielded(double x)
{
    return 1 - 2 * bessel_i(1, x) / (x * bessel_i(0, x));
}

// The lambda [m] that a moment [A m^2] of one metre means.
static double depth_of(const rod *r, double moment)
{
    double share = -moment * FLX_SI_MU0 / (pi * r->radius * r->radius * r->field);
    double low = 1e-3, high = 600;
    for (int k = 0; k < 100; k++) {
        double x = (low + high) / 2;
        *(shielded(x) < share ? &low : &high) = x;
    }
    return r->radius / low;
}

// Field and current across the rod; lambda [m].
static void profile(lab *l, const rod *r, const char *file, double lambda, int32_t curve)
{
    char field[PLACES][64], film[PLACES][64], path[64];
    const char *fields[PLACES], *films[PLACES];
    for (int k = 0; k < PLACES; k++) {
        double x = 1.92 * r->radius * (k / (PLACES - 1.0) - 0.5);
        snprintf(field[k], sizeof field[k], "%.9g m, 0 um, 0 um", x);
        snprintf(film[k], sizeof film[k], "%.9g m, 0 um", x);
        fields[k] = field[k];
        films[k] = film[k];
    }
    flx_measure_request request = {
        .field = fields, .n_field = PLACES, .at_point = films, .n_point = PLACES, .time = NAN};
    const json_t *s = lab_measure(l, file, -1, &request);
    double worst = 0, R = r->radius / lambda;
    for (int k = 1; k <= PLACES; k++) {
        snprintf(path, sizeof path, "fields.field-%d.x", k);
        double x = lab_number(s, path) / lambda;
        snprintf(path, sizeof path, "fields.field-%d.Bz", k);
        lab_point(l, curve, x * lambda / r->lambda, lab_number(s, path) / r->field);
        snprintf(path, sizeof path, "points.point-%d.supercurrent.1", k);
        double J = -lab_number(s, path) * FLX_SI_MU0 * lambda / r->field;
        worst = fmax(worst, fabs(J - copysign(bessel_i(1, fabs(x)), x) / bessel_i(0, R)));
    }
    // Currents on sites: errors of second order in edges of 0.15 lambda.
    lab_expect(l, worst, 0, 6e-3, "%s: largest error of mu0 \u03bb J / B_a",
               curve ? "T = 0.9 Tc" : "T = 0");
    for (int k = -100; k <= 100; k++)
        lab_point(l, curve + 2, R * k / 100 * lambda / r->lambda,
                  bessel_i(0, fabs(R * k / 100)) / bessel_i(0, R));
}

// Penetration depth against temperature, from moments: lambda(T) = lambda(0) (1 - t^4)^-1/2.
static void depths(lab *l, const rod *r)
{
    static const double t[] = {0.5, 0.8, 0.9};
    for (int k = 0; k < 3; k++) {
        double lambda = r->lambda / sqrt(1 - pow(t[k], 4));
        lab_set(l, "T=%g*3.7 K", t[k]);
        const char *file = lab_run_kept(l);
        lab_expect(l, 1e9 * depth_of(r, lab_number(lab_last(l), "moment")), 1e9 * lambda,
                   1e7 * lambda, "T = %g Tc: \u03bb [nm] from the moment", t[k]);
        if (k == 2)
            profile(l, r, file, lambda, 1);
    }
}

// Cooled in the field, or cooled first: no perfect conductor does both alike.
static void history(lab *l, const rod *r)
{
    double moment[2];
    for (int k = 0; k < 2; k++) {
        if (k)
            lab_set(l, "drive.field=%g T * ramp(t, 0, 50)", r->field);
        const char *file = lab_run_kept(l);
        moment[k] = lab_number(lab_last(l), "moment");
        if (k > 0)
            continue;
        lab_expect(l, 1e9 * depth_of(r, moment[0]), 1e9 * r->lambda, 1e7 * r->lambda,
                   "T = 0: \u03bb [nm] from the moment");
        profile(l, r, file, r->lambda, 0);
    }
    lab_expect(l, moment[0] / moment[1], 1, 1e-6, "moment: cooled in the field / cooled before it");
}

void lab_meissner(lab *l)
{
    flx_case *c = lab_case(l);
    if (!c)
        return;
    rod r = {.radius = lab_let(c, "R"),
             .lambda = c->scales.lambda,
             .field = flx_expr_eval(c->fields[0].value, (double[3]){0, 0, 0}, 1e9)};
    flx_case_free(c);
    l->x = (flx_plot_axis){.name = "x", .unit = "\u03bb(0)"};
    l->y = (flx_plot_axis){.name = "B/B_{a}", .min = 0, .max = 1.05};
    lab_name_curve(l, 0, "T = 0", FLX_PLOT_POINTS);
    lab_name_curve(l, 1, "T = 0.9 T_{c}", FLX_PLOT_POINTS);
    history(l, &r);
    depths(l, &r);
}
