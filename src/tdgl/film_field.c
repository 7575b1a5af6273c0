// tdgl/film_field.c -- thin films: the flux that sheet currents make, by the operator of
// src/selffield.
//
// With the line integrals M I that the currents I through the dual faces make (faces.h), L = C M C^T
// is symmetric, and g^T L g twice the energy of the field.
//
// (beta L + K) x = r: where currents vary as exp(ikr), K is D k^2 and L is D k/2 Lambda, less on the
// scale of the mesh. So L matters to long waves, and these are solved for with L as it is (coarse.c);
// the rest of M^-1 is a blend of one (K + s D)^-1 or two (rungs.c). Conjugate gradients need one step
// with it while steps in time are long. Where they need more, the last one is left unmade: its
// direction z = M^-1 r is added to x, and with A z = r but for what M^-1 lacks, (r - K z)/beta to
// L x. L z itself is found with the next application that is made, in the next step. An iteration
// whose like has been measured is taken for granted, with the length it had then: neither K nor what
// it leaves is asked for.
//
// What is left of an error is found again in the a of this step, so in the difference formula of
// the next, and in its guess. If rho of it is left, with a guess by a straight line, errors die out
// for -0.17 < rho < 0.13 (of the parabola: for 0.07), from the roots of the characteristic
// polynomial of order 3 at even steps. They must shrink by much more than ten, for what is left lies on
// the scale of the mesh, where it counts in full: by less than forty, short steps stay as short.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tdgl/screen.h"

#include <math.h>
#include <string.h>

typedef struct film {
    tdgl_induction base;
    flx_tdgl *sim;
    const tdgl_faces *faces;
    tdgl_sheet sheet;
    tdgl_rungs rungs; // the first has no shift
    tdgl_blend blend; // for b [1/xi]
    double b;
    tdgl_coarse coarse;
    // What the first iteration left of r.z when it was last measured, its length, at which b; how
    // often it has been taken for granted since.
    struct measured {
        double b, left, step;
        int32_t trusted;
    } measured;
    double k_low, k_max;                        // [1/xi] of the waves that are left to the blend
    double *line;                               // [n_edge]
    double *z, *direction, *image, *image_flux; // [n_face]
    // Of the last currents that were fed in.
    double *fed, *fed_flux; // [n_edge], [n_face]
    double fed_energy;
} film;

static void free_film(tdgl_induction *induction)
{
    film *m = (film *)induction;
    if (!m)
        return;
    flx_sheet_clear(&m->sheet);
    flx_rungs_clear(&m->rungs);
    flx_coarse_clear(&m->coarse);
    double *arrays[] = {m->line, m->z, m->direction, m->image, m->image_flux, m->fed, m->fed_flux};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        flx_free(arrays[k]);
    flx_free(m);
}

