// cli/plot_xy.c -- pictures of a file of the engine xy: averages against temperature, with the line
// 2 T/pi under the helicity; the phases of a lattice with its vortices; sizes laid over each other.
//
// At T_KT and around it the helicity of all sizes falls on one curve in the variables
// (Y/T - 0.6365) l and (T/T_KT - 1) l^2, l = u + ln(u)/2, u = ln L + C: those that the flow of
// Kosterlitz, J. Phys. C 7, 1046 (1974), keeps.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "plot_xy.h"

#include "curves.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double two_pi = 6.28318530717958647692, jump = 0.63650817819;

enum { PANELS = 4, CURVES = 16, N_AVERAGE = 7 };

static const struct {
    const char *name, *title, *unit;
} averages[N_AVERAGE] = {
    {"helicity", "helicity modulus", "J"},
    {"energy", "energy a site", "J"},
    {"specific_heat", "specific heat a site", "k_{B}"},
    {"vortex_density", "vortices a site", NULL},
    {"magnetisation", "magnetisation", NULL},
    {"susceptibility", "<M^{2}>/N", NULL},
    {"correlation_length", "correlation length", "a"},
};

// Curves with numbers of their own.
typedef struct picture {
    flx_plot_curve curve[PANELS][CURVES];
    flx_plot_panel panel[PANELS];
    char name[CURVES][24];
    int32_t n_panel;
} picture;

static flx_plot_curve *add_curve(picture *p, int32_t panel, int64_t n, flx_plot_style style)
{
    if (p->panel[panel].n_curve == CURVES)
        return NULL;
    flx_plot_curve *c = &p->curve[panel][p->panel[panel].n_curve++];
    *c = (flx_plot_curve){.x = cli_alloc((size_t)n, sizeof(double)),
                          .y = cli_alloc((size_t)n, sizeof(double)),
                          .error = cli_alloc((size_t)n, sizeof(double)),
                          .n = n,
                          .style = style};
    p->panel[panel].curves = p->curve[panel];
    return c;
}

static void put(flx_plot_curve *c, int64_t k, double x, double y, double error)
{
    ((double *)(uintptr_t)c->x)[k] = x;
    ((double *)(uintptr_t)c->y)[k] = y;
    ((double *)(uintptr_t)c->error)[k] = isfinite(error) ? error : 0;
}

static void clear(picture *p)
{
    for (int32_t k = 0; k < PANELS; k++)
        for (int32_t c = 0; c < p->panel[k].n_curve; c++) {
            free((void *)(uintptr_t)p->curve[k][c].x);
            free((void *)(uintptr_t)p->curve[k][c].y);
            free((void *)(uintptr_t)p->curve[k][c].error);
        }
}

static flx_status draw(cli_data *data, const picture *p, flx_plot_axis x, const cli_xy_plot *plot,
                       const char *path)
{
    flx_plot_lines lines = {
        .title = plot->title, .x = x, .panels = p->panel, .n_panel = p->n_panel};
    flx_plot_opts opts = flx_plot_opts_default();
    opts.width = plot->width;
    return flx_plot_series(data->ctx, &lines, &opts, path);
}

bool cli_is_xy(const cli_data *data)
{
    return flx_file_has(data->file, "results") &&
           ((flx_file_has(data->file, "results/helicity") &&
             flx_file_has(data->file, "results/temperature")) ||
            flx_file_has(data->file, "results/junction_voltage"));
}

// ---- Averages ------------------------------------------------------------------------------------

static int32_t average_of(const char *name)
{
    int32_t k = 0;
    while (k < N_AVERAGE && strcmp(averages[k].name, name) != 0)
        k++;
    return k;
}

static flx_status put_average(cli_data *data, const flx_array *t, int32_t which, picture *p)
{
    flx_array value = {0};
    flx_status status = flx_file_read_array(data->file, averages[which].name, &value);
    if (status < 0)
        return status;
    const int32_t at = p->n_panel++;
    p->panel[at].y = (flx_plot_axis){.name = averages[which].title, .unit = averages[which].unit};
    flx_plot_curve *c = add_curve(p, at, t->n_row, FLX_PLOT_LINE_POINTS);
    for (int64_t k = 0; k < t->n_row; k++)
        put(c, k, t->value[k], value.value[2 * k], value.value[2 * k + 1]);
    flx_array_clear(&value);
    if (which > 0)
        return FLX_OK;
    c->name = "helicity";
    c = add_curve(p, at, 2, FLX_PLOT_LINE);
    c->name = "2T/\u03c0";
    for (int64_t k = 0; k < 2; k++) {
        double x = t->value[k ? t->n_row - 1 : 0];
        put(c, k, x, 4 / two_pi * x, 0);
    }
    return FLX_OK;
}

