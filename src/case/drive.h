// case/drive.h -- what is done to a device, and the state its run starts from.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CASE_DRIVE_H
#define FLX_CASE_DRIVE_H

#include "case/device.h"
#include "fluxoid/source.h"

// A factor of a source: scale times an expression.
typedef struct flx_scaled {
    const flx_expr *expr; // NULL: 1
    double scale;
} flx_scaled;

typedef struct flx_case_drive {
    flx_source *source;
    flx_scaled *factor; // what the functions of the source are called with
    int32_t n_factor;
    double *z; // [n_film] [xi]
} flx_case_drive;

// Fields, epsilon and currents of a case on a mesh, in natural units. Currents of a film that do
// not sum to zero at some time of the run are refused.
flx_status flx_case_drive_init(flx_ctx *ctx, const flx_device *device, const flx_case *c,
                               flx_case_drive *drive);
void flx_case_drive_clear(flx_case_drive *drive);

// A state to go on from: psi on a mesh of its own.
typedef struct flx_carried {
    flx_mesh *mesh;    // borrowed
    flx_cplx *psi;     // [n_site] owned
    double *a;         // [n_edge] owned [A0 xi]
    double *a_induced; // [n_edge] owned [A0 xi] its part that the currents made; NULL: 0
    double xi;         // [m] that the mesh is counted in
} flx_carried;
flx_status flx_carried_init(flx_ctx *ctx, const flx_frame *frame, flx_mesh *mesh, double xi,
                            flx_carried *out);
void flx_carried_clear(flx_carried *carried);
// The frame of a file at a time [tau0] (NAN: its last), on the mesh of the present group or else of
// the file; *mesh is owned by the caller and must outlive *out.
flx_status flx_carried_read(flx_ctx *ctx, flx_file *file, double time, flx_carried *out,
                            flx_mesh **mesh);

// psi [n_site] of start, or of the state carried over (NULL: none).
flx_status flx_case_start_psi(flx_ctx *ctx, const flx_device *device, const flx_case *c,
                              flx_source *source, const flx_carried *from, flx_cplx *psi);

// The line integrals [n_edge] that the currents of that state had made; 0 if it had none. It must be
// on the mesh of the device.
flx_status flx_case_start_induced(flx_ctx *ctx, const flx_device *device, const flx_case *c,
                                  const flx_carried *from, double *a_induced);

// A quantity in the plane from a file: rows "x y value" (units.length, and `unit` in which the grid
// counts) of a rectangular grid in any order; b is owned by the caller, lengths in xi.
typedef struct flx_plane_file {
    const char *path; // from the folder of the case
    const char *what; // for messages
    double unit;      // Bc2 for fields in T
    int32_t line;
} flx_plane_file;
flx_status flx_plane_file_read(flx_ctx *ctx, const flx_case *c, const flx_plane_file *from,
                               flx_field_grid *out);

// Writes the case into a data file, with hashes of the files that it reads; and refuses those that
// have changed since, or the fields among them (inputs.c).
flx_status flx_case_write(flx_ctx *ctx, const flx_case *c, flx_file *file);
flx_status flx_case_inputs_check(flx_ctx *ctx, const flx_case *c, flx_file *file, bool fields_only);

// Refuses cuts of drive.phase that end in a film (phase.c).
flx_status flx_case_phase_check(flx_ctx *ctx, const flx_device *device, const flx_case *c);
// What they add to the line integrals, offset [n_edge] [A0 xi], once checked.
flx_status flx_case_phase_fill(flx_ctx *ctx, const flx_device *device, const flx_case *c,
                               double *offset);
// Turns a start psi [n_site] by the offsets.
void flx_case_phase_turn(const flx_case *c, const flx_mesh *mesh, flx_cplx *psi);
// The sum of the offsets along a closed chain of sites [rad].
double flx_case_phase_around(const flx_case *c, const flx_mesh *mesh, const int32_t *site,
                             int32_t n);
// The fluxoid of a loop, without these offsets: n less their sum.
flx_status flx_case_fluxoid(flx_ctx *ctx, const flx_case *c, const flx_frame *frame,
                            const int32_t *site, int32_t n, flx_fluxoid *out);

// What disorder adds to epsilon, delta [n_site] [1]; 0 in films without (disorder.c).
flx_status flx_case_disorder_fill(flx_ctx *ctx, const flx_case *c, const flx_mesh *mesh,
                                  double *delta);

#endif
