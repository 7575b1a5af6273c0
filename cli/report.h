// cli/report.h -- summaries (JSON objects) as short readable tables.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CLI_REPORT_H
#define FLX_CLI_REPORT_H

#include <jansson.h>
#include <stddef.h>

// Prints the summary of a run, of a sweep or of a frame to standard output.
void cli_report(const char *json);

// Of the engine london: a run, and a line of a sweep behind the values swept (point NULL: titles).
void cli_report_london(const json_t *run);
void cli_report_london_point(const json_t *pattern, const json_t *point);

// Of the engine xy: a run; how many lines a point of a sweep has; one of them, behind the values swept
// (point NULL: titles).
void cli_report_xy(const json_t *run);
size_t cli_report_xy_lines(const json_t *point);
void cli_report_xy_line(const json_t *pattern, const json_t *point, size_t k);

// What a table holds: a value in SI with its prefix, "-" where it is null or missing. Returns buffer
// [CLI_CELL].
enum { CLI_CELL = 40 };
const char *cli_si_cell(const json_t *value, const char *unit, char *buffer);
// A line of the currents of terminals, nothing if there are none.
void cli_print_currents(const json_t *currents);
// " (strip 1 uA, ring 2 uA)": currents in each film behind their sum, nothing without films.
void cli_print_films(const json_t *films);
// Name of current k of the engine london: of a hole, then of a port.
const char *cli_london_name(const json_t *run, size_t k);

// "12.5 uA": a value in SI with the prefix that leaves 1 to 3 digits before the point. Returns
// buffer.
const char *cli_si(double value, const char *unit, char *buffer, size_t size);

#endif
