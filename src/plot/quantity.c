// plot/quantity.c -- what a panel shows.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "plot/quantity.h"

#include <math.h>
#include <string.h>
#include <strings.h>

typedef struct quantity_row {
    const char *name, *title, *symbol;
    const char *needs; // field of the scene, for the message
} quantity_row;

static const quantity_row rows[FLX_PLOT_QUANTITIES] = {
    [FLX_PLOT_PSI] = {"psi", "Order parameter", "|\u03c8|", "frame->psi"},
    [FLX_PLOT_PHASE] = {"phase", "Phase", "arg \u03c8", "frame->psi"},
    [FLX_PLOT_CURRENT] = {"current", "Current", "|K|", "current"},
    [FLX_PLOT_SUPERCURRENT] = {"supercurrent", "Supercurrent", "|K_{s}|", "supercurrent"},
    [FLX_PLOT_NORMAL] = {"normal", "Normal current", "|K_{n}|", "normal"},
    [FLX_PLOT_VORTICITY] = {"vorticity", "Vorticity", "curl K", "vorticity or current"},
    [FLX_PLOT_MU] = {"mu", "Potential", "\u03bc", "frame->mu"},
    [FLX_PLOT_FIELD] = {"field", "Field", "B_{z}", "field"},
    [FLX_PLOT_STREAM] = {"stream", "Stream function", "g", "stream"},
    [FLX_PLOT_FLUX] = {"flux", "Flux through the loop", "\u03a6", "flux"},
    [FLX_PLOT_RESPONSE] = {"response", "Answer to the coil", "\u03a6/I", "response"},
};
static const char all_names[] =
    "psi, phase, current, supercurrent, normal, vorticity, mu, field, stream, flux, response";

const char *flx_plot_quantity_name(int32_t quantity)
{
    return quantity >= 0 && quantity < FLX_PLOT_QUANTITIES ? rows[quantity].name : NULL;
}

