// What is measured at places of a data file: fields, points, paths, maps at a height.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_run_after.h"
#include "test_run_tiny.h"

#include <unistd.h>

static const double mu0 = FLX_SI_MU0, pi = 3.14159265358979323846;

// -- fields ---------------------------------------------------------------------------------------

static void make_ring(const char *path)
{
    make_file(path,
              RING "drive: {field: 0.6 mT}\n"
                   "start: {winding: {hole: 1}}\n"
                   "tdgl: {time: 30 tau0, frames: 1}\n",
              (const char *const[]){"mesh.max_edge=0.4 xi"}, 1);
}

static void the_field_on_the_axis_of_a_ring_is_that_of_its_currents(void **state)
{
    (void)state;
    enum { N = 40 };
    static char text[N][32];
    const char *points[N], *fields[] = {"0, 0, 0.5", "0, 0, -500 nm", "0, 0, 0"};
    for (int k = 0; k < N; k++) { // middles of N parts of the width, along y = 0
        snprintf(text[k], sizeof text[k], "%.17g, 0", 0.6 + 0.4 * (k + 0.5) / N);
        points[k] = text[k];
    }
    make_ring("after-ring.h5");
    flx_measure_request request = {
        .time = NAN, .at_point = points, .n_point = N, .field = fields, .n_field = 3};
    json_t *root = measure("after-ring.h5", &request);
    const double z[] = {0.5e-6, -0.5e-6, 0};
    for (int f = 0; f < 3; f++) {
        // B = (mu0/2) integral of K r^2/(r^2 + z^2)^(3/2) dr over loops of current K dr.
        double exact = 0;
        char name[32];
        for (int k = 0; k < N; k++) {
            snprintf(name, sizeof name, "point-%d", k + 1);
            double r = 1e-6 * (0.6 + 0.4 * (k + 0.5) / N), s = hypot(r, z[f]);
            double K = listed(root, "points", name, "supercurrent", 1) +
                       listed(root, "points", name, "normal_current", 1);
            exact += 0.5 * mu0 * K * r * r / (s * s * s) * 0.4e-6 / N;
        }
        snprintf(name, sizeof name, "field-%d", f + 1);
        // Polygons and currents constant on triangles, h = 0.3 xi, R = 4 xi: (h/R)^2 ~ 0.6 %.
        assert_near(listed(root, "fields", name, "B_induced", 2) / exact, 1, 0.02);
        assert_near(number(root, "fields", name, "Bz_applied", NULL), 0.6e-3, 1e-18);
        assert_near(number(root, "fields", name, "Bz", NULL),
                    0.6e-3 + listed(root, "fields", name, "B_induced", 2), 1e-18);
    }
    json_decref(root);
}

static void far_from_a_ring_field_and_potential_are_those_of_its_moment(void **state)
{
    (void)state;
    const char *fields[] = {"0, 0, 20", "30, -40, 0", "0.3, 0.2, 5"};
    make_ring("after-ring.h5");
    flx_measure_request request = {.time = NAN, .field = fields, .n_field = 3};
    json_t *root = measure("after-ring.h5", &request);
    double m = number(root, "moment", NULL), d = 20e-6, r = 50e-6;
    // The next multipole is smaller by (R/r)^2: 0.4 % and 0.1 % for R < 1 um, times about 1.5.
    assert_near(listed(root, "fields", "field-1", "B_induced", 2) /
                    (mu0 * m / (2 * pi * d * d * d)),
                1, 0.008);
    assert_near(listed(root, "fields", "field-2", "B_induced", 2) /
                    (-mu0 * m / (4 * pi * r * r * r)),
                1, 0.002);
    // A = mu0 m x r/(4 pi r^3). The sum of the currents over the film, which is 0, comes out as
    // some
    // 1e-4 of their size on this mesh, and what it adds to A falls as 1/r: 50 times more here.
    double a = mu0 * m / (4 * pi * r * r * r);
    assert_near(listed(root, "fields", "field-2", "A_induced", 0) / (a * 40e-6), 1, 0.02);
    assert_near(listed(root, "fields", "field-2", "A_induced", 1) / (a * 30e-6), 1, 0.02);
    // A uniform field has B/2 (-y, x) in this gauge.
    assert_near(listed(root, "fields", "field-3", "A_applied", 0) / (-0.3e-3 * 0.2e-6), 1, 1e-12);
    assert_near(listed(root, "fields", "field-3", "A_applied", 1) / (0.3e-3 * 0.3e-6), 1, 1e-12);
    json_decref(root);
}

