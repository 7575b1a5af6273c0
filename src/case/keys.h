// case/keys.h -- the table of all keys: what parsing checks, what `explain` says.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CASE_KEYS_H
#define FLX_CASE_KEYS_H

#include "base/nearest.h"
#include "case/yaml.h"
#include "fluxoid/options.h"

typedef enum flx_key_type {
    FLX_KEY_MAP,      // keys of the table
    FLX_KEY_NAMED,    // keys are names that the user chooses
    FLX_KEY_LIST,     // a list of maps with keys of the table
    FLX_KEY_SHAPE,    // see the keys of `shape`
    FLX_KEY_TEXT,     //
    FLX_KEY_CHOICE,   // one of `form`, separated by |
    FLX_KEY_BOOL,     // true or false
    FLX_KEY_INT,      // a whole number
    FLX_KEY_VALUE,    // a constant expression
    FLX_KEY_FUNCTION, // an expression that may depend on `uses`
    FLX_KEY_PAIR,     // [a, b]
    FLX_KEY_POINTS,   // [[x, y], ...]
    FLX_KEY_OTHER,    // what `form` says
    FLX_KEY_FOREIGN   // a section of an engine that this build lacks: not looked at
} flx_key_type;

// One key. min and max count in the unit (lengths of options in xi).
typedef struct flx_key {
    const char *path; // "layers.*.gamma"; * stands for any name, items of lists for themselves
    flx_key_type type;
    const char *unit;         // "m", "T", "A", "tau0", "degree", "1", ...
    const char *preset;       // default as text; NULL: none, "required": must be given
    double min, max;          // allowed
    bool above;               // min itself is not allowed
    const char *form;         // choices, or how to write it; NULL: as the type says
    unsigned uses;            // FLX_EXPR_*
    const char *text;         // one sentence
    const flx_option *option; // the row of an engine's table, or NULL
} flx_key;

int32_t flx_key_count(void);
// Of them, those that every build has; what engines and options bring comes after.
int32_t flx_key_fixed_count(void);
// Key number `row`; buffer keeps texts that are made for rows of engines.
typedef struct flx_key_buffer {
    char path[64], preset[48];
} flx_key_buffer;
flx_key flx_key_at(int32_t row, flx_key_buffer *buffer);

// Row of a pattern, -1 if there is none.
int32_t flx_key_find(const char *pattern);

// Whether `path` is `pattern` followed by one further word; *word is that word.
bool flx_key_is_child(const char *path, const char *pattern, const char **word);

// Row of a path with real names ("layers.al.gamma"); -1 if there is none.
int32_t flx_key_match(const char *path);

// Checks every key of the tree and notes row and parent in its nodes.
flx_status flx_keys_check(flx_ctx *ctx, const char *file, flx_node *root);

// "films.strip.shape" of a node. Returns buffer.
const char *flx_node_path(const flx_node *node, char *buffer, size_t size);

// "a length in m, > 0": what a key takes, for messages and `explain`.
const char *flx_key_takes(const flx_key *key, char *buffer, size_t size);
const char *flx_key_range(const flx_key *key, char *buffer, size_t size); // "" if any

enum { FLX_PATH_SIZE = 512 };

#endif
