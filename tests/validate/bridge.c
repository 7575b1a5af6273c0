// Terminals that hold |psi|: the profile and the energy of a contact, and bridges between two banks,
// their critical current, the phase between the banks, and the saddle of a phase slip in them.
//   de Gennes, Superconductivity of Metals and Alloys (1966), ch. 7; Aslamazov and Larkin, JETP Lett.
//   9, 87 (1969); Likharev, Rev. Mod. Phys. 51, 101 (1979). Exact numbers are quadratures of the line
//   (bridge.h).
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge.h"
#include "fluxoid/static.h"
#include "validate.h"

static const double width = 0.5; // [xi] nothing varies across

static void current_is_t(void *user, double t, double *current)
{
    (void)user;
    current[0] = t * width;
    current[1] = -current[0];
}

// A bar with |psi| held at its ends (FREE where psi < 0), J = t.
static flx_static *held(flx_ctx *ctx, bar *b, double psi0, double psi1)
{
    const double psi[] = {psi0, psi1};
    for (int k = 0; k < 2; k++) {
        b->terminal[k].psi = psi[k] < 0 ? FLX_TERMINAL_FREE : FLX_TERMINAL_HELD;
        b->terminal[k].amplitude = psi[k] < 0 ? 0 : psi[k];
    }
    flx_static_problem p = {.mesh = b->mesh,
                            .terminals = b->terminal,
                            .n_terminal = 2,
                            .drive = {.current = current_is_t}};
    flx_static_opts o = flx_static_opts_default();
    flx_static *st;
    must(ctx, flx_static_create(ctx, &p, &o, &st));
    return st;
}

// -- a contact ------------------------------------------------------------------------------------

static void contacts(void)
{
    printf(
        "# A contact that holds |psi| = a at the end of a long wire: |psi| 2 xi from it, and the "
        "energy of the profile above the uniform state, (Bc^2/mu0) xi for each unit of "
        "cross-section; extrapolated from h = 0.1 and 0.05 xi (left over: h^4 times a tenth)\n");
    const double amplitude[] = {0, 0.5, 0.9, 1.3}, length = 16;
    for (int k = 0; k < 4; k++) {
        double a = amplitude[k], there[2], energy[2];
        for (int fine = 0; fine < 2; fine++) {
            flx_ctx *ctx = flx_ctx_create();
            bar b = bar_make(ctx, length, width, 160 << fine, 1);
            flx_static *st = held(ctx, &b, a, -1);
            flx_static_report r;
            must(ctx, flx_static_minimise(st, &r));
            there[fine] = sqrt(abs2(flx_static_frame(st).psi[b.site[b.nx / 8]]));
            energy[fine] = r.energy / width + length / 2;
            flx_static_free(st);
            bar_clear(&b);
            flx_ctx_free(ctx);
        }
        double root = sqrt(2);
        double exact = a < 1 ? tanh(root + atanh(a)) : 1 / tanh(root + atanh(1 / a));
        char name[96];
        snprintf(name, sizeof name, "a = %g: |psi| at 2 xi", a);
        row(name, limit_of(there[0], there[1], 2), exact, "1e-6",
            a < 1 ? "tanh((x + x0)/sqrt 2)" : "coth((x + x0)/sqrt 2)");
        snprintf(name, sizeof name, "a = %g: energy", a);
        row(name, limit_of(energy[0], energy[1], 2), root * fabs(2.0 / 3 - a + a * a * a / 3),
            "1e-5", "sqrt 2 |2/3 - a + a^3/3|");
    }
}

// -- bridges --------------------------------------------------------------------------------------

enum { CELLS = 40 };

static double critical(double length, int32_t nx)
{
    flx_ctx *ctx = flx_ctx_create();
    bar b = bar_make(ctx, length, width, nx, 1);
    flx_static *st = held(ctx, &b, 1, 1);
    flx_static_limit limit;
    flx_static_report r;
    must(ctx, flx_static_minimise(st, &r));
    must(ctx, flx_static_follow(st, 4, &limit, &r));
    double found = limit.found ? limit.t : NAN;
    flx_static_free(st);
    bar_clear(&b);
    flx_ctx_free(ctx);
    return found;
}

