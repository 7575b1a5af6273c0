// case/keys_check.c -- finds keys in the table, refuses those that are not there.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/keys.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

int32_t flx_key_find(const char *pattern)
{
    flx_key_buffer buffer;
    for (int32_t k = 0; k < flx_key_count(); k++)
        if (strcmp(flx_key_at(k, &buffer).path, pattern) == 0)
            return k;
    return -1;
}

bool flx_key_is_child(const char *path, const char *pattern, const char **word)
{
    size_t n = strlen(pattern);
    if (n == 0) {
        *word = path;
        return !strchr(path, '.') && strcmp(path, "shape") != 0;
    }
    if (strncmp(path, pattern, n) != 0 || path[n] != '.' || strchr(path + n + 1, '.'))
        return false;
    *word = path + n + 1;
    return true;
}

static bool matches(const char *pattern, const char *path)
{
    while (*pattern && *path) {
        size_t n = strcspn(pattern, "."), m = strcspn(path, ".");
        bool star = n == 1 && *pattern == '*';
        if (m == 0 || (!star && (n != m || strncmp(pattern, path, n) != 0)))
            return false;
        pattern += n + (pattern[n] == '.');
        path += m + (path[m] == '.');
    }
    return !*pattern && !*path;
}

int32_t flx_key_match(const char *path)
{
    flx_key_buffer buffer;
    for (int32_t k = 0; k < flx_key_count(); k++)
        if (matches(flx_key_at(k, &buffer).path, path))
            return k;
    return -1;
}

const char *flx_node_path(const flx_node *node, char *buffer, size_t size)
{
    // From the end of the buffer, as the parents come.
    size_t at = size - 1;
    char *text = buffer;
    text[at] = 0;
    for (; node; node = node->parent) {
        size_t n = node->key ? strlen(node->key) : 0;
        if (n == 0 || n + 1 > at)
            continue;
        if (text[at])
            text[--at] = '.';
        at -= n;
        memcpy(text + at, node->key, n);
    }
    return memmove(text, text + at, size - at);
}

const char *flx_key_range(const flx_key *key, char *buffer, size_t size)
{
    const char *unit = strcmp(key->unit, "1") == 0 || strcmp(key->unit, "m") == 0 ? "" : key->unit;
    const char *space = unit[0] ? " " : "";
    bool tiny = key->min > 0 && key->min < 1e-200; // positive, as options say it
    double min = tiny ? 0 : key->min;
    buffer[0] = 0;
    if (key->type == FLX_KEY_BOOL || key->type == FLX_KEY_CHOICE)
        return buffer;
    if (isfinite(key->min) && isfinite(key->max) && key->max < 1e200)
        snprintf(buffer, size, "%.10g to %.10g%s%s", min, key->max, space, unit);
    else if (isfinite(key->min))
        snprintf(buffer, size, "%s %g%s%s", key->above || tiny ? ">" : ">=", min,
                 min == 0 ? "" : space, min == 0 ? "" : unit);
    return buffer;
}

static const char *quantity_of(const char *unit)
{
    static const char *const text[][2] = {{"m", "a length"},
                                          {"T", "a magnetic field in T (or H in A/m)"},
                                          {"A", "a current in A"},
                                          {"tau0", "a time in tau0 (or s)"},
                                          {"degree", "an angle in degrees"},
                                          {"K", "a temperature in K"},
                                          {"C", "a charge in C, or in e"},
                                          {"S/m", "a conductivity in S/m"},
                                          {"ohm", "a resistance in ohm"},
                                          {"H", "an inductance in H"},
                                          {"A m^2", "a magnetic moment in A m^2"},
                                          {"1", "a bare number"}};
    for (size_t k = 0; k < sizeof text / sizeof *text; k++)
        if (strcmp(text[k][0], unit) == 0)
            return text[k][1];
    return "a value";
}

const char *flx_key_takes(const flx_key *key, char *buffer, size_t size)
{
    static const char *const text[] = {
        [FLX_KEY_MAP] = "a map of keys",
        [FLX_KEY_NAMED] = "a map of names",
        [FLX_KEY_LIST] = "a list",
        [FLX_KEY_SHAPE] = "a shape: a list of {add: {...}}, {cut: {...}}, {common: {...}}",
        [FLX_KEY_TEXT] = "a text",
        [FLX_KEY_BOOL] = "true or false",
        [FLX_KEY_INT] = "a whole number",
        [FLX_KEY_OTHER] = "a value",
        [FLX_KEY_FOREIGN] = "keys of an engine that is not part of this build"};
    size_t n = 0;
    if (key->type == FLX_KEY_CHOICE) {
        snprintf(buffer, size, "%s", key->form);
        for (char *bar; (bar = strchr(buffer, '|'));)
            *bar = '/';
        return buffer;
    }
    if (key->form)
        snprintf(buffer, size, "%s", key->form);
    else if (key->type == FLX_KEY_VALUE || key->type == FLX_KEY_FUNCTION)
        snprintf(buffer, size, "%s", quantity_of(key->unit));
    else if (key->type == FLX_KEY_PAIR)
        snprintf(buffer, size, "[x, y]");
    else if (key->type == FLX_KEY_POINTS)
        snprintf(buffer, size, "[[x, y], ...]");
    else
        snprintf(buffer, size, "%s", text[key->type]);
    n = strlen(buffer);
    char range[64];
    if (flx_key_range(key, range, sizeof range)[0] && n < size)
        snprintf(buffer + n, size - n, ", %s", range);
    return buffer;
}

