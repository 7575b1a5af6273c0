// cli/lab/phase_stiffness.c -- what a twist of the phase costs, in kelvin.
//
// E = (J_s/2) integral |grad theta|^2 and K = (2 pi/Phi0) J_s grad theta, with
//   J_s = (Phi0/2 pi)^2 d/(mu0 lambda^2).
// n turns round a ring a < r < b: E = pi ln(b/a) J_s n^2, moment = (pi/Phi0) (area) J_s n. |psi|
// gives way to the twist; of E that is a part ~ n^4, of the moment ~ n^3.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "lab.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

typedef struct film {
    double log_ratio, area; // ln(b/a), [m^2]
    flx_scales scales;      // at the temperature
} film;

static bool read_film(lab *l, film *f)
{
    flx_case *c = lab_case(l);
    if (!c)
        return false;
    double a = lab_let(c, "a"), b = lab_let(c, "b");
    *f = (film){.log_ratio = log(b / a), .area = pi * (b * b - a * a), .scales = c->scales};
    flx_case_free(c);
    return true;
}

// From energies and currents of 0, 1, 2 turns [K].
static double by_energy(const film *f, const json_t *sweep)
{
    double joule = f->scales.energy * f->area / (f->scales.xi * f->scales.xi) / 2;
    double e0 = lab_at(sweep, 0, "energy_F0");
    double e1 = lab_at(sweep, 1, "energy_F0") - e0, e2 = lab_at(sweep, 2, "energy_F0") - e0;
    return (16 * e1 - e2) / 12 * joule / (pi * f->log_ratio) / FLX_SI_KB;
}

static double by_current(const film *f, const json_t *sweep)
{
    double m1 = lab_at(sweep, 1, "moment"), m2 = lab_at(sweep, 2, "moment");
    return (8 * m1 - m2) / 6 * f->scales.Phi0 / (pi * f->area) / FLX_SI_KB;
}

// Where (pi/2) J_s(T) passes T: the least stiffness that a film keeps against
// vortices.
static double crossing(const double *T, const double *J, int n)
{
    for (int k = 0; k + 1 < n; k++) {
        double here = pi / 2 * J[k] - T[k], next = pi / 2 * J[k + 1] - T[k + 1];
        if (here > 0 && next <= 0)
            return T[k] + (T[k + 1] - T[k]) * here / (here - next);
    }
    return NAN;
}

void lab_phase_stiffness(lab *l)
{
    static const double T[] = {0.5, 1.5, 2.5, 3.5, 4, 4.5, 4.7};
    enum { N = sizeof T / sizeof *T };
    const double Tc = 5, lambda = 1e-6, d = 2e-9;
    const double flux = FLX_SI_PHI0 / (2 * pi);
    const double J0 = flux * flux * d / (FLX_SI_MU0 * lambda * lambda) / FLX_SI_KB;
    double J[N];
    l->x = (flx_plot_axis){.name = "T", .unit = "K", .min = 0, .max = Tc};
    l->y = (flx_plot_axis){.name = "J_{s}", .unit = "K", .min = 0};
    lab_name_curve(l, 0, "from energies", FLX_PLOT_POINTS);
    lab_name_curve(l, 1, "from currents", FLX_PLOT_POINTS);
    lab_name_curve(l, 2, "1/\u03bb^{2} of two fluids", FLX_PLOT_LINE);
    lab_name_curve(l, 3, "2T/\u03c0", FLX_PLOT_LINE);
    for (int k = 0; k < N; k++) {
        film f;
        lab_set(l, "T=%g K", T[k]);
        if (!read_film(l, &f))
            return;
        const json_t *sweep = lab_run(l);
        double theory = J0 * (1 - pow(T[k] / Tc, 4)), current = by_current(&f, sweep);
        J[k] = by_energy(&f, sweep);
        lab_point(l, 0, T[k], J[k]);
        lab_point(l, 1, T[k], current);
        lab_expect(l, J[k], theory, 1e-3 * theory, "T = %g K: J_s [K] from energies", T[k]);
        lab_expect(l, current, theory, 1e-3 * theory, "  from currents");
    }
    double low = 0, high = Tc;
    for (int k = 0; k <= 100; k++) {
        lab_point(l, 2, Tc * k / 100, J0 * (1 - pow(k / 100.0, 4)));
        lab_point(l, 3, Tc * k / 100, 2 * Tc * k / 100 / pi);
        double middle = (low + high) / 2;
        *(pi / 2 * J0 * (1 - pow(middle / Tc, 4)) > middle ? &low : &high) = middle;
    }
    // Straight lines between temperatures.
    lab_expect(l, crossing(T, J, N), low, 0.01, "T [K] where J_s = 2T/\u03c0");
    lab_set(l, "layers.film.penetration_depth=2 um");
    film f;
    if (read_film(l, &f))
        lab_expect(l, by_energy(&f, lab_run(l)), J0 / 4 * (1 - pow(0.2, 4)), 1e-3 * J0 / 4,
                   "\u03bb doubled, T = 1 K: J_s [K]");
}
