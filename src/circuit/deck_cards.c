// circuit/deck_cards.c -- the cards of a deck: what is run, varied and kept.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/nearest.h"
#include "circuit/deck.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const double two_pi = 6.28318530717958647692;

typedef flx_status (*card_fn)(flx_store *s, const deck_line *line, const deck_words *words);

static flx_status value(flx_store *s, const deck_line *line, const char *text, double *x)
{
    return flx_deck_value(s, &s->top, line, text, x);
}

// -- run ------------------------------------------------------------------------------------------

// .tran step stop [print-from [print-step [largest step]]], with words that mean nothing here.
static flx_status tran(flx_store *s, const deck_line *line, const deck_words *words)
{
    double x[5] = {0};
    int n = 0;
    flx_deck *d = &s->deck;
    if (d->stop > 0)
        return flx_deck_fail(s, line, ".tran is given twice");
    for (int32_t k = 1; k < words->n; k++) {
        deck_word w = words->word[k];
        if (!w.key && (strcasecmp(w.text, "uic") == 0 || strcasecmp(w.text, "dst") == 0))
            continue; // every run starts from phases at rest
        if (w.key || n == 5)
            return flx_deck_fail(s, line,
                                 "'%.40s' is too much; write .tran STEP STOP [FROM [EVERY]]",
                                 w.key ? w.key : w.text);
        FLX_TRY(value(s, line, w.text, &x[n++]));
    }
    if (n < 2)
        return flx_deck_fail(s, line, "expected .tran STEP STOP [FROM [EVERY]], all in seconds");
    if (!(x[0] > 0) || !(x[1] >= x[0]))
        return flx_deck_fail(s, line, "step %g s and stop %g s: wanted is 0 < step <= stop", x[0],
                             x[1]);
    if (x[1] / x[0] > 1e12)
        return flx_deck_fail(s, line, "%.3g steps; more than 1e12 will not end", x[1] / x[0]);
    if (!(x[2] >= 0) || !(x[2] < x[1]) || !(x[3] >= 0))
        return flx_deck_fail(s, line, "results from %g s every %g s of a run to %g s", x[2], x[3],
                             x[1]);
    d->step = x[0];
    d->stop = x[1];
    d->print_from = x[2];
    d->print_step = x[3] > x[0] ? x[3] : x[0];
    return FLX_OK;
}

static flx_status temperature(flx_store *s, const deck_line *line, const deck_words *words)
{
    if (words->n != 2 || words->word[1].key)
        return flx_deck_fail(s, line, "expected .temp KELVIN");
    FLX_TRY(value(s, line, words->word[1].text, &s->deck.circuit.temperature));
    if (!(s->deck.circuit.temperature >= 0))
        return flx_deck_fail(s, line, "a temperature of %g K", s->deck.circuit.temperature);
    return FLX_OK;
}

static flx_status unknown_option(flx_store *s, const deck_line *line, const char *name,
                                 const char *const *names)
{
    char hint[96];
    flx_nearest near = flx_nearest_to(name);
    for (int j = 0; names[j]; j++)
        flx_nearest_offer(&near, names[j]);
    flx_nearest_hint(&near, hint, sizeof hint);
    return flx_deck_fail(s, line, "unknown option '%.40s'%s", name,
                         *hint ? hint : "; known are method, tolerance, seed, temp");
}

