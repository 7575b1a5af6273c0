// case/london_make.c -- the London engine of a device: Pearl lengths, holes, terminals.
//
// A sweep over fields, currents, fluxoids, vortices or Pearl lengths asks one device again and again:
// the engine stays with it, and with it what is most of the work: the field of the currents, and
// the factor while the Pearl lengths stay too.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/london.h"

#include <math.h>
#include <string.h>

// Lambda of a layer as a sheet [m]. Orlando and Delin, Foundations of Applied Superconductivity
// (1991), ch. 3, for the currents across a film between fields on its faces: with B on both, equal
// and opposite, they store (mu0/4) lambda coth(d/2 lambda) K^2, of which a sheet in the middle
// counts d/4 itself, as field between the faces; with B on one face (mu0/2) lambda coth(d/lambda)
// K^2.
static double sheet_length(const flx_material *m, flx_case_sheet sheet)
{
    double d = m->thickness, lambda = m->lambda;
    if (sheet == FLX_SHEET_ALONE)
        return 0.5 * lambda / tanh(0.5 * d / lambda) - 0.25 * d;
    if (sheet == FLX_SHEET_SCREENED)
        return lambda / tanh(d / lambda);
    return m->pearl_length;
}

flx_status flx_london_lambda(flx_ctx *ctx, const flx_case *c, const flx_mesh *mesh, double *lambda)
{
    for (int32_t t = 0; t < mesh->n_tri; t++) {
        const int32_t *v = &mesh->tri[3 * (size_t)t];
        const flx_case_layer *layer = &c->layers[c->films[mesh->film[v[0]]].layer];
        double r[3] = {(mesh->x[v[0]] + mesh->x[v[1]] + mesh->x[v[2]]) / 3,
                       (mesh->y[v[0]] + mesh->y[v[1]] + mesh->y[v[2]]) / 3, 0};
        double eps = layer->epsilon ? flx_expr_eval(layer->epsilon, r, 0) : 1;
        if (!(eps > 0 && isfinite(eps)))
            return flx_device_fail(
                ctx, c, flx_expr_line(layer->epsilon),
                "epsilon of layer '%s' is %g at (%g, %g) xi; to the engine london "
                "it is the superfluid density, Lambda/epsilon being the local "
                "Pearl length: it must be > 0, cut out what does not superconduct",
                layer->name, eps, r[0], r[1]);
        lambda[t] = sheet_length(&layer->material, c->london.sheet) / (eps * c->scales.xi);
    }
    return FLX_OK;
}

enum { SCAN_DENSE = 12000 }; // unknowns up to which a scan with a coil is dense by itself

// -- the engine stays with the device -------------------------------------------------------------

typedef struct kept_engine {
    flx_london *l;
    flx_london_opts opts;
    double *lambda; // [n_tri]
} kept_engine;

static void free_kept(void *what)
{
    kept_engine *k = what;
    flx_london_free(k->l);
    flx_free(k->lambda);
    flx_free(k);
}

static flx_london_opts wanted_opts(const flx_london_run_state *r)
{
    flx_london_opts opts = r->c->london.opts;
    // Thousands of right-hand sides pay for a factor.
    if (r->c->london.scan.coil > 0 && opts.dense_max < SCAN_DENSE)
        opts.dense_max = SCAN_DENSE;
    return opts;
}

static bool fits(const flx_london_run_state *r, const kept_engine *k)
{
    flx_london_opts a = k->opts, b = wanted_opts(r);
    return a.method == b.method && a.dense_max == b.dense_max && a.tolerance == b.tolerance &&
           a.accuracy == b.accuracy;
}

// The kept engine with the Pearl lengths of this point.
static flx_status take(flx_london_run_state *r, kept_engine *k)
{
    size_t bytes = (size_t)r->device->mesh->n_tri * sizeof *k->lambda;
    r->l = k->l;
    if (memcmp(k->lambda, r->lambda, bytes) == 0)
        return FLX_OK;
    memcpy(k->lambda, r->lambda, bytes);
    return flx_london_set_lambda(r->ctx, k->l, r->lambda);
}

static flx_status check_terminals(flx_london_run_state *r)
{
    const flx_mesh *m = r->device->mesh;
    for (int32_t l = 0; l < m->n_loop; l++)
        for (int32_t s = 0; !m->loop[l].outer && s < m->loop[l].n; s++)
            for (int32_t k = 0; k < r->c->n_terminal; k++)
                for (int32_t q = 0; q < r->device->terminals[k].n_site; q++)
                    if (r->device->terminals[k].site[q] == m->loop_site[m->loop[l].start + s])
                        return flx_device_fail(r->ctx, r->c, r->c->terminals[k].line,
                                               "terminal '%s' lies on the rim of a hole; to the "
                                               "engine london currents come and go by the outer "
                                               "rim of a film",
                                               r->c->terminals[k].name);
    return FLX_OK;
}

flx_status flx_london_make(flx_london_run_state *r)
{
    flx_kept *kept = r->device->kept;
    if (kept->what && fits(r, kept->what)) {
        flx_status status = take(r, kept->what);
        if (status >= 0)
            return FLX_OK;
        free_kept(kept->what);
        *kept = (flx_kept){0};
        return flx_device_blame(r->ctx, r->c, r->c->london.line, status);
    }
    FLX_TRY(check_terminals(r));
    if (kept->what)
        free_kept(kept->what);
    *kept = (flx_kept){0};
    kept_engine *k = FLX_NEW(r->ctx, kept_engine);
    size_t n_tri = (size_t)r->device->mesh->n_tri;
    if (k)
        k->lambda = FLX_NEW_ARRAY(r->ctx, double, n_tri);
    if (!k || !k->lambda) {
        flx_free(k);
        return FLX_ERR_MEMORY;
    }
    memcpy(k->lambda, r->lambda, n_tri * sizeof *k->lambda);
    k->opts = wanted_opts(r);
    flx_london_problem problem = {.mesh = r->device->mesh,
                                  .z = r->device->z,
                                  .lambda = r->lambda,
                                  .hole = r->device->hole_loop,
                                  .n_hole = r->device->n_hole,
                                  .terminals = r->device->terminals,
                                  .n_terminal = r->c->n_terminal,
                                  .fields_only = r->fields_only};
    flx_status status = flx_london_create(r->ctx, &problem, &k->opts, &k->l);
    if (status < 0) {
        free_kept(k);
        return flx_device_blame(r->ctx, r->c, r->c->london.line, status);
    }
    *kept = (flx_kept){k, free_kept};
    r->l = k->l;
    return FLX_OK;
}
