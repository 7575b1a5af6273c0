// circuit/deck_scope.c -- sorts the lines of a deck: elements, parameters and models to the deck or
// to the subcircuit they stand in, all other cards to one list.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/nearest.h"
#include "circuit/deck.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

// The text behind the first word if that is `word`, else NULL.
static const char *behind(const char *text, const char *word)
{
    size_t n = strlen(word);
    if (strncasecmp(text, word, n) != 0 || (text[n] && !isspace((unsigned char)text[n])))
        return NULL;
    text += n;
    while (isspace((unsigned char)*text))
        text++;
    return text;
}

static flx_status open_block(flx_store *s, const deck_line *line, const char *rest)
{
    deck_words words;
    FLX_TRY(flx_deck_split(s, line, rest, &words));
    if (words.n < 2)
        return flx_deck_fail(s, line, ".subckt needs a name and nodes: .subckt NAME NODE ...");
    deck_block *b = FLX_ARENA_NEW(s->ctx, &s->arena, deck_block, 1);
    if (!b)
        return FLX_ERR_MEMORY;
    *b = (deck_block){.name = words.word[0].text, .opened = line};
    int32_t before = flx_table_find(&s->block_of, b->name);
    if (before >= 0)
        return flx_deck_fail(s, line, "subcircuit %s is already defined at line %d of %s", b->name,
                             s->block[before]->opened->number, s->block[before]->opened->file);
    b->port = FLX_ARENA_NEW(s->ctx, &s->arena, const char *, words.n);
    if (!b->port)
        return FLX_ERR_MEMORY;
    for (int32_t k = 1; k < words.n; k++) {
        if (words.word[k].key) // a default value of a parameter
            return flx_deck_fail(s, line,
                                 "'%s=' among the nodes of subcircuit %s; give defaults with "
                                 ".param inside it",
                                 words.word[k].key, b->name);
        for (int32_t j = 0; j < b->n_port; j++)
            if (strcasecmp(b->port[j], words.word[k].text) == 0)
                return flx_deck_fail(s, line, "subcircuit %s has node %s twice", b->name,
                                     b->port[j]);
        b->port[b->n_port++] = words.word[k].text;
    }
    FLX_TRY(DECK_GROW(s, s->block, s->n_block, s->room_block));
    s->block[s->n_block] = b;
    return flx_table_add(s->ctx, &s->block_of, b->name, s->n_block++);
}

static bool is_name(const char *text, size_t n)
{
    if (n == 0 || n > 120 || !(isalpha((unsigned char)*text) || *text == '_'))
        return false;
    for (size_t k = 0; k < n; k++)
        if (!isalnum((unsigned char)text[k]) && text[k] != '_' && text[k] != '.')
            return false;
    return true;
}

// .param name = expression [name = expression ...]; an expression may hold blanks.
static flx_status take_params(flx_store *s, deck_block *b, const deck_line *line, const char *rest)
{
    const char *equals = strchr(rest, '=');
    if (!equals)
        return flx_deck_fail(s, line, "expected .param NAME=VALUE, found '.param %.60s'", rest);
    while (equals) {
        size_t n = (size_t)(equals - rest);
        while (n > 0 && isspace((unsigned char)rest[n - 1]))
            n--;
        if (!is_name(rest, n))
            return flx_deck_fail(s, line,
                                 "'%.*s' is no name of a parameter: letters, digits and _, a "
                                 "letter first",
                                 (int)(n < 60 ? n : 60), rest);
        const char *value = equals + 1, *next = strchr(value, '='), *end = value + strlen(value);
        const char *more = NULL;
        if (next) { // the name of the next one begins behind the last gap before its =
            const char *at = next;
            while (at > value && isspace((unsigned char)at[-1]))
                at--;
            while (at > value && !isspace((unsigned char)at[-1]) && at[-1] != ',')
                at--;
            more = end = at;
            while (end > value && (isspace((unsigned char)end[-1]) || end[-1] == ','))
                end--;
        }
        while (isspace((unsigned char)*value))
            value++;
        if (end <= value)
            return flx_deck_fail(s, line, "parameter '%.*s' has no value", (int)n, rest);
        deck_param p = {.line = line};
        p.name = flx_arena_text(s->ctx, &s->arena, rest, n);
        p.text = flx_arena_text(s->ctx, &s->arena, value, (size_t)(end - value));
        if (!p.name || !p.text)
            return FLX_ERR_MEMORY;
        if (p.text[0] == '\'' || p.text[0] == '"') {
            size_t length = strlen(p.text);
            if (length > 1 && p.text[length - 1] == p.text[0])
                p.text = flx_arena_text(s->ctx, &s->arena, p.text + 1, length - 2);
            if (!p.text)
                return FLX_ERR_MEMORY;
        }
        int32_t before = flx_table_find(&b->param_of, p.name);
        if (before >= 0)
            return flx_deck_fail(s, line, "parameter %s is already defined at line %d", p.name,
                                 b->param[before].line->number);
        FLX_TRY(DECK_GROW(s, b->param, b->n_param, b->room_param));
        b->param[b->n_param] = p;
        FLX_TRY(flx_table_add(s->ctx, &b->param_of, p.name, b->n_param++));
        rest = more ? more : "";
        equals = more ? next : NULL;
    }
    return FLX_OK;
}