static flx_status options(flx_store *s, const deck_line *line, const deck_words *words)
{
    static const char *const names[] = {"method", "tolerance", "seed", "temp", NULL};
    flx_deck *d = &s->deck;
    for (int32_t k = 1; k < words->n; k++) {
        deck_word w = words->word[k];
        if (!w.key)
            return flx_deck_fail(s, line, "'%.40s': options are NAME=VALUE", w.text);
        double x = 0;
        if (strcasecmp(w.key, "method") == 0) {
            d->josim = strcasecmp(w.text, "josim") == 0;
            if (!d->josim && strcasecmp(w.text, "midpoint") != 0)
                return flx_deck_fail(s, line, "method '%.40s'; known are midpoint, josim", w.text);
            continue;
        }
        int j = 0;
        while (names[j] && strcasecmp(names[j], w.key) != 0)
            j++;
        if (!names[j])
            return unknown_option(s, line, w.key, names);
        FLX_TRY(value(s, line, w.text, &x));
        if (strcasecmp(w.key, "tolerance") == 0) {
            if (!(x >= 0 && x <= 1))
                return flx_deck_fail(s, line,
                                     "tolerance is %g rad; allowed is 0 (fixed steps) to 1", x);
            d->tolerance = x;
        } else if (strcasecmp(w.key, "seed") == 0) {
            if (!(x >= 0 && x <= 9e15))
                return flx_deck_fail(s, line, "seed is %g; it must be a number >= 0", x);
            d->seed = (uint64_t)x;
        } else if (strcasecmp(w.key, "temp") == 0) {
            d->circuit.temperature = x;
            if (!(x >= 0))
                return flx_deck_fail(s, line, "a temperature of %g K", x);
        }
    }
    return FLX_OK;
}

static flx_status noise(flx_store *s, const deck_line *line, const deck_words *words)
{
    for (int32_t k = 1; k < words->n; k++) {
        deck_word w = words->word[k];
        double x = 0;
        bool seeds = w.key && strcasecmp(w.key, "seeds") == 0;
        if (!seeds && !(w.key && strcasecmp(w.key, "seed") == 0))
            return flx_deck_fail(s, line, "expected .noise seeds=N [seed=FIRST]");
        FLX_TRY(value(s, line, w.text, &x));
        if (seeds && !(x >= 1 && x <= 1e6 && x == floor(x)))
            return flx_deck_fail(s, line, "seeds is %g; wanted is a whole number from 1 to 1e6", x);
        if (!seeds && !(x >= 0 && x <= 9e15))
            return flx_deck_fail(s, line, "seed is %g; it must be a number >= 0", x);
        if (seeds)
            s->deck.noise_seeds = (int32_t)x;
        else
            s->deck.seed = (uint64_t)x;
    }
    return FLX_OK;
}

static flx_status spread(flx_store *s, const deck_line *line, const deck_words *words)
{
    (void)words;
    return flx_deck_fail(s, line,
                         ".spread draws other values at each run, which is not supported; vary "
                         "a parameter with .sweep");
}

// Cards of JoSIM that change nothing here.
static flx_status ignored(flx_store *s, const deck_line *line, const deck_words *words)
{
    const char *card = words->word[0].text;
    const char *why = strcasecmp(card, ".neb") == 0 ? "noise is white at any step"
                      : strcasecmp(card, ".file") == 0
                          ? "-o names the data file"
                          : "the curve of a junction is a run with .sweep";
    flx_log(s->ctx, FLX_LOG_INFO, "%s:%d: %s is ignored: %s", line->file, line->number, card, why);
    return FLX_OK;
}

// -- what is kept ---------------------------------------------------------------------------------

static flx_status unknown_probe(flx_store *s, const deck_line *line, const char *what,
                                const char *name)
{
    flx_nearest near = flx_nearest_to(name);
    for (int32_t k = 0; k < s->n_node; k++)
        flx_nearest_offer(&near, s->node_name[k]);
    for (int32_t k = 0; k < s->n_element; k++)
        flx_nearest_offer(&near, s->element[k].name);
    char hint[96];
    flx_nearest_hint(&near, hint, sizeof hint);
    if (s->lenient) {
        flx_log(s->ctx, FLX_LOG_WARNING, "%s:%d: there is no %s '%.80s'%s; it is not printed",
                line->file, line->number, what, name, hint);
        return FLX_OK;
    }
    return flx_deck_fail(s, line, "there is no %s '%.80s'%s", what, name, hint);
}

static flx_status add_probe(flx_store *s, const deck_line *line, flx_circuit_probe *p, int32_t *out)
{
    p->file = line->file;
    p->line = line->number;
    if (!p->name)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < s->n_probe; k++)
        if (strcasecmp(s->probe[k].name, p->name) == 0) {
            *out = k;
            return FLX_OK;
        }
    if (p->kind == FLX_PROBE_CURRENT && s->element[p->element].kind == FLX_LINE)
        return flx_deck_fail(s, line,
                             "%s: a line has a current at each end; put a resistor of the "
                             "circuit there and look at that",
                             p->name);
    FLX_TRY(DECK_GROW(s, s->probe, s->n_probe, s->room_probe));
    s->probe[s->n_probe] = *p;
    *out = s->n_probe++;
    return FLX_OK;
}

