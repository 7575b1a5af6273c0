// circuit/deck_wave.c -- sources as they are written: 5m, dc 5m, pwl(...), pulse(...), sin(...),
// exp(...), pws(...).
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/nearest.h"
#include "circuit/deck.h"

#include <string.h>
#include <strings.h>

static const struct {
    const char *name, *form;
    int32_t kind, min, max; // number of values
} forms[] = {
    {"pwl", "pwl(t1 x1 t2 x2 ...)", FLX_WAVE_PWL, 2, 1 << 20},
    {"pws", "pws(t1 x1 t2 x2 ...)", FLX_WAVE_PWS, 2, 1 << 20},
    {"pulse", "pulse(low high delay rise fall width period)", FLX_WAVE_PULSE, 2, 7},
    {"sin", "sin(offset amplitude frequency delay damping)", FLX_WAVE_SIN, 3, 5},
    {"exp", "exp(x1 x2 delay1 tau1 delay2 tau2)", FLX_WAVE_EXP, 4, 6},
    {"dc", "dc(value)", FLX_WAVE_DC, 1, 1},
};
enum { N_FORM = sizeof forms / sizeof *forms };

static flx_status refuse(flx_store *s, const deck_line *line, const char *name)
{
    if (strcasecmp(name, "cus") == 0)
        return flx_deck_fail(s, line,
                             "cus(...) reads samples from a file, which is not supported; "
                             "write them as pwl(t1 x1 t2 x2 ...)");
    if (strcasecmp(name, "noise") == 0)
        return flx_deck_fail(s, line,
                             "noise(...) depends on the time step; every resistor makes its "
                             "own noise at the temperature of .temp");
    char hint[96];
    flx_nearest near = flx_nearest_to(name);
    for (int k = 0; k < N_FORM; k++)
        flx_nearest_offer(&near, forms[k].name);
    flx_nearest_hint(&near, hint, sizeof hint);
    return flx_deck_fail(s, line, "'%.40s' is no source%s", name,
                         *hint ? hint : "; known are dc, pwl, pws, pulse, sin, exp");
}

static flx_status corners(flx_store *s, const deck_line *line, const double *x, int32_t n,
                          flx_wave *w)
{
    if (n % 2)
        return flx_deck_fail(s, line, "pwl has %d numbers; they come in pairs of time and value",
                             n);
    w->n = n / 2;
    double *t = FLX_ARENA_NEW(s->ctx, &s->arena, double, 2 * w->n), *v = t + w->n;
    if (!t)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < w->n; k++) {
        t[k] = x[2 * k];
        v[k] = x[2 * k + 1];
        if (k > 0 && t[k] < t[k - 1])
            return flx_deck_fail(s, line, "times of a source must grow: %g s comes after %g s",
                                 t[k], t[k - 1]);
    }
    w->t = t;
    w->x = v;
    return FLX_OK;
}

static flx_status check(flx_store *s, const deck_line *line, flx_wave *w, int32_t n)
{
    if (w->kind == FLX_WAVE_PULSE) {
        if (w->p[3] < 0 || w->p[4] < 0 || w->p[5] < 0)
            return flx_deck_fail(s, line, "rise, fall and width of a pulse must not be negative");
        if (n < 7 || w->p[6] == 0)
            w->p[6] = 1e300; // once
        if (n < 6)
            w->p[5] = 1e200;
        if (w->p[6] < w->p[3] + w->p[4] + w->p[5])
            return flx_deck_fail(
                s, line,
                "the period of the pulse, %g s, is shorter than rise + width + fall, "
                "%g s",
                w->p[6], w->p[3] + w->p[4] + w->p[5]);
    }
    if (w->kind == FLX_WAVE_EXP) {
        if (n < 6)
            w->p[4] = 1e300, w->p[5] = 1;
        if (!(w->p[3] > 0 && w->p[5] > 0))
            return flx_deck_fail(s, line, "the time constants of exp must be > 0");
    }
    if (w->kind == FLX_WAVE_SIN && (w->p[2] < 0 || w->p[4] < 0))
        return flx_deck_fail(s, line, "frequency and damping of sin must not be negative");
    return FLX_OK;
}

