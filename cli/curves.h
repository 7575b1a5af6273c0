// cli/curves.h -- curves over time from a run's series, and over swept keys from a sweep.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CLI_CURVES_H
#define FLX_CLI_CURVES_H

#include "data.h"

// A picture of columns of the series: one panel for each name of the list ("voltage", "winding.a",
// "dt"; NULL: what there is of voltages and windings). width [px], 0: by itself. Returns an exit
// code.
int cli_plot_series(cli_data *data, const char *names, int width, const char *path);

// A picture of results of a sweep against x (a swept key or another result; NULL: the key that
// varies fastest): one panel for each name of the list (NULL: what its engine is
// asked for most).
int cli_plot_sweep(cli_data *data, const char *names, const char *x, int width, const char *path);

// The next of a list of names separated by commas, copied into name [size]; NULL at the end.
const char *cli_next_name(const char *list, char *name, size_t size);

#endif
