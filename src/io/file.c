// io/file.c -- opening and closing data files; groups, points of a sweep, texts, options.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/file.h"

#include "io/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void release(flx_file *file)
{
    flx_series_close(file);
    if (file->group >= 0)
        H5Gclose(file->group);
    // All that was flushed is safe; closing must not start another change.
    if (file->id >= 0) {
        if (file->writable)
            flx_journal_stop(file->id);
        H5Fclose(file->id);
    }
    flx_free(file->frames);
    flx_free(file->group_name);
    flx_free(file->path);
    flx_free(file->text);
    flx_free(file->hole);
    flx_free(file);
}

static flx_file *make(flx_ctx *ctx, const char *path, bool writable)
{
    // HDF5 must not print: its errors become ours.
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    flx_file *file = FLX_NEW(ctx, flx_file);
    if (!file)
        return NULL;
    file->ctx = ctx;
    file->id = file->group = -1;
    file->writable = writable;
    file->path = flx_strdup(ctx, path);
    file->group_name = flx_strdup(ctx, "/");
    for (int k = 0; k < FLX_N_LINK; k++)
        file->link[k].number = -1;
    if (!file->path || !file->group_name) {
        release(file);
        return NULL;
    }
    return file;
}

// What the system says about a path, before HDF5 hides the reason.
static flx_status try_path(flx_file *file, int flags, const char *what, const char *remedy)
{
    struct stat info;
    int fd = open(file->path, flags, 0666);
    int reason = errno;
    bool regular = fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    if (fd >= 0)
        close(fd);
    if (fd < 0)
        return flx_fail(file->ctx, FLX_ERR_FILE, "%s: cannot be %s: %s; %s", file->path, what,
                        strerror(reason), remedy);
    if (!regular)
        return flx_fail(file->ctx, FLX_ERR_FILE, "%s: cannot be %s: not a regular file; %s",
                        file->path, what, remedy);
    return FLX_OK;
}

// Only one process may write a file at a time.
static flx_status try_journal(flx_file *file)
{
    int reason = flx_journal_try(file->path);
    if (reason == EWOULDBLOCK)
        return flx_fail(
            file->ctx, FLX_ERR_FILE,
            "%s: is being written by another run; wait for its end or name another file",
            file->path);
    if (reason)
        return flx_fail(file->ctx, FLX_ERR_FILE,
                        "%s-journal: cannot be created: %s; name a file in a folder that may be "
                        "written",
                        file->path, strerror(reason));
    return FLX_OK;
}

