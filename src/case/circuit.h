// case/circuit.h -- what the files of the engine circuit share.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CASE_CIRCUIT_H
#define FLX_CASE_CIRCUIT_H

#include "fluxoid/run.h"

#include <jansson.h>

// The inductances of a case as lines of a deck: "Lname a b VALUE", "Kname_other Lname Lother K", and
// as numbers of the summary. *lines is owned.
flx_status flx_circuit_inductances(flx_ctx *ctx, const flx_case *c, char **lines, json_t **numbers);

// flx_run_deck of a case: its name and text go into summary and file. c NULL: a deck by itself;
// numbers (borrowed): what else the summary says.
flx_status flx_run_deck_of(flx_ctx *ctx, const flx_deck_source *source, const flx_case *c,
                           json_t *numbers, const flx_run_opts *opts, flx_run_result **out);

#endif
