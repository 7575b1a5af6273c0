// What is measured of the engine london: in the summary of a run, and in its file afterwards.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_run_london.h"

// One quantum in the ring, Lambda = 1 um: B_z in the middle and 1 um above it, K half way and I by
// the integral equation.
static void a_file_is_measured_after_the_fact(void **state)
{
    (void)state;
    const char *const path = "test_measure_london.h5";
    const char *const loop[] = {"{circle: {radius: 1.5}}"};
    const char *const along[] = {"[[0, 0], [0.3, 0.1], [3, 0]]", "[[0, 3], [0, -3]]"};
    const char *const at[] = {"1.5, 0"}, *const field[] = {"0, 0, 0", "0, 0, 1 um"};
    flx_run_opts opts = flx_run_opts_default();
    opts.output = path;
    flx_run_result *r = run_text(
        ctx, FLAT "sweep: {london.fluxoids.hole: [0, 1]}\ndrive: {field: 0 mT}\n", &opts, FLX_OK);
    flx_run_result_free(r);
    flx_measure_request request = {.group = "/points/001",
                                   .time = NAN,
                                   .loop = loop,
                                   .n_loop = 1,
                                   .along = along,
                                   .n_along = 2,
                                   .at_point = at,
                                   .n_point = 1,
                                   .field = field,
                                   .n_field = 2};
    json_t *root = measure(path, &request);
    double current = item(root, "circulating_current", 0);
    assert_near(current, 138.43232854e-6, 0.003 * 138e-6); // error of L on this mesh
    // from left to right of a path outwards along x: against the current, which runs along +y there
    assert_near(number(root, "paths", "path-1", "current", NULL), -current, 1e-12);
    assert_near(number(root, "paths", "path-2", "current", NULL), 0, 1e-12);
    // as the loops of the case: A is taken at three points a triangle
    assert_near(number(root, "loops", "loop-1", "fluxoid_Phi0", NULL), 1, 1e-3);
    assert_near(number(root, "loops", "hole", "fluxoid_Phi0", NULL), 1, 1e-3);
    const json_t *place = json_object_get(json_object_get(root, "points"), "point-1");
    assert_near(item(place, "sheet_current", 1), 128.55371726, 0.02 * 128); // edges of 0.25: h^2/12
    assert_near(item(place, "sheet_current", 0), 0, 0.02 * 128);
    assert_near(number(root, "fields", "field-1", "Bz", NULL), 63.21802628e-6, 0.005 * 63e-6);
    assert_near(number(root, "fields", "field-2", "Bz", NULL), 32.59237638e-6, 0.005 * 33e-6);
    json_decref(root);

    flx_field_map map;
    flx_map_request above = {.group = "/points/001", .time = NAN, .z = "1 um", .n = 29};
    assert_int_equal(flx_measure_file_map(ctx, path, &above, &map), FLX_OK);
    assert_int_equal(map.x.n_row, 29);
    assert_near(map.x.value[14], 0, 1e-12);
    // a fifth of 4 um beyond the ring, whose polygon of equal area reaches 0.1 % beyond the circle
    assert_near(map.x.value[28], 2.8e-6, 0.002 * 2.8e-6);
    assert_near(map.b.value[14 * 29 + 14], 32.59237638e-6, 0.005 * 33e-6);
    flx_array_clear(&map.x);
    flx_array_clear(&map.y);
    flx_array_clear(&map.b);

    const struct {
        const char *z, *message;
    } wrong[] = {{"0 um", "film 'ring' lies at the height 0 um: the field in films is the picture "
                          "without a height"},
                 {"1 mT", "height in '0 m, 0 m, 1 mT': '1 mT' is in T; wanted is a length"}};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        above.z = wrong[k].z;
        assert_int_equal(flx_measure_file_map(ctx, path, &above, &map), FLX_ERR_INPUT);
        assert_non_null(strstr(flx_ctx_error(ctx), wrong[k].message));
    }
    unlink(path);
}

