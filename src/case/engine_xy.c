// case/engine_xy.c -- the engine xy in a case: its keys and what they mean.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/engine.h"
#include "case/key_rows.h"
#include "case/xy_run.h"

#include <stdio.h>
#include <string.h>

#define OTHER(path, preset, form, text)                                                            \
    {                                                                                              \
        path, FLX_KEY_OTHER, "1", preset, ANY, form, 0, text, NULL                                 \
    }
#define CHOICE(path, preset, form, text)                                                           \
    {                                                                                              \
        path, FLX_KEY_CHOICE, "1", preset, ANY, form, 0, text, NULL                                \
    }

#define BETWEEN(path, preset, min, max, text)                                                      \
    {                                                                                              \
        path, FLX_KEY_VALUE, "1", preset, min, max, false, NULL, 0, text, NULL                     \
    }

static const flx_key keys[] = {
    CHOICE("xy.lattice", "square", "square|triangular|cubic", "Lattice of the phases."),
    CHOICE("xy.model", "xy", "xy|villain", "Energy of a bond: -J cos, or Villain's parabolas."),
    OTHER("xy.size", "required", "one whole number, or one for each axis",
          "Number of sites along the axes."),
    CHOICE("xy.open", "none", "none|x|y|z|xy|xz|yz|xyz", "Axes along which the lattice has ends."),
    FUNCTION("xy.flux", "1", "0", FLX_EXPR_X | FLX_EXPR_Y,
             "Flux quanta through each plaquette of the x-y plane, by the place of its middle in "
             "lattice constants."),
    MAP("xy.phase", "Phase offsets of the bonds, by the places of their middles."),
    FUNCTION("xy.phase.x", "degree", "0", FLX_EXPR_SPACE, "Of the bonds along x."),
    FUNCTION("xy.phase.y", "degree", "0", FLX_EXPR_SPACE,
             "Of those along y; of the triangular lattice, of those at 60 degrees."),
    FUNCTION("xy.phase.z", "degree", "0", FLX_EXPR_SPACE,
             "Of those along z; of the triangular lattice, of those at 120 degrees."),
    OTHER("xy.temperature", "required", "a number, a list, or {from, to, steps}",
          "Temperatures in J/k_B, rising."),
    VALUE("xy.temperature.from", "1", "required", POSITIVE, "First temperature."),
    VALUE("xy.temperature.to", "1", "required", POSITIVE, "Last temperature."),
    INT("xy.temperature.steps", "required", 1, 1000, "Number of temperatures, ends included."),
    MAP("xy.disorder", "What differs between places, drawn once."),
    BETWEEN("xy.disorder.coupling", "0", 0, 1,
            "Couplings are spread evenly over 1 - value to 1 + value."),
    VALUE("xy.disorder.phase", "1", "0", NOT_NEGATIVE,
          "Phases of the bonds [rad]: Gaussian with this standard deviation."),
    BETWEEN("xy.disorder.dilution", "0", 0, 0.99, "Share of the sites that are missing."),
    INT("xy.disorder.seed", "1", 0, 2147483647, "Of the random numbers of the disorder."),
    {"xy.find_transition", FLX_KEY_BOOL, "1", "false", ANY, NULL, 0,
     "Find the Kosterlitz-Thouless temperature from lattices of several sizes.", NULL},
    OTHER("xy.sizes", "16 to size, about half octaves", "a list of whole numbers",
          "Sizes of these lattices, four or more."),
    INT("xy.transition_sweeps", "4000000", 1000, 2e9,
        "Sweeps of each of these lattices at each of its five temperatures."),
    MAP("xy.dynamics",
        "The phases as an array of shunted junctions: voltages instead of averages."),
    OTHER("xy.dynamics.current", "required", "a number, a list, or {from, to, steps}",
          "Currents through each junction along x, in I_c, rising."),
    VALUE("xy.dynamics.current.from", "1", "required", ANY, "First current."),
    VALUE("xy.dynamics.current.to", "1", "required", ANY, "Last current."),
    INT("xy.dynamics.current.steps", "required", 1, 1000, "Number of currents, ends included."),
    VALUE("xy.dynamics.time", "1", "10000", POSITIVE,
          "Time that is averaged, in hbar/(2 e R I_c)."),
    VALUE("xy.dynamics.settle", "1", "a tenth of time", NOT_NEGATIVE, "Time before it."),
    BETWEEN("xy.dynamics.dt", "0.1", 1e-6, 1, "Time step."),
    CHOICE("xy.dynamics.boundary", "fluctuating", "fluctuating|periodic",
           "The twist across the array follows the current, or there is none of both."),
    VALUE("xy.dynamics.capacitance", "1", "0", NOT_NEGATIVE, "beta_c of the junctions."),
    MAP("xy.film", "A film whose transition temperature is wanted in kelvin."),
    VALUE("xy.film.critical_temperature", "K", "required", POSITIVE, "Mean-field Tc."),
    VALUE("xy.film.sheet_resistance", "ohm", NULL, POSITIVE,
          "Of the normal state; gives the stiffness of a dirty film."),
    VALUE("xy.film.penetration_depth", "m", NULL, POSITIVE, "At T = 0, with thickness."),
    VALUE("xy.film.thickness", "m", NULL, POSITIVE, "Of the film."),
    VALUE("xy.film.kinetic_inductance", "H", NULL, POSITIVE, "Of a square, at T = 0."),
    BETWEEN("xy.film.dielectric", "1", 1, INFINITY,
            "By how much vortex pairs lower the stiffness at the transition."),
};

