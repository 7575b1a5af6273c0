// case/engine.h -- what an engine brings to cases: its keys, its section, its run.
//
// To add one: a file case/engine_NAME.c with its keys and how its section is read, case/run_NAME.c
// with its run, and its line in case/engine.c.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CASE_ENGINE_H
#define FLX_CASE_ENGINE_H

#include "case/parse.h"
#include "case/runner.h"

#include <jansson.h>

typedef struct flx_engine {
    const char *name; // of `engine:`, and of its section
    bool device;      // it works on films: layers, films, terminals, drive, start ... are read, and
                      // flx_run_point.device is made; without it these sections are refused
    bool lambda_alone; // it knows no coherence length: layers need none, and a Pearl length of 0 is
                       // one
    // mesh.max_edge where a case does not give it: the mean width of its narrowest film (twice the
    // area over the length of all rims) over this; 0: a case must give it.
    double edges_across;
    bool carries; // a point of a sweep can go on from another's state (flx_run_point.from, last)
    const flx_key *keys; // [n_key] below its section, whose own row is in keys.c; key_rows.h
    int32_t n_key;
    const flx_option_table *options; // further keys of its section; NULL: none
    // Fills what the case holds of the engine. section NULL: the case has none.
    flx_status (*parse)(flx_parser *p, const flx_node *section);
    // What a run will do, after the word "run": one line or several. *out is owned.
    flx_status (*describe)(flx_ctx *ctx, const flx_case *c, char **out);
    // One run: as flx_run of a case without a sweep.
    flx_status (*run)(flx_ctx *ctx, const flx_run_point *point, const flx_run_opts *opts,
                      flx_run_result **out);
} flx_engine;

// The engines of this build; the first is the default. NULL: no more, no such name.
const flx_engine *flx_engine_at(int32_t k);
const flx_engine *flx_engine_named(const char *name);

extern const flx_engine flx_engine_tdgl, flx_engine_static, flx_engine_london, flx_engine_xy,
    flx_engine_circuit;

flx_status flx_static_run(flx_ctx *ctx, const flx_run_point *point, const flx_run_opts *opts,
                          flx_run_result **out);
flx_status flx_tdgl_run(flx_ctx *ctx, const flx_run_point *point, const flx_run_opts *opts,
                        flx_run_result **out);
flx_status flx_circuit_run(flx_ctx *ctx, const flx_run_point *point, const flx_run_opts *opts,
                           flx_run_result **out);
flx_status flx_london_run(flx_ctx *ctx, const flx_run_point *point, const flx_run_opts *opts,
                          flx_run_result **out);

// -- for engines that keep no frames --------------------------------------------------------------

// Begins opts->output with the mesh (if there is one), the case and its units; NULL without output.
flx_status flx_engine_file(flx_ctx *ctx, const flx_run_point *point, const flx_run_opts *opts,
                           flx_file **out);

// Ends a run: *out from the summary, which takes the file's last place. `file` (NULL: none) is
// closed, also on failure.
flx_status flx_engine_end(flx_ctx *ctx, const json_t *summary, flx_file *file,
                          flx_run_result **out);

#endif
