// fluxoid/xy.h -- lattices of phases in thermal equilibrium: the XY and Villain models.
//
//   XY       H = -sum_b J_b cos(phi_b)
//   Villain  exp(-H/T) = prod_b sum_m (2 pi T)^(-1/2) exp(-(phi_b - 2 pi m)^2/(2 T))
//   phi_b = theta_j - theta_i - A_b,  b = (i, j) a bond, A_b = (2 pi/Phi0) integral of A from i to j
//
// Energies and temperatures are in units of J (k_B = 1), lengths in lattice constants. Sampled by
// Markov chains: over-relaxation, Metropolis by Cayley rotations, heat bath, global twists, Wolff
// clusters, exchange of replicas. Kosterlitz and Thouless, J. Phys. C 6, 1181 (1973); Villain, J. Phys.
// (Paris) 36, 581 (1975).
//
// The numbers a run gives depend on problem, options and seed alone, not on the number of threads.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLUXOID_XY_H
#define FLUXOID_XY_H

#include "fluxoid/options.h"
#include "fluxoid/tdgl.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum flx_xy_lattice { FLX_XY_SQUARE, FLX_XY_TRIANGULAR, FLX_XY_CUBIC } flx_xy_lattice;
typedef enum flx_xy_model { FLX_XY_COSINE, FLX_XY_VILLAIN } flx_xy_model;
typedef enum flx_xy_precision { FLX_XY_FLOAT, FLX_XY_DOUBLE } flx_xy_precision;
typedef enum flx_xy_start { FLX_XY_COLD, FLX_XY_HOT } flx_xy_start;

// Site i = x + nx (y + ny z). Forward bonds of a site, in this order: square +x, +y; cubic +x, +y,
// +z; triangular a1, a2, a2 - a1 (x and y count a1 and a2, which stand at 60 degrees). Bond b =
// kinds*i + kind, kinds = 2 or 3. On a periodic axis of 2 sites two bonds join the same pair.
typedef struct flx_xy_problem {
    int32_t lattice; // flx_xy_lattice
    int32_t model;   // flx_xy_model
    int32_t size[3]; // [sites] >= 2 along each axis; size[2] only of cubic lattices
    bool open[3];    // false: periodic along this axis
    double flux;     // [Phi0] through every plaquette of the x-y plane (square, triangle); on a
                     // lattice periodic along x and y the total must be an integer
    const double *coupling; // [n_bond] [J]; NULL: 1. XY only
    const double *phase;    // [n_bond] [rad] A_b on top of the flux; NULL: 0
    const uint8_t *absent;  // [n_site] 1: no phase there (dilution); NULL: all are there
    const double
        *temperature; // [n_temperature] [J/k_B] > 0, rising; Villain from 0.4 on, in double
                      // precision from 0.2 on
    int32_t n_temperature;
} flx_xy_problem;

typedef struct flx_xy_opts {
    int32_t sweeps;         // [1] of each temperature after thermalisation, over all replicas
    int32_t thermalisation; // [1] sweeps of each replica that are not measured; -1: chosen
    int32_t metropolis;     // [1] Metropolis sweeps in a cycle
    int32_t heat_bath;      // [1] heat bath sweeps in a cycle; XY only
    int32_t overrelaxation; // [1] over-relaxation sweeps in a cycle; -1: chosen
    int32_t clusters;       // [1] Wolff clusters of each replica in a cycle
    bool twist;             // try to turn the whole lattice by 2 pi along each periodic axis
    bool exchange;          // exchange replicas between neighbouring temperatures
    bool tune_temperatures; // while they settle, move the temperatures between the first and the
                            // last until neighbours exchange equally often
    bool correlations;      // measure correlation functions
    int32_t replicas;       // [1] independent copies at each temperature; 0: chosen
    int32_t precision;      // flx_xy_precision
    int32_t start;          // flx_xy_start
    int32_t seed;           // [1]
    int32_t threads;        // [1] 0: those of the context
    uint32_t cookie;        // set by flx_xy_opts_default
} flx_xy_opts;

FLX_API flx_xy_opts flx_xy_opts_default(void);
FLX_API extern const flx_option_table flx_xy_option_table;

// A mean with its standard error from binned samples. tau: integrated autocorrelation time [cycles]
// where it is known, else 0. error is NaN where none can be vouched for.
typedef struct flx_xy_estimate {
    double value, error, tau;
} flx_xy_estimate;

// Why errors are refused.
typedef enum flx_xy_trust {
    FLX_XY_TRUSTED,
    FLX_XY_TOO_SHORT, // fewer than 20 autocorrelation times in each replica
    FLX_XY_WINDING,   // replicas disagree about the current around the lattice or its winding: the
                      // sampling of windings failed
    FLX_XY_NOTHING    // not one cycle was measured
} flx_xy_trust;

