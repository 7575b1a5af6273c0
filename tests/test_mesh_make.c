// Meshes made from shapes: topology, bounds, non-negative duals on awkward devices, refusals.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/base.h"
#include "fluxoid/mesh.h"
#include "test.h"

#include <signal.h>

static flx_ctx *ctx;

static int open_ctx(void **state)
{
    (void)state;
    ctx = flx_ctx_create();
    return ctx ? 0 : -1;
}

static int close_ctx(void **state)
{
    (void)state;
    flx_ctx_free(ctx);
    return 0;
}

enum { MAX_HOLES = 3, MAX_ITEMS = 4 };

// A device: its shape, its holes, and what the mesh must look like.
typedef struct device {
    const char *name;
    flx_shape_item shape[MAX_ITEMS];
    int32_t n_shape;
    flx_shape_item holes[MAX_HOLES][MAX_ITEMS];
    int32_t n_item[MAX_HOLES];
    int32_t n_hole;
    double max_edge;
    int32_t parts, rims; // outer rims and inner rims of the film
} device;

#define BOX(w, h, x, y)                                                                            \
    {                                                                                              \
        .kind = FLX_SHAPE_BOX, .size = {w, h}, .at = { x, y }                                      \
    }
#define DISC(r, x, y)                                                                              \
    {                                                                                              \
        .kind = FLX_SHAPE_CIRCLE, .size = {r, r}, .at = { x, y }                                   \
    }
#define CUT_BOX(w, h, x, y)                                                                        \
    {                                                                                              \
        .verb = FLX_SHAPE_CUT, .kind = FLX_SHAPE_BOX, .size = {w, h}, .at = { x, y }               \
    }
#define CUT_DISC(r, x, y)                                                                          \
    {                                                                                              \
        .verb = FLX_SHAPE_CUT, .kind = FLX_SHAPE_CIRCLE, .size = {r, r}, .at = { x, y }            \
    }
#define POLYGON(p)                                                                                 \
    {                                                                                              \
        .kind = FLX_SHAPE_POLYGON, .points = p, .n_point = sizeof p / sizeof *p / 2                \
    }

#define W 5.0
static const double NOTCH = (1.4142135623730951 * W + W / 3) / 2;
static const double WEDGE[] = {0, 0, 10, -0.4, 10, 0.4}; // 4.6 degrees
static const double STAR[] = {0, 3,    0.3,  0.3,  3,  0,   0.3,  -0.3,
                              0, -3.0, -0.3, -0.3, -3, 0.0, -0.3, 0.3};
static const double MEANDER[] = {0, 0, 6, 0, 6, 1, 0, 1, 0, 2, 6, 2, 6, 3, 0, 3};
static const double DUMBBELL[] = {-3, -1, -0.5, -1, -0.5, -0.02, 0.5,  -0.02, 0.5,  -1, 3,  -1,
                                  3,  1,  0.5,  1,  0.5,  0.02,  -0.5, 0.02,  -0.5, 1,  -3, 1};

