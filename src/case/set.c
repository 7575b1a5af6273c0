// case/set.c -- edits of the tree (--set, sweeps) and its way back to text.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

flx_node *flx_node_copy(flx_ctx *ctx, flx_arena *arena, const flx_node *node)
{
    flx_node *copy = FLX_ARENA_NEW(ctx, arena, flx_node, 1);
    if (!copy)
        return NULL;
    *copy = *node;
    copy->first = copy->last = copy->next = NULL;
    for (const flx_node *child = node->first; child; child = child->next) {
        flx_node *twin = flx_node_copy(ctx, arena, child);
        if (!twin)
            return NULL;
        if (copy->last)
            copy->last->next = twin;
        else
            copy->first = twin;
        copy->last = twin;
    }
    return copy;
}

static flx_node *previous_of(flx_node *parent, const flx_node *child)
{
    flx_node *before = NULL;
    for (flx_node *node = parent->first; node != child; node = node->next)
        before = node;
    return before;
}

// Puts value in the place of child (NULL: at the end); a value that is NULL removes child.
static void replace(flx_node *parent, flx_node *child, flx_node *value)
{
    if (!child) {
        if (!value)
            return;
        if (parent->last)
            parent->last->next = value;
        else
            parent->first = value;
        parent->last = value;
        parent->n++;
        return;
    }
    flx_node *before = previous_of(parent, child);
    flx_node *after = child->next;
    flx_node *put = value ? value : after;
    if (value)
        value->next = after;
    else
        parent->n--;
    if (before)
        before->next = put;
    else
        parent->first = put;
    if (!after)
        parent->last = value ? value : before;
}

static flx_status find_item(flx_ctx *ctx, const flx_node *list, const char *word,
                            const flx_node *value, flx_node **out)
{
    char *end;
    unsigned long index = strtoul(word, &end, 10);
    if (*end || word[0] < '0' || word[0] > '9' || index > (unsigned long)list->n)
        return flx_node_fail(ctx, "--set", value,
                             "'%.64s' is no place in a list of %d; allowed: 0 to %d (%d appends)",
                             word, (int)list->n, (int)list->n, (int)list->n);
    *out = list->first;
    for (unsigned long k = 0; k < index; k++)
        *out = (*out)->next;
    return FLX_OK;
}

// The child of node that the first word of path names (NULL: none yet); *rest is the path behind
// it. Keys of a sweep hold dots themselves: in such maps the whole path is one key.
static flx_status next_step(flx_ctx *ctx, flx_node *node, char *path, const flx_node *value,
                            flx_node **child, char **rest)
{
    *rest = NULL;
    *child = flx_node_get(node, path);
    if (*child || (node->key && strcmp(node->key, "sweep") == 0))
        return FLX_OK;
    char *dot = strchr(path, '.');
    if (dot) {
        *dot = 0;
        *rest = dot + 1;
    }
    if (path[0] == 0 || (dot && (*rest)[0] == 0))
        return flx_node_fail(ctx, "--set", value, "an empty word in the path");
    if (node->kind == FLX_NODE_LIST)
        return find_item(ctx, node, path, value, child);
    *child = flx_node_get(node, path);
    return FLX_OK;
}

flx_status flx_node_set(flx_ctx *ctx, flx_arena *arena, flx_node *root, const char *path,
                        flx_node *value)
{
    char *rest = flx_arena_text(ctx, arena, path, strlen(path));
    if (!rest)
        return FLX_ERR_MEMORY;
    flx_node *node = root;
    for (int depth = 1;; depth++) {
        if (node->kind == FLX_NODE_NULL) {
            node->kind = FLX_NODE_MAP;
            node->text = NULL;
        }
        if (node->kind == FLX_NODE_SCALAR)
            return flx_node_fail(ctx, "--set", value, "'%.64s' holds the value '%.64s', not keys",
                                 node->key ? node->key : "the list item", node->text);
        if (depth >= FLX_YAML_DEPTH)
            return flx_node_fail(ctx, "--set", value, "a path of more than %d words",
                                 FLX_YAML_DEPTH);
        char *word = rest;
        flx_node *child;
        FLX_TRY(next_step(ctx, node, word, value, &child, &rest));
        if (!rest) {
            bool remove = value->kind == FLX_NODE_NULL;
            value->key = node->kind == FLX_NODE_MAP ? word : NULL;
            value->key_line = 0;
            replace(node, child, remove ? NULL : value);
            return FLX_OK;
        }
        if (!child) {
            if (value->kind == FLX_NODE_NULL)
                return FLX_OK; // nothing to remove
            child = FLX_ARENA_NEW(ctx, arena, flx_node, 1);
            if (!child)
                return FLX_ERR_MEMORY;
            child->kind = FLX_NODE_MAP;
            child->flow = node->flow;
            child->origin = value->origin;
            child->key = node->kind == FLX_NODE_MAP ? word : NULL;
            replace(node, NULL, child);
        }
        node = child;
    }
}