// kind: v, i or p. b may be NULL. must_be: 'n' a node, 'e' an element, 0 either.
static flx_status make_probe(flx_store *s, const deck_line *line, char kind, const char *a,
                             const char *b, char must_be, int32_t *out)
{
    flx_circuit_probe p = {.kind = kind == 'v'   ? FLX_PROBE_VOLTAGE
                                   : kind == 'i' ? FLX_PROBE_CURRENT
                                                 : FLX_PROBE_PHASE};
    if (b && flx_deck_find_node(s, b) == 0)
        b = NULL;
    p.name = b ? flx_arena_format(s->ctx, &s->arena, "%c(%s,%s)", kind, a, b)
               : flx_arena_format(s->ctx, &s->arena, "%c(%s)", kind, a);
    int32_t node = must_be == 'e' || kind == 'i' ? -1 : flx_deck_find_node(s, a);
    if (node >= 0) {
        p.node[0] = node;
        p.node[1] = b ? flx_deck_find_node(s, b) : 0;
        if (p.node[1] < 0)
            return unknown_probe(s, line, "node", b);
        return add_probe(s, line, &p, out);
    }
    int32_t e = must_be == 'n' ? -1 : flx_deck_find_element(s, a);
    if (e < 0)
        return unknown_probe(s, line,
                             must_be == 'n'                  ? "node"
                             : must_be == 'e' || kind == 'i' ? "element"
                                                             : "node or element",
                             a);
    if (b)
        return flx_deck_fail(s, line, "'%.40s' is an element; two names must both be nodes", a);
    p.element = e;
    p.node[0] = s->element[e].node[0];
    p.node[1] = s->element[e].node[1];
    return add_probe(s, line, &p, out);
}

flx_status flx_deck_probe(flx_store *s, const deck_line *line, const char *text, int32_t *out)
{
    size_t n = strlen(text), letters = strcspn(text, "([");
    char kind = (char)tolower((unsigned char)text[0]);
    if (kind == '@' && n > letters + 2 && text[letters] == '[') { // @b1[c]
        char what = (char)tolower((unsigned char)text[letters + 1]);
        char *name = flx_arena_text(s->ctx, &s->arena, text + 1, letters - 1);
        if (!name)
            return FLX_ERR_MEMORY;
        if ((what == 'c' || what == 'v' || what == 'p') && n == letters + 3)
            return make_probe(s, line, what == 'c' ? 'i' : what, name, NULL, 'e', out);
    }
    bool known = (letters == 1 && strchr("vipc", kind)) ||
                 (letters == 5 && strncasecmp(text, "phase", 5) == 0);
    if (!known || text[letters] != '(' || text[n - 1] != ')')
        return flx_deck_fail(
            s, line,
            "'%.60s' cannot be printed; write v(NODE), v(NODE,NODE), v(ELEMENT), "
            "i(ELEMENT), p(ELEMENT), or DEVV, DEVI, PHASE, NODEV, NODEP and a name",
            text);
    char *inner = flx_arena_text(s->ctx, &s->arena, text + letters + 1, n - letters - 2);
    deck_words words;
    if (!inner)
        return FLX_ERR_MEMORY;
    FLX_TRY(flx_deck_split(s, line, inner, &words));
    if (words.n < 1 || words.n > 2 || words.word[0].key || (words.n == 2 && words.word[1].key))
        return flx_deck_fail(s, line, "'%.60s' names no node or element", text);
    return make_probe(s, line, kind == 'c' ? 'i' : kind, words.word[0].text,
                      words.n == 2 ? words.word[1].text : NULL, 0, out);
}

