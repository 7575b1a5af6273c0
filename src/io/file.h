// io/file.h -- inside of a data file: checked reads and writes of arrays, attributes, texts.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_IO_FILE_H
#define FLX_IO_FILE_H

#include "base/base.h"
#include "fluxoid/io.h"

#include <hdf5.h>

enum { FLX_FILE_FORMAT = 1, FLX_NAME_MAX = 256 };

typedef enum flx_number { FLX_F64, FLX_F32, FLX_I64, FLX_I32 } flx_number;

typedef struct flx_shape {
    flx_number type;
    int rank; // 1 or 2
    hsize_t n[2];
} flx_shape;

typedef struct flx_frame_entry {
    int64_t number; // name of the group under /frames
    flx_frame_info info;
} flx_frame_entry;

// The columns being written, and the rows that are not in the file yet.
typedef struct flx_series_writer {
    int32_t n; // columns, without step
    char **name;
    hid_t *column; // [n + 1] data sets; the last is step
    int64_t n_row; // in the file
    int64_t n_waiting, capacity;
    double *value; // [n][capacity]
    int64_t *step; // [capacity]
    int64_t last;  // step of the last row
} flx_series_writer;

// An array that seldom changes: a later frame links to the data set of an earlier one.
typedef struct flx_frame_link {
    uint64_t hash;
    int64_t number; // frame that holds it, -1: none
} flx_frame_link;
enum { FLX_LINK_A, FLX_LINK_A_DOT, FLX_LINK_EPS, FLX_N_LINK };

struct flx_file {
    flx_ctx *ctx; // borrowed
    char *path;
    hid_t id;    // of the file
    hid_t group; // present group
    char *group_name;
    bool writable;
    bool failed; // a write failed: the file stays as its last flush left it
    flx_frame_entry *frames;
    int32_t n_frame, frame_capacity;
    flx_frame_link link[FLX_N_LINK];
    flx_series_writer series;
    char *text, *hole, point[FLX_NAME_MAX];
};

// Opens any HDF5 file for reading, also one that is no data file of fluxoid.
flx_status flx_file_open_any(flx_ctx *ctx, const char *path, flx_file **out);

// Error with path, group and object. `name` may be "".
__attribute__((format(printf, 3, 4))) flx_status flx_file_fail(const flx_file *file,
                                                               const char *name, const char *format,
                                                               ...);
// A write failed: says why and stops all further writing.
flx_status flx_file_write_failed(flx_file *file, const char *name);
// Fails unless the file may be written.
flx_status flx_file_may_write(flx_file *file);

// A flush that does not wait for the disk: safe when the process is killed.
flx_status flx_file_settle(flx_file *file);

// Whether every part of a path exists.
bool flx_h5_has(hid_t at, const char *path);
// Opens a group; makes it (and those above it) if make; negative if that fails.
hid_t flx_h5_group(hid_t at, const char *path, bool make);
// The k-th name in a group, in alphabetical order if sorted (slower); false if there is none or it
// is too long.
bool flx_h5_name(hid_t group, int64_t k, bool sorted, char name[FLX_NAME_MAX]);
int64_t flx_h5_count(hid_t group);

hid_t flx_h5_memory_type(flx_number type);
hid_t flx_h5_file_type(flx_number type);

flx_status flx_h5_write(flx_file *file, hid_t at, const char *name, flx_shape shape,
                        const void *data);
// Shape of a data set whose numbers are of the wanted kind and no more than the file can hold.
flx_status flx_h5_shape_of(flx_file *file, hid_t at, const char *name, flx_shape *shape);
// Reads a data set of exactly this shape.
flx_status flx_h5_read(flx_file *file, hid_t at, const char *name, flx_shape shape, void *data);

flx_status flx_h5_put_real(flx_file *file, hid_t at, const char *name, double value);
flx_status flx_h5_put_integer(flx_file *file, hid_t at, const char *name, int64_t value);
flx_status flx_h5_put_label(flx_file *file, hid_t at, const char *name, const char *text);
flx_status flx_h5_get_real(flx_file *file, hid_t at, const char *name, double *value);
flx_status flx_h5_get_integer(flx_file *file, hid_t at, const char *name, int64_t *value);
flx_status flx_h5_get_label(flx_file *file, hid_t at, const char *name, char text[FLX_NAME_MAX]);

// Lists the frames of the present group.
flx_status flx_frames_list(flx_file *file);
// Closes and forgets the columns being written; rows that wait are lost.
void flx_series_close(flx_file *file);
// Puts the waiting rows into the file.
flx_status flx_series_append(flx_file *file);
flx_status flx_series_truncate(flx_file *file, int64_t step);

#endif
