// comm/comm.h -- how the parts of a film on several processes talk: sums, maxima, values of ghost
// sites.
//
// One table of functions, chosen by name. "single" (one process) is always there.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_COMM_COMM_H
#define FLX_COMM_COMM_H

#include "base/base.h"

typedef struct flx_comm flx_comm;

typedef struct flx_comm_ops {
    const char *name;
    const char *how; // how to get it where it is missing; NULL: it is there
    double (*sum)(const flx_comm *comm, double local);
    double (*max)(const flx_comm *comm, double local);
    // Overwrites the ghost sites of values [n_site][components] with what their owners have.
    void (*exchange)(const flx_comm *comm, double *values, int32_t components);
} flx_comm_ops;

struct flx_comm {
    const flx_comm_ops *ops;
    int32_t rank, size;
    void *impl; // owned by ops
};

// A communicator by name ("single"); "mpi" is known, and says how to get it.
flx_status flx_comm_init(flx_ctx *ctx, const char *name, flx_comm *comm);

#endif