// Only data files are replaced: a case or a letter named by mistake is not. (Zeros: a data file
// whose writer was killed before its first flush.)
static flx_status try_content(flx_file *file)
{
    static const unsigned char hdf5[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'}, none[8];
    unsigned char begin[8] = {0};
    int fd = open(file->path, O_RDONLY);
    ssize_t n = fd < 0 ? 0 : read(fd, begin, sizeof begin);
    if (fd >= 0)
        close(fd);
    if (n <= 0 || memcmp(begin, hdf5, sizeof hdf5) == 0 || memcmp(begin, none, sizeof none) == 0)
        return FLX_OK;
    return flx_fail(file->ctx, FLX_ERR_FILE,
                    "%s: is there and is no data file; it is not replaced: remove it or name "
                    "another file",
                    file->path);
}

static flx_status create_at(flx_file *file)
{
    FLX_TRY(try_path(file, O_RDWR | O_CREAT, "created",
                     "name a file in a folder that exists and may be written"));
    FLX_TRY(try_content(file));
    FLX_TRY(try_journal(file));
    hid_t access = flx_journal_access();
    file->id = H5Fcreate(file->path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    if (access >= 0)
        H5Pclose(access);
    file->group = file->id < 0 ? -1 : H5Gopen2(file->id, "/", H5P_DEFAULT);
    if (file->group < 0)
        return flx_fail(file->ctx, FLX_ERR_FILE,
                        "%s: cannot be created: HDF5 refused; is it open elsewhere, is the disk "
                        "full?",
                        file->path);
    FLX_TRY(flx_h5_put_label(file, file->group, "fluxoid", flx_version()));
    FLX_TRY(flx_h5_put_integer(file, file->group, "format", FLX_FILE_FORMAT));
    return flx_file_settle(file);
}

static flx_status open_at(flx_file *file)
{
    FLX_TRY(try_path(file, file->writable ? O_RDWR : O_RDONLY, "opened",
                     "give the path of a data file that fluxoid wrote"));
    if (file->writable)
        FLX_TRY(try_journal(file));
    hid_t access = flx_journal_access();
    file->id = H5Fopen(file->path, file->writable ? H5F_ACC_RDWR : H5F_ACC_RDONLY, access);
    if (access >= 0)
        H5Pclose(access);
    file->group = file->id < 0 ? -1 : H5Gopen2(file->id, "/", H5P_DEFAULT);
    if (file->group < 0)
        return flx_fail(
            file->ctx, FLX_ERR_FILE,
            "%s: is not an HDF5 file, or it is truncated or damaged; run the case again "
            "to make it anew",
            file->path);
    return FLX_OK;
}

static flx_status check_format(flx_file *file)
{
    int64_t format;
    char version[FLX_NAME_MAX];
    if (H5Aexists(file->group, "fluxoid") <= 0)
        return flx_fail(file->ctx, FLX_ERR_FILE,
                        "%s: is an HDF5 file, but not a data file of fluxoid; to use another "
                        "program's mesh set mesh.import",
                        file->path);
    FLX_TRY(flx_h5_get_label(file, file->group, "fluxoid", version));
    FLX_TRY(flx_h5_get_integer(file, file->group, "format", &format));
    if (format < 1 || format > FLX_FILE_FORMAT)
        return flx_fail(file->ctx, FLX_ERR_FILE,
                        "%s: written by fluxoid %s in format %lld, this is fluxoid %s, which reads "
                        "formats 1 to %d; use a newer fluxoid",
                        file->path, version, (long long)format, flx_version(), FLX_FILE_FORMAT);
    return flx_frames_list(file);
}

flx_status flx_file_create(flx_ctx *ctx, const char *path, flx_file **out)
{
    *out = NULL;
    flx_file *file = make(ctx, path, true);
    if (!file)
        return FLX_ERR_MEMORY;
    flx_status status = create_at(file);
    if (status < 0)
        release(file);
    else
        *out = file;
    return status;
}

static flx_status open_as(flx_ctx *ctx, const char *path, bool writable, bool ours, flx_file **out)
{
    *out = NULL;
    flx_file *file = make(ctx, path, writable);
    if (!file)
        return FLX_ERR_MEMORY;
    flx_status status = open_at(file);
    if (status >= 0 && ours)
        status = check_format(file);
    if (status < 0)
        release(file);
    else
        *out = file;
    return status;
}

flx_status flx_file_open(flx_ctx *ctx, const char *path, flx_file_mode mode, flx_file **out)
{
    return open_as(ctx, path, mode == FLX_FILE_APPEND, true, out);
}

flx_status flx_file_open_any(flx_ctx *ctx, const char *path, flx_file **out)
{
    return open_as(ctx, path, false, false, out);
}

static flx_status flush(flx_file *file, bool sync)
{
    FLX_TRY(flx_file_may_write(file));
    FLX_TRY(flx_series_append(file));
    flx_journal_sync(file->id, sync);
    herr_t result = H5Fflush(file->id, H5F_SCOPE_GLOBAL);
    flx_journal_sync(file->id, true);
    return result < 0 ? flx_file_write_failed(file, "") : FLX_OK;
}

flx_status flx_file_settle(flx_file *file)
{
    return flush(file, false);
}

flx_status flx_file_flush(flx_file *file)
{
    return flush(file, true);
}

flx_status flx_file_close(flx_file *file)
{
    if (!file)
        return FLX_OK;
    flx_status status = file->writable && !file->failed ? flx_file_flush(file) : FLX_OK;
    release(file);
    return status;
}

// ---- Groups ----

flx_status flx_file_enter(flx_file *file, const char *group)
{
    if (file->writable)
        FLX_TRY(flx_file_settle(file));
    char *name = flx_strdup(file->ctx, group);
    if (!name)
        return FLX_ERR_MEMORY;
    hid_t id = flx_h5_group(file->id, name, file->writable);
    if (id < 0) {
        flx_free(name);
        return file->writable ? flx_file_write_failed(file, group)
                              : flx_file_fail(file, group, "there is no such group");
    }
    flx_series_close(file);
    H5Gclose(file->group);
    flx_free(file->group_name);
    file->group = id;
    file->group_name = name;
    for (int k = 0; k < FLX_N_LINK; k++)
        file->link[k].number = -1;
    return flx_frames_list(file);
}

bool flx_file_has(flx_file *file, const char *name)
{
    return flx_h5_has(file->group, name);
}

flx_status flx_file_merge(flx_file *to, const char *group, flx_file *from, const char *from_group)
{
    FLX_TRY(flx_file_may_write(to));
    if (strcmp(from_group, "/") != 0 && !flx_h5_has(from->id, from_group))
        return flx_file_fail(from, from_group, "there is no such group");
    if (flx_h5_has(to->id, group) && H5Ldelete(to->id, group, H5P_DEFAULT) < 0)
        return flx_file_write_failed(to, group);
    hid_t link = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(link, 1);
    herr_t result = H5Ocopy(from->id, from_group, to->id, group, H5P_DEFAULT, link);
    H5Pclose(link);
    return result < 0 ? flx_file_write_failed(to, group) : flx_file_settle(to);
}

int32_t flx_file_point_count(flx_file *file)
{
    hid_t points = flx_h5_group(file->id, "/points", false);
    if (points < 0)
        return 0;
    int64_t n = flx_h5_count(points);
    H5Gclose(points);
    return n > INT32_MAX ? 0 : (int32_t)n;
}

const char *flx_file_point_name(flx_file *file, int32_t k)
{
    char name[FLX_NAME_MAX];
    hid_t points = flx_h5_group(file->id, "/points", false);
    if (points < 0)
        return NULL;
    bool known = k >= 0 && k < flx_h5_count(points) && flx_h5_name(points, k, true, name);
    H5Gclose(points);
    int n = known ? snprintf(file->point, sizeof file->point, "/points/%s", name) : 0;
    return n > 0 && n < (int)sizeof file->point ? file->point : NULL;
}

// ---- Texts ----

static hid_t text_type(size_t n)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, n ? n : 1);
    H5Tset_cset(type, H5T_CSET_UTF8);
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    return type;
}

