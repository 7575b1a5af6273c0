// mesh/msh_read.c -- triangles of a Gmsh file, MSH 2.2 and 4.1, ASCII.
//
// The format is that of the Gmsh reference manual. A file may be damaged anywhere: every count is
// checked against the bytes that are left, every error says file and line.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mesh/mesh.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIANGLE = 2 }; // element type

typedef struct reader {
    flx_ctx *ctx;
    const char *path;
    char *text, *end, *at;
    int32_t line;
    bool version4;
    int32_t n_node;
    uint64_t *tag;    // [n_node]
    double (*xyz)[3]; // [n_node]
    int32_t n_tri, tri_room;
    uint64_t (*tri)[3]; // tags of the corners
    uint64_t *surface;  // [n_tri]
} reader;

static void clear(reader *r)
{
    flx_free(r->text);
    flx_free(r->tag);
    flx_free(r->xyz);
    flx_free(r->tri);
    flx_free(r->surface);
}

static flx_status bad(reader *r, const char *what)
{
    return flx_fail(r->ctx, FLX_ERR_FILE, "%s:%d: %s", r->path, r->line, what);
}

static flx_status slurp(reader *r)
{
    FILE *file = fopen(r->path, "rb");
    if (!file)
        return flx_fail(r->ctx, FLX_ERR_FILE, "cannot open %s: %s", r->path, strerror(errno));
    flx_status status = FLX_OK;
    size_t n = 0, room = 1 << 16;
    r->text = FLX_NEW_ARRAY(r->ctx, char, room + 1);
    while (r->text) {
        n += fread(r->text + n, 1, room - n, file);
        if (n < room)
            break;
        char *grown = flx_realloc(r->ctx, r->text, n, 2 * room + 1, 1);
        if (!grown) {
            status = FLX_ERR_MEMORY;
            break;
        }
        r->text = grown;
        room *= 2;
    }
    if (!r->text)
        status = FLX_ERR_MEMORY;
    if (status == FLX_OK && ferror(file))
        status = flx_fail(r->ctx, FLX_ERR_FILE, "cannot read %s: %s", r->path, strerror(errno));
    fclose(file);
    if (status == FLX_OK) {
        r->text[n] = '\0';
        r->at = r->text;
        r->end = r->text + n;
        r->line = 1;
    }
    return status;
}

static void skip_space(reader *r)
{
    for (; r->at < r->end && strchr(" \t\r\n\f\v", *r->at) && *r->at; r->at++)
        r->line += *r->at == '\n';
}

// To the beginning of the next line.
static void skip_line(reader *r)
{
    while (r->at < r->end && *r->at != '\n')
        r->at++;
    if (r->at < r->end) {
        r->at++;
        r->line++;
    }
}

static flx_status read_double(reader *r, double *value)
{
    skip_space(r);
    char *stop = r->at;
    if (r->at < r->end)
        *value = strtod(r->at, &stop);
    if (stop == r->at)
        return bad(r, "a number is expected");
    r->at = stop;
    return isfinite(*value) ? FLX_OK : bad(r, "a number is not finite");
}

static flx_status read_count(reader *r, uint64_t *value)
{
    skip_space(r);
    char *stop = r->at;
    if (r->at < r->end && *r->at >= '0' && *r->at <= '9') {
        errno = 0;
        *value = strtoull(r->at, &stop, 10);
        if (errno || *value > UINT64_MAX / 4)
            return bad(r, "a whole number is too large");
    }
    if (stop == r->at)
        return bad(r, "a whole number >= 0 is expected");
    r->at = stop;
    return FLX_OK;
}

// A number of things that each take at least two bytes of what is left.
static flx_status read_number_of(reader *r, uint64_t *value)
{
    FLX_TRY(read_count(r, value));
    if (*value > (uint64_t)(r->end - r->at) / 2 + 1 || *value > INT32_MAX / 8)
        return bad(r, "a count is larger than the rest of the file");
    return FLX_OK;
}

static flx_status skip_counts(reader *r, int n)
{
    uint64_t ignored;
    while (n-- > 0)
        FLX_TRY(read_count(r, &ignored));
    return FLX_OK;
}

