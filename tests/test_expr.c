// The language of values: grammar, names, dimensions, evaluation, splitting.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/expr.h"
#include "test.h"

// A layer with xi = 0.5 um, K0 = 2 A/m, tau0 unknown or 1 ps; lengths in um; let W = 5, T = 7.
typedef struct fixture {
    flx_ctx *ctx;
    flx_arena arena;
    flx_names names;
    bool seconds;
} fixture;

static flx_status find_let(void *user, const char *name, flx_unit *out, bool *found)
{
    (void)user;
    *found = strcmp(name, "W") == 0 || strcmp(name, "T") == 0;
    *out = (flx_unit){name[0] == 'W' ? 5 : 7, FLX_DIM_NONE};
    return FLX_OK;
}

static flx_status find_scale(void *user, const char *name, flx_unit *out, bool *found)
{
    const fixture *f = user;
    *found = true;
    if (strcmp(name, "xi") == 0)
        *out = (flx_unit){0.5e-6, FLX_DIM_LENGTH};
    else if (strcmp(name, "K0") == 0)
        *out = (flx_unit){2, flx_dim_of("A/m")};
    else if (strcmp(name, "tau0") == 0)
        *out = f->seconds ? (flx_unit){1e-12, flx_dim_of("s")} : (flx_unit){1, FLX_DIM_TIME_TAU0};
    else
        *found = false;
    return FLX_OK;
}

static flx_measured_found find_measured(void *user, const char *what, const char *of,
                                        flx_unit *unit, int32_t *index)
{
    (void)user;
    *unit = (flx_unit){.factor = 1};
    *index = strcmp(what, "winding") == 0;
    if (strcmp(what, "energy") == 0 && of[0] == 0)
        return FLX_MEASURED_FOUND;
    if (*index == 0)
        return FLX_MEASURED_UNKNOWN;
    return strcmp(of, "hole") == 0 ? FLX_MEASURED_FOUND : FLX_MEASURED_OF_NOTHING;
}

static void offer(void *user, flx_nearest *nearest, const char *what)
{
    (void)user;
    flx_nearest_offer(nearest, what && what[0] ? "hole" : "mT");
}

static int setup(void **state)
{
    static fixture f;
    f = (fixture){.ctx = flx_ctx_create()};
    f.names = (flx_names){.user = &f,
                          .let = find_let,
                          .scale = find_scale,
                          .measured = find_measured,
                          .offer = offer,
                          .length = 1e-6,
                          .unit = 0.5e-6,
                          .file = "c.yaml"};
    *state = &f;
    return f.ctx ? 0 : -1;
}

static int teardown(void **state)
{
    fixture *f = *state;
    flx_arena_clear(&f->arena);
    flx_ctx_free(f->ctx);
    return 0;
}

static flx_status compile(fixture *f, const char *text, const char *dim, unsigned uses,
                          const flx_expr **out)
{
    const flx_node node = {.kind = FLX_NODE_SCALAR, .line = 3, .column = 5, .text = text};
    flx_want want = {.dim = flx_dim_of(dim), .uses = uses};
    return flx_expr_compile(f->ctx, &f->arena, &f->names, &node, "key", want, NULL, out);
}

static double value(fixture *f, const char *text, const char *dim)
{
    const flx_expr *expr;
    if (compile(f, text, dim, 0, &expr) != FLX_OK)
        fail_msg("%s", flx_ctx_error(f->ctx));
    assert_int_equal(flx_expr_uses(expr), 0);
    return flx_expr_eval(expr, (const double[3]){0, 0, 0}, 0);
}

static const flx_expr *function(fixture *f, const char *text, const char *dim)
{
    const flx_expr *expr;
    if (compile(f, text, dim, FLX_EXPR_SPACE | FLX_EXPR_T, &expr) != FLX_OK)
        fail_msg("%s", flx_ctx_error(f->ctx));
    return expr;
}

