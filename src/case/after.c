// case/after.c -- measures a frame of a data file.
//
// The case in the file says what is measured; loops and paths of the request are put into it as
// edits, so that they are written and checked as in a case.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/device.h"
#include "case/summary.h"

#include <math.h>
#include <string.h>

typedef struct after {
    flx_ctx *ctx;
    const flx_measure_request *request;
    const char *path;
    flx_file *file;
    flx_case *c;     // with the loops of the request
    flx_case *paths; // whose loops are the paths of the request; NULL: none
    flx_device *device;
    flx_frame_data *frame;
    flx_series *series;
    const double **voltage; // [n_probe] columns of the series
} after;

// -- case ----------------------------------------------------------------------------------------

static void free_texts(char **text, int32_t n)
{
    for (int32_t k = 0; text && k < n; k++)
        flx_free(text[k]);
    flx_free(text);
}

// The case of the file with edits, which are freed.
static flx_status make_case(after *a, char **sets, int32_t n, flx_case **out)
{
    const char *used = NULL;
    flx_status status = flx_file_text(a->file, "case/used", &used);
    char *text = status == FLX_OK ? flx_strdup(a->ctx, used) : NULL;
    if (status == FLX_OK && !text)
        status = FLX_ERR_MEMORY;
    if (status == FLX_OK) {
        flx_case_source source = {.text = text,
                                  .length = strlen(text),
                                  .name = a->path,
                                  .sets = (const char *const *)sets,
                                  .n_set = n};
        status = flx_case_create(a->ctx, &source, out);
    }
    flx_free(text);
    free_texts(sets, n);
    return status;
}

static flx_status case_with_loops(after *a)
{
    int32_t n = a->request->n_loop;
    char **sets = FLX_NEW_ARRAY(a->ctx, char *, n);
    bool good = sets != NULL;
    for (int32_t k = 0; good && k < n; k++) {
        const char *shape = a->request->loop[k];
        bool list = shape[strspn(shape, " \t\n")] == '[';
        sets[k] =
            flx_format(a->ctx, list ? "loops.loop-%d=%s" : "loops.loop-%d=[%s]", (int)k + 1, shape);
        good = sets[k] != NULL;
    }
    if (!good) {
        free_texts(sets, n);
        return FLX_ERR_MEMORY;
    }
    return make_case(a, sets, n, &a->c);
}

static flx_status case_with_paths(after *a)
{
    int32_t n = a->request->n_along;
    if (n == 0)
        return FLX_OK;
    char **sets = FLX_NEW_ARRAY(a->ctx, char *, n + 1);
    bool good = sets && (sets[0] = flx_strdup(a->ctx, "loops=null"));
    for (int32_t k = 0; good && k < n; k++) {
        sets[k + 1] = flx_format(a->ctx, "loops.path-%d=[{path: {points: %s, width: 1 xi}}]",
                                 (int)k + 1, a->request->along[k]);
        good = sets[k + 1] != NULL;
    }
    if (!good) {
        free_texts(sets, n + 1);
        return FLX_ERR_MEMORY;
    }
    return make_case(a, sets, n + 1, &a->paths);
}

// -- paths ---------------------------------------------------------------------------------------

typedef struct walk {
    int32_t *site;
    int32_t n, capacity;
    bool gap; // left the films on its way
} walk;

static flx_status step_to(flx_ctx *ctx, const flx_mesh *mesh, walk *w, int32_t site)
{
    int32_t *chain = NULL, n = 0;
    if (w->n == 0) {
        w->site[w->n++] = site;
        return FLX_OK;
    }
    FLX_TRY(flx_mesh_shortest_path(ctx, mesh, w->site[w->n - 1], site, &chain, &n));
    if (w->n + n > w->capacity) {
        int32_t capacity = 2 * (w->n + n);
        int32_t *grown =
            flx_realloc(ctx, w->site, (size_t)w->capacity, (size_t)capacity, sizeof *grown);
        if (!grown) {
            flx_mesh_sites_free(chain);
            return FLX_ERR_MEMORY;
        }
        w->site = grown;
        w->capacity = capacity;
    }
    for (int32_t k = 1; k < n; k++)
        w->site[w->n++] = chain[k];
    flx_mesh_sites_free(chain);
    return FLX_OK;
}

