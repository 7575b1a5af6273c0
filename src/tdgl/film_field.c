// tdgl/film_field.c -- thin films: the flux that sheet currents make, by the operator of
// src/selffield.
//
// With the line integrals M I that the currents I through the dual faces make (faces.h), L = C M C^T
// is symmetric, and g^T L g twice the energy of the field.
//
// (beta L + K) x = r: where currents vary as exp(ikr), K is D k^2 and L is D k/2 Lambda, less on the
// scale of the mesh. A blend of two (K + s D)^-1 (rungs.c) is nearly the inverse of the sum, and
// conjugate gradients need one to three steps with it.
//
// What they leave of an error is found again in the a of this step, so in the difference formula of
// the next, and in its guess. If rho of it is left, with a guess by a straight line, errors die out
// for -0.17 < rho < 0.13 (of the parabola: for 0.07), from the roots of the characteristic
// polynomial of order 3 at even steps: they must shrink by ten.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tdgl/screen.h"

#include <math.h>
#include <string.h>

typedef struct film {
    tdgl_induction base;
    flx_tdgl *sim;
    const tdgl_faces *faces;
    tdgl_sheet sheet;
    tdgl_rungs rungs;    // the first has no shift
    double k_min, k_max; // [1/xi] square roots of the least and largest eigenvalue of D^-1 K
    double *flow, *line; // [n_edge]
    double *z, *direction, *image, *image_flux; // [n_face]
    // Of the last currents that were fed in.
    double *fed, *fed_flux; // [n_edge], [n_face]
} film;

static void free_film(tdgl_induction *induction)
{
    film *m = (film *)induction;
    if (!m)
        return;
    flx_sheet_clear(&m->sheet);
    flx_rungs_clear(&m->rungs);
    double *arrays[] = {m->flow,  m->line,       m->z,   m->direction,
                        m->image, m->image_flux, m->fed, m->fed_flux};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        flx_free(arrays[k]);
    flx_free(m);
}

// -- the operator ---------------------------------------------------------------------------------

typedef struct job {
    film *m;
    const double *in;
    double *out;
    double beta;
} job;

static void flow_of(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    for (int32_t e = begin; e < end; e++)
        j->m->flow[e] = flx_faces_flow(j->m->faces, j->in, e);
}

static void curl_of(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    for (int32_t f = begin; f < end; f++)
        j->out[f] = flx_faces_curl(j->m->faces, j->m->line, f);
}

// Flux of edge currents.
static void flux_of(film *m, const double *flow, double *out)
{
    flx_sheet_lines(&m->sheet, flow, m->line);
    flx_pool_for(m->sim->pool, m->faces->n_face, curl_of, &(job){.m = m, .out = out});
}

// out = L x
static void inductance(film *m, const double *x, double *out)
{
    flx_pool_for(m->sim->pool, m->faces->mesh->n_edge, flow_of, &(job){.m = m, .in = x});
    flux_of(m, m->flow, out);
}

// out = beta L in (there already, without beta) + K in
static void add_resistance(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const tdgl_faces *f = j->m->faces;
    for (int32_t i = begin; i < end; i++) {
        double sum = j->beta * j->m->image_flux[i];
        for (int32_t k = f->row[i]; k < f->row[i + 1]; k++)
            sum += f->value[k] * j->in[f->col[k]];
        j->out[i] = sum;
    }
}

// -- the solver -----------------------------------------------------------------------------------

