// plot/overlay.c -- rim, triangles, streamlines, terminals and vortices of a panel.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "plot/overlay.h"

#include "plot/text.h"

#include <math.h>
#include <stdio.h>

void flx_figure_place(const flx_figure *figure, int k, const double xy[2], double out[2])
{
    const double *box = figure->box;
    double scale = figure->panel[0] / (box[2] - box[0]);
    out[0] = figure->at[k][0] + scale * (xy[0] - box[0]);
    out[1] = figure->at[k][1] + scale * (box[3] - xy[1]);
}

static void line_to_site(const flx_figure *figure, cairo_t *cr, int k, const flx_mesh *mesh,
                         int32_t i)
{
    double at[2];
    flx_figure_place(figure, k, (double[2]){mesh->x[i], mesh->y[i]}, at);
    cairo_line_to(cr, at[0], at[1]);
}

void flx_draw_mesh(const flx_figure *figure, cairo_t *cr, int k)
{
    const flx_mesh *mesh = figure->scene->frame->mesh;
    for (int32_t e = 0; e < mesh->n_edge; e++) {
        cairo_new_sub_path(cr);
        line_to_site(figure, cr, k, mesh, mesh->tail[e]);
        line_to_site(figure, cr, k, mesh, mesh->head[e]);
    }
    cairo_set_source_rgba(cr, 1, 1, 1, 0.35);
    cairo_set_line_width(cr, 0.04 * figure->em);
    cairo_stroke(cr);
}

void flx_draw_rim(const flx_figure *figure, cairo_t *cr, int k)
{
    const flx_plot_scene *scene = figure->scene;
    const flx_mesh *mesh = scene->outline ? scene->outline : scene->frame->mesh;
    for (int32_t l = 0; l < mesh->n_loop; l++) {
        cairo_new_sub_path(cr);
        for (int32_t m = 0; m < mesh->loop[l].n; m++)
            line_to_site(figure, cr, k, mesh, mesh->loop_site[mesh->loop[l].start + m]);
        cairo_close_path(cr);
    }
    cairo_set_source_rgb(cr, 0.12, 0.12, 0.14);
    cairo_set_line_width(cr, 0.07 * figure->em);
    cairo_stroke(cr);
}

// Heads of arrows along a line, evenly, the first half a distance from its start.
static void arrows(const flx_figure *figure, cairo_t *cr, int k, const flx_streams *streams,
                   int32_t line)
{
    double gap = figure->opts->stream_gap, spacing = fmax(7 * gap, 80);
    double length = 0, size = fmin(0.30 * gap, 0.42 * figure->em);
    int32_t first = streams->start[line], end = streams->start[line + 1];
    double scale = figure->panel[0] / (figure->box[2] - figure->box[0]);
    for (int32_t p = first + 1; p < end; p++)
        length += scale * hypot(streams->point[p][0] - streams->point[p - 1][0],
                                streams->point[p][1] - streams->point[p - 1][1]);
    double n = fmax(1, floor(length / spacing)), due = 0.5 * length / n, run = 0;
    if (length < 2 * gap)
        return;
    for (int32_t p = first + 1; p < end; p++) {
        double a[2], b[2];
        flx_figure_place(figure, k, streams->point[p - 1], a);
        flx_figure_place(figure, k, streams->point[p], b);
        double part = hypot(b[0] - a[0], b[1] - a[1]);
        run += part;
        if (run < due || part == 0)
            continue;
        due += length / n;
        double ux = size * (b[0] - a[0]) / part, uy = size * (b[1] - a[1]) / part;
        cairo_move_to(cr, b[0] + ux, b[1] + uy);
        cairo_line_to(cr, b[0] - 0.8 * ux - 0.75 * uy, b[1] - 0.8 * uy + 0.75 * ux);
        cairo_line_to(cr, b[0] - 0.35 * ux, b[1] - 0.35 * uy);
        cairo_line_to(cr, b[0] - 0.8 * ux + 0.75 * uy, b[1] - 0.8 * uy - 0.75 * ux);
        cairo_close_path(cr);
    }
}

void flx_draw_streams(const flx_figure *figure, cairo_t *cr, int k, const flx_streams *streams)
{
    cairo_set_source_rgba(cr, 1, 1, 1, 0.85);
    cairo_set_line_width(cr, 0.07 * figure->em);
    for (int32_t l = 0; l < streams->n_line; l++) {
        cairo_new_path(cr);
        for (int32_t p = streams->start[l]; p < streams->start[l + 1]; p++) {
            double at[2];
            flx_figure_place(figure, k, streams->point[p], at);
            cairo_line_to(cr, at[0], at[1]);
        }
        cairo_stroke(cr);
        arrows(figure, cr, k, streams, l);
        cairo_fill(cr);
    }
}

