// case/expr.c -- reads expressions: operator precedence by binding powers, as in V. R. Pratt, Top
// down operator precedence, POPL 1973. Code is emitted while reading (case/expr_emit.c).
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/expr_emit.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 48, MAX_NAME = 63 };

// How tightly operators hold their operands.
enum {
    BIND_NOTHING,
    BIND_OR,
    BIND_AND,
    BIND_NOT,
    BIND_COMPARE,
    BIND_SUM,
    BIND_PRODUCT,
    BIND_JUXTAPOSED,
    BIND_POWER
};

static const struct {
    const char *name;
    flx_op op;
    int8_t least, most; // arguments
} functions[] = {
    {"ramp", FLX_OP_RAMP, 3, 3},   {"step", FLX_OP_STEP, 2, 2},   {"pulse", FLX_OP_PULSE, 3, 3},
    {"sin", FLX_OP_SIN, 1, 1},     {"cos", FLX_OP_COS, 1, 1},     {"tan", FLX_OP_TAN, 1, 1},
    {"asin", FLX_OP_ASIN, 1, 1},   {"acos", FLX_OP_ACOS, 1, 1},   {"atan", FLX_OP_ATAN, 1, 1},
    {"atan2", FLX_OP_ATAN2, 2, 2}, {"sinh", FLX_OP_SINH, 1, 1},   {"cosh", FLX_OP_COSH, 1, 1},
    {"tanh", FLX_OP_TANH, 1, 1},   {"exp", FLX_OP_EXP, 1, 1},     {"log", FLX_OP_LOG, 1, 1},
    {"ln", FLX_OP_LOG, 1, 1},      {"log10", FLX_OP_LOG10, 1, 1}, {"sqrt", FLX_OP_SQRT, 1, 1},
    {"abs", FLX_OP_ABS, 1, 1},     {"floor", FLX_OP_FLOOR, 1, 1}, {"ceil", FLX_OP_CEIL, 1, 1},
    {"round", FLX_OP_ROUND, 1, 1}, {"sign", FLX_OP_SIGN, 1, 1},   {"hypot", FLX_OP_HYPOT, 2, 2},
    {"clamp", FLX_OP_CLAMP, 3, 3}, {"if", FLX_OP_IF, 3, 3},       {"min", FLX_OP_MIN, 2, 8},
    {"max", FLX_OP_MAX, 2, 8},
};
enum { N_FUNCTION = sizeof functions / sizeof *functions };

static const char *const coordinate[] = {"x", "y", "z", "t"};

bool flx_expr_reserved(const char *word)
{
    return strcmp(word, "and") == 0 || strcmp(word, "or") == 0 || strcmp(word, "not") == 0;
}

// -- the next word of the text --------------------------------------------------------------------

static void skip_space(flx_compiler *c)
{
    while (c->text[c->at] && strchr(" \t\r\n", c->text[c->at]))
        c->at++;
}

static char look(flx_compiler *c)
{
    skip_space(c);
    return c->text[c->at];
}

static bool begins_name(char ch)
{
    return isalpha((unsigned char)ch) || ch == '_' || (unsigned char)ch >= 0x80;
}

static bool begins_number(const char *text)
{
    return isdigit((unsigned char)text[0]) || (text[0] == '.' && isdigit((unsigned char)text[1]));
}

// Bytes of the name at `at`; dots join words where quantities measured may be asked for.
static int32_t name_length(const flx_compiler *c, int32_t at)
{
    int32_t n = 0;
    for (;; n++) {
        char ch = c->text[at + n];
        bool dot = ch == '.' && n > 0 && (c->want.uses & FLX_EXPR_MEASURED) &&
                   begins_name(c->text[at + n + 1]);
        if (!begins_name(ch) && !isdigit((unsigned char)ch) && !dot)
            return n;
    }
}

static bool word_is(flx_compiler *c, const char *word)
{
    skip_space(c);
    int32_t n = name_length(c, c->at);
    return n == (int32_t)strlen(word) && strncmp(c->text + c->at, word, (size_t)n) == 0;
}

