// mesh/make.c -- from films to a mesh: checks, sizes, rims, gmsh, repair, numbering.
//
// max_edge is a bound, not a wish. gmsh makes edges of mean length close to what it is asked for
// with a tail to 1.4 of it; asked for TARGET of the bound, smoothed, and with the few edges that
// are still too long split, the mean edge is 0.80 (2000 sites) to 0.87 (100 000 sites) of the
// bound.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mesh/gmsh.h"
#include "mesh/repair.h"
#include "mesh/rows.h"

#include <math.h>
#include <stdio.h>

enum { ROWS_MAX = 24 };
static const double TARGET = 0.88;
static const double CORNER = 20; // [degree] beyond 180 that make a corner re-entrant
static const double PI = 3.14159265358979323846;

static const flx_option ROWS[] = {
    {"max_edge", FLX_OPTION_DOUBLE, offsetof(flx_mesh_opts, max_edge), 0, 1e-300, 1e300, "length",
     NULL, "Longest edge of the mesh."},
    {"grading", FLX_OPTION_DOUBLE, offsetof(flx_mesh_opts, grading), 0.25, 0.02, 1, "1", NULL,
     "Growth of the edge length per length away from a refinement."},
    {"smooth", FLX_OPTION_INT, offsetof(flx_mesh_opts, smooth), 4, 0, 100, "1", NULL,
     "Sweeps over the mesh that even out the edge lengths."},
    {"max_sites", FLX_OPTION_INT, offsetof(flx_mesh_opts, max_sites), 5e6, 3, 1e8, "1", NULL,
     "Meshes with more sites are refused."},
};
static const flx_option_table TABLE = {"mesh", sizeof(flx_mesh_opts), ROWS,
                                       sizeof ROWS / sizeof *ROWS};

const flx_option_table *flx_mesh_option_table(void)
{
    return &TABLE;
}

flx_mesh_opts flx_mesh_opts_default(void)
{
    flx_mesh_opts opts = {0};
    flx_options_default(&TABLE, &opts);
    return opts;
}

// Name of a film or hole for messages.
static const char *name_of(const char *name, const char *kind, int32_t k, char buffer[80])
{
    if (name)
        snprintf(buffer, 80, "%s '%s'", kind, name);
    else
        snprintf(buffer, 80, "%s %d", kind, k);
    return buffer;
}

static const char *hole_name(const flx_mesh_film *film, int32_t k, char buffer[80])
{
    return name_of(film->hole_names ? film->hole_names[k] : NULL, "hole", k, buffer);
}

// Holes inside their film, apart from each other.
static flx_status check_holes(flx_ctx *ctx, const flx_mesh_film *film, int32_t f)
{
    char a[80], b[80];
    flx_relation relation;
    for (int32_t k = 0; k < film->n_hole; k++) {
        FLX_TRY(flx_region_relate(ctx, film->holes[k], film->shape, &relation));
        if (!relation.within)
            return flx_fail(ctx, FLX_ERR_GEOMETRY,
                            "%s of %s %s at (%.9g, %.9g); a hole must lie inside: to open the rim, "
                            "cut the film's shape instead",
                            hole_name(film, k, a), name_of(film->name, "film", f, b),
                            relation.overlap || relation.touch ? "meets the film's rim"
                                                               : "lies outside the film",
                            relation.at[0], relation.at[1]);
        for (int32_t q = 0; q < k; q++) {
            FLX_TRY(flx_region_relate(ctx, film->holes[k], film->holes[q], &relation));
            if (relation.overlap || relation.touch)
                return flx_fail(ctx, FLX_ERR_GEOMETRY,
                                "%s and %s overlap or touch at (%.9g, %.9g); leave film between "
                                "them or describe them as one hole",
                                hole_name(film, q, a), hole_name(film, k, b), relation.at[0],
                                relation.at[1]);
        }
    }
    return FLX_OK;
}

static flx_status check_films(flx_ctx *ctx, const flx_mesh_spec *spec, flx_region **region)
{
    char a[80], b[80];
    for (int32_t f = 0; f < spec->n_film; f++)
        for (int32_t g = 0; g < f; g++) {
            if (spec->films[f].z != spec->films[g].z)
                continue;
            flx_relation relation;
            FLX_TRY(flx_region_relate(ctx, region[f], region[g], &relation));
            if (relation.overlap || relation.touch)
                return flx_fail(ctx, FLX_ERR_GEOMETRY,
                                "%s and %s %s at (%.9g, %.9g) at the same height %g; join their "
                                "shapes into one film, or give them different heights",
                                name_of(spec->films[g].name, "film", g, a),
                                name_of(spec->films[f].name, "film", f, b),
                                relation.overlap ? "overlap" : "touch", relation.at[0],
                                relation.at[1], spec->films[f].z);
        }
    return FLX_OK;
}