// -- lists of numbers -----------------------------------------------------------------------------

static flx_status get_number(flx_parser *p, const flx_node *node, double low, double high,
                             bool whole, double *out)
{
    if (node->kind != FLX_NODE_SCALAR)
        return flx_parser_wrong(p, node);
    FLX_TRY(flx_get_constant(p, node, FLX_DIM_NONE, out));
    if (*out >= low && *out <= high && (!whole || *out == rint(*out)))
        return FLX_OK;
    return flx_parser_fail(p, node, "'%.80s' was given; wanted is a %s, %g to %g", node->text,
                           whole ? "whole number" : "number", low, high);
}

// A number, a list, or {from, to, steps}, rising.
static flx_status parse_list(flx_parser *p, const flx_node *node, double low, double **out,
                             int32_t *n_out)
{
    int32_t n = 1;
    double from = 0, to = 0, steps = 0;
    if (node->kind == FLX_NODE_LIST) {
        FLX_TRY(flx_count_list(p, node, &n));
    } else if (node->kind == FLX_NODE_MAP) {
        flx_node *child[3];
        const char *const word[3] = {"from", "to", "steps"};
        for (int k = 0; k < 3; k++)
            FLX_TRY(flx_need(p, node, word[k], &child[k]));
        FLX_TRY(flx_get_si(p, child[0], &from));
        FLX_TRY(flx_get_si(p, child[1], &to));
        FLX_TRY(flx_get_int(p, child[2], &steps));
        n = (int32_t)steps;
    }
    if (n < 1)
        return flx_parser_wrong(p, node);
    double *t = FLX_PARSER_ARRAY(p, double, n);
    if (!t)
        return FLX_ERR_MEMORY;
    const flx_node *item = node->kind == FLX_NODE_LIST ? node->first : node;
    for (int32_t k = 0; k < n; k++) {
        if (node->kind == FLX_NODE_MAP)
            t[k] = n == 1 ? from : from + (to - from) * k / (n - 1);
        else
            FLX_TRY(get_number(p, item, low, 1e6, false, &t[k]));
        item = node->kind == FLX_NODE_LIST ? item->next : item;
        if (k > 0 && !(t[k] > t[k - 1]))
            return flx_parser_fail(p, node, "%g follows %g; %s must rise", t[k], t[k - 1],
                                   low > 0 ? "temperatures" : "currents");
    }
    *out = t;
    *n_out = n;
    return FLX_OK;
}

