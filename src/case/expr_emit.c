// case/expr_emit.c -- dimensions and code of each operation.
//
// Coordinates are bare numbers counted in units.length and tau0. So an expression of them may mix
// bare numbers with lengths and times (x - 0.5 um, ramp(t, 0, 50 tau0), exp(-(x/(2 um))^2)): what
// is a power of length and time and depends on coordinates is counted in these units where a bare
// number is asked for. Without coordinates only a bare number beside a length is a length.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/expr_emit.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

flx_status flx_compiler_fail(flx_compiler *c, int32_t at, const char *format, ...)
{
    char text[768];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (c->node->origin || c->node->line <= 0)
        return flx_node_fail(c->ctx, c->names->file, c->node, "%s: %s", c->path, text);
    return flx_fail(c->ctx, FLX_ERR_INPUT, "%s:%d:%d: %s: %s", c->names->file, (int)c->node->line,
                    (int)(c->node->column + (c->node->quoted ? 1 : 0) + at), c->path, text);
}

static flx_operand *operand(flx_compiler *c, int32_t from_top)
{
    return &c->stack[c->n_stack - 1 - from_top];
}

// The text of an operand, shortened for messages.
static const char *text_of(flx_compiler *c, const flx_operand *o, char *buffer, size_t size)
{
    int n = o->to - o->from;
    while (n > 0 && c->text[o->from + n - 1] == ' ')
        n--;
    snprintf(buffer, size, "%.*s%s", n > 60 ? 57 : n, c->text + o->from, n > 60 ? "..." : "");
    return buffer;
}

static flx_status append(flx_compiler *c, flx_instr in)
{
    if (c->n >= FLX_EXPR_CODE)
        return flx_compiler_fail(c, c->at, "more than %d operations", FLX_EXPR_CODE);
    c->code[c->n++] = in;
    return FLX_OK;
}

flx_status flx_emit_push(flx_compiler *c, flx_instr in, flx_unit unit, unsigned uses, int32_t from)
{
    if (c->n_stack >= FLX_EXPR_STACK)
        return flx_compiler_fail(c, from, "nested too deeply: more than %d values wait",
                                 FLX_EXPR_STACK);
    c->stack[c->n_stack++] = (flx_operand){c->n, unit.dim, uses, from, c->at};
    return append(c, in);
}

static bool is_constant(const flx_compiler *c, const flx_operand *o)
{
    int32_t end = o + 1 < c->stack + c->n_stack ? o[1].start : c->n;
    return end == o->start + 1 && c->code[o->start].op == FLX_OP_CONST;
}

// Multiplies an operand anywhere on the stack, by code put behind its own.
static flx_status scale(flx_compiler *c, flx_operand *o, double value)
{
    if (value == 1)
        return FLX_OK;
    if (is_constant(c, o)) {
        c->code[o->start].value *= value;
        return FLX_OK;
    }
    FLX_TRY(append(c, (flx_instr){FLX_OP_SCALE, 0, value}));
    flx_operand *end = c->stack + c->n_stack;
    if (o + 1 == end)
        return FLX_OK;
    int32_t at = o[1].start;
    memmove(&c->code[at + 1], &c->code[at], (size_t)(c->n - 1 - at) * sizeof *c->code);
    c->code[at] = (flx_instr){FLX_OP_SCALE, 0, value};
    for (flx_operand *later = o + 1; later < end; later++)
        later->start++;
    return FLX_OK;
}

// Size in SI of units.length^p tau0^q for a dimension that is such a power; 0 if it is not, or if
// a unit is not known.
static double natural_size(const flx_compiler *c, flx_dim dim)
{
    flx_dim rest = flx_dim_without(dim, FLX_DIM_M);
    double size = 1;
    if (dim.power[FLX_DIM_M] != 0)
        size = c->names->length > 0
                   ? pow(c->names->length, dim.power[FLX_DIM_M] / (double)FLX_DIM_ONE)
                   : 0;
    if (rest.power[FLX_DIM_S] != 0) {
        flx_unit tau0 = {.factor = 0};
        bool found = false;
        if (c->names->scale(c->names->user, "tau0", &tau0, &found) < 0 || !found ||
            tau0.dim.power[FLX_DIM_S] == 0)
            return 0;
        size *= pow(tau0.factor, rest.power[FLX_DIM_S] / (double)FLX_DIM_ONE);
    }
    rest = flx_dim_without(flx_dim_without(rest, FLX_DIM_S), FLX_DIM_TAU0);
    rest = flx_dim_without(rest, FLX_DIM_RAD);
    return flx_dim_is_none(rest) ? size : 0;
}

