// io/h5.c -- checked reads and writes of arrays and attributes.
//
// Nothing that a file says is believed before it was compared: kind of number, rank, extents, and
// that the file is long enough to hold what it announces.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/file.h"
#include "io/journal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { INFLATION = 1032 }; // deflate shrinks by at most this factor

flx_status flx_file_fail(const flx_file *file, const char *name, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const char *group = strcmp(file->group_name, "/") == 0 ? "" : file->group_name;
    const char *slash = *name == 0 || *name == '/' ? "" : "/";
    return flx_fail(file->ctx, FLX_ERR_FILE, "%s: %s%s%s%s%s", file->path,
                    *name == '/' ? "" : group, slash, name, *group || *name ? ": " : "", text);
}

flx_status flx_file_write_failed(flx_file *file, const char *name)
{
    int reason = flx_journal_error(file->id);
    file->failed = true;
    flx_journal_stop(file->id);
    return flx_file_fail(file, name,
                         "cannot be written: %s; the file keeps what it had at the last flush",
                         reason ? strerror(reason) : "HDF5 refused");
}

flx_status flx_file_may_write(flx_file *file)
{
    if (!file->writable)
        return flx_file_fail(file, "", "was opened for reading only");
    if (file->failed)
        return flx_file_fail(file, "", "an earlier write failed, so nothing more is written");
    return FLX_OK;
}

bool flx_h5_has(hid_t at, const char *path)
{
    char part[1024];
    size_t n = strlen(path);
    if (n == 0 || n >= sizeof part)
        return false;
    for (size_t k = 1; k <= n; k++)
        if (k == n || path[k] == '/') {
            memcpy(part, path, k);
            part[k] = 0;
            if (H5Lexists(at, part, H5P_DEFAULT) <= 0)
                return false;
        }
    // A link may dangle.
    return H5Oexists_by_name(at, path, H5P_DEFAULT) > 0;
}

hid_t flx_h5_group(hid_t at, const char *path, bool make)
{
    if (strcmp(path, "/") == 0 || flx_h5_has(at, path))
        return H5Gopen2(at, path, H5P_DEFAULT);
    if (!make)
        return -1;
    hid_t link = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(link, 1);
    hid_t group = H5Gcreate2(at, path, link, H5P_DEFAULT, H5P_DEFAULT);
    H5Pclose(link);
    return group;
}

int64_t flx_h5_count(hid_t group)
{
    H5G_info_t info;
    return H5Gget_info(group, &info) < 0 ? 0 : (int64_t)info.nlinks;
}

bool flx_h5_name(hid_t group, int64_t k, bool sorted, char name[FLX_NAME_MAX])
{
    ssize_t n = H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, sorted ? H5_ITER_INC : H5_ITER_NATIVE,
                                   (hsize_t)k, name, FLX_NAME_MAX, H5P_DEFAULT);
    return n > 0 && n < FLX_NAME_MAX;
}

hid_t flx_h5_memory_type(flx_number type)
{
    switch (type) {
    case FLX_F64:
        return H5T_NATIVE_DOUBLE;
    case FLX_F32:
        return H5T_NATIVE_FLOAT;
    case FLX_I64:
        return H5T_NATIVE_INT64;
    case FLX_I32:
        return H5T_NATIVE_INT32;
    }
    return -1;
}

hid_t flx_h5_file_type(flx_number type)
{
    switch (type) {
    case FLX_F64:
        return H5T_IEEE_F64LE;
    case FLX_F32:
        return H5T_IEEE_F32LE;
    case FLX_I64:
        return H5T_STD_I64LE;
    case FLX_I32:
        return H5T_STD_I32LE;
    }
    return -1;
}

static bool is_real(flx_number type)
{
    return type == FLX_F64 || type == FLX_F32;
}