// One thing to print, from word *at on.
static flx_status print_next(flx_store *s, const deck_line *line, const deck_words *words,
                             int32_t *at)
{
    static const struct {
        const char *name;
        char kind, must_be;
    } forms[] = {{"devv", 'v', 'e'},
                 {"devi", 'i', 'e'},
                 {"phase", 'p', 'e'},
                 {"nodev", 'v', 'n'},
                 {"nodep", 'p', 'n'}};
    int32_t k = *at, out = 0;
    deck_word w = words->word[k++];
    if (w.key)
        return flx_deck_fail(s, line, "'%.40s=' cannot be printed", w.key);
    size_t f = 0, n = sizeof forms / sizeof *forms;
    while (f < n && strcasecmp(forms[f].name, w.text) != 0)
        f++;
    *at = k;
    if (f == n)
        return flx_deck_probe(s, line, w.text, &out);
    if (k == words->n || words->word[k].key)
        return flx_deck_fail(s, line, "%s without a name", w.text);
    const char *a = words->word[k++].text, *b = NULL;
    if (forms[f].must_be == 'n' && k < words->n && !words->word[k].key &&
        !strchr(words->word[k].text, '(') && flx_deck_find_node(s, words->word[k].text) >= 0)
        b = words->word[k++].text;
    *at = k;
    return make_probe(s, line, forms[f].kind, a, b, forms[f].must_be, &out);
}

static flx_status print(flx_store *s, const deck_line *line, const deck_words *words)
{
    int32_t k = 1;
    if (k < words->n && !words->word[k].key && strcasecmp(words->word[k].text, "tran") == 0)
        k++;
    if (k == words->n)
        return flx_deck_fail(s, line, "nothing to print; write e.g. %s v(1) i(L1) p(B1)",
                             words->word[0].text);
    // JoSIM passes over names it does not know, and decks in use rely on it.
    s->lenient = true;
    flx_status status = FLX_OK;
    while (k < words->n && status == FLX_OK)
        status = print_next(s, line, words, &k);
    s->lenient = false;
    return status;
}
// -- what is varied -------------------------------------------------------------------------------

static flx_status sweep(flx_store *s, const deck_line *line, const deck_words *words)
{
    const deck_word *w = words->word;
    for (int32_t k = 1; k < words->n; k++)
        if (w[k].key)
            return flx_deck_fail(s, line,
                                 "'%.40s=': write .sweep NAME FROM TO POINTS, or .sweep NAME "
                                 "list VALUE ...",
                                 w[k].key);
    bool list = words->n > 2 && strcasecmp(w[2].text, "list") == 0;
    if (list ? words->n < 4 : words->n != 5)
        return flx_deck_fail(s, line,
                             "expected .sweep NAME FROM TO POINTS, or .sweep NAME list VALUE ...");
    flx_sweep_axis axis = {.name = w[1].text, .file = line->file, .line = line->number};
    bool known = flx_table_find(&s->top.block->param_of, axis.name) >= 0 ||
                 flx_table_find(&s->element_of, axis.name) >= 0 ||
                 strcasecmp(axis.name, "temp") == 0 || strcasecmp(axis.name, "seed") == 0;
    if (!known)
        return unknown_probe(s, line, "parameter or element to sweep", axis.name);
    double ends[3] = {0};
    axis.n = list ? words->n - 3 : 0;
    for (int32_t k = 2; !list && k < 5; k++)
        FLX_TRY(value(s, line, w[k].text, &ends[k - 2]));
    if (!list) {
        if (!(ends[2] >= 1 && ends[2] <= 1e6 && ends[2] == floor(ends[2])))
            return flx_deck_fail(s, line, "%g points; wanted is a whole number from 1 to 1e6",
                                 ends[2]);
        axis.n = (int32_t)ends[2];
    }
    double *x = FLX_ARENA_NEW(s->ctx, &s->arena, double, axis.n);
    if (!x)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < axis.n; k++)
        if (list)
            FLX_TRY(value(s, line, w[3 + k].text, &x[k]));
        else
            x[k] = axis.n == 1 ? ends[0] : ends[0] + (ends[1] - ends[0]) * k / (axis.n - 1);
    axis.value = x;
    FLX_TRY(DECK_GROW(s, s->sweep, s->n_sweep, s->room_sweep));
    s->sweep[s->n_sweep++] = axis;
    return FLX_OK;
}

