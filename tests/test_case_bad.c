// Wrong cases: each file of tests/bad is refused, with these words. Lines and columns are
// part of what is tested.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/base.h"
#include "fluxoid/case.h"
#include "test.h"

static const struct {
    const char *name;
    flx_status status;
    const char *message; // behind the name of the file
} rows[] = {
    {"unit-missing", FLX_ERR_INPUT,
     "21:10: drive.field: '1' has no unit; wanted is a magnetic field, e.g. 1 "
     "mT (or H in A/m or Oe)"},
    {"unit-wrong", FLX_ERR_INPUT,
     "21:10: drive.field: '1 um' is in m; wanted is a magnetic field, e.g. 1 mT "
     "(or H in A/m or Oe)"},
    {"unit-current", FLX_ERR_INPUT,
     "21:10: drive.field: '1 A' is in A; wanted is a magnetic field, e.g. 1 mT "
     "(or H in A/m or Oe)"},
    {"unit-unknown", FLX_ERR_INPUT,
     "21:12: drive.field: 'mTT' is no name or unit known here; did you mean "
     "'mT'?"},
    {"unit-origin", FLX_ERR_INPUT,
     "6:87: layers.al.Tc: 'degC' counts from a zero of its own; use K"},
    {"unit-of-current", FLX_ERR_INPUT,
     "22:18: drive.current.top: '1 K0' is in A/m; wanted is a current, e.g. 10 "
     "uA"},
    {"time-bare", FLX_ERR_INPUT,
     "23:14: tdgl.time: '100' has no unit; wanted is a time, e.g. 10 tau0"},
    {"time-seconds", FLX_ERR_INPUT,
     "23:14: tdgl.time: '5 ps' is in seconds, but without the conductivity of "
     "the layer nothing says how long tau0 is; give the time in tau0"},
    {"time-negative", FLX_ERR_INPUT,
     "23: tdgl.time: '-1 tau0' is out of range; wanted is a time in tau0 (or "
     "s), > 0"},
    {"length-bare", FLX_ERR_INPUT,
     "11:28: films.strip.shape.add.box.size: a length without a unit needs "
     "units.length, e.g. units: {length: um}"},
    {"sum-of-units", FLX_ERR_INPUT,
     "21:10: drive.field: '1 mT' (T) and '1 um' (m) do not go together"},
    {"function-of-unit", FLX_ERR_INPUT,
     "21:14: drive.field: a function needs a bare number, but '1 mT' is in T"},
    {"function-arguments", FLX_ERR_INPUT, "21:17: drive.field: min takes 2 arguments, here are 1"},
    {"function-too-many", FLX_ERR_INPUT, "21:23: drive.field: sin takes 1 argument, not more"},
    {"function-unknown", FLX_ERR_INPUT,
     "21:17: drive.field: 'sqr' is no name or unit known here; did you mean "
     "'sqrt'?"},
    {"function-bare", FLX_ERR_INPUT,
     "21:21: drive.field: expected '(' and arguments behind a function, found "
     "'3'"},
    {"bracket-open", FLX_ERR_INPUT, "21:19: drive.field: expected ')' at the end of '1 mT * (2'"},
    {"bracket-close", FLX_ERR_INPUT,
     "21:14: drive.field: expected an operator or the end, found ')'"},
    {"operator-missing", FLX_ERR_INPUT,
     "21:12: drive.field: expected an operator before a number, found '2'"},
    {"operator-end", FLX_ERR_INPUT, "21:16: drive.field: expected a value at the end of '1 mT *'"},
    {"not-finite", FLX_ERR_INPUT,
     "21:10: drive.field: '1 mT/0' gives infinity, not a number to work with"},
    {"not-a-number", FLX_ERR_INPUT,
     "21:10: drive.field: '1 mT * sqrt(-1)' gives nan, not a number to work with"},
    {"exponent", FLX_ERR_INPUT,
     "21:17: drive.field: the exponent 't' of a value with a unit must be a "
     "constant"},
    {"comma", FLX_ERR_INPUT,
     "22:29: drive.current.top: expected ',' and a further argument at the end "
     "of '1 uA*ramp(t'; quote a value that holds a comma inside [ ] or { }"},
    {"coordinate", FLX_ERR_INPUT,
     "23:23: tdgl.time: 'x' has no meaning here: this value is a constant"},
    {"let-cycle", FLX_ERR_INPUT, "4: let.W: its value needs itself"},
    {"let-xi", FLX_ERR_INPUT,
     "6:28: layers.al.coherence_length: 'xi' is not known here: the reference "
     "layer does not say it, or is itself being defined"},
    {"let-name", FLX_ERR_INPUT,
     "4: let.2W: '2W' is no name: up to 60 letters, digits, _ and -, a letter "
     "first"},
    {"let-operator", FLX_ERR_INPUT,
     "4: let.and: 'and' cannot be the name of a value: it is an operator"},
    {"key-top", FLX_ERR_INPUT,
     "7: unknown key 'film'; did you mean 'films'? Allowed: fluxoid, title, "
     "units, let, reference_layer, engine, T, material, layers, films, terminals, probes, "
     "mesh, drive, start, tdgl, static, london, xy, circuit, loops, sweep"},
    {"key-layer", FLX_ERR_INPUT,
     "6: layers.al: unknown key 'thicknes'; did you mean 'thickness'? Allowed: "
     "coherence_length, penetration_depth, thickness, pearl_length, body, z, u, "
     "gamma, conductivity, epsilon, disorder, Tc, temperature_law, temperature_table"},
    {"key-verb", FLX_ERR_INPUT,
     "11: films.strip.shape: unknown key 'ad'; did you mean 'add'? Allowed: "
     "add, cut, common, box, circle, ellipse, polygon, path"},
    {"key-shape", FLX_ERR_INPUT,
     "11: films.strip.shape.add.box: unknown key 'sise'; did you mean 'size'? "
     "Allowed: size, at, rotate, scale, mirror"},
    {"key-far", FLX_ERR_INPUT,
     "23: tdgl: unknown key 'bogus'. Allowed: time, stop_when_steady, "
     "stop_when, temperature_noise, average_from, frames, checkpoint, selffield, integrator, "
     "order, tolerance, dt, dt_max, dt_min, adaptive, seed, counterterm, frozen_amplitude, "
     "threads"},
    {"key-twice", FLX_ERR_INPUT, "23:22: key 'time' was given before, in line 23"},
    {"missing-time", FLX_ERR_INPUT, "23: tdgl: 'time' is missing: a time in tau0 (or s), > 0"},
    {"missing-tdgl", FLX_ERR_INPUT, "2: 'tdgl' is missing, e.g. tdgl: {time: 100 tau0}"},
    {"missing-mesh", FLX_ERR_INPUT, "2: 'mesh' is missing, e.g. mesh: {max_edge: 0.5 xi}"},
    {"missing-max-edge", FLX_ERR_INPUT, "19: mesh: 'max_edge' is missing: a length, > 0"},
    {"missing-xi", FLX_ERR_INPUT, "6: layers.al: 'coherence_length' is missing: a length, > 0"},
    {"missing-thickness", FLX_ERR_INPUT,
     "6: layers.al: penetration_depth and thickness are needed, or pearl_length "
     "instead of them"},
    {"missing-version", FLX_ERR_INPUT,
     "2: 'fluxoid', the version of the format, is missing: fluxoid: 1"},
    {"missing-radius", FLX_ERR_INPUT,
     "13: films.strip.holes.round.circle: 'radius' is missing: a length, > 0"},
    {"version", FLX_ERR_INPUT,
     "2: fluxoid: version 2 of the format is not known; this build reads "
     "version 1"},
    {"pearl-twice", FLX_ERR_INPUT,
     "6: layers.al: pearl_length is lambda^2/d: give either it or "
     "penetration_depth and thickness, not all three"},
    {"range-xi", FLX_ERR_INPUT,
     "6: layers.al.coherence_length: '-0.2 um' is out of range; wanted is a "
     "length, > 0"},
    {"range-order", FLX_ERR_INPUT,
     "23: tdgl.order: '7' is out of range; wanted is a whole number, 2 to 3"},
    {"range-tolerance", FLX_ERR_INPUT,
     "23: tdgl.tolerance: '0' is out of range; wanted is a bare number, 1e-12 "
     "to 1"},
    {"whole-number", FLX_ERR_INPUT,
     "23: tdgl.order: '2.5' was given; wanted is a whole number, 2 to 3"},
    {"choice", FLX_ERR_INPUT,
     "23: tdgl.integrator: 'rk23' is none of bdf/rk32/euler-explicit/langevin; did you "
     "mean 'rk32'?"},
    {"boolean", FLX_ERR_INPUT, "23: tdgl.adaptive: 'yes' was given; wanted is true or false"},
    {"type-list", FLX_ERR_INPUT,
     "19: mesh.max_edge: a list [...] was given; wanted is a length, > 0"},
    {"type-map", FLX_ERR_INPUT,
     "19: mesh.max_edge: keys {...} were given; wanted is a length, > 0"},
    {"type-scalar", FLX_ERR_INPUT,
     "15: terminals.top.shape: '3' was given; wanted is a shape: a list of "
     "{add: {...}}, {cut: {...}}, {common: {...}}"},
    {"point-of-three", FLX_ERR_INPUT,
     "15: terminals.top.shape.box.at: a list [...] was given; wanted is [x, y]"},
    {"layer-unknown", FLX_ERR_INPUT,
     "9: films.strip.layer: there is no layer 'all'; did you mean 'al'? There "
     "are: al"},
    {"film-unknown", FLX_ERR_INPUT,
     "15: terminals.top.film: there is no film 'stripe'; did you mean 'strip'? "
     "There are: strip"},
    {"terminal-unknown", FLX_ERR_INPUT,
     "22: drive.current.tpo: there is no terminal 'tpo'; did you mean 'top'? "
     "There are: top, bottom"},
    {"hole-unknown", FLX_ERR_INPUT,
     "23: start.winding.rund: there is no hole 'rund'; did you mean 'round'? "
     "There are: round"},
    {"current-sum", FLX_ERR_INPUT,
     "22: drive.current: the currents into film 'strip' sum to -1e-06 A at t = "
     "0 tau0, not to zero; what goes in must come out"},
    {"current-sum-later", FLX_ERR_INPUT,
     "22: drive.current: the currents into film 'strip' sum to 1e-06 A at t = "
     "61.8034 tau0, not to zero; what goes in must come out"},
    {"probe-one", FLX_ERR_INPUT,
     "18: probes.v: 1 point; a voltage is between two: [[x, y], [x, y]]"},
    {"probe-same", FLX_ERR_INPUT,
     "18: probes.v: both points are the same: the voltage is always 0"},
    {"shape-cut-first", FLX_ERR_INPUT,
     "11: films.strip.shape.cut: there is nothing yet to apply it to: the first "
     "item must add"},
    {"shape-no-verb", FLX_ERR_INPUT,
     "12: films.strip.shape.circle: add, cut or common it? Only the first item "
     "of a shape may do without a verb"},
    {"shape-verbs", FLX_ERR_INPUT,
     "11: films.strip.shape.add.cut: 'cut' within another verb; wanted is one "
     "shape: {box: {...}}, circle, ellipse, polygon or path"},
    {"shape-size", FLX_ERR_INPUT,
     "11: films.strip.shape.add.box.size: must be > 0 in both directions"},
    {"shape-polygon", FLX_ERR_INPUT,
     "13: films.strip.holes.round.polygon.points: 2 points; a polygon has 3 at "
     "least"},
    {"shape-empty", FLX_ERR_INPUT,
     "13: films.strip.holes.round: an empty list was given; wanted is a shape: a "
     "list of {add: {...}}, {cut: {...}}, {common: {...}}"},
    {"hole-twice", FLX_ERR_INPUT,
     "14: films.other.holes.round: film 'strip' has a hole of this name too; "
     "holes are measured by name, so each needs its own"},
    {"charge", FLX_ERR_INPUT,
     "5:25: material.pair_charge: '2' has no unit; wanted is a charge, e.g. 2e"},
    {"disorder-path", FLX_ERR_INPUT,
     "6: layers.al.disorder: a path goes with kind: file and kind: image, and with no other"},
    {"normal", FLX_ERR_INPUT, "7: layers.al: is normal at T = 1.3 K: its Tc is 1.2 K"},
    {"temperature-rows", FLX_ERR_INPUT,
     "7: layers.al.temperature_table: T = 1.3 K is not between two rows of the table"},
    {"two-materials", FLX_ERR_INPUT,
     "15: films.other: layer 'nb' is another material than 'al', whose units "
     "the engine tdgl counts in: all its films need one material (z and epsilon "
     "may differ); set reference_layer: nb if it is that of all films"},
    {"engine-unknown", FLX_ERR_INPUT,
     "3: engine: 'tgdl' is none of tdgl/static/london/xy/circuit; did you mean "
     "'tdgl'?"},
    {"body", FLX_ERR_INPUT, "6: layers.al.body: 'wire' is none of film/long"},
    {"long-field", FLX_ERR_INPUT,
     "21: drive.field: a long body that feels its own field (layers.*.body: long) stands in a "
     "uniform one, which may depend on t alone"},
    {"long-pearl", FLX_ERR_INPUT,
     "6: layers.al: a long body needs its penetration_depth, and has no pearl_length"},
    {"long-explicit", FLX_ERR_INPUT,
     "23: tdgl.integrator: the field of the currents needs bdf: its diffusion is too stiff for "
     "explicit steps"},
    {"noise-selffield", FLX_ERR_INPUT,
     "23: tdgl.temperature_noise: there is no thermal noise yet where the field of the currents "
     "acts back (tdgl.selffield, which long bodies have unless it is false); leave one of them "
     "out"},
    {"duals", FLX_ERR_INPUT,
     "19: mesh.duals: unsigned is only for an imported mesh (mesh.import), to "
     "match the program that made it"},
    {"average-late", FLX_ERR_INPUT,
     "23: tdgl.average_from: 100 tau0 is not before the end, 100 tau0 "
     "(tdgl.time)"},
    {"steps-crossed", FLX_ERR_INPUT,
     "23: tdgl.dt_max: the largest step, 0.1 tau0, is below the first, 1 tau0 "
     "(tdgl.dt)"},
    {"refine-place", FLX_ERR_INPUT, "19: mesh.refine.at: only near: point has a place"},
    {"start-both", FLX_ERR_INPUT,
     "23: start.from: the state comes from a file or from normal noise, not "
     "from both"},
    {"start-word", FLX_ERR_INPUT,
     "23: start: wanted is 'uniform', or keys: winding, vortices, normal, from"},
    {"stop-unknown", FLX_ERR_INPUT,
     "23:19: tdgl.stop_when: there is no 'w' whose voltage could be measured"},
    {"stop-unit", FLX_ERR_INPUT,
     "23:19: tdgl.stop_when: 'voltage.v' (V0) and '1' (a bare number) do not go "
     "together"},
    {"stop-chain", FLX_ERR_INPUT,
     "23:25: tdgl.stop_when: comparisons do not chain; write a < b and b < c"},
    {"sweep-key", FLX_ERR_INPUT,
     "23: sweep.drive.fild: 'drive.fild' is no key; did you mean 'drive.field'?"},
    {"sweep-value", FLX_ERR_INPUT,
     "23:1: drive.field: '3' has no unit; wanted is a magnetic field, e.g. 1 mT "
     "(or H in A/m or Oe)"},
    {"sweep-steps", FLX_ERR_INPUT,
     "23: sweep.drive.field: 'steps' is missing: a whole number, 1 to 100000"},
    {"sweep-empty", FLX_ERR_INPUT,
     "23: sweep.drive.field: an empty list was given; wanted is a list, or "
     "{from, to, steps, continue}"},
    {"sweep-engine", FLX_ERR_INPUT, "23: sweep.engine: 'engine' cannot be swept"},
    {"source-two", FLX_ERR_INPUT,
     "21: drive.field: a source has one key: uniform, loop, dipole or file"},
    {"source-height", FLX_ERR_INPUT,
     "21: drive.field.loop.z: the height was given in 'at' already"},
    {"yaml-broken", FLX_ERR_INPUT,
     "5:7: not valid YAML: did not find expected ',' or '}' while parsing a "
     "flow mapping"},
    {"yaml-anchor", FLX_ERR_INPUT,
     "4:6: anchors (&a) are not understood here; name values under 'let' and "
     "use the name"},
    {"yaml-alias", FLX_ERR_INPUT,
     "21:10: aliases (*a) are not understood here; name values under 'let' and "
     "use the name"},
    {"yaml-tag", FLX_ERR_INPUT, "21:10: tags (tag:yaml.org,2002:str) are not understood here"},
    {"yaml-documents", FLX_ERR_INPUT, "24:1: a second document; one case is one document"},
    {"yaml-list", FLX_ERR_INPUT, "1: a case is a map of keys (films: ..., layers: ...)"},
    {"yaml-empty", FLX_ERR_INPUT, "1: the case is empty"},
    {"yaml-deep", FLX_ERR_INPUT, "1:37: lists and maps nested deeper than 32"},
};

static void every_wrong_case_is_refused_in_words(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    char path[512], expected[2048];
    int wrong = 0;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        flx_case *c;
        snprintf(path, sizeof path, FLX_SOURCE_DIR "/tests/bad/%s.yaml", rows[k].name);
        snprintf(expected, sizeof expected, "%s:%s", path, rows[k].message);
        flx_status status = flx_case_load(ctx, path, NULL, 0, &c);
        if (status != rows[k].status || strcmp(flx_ctx_error(ctx), expected) != 0) {
            print_error("%s\n  gives    %d %s\n  expected %d %s\n", rows[k].name, status,
                        flx_ctx_error(ctx), rows[k].status, expected);
            wrong++;
        }
        assert_null(c);
    }
    assert_int_equal(wrong, 0);
    flx_ctx_free(ctx);
}

static void a_file_that_is_not_there_is_refused(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_case *c;
    assert_int_equal(flx_case_load(ctx, "no/such.yaml", NULL, 0, &c), FLX_ERR_INPUT);
    assert_string_equal(flx_ctx_error(ctx),
                        "no/such.yaml: there is no such file, or it cannot be read");
    flx_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_wrong_case_is_refused_in_words),
        cmocka_unit_test(a_file_that_is_not_there_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
