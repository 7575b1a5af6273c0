// cli/bench_film.c -- fluxoid bench film: time and bytes of a step against the size of the film,
// and, for a case with a probe, error against wall time for each integrator.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/run.h"

#include "bench.h"
#include "cli.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// a = b + 3 c on arrays of `bytes` altogether: what the memory gives one thread.
static double triad(size_t bytes)
{
    size_t n = bytes / (3 * sizeof(double));
    double *a = cli_alloc(n, sizeof *a), *b = cli_alloc(n, sizeof *b), *c = cli_alloc(n, sizeof *c);
    double best = INFINITY;
    for (size_t i = 0; i < n; i++)
        b[i] = c[i] = (double)i;
    for (int r = 0; r < 12; r++) {
        double begin = bench_now();
        for (size_t i = 0; i < n; i++)
            a[i] = b[i] + 3 * c[i];
        best = fmin(best, bench_now() - begin);
        b[(size_t)r % n] = a[n - 1]; // keeps the loop
    }
    free(a);
    free(b);
    free(c);
    return 3.0 * sizeof(double) * (double)n / best;
}

// ---- Size ---------------------------------------------------------------------------------------

// A bar between two contacts in a field, with a current of 0.2 K0 for each xi of its width.
typedef struct bar {
    flx_ctx *ctx;
    flx_mesh *mesh;
    flx_source *source;
    flx_terminal terminal[2];
    int32_t *site[2];
    double *length[2];
} bar;

static void place_terminal(bar *b, int k, double y)
{
    const flx_mesh *m = b->mesh;
    int32_t n = 0;
    b->site[k] = cli_alloc((size_t)m->n_site, sizeof(int32_t));
    b->length[k] = cli_alloc((size_t)m->n_site, sizeof(double));
    int32_t *place = cli_alloc((size_t)m->n_site, sizeof *place); // 1 + place in the list
    for (int32_t e = 0; e < m->n_edge; e++) {
        int32_t ends[2] = {m->tail[e], m->head[e]};
        if (fabs(m->y[ends[0]] - y) > 1e-9 || fabs(m->y[ends[1]] - y) > 1e-9)
            continue;
        for (int c = 0; c < 2; c++) {
            if (!place[ends[c]]) {
                b->site[k][n] = ends[c];
                place[ends[c]] = ++n;
            }
            b->length[k][place[ends[c]] - 1] += m->length[e] / 2;
        }
    }
    free(place);
    b->terminal[k] = (flx_terminal){.site = b->site[k], .length = b->length[k], .n_site = n};
}

static flx_status make_bar(bar *b, double width, double height, double max_edge)
{
    flx_region *region = NULL;
    flx_shape_item box = {.kind = FLX_SHAPE_BOX, .size = {width, height}, .scale = {1, 1}};
    flx_status status = flx_region_create(b->ctx, &box, 1, max_edge, &region);
    flx_mesh_film film = {.shape = region, .name = "bar"};
    flx_mesh_spec spec = {.films = &film, .n_film = 1};
    flx_mesh_opts opts = flx_mesh_opts_default();
    opts.max_edge = max_edge;
    if (status >= 0)
        status = flx_mesh_make(b->ctx, &spec, &opts, &b->mesh);
    flx_region_free(region);
    if (status < 0)
        return status;
    place_terminal(b, 0, height / 2);
    place_terminal(b, 1, -height / 2);
    flx_field_term field = {.kind = FLX_FIELD_UNIFORM, .amplitude = 0.1};
    flx_current current[2] = {{.value = 0.2 * width}, {.value = -0.2 * width}};
    flx_source_problem source = {
        .mesh = b->mesh, .field = &field, .n_field = 1, .current = current, .n_current = 2};
    return flx_source_create(b->ctx, &source, &b->source);
}

static void free_bar(bar *b)
{
    flx_source_free(b->source);
    flx_mesh_free(b->mesh);
    for (int k = 0; k < 2; k++) {
        free(b->site[k]);
        free(b->length[k]);
    }
    flx_ctx_free(b->ctx);
}