static device DEVICES[] = {
    {.name = "weak link",
     .shape = {BOX(W, 3.5 * W, 0, 0),
               {.verb = FLX_SHAPE_CUT, .kind = FLX_SHAPE_BOX, .size = {W, W}, .rotate = 45},
               {.verb = FLX_SHAPE_CUT, .kind = FLX_SHAPE_BOX, .size = {W, W}, .rotate = 45}},
     .n_shape = 3,
     .holes =
         {{DISC(W / 6, 0, 0.7 * W)},
          {{.kind = FLX_SHAPE_BOX, .size = {W / 3, W / 3}, .rotate = 30, .at = {0, -0.7 * W}}}},
     .n_item = {1, 1},
     .n_hole = 2,
     .max_edge = 0.25,
     .parts = 1,
     .rims = 2},
    {.name = "ring",
     .shape = {DISC(1, 0, 0)},
     .n_shape = 1,
     .holes = {{DISC(0.6, 0, 0)}},
     .n_item = {1},
     .n_hole = 1,
     .max_edge = 0.04,
     .parts = 1,
     .rims = 1},
    {.name = "sharp wedge", .shape = {POLYGON(WEDGE)}, .n_shape = 1, .max_edge = 0.2, .parts = 1},
    {.name = "four spikes", .shape = {POLYGON(STAR)}, .n_shape = 1, .max_edge = 0.15, .parts = 1},
    {.name = "neck much narrower than an edge",
     .shape = {POLYGON(DUMBBELL)},
     .n_shape = 1,
     .max_edge = 0.2,
     .parts = 1},
    {.name = "meander",
     .shape = {{.kind = FLX_SHAPE_PATH, .points = MEANDER, .n_point = 8, .width = 0.8}},
     .n_shape = 1,
     .max_edge = 0.2,
     .parts = 1},
    {.name = "hole close to the rim",
     .shape = {BOX(4, 4, 0, 0)},
     .n_shape = 1,
     .holes = {{BOX(1, 1, 1.49, 0)}}, // 0.01 from the rim
     .n_item = {1},
     .n_hole = 1,
     .max_edge = 0.3,
     .parts = 1,
     .rims = 1},
    {.name = "island in a hole, tiny hole, slit",
     .shape = {BOX(6, 4, 0, 0), CUT_BOX(1.5, 0.01, -2.25, 0)}, // the slit opens the rim
     .n_shape = 2,
     .holes = {{DISC(1.2, 1, 0), CUT_DISC(0.6, 1.2, 0)},
               {DISC(0.02, -2, 1)},
               {BOX(0.5, 0.02, -2, -1)}},
     .n_item = {2, 1, 1},
     .n_hole = 3,
     .max_edge = 0.3,
     .parts = 2,
     .rims = 3},
    {.name = "coarse triangle",
     .shape = {POLYGON(WEDGE)},
     .n_shape = 1,
     .max_edge = 20,
     .parts = 1},
    {.name = "thin closed slit and a nearly tangent disc",
     .shape = {BOX(4, 2, 0, 0), CUT_BOX(2, 0.005, 0, 0.3), CUT_DISC(0.5, 0, -0.505)},
     .n_shape = 3,
     .max_edge = 0.2,
     .parts = 1,
     .rims = 1}, // the disc opens the lower rim by 0.005
    {.name = "lattice of bridges",
     .shape = {BOX(3, 3, 0, 0), CUT_BOX(0.9, 0.9, -0.5, 0.5), CUT_BOX(0.9, 0.9, 0.5, 0.5),
               CUT_BOX(1.9, 0.9, 0, -0.5)},
     .n_shape = 4,
     .max_edge = 0.25,
     .parts = 1,
     .rims = 3},
    {.name = "user's polygon far from the origin, in metres",
     .shape =
         {{.kind = FLX_SHAPE_ELLIPSE, .size = {3e-6, 1e-6}, .at = {1e-3, -2e-3}, .rotate = 20}},
     .n_shape = 1,
     .max_edge = 1e-7,
     .parts = 1},
};
enum { N_DEVICE = sizeof DEVICES / sizeof *DEVICES };

static flx_region *region_of(const flx_shape_item *items, int32_t n, double max_edge)
{
    flx_region *region = NULL;
    if (flx_region_create(ctx, items, n, max_edge, &region) < 0)
        fail_msg("%s", flx_ctx_error(ctx));
    return region;
}

// Regions of a device, ready for flx_mesh_make.
typedef struct film_of {
    flx_region *shape, *holes[MAX_HOLES];
    const flx_region *list[MAX_HOLES];
    flx_mesh_film film;
} film_of;

static void open_film(const device *d, film_of *f)
{
    *f = (film_of){.shape = region_of(d->shape, d->n_shape, d->max_edge)};
    for (int32_t k = 0; k < d->n_hole; k++)
        f->list[k] = f->holes[k] = region_of(d->holes[k], d->n_item[k], d->max_edge);
    f->film =
        (flx_mesh_film){.shape = f->shape, .holes = f->list, .n_hole = d->n_hole, .name = d->name};
}

static void close_film(film_of *f)
{
    flx_region_free(f->shape);
    for (int32_t k = 0; k < MAX_HOLES; k++)
        flx_region_free(f->holes[k]);
}

static flx_mesh *meshed(const flx_mesh_spec *spec, double max_edge)
{
    flx_mesh_opts opts = flx_mesh_opts_default();
    opts.max_edge = max_edge;
    flx_mesh *m = NULL;
    if (flx_mesh_make(ctx, spec, &opts, &m) < 0)
        fail_msg("%s", flx_ctx_error(ctx));
    return m;
}