// The coordinates a dimension needs to be counted in their units.
static unsigned coordinates_of(flx_dim dim)
{
    bool time = dim.power[FLX_DIM_S] != 0 || dim.power[FLX_DIM_TAU0] != 0;
    return (dim.power[FLX_DIM_M] != 0 ? (unsigned)FLX_EXPR_SPACE : 0) | (time ? FLX_EXPR_T : 0);
}

static bool depends_for(unsigned uses, flx_dim dim)
{
    unsigned need = coordinates_of(dim);
    return (!(need & FLX_EXPR_SPACE) || (uses & FLX_EXPR_SPACE)) &&
           (!(need & FLX_EXPR_T) || (uses & FLX_EXPR_T));
}

// Makes an operand a bare number, if it may be one for an expression that depends on `uses`.
static bool make_bare(flx_compiler *c, flx_operand *o, unsigned uses, flx_status *status)
{
    double size = natural_size(c, o->dim);
    if (!(size > 0) || !depends_for(uses, o->dim))
        return false;
    *status = scale(c, o, 1 / size);
    o->dim = FLX_DIM_NONE;
    return true;
}

static flx_status need_bare(flx_compiler *c, flx_operand *o, const char *who)
{
    char text[96], dim[96];
    flx_status status = FLX_OK;
    if (make_bare(c, o, o->uses, &status))
        return status;
    return flx_compiler_fail(c, o->from, "%s needs a bare number, but '%s' is in %s", who,
                             text_of(c, o, text, sizeof text),
                             flx_dim_text(o->dim, dim, sizeof dim));
}

static bool is_zero(const flx_compiler *c, const flx_operand *o)
{
    return is_constant(c, o) && c->code[o->start].value == 0;
}

static flx_dim sum_dim(flx_dim dim)
{
    return flx_dim_without(dim, FLX_DIM_RAD);
}

// Gives the n topmost operands one dimension, as sums and comparisons need. A 0 fits everything.
static flx_status unify(flx_compiler *c, int32_t n)
{
    flx_operand *o = operand(c, n - 1);
    const flx_operand *with = NULL; // one that has a dimension
    unsigned uses = 0;
    bool equal = true, bare = false, angles = true;
    for (int32_t k = 0; k < n; k++) {
        uses |= o[k].uses;
        angles = angles && o[k].dim.power[FLX_DIM_RAD] == o[0].dim.power[FLX_DIM_RAD];
        if (is_zero(c, &o[k]))
            continue;
        if (flx_dim_is_none(sum_dim(o[k].dim)))
            bare = true;
        else if (!with)
            with = &o[k];
        else if (!flx_dim_equal(sum_dim(o[k].dim), sum_dim(with->dim)))
            equal = false;
    }
    if (!angles)
        for (int32_t k = 0; k < n; k++)
            o[k].dim = sum_dim(o[k].dim);
    if (!with || (equal && !bare)) {
        for (int32_t k = 0; with && k < n; k++)
            o[k].dim = with->dim; // a 0 takes it
        return FLX_OK;
    }
    // A bare number beside a length is a length.
    if (equal && flx_dim_equal(with->dim, FLX_DIM_LENGTH) && c->names->length > 0) {
        for (int32_t k = 0; k < n; k++) {
            if (flx_dim_is_none(sum_dim(o[k].dim)))
                FLX_TRY(scale(c, &o[k], c->names->length));
            o[k].dim = FLX_DIM_LENGTH;
        }
        return FLX_OK;
    }
    for (int32_t k = 0; k < n; k++) {
        flx_status status = FLX_OK;
        if (!make_bare(c, &o[k], uses, &status)) {
            char text[2][96], dim[2][96];
            const flx_operand *other = &o[k] == with ? &o[k == 0 ? 1 : 0] : with;
            return flx_compiler_fail(c, o[k].from, "'%s' (%s) and '%s' (%s) do not go together",
                                     text_of(c, &o[k], text[0], sizeof text[0]),
                                     flx_dim_text(o[k].dim, dim[0], sizeof dim[0]),
                                     text_of(c, other, text[1], sizeof text[1]),
                                     flx_dim_text(other->dim, dim[1], sizeof dim[1]));
        }
        FLX_TRY(status);
    }
    return FLX_OK;
}

static flx_status power_dim(flx_compiler *c, flx_operand *base, flx_operand *exponent, flx_dim *dim)
{
    FLX_TRY(need_bare(c, exponent, "an exponent"));
    *dim = FLX_DIM_NONE;
    if (flx_dim_is_none(sum_dim(base->dim)))
        return FLX_OK;
    char text[96];
    if (!is_constant(c, exponent))
        return flx_compiler_fail(c, exponent->from,
                                 "the exponent '%s' of a value with a unit must be a constant",
                                 text_of(c, exponent, text, sizeof text));
    if (!flx_dim_times(FLX_DIM_NONE, base->dim, c->code[exponent->start].value, dim))
        return flx_compiler_fail(c, exponent->from, "no unit has the power '%s'",
                                 text_of(c, exponent, text, sizeof text));
    return FLX_OK;
}