// Strokes the rim between neighbours that both belong to the terminal; adds up middle and outward
// normal, weighted by length.
static void draw_terminal(const flx_figure *figure, cairo_t *cr, int k, const bool *member,
                          double sum[5])
{
    const flx_mesh *mesh = figure->scene->frame->mesh;
    for (int32_t l = 0; l < mesh->n_loop; l++) {
        const flx_mesh_loop *loop = &mesh->loop[l];
        double side = loop->outer ? 1 : -1; // loops run counter-clockwise
        for (int32_t m = 0; m < loop->n; m++) {
            int32_t i = mesh->loop_site[loop->start + m];
            int32_t j = mesh->loop_site[loop->start + (m + 1) % loop->n];
            if (!member[i] || !member[j])
                continue;
            double dx = mesh->x[j] - mesh->x[i], dy = mesh->y[j] - mesh->y[i], d = hypot(dx, dy);
            sum[0] += 0.5 * d * (mesh->x[i] + mesh->x[j]);
            sum[1] += 0.5 * d * (mesh->y[i] + mesh->y[j]);
            sum[2] += side * dy;
            sum[3] -= side * dx;
            sum[4] += d;
            cairo_new_sub_path(cr);
            line_to_site(figure, cr, k, mesh, i);
            line_to_site(figure, cr, k, mesh, j);
        }
    }
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_source_rgb(cr, 0.85, 0.55, 0);
    cairo_set_line_width(cr, 0.28 * figure->em);
    cairo_stroke(cr);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_BUTT);
}

// The name beside the terminal, outside the film and inside the panel.
static void name_terminal(const flx_figure *figure, cairo_t *cr, int k,
                          const flx_plot_terminal *terminal, const double sum[5])
{
    const char *name = terminal->name;
    double em = figure->em, size = 0.86 * em, at[2];
    double norm = hypot(sum[2], sum[3]);
    if (!(sum[4] > 0) || !(norm > 0))
        return;
    double ux = sum[2] / norm, uy = sum[3] / norm;
    double middle[2] = {sum[0] / sum[4], sum[1] / sum[4]};
    // Beside the point of the terminal that stands out most.
    const flx_mesh *mesh = figure->scene->frame->mesh;
    double out = 0;
    for (int32_t s = 0; s < terminal->n_site; s++) {
        int32_t i = terminal->site[s];
        if (i >= 0 && i < mesh->n_site)
            out = fmax(out, ux * (mesh->x[i] - middle[0]) + uy * (mesh->y[i] - middle[1]));
    }
    flx_figure_place(figure, k, (double[2]){middle[0] + out * ux, middle[1] + out * uy}, at);
    for (int c = 0; c < 2; c++)
        if (at[c] < figure->at[k][c] || at[c] > figure->at[k][c] + figure->panel[c])
            return;           // outside of the view
    double nx = ux, ny = -uy; // on the page y points down
    bool sideways = fabs(nx) > fabs(ny);
    double width = flx_text_width(cr, size, name);
    // Upright beside left and right ends, level above and below.
    double half[2] = {sideways ? 0.5 * size : 0.5 * width, sideways ? 0.5 * width : 0.5 * size};
    for (int c = 0; c < 2; c++) {
        double n = c == 0 ? nx : ny;
        double pad = 2 + half[c], low = figure->at[k][c] + pad;
        at[c] += n * (0.45 * em + half[c]);
        at[c] = fmin(fmax(at[c], low), fmax(low, figure->at[k][c] + figure->panel[c] - pad));
    }
    cairo_set_source_rgba(cr, 1, 1, 1, 0.75);
    cairo_rectangle(cr, at[0] - half[0] - 1, at[1] - half[1] - 1, 2 * half[0] + 2, 2 * half[1] + 2);
    cairo_fill(cr);
    cairo_set_source_rgb(cr, 0.55, 0.33, 0);
    flx_text_at place = {at[0], at[1], 0.5, 0.5};
    (sideways ? flx_text_draw_up : flx_text_draw)(cr, place, size, name);
}

