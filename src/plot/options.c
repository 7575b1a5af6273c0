// plot/options.c -- the table of the options of pictures.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/plot.h"
#include "plot/figure.h"

#include <math.h>
#include <string.h>

#define ROW(field, type, preset, min, max, unit, choices, text)                                    \
    {                                                                                              \
#field, type, offsetof(flx_plot_opts, field), preset, min, max, unit, choices, text        \
    }

static const flx_option rows[] = {
    ROW(width, FLX_OPTION_INT, 0, 0, 16384, "px", NULL, "Width of the figure; 0: by its panels."),
    ROW(height, FLX_OPTION_INT, 0, 0, 16384, "px", NULL, "Height; 0: as the film needs."),
    ROW(columns, FLX_OPTION_INT, 0, 0, 16, "1", NULL,
        "Panels side by side; 0: the best use of the page."),
    ROW(length_unit, FLX_OPTION_CHOICE, 0, 0, 0, "1", "auto|m|mm|um|nm|xi",
        "Unit of the axes; auto: what gives short numbers."),
    ROW(font_size, FLX_OPTION_DOUBLE, 14, 4, 100, "px", NULL, "Size of the text."),
    ROW(scale, FLX_OPTION_DOUBLE, 1, 0.1, 10, "1", NULL, "Pixels of a PNG file per px."),
    ROW(stream_gap, FLX_OPTION_DOUBLE, 16, 0, 1000, "px", NULL,
        "Distance of streamlines, at least 4; 0: none."),
    ROW(vortices, FLX_OPTION_BOOL, 1, 0, 1, "1", NULL, "Mark vortices."),
    ROW(terminals, FLX_OPTION_BOOL, 1, 0, 1, "1", NULL, "Mark terminals."),
    ROW(mesh, FLX_OPTION_BOOL, 0, 0, 1, "1", NULL, "Draw the triangles."),
    ROW(shade_phase, FLX_OPTION_BOOL, 0, 0, 1, "1", NULL, "Darken the phase where |psi| is small."),
};

FLX_API const flx_option_table flx_plot_option_table = {"plot", sizeof(flx_plot_opts), rows,
                                                        sizeof rows / sizeof rows[0]};

static const uint32_t plot_cookie = 0x706c6f74;

flx_plot_opts flx_plot_opts_default(void)
{
    flx_plot_opts opts;
    memset(&opts, 0, sizeof opts);
    flx_options_default(&flx_plot_option_table, &opts);
    opts.cookie = plot_cookie;
    return opts;
}

flx_status flx_plot_opts_check(flx_ctx *ctx, const flx_plot_opts *opts)
{
    if (!opts || opts->cookie != plot_cookie)
        return flx_fail(ctx, FLX_ERR_INPUT, "plot options must start from flx_plot_opts_default()");
    FLX_TRY(flx_options_check(ctx, &flx_plot_option_table, opts));
    const double *view = opts->view;
    bool whole = view[0] == 0 && view[1] == 0 && view[2] == 0 && view[3] == 0;
    bool finite = isfinite(view[0]) && isfinite(view[1]) && isfinite(view[2]) && isfinite(view[3]);
    if (!whole && !(finite && view[0] < view[2] && view[1] < view[3]))
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "plot.view is (%g, %g, %g, %g), it must be xmin < xmax and ymin < ymax "
                        "given as (xmin, ymin, xmax, ymax)",
                        view[0], view[1], view[2], view[3]);
    for (int q = 0; q < FLX_PLOT_QUANTITIES; q++) {
        const flx_plot_range *range = &opts->range[q];
        if (!(isfinite(range->min) && isfinite(range->max) && range->min <= range->max))
            return flx_fail(ctx, FLX_ERR_INPUT,
                            "plot.range of %s is %g to %g, it must go up; 0 to 0 takes the data",
                            flx_plot_quantity_name(q), range->min, range->max);
    }
    return FLX_OK;
}