static int ascending(const void *p, const void *q)
{
    double a = *(const double *)p, b = *(const double *)q;
    return (a > b) - (a < b);
}

// Steps after the first 5 tau0, one by one; prints a row.
static flx_status time_steps(bar *b, int threads, int n_step)
{
    flx_tdgl_problem problem = {.mesh = b->mesh,
                                .terminals = b->terminal,
                                .n_terminal = 2,
                                .u = 5.79,
                                .gamma = 1,
                                .drive = flx_source_drive(b->source)};
    flx_tdgl_opts opts = flx_tdgl_opts_default();
    opts.threads = threads;
    opts.tolerance = 1e-3;
    flx_tdgl *sim = NULL;
    double begin = bench_now();
    flx_status status = flx_tdgl_create(b->ctx, &problem, &opts, &sim);
    double create = bench_now() - begin;
    flx_tdgl_report report = {0};
    while (status >= 0 && report.time < 5)
        status = flx_tdgl_step(sim, 5, &report);
    double *seconds = cli_alloc((size_t)n_step, sizeof *seconds), sweeps = 0;
    for (int k = 0; k < n_step && status >= 0; k++) {
        begin = bench_now();
        status = flx_tdgl_step(sim, 1e9, &report);
        seconds[k] = bench_now() - begin;
        sweeps += report.iterations;
    }
    if (status >= 0) {
        qsort(seconds, (size_t)n_step, sizeof *seconds, ascending);
        flx_tdgl_costs c = flx_tdgl_costs_of(sim, 30);
        printf("%8d %7d %9.3f %9.3f %7.1f %9.3f %9.3f %9.3f %7.1f %7.1f %7.1f\n", b->mesh->n_site,
               c.threads, create, 1e3 * seconds[n_step / 2], sweeps / n_step,
               1e3 * c.laplacian_seconds, 1e3 * c.sweep_seconds, 1e3 * c.solve_seconds,
               1e-9 * c.laplacian_bytes / c.laplacian_seconds,
               1e-9 * c.sweep_bytes / c.sweep_seconds, 1e-9 * c.solve_bytes / c.solve_seconds);
        fflush(stdout);
    }
    free(seconds);
    flx_tdgl_free(sim);
    return status;
}

static int bench_sizes(int largest, int threads)
{
    static const double width[] = {22, 54, 99, 314};
    printf("triad, one thread: %.1f GB/s in 10 MB, %.1f in 40 MB, %.1f in 400 MB\n\n",
           1e-9 * triad(10000000), 1e-9 * triad(40000000), 1e-9 * triad(400000000));
    printf(
        "A bar with contacts, current and field, edges <= 0.5 xi, bdf of order 3, tolerance 1e-3, "
        "from 5 tau0 on.\n");
    printf("%8s %7s %9s %9s %7s %9s %9s %9s %7s %7s %7s\n", "sites", "threads", "create s",
           "step ms", "sweeps", "Laplace", "sweep", "solve ms", "GB/s", "GB/s", "GB/s");
    for (int k = 0; k < largest; k++) {
        bar b = {.ctx = cli_context(1)};
        double begin = bench_now();
        flx_status status = make_bar(&b, width[k], 1.65 * width[k], 0.5);
        double mesh = bench_now() - begin;
        for (int t = 1; t <= threads && status >= 0; t++)
            status = time_steps(&b, t, k < 3 ? 100 : 20);
        if (status < 0)
            return cli_end(b.ctx, "bench film", status);
        printf("%8s mesh in %.2f s\n", "", mesh);
        free_bar(&b);
    }
    return CLI_DONE;
}

// ---- Work and precision -------------------------------------------------------------------------

typedef struct trace {
    flx_series *series;
    const double *t, *v;
    double wall;
    int64_t steps;
} trace;

