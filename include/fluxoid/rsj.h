// fluxoid/rsj.h -- arrays of Josephson junctions with shunts and thermal noise: dynamics of phases on
// a periodic square lattice.
//
//   current of a bond   i_b sin(phi) + dphi/dt + beta_c d^2phi/dt^2 + eta
//   phi = theta_j - theta_i - A - Delta.(r_j - r_i),   <eta eta'> = 2 T delta delta' (Johnson noise)
//
// Currents are conserved at every site, and their mean over the bonds of a direction is the current
// that is driven: the twist Delta follows it (fluctuating twist boundary conditions), and its rate of
// change is the voltage. Units: current I_c, phase [rad], time hbar/(2 e R I_c), voltage I_c R,
// temperature E_J/k_B with E_J = hbar I_c/(2 e).
//
// Kim, Minnhagen, Olsson, Phys. Rev. B 59, 11506 (1999). Without capacitance one solve a step by the
// method of Leimkuhler and Matthews, Appl. Math. Res. Express 2013, 34, which takes the noise of two
// steps; with it the same authors' BAOAB. Both sample averages at rest to second order in the step.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLUXOID_RSJ_H
#define FLUXOID_RSJ_H

#include "fluxoid/options.h"
#include "fluxoid/tdgl.h"

#ifdef __cplusplus
extern "C" {
#endif

// Site i = x + nx y; its bonds 2 i and 2 i + 1 lead to the next sites along x and y, as in xy.h. All
// shunts and capacitances are alike.
typedef struct flx_rsj_problem {
    int32_t size[2];        // [sites] >= 2 along each axis
    double flux;            // [Phi0] through every plaquette; the total must be an integer
    double temperature;     // [E_J/k_B] >= 0
    double current[2];      // [I_c] through each junction along x and y, on average
    const double *critical; // [2 n_site] [I_c] i_b; NULL: 1. Read by flx_rsj_create alone
    const double *phase;    // [2 n_site] [rad] A_b beside that of flux; NULL: 0. The same
} flx_rsj_problem;

typedef struct flx_rsj_opts {
    double dt;          // [hbar/(2 e R I_c)] time step
    double capacitance; // [1] beta_c = 2 e I_c R^2 C/hbar; 0: none
    bool twist;         // the twist moves; false: periodic, without driven current
    int32_t seed;       // [1]
    uint32_t cookie;    // set by flx_rsj_opts_default
} flx_rsj_opts;

FLX_API flx_rsj_opts flx_rsj_opts_default(void);
FLX_API extern const flx_option_table flx_rsj_option_table;

typedef struct flx_rsj flx_rsj;

// Checks everything, allocates everything the run will need, plans the transforms. All phases begin
// at 0. On failure sets *out to NULL and leaves the reason in flx_ctx_error(ctx). Free with
// flx_rsj_free().
FLX_API flx_status flx_rsj_create(flx_ctx *ctx, const flx_rsj_problem *problem,
                                  const flx_rsj_opts *opts, flx_rsj **out);
FLX_API void flx_rsj_free(flx_rsj *sim);

// n steps. Never allocates.
FLX_API flx_status flx_rsj_step(flx_rsj *sim, int64_t n);

// Averages begin anew.
FLX_API void flx_rsj_reset(flx_rsj *sim);

// Averages over the steps since the last reset, errors by binning; NaN where the run is too short to
// tell.
typedef struct flx_rsj_report {
    double time;                         // since the start
    int64_t steps;                       // averaged
    double energy, energy_error;         // [E_J per site] of the junctions: -mean sum of cos phi
    double voltage[2], voltage_error[2]; // [I_c R] of each junction along x and y
    double twist[2];                     // [rad] Delta now
} flx_rsj_report;
FLX_API flx_rsj_report flx_rsj_report_of(const flx_rsj *sim);

// theta [n_site] [rad] in (-pi, pi].
FLX_API void flx_rsj_phases(const flx_rsj *sim, double *theta);

// Everything a restart needs, as named blocks of memory of the simulation itself; at most
// FLX_RSJ_STATE_MAX; returns their number.
enum { FLX_RSJ_STATE_MAX = 8 };
FLX_API int32_t flx_rsj_state(flx_rsj *sim, flx_state_block *blocks);

#ifdef __cplusplus
}
#endif
#endif
