// fluxoid/circuit.h -- Josephson circuits: decks, the equations of their node phases, static states.
//
// Every node has a phase phi with phi_dot = 2 pi V/Phi0. With s = Phi0/2pi an element between two
// nodes of phase difference d carries
//   resistor s d_dot/R, capacitor s C d_ddot, inductor s (d - 2 pi f)/L (f: external flux in Phi0),
//   junction Ic sum_m c_m sin m(d - phi0) + I_qp(s d_dot) + s C d_ddot,
// and the currents into a node sum to zero:
//   M phi_ddot + D phi_dot + K phi + F(phi, phi_dot) = I(t) + noise.            (1)
// M, D, K are symmetric; voltage and phase sources fix phase differences and leave the unknowns;
// controlled sources are a border around them (circuit/border.h).
// McCumber, J. Appl. Phys. 39, 3113 (1968); Likharev, Dynamics of Josephson Junctions and Circuits
// (1986). Everything is SI; phases in radians.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLUXOID_CIRCUIT_H
#define FLUXOID_CIRCUIT_H

#include "fluxoid/options.h"

#ifdef __cplusplus
extern "C" {
#endif

// -- sources --------------------------------------------------------------------------------------

typedef enum flx_wave_kind {
    FLX_WAVE_DC,    // p0
    FLX_WAVE_PWL,   // corners (t, x), constant outside
    FLX_WAVE_PWS,   // the same corners joined by half cosines
    FLX_WAVE_PULSE, // p: low, high, delay, rise, fall, width, period
    FLX_WAVE_SIN,   // p: offset, amplitude, frequency, delay, damping
    FLX_WAVE_EXP    // p: x1, x2, delay1, tau1, delay2, tau2
} flx_wave_kind;

// A function of time [s]; volts, amperes or radians.
typedef struct flx_wave {
    int32_t kind; // flx_wave_kind
    double p[7];
    const double *t, *x; // [n] corners
    int32_t n;
} flx_wave;

FLX_API double flx_wave_at(const flx_wave *wave, double t);
// Integral from t0 to t1, in closed form.
FLX_API double flx_wave_integral(const flx_wave *wave, double t0, double t1);
// The first corner behind t; INFINITY: none.
FLX_API double flx_wave_next_corner(const flx_wave *wave, double t);

// -- circuits -------------------------------------------------------------------------------------

enum { FLX_CPR_MAX = 8 };

// What junctions of a kind share; an instance multiplies critical current and capacitance by its
// area and divides the resistances by it.
typedef struct flx_junction_model {
    const char *name;
    int32_t rtype;           // 0: RN at any voltage; 1: piecewise as in JSIM; 2: smooth at the gap
    double vg;               // [V] gap voltage
    double delv;             // [V] width of the gap
    double icrit;            // [A]
    double rn, r0;           // [ohm] above and below the gap
    double cap;              // [F]
    double icfact;           // [1] Ic over the rise of current at the gap
    double phi;              // [rad] offset of the phase: pi junctions, phi0 junctions
    double transparency;     // [1] D of the current-phase relation, 0: sinusoidal
    double temperature;      // [K] of the current-phase relation, with tc
    double tc;               // [K]
    bool microscopic;        // transparency, temperature or tc was given
    double cpr[FLX_CPR_MAX]; // [n_cpr] harmonics of the current-phase relation
    int32_t n_cpr;
} flx_junction_model;

typedef enum flx_element_kind {
    FLX_RESISTOR,
    FLX_INDUCTOR,
    FLX_CAPACITOR,
    FLX_JUNCTION,
    FLX_VOLTAGE_SOURCE,
    FLX_CURRENT_SOURCE,
    FLX_PHASE_SOURCE,
    FLX_LINE, // lossless transmission line
    // Controlled sources: voltage or current at node[0], node[1] by the voltage between node[2] and
    // node[3], or by the current from node[2] to node[3], which these sources short.
    FLX_VCVS, // E [1]
    FLX_CCCS, // F [1]
    FLX_VCCS, // G [S]
    FLX_CCVS, // H [ohm]
    FLX_N_ELEMENT_KIND
} flx_element_kind;

// Currents flow from node[0] to node[1]; lines have their second port at node[2], node[3].
typedef struct flx_element {
    const char *name;
    int32_t kind;       // flx_element_kind
    int32_t node[4];    // 0: ground
    double value;       // [ohm], [H], [F]; area of a junction [1]; impedance of a line [ohm]; gain
    double delay;       // [s] of a line
    double temperature; // [K] of its noise; < 0: that of the circuit
    int32_t model;      // of a junction
    const flx_wave *wave; // of a source; flux through an inductor [rad], NULL: none
    const char *file;     // where it comes from
    int32_t line;
} flx_element;

// Mutual inductance k sqrt(L1 L2) between two inductors.
typedef struct flx_coupling {
    const char *name;
    int32_t a, b; // elements
    double k;     // [1]
    const char *file;
    int32_t line;
} flx_coupling;

typedef struct flx_circuit {
    const char *const *node_name; // [n_node]; node 0 is the ground
    int32_t n_node;
    const flx_element *element; // [n_element]
    int32_t n_element;
    const flx_coupling *coupling; // [n_coupling]
    int32_t n_coupling;
    const flx_junction_model *model; // [n_model]
    int32_t n_model;
    double temperature; // [K] of the noise; 0: none
} flx_circuit;

// Checks values and connections: no node may float, no loop of sources may contradict itself, no
// group of coupled inductors may have negative energy. Messages name nodes, elements and lines.
FLX_API flx_status flx_circuit_check(flx_ctx *ctx, const flx_circuit *circuit);

// -- time -----------------------------------------------------------------------------------------

typedef enum flx_circuit_method {
    FLX_CIRCUIT_MIDPOINT, // implicit midpoint, junctions averaged over the path of their phase
    FLX_CIRCUIT_JOSIM     // JoSIM's step: BDF2, supercurrent at an extrapolated phase
} flx_circuit_method;

typedef struct flx_circuit_opts {
    int32_t method;   // flx_circuit_method
    double dt;        // [s] largest step, or every step if tolerance is 0
    double tolerance; // [rad] error of a phase allowed in a step; 0: steps are fixed
    double newton;    // [rad] error allowed in the solution of a step
    uint32_t cookie;  // set by flx_circuit_opts_default
} flx_circuit_opts;

FLX_API flx_circuit_opts flx_circuit_opts_default(void);
FLX_API extern const flx_option_table flx_circuit_option_table;

// Circuits that differ in sources, temperatures and seeds alone may be stepped together.
typedef struct flx_circuit_lane {
    const flx_circuit *circuit; // borrowed until the simulation is freed
    uint64_t seed;              // of the noise
} flx_circuit_lane;
enum { FLX_CIRCUIT_LANES = 8 };

typedef struct flx_circuit_sim flx_circuit_sim;

// Checks, allocates everything a run needs. n_lane: 1 to FLX_CIRCUIT_LANES. All phases and voltages
// are 0. Noise is made if a temperature is > 0; steps are fixed then, and with lines or several
// lanes. On failure sets *out to NULL and leaves the reason in flx_ctx_error(ctx).
FLX_API flx_status flx_circuit_create(flx_ctx *ctx, const flx_circuit_lane *lanes, int32_t n_lane,
                                      const flx_circuit_opts *opts, flx_circuit_sim **out);
FLX_API void flx_circuit_free(flx_circuit_sim *sim);

// Starts from phases [n_node][n_lane] and voltages [n_node][n_lane] (NULL: 0) at time 0.
FLX_API flx_status flx_circuit_set(flx_circuit_sim *sim, const double *phase,
                                   const double *voltage);

typedef struct flx_circuit_report {
    double time;        // [s] reached
    double dt;          // [s] of this step
    double error;       // [rad] estimated; 0 where steps are fixed
    int32_t iterations; // solutions of the linear system
    int32_t rejected;   // steps tried in vain
    int32_t factored;   // factorisations
} flx_circuit_report;

// One accepted step. Never allocates. On FLX_ERR_DIVERGED the state is as before.
FLX_API flx_status flx_circuit_step(flx_circuit_sim *sim, flx_circuit_report *report);

FLX_API double flx_circuit_time(const flx_circuit_sim *sim); // [s]
// Phase of a node [rad].
FLX_API double flx_circuit_phase(const flx_circuit_sim *sim, int32_t node, int32_t lane);
// Mean of the voltage of a node over the last step [V] (midpoint), or at its end (josim).
FLX_API double flx_circuit_voltage(const flx_circuit_sim *sim, int32_t node, int32_t lane);
// The same of the current through an element [A]; lines: NAN. Of sources: what Kirchhoff's law
// leaves for them, NAN where several meet at both ends.
FLX_API double flx_circuit_current(const flx_circuit_sim *sim, int32_t element, int32_t lane);
// Energy in capacitors, inductors and junctions [J] (midpoint; junctions with a sinusoidal or
// harmonic current-phase relation).
FLX_API double flx_circuit_energy(const flx_circuit_sim *sim, int32_t lane);
// Phi0/2 pi as the simulation counts it [Wb].
FLX_API double flx_circuit_flux_unit(const flx_circuit_sim *sim);
FLX_API int32_t flx_circuit_unknowns(const flx_circuit_sim *sim);
FLX_API int64_t flx_circuit_entries(const flx_circuit_sim *sim); // of the factor

// -- static states --------------------------------------------------------------------------------
//
// Without voltages resistors and capacitors carry nothing, and (1) is the derivative of
//   U = sum L I^2/2 + sum E_J (1 - cos ...) - s sum I_source delta.

// A circuit with its sources at their values of a time, ready for static states. Opaque.
typedef struct flx_circuit_static flx_circuit_static;

FLX_API flx_status flx_circuit_static_create(flx_ctx *ctx, const flx_circuit *circuit, double time,
                                             flx_circuit_static **out);
FLX_API void flx_circuit_static_free(flx_circuit_static *st);

typedef struct flx_circuit_state {
    double energy;      // [J] U
    int32_t unstable;   // directions in which U falls; 0: stable
    int32_t iterations; // of Newton
} flx_circuit_state;

// From phases [n_node] to the minimum of U below them. FLX_ERR_DIVERGED: there is none (a source
// drives more than the circuit can carry).
FLX_API flx_status flx_circuit_relax(flx_circuit_static *st, double *phase,
                                     flx_circuit_state *state);

// Follows the stable state from phases [n_node] while a current source grows from `from` [A] until
// it ends (U gets a flat direction): *critical [A] to 1e-9 of itself, phases there. Stops at `limit`
// with FLX_STOPPED. Folds are passed by the length of the path: Keller, in Applications of
// Bifurcation Theory (1977).
typedef struct flx_circuit_critical {
    int32_t source; // element
    double from;    // [A]
    double limit;   // [A] behind `from` in the direction to look
    double critical;
} flx_circuit_critical;
FLX_API flx_status flx_circuit_follow(flx_circuit_static *st, double *phase,
                                      flx_circuit_critical *look);

// Beyond the fold the path goes on to the saddle the state escapes over: its energy above the state
// at current i, 0 if there is none. phase [n_node]: the state; saddle [n_node]: receives the saddle.
FLX_API flx_status flx_circuit_barrier(flx_circuit_static *st, const double *phase, int32_t source,
                                       double i, double *saddle, double *barrier);

// Distribution of the currents at which a junction switches while its bias grows at a constant rate:
// escape by thermal activation at the rate (omega_p/2 pi) exp(-dU/kT). Fulton and Dunkleberger,
// Phys. Rev. B 9, 4760 (1974).
typedef struct flx_switching {
    double ic;          // [A]
    double capacitance; // [F]
    double temperature; // [K]
    double rate;        // [A/s]
    double mean, sigma; // [A] out
} flx_switching;
// p [n] receives the density [1/A] at n currents between from and to [A]; NULL: not wanted.
FLX_API flx_status flx_switching_of(flx_ctx *ctx, flx_switching *s, double from, double to,
                                    int32_t n, double *p);

// -- decks ----------------------------------------------------------------------------------------

typedef enum flx_probe_kind {
    FLX_PROBE_VOLTAGE,
    FLX_PROBE_CURRENT,
    FLX_PROBE_PHASE
} flx_probe_kind;

// v(a), v(a,b), p(a), i(element) ...
typedef struct flx_circuit_probe {
    const char *name; // "v(3)"
    int32_t kind;     // flx_probe_kind
    int32_t node[2];  // of voltages and phases
    int32_t element;  // of currents
    const char *file;
    int32_t line;
} flx_circuit_probe;

typedef enum flx_measure_kind {
    FLX_MEASURE_AVG,
    FLX_MEASURE_MIN,
    FLX_MEASURE_MAX,
    FLX_MEASURE_PP,
    FLX_MEASURE_RMS,
    FLX_MEASURE_INTEGRAL,
    FLX_MEASURE_AT,
    FLX_MEASURE_PERIOD,
    FLX_MEASURE_EXPRESSION,
    FLX_MEASURE_CRITICAL,    // critical current of a source, without a run
    FLX_MEASURE_SWITCH_MEAN, // of the switching current of a junction
    FLX_MEASURE_SWITCH_WIDTH
} flx_measure_kind;

typedef struct flx_circuit_measure {
    const char *name;
    int32_t kind;        // flx_measure_kind
    int32_t probe;       // index into the deck's probes
    int32_t element;     // of critical and switching currents
    double rate;         // [A/s] of the bias that makes a junction switch
    double from, to, at; // [s]
    const char *text;    // of an expression in earlier measures and parameters
    const char *file;
    int32_t line;
} flx_circuit_measure;

// A start value: junction phase [rad], node phase [rad], node voltage [V], inductor current [A].
typedef enum flx_start_kind {
    FLX_CIRCUIT_START_PHASE,   // of the element
    FLX_CIRCUIT_START_NODE,    // phase of the node
    FLX_CIRCUIT_START_VOLTAGE, // of the node
    FLX_CIRCUIT_START_CURRENT, // of the inductor
    FLX_CIRCUIT_START_WINDING  // the static state reached from 2 pi n across the element
} flx_start_kind;
typedef struct flx_circuit_start {
    int32_t kind; // flx_start_kind
    int32_t node, element;
    double value;
    const char *file;
    int32_t line;
} flx_circuit_start;

typedef struct flx_sweep_axis {
    const char *name;    // of a parameter, an element, or temp, seed
    const double *value; // [n]
    int32_t n;
    const char *file;
    int32_t line;
} flx_sweep_axis;

// .squid: a SQUID read out by its voltage. `flux` is a parameter that counts in Phi0.
typedef struct flx_squid_card {
    int32_t probe;
    const char *flux;
    double step;       // [Phi0] of the flux, to both sides, for the transfer coefficient
    double inductance; // [H] of the loop, for the energy resolution; 0: not given
} flx_squid_card;

typedef struct flx_deck {
    flx_circuit circuit;
    const char *path;              // as given
    uint64_t hash;                 // of all its lines, includes among them, and of what was set
    double step, stop;             // [s] of .tran; stop 0: no .tran
    double print_from, print_step; // [s]
    bool josim;                    // .options method=josim
    int32_t noise_seeds;           // runs that differ in their noise alone
    uint64_t seed;
    double tolerance;               // [rad] local error allowed in a step; 0: steps are fixed
    const flx_circuit_probe *probe; // [n_probe]
    int32_t n_probe;
    const flx_circuit_measure *measure; // [n_measure]
    int32_t n_measure;
    const flx_circuit_start *start; // [n_start]
    int32_t n_start;
    const flx_sweep_axis *sweep; // [n_sweep] outermost first
    int32_t n_sweep;
    bool has_squid;
    flx_squid_card squid;
    struct flx_deck_store *store; // owns everything
} flx_deck;

typedef struct flx_deck_source {
    const char *path; // names the deck in messages; read if text is NULL
    const char *text; // [length]
    size_t length;
    const char *const *sets; // [n_set] "NAME=VALUE": a parameter of the deck or an element's value
    int32_t n_set;
    int32_t max_element; // 0: four million
    int32_t first_line;  // of the text in the file `path`; 0: 1
    const char *before;  // lines that are read before the text; NULL: none
} flx_deck_source;

// Reads a deck as JoSIM and JSIM write them, with the cards docs/circuit.md adds. What it does not
// know is an error with file, line, reason and remedy. On failure *out is NULL.
FLX_API flx_status flx_deck_create(flx_ctx *ctx, const flx_deck_source *source, flx_deck **out);
FLX_API void flx_deck_free(flx_deck *deck);

// The value of an expression in the deck's parameters, where `value` gives further names (false: it
// knows none of this name).
typedef bool (*flx_name_fn)(void *user, const char *name, double *value);
FLX_API flx_status flx_deck_evaluate(flx_ctx *ctx, const flx_deck *deck, const char *text,
                                     flx_name_fn value, double *result, void *user);

// -- runs -----------------------------------------------------------------------------------------

typedef struct flx_circuit_value {
    double mean, error;    // with one standard error; without noise what two windows differ by
    double min, max, last; // over the run; of measures: 0
} flx_circuit_value;

// What a deck gave. Everything is owned; free with flx_circuit_result_clear().
typedef struct flx_circuit_result {
    flx_circuit_value *probe; // [n_probe]
    int32_t n_probe;
    flx_circuit_value *measure; // [n_measure] mean and error
    int32_t n_measure;
    double *time; // [n_row] [s]
    double *row;  // [n_row][n_probe] of the first seed
    int64_t n_row;
    double *block;  // [n_probe][n_block] means of equal parts of the run, all seeds
    double *smooth; // the same under Hann's window, for noise at low frequencies
    int32_t n_block;
    double block_time; // [s]
    bool noisy;        // there was noise
    int64_t steps, rejected, factored, iterations;
    double dt; // [s] smallest step
} flx_circuit_result;
FLX_API void flx_circuit_result_clear(flx_circuit_result *result);

typedef struct flx_deck_run_opts {
    bool rows;       // keep them
    int32_t threads; // >= 1; results do not depend on it
    void *user;
    bool (*should_stop)(void *user);           // NULL: never
    void (*progress)(void *user, double done); // part done, 0 to 1; NULL: none
} flx_deck_run_opts;

// Runs decks from t = 0 to the stop of their .tran, one after another or together where they allow
// that. Means are taken over the last four fifths of a run: under a smooth window without noise, in
// blocks with it. results [n_deck]. FLX_INTERRUPTED if should_stop said so.
FLX_API flx_status flx_deck_run(flx_ctx *ctx, const flx_deck *const *decks, int32_t n_deck,
                                const flx_deck_run_opts *opts, flx_circuit_result *results);

// What a SQUID is judged by, each with one standard error. Noise is that at frequencies far below
// 1/block_time, one-sided; 0 without noise.
typedef struct flx_squid_value {
    double value, error;
} flx_squid_value;
typedef struct flx_squid_result {
    flx_squid_value voltage;  // [V]
    flx_squid_value transfer; // [V/Phi0] dV/dPhi
    flx_squid_value s_v;      // [V^2/Hz]
    flx_squid_value s_phi;    // [Phi0^2/Hz]
    flx_squid_value energy;   // [J/Hz] S_Phi/2L; 0 without an inductance
} flx_squid_result;

// From three runs of a deck with the same seeds: flux less a step, flux, flux and a step.
FLX_API flx_squid_result flx_squid_of(const flx_circuit_result *const run[3],
                                      const flx_squid_card *card);

#ifdef __cplusplus
}
#endif
#endif
