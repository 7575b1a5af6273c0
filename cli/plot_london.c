// cli/plot_london.c -- pictures of a file of the engine london: sheet current, stream function and
// field in the films, images of a scan.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "plot_london.h"
#include "plot_map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct london_scene {
    flx_frame frame;
    flx_scales scales; // K0 = 1 A/m and Bc2 = 1 T: the arrays are in SI
    flx_array current, stream, field, flux, response;
    flx_mesh *grid; // of a map or a scan; NULL: the films themselves
    flx_plot_scene scene;
} london_scene;

static void clear(london_scene *s)
{
    flx_array *all[] = {&s->current, &s->stream, &s->field, &s->flux, &s->response};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        flx_array_clear(all[k]);
    flx_mesh_free(s->grid);
}

bool cli_is_london(const cli_data *data)
{
    return flx_file_has(data->file, "results") && flx_file_has(data->file, "results/stream");
}

static flx_status read_films(cli_data *data, london_scene *s)
{
    flx_status status = flx_file_read_array(data->file, "site_current", &s->current);
    if (status >= 0)
        status = flx_file_read_array(data->file, "stream", &s->stream);
    if (status >= 0)
        status = flx_file_read_array(data->file, "field", &s->field);
    if (status < 0)
        return status;
    for (int64_t i = 0; i < s->stream.n_row; i++)
        s->stream.value[i] /= data->scales.xi;
    s->frame.mesh = data->mesh;
    s->scene.current = s->current.value;
    s->scene.stream = s->stream.value;
    s->scene.field = s->field.value;
    return FLX_OK;
}

static flx_status read_scan(cli_data *data, london_scene *s)
{
    flx_array x = {0}, y = {0};
    flx_status status = flx_file_read_array(data->file, "scan_x", &x);
    if (status >= 0)
        status = flx_file_read_array(data->file, "scan_y", &y);
    if (status >= 0)
        status = cli_mesh_of_grid(data, &x, &y, &s->grid);
    s->frame.mesh = s->grid;
    s->scene.outline = data->mesh;
    if (status >= 0)
        status = flx_file_read_array(data->file, "scan_flux", &s->flux);
    if (status >= 0 && flx_file_has(data->file, "results/scan_response"))
        status = flx_file_read_array(data->file, "scan_response", &s->response);
    s->scene.flux = s->flux.value;
    s->scene.response = s->response.value;
    flx_array_clear(&x);
    flx_array_clear(&y);
    return status;
}

// Currents crowd at rims without a bound as meshes get finer: colours cover what lies between shares
// LEFT_OUT and 1 - LEFT_OUT of the area, the rest has the outermost ones.
static const double LEFT_OUT = 0.01;

typedef struct sample {
    double value, area;
} sample;

static int ascending(const void *a, const void *b)
{
    const sample *p = a, *q = b;
    return (p->value > q->value) - (p->value < q->value);
}

// At site i the length of value[i][width].
static flx_plot_range range_of(const flx_mesh *mesh, const double *value, int width)
{
    sample *all = cli_alloc((size_t)mesh->n_site, sizeof *all);
    double area = 0, below = 0;
    flx_plot_range range = {0, 0};
    for (int32_t i = 0; i < mesh->n_site; i++) {
        const double *v = &value[(ptrdiff_t)i * width];
        all[i] = (sample){width == 2 ? hypot(v[0], v[1]) : v[0], mesh->area[i]};
        area += mesh->area[i];
    }
    qsort(all, (size_t)mesh->n_site, sizeof *all, ascending);
    range = (flx_plot_range){all[0].value, all[0].value};
    for (int32_t i = 0; i < mesh->n_site && below < (1 - LEFT_OUT) * area; i++) {
        below += all[i].area;
        if (below < LEFT_OUT * area)
            range.min = all[i].value;
        range.max = all[i].value;
    }
    free(all);
    if (width == 2)
        range.min = 0;
    return range.min < range.max ? range : (flx_plot_range){0, 0};
}

static bool has(const char *panels, const char *name)
{
    return panels && strstr(panels, name);
}

int cli_plot_london(cli_data *data, const cli_london_plot *plot, const char *path)
{
    bool scan = has(plot->panels, "flux") || has(plot->panels, "response");
    bool films = has(plot->panels, "current") || has(plot->panels, "stream");
    london_scene s = {.scales = {.xi = data->scales.xi, .K0 = 1, .Bc2 = 1}};
    s.scene = (flx_plot_scene){.frame = &s.frame, .scales = &s.scales};
    flx_plot_opts opts = flx_plot_opts_default();
    opts.panels = plot->panels ? plot->panels : "current,stream,field";
    opts.title = plot->title ? plot->title : "";
    opts.width = plot->width;
    if (scan && (films || has(plot->panels, "field")))
        return cli_wrong("plot", "a picture shows the films or the places of a scan, not both");
    if (scan && !flx_file_has(data->file, "results/scan_flux"))
        return cli_wrong("plot", "%s has no scan; ask for one by london.scan", data->path);
    flx_status status = flx_plot_check_panels(data->ctx, opts.panels);
    if (status >= 0)
        status = scan ? read_scan(data, &s) : read_films(data, &s);
    if (status >= 0 && s.scene.current) {
        opts.range[FLX_PLOT_CURRENT] = range_of(data->mesh, s.scene.current, 2);
        opts.range[FLX_PLOT_FIELD] = range_of(data->mesh, s.scene.field, 1);
    }
    if (status >= 0)
        status = flx_plot_frame(data->ctx, &s.scene, &opts, path);
    clear(&s);
    return cli_end(data->ctx, "plot", status);
}
