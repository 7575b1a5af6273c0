// measure/quantum.c -- the quantum of a quantity that comes in steps.
//
// Model: y_k = o + s n_k + noise of standard deviation sigma, with unknown whole numbers n_k. For a
// step s the n_k are the nearest ones, and what remains has the spread sigma(s). A multiple of s
// leaves too much; s/2, s/3 ... leave as little, but have that many more values to offer: with n_k
// of any size equally likely the likelihood of s is proportional to (s/sigma(s))^N, which decides
// between them. Near its largest value o and s follow from linear regression on the n_k.
// Steps are looked for on a grid of frequencies 1/s fine enough that no n_k is missed, as with the
// periodogram of points on a line (Rayleigh).
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/base.h"
#include "fluxoid/measure.h"

#include <math.h>

enum { FINE = 10 };               // candidates for each 1/range
static const double least = 1e-9; // of the range: spread below it is rounding
static const double surely = 3;   // log of how much likelier the step is than any other
static const double two_pi = 6.28318530717958647692;

typedef struct fit {
    double step, offset, spread, error; // error: of step
    double first, last;                 // smallest and largest n_k
} fit;

// Offset of the lattice of step s that the values are nearest to.
static double offset_of(const double *y, int32_t n, double s)
{
    double re = 0, im = 0;
    for (int32_t k = 0; k < n; k++) {
        re += cos(two_pi * y[k] / s);
        im += sin(two_pi * y[k] / s);
    }
    return atan2(im, re) / two_pi * s;
}

// Regression of y on the whole numbers nearest to (y - offset)/step, until they stay.
static fit regress(const double *y, int32_t n, double step)
{
    enum { ROUNDS = 8 };
    fit f = {.step = step, .offset = offset_of(y, n, step), .error = NAN};
    for (int round = 0; round < ROUNDS; round++) {
        double sm = 0, sy = 0, smm = 0, smy = 0, before = f.step;
        f.first = INFINITY;
        f.last = -INFINITY;
        for (int32_t k = 0; k < n; k++) {
            double m = rint((y[k] - f.offset) / f.step);
            f.first = fmin(f.first, m);
            f.last = fmax(f.last, m);
            sm += m;
            sy += y[k];
            smm += m * m;
            smy += m * y[k];
        }
        double spread = smm - sm * sm / n;
        if (!(spread > 0))
            return f;
        f.step = (smy - sm * sy / n) / spread;
        f.offset = (sy - f.step * sm) / n;
        double rest = 0;
        for (int32_t k = 0; k < n; k++) {
            double r = (y[k] - f.offset) / f.step;
            r = (r - rint(r)) * f.step;
            rest += r * r;
        }
        f.spread = sqrt(rest / (n - 2));
        f.error = f.spread / sqrt(spread);
        if (!(f.step > 0) || fabs(f.step - before) < 1e-14 * before)
            break;
    }
    return f;
}

// 97.5 % point of Student's t with nu degrees of freedom: Abramowitz and Stegun 26.7.5.
static double student(double nu)
{
    const double z = 1.959963984540054, z2 = z * z;
    double g1 = (z2 + 1) * z / 4, g2 = ((5 * z2 + 16) * z2 + 3) * z / 96;
    double g3 = (((3 * z2 + 19) * z2 + 17) * z2 - 15) * z / 384;
    return z + g1 / nu + g2 / (nu * nu) + g3 / (nu * nu * nu);
}

static flx_status no_steps(flx_ctx *ctx, const char *why)
{
    return flx_fail(ctx, FLX_ERR_INPUT,
                    "no step can be told: %s; give values on several steps, with noise of less "
                    "than a sixth of one",
                    why);
}

flx_status flx_measure_quantum(flx_ctx *ctx, const double *value, int32_t n, flx_quantum *out)
{
    *out = (flx_quantum){0};
    double low = INFINITY, high = -INFINITY;
    for (int32_t k = 0; k < n; k++) {
        if (!isfinite(value[k]))
            return flx_fail(ctx, FLX_ERR_INPUT, "value %d is not finite", k);
        low = fmin(low, value[k]);
        high = fmax(high, value[k]);
    }
    double range = high - low;
    if (n < 4)
        return flx_fail(ctx, FLX_ERR_INPUT, "%d values were given; a step needs 4 at least", n);
    if (!(range > 0))
        return no_steps(ctx, "all values are the same");

    // The likelihood of every step, and of the best one that is another.
    fit best = {0};
    double likely = -INFINITY, rival = -INFINITY;
    int32_t n_candidate = FINE * n;
    for (int pass = 0; pass < 2; pass++) // steps first, then their rivals
        for (int32_t k = FINE / 2; k < n_candidate; k++) {
            fit f = regress(value, n, range * FINE / k);
            if (!(f.step > 0) || !(f.last > f.first))
                continue;
            double l = n * (log(f.step) - log(fmax(f.spread, least * range)));
            bool same = fabs(f.step / best.step - 1) < 0.5 / (f.last - f.first + 1);
            if (pass == 0 && l > likely) {
                likely = l;
                best = f;
            } else if (pass == 1 && !same) {
                rival = fmax(rival, l);
            }
        }
    if (!(best.step > 0))
        return no_steps(ctx, "the values stand on one step");
    if (best.spread > best.step / 6)
        return no_steps(ctx, "the values are spread evenly");
    if (likely - rival < surely)
        return no_steps(ctx, "another step is nearly as likely");
    *out = (flx_quantum){.step = best.step,
                         .error = best.error,
                         .interval95 = student(n - 2) * best.error,
                         .offset = best.offset,
                         .noise = best.spread,
                         .n_step = (int32_t)(best.last - best.first)};
    return FLX_OK;
}