// -- the check ------------------------------------------------------------------------------------

// Names that have an effect on the meaning of a scalar with a comma in it: "ramp(t" is no value.
static bool has_open_bracket(const flx_node *node)
{
    int open = 0;
    for (const char *s = node->kind == FLX_NODE_SCALAR ? node->text : ""; *s; s++)
        open += *s == '(' ? 1 : *s == ')' ? -1 : 0;
    return open > 0;
}

static flx_status refuse_key(flx_ctx *ctx, const char *file, const flx_node *map,
                             const flx_node *child, const char *pattern)
{
    char path[FLX_PATH_SIZE], allowed[512] = "", hint[96];
    size_t used = 0;
    flx_nearest nearest = flx_nearest_to(child->key);
    flx_key_buffer buffer;
    for (int32_t k = 0; k < flx_key_count(); k++) {
        flx_key key = flx_key_at(k, &buffer);
        const char *word;
        if (!flx_key_is_child(key.path, pattern, &word) || strcmp(word, "*") == 0)
            continue;
        int n = snprintf(allowed + used, sizeof allowed - used, "%s%s", used ? ", " : "", word);
        used += n > 0 && used + (size_t)n < sizeof allowed ? (size_t)n : 0;
        // Words of options live in their table, all others are static.
        flx_nearest_offer(&nearest, key.option ? key.option->name : word);
    }
    flx_node at = *child;
    at.line = child->key_line;
    flx_node_path(map, path, sizeof path);
    const char *colon = path[0] ? ": " : "";
    for (const flx_node *sibling = map->first; sibling != child; sibling = sibling->next)
        if (sibling->next == child && has_open_bracket(sibling))
            return flx_node_fail(ctx, file, &at,
                                 "%s%s'%.80s' ends at a comma; quote a value that holds a comma "
                                 "inside [ ] or { }",
                                 path, colon, sibling->text);
    return flx_node_fail(ctx, file, &at, "%s%sunknown key '%.64s'%s%s Allowed: %s", path, colon,
                         child->key, flx_nearest_hint(&nearest, hint, sizeof hint),
                         nearest.best ? "" : ".", allowed);
}

static flx_status check_node(flx_ctx *ctx, const char *file, flx_node *node, const char *pattern);

static flx_status check_child(flx_ctx *ctx, const char *file, flx_node *map, flx_node *child,
                              const char *pattern)
{
    char path[FLX_PATH_SIZE];
    flx_key_buffer buffer;
    bool named = map->row >= 0 && flx_key_at(map->row, &buffer).type == FLX_KEY_NAMED;
    const char *word = named ? "*" : child->key;
    int n = snprintf(path, sizeof path, "%s%s%s", pattern, pattern[0] ? "." : "", word);
    child->row = n < (int)sizeof path ? flx_key_find(path) : -1;
    bool top = pattern[0] == 0 && strcmp(word, "shape") == 0;
    if (child->row < 0 || top || strcmp(child->key, "*") == 0)
        return refuse_key(ctx, file, map, child, pattern);
    return check_node(ctx, file, child, path);
}

// What the keys of a node are keys of. A shape has those of `shape`, or some of its own beside it.
static const char *owner_of_keys(const flx_node *node, const flx_key *key, const char *pattern)
{
    char path[FLX_PATH_SIZE];
    if (key->type != FLX_KEY_SHAPE)
        return pattern;
    for (const flx_node *child = node->kind == FLX_NODE_MAP ? node->first : NULL; child;
         child = child->next) {
        snprintf(path, sizeof path, "%s.%s", pattern, child->key);
        if (flx_key_find(path) >= 0)
            return pattern;
    }
    return "shape";
}

static flx_status check_node(flx_ctx *ctx, const char *file, flx_node *node, const char *pattern)
{
    flx_key_buffer buffer;
    flx_key key = node->row >= 0 ? flx_key_at(node->row, &buffer) : (flx_key){.type = FLX_KEY_MAP};
    if (key.type == FLX_KEY_FOREIGN)
        return FLX_OK;
    const char *below = owner_of_keys(node, &key, pattern);
    bool keyed = key.type == FLX_KEY_NAMED || pattern[0] == 0 || node->kind != FLX_NODE_MAP;
    for (int32_t k = 0; k < flx_key_count() && !keyed; k++) {
        flx_key_buffer other;
        const char *word;
        keyed = flx_key_is_child(flx_key_at(k, &other).path, below, &word);
    }
    if (!keyed) {
        char path[FLX_PATH_SIZE], takes[256];
        return flx_node_fail(ctx, file, node, "%s: keys {...} were given; wanted is %s",
                             flx_node_path(node, path, sizeof path),
                             flx_key_takes(&key, takes, sizeof takes));
    }
    for (flx_node *child = node->first; child; child = child->next) {
        child->parent = node;
        if (node->kind == FLX_NODE_MAP) {
            FLX_TRY(check_child(ctx, file, node, child, below));
        } else {
            child->row = node->row; // items of lists stand for themselves
            FLX_TRY(check_node(ctx, file, child, pattern));
        }
    }
    return FLX_OK;
}

flx_status flx_keys_check(flx_ctx *ctx, const char *file, flx_node *root)
{
    root->parent = NULL;
    root->row = -1;
    return check_node(ctx, file, root, "");
}
