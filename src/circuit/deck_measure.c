// circuit/deck_measure.c -- .measure NAME avg v(3) from=1n to=2n, .measure NAME param='a/b'.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/nearest.h"
#include "circuit/deck.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *name;
    int32_t kind;
} kinds[] = {{"avg", FLX_MEASURE_AVG},
             {"min", FLX_MEASURE_MIN},
             {"max", FLX_MEASURE_MAX},
             {"pp", FLX_MEASURE_PP},
             {"rms", FLX_MEASURE_RMS},
             {"integ", FLX_MEASURE_INTEGRAL},
             {"find", FLX_MEASURE_AT},
             {"period", FLX_MEASURE_PERIOD},
             {"critical", FLX_MEASURE_CRITICAL},
             {"switch_mean", FLX_MEASURE_SWITCH_MEAN},
             {"switch_width", FLX_MEASURE_SWITCH_WIDTH}};
enum { N_KIND = sizeof kinds / sizeof *kinds };

// Names of measures so far, for checks of expressions before anything has run.
static bool measured(void *user, const char *name, double *value)
{
    const flx_store *s = user;
    for (int32_t k = 0; k < s->n_measure; k++)
        if (strcasecmp(s->measure[k].name, name) == 0) {
            *value = 0.7390851; // a value that no expression is likely to be singular at
            return true;
        }
    return false;
}

static flx_status times(flx_store *s, const deck_line *line, const deck_words *words, int32_t from,
                        flx_circuit_measure *m)
{
    bool at = false;
    for (int32_t k = from; k < words->n; k++) {
        deck_word w = words->word[k];
        if (!w.key)
            return flx_deck_fail(s, line,
                                 "'%.40s' is too much; what follows are from=, to= or at=", w.text);
        double *x = strcasecmp(w.key, "from") == 0 ? &m->from
                    : strcasecmp(w.key, "to") == 0 ? &m->to
                    : strcasecmp(w.key, "at") == 0 ? &m->at
                                                   : NULL;
        if (!x)
            return flx_deck_fail(s, line, "unknown '%.40s='; known are from=, to= and at=", w.key);
        at = at || x == &m->at;
        FLX_TRY(flx_deck_value(s, &s->top, line, w.text, x));
    }
    if (m->kind == FLX_MEASURE_AT && !at)
        return flx_deck_fail(s, line, "find needs at=TIME");
    if (m->to <= m->from && m->kind != FLX_MEASURE_AT)
        return flx_deck_fail(s, line, "nothing lies between from=%g s and to=%g s", m->from, m->to);
    return FLX_OK;
}

// critical Iname; switch_mean Bname rate=1m; switch_width Bname rate=1m
static flx_status without_run(flx_store *s, const deck_line *line, const deck_words *words,
                              int32_t at, flx_circuit_measure *m)
{
    bool critical = m->kind == FLX_MEASURE_CRITICAL;
    const char *form = critical ? "critical Iname" : "switch_mean Bname rate=A/s";
    if (words->n <= at || words->word[at].key)
        return flx_deck_fail(s, line, "expected .measure NAME %s", form);
    m->element = flx_deck_find_element(s, words->word[at].text);
    int32_t kind = m->element >= 0 ? s->element[m->element].kind : -1;
    if (kind != (critical ? FLX_CURRENT_SOURCE : FLX_JUNCTION))
        return flx_deck_fail(s, line, "'%.60s' is no %s", words->word[at].text,
                             critical ? "current source" : "junction");
    for (int32_t k = at + 1; k < words->n; k++) {
        deck_word w = words->word[k];
        if (critical || !w.key || strcasecmp(w.key, "rate") != 0)
            return flx_deck_fail(s, line, "'%.40s' is too much; write .measure NAME %s",
                                 w.key ? w.key : w.text, form);
        FLX_TRY(flx_deck_value(s, &s->top, line, w.text, &m->rate));
    }
    if (!critical && !(m->rate > 0))
        return flx_deck_fail(s, line, "switching needs rate > 0, in A/s");
    return FLX_OK;
}

// .measure [tran] NAME ...
static const char *name_of(const deck_words *words, int32_t *at)
{
    *at =
        words->n > 1 && !words->word[1].key && strcasecmp(words->word[1].text, "tran") == 0 ? 2 : 1;
    return words->n > *at && !words->word[*at].key ? words->word[*at].text : NULL;
}

const deck_line *flx_deck_measure_line(flx_store *s, const char *name)
{
    for (int32_t k = 0; k < s->n_card; k++) {
        deck_words words;
        int32_t at = 0;
        if (strncasecmp(s->card[k]->text, ".meas", 5) != 0 ||
            flx_deck_split(s, s->card[k], s->card[k]->text, &words) < 0)
            continue;
        const char *found = name_of(&words, &at);
        if (found && strcasecmp(found, name) == 0)
            return s->card[k];
    }
    return NULL;
}

flx_status flx_deck_measure(flx_store *s, const deck_line *line, const deck_words *words)
{
    static const char form[] =
        "expected .measure NAME avg|min|max|pp|rms|integ|find|period PROBE [from= to= at=], or "
        ".measure NAME param='EXPRESSION'";
    int32_t k = 1;
    const char *name = name_of(words, &k);
    if (!name || words->n < k + 2)
        return flx_deck_fail(s, line, "%s", form);
    flx_circuit_measure m = {.name = name, .file = line->file, .line = line->number};
    m.to = 1e300;
    double unused = 0;
    if (!(isalpha((unsigned char)m.name[0]) || m.name[0] == '_'))
        return flx_deck_fail(s, line, "'%.40s' is no name of a measure: a letter first", m.name);
    if (measured(s, m.name, &unused))
        return flx_deck_fail(s, line, "measure %s is already defined", m.name);
    deck_word w = words->word[k + 1];
    if (w.key) {
        if (strcasecmp(w.key, "param") != 0 || words->n != k + 2)
            return flx_deck_fail(s, line, "%s", form);
        m.kind = FLX_MEASURE_EXPRESSION;
        m.text = w.text;
        const deck_names more = {measured, s};
        FLX_TRY(flx_deck_value_with(s, &s->top, line, w.text, &more, &unused));
    } else {
        int j = 0;
        while (j < N_KIND && strcasecmp(kinds[j].name, w.text) != 0)
            j++;
        if (j == N_KIND) {
            char hint[96];
            flx_nearest near = flx_nearest_to(w.text);
            for (int i = 0; i < N_KIND; i++)
                flx_nearest_offer(&near, kinds[i].name);
            flx_nearest_hint(&near, hint, sizeof hint);
            return flx_deck_fail(s, line, "'%.40s' is no measure%s", w.text,
                                 *hint ? hint
                                       : "; known are avg, min, max, pp, rms, integ, find, period, "
                                         "critical, switch_mean, switch_width");
        }
        if (words->n < k + 3 || words->word[k + 2].key)
            return flx_deck_fail(s, line, "%s", form);
        m.kind = kinds[j].kind;
        if (m.kind >= FLX_MEASURE_CRITICAL) {
            FLX_TRY(without_run(s, line, words, k + 2, &m));
            FLX_TRY(DECK_GROW(s, s->measure, s->n_measure, s->room_measure));
            s->measure[s->n_measure++] = m;
            return FLX_OK;
        }
        FLX_TRY(flx_deck_probe(s, line, words->word[k + 2].text, &m.probe));
        FLX_TRY(times(s, line, words, k + 3, &m));
    }
    FLX_TRY(DECK_GROW(s, s->measure, s->n_measure, s->room_measure));
    s->measure[s->n_measure++] = m;
    return FLX_OK;
}