static flx_status take_model(flx_store *s, deck_block *b, const deck_line *line, const char *rest)
{
    size_t n = strcspn(rest, " \t");
    char *name = flx_arena_text(s->ctx, &s->arena, rest, n);
    if (!name)
        return FLX_ERR_MEMORY;
    if (n == 0)
        return flx_deck_fail(s, line, "expected .model NAME jj(...)");
    int32_t before = flx_table_find(&b->model_of, name);
    if (before >= 0)
        return flx_deck_fail(s, line, "model %s is already defined at line %d", name,
                             b->model[before]->number);
    FLX_TRY(DECK_GROW(s, b->model, b->n_model, b->room_model));
    b->model[b->n_model] = line;
    return flx_table_add(s->ctx, &b->model_of, name, b->n_model++);
}

static flx_status take_card(flx_store *s, deck_block *b, const deck_line *line)
{
    static const char *const cards[] = {
        ".subckt", ".ends",    ".end",  ".param",   ".model",  ".tran",    ".print", ".plot",
        ".save",   ".temp",    ".neb",  ".options", ".option", ".include", ".inc",   ".file",
        ".iv",     ".sweep",   ".flux", ".state",   ".ic",     ".measure", ".squid", ".noise",
        ".spread", ".control", ".endc", ".node",    ".meas",   ".escape"};
    const char *text = line->text;
    size_t n = strcspn(text, " \t(");
    for (size_t k = 0; k < sizeof cards / sizeof *cards; k++)
        if (strlen(cards[k]) == n && strncasecmp(cards[k], text, n) == 0) {
            if (b->name)
                return flx_deck_fail(s, line, "%s stands inside subcircuit %s; put it behind .ends",
                                     cards[k], b->name);
            FLX_TRY(DECK_GROW(s, s->card, s->n_card, s->room_card));
            s->card[s->n_card++] = line;
            return FLX_OK;
        }
    char *word = flx_arena_text(s->ctx, &s->arena, text, n < 40 ? n : 40), hint[96];
    if (!word)
        return FLX_ERR_MEMORY;
    flx_nearest near = flx_nearest_to(word);
    for (size_t k = 0; k < sizeof cards / sizeof *cards; k++)
        flx_nearest_offer(&near, cards[k]);
    flx_nearest_hint(&near, hint, sizeof hint);
    return flx_deck_fail(s, line, "unknown card '%s'%s", word,
                         *hint ? hint : "; docs/circuit.md lists the cards of a deck");
}

// Inside .control ... .endc cards have no dot, and orders to the program mean nothing here.
static flx_status control_line(flx_store *s, deck_line *line, bool *skip)
{
    static const char *const orders[] = {"run", "quit", "exit", "destroy"};
    *skip = false;
    for (size_t k = 0; k < sizeof orders / sizeof *orders; k++)
        *skip = *skip || behind(line->text, orders[k]) != NULL;
    if (!*skip && line->text[0] != '.')
        line->text = flx_arena_format(s->ctx, &s->arena, ".%s", line->text);
    return line->text ? FLX_OK : FLX_ERR_MEMORY;
}

flx_status flx_deck_sort(flx_store *s)
{
    static const deck_line nowhere = {"", "", 0};
    deck_block *top = FLX_ARENA_NEW(s->ctx, &s->arena, deck_block, 1), *now = top;
    FLX_TRY(DECK_GROW(s, s->block, 0, s->room_block));
    if (!top)
        return FLX_ERR_MEMORY;
    top->opened = &nowhere;
    s->block[s->n_block++] = top;
    const deck_line *control = NULL;
    for (int32_t k = 0; k < s->n_line; k++) {
        deck_line *line = &s->line[k];
        const char *rest = NULL;
        bool skip = false;
        if (control && !behind(line->text, ".endc") && !behind(line->text, "endc")) {
            FLX_TRY(control_line(s, line, &skip));
            if (skip)
                continue;
        }
        if (behind(line->text, ".endc") || behind(line->text, "endc")) {
            if (!control)
                return flx_deck_fail(s, line, ".endc without .control");
            control = NULL;
        } else if (behind(line->text, ".control")) {
            control = line;
        } else if ((rest = behind(line->text, ".subckt"))) {
            if (now != top)
                return flx_deck_fail(
                    s, line,
                    ".subckt inside subcircuit %s (line %d); close that with .ends "
                    "first",
                    now->name, now->opened->number);
            FLX_TRY(open_block(s, line, rest));
            now = s->block[s->n_block - 1];
        } else if (behind(line->text, ".ends")) {
            if (now == top)
                return flx_deck_fail(s, line, ".ends without .subckt");
            now = top;
        } else if ((rest = behind(line->text, ".param"))) {
            FLX_TRY(take_params(s, now, line, rest));
        } else if ((rest = behind(line->text, ".model"))) {
            FLX_TRY(take_model(s, now, line, rest));
        } else if (line->text[0] == '.') {
            FLX_TRY(take_card(s, now, line));
        } else {
            FLX_TRY(DECK_GROW(s, now->line, now->n_line, now->room_line));
            now->line[now->n_line++] = line;
        }
    }
    if (now != top)
        return flx_deck_fail(s, now->opened, "subcircuit %s is not closed; end it with .ends",
                             now->name);
    if (control)
        return flx_deck_fail(s, control, ".control is not closed; end it with .endc");
    return FLX_OK;
}
