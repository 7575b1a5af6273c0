// measure/energy.c -- free energy, dissipated power, rate of change.
//
// With energies in Bc^2/mu0 xi^2 d the free energy is integral of -eps|psi|^2 + |psi|^4/2 +
// |(grad - iA) psi|^2, whose discrete form below has the finite-volume operator as its gradient.
// Along solutions of the gTDGL equation it falls at the rate 2 W_psi, W_psi = integral of u/sqrt(1
// + g^2|psi|^2) (|D psi|^2 + (g^2/4)(d|psi|^2/dt)^2), D = d/dt + i mu; K0 V0 xi is twice the unit
// of that rate, so W_psi is the power in K0 V0 xi. The normal current adds integral of |E|^2.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "measure/measure.h"

flx_energy flx_measure_energy(const flx_frame *frame)
{
    const flx_mesh *mesh = frame->mesh;
    double area = 0, condensation = 0, kinetic = 0;
    for (int32_t i = 0; i < mesh->n_site; i++) {
        flx_cplx psi = frame->psi[i];
        double n = psi.re * psi.re + psi.im * psi.im, eps = frame->eps ? frame->eps[i] : 1;
        area += mesh->area[i];
        condensation += mesh->area[i] * n * (0.5 * n - eps);
    }
    for (int32_t e = 0; e < mesh->n_edge; e++) {
        flx_cplx tail = frame->psi[mesh->tail[e]], head = frame->psi[mesh->head[e]];
        double a = flx_line_of(frame, e), c = cos(a), s = sin(a);
        double re = c * head.re + s * head.im - tail.re, im = c * head.im - s * head.re - tail.im;
        kinetic += mesh->dual[e] / mesh->length[e] * (re * re + im * im);
    }
    double unit = 2 / area, field = frame->a_induced ? frame->field_energy : 0;
    return (flx_energy){unit * (condensation + kinetic + field), unit * condensation,
                        unit * kinetic, unit * field};
}

flx_power flx_measure_power(const flx_frame *frame, const flx_cplx *psi_dot)
{
    const flx_mesh *mesh = frame->mesh;
    flx_power power = {0, 0};
    for (int32_t e = 0; e < mesh->n_edge; e++) {
        double rate = frame->a_dot ? frame->a_dot[e] : 0;
        double drop = frame->mu[mesh->head[e]] - frame->mu[mesh->tail[e]] + rate;
        power.normal += mesh->dual[e] / mesh->length[e] * drop * drop;
    }
    double g2 = frame->gamma * frame->gamma;
    for (int32_t i = 0; psi_dot && i < mesh->n_site; i++) {
        flx_cplx psi = frame->psi[i], dot = psi_dot[i];
        double mu = frame->mu[i], n = psi.re * psi.re + psi.im * psi.im;
        double re = dot.re - mu * psi.im, im = dot.im + mu * psi.re;
        double n_dot = 2 * (psi.re * dot.re + psi.im * dot.im);
        power.order_parameter += mesh->area[i] * frame->u / sqrt(1 + g2 * n) *
                                 (re * re + im * im + 0.25 * g2 * n_dot * n_dot);
    }
    return power;
}

flx_status flx_measure_change(flx_ctx *ctx, const flx_mesh *mesh, const flx_cplx *psi0,
                              const flx_cplx *psi1, double dt, double *change)
{
    // The rotation that brings psi1 nearest to psi0 is the angle of sum a psi0* psi1.
    flx_cplx *turn = FLX_NEW_ARRAY(ctx, flx_cplx, mesh->n_film);
    if (!turn)
        return FLX_ERR_MEMORY;
    for (int32_t i = 0; i < mesh->n_site; i++) {
        flx_cplx link = flx_link(psi0[i], psi1[i], 0);
        turn[mesh->film[i]].re += mesh->area[i] * link.re;
        turn[mesh->film[i]].im += mesh->area[i] * link.im;
    }
    for (int32_t k = 0; k < mesh->n_film; k++) {
        double r = flx_abs_of(turn[k]);
        turn[k] = r > 0 ? (flx_cplx){turn[k].re / r, turn[k].im / r} : (flx_cplx){1, 0};
    }
    double largest = 0;
    for (int32_t i = 0; i < mesh->n_site; i++) {
        flx_cplx t = turn[mesh->film[i]];
        double re = t.re * psi1[i].re + t.im * psi1[i].im - psi0[i].re;
        double im = t.re * psi1[i].im - t.im * psi1[i].re - psi0[i].im;
        largest = fmax(largest, hypot(re, im));
    }
    *change = largest / dt;
    flx_free(turn);
    return FLX_OK;
}
