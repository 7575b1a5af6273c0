// cli/plot_xy.h -- pictures of a file of the engine xy.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CLI_PLOT_XY_H
#define FLX_CLI_PLOT_XY_H

#include "data.h"

// What to draw: averages against temperature ("helicity,energy"), "phases" or "collapse"; NULL: what
// the file is best for.
typedef struct cli_xy_plot {
    const char *what, *title;
    const char *temperature; // of the phases; NULL: the highest
    int width;
} cli_xy_plot;

bool cli_is_xy(const cli_data *data);
int cli_plot_xy(cli_data *data, const cli_xy_plot *plot, const char *path);

#endif
