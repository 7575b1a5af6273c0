// xy/options.c -- the table of the engine's options.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "xy/xy_internal.h"

#define AT(field) offsetof(flx_xy_opts, field)

static const flx_option rows[] = {
    {"sweeps", FLX_OPTION_INT, AT(sweeps), 200000, 1, 2e9, "1", NULL,
     "Sweeps over the lattice that are measured at each temperature, shared by its replicas."},
    {"thermalisation", FLX_OPTION_INT, AT(thermalisation), -1, -1, 2e9, "1", NULL,
     "Sweeps of each replica before anything is measured; -1: a quarter of its measured ones, "
     "enough for the lattice to forget its start."},
    {"metropolis", FLX_OPTION_INT, AT(metropolis), 1, 0, 1000, "1", NULL,
     "Metropolis sweeps in a cycle."},
    {"heat_bath", FLX_OPTION_INT, AT(heat_bath), 0, 0, 1000, "1", NULL,
     "Heat bath sweeps in a cycle, which forget a spin's own angle: in place of Metropolis they "
     "pay "
     "for energies and without over-relaxation, not for the helicity."},
    {"overrelaxation", FLX_OPTION_INT, AT(overrelaxation), -1, -1, 10000, "1", NULL,
     "Over-relaxation sweeps in a cycle; -1: a sixth of the lattice's width."},
    {"clusters", FLX_OPTION_INT, AT(clusters), 0, 0, 10000, "1", NULL,
     "Wolff clusters of each replica in a cycle; a fixed number, as stopping by size would be "
     "wrong."},
    {"twist", FLX_OPTION_BOOL, AT(twist), 1, 0, 1, "1", NULL,
     "Try to wind the phases once around the lattice in each cycle, along each periodic axis."},
    {"exchange", FLX_OPTION_BOOL, AT(exchange), 0, 0, 1, "1", NULL,
     "Exchange replicas between neighbouring temperatures after each cycle."},
    {"tune_temperatures", FLX_OPTION_BOOL, AT(tune_temperatures), 0, 0, 1, "1", NULL,
     "With exchange: move the temperatures between the first and the last, before anything is "
     "measured, until all neighbours exchange equally often."},
    {"correlations", FLX_OPTION_BOOL, AT(correlations), 0, 0, 1, "1", NULL,
     "Measure correlation functions of phases and of vortices along the periodic axes."},
    {"replicas", FLX_OPTION_INT, AT(replicas), 0, 0, 4096, "1", NULL,
     "Independent copies at each temperature, at least; 0: as many as run fastest, two or more."},
    {"precision", FLX_OPTION_CHOICE, AT(precision), FLX_XY_FLOAT, 0, 0, "1", "float|double",
     "Of the phases; sums are always double."},
    {"start", FLX_OPTION_CHOICE, AT(start), FLX_XY_COLD, 0, 0, "1", "cold|hot",
     "All phases equal apart from windings that differ between replicas, or all random."},
    {"seed", FLX_OPTION_INT, AT(seed), 1, 0, 2147483647, "1", NULL,
     "Of the random numbers; the same seed gives the same run."},
    {"threads", FLX_OPTION_INT, AT(threads), 0, 0, 1024, "1", NULL,
     "Threads of the engine; 0: as many as given to the program. Results do not depend on it."},
};

const flx_option_table flx_xy_option_table = {"xy", sizeof(flx_xy_opts), rows,
                                              sizeof rows / sizeof rows[0]};

flx_xy_opts flx_xy_opts_default(void)
{
    flx_xy_opts opts = {.cookie = FLX_XY_COOKIE};
    flx_options_default(&flx_xy_option_table, &opts);
    return opts;
}
