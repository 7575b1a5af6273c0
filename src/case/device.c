// case/device.c -- from the films of a case to their mesh.
//
// What the eye sees at once must be said in the words of the case: a hole outside its film, films
// that overlap, a film in several pieces. So shapes are compared here, with the line of the case,
// before the mesh is made.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/device.h"
#include "case/engine.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

char *flx_case_path(flx_ctx *ctx, const flx_case *c, const char *path)
{
    const char *slash = strrchr(c->name, '/');
    if (path[0] == '/' || !slash)
        return flx_strdup(ctx, path);
    return flx_format(ctx, "%.*s/%s", (int)(slash - c->name), c->name, path);
}

// -- shapes ---------------------------------------------------------------------------------------

static void clear_shapes(const flx_case *c, flx_film_shapes *shapes)
{
    for (int32_t f = 0; shapes && f < c->n_film; f++) {
        for (int32_t h = 0; shapes[f].hole && h < c->films[f].n_hole; h++)
            flx_region_free(shapes[f].hole[h]);
        flx_free(shapes[f].hole);
        flx_region_free(shapes[f].net);
        flx_region_free(shapes[f].shape);
    }
    flx_free(shapes);
}

static flx_status make_region(flx_ctx *ctx, const flx_case *c, const flx_case_shape *shape,
                              const char *what, flx_region **out)
{
    flx_status status = flx_region_create(ctx, shape->item, shape->n_item, c->mesh.arc_edge, out);
    if (status >= 0)
        return status;
    return flx_device_blame(ctx, c, shape->line, flx_fail_in(ctx, status, "%s", what));
}

// A hole must lie in the film and apart from the holes before it.
static flx_status check_hole(flx_ctx *ctx, const flx_case *c, const flx_case_film *film,
                             const flx_film_shapes *s, int32_t h)
{
    const flx_case_hole *hole = &film->holes[h];
    flx_relation r;
    FLX_TRY(flx_region_relate(ctx, s->hole[h], s->shape, &r));
    if (!r.within && r.overlap) {
        flx_relation whole;
        FLX_TRY(flx_region_relate(ctx, s->shape, s->hole[h], &whole));
        if (whole.within)
            return flx_device_fail(ctx, c, hole->line,
                                   "hole '%s' takes all of film '%s' away; a hole lies inside its "
                                   "film",
                                   hole->name, film->name);
        return flx_device_fail(ctx, c, hole->line,
                               "hole '%s' reaches the rim of film '%s' near (%g, %g) xi; a hole "
                               "lies inside its film, to open the rim cut the shape of the film",
                               hole->name, film->name, r.at[0], r.at[1]);
    }
    if (!r.within)
        return flx_device_fail(ctx, c, hole->line,
                               "hole '%s' lies outside film '%s', %g xi from it; a hole lies "
                               "inside its film",
                               hole->name, film->name, r.distance);
    for (int32_t k = 0; k < h; k++) {
        FLX_TRY(flx_region_relate(ctx, s->hole[h], s->hole[k], &r));
        if (r.overlap || r.touch)
            return flx_device_fail(ctx, c, hole->line,
                                   "holes '%s' and '%s' of film '%s' meet near (%g, %g) xi; make "
                                   "one hole of them or move them apart",
                                   film->holes[k].name, hole->name, film->name, r.at[0], r.at[1]);
    }
    return FLX_OK;
}

static flx_status make_film(flx_ctx *ctx, const flx_case *c, int32_t f, flx_film_shapes *s)
{
    const flx_case_film *film = &c->films[f];
    char what[160];
    s->hole = FLX_NEW_ARRAY(ctx, flx_region *, film->n_hole);
    if (!s->hole)
        return FLX_ERR_MEMORY;
    snprintf(what, sizeof what, "film '%s'", film->name);
    FLX_TRY(make_region(ctx, c, &film->shape, what, &s->shape));
    FLX_TRY(make_region(ctx, c, &film->shape, what, &s->net));
    for (int32_t h = 0; h < film->n_hole; h++) {
        snprintf(what, sizeof what, "hole '%s'", film->holes[h].name);
        FLX_TRY(make_region(ctx, c, &film->holes[h].shape, what, &s->hole[h]));
        FLX_TRY(check_hole(ctx, c, film, s, h));
        flx_region *net = NULL;
        flx_status status = flx_region_combine(ctx, s->net, FLX_SHAPE_CUT, s->hole[h], &net);
        if (status < 0)
            return flx_device_blame(ctx, c, film->holes[h].line,
                                    flx_fail_in(ctx, status, "%s", what));
        flx_region_free(s->net);
        s->net = net;
    }
    return FLX_OK;
}

