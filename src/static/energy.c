// static/energy.c -- free energy, its gradient, its second variation, its minimum along a line.
//
//   F = sum_i a_i (-eps|psi|^2 + |psi|^4/2) - psi_i*.(a Lap psi)_i + 2 sum_k c_k theta_k
//   g = a (|psi|^2 - eps) psi - a Lap psi + c i psi/|psi|^2
//   H v = a ((|psi|^2 - eps) v + 2 psi (psi.v)) - a Lap v + (second derivatives of c theta)
//
// c_k is the current that enters at site k. Without currents F(psi + s p) is a polynomial of degree
// 4 in s.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "static/static_internal.h"

#include <math.h>
#include <string.h>

typedef struct job {
    flx_static *st;
    const double *x, *y;
    double *out;
    double s;
} job;

// -- vectors --------------------------------------------------------------------------------------

static double dot(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    double sum = 0;
    for (int32_t i = 2 * begin; i < 2 * end; i++)
        sum += j->x[i] * j->y[i];
    return sum;
}

double flx_static_dot(flx_static *st, const double *x, const double *y)
{
    return flx_pool_sum(st->pool, st->n, dot, &(job){.x = x, .y = y});
}

static double mdot(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const double *restrict area = j->st->mesh->area;
    double sum = 0;
    for (int32_t i = begin; i < end; i++)
        sum += area[i] * (j->x[2 * i] * j->y[2 * i] + j->x[2 * i + 1] * j->y[2 * i + 1]);
    return sum;
}

double flx_static_mdot(flx_static *st, const double *x, const double *y)
{
    return flx_pool_sum(st->pool, st->n, mdot, &(job){.st = st, .x = x, .y = y});
}

static void axpy(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    for (int32_t i = 2 * begin; i < 2 * end; i++)
        j->out[i] += j->s * j->x[i];
}

void flx_static_axpy(flx_static *st, double s, const double *x, double *y)
{
    flx_pool_for(st->pool, st->n, axpy, &(job){.s = s, .x = x, .out = y});
}

// -- gradient and energy --------------------------------------------------------------------------

static void gradient(void *arg, int32_t begin, int32_t end)
{
    const flx_static *st = arg;
    const double *restrict psi = st->psi, *restrict lap = st->lap, *restrict eps = st->eps;
    const double *restrict area = st->mesh->area;
    double *restrict g = st->g;
    for (int32_t i = begin; i < end; i++) {
        double re = psi[2 * i], im = psi[2 * i + 1];
        double factor = area[i] * (re * re + im * im - eps[i]);
        g[2 * i] = factor * re - lap[2 * i];
        g[2 * i + 1] = factor * im - lap[2 * i + 1];
    }
}

static double largest_residual(void *arg, int32_t begin, int32_t end)
{
    const flx_static *st = arg;
    double largest = 0;
    for (int32_t i = begin; i < end; i++) {
        double r = hypot(st->g[2 * i], st->g[2 * i + 1]) / st->mesh->area[i];
        largest = !(r <= largest) ? r : largest; // keeps NaN
    }
    return largest;
}

void flx_static_hold(const flx_static *st, double *x)
{
    for (int32_t i = 0; st->n_fixed && i < st->n; i++)
        if (st->fixed[i])
            x[2 * i] = x[2 * i + 1] = 0;
    for (int32_t i = 0; st->n_held && i < st->n; i++)
        if (st->held[i] > 0) {
            const double *psi = &st->psi[2 * i];
            double along =
                (psi[0] * x[2 * i + 1] - psi[1] * x[2 * i]) / (st->held[i] * st->held[i]);
            x[2 * i] = -along * psi[1];
            x[2 * i + 1] = along * psi[0];
        }
}

static void back_on_circles(flx_static *st)
{
    for (int32_t i = 0; st->n_held && i < st->n; i++) {
        if (!(st->held[i] > 0))
            continue;
        double *psi = &st->psi[2 * i], size = hypot(psi[0], psi[1]);
        psi[0] = size > 0 ? psi[0] * (st->held[i] / size) : st->held[i];
        psi[1] = size > 0 ? psi[1] * (st->held[i] / size) : 0;
    }
}

void flx_static_gradient(flx_static *st)
{
    st->fresh = false;
    back_on_circles(st);
    if (st->field)
        flx_static_field_relax(st);
    flx_operator_apply(&st->op, st->pool, st->psi, st->lap);
    flx_pool_for(st->pool, st->n, gradient, st);
    for (int32_t k = 0; k < st->n_inflow; k++) {
        const double *psi = &st->psi[2 * st->inflow[k].site];
        double *g = &st->g[2 * st->inflow[k].site];
        double c = st->inflow[k].current / (psi[0] * psi[0] + psi[1] * psi[1]);
        g[0] -= st->inflow[k].current != 0 ? c * psi[1] : 0;
        g[1] += st->inflow[k].current != 0 ? c * psi[0] : 0;
    }
    for (int32_t i = 0; st->n_held && i < st->n; i++)
        if (st->held[i] > 0)
            st->force[i] = (st->g[2 * i] * st->psi[2 * i] + st->g[2 * i + 1] * st->psi[2 * i + 1]) /
                           (st->held[i] * st->held[i]);
    flx_static_hold(st, st->g);
    st->report.residual = flx_pool_max(st->pool, st->n, largest_residual, st);
}

