// static/follow.c -- branches of stationary states along the drive, and where they lose stability.
//
// A branch (psi, s), t = t0 + s (t_end - t0), is followed by pseudo-arclength steps: along the
// tangent (d, e), then by Newton steps in the plane across it, <d, dpsi> + e ds = 0, which pass
// folds. Where the lowest eigenvalue changes its sign its zero is found along the arc: it passes
// zero with a slope both at a fold and where another branch crosses. Keller as in static/solve.c;
// Govaerts, Numerical Methods for Bifurcations of Dynamical Equilibria (2000).
// SPDX-License-Identifier: GPL-3.0-or-later
#include "static/static_internal.h"

#include <math.h>
#include <string.h>

typedef struct branch {
    flx_static *st;
    double t0, length;     // t = t0 + s length
    double s, e;           // of the point, of the tangent
    double saved_s, value; // lowest eigenvalue at the point
} branch;

static flx_status lowest_modes(flx_static *st)
{
    double residual;
    FLX_TRY(flx_static_factor(st, false));
    FLX_TRY(flx_static_davidson(st, NEAR, st->o.mode_tolerance, &residual));
    st->report.stable = st->exact;
    return FLX_OK;
}

static flx_status place(branch *b, double s)
{
    b->s = s;
    return flx_static_set_drive(b->st, b->t0 + s * b->length);
}

// W_RATE = dg/ds at the present state, by central differences: it only steers Newton steps.
static flx_status find_rate(branch *b)
{
    const double small = 1e-4;
    flx_static *st = b->st;
    double s = b->s, *rate = st->work[W_RATE];
    size_t n = 2 * (size_t)st->n;
    FLX_TRY(place(b, s + small));
    flx_static_gradient(st);
    memcpy(rate, st->g, n * sizeof *rate);
    FLX_TRY(place(b, s - small));
    flx_static_gradient(st);
    for (size_t i = 0; i < n; i++)
        rate[i] = (rate[i] - st->g[i]) / (2 * small);
    FLX_TRY(place(b, s));
    flx_static_gradient(st);
    return FLX_OK;
}

// The tangent at the present state, in the sense of the last one.
static flx_status find_tangent(branch *b, bool first)
{
    flx_static *st = b->st;
    double *d = st->work[W_TANGENT], *p = st->work[W_STEP], sigma;
    size_t n = 2 * (size_t)st->n;
    FLX_TRY(find_rate(b));
    static_border border = {
        .b = st->work[W_RATE], .d = first ? NULL : d, .e = first ? 1 : b->e, .f = 1};
    flx_static_bordered(st, &border, p, &sigma);
    double norm = sqrt(flx_static_mdot(st, p, p) / st->area + sigma * sigma);
    for (size_t i = 0; i < n; i++)
        d[i] = p[i] / norm;
    b->e = sigma / norm;
    return FLX_OK;
}

// From the saved point a distance along the tangent, and back to the branch across it (level: at
// the s reached). FLX_STOPPED: the branch was not met near there.
static flx_status step_to(branch *b, double distance, bool level)
{
    enum { STEPS = 12 };
    const double near = 0.5; // of the distance: a larger way back leads to another branch
    flx_static *st = b->st;
    double *p = st->work[W_STEP], sigma, way = 0;
    memcpy(st->psi, st->work[W_SAVED], 2 * (size_t)st->n * sizeof *p);
    flx_static_axpy(st, distance, st->work[W_TANGENT], st->psi);
    FLX_TRY(place(b, b->saved_s + distance * b->e));
    flx_static_phases(st);
    flx_static_gradient(st);
    for (int32_t k = 0; st->report.residual > st->o.tolerance; k++) {
        if (k == STEPS || !(way <= near * fabs(distance)))
            return FLX_STOPPED;
        FLX_TRY(find_rate(b));
        static_border border = {.r = st->g,
                                .b = st->work[W_RATE],
                                .d = level ? NULL : st->work[W_TANGENT],
                                .e = level ? 1 : b->e};
        flx_static_bordered(st, &border, p, &sigma);
        way += sqrt(flx_static_mdot(st, p, p) / st->area + sigma * sigma);
        flx_static_axpy(st, 1, p, st->psi);
        FLX_TRY(place(b, b->s + sigma));
        flx_static_phases(st);
        flx_static_gradient(st);
        st->report.steps++;
    }
    return way <= near * fabs(distance) ? FLX_OK : FLX_STOPPED;
}

static void save(branch *b)
{
    memcpy(b->st->work[W_SAVED], b->st->psi, 2 * (size_t)b->st->n * sizeof(double));
    b->saved_s = b->s;
    b->value = b->st->value[0];
}

// Back to the saved point.
static flx_status restore(branch *b)
{
    memcpy(b->st->psi, b->st->work[W_SAVED], 2 * (size_t)b->st->n * sizeof(double));
    return place(b, b->saved_s);
}

