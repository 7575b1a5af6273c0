// case/expr_split.c -- factors an expression into factor(t) * shape(x, y, z).
//
// Walks down the products, quotients, signs and scales at the root; every factor below them must
// depend on time or on place, not on both.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/expr.h"

#include <string.h>

typedef struct part {
    int32_t start, end; // code of a factor
    unsigned uses;
    bool inverse;
} part;

enum { MAX_PARTS = 24 };

// Where the value that ends at instruction `end` begins, and what it depends on.
static int32_t start_of(const flx_instr *code, int32_t end, unsigned *uses)
{
    int32_t missing = 1, k = end;
    *uses = 0;
    for (; missing > 0; k--) {
        missing += flx_op_arguments(code[k].op) - 1;
        if (code[k].op == FLX_OP_VAR)
            *uses |= code[k].index < FLX_VAR_MEASURED ? 1U << code[k].index : FLX_EXPR_MEASURED;
    }
    return k + 1;
}

// Splits the products of code[start .. end] into parts; false if there are too many. Signs and
// scales are gathered in *sign.
static bool collect(const flx_instr *code, part *parts, int *n_part, double *sign)
{
    for (int p = 0; p < *n_part;) {
        part *a = &parts[p];
        const flx_instr *last = &code[a->end];
        bool both = (a->uses & FLX_EXPR_T) && (a->uses & FLX_EXPR_SPACE);
        if (last->op == FLX_OP_NEG || (last->op == FLX_OP_SCALE && last->value != 0)) {
            double value = last->op == FLX_OP_NEG ? -1 : last->value;
            *sign = a->inverse ? *sign / value : *sign * value;
            a->end--;
        } else if (both && (last->op == FLX_OP_MUL || last->op == FLX_OP_DIV)) {
            if (*n_part == MAX_PARTS)
                return false;
            unsigned uses;
            int32_t end = a->end;
            int32_t right = start_of(code, end - 1, &uses);
            parts[(*n_part)++] =
                (part){right, end - 1, uses, last->op == FLX_OP_DIV ? !a->inverse : a->inverse};
            a->end = right - 1;
            a->start = start_of(code, a->end, &a->uses);
        } else if (both) {
            return false;
        } else {
            p++;
        }
    }
    return true;
}

// The product of the parts of one kind as code of its own; *out NULL if there are none.
static flx_status build(flx_ctx *ctx, flx_arena *arena, const flx_expr *whole, const part *parts,
                        int n_part, bool time, double sign, const flx_expr **out)
{
    *out = NULL;
    int32_t n = 0, count = 0;
    for (int p = 0; p < n_part; p++)
        if (((parts[p].uses & FLX_EXPR_T) != 0) == time) {
            n += parts[p].end - parts[p].start + 2;
            count++;
        }
    if (count == 0 && sign == 1)
        return FLX_OK;
    flx_expr *expr = FLX_ARENA_NEW(ctx, arena, flx_expr, 1);
    flx_instr *code = FLX_ARENA_NEW(ctx, arena, flx_instr, n + 1);
    if (!expr || !code)
        return FLX_ERR_MEMORY;
    *expr = (flx_expr){.text = whole->text, .line = whole->line, .code = code};
    code[expr->n++] = (flx_instr){FLX_OP_CONST, 0, sign};
    for (int p = 0; p < n_part; p++) {
        if (((parts[p].uses & FLX_EXPR_T) != 0) != time)
            continue;
        int32_t length = parts[p].end - parts[p].start + 1;
        memcpy(code + expr->n, whole->code + parts[p].start, (size_t)length * sizeof *code);
        expr->n += length;
        code[expr->n++] = (flx_instr){.op = parts[p].inverse ? FLX_OP_DIV : FLX_OP_MUL};
        expr->uses |= parts[p].uses;
    }
    *out = expr;
    return FLX_OK;
}

// The stack of a part is as high as in the whole, and one for the product before it.
flx_status flx_expr_find_split(flx_ctx *ctx, flx_arena *arena, flx_expr *expr)
{
    part parts[MAX_PARTS] = {{.end = expr->n - 1, .uses = expr->uses}};
    int n_part = 1;
    double sign = 1;
    if (expr->uses & FLX_EXPR_MEASURED)
        return FLX_OK;
    expr->splits = collect(expr->code, parts, &n_part, &sign);
    if (!expr->splits)
        return FLX_OK;
    FLX_TRY(build(ctx, arena, expr, parts, n_part, true, 1, &expr->factor));
    return build(ctx, arena, expr, parts, n_part, false, sign, &expr->shape);
}
