// circuit/deck_expr.c -- numbers with SPICE suffixes, and expressions of parameters.
//
//   sum = term {(+|-) term}; term = sign {(*|/) sign}; sign = {+|-} power; power = atom [^ sign];
//   atom = number | name | function(sum, ...) | (sum)
// Parameters are found when they are needed, in the scope of the line, then in that of its callers'
// deck; one that needs itself is an error.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/nearest.h"
#include "circuit/deck.h"
#include "fluxoid/units.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_DEPTH = 64, MAX_NAME = 128 };

typedef struct reader {
    flx_store *s;
    deck_scope *scope;
    const deck_line *line;
    const char *whole, *at;
    const deck_names *more;
    int depth;
} reader;

static const struct {
    const char *name;
    double value;
} constants[] = {
    {"pi", 3.14159265358979323846},
    {"phi_zero", FLX_SI_PHI0},
    {"boltzmann", FLX_SI_KB},
    {"ev", FLX_SI_E},
    {"hbar", FLX_SI_H / 6.28318530717958647692},
    {"c", FLX_SI_C},
    {"mu0", FLX_SI_MU0},
    {"eps0", 1 / (FLX_SI_MU0 * FLX_SI_C * FLX_SI_C)},
    {"sigma", FLX_SI_PHI0 / 6.28318530717958647692},
};

static double fn_min(double a, double b)
{
    return a < b ? a : b;
}
static double fn_max(double a, double b)
{
    return a > b ? a : b;
}

static const struct {
    const char *name;
    double (*one)(double);
    double (*two)(double, double);
} functions[] = {
    {"sin", sin, NULL},     {"cos", cos, NULL},     {"tan", tan, NULL},    {"asin", asin, NULL},
    {"acos", acos, NULL},   {"atan", atan, NULL},   {"sinh", sinh, NULL},  {"cosh", cosh, NULL},
    {"tanh", tanh, NULL},   {"exp", exp, NULL},     {"ln", log, NULL},     {"log", log10, NULL},
    {"log10", log10, NULL}, {"sqrt", sqrt, NULL},   {"abs", fabs, NULL},   {"floor", floor, NULL},
    {"ceil", ceil, NULL},   {"round", round, NULL}, {"min", NULL, fn_min}, {"max", NULL, fn_max},
    {"pow", NULL, pow},     {"atan2", NULL, atan2},
};

enum {
    N_CONSTANT = sizeof constants / sizeof *constants,
    N_FUNCTION = sizeof functions / sizeof *functions
};

static void blanks(reader *r)
{
    while (isspace((unsigned char)*r->at))
        r->at++;
}

// The factor of a suffix, and its length.
static double suffix(const char *text, int *length)
{
    static const struct {
        const char *name;
        double factor;
    } rows[] = {{"meg", 1e6}, {"f", 1e-15}, {"p", 1e-12}, {"n", 1e-9}, {"u", 1e-6},
                {"m", 1e-3},  {"k", 1e3},   {"x", 1e6},   {"g", 1e9},  {"t", 1e12}};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        size_t n = strlen(rows[k].name);
        if (strncasecmp(text, rows[k].name, n) == 0) {
            *length = (int)n;
            return rows[k].factor;
        }
    }
    *length = 0;
    return 1;
}

// Whether letters behind a number name a unit of circuits.
static bool is_unit(const char *text, size_t n)
{
    static const char *const units[] = {"",   "v", "a",   "h",    "s",   "f", "hz",  "ohm",
                                        "wb", "j", "rad", "ohms", "sec", "k", "phi0"};
    for (size_t k = 0; k < sizeof units / sizeof *units; k++)
        if (strlen(units[k]) == n && strncasecmp(text, units[k], n) == 0)
            return true;
    return false;
}

