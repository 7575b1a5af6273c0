// Pictures of films: colours where they belong, nothing where there is no film, streamlines that
// follow the current, errors that say what to do.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "plot/figure.h"
#include "plot/stream.h"
#include "test_plot_scene.h"

#include <unistd.h>

static const double pi = 3.14159265358979323846;

// ---- Colours

static void lab_of(const flx_colour_map *map, int k, double lab[3])
{
    double rgb[3] = {map->rgb[k][0], map->rgb[k][1], map->rgb[k][2]};
    flx_oklab(rgb, lab);
}

static double colour_distance(const double a[3], const double b[3])
{
    return sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) +
                (a[2] - b[2]) * (a[2] - b[2]));
}

static void sequential_colours_get_lighter_in_even_steps(void **state)
{
    (void)state;
    enum { STEP = 64, N = FLX_COLOURS_N / STEP };
    for (int kind = FLX_COLOURS_DEPTH; kind <= FLX_COLOURS_EMBER; kind++) {
        flx_colour_map map;
        flx_colour_map_init(&map, (flx_colours)kind);
        double least = INFINITY, most = 0, lab[3], last[3];
        lab_of(&map, 0, last);
        for (int k = 1; k < FLX_COLOURS_N; k++) {
            double here[3], before[3];
            lab_of(&map, k, here);
            lab_of(&map, k - 1, before);
            assert_true(here[0] > before[0]);
        }
        for (int k = 1; k < N; k++) {
            lab_of(&map, k * STEP, lab);
            double d = colour_distance(lab, last);
            least = fmin(least, d);
            most = fmax(most, d);
            memcpy(last, lab, sizeof lab);
        }
        // Even to the eye: nobody sees 30 % of a step where two lines of text differ by ten steps.
        assert_true(most < 1.3 * least);
    }
}

static void diverging_colours_are_symmetric_in_lightness(void **state)
{
    (void)state;
    flx_colour_map map;
    flx_colour_map_init(&map, FLX_COLOURS_DIVERGING);
    for (int k = 0; k < FLX_COLOURS_N / 2; k++) {
        double left[3], right[3];
        lab_of(&map, k, left);
        lab_of(&map, FLX_COLOURS_N - 1 - k, right);
        assert_near(left[0], right[0], 1e-5);            // colours are kept in single precision
        assert_true(left[2] < 1e-3 && right[1] > -1e-3); // blue below, red above
    }
}

static void cyclic_colours_have_one_lightness_and_close(void **state)
{
    (void)state;
    flx_colour_map map;
    flx_colour_map_init(&map, FLX_COLOURS_CYCLIC);
    double last[3], first_step = 0;
    lab_of(&map, FLX_COLOURS_N - 1, last);
    for (int k = 0; k < FLX_COLOURS_N; k++) {
        double lab[3];
        lab_of(&map, k, lab);
        assert_near(lab[0], 0.74, 1e-5); // single precision
        double d = colour_distance(lab, last);
        first_step = k == 0 ? d : first_step;
        assert_near(d, first_step, 0.01 * first_step); // single precision, small differences
        memcpy(last, lab, sizeof lab);
    }
}

// ---- Ticks and units

static void ticks_are_round_and_inside(void **state)
{
    (void)state;
    char text[FLX_LABEL_MAX];
    for (int k = 0; k < 4000; k++) {
        double min = sin(k) * pow(10, k % 13 - 6),
               max = min + exp(cos(3 * k)) * pow(10, k % 11 - 6);
        if (max - min < 1e-9 * fabs(min))
            continue;
        flx_ticks ticks = flx_ticks_of(min, max, 8, 0);
        assert_true(ticks.n >= 2 && ticks.n <= 8);
        double slack = 1e-6 * (max - min); // slack of the ends plus rounding
        assert_true(flx_tick(&ticks, 0) >= min - slack);
        assert_true(flx_tick(&ticks, ticks.n - 1) <= max + slack);
        assert_near(atof(flx_tick_text(&ticks, 0, text) + (text[0] == '\xe2' ? 3 : 0)),
                    fabs(flx_tick(&ticks, 0)), 1e-9 * fmax(fabs(min), fabs(max)));
    }
    flx_ticks whole = flx_ticks_of(-0.1, 2.1, 10, 1);
    assert_int_equal(whole.n, 3);
    assert_string_equal(flx_tick_text(&whole, 2, text), "2");
    flx_ticks around = flx_ticks_of(-0.3, 0.3, 8, 0);
    assert_string_equal(flx_tick_text(&around, 0, text), "\u22120.3");
    assert_string_equal(flx_tick_text(&around, 3, text), "0.0");
}