static flx_status parse_temperatures(flx_parser *p, const flx_node *node, flx_case_xy *xy)
{
    double *t;
    FLX_TRY(parse_list(p, node, 1e-6, &t, &xy->n_temperature));
    xy->temperature = t;
    return FLX_OK;
}

static flx_status parse_size(flx_parser *p, const flx_node *node, flx_case_xy *xy)
{
    int32_t n_axis = xy->lattice == FLX_XY_CUBIC ? 3 : 2, n = 1;
    if (node->kind == FLX_NODE_LIST) {
        FLX_TRY(flx_count_list(p, node, &n));
        if (n != n_axis)
            return flx_parser_fail(p, node, "%d numbers were given; this lattice has %d axes", n,
                                   n_axis);
    }
    const flx_node *item = node->kind == FLX_NODE_LIST ? node->first : node;
    for (int32_t a = 0; a < n_axis; a++) {
        double value;
        FLX_TRY(get_number(p, item, 2, 16384, true, &value));
        xy->size[a] = (int32_t)value;
        item = n > 1 ? item->next : item;
    }
    return FLX_OK;
}

// -- transition -----------------------------------------------------------------------------------

// Without a list: size, 3/4, 1/2, 3/8 of it ... down to 16.
static flx_status default_sizes(flx_parser *p, const flx_node *node, flx_case_xy *xy)
{
    int32_t *sizes = FLX_PARSER_ARRAY(p, int32_t, 32), n = 0;
    if (!sizes)
        return FLX_ERR_MEMORY;
    for (int32_t s = xy->size[0]; s >= 16 && n < 32; s /= 2) {
        sizes[n++] = s;
        if (s % 4 == 0 && s / 4 * 3 >= 16 && n < 32)
            sizes[n++] = s / 4 * 3;
    }
    xy->sizes = sizes;
    xy->n_size = n;
    return n >= 4 ? FLX_OK
                  : flx_parser_fail(p, node,
                                    "a lattice of %d sites gives fewer than four sizes from 16 on; "
                                    "make it 48 or larger, or give xy.sizes",
                                    xy->size[0]);
}

static flx_status parse_sizes(flx_parser *p, const flx_node *section, flx_case_xy *xy)
{
    const flx_node *node = flx_node_get(section, "sizes");
    if (flx_absent(node))
        return default_sizes(p, section, xy);
    int32_t n = 0;
    FLX_TRY(flx_count_list(p, node, &n));
    if (n < 4)
        return flx_parser_fail(p, node, "%d sizes were given; wanted are four or more", n);
    int32_t *sizes = FLX_PARSER_ARRAY(p, int32_t, n);
    if (!sizes)
        return FLX_ERR_MEMORY;
    const flx_node *item = node->first;
    for (int32_t k = 0; k < n; k++, item = item->next) {
        double value;
        FLX_TRY(get_number(p, item, 4, 4096, true, &value));
        sizes[k] = (int32_t)value;
    }
    xy->sizes = sizes;
    xy->n_size = n;
    return FLX_OK;
}

static flx_status parse_transition(flx_parser *p, const flx_node *section, flx_case_xy *xy)
{
    double sweeps = 4e6;
    const flx_node *node = flx_node_get(section, "find_transition");
    FLX_TRY(flx_get_bool(p, node, &xy->find_transition));
    FLX_TRY(flx_get_int(p, flx_node_get(section, "transition_sweeps"), &sweeps));
    xy->transition_sweeps = (int32_t)sweeps;
    if (!xy->find_transition)
        return FLX_OK;
    if (xy->lattice != FLX_XY_SQUARE || xy->size[0] != xy->size[1] || xy->open[0] || xy->open[1] ||
        xy->flux != 0 || flx_case_xy_phases(xy))
        return flx_parser_fail(p, node,
                               "the law of the transition is that of a square lattice, as long as "
                               "wide, periodic, without flux and phases");
    if (xy->n_temperature < 3)
        return flx_parser_fail(p, flx_node_get(section, "temperature"),
                               "%d temperatures were given; three or more around the transition "
                               "are needed to find it",
                               xy->n_temperature);
    return parse_sizes(p, section, xy);
}

