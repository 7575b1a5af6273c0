// fluxoid/plot.h -- pictures of films, curves of measured series, films of films.
//
// A picture is a PNG, SVG or PDF by the ending of its path; a movie is an MP4 made by ffmpeg. Text
// is set in DejaVu Sans where fontconfig finds it (Debian: fonts-dejavu-core), else in another sans
// serif face. The same data give the same file, byte for byte.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLUXOID_PLOT_H
#define FLUXOID_PLOT_H

#include "fluxoid/frame.h"
#include "fluxoid/options.h"
#include "fluxoid/units.h"

#ifdef __cplusplus
extern "C" {
#endif

// What a panel shows.
typedef enum flx_plot_quantity {
    FLX_PLOT_PSI,          // |psi|
    FLX_PLOT_PHASE,        // arg psi, cyclic colours; interpolated through psi
    FLX_PLOT_CURRENT,      // |K| and streamlines of K: supercurrent + normal current
    FLX_PLOT_SUPERCURRENT, // the same for the supercurrent alone
    FLX_PLOT_NORMAL,       // the same for the normal current alone ("normal")
    FLX_PLOT_VORTICITY,    // curl_z K
    FLX_PLOT_MU,           // electric potential
    FLX_PLOT_FIELD,        // B_z
    FLX_PLOT_STREAM,       // stream function of K
    FLX_PLOT_FLUX,         // flux through a pickup loop at each place
    FLX_PLOT_RESPONSE,     // flux per current of a field coil that films take away there
    FLX_PLOT_QUANTITIES    // their number
} flx_plot_quantity;

// Name of a quantity as opts.panels spells it: "psi", "phase", ... ; static text, NULL: no such.
FLX_API const char *flx_plot_quantity_name(int32_t quantity);

typedef struct flx_plot_vortex {
    double x, y;       // [xi]
    int32_t winding;   // [1] not 0
    double partner[2]; // [xi] from it to the one that it is drawn as bound to; 0, 0: none
} flx_plot_vortex;

// Sites of the rim that carry one terminal's current.
typedef struct flx_plot_terminal {
    const int32_t *site; // [n_site]
    int32_t n_site;
    const char *name; // drawn beside it; NULL: none
} flx_plot_terminal;

// What there is to draw. Everything is borrowed for the call. Arrays may be NULL if no panel needs
// them; frame->a and frame->eps are not read; frame->mu only for the panel mu.
typedef struct flx_plot_scene {
    const flx_frame *frame;
    const flx_scales *scales;        // SI units on the axes; NULL: natural units
    const char *length_name;         // what these are called along the axes; NULL: xi
    const double *current;           // [n_site][2] [K0] x, y
    const double *supercurrent;      // [n_site][2] [K0]
    const double *normal;            // [n_site][2] [K0]
    const double *vorticity;         // [n_site] [K0/xi]; NULL: the curl of `current`
    const double *field;             // [n_site] [Bc2] B_z
    const double *stream;            // [n_site] [K0 xi]
    const double *flux;              // [n_site] [Phi0]
    const double *response;          // [n_site] [Phi0/A]
    const flx_mesh *outline;         // whose rims are drawn; NULL: those of the mesh of the frame
    const flx_plot_vortex *vortices; // [n_vortex]
    int32_t n_vortex;
    const flx_plot_terminal *terminals; // [n_terminal]
    int32_t n_terminal;
    const double *blank; // [n_blank][2] [xi] middles of round places where nothing is: left white
    int32_t n_blank;
    double blank_radius; // [xi]
} flx_plot_scene;

typedef struct flx_plot_range {
    double min, max; // in natural units; min = max: from the data
} flx_plot_range;

typedef struct flx_plot_opts {
    const char *panels; // "psi,phase,current": names in the order of the panels; NULL: psi, phase
                        // and, if the scene has them, current and field
    const char *title;  // NULL: the time; "": none
    flx_plot_range range[FLX_PLOT_QUANTITIES]; // of the colours; the phase ignores it
    double view[4];                            // [xi] xmin, ymin, xmax, ymax; all 0: the whole film
    int32_t width;       // [px] of the figure; 96 px are an inch in SVG and PDF
    int32_t height;      // [px] 0: as the film needs
    int32_t columns;     // [1] of panels; 0: the best use of the page
    int32_t length_unit; // auto|m|mm|um|nm|xi
    double font_size;    // [px]
    double scale;        // [1] PNG: pixels of the file per px, for fine printing
    double stream_gap;   // [px] distance of streamlines; 0: none
    bool vortices;       // mark them
    bool terminals;      // mark them
    bool mesh;           // draw the triangles
    bool shade_phase;    // phase panel: the smaller |psi|, the darker
    uint32_t cookie;     // set by flx_plot_opts_default
} flx_plot_opts;

FLX_API flx_plot_opts flx_plot_opts_default(void);
FLX_API extern const flx_option_table flx_plot_option_table;

// Checks a list of panels as opts->panels spells it; the error names the nearest quantity.
FLX_API flx_status flx_plot_check_panels(flx_ctx *ctx, const char *panels);

// Draws the panels side by side into one picture.
FLX_API flx_status flx_plot_frame(flx_ctx *ctx, const flx_plot_scene *scene,
                                  const flx_plot_opts *opts, const char *path);

// Widens opts->range so that it also covers this scene, for the panels of opts: called with each
// frame of a run before its first picture it gives all pictures the same colours.
FLX_API flx_status flx_plot_widen(flx_ctx *ctx, const flx_plot_scene *scene, flx_plot_opts *opts);

// ---- Curves

typedef enum flx_plot_style {
    FLX_PLOT_LINE,
    FLX_PLOT_POINTS,
    FLX_PLOT_LINE_POINTS,
    FLX_PLOT_STEPS // the value holds until the next x: windings
} flx_plot_style;

typedef struct flx_plot_curve {
    const char *name;    // in the legend; NULL: not listed
    const double *x, *y; // [n]; a point that is not finite breaks the line
    const double *error; // [n] half length of the error bar; NULL: none
    int64_t n;
    flx_plot_style style;
} flx_plot_curve;

// "name (unit)". Names and units know Unicode, _{subscript} and ^{superscript}.
typedef struct flx_plot_axis {
    const char *name;
    const char *unit; // NULL: none
    bool prefix;      // the unit is an SI unit: choose its prefix ("V" -> "uV") and scale the data
    double min, max;  // in the unit without prefix; equal: from the data
} flx_plot_axis;

typedef struct flx_plot_panel {
    flx_plot_axis y;
    const flx_plot_curve *curves; // [n_curve]
    int32_t n_curve;
} flx_plot_panel;

// Panels one above the other with one x axis.
typedef struct flx_plot_lines {
    const char *title; // NULL: none
    flx_plot_axis x;
    const flx_plot_panel *panels; // [n_panel]
    int32_t n_panel;
} flx_plot_lines;

// Of the options it takes width, height, font_size and scale.
FLX_API flx_status flx_plot_series(flx_ctx *ctx, const flx_plot_lines *lines,
                                   const flx_plot_opts *opts, const char *path);

// ---- Movies

typedef struct flx_movie flx_movie;

// Starts ffmpeg (Debian: ffmpeg), which writes H.264 into path (.mp4, .mkv, .mov) at `rate` frames
// per second. Colour ranges that opts leaves open are those of the first frame: call flx_plot_widen
// before, for all frames. opts is copied, its texts are borrowed until the end. ctx is borrowed
// until flx_movie_close.
FLX_API flx_status flx_movie_open(flx_ctx *ctx, const flx_plot_opts *opts, double rate,
                                  const char *path, flx_movie **out);
// Frames with the same pointer to a mesh must have the same mesh.
FLX_API flx_status flx_movie_add(flx_movie *movie, const flx_plot_scene *scene);

// Ends the film, waits for ffmpeg and frees the movie, also after a failure, which it then reports
// again; a failed movie leaves no file. NULL is fine.
FLX_API flx_status flx_movie_close(flx_movie *movie);

#ifdef __cplusplus
}
#endif
#endif
