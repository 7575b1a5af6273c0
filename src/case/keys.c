// case/keys.c -- the table of keys. Those of its own each engine brings (case/engine.h).
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/engine.h"
#include "case/key_rows.h"

#include <stdio.h>
#include <string.h>

// The section of an engine; a build that lacks it does not look inside.
#define SECTION(path, text)                                                                        \
    {                                                                                              \
        path, FLX_KEY_FOREIGN, "1", NULL, ANY, NULL, 0, text, NULL                                 \
    }

// What every shape may have besides its own keys.
#define PLACED(kind)                                                                               \
    PAIR("shape." kind ".at", "m", "[0, 0]", "Where its origin is moved to, after all else."),     \
        VALUE("shape." kind ".rotate", "degree", "0", ANY,                                         \
              "Turns it counter-clockwise about its origin."),                                     \
        {"shape." kind ".scale",                                                                   \
         FLX_KEY_OTHER,                                                                            \
         "1",                                                                                      \
         "1",                                                                                      \
         ANY,                                                                                      \
         "a number, or [x, y]",                                                                    \
         0,                                                                                        \
         "Factors by which it grows, before it is turned.",                                        \
         NULL},                                                                                    \
    {                                                                                              \
        "shape." kind ".mirror", FLX_KEY_CHOICE, "1", "none", ANY, "none|x|y|xy", 0,               \
            "Coordinates whose sign is changed, before all else.", NULL                            \
    }