// The parts of a fluxoid are those of the loop itself: in a disk of 2 um with a hole of 0.8 um, one
// quantum, 2 pi r A_phi at the rim, at 1 and at 1.3 um by the axisymmetric integral equation. Without
// currents that act the flux is that of the field alone.
static void the_flux_of_a_loop_is_that_through_its_own_edges(void **state)
{
    (void)state;
    const char *const path = "test_london_loops.h5", *const loop[] = {"{circle: {radius: 1}}"};
    const char *const name[] = {"h", "a", "b"};
    const struct {
        const char *lambda, *drive;
        double exact[3], tolerance;
    } rows[] = {
        // the rows at the rim, and the place of the snapped loops: 0.3 % measured
        {"0.1 um", "london: {fluxoids: {h: 1}}", {0.49845, 0.71767, 0.80008}, 4e-3},
        {"10 um", "london: {fluxoids: {h: 1}}", {0.016805, 0.026865, 0.034662}, 6e-3},
        {"0.003 um", "london: {fluxoids: {h: 1}}", {0.8924, 0.98962, 0.99365}, 3e-3},
        // pi r^2 B: the hole is a polygon of its area, the loops are snapped
        {"1e6 um", "drive: {field: 1 mT}", {0.972331, 1.519267, 2.567562}, 1e-2},
    };
    flx_run_opts opts = flx_run_opts_default();
    flx_measure_request request = {.time = NAN, .loop = loop, .n_loop = 1};
    opts.output = path;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        char text[1024];
        snprintf(
            text, sizeof text,
            "fluxoid: 1\nunits: {length: um}\nengine: london\nlayers: {m: {pearl_length: %s}}\n"
            "films: {f: {shape: [circle: {radius: 2}], holes: {h: [circle: {radius: 0.8}]}}}\n"
            "loops: {a: [circle: {radius: 1}], b: [circle: {radius: 1.3}]}\n%s\n",
            rows[k].lambda, rows[k].drive);
        flx_run_result *r = run_text(ctx, text, &opts, FLX_OK);
        json_t *root = json_of(r), *after = measure(path, &request);
        for (int l = 0; l < 3; l++) {
            double flux = number(root, "loops", name[l], "flux_Phi0", NULL);
            double fluxoid = number(root, "loops", name[l], "fluxoid_Phi0", NULL);
            assert_near(flux, rows[k].exact[l], rows[k].tolerance * rows[k].exact[l]);
            assert_near(fluxoid, k < 3, 1e-3);
            assert_near(number(root, "loops", name[l], "supercurrent_Phi0", NULL), fluxoid - flux,
                        1e-14);
            // in the run far boxes add constant currents, (edge/distance)^2/12
            assert_near(number(after, "loops", name[l], "flux_Phi0", NULL), flux, 3e-4);
        }
        assert_near(number(after, "loops", "loop-1", "flux_Phi0", NULL),
                    number(root, "loops", "a", "flux_Phi0", NULL), 3e-4);
        json_decref(root);
        json_decref(after);
        flx_run_result_free(r);
        unlink(path);
    }
}