// The sites along a curve, as it is walked in steps of half an edge.
static flx_status walk_along(flx_ctx *ctx, const flx_device *d, const double *xy, int32_t n,
                             walk *w)
{
    const flx_mesh *m = d->mesh;
    double step = 0.5 * flx_mesh_quality_of(m).mean_edge;
    bool left = false;
    w->capacity = 1024;
    if (!(w->site = FLX_NEW_ARRAY(ctx, int32_t, w->capacity)))
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k + 1 < n; k++) {
        const double *p = xy + 2 * k, *q = p + 2;
        int32_t pieces = (int32_t)fmin(ceil(hypot(q[0] - p[0], q[1] - p[1]) / step) + 1, 1e6);
        for (int32_t s = 0; s <= pieces; s++) {
            double u = (double)s / pieces, bary[3];
            double x = p[0] + u * (q[0] - p[0]), y = p[1] + u * (q[1] - p[1]);
            int32_t tri = flx_locator_find(d->locator, x, y, bary);
            if (tri < 0) {
                left = w->n > 0;
                continue;
            }
            w->gap |= left;
            left = false;
            int32_t best = bary[0] >= bary[1] ? 0 : 1;
            best = bary[best] >= bary[2] ? best : 2;
            FLX_TRY(step_to(ctx, m, w, m->tri[3 * tri + best]));
        }
    }
    return FLX_OK;
}

static flx_status put_phase(after *a, const double *xy, int32_t n, json_t *item)
{
    walk w = {0};
    double phase = NAN;
    flx_status status = walk_along(a->ctx, a->device, xy, n, &w);
    bool through = status == FLX_OK && !w.gap && w.n > 1;
    if (through)
        status = flx_measure_phase(a->ctx, &a->frame->frame, w.site, w.n, &phase);
    flx_free(w.site);
    FLX_TRY(status);
    FLX_TRY(flx_json_put(a->ctx, item, "phase", flx_json_real(phase)));
    return through ? FLX_OK
                   : flx_json_put(a->ctx, item, "reason",
                                  json_string("the path leaves the film on its way"));
}

// Total current through the path; null if it ends inside the film.
static flx_status put_current(after *a, const double *j, const double *xy, int32_t n, json_t *item)
{
    double current = NAN;
    flx_status status = flx_measure_cut(a->ctx, a->device->mesh, j, xy, n, &current);
    if (status < 0 && status != FLX_ERR_INPUT)
        return status;
    const flx_scales *s = &a->c->scales;
    return flx_json_put(a->ctx, item, "current",
                        flx_json_scaled(status < 0 ? (double)NAN : current, s->K0 * s->xi));
}

static flx_status put_paths(after *a, json_t *root)
{
    if (!a->paths)
        return FLX_OK;
    const flx_mesh *m = a->device->mesh;
    json_t *all = json_object();
    FLX_TRY(flx_json_put(a->ctx, root, "paths", all));
    double *j = FLX_NEW_ARRAY(a->ctx, double, 2 * (size_t)m->n_edge);
    if (!j)
        return FLX_ERR_MEMORY;
    flx_measure_edges(&a->frame->frame, j, j + m->n_edge);
    for (int32_t e = 0; e < m->n_edge; e++)
        j[e] += j[e + m->n_edge];
    flx_status status = FLX_OK;
    for (int32_t k = 0; k < a->paths->n_loop && status == FLX_OK; k++) {
        const flx_shape_item *path = &a->paths->loops[k].shape.item[0];
        json_t *item = json_object();
        status = flx_json_put(a->ctx, all, a->paths->loops[k].name, item);
        if (status == FLX_OK)
            status = put_phase(a, path->points, path->n_point, item);
        if (status == FLX_OK)
            status = put_current(a, j, path->points, path->n_point, item);
    }
    flx_free(j);
    return status;
}

// -- the file ------------------------------------------------------------------------------------