static const flx_key rows[] = {
    INT("fluxoid", "required", 1, 1, "Version of this format of case files."),
    TEXT("title", "", "One line about the case."),
    MAP("units", "How bare numbers are counted."),
    VALUE("units.length", "m", NULL, POSITIVE,
          "What a length without a unit is counted in, and x, y, z in expressions."),
    NAMED("let", "NAME: value", "Names for values, for use in other values; they may use others."),
    {"let.*", FLX_KEY_OTHER, "1", NULL, ANY, "a value with any unit or none", 0,
     "One name; it hides units and functions of the same name.", NULL},
    TEXT("reference_layer", "the first layer",
         "Layer whose xi, lambda, Lambda, tau0, Bc2, J0, K0, V0 and Tc are meant by these names."),
    {"engine", FLX_KEY_CHOICE, "1", "tdgl", ANY, "tdgl|static|london|xy|circuit", 0,
     "What solves the case.", NULL},

    VALUE("T", "K", NULL, NOT_NEGATIVE,
          "Temperature. With it lengths of layers are those at T = 0, and Tc is needed; without it "
          "they are those at the temperature of the case."),
    MAP("material", "What all layers have in common."),
    VALUE("material.pair_charge", "C", "2e", POSITIVE,
          "Charge q* of what condenses, as in 2e; the flux quantum is Phi0 = h/q*."),

    NAMED("layers", "NAME: {keys}", "Materials of films."),
    MAP("layers.*", "One material."),
    VALUE("layers.*.coherence_length", "m", "required (but by london)", POSITIVE,
          "Ginzburg-Landau coherence length xi at the temperature of the case."),
    VALUE("layers.*.penetration_depth", "m", NULL, POSITIVE,
          "London penetration depth lambda; with thickness it gives the Pearl length."),
    VALUE("layers.*.thickness", "m", NULL, POSITIVE, "Thickness d of the film."),
    VALUE("layers.*.pearl_length", "m", "lambda^2/d", NOT_NEGATIVE,
          "Pearl length Lambda = lambda^2/d; instead of penetration_depth and thickness."),
    {"layers.*.body", FLX_KEY_CHOICE, "1", "film", ANY, "film|long", 0,
     "A thin film, or a body along z on which nothing depends, which feels the field of its own "
     "currents; its currents and moments are for each metre of length unless thickness is given.",
     NULL},
    VALUE("layers.*.z", "m", "0", ANY, "Height of the film."),
    VALUE("layers.*.u", "1", "5.79", POSITIVE,
          "Ratio of the relaxation times of psi's amplitude and phase; 5.79 for dirty metals."),
    VALUE("layers.*.gamma", "1", "10", NOT_NEGATIVE,
          "Strength of inelastic pair breaking, 2 tau_E Delta_0/hbar."),
    VALUE("layers.*.conductivity", "S/m", NULL, POSITIVE,
          "Of the normal state; without it seconds and volts are not given."),
    FUNCTION("layers.*.epsilon", "1", "1", FLX_EXPR_X | FLX_EXPR_Y | FLX_EXPR_T,
             "Local condensation coefficient: 1 where the material is the layer's own, < 0 normal "
             "metal."),
    MAP("layers.*.disorder", "Uneven material: what is added to epsilon."),
    {"layers.*.disorder.kind", FLX_KEY_CHOICE, "1", "random", ANY, "random|grains|file|image", 0,
     "A Gaussian field, grains between boundaries, a map from a file, or a PNG image.", NULL},
    VALUE("layers.*.disorder.spread", "1", "0.1", NOT_NEGATIVE, "Standard deviation of epsilon."),
    VALUE("layers.*.disorder.length", "m", "2 xi", POSITIVE,
          "Distance of correlation, or size of grains."),
    VALUE("layers.*.disorder.depth", "1", "0.5", ANY,
          "What epsilon is lowered by on the boundaries of grains, or where an image is black."),
    VALUE("layers.*.disorder.width", "m", "0.5 xi", NOT_NEGATIVE, "Width of these boundaries."),
    INT("layers.*.disorder.seed", "1", 0, 9007199254740992.0, "Seed of the random numbers."),
    TEXT(
        "layers.*.disorder.path", NULL,
        "File of rows 'x y delta' on a rectangular grid, or PNG image laid over the box round each "
        "film; from the folder of the case."),
    VALUE("layers.*.Tc", "K", NULL, POSITIVE,
          "Critical temperature: the size of the unit Tc, and what T is compared with."),
    {"layers.*.temperature_law", FLX_KEY_CHOICE, "1", "two-fluid", ANY, "gl|two-fluid|dirty-bcs", 0,
     "Where T is given: how xi and lambda follow from their values at T = 0.", NULL},
    {"layers.*.temperature_table", FLX_KEY_OTHER, "1", NULL, ANY,
     "a list of [T, coherence_length, penetration_depth]", 0,
     "Instead of a law: values at rising temperatures; between them xi^-2 and lambda^-2 are "
     "linear.",
     NULL},

    NAMED("films", "NAME: {keys}", "Films of the device."),
    MAP("films.*", "One film."),
    TEXT("films.*.layer", "the only layer", "Layer the film is made of."),
    SHAPE("films.*.shape", "required", "Outline of the film."),
    NAMED("films.*.holes", "NAME: shape",
          "Holes in the film, by name; the winding round each is measured."),
    SHAPE("films.*.holes.*", NULL, "One hole."),

    {"shape", FLX_KEY_LIST, "1", NULL, ANY, "a list of {add: ...}, {cut: ...}, {common: ...}", 0,
     "Shapes are lists of items applied in order; a first item without verb adds.", NULL},
    SHAPE("shape.add", NULL, "Adds a box, circle, ellipse, polygon or path."),
    SHAPE("shape.cut", NULL, "Cuts it away."),
    SHAPE("shape.common", NULL, "Keeps what is inside it."),
    MAP("shape.box", "A rectangle centred on its origin."),
    PAIR("shape.box.size", "m", "required", "Widths in x and y; one number for a square."),
    PLACED("box"),
    MAP("shape.circle", "A disk centred on its origin: a polygon of equal area."),
    VALUE("shape.circle.radius", "m", "required", POSITIVE, "Radius."),
    PLACED("circle"),
    MAP("shape.ellipse", "An ellipse centred on its origin: a polygon of equal area."),
    PAIR("shape.ellipse.radii", "m", "required", "Half axes in x and y."),
    PLACED("ellipse"),
    MAP("shape.polygon", "A polygon."),
    {"shape.polygon.points", FLX_KEY_POINTS, "m", "required", ANY, NULL, 0,
     "Its corners; the last is joined to the first.", NULL},
    PLACED("polygon"),
    MAP("shape.path", "A strip along a line, with flat ends and mitred corners."),
    {"shape.path.points", FLX_KEY_POINTS, "m", "required", ANY, NULL, 0,
     "The corners of its middle line.", NULL},
    VALUE("shape.path.width", "m", "required", POSITIVE, "Width of the strip."),
    PLACED("path"),

    NAMED("terminals", "NAME: {keys}", "Where current enters and leaves."),
    MAP("terminals.*", "One terminal."),
    TEXT("terminals.*.film", "the only film", "Film it feeds."),
    SHAPE("terminals.*.shape", "required", "The rim of the film inside it carries the current."),
    {"terminals.*.psi", FLX_KEY_OTHER, "1", "0", ANY, "0, free, or a value of |psi| > 0", 0,
     "psi there: 0 for a normal metal, free for none imposed, or a value that is held.", NULL},
    NAMED("probes", "NAME: [point, point]", "Pairs of points between which voltages are measured."),
    {"probes.*", FLX_KEY_POINTS, "m", NULL, ANY, "[[x, y], [x, y]], or {points, film}", 0,
     "The voltage is that of the first point against the second.", NULL},
    {"probes.*.points", FLX_KEY_POINTS, "m", "required", ANY, "[[x, y], [x, y]]", 0,
     "The two points.", NULL},
    TEXT("probes.*.film", "the one that has both points", "Film they are in."),

    MAP("mesh", "The triangles."),
    {"mesh.refine", FLX_KEY_LIST, "1", NULL, ANY, "a list of {near, distance, max_edge}", 0,
     "Where edges must be shorter.", NULL},
    {"mesh.refine.near", FLX_KEY_CHOICE, "1", "required", ANY, "edges|holes|corners|point", 0,
     "What the mesh is finer near to.", NULL},
    PAIR("mesh.refine.at", "m", NULL, "The point, for near: point."),
    VALUE("mesh.refine.distance", "m", "required", NOT_NEGATIVE, "How far the refinement reaches."),
    VALUE("mesh.refine.max_edge", "m", "required", POSITIVE, "Longest edge there."),
    TEXT("mesh.import", NULL,
         "File with the mesh (.msh or HDF5), from the folder of the case; nothing is meshed then."),
    {"mesh.duals", FLX_KEY_CHOICE, "1", "signed", ANY, "signed|unsigned", 0,
     "Lengths of dual edges; unsigned only to match an imported mesh of another program.", NULL},

    MAP("drive", "What is done to the device."),
    {"drive.field", FLX_KEY_FUNCTION, "T", "0 T", ANY,
     "an expression, or a list of uniform, loop, dipole, file", FLX_EXPR_SPACE | FLX_EXPR_T,
     "Applied magnetic field B_z of x, y, z and t; the sources of a list add.", NULL},
    FUNCTION("drive.field.uniform", "T", NULL, FLX_EXPR_SPACE | FLX_EXPR_T,
             "Field as an expression of x, y, z and t."),
    MAP("drive.field.loop", "Field of a round horizontal current loop."),
    VALUE("drive.field.loop.radius", "m", "required", POSITIVE, "Its radius."),
    PAIR("drive.field.loop.at", "m", "[0, 0]", "Its centre: [x, y], or [x, y, z] instead of z."),
    VALUE("drive.field.loop.z", "m", "0", ANY, "Its height."),
    FUNCTION("drive.field.loop.current", "A", "required", FLX_EXPR_T,
             "Its current, counter-clockwise."),
    MAP("drive.field.dipole", "Field of a magnetic dipole."),
    PAIR("drive.field.dipole.at", "m", "[0, 0]", "Its place: [x, y], or [x, y, z] instead of z."),
    VALUE("drive.field.dipole.z", "m", "0", ANY, "Its height."),
    {"drive.field.dipole.moment", FLX_KEY_FUNCTION, "A m^2", "required", ANY,
     "along z, or [mx, my, mz]", FLX_EXPR_T, "Its magnetic moment.", NULL},
    MAP("drive.field.file", "Field B_z on a rectangular grid, from a file."),
    TEXT("drive.field.file.path", "required",
         "The file, from the folder of the case: lines 'x y B' on a rectangular grid, x and y in "
         "units.length, B in tesla."),
    FUNCTION("drive.field.file.factor", "1", "1", FLX_EXPR_T, "What the field is multiplied by."),
    NAMED("drive.current", "TERMINAL: current", "Currents into the film; they sum to zero."),
    FUNCTION("drive.current.*", "A", "0 A", FLX_EXPR_T,
             "Total current of a terminal, positive into the film."),
    {"drive.phase", FLX_KEY_LIST, "1", NULL, ANY, "a list of {along, offset, film}", 0,
     "Phase offsets of psi across straight cuts of a film, from rim to rim.", NULL},
    {"drive.phase.along", FLX_KEY_POINTS, "m", "required", ANY, "[[x, y], [x, y]]", 0, "The cut.",
     NULL},
    VALUE("drive.phase.offset", "degree", "180", ANY,
          "What the phase gains from the right of the cut to its left, seen along it."),
    TEXT("drive.phase.film", "all it goes through", "Film that it cuts."),

    {"start", FLX_KEY_MAP, "1", "uniform", ANY, "uniform, or keys", 0,
     "State the run starts from: uniform psi unless something is said.", NULL},
    NAMED("start.winding", "HOLE: n", "Windings round holes."),
    INT("start.winding.*", "0", -10000, 10000, "Winding of psi round this hole."),
    {"start.vortices", FLX_KEY_LIST, "1", NULL, ANY, "a list of {at, winding, film}", 0,
     "Vortices put into the films.", NULL},
    PAIR("start.vortices.at", "m", "required", "Where."),
    INT("start.vortices.winding", "1", -100, 100, "Winding; -1 is an antivortex."),
    TEXT("start.vortices.film", "the one that has the place", "Film it is in."),
    MAP("start.normal", "The normal state with noise."),
    VALUE("start.normal.noise", "1", "1e-3", NOT_NEGATIVE, "Root mean square of |psi|."),
    INT("start.normal.seed", "1", 0, 9007199254740992.0, "Seed of the random numbers."),
    MAP("start.from", "The state saved in a data file."),
    TEXT("start.from.file", "required", "The file, from the folder of the case."),
    VALUE("start.from.time", "tau0", "its last frame", NOT_NEGATIVE, "Time of the frame to take."),

    SECTION("tdgl", "The engine tdgl: time, steps, what is kept."),
    SECTION("static", "The engine static."),
    SECTION("london", "The engine london."),
    SECTION("xy", "The engine xy."),
    SECTION("circuit", "The engine circuit."),

    NAMED("loops", "NAME: shape", "Closed curves round which the fluxoid is measured."),
    {"loops.*", FLX_KEY_SHAPE, "m", NULL, ANY, "a shape, or {shape, film}", 0,
     "A shape of one closed curve; it is snapped to the nearest mesh cycle.", NULL},
    SHAPE("loops.*.shape", "required", "The curve."),
    TEXT("loops.*.film", "the one that has it", "Film it is in."),
    NAMED("sweep", "KEY: values",
          "Values of keys, as path.to.key: [values] or {from, to, steps}; all combinations are "
          "run, the last key fastest."),
    {"sweep.continue", FLX_KEY_BOOL, "1", "false", ANY, NULL, 0,
     "The same as continue of every key.", NULL},
    {"sweep.*", FLX_KEY_OTHER, "1", NULL, ANY, "a list, or {from, to, steps, continue}", 0,
     "Values of one key.", NULL},
    {"sweep.*.from", FLX_KEY_OTHER, "1", "required", ANY, "a value", 0, "First value.", NULL},
    {"sweep.*.to", FLX_KEY_OTHER, "1", "required", ANY, "a value", 0, "Last value.", NULL},
    INT("sweep.*.steps", "required", 1, 100000, "Number of values, ends included."),
    {"sweep.*.values", FLX_KEY_OTHER, "1", NULL, ANY, "a list", 0,
     "The values, where continue is given beside them.", NULL},
    {"sweep.*.continue", FLX_KEY_BOOL, "1", "false", ANY, NULL, 0,
     "Start each point from the last state of the one before.", NULL},

};
enum { N_ROW = sizeof rows / sizeof *rows };