// -- dynamics -------------------------------------------------------------------------------------

static flx_status parse_dynamics(flx_parser *p, const flx_node *node, flx_case_xy *xy)
{
    if (flx_absent(node))
        return FLX_OK;
    if (node->kind != FLX_NODE_MAP)
        return flx_parser_wrong(p, node);
    flx_node *list;
    double *current;
    xy->time = 10000;
    xy->dt = 0.1;
    FLX_TRY(flx_need(p, node, "current", &list));
    FLX_TRY(parse_list(p, list, -1e6, &current, &xy->n_current));
    xy->current = current;
    FLX_TRY(flx_get_si(p, flx_node_get(node, "time"), &xy->time));
    xy->settle = xy->time / 10;
    FLX_TRY(flx_get_si(p, flx_node_get(node, "settle"), &xy->settle));
    FLX_TRY(flx_get_si(p, flx_node_get(node, "dt"), &xy->dt));
    FLX_TRY(flx_get_si(p, flx_node_get(node, "capacitance"), &xy->capacitance));
    const flx_node *boundary = flx_node_get(node, "boundary");
    FLX_TRY(flx_get_choice(p, boundary, &xy->periodic));
    for (int32_t k = 0; k < xy->n_current && xy->periodic; k++)
        if (current[k] != 0)
            return flx_parser_fail(p, boundary,
                                   "a periodic array carries no current, and %g I_c was given; "
                                   "write current: 0, or boundary: fluctuating",
                                   current[k]);
    if (xy->lattice != FLX_XY_SQUARE || xy->model != FLX_XY_COSINE || xy->open[0] || xy->open[1] ||
        xy->dilution > 0 || xy->find_transition)
        return flx_parser_fail(p, node,
                               "the dynamics are those of a square lattice with all its sites, "
                               "periodic, and find no transition by themselves");
    return FLX_OK;
}

// -- film -----------------------------------------------------------------------------------------

static flx_status parse_film(flx_parser *p, const flx_node *node, flx_case_xy *xy)
{
    if (flx_absent(node))
        return FLX_OK;
    if (node->kind != FLX_NODE_MAP)
        return flx_parser_wrong(p, node);
    flx_node *tc;
    double resistance = 0, lambda = 0, thickness = 0, inductance = 0;
    xy->film_dielectric = 1;
    FLX_TRY(flx_need(p, node, "critical_temperature", &tc));
    FLX_TRY(flx_get_si(p, tc, &xy->film_tc));
    FLX_TRY(flx_get_si(p, flx_node_get(node, "sheet_resistance"), &resistance));
    FLX_TRY(flx_get_si(p, flx_node_get(node, "penetration_depth"), &lambda));
    FLX_TRY(flx_get_si(p, flx_node_get(node, "thickness"), &thickness));
    FLX_TRY(flx_get_si(p, flx_node_get(node, "kinetic_inductance"), &inductance));
    FLX_TRY(flx_get_si(p, flx_node_get(node, "dielectric"), &xy->film_dielectric));
    bool depth = lambda > 0 && thickness > 0;
    if ((lambda > 0) != (thickness > 0) || depth + (resistance > 0) + (inductance > 0) != 1)
        return flx_parser_fail(p, node,
                               "wanted is one of sheet_resistance, kinetic_inductance, or "
                               "penetration_depth with thickness");
    xy->film_stiffness = depth            ? flx_film_stiffness(lambda, thickness)
                         : inductance > 0 ? flx_film_stiffness_of_inductance(inductance)
                                          : flx_film_stiffness_dirty(xy->film_tc, resistance);
    return FLX_OK;
}

