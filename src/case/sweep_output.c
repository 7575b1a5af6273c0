// case/sweep_output.c -- what the points of a sweep leave behind: summaries and files.
//
// The run of a point has a file of its own, OUTPUT.pNNN, so that it is resumed like any run. When
// it has ended it is moved to /points/NNN of the output, its summary last: a point with a summary
// is done.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/drive.h"
#include "case/summary.h"
#include "case/sweep.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void flx_sweep_group(int64_t point, char group[FLX_SWEEP_GROUP])
{
    snprintf(group, FLX_SWEEP_GROUP, "/points/%03lld", (long long)point);
}

char *flx_sweep_file(const flx_sweep *s, int64_t point)
{
    return flx_format(s->ctx, "%s.p%03lld", s->opts->output, (long long)point);
}

// -- results --------------------------------------------------------------------------------------

// A swept value as a number where it is one.
static json_t *axis_value(const flx_case_axis *axis, int32_t k)
{
    const char *text = axis->text[k];
    size_t digits = strspn(text, "0123456789");
    if (digits > 0 && digits < 16 && !text[digits])
        return json_integer((json_int_t)axis->value[k]);
    return isfinite(axis->value[k]) ? json_real(axis->value[k]) : json_string(text);
}

static flx_status put_set(const flx_sweep *s, int64_t point, json_t *object)
{
    json_t *set = json_object();
    FLX_TRY(flx_json_put(s->ctx, object, "set", set));
    int64_t block = s->n_point; // points that share the values of the axes before
    for (int32_t k = 0; k < s->c->n_axis; k++) {
        const flx_case_axis *axis = &s->c->axes[k];
        block /= axis->n;
        FLX_TRY(flx_json_put(s->ctx, set, axis->key,
                             axis_value(axis, (int32_t)(point / block % axis->n))));
    }
    return FLX_OK;
}

static flx_status set_result(flx_sweep *s, int64_t point, const char *json)
{
    json_t *object = json_object(), *summary = json_loads(json, 0, NULL);
    flx_status status = object && summary ? put_set(s, point, object) : FLX_ERR_MEMORY;
    if (status == FLX_OK && json_object_update(object, summary) != 0)
        status = FLX_ERR_MEMORY;
    json_decref(summary);
    if (status < 0) {
        json_decref(object);
        return flx_fail(s->ctx, FLX_ERR_MEMORY, "no memory for the summary of point %lld",
                        (long long)point);
    }
    json_decref(s->result[point]);
    s->result[point] = object;
    s->n_done++;
    const char *error = json_string_value(json_object_get(object, "error"));
    if (!error)
        return FLX_OK;
    if (s->n_failed++ == 0)
        s->failure = flx_format(s->ctx, "point %lld: %s", (long long)point, error);
    return FLX_OK;
}

flx_status flx_sweep_results(flx_sweep *s, char **text)
{
    json_t *root = json_object(), *points = json_array();
    flx_status status = flx_json_put(s->ctx, root, "points", points);
    for (int64_t k = 0; k < s->n_point && status == FLX_OK; k++)
        if (s->result[k] && json_array_append(points, s->result[k]) != 0)
            status = flx_fail(s->ctx, FLX_ERR_MEMORY, "no memory for the summary");
    if (status == FLX_OK)
        status = flx_summary_text(s->ctx, root, text);
    json_decref(root);
    return status;
}

// -- output ---------------------------------------------------------------------------------------

// The file of a point and what its run keeps beside it.
static flx_status remove_point(flx_sweep *s, int64_t point)
{
    static const char *const end[] = {"", "-checkpoint", "-checkpoint-lattice"};
    char *path = flx_sweep_file(s, point);
    flx_status status = path ? FLX_OK : FLX_ERR_MEMORY;
    for (size_t k = 0; status == FLX_OK && k < sizeof end / sizeof *end; k++) {
        char *name = flx_format(s->ctx, "%s%s", path, end[k]);
        if (name)
            unlink(name);
        else
            status = FLX_ERR_MEMORY;
        flx_free(name);
    }
    flx_free(path);
    return status;
}

