// Curves and movies.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_plot_scene.h"

#include <cairo.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct page {
    flx_ctx *ctx;
    flx_plot_opts opts;
} page;

static int set_up(void **state)
{
    page *p = calloc(1, sizeof *p);
    p->ctx = flx_ctx_create();
    p->opts = flx_plot_opts_default();
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    page *p = *state;
    flx_ctx_free(p->ctx);
    free(p);
    return 0;
}

static void assert_status(page *p, flx_status status, flx_status expected, const char *text)
{
    if (status != expected)
        fail_msg("status %d: %s", status, flx_ctx_error(p->ctx));
    if (text && !strstr(flx_ctx_error(p->ctx), text))
        fail_msg("'%s' does not say '%s'", flx_ctx_error(p->ctx), text);
}

// ---- Curves

// Is any pixel of this colour in the rectangle?
static bool has_colour(cairo_surface_t *image, const int rect[4], const int rgb[3], int tolerance)
{
    const unsigned char *data = cairo_image_surface_get_data(image);
    for (int y = rect[1]; y < rect[1] + rect[3]; y++) {
        const unsigned char *row = data + y * cairo_image_surface_get_stride(image);
        for (int x = rect[0]; x < rect[0] + rect[2]; x++) {
            uint32_t value = ((const uint32_t *)(const void *)row)[x];
            bool same = true;
            for (int c = 0; c < 3; c++)
                same = same && abs((int)(value >> (16 - 8 * c) & 255) - rgb[c]) <= tolerance;
            if (same)
                return true;
        }
    }
    return false;
}

static bool dark(cairo_surface_t *image, int x, int y)
{
    const unsigned char *row =
        cairo_image_surface_get_data(image) + y * cairo_image_surface_get_stride(image);
    uint32_t value = ((const uint32_t *)(const void *)row)[x];
    return (value & 255) < 190 && (value >> 16 & 255) < 190;
}

// The frame of the axes: the first and last row and column that are dark for more than half.
static void find_axes(cairo_surface_t *image, int rect[4])
{
    int size[2] = {cairo_image_surface_get_width(image), cairo_image_surface_get_height(image)};
    for (int axis = 0; axis < 2; axis++) {
        int first = -1, last = -1;
        for (int k = 0; k < size[axis]; k++) {
            int count = 0;
            for (int m = 0; m < size[1 - axis]; m++)
                count += axis == 0 ? dark(image, k, m) : dark(image, m, k);
            if (2 * count > size[1 - axis]) {
                first = first < 0 ? k : first;
                last = k;
            }
        }
        rect[axis] = first;
        rect[axis + 2] = last - first;
    }
}

static const int first_colour[3] = {0, 114, 178};

static flx_plot_lines lines_of(flx_plot_panel *panel, flx_plot_curve *curve)
{
    *panel = (flx_plot_panel){{"Voltage", "V", true, 0, 1}, curve, 1};
    return (flx_plot_lines){NULL, {"t", "s", true, 0, 1}, panel, 1};
}

static void a_curve_passes_where_its_points_are(void **state)
{
    page *p = *state;
    enum { N = 20001 };
    static double x[N], y[N];
    flx_plot_curve curve = {NULL, x, y, NULL, 0, FLX_PLOT_LINE};
    flx_plot_panel panel;
    flx_plot_lines lines = lines_of(&panel, &curve);
    // A parabola; few points are drawn one by one, many by pixel columns.
    static const int64_t counts[2] = {101, N};
    for (int dense = 0; dense < 2; dense++) {
        curve.n = counts[dense];
        for (int64_t k = 0; k < curve.n; k++) {
            x[k] = (double)k / (double)(curve.n - 1);
            y[k] = x[k] * x[k];
        }
        assert_status(p, flx_plot_series(p->ctx, &lines, &p->opts, "series-a.png"), FLX_OK, NULL);
        cairo_surface_t *image = cairo_image_surface_create_from_png("series-a.png");
        int axes[4];
        find_axes(image, axes);
        assert_in_range(axes[2], 600, 800);
        for (int k = 1; k < 10; k++) {
            int px = axes[0] + (int)(0.1 * k * axes[2]);
            int py = axes[1] + (int)((1 - 0.01 * k * k) * axes[3]);
            // The line is 1.5 px wide; within 3 px of its place, and not 12 px off.
            assert_true(has_colour(image, (int[4]){px - 1, py - 3, 3, 7}, first_colour, 60));
            assert_false(has_colour(image, (int[4]){px - 1, py - 24, 3, 12}, first_colour, 60));
        }
        cairo_surface_destroy(image);
    }
}

