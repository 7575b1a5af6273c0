// circuit/junction.h -- the currents of a junction.
//
// Supercurrent: Ic sum_m c_m sin m x, x = delta - phi0; with transparency D and gap D(T)
//   Ic (s/q) tanh(g q)/tanh(g), q = sqrt(1 - D s_half^2), g = D(T)/2kT,
//   s = sum c_m sin m x, s_half = sum c_m sin(m x/2), D(T) = 1.76 k Tc sqrt(cos(pi/2 (T/Tc)^2)).
// Haberkorn, Knauer, Richter, phys. stat. sol. (a) 47, K161 (1978). Over a step it is averaged along
// the straight path of the phase, which for sin x is
//   sin(x0 + d/2) sinc(d/2):
// then exactly the energy Ej (1 - cos x) goes in and out.
//
// Quasiparticles: slopes 1/R0 below the gap, gl = Ic/(icfact dV) across it, 1/RN above, continuous;
// rounded over a tenth of dV if smooth.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CIRCUIT_JUNCTION_H
#define FLX_CIRCUIT_JUNCTION_H

#include "base/rotation.h"
#include "fluxoid/circuit.h"

typedef struct flx_junction {
    double ic, phi; // [A], [rad]
    bool simple;    // sin alone
    const flx_junction_model *model;
    double gap_over_2kt, scale; // [1]; 1/tanh of it
    double g0, gl, gn;          // [S] below, at and above the gap
    double v1, v2, width;       // [V] borders, rounding (0: sharp)
    bool nonlinear;
} flx_junction;

flx_junction flx_junction_of(const flx_junction_model *model, double area);

// Supercurrent and its slope at a phase.
double flx_junction_current(const flx_junction *j, double delta, double *slope);
// Averages along delta .. delta + d; slope: derivative of the average in d.
double flx_junction_path(const flx_junction *j, double delta, double d, double *slope);
// Potential energy over s = Phi0/2 pi [A], 0 at its zero of phase.
double flx_junction_potential(const flx_junction *j, double delta);
// Quasiparticle current beyond g0 v, and its slope.
double flx_junction_excess(const flx_junction *j, double v, double *slope);

// sinc y and its derivative for |y| < 2: Taylor, remainders below 1e-10 at |y| = pi/2.
static inline void flx_sinc(double y, double *value, double *slope)
{
    double q = y * y;
    *value =
        1 -
        q / 6 *
            (1 -
             q / 20 * (1 - q / 42 * (1 - q / 72 * (1 - q / 110 * (1 - q / 156 * (1 - q / 210))))));
    *slope =
        -y / 3 *
        (1 - q / 10 * (1 - q / 28 * (1 - q / 54 * (1 - q / 88 * (1 - q / 130 * (1 - q / 180))))));
}

// flx_junction_path of a junction with sin alone, without branches.
static inline double flx_junction_sine(double ic, double phi, double delta, double d, double *slope)
{
    double s, c, sinc, dsinc;
    flx_rotation(delta - phi + d / 2, &c, &s);
    flx_sinc(d / 2, &sinc, &dsinc);
    *slope = ic / 2 * (c * sinc + s * dsinc);
    return ic * s * sinc;
}

#endif
