// cli/plot_map.h -- pictures of what is known on a grid of places, beside or above films.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CLI_PLOT_MAP_H
#define FLX_CLI_PLOT_MAP_H

#include "fluxoid/run.h"

#include "data.h"

typedef struct cli_map_plot {
    const char *panels; // NULL or "field"
    const char *title;  // NULL: none
    flx_map_request map;
    int width;
} cli_map_plot;

// The field at a height. Returns an exit code.
int cli_plot_map(cli_data *data, const cli_map_plot *plot, const char *path);

// Places x [nx], y [ny] in m as a mesh whose sites go row by row. *out is owned.
flx_status cli_mesh_of_grid(cli_data *data, const flx_array *x, const flx_array *y, flx_mesh **out);

#endif
