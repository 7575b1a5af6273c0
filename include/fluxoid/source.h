// fluxoid/source.h -- what is done to a film: applied fields, condensation coefficient, terminal
// currents, and the state a run starts from.
//
// An applied field enters as the line integral a_e of A over every edge of the mesh, tail to head,
// so that its sum round a closed chain of sites is the flux through it. Natural units
// (fluxoid/frame.h): lengths xi, fields Bc2, A0 = xi Bc2, time tau0, currents K0 xi.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLUXOID_SOURCE_H
#define FLUXOID_SOURCE_H

#include "fluxoid/frame.h"
#include "fluxoid/tdgl.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum flx_field_kind {
    FLX_FIELD_UNIFORM,  // B_z = amplitude everywhere; exact to rounding
    FLX_FIELD_FUNCTION, // B_z(x, y, z, t) by a function; Poincare gauge about each film, to 1e-12
    FLX_FIELD_VECTOR,   // A(x, y, z, t) by a function; Gauss along the edges
    FLX_FIELD_LOOP,     // round current loop, horizontal; amplitude is mu0 I [A0]
    FLX_FIELD_DIPOLE,   // magnetic dipole at a point; amplitude times moment is mu0 m [A0 xi^2]
    FLX_FIELD_GRID      // B_z given on a rectangular grid; exact for the interpolant
} flx_field_kind;

// B_z on the points (x0 + i dx, y0 + j dy), in space only. Borrowed for the call.
typedef struct flx_field_grid {
    const double *b; // [ny][nx] [Bc2]
    int32_t nx, ny;  // >= 2 each
    double x0, y0;   // [xi]
    double dx, dy;   // [xi] > 0
    bool cubic;      // bicubic (Catmull-Rom, C1); else bilinear
} flx_field_grid;

typedef double (*flx_field_fn)(void *user, const double r[3], double t); // B_z [Bc2]
typedef void (*flx_vector_fn)(void *user, const double r[3], double t,
                              double a[2]);            // A_x, A_y [A0]
typedef double (*flx_factor_fn)(void *user, double t); // [1]

// One part of the applied field: amplitude * factor(t) * its shape in space.
typedef struct flx_field_term {
    flx_field_kind kind;
    double amplitude;     // [Bc2] or as its kind says; functions and grids are multiplied by it
    flx_factor_fn factor; // NULL: 1
    void *factor_user;    // borrowed while the source lives
    flx_field_fn field;   // FUNCTION
    flx_vector_fn vector; // VECTOR
    void *user;           // of field or vector; borrowed while the source lives
    bool varies;          // field or vector itself depends on t: integrated anew at every time
    double centre[3];     // [xi] LOOP, DIPOLE
    double radius;        // [xi] LOOP
    double moment[3];     // DIPOLE: times amplitude it is mu0 m [A0 xi^2]
    flx_field_grid grid;  // GRID; must cover the bounding box of the sites; copied
} flx_field_term;

// Condensation coefficient of one film.
typedef struct flx_epsilon {
    double (*fn)(void *user, double x, double y, double t); // [1]; NULL: 1
    void *user;                                             // borrowed while the source lives
    bool varies;                                            // depends on t
} flx_epsilon;

// Uneven material: what is added to the condensation coefficient.
typedef enum flx_disorder_kind {
    FLX_DISORDER_RANDOM, // a Gaussian field
    FLX_DISORDER_GRAINS  // grains, each with its own value, between boundaries
} flx_disorder_kind;

typedef struct flx_disorder {
    flx_disorder_kind kind;
    double spread; // [1] standard deviation
    double length; // [xi] > 0: distance of correlation, size of grains
    double depth;  // [1] GRAINS: taken off at boundaries
    double width;  // [xi] GRAINS: of boundaries
    uint64_t seed;
} flx_disorder;

// delta [n] [1] at points x, y [n] [xi]: a function of place and seed alone (source/disorder.c).
FLX_API void flx_disorder_fill(const flx_disorder *disorder, const double *x, const double *y,
                               int32_t n, double *delta);

// Current of one terminal, positive into the film.
typedef struct flx_current {
    double value;         // [K0 xi]
    flx_factor_fn factor; // multiplies value; NULL: 1
    void *user;           // borrowed while the source lives
} flx_current;

