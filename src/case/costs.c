// case/costs.c -- what a device amounts to, and about what a run on it costs.
//
// Laws of one core of an AMD EPYC (Zen 3), from the tables of docs/performance.md, selffield.md and
// london.md: right within a factor of two or so on machines like it, a busy one apart.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/device.h"

#include <math.h>
#include <string.h>

static void bounds_of(const flx_mesh *m, int32_t film, double box[4])
{
    box[0] = box[1] = INFINITY;
    box[2] = box[3] = -INFINITY;
    for (int32_t i = 0; i < m->n_site; i++) {
        if (m->film[i] != film)
            continue;
        box[0] = fmin(box[0], m->x[i]);
        box[1] = fmin(box[1], m->y[i]);
        box[2] = fmax(box[2], m->x[i]);
        box[3] = fmax(box[3], m->y[i]);
    }
}

// Films one above another, in the mean: each has the others' triangles near its own.
static double stacked(const flx_mesh *m)
{
    double sum = 0, a[4], b[4];
    for (int32_t f = 0; f < m->n_film; f++)
        for (int32_t g = 0; g < m->n_film; g++) {
            bounds_of(m, f, a);
            bounds_of(m, g, b);
            sum += a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];
        }
    return sum / m->n_film;
}

// The arrays of the engine take about 1 kB a site; the factor of the Poisson operator grows as
// n log n (nested dissection: George, SIAM J. Numer. Anal. 10, 345 (1973)). Three linear solves or
// so a step, each a pass over the factor.
static void tdgl_costs(const flx_device *d, flx_device_info *info)
{
    const flx_case *c = d->c;
    double n = info->n_site, log_n = log2(fmax(n, 2));
    info->memory = n * (1000 + 80 * log_n);
    info->step_seconds = n * (2e-8 + 3e-9 * log_n);
    double frames = floor(c->run.time / c->run.frame_interval) + 1;
    info->file_bytes = frames * (n * (4 * 8 + 10 * 4) + info->n_edge * 2.0 * 8);
    if (c->run.screening != FLX_SCREENING_FILM)
        return;
    // 0.5 to 0.9 us a site for an application of the operator, 1.2 of them a step; all else is 3.5 to
    // 4 steps without (docs/selffield.md).
    info->create_seconds = 2.3e-4 * n * stacked(d->mesh);
    info->step_seconds = 3.8 * info->step_seconds + 1.2 * 8e-7 * n * stacked(d->mesh);
    info->memory += 1e4 * n;
}

// A factor of n^2 numbers, whose making is mostly the pairs of triangles, or conjugate gradients
// (docs/london.md, on two cores).
static void london_costs(const flx_device *d, flx_device_info *info)
{
    const flx_london_opts *o = &d->c->london.opts;
    double n = info->n_site;
    for (int32_t l = 0; l < d->mesh->n_loop; l++)
        n -= d->mesh->loop[l].n;
    bool dense = o->method == FLX_LONDON_DENSE ||
                 (o->method == FLX_LONDON_AUTO && n <= fmax(o->dense_max, 0));
    info->memory = dense ? 8 * n * n + 2e3 * n : 4e3 * n;
    info->create_seconds = (dense ? 1.8e-7 * n * n : 1.5e-4 * n) * stacked(d->mesh);
    if (d->c->london.error) { // once more on four times as many sites
        info->memory *= 5;
        info->create_seconds *= 5;
    }
}

flx_device_info flx_device_info_of(const flx_device *d)
{
    const flx_case *c = d->c;
    const flx_mesh *m = d->mesh;
    flx_device_info info = {.n_film = m->n_film,
                            .n_hole = d->n_hole,
                            .n_terminal = c->n_terminal,
                            .n_probe = c->n_probe,
                            .n_loop = c->n_loop,
                            .n_site = m->n_site,
                            .n_edge = m->n_edge,
                            .n_tri = m->n_tri,
                            .quality = flx_mesh_quality_of(m),
                            .n_point = flx_case_points(c)};
    for (int32_t i = 0; i < m->n_site; i++)
        info.area += m->area[i];
    for (int32_t k = 0; k < c->n_terminal; k++)
        for (int32_t s = 0; s < d->terminals[k].n_site; s++)
            info.terminal_length += d->terminals[k].length[s];
    if (strcmp(c->engine, "london") == 0)
        london_costs(d, &info);
    else
        tdgl_costs(d, &info);
    return info;
}