static double height(const flx_case *c, int32_t f)
{
    return c->layers[c->films[f].layer].material.z / c->scales.xi;
}

// Films in one plane must be apart.
static flx_status check_films(flx_ctx *ctx, const flx_case *c, const flx_film_shapes *shapes)
{
    for (int32_t f = 0; f < c->n_film; f++)
        for (int32_t g = 0; g < f; g++) {
            flx_relation r;
            if (height(c, f) != height(c, g))
                continue;
            FLX_TRY(flx_region_relate(ctx, shapes[f].net, shapes[g].net, &r));
            if (r.overlap || r.touch)
                return flx_device_fail(
                    ctx, c, c->films[f].line,
                    "films '%s' and '%s' %s near (%g, %g) xi at the same height; make one film of "
                    "them, move them apart, or give their layers different z",
                    c->films[g].name, c->films[f].name, r.overlap ? "overlap" : "touch", r.at[0],
                    r.at[1]);
        }
    return FLX_OK;
}

static flx_status make_shapes(flx_ctx *ctx, const flx_case *c, flx_film_shapes **out)
{
    flx_film_shapes *shapes = FLX_NEW_ARRAY(ctx, flx_film_shapes, c->n_film);
    flx_status status = shapes ? FLX_OK : FLX_ERR_MEMORY;
    for (int32_t f = 0; f < c->n_film && status == FLX_OK; f++)
        status = make_film(ctx, c, f, &shapes[f]);
    if (status == FLX_OK)
        status = check_films(ctx, c, shapes);
    if (status < 0) {
        clear_shapes(c, shapes);
        return status;
    }
    *out = shapes;
    return FLX_OK;
}

// -- mesh -----------------------------------------------------------------------------------------

typedef struct mesh_input {
    flx_mesh_film *film;      // [n_film]
    const char ***hole_names; // [n_film][n_hole]
} mesh_input;

static void clear_input(const flx_case *c, mesh_input *in)
{
    for (int32_t f = 0; in->hole_names && f < c->n_film; f++)
        flx_free(in->hole_names[f]);
    flx_free(in->hole_names);
    flx_free(in->film);
}

static flx_status fill_input(flx_ctx *ctx, const flx_case *c, const flx_film_shapes *shapes,
                             mesh_input *in)
{
    in->film = FLX_NEW_ARRAY(ctx, flx_mesh_film, c->n_film);
    in->hole_names = FLX_NEW_ARRAY(ctx, const char **, c->n_film);
    if (!in->film || !in->hole_names)
        return FLX_ERR_MEMORY;
    for (int32_t f = 0; f < c->n_film; f++) {
        const flx_case_film *film = &c->films[f];
        in->hole_names[f] = FLX_NEW_ARRAY(ctx, const char *, film->n_hole);
        if (!in->hole_names[f])
            return FLX_ERR_MEMORY;
        for (int32_t h = 0; h < film->n_hole; h++)
            in->hole_names[f][h] = film->holes[h].name;
        in->film[f] = (flx_mesh_film){.shape = shapes[f].shape,
                                      .holes = (const flx_region *const *)shapes[f].hole,
                                      .n_hole = film->n_hole,
                                      .z = height(c, f),
                                      .name = film->name,
                                      .hole_names = in->hole_names[f]};
    }
    return FLX_OK;
}

// Holes are counted over all films from here on.
static void number_holes(const flx_case *c, flx_mesh *mesh)
{
    for (int32_t l = 0; l < mesh->n_loop; l++)
        for (int32_t f = 0; mesh->loop[l].hole >= 0 && f < mesh->loop[l].film; f++)
            mesh->loop[l].hole += c->films[f].n_hole;
}

