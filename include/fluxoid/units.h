// fluxoid/units.h -- SI <-> natural units. The only place with SI constants.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLUXOID_UNITS_H
#define FLUXOID_UNITS_H

#include "fluxoid/base.h"

#ifdef __cplusplus
extern "C" {
#endif

// h and e are exact (SI 2019); mu0 is CODATA 2018. PHI0 is h/2e.
#define FLX_SI_H 6.62607015e-34           // [J s]
#define FLX_SI_E 1.602176634e-19          // [C]
#define FLX_SI_KB 1.380649e-23            // [J/K]
#define FLX_SI_MU0 1.25663706212e-6       // [N/A^2]
#define FLX_SI_PHI0 2.067833848461929e-15 // [Wb]
#define FLX_SI_C 299792458.0              // [m/s]

// What a layer is made of, in SI.
typedef struct flx_material {
    double xi;           // [m] coherence length
    double lambda;       // [m] penetration depth; 0 if only the Pearl length is known
    double thickness;    // [m]; 0 if only the Pearl length is known
    double pearl_length; // [m] Lambda = lambda^2/d
    double
        conductivity; // [S/m] of the normal state; 0: unknown, then seconds and volts are not given
    double u, gamma;  // [1]
    double z;         // [m] height of the film
    double pair_charge; // [C] q*; 0: 2e
} flx_material;

// The natural units of a layer in SI; 0 where the material does not say enough. Tinkham,
// Introduction to Superconductivity, ch. 4; K0 = Phi0/(2 pi mu0 Lambda xi), V0 = hbar/(q* tau0),
// tau0 = mu0 sigma lambda^2, Phi0 = h/q*.
typedef struct flx_scales {
    double xi;     // [m]
    double lambda; // [m]
    double Lambda; // [m]
    double Bc2;    // [T] Phi0/(2 pi xi^2)
    double A0;     // [T m] xi Bc2
    double J0;     // [A/m^2] xi Bc2/(mu0 lambda^2)
    double K0;     // [A/m]
    double tau0;   // [s]
    double V0;     // [V]
    double Phi0;   // [Wb] h/q*
    double Bc;     // [T] thermodynamic: Phi0/(2 sqrt 2 pi lambda xi)
    double energy; // [J] (Bc^2/mu0) xi^2 d
    double
        stiffness; // [J] E_s = hbar^2/(q*^2 mu0 Lambda), twice energy: that of a twist of the phase
} flx_scales;

FLX_API flx_scales flx_scales_of(const flx_material *material);

// Whether they are those of a thickness of one metre, as of long bodies without one: K is J then.
FLX_API bool flx_scales_per_metre(const flx_scales *scales);

// How xi and lambda depend on temperature.
typedef enum flx_law {
    FLX_LAW_GL,        // (1 - t)^-1/2 both: near Tc
    FLX_LAW_TWO_FLUID, // lambda (1 - t^4)^-1/2, xi ((1 + t^2)/(1 - t^2))^1/2
    FLX_LAW_DIRTY_BCS  // weak coupling, mean free path far below xi
} flx_law;

// xi and lambda at t = T/Tc < 1, divided by their values at t = 0. Sources in units/law.c.
FLX_API void flx_law_at(flx_law law, double t, double *xi, double *lambda);

#ifdef __cplusplus
}
#endif
#endif