static double polygon_area(const flx_mesh *m, const flx_mesh_loop *loop)
{
    double twice = 0;
    int32_t o = m->loop_site[loop->start];
    for (int32_t p = 0; p < loop->n; p++) {
        int32_t i = m->loop_site[loop->start + p],
                j = m->loop_site[loop->start + (p + 1) % loop->n];
        twice +=
            (m->x[i] - m->x[o]) * (m->y[j] - m->y[o]) - (m->x[j] - m->x[o]) * (m->y[i] - m->y[o]);
    }
    return 0.5 * twice;
}

static void check_device(const device *d)
{
    film_of f;
    open_film(d, &f);
    flx_mesh *m = meshed(&(flx_mesh_spec){.films = &f.film, .n_film = 1}, d->max_edge);
    flx_mesh_quality q = flx_mesh_quality_of(m);
    if (q.n_negative_dual || q.n_non_delaunay || q.max_edge > d->max_edge)
        fail_msg("%s: %d negative duals, %d not Delaunay, longest edge %g of %g", d->name,
                 q.n_negative_dual, q.n_non_delaunay, q.max_edge, d->max_edge);
    assert_int_equal(m->n_site - m->n_edge + m->n_tri, d->parts - d->rims);
    double area = flx_region_area(f.shape), cells = 0;
    for (int32_t k = 0; k < d->n_hole; k++)
        area -= flx_region_area(f.holes[k]);
    for (int32_t i = 0; i < m->n_site; i++)
        cells += m->area[i];
    // Rounding of the shapes far from the origin: 1e-16 times distance over size.
    assert_near(cells / area, 1, 1e-9);
    int32_t parts = 0, rims = 0, seen[MAX_HOLES] = {0};
    for (int32_t l = 0; l < m->n_loop; l++) {
        const flx_mesh_loop *loop = &m->loop[l];
        assert_true(polygon_area(m, loop) > 0);
        parts += loop->outer;
        rims += !loop->outer;
        if (loop->hole >= 0)
            seen[loop->hole]++;
    }
    assert_int_equal(parts, d->parts);
    assert_int_equal(rims, d->rims);
    for (int32_t k = 0; k < d->n_hole; k++)
        assert_int_equal(seen[k], 1);
    flx_mesh_free(m);
    close_film(&f);
}

static void awkward_devices_have_no_negative_dual_and_all_their_rims(void **state)
{
    (void)state;
    DEVICES[0].shape[1].at[0] = NOTCH;
    DEVICES[0].shape[2].at[0] = -NOTCH;
    for (int32_t k = 0; k < N_DEVICE; k++)
        check_device(&DEVICES[k]);
}

static void the_mesh_is_not_much_finer_than_asked(void **state)
{
    (void)state;
    film_of f;
    open_film(&DEVICES[1], &f);
    flx_mesh *m = meshed(&(flx_mesh_spec){.films = &f.film, .n_film = 1}, 0.02);
    flx_mesh_quality q = flx_mesh_quality_of(m);
    // Mean to longest edge: 0.86 is measured; the best possible, equilateral, is 1.
    assert_true(q.mean_edge > 0.8 * 0.02);
    assert_true(q.min_angle > 20);
    flx_mesh_free(m);
    close_film(&f);
}

static void refinements_bind_near_and_fade_away(void **state)
{
    (void)state;
    film_of f;
    open_film(&DEVICES[0], &f);
    const flx_mesh_near kinds[] = {FLX_NEAR_EDGES, FLX_NEAR_HOLES, FLX_NEAR_CORNERS,
                                   FLX_NEAR_POINT};
    const double at[4][2] = {{W / 2, 6}, {0, 0.7 * W + W / 6}, {W / 6, 0}, {0.3, 0.1}};
    for (int k = 0; k < 4; k++) {
        flx_mesh_refine rule = {
            .near = kinds[k], .at = {0.3, 0.1}, .distance = 0.4, .max_edge = 0.08};
        flx_mesh *m = meshed(
            &(flx_mesh_spec){.films = &f.film, .n_film = 1, .refine = &rule, .n_refine = 1}, 0.5);
        double near = 0, all = 0;
        for (int32_t e = 0; e < m->n_edge; e++) {
            double x = 0.5 * (m->x[m->tail[e]] + m->x[m->head[e]]);
            double y = 0.5 * (m->y[m->tail[e]] + m->y[m->head[e]]);
            // Just inside the distance: on curved rims the sources are points.
            if (hypot(x - at[k][0], y - at[k][1]) < 0.38)
                near = fmax(near, m->length[e]);
            all = fmax(all, m->length[e]);
        }
        assert_true(near > 0.04 && near <= 0.08);
        assert_true(all > 0.3 && all <= 0.5);
        assert_int_equal(flx_mesh_quality_of(m).n_negative_dual, 0);
        flx_mesh_free(m);
    }
    close_film(&f);
}

