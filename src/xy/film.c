// xy/film.c -- the Kosterlitz-Thouless temperature of a real film, in kelvin.
//
//   stiffness        J_s = hbar^2 d/(4 e^2 mu0 lambda^2) = hbar^2/(4 e^2 L_k)   [energy]
//   transition       k_B T_KT = (pi/2) J_s(T_KT)/eps_c
//   dirty film       J_s(T) = (pi/4) (R_c/R) Delta(T) tanh(Delta(T)/(2 k_B T)),  R_c = hbar/e^2
//
// Nelson and Kosterlitz, Phys. Rev. Lett. 39, 1201 (1977); Beasley, Mooij and Orlando, Phys. Rev.
// Lett. 42, 1165 (1979). eps_c >= 1 is what vortices bound in pairs lower the stiffness by; 1 if it
// is not known.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/units.h"
#include "fluxoid/xy.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

static double hbar(void)
{
    return FLX_SI_H / (2 * pi);
}

double flx_film_stiffness(double lambda, double thickness)
{
    return flx_film_stiffness_of_inductance(FLX_SI_MU0 * lambda * lambda / thickness);
}

double flx_film_stiffness_of_inductance(double inductance)
{
    double flux = hbar() / (2 * FLX_SI_E);
    return flux * flux / inductance / FLX_SI_KB;
}

static const double gap_ratio = 1.76387698986; // Delta(0)/(k_B Tc) = pi/exp(Euler's constant)

double flx_film_stiffness_dirty(double tc, double sheet_resistance)
{
    double critical = hbar() / (FLX_SI_E * FLX_SI_E); // [Ohm]
    return pi / 4 * critical / sheet_resistance * gap_ratio * tc;
}

// Delta(T)/Delta(0) of weak coupling BCS. With y = Delta(T)/(k_B T) the equation of the gap is
//   ln(T/Tc) = int_0^inf [tanh(sqrt(x^2 + y^2)/2)/sqrt(x^2 + y^2) - tanh(x/2)/x] dx,
// whose right side falls with y: T/Tc and Delta/(k_B Tc) = y T/Tc are had from y by one integral,
// and y from T/Tc by bisection.
static double log_reduced(double y)
{
    enum { N = 4000 };
    // x = tan(s) keeps both the peak near 0 and the tail ~ y^2/x^3.
    double sum = 0;
    for (int k = 0; k < N; k++) {
        double s = (k + 0.5) * (pi / 2) / N, x = tan(s), e = hypot(x, y);
        double f = tanh(e / 2) / e - tanh(x / 2) / x;
        sum += f * (1 + x * x);
    }
    return sum * (pi / 2) / N;
}

double flx_film_gap(double reduced)
{
    if (!(reduced < 1))
        return 0;
    if (reduced < 0.05)
        return 1; // exponentially close
    double low = 0, high = 2 * gap_ratio / reduced, wanted = log(reduced);
    for (int k = 0; k < 60; k++) {
        double y = (low + high) / 2;
        *(log_reduced(y) > wanted ? &low : &high) = y;
    }
    return (low + high) / 2 * reduced / gap_ratio;
}

double flx_film_transition(double tc, double stiffness, double dielectric)
{
    // The left side of the condition rises with T, the right one falls.
    double low = 0, high = 1;
    for (int k = 0; k < 50; k++) {
        double t = (low + high) / 2, gap = flx_film_gap(t);
        double now = stiffness * gap * tanh(gap * gap_ratio / (2 * t));
        *(pi / 2 * now / dielectric > t * tc ? &low : &high) = t;
    }
    return tc * (low + high) / 2;
}
