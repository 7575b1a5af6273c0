// london/numbering.c -- what is unknown: g at sites inside, currents round holes and through ports.
//
// On an outer rim g is given: its rate along the rim, counter-clockwise, is minus the inflow. Port p
// lets a unit current in by terminal `from`, spread evenly over its length, and out by `to`; the
// constant is such that the rims on both sides have g = 1/2 and -1/2.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "london/london.h"

#include <math.h>
#include <string.h>

// -- holes ----------------------------------------------------------------------------------------

static flx_status number_holes(flx_ctx *ctx, const flx_london_problem *p, flx_london *l)
{
    const flx_mesh *m = l->mesh;
    bool *named = FLX_NEW_ARRAY(ctx, bool, m->n_loop);
    l->hole_loop = FLX_NEW_ARRAY(ctx, int32_t, m->n_loop);
    flx_status status = named && l->hole_loop ? FLX_OK : FLX_ERR_MEMORY;
    for (int32_t h = 0; status == FLX_OK && h < p->n_hole; h++) {
        int32_t loop = p->hole[h];
        if (loop < 0 || loop >= m->n_loop || m->loop[loop].outer || named[loop])
            status = flx_fail(ctx, FLX_ERR_INPUT,
                              "hole %d is loop %d of the mesh; wanted are inner loops, each once",
                              h, loop);
        else {
            named[loop] = true;
            l->hole_loop[l->n_hole++] = loop;
        }
    }
    for (int32_t k = 0; status == FLX_OK && k < m->n_loop; k++)
        if (!m->loop[k].outer && !named[k])
            l->hole_loop[l->n_hole++] = k;
    flx_free(named);
    return status;
}

// -- ports ----------------------------------------------------------------------------------------

// The outer loop that a terminal lies on.
static flx_status find_rim(flx_ctx *ctx, const flx_london *l, const flx_terminal *terminal,
                           int32_t k, int32_t *out)
{
    const flx_mesh *m = l->mesh;
    *out = -1;
    for (int32_t loop = 0; loop < m->n_loop; loop++) {
        int32_t n = 0;
        const int32_t *site = &m->loop_site[m->loop[loop].start];
        for (int32_t s = 0; s < m->loop[loop].n; s++)
            for (int32_t q = 0; q < terminal->n_site; q++)
                n += site[s] == terminal->site[q];
        if (n == 0)
            continue;
        if (!m->loop[loop].outer)
            return flx_fail(
                ctx, FLX_ERR_INPUT,
                "terminal %d lies on the rim of a hole, at (%g, %g): currents enter and "
                "leave by the outer rim of a film",
                k, m->x[terminal->site[0]], m->y[terminal->site[0]]);
        if (n < terminal->n_site)
            return flx_fail(ctx, FLX_ERR_INPUT, "terminal %d lies on more than one rim", k);
        *out = loop;
    }
    if (*out < 0)
        return flx_fail(ctx, FLX_ERR_INPUT, "terminal %d lies on no rim", k);
    return FLX_OK;
}

// Adds sign times the part of a terminal's inflow that comes by the edge from site s of its rim to
// the next, to inflow [loop->n]. Sites know half of each edge beside them: the edges follow one from
// the other, from a site that the terminal leaves alone.
static flx_status add_inflow(flx_ctx *ctx, const flx_london *l, const flx_mesh_loop *loop,
                             const flx_terminal *terminal, double sign, double *inflow)
{
    const flx_mesh *m = l->mesh;
    const int32_t *site = &m->loop_site[loop->start];
    int32_t begin = -1;
    double *share = FLX_NEW_ARRAY(ctx, double, m->n_site), total = 0, edge = 0;
    if (!share)
        return FLX_ERR_MEMORY;
    for (int32_t q = 0; q < terminal->n_site; q++) {
        share[terminal->site[q]] = terminal->length[q];
        total += terminal->length[q];
    }
    for (int32_t s = 0; s < loop->n && begin < 0; s++)
        if (share[site[s]] == 0)
            begin = s;
    for (int32_t k = 0; begin >= 0 && k < loop->n; k++) {
        int32_t s = (begin + k) % loop->n;
        edge = 2 * share[site[s]] - edge;
        if (fabs(edge) < 1e-9 * total)
            edge = 0;
        inflow[s] += sign * edge / total;
    }
    flx_free(share);
    if (begin < 0)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "a terminal holds the whole rim round (%g, %g); leave a piece of it free",
                        m->x[site[0]], m->y[site[0]]);
    return FLX_OK;
}

