// io/series.c -- the series: one row an accepted step, one extensible data set a column.
//
// Names of the columns, in order, are the attributes column_0, column_1 ... of /series. Rows wait
// in memory for the next flush.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/file.h"

#include <stdio.h>
#include <string.h>

enum { CHUNK = 1024, MAX_COLUMNS = 1024, WAITING = 256 };

void flx_series_close(flx_file *file)
{
    flx_series_writer *s = &file->series;
    for (int32_t c = 0; s->column && c <= s->n; c++)
        if (s->column[c] > 0)
            H5Dclose(s->column[c]);
    for (int32_t c = 0; s->name && c < s->n; c++)
        flx_free(s->name[c]);
    flx_free(s->name);
    flx_free(s->column);
    flx_free(s->value);
    flx_free(s->step);
    *s = (flx_series_writer){0};
}

static flx_status new_column(flx_file *file, hid_t at, const char *name, flx_number type)
{
    hsize_t none = 0, any = H5S_UNLIMITED, chunk = CHUNK;
    hid_t space = H5Screate_simple(1, &none, &any), how = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(how, 1, &chunk);
    hid_t set = H5Dcreate2(at, name, flx_h5_file_type(type), space, H5P_DEFAULT, how, H5P_DEFAULT);
    H5Pclose(how);
    H5Sclose(space);
    if (set < 0)
        return flx_file_write_failed(file, name);
    H5Dclose(set);
    return FLX_OK;
}

static flx_status new_series(flx_file *file, const char *const *name, int32_t n)
{
    char key[64];
    hid_t at = flx_h5_group(file->group, "series", true);
    if (at < 0)
        return flx_file_write_failed(file, "series");
    flx_status status = new_column(file, at, "step", FLX_I64);
    if (status == FLX_OK)
        status = flx_h5_put_integer(file, at, "n_column", n);
    for (int32_t c = 0; c < n && status == FLX_OK; c++) {
        snprintf(key, sizeof key, "column_%d", (int)c);
        status = flx_h5_put_label(file, at, key, name[c]);
        if (status == FLX_OK)
            status = new_column(file, at, name[c], FLX_F64);
    }
    H5Gclose(at);
    return status;
}

// Number of columns and rows that the file says it has.
static flx_status series_size(flx_file *file, hid_t at, int32_t *n_column, int64_t *n_row)
{
    int64_t n;
    flx_shape shape = {.type = FLX_I64, .rank = 1};
    FLX_TRY(flx_h5_get_integer(file, at, "n_column", &n));
    FLX_TRY(flx_h5_shape_of(file, at, "step", &shape));
    if (n < 0 || n > MAX_COLUMNS)
        return flx_file_fail(file, "series", "announces %lld columns; the file is damaged",
                             (long long)n);
    *n_column = (int32_t)n;
    *n_row = (int64_t)shape.n[0];
    return FLX_OK;
}

static flx_status column_name(flx_file *file, hid_t at, int32_t c, char name[FLX_NAME_MAX])
{
    char key[64];
    snprintf(key, sizeof key, "column_%d", (int)c);
    return flx_h5_get_label(file, at, key, name);
}

// Opens column `c` (c = n: step) for writing.
static flx_status open_column(flx_file *file, hid_t at, int32_t c, const char *name)
{
    flx_series_writer *s = &file->series;
    flx_shape shape = {.type = c == s->n ? FLX_I64 : FLX_F64, .rank = 1};
    FLX_TRY(flx_h5_shape_of(file, at, name, &shape));
    if ((int64_t)shape.n[0] != s->n_row)
        return flx_file_fail(file, name, "has %llu rows, step has %lld; the file is damaged",
                             (unsigned long long)shape.n[0], (long long)s->n_row);
    s->column[c] = H5Dopen2(at, name, H5P_DEFAULT);
    return s->column[c] < 0 ? flx_file_fail(file, name, "cannot be opened") : FLX_OK;
}

static flx_status read_last_step(flx_file *file)
{
    flx_series_writer *s = &file->series;
    s->last = -1;
    if (s->n_row == 0)
        return FLX_OK;
    hsize_t start = (hsize_t)s->n_row - 1, count = 1;
    hid_t space = H5Dget_space(s->column[s->n]), memory = H5Screate(H5S_SCALAR);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, NULL, &count, NULL);
    herr_t result =
        H5Dread(s->column[s->n], H5T_NATIVE_INT64, memory, space, H5P_DEFAULT, &s->last);
    H5Sclose(memory);
    H5Sclose(space);
    return result < 0 ? flx_file_fail(file, "series/step", "cannot be read; the file is damaged")
                      : FLX_OK;
}