static double density(void *arg, int32_t begin, int32_t end)
{
    const flx_static *st = arg;
    double sum = 0;
    for (int32_t i = begin; i < end; i++) {
        double re = st->psi[2 * i], im = st->psi[2 * i + 1], n2 = re * re + im * im;
        sum += st->mesh->area[i] * n2 * (n2 / 2 - st->eps[i]) - re * st->lap[2 * i] -
               im * st->lap[2 * i + 1];
    }
    return sum;
}

double flx_static_energy(flx_static *st)
{
    double field = flx_static_field_potential(st);
    return flx_pool_sum(st->pool, st->n, density, st) + field;
}

double flx_static_work(flx_static *st, const double *psi0)
{
    double sum = 0;
    for (int32_t k = 0; k < st->n_inflow; k++) {
        const double *p = &psi0[2 * st->inflow[k].site], *q = &st->psi[2 * st->inflow[k].site];
        sum += st->inflow[k].current * atan2(p[0] * q[1] - p[1] * q[0], p[0] * q[0] + p[1] * q[1]);
    }
    return 2 * sum;
}

// -- second variation -----------------------------------------------------------------------------

static void second(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const double *restrict psi = j->st->psi, *restrict eps = j->st->eps, *restrict v = j->x;
    const double *restrict area = j->st->mesh->area;
    double *restrict out = j->out;
    for (int32_t i = begin; i < end; i++) {
        double re = psi[2 * i], im = psi[2 * i + 1];
        double own = area[i] * (re * re + im * im - eps[i]);
        double along = 2 * area[i] * (re * v[2 * i] + im * v[2 * i + 1]);
        out[2 * i] = own * v[2 * i] + along * re - out[2 * i];
        out[2 * i + 1] = own * v[2 * i + 1] + along * im - out[2 * i + 1];
    }
}

void flx_static_theta_block(const double *psi, double c, double h[3])
{
    double x = psi[0], y = psi[1], n2 = x * x + y * y, f = c != 0 ? c / (n2 * n2) : 0;
    h[0] = 2 * x * y * f;
    h[1] = (y * y - x * x) * f;
    h[2] = -h[0];
}

void flx_static_hessian(flx_static *st, const double *v, double *hv)
{
    flx_operator_apply(&st->op, st->pool, v, hv);
    flx_pool_for(st->pool, st->n, second, &(job){.st = st, .x = v, .out = hv});
    if (st->field && !st->frozen)
        flx_static_field_hessian(st, v, hv);
    for (int32_t k = 0; k < st->n_inflow; k++) {
        int32_t i = st->inflow[k].site;
        double h[3];
        flx_static_theta_block(&st->psi[2 * i], st->inflow[k].current, h);
        hv[2 * i] += h[0] * v[2 * i] + h[1] * v[2 * i + 1];
        hv[2 * i + 1] += h[1] * v[2 * i] + h[2] * v[2 * i + 1];
    }
    for (int32_t i = 0; st->n_held && i < st->n; i++) // force is 0 elsewhere
        for (int32_t k = 2 * i; k < 2 * i + 2; k++)
            hv[k] -= st->force[i] * v[k];
    flx_static_hold(st, hv);
}

// -- lines ----------------------------------------------------------------------------------------

typedef struct line {
    flx_static *st;
    const double *p;
    double (*slope)(const struct line *l, double s);
    double c1, c2, c3, c4; // half of F(s) - F(0), without the currents
} line;

// Half the derivative of F at s.
static double slope_at(const line *l, double s)
{
    double sum = l->c1 + s * (2 * l->c2 + s * (3 * l->c3 + s * 4 * l->c4));
    for (int32_t k = 0; k < l->st->n_inflow; k++) {
        int32_t i = l->st->inflow[k].site;
        const double *p = &l->p[2 * i], *psi = &l->st->psi[2 * i];
        double x = psi[0] + s * p[0], y = psi[1] + s * p[1], n2 = x * x + y * y;
        if (l->st->inflow[k].current != 0)
            sum += l->st->inflow[k].current * (x * p[1] - y * p[0]) / n2;
    }
    return sum;
}

