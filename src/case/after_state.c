// case/after_state.c -- energy, power and voltages of a frame.
//
// The power needs d psi/dt, which a frame does not hold but determines: with R = (eps - |psi|^2)
// psi
// + (grad - iA)^2 psi and s^2 = 1 + g^2 |psi|^2 the equation of motion, solved for the covariant
// derivative D psi = (d/dt + i mu) psi, is
//   D psi = (s/u) [R - g^2/s^2 Re(psi* R) psi].
// With frozen_amplitude what holds |psi| takes all of R along psi: 1/|psi|^2 is in place of g^2/s^2.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/after.h"

#include <math.h>

// -- energy and power -----------------------------------------------------------------------------

static flx_status put_energy(flx_after *a, json_t *root)
{
    const flx_mesh *m = a->device->mesh;
    flx_energy f = flx_measure_energy(&a->frame->frame);
    double area = 0;
    for (int32_t i = 0; i < m->n_site; i++)
        area += m->area[i];
    double unit = 0.5 * a->c->scales.energy * area; // [J] F0: scales.energy is (Bc^2/mu0) xi^2 d
    json_t *item;
    FLX_TRY(flx_json_put_object(a->ctx, root, "energy", &item));
    FLX_TRY(
        flx_json_put_both(a->ctx, item, (flx_json_names){"total_F0", "total", unit}, f.total_F0));
    FLX_TRY(flx_json_put_both(a->ctx, item,
                              (flx_json_names){"condensation_F0", "condensation", unit},
                              f.condensation_F0));
    FLX_TRY(flx_json_put_both(a->ctx, item, (flx_json_names){"kinetic_F0", "kinetic", unit},
                              f.kinetic_F0));
    return flx_json_put_both(a->ctx, item, (flx_json_names){"field_F0", "field", unit}, f.field_F0);
}

// R of all sites.
static void right_hand_side(const flx_frame *f, flx_cplx *out)
{
    const flx_mesh *m = f->mesh;
    for (int32_t e = 0; e < m->n_edge; e++) {
        int32_t i = m->tail[e], j = m->head[e];
        double w = m->dual[e] / m->length[e], line = f->a ? f->a[e] : 0;
        double c = cos(line), s = sin(line);
        flx_cplx p = f->psi[i], q = f->psi[j];
        out[i].re += w * (c * q.re + s * q.im - p.re);
        out[i].im += w * (c * q.im - s * q.re - p.im);
        out[j].re += w * (c * p.re - s * p.im - q.re);
        out[j].im += w * (c * p.im + s * p.re - q.im);
    }
    for (int32_t i = 0; i < m->n_site; i++) {
        flx_cplx p = f->psi[i];
        double factor = (f->eps ? f->eps[i] : 1) - (p.re * p.re + p.im * p.im);
        out[i].re = out[i].re / m->area[i] + factor * p.re;
        out[i].im = out[i].im / m->area[i] + factor * p.im;
    }
}

// d psi/dt in place of R.
static void solve_rate(const flx_frame *f, bool frozen, flx_cplx *rate)
{
    double g2 = f->gamma * f->gamma;
    for (int32_t i = 0; i < f->mesh->n_site; i++) {
        flx_cplx p = f->psi[i], r = rate[i];
        double n = p.re * p.re + p.im * p.im, s2 = 1 + g2 * n, s_u = sqrt(s2) / f->u;
        double along = (frozen ? n > 0 ? 1 / n : 0 : g2 / s2) * (p.re * r.re + p.im * r.im);
        rate[i].re = s_u * (r.re - along * p.re) + f->mu[i] * p.im;
        rate[i].im = s_u * (r.im - along * p.im) - f->mu[i] * p.re;
    }
}

// Where a terminal holds |psi|, D psi is 0: the phase follows mu.
static void hold_terminals(const flx_after *a, flx_cplx *rate)
{
    const flx_frame *f = &a->frame->frame;
    for (int32_t k = 0; k < a->c->n_terminal; k++) {
        const flx_terminal *t = &a->device->terminals[k];
        for (int32_t s = 0; t->psi != FLX_TERMINAL_FREE && s < t->n_site - t->n_outside; s++) {
            int32_t i = t->site[s];
            rate[i] = (flx_cplx){f->mu[i] * f->psi[i].im, -f->mu[i] * f->psi[i].re};
        }
    }
}

