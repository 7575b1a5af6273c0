// case/expr_emit.h -- what the compiler of expressions knows while it works.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CASE_EXPR_EMIT_H
#define FLX_CASE_EXPR_EMIT_H

#include "case/expr.h"

// A value on the stack: where its code begins, what it is, where in the text it stands.
typedef struct flx_operand {
    int32_t start;
    flx_dim dim;
    unsigned uses;
    int32_t from, to; // bytes of the text
} flx_operand;

typedef struct flx_compiler {
    flx_ctx *ctx;
    const flx_names *names;
    const flx_node *node;
    const char *path;
    const char *text;
    flx_want want;
    int32_t at; // next byte of the text
    int depth;
    flx_instr code[FLX_EXPR_CODE];
    int32_t n;
    flx_operand stack[FLX_EXPR_STACK];
    int32_t n_stack;
} flx_compiler;

// "case.yaml:12:18: drive.field: ..." for byte `at` of the text.
__attribute__((format(printf, 3, 4))) flx_status flx_compiler_fail(flx_compiler *c, int32_t at,
                                                                   const char *format, ...);

// Pushes a constant or variable; from, to: its place in the text.
flx_status flx_emit_push(flx_compiler *c, flx_instr in, flx_unit unit, unsigned uses, int32_t from);

// An operation on the topmost values; checks and combines their dimensions, folds constants.
flx_status flx_emit(flx_compiler *c, flx_op op);

// Turns the one value left into what is wanted: see flx_want.
flx_status flx_emit_result(flx_compiler *c);

#endif