// The same at W_START + s p, put back on the circles: there the way has the slope of p across psi,
// times held/|psi + s p|. psi and g are those at s afterwards.
static double slope_on_circles(const line *l, double s)
{
    flx_static *st = l->st;
    const double *start = st->work[W_START], *p = l->p;
    for (int32_t i = 0; i < 2 * st->n; i++)
        st->psi[i] = start[i] + s * p[i];
    flx_static_gradient(st);
    double sum = flx_static_dot(st, st->g, p);
    for (int32_t i = 0; i < st->n; i++) {
        if (!(st->held[i] > 0))
            continue;
        double size = hypot(start[2 * i] + s * p[2 * i], start[2 * i + 1] + s * p[2 * i + 1]);
        sum +=
            (st->held[i] / size - 1) * (st->g[2 * i] * p[2 * i] + st->g[2 * i + 1] * p[2 * i + 1]);
    }
    return sum;
}

static double cubic(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const double *psi = j->st->psi, *p = j->x;
    double sum = 0;
    for (int32_t i = begin; i < end; i++)
        sum += j->st->mesh->area[i] * (psi[2 * i] * p[2 * i] + psi[2 * i + 1] * p[2 * i + 1]) *
               (p[2 * i] * p[2 * i] + p[2 * i + 1] * p[2 * i + 1]);
    return sum;
}

static double quartic(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const double *p = j->x;
    double sum = 0;
    for (int32_t i = begin; i < end; i++) {
        double m = p[2 * i] * p[2 * i] + p[2 * i + 1] * p[2 * i + 1];
        sum += j->st->mesh->area[i] * m * m;
    }
    return sum;
}

static double largest(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    double most = 0;
    for (int32_t i = begin; i < end; i++)
        most = fmax(most, hypot(j->x[2 * i], j->x[2 * i + 1]));
    return most;
}

// The first minimum, between a step and the one before; `small`: of the slope there, 0: to rounding.
static double first_minimum(const line *l, double small)
{
    enum { TRIES = 200, HALVINGS = 100 };
    // Walk to the first rise, in steps in which psi changes little, then halve the interval.
    double most = flx_pool_max(l->st->pool, l->st->n, largest, &(job){.st = l->st, .x = l->p});
    double step = fmin(0.25, 0.1 / most), low = 0, high = step, at_low = l->c1, at_high = 0;
    int32_t tries = 0;
    for (; tries < TRIES && (at_high = l->slope(l, high)) < 0; tries++) {
        low = high;
        at_low = at_high;
        high += step;
        step *= 1.05;
    }
    if (tries == TRIES)
        return low;
    for (int32_t k = 0; k < HALVINGS && high - low > 1e-15 * high; k++) {
        // false position, in turn with halving
        double s = k % 2 ? (low + high) / 2 : low - at_low * (high - low) / (at_high - at_low);
        double at = l->slope(l, s);
        if (!(s > low && s < high))
            break;
        if (at < 0) {
            low = s;
            at_low = at;
        } else {
            high = s;
            at_high = at;
        }
        if (fabs(at) < small)
            break;
    }
    return fabs(at_low) < fabs(at_high) ? low : high;
}

// Where |psi| is held the way goes round a circle, and F is no polynomial: slopes by gradients. A
// whole step of Newton's that leaves little slope is taken at once.
static double line_on_circles(flx_static *st, line *l)
{
    const double small = 0.1;
    size_t bytes = 2 * (size_t)st->n * sizeof *st->psi;
    flx_static_report report = st->report;
    l->slope = slope_on_circles;
    memcpy(st->work[W_START], st->psi, bytes);
    double s = fabs(slope_on_circles(l, 1)) < small * fabs(l->c1)
                   ? 1
                   : first_minimum(l, small * fabs(l->c1));
    memcpy(st->psi, st->work[W_START], bytes);
    flx_static_gradient(st);
    st->report = report;
    return s;
}

double flx_static_line(flx_static *st, const double *p, const double *hp, double *slope)
{
    job j = {.st = st, .x = p};
    line l = {.st = st,
              .slope = slope_at,
              .p = p,
              .c1 = flx_static_dot(st, st->g, p),
              .c2 = flx_static_dot(st, hp, p) / 2,
              .c3 = flx_pool_sum(st->pool, st->n, cubic, &j),
              .c4 = flx_pool_sum(st->pool, st->n, quartic, &j) / 4};
    *slope = l.c1;
    if (st->n_held)
        return line_on_circles(st, &l);
    // c1 and c2 hold the currents' part at s = 0 already: what slope_at adds is taken off.
    for (int32_t k = 0; k < st->n_inflow; k++) {
        int32_t i = st->inflow[k].site;
        const double *v = &p[2 * i], *psi = &st->psi[2 * i];
        double c = st->inflow[k].current, h[3], n2 = psi[0] * psi[0] + psi[1] * psi[1];
        if (c == 0)
            continue;
        flx_static_theta_block(psi, c, h);
        l.c1 -= c * (psi[0] * v[1] - psi[1] * v[0]) / n2;
        l.c2 -= (h[0] * v[0] * v[0] + 2 * h[1] * v[0] * v[1] + h[2] * v[1] * v[1]) / 2;
    }
    return first_minimum(&l, 0);
}
