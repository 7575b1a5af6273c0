// cli/plot_circuit.h -- pictures of circuits: a run over time, a sweep as a family of curves.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CLI_PLOT_CIRCUIT_H
#define FLX_CLI_PLOT_CIRCUIT_H

#include "data.h"

bool cli_is_circuit(const cli_data *data);

// names: columns, one panel each; NULL: the first thing printed (a sweep), or all (a run).
// x: of a sweep, the axis to draw along or a column; NULL: the one that varies fastest.
int cli_plot_circuit(cli_data *data, const char *names, const char *x, int width, const char *path);

#endif