static flx_status open_series(flx_file *file, hid_t at, const char *const *name, int32_t n)
{
    flx_series_writer *s = &file->series;
    int32_t present = 0;
    char old[FLX_NAME_MAX];
    s->n = n;
    s->name = FLX_NEW_ARRAY(file->ctx, char *, n);
    s->column = FLX_NEW_ARRAY(file->ctx, hid_t, n + 1);
    if (!s->name || !s->column)
        return FLX_ERR_MEMORY;
    FLX_TRY(series_size(file, at, &present, &s->n_row));
    if (present != n)
        return flx_file_fail(file, "series", "has %d columns, this run has %d; write to a new file",
                             present, n);
    for (int32_t c = 0; c < n; c++) {
        FLX_TRY(column_name(file, at, c, old));
        if (strcmp(old, name[c]) != 0)
            return flx_file_fail(file, "series",
                                 "column %d is '%s', this run has '%s'; write to a new file", c,
                                 old, name[c]);
        s->name[c] = flx_strdup(file->ctx, name[c]);
        if (!s->name[c])
            return FLX_ERR_MEMORY;
        FLX_TRY(open_column(file, at, c, name[c]));
    }
    FLX_TRY(open_column(file, at, n, "step"));
    return read_last_step(file);
}

flx_status flx_file_begin_series(flx_file *file, const char *const *name, int32_t n)
{
    FLX_TRY(flx_file_settle(file));
    flx_series_close(file);
    if (n < 1 || n > MAX_COLUMNS)
        return flx_fail(file->ctx, FLX_ERR_INPUT, "%s: %d columns, allowed is 1 to %d", file->path,
                        n, MAX_COLUMNS);
    for (int32_t c = 0; c < n; c++)
        if (name[c][0] == 0 || strchr(name[c], '/') || strcmp(name[c], ".") == 0 ||
            strcmp(name[c], "step") == 0 || strlen(name[c]) >= FLX_NAME_MAX)
            return flx_fail(file->ctx, FLX_ERR_INPUT,
                            "%s: a column cannot be called '%s': no '/', not 'step', 1 to %d bytes",
                            file->path, name[c], FLX_NAME_MAX - 1);
    if (!flx_h5_has(file->group, "series"))
        FLX_TRY(new_series(file, name, n));
    hid_t at = flx_h5_group(file->group, "series", false);
    flx_status status =
        at < 0 ? flx_file_fail(file, "series", "cannot be opened") : open_series(file, at, name, n);
    if (at >= 0)
        H5Gclose(at);
    if (status < 0)
        flx_series_close(file);
    return status;
}

static flx_status grow(flx_file *file)
{
    flx_series_writer *s = &file->series;
    size_t old = (size_t)s->capacity, capacity = 2 * old + WAITING;
    double *value = FLX_NEW_ARRAY(file->ctx, double, (size_t)s->n *capacity);
    if (!value)
        return FLX_ERR_MEMORY;
    int64_t *step = flx_realloc(file->ctx, s->step, old, capacity, sizeof *step);
    if (!step) {
        flx_free(value);
        return FLX_ERR_MEMORY;
    }
    for (size_t c = 0; old > 0 && c < (size_t)s->n; c++)
        memcpy(value + c * capacity, s->value + c * old, old * sizeof *value);
    flx_free(s->value);
    s->value = value;
    s->step = step;
    s->capacity = (int64_t)capacity;
    return FLX_OK;
}

flx_status flx_file_add_row(flx_file *file, int64_t step, const double *value)
{
    flx_series_writer *s = &file->series;
    FLX_TRY(flx_file_may_write(file));
    if (!s->column)
        return flx_fail(file->ctx, FLX_ERR_INTERNAL, "%s: a row before the series began",
                        file->path);
    if (step <= s->last)
        return flx_fail(file->ctx, FLX_ERR_INTERNAL, "%s: row of step %lld after that of step %lld",
                        file->path, (long long)step, (long long)s->last);
    if (s->n_waiting == s->capacity)
        FLX_TRY(grow(file));
    for (int32_t c = 0; c < s->n; c++)
        s->value[c * s->capacity + s->n_waiting] = value[c];
    s->step[s->n_waiting++] = step;
    s->last = step;
    return FLX_OK;
}

static herr_t append_column(const flx_series_writer *s, int32_t c)
{
    hsize_t total = (hsize_t)s->n_row + (hsize_t)s->n_waiting, start = (hsize_t)s->n_row,
            count = (hsize_t)s->n_waiting;
    const void *data = c == s->n ? (const void *)s->step : s->value + c * s->capacity;
    hid_t type = c == s->n ? H5T_NATIVE_INT64 : H5T_NATIVE_DOUBLE;
    if (H5Dset_extent(s->column[c], &total) < 0)
        return -1;
    hid_t space = H5Dget_space(s->column[c]), memory = H5Screate_simple(1, &count, NULL);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, NULL, &count, NULL);
    herr_t result = H5Dwrite(s->column[c], type, memory, space, H5P_DEFAULT, data);
    H5Sclose(memory);
    H5Sclose(space);
    return result;
}

