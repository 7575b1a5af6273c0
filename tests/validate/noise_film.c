// The Kosterlitz-Thouless transition of a fluctuating film: where it stands on meshes of different
// fineness with the counterterm, and what a real film with contacts shows on its two sides.
//   Nelson, Kosterlitz, Phys. Rev. Lett. 39, 1201 (1977): Y(T_KT) = 2/pi T_KT; Borrill, Gleiser,
//   Nucl. Phys. B 483, 416 (1997): the counterterm
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/thermal.h"

#include "../test_lattice.h"
#include "validate.h"

static flx_tdgl *start(flx_ctx *ctx, const flx_tdgl_problem *p, bool counterterm, int32_t seed)
{
    flx_tdgl_opts o = flx_tdgl_opts_default();
    o.integrator = FLX_LANGEVIN;
    o.threads = 1;
    o.counterterm = counterterm;
    o.seed = seed; // runs that are compared do not share random numbers
    flx_tdgl *sim;
    must(ctx, flx_tdgl_create(ctx, p, &o, &sim));
    return sim;
}

// ---- The transition and the mesh ----------------------------------------------------------------

enum { SAMPLES = 40000 };
static double stiffness[SAMPLES], twist[2][SAMPLES], voltage[SAMPLES], density[SAMPLES];

// Y/T of a torus of side cells of h, from samples one tau0 apart. mu is of little help to psi
// here, and u makes psi no faster than the phase that the normal current moves.
static flx_thermal torus(double h, int32_t side, double temperature, bool counterterm, int32_t n)
{
    flx_ctx *ctx = flx_ctx_create();
    squares l = squares_torus(side, side, h);
    flx_tdgl_problem p = {.mesh = &l.mesh, .u = 8, .temperature = temperature};
    flx_tdgl *sim = start(ctx, &p, counterterm, side + (int32_t)lround(1000 * temperature));
    flx_tdgl_report report;
    int32_t cells = side * side;
    for (int32_t s = -n / 10; s < n; s++) {
        for (double end = flx_tdgl_frame(sim).time + 1; flx_tdgl_frame(sim).time < end - 0.5;)
            must(ctx, flx_tdgl_step(sim, HUGE_VAL, &report));
        if (s < 0)
            continue;
        const flx_cplx *psi = flx_tdgl_frame(sim).psi;
        double cosine = 0, x = 0, y = 0;
        for (int32_t i = 0; i < cells; i++) {
            flx_cplx c = psi[i], r = psi[i % side == side - 1 ? i + 1 - side : i + 1],
                     u = psi[(i + side) % cells];
            cosine += c.re * (r.re + u.re) + c.im * (r.im + u.im);
            x += c.re * r.im - c.im * r.re;
            y += c.re * u.im - c.im * u.re;
        }
        stiffness[s] = cosine / (2 * cells);
        twist[0][s] = x / side;
        twist[1][s] = y / side;
    }
    flx_thermal along[2];
    for (int d = 0; d < 2; d++)
        must(ctx, flx_thermal_helicity(ctx, stiffness, twist[d], n, temperature, &along[d]));
    flx_tdgl_free(sim);
    squares_clear(&l);
    flx_ctx_free(ctx);
    return (flx_thermal){.mean = (along[0].mean + along[1].mean) / 2 / temperature,
                         .error = hypot(along[0].error, along[1].error) / 2 / temperature,
                         .tau = along[0].tau};
}

// Where Y/T falls through 2/pi on a torus of 16 xi: the line through three temperatures about it, by
// weighted least squares, and its error.
static flx_thermal crossing(int32_t per_xi, bool counterterm)
{
    enum { N = 4 };
    const double level = 2 / pi;
    double first = counterterm ? 0.46 : 0.32, w0 = 0, w1 = 0, w2 = 0, y0 = 0, y1 = 0;
    printf("# h = xi/%d%s: Y/T =", per_xi, counterterm ? "" : " without the counterterm");
    for (int k = 0; k < N; k++) {
        double t = 0.02 * k;
        flx_thermal y =
            torus(1.0 / per_xi, 16 * per_xi, first + t, counterterm, per_xi == 3 ? 20000 : SAMPLES);
        printf("%s %.3f(%.3f) at %.2f", k ? "," : "", y.mean, y.error, first + t);
        double w = 1 / (y.error * y.error);
        w0 += w;
        w1 += w * t;
        w2 += w * t * t;
        y0 += w * (y.mean - level);
        y1 += w * t * (y.mean - level);
    }
    printf("\n");
    double det = w0 * w2 - w1 * w1, at0 = (w2 * y0 - w1 * y1) / det,
           slope = (w0 * y1 - w1 * y0) / det;
    double t = -at0 / slope, variance = (w2 - 2 * w1 * t + w0 * t * t) / det;
    return (flx_thermal){.mean = first + t, .error = sqrt(variance) / fabs(slope)};
}

