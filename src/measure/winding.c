// measure/winding.c -- windings of closed chains, phase differences along open ones, windings of
// triangles.
//
//   2 pi n = sum wrap(theta_j - theta_i - a_ij) + sum a_ij
//
// Each term is theta_j - theta_i + 2 pi k with a whole k, and the differences of angles cancel
// round a closed chain: n = sum k is an integer by construction. It does not depend on the gauge,
// because wrap is applied to gauge-invariant differences.
//
// SPDX-License-Identifier: GPL-3.0-or-later
#include "measure/measure.h"

// Edge from site i to its neighbour j; *sign is +1 if i is its tail, else -1.
static flx_status edge_between(flx_ctx *ctx, const flx_mesh *mesh, int32_t i, int32_t j,
                               int32_t *edge, int32_t *sign)
{
    *sign = 0;
    *edge = -1;
    if (i >= 0 && j >= 0 && i < mesh->n_site && j < mesh->n_site)
        *edge = flx_mesh_edge(mesh, i, j);
    if (*edge < 0)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "sites %d and %d of a path are not neighbours: a path must follow edges of "
                        "the mesh",
                        i, j);
    *sign = mesh->tail[*edge] == i ? 1 : -1;
    return FLX_OK;
}

// Whole turns of the step along edge e from tail to head: 2 pi k = wrap(theta_j - theta_i - a) + a
// - (theta_j - theta_i) with angles in (-pi, pi].
static int32_t turns_of(const flx_frame *f, int32_t e)
{
    flx_cplx tail = f->psi[f->mesh->tail[e]], head = f->psi[f->mesh->head[e]];
    double a = flx_line_of(f, e);
    flx_cplx link = flx_link(tail, head, a);
    double step = atan2(link.im, link.re) + a;
    double difference = atan2(head.im, head.re) - atan2(tail.im, tail.re);
    return (int32_t)lround((step - difference) / FLX_TWO_PI);
}

flx_status flx_measure_winding(flx_ctx *ctx, const flx_frame *frame, const int32_t *site, int32_t n,
                               flx_winding *out)
{
    if (n < 3)
        return flx_fail(ctx, FLX_ERR_INPUT, "a closed path has %d sites, at least 3 are needed", n);
    flx_winding w = {0, INFINITY, false};
    for (int32_t k = 0; k < n; k++) {
        int32_t e, sign;
        FLX_TRY(edge_between(ctx, frame->mesh, site[k], site[(k + 1) % n], &e, &sign));
        w.winding += sign * turns_of(frame, e);
        w.min_abs = fmin(w.min_abs, flx_abs_of(frame->psi[site[k]]));
    }
    w.defined = w.min_abs > FLX_ABS_MIN;
    *out = w;
    return FLX_OK;
}

flx_status flx_measure_loop_winding(flx_ctx *ctx, const flx_frame *frame, int32_t loop,
                                    flx_winding *out)
{
    const flx_mesh *mesh = frame->mesh;
    if (loop < 0 || loop >= mesh->n_loop)
        return flx_fail(ctx, FLX_ERR_INPUT, "loop %d was asked for, the mesh has 0 to %d", loop,
                        mesh->n_loop - 1);
    const flx_mesh_loop *l = &mesh->loop[loop];
    return flx_measure_winding(ctx, frame, mesh->loop_site + l->start, l->n, out);
}

flx_status flx_measure_phase(flx_ctx *ctx, const flx_frame *frame, const int32_t *site, int32_t n,
                             double *phase)
{
    const flx_mesh *mesh = frame->mesh;
    double sum = 0;
    for (int32_t k = 0; k + 1 < n; k++) {
        int32_t e, sign;
        FLX_TRY(edge_between(ctx, mesh, site[k], site[k + 1], &e, &sign));
        flx_cplx link =
            flx_link(frame->psi[mesh->tail[e]], frame->psi[mesh->head[e]], flx_line_of(frame, e));
        sum += sign * atan2(link.im, link.re);
    }
    *phase = sum;
    return FLX_OK;
}

void flx_measure_triangle_windings(const flx_frame *frame, int32_t *out)
{
    const flx_mesh *mesh = frame->mesh;
    for (int32_t t = 0; t < mesh->n_tri; t++)
        out[t] = 0;
    // Over the edges: a step counts for the triangle on its left and against that on its right.
    for (int32_t e = 0; e < mesh->n_edge; e++) {
        int32_t left = mesh->edge_tri[2 * e], right = mesh->edge_tri[2 * e + 1];
        int32_t turns = turns_of(frame, e);
        if (left >= 0)
            out[left] += turns;
        if (right >= 0)
            out[right] -= turns;
    }
    for (int32_t t = 0; t < mesh->n_tri; t++)
        for (int k = 0; k < 3; k++)
            if (flx_abs_of(frame->psi[mesh->tri[3 * (ptrdiff_t)t + k]]) <= FLX_ABS_MIN)
                out[t] = 0;
}
