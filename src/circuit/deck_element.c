// circuit/deck_element.c -- expands the deck: each element line becomes an element between numbered
// nodes, each X line the elements of its subcircuit. Names inside are "element|instance|...".
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/nearest.h"
#include "circuit/deck.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>

enum { MAX_NESTED = 40 };

typedef struct element_line {
    flx_store *s;
    deck_scope *scope;
    const deck_line *line;
    deck_words words; // [0] is the label
    const char *label;
    flx_element e;
} element_line;

// -- nodes and names ------------------------------------------------------------------------------

static bool is_ground(const char *name)
{
    return strcmp(name, "0") == 0 || strcasecmp(name, "gnd") == 0;
}

static flx_status node_of(element_line *l, const char *name, int32_t *node)
{
    flx_store *s = l->s;
    *node = 0;
    if (is_ground(name))
        return FLX_OK;
    for (int32_t k = 0; k < l->scope->block->n_port; k++)
        if (strcasecmp(l->scope->block->port[k], name) == 0) {
            *node = l->scope->port[k];
            return FLX_OK;
        }
    const char *full = name;
    if (*l->scope->path &&
        !(full = flx_arena_format(s->ctx, &s->arena, "%s%s", name, l->scope->path)))
        return FLX_ERR_MEMORY;
    *node = flx_table_find(&s->node_of, full);
    if (*node >= 0)
        return FLX_OK;
    FLX_TRY(DECK_GROW(s, s->node_name, s->n_node, s->room_node));
    s->node_name[s->n_node] = full;
    *node = s->n_node++;
    return flx_table_add(s->ctx, &s->node_of, full, *node);
}

static flx_status nodes_of(element_line *l, int32_t n)
{
    for (int32_t k = 0; k < n; k++)
        FLX_TRY(node_of(l, l->words.word[1 + k].text, &l->e.node[k]));
    return FLX_OK;
}

// The text that replaces the value of this element, NULL: none.
static const char *override_of(element_line *l)
{
    deck_scope *scopes[2] = {l->scope, &l->s->top};
    const char *names[2] = {l->label, l->e.name};
    for (int k = 0; k < 2; k++)
        for (int32_t j = 0; scopes[k]->overrides && j < scopes[k]->overrides->n; j++)
            if (strcasecmp(scopes[k]->overrides->word[j].key, names[k]) == 0) {
                scopes[k]->used[j] = true;
                return scopes[k]->overrides->word[j].text;
            }
    return NULL;
}

static flx_status value_of(element_line *l, const char *text, double *value)
{
    const char *other = override_of(l);
    deck_scope *caller = (deck_scope *)(uintptr_t)l->scope->caller;
    if (other)
        return flx_deck_value(l->s, caller ? caller : l->scope, l->line, other, value);
    return flx_deck_value(l->s, l->scope, l->line, text, value);
}

static flx_status add(element_line *l)
{
    flx_store *s = l->s;
    if (s->n_element >= s->max_element)
        return flx_deck_fail(s, l->line, "more than %d elements", s->max_element);
    int32_t before = flx_table_find(&s->element_of, l->e.name);
    if (before >= 0)
        return flx_deck_fail(s, l->line, "element %s is already there at line %d", l->e.name,
                             s->element[before].line);
    FLX_TRY(DECK_GROW(s, s->element, s->n_element, s->room_element));
    s->element[s->n_element] = l->e;
    return flx_table_add(s->ctx, &s->element_of, l->e.name, s->n_element++);
}

// -- kinds ----------------------------------------------------------------------------------------

// Keys behind the value that every element may have; others are refused.
static flx_status common_keys(element_line *l, int32_t from, const char *const *more)
{
    for (int32_t k = from; k < l->words.n; k++) {
        deck_word w = l->words.word[k];
        if (!w.key)
            return flx_deck_fail(l->s, l->line, "'%.40s' is too much behind %s", w.text, l->label);
        bool known = strcasecmp(w.key, "neb") == 0; // JoSIM's noise bandwidth: white here
        for (int32_t j = 0; more && more[j]; j++)
            known = known || strcasecmp(w.key, more[j]) == 0;
        if (strcasecmp(w.key, "temp") == 0) {
            known = true;
            FLX_TRY(flx_deck_value(l->s, l->scope, l->line, w.text, &l->e.temperature));
            if (!(l->e.temperature >= 0))
                return flx_deck_fail(l->s, l->line, "temp of %s is %g K; it cannot be negative",
                                     l->label, l->e.temperature);
        }
        if (!known)
            return flx_deck_fail(l->s, l->line, "%s has no property '%.40s'", l->label, w.key);
    }
    return FLX_OK;
}