// -- rows of the engines' option tables -----------------------------------------------------------

static const char *number_text(double value, char *buffer, size_t size, const char *unit)
{
    bool bare = strcmp(unit, "1") == 0;
    snprintf(buffer, size, "%g%s%s", value, bare ? "" : " ", bare ? "" : unit);
    return buffer;
}

static flx_key key_of_option(const char *section, const flx_option *o, flx_key_buffer *buffer)
{
    snprintf(buffer->path, sizeof buffer->path, "%s.%s", section, o->name);
    bool length = strcmp(o->unit, "length") == 0 || strcmp(o->unit, "xi") == 0;
    flx_key key = {.path = buffer->path,
                   .unit = length ? "m" : o->unit,
                   .preset = buffer->preset,
                   .min = o->min,
                   .max = o->max,
                   .form = o->choices,
                   .text = o->text,
                   .option = o};
    char word[40];
    switch (o->type) {
    case FLX_OPTION_DOUBLE:
        key.type = FLX_KEY_VALUE;
        number_text(o->preset, buffer->preset, sizeof buffer->preset, length ? "xi" : o->unit);
        // A default outside of the range has to be replaced.
        if (!(o->preset >= o->min && o->preset <= o->max))
            key.preset = "required";
        break;
    case FLX_OPTION_INT:
        key.type = FLX_KEY_INT;
        number_text(o->preset, buffer->preset, sizeof buffer->preset, "1");
        break;
    case FLX_OPTION_BOOL:
        key.type = FLX_KEY_BOOL;
        snprintf(buffer->preset, sizeof buffer->preset, "%s", o->preset != 0 ? "true" : "false");
        break;
    case FLX_OPTION_CHOICE:
        key.type = FLX_KEY_CHOICE;
        snprintf(buffer->preset, sizeof buffer->preset, "%s",
                 flx_option_choice(o, (int32_t)o->preset, word, sizeof word));
        break;
    }
    return key;
}

