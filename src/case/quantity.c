// case/quantity.c -- single values of a case, checked against the table of keys.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/parse.h"

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

flx_status flx_parser_fail(flx_parser *p, const flx_node *node, const char *format, ...)
{
    char text[1024], path[FLX_PATH_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    flx_node_path(node, path, sizeof path);
    return flx_node_fail(p->ctx, p->c->name, node, "%s%s%s", path, path[0] ? ": " : "", text);
}

static flx_key key_of(const flx_node *node, flx_key_buffer *buffer)
{
    return flx_key_at(node->row, buffer);
}

flx_status flx_parser_wrong(flx_parser *p, const flx_node *node)
{
    char takes[256];
    flx_key_buffer buffer;
    flx_key key = key_of(node, &buffer);
    flx_key_takes(&key, takes, sizeof takes);
    switch (node->kind) {
    case FLX_NODE_NULL:
        return flx_parser_fail(p, node, "nothing was given; wanted is %s", takes);
    case FLX_NODE_SCALAR:
        return flx_parser_fail(p, node, "'%.80s' was given; wanted is %s", node->text, takes);
    case FLX_NODE_LIST:
        return flx_parser_fail(p, node, "%s was given; wanted is %s",
                               node->first ? "a list [...]" : "an empty list", takes);
    default:
        return flx_parser_fail(p, node, "keys {...} were given; wanted is %s", takes);
    }
}

bool flx_absent(const flx_node *node)
{
    return !node || node->kind == FLX_NODE_NULL;
}

flx_status flx_need(flx_parser *p, const flx_node *map, const char *key, flx_node **out)
{
    *out = flx_node_get(map, key);
    if (!flx_absent(*out))
        return FLX_OK;
    // The row of the key stands beside those of the keys that are there.
    char pattern[FLX_PATH_SIZE], takes[256];
    flx_key_buffer buffer;
    const flx_key above = map->row >= 0 ? key_of(map, &buffer) : (flx_key){.path = ""};
    snprintf(pattern, sizeof pattern, "%s%s%s", above.path, map->row >= 0 ? "." : "", key);
    int32_t row = flx_key_find(pattern);
    if (row < 0)
        return flx_parser_fail(p, map, "'%s' is missing", key);
    flx_key_buffer other;
    flx_key wanted = flx_key_at(row, &other);
    return flx_parser_fail(p, map, "'%s' is missing: %s", key,
                           flx_key_takes(&wanted, takes, sizeof takes));
}

flx_status flx_count_map(flx_parser *p, const flx_node *node, int32_t *n)
{
    *n = flx_absent(node) ? 0 : node->n;
    return flx_absent(node) || node->kind == FLX_NODE_MAP ? FLX_OK : flx_parser_wrong(p, node);
}

flx_status flx_count_list(flx_parser *p, const flx_node *node, int32_t *n)
{
    *n = flx_absent(node) ? 0 : node->n;
    return flx_absent(node) || node->kind == FLX_NODE_LIST ? FLX_OK : flx_parser_wrong(p, node);
}

// -- expressions ----------------------------------------------------------------------------------

static flx_status compile(flx_parser *p, const flx_node *node, flx_want want, const flx_expr **out)
{
    char path[FLX_PATH_SIZE];
    if (node->kind != FLX_NODE_SCALAR)
        return flx_parser_wrong(p, node);
    flx_node_path(node, path, sizeof path);
    return flx_expr_compile(p->ctx, p->arena, &p->names, node, path, want, NULL, out);
}

// 250 tau0 shall be 250 also where it went through seconds: takes the decimal number with 9 digits
// behind the point that is within the rounding of a few products.
static double without_rounding(double value)
{
    double decimal = rint(value * 1e9) / 1e9;
    return fabs(decimal - value) <= 4 * DBL_EPSILON * fabs(value) ? decimal : value;
}

flx_status flx_get_constant(flx_parser *p, const flx_node *node, flx_dim dim, double *out)
{
    const flx_expr *expr = NULL;
    FLX_TRY(compile(p, node, (flx_want){.dim = dim}, &expr));
    *out = flx_expr_eval(expr, (const double[3]){0, 0, 0}, 0);
    if (flx_dim_equal(dim, FLX_DIM_TIME_TAU0))
        *out = without_rounding(*out);
    return FLX_OK;
}

static flx_status check_range(flx_parser *p, const flx_node *node, const flx_key *key, double value)
{
    if (value >= key->min && value <= key->max && !(key->above && value == key->min))
        return FLX_OK;
    char takes[256];
    return flx_parser_fail(p, node, "'%.80s' is out of range; wanted is %s", node->text,
                           flx_key_takes(key, takes, sizeof takes));
}

flx_status flx_get_si(flx_parser *p, const flx_node *node, double *out)
{
    if (flx_absent(node))
        return FLX_OK;
    flx_key_buffer buffer;
    flx_key key = key_of(node, &buffer);
    double value;
    FLX_TRY(flx_get_constant(p, node, flx_dim_of(key.unit), &value));
    FLX_TRY(check_range(p, node, &key, value));
    *out = value;
    return FLX_OK;
}

flx_status flx_get_length(flx_parser *p, const flx_node *node, double *out)
{
    if (flx_absent(node))
        return FLX_OK;
    double value;
    FLX_TRY(flx_get_si(p, node, &value));
    *out = without_rounding(value / p->c->scales.xi);
    return FLX_OK;
}

flx_status flx_get_function(flx_parser *p, const flx_node *node, const flx_expr **out)
{
    if (flx_absent(node))
        return FLX_OK;
    flx_key_buffer buffer;
    flx_key key = key_of(node, &buffer);
    return compile(p, node, (flx_want){.dim = flx_dim_of(key.unit), .uses = key.uses}, out);
}

flx_status flx_get_int(flx_parser *p, const flx_node *node, double *out)
{
    if (flx_absent(node))
        return FLX_OK;
    flx_key_buffer buffer;
    flx_key key = key_of(node, &buffer);
    double value;
    FLX_TRY(flx_get_constant(p, node, FLX_DIM_NONE, &value));
    if (value != rint(value))
        return flx_parser_wrong(p, node);
    FLX_TRY(check_range(p, node, &key, value));
    *out = value;
    return FLX_OK;
}

// -- words ----------------------------------------------------------------------------------------

flx_status flx_get_bool(flx_parser *p, const flx_node *node, bool *out)
{
    if (flx_absent(node))
        return FLX_OK;
    bool yes = node->kind == FLX_NODE_SCALAR && strcmp(node->text, "true") == 0;
    bool no = node->kind == FLX_NODE_SCALAR && strcmp(node->text, "false") == 0;
    if (!yes && !no)
        return flx_parser_wrong(p, node);
    *out = yes;
    return FLX_OK;
}

flx_status flx_get_choice(flx_parser *p, const flx_node *node, int32_t *out)
{
    if (flx_absent(node))
        return FLX_OK;
    if (node->kind != FLX_NODE_SCALAR)
        return flx_parser_wrong(p, node);
    flx_key_buffer buffer;
    flx_key key = key_of(node, &buffer);
    const flx_option row = {.choices = key.form};
    int32_t index = flx_option_choice_index(&row, node->text);
    if (index < 0) {
        char word[64], takes[256], hint[96], best[64] = "";
        flx_nearest nearest = flx_nearest_to(node->text);
        for (int32_t k = 0; flx_option_choice(&row, k, word, sizeof word)[0] != '?'; k++) {
            int before = nearest.distance;
            flx_nearest_offer(&nearest, word);
            if (nearest.distance < before)
                strcpy(best, word);
        }
        nearest.best = best[0] ? best : NULL;
        return flx_parser_fail(p, node, "'%.64s' is none of %s%s", node->text,
                               flx_key_takes(&key, takes, sizeof takes),
                               flx_nearest_hint(&nearest, hint, sizeof hint));
    }
    *out = index;
    return FLX_OK;
}

flx_status flx_get_text(flx_parser *p, const flx_node *node, const char **out)
{
    if (flx_absent(node))
        return FLX_OK;
    if (node->kind != FLX_NODE_SCALAR)
        return flx_parser_wrong(p, node);
    *out = node->text;
    return FLX_OK;
}

flx_status flx_get_path(flx_parser *p, const flx_node *node, const char **out)
{
    if (flx_absent(node))
        return FLX_OK;
    const char *text = NULL;
    FLX_TRY(flx_get_text(p, node, &text));
    if (!text || text[0] == 0)
        return flx_parser_fail(p, node, "an empty file name");
    const char *slash = strrchr(p->c->name, '/');
    *out = text[0] == '/' || !slash ? text
                                    : flx_arena_format(p->ctx, p->arena, "%.*s/%s",
                                                       (int)(slash - p->c->name), p->c->name, text);
    return *out ? FLX_OK : FLX_ERR_MEMORY;
}

flx_status flx_get_name(flx_parser *p, const flx_node *node, const char **out)
{
    const char *name = node->key;
    size_t n = strlen(name);
    bool good = n <= 60 && (isalpha((unsigned char)name[0]) || name[0] == '_');
    for (size_t k = 0; k < n; k++)
        good = good && (isalnum((unsigned char)name[k]) || name[k] == '_' || name[k] == '-');
    if (!good)
        return flx_parser_fail(p, node,
                               "'%.64s' is no name: up to 60 letters, digits, _ and -, a letter "
                               "first",
                               name);
    *out = name;
    return FLX_OK;
}

// -- lists ----------------------------------------------------------------------------------------

flx_status flx_get_numbers(flx_parser *p, const flx_node *node, int32_t n, double *out)
{
    if (node->kind != FLX_NODE_LIST || node->n != n)
        return flx_parser_wrong(p, node);
    flx_key_buffer buffer;
    flx_dim dim = flx_dim_of(key_of(node, &buffer).unit);
    const flx_node *child = node->first;
    for (int32_t k = 0; k < n; k++, child = child->next) {
        FLX_TRY(flx_get_constant(p, child, dim, &out[k]));
        if (flx_dim_equal(dim, FLX_DIM_LENGTH))
            out[k] = without_rounding(out[k] / p->c->scales.xi);
    }
    return FLX_OK;
}

flx_status flx_get_points(flx_parser *p, const flx_node *node, const double **out, int32_t *n)
{
    if (node->kind != FLX_NODE_LIST || node->n == 0)
        return flx_parser_wrong(p, node);
    double *xy = FLX_PARSER_ARRAY(p, double, 2 * (size_t)node->n);
    if (!xy)
        return FLX_ERR_MEMORY;
    int32_t k = 0;
    for (const flx_node *child = node->first; child; child = child->next, k++)
        FLX_TRY(flx_get_numbers(p, child, 2, &xy[2 * (size_t)k]));
    *out = xy;
    *n = node->n;
    return FLX_OK;
}

// -- options --------------------------------------------------------------------------------------

static flx_status get_option(flx_parser *p, const flx_node *node, const flx_option *row,
                             char *field)
{
    switch (row->type) {
    case FLX_OPTION_DOUBLE: {
        flx_key_buffer buffer;
        flx_key key = key_of(node, &buffer);
        double value;
        FLX_TRY(flx_get_constant(p, node, flx_dim_of(key.unit), &value));
        if (strcmp(key.unit, "m") == 0) // ranges of lengths count in xi
            value = without_rounding(value / p->c->scales.xi);
        FLX_TRY(check_range(p, node, &key, value));
        *(double *)(void *)field = value;
        return FLX_OK;
    }
    case FLX_OPTION_INT: {
        double value = 0;
        FLX_TRY(flx_get_int(p, node, &value));
        *(int32_t *)(void *)field = (int32_t)value;
        return FLX_OK;
    }
    case FLX_OPTION_BOOL:
        return flx_get_bool(p, node, (bool *)(void *)field);
    case FLX_OPTION_CHOICE:
        return flx_get_choice(p, node, (int32_t *)(void *)field);
    }
    return FLX_OK;
}

flx_status flx_get_options(flx_parser *p, const flx_node *section, const flx_option_table *table,
                           void *options)
{
    for (int32_t k = 0; k < table->n_row; k++) {
        const flx_option *row = &table->rows[k];
        const flx_node *node = flx_node_get(section, row->name);
        if (!flx_absent(node))
            FLX_TRY(get_option(p, node, row, (char *)options + row->offset));
    }
    return FLX_OK;
}

// -- names of others ------------------------------------------------------------------------------

int32_t flx_index_of(const void *list, int32_t n, size_t stride, const char *name)
{
    for (int32_t k = 0; k < n; k++) {
        const char *const *own = (const void *)((const char *)list + (size_t)k * stride);
        if (strcmp(*own, name) == 0)
            return k;
    }
    return -1;
}

flx_known flx_known_for(const char *given)
{
    return (flx_known){.nearest = flx_nearest_to(given)};
}

void flx_known_add(flx_known *known, const void *list, int32_t n, size_t stride)
{
    for (int32_t k = 0; k < n && known->used < sizeof known->text; k++) {
        const char *const *own = (const void *)((const char *)list + (size_t)k * stride);
        flx_nearest_offer(&known->nearest, *own);
        int m = snprintf(known->text + known->used, sizeof known->text - known->used, "%s%s",
                         known->used ? ", " : "", *own);
        known->used += m > 0 ? (size_t)m : 0;
    }
}

flx_status flx_parser_no_such(flx_parser *p, const flx_node *node, const char *what,
                              const flx_known *known)
{
    char hint[96];
    return flx_parser_fail(p, node, "there is no %s '%.64s'%s%s%s", what, known->nearest.given,
                           flx_nearest_hint(&known->nearest, hint, sizeof hint),
                           known->text[0] ? (known->nearest.best ? " There are: " : "; there are: ")
                                          : "; there is none at all",
                           known->text);
}

flx_status flx_find_hole(flx_parser *p, const flx_node *node, int32_t *film, int32_t *hole)
{
    flx_known known = flx_known_for(node->key);
    for (*film = 0; *film < p->c->n_film; ++*film) {
        const flx_case_film *f = &p->c->films[*film];
        *hole = flx_index_of(f->holes, f->n_hole, sizeof *f->holes, node->key);
        if (*hole >= 0)
            return FLX_OK;
        flx_known_add(&known, f->holes, f->n_hole, sizeof *f->holes);
    }
    return flx_parser_no_such(p, node, "hole", &known);
}
