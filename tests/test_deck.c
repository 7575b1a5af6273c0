// Decks: what is read, and wrong ones with the exact words that refuse them.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/base.h"
#include "fluxoid/circuit.h"
#include "test.h"

static flx_status read_with(flx_ctx *ctx, const char *text, const char *set, flx_deck **deck)
{
    const char *sets[] = {set};
    const flx_deck_source source = {.path = "deck.cir",
                                    .text = text,
                                    .length = strlen(text),
                                    .sets = sets,
                                    .n_set = set != NULL};
    return flx_deck_create(ctx, &source, deck);
}

static flx_deck *deck_of(flx_ctx *ctx, const char *text)
{
    flx_deck *deck = NULL;
    if (read_with(ctx, text, NULL, &deck) < 0)
        fail_msg("%s", flx_ctx_error(ctx));
    return deck;
}

// -- wrong decks ----------------------------------------------------------------------------------

static const struct {
    const char *text, *message;
} wrong[] = {
    {"R1 1 0 1\nQ1 1 0 2\n", "deck.cir:2: unknown element 'Q1'; its first letter must be one of R "
                             "L C K B V I P T E F G H X, or * for a comment"},
    {"A dc SQUID\nR1 1 0 1\n", "deck.cir:1: unknown element 'A'; its first letter must be one of R "
                               "L C K B V I P T E F G H X, or * for a comment"},
    {"R1 1 0 1\n.trans 1p 1n\n", "deck.cir:2: unknown card '.trans'; did you mean '.tran'?"},
    {"R1 1 0 1\n.fourier v(1)\n",
     "deck.cir:2: unknown card '.fourier'; docs/circuit.md lists the cards of a deck"},
    {"R1 1 0\n", "deck.cir:1: R1 is incomplete; write Rname node node ohms"},
    {"R1 1 0 0\n", "deck.cir:1: resistance of R1 is 0 ohm; it must be > 0; to join two nodes give "
                   "both the same name"},
    {"R1 1 0 -5\n", "deck.cir:1: resistance of R1 is -5 ohm; it must be > 0"},
    {"L1 1 0 1p 2p\n", "deck.cir:1: '2p' is too much behind L1"},
    {"L1 1 0 1p q=3\n", "deck.cir:1: L1 has no property 'q'"},
    {"C1 1 0 3zz\n", "deck.cir:1: 'zz' behind a number is no prefix or unit; prefixes are f p n u "
                     "m k meg x g t, units V A H F s Hz ohm"},
    {"I1 0 1 pwl(0 0 5p 1m\nR1 1 0 1\n",
     "deck.cir:1: a bracket or quote is not closed in 'pwl(0 0 5p 1m'"},
    {"R1 1 0 2*\n", "deck.cir:1: expected a value at the end of '2*'"},
    {".param a=(1+2\nR1 1 0 a\n", "deck.cir:1: expected ')' in '(1+2'"},
    {".param a=1 b=2 $\nR1 1 0 a\n",
     "deck.cir:1: expected an operator or the end, found '$' in '2 $'"},
    {".param width=1\nR1 1 0 widht\n",
     "deck.cir:2: 'widht' is no parameter known here; did you mean 'width'?"},
    {"R1 1 0 1\n.print v(1)\n.measure a param='2*b'\n.measure b avg v(1)\n",
     "deck.cir:3: measure b is defined later, at line 4; move this line below it"},
    {"R1 1 0 1\n.print v(1)\n.measure a param='2*a'\n", "deck.cir:3: measure a needs itself"},
    {"R1 1 0 b\n.print v(1)\n.measure b avg v(1)\n",
     "deck.cir:1: 'b' is no parameter known here; define it with .param NAME=VALUE"},
    {".param a=b\n.param b=2*a\nR1 1 0 a\n", "deck.cir:1: parameter a needs itself"},
    {".param a=1\n.param a=2\nR1 1 0 a\n", "deck.cir:2: parameter a is already defined at line 1"},
    {".param a\nR1 1 0 1\n", "deck.cir:1: expected .param NAME=VALUE, found '.param a'"},
    {".param a=1/0\nR1 1 0 1\n", "deck.cir:1: '1/0' gives infinity, not a number to work with"},
    {".param a=sqr(2)\nR1 1 0 1\n", "deck.cir:1: 'sqr' is no function; did you mean 'sqrt'?"},
    {".param a=min(2)\nR1 1 0 1\n", "deck.cir:1: min takes 2 arguments, here is one"},
    {"B1 1 0 jj1\n",
     "deck.cir:1: there is no model 'jj1' for B1; define it with .model NAME jj(...)"},
    {"B1 1 0 jj2\n.model jj1 jj(rn=5)\n",
     "deck.cir:1: there is no model 'jj2' for B1; did you mean 'jj1'?"},
    {".model d1 d(is=1)\nR1 1 0 1\n", "deck.cir:1: model d1 is of kind 'd'; the only kind is jj"},
    {".model j jj(rtype=1, icirt=1m)\nR1 1 0 1\n",
     "deck.cir:1: a junction has no property 'icirt'; did you mean 'icrit'?"},
    {".model j jj(icrit=-1m)\nR1 1 0 1\n", "deck.cir:1: icrit is -0.001, allowed is 0 to 1e+06"},
    {".model j jj(rtype=5)\nR1 1 0 1\n", "deck.cir:1: rtype is 5; 0 is a constant resistance, 1 "
                                         "piecewise at the gap, 2 smooth at the gap"},
    {".model j jj(rtype=1,rn=16,r0=5)\nR1 1 0 1\n",
     "deck.cir:1: r0 (5 ohm, below the gap) is smaller than rn (16 ohm)"},
    {".model j jj(t=10,tc=9)\nR1 1 0 1\n",
     "deck.cir:1: t is 10 K and tc 9 K; a junction needs t < tc"},
    {".model j jj(rn=5)\n.model j jj(rn=6)\nR1 1 0 1\n",
     "deck.cir:2: model j is already defined at line 1"},
    {".model j jj(rn=5)\nB1 1 0 j area=0\n", "deck.cir:2: area of B1 is 0; it must be > 0"},
    {"I1 0 1 pulze(0 1 2p 3p)\nR1 1 0 1\n",
     "deck.cir:1: 'pulze' is no source; did you mean 'pulse'?"},
    {"V1 1 0 cus(file.txt 1p 1 1)\nR1 1 0 1\n",
     "deck.cir:1: cus(...) reads samples from a file, which is not supported; write them as pwl(t1 "
     "x1 t2 x2 ...)"},
    {"I1 1 0 noise(0 1u 1p)\nR1 1 0 1\n",
     "deck.cir:1: noise(...) depends on the time step; every resistor makes its own noise at the "
     "temperature of .temp"},
    {"I1 0 1 pwl(0 0 5p)\nR1 1 0 1\n",
     "deck.cir:1: pwl has 3 numbers; they come in pairs of time and value"},
    {"I1 0 1 pwl(0 0 5p 1m 3p 0)\nR1 1 0 1\n",
     "deck.cir:1: times of a source must grow: 3e-12 s comes after 5e-12 s"},
    {"I1 0 1 pulse(0 1m 0 5p 5p 10p 15p)\nR1 1 0 1\n",
     "deck.cir:1: the period of the pulse, 1.5e-11 s, is shorter than rise + width + fall, 2e-11 "
     "s"},
    {"I1 0 1\nR1 1 0 1\n", "deck.cir:1: I1 is incomplete; write Iname node node pwl(0 0 5p 1m)"},
    {"I1 0 1 sin(0 1m)\nR1 1 0 1\n",
     "deck.cir:1: sin has 2 values; write sin(offset amplitude frequency delay damping)"},
    {"T1 1 0 2 0 z0=50\nR1 1 0 1\n",
     "deck.cir:1: line T1 needs z0 > 0 and td > 0, given are 50 ohm and 0 s"},
    {"T1 1 0 2 z0=50 td=1p\nR1 1 0 1\n",
     "deck.cir:1: T1 is incomplete; write Tname node node node node z0=50 td=10p"},
    {"L1 1 0 1p\nK1 L1 L2 0.5\n", "deck.cir:2: K1 couples 'L2', which is no inductor here"},
    {"L1 1 0 1p\nL2 2 0 1p\nK1 L1 L2 1\n",
     "deck.cir:3: coupling K1 is 1; it must lie between -1 and 1"},
    {"L1 1 0 1p\nL2 2 0 1p\nL3 3 0 1p\nK1 L1 L2 0.9\nK2 L2 L3 0.9\nK3 L1 L3 -0.9\n",
     "deck.cir:4: the 3 inductors coupled by K1 and others (L1, L2 ...) would have a negative "
     "energy: their coupling factors contradict each other; make them smaller"},
    {"R1 1 0 1\nr1 1 0 2\n", "deck.cir:2: element r1 is already there at line 1"},
    {".subckt a 1\nR1 1 0 1\n", "deck.cir:1: subcircuit a is not closed; end it with .ends"},
    {".subckt a 1\n.subckt b 2\n.ends\n.ends\nR1 1 0 1\n",
     "deck.cir:2: .subckt inside subcircuit a (line 1); close that with .ends first"},
    {"R1 1 0 1\n.ends\n", "deck.cir:2: .ends without .subckt"},
    {".subckt jtl 1 2\nR1 1 2 1\n.ends\nX1 jlt 1 0\n",
     "deck.cir:4: neither 'jlt' nor '0' is a subcircuit; did you mean 'jtl'?"},
    {".subckt jtl 1 2\nR1 1 2 1\n.ends\nX1 jtl 1 2 0\n",
     "deck.cir:4: X1 gives 3 nodes to subcircuit jtl, which has 2"},
    {".subckt a 1\nX1 a 1\n.ends\nX1 a 1\n",
     "deck.cir:2: subcircuits are nested 40 deep; does a contain itself?"},
    {".subckt a 1\nR1 1 0 1\n.ends\nX1 a 1 R2=5\n",
     "deck.cir:4: subcircuit a has no parameter or element 'R2' to be set"},
    {".subckt a 0 1\nR1 1 0 1\n.ends\nX1 a 1 2\nR2 1 0 1\nR3 2 0 1\n",
     "deck.cir:4: X1 gives node 1 to node 0 of subcircuit a, which is the ground"},
    {".subckt a 1\nR1 1 0 1\n.tran 1p 1n\n.ends\nX1 a 1\n",
     "deck.cir:3: .tran stands inside subcircuit a; put it behind .ends"},
    {".subckt a 1\n.ends\n.subckt a 1\n.ends\nR1 1 0 1\n",
     "deck.cir:3: subcircuit a is already defined at line 1 of deck.cir"},
    {"R1 1 0 1\nE1 2 0 1 5\n", "deck.cir:2: E1 is incomplete; write Ename out+ out- in+ in- gain"},
    {"V1 1 0 1m\nR1 1 0 1\nF1 2 0 V1 5\n",
     "deck.cir:3: F1 is incomplete; write Fname out+ out- in+ in- gain (in+, in-: a short in the "
     "way of the control current)"},
    {"R1 1 0 1\nH1 1 0 2 0 1e40\n", "deck.cir:2: the gain of H1 is 1e+40; at most 1e30 is allowed"},
    {"R1 1 0 1\nG1 0 2 1 0 1m\n",
     "deck.cir:2: node 2: only current sources and controls (G1) reach it, so its phase has no "
     "reference; add a resistor, inductor or junction to node 0"},
    {"R1 1 0 1\nE1 1 0 2 0 3\n",
     "deck.cir:2: node 2: only current sources and controls (E1) reach it, so its phase has no "
     "reference; add a resistor, inductor or junction to node 0"},
    {"R1 1 0 1\nF1 1 0 2 2 1\n",
     "deck.cir:2: the control (a short) of source F1 has both ends at node 2"},
    {"V1 1 0 1m\nR1 2 0 1\nE1 1 0 2 0 3\n",
     "deck.cir:3: source E1 closes a loop of voltage and phase sources between nodes 1 and 0; put "
     "a resistor or inductor into the loop"},
    {"V1 1 0 1m\nR1 2 0 1\nH1 2 0 1 0 3\n",
     "deck.cir:3: the control (a short) of source H1 closes a loop of voltage and phase sources "
     "between nodes 1 and 0; put a resistor or inductor into the loop"},
    {"R1 1 0 1\nL1 2 3 1p\nC1 3 2 1p\n",
     "deck.cir:2: nodes 2, 3 float: nothing but current sources joins them to node 0 (first "
     "element: L1); connect one node of the island to 0"},
    {"R1 1 0 1\nI1 0 2 dc 1m\n",
     "deck.cir:2: node 2: only current sources and controls (I1) reach it, so its phase has no "
     "reference; add a resistor, inductor or junction to node 0"},
    {"V1 1 0 1m\nV2 1 0 2m\n", "deck.cir:2: source V2 closes a loop of voltage and phase sources "
                               "between nodes 1 and 0; put a resistor or inductor into the loop"},
    {"V1 1 0 1m\nP1 2 1 0.5\nV2 2 0 1m\n",
     "deck.cir:3: source V2 closes a loop of voltage and phase sources between nodes 2 and 0; put "
     "a resistor or inductor into the loop"},
    {"V1 1 1 1m\nR1 1 0 1\n", "deck.cir:1: source V1 has both ends at node 1"},
    {"R1 1 0 1\n.tran 1p\n", "deck.cir:2: expected .tran STEP STOP [FROM [EVERY]], all in seconds"},
    {"R1 1 0 1\n.tran 1n 1p\n",
     "deck.cir:2: step 1e-09 s and stop 1e-12 s: wanted is 0 < step <= stop"},
    {"R1 1 0 1\n.tran 1p 1n\n.tran 1p 2n\n", "deck.cir:3: .tran is given twice"},
    {"R1 1 0 1\n.temp -3\n", "deck.cir:2: a temperature of -3 K"},
    {"R1 1 0 1\n.options metod=josim\n",
     "deck.cir:2: unknown option 'metod'; did you mean 'method'?"},
    {"R1 1 0 1\n.options method=gear\n", "deck.cir:2: method 'gear'; known are midpoint, josim"},
    {"R1 1 0 1\n.print power(1)\n",
     "deck.cir:2: 'power(1)' cannot be printed; write v(NODE), v(NODE,NODE), v(ELEMENT), "
     "i(ELEMENT), p(ELEMENT), or DEVV, DEVI, PHASE, NODEV, NODEP and a name"},
    {"R1 1 0 1\n.print\n", "deck.cir:2: nothing to print; write e.g. .print v(1) i(L1) p(B1)"},
    {"R1 1 0 1\n.sweep a 1 2\n",
     "deck.cir:2: expected .sweep NAME FROM TO POINTS, or .sweep NAME list VALUE ..."},
    {"R1 1 0 1\n.sweep R2 1 2 3\n",
     "deck.cir:2: there is no parameter or element to sweep 'R2'; did you mean 'R1'?"},
    {"R1 1 0 1\n.flux R1 0.5\n",
     "deck.cir:2: 'R1' is no inductor; flux is given to an inductor of its loop"},
    {"R1 1 0 1\n.state n=0.5\n", "deck.cir:2: a fluxoid number must be whole, here it is 0.5"},
    {"R1 1 0 1\n.ic v(2)=1m\n", "deck.cir:2: v(2): there is no node '2'"},
    {"R1 1 0 1\n.measure a average v(1)\n",
     "deck.cir:2: 'average' is no measure; known are avg, min, max, pp, rms, integ, find, period, "
     "critical, switch_mean, switch_width"},
    {"R1 1 0 1\n.measure a avg v(2)\n", "deck.cir:2: there is no node or element '2'"},
    {"R1 1 0 1\n.measure a avg v(1) from=2n to=1n\n",
     "deck.cir:2: nothing lies between from=2e-09 s and to=1e-09 s"},
    {"R1 1 0 1\n.measure a avg v(1)\n.measure b param='2*q'\n",
     "deck.cir:3: 'q' is no parameter known here; define it with .param NAME=VALUE"},
    {"R1 1 0 1\n.include nosuchfile.cir\n",
     "deck.cir:2: .include: cannot read nosuchfile.cir: No such file or directory"},
    {"R1 1 0 1\n.spread 0.1\n", "deck.cir:2: .spread draws other values at each run, which is not "
                                "supported; vary a parameter with .sweep"},
    {"+ 1 0 1\nR1 1 0 1\n", "deck.cir:1: '+' continues a line, but there is none before it"},
    {"R1 1 0 1\n.control\ntran 1p 1n\n", "deck.cir:2: .control is not closed; end it with .endc"},
    {"* nothing here\n", "deck.cir has no elements"},
    {"R1 1 0 1\001\n", "deck.cir:1: character number 1 in the line; a deck is plain text"},
    {"R1 1 0 =5\n", "deck.cir:1: R1 is incomplete; write Rname node node ohms"},
    {"R1 1 0 1\n.options gear=2\n",
     "deck.cir:2: unknown option 'gear'; known are method, tolerance, seed, temp"},
};