// The rows that an engine brings: of its own, and of its options.
static int32_t engine_rows(const flx_engine *engine)
{
    return engine->n_key + (engine->options ? engine->options->n_row : 0);
}

int32_t flx_key_fixed_count(void)
{
    return N_ROW;
}

int32_t flx_key_count(void)
{
    int32_t n = N_ROW + flx_mesh_option_table()->n_row;
    for (int32_t k = 0; flx_engine_at(k); k++)
        n += engine_rows(flx_engine_at(k));
    return n;
}

flx_key flx_key_at(int32_t row, flx_key_buffer *buffer)
{
    const flx_option_table *mesh = flx_mesh_option_table();
    if (row < N_ROW) {
        flx_key key = rows[row];
        if (key.type == FLX_KEY_FOREIGN && flx_engine_named(key.path))
            key.type = FLX_KEY_MAP;
        return key;
    }
    row -= N_ROW;
    if (row < mesh->n_row) {
        flx_key key = key_of_option("mesh", &mesh->rows[row], buffer);
        if (key.preset && strcmp(key.preset, "required") == 0)
            key.preset = "required (london: unless a fourteenth of the mean width of its narrowest "
                         "film will do)";
        return key;
    }
    row -= mesh->n_row;
    int32_t k = 0;
    for (; row >= engine_rows(flx_engine_at(k)); k++)
        row -= engine_rows(flx_engine_at(k));
    const flx_engine *engine = flx_engine_at(k);
    if (row < engine->n_key)
        return engine->keys[row];
    return key_of_option(engine->name, &engine->options->rows[row - engine->n_key], buffer);
}
