// fluxoid/london.h -- London engine: supercurrents in thin films of fixed superfluid density.
//
// In a film of Pearl length Lambda = lambda^2/d the sheet current K obeys (London; Pearl, Appl.
// Phys. Lett. 5, 65 (1964))
//
//   mu0 Lambda K + A[K] + A_applied = (Phi0/2 pi) grad theta,    div K = 0                     (1)
//
// K = curl(g z) with a stream function g that is linear on triangles, constant over each hole
// (there it is the current that circulates round the hole, counter-clockwise) and on each piece of
// an outer rim between terminals. Films at all heights enter one energy,
//
//   a(g, g') = mu0 sum_t Lambda_t area_t K_t.K'_t + (mu0/4 pi) sum_st K_s.K'_t P_st            (2)
//
// and the state is where a(g, g)/2 + int B_applied g - sum_v Phi_v g(r_v) - sum_h Phi_h I_h is
// least: the equation of hole h says that its fluxoid is Phi_h, to the precision of the solver.
// Holes are single unknowns without mesh inside; B_applied is integrated over them too. The energy
// is least for given currents, so inductances of the meshed films are approached from above.
// P_st: fluxoid/selffield.h.
//
// Units: a length l (that of the mesh), fields in any b; then A in b l, flux and fluxoid in b l^2,
// sheet currents in b/mu0, currents in b l/mu0, inductances in mu0 l, energies in b^2 l^3/mu0,
// moments in b l^3/mu0. With b = Bc2 = Phi0/(2 pi l^2), one Phi0 is 2 pi.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLUXOID_LONDON_H
#define FLUXOID_LONDON_H

#include "fluxoid/selffield.h"
#include "fluxoid/source.h"

