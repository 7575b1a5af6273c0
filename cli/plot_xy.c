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
    const char *names[N_AVERAGE + 4];
    for (int32_t k = 0; k < N_AVERAGE; k++)
        names[k] = averages[k].name;
    names[N_AVERAGE] = "phases";
    names[N_AVERAGE + 1] = "collapse";
    names[N_AVERAGE + 2] = "correlations";
    names[N_AVERAGE + 3] = NULL;
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

// ---- Correlations --------------------------------------------------------------------------------

// Both against the distance as powers of ten: at the transition G falls as r^(-1/4).
static int plot_correlations(cli_data *data, const cli_xy_plot *plot, const char *path)
{
    if (!flx_file_has(data->file, "results/correlations"))
        return cli_wrong("plot", "%s has no correlations; xy.correlations: true measures them",
                         data->path);
    picture p = {.n_panel = 2};
    flx_array c = {0};
    flx_status status = flx_file_read_array(data->file, "correlations", &c);
    for (int64_t k = 0, end; k < c.n_row && status >= 0; k = end) {
        for (end = k; end < c.n_row && c.value[6 * end] == c.value[6 * k]; end++) {
        }
        flx_plot_curve *g = add_curve(&p, 0, end - k - 1, FLX_PLOT_LINE_POINTS);
        flx_plot_curve *v = g ? add_curve(&p, 1, end - k - 1, FLX_PLOT_LINE_POINTS) : NULL;
        if (!g || !v)
            break;
        char *name = p.name[p.panel[0].n_curve - 1];
        snprintf(name, sizeof p.name[0], "T = %.4g", c.value[6 * k]);
        g->name = name;
        for (int64_t j = k + 1; j < end; j++) {
            const double *row = c.value + 6 * j;
            double x = log10(row[1]), n2 = c.value[6 * k + 4];
            bool seen = row[2] > 2 * row[3];
            put(g, j - k - 1, x, seen ? log10(row[2]) : (double)NAN,
                0.4342944819 * row[3] / row[2]);
            bool opposite = n2 > 0 && -row[4] > 3 * row[5];
            put(v, j - k - 1, x, opposite ? log10(-row[4] / n2) : (double)NAN,
                0.4342944819 * row[5] / fabs(row[4]));
        }
    }
    p.panel[0].y.name = "log_{10} <cos(\u03b8_{0} \u2212 \u03b8_{r})>";
    p.panel[1].y.name = "log_{10} \u2212<n_{0} n_{r}>/<n^{2}>";
    if (status >= 0)
        status = draw(data, &p, (flx_plot_axis){.name = "log_{10} r", .unit = "a"}, plot, path);
    flx_array_clear(&c);
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
    const double *theta;  // [ny][nx]; NAN: no phase
    const double *vortex; // of the plaquettes; NULL: the file has none
    bool open[2];
} layer;

static void place(const layer *l, double x, double y, double at[2])
{
    at[0] = l->triangular ? x + y / 2 : x;
    at[1] = l->triangular ? y * 0.86602540378443864676 : y;
}

// Sites that are drawn: on a periodic axis the first once more behind the last, so that every plaquette
// stands in the picture, and once.
static void drawn(const layer *l, int32_t n[2])
{
    n[0] = l->nx + !l->open[0];
    n[1] = l->ny + !l->open[1];
}

// The site of the lattice that drawn site i shows.
static int32_t shown(const layer *l, const int32_t n[2], int32_t i)
{
    return i % n[0] % l->nx + l->nx * (i / n[0] % l->ny);
}