static flx_status make_lift(flx_ctx *ctx, const flx_london_problem *p, flx_london *l, int32_t k)
{
    const flx_london_rim_port *port = &l->port[k];
    const flx_mesh_loop *loop = &l->mesh->loop[port->loop];
    const int32_t *site = &l->mesh->loop_site[loop->start];
    double *lift = &l->lift[(size_t)k * (size_t)l->mesh->n_site];
    double *inflow = FLX_NEW_ARRAY(ctx, double, loop->n), g = 0, low = 0, high = 0;
    flx_status status =
        inflow ? add_inflow(ctx, l, loop, &p->terminals[port->from], 1, inflow) : FLX_ERR_MEMORY;
    if (status == FLX_OK)
        status = add_inflow(ctx, l, loop, &p->terminals[port->to], -1, inflow);
    for (int32_t s = 0; status == FLX_OK && s < loop->n; s++) {
        lift[site[s]] = g;
        low = fmin(low, g);
        high = fmax(high, g);
        g -= inflow[s];
    }
    for (int32_t s = 0; status == FLX_OK && s < loop->n; s++)
        lift[site[s]] -= 0.5 * (low + high);
    flx_free(inflow);
    return status;
}

static flx_status number_ports(flx_ctx *ctx, const flx_london_problem *p, flx_london *l)
{
    int32_t *rim = FLX_NEW_ARRAY(ctx, int32_t, p->n_terminal);
    l->port = FLX_NEW_ARRAY(ctx, flx_london_rim_port, p->n_terminal);
    flx_status status = rim && l->port ? FLX_OK : FLX_ERR_MEMORY;
    for (int32_t k = 0; status == FLX_OK && k < p->n_terminal; k++)
        status = find_rim(ctx, l, &p->terminals[k], k, &rim[k]);
    for (int32_t k = 0; status == FLX_OK && k < p->n_terminal; k++) {
        int32_t last = k;
        for (int32_t q = k + 1; q < p->n_terminal; q++)
            if (rim[q] == rim[k])
                last = q;
        if (last > k)
            l->port[l->n_port++] = (flx_london_rim_port){k, last, rim[k]};
    }
    flx_free(rim);
    if (status < 0)
        return status;
    l->lift = FLX_NEW_ARRAY(ctx, double, (size_t)l->n_port *(size_t)l->mesh->n_site);
    if (!l->lift)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < l->n_port; k++)
        FLX_TRY(make_lift(ctx, p, l, k));
    return FLX_OK;
}

// -- unknowns -------------------------------------------------------------------------------------

static flx_status number_sites(flx_ctx *ctx, flx_london *l)
{
    enum { FREE = -2 };
    const flx_mesh *m = l->mesh;
    l->column = FLX_NEW_ARRAY(ctx, int32_t, m->n_site);
    if (!l->column)
        return FLX_ERR_MEMORY;
    for (int32_t i = 0; i < m->n_site; i++)
        l->column[i] = FREE;
    for (int32_t k = 0; k < m->n_loop; k++)
        for (int32_t s = 0; m->loop[k].outer && s < m->loop[k].n; s++)
            l->column[m->loop_site[m->loop[k].start + s]] = -1;
    int32_t n_rim = 0; // of holes
    for (int32_t h = 0; h < l->n_hole; h++)
        n_rim += m->loop[l->hole_loop[h]].n;
    for (int32_t i = 0; i < m->n_site; i++)
        l->n_free += l->column[i] == FREE;
    l->n_free -= n_rim;
    for (int32_t h = 0; h < l->n_hole; h++) {
        const flx_mesh_loop *loop = &m->loop[l->hole_loop[h]];
        for (int32_t s = 0; s < loop->n; s++)
            l->column[m->loop_site[loop->start + s]] = l->n_free + h;
    }
    int32_t n = 0;
    for (int32_t i = 0; i < m->n_site; i++)
        if (l->column[i] == FREE)
            l->column[i] = n++;
    l->n_current = l->n_hole + l->n_port;
    l->n = l->n_free + l->n_current;
    return FLX_OK;
}

