// case/parse_sweep.c -- values of swept keys, and the cases of single points.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/engine.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHECKED = 64 }; // values of an axis that are tried when the case is read, and the last
static const double MOST_POINTS = 1e7;

// -- points ---------------------------------------------------------------------------------------

int64_t flx_case_points(const flx_case *c)
{
    int64_t n = 1;
    for (int32_t k = 0; k < c->n_axis; k++)
        n *= c->axes[k].n;
    return n;
}

// Puts value `index` of an axis into a tree.
static flx_status apply(flx_ctx *ctx, flx_arena *arena, flx_node *root, const flx_case_axis *axis,
                        int32_t index)
{
    const char *text = axis->text[index];
    flx_node *value;
    FLX_TRY(flx_yaml_read(ctx, arena, text, strlen(text), axis->key, NULL, &value));
    value->line = axis->line;
    value->column = 1;
    return flx_node_set(ctx, arena, root, axis->key, value);
}

static flx_status remove_sweep(flx_ctx *ctx, flx_arena *arena, flx_node *root)
{
    flx_node *nothing = FLX_ARENA_NEW(ctx, arena, flx_node, 1);
    return nothing ? flx_node_set(ctx, arena, root, "sweep", nothing) : FLX_ERR_MEMORY;
}

// The frames that a point keeps unless the case says how many (parse_run.c).
static flx_status set_frames(flx_ctx *ctx, flx_arena *arena, flx_node *root)
{
    flx_node *tdgl = flx_node_get(root, "tdgl"), *one;
    if (!tdgl || !flx_absent(flx_node_get(tdgl, "frames")))
        return FLX_OK;
    FLX_TRY(flx_yaml_read(ctx, arena, "1", 1, "tdgl.frames", NULL, &one));
    one->line = tdgl->line;
    one->column = 1;
    return flx_node_set(ctx, arena, root, "tdgl.frames", one);
}

flx_status flx_case_point(flx_ctx *ctx, const flx_case *c, int64_t point, int32_t *index,
                          flx_case **out)
{
    *out = NULL;
    if (point < 0 || point >= flx_case_points(c))
        return flx_fail(ctx, FLX_ERR_INPUT, "point %lld of a sweep of %lld", (long long)point,
                        (long long)flx_case_points(c));
    const flx_case_box *box = (const flx_case_box *)(const void *)c;
    flx_arena arena = {0};
    flx_node *root = flx_node_copy(ctx, &arena, box->root);
    flx_status status = root ? remove_sweep(ctx, &arena, root) : FLX_ERR_MEMORY;
    if (status == FLX_OK && c->n_axis > 0)
        status = set_frames(ctx, &arena, root);
    for (int32_t k = c->n_axis - 1; k >= 0 && status == FLX_OK; k--) {
        int32_t i = (int32_t)(point % c->axes[k].n);
        point /= c->axes[k].n;
        if (index)
            index[k] = i;
        status = apply(ctx, &arena, root, &c->axes[k], i);
    }
    if (status == FLX_OK)
        status = flx_case_from_tree(ctx, c, root, out);
    flx_arena_clear(&arena);
    return status;
}

// -- values ---------------------------------------------------------------------------------------

static flx_status check_key(flx_parser *p, const flx_node *node, int32_t *row)
{
    static const char *const fixed[] = {"sweep", "engine", "fluxoid", "title", "shape"};
    *row = flx_key_match(node->key);
    size_t n = strcspn(node->key, "."); // the section
    for (size_t k = 0; k < sizeof fixed / sizeof *fixed; k++)
        if (strlen(fixed[k]) == n && strncmp(node->key, fixed[k], n) == 0)
            return flx_parser_fail(p, node, "'%.64s' cannot be swept", node->key);
    if (*row >= 0)
        return FLX_OK;
    flx_nearest nearest = flx_nearest_to(node->key);
    flx_key_buffer buffer;
    char best[64] = "", hint[96];
    for (int32_t k = 0; k < flx_key_count(); k++) {
        int before = nearest.distance;
        flx_key key = flx_key_at(k, &buffer);
        flx_nearest_offer(&nearest, key.path);
        if (nearest.distance < before)
            snprintf(best, sizeof best, "%s", key.path);
    }
    nearest.best = best[0] ? best : NULL;
    return flx_parser_fail(p, node, "'%.64s' is no key%s%s", node->key,
                           flx_nearest_hint(&nearest, hint, sizeof hint),
                           best[0] ? "" : "; keys are written in full, e.g. drive.field");
}