#ifdef __cplusplus
extern "C" {
#endif

// All arrays are borrowed for flx_london_create; the mesh until the engine is freed.
typedef struct flx_london_problem {
    const flx_mesh *mesh; // films in one plane must not overlap
    const double *z;      // [n_film] [l] heights of the films; NULL: 0
    const double *lambda; // [n_tri] [l] Pearl length of each triangle, >= 0
    const int32_t *hole;  // [n_hole] inner loops of the mesh in the order in which the holes are
    int32_t n_hole;       // numbered; inner loops that are not among them come after
    const flx_terminal *terminals; // [n_terminal] site and length are read; on outer rims
    int32_t n_terminal;
    bool fields_only; // nothing is solved: for flx_london_field and what follows from a known g
} flx_london_problem;

typedef enum flx_london_method {
    FLX_LONDON_AUTO,     // dense up to dense_max unknowns
    FLX_LONDON_DENSE,    // Cholesky factor, 8 n^2 bytes: every further state costs a solve
    FLX_LONDON_ITERATIVE // conjugate gradients on the hierarchical operator
} flx_london_method;

typedef struct flx_london_opts {
    int32_t method;    // flx_london_method
    int32_t dense_max; // unknowns up to which `auto` is dense
    double tolerance;  // [1] residual of an iterative solve, relative to the right-hand side
    double accuracy;   // [1] of the field operator, as flx_selffield_opts.tolerance
    uint32_t cookie;   // set by flx_london_opts_default
} flx_london_opts;

FLX_API flx_london_opts flx_london_opts_default(void);
FLX_API extern const flx_option_table flx_london_option_table;

// Knows the films and their inductances. Serves one caller at a time.
typedef struct flx_london flx_london;

// Assembles, factorises, and finds the currents that each unknown of (3) drives. Fails with
// FLX_ERR_INPUT on lambda < 0 and on terminals that are not on an outer rim, or hold all of one.
// Free with flx_london_free.
FLX_API flx_status flx_london_create(flx_ctx *ctx, const flx_london_problem *problem,
                                     const flx_london_opts *opts, flx_london **out);
FLX_API void flx_london_free(flx_london *l);

// The same films with other Pearl lengths [n_tri] [l], which are copied: to the same bits as if made
// with them, but the field of the currents, most of the work, is known. On failure other than
// FLX_ERR_INPUT the engine can only be freed.
FLX_API flx_status flx_london_set_lambda(flx_ctx *ctx, flx_london *l, const double *lambda);

typedef struct flx_london_report {
    int32_t n_free;     // values of g inside the films
    int32_t n_hole;     // currents round holes
    int32_t n_port;     // currents through terminals
    int32_t method;     // never AUTO
    int32_t iterations; // of all iterative solves so far
    double bytes;       // memory held, about
    double assemble_seconds, factor_seconds, mode_seconds;
} flx_london_report;
FLX_API flx_london_report flx_london_report_of(const flx_london *l);

// -- currents and inductances ---------------------------------------------------------------------
//
// The currents I_c are those round the holes, then those of the ports: a rim with terminals has a
// port for each of them but the last, by which its current leaves; a port feeds both sides of the
// film alike (g = 1/2 and -1/2 on the rims between), so that I of a hole is half the difference of
// the currents on its two sides. With them, energy and fluxoids are
//   E = I.L.I/2,    sum_c' L_cc' I_c' = Phi_c - Phi_eff_c                                        (3)

// Mesh loop of hole h; terminals of port p.
FLX_API int32_t flx_london_hole_loop(const flx_london *l, int32_t h);
FLX_API void flx_london_port(const flx_london *l, int32_t p, int32_t *from, int32_t *to);

// L [n_current][n_current] [mu0 l], symmetric; borrowed. n_current = n_hole + n_port.
FLX_API const double *flx_london_inductance(const flx_london *l);

// -- states ---------------------------------------------------------------------------------------

typedef struct flx_london_vortex {
    double x, y;    // [l]
    int32_t film;   // it is in
    double fluxoid; // [b l^2] Phi0 times its winding
} flx_london_vortex;

// What is known of a current.
typedef enum flx_london_given {
    FLX_LONDON_FLUXOID, // value is the fluxoid [b l^2]
    FLX_LONDON_CURRENT, // value is the current [b l/mu0]
    FLX_LONDON_FREE // value is what the fluxoid has beside a whole number of `quantum`, and these
                    // are such that the energy is least: no change of one or two of them by one
                    // lowers it
} flx_london_given;

typedef struct flx_london_condition {
    flx_london_given given;
    double value;
} flx_london_condition;

// Zeroed: nothing applied, every fluxoid 0, no current through terminals.
typedef struct flx_london_drive {
    const double *moment;              // [n_site + n_hole] of flx_london_moments; NULL: no field
    const flx_london_vortex *vortices; // [n_vortex]
    int32_t n_vortex;                  //
    const flx_london_condition *condition; // [n_current]; NULL: holes have fluxoid 0, ports no
                                           // current
    double quantum;                        // [b l^2] Phi0, for FREE
} flx_london_drive;

typedef struct flx_london_state {
    double *g;         // [n_site] [b l/mu0] stream function; given by the caller
    double *current;   // [n_current] [b l/mu0] given by the caller
    double *fluxoid;   // [n_current] [b l^2] of holes; of ports: flux linkage; given by the caller
    double *effective; // [n_current] [b l^2] Phi_eff: the fluxoid at which no current flows round;
                       // given by the caller
    double energy;     // [b^2 l^3/mu0] a(g, g)/2: of the fields of the currents and their motion
    double kinetic;    // of it, the kinetic part
    double gibbs;      // [b^2 l^3/mu0] energy less current times fluxoid where the current is
                       // given: what states in one applied field are compared by. With vortices
                       // both hold their self-energy, which grows as the mesh gets finer
} flx_london_state;

// Vortices outside their film are refused. Costs one solve, none without moment and vortices.
FLX_API flx_status flx_london_solve(flx_ctx *ctx, flx_london *l, const flx_london_drive *drive,
                                    flx_london_state *state);

// A fluxoid state: whole quanta more or less in the holes whose current is not given.
typedef struct flx_london_level {
    double *fluxoid; // [n_hole] [b l^2] given by the caller
    double gibbs;    // [b^2 l^3/mu0] as flx_london_state.gibbs
} flx_london_level;

// The *n_level states of least energy with the drive of a solved state, in order; at the end
// *n_level says how many there are (0: no hole is free to change). Beyond some two dozen holes, where
// half a quantum is missing to each, they are the best that a search found.
FLX_API flx_status flx_london_levels(flx_ctx *ctx, const flx_london *l,
                                     const flx_london_drive *drive, const flx_london_state *state,
                                     int32_t *n_level, flx_london_level *level);

// moment [n_site + n_hole] of the applied field at time t: integrals of B_z phi_i over the films,
// phi_i the hat of site i, by a rule of degree 5 made exact in the flux of each triangle; then the
// flux through each hole. The source is on the same mesh.
FLX_API flx_status flx_london_moments(flx_ctx *ctx, const flx_london *l, flx_source *source,
                                      double t, double *moment);

// The same for a field of which A is known: a [n_tri][2] [b l^3] its integral over each triangle.
FLX_API void flx_london_moments_of_a(const flx_london *l, const double *a, double *moment);

// Unit of current c: g [n_site] while all other currents are 0 and nothing is applied; borrowed.
FLX_API const double *flx_london_mode(const flx_london *l, int32_t c);

// Flux that the currents g [n_site] send through a circuit, by reciprocity: moment is that of the
// field which a unit current in the circuit applies, so that no field needs to be computed.
FLX_API double flx_london_flux(const flx_london *l, const double *g, const double *moment);

// Flux through receiver k of the currents that source k induces, fluxoids of holes held and no
// current through terminals: -receiver_k . A^-1 source_k, for n pairs of moments [n][n_site +
// n_hole] with one pass over the factor. receiver NULL: the sources themselves.
FLX_API flx_status flx_london_responses(flx_ctx *ctx, flx_london *l, int32_t n,
                                        const double *source, const double *receiver, double *flux);

// -- what follows from g --------------------------------------------------------------------------

// Sheet current k [n_tri][2] [b/mu0] of g [n_site].
FLX_API void flx_london_sheet(const flx_london *l, const double *g, double *k);
// The same at sites [n_site][2]: the mean over the triangles around, weighted by area.
FLX_API void flx_london_site_current(const flx_london *l, const double *k, double *site);
// Magnetic moment along z [b l^3/mu0]: (1/2) int r x K.
FLX_API double flx_london_moment(const flx_london *l, const double *k);
// The field of currents that are linear between sites, with means in triangles near k: B of second
// order in the mesh in films too, infinite as a logarithm on their rims. points->slope is not read.
FLX_API flx_status flx_london_smooth_field(flx_ctx *ctx, flx_london *l, const double *k,
                                           const flx_selffield_points *points);
// A and B of k as it is, as flx_selffield_field.
FLX_API flx_status flx_london_field(flx_ctx *ctx, flx_london *l, const double *k,
                                    const flx_selffield_points *points);

#ifdef __cplusplus
}
#endif
#endif