static void steps_hold_their_value_and_gaps_stay_open(void **state)
{
    page *p = *state;
    double x[4] = {0, 0.5, 0.75, 1}, y[4] = {0.2, 0.8, NAN, 0.5};
    flx_plot_curve curve = {NULL, x, y, NULL, 4, FLX_PLOT_STEPS};
    flx_plot_panel panel;
    flx_plot_lines lines = lines_of(&panel, &curve);
    assert_status(p, flx_plot_series(p->ctx, &lines, &p->opts, "series-b.png"), FLX_OK, NULL);
    cairo_surface_t *image = cairo_image_surface_create_from_png("series-b.png");
    int axes[4];
    find_axes(image, axes);
    int at_low = axes[1] + (int)(0.8 * axes[3]);
    assert_true(
        has_colour(image, (int[4]){axes[0] + axes[2] / 4, at_low - 3, 3, 7}, first_colour, 60));
    assert_true(has_colour(image, (int[4]){axes[0] + (int)(0.45 * axes[2]), at_low - 3, 3, 7},
                           first_colour, 60));
    assert_false(has_colour(
        image, (int[4]){axes[0] + (int)(0.55 * axes[2]), axes[1] + 2, axes[2] / 3, axes[3] - 4},
        first_colour, 60));
    cairo_surface_destroy(image);
}

static void series_have_all_formats_and_refuse_what_they_cannot_draw(void **state)
{
    page *p = *state;
    double x[3] = {0, 1, 2}, y[3] = {1, NAN, -1e300}, e[3] = {0.1, 0.1, INFINITY};
    flx_plot_curve curves[4] = {{"line", x, y, e, 3, FLX_PLOT_LINE},
                                {"points", x, x, e, 3, FLX_PLOT_POINTS},
                                {"V_{s}", x, x, NULL, 0, FLX_PLOT_LINE_POINTS},
                                {NULL, y, y, NULL, 3, FLX_PLOT_STEPS}};
    flx_plot_panel panels[2] = {{{"Voltage", "V_{0}", false, 0, 0}, curves, 4},
                                {{NULL, NULL, true, 0, 0}, NULL, 0}};
    flx_plot_lines lines = {"Title", {"I", NULL, false, 0, 0}, panels, 2};
    static const char *const paths[] = {"series-c.png", "series-c.svg", "series-c.pdf"};
    for (int k = 0; k < 3; k++)
        assert_status(p, flx_plot_series(p->ctx, &lines, &p->opts, paths[k]), FLX_OK, NULL);
    assert_status(p, flx_plot_series(p->ctx, &lines, &p->opts, "s.txt"), FLX_ERR_INPUT, ".svg");
    p->opts.height = 50;
    assert_status(p, flx_plot_series(p->ctx, &lines, &p->opts, paths[0]), FLX_ERR_INPUT,
                  "do not fit");
    p->opts.height = 0;
    curves[0].x = NULL;
    assert_status(p, flx_plot_series(p->ctx, &lines, &p->opts, paths[0]), FLX_ERR_INPUT, "'line'");
    lines.n_panel = 0;
    assert_status(p, flx_plot_series(p->ctx, &lines, &p->opts, paths[0]), FLX_ERR_INPUT,
                  "0 panels");
}

static void series_report_every_failed_allocation(void **state)
{
    page *p = *state;
    double x[2] = {0, 1};
    flx_plot_curve curve = {"c", x, x, x, 2, FLX_PLOT_LINE_POINTS};
    flx_plot_panel panel;
    flx_plot_lines lines = lines_of(&panel, &curve);
    for (int64_t n = 1;; n++) {
        flx_ctx_fail_allocation(p->ctx, n);
        flx_status status = flx_plot_series(p->ctx, &lines, &p->opts, "series-d.png");
        flx_ctx_fail_allocation(p->ctx, 0);
        if (status == FLX_OK) {
            assert_true(n > 1);
            break;
        }
        assert_int_equal(status, FLX_ERR_MEMORY);
    }
}

// ---- Movies

static bool have(const char *program)
{
    char command[100];
    snprintf(command, sizeof command, "command -v %s > /dev/null", program);
    return system(command) == 0;
}

