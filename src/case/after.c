// case/after.c -- measures a frame of a data file.
//
// The case in the file says what is measured; what the request adds is put into it as edits, so
// that it is written and checked as in a case.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/after.h"
#include "case/parse.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// -- case -----------------------------------------------------------------------------------------

static void free_texts(char **text, int32_t n)
{
    for (int32_t k = 0; text && k < n; k++)
        flx_free(text[k]);
    flx_free(text);
}

flx_status flx_after_case(flx_after *a, char **sets, int32_t n, flx_case **out)
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

static flx_status case_with_loops(flx_after *a)
{
    int32_t n = 0, most = 2 * a->request->n_loop;
    const char *film = a->request->film;
    char **sets = FLX_NEW_ARRAY(a->ctx, char *, most);
    bool good = sets != NULL;
    for (int32_t k = 0; good && k < a->request->n_loop; k++) {
        const char *shape = a->request->loop[k];
        bool list = shape[strspn(shape, " \t\n")] == '[';
        sets[n++] = flx_format(a->ctx, "loops.loop-%d%s=%s%s%s", (int)k + 1, film ? ".shape" : "",
                               list ? "" : "[", shape, list ? "" : "]");
        if (film)
            sets[n++] = flx_format(a->ctx, "loops.loop-%d.film=%s", (int)k + 1, film);
        good = sets[n - 1] && (!film || sets[n - 2]);
    }
    if (!good) {
        free_texts(sets, most);
        return FLX_ERR_MEMORY;
    }
    return flx_after_case(a, sets, n, &a->c);
}

flx_status flx_after_wrong(flx_after *a, flx_status status, const flx_after_text *given,
                           const char *key)
{
    char said[512] = "";
    if (status == FLX_ERR_MEMORY)
        return status;
    const char *at = strstr(flx_ctx_error(a->ctx), key);
    if (at && strncmp(at + strlen(key), "a list", 6) != 0)
        snprintf(said, sizeof said, "%s", at + strlen(key));
    else
        snprintf(said, sizeof said, "wanted are %s", given->wanted);
    return flx_fail(a->ctx, status, "%s '%.80s': %s", given->what, given->text, said);
}

flx_status flx_after_place(flx_after *a, const char *what, const char *text, double r[3])
{
    char **sets = FLX_NEW_ARRAY(a->ctx, char *, 2);
    flx_case *c = NULL;
    if (!sets)
        return FLX_ERR_MEMORY;
    bool list = text[strspn(text, " \t\n")] == '[';
    // A long body would have no dipole beside it.
    bool alone = a->c && a->c->run.screening == FLX_SCREENING_LONG;
    sets[0] = flx_format(a->ctx, "drive.field=[{dipole: {at: %s%s%s, moment: 0 A m^2}}]",
                         list ? "" : "[", text, list ? "" : "]");
    sets[1] = flx_format(a->ctx, "tdgl.selffield=false");
    if (!sets[0] || !sets[1]) {
        flx_free(sets[0]);
        flx_free(sets[1]);
        flx_free(sets);
        return FLX_ERR_MEMORY;
    }
    if (!alone) {
        flx_free(sets[1]);
        sets[1] = NULL;
    }
    flx_status status = flx_after_case(a, sets, alone ? 2 : 1, &c);
    if (status < 0 || !c)
        return flx_after_wrong(
            a, status,
            &(flx_after_text){what, text, "lengths with commas between, as in 0.3, 20 nm"},
            "drive.field.dipole.at: ");
    memcpy(r, c->fields[0].at, 3 * sizeof *r);
    flx_case_free(c);
    return FLX_OK;
}

flx_status flx_after_height(flx_after *a, const char *text, double *z)
{
    double r[3];
    char *place = flx_format(a->ctx, "0 m, 0 m, %s", text);
    if (!place)
        return FLX_ERR_MEMORY;
    flx_status status = flx_after_place(a, "height in", place, r);
    flx_free(place);
    *z = status == FLX_OK ? r[2] : 0;
    return status;
}

// -- JSON -----------------------------------------------------------------------------------------

