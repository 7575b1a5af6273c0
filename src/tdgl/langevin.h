// tdgl/langevin.h -- the steps of a film with thermal fluctuations.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_TDGL_LANGEVIN_H
#define FLX_TDGL_LANGEVIN_H

#include "tdgl/tdgl_internal.h"

// Refuses what cannot fluctuate.
flx_status flx_langevin_check(flx_ctx *ctx, const flx_tdgl_problem *p, const flx_tdgl_opts *o);

// After everything else of the simulation is there.
flx_status flx_langevin_create(flx_tdgl *sim);
void flx_langevin_free(flx_tdgl *sim);

// psi was set: the noise begins anew. The state was overwritten by a saved one: it goes on.
void flx_langevin_begin(flx_tdgl *sim);
void flx_langevin_restored(flx_tdgl *sim);

// One step: flx_tdgl_step of this integrator.
flx_status flx_langevin_step(flx_tdgl *sim, double t_end, flx_tdgl_report *report);

// Its part of the state; returns the number of blocks.
int32_t flx_langevin_state(flx_tdgl *sim, flx_state_block *blocks);

#endif
