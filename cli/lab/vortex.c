// cli/lab/vortex.c -- what a vortex looks like, and what it costs.
//
// In a film without self-field |psi| = f(r) with f'' + f'/r - f/r^2 + f - f^3 = 0, the current is
// f^2/r, and the energy within R is 2 pi (ln R + 0.38088) (Bc^2/mu0) xi^2 d. In a long body the
// radial equations of Ginzburg and Landau give the energy, Hc1 = E/Phi0, and the field at the core;
// many vortices stand in triangles of edge (2 Phi0/sqrt 3 B)^(1/2).
// SPDX-License-Identifier: GPL-3.0-or-later
#include "lab.h"

#include <math.h>
#include <stdio.h>

static const double pi = 3.14159265358979323846;

// f(r), from the equation solved on a fine grid.
static const struct {
    double r, f;
} profile[] = {
    {0.5, 0.28282218}, {1, 0.52005174}, {2, 0.80495683}, {3, 0.91748109}, {5, 0.97662302}};
enum { ROWS = sizeof profile / sizeof *profile, PLACES = 38 };

// |psi| and current at a distance from the core; both errors are of second order in the mesh.
static void look(lab *l, const char *file, const json_t *run, const flx_scales *s)
{
    char place[ROWS + PLACES][80], path[64];
    const char *list[ROWS + PLACES];
    double x0 = lab_number(run, "vortices.0.x"), y0 = lab_number(run, "vortices.0.y");
    for (int k = 0; k < ROWS + PLACES; k++) {
        double r = k < ROWS ? profile[k].r : 0.25 * (k - ROWS) - 0.125 * (PLACES - 1);
        snprintf(place[k], sizeof place[k], "%.12g m, %.12g m", x0 + r * s->xi, y0);
        list[k] = place[k];
    }
    flx_measure_request request = {.at_point = list, .n_point = ROWS + PLACES, .time = NAN};
    const json_t *m = lab_measure(l, file, -1, &request);
    for (int k = 0; k < ROWS + PLACES; k++) {
        snprintf(path, sizeof path, "points.point-%d.abs_psi", k + 1);
        double f = lab_number(m, path);
        snprintf(path, sizeof path, "points.point-%d.supercurrent.1", k + 1);
        double K = lab_number(m, path) / s->K0;
        if (k >= ROWS) {
            double r = 0.25 * (k - ROWS) - 0.125 * (PLACES - 1);
            lab_point(l, 0, r, f);
            lab_point(l, 1, r, K);
            continue;
        }
        double r = profile[k].r, theory = profile[k].f;
        lab_expect(l, f, theory, 1e-3, "|\u03c8| at r = %g \u03be", r);
        lab_expect(l, K, theory * theory / r, 2e-3, "  current / K0");
    }
}

// Energy of a case above the same without its vortex [Bc^2/mu0 xi^2 d]; radius [xi].
static double cost(lab *l, const json_t *with, double radius, const char *set)
{
    if (set)
        lab_set(l, "%s", set);
    lab_set(l, "start=uniform");
    double without = lab_number(lab_run(l), "energy_F0");
    return (lab_number(with, "energy_F0") - without) * pi * radius * radius / 2;
}

static void film(lab *l)
{
    flx_case *c = lab_case(l);
    if (!c)
        return;
    flx_scales scales = c->scales;
    flx_case_free(c);
    const char *file = lab_run_kept(l);
    const json_t *run = lab_last(l);
    lab_expect(l, (double)json_array_size(json_object_get(run, "vortices")), 1, 0, "vortices");
    look(l, file, run, &scales);
    double theory = 2 * pi * (log(10) + 0.38088);
    lab_expect(l, cost(l, run, 10, NULL), theory, 3e-3 * theory,
               "energy within 10 \u03be / (Bc\u00b2/\u03bc0) \u03be\u00b2 d");
}