// A source in Phi0 as one in radians.
static flx_status in_radians(flx_store *s, flx_wave *w)
{
    double *x = FLX_ARENA_NEW(s->ctx, &s->arena, double, w->n);
    if (!x)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < w->n; k++)
        x[k] = two_pi * w->x[k];
    w->x = x;
    w->p[0] *= two_pi;
    if (w->kind != FLX_WAVE_DC)
        w->p[1] *= two_pi;
    return FLX_OK;
}

// .flux L1 pwl(0 0 10p 0.25): external flux in Phi0 through the loop an inductor belongs to.
static flx_status flux(flx_store *s, const deck_line *line, const deck_words *words)
{
    if (words->n < 3 || words->word[1].key)
        return flx_deck_fail(s, line, "expected .flux Lname VALUE, in Phi0");
    int32_t e = flx_deck_find_element(s, words->word[1].text);
    if (e < 0 || s->element[e].kind != FLX_INDUCTOR)
        return flx_deck_fail(s, line,
                             "'%.60s' is no inductor; flux is given to an inductor of its loop",
                             words->word[1].text);
    if (s->element[e].wave)
        return flx_deck_fail(s, line, "inductor %s has its flux already", s->element[e].name);
    const flx_wave *w = NULL;
    FLX_TRY(flx_deck_wave(s, &s->top, line, &words->word[2], words->n - 2, &w));
    s->element[e].wave = w;
    return in_radians(s, (flx_wave *)(uintptr_t)w);
}

// -- where it starts ------------------------------------------------------------------------------

static flx_status add_start(flx_store *s, const deck_line *line, flx_circuit_start start)
{
    start.file = line->file;
    start.line = line->number;
    FLX_TRY(DECK_GROW(s, s->start, s->n_start, s->room_start));
    s->start[s->n_start++] = start;
    return FLX_OK;
}

// .state B1=1 ...: the static state that is reached from 2 pi n across these elements.
static flx_status state(flx_store *s, const deck_line *line, const deck_words *words)
{
    if (words->n < 2)
        return flx_deck_fail(s, line, "expected .state n=NUMBER or .state Bname=NUMBER ...");
    for (int32_t k = 1; k < words->n; k++) {
        deck_word w = words->word[k];
        flx_circuit_start start = {.kind = FLX_CIRCUIT_START_WINDING, .element = -1};
        if (!w.key)
            return flx_deck_fail(
                s, line, "'%.40s': expected .state n=NUMBER or .state Bname=NUMBER", w.text);
        FLX_TRY(value(s, line, w.text, &start.value));
        if (start.value != floor(start.value) || fabs(start.value) > 1e6)
            return flx_deck_fail(s, line, "a fluxoid number must be whole, here it is %g",
                                 start.value);
        if (strcasecmp(w.key, "n") != 0) {
            start.element = flx_deck_find_element(s, w.key);
            if (start.element < 0 || (s->element[start.element].kind != FLX_JUNCTION &&
                                      s->element[start.element].kind != FLX_INDUCTOR))
                return flx_deck_fail(s, line, "'%.60s' is no junction or inductor", w.key);
        }
        FLX_TRY(add_start(s, line, start));
    }
    return FLX_OK;
}

// .ic p(B1)=1.57 p(3)=0.1 v(3)=1m i(L1)=1u
static flx_status initial(flx_store *s, const deck_line *line, const deck_words *words)
{
    static const char form[] = "expected .ic with p(Bname)=, p(NODE)=, v(NODE)= or i(Lname)=";
    if (words->n < 2)
        return flx_deck_fail(s, line, "%s", form);
    for (int32_t k = 1; k < words->n; k++) {
        deck_word w = words->word[k];
        size_t n = w.key ? strlen(w.key) : 0;
        char kind = n > 3 ? (char)tolower((unsigned char)w.key[0]) : 0;
        if (n < 4 || !strchr("pvi", kind) || w.key[1] != '(' || w.key[n - 1] != ')')
            return flx_deck_fail(s, line, "'%.40s': %s", w.key ? w.key : w.text, form);
        char *name = flx_arena_text(s->ctx, &s->arena, w.key + 2, n - 3);
        flx_circuit_start start = {.element = -1, .node = -1};
        if (!name)
            return FLX_ERR_MEMORY;
        FLX_TRY(value(s, line, w.text, &start.value));
        if (kind != 'i')
            start.node = flx_deck_find_node(s, name);
        if (start.node < 0 && kind != 'v')
            start.element = flx_deck_find_element(s, name);
        int32_t is = start.element >= 0 ? s->element[start.element].kind : -1;
        if (start.node < 0 && !(kind == 'p' && is == FLX_JUNCTION) &&
            !(kind == 'i' && is == FLX_INDUCTOR))
            return flx_deck_fail(s, line, "%s: there is no %s '%.60s'", w.key,
                                 kind == 'v'   ? "node"
                                 : kind == 'i' ? "inductor"
                                               : "node or junction",
                                 name);
        if (start.node == 0)
            return flx_deck_fail(s, line, "%s: the ground has phase and voltage 0", w.key);
        start.kind = kind == 'v'       ? FLX_CIRCUIT_START_VOLTAGE
                     : kind == 'i'     ? FLX_CIRCUIT_START_CURRENT
                     : start.node >= 0 ? FLX_CIRCUIT_START_NODE
                                       : FLX_CIRCUIT_START_PHASE;
        FLX_TRY(add_start(s, line, start));
    }
    return FLX_OK;
}

