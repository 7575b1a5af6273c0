// mesh/repair.h -- what makes a raw triangulation one for finite volumes.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_MESH_REPAIR_H
#define FLX_MESH_REPAIR_H

#include "mesh/size.h"
#include "mesh/tris.h"

typedef struct flx_repair {
    const flx_size *bound; // no edge may be longer
    int32_t smooth;        // sweeps
    int32_t max_sites;
} flx_repair;

// Makes all duals >= 0 and all edges short enough, by flips, moves and splits. Fails, saying where,
// if it cannot.
flx_status flx_repair_run(flx_tris *tris, const flx_repair *repair);

#endif