// name(values)
static flx_status form(flx_store *s, deck_scope *scope, const deck_line *line, const char *text,
                       flx_wave *w)
{
    size_t n_name = strcspn(text, "(");
    char *name = flx_arena_text(s->ctx, &s->arena, text, n_name);
    if (!name)
        return FLX_ERR_MEMORY;
    int f = 0;
    while (f < N_FORM && strcasecmp(forms[f].name, name) != 0)
        f++;
    if (f == N_FORM)
        return refuse(s, line, name);
    size_t n_inner = strlen(text) - n_name;
    if (n_inner < 2 || text[n_name + n_inner - 1] != ')')
        return flx_deck_fail(s, line, "'%.60s' does not end with ')'", text);
    char *inner = flx_arena_text(s->ctx, &s->arena, text + n_name + 1, n_inner - 2);
    deck_words words;
    if (!inner)
        return FLX_ERR_MEMORY;
    FLX_TRY(flx_deck_split(s, line, inner, &words));
    if (words.n < forms[f].min || words.n > forms[f].max)
        return flx_deck_fail(s, line, "%s has %d values; write %s", name, words.n, forms[f].form);
    double *x = FLX_ARENA_NEW(s->ctx, &s->arena, double, words.n);
    if (!x)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < words.n; k++) {
        if (words.word[k].key)
            return flx_deck_fail(s, line, "'%.40s=' has no place in %s", words.word[k].key,
                                 forms[f].form);
        FLX_TRY(flx_deck_value(s, scope, line, words.word[k].text, &x[k]));
    }
    w->kind = forms[f].kind;
    if (w->kind == FLX_WAVE_PWL || w->kind == FLX_WAVE_PWS)
        return corners(s, line, x, words.n, w);
    memcpy(w->p, x, (size_t)words.n * sizeof *x);
    return check(s, line, w, words.n);
}

flx_status flx_deck_wave(flx_store *s, deck_scope *scope, const deck_line *line,
                         const deck_word *word, int32_t n, const flx_wave **out)
{
    flx_wave *w = FLX_ARENA_NEW(s->ctx, &s->arena, flx_wave, 1);
    if (!w)
        return FLX_ERR_MEMORY;
    *out = w;
    if (n > 0 && !word->key && strcasecmp(word->text, "dc") == 0) {
        word++;
        n--;
    }
    if (n == 0)
        return flx_deck_fail(s, line, "the source has no value; write e.g. pwl(0 0 5p 1m)");
    if (n > 1 || word->key)
        return flx_deck_fail(s, line, "'%.40s' is too much; a source is one value or one function",
                             word->key     ? word->key
                             : word[1].key ? word[1].key
                                           : word[1].text);
    size_t letters = strcspn(word->text, "(");
    bool is_form = word->text[letters] == '(' && letters > 0;
    for (int k = 0; is_form && k < N_FORM; k++)
        if (strlen(forms[k].name) == letters &&
            strncasecmp(word->text, forms[k].name, letters) == 0 &&
            !(forms[k].kind == FLX_WAVE_SIN && !strpbrk(word->text, " \t,")) &&
            !(forms[k].kind == FLX_WAVE_EXP && !strpbrk(word->text, " \t,")))
            return form(s, scope, line, word->text, w);
    if (is_form && (strncasecmp(word->text, "cus(", 4) == 0 ||
                    strncasecmp(word->text, "noise(", 6) == 0 || strpbrk(word->text, " \t")))
        return form(s, scope, line, word->text, w);
    w->kind = FLX_WAVE_DC;
    return flx_deck_value(s, scope, line, word->text, &w->p[0]);
}