flx_status flx_series_append(flx_file *file)
{
    flx_series_writer *s = &file->series;
    if (!s->column || s->n_waiting == 0)
        return FLX_OK;
    for (int32_t c = 0; c <= s->n; c++)
        if (append_column(s, c) < 0)
            return flx_file_write_failed(file, "series");
    s->n_row += s->n_waiting;
    s->n_waiting = 0;
    return FLX_OK;
}

// ---- Reading ----

static flx_status read_series(flx_file *file, hid_t at, flx_series *series)
{
    char name[FLX_NAME_MAX];
    FLX_TRY(series_size(file, at, &series->n_column, &series->n_row));
    size_t n = (size_t)series->n_column, rows = (size_t)series->n_row;
    series->name = FLX_NEW_ARRAY(file->ctx, char *, n);
    series->column = FLX_NEW_ARRAY(file->ctx, double *, n);
    series->step = FLX_NEW_ARRAY(file->ctx, int64_t, rows);
    if (!series->name || !series->column || !series->step)
        return FLX_ERR_MEMORY;
    flx_shape shape = {FLX_I64, 1, {rows, 1}};
    if (rows > 0)
        FLX_TRY(flx_h5_read(file, at, "step", shape, series->step));
    shape.type = FLX_F64;
    for (size_t c = 0; c < n; c++) {
        FLX_TRY(column_name(file, at, (int32_t)c, name));
        // Shape first: the announced rows must exist before memory is taken for them.
        flx_shape got = {.type = FLX_F64, .rank = 1};
        FLX_TRY(flx_h5_shape_of(file, at, name, &got));
        series->name[c] = flx_strdup(file->ctx, name);
        series->column[c] = FLX_NEW_ARRAY(file->ctx, double, rows);
        if (!series->name[c] || !series->column[c])
            return FLX_ERR_MEMORY;
        if (rows > 0)
            FLX_TRY(flx_h5_read(file, at, name, shape, series->column[c]));
    }
    return FLX_OK;
}

flx_status flx_file_read_series(flx_file *file, flx_series **out)
{
    *out = NULL;
    if (file->writable && !file->failed)
        FLX_TRY(flx_series_append(file));
    hid_t at = flx_h5_group(file->group, "series", false);
    if (at < 0)
        return flx_file_fail(file, "series", "is missing; the run did not get that far");
    flx_series *series = FLX_NEW(file->ctx, flx_series);
    flx_status status = series ? read_series(file, at, series) : FLX_ERR_MEMORY;
    H5Gclose(at);
    if (status < 0)
        flx_series_free(series);
    else
        *out = series;
    return status;
}

const double *flx_series_column(const flx_series *series, const char *name)
{
    for (int32_t c = 0; c < series->n_column; c++)
        if (strcmp(series->name[c], name) == 0)
            return series->column[c];
    return NULL;
}

void flx_series_free(flx_series *series)
{
    if (!series)
        return;
    for (int32_t c = 0; series->name && c < series->n_column; c++)
        flx_free(series->name[c]);
    for (int32_t c = 0; series->column && c < series->n_column; c++)
        flx_free(series->column[c]);
    flx_free(series->name);
    flx_free(series->column);
    flx_free(series->step);
    flx_free(series);
}

// ---- Truncation ----

static flx_status cut_column(flx_file *file, hid_t at, const char *name, int64_t rows)
{
    hsize_t n = (hsize_t)rows;
    hid_t set = H5Dopen2(at, name, H5P_DEFAULT);
    herr_t result = set < 0 ? -1 : H5Dset_extent(set, &n);
    if (set >= 0)
        H5Dclose(set);
    return result < 0 ? flx_file_write_failed(file, name) : FLX_OK;
}

static flx_status cut(flx_file *file, hid_t at, const flx_series *series, int64_t step)
{
    int64_t kept = series->n_row;
    while (kept > 0 && series->step[kept - 1] > step)
        kept--;
    if (kept == series->n_row)
        return FLX_OK;
    FLX_TRY(cut_column(file, at, "step", kept));
    for (int32_t c = 0; c < series->n_column; c++)
        FLX_TRY(cut_column(file, at, series->name[c], kept));
    flx_series_writer *s = &file->series;
    if (s->column) {
        s->n_row = kept;
        s->last = kept > 0 ? series->step[kept - 1] : -1;
    }
    return FLX_OK;
}

flx_status flx_series_truncate(flx_file *file, int64_t step)
{
    hid_t at = flx_h5_group(file->group, "series", false);
    if (at < 0)
        return FLX_OK;
    flx_series *series = NULL;
    flx_status status = flx_file_read_series(file, &series);
    if (series) {
        status = cut(file, at, series, step);
        flx_series_free(series);
    }
    H5Gclose(at);
    return status;
}
