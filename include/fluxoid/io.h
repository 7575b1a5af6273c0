// fluxoid/io.h -- the data file (HDF5), its XDMF sidecar, checkpoints, import of meshes.
//
// Layout of a data file, all numbers natural (fluxoid/frame.h):
//
//   /               attributes: fluxoid (version that wrote it), format (number of this layout)
//   /mesh           xy [n_site][2], tri [n_tri][3], tri_film, tail, head, length, dual, area ...;
//                   loops
//   /frames/N       attributes: time, step, u, gamma; psi [n_site][2], mu, a, a_dot, eps, currents
//   /frames/N/view  what viewers draw: abs_psi, phase, current [n_site][3]
//   /series         one extensible column a quantity, one row an accepted step; column step
//   /case           texts given and used; options/TABLE, scales: attributes
//   /results        arrays of engines whose results are no frames
//   /summary        JSON text
//   /points/NNN     a point of a sweep: the same groups (without mesh: that of the file)
//
// A file always shows the state of its last flush, also when the writer is killed at any moment,
// runs out of disk or fails: changes are made in new space, and what must be overwritten is first
// written to PATH-journal, from which an interrupted flush is completed by the next who opens the
// file. The disk itself is waited for by flx_file_flush, flx_file_close and checkpoints alone, for
// that takes longer than many steps of a run: when the power fails, a file is sure to be whole if
// nothing was written to it since the last of these. A handle belongs to the thread that made it,
// and HDF5 to one thread at a time.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLUXOID_IO_H
#define FLUXOID_IO_H

#include "fluxoid/frame.h"
#include "fluxoid/tdgl.h"
#include "fluxoid/units.h"