static flx_status put_power(flx_after *a, json_t *root)
{
    const flx_frame *frame = &a->frame->frame;
    const flx_scales *s = &a->c->scales;
    flx_cplx *rate = FLX_NEW_ARRAY(a->ctx, flx_cplx, frame->mesh->n_site);
    if (!rate)
        return FLX_ERR_MEMORY;
    right_hand_side(frame, rate);
    solve_rate(frame, a->c->run.opts.frozen_amplitude, rate);
    hold_terminals(a, rate);
    flx_power power = flx_measure_power(frame, rate);
    flx_free(rate);
    double unit = s->K0 * s->V0 * s->xi;
    json_t *item;
    FLX_TRY(flx_json_put_object(a->ctx, root, "power", &item));
    FLX_TRY(flx_json_put_both(a->ctx, item, (flx_json_names){"total_K0V0xi", "total", unit},
                              power.normal + power.order_parameter));
    FLX_TRY(flx_json_put_both(a->ctx, item, (flx_json_names){"normal_K0V0xi", "normal", unit},
                              power.normal));
    FLX_TRY(flx_json_put_both(a->ctx, item,
                              (flx_json_names){"order_parameter_K0V0xi", "order_parameter", unit},
                              power.order_parameter));
    if (unit > 0)
        return FLX_OK;
    return flx_json_put(a->ctx, item, "reason",
                        json_string("watts need the conductivity of the layer"));
}

static flx_status put_residual(flx_after *a, json_t *root)
{
    const flx_scales *s = &a->c->scales;
    double residual;
    FLX_TRY(flx_measure_residual(a->ctx, &a->frame->frame, a->device->terminals, a->c->n_terminal,
                                 &residual));
    return flx_json_put(a->ctx, root, "current_residual", flx_json_scaled(residual, s->K0 * s->xi));
}

// -- voltages -------------------------------------------------------------------------------------

static int32_t nearest_site(const flx_probe *probe)
{
    int best = probe->weight[0] >= probe->weight[1] ? 0 : 1;
    return probe->site[probe->weight[best] >= probe->weight[2] ? best : 2];
}

// Phase difference from the first point to the second by the shortest way. While the field rests
// and no vortex crosses that way it grows at the rate V of the probe.
static flx_status probe_phase(flx_after *a, const flx_probe probe[2], double *phase)
{
    int32_t *chain = NULL, n = 0, from = nearest_site(&probe[0]), to = nearest_site(&probe[1]);
    *phase = 0;
    if (from == to)
        return FLX_OK;
    FLX_TRY(flx_mesh_shortest_path(a->ctx, a->device->mesh, from, to, &chain, &n));
    flx_status status = flx_after_phase(a, chain, n, phase);
    flx_mesh_sites_free(chain);
    return status;
}

static flx_status put_voltages(flx_after *a, json_t *root)
{
    const json_t *all = json_object_get(root, "voltage");
    const flx_scales *s = &a->c->scales;
    for (int32_t p = 0; p < a->c->n_probe; p++) {
        json_t *item = json_object_get(all, a->c->probes[p].name);
        const flx_probe *probe = a->device->probe[p];
        const double *mu = a->frame->frame.mu;
        double error = json_number_value(json_object_get(item, "error_V0")), phase;
        bool known = json_is_number(json_object_get(item, "error_V0"));
        FLX_TRY(flx_json_put_both(a->ctx, item, (flx_json_names){"value_V0", "value", s->V0},
                                  flx_probe_value(&probe[0], mu) - flx_probe_value(&probe[1], mu)));
        FLX_TRY(flx_json_put(a->ctx, item, "error",
                             flx_json_scaled(known ? error : (double)NAN, s->V0)));
        FLX_TRY(probe_phase(a, probe, &phase));
        FLX_TRY(flx_json_put(a->ctx, item, "phase", flx_json_real(phase)));
    }
    return FLX_OK;
}

flx_status flx_after_state(flx_after *a, json_t *root)
{
    FLX_TRY(put_energy(a, root));
    if (a->series) // a stationary state turns nothing into heat
        FLX_TRY(put_power(a, root));
    FLX_TRY(put_residual(a, root));
    return put_voltages(a, root);
}