static void meshes(void)
{
    printf("# A film of 16 xi x 16 xi without rim: k_B T/E_s where the helicity modulus is 2/pi "
           "k_B T, "
           "on square meshes of edge h. With the counterterm it is one number but for "
           "terms of order h^2\n");
    flx_thermal one = crossing(1, true), before = one;
    for (int k = 2; k <= 3; k++) {
        flx_thermal at = crossing(k, true);
        char name[64], tolerance[32];
        snprintf(tolerance, sizeof tolerance, "%.2g", 4 * hypot(at.error, before.error));
        if (k == 3)
            row("crossing, h = xi/3, once more", at.mean, before.mean, tolerance,
                "the same on h = xi/2, 4 standard errors");
        before = at;
        snprintf(name, sizeof name, "crossing, h = xi/%d", k);
        printf("# h = xi/%d: %.4f(%.4f), h = xi: %.4f(%.4f)\n", k, at.mean, at.error, one.mean,
               one.error);
        row(name, at.mean, one.mean, "2.5%", "the same on h = xi; terms of order h^2 are left");
    }
    flx_thermal bare = crossing(2, false);
    printf("# Without the counterterm, h = xi/2: %.4f(%.4f)\n", bare.mean, bare.error);
}

// ---- Two sides ----------------------------------------------------------------------------------

static void feed(void *user, double t, double *current)
{
    (void)t;
    current[0] = *(const double *)user;
    current[1] = -current[0];
}

// A square of 20 xi between two contacts, fed with 0.02 K0: density, helicity, and resistance
// from the voltage between the contacts.
static void two_sides(void)
{
    enum { N = 6000, CELLS = 24 };
    const double side = 20, current = 0.02 * side;
    flx_ctx *ctx = flx_ctx_create();
    bar b = bar_make(ctx, side, side, CELLS, CELLS);
    flx_twist *screen;
    must(ctx, flx_twist_create(ctx, b.mesh, &screen));
    for (int k = 0; k < 2; k++)
        b.terminal[k].psi = FLX_TERMINAL_FREE;
    printf("# A square of 20 xi between two contacts with 0.02 K0: below the transition and above "
           "it |psi| is much alike; stiffness and resistance are not. Resistance between lines "
           "across it, 10 xi apart (normal: 0.5)\n");
    const double temperature[] = {0.2, 0.3, 0.6, 0.7};
    for (int k = 0; k < 4; k++) {
        flx_tdgl_problem p = {.mesh = b.mesh,
                              .terminals = b.terminal,
                              .n_terminal = 2,
                              .u = 5.79,
                              .temperature = temperature[k],
                              .drive = {.user = (void *)(uintptr_t)&current, .current = feed}};
        flx_tdgl *sim = start(ctx, &p, true, k + 1);
        flx_tdgl_report report;
        for (int32_t s = -300; s < N; s++) {
            double v = 0, begin = flx_tdgl_frame(sim).time;
            for (int q = 0; q < 4; q++) {
                must(ctx, flx_tdgl_step(sim, HUGE_VAL, &report));
                const double *mu = flx_tdgl_frame(sim).mu;
                // Between lines across the film at -5 xi and 5 xi: at the contacts the current is
                // normal, and has a resistance, over 1/sqrt(u).
                for (int32_t j = 0; j <= CELLS; j++)
                    v += report.dt * b.terminal[0].length[j] / side *
                         (mu[CELLS / 4 * (CELLS + 1) + j] - mu[3 * CELLS / 4 * (CELLS + 1) + j]);
            }
            if (s < 0)
                continue;
            flx_frame f = flx_tdgl_frame(sim);
            flx_twist_sample sample = flx_twist_measure(screen, &f);
            stiffness[s] = sample.stiffness;
            twist[0][s] = sample.current;
            density[s] = flx_thermal_density(&f);
            voltage[s] = v / (f.time - begin);
        }
        flx_thermal y, d = flx_thermal_mean(density, N), v = flx_thermal_mean(voltage, N);
        must(ctx, flx_thermal_helicity(ctx, stiffness, twist[0], N, temperature[k], &y));
        bool above = temperature[k] > 0.5;
        char name[80], tolerance[32];
        printf("# T = %g: density %.4f(%.4f), helicity %.4f(%.4f), resistance %.4f(%.4f)\n",
               temperature[k], d.mean, d.error, y.mean, y.error, v.mean / current,
               v.error / current);
        snprintf(name, sizeof name, "T = %g: density", temperature[k]);
        row(name, d.mean, 0.65, "0.35", "above 0.3 on either side");
        snprintf(tolerance, sizeof tolerance, "%.2g", 3 * (above ? y.error : v.error / current));
        snprintf(name, sizeof name, "T = %g: %s", temperature[k],
                 above ? "helicity modulus" : "resistance");
        row(name, above ? y.mean : v.mean / current, 0, tolerance, "zero within 3 errors");
        snprintf(name, sizeof name, "T = %g: errors that %s is from zero", temperature[k],
                 above ? "the resistance" : "the helicity modulus");
        row(name, above ? v.mean / v.error : y.mean / y.error, 1003, "1000", "at least 3");
        flx_tdgl_free(sim);
    }
    flx_twist_free(screen);
    bar_clear(&b);
    flx_ctx_free(ctx);
}

int main(void)
{
    two_sides();
    meshes();
    return 0;
}