// .squid v(3) flux=f step=0.01 inductance=100p
static flx_status squid(flx_store *s, const deck_line *line, const deck_words *words)
{
    static const char form[] = "expected .squid v(NODE) flux=PARAMETER [step=0.01] [inductance=H]";
    flx_squid_card *q = &s->deck.squid;
    if (s->deck.has_squid)
        return flx_deck_fail(s, line, ".squid is given twice");
    if (words->n < 3 || words->word[1].key)
        return flx_deck_fail(s, line, "%s", form);
    *q = (flx_squid_card){.step = 0.01};
    FLX_TRY(flx_deck_probe(s, line, words->word[1].text, &q->probe));
    if (s->probe[q->probe].kind != FLX_PROBE_VOLTAGE)
        return flx_deck_fail(s, line, "a SQUID is read by a voltage; %s is none",
                             s->probe[q->probe].name);
    for (int32_t k = 2; k < words->n; k++) {
        deck_word w = words->word[k];
        if (w.key && strcasecmp(w.key, "flux") == 0) {
            q->flux = w.text;
            if (flx_table_find(&s->top.block->param_of, w.text) < 0)
                return unknown_probe(s, line, "parameter", w.text);
        } else if (w.key && strcasecmp(w.key, "step") == 0) {
            FLX_TRY(value(s, line, w.text, &q->step));
        } else if (w.key && strcasecmp(w.key, "inductance") == 0) {
            FLX_TRY(value(s, line, w.text, &q->inductance));
        } else {
            return flx_deck_fail(s, line, "%s", form);
        }
    }
    if (!q->flux || !(q->step > 0 && q->step < 0.5) || !(q->inductance >= 0))
        return flx_deck_fail(s, line, "%s; step lies between 0 and 0.5 Phi0", form);
    s->deck.has_squid = true;
    return FLX_OK;
}

flx_status flx_deck_cards(flx_store *s)
{
    static const struct {
        const char *name;
        card_fn read;
    } cards[] = {
        {".tran", tran},
        {".print", print},
        {".plot", print},
        {".save", print},
        {".temp", temperature},
        {".neb", ignored},
        {".options", options},
        {".option", options},
        {".file", ignored},
        {".iv", ignored},
        {".sweep", sweep},
        {".flux", flux},
        {".squid", squid},
        {".state", state},
        {".ic", initial},
        {".noise", noise},
        {".spread", spread},
        {".measure", flx_deck_measure},
        {".meas", flx_deck_measure},
    };
    for (int32_t k = 0; k < s->n_card; k++) {
        const deck_line *line = s->card[k];
        deck_words words;
        FLX_TRY(flx_deck_split(s, line, line->text, &words));
        size_t c = 0, n = sizeof cards / sizeof *cards;
        while (c < n && !(words.n > 0 && !words.word[0].key &&
                          strcasecmp(cards[c].name, words.word[0].text) == 0))
            c++;
        if (c == n)
            return flx_deck_fail(s, line, "card '%.40s' is not supported", line->text);
        FLX_TRY(cards[c].read(s, line, &words));
    }
    return FLX_OK;
}
