// io/array_file.c -- arrays under /results: what engines find that is no frame.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/file.h"

#include <stdio.h>

static const char group_name[] = "results";

flx_status flx_file_write_array(flx_file *file, const char *name, const flx_array *array)
{
    FLX_TRY(flx_file_may_write(file));
    hid_t group = flx_h5_group(file->group, group_name, true);
    if (group < 0 || (flx_h5_has(group, name) && H5Ldelete(group, name, H5P_DEFAULT) < 0)) {
        if (group >= 0)
            H5Gclose(group);
        return flx_file_write_failed(file, name);
    }
    flx_shape shape = {FLX_F64, array->n_column == 1 ? 1 : 2, {0}};
    shape.n[0] = (hsize_t)array->n_row;
    shape.n[1] = (hsize_t)array->n_column;
    flx_status status = flx_h5_write(file, group, name, shape, array->value);
    H5Gclose(group);
    return status;
}

// Rank of a data set, 2 if it cannot be told (reading then says why).
static int rank_of(hid_t at, const char *path)
{
    hid_t set = flx_h5_has(at, path) ? H5Dopen2(at, path, H5P_DEFAULT) : -1;
    hid_t space = set < 0 ? -1 : H5Dget_space(set);
    int rank = space < 0 ? 2 : H5Sget_simple_extent_ndims(space);
    if (space >= 0)
        H5Sclose(space);
    if (set >= 0)
        H5Dclose(set);
    return rank == 1 ? 1 : 2;
}

flx_status flx_file_read_array(flx_file *file, const char *name, flx_array *out)
{
    char path[FLX_NAME_MAX];
    *out = (flx_array){0};
    snprintf(path, sizeof path, "%s/%s", group_name, name);
    flx_shape shape = {FLX_F64, rank_of(file->group, path), {0}};
    FLX_TRY(flx_h5_shape_of(file, file->group, path, &shape));
    *out = (flx_array){.n_row = (int64_t)shape.n[0], .n_column = (int64_t)shape.n[1]};
    out->value = FLX_NEW_ARRAY(file->ctx, double, shape.n[0] * shape.n[1]);
    if (!out->value)
        return FLX_ERR_MEMORY;
    flx_status status = flx_h5_read(file, file->group, path, shape, out->value);
    if (status < 0)
        flx_array_clear(out);
    return status;
}

void flx_array_clear(flx_array *array)
{
    flx_free(array->value);
    *array = (flx_array){0};
}
