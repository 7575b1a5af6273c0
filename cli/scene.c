// cli/scene.c -- what there is to draw in a frame: currents, vortices and fields from a file.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIELD_GRID = 64 }; // points of the longer side, on which the currents' field is computed

// Whether a list of panels has a name in it.
static bool shows(const char *panels, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = panels; at && (at = strstr(at, name)); at += n)
        if ((at == panels || at[-1] == ',') && (at[n] == '\0' || at[n] == ','))
            return true;
    return false;
}

// Currents on sites: super, normal and their sum. [K0], as J0 times the thickness. Files hold them;
// from one that does not they are computed.
static void read_currents(const flx_frame_data *data, cli_scene *out)
{
    const flx_mesh *mesh = data->frame.mesh;
    size_t n_edge = (size_t)mesh->n_edge, n = 2 * (size_t)mesh->n_site;
    const double *super = data->extra.site_supercurrent, *normal = data->extra.site_normal_current;
    out->supercurrent = cli_alloc(n, sizeof *super);
    out->normal = cli_alloc(n, sizeof *super);
    out->current = cli_alloc(n, sizeof *super);
    if (super && normal) {
        memcpy(out->supercurrent, super, n * sizeof *super);
        memcpy(out->normal, normal, n * sizeof *normal);
    } else {
        double *js = cli_alloc(n_edge, sizeof *js), *jn = cli_alloc(n_edge, sizeof *jn);
        flx_measure_edges(&data->frame, js, jn);
        flx_measure_sites(mesh, js, out->supercurrent);
        flx_measure_sites(mesh, jn, out->normal);
        free(js);
        free(jn);
    }
    for (size_t i = 0; i < n; i++)
        out->current[i] = out->supercurrent[i] + out->normal[i];
}

static flx_status read_vortices(flx_ctx *ctx, const flx_frame *frame, cli_scene *out)
{
    flx_vortices found = {NULL, 0};
    flx_status status = flx_measure_vortices(ctx, frame, 0, &found);
    if (status < 0)
        return status;
    out->vortices = cli_alloc((size_t)found.n, sizeof *out->vortices);
    for (int32_t k = 0; k < found.n; k++)
        out->vortices[k] = (flx_plot_vortex){
            .x = found.list[k].x, .y = found.list[k].y, .winding = found.list[k].winding};
    out->scene.n_vortex = found.n;
    flx_vortices_clear(&found);
    return FLX_OK;
}

// Field of A: its flux through each triangle; a site takes the mean of its triangles. [Bc2]
static void add_curl(const flx_frame *frame, double *field)
{
    const flx_mesh *mesh = frame->mesh;
    double *area = cli_alloc((size_t)mesh->n_site, sizeof *area);
    for (int32_t t = 0; t < mesh->n_tri; t++) {
        const int32_t *c = mesh->tri + 3 * (size_t)t;
        double flux = 0;
        for (int k = 0; k < 3; k++) {
            int32_t i = c[k], j = c[(k + 1) % 3], e = flx_mesh_edge(mesh, i, j);
            flux += i == mesh->tail[e] ? frame->a[e] : -frame->a[e];
        }
        double twice = (mesh->x[c[1]] - mesh->x[c[0]]) * (mesh->y[c[2]] - mesh->y[c[0]]) -
                       (mesh->y[c[1]] - mesh->y[c[0]]) * (mesh->x[c[2]] - mesh->x[c[0]]);
        for (int k = 0; k < 3; k++) {
            field[c[k]] += flux;
            area[c[k]] += 0.5 * twice;
        }
    }
    for (int32_t i = 0; i < mesh->n_site; i++)
        field[i] /= area[i];
    free(area);
}

// Adds the values of a grid at the sites, bilinear between its points.
static void add_grid(const flx_mesh *mesh, const flx_field_plane *plane, const double *grid,
                     double *field)
{
    for (int32_t i = 0; i < mesh->n_site; i++) {
        double u = (mesh->x[i] - plane->x0) / plane->dx, v = (mesh->y[i] - plane->y0) / plane->dy;
        int32_t a = (int32_t)fmin(fmax(u, 0), plane->nx - 2);
        int32_t b = (int32_t)fmin(fmax(v, 0), plane->ny - 2);
        const double *g = grid + (ptrdiff_t)b * plane->nx + a;
        u -= a;
        v -= b;
        field[i] += (1 - v) * ((1 - u) * g[0] + u * g[1]) +
                    v * ((1 - u) * g[plane->nx] + u * g[plane->nx + 1]);
    }
}

