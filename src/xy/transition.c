// xy/transition.c -- where a film loses its stiffness: the Kosterlitz-Thouless temperature from the
// helicity modulus of several sizes.
//
// At T_KT the modulus of an L x L torus follows
//
//   Y(L)/T = 0.63650817819 + 0.318899454/(u + ln(u)/2),   u = ln L + C
//
// with a C of the lattice: Weber and Minnhagen, Phys. Rev. B 37, 5986 (1988); constants of the torus
// (windings lower the 2/pi of the plane): Hasenbusch, J. Phys. A 38, 5869 (2005); the logarithm of u is
// the next order of the flow: Amit, Goldschmidt, Grinstein, J. Phys. A 13, 585 (1980); Hsieh, Kao,
// Sandvik, J. Stat. Mech. P09001 (2013). Without it sizes up to 128 give a temperature lower by 0.0015,
// and one that rises as small sizes are left out; half of what it changes belongs to the error. The
// values of each size are drawn through a parabola in T, and the temperature is sought at which all
// sizes obey the law best.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/xy.h"

#include "base/base.h"

#include <math.h>

static const double jump = 0.63650817819, approach = 0.318899454;

enum { SIZES = 32, TERMS = 3 };

// Weighted least squares of Y(T) = sum_k c_k (T - T0)^k for one size: coefficients and covariance.
typedef struct curve {
    double size, c[TERMS], cov[TERMS][TERMS];
} curve;