static flx_status number(reader *r, double *value)
{
    char *end = NULL;
    if (r->at[0] == '0' && (r->at[1] == 'x' || r->at[1] == 'X')) { // no hexadecimals: 0x is 0 meg
        *value = 0;
        end = (char *)(uintptr_t)(r->at + 1);
    } else {
        *value = strtod(r->at, &end);
    }
    const char *rest = end;
    while (isalpha((unsigned char)*end))
        end++;
    int n = 0;
    double factor = suffix(rest, &n);
    // "5V" has a unit and no prefix; "5F" is 5 femto, as in every SPICE.
    if (!is_unit(rest + n, (size_t)(end - rest - n))) {
        if (!is_unit(rest, (size_t)(end - rest)))
            return flx_deck_fail(
                r->s, r->line,
                "'%.*s' behind a number is no prefix or unit; prefixes are f p n u m "
                "k meg x g t, units V A H F s Hz ohm",
                (int)(end - rest), rest);
        factor = 1;
    }
    *value *= factor;
    r->at = end;
    return FLX_OK;
}

static flx_status sum(reader *r, double *value);

static flx_status call(reader *r, const char *name, double *value)
{
    int f = 0;
    while (f < N_FUNCTION && strcasecmp(functions[f].name, name) != 0)
        f++;
    if (f == N_FUNCTION) {
        char hint[96];
        flx_nearest near = flx_nearest_to(name);
        for (int k = 0; k < N_FUNCTION; k++)
            flx_nearest_offer(&near, functions[k].name);
        return flx_deck_fail(r->s, r->line, "'%s' is no function%s", name,
                             flx_nearest_hint(&near, hint, sizeof hint));
    }
    double x[2] = {0};
    int n = 0, wanted = functions[f].two ? 2 : 1;
    do {
        r->at++; // ( or ,
        if (n == wanted)
            return flx_deck_fail(r->s, r->line, "%s takes %d argument%s, not more", name, wanted,
                                 wanted == 1 ? "" : "s");
        FLX_TRY(sum(r, &x[n++]));
        blanks(r);
    } while (*r->at == ',');
    if (n < wanted)
        return flx_deck_fail(r->s, r->line, "%s takes %d arguments, here is one", name, wanted);
    if (*r->at != ')')
        return flx_deck_fail(r->s, r->line, "expected ')' in '%.80s'", r->whole);
    r->at++;
    *value = wanted == 2 ? functions[f].two(x[0], x[1]) : functions[f].one(x[0]);
    return FLX_OK;
}

// A parameter of a scope by its number.
static flx_status param(flx_store *s, deck_scope *scope, int32_t k, double *value)
{
    const deck_param *p = &scope->block->param[k];
    if (scope->known[k] == DECK_BEING_FOUND)
        return flx_deck_fail(s, p->line, "parameter %s needs itself", p->name);
    if (scope->known[k] == DECK_UNKNOWN) {
        scope->known[k] = DECK_BEING_FOUND;
        FLX_TRY(flx_deck_value(s, scope, p->line, p->text, &scope->value[k]));
        scope->known[k] = DECK_KNOWN;
    }
    *value = scope->value[k];
    return FLX_OK;
}

static flx_status unknown_name(reader *r, const char *name)
{
    // Measures are found in the order of their lines.
    const deck_line *later = r->more ? flx_deck_measure_line(r->s, name) : NULL;
    if (later == r->line && later)
        return flx_deck_fail(r->s, r->line, "measure %s needs itself", name);
    if (later)
        return flx_deck_fail(r->s, r->line,
                             "measure %s is defined later, at line %d; move this line below it",
                             name, later->number);
    flx_nearest near = flx_nearest_to(name);
    for (const deck_scope *scope = r->scope; scope; scope = scope->top)
        for (int32_t k = 0; k < scope->block->n_param; k++)
            flx_nearest_offer(&near, scope->block->param[k].name);
    char hint[96];
    flx_nearest_hint(&near, hint, sizeof hint);
    return flx_deck_fail(r->s, r->line, "'%s' is no parameter known here%s", name,
                         *hint ? hint : "; define it with .param NAME=VALUE");
}

