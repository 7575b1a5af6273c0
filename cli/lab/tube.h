// cli/lab/tube.h -- a long hollow cylinder a < r < a + w in the London limit, |psi| = 1.
//
// With lambda = 1: B = c1 I0(r) + c2 K0(r), B = B_applied outside, B uniform in the hole, and
//   flux in the hole + 2 pi a J(a) = n Phi0,  J = -dB/dr.
// H. J. Lipkin, M. Peshkin, L. J. Tassie, Phys. Rev. 126, 116 (1962).
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CLI_LAB_TUBE_H
#define FLX_CLI_LAB_TUBE_H

typedef struct tube_london {
    double a, b;     // [lambda]
    double c1, c2;   // of one quantum without a field, flux counted in Phi0
    double s1, s2;   // of winding 0 in B = 1
    double hole;     // flux in the hole / Phi0 of one quantum, no field
    double out;      // flux within b / Phi0 of it
    double shielded; // B in the hole / B_applied of winding 0
} tube_london;

// a, w [lambda].
tube_london tube_with(double a, double w);

// Of one quantum without a field: flux within radius r [lambda], and 2 pi r J: parts of Phi0.
double tube_flux(const tube_london *t, double r);
double tube_current(const tube_london *t, double r);
// Of winding 0 in a field B outside: flux within r, in B lambda^2.
double tube_flux_of_field(const tube_london *t, double r);

// Modified Bessel functions of order n, by their integrals; 0 < x < 700.
double bessel_i(int n, double x);
double bessel_k(int n, double x);

#endif
