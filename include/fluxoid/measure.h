// fluxoid/measure.h -- what a frame says: currents, windings, vortices, fluxoids, energies,
// voltages, fields above the film.
//
// Everything is computed from a flx_frame alone, so that it can be done during a run or from a
// file. Natural units (fluxoid/frame.h); the flux quantum is 2 pi. No function changes a frame; no
// result depends on the gauge of psi, a and mu beyond rounding.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLUXOID_MEASURE_H
#define FLUXOID_MEASURE_H

#include "fluxoid/frame.h"
#include "fluxoid/tdgl.h"

#ifdef __cplusplus
extern "C" {
#endif

// -- currents -------------------------------------------------------------------------------------

// Current densities along the edges, tail to head [J0]: super js_e = Im[psi_i* U_ij psi_j]/e_ij,
// normal jn_e = -(mu_j - mu_i)/e_ij - a_dot_e/e_ij. Either array [n_edge] may be NULL.
FLX_API void flx_measure_edges(const flx_frame *frame, double *js, double *jn);

// Net current out of every cell: sum over its edges of s_e j_e, in outflow [n_site] [K0 xi]. 0
// away from terminals if j = js + jn.
FLX_API void flx_measure_outflow(const flx_mesh *mesh, const double *j, double *outflow);

// Current entering through a terminal [K0 xi]: the sum of outflow over its sites.
FLX_API double flx_measure_terminal(const flx_terminal *terminal, const double *outflow);

// Largest |outflow| of a site that belongs to no terminal [K0 xi].
FLX_API flx_status flx_measure_residual(flx_ctx *ctx, const flx_frame *frame,
                                        const flx_terminal *terminals, int32_t n_terminal,
                                        double *residual);

// A polyline across films.
typedef struct flx_cut {
    const double *points; // [n_point][2] [xi] borrowed
    int32_t n_point;
    int32_t film; // that counts alone; -1: all
} flx_cut;

// Current through a cut, from its left to its right as it is walked [K0 xi], for edge currents j:
// sums s_e j_e over the edges it crosses. Both ends must lie outside the film or on its rim.
// Conservation makes it independent of the polyline.
FLX_API flx_status flx_measure_cut(flx_ctx *ctx, const flx_mesh *mesh, const double *j,
                                   const flx_cut *cut, double *current);

// Current vectors on sites, out [n_site][2] [J0], from edge currents j [n_edge]: least squares for
// a linear field. Exact for linear fields on any mesh, second order at the rim too.
FLX_API void flx_measure_sites(const flx_mesh *mesh, const double *j, double *out);

// The same bits for frame after frame: the fits of a mesh are made once, and kept as the weight
// that each edge near a site has. *out is owned: free with flx_site_currents_free; the mesh is read
// by create alone.
typedef struct flx_site_currents flx_site_currents;
FLX_API flx_status flx_site_currents_create(flx_ctx *ctx, const flx_mesh *mesh,
                                            flx_site_currents **out);
FLX_API void flx_site_currents_apply(const flx_site_currents *fits, const double *j, double *out);
FLX_API void flx_site_currents_free(flx_site_currents *fits);

// Magnetic moment (1/2) integral r x K of currents on sites [K0 xi^3], r from the middle of each film:
// where no current enters or leaves, any origin would do; where one does, the leads decide the rest.
FLX_API double flx_measure_moment(const flx_mesh *mesh, const double *site_current);

// -- windings, vortices, fluxoids -----------------------------------------------------------------

typedef struct flx_winding {
    int32_t winding;
    double min_abs; // [1] smallest |psi| on the chain: where it is 0 the winding says nothing
    bool defined;   // min_abs > 1e-8
} flx_winding;

// Winding of psi round a closed chain of neighbouring sites (the last is joined to the first):
// 2 pi n = sum wrap(theta_j - theta_i - a_ij) + sum a_ij. An exact integer.
FLX_API flx_status flx_measure_winding(flx_ctx *ctx, const flx_frame *frame, const int32_t *site,
                                       int32_t n, flx_winding *out);

// Winding round loop l of the mesh (a hole or outer rim).
FLX_API flx_status flx_measure_loop_winding(flx_ctx *ctx, const flx_frame *frame, int32_t loop,
                                            flx_winding *out);

typedef struct flx_vortex {
    double x, y;     // [xi]
    int32_t winding; // +1 vortex, -1 antivortex
    int32_t film;
    int32_t tri; // triangle it is in
} flx_vortex;

typedef struct flx_vortices {
    flx_vortex *list; // [n] owned
    int32_t n;
} flx_vortices;

// All vortices, in the order of their triangles, then those at sites; those in normal regions
// (|psi| < min_abs on the whole triangle; <= 0: 1e-3) are left out.
FLX_API flx_status flx_measure_vortices(flx_ctx *ctx, const flx_frame *frame, double min_abs,
                                        flx_vortices *out);
FLX_API void flx_vortices_clear(flx_vortices *vortices);

// Winding of every triangle, out [n_tri]; 0 where |psi| = 0 at a corner.
FLX_API void flx_measure_triangle_windings(const flx_frame *frame, int32_t *out);

typedef struct flx_fluxoid {
    int32_t winding;          // exact, of the mesh
    double flux_Phi0;         // sum of a_e / 2 pi
    double supercurrent_Phi0; // loop integral of J_s/|psi|^2 / 2 pi, from currents on sites
    double fluxoid_Phi0;      // their sum: winding + O(h^2), an independent check
    double min_abs;           // smallest |psi| on the path
} flx_fluxoid;

// Fluxoid of a closed chain of sites. FLX_ERR_INPUT if |psi| < 1e-8 somewhere on it.
FLX_API flx_status flx_measure_fluxoid(flx_ctx *ctx, const flx_frame *frame, const int32_t *site,
                                       int32_t n, flx_fluxoid *out);

// How a track began or ended.
typedef enum flx_track_event {
    FLX_TRACK_OPEN, // was there at the first frame, or is still there at the last
    FLX_TRACK_RIM,  // came in or left through the rim of the film or of a hole
    FLX_TRACK_PAIR  // was made, or annihilated, with a vortex of the other sign
} flx_track_event;

typedef struct flx_track {
    int32_t winding, film;
    flx_track_event birth, death;
    int32_t partner_birth, partner_death; // index of the other track of a pair, -1
    int32_t start, n; // points point[start .. start + n - 1] of flx_tracks, in order of time
} flx_track;

typedef struct flx_tracks {
    const flx_track *track; // [n_track]
    int32_t n_track;
    const double *point; // [..][3] t [tau0], x, y [xi]
} flx_tracks;

// Follows vortices from frame to frame: each is joined to the nearest of its sign within reach
// [xi] of where it is expected.
typedef struct flx_tracker flx_tracker;
FLX_API flx_status flx_tracker_create(flx_ctx *ctx, const flx_mesh *mesh, double reach,
                                      flx_tracker **out);
FLX_API void flx_tracker_free(flx_tracker *tracker);
FLX_API flx_status flx_tracker_add(flx_ctx *ctx, flx_tracker *tracker, double time,
                                   const flx_vortices *vortices);
// What was found so far; owned by the tracker, until its next call.
FLX_API flx_status flx_tracker_tracks(flx_ctx *ctx, flx_tracker *tracker, flx_tracks *out);

// -- energy, power, voltage -----------------------------------------------------------------------

// In units of (Bc^2/2mu0) x film volume; the uniform state has -1. The discrete functional whose
// gradient is the finite-volume operator:
//   F = (2/area) { sum_i a_i (-eps|psi|^2 + |psi|^4/2) + sum_e (s_e/e_e) |U_e psi_j - psi_i|^2
//                  + field_energy of the frame }
typedef struct flx_energy {
    double total_F0;
    double condensation_F0; // -eps|psi|^2 + |psi|^4/2
    double kinetic_F0;      // |(grad - iA) psi|^2
    // of the field of the currents, in long bodies (B - B_applied)^2; 0 where A is the applied one
    double field_F0;
} flx_energy;
FLX_API flx_energy flx_measure_energy(const flx_frame *frame);

// Dissipated power [K0 V0 xi].
typedef struct flx_power {
    double normal; // integral of |E|^2
    double
        order_parameter; // u/sqrt(1 + g^2|psi|^2) (|(d/dt + i mu)psi|^2 + (g^2/4)(d|psi|^2/dt)^2)
} flx_power;
// psi_dot = d psi/dt [n_site] [1/tau0]; NULL: order_parameter is 0.
FLX_API flx_power flx_measure_power(const flx_frame *frame, const flx_cplx *psi_dot);

// Largest |psi1 - psi0|/dt apart from a common rotation of each film [1/tau0].
FLX_API flx_status flx_measure_change(flx_ctx *ctx, const flx_mesh *mesh, const flx_cplx *psi0,
                                      const flx_cplx *psi1, double dt, double *change);

// A point of a film: a value there is the sum of weight * value at three sites.
typedef struct flx_probe {
    int32_t site[3];
    double weight[3];
} flx_probe;
// film -1: any that has the point (the lowest triangle). FLX_ERR_INPUT if it is in none.
FLX_API flx_status flx_probe_at(flx_ctx *ctx, const flx_mesh *mesh, int32_t film,
                                const double at[2], flx_probe *out);
FLX_API double flx_probe_value(const flx_probe *probe, const double *value);

// Gauge-invariant phase difference along an open chain of neighbouring sites, first to last:
// sum of wrap(theta_j - theta_i - a_ij) [rad]; not reduced to (-pi, pi].
FLX_API flx_status flx_measure_phase(flx_ctx *ctx, const flx_frame *frame, const int32_t *site,
                                     int32_t n, double *phase);

// Time average of a series with irregular steps.
typedef struct flx_average {
    double mean;
    double error;     // standard error of the mean
    double period;    // [tau0] 0: not periodic
    int32_t n_period; // whole periods averaged over
    double from, to;  // [tau0] averaged over
} flx_average;
// value [n] at times t [n] (rising), those from `from` on. Averages over whole periods if there
// are at least three (over the later half of them if the earlier had not settled), else over all,
// with an error from blocks.
FLX_API flx_status flx_measure_average(flx_ctx *ctx, const double *t, const double *value,
                                       int32_t n, double from, flx_average *out);

// -- the quantum of a staircase -------------------------------------------------------------------

// Step of values that stand on a staircase offset + step * (whole number), with noise.
typedef struct flx_quantum {
    double step;       // in the unit of the values
    double error;      // standard deviation of step, from what the fit leaves
    double interval95; // step +- interval95 holds the true one 95 times in 100 (Student's t)
    double offset;     // between -step/2 and step/2 of 0, up to rounding
    double noise;      // standard deviation of the values about their steps
    int32_t n_step;    // steps between the lowest and the highest value
} flx_quantum;

// Finds the step of value [n], n >= 4, in any order. FLX_ERR_INPUT if no step stands out: less than
// two different stairs, noise above a sixth of a step, another step nearly as likely.
FLX_API flx_status flx_measure_quantum(flx_ctx *ctx, const double *value, int32_t n,
                                       flx_quantum *out);

// -- field of the sheet currents ------------------------------------------------------------------

typedef struct flx_sheet {
    const flx_mesh *mesh;
    const double *site_current; // [n_site][2] [K0]
    const double *z;            // [n_film] [xi] heights; NULL: 0
    double pearl_length;        // Lambda [xi] of the layer that K0 belongs to
} flx_sheet;

// Field at points r [n][3]: b [n][3] [Bc2] (or NULL) and a [n][3] [A0] (or NULL). Currents are linear
// between sites; analytic near a triangle, so valid at any distance, and in the film: there B_x and B_y
// are the mean of both sides, and B_z is infinite, as a logarithm, on the rim alone. A in the Coulomb
// gauge of K up to its divergence; a_z = 0.
FLX_API flx_status flx_measure_field(flx_ctx *ctx, const flx_sheet *sheet, const double *r,
                                     int32_t n, double *b, double *a);

// B_z [ny][nx] [Bc2] at height z on the grid (x0 + i dx, y0 + j dy): that of flx_measure_field
// within
// 1e-5 of the largest, many times faster.
typedef struct flx_field_plane {
    double x0, y0, dx, dy, z; // [xi]
    int32_t nx, ny;
} flx_field_plane;
FLX_API flx_status flx_measure_field_plane(flx_ctx *ctx, const flx_sheet *sheet,
                                           const flx_field_plane *plane, double *bz);

#ifdef __cplusplus
}
#endif
#endif