// The film proper: its shape without its holes.
static flx_status cut_holes(flx_ctx *ctx, const flx_mesh_film *film, flx_region **out)
{
    FLX_TRY(flx_region_combine(ctx, film->shape, FLX_SHAPE_ADD, film->shape, out));
    for (int32_t k = 0; k < film->n_hole; k++) {
        flx_region *less = NULL;
        flx_status status = flx_region_combine(ctx, *out, FLX_SHAPE_CUT, film->holes[k], &less);
        flx_region_free(*out);
        *out = less;
        FLX_TRY(status);
    }
    return FLX_OK;
}

static flx_status check_refine(flx_ctx *ctx, const flx_mesh_refine *rule, int32_t k)
{
    if (!(rule->max_edge > 0) || !isfinite(rule->max_edge) || !(rule->distance >= 0) ||
        !isfinite(rule->distance) || !isfinite(rule->at[0]) || !isfinite(rule->at[1]))
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "refinement %d has max_edge %g and distance %g; they must be > 0 and >= 0",
                        k, rule->max_edge, rule->distance);
    return FLX_OK;
}

// Sources along a ring, close enough that the distance to the nearest is that to the ring.
static flx_status refine_ring(flx_ctx *ctx, const double *xy, int32_t n,
                              const flx_mesh_refine *rule, flx_size *size)
{
    double step = 0.5 * fmax(rule->max_edge, 0.5 * rule->distance);
    for (int32_t p = 0; p < n; p++) {
        const double *a = &xy[2 * p], *b = &xy[2 * (p + 1 < n ? p + 1 : 0)];
        double parts = ceil(hypot(b[0] - a[0], b[1] - a[1]) / step);
        if (!(size->n + parts < 1e8))
            return flx_fail(ctx, FLX_ERR_GEOMETRY,
                            "a refinement to %g along a rim of length %g is too fine",
                            rule->max_edge, parts * step);
        for (int32_t k = 0; k < (int32_t)parts; k++) {
            double t = k / parts;
            FLX_TRY(
                flx_size_add(ctx, size,
                             (flx_size_source){a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]),
                                               rule->max_edge, rule->distance}));
        }
    }
    return FLX_OK;
}

static flx_status refine_corners(flx_ctx *ctx, const double *xy, int32_t n,
                                 const flx_mesh_refine *rule, flx_size *size)
{
    for (int32_t p = 0; p < n; p++) {
        const double *o = &xy[2 * (p > 0 ? p - 1 : n - 1)], *a = &xy[2 * p];
        const double *b = &xy[2 * (p + 1 < n ? p + 1 : 0)];
        double ux = a[0] - o[0], uy = a[1] - o[1], vx = b[0] - a[0], vy = b[1] - a[1];
        double turn = atan2(ux * vy - uy * vx, ux * vx + uy * vy) * 180 / PI;
        if (turn < -CORNER)
            FLX_TRY(flx_size_add(ctx, size,
                                 (flx_size_source){a[0], a[1], rule->max_edge, rule->distance}));
    }
    return FLX_OK;
}

// Which of a film's holes has a point on its rim, -1 if none.
static int32_t hole_at(const flx_mesh_film *film, const double at[2], double tolerance)
{
    for (int32_t k = 0; k < film->n_hole; k++) {
        flx_rings rings = flx_region_rings(film->holes[k]);
        for (int32_t r = 0; r < rings.n_ring; r++)
            for (int32_t p = rings.start[r]; p < rings.start[r + 1]; p++) {
                const double *a = &rings.xy[2 * p];
                const double *b =
                    &rings.xy[2 * (p + 1 < rings.start[r + 1] ? p + 1 : rings.start[r])];
                double ux = b[0] - a[0], uy = b[1] - a[1];
                double t = ((at[0] - a[0]) * ux + (at[1] - a[1]) * uy) / (ux * ux + uy * uy);
                t = fmin(fmax(t, 0), 1);
                if (hypot(a[0] + t * ux - at[0], a[1] + t * uy - at[1]) <= tolerance)
                    return k;
            }
    }
    return -1;
}

