// case/expr_eval.c -- runs the code of expressions.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/expr.h"

#include <math.h>
#include <string.h>

int flx_op_arguments(flx_op op)
{
    if (op <= FLX_OP_VAR)
        return 0;
    if (op <= FLX_OP_SQUARE || (op >= FLX_OP_SIN && op <= FLX_OP_SIGN))
        return 1;
    return op >= FLX_OP_RAMP ? 3 : 2;
}

static double apply1(flx_op op, double a)
{
    switch (op) {
    case FLX_OP_NEG:
        return -a;
    case FLX_OP_NOT:
        return a == 0;
    case FLX_OP_SQUARE:
        return a * a;
    case FLX_OP_SIN:
        return sin(a);
    case FLX_OP_COS:
        return cos(a);
    case FLX_OP_TAN:
        return tan(a);
    case FLX_OP_ASIN:
        return asin(a);
    case FLX_OP_ACOS:
        return acos(a);
    case FLX_OP_ATAN:
        return atan(a);
    case FLX_OP_SINH:
        return sinh(a);
    case FLX_OP_COSH:
        return cosh(a);
    case FLX_OP_TANH:
        return tanh(a);
    case FLX_OP_EXP:
        return exp(a);
    case FLX_OP_LOG:
        return log(a);
    case FLX_OP_LOG10:
        return log10(a);
    case FLX_OP_SQRT:
        return sqrt(a);
    case FLX_OP_ABS:
        return fabs(a);
    case FLX_OP_FLOOR:
        return floor(a);
    case FLX_OP_CEIL:
        return ceil(a);
    case FLX_OP_ROUND:
        return round(a);
    default:
        return a > 0 ? 1 : a < 0 ? -1 : a; // sign; nan stays
    }
}

static double apply2(flx_op op, double a, double b)
{
    switch (op) {
    case FLX_OP_ADD:
        return a + b;
    case FLX_OP_SUB:
        return a - b;
    case FLX_OP_MUL:
        return a * b;
    case FLX_OP_DIV:
        return a / b;
    case FLX_OP_POW:
        return pow(a, b);
    case FLX_OP_LESS:
        return a < b;
    case FLX_OP_LESS_EQUAL:
        return a <= b;
    case FLX_OP_EQUAL:
        return a == b;
    case FLX_OP_NOT_EQUAL:
        return a != b;
    case FLX_OP_AND:
        return a != 0 && b != 0;
    case FLX_OP_OR:
        return a != 0 || b != 0;
    case FLX_OP_ATAN2:
        return atan2(a, b);
    case FLX_OP_HYPOT:
        return hypot(a, b);
    case FLX_OP_MIN:
        return fmin(a, b);
    case FLX_OP_MAX:
        return fmax(a, b);
    default:
        return a >= b; // step
    }
}

static double apply3(flx_op op, double a, double b, double c)
{
    switch (op) {
    case FLX_OP_RAMP: // a jump where both ends are one
        return c == b ? (double)(a >= b) : fmin(fmax((a - b) / (c - b), 0), 1);
    case FLX_OP_PULSE:
        return a >= b && a < c;
    case FLX_OP_CLAMP:
        return fmin(fmax(a, b), c);
    default:
        return a != 0 ? b : c; // if
    }
}

static double push(const flx_instr *in, const double *var, const double *measured)
{
    if (in->op == FLX_OP_CONST)
        return in->value;
    if (in->index < FLX_VAR_MEASURED)
        return in->value * var[in->index];
    return in->value * measured[in->index - FLX_VAR_MEASURED];
}

// NOLINTBEGIN: the compiler of expressions sees to it that the stack holds what is taken from it.
double flx_code_eval(const flx_instr *code, int32_t n, const double *var, const double *measured)
{
    double stack[FLX_EXPR_STACK + 1];
    double *top = stack; // one above the last value
    for (int32_t k = 0; k < n; k++) {
        const flx_instr *in = &code[k];
        switch (flx_op_arguments(in->op)) {
        case 0:
            *top++ = push(in, var, measured);
            break;
        case 1:
            top[-1] = in->op == FLX_OP_SCALE ? top[-1] * in->value : apply1(in->op, top[-1]);
            break;
        case 2:
            top--;
            top[-1] = apply2(in->op, top[-1], top[0]);
            break;
        default:
            top -= 2;
            top[-1] = apply3(in->op, top[-1], top[0], top[1]);
        }
    }
    return top[-1];
}