static double dot(int32_t n, const double *a, const double *b)
{
    double sum = 0;
    for (int32_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

// -- the operator ---------------------------------------------------------------------------------

typedef struct job {
    film *m;
    const tdgl_system *y;
    double step;
    const double *currents; // to be applied
    double *line, *flux;    // of fed currents
} job;

static void curl_of(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    for (int32_t f = begin; f < end; f++)
        j->flux[f] = flx_faces_curl(j->m->faces, j->line, f);
}

// (K x)_f
static inline double resistance(const tdgl_faces *f, const double *x, int32_t i)
{
    double sum = 0;
    for (int32_t k = f->row[i]; k < f->row[i + 1]; k++)
        sum += f->value[k] * x[f->col[k]];
    return sum;
}

// image = (beta L + K) direction; returns direction.image. image_flux comes as L (direction + owed).
static double make_image(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    film *m = j->m;
    double sum = 0;
    for (int32_t i = begin; i < end && *j->y->owes; i++)
        m->image_flux[i] -= j->y->owed_flux[i];
    for (int32_t i = begin; i < end; i++) {
        m->image[i] = j->y->beta * m->image_flux[i] + resistance(m->faces, m->direction, i);
        sum += m->direction[i] * m->image[i];
    }
    return sum;
}

// -- the solver -----------------------------------------------------------------------------------

static double mix(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    film *m = j->m;
    const double *restrict r = j->y->r, *restrict second = m->image;
    const double w = m->blend.weight[0], w2 = m->blend.weight[1];
    double *restrict z = m->z, sum[4] = {0};
    if (w2 > 0)
        for (int32_t i = begin; i < end; i++)
            z[i] = w * z[i] + w2 * second[i];
    else
        for (int32_t i = begin; i < end; i++)
            z[i] *= w;
    flx_coarse_add(&m->coarse, begin, end, z);
    int32_t i = begin;
    for (; i + 4 <= end; i += 4)
        for (int32_t k = 0; k < 4; k++)
            sum[k] += r[i + k] * z[i + k];
    for (; i < end; i++)
        sum[0] += r[i] * z[i];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

// z = M^-1 r; returns r.z. Half the bits of single precision are enough.
static double precondition(job *j)
{
    film *m = j->m;
    flx_spd_approximate(m->rungs.factor[m->blend.rung[0]], j->y->r, m->z);
    if (m->blend.weight[1] > 0)
        flx_spd_approximate(m->rungs.factor[m->blend.rung[1]], j->y->r, m->image);
    flx_coarse_solve(&m->coarse, j->y->beta, &m->blend, j->y->r);
    return flx_pool_sum(m->sim->pool, m->faces->n_face, mix, j);
}

static void add_owed(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    for (int32_t i = begin; i < end; i++)
        j->m->z[i] = j->currents[i] + j->y->owed[i];
}

// L (currents + owed), in image_flux.
static void apply(job *j, const double *currents)
{
    film *m = j->m;
    j->currents = currents;
    if (*j->y->owes)
        flx_pool_for(m->sim->pool, m->faces->n_face, add_owed, j);
    m->base.seconds += flx_sheet_flux(&m->sheet, *j->y->owes ? m->z : currents, m->image_flux);
}

static void stretch(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const film *m = j->m;
    const tdgl_system *y = j->y;
    for (int32_t i = begin; i < end; i++)
        y->x[i] = j->step * m->z[i];
}

static void take(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const film *m = j->m;
    const tdgl_system *y = j->y;
    for (int32_t i = begin; i < end; i++) {
        y->g[i] += y->x[i];
        y->flux[i] += m->image_flux[i];
    }
    for (int32_t i = begin; i < end && *y->owes; i++)
        y->flux[i] -= y->owed_flux[i];
}

static void take_for_granted(job *j)
{
    film *m = j->m;
    int32_t n = m->faces->n_face;
    j->step = m->measured.step;
    flx_pool_for(m->sim->pool, n, stretch, j);
    apply(j, j->y->x);
    flx_pool_for(m->sim->pool, n, take, j);
    *j->y->owes = false;
    m->measured.trusted++;
}

static void advance(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const film *m = j->m;
    const tdgl_system *y = j->y;
    for (int32_t i = begin; i < end; i++) {
        y->x[i] += j->step * m->direction[i];
        y->flux[i] += j->step * m->image_flux[i];
        y->r[i] -= j->step * m->image[i];
    }
    for (int32_t i = begin; i < end && *y->owes; i++) {
        y->owed[i] *= 1 - j->step;
        y->owed_flux[i] *= 1 - j->step;
    }
}

static void turn_direction(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    for (int32_t i = begin; i < end; i++)
        j->m->direction[i] = j->m->z[i] + j->step * j->m->direction[i];
}

// The step that is left unmade.
static void add_estimate(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const film *m = j->m;
    const tdgl_system *y = j->y;
    for (int32_t i = begin; i < end; i++) {
        double flux = (y->r[i] - resistance(m->faces, m->z, i)) / y->beta;
        y->x[i] += m->z[i];
        y->flux[i] += flux;
        y->owed[i] = m->z[i] + (*y->owes ? y->owed[i] : 0);
        y->owed_flux[i] = flux + (*y->owes ? y->owed_flux[i] : 0);
    }
}

static void add_currents(void *arg, int32_t begin, int32_t end)
{
    const tdgl_system *y = ((const job *)arg)->y;
    for (int32_t i = begin; i < end; i++)
        y->g[i] += y->x[i];
}

// Conjugate gradients from x = 0 and r.z = rz until that is enough.
static int32_t iterate(job *j, double rz, double enough)
{
    enum { AT_MOST = 100 };
    const double small = 0.2;
    film *m = j->m;
    const tdgl_system *y = j->y;
    flx_pool *pool = m->sim->pool;
    int32_t n = m->faces->n_face;
    // What an iteration leaves of r.z.
    double left = m->blend.error * m->blend.error, last = 0;
    memset(y->x, 0, (size_t)n * sizeof *y->x);
    for (int32_t it = 0; it < AT_MOST; it++) {
        if (!(rz > enough))
            return isfinite(rz) ? it : -1;
        if (it > 0 && rz * 2 * left <= enough && (it > 1 || left < small * small)) {
            flx_pool_for(pool, n, add_estimate, j);
            *y->owes = true;
            return it;
        }
        j->step = it > 0 ? rz / last : 0;
        flx_pool_for(pool, n, turn_direction, j);
        apply(j, m->direction); // once what was owed is paid, it is some rounding
        double step = j->step = rz / flx_pool_sum(pool, n, make_image, j);
        flx_pool_for(pool, n, advance, j);
        last = rz;
        rz = precondition(j);
        left = fmax(left, rz / last);
        if (it == 0)
            m->measured = (struct measured){.b = m->b, .left = rz / last, .step = step};
    }
    return -1;
}

static int32_t solve(tdgl_induction *induction, const tdgl_system *y)
{
    enum { TRUST = 15 };
    const double shrink = 40;
    film *m = (film *)induction;
    job j = {.m = m, .y = y};
    double b = y->beta / (2 * m->sim->p.pearl_length);
    if (b != m->b)
        m->blend = flx_rungs_blend(&m->rungs, b, m->k_low, m->k_max);
    m->b = b;
    // As good as no error. While steps are so short that L outweighs K on every scale, M is poor, and
    // little happens in a step.
    double none = b > m->k_max ? 5e-3 : 2e-4;
    double rz = precondition(&j);
    double enough = fmin(y->target * y->target, rz / (shrink * shrink));
    enough = fmax(enough, none * none * y->target * y->target);
    const struct measured *seen = &m->measured;
    // M is the better, the less b is: while steps grow what was measured holds.
    const double ratio = b / seen->b, least = b > m->k_max ? 0.9 : 0.5;
    if (rz > enough && seen->trusted < TRUST && ratio > least && ratio < 1.1 &&
        rz * 1.5 * seen->left <= enough) {
        take_for_granted(&j);
        return 1;
    }
    int32_t iterations = iterate(&j, rz, enough);
    if (iterations >= 0)
        flx_pool_for(m->sim->pool, m->faces->n_face, add_currents, &j);
    return iterations;
}

static void guess(tdgl_induction *induction, double *drive, double *x, double *flux)
{
    film *m = (film *)induction;
    flx_spd_solve(m->rungs.factor[0], drive, x);
    flx_sheet_flux(&m->sheet, x, flux);
}

// Most currents keep their pattern while they change: it is kept with the flux it makes.
static double fed_in(tdgl_induction *induction, const double *fed, double *flux)
{
    film *m = (film *)induction;
    int32_t n_edge = m->faces->mesh->n_edge;
    double own = dot(n_edge, m->fed, m->fed), both = dot(n_edge, fed, m->fed), rest = 0, size = 0;
    double factor = own > 0 ? both / own : 0;
    for (int32_t e = 0; e < n_edge; e++) {
        rest = fmax(rest, fabs(fed[e] - factor * m->fed[e]));
        size = fmax(size, fabs(fed[e]));
    }
    if (size > 0 && !(rest <= 1e-12 * size)) {
        memcpy(m->fed, fed, (size_t)n_edge * sizeof *fed);
        flx_sheet_lines(&m->sheet, fed, m->line);
        flx_pool_for(m->sim->pool, m->faces->n_face, curl_of,
                     &(job){.m = m, .line = m->line, .flux = m->fed_flux});
        m->fed_energy = dot(n_edge, fed, m->line);
        factor = 1;
    }
    for (int32_t f = 0; f < m->faces->n_face; f++)
        flux[f] = factor * m->fed_flux[f];
    return factor * factor * m->fed_energy;
}

static flx_state_block state(tdgl_induction *induction)
{
    film *m = (film *)induction;
    return (flx_state_block){"measured", &m->measured, sizeof m->measured};
}

// -- life -----------------------------------------------------------------------------------------

static flx_status create_arrays(flx_ctx *ctx, film *m)
{
    size_t n_edge = (size_t)m->faces->mesh->n_edge, n_face = (size_t)m->faces->n_face;
    const struct {
        double **array;
        size_t n;
    } all[] = {{&m->line, n_edge},      {&m->fed, n_edge},   {&m->z, n_face},
               {&m->direction, n_face}, {&m->image, n_face}, {&m->image_flux, n_face},
               {&m->fed_flux, n_face}};
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
    // Of equilateral triangles of this area: 24/h^2.
    double smallest = INFINITY;
    for (int32_t t = 0; t < m->faces->mesh->n_tri; t++)
        smallest = fmin(smallest, m->faces->area[t]);
    m->k_max = sqrt(10 / smallest);
    // From what suits the longest steps, which a run that settles takes most of, to the mesh.
    double low = 0.7 * flx_screen_least_beta(sim) / (2 * sim->p.pearl_length);
    double high = fmax(m->k_max * m->k_max / 5, 2 * low);
    m->rungs = (tdgl_rungs){.n = FLX_RUNGS, .half = true};
    for (int32_t k = 1; k < FLX_RUNGS; k++)
        m->rungs.shift[k] = low * pow(high / low, (double)(k - 1) / (FLX_RUNGS - 2));
    FLX_TRY(flx_rungs_init(sim, m->faces, &m->rungs));
    FLX_TRY(flx_coarse_init(sim->ctx, &m->sheet, sim->p.z, &m->rungs, &m->coarse));
    m->k_low = fmin(5 / m->coarse.spacing, m->k_max / 4);
    return FLX_OK;
}

flx_status flx_film_create(flx_tdgl *sim, const tdgl_faces *faces, tdgl_induction **out)
{
    static const tdgl_induction_ops ops = {solve, guess, fed_in, state, free_film};
    *out = NULL;
    film *m = FLX_NEW(sim->ctx, film);
    if (!m)
        return FLX_ERR_MEMORY;
    *m = (film){.base.ops = &ops, .sim = sim, .faces = faces};
    flx_status status = create(sim, m);
    if (status < 0)
        free_film(&m->base);
    else
        *out = &m->base;
    return status;
}
