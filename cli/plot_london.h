// cli/plot_london.h -- pictures of a file of the engine london.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CLI_PLOT_LONDON_H
#define FLX_CLI_PLOT_LONDON_H

#include "data.h"

typedef struct cli_london_plot {
    const char *panels; // NULL: current, stream function and field
    const char *title;  // NULL: none
    int width;
} cli_london_plot;

// Whether the present group of the file is a run of that engine.
bool cli_is_london(const cli_data *data);

// Returns an exit code.
int cli_plot_london(cli_data *data, const cli_london_plot *plot, const char *path);

#endif