// What was measured at one temperature. Per site means per site that is there.
typedef struct flx_xy_result {
    double temperature;
    int64_t cycles, sweeps; // measured cycles and sweeps, all replicas
    int32_t replicas;
    flx_xy_trust trust;
    flx_xy_estimate energy;         // [J per site]
    flx_xy_estimate specific_heat;  // [k_B per site]
    flx_xy_estimate magnetisation;  // <|M|>/N
    flx_xy_estimate susceptibility; // <M^2>/N
    flx_xy_estimate xi;             // second-moment correlation length [lattice constants]
    flx_xy_estimate binder;         // <M^4>/<M^2>^2
    flx_xy_estimate helicity[3];    // [J] along each Cartesian axis: d^2F/d(twist per length)^2 for
                                    // each unit of area or volume
    flx_xy_estimate helicity_mean;  // over the axes that are periodic
    flx_xy_estimate fourth[3];      // [J] d^4F/d(total twist)^4; square and cubic lattices
    flx_xy_estimate winding4[3]; // <W^4>, W the current around the lattice that is dual to a twist
    flx_xy_estimate winding2[3]; // <(winding of theta around the lattice)^2>; lattices without A
    flx_xy_estimate unwound[3];  // share of samples whose winding rounds to 0; as winding2
    flx_xy_estimate vortex_density; // mean |n| of the plaquettes, for each site
    double metropolis;              // [1] share of accepted moves
    double twists;                  // [1] share of accepted twists
    double exchanges;               // [1] share of accepted exchanges with the next temperature
} flx_xy_result;

typedef struct flx_xy flx_xy;

// Checks everything and allocates everything the run will need; copies the problem's arrays. On
// failure sets *out to NULL and leaves the reason in flx_ctx_error(ctx). Free with flx_xy_free().
FLX_API flx_status flx_xy_create(flx_ctx *ctx, const flx_xy_problem *problem,
                                 const flx_xy_opts *opts, flx_xy **out);
FLX_API void flx_xy_free(flx_xy *sim);

// How long the run is and where it stands. A cycle is the Metropolis and heat bath sweeps,
// `overrelaxation` reflections of every spin, the clusters, the twists, a measurement.
typedef struct flx_xy_progress {
    int64_t cycle, cycles;    // done; to be done, thermalisation included
    int64_t thermalisation;   // cycles of it
    int32_t overrelaxation;   // as chosen
    int32_t replicas, strips; // at each temperature; lanes that share one lattice
    int32_t n_site;
    int32_t reach; // farthest distance of the correlation functions; 0 without them
} flx_xy_progress;
FLX_API flx_xy_progress flx_xy_progress_of(const flx_xy *sim);

// Up to n_cycle cycles of every replica at every temperature; stops at the planned end with
// FLX_STOPPED. Never allocates.
FLX_API flx_status flx_xy_step(flx_xy *sim, int32_t n_cycle);

// What has been measured at temperature t (its place in the list).
FLX_API flx_status flx_xy_result_of(flx_xy *sim, int32_t t, flx_xy_result *result);

// Correlations at a distance along the periodic axes, the mean over these: <cos(theta_0 - theta_r)>,
// and <n_0 n_r> of the vortices n of the plaquettes of the x-y plane (of the triangular lattice: of
// those that point up).
typedef struct flx_xy_correlation {
    flx_xy_estimate phase, vortex;
} flx_xy_correlation;

// c [reach + 1], of distances 0 to flx_xy_progress_of(sim).reach. Needs flx_xy_opts.correlations.
FLX_API flx_status flx_xy_correlations_of(flx_xy *sim, int32_t t, flx_xy_correlation *c);

// What updates cost on this machine: ns for each spin, one thread, best of the repetitions, at the
// lowest temperature. The state is left as it is.
typedef struct flx_xy_costs {
    double overrelaxation, metropolis, heat_bath, measurement; // heat_bath: 0 of the Villain model
} flx_xy_costs;
FLX_API flx_status flx_xy_costs_of(flx_xy *sim, int32_t repetitions, flx_xy_costs *costs);

// theta [n_site] [rad] in (-pi, pi] of replica r at temperature t; NaN where no phase is.
FLX_API flx_status flx_xy_phases(const flx_xy *sim, int32_t t, int32_t r, double *theta);

