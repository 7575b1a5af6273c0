// measure/edges.c -- currents along the edges and out of the cells.
//
//   js_e = Im[psi_i* exp(-i a_e) psi_j]/e_e,   jn_e = -(mu_j - mu_i + a_dot_e)/e_e
//
// These are the fluxes of the finite-volume operator: sum_j s_ij (js + jn)_ij is what enters
// through terminals, for every cell.
//
// SPDX-License-Identifier: GPL-3.0-or-later
#include "measure/measure.h"

void flx_measure_edges(const flx_frame *frame, double *js, double *jn)
{
    const flx_mesh *mesh = frame->mesh;
    for (int32_t e = 0; js && e < mesh->n_edge; e++)
        js[e] = flx_super_of(frame, e);
    for (int32_t e = 0; jn && e < mesh->n_edge; e++) {
        double rate = frame->a_dot ? frame->a_dot[e] : 0;
        jn[e] = -(frame->mu[mesh->head[e]] - frame->mu[mesh->tail[e]] + rate) / mesh->length[e];
    }
}

void flx_measure_outflow(const flx_mesh *mesh, const double *j, double *outflow)
{
    for (int32_t i = 0; i < mesh->n_site; i++) {
        double sum = 0;
        for (int32_t k = mesh->row[i]; k < mesh->row[i + 1]; k++) {
            int32_t e = mesh->half_edge[k];
            double flux = mesh->dual[e] * j[e];
            sum += mesh->tail[e] == i ? flux : -flux;
        }
        outflow[i] = sum;
    }
}

double flx_measure_terminal(const flx_terminal *terminal, const double *outflow)
{
    double sum = 0;
    for (int32_t k = 0; k < terminal->n_site; k++)
        sum += outflow[terminal->site[k]];
    return sum;
}

flx_status flx_measure_residual(flx_ctx *ctx, const flx_frame *frame, const flx_terminal *terminals,
                                int32_t n_terminal, double *residual)
{
    const flx_mesh *mesh = frame->mesh;
    flx_status status = FLX_ERR_MEMORY;
    double *j = FLX_NEW_ARRAY(ctx, double, mesh->n_edge);
    double *jn = FLX_NEW_ARRAY(ctx, double, mesh->n_edge);
    double *outflow = FLX_NEW_ARRAY(ctx, double, mesh->n_site);
    if (j && jn && outflow) {
        flx_measure_edges(frame, j, jn);
        for (int32_t e = 0; e < mesh->n_edge; e++)
            j[e] += jn[e];
        flx_measure_outflow(mesh, j, outflow);
        for (int32_t k = 0; k < n_terminal; k++)
            for (int32_t m = 0; m < terminals[k].n_site; m++)
                outflow[terminals[k].site[m]] = 0;
        *residual = 0;
        for (int32_t i = 0; i < mesh->n_site; i++)
            *residual = fmax(*residual, fabs(outflow[i]));
        status = FLX_OK;
    }
    flx_free(j);
    flx_free(jn);
    flx_free(outflow);
    return status;
}