flx_status flx_h5_write(flx_file *file, hid_t at, const char *name, flx_shape shape,
                        const void *data)
{
    hid_t space = H5Screate_simple(shape.rank, shape.n, NULL);
    hid_t set = H5Dcreate2(at, name, flx_h5_file_type(shape.type), space, H5P_DEFAULT, H5P_DEFAULT,
                           H5P_DEFAULT);
    herr_t result = set < 0 ? -1 : 0;
    bool empty = shape.n[0] == 0 || (shape.rank == 2 && shape.n[1] == 0);
    if (set >= 0 && !empty)
        result = H5Dwrite(set, flx_h5_memory_type(shape.type), H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
    if (set >= 0 && H5Dclose(set) < 0)
        result = -1;
    if (space >= 0)
        H5Sclose(space);
    return result < 0 ? flx_file_write_failed(file, name) : FLX_OK;
}

// Whether the file is long enough for n numbers of this data set.
static bool fits_file(const flx_file *file, hid_t set, hid_t type, double n)
{
    hsize_t bytes = 0;
    hid_t list = H5Dget_create_plist(set);
    double inflation = list >= 0 && H5Pget_nfilters(list) > 0 ? INFLATION : 1;
    if (list >= 0)
        H5Pclose(list);
    return H5Fget_filesize(file->id, &bytes) >= 0 &&
           n * (double)H5Tget_size(type) <= inflation * (double)bytes;
}

static flx_status check_set(flx_file *file, hid_t set, const char *name, flx_shape *shape)
{
    hid_t type = H5Dget_type(set), space = H5Dget_space(set);
    hsize_t n[H5S_MAX_RANK] = {0};
    H5T_class_t class = type < 0 ? H5T_NO_CLASS : H5Tget_class(type);
    int rank = space < 0 ? -1 : H5Sget_simple_extent_dims(space, n, NULL);
    flx_status status = FLX_OK;
    if (class != (is_real(shape->type) ? H5T_FLOAT : H5T_INTEGER))
        status = flx_file_fail(file, name, "holds no %s; the file is damaged or not of fluxoid",
                               is_real(shape->type) ? "real numbers" : "integers");
    else if (rank != shape->rank)
        status = flx_file_fail(file, name,
                               "has %d dimensions, expected %d; the file is damaged or not of "
                               "fluxoid",
                               rank, shape->rank);
    else if (!fits_file(file, set, type, (double)n[0] * (rank == 2 ? (double)n[1] : 1)))
        status =
            flx_file_fail(file, name, "announces more numbers than the file holds; it is damaged");
    for (int k = 0; k < 2; k++)
        shape->n[k] = k < rank ? n[k] : 1;
    if (type >= 0)
        H5Tclose(type);
    if (space >= 0)
        H5Sclose(space);
    return status;
}

static hid_t open_set(flx_file *file, hid_t at, const char *name, flx_status *status)
{
    *status = FLX_OK;
    hid_t set = flx_h5_has(at, name) ? H5Dopen2(at, name, H5P_DEFAULT) : -1;
    if (set < 0)
        *status = flx_file_fail(file, name,
                                "is missing or cannot be read; the file is damaged or "
                                "was not finished");
    return set;
}

flx_status flx_h5_shape_of(flx_file *file, hid_t at, const char *name, flx_shape *shape)
{
    flx_status status;
    hid_t set = open_set(file, at, name, &status);
    if (set < 0)
        return status;
    status = check_set(file, set, name, shape);
    H5Dclose(set);
    return status;
}

flx_status flx_h5_read(flx_file *file, hid_t at, const char *name, flx_shape shape, void *data)
{
    flx_status status;
    hid_t set = open_set(file, at, name, &status);
    if (set < 0)
        return status;
    flx_shape got = shape;
    status = check_set(file, set, name, &got);
    bool same = got.n[0] == shape.n[0] && (shape.rank == 1 || got.n[1] == shape.n[1]);
    if (status == FLX_OK && !same)
        status = flx_file_fail(file, name,
                               "is %llu x %llu, expected %llu x %llu; the file is damaged or "
                               "belongs to another mesh",
                               (unsigned long long)got.n[0], (unsigned long long)got.n[1],
                               (unsigned long long)shape.n[0],
                               (unsigned long long)(shape.rank == 2 ? shape.n[1] : 1));
    if (status == FLX_OK &&
        H5Dread(set, flx_h5_memory_type(shape.type), H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)
        status = flx_file_fail(file, name, "cannot be read; the file is damaged");
    H5Dclose(set);
    return status;
}

// ---- Attributes ----

static flx_status put(flx_file *file, hid_t at, const char *name, hid_t type, const void *value)
{
    if (H5Aexists(at, name) > 0)
        H5Adelete(at, name);
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t set = H5Acreate2(at, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    herr_t result = set < 0 ? -1 : H5Awrite(set, type, value);
    if (set >= 0)
        H5Aclose(set);
    H5Sclose(space);
    return result < 0 ? flx_file_write_failed(file, name) : FLX_OK;
}

flx_status flx_h5_put_real(flx_file *file, hid_t at, const char *name, double value)
{
    return put(file, at, name, H5T_NATIVE_DOUBLE, &value);
}

flx_status flx_h5_put_integer(flx_file *file, hid_t at, const char *name, int64_t value)
{
    return put(file, at, name, H5T_NATIVE_INT64, &value);
}

flx_status flx_h5_put_label(flx_file *file, hid_t at, const char *name, const char *text)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    size_t n = strlen(text);
    H5Tset_size(type, n ? n : 1);
    H5Tset_cset(type, H5T_CSET_UTF8);
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    flx_status status = put(file, at, name, type, text);
    H5Tclose(type);
    return status;
}

// Reads a scalar attribute of the given class into value (bytes at most `room` for labels).
static flx_status get(flx_file *file, hid_t at, const char *name, hid_t memory, void *value)
{
    hid_t set = H5Aexists(at, name) > 0 ? H5Aopen(at, name, H5P_DEFAULT) : -1;
    hid_t space = set < 0 ? -1 : H5Aget_space(set), type = set < 0 ? -1 : H5Aget_type(set);
    bool good = space >= 0 && type >= 0 && H5Sget_simple_extent_npoints(space) == 1;
    if (good && H5Tget_class(memory) == H5T_STRING) {
        good = H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 &&
               H5Tget_size(type) < FLX_NAME_MAX;
        good = good && H5Aread(set, type, value) >= 0;
    } else if (good) {
        good = H5Tget_class(type) == H5Tget_class(memory) && H5Aread(set, memory, value) >= 0;
    }
    if (type >= 0)
        H5Tclose(type);
    if (space >= 0)
        H5Sclose(space);
    if (set >= 0)
        H5Aclose(set);
    return good ? FLX_OK
                : flx_file_fail(file, name,
                                "attribute is missing or of a wrong type; the file is damaged or "
                                "not of fluxoid");
}

flx_status flx_h5_get_real(flx_file *file, hid_t at, const char *name, double *value)
{
    return get(file, at, name, H5T_NATIVE_DOUBLE, value);
}

flx_status flx_h5_get_integer(flx_file *file, hid_t at, const char *name, int64_t *value)
{
    return get(file, at, name, H5T_NATIVE_INT64, value);
}

flx_status flx_h5_get_label(flx_file *file, hid_t at, const char *name, char text[FLX_NAME_MAX])
{
    memset(text, 0, FLX_NAME_MAX);
    return get(file, at, name, H5T_C_S1, text);
}
