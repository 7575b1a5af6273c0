// case/run_data.c -- what a run leaves: rows, frames, checkpoint; and how it is taken up again.
//
// The checkpoint is written after the file is flushed, so that the file always reaches at least to
// it; what the file has beyond is dropped when the run goes on from there, and made again bit for
// bit.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/drive.h"
#include "case/runner.h"
#include "case/summary.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TIME, DT, ENERGY, VOLTAGES };
enum { N_THERMAL = 3 }; // columns at the end of a noisy run's
// The energy, and what noise is averaged over, cost as much as a tenth of a step.
enum { ENERGY_EVERY = 10, ROWS = 1024 };

// -- series ---------------------------------------------------------------------------------------

flx_status flx_runner_series_init(flx_runner *r)
{
    static const char *const fixed[VOLTAGES] = {"time", "dt", "energy"};
    static const char *const thermal[N_THERMAL] = {"psi2", "stiffness", "twist"};
    int32_t n_probe = r->c->n_probe, n_hole = r->device->n_hole;
    int32_t n_thermal = r->c->run.temperature > 0 ? N_THERMAL : 0;
    int32_t n = VOLTAGES + n_probe + n_hole + n_thermal;
    if (n_thermal)
        FLX_TRY(flx_twist_create(r->ctx, r->device->mesh, &r->twist));
    r->n_kept = 1 + n_probe + n_thermal;
    r->column = FLX_NEW_ARRAY(r->ctx, char *, n);
    r->row = FLX_NEW_ARRAY(r->ctx, double, n);
    r->kept = FLX_NEW_ARRAY(r->ctx, double *, r->n_kept);
    if (!r->column || !r->row || !r->kept)
        return FLX_ERR_MEMORY;
    r->n_column = n;
    for (int32_t k = 0; k < n; k++) {
        int32_t probe = k - VOLTAGES, hole = probe - n_probe, last = hole - n_hole;
        r->column[k] = k < VOLTAGES ? flx_strdup(r->ctx, fixed[k])
                       : hole < 0   ? flx_format(r->ctx, "voltage.%s", r->c->probes[probe].name)
                       : last < 0   ? flx_format(r->ctx, "winding.%s", r->device->hole_name[hole])
                                    : flx_strdup(r->ctx, thermal[last]);
        if (!r->column[k])
            return FLX_ERR_MEMORY;
    }
    return FLX_OK;
}

// The column that is kept as number k.
static int32_t kept_column(const flx_runner *r, int32_t k)
{
    return k == 0 ? TIME : k <= r->c->n_probe ? VOLTAGES + k - 1 : r->n_column - r->n_kept + k;
}

static flx_status reserve_rows(flx_runner *r, int64_t n)
{
    if (n <= r->capacity)
        return FLX_OK;
    int64_t capacity = n + r->capacity + ROWS;
    for (int32_t k = 0; k < r->n_kept; k++) {
        double *grown =
            flx_realloc(r->ctx, r->kept[k], (size_t)r->capacity, (size_t)capacity, sizeof(double));
        if (!grown)
            return FLX_ERR_MEMORY;
        r->kept[k] = grown;
    }
    r->capacity = capacity;
    return FLX_OK;
}

flx_status flx_runner_add_row(flx_runner *r, double dt)
{
    const flx_device *d = r->device;
    flx_frame frame = flx_tdgl_frame(r->sim);
    FLX_TRY(reserve_rows(r, r->n_row + 1));
    double *value = r->row;
    value[TIME] = frame.time;
    value[DT] = dt;
    value[ENERGY] = frame.step % ENERGY_EVERY == 0 ? flx_measure_energy(&frame).total_F0 : NAN;
    value += VOLTAGES;
    for (int32_t p = 0; p < r->c->n_probe; p++)
        *value++ =
            flx_probe_value(&d->probe[p][0], frame.mu) - flx_probe_value(&d->probe[p][1], frame.mu);
    for (int32_t h = 0; h < d->n_hole; h++) {
        flx_winding w;
        FLX_TRY(flx_measure_loop_winding(r->ctx, &frame, d->hole_loop[h], &w));
        *value++ = w.defined ? (double)w.winding : (double)NAN;
    }
    if (r->twist) {
        bool due = frame.step % ENERGY_EVERY == 0;
        flx_twist_sample sample = {NAN, NAN};
        if (due)
            sample = flx_twist_measure(r->twist, &frame);
        *value++ = due ? flx_thermal_density(&frame) : (double)NAN;
        *value++ = sample.stiffness;
        *value++ = sample.current;
    }
    for (int32_t k = 0; k < r->n_kept; k++)
        r->kept[k][r->n_row] = r->row[kept_column(r, k)];
    r->n_row++;
    return r->file ? flx_file_add_row(r->file, frame.step, r->row) : FLX_OK;
}

