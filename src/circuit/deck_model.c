// circuit/deck_model.c -- .model NAME jj(rtype=1, vg=2.8m, icrit=0.1m, rn=16, r0=160, cap=70f ...).
// The values that are not given are JoSIM's.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/nearest.h"
#include "circuit/deck.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *name;
    size_t at;
    double min, max;
} rows[] = {
    {"vg", offsetof(flx_junction_model, vg), 1e-9, 1},
    {"vgap", offsetof(flx_junction_model, vg), 1e-9, 1},
    {"delv", offsetof(flx_junction_model, delv), 1e-9, 1},
    {"icrit", offsetof(flx_junction_model, icrit), 0, 1e6},
    {"ic", offsetof(flx_junction_model, icrit), 0, 1e6},
    {"rn", offsetof(flx_junction_model, rn), 1e-12, 1e30},
    {"r0", offsetof(flx_junction_model, r0), 1e-12, 1e30},
    {"rsub", offsetof(flx_junction_model, r0), 1e-12, 1e30},
    {"cap", offsetof(flx_junction_model, cap), 0, 1},
    {"c", offsetof(flx_junction_model, cap), 0, 1},
    {"icfact", offsetof(flx_junction_model, icfact), 1e-6, 1e6},
    {"icfct", offsetof(flx_junction_model, icfact), 1e-6, 1e6},
    {"phi", offsetof(flx_junction_model, phi), -1e6, 1e6},
    {"d", offsetof(flx_junction_model, transparency), 0, 1},
    {"t", offsetof(flx_junction_model, temperature), 0, 1e6},
    {"tc", offsetof(flx_junction_model, tc), 1e-6, 1e6},
};
enum { N_ROW = sizeof rows / sizeof *rows };

static flx_status harmonics(flx_store *s, deck_scope *scope, const deck_line *line,
                            const char *text, flx_junction_model *m)
{
    deck_words words;
    FLX_TRY(flx_deck_split(s, line, text, &words));
    if (words.n < 1 || words.n > FLX_CPR_MAX)
        return flx_deck_fail(s, line, "cpr has %d harmonics; 1 to %d are allowed", words.n,
                             FLX_CPR_MAX);
    for (int32_t k = 0; k < words.n; k++) {
        if (words.word[k].key)
            return flx_deck_fail(s, line, "'%s=' has no place in cpr={...}", words.word[k].key);
        FLX_TRY(flx_deck_value(s, scope, line, words.word[k].text, &m->cpr[k]));
    }
    m->n_cpr = words.n;
    return FLX_OK;
}

static flx_status set(flx_store *s, deck_scope *scope, const deck_line *line, deck_word word,
                      flx_junction_model *m)
{
    if (strcasecmp(word.key, "cpr") == 0)
        return harmonics(s, scope, line, word.text, m);
    double value = 0;
    FLX_TRY(flx_deck_value(s, scope, line, word.text, &value));
    if (strcasecmp(word.key, "rtype") == 0) {
        if (value != 0 && value != 1 && value != 2)
            return flx_deck_fail(
                s, line,
                "rtype is %g; 0 is a constant resistance, 1 piecewise at the gap, 2 "
                "smooth at the gap",
                value);
        m->rtype = (int32_t)value;
        return FLX_OK;
    }
    for (int k = 0; k < N_ROW; k++)
        if (strcasecmp(rows[k].name, word.key) == 0) {
            if (!(value >= rows[k].min && value <= rows[k].max))
                return flx_deck_fail(s, line, "%s is %g, allowed is %g to %g", word.key, value,
                                     rows[k].min, rows[k].max);
            *(double *)(void *)((char *)m + rows[k].at) = value;
            const char c = (char)tolower((unsigned char)word.key[0]);
            m->microscopic = m->microscopic || (c == 'd' && !word.key[1]) || c == 't';
            return FLX_OK;
        }
    char hint[96];
    flx_nearest near = flx_nearest_to(word.key);
    for (int k = 0; k < N_ROW; k++)
        flx_nearest_offer(&near, rows[k].name);
    flx_nearest_offer(&near, "rtype");
    flx_nearest_offer(&near, "cpr");
    return flx_deck_fail(s, line, "a junction has no property '%s'%s", word.key,
                         flx_nearest_hint(&near, hint, sizeof hint));
}

static flx_status read_model(flx_store *s, deck_scope *scope, const deck_line *line,
                             flx_junction_model *m)
{
    *m = (flx_junction_model){.rtype = 1,
                              .vg = 2.8e-3,
                              .delv = 0.1e-3,
                              .icrit = 1e-3,
                              .rn = 5,
                              .r0 = 30,
                              .cap = 2.5e-12,
                              .icfact = 3.14159265358979323846 / 4,
                              .temperature = 4.2,
                              .tc = 9.1,
                              .cpr = {1},
                              .n_cpr = 1};
    deck_words words, values = {0};
    FLX_TRY(flx_deck_split(s, line, line->text, &words));
    if (words.n < 3 || words.word[1].key || words.word[2].key)
        return flx_deck_fail(s, line, "expected .model NAME jj(...)");
    m->name = words.word[1].text;
    // jj(a=1, b=2) is one word; "jj a=1 b=2" several.
    const char *kind = words.word[2].text;
    size_t letters = strcspn(kind, "(");
    if (letters != 2 || strncasecmp(kind, "jj", 2) != 0)
        return flx_deck_fail(s, line, "model %s is of kind '%.*s'; the only kind is jj", m->name,
                             (int)(letters < 40 ? letters : 40), kind);
    if (kind[letters] == '(') {
        size_t n = strlen(kind + letters);
        if (kind[letters + n - 1] != ')')
            return flx_deck_fail(s, line, "expected ')' at the end of model %s", m->name);
        char *inner = flx_arena_text(s->ctx, &s->arena, kind + letters + 1, n - 2);
        if (!inner)
            return FLX_ERR_MEMORY;
        FLX_TRY(flx_deck_split(s, line, inner, &values));
    }
    for (int pass = 0; pass < 2; pass++) {
        const deck_words *from = pass == 0 ? &values : &words;
        for (int32_t k = pass == 0 ? 0 : 3; k < from->n; k++) {
            if (!from->word[k].key)
                return flx_deck_fail(s, line, "expected NAME=VALUE in model %s, found '%.40s'",
                                     m->name, from->word[k].text);
            FLX_TRY(set(s, scope, line, from->word[k], m));
        }
    }
    if (m->rtype > 0 && !(m->delv < 2 * m->vg))
        return flx_deck_fail(s, line,
                             "delv is %g V, but the gap is at %g V; it must be below twice that",
                             m->delv, m->vg);
    if (m->rtype > 0 && m->r0 < m->rn)
        return flx_deck_fail(s, line, "r0 (%g ohm, below the gap) is smaller than rn (%g ohm)",
                             m->r0, m->rn);
    if (m->microscopic && !(m->temperature < m->tc))
        return flx_deck_fail(s, line, "t is %g K and tc %g K; a junction needs t < tc",
                             m->temperature, m->tc);
    return FLX_OK;
}

flx_status flx_deck_models(flx_store *s, deck_scope *scope)
{
    scope->first_model = s->n_model;
    for (int32_t k = 0; k < scope->block->n_model; k++) {
        FLX_TRY(DECK_GROW(s, s->model, s->n_model, s->room_model));
        FLX_TRY(read_model(s, scope, scope->block->model[k], &s->model[s->n_model]));
        s->n_model++;
    }
    return FLX_OK;
}