// The flux through a curve that need not lie in the film: in the hole, on its rim, across the film, on
// the rim of the film and far outside, where the film is a dipole, by the axisymmetric integral
// equation; above the film by B_z there.
static void the_flux_through_any_curve_is_measured(void **state)
{
    (void)state;
    enum { N = 30 };
    const double pi = 3.14159265358979323846;
    const char *const path = "test_london_flux.h5";
    const char *const flux[] = {"{circle: {radius: 0.4}}", "{circle: {radius: 0.8}}",
                                "[circle: {radius: 1}]",   "{circle: {radius: 2}}",
                                "{circle: {radius: 50}}",  "{box: {size: [2, 3], at: [1, 5]}}"};
    const double exact[] = {0.083936, 0.49845, 0.71767, 0.70520};
    static char text[N][48];
    const char *field[N];
    for (int k = 0; k < N; k++) {
        snprintf(text[k], sizeof text[k], "%.9f, 0, 0.5", (k + 0.5) / N);
        field[k] = text[k];
    }
    flx_run_opts opts = flx_run_opts_default();
    opts.output = path;
    flx_run_result *r = run_text(
        ctx,
        "fluxoid: 1\nunits: {length: um}\nengine: london\nlayers: {m: {pearl_length: 0.1 um}}\n"
        "films: {f: {shape: [circle: {radius: 2}], holes: {h: [circle: {radius: 0.8}]}}}\n"
        "london: {fluxoids: {h: 1}}\n"
        "drive: {field: [{dipole: {at: [0, 0, 0.75], moment: 1e-30 A m^2}}]}\n",
        &opts, FLX_OK);
    flx_run_result_free(r);
    flx_measure_request request = {.time = NAN, .flux = flux, .n_flux = 6};
    json_t *root = measure(path, &request);
    for (int k = 0; k < 4; k++) {
        char name[32];
        snprintf(name, sizeof name, "flux-%d", k + 1);
        // as A of the mesh: 0.3 % measured on the rim of the hole
        assert_near(number(root, "fluxes", name, "flux_Phi0", NULL), exact[k], 4e-3 * exact[k]);
    }
    double moment = number(root, "moment", NULL) * FLX_SI_MU0 / (2 * 50e-6 * FLX_SI_PHI0);
    // the next multipole is (R/r)^2 ~ 1e-3
    assert_near(number(root, "fluxes", "flux-5", "currents_Phi0", NULL), moment, 1e-3 * moment);
    // beside a dipole its field comes back
    assert_true(number(root, "fluxes", "flux-6", "currents_Phi0", NULL) < 0);
    json_decref(root);

    request = (flx_measure_request){.time = NAN,
                                    .flux = &flux[2],
                                    .n_flux = 1,
                                    .flux_z = "500 nm",
                                    .field = field,
                                    .n_field = N};
    root = measure(path, &request);
    double sum = 0, part = number(root, "fluxes", "flux-1", "currents_Phi0", NULL);
    for (int k = 0; k < N; k++) {
        char name[32];
        snprintf(name, sizeof name, "field-%d", k + 1);
        sum += number(root, "fields", name, "Bz", NULL) * 2 * pi * (k + 0.5) / (N * (double)N);
    }
    // the rule of middles, and meshes that are not round: B = 3e-4 T within 1e-4
    assert_near(part, sum * 1e-12 / FLX_SI_PHI0, 2e-3 * part);
    // mu0 m R^2/2 (R^2 + z^2)^(3/2) of the dipole a quarter above; the polygon has the circle's area
    double dipole = FLX_SI_MU0 * 1e-30 * 1e-12 / (2 * pow(1e-12 + 0.0625e-12, 1.5)) / FLX_SI_PHI0;
    assert_near(number(root, "fluxes", "flux-1", "applied_Phi0", NULL), dipole, 1e-4 * dipole);
    assert_near(number(root, "fluxes", "flux-1", "z", NULL), 5e-7, 1e-20);
    json_decref(root);

    const struct {
        const char *shape, *z, *message;
    } wrong[] = {
        {"{circle: {radius: 1}}", "1 T", "height in '0 m, 0 m, 1 T': '1 T' is in T"},
        {"{circel: {radius: 1}}", NULL,
         "flux through '{circel: {radius: 1}}': unknown key 'circel'; did you mean 'circle'?"},
        {"{circle: {radius: 1 T}}", NULL,
         "flux through '{circle: {radius: 1 T}}': circle.radius: '1 T' is in T"},
        {"[circle: {radius: 2}, cut: {circle: {radius: 1}}]", NULL,
         "the shape has 2 rims, wanted is one closed curve"},
        {"{circle: {radius: 1e5}}", NULL, "': item 1 of the shape: an arc of radius 100000"}};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        char *json = NULL;
        request = (flx_measure_request){
            .time = NAN, .flux = &wrong[k].shape, .n_flux = 1, .flux_z = wrong[k].z};
        assert_int_equal(flx_measure_file(ctx, path, &request, &json) < 0, 1);
        if (!strstr(flx_ctx_error(ctx), wrong[k].message))
            fail_msg("%s", flx_ctx_error(ctx));
    }
    unlink(path);
}