static void operators_bind_as_written_down(void **state)
{
    static const struct {
        const char *text;
        double value;
    } rows[] = {
        {"1 + 2*3", 7},
        {"(1 + 2)*3", 9},
        {"2^3^2", 512},
        {"-2^2", -4},
        {"2^-1", 0.5},
        {"1/2 W", 0.1},
        {"1/2*W", 2.5},
        {"2 W^2", 50},
        {"-2 W", -10},
        {"2 (3 + 4)", 14},
        {"8/2/2", 2},
        {"7 - 2 - 1", 4},
        {"2*-3", -6},
        {"2**3", 8},
        {"+4", 4},
        {"1e3", 1000},
        {"1.5e-2", 0.015},
        {".5", 0.5},
        {"2.", 2},
        {"W/2.5", 2},
        {"sqrt(2) W/W", 1.4142135623730951},
        {"1 < 2", 1},
        {"2 <= 1", 0},
        {"3 > 2 and 1 > 2", 0},
        {"1 > 2 or 3 >= 3", 1},
        {"not 1 == 2", 1},
        {"1 != 1", 0},
        {"!0 && 1", 1},
        {"-W + 2*ramp(1, 0, 2)", -4},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        double got = value(*state, rows[k].text, "1");
        // a few roundings of numbers of order one
        if (!(fabs(got - rows[k].value) <= 4e-15 * fabs(rows[k].value)))
            fail_msg("%s gives %.17g, not %.17g", rows[k].text, got, rows[k].value);
    }
}

static void units_make_quantities(void **state)
{
    static const struct {
        const char *text, *dim;
        double value;
    } rows[] = {
        {"0.4 mT", "T", 4e-4},
        {"4 G", "T", 4e-4},
        {"4 Oe", "T", 4 * 79.57747154594767 * 1.25663706212e-6},
        {"300 A/m", "T", 300 * 1.25663706212e-6},
        {"0.5 um", "m", 5e-7},
        {"2 xi", "m", 1e-6},
        {"50 nm", "m", 5e-8},
        {"3", "m", 3e-6}, // a bare length counts in units.length
        {"W/5 + 1 um", "m", 2e-6},
        {"sqrt(2)*W", "m", 5e-6 * 1.4142135623730951},
        {"0.02*4 K0*um", "A", 0.02 * 4 * 2e-6}, // 4 K0 binds first; the same product
        {"12 uA", "A", 1.2e-5},
        {"1e7 S/m", "S/m", 1e7},
        {"1/(2 uohm cm)", "S/m", 5e7},
        {"4.2 K", "K", 4.2},
        {"250 tau0", "tau0", 250},
        {"45", "degree", 45},
        {"45 deg", "degree", 45},
        {"0.25 pi rad", "degree", 45},
        {"atan2(1, 1)", "degree", 45},
        {"sqrt((3 um)^2 + (4 um)^2)/um", "1", 5},
        {"hypot(3 um, 4 um)/um", "1", 5},
        {"sin(30 deg)", "1", 0.5},
        {"max(1 um, 2 um, 1500 nm)/um", "1", 2},
        {"T", "1", 7}, // let hides the tesla
        {"max(0, 3 mT)", "T", 3e-3},
        {"(8 um^3)^(1/3)", "m", 2e-6},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        double got = value(*state, rows[k].text, rows[k].dim);
        // roundings of the factors of units: 1e-14 is some forty ulp
        if (!(fabs(got - rows[k].value) <= 1e-14 * fabs(rows[k].value)))
            fail_msg("%s gives %.17g, not %.17g", rows[k].text, got, rows[k].value);
    }
    ((fixture *)*state)->seconds = true;
    assert_near(value(*state, "5 ps", "tau0"), 5, 1e-14);
    assert_near(value(*state, "5 tau0", "tau0"), 5, 1e-14);
}