static void wrong_decks_are_refused_with_line_and_reason(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        flx_deck *deck = NULL;
        flx_status status = read_with(ctx, wrong[k].text, NULL, &deck);
        assert_null(deck);
        assert_true(status == FLX_ERR_INPUT);
        assert_string_equal(flx_ctx_error(ctx), wrong[k].message);
    }
    flx_ctx_free(ctx);
}

static void brackets_are_not_nested_for_ever(void **state)
{
    (void)state;
    char text[2100] = "R1 1 0 ";
    memset(text + 7, '(', 1000);
    text[1007] = '1';
    memset(text + 1008, ')', 1000);
    flx_ctx *ctx = flx_ctx_create();
    flx_deck *deck = NULL;
    assert_int_equal(read_with(ctx, text, NULL, &deck), FLX_ERR_INPUT);
    assert_string_equal(flx_ctx_error(ctx), "deck.cir:1: more than 64 brackets within another");
    flx_ctx_free(ctx);
}

static void wrong_values_from_outside_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *set, *message;
    } rows[] = {
        {"R1", "--set R1: expected NAME=VALUE"},
        {"R2=5",
         "--set: deck.cir has no parameter or element with a value 'R2'; did you mean 'R1'?"},
        {"a=-1", "deck.cir:2: resistance of R1 is -1 ohm; it must be > 0"},
        {"a=b", "--set: 'b' is no parameter known here; define it with .param NAME=VALUE"},
        {"temp=-1", "--set temp: a temperature of -1 K"},
    };
    flx_ctx *ctx = flx_ctx_create();
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        flx_deck *deck = NULL;
        assert_int_equal(read_with(ctx, ".param a=1\nR1 1 0 a\n", rows[k].set, &deck),
                         FLX_ERR_INPUT);
        assert_string_equal(flx_ctx_error(ctx), rows[k].message);
    }
    flx_ctx_free(ctx);
}