static flx_status expected(flx_compiler *c, const char *what)
{
    char ch = look(c);
    if (ch == 0)
        return flx_compiler_fail(
            c, c->at, "expected %s at the end of '%.64s'%s", what, c->text,
            strstr(what, "','") ? "; quote a value that holds a comma inside [ ] or { }" : "");
    if ((unsigned char)ch < 0x20)
        return flx_compiler_fail(c, c->at, "expected %s, found the character of code %d", what, ch);
    int32_t n = begins_name(ch) ? name_length(c, c->at) : 1;
    return flx_compiler_fail(c, c->at, "expected %s, found '%.*s'", what, n > 64 ? 64 : (int)n,
                             c->text + c->at);
}

static flx_status expect(flx_compiler *c, char ch, const char *what)
{
    if (look(c) != ch)
        return expected(c, what);
    c->at++;
    return FLX_OK;
}

// -- operands -------------------------------------------------------------------------------------

static flx_status read_expression(flx_compiler *c, int bind);

static flx_status read_number(flx_compiler *c)
{
    int32_t from = c->at, n = 0;
    const char *s = c->text + from;
    while (isdigit((unsigned char)s[n]))
        n++;
    if (s[n] == '.')
        for (n++; isdigit((unsigned char)s[n]);)
            n++;
    // "2 e" is a product, "2e3" a number
    if (s[n] == 'e' || s[n] == 'E') {
        int32_t sign = s[n + 1] == '+' || s[n + 1] == '-';
        if (isdigit((unsigned char)s[n + 1 + sign]))
            for (n += 1 + sign; isdigit((unsigned char)s[n]);)
                n++;
    }
    char digits[64];
    if (n >= (int32_t)sizeof digits)
        return flx_compiler_fail(c, from, "a number of more than %d characters",
                                 (int)sizeof digits - 1);
    memcpy(digits, s, (size_t)n);
    digits[n] = 0;
    c->at += n;
    double value = strtod(digits, NULL);
    return flx_emit_push(c, (flx_instr){FLX_OP_CONST, 0, value}, (flx_unit){.factor = 1}, 0, from);
}

static flx_status unknown_name(flx_compiler *c, const char *name, int32_t from)
{
    flx_nearest nearest = flx_nearest_to(name);
    c->names->offer(c->names->user, &nearest, c->want.uses & FLX_EXPR_MEASURED ? "" : NULL);
    for (int k = 0; k < N_FUNCTION; k++)
        flx_nearest_offer(&nearest, functions[k].name);
    for (int k = 0; k < 4; k++)
        if (c->want.uses & (1U << k))
            flx_nearest_offer(&nearest, coordinate[k]);
    flx_nearest_offer(&nearest, "pi");
    char hint[96];
    return flx_compiler_fail(c, from, "'%s' is no name or unit known here%s", name,
                             flx_nearest_hint(&nearest, hint, sizeof hint));
}

static flx_status read_arguments(flx_compiler *c, int k, int32_t from)
{
    int n = 0;
    flx_op op = functions[k].op;
    c->at++; // (
    do {
        if (n > 0)
            c->at++; // ,
        if (n == functions[k].most)
            return flx_compiler_fail(c, c->at, "%s takes %d argument%s, not more",
                                     functions[k].name, functions[k].most,
                                     functions[k].most == 1 ? "" : "s");
        FLX_TRY(read_expression(c, BIND_NOTHING));
        // min and max of many: two at a time
        if (++n > 2 && (op == FLX_OP_MIN || op == FLX_OP_MAX))
            FLX_TRY(flx_emit(c, op));
        else if (n == 2 && (op == FLX_OP_MIN || op == FLX_OP_MAX))
            FLX_TRY(flx_emit(c, op));
    } while (look(c) == ',');
    FLX_TRY(expect(c, ')', n < functions[k].least ? "',' and a further argument" : "')' or ','"));
    if (n < functions[k].least)
        return flx_compiler_fail(c, from, "%s takes %d arguments, here are %d", functions[k].name,
                                 functions[k].least, n);
    if (op != FLX_OP_MIN && op != FLX_OP_MAX)
        FLX_TRY(flx_emit(c, op));
    c->stack[c->n_stack - 1].from = from;
    return FLX_OK;
}

static flx_status nothing_to_measure(flx_compiler *c, const char *what, const char *of,
                                     int32_t from)
{
    char hint[96];
    flx_nearest nearest = flx_nearest_to(of);
    c->names->offer(c->names->user, &nearest, what);
    return flx_compiler_fail(c, from, "there is no '%s' whose %s could be measured%s", of, what,
                             flx_nearest_hint(&nearest, hint, sizeof hint));
}

