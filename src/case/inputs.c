// case/inputs.c -- the case as a data file keeps it, and the files that it was computed with.
//
// A mesh and what became of starting states and uneven material are in the data file; a field from a
// file is not: of each file that a run reads, the data file holds the hash of its bytes, one line
// "hash path" each. So a field that is asked for afterwards, or a run that is resumed, is known to
// be the same.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/drive.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

// False if the file cannot be read: whoever needs it will say so, with its line.
static bool hash_of(const char *path, uint64_t *hash)
{
    char part[1 << 14];
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    *hash = 1;
    for (size_t n; (n = fread(part, 1, sizeof part, file)) > 0;)
        *hash = flx_hash(part, n, *hash);
    bool good = !ferror(file);
    fclose(file);
    return good;
}

// Number k of the files of a case; NULL after the last, and where there is none.
static const char *input(const flx_case *c, int32_t k)
{
    if (k < c->n_field)
        return c->fields[k].kind == FLX_CASE_FILE ? c->fields[k].path : NULL;
    const flx_case_disorder *d = &c->layers[k - c->n_field].disorder;
    return d->kind >= FLX_CASE_MAP ? d->path : NULL;
}

// The lines of the fields alone, or of all; "" without any. NULL: no memory. Owned.
static char *lines_of(flx_ctx *ctx, const flx_case *c, bool fields_only)
{
    char *text = flx_strdup(ctx, "");
    for (int32_t k = 0; text && k < c->n_field + (fields_only ? 0 : c->n_layer); k++) {
        uint64_t hash;
        if (!input(c, k))
            continue;
        char *path = flx_case_path(ctx, c, input(c, k)), *longer = text;
        if (path && hash_of(path, &hash))
            longer = flx_format(ctx, "%s%016" PRIx64 " %s\n", text, hash, input(c, k));
        if (!path || longer != text)
            flx_free(text);
        text = path ? longer : NULL;
        flx_free(path);
    }
    return text;
}

flx_status flx_case_write(flx_ctx *ctx, const flx_case *c, flx_file *file)
{
    char *inputs = lines_of(ctx, c, false);
    flx_status status = inputs ? FLX_OK : FLX_ERR_MEMORY;
    if (status == FLX_OK)
        status = flx_file_write_text(file, "case/given", c->given);
    if (status == FLX_OK)
        status = flx_file_write_text(file, "case/used", c->used);
    if (status == FLX_OK && *inputs)
        status = flx_file_write_text(file, "case/inputs", inputs);
    flx_free(inputs);
    return status;
}

flx_status flx_case_inputs_check(flx_ctx *ctx, const flx_case *c, flx_file *file, bool fields_only)
{
    const char *then;
    if (!flx_file_has(file, "case") || !flx_file_has(file, "case/inputs"))
        return FLX_OK;
    FLX_TRY(flx_file_text(file, "case/inputs", &then));
    char *now = lines_of(ctx, c, fields_only);
    if (!now)
        return FLX_ERR_MEMORY;
    flx_status status = FLX_OK;
    for (char *line = now, *end; status == FLX_OK && *line; line = end + 1) {
        end = strchr(line, '\n');
        const char *at = then;
        while (*at && strncmp(at, line, (size_t)(end + 1 - line)) != 0)
            at = strchr(at, '\n') + 1;
        if (!*at)
            status =
                flx_fail(ctx, FLX_ERR_INPUT,
                         "'%.*s' is another file than when this was computed; put that of then "
                         "back, or run the case again",
                         (int)(end - strchr(line, ' ') - 1), strchr(line, ' ') + 1);
    }
    flx_free(now);
    return status;
}