static void functions_have_their_values(void **state)
{
    static const double r[3] = {0, 0, 0};
    static const struct {
        const char *text;
        double t, value;
    } rows[] = {
        {"ramp(t, 0, 100)", -1, 0},  {"ramp(t, 0, 100)", 25, 0.25},
        {"ramp(t, 0, 100)", 101, 1}, {"ramp(t, 4, 4)", 3, 0},
        {"ramp(t, 4, 4)", 4, 1},     {"step(t, 2)", 1.9, 0},
        {"step(t, 2)", 2, 1},        {"pulse(t, 1, 2)", 1, 1},
        {"pulse(t, 1, 2)", 2, 0},    {"clamp(t, -1, 1)", 3, 1},
        {"clamp(t, -1, 1)", -3, -1}, {"sign(t)", -2, -1},
        {"if(t < 1, 5, 6)", 0, 5},   {"if(t < 1, 5, 6)", 2, 6},
        {"floor(t)", 1.7, 1},        {"ceil(t)", 1.2, 2},
        {"abs(t)", -3, 3},           {"min(t, 2, 1)", 5, 1},
        {"log(exp(t))", 1.5, 1.5},   {"log10(t)", 100, 2},
        {"tanh(t)", 0, 0},           {"ramp(t, 0, 50 tau0)", 5, 0.1},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        double got = flx_expr_eval(function(*state, rows[k].text, "1"), r, rows[k].t);
        assert_near(got, rows[k].value, 1e-15); // exact but for log(exp)
    }
}

static void coordinates_count_in_units_length(void **state)
{
    // r is in xi = 0.5 um, x in um
    const double r[3] = {4, -2, 6};
    assert_near(flx_expr_eval(function(*state, "x", "1"), r, 0), 2, 1e-15);
    assert_near(flx_expr_eval(function(*state, "y + 10*z", "1"), r, 0), 29, 1e-14);
    assert_near(flx_expr_eval(function(*state, "x - 0.5 um", "m"), r, 0), 1.5e-6, 1e-20);
    assert_near(flx_expr_eval(function(*state, "1 mT*x/(1 um)", "T"), r, 0), 2e-3, 1e-17);
    assert_near(flx_expr_eval(function(*state, "exp(-(x/(2 um))^2)", "1"), r, 0), exp(-1), 1e-15);
    assert_near(flx_expr_eval(function(*state, "x < 2.1 um", "1"), r, 0), 1, 0);
    assert_int_equal(flx_expr_uses(function(*state, "x*t", "1")), FLX_EXPR_X | FLX_EXPR_T);
}

static void many_points_give_the_bits_of_one(void **state)
{
    enum { N = 150 }; // two blocks and a part of one
    static double r[3 * N], out[N];
    const flx_expr *expr = function(
        *state, "1 mT*(sin(x)^2 - y/3 + ramp(t, 0, 9)*hypot(x, z) + if(x < y, 2^x, -z))", "T");
    for (int k = 0; k < 3 * N; k++)
        r[k] = 0.37 * k - 11 * (k % 7);
    flx_expr_eval_many(expr, r, N, 2.5, out);
    for (int k = 0; k < N; k++)
        assert_memory_equal(&out[k], &(double){flx_expr_eval(expr, r + 3 * (size_t)k, 2.5)}, 8);
}

