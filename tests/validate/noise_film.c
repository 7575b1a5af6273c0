// The Kosterlitz-Thouless transition of a fluctuating film: where it stands on meshes of different
// fineness with the counterterm, and what a real film with contacts shows on its two sides.
//   Nelson, Kosterlitz, Phys. Rev. Lett. 39, 1201 (1977): Y(T_KT) = 2/pi T_KT; Borrill, Gleiser,
//   Nucl. Phys. B 483, 416 (1997): the counterterm
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/thermal.h"

#include "../test_lattice.h"
#include "validate.h"
#include <time.h>

static flx_tdgl *start(flx_ctx *ctx, const flx_tdgl_problem *p, bool counterterm)
{
    flx_tdgl_opts o = flx_tdgl_opts_default();
    o.integrator = FLX_LANGEVIN;
    o.threads = 1;
    o.counterterm = counterterm;
    flx_tdgl *sim;
    must(ctx, flx_tdgl_create(ctx, p, &o, &sim));
    return sim;
}


// ---- The transition and the mesh ----------------------------------------------------------------

enum { SAMPLES = 40000 };
static double stiffness[SAMPLES], twist[2][SAMPLES];

// Y/T of a torus of side cells of h, from samples one tau0 apart. mu is of little help to psi
// here, and u makes psi no faster than the phase that the normal current moves.
static flx_thermal torus(double h, int32_t side, double temperature, bool counterterm, int32_t n)
{
    flx_ctx *ctx = flx_ctx_create();
    squares l = squares_torus(side, side, h);
    flx_tdgl_problem p = {.mesh = &l.mesh, .u = 8, .temperature = temperature};
    flx_tdgl *sim = start(ctx, &p, counterterm);
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

int main(int argc, char **argv)
{
    (void)argc;
    int32_t n = atoi(argv[1]);
    for (int k = 1; k <= 3; k++)
        for (int t = 0; t < 3; t++) {
            double T = 0.44 + 0.02 * t;
            clock_t b = clock();
            flx_thermal y = torus(1.0 / k, 16 * k, T, true, n);
            printf("# h 1/%d T %g Y/T %g(%g) tau %g  %.1f s\n", k, T, y.mean, y.error, y.tau, (double)(clock() - b) / CLOCKS_PER_SEC);
            fflush(stdout);
        }
    return 0;
}
