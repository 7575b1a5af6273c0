// fluxoid/case.h -- case files: from YAML text to a checked struct, expressions, documentation of
// keys.
//
// What is counted in what: lengths in a case are in xi of `scales` (the film's layer), times in
// tau0, angles in degrees; expressions of the outside world (fields, currents, moments) give SI,
// and `scales` turns those into natural numbers. Brackets say it for each field.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLUXOID_CASE_H
#define FLUXOID_CASE_H

#include "fluxoid/geom.h"
#include "fluxoid/london.h"
#include "fluxoid/static.h"
#include "fluxoid/tdgl.h"
#include "fluxoid/units.h"
#include "fluxoid/xy.h"

#ifdef __cplusplus
extern "C" {
#endif

// -- expressions ----------------------------------------------------------------------------------

// A compiled value of a case file, e.g. `0.4 mT * ramp(t, 0, 100)`. Constant and without state:
// any number of threads may evaluate one. Owned by its case.
typedef struct flx_expr flx_expr;

enum { // what an expression may depend on
    FLX_EXPR_X = 1,
    FLX_EXPR_Y = 2,
    FLX_EXPR_Z = 4,
    FLX_EXPR_T = 8,
    FLX_EXPR_SPACE = FLX_EXPR_X | FLX_EXPR_Y | FLX_EXPR_Z,
    FLX_EXPR_MEASURED = 16 // quantities of flx_case.measured
};

// The set of FLX_EXPR_* that the value depends on; 0: a constant.
FLX_API unsigned flx_expr_uses(const flx_expr *expr);

// Value at a point [xi] and time [tau0], in the unit its field in the case names.
FLX_API double flx_expr_eval(const flx_expr *expr, const double r[3], double t);

// The same at n points r [n][3] [xi]; out [n]. Several times faster a point.
FLX_API void flx_expr_eval_many(const flx_expr *expr, const double *r, int32_t n, double t,
                                double *out);

// For stop_when: true if the condition holds; value [n_measured] as flx_case.measured says.
FLX_API bool flx_expr_holds(const flx_expr *expr, double t, const double *value);

// The text it was compiled from, and its place; borrowed from the expression.
FLX_API const char *flx_expr_text(const flx_expr *expr);
FLX_API int32_t flx_expr_line(const flx_expr *expr);

// A source that separates costs one field instead of one for each time: where expr = factor(t) *
// shape(x, y, z) by its factors, NULL for a part that is 1. Both are owned by expr. False (and both
// NULL) if it does not separate.
FLX_API bool flx_expr_split_time(const flx_expr *expr, const flx_expr **factor,
                                 const flx_expr **shape);

// -- the case -------------------------------------------------------------------------------------

typedef struct flx_case_let {
    const char *name;
    const char *text; // as given
    double value;     // [SI, or 1 where it is a bare number]
    int32_t line;
} flx_case_let;

typedef enum flx_case_disorder_kind {
    FLX_CASE_EVEN, // none
    FLX_CASE_RANDOM,
    FLX_CASE_GRAINS,
    FLX_CASE_MAP,  // rows of a file
    FLX_CASE_IMAGE // a PNG file
} flx_case_disorder_kind;

// What is added to a layer's epsilon; lengths [xi].
typedef struct flx_case_disorder {
    flx_case_disorder_kind kind;
    double spread, length, depth, width; // of flx_disorder
    uint64_t seed;
    const char *path; // MAP, IMAGE; from the folder of the case
    int32_t line;
} flx_case_disorder;

typedef struct flx_case_layer {
    const char *name;
    flx_material material;   // [SI]
    bool long_body;          // no dependence on z, field along z; else a thin film
    const flx_expr *epsilon; // [1] of x, y, t; NULL: 1
    flx_case_disorder disorder;
    int32_t line;
} flx_case_layer;

typedef struct flx_case_shape {
    const flx_shape_item *item; // [n_item] [xi]; the `line` of each is set
    int32_t n_item;
    int32_t line;
} flx_case_shape;

typedef struct flx_case_hole {
    const char *name;
    flx_case_shape shape;
    int32_t line;
} flx_case_hole;

typedef struct flx_case_film {
    const char *name;
    int32_t layer; // index into layers
    flx_case_shape shape;
    const flx_case_hole *holes; // [n_hole]; names are unique over all films
    int32_t n_hole;
    int32_t line;
} flx_case_film;

typedef struct flx_case_terminal {
    const char *name;
    int32_t film;         // index into films
    flx_case_shape shape; // the film edge inside it carries the current
    flx_terminal_psi psi;
    double amplitude;        // [1] |psi| where it is held
    const flx_expr *current; // [A] of t; positive into the film; NULL: 0
    int32_t line;
} flx_case_terminal;

typedef struct flx_case_probe {
    const char *name;
    double point[2][2]; // [xi] voltage is mu(first) - mu(second)
    int32_t film;       // -1: the only one that has both points
    int32_t line;
} flx_case_probe;

typedef struct flx_case_mesh {
    flx_mesh_opts opts;            // lengths [xi]; max_edge is 0 only where a mesh is imported
    double arc_edge;               // [xi] arcs become polygons with sides no longer than this
    const flx_mesh_refine *refine; // [n_refine] [xi]
    int32_t n_refine;
    int32_t rim_rows;   // as in flx_mesh_spec
    double rim_ratio;   // the same
    double hole_edge;   // [1] as in flx_mesh_spec
    const char *import; // path of a .msh or HDF5 file, from the folder of the case; NULL: none
    bool unsigned_duals;
    int32_t line;
} flx_case_mesh;

typedef enum flx_case_field_kind {
    FLX_CASE_UNIFORM,
    FLX_CASE_LOOP,
    FLX_CASE_DIPOLE,
    FLX_CASE_FILE
} flx_case_field_kind;

// One source of the applied field. Fields add.
typedef struct flx_case_field {
    flx_case_field_kind kind;
    const flx_expr *value; // UNIFORM: B_z [T] of x, y, z, t; LOOP: current [A] of t; FILE: factor
                           // [1] of t or NULL
    double at[3];          // [xi] LOOP: centre; DIPOLE
    double radius;         // [xi] LOOP
    const flx_expr *moment[3]; // [A m^2] DIPOLE, of t; NULL: 0
    const char *path;          // FILE, from the folder of the case
    int32_t line;
} flx_case_field;

// A straight cut, and the phase that psi gains across it from its right to its left.
typedef struct flx_case_phase {
    double along[4]; // [xi] x, y of its beginning, of its end
    double offset;   // [rad]
    int32_t film;    // that it cuts; -1: all it goes through
    int32_t line;
} flx_case_phase;

typedef struct flx_case_winding {
    int32_t film, hole; // of films[film].holes
    int32_t winding;
    int32_t line;
} flx_case_winding;

typedef struct flx_case_vortex {
    double at[2];   // [xi]
    int32_t film;   // -1: the only one that has the place
    double winding; // whole but to the engine london
    int32_t line;
} flx_case_vortex;

// They combine: normal or from sets psi, windings and vortices multiply it; none: uniform.
typedef struct flx_case_start {
    const flx_case_winding *winding;
    int32_t n_winding;
    const flx_case_vortex *vortex;
    int32_t n_vortex;
    bool normal;  // from the normal state
    double noise; // [1] rms |psi|
    uint64_t seed;
    const char *from; // path of a data file, from the folder of the case; NULL: none
    double from_time; // [tau0] NAN: its last frame
    int32_t line;
} flx_case_start;

// What a quantity named in stop_when is; its value is given in these units.
typedef enum flx_measured_kind {
    FLX_MEASURED_VOLTAGE,      // [V0] of probes[index]
    FLX_MEASURED_HOLE_WINDING, // of films[film].holes[index]
    FLX_MEASURED_LOOP_WINDING, // of loops[index]
    FLX_MEASURED_CURRENT,      // [K0 xi] of terminals[index]
    FLX_MEASURED_VORTICES,     // number of vortices and antivortices
    FLX_MEASURED_PSI_MIN,      // smallest |psi|
    FLX_MEASURED_PSI_MAX,      // largest |psi|
    FLX_MEASURED_ENERGY,       // [F0]
    FLX_MEASURED_CHANGE,       // [1/tau0] largest |d psi/dt|
    FLX_MEASURED_DT            // [tau0] last step
} flx_measured_kind;

typedef struct flx_measured {
    flx_measured_kind kind;
    int32_t film, index;
} flx_measured;

typedef struct flx_case_run {
    flx_tdgl_opts opts;        // checked
    double time;               // [tau0] to reach
    double stop_steady;        // [1/tau0] stop when the largest |d psi/dt| is below; 0: never
    const flx_expr *stop_when; // flx_expr_holds; NULL: never
    double average_from;       // [tau0] means begin here
    double temperature;        // [1] k_B T/E_s of thermal noise; 0: none
    double frame_interval;     // [tau0] between frames kept; > 0
    double checkpoint;         // [tau0] between checkpoints; 0: only at the end
    flx_screening screening;   // what the field of the currents does
    int32_t line;
} flx_case_run;

// What Lambda of a film of finite thickness d is taken to be.
typedef enum flx_case_sheet {
    FLX_SHEET_THIN,  // lambda^2/d: d << lambda
    FLX_SHEET_ALONE, // (lambda/2) coth(d/2 lambda) - d/4: fields on both faces opposite and equal,
                     // d << width; exact for a wide film by itself
    FLX_SHEET_SCREENED // lambda coth(d/lambda): field on one face only, z being that face
} flx_case_sheet;

// A scanning SQUID: a pickup loop and a field coil on a grid of places above the sample.
typedef struct flx_case_scan {
    double at[2], size[2]; // [xi] middle of the grid, its width and height
    int32_t n[2];          // places along x and y; 0: no scan
    double z;              // [xi] height of the loops
    double pickup;         // [xi] radius
    double coil;           // [xi] radius, 0: none
    int32_t line;
} flx_case_scan;

typedef struct flx_case_london {
    flx_london_opts opts;
    const flx_london_condition *hole; // [holes of all films] fluxoids in Phi0, currents in A
    int32_t n_hole;
    const flx_case_vortex *vortices; // [n_vortex]
    int32_t n_vortex;
    flx_case_sheet sheet;
    bool error; // a study of coarser meshes
    flx_case_scan scan;
    int32_t line;
} flx_case_london;

typedef enum flx_case_find {
    FLX_FIND_STATE,
    FLX_FIND_LIMIT,      // of stability, along t
    FLX_FIND_NUCLEATION, // of superconductivity
    FLX_FIND_BARRIER     // between two states
} flx_case_find;

typedef struct flx_case_static {
    flx_static_opts opts; // checked
    flx_case_find find;
    double at, to;        // [tau0] t of the drive; LIMIT: followed from at to to
    flx_case_start other; // BARRIER: the other state
    int32_t line;
} flx_case_static;

typedef struct flx_case_loop {
    const char *name;
    flx_case_shape shape; // one closed curve
    int32_t film;         // -1: the only one that has it
    int32_t line;
} flx_case_loop;

// One key that is swept. The grid of all axes is run, the last axis fastest.
typedef struct flx_case_axis {
    const char *key;         // "drive.field"
    const char *const *text; // [n] YAML of each value
    const double *value;     // [n] in SI, or as given where it is a bare number; NAN: not a number
    int32_t n;
    bool carry; // `continue: true`: a point starts from the last state of the one before
    int32_t line;
} flx_case_axis;

// What the engine xy does. Energies and temperatures in J.
typedef struct flx_case_xy {
    int32_t lattice, model; // flx_xy_lattice, flx_xy_model
    int32_t size[3];
    bool open[3];
    double flux;                            // [Phi0] through a plaquette; 0 with flux_at
    const flx_expr *flux_at;                // [Phi0] at the middle of a plaquette; NULL: flux
    const flx_expr *offset[3];              // [degree] of bonds along x, y, z (or a2 - a1) at their
                                            // middles; NULL: 0. Both of places [lattice constants]
    const double *temperature;              // [n_temperature]
    int32_t n_temperature;                  //
    double coupling, phase, dilution;       // of flx_xy_disorder
    int32_t disorder_seed;                  //
    bool find_transition;                   //
    const int32_t *sizes;                   // [n_size] of the lattices that it takes
    int32_t n_size, transition_sweeps;      //
    const double *current;                  // [n_current] [I_c] of an array of shunted junctions
    int32_t n_current;                      // 0: phases in equilibrium
    double time, settle, dt, capacitance;   // of its dynamics, in hbar/(2 e R I_c); beta_c
    int32_t periodic;                       // 1: the twist across the array does not move
    double film_tc;                         // [K] 0: no film is given
    double film_stiffness, film_dielectric; // [K] at T = 0; [1]
    flx_xy_opts opts;
    int32_t line;
} flx_case_xy;

// What the engine circuit does: a deck, with inductors from films.
typedef struct flx_case_inductor {
    const char *name;    // of a hole or port
    const char *node[2]; // of the deck
    int32_t line;
} flx_case_inductor;
typedef struct flx_case_circuit {
    const char *deck;       // its lines, or its path
    int32_t deck_line;      // of the first of these lines; 0: a path
    const char *const *set; // [n_set] "NAME=VALUE" for the deck
    int32_t n_set;
    const char *inductance; // path of a data file, a table or a case; NULL: none
    const flx_case_inductor *inductors;
    int32_t n_inductor, inductance_line;
} flx_case_circuit;

// A case. Everything in it is owned by it and constant. Names are unique within their list.
typedef struct flx_case {
    const char *name;   // file name, for messages
    const char *title;  // "" if none
    const char *given;  // the text as given
    const char *used;   // YAML after --set and without comments: reads back as the same case
    const char *engine; // "tdgl"

    double length;     // [m] units.length; 0: not given
    flx_scales scales; // natural units of the run, in SI. Where a case without coherence length is
                       // allowed (london), xi is the length that the case is counted in
    const char *unit;  // what that is called: "xi", or e.g. "um"
    const char *length_unit; // "um", as units.length says; NULL: not by a name
    double u, gamma;         // [1] of the films' layer
    int32_t reference;       // index of the layer whose units they are

    const flx_case_let *lets;
    const flx_case_layer *layers;
    const flx_case_film *films;
    const flx_case_terminal *terminals;
    const flx_case_probe *probes;
    const flx_case_field *fields;
    const flx_case_phase *phases;
    const flx_case_loop *loops;
    const flx_case_axis *axes;
    const flx_measured *measured; // what stop_when asks for
    int32_t n_let, n_layer, n_film, n_terminal, n_probe, n_field, n_phase, n_loop, n_axis,
        n_measured;

    flx_case_mesh mesh;
    flx_case_start start;
    flx_case_run run; // of the engine tdgl
    flx_case_london london;
    flx_case_xy xy;
    flx_case_static statics;
    flx_case_circuit circuit;
} flx_case;

// Where a case comes from. All borrowed for the call.
typedef struct flx_case_source {
    const char *text; // [length]
    size_t length;
    const char *name;        // file name or path, for messages and relative paths
    const char *const *sets; // [n_set] "path.to.key=VALUE", applied in order
    int32_t n_set;
} flx_case_source;

// Reads and checks a case, and every value of its sweep. Errors name file, line, key, what was
// given and what is allowed: FLX_ERR_INPUT; FLX_ERR_UNAVAILABLE for known parts of other builds.
// *out is owned: free with flx_case_free; NULL on failure.
FLX_API flx_status flx_case_create(flx_ctx *ctx, const flx_case_source *source, flx_case **out);
FLX_API void flx_case_free(flx_case *c);

// The same from memory without edits, and from a file with them.
FLX_API flx_status flx_case_parse(flx_ctx *ctx, const char *text, size_t length, const char *name,
                                  flx_case **out);
FLX_API flx_status flx_case_load(flx_ctx *ctx, const char *path, const char *const *sets,
                                 int32_t n_set, flx_case **out);

// Number of points of the sweep; 1 without one.
FLX_API int64_t flx_case_points(const flx_case *c);

// Case of one point, 0 .. flx_case_points() - 1, without the sweep. *out is owned. index [n_axis],
// if not NULL, receives which value of each axis it has.
FLX_API flx_status flx_case_point(flx_ctx *ctx, const flx_case *c, int64_t point, int32_t *index,
                                  flx_case **out);

// -- documentation of keys ------------------------------------------------------------------------

// Text that documents a key ("layers.*.gamma", "tdgl.dt", also with names: "layers.al.gamma"), all
// keys below a prefix ("mesh"), or all there are (NULL or ""): type, unit, default, range, meaning.
// *out is owned: free with flx_text_free. FLX_ERR_INPUT with the nearest key for an unknown one.
FLX_API flx_status flx_explain(flx_ctx *ctx, const char *key, char **out);
FLX_API void flx_text_free(char *text);

#ifdef __cplusplus
}
#endif
#endif
