// base/binning.c -- logarithmic binning.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/binning.h"

#include <math.h>

enum { BINS_MIN = 8 }; // the error is then known to 27 %

void flx_binning_add(flx_binning *b, double value)
{
    int64_t k = b->n++; // number of this bin at its level
    for (int l = 0; l < FLX_BIN_LEVELS; l++) {
        // Running mean and squares of this level (Welford).
        double before = value - b->mean[l];
        b->mean[l] += before / (double)(k + 1);
        b->squares[l] += before * (value - b->mean[l]);
        if (k % 2 == 0) {
            b->first[l] = value;
            return;
        }
        value = 0.5 * (b->first[l] + value);
        k /= 2;
    }
}

// Squared error of the mean by the bins of level l.
static double square_error(const flx_binning *b, int l)
{
    double n = (double)(b->n >> l);
    return n > 1 ? b->squares[l] / n / (n - 1) : INFINITY;
}

flx_binned flx_binning_estimate(const flx_binning *b)
{
    flx_binned out = {.mean = b->n ? b->mean[0] : (double)NAN, .error = NAN, .tau = NAN, .n = b->n};
    if (b->n < 2)
        return out;
    double n = (double)b->n, naive = square_error(b, 0), largest = naive;
    if (!(naive > 0)) { // all alike
        out.error = 0;
        out.tau = 0.5;
        out.n_bin = n;
        out.resolved = b->n >= BINS_MIN;
        return out;
    }
    int l = 0;
    for (; (b->n >> l) >= BINS_MIN; l++) {
        double error = square_error(b, l), ratio = error / naive, length = ldexp(1, l);
        largest = fmax(largest, error);
        if (length * length * length <= 2 * n * ratio * ratio)
            continue;
        out.resolved = true;
        break;
    }
    if (!out.resolved && l > 0)
        l--;
    out.error = sqrt(out.resolved ? square_error(b, l) : largest);
    out.tau = 0.5 * out.error * out.error / naive;
    out.n_bin = (double)(b->n >> l);
    return out;
}