static void criticals(void)
{
    printf(
        "# Critical current J/J0 (J0 = 2.598 Jc) of bridges of length L between banks with |psi| "
        "= 1; extrapolated from 40 and 80 cells (left over: h^4 times a hundredth)\n");
    const double length[] = {0.5, 1, 2, 4, 8};
    for (int k = 0; k < 5; k++) {
        double u0, exact = bridge_critical(length[k], &u0);
        double coarse = critical(length[k], CELLS), fine = critical(length[k], 2 * CELLS);
        char name[96];
        snprintf(name, sizeof name, "L = %g xi", length[k]);
        row(name, limit_of(coarse, fine, 2), exact, "0.001%", "quadrature of the line");
        if (k == 0) // the correction is of order L^2
            row("L = 0.5 xi, times L", length[k] * limit_of(coarse, fine, 2), 1, "4%",
                "Aslamazov and Larkin: 1 for short ones");
    }
}

// The phase of the state that carries j, and how far above it the saddle lies to the state whose
// phase is 2 pi more.
typedef struct slip {
    double phase, barrier;
} slip;

static slip slip_of(double length, double j, int32_t nx)
{
    flx_ctx *ctx = flx_ctx_create();
    bar b = bar_make(ctx, length, width, nx, 1);
    flx_static *st = held(ctx, &b, 1, 1);
    flx_cplx *psi = get(b.mesh->n_site, sizeof *psi);
    flx_static_report r[2];
    double phase[2], value;
    for (int s = 0; s < 2; s++) { // 0: the minimum. 1: the saddle, from the odd one without current
        for (int32_t i = 0; i < b.mesh->n_site; i++)
            psi[i] = s ? (flx_cplx){tanh(b.mesh->x[i] / sqrt(2)), 0.01} : (flx_cplx){1, 0};
        must(ctx, flx_static_set_psi(st, psi));
        if (s == 0) {
            must(ctx, flx_static_set_drive(st, j));
            must(ctx, flx_static_minimise(st, &r[s]));
        }
        for (int k = 0; s == 1 && k <= 8; k++) {
            must(ctx, flx_static_set_drive(st, j * k / 8));
            must(ctx, flx_static_saddle_near(st, &value, &r[s]));
        }
        flx_frame f = flx_static_frame(st);
        must(ctx, flx_measure_phase(ctx, &f, b.site, b.nx + 1, &phase[s]));
    }
    double turn = phase[1] - phase[0];
    turn -= 2 * pi * floor(turn / (2 * pi));
    free(psi);
    flx_static_free(st);
    bar_clear(&b);
    flx_ctx_free(ctx);
    return (slip){phase[0], (r[1].energy - r[0].energy) / width - 2 * j * turn};
}

static void slips(void)
{
    printf("# Bridges between banks that carry a current: the phase between the banks, and the "
           "saddle of a phase slip above the state, (Bc^2/mu0) xi for each unit of cross-section; "
           "extrapolated from 40 and 80 cells (left over: h^4 times a hundredth)\n");
    const double length[] = {1, 3, 6}, share[] = {0.2, 0.5, 0.8};
    for (int k = 0; k < 3; k++) {
        double u0, critical_current = bridge_critical(length[k], &u0);
        for (int i = 0; i < 3; i++) {
            double j = share[i] * critical_current;
            bridge stable = bridge_state(j, length[k], u0, true),
                   saddle = bridge_state(j, length[k], u0, false);
            slip coarse = slip_of(length[k], j, CELLS), fine = slip_of(length[k], j, 2 * CELLS);
            char name[96];
            snprintf(name, sizeof name, "L = %g xi, I = %g Ic: phase", length[k], share[i]);
            row(name, limit_of(coarse.phase, fine.phase, 2), stable.phase, "0.001%",
                "quadrature of the line");
            snprintf(name, sizeof name, "L = %g xi, I = %g Ic: barrier", length[k], share[i]);
            row(name, limit_of(coarse.barrier, fine.barrier, 2), saddle.energy - stable.energy,
                "0.001%", "quadrature of the line");
        }
    }
}

int main(void)
{
    contacts();
    criticals();
    slips();
    return 0;
}
