// case/yaml.c -- from the events of libyaml to a tree.
//
// Only what case files need: one document, keys that are plain words, no anchors, aliases or tags.
// Depth, number of nodes and of keys in a map are bounded, so that no text costs much.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

typedef struct reader {
    flx_ctx *ctx;
    flx_arena *arena;
    const char *name, *origin;
    flx_node *stack[FLX_YAML_DEPTH]; // open lists and maps
    int depth;
    int32_t n_node;
    const char *key; // read, its value is awaited
    int32_t key_line;
    flx_node *root;
} reader;

flx_status flx_node_fail(flx_ctx *ctx, const char *name, const flx_node *node, const char *format,
                         ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (node && node->origin)
        return flx_fail(ctx, FLX_ERR_INPUT, "%s: %s", node->origin, text);
    if (!node || node->line <= 0)
        return flx_fail(ctx, FLX_ERR_INPUT, "%s: %s", name, text);
    return flx_fail(ctx, FLX_ERR_INPUT, "%s:%d: %s", name, (int)node->line, text);
}

__attribute__((format(printf, 3, 4))) static flx_status fail_at(reader *r, yaml_mark_t mark,
                                                                const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (r->origin)
        return flx_fail(r->ctx, FLX_ERR_INPUT, "%s: %s", r->origin, text);
    return flx_fail(r->ctx, FLX_ERR_INPUT, "%s:%zu:%zu: %s", r->name, mark.line + 1,
                    mark.column + 1, text);
}

flx_node *flx_node_get(const flx_node *node, const char *key)
{
    if (!node || node->kind != FLX_NODE_MAP)
        return NULL;
    for (flx_node *child = node->first; child; child = child->next)
        if (strcmp(child->key, key) == 0)
            return child;
    return NULL;
}

static void append(flx_node *parent, flx_node *child)
{
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
    parent->n++;
}

// The new node, NULL with the status on failure.
static flx_node *new_node(reader *r, flx_node_kind kind, yaml_mark_t mark, flx_status *status)
{
    if (++r->n_node > FLX_YAML_NODES) {
        *status = fail_at(r, mark, "more than %d values", FLX_YAML_NODES);
        return NULL;
    }
    flx_node *node = FLX_ARENA_NEW(r->ctx, r->arena, flx_node, 1);
    if (!node) {
        *status = FLX_ERR_MEMORY;
        return NULL;
    }
    node->kind = kind;
    node->line = r->origin ? 0 : (int32_t)mark.line + 1;
    node->column = (int32_t)mark.column + 1;
    node->origin = r->origin;
    node->key = r->key;
    node->key_line = r->origin ? 0 : r->key_line;
    r->key = NULL;
    if (r->depth > 0)
        append(r->stack[r->depth - 1], node);
    else
        r->root = node;
    return node;
}

static bool awaits_key(const reader *r)
{
    return r->depth > 0 && r->stack[r->depth - 1]->kind == FLX_NODE_MAP && !r->key;
}

static flx_status read_key(reader *r, const char *text, yaml_mark_t mark)
{
    flx_node *map = r->stack[r->depth - 1];
    flx_node *twin = flx_node_get(map, text);
    if (twin)
        return fail_at(r, mark, "key '%.64s' was given before, in line %d", text,
                       (int)twin->key_line);
    if (text[0] == 0)
        return fail_at(r, mark, "an empty key");
    if (map->n >= FLX_YAML_KEYS)
        return fail_at(r, mark, "more than %d keys in one place", FLX_YAML_KEYS);
    r->key = text;
    r->key_line = (int32_t)mark.line + 1;
    return FLX_OK;
}

static bool is_null(const char *text)
{
    return text[0] == 0 || strcmp(text, "~") == 0 || strcmp(text, "null") == 0;
}

static flx_status read_scalar(reader *r, const yaml_event_t *event)
{
    const char *value = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;
    if (memchr(value, 0, length))
        return fail_at(r, event->start_mark, "a character of code 0");
    char *text = flx_arena_text(r->ctx, r->arena, value, length);
    if (!text)
        return FLX_ERR_MEMORY;
    if (awaits_key(r))
        return read_key(r, text, event->start_mark);
    bool quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    flx_node_kind kind = !quoted && is_null(text) ? FLX_NODE_NULL : FLX_NODE_SCALAR;
    flx_status status = FLX_OK;
    flx_node *node = new_node(r, kind, event->start_mark, &status);
    if (!node)
        return status;
    node->text = text;
    node->quoted = quoted;
    return FLX_OK;
}