static flx_status need(element_line *l, int32_t n, const char *form)
{
    bool right = l->words.n > n;
    for (int32_t k = 1; right && k <= n; k++)
        right = !l->words.word[k].key;
    return right ? FLX_OK
                 : flx_deck_fail(l->s, l->line, "%s is incomplete; write %s", l->label, form);
}

static flx_status passive(element_line *l, int32_t kind, const char *what, const char *unit)
{
    l->e.kind = kind;
    FLX_TRY(need(l, 3,
                 kind == FLX_RESISTOR   ? "Rname node node ohms"
                 : kind == FLX_INDUCTOR ? "Lname node node henrys"
                                        : "Cname node node farads"));
    FLX_TRY(nodes_of(l, 2));
    FLX_TRY(value_of(l, l->words.word[3].text, &l->e.value));
    FLX_TRY(common_keys(l, 4, NULL));
    if (!(l->e.value > 0) || l->e.value > 1e30)
        return flx_deck_fail(
            l->s, l->line, "%s of %s is %g %s; it must be > 0%s", what, l->e.name, l->e.value, unit,
            l->e.value == 0 && kind != FLX_CAPACITOR ? "; to join two nodes give both the same name"
                                                     : "");
    return add(l);
}

static flx_status find_model(element_line *l, const char *name)
{
    const flx_store *s = l->s;
    const deck_scope *scopes[2] = {l->scope, &s->top};
    for (int k = 0; k < 2; k++) {
        int32_t m = flx_table_find(&scopes[k]->block->model_of, name);
        if (m >= 0) {
            l->e.model = scopes[k]->first_model + m;
            return FLX_OK;
        }
    }
    char hint[96];
    flx_nearest near = flx_nearest_to(name);
    for (int k = 0; k < 2; k++)
        for (int32_t j = 0; j < scopes[k]->block->n_model; j++)
            flx_nearest_offer(&near, s->model[scopes[k]->first_model + j].name);
    flx_nearest_hint(&near, hint, sizeof hint);
    return flx_deck_fail(l->s, l->line, "there is no model '%.60s' for %s%s", name, l->label,
                         *hint ? hint : "; define it with .model NAME jj(...)");
}

static flx_status junction(element_line *l)
{
    flx_store *s = l->s;
    l->e.kind = FLX_JUNCTION;
    l->e.value = 1;
    FLX_TRY(need(l, 3, "Bname node node model area=1"));
    FLX_TRY(nodes_of(l, 2));
    // A third node holds the phase in WRspice; v of it would be the phase, here p(Bname) is.
    int32_t at = l->words.n > 4 && !l->words.word[4].key ? 4 : 3;
    FLX_TRY(find_model(l, l->words.word[at].text));
    static const char *const keys[] = {"area", "ic", NULL};
    FLX_TRY(common_keys(l, at + 1, keys));
    for (int32_t k = at + 1; k < l->words.n; k++) {
        deck_word w = l->words.word[k];
        bool area = strcasecmp(w.key, "area") == 0;
        if (!area && strcasecmp(w.key, "ic") != 0)
            continue;
        FLX_TRY(flx_deck_value(s, l->scope, l->line, w.text, &l->e.value));
        double icrit = s->model[l->e.model].icrit;
        if (!area && !(icrit > 0))
            return flx_deck_fail(s, l->line, "ic of %s needs a model with icrit > 0", l->label);
        l->e.value /= area ? 1 : icrit;
    }
    if (override_of(l))
        FLX_TRY(value_of(l, "1", &l->e.value));
    if (!(l->e.value > 0) || l->e.value > 1e12)
        return flx_deck_fail(s, l->line, "area of %s is %g; it must be > 0", l->e.name, l->e.value);
    return add(l);
}

static flx_status source(element_line *l, int32_t kind, const char *form)
{
    l->e.kind = kind;
    FLX_TRY(need(l, 3, form));
    FLX_TRY(nodes_of(l, 2));
    const char *other = override_of(l);
    deck_scope *caller = (deck_scope *)(uintptr_t)l->scope->caller;
    const deck_word word = {.text = other};
    FLX_TRY(other ? flx_deck_wave(l->s, caller ? caller : l->scope, l->line, &word, 1, &l->e.wave)
                  : flx_deck_wave(l->s, l->scope, l->line, &l->words.word[3], l->words.n - 3,
                                  &l->e.wave));
    return add(l);
}

