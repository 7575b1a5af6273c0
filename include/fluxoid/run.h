// fluxoid/run.h -- from a case to its results: the device it describes, the run, sweeps of runs,
// the summary, and measurements after the fact.
//
//   flx_case_load(ctx, "ring.yaml", NULL, 0, &c);
//   flx_run_opts opts = flx_run_opts_default();
//   opts.output = "ring.h5";
//   flx_status status = flx_run(ctx, c, &opts, &result);
//   puts(result->json);
//
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLUXOID_RUN_H
#define FLUXOID_RUN_H

#include "fluxoid/case.h"
#include "fluxoid/circuit.h"
#include "fluxoid/io.h"
#include "fluxoid/measure.h"

#ifdef __cplusplus
extern "C" {
#endif

// -- the device -----------------------------------------------------------------------------------

// Films, mesh, terminals, probes and loops of a case; nothing that depends on time. Opaque.
typedef struct flx_device flx_device;

// Makes the shapes and the mesh (or imports it), places terminals, probes, loops on it. What does
// not fit (a hole outside its film, films that overlap, a terminal away from the rim, a probe
// outside ...) is FLX_ERR_INPUT with file and line. The case is borrowed until flx_device_free.
FLX_API flx_status flx_device_create(flx_ctx *ctx, const flx_case *c, flx_device **out);
FLX_API void flx_device_free(flx_device *device);

// Lengths in xi; loop[].hole counts the holes of all films in the order of the case. Borrowed.
FLX_API const flx_mesh *flx_device_mesh(const flx_device *device);

// Names of those holes; NULL beyond the last.
FLX_API const char *flx_device_hole_name(const flx_device *device, int32_t hole);

// Writes the mesh as MSH 4.1 in units.length of the case (in metres if it gives none).
FLX_API flx_status flx_device_write_msh(flx_ctx *ctx, const flx_device *device, const char *path);

// What a device consists of and what a run of it will cost.
typedef struct flx_device_info {
    int32_t n_film, n_hole, n_terminal, n_probe, n_loop;
    int32_t n_site, n_edge, n_tri;
    double area; // [xi^2]
    flx_mesh_quality quality;
    double terminal_length; // [xi] of all terminals
    int64_t n_point;        // of the sweep; 1 without
    double memory;          // [byte] of one run, estimated
    double create_seconds;  // [s] before the first step, or of a London state, estimated; 0: little
    double step_seconds;    // [s] of one step on one core, estimated
    double file_bytes;      // [byte] of the frames of one run, estimated
} flx_device_info;
FLX_API flx_device_info flx_device_info_of(const flx_device *device);

// What a run of this case will do, for people: one line or several. *out is owned: free with
// flx_text_free.
FLX_API flx_status flx_case_describe(flx_ctx *ctx, const flx_case *c, char **out);

// -- running --------------------------------------------------------------------------------------

typedef struct flx_progress {
    double time, time_end;  // [tau0] of the run
    double dt;              // [tau0] last step
    int64_t step;           // accepted so far
    double rate;            // [step/s] lately
    double left;            // [s] until time_end at this pace; NAN: not known yet
    int64_t point, n_point; // of a sweep: number of the point, of all; 0, 1 without
    int64_t n_done;         // points finished
} flx_progress;

typedef struct flx_run_opts {
    const char *output; // path of the data file; NULL: none is written. Borrowed
    bool resume;        // go on with what is in `output` and its checkpoint, if they are there
    int32_t jobs;       // [1] processes for the points of a sweep; >= 1
    double checkpoint_seconds; // [s] of the clock on the wall between checkpoints; 0: none by it
    void (*progress)(void *user, const flx_progress *progress); // at most 5 times a second; or NULL
    bool (*should_stop)(void *user); // asked after every step; true: save and return; or NULL
    void *user;                      // of both; borrowed
    uint32_t cookie;                 // set by flx_run_opts_default
} flx_run_opts;
FLX_API flx_run_opts flx_run_opts_default(void);

typedef struct flx_run_result {
    char *json;       // the summary: one JSON object. Owned
    char *reason;     // why it ended before its time ("" if it did not): steady, condition, failure
    double time;      // [tau0] reached
    int64_t step;     // accepted
    double wall;      // [s]
    int64_t n_point;  // of the sweep; 1 without
    int64_t n_failed; // points that failed
} flx_run_result;

// Runs a case, or all points of its sweep. Returns FLX_OK at the time asked for; FLX_STOPPED when
// a stop condition of the case ended it; FLX_INTERRUPTED when should_stop did (a checkpoint lies
// beside the output: run again with resume); a failure otherwise. *out is owned: free with
// flx_run_result_free. It is there also when a run that had begun failed or was interrupted (its
// state and summary are kept), and NULL when it could not begin.
//
// A run that is resumed from a checkpoint leaves bit for bit the data of one that was never
// interrupted, wherever that happened, also after kill -9: `output` holds frames and series,
// `output`-checkpoint the state; the latter goes when the run is done.
//
// A sweep writes each point to `output`.pNNN and moves it to /points/NNN of `output` as it
// finishes; what is there is skipped by resume. Points are run by fork() if jobs > 1 and they do
// not depend on each other: the only place where this library makes processes.
FLX_API flx_status flx_run(flx_ctx *ctx, const flx_case *c, const flx_run_opts *opts,
                           flx_run_result **out);
FLX_API void flx_run_result_free(flx_run_result *result);

// Runs a deck (fluxoid/circuit.h) or all points of its .sweep, with the output, resume, jobs and
// should_stop of opts. A run writes what it prints as a series; a sweep one row for each point, and
// resume goes on behind the last of them.
FLX_API flx_status flx_run_deck(flx_ctx *ctx, const flx_deck_source *source,
                                const flx_run_opts *opts, flx_run_result **out);

// -- measuring a file -----------------------------------------------------------------------------

// What to measure in a data file beside what every summary has. Lengths are written as in a case;
// zero means nothing. All borrowed for the call.
typedef struct flx_measure_request {
    const char *group;        // "/" or "/points/NNN"; NULL: "/"
    double time;              // [tau0] of the frame; NAN: the last
    const char *const *loop;  // [n_loop] shapes in YAML, e.g. "{circle: {radius: 0.8}}"
    const char *const *along; // [n_along] lists of points in YAML, e.g. "[[0, -1], [0, 1]]"
    int32_t n_loop, n_along;
    const char *const *at_point; // [n_point] places in the films, "X, Y"
    const char *const *field;    // [n_field] places anywhere, "X, Y, Z"
    int32_t n_point, n_field;
    const char *const *flux; // [n_flux] closed curves anywhere, shapes as of loops
    int32_t n_flux;
    const char *flux_z; // height of these curves; NULL: 0
    const char *film;   // film that loops, paths and points are in; NULL: that which has them
    bool tracks;        // follow vortices through all frames
    const char *reach;  // how far one may go between two frames beside what is expected, e.g.
                        // "3 xi"; NULL: chosen by their distances
} flx_measure_request;

// Summary of one frame of a file as JSON, with the loops of its case and those of the request
// ("loop-1" ...), and with
//   energy, power     their parts; power from the frame alone, by the equation of motion
//   voltage.NAME      beside the mean: the value at the time of the frame, the phase difference
//   current_residual  largest current that a cell away from terminals neither keeps nor hands on
//   paths.path-1 ...  phase difference along a path, currents through it from its left to its right
//   points.point-1 ... psi, potential, sheet currents and electric field at a place
//   fields.field-1 ... field and vector potential, applied and induced, at a place
//   fluxes.flux-1 ...  flux through a closed curve at a height, and its two parts
//   tracks            where vortices came from, went and ended
// SI but where a suffix says otherwise. *json is owned: free with flx_text_free.
FLX_API flx_status flx_measure_file(flx_ctx *ctx, const char *path,
                                    const flx_measure_request *request, char **json);

// A file of the engine london gives the summary of its run with the loops of the request, and paths
// (current across them), points (sheet current, stream function, field), fields and fluxes.

// B_z over the films at a height, applied and of the currents of a frame, or of the engine london.
typedef struct flx_map_request {
    const char *group; // as in flx_measure_request
    double time;       // as there; London currents have none
    const char *z;     // height, as in a case; not that of a film
    int32_t n;         // places along the longer side; 0: 96
} flx_map_request;

typedef struct flx_field_map {
    flx_array x, y; // [nx], [ny] [m] a grid that goes a fifth beyond the films
    flx_array b;    // [ny][nx] [T]
} flx_field_map;

// Owned: clear the arrays by flx_array_clear.
FLX_API flx_status flx_measure_file_map(flx_ctx *ctx, const char *path,
                                        const flx_map_request *request, flx_field_map *out);

// The flux quantum that the points of a sweep stand on, from the loop or hole `of` of their
// summaries ("hole" or "hole.fluxoid"; "hole.flux": what is trapped in it), by flx_measure_quantum:
//   flux_quantum   {"value", "error"} [Wb] h/q*;  interval95 [Wb]
//   pair_charge_e  {"value", "error"} q*/e
//   of, values, steps, offset [Wb], noise [Wb]
// *json is owned: free with flx_text_free.
FLX_API flx_status flx_measure_file_quantum(flx_ctx *ctx, const char *path, const char *of,
                                            char **json);

#ifdef __cplusplus
}
#endif
#endif