static void deck_without_memory_is_refused(void **state)
{
    (void)state;
    static const char text[] = ".param a=1\n.subckt s 1 2\nR1 1 2 a\nL1 1 2 1p\n.ends\n"
                               ".model j jj(rn=5)\nX1 s 1 0\nB1 1 0 j\n.tran 1p 1n\n.print v(1)\n";
    flx_ctx *ctx = flx_ctx_create();
    int64_t n = 1;
    for (;; n++) {
        flx_deck *deck = NULL;
        flx_ctx_fail_allocation(ctx, n);
        flx_status status = read_with(ctx, text, NULL, &deck);
        flx_ctx_fail_allocation(ctx, 0);
        flx_deck_free(deck);
        if (status == FLX_OK)
            break;
        assert_int_equal(status, FLX_ERR_MEMORY);
    }
    assert_true(n > 5);
    flx_ctx_free(ctx);
}

// -- right decks ----------------------------------------------------------------------------------

static const flx_element *element_of(const flx_deck *deck, const char *name)
{
    for (int32_t k = 0; k < deck->circuit.n_element; k++)
        if (strcmp(deck->circuit.element[k].name, name) == 0)
            return &deck->circuit.element[k];
    fail_msg("no element %s", name);
    return NULL;
}

static void numbers_and_expressions_have_their_values(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } rows[] = {
        {"2.5mV", 2.5e-3},
        {"100ns", 1e-7},
        {"1.32PF", 1.32e-12},
        {"250uA", 250e-6},
        {"5F", 5e-15},
        {"3MEG", 3e6},
        {"2x", 2e6},
        {"5V", 5},
        {"1e-3k", 1},
        {"1.0pH", 1e-12},
        {"2^3^2", 512},
        {"-2^2", -4},
        {"1-2-3", -4},
        {"12/2/3", 2},
        {"2*(3+4)", 14},
        {"sqrt(16)", 4},
        {"max(2,3)", 3},
        {"ln(exp(2))", 2},
        {"log(1000)", 3},
        {"{1+1}", 2},
        {"2**3", 8},
        {"--2", 2},
        {"b*1u", 7e-6},
        {"2*pi", 6.283185307179586},
        {"phi_zero", 2.067833848461929e-15},
    };
    flx_ctx *ctx = flx_ctx_create();
    flx_deck *deck = deck_of(ctx, ".param a=3 b = a + 4\nR1 1 0 a\n");
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        double value = 0;
        if (flx_deck_evaluate(ctx, deck, rows[k].text, NULL, &value, NULL) < 0)
            fail_msg("%s", flx_ctx_error(ctx));
        // a few roundings
        assert_near(value, rows[k].value, 1e-15 * fabs(rows[k].value));
    }
    flx_deck_free(deck);
    flx_ctx_free(ctx);
}