// SI value of a text for the key in row; NAN if it is none.
static flx_status value_of(flx_parser *p, const flx_node *node, int32_t row, const char *text,
                           double *out)
{
    flx_node value = *node;
    flx_key_buffer buffer;
    flx_key key = flx_key_at(row, &buffer);
    const flx_expr *expr = NULL;
    flx_dim dim;
    value.kind = FLX_NODE_SCALAR;
    value.text = text;
    bool any = key.type == FLX_KEY_OTHER;
    flx_want want = {.dim = flx_dim_of(key.unit), .any = any};
    *out = NAN;
    if (key.type != FLX_KEY_VALUE && key.type != FLX_KEY_FUNCTION && key.type != FLX_KEY_INT &&
        !any)
        return FLX_OK;
    flx_status status =
        flx_expr_compile(p->ctx, p->arena, &p->names, &value, node->key, want, &dim, &expr);
    if (status == FLX_OK)
        *out = flx_expr_eval(expr, (const double[3]){0, 0, 0}, 0);
    return status == FLX_ERR_MEMORY ? status : FLX_OK;
}

static flx_status from_list(flx_parser *p, const flx_node *list, const char **text)
{
    int32_t k = 0;
    for (const flx_node *child = list->first; child; child = child->next) {
        if (child->kind == FLX_NODE_SCALAR && !child->quoted)
            text[k++] = child->text;
        else
            FLX_TRY(flx_yaml_write(p->ctx, p->arena, child, &text[k++]));
    }
    return FLX_OK;
}

// Splits "0.5 mT" into a number and what is behind it.
static bool split_number(const char *text, double *number, const char **unit)
{
    char *end;
    const char *s = text + strspn(text, " +-");
    if (!isdigit((unsigned char)*s) && *s != '.')
        return false;
    *number = strtod(text, &end);
    *unit = end + strspn(end, " ");
    return strpbrk(*unit, "+-,") == NULL && isfinite(*number);
}

// Even steps: as numbers with their unit where both ends have the same, else as an expression.
static flx_status from_range(flx_parser *p, const flx_node *map, int32_t n, const char **text)
{
    flx_node *from, *to;
    FLX_TRY(flx_need(p, map, "from", &from));
    FLX_TRY(flx_need(p, map, "to", &to));
    if (from->kind != FLX_NODE_SCALAR)
        return flx_parser_wrong(p, from);
    if (to->kind != FLX_NODE_SCALAR)
        return flx_parser_wrong(p, to);
    double a = 0, b = 0;
    const char *unit_a = "", *unit_b = "";
    bool plain = split_number(from->text, &a, &unit_a) && split_number(to->text, &b, &unit_b) &&
                 strcmp(unit_a, unit_b) == 0;
    for (int32_t k = 0; k < n; k++) {
        double part = n > 1 ? (double)k / (n - 1) : 0;
        if (plain)
            text[k] = flx_arena_format(p->ctx, p->arena, "%.15g%s%s",
                                       n > 1 ? a + (b - a) * k / (n - 1) : a, unit_a[0] ? " " : "",
                                       unit_a);
        else
            text[k] = flx_arena_format(p->ctx, p->arena, "(%s) + %.17g*((%s) - (%s))", from->text,
                                       part, to->text, from->text);
        if (!text[k])
            return FLX_ERR_MEMORY;
    }
    return FLX_OK;
}

