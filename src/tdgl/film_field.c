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
// The guess extrapolates the flux too. It is owed likewise: an application is always one to all that g
// changes by, and what was assumed of its flux is taken off. So a flux that was not quite that of its
// currents, if only by rounding, is not extrapolated again and again.
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
    double k_low, k_max;          // [1/xi] of the waves that are left to the blend
    double *line;                 // [n_edge]
    float *z, *direction, *image; // [n_face]
    double *image_flux;           // [n_face]
    // [n_tri] K of a triangle: the faces around it, the outside as n_face, and 1/w between.
    int32_t *other[3];
    float *resistance[3];
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
    double *arrays[] = {m->line, m->image_flux, m->fed, m->fed_flux};
    float *single[] = {
        m->z, m->direction, m->image, m->resistance[0], m->resistance[1], m->resistance[2]};
    for (int k = 0; k < 3; k++)
        flx_free(m->other[k]);
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        flx_free(arrays[k]);
    for (size_t k = 0; k < sizeof single / sizeof *single; k++)
        flx_free(single[k]);
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
    double *line, *flux; // of fed currents
} job;

static void curl_of(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    for (int32_t f = begin; f < end; f++)
        j->flux[f] = flx_faces_curl(j->m->faces, j->line, f);
}

// K x of faces begin .. end-1; K = C w^-1 C^T takes differences to the faces around.
static void resist(const film *m, const float *restrict x, int32_t begin, int32_t end, double *y)
{
    const int32_t *restrict other0 = m->other[0], *restrict other1 = m->other[1];
    const int32_t *restrict other2 = m->other[2];
    const float *restrict r0 = m->resistance[0], *restrict r1 = m->resistance[1];
    const float *restrict r2 = m->resistance[2];
    const tdgl_faces *f = m->faces;
    int32_t n_tri = f->mesh->n_tri, whole = end < n_tri ? end : n_tri;
    FLX_INDEPENDENT
    for (int32_t t = begin; t < whole; t++)
        y[t - begin] = (double)r0[t] * ((double)x[t] - (double)x[other0[t]]) +
                       (double)r1[t] * ((double)x[t] - (double)x[other1[t]]) +
                       (double)r2[t] * ((double)x[t] - (double)x[other2[t]]);
    for (int32_t i = begin > n_tri ? begin : n_tri; i < end; i++) {
        y[i - begin] = 0;
        for (int32_t k = f->row[i]; k < f->row[i + 1]; k++)
            y[i - begin] += f->value[k] * (double)x[f->col[k]];
    }
}