static void subcircuits_take_nodes_parameters_and_values(void **state)
{
    (void)state;
    static const char text[] = "* both orders of names, defaults, values of elements\n"
                               ".param w=2\n"
                               ".subckt cell a b\n"
                               ".param r=5*w s=2*r\n"
                               "R1 a m r\n"
                               "L1 m b 3p\n"
                               "R2 b 0 s\n"
                               ".ends cell\n"
                               ".SUBCKT pair 1 2\n"
                               "X1 cell 1 9\n"
                               "X2 9 2 cell r=7 L1=w*1p\n"
                               "+ \n"
                               ".ends\n"
                               "X1 pair 1 2\n"
                               "R9 1 2 1 ; a comment\n"
                               ".print v(9|X1) devi R1|X2|X1 p(X1_X2_L1)\n";
    flx_ctx *ctx = flx_ctx_create();
    flx_deck *deck = deck_of(ctx, text);
    assert_int_equal(deck->circuit.n_element, 7);
    assert_int_equal(deck->circuit.n_node, 6); // 0, 1, 2, 9|X1, m|X1|X1, m|X2|X1
    assert_near(element_of(deck, "R1|X1|X1")->value, 10, 0);
    assert_near(element_of(deck, "R2|X1|X1")->value, 20, 0);
    assert_near(element_of(deck, "R1|X2|X1")->value, 7, 0);
    assert_near(element_of(deck, "R2|X2|X1")->value, 14, 0);
    assert_near(element_of(deck, "L1|X2|X1")->value, 2e-12, 1e-27);
    assert_int_equal(element_of(deck, "L1|X2|X1")->line, 6);
    assert_int_equal(element_of(deck, "L1|X1|X1")->node[1], element_of(deck, "R1|X2|X1")->node[0]);
    assert_int_equal(deck->n_probe, 3);
    assert_string_equal(deck->probe[0].name, "v(9|X1)");
    assert_string_equal(deck->probe[1].name, "i(R1|X2|X1)");
    flx_deck_free(deck);
    flx_ctx_free(ctx);
}

