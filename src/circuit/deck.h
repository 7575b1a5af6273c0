// circuit/deck.h -- what the files of the deck reader share: logical lines, their words, scopes of
// parameters, and the deck that grows.
//
// Reading has four stages: files become logical lines (deck_text.c); lines are sorted into the deck
// itself and its subcircuits (deck_scope.c); instances are expanded into elements between numbered
// nodes (deck_element.c, deck_wave.c); cards are read, for which every name must be known
// (deck_cards.c, deck_measure.c).
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CIRCUIT_DECK_H
#define FLX_CIRCUIT_DECK_H

#include "circuit/table.h"
#include "fluxoid/circuit.h"

typedef struct deck_line {
    const char *text; // continuation joined, comments gone
    const char *file;
    int32_t number; // of its first physical line
} deck_line;

// A line cut into words; "name=value" is a word with key.
typedef struct deck_word {
    const char *key; // NULL: none
    const char *text;
} deck_word;
typedef struct deck_words {
    deck_word *word;
    int32_t n;
} deck_words;

typedef struct deck_param {
    const char *name, *text;
    const deck_line *line;
} deck_param;

// The deck itself or one of its subcircuits.
typedef struct deck_block {
    const char *name; // NULL: the deck
    const char **port;
    int32_t n_port;
    const deck_line **line; // elements
    int32_t n_line, room_line;
    deck_param *param;
    int32_t n_param, room_param;
    const deck_line **model; // .model lines
    int32_t n_model, room_model;
    flx_table param_of, model_of; // by name
    const deck_line *opened;
} deck_block;

typedef enum deck_known { DECK_UNKNOWN, DECK_BEING_FOUND, DECK_KNOWN } deck_known;

// A block with values: one for each instance.
typedef struct deck_scope {
    const deck_block *block;
    const struct deck_scope *caller; // NULL: the deck
    const struct deck_scope *top;
    double *value;       // [block->n_param]
    uint8_t *known;      // deck_known of each
    const char *path;    // "|x3|x1", "" for the deck
    int32_t *port;       // nodes of the instance
    int32_t first_model; // the block's models, read with these parameters, begin here
    const deck_words *overrides;
    bool *used;    // [overrides->n]
    int32_t depth; // instances around it
} deck_scope;

struct flx_deck_store {
    flx_ctx *ctx;
    flx_arena arena;
    flx_deck deck;
    deck_line *line;
    int32_t n_line, room_line;
    deck_block **block; // [0] is the deck
    int32_t n_block, room_block;
    flx_table block_of;
    deck_scope top;
    bool lenient;                    // names that are not known are passed over
    int32_t finding;                 // parameters being found, one for another
    const char *set_temp, *set_seed; // values given from outside, NULL: none
    const deck_line **card;
    int32_t n_card, room_card;
    const char **node_name;
    int32_t n_node, room_node;
    flx_table node_of, element_of;
    flx_element *element;
    int32_t n_element, room_element, max_element;
    flx_coupling *coupling;
    int32_t n_coupling, room_coupling;
    flx_junction_model *model;
    int32_t n_model, room_model;
    flx_circuit_probe *probe;
    int32_t n_probe, room_probe;
    flx_circuit_measure *measure;
    int32_t n_measure, room_measure;
    flx_circuit_start *start;
    int32_t n_start, room_start;
    flx_sweep_axis *sweep;
    int32_t n_sweep, room_sweep;
    const flx_deck_source *source;
};
typedef struct flx_deck_store flx_store;

// "file:line: ..." as the error of the context; returns FLX_ERR_INPUT.
__attribute__((format(printf, 3, 4))) flx_status flx_deck_fail(flx_store *s, const deck_line *line,
                                                               const char *format, ...);

// Room for one more thing in an array of the arena.
#define DECK_GROW(s, array, n, room)                                                               \
    ((n) < (room) ? FLX_OK : flx_deck_grow((s), (void **)&(array), (n), &(room), sizeof *(array)))
flx_status flx_deck_grow(flx_store *s, void **array, int32_t n, int32_t *room, size_t size);

flx_status flx_deck_read(flx_store *s);
flx_status flx_deck_split(flx_store *s, const deck_line *line, const char *text, deck_words *out);

flx_status flx_deck_sort(flx_store *s);

// The value of an expression in a scope. `more` knows further names; it may be NULL.
flx_status flx_deck_value(flx_store *s, deck_scope *scope, const deck_line *line, const char *text,
                          double *value);
typedef struct deck_names {
    flx_name_fn value;
    void *user;
} deck_names;
flx_status flx_deck_value_with(flx_store *s, deck_scope *scope, const deck_line *line,
                               const char *text, const deck_names *more, double *value);

// Words [from..] as a source.
flx_status flx_deck_wave(flx_store *s, deck_scope *scope, const deck_line *line,
                         const deck_word *word, int32_t n, const flx_wave **out);

flx_status flx_deck_expand(flx_store *s);
// The models of the scope's block; sets first_model.
flx_status flx_deck_models(flx_store *s, deck_scope *scope);

// The element or node of a name as users write it: "b1|x2", "b1.x2", "x2_b1". -1: none.
int32_t flx_deck_find_element(flx_store *s, const char *name);
int32_t flx_deck_find_node(flx_store *s, const char *name);

flx_status flx_deck_cards(flx_store *s);
flx_status flx_deck_probe(flx_store *s, const deck_line *line, const char *text, int32_t *out);
flx_status flx_deck_measure(flx_store *s, const deck_line *line, const deck_words *words);
// The line that defines a measure, read already or not. NULL: none.
const deck_line *flx_deck_measure_line(flx_store *s, const char *name);

#endif
