// circuit/midpoint.c -- the implicit midpoint rule for equation (1) of fluxoid/circuit.h.
//
// With D the change of the phases over the step h, and u the rates across capacitors,
//   (2 M/h^2 + D/h + K/2) D + F = I - K x + 2 M u/h,   u' = 2 D/h - u,
// F the supercurrent averaged along the path of the phase, with noise over its ends (junction.h).
// Of second order, stable at any h; without noise energy in capacitors, inductors and junctions
// changes only by what sources and resistors do (Gonzalez, J. Nonlinear Sci. 6, 449 (1996)), so
// lossless modes are not damped. Thermal noise sqrt(2 k T/(R h)) keeps linear circuits at their
// temperature for any h (Mannella, Phys. Rev. E 69, 041107 (2004)). Where only inductors meet,
// Kirchhoff's law holds at the end of the step instead.
//
// Newton's iteration with a factor that is kept as long as it contracts: step_impl.h. Here are the
// error of a step, its length, and what follows when it is accepted.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/sim.h"

#include <math.h>

// -- error, acceptance ----------------------------------------------------------------------------

// h^3 x'''/12 of the unknowns from the rates of three steps (divided differences). Before the start
// all was at rest; behind a corner of a source differences across it are too large at most.
static double local_error(const flx_circuit_sim *s, double h)
{
    double h_old = s->n_step > 0 ? s->h_old : h, h_older = s->n_step > 1 ? s->h_older : h_old;
    double d01 = (h + h_old) / 2, d12 = (h_old + h_older) / 2;
    const double c0 = 1 / (h * d01), c1 = 1 / d01 + 1 / d12, c2 = 1 / d12;
    const double *dx = s->dx, *rate = s->rate, *old = s->rate_old;
    flx_vd most = {0};
    int32_t u = 0;
    for (; u + FLX_WIDE <= s->n; u += FLX_WIDE) {
        flx_vd third = c0 * *(const flx_vd *)(dx + u) - c1 * *(const flx_vd *)(rate + u) +
                       c2 * *(const flx_vd *)(old + u);
        most = flx_max_v(flx_abs_v(third), most);
    }
    for (; u < s->n; u++)
        most[0] = fmax(most[0], fabs(c0 * dx[u] - c1 * rate[u] + c2 * old[u]));
    return h * h * h * flx_largest_v(most) / (6 * (d01 + d12));
}

// Phases far from 0 hand whole turns over to the winding, so that they keep their digits.
static void unwind(flx_circuit_sim *s)
{
    const double two_pi = 6.28318530717958647692;
    int32_t w = s->w;
    bool turned = false;
    for (int32_t p = 0; p < s->n * w; p++)
        if (fabs(s->x[p]) > 64 * two_pi) {
            double k = rint(s->x[p] / two_pi);
            s->x[p] -= k * two_pi;
            s->turn[p] += k;
            turned = true;
        }
    if (!turned)
        return;
    for (int32_t l = 0; l < w; l++) {
        for (int32_t k = 0; k < s->l.n; k++)
            s->l_turn[k * w + l] =
                two_pi * (s->turn[s->l.a[k] * w + l] - s->turn[s->l.b[k] * w + l]);
        for (int32_t k = 0; k < s->k.n; k++)
            s->k_turn[k * w + l] =
                two_pi * (s->turn[s->k.a[k] * w + l] - s->turn[s->k.b[k] * w + l]);
    }
}

static void accept(flx_circuit_sim *s, double h)
{
    int32_t w = s->w;
    if (w == 1)
        flx_midpoint_keep_one(s, h);
    else
        flx_midpoint_keep_lanes(s, h);
    // What was before the step stays in the other arrays until the next one.
    double *swap = s->off;
    s->off = s->off_next;
    s->off_next = swap;
    swap = s->off_rate;
    s->off_rate = s->off_rate_next;
    s->off_rate_next = swap;
    for (int32_t p = 0; p < s->phase.n * w; p++)
        s->phase.now[p] = s->phase.end[p];
    s->h_oldest = s->h_older;
    s->h_older = s->h_old;
    s->h_old = s->last_h = h;
    s->known += s->known < 3;
    s->n_step++;
    double end = flx_circuit_time(s) + h;
    if (end >= s->corner) { // a source has a corner here: differences across it mean nothing
        s->known = 0;
        s->corner = flx_sim_next_corner(s, end);
    }
    if (s->n_step % 256 == 0)
        unwind(s);
}

flx_status flx_midpoint_step(flx_circuit_sim *s, flx_circuit_report *report)
{
    for (;;) {
        int64_t ticks = (int64_t)1 << (MAX_LEVEL - s->level);
        double h = s->opts.dt / (1 << s->level);
        bool solved =
            s->w == 1 ? flx_midpoint_try_one(s, h, report) : flx_midpoint_try_lanes(s, h, report);
        double error = solved && s->adaptive ? local_error(s, h) : 0;
        // What jumps at the start or at a corner, rates or phases where only inductors meet, does so in
        // the shortest step, too, and in the differences until three steps are behind it.
        bool jump = s->known < 3 && s->level == MAX_LEVEL;
        if (solved && (!s->adaptive || error <= s->opts.tolerance || jump)) {
            accept(s, h);
            s->tick += ticks;
            s->calm++;
            // Halving divides the error by 8; a step may grow where the coarser grid has a point.
            bool even = ((s->tick >> (MAX_LEVEL - s->level)) & 1) == 0;
            if (s->level > 0 && s->calm > 3 && s->known >= 2 && even &&
                error < s->opts.tolerance / 20) {
                s->level--;
                s->calm = 0;
            }
            report->time = flx_circuit_time(s);
            report->dt = h;
            report->error = error;
            return FLX_OK;
        }
        report->rejected++;
        s->have_factor = false;
        if (!s->adaptive || s->level == MAX_LEVEL)
            return flx_fail(
                s->ctx, FLX_ERR_DIVERGED, "no solution for the step of %g s at t = %g s; %s", h,
                flx_circuit_time(s),
                s->border
                    ? "its controlled sources may contradict each other, or their gain around "
                      "a loop lets voltages grow without bound"
                : s->adaptive ? "the circuit may be singular"
                              : "make the step of .tran smaller");
        s->level++;
        s->calm = 0;
    }
}
