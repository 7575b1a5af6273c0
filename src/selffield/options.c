// selffield/options.c -- the table of the operator's options.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "selffield/operator.h"

#define AT(field) offsetof(flx_selffield_opts, field)

static const flx_option rows[] = {
    {"tolerance", FLX_OPTION_DOUBLE, AT(tolerance), 1e-5, 1e-8, 1e-2, "1", NULL,
     "Error allowed in the vector potential of the currents, relative to its largest value."},
    {"method", FLX_OPTION_CHOICE, AT(method), FLX_SELFFIELD_AUTO, 0, 0, "1",
     "auto|dense|hierarchical|direct",
     "All pairs of triangles kept, a tree, or nothing kept; auto: dense up to dense_max."},
    {"dense_max", FLX_OPTION_INT, AT(dense_max), 1500, 0, 60000, "1", NULL,
     "Triangles up to which auto is dense."},
    {"threads", FLX_OPTION_INT, AT(threads), 0, 0, 1024, "1", NULL,
     "Threads of the operator; 0: as many as given to the program."},
};

const flx_option_table flx_selffield_option_table = {"selffield", sizeof(flx_selffield_opts), rows,
                                                     sizeof rows / sizeof rows[0]};

flx_selffield_opts flx_selffield_opts_default(void)
{
    flx_selffield_opts opts = {.cookie = FLX_SELFFIELD_COOKIE};
    flx_options_default(&flx_selffield_option_table, &opts);
    return opts;
}