// Currents round a hole change over its own size, the radius of a circle or the width of a slot.
static flx_status refine_hole(flx_ctx *ctx, const double *xy, int32_t n, double part,
                              flx_size *size)
{
    double twice = 0, round = 0;
    for (int32_t p = 0; p < n; p++) {
        const double *a = &xy[2 * p], *b = &xy[2 * (p + 1 < n ? p + 1 : 0)];
        twice += (a[0] - xy[0]) * (b[1] - xy[1]) - (b[0] - xy[0]) * (a[1] - xy[1]);
        round += hypot(b[0] - a[0], b[1] - a[1]);
    }
    flx_mesh_refine rule = {.max_edge = part * fabs(twice) / round};
    return rule.max_edge < size->max_edge ? refine_ring(ctx, xy, n, &rule, size) : FLX_OK;
}

// All rules for one film as sources of the bound.
static flx_status add_rules(flx_ctx *ctx, const flx_mesh_spec *spec, const flx_region *region,
                            flx_size *bound)
{
    flx_rings rings = flx_region_rings(region);
    for (int32_t k = 0; k < spec->n_refine; k++) {
        const flx_mesh_refine *rule = &spec->refine[k];
        FLX_TRY(check_refine(ctx, rule, k));
        if (rule->max_edge >= bound->max_edge)
            continue;
        if (rule->near == FLX_NEAR_POINT)
            FLX_TRY(flx_size_add(
                ctx, bound,
                (flx_size_source){rule->at[0], rule->at[1], rule->max_edge, rule->distance}));
        for (int32_t r = 0; r < rings.n_ring && rule->near != FLX_NEAR_POINT; r++) {
            const double *xy = &rings.xy[2 * rings.start[r]];
            int32_t n = rings.start[r + 1] - rings.start[r];
            if (rule->near == FLX_NEAR_CORNERS)
                FLX_TRY(refine_corners(ctx, xy, n, rule, bound));
            else if (rule->near == FLX_NEAR_EDGES || !rings.outer[r])
                FLX_TRY(refine_ring(ctx, xy, n, rule, bound));
        }
    }
    for (int32_t r = 0; r < rings.n_ring && spec->hole_edge > 0; r++)
        if (!rings.outer[r])
            FLX_TRY(refine_hole(ctx, &rings.xy[2 * rings.start[r]],
                                rings.start[r + 1] - rings.start[r], spec->hole_edge, bound));
    return flx_size_build(ctx, bound);
}

// The same with all lengths times TARGET: what rims and gmsh aim at. The bound grows twice as fast,
// so that it binds within the distance of a rule, and the aim alone rules the way out.
static flx_status aim(flx_ctx *ctx, const flx_size *bound, flx_size *target)
{
    target->max_edge = TARGET * bound->max_edge;
    target->grading = 0.5 * TARGET * bound->grading;
    for (int32_t k = 0; k < bound->n; k++) {
        flx_size_source s = bound->source[k];
        s.edge *= TARGET;
        FLX_TRY(flx_size_add(ctx, target, s));
    }
    return flx_size_build(ctx, target);
}

// Number of sites to expect: integral of (2/sqrt 3) / h^2 on a grid of points.
static flx_status check_count(flx_ctx *ctx, const flx_region *region, const flx_size *target,
                              int32_t max_sites)
{
    enum { GRID = 128 };
    double box[4], n = 0, inside = 0;
    flx_region_bounds(region, box);
    for (int32_t p = 0; p < GRID * GRID; p++) {
        int32_t column = p % GRID, row = p / GRID;
        double x = box[0] + (column + 0.5) / GRID * (box[2] - box[0]);
        double y = box[1] + (row + 0.5) / GRID * (box[3] - box[1]);
        if (!flx_region_contains(region, x, y))
            continue;
        double h = flx_size_at(target, x, y);
        n += 1.1547 / (h * h);
        inside++;
    }
    double h = target->max_edge, area = flx_region_area(region);
    n = inside > 0 ? n * area / inside : 1.1547 * area / (h * h);
    if (!(n <= 1.1 * max_sites))
        return flx_fail(ctx, FLX_ERR_GEOMETRY,
                        "the mesh would have about %.3g sites, allowed is mesh.max_sites = %d; "
                        "choose a larger max_edge or raise max_sites",
                        n, max_sites);
    return FLX_OK;
}

