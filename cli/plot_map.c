// cli/plot_map.c -- pictures of what is known on a grid of places, beside or above films.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "plot_map.h"

#include <stdlib.h>
#include <string.h>

flx_status cli_mesh_of_grid(cli_data *data, const flx_array *x, const flx_array *y, flx_mesh **out)
{
    int32_t nx = (int32_t)x->n_row, ny = (int32_t)y->n_row, n = 0;
    double *at = cli_alloc(2 * (size_t)nx * (size_t)ny, sizeof *at), *up = at + nx * ny;
    int32_t *tri = cli_alloc(6 * (size_t)nx * (size_t)ny, sizeof *tri);
    for (int32_t i = 0; i < nx * ny; i++) {
        at[i] = x->value[i % nx] / data->scales.xi;
        up[i] = y->value[i / nx] / data->scales.xi;
        if (i % nx + 1 < nx && i / nx + 1 < ny) {
            const int32_t corner[6] = {i, i + 1, i + nx + 1, i, i + nx + 1, i + nx};
            memcpy(&tri[n], corner, sizeof corner);
            n += 6;
        }
    }
    flx_mesh_input input = {
        .n_site = nx * ny, .n_tri = n / 3, .x = at, .y = up, .tri = tri, .keep_order = true};
    flx_status status = flx_mesh_create(data->ctx, &input, out);
    free(at);
    free(tri);
    return status;
}

int cli_plot_map(cli_data *data, const cli_map_plot *plot, const char *path)
{
    flx_field_map map;
    flx_mesh *grid = NULL;
    flx_plot_opts opts = flx_plot_opts_default();
    opts.panels = "field";
    opts.title = plot->title ? plot->title : "";
    opts.width = plot->width;
    if (plot->panels && strcmp(plot->panels, "field") != 0)
        return cli_wrong("plot", "at a height there is a field alone: -q field");
    flx_status status = flx_measure_file_map(data->ctx, data->path, &plot->map, &map);
    if (status >= 0)
        status = cli_mesh_of_grid(data, &map.x, &map.y, &grid);
    if (status >= 0) {
        const flx_scales scales = {.xi = data->scales.xi, .Bc2 = 1}; // the map is in T
        const flx_frame frame = {.mesh = grid};
        status = flx_plot_frame(
            data->ctx,
            &(flx_plot_scene){
                .frame = &frame, .scales = &scales, .field = map.b.value, .outline = data->mesh},
            &opts, path);
    }
    flx_array_clear(&map.x);
    flx_array_clear(&map.y);
    flx_array_clear(&map.b);
    flx_mesh_free(grid);
    return cli_end(data->ctx, "plot", status);
}
