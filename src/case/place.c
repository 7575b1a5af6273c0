// case/place.c -- terminals, probes and loops on the mesh of a device.
//
// A terminal holds the boundary sites inside its shape. It takes current through the boundary edges
// whose middle is inside, half of each edge for either end, also where an end lies outside.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/device.h"

#include <math.h>

static bool on_rim(const flx_mesh *mesh, int32_t e)
{
    return mesh->edge_tri[2 * e] < 0 || mesh->edge_tri[2 * e + 1] < 0;
}

// Where the rim of the film comes nearest to a terminal that missed it.
static flx_status no_rim(flx_ctx *ctx, const flx_device *d, const flx_case_terminal *terminal,
                         const flx_region *region)
{
    const flx_mesh *m = d->mesh;
    double best = INFINITY, b[4];
    int32_t at = 0;
    flx_region_bounds(region, b);
    for (int32_t e = 0; e < m->n_edge; e++) {
        int32_t i = m->tail[e];
        if (!on_rim(m, e) || m->film[i] != terminal->film)
            continue;
        double dx = m->x[i] - fmin(fmax(m->x[i], b[0]), b[2]);
        double dy = m->y[i] - fmin(fmax(m->y[i], b[1]), b[3]);
        if (hypot(dx, dy) < best) {
            best = hypot(dx, dy);
            at = i;
        }
    }
    return flx_device_fail(
        ctx, d->c, terminal->line,
        "terminal '%s' holds no edge of film '%s'; its shape must hold a piece of the rim longer "
        "than mesh.max_edge (the nearest point of the rim is (%g, %g) xi)",
        terminal->name, d->c->films[terminal->film].name, m->x[at], m->y[at]);
}

// Marks the sites that a terminal holds; owner [n_site] is 1 + terminal.
static flx_status own_sites(flx_ctx *ctx, const flx_device *d, int32_t k, const flx_region *region,
                            int32_t *owner)
{
    const flx_mesh *m = d->mesh;
    const flx_case_terminal *terminal = &d->c->terminals[k];
    for (int32_t l = 0; l < m->n_loop; l++)
        for (int32_t s = 0; m->loop[l].film == terminal->film && s < m->loop[l].n; s++) {
            int32_t i = m->loop_site[m->loop[l].start + s];
            if (!flx_region_contains(region, m->x[i], m->y[i]))
                continue;
            if (owner[i])
                return flx_device_fail(ctx, d->c, terminal->line,
                                       "terminals '%s' and '%s' both hold the rim at (%g, %g) xi; "
                                       "move them apart",
                                       d->c->terminals[owner[i] - 1].name, terminal->name, m->x[i],
                                       m->y[i]);
            owner[i] = k + 1;
        }
    return FLX_OK;
}

// share [n_site]: length of the terminal's edges that belongs to each site; returns their sum.
static double share_edges(const flx_device *d, int32_t film, const flx_region *region,
                          double *share)
{
    const flx_mesh *m = d->mesh;
    double total = 0;
    for (int32_t e = 0; e < m->n_edge; e++) {
        int32_t i = m->tail[e], j = m->head[e];
        if (!on_rim(m, e) || m->film[i] != film ||
            !flx_region_contains(region, (m->x[i] + m->x[j]) / 2, (m->y[i] + m->y[j]) / 2))
            continue;
        share[i] += m->length[e] / 2;
        share[j] += m->length[e] / 2;
        total += m->length[e];
    }
    return total;
}

// The sites it holds in ascending order, then the ends of its edges outside.
static flx_status list_sites(flx_ctx *ctx, flx_device *d, int32_t k, const int32_t *owner,
                             const double *share)
{
    const flx_case_terminal *terminal = &d->c->terminals[k];
    int32_t n = 0, n_site = d->mesh->n_site;
    for (int32_t i = 0; i < n_site; i++)
        n += owner[i] == k + 1 || share[i] > 0;
    int32_t *site = FLX_NEW_ARRAY(ctx, int32_t, n);
    double *length = FLX_NEW_ARRAY(ctx, double, n);
    d->terminals[k] = (flx_terminal){.site = site,
                                     .length = length,
                                     .n_site = n,
                                     .psi = terminal->psi,
                                     .amplitude = terminal->amplitude};
    if (!site || !length)
        return FLX_ERR_MEMORY;
    n = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int32_t i = 0; i < n_site; i++) {
            bool inside = owner[i] == k + 1;
            if (pass == 0 ? !inside : inside || !(share[i] > 0))
                continue;
            site[n] = i;
            length[n++] = share[i];
            d->terminals[k].n_outside += pass;
        }
    return FLX_OK;
}

static flx_status place_terminal(flx_ctx *ctx, flx_device *d, int32_t k, const flx_region *region,
                                 int32_t *owner)
{
    const flx_case_terminal *terminal = &d->c->terminals[k];
    double *share = FLX_NEW_ARRAY(ctx, double, d->mesh->n_site);
    if (!share)
        return FLX_ERR_MEMORY;
    double total = share_edges(d, terminal->film, region, share);
    flx_status status = own_sites(ctx, d, k, region, owner);
    if (status == FLX_OK)
        status = list_sites(ctx, d, k, owner, share);
    flx_free(share);
    if (status < 0)
        return status;
    bool holds = total > 0 && d->terminals[k].n_site > d->terminals[k].n_outside;
    return holds ? FLX_OK : no_rim(ctx, d, terminal, region);
}