// Rims and raw triangles of one film, each of its parts for itself, then repaired as a whole.
static flx_status triangulate(flx_ctx *ctx, const flx_region *region, const flx_size *bound,
                              flx_size *target, const flx_mesh_opts *opts, flx_tris *tris)
{
    flx_rings rings = flx_region_rings(region);
    flx_rim rim = {0};
    flx_soup soup = {0};
    flx_status status = flx_rim_init(ctx, &rings, target, &rim);
    if (status == FLX_OK)
        status = flx_rim_refine(ctx, &rim, target, opts->max_sites);
    for (int32_t r = 0, end; r < rings.n_ring && status == FLX_OK; r = end) {
        for (end = r + 1; end < rings.n_ring && !rings.outer[end];)
            end++;
        status = flx_gmsh_triangulate(ctx, &rim, r, end, target, &soup);
    }
    if (status == FLX_OK)
        status = flx_tris_init(ctx, soup.xy, soup.n_site, soup.tri, soup.n_tri, tris);
    flx_rim_clear(&rim);
    flx_soup_clear(&soup);
    if (status == FLX_OK)
        status = flx_repair_run(tris, &(flx_repair){bound, opts->smooth, opts->max_sites});
    return status;
}

// What gmsh made must be the film: its area and its rims.
static flx_status check_cover(flx_ctx *ctx, const flx_tris *tris, const flx_region *region)
{
    double area = 0;
    int32_t n_edge = 0;
    for (int32_t t = 0; t < tris->n_tri; t++) {
        const int32_t *v = &tris->v[3 * t];
        area += 0.5 * flx_twice_area(tris->xy[v[0]], tris->xy[v[1]], tris->xy[v[2]]);
        for (int c = 0; c < 3; c++)
            n_edge += tris->twin[3 * t + c] < 3 * t + c;
    }
    flx_rings rings = flx_region_rings(region);
    int32_t euler = 0;
    for (int32_t r = 0; r < rings.n_ring; r++)
        euler += rings.outer[r] ? 1 : -1;
    double wanted = flx_region_area(region);
    if (fabs(area - wanted) > 1e-9 * wanted || tris->n_site - n_edge + tris->n_tri != euler)
        return flx_fail(ctx, FLX_ERR_GEOMETRY,
                        "gmsh did not mesh the whole film: area %.12g of %.12g, V - E + T = %d "
                        "instead of %d; try another max_edge",
                        area, wanted, tris->n_site - n_edge + tris->n_tri, euler);
    return FLX_OK;
}

static flx_status mesh_film(flx_ctx *ctx, const flx_mesh_spec *spec, int32_t f,
                            const flx_region *region, const flx_mesh_opts *opts, flx_tris *tris)
{
    flx_size bound = {.max_edge = opts->max_edge, .grading = 2 * opts->grading}, target = {0};
    flx_status status = add_rules(ctx, spec, region, &bound);
    if (status == FLX_OK)
        status = aim(ctx, &bound, &target);
    if (status == FLX_OK)
        status = check_count(ctx, region, &target, opts->max_sites);
    if (status == FLX_OK)
        status = triangulate(ctx, region, &bound, &target, opts, tris);
    if (status == FLX_OK)
        status = check_cover(ctx, tris, region);
    if (status == FLX_OK && spec->rim_rows > 0)
        status = flx_rows_run(tris, spec->rim_rows, spec->rim_ratio > 0 ? spec->rim_ratio : 0.5);
    flx_size_clear(&bound);
    flx_size_clear(&target);
    char name[80];
    if (status < 0 && status != FLX_ERR_MEMORY)
        flx_fail_in(ctx, status, "%s", name_of(spec->films[f].name, "film", f, name));
    return status;
}

// Loops of holes get the number of the hole on whose rim they lie.
static void name_loops(const flx_mesh_spec *spec, flx_mesh *mesh)
{
    for (int32_t l = 0; l < mesh->n_loop; l++) {
        flx_mesh_loop *loop = &mesh->loop[l];
        if (loop->outer)
            continue;
        const flx_mesh_film *film = &spec->films[loop->film];
        double box[4];
        flx_region_bounds(film->shape, box);
        double tolerance = 1e-8 * fmax(box[2] - box[0], box[3] - box[1]);
        int32_t i = mesh->loop_site[loop->start], j = mesh->loop_site[loop->start + 1];
        double at[2] = {0.5 * (mesh->x[i] + mesh->x[j]), 0.5 * (mesh->y[i] + mesh->y[j])};
        loop->hole = hole_at(film, at, tolerance);
    }
}

