// circuit/deck.c -- a deck from its text: the stages of reading in their order.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/deck.h"
#include "base/nearest.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { MAX_ELEMENT = 4000000 };

static const deck_line command_line = {"--set", "--set", 0};

// Values from outside replace parameters; what names no parameter must be an element.
static flx_status take_sets(flx_store *s, deck_words *overrides)
{
    const flx_deck_source *from = s->source;
    deck_block *top = s->block[0];
    *overrides = (deck_words){0};
    overrides->word = FLX_ARENA_NEW(s->ctx, &s->arena, deck_word, from->n_set);
    if (!overrides->word)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < from->n_set; k++) {
        const char *set = from->sets[k], *equals = strchr(set, '=');
        if (!equals || equals == set || !equals[1])
            return flx_fail(s->ctx, FLX_ERR_INPUT, "--set %.80s: expected NAME=VALUE", set);
        deck_word w;
        w.key = flx_arena_text(s->ctx, &s->arena, set, (size_t)(equals - set));
        w.text = flx_arena_text(s->ctx, &s->arena, equals + 1, strlen(equals + 1));
        if (!w.key || !w.text)
            return FLX_ERR_MEMORY;
        int32_t p = flx_table_find(&top->param_of, w.key);
        if (p >= 0) {
            top->param[p].text = w.text;
            top->param[p].line = &command_line;
        } else if (strcasecmp(w.key, "temp") == 0) {
            s->set_temp = w.text;
        } else if (strcasecmp(w.key, "seed") == 0) {
            s->set_seed = w.text;
        } else {
            overrides->word[overrides->n++] = w;
        }
    }
    return FLX_OK;
}

static flx_status unused_sets(flx_store *s)
{
    for (int32_t k = 0; k < s->top.overrides->n; k++) {
        if (s->top.used[k])
            continue;
        const char *key = s->top.overrides->word[k].key;
        char hint[96];
        flx_nearest near = flx_nearest_to(key);
        for (int32_t j = 0; j < s->top.block->n_param; j++)
            flx_nearest_offer(&near, s->top.block->param[j].name);
        for (int32_t j = 0; j < s->n_element; j++)
            flx_nearest_offer(&near, s->element[j].name);
        return flx_fail(s->ctx, FLX_ERR_INPUT,
                        "--set: %s has no parameter or element with a value '%.60s'%s",
                        s->deck.path, key, flx_nearest_hint(&near, hint, sizeof hint));
    }
    return FLX_OK;
}

static flx_status set_cards(flx_store *s)
{
    double x = 0;
    if (s->set_temp) {
        FLX_TRY(flx_deck_value(s, &s->top, &command_line, s->set_temp, &x));
        if (!(x >= 0))
            return flx_fail(s->ctx, FLX_ERR_INPUT, "--set temp: a temperature of %g K", x);
        s->deck.circuit.temperature = x;
    }
    if (s->set_seed) {
        FLX_TRY(flx_deck_value(s, &s->top, &command_line, s->set_seed, &x));
        if (!(x >= 0 && x <= 9e15))
            return flx_fail(s->ctx, FLX_ERR_INPUT, "--set seed: %g is no seed >= 0", x);
        s->deck.seed = (uint64_t)x;
    }
    return FLX_OK;
}