flx_status flx_draw_terminals(const flx_figure *figure, cairo_t *cr, int k)
{
    const flx_plot_scene *scene = figure->scene;
    int32_t n_site = scene->frame->mesh->n_site;
    for (int32_t t = 0; t < scene->n_terminal; t++) {
        const flx_plot_terminal *terminal = &scene->terminals[t];
        bool *member = FLX_NEW_ARRAY(figure->ctx, bool, n_site);
        if (!member)
            return FLX_ERR_MEMORY;
        for (int32_t s = 0; s < terminal->n_site; s++)
            if (terminal->site[s] >= 0 && terminal->site[s] < n_site)
                member[terminal->site[s]] = true;
        double sum[5] = {0};
        draw_terminal(figure, cr, k, member, sum);
        flx_free(member);
        if (terminal->name)
            name_terminal(figure, cr, k, terminal, sum);
    }
    return FLX_OK;
}

// Text with a white seam, to be read on any colour.
static void haloed(cairo_t *cr, flx_text_at at, double size, const char *text)
{
    cairo_pattern_t *ink = cairo_pattern_reference(cairo_get_source(cr));
    cairo_set_source_rgb(cr, 1, 1, 1);
    for (int k = 0; k < 8; k++) {
        double angle = 0.78539816339744830962 * k;
        flx_text_at beside = at;
        beside.x += 0.1 * size * cos(angle);
        beside.y += 0.1 * size * sin(angle);
        flx_text_draw(cr, beside, size, text);
    }
    cairo_set_source(cr, ink);
    cairo_pattern_destroy(ink);
    flx_text_draw(cr, at, size, text);
}

void flx_draw_vortex(cairo_t *cr, const double at[2], double em, int32_t winding)
{
    // Filled red for positive, an open blue ring for negative; a white rim on any background.
    double radius = 0.27 * em;
    cairo_new_path(cr);
    cairo_arc(cr, at[0], at[1], radius + 0.07 * em, 0, 6.28318530717958647692);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_fill(cr);
    cairo_arc(cr, at[0], at[1], winding > 0 ? radius : radius - 0.06 * em, 0,
              6.28318530717958647692);
    if (winding > 0) {
        cairo_set_source_rgb(cr, 0.84, 0.15, 0.16);
        cairo_fill(cr);
    } else {
        cairo_set_source_rgb(cr, 0.10, 0.32, 0.80);
        cairo_set_line_width(cr, 0.14 * em);
        cairo_stroke(cr);
    }
    if (winding > 1 || winding < -1) {
        char text[32];
        snprintf(text, sizeof text, "%s%d", winding < 0 ? "\u2212" : "",
                 (int)(winding < 0 ? -winding : winding));
        haloed(cr, (flx_text_at){at[0] + 0.5 * em, at[1], 0, 0.5}, 0.8 * em, text);
    }
}

void flx_draw_blanks(const flx_figure *figure, cairo_t *cr, int k)
{
    const flx_plot_scene *scene = figure->scene;
    double radius = scene->blank_radius * figure->panel[0] / (figure->box[2] - figure->box[0]);
    for (int32_t b = 0; b < scene->n_blank; b++) {
        double at[2];
        flx_figure_place(figure, k, &scene->blank[2 * b], at);
        cairo_new_sub_path(cr);
        cairo_arc(cr, at[0], at[1], radius, 0, 2 * 3.14159265358979323846);
    }
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_fill(cr);
}

void flx_draw_vortices(const flx_figure *figure, cairo_t *cr, int k)
{
    const flx_plot_scene *scene = figure->scene;
    // Bound pairs: each draws half of the line, as a partner may stand beyond a periodic border.
    for (int32_t v = 0; v < scene->n_vortex; v++) {
        const flx_plot_vortex *one = &scene->vortices[v];
        double at[2], half[2], to[2] = {one->x + one->partner[0] / 2, one->y + one->partner[1] / 2};
        if (one->partner[0] == 0 && one->partner[1] == 0)
            continue;
        flx_figure_place(figure, k, (double[2]){one->x, one->y}, at);
        flx_figure_place(figure, k, to, half);
        for (int pass = 0; pass < 2; pass++) {
            cairo_move_to(cr, at[0], at[1]);
            cairo_line_to(cr, half[0], half[1]);
            cairo_set_line_width(cr, (pass ? 0.16 : 0.34) * figure->em);
            cairo_set_source_rgb(cr, pass ? 0.1 : 1, pass ? 0.1 : 1, pass ? 0.1 : 1);
            cairo_stroke(cr);
        }
    }
    for (int32_t v = 0; v < scene->n_vortex; v++) {
        double at[2];
        flx_figure_place(figure, k, (double[2]){scene->vortices[v].x, scene->vortices[v].y}, at);
        if (isfinite(at[0]) && isfinite(at[1]))
            flx_draw_vortex(cr, at, figure->em, scene->vortices[v].winding);
    }
}