// Through the middle circle of the ring as round the mesh, in all heights a uniform field, far outside
// a dipole.
static void the_flux_through_a_curve_is_that_of_field_and_currents(void **state)
{
    (void)state;
    const char *flux[] = {"{circle: {radius: 0.8}}", "{circle: {radius: 20}}"}, *loop = flux[0];
    make_ring("after-ring.h5");
    flx_measure_request request = {
        .time = NAN, .flux = flux, .n_flux = 2, .loop = &loop, .n_loop = 1};
    json_t *root = measure("after-ring.h5", &request);
    double applied = 0.6e-3 * pi * 0.64e-12 / FLX_SI_PHI0;
    double currents = mu0 * number(root, "moment", NULL) / (2 * 20e-6 * FLX_SI_PHI0);
    assert_near(number(root, "fluxes", "flux-1", "applied_Phi0", NULL) / applied, 1, 1e-9);
    // without selffield the frame knows the applied part alone, through a loop that is snapped
    assert_near(number(root, "fluxes", "flux-1", "applied_Phi0", NULL) /
                    number(root, "loops", "loop-1", "flux_Phi0", NULL),
                1, 0.03);
    // (R/r)^2 and the sum of the currents, as of A above
    assert_near(number(root, "fluxes", "flux-2", "currents_Phi0", NULL) / currents, 1, 0.01);
    assert_near(number(root, "fluxes", "flux-2", "flux_Phi0", NULL),
                number(root, "fluxes", "flux-2", "applied_Phi0", NULL) +
                    number(root, "fluxes", "flux-2", "currents_Phi0", NULL),
                1e-9);
    json_decref(root);
}

static void two_films_are_measured_each_at_its_height(void **state)
{
    (void)state;
    const char *fields[] = {"0.2, 0.1, 0", "0.2, 0.1, 0.2"}, *points[] = {"3, 0.2"};
    const char *along[] = {"[[-0.5, 0], [3.5, 0]]", "[[-2, 0], [5, 0]]"};
    make_file("after-two.h5",
              "fluxoid: 1\n"
              "units: {length: um}\n"
              "layers: {al: {coherence_length: 0.2 um, penetration_depth: 0.4 um,\n"
              "              thickness: 0.04 um, z: 0.1 um}}\n"
              "films: {a: {shape: [circle: {radius: 1}]},\n"
              "        b: {shape: [circle: {radius: 1, at: [3, 0]}]}}\n"
              "mesh: {max_edge: 1 xi}\n"
              "drive:\n"
              "  field: [{dipole: {moment: 1e-15 A m^2, at: [0, 0, 1]}},\n"
              "          \"0.1 mT * ramp(t, 0, 2) * x / (1 um)\"]\n"
              "tdgl: {time: 3 tau0, frames: 1}\n",
              NULL, 0);
    flx_measure_request request = {.time = NAN,
                                   .along = along,
                                   .n_along = 2,
                                   .at_point = points,
                                   .n_point = 1,
                                   .field = fields,
                                   .n_field = 2};
    json_t *root = measure("after-two.h5", &request);
    for (int k = 0; k < 2; k++) {
        // A dipole, and b x: B = b x and A = (b x/3)(-y, x), by the integral of s^2.
        const char *name = k ? "field-2" : "field-1";
        double x = 0.2e-6, y = 0.1e-6, z = k ? -0.8e-6 : -1e-6, r = sqrt(x * x + y * y + z * z);
        double far = mu0 * 1e-15 / (4 * pi), b = 100;
        double dipole = far * (3 * z * z / pow(r, 5) - 1 / pow(r, 3));
        // The quadrature is good for 1e-12.
        assert_near(number(root, "fields", name, "Bz_applied", NULL) / (dipole + b * x), 1, 1e-11);
        double a = far / pow(r, 3) + b * x / 3;
        assert_near(listed(root, "fields", name, "A_applied", 0) / (-a * y), 1, 1e-11);
        assert_near(listed(root, "fields", name, "A_applied", 1) / (a * x), 1, 1e-11);
    }
    // Mirror images: the films lie at z = 0.1 um. One sum; heights are rounded.
    assert_near(listed(root, "fields", "field-1", "B_induced", 2) /
                    listed(root, "fields", "field-2", "B_induced", 2),
                1, 1e-9);
    const json_t *point = json_object_get(json_object_get(root, "points"), "point-1");
    assert_string_equal(json_string_value(json_object_get(point, "film")), "b");
    // No conductivity: no volts, no watts.
    assert_true(json_is_null(json_object_get(point, "electric_field")));
    assert_true(json_is_null(json_object_get(json_object_get(root, "power"), "total")));
    const json_t *paths = json_object_get(root, "paths");
    for (int k = 0; k < 2; k++) {
        const json_t *path = json_object_get(paths, k ? "path-2" : "path-1");
        assert_true(json_is_null(json_object_get(path, "phase")));
        assert_string_equal(json_string_value(json_object_get(path, "reason")),
                            "the path leaves the film on its way");
        assert_true(json_is_null(json_object_get(path, "current")) == (k == 0));
    }
    json_decref(root);
}

