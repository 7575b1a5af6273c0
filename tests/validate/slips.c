// Phase slips of a wire above the current at which its stationary states end, and the Josephson
// relation.
//   Kramer and Baratoff, Phys. Rev. Lett. 38, 518 (1977); Ivlev and Kopnin, Adv. Phys. 33, 47 (1984); Josephson, Phys.
//   Lett. 1, 251 (1962): between points in equilibrium <V> = Phi0 x rate, 2 pi x rate in natural units.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "validate.h"

typedef struct wire {
    flx_ctx *ctx;
    bar bar;
    flx_tdgl *sim;
    double current;
    double weak_eps; // epsilon in the middle
} wire;

static const double width = 0.5; // [xi]

static void wire_current(void *user, double t, double *current)
{
    const wire *w = user;
    (void)t;
    current[0] = w->current;
    current[1] = -w->current;
}

static void wire_eps(void *user, double t, double *eps)
{
    const wire *w = user;
    (void)t;
    for (int32_t i = 0; i < w->bar.mesh->n_site; i++)
        eps[i] = 1 + (w->weak_eps - 1) * exp(-pow(w->bar.mesh->x[i], 2));
}

static wire wire_make(double length, double h, double j, double weak_eps)
{
    wire w = {.ctx = flx_ctx_create(), .current = j * width, .weak_eps = weak_eps};
    w.bar = bar_make(w.ctx, length, width, (int32_t)lround(length / h), 1);
    return w;
}

// `w` must stay where it is while it runs.
static void wire_start(wire *w, double gamma, double dt)
{
    flx_tdgl_problem p = {.mesh = w->bar.mesh,
                          .terminals = w->bar.terminal,
                          .n_terminal = 2,
                          .u = 5.79,
                          .gamma = gamma,
                          .drive = {.user = w, .current = wire_current, .epsilon = wire_eps}};
    flx_tdgl_opts o = flx_tdgl_opts_default();
    o.adaptive = false;
    o.dt = dt;
    o.tolerance = 1e-8; // of the implicit solve
    flx_tdgl *before = w->sim;
    must(w->ctx, flx_tdgl_create(w->ctx, &p, &o, &w->sim));
    if (before)
        must(w->ctx, flx_tdgl_set_psi(w->sim, flx_tdgl_frame(before).psi, 0));
    flx_tdgl_free(before);
}

static void wire_clear(wire *w)
{
    flx_tdgl_free(w->sim);
    bar_clear(&w->bar);
    flx_ctx_free(w->ctx);
}

// What a periodic state does between probes at -x and x.
typedef struct cycle {
    double period, mean, low, high; // of the voltage
    double rate;                    // of the slips
} cycle;

// Follows V over n periods, from one rise through the middle of its range to another. At a slip the
// phase between the probes, summed along the wire, jumps by 2 pi.
static cycle follow(wire *w, double x, int32_t n)
{
    int32_t left = (int32_t)lround(w->bar.nx / 2 - x / w->bar.h), right = w->bar.nx - left,
            rises = -1, slips = 0;
    cycle c = {.low = HUGE_VAL, .high = -HUGE_VAL};
    double middle = 0, v_before = 0, phase_before = 0, t_before = 0, sum = 0, first = 0, last = 0;
    double start = flx_tdgl_frame(w->sim).time;
    while (rises < n) {
        flx_tdgl_report report;
        must(w->ctx, flx_tdgl_step(w->sim, HUGE_VAL, &report));
        flx_frame f = flx_tdgl_frame(w->sim);
        double v = f.mu[w->bar.site[left]] - f.mu[w->bar.site[right]], dt = f.time - t_before,
               phase;
        must(w->ctx, flx_measure_phase(w->ctx, &f, &w->bar.site[left], right - left + 1, &phase));
        bool watch = f.time > start + 30; // the range is known after that
        if (!watch) {
            c.low = fmin(c.low, v);
            c.high = fmax(c.high, v);
            middle = (c.low + c.high) / 2;
        } else if (rises >= 0) {
            sum += dt * (v_before + v) / 2;
            slips += (int32_t)lround(fabs(phase - phase_before) / (2 * pi));
        }
        if (watch && v_before < middle && v >= middle) { // cut the step where V passes the middle
            double after = (v - middle) / (v - v_before) * dt, part = after * (middle + v) / 2;
            last = f.time - after;
            if (++rises == 0) {
                first = last;
                sum = part;
            } else if (rises == n) {
                sum -= part;
            }
        }
        if (f.time > start + 30 + 100 * n)
            break; // not periodic: the rows below will say so
        v_before = v;
        phase_before = phase;
        t_before = f.time;
    }
    c.period = (last - first) / n;
    c.mean = sum / (last - first);
    c.rate = slips / (last - first);
    return c;
}