// A grid over the film, one of its steps above it.
static flx_field_plane plane_over(const flx_mesh *mesh)
{
    double box[4] = {mesh->x[0], mesh->y[0], mesh->x[0], mesh->y[0]};
    for (int32_t i = 0; i < mesh->n_site; i++) {
        box[0] = fmin(box[0], mesh->x[i]);
        box[1] = fmin(box[1], mesh->y[i]);
        box[2] = fmax(box[2], mesh->x[i]);
        box[3] = fmax(box[3], mesh->y[i]);
    }
    double step = fmax(box[2] - box[0], box[3] - box[1]) / (FIELD_GRID - 1);
    return (flx_field_plane){.x0 = box[0],
                             .y0 = box[1],
                             .dx = step,
                             .dy = step,
                             .z = step,
                             .nx = (int32_t)ceil((box[2] - box[0]) / step) + 1,
                             .ny = (int32_t)ceil((box[3] - box[1]) / step) + 1};
}

// The field of frame k's currents on the grid, kept in data: films want it twice.
static flx_status read_grid(cli_data *data, int32_t k, const flx_field_plane *plane,
                            const double *current, const double **out)
{
    if (!data->grid) {
        data->n_grid = flx_file_frame_count(data->file);
        data->grid = cli_alloc((size_t)data->n_grid, sizeof *data->grid);
    }
    flx_status status = FLX_OK;
    if (!data->grid[k]) {
        const flx_sheet sheet = {.mesh = data->mesh,
                                 .site_current = current,
                                 .pearl_length = data->scales.Lambda / data->scales.xi};
        double *grid = cli_alloc((size_t)plane->nx * (size_t)plane->ny, sizeof *grid);
        status = flx_measure_field_plane(data->ctx, &sheet, plane, grid);
        if (status >= 0)
            data->grid[k] = grid;
        else
            free(grid);
    }
    *out = data->grid[k];
    return status;
}

// The applied field, and that of the currents where the Pearl length tells how strong they are.
static flx_status read_field(cli_data *data, int32_t k, const flx_frame *frame, cli_scene *out)
{
    const flx_mesh *mesh = frame->mesh;
    out->field = cli_alloc((size_t)mesh->n_site, sizeof *out->field);
    add_curl(frame, out->field);
    if (data->scales.Lambda <= 0 || out->frame->extra.a_induced)
        return FLX_OK;

    const flx_field_plane plane = plane_over(mesh);
    const double *grid;
    flx_status status = read_grid(data, k, &plane, out->current, &grid);
    if (status >= 0)
        add_grid(mesh, &plane, grid, out->field);
    return status;
}

flx_status cli_scene_values(cli_data *data, int32_t k, const char *panels, cli_scene *out)
{
    *out = (cli_scene){0};
    flx_status status = flx_file_read_frame(data->file, data->mesh, k, &out->frame);
    if (status < 0)
        return status;
    const flx_frame *frame = &out->frame->frame;
    read_currents(out->frame, out);
    if (shows(panels, "field"))
        status = read_field(data, k, frame, out);

    out->scene.frame = frame;
    out->scene.scales = &data->scales;
    out->scene.current = out->current;
    out->scene.supercurrent = out->supercurrent;
    out->scene.normal = out->normal;
    out->scene.field = out->field;
    if (status < 0)
        cli_scene_clear(out);
    return status;
}

flx_status cli_scene_read(cli_data *data, int32_t k, const char *panels, cli_scene *out)
{
    flx_status status = cli_scene_values(data, k, panels, out);
    if (status < 0)
        return status;
    status = read_vortices(data->ctx, &out->frame->frame, out);
    out->scene.vortices = out->vortices;
    if (status < 0)
        cli_scene_clear(out);
    return status;
}

void cli_scene_clear(cli_scene *scene)
{
    flx_frame_data_free(scene->frame);
    free(scene->current);
    free(scene->supercurrent);
    free(scene->normal);
    free(scene->field);
    free(scene->vortices);
    *scene = (cli_scene){0};
}

const char *cli_default_panels(cli_data *data, bool field)
{
    flx_series *series = NULL;
    bool voltage = false;
    if (flx_file_has(data->file, "series") && flx_file_read_series(data->file, &series) >= 0)
        for (int32_t c = 0; c < series->n_column; c++)
            voltage = voltage || strncmp(series->name[c], "voltage.", 8) == 0;
    flx_series_free(series);
    if (voltage)
        return "psi,phase,current,mu";
    return field ? "psi,phase,current,field" : "psi,phase,current";
}