// A result does not change with the files that it was made with: a field that is another now is
// refused. Whoever does not ask for it needs no file.
static void a_field_from_a_file_that_changed_is_refused(void **state)
{
    (void)state;
    static const char rows[] = "-9 -9 1e-3\n9 -9 1e-3\n-9 9 1e-3\n9 9 1e-3\n";
    static const char other[] = "-9 -9 3e-3\n9 -9 3e-3\n-9 9 3e-3\n9 9 3e-3\n";
    static const char *const engine[] = {"engine: tdgl\ntdgl: {time: 0.1 tau0}\n",
                                         "engine: london\n"};
    const char *place = "0, 0, 1";
    write_tiny_msh("tiny.msh");
    flx_measure_request request = {.time = NAN, .field = &place, .n_field = 1},
                        none = {.time = NAN};
    for (int k = 0; k < 2; k++) {
        char text[1024];
        snprintf(text, sizeof text,
                 TINY_FILM "mesh: {import: tiny.msh, max_edge: 2 xi}\n"
                           "drive: {field: [file: {path: after-field.txt}]}\n%s",
                 engine[k]);
        write_text("after-field.txt", rows);
        make_file("after-file.h5", text, NULL, 0);
        json_t *root = measure("after-file.h5", &request);
        assert_near(number(root, "fields", "field-1", "Bz_applied", NULL), 1e-3, 1e-15);
        json_decref(root);
        write_text("after-field.txt", other);
        char *json = NULL;
        assert_int_equal(flx_measure_file(ctx, "after-file.h5", &request, &json), FLX_ERR_INPUT);
        assert_null(json);
        assert_string_equal(flx_ctx_error(ctx),
                            "'after-field.txt' is another file than when this was computed; put "
                            "that of then back, or run the case again");
        flx_case *c = case_of(ctx, text, NULL, 0);
        flx_run_opts opts = flx_run_opts_default();
        flx_run_result *r = NULL;
        opts.output = "after-file.h5";
        opts.resume = true;
        assert_int_equal(flx_run(ctx, c, &opts, &r), FLX_ERR_INPUT);
        assert_non_null(strstr(flx_ctx_error(ctx), "after-file.h5: 'after-field.txt' is another"));
        flx_case_free(c);
        unlink("after-field.txt");
        if (k == 0)
            json_decref(measure("after-file.h5", &none));
    }
}

