// cli/data.h -- an opened data file, and what there is to draw in one of its frames.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CLI_DATA_H
#define FLX_CLI_DATA_H

#include "fluxoid/io.h"
#include "fluxoid/measure.h"
#include "fluxoid/plot.h"

#include "cli.h"

// A film's data. Everything is owned.
typedef struct cli_data {
    flx_ctx *ctx; // borrowed
    const char *path;
    flx_file *file;
    flx_mesh *mesh; // NULL: the file has none
    flx_scales scales;
    double **grid; // [n_grid] field of the currents of each frame over the film, once computed
    int32_t n_grid;
} cli_data;

// Opens a file for reading. point: number of a point of a sweep, -1: the whole file.
flx_status cli_data_open(flx_ctx *ctx, const char *path, int point, cli_data *data);
void cli_data_close(cli_data *data);

// Whether the file is a sweep of which no point was chosen.
bool cli_data_is_sweep(const cli_data *data);

// A time given by the user: a number of tau0, also "12.5 tau0"; false with a message if it is none.
bool cli_time(const char *command, const char *text, double *time);

// The number of a point of a sweep; false with a message if it is none.
bool cli_point(const char *command, const char *text, int *point);

// The frame nearest to a time, NAN: the last. -1 and a message if there is none.
int32_t cli_data_frame(const char *command, const cli_data *data, double time);

// A frame with what panels need. Everything is owned.
typedef struct cli_scene {
    flx_frame_data *frame;
    double *current, *supercurrent, *normal, *field;
    flx_plot_vortex *vortices;
    flx_plot_scene scene; // pointers into this object
} cli_scene;

// Reads frame k and computes what `panels` ("psi,field") show.
flx_status cli_scene_read(cli_data *data, int32_t k, const char *panels, cli_scene *out);
// The same without vortices: what colour ranges need.
flx_status cli_scene_values(cli_data *data, int32_t k, const char *panels, cli_scene *out);
void cli_scene_clear(cli_scene *scene);

// Prints the inductance matrix of the present group (export.c); returns an exit code.
int cli_export(cli_data *data, bool spice);

// The panels of a film that nobody chose any for: the fourth is the potential where voltages are
// measured, else the field if that is wanted (it takes seconds a frame: not for films).
const char *cli_default_panels(cli_data *data, bool field);

#endif
