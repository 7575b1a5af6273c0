// case/explain.c -- documents keys, from the table that parses them.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/keys.h"
#include "fluxoid/case.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct sheet {
    flx_ctx *ctx;
    char *text;
    size_t used, size;
} sheet;

__attribute__((format(printf, 2, 3))) static flx_status add(sheet *s, const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    size_t length = n < 0 ? 0 : (size_t)n < sizeof line ? (size_t)n : sizeof line - 1;
    if (s->size - s->used < length + 1) {
        size_t size = 2 * (s->used + length) + 4096;
        char *grown = flx_realloc(s->ctx, s->text, s->used, size, 1);
        if (!grown)
            return FLX_ERR_MEMORY;
        s->text = grown;
        s->size = size;
    }
    memcpy(s->text + s->used, line, length + 1);
    s->used += length;
    return FLX_OK;
}

static flx_status add_key(sheet *s, const flx_key *key)
{
    char takes[256];
    FLX_TRY(add(s, "%s\n    %s\n    Takes %s", key->path, key->text,
                flx_key_takes(key, takes, sizeof takes)));
    if (key->uses & FLX_EXPR_SPACE)
        FLX_TRY(add(s, "; may depend on %s%s", key->uses & FLX_EXPR_Z ? "x, y, z" : "x, y",
                    key->uses & FLX_EXPR_T ? ", t" : ""));
    else if (key->uses & FLX_EXPR_T)
        FLX_TRY(add(s, "; may depend on t"));
    if (key->preset && strncmp(key->preset, "required", 8) == 0)
        FLX_TRY(add(s, ". Must be given%s", key->preset + 8));
    else if (key->preset && key->preset[0])
        FLX_TRY(add(s, ". Default: %s", key->preset));
    return add(s, ".\n");
}

static bool is_below(const char *path, const char *prefix)
{
    size_t n = strlen(prefix);
    return n == 0 || (strncmp(path, prefix, n) == 0 && (path[n] == '.' || path[n] == 0));
}

// What engines and options bring comes behind the row of its section.
static flx_status add_all(sheet *s, const char *prefix)
{
    int32_t n = flx_key_count(), n_fixed = flx_key_fixed_count();
    flx_key_buffer buffer, other;
    for (int32_t k = 0; k < n_fixed; k++) {
        flx_key key = flx_key_at(k, &buffer);
        size_t length = strlen(key.path);
        if (is_below(key.path, prefix))
            FLX_TRY(add_key(s, &key));
        for (int32_t j = n_fixed; j < n && !strchr(key.path, '.'); j++) {
            flx_key brought = flx_key_at(j, &other);
            if (strncmp(brought.path, key.path, length) == 0 && brought.path[length] == '.' &&
                is_below(brought.path, prefix))
                FLX_TRY(add_key(s, &brought));
        }
    }
    return FLX_OK;
}

static flx_status no_key(flx_ctx *ctx, const char *key)
{
    flx_nearest nearest = flx_nearest_to(key);
    flx_key_buffer buffer;
    char best[64] = "", hint[96];
    for (int32_t k = 0; k < flx_key_count(); k++) {
        int before = nearest.distance;
        flx_key row = flx_key_at(k, &buffer);
        flx_nearest_offer(&nearest, row.path);
        // the last word alone is often all one remembers
        const char *dot = strrchr(row.path, '.');
        if (dot && strcmp(dot + 1, key) == 0) {
            nearest.distance = 0;
            snprintf(best, sizeof best, "%s", row.path);
        } else if (nearest.distance < before) {
            snprintf(best, sizeof best, "%s", row.path);
        }
    }
    nearest.best = best[0] ? best : NULL;
    return flx_fail(ctx, FLX_ERR_INPUT, "there is no key '%.64s'%s", key,
                    flx_nearest_hint(&nearest, hint, sizeof hint));
}

flx_status flx_explain(flx_ctx *ctx, const char *key, char **out)
{
    *out = NULL;
    char pattern[128] = "";
    if (key && key[0]) {
        flx_key_buffer buffer;
        int32_t row = flx_key_find(key);
        if (row < 0)
            row = flx_key_match(key);
        if (row < 0)
            return no_key(ctx, key);
        snprintf(pattern, sizeof pattern, "%s", flx_key_at(row, &buffer).path);
    }
    sheet s = {.ctx = ctx};
    flx_status status = add_all(&s, pattern);
    if (status != FLX_OK) {
        flx_free(s.text);
        return status;
    }
    *out = s.text;
    return FLX_OK;
}

void flx_text_free(char *text)
{
    flx_free(text);
}