static flx_status transmission_line(element_line *l)
{
    l->e.kind = FLX_LINE;
    FLX_TRY(need(l, 4, "Tname node node node node z0=50 td=10p"));
    FLX_TRY(nodes_of(l, 4));
    static const char *const keys[] = {"z0", "td", NULL};
    FLX_TRY(common_keys(l, 5, keys));
    for (int32_t k = 5; k < l->words.n; k++) {
        deck_word w = l->words.word[k];
        if (strcasecmp(w.key, "z0") == 0)
            FLX_TRY(value_of(l, w.text, &l->e.value));
        else if (strcasecmp(w.key, "td") == 0)
            FLX_TRY(flx_deck_value(l->s, l->scope, l->line, w.text, &l->e.delay));
    }
    if (!(l->e.value > 0) || !(l->e.delay > 0))
        return flx_deck_fail(l->s, l->line,
                             "line %s needs z0 > 0 and td > 0, given are %g ohm and %g s", l->label,
                             l->e.value, l->e.delay);
    return add(l);
}

static flx_status coupling(element_line *l)
{
    flx_store *s = l->s;
    FLX_TRY(need(l, 3, "Kname Lname Lname k"));
    flx_coupling k = {.name = l->e.name, .file = l->line->file, .line = l->line->number};
    FLX_TRY(value_of(l, l->words.word[3].text, &k.k));
    FLX_TRY(common_keys(l, 4, NULL));
    if (!(fabs(k.k) < 1))
        return flx_deck_fail(s, l->line, "coupling %s is %g; it must lie between -1 and 1",
                             l->label, k.k);
    int32_t *ends[2] = {&k.a, &k.b};
    for (int j = 0; j < 2; j++) {
        const char *name = l->words.word[1 + j].text;
        char *full = flx_arena_format(s->ctx, &s->arena, "%s%s", name, l->scope->path);
        if (!full)
            return FLX_ERR_MEMORY;
        *ends[j] = flx_table_find(&s->element_of, full);
        if (*ends[j] < 0 || s->element[*ends[j]].kind != FLX_INDUCTOR)
            return flx_deck_fail(s, l->line, "%s couples '%.60s', which is no inductor here",
                                 l->label, name);
    }
    if (k.a == k.b)
        return flx_deck_fail(s, l->line, "%s couples %s with itself", l->label,
                             l->words.word[1].text);
    FLX_TRY(DECK_GROW(s, s->coupling, s->n_coupling, s->room_coupling));
    s->coupling[s->n_coupling++] = k;
    return FLX_OK;
}

// -- instances ------------------------------------------------------------------------------------

static flx_status expand(flx_store *s, deck_scope *scope);

// X name SUBCKT node ... (JSIM) or X name node ... SUBCKT (SPICE), then NAME=VALUE.
static flx_status find_block(element_line *l, int32_t n_plain, int32_t *first_node,
                             const deck_block **out)
{
    const flx_store *s = l->s;
    const deck_word *w = l->words.word;
    int32_t first = flx_table_find(&s->block_of, w[1].text);
    int32_t last = flx_table_find(&s->block_of, w[n_plain - 1].text);
    bool jsim = first >= 0 && (last < 0 || s->block[first]->n_port == n_plain - 2);
    if (first < 0 && last < 0) {
        char hint[96];
        flx_nearest near = flx_nearest_to(w[1].text), other = flx_nearest_to(w[n_plain - 1].text);
        for (int32_t k = 1; k < s->n_block; k++) {
            flx_nearest_offer(&near, s->block[k]->name);
            flx_nearest_offer(&other, s->block[k]->name);
        }
        if (!near.best)
            near = other;
        return flx_deck_fail(l->s, l->line, "neither '%.40s' nor '%.40s' is a subcircuit%s",
                             w[1].text, w[n_plain - 1].text,
                             flx_nearest_hint(&near, hint, sizeof hint));
    }
    *out = s->block[jsim ? first : last];
    *first_node = jsim ? 2 : 1;
    if ((*out)->n_port != n_plain - 2)
        return flx_deck_fail(l->s, l->line, "%s gives %d nodes to subcircuit %s, which has %d",
                             l->label, n_plain - 2, (*out)->name, (*out)->n_port);
    return FLX_OK;
}

