// cli/lab/half_flux.c -- a ring with a pi junction: fluxoids n + 1/2, a current without a field.
//
// F = (f Phi0 - A_eff B)^2/2L + what does not depend on f, I = (f Phi0 - A_eff B)/L. Here f = n + 1/2.
// L and A_eff of the ring are from the integral equation of coaxial currents, to nine digits.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "lab.h"

#include <math.h>

static const double inductance = 14.9375067973e-12, area = 6.714600343e-12; // [H], [m^2]
static const double centre = 63.21802628e-6; // [T] B_z of one quantum

enum { FIELDS = 5 };
static const double most = 0.4e-3; // [T]

// One fluxoid in all fields; its energies as points in units of Phi0^2/2L. curve < 0: none.
static const json_t *sweep_of(lab *l, double f, int32_t fields, int32_t curve)
{
    const double unit = FLX_SI_PHI0 * FLX_SI_PHI0 / (2 * inductance);
    lab_set(l, "london.fluxoids.hole=%g", f);
    lab_set(l, "sweep={drive.field: {from: %g T, to: %g T, steps: %d}}", -most, most, (int)fields);
    const json_t *s = lab_run(l);
    for (int32_t k = 0; k < lab_points(s) && curve >= 0; k++) {
        double L = 1e-12 * lab_at(s, k, "inductance_pH.0.0");
        double I = lab_at(s, k, "circulating_current.0");
        lab_point(l, curve, 1e3 * lab_at(s, k, "set.drive.field"), L * I * I / 2 / unit);
    }
    return s;
}

// The field at which two states cost the same: their difference is linear in B.
static double crossing(const json_t *a, const json_t *b)
{
    double at[2], d[2];
    for (int k = 0; k < 2; k++) {
        int32_t p = k ? lab_points(a) - 1 : 0;
        at[k] = lab_at(a, p, "set.drive.field");
        d[k] = lab_at(a, p, "gibbs_energy") - lab_at(b, p, "gibbs_energy");
    }
    return at[0] - d[0] * (at[1] - at[0]) / (d[1] - d[0]);
}

// (f - A_eff B/Phi0)^2 of all four, one after the other.
static void draw_theory(lab *l, const double f[4])
{
    for (int k = 0; k < 4; k++) {
        for (int i = -40; i <= 40; i++) {
            double B = most * i / 40, x = f[k] - area * B / FLX_SI_PHI0;
            lab_point(l, 4, 1e3 * B, x * x < 2.5 ? x * x : (double)NAN);
        }
        lab_point(l, 4, NAN, NAN);
    }
    lab_name_curve(l, 4, "(f - A_{eff}B/\u03a6_{0})^{2}", FLX_PLOT_LINE);
}

static void alone(lab *l)
{
    static const char *const middle[] = {"0 um, 0 um, 0 um"};
    const flx_measure_request request = {.field = middle, .n_field = 1, .time = NAN};
    const char *file = lab_run_kept(l);
    const json_t *s = lab_last(l);
    double I = lab_number(s, "circulating_current.0"), E = lab_number(s, "gibbs_energy");
    double half = FLX_SI_PHI0 / 2;
    // Inductances are approached from above: 0.2 % on this mesh.
    lab_expect(l, 1e6 * I, 1e6 * half / inductance, 0.25, "current without a field [\u03bcA]");
    lab_expect(l, 1e20 * E, 1e20 * half * half / (2 * inductance), 0.015,
               "  its energy [10\u207b\u00b2\u2070 J]");
    lab_expect(l, 1e6 * lab_number(lab_measure(l, file, -1, &request), "fields.field-1.Bz"),
               1e6 * centre / 2, 0.15, "  field in the middle of the hole [\u03bcT]");
    lab_set(l, "london.fluxoids.hole=-0.5");
    s = lab_run(l);
    lab_expect(l, lab_number(s, "circulating_current.0") / I, -1, 1e-9, "the other way: current");
    lab_expect(l, lab_number(s, "gibbs_energy") / E, 1, 1e-9, "  energy");
}

void lab_half_flux(lab *l)
{
    static const double f[] = {-1.5, -0.5, 0.5, 1.5};
    static const char *const name[] = {"-3/2", "-1/2", "1/2", "3/2"};
    const json_t *s[4], *whole[2];
    l->x = (flx_plot_axis){.name = "B", .unit = "mT"};
    l->y = (flx_plot_axis){.name = "energy", .unit = "\u03a6_{0}^{2}/2L", .min = 0, .max = 2.5};
    alone(l);
    for (int32_t k = 0; k < 4; k++) {
        lab_name_curve(l, k, name[k], FLX_PLOT_POINTS);
        s[k] = sweep_of(l, f[k], FIELDS, k);
    }
    draw_theory(l, f);
    for (int32_t k = 0; k < 2; k++)
        whole[k] = sweep_of(l, k, 2, -1);
    if (l->failed)
        return;
    double period = 1e3 * FLX_SI_PHI0 / area;
    lab_expect(l, 1e3 * crossing(s[1], s[2]), 0, 1e-9, "-1/2 and 1/2 cost the same at B [mT]");
    lab_expect(l, 1e3 * crossing(s[2], s[3]), period, 1e-3, "1/2 and 3/2");
    lab_expect(l, 1e3 * crossing(whole[0], whole[1]), period / 2, 1e-3,
               "without the junction, 0 and 1");
}
