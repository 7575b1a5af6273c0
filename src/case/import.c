// case/import.c -- a mesh from a file for the films of a case.
//
// The parts of the mesh are the films whose shapes hold them, and its inner rims are the holes they
// surround; both are renumbered as in the case. Lengths of a .msh file are in units.length, those
// of an HDF5 file in xi.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/device.h"

#include <math.h>
#include <string.h>

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static flx_status read_mesh(flx_ctx *ctx, const flx_case *c, flx_mesh **out)
{
    char *path = flx_case_path(ctx, c, c->mesh.import);
    if (!path)
        return FLX_ERR_MEMORY;
    flx_status status;
    if (!ends_with(path, ".msh"))
        status = flx_mesh_read_hdf5(ctx, path, c->mesh.unsigned_duals, out);
    else if (!(c->length > 0))
        status = flx_fail(ctx, FLX_ERR_INPUT,
                          "units.length is missing: the lengths in %s are counted in it", path);
    else
        status = flx_mesh_read_msh(ctx, path,
                                   &(flx_msh_opts){.scale = c->length / c->scales.xi,
                                                   .unsigned_duals = c->mesh.unsigned_duals},
                                   out);
    flx_free(path);
    if (status < 0)
        flx_device_blame(ctx, c, c->mesh.line, flx_fail_in(ctx, status, "mesh.import"));
    return status;
}

// film_of [parts of the mesh]: the film that holds each; every film must be there once.
static flx_status match_films(flx_ctx *ctx, const flx_case *c, const flx_film_shapes *shapes,
                              const flx_mesh *mesh, int32_t *film_of)
{
    if (mesh->n_film != c->n_film)
        return flx_device_fail(ctx, c, c->mesh.line,
                               "mesh.import: '%s' holds %d separate films, the case %d",
                               c->mesh.import, mesh->n_film, c->n_film);
    for (int32_t p = 0; p < mesh->n_film; p++)
        film_of[p] = -1;
    // Rims of the two may differ a little: any triangle with its middle in a film will do.
    for (int32_t t = 0; t < mesh->n_tri; t++) {
        const int32_t *v = &mesh->tri[3 * t];
        double x = (mesh->x[v[0]] + mesh->x[v[1]] + mesh->x[v[2]]) / 3;
        double y = (mesh->y[v[0]] + mesh->y[v[1]] + mesh->y[v[2]]) / 3;
        int32_t *film = &film_of[mesh->film[v[0]]];
        for (int32_t f = 0; f < c->n_film && *film < 0; f++)
            if (flx_region_contains(shapes[f].net, x, y))
                *film = f;
    }
    for (int32_t p = 0; p < mesh->n_film; p++)
        for (int32_t q = 0; q <= p; q++)
            if (film_of[p] < 0 || (q < p && film_of[q] == film_of[p]))
                return flx_device_fail(ctx, c, c->mesh.line,
                                       "mesh.import: the parts of '%s' are not the films of the "
                                       "case; do both use the same lengths and origin?",
                                       c->mesh.import);
    return FLX_OK;
}

// Whether a rim goes round a point: the ray to the right crosses it an odd number of times.
static bool surrounds(const flx_mesh *mesh, const flx_mesh_loop *loop, const double point[2])
{
    bool inside = false;
    for (int32_t s = 0; s < loop->n; s++) {
        int32_t i = mesh->loop_site[loop->start + s];
        int32_t j = mesh->loop_site[loop->start + (s + 1) % loop->n];
        if ((mesh->y[i] > point[1]) == (mesh->y[j] > point[1]))
            continue;
        double x = mesh->x[i] +
                   (mesh->x[j] - mesh->x[i]) * (point[1] - mesh->y[i]) / (mesh->y[j] - mesh->y[i]);
        inside ^= x > point[0];
    }
    return inside;
}

static flx_status match_holes(flx_ctx *ctx, const flx_case *c, const flx_film_shapes *shapes,
                              flx_mesh *mesh)
{
    int32_t number = 0;
    for (int32_t l = 0; l < mesh->n_loop; l++)
        mesh->loop[l].hole = -1;
    for (int32_t f = 0; f < c->n_film; f++)
        for (int32_t h = 0; h < c->films[f].n_hole; h++, number++) {
            double point[2];
            bool found = false;
            flx_region_inner_point(shapes[f].hole[h], point);
            for (int32_t l = 0; l < mesh->n_loop && !found; l++) {
                flx_mesh_loop *loop = &mesh->loop[l];
                found = !loop->outer && loop->film == f && surrounds(mesh, loop, point);
                if (found)
                    loop->hole = number;
            }
            if (!found)
                return flx_device_fail(ctx, c, c->films[f].holes[h].line,
                                       "hole '%s' is not in the imported mesh '%s', which has no "
                                       "inner rim round (%g, %g) xi",
                                       c->films[f].holes[h].name, c->mesh.import, point[0],
                                       point[1]);
        }
    return FLX_OK;
}

flx_status flx_device_import(flx_ctx *ctx, const flx_case *c, const flx_film_shapes *shapes,
                             flx_mesh **out)
{
    flx_mesh *mesh = NULL;
    FLX_TRY(read_mesh(ctx, c, &mesh));
    int32_t *film_of = FLX_NEW_ARRAY(ctx, int32_t, mesh->n_film);
    flx_status status = film_of ? match_films(ctx, c, shapes, mesh, film_of) : FLX_ERR_MEMORY;
    if (status == FLX_OK) {
        for (int32_t i = 0; i < mesh->n_site; i++)
            mesh->film[i] = film_of[mesh->film[i]];
        for (int32_t l = 0; l < mesh->n_loop; l++)
            mesh->loop[l].film = film_of[mesh->loop[l].film];
        status = match_holes(ctx, c, shapes, mesh);
    }
    flx_free(film_of);
    if (status < 0) {
        flx_mesh_free(mesh);
        return status;
    }
    *out = mesh;
    return FLX_OK;
}
