// static/minimise.c -- to a local minimum by truncated Newton steps.
//
// The step p solves H p = -g by conjugate gradients (Steihaug, SIAM J. Numer. Anal. 20, 626 (1983))
// preconditioned by the factor of an earlier H; negative curvature ends it. Then F is minimised
// exactly along p, up to the first minimum, so that the state stays in the valley it is in. Where
// the iteration has ended, a factorisation of H proves the minimum, or the lowest mode leads down
// from the saddle; so it does where negative curvature is met next to one.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "static/static_internal.h"

#include <math.h>
#include <string.h>

// Down along the lowest mode from a saddle. False: the mode is not negative after all. With A that
// follows psi a factor of H proves nothing: the mode decides.
static flx_status leave_saddle(flx_static *st, double tolerance, bool *left)
{
    double residual;
    *left = false;
    FLX_TRY(flx_static_davidson(st, 1, tolerance, &residual));
    if (!(st->value[0] < 0)) {
        st->report.stable = st->exact;
        return FLX_OK;
    }
    double *p = st->work[W_STEP], *hp = st->work[W_IMAGE];
    memcpy(p, st->mode, 2 * (size_t)st->n * sizeof *p);
    flx_static_hessian(st, p, hp);
    double along = flx_static_dot(st, st->g, p), slope;
    for (int32_t i = 0; along > 0 && i < 2 * st->n; i++) {
        p[i] = -p[i];
        hp[i] = -hp[i];
    }
    double s = flx_static_line(st, p, hp, &slope);
    flx_static_axpy(st, s, p, st->psi);
    st->report.escapes++;
    *left = s > 0;
    return FLX_OK;
}

static flx_status not_converged(flx_static *st, const char *why)
{
    return flx_fail(st->ctx, FLX_ERR_DIVERGED,
                    "no stationary state was reached: %s after %d Newton steps, with a residual of "
                    "%.3g (allowed %g); the last state is kept. Does the current exceed the "
                    "critical one? Else start nearer, or allow more static.max_steps",
                    why, st->report.steps, st->report.residual, st->o.tolerance);
}

static flx_status descend(flx_static *st)
{
    enum { MANY = 12, OLD = 4, STUCK = 3 }; // CG iterations, steps after which a factor is renewed
    const double rounding = 1e-8;           // residuals below it may stop falling by rounding
    const double far = 1e-2;                // above it steps take A as given: cheaper, never uphill
    double *p = st->work[W_STEP], *hp = st->work[W_IMAGE], *g = st->work[W_RATE];
    int32_t stuck = 0;
    double best = INFINITY;
    const double rough = 1e-2;                      // of a mode to go along
    bool renew = !st->factored, indefinite = false; // by the step before
    for (flx_static_gradient(st); st->report.residual > st->o.tolerance;) {
        if (st->report.steps >= st->o.max_steps)
            return not_converged(st, "given up");
        if (!isfinite(st->report.residual))
            return not_converged(st, "psi has become infinite");
        if (renew)
            FLX_TRY(flx_static_factor(st, indefinite));
        else
            flx_static_phases(st);
        for (int32_t i = 0; i < 2 * st->n; i++)
            g[i] = -st->g[i];
        static_cg_opts o = {.small = fmin(0.1, fmax(1e-3, st->report.residual)), .image = hp};
        st->frozen = st->report.residual > far;
        static_cg cg = flx_static_cg(st, g, &o, p);
        st->frozen = false;
        // Next to a saddle steps along what is left of g would double the way from it at best.
        if (cg.negative && st->report.residual < far) {
            bool left;
            FLX_TRY(leave_saddle(st, rough, &left));
            flx_static_gradient(st);
            indefinite = renew = left;
            st->report.steps += left;
            if (left)
                continue;
        }
        double slope;
        double s = flx_static_line(st, p, hp, &slope);
        flx_static_axpy(st, s, p, st->psi);
        st->report.steps++;
        st->age++;
        indefinite = cg.negative;
        renew = cg.iterations > MANY || (cg.negative && (st->exact || st->age > OLD));
        flx_static_gradient(st);
        stuck = st->report.residual < 0.5 * best ? 0 : stuck + 1;
        best = fmin(best, st->report.residual);
        if (stuck > STUCK && best < rounding)
            return not_converged(st, "rounding stops the descent");
    }
    return FLX_OK;
}

flx_status flx_static_minimise(flx_static *st, flx_static_report *report)
{
    st->report = (flx_static_report){0};
    flx_status status = FLX_OK;
    for (bool left = true; status == FLX_OK && left;) {
        status = descend(st);
        left = false;
        if (status == FLX_OK)
            status = flx_static_factor(st, false);
        st->report.stable = status == FLX_OK && st->exact && !st->field;
        if (status == FLX_OK && !st->report.stable)
            status = leave_saddle(st, st->o.mode_tolerance, &left);
    }
    st->report.energy = flx_static_energy(st);
    *report = st->report;
    return status;
}
