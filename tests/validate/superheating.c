// The superheating field of a long body: the field up to which the Meissner state is stable.
//
// A half-space f(x), A_y = a(x) of Ginzburg-Landau: f'' = (a^2 + f^2 - 1) f, kappa^2 a'' = f^2 a,
// a'(0) = H. Above kappa = 1.15 it is a disturbance that varies as cos(q y) along the surface that
// grows first (L. Kramer, Phys. Rev. 170, 475 (1968); Transtrum, Catelani, Sethna, Phys. Rev. B 83,
// 094505 (2011)), below the state ends in a fold. Reference: finite differences, signs of the pivots of
// the second variation, extrapolated from steps of 0.02 and 0.01 xi. Here a slab without ends, one
// period long, whose lowest eigenvalue the static engine follows to 0.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/static.h"
#include "validate.h"

// B = t beyond both rims of a lattice closed along x.
static void growing_field(void *user, double t, double *a, double *a_dot)
{
    const lattice *l = user;
    for (int32_t e = 0; e < l->mesh.n_edge; e++) {
        double y = (l->mesh.y[l->mesh.tail[e]] + l->mesh.y[l->mesh.head[e]] - l->ly) / 2;
        a[e] = -t * y * l->dx[e];
        a_dot[e] = 0;
    }
}

// In Hc; nx columns in a period, ny + 1 rows across the slab. *fold: the state ends there; else a
// disturbance along the surface takes over.
static double limit(double kappa, double period, double width, const int32_t n[2], bool *fold)
{
    flx_ctx *ctx = flx_ctx_create();
    lattice l = lattice_make(n[0], n[1] + 1, period / n[0], width / n[1], false);
    lattice_faces(&l, n[0]);
    flx_static_problem p = {
        .mesh = &l.mesh,
        .u = 1,
        .drive = {.user = &l, .vector_potential = growing_field, .vector_potential_varies = true},
        .screening = FLX_SCREENING_LONG,
        .kappa = kappa};
    flx_static_opts o = flx_static_opts_default();
    o.modes = 1;
    flx_static *st;
    flx_static_report r;
    flx_static_limit found;
    double hc = 1 / (sqrt(2) * kappa); // [Bc2]
    must(ctx, flx_static_create(ctx, &p, &o, &st));
    must(ctx, flx_static_set_drive(st, 0.8 * hc));
    must(ctx, flx_static_minimise(st, &r));
    must(ctx, flx_static_follow(st, 1.6 * hc, &found, &r));
    flx_static_free(st);
    lattice_clear(&l);
    flx_ctx_free(ctx);
    *fold = found.fold;
    return found.found ? found.t / hc : (double)NAN;
}

int main(void)
{
    // q: of the half-space, near which its field is flat; 0: any, a period of four columns
    static const struct {
        const char *name;
        double kappa, q, width, step, exact;
    } all[] = {{"1/sqrt 2", 0.70710678118654752, 0, 16, 0.25, 1.385226},
               {"1", 1, 0, 16, 0.25, 1.276071},
               {"1.5", 1.5, 0.48, 20, 0.4, 1.181828},
               {"2", 2, 0.57, 24, 0.5, 1.128658}};
    printf("# Superheating field of a flat surface, H/Hc: a slab 12 lambda and more wide, without "
           "ends, one period of the disturbance long; extrapolated from two meshes\n");
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        double period = all[k].q > 0 ? 2 * pi / all[k].q : 4 * all[k].step, value[2];
        bool fold = false;
        char name[96];
        for (int m = 0; m < 2; m++) {
            int32_t n[] = {2 * (int32_t)lround(period / all[k].step / 2) << m,
                           (int32_t)lround(all[k].width / all[k].step) << m};
            value[m] = limit(all[k].kappa, period, all[k].width, n, &fold);
        }
        snprintf(name, sizeof name, "kappa = %s, h = %.3g xi", all[k].name, all[k].step / 2);
        row(name, value[1], all[k].exact, "0.5%", "half-space; error of order h^2");
        snprintf(name, sizeof name, "kappa = %s, extrapolated", all[k].name);
        row(name, limit_of(value[0], value[1], 2), all[k].exact, "0.05%", "half-space");
        snprintf(name, sizeof name, "kappa = %s: the state ends (1), or a wave grows (0)",
                 all[k].name);
        row(name, fold, all[k].kappa < 1.15, "0", "below and above kappa = 1.15");
    }
    return 0;
}