// Two films over each other: each has its own current across a path, and its own at a place.
static void films_over_each_other_are_measured_each(void **state)
{
    (void)state;
    const char *const path = "test_measure_films.h5", *const along[] = {"[[0, 0], [4, 0]]"};
    const char *const at[] = {"1.5, 0", "2.2, 0"};
    flx_run_opts opts = flx_run_opts_default();
    opts.output = path;
    flx_run_result *r = run_text(ctx,
                                 TWO_RINGS "mesh: {max_edge: 0.5}\n"
                                           "london: {currents: {h: 1 mA, k: -0.5 mA}}\n",
                                 &opts, FLX_OK);
    flx_run_result_free(r);
    flx_measure_request request = {
        .time = NAN, .along = along, .n_along = 1, .at_point = at, .n_point = 2};
    json_t *root = measure(path, &request);
    assert_near(number(root, "paths", "path-1", "current", NULL), -0.5e-3, 1e-12);
    assert_near(number(root, "paths", "path-1", "films", "a", NULL), -1e-3, 1e-12);
    assert_near(number(root, "paths", "path-1", "films", "b", NULL), 0.5e-3, 1e-12);
    const json_t *points = json_object_get(root, "points");
    assert_true(item(json_object_get(points, "point-1.a"), "sheet_current", 1) > 0);
    assert_true(item(json_object_get(points, "point-1.b"), "sheet_current", 1) < 0);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(points, "point-2"), "film")), "b");
    json_decref(root);
    unlink(path);
}

// B_z in a film, as a field in the plane of its currents: at the middle of a disk as by the radial
// integral equation, and the same all round on a circle.
static void the_field_in_a_film_is_smooth_and_of_second_order(void **state)
{
    (void)state;
    enum { N = 24 };
    const double rows[][2] = {{1, 0.794294160}, {0.1, 0.244000975}, {0.01, 0.025954672}};
    static char text[N][48];
    const char *field[N + 1] = {"0, 0, 0"}, *const path = "test_london_disk.h5";
    for (int k = 0; k < N; k++) {
        double turn = 2 * 3.14159265358979 * (k + 0.3) / N;
        snprintf(text[k], sizeof text[k], "%.9f, %.9f, 0", 0.5 * cos(turn), 0.5 * sin(turn));
        field[k + 1] = text[k];
    }
    flx_measure_request request = {.time = NAN, .field = field, .n_field = N + 1};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        double spread[2];
        for (int fine = 0; fine < 2; fine++) {
            char one[512];
            snprintf(one, sizeof one,
                     "fluxoid: 1\nunits: {length: um}\nlayers: {nb: {pearl_length: %g um}}\n"
                     "films: {film: {layer: nb, shape: [circle: {radius: 1}]}}\n"
                     "mesh: {max_edge: %g}\ndrive: {field: 1 mT}\nengine: london\n",
                     rows[k][0], fine ? 0.07 : 0.14);
            flx_run_opts opts = flx_run_opts_default();
            opts.output = path;
            flx_run_result_free(run_text(ctx, one, &opts, FLX_OK));
            json_t *root = measure(path, &request);
            double middle = number(root, "fields", "field-1", "Bz", NULL) / 1e-3, sum = 0, all = 0;
            // (h/R)^2/20 or less, of currents that make as much as the applied field
            assert_near(middle, rows[k][1], fine ? 5e-4 : 1e-3);
            for (int p = 0; p < N; p++) {
                char name[32];
                snprintf(name, sizeof name, "field-%d", p + 2);
                double b = number(root, "fields", name, "Bz", NULL) / 1e-3;
                sum += b / N;
                all += b * b / N;
            }
            spread[fine] = sqrt(fmax(all - sum * sum, 0));
            json_decref(root);
            unlink(path);
        }
        // Of constant currents in triangles it is 0.01, 0.04, 0.05, and falls as h.
        assert_true(spread[0] < 5e-3 && spread[1] < 0.4 * spread[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_measured_after_the_fact),
        cmocka_unit_test(the_flux_of_a_loop_is_that_through_its_own_edges),
        cmocka_unit_test(the_flux_through_any_curve_is_measured),
        cmocka_unit_test(films_over_each_other_are_measured_each),
        cmocka_unit_test(the_field_in_a_film_is_smooth_and_of_second_order),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