// Currents (d phi/dy, -d phi/dx) of the three hats of a triangle.
static double hats(const flx_mesh *m, int32_t t, double k[3][2])
{
    const int32_t *v = &m->tri[3 * (size_t)t];
    double twice = (m->x[v[1]] - m->x[v[0]]) * (m->y[v[2]] - m->y[v[0]]) -
                   (m->x[v[2]] - m->x[v[0]]) * (m->y[v[1]] - m->y[v[0]]);
    for (int c = 0; c < 3; c++) {
        int32_t a = v[(c + 1) % 3], b = v[(c + 2) % 3];
        k[c][0] = (m->x[b] - m->x[a]) / twice;
        k[c][1] = (m->y[b] - m->y[a]) / twice;
    }
    return 0.5 * twice;
}

typedef struct entries {
    int32_t *col;
    double (*k)[2];
    int32_t first, n; // of the present triangle, and so far
} entries;

// Corners that share an unknown add up.
static void add_entry(entries *e, int32_t col, double scale, const double k[2])
{
    int32_t at = e->first;
    while (at < e->n && e->col[at] != col)
        at++;
    if (at == e->n) {
        e->col[e->n] = col;
        e->k[e->n][0] = e->k[e->n][1] = 0;
        e->n++;
    }
    e->k[at][0] += scale * k[0];
    e->k[at][1] += scale * k[1];
}

static flx_status make_basis(flx_ctx *ctx, flx_london *l)
{
    const flx_mesh *m = l->mesh;
    size_t room = (size_t)m->n_tri * (size_t)(3 + l->n_port);
    int32_t *row = FLX_NEW_ARRAY(ctx, int32_t, (size_t)m->n_tri + 1);
    entries e = {.col = FLX_NEW_ARRAY(ctx, int32_t, room), .k = flx_alloc(ctx, room, sizeof *e.k)};
    l->basis = (flx_selffield_basis){l->n, row, e.col, (const double *)e.k};
    l->area = FLX_NEW_ARRAY(ctx, double, m->n_tri);
    if (!row || !e.col || !e.k || !l->area)
        return FLX_ERR_MEMORY;
    for (int32_t t = 0; t < m->n_tri; t++) {
        double k[3][2];
        l->area[t] = hats(m, t, k);
        e.first = e.n;
        for (int c = 0; c < 3; c++) {
            int32_t i = m->tri[3 * (size_t)t + (size_t)c];
            if (l->column[i] >= 0)
                add_entry(&e, l->column[i], 1, k[c]);
            for (int32_t p = 0; p < l->n_port && l->column[i] < 0; p++) {
                double lift = l->lift[(size_t)p * (size_t)m->n_site + (size_t)i];
                if (lift != 0)
                    add_entry(&e, l->n_free + l->n_hole + p, lift, k[c]);
            }
        }
        row[t + 1] = e.n;
    }
    return FLX_OK;
}

flx_status flx_london_number(flx_ctx *ctx, const flx_london_problem *problem, flx_london *l)
{
    FLX_TRY(number_holes(ctx, problem, l));
    FLX_TRY(number_ports(ctx, problem, l));
    FLX_TRY(number_sites(ctx, l));
    return make_basis(ctx, l);
}

// -- between sites and unknowns -------------------------------------------------------------------

// x [n]: the sum over sites of moment [n_site + n_hole] times the share of each unknown in g.
void flx_london_from_sites(const flx_london *l, const double *moment, double *x)
{
    int32_t n_site = l->mesh->n_site;
    memset(x, 0, (size_t)l->n * sizeof *x);
    for (int32_t i = 0; i < n_site; i++) {
        if (l->column[i] >= 0)
            x[l->column[i]] += moment[i];
        for (int32_t p = 0; p < l->n_port && l->column[i] < 0; p++)
            x[l->n_free + l->n_hole + p] +=
                l->lift[(size_t)p * (size_t)n_site + (size_t)i] * moment[i];
    }
    for (int32_t h = 0; h < l->n_hole; h++)
        x[l->n_free + h] += moment[n_site + h];
}

void flx_london_to_sites(const flx_london *l, const double *x, double *g)
{
    int32_t n_site = l->mesh->n_site;
    for (int32_t i = 0; i < n_site; i++) {
        double value = l->column[i] >= 0 ? x[l->column[i]] : 0;
        for (int32_t p = 0; p < l->n_port && l->column[i] < 0; p++)
            value += x[l->n_free + l->n_hole + p] * l->lift[(size_t)p * (size_t)n_site + (size_t)i];
        g[i] = value;
    }
}