static void units_make_short_numbers(void **state)
{
    (void)state;
    flx_axis_unit unit = flx_axis_unit_of(0.5, 2.5e-5, "V", true); // 12.5 uV
    assert_string_equal(unit.label, "\u00b5V");
    assert_near(unit.factor * 0.5, 12.5, 1e-12); // rounding
    unit = flx_axis_unit_of(3e-5, 1, "K_{0}", false);
    assert_string_equal(unit.label, "10^{\u22125} K_{0}");
    assert_near(unit.factor * 3e-5, 3, 1e-12); // rounding
    assert_string_equal(flx_axis_unit_of(0, 1, NULL, false).label, "");
    assert_string_equal(flx_axis_unit_of(1000, 1, "A/m", true).label, "kA/m");
}

// ---- Pictures

typedef struct page {
    flx_ctx *ctx;
    ring_scene ring;
    flx_plot_opts opts;
} page;

static int set_up(void **state)
{
    page *p = calloc(1, sizeof *p);
    p->ctx = flx_ctx_create();
    ring_create(&p->ring, 120, 20);
    p->opts = flx_plot_opts_default();
    p->opts.width = 500;
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    page *p = *state;
    ring_free(&p->ring);
    flx_ctx_free(p->ctx);
    free(p);
    return 0;
}

static unsigned char *read_file(const char *path, size_t *n)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *n = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = malloc(*n + 1);
    assert_int_equal(fread(bytes, 1, *n, file), *n);
    bytes[*n] = 0;
    fclose(file);
    return bytes;
}

static void assert_plotted(page *p, const char *path)
{
    if (flx_plot_frame(p->ctx, &p->ring.scene, &p->opts, path) != FLX_OK)
        fail_msg("%s", flx_ctx_error(p->ctx));
}

static void the_same_data_give_the_same_bytes(void **state)
{
    page *p = *state;
    static const char *const names[][2] = {
        {"plot-a.png", "plot-b.png"}, {"plot-a.svg", "plot-b.svg"}, {"plot-a.pdf", "plot-b.pdf"}};
    static const char *const magic[] = {"\x89PNG", "<?xml", "%PDF-"};
    p->opts.panels = "psi,phase,current,vorticity,mu,field,supercurrent,normal";
    p->opts.width = 900;
    for (int k = 0; k < 3; k++) {
        size_t n[2];
        unsigned char *bytes[2];
        for (int twice = 0; twice < 2; twice++) {
            assert_plotted(p, names[k][twice]);
            bytes[twice] = read_file(names[k][twice], &n[twice]);
        }
        assert_true(n[0] > 10000);
        assert_memory_equal(bytes[0], magic[k], strlen(magic[k]));
        assert_int_equal(n[0], n[1]);
        assert_memory_equal(bytes[0], bytes[1], n[0]);
        free(bytes[0]);
        free(bytes[1]);
    }
}

// A panel without anything over its colours.
static cairo_surface_t *bare_panel(page *p, const char *panel, flx_figure *figure)
{
    p->opts.panels = panel;
    p->opts.vortices = p->opts.terminals = false;
    p->opts.stream_gap = 0;
    assert_plotted(p, "plot-bare.png");
    assert_int_equal(flx_figure_init(p->ctx, figure, &p->ring.scene, &p->opts), FLX_OK);
    cairo_surface_t *image = cairo_image_surface_create_from_png("plot-bare.png");
    assert_int_equal(cairo_surface_status(image), CAIRO_STATUS_SUCCESS);
    assert_int_equal(cairo_image_surface_get_width(image), 500);
    return image;
}

static void pixel(cairo_surface_t *image, int x, int y, int rgb[3])
{
    const unsigned char *data = cairo_image_surface_get_data(image);
    const uint32_t *row =
        (const uint32_t *)(const void *)(data + y * cairo_image_surface_get_stride(image));
    for (int c = 0; c < 3; c++)
        rgb[c] = (int)(row[x] >> (16 - 8 * c) & 255);
}