static flx_status read_frame(after *a)
{
    double time = a->request->time;
    int32_t n = flx_file_frame_count(a->file);
    int32_t k = isnan(time) ? n - 1 : flx_file_frame_at(a->file, time);
    if (k >= 0)
        return flx_file_read_frame(a->file, a->device->mesh, k, &a->frame);
    if (flx_file_point_count(a->file) > 0)
        return flx_fail(a->ctx, FLX_ERR_INPUT,
                        "%s is a sweep of %d points; choose one, the first is %s", a->path,
                        flx_file_point_count(a->file), flx_file_point_name(a->file, 0));
    return flx_fail(a->ctx, FLX_ERR_INPUT, "%s: no frame was written", a->path);
}

static flx_status read_series(after *a)
{
    a->voltage = FLX_NEW_ARRAY(a->ctx, const double *, a->c->n_probe);
    if (!a->voltage)
        return FLX_ERR_MEMORY;
    FLX_TRY(flx_file_read_series(a->file, &a->series));
    for (int32_t p = 0; p < a->c->n_probe; p++) {
        char *name = flx_format(a->ctx, "voltage.%s", a->c->probes[p].name);
        if (!name)
            return FLX_ERR_MEMORY;
        a->voltage[p] = flx_series_column(a->series, name);
        flx_free(name);
        if (!a->voltage[p])
            return flx_fail(a->ctx, FLX_ERR_FILE, "%s: the series has no voltage of probe '%s'",
                            a->path, a->c->probes[p].name);
    }
    return FLX_OK;
}

// What the run said of itself: name of the case, whether it was steady.
static flx_status read_summary(after *a, json_t **out)
{
    const char *text = NULL;
    *out = NULL;
    if (!flx_file_has(a->file, "summary"))
        return FLX_OK;
    FLX_TRY(flx_file_text(a->file, "summary", &text));
    *out = json_loads(text, 0, NULL);
    return FLX_OK;
}

static flx_status measure(after *a, char **json)
{
    flx_mesh *mesh = NULL;
    json_t *root = NULL, *said = NULL;
    const char *group = a->request->group ? a->request->group : "/";
    FLX_TRY(flx_file_open(a->ctx, a->path, FLX_FILE_READ, &a->file));
    FLX_TRY(flx_file_enter(a->file, group));
    FLX_TRY(case_with_loops(a));
    FLX_TRY(case_with_paths(a));
    if (flx_file_frame_count(a->file) == 0)
        return read_frame(a);
    FLX_TRY(flx_file_read_mesh(a->file, &mesh));
    FLX_TRY(flx_device_create_on(a->ctx, a->c, mesh, &a->device));
    FLX_TRY(read_frame(a));
    FLX_TRY(read_series(a));
    FLX_TRY(read_summary(a, &said));
    const flx_frame *frame = &a->frame->frame;
    int64_t n_row = 0; // rows up to the frame
    while (n_row < a->series->n_row && a->series->step[n_row] <= frame->step)
        n_row++;
    bool last = n_row == a->series->n_row;
    flx_summary_input in = {.c = a->c,
                            .device = a->device,
                            .frame = *frame,
                            .time = flx_series_column(a->series, "time"),
                            .voltage = a->voltage,
                            .n_row = n_row,
                            .wall = (double)NAN,
                            .steady = last && json_is_true(json_object_get(said, "steady"))};
    flx_status status = in.time
                            ? flx_summary_make(a->ctx, &in, &root)
                            : flx_fail(a->ctx, FLX_ERR_FILE, "%s: the series has no time", a->path);
    const json_t *name = json_object_get(said, "case");
    if (status == FLX_OK && name)
        status = flx_json_put(a->ctx, root, "case", json_deep_copy(name));
    if (status == FLX_OK)
        status = put_paths(a, root);
    if (status == FLX_OK)
        status = flx_summary_text(a->ctx, root, json);
    json_decref(root);
    json_decref(said);
    return status;
}

flx_status flx_measure_file(flx_ctx *ctx, const char *path, const flx_measure_request *request,
                            char **json)
{
    *json = NULL;
    after a = {.ctx = ctx, .request = request, .path = path};
    flx_status status = measure(&a, json);
    flx_free(a.voltage);
    flx_series_free(a.series);
    flx_frame_data_free(a.frame);
    flx_device_free(a.device);
    flx_case_free(a.paths);
    flx_case_free(a.c);
    flx_file_close(a.file);
    return status;
}