static flx_status axis_values(flx_parser *p, const flx_node *node, flx_case_axis *axis)
{
    const flx_node *list = node->kind == FLX_NODE_LIST ? node : flx_node_get(node, "values");
    double n = 1;
    if (node->kind == FLX_NODE_MAP && !list) {
        flx_node *steps;
        FLX_TRY(flx_need(p, node, "steps", &steps));
        FLX_TRY(flx_get_int(p, steps, &n));
    } else if (list) {
        if (list->kind != FLX_NODE_LIST || list->n == 0)
            return flx_parser_wrong(p, list);
        if (list != node && node->kind == FLX_NODE_MAP && flx_node_get(node, "steps"))
            return flx_parser_fail(p, node, "either values or from, to, steps, not both");
        n = list->n;
    } else if (node->kind == FLX_NODE_NULL) {
        return flx_parser_wrong(p, node);
    }
    axis->n = (int32_t)n;
    const char **text = FLX_PARSER_ARRAY(p, const char *, axis->n);
    if (!text)
        return FLX_ERR_MEMORY;
    axis->text = text;
    if (list)
        return from_list(p, list, text);
    if (node->kind == FLX_NODE_MAP)
        return from_range(p, node, axis->n, text);
    text[0] = node->text;
    return FLX_OK;
}

static flx_status parse_axis(flx_parser *p, const flx_node *node, flx_case_axis *axis)
{
    int32_t row;
    FLX_TRY(check_key(p, node, &row));
    *axis = (flx_case_axis){.key = node->key, .carry = axis->carry, .line = node->key_line};
    FLX_TRY(axis_values(p, node, axis));
    FLX_TRY(flx_get_bool(p, flx_node_get(node, "continue"), &axis->carry));
    if (axis->carry && !p->engine->carries)
        return flx_parser_fail(p, node, "continue: the engine %s finds each point by itself",
                               p->engine->name);
    double *value = FLX_PARSER_ARRAY(p, double, axis->n);
    if (!value)
        return FLX_ERR_MEMORY;
    axis->value = value;
    for (int32_t k = 0; k < axis->n; k++)
        FLX_TRY(value_of(p, node, row, axis->text[k], &value[k]));
    return FLX_OK;
}

// Reads the case with one value of one axis, to find wrong ones before hours have been spent.
static flx_status try_value(flx_parser *p, const flx_case_axis *axis, int32_t index)
{
    flx_arena arena = {0};
    flx_case *point = NULL;
    flx_node *root = flx_node_copy(p->ctx, &arena, p->root);
    flx_status status = root ? remove_sweep(p->ctx, &arena, root) : FLX_ERR_MEMORY;
    if (status == FLX_OK)
        status = apply(p->ctx, &arena, root, axis, index);
    if (status == FLX_OK)
        status = flx_case_from_tree(p->ctx, p->c, root, &point);
    flx_case_free(point);
    flx_arena_clear(&arena);
    return status;
}

flx_status flx_parse_sweep(flx_parser *p)
{
    const flx_node *sweep = flx_node_get(p->root, "sweep");
    int32_t n;
    FLX_TRY(flx_count_map(p, sweep, &n));
    flx_case_axis *axes = FLX_PARSER_ARRAY(p, flx_case_axis, n);
    if (!axes)
        return FLX_ERR_MEMORY;
    const flx_node *carry = flx_node_get(sweep, "continue");
    bool all = false;
    FLX_TRY(flx_get_bool(p, carry, &all));
    p->c->axes = axes;
    double points = 1;
    for (const flx_node *node = n ? sweep->first : NULL; node; node = node->next) {
        if (node == carry)
            continue;
        flx_case_axis *axis = &axes[p->c->n_axis];
        axis->carry = all;
        FLX_TRY(parse_axis(p, node, axis));
        points *= axis->n;
        if (points > MOST_POINTS)
            return flx_parser_fail(p, node, "more than %g points in all", MOST_POINTS);
        for (int32_t k = 0; k < axis->n; k++)
            if (k < CHECKED || k == axis->n - 1)
                FLX_TRY(try_value(p, axis, k));
        p->c->n_axis++;
    }
    return FLX_OK;
}