static flx_status result_dim(flx_compiler *c, flx_op op, flx_operand *o, flx_dim *dim)
{
    *dim = FLX_DIM_NONE;
    switch (op) {
    case FLX_OP_NEG:
    case FLX_OP_ABS:
        *dim = o->dim;
        return FLX_OK;
    case FLX_OP_SIGN:
        return FLX_OK;
    case FLX_OP_ADD:
    case FLX_OP_SUB:
    case FLX_OP_MIN:
    case FLX_OP_MAX:
    case FLX_OP_HYPOT:
    case FLX_OP_CLAMP:
        FLX_TRY(unify(c, flx_op_arguments(op)));
        *dim = o->dim;
        return FLX_OK;
    case FLX_OP_LESS:
    case FLX_OP_LESS_EQUAL:
    case FLX_OP_EQUAL:
    case FLX_OP_NOT_EQUAL:
    case FLX_OP_STEP:
    case FLX_OP_RAMP:
    case FLX_OP_PULSE:
        return unify(c, flx_op_arguments(op));
    case FLX_OP_ATAN2:
        *dim = FLX_DIM_ANGLE;
        return unify(c, 2);
    case FLX_OP_MUL:
    case FLX_OP_DIV:
        if (!flx_dim_times(o[0].dim, o[1].dim, op == FLX_OP_MUL ? 1 : -1, dim))
            return flx_compiler_fail(c, o[0].from, "no unit has such a power");
        return FLX_OK;
    case FLX_OP_POW:
        return power_dim(c, &o[0], &o[1], dim);
    case FLX_OP_SQRT:
        if (!flx_dim_times(FLX_DIM_NONE, o->dim, 0.5, dim))
            return flx_compiler_fail(c, o->from, "no unit has such a root");
        return FLX_OK;
    case FLX_OP_IF:
        FLX_TRY(need_bare(c, &o[0], "a condition"));
        FLX_TRY(unify(c, 2));
        *dim = o[1].dim;
        return FLX_OK;
    case FLX_OP_ASIN:
    case FLX_OP_ACOS:
    case FLX_OP_ATAN:
        *dim = FLX_DIM_ANGLE;
        return need_bare(c, o, "an inverse function");
    default: // functions of a number, and logic
        for (int32_t k = 0; k < flx_op_arguments(op); k++)
            FLX_TRY(need_bare(c, &o[k], op >= FLX_OP_SIN ? "a function" : "logic"));
        return FLX_OK;
    }
}

flx_status flx_emit(flx_compiler *c, flx_op op)
{
    int32_t n = flx_op_arguments(op);
    flx_operand *o = operand(c, n - 1);
    flx_dim dim;
    FLX_TRY(result_dim(c, op, o, &dim));

    unsigned uses = 0;
    bool constant = true;
    for (int32_t k = 0; k < n; k++) {
        uses |= o[k].uses;
        constant = constant && is_constant(c, &o[k]);
    }
    // x^2 is met often and needs no logarithm
    if (op == FLX_OP_POW && is_constant(c, &o[1]) && c->code[o[1].start].value == 2 && !constant) {
        c->n--;
        op = FLX_OP_SQUARE;
    }
    FLX_TRY(append(c, (flx_instr){.op = op}));
    if (constant) {
        double value = flx_code_eval(&c->code[o->start], c->n - o->start, NULL, NULL);
        c->code[o->start] = (flx_instr){FLX_OP_CONST, 0, value};
        c->n = o->start + 1;
    }
    o->dim = dim;
    o->uses = uses;
    o->to = c->at;
    c->n_stack -= n - 1;
    return FLX_OK;
}

// -- the result -----------------------------------------------------------------------------------