static flx_status place_terminals(flx_ctx *ctx, flx_device *d)
{
    const flx_case *c = d->c;
    int32_t *owner = FLX_NEW_ARRAY(ctx, int32_t, d->mesh->n_site);
    d->terminals = FLX_NEW_ARRAY(ctx, flx_terminal, c->n_terminal);
    flx_status status = owner && d->terminals ? FLX_OK : FLX_ERR_MEMORY;
    for (int32_t k = 0; status == FLX_OK && k < c->n_terminal; k++) {
        const flx_case_terminal *terminal = &c->terminals[k];
        flx_region *region = NULL;
        status = flx_region_create(ctx, terminal->shape.item, terminal->shape.n_item,
                                   c->mesh.opts.max_edge, &region);
        if (status < 0)
            status = flx_device_blame(ctx, c, terminal->line,
                                      flx_fail_in(ctx, status, "terminal '%s'", terminal->name));
        else
            status = place_terminal(ctx, d, k, region, owner);
        flx_region_free(region);
    }
    flx_free(owner);
    return status;
}

// In the film that has both points. Where none has, the first film is told what it lacks.
static flx_status place_probe(flx_ctx *ctx, flx_device *d, const flx_case_probe *probe,
                              flx_probe out[2])
{
    int32_t film;
    flx_status several =
        flx_device_film_of(ctx, d, &(flx_places){probe->point[0], 2, probe->film}, &film);
    if (several < 0)
        return flx_fail_in(ctx, several, "probe '%s'", probe->name);
    for (int p = 0; p < 2; p++) {
        flx_status status =
            flx_probe_at(ctx, d->mesh, film < 0 ? probe->film : film, probe->point[p], &out[p]);
        if (status < 0)
            return flx_fail_in(ctx, status, "%s point of probe '%s'", p ? "second" : "first",
                               probe->name);
    }
    if (film >= 0)
        return FLX_OK;
    return flx_fail(ctx, FLX_ERR_INPUT,
                    "the points of probe '%s' lie in different films, whose potentials cannot be "
                    "compared; put both into one film",
                    probe->name);
}

static flx_status place_probes(flx_ctx *ctx, flx_device *d)
{
    const flx_case *c = d->c;
    d->probe = flx_alloc(ctx, (size_t)c->n_probe, sizeof *d->probe);
    if (!d->probe)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < c->n_probe; k++) {
        flx_status status = place_probe(ctx, d, &c->probes[k], d->probe[k]);
        if (status < 0)
            return flx_device_blame(ctx, c, c->probes[k].line, status);
    }
    return FLX_OK;
}

// In the film that has the corners of the curve.
static flx_status snap(flx_ctx *ctx, flx_device *d, const flx_case_loop *loop,
                       const flx_polyline *curve, flx_chain *out)
{
    int32_t film;
    FLX_TRY(flx_device_film_of(ctx, d, &(flx_places){curve->xy, curve->n, loop->film}, &film));
    return flx_mesh_snap_loop(ctx, d->locator, film < 0 ? loop->film : film, curve, &out->site,
                              &out->n);
}

static flx_status place_loop(flx_ctx *ctx, flx_device *d, const flx_case_loop *loop, flx_chain *out)
{
    flx_region *region = NULL;
    FLX_TRY(flx_region_create(ctx, loop->shape.item, loop->shape.n_item, d->c->mesh.opts.max_edge,
                              &region));
    flx_rings rings = flx_region_rings(region);
    flx_status status =
        rings.n_ring == 1
            ? snap(ctx, d, loop, &(flx_polyline){rings.xy, rings.start[1]}, out)
            : flx_fail(ctx, FLX_ERR_INPUT, "the shape has %d rims, a loop is one closed curve",
                       rings.n_ring);
    flx_region_free(region);
    return status;
}

static flx_status place_loops(flx_ctx *ctx, flx_device *d)
{
    const flx_case *c = d->c;
    d->loop = FLX_NEW_ARRAY(ctx, flx_chain, c->n_loop);
    if (!d->loop)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < c->n_loop; k++) {
        flx_status status = place_loop(ctx, d, &c->loops[k], &d->loop[k]);
        if (status < 0)
            return flx_device_blame(ctx, c, c->loops[k].line,
                                    flx_fail_in(ctx, status, "loop '%s'", c->loops[k].name));
    }
    return FLX_OK;
}

flx_status flx_device_check_vortices(flx_ctx *ctx, const flx_device *d, const flx_case *c)
{
    int32_t film;
    for (int32_t k = 0; k < c->start.n_vortex; k++)
        FLX_TRY(flx_device_film_of_vortex(ctx, d, c, &c->start.vortex[k], &film));
    return FLX_OK;
}

flx_status flx_device_place(flx_ctx *ctx, flx_device *d)
{
    FLX_TRY(place_terminals(ctx, d));
    FLX_TRY(place_probes(ctx, d));
    FLX_TRY(place_loops(ctx, d));
    return flx_device_check_vortices(ctx, d, d->c);
}
