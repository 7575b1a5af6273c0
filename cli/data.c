// cli/data.c -- an opened data file: its mesh, units and frames.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Mesh and units of the present group, those that it has.
static flx_status read_mesh(cli_data *data)
{
    flx_status status = FLX_OK;
    if (flx_file_has(data->file, "mesh"))
        status = flx_file_read_mesh(data->file, &data->mesh);
    if (status >= 0 && flx_file_has(data->file, "case/scales"))
        status = flx_file_read_scales(data->file, &data->scales);
    return status;
}

flx_status cli_data_open(flx_ctx *ctx, const char *path, int point, cli_data *data)
{
    *data = (cli_data){.ctx = ctx, .path = path};
    flx_status status = flx_file_open(ctx, path, FLX_FILE_READ, &data->file);
    char group[32];
    snprintf(group, sizeof group, "/points/%03d", point);
    if (status >= 0 && point >= 0)
        status = flx_file_enter(data->file, group);
    if (status >= 0)
        status = read_mesh(data);
    // Points of a sweep share the mesh of the file, unless they differ in it.
    if (status >= 0 && point >= 0 && !data->mesh) {
        status = flx_file_enter(data->file, "/");
        if (status >= 0)
            status = read_mesh(data);
        if (status >= 0)
            status = flx_file_enter(data->file, group);
    }
    if (status < 0)
        cli_data_close(data);
    return status;
}

void cli_data_close(cli_data *data)
{
    for (int32_t k = 0; k < data->n_grid; k++)
        free(data->grid[k]);
    free(data->grid);
    flx_mesh_free(data->mesh);
    flx_file_close(data->file);
    *data = (cli_data){.ctx = data->ctx, .path = data->path};
}

bool cli_data_is_sweep(const cli_data *data)
{
    return flx_file_frame_count(data->file) == 0 && flx_file_point_count(data->file) > 0;
}

bool cli_time(const char *command, const char *text, double *time)
{
    char *end;
    *time = strtod(text, &end);
    if (end != text && isfinite(*time) && (*end == '\0' || strcmp(end, " tau0") == 0))
        return true;
    cli_wrong(command, "'%s' is no time; give a number of tau0, as in 12.5", text);
    return false;
}

bool cli_point(const char *command, const char *text, int *point)
{
    double number;
    if (cli_number(text, &number) && number >= 0 && number < 1e6 && number == (int)number) {
        *point = (int)number;
        return true;
    }
    cli_wrong(command, "'%s' is no point of a sweep; they are numbered 0, 1, 2 ...", text);
    return false;
}

int32_t cli_data_frame(const char *command, const cli_data *data, double time)
{
    int32_t n = flx_file_frame_count(data->file);
    if (n == 0 || !data->mesh) {
        if (cli_data_is_sweep(data))
            cli_wrong(command, "%s is a sweep of %d points; choose one with --point 0 ... %d",
                      data->path, (int)flx_file_point_count(data->file),
                      (int)flx_file_point_count(data->file) - 1);
        else
            cli_wrong(command, "%s has no frame yet", data->path);
        return -1;
    }
    return isnan(time) ? n - 1 : flx_file_frame_at(data->file, time);
}