static void models_belong_to_their_subcircuit(void **state)
{
    (void)state;
    static const char text[] = ".model j JJ(RTYPE=0, ICRIT= 250uA CAP=1.32PF rN=90)\n"
                               ".subckt s 1\n"
                               ".model j jj(icrit=0.1m, cpr={1,-0.2}, phi=pi)\n"
                               "B1 1 0 5 j area=2.16\n"
                               ".ends\n"
                               "X1 s 1\n"
                               "B1 1 0 j ic=500u\n";
    flx_ctx *ctx = flx_ctx_create();
    flx_deck *deck = deck_of(ctx, text);
    const flx_element *inner = element_of(deck, "B1|X1"), *outer = element_of(deck, "B1");
    const flx_junction_model *m = &deck->circuit.model[inner->model];
    assert_near(m->icrit, 1e-4, 0);
    assert_near(m->cpr[1], -0.2, 0);
    assert_int_equal(m->n_cpr, 2);
    assert_int_equal(m->rtype, 1);
    assert_near(inner->value, 2.16, 0);
    assert_near(outer->value, 2, 1e-15); // 500 uA over 250 uA
    assert_near(deck->circuit.model[outer->model].cap, 1.32e-12, 1e-27);
    assert_int_equal(deck->circuit.n_node, 2); // the third node of a junction is no node
    flx_deck_free(deck);
    flx_ctx_free(ctx);
}