// -- the section ----------------------------------------------------------------------------------

static flx_status parse_disorder(flx_parser *p, const flx_node *node, flx_case_xy *xy)
{
    double seed = 1;
    if (!flx_absent(node) && node->kind != FLX_NODE_MAP)
        return flx_parser_wrong(p, node);
    FLX_TRY(flx_get_si(p, flx_node_get(node, "coupling"), &xy->coupling));
    FLX_TRY(flx_get_si(p, flx_node_get(node, "phase"), &xy->phase));
    FLX_TRY(flx_get_si(p, flx_node_get(node, "dilution"), &xy->dilution));
    FLX_TRY(flx_get_int(p, flx_node_get(node, "seed"), &seed));
    xy->disorder_seed = (int32_t)seed;
    return FLX_OK;
}

static flx_status parse_open(flx_parser *p, const flx_node *node, flx_case_xy *xy)
{
    // Bits of the axes, in the order of the choices.
    static const int32_t axes[] = {0, 1, 2, 4, 3, 5, 6, 7};
    static const char *const lattice[] = {"square", "triangular"};
    int32_t open = 0;
    FLX_TRY(flx_get_choice(p, node, &open));
    for (int a = 0; a < 3; a++)
        xy->open[a] = axes[open] >> a & 1;
    if (xy->open[2] && xy->lattice != FLX_XY_CUBIC)
        return flx_parser_fail(p, node, "'%s' was given; a %s lattice has no axis z", node->text,
                               lattice[xy->lattice]);
    return FLX_OK;
}

// Functions of the place: x, y, z count lattice constants, here alone.
static flx_status parse_gauge(flx_parser *p, const flx_node *section, flx_case_xy *xy)
{
    static const char *const axis[] = {"x", "y", "z"};
    const flx_node *phase = flx_node_get(section, "phase"), *flux = flx_node_get(section, "flux");
    const flx_names names = p->names;
    flx_status status = FLX_OK;
    if (!flx_absent(phase) && phase->kind != FLX_NODE_MAP)
        return flx_parser_wrong(p, phase);
    if (xy->lattice == FLX_XY_SQUARE && !flx_absent(flx_node_get(phase, "z")))
        return flx_parser_fail(p, flx_node_get(phase, "z"), "a square lattice has no bonds of it");
    p->names.length = p->names.unit = 1;
    for (int a = 0; a < 3 && status == FLX_OK && phase; a++)
        if (!flx_absent(flx_node_get(phase, axis[a])))
            status = flx_get_function(p, flx_node_get(phase, axis[a]), &xy->offset[a]);
    if (status == FLX_OK && !flx_absent(flux))
        status = flx_get_function(p, flux, &xy->flux_at);
    p->names = names;
    if (status == FLX_OK && xy->flux_at && flx_expr_uses(xy->flux_at) == 0) {
        xy->flux = flx_expr_eval(xy->flux_at, (const double[3]){0}, 0);
        xy->flux_at = NULL;
    }
    return status;
}

// What the lattice refuses, with functions of the place as they come out.
static flx_status check(flx_parser *p, const flx_case_xy *xy)
{
    flx_xy_problem problem = flx_case_xy_problem(xy);
    FLX_TRY(flx_xy_check(p->ctx, &problem, &xy->opts));
    if (!xy->flux_at && !xy->offset[0] && !xy->offset[1] && !xy->offset[2])
        return FLX_OK;
    size_t n_bond = (size_t)flx_xy_sites(xy) * (xy->lattice == FLX_XY_SQUARE ? 2 : 3);
    double *phase = FLX_NEW_ARRAY(p->ctx, double, n_bond);
    flx_status status =
        phase ? flx_case_xy_bonds(p->ctx, xy, &(flx_xy_arrays){.phase = phase}) : FLX_ERR_MEMORY;
    problem.phase = phase;
    if (status == FLX_OK)
        status = flx_xy_check(p->ctx, &problem, &xy->opts);
    flx_free(phase);
    return status;
}