static double dot(int32_t n, const double *a, const double *b)
{
    double sum = 0;
    for (int32_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

// z = M^-1 r; single precision is enough.
static void precondition(film *m, const tdgl_blend *blend, const double *r)
{
    int32_t n = m->faces->n_face;
    flx_spd_approximate(m->rungs.factor[blend->rung[0]], r, m->z);
    flx_spd_approximate(m->rungs.factor[blend->rung[1]], r, m->image);
    for (int32_t i = 0; i < n; i++)
        m->z[i] = blend->weight[0] * m->z[i] + blend->weight[1] * m->image[i];
}

// image = (beta L + K) direction, image_flux = L direction.
static void apply(film *m, double beta)
{
    inductance(m, m->direction, m->image_flux);
    flx_pool_for(m->sim->pool, m->faces->n_face, add_resistance,
                 &(job){.m = m, .in = m->direction, .out = m->image, .beta = beta});
}

static int32_t solve(tdgl_induction *induction, double beta, double *r, double target, double *x,
                     double *lx)
{
    enum { AT_MOST = 100 };
    const double shrink = 10, none = 2e-4; // none: as good as no error
    film *m = (film *)induction;
    int32_t n = m->faces->n_face;
    tdgl_blend blend =
        flx_rungs_blend(&m->rungs, beta / (2 * m->sim->p.pearl_length), m->k_min, m->k_max);
    memset(x, 0, (size_t)n * sizeof *x);
    memset(lx, 0, (size_t)n * sizeof *lx);
    precondition(m, &blend, r);
    memcpy(m->direction, m->z, (size_t)n * sizeof *m->z);
    double rz = dot(n, r, m->z), enough = fmin(target * target, rz / (shrink * shrink));
    enough = fmax(enough, none * none * target * target);
    for (int32_t it = 1; it <= AT_MOST; it++) {
        if (!(rz > enough))
            return isfinite(rz) ? it - 1 : -1;
        apply(m, beta);
        double step = rz / dot(n, m->direction, m->image);
        for (int32_t i = 0; i < n; i++) {
            x[i] += step * m->direction[i];
            lx[i] += step * m->image_flux[i];
            r[i] -= step * m->image[i];
        }
        precondition(m, &blend, r);
        double next = dot(n, r, m->z);
        for (int32_t i = 0; i < n; i++)
            m->direction[i] = m->z[i] + next / rz * m->direction[i];
        rz = next;
    }
    return -1;
}

static void guess(tdgl_induction *induction, double *drive, double *x, double *flux)
{
    film *m = (film *)induction;
    flx_spd_solve(m->rungs.factor[0], drive, x);
    inductance(m, x, flux);
}

// Most currents keep their pattern while they change: it is kept with the flux it makes.
static void add_fed(tdgl_induction *induction, const double *fed, double *flux)
{
    film *m = (film *)induction;
    int32_t n_edge = m->faces->mesh->n_edge;
    double own = dot(n_edge, m->fed, m->fed), both = dot(n_edge, fed, m->fed), rest = 0, size = 0;
    double factor = own > 0 ? both / own : 0;
    for (int32_t e = 0; e < n_edge; e++) {
        rest = fmax(rest, fabs(fed[e] - factor * m->fed[e]));
        size = fmax(size, fabs(fed[e]));
    }
    if (size == 0)
        return;
    if (!(rest <= 1e-12 * size)) {
        memcpy(m->fed, fed, (size_t)n_edge * sizeof *fed);
        flux_of(m, fed, m->fed_flux);
        factor = 1;
    }
    for (int32_t f = 0; f < m->faces->n_face; f++)
        flux[f] += factor * m->fed_flux[f];
}

// -- life -----------------------------------------------------------------------------------------

// Inverse iteration for the least eigenvalue of D^-1 K.
static void find_k_min(film *m)
{
    enum { ITERATIONS = 12 };
    int32_t n = m->faces->n_face;
    const double *area = m->faces->area;
    double *x = m->z, *y = m->image;
    for (int32_t i = 0; i < n; i++)
        x[i] = 1;
    for (int it = 0; it < ITERATIONS; it++) {
        double before = 0, after = 0;
        for (int32_t i = 0; i < n; i++) {
            before += area[i] * x[i] * x[i];
            y[i] = area[i] * x[i];
        }
        flx_spd_solve(m->rungs.factor[0], y, x);
        for (int32_t i = 0; i < n; i++)
            after += area[i] * x[i] * x[i];
        double scale = sqrt(before / after);
        m->k_min = sqrt(scale);
        for (int32_t i = 0; i < n; i++)
            x[i] *= scale;
    }
}

static flx_status create_arrays(flx_ctx *ctx, film *m)
{
    size_t n_edge = (size_t)m->faces->mesh->n_edge, n_face = (size_t)m->faces->n_face;
    const struct {
        double **array;
        size_t n;
    } all[] = {{&m->flow, n_edge},       {&m->line, n_edge},      {&m->fed, n_edge},
               {&m->z, n_face},          {&m->direction, n_face}, {&m->image, n_face},
               {&m->image_flux, n_face}, {&m->fed_flux, n_face}};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        if (!(*all[k].array = FLX_NEW_ARRAY(ctx, double, all[k].n)))
            return FLX_ERR_MEMORY;
    return FLX_OK;
}

static flx_status create(flx_tdgl *sim, film *m)
{
    FLX_TRY(create_arrays(sim->ctx, m));
    FLX_TRY(
        flx_sheet_init(sim->ctx, sim->pool, m->faces, sim->p.pearl_length, sim->p.z, &m->sheet));
    m->rungs.n = 1;
    FLX_TRY(flx_rungs_init(sim, m->faces, &m->rungs));
    find_k_min(m);
    flx_rungs_clear(&m->rungs);
    // Of equilateral triangles of this area: 24/h^2.
    double smallest = INFINITY;
    for (int32_t t = 0; t < m->faces->mesh->n_tri; t++)
        smallest = fmin(smallest, m->faces->area[t]);
    m->k_max = sqrt(10 / smallest);
    // None for weak fields, one for the longest waves, three for the shortest.
    static const double share[FLX_RUNGS] = {0, 0, 1.0 / 160, 1.0 / 25, 1.0 / 5};
    m->rungs = (tdgl_rungs){.n = FLX_RUNGS, .single = true};
    for (int k = 2; k < FLX_RUNGS; k++)
        m->rungs.shift[k] = share[k] * m->k_max * m->k_max;
    m->rungs.shift[1] = 2.2 * m->k_min * m->k_min;
    return flx_rungs_init(sim, m->faces, &m->rungs);
}

flx_status flx_film_create(flx_tdgl *sim, const tdgl_faces *faces, tdgl_induction **out)
{
    static const tdgl_induction_ops ops = {solve, guess, add_fed, free_film};
    *out = NULL;
    film *m = FLX_NEW(sim->ctx, film);
    if (!m)
        return FLX_ERR_MEMORY;
    *m = (film){.base = {&ops}, .sim = sim, .faces = faces};
    flx_status status = create(sim, m);
    if (status < 0)
        free_film(&m->base);
    else
        *out = &m->base;
    return status;
}
