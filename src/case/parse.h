// case/parse.h -- from the tree to the struct: what the parse_*.c share.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CASE_PARSE_H
#define FLX_CASE_PARSE_H

#include "case/expr.h"
#include "case/keys.h"

typedef enum flx_let_state { FLX_LET_NEW, FLX_LET_BUSY, FLX_LET_DONE } flx_let_state;

// A case with what it owns; flx_case is its first member.
typedef struct flx_case_box {
    flx_case c;
    flx_arena arena;
    flx_node *root; // after --set
} flx_case_box;

typedef struct flx_parser {
    flx_ctx *ctx;
    flx_arena *arena;
    flx_case *c;
    flx_node *root;
    const struct flx_engine *engine;
    flx_names names;
    flx_node **let_node; // [c->n_let]
    flx_unit *let_value;
    flx_let_state *let_state;
    int let_depth;
    bool scales_known;
    bool xi_known;                // of the reference layer
    const char *length_text;      // of units.length
    double Tc;                    // [K] 0: not given
    double pair_charge;           // [C]
    flx_measured *measured;       // c->measured, to be written
    flx_case_terminal *terminals; // c->terminals, to be written
} flx_parser;

enum { FLX_LET_DEPTH = 32, FLX_MEASURED_MAX = 32 };

#define FLX_PARSER_ARRAY(p, type, count) FLX_ARENA_NEW((p)->ctx, (p)->arena, type, (count))

// An error at a node: "case.yaml:12: films.strip: ...".
__attribute__((format(printf, 3, 4))) flx_status flx_parser_fail(flx_parser *p,
                                                                 const flx_node *node,
                                                                 const char *format, ...);
// "... was given; wanted is a length".
flx_status flx_parser_wrong(flx_parser *p, const flx_node *node);
// The child `key` of map, or an error that says what is missing.
flx_status flx_need(flx_parser *p, const flx_node *map, const char *key, flx_node **out);
// Number of children; wrong kinds are errors, NULL and null have none.
flx_status flx_count_map(flx_parser *p, const flx_node *node, int32_t *n);
flx_status flx_count_list(flx_parser *p, const flx_node *node, int32_t *n);
bool flx_absent(const flx_node *node); // NULL or null

// Values, checked against the row of the node. Absent nodes leave *out as it is.
flx_status flx_get_si(flx_parser *p, const flx_node *node, double *out);     // SI, tau0, degree
flx_status flx_get_length(flx_parser *p, const flx_node *node, double *out); // [xi]
flx_status flx_get_int(flx_parser *p, const flx_node *node, double *out);
flx_status flx_get_bool(flx_parser *p, const flx_node *node, bool *out);
flx_status flx_get_choice(flx_parser *p, const flx_node *node, int32_t *out);
flx_status flx_get_text(flx_parser *p, const flx_node *node, const char **out);
flx_status flx_get_function(flx_parser *p, const flx_node *node, const flx_expr **out);
// n numbers of a list, lengths in xi.
flx_status flx_get_numbers(flx_parser *p, const flx_node *node, int32_t n, double *out);
flx_status flx_get_points(flx_parser *p, const flx_node *node, const double **out, int32_t *n);
// A constant with the dimension of the node's key, none of its other checks.
flx_status flx_get_constant(flx_parser *p, const flx_node *node, flx_dim dim, double *out);
// A path, from the folder of the case.
flx_status flx_get_path(flx_parser *p, const flx_node *node, const char **out);
// Copy of a name that the user chose: letters, digits, _ and -.
flx_status flx_get_name(flx_parser *p, const flx_node *node, const char **out);
// Fills a struct of options from the keys of a section.
flx_status flx_get_options(flx_parser *p, const flx_node *section, const flx_option_table *table,
                           void *options);

// Sections, in the order in which they are read.
flx_status flx_parse_names(flx_parser *p); // units, let, layers if the engine has films
// The material of a layer at the temperature T of the case, if it has one (temperature.c).
flx_status flx_parse_temperature(flx_parser *p, const flx_node *layer, flx_material *m);
flx_status flx_parse_disorder(flx_parser *p, const flx_node *node, flx_case_disorder *out);
flx_status flx_parse_device(flx_parser *p); // films, terminals, probes, loops, mesh
flx_status flx_parse_shape(flx_parser *p, const flx_node *node, flx_case_shape *out);
flx_status flx_parse_mesh(flx_parser *p);
flx_status flx_parse_drive(flx_parser *p);
flx_status flx_parse_start(flx_parser *p);
// A node with the keys of `start`; NULL: uniform.
flx_status flx_parse_start_of(flx_parser *p, const flx_node *node, flx_case_start *start);
// For engines that count in the units of one material: the films may have no other.
flx_status flx_parse_one_material(flx_parser *p);
// run.screening, as `selffield` of an engine says.
flx_status flx_parse_selffield(flx_parser *p, const flx_node *node);
flx_status flx_parse_sweep(flx_parser *p);

// The whole of a tree; sweep: also its axes.
flx_status flx_parse_tree(flx_parser *p, bool sweep);
flx_status flx_case_from_tree(flx_ctx *ctx, const flx_case *like, const flx_node *root,
                              flx_case **out);

// Index of a name in a list of names; the stride is the size of the struct that begins with it.
int32_t flx_index_of(const void *list, int32_t n, size_t stride, const char *name);

// The names that a wrong one may have meant.
typedef struct flx_known {
    flx_nearest nearest;
    char text[256]; // "a, b, c"
    size_t used;
} flx_known;
flx_known flx_known_for(const char *given);
void flx_known_add(flx_known *known, const void *list, int32_t n, size_t stride);
// "films.ring.layer: there is no layer 'x'; did you mean 'y'? There are: ..."
flx_status flx_parser_no_such(flx_parser *p, const flx_node *node, const char *what,
                              const flx_known *known);

// The film that the key `film` of a map names, -1 without it.
flx_status flx_find_film(flx_parser *p, const flx_node *map, int32_t *out);

// The hole that a key names: its film, its number there.
flx_status flx_find_hole(flx_parser *p, const flx_node *node, int32_t *film, int32_t *hole);

#endif
