// tdgl/options.c -- the table of the engine's options.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tdgl/tdgl_internal.h"

#define AT(field) offsetof(flx_tdgl_opts, field)

static const flx_option rows[] = {
    {"integrator", FLX_OPTION_CHOICE, AT(integrator), FLX_BDF, 0, 0, "1",
     "bdf|rk32|euler-explicit|langevin",
     "How time is advanced: implicit multistep, explicit Runge-Kutta 3(2), pyTDGL's first-order "
     "step for comparisons, or explicit steps of one length with thermal noise."},
    {"order", FLX_OPTION_INT, AT(order), 3, 2, 3, "1", NULL, "Order of the bdf integrator."},
    {"tolerance", FLX_OPTION_DOUBLE, AT(tolerance), 1e-4, 1e-12, 1, "1", NULL,
     "Error of psi allowed per step, at any site."},
    {"dt", FLX_OPTION_DOUBLE, AT(dt), 1e-3, 1e-12, 1e6, "tau0", NULL,
     "First time step, or every step if not adaptive."},
    {"dt_max", FLX_OPTION_DOUBLE, AT(dt_max), 0.75, 1e-12, 1e6, "tau0", NULL,
     "Largest time step; the bdf integrator is stable up to 1."},
    {"dt_min", FLX_OPTION_DOUBLE, AT(dt_min), 1e-9, 0, 1, "tau0", NULL,
     "The run fails rather than take a smaller step."},
    {"adaptive", FLX_OPTION_BOOL, AT(adaptive), 1, 0, 1, "1", NULL,
     "Choose the steps by the error they make; for langevin, one step by the mesh."},
    {"seed", FLX_OPTION_INT, AT(seed), 1, 0, 2147483647, "1", NULL, "Of the thermal noise."},
    {"counterterm", FLX_OPTION_BOOL, AT(counterterm), 0, 0, 1, "1", NULL,
     "Undo what the mesh does to thermal fluctuations, by a shift of epsilon and a term in the "
     "free "
     "energy of its cells, so that they do not depend on it."},
    {"frozen_amplitude", FLX_OPTION_BOOL, AT(frozen_amplitude), 0, 0, 1, "1", NULL,
     "Hold |psi| at 1, so that the phase alone moves: the London limit."},
    {"threads", FLX_OPTION_INT, AT(threads), 0, 0, 1024, "1", NULL,
     "Threads of the engine; 0: as many as given to the program if the film is large enough to "
     "gain."},
};

const flx_option_table flx_tdgl_option_table = {"tdgl", sizeof(flx_tdgl_opts), rows,
                                                sizeof rows / sizeof rows[0]};

flx_tdgl_opts flx_tdgl_opts_default(void)
{
    flx_tdgl_opts opts = {.cookie = FLX_TDGL_COOKIE};
    flx_options_default(&flx_tdgl_option_table, &opts);
    return opts;
}