static flx_status name_value(reader *r, double *value)
{
    char name[MAX_NAME];
    size_t n = 0;
    while (isalnum((unsigned char)r->at[n]) || r->at[n] == '_' || r->at[n] == '.')
        n++;
    if (n >= sizeof name)
        return flx_deck_fail(r->s, r->line, "a name of %zu letters; at most %d are allowed", n,
                             MAX_NAME - 1);
    memcpy(name, r->at, n);
    name[n] = 0;
    r->at += n;
    blanks(r);
    if (*r->at == '(' && (!r->more || !r->more->value(r->more->user, name, value)))
        return call(r, name, value);
    if (r->more && r->more->value(r->more->user, name, value))
        return FLX_OK;
    for (deck_scope *scope = r->scope; scope; scope = (deck_scope *)(uintptr_t)scope->top) {
        int32_t k = flx_table_find(&scope->block->param_of, name);
        if (k >= 0)
            return param(r->s, scope, k, value);
    }
    for (int k = 0; k < N_CONSTANT; k++)
        if (strcasecmp(constants[k].name, name) == 0) {
            *value = constants[k].value;
            return FLX_OK;
        }
    return unknown_name(r, name);
}

static flx_status atom(reader *r, double *value)
{
    blanks(r);
    char c = *r->at;
    if (isdigit((unsigned char)c) || (c == '.' && isdigit((unsigned char)r->at[1])))
        return number(r, value);
    if (isalpha((unsigned char)c) || c == '_')
        return name_value(r, value);
    if (c == '(' || c == '{') {
        r->at++;
        FLX_TRY(sum(r, value));
        blanks(r);
        if (*r->at != (c == '(' ? ')' : '}'))
            return flx_deck_fail(r->s, r->line, "expected '%c' in '%.80s'", c == '(' ? ')' : '}',
                                 r->whole);
        r->at++;
        return FLX_OK;
    }
    if (c == 0)
        return flx_deck_fail(r->s, r->line, "expected a value at the end of '%.80s'", r->whole);
    return flx_deck_fail(r->s, r->line, "expected a value, found '%.20s' in '%.80s'", r->at,
                         r->whole);
}

static flx_status sign(reader *r, double *value)
{
    double factor = 1;
    for (blanks(r); *r->at == '+' || *r->at == '-'; blanks(r))
        factor *= *r->at++ == '-' ? -1 : 1;
    if (++r->depth > MAX_DEPTH)
        return flx_deck_fail(r->s, r->line, "more than %d brackets within another", MAX_DEPTH);
    FLX_TRY(atom(r, value));
    blanks(r);
    bool power = *r->at == '^' || (r->at[0] == '*' && r->at[1] == '*');
    if (power) {
        double exponent = 0;
        r->at += *r->at == '^' ? 1 : 2;
        FLX_TRY(sign(r, &exponent));
        *value = pow(*value, exponent);
    }
    r->depth--;
    *value *= factor;
    return FLX_OK;
}

static flx_status term(reader *r, double *value)
{
    FLX_TRY(sign(r, value));
    for (blanks(r); *r->at == '*' || *r->at == '/'; blanks(r)) {
        bool times = *r->at++ == '*';
        double other = 0;
        FLX_TRY(sign(r, &other));
        *value = times ? *value * other : *value / other;
    }
    return FLX_OK;
}

static flx_status sum(reader *r, double *value)
{
    FLX_TRY(term(r, value));
    for (blanks(r); *r->at == '+' || *r->at == '-'; blanks(r)) {
        bool plus = *r->at++ == '+';
        double other = 0;
        FLX_TRY(term(r, &other));
        *value = plus ? *value + other : *value - other;
    }
    return FLX_OK;
}

flx_status flx_deck_value_with(flx_store *s, deck_scope *scope, const deck_line *line,
                               const char *text, const deck_names *more, double *value)
{
    reader r = {.s = s, .scope = scope, .line = line, .whole = text, .at = text, .more = more};
    *value = 0;
    if (++s->finding > MAX_DEPTH)
        return flx_deck_fail(s, line, "parameters need each other more than %d deep", MAX_DEPTH);
    flx_status status = sum(&r, value);
    s->finding--;
    FLX_TRY(status);
    blanks(&r);
    if (*r.at)
        return flx_deck_fail(s, line, "expected an operator or the end, found '%.40s' in '%.80s'",
                             r.at, text);
    if (!isfinite(*value))
        return flx_deck_fail(s, line, "'%.80s' gives %s, not a number to work with", text,
                             isnan(*value) ? "nan" : "infinity");
    return FLX_OK;
}

flx_status flx_deck_value(flx_store *s, deck_scope *scope, const deck_line *line, const char *text,
                          double *value)
{
    return flx_deck_value_with(s, scope, line, text, NULL, value);
}