static flx_status read_all(flx_store *s)
{
    deck_words *overrides = FLX_ARENA_NEW(s->ctx, &s->arena, deck_words, 1);
    if (!overrides)
        return FLX_ERR_MEMORY;
    FLX_TRY(flx_deck_read(s));
    FLX_TRY(flx_deck_sort(s));
    FLX_TRY(take_sets(s, overrides));
    const deck_block *top = s->block[0];
    s->top = (deck_scope){.block = top, .path = "", .overrides = overrides};
    s->top.value = FLX_ARENA_NEW(s->ctx, &s->arena, double, top->n_param);
    s->top.known = FLX_ARENA_NEW(s->ctx, &s->arena, uint8_t, top->n_param);
    s->top.used = FLX_ARENA_NEW(s->ctx, &s->arena, bool, overrides->n);
    if (!s->top.value || !s->top.known || !s->top.used)
        return FLX_ERR_MEMORY;
    // Every parameter must have a value, also one that nothing uses.
    double unused = 0;
    for (int32_t k = 0; k < top->n_param; k++)
        FLX_TRY(flx_deck_value(s, &s->top, top->param[k].line, top->param[k].name, &unused));
    FLX_TRY(flx_deck_expand(s));
    FLX_TRY(unused_sets(s));
    if (s->n_element == 0)
        return flx_fail(s->ctx, FLX_ERR_INPUT, "%s has no elements", s->deck.path);
    FLX_TRY(flx_deck_cards(s));
    return set_cards(s);
}

// FNV-1a of 64 bits (as in table.c); the end of a text counts.
static uint64_t add_hash(uint64_t hash, const char *text)
{
    do
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    while (*text++);
    return hash;
}

static uint64_t hash_of(const flx_store *s)
{
    uint64_t hash = 14695981039346656037u;
    for (int32_t k = 0; k < s->n_line; k++)
        hash = add_hash(hash, s->line[k].text);
    for (int32_t k = 0; k < s->source->n_set; k++)
        hash = add_hash(hash, s->source->sets[k]);
    return hash;
}

static void publish(flx_store *s)
{
    flx_deck *d = &s->deck;
    d->hash = hash_of(s);
    d->circuit.node_name = s->node_name;
    d->circuit.n_node = s->n_node;
    d->circuit.element = s->element;
    d->circuit.n_element = s->n_element;
    d->circuit.coupling = s->coupling;
    d->circuit.n_coupling = s->n_coupling;
    d->circuit.model = s->model;
    d->circuit.n_model = s->n_model;
    d->probe = s->probe;
    d->n_probe = s->n_probe;
    d->measure = s->measure;
    d->n_measure = s->n_measure;
    d->start = s->start;
    d->n_start = s->n_start;
    d->sweep = s->sweep;
    d->n_sweep = s->n_sweep;
    d->store = s;
}

flx_status flx_deck_create(flx_ctx *ctx, const flx_deck_source *source, flx_deck **out)
{
    *out = NULL;
    flx_store *s = FLX_NEW(ctx, flx_store);
    if (!s)
        return FLX_ERR_MEMORY;
    s->ctx = ctx;
    s->source = source;
    s->max_element = source->max_element > 0 ? source->max_element : MAX_ELEMENT;
    s->deck.noise_seeds = 1;
    s->deck.tolerance = 1e-4;
    flx_status status = read_all(s);
    publish(s);
    if (status >= 0)
        status = flx_circuit_check(ctx, &s->deck.circuit);
    if (status < 0) {
        flx_deck_free(&s->deck);
        return status;
    }
    *out = &s->deck;
    return FLX_OK;
}

void flx_deck_free(flx_deck *deck)
{
    if (!deck)
        return;
    flx_store *s = deck->store;
    for (int32_t k = 0; k < s->n_block; k++) {
        flx_table_clear(&s->block[k]->param_of);
        flx_table_clear(&s->block[k]->model_of);
    }
    flx_table_clear(&s->block_of);
    flx_table_clear(&s->node_of);
    flx_table_clear(&s->element_of);
    flx_arena_clear(&s->arena);
    flx_free(s);
}

flx_status flx_deck_evaluate(flx_ctx *ctx, const flx_deck *deck, const char *text,
                             flx_name_fn value, double *result, void *user)
{
    flx_store *s = deck->store;
    s->ctx = ctx;
    s->finding = 0;
    const deck_line line = {text, deck->path, 0};
    const deck_names more = {value, user};
    return flx_deck_value_with(s, &s->top, &line, text, value ? &more : NULL, result);
}