// A vortex in the upper ring and an antivortex in the plate under it, each on its own side.
static void films_one_above_another_are_measured_each_by_its_name(void **state)
{
    (void)state;
    const char *loops[] = {"{circle: {radius: 0.9}}"}, *points[] = {"0.9, 0"};
    const char *along[] = {"[[0.9, 0], [0.9, 0.3]]", "[[0, 0], [3, 0]]"};
    make_file("after-stack.h5",
              "fluxoid: 1\n"
              "units: {length: um}\n"
              "layers:\n"
              "  al: {coherence_length: 0.2 um, pearl_length: 40 um}\n"
              "  up: {coherence_length: 0.2 um, pearl_length: 40 um, z: 0.2 um}\n"
              "films:\n"
              "  plate: {layer: al, shape: [box: {size: 3}]}\n"
              "  ring: {layer: up, shape: [circle: {radius: 1.2}],\n"
              "         holes: {hole: [circle: {radius: 0.4}]}}\n"
              "loops:\n"
              "  below: {film: plate, shape: [circle: {radius: 0.8}]}\n"
              "  above: {film: ring, shape: {circle: {radius: 0.8}}}\n"
              "  wide: [circle: {radius: 1.3}]\n"
              "probes: {v: {film: ring, points: [[0.9, 0], [-0.9, 0]]}, w: [[1.3, 0], [-1.3, 0]]}\n"
              "mesh: {max_edge: 0.7 xi}\n"
              "start:\n"
              "  winding: {hole: 1}\n"
              "  vortices: [{at: [0.1, 0.2], winding: -1, film: plate},\n"
              "             {at: [0.6, 0], film: ring}]\n"
              "tdgl: {time: 0.1 tau0, frames: 1}\n",
              NULL, 0);
    flx_measure_request request = {.time = NAN,
                                   .loop = loops,
                                   .n_loop = 1,
                                   .along = along,
                                   .n_along = 2,
                                   .at_point = points,
                                   .n_point = 1,
                                   .film = "ring"};
    json_t *root = measure("after-stack.h5", &request);
    // Round the hole and the vortex of the ring; round the antivortex of the plate alone.
    assert_true(number(root, "loops", "above", "winding", NULL) == 2);
    assert_true(number(root, "loops", "below", "winding", NULL) == -1);
    assert_true(number(root, "loops", "wide", "winding", NULL) == -1);
    assert_true(number(root, "loops", "loop-1", "winding", NULL) == 2);
    const json_t *vortices = json_object_get(root, "vortices");
    assert_int_equal(json_array_size(vortices), 2);
    for (size_t k = 0; k < 2; k++) {
        const json_t *vortex = json_array_get(vortices, k);
        bool plate = number(vortex, "winding", NULL) < 0;
        assert_string_equal(json_string_value(json_object_get(vortex, "film")),
                            plate ? "plate" : "ring");
    }
    const json_t *point = json_object_get(json_object_get(root, "points"), "point-1");
    assert_string_equal(json_string_value(json_object_get(point, "film")), "ring");
    // Across the ring from its hole to the outside flows what the fluxoid drives; the plate below is
    // not counted, though the path begins in it.
    double ring = number(root, "paths", "path-2", "current", NULL);
    assert_true(fabs(ring) > 1e-6);
    (void)number(root, "paths", "path-1", "phase", NULL);
    json_decref(root);

    request.film = NULL;
    request.n_loop = 0;
    root = measure("after-stack.h5", &request);
    const json_t *all = json_object_get(root, "points");
    assert_non_null(json_object_get(all, "point-1.plate"));
    assert_non_null(json_object_get(all, "point-1.ring"));
    const json_t *path = json_object_get(json_object_get(root, "paths"), "path-1");
    assert_string_equal(json_string_value(json_object_get(path, "reason")),
                        "the path begins in several films; name one");
    // Ends inside the plate, but outside the ring.
    path = json_object_get(json_object_get(root, "paths"), "path-2");
    assert_true(json_is_null(json_object_get(path, "current")));
    assert_true(json_is_null(json_object_get(json_object_get(path, "films"), "plate")));
    assert_true(number(path, "films", "ring", NULL) == ring);
    json_decref(root);

    char *text = NULL;
    request.n_loop = 1;
    assert_int_equal(flx_measure_file(ctx, "after-stack.h5", &request, &text), FLX_ERR_INPUT);
    assert_non_null(strstr(flx_ctx_error(ctx), "2 films have this place: plate, ring; name one"));
    request.n_loop = 0;
    request.film = "rang";
    assert_int_equal(flx_measure_file(ctx, "after-stack.h5", &request, &text), FLX_ERR_INPUT);
    assert_non_null(strstr(flx_ctx_error(ctx), "no film 'rang'"));
}

// A half-flux ring over a plain film: the cut is in the ring alone.
static void a_cut_of_phase_is_in_the_film_that_it_names(void **state)
{
    (void)state;
    static const char text[] = "fluxoid: 1\n"
                               "units: {length: um}\n"
                               "layers:\n"
                               "  al: {coherence_length: 0.2 um, pearl_length: 40 um}\n"
                               "  up: {coherence_length: 0.2 um, pearl_length: 40 um, z: 0.2 um}\n"
                               "films:\n"
                               "  plate: {layer: al, shape: [box: {size: 3}]}\n"
                               "  ring: {layer: up, shape: [circle: {radius: 1.2}],\n"
                               "         holes: {hole: [circle: {radius: 0.4}]}}\n"
                               "loops: {l: {film: plate, shape: [circle: {radius: 0.8}]}}\n"
                               "mesh: {max_edge: 0.7 xi}\n"
                               "drive: {phase: [{along: [[0.1, 0], [1.3, 0]], film: ring}]}\n"
                               "tdgl: {time: 1 tau0}\n";
    json_t *root = summary_of(ctx, text);
    // n less half a fluxoid in the ring; nothing at all below it, to rounding.
    assert_near(fabs(number(root, "loops", "hole", "fluxoid_Phi0", NULL)), 0.5, 0.05);
    assert_near(number(root, "loops", "l", "fluxoid_Phi0", NULL), 0, 1e-9);
    assert_int_equal(json_array_size(json_object_get(root, "vortices")), 0);
    json_decref(root);
}