// Vortex lines, from the radial equations: E. H. Brandt, Phys. Rev. B 68, 054506 (2003).
static void lines(lab *l)
{
    static const struct {
        double kappa, Hc1, B;
    } line[] = {{1, 0.57838047, 0.6165733}, {2, 0.19408454, 0.2330724}};
    static const char *const core[] = {"0 um, 0 um, 0 um"};
    const flx_measure_request request = {.field = core, .n_field = 1, .time = NAN};
    lab_use(l, "vortex-line");
    for (int k = 0; k < 2; k++) {
        double kappa = line[k].kappa, radius = 6 * kappa + 3;
        char set[32];
        snprintf(set, sizeof set, "let.kappa=%g", kappa);
        lab_set(l, "%s", set);
        flx_case *c = lab_case(l);
        double Bc2 = c ? c->scales.Bc2 : NAN;
        flx_case_free(c);
        const char *file = lab_run_kept(l);
        const json_t *run = lab_last(l);
        double B = lab_number(lab_measure(l, file, -1, &request), "fields.field-1.Bz") / Bc2;
        double Hc1 = cost(l, run, radius, set) / (4 * pi * kappa * kappa);
        lab_expect(l, Hc1, line[k].Hc1, 3e-3 * line[k].Hc1, "\u03ba = %g: Hc1 / Hc2", kappa);
        // Of the triangle that the core is in.
        lab_expect(l, B, line[k].B, 5e-3 * line[k].B, "  field at the core / Bc2");
    }
}

enum { NEIGHBOURS = 6, MANY = 37, SHELL = 7 };

// Adds up distances [xi] from place k to the six nearest, and exp(6 i phi) of their directions.
static void six_nearest(double (*p)[2], int32_t n, int32_t k, double sum[3])
{
    double before = 0;
    for (int32_t b = 0; b < NEIGHBOURS; b++) {
        double best = INFINITY, angle = 0;
        for (int32_t q = 0; q < n; q++) {
            double dx = p[q][0] - p[k][0], dy = p[q][1] - p[k][1], d = hypot(dx, dy);
            if (q == k || d <= before || d >= best)
                continue;
            best = d;
            angle = atan2(dy, dx);
        }
        before = best;
        sum[0] += best;
        sum[1] += cos(NEIGHBOURS * angle);
        sum[2] += sin(NEIGHBOURS * angle);
    }
}

// Of the vortices within 1.5 distances of the middle.
static void lattice(lab *l)
{
    lab_use(l, "vortex-lattice");
    flx_case *c = lab_case(l);
    double xi = c ? c->scales.xi : NAN;
    flx_case_free(c);
    const json_t *run = lab_run(l);
    double place[MANY][2], sum[3] = {0};
    int32_t n = (int32_t)json_array_size(json_object_get(run, "vortices")), inside = 0;
    lab_expect(l, n, MANY, 0, "vortices together");
    n = n < MANY ? n : MANY;
    for (int32_t k = 0; k < n; k++) {
        char path[32];
        snprintf(path, sizeof path, "vortices.%d.x", (int)k);
        place[k][0] = lab_number(run, path) / xi;
        snprintf(path, sizeof path, "vortices.%d.y", (int)k);
        place[k][1] = lab_number(run, path) / xi;
    }
    for (int32_t k = 0; k < n; k++)
        if (hypot(place[k][0], place[k][1]) < 7) {
            six_nearest(place, n, k, sum);
            inside++;
        }
    double bonds = NEIGHBOURS * inside, B = lab_number(run, "loops.middle.flux_Phi0") * 2 / 81;
    lab_expect(l, inside, SHELL, 0, "  of them in the middle");
    lab_expect(l, hypot(sum[1], sum[2]) / bonds, 1, 0.01,
               "  |mean of exp(6i\u03c6) to neighbours|");
    double theory = sqrt(4 * pi / (sqrt(3) * B));
    lab_expect(l, sum[0] / bonds, theory, 0.01 * theory, "  distance of neighbours / \u03be");
}

void lab_vortex(lab *l)
{
    l->x = (flx_plot_axis){.name = "x", .unit = "\u03be"};
    l->y = (flx_plot_axis){.name = "|\u03c8|, K/K_{0}"};
    lab_name_curve(l, 0, "|\u03c8|", FLX_PLOT_LINE_POINTS);
    lab_name_curve(l, 1, "K_{y}/K_{0}", FLX_PLOT_LINE_POINTS);
    film(l);
    lines(l);
    lattice(l);
}