// Vortices of the plaquettes of the x-y planes of replica r at temperature t: (sum of the phase
// differences + sum of A)/2 pi around each, an integer if differences are taken in (-pi, pi]; with f flux
// quanta through it, counted so that 0 is the number nearest to -f + 1/2 from below. n [n_site]; of the
// triangular lattice [2 n_site]: those that point up, then those that point down. 0 beyond the lattice.
FLX_API flx_status flx_xy_vortices(const flx_xy *sim, int32_t t, int32_t r, int8_t *n);

// What flx_xy_create would refuse, without creating anything.
FLX_API flx_status flx_xy_check(flx_ctx *ctx, const flx_xy_problem *problem,
                                const flx_xy_opts *opts);

// Everything a restart needs, as named blocks of memory of the simulation itself: a checkpoint
// writes them, a restart overwrites them and then calls flx_xy_restored. At most FLX_XY_STATE_MAX
// blocks; returns their number.
enum { FLX_XY_STATE_MAX = 8 };
FLX_API int32_t flx_xy_state(flx_xy *sim, flx_state_block *blocks);
FLX_API flx_status flx_xy_restored(flx_xy *sim);

// ---- Disorder -----------------------------------------------------------------------------------

typedef struct flx_xy_disorder {
    double coupling; // [J] couplings lie evenly between 1 - coupling and 1 + coupling
    double phase;    // [rad] standard deviation of Gaussian phases A_b
    double dilution; // [1] probability that a site is missing
    int32_t seed;
} flx_xy_disorder;

// Arrays for a flx_xy_problem; NULL where not wanted.
typedef struct flx_xy_arrays {
    double *coupling, *phase; // [n_bond]
    uint8_t *absent;          // [n_site]
} flx_xy_arrays;

// Fills them; each number depends on the seed and its place alone.
FLX_API void flx_xy_disorder_draw(const flx_xy_disorder *disorder, int64_t n_site, int64_t n_bond,
                                  const flx_xy_arrays *arrays);

// ---- Flux that differs between plaquettes --------------------------------------------------------

// Adds to phase [n_bond] [rad] an A_b that puts flux quanta through the plaquettes of the x-y planes:
// flux [nx ny], of the triangular lattice [2 nx ny], numbered as in flx_xy_vortices and the same in all
// planes; those beyond the lattice count for nothing. Of the problem lattice, size and open are read. On
// a lattice periodic along x and y the sum must be an integer.
FLX_API flx_status flx_xy_flux_phases(flx_ctx *ctx, const flx_xy_problem *problem,
                                      const double *flux, double *phase);

// ---- Transition ---------------------------------------------------------------------------------

// Helicity modulus of an L x L lattice.
typedef struct flx_xy_stiffness {
    int32_t size;
    double temperature, helicity, error; // [J]
} flx_xy_stiffness;

typedef struct flx_xy_transition {
    double t, error;    // [J] Kosterlitz-Thouless temperature; the errors below together
    double statistical; // [J] where chi squared is one more; larger if sizes scatter more
    double systematic;  // [J] change if the smallest size is left out
    double form;        // [J] half of what the next order of the law changes
    double c;           // [1] C of Y/T = 0.6365 + 0.3189/(u + ln(u)/2), u = ln L + C
    double chi2;        // [1] at the minimum
    int32_t n_free;     // degrees of freedom: sizes - 2
} flx_xy_transition;

// The temperature at which the sizes obey the law of the transition best (Weber and Minnhagen).
// Four or more sizes, each at several temperatures around it.
FLX_API flx_status flx_xy_transition_of(flx_ctx *ctx, const flx_xy_stiffness *points, int32_t n,
                                        flx_xy_transition *out);

// ---- Films --------------------------------------------------------------------------------------

// Stiffness J_s/k_B [K] of a film from its penetration depth and thickness [m], from the kinetic
// inductance of a square [H], from mean-field Tc [K] and sheet resistance [Ohm] at T = 0 (dirty
// limit).
FLX_API double flx_film_stiffness(double lambda, double thickness);
FLX_API double flx_film_stiffness_of_inductance(double inductance);
FLX_API double flx_film_stiffness_dirty(double tc, double sheet_resistance);

// Delta(T)/Delta(0) of weak-coupling BCS at T/Tc.
FLX_API double flx_film_gap(double reduced);

// T_KT [K]: k_B T = (pi/2) J_s(T)/dielectric with J_s(T) = J_s(0) Delta(T) tanh(Delta/2 k_B T)/
// Delta(0). stiffness at T = 0 [K]; dielectric >= 1: what vortex pairs divide the stiffness by.
FLX_API double flx_film_transition(double tc, double stiffness, double dielectric);

#ifdef __cplusplus
}
#endif
#endif