static flx_status set_params(element_line *l, deck_scope *inner)
{
    for (int32_t k = 0; k < inner->overrides->n; k++) {
        deck_word w = inner->overrides->word[k];
        int32_t p = flx_table_find(&inner->block->param_of, w.key);
        if (p < 0)
            continue;
        FLX_TRY(flx_deck_value(l->s, l->scope, l->line, w.text, &inner->value[p]));
        inner->known[p] = DECK_KNOWN;
        inner->used[k] = true;
    }
    return FLX_OK;
}

static flx_status unused_override(element_line *l, const deck_scope *inner)
{
    for (int32_t k = 0; k < inner->overrides->n; k++) {
        if (inner->used[k])
            continue;
        char hint[96];
        const char *key = inner->overrides->word[k].key;
        flx_nearest near = flx_nearest_to(key);
        for (int32_t j = 0; j < inner->block->n_param; j++)
            flx_nearest_offer(&near, inner->block->param[j].name);
        return flx_deck_fail(l->s, l->line,
                             "subcircuit %s has no parameter or element '%.60s' to be set%s",
                             inner->block->name, key, flx_nearest_hint(&near, hint, sizeof hint));
    }
    return FLX_OK;
}

static flx_status instance(element_line *l)
{
    flx_store *s = l->s;
    int32_t n_plain = 0, first = 0;
    while (n_plain < l->words.n && !l->words.word[n_plain].key)
        n_plain++;
    if (n_plain < 3)
        return flx_deck_fail(s, l->line, "%s is incomplete; write Xname SUBCKT node ...", l->label);
    for (int32_t k = n_plain; k < l->words.n; k++)
        if (!l->words.word[k].key)
            return flx_deck_fail(s, l->line, "'%.40s' stands behind the values of %s",
                                 l->words.word[k].text, l->label);
    const deck_block *block = NULL;
    FLX_TRY(find_block(l, n_plain, &first, &block));
    if (l->scope->depth >= MAX_NESTED)
        return flx_deck_fail(s, l->line, "subcircuits are nested %d deep; does %s contain itself?",
                             MAX_NESTED, block->name);

    deck_words overrides = {l->words.word + n_plain, l->words.n - n_plain};
    deck_scope inner = {.block = block, .caller = l->scope, .top = &s->top};
    inner.overrides = &overrides;
    inner.depth = l->scope->depth + 1;
    inner.path = flx_arena_format(s->ctx, &s->arena, "|%s%s", l->label, l->scope->path);
    inner.value = FLX_ARENA_NEW(s->ctx, &s->arena, double, block->n_param);
    inner.known = FLX_ARENA_NEW(s->ctx, &s->arena, uint8_t, block->n_param);
    inner.port = FLX_ARENA_NEW(s->ctx, &s->arena, int32_t, block->n_port);
    inner.used = FLX_ARENA_NEW(s->ctx, &s->arena, bool, overrides.n);
    if (!inner.path || !inner.value || !inner.known || !inner.port || !inner.used)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < block->n_port; k++) {
        FLX_TRY(node_of(l, l->words.word[first + k].text, &inner.port[k]));
        if (is_ground(block->port[k]) && inner.port[k] != 0)
            return flx_deck_fail(
                s, l->line, "%s gives node %.40s to node 0 of subcircuit %s, which is the ground",
                l->label, l->words.word[first + k].text, block->name);
    }
    FLX_TRY(set_params(l, &inner));
    FLX_TRY(flx_deck_models(s, &inner));
    FLX_TRY(expand(s, &inner));
    return unused_override(l, &inner);
}

static flx_status controlled(element_line *l, int32_t kind)
{
    static const char *const form[] = {
        "Ename out+ out- in+ in- gain",
        "Fname out+ out- in+ in- gain (in+, in-: a short in the way of the control current)",
        "Gname out+ out- in+ in- siemens",
        "Hname out+ out- in+ in- ohms (in+, in-: a short in the way of the control current)"};
    l->e.kind = kind;
    FLX_TRY(need(l, 5, form[kind - FLX_VCVS]));
    FLX_TRY(nodes_of(l, 4));
    FLX_TRY(value_of(l, l->words.word[5].text, &l->e.value));
    FLX_TRY(common_keys(l, 6, NULL));
    if (!(fabs(l->e.value) <= 1e30))
        return flx_deck_fail(l->s, l->line, "the gain of %s is %g; at most 1e30 is allowed",
                             l->e.name, l->e.value);
    return add(l);
}