typedef struct flx_source_problem {
    const flx_mesh *mesh;        // borrowed while the source lives
    const double *z;             // [n_film] [xi] heights of the films; NULL: 0; copied
    const flx_field_term *field; // [n_field] copied
    int32_t n_field;
    const flx_epsilon *epsilon; // [n_film] copied; NULL: 1 everywhere
    const double *disorder;     // [n_site] [1] added to epsilon; copied; NULL: none
    const double
        *offset; // [n_edge] [A0 xi] added to a at all times: phase offsets across cuts, tail
                 // to head; copied; NULL: none
    const flx_current *current; // [n_current] one for each terminal, in their order; copied
    int32_t n_current;
    double time_scale; // [tau0] shortest time in which factors change much; <= 0: 1. Derivatives
                       // are central differences over 1e-3 of it (error ~ 1e-13 for smooth ones)
} flx_source_problem;

typedef struct flx_source flx_source;

// Computes the constant parts once. Fails on grids that do not cover the film and on values that
// are not finite at t = 0, naming the place.
FLX_API flx_status flx_source_create(flx_ctx *ctx, const flx_source_problem *problem,
                                     flx_source **out);
FLX_API void flx_source_free(flx_source *source);

// The inputs of an engine; its `user` is the source, borrowed.
FLX_API flx_drive flx_source_drive(flx_source *source);

// The same, one by one: a [n_edge] [A0 xi], a_dot [n_edge] [A0 xi/tau0] (NULL: not wanted), eps
// [n_site], current [n_current] [K0 xi].
FLX_API void flx_source_vector_potential(flx_source *source, double t, double *a, double *a_dot);
FLX_API void flx_source_epsilon(flx_source *source, double t, double *eps);
FLX_API void flx_source_current(flx_source *source, double t, double *current);

// Whether a, eps or the currents change in time.
FLX_API bool flx_source_varies(const flx_source *source);

// Applied B_z at a point and time [Bc2].
FLX_API double flx_source_field(const flx_source *source, const double r[3], double t);

// Fields of the two closed-form sources at r [xi], for amplitude 1: A_x, A_y in a[2] [A0], and
// the return value B_z [Bc2].
FLX_API double flx_field_of_loop(const double centre[3], double radius, const double r[3],
                                 double a[2]);
FLX_API double flx_field_of_dipole(const double centre[3], const double moment[3],
                                   const double r[3], double a[2]);

// -- states to start from: psi [n_site] -----------------------------------------------------------
// They combine: flx_start_uniform or flx_start_noise sets psi, the others multiply it.

// psi = sqrt(max(eps, 0)); eps NULL: 1.
FLX_API void flx_start_uniform(const flx_mesh *mesh, const double *eps, flx_cplx *psi);

// Normal state with noise: real and imaginary parts are independent Gaussians, <|psi|^2> =
// amplitude^2, keyed by (seed, site).
FLX_API void flx_start_noise(const flx_mesh *mesh, double amplitude, uint64_t seed, flx_cplx *psi);

// Winding of psi round one hole, and round none of the others.
typedef struct flx_start_hole {
    int32_t loop; // index in mesh->loop; an inner loop
    int32_t winding;
} flx_start_hole;
FLX_API flx_status flx_start_holes(flx_ctx *ctx, const flx_mesh *mesh, const flx_start_hole *holes,
                                   int32_t n, flx_cplx *psi);

// Vortices: phase factors times the profile tanh(0.5832 r)^|winding| of the core.
typedef struct flx_start_vortex {
    double x, y; // [xi]
    int32_t winding;
    int32_t film; // sites of other films are left alone
} flx_start_vortex;
FLX_API flx_status flx_start_vortices(flx_ctx *ctx, const flx_mesh *mesh,
                                      const flx_start_vortex *vortices, int32_t n, flx_cplx *psi);

// psi of a frame on another mesh, interpolated linearly in the gauge of each point (so that strong
// fields do not weaken it); points outside the old films take the nearest value inside.
FLX_API flx_status flx_start_from(flx_ctx *ctx, const flx_frame *from, const flx_mesh *mesh,
                                  flx_cplx *psi);

#ifdef __cplusplus
}
#endif
#endif