// A square, a slot and nothing: edges at rims of holes in proportion to them, the outer rim alone.
static void edges_at_holes_follow_their_size(void **state)
{
    (void)state;
    flx_shape_item items[] = {BOX(40, 40, 0, 0)}, square[] = {BOX(2, 2, -8, 0)},
                   slot[] = {BOX(1, 16, 8, 0)};
    flx_region *shape = region_of(items, 1, 0), *a = region_of(square, 1, 0),
               *b = region_of(slot, 1, 0);
    const flx_region *holes[] = {a, b};
    flx_mesh_film film = {.shape = shape, .holes = holes, .n_hole = 2};
    flx_mesh_spec spec = {.films = &film, .n_film = 1, .hole_edge = 0.2};
    flx_mesh *m = meshed(&spec, 5);
    for (int32_t l = 0; l < m->n_loop; l++) {
        double longest = 0;
        for (int32_t k = 0; k < m->loop[l].n; k++) {
            const int32_t *site = &m->loop_site[m->loop[l].start];
            int32_t e = flx_mesh_edge(m, site[k], site[(k + 1) % m->loop[l].n]);
            longest = fmax(longest, m->length[e]);
        }
        // 0.2 of twice the area over the circumference, and not half of it; 5 without a hole.
        double most = m->loop[l].outer ? 5 : 0.2 * (m->loop[l].hole == 0 ? 1.0 : 32.0 / 34);
        assert_true(longest <= most && longest > 0.5 * most);
    }
    flx_mesh_free(m);
    spec.hole_edge = -1;
    flx_mesh_opts opts = flx_mesh_opts_default();
    opts.max_edge = 5;
    assert_int_equal(flx_mesh_make(ctx, &spec, &opts, &m), FLX_ERR_INPUT);
    assert_non_null(strstr(flx_ctx_error(ctx), "hole_edge is -1"));
    flx_region_free(shape);
    flx_region_free(a);
    flx_region_free(b);
}

// Rows along rims: the same film and rims, every side that leaves a rim divided at 1/4 and 1/2.
static void rows_along_rims_are_flat_and_leave_the_rest_alone(void **state)
{
    (void)state;
    for (int32_t d = 0; d < N_DEVICE; d++) {
        film_of f;
        open_film(&DEVICES[d], &f);
        flx_mesh_spec spec = {.films = &f.film, .n_film = 1};
        flx_mesh *plain = meshed(&spec, DEVICES[d].max_edge);
        spec.rim_rows = 2;
        flx_mesh *m = meshed(&spec, DEVICES[d].max_edge);
        double area[2] = {0, 0}, share = 1;
        bool *rim = calloc((size_t)m->n_site, sizeof *rim);
        for (int32_t i = 0; i < plain->n_site; i++)
            area[0] += plain->area[i];
        for (int32_t i = 0; i < m->n_site; i++) {
            assert_true(m->area[i] > 0);
            area[1] += m->area[i];
        }
        assert_near(area[1], area[0], 1e-10 * area[0]); // rounding of some thousand terms
        assert_int_equal(m->n_loop, plain->n_loop);
        for (int32_t l = 0; l < m->n_loop; l++) {
            assert_int_equal(m->loop[l].n, plain->loop[l].n);
            for (int32_t s = 0; s < m->loop[l].n; s++)
                rim[m->loop_site[m->loop[l].start + s]] = true;
        }
        for (int32_t e = 0; e < m->n_edge; e++) {
            int32_t i = m->tail[e], j = m->head[e];
            if (rim[i] && rim[j]) // no chords
                assert_true(m->edge_tri[2 * e] < 0 || m->edge_tri[2 * e + 1] < 0);
            if (rim[i] != rim[j])
                share = fmin(share, m->length[e] / DEVICES[d].max_edge);
        }
        assert_true(share < 1.0 / 4); // of an edge that was at most max_edge
        assert_true(m->n_site > plain->n_site && m->n_tri > plain->n_tri);
        free(rim);
        flx_mesh_free(plain);
        flx_mesh_free(m);
        close_film(&f);
    }
}

