// cli/lab/amplitude_and_phase.c -- what a change of the phase costs, and what one of |psi|.
//
// About psi = 1 the second variation of the energy has
//   changes of the phase   lambda = k^2 xi^2, and
//   changes of |psi|       lambda = 2 + k^2 xi^2,
// k being wave numbers of the disk, J'_m(kR) = 0. In joule, times (Bc^2/mu0) d for each area.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "lab.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

// Zeros of J'_m, with how many modes have them (cos and sin m phi); the uniform
// one first.
static const struct {
    double kR;
    int n;
} zero[] = {{0, 1},          {1.84118378, 2}, {3.05423693, 2}, {3.83170597, 1},
            {4.20118894, 2}, {5.31755313, 2}, {5.33144277, 2}};
enum { ZEROS = sizeof zero / sizeof *zero, MODES = 12 };

typedef struct mode {
    double value;
    bool amplitude;
} mode;

static int by_value(const void *a, const void *b)
{
    double x = ((const mode *)a)->value, y = ((const mode *)b)->value;
    return (x > y) - (x < y);
}

// All in ascending order without the uniform phase; R [xi]. Their number.
static int spectrum(double R, mode out[4 * ZEROS])
{
    int n = 0;
    for (int amplitude = 0; amplitude < 2; amplitude++)
        for (int z = amplitude ? 0 : 1; z < ZEROS; z++)
            for (int i = 0; i < zero[z].n; i++)
                out[n++] = (mode){2 * amplitude + zero[z].kR * zero[z].kR / (R * R), amplitude};
    qsort(out, (size_t)n, sizeof *out, by_value);
    return n;
}

// The first mode of each kind, and all of them as rows if wanted.
static void modes(lab *l, double R, const json_t *s, bool list, double first[2])
{
    mode all[4 * ZEROS];
    spectrum(R, all);
    first[0] = first[1] = NAN;
    for (int k = 0; k < MODES; k++) {
        char path[32];
        snprintf(path, sizeof path, "eigenvalues.%d", k);
        double value = lab_number(s, path);
        if (isnan(first[all[k].amplitude]))
            first[all[k].amplitude] = value;
        if (list) // errors of second order in edges of R/16
            lab_expect(l, value, all[k].value, 4e-3 * all[k].value, "mode %d, of the %s", k + 1,
                       all[k].amplitude ? "amplitude" : "phase");
    }
}

// Both costs in kelvin: of a twist, the stiffness J_s; of |psi|, for each xi(0)^2 of the film. What
// they should be follows from the scales at T = 0.
static void costs(lab *l, double t, double R, const flx_scales *cold)
{
    lab_set(l, "T=%g*1.2 K", t);
    flx_case *c = lab_case(l);
    if (!c)
        return;
    double xi = c->scales.xi, unit = c->scales.energy / FLX_SI_KB, first[2];
    double cost = 2 * cold->energy / FLX_SI_KB; // of both at T = 0
    flx_case_free(c);
    modes(l, R / xi, lab_run(l), false, first);
    double stiffness = 2 * first[0] * pow(R / xi / zero[1].kR, 2) * unit;
    double pairs = first[1] * unit * pow(cold->xi / xi, 2);
    lab_point(l, 0, t, stiffness / cost);
    lab_point(l, 1, t, pairs / cost);
    lab_expect(l, stiffness, cost * (1 - pow(t, 4)), 2e-3 * stiffness, "T = %g Tc: twist, J_s [K]",
               t);
    lab_expect(l, pairs, cost * pow(1 - t * t, 2), 1e-6 * pairs,
               "  |\u03c8| in one \u03be(0)\u00b2 [K]");
}

void lab_amplitude_and_phase(lab *l)
{
    static const double t[] = {0.1, 0.3, 0.5, 0.7, 0.8, 0.9};
    l->x = (flx_plot_axis){.name = "T/T_{c}", .min = 0, .max = 1};
    l->y = (flx_plot_axis){.name = "cost, T = 0 being 1", .min = 0};
    lab_name_curve(l, 0, "twist", FLX_PLOT_POINTS);
    lab_name_curve(l, 1, "|\u03c8|", FLX_PLOT_POINTS);
    lab_name_curve(l, 2, "1 - t^{4}", FLX_PLOT_LINE);
    lab_name_curve(l, 3, "(1 - t^{2})^{2}", FLX_PLOT_LINE);
    flx_case *c = lab_case(l);
    if (!c)
        return;
    flx_scales cold = c->scales;
    double R = lab_let(c, "R"), first[2];
    flx_case_free(c);
    modes(l, R / cold.xi, lab_run(l), true, first);
    for (size_t k = 0; k < sizeof t / sizeof *t; k++)
        costs(l, t[k], R, &cold);
    for (int k = 0; k <= 100; k++) {
        double x = k / 100.0;
        lab_point(l, 2, x, 1 - pow(x, 4));
        lab_point(l, 3, x, pow(1 - x * x, 2));
    }
}