static flx_status element(element_line *l)
{
    switch (toupper((unsigned char)l->label[0])) {
    case 'R':
        return passive(l, FLX_RESISTOR, "resistance", "ohm");
    case 'L':
        return passive(l, FLX_INDUCTOR, "inductance", "H");
    case 'C':
        return passive(l, FLX_CAPACITOR, "capacitance", "F");
    case 'B':
        return junction(l);
    case 'V':
        return source(l, FLX_VOLTAGE_SOURCE, "Vname node node pwl(0 0 5p 1m)");
    case 'I':
        return source(l, FLX_CURRENT_SOURCE, "Iname node node pwl(0 0 5p 1m)");
    case 'P':
        return source(l, FLX_PHASE_SOURCE, "Pname node node pwl(0 0 5p 1.57)");
    case 'T':
        return transmission_line(l);
    case 'X':
        return instance(l);
    case 'E':
        return controlled(l, FLX_VCVS);
    case 'F':
        return controlled(l, FLX_CCCS);
    case 'G':
        return controlled(l, FLX_VCCS);
    case 'H':
        return controlled(l, FLX_CCVS);
    default:
        return flx_deck_fail(
            l->s, l->line,
            "unknown element '%.40s'; its first letter must be one of R L C K B V I P "
            "T E F G H X, or * for a comment",
            l->label);
    }
}

static flx_status expand(flx_store *s, deck_scope *scope)
{
    // Couplings last: the inductors they name may come behind them.
    for (int pass = 0; pass < 2; pass++)
        for (int32_t k = 0; k < scope->block->n_line; k++) {
            const deck_line *line = scope->block->line[k];
            bool is_coupling = toupper((unsigned char)line->text[0]) == 'K';
            if (is_coupling != (pass == 1))
                continue;
            element_line l = {.s = s, .scope = scope, .line = line};
            FLX_TRY(flx_deck_split(s, line, line->text, &l.words));
            if (l.words.n == 0 || l.words.word[0].key)
                return flx_deck_fail(s, line, "expected an element, found '%.40s'", line->text);
            l.label = l.words.word[0].text;
            l.e = (flx_element){.temperature = -1, .file = line->file, .line = line->number};
            l.e.name = *scope->path
                           ? flx_arena_format(s->ctx, &s->arena, "%s%s", l.label, scope->path)
                           : l.label;
            if (!l.e.name)
                return FLX_ERR_MEMORY;
            FLX_TRY(is_coupling ? coupling(&l) : element(&l));
        }
    return FLX_OK;
}

flx_status flx_deck_expand(flx_store *s)
{
    FLX_TRY(DECK_GROW(s, s->node_name, 0, s->room_node));
    s->node_name[s->n_node++] = "0";
    FLX_TRY(flx_table_add(s->ctx, &s->node_of, "0", 0));
    FLX_TRY(flx_table_add(s->ctx, &s->node_of, "gnd", 0));
    FLX_TRY(flx_deck_models(s, &s->top));
    return expand(s, &s->top);
}

// -- names as users write them --------------------------------------------------------------------

// name with its parts in another order or with other signs between them, into out.
static bool rewritten(const char *name, char sign, bool reversed, char *out, size_t size)
{
    size_t n = strlen(name), at = 0;
    if (n >= size)
        return false;
    if (!reversed) {
        for (size_t k = 0; k <= n; k++)
            out[k] = name[k] == sign ? '|' : name[k];
        return true;
    }
    for (size_t end = n; end > 0;) {
        size_t begin = end;
        while (begin > 0 && name[begin - 1] != sign)
            begin--;
        memcpy(out + at, name + begin, end - begin);
        at += end - begin;
        end = begin > 0 ? begin - 1 : 0;
        out[at++] = end > 0 ? '|' : 0;
    }
    out[at > 0 ? at - 1 : 0] = 0;
    return true;
}

static int32_t find(const flx_table *table, const char *name)
{
    static const struct {
        char sign;
        bool reversed;
    } ways[] = {{'|', false}, {'.', false}, {'.', true}, {'_', true}, {'_', false}, {'|', true}};
    char other[1024];
    for (size_t k = 0; k < sizeof ways / sizeof *ways; k++)
        if (rewritten(name, ways[k].sign, ways[k].reversed, other, sizeof other)) {
            int32_t found = flx_table_find(table, other);
            if (found >= 0)
                return found;
        }
    return -1;
}

int32_t flx_deck_find_element(flx_store *s, const char *name)
{
    return find(&s->element_of, name);
}

int32_t flx_deck_find_node(flx_store *s, const char *name)
{
    return find(&s->node_of, name);
}
