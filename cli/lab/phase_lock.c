// cli/lab/phase_lock.c -- where no current flows, hbar grad theta = q* A.
//
// J = 0 deep in a thick wall. There the turns of the phase are those of the vector potential alone:
// the flux through a path in the wall is n Phi0, for any n and any field outside.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "lab.h"

#include "tube.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LOOPS = 12, PLACES = 24, TEXT = 64 };
static const double pi = 3.14159265358979323846;

typedef struct wall {
    tube_london london;
    double lambda, Bc2; // [m], [T]
} wall;

static bool read_wall(lab *l, wall *w)
{
    flx_case *c = lab_case(l);
    if (!c)
        return false;
    w->lambda = c->scales.lambda;
    w->Bc2 = c->scales.Bc2;
    w->london = tube_with(lab_let(c, "a") / w->lambda, lab_let(c, "w") / w->lambda);
    flx_case_free(c);
    return true;
}

// The parts of the fluxoid on circles through the wall; a path of the mesh is near its circle.
static void circles(lab *l, const wall *w, const char *file)
{
    char loop[LOOPS][TEXT], path[TEXT];
    const char *list[LOOPS];
    double r[LOOPS], worst = 0, a = w->london.a, b = w->london.b;
    for (int k = 0; k < LOOPS; k++) {
        r[k] = a + (b - a) * (k + 0.7) / (LOOPS + 0.4);
        snprintf(loop[k], TEXT, "{circle: {radius: %.9g m}}", r[k] * w->lambda);
        list[k] = loop[k];
    }
    flx_measure_request request = {.loop = list, .n_loop = LOOPS, .time = NAN};
    const json_t *m = lab_measure(l, file, -1, &request);
    for (int k = 0; k < LOOPS; k++) {
        snprintf(path, TEXT, "loops.loop-%d.flux_Phi0", k + 1);
        double flux = lab_number(m, path);
        snprintf(path, TEXT, "loops.loop-%d.supercurrent_Phi0", k + 1);
        double current = lab_number(m, path);
        lab_point(l, 0, r[k], flux);
        lab_point(l, 1, r[k], current);
        worst = fmax(worst, fabs(flux + current - 1));
    }
    lab_expect(l, worst, 0, 1e-2, "circles in the wall: largest |flux + current - 1|");
    for (int k = 0; k <= 100; k++) {
        double x = a + (b - a) * k / 100;
        lab_point(l, 2, x, tube_flux(&w->london, x));
        lab_point(l, 3, x, tube_current(&w->london, x));
    }
}

// Along half of a circle in the middle of the wall theta turns by pi, and so does A.
static void half_turn(lab *l, const wall *w, const char *file)
{
    char path[PLACES * TEXT] = "[";
    const char *list[] = {path};
    double r = (w->london.a + w->london.b) / 2;
    for (int k = 0, at = 1; k < PLACES; k++) {
        double angle = pi * k / (PLACES - 1);
        at += snprintf(path + at, sizeof path - (size_t)at, "%s[%.9g m, %.9g m]", k ? ", " : "",
                       r * w->lambda * cos(angle), r * w->lambda * sin(angle));
    }
    snprintf(path + strlen(path), 2, "]");
    flx_measure_request request = {.along = list, .n_along = 1, .time = NAN};
    const json_t *m = lab_measure(l, file, -1, &request);
    lab_expect(l, lab_number(m, "paths.path-1.phase") / pi, tube_current(&w->london, r), 1e-3,
               "half a turn: phase beyond that of A / \u03c0");
}

// n fluxoids in no field; the flux through the middle of the wall is all of them.
static void locked(lab *l, const wall *w, int n)
{
    double r = (w->london.a + w->london.b) / 2;
    lab_set(l, "let.n=%d", n);
    const char *file = lab_run_kept(l);
    const json_t *s = lab_last(l);
    lab_expect(l, lab_number(s, "loops.middle.flux_Phi0"), n * tube_flux(&w->london, r), 1e-3 * n,
               "n = %d: flux through the middle / \u03a60", n);
    lab_expect(l, lab_number(s, "loops.hole.flux_Phi0"), n * w->london.hole, 3e-3 * n,
               "  flux through the hole");
    if (n > 1)
        return;
    circles(l, w, file);
    half_turn(l, w, file);
}

void lab_phase_lock(lab *l)
{
    wall w;
    if (!read_wall(l, &w))
        return;
    l->x = (flx_plot_axis){.name = "r", .unit = "\u03bb"};
    l->y = (flx_plot_axis){.name = "part of the fluxoid", .unit = "\u03a6_{0}"};
    lab_name_curve(l, 0, "A", FLX_PLOT_POINTS);
    lab_name_curve(l, 1, "current", FLX_PLOT_POINTS);
    for (int n = 1; n <= 3; n++)
        locked(l, &w, n);
    // A field outside: the wall keeps the phase that it has, and the flux with it.
    double r = (w.london.a + w.london.b) / 2, B = 0.1; // [Bc2], Phi0/(2 pi lambda^2)
    double leak = B / (2 * pi) * tube_flux_of_field(&w.london, r);
    lab_set(l, "drive.field=%.9g T", B * w.Bc2);
    lab_expect(l, lab_number(lab_run(l), "loops.middle.flux_Phi0"), tube_flux(&w.london, r) + leak,
               1e-3, "n = 1 in a field: flux through the middle");
    // A thin wall: current everywhere.
    lab_set(l, "let.w=0.03 um");
    lab_set(l, "loops=null");
    wall thin;
    if (read_wall(l, &thin))
        lab_expect(l, lab_number(lab_run(l), "loops.hole.flux_Phi0"), thin.london.hole, 3e-3,
                   "n = 1, a thin wall: flux / \u03a60");
}
