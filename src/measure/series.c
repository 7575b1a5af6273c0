// measure/series.c -- time averages of series with irregular steps.
//
// The series is taken as piecewise linear. A periodic one is averaged over whole periods, between
// rising crossings of its mean: there a small error of the period's end adds only to second order.
// A period is the smallest number of rises (hysteresis: a fifth of the standard deviation) that
// repeats in length and height. Otherwise the error comes from blocks of equal duration, as the
// largest over several numbers of blocks (H. Flyvbjerg and H. G. Petersen, J. Chem. Phys. 91, 461
// (1989)).
//
// SPDX-License-Identifier: GPL-3.0-or-later
#include "measure/measure.h"

enum { RISES_MAX = 32, PERIODS_MIN = 3, BLOCKS_MIN = 8, BLOCKS_MAX = 64 };
// Scatter that still counts as periodic: of the time from each rise to the one a period later, in
// mean times between rises, and of heights, in the range of the series. Crossings and peaks between
// samples are found that well from ten samples a rise. Noise with many rises a period fails the
// first.
static const double rise_scatter = 0.05, height_scatter = 0.1;
// Largest departure of a period's mean, in standard deviations of the series: more is a drift.
static const double mean_drift = 0.05;

typedef struct series {
    const double *t, *v;
    int32_t n;
    double *sum;  // [n] integral of v from t[0]
    double *rise; // [n_rise] times
    int32_t n_rise;
    double mean, deviation;
} series;

// Integral from t[0] to a time between t[0] and t[n-1].
static double integral_to(const series *s, double time)
{
    int32_t low = 0, high = s->n - 1;
    while (high - low > 1) {
        int32_t middle = low + (high - low) / 2;
        if (s->t[middle] <= time)
            low = middle;
        else
            high = middle;
    }
    double u = time - s->t[low], step = s->t[high] - s->t[low];
    double slope = step > 0 ? (s->v[high] - s->v[low]) / step : 0;
    return s->sum[low] + u * (s->v[low] + 0.5 * slope * u);
}

static double mean_between(const series *s, double from, double to)
{
    return (integral_to(s, to) - integral_to(s, from)) / (to - from);
}

static void moments_of(series *s)
{
    double square = 0, span = s->t[s->n - 1] - s->t[0];
    for (int32_t k = 1; k < s->n; k++)
        s->sum[k] = s->sum[k - 1] + 0.5 * (s->v[k] + s->v[k - 1]) * (s->t[k] - s->t[k - 1]);
    s->mean = s->sum[s->n - 1] / span;
    for (int32_t k = 1; k < s->n; k++) {
        double a = s->v[k - 1] - s->mean, b = s->v[k] - s->mean;
        square += (a * a + a * b + b * b) / 3 * (s->t[k] - s->t[k - 1]);
    }
    s->deviation = sqrt(square / span);
}

// Times at which the series rises through its mean, after having been well below and before being
// well above.
static void find_rises(series *s)
{
    double margin = 0.2 * s->deviation, last = 0;
    bool low = s->v[0] < s->mean - margin, crossed = false;
    for (int32_t k = 1; k < s->n; k++) {
        double a = s->v[k - 1] - s->mean, b = s->v[k] - s->mean;
        if (low && !crossed && a < 0 && b >= 0) {
            last = s->t[k - 1] + (s->t[k] - s->t[k - 1]) * a / (a - b);
            crossed = true;
        } else if (b < 0) {
            crossed = false;
        }
        if (b < -margin)
            low = true;
        if (b > margin && low && crossed) {
            s->rise[s->n_rise++] = last;
            low = crossed = false;
        }
    }
}

// Largest value between two times.
static double height_between(const series *s, double from, double to, int32_t *k)
{
    double height = -INFINITY;
    while (*k < s->n && s->t[*k] < from)
        (*k)++;
    for (; *k < s->n && s->t[*k] < to; (*k)++)
        height = fmax(height, s->v[*k]);
    return height;
}