// The rows of a file that a run is resumed with.
static flx_status take_rows(flx_runner *r, const flx_series *series, int64_t step)
{
    if (series->n_row < 1 || series->step[series->n_row - 1] != step)
        return flx_fail(r->ctx, FLX_ERR_FILE,
                        "%s ends before its checkpoint; remove both and start the run again",
                        r->opts->output);
    FLX_TRY(reserve_rows(r, series->n_row));
    for (int32_t k = 0; k < r->n_kept; k++) {
        const char *name = r->column[kept_column(r, k)];
        const double *column = flx_series_column(series, name);
        if (!column)
            return flx_fail(r->ctx, FLX_ERR_FILE, "%s: column '%s' is missing", r->opts->output,
                            name);
        memcpy(r->kept[k], column, (size_t)series->n_row * sizeof(double));
    }
    r->n_row = series->n_row;
    return FLX_OK;
}

// -- file -----------------------------------------------------------------------------------------

static flx_status begin_series(flx_runner *r)
{
    return flx_file_begin_series(r->file, (const char *const *)r->column, r->n_column);
}

flx_status flx_runner_create_file(flx_runner *r)
{
    const flx_case *c = r->c;
    FLX_TRY(flx_file_create(r->ctx, r->opts->output, &r->file));
    unlink(r->checkpoint); // of what was there before: not if another run still writes the file
    FLX_TRY(flx_file_write_mesh(r->file, r->device->mesh, r->device->hole_name, r->device->n_hole));
    FLX_TRY(flx_case_write(r->ctx, c, r->file));
    FLX_TRY(flx_file_write_options(r->file, &flx_tdgl_option_table, &c->run.opts));
    FLX_TRY(flx_file_write_scales(r->file, &c->scales));
    return begin_series(r);
}

flx_status flx_runner_write_frame(flx_runner *r)
{
    if (!r->file)
        return FLX_OK;
    const flx_mesh *m = r->device->mesh;
    flx_frame frame = flx_tdgl_frame(r->sim);
    double *js = r->edge, *jn = r->edge + m->n_edge;
    double *site_js = r->site, *site_jn = r->site + 2 * (size_t)m->n_site;
    flx_measure_edges(&frame, js, jn);
    flx_site_currents_apply(r->fits, js, site_js);
    flx_site_currents_apply(r->fits, jn, site_jn);
    flx_frame_extra extra = {.supercurrent = js,
                             .normal_current = jn,
                             .site_supercurrent = site_js,
                             .site_normal_current = site_jn,
                             .a_induced = frame.a_induced};
    return flx_file_write_frame(r->file, &frame, &extra);
}

static char *sidecar_path(flx_ctx *ctx, const char *output)
{
    size_t n = strlen(output);
    bool h5 = n > 3 && strcmp(output + n - 3, ".h5") == 0;
    return flx_format(ctx, "%.*s.xdmf", (int)(h5 ? n - 3 : n), output);
}

flx_status flx_runner_sidecar(flx_ctx *ctx, flx_file *file, const char *output)
{
    char *path = sidecar_path(ctx, output);
    flx_status status = path ? flx_file_write_xdmf(file, path) : FLX_ERR_MEMORY;
    flx_free(path);
    return status;
}

// Links know the flux through a triangle only up to whole quanta, and a mesh resolves vortices only
// where it is small.
void flx_runner_warn_of_field(flx_ctx *ctx, const flx_frame *frame)
{
    const double too_much = 0.1; // [Phi0] in one triangle: vortices would be some edges apart
    const flx_mesh *m = frame->mesh;
    double largest = 0;
    for (int32_t t = 0; t < m->n_tri; t++) {
        double flux = 0;
        for (int32_t c = 0; c < 3; c++) {
            int32_t i = m->tri[3 * t + c], j = m->tri[3 * t + (c + 1) % 3];
            double a = frame->a[flx_mesh_edge(m, i, j)];
            flux += i < j ? a : -a;
        }
        largest = fmax(largest, fabs(flux));
    }
    largest /= 6.28318530717958647692; // Phi0 is 2 pi
    if (largest > too_much)
        flx_log(
            ctx, FLX_LOG_WARNING,
            "the field puts %.3g Phi0 through one triangle of the mesh, which resolves vortices "
            "up to about %g: give a smaller mesh.max_edge or a weaker field",
            largest, too_much);
}

// -- checkpoint -----------------------------------------------------------------------------------

char *flx_checkpoint_path(flx_ctx *ctx, const char *output)
{
    return flx_format(ctx, "%s-checkpoint", output);
}