static flx_status read_format(reader *r)
{
    double version;
    uint64_t binary, size;
    FLX_TRY(read_double(r, &version));
    FLX_TRY(read_count(r, &binary));
    FLX_TRY(read_count(r, &size));
    if (binary != 0)
        return bad(r, "the file is binary; save it as ASCII (Mesh.Binary = 0)");
    r->version4 = version == 4.1;
    if (!r->version4 && !(version >= 2 && version < 3))
        return bad(r, "this version of MSH is not known; save it as 4.1 or 2.2");
    return FLX_OK;
}

static flx_status reserve_nodes(reader *r, uint64_t n)
{
    if (r->tag)
        return bad(r, "nodes are given twice");
    r->tag = FLX_NEW_ARRAY(r->ctx, uint64_t, n);
    r->xyz = flx_alloc(r->ctx, (size_t)n, sizeof *r->xyz);
    return r->tag && r->xyz ? FLX_OK : FLX_ERR_MEMORY;
}

static flx_status read_xyz(reader *r, double xyz[3])
{
    for (int c = 0; c < 3; c++)
        FLX_TRY(read_double(r, &xyz[c]));
    return FLX_OK;
}

static flx_status read_nodes2(reader *r)
{
    uint64_t n;
    FLX_TRY(read_number_of(r, &n));
    FLX_TRY(reserve_nodes(r, n));
    for (; (uint64_t)r->n_node < n; r->n_node++) {
        FLX_TRY(read_count(r, &r->tag[r->n_node]));
        FLX_TRY(read_xyz(r, r->xyz[r->n_node]));
    }
    return FLX_OK;
}

static flx_status read_nodes4(reader *r)
{
    uint64_t n_block, n;
    FLX_TRY(read_number_of(r, &n_block));
    FLX_TRY(read_number_of(r, &n));
    FLX_TRY(skip_counts(r, 2));
    FLX_TRY(reserve_nodes(r, n));
    for (uint64_t b = 0; b < n_block; b++) {
        uint64_t dimension, entity, parametric, count;
        FLX_TRY(read_count(r, &dimension));
        FLX_TRY(read_count(r, &entity));
        FLX_TRY(read_count(r, &parametric));
        FLX_TRY(read_number_of(r, &count));
        if (count > n - (uint64_t)r->n_node)
            return bad(r, "a block has more nodes than the file announced");
        for (uint64_t k = 0; k < count; k++)
            FLX_TRY(read_count(r, &r->tag[(uint64_t)r->n_node + k]));
        for (uint64_t k = 0; k < count; k++) {
            FLX_TRY(read_xyz(r, r->xyz[r->n_node++]));
            if (parametric)
                skip_line(r);
        }
    }
    return (uint64_t)r->n_node == n ? FLX_OK : bad(r, "there are fewer nodes than announced");
}

static flx_status add_triangle(reader *r, uint64_t surface)
{
    if (r->n_tri == r->tri_room) {
        size_t n = (size_t)r->n_tri, room = 2 * n + 1024;
        void *tri = flx_realloc(r->ctx, r->tri, n, room, sizeof *r->tri);
        r->tri = tri ? tri : r->tri;
        void *of = tri ? flx_realloc(r->ctx, r->surface, n, room, sizeof *r->surface) : NULL;
        r->surface = of ? of : r->surface;
        if (!of)
            return FLX_ERR_MEMORY;
        r->tri_room = (int32_t)room;
    }
    for (int c = 0; c < 3; c++)
        FLX_TRY(read_count(r, &r->tri[r->n_tri][c]));
    r->surface[r->n_tri++] = surface;
    return FLX_OK;
}

static flx_status read_elements2(reader *r)
{
    uint64_t n, tag, type, n_mark, mark, surface;
    FLX_TRY(read_number_of(r, &n));
    for (uint64_t k = 0; k < n; k++) {
        FLX_TRY(read_count(r, &tag));
        FLX_TRY(read_count(r, &type));
        FLX_TRY(read_number_of(r, &n_mark));
        surface = 0;
        for (uint64_t m = 0; m < n_mark; m++) {
            FLX_TRY(read_count(r, &mark));
            surface = m == 1 ? mark : surface; // the second is the elementary entity
        }
        if (type == TRIANGLE)
            FLX_TRY(add_triangle(r, surface));
        else
            skip_line(r);
    }
    return FLX_OK;
}

