// cli/lab/lab.h -- an experiment: what it runs, what it measured, what theory says.
//
// An experiment NAME consists of
//   docs/lab/NAME.md        its page: what to expect and why, formula, source, exercises
//   examples/lab/NAME.yaml  its case, also for `fluxoid run`; and others, NAME-WHAT.yaml
//   cli/lab/NAME.c          a function that runs the case, compares, and draws
// and its line in cli/lab/experiments.h. Pages and cases are part of the program.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CLI_LAB_H
#define FLX_CLI_LAB_H

#include "fluxoid/plot.h"
#include "fluxoid/run.h"

#include "../cli.h"

#include <jansson.h>

enum { LAB_TEXT = 96, LAB_CURVES = 6, LAB_RUNS = 256 };

// One line of the table.
typedef struct lab_row {
    char what[LAB_TEXT];
    double measured, theory;
    double allowed; // |measured - theory|
} lab_row;

typedef struct lab_curve {
    const char *name; // in the legend; NULL: not listed
    flx_plot_style style;
    double *x, *y; // [n]
    int64_t n, capacity;
} lab_curve;

// What an experiment works with. Everything is owned but where it says otherwise.
typedef struct lab {
    flx_ctx *ctx;
    const char *name;     // borrowed
    const cli_list *user; // --set of the user, for every run; borrowed
    const char *text;     // of the case that is run; static
    char *set[32];        // edits of the next run
    int32_t n_set;
    char *folder;           // for data files, removed at the end
    json_t *done[LAB_RUNS]; // summaries
    int32_t n_done;
    lab_row *row;
    int32_t n_row, row_capacity;
    lab_curve curve[LAB_CURVES];
    flx_plot_axis x, y;  // of the picture
    bool square;         // its axes count the same
    const char *picture; // where it goes; borrowed
    bool drawn;
    bool failed; // a run failed: the rest does nothing
} lab;

// One experiment of the table.
typedef struct lab_experiment {
    const char *name, *title;
    void (*run)(lab *l);
} lab_experiment;
extern const lab_experiment lab_experiments[]; // ends with a name of NULL
const lab_experiment *lab_find(const char *name);
const char *lab_page_text(const char *name); // docs/lab/NAME.md; "": none
const char *lab_case_text(const char *name); // examples/lab/NAME.yaml; NULL: none

#define EXPERIMENT(symbol, name, title) void lab_##symbol(lab *l);
#include "experiments.h"
#undef EXPERIMENT

// -- running --------------------------------------------------------------------------------------

// From now on another case is run: examples/lab/NAME.yaml.
void lab_use(lab *l, const char *name);

// An edit for the next run, as --set has it: lab_set(l, "start.winding.hole=%d", n).
__attribute__((format(printf, 2, 3))) void lab_set(lab *l, const char *format, ...);

// Runs the case with the edits collected. Its summary, borrowed; NULL after a failure, whose
// message was printed.
const json_t *lab_run(lab *l);

// The same with a data file. Its path is borrowed until the next call; NULL after a failure.
const char *lab_run_kept(lab *l);

// The summary of the last run; NULL: none, or a failure.
const json_t *lab_last(const lab *l);

// Of a sweep: its points, and a number of one of them ("set.drive.field", "energy_F0"); as
// lab_number.
int32_t lab_points(const json_t *sweep);
double lab_at(const json_t *sweep, int32_t point, const char *path);

// The case with the user's edits, for its scales. Owned: flx_case_free. NULL after a failure.
flx_case *lab_case(lab *l);

// What `let` calls NAME, in SI (or as given, if it is a bare number); NAN: nothing.
double lab_let(const flx_case *c, const char *name);

// A number of a summary: "loops.hole.fluxoid_Phi0", "points.3.energy_F0"; NAN if there is none, or
// the summary is NULL.
double lab_number(const json_t *summary, const char *path);

// What `fluxoid measure` says of a file. point: of a sweep, -1: a run. Borrowed as lab_run's.
const json_t *lab_measure(lab *l, const char *file, int32_t point,
                          const flx_measure_request *request);

// What `fluxoid measure --flux-quantum OF` says of a sweep. Borrowed as lab_run's.
const json_t *lab_quantum(lab *l, const char *file, const char *of);

// -- telling --------------------------------------------------------------------------------------

// A line of the table. `allowed`: largest deviation that the page explains.
__attribute__((format(printf, 5, 6))) void lab_expect(lab *l, double measured, double theory,
                                                      double allowed, const char *what, ...);

// A point of a curve (0 .. LAB_CURVES - 1); the picture shows all curves that have points.
void lab_point(lab *l, int32_t curve, double x, double y);
void lab_name_curve(lab *l, int32_t curve, const char *name, flx_plot_style style);

// The picture shows the last frame of a file instead of curves.
void lab_show_frame(lab *l, const char *file, int32_t point, const char *panels);

// -- the whole ------------------------------------------------------------------------------------

// Runs an experiment, prints its table, draws its picture. False if it failed or a row is off.
bool lab_perform(flx_ctx *ctx, const lab_experiment *e, const cli_list *user, const char *picture,
                 lab *l);
void lab_clear(lab *l);

// One HTML page of several experiments, with pictures inside: lab_report_begin, then each, then
// lab_report_end. False with a message if it cannot be written.
typedef struct lab_report lab_report;
// first .. end - 1: what it will hold.
lab_report *lab_report_begin(const char *folder, const lab_experiment *first,
                             const lab_experiment *end);
bool lab_report_add(lab_report *report, const lab_experiment *e, const lab *l);
bool lab_report_end(lab_report *report);

#endif