static int unknown(const char *name)
{
    const char *names[N_AVERAGE + 3];
    for (int32_t k = 0; k < N_AVERAGE; k++)
        names[k] = averages[k].name;
    names[N_AVERAGE] = "phases";
    names[N_AVERAGE + 1] = "collapse";
    names[N_AVERAGE + 2] = NULL;
    const char *near = cli_nearest(name, names);
    fprintf(stderr, "fluxoid plot: nothing of a lattice of phases is called '%s'", name);
    if (near)
        fprintf(stderr, "; did you mean '%s'?", near);
    fprintf(stderr, "\nThere are");
    for (int32_t k = 0; names[k]; k++)
        fprintf(stderr, "%s %s", k ? "," : "", names[k]);
    fputc('\n', stderr);
    return CLI_WRONG;
}

static int plot_averages(cli_data *data, const cli_xy_plot *plot, const char *path)
{
    picture p = {.n_panel = 0};
    flx_array t = {0};
    char name[32];
    int code = CLI_GO_ON;
    flx_status status = flx_file_read_array(data->file, "temperature", &t);
    const char *list = plot->what ? plot->what : "helicity";
    while (status >= 0 && code == CLI_GO_ON && p.n_panel < PANELS &&
           (list = cli_next_name(list, name, sizeof name))) {
        int32_t which = average_of(name);
        if (which == N_AVERAGE)
            code = unknown(name);
        else
            status = put_average(data, &t, which, &p);
    }
    if (status >= 0 && code == CLI_GO_ON)
        status = draw(data, &p, (flx_plot_axis){.name = "T", .unit = "J/k_{B}"}, plot, path);
    flx_array_clear(&t);
    clear(&p);
    return code == CLI_GO_ON ? cli_end(data->ctx, "plot", status) : code;
}

// ---- Collapse ------------------------------------------------------------------------------------

static int plot_collapse(cli_data *data, const cli_xy_plot *plot, const char *path)
{
    if (!flx_file_has(data->file, "results/stiffness"))
        return cli_wrong("plot", "%s has lattices of one size alone; xy.find_transition makes more",
                         data->path);
    picture p = {.n_panel = 1};
    flx_array s = {0};
    flx_xy_transition fit;
    flx_status status = flx_file_read_array(data->file, "stiffness", &s);
    flx_xy_stiffness *point = cli_alloc((size_t)s.n_row + 1, sizeof *point);
    for (int64_t k = 0; k < s.n_row; k++) {
        const double *v = s.value + 4 * k;
        point[k] = (flx_xy_stiffness){(int32_t)v[0], v[1], v[2], v[3]};
    }
    if (status >= 0)
        status = flx_xy_transition_of(data->ctx, point, (int32_t)s.n_row, &fit);
    for (int64_t k = 0, end; k < s.n_row && status >= 0; k = end) {
        for (end = k; end < s.n_row && point[end].size == point[k].size; end++) {
        }
        flx_plot_curve *c = add_curve(&p, 0, end - k, FLX_PLOT_POINTS);
        if (!c)
            break;
        char *name = p.name[p.panel[0].n_curve - 1];
        snprintf(name, sizeof p.name[0], "L = %d", point[k].size);
        c->name = name;
        double u = log(point[k].size) + fit.c, length = u + 0.5 * log(u);
        for (int64_t j = k; j < end; j++)
            put(c, j - k, (point[j].temperature / fit.t - 1) * length * length,
                (point[j].helicity / point[j].temperature - jump) * length,
                point[j].error / point[j].temperature * length);
    }
    p.panel[0].y.name = "(\u03a5/T \u2212 0.6365) l";
    if (status >= 0)
        status =
            draw(data, &p, (flx_plot_axis){.name = "(T/T_{KT} \u2212 1) l^{2},  l = ln L + ..."},
                 plot, path);
    free(point);
    flx_array_clear(&s);
    clear(&p);
    return cli_end(data->ctx, "plot", status);
}