flx_status flx_node_edit(flx_ctx *ctx, flx_arena *arena, flx_node *root, const char *edit)
{
    const char *equals = strchr(edit, '=');
    if (!equals || equals == edit)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "--set %.128s: no 'path.to.key=VALUE', e.g. --set drive.field='1 mT'",
                        edit);
    char *origin = flx_arena_format(ctx, arena, "--set %.200s", edit);
    char *path = flx_arena_text(ctx, arena, edit, (size_t)(equals - edit));
    if (!origin || !path)
        return FLX_ERR_MEMORY;
    flx_node *value;
    FLX_TRY(flx_yaml_read(ctx, arena, equals + 1, strlen(equals + 1), "--set", origin, &value));
    return flx_node_set(ctx, arena, root, path, value);
}

// -- back to text ---------------------------------------------------------------------------------

typedef struct text_buffer {
    flx_ctx *ctx;
    char *text;
    size_t used, size;
    bool failed; // no memory of ours
} text_buffer;

static int write_text(void *user, unsigned char *bytes, size_t n)
{
    text_buffer *b = user;
    if (b->size - b->used < n + 1) {
        size_t size = 2 * (b->used + n) + 1024;
        char *grown = flx_realloc(b->ctx, b->text, b->used, size, 1);
        b->failed = !grown;
        if (!grown)
            return 0;
        b->text = grown;
        b->size = size;
    }
    memcpy(b->text + b->used, bytes, n);
    b->used += n;
    return 1;
}

static bool emit_scalar(yaml_emitter_t *emitter, const char *text, bool quoted)
{
    yaml_event_t event;
    return yaml_scalar_event_initialize(
               &event, NULL, NULL, (const yaml_char_t *)text, (int)strlen(text), true, true,
               quoted ? YAML_DOUBLE_QUOTED_SCALAR_STYLE : YAML_PLAIN_SCALAR_STYLE) &&
           yaml_emitter_emit(emitter, &event);
}

// Recursion is bounded by FLX_YAML_DEPTH.
static bool emit_node(yaml_emitter_t *emitter, const flx_node *node)
{
    yaml_event_t event;
    switch (node->kind) {
    case FLX_NODE_NULL:
        return emit_scalar(emitter, "null", false);
    case FLX_NODE_SCALAR:
        return emit_scalar(emitter, node->text, node->quoted);
    case FLX_NODE_LIST:
        if (!yaml_sequence_start_event_initialize(&event, NULL, NULL, true,
                                                  node->flow ? YAML_FLOW_SEQUENCE_STYLE
                                                             : YAML_BLOCK_SEQUENCE_STYLE) ||
            !yaml_emitter_emit(emitter, &event))
            return false;
        for (const flx_node *child = node->first; child; child = child->next)
            if (!emit_node(emitter, child))
                return false;
        return yaml_sequence_end_event_initialize(&event) && yaml_emitter_emit(emitter, &event);
    case FLX_NODE_MAP:
        if (!yaml_mapping_start_event_initialize(&event, NULL, NULL, true,
                                                 node->flow ? YAML_FLOW_MAPPING_STYLE
                                                            : YAML_BLOCK_MAPPING_STYLE) ||
            !yaml_emitter_emit(emitter, &event))
            return false;
        for (const flx_node *child = node->first; child; child = child->next)
            if (!emit_scalar(emitter, child->key, false) || !emit_node(emitter, child))
                return false;
        return yaml_mapping_end_event_initialize(&event) && yaml_emitter_emit(emitter, &event);
    }
    return false;
}

static bool emit_document(yaml_emitter_t *emitter, const flx_node *root)
{
    yaml_event_t event;
    return yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING) &&
           yaml_emitter_emit(emitter, &event) &&
           yaml_document_start_event_initialize(&event, NULL, NULL, NULL, true) &&
           yaml_emitter_emit(emitter, &event) && emit_node(emitter, root) &&
           yaml_document_end_event_initialize(&event, true) && yaml_emitter_emit(emitter, &event) &&
           yaml_stream_end_event_initialize(&event) && yaml_emitter_emit(emitter, &event);
}

flx_status flx_yaml_write(flx_ctx *ctx, flx_arena *arena, const flx_node *root, const char **out)
{
    text_buffer buffer = {.ctx = ctx};
    yaml_emitter_t emitter;
    if (!yaml_emitter_initialize(&emitter))
        return flx_fail(ctx, FLX_ERR_MEMORY, "no memory to write YAML");
    yaml_emitter_set_output(&emitter, write_text, &buffer);
    yaml_emitter_set_unicode(&emitter, true);
    yaml_emitter_set_width(&emitter, -1);
    flx_status status = FLX_OK;
    if (!emit_document(&emitter, root))
        status = buffer.failed || emitter.error == YAML_MEMORY_ERROR
                     ? flx_fail(ctx, FLX_ERR_MEMORY, "no memory to write YAML")
                     : flx_fail(ctx, FLX_ERR_INTERNAL, "cannot write YAML: %s",
                                emitter.problem ? emitter.problem : "unknown error");
    yaml_emitter_delete(&emitter);
    *out = NULL;
    if (status == FLX_OK) {
        *out = flx_arena_text(ctx, arena, buffer.text ? buffer.text : "", buffer.used);
        status = *out ? FLX_OK : FLX_ERR_MEMORY;
    }
    flx_free(buffer.text);
    return status;
}
