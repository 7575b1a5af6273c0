// units/scales.c -- natural units of a layer in SI.
//
//   Phi0 = h/q*
//   Lambda = lambda^2/d
//   Bc2 = Phi0/(2 pi xi^2)
//   Bc = Phi0/(2 sqrt2 pi lambda xi)
//   J0 = xi Bc2/(mu0 lambda^2)
//   K0 = J0 d = xi Bc2/(mu0 Lambda)
//   tau0 = mu0 sigma lambda^2
//   V0 = hbar/(q* tau0) = xi J0/sigma
//   energy = (Bc^2/mu0) xi^2 d = Phi0^2/(8 pi^2 mu0 Lambda), which needs no thickness.
//
// Tinkham, Introduction to Superconductivity, ch. 4.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/units.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

flx_scales flx_scales_of(const flx_material *m)
{
    flx_scales s = {.xi = m->xi, .lambda = m->lambda, .Lambda = m->pearl_length};
    s.Phi0 = m->pair_charge > 0 ? FLX_SI_H / m->pair_charge : FLX_SI_PHI0;

    // Any two of lambda, Lambda and d give the third.
    if (s.Lambda <= 0 && m->thickness > 0)
        s.Lambda = m->lambda * m->lambda / m->thickness;
    if (s.lambda <= 0 && m->thickness > 0)
        s.lambda = sqrt(m->pearl_length * m->thickness);

    if (s.xi > 0) {
        s.Bc2 = s.Phi0 / (2 * PI * s.xi * s.xi);
        s.A0 = s.xi * s.Bc2;
    }
    if (s.xi > 0 && s.lambda > 0) {
        s.J0 = s.A0 / (FLX_SI_MU0 * s.lambda * s.lambda);
        s.Bc = s.Phi0 / (2 * sqrt(2) * PI * s.lambda * s.xi);
    }
    if (s.Lambda > 0) {
        s.K0 = s.A0 / (FLX_SI_MU0 * s.Lambda);
        s.energy = s.Phi0 * s.Phi0 / (8 * PI * PI * FLX_SI_MU0 * s.Lambda);
        s.stiffness = 2 * s.energy;
    }
    if (s.lambda > 0 && m->conductivity > 0) {
        s.tau0 = FLX_SI_MU0 * m->conductivity * s.lambda * s.lambda;
        s.V0 = s.Phi0 / (2 * PI * s.tau0);
    }
    return s;
}

bool flx_scales_per_metre(const flx_scales *scales)
{
    return scales->J0 > 0 && fabs(scales->K0 / scales->J0 - 1) < 1e-9; // rounding
}
