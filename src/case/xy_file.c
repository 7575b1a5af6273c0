// case/xy_file.c -- what a run of the engine xy found, as arrays of a file.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/xy_run.h"

#include <string.h>

static flx_status write_column(xy_run *r, flx_file *file, const char *name, size_t offset)
{
    double *value = FLX_NEW_ARRAY(r->ctx, double, 2 * r->xy->n_temperature);
    if (!value)
        return FLX_ERR_MEMORY;
    for (int32_t t = 0; t < r->xy->n_temperature; t++) {
        const char *at = (const char *)&r->result[t] + offset;
        flx_xy_estimate e = *(const flx_xy_estimate *)(const void *)at;
        value[2 * t] = e.value;
        value[2 * t + 1] = e.error;
    }
    flx_array array = {r->xy->n_temperature, 2, value};
    flx_status status = flx_file_write_array(file, name, &array);
    flx_free(value);
    return status;
}

// Temperature, distance, G, its error, C, its error: a row for each temperature and distance.
static flx_status write_correlations(xy_run *r, flx_file *file)
{
    const int32_t n = r->reach + 1, rows = r->xy->n_temperature * n;
    double *value = FLX_NEW_ARRAY(r->ctx, double, 6 * rows);
    if (!value)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < rows; k++) {
        const flx_xy_correlation *c = &r->correlation[k];
        const double row[6] = {r->result[k / n].temperature,
                               k % n,
                               c->phase.value,
                               c->phase.error,
                               c->vortex.value,
                               c->vortex.error};
        memcpy(value + 6 * k, row, sizeof row);
    }
    flx_status status = flx_file_write_array(file, "correlations", &(flx_array){rows, 6, value});
    flx_free(value);
    return status;
}

// Those of the phases that are kept: plaquettes, a row for each temperature.
static flx_status write_vortices(xy_run *r, flx_file *file)
{
    double *value = FLX_NEW_ARRAY(r->ctx, double, r->n_vortex);
    if (!value)
        return FLX_ERR_MEMORY;
    for (int64_t k = 0; k < r->n_vortex; k++)
        value[k] = r->vortex[k];
    const int64_t n = r->xy->n_temperature;
    flx_status status =
        flx_file_write_array(file, "vortices", &(flx_array){n, r->n_vortex / n, value});
    flx_free(value);
    return status;
}

// Values beside their errors, one row for each temperature.
flx_status flx_xy_write(xy_run *r, flx_file *file)
{
    static const struct {
        const char *name;
        size_t offset;
    } columns[] = {{"helicity", offsetof(flx_xy_result, helicity_mean)},
                   {"energy", offsetof(flx_xy_result, energy)},
                   {"specific_heat", offsetof(flx_xy_result, specific_heat)},
                   {"vortex_density", offsetof(flx_xy_result, vortex_density)},
                   {"magnetisation", offsetof(flx_xy_result, magnetisation)},
                   {"susceptibility", offsetof(flx_xy_result, susceptibility)},
                   {"correlation_length", offsetof(flx_xy_result, xi)}};
    int32_t n = r->xy->n_temperature;
    double size[3] = {r->xy->size[0], r->xy->size[1], r->xy->size[2]};
    flx_array t = {n, 1, NULL}, sizes = {3, 1, size};
    t.value = FLX_NEW_ARRAY(r->ctx, double, n);
    if (!t.value)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < n; k++)
        t.value[k] = r->result[k].temperature; // they may have been tuned
    flx_status status = flx_file_write_array(file, "temperature", &t);
    flx_free(t.value);
    FLX_TRY(status);
    FLX_TRY(flx_file_write_array(file, "size", &sizes));
    double lattice[4] = {r->xy->lattice, r->xy->flux != 0 || flx_case_xy_phases(r->xy),
                         r->xy->open[0], r->xy->open[1]}; // kind, gauge field?, ends along x and y?
    FLX_TRY(flx_file_write_array(file, "lattice", &(flx_array){4, 1, lattice}));
    for (size_t k = 0; k < sizeof columns / sizeof *columns; k++)
        FLX_TRY(write_column(r, file, columns[k].name, columns[k].offset));
    if (r->xy->find_transition) { // size, temperature, helicity, error
        int32_t m = r->xy->n_size * XY_AROUND;
        double *value = FLX_NEW_ARRAY(r->ctx, double, 4 * m);
        if (!value)
            return FLX_ERR_MEMORY;
        for (int32_t k = 0; k < m; k++) {
            value[4 * k] = r->stiffness[k].size;
            value[4 * k + 1] = r->stiffness[k].temperature;
            value[4 * k + 2] = r->stiffness[k].helicity;
            value[4 * k + 3] = r->stiffness[k].error;
        }
        status = flx_file_write_array(file, "stiffness", &(flx_array){m, 4, value});
        flx_free(value);
        FLX_TRY(status);
    }
    if (r->reach >= 0)
        FLX_TRY(write_correlations(r, file));
    if (r->n_theta == 0)
        return FLX_OK;
    FLX_TRY(write_vortices(r, file));
    return flx_file_write_array(file, "phases", &(flx_array){n, flx_xy_sites(r->xy), r->theta});
}