static flx_status make_mesh(flx_ctx *ctx, const flx_case *c, const flx_film_shapes *shapes,
                            flx_mesh **out)
{
    mesh_input in = {0};
    flx_status status = fill_input(ctx, c, shapes, &in);
    if (status == FLX_OK) {
        flx_mesh_spec spec = {.films = in.film,
                              .n_film = c->n_film,
                              .refine = c->mesh.refine,
                              .n_refine = c->mesh.n_refine,
                              .rim_rows = c->mesh.rim_rows,
                              .rim_ratio = c->mesh.rim_ratio,
                              .hole_edge = c->mesh.hole_edge};
        status = flx_mesh_make(ctx, &spec, &c->mesh.opts, out);
        if (status < 0 && status != FLX_ERR_MEMORY)
            status = flx_device_blame(ctx, c, c->mesh.line, flx_fail_in(ctx, status, "mesh"));
    }
    clear_input(c, &in);
    if (status == FLX_OK)
        number_holes(c, *out);
    return status;
}

// Every film must be in one piece: the potential of a piece by itself would float.
static flx_status check_pieces(flx_ctx *ctx, const flx_case *c, const flx_mesh *mesh)
{
    int32_t *todo = FLX_NEW_ARRAY(ctx, int32_t, mesh->n_site);
    bool *seen = FLX_NEW_ARRAY(ctx, bool, mesh->n_site);
    bool *begun = FLX_NEW_ARRAY(ctx, bool, mesh->n_film);
    flx_status status = todo && seen && begun ? FLX_OK : FLX_ERR_MEMORY;
    for (int32_t s = 0; status == FLX_OK && s < mesh->n_site; s++) {
        if (seen[s])
            continue;
        const flx_case_film *film = &c->films[mesh->film[s]];
        if (begun[mesh->film[s]]) {
            status = flx_device_fail(ctx, c, film->line,
                                     "film '%s' is in pieces, one of them at (%g, %g) xi; make "
                                     "each piece a film of its own",
                                     film->name, mesh->x[s], mesh->y[s]);
            break;
        }
        begun[mesh->film[s]] = true;
        int32_t n = 0;
        todo[n++] = s;
        seen[s] = true;
        while (n > 0) {
            int32_t i = todo[--n];
            for (int32_t k = mesh->row[i]; k < mesh->row[i + 1]; k++)
                if (!seen[mesh->neighbour[k]]) {
                    seen[mesh->neighbour[k]] = true;
                    todo[n++] = mesh->neighbour[k];
                }
        }
    }
    flx_free(todo);
    flx_free(seen);
    flx_free(begun);
    return status;
}

// -- device ---------------------------------------------------------------------------------------

// Names and rims of the holes, heights of the films.
static flx_status list_holes(flx_ctx *ctx, flx_device *d)
{
    const flx_case *c = d->c;
    d->first_hole = FLX_NEW_ARRAY(ctx, int32_t, c->n_film);
    d->z = FLX_NEW_ARRAY(ctx, double, c->n_film);
    if (!d->first_hole || !d->z)
        return FLX_ERR_MEMORY;
    for (int32_t f = 0; f < c->n_film; f++) {
        d->first_hole[f] = d->n_hole;
        d->n_hole += c->films[f].n_hole;
        d->z[f] = height(c, f);
    }
    d->hole_name = FLX_NEW_ARRAY(ctx, const char *, d->n_hole);
    d->hole_loop = FLX_NEW_ARRAY(ctx, int32_t, d->n_hole);
    if (!d->hole_name || !d->hole_loop)
        return FLX_ERR_MEMORY;
    for (int32_t f = 0; f < c->n_film; f++)
        for (int32_t h = 0; h < c->films[f].n_hole; h++)
            d->hole_name[d->first_hole[f] + h] = c->films[f].holes[h].name;
    for (int32_t h = 0; h < d->n_hole; h++)
        d->hole_loop[h] = -1;
    for (int32_t l = 0; l < d->mesh->n_loop; l++) {
        int32_t h = d->mesh->loop[l].hole;
        if (h >= 0 && h < d->n_hole && d->hole_loop[h] < 0)
            d->hole_loop[h] = l;
    }
    for (int32_t h = 0; h < d->n_hole; h++)
        if (d->hole_loop[h] < 0)
            return flx_fail(ctx, FLX_ERR_GEOMETRY, "hole '%s' has no rim in the mesh",
                            d->hole_name[h]);
    return FLX_OK;
}