static const char *wanted(flx_dim dim, char *buffer, size_t size)
{
    static const struct {
        const char *unit, *text;
    } rows[] = {
        {"m", "a length, e.g. 0.5 um"},
        {"T", "a magnetic field, e.g. 1 mT (or H in A/m or Oe)"},
        {"A", "a current, e.g. 10 uA"},
        {"tau0", "a time, e.g. 10 tau0"},
        {"degree", "an angle, e.g. 45"},
        {"K", "a temperature, e.g. 4.2 K"},
        {"C", "a charge, e.g. 2e"},
        {"S/m", "a conductivity, e.g. 1e7 S/m"},
        {"ohm", "a resistance, e.g. 2 kohm"},
        {"H", "an inductance, e.g. 20 pH"},
        {"A m^2", "a magnetic moment, e.g. 1e-15 A m^2"},
        {"1", "a bare number"},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        if (flx_dim_equal(dim, flx_dim_of(rows[k].unit)))
            return rows[k].text;
    char unit[96];
    snprintf(buffer, size, "a value in %s", flx_dim_text(dim, unit, sizeof unit));
    return buffer;
}

static flx_status refuse_unit(flx_compiler *c, const flx_operand *o)
{
    char text[96], dim[96], other[128];
    const char *needed = wanted(c->want.dim, other, sizeof other);
    text_of(c, o, text, sizeof text);
    if (flx_dim_is_none(sum_dim(o->dim)))
        return flx_compiler_fail(c, o->from, "'%s' has no unit; wanted is %s", text, needed);
    flx_dim seconds = flx_dim_of("s");
    if (flx_dim_equal(c->want.dim, FLX_DIM_TIME_TAU0) && flx_dim_equal(o->dim, seconds))
        return flx_compiler_fail(c, o->from,
                                 "'%s' is in seconds, but without the conductivity of the layer "
                                 "nothing says how long tau0 is; give the time in tau0",
                                 text);
    return flx_compiler_fail(c, o->from, "'%s' is in %s; wanted is %s", text,
                             flx_dim_text(o->dim, dim, sizeof dim), needed);
}

// A length of tau0 in seconds, where it is known and asked for.
static flx_status seconds_to_tau0(flx_compiler *c, flx_operand *o)
{
    if (!flx_dim_equal(c->want.dim, FLX_DIM_TIME_TAU0) || !flx_dim_equal(o->dim, flx_dim_of("s")))
        return FLX_OK;
    double size = natural_size(c, o->dim);
    if (!(size > 0))
        return FLX_OK;
    o->dim = FLX_DIM_TIME_TAU0;
    return scale(c, o, 1 / size);
}

// H is as good as B where a field is wanted; powers of the coordinates' units may stand beside it.
static flx_status field_from_h(flx_compiler *c, flx_operand *o)
{
    flx_dim rest, field = flx_dim_of("T");
    if (!flx_dim_equal(c->want.dim, field) ||
        !flx_dim_times(o->dim, flx_dim_of("A/m"), -1, &rest) ||
        !flx_dim_only(flx_dim_without(flx_dim_without(rest, FLX_DIM_M), FLX_DIM_TAU0), FLX_DIM_S) ||
        !depends_for(o->uses, rest) || !flx_dim_times(rest, field, 1, &o->dim))
        return FLX_OK;
    return scale(c, o, FLX_SI_MU0);
}

static flx_status convert(flx_compiler *c, flx_operand *o)
{
    const flx_dim want = c->want.dim;
    FLX_TRY(field_from_h(c, o));
    FLX_TRY(seconds_to_tau0(c, o));
    if (flx_dim_equal(o->dim, want))
        return FLX_OK;
    if (flx_dim_equal(want, FLX_DIM_LENGTH) && flx_dim_is_none(sum_dim(o->dim))) {
        if (c->names->length <= 0)
            return flx_compiler_fail(c, o->from,
                                     "a length without a unit needs units.length, e.g. units: "
                                     "{length: um}");
        o->dim = want;
        return scale(c, o, c->names->length);
    }
    if (flx_dim_equal(want, FLX_DIM_ANGLE))
        return flx_dim_is_none(o->dim) ? FLX_OK : refuse_unit(c, o);
    // Powers of the coordinates' units left over: 1 mT * x/(1 um).
    flx_dim ratio;
    if (!flx_dim_times(sum_dim(o->dim), want, -1, &ratio))
        return refuse_unit(c, o);
    double size = natural_size(c, ratio);
    if (!(size > 0) || !depends_for(o->uses, ratio))
        return refuse_unit(c, o);
    return scale(c, o, 1 / size);
}

flx_status flx_emit_result(flx_compiler *c)
{
    flx_operand *o = operand(c, 0);
    o->from = 0;
    o->to = (int32_t)strlen(c->text);
    if (!c->want.any) {
        bool angle = flx_dim_equal(c->want.dim, FLX_DIM_ANGLE);
        if (angle && flx_dim_equal(o->dim, FLX_DIM_ANGLE)) {
            FLX_TRY(scale(c, o, 57.29577951308232)); // degrees
            o->dim = FLX_DIM_ANGLE;
        } else {
            FLX_TRY(convert(c, o));
        }
    }
    if (is_constant(c, o) && !isfinite(c->code[o->start].value)) {
        char text[96];
        return flx_compiler_fail(c, 0, "'%s' gives %s, not a number to work with",
                                 text_of(c, o, text, sizeof text),
                                 isnan(c->code[o->start].value) ? "nan" : "infinity");
    }
    return FLX_OK;
}
