// Wires between contacts: uniform across, no field. Normal contacts (psi = 0), penetration of the
// electric field, stalled boundary between normal metal and superconductor, phase slips, the
// Josephson relation, Ohm's law in SI.
//   Kramer and Baratoff, Phys. Rev. Lett. 38, 518 (1977); Watts-Tobin, Kraehenbuehl and Kramer, J. Low Temp. Phys. 42, 459
//   (1981); Dolgert, Blum, Dorsey and Fowler, Phys. Rev. B 57, 5432 (1998); Josephson, Phys. Lett. 1, 251 (1962).
// Numbers of stationary states are those of the ordinary differential equations they obey, solved
// apart from this program.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/units.h"
#include "validate.h"

// -- a wire and its run ---------------------------------------------------------------------------

typedef struct wire {
    flx_ctx *ctx;
    bar bar;
    flx_tdgl *sim;
    double current;        // of the width
    double weak_eps, weak; // epsilon within |x| < weak
} wire;

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
    for (int32_t i = 0; i < w->bar.mesh->n_site; i++) // smooth over 0.5 xi
        eps[i] = 1 + (w->weak_eps - 1) / (1 + exp((fabs(w->bar.mesh->x[i]) - w->weak) / 0.1));
}

static const double width = 0.5; // [xi]

static wire *wire_make(double length, double h)
{
    wire *w = get(1, sizeof *w);
    w->ctx = flx_ctx_create();
    w->weak_eps = 1;
    w->bar = bar_make(w->ctx, length, width, (int32_t)lround(length / h), 1);
    return w;
}

// Starts a run of fixed steps dt, from the state of the run before if there was one. (A contact's
// state rests while mu turns its phase: the difference in time, of order (mu dt)^3, stays in
// stationary states.)
static void wire_run(wire *w, double u, double gamma, double j, double dt)
{
    flx_tdgl_problem p = {.mesh = w->bar.mesh,
                          .terminals = w->bar.terminal,
                          .n_terminal = 2,
                          .u = u,
                          .gamma = gamma,
                          .drive = {.user = w,
                                    .current = wire_current,
                                    .epsilon = w->weak_eps < 1 ? wire_eps : NULL}};
    flx_tdgl_opts o = flx_tdgl_opts_default();
    o.tolerance = 1e-10; // of the implicit solve
    o.adaptive = false;
    o.dt = dt;
    w->current = j * width;
    flx_tdgl *before = w->sim;
    must(w->ctx, flx_tdgl_create(w->ctx, &p, &o, &w->sim));
    if (before)
        must(w->ctx, flx_tdgl_set_psi(w->sim, flx_tdgl_frame(before).psi, 0));
    flx_tdgl_free(before);
}

static void wire_free(wire *w)
{
    flx_tdgl_free(w->sim);
    bar_clear(&w->bar);
    flx_ctx_free(w->ctx);
    free(w);
}

static double voltage(const wire *w)
{
    flx_frame f = flx_tdgl_frame(w->sim);
    return f.mu[w->bar.site[0]] - f.mu[w->bar.site[w->bar.nx]];
}

// The voltage when it changes by less than a share of 1e-7 in 10 tau0: long steps, then short ones.
static double steady_voltage(double length, double h, double u, double gamma, double j)
{
    wire *w = wire_make(length, h);
    double v = 0;
    for (int stage = 0; stage < 2; stage++) {
        wire_run(w, u, gamma, j, stage ? 0.05 : 0.25);
        double before = 0;
        v = voltage(w);
        for (int k = 1; k < 400 && fabs(v - before) > (stage ? 1e-7 : 1e-5) * v; k++) {
            before = v;
            settle(w->ctx, w->sim, 10 * k, 0);
            v = voltage(w);
        }
    }
    wire_free(w);
    return v;
}

// -- Ohm ------------------------------------------------------------------------------------------