flx_status flx_json_put_object(flx_ctx *ctx, json_t *root, const char *key, json_t **out)
{
    *out = json_object();
    return flx_json_put(ctx, root, key, *out);
}

flx_status flx_json_put_list(flx_ctx *ctx, json_t *object, const char *key, const double *value,
                             int32_t n, double unit)
{
    json_t *list = unit > 0 ? json_array() : json_null();
    FLX_TRY(flx_json_put(ctx, object, key, list));
    for (int32_t k = 0; unit > 0 && k < n; k++)
        if (json_array_append_new(list, flx_json_scaled(value[k], unit)) != 0)
            return flx_fail(ctx, FLX_ERR_MEMORY, "no memory for the list '%s'", key);
    return FLX_OK;
}

flx_status flx_json_put_both(flx_ctx *ctx, json_t *object, flx_json_names names, double value)
{
    FLX_TRY(flx_json_put(ctx, object, names.natural, flx_json_real(value)));
    return flx_json_put(ctx, object, names.si, flx_json_scaled(value, names.unit));
}

// -- the file -------------------------------------------------------------------------------------

static flx_status no_frame(flx_after *a)
{
    if (flx_file_point_count(a->file) > 0)
        return flx_fail(a->ctx, FLX_ERR_INPUT,
                        "%s is a sweep of %d points; choose one, the first is %s", a->path,
                        flx_file_point_count(a->file), flx_file_point_name(a->file, 0));
    return flx_fail(a->ctx, FLX_ERR_INPUT, "%s: no frame was written", a->path);
}

static flx_status read_frame(flx_after *a)
{
    double time = a->request->time;
    int32_t last = flx_file_frame_count(a->file) - 1;
    int32_t k = isnan(time) ? last : flx_file_frame_at(a->file, time);
    return flx_file_read_frame(a->file, a->device->mesh, k, &a->frame);
}