static int32_t blocks_of(flx_runner *r, flx_state_block *blocks)
{
    int32_t n = flx_tdgl_state(r->sim, blocks);
    blocks[n++] = (flx_state_block){"runner", &r->state, sizeof r->state};
    return n;
}

flx_status flx_runner_save(flx_runner *r)
{
    if (!r->file)
        return FLX_OK;
    flx_state_block blocks[FLX_TDGL_STATE_MAX + 1];
    r->state.wall = flx_wtime() - r->wall_start;
    FLX_TRY(flx_file_flush(r->file));
    return flx_checkpoint_write(r->ctx, r->checkpoint, &r->key, blocks, blocks_of(r, blocks));
}

flx_status flx_runner_resume(flx_runner *r, bool *resumed)
{
    *resumed = false;
    if (access(r->checkpoint, F_OK) != 0 || access(r->opts->output, F_OK) != 0)
        return FLX_OK;
    flx_state_block blocks[FLX_TDGL_STATE_MAX + 1];
    flx_series *series = NULL;
    FLX_TRY(flx_checkpoint_read(r->ctx, r->checkpoint, &r->key, blocks, blocks_of(r, blocks)));
    FLX_TRY(flx_tdgl_restored(r->sim));
    FLX_TRY(flx_file_open(r->ctx, r->opts->output, FLX_FILE_APPEND, &r->file));
    int64_t step = flx_tdgl_frame(r->sim).step;
    FLX_TRY(flx_file_truncate(r->file, step));
    FLX_TRY(flx_file_read_series(r->file, &series));
    flx_status status = take_rows(r, series, step);
    flx_series_free(series);
    if (status < 0)
        return status;
    FLX_TRY(begin_series(r));
    r->wall_start = flx_wtime() - r->state.wall;
    *resumed = true;
    return FLX_OK;
}

// -- results --------------------------------------------------------------------------------------

static const char *text_of(const json_t *root, const char *key)
{
    const char *text = json_string_value(json_object_get(root, key));
    return text ? text : "";
}

flx_status flx_runner_result(flx_ctx *ctx, const char *json, flx_status *status,
                             flx_run_result **out)
{
    json_t *root = json_loads(json, 0, NULL);
    flx_run_result *result = FLX_NEW(ctx, flx_run_result);
    *out = result;
    if (!root || !result) {
        json_decref(root);
        return flx_fail(ctx, FLX_ERR_MEMORY, "no memory for the result");
    }
    const json_t *points = json_object_get(root, "points");
    const char *error = text_of(root, "error"), *stopped = text_of(root, "stopped");
    result->json = flx_strdup(ctx, json);
    result->reason = flx_strdup(ctx, *error ? error : stopped);
    result->time = json_number_value(json_object_get(root, "time_tau0"));
    result->wall = json_number_value(json_object_get(root, "wall_s"));
    result->step = json_integer_value(json_object_get(root, "steps"));
    result->n_point = points ? (int64_t)json_array_size(points) : 1;
    result->n_failed = *error != 0;
    for (size_t k = 0; k < json_array_size(points); k++)
        result->n_failed += *text_of(json_array_get(points, k), "error") != 0;
    *status = result->n_failed ? FLX_ERR_DIVERGED : *stopped ? FLX_STOPPED : FLX_OK;
    json_decref(root);
    if (result->json && result->reason)
        return FLX_OK;
    flx_run_result_free(result);
    *out = NULL;
    return FLX_ERR_MEMORY;
}

flx_status flx_runner_finished(flx_ctx *ctx, const flx_case *c, const char *path,
                               flx_status *status, flx_run_result **out)
{
    *out = NULL;
    // An empty file is one that was killed before its first flush.
    struct stat info;
    if (stat(path, &info) != 0 || info.st_size == 0)
        return FLX_OK;
    flx_file *file = NULL;
    const char *text = NULL;
    FLX_TRY(flx_file_open(ctx, path, FLX_FILE_READ, &file));
    flx_status result = FLX_OK;
    if (flx_file_has(file, "case") && flx_file_has(file, "case/used")) {
        result = flx_file_text(file, "case/used", &text);
        if (result == FLX_OK && strcmp(text, c->used) != 0)
            result = flx_fail(ctx, FLX_ERR_INPUT,
                              "was made by another case, or the case was changed since; resume "
                              "with the case it holds or write to a new file");
    }
    if (result == FLX_OK)
        result = flx_case_inputs_check(ctx, c, file, false);
    if (result == FLX_ERR_INPUT)
        flx_fail_in(ctx, result, "%s", path);
    if (result == FLX_OK && flx_file_has(file, "summary")) {
        result = flx_file_text(file, "summary", &text);
        if (result == FLX_OK)
            result = flx_runner_result(ctx, text, status, out);
    }
    flx_file_close(file);
    return result;
}