flx_status flx_device_create_on(flx_ctx *ctx, const flx_case *c, flx_mesh *mesh, flx_device **out)
{
    *out = NULL;
    flx_device *d = FLX_NEW(ctx, flx_device);
    if (!d) {
        flx_mesh_free(mesh);
        return FLX_ERR_MEMORY;
    }
    d->c = c;
    d->mesh = mesh;
    d->kept = FLX_NEW(ctx, flx_kept);
    flx_status status = d->kept ? FLX_OK : FLX_ERR_MEMORY;
    if (status == FLX_OK && mesh->n_film != c->n_film)
        status = flx_fail(ctx, FLX_ERR_INPUT, "the mesh has %d films, the case %d", mesh->n_film,
                          c->n_film);
    if (status == FLX_OK)
        status = check_pieces(ctx, c, mesh);
    if (status == FLX_OK)
        status = list_holes(ctx, d);
    if (status == FLX_OK)
        status = flx_locator_create(ctx, mesh, &d->locator);
    if (status == FLX_OK)
        status = flx_device_place(ctx, d);
    if (status < 0) {
        flx_device_free(d);
        return status;
    }
    *out = d;
    return FLX_OK;
}

flx_status flx_device_create(flx_ctx *ctx, const flx_case *c, flx_device **out)
{
    *out = NULL;
    flx_film_shapes *shapes = NULL;
    flx_mesh *mesh = NULL;
    FLX_TRY(make_shapes(ctx, c, &shapes));
    flx_status status = c->mesh.import ? flx_device_import(ctx, c, shapes, &mesh)
                                       : make_mesh(ctx, c, shapes, &mesh);
    clear_shapes(c, shapes);
    if (status < 0)
        return status;
    double longest = flx_mesh_quality_of(mesh).max_edge;
    bool uneven = !flx_engine_named(c->engine)->lambda_alone && !c->run.opts.frozen_amplitude;
    if (longest > 1 && uneven)
        flx_log(ctx, FLX_LOG_WARNING,
                "%s: edges of the mesh reach %.3g xi, but psi changes within 1 xi; set "
                "mesh.max_edge to 0.5 xi or less",
                c->name, longest);
    return flx_device_create_on(ctx, c, mesh, out);
}

void flx_device_free(flx_device *d)
{
    if (!d)
        return;
    for (int32_t k = 0; d->terminals && k < d->c->n_terminal; k++) {
        flx_free((void *)(uintptr_t)d->terminals[k].site);
        flx_free((void *)(uintptr_t)d->terminals[k].length);
    }
    for (int32_t k = 0; d->loop && k < d->c->n_loop; k++)
        flx_mesh_sites_free(d->loop[k].site);
    flx_free(d->terminals);
    flx_free(d->loop);
    flx_free(d->probe);
    flx_free(d->hole_name);
    flx_free(d->hole_loop);
    flx_free(d->first_hole);
    flx_free(d->z);
    flx_locator_free(d->locator);
    if (d->kept && d->kept->free)
        d->kept->free(d->kept->what);
    flx_free(d->kept);
    flx_mesh_free(d->mesh);
    flx_free(d);
}

const flx_mesh *flx_device_mesh(const flx_device *device)
{
    return device->mesh;
}

const char *flx_device_hole_name(const flx_device *device, int32_t hole)
{
    return hole >= 0 && hole < device->n_hole ? device->hole_name[hole] : NULL;
}

flx_status flx_device_write_msh(flx_ctx *ctx, const flx_device *device, const char *path)
{
    const flx_case *c = device->c;
    double unit = c->length > 0 ? c->length : 1;
    return flx_mesh_write_msh(ctx, device->mesh, path, c->scales.xi / unit);
}
