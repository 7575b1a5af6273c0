// cli/measured.h -- tables of what `measure` adds to a summary.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CLI_MEASURED_H
#define FLX_CLI_MEASURED_H

// Prints energy, power, voltages of the moment, points, fields, fluxes and tracks, as far as there are any.
void cli_report_measured(const char *json);

// Prints what `measure --flux-quantum` found.
void cli_report_quantum(const char *json);

#endif
