// case/phase.c -- phase offsets of psi across cuts of films: rings that hold half a flux quantum.
//
// A link across the cut gains the offset chi, exp(-i (a + chi)): it costs least where psi is turned
// by chi. On a path round a hole that crosses the cut
//
//   flux + loop integral of J_s/|psi|^2 = n Phi0 - chi Phi0/2 pi
//
// C. C. Tsuei et al., Phys. Rev. Lett. 73, 593 (1994), for chi = pi. The offset is no flux: what the
// field gives is told without it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/drive.h"

#include <math.h>

static const double two_pi = 6.28318530717958647692;

// > 0: to the left of the cut.
static double side_of(const flx_case_phase *cut, const double r[2])
{
    const double *at = cut->along;
    return (at[2] - at[0]) * (r[1] - at[1]) - (at[3] - at[1]) * (r[0] - at[0]);
}

static double gained(const flx_case_phase *cut, const double p[2], const double q[2])
{
    const double *at = cut->along;
    double from = side_of(cut, p), to = side_of(cut, q);
    if ((from >= 0) == (to >= 0))
        return 0;
    double s = from / (from - to), dx = at[2] - at[0], dy = at[3] - at[1];
    double x = p[0] + s * (q[0] - p[0]) - at[0], y = p[1] + s * (q[1] - p[1]) - at[1];
    double t = (x * dx + y * dy) / (dx * dx + dy * dy);
    if (t < 0 || t > 1)
        return 0;
    return to >= 0 ? cut->offset : -cut->offset;
}

static bool cuts(const flx_case_phase *cut, int32_t film)
{
    return cut->film < 0 || cut->film == film;
}

// From site i to its neighbour j, across all cuts of their film.
static double between(const flx_case *c, const flx_mesh *m, int32_t i, int32_t j)
{
    const double p[2] = {m->x[i], m->y[i]}, q[2] = {m->x[j], m->y[j]};
    double sum = 0;
    for (int32_t k = 0; k < c->n_phase; k++)
        if (cuts(&c->phases[k], m->film[i]))
            sum += gained(&c->phases[k], p, q);
    return sum;
}

double flx_case_phase_around(const flx_case *c, const flx_mesh *m, const int32_t *site, int32_t n)
{
    double sum = 0;
    for (int32_t k = 0; k < n; k++)
        sum += between(c, m, site[k], site[(k + 1) % n]);
    return sum;
}

// A cut that ends in a film would be a vortex without a core there.
static flx_status check_ends(flx_ctx *ctx, const flx_device *device, const flx_case *c,
                             const flx_case_phase *cut)
{
    const flx_mesh *m = device->mesh;
    for (int32_t t = 0; t < m->n_tri; t++) {
        double sum = 0;
        for (int k = 0; k < 3 && cuts(cut, m->film[m->tri[3 * t]]); k++) {
            int32_t i = m->tri[3 * t + k], j = m->tri[3 * t + (k + 1) % 3];
            sum += gained(cut, (const double[2]){m->x[i], m->y[i]},
                          (const double[2]){m->x[j], m->y[j]});
        }
        if (fabs(sum) > 1e-9)
            return flx_device_fail(ctx, c, cut->line,
                                   "a cut of drive.phase ends inside a film, near (%.4g, %.4g) xi; "
                                   "it must go from rim to rim, or through",
                                   m->x[m->tri[3 * t]], m->y[m->tri[3 * t]]);
    }
    return FLX_OK;
}

flx_status flx_case_phase_check(flx_ctx *ctx, const flx_device *device, const flx_case *c)
{
    for (int32_t k = 0; k < c->n_phase; k++)
        FLX_TRY(check_ends(ctx, device, c, &c->phases[k]));
    return FLX_OK;
}

flx_status flx_case_phase_fill(flx_ctx *ctx, const flx_device *device, const flx_case *c,
                               double *offset)
{
    const flx_mesh *m = device->mesh;
    FLX_TRY(flx_case_phase_check(ctx, device, c));
    for (int32_t e = 0; e < m->n_edge; e++)
        offset[e] = between(c, m, m->tail[e], m->head[e]);
    return FLX_OK;
}

static bool in_a_hole(const flx_mesh *m, int32_t film, const double r[2])
{
    for (int32_t l = 0; l < m->n_loop; l++) {
        const flx_mesh_loop *loop = &m->loop[l];
        bool in = false;
        for (int32_t k = 0; k < loop->n && !loop->outer && loop->film == film; k++) {
            int32_t i = m->loop_site[loop->start + k];
            int32_t j = m->loop_site[loop->start + (k + 1) % loop->n];
            if ((m->y[i] > r[1]) != (m->y[j] > r[1]) &&
                r[0] < m->x[i] + (r[1] - m->y[i]) / (m->y[j] - m->y[i]) * (m->x[j] - m->x[i]))
                in = !in;
        }
        if (in)
            return true;
    }
    return false;
}

// Part of a turn about `at` from the direction d to r, 0 to 1.
static double part_of_turn(const double at[2], const double d[2], const double r[2])
{
    double x = r[0] - at[0], y = r[1] - at[1];
    double angle = atan2(d[0] * y - d[1] * x, d[0] * x + d[1] * y) / two_pi;
    return angle < 0 ? angle + 1 : angle;
}

// Across the cut psi gains the offset, and loses it on the way round the hole in which the cut ends:
// then no link is turned by much, and the winding is what the start says.
static void turn_film(const flx_case_phase *cut, const flx_mesh *m, int32_t film, flx_cplx *psi)
{
    const double *from = cut->along, *to = cut->along + 2;
    const double forth[2] = {to[0] - from[0], to[1] - from[1]}, back[2] = {-forth[0], -forth[1]};
    bool begins = in_a_hole(m, film, from), ends = in_a_hole(m, film, to);
    for (int32_t i = 0; i < m->n_site; i++) {
        const double r[2] = {m->x[i], m->y[i]};
        double turn = 0;
        if (m->film[i] != film)
            continue;
        if (begins)
            turn -= part_of_turn(from, forth, r);
        if (ends)
            turn += part_of_turn(to, begins ? forth : back, r);
        if (!begins && !ends)
            turn = side_of(cut, r) >= 0;
        double s = sin(cut->offset * turn), cosine = cos(cut->offset * turn);
        psi[i] = (flx_cplx){cosine * psi[i].re - s * psi[i].im, s * psi[i].re + cosine * psi[i].im};
    }
}

void flx_case_phase_turn(const flx_case *c, const flx_mesh *m, flx_cplx *psi)
{
    for (int32_t k = 0; k < c->n_phase; k++)
        for (int32_t f = 0; f < m->n_film; f++)
            if (cuts(&c->phases[k], f))
                turn_film(&c->phases[k], m, f, psi);
}

flx_status flx_case_fluxoid(flx_ctx *ctx, const flx_case *c, const flx_frame *frame,
                            const int32_t *site, int32_t n, flx_fluxoid *out)
{
    FLX_TRY(flx_measure_fluxoid(ctx, frame, site, n, out));
    double sum = flx_case_phase_around(c, frame->mesh, site, n) / two_pi;
    out->flux_Phi0 -= sum;
    out->fluxoid_Phi0 -= sum;
    return FLX_OK;
}