// Do `step` rises make a period, from the first-th rise on? Then fills the result.
static bool average_periods(const series *s, int32_t first, int32_t step, double range,
                            flx_average *out)
{
    int32_t n = (s->n_rise - first - 1) / step, at = 0;
    if (n < PERIODS_MIN)
        return false;
    // The last whole periods: what is left over from the settling goes.
    const double *rise = s->rise + (s->n_rise - 1 - n * step);
    double from = rise[0], to = rise[n * step], period = (to - from) / n;
    double mean = mean_between(s, from, to), late = 0, spread = 0, drift = 0;
    double height = 0, height2 = 0;
    for (int32_t k = 0; k < n; k++) {
        double a = rise[k * step], b = rise[(k + 1) * step];
        double part = mean_between(s, a, b) - mean, h = height_between(s, a, b, &at) - s->mean;
        spread += part * part / n;
        drift = fmax(drift, fabs(part));
        height += h / n;
        height2 += h * h / n;
    }
    int32_t pairs = (n - 1) * step + 1;
    for (int32_t k = 0; k < pairs; k++) {
        double error = rise[k + step] - rise[k] - period;
        late += error * error / pairs;
    }
    double scatter = sqrt(fmax(height2 - height * height, 0));
    if (sqrt(late) > rise_scatter * period / step || scatter > height_scatter * range ||
        drift > mean_drift * s->deviation)
        return false;
    *out = (flx_average){mean, sqrt(spread / (n - 1)), period, n, from, to};
    return true;
}

static double block_error(const series *s)
{
    double t0 = s->t[0], span = s->t[s->n - 1] - t0, largest = 0;
    for (int32_t m = BLOCKS_MIN; m <= BLOCKS_MAX && 2 * m <= s->n; m *= 2) {
        double square = 0;
        for (int32_t k = 0; k < m; k++) {
            double part = mean_between(s, t0 + span * k / m, t0 + span * (k + 1) / m) - s->mean;
            square += part * part;
        }
        largest = fmax(largest, sqrt(square / m / (m - 1)));
    }
    // Too few values for blocks: as if they were one independent value.
    return 2 * BLOCKS_MIN > s->n ? s->deviation : largest;
}

static void average(series *s, flx_average *out)
{
    moments_of(s);
    double least = INFINITY, most = -INFINITY;
    for (int32_t k = 0; k < s->n; k++) {
        least = fmin(least, s->v[k]);
        most = fmax(most, s->v[k]);
    }
    *out = (flx_average){.mean = s->mean, .from = s->t[0], .to = s->t[s->n - 1]};
    // A variation that is rounding alone is none.
    if (most - least <= 1e-12 * fmax(fabs(most), fabs(least)))
        return;
    find_rises(s);
    // The later half alone where the whole is not periodic or scatters more: it had not settled.
    const int32_t first[2] = {0, s->n_rise / 2};
    for (int half = 0; half < 2; half++) {
        flx_average found;
        int32_t step = 1;
        while (step <= RISES_MAX && !average_periods(s, first[half], step, most - least, &found))
            step++;
        if (step <= RISES_MAX && (out->period == 0 || found.error < out->error))
            *out = found;
    }
    if (out->period > 0)
        return;
    out->error = block_error(s);
}

flx_status flx_measure_average(flx_ctx *ctx, const double *t, const double *value, int32_t n,
                               double from, flx_average *out)
{
    int32_t first = 0;
    while (first < n && t[first] < from)
        first++;
    if (n - first < 2)
        return flx_fail(
            ctx, FLX_ERR_INPUT,
            "%d values lie at or after t = %g tau0, an average needs at least 2: average "
            "from an earlier time or run longer",
            n - first, from);
    for (int32_t k = first; k < n; k++)
        if (!isfinite(value[k]) || !isfinite(t[k]) || (k > first && !(t[k] > t[k - 1])))
            return flx_fail(ctx, FLX_ERR_INPUT,
                            "value %d of a series is %g at t = %g tau0: values must be finite and "
                            "times must rise",
                            k, value[k], t[k]);
    series s = {.t = t + first, .v = value + first, .n = n - first};
    s.sum = FLX_NEW_ARRAY(ctx, double, s.n);
    s.rise = FLX_NEW_ARRAY(ctx, double, s.n);
    flx_status status = s.sum && s.rise ? FLX_OK : FLX_ERR_MEMORY;
    if (status == FLX_OK)
        average(&s, out);
    flx_free(s.sum);
    flx_free(s.rise);
    return status;
}
