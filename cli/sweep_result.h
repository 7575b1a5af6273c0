// cli/sweep_result.h -- the points of a sweep, and what there is of numbers in their summaries.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CLI_SWEEP_RESULT_H
#define FLX_CLI_SWEEP_RESULT_H

#include "fluxoid/plot.h"

#include <jansson.h>

enum { CLI_RESULT_NAME = 96 };

typedef struct cli_sweep {
    json_t *root;   // owned
    json_t **point; // [n] of root
    int32_t n;
    json_t *pattern; // the fullest of them
} cli_sweep;

// A number of each point: a swept key, or a result of some kind and whose it is.
typedef struct cli_result {
    const struct cli_result_kind *kind; // NULL: a swept key
    char name[CLI_RESULT_NAME];         // "v", "hole", "T = 0.9"; "" for those of the whole; a key
    char key[CLI_RESULT_NAME];          // under which it stands in its group, if that has keys
    size_t index;                       // its place in a list
    bool natural;                       // a voltage in V0, where volts are not known
} cli_result;

// All results that a name stands for ("voltage", "winding.hole", "helicity.0.9", a swept key) and that
// some point has a number of, out [max]; their number.
int32_t cli_results_find(const cli_sweep *s, const char *name, cli_result *out, int32_t max);

// The name of what a sweep is best drawn by; NULL: it has none.
const char *cli_results_default(const cli_sweep *s);
// Says on standard error that it has no such result, and which it has.
void cli_results_unknown(const cli_sweep *s, const char *name);

double cli_result_value(const json_t *point, const cli_result *r);
// Standard error in the unit of the value; 0 where none is known.
double cli_result_error(const json_t *point, const cli_result *r);
flx_plot_axis cli_result_axis(const cli_result *r); // texts live as long as r

#endif
