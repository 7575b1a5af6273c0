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

// A film without rim, and the way from tail to head of its edges.
typedef struct torus {
    flx_mesh *mesh;
    double lx, ly;   // [xi]
    double *dx, *dy; // [n_edge]
} torus;

static torus torus_of(flx_mesh *m, double lx, double ly)
{
    torus t = {m, lx, ly, get(m->n_edge, sizeof(double)), get(m->n_edge, sizeof(double))};
    for (int32_t e = 0; e < m->n_edge; e++) {
        double dx = m->x[m->head[e]] - m->x[m->tail[e]], dy = m->y[m->head[e]] - m->y[m->tail[e]];
        t.dx[e] = dx - lx * round(dx / lx);
        t.dy[e] = dy - ly * round(dy / ly);
    }
    return t;
}

// Its Y/T, mean of both directions, from samples one tau0 apart. mu is of little help to psi here,
// and u makes psi no faster than the phase that the normal current moves.
static flx_thermal modulus(const torus *film, double temperature, bool counterterm, int32_t n)
{
    flx_ctx *ctx = flx_ctx_create();
    const flx_mesh *m = film->mesh;
    flx_tdgl_problem p = {.mesh = m, .u = 8, .temperature = temperature};
    flx_tdgl *sim = start(ctx, &p, counterterm, m->n_site + (int32_t)lround(1000 * temperature));
    flx_tdgl_report report;
    double root_area = sqrt(film->lx * film->ly);
    for (int32_t s = -n / 10; s < n; s++) {
        for (double end = flx_tdgl_frame(sim).time + 1; flx_tdgl_frame(sim).time < end - 0.5;)
            must(ctx, flx_tdgl_step(sim, HUGE_VAL, &report));
        if (s < 0)
            continue;
        const flx_cplx *psi = flx_tdgl_frame(sim).psi;
        double cosine = 0, x = 0, y = 0;
        for (int32_t e = 0; e < m->n_edge; e++) {
            flx_cplx i = psi[m->tail[e]], j = psi[m->head[e]];
            double w = m->dual[e] / m->length[e], sine = w * (i.re * j.im - i.im * j.re);
            cosine += w * m->length[e] * m->length[e] * (i.re * j.re + i.im * j.im) / 2;
            x += film->dx[e] * sine;
            y += film->dy[e] * sine;
        }
        stiffness[s] = cosine / (root_area * root_area);
        twist[0][s] = x / root_area;
        twist[1][s] = y / root_area;
    }
    flx_thermal along[2];
    for (int d = 0; d < 2; d++)
        must(ctx, flx_thermal_helicity(ctx, stiffness, twist[d], n, temperature, &along[d]));
    flx_tdgl_free(sim);
    flx_ctx_free(ctx);
    return (flx_thermal){.mean = (along[0].mean + along[1].mean) / 2 / temperature,
                         .error = hypot(along[0].error, along[1].error) / 2 / temperature,
                         .tau = along[0].tau};
}

// Where Y/T falls through 2/pi: the line through four temperatures about it, by weighted least
// squares, and its error.
static flx_thermal crossing(const torus *film, const char *name, bool counterterm, int32_t n)
{
    enum { N = 4 };
    const double level = 2 / pi;
    double first = counterterm ? 0.46 : 0.32, w0 = 0, w1 = 0, w2 = 0, y0 = 0, y1 = 0;
    printf("# %s: Y/T =", name);
    for (int k = 0; k < N; k++) {
        double t = 0.02 * k;
        flx_thermal y = modulus(film, first + t, counterterm, n);
        printf("%s %.3f(%.3f) at %.2f", k ? "," : "", y.mean, y.error, first + t);
        double w = 1 / (y.error * y.error);
        w0 += w;
        w1 += w * t;
        w2 += w * t * t;
        y0 += w * (y.mean - level);
        y1 += w * t * (y.mean - level);
    }
    double det = w0 * w2 - w1 * w1, at0 = (w2 * y0 - w1 * y1) / det,
           slope = (w0 * y1 - w1 * y0) / det;
    double t = -at0 / slope, variance = (w2 - 2 * w1 * t + w0 * t * t) / det;
    printf("; 2/pi at %.4f(%.4f)\n", first + t, sqrt(variance) / fabs(slope));
    return (flx_thermal){.mean = first + t, .error = sqrt(variance) / fabs(slope)};
}

static flx_thermal squares_crossing(int32_t per_xi, bool counterterm)
{
    char name[64];
    int32_t side = 16 * per_xi;
    squares l = squares_torus(side, side, 1.0 / per_xi);
    torus film = torus_of(&l.mesh, 16, 16);
    snprintf(name, sizeof name, "Squares, h = xi/%d%s", per_xi,
             counterterm ? "" : ", without the counterterm");
    flx_thermal at = crossing(&film, name, counterterm, per_xi == 3 ? SAMPLES / 2 : SAMPLES);
    free(film.dx);
    free(film.dy);
    squares_clear(&l);
    return at;
}

static flx_thermal triangles_crossing(void)
{
    lattice l = lattice_make(16, 18, 1, sqrt(0.75), true);
    torus film = torus_of(&l.mesh, l.lx, l.ly);
    flx_thermal at = crossing(&film, "Triangles, h = xi", true, SAMPLES);
    free(film.dx);
    free(film.dy);
    lattice_clear(&l);
    return at;
}

static void meshes(void)
{
    printf("# A film of 16 xi x 16 xi without rim: k_B T/E_s where the helicity modulus is 2/pi "
           "k_B T, on meshes of squares and triangles of edge h. With the counterterm it is one "
           "number\n");
    flx_thermal fine = squares_crossing(3, true);
    const char *names[] = {"crossing, squares of xi", "crossing, squares of xi/2",
                           "crossing, triangles of xi"};
    for (int k = 0; k < 3; k++) {
        flx_thermal at = k < 2 ? squares_crossing(k + 1, true) : triangles_crossing();
        char tolerance[32];
        snprintf(tolerance, sizeof tolerance, "%.2g", 3 * hypot(at.error, fine.error));
        row(names[k], at.mean, fine.mean, tolerance, "the same on squares of xi/3, 3 errors");
    }
    squares_crossing(2, false);
}

// ---- Two sides ----------------------------------------------------------------------------------

static void feed(void *user, double t, double *current)
{
    (void)t;
    current[0] = *(const double *)user;
    current[1] = -current[0];
}

// A square of 40 xi between two contacts, fed with 0.02 K0: density, helicity, and resistance
// from the voltage between the contacts. (At T = 0.6 a square of 20 xi is still stiff by 0.023(6), as far as
// phases agree there.)
static void two_sides(void)
{
    enum { N = 6000, CELLS = 48 };
    const double side = 40, current = 0.02 * side;
    flx_ctx *ctx = flx_ctx_create();
    bar b = bar_make(ctx, side, side, CELLS, CELLS);
    flx_twist *screen;
    must(ctx, flx_twist_create(ctx, b.mesh, &screen));
    for (int k = 0; k < 2; k++)
        b.terminal[k].psi = FLX_TERMINAL_FREE;
    printf("# A square of 40 xi between two contacts with 0.02 K0: below the transition and above "
           "it |psi| is much alike; stiffness and resistance are not. Resistance between lines "
           "across it, 20 xi apart (normal: 0.5)\n");
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
                // Between lines across the film at -10 xi and 10 xi: at the contacts the current is
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
