// cli/lab/phase_slip.c -- the current-voltage curve of a wire, and the voltage of its phase slips.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "lab.h"

static const double two_pi = 6.28318530717958647692;

// Voltages of stationary states [V0], from the equations in one dimension on a fine grid.
static const struct {
    double J, V;
} stationary[] = {{0.05, 0.20215}, {0.1, 0.40485}, {0.2, 0}, {0.3, 1.23597}, {0.35, 0}};

// Means over what follows `settled` [tau0].
static const json_t *run_at(lab *l, double J, double settled, double time)
{
    lab_set(l, "let.J=%g", J);
    lab_set(l, "tdgl.average_from=%g tau0", settled);
    lab_set(l, "tdgl.time=%g tau0", time);
    return lab_run(l);
}

void lab_phase_slip(lab *l)
{
    l->x = (flx_plot_axis){.name = "J", .unit = "J_{0}", .min = 0, .max = 0.52};
    l->y = (flx_plot_axis){.name = "V", .unit = "V_{0}"};
    lab_name_curve(l, 0, "stationary", FLX_PLOT_POINTS);
    lab_name_curve(l, 1, "phase slips", FLX_PLOT_POINTS);
    lab_name_curve(l, 2, "normal: V = J L", FLX_PLOT_LINE);
    for (size_t k = 0; k < sizeof stationary / sizeof *stationary; k++) {
        double J = stationary[k].J, V = lab_number(run_at(l, J, 200, 250), "voltage.v.mean_V0");
        lab_point(l, 0, J, V);
        // Errors of the mesh, measured as 0.3 % at edges of 0.2 xi.
        if (stationary[k].V > 0)
            lab_expect(l, V, stationary[k].V, 0.003 * stationary[k].V, "V / V0 at J = %g", J);
    }
    static const double slipping[] = {0.4, 0.42, 0.45, 0.5};
    for (size_t k = 0; k < sizeof slipping / sizeof *slipping; k++) {
        const json_t *s = run_at(l, slipping[k], k ? 600 : 1400, k ? 750 : 1500);
        double V = lab_number(s, "voltage.v.mean_V0");
        lab_point(l, 1, slipping[k], V);
        if (k > 0)
            continue;
        double T = lab_number(s, "voltage.v.period_tau0");
        lab_expect(l, V, 3.0198, 0.009, "<V> / V0 at J = 0.4");
        lab_expect(l, T, 4.6957, 0.014, "time between slips / tau0");
        // The phase turns by 2 pi a slip; mu follows it except within Lambda_E = 1.317 xi of where
        // normal and supercurrent are exchanged, here 5 xi away: exp(-5/1.317).
        lab_expect(l, lab_number(s, "voltage.pairs.mean_V0") * T / two_pi, 1, 0.0225,
                   "<V> T / Phi0 inside the wire");
    }
    lab_point(l, 2, 0, 0);
    lab_point(l, 2, 0.5, 10);
}