static void cards_are_understood(void **state)
{
    (void)state;
    static const char text[] = ".param ib=5u\n"
                               "I1 0 1 pwl (0 0 5p ib)\n"
                               "R1 1 0 2\nL1 1 0 1p\n.temp 4.2\n.noise seeds=8 seed=3\n"
                               ".options method=josim tolerance=1e-5\n"
                               ".sweep ib 0 10u 11\n.sweep R1 list 1 2 5\n"
                               ".flux L1 0.25\n.ic v(1)=1m i(L1)=2u\n.state L1=-1\n"
                               ".measure a avg v(1) from=10p\n.measure b param='2*a + ib'\n"
                               ".control\ntran 0.25p 100p 10p 0.5p 0 UIC\nprint v(1) @R1[c]\nrun\n"
                               ".endc\n.end\nthis is not read\n";
    flx_ctx *ctx = flx_ctx_create();
    flx_deck *d = deck_of(ctx, text);
    assert_near(d->step, 0.25e-12, 0);
    assert_near(d->stop, 100e-12, 0);
    assert_near(d->print_from, 10e-12, 1e-27);
    assert_near(d->print_step, 0.5e-12, 0);
    assert_true(d->josim && d->noise_seeds == 8 && d->seed == 3);
    assert_near(d->circuit.temperature, 4.2, 0);
    assert_int_equal(d->n_sweep, 2);
    assert_int_equal(d->sweep[0].n, 11);
    assert_near(d->sweep[0].value[1], 1e-6, 1e-21);
    assert_near(d->sweep[1].value[2], 5, 0);
    assert_near(flx_wave_at(element_of(d, "L1")->wave, 0), 1.5707963267948966, 0);
    assert_int_equal(d->n_start, 3);
    assert_int_equal(d->n_measure, 2);
    assert_int_equal(d->n_probe, 2);
    flx_deck_free(d);
    flx_ctx_free(ctx);
}

