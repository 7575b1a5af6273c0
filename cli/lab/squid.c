// cli/lab/squid.c -- a loop with one junction and its states; a loop with two and its interference.
//
// One junction, beta = 2 pi L Ic/Phi0: U/E_J = 1 - cos phi + (phi - phi_e)^2/(2 beta), so at rest
// phi + beta sin phi = phi_e, and state 0 ends at arccos(-1/beta) + sqrt(beta^2 - 1).
// SPDX-License-Identifier: GPL-3.0-or-later
#include "lab.h"

#include <math.h>

static const double two_pi = 6.28318530717958647692;

static double potential(double phi, double beta, double phi_e)
{
    return 1 - cos(phi) + (phi - phi_e) * (phi - phi_e) / (2 * beta);
}

// The root near 2 pi n, by Newton.
static double state(double beta, double phi_e, int n)
{
    double phi = two_pi * n;
    for (int k = 0; k < 60; k++)
        phi -= (phi + beta * sin(phi) - phi_e) / (1 + beta * cos(phi));
    return phi;
}

static void one_junction(lab *l)
{
    const double beta = 10, f = 0.5;
    lab_name_curve(l, 0, "U of the rf SQUID", FLX_PLOT_LINE);
    lab_name_curve(l, 1, "its states", FLX_PLOT_POINTS);
    for (int k = -150; k <= 250; k++)
        lab_point(l, 0, k * 0.01, potential(two_pi * k * 0.01, beta, two_pi * f));
    for (int n = -1; n <= 2; n++) {
        lab_set(l, "circuit.parameters.k=%d", n);
        double phi = lab_number(lab_run(l), "probes.p(B1).last");
        lab_point(l, 1, phi / two_pi, potential(phi, beta, two_pi * f));
        // A step of the run is solved to 1e-7 rad.
        lab_expect(l, phi / two_pi, state(beta, two_pi * f, n) / two_pi, 1e-7,
                   "flux / Phi0 of state %d at half a quantum", n);
    }
    lab_set(l, "circuit.parameters.k=0");
    lab_set(l, "circuit.parameters.f=0");
    // The current that ends the state, through L: L i/Phi0 = beta i/(2 pi Ic).
    double i = lab_number(lab_run(l), "measures.end.value");
    lab_expect(l, beta * i / 10e-6 / two_pi, (acos(-1 / beta) + sqrt(beta * beta - 1)) / two_pi,
               1e-7, "flux / Phi0 at which state 0 ends");
}

static void two_junctions(lab *l)
{
    static const double rows[][2] = {{0, 1}, {0.25, .817166}, {0.5, .523582}};
    lab_use(l, "squid-dc");
    for (int k = 0; k < 3; k++) {
        lab_set(l, "circuit.parameters.f=%g", rows[k][0]);
        lab_expect(l, lab_number(lab_run(l), "measures.ic.value") / 20e-6, rows[k][1], 1e-6,
                   "Ic / 2 I0 of the dc SQUID at %g Phi0", rows[k][0]);
    }
    lab_set(l, "circuit.parameters.f=0.25");
    // Steps of the run are good to 1e-4 rad, as its case asks.
    lab_expect(l, lab_number(lab_run(l), "probes.v(3).mean") / 80e-6, .595433, 2e-4,
               "V / I0 R at Phi0/4 and 2.1 I0");
}

void lab_squid(lab *l)
{
    l->x = (flx_plot_axis){.name = "\u03a6/\u03a6_{0}"};
    l->y = (flx_plot_axis){.name = "U/E_{J}"};
    one_junction(l);
    two_junctions(l);
}
