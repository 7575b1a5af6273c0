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

// What eight junctions in a row are: with sin alone and a sharp gap if any; `others` has a bit for
// each that is something else.
typedef struct flx_junction_row {
    flx_d8 ic, phi, v1, v2;
    flx_d8 rise, fall; // gl - g0, gn - gl
    bool gaps;
    uint8_t others;
} flx_junction_row;
void flx_junction_put(flx_junction_row *row, int32_t lane, const flx_junction *junction);

// sinc y and its derivative for |y| < 2: Taylor to y^14, remainders below 1e-10 at |y| = pi/2.
FLX_LANES_INLINE void flx_sinc8(flx_d8 y, flx_d8 *value, flx_d8 *slope)
{
    flx_d8 q = y * y, q2 = q * q, q4 = q2 * q2;
    *value = (1 - q * (1.0 / 6)) + q2 * (1.0 / 120 - q * (1.0 / 5040)) +
             q4 * ((1.0 / 362880 - q * (1.0 / 39916800)) +
                   q2 * (1.0 / 6227020800 - q * (1.0 / 1307674368000)));
    flx_d8 low = (q * (1.0 / 30) - 1.0 / 3) + q2 * (q * (1.0 / 45360) - 1.0 / 840);
    flx_d8 high = (q * (1.0 / 518918400) - 1.0 / 3991680) - q2 * (1.0 / 93405312000);
    *slope = y * (low + q4 * high);
}

// flx_junction_path of junctions with sin alone, x = delta - phi.
FLX_LANES_INLINE flx_d8 flx_junction_sine(flx_d8 ic, flx_d8 x, flx_d8 d, flx_d8 *slope)
{
    flx_d8 y = d * 0.5, s, c, sinc, dsinc;
    flx_rotation8(x + y, &c, &s);
    flx_sinc8(y, &sinc, &dsinc);
    *slope = ic * 0.5 * (c * sinc + s * dsinc);
    return ic * s * sinc;
}

// cos y and sin y for |y| < 2: Taylor to y^14 and y^15.
FLX_LANES_INLINE void flx_small_rotation8(flx_d8 y, flx_d8 *c, flx_d8 *s)
{
    flx_d8 q = y * y, q2 = q * q, q4 = q2 * q2;
    *c = (1 - q * 0.5) + q2 * (1.0 / 24 - q * (1.0 / 720)) +
         q4 * ((1.0 / 40320 - q * (1.0 / 3628800)) +
               q2 * (1.0 / 479001600 - q * (1.0 / 87178291200)));
    *s = y * ((1 - q * (1.0 / 6)) + q2 * (1.0 / 120 - q * (1.0 / 5040)) +
              q4 * ((1.0 / 362880 - q * (1.0 / 39916800)) +
                    q2 * (1.0 / 6227020800 - q * (1.0 / 1307674368000))));
}

// The mean of the values at both ends, of junctions with sin alone.
FLX_LANES_INLINE flx_d8 flx_junction_ends(flx_d8 ic, flx_d8 x, flx_d8 d, flx_d8 *slope)
{
    flx_d8 y = d * 0.5, s, c, sy, cy;
    flx_rotation8(x + y, &c, &s);
    flx_small_rotation8(y, &cy, &sy);
    *slope = ic * 0.5 * (c * cy - s * sy);
    return ic * s * cy;
}

// Adds flx_junction_excess at v = volt d of sharp gaps, and its slope in d.
FLX_LANES_INLINE void flx_junction_gap(const flx_junction_row *row, flx_d8 d, double volt,
                                       flx_d8 *f, flx_d8 *slope)
{
    const flx_d8 zero = {0};
    flx_d8 v = d * volt, b1 = flx_abs8(v) - row->v1, b2 = flx_abs8(v) - row->v2;
    flx_d8 more = row->rise * flx_max8(b1, zero) + row->fall * flx_max8(b2, zero);
    *f += flx_select8(v < 0, -more, more);
    *slope += (flx_select8(b1 > 0, row->rise, zero) + flx_select8(b2 > 0, row->fall, zero)) * volt;
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