static void products_of_time_and_place_separate(void **state)
{
    static const char *const separate[] = {"0.4 mT*ramp(t, 0, 100)",
                                           "-2 mT*(x^2 + y)*sin(t)/(1 + t^2)",
                                           "1 mT",
                                           "x mT/(2 t)",
                                           "cos(x) * exp(-t) * 3 mT",
                                           "-(x*t) mT"};
    static const char *const mixed[] = {"1 mT*(x + t)", "1 mT*sin(x*t)", "1 mT*ramp(t, x, 5)"};
    const double r[3] = {0.7, -1.3, 2};
    const flx_expr *factor, *shape;
    for (size_t k = 0; k < sizeof separate / sizeof *separate; k++) {
        const flx_expr *expr = function(*state, separate[k], "T");
        assert_true(flx_expr_split_time(expr, &factor, &shape));
        double product =
            (factor ? flx_expr_eval(factor, r, 3) : 1) * (shape ? flx_expr_eval(shape, r, 3) : 1);
        double whole = flx_expr_eval(expr, r, 3);
        assert_near(product / whole, 1, 1e-14); // the order of the factors changes the rounding
        assert_true(!factor || !(flx_expr_uses(factor) & FLX_EXPR_SPACE));
        assert_true(!shape || !(flx_expr_uses(shape) & FLX_EXPR_T));
    }
    for (size_t k = 0; k < sizeof mixed / sizeof *mixed; k++)
        assert_false(flx_expr_split_time(function(*state, mixed[k], "T"), &factor, &shape));
}

static void conditions_ask_for_what_is_measured(void **state)
{
    fixture *f = *state;
    const flx_expr *expr;
    unsigned uses = FLX_EXPR_T | FLX_EXPR_MEASURED;
    assert_int_equal(
        compile(f, "winding.hole != 2 and (energy > -0.5 or t >= 9)", "1", uses, &expr), FLX_OK);
    assert_true(flx_expr_holds(expr, 0, (const double[]){-0.4, 1}));
    assert_false(flx_expr_holds(expr, 0, (const double[]){-0.4, 2}));
    assert_false(flx_expr_holds(expr, 0, (const double[]){-0.6, 1}));
    assert_true(flx_expr_holds(expr, 9, (const double[]){-0.6, 1}));
    assert_false(flx_expr_holds(expr, 9, (const double[]){-0.6, 2}));
    assert_int_equal(compile(f, "abs(winding(hole)) > 1", "1", uses, &expr), FLX_OK);
    assert_true(flx_expr_holds(expr, 0, (const double[]){0, -2}));
    assert_int_equal(compile(f, "energy > 1", "1", uses, &expr), FLX_OK);
    assert_false(flx_expr_holds(expr, 0, (const double[]){NAN, 0}));
    assert_int_equal(compile(f, "winding.hol > 1", "1", uses, &expr), FLX_ERR_INPUT);
    assert_string_equal(flx_ctx_error(f->ctx),
                        "c.yaml:3:5: key: there is no 'hol' whose winding could be measured; did "
                        "you mean 'hole'?");
}

static void wrong_texts_are_refused(void **state)
{
    static const char *const rows[] = {"",
                                       " ",
                                       "(",
                                       ")",
                                       "1 +",
                                       "* 2",
                                       "1 2",
                                       "um 3",
                                       "sin",
                                       "sin()",
                                       "sin(1,2)",
                                       "1,2",
                                       "1..2",
                                       "@",
                                       "1 = 2",
                                       "x",
                                       "t",
                                       "and",
                                       "1 and",
                                       "not",
                                       "3 um",
                                       "1/0",
                                       "sqrt(-1)",
                                       "1e999",
                                       "2^um",
                                       "um^x",
                                       "1 < 2 < 3",
                                       "1 + um^2",
                                       "exp(1 um)",
                                       "clamp(1, 2)",
                                       "if(1 um, 2, 3)",
                                       "nosuchunit",
                                       "[1]",
                                       "0x10",
                                       "#",
                                       "1 mT + 1 um",
                                       "\xff\xfe",
                                       "1e",
                                       "um^1000",
                                       "min",
                                       "W.x"};
    fixture *f = *state;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        const flx_expr *expr;
        if (compile(f, rows[k], "1", 0, &expr) != FLX_ERR_INPUT)
            fail_msg("'%s' was taken", rows[k]);
        assert_memory_equal(flx_ctx_error(f->ctx), "c.yaml:3:", 9);
    }
}

