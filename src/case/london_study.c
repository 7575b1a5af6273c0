// case/london_study.c -- how far inductances are from those of infinitely fine meshes.
//
// The energy is least at given currents, so L of the meshed films is approached from above: their L
// is below what any mesh gives. With D = L(h) - L(h/2) and an error c h^p of L(h), p from 1 (currents
// that crowd at rims) to 2 (smooth ones), the error is D 2^p/(2^p - 1), from 4/3 D to 2 D. Meshes
// are not alike, though: at Lambda = 0, where p = 1, up to 2.2 D was found. The bound is 2.5 D.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/london.h"

#include <math.h>
#include <string.h>

static flx_status solve_on(flx_london_run_state *r, const flx_case *c, const flx_device *device,
                           double *inductance)
{
    flx_london_run_state other = {.ctx = r->ctx, .c = c, .device = device};
    other.lambda = FLX_NEW_ARRAY(r->ctx, double, device->mesh->n_tri);
    flx_status status =
        other.lambda ? flx_london_lambda(r->ctx, c, device->mesh, other.lambda) : FLX_ERR_MEMORY;
    if (status == FLX_OK)
        status = flx_london_make(&other);
    flx_free(other.lambda);
    if (status < 0)
        return status;
    flx_london_report report = flx_london_report_of(other.l);
    if (report.n_hole + report.n_port != r->n_current)
        return flx_device_fail(
            r->ctx, c, c->mesh.line,
            "london.error: a mesh of edges up to %g xi has other holes than that "
            "of the case",
            c->mesh.opts.max_edge);
    memcpy(inductance, flx_london_inductance(other.l),
           (size_t)r->n_current * (size_t)r->n_current * sizeof *inductance);
    return FLX_OK;
}

static flx_status solve_finer(flx_london_run_state *r, double factor, double *inductance)
{
    flx_case c = *r->c;
    flx_device *device = NULL;
    flx_mesh_refine *refine = FLX_NEW_ARRAY(r->ctx, flx_mesh_refine, c.mesh.n_refine);
    if (!refine)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < c.mesh.n_refine; k++) {
        refine[k] = r->c->mesh.refine[k];
        refine[k].max_edge *= factor;
    }
    c.mesh.refine = refine;
    c.mesh.opts.max_edge *= factor;
    c.mesh.opts.grading = fmax(factor * c.mesh.opts.grading, 0.02); // the least there is
    c.mesh.hole_edge *= factor;
    // Rows too are divided in as many.
    c.mesh.rim_rows = (int32_t)rint(c.mesh.rim_rows / factor);
    c.mesh.rim_ratio = pow(0.5, factor);
    flx_status status = flx_device_create(r->ctx, &c, &device);
    if (status == FLX_OK)
        status = solve_on(r, &c, device, inductance);
    flx_device_free(device);
    flx_free(refine);
    return status;
}

flx_status flx_london_study(flx_london_run_state *r)
{
    size_t n = (size_t)r->n_current * (size_t)r->n_current;
    if (!r->c->london.error || n == 0)
        return FLX_OK;
    if (r->c->mesh.import)
        return flx_device_fail(r->ctx, r->c, r->c->london.line,
                               "london.error makes a finer mesh, which an imported one does not "
                               "allow; import that in a case of its own");
    r->finer = FLX_NEW_ARRAY(r->ctx, double, n);
    return r->finer ? solve_finer(r, 0.5, r->finer) : FLX_ERR_MEMORY;
}