static void values_are_replaced_from_outside(void **state)
{
    (void)state;
    static const char text[] = ".param w=2\n.subckt s 1\nR1 1 0 w\n.ends\nX1 s 1\nR1 1 0 3\n";
    flx_ctx *ctx = flx_ctx_create();
    flx_deck *d = NULL;
    assert_int_equal(read_with(ctx, text, "w=4+1", &d), FLX_OK);
    assert_near(element_of(d, "R1|X1")->value, 5, 0);
    flx_deck_free(d);
    assert_int_equal(read_with(ctx, text, "R1=9", &d), FLX_OK);
    assert_near(element_of(d, "R1")->value, 9, 0);
    assert_near(element_of(d, "R1|X1")->value, 2, 0);
    flx_deck_free(d);
    assert_int_equal(read_with(ctx, text, "R1|X1=7", &d), FLX_OK);
    assert_near(element_of(d, "R1")->value, 3, 0);
    assert_near(element_of(d, "R1|X1")->value, 7, 0);
    flx_deck_free(d);
    flx_ctx_free(ctx);
}

static void keep(void *user, flx_log_level level, const char *text)
{
    if (level == FLX_LOG_WARNING)
        snprintf(user, 200, "%s", text);
}

static void unknown_names_are_not_printed_but_said(void **state)
{
    (void)state;
    char said[200] = "";
    flx_ctx *ctx = flx_ctx_create();
    flx_ctx_set_log(ctx, keep, said);
    flx_deck *d = deck_of(ctx, "R1 1 0 1\n.print devv R2 v(1)\n");
    assert_int_equal(d->n_probe, 1);
    assert_string_equal(said, "deck.cir:2: there is no element 'R2'; did you mean 'R1'?; it is not "
                              "printed");
    flx_deck_free(d);
    flx_ctx_free(ctx);
}