static void clear_map(flx_field_map *map)
{
    flx_array_clear(&map->x);
    flx_array_clear(&map->y);
    flx_array_clear(&map->b);
}

// Maps are the fields at places, within 1e-5 of the largest by their own quadrature; each frame has
// its own applied field.
static void a_map_is_the_field_at_its_places(void **state)
{
    (void)state;
    flx_field_map map;
    make_file("after-map.h5",
              RING "drive: {field: \"0.3 mT * (1 + ramp(t, 0, 10)) * (1 + x / (9 um))\"}\n"
                   "start: {winding: {hole: 1}}\n"
                   "tdgl: {time: 10 tau0, frames: 2, selffield: true}\n",
              NULL, 0);
    for (int k = 0; k < 2; k++) {
        flx_map_request above = {.time = k ? NAN : 5, .z = "0.4 um", .n = 15};
        assert_int_equal(flx_measure_file_map(ctx, "after-map.h5", &above, &map), FLX_OK);
        double applied = 0.3e-3 * (k ? 2 : 1.5);
        for (int64_t i = 0; i < map.b.n_row * map.b.n_column; i += 13) {
            double x = map.x.value[i % map.b.n_column], y = map.y.value[i / map.b.n_column];
            char place[96];
            snprintf(place, sizeof place, "%.17g m, %.17g m, 0.4 um", x, y);
            flx_measure_request request = {
                .time = k ? NAN : 5, .field = (const char *const[]){place}, .n_field = 1};
            json_t *root = measure("after-map.h5", &request);
            assert_near(number(root, "fields", "field-1", "Bz_applied", NULL),
                        applied * (1 + x / 9e-6), 1e-15);
            assert_near(map.b.value[i], number(root, "fields", "field-1", "Bz", NULL), 1e-9);
            json_decref(root);
        }
        clear_map(&map);
    }
}

static void maps_of_what_has_no_field_above_are_refused(void **state)
{
    (void)state;
    static const char bulk[] = RING "tdgl: {time: 0.1 tau0}\n";
    static const struct {
        const char *set, *z, *message;
    } row[] = {
        {"mesh.max_edge=1 xi", "0 um", "film 'ring' lies at the height 0 um"},
        {"mesh.max_edge=1 xi", "1 mT", "'1 mT' is in T; wanted is a length"},
        {"layers.al={coherence_length: 0.2 um, penetration_depth: 0.4 um, body: long}", "1 um",
         "after-none.h5 is of a long body, whose field is the same at all heights"},
    };
    for (size_t k = 0; k < sizeof row / sizeof *row; k++) {
        flx_field_map map;
        flx_map_request request = {.time = NAN, .z = row[k].z};
        make_file("after-none.h5", bulk, &row[k].set, 1);
        assert_int_equal(flx_measure_file_map(ctx, "after-none.h5", &request, &map), FLX_ERR_INPUT);
        if (!strstr(flx_ctx_error(ctx), row[k].message))
            fail_msg("%s", flx_ctx_error(ctx));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_field_on_the_axis_of_a_ring_is_that_of_its_currents),
        cmocka_unit_test(far_from_a_ring_field_and_potential_are_those_of_its_moment),
        cmocka_unit_test(the_flux_through_a_curve_is_that_of_field_and_currents),
        cmocka_unit_test(two_films_are_measured_each_at_its_height),
        cmocka_unit_test(a_field_from_a_file_that_changed_is_refused),
        cmocka_unit_test(films_one_above_another_are_measured_each_by_its_name),
        cmocka_unit_test(a_cut_of_phase_is_in_the_film_that_it_names),
        cmocka_unit_test(a_map_is_the_field_at_its_places),
        cmocka_unit_test(maps_of_what_has_no_field_above_are_refused),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
