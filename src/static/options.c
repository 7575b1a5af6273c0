// static/options.c -- the table of the engine's options.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "static/static_internal.h"

#define AT(field) offsetof(flx_static_opts, field)

static const flx_option rows[] = {
    {"tolerance", FLX_OPTION_DOUBLE, AT(tolerance), 1e-10, 1e-14, 1, "1", NULL,
     "Largest residual of the Ginzburg-Landau equation at any site."},
    {"max_steps", FLX_OPTION_INT, AT(max_steps), 300, 1, 1e6, "1", NULL,
     "Newton steps before a state is given up."},
    {"modes", FLX_OPTION_INT, AT(modes), 1, 0, MODES_MAX / 2, "1", NULL,
     "Eigenpairs to find: of the second variation, or at nucleation of the normal state; 0: only "
     "whether the state is stable."},
    {"mode_tolerance", FLX_OPTION_DOUBLE, AT(mode_tolerance), 1e-6, 1e-16, 1e-2, "1", NULL,
     "Residual of an eigenpair; the eigenvalue is right to its square."},
    {"limit_tolerance", FLX_OPTION_DOUBLE, AT(limit_tolerance), 1e-6, 1e-12, 1e-2, "1", NULL,
     "Error of a limit of stability, relative to the range that was searched."},
    {"images", FLX_OPTION_INT, AT(images), 16, 4, 200, "1", NULL,
     "States on the way between two states whose barrier is wanted."},
    {"threads", FLX_OPTION_INT, AT(threads), 0, 0, 1024, "1", NULL,
     "Threads of the engine; 0: as many as given to the program if the film is large enough to "
     "gain."},
};

const flx_option_table flx_static_option_table = {"static", sizeof(flx_static_opts), rows,
                                                  sizeof rows / sizeof rows[0]};

flx_static_opts flx_static_opts_default(void)
{
    flx_static_opts opts = {.cookie = FLX_STATIC_COOKIE};
    flx_options_default(&flx_static_option_table, &opts);
    return opts;
}