// image = (beta L + K) direction, where image_flux is L direction; returns direction.image. A block of
// a sum at a time.
static double make_image(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const film *m = j->m;
    const float *restrict direction = m->direction;
    const double *restrict flux = m->image_flux, beta = j->y->beta;
    float *restrict out = m->image;
    double image[FLX_SUM_BLOCK], sum[4] = {0};
    resist(m, direction, begin, end, image);
    for (int32_t i = begin; i < end; i++) {
        image[i - begin] += beta * flux[i];
        out[i] = (float)image[i - begin];
    }
    for (int32_t i = begin; i < end; i++)
        sum[i % 4] += (double)direction[i] * image[i - begin];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

// -- the solver -----------------------------------------------------------------------------------

static void mix(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    film *m = j->m;
    const float w = (float)m->blend.weight[0], w2 = (float)m->blend.weight[1];
    float *restrict z = m->z, *restrict second = m->image;
    for (int32_t i = begin; i < end; i++)
        z[i] = w * z[i] + w2 * second[i];
}

static double product(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const float *restrict r = j->y->r, *restrict z = j->m->z;
    double sum[8] = {0};
    int32_t i = begin;
    for (; i + 8 <= end; i += 8)
        for (int32_t k = 0; k < 8; k++)
            sum[k] += (double)r[i + k] * (double)z[i + k];
    for (; i < end; i++)
        sum[0] += (double)r[i] * (double)z[i];
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

// z = M^-1 r; returns r.z. Half the bits of single precision are enough.
static double precondition(job *j)
{
    film *m = j->m;
    int32_t n = m->faces->n_face;
    bool both = m->blend.weight[1] > 0;
    flx_spd_approximate_single(m->rungs.factor[m->blend.rung[0]], j->y->r, m->z);
    if (both) {
        flx_spd_approximate_single(m->rungs.factor[m->blend.rung[1]], j->y->r, m->image);
        flx_pool_for(m->sim->pool, n, mix, j);
    }
    flx_coarse_solve(&m->coarse, j->y->beta, &m->blend, j->y->r);
    flx_coarse_add(&m->coarse, m->sim->pool, both ? 1 : (float)m->blend.weight[0], m->z);
    return flx_pool_sum(m->sim->pool, n, product, j);
}

// x = step z, and what the currents become with it.
static void stretch(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const tdgl_system *y = j->y;
    const float *restrict z = j->m->z, *restrict change = y->now->change;
    const float step = (float)j->step, ahead = (float)y->ahead;
    const double *restrict g = y->now->g;
    double *restrict g_next = y->next->g;
    float *restrict x = y->x, *restrict change_next = y->next->change;
    for (int32_t i = begin; i < end; i++) {
        x[i] = step * z[i];
        change_next[i] = ahead * change[i] + x[i];
        g_next[i] = g[i] + (double)change_next[i];
    }
}

// The flux of the whole change is made anew: errors of that before are not taken along.
static void take_for_granted(job *j)
{
    film *m = j->m;
    const tdgl_currents *now = j->y->now, *next = j->y->next;
    j->step = m->measured.step;
    flx_pool_for(m->sim->pool, m->faces->n_face, stretch, j);
    m->base.seconds += flx_sheet_carry(&m->sheet, &(tdgl_carried){
                                                      .change = next->change,
                                                      .owed = now->owes ? now->owed : NULL,
                                                      .base = now->flux,
                                                      .less = now->owes ? now->owed_flux : NULL,
                                                      .flux = next->flux,
                                                  });
    j->y->next->owes = false;
    m->measured.trusted++;
}

// Begins with the guess. Its flux is owed: it was not made of these currents.
static void begin_with_guess(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const tdgl_system *y = j->y;
    const tdgl_currents now = *y->now, next = *y->next;
    const double *restrict flux = now.flux, *restrict before = y->flux_before;
    const double *restrict had_owed_flux = now.owed_flux, ahead = y->ahead;
    const float *restrict change = now.change, *restrict had_owed = now.owed;
    double *restrict flux_next = next.flux, *restrict owed_flux = next.owed_flux;
    float *restrict x = y->x, *restrict owed = next.owed;
    for (int32_t i = begin; i < end; i++) {
        double more = ahead * (flux[i] - before[i]);
        x[i] = 0;
        flux_next[i] = flux[i] + more;
        owed[i] = (float)ahead * change[i];
        owed_flux[i] = more;
    }
    for (int32_t i = begin; i < end && now.owes; i++) {
        owed[i] += had_owed[i];
        owed_flux[i] += had_owed_flux[i];
    }
}

static void advance(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const film *m = j->m;
    const tdgl_currents next = *j->y->next;
    const float *restrict direction = m->direction, *restrict image = m->image;
    const double *restrict image_flux = m->image_flux;
    float *restrict x = j->y->x, *restrict r = j->y->r, *restrict owed = next.owed;
    double *restrict flux = next.flux, *restrict owed_flux = next.owed_flux;
    const double step = j->step, rest = 1 - step;
    const float step_single = (float)step, rest_single = (float)rest;
    for (int32_t i = begin; i < end; i++) {
        x[i] += step_single * direction[i];
        r[i] -= step_single * image[i];
        flux[i] += step * image_flux[i];
        owed[i] *= rest_single;
        owed_flux[i] *= rest;
    }
}

static void turn_direction(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const float *restrict z = j->m->z, step = (float)j->step;
    float *restrict direction = j->m->direction;
    for (int32_t i = begin; i < end; i++)
        direction[i] = z[i] + step * direction[i];
}

// The step that is left unmade.
static void add_estimate(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const float *restrict r = j->y->r, *restrict z = j->m->z;
    const tdgl_currents next = *j->y->next;
    float *restrict x = j->y->x, *restrict owed = next.owed;
    double *restrict flux = next.flux, *restrict owed_flux = next.owed_flux;
    const double inverse = 1 / j->y->beta;
    double lost[FLX_SUM_BLOCK];
    for (int32_t from = begin; from < end; from += FLX_SUM_BLOCK) {
        int32_t to = end - from < FLX_SUM_BLOCK ? end : from + FLX_SUM_BLOCK;
        resist(j->m, z, from, to, lost);
        for (int32_t i = from; i < to; i++) {
            double estimate = ((double)r[i] - lost[i - from]) * inverse;
            x[i] += z[i];
            owed[i] += z[i];
            flux[i] += estimate;
            owed_flux[i] += estimate;
        }
    }
}

static void add_currents(void *arg, int32_t begin, int32_t end)
{
    const tdgl_system *y = ((const job *)arg)->y;
    const float *restrict x = y->x, *restrict change = y->now->change;
    const double *restrict g = y->now->g, ahead = y->ahead;
    double *restrict g_next = y->next->g;
    float *restrict change_next = y->next->change;
    for (int32_t i = begin; i < end; i++) {
        double more = ahead * (double)change[i] + (double)x[i];
        change_next[i] = (float)more;
        g_next[i] = g[i] + more;
    }
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
    flx_pool_for(pool, n, begin_with_guess, j);
    y->next->owes = true; // some rounding, once it is paid
    for (int32_t it = 0; it < AT_MOST; it++) {
        if (!(rz > enough))
            return isfinite(rz) ? it : -1;
        if (it > 0 && rz * 2 * left <= enough && (it > 1 || left < small * small)) {
            flx_pool_for(pool, n, add_estimate, j);
            return it;
        }
        j->step = it > 0 ? rz / last : 0;
        flx_pool_for(pool, n, turn_direction, j);
        m->base.seconds += flx_sheet_carry(&m->sheet, &(tdgl_carried){.change = m->direction,
                                                                      .owed = y->next->owed,
                                                                      .less = y->next->owed_flux,
                                                                      .flux = m->image_flux});
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
    double **on_faces[] = {&m->image_flux, &m->fed_flux};
    float **single[] = {&m->z, &m->direction, &m->image};
    m->line = FLX_NEW_ARRAY(ctx, double, n_edge);
    m->fed = FLX_NEW_ARRAY(ctx, double, n_edge);
    if (!m->line || !m->fed)
        return FLX_ERR_MEMORY;
    for (size_t k = 0; k < sizeof on_faces / sizeof *on_faces; k++)
        if (!(*on_faces[k] = FLX_NEW_ARRAY(ctx, double, n_face)))
            return FLX_ERR_MEMORY;
    for (size_t k = 0; k < sizeof single / sizeof *single; k++)
        if (!(*single[k] = FLX_NEW_ARRAY(ctx, float, n_face + 1)))
            return FLX_ERR_MEMORY;
    return FLX_OK;
}

static flx_status create_resistances(flx_ctx *ctx, film *m)
{
    const tdgl_faces *f = m->faces;
    for (int k = 0; k < 3; k++) {
        m->other[k] = FLX_NEW_ARRAY(ctx, int32_t, f->mesh->n_tri);
        m->resistance[k] = FLX_NEW_ARRAY(ctx, float, f->mesh->n_tri);
        if (!m->other[k] || !m->resistance[k])
            return FLX_ERR_MEMORY;
        for (int32_t t = 0; t < f->mesh->n_tri; t++) {
            int32_t e = f->ring[f->ring_start[t] + k], left = e >= 0;
            e = left ? e : ~e;
            int32_t other = f->side[2 * e + left];
            m->other[k][t] = other >= 0 ? other : f->n_face;
            m->resistance[k][t] = (float)(1 / f->conductance[e]);
        }
    }
    return FLX_OK;
}

static flx_status create(flx_tdgl *sim, film *m)
{
    FLX_TRY(create_arrays(sim->ctx, m));
    FLX_TRY(create_resistances(sim->ctx, m));
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