// Compares every pixel of the film with the colour its value should have, and every pixel that is
// not film with the page; returns the number of pixels of film compared.
static int check_pixels(page *p, const char *panel, flx_colours colours,
                        double (*value)(double x, double y), int tolerance)
{
    flx_figure figure;
    flx_colour_map map;
    cairo_surface_t *image = bare_panel(p, panel, &figure);
    flx_colour_map_init(&map, colours);
    double px = (figure.box[2] - figure.box[0]) / figure.panel[0];
    int n = 0;
    for (int r = 2; r < figure.panel[1] - 2; r++) {
        for (int c = 2; c < figure.panel[0] - 2; c++) {
            double x = figure.box[0] + (c + 0.5) * px, y = figure.box[3] - (r + 0.5) * px;
            double radius = hypot(x, y);
            int rgb[3];
            pixel(image, (int)figure.at[0][0] + c, (int)figure.at[0][1] + r, rgb);
            bool outside = radius < RING_INNER - 2 * px || radius > RING_OUTER + 2 * px;
            bool inside = radius > RING_INNER + 2 * px && radius < RING_OUTER - 3 * px;
            double t = inside ? value(x, y) : 0;
            int k = flx_colour_index(t);
            for (int s = 0; s < 3; s++) {
                int expected = (int)lround(255 * flx_srgb_encode(map.rgb[k][s]));
                if (outside && rgb[s] != 255)
                    fail_msg("%s: the page is painted at (%g, %g)", panel, x, y);
                if (inside && abs(rgb[s] - expected) > tolerance)
                    fail_msg("%s at (%g, %g): channel %d is %d, expected %d", panel, x, y, s,
                             rgb[s], expected);
            }
            n += inside;
        }
    }
    cairo_surface_destroy(image);
    return n;
}

static double mu_share(double x, double y)
{
    return 0.5 + 0.5 * (x + 0.5 * y) / 12;
}

static void a_linear_field_has_the_colour_of_its_value_at_every_pixel(void **state)
{
    page *p = *state;
    for (int32_t i = 0; i < p->ring.mesh.n_site; i++)
        p->ring.mu[i] = p->ring.mesh.x[i] + 0.5 * p->ring.mesh.y[i];
    p->opts.range[FLX_PLOT_MU] = (flx_plot_range){-12, 12};
    // Linear fields are exact; a pixel spans 2e-3 of the map, where a channel changes by one.
    int n = check_pixels(p, "mu", FLX_COLOURS_DIVERGING, mu_share, 2);
    assert_true(n > 50000);
}

static double phase_share(double x, double y)
{
    double theta = atan2(y, x) / (2 * pi) * 3 + 0.5;
    return theta - floor(theta);
}

static void the_phase_has_no_seam(void **state)
{
    page *p = *state;
    for (int32_t i = 0; i < p->ring.mesh.n_site; i++) {
        double theta = atan2(p->ring.mesh.y[i], p->ring.mesh.x[i]);
        p->ring.psi[i] = (flx_cplx){cos(3 * theta), sin(3 * theta)};
    }
    // Interpolating psi between sites 3 degrees apart (9 in phase) errs by < 0.1 degree of 360; the
    // colours turn by 0.7 of a level per degree. Through the wrapped angle a seam would have all.
    int n = check_pixels(p, "phase", FLX_COLOURS_CYCLIC, phase_share, 3);
    assert_true(n > 50000);
}

static void values_that_are_not_numbers_are_grey(void **state)
{
    page *p = *state;
    flx_figure figure;
    for (int32_t i = 0; i < p->ring.mesh.n_site; i++)
        p->ring.mu[i] = NAN;
    cairo_surface_t *image = bare_panel(p, "mu", &figure);
    int rgb[3], grey = (int)lround(255 * flx_srgb_encode(0.3));
    double px = (figure.box[2] - figure.box[0]) / figure.panel[0];
    pixel(image, (int)(figure.at[0][0] + (7 - figure.box[0]) / px),
          (int)(figure.at[0][1] + 0.5 * figure.panel[1]), rgb);
    assert_near(rgb[0], grey, 1); // rounding of the table that encodes levels
    assert_near(rgb[2], grey, 1);
    cairo_surface_destroy(image);
}

// ---- Streamlines

