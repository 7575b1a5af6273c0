// mesh/msh_write.c -- a mesh as a Gmsh file, MSH 4.1 ASCII.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mesh/mesh.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

// Numbers of sites and triangles of a film.
typedef struct share {
    int32_t n_site, n_tri;
    double box[4];
} share;

static void count(const flx_mesh *mesh, share *shares)
{
    for (int32_t f = 0; f < mesh->n_film; f++)
        shares[f] = (share){0, 0, {INFINITY, INFINITY, -INFINITY, -INFINITY}};
    for (int32_t i = 0; i < mesh->n_site; i++) {
        share *s = &shares[mesh->film[i]];
        s->n_site++;
        s->box[0] = fmin(s->box[0], mesh->x[i]);
        s->box[1] = fmin(s->box[1], mesh->y[i]);
        s->box[2] = fmax(s->box[2], mesh->x[i]);
        s->box[3] = fmax(s->box[3], mesh->y[i]);
    }
    for (int32_t t = 0; t < mesh->n_tri; t++)
        shares[mesh->film[mesh->tri[3 * (size_t)t]]].n_tri++;
}

static void write_entities(FILE *file, const share *shares, int32_t n, double scale)
{
    fprintf(file, "$MeshFormat\n4.1 0 8\n$EndMeshFormat\n$Entities\n0 0 %d 0\n", n);
    for (int32_t f = 0; f < n; f++) {
        const double *b = shares[f].box;
        fprintf(file, "%d %.17g %.17g 0 %.17g %.17g 0 0 0\n", f + 1, scale * b[0], scale * b[1],
                scale * b[2], scale * b[3]);
    }
    fprintf(file, "$EndEntities\n");
}

static void write_nodes(FILE *file, const flx_mesh *mesh, const share *shares, double scale)
{
    fprintf(file, "$Nodes\n%d %d 1 %d\n", mesh->n_film, mesh->n_site, mesh->n_site);
    for (int32_t f = 0; f < mesh->n_film; f++) {
        fprintf(file, "2 %d 0 %d\n", f + 1, shares[f].n_site);
        for (int32_t i = 0; i < mesh->n_site; i++)
            if (mesh->film[i] == f)
                fprintf(file, "%d\n", i + 1);
        for (int32_t i = 0; i < mesh->n_site; i++)
            if (mesh->film[i] == f)
                fprintf(file, "%.17g %.17g 0\n", scale * mesh->x[i], scale * mesh->y[i]);
    }
    fprintf(file, "$EndNodes\n");
}

static void write_elements(FILE *file, const flx_mesh *mesh, const share *shares)
{
    fprintf(file, "$Elements\n%d %d 1 %d\n", mesh->n_film, mesh->n_tri, mesh->n_tri);
    for (int32_t f = 0; f < mesh->n_film; f++) {
        fprintf(file, "2 %d 2 %d\n", f + 1, shares[f].n_tri);
        for (int32_t t = 0; t < mesh->n_tri; t++) {
            const int32_t *v = &mesh->tri[3 * (size_t)t];
            if (mesh->film[v[0]] == f)
                fprintf(file, "%d %d %d %d\n", t + 1, v[0] + 1, v[1] + 1, v[2] + 1);
        }
    }
    fprintf(file, "$EndElements\n");
}

flx_status flx_mesh_write_msh(flx_ctx *ctx, const flx_mesh *mesh, const char *path, double scale)
{
    share *shares = FLX_NEW_ARRAY(ctx, share, mesh->n_film);
    if (!shares)
        return FLX_ERR_MEMORY;
    count(mesh, shares);
    FILE *file = fopen(path, "w");
    if (!file) {
        flx_free(shares);
        return flx_fail(ctx, FLX_ERR_FILE, "cannot write %s: %s", path, strerror(errno));
    }
    write_entities(file, shares, mesh->n_film, scale);
    write_nodes(file, mesh, shares, scale);
    write_elements(file, mesh, shares);
    bool failed = ferror(file) != 0;
    failed = fclose(file) != 0 || failed;
    flx_free(shares);
    if (failed)
        return flx_fail(ctx, FLX_ERR_FILE, "cannot write %s: %s", path, strerror(errno));
    return FLX_OK;
}