// "voltage.v", "voltage(v)", "n_vortices".
static flx_status read_measured(flx_compiler *c, const char *name, int32_t from, bool *found)
{
    char what[MAX_NAME + 1], of[MAX_NAME + 1] = "";
    strcpy(what, name);
    char *dot = strchr(what, '.');
    if (dot) {
        *dot = 0;
        strcpy(of, dot + 1);
    }
    int32_t after = c->at;
    if (!dot && look(c) == '(') {
        c->at++;
        skip_space(c);
        int32_t n = name_length(c, c->at);
        if (n > 0 && n <= MAX_NAME) {
            snprintf(of, sizeof of, "%.*s", (int)n, c->text + c->at);
            c->at += n;
        }
        if (n == 0 || n > MAX_NAME || look(c) != ')') {
            c->at = after;
            of[0] = 0;
        } else {
            c->at++;
        }
    }
    flx_unit unit = {.factor = 1};
    int32_t index = 0;
    switch (c->names->measured(c->names->user, what, of, &unit, &index)) {
    case FLX_MEASURED_UNKNOWN:
        c->at = after;
        return FLX_OK;
    case FLX_MEASURED_OF_NOTHING:
        return nothing_to_measure(c, what, of, from);
    case FLX_MEASURED_FOUND:
        break;
    }
    *found = true;
    return flx_emit_push(c, (flx_instr){FLX_OP_VAR, FLX_VAR_MEASURED + index, unit.factor}, unit,
                         FLX_EXPR_MEASURED, from);
}

// Coordinates come in the lengths of the case and are counted in units.length.
static flx_status read_coordinate(flx_compiler *c, int k, int32_t from)
{
    static const char *const where[] = {"x", "y", "z", "t"};
    if (!(c->want.uses & (1U << k)))
        return flx_compiler_fail(c, from, "'%s' has no meaning here: this value is %s", where[k],
                                 c->want.uses == 0            ? "a constant"
                                 : c->want.uses == FLX_EXPR_T ? "a function of t alone"
                                                              : "no function of it");
    double factor = 1;
    if (k != FLX_VAR_T) {
        if (!(c->names->unit > 0) || c->names->length <= 0)
            return flx_compiler_fail(c, from, "'%s' is counted in units.length, which is not given",
                                     where[k]);
        factor = c->names->unit / c->names->length;
    }
    return flx_emit_push(c, (flx_instr){FLX_OP_VAR, k, factor}, (flx_unit){.factor = 1}, 1U << k,
                         from);
}

static flx_status push_constant(flx_compiler *c, flx_unit value, int32_t from)
{
    if (isnan(value.factor))
        return flx_compiler_fail(c, from,
                                 "'%.*s' is not known here: the reference layer does not say it, "
                                 "or is itself being defined",
                                 (int)(c->at - from), c->text + from);
    return flx_emit_push(c, (flx_instr){FLX_OP_CONST, 0, value.factor}, value, 0, from);
}

static flx_status read_unit(flx_compiler *c, const char *name, int32_t from)
{
    flx_unit unit;
    switch (flx_unit_find(name, strlen(name), &unit)) {
    case FLX_UNIT_OK:
        return push_constant(c, unit, from);
    case FLX_UNIT_ORIGIN:
        return flx_compiler_fail(c, from, "'%s' counts from a zero of its own; use K", name);
    case FLX_UNIT_BROKEN:
        return flx_fail(c->ctx, FLX_ERR_UNAVAILABLE,
                        "the database of units (UDUNITS-2) cannot be read; set UDUNITS2_XML_PATH "
                        "to udunits2.xml");
    default:
        return unknown_name(c, name, from);
    }
}