static flx_status read_elements4(reader *r)
{
    uint64_t n_block;
    FLX_TRY(read_number_of(r, &n_block));
    FLX_TRY(skip_counts(r, 3));
    for (uint64_t b = 0; b < n_block; b++) {
        uint64_t dimension, surface, type, count;
        FLX_TRY(read_count(r, &dimension));
        FLX_TRY(read_count(r, &surface));
        FLX_TRY(read_count(r, &type));
        FLX_TRY(read_number_of(r, &count));
        if (type != TRIANGLE)
            skip_line(r);
        for (uint64_t k = 0; k < count; k++) {
            if (type == TRIANGLE) {
                FLX_TRY(skip_counts(r, 1));
                FLX_TRY(add_triangle(r, surface));
            } else {
                skip_line(r);
            }
        }
    }
    return FLX_OK;
}

// Is the next word this one? Then it is passed.
static bool take_word(reader *r, const char *word)
{
    size_t n = strlen(word);
    skip_space(r);
    if ((size_t)(r->end - r->at) < n || strncmp(r->at, word, n) != 0)
        return false;
    char after = r->at[n];
    if (after != '\0' && after != ' ' && after != '\r' && after != '\n' && after != '\t')
        return false;
    r->at += n;
    return true;
}

static flx_status read_section(reader *r)
{
    static const char *const NAMES[] = {"$MeshFormat", "$Nodes", "$Elements"};
    static const char *const ENDS[] = {"$EndMeshFormat", "$EndNodes", "$EndElements"};
    for (int k = 0; k < 3; k++) {
        if (!take_word(r, NAMES[k]))
            continue;
        if (k == 0)
            FLX_TRY(read_format(r));
        else if (k == 1)
            FLX_TRY(r->version4 ? read_nodes4(r) : read_nodes2(r));
        else
            FLX_TRY(r->version4 ? read_elements4(r) : read_elements2(r));
        return take_word(r, ENDS[k]) ? FLX_OK : bad(r, "the end of the section is expected");
    }
    // Another section: passed up to the next line that begins with $End.
    if (*r->at != '$')
        return bad(r, "a section ($...) is expected");
    int32_t begin = r->line;
    while (r->at < r->end && strncmp(r->at, "$End", 4) != 0)
        skip_line(r);
    if (r->at == r->end) {
        r->line = begin;
        return bad(r, "the section has no end");
    }
    skip_line(r);
    return FLX_OK;
}

static flx_status read_all(reader *r)
{
    FLX_TRY(slurp(r));
    skip_space(r);
    if (r->end - r->at < 11 || strncmp(r->at, "$MeshFormat", 11) != 0)
        return bad(r, "this is not a Gmsh file: it does not begin with $MeshFormat");
    for (skip_space(r); r->at < r->end; skip_space(r))
        FLX_TRY(read_section(r));
    if (r->n_tri == 0)
        return bad(r, "the file has no triangles");
    return FLX_OK;
}

// Place of a tag in the sorted order, -1 if there is none.
static int32_t find(const reader *r, const int32_t *order, uint64_t tag)
{
    int32_t low = 0, high = r->n_node;
    while (low < high) {
        int32_t mid = low + (high - low) / 2;
        if (r->tag[order[mid]] < tag)
            low = mid + 1;
        else
            high = mid;
    }
    return low < r->n_node && r->tag[order[low]] == tag ? low : -1;
}

// Dense numbers for the surfaces, in ascending order of their tags.
static flx_status number_surfaces(reader *r, int32_t *film)
{
    int32_t *order = FLX_NEW_ARRAY(r->ctx, int32_t, r->n_tri);
    if (!order)
        return FLX_ERR_MEMORY;
    flx_status status = flx_sort_by_key(r->ctx, r->surface, r->n_tri, order);
    for (int32_t k = 0, f = 0; k < r->n_tri && status == FLX_OK; k++) {
        f += k > 0 && r->surface[order[k]] != r->surface[order[k - 1]];
        film[order[k]] = f;
    }
    flx_free(order);
    return status;
}

typedef struct work {
    int32_t *order, *index, *tri, *film;
    double *x, *y;
} work;

