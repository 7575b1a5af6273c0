// tdgl/long_body.c -- bodies that do not depend on z: kappa^2 curl B = J, local in the plane.
//
// L is diagonal, A_f/kappa^2. The matrix beta L + K, K = C w^-1 C^T, is factorised for a few beta
// (rungs); for a beta between them the spectrum of M^-1 A lies between 1 and beta/rung, whatever
// the mesh, and a Chebyshev iteration of two or three steps solves it. In very short steps L
// outweighs K, and M is the diagonal.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tdgl/screen.h"

#include <math.h>

static const double spacing = 5; // of the rungs

typedef struct long_body {
    tdgl_induction base;
    const tdgl_faces *faces;
    flx_tdgl *sim;
    double *inductance, *resistance; // [n_face] L and the diagonal of K
    tdgl_rungs rungs;
    double *r, *x, *z, *direction; // [n_face]
} long_body;

static void free_body(tdgl_induction *induction)
{
    long_body *b = (long_body *)induction;
    if (!b)
        return;
    flx_rungs_clear(&b->rungs);
    flx_free(b->inductance);
    flx_free(b->resistance);
    flx_free(b->r);
    flx_free(b->x);
    flx_free(b->z);
    flx_free(b->direction);
    flx_free(b);
}

static void guess(tdgl_induction *induction, double *drive, double *x, double *flux)
{
    (void)drive;
    const long_body *b = (const long_body *)induction;
    for (int32_t f = 0; f < b->faces->n_face; f++)
        x[f] = flux[f] / b->inductance[f];
}

// r -= (beta L + K) x
static void subtract(void *arg, int32_t begin, int32_t end)
{
    void *const *args = arg;
    const long_body *b = args[0];
    const double *x = args[1], beta = *(const double *)args[2];
    double *r = args[3];
    const tdgl_faces *f = b->faces;
    for (int32_t i = begin; i < end; i++) {
        double sum = beta * b->inductance[i] * x[i];
        for (int32_t k = f->row[i]; k < f->row[i + 1]; k++)
            sum += f->value[k] * x[f->col[k]];
        r[i] -= sum;
    }
}

// M and what the spectrum of M^-1 A lies between.
typedef struct approximation {
    flx_spd *factor; // NULL: the diagonal
    double beta, low, high;
} approximation;

// What stands beside the diagonal of K is no more than the diagonal: with q the largest share of K_ff
// in A_ff, the spectrum lies between 1 - q and 1 + q (Gershgorin).
static approximation approximate(const long_body *b, double beta)
{
    double kappa2 = b->sim->p.kappa * b->sim->p.kappa, q = 0;
    int32_t rung = flx_rungs_nearest(&b->rungs, beta / kappa2);
    double ratio = beta / (kappa2 * b->rungs.shift[rung]);
    approximation m = {b->rungs.factor[rung], beta, fmin(1, ratio), fmax(1, ratio)};
    if (rung < b->rungs.n - 1 || ratio < spacing)
        return m;
    for (int32_t f = 0; f < b->faces->n_face; f++)
        q = fmax(q, b->resistance[f] / (beta * b->inductance[f] + b->resistance[f]));
    return (1 + q) / (1 - q) < ratio ? (approximation){NULL, beta, 1 - q, 1 + q} : m;
}

// z = M^-1 r
static void precondition(const long_body *b, const approximation *m, const double *r, double *z)
{
    if (m->factor)
        flx_spd_solve(m->factor, r, z);
    else
        for (int32_t f = 0; f < b->faces->n_face; f++)
            z[f] = r[f] / (m->beta * b->inductance[f] + b->resistance[f]);
}