static flx_status open_node(reader *r, flx_node_kind kind, const yaml_event_t *event, bool flow)
{
    if (awaits_key(r))
        return fail_at(r, event->start_mark, "a key must be one word, not a list or map");
    if (r->depth == FLX_YAML_DEPTH)
        return fail_at(r, event->start_mark, "lists and maps nested deeper than %d",
                       FLX_YAML_DEPTH);
    flx_status status = FLX_OK;
    flx_node *node = new_node(r, kind, event->start_mark, &status);
    if (!node)
        return status;
    node->flow = flow;
    r->stack[r->depth++] = node;
    return FLX_OK;
}

static flx_status refuse_anchor(reader *r, const yaml_event_t *event, const yaml_char_t *anchor,
                                const yaml_char_t *tag)
{
    if (anchor)
        return fail_at(r, event->start_mark,
                       "anchors (&%.32s) are not understood here; name values under 'let' and use "
                       "the name",
                       (const char *)anchor);
    if (tag)
        return fail_at(r, event->start_mark, "tags (%.32s) are not understood here",
                       (const char *)tag);
    return FLX_OK;
}

static flx_status read_event(reader *r, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return fail_at(r, event->start_mark,
                       "aliases (*%.32s) are not understood here; name values under 'let' and use "
                       "the name",
                       (const char *)event->data.alias.anchor);
    case YAML_SCALAR_EVENT:
        FLX_TRY(refuse_anchor(r, event, event->data.scalar.anchor, event->data.scalar.tag));
        return read_scalar(r, event);
    case YAML_SEQUENCE_START_EVENT:
        FLX_TRY(refuse_anchor(r, event, event->data.sequence_start.anchor,
                              event->data.sequence_start.tag));
        return open_node(r, FLX_NODE_LIST, event,
                         event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE);
    case YAML_MAPPING_START_EVENT:
        FLX_TRY(refuse_anchor(r, event, event->data.mapping_start.anchor,
                              event->data.mapping_start.tag));
        return open_node(r, FLX_NODE_MAP, event,
                         event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        r->depth--;
        return FLX_OK;
    case YAML_DOCUMENT_START_EVENT:
        if (r->root)
            return fail_at(r, event->start_mark, "a second document; one case is one document");
        return FLX_OK;
    default:
        return FLX_OK;
    }
}

static flx_status parser_error(reader *r, const yaml_parser_t *parser)
{
    if (parser->error == YAML_MEMORY_ERROR)
        return flx_fail(r->ctx, FLX_ERR_MEMORY, "no memory to read YAML");
    const char *problem = parser->problem ? parser->problem : "unknown error";
    if (parser->error == YAML_READER_ERROR)
        return flx_fail(r->ctx, FLX_ERR_INPUT, "%s: not valid YAML: %s (byte %zu)",
                        r->origin ? r->origin : r->name, problem, parser->problem_offset);
    return fail_at(r, parser->problem_mark, "not valid YAML: %s%s%s", problem,
                   parser->context ? " " : "", parser->context ? parser->context : "");
}

flx_status flx_yaml_read(flx_ctx *ctx, flx_arena *arena, const char *text, size_t length,
                         const char *name, const char *origin, flx_node **out)
{
    reader r = {.ctx = ctx, .arena = arena, .name = name, .origin = origin};
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return flx_fail(ctx, FLX_ERR_MEMORY, "no memory to read YAML");
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    flx_status status = FLX_OK;
    bool more = true;
    while (more && status == FLX_OK) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            status = parser_error(&r, &parser);
            break;
        }
        more = event.type != YAML_STREAM_END_EVENT;
        status = read_event(&r, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    if (status == FLX_OK && !r.root)
        new_node(&r, FLX_NODE_NULL, (yaml_mark_t){0, 0, 0}, &status);
    *out = status == FLX_OK ? r.root : NULL;
    return status;
}