static void streamlines_follow_the_current_evenly(void **state)
{
    page *p = *state;
    flx_raster raster;
    flx_streams streams;
    const flx_mesh *mesh = &p->ring.mesh;
    for (int32_t i = 0; i < mesh->n_site; i++) {
        double square = mesh->x[i] * mesh->x[i] + mesh->y[i] * mesh->y[i];
        p->ring.current[2 * i] = -mesh->y[i] / square;
        p->ring.current[2 * i + 1] = mesh->x[i] / square;
    }
    double box[4] = {-11, -11, 11, 11}, gap = 0.6;
    assert_int_equal(flx_raster_init(p->ctx, &raster, mesh, box, (int32_t[2]){400, 400}), FLX_OK);
    flx_stream_task task = {&raster, p->ring.current, gap, 1e-3};
    assert_int_equal(flx_streams_init(p->ctx, &streams, &task), FLX_OK);
    // About one line for each gap of radius, each a circle, run counter-clockwise.
    assert_in_range(streams.n_line, 7, 20);
    double covered[64] = {0};
    for (int32_t l = 0; l < streams.n_line; l++) {
        int32_t first = streams.start[l], end = streams.start[l + 1];
        double radius = hypot(streams.point[first][0], streams.point[first][1]);
        for (int32_t k = first + 1; k < end; k++) {
            const double *a = streams.point[k - 1], *b = streams.point[k];
            // Midpoint rule: drift (step/r)^2/24 of a step each, < 1e-3 in a turn; the linear
            // interpolation between sites 3 degrees apart adds < 1e-3.
            assert_near(hypot(b[0], b[1]), radius, 0.01 * radius);
            assert_true(a[0] * b[1] - a[1] * b[0] > 0);
        }
        covered[(int)(radius / gap)] += (end - first) * 0.1 * gap / (2 * pi * radius);
        for (int32_t m = 0; m < l; m++) {
            double other =
                hypot(streams.point[streams.start[m]][0], streams.point[streams.start[m]][1]);
            for (int32_t k = first; k < end && fabs(other - radius) < 0.45 * gap; k += 3)
                for (int32_t j = streams.start[m]; j < streams.start[m + 1]; j += 3) {
                    double d = hypot(streams.point[k][0] - streams.point[j][0],
                                     streams.point[k][1] - streams.point[j][1]);
                    assert_true(d > 0.45 * gap); // traced no nearer than half a gap
                }
        }
    }
    // No ring of one gap's width inside the film stays empty.
    for (int b = (int)(RING_INNER / gap) + 1; b < (int)(RING_OUTER / gap) - 1; b++)
        assert_true(covered[b] + covered[b + 1] > 0.5);
    flx_streams_clear(&streams);
    flx_raster_clear(&raster);
}

// ---- Ranges

static void widening_covers_all_scenes(void **state)
{
    page *p = *state;
    p->opts.panels = "psi,current,mu,phase";
    assert_int_equal(flx_plot_widen(p->ctx, &p->ring.scene, &p->opts), FLX_OK);
    double first = p->opts.range[FLX_PLOT_MU].max;
    for (int32_t i = 0; i < p->ring.mesh.n_site; i++)
        p->ring.mu[i] *= -3;
    assert_int_equal(flx_plot_widen(p->ctx, &p->ring.scene, &p->opts), FLX_OK);
    assert_near(p->opts.range[FLX_PLOT_MU].max, 3 * first, 1e-12); // rounding
    assert_near(p->opts.range[FLX_PLOT_MU].min, -3 * first, 1e-12);
    assert_true(p->opts.range[FLX_PLOT_PSI].min == 0 && p->opts.range[FLX_PLOT_PSI].max == 1);
    assert_true(p->opts.range[FLX_PLOT_CURRENT].min == 0);
    assert_true(p->opts.range[FLX_PLOT_FIELD].max == 0); // no such panel
}

// ---- Errors

static void assert_refused(page *p, const char *path, flx_status status, const char *text)
{
    assert_int_equal(flx_plot_frame(p->ctx, &p->ring.scene, &p->opts, path), status);
    if (!strstr(flx_ctx_error(p->ctx), text))
        fail_msg("'%s' does not say '%s'", flx_ctx_error(p->ctx), text);
}