static flx_status mesh_of(flx_ctx *ctx, const layer *l, flx_mesh **out)
{
    int32_t size[2], m = 0;
    drawn(l, size);
    int32_t n = size[0] * size[1];
    double *x = cli_alloc(2 * (size_t)n, sizeof *x), *y = x + n;
    int32_t *tri = cli_alloc(6 * (size_t)n, sizeof *tri);
    for (int32_t i = 0; i < n; i++) {
        double at[2];
        place(l, i % size[0], i / size[0], at);
        x[i] = at[0];
        y[i] = at[1];
        if (i % size[0] + 1 < size[0] && i / size[0] + 1 < size[1]) {
            const int32_t up = i + size[0], corner[6] = {i, i + 1, up, i + 1, up + 1, up};
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

// Those of all plaquettes; n [ny][nx], of triangles twice. Beyond an end there are none.
static int32_t list_vortices(const layer *l, const double *n, flx_plot_vortex *v)
{
    const int32_t n_site = l->nx * l->ny;
    int32_t n_vortex = 0;
    for (int32_t k = 0; k < (l->triangular ? 2 : 1); k++)
        for (int32_t i = 0; i < n_site; i++) {
            if (n[k * n_site + i] == 0)
                continue;
            // A triangle that points down stands left of its site.
            int32_t x = (i % l->nx + l->nx - k) % l->nx, y = i / l->nx;
            double middle = l->triangular ? (k + 1) / 3.0 : 0.5, at[2];
            place(l, x + middle, y + middle, at);
            v[n_vortex++] =
                (flx_plot_vortex){.x = at[0], .y = at[1], .winding = (int32_t)n[k * n_site + i]};
        }
    return n_vortex;
}

// Shortest way from vortex a to vortex b: around the lattice where it is periodic.
static double way(const layer *l, const flx_plot_vortex *a, const flx_plot_vortex *b, double d[2])
{
    const double height = l->triangular ? 0.86602540378443864676 : 1;
    double y = (b->y - a->y) / height, x = b->x - a->x - (l->triangular ? y / 2 : 0);
    x -= l->open[0] ? 0 : l->nx * rint(x / l->nx);
    y -= l->open[1] ? 0 : l->ny * rint(y / l->ny);
    place(l, x, y, d);
    // On a lattice that leans, the next turn around it may be the shorter one.
    for (int turn = -1; turn <= 1 && l->triangular && !l->open[0]; turn += 2) {
        double other[2];
        place(l, x + turn * l->nx, y, other);
        if (hypot(other[0], other[1]) < hypot(d[0], d[1]))
            memcpy(d, other, sizeof other);
    }
    return hypot(d[0], d[1]);
}

// Pairs are those that are nearest to each other of all that are left, again and again, and nearer than
// half the mean distance of vortices of one sign; what is left is free.
static void bind_pairs(const layer *l, flx_plot_vortex *v, int32_t n)
{
    enum { MOST = 4000 };
    int32_t positive = 0;
    for (int32_t k = 0; k < n; k++)
        positive += v[k].winding > 0;
    if (n > MOST || positive == 0)
        return;
    const double farthest = 0.5 * sqrt((double)l->nx * l->ny / positive);
    for (bool found = true; found;) {
        int32_t pair[2] = {0, 0};
        double best = farthest, d[2], to[2] = {0, 0};
        for (int32_t a = 0; a < n; a++)
            for (int32_t b = 0; b < n && v[a].winding > 0; b++)
                if (v[b].winding < 0 && v[a].partner[0] == 0 && v[a].partner[1] == 0 &&
                    v[b].partner[0] == 0 && v[b].partner[1] == 0 &&
                    way(l, &v[a], &v[b], d) < best) {
                    best = hypot(d[0], d[1]);
                    pair[0] = a;
                    pair[1] = b;
                    to[0] = d[0];
                    to[1] = d[1];
                }
        found = best < farthest;
        for (int k = 0; k < 2 && found; k++) {
            v[pair[k]].partner[0] = k ? -to[0] : to[0];
            v[pair[k]].partner[1] = k ? -to[1] : to[1];
        }
    }
}

static flx_status draw_layer(cli_data *data, const layer *l, const char *title,
                             const cli_xy_plot *plot, const char *path)
{
    int32_t size[2];
    drawn(l, size);
    size_t n = (size_t)size[0] * (size_t)size[1];
    flx_cplx *psi = cli_alloc(n, sizeof *psi);
    double *blank = cli_alloc(2 * n, sizeof *blank);
    flx_plot_vortex *v = cli_alloc(2 * n, sizeof *v);
    flx_frame frame = {.psi = psi};
    flx_plot_scene scene = {.frame = &frame,
                            .vortices = v,
                            .length_name = "a",
                            .blank = blank,
                            .blank_radius = 0.5}; // as far as halfway to the neighbours
    for (int32_t i = 0; i < (int32_t)n; i++) {
        double theta = l->theta[shown(l, size, i)];
        if (isfinite(theta))
            psi[i] = (flx_cplx){cos(theta), sin(theta)};
        else
            place(l, i % size[0], i / size[0], &blank[2 * scene.n_blank++]);
    }
    scene.n_vortex = l->vortex ? list_vortices(l, l->vortex, v) : 0;
    bind_pairs(l, v, scene.n_vortex);
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
    free(blank);
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
    if (plot->temperature && (end == plot->temperature || *end || !isfinite(wanted)))
        return cli_wrong("plot", "-t wants a temperature in J/k_B, not '%s'", plot->temperature);
    flx_array t = {0}, size = {0}, lattice = {0}, theta = {0}, vortex = {0};
    int code = CLI_DONE;
    flx_status status = flx_file_read_array(data->file, "temperature", &t);
    if (status >= 0)
        status = flx_file_read_array(data->file, "size", &size);
    if (status >= 0)
        status = flx_file_read_array(data->file, "lattice", &lattice);
    if (status >= 0)
        status = flx_file_read_array(data->file, "phases", &theta);
    if (status >= 0 && flx_file_has(data->file, "results/vortices"))
        status = flx_file_read_array(data->file, "vortices", &vortex);
    if (status >= 0) {
        int64_t nearest = t.n_row - 1;
        for (int64_t k = 0; k < t.n_row && isfinite(wanted); k++)
            if (fabs(t.value[k] - wanted) < fabs(t.value[nearest] - wanted))
                nearest = k;
        double last = t.value[t.n_row - 1], slack = 1e-9 * last;
        char title[64];
        snprintf(title, sizeof title, "T = %.4g J/k_{B}", t.value[nearest]);
        if (isfinite(wanted) && !(wanted > t.value[0] - slack && wanted < last + slack))
            code = cli_wrong("plot", "%s has temperatures from %.6g to %.6g J/k_B, not %g",
                             data->path, t.value[0], last, wanted);
        layer l = {.nx = (int32_t)size.value[0],
                   .ny = (int32_t)size.value[1],
                   .triangular = lattice.value[0] == FLX_XY_TRIANGULAR,
                   .theta = theta.value + nearest * theta.n_column,
                   .vortex = vortex.value ? vortex.value + nearest * vortex.n_column : NULL,
                   .open = {lattice.value[2] != 0, lattice.value[3] != 0}};
        if (code == CLI_DONE)
            status = draw_layer(data, &l, title, plot, path);
    }
    flx_array *all[] = {&t, &size, &lattice, &theta, &vortex};
    for (size_t k = 0; k < 5; k++)
        flx_array_clear(all[k]);
    return code == CLI_DONE ? cli_end(data->ctx, "plot", status) : code;
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
    if (plot->what && strcmp(plot->what, "correlations") == 0)
        return plot_correlations(data, plot, path);
    if (plot->what && strcmp(plot->what, "collapse") == 0)
        return plot_collapse(data, plot, path);
    if (plot->temperature)
        return cli_wrong("plot", "-t chooses phases of one temperature: -q phases");
    return plot_averages(data, plot, path);
}
