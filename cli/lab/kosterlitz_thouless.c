// cli/lab/kosterlitz_thouless.c -- the stiffness of a film of phases, and the temperature at which it
// jumps to zero.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "lab.h"

#include <math.h>
#include <stdio.h>

static const double pi = 3.14159265358979323846;

static double at(const json_t *s, int k, const char *what)
{
    char path[64];
    snprintf(path, sizeof path, "temperatures.%d.%s", k, what);
    return lab_number(s, path);
}

// The temperature of the list nearest to t.
static int nearest(const json_t *s, double t)
{
    int best = 0;
    for (int k = 0; isfinite(at(s, k, "T")); k++)
        if (fabs(at(s, k, "T") - t) < fabs(at(s, best, "T") - t))
            best = k;
    return best;
}

void lab_kosterlitz_thouless(lab *l)
{
    l->x = (flx_plot_axis){.name = "T", .unit = "J/k_{B}", .min = 0, .max = 1.5};
    l->y = (flx_plot_axis){.name = "helicity modulus", .unit = "J", .min = -0.05, .max = 1};
    lab_name_curve(l, 0, "32 x 32 phases", FLX_PLOT_LINE_POINTS);
    lab_name_curve(l, 1, "2T/\u03c0", FLX_PLOT_LINE);
    lab_name_curve(l, 2, "phase waves: 1 - T/4", FLX_PLOT_LINE);
    const json_t *s = lab_run(l);
    for (int k = 0; isfinite(at(s, k, "T")); k++)
        lab_point(l, 0, at(s, k, "T"), at(s, k, "helicity.value"));
    for (int k = 0; k < 2; k++) {
        lab_point(l, 1, 1.5 * k, 3 / pi * k);
        lab_point(l, 2, 1.0 * k, 1 - 0.25 * k);
    }
    int cold = nearest(s, 0.1), jump = nearest(s, 0.9), warm = nearest(s, 1.4);
    double t = at(s, cold, "T");
    // The next term is of order T^2/20.
    lab_expect(l, at(s, cold, "helicity.value"), 1 - t / 4, 0.06 * t * t + 1e-3,
               "helicity at T = %g", t);
    lab_expect(l, at(s, cold, "vortex_density.value"), 0, 1e-5, "vortices a site at T = %g", t);
    t = at(s, jump, "T");
    // 0.7081 at T_KT from the law with C = 0.98; its slope there is 2.4/0.9.
    lab_expect(l, at(s, jump, "helicity.value") / t, 0.7081 - 2.6 * (t - 0.8929), 0.02,
               "helicity/T of 32 x 32 at T = %g", t);
    t = at(s, warm, "T");
    lab_expect(l, at(s, warm, "helicity.value"), 0, 0.01, "helicity at T = %g", t);
    // Three errors of runs of this length, 0.004, and what sizes of 8 to 48 leave out, 0.003.
    lab_expect(l, lab_number(s, "T_KT.value"), 0.8929, 0.015, "T_KT from lattices of 8 to 48");
}
