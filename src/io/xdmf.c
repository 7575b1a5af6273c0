// io/xdmf.c -- the sidecar that opens a data file in ParaView: XDMF 3 (xdmf.org), a collection of
// uniform grids in time, all numbers left in the HDF5 file.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/file.h"
#include "io/posix.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// A field of a frame: its data set, name in the viewer, kind, columns, precision in bytes.
static const struct {
    const char *path, *name, *type;
    int columns, precision;
} fields[] = {
    {"view/abs_psi", "abs psi", "Scalar", 1, 4},
    {"view/phase", "phase", "Scalar", 1, 4},
    {"mu", "mu", "Scalar", 1, 8},
    {"view/current", "current", "Vector", 3, 4},
};

typedef struct writer {
    flx_aside aside;
    flx_status status;
} writer;

__attribute__((format(printf, 2, 3))) static void put(writer *w, const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (w->status == FLX_OK && n >= (int)sizeof text) {
        flx_aside_abandon(&w->aside);
        w->status = flx_fail(w->aside.ctx, FLX_ERR_FILE,
                             "%s: the name of the data file is too long", w->aside.path);
    }
    if (w->status == FLX_OK)
        w->status = flx_aside_add(&w->aside, text, (size_t)n);
}

// The name of the data file without its folder, with the characters XML reserves spelt out.
static bool base_name(const char *path, char *out, size_t size)
{
    const char *slash = strrchr(path, '/');
    size_t n = 0;
    for (const char *c = slash ? slash + 1 : path; *c; c++) {
        const char *text = *c == '&'   ? "&amp;"
                           : *c == '<' ? "&lt;"
                           : *c == '>' ? "&gt;"
                           : *c == '"' ? "&quot;"
                                       : NULL;
        size_t length = text ? strlen(text) : 1;
        if (n + length >= size)
            return false;
        memcpy(out + n, text ? text : c, length);
        n += length;
    }
    out[n] = 0;
    return true;
}

static void put_frame(flx_file *file, writer *w, int32_t k, const char *data, const flx_shape n[2])
{
    const char *group = strcmp(file->group_name, "/") == 0 ? "" : file->group_name;
    const char *mesh = flx_h5_has(file->group, "mesh") ? group : "";
    long long number = (long long)file->frames[k].number;
    unsigned long long sites = n[0].n[0], triangles = n[1].n[0];
    put(w, "<Grid Name=\"frame %lld\" GridType=\"Uniform\">\n<Time Value=\"%.17g\"/>\n", number,
        file->frames[k].info.time);
    put(w,
        "<Topology TopologyType=\"Triangle\" NumberOfElements=\"%llu\"><DataItem "
        "Dimensions=\"%llu 3\" NumberType=\"Int\" Precision=\"4\" Format=\"HDF\">%s:%s/mesh/tri"
        "</DataItem></Topology>\n",
        triangles, triangles, data, mesh);
    put(w,
        "<Geometry GeometryType=\"XY\"><DataItem Dimensions=\"%llu 2\" NumberType=\"Float\" "
        "Precision=\"8\" Format=\"HDF\">%s:%s/mesh/xy</DataItem></Geometry>\n",
        sites, data, mesh);
    for (size_t f = 0; f < sizeof fields / sizeof *fields; f++) {
        char path[128];
        snprintf(path, sizeof path, "frames/%lld/%s", number, fields[f].path);
        if (!flx_h5_has(file->group, path))
            continue;
        put(w,
            "<Attribute Name=\"%s\" AttributeType=\"%s\" Center=\"Node\"><DataItem "
            "Dimensions=\"%llu%s\" NumberType=\"Float\" Precision=\"%d\" Format=\"HDF\">%s:%s/%s"
            "</DataItem></Attribute>\n",
            fields[f].name, fields[f].type, sites, fields[f].columns == 3 ? " 3" : "",
            fields[f].precision, data, group, path);
    }
    put(w, "</Grid>\n");
}

flx_status flx_file_write_xdmf(flx_file *file, const char *path)
{
    char data[1024];
    flx_shape n[2] = {{.type = FLX_F64, .rank = 2}, {.type = FLX_I32, .rank = 2}};
    bool own = flx_h5_has(file->group, "mesh");
    FLX_TRY(
        flx_h5_shape_of(file, own ? file->group : file->id, own ? "mesh/xy" : "/mesh/xy", &n[0]));
    FLX_TRY(
        flx_h5_shape_of(file, own ? file->group : file->id, own ? "mesh/tri" : "/mesh/tri", &n[1]));
    if (!base_name(file->path, data, sizeof data))
        return flx_fail(file->ctx, FLX_ERR_FILE, "%s: the name is too long", file->path);
    writer w = {.status = FLX_OK};
    FLX_TRY(flx_aside_begin(&w.aside, file->ctx, path));
    put(&w, "<?xml version=\"1.0\"?>\n<Xdmf Version=\"3.0\">\n<Domain>\n<Grid Name=\"film\" "
            "GridType=\"Collection\" CollectionType=\"Temporal\">\n");
    for (int32_t k = 0; k < file->n_frame; k++)
        put_frame(file, &w, k, data, n);
    put(&w, "</Grid>\n</Domain>\n</Xdmf>\n");
    return w.status == FLX_OK ? flx_aside_commit(&w.aside) : w.status;
}