// ---- Voltages ------------------------------------------------------------------------------------

// Both as powers of ten; voltages below their error are left out.
static int plot_voltages(cli_data *data, const cli_xy_plot *plot, const char *path)
{
    picture p = {.n_panel = 1};
    flx_array v = {0};
    flx_status status = flx_file_read_array(data->file, "junction_voltage", &v);
    for (int64_t k = 0, end; k < v.n_row && status >= 0; k = end) {
        for (end = k; end < v.n_row && v.value[4 * end] == v.value[4 * k]; end++) {
        }
        flx_plot_curve *c = add_curve(&p, 0, end - k, FLX_PLOT_LINE_POINTS);
        if (!c)
            break;
        char *name = p.name[p.panel[0].n_curve - 1];
        snprintf(name, sizeof p.name[0], "T = %.4g", v.value[4 * k]);
        c->name = name;
        for (int64_t j = k; j < end; j++) {
            const double *row = v.value + 4 * j;
            bool seen = row[1] > 0 && row[2] > 2 * row[3];
            put(c, j - k, log10(row[1]), seen ? log10(row[2]) : (double)NAN,
                0.4342944819 * row[3] / row[2]);
        }
    }
    p.panel[0].y.name = "log_{10} V/I_{c}R";
    if (status >= 0)
        status = draw(data, &p, (flx_plot_axis){.name = "log_{10} I/I_{c}"}, plot, path);
    flx_array_clear(&v);
    clear(&p);
    return cli_end(data->ctx, "plot", status);
}

// ---- Phases --------------------------------------------------------------------------------------

// A layer of the lattice.
typedef struct layer {
    int32_t nx, ny;
    bool triangular;
    const double *theta; // [ny][nx]; NAN: no phase
} layer;

static void place(const layer *l, double x, double y, double at[2])
{
    at[0] = l->triangular ? x + y / 2 : x;
    at[1] = l->triangular ? y * 0.86602540378443864676 : y;
}

static flx_status mesh_of(flx_ctx *ctx, const layer *l, flx_mesh **out)
{
    int32_t n = l->nx * l->ny, m = 0;
    double *x = cli_alloc(2 * (size_t)n, sizeof *x), *y = x + n;
    int32_t *tri = cli_alloc(6 * (size_t)n, sizeof *tri);
    for (int32_t i = 0; i < n; i++) {
        double at[2];
        place(l, i % l->nx, i / l->nx, at);
        x[i] = at[0];
        y[i] = at[1];
        if (i % l->nx + 1 < l->nx && i / l->nx + 1 < l->ny) {
            const int32_t up = i + l->nx, corner[6] = {i, i + 1, up, i + 1, up + 1, up};
            memcpy(&tri[m], corner, sizeof corner);
            m += 6;
        }
    }
    flx_mesh_input input = {
        .n_site = n, .n_tri = m / 3, .x = x, .y = y, .tri = tri, .keep_order = true};
    flx_status status = flx_mesh_create(ctx, &input, out);
    free(x);
    free(tri);
    return status;
}

// Winding of the phases around a closed path.
static int32_t winding(const double *theta, const int32_t *site, int32_t n)
{
    double sum = 0;
    for (int32_t k = 0; k < n; k++)
        sum += remainder(theta[site[(k + 1) % n]] - theta[site[k]], two_pi);
    return isfinite(sum) ? (int32_t)lround(sum / two_pi) : 0;
}

static int32_t find_vortices(const layer *l, flx_plot_vortex *v)
{
    int32_t n = 0;
    for (int32_t i = 0; i + l->nx < l->nx * l->ny; i++) {
        if (i % l->nx + 1 == l->nx)
            continue;
        const int32_t up = i + l->nx, square[4] = {i, i + 1, up + 1, up},
                      triangle[2][3] = {{i, i + 1, up}, {i + 1, up + 1, up}};
        for (int32_t k = 0; k < (l->triangular ? 2 : 1); k++) {
            double middle = l->triangular ? (k + 1) / 3.0 : 0.5, at[2];
            int32_t w =
                l->triangular ? winding(l->theta, triangle[k], 3) : winding(l->theta, square, 4);
            if (w == 0)
                continue;
            place(l, i % l->nx + middle, (double)(i / l->nx) + middle, at);
            v[n++] = (flx_plot_vortex){at[0], at[1], w};
        }
    }
    return n;
}

