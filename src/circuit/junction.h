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
// With noise it is the mean of the values at both ends instead,
//   (sin x0 + sin (x0 + d))/2 = sin(x0 + d/2) cos(d/2):
// then means of phases and voltages are of second order in the step also where noise moves the phase
// by sqrt(h) (in overdamped junctions); along the path they would be of first.
//
// Quasiparticles: slopes 1/R0 below the gap, gl = Ic/(icfact dV) across it, 1/RN above, continuous;
// rounded over a tenth of dV if smooth.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CIRCUIT_JUNCTION_H
#define FLX_CIRCUIT_JUNCTION_H

#include "circuit/lanes.h"
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
// The mean of the values at both ends.
double flx_junction_ends_of(const flx_junction *j, double delta, double d, double *slope);
// Potential energy over s = Phi0/2 pi [A], 0 at its zero of phase.
double flx_junction_potential(const flx_junction *j, double delta);
// Quasiparticle current beyond g0 v, and its slope.
double flx_junction_excess(const flx_junction *j, double v, double *slope);

// What a vector of junctions in a row are: with sin alone and a sharp gap if any; `others` has a bit for
// each that is something else.
typedef struct flx_junction_row {
    flx_vd ic, phi, v1, v2;
    flx_vd rise, fall; // gl - g0, gn - gl
    bool gaps, moves;  // moves: one has an offset
    uint8_t others;
} flx_junction_row;
void flx_junction_put(flx_junction_row *row, int32_t lane, const flx_junction *junction);

// sinc y and its derivative for |y| < 2: Taylor to y^14, remainders below 1e-10 at |y| = pi/2.
FLX_LANES_INLINE void flx_sinc_v(flx_vd y, flx_vd *value, flx_vd *slope)
{
    flx_vd q = y * y, q2 = q * q, q4 = q2 * q2;
    *value = (1 - q * (1.0 / 6)) + q2 * (1.0 / 120 - q * (1.0 / 5040)) +
             q4 * ((1.0 / 362880 - q * (1.0 / 39916800)) +
                   q2 * (1.0 / 6227020800 - q * (1.0 / 1307674368000)));
    flx_vd low = (q * (1.0 / 30) - 1.0 / 3) + q2 * (q * (1.0 / 45360) - 1.0 / 840);
    flx_vd high = (q * (1.0 / 518918400) - 1.0 / 3991680) - q2 * (1.0 / 93405312000);
    *slope = y * (low + q4 * high);
}

// flx_junction_path of junctions with sin alone, x = delta - phi.
FLX_LANES_INLINE flx_vd flx_junction_sine(flx_vd ic, flx_vd x, flx_vd d, flx_vd *slope)
{
    flx_vd y = d * 0.5, s, c, sinc, dsinc;
    flx_rotation_v(x + y, &c, &s);
    flx_sinc_v(y, &sinc, &dsinc);
    *slope = ic * 0.5 * (c * sinc + s * dsinc);
    return ic * s * sinc;
}

// The mean of the values at both ends, of junctions with sin alone. The sine at the beginning is kept
// from the first time, when only what moves has turned already.
FLX_LANES_INLINE flx_vd flx_junction_ends(flx_vd ic, flx_vd x, flx_vd d, bool first, bool moves,
                                          flx_vd *begin, flx_vd *slope)
{
    flx_vd s, c;
    flx_rotation_v(x + d, &c, &s);
    if (first && moves) {
        flx_vd unused;
        flx_rotation_v(x, &unused, begin);
    } else if (first) {
        *begin = s;
    }
    *slope = ic * 0.5 * c;
    return ic * 0.5 * (*begin + s);
}

// Adds flx_junction_excess at v = volt d of sharp gaps, and its slope in d.
FLX_LANES_INLINE void flx_junction_gap(const flx_junction_row *row, flx_vd d, double volt,
                                       flx_vd *f, flx_vd *slope)
{
    const flx_vd zero = {0};
    flx_vd v = d * volt, b1 = flx_abs_v(v) - row->v1, b2 = flx_abs_v(v) - row->v2;
    flx_vd more = row->rise * flx_max_v(b1, zero) + row->fall * flx_max_v(b2, zero);
    *f += flx_select_v(v < 0, -more, more);
    *slope +=
        (flx_select_v(b1 > 0, row->rise, zero) + flx_select_v(b2 > 0, row->fall, zero)) * volt;
}

// Both of any junction, and the slope in d.
static inline double flx_junction_any(const flx_junction *j, bool ends, double delta, double d,
                                      double volt, double *slope)
{
    double g = 0;
    double f =
        ends ? flx_junction_ends_of(j, delta, d, slope) : flx_junction_path(j, delta, d, slope);
    if (j->nonlinear)
        f += flx_junction_excess(j, volt * d, &g);
    *slope += g * volt;
    return f;
}

#endif