static void wrong_requests_are_refused_with_a_remedy(void **state)
{
    page *p = *state;
    p->opts.panels = "psi, curent";
    assert_refused(p, "x.png", FLX_ERR_INPUT, "'curent'; nearest is 'current'");
    assert_refused(p, "x.gif", FLX_ERR_INPUT, ".png, .svg or .pdf");
    p->opts.panels = " ,";
    assert_refused(p, "x.png", FLX_ERR_INPUT, "no panel");
    assert_int_equal(flx_plot_check_panels(p->ctx, "PSI,phase"), FLX_OK);
    assert_int_equal(flx_plot_check_panels(p->ctx, "phsae"), FLX_ERR_INPUT);
    assert_non_null(strstr(flx_ctx_error(p->ctx), "nearest is 'phase'"));
    p->opts.panels = "field";
    p->ring.scene.field = NULL;
    assert_refused(p, "x.png", FLX_ERR_INPUT, "scene->field");
    p->opts.panels = "psi";
    p->opts.width = 60;
    assert_refused(p, "x.png", FLX_ERR_INPUT, "do not fit");
    p->opts.width = 500;
    p->opts.title = "\xff\xfe";
    assert_refused(p, "x.png", FLX_ERR_INPUT, "UTF-8");
    p->opts.title = NULL;
    p->opts.view[0] = 3;
    assert_refused(p, "x.png", FLX_ERR_INPUT, "plot.view");
    p->opts.view[0] = 0;
    p->opts.range[FLX_PLOT_PSI] = (flx_plot_range){1, 0};
    assert_refused(p, "x.png", FLX_ERR_INPUT, "range of psi");
    p->opts.cookie = 0;
    assert_refused(p, "x.png", FLX_ERR_INPUT, "flx_plot_opts_default");
    assert_int_equal(access("x.png", F_OK), -1);
}

static void a_path_that_cannot_be_written_is_reported(void **state)
{
    page *p = *state;
    p->opts.panels = "psi";
    assert_refused(p, "no-such-folder/x.png", FLX_ERR_FILE, "make its directory");
    unlink("plot-full.png");
    if (access("/dev/full", W_OK) != 0 || symlink("/dev/full", "plot-full.png") != 0)
        skip();
    assert_refused(p, "plot-full.png", FLX_ERR_FILE, "free some space");
    assert_int_equal(unlink("plot-full.png"), 0); // the link is not ours to remove
}

static void every_failed_allocation_is_reported_and_nothing_leaks(void **state)
{
    page *p = *state;
    p->opts.panels = "phase,current,vorticity";
    p->opts.width = 400;
    p->opts.columns = 1;
    p->opts.stream_gap = 40;
    for (int64_t n = 1;; n++) {
        unlink("plot-memory.png");
        flx_ctx_fail_allocation(p->ctx, n);
        flx_status status = flx_plot_frame(p->ctx, &p->ring.scene, &p->opts, "plot-memory.png");
        flx_ctx_fail_allocation(p->ctx, 0);
        if (status == FLX_OK) {
            assert_true(n > 15);
            break;
        }
        assert_int_equal(status, FLX_ERR_MEMORY);
        assert_int_equal(access("plot-memory.png", F_OK), -1);
    }
}

static void options_are_all_in_the_table_or_set_by_hand(void **state)
{
    (void)state;
    // Every byte from `width` on belongs to a row, to padding or to the cookie.
    flx_plot_opts opts;
    memset(&opts, 0x5a, sizeof opts);
    flx_options_default(&flx_plot_option_table, &opts);
    const unsigned char *byte = (const unsigned char *)&opts;
    int untouched = 0;
    for (size_t k = offsetof(flx_plot_opts, width); k < offsetof(flx_plot_opts, cookie); k++)
        untouched += byte[k] == 0x5a;
    assert_int_equal(untouched, 0);
    opts = flx_plot_opts_default();
    assert_int_equal(flx_plot_opts_check(NULL, &opts), FLX_OK);
    for (int q = 0; q < FLX_PLOT_QUANTITIES; q++)
        assert_int_equal(flx_plot_check_panels(NULL, flx_plot_quantity_name(q)), FLX_OK);
    assert_null(flx_plot_quantity_name(FLX_PLOT_QUANTITIES));
}

int main(void)
{
#define PAGE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sequential_colours_get_lighter_in_even_steps),
        cmocka_unit_test(diverging_colours_are_symmetric_in_lightness),
        cmocka_unit_test(cyclic_colours_have_one_lightness_and_close),
        cmocka_unit_test(ticks_are_round_and_inside),
        cmocka_unit_test(units_make_short_numbers),
        cmocka_unit_test(options_are_all_in_the_table_or_set_by_hand),
        PAGE(the_same_data_give_the_same_bytes),
        PAGE(a_linear_field_has_the_colour_of_its_value_at_every_pixel),
        PAGE(the_phase_has_no_seam),
        PAGE(values_that_are_not_numbers_are_grey),
        PAGE(streamlines_follow_the_current_evenly),
        PAGE(widening_covers_all_scenes),
        PAGE(wrong_requests_are_refused_with_a_remedy),
        PAGE(a_path_that_cannot_be_written_is_reported),
        PAGE(every_failed_allocation_is_reported_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