static void no_length_or_depth_breaks_it(void **state)
{
    fixture *f = *state;
    static char text[60000];
    static const char *const bricks[] = {"(",  "-",      "1+",   "sin(", "2^",
                                         "1 ", "max(1,", "not ", "1,"};
    const flx_expr *expr;
    for (size_t b = 0; b < sizeof bricks / sizeof *bricks; b++)
        for (size_t n = 3; n < 9000; n *= 3) {
            text[0] = 0;
            size_t length = strlen(bricks[b]);
            for (size_t k = 0; k < n; k++)
                memcpy(text + k * length, bricks[b], length);
            text[n * length] = 0;
            assert_int_equal(compile(f, text, "1", 0, &expr), FLX_ERR_INPUT);
        }
    // A long sum is no deep one.
    for (size_t k = 0; k < 900; k++)
        memcpy(text + 2 * k, "x+", 2);
    strcpy(text + 1800, "1");
    assert_near(flx_expr_eval(function(f, text, "1"), (const double[3]){2, 0, 0}, 0), 901, 0);
}

// Random words of the language: none may be anything but a value or an error in words.
static void random_texts_are_values_or_errors(void **state)
{
    static const char *const words[] = {"1",   "x",    "t",  "um", "mT",  "W",  "+",   "-",
                                        "*",   "/",    "^",  "(",  ")",   ",",  "sin", "ramp",
                                        "max", "<",    ">",  "==", "and", "or", "not", "pi",
                                        "2.5", "tau0", "if", "K0", "xi",  "0",  "e",   "."};
    fixture *f = *state;
    uint64_t random = 12345;
    int good = 0;
    for (int k = 0; k < 20000; k++) {
        char text[200] = "";
        random = random * 6364136223846793005U + 1442695040888963407U;
        int n = 1 + (int)(random >> 60);
        for (int j = 0; j < n; j++) {
            random = random * 6364136223846793005U + 1442695040888963407U;
            strcat(text, words[(random >> 33) % (sizeof words / sizeof *words)]);
            if (random >> 63)
                strcat(text, " ");
        }
        const flx_expr *expr;
        flx_status status = compile(f, text, "1", FLX_EXPR_SPACE | FLX_EXPR_T, &expr);
        if (status == FLX_OK) {
            good++;
            (void)flx_expr_eval(expr, (const double[3]){1, 2, 3}, 4);
        } else {
            assert_int_equal(status, FLX_ERR_INPUT);
            assert_int_not_equal(strlen(flx_ctx_error(f->ctx)), 0);
        }
    }
    assert_true(good > 100); // some were values, so that the test has reached the code
}

static void every_failed_allocation_is_an_error(void **state)
{
    fixture *f = *state;
    const flx_expr *expr;
    for (int64_t n = 1;; n++) {
        flx_ctx_fail_allocation(f->ctx, n);
        flx_status status = compile(f, "1 mT*ramp(t, 0, 5)*x", "T", 15, &expr);
        flx_ctx_fail_allocation(f->ctx, 0);
        flx_arena_clear(&f->arena);
        if (status == FLX_OK)
            break;
        assert_int_equal(status, FLX_ERR_MEMORY);
        assert_true(n < 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(operators_bind_as_written_down, setup, teardown),
        cmocka_unit_test_setup_teardown(units_make_quantities, setup, teardown),
        cmocka_unit_test_setup_teardown(functions_have_their_values, setup, teardown),
        cmocka_unit_test_setup_teardown(coordinates_count_in_units_length, setup, teardown),
        cmocka_unit_test_setup_teardown(many_points_give_the_bits_of_one, setup, teardown),
        cmocka_unit_test_setup_teardown(products_of_time_and_place_separate, setup, teardown),
        cmocka_unit_test_setup_teardown(conditions_ask_for_what_is_measured, setup, teardown),
        cmocka_unit_test_setup_teardown(wrong_texts_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(no_length_or_depth_breaks_it, setup, teardown),
        cmocka_unit_test_setup_teardown(random_texts_are_values_or_errors, setup, teardown),
        cmocka_unit_test_setup_teardown(every_failed_allocation_is_an_error, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