#ifdef __cplusplus
extern "C" {
#endif

// ---- Files and groups ----

typedef struct flx_file flx_file;

typedef enum flx_file_mode { FLX_FILE_READ, FLX_FILE_APPEND } flx_file_mode;

// A new file; a data file that was there is replaced, nothing else is. *out is owned; ctx and path
// are borrowed until flx_file_close and copied, respectively.
FLX_API flx_status flx_file_create(flx_ctx *ctx, const char *path, flx_file **out);
// An existing file. Refuses files that are no data file or were written in a later format.
FLX_API flx_status flx_file_open(flx_ctx *ctx, const char *path, flx_file_mode mode,
                                 flx_file **out);
// Makes everything written so far permanent: also a loss of power does not undo it.
FLX_API flx_status flx_file_flush(flx_file *file);
// Flushes and frees, also when the flush fails. NULL is fine.
FLX_API flx_status flx_file_close(flx_file *file);

// Chooses the group that all later calls mean: "/" (at first) or "/points/NNN". When writing it is
// made if it is missing; when reading it must be there.
FLX_API flx_status flx_file_enter(flx_file *file, const char *group);
// Whether an object of the present group ("mesh", "series", "summary") or of the file
// ("/points/007") is there.
FLX_API bool flx_file_has(flx_file *file, const char *name);
// Copies a group ("/": the whole) of one file into a new group of another, which is replaced if it
// was there; flushes, but does not wait for the disk.
FLX_API flx_status flx_file_merge(flx_file *to, const char *group, flx_file *from,
                                  const char *from_group);
// Number of groups under /points; the name ("/points/007") of the k-th in order, borrowed until the
// next call.
FLX_API int32_t flx_file_point_count(flx_file *file);
FLX_API const char *flx_file_point_name(flx_file *file, int32_t k);

// ---- Case, options, summary ----

// Texts by name: "case/given", "case/used", "summary"; replaced if there.
FLX_API flx_status flx_file_write_text(flx_file *file, const char *name, const char *text);
// *text is borrowed until the next call of flx_file_text or the end of the file.
FLX_API flx_status flx_file_text(flx_file *file, const char *name, const char **text);
// Every option as an attribute of /case/options/TABLE.
FLX_API flx_status flx_file_write_options(flx_file *file, const flx_option_table *table,
                                          const void *options);
FLX_API flx_status flx_file_read_options(flx_file *file, const flx_option_table *table,
                                         void *options);
FLX_API flx_status flx_file_write_scales(flx_file *file, const flx_scales *scales);
FLX_API flx_status flx_file_read_scales(flx_file *file, flx_scales *scales);

// ---- Mesh ----

// hole_name [n_hole] [text]: names of the holes that mesh->loop[].hole counts.
FLX_API flx_status flx_file_write_mesh(flx_file *file, const flx_mesh *mesh,
                                       const char *const *hole_name, int32_t n_hole);
// Rebuilds the mesh bit for bit. Owned: free with flx_mesh_free.
FLX_API flx_status flx_file_read_mesh(flx_file *file, flx_mesh **out);
// Name of a hole, NULL if there is none; borrowed until the next call.
FLX_API const char *flx_file_hole_name(flx_file *file, int32_t hole);

// A mesh from any HDF5 file that holds one: ours (/mesh) or pyTDGL's (a group with sites and
// elements in units of the coherence length), with the numbering of sites kept.
FLX_API flx_status flx_mesh_read_hdf5(flx_ctx *ctx, const char *path, bool unsigned_duals,
                                      flx_mesh **out);

// ---- Frames ----

// What the caller computed for a frame; each may be NULL.
typedef struct flx_frame_extra {
    const double *supercurrent;        // [n_edge] [J0] tail to head
    const double *normal_current;      // [n_edge] [J0]
    const double *site_supercurrent;   // [n_site][2] [J0]
    const double *site_normal_current; // [n_site][2] [J0]
    const double *a_induced; // [n_edge] [A0 xi] the part of a that the film's currents make
} flx_frame_extra;

// Appends a frame and flushes (frame and the rows of the series so far), but does not wait for the
// disk. The mesh must be written before. extra may be NULL. A frame that fails leaves the file as
// it was.
FLX_API flx_status flx_file_write_frame(flx_file *file, const flx_frame *frame,
                                        const flx_frame_extra *extra);

typedef struct flx_frame_info {
    double time;  // [tau0]
    int64_t step; // accepted steps
} flx_frame_info;

// Frames of the present group in the order of writing: number, time and step of frame k.
FLX_API int32_t flx_file_frame_count(const flx_file *file);
FLX_API flx_frame_info flx_file_frame_info(const flx_file *file, int32_t k);
// The frame nearest to a time [tau0], -1 if there is none.
FLX_API int32_t flx_file_frame_at(const flx_file *file, double time);

typedef struct flx_frame_data {
    flx_frame frame;       // pointers into this object, mesh borrowed
    flx_frame_extra extra; // NULL where the file has none
    void *owned;
} flx_frame_data;

// *out is owned: free with flx_frame_data_free. The mesh must be that of the file.
FLX_API flx_status flx_file_read_frame(flx_file *file, const flx_mesh *mesh, int32_t k,
                                       flx_frame_data **out);
FLX_API void flx_frame_data_free(flx_frame_data *data);

// ---- Series ----

// Names the columns (copied; "time", "dt", "energy", "voltage.NAME", "winding.NAME" ...). In a file
// that has a series already they must be the same; rows are then appended.
FLX_API flx_status flx_file_begin_series(flx_file *file, const char *const *name, int32_t n);
// One row, kept in memory until the next flush. step must grow.
FLX_API flx_status flx_file_add_row(flx_file *file, int64_t step, const double *value);

typedef struct flx_series {
    int64_t n_row;
    int32_t n_column;
    char **name;     // [n_column]
    int64_t *step;   // [n_row]
    double **column; // [n_column][n_row]
} flx_series;

// *out is owned: free with flx_series_free. A column by name, NULL if there is none.
FLX_API flx_status flx_file_read_series(flx_file *file, flx_series **out);
FLX_API const double *flx_series_column(const flx_series *series, const char *name);
FLX_API void flx_series_free(flx_series *series);

// Drops frames and rows later than a step, so that a run resumed from a checkpoint of this step
// leaves the same data as one that was never interrupted. Flushes.
FLX_API flx_status flx_file_truncate(flx_file *file, int64_t step);

// ---- Results ----

// Numbers by name, for engines whose results are no frames: "temperature", "helicity" ... A table
// of one column is a data set of rank 1.
typedef struct flx_array {
    int64_t n_row, n_column;
    double *value; // [n_row][n_column]
} flx_array;

// Replaced if it is there. array->value is copied.
FLX_API flx_status flx_file_write_array(flx_file *file, const char *name, const flx_array *array);
// Fills *out, whose value is owned: free with flx_array_clear.
FLX_API flx_status flx_file_read_array(flx_file *file, const char *name, flx_array *out);
FLX_API void flx_array_clear(flx_array *array);

// ---- XDMF ----

// Writes the sidecar that opens the frames of the present group in ParaView. It names the data file
// relative to its own folder, so both must lie in the same one. Replaced as a whole.
FLX_API flx_status flx_file_write_xdmf(flx_file *file, const char *path);

// ---- Checkpoint ----

// What a checkpoint belongs to; compared on reading.
typedef struct flx_checkpoint_key {
    uint64_t case_hash; // flx_hash of the case as used
    uint64_t mesh_hash; // flx_mesh_hash
} flx_checkpoint_key;

FLX_API uint64_t flx_hash(const void *data, size_t bytes, uint64_t seed);
FLX_API uint64_t flx_mesh_hash(const flx_mesh *mesh);

// Writes the blocks to a file of its own: written aside, synced, renamed, so that PATH is always
// either the old checkpoint or the new one. Flush the data file before: it must hold every row up
// to the step of the checkpoint, so that flx_file_truncate can bring it back there.
FLX_API flx_status flx_checkpoint_write(flx_ctx *ctx, const char *path,
                                        const flx_checkpoint_key *key,
                                        const flx_state_block *blocks, int32_t n);
// Overwrites the blocks, all or none. Names and sizes must be those written; key NULL: not
// compared.
FLX_API flx_status flx_checkpoint_read(flx_ctx *ctx, const char *path,
                                       const flx_checkpoint_key *key, const flx_state_block *blocks,
                                       int32_t n);

#ifdef __cplusplus
}
#endif
#endif