static flx_status parse(flx_parser *p, const flx_node *section)
{
    flx_case_xy *xy = &p->c->xy;
    flx_node *size, *temperature;
    if (!section)
        return flx_parser_fail(p, p->root,
                               "'xy' is missing, e.g. xy: {size: 64, temperature: 0.9}");
    xy->opts = flx_xy_opts_default();
    xy->line = section->key_line;
    FLX_TRY(flx_get_choice(p, flx_node_get(section, "lattice"), &xy->lattice));
    FLX_TRY(flx_get_choice(p, flx_node_get(section, "model"), &xy->model));
    FLX_TRY(flx_need(p, section, "size", &size));
    FLX_TRY(parse_size(p, size, xy));
    FLX_TRY(parse_open(p, flx_node_get(section, "open"), xy));
    FLX_TRY(parse_gauge(p, section, xy));
    FLX_TRY(flx_need(p, section, "temperature", &temperature));
    FLX_TRY(parse_temperatures(p, temperature, xy));
    FLX_TRY(flx_get_options(p, section, &flx_xy_option_table, &xy->opts));
    FLX_TRY(parse_disorder(p, flx_node_get(section, "disorder"), xy));
    FLX_TRY(parse_transition(p, section, xy));
    FLX_TRY(parse_film(p, flx_node_get(section, "film"), xy));
    FLX_TRY(parse_dynamics(p, flx_node_get(section, "dynamics"), xy));
    if (xy->phase > 0 && (xy->opts.clusters > 0 || xy->opts.correlations))
        return flx_parser_fail(p, flx_node_get(section, "disorder"),
                               "there are neither clusters nor correlations where bonds have "
                               "phases of their own; leave those off, or xy.disorder.phase 0");
    flx_status status = check(p, xy);
    if (status == FLX_OK || status == FLX_ERR_MEMORY)
        return status;
    char reason[512];
    snprintf(reason, sizeof reason, "%s", flx_ctx_error(p->ctx));
    return flx_parser_fail(p, section, "%s", reason);
}

flx_xy_problem flx_case_xy_problem(const flx_case_xy *xy)
{
    flx_xy_problem problem = {.lattice = xy->lattice,
                              .model = xy->model,
                              .flux = xy->flux,
                              .temperature = xy->temperature,
                              .n_temperature = xy->n_temperature};
    memcpy(problem.size, xy->size, sizeof problem.size);
    memcpy(problem.open, xy->open, sizeof problem.open);
    return problem;
}

static flx_status describe(flx_ctx *ctx, const flx_case *c, char **out)
{
    const flx_case_xy *xy = &c->xy;
    static const char *const lattice[] = {"square", "triangular", "cubic"};
    char size[48];
    int n = snprintf(size, sizeof size, "%d x %d", xy->size[0], xy->size[1]);
    if (xy->lattice == FLX_XY_CUBIC)
        snprintf(size + n, sizeof size - (size_t)n, " x %d", xy->size[2]);
    if (xy->n_current > 0) {
        *out = flx_format(ctx,
                          "array of %s shunted junctions, %d currents at each of %d temperatures, "
                          "time %g",
                          size, xy->n_current, xy->n_temperature, xy->settle + xy->time);
        return *out ? FLX_OK : FLX_ERR_MEMORY;
    }
    *out = flx_format(ctx, "%s lattice %s, %s, %d sweeps at each of %d temperatures%s",
                      lattice[xy->lattice], size, xy->model ? "Villain" : "XY", xy->opts.sweeps,
                      xy->n_temperature, xy->find_transition ? ", then the transition" : "");
    return *out ? FLX_OK : FLX_ERR_MEMORY;
}

const flx_engine flx_engine_xy = {.name = "xy",
                                  .keys = keys,
                                  .n_key = sizeof keys / sizeof *keys,
                                  .options = &flx_xy_option_table,
                                  .parse = parse,
                                  .describe = describe,
                                  .run = flx_xy_run};