// At a limit the drive acts on the mode that takes over if the branch turns back there; where
// another branch crosses, it does not.
static flx_status is_fold(branch *b, bool *fold)
{
    const double small = 1e-3;
    flx_static *st = b->st;
    FLX_TRY(find_rate(b));
    const double *rate = st->work[W_RATE];
    double whole = 0;
    for (int32_t i = 0; i < 2 * st->n; i++)
        whole += rate[i] * rate[i] / st->mesh->area[i / 2];
    *fold = fabs(flx_static_dot(st, st->mode, rate)) > small * sqrt(whole);
    return FLX_OK;
}

// The zero of the lowest eigenvalue between the saved point and `far` along the tangent.
// FLX_STOPPED: the branch bends too much for this.
static flx_status find_zero(branch *b, double far, flx_static_limit *limit)
{
    enum { TRIES = 60 };
    flx_static *st = b->st;
    double low = 0, high = far, at_low = b->value, at_high = st->value[0], before = b->s;
    int32_t side = 0;
    for (int32_t k = 0; k < TRIES; k++) {
        // false position; Illinois: an end that stays twice counts half
        double distance = (low * at_high - high * at_low) / (at_high - at_low);
        flx_status status = step_to(b, distance, false);
        if (status == FLX_OK)
            status = lowest_modes(st);
        FLX_TRY(status);
        if (status == FLX_STOPPED)
            return status;
        limit->points++;
        double value = st->value[0];
        bool still = fabs(b->s - before) <= st->o.limit_tolerance;
        before = b->s;
        if (value > 0) {
            low = distance;
            at_low = value;
            at_high *= side == 1 ? 0.5 : 1;
            side = 1;
        } else {
            high = distance;
            at_high = value;
            at_low *= side == -1 ? 0.5 : 1;
            side = -1;
        }
        if (still && (fabs(value) <= 1e-4 * (fabs(at_low) + fabs(at_high)) ||
                      high - low < 1e-9 * far || fabs(value) < 1e-9)) {
            limit->found = true;
            limit->t = st->t;
            limit->value = value;
            return is_fold(b, &limit->fold);
        }
    }
    return FLX_STOPPED;
}

static flx_status lost(const branch *b)
{
    return flx_fail(b->st->ctx, FLX_ERR_DIVERGED,
                    "the branch of states was lost after t = %g, where its lowest eigenvalue is "
                    "%.3g; the last state is kept",
                    b->st->t, b->value);
}

static flx_status walk(branch *b, flx_static_limit *limit)
{
    const double first = 0.05, longest = 0.2, shortest = 1e-8;
    flx_static *st = b->st;
    FLX_TRY(lowest_modes(st));
    if (st->value[0] < 0)
        return flx_fail(st->ctx, FLX_ERR_INPUT,
                        "the state to be followed is not stable at t = %g: its lowest eigenvalue "
                        "is %g; minimise first",
                        st->t, st->value[0]);
    FLX_TRY(find_tangent(b, true));
    save(b);
    for (double distance = first;;) {
        // not beyond the end, unless the branch turns back before
        int32_t steps = st->report.steps;
        double left = b->e > 0 ? (1 - b->saved_s) / b->e : INFINITY;
        bool last = distance >= left;
        distance = fmin(distance, left);
        flx_status status = step_to(b, distance, last);
        if (status == FLX_OK)
            status = lowest_modes(st);
        if (status == FLX_OK && st->value[0] < 0) {
            status = find_zero(b, distance, limit);
            if (status == FLX_OK)
                return FLX_OK;
        }
        FLX_TRY(status);
        if (status == FLX_STOPPED) {
            FLX_TRY(restore(b));
            distance /= 4;
            if (distance < shortest)
                return lost(b);
            continue;
        }
        limit->points++;
        if (last) {
            limit->t = st->t;
            limit->value = st->value[0];
            return FLX_OK;
        }
        FLX_TRY(find_tangent(b, false));
        save(b);
        steps = st->report.steps - steps;
        distance = fmin(longest, distance * (steps <= 3 ? 1.6 : steps <= 5 ? 1 : 0.6));
    }
}

flx_status flx_static_follow(flx_static *st, double t_end, flx_static_limit *limit,
                             flx_static_report *report)
{
    branch b = {.st = st, .t0 = st->t, .length = t_end - st->t};
    *limit = (flx_static_limit){0};
    st->report = (flx_static_report){0};
    flx_static_gradient(st);
    flx_status status = FLX_OK;
    if (!(isfinite(t_end) && b.length != 0))
        status = flx_fail(st->ctx, FLX_ERR_INPUT,
                          "the states should be followed to t = %g, but t is %g now", t_end, st->t);
    if (status == FLX_OK)
        status = walk(&b, limit);
    st->report.energy = flx_static_energy(st);
    *report = st->report;
    return status;
}