static flx_status draw_layer(cli_data *data, const layer *l, bool vortices, const char *title,
                             const cli_xy_plot *plot, const char *path)
{
    int32_t n = l->nx * l->ny;
    flx_cplx *psi = cli_alloc((size_t)n, sizeof *psi);
    flx_plot_vortex *v = cli_alloc(2 * (size_t)n, sizeof *v);
    flx_frame frame = {.psi = psi};
    flx_plot_scene scene = {.frame = &frame, .vortices = v, .length_name = "a"};
    for (int32_t i = 0; i < n; i++)
        if (isfinite(l->theta[i]))
            psi[i] = (flx_cplx){cos(l->theta[i]), sin(l->theta[i])};
    if (vortices)
        scene.n_vortex = find_vortices(l, v);
    flx_mesh *mesh = NULL;
    flx_status status = mesh_of(data->ctx, l, &mesh);
    frame.mesh = mesh;
    flx_plot_opts opts = flx_plot_opts_default();
    opts.panels = "phase";
    opts.title = plot->title ? plot->title : title;
    opts.width = plot->width;
    if (status >= 0)
        status = flx_plot_frame(data->ctx, &scene, &opts, path);
    flx_mesh_free(mesh);
    free(v);
    free(psi);
    return status;
}

static int plot_phases(cli_data *data, const cli_xy_plot *plot, const char *path)
{
    if (!flx_file_has(data->file, "results/phases") || !flx_file_has(data->file, "results/lattice"))
        return cli_wrong("plot", "%s holds no phases; only lattices of up to 4 million numbers do",
                         data->path);
    char *end = NULL;
    double wanted = plot->temperature ? strtod(plot->temperature, &end) : INFINITY;
    if (plot->temperature && (end == plot->temperature || *end))
        return cli_wrong("plot", "-t wants a temperature in J/k_B, not '%s'", plot->temperature);
    flx_array t = {0}, size = {0}, lattice = {0}, theta = {0};
    flx_status status = flx_file_read_array(data->file, "temperature", &t);
    if (status >= 0)
        status = flx_file_read_array(data->file, "size", &size);
    if (status >= 0)
        status = flx_file_read_array(data->file, "lattice", &lattice);
    if (status >= 0)
        status = flx_file_read_array(data->file, "phases", &theta);
    if (status >= 0) {
        int64_t nearest = t.n_row - 1;
        for (int64_t k = 0; k < t.n_row && isfinite(wanted); k++)
            if (fabs(t.value[k] - wanted) < fabs(t.value[nearest] - wanted))
                nearest = k;
        char title[64];
        snprintf(title, sizeof title, "T = %.4g J/k_{B}", t.value[nearest]);
        layer l = {.nx = (int32_t)size.value[0],
                   .ny = (int32_t)size.value[1],
                   .triangular = lattice.value[0] == FLX_XY_TRIANGULAR,
                   .theta = theta.value + nearest * theta.n_column};
        // In a field vortices are not to be seen from phases alone.
        status = draw_layer(data, &l, lattice.value[1] == 0, title, plot, path);
    }
    flx_array *all[] = {&t, &size, &lattice, &theta};
    for (size_t k = 0; k < 4; k++)
        flx_array_clear(all[k]);
    return cli_end(data->ctx, "plot", status);
}

int cli_plot_xy(cli_data *data, const cli_xy_plot *plot, const char *path)
{
    if (flx_file_has(data->file, "results/junction_voltage"))
        return plot->what && strcmp(plot->what, "voltage") != 0
                   ? cli_wrong("plot", "%s is of an array of junctions and shows its voltage",
                               data->path)
                   : plot_voltages(data, plot, path);
    if (plot->what && strcmp(plot->what, "phases") == 0)
        return plot_phases(data, plot, path);
    if (plot->what && strcmp(plot->what, "collapse") == 0)
        return plot_collapse(data, plot, path);
    if (plot->temperature)
        return cli_wrong("plot", "-t chooses phases of one temperature: -q phases");
    return plot_averages(data, plot, path);
}