static void the_same_device_gives_the_same_bits(void **state)
{
    (void)state;
    film_of f;
    open_film(&DEVICES[7], &f);
    flx_mesh_spec spec = {.films = &f.film, .n_film = 1};
    flx_mesh *a = meshed(&spec, 0.1), *b = meshed(&spec, 0.1);
    assert_int_equal(a->n_site, b->n_site);
    assert_int_equal(a->n_edge, b->n_edge);
    assert_memory_equal(a->x, b->x, (size_t)a->n_site * sizeof *a->x);
    assert_memory_equal(a->y, b->y, (size_t)a->n_site * sizeof *a->y);
    assert_memory_equal(a->tri, b->tri, 3 * (size_t)a->n_tri * sizeof *a->tri);
    assert_memory_equal(a->dual, b->dual, (size_t)a->n_edge * sizeof *a->dual);
    flx_mesh_free(a);
    flx_mesh_free(b);
    close_film(&f);
}

static void several_films_may_overlap_at_different_heights_only(void **state)
{
    (void)state;
    flx_region *left = region_of(&(flx_shape_item)BOX(2, 2, 0, 0), 1, 0);
    flx_region *right = region_of(&(flx_shape_item)BOX(2, 2, 1, 0), 1, 0);
    flx_region *far = region_of(&(flx_shape_item)DISC(1, 5, 0), 1, 0);
    flx_mesh_film films[] = {
        {.shape = left}, {.shape = right, .z = 0.5, .name = "upper"}, {.shape = far}};
    flx_mesh_spec spec = {.films = films, .n_film = 3};
    flx_mesh *m = meshed(&spec, 0.3);
    assert_int_equal(m->n_film, 3);
    assert_int_equal(m->n_loop, 3);
    assert_int_equal(m->n_site - m->n_edge + m->n_tri, 3);
    double area[3] = {0};
    for (int32_t i = 0; i < m->n_site; i++)
        area[m->film[i]] += m->area[i];
    assert_near(area[0], 4, 1e-12); // a hundred roundings
    assert_near(area[1], 4, 1e-12);
    assert_near(area[2], 3.14159265358979323846, 1e-9); // scaled and moved by gmsh's frame
    flx_locator *locator = NULL;
    double bary[3];
    assert_int_equal(flx_locator_create(ctx, m, &locator), FLX_OK);
    for (int32_t f = 0; f < 2; f++) {
        int32_t t = flx_locator_find_in(locator, f, 0.5, 0.1, bary);
        assert_true(t >= 0 && m->film[m->tri[3 * t]] == f);
    }
    flx_locator_free(locator);
    flx_mesh_free(m);
    films[1].z = 0;
    flx_mesh_opts opts = flx_mesh_opts_default();
    opts.max_edge = 0.3;
    assert_int_equal(flx_mesh_make(ctx, &spec, &opts, &m), FLX_ERR_GEOMETRY);
    assert_non_null(strstr(flx_ctx_error(ctx), "film 0 and film 'upper' overlap"));
    flx_region_free(left);
    flx_region_free(right);
    flx_region_free(far);
}