// Order: let; functions and pi; x, y, z, t; units of the case; SI.
static flx_status read_name(flx_compiler *c)
{
    char name[MAX_NAME + 1];
    int32_t from = c->at, n = name_length(c, from);
    if (n > MAX_NAME)
        return flx_compiler_fail(c, from, "a name of more than %d characters", MAX_NAME);
    snprintf(name, sizeof name, "%.*s", (int)n, c->text + from);
    if (flx_expr_reserved(name))
        return expected(c, "a value");
    c->at += n;

    flx_unit value = {.factor = 1};
    bool found = false;
    FLX_TRY(c->names->let(c->names->user, name, &value, &found));
    if (found)
        return push_constant(c, value, from);
    for (int k = 0; k < N_FUNCTION; k++)
        if (strcmp(name, functions[k].name) == 0) {
            if (look(c) == '(')
                return read_arguments(c, k, from);
            if (strcmp(name, "min") != 0) // the minute
                return expected(c, "'(' and arguments behind a function");
        }
    if (strcmp(name, "pi") == 0)
        return push_constant(c, (flx_unit){.factor = 3.14159265358979323846}, from);
    if (c->want.uses & FLX_EXPR_MEASURED) {
        FLX_TRY(read_measured(c, name, from, &found));
        if (found)
            return FLX_OK;
    }
    for (int k = 0; k < 4; k++)
        if (strcmp(name, coordinate[k]) == 0 && (c->want.uses & (1U << k)))
            return read_coordinate(c, k, from);
    FLX_TRY(c->names->scale(c->names->user, name, &value, &found));
    if (found)
        return push_constant(c, value, from);
    for (int k = 0; k < 4; k++) // not a unit: say what it is
        if (strcmp(name, coordinate[k]) == 0 && k != FLX_VAR_T)
            return read_coordinate(c, k, from);
    return read_unit(c, name, from);
}

static flx_status read_operand(flx_compiler *c, int bind)
{
    char ch = look(c);
    int32_t from = c->at;
    if (ch == '-' || ch == '+') {
        c->at++;
        // -a b is -(a b), but 2^-a b is (2^-a) b
        FLX_TRY(read_expression(c, bind > BIND_JUXTAPOSED ? bind : BIND_JUXTAPOSED));
        if (ch == '-')
            FLX_TRY(flx_emit(c, FLX_OP_NEG));
        c->stack[c->n_stack - 1].from = from;
        return FLX_OK;
    }
    if (word_is(c, "not") || (ch == '!' && c->text[c->at + 1] != '=')) {
        c->at += ch == '!' ? 1 : 3;
        FLX_TRY(read_expression(c, bind > BIND_NOT ? bind : BIND_NOT));
        return flx_emit(c, FLX_OP_NOT);
    }
    if (ch == '(') {
        c->at++;
        FLX_TRY(read_expression(c, BIND_NOTHING));
        FLX_TRY(expect(c, ')', "')'"));
        c->stack[c->n_stack - 1].from = from;
        c->stack[c->n_stack - 1].to = c->at;
        return FLX_OK;
    }
    if (begins_number(c->text + c->at))
        return read_number(c);
    if (begins_name(ch))
        return read_name(c);
    return expected(c, "a value");
}

// -- operators ------------------------------------------------------------------------------------

typedef struct infix {
    const char *text;
    int bind;  // as an operator
    int right; // of its right operand
    flx_op op;
    bool swap; // a > b is b < a
} infix;

// Longer ones first.
static const infix operators[] = {
    {"<=", BIND_COMPARE, BIND_COMPARE, FLX_OP_LESS_EQUAL, false},
    {">=", BIND_COMPARE, BIND_COMPARE, FLX_OP_LESS_EQUAL, true},
    {"==", BIND_COMPARE, BIND_COMPARE, FLX_OP_EQUAL, false},
    {"!=", BIND_COMPARE, BIND_COMPARE, FLX_OP_NOT_EQUAL, false},
    {"&&", BIND_AND, BIND_AND, FLX_OP_AND, false},
    {"||", BIND_OR, BIND_OR, FLX_OP_OR, false},
    {"**", BIND_POWER, BIND_POWER - 1, FLX_OP_POW, false},
    {"and", BIND_AND, BIND_AND, FLX_OP_AND, false},
    {"or", BIND_OR, BIND_OR, FLX_OP_OR, false},
    {"<", BIND_COMPARE, BIND_COMPARE, FLX_OP_LESS, false},
    {">", BIND_COMPARE, BIND_COMPARE, FLX_OP_LESS, true},
    {"+", BIND_SUM, BIND_SUM, FLX_OP_ADD, false},
    {"-", BIND_SUM, BIND_SUM, FLX_OP_SUB, false},
    {"*", BIND_PRODUCT, BIND_PRODUCT, FLX_OP_MUL, false},
    {"/", BIND_PRODUCT, BIND_PRODUCT, FLX_OP_DIV, false},
    {"^", BIND_POWER, BIND_POWER - 1, FLX_OP_POW, false},
};
static const infix juxtaposed = {"", BIND_JUXTAPOSED, BIND_JUXTAPOSED, FLX_OP_MUL, false};

