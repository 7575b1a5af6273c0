// measure/fluxoid.c -- the fluxoid of a loop and its parts (F. London, Superfluids I, 1950).
//
//   loop integral of (A + J_s/|psi|^2) . dl = 2 pi n
//
// The flux is the exact sum of a_e. The supercurrent part is taken from current vectors that were
// reconstructed on the sites, by the trapezoidal rule, not from the phases along the path: its
// distance from 2 pi n - flux is an independent check of second order in the mesh.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "measure/measure.h"

static double super_value(const void *user, int32_t e)
{
    return flx_super_of(user, e);
}

// J_s/|psi|^2 at a site.
static void velocity_at(const flx_frame *frame, int32_t i, double v[2])
{
    flx_site_vector(frame->mesh, i, super_value, frame, v);
    double n = frame->psi[i].re * frame->psi[i].re + frame->psi[i].im * frame->psi[i].im;
    v[0] /= n;
    v[1] /= n;
}

flx_status flx_measure_fluxoid(flx_ctx *ctx, const flx_frame *frame, const int32_t *site, int32_t n,
                               flx_fluxoid *out)
{
    const flx_mesh *mesh = frame->mesh;
    flx_winding w;
    FLX_TRY(flx_measure_winding(ctx, frame, site, n, &w));
    if (!w.defined)
        return flx_fail(
            ctx, FLX_ERR_INPUT,
            "|psi| is %g on a loop: it has no fluxoid while a vortex or normal metal is "
            "on it; choose a loop beside it",
            w.min_abs);
    double flux = 0, super = 0, here[2], next[2], first[2];
    velocity_at(frame, site[0], first);
    here[0] = first[0];
    here[1] = first[1];
    for (int32_t k = 0; k < n; k++) {
        int32_t i = site[k], j = site[(k + 1) % n];
        int32_t e = flx_mesh_edge(mesh, i, j);
        flux += mesh->tail[e] == i ? flx_line_of(frame, e) : -flx_line_of(frame, e);
        if (k + 1 < n) {
            velocity_at(frame, j, next);
        } else {
            next[0] = first[0];
            next[1] = first[1];
        }
        super += 0.5 * (here[0] + next[0]) * (mesh->x[j] - mesh->x[i]) +
                 0.5 * (here[1] + next[1]) * (mesh->y[j] - mesh->y[i]);
        here[0] = next[0];
        here[1] = next[1];
    }
    *out = (flx_fluxoid){.winding = w.winding,
                         .flux_Phi0 = flux / FLX_TWO_PI,
                         .supercurrent_Phi0 = super / FLX_TWO_PI,
                         .fluxoid_Phi0 = (flux + super) / FLX_TWO_PI,
                         .min_abs = w.min_abs};
    return FLX_OK;
}
