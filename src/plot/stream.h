// plot/stream.h -- evenly spaced streamlines.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_PLOT_STREAM_H
#define FLX_PLOT_STREAM_H

#include "plot/raster.h"

// Lines one after the other; line l has points [start[l] .. start[l+1]-1].
typedef struct flx_streams {
    double (*point)[2]; // [start[n_line]] [length]
    int32_t *start;     // [n_line + 1]
    int32_t n_line;
} flx_streams;

// What to trace: vectors on the sites of the raster's mesh, linear on triangles.
typedef struct flx_stream_task {
    const flx_raster *raster;
    const double *vector; // [n_site][2]
    double gap;           // [length] between lines
    double weakest;       // vectors shorter than this are not followed
} flx_stream_task;

flx_status flx_streams_init(flx_ctx *ctx, flx_streams *streams, const flx_stream_task *task);
void flx_streams_clear(flx_streams *streams);

#endif
