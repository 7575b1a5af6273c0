// case/yaml.h -- a YAML document as a tree that knows its lines, and edits of it.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CASE_YAML_H
#define FLX_CASE_YAML_H

#include "base/arena.h"

typedef enum flx_node_kind {
    FLX_NODE_NULL, // empty, ~ or null
    FLX_NODE_SCALAR,
    FLX_NODE_LIST,
    FLX_NODE_MAP
} flx_node_kind;

// Children of lists and maps are a chain, in the order of the text. Owned by an arena.
typedef struct flx_node flx_node;
struct flx_node {
    flx_node_kind kind;
    bool quoted;          // scalar in quotes
    bool flow;            // list or map in brackets
    int32_t line, column; // from 1
    const char *text;     // of a scalar
    const char *key;      // in its map; NULL in lists
    int32_t key_line;
    const char *origin; // "--set drive.field=1" for nodes that are not from the file, else NULL
    flx_node *first, *last, *next;
    int32_t n;
    const flx_node *parent; // by flx_keys_check
    int32_t row;            // by flx_keys_check: of the key, in flx_key_at
};

enum { FLX_YAML_DEPTH = 32, FLX_YAML_NODES = 400000, FLX_YAML_KEYS = 2000 };

// Reads one document. `name` is for messages; origin (or NULL) is copied into the nodes.
flx_status flx_yaml_read(flx_ctx *ctx, flx_arena *arena, const char *text, size_t length,
                         const char *name, const char *origin, flx_node **out);

// Child of a map by key, NULL if there is none or node is no map (or NULL).
flx_node *flx_node_get(const flx_node *node, const char *key);

// A deep copy.
flx_node *flx_node_copy(flx_ctx *ctx, flx_arena *arena, const flx_node *node);

// Puts value at path ("drive.field", "drive.field.0.loop.current"): maps that are missing are made,
// a null value removes. What fails is told as an error of `origin`.
flx_status flx_node_set(flx_ctx *ctx, flx_arena *arena, flx_node *root, const char *path,
                        flx_node *value);

// One edit "path=VALUE", VALUE being YAML.
flx_status flx_node_edit(flx_ctx *ctx, flx_arena *arena, flx_node *root, const char *edit);

// The tree as YAML text, in the arena.
flx_status flx_yaml_write(flx_ctx *ctx, flx_arena *arena, const flx_node *root, const char **out);

// An error that begins with the place of the node: "case.yaml:12: ...".
__attribute__((format(printf, 4, 5))) flx_status flx_node_fail(flx_ctx *ctx, const char *name,
                                                               const flx_node *node,
                                                               const char *format, ...);

#endif