static flx_status run_case(flx_ctx *ctx, const char *path, const char *const *sets, int n_set,
                           trace *out)
{
    char file[] = "/tmp/fluxoid-bench-XXXXXX";
    int handle = mkstemp(file);
    if (handle >= 0)
        close(handle);
    flx_case *c = NULL;
    flx_run_result *result = NULL;
    flx_file *data = NULL;
    flx_run_opts opts = flx_run_opts_default();
    opts.output = file;
    char column[128] = "";
    flx_status status = flx_case_load(ctx, path, sets, n_set, &c);
    if (status >= 0 && c->n_probe > 0)
        snprintf(column, sizeof column, "voltage.%s", c->probes[0].name);
    if (status >= 0)
        status = flx_run(ctx, c, &opts, &result);
    if (status >= 0)
        status = flx_file_open(ctx, file, FLX_FILE_READ, &data);
    if (status >= 0)
        status = flx_file_read_series(data, &out->series);
    if (status >= 0) {
        out->wall = result->wall;
        out->steps = result->step;
        out->t = flx_series_column(out->series, "time");
        out->v = flx_series_column(out->series, column);
    }
    flx_file_close(data);
    flx_run_result_free(result);
    flx_case_free(c);
    char sidecar[64];
    snprintf(sidecar, sizeof sidecar, "%s.xdmf", file);
    unlink(sidecar);
    unlink(file);
    return status;
}

// Root mean square of V - V_ref over the steps after the first tau0 (at rest V jumps); cubic
// interpolation in the reference.
static double trace_error(const trace *a, const trace *ref)
{
    int64_t n = ref->series->n_row, q = 0;
    double sum = 0, weight = 0;
    for (int64_t k = 1; k < a->series->n_row; k++) {
        double t = a->t[k], value = 0;
        if (t < 1)
            continue;
        while (q + 2 < n && ref->t[q + 1] < t)
            q++;
        int64_t first = q < 1 ? 0 : q + 3 > n ? n - 4 : q - 1;
        for (int64_t i = first; i < first + 4; i++) {
            double l = 1;
            for (int64_t j = first; j < first + 4; j++)
                if (j != i)
                    l *= (t - ref->t[j]) / (ref->t[i] - ref->t[j]);
            value += l * ref->v[i];
        }
        sum += (t - a->t[k - 1]) * (a->v[k] - value) * (a->v[k] - value);
        weight += t - a->t[k - 1];
    }
    return sqrt(sum / weight);
}

enum { N_METHOD = 3, N_TOLERANCE = 7 };

// Error against wall time, both as powers of ten.
static flx_status plot_work(flx_ctx *ctx, const char *const *label,
                            double work[N_METHOD][2][N_TOLERANCE], const char *picture)
{
    flx_plot_curve curves[N_METHOD];
    for (int m = 0; m < N_METHOD; m++)
        curves[m] = (flx_plot_curve){.name = label[m],
                                     .x = work[m][0],
                                     .y = work[m][1],
                                     .n = N_TOLERANCE,
                                     .style = FLX_PLOT_LINE_POINTS};
    flx_plot_panel panel = {.y = {.name = "log_{10} error of V(t) (V_{0}, rms)"},
                            .curves = curves,
                            .n_curve = N_METHOD};
    flx_plot_lines lines = {.title = "Work and precision",
                            .x = {.name = "log_{10} wall time (s)"},
                            .panels = &panel,
                            .n_panel = 1};
    flx_plot_opts opts = flx_plot_opts_default();
    opts.width = 800;
    opts.height = 560;
    return flx_plot_series(ctx, &lines, &opts, picture);
}