static void ohm(void)
{
    printf("# Ohm's law in SI: normal bar of 10 um x 2 um x 50 nm, 2e6 S/m, 12 uA, xi = 0.5 um, "
           "lambda = 2 um. The "
           "potential is linear, so that only rounding is left\n");
    flx_material material = {
        .xi = 0.5e-6, .lambda = 2e-6, .thickness = 50e-9, .conductivity = 2e6, .u = 5.79};
    flx_scales s = flx_scales_of(&material);
    flx_ctx *ctx = flx_ctx_create();
    flx_shape_item box = {.kind = FLX_SHAPE_BOX, .size = {10e-6 / s.xi, 2e-6 / s.xi}};
    flx_mesh *m = mesh_of(ctx, &box, 1, NULL, 0.6, NULL);
    wire w = {
        .ctx = ctx, .current = 12e-6 / (s.K0 * s.xi), .bar.mesh = m, .weak = 1e9, .weak_eps = -1};
    int32_t *site = get(2 * m->n_site, sizeof *site);
    double *length = get(2 * m->n_site, sizeof *length);
    flx_terminal terminal[2];
    for (int k = 0; k < 2; k++) {
        terminal[k] =
            (flx_terminal){.site = site + k * m->n_site, .length = length + k * m->n_site};
        double at = (k ? 5e-6 : -5e-6) / s.xi;
        for (int32_t i = 0; i < m->n_site; i++)
            if (fabs(m->x[i] - at) < 1e-9)
                site[k * m->n_site + terminal[k].n_site++] = i;
        for (int32_t e = 0; e < m->n_edge; e++)
            if (fabs(m->x[m->tail[e]] - at) < 1e-9 && fabs(m->x[m->head[e]] - at) < 1e-9)
                for (int32_t q = 0; q < terminal[k].n_site; q++)
                    if (site[k * m->n_site + q] == m->tail[e] ||
                        site[k * m->n_site + q] == m->head[e])
                        length[k * m->n_site + q] += m->length[e] / 2;
    }
    flx_tdgl_problem p = {.mesh = m,
                          .terminals = terminal,
                          .n_terminal = 2,
                          .u = 5.79,
                          .drive = {.user = &w, .current = wire_current, .epsilon = wire_eps}};
    flx_tdgl_opts o = flx_tdgl_opts_default();
    flx_tdgl *sim;
    must(ctx, flx_tdgl_create(ctx, &p, &o, &sim));
    settle(ctx, sim, 1, 0);
    flx_frame f = flx_tdgl_frame(sim);
    double volt = (f.mu[site[0]] - f.mu[site[m->n_site]]) * s.V0;
    row("voltage [V]", volt, 12e-6 * 10e-6 / (2e6 * 2e-6 * 50e-9), "1e-8%", "I L/(sigma w d)");
    flx_tdgl_free(sim);
    free(site);
    free(length);
    flx_mesh_free(m);
    flx_ctx_free(ctx);
}

// -- contacts -------------------------------------------------------------------------------------

// The decay of mu behind a natural contact: three sites, mu = C exp(-x/Lambda) + const.
static double decay(double h, double gamma)
{
    wire *w = wire_make(30, h);
    w->bar.terminal[0].psi = w->bar.terminal[1].psi = FLX_TERMINAL_FREE;
    wire_run(w, 5.79, gamma, 1e-3, 0.25);
    settle(w->ctx, w->sim, 1000, 1e-9);
    flx_frame f = flx_tdgl_frame(w->sim);
    double mu[3];
    for (int k = 0; k < 3; k++)
        mu[k] = f.mu[w->bar.site[lround(0.8 * k / h)]];
    double length = 0.8 / log((mu[0] - mu[1]) / (mu[1] - mu[2]));
    wire_free(w);
    return length;
}

static void penetration(void)
{
    printf("# Penetration of the electric field from a natural contact, J = 1e-3, u = 5.79: three "
           "sites at 0, 0.8, 1.6 xi\n");
    const double gamma[] = {0, 1, 5, 10};
    for (int k = 0; k < 4; k++) {
        double exact = pow(1 + gamma[k] * gamma[k], 0.25) / sqrt(5.79),
               coarse = decay(0.1, gamma[k]);
        double fine = decay(0.05, gamma[k]);
        char name[96];
        snprintf(name, sizeof name, "Lambda_E, gamma = %g, h = 0.05 xi", gamma[k]);
        row(name, fine, exact, "0.1%", "(1 + g^2)^(1/4)/sqrt u; error h^2/24 Lambda^2");
        snprintf(name, sizeof name, "Lambda_E, gamma = %g, extrapolated", gamma[k]);
        row(name, limit_of(coarse, fine, 2), exact, "0.005%", "(1 + g^2)^(1/4)/sqrt u");
    }
}

static void excess(void)
{
    printf("# Excess length of a normal contact: V/(2 J) of a wire of 24 xi; V/J rises as J^2, "
           "removed by J = 0.005 and 0.01\n");
    const struct {
        double u, gamma, exact;
    } all[] = {{5.79, 0, 1.19940327},
               {5.79, 1, 1.23888089},
               {5.79, 10, 2.02080868},
               {1, 0, 2},
               {12, 0, 0.98306562}};
    for (int k = 0; k < 5; k++) {
        double l[2];
        for (int m = 0; m < 2; m++) {
            double h = 0.1 / (1 << m),
                   one = steady_voltage(24, h, all[k].u, all[k].gamma, 0.005) / 0.01,
                   two = steady_voltage(24, h, all[k].u, all[k].gamma, 0.01) / 0.02;
            l[m] = limit_of(two, one, 2);
        }
        char name[96];
        snprintf(name, sizeof name, "u = %g, gamma = %g, h = 0.05 xi", all[k].u, all[k].gamma);
        row(name, l[1], all[k].exact, "0.1%", "linear response of the contact; error of order h^2");
        snprintf(name, sizeof name, "u = %g, gamma = %g, extrapolated", all[k].u, all[k].gamma);
        row(name, limit_of(l[0], l[1], 2), all[k].exact, "0.01%", "the same");
        snprintf(name, sizeof name, "u = %g, gamma = %g, order in h", all[k].u, all[k].gamma);
        row(name, log2(fabs((l[0] - all[k].exact) / (l[1] - all[k].exact))), 2, "0.2",
            "finite volumes; errors are 1e-4 and 1e-5, J and steps leave 1e-6");
    }
}

