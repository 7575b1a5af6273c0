// case/expr.h -- the language of values: compiler and the code it makes.
//
// Grammar, loosest first:   or   and   not   < <= > >= == !=   + -   * /   -a   a b   a^b
// `a b` is a product that binds tighter than * and /; ^ groups to the right. Code is postfix, for
// a stack of fixed height.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CASE_EXPR_H
#define FLX_CASE_EXPR_H

#include "base/nearest.h"
#include "case/yaml.h"
#include "fluxoid/case.h"
#include "units/dim.h"

enum { FLX_EXPR_STACK = 32, FLX_EXPR_CODE = 2000, FLX_EXPR_LENGTH = 20000, FLX_EXPR_ARGS = 8 };

typedef enum flx_op {
    FLX_OP_CONST, // push value
    FLX_OP_VAR,   // push value * variable[index]: x, y, z, t, measured quantities
    FLX_OP_SCALE, // a value
    FLX_OP_NEG,
    FLX_OP_NOT,
    FLX_OP_SQUARE,
    FLX_OP_ADD,
    FLX_OP_SUB,
    FLX_OP_MUL,
    FLX_OP_DIV,
    FLX_OP_POW,
    FLX_OP_LESS,
    FLX_OP_LESS_EQUAL,
    FLX_OP_EQUAL,
    FLX_OP_NOT_EQUAL,
    FLX_OP_AND,
    FLX_OP_OR,
    // functions of one argument
    FLX_OP_SIN,
    FLX_OP_COS,
    FLX_OP_TAN,
    FLX_OP_ASIN,
    FLX_OP_ACOS,
    FLX_OP_ATAN,
    FLX_OP_SINH,
    FLX_OP_COSH,
    FLX_OP_TANH,
    FLX_OP_EXP,
    FLX_OP_LOG,
    FLX_OP_LOG10,
    FLX_OP_SQRT,
    FLX_OP_ABS,
    FLX_OP_FLOOR,
    FLX_OP_CEIL,
    FLX_OP_ROUND,
    FLX_OP_SIGN,
    // of two
    FLX_OP_ATAN2,
    FLX_OP_HYPOT,
    FLX_OP_MIN,
    FLX_OP_MAX,
    FLX_OP_STEP,
    // of three
    FLX_OP_RAMP,
    FLX_OP_PULSE,
    FLX_OP_CLAMP,
    FLX_OP_IF
} flx_op;

typedef struct flx_instr {
    flx_op op;
    int32_t index; // FLX_OP_VAR
    double value;  // FLX_OP_CONST, FLX_OP_VAR, FLX_OP_SCALE
} flx_instr;

enum { FLX_VAR_X, FLX_VAR_Y, FLX_VAR_Z, FLX_VAR_T, FLX_VAR_MEASURED };

struct flx_expr {
    const char *text;
    int32_t line;
    unsigned uses;
    int32_t n;
    const flx_instr *code;
    bool splits;
    const flx_expr *factor, *shape; // of flx_expr_split_time
};

// Number of values an operation takes from the stack.
int flx_op_arguments(flx_op op);

// Value for x, y, z, t in var [FLX_VAR_MEASURED] and the quantities measured.
double flx_code_eval(const flx_instr *code, int32_t n, const double *var, const double *measured);

typedef enum flx_measured_found {
    FLX_MEASURED_FOUND,
    FLX_MEASURED_UNKNOWN,   // no such quantity
    FLX_MEASURED_OF_NOTHING // a quantity, but nothing of that name has it
} flx_measured_found;

// Where the names of values come from. *found says whether it has the name.
typedef struct flx_names {
    void *user;
    flx_status (*let)(void *user, const char *name, flx_unit *out, bool *found);
    // xi, tau0, ...; factor NAN: a known name, but its size is not
    flx_status (*scale)(void *user, const char *name, flx_unit *out, bool *found);
    // Quantity `what` ("voltage") of `of` ("v"; "" for those of the whole film): variable `index`.
    flx_measured_found (*measured)(void *user, const char *what, const char *of, flx_unit *unit,
                                   int32_t *index);
    // Offers the names there are. what NULL: of values; "": and of quantities; "voltage": of those
    // that have one.
    void (*offer)(void *user, flx_nearest *nearest, const char *what);
    double length;    // [m] units.length; 0: not given
    double unit;      // [m] that coordinates come in; 0: not known yet
    const char *file; // for messages
} flx_names;

// What a value is wanted for.
typedef struct flx_want {
    flx_dim dim;
    unsigned uses; // FLX_EXPR_* it may depend on
    bool any;      // any dimension will do (let)
} flx_want;

// Compiles the text of a scalar node. The value comes in SI, lengths in m, times in tau0, angles in
// degrees. path is for messages. dim (or NULL) receives the dimension when want.any.
flx_status flx_expr_compile(flx_ctx *ctx, flx_arena *arena, const flx_names *names,
                            const flx_node *node, const char *path, flx_want want, flx_dim *dim,
                            const flx_expr **out);

// Fills factor and shape.
flx_status flx_expr_find_split(flx_ctx *ctx, flx_arena *arena, flx_expr *expr);

// Words no let may have.
bool flx_expr_reserved(const char *word);

#endif