static flx_status create_output(flx_sweep *s)
{
    flx_file *file = NULL;
    FLX_TRY(flx_file_create(s->ctx, s->opts->output, &file));
    flx_status status = FLX_OK;
    // Points that an older sweep had not finished are not those of this one.
    for (int64_t k = 0; status == FLX_OK && k < s->n_point; k++)
        status = remove_point(s, k);
    if (status == FLX_OK)
        status = flx_case_write(s->ctx, s->c, file);
    if (status == FLX_OK && s->device)
        status =
            flx_file_write_mesh(file, s->device->mesh, s->device->hole_name, s->device->n_hole);
    if (status == FLX_OK && s->device)
        status = flx_file_write_scales(file, &s->first->scales);
    flx_status closed = flx_file_close(file);
    return status < 0 ? status : closed;
}

// Takes what is done from an output that is there.
static flx_status read_output(flx_sweep *s)
{
    flx_file *file = NULL;
    const char *text = NULL;
    char group[FLX_SWEEP_GROUP];
    FLX_TRY(flx_file_open(s->ctx, s->opts->output, FLX_FILE_READ, &file));
    flx_status status = FLX_OK;
    for (int64_t k = 0; k < s->n_chain && status == FLX_OK; k++) {
        flx_chain_of_points *chain = &s->chain[k];
        for (; chain->done < chain->n && status == FLX_OK; chain->done++) {
            flx_sweep_group(chain->first + chain->done, group);
            if (!flx_file_has(file, group))
                break;
            status = flx_file_enter(file, group);
            if (status < 0 || !flx_file_has(file, "summary"))
                break;
            status = flx_file_text(file, "summary", &text);
            if (status == FLX_OK)
                status = set_result(s, chain->first + chain->done, text);
        }
    }
    flx_file_close(file);
    return status;
}

static bool exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && info.st_size > 0;
}

flx_status flx_sweep_begin_output(flx_sweep *s)
{
    return s->opts->resume && exists(s->opts->output) ? read_output(s) : create_output(s);
}

// The parts of a point's file; the mesh only where the points do not share one.
static flx_status move_parts(flx_sweep *s, flx_file *to, flx_file *from, const char *group)
{
    static const char *const parts[] = {"mesh", "case", "frames", "series", "results", "summary"};
    char source[16], target[FLX_SWEEP_GROUP + 16];
    for (size_t k = s->device ? 1 : 0; // the mesh is shared
         k < sizeof parts / sizeof *parts; k++) {
        if (!flx_file_has(from, parts[k]))
            continue;
        snprintf(source, sizeof source, "/%s", parts[k]);
        snprintf(target, sizeof target, "%s/%s", group, parts[k]);
        FLX_TRY(flx_file_merge(to, target, from, source));
    }
    return FLX_OK;
}

static flx_status move_point(flx_sweep *s, const flx_point_end *end)
{
    flx_file *to = NULL, *from = NULL;
    char group[FLX_SWEEP_GROUP], *path = flx_sweep_file(s, end->point);
    if (!path)
        return FLX_ERR_MEMORY;
    flx_sweep_group(end->point, group);
    flx_status status = flx_file_open(s->ctx, s->opts->output, FLX_FILE_APPEND, &to);
    bool began = exists(path);
    if (status == FLX_OK && began)
        status = flx_file_open(s->ctx, path, FLX_FILE_READ, &from);
    if (status == FLX_OK && began)
        status = move_parts(s, to, from, group);
    if (status == FLX_OK && !(began && flx_file_has(from, "summary"))) { // it failed: why
        status = flx_file_enter(to, group);
        if (status == FLX_OK)
            status = flx_file_write_text(to, "summary", end->json);
    }
    flx_file_close(from);
    flx_status closed = flx_file_close(to);
    if (status == FLX_OK)
        status = closed;
    if (status == FLX_OK)
        status = remove_point(s, end->point);
    flx_free(path);
    return status;
}

flx_status flx_sweep_take(flx_sweep *s, const flx_point_end *end)
{
    if (end->status == FLX_INTERRUPTED) {
        s->interrupted = true;
        return FLX_OK;
    }
    if (end->status < 0 && s->worst == FLX_OK)
        s->worst = end->status;
    FLX_TRY(set_result(s, end->point, end->json));
    // What the machine lacked may be there next time: not recorded as done.
    bool again = end->status == FLX_ERR_FILE || end->status == FLX_ERR_MEMORY ||
                 end->status == FLX_ERR_INTERNAL;
    return s->opts->output && !again ? move_point(s, end) : FLX_OK;
}