static const infix *next_operator(flx_compiler *c)
{
    char ch = look(c);
    for (size_t k = 0; k < sizeof operators / sizeof *operators; k++) {
        const infix *in = &operators[k];
        if (begins_name(in->text[0]) ? word_is(c, in->text)
                                     : strncmp(c->text + c->at, in->text, strlen(in->text)) == 0)
            return in;
    }
    return begins_name(ch) || begins_number(c->text + c->at) || ch == '(' ? &juxtaposed : NULL;
}

// a > b has its operands in the order of the text: b < a is -a < -b.
static flx_status emit_infix(flx_compiler *c, const infix *in)
{
    if (!in->swap)
        return flx_emit(c, in->op);
    // a >= b: not (a < b) would call nan true; compare b - a instead of moving code
    FLX_TRY(flx_emit(c, FLX_OP_SUB));
    FLX_TRY(flx_emit(c, FLX_OP_NEG));
    int32_t at = c->at;
    FLX_TRY(flx_emit_push(c, (flx_instr){FLX_OP_CONST, 0, 0}, (flx_unit){.factor = 1}, 0, at));
    return flx_emit(c, in->op);
}

static flx_status read_expression(flx_compiler *c, int bind)
{
    if (++c->depth > MAX_DEPTH)
        return flx_compiler_fail(c, c->at, "nested deeper than %d", MAX_DEPTH);
    FLX_TRY(read_operand(c, bind));
    for (;;) {
        const infix *in = next_operator(c);
        if (!in || in->bind <= bind)
            break;
        if (in == &juxtaposed && begins_number(c->text + c->at))
            return expected(c, "an operator before a number");
        int32_t from = c->stack[c->n_stack - 1].from;
        c->at += (int32_t)strlen(in->text);
        FLX_TRY(read_expression(c, in->right));
        FLX_TRY(emit_infix(c, in));
        c->stack[c->n_stack - 1].from = from;
        const infix *next = next_operator(c);
        if (in->bind == BIND_COMPARE && next && next->bind == BIND_COMPARE)
            return flx_compiler_fail(c, c->at, "comparisons do not chain; write a < b and b < c");
    }
    c->depth--;
    return FLX_OK;
}

// -- all together ---------------------------------------------------------------------------------

static flx_status keep(flx_ctx *ctx, flx_arena *arena, const flx_compiler *c, const flx_expr **out)
{
    flx_expr *expr = FLX_ARENA_NEW(ctx, arena, flx_expr, 1);
    flx_instr *code = FLX_ARENA_NEW(ctx, arena, flx_instr, c->n);
    if (!expr || !code)
        return FLX_ERR_MEMORY;
    memcpy(code, c->code, (size_t)c->n * sizeof *code);
    *expr = (flx_expr){
        .text = c->text, .line = c->node->line, .uses = c->stack[0].uses, .n = c->n, .code = code};
    FLX_TRY(flx_expr_find_split(ctx, arena, expr));
    *out = expr;
    return FLX_OK;
}

flx_status flx_expr_compile(flx_ctx *ctx, flx_arena *arena, const flx_names *names,
                            const flx_node *node, const char *path, flx_want want, flx_dim *dim,
                            const flx_expr **out)
{
    if (strlen(node->text) > FLX_EXPR_LENGTH)
        return flx_node_fail(ctx, names->file, node, "%s: a value of more than %d characters", path,
                             FLX_EXPR_LENGTH);
    flx_compiler *c = FLX_NEW(ctx, flx_compiler);
    if (!c)
        return FLX_ERR_MEMORY;
    *c = (flx_compiler){
        .ctx = ctx, .names = names, .node = node, .path = path, .text = node->text, .want = want};
    flx_status status = read_expression(c, BIND_NOTHING);
    if (status == FLX_OK && look(c) != 0)
        status = expected(c, "an operator or the end");
    if (status == FLX_OK)
        status = flx_emit_result(c);
    if (status == FLX_OK)
        status = keep(ctx, arena, c, out);
    if (status == FLX_OK && dim)
        *dim = c->stack[0].dim;
    flx_free(c);
    return status;
}