flx_status flx_file_write_text(flx_file *file, const char *name, const char *text)
{
    FLX_TRY(flx_file_may_write(file));
    if (flx_h5_has(file->group, name) && H5Ldelete(file->group, name, H5P_DEFAULT) < 0)
        return flx_file_write_failed(file, name);
    hid_t type = text_type(strlen(text)), space = H5Screate(H5S_SCALAR);
    hid_t link = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(link, 1);
    hid_t set = H5Dcreate2(file->group, name, type, space, link, H5P_DEFAULT, H5P_DEFAULT);
    herr_t result = set < 0 ? -1 : H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text);
    if (set >= 0)
        H5Dclose(set);
    H5Pclose(link);
    H5Sclose(space);
    H5Tclose(type);
    return result < 0 ? flx_file_write_failed(file, name) : FLX_OK;
}

static flx_status read_text(flx_file *file, hid_t set, const char *name)
{
    hid_t type = H5Dget_type(set), space = H5Dget_space(set);
    hsize_t bytes = 0;
    size_t n = type < 0 ? 0 : H5Tget_size(type);
    bool good = type >= 0 && space >= 0 && H5Tget_class(type) == H5T_STRING &&
                H5Tis_variable_str(type) == 0 && H5Sget_simple_extent_npoints(space) == 1 &&
                H5Fget_filesize(file->id, &bytes) >= 0 && n <= bytes;
    char *text = good ? flx_alloc(file->ctx, n + 1, 1) : NULL;
    flx_status status = FLX_OK;
    if (good && !text)
        status = FLX_ERR_MEMORY;
    else if (!good || H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text) < 0)
        status = flx_file_fail(file, name, "is no text; the file is damaged or not of fluxoid");
    if (status == FLX_OK) {
        flx_free(file->text);
        file->text = text;
        text = NULL;
    }
    flx_free(text);
    if (type >= 0)
        H5Tclose(type);
    if (space >= 0)
        H5Sclose(space);
    return status;
}

flx_status flx_file_text(flx_file *file, const char *name, const char **text)
{
    *text = NULL;
    hid_t set = flx_h5_has(file->group, name) ? H5Dopen2(file->group, name, H5P_DEFAULT) : -1;
    if (set < 0)
        return flx_file_fail(file, name, "is missing; the run did not get that far");
    flx_status status = read_text(file, set, name);
    H5Dclose(set);
    if (status == FLX_OK)
        *text = file->text;
    return status;
}

// ---- Options and scales ----

static flx_status write_option(flx_file *file, hid_t at, const flx_option *row, const void *field)
{
    char choice[FLX_NAME_MAX];
    switch (row->type) {
    case FLX_OPTION_DOUBLE:
        return flx_h5_put_real(file, at, row->name, *(const double *)field);
    case FLX_OPTION_INT:
        return flx_h5_put_integer(file, at, row->name, *(const int32_t *)field);
    case FLX_OPTION_BOOL:
        return flx_h5_put_integer(file, at, row->name, *(const bool *)field);
    case FLX_OPTION_CHOICE:
        flx_option_choice(row, *(const int32_t *)field, choice, sizeof choice);
        return flx_h5_put_label(file, at, row->name, choice);
    }
    return FLX_ERR_INTERNAL;
}