static flx_status make_movie(page *p, ring_scene *ring, const char *path, int n)
{
    flx_movie *movie;
    flx_status status = flx_movie_open(p->ctx, &p->opts, 10, path, &movie);
    if (status < 0)
        return status;
    for (int k = 0; k < n; k++) {
        ring->frame.time = k;
        flx_movie_add(movie, &ring->scene);
    }
    return flx_movie_close(movie);
}

static void a_movie_plays(void **state)
{
    page *p = *state;
    if (!have("ffmpeg"))
        skip();
    ring_scene ring;
    ring_create(&ring, 60, 10);
    p->opts.panels = "psi,current";
    p->opts.width = 501; // odd: the film is widened to even
    unlink("movie.mp4");
    assert_status(p, make_movie(p, &ring, "movie.mp4", 12), FLX_OK, NULL);
    assert_int_equal(access("movie.mp4.part", F_OK), -1);
    if (have("ffprobe")) {
        FILE *pipe = popen("ffprobe -v error -count_frames -show_entries "
                           "stream=codec_name,width,pix_fmt,nb_read_frames -of csv=p=0 movie.mp4",
                           "r");
        char text[200] = "";
        assert_non_null(pipe);
        assert_non_null(fgets(text, sizeof text, pipe));
        pclose(pipe);
        assert_string_equal(text, "h264,502,yuv420p,12\n");
    }
    ring_free(&ring);
}

static void a_movie_that_cannot_be_made_says_why_and_leaves_no_file(void **state)
{
    page *p = *state;
    ring_scene ring;
    ring_create(&ring, 60, 10);
    p->opts.panels = "psi";
    p->opts.width = 300;
    assert_status(p, make_movie(p, &ring, "movie.avi", 1), FLX_ERR_INPUT, ".mp4");
    assert_status(p, make_movie(p, &ring, "none.mp4", 0), FLX_ERR_INPUT, "no frame");
    // The bad frame's own reason survives to the end.
    p->opts.panels = "field";
    ring.scene.field = NULL;
    assert_status(p, make_movie(p, &ring, "none.mp4", 3), FLX_ERR_INPUT, "scene->field");
    p->opts.panels = "psi";
    char *path = strdup(getenv("PATH"));
    setenv("PATH", "/nonexistent", 1);
    assert_status(p, make_movie(p, &ring, "none.mp4", 3), FLX_ERR_UNAVAILABLE,
                  "apt install ffmpeg");
    setenv("PATH", path, 1);
    free(path);
    if (have("ffmpeg")) {
        // ffmpeg ends before it has read the frames: no signal, its own words.
        signal(SIGPIPE, SIG_DFL);
        assert_status(p, make_movie(p, &ring, "no-such-folder/none.mp4", 40), FLX_ERR_FILE,
                      "ffmpeg says: ");
        assert_non_null(strstr(flx_ctx_error(p->ctx), "No such file or directory"));
    }
    assert_int_equal(access("none.mp4", F_OK), -1);
    assert_int_equal(access("none.mp4.part", F_OK), -1);
    flx_movie *movie;
    assert_status(p, flx_movie_open(p->ctx, &p->opts, 0, "none.mp4", &movie), FLX_ERR_INPUT,
                  "rate");
    assert_null(movie);
    assert_int_equal(flx_movie_close(NULL), FLX_OK);
    ring_free(&ring);
}

static void movies_report_every_failed_allocation(void **state)
{
    page *p = *state;
    if (!have("ffmpeg"))
        skip();
    ring_scene ring;
    ring_create(&ring, 24, 4);
    p->opts.panels = "psi";
    p->opts.width = 300;
    for (int64_t n = 1;; n++) {
        flx_ctx_fail_allocation(p->ctx, n);
        flx_status status = make_movie(p, &ring, "movie-memory.mp4", 1);
        flx_ctx_fail_allocation(p->ctx, 0);
        if (status == FLX_OK) {
            assert_true(n > 8);
            break;
        }
        assert_int_equal(status, FLX_ERR_MEMORY);
        assert_int_equal(access("movie-memory.mp4.part", F_OK), -1);
    }
    ring_free(&ring);
}

int main(void)
{
#define PAGE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        PAGE(a_curve_passes_where_its_points_are),
        PAGE(steps_hold_their_value_and_gaps_stay_open),
        PAGE(series_have_all_formats_and_refuse_what_they_cannot_draw),
        PAGE(series_report_every_failed_allocation),
        PAGE(a_movie_plays),
        PAGE(a_movie_that_cannot_be_made_says_why_and_leaves_no_file),
        PAGE(movies_report_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