double flx_expr_eval(const flx_expr *expr, const double r[3], double t)
{
    const double var[FLX_VAR_MEASURED] = {r[0], r[1], r[2], t};
    return flx_code_eval(expr->code, expr->n, var, NULL);
}

bool flx_expr_holds(const flx_expr *expr, double t, const double *value)
{
    const double var[FLX_VAR_MEASURED] = {0, 0, 0, t};
    double truth = flx_code_eval(expr->code, expr->n, var, value);
    return truth != 0 && !isnan(truth);
}

// -- many points at once: each operation runs over a block ---------------------------------------

enum { BLOCK = 64 };

#define FOR_BLOCK(statement)                                                                       \
    for (int32_t i = 0; i < n; i++)                                                                \
    statement

static void push_block(const flx_instr *in, const double *r, int32_t n, double t, double *a)
{
    if (in->op == FLX_OP_CONST)
        FOR_BLOCK(a[i] = in->value;)
    else if (in->index == FLX_VAR_T)
        FOR_BLOCK(a[i] = in->value * t;)
    else
        FOR_BLOCK(a[i] = in->value * r[3 * i + in->index];)
}

static void block1(const flx_instr *in, int32_t n, double *a)
{
    if (in->op == FLX_OP_SCALE)
        FOR_BLOCK(a[i] *= in->value;)
    else if (in->op == FLX_OP_SQUARE)
        FOR_BLOCK(a[i] *= a[i];)
    else
        FOR_BLOCK(a[i] = apply1(in->op, a[i]);)
}

static void block2(flx_op op, int32_t n, double *restrict a, const double *restrict b)
{
    switch (op) {
    case FLX_OP_ADD:
        FOR_BLOCK(a[i] += b[i];)
        break;
    case FLX_OP_SUB:
        FOR_BLOCK(a[i] -= b[i];)
        break;
    case FLX_OP_MUL:
        FOR_BLOCK(a[i] *= b[i];)
        break;
    case FLX_OP_DIV:
        FOR_BLOCK(a[i] /= b[i];)
        break;
    default:
        FOR_BLOCK(a[i] = apply2(op, a[i], b[i]);)
    }
}

static void eval_block(const flx_expr *expr, const double *r, int32_t n, double t, double *out)
{
    double stack[FLX_EXPR_STACK + 1][BLOCK];
    int32_t top = 0;
    for (int32_t k = 0; k < expr->n; k++) {
        const flx_instr *in = &expr->code[k];
        switch (flx_op_arguments(in->op)) {
        case 0:
            push_block(in, r, n, t, stack[top++]);
            break;
        case 1:
            block1(in, n, stack[top - 1]);
            break;
        case 2:
            top--;
            block2(in->op, n, stack[top - 1], stack[top]);
            break;
        default:
            top -= 2;
            FOR_BLOCK(stack[top - 1][i] =
                          apply3(in->op, stack[top - 1][i], stack[top][i], stack[top + 1][i]);)
        }
    }
    memcpy(out, stack[0], (size_t)n * sizeof *out);
}
// NOLINTEND

void flx_expr_eval_many(const flx_expr *expr, const double *r, int32_t n, double t, double *out)
{
    for (int32_t start = 0; start < n; start += BLOCK) {
        int32_t m = n - start < BLOCK ? n - start : BLOCK;
        eval_block(expr, r + 3 * (size_t)start, m, t, out + start);
    }
}

// -- introspection --------------------------------------------------------------------------------

unsigned flx_expr_uses(const flx_expr *expr)
{
    return expr->uses;
}

const char *flx_expr_text(const flx_expr *expr)
{
    return expr->text;
}

int32_t flx_expr_line(const flx_expr *expr)
{
    return expr->line;
}

bool flx_expr_split_time(const flx_expr *expr, const flx_expr **factor, const flx_expr **shape)
{
    *factor = expr->factor;
    *shape = expr->shape;
    return expr->splits;
}