static flx_status convert(reader *r, const flx_msh_opts *opts, work *w, flx_mesh **out)
{
    double scale = opts && opts->scale != 0 ? opts->scale : 1;
    FLX_TRY(flx_sort_by_key(r->ctx, r->tag, r->n_node, w->order));
    for (int32_t k = 0; k + 1 < r->n_node; k++)
        if (r->tag[w->order[k]] == r->tag[w->order[k + 1]])
            return flx_fail(r->ctx, FLX_ERR_FILE, "%s: node %llu is given twice", r->path,
                            (unsigned long long)r->tag[w->order[k]]);
    for (int32_t k = 0; k < 3 * r->n_tri; k++) {
        uint64_t tag = r->tri[k / 3][k % 3];
        w->tri[k] = find(r, w->order, tag);
        if (w->tri[k] < 0)
            return flx_fail(r->ctx, FLX_ERR_FILE,
                            "%s: triangle %d names node %llu, which is not "
                            "in the file",
                            r->path, k / 3, (unsigned long long)tag);
        w->index[w->tri[k]] = 1;
    }
    // Only nodes of triangles become sites, in the order of their tags.
    int32_t n = 0;
    for (int32_t k = 0; k < r->n_node; k++) {
        if (!w->index[k])
            continue;
        w->x[n] = scale * r->xyz[w->order[k]][0];
        w->y[n] = scale * r->xyz[w->order[k]][1];
        w->index[k] = n++;
    }
    for (int32_t t = 0; t < r->n_tri; t++) {
        double z[3];
        for (int c = 0; c < 3; c++) {
            z[c] = scale * r->xyz[w->order[w->tri[3 * t + c]]][2];
            w->tri[3 * t + c] = w->index[w->tri[3 * t + c]];
        }
        const int32_t *v = &w->tri[3 * t];
        double size = hypot(w->x[v[1]] - w->x[v[0]], w->y[v[1]] - w->y[v[0]]);
        if (fabs(z[1] - z[0]) > 1e-6 * size || fabs(z[2] - z[0]) > 1e-6 * size)
            return flx_fail(r->ctx, FLX_ERR_FILE,
                            "%s: the triangle at (%.9g, %.9g) is not parallel to the plane z = 0; "
                            "films are flat",
                            r->path, w->x[v[0]], w->y[v[0]]);
    }
    bool by_surface = opts && opts->film_by_surface;
    if (by_surface)
        FLX_TRY(number_surfaces(r, w->film));
    flx_status status =
        flx_mesh_create(r->ctx,
                        &(flx_mesh_input){.n_site = n,
                                          .n_tri = r->n_tri,
                                          .x = w->x,
                                          .y = w->y,
                                          .tri = w->tri,
                                          .film = by_surface ? w->film : NULL,
                                          .unsigned_duals = opts && opts->unsigned_duals,
                                          .keep_order = opts && opts->keep_order},
                        out);
    if (status < 0 && status != FLX_ERR_MEMORY)
        flx_fail_in(r->ctx, status, "%s", r->path);
    return status;
}

flx_status flx_mesh_read_msh(flx_ctx *ctx, const char *path, const flx_msh_opts *opts,
                             flx_mesh **out)
{
    *out = NULL;
    reader r = {.ctx = ctx, .path = path};
    work w = {0};
    flx_status status = read_all(&r);
    if (status == FLX_OK) {
        w.order = FLX_NEW_ARRAY(ctx, int32_t, r.n_node);
        w.index = FLX_NEW_ARRAY(ctx, int32_t, r.n_node);
        w.x = FLX_NEW_ARRAY(ctx, double, r.n_node);
        w.y = FLX_NEW_ARRAY(ctx, double, r.n_node);
        w.tri = FLX_NEW_ARRAY(ctx, int32_t, 3 * (size_t)r.n_tri);
        w.film = FLX_NEW_ARRAY(ctx, int32_t, r.n_tri);
        status = w.order && w.index && w.x && w.y && w.tri && w.film ? convert(&r, opts, &w, out)
                                                                     : FLX_ERR_MEMORY;
    }
    flx_free(w.order);
    flx_free(w.index);
    flx_free(w.x);
    flx_free(w.y);
    flx_free(w.tri);
    flx_free(w.film);
    clear(&r);
    return status;
}