// Chebyshev iteration for M^-1 A x = M^-1 r. Saad, Iterative Methods for Sparse Linear Systems,
// algorithm 12.1.
static int32_t solve(tdgl_induction *induction, const tdgl_system *y)
{
    enum { AT_MOST = 200 };
    const double shrink = 50, exact = 1e-9;
    long_body *b = (long_body *)induction;
    double beta = y->beta, *r = b->r, *x = b->x;
    int32_t n = b->faces->n_face, steps = 1;
    for (int32_t i = 0; i < n; i++)
        r[i] = (double)y->r[i];
    const approximation m = approximate(b, beta);
    const double low = m.low, high = m.high;
    double theta = (high + low) / 2, delta = (high - low) / 2;
    precondition(b, &m, r, b->z);
    if (delta > exact * theta) {
        double sum = 0; // x^T A x lies between r^T z/high and r^T z/low
        for (int32_t i = 0; i < n; i++)
            sum += r[i] * b->z[i];
        double need = fmax(shrink, sqrt(sum / low) / y->target);
        need = acosh(need) / acosh(theta / delta);
        if (!(need <= AT_MOST))
            return -1;
        steps = (int32_t)fmax(1, ceil(need));
    }
    for (int32_t i = 0; i < n; i++)
        x[i] = b->direction[i] = b->z[i] / theta;
    double sigma = theta / fmax(delta, exact * theta), rho = 1 / sigma;
    for (int32_t k = 1; k < steps; k++) {
        void *args[] = {b, b->direction, &beta, r};
        flx_pool_for(b->sim->pool, n, subtract, args);
        precondition(b, &m, r, b->z);
        double next = 1 / (2 * sigma - rho), first = next * rho, second = 2 * next / delta;
        for (int32_t i = 0; i < n; i++) {
            b->direction[i] = first * b->direction[i] + second * b->z[i];
            x[i] += b->direction[i];
        }
        rho = next;
    }
    const tdgl_currents *now = y->now, *next = y->next;
    for (int32_t i = 0; i < n; i++) {
        double change = y->ahead * (double)now->change[i] + x[i];
        y->x[i] = (float)x[i];
        next->change[i] = (float)change;
        next->g[i] = now->g[i] + change;
        next->flux[i] = b->inductance[i] * next->g[i];
    }
    return steps;
}

// The longest steps, which a run that settles takes most of, are met exactly.
static flx_status create_rungs(flx_tdgl *sim, long_body *b)
{
    double beta = flx_screen_least_beta(sim);
    b->rungs.n = 4;
    for (int32_t k = 0; k < b->rungs.n; k++, beta *= spacing)
        b->rungs.shift[k] = beta / (sim->p.kappa * sim->p.kappa);
    return flx_rungs_init(sim, b->faces, &b->rungs);
}

flx_status flx_long_body_create(flx_tdgl *sim, const tdgl_faces *faces, tdgl_induction **out)
{
    static const tdgl_induction_ops ops = {solve, guess, NULL, NULL, free_body};
    int32_t n = faces->n_face;
    long_body *b = FLX_NEW(sim->ctx, long_body);
    *out = NULL;
    if (!b)
        return FLX_ERR_MEMORY;
    b->base.ops = &ops;
    b->faces = faces;
    b->sim = sim;
    b->inductance = FLX_NEW_ARRAY(sim->ctx, double, n);
    b->resistance = FLX_NEW_ARRAY(sim->ctx, double, n);
    b->r = FLX_NEW_ARRAY(sim->ctx, double, n);
    b->x = FLX_NEW_ARRAY(sim->ctx, double, n);
    b->z = FLX_NEW_ARRAY(sim->ctx, double, n);
    b->direction = FLX_NEW_ARRAY(sim->ctx, double, n);
    flx_status status = FLX_ERR_MEMORY;
    if (b->inductance && b->resistance && b->r && b->x && b->z && b->direction) {
        for (int32_t i = 0; i < n; i++) {
            b->inductance[i] = faces->area[i] / (sim->p.kappa * sim->p.kappa);
            for (int32_t k = faces->row[i]; k < faces->row[i + 1]; k++)
                if (faces->col[k] == i)
                    b->resistance[i] = faces->value[k];
        }
        status = create_rungs(sim, b);
    }
    if (status < 0)
        free_body(&b->base);
    else
        *out = &b->base;
    return status;
}