// Solves a symmetric positive system of few unknowns and inverts it, in place.
static bool invert(int n, double a[TERMS][TERMS], double b[TERMS])
{
    double inverse[TERMS][TERMS] = {{0}};
    for (int i = 0; i < n; i++)
        inverse[i][i] = 1;
    for (int i = 0; i < n; i++) {
        if (!(fabs(a[i][i]) > 0))
            return false;
        double pivot = 1 / a[i][i];
        for (int j = 0; j < n; j++) {
            a[i][j] *= pivot;
            inverse[i][j] *= pivot;
        }
        b[i] *= pivot;
        for (int r = 0; r < n; r++) {
            double factor = r == i ? 0 : a[r][i];
            for (int j = 0; j < n; j++) {
                a[r][j] -= factor * a[i][j];
                inverse[r][j] -= factor * inverse[i][j];
            }
            b[r] -= factor * b[i];
        }
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            a[i][j] = inverse[i][j];
    return true;
}

static bool draw_curve(const flx_xy_stiffness *p, int32_t n, int32_t size, double t0, double scale,
                       curve *out)
{
    int32_t count = 0;
    for (int32_t k = 0; k < n; k++)
        count += p[k].size == size;
    int terms = count < TERMS ? count : TERMS;
    *out = (curve){.size = size};
    for (int32_t k = 0; k < n; k++) {
        if (p[k].size != size)
            continue;
        double w = 1 / (p[k].error * p[k].error), x = (p[k].temperature - t0) / scale;
        for (int i = 0; i < terms; i++) {
            out->c[i] += w * pow(x, i) * p[k].helicity;
            for (int j = 0; j < terms; j++)
                out->cov[i][j] += w * pow(x, i + j);
        }
    }
    return invert(terms, out->cov, out->c);
}

typedef struct fit {
    curve curve[SIZES]; // by size, the smallest first
    int32_t n;
    double t0, scale, low, high; // [J] temperatures that were measured
    bool plain;                  // without the next order
} fit;

static void value_at(const fit *f, const curve *c, double t, double *value, double *variance)
{
    double x = (t - f->t0) / f->scale, power[TERMS] = {1, x, x * x};
    *value = *variance = 0;
    for (int i = 0; i < TERMS; i++) {
        *value += c->c[i] * power[i];
        for (int j = 0; j < TERMS; j++)
            *variance += c->cov[i][j] * power[i] * power[j];
    }
}

// Chi squared of the law at temperature t with this C, without the smallest `skip` sizes.
static double chi2_of(const fit *f, int32_t skip, double t, double c)
{
    double sum = 0;
    for (int32_t k = skip; k < f->n; k++) {
        double value, variance;
        value_at(f, &f->curve[k], t, &value, &variance);
        double u = log(f->curve[k].size) + c;
        double law = t * (jump + approach / (f->plain ? u : u + 0.5 * log(u)));
        sum += (value - law) * (value - law) / variance;
    }
    return sum;
}

// Smallest value of a function with one minimum, by golden section.
typedef struct search {
    const fit *f;
    int32_t skip;
    double best_c;
} search;

static double best_c(search *s, double t)
{
    // u + ln(u)/2 must stay positive, C is of order one.
    const double golden = 0.61803398874989485;
    double a = 0.8 - log(s->f->curve[s->skip].size), b = 10;
    double x = b - golden * (b - a), y = a + golden * (b - a);
    double fx = chi2_of(s->f, s->skip, t, x), fy = chi2_of(s->f, s->skip, t, y);
    while (b - a > 1e-7) {
        if (fx < fy) {
            b = y;
            y = x;
            fy = fx;
            x = b - golden * (b - a);
            fx = chi2_of(s->f, s->skip, t, x);
        } else {
            a = x;
            x = y;
            fx = fy;
            y = a + golden * (b - a);
            fy = chi2_of(s->f, s->skip, t, y);
        }
    }
    s->best_c = (a + b) / 2;
    return fmin(fx, fy);
}

typedef struct minimum {
    double t, error, c, chi2;
} minimum;

// Scans the measured range: chi squared is best at t, and one more at t +- error.
static minimum find(const fit *f, int32_t skip)
{
    enum { STEPS = 4000 };
    search s = {f, skip, 0};
    minimum m = {.chi2 = INFINITY};
    for (int32_t k = 0; k <= STEPS; k++) {
        double t = f->low + (f->high - f->low) * k / STEPS, chi2 = best_c(&s, t);
        if (chi2 < m.chi2)
            m = (minimum){.t = t, .c = s.best_c, .chi2 = chi2};
    }
    double left = m.t, right = m.t, step = (f->high - f->low) / STEPS;
    while (left > f->low && best_c(&s, left) < m.chi2 + 1)
        left -= step;
    while (right < f->high && best_c(&s, right) < m.chi2 + 1)
        right += step;
    m.error = (right - left) / 2;
    return m;
}

static flx_status check(flx_ctx *ctx, const flx_xy_stiffness *p, int32_t n, fit *f)
{
    f->low = INFINITY;
    for (int32_t k = 0; k < n; k++) {
        if (p[k].size < 2 || !(p[k].error > 0) || !isfinite(p[k].helicity))
            return flx_fail(ctx, FLX_ERR_INPUT,
                            "helicity of size %d at %g J is %g +- %g; sampled values with errors "
                            "are needed: run longer",
                            p[k].size, p[k].temperature, p[k].helicity, p[k].error);
        f->low = fmin(f->low, p[k].temperature);
        f->high = fmax(f->high, p[k].temperature);
    }
    f->t0 = (f->low + f->high) / 2;
    f->scale = f->high > f->low ? (f->high - f->low) / 2 : 1;
    for (int32_t size = 0;;) { // the next larger one
        int32_t next = INT32_MAX;
        for (int32_t k = 0; k < n; k++)
            if (p[k].size > size && p[k].size < next)
                next = p[k].size;
        if (next == INT32_MAX)
            break;
        if (f->n == SIZES || !draw_curve(p, n, next, f->t0, f->scale, &f->curve[f->n]))
            return flx_fail(ctx, FLX_ERR_INPUT,
                            "size %d cannot be used: at most %d sizes, each at several "
                            "temperatures",
                            next, SIZES);
        f->n++;
        size = next;
    }
    if (f->n < 4)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "%d sizes are given; the law has two unknowns and its own test needs two "
                        "more: four are the least",
                        f->n);
    return FLX_OK;
}

flx_status flx_xy_transition_of(flx_ctx *ctx, const flx_xy_stiffness *points, int32_t n,
                                flx_xy_transition *out)
{
    fit f = {.n = 0};
    FLX_TRY(check(ctx, points, n, &f));
    minimum all = find(&f, 0), less = find(&f, 1);
    f.plain = true;
    double form = (find(&f, 0).t - all.t) / 2;
    const double edge = (f.high - f.low) / 1000;
    if (all.t - f.low < edge || f.high - all.t < edge)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "no temperature between %g and %g J obeys the law of the transition best; "
                        "give temperatures around it",
                        f.low, f.high);
    // Sizes that scatter more than their errors say widen the error.
    double free = f.n - 2, widen = sqrt(fmax(1, all.chi2 / free));
    double systematic = fabs(all.t - less.t);
    *out = (flx_xy_transition){.t = all.t,
                               .statistical = all.error * widen,
                               .systematic = systematic,
                               .form = fabs(form),
                               .error = hypot(hypot(all.error * widen, systematic), form),
                               .c = all.c,
                               .chi2 = all.chi2,
                               .n_free = (int32_t)free};
    return FLX_OK;
}