static int bench_case(const char *path, const cli_list *given, const char *picture)
{
    static const char *const integrator[] = {"tdgl.integrator=bdf", "tdgl.integrator=bdf",
                                             "tdgl.integrator=rk32"};
    static const char *const order[] = {"tdgl.order=3", "tdgl.order=2", "tdgl.order=3"};
    static const char *const label[] = {"bdf 3", "bdf 2", "rk32"};
    static const double tolerance[N_TOLERANCE] = {1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 1e-5, 1e-6};
    enum { REPEAT = 3 };
    double work[N_METHOD][2][N_TOLERANCE];
    flx_ctx *ctx = cli_context(1);
    const char *sets[64];
    char text[64] = "tdgl.tolerance=1e-8";
    int n = 0;
    sets[n++] = "tdgl.frames=1"; // frames are no part of the work
    while (n <= given->n && n < 60) {
        sets[n] = given->item[n - 1];
        n++;
    }
    sets[n] = integrator[0], sets[n + 1] = order[0], sets[n + 2] = text;
    trace ref = {0};
    flx_status status = run_case(ctx, path, sets, n + 3, &ref);
    if (status < 0 || !ref.v) {
        int code = status < 0 ? cli_end(ctx, "bench film", status)
                              : cli_wrong("bench film", "%s has no probe to compare by", path);
        flx_series_free(ref.series);
        flx_ctx_free(ctx);
        return code;
    }
    printf("%s, reference: bdf 3 at tolerance 1e-8, %lld steps\n%-7s %10s %8s %9s %14s\n", path,
           (long long)ref.steps, "", "tolerance", "steps", "wall s", "rms error V0");
    for (int m = 0; m < N_METHOD && status >= 0; m++)
        for (int k = 0; k < N_TOLERANCE && status >= 0; k++) {
            snprintf(text, sizeof text, "tdgl.tolerance=%g", tolerance[k]);
            sets[n] = integrator[m], sets[n + 1] = order[m], sets[n + 2] = text;
            double wall[REPEAT], error = 0;
            int64_t steps = 0;
            for (int r = 0; r < REPEAT && status >= 0; r++) {
                trace one = {0};
                status = run_case(ctx, path, sets, n + 3, &one);
                if (status >= 0) {
                    error = trace_error(&one, &ref);
                    wall[r] = one.wall;
                    steps = one.steps;
                }
                flx_series_free(one.series);
            }
            if (status < 0)
                break;
            qsort(wall, REPEAT, sizeof *wall, ascending);
            printf("%-7s %10.0e %8lld %9.4f %14.3e\n", label[m], tolerance[k], (long long)steps,
                   wall[REPEAT / 2], error);
            fflush(stdout);
            work[m][0][k] = log10(wall[REPEAT / 2]);
            work[m][1][k] = log10(error);
        }
    flx_series_free(ref.series);
    if (status >= 0 && picture)
        status = plot_work(ctx, label, work, picture);
    int code = cli_end(ctx, "bench film", status);
    flx_ctx_free(ctx);
    return code;
}

int bench_film(int argc, char **argv)
{
    cli_list sets = {0};
    int threads = 2;
    bool large = false;
    const char *picture = NULL;
    const cli_option options[] = {
        {"--set", NULL, "KEY=VALUE", CLI_LIST, &sets, "changes a key of the case; repeatable"},
        {"--threads", NULL, "N", CLI_COUNT, &threads, "compare 1 to N threads (2)"},
        {"--plot", NULL, "FIG.png", CLI_TEXT, &picture,
         "draws error against wall time of the CASE"},
        {"--large", NULL, NULL, CLI_FLAG, &large, "a film of a million sites too"},
    };
    static const cli_command command = {
        .name = "bench film",
        .words = "[CASE]",
        .text =
            "time of a step against size; with a CASE, error of its first voltage against time"};
    cli_words words = {.max = 1};
    int code = cli_parse(&command, options, sizeof options / sizeof options[0], &words, argc, argv);
    if (code == CLI_GO_ON) {
        bench_print_machine();
        code = words.n ? bench_case(words.word[0], &sets, picture)
                       : bench_sizes(large ? 4 : 3, threads);
    }
    cli_list_clear(&sets);
    return code;
}