static void wrong_specs_are_refused_with_the_reason(void **state)
{
    (void)state;
    const struct {
        flx_shape_item hole, other;
        double max_edge;
        int32_t max_sites;
        const char *reason;
    } rows[] = {
        {BOX(1, 1, 2, 0), BOX(0.1, 0.1, 0, 0), 0.3, 1000,
         "hole 0 of film 'f' meets the film's rim"},
        {BOX(1, 1, 1.5, 0), BOX(0.1, 0.1, 0, 0), 0.3, 1000, "meets the film's rim"},
        {BOX(1, 1, 9, 0), BOX(0.1, 0.1, 0, 0), 0.3, 1000, "lies outside the film"},
        {BOX(1, 1, 0, 0), BOX(1, 1, 0.5, 0), 0.3, 1000, "hole 0 and hole 1 overlap or touch"},
        {BOX(1, 1, 0, 0), BOX(1, 1, 1, 0), 0.3, 1000, "overlap or touch"},
        {BOX(1, 1, 0, 0), BOX(0.5, 0.5, 0, 0), 0.3, 1000, "overlap or touch"},
        {BOX(1, 1, 0, 0), BOX(0.1, 0.1, 1, 1), 0.01, 1000, "mesh.max_sites = 1000"},
        {BOX(1, 1, 0, 0), BOX(0.1, 0.1, 1, 1), 0, 1000, "mesh.max_edge is 0"},
        {BOX(1, 1, 0, 0), BOX(0.1, 0.1, 1, 1), NAN, 1000, "mesh.max_edge is"},
    };
    flx_region *shape = region_of(&(flx_shape_item)BOX(4, 4, 0, 0), 1, 0);
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        flx_region *a = region_of(&rows[k].hole, 1, 0), *b = region_of(&rows[k].other, 1, 0);
        const flx_region *holes[] = {a, b};
        flx_mesh_film film = {.shape = shape, .holes = holes, .n_hole = 2, .name = "f"};
        flx_mesh_opts opts = flx_mesh_opts_default();
        opts.max_edge = rows[k].max_edge;
        opts.max_sites = rows[k].max_sites;
        flx_mesh *m = NULL;
        flx_status status =
            flx_mesh_make(ctx, &(flx_mesh_spec){.films = &film, .n_film = 1}, &opts, &m);
        assert_true(status == FLX_ERR_GEOMETRY || status == FLX_ERR_INPUT);
        assert_null(m);
        if (!strstr(flx_ctx_error(ctx), rows[k].reason))
            fail_msg("row %zu: '%s' does not say '%s'", k, flx_ctx_error(ctx), rows[k].reason);
        flx_region_free(a);
        flx_region_free(b);
    }
    flx_region_free(shape);
}

static void handler(int signal)
{
    (void)signal;
}

static void the_process_is_left_as_it_was(void **state)
{
    (void)state;
    struct sigaction mine = {.sa_handler = handler}, before, after;
    sigaction(SIGINT, &mine, &before);
    film_of f;
    open_film(&DEVICES[1], &f);
    flx_mesh_free(meshed(&(flx_mesh_spec){.films = &f.film, .n_film = 1}, 0.2));
    close_film(&f);
    sigaction(SIGINT, &before, &after);
    assert_true(after.sa_handler == handler);
}

static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    flx_shape_item items[] = {BOX(2, 2, 0, 0)}, hole[] = {BOX(0.5, 0.5, 0, 0)};
    flx_region *shape = region_of(items, 1, 0), *inner = region_of(hole, 1, 0);
    const flx_region *holes[] = {inner};
    flx_mesh_film film = {.shape = shape, .holes = holes, .n_hole = 1};
    flx_mesh_refine rule = {.near = FLX_NEAR_CORNERS, .distance = 0.1, .max_edge = 0.2};
    flx_mesh_spec spec = {.films = &film, .n_film = 1, .refine = &rule, .n_refine = 1};
    flx_mesh_opts opts = flx_mesh_opts_default();
    opts.max_edge = 0.5;
    for (int64_t n = 1;; n++) {
        flx_mesh *m = NULL;
        flx_ctx_fail_allocation(ctx, n);
        flx_status status = flx_mesh_make(ctx, &spec, &opts, &m);
        flx_ctx_fail_allocation(ctx, 0);
        flx_mesh_free(m);
        if (status == FLX_OK)
            break;
        if (status != FLX_ERR_MEMORY)
            fail_msg("allocation %d: %s", (int)n, flx_ctx_error(ctx));
        assert_null(m);
        assert_true(n < 1000);
    }
    flx_region_free(shape);
    flx_region_free(inner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(awkward_devices_have_no_negative_dual_and_all_their_rims),
        cmocka_unit_test(the_mesh_is_not_much_finer_than_asked),
        cmocka_unit_test(refinements_bind_near_and_fade_away),
        cmocka_unit_test(edges_at_holes_follow_their_size),
        cmocka_unit_test(the_same_device_gives_the_same_bits),
        cmocka_unit_test(several_films_may_overlap_at_different_heights_only),
        cmocka_unit_test(rows_along_rims_are_flat_and_leave_the_rest_alone),
        cmocka_unit_test(wrong_specs_are_refused_with_the_reason),
        cmocka_unit_test(the_process_is_left_as_it_was),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