// -- sources --------------------------------------------------------------------------------------

// The integral against Simpson's rule between corners with 400 intervals: error far below 1e-9.
static void integrals_of_sources_agree_with_their_values(void **state)
{
    (void)state;
    static const double t[] = {1, 2, 2, 4}, x[] = {0, 3, 1, -2};
    const flx_wave waves[] = {
        {.kind = FLX_WAVE_DC, .p = {2.5}},
        {.kind = FLX_WAVE_PWL, .t = t, .x = x, .n = 4},
        {.kind = FLX_WAVE_PWS, .t = t, .x = x, .n = 4},
        {.kind = FLX_WAVE_PULSE, .p = {1, 4, 0.5, 0.2, 0.3, 0.4, 1.5}},
        {.kind = FLX_WAVE_PULSE, .p = {1, 4, 0.5, 0, 0, 0.4, 1.5}},
        {.kind = FLX_WAVE_SIN, .p = {0.5, 2, 0.7, 0.3, 0}},
        {.kind = FLX_WAVE_SIN, .p = {0.5, 2, 0.7, 0.3, 0.4}},
        {.kind = FLX_WAVE_EXP, .p = {1, 3, 0.5, 0.7, 2, 0.3}},
    };
    for (size_t k = 0; k < sizeof waves / sizeof *waves; k++) {
        double sum = 0, at = -0.25, end = 5.1;
        while (at < end) {
            double next = fmin(flx_wave_next_corner(&waves[k], at), end);
            assert_true(next > at);
            const int n = 400;
            double h = (next - at) / n, inside = 1e-9 * h; // values from within at the corners
            for (int i = 0; i < n; i++)
                sum += h / 6 *
                       (flx_wave_at(&waves[k], at + i * h + inside) +
                        4 * flx_wave_at(&waves[k], at + (i + 0.5) * h) +
                        flx_wave_at(&waves[k], at + (i + 1) * h - inside));
            at = next;
        }
        assert_near(flx_wave_integral(&waves[k], -0.25, end), sum, 1e-8);
        // and it adds up
        assert_near(flx_wave_integral(&waves[k], -0.25, 1.3) +
                        flx_wave_integral(&waves[k], 1.3, end),
                    flx_wave_integral(&waves[k], -0.25, end), 1e-13);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_decks_are_refused_with_line_and_reason),
        cmocka_unit_test(brackets_are_not_nested_for_ever),
        cmocka_unit_test(wrong_values_from_outside_are_refused),
        cmocka_unit_test(deck_without_memory_is_refused),
        cmocka_unit_test(numbers_and_expressions_have_their_values),
        cmocka_unit_test(subcircuits_take_nodes_parameters_and_values),
        cmocka_unit_test(models_belong_to_their_subcircuit),
        cmocka_unit_test(cards_are_understood),
        cmocka_unit_test(values_are_replaced_from_outside),
        cmocka_unit_test(unknown_names_are_not_printed_but_said),
        cmocka_unit_test(integrals_of_sources_agree_with_their_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