static void wires(void)
{
    printf("# Voltage of a wire of 20 xi between normal contacts, u = 5.79, stationary states\n");
    const struct {
        double gamma, j, exact;
    } all[] = {{0, 0.1, 0.24137},   {0, 0.3, 0.78150},  {0, 0.34, 0.94048}, {0, 0.36, 7.2},
               {10, 0.05, 0.20215}, {10, 0.1, 0.40485}, {10, 0.3, 1.23597}, {10, 0.38, 1.5939}};
    for (int k = 0; k < 8; k++) {
        double coarse = steady_voltage(20, 0.1, 5.79, all[k].gamma, all[k].j),
               fine = steady_voltage(20, 0.05, 5.79, all[k].gamma, all[k].j);
        char name[96];
        snprintf(name, sizeof name, "V, gamma = %g, J = %g, h = 0.05 xi", all[k].gamma, all[k].j);
        row(name, fine, all[k].exact, "0.1%", "boundary-value problem of the wire");
        snprintf(name, sizeof name, "V, gamma = %g, J = %g, extrapolated", all[k].gamma, all[k].j);
        row(name, limit_of(coarse, fine, 2), all[k].exact, "0.01%",
            "the same, given to five digits");
    }
}

// -- stall current --------------------------------------------------------------------------------

// Speed at which the superconductor (right) invades normal metal (left) under current J.
static double front_speed(double h, double u, double gamma, double j)
{
    wire *w = wire_make(60, h);
    // the superconducting end carries J with |psi|^2 = f2: J = f2 sqrt(1 - f2)
    double f2 = 1;
    for (int k = 0; k < 60; k++)
        f2 = 1 - j * j / (f2 * f2);
    double q = sqrt(1 - f2);
    w->bar.terminal[1].psi = FLX_TERMINAL_HELD;
    w->bar.terminal[1].amplitude = sqrt(f2);
    wire_run(w, u, gamma, j, 0.05);
    const flx_mesh *m = w->bar.mesh;
    flx_cplx *psi = get(m->n_site, sizeof *psi);
    for (int32_t i = 0; i < m->n_site; i++) {
        double size = sqrt(f2) * fmax(0, tanh(m->x[i] / 2)), phase = q * m->x[i];
        psi[i] = (flx_cplx){size * cos(phase), size * sin(phase)};
    }
    must(w->ctx, flx_tdgl_set_psi(w->sim, psi, 0));
    free(psi);
    double place[2];
    for (int k = 0; k < 2; k++) {
        settle(w->ctx, w->sim, 100 + 100 * k, 0);
        flx_frame f = flx_tdgl_frame(w->sim);
        place[k] = mean_abs2(&f) * 60 / f2;
    }
    wire_free(w);
    return (place[1] - place[0]) / 100;
}

static double stall(double h, double u, double gamma, double guess)
{
    double low = 0.99 * guess, high = 1.01 * guess, a = front_speed(h, u, gamma, low),
           b = front_speed(h, u, gamma, high);
    return low - a * (high - low) / (b - a);
}

static void stalls(void)
{
    printf("# Stall current of a boundary between normal metal and superconductor: speed of the "
           "front at 1 %% below and "
           "above, a line through both. At u = 1 the superconductor still advances at 0.35 xi/tau0 "
           "under "
           "J = 0.369; no independent number to compare with is known\n");
    const struct {
        double u, gamma, exact;
    } all[] = {{5.79, 0, 0.33272}, {5.79, 1, 0.33650}, {12, 0, 0.29066}};
    for (int k = 0; k < 3; k++) {
        double coarse = stall(0.2, all[k].u, all[k].gamma, all[k].exact),
               fine = stall(0.1, all[k].u, all[k].gamma, all[k].exact);
        char name[96];
        snprintf(name, sizeof name, "J*, u = %g, gamma = %g, h = 0.1 xi", all[k].u, all[k].gamma);
        row(name, fine, all[k].exact, "0.3%",
            "boundary-value problem of the resting front; error of order h^2");
        snprintf(name, sizeof name, "J*, u = %g, gamma = %g, extrapolated", all[k].u, all[k].gamma);
        row(name, limit_of(coarse, fine, 2), all[k].exact, "0.1%", "the same");
    }
}

int main(int argc, char **argv)
{
    (void)argv;
    ohm();
    penetration();
    excess();
    wires();
    stalls();
    return argc < 0;
}