// All films as one input.
static flx_status assemble(flx_ctx *ctx, const flx_mesh_spec *spec, const flx_tris *tris,
                           flx_mesh **out)
{
    int64_t n_site = 0, n_tri = 0;
    for (int32_t f = 0; f < spec->n_film; f++) {
        n_site += tris[f].n_site;
        n_tri += tris[f].n_tri;
    }
    if (n_tri > INT32_MAX / 6)
        return flx_fail(ctx, FLX_ERR_GEOMETRY, "the films have %lld triangles in all; too many",
                        (long long)n_tri);
    double *x = FLX_NEW_ARRAY(ctx, double, n_site), *y = FLX_NEW_ARRAY(ctx, double, n_site);
    int32_t *tri = FLX_NEW_ARRAY(ctx, int32_t, 3 * n_tri),
            *film = FLX_NEW_ARRAY(ctx, int32_t, n_tri);
    flx_status status = x && y && tri && film ? FLX_OK : FLX_ERR_MEMORY;
    int32_t site = 0, t = 0;
    for (int32_t f = 0; f < spec->n_film && status == FLX_OK; f++) {
        for (int32_t k = 0; k < 3 * tris[f].n_tri; k++)
            tri[3 * t + k] = site + tris[f].v[k];
        for (int32_t k = 0; k < tris[f].n_tri; k++)
            film[t + k] = f;
        for (int32_t i = 0; i < tris[f].n_site; i++) {
            x[site + i] = tris[f].xy[i][0];
            y[site + i] = tris[f].xy[i][1];
        }
        site += tris[f].n_site;
        t += tris[f].n_tri;
    }
    if (status == FLX_OK)
        status = flx_mesh_create(ctx,
                                 &(flx_mesh_input){.n_site = site,
                                                   .n_tri = t,
                                                   .x = x,
                                                   .y = y,
                                                   .tri = tri,
                                                   .film = film,
                                                   .flat = spec->rim_rows > 0},
                                 out);
    flx_free(x);
    flx_free(y);
    flx_free(tri);
    flx_free(film);
    return status;
}

static flx_status make_films(flx_ctx *ctx, const flx_mesh_spec *spec, const flx_mesh_opts *opts,
                             flx_region **region, flx_tris *tris)
{
    for (int32_t f = 0; f < spec->n_film; f++) {
        FLX_TRY(check_holes(ctx, &spec->films[f], f));
        FLX_TRY(cut_holes(ctx, &spec->films[f], &region[f]));
    }
    FLX_TRY(check_films(ctx, spec, region));
    FLX_TRY(flx_gmsh_open(ctx));
    flx_status status = FLX_OK;
    for (int32_t f = 0; f < spec->n_film && status == FLX_OK; f++)
        status = mesh_film(ctx, spec, f, region[f], opts, &tris[f]);
    flx_gmsh_close();
    return status;
}

flx_status flx_mesh_make(flx_ctx *ctx, const flx_mesh_spec *spec, const flx_mesh_opts *opts,
                         flx_mesh **out)
{
    *out = NULL;
    FLX_TRY(flx_options_check(ctx, &TABLE, opts));
    if (spec->n_film < 1)
        return flx_fail(ctx, FLX_ERR_INPUT, "there is no film to mesh");
    if (spec->rim_rows < 0 || spec->rim_rows > ROWS_MAX)
        return flx_fail(ctx, FLX_ERR_INPUT, "rim_rows is %d, allowed is 0 to %d", spec->rim_rows,
                        ROWS_MAX);
    if (!(spec->hole_edge >= 0) || !isfinite(spec->hole_edge))
        return flx_fail(ctx, FLX_ERR_INPUT, "hole_edge is %g, allowed is >= 0", spec->hole_edge);
    flx_region **region = FLX_NEW_ARRAY(ctx, flx_region *, spec->n_film);
    flx_tris *tris = FLX_NEW_ARRAY(ctx, flx_tris, spec->n_film);
    flx_status status = region && tris ? make_films(ctx, spec, opts, region, tris) : FLX_ERR_MEMORY;
    if (status == FLX_OK)
        status = assemble(ctx, spec, tris, out);
    if (status == FLX_OK)
        name_loops(spec, *out);
    for (int32_t f = 0; f < spec->n_film; f++) {
        if (region)
            flx_region_free(region[f]);
        if (tris)
            flx_tris_clear(&tris[f]);
    }
    flx_free(region);
    flx_free(tris);
    return status;
}