static void wire_of_20(void)
{
    printf("# Wire of 20 xi between normal contacts, u = 5.79, gamma = 10, J = 0.40: phase slips "
           "begin at 485 tau0 and are "
           "periodic to five digits from 1200 tau0; measured from 1500 tau0, dt = 0.02. h = 0.2 is "
           "too coarse for the core of a slip to show the order in h\n");
    const char *source = "independent solution of the line on fine meshes";
    cycle c[3];
    char name[96];
    for (int k = 0; k < 3; k++) {
        double h = 0.2 / (1 << k);
        wire w = wire_make(20, h, 0.4, 1);
        wire_start(&w, 10, 0.1);
        settle(w.ctx, w.sim, 1500, 0);
        wire_start(&w, 10, 0.02);
        c[k] = follow(&w, 10, 10);
        wire_clear(&w);
        snprintf(name, sizeof name, "period [tau0], h = %g xi", h);
        row(name, c[k].period, 4.6957, k == 2 ? "0.1%" : "2%", source);
        snprintf(name, sizeof name, "<V>, h = %g xi", h);
        row(name, c[k].mean, 3.0198, k == 2 ? "0.1%" : "2%", source);
    }
    row("smallest V, extrapolated", limit_of(c[1].low, c[2].low, 2), 2.790, "0.001",
        "the same, given to 4 digits");
    row("largest V, extrapolated", limit_of(c[1].high, c[2].high, 2), 3.271, "0.002",
        "the same, given to 4 digits");
    row("period, extrapolated", limit_of(c[1].period, c[2].period, 2), 4.6957, "0.1%", source);
    row("<V>, extrapolated", limit_of(c[1].mean, c[2].mean, 2), 3.0198, "0.1%", source);
}

static void josephson(void)
{
    printf("# Josephson relation: <V> between two superconducting points against 2 pi x slips per "
           "time, 100 slips\n");
    wire w = wire_make(20, 0.2, 0.3, 0.2);
    for (int k = 0; k < 2; k++) {
        w.bar.terminal[k].psi = FLX_TERMINAL_HELD;
        w.bar.terminal[k].amplitude = 0.9;
    }
    wire_start(&w, 10, 0.05);
    settle(w.ctx, w.sim, 800, 0);
    wire_start(&w, 10, 0.02);
    cycle c = follow(&w, 10, 100);
    row("weak spot in a wire of 20 xi between superconducting banks, gamma = 10, J = 0.30", c.mean,
        2 * pi * c.rate, "1e-4%", "2 pi x rate");
    wire_clear(&w);

    w = wire_make(44, 0.2, 0.3, -1);
    wire_start(&w, 1, 0.05);
    settle(w.ctx, w.sim, 300, 0);
    wire_start(&w, 1, 0.02);
    c = follow(&w, 12,
               100); // 10 xi from the contacts, 12 from the weak spot: exp(-10/Lambda_E) < 1e-8
    row("weak spot in a wire of 44 xi, gamma = 1, J = 0.30, probes 12 xi on either side", c.mean,
        2 * pi * c.rate, "1e-4%", "2 pi x rate");
    wire_clear(&w);
}

int main(void)
{
    wire_of_20();
    josephson();
    return 0;
}
