// fluxoid/thermal.h -- averages of a fluctuating film: means with errors, and the helicity modulus.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLUXOID_THERMAL_H
#define FLUXOID_THERMAL_H

#include "fluxoid/frame.h"

#ifdef __cplusplus
extern "C" {
#endif

// Mean of a correlated series of equally spaced values.
typedef struct flx_thermal {
    double mean;
    double error;  // standard error of the mean; NaN where the series is too short to tell
    double tau;    // integrated correlation time, in values; 0.5: independent
    bool resolved; // false: the series is not many correlation times long, the error is too small
} flx_thermal;

// Of value [n]; NaNs are left out. By binning: H. Flyvbjerg and H. G. Petersen, J. Chem. Phys. 91,
// 461 (1989).
FLX_API flx_thermal flx_thermal_mean(const double *value, int64_t n);

// The helicity modulus (superfluid stiffness, renormalised) of films with free rims. A twist of
// the phase along an open film can be undone at its ends; what cannot is a field. So the twist is
// the vector potential a' of a weak uniform field without the gradient that the phase takes up (sum
// over the edges of a site w a' = 0), through holes and all, and
//   Y = (1/G) d^2 F/d b^2 = <stiffness> - (<current^2> - <current>^2)/T,   G = sum_e w_e a'_e^2,
//   stiffness = (1/G) sum_e w_e a'_e^2 Re psi_i* U_ij psi_j,
//   current = (1/sqrt G) sum_e w_e a'_e Im psi_i* U_ij psi_j     [sqrt(E_s)]
// with F and T in E_s: 1 for the rigid film at T = 0, 0 where nothing screens. It is what a coil
// above the film measures. The classical estimator: S. Teitel and C. Jayaprakash, Phys. Rev. B 27,
// 598 (1983).
typedef struct flx_twist flx_twist;
// Keeps the mesh (borrowed until freed). *out is owned: free with flx_twist_free.
FLX_API flx_status flx_twist_create(flx_ctx *ctx, const flx_mesh *mesh, flx_twist **out);
FLX_API void flx_twist_free(flx_twist *twist);

typedef struct flx_twist_sample {
    double stiffness; // [1]
    double current;   // [1]
} flx_twist_sample;
FLX_API flx_twist_sample flx_twist_measure(const flx_twist *twist, const flx_frame *frame);

// Y from samples stiffness [n], current [n] (NaNs are left out) at temperature T [E_s]. The error
// is that of both parts together.
FLX_API flx_status flx_thermal_helicity(flx_ctx *ctx, const double *stiffness,
                                        const double *current, int64_t n, double temperature,
                                        flx_thermal *out);

// Mean |psi|^2 over the film, weighted by area.
FLX_API double flx_thermal_density(const flx_frame *frame);

#ifdef __cplusplus
}
#endif
#endif