static flx_status read_option(flx_file *file, hid_t at, const flx_option *row, void *field)
{
    char choice[FLX_NAME_MAX];
    int64_t integer = 0;
    if (row->type == FLX_OPTION_DOUBLE)
        return flx_h5_get_real(file, at, row->name, field);
    if (row->type == FLX_OPTION_CHOICE) {
        FLX_TRY(flx_h5_get_label(file, at, row->name, choice));
        *(int32_t *)field = flx_option_choice_index(row, choice);
        return *(int32_t *)field >= 0
                   ? FLX_OK
                   : flx_file_fail(file, row->name, "is '%s', allowed is %s", choice, row->choices);
    }
    FLX_TRY(flx_h5_get_integer(file, at, row->name, &integer));
    if (row->type == FLX_OPTION_BOOL)
        *(bool *)field = integer != 0;
    else if (integer < INT32_MIN || integer > INT32_MAX)
        return flx_file_fail(file, row->name, "is out of range; the file is damaged");
    else
        *(int32_t *)field = (int32_t)integer;
    return FLX_OK;
}

flx_status flx_file_write_options(flx_file *file, const flx_option_table *table,
                                  const void *options)
{
    FLX_TRY(flx_file_may_write(file));
    char name[FLX_NAME_MAX];
    snprintf(name, sizeof name, "case/options/%s", table->name);
    hid_t at = flx_h5_group(file->group, name, true);
    if (at < 0)
        return flx_file_write_failed(file, name);
    flx_status status = FLX_OK;
    for (int32_t k = 0; k < table->n_row && status == FLX_OK; k++)
        status =
            write_option(file, at, &table->rows[k], (const char *)options + table->rows[k].offset);
    H5Gclose(at);
    return status;
}

flx_status flx_file_read_options(flx_file *file, const flx_option_table *table, void *options)
{
    char name[FLX_NAME_MAX];
    snprintf(name, sizeof name, "case/options/%s", table->name);
    hid_t at = flx_h5_group(file->group, name, false);
    if (at < 0)
        return flx_file_fail(file, name, "is missing; the file holds no run of this kind");
    flx_status status = FLX_OK;
    for (int32_t k = 0; k < table->n_row && status == FLX_OK; k++)
        status = read_option(file, at, &table->rows[k], (char *)options + table->rows[k].offset);
    H5Gclose(at);
    return status;
}

static const struct {
    const char *name;
    size_t offset;
} scale_rows[] = {
    {"xi", offsetof(flx_scales, xi)},         {"lambda", offsetof(flx_scales, lambda)},
    {"Lambda", offsetof(flx_scales, Lambda)}, {"Bc2", offsetof(flx_scales, Bc2)},
    {"A0", offsetof(flx_scales, A0)},         {"J0", offsetof(flx_scales, J0)},
    {"K0", offsetof(flx_scales, K0)},         {"tau0", offsetof(flx_scales, tau0)},
    {"V0", offsetof(flx_scales, V0)},         {"Phi0", offsetof(flx_scales, Phi0)},
    {"Bc", offsetof(flx_scales, Bc)},         {"energy", offsetof(flx_scales, energy)},
};
enum { N_SCALE = sizeof scale_rows / sizeof scale_rows[0] };

flx_status flx_file_write_scales(flx_file *file, const flx_scales *scales)
{
    FLX_TRY(flx_file_may_write(file));
    hid_t at = flx_h5_group(file->group, "case/scales", true);
    if (at < 0)
        return flx_file_write_failed(file, "case/scales");
    flx_status status = FLX_OK;
    for (int k = 0; k < N_SCALE && status == FLX_OK; k++) {
        const char *field = (const char *)scales + scale_rows[k].offset;
        status =
            flx_h5_put_real(file, at, scale_rows[k].name, *(const double *)(const void *)field);
    }
    H5Gclose(at);
    return status;
}

flx_status flx_file_read_scales(flx_file *file, flx_scales *scales)
{
    hid_t at = flx_h5_group(file->group, "case/scales", false);
    if (at < 0)
        return flx_file_fail(file, "case/scales", "is missing; the file is damaged");
    flx_status status = FLX_OK;
    for (int k = 0; k < N_SCALE && status == FLX_OK; k++) {
        char *field = (char *)scales + scale_rows[k].offset;
        status = flx_h5_get_real(file, at, scale_rows[k].name, (double *)(void *)field);
    }
    H5Gclose(at);
    return status;
}