static flx_status read_series(flx_after *a)
{
    a->voltage = FLX_NEW_ARRAY(a->ctx, const double *, a->c->n_probe);
    if (!a->voltage)
        return FLX_ERR_MEMORY;
    if (!flx_file_has(a->file, "series")) // of a stationary state
        return FLX_OK;
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

flx_status flx_after_said(flx_after *a, json_t **out)
{
    const char *text = NULL;
    *out = NULL;
    if (!flx_file_has(a->file, "summary"))
        return FLX_OK;
    FLX_TRY(flx_file_text(a->file, "summary", &text));
    *out = json_loads(text, 0, NULL);
    return FLX_OK;
}

double *flx_after_sheet_current(flx_after *a)
{
    ptrdiff_t n = 2 * (ptrdiff_t)a->device->mesh->n_site;
    double *k = FLX_NEW_ARRAY(a->ctx, double, n);
    for (ptrdiff_t i = 0; k && i < n; i++)
        k[i] = a->site_super[i] + a->site_normal[i];
    return k;
}

// Currents of the frame on edges and sites.
static flx_status make_currents(flx_after *a)
{
    const flx_mesh *m = a->device->mesh;
    a->js = FLX_NEW_ARRAY(a->ctx, double, 2 * (size_t)m->n_edge);
    a->site_super = FLX_NEW_ARRAY(a->ctx, double, 4 * (size_t)m->n_site);
    if (!a->js || !a->site_super)
        return FLX_ERR_MEMORY;
    a->jn = a->js + m->n_edge;
    a->site_normal = a->site_super + 2 * (ptrdiff_t)m->n_site;
    flx_measure_edges(&a->frame->frame, a->js, a->jn);
    flx_measure_sites(m, a->js, a->site_super);
    flx_measure_sites(m, a->jn, a->site_normal);
    return FLX_OK;
}

bool flx_after_is_london(const flx_after *a)
{
    return flx_file_has(a->file, "results") && flx_file_has(a->file, "results/sheet_current");
}

static flx_status find_film(flx_after *a)
{
    const char *name = a->request->film;
    flx_known known = flx_known_for(name ? name : "");
    a->film = -1;
    if (!name)
        return FLX_OK;
    a->film = flx_index_of(a->c->films, a->c->n_film, sizeof *a->c->films, name);
    if (a->film >= 0)
        return FLX_OK;
    flx_known_add(&known, a->c->films, a->c->n_film, sizeof *a->c->films);
    return flx_fail(a->ctx, FLX_ERR_INPUT, "%s has no film '%.80s'; there are: %s", a->path, name,
                    known.text);
}

flx_status flx_after_open(flx_after *a)
{
    flx_mesh *mesh = NULL;
    FLX_TRY(flx_file_open(a->ctx, a->path, FLX_FILE_READ, &a->file));
    FLX_TRY(flx_file_enter(a->file, a->request->group ? a->request->group : "/"));
    if (flx_file_frame_count(a->file) == 0 && !flx_after_is_london(a))
        return no_frame(a);
    FLX_TRY(case_with_loops(a));
    FLX_TRY(find_film(a));
    FLX_TRY(flx_file_read_mesh(a->file, &mesh));
    return flx_device_create_on(a->ctx, a->c, mesh, &a->device);
}

flx_status flx_after_frame(flx_after *a)
{
    FLX_TRY(read_frame(a));
    FLX_TRY(read_series(a));
    return make_currents(a);
}

void flx_after_close(flx_after *a)
{
    flx_after_london_clear(a);
    flx_free(a->voltage);
    flx_free(a->js);
    flx_free(a->site_super);
    flx_series_free(a->series);
    flx_frame_data_free(a->frame);
    flx_device_free(a->device);
    flx_case_free(a->c);
    flx_file_close(a->file);
}

// The summary as a run that ended with this frame would have made it.
static flx_status make_summary(flx_after *a, json_t **root)
{
    const flx_frame *frame = &a->frame->frame;
    const flx_series *series = a->series;
    json_t *said = NULL;
    int64_t n_row = 0; // rows up to the frame
    FLX_TRY(flx_after_said(a, &said));
    while (series && n_row < series->n_row && series->step[n_row] <= frame->step)
        n_row++;
    bool last = series && n_row == series->n_row;
    flx_summary_input in = {.c = a->c,
                            .device = a->device,
                            .frame = *frame,
                            .time = series ? flx_series_column(series, "time") : NULL,
                            .voltage = a->voltage,
                            .n_row = n_row,
                            .wall = (double)NAN,
                            .steady = last && json_is_true(json_object_get(said, "steady"))};
    flx_status status = in.time || !series
                            ? flx_summary_make(a->ctx, &in, root)
                            : flx_fail(a->ctx, FLX_ERR_FILE, "%s: the series has no time", a->path);
    const json_t *name = json_object_get(said, "case");
    if (status == FLX_OK && name)
        status = flx_json_put(a->ctx, *root, "case", json_deep_copy(name));
    json_decref(said);
    return status;
}

static flx_status measure(flx_after *a, char **json)
{
    static flx_status (*const part[])(flx_after *, json_t *) = {flx_after_paths,  flx_after_points,
                                                                flx_after_fields, flx_after_fluxes,
                                                                flx_after_state,  flx_after_tracks};
    size_t n_part = sizeof part / sizeof *part;
    json_t *root = NULL;
    flx_status status = FLX_OK;
    FLX_TRY(flx_after_open(a));
    if (flx_after_is_london(a)) {
        n_part -= 2; // they are of frames
        status = flx_after_london(a, &root);
    } else {
        FLX_TRY(flx_after_frame(a));
        status = make_summary(a, &root);
    }
    for (size_t k = 0; status == FLX_OK && k < n_part; k++)
        status = part[k](a, root);
    if (status == FLX_OK)
        status = flx_summary_text(a->ctx, root, json);
    json_decref(root);
    return status;
}

flx_status flx_measure_file(flx_ctx *ctx, const char *path, const flx_measure_request *request,
                            char **json)
{
    *json = NULL;
    flx_after a = {.ctx = ctx, .request = request, .path = path};
    flx_status status = measure(&a, json);
    flx_after_close(&a);
    return status;
}
