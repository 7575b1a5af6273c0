// cli/lab/symmetry_breaking.c -- 200 quenches: every phase, one energy.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "lab.h"

#include <math.h>

void lab_symmetry_breaking(lab *l)
{
    const double pi = 3.14159265358979323846;
    static const char *const centre[] = {"0 um, 0 um"};
    const flx_measure_request request = {.at_point = centre, .n_point = 1, .time = NAN};
    l->x = (flx_plot_axis){.name = "Re \u03c8", .min = -1.2, .max = 1.2};
    l->y = (flx_plot_axis){.name = "Im \u03c8", .min = -1.2, .max = 1.2};
    l->square = true;
    lab_name_curve(l, 0, "after a quench", FLX_PLOT_POINTS);
    lab_name_curve(l, 1, "|\u03c8| = 1", FLX_PLOT_LINE);
    const char *file = lab_run_kept(l);
    const json_t *sweep = lab_last(l);
    int32_t n = lab_points(sweep), right = 0;
    double x = 0, y = 0, energy = 0, amplitude = 0;
    for (int32_t k = 0; k < n && !l->failed; k++) {
        const json_t *s = lab_measure(l, file, k, &request);
        double abs = lab_number(s, "points.point-1.abs_psi");
        double phase = lab_number(s, "points.point-1.phase");
        lab_point(l, 0, abs * cos(phase), abs * sin(phase));
        x += cos(phase);
        y += sin(phase);
        right += cos(phase) > 0;
        amplitude = fmax(amplitude, fabs(abs - 1));
        energy = fmax(energy, fabs(lab_number(s, "energy_F0") + 1));
    }
    for (int k = 0; k <= 100; k++)
        lab_point(l, 1, cos(pi * k / 50), sin(pi * k / 50));
    // Rayleigh: 200 phases without preference have a mean vector longer than 0.187 once in 1000
    // times, sqrt(ln(1000)/200); a share of 1/2 is met within 3.3/sqrt(800) as often.
    lab_expect(l, hypot(x, y) / n, 0, 0.187, "length of the mean of e^(i theta)");
    lab_expect(l, (double)right / n, 0.5, 0.117, "share of quenches with cos theta > 0");
    // What steadiness leaves: |d psi/dt| < 1e-9 of modes that decay at rates above 0.1 / tau0.
    lab_expect(l, amplitude, 0, 1e-7, "largest ||psi| - 1|");
    lab_expect(l, energy, 0, 1e-9, "largest |F/F0 + 1|");
}