// Letters to change, add, drop or swap with the next to turn word [n] into name (Damerau,
// Levenshtein).
static int distance(const char *word, size_t n, const char *name)
{
    enum { MOST = 24 };
    int d[MOST + 1][MOST + 1];
    size_t m = strlen(name);
    n = n < MOST ? n : MOST;
    for (size_t i = 0; i <= n; i++) {
        for (size_t j = 0; j <= m; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = (int)(i + j);
                continue;
            }
            int best = d[i - 1][j - 1] + (word[i - 1] != name[j - 1]);
            best = d[i - 1][j] + 1 < best ? d[i - 1][j] + 1 : best;
            best = d[i][j - 1] + 1 < best ? d[i][j - 1] + 1 : best;
            bool swapped =
                i > 1 && j > 1 && word[i - 1] == name[j - 2] && word[i - 2] == name[j - 1];
            if (swapped && d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    }
    return d[n][m];
}

static flx_status unknown_quantity(flx_ctx *ctx, const char *word, size_t n)
{
    int best = 0, least = 1000;
    for (int q = 0; q < FLX_PLOT_QUANTITIES; q++) {
        int d = distance(word, n, rows[q].name);
        if (d < least) {
            least = d;
            best = q;
        }
    }
    return flx_fail(ctx, FLX_ERR_INPUT,
                    "nothing to plot is called '%.*s'; nearest is '%s', allowed are %s", (int)n,
                    word, rows[best].name, all_names);
}

static flx_status parse_panels(flx_ctx *ctx, const char *panels, flx_panel_list *list)
{
    list->n = 0;
    for (const char *at = panels;;) {
        at += strspn(at, ", \t");
        size_t n = strcspn(at, ", \t");
        if (n == 0)
            break;
        int q = 0;
        while (q < FLX_PLOT_QUANTITIES &&
               (strlen(rows[q].name) != n || strncasecmp(at, rows[q].name, n) != 0))
            q++;
        if (q == FLX_PLOT_QUANTITIES)
            return unknown_quantity(ctx, at, n);
        if (list->n == FLX_PANEL_MAX)
            return flx_fail(ctx, FLX_ERR_INPUT, "'%s' has more than %d panels; make two pictures",
                            panels, FLX_PANEL_MAX);
        list->quantity[list->n++] = (flx_plot_quantity)q;
        at += n;
    }
    if (list->n == 0)
        return flx_fail(ctx, FLX_ERR_INPUT, "no panel to plot in '%s'; allowed are %s", panels,
                        all_names);
    return FLX_OK;
}

flx_status flx_plot_check_panels(flx_ctx *ctx, const char *panels)
{
    flx_panel_list list;
    return parse_panels(ctx, panels ? panels : "", &list);
}

flx_status flx_panel_list_of(flx_ctx *ctx, const flx_plot_scene *scene, const char *panels,
                             flx_panel_list *list)
{
    if (panels)
        return parse_panels(ctx, panels, list);
    *list = (flx_panel_list){2, {FLX_PLOT_PSI, FLX_PLOT_PHASE}};
    if (scene->current)
        list->quantity[list->n++] = FLX_PLOT_CURRENT;
    if (scene->field)
        list->quantity[list->n++] = FLX_PLOT_FIELD;
    return FLX_OK;
}

// Curl of a vector field that is linear on triangles: constant on each; a site takes the mean of
// its triangles, weighted by area.
static double *curl_of(flx_ctx *ctx, const flx_mesh *mesh, const double *vector)
{
    double *curl = FLX_NEW_ARRAY(ctx, double, mesh->n_site);
    double *weight = FLX_NEW_ARRAY(ctx, double, mesh->n_site);
    for (int32_t t = 0; curl && weight && t < mesh->n_tri; t++) {
        const int32_t *c = mesh->tri + 3 * (size_t)t;
        double kx[3], ky[3];
        flx_plane(mesh, t, vector, 2, kx);
        flx_plane(mesh, t, vector + 1, 2, ky);
        double area = 0.5 * ((mesh->x[c[1]] - mesh->x[c[0]]) * (mesh->y[c[2]] - mesh->y[c[0]]) -
                             (mesh->y[c[1]] - mesh->y[c[0]]) * (mesh->x[c[2]] - mesh->x[c[0]]));
        for (int k = 0; k < 3; k++) {
            curl[c[k]] += area * (ky[1] - kx[2]);
            weight[c[k]] += area;
        }
    }
    for (int32_t i = 0; curl && weight && i < mesh->n_site; i++)
        curl[i] /= weight[i];
    if (!weight) {
        flx_free(curl);
        curl = NULL;
    }
    flx_free(weight);
    return curl;
}

static void set_scalar(flx_quantity *quantity, const double *value)
{
    quantity->shade = (flx_shade){FLX_SHADE_SCALAR, NULL, {value}, {1}, 0, 0};
}

static void set_vector(flx_quantity *quantity, const double *vector)
{
    quantity->vector = vector;
    quantity->shade = (flx_shade){FLX_SHADE_NORM, NULL, {vector, vector + 1}, {2, 2}, 0, 0};
}

// |psi| on sites; for the phase also psi itself.
static flx_status set_psi(flx_ctx *ctx, flx_quantity *quantity, const flx_frame *frame)
{
    int32_t n = frame->mesh->n_site;
    quantity->owned = FLX_NEW_ARRAY(ctx, double, n);
    if (!quantity->owned)
        return FLX_ERR_MEMORY;
    for (int32_t i = 0; i < n; i++)
        quantity->owned[i] =
            sqrt(frame->psi[i].re * frame->psi[i].re + frame->psi[i].im * frame->psi[i].im);
    set_scalar(quantity, quantity->owned);
    if (quantity->what == FLX_PLOT_PHASE) {
        const double *re = (const double *)frame->psi, *im = re + 1;
        quantity->shade = (flx_shade){FLX_SHADE_ANGLE,           NULL,
                                      {re, im, quantity->owned}, {2, 2, 1},
                                      -3.14159265358979323846,   3.14159265358979323846};
    }
    return FLX_OK;
}

static void set_unit(flx_quantity *quantity, double si, const char *si_name, const char *natural)
{
    quantity->prefix = si > 0;
    quantity->scale = si > 0 ? si : 1;
    quantity->unit = si > 0 ? si_name : natural;
}

static flx_status set_values(flx_ctx *ctx, flx_quantity *quantity, const flx_plot_scene *scene)
{
    static const flx_scales natural = {0};
    const flx_frame *frame = scene->frame;
    const flx_scales *scales = scene->scales ? scene->scales : &natural;
    const double *value = NULL;
    bool vector = false;
    switch (quantity->what) {
    case FLX_PLOT_PSI:
    case FLX_PLOT_PHASE:
        set_unit(quantity, 0, NULL, NULL);
        if (frame->psi)
            return set_psi(ctx, quantity, frame);
        break;
    case FLX_PLOT_CURRENT:
    case FLX_PLOT_SUPERCURRENT:
    case FLX_PLOT_NORMAL:
        if (flx_scales_per_metre(scales)) {
            set_unit(quantity, scales->J0, "A/m^{2}", "J_{0}");
            quantity->symbol = "|J|";
        } else {
            set_unit(quantity, scales->K0, "A/m", "K_{0}");
        }
        vector = true;
        value = quantity->what == FLX_PLOT_CURRENT        ? scene->current
                : quantity->what == FLX_PLOT_SUPERCURRENT ? scene->supercurrent
                                                          : scene->normal;
        break;
    case FLX_PLOT_VORTICITY:
        if (flx_scales_per_metre(scales))
            set_unit(quantity, scales->J0 / scales->xi, "A/m^{3}", "J_{0}/\u03be");
        else
            set_unit(quantity, scales->xi > 0 ? scales->K0 / scales->xi : 0, "A/m^{2}",
                     "K_{0}/\u03be");
        value = scene->vorticity;
        if (!value && scene->current) {
            quantity->owned = curl_of(ctx, frame->mesh, scene->current);
            value = quantity->owned;
            if (!value)
                return FLX_ERR_MEMORY;
        }
        break;
    case FLX_PLOT_MU:
        set_unit(quantity, scales->V0, "V", "V_{0}");
        value = frame->mu;
        break;
    case FLX_PLOT_STREAM:
        set_unit(quantity, scales->K0 * scales->xi, "A", "K_{0}\u03be");
        value = scene->stream;
        break;
    case FLX_PLOT_FLUX:
        set_unit(quantity, 0, NULL, "\u03a6_{0}");
        value = scene->flux;
        break;
    case FLX_PLOT_RESPONSE:
        set_unit(quantity, 0, NULL, "\u03a6_{0}/A");
        value = scene->response;
        break;
    default:
        set_unit(quantity, scales->Bc2, "T", "B_{c2}");
        value = scene->field;
    }
    if (!value)
        return flx_fail(ctx, FLX_ERR_INPUT, "what is plotted has no '%s' (scene->%s is not there)",
                        rows[quantity->what].name, rows[quantity->what].needs);
    (vector ? set_vector : set_scalar)(quantity, value);
    return FLX_OK;
}

// Least and largest value on the sites; 0, 0 if none is finite.
static void find_range(flx_quantity *quantity, int32_t n_site)
{
    flx_shade *shade = &quantity->shade;
    double min = INFINITY, max = -INFINITY;
    for (int32_t i = 0; i < n_site; i++) {
        double v = shade->value[0][(size_t)i * (size_t)shade->stride[0]];
        if (shade->kind == FLX_SHADE_NORM) {
            double w = shade->value[1][(size_t)i * (size_t)shade->stride[1]];
            v = sqrt(v * v + w * w);
        }
        if (isfinite(v)) {
            min = fmin(min, v);
            max = fmax(max, v);
        }
    }
    shade->min = min <= max ? min : 0;
    shade->max = min <= max ? max : 0;
}

flx_status flx_quantity_init(flx_ctx *ctx, flx_quantity *quantity, const flx_plot_scene *scene,
                             flx_plot_quantity what)
{
    *quantity =
        (flx_quantity){.what = what, .title = rows[what].title, .symbol = rows[what].symbol};
    flx_status status = set_values(ctx, quantity, scene);
    if (status < 0)
        flx_quantity_clear(quantity);
    else if (what != FLX_PLOT_PHASE)
        find_range(quantity, scene->frame->mesh->n_site);
    return status;
}

void flx_quantity_clear(flx_quantity *quantity)
{
    flx_free(quantity->owned);
    quantity->owned = NULL;
}

void flx_quantity_set_range(flx_quantity *quantity, flx_plot_range given)
{
    flx_shade *shade = &quantity->shade;
    if (quantity->what == FLX_PLOT_PHASE) {
        quantity->colours = FLX_COLOURS_CYCLIC;
        return;
    }
    if (given.min < given.max) {
        shade->min = given.min;
        shade->max = given.max;
    }
    bool amount = quantity->what == FLX_PLOT_PSI || quantity->vector;
    bool two_sided = shade->min < 0 && shade->max > 0;
    bool always_signed = quantity->what == FLX_PLOT_MU || quantity->what == FLX_PLOT_VORTICITY;
    if (amount) {
        quantity->colours = quantity->vector ? FLX_COLOURS_EMBER : FLX_COLOURS_DEPTH;
        if (!(given.min < given.max)) {
            shade->min = 0;
            // An order parameter near its bulk value is shown up to it.
            if (quantity->what == FLX_PLOT_PSI && shade->max > 0.8 && shade->max < 1)
                shade->max = 1;
        }
    } else if (two_sided || always_signed || (shade->min == 0 && shade->max == 0)) {
        double most = fmax(fabs(shade->min), fabs(shade->max));
        quantity->colours = FLX_COLOURS_DIVERGING;
        shade->min = -most;
        shade->max = most;
    } else {
        quantity->colours = FLX_COLOURS_DEPTH;
        if (shade->min == shade->max) {
            shade->min = fmin(shade->min, 0);
            shade->max = fmax(shade->max, 0);
        }
    }
    if (!(shade->max - shade->min > 1e-300)) {
        shade->max = shade->min + 1; // all zero: any range shows it
        if (quantity->colours == FLX_COLOURS_DIVERGING)
            shade->min = -shade->max;
    }
}
